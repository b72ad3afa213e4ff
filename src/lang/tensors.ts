/** Operations that tensor libraries have besides NumPy's, or that mean something else there. */
import type { Node, ReduceOp } from '../core/expr';
import { argument, axisPositions, flag, keyword, shapeSizes, toArray } from './arguments';
import {
  add,
  at,
  elementwise,
  matmul,
  permuted,
  reshape,
  shapeText,
  sizeValue,
  squeeze,
  transpose,
} from './arrays';
import { FUNCTIONS, reduced } from './functions';
import { array, makeAxes, number, scalar, shapeError, unsupported } from './run';
import type { Meaning } from './signature';
import { integerOf, numberOf, type ArrayV, type Value } from './values';

/** What the row of NumPy's table computes; the signature has brought the arguments under its names. */
export const likeNumpy =
  (name: string): Meaning =>
  (call) =>
    FUNCTIONS[name]?.(call) ?? unsupported(`uses ${call.written}`, call.span, 'unsupported-function');

/** The same along the last axis, unless the call says another. */
export const alongLast =
  (name: string): Meaning =>
  (call) =>
    likeNumpy(name)(
      keyword(call, 'axis')
        ? call
        : { ...call, args: [...call.args, { name: 'axis', value: number(call.run, -1) }] },
    );

/** The meaning of arrays of exactly these ranks. */
export const ofRanks =
  (meaning: Meaning, ...ranks: readonly number[]): Meaning =>
  (call) => {
    for (const [k, rank] of ranks.entries()) {
      const value = toArray(call.run, argument(call, k), call.span);
      if (value.kind === 'unknown') return value;
      if (value.axes.length !== rank)
        return shapeError(
          call.run,
          `${call.written} takes an array of ${rank} axes, not one of shape ${shapeText(value)}`,
          call.span,
        );
    }
    return meaning(call);
  };

/** x Wᵀ + b, with weights of shape (out, in). */
export const linear: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  const weight = toArray(call.run, argument(call, 1), call.span);
  if (weight.kind === 'unknown') return weight;
  if (weight.axes.length !== 2)
    return shapeError(call.run, `${call.written} takes a matrix of weights`, call.span);
  const product = matmul(call.run, x, transpose(call.run, weight, null), call.span, false);
  const given = argument(call, 2, 'bias');
  if (product.kind === 'unknown' || given === undefined || given.kind === 'none') return product;
  const bias = toArray(call.run, given, call.span);
  if (bias.kind === 'unknown') return bias;
  if (bias.axes.length !== 1)
    return shapeError(call.run, `${call.written} takes a vector as bias`, call.span);
  return add(call.run, product, bias, call.span);
};

/** x + α y. */
export const scaledSum =
  (sign: 1 | -1): Meaning =>
  (call) => {
    const values: ArrayV[] = [];
    for (const raw of [argument(call, 0), argument(call, 1), keyword(call, 'alpha') ?? number(call.run, 1)]) {
      const value = toArray(call.run, raw, call.span);
      if (value.kind === 'unknown') return value;
      values.push(value);
    }
    const { arena } = call.run;
    return elementwise(call.run, values, call.span, (x, y, alpha) =>
      arena.add(x, arena.mul(arena.num(sign), alpha ?? arena.one, y ?? arena.zero)),
    );
  };

/** The extremum of all elements, along an axis together with its positions, or of two arrays element by element. */
export const extremum =
  (op: ReduceOp & ('max' | 'min')): Meaning =>
  (call) => {
    const other = keyword(call, 'other');
    if (other === undefined) return likeNumpy(op)(call);
    const [x] = call.args;
    if (integerOf(other) === null)
      return likeNumpy(op === 'max' ? 'maximum' : 'minimum')({
        ...call,
        args: [...(x ? [x] : []), { name: null, value: other }],
      });
    const args = call.args.map((arg) => (arg.name === 'other' ? { ...arg, name: 'axis' } : arg));
    const values = likeNumpy(op)({ ...call, args });
    const positions = unsupported(`uses the positions of ${call.written}`, call.span, 'extremum-positions');
    return { kind: 'sequence', form: 'tuple', items: [values, positions], names: ['values', 'indices'] };
  };

/** Variance and standard deviation with n - 1 in the denominator unless the call says otherwise. */
export const unbiased =
  (name: 'var' | 'std'): Meaning =>
  (call) => {
    const bias = keyword(call, 'unbiased');
    const isUnbiased = bias === undefined ? true : flag(bias);
    const correction = keyword(call, 'correction') ?? number(call.run, isUnbiased === true ? 1 : 0);
    if (isUnbiased === null)
      return unsupported(`uses ${call.written} with unbiased=`, call.span, 'unsupported-argument');
    const args = call.args.filter((arg) => arg.name !== 'unbiased' && arg.name !== 'correction');
    return likeNumpy(name)({ ...call, args: [...args, { name: 'ddof', value: correction }] });
  };

/** The p-norm of all elements, or along axes. */
export const vectorNorm: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  const order = keyword(call, 'ord');
  const isTwo =
    order === undefined || order.kind === 'none' || (order.kind === 'string' && order.value === 'fro');
  const degree = isTwo ? 2 : numberOf(order);
  if (degree === null || !(degree > 0) || !Number.isFinite(degree))
    return unsupported(`uses ${call.written} of this order`, call.span, 'norm-order');
  const { arena } = call.run;
  const p = number(call.run, degree).element;
  const power =
    degree === 2
      ? arena.pow(x.element, arena.num(2))
      : degree === 1
        ? arena.call('abs', x.element)
        : arena.pow(arena.call('abs', x.element), p);
  return reduced(call, array(x.axes, power), 'sum', (_, total) =>
    degree === 1 ? total : array(total.axes, arena.pow(total.element, arena.pow(p, arena.minusOne))),
  );
};

