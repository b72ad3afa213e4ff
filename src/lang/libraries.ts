/** Functions and methods of all libraries: which of the tables says what a name means. */
import { FUNCTIONS } from './functions';
import { JAX } from './jax';
import { libraryFunction, METHODS } from './library';
import { JAVASCRIPT_TABLES } from './jsLibraries';
import type { ArrayLibrary } from './run';
import { callRow, type LibraryTable, type Meaning } from './signature';
import { TENSORFLOW } from './tensorflow';
import { TORCH } from './torch';
import { entry } from './tables';

const TABLES: Readonly<Record<string, LibraryTable>> = {
  ...TORCH,
  ...JAX,
  ...TENSORFLOW,
  ...JAVASCRIPT_TABLES,
};

/** What a function with this dotted name computes, or null when no table knows it. */
export function meaningOf(path: string): Meaning | null {
  const dot = path.lastIndexOf('.');
  const module = path.slice(0, dot);
  const table = entry(TABLES, module);
  const name = path.slice(dot + 1);
  if (table && Object.hasOwn(table, name)) {
    const found = table[name];
    return found ? (call) => callRow(found, call) : null;
  }
  const numpy = libraryFunction(path);
  return numpy !== null && Object.hasOwn(FUNCTIONS, numpy) ? (FUNCTIONS[numpy] ?? null) : null;
}

export function arrayLibrary(modules: Iterable<string>): ArrayLibrary {
  const roots = new Set([...modules].map((module) => module.split('.')[0]));
  const others = ['numpy', 'jax', 'autograd', 'cupy', 'tensorflow', 'keras'].some((name) => roots.has(name));
  if (roots.has('torch')) return others ? 'either' : 'torch';
  return others ? 'numpy' : 'either';
}

const TENSOR = TORCH['torch.Tensor'] ?? {};

/** Methods whose meaning differs between the arrays of NumPy and the tensors of PyTorch. */
const DIFFERENT: ReadonlySet<string> = new Set(['var', 'std', 'transpose', 'max', 'min']);

const isTensorMethod = (name: string): boolean => Object.hasOwn(TENSOR, name);

export const isArrayMethod = (library: ArrayLibrary, name: string): boolean =>
  METHODS.has(name) || (library !== 'numpy' && (isTensorMethod(name) || isTensorMethod(inPlace(name) ?? '')));

/** `mul_` overwrites its tensor with what `mul` gives. */
export const inPlace = (name: string): string | null =>
  /^[a-z]\w*[a-z\d]_$/.test(name) && !isTensorMethod(name) ? name.slice(0, -1) : null;

/** A path that depends on the library, which the keywords do not tell either. */
export const AMBIGUOUS = Symbol('ambiguous');

/** The path of the function that a method is, with the array as its first argument; null when there is none. */
export function methodPath(
  library: ArrayLibrary,
  name: string,
  keywords: readonly string[],
  positional: number,
): string | typeof AMBIGUOUS | null {
  const own = METHODS.has(name) ? `numpy.${name === 'view' ? 'reshape' : name}` : null;
  const tensor = isTensorMethod(name) ? `torch.Tensor.${name}` : null;
  if (library === 'torch') return tensor ?? own;
  if (own === null) return library === 'numpy' ? null : tensor;
  if (tensor !== null && meaningOf(own) === null) return tensor;
  if (tensor === null || library === 'numpy' || !DIFFERENT.has(name)) return own;
  if (keywords.some((key) => /^(dim|keepdim|unbiased|correction|dim0|dim1)$/.test(key))) return tensor;
  if (keywords.some((key) => /^(ddof|axis|keepdims)$/.test(key))) return own;
  const isPlain = positional === 0 && (name === 'max' || name === 'min' || name === 'transpose');
  return isPlain ? own : AMBIGUOUS;
}
