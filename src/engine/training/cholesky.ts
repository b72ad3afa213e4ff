/** Symmetric matrices, row-major: factors, solutions, inverses. */

const at = (a: Float64Array, k: number): number => a[k] ?? NaN;

export interface Factor {
  /** Lower triangle of L with L Lᵀ = D A D. */
  readonly lower: Float64Array;
  /** The diagonal of D, which makes the diagonal of D A D 1. */
  readonly scale: Float64Array;
  readonly n: number;
}

/** A pivot below this share of its diagonal is what rounding leaves of a dependent column: of an exact matrix, and of one of differences. */
export const DEPENDENT = 1e-11;
export const DEPENDENT_BY_DIFFERENCES = 1e-7;

export type Factored =
  | { readonly ok: true; readonly factor: Factor }
  /** The matrix is not positive definite: with the rows and columns before it, row `at` depends on them or curves down. */
  | { readonly ok: false; readonly at: number; readonly pivot: number; readonly lower: Float64Array };

/** Cholesky's factor of A + τ diag|A|, scaled to a diagonal of 1 first, so that units do not count (van der Sluis 1969). */
export function cholesky(a: Float64Array, n: number, damping = 0, dependent = DEPENDENT): Factored {
  const scale = Float64Array.from({ length: n }, (_, i) => {
    const d = Math.abs(at(a, i * n + i));
    return d > 0 ? 1 / Math.sqrt(d) : 1;
  });
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j <= i; j += 1) {
      let sum = at(a, i * n + j) * at(scale, i) * at(scale, j) + (i === j ? damping : 0);
      for (let k = 0; k < j; k += 1) sum -= at(lower, i * n + k) * at(lower, j * n + k);
      if (i !== j) lower[i * n + j] = sum / at(lower, j * n + j);
      else if (sum > dependent) lower[i * n + i] = Math.sqrt(sum);
      else return { ok: false, at: i, pivot: sum, lower };
    }
  return { ok: true, factor: { lower, scale, n } };
}

/** A⁻¹ b. */
export function solve({ lower, scale, n }: Factor, b: Float64Array): Float64Array {
  const x = b.map((value, i) => value * at(scale, i));
  for (let i = 0; i < n; i += 1) {
    let sum = at(x, i);
    for (let k = 0; k < i; k += 1) sum -= at(lower, i * n + k) * at(x, k);
    x[i] = sum / at(lower, i * n + i);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    let sum = at(x, i);
    for (let k = i + 1; k < n; k += 1) sum -= at(lower, k * n + i) * at(x, k);
    x[i] = sum / at(lower, i * n + i);
  }
  return x.map((value, i) => value * at(scale, i));
}

/** A⁻¹, row-major. */
export function inverse(factor: Factor): Float64Array {
  const { n } = factor;
  const out = new Float64Array(n * n);
  for (let j = 0; j < n; j += 1) {
    const unit = new Float64Array(n);
    unit[j] = 1;
    solve(factor, unit).forEach((value, i) => {
      out[i * n + j] = value;
    });
  }
  return out;
}
