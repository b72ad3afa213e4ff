/** What the functions and methods of JavaScript's array libraries mean: TensorFlow.js, math.js, ml-matrix, NumJs, numeric. */
import { arrayArgument, keyword, shapeSizes, toArray } from './arguments';
import { at, elementwise, expandDims, filled, matmul } from './arrays';
import * as f from './formulas';
import * as losses from './losses';
import { array, number, unsupported, type CallArgument } from './run';
import { row, rows, type LibraryRow, type LibraryTable, type Meaning } from './signature';
import * as t from './tensors';
import type { ArrayLibrary } from './run';

const { applied } = f;
const numpy = t.likeNumpy;

/** Modules by the name that the tables know them by. */
export function canonicalModule(module: string): string {
  if (/^@tensorflow\/tfjs(-|$|\/)/.test(module)) return 'tfjs';
  return /^(mathjs|numjs|numeric|ml-matrix)(\/|$)/.exec(module)?.[1] ?? module;
}

/** Whose arrays a file works with; `any` where its imports do not tell. */
export function javascriptArrays(modules: Iterable<string>): ArrayLibrary {
  const found = [...modules].map(canonicalModule);
  return (['tfjs', 'ml-matrix', 'mathjs', 'numjs'] as const).find((name) => found.includes(name)) ?? 'any';
}

const same = numpy('array');

const renamed = (table: Readonly<Record<string, string>>, signature: string): LibraryTable =>
  Object.fromEntries(Object.entries(table).map(([name, own]) => [name, row(signature, numpy(own))]));

const ELEMENTWISE =
  'exp expm1 log log1p sqrt rsqrt square reciprocal abs sign sin cos tan sinh cosh tanh erf sigmoid softplus';
const COMPARED: Readonly<Record<string, string>> = {
  greater: '>',
  greaterEqual: '>=',
  less: '<',
  lessEqual: '<=',
  equal: '==',
  notEqual: '!=',
  logicalAnd: 'logical_and',
  logicalOr: 'logical_or',
};

/** A size for each number that is given, or for each of a list. */
const filledBy =
  (value: 0 | 1): Meaning =>
  (call) => {
    const items = call.args.map((arg) => arg.value).filter((item) => item.kind !== 'string');
    const [only] = items;
    const list = items.length === 1 && only?.kind === 'sequence' ? only.items : items;
    const sizes = shapeSizes(call.run, list, call.span);
    if (!Array.isArray(sizes)) return sizes;
    return filled(
      call.run,
      sizes.map((size) => size ?? '1'),
      call.run.arena.num(value),
    );
  };

/** `tf.tidy(() => …)`, also with a name before the function. */
const called: Meaning = (call) => {
  const fn = call.args.find((arg) => arg.value.kind === 'function')?.value;
  return fn?.kind === 'function'
    ? call.run.call(fn, [], call.span)
    : unsupported(`uses ${call.written} of a function that is not known`, call.span, 'unsupported-function');
};

/** `value.where(condition, other)` and `tf.where(condition, a, b)`. */
const whereOf: Meaning = (call) => {
  const [first, second, third] = call.args;
  const isMethod = call.written.endsWith('.where') && !/^tf\./.test(call.written);
  if (!first || !second || !third) return numpy('where')(call);
  return numpy('where')({ ...call, args: isMethod ? [second, first, third] : [first, second, third] });
};

