/**
 * Axes that consist of pieces, `np.c_[np.ones((m, 1)), X]` or the gates of an LSTM: what meets them must be cut at the same
 * places. An execution asks for the cuts that it needs of its inputs; the next one has these inputs in pieces.
 */
import type { Span } from '../core/definition';
import type { Node, Size } from '../core/expr';
import { shapeError, unsupported, makeAxes, array, patternId, uniqueName, type Run } from './run';
import type { ArrayV, InputRef, JoinedV, UnknownValue } from './values';

/** Where an input is in pieces. */
export interface Joint {
  readonly axis: number;
  /** The lengths of the pieces in order; null for one that no other size tells. */
  readonly sizes: readonly (Size | null)[];
}

/** Inputs by code that are to be in pieces. */
export type Joints = ReadonlyMap<string, Joint>;

/** An input that is read in pieces, with the names of the inputs that these are. */
export interface Whole {
  readonly code: string;
  readonly name: string;
  readonly value: JoinedV;
  readonly pieces: readonly string[];
}

const decline = (span: Span): UnknownValue => unsupported('uses a part of an axis', span, 'joint');

/** Asks for an axis in pieces: all inputs that have it are cut there when the code is read again. */
export function askFor(run: Run, size: Size, sizes: readonly (Size | null)[], span: Span): UnknownValue {
  const root = run.sizes.find(size);
  const pieces = sizes.map((own) => (own === null ? null : run.sizes.find(own)));
  if (pieces.length < 2 || pieces.includes(root)) return decline(span);
  for (const { ref, value } of run.inputs.values()) {
    const [axis, ...more] = value.axes.flatMap((own, p) =>
      own.index && run.sizes.find(own.size) === root ? [p] : [],
    );
    if (axis !== undefined && more.length === 0) run.asked.set(ref.code, { axis, sizes: pieces });
  }
  return decline(span);
}

/** `a[:, H:2*H]`: asks for the axis in pieces that begin and end where this and earlier parts of it do. */
export function askForCuts(run: Run, size: Size, cuts: readonly Node[], span: Span): UnknownValue {
  const root = run.sizes.find(size);
  const known = run.cuts.get(root) ?? [];
  const places = new Map([...known, ...cuts].map((node) => [lengthOf(run, node), node]));
  const sorted = [...places].flatMap(([at, node]) => (at !== null && at > 0 ? [{ at, node }] : []));
  sorted.sort((a, b) => a.at - b.at);
  run.cuts.set(
    root,
    sorted.map(({ node }) => node),
  );
  if (places.has(null)) return decline(span);
  const starts = [run.arena.zero, ...sorted.map(({ node }) => node)];
  const sizes = starts.map((start, k) => {
    const end = starts[k + 1];
    return end ? sizeOf(run, run.arena.sub(end, start)) : null;
  });
  return askFor(run, root, sizes, span);
}

/** `np.split(a, 4, axis=1)`: asks for the axis in pieces of one length. */
export const askForEqual = (run: Run, size: Size, count: number, span: Span): UnknownValue => {
  const each = `${run.sizes.find(size)}/${count}`;
  return askFor(
    run,
    size,
    Array.from({ length: count }, () => each),
    span,
  );
};

/** The size that a length is; null for one that is computed of several. */
function sizeOf(run: Run, length: Node): Size | null {
  if (length.kind === 'size') return run.sizes.find(length.size);
  if (length.kind === 'num' && length.den === 1 && length.num > 0) return String(length.num);
  const value = lengthOf(run, length);
  for (const root of run.sizes.classes().keys()) if (numberFor(run, root) === value) return root;
  return null;
}

/** A number that stands for a size, so that lengths can be compared whatever they are computed of. */
function numberFor(run: Run, size: Size): number {
  const root = run.sizes.find(size);
  if (/^\d+$/.test(root)) return Number(root);
  let hash = 7;
  for (const letter of root) hash = (hash * 31 + letter.charCodeAt(0)) % 999_983;
  return 1000 + hash;
}

/** The value of a length at the numbers that stand for the sizes; null for what is not made of sizes. */
export function lengthOf(run: Run, node: Node): number | null {
  if (node.kind === 'num') return node.num / node.den;
  if (node.kind === 'size') return numberFor(run, node.size);
  if (node.kind !== 'add' && node.kind !== 'mul') return null;
  let total = node.kind === 'add' ? 0 : 1;
  for (const arg of node.args) {
    const value = lengthOf(run, arg);
    if (value === null) return null;
    total = node.kind === 'add' ? total + value : total * value;
  }
  return total;
}

/** An input in the pieces that were asked for; its shape is chosen at the first use. */
export function inPieces(
  run: Run,
  ref: InputRef,
  span: Span,
  given: readonly Size[] | null = null,
): JoinedV | UnknownValue {
  const known = run.wholes.get(ref.code);
  if (known) return known.value;
  const joint = run.joints.get(ref.code);
  if (!joint) return decline(span);
  const whole = given ?? shapeFor(run, ref, joint.axis);
  if (whole?.[joint.axis] === undefined)
    return shapeError(run, `${ref.name} has no axis of this length`, span);
  const names: string[] = [];
  const pieces = joint.sizes.map((length, k): ArrayV => {
    const sizes = whole.map((size, p) => (p === joint.axis ? (length ?? `?${ref.code}.${p}.${k}`) : size));
    sizes.forEach((size) => {
      // A piece as long as another axis makes no square of the whole.
      if (size.startsWith(`?${ref.code}.`)) run.sizes.own(size, ref.code);
    });
    const axes = makeAxes(run, sizes);
    const name = uniqueName(run, `${ref.name}_${k}`);
    const code = pieceCode(ref.code, joint, k);
    run.names.set(name, code);
    names.push(name);
    const indices = axes.flatMap((axis) => (axis.index ? [axis.index] : []));
    const value = array(axes, run.arena.sym(name, ...indices));
    run.inputs.set(code, { ref: { ...ref, code, name }, name, value });
    return value;
  });
  const value: JoinedV = { kind: 'joined', axis: joint.axis, pieces };
  run.wholes.set(ref.code, { code: ref.code, name: ref.name, value: { ...value }, pieces: names });
  return run.wholes.get(ref.code)?.value ?? value;
}

/** The sizes of an input that has such an axis, by the shape that is chosen for it. */
function shapeFor(run: Run, ref: InputRef, axis: number): Size[] | null {
  const candidates = run.patterns(ref).filter(({ pattern }) => pattern[axis] === '*');
  const id = run.choose(`shape ${ref.code}`, () =>
    candidates.map(({ pattern, cost }) => ({ id: patternId(pattern), cost })),
  );
  const found = candidates.find(({ pattern }) => patternId(pattern) === id);
  return found ? found.pattern.map((own, p) => (own === '1' ? '1' : `?${ref.code}.${p}`)) : null;
}

/** `theta[0]` and `theta[1:]`, or which of the pieces it is. */
function pieceCode(code: string, { axis, sizes }: Joint, k: number): string {
  const before = ':, '.repeat(axis);
  if (sizes.length === 2 && sizes[0] === '1') return `${code}[${before}${k === 0 ? '0' : '1:'}]`;
  return `${code}[${before}${k + 1} of ${sizes.length}]`;
}

/** The input of this name, or the whole that it is a piece of. */
export const wholeOf = (run: Run, name: string): Whole | undefined =>
  [...run.wholes.values()].find(({ pieces }) => pieces.includes(name));
