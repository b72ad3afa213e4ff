/**
 * Parts of axes, `theta[1:]` and `x[:-1]`. A part keeps the whole axis with the places that count on it, so that what is
 * computed of it refers to the elements of the array that it was taken from.
 */
import type { Span } from '../core/definition';
import type { Node } from '../core/expr';
import { at, elementwise, permuted, reduce, shapeText, sizeValue, type Result } from './arrays';
import { toArray } from './arguments';
import { libraryFunction } from './library';
import { meaningOf } from './libraries';
import { select } from './indexing';
import { array, scalar, shapeError, unsupported, type CallArgument, type Run } from './run';
import { integerOf, type ArrayV, type PartV, type UnknownValue, type Value, type Window } from './values';

/** How much an index leaves out of an axis at its ends; null where that is not a constant. */
function windowOf(run: Run, value: ArrayV, axis: number, item: Value): Window | null {
  if (item.kind !== 'slice' || (item.step.kind !== 'none' && integerOf(item.step) !== 1)) return null;
  const own = value.axes[axis];
  if (!own?.index) return null;
  const length = sizeValue(run, own).element;
  const from = item.start.kind === 'none' ? 0 : integerOf(item.start);
  const stop =
    item.stop.kind === 'array' && item.stop.axes.length === 0
      ? (integerOf(item.stop) ?? integerOf(scalar(run.arena.sub(item.stop.element, length))))
      : item.stop.kind === 'none'
        ? 0
        : null;
  if (from === null || stop === null || from < 0 || stop > 0) return null;
  // `x[:0]` is empty.
  if (stop === 0 && item.stop.kind !== 'none' && integerOf(item.stop) === 0) return null;
  return { from, drop: -stop };
}

const isWhole = ({ from, drop }: Window): boolean => from === 0 && drop === 0;

const WHOLE: Value = {
  kind: 'slice',
  start: { kind: 'none' },
  stop: { kind: 'none' },
  step: { kind: 'none' },
};

/** `value[items]` where an item takes a part of an axis; null where none does, or it cannot be followed. */
export function selectPart(run: Run, value: ArrayV, items: readonly Value[], span: Span): Value | null {
  const windows = items.map((item, axis) => windowOf(run, value, axis, item));
  if (windows.every((window) => window === null || isWhole(window))) return null;
  if (items.some((item) => item.kind === 'none' || item.kind === 'ellipsis')) return null;
  const whole = select(
    run,
    value,
    items.map((item, k) => (windows[k] ? WHOLE : item)),
    span,
  );
  if (whole.kind === 'unknown') return whole;
  const kept = items.flatMap((item, k) => (item.kind === 'slice' ? [windows[k] ?? null] : []));
  // Positions of their own put axes where the windows could not be told apart.
  const singles = items.filter((item) => item.kind !== 'slice');
  if (singles.some((item) => item.kind !== 'array' || item.axes.length > 0)) return null;
  return made(
    whole,
    whole.axes.map((_, axis) => kept[axis] ?? null),
  );
}

const made = (value: ArrayV, windows: readonly (Window | null)[]): Value =>
  windows.every((window) => window === null || isWhole(window))
    ? value
    : { kind: 'part', array: value, windows };

/** Where on the axes the places that count are, as a product of comparisons. */
function inside(run: Run, value: ArrayV, windows: readonly (Window | null)[]): Node {
  const { arena } = run;
  const conditions = value.axes.flatMap((axis, k) => {
    const window = windows[k];
    if (!axis.index || !window) return [];
    const end = arena.sub(sizeValue(run, axis).element, arena.num(window.drop));
    return [
      ...(window.from > 0 ? [arena.compare('>=', axis.index, arena.num(window.from))] : []),
      ...(window.drop > 0 ? [arena.compare('<', axis.index, end)] : []),
    ];
  });
  return arena.mul(...conditions);
}

/** The whole array with 0 where the part is not. */
const filledUp = (run: Run, { array: value, windows }: PartV): ArrayV =>
  array(value.axes, run.arena.where(inside(run, value, windows), value.element, run.arena.zero));

/** A part moved along its axes to lie over other windows of the same lengths; null where the lengths differ. */
function moved(run: Run, part: PartV, windows: readonly (Window | null)[]): ArrayV | null {
  const targets: (Node | null)[] = [];
  for (const [k, axis] of part.array.axes.entries()) {
    const own = part.windows[k] ?? null;
    const other = windows[windows.length - part.array.axes.length + k] ?? null;
    if (lengthOf(own) !== lengthOf(other)) return null;
    const shift = (own?.from ?? 0) - (other?.from ?? 0);
    targets.push(axis.index && shift !== 0 ? run.arena.add(axis.index, run.arena.num(shift)) : axis.index);
  }
  return array(part.array.axes, at(run, part.array, targets));
}

/** What a window leaves out in all. */
const lengthOf = (window: Window | null): number => (window ? window.from + window.drop : 0);