const tfjs: LibraryTable = {
  ...rows(`${ELEMENTWISE} relu`, 'x', numpy),
  ...renamed(
    {
      neg: 'negative',
      atan: 'arctan',
      asin: 'arcsin',
      acos: 'arccos',
      asinh: 'arcsinh',
      acosh: 'arccosh',
      atanh: 'arctanh',
      logSigmoid: 'log_sigmoid',
      logicalNot: 'logical_not',
      zerosLike: 'zeros_like',
      onesLike: 'ones_like',
    },
    'x',
  ),
  ...renamed(
    {
      add: 'add',
      sub: 'subtract',
      mul: 'multiply',
      div: 'divide',
      pow: 'power',
      maximum: 'maximum',
      minimum: 'minimum',
    },
    'x y',
  ),
  ...renamed(COMPARED, 'x y'),
  ...renamed(
    { sum: 'sum', mean: 'mean', max: 'max', min: 'min', prod: 'prod', logSumExp: 'logsumexp' },
    'x axis: keepDims:keepdims',
  ),
  squaredDifference: row(
    'x y:y',
    applied((a, x, y = a.zero) => a.pow(a.sub(x, y), a.num(2)), ['y', '0']),
  ),
  matMul: row('a b transposeA:turn_a transposeB:turn_b', t.productWithFlags),
  dot: row('a b', numpy('dot')),
  outerProduct: row('a b', numpy('outer')),
  transpose: row('x perm:axes', numpy('transpose')),
  reshape: row('x shape:shape', numpy('reshape')),
  squeeze: row('x axis:', numpy('squeeze')),
  expandDims: row('x axis:', numpy('expand_dims')),
  ...rows('flatten as1D', 'x', () => numpy('ravel')),
  ...rows('asScalar item', 'x', () => t.item),
  norm: row('x ord?euclidean axis: keepDims:keepdims', t.vectorNorm),
  softmax: row('logits dim:axis', t.alongLast('softmax')),
  logSoftmax: row('logits axis:', t.alongLast('log_softmax')),
  relu6: row('x', applied(f.relu6)),
  leakyRelu: row('x alpha:', applied(f.leakyRelu, ['alpha', '0.2'])),
  elu: row('x', applied(f.elu)),
  selu: row('x', applied(f.selu)),
  clipByValue: row('x clipValueMin:min clipValueMax:max', numpy('clip')),
  where: row('...', whereOf),
  oneHot: row('indices depth:classes onValue?1 offValue?0 dtype-', t.oneHot),
  ...rows('zeros ones', '...', (name) => filledBy(name === 'zeros' ? 0 : 1)),
  ...rows('scalar tensor tensor1d tensor2d tensor3d variable', 'x shape- dtype- name-', () => same),
  ...rows('cast asType', 'x dtype-', () => same),
  ...rows('toFloat toInt toBool clone keep arraySync variable', 'x', () => same),
  tidy: row('...', called),
};

const tfjsLosses: LibraryTable = {
  meanSquaredError: row('labels predictions weights? reduction?', losses.lossOf(losses.squaredError)),
  absoluteDifference: row('labels predictions weights? reduction?', losses.lossOf(losses.absoluteError)),
  huberLoss: row(
    'labels predictions weights? delta: reduction?',
    losses.lossOf(losses.huber, ['delta', '1']),
  ),
  sigmoidCrossEntropy: row(
    'labels: logits: weights? labelSmoothing? reduction?',
    losses.ofLabelsAndLogits(losses.lossOf(losses.binaryCrossEntropyOfLogits), 'mean'),
  ),
  softmaxCrossEntropy: row(
    'labels: logits: weights? labelSmoothing? reduction?',
    losses.ofLabelsAndLogits(losses.crossEntropyOfProbabilities, 'mean'),
  ),
};

/** Numbers scale, vectors give their inner product, matrices the matrix product. */
const productOf: Meaning = (call) => {
  let total = arrayArgument(call, 0);
  for (const arg of call.args.slice(1)) {
    const next = toArray(call.run, arg.value, call.span);
    if (total.kind === 'unknown') return total;
    if (next.kind === 'unknown') return next;
    total =
      total.axes.length === 0 || next.axes.length === 0
        ? elementwise(call.run, [total, next], call.span, (a, b) => call.run.arena.mul(a, b))
        : matmul(call.run, total, next, call.span, true);
  }
  return total;
};

/** By a number; by a matrix it would be the inverse. */
const quotientByNumber: Meaning = (call) => {
  const divisor = arrayArgument(call, 1);
  if (divisor.kind === 'unknown') return divisor;
  return divisor.axes.length === 0
    ? numpy('divide')(call)
    : unsupported(`uses ${call.written} by a matrix`, call.span, 'unsupported-argument');
};

const mappedBy: Meaning = (call) => {
  const [x, fn] = call.args;
  const value = toArray(call.run, x?.value, call.span);
  if (value.kind === 'unknown') return value;
  if (fn?.value.kind !== 'function')
    return unsupported(
      `uses ${call.written} of a function that is not known`,
      call.span,
      'unsupported-function',
    );
  const item = call.run.call(fn.value, [{ name: null, value: array([], value.element) }], call.span);
  const result = toArray(call.run, item, call.span);
  return result.kind === 'array' && result.axes.length === 0 ? array(value.axes, result.element) : result;
};

