/** The library function table: one row per function, as NumPy defines it. */
import type { Axis } from '../core/definition';
import type { Arena, Node, ReduceOp, Relation } from '../core/expr';
import {
  arange,
  elementwise,
  expandDims,
  filled,
  matmul,
  multiply,
  outer,
  permuted,
  reduce,
  reshape,
  sizeValue,
  squeeze,
  transpose,
  type Result,
} from './arrays';
import {
  argument,
  arrayArgument,
  axisPositions,
  flag,
  keyword,
  shapeSizes,
  toArray,
  type LibraryCall,
} from './arguments';
import { einsum } from './einsum';
import { LINEAR_FUNCTIONS } from './linear';
import {
  array,
  axisIndex,
  makeAxes,
  number,
  scalar,
  shapeError,
  unsupported,
  type CallArgument,
  type Run,
} from './run';
import { SPECIAL_FUNCTIONS } from './special';
import { stackedArray } from './stack';
import { integerOf, numberOf, type ArrayV, type UnknownValue, type Value } from './values';

type Handler = (call: LibraryCall) => Value;

/** A function of one array, applied elementwise. */
function unary(build: (run: Run, x: Node) => Node): Handler {
  return (call) => {
    const extra = keyword(call, 'where');
    if (extra && extra.kind !== 'none')
      return unsupported(`uses ${call.written} with where=`, call.span, 'out-argument');
    const x = arrayArgument(call, 0, 'x', 'a', 'input');
    return x.kind === 'unknown' ? x : elementwise(call.run, [x], call.span, (e) => build(call.run, e));
  };
}

function binary(build: (run: Run, x: Node, y: Node) => Node, mask = false): Handler {
  return (call) => {
    const extra = keyword(call, 'where');
    if (extra && extra.kind !== 'none')
      return unsupported(`uses ${call.written} with where=`, call.span, 'out-argument');
    const x = arrayArgument(call, 0, 'x1', 'input');
    const y = arrayArgument(call, 1, 'x2', 'other', 'exponent');
    if (x.kind === 'unknown') return x;
    if (y.kind === 'unknown') return y;
    return elementwise(call.run, [x, y], call.span, (a, b) => build(call.run, a, b), mask);
  };
}

const call = (fn: string): Handler => unary((run, x) => run.arena.call(fn, x));
const call2 = (fn: string): Handler => binary((run, x, y) => run.arena.call(fn, x, y));
const relation = (rel: Relation | '<' | '<='): Handler =>
  binary((run, x, y) => run.arena.compare(rel, x, y), true);

/** A reduction with `axis` and `keepdims`. */
function reduction(
  op: ReduceOp | 'mean',
  finish: (run: Run, total: ArrayV) => Value = (_, total) => total,
): Handler {
  return (c) => {
    const x = sumOperand(c);
    return x.kind === 'unknown' ? x : reduced(c, x, op, finish);
  };
}

/** A reduction by the call's axes; `first` is the place of the axis among positional arguments. */
export function reduced(
  c: LibraryCall,
  x: ArrayV,
  op: ReduceOp | 'mean',
  finish: (run: Run, total: ArrayV) => Value = (_, total) => total,
  first = 1,
): Value {
  const extra = keyword(c, 'where', 'initial', 'weights', 'b', 'return_sign');
  if (extra && extra.kind !== 'none' && integerOf(extra) !== 0)
    return unsupported(
      `uses ${c.written} with an argument that is not supported`,
      c.span,
      'reduction-argument',
    );
  const positions = axisPositions(c.run, argument(c, first, 'axis', 'dim'), x.axes.length, c.span);
  if (!Array.isArray(positions)) return positions;
  const keepdims = flag(keyword(c, 'keepdims', 'keepdim'));
  if (keepdims === null) return unsupported('uses keepdims that is not a constant', c.span, 'keepdims');
  return finish(c.run, reduce(c.run, x, op, positions, keepdims));
}

