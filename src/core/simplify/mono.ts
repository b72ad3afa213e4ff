/** Monomials over interned bases: flat lists of base id and integer exponent, ids ascending, exponents never 0. */
export type Mono = readonly number[];

export const EMPTY: Mono = [];

/** Merges with exponents combined by `combine` (of possibly absent, i.e. zero, exponents). */
export function mergeMono(a: Mono, b: Mono, combine: (x: number, y: number) => number): Mono {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const p = i < a.length ? (a[i] as number) : Infinity;
    const q = j < b.length ? (b[j] as number) : Infinity;
    const id = Math.min(p, q);
    const exponent = combine(p === id ? (a[i + 1] as number) : 0, q === id ? (b[j + 1] as number) : 0);
    if (exponent !== 0) out.push(id, exponent);
    if (p === id) i += 2;
    if (q === id) j += 2;
  }
  return out;
}

export function mulMono(a: Mono, b: Mono): Mono {
  if (a.length === 0) return b;
  return b.length === 0 ? a : mergeMono(a, b, added);
}

export const divMono = (a: Mono, b: Mono): Mono => (b.length === 0 ? a : mergeMono(a, b, subtracted));

const added = (x: number, y: number): number => x + y;
const subtracted = (x: number, y: number): number => x - y;

export const powMono = (m: Mono, e: number): Mono =>
  e === 1 ? m : e === 0 ? EMPTY : m.map((v, k) => (k % 2 ? v * e : v));

/** Most monomials have one factor or two, which a template writes faster than a join. */
export function monoKey(m: Mono): string {
  if (m.length === 2) return `${idAt(m, 0)},${exponentAt(m, 0)}`;
  if (m.length === 4) return `${idAt(m, 0)},${exponentAt(m, 0)},${idAt(m, 2)},${exponentAt(m, 2)}`;
  return m.length === 0 ? '' : m.join(',');
}

export function exponentOf(m: Mono, id: number): number {
  for (let k = 0; k < m.length; k += 2) if (m[k] === id) return m[k + 1] as number;
  return 0;
}

/** Factors as pairs; where it is done often, `idAt` and `exponentAt` make no objects. */
export function factors(m: Mono): (readonly [id: number, exponent: number])[] {
  const out: [number, number][] = [];
  for (let k = 0; k < m.length; k += 2) out.push([m[k] as number, m[k + 1] as number]);
  return out;
}

/** The base of the factor that begins at place `k`; factors are two places apart. */
export const idAt = (m: Mono, k: number): number => m[k] as number;
export const exponentAt = (m: Mono, k: number): number => m[k + 1] as number;

/** The part of the monomial whose factors satisfy `keep`. */
export function filterMono(m: Mono, keep: (id: number, exponent: number) => boolean): Mono {
  let out: number[] | null = null;
  for (let k = 0; k < m.length; k += 2) {
    const id = m[k] as number;
    const e = m[k + 1] as number;
    if (!keep(id, e)) out ??= m.slice(0, k);
    else if (out) out.push(id, e);
  }
  return out ?? m;
}

/** A monomial from pairs in any order; ids may occur more than once. */
export function sortedMono(pairs: readonly number[]): Mono {
  let out: Mono = EMPTY;
  for (const [id, e] of factors(pairs)) out = mulMono(out, e === 0 ? EMPTY : [id, e]);
  return out;
}
