/**
 * Array operations in index notation, with NumPy's shape rules. Each takes and returns values whose axis p carries the
 * canonical index of position p; what does not fit is an unknown value with the reason.
 */
import type { Axis, Span } from '../core/definition';
import { symbolNames, type IndexNode, type Node, type ReduceOp, type Size } from '../core/expr';
import { isLayerWeight, isWeightName, roleHint } from './names';
import { array, axisIndex, makeAxes, scalar, shapeError, unsupported, type Run } from './run';
import type { ArrayV, UnknownValue } from './values';

export type Result = ArrayV | UnknownValue;

/** "(m, n)", for messages. */
export function shapeText(value: ArrayV): string {
  const sizes = value.axes.map((axis) => axis.size.replace(/^\?.*/, '·'));
  return sizes.length === 1 ? `(${sizes[0] ?? ''},)` : `(${sizes.join(', ')})`;
}

/** The element with the index of axis p replaced by `targets[p]`. */
export function at(run: Run, value: ArrayV, targets: readonly (Node | null)[]): Node {
  const pairs: [IndexNode, Node][] = [];
  value.axes.forEach((axis, p) => {
    const target = targets[p];
    if (axis.index && target) pairs.push([axis.index, target]);
  });
  return run.arena.substituteAll(value.element, pairs);
}

/** Axes (in new order) of one value, made canonical. */
export function permuted(
  run: Run,
  value: ArrayV,
  order: readonly number[],
  extra: Partial<ArrayV> = {},
): ArrayV {
  const axes = makeAxes(
    run,
    order.map((p) => value.axes[p]?.size ?? '1'),
  );
  const targets: (Node | null)[] = value.axes.map(() => null);
  order.forEach((p, q) => (targets[p] = axes[q]?.index ?? null));
  return array(axes, at(run, value, targets), { mask: value.mask, base: value.base ?? value, ...extra });
}

/** Values broadcast against each other: common axes, and each element over them. */
export function broadcast(
  run: Run,
  values: readonly ArrayV[],
  span: Span,
): { axes: Axis[]; elements: Node[]; spread: boolean } | UnknownValue {
  const rank = Math.max(0, ...values.map((v) => v.axes.length));
  const sizes: Size[] = [];
  for (let p = 0; p < rank; p += 1) {
    let size: Size = '1';
    for (const value of values) {
      const axis = value.axes[p - rank + value.axes.length];
      if (!axis?.index) continue;
      if (size === '1') size = axis.size;
      else if (!unifySizes(run, size, axis.size, span, keepsWidth(run, values)))
        return shapeError(run, `the shapes ${values.map(shapeText).join(' and ')} do not broadcast`, span);
    }
    sizes.push(size);
  }
  const axes = makeAxes(run, sizes);
  penaliseOuter(run, values, axes);
  penaliseLabels(run, values);
  const elements = values.map((value) =>
    at(
      run,
      value,
      axes.slice(rank - value.axes.length).map((a) => a.index),
    ),
  );
  return { axes, elements, spread: values.some((v) => v.spread) };
}

// (m,) against (m, 1) silently makes (m, m), which hardly anyone means unless the unit axis was placed on purpose.
function penaliseOuter(run: Run, values: readonly ArrayV[], axes: readonly Axis[]): void {
  const indexed = axes.filter((axis) => axis.index).length;
  const arrays = values.filter((v) => v.axes.some((axis) => axis.index));
  const full = arrays.some((v) => v.axes.filter((axis) => axis.index).length === indexed);
  if (arrays.length > 1 && !full && !arrays.some((v) => v.spread)) run.penalise(8, 'outer broadcast');
  const ranks = new Set(arrays.map((v) => v.axes.length));
  if (ranks.size > 1 && arrays.every((v) => v.axes.filter((axis) => axis.index).length === indexed))
    run.penalise(1.1, 'broadcast over a unit axis');
}

// Labels stand beside predictions of their own shape; a label that is spread over another axis is a misreading.
function penaliseLabels(run: Run, values: readonly ArrayV[]): void {
  const inputs = new Set([...run.inputs.values()].map((state) => state.name));
  const isOwn = ({ element }: ArrayV): boolean => element.kind === 'sym' && inputs.has(element.name);
  values.forEach((b, k) => {
    for (const a of values.slice(0, k)) {
      if (sameRank(a, b)) continue;
      const kinds = [a, b].map((value) => operandKind(run, value));
      const raw = kinds.every((kind) => kind === 'input') && (isOwn(a) || isOwn(b));
      if (raw || (kinds.includes('label') && kinds.some((kind) => kind === 'input' || kind === 'other')))
        run.penalise(2.5, 'a label beside another shape');
    }
  });
}

