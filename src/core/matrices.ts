/** Values of functions of whole matrices at a point, and what their elements cost in rounding. */
import type { MatrixNode, Node } from './expr';
import { stackPositions } from './expr';
import { factorise, type Factorised } from './linear';
import type { Machine, PointArray } from './machine';

/** One matrix of a symbol: its order, its elements (row-major) and what elimination makes of them. */
export interface MatrixAt extends Factorised {
  readonly order: number;
  readonly elements: Float64Array;
}

export interface Matrices {
  /** The matrix that a function is taken of, at the current positions; null where the symbol holds none. */
  at(node: MatrixNode): MatrixAt | null;
  value(node: MatrixNode): number;
}

/** `array` gives the values of a symbol, `position` those of the arguments. */
export function createMatrices(
  machine: Machine,
  array: (name: string) => PointArray | number,
  position: (node: Node) => number,
): Matrices {
  const known = new Map<string, MatrixAt | null>();

  const read = (name: string, stack: readonly number[]): MatrixAt | null => {
    const source = array(name);
    if (typeof source === 'number' || source.dims.length !== stack.length + 2) return null;
    const [rows = NaN, columns = NaN] = source.dims.slice(-2);
    if (rows !== columns) return null;
    const elements = Float64Array.from({ length: rows * rows }, (_, k) =>
      machine.element(source.data, source.dims, [...stack, Math.floor(k / rows), k % rows]),
    );
    return { order: rows, elements, ...factorise(rows, elements) };
  };

  const at = (node: MatrixNode): MatrixAt | null => {
    const stack = stackPositions(node).map(position);
    const key = `${node.name}[${stack.join()}]`;
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = read(node.name, stack)));
    return found;
  };

  return {
    at,
    value(node) {
      const matrix = at(node);
      if (!matrix) return NaN;
      if (node.fn === 'det') return matrix.determinant;
      if (node.fn === 'logabsdet') return matrix.logAbsDeterminant;
      const [row = NaN, column = NaN] = node.args.slice(-2).map(position);
      return machine.element(matrix.inverse, [matrix.order, matrix.order], [row, column]);
    },
  };
}

/**
 * Bound on the rounding error of a matrix function in units of 2^-53, given the bounds of the matrix's elements: elimination
 * behaves as if the matrix were perturbed by a multiple of its order (Higham, "Accuracy and Stability of Numerical
 * Algorithms", ch. 14).
 */
export function matrixError(
  node: MatrixNode,
  { order, elements, inverse, determinant, logAbsDeterminant }: MatrixAt,
  errors: ArrayLike<number>,
  [row, column]: readonly [number, number],
): number {
  const largest = elements.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const perturbed = (p: number, q: number): number =>
    (errors[p * order + q] ?? NaN) + 2 * order * Math.max(Math.abs(elements[p * order + q] ?? NaN), largest);
  const size = (r: number, s: number): number => Math.abs(inverse[r * order + s] ?? NaN);
  let total = 0;
  for (let p = 0; p < order; p += 1)
    for (let q = 0; q < order; q += 1)
      total += perturbed(p, q) * (node.fn === 'inv' ? size(row, p) * size(q, column) : size(q, p));
  if (node.fn === 'inv') return total + size(row, column);
  return node.fn === 'det' ? Math.abs(determinant) * (1 + total) : total + Math.abs(logAbsDeterminant);
}