/** np.sum takes a list of numbers too. */
function sumOperand(c: LibraryCall): ArrayV | UnknownValue {
  const first = argument(c, 0, 'a', 'input');
  return toArray(c.run, first?.kind === 'sequence' ? stacked(c.run, first.items, c) : first, c.span);
}

/** Equal-shaped items as an array with a leading axis of a literal length. */
function stacked(run: Run, items: readonly Value[], c: LibraryCall): Value {
  const values = items.map((item) => toArray(run, item, c.span));
  const bad = values.find((v) => v.kind === 'unknown');
  if (bad) return bad;
  const arrays = values as ArrayV[];
  if (arrays.length === 0 || arrays.some((v) => v.axes.length > 0))
    return unsupported('builds an array from a list', c.span, 'list-array');
  const axes = makeAxes(run, [String(arrays.length)]);
  const index = axes[0]?.index;
  const [only] = arrays;
  if (!index) return array(axes, only?.element ?? run.arena.zero);
  let element: Node = run.arena.zero;
  arrays.forEach(
    (v, k) =>
      (element = run.arena.add(element, run.arena.mul(v.element, run.arena.delta(index, run.arena.num(k))))),
  );
  return array(axes, element);
}

const UNIT_AXIS: Axis = { size: '1', index: null };

const squared = (run: Run, x: ArrayV): ArrayV => array(x.axes, run.arena.pow(x.element, run.arena.num(2)));

/** Squared deviation along the axes over n less `ddof`, or its root. */
function deviation(root: boolean): Handler {
  return (c) => {
    const x = arrayArgument(c, 0, 'a');
    if (x.kind === 'unknown') return x;
    const positions = axisPositions(c.run, argument(c, 1, 'axis'), x.axes.length, c.span);
    if (!Array.isArray(positions)) return positions;
    const mean = reduce(c.run, x, 'mean', positions, true);
    const centred = elementwise(c.run, [x, mean], c.span, (a, b) => c.run.arena.sub(a, b));
    if (centred.kind === 'unknown') return centred;
    const { arena } = c.run;
    const ddof = numberOf(argument(c, 4, 'ddof') ?? scalar(arena.zero));
    if (ddof === null || keyword(c, 'correction', 'mean'))
      return unsupported(`uses ${c.written} with these arguments`, c.span, 'unsupported-argument');
    const count = arena.mul(...positions.map((p) => sizeValue(c.run, x.axes[p] ?? UNIT_AXIS).element));
    const degrees = arena.sub(count, number(c.run, ddof).element);
    return reduced(c, squared(c.run, centred), ddof === 0 ? 'mean' : 'sum', (run, total) => {
      const value = ddof === 0 ? total.element : run.arena.div(total.element, degrees);
      return array(total.axes, root ? run.arena.sqrt(value) : value);
    });
  };
}

const norm: Handler = (c) => {
  const x = arrayArgument(c, 0, 'x');
  if (x.kind === 'unknown') return x;
  const order = argument(c, 1, 'ord', 'p');
  const degree = order === undefined || order.kind === 'none' ? 2 : integerOf(order);
  if (degree === 1 && x.axes.length === 1)
    return reduced(c, array(x.axes, c.run.arena.call('abs', x.element)), 'sum', undefined, 2);
  const frobenius = order?.kind === 'string' && order.value === 'fro';
  const matrix2 =
    degree === 2 &&
    order !== undefined &&
    order.kind !== 'none' &&
    x.axes.length > 1 &&
    !argument(c, 2, 'axis');
  if ((degree !== 2 && !frobenius) || matrix2)
    return unsupported(`uses ${c.written} of this order`, c.span, 'norm-order');
  return reduced(
    c,
    squared(c.run, x),
    'sum',
    (run, total) => array(total.axes, run.arena.sqrt(total.element)),
    2,
  );
};