/** What an operand is made of: `input` is one by itself whose name is not that of a weight or a setting. */
function operandKind(run: Run, value: ArrayV): 'label' | 'input' | 'other' | 'constant' {
  const names = [...symbolNames(value.element)];
  const isSetting = (name: string): boolean =>
    run.settings.has(name) ||
    [...run.inputs.values()].some(
      (state) => state.name === name && state.ref.hasDefault && isSingle(state.value),
    );
  const hints = names.map((name) => (isSetting(name) ? 'hyper' : roleHint(name, true)));
  if (hints.includes('label')) return 'label';
  if (hints.every((hint) => hint === 'hyper')) return 'constant';
  return value.element.kind === 'sym' && hints[0] !== 'parameter' && !names[0]?.includes('@')
    ? 'input'
    : 'other';
}

/** Whether two values have as many axes that are not unit axes. */
function sameRank(a: ArrayV, b: ArrayV): boolean {
  const rank = (value: ArrayV): number => value.axes.filter((axis) => axis.index).length;
  return rank(a) === rank(b);
}

/** What making two axes of one input equal costs, unless there is a reason for it. */
const SQUARE = 12;

/** The same for weights of a state that is computed again and again. */
const RECURRENT = 0.5;

/** `cost` is that of making two axes of the given input equal. */
function unifySizes(
  run: Run,
  a: Size,
  b: Size,
  span: Span,
  cost: (input: string) => number = () => SQUARE,
): boolean {
  const squared = run.sizes.squares(a, b);
  if (squared.length > 0) {
    const choice = run.choose(
      `square ${span.startLine}:${span.startColumn}:${span.endColumn} ${a} ${b}`,
      () => [
        { id: 'refuse', cost: 0 },
        // What is handed on from pass to pass keeps its shape.
        { id: 'unify', cost: run.unrolled.size > 0 ? RECURRENT : Math.max(...squared.map(cost)) },
      ],
    );
    if (choice === 'refuse') return false;
  }
  return run.sizes.unify(a, b);
}

/**
 * Layers that keep the width of what they are added to have square weights: `x + f(x @ W)`. What is added to a square matrix,
 * as in `S + np.eye(n)`, is one.
 */
const keepsWidth = (run: Run, values: readonly ArrayV[]): ((input: string) => number) => {
  const indexed = values.map((v) => v.axes.filter((a) => a.index));
  const areMatrices = indexed.every((axes, k) => axes.length === 2 || values[k]?.axes.length === 0);
  const besideSquare = indexed.some(([a, b]) => a && b && run.sizes.find(a.size) === run.sizes.find(b.size));
  return (input) => {
    if (!areMatrices) return SQUARE;
    if (besideSquare) return 0.5;
    return isLayerWeight(run.inputs.get(input)?.name ?? input) ? 1.5 : SQUARE;
  };
};

/** Applies `build` elementwise. */
export function elementwise(
  run: Run,
  values: readonly ArrayV[],
  span: Span,
  build: (...elements: Node[]) => Node,
  mask = false,
): Result {
  const joined = broadcast(run, values, span);
  if ('kind' in joined) return joined;
  const element = build(...joined.elements);
  // Long sums and products are copied by each operation on them.
  run.step(element.args.length / 8);
  return array(joined.axes, element, { mask, spread: joined.spread });
}

export function add(run: Run, a: ArrayV, b: ArrayV, span: Span): Result {
  // A layer of several units has a bias for each, not one for all of them.
  const isLayer = (value: ArrayV): boolean =>
    value.element.kind === 'reduce' && value.axes.filter((axis) => axis.index).length > 1;
  const isBias = ({ axes, element }: ArrayV): boolean =>
    axes.length === 0 && element.kind === 'sym' && isWeightName(element.name);
  if ((isLayer(a) && isBias(b)) || (isLayer(b) && isBias(a))) run.penalise(1.75, 'one bias for many units');
  return elementwise(run, [a, b], span, (x, y) => run.arena.add(x, y));
}

export const multiply = (run: Run, a: ArrayV, b: ArrayV, span: Span): Result =>
  elementwise(run, [a, b], span, (x, y) => run.arena.mul(x, y));

/** A contracted index that is free in none of the operands (`r0`, `r1`, …). */
export const contracted = (run: Run, number: number, size: Size): IndexNode =>
  run.arena.index(`r${number}`, run.sizes.find(size));