const mathjs: LibraryTable = {
  ...rows('exp expm1 log1p sqrt square abs sign sin cos tan sinh cosh tanh erf lgamma', 'x', numpy),
  ...renamed(
    {
      unaryMinus: 'negative',
      atan: 'arctan',
      asin: 'arcsin',
      acos: 'arccos',
      transpose: 'transpose',
      inv: 'inv',
      det: 'det',
      trace: 'trace',
      size: 'shape',
      log2: 'log2',
      log10: 'log10',
    },
    'x',
  ),
  ...renamed(
    {
      subtract: 'subtract',
      dotMultiply: 'multiply',
      dotDivide: 'divide',
      dotPow: 'power',
      pow: 'power',
      dot: 'dot',
      larger: '>',
      largerEq: '>=',
      smaller: '<',
      smallerEq: '<=',
    },
    'x y',
  ),
  ...renamed({ log: 'log' }, '...'),
  ...renamed({ sum: 'sum', mean: 'mean', max: 'max', min: 'min' }, 'x dim:axis'),
  add: row('...', summed),
  multiply: row('...', productOf),
  divide: row('x y', quotientByNumber),
  map: row('...', mappedBy),
  norm: row('x', t.vectorNorm),
  ...rows('zeros ones', '...', (name) => filledBy(name === 'zeros' ? 0 : 1)),
  ...rows('matrix array number clone', 'x', () => same),
};

function summed(call: Parameters<Meaning>[0]): ReturnType<Meaning> {
  const [first, ...rest] = call.args;
  let total = toArray(call.run, first?.value, call.span);
  for (const arg of rest) {
    const next = toArray(call.run, arg.value, call.span);
    if (total.kind === 'unknown') return total;
    if (next.kind === 'unknown') return next;
    total = elementwise(call.run, [total, next], call.span, (a, b) => call.run.arena.add(a, b));
  }
  return total;
}

/** `sum('row')` has one number for each row. */
const byRowOrColumn =
  (name: string): Meaning =>
  (call) => {
    const by = keyword(call, 'by');
    const args: CallArgument[] = call.args.filter((arg) => arg.name !== 'by');
    if (by?.kind === 'string') {
      const axis = by.value === 'row' ? 1 : by.value === 'column' ? 0 : null;
      if (axis === null)
        return unsupported(`uses ${call.written} by ${by.value}`, call.span, 'unsupported-argument');
      args.push({ name: 'axis', value: number(call.run, axis) });
    }
    return numpy(name)({ ...call, args });
  };

/** A vector as the column of a matrix. */
const columnOf: Meaning = (call) => {
  const x = arrayArgument(call, 0);
  if (x.kind === 'unknown' || x.axes.length !== 1) return x;
  return expandDims(call.run, x, 1);
};

const withColumn =
  (name: string): Meaning =>
  (call) => {
    const [x, vector] = call.args;
    const column = vector ? columnOf({ ...call, args: [vector] }) : undefined;
    return x && column
      ? numpy(name)({ ...call, args: [x, { name: null, value: column }] })
      : numpy(name)(call);
  };

/** Methods of ml-matrix that change the matrix and return it. */
const MATRIX_CHANGES: LibraryTable = {
  ...rows('exp log sqrt abs tanh', 'x', numpy),
  ...renamed({ neg: 'negative', negate: 'negative' }, 'x'),
  ...renamed({ add: 'add', sub: 'subtract', mul: 'multiply', div: 'divide', pow: 'power' }, 'x y'),
  ...renamed({ subtract: 'subtract', multiply: 'multiply', divide: 'divide' }, 'x y'),
  ...renamed(
    { addRowVector: 'add', subRowVector: 'subtract', mulRowVector: 'multiply', divRowVector: 'divide' },
    'x y',
  ),
  addColumnVector: row('x y', withColumn('add')),
  subColumnVector: row('x y', withColumn('subtract')),
  mulColumnVector: row('x y', withColumn('multiply')),
  divColumnVector: row('x y', withColumn('divide')),
};