const clip: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a', 'input');
  if (x.kind === 'unknown') return x;
  let value: Result = x;
  const bounds = [
    ['maximum', argument(c, 1, 'a_min', 'min')],
    ['minimum', argument(c, 2, 'a_max', 'max')],
  ] as const;
  for (const [fn, raw] of bounds) {
    if (raw === undefined || raw.kind === 'none') continue;
    const bound = toArray(c.run, raw, c.span);
    if (bound.kind === 'unknown') return bound;
    value = elementwise(c.run, [value, bound], c.span, (a, b) => c.run.arena.call(fn, a, b));
    if (value.kind === 'unknown') return value;
  }
  return value;
};

/** A 0/1 node of any expression, as NumPy's truth value. */
export function truth(run: Run, x: Node, mask: boolean): Node {
  return mask || x.kind === 'cmp' ? x : run.arena.compare('!=', x, run.arena.zero);
}

const where: Handler = (c) => {
  const condition = arrayArgument(c, 0, 'condition');
  const then = arrayArgument(c, 1, 'x');
  const otherwise = arrayArgument(c, 2, 'y');
  if (condition.kind === 'unknown') return condition;
  if (then.kind === 'unknown') return then;
  if (otherwise.kind === 'unknown') return otherwise;
  return elementwise(c.run, [condition, then, otherwise], c.span, (x, a, b) =>
    c.run.arena.where(truth(c.run, x, condition.mask), a, b),
  );
};

const dot =
  (asDot: boolean): Handler =>
  (c) => {
    const a = arrayArgument(c, 0, 'a', 'input');
    const b = arrayArgument(c, 1, 'b', 'other');
    if (a.kind === 'unknown') return a;
    return b.kind === 'unknown' ? b : matmul(c.run, a, b, c.span, asDot);
  };

const reshapeTo: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a', 'input');
  if (x.kind === 'unknown') return x;
  const order = keyword(c, 'order');
  if (order && !(order.kind === 'string' && order.value === 'C'))
    return unsupported('uses reshape with an order', c.span, 'reshape-order');
  const rest = c.args.filter((arg) => arg.name === null).slice(1);
  const named = keyword(c, 'newshape', 'shape');
  const items = named ? [named] : rest.map((arg) => arg.value);
  const [only] = items;
  const sizes = shapeSizes(
    c.run,
    items.length === 1 && only?.kind === 'sequence' ? only.items : items,
    c.span,
  );
  return Array.isArray(sizes) ? reshape(c.run, x, sizes, c.span) : sizes;
};

const ravel: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a', 'input');
  if (x.kind === 'unknown') return x;
  return x.axes.length === 1 ? x : reshape(c.run, x, [null], c.span);
};

const squeezed: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a', 'input');
  if (x.kind === 'unknown') return x;
  const axis = argument(c, 1, 'axis', 'dim');
  if (axis === undefined || axis.kind === 'none') return squeeze(c.run, x, null, c.span);
  const positions = axisPositions(c.run, axis, x.axes.length, c.span);
  return Array.isArray(positions) ? squeeze(c.run, x, positions, c.span) : positions;
};

const expanded: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a', 'input');
  if (x.kind === 'unknown') return x;
  const positions = axisPositions(c.run, argument(c, 1, 'axis', 'dim'), x.axes.length + 1, c.span);
  if (!Array.isArray(positions)) return positions;
  const [position] = positions;
  if (positions.length !== 1 || position === undefined)
    return unsupported('adds several axes at once', c.span, 'expand-dims');
  return expandDims(c.run, x, position);
};

const transposed: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a', 'input');
  if (x.kind === 'unknown') return x;
  const rest = c.args.filter((arg) => arg.name === null).slice(1);
  const axes = keyword(c, 'axes');
  const items = axes ? [axes] : rest.map((arg) => arg.value);
  if (items.length === 0) return transpose(c.run, x, null);
  const [only] = items;
  const list = items.length === 1 && only?.kind === 'sequence' ? only.items : items;
  const order = list.map((item) => integerOf(item));
  const positions = order.map((p) => (p === null ? -1 : p < 0 ? p + x.axes.length : p));
  if (
    positions.length !== x.axes.length ||
    new Set(positions).size !== positions.length ||
    positions.some((p) => p < 0 || p >= x.axes.length)
  )
    return shapeError(c.run, 'the axes to transpose do not fit the array', c.span);
  return permuted(c.run, x, positions);
};