/** Reduces the given axes; `mean` divides by their sizes afterwards. */
export function reduce(
  run: Run,
  value: ArrayV,
  op: ReduceOp | 'mean',
  positions: readonly number[],
  keepdims: boolean,
): ArrayV {
  if (value.axes.length === 0) run.penalise(4, 'reduction of a single number');
  else if (positions.every((p) => !value.axes[p]?.index))
    run.penalise(
      value.axes.length > 1 && positions.length === value.axes.length ? 0.5 : 4,
      'reduction of unit axes',
    );
  const kept = value.axes.flatMap((axis, p) => {
    if (!positions.includes(p)) return [axis.size];
    return keepdims ? ['1'] : [];
  });
  const axes = makeAxes(run, kept);
  const targets: (Node | null)[] = [];
  const indices: IndexNode[] = [];
  let next = 0;
  value.axes.forEach((axis, p) => {
    if (!positions.includes(p)) {
      targets[p] = axes[next]?.index ?? null;
      next += 1;
      return;
    }
    if (keepdims) next += 1;
    if (!axis.index) return;
    const index = contracted(run, indices.length, axis.size);
    indices.push(index);
    targets[p] = index;
  });
  let element = at(run, value, targets);
  for (const index of [...indices].reverse()) {
    element = run.arena.reduce(op === 'mean' ? 'sum' : op, index, element);
  }
  if (op === 'mean')
    element = run.arena.mul(
      element,
      ...indices.map((index) => run.arena.pow(run.arena.size(index.size), run.arena.minusOne)),
    );
  return array(axes, element, { spread: keepdims && kept.some((s) => s !== '1') });
}

/** What it costs to read a matrix as square because a vector stands on both sides of it. */
const QUADRATIC_FORM = 1;

/** A @ B @ A.T: nothing but a square B stands between a matrix and its own transpose. */
function isCongruence(run: Run, a: ArrayV, b: ArrayV, squared: string): boolean {
  const { element } = b;
  if (a.axes.length !== 2 || b.axes.length !== 2 || element.kind !== 'sym') return false;
  return squared !== run.names.get(element.name) && symbolNames(a.element).has(element.name);
}

/** `np.matmul` and `np.dot`, for operands of up to two axes, and for stacks of matrices with `matmul`. */
export function matmul(run: Run, a: ArrayV, b: ArrayV, span: Span, dot: boolean): Result {
  if (a.axes.length === 0 || b.axes.length === 0) {
    if (!dot) return shapeError(run, 'the operator @ needs arrays, not single numbers', span);
    run.penalise(4, 'dot product of a single number');
    return multiply(run, a, b, span);
  }
  if (dot && (a.axes.length > 2 || b.axes.length > 2))
    return unsupported('uses np.dot on arrays of more than two axes', span, 'dot-rank');
  const left = a.axes.at(-1);
  const right = b.axes.at(b.axes.length === 1 ? 0 : -2);
  if (!left || !right) return shapeError(run, 'nothing to contract', span);
  // x @ A @ x: nothing else makes a single number of a matrix and two vectors.
  const isForm = a.axes.length === 1 && b.axes.length === 1;
  const fits =
    left.index && right.index
      ? unifySizes(run, left.size, right.size, span, (input) =>
          isForm || isCongruence(run, a, b, input) ? QUADRATIC_FORM : SQUARE,
        )
      : left.size === right.size;
  if (!fits)
    return shapeError(
      run,
      `the shapes ${shapeText(a)} and ${shapeText(b)} do not fit for a matrix product`,
      span,
    );
  // A scale by a 1×1 array is hardly ever meant as a matrix product.
  if (!left.index) run.penalise(1, 'product over a unit axis');
  const rows = a.axes.length > 1 ? a.axes.slice(0, -1) : [];
  const columns = b.axes.length > 1 ? b.axes.slice(-1) : [];
  const batch = Math.max(0, a.axes.length - 2, b.axes.length - 2);
  const sizes: Size[] = [];
  for (let p = 0; p < batch; p += 1) {
    const x = a.axes[p - batch + a.axes.length - 2];
    const y = b.axes[p - batch + b.axes.length - 2];
    if (x?.index && y?.index && !unifySizes(run, x.size, y.size, span))
      return shapeError(
        run,
        `the shapes ${shapeText(a)} and ${shapeText(b)} do not fit for a matrix product`,
        span,
      );
    sizes.push(x?.index ? x.size : (y?.size ?? '1'));
  }
  if (a.axes.length > 1) sizes.push(rows.at(-1)?.size ?? '1');
  if (b.axes.length > 1) sizes.push(columns[0]?.size ?? '1');
  const axes = makeAxes(run, sizes);
  const index = left.index ? contracted(run, 0, left.size) : null;
  const row = a.axes.length > 1 ? (axes[batch]?.index ?? null) : null;
  const column = b.axes.length > 1 ? (axes.at(-1)?.index ?? null) : null;
  const stack = (value: ArrayV): (Node | null)[] =>
    value.axes.length > 2 ? axes.slice(batch - (value.axes.length - 2), batch).map((axis) => axis.index) : [];
  const x = at(run, a, a.axes.length === 1 ? [index] : [...stack(a), row, index]);
  const y = at(run, b, b.axes.length === 1 ? [index] : [...stack(b), index, column]);
  const product = run.arena.mul(x, y);
  return array(axes, index ? run.arena.sum(index, product) : product);
}

