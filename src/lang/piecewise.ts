/** Gradients of inputs that are read in pieces: each piece of the gradient belongs to one of the input. */
import type { Part } from './outputParts';
import type { Run } from './run';
import type { ArrayV } from './values';

interface Pieces {
  readonly name: string;
  /** Names of the inputs that the pieces are, in order. */
  readonly pieces: readonly string[];
}

/** The inputs in pieces, and the arguments that hold several arrays. */
function allPieces(run: Run): Pieces[] {
  const cut = [...run.wholes.values()].map(({ name, pieces }) => ({ name, pieces }));
  const packed = [...run.packed.values()].map(({ name, parts }) => ({
    name,
    pieces: parts.flatMap(({ value: { input } }) => {
      const whole = run.wholes.get(input.code);
      return whole ? whole.pieces : (run.inputs.get(input.code)?.name ?? []);
    }),
  }));
  return [...packed, ...cut];
}

export const wholeNames = (run: Run): string[] => allPieces(run).map(({ name }) => name);

/** Names of inputs with those that are pieces of one as that one. */
export function groupedTargets(run: Run, names: readonly string[]): string[] {
  const wholes = allPieces(run);
  return [...new Set(names.map((name) => wholes.find(({ pieces }) => pieces.includes(name))?.name ?? name))];
}

/** A gradient in pieces by the pieces of the input of this name; any other gradient as it is. */
export function piecesOf(run: Run, part: Part, of: string | null): readonly Part[] {
  const { value } = part;
  if (value.kind !== 'joined') return [part];
  const whole = allPieces(run).find(({ name }) => name === of);
  if (!whole) {
    const [only, ...more] = value.pieces;
    return only && more.length === 0 ? [{ ...part, value: only }] : [];
  }
  if (whole.pieces.length !== value.pieces.length) return [];
  return whole.pieces.flatMap((name, k): readonly Part[] => {
    const piece: ArrayV | undefined = value.pieces[k];
    return piece ? [{ ...part, value: piece, piece: { of: name, whole: whole.name } }] : [];
  });
}