const like =
  (value: 0 | 1): Handler =>
  (c) => {
    const x = arrayArgument(c, 0, 'a', 'input');
    if (x.kind === 'unknown') return x;
    return filled(
      c.run,
      x.axes.map((axis) => axis.size),
      c.run.arena.num(value),
    );
  };

const filledWith =
  (value: 0 | 1): Handler =>
  (c) => {
    const shape = argument(c, 0, 'shape', 'size');
    if (!shape) return unsupported(`uses ${c.written} without a shape`, c.span, 'missing-argument');
    const sizes = shapeSizes(c.run, shape.kind === 'sequence' ? shape.items : [shape], c.span);
    if (!Array.isArray(sizes)) return sizes;
    if (sizes.includes(null)) return shapeError(c.run, 'a size is negative', c.span);
    return filled(
      c.run,
      sizes.map((size) => size ?? '1'),
      c.run.arena.num(value),
    );
  };

const fullLike: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a');
  const value = arrayArgument(c, 1, 'fill_value');
  if (x.kind === 'unknown') return x;
  if (value.kind === 'unknown') return value;
  if (value.axes.length > 0) return unsupported('fills an array with an array', c.span, 'full');
  return filled(
    c.run,
    x.axes.map((axis) => axis.size),
    value.element,
  );
};

const eye: Handler = (c) => {
  const length = argument(c, 0, 'N', 'n');
  const sizes = shapeSizes(c.run, length ? [length] : [], c.span);
  if (!Array.isArray(sizes)) return sizes;
  const [size] = sizes;
  if (size === undefined || size === null || c.args.length > 1)
    return unsupported(`uses ${c.written} with these arguments`, c.span, 'eye');
  const axes = makeAxes(c.run, [size, size]);
  const [i, j] = axes.map((axis) => axis.index);
  return array(axes, i && j ? c.run.arena.delta(i, j) : c.run.arena.one);
};

const aranged: Handler = (c) => {
  const positional = c.args.filter((arg) => arg.name === null).map((arg) => arg.value);
  if (positional.length !== 1)
    return unsupported(`uses ${c.written} with a start or a step`, c.span, 'arange');
  const sizes = shapeSizes(c.run, positional, c.span);
  if (!Array.isArray(sizes)) return sizes;
  const [size] = sizes;
  return size === undefined || size === null
    ? unsupported(`uses ${c.written} with these arguments`, c.span, 'arange')
    : arange(c.run, size);
};

const softmax =
  (log: boolean): Handler =>
  (c) => {
    const x = arrayArgument(c, 0, 'x', 'input');
    if (x.kind === 'unknown') return x;
    const { arena } = c.run;
    const axis = argument(c, 1, 'axis', 'dim');
    const positions = axisPositions(c.run, axis, x.axes.length, c.span);
    if (!Array.isArray(positions)) return positions;
    const exp = array(x.axes, arena.call('exp', x.element));
    const total = reduce(c.run, exp, 'sum', positions, true);
    return elementwise(c.run, [x, total], c.span, (a, s) =>
      log ? arena.sub(a, arena.call('log', s)) : arena.div(arena.call('exp', a), s),
    );
  };

const logsumexp: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a');
  if (x.kind === 'unknown') return x;
  const exp = array(x.axes, c.run.arena.call('exp', x.element));
  return reduced(c, exp, 'sum', (run, total) => array(total.axes, run.arena.call('log', total.element)));
};

const inner: Handler = (c) => {
  const a = arrayArgument(c, 0, 'a');
  const b = arrayArgument(c, 1, 'b');
  if (a.kind === 'unknown') return a;
  if (b.kind === 'unknown') return b;
  return matmul(c.run, a, b.axes.length > 1 ? transpose(c.run, b, null) : b, c.span, true);
};