const MATRIX_VALUES: LibraryTable = {
  mmul: row('a b', numpy('matmul')),
  dot: row('a b', numpy('dot')),
  transpose: row('x', numpy('transpose')),
  ...rows('sum mean max min', 'x by:', byRowOrColumn),
  norm: row('x type?frobenius', t.vectorNorm),
  trace: row('x', numpy('trace')),
  ...rows('clone to2DArray', 'x', () => same),
  to1DArray: row('x', numpy('ravel')),
  get: row('x i j', (call) => {
    const x = arrayArgument(call, 0);
    if (x.kind === 'unknown') return x;
    const positions = [arrayArgument(call, 1), arrayArgument(call, 2)];
    const targets = positions.flatMap((p) => (p.kind === 'array' ? [p.element] : []));
    if (targets.length !== x.axes.length)
      return unsupported('reads an entry of a matrix', call.span, 'subscript');
    targets.forEach((target, k) => {
      const axis = x.axes[k];
      if (target.kind === 'index' && axis?.index) call.run.sizes.unify(target.size, axis.size);
    });
    return array([], at(call.run, x, targets));
  }),
};

const mlMatrix: LibraryTable = {
  ...MATRIX_CHANGES,
  ...MATRIX_VALUES,
  columnVector: row('x', columnOf),
  checkMatrix: row('x', same),
  ...rows('zeros ones', '...', (name) => filledBy(name === 'zeros' ? 0 : 1)),
};

const arrayLike: LibraryTable = {
  ...rows('exp log sqrt abs tanh sin cos', 'x', numpy),
  ...renamed({ negative: 'negative', neg: 'negative', transpose: 'transpose' }, 'x'),
  ...renamed(
    {
      add: 'add',
      subtract: 'subtract',
      sub: 'subtract',
      multiply: 'multiply',
      mul: 'multiply',
      divide: 'divide',
      div: 'divide',
      power: 'power',
      pow: 'power',
      dot: 'dot',
    },
    'x y',
  ),
  ...renamed({ sum: 'sum', mean: 'mean', max: 'max', min: 'min' }, 'x'),
  ...rows('clone array tolist', 'x', () => same),
  ...rows('zeros ones', '...', (name) => filledBy(name === 'zeros' ? 0 : 1)),
};

/** What all classes of vectors and matrices mean by a name, as far as it tells: `multiply` is either product. */
const anyTensor: LibraryTable = {
  ...rows('exp log sqrt square abs tanh sigmoid relu', 'x', numpy),
  ...renamed({ neg: 'negative', negate: 'negative', transpose: 'transpose' }, 'x'),
  ...renamed(
    {
      add: 'add',
      plus: 'add',
      sub: 'subtract',
      subtract: 'subtract',
      minus: 'subtract',
      mul: 'multiply',
      times: 'multiply',
      div: 'divide',
      pow: 'power',
      dot: 'dot',
      matMul: 'matmul',
      matmul: 'matmul',
      mmul: 'matmul',
    },
    'x y',
  ),
  ...renamed({ sum: 'sum', mean: 'mean' }, 'x axis: keepDims:keepdims'),
  squaredDifference: row(
    'x y:y',
    applied((a, x, y = a.zero) => a.pow(a.sub(x, y), a.num(2)), ['y', '0']),
  ),
  clipByValue: row('x clipValueMin:min clipValueMax:max', numpy('clip')),
};

const mathjsMethods: LibraryTable = {
  ...renamed({ size: 'shape' }, 'x'),
  ...rows('toArray valueOf clone', 'x', () => same),
};

export const JAVASCRIPT_TABLES: Readonly<Record<string, LibraryTable>> = {
  tfjs,
  'tfjs.losses': tfjsLosses,
  mathjs,
  'ml-matrix.Matrix': mlMatrix,
  'ml-matrix': { Matrix: row('x columns-', same) },
  numjs: arrayLike,
  numeric: arrayLike,
};

const METHODS: Partial<Readonly<Record<ArrayLibrary, LibraryTable>>> = {
  tfjs,
  mathjs: mathjsMethods,
  numjs: arrayLike,
  any: anyTensor,
};

/** A method of a library's arrays, and whether it changes its array. */
export function tensorMethod(
  library: ArrayLibrary,
  name: string,
): { readonly row: LibraryRow; readonly changes: boolean } | null {
  const found = (table: LibraryTable): LibraryRow | undefined =>
    Object.hasOwn(table, name) ? table[name] : undefined;
  if (library === 'ml-matrix') {
    const changing = found(MATRIX_CHANGES);
    const value = changing ?? found(MATRIX_VALUES);
    return value ? { row: value, changes: changing !== undefined } : null;
  }
  const table = METHODS[library];
  const value = table ? found(table) : undefined;
  return value ? { row: value, changes: false } : null;
}

/** Numbers of rows and columns, which ml-matrix has as attributes. */
export const MATRIX_SIZES: Readonly<Record<string, number>> = { rows: 0, columns: 1 };
