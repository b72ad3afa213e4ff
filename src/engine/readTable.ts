/** A table from something that gives bytes, within a limit of memory, with reasons where it cannot be had. */
import type { Problem } from '../protocol';
import { createCsvReader, estimateMemory, type Table } from './csv';
import { problem } from './sniff';

export interface TableSource {
  /** For messages. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from a position on, at most `length` of them; none at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
}

const CHUNK = 1 << 20;

/** Reads in chunks, so that others get their turn in between. `limit` is in bytes of memory. */
export async function readTable(source: TableSource, limit: number): Promise<Table> {
  const reader = createCsvReader();
  let position = 0;
  for (;;) {
    const chunk = await source.read(position, CHUNK);
    if (chunk.length === 0) break;
    if (position === 0) {
      const needed = estimateMemory(chunk, source.size);
      if (needed > limit) return unusable(tooLarge(source, needed, limit));
    }
    position += chunk.length;
    if (!reader.push(chunk)) return reader.finish();
  }
  if (position < source.size)
    return unusable(
      problem(
        'file-truncated',
        `${source.name} became shorter while it was read (${position} of ${source.size} bytes). Try again when it is no longer written to.`,
      ),
    );
  return reader.finish();
}

/** A table with nothing in it but the reason. */
export function unusable(...problems: Problem[]): Table {
  return { rows: 0, columns: [], header: false, delimiter: ',', problems };
}

/** What an error of the file system means for the user. */
export function fileProblem(name: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
      return problem('file-gone', `${name} does not exist any more. Choose the data again.`);
    case 'EACCES':
    case 'EPERM':
      return problem(
        'file-locked',
        `${name} cannot be read: there is no permission to. Change its permissions, or copy it.`,
      );
    case 'EBUSY':
      return problem('file-locked', `${name} is locked by another program. Close it there and try again.`);
    case 'EISDIR':
      return problem('file-folder', `${name} is a folder. Choose a file in it.`);
    default:
      return problem(
        'file-unreadable',
        `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      );
  }
}

function tooLarge(source: TableSource, needed: number, limit: number): Problem {
  return problem(
    'file-too-large',
    `${source.name} (${bytes(source.size)}) needs about ${bytes(needed)} of memory; the limit on this machine is ${bytes(limit)}. Use a part of its rows, or leave columns out of the file.`,
  );
}

function bytes(count: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${Number((count / 1000 ** power).toPrecision(2))} ${units[power] ?? ''}`;
}