/** Row-wise copies with no change of value. */
const same: Handler = (c) => {
  const raw = argument(c, 0, 'a', 'object', 'data', 'x');
  const value =
    raw?.kind === 'sequence' ? stackedArray(c.run, raw.items, c.span) : toArray(c.run, raw, c.span);
  return value.kind === 'array' ? { ...value, base: null } : value;
};

const shapeOf: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a');
  if (x.kind === 'unknown') return x;
  return { kind: 'sequence', form: 'tuple', items: x.axes.map((axis) => sizeValue(c.run, axis)) };
};

const sizeOf: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a');
  if (x.kind === 'unknown') return x;
  const positions = axisPositions(c.run, argument(c, 1, 'axis'), x.axes.length, c.span);
  if (!Array.isArray(positions)) return positions;
  const axes = positions.map((p) => x.axes[p] ?? UNIT_AXIS);
  return scalar(c.run.arena.mul(...axes.map((axis) => sizeValue(c.run, axis).element)));
};

const guard: Handler = (c) => {
  c.run.notes.push({ subject: c.written, text: `${c.written} is read as its argument`, span: c.span });
  return same(c);
};

const product: Handler = (c) => {
  const a = arrayArgument(c, 0);
  const b = arrayArgument(c, 1);
  if (a.kind === 'unknown') return a;
  return b.kind === 'unknown' ? b : multiply(c.run, a, b, c.span);
};

/** Rows by canonical name (see library.ts). */
export const FUNCTIONS: Readonly<Record<string, Handler>> = {
  ...LINEAR_FUNCTIONS,
  ...SPECIAL_FUNCTIONS,
  exp: call('exp'),
  log: (c) => {
    const base = argument(c, 1);
    if (base === undefined) return call('log')(c);
    return binary((run, x, b) => run.arena.div(run.arena.call('log', x), run.arena.call('log', b)))(c);
  },
  log1p: call('log1p'),
  expm1: call('expm1'),
  log2: unary((run, x) => run.arena.div(run.arena.call('log', x), run.arena.call('log', run.arena.num(2)))),
  log10: unary((run, x) => run.arena.div(run.arena.call('log', x), run.arena.call('log', run.arena.num(10)))),
  exp2: unary((run, x) => run.arena.pow(run.arena.num(2), x)),
  sqrt: unary((run, x) => run.arena.sqrt(x)),
  rsqrt: unary((run, x) => run.arena.pow(x, run.arena.num(-1, 2))),
  square: unary((run, x) => run.arena.pow(x, run.arena.num(2))),
  reciprocal: unary((run, x) => run.arena.pow(x, run.arena.minusOne)),
  negative: unary((run, x) => run.arena.neg(x)),
  abs: call('abs'),
  sign: call('sign'),
  tanh: call('tanh'),
  sin: call('sin'),
  cos: call('cos'),
  tan: call('tan'),
  sinh: call('sinh'),
  cosh: call('cosh'),
  arcsin: call('arcsin'),
  arccos: call('arccos'),
  arctan: call('arctan'),
  arcsinh: call('arcsinh'),
  arccosh: call('arccosh'),
  arctanh: call('arctanh'),
  erf: call('erf'),
  lgamma: call('lgamma'),
  digamma: call('digamma'),
  trigamma: call('trigamma'),
  sigmoid: call('sigmoid'),
  softplus: call('softplus'),
  relu: call('relu'),
  logaddexp: call2('logaddexp'),
  radians: unary(({ arena }, x) => arena.mul(x, arena.constant('pi', Math.PI), arena.num(1, 180))),
  copysign: binary(({ arena }, x, y) => arena.mul(arena.call('abs', x), arena.call('sign', y))),
  maximum: call2('maximum'),
  minimum: call2('minimum'),
  fmax: call2('maximum'),
  fmin: call2('minimum'),
  add: binary((run, x, y) => run.arena.add(x, y)),
  subtract: binary((run, x, y) => run.arena.sub(x, y)),
  multiply: product,
  divide: binary((run, x, y) => run.arena.div(x, y)),
  power: binary((run, x, y) => power(run.arena, x, y)),
  '>': relation('>'),
  '>=': relation('>='),
  '<': relation('<'),
  '<=': relation('<='),
  '==': relation('=='),
  '!=': relation('!='),
  logical_and: binary((run, x, y) => run.arena.mul(truth(run, x, false), truth(run, y, false)), true),
  logical_not: unary((run, x) => run.arena.sub(run.arena.one, truth(run, x, false))),
  logical_or: binary((run, x, y) => disjunction(run, truth(run, x, false), truth(run, y, false)), true),
  heaviside: binary((run, x, y) =>
    run.arena.where(
      run.arena.compare('>', x, run.arena.zero),
      run.arena.one,
      run.arena.where(run.arena.compare('==', x, run.arena.zero), y, run.arena.zero),
    ),
  ),
  where,
  clip,
  sum: reduction('sum'),
  mean: reduction('mean'),
  average: reduction('mean'),
  prod: reduction('prod'),
  max: reduction('max'),
  min: reduction('min'),
  var: deviation(false),
  std: deviation(true),
  norm,
  logsumexp,
  softmax: softmax(false),
  log_softmax: softmax(true),
  dot: dot(true),
  matmul: dot(false),
  vdot: dot(true),
  inner,
  outer: (c) => {
    const a = arrayArgument(c, 0, 'a');
    const b = arrayArgument(c, 1, 'b');
    if (a.kind === 'unknown') return a;
    return b.kind === 'unknown' ? b : outer(c.run, a, b, c.span);
  },
  einsum,
  transpose: transposed,
  reshape: reshapeTo,
  ravel,
  squeeze: squeezed,
  expand_dims: expanded,
  zeros_like: like(0),
  // Every entry is filled before it is read, or the code is wrong on its own.
  empty_like: like(0),
  ones_like: like(1),
  full_like: fullLike,
  zeros: filledWith(0),
  empty: filledWith(0),
  ones: filledWith(1),
  eye,
  arange: aranged,
  array: same,
  nan_to_num: guard,
  shape: shapeOf,
  size: sizeOf,
};

