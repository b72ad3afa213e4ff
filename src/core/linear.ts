/** Determinants and inverses of small dense matrices. */

export interface Factorised {
  /** Row-major. */
  readonly inverse: Float64Array;
  readonly determinant: number;
  readonly logAbsDeterminant: number;
}

/**
 * Gauss-Jordan elimination with partial pivoting of a row-major matrix with `order` rows. A singular matrix has the
 * determinant 0 and an inverse of NaN.
 */
export function factorise(order: number, matrix: ArrayLike<number>): Factorised {
  const work = Float64Array.from(matrix);
  const inverse = new Float64Array(order * order);
  for (let k = 0; k < order; k += 1) inverse[k * order + k] = 1;
  let sign = 1;
  let product = 1;
  let logarithm = 0;
  for (let k = 0; k < order; k += 1) {
    const pivotRow = largestBelow(work, order, k);
    const pivot = work[pivotRow * order + k] ?? NaN;
    product *= pivot;
    logarithm += Math.log(Math.abs(pivot));
    if (pivot === 0 || Number.isNaN(pivot)) {
      const singular = pivot === 0;
      return {
        inverse: inverse.fill(NaN),
        determinant: singular ? 0 : NaN,
        logAbsDeterminant: singular ? -Infinity : NaN,
      };
    }
    if (pivotRow !== k) {
      sign = -sign;
      swapRows(work, order, k, pivotRow);
      swapRows(inverse, order, k, pivotRow);
    }
    for (let i = 0; i < order; i += 1) {
      const factor = (work[i * order + k] ?? NaN) / pivot;
      if (i === k || factor === 0) continue;
      subtractRow(work, order, i, k, factor);
      subtractRow(inverse, order, i, k, factor);
    }
  }
  for (let i = 0; i < order; i += 1) {
    const pivot = work[i * order + i] ?? NaN;
    for (let j = 0; j < order; j += 1) inverse[i * order + j] = (inverse[i * order + j] ?? NaN) / pivot;
  }
  return { inverse, determinant: sign * product, logAbsDeterminant: logarithm };
}

function largestBelow(work: Float64Array, order: number, k: number): number {
  let best = k;
  for (let i = k + 1; i < order; i += 1)
    if (Math.abs(work[i * order + k] ?? NaN) > Math.abs(work[best * order + k] ?? NaN)) best = i;
  return best;
}

function swapRows(work: Float64Array, order: number, a: number, b: number): void {
  const row = work.slice(a * order, (a + 1) * order);
  work.copyWithin(a * order, b * order, (b + 1) * order);
  work.set(row, b * order);
}

function subtractRow(work: Float64Array, order: number, to: number, from: number, factor: number): void {
  for (let j = 0; j < order; j += 1)
    work[to * order + j] = (work[to * order + j] ?? NaN) - factor * (work[from * order + j] ?? NaN);
}
