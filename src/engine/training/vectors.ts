/** Arithmetic on flat vectors of parameters. Vectors that are read together have the same length. */
export type Vector = Float64Array;

const at = (v: Vector, k: number): number => v[k] ?? NaN;

/** A new vector whose elements are made from those of two others. */
export function zip(a: Vector, b: Vector, make: (a: number, b: number) => number): Vector {
  const out = new Float64Array(a.length);
  for (let k = 0; k < out.length; k += 1) out[k] = make(at(a, k), at(b, k));
  return out;
}

/** a + s b. */
export const plus = (a: Vector, s: number, b: Vector): Vector => zip(a, b, (x, y) => x + s * y);

export const scaled = (a: Vector, s: number): Vector => a.map((x) => s * x);

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let k = 0; k < a.length; k += 1) sum += at(a, k) * at(b, k);
  return sum;
}

/** The Euclidean length, without overflow on the way. */
export function euclidean(a: Vector): number {
  const most = largest(a);
  if (most === 0 || !Number.isFinite(most)) return most;
  let sum = 0;
  for (const x of a) sum += (x / most) ** 2;
  return most * Math.sqrt(sum);
}

/** max |a|; NaN if an element is. */
export function largest(a: Vector): number {
  let most = 0;
  for (const x of a) most = Math.max(most, Math.abs(x));
  return most;
}

export const allFinite = (a: Vector): boolean => a.every(Number.isFinite);