export function outer(run: Run, a: ArrayV, b: ArrayV, span: Span): Result {
  if (a.axes.length !== 1 || b.axes.length !== 1)
    return shapeError(run, `np.outer takes two vectors, not ${shapeText(a)} and ${shapeText(b)}`, span);
  const axes = makeAxes(run, [a.axes[0]?.size ?? '1', b.axes[0]?.size ?? '1']);
  const x = at(run, a, [axes[0]?.index ?? null]);
  const y = at(run, b, [axes[1]?.index ?? null]);
  return array(axes, run.arena.mul(x, y));
}

export function transpose(run: Run, value: ArrayV, order: readonly number[] | null, view = true): ArrayV {
  if (value.axes.length < 2) run.penalise(1.5, 'transpose of a vector');
  const full = order ?? value.axes.map((_, p) => value.axes.length - 1 - p);
  return permuted(run, value, full, view ? {} : { base: null });
}

/** The same elements with unit axes dropped and put in as in `sizes`; a null size takes the remaining axis. */
export function reshape(run: Run, value: ArrayV, sizes: readonly (Size | null)[], span: Span): Result {
  const indexed = value.axes.flatMap((axis, p) => (axis.index ? [p] : []));
  const wanted = sizes.flatMap((size, q) => (size === '1' ? [] : [q]));
  // A -1 stands for a unit axis when all other axes are accounted for.
  const free = sizes.indexOf(null);
  const unitFree = free >= 0 && wanted.length === indexed.length + 1;
  const slots = unitFree ? wanted.filter((q) => q !== free) : wanted;
  if (slots.length !== indexed.length) {
    if (indexed.length >= 2) return unsupported('uses a reshape that joins or splits axes', span, 'reshape');
    return shapeError(run, `an array of shape ${shapeText(value)} cannot be reshaped to this shape`, span);
  }
  const order: Size[] = sizes.map(() => '1');
  for (const [k, q] of slots.entries()) {
    const size = value.axes[indexed[k] ?? 0]?.size ?? '1';
    const target = sizes[q];
    if (target !== null && target !== undefined && !run.sizes.unify(size, target))
      return shapeError(run, `an array of shape ${shapeText(value)} cannot be reshaped to this shape`, span);
    order[q] = size;
  }
  const axes = makeAxes(run, order);
  const targets: (Node | null)[] = value.axes.map(() => null);
  slots.forEach((q, k) => (targets[indexed[k] ?? 0] = axes[q]?.index ?? null));
  return array(axes, at(run, value, targets), { base: value.base ?? value, mask: value.mask });
}

/** Drops unit axes: all, or those given. */
export function squeeze(run: Run, value: ArrayV, positions: readonly number[] | null, span: Span): Result {
  const dropped = positions ?? value.axes.flatMap((axis, p) => (axis.index ? [] : [p]));
  if (dropped.some((p) => value.axes[p]?.index))
    return shapeError(
      run,
      `only axes of length 1 can be squeezed, and the shape is ${shapeText(value)}`,
      span,
    );
  return permuted(
    run,
    value,
    value.axes.flatMap((_, p) => (dropped.includes(p) ? [] : [p])),
  );
}

/** Puts a unit axis before position `position` of the result. */
export function expandDims(run: Run, value: ArrayV, position: number): ArrayV {
  const sizes = value.axes.map((axis) => axis.size);
  sizes.splice(position, 0, '1');
  const axes = makeAxes(run, sizes);
  const rest = axes.filter((_, p) => p !== position);
  return array(
    axes,
    at(
      run,
      value,
      rest.map((axis) => axis.index),
    ),
    { base: value.base ?? value, spread: true, mask: value.mask },
  );
}

/** An array of this shape whose elements are all `element`. */
export function filled(run: Run, like: readonly Size[], element: Node): ArrayV {
  return array(makeAxes(run, like), element);
}

/** The length of an axis as a number. */
export const sizeValue = (run: Run, axis: Axis): ArrayV => scalar(run.arena.size(run.sizes.find(axis.size)));

/** Whether an array is one number, however it is shaped. */
export const isSingle = (value: ArrayV): boolean => value.axes.every((axis) => axis.index === null);

/** 0, 1, …, length - 1. */
export function arange(run: Run, length: Size): ArrayV {
  const axes = makeAxes(run, [length]);
  const index = axisIndex(run, 0, run.sizes.find(length));
  return array(axes, axes[0]?.index ? index : run.arena.zero);
}

/** Whether two arrays have the same axes but for unit axes. */
export function sameShape(run: Run, a: ArrayV, b: ArrayV): boolean {
  const sizes = ({ axes }: ArrayV): string =>
    axes.flatMap((axis) => (axis.index ? [run.sizes.find(axis.size)] : [])).join();
  return sizes(a) === sizes(b);
}