/** All axes but the first as one. */
export const flattenedRows: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown' || x.axes.length === 2) return x;
  const [first] = x.axes;
  return first
    ? reshape(call.run, x, [first.size, null], call.span)
    : shapeError(call.run, `${call.written} takes a batch of arrays`, call.span);
};

/** Two axes change places. */
export const swapped: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  const pair: number[] = [];
  for (const name of ['first', 'second']) {
    const found = axisPositions(call.run, keyword(call, name), x.axes.length, call.span);
    if (!Array.isArray(found)) return found;
    if (found.length !== 1)
      return unsupported(`uses ${call.written} with these arguments`, call.span, 'axis');
    pair.push(...found);
  }
  const [a = 0, b = 0] = pair;
  return permuted(
    call.run,
    x,
    x.axes.map((_, p) => (p === a ? b : p === b ? a : p)),
  );
};

/** Unit axes are dropped; others that are named stay. */
export const squeezedWherePossible: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  const axis = keyword(call, 'axis');
  if (axis === undefined || axis.kind === 'none') return squeeze(call.run, x, null, call.span);
  const positions = axisPositions(call.run, axis, x.axes.length, call.span);
  if (!Array.isArray(positions)) return positions;
  const units = positions.filter((p) => !x.axes[p]?.index);
  if (units.length === 0) call.run.penalise(1.5, 'nothing to squeeze');
  return squeeze(call.run, x, units, call.span);
};

/** `result[i][j] = x[i][index[i][j]]` along axis 1, and so on. */
export const gathered: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  const positions = toArray(call.run, keyword(call, 'index'), call.span);
  if (positions.kind === 'unknown') return positions;
  const along = axisPositions(call.run, keyword(call, 'axis'), x.axes.length, call.span);
  if (!Array.isArray(along)) return along;
  const [axis] = along;
  if (axis === undefined || along.length !== 1 || positions.axes.length !== x.axes.length)
    return shapeError(call.run, `${call.written} takes an index with as many axes`, call.span);
  const targets: (Node | null)[] = [];
  for (const [p, own] of x.axes.entries()) {
    const other = positions.axes[p];
    if (p === axis) targets.push(positions.element);
    else if (!own.index || !other?.index) {
      if (own.index) return unsupported(`uses ${call.written} of a part of an array`, call.span, 'gather');
      targets.push(null);
    } else {
      if (!call.run.sizes.unify(own.size, other.size))
        return shapeError(call.run, `${call.written} takes an index for each row`, call.span);
      targets.push(other.index);
    }
  }
  return array(positions.axes, at(call.run, x, targets));
};

/** A row with a single 1 for each class. */
export const oneHot: Meaning = (call) => {
  const classes = toArray(call.run, argument(call, 0), call.span);
  if (classes.kind === 'unknown') return classes;
  const count = argument(call, 1, 'classes');
  const sizes = shapeSizes(call.run, count ? [count] : [], call.span);
  if (!Array.isArray(sizes)) return sizes;
  const [size] = sizes;
  if (size === undefined || size === null)
    return unsupported(`uses ${call.written} without the number of classes`, call.span, 'one-hot');
  const axes = makeAxes(call.run, [...classes.axes.map((axis) => axis.size), size]);
  const index = axes.at(-1)?.index;
  return array(axes, index ? call.run.arena.delta(index, classes.element) : call.run.arena.one);
};

/** The length of one axis, or all of them. */
export const sizes: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  const axis = argument(call, 1, 'dim');
  const lengths: Value[] = x.axes.map((own) => sizeValue(call.run, own));
  if (axis === undefined) return { kind: 'sequence', form: 'tuple', items: lengths };
  const positions = axisPositions(call.run, axis, x.axes.length, call.span);
  if (!Array.isArray(positions)) return positions;
  return lengths[positions[0] ?? 0] ?? unsupported('uses an axis that is not there', call.span, 'axis');
};

export const rank: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  return x.kind === 'unknown' ? x : number(call.run, x.axes.length);
};

/** The only number of an array, as a plain number. */
export const item: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  return x.axes.every((axis) => !axis.index)
    ? scalar(x.element)
    : shapeError(call.run, `${call.written}() needs a single number`, call.span);
};

/** (log-)softmax of the negative. */
export const softmin: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  const [, ...settings] = call.args;
  const negative = array(x.axes, call.run.arena.neg(x.element));
  return likeNumpy('softmax')({ ...call, args: [{ name: null, value: negative }, ...settings] });
};

/** A matrix product with either operand transposed first. */
export const productWithFlags: Meaning = (call) => {
  const operands: ArrayV[] = [];
  for (const [k, name] of ['turn_a', 'turn_b'].entries()) {
    const value = toArray(call.run, argument(call, k), call.span);
    if (value.kind === 'unknown') return value;
    if (value.axes.length < 2)
      return shapeError(call.run, `${call.written} takes matrices, not ${shapeText(value)}`, call.span);
    const turned = flag(keyword(call, name));
    if (turned === null || (turned && value.axes.length !== 2))
      return unsupported(`uses ${call.written} with these arguments`, call.span, 'unsupported-argument');
    operands.push(turned ? transpose(call.run, value, null) : value);
  }
  const [a, b] = operands;
  return a && b
    ? matmul(call.run, a, b, call.span, false)
    : unsupported('a call lacks an argument', call.span, 'missing-argument');
};
