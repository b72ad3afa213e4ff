/**
 * Names of NumPy's functions and of those like them: which module and member means which row of the function table. Where
 * a name means something else, it is not listed. Libraries with signatures of their own have tables of their own.
 */

import type { Arena, Node } from '../core/expr';
import { entry } from './tables';

/** Modules whose members mean the same as NumPy's of the same name. */
const LIKE_NUMPY: ReadonlySet<string> = new Set([
  'numpy',
  'jax.numpy',
  'autograd.numpy',
  'cupy',
  'math',
  'cmath',
  'numpy.linalg',
  'jax.numpy.linalg',
  'scipy.linalg',
  'scipy.special',
  'jax.scipy.special',
  'Math',
]);

const normalDistribution = (module: string): Record<string, string> =>
  Object.fromEntries(
    ['cdf', 'sf', 'logcdf', 'pdf', 'logpdf'].map((member) => [`${module}.${member}`, `normal-${member}`]),
  );

/** Members that have another meaning in a module than NumPy's function of the same name. */
const EXCEPTIONS: Readonly<Record<string, string | null>> = {
  'math.pow': 'power',
  'math.fabs': 'abs',
  'math.prod': null,
  'math.dist': null,
  // Of their arguments, not along an axis: built-in functions.
  'Math.max': null,
  'Math.min': null,
  'Math.hypot': null,
  'scipy.special.softmax': 'softmax',
  'scipy.special.expit': 'sigmoid',
  'jax.scipy.special.expit': 'sigmoid',
  // PyTorch's takes logarithms, and a reduction.
  'scipy.special.kl_div': 'pointwise-kl',
  'scipy.special.log_expit': 'log_sigmoid',
  'torch.nn.functional.logsigmoid': 'log_sigmoid',
  ...normalDistribution('scipy.stats.norm'),
  ...normalDistribution('jax.scipy.stats.norm'),
};

/** Other names of rows of the function table. */
const SYNONYMS: Readonly<Record<string, string>> = {
  absolute: 'abs',
  deg2rad: 'radians',
  fabs: 'abs',
  amax: 'max',
  amin: 'min',
  true_divide: 'divide',
  float_power: 'power',
  pow: 'power',
  atan: 'arctan',
  asin: 'arcsin',
  acos: 'arccos',
  asinh: 'arcsinh',
  acosh: 'arccosh',
  atanh: 'arctanh',
  asarray: 'array',
  ascontiguousarray: 'array',
  copy: 'array',
  asanyarray: 'array',
  asfarray: 'array',
  float64: 'array',
  float32: 'array',
  float: 'array',
  ravel: 'ravel',
  flatten: 'ravel',
  greater: '>',
  greater_equal: '>=',
  less: '<',
  less_equal: '<=',
  equal: '==',
  not_equal: '!=',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
  negative: 'negative',
  neg: 'negative',
  expit: 'sigmoid',
  identity: 'eye',
  size: 'size',
  'linalg.norm': 'norm',
  fsum: 'sum',
  gammaln: 'lgamma',
  loggamma: 'lgamma',
  psi: 'digamma',
};

/** Library constants by canonical path. */
export const CONSTANTS: Readonly<Record<string, number>> = {
  'numpy.pi': Math.PI,
  'math.pi': Math.PI,
  'torch.pi': Math.PI,
  'Math.PI': Math.PI,
  'Math.E': Math.E,
  'mathjs.pi': Math.PI,
  'mathjs.e': Math.E,
  'numpy.e': Math.E,
  'math.e': Math.E,
};

/** Constants that are written by roots and logarithms. */
export const ROOTS: Readonly<Record<string, (arena: Arena) => Node>> = {
  'Math.SQRT2': (arena) => arena.sqrt(arena.num(2)),
  'Math.SQRT1_2': (arena) => arena.sqrt(arena.num(1, 2)),
  'numpy.finfo.min': (arena) => arena.neg(arena.literal(String(Number.MAX_VALUE))),
  'numpy.finfo.max': (arena) => arena.literal(String(Number.MAX_VALUE)),
  'numpy.finfo.eps': (arena) => arena.literal('2.220446049250313e-16'),
  'sys.float_info.epsilon': (arena) => arena.literal('2.220446049250313e-16'),
  'Number.EPSILON': (arena) => arena.literal('2.220446049250313e-16'),
  'Number.MAX_VALUE': (arena) => arena.literal(String(Number.MAX_VALUE)),
  'Number.POSITIVE_INFINITY': (arena) => arena.literal(String(Number.MAX_VALUE)),
  'Number.NEGATIVE_INFINITY': (arena) => arena.neg(arena.literal(String(Number.MAX_VALUE))),
  'numpy.inf': (arena) => arena.literal(String(Number.MAX_VALUE)),
  'math.inf': (arena) => arena.literal(String(Number.MAX_VALUE)),
  'Number.MIN_VALUE': (arena) => arena.literal('5e-324'),
  'Math.LN2': (arena) => arena.call('log', arena.num(2)),
  'Math.LN10': (arena) => arena.call('log', arena.num(10)),
  'Math.LOG2E': (arena) => arena.div(arena.one, arena.call('log', arena.num(2))),
  'Math.LOG10E': (arena) => arena.div(arena.one, arena.call('log', arena.num(10))),
};

