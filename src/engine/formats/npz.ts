/** Several NumPy arrays in one archive: those of one length become columns side by side. */
import type { Problem } from '../../protocol';
import { problem, TableFault } from '../sniff';

/** Those with the most rows; others are left out, and said to be. */
export function ofMostRows<T extends { readonly name: string; readonly rows: number }>(
  arrays: readonly T[],
  problems: Problem[],
): T[] {
  const most = Math.max(0, ...arrays.map(({ rows }) => rows));
  const others = arrays.filter(({ rows }) => rows !== most);
  if (others.length > 0)
    problems.push(
      problem(
        'array-length',
        `The arrays have different numbers of rows. Those with ${most} are used; left out: ${others
          .map(({ name, rows }) => `${name} (${rows})`)
          .join(', ')}.`,
      ),
    );
  return arrays.filter(({ rows }) => rows === most);
}

/** Null for an array that is no table, which becomes a problem of the others. */
export async function unlessNoTable<T>(problems: Problem[], read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof TableFault) || error.problem.id !== 'npy-array') throw error;
    problems.push(error.problem);
    return null;
  }
}