/** Applies an elementwise operation to parts of the same lengths and numbers. */
export function overParts(
  run: Run,
  values: readonly Value[],
  span: Span,
  apply: (values: readonly Value[]) => Value,
): Value {
  const parts = values.filter((value) => value.kind === 'part');
  const [first] = [...parts].sort((a, b) => b.array.axes.length - a.array.axes.length);
  if (!first) return apply(values);
  const own: Value[] = [];
  for (const value of values) {
    const whole = value.kind === 'part' ? moved(run, value, first.windows) : toArray(run, value, span);
    if (whole === null) return shapeError(run, 'parts of axes of different lengths do not broadcast', span);
    if (whole.kind === 'unknown') return whole;
    if (value.kind !== 'part' && covers(whole, first))
      return unsupported('uses a part of an axis beside the whole of another', span, 'partial-slice');
    own.push(whole);
  }
  const result = apply(own);
  if (result.kind !== 'array') return result;
  const { length } = first.windows;
  return made(
    result,
    result.axes.map((_, k) => first.windows[k - result.axes.length + length] ?? null),
  );
}

/** Whether an array has elements along an axis of which the part has only some. */
const covers = (value: ArrayV, part: PartV): boolean =>
  value.axes.some((axis, k) => {
    const window = part.windows[k - value.axes.length + part.windows.length] ?? null;
    return axis.index !== null && window !== null;
  });

/** The product of matrices or vectors along parts of an axis. */
export function dotOfParts(
  run: Run,
  left: Value,
  right: Value,
  span: Span,
  dot: (a: Value, b: Value) => Value,
): Value {
  if (left.kind !== 'part' || right.kind !== 'part')
    return unsupported('uses a part of an axis beside the whole of another', span, 'partial-slice');
  const a = left.windows.at(-1) ?? null;
  const at = right.windows.length === 1 ? 0 : right.windows.length - 2;
  const b = right.windows[at] ?? null;
  const others = [...left.windows.slice(0, -1), ...right.windows.filter((_, k) => k !== at)];
  if (others.some((window) => window !== null && !isWhole(window)) || lengthOf(a) !== lengthOf(b))
    return unsupported('uses a part of an axis in a matrix product', span, 'partial-slice');
  const over = right.windows.map((window, k) => (k === at ? a : window));
  const fitted = moved(run, right, over);
  return fitted
    ? dot(filledUp(run, left), fitted)
    : unsupported('uses a part of an axis', span, 'partial-slice');
}

/** Rows of the function table that work on each element by itself. */
export const ELEMENTWISE =
  /^(exp|log|log1p|expm1|sqrt|square|negative|abs|sign|tanh|sin|cos|sigmoid|softplus|relu|add|sub|subtract|mul|multiply|div|divide|pow|power|maximum|minimum|clip|clamp|array|where)$/;

/** A library function of parts: elementwise, or a sum, mean, product or length of them. */
export function callOfParts(
  run: Run,
  path: string,
  args: readonly CallArgument[],
  span: Span,
  written: string,
): Value {
  const row = libraryFunction(path) ?? path.slice(path.lastIndexOf('.') + 1);
  const meaning = meaningOf(path);
  const call = (values: readonly Value[]): Value =>
    meaning
      ? meaning({
          run,
          span,
          written,
          args: args.map((arg, k) => ({ ...arg, value: values[k] ?? arg.value })),
        })
      : unsupported(`uses ${written}`, span, 'unsupported-function');
  const values = args.map((arg) => arg.value);
  const [first, second] = values;
  if (ELEMENTWISE.test(row)) return overParts(run, values, span, call);
  if (/^(dot|matmul|inner|vdot)$/.test(row) && first && second)
    return dotOfParts(run, first, second, span, (a, b) => call([a, b, ...values.slice(2)]));
  if (first?.kind === 'part' && /^(sum|mean)$/.test(row)) {
    const along = axesOf(first, args);
    if (along) return reducedPart(run, first, along, row === 'mean');
  }
  return first?.kind === 'part' && row === 'norm' && args.length === 1
    ? call([filledUp(run, first)])
    : unsupported('uses a part of an axis', span, 'partial-slice');
}

interface Reduced {
  readonly positions: readonly number[];
  readonly keepdims: boolean;
}

/** The axes that a sum or mean of a part is over; null where something else is asked for. */
function axesOf({ array: { axes } }: PartV, [, ...others]: readonly CallArgument[]): Reduced | null {
  let positions = axes.map((_, k) => k);
  let keepdims = false;
  for (const { name, value } of others) {
    if (/^keepdims?$/.test(name ?? '')) {
      const flag = integerOf(value);
      if (flag === null) return null;
      keepdims = flag !== 0;
    } else if (name === null || name === 'axis' || name === 'dim') {
      const position = integerOf(value);
      if (position === null || position < -axes.length || position >= axes.length) return null;
      positions = [position < 0 ? position + axes.length : position];
    } else return null;
  }
  return { positions, keepdims };
}

