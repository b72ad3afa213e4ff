/** Arguments of library calls, and values as arrays. */
import type { Span } from '../core/definition';
import type { IndexNode, Node, Size } from '../core/expr';
import { lengthOf } from './joints';
import { inPass } from './passes';
import { array, makeAxes, resolve, shapeError, unsupported, type CallArgument, type Run } from './run';
import { integerOf, type ArrayV, type StreamV, type UnknownValue, type Value } from './values';

export interface LibraryCall {
  readonly run: Run;
  readonly span: Span;
  /** The callee as written (`np.sum`), for messages. */
  readonly written: string;
  readonly args: readonly CallArgument[];
}

/** The k-th positional argument, or the one with a keyword among `names`. */
export function argument(call: LibraryCall, k: number, ...names: string[]): Value | undefined {
  const positional = call.args.filter((arg) => arg.name === null)[k];
  return positional?.value ?? call.args.find((arg) => arg.name !== null && names.includes(arg.name))?.value;
}

/** A keyword argument. */
export const keyword = (call: LibraryCall, ...names: string[]): Value | undefined =>
  call.args.find((arg) => arg.name !== null && names.includes(arg.name))?.value;

/** A value as an array; inputs get their shape here. */
export function toArray(run: Run, value: Value | undefined, span: Span): ArrayV | UnknownValue {
  if (value?.kind === 'array' || value?.kind === 'unknown') return value;
  if (value?.kind === 'input') return resolve(run, value.input);
  if (value?.kind === 'stream') return collected(run, value, span);
  if (value === undefined) return unsupported('a call lacks an argument', span, 'missing-argument');
  if (value.kind === 'sequence' && value.items.length === 1 && !value.collecting) {
    // [x] and (x,) hold one number where they meet arithmetic.
    const only = toArray(run, value.items[0], span);
    if (only.kind === 'unknown' || only.axes.length > 0)
      return unsupported('uses a list as an array', span, 'list-array');
    return { ...only, axes: [{ size: '1', index: null }] };
  }
  if (value.kind === 'selection')
    return unsupported('selects elements by a condition', span, 'mask-selection');
  if (value.kind === 'joined') return unsupported('joins arrays', span, 'concatenate');
  if (value.kind === 'part') return unsupported('uses a part of an axis', span, 'partial-slice');
  return unsupported(`uses ${DESCRIPTIONS[value.kind]} as an array`, span, 'not-an-array');
}

/** The items of a loop of symbolic length as an array with a leading axis. */
export function collected(run: Run, stream: StreamV, span: Span): ArrayV | UnknownValue {
  if (stream.length === null)
    return unsupported('collects items of a loop of unknown length', span, 'loop-length');
  if (stream.isReversed) return unsupported('collects items from the last to the first', span, 'loop');
  const index = loopIndex(run, stream.length);
  run.loopDepth += 1;
  const item = inPass(run, null, [], () => toArray(run, stream.item(index), span));
  run.loopDepth -= 1;
  if (item.kind === 'unknown') return item;
  const axes = makeAxes(run, [stream.length, ...item.axes.map((axis) => axis.size)]);
  const pairs: [IndexNode, Node][] = [];
  item.axes.forEach((axis, p) => {
    const target = axes[p + 1]?.index;
    if (axis.index && target) pairs.push([axis.index, target]);
  });
  const [first] = axes;
  if (first?.index) pairs.push([index, first.index]);
  return array(axes, run.arena.substituteAll(item.element, pairs), { mask: item.mask });
}

/** The index of a loop at the present depth: loops that follow each other share it, so that equal bodies are equal. */
export function loopIndex(run: Run, length: Size): IndexNode {
  const name = `n${run.loopDepth}`;
  const index = run.arena.index(name, run.sizes.find(length));
  run.loopIndices.set(name, index);
  return index;
}

const DESCRIPTIONS: Readonly<
  Record<
    Exclude<Value['kind'], 'array' | 'unknown' | 'input' | 'stream' | 'selection' | 'part' | 'joined'>,
    string
  >
> = {
  sequence: 'a list',
  dict: 'a dict',
  function: 'a function',
  string: 'a string',
  none: 'None',
  ellipsis: '...',
  library: 'a library function',
  module: 'a file',
  method: 'a method',
  native: 'a layer or function',
  object: 'an object',
  class: 'a class',
  slice: 'a slice',
};

export function arrayArgument(call: LibraryCall, k: number, ...names: string[]): ArrayV | UnknownValue {
  return toArray(call.run, argument(call, k, ...names), call.span);
}

/** Whether a flag argument is set: false when absent, null when it is not a constant. */
export function flag(value: Value | undefined): boolean | null {
  if (value === undefined || value.kind === 'none') return false;
  const number = integerOf(value);
  return number === null ? null : number !== 0;
}

/** Axis positions that an `axis` argument selects in an array of this rank. */
export function axisPositions(
  run: Run,
  value: Value | undefined,
  rank: number,
  span: Span,
): number[] | UnknownValue {
  if (value === undefined || value.kind === 'none') return Array.from({ length: rank }, (_, p) => p);
  const items = value.kind === 'sequence' ? value.items : [value];
  const positions: number[] = [];
  for (const item of items) {
    const axis = integerOf(item);
    if (axis === null) return unsupported('uses an axis that is not a constant', span, 'axis');
    const position = axis < 0 ? axis + rank : axis;
    if (position < 0 || position >= rank)
      return shapeError(run, `there is no axis ${axis} in ${rank} axes`, span);
    positions.push(position);
  }
  return positions;
}

/** The sizes that a shape argument gives; null for -1. */
const isClassCount = ({ kind, args: [first, second] }: Node): boolean =>
  kind === 'add' &&
  [first, second].some((e) => e?.kind === 'reduce' && e.op === 'max' && e.args[0]?.kind === 'sym');

export function shapeSizes(run: Run, items: readonly Value[], span: Span): (Size | null)[] | UnknownValue {
  const sizes: (Size | null)[] = [];
  for (const raw of items) {
    const item = raw.kind === 'input' ? resolve(run, raw.input) : raw;
    const number = integerOf(item);
    if (number !== null) sizes.push(number === -1 ? null : String(number));
    else if (item.kind === 'array' && item.axes.length === 0 && item.element.kind === 'size')
      sizes.push(item.element.size);
    else if (item.kind === 'unknown') return item;
    // A length that is computed of others is one of its own, and so is the number of classes, Y.max() + 1.
    else if (
      item.kind === 'array' &&
      item.axes.length === 0 &&
      (lengthOf(run, item.element) !== null || isClassCount(item.element))
    )
      sizes.push(`?${span.startLine}:${span.startColumn}.${sizes.length}`);
    else return unsupported('uses a shape that is not a size of an argument', span, 'shape-value');
  }
  return sizes;
}