/** The row of the function table that `numpy.exp`, `math.exp`, … stand for, or null. */
export function libraryFunction(path: string): string | null {
  const exception = entry(EXCEPTIONS, path);
  if (exception !== undefined) return exception;
  const dot = path.lastIndexOf('.');
  const module = path.slice(0, dot);
  const member = path.slice(dot + 1);
  return LIKE_NUMPY.has(module) ? (entry(SYNONYMS, member) ?? member) : null;
}

/** Array methods that mean the function of the same name with the array first. */
export const METHODS: ReadonlySet<string> = new Set([
  'sum',
  'mean',
  'prod',
  'max',
  'min',
  'var',
  'std',
  'dot',
  'matmul',
  'mm',
  'reshape',
  'view',
  'ravel',
  'flatten',
  'squeeze',
  'unsqueeze',
  'transpose',
  't',
  'astype',
  'copy',
  'clone',
  'detach',
  'float',
  'double',
  'clip',
  'clamp',
  'item',
  'exp',
  'log',
  'sigmoid',
  'tanh',
  'abs',
  'pow',
  'sqrt',
  'relu',
  'square',
  'trace',
  'conj',
  'cumsum',
  'diagonal',
  'inverse',
  'det',
  'logdet',
  'slogdet',
]);

/** Where functions of arrays, and `map` over the entries of one, are found in code that is made. */
export const ARRAYS = '%arrays';
export const ENTRIES = '%entries';

/** Names of what is put into code that is read, which no code has. */
export const INSERTED: Readonly<Record<string, string>> = {
  '%sum': 'numpy.sum',
  '%log': 'numpy.log',
  '%zeros': 'numpy.zeros_like',
  [ARRAYS]: 'numpy',
  [ENTRIES]: 'mathjs',
};

/** Names that every JavaScript file has, and the syntax that is read as calls; as library paths. */
export const JAVASCRIPT_GLOBALS: Readonly<Record<string, string>> = {
  Math: 'Math',
  Number: 'Number',
  Array: 'Array',
  Float32Array: 'Float32Array',
  Float64Array: 'Float64Array',
  Object: 'Object',
  console: 'console',
  // Loaded by a script tag.
  tf: 'tfjs',
  math: 'mathjs',
  nj: 'numjs',
  numeric: 'numeric',
  // p5.js
  ...Object.fromEntries(
    ['abs', 'exp', 'log', 'max', 'min', 'pow', 'sqrt'].map((name) => [name, `Math.${name}`]),
  ),
  '%keys': 'Object.keys',
  '%length': 'builtins.len',
  '%range': 'builtins.range',
  '%enumerate': 'builtins.enumerate',
};

/** JavaScript's functions that are Python's built-in ones. */
export const AS_BUILTIN: Readonly<Record<string, string>> = {
  'Math.max': 'max',
  'Math.min': 'min',
  Number: 'float',
  'console.log': 'print',
  'console.error': 'print',
  'console.warn': 'print',
  'console.info': 'print',
  'console.debug': 'print',
  'console.assert': 'print',
};

/** Built-in functions of Python that the interpreter knows. */
export const BUILTINS: ReadonlySet<string> = new Set([
  'abs',
  'bool',
  'dict',
  'enumerate',
  'float',
  'int',
  'isinstance',
  'len',
  'list',
  'max',
  'min',
  'pow',
  'print',
  'range',
  'xrange',
  'reversed',
  'round',
  'sum',
  'super',
  'tuple',
  'zip',
  'callable',
  'hasattr',
  'getattr',
  'type',
  'str',
  'sorted',
  'map',
  'any',
  'all',
  'set',
  'id',
  'repr',
  'format',
  'iter',
  'next',
  'object',
  'input',
  'open',
  'property',
  'staticmethod',
  'classmethod',
  'Exception',
  'ValueError',
  'TypeError',
  'NotImplementedError',
  'RuntimeError',
  'AssertionError',
  'NotImplemented',
  '__name__',
  '__file__',
]);