function reducedPart(run: Run, part: PartV, { positions, keepdims }: Reduced, isMean: boolean): Value {
  const { arena } = run;
  const isOver = (k: number): boolean => positions.includes(k);
  const over = part.windows.map((window, k) => (isOver(k) ? window : null));
  const total = reduce(run, filledUp(run, { ...part, windows: over }), 'sum', positions, keepdims);
  const counts = positions.flatMap((k) => {
    const axis = part.array.axes[k];
    const left = arena.num(lengthOf(part.windows[k] ?? null));
    return axis ? [arena.sub(sizeValue(run, axis).element, left)] : [];
  });
  const element = isMean ? arena.div(total.element, arena.mul(...counts)) : total.element;
  const windows = part.windows.flatMap((window, k) => (!isOver(k) ? [window] : keepdims ? [null] : []));
  return made(array(total.axes, element), windows);
}

/** Python's sum() of a vector. */
export const sumOfPart = (run: Run, part: PartV): Value =>
  reduce(run, filledUp(run, part), 'sum', [0], false);

export function transposedPart(run: Run, { array: value, windows }: PartV): Value {
  const order = value.axes.map((_, k) => value.axes.length - 1 - k);
  return { kind: 'part', array: permuted(run, value, order), windows: [...windows].reverse() };
}

/** The length of a part's first axis. */
export function lengthOfPart(run: Run, { array: value, windows }: PartV): Value | null {
  const [axis] = value.axes;
  return axis
    ? scalar(run.arena.sub(sizeValue(run, axis).element, run.arena.num(lengthOf(windows[0] ?? null))))
    : null;
}

/** The array after `target[items] = value` where an item takes a part of an axis; null where none does. */
export function assignedPart(
  run: Run,
  target: ArrayV,
  items: readonly Value[],
  value: Value,
  combine: ((old: Node, change: Node) => Node) | null,
  span: Span,
): Result | null {
  const windows = target.axes.map((_, axis) => {
    const item = items[axis];
    return item ? windowOf(run, target, axis, item) : null;
  });
  if (windows.every((window) => window === null || isWhole(window))) return null;
  const part: PartV = { kind: 'part', array: target, windows };
  const change = value.kind === 'part' ? moved(run, value, windows) : toArray(run, value, span);
  if (change === null) return shapeError(run, 'a part of another length does not fit here', span);
  if (change.kind === 'unknown') return change;
  const isOdd = items.some((item, k) => item.kind !== 'slice' || windows[k] === null);
  if (isOdd || (value.kind !== 'part' && covers(change, part)))
    return unsupported('assigns to a part of an axis', span, 'partial-slice');
  const condition = inside(run, target, windows);
  const result = elementwise(run, [target, change], span, (old, own) =>
    run.arena.where(condition, combine ? combine(old, own) : own, old),
  );
  if (result.kind === 'unknown') return result;
  return result.axes.length === target.axes.length
    ? result
    : shapeError(run, `a value of shape ${shapeText(change)} does not fit here`, span);
}

/** `np.r_[0, theta[1:]]`: numbers around one part of a vector that they make whole again. */
export function concatenated(run: Run, items: readonly Value[], span: Span): Value {
  const pieces = items.flatMap((item): readonly Value[] => (item.kind === 'sequence' ? item.items : [item]));
  const at = pieces.findIndex((piece) => piece.kind === 'part');
  const part = pieces[at];
  const numbers = pieces.filter((_, k) => k !== at).map((piece) => toArray(run, piece, span));
  const bad = numbers.find((piece): piece is UnknownValue => piece.kind === 'unknown');
  if (bad) return bad;
  const decline = unsupported('joins arrays', span, 'concatenate');
  if (part?.kind !== 'part') return decline;
  const [axis, ...more] = part.array.axes;
  const [window] = part.windows;
  const after = pieces.length - 1 - at;
  if (!axis?.index || !window || more.some((own) => own.index)) return decline;
  const isNumber = (piece: Value): boolean => piece.kind === 'array' && piece.axes.every((own) => !own.index);
  if (!numbers.every(isNumber) || lengthOf(window) !== pieces.length - 1) return decline;
  const whole = moved(run, part, [{ from: at, drop: after }, ...part.windows.slice(1)]);
  if (!whole) return decline;
  const { arena } = run;
  const { index } = axis;
  const length = sizeValue(run, axis).element;
  const element = numbers.reduce((rest, piece, k) => {
    const place = k < at ? arena.num(k) : arena.sub(length, arena.num(pieces.length - 1 - k));
    return piece.kind === 'array'
      ? arena.where(arena.compare('==', index, place), piece.element, rest)
      : rest;
  }, whole.element);
  return array(part.array.axes, element);
}