/** x to the power y; of e it is the exponential function. */
export const power = (arena: Arena, x: Node, y: Node): Node =>
  x.kind === 'const' && x.name === 'e' ? arena.call('exp', y) : arena.pow(x, y);

/** 1 where either of two 0/1 values is 1. */
export function disjunction(run: Run, x: Node, y: Node): Node {
  const { arena } = run;
  return arena.sub(arena.one, arena.mul(arena.sub(arena.one, x), arena.sub(arena.one, y)));
}

/** The index node that an array of positions along an axis is, for gathers. */
export const positionIndex = (run: Run, position: number, size: string): Node =>
  axisIndex(run, position, size);

/** Rows of one and of two operands, whose next positional argument is the array that takes the result. */
const UNARY =
  /^(exp|log|log1p|expm1|log2|log10|exp2|sqrt|square|reciprocal|negative|abs|sign|tanh|sin|cos|tan|sinh|cosh|arc(sin|cos|tan)h?|logical_not)$/;
const BINARY =
  /^(add|subtract|multiply|divide|power|maximum|minimum|fmax|fmin|logaddexp|>|>=|<|<=|==|!=|logical_and|logical_or)$/;

/** The arguments without the one that takes the result (`out=`, or the one after the operands), and that one. */
export function splitOut(
  row: string,
  path: string,
  args: readonly CallArgument[],
): { args: readonly CallArgument[]; out: Value | null } {
  const named = args.find((arg) => arg.name === 'out');
  if (named)
    return {
      args: args.filter((arg) => arg !== named),
      out: named.value.kind === 'none' ? null : named.value,
    };
  const operands = UNARY.test(row) ? 1 : BINARY.test(row) ? 2 : Infinity;
  const positional = args.filter((arg) => arg.name === null);
  const extra = positional[operands];
  // math.log takes a base there, and nothing of math or torch an array for the result.
  if (!extra || !/^(numpy|jax\.numpy|cupy)\./.test(path)) return { args, out: null };
  return { args: args.filter((arg) => arg !== extra), out: extra.value };
}
