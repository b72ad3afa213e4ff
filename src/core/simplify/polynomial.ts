/** Sums of monomials with safe-integer coefficients: collecting, multiplying and exact division. */
import { divMono, idAt, monoKey, mulMono, type Mono } from './mono';

export interface Term {
  readonly c: number;
  readonly m: Mono;
}

/** Thrown where a computation would grow past its limits; the caller falls back to a form that it already has. */
export class BudgetError extends Error {}

const TERM_LIMIT = 400;

export function safeInteger(value: number): number {
  if (!Number.isSafeInteger(value)) throw new BudgetError('a coefficient grew past 2^53');
  return value;
}

/** Like terms added, zeros dropped; order of first occurrence. */
export function collect(terms: readonly Term[]): Term[] {
  const byKey = new Map<string, Term>();
  for (const term of terms) {
    const key = monoKey(term.m);
    const known = byKey.get(key);
    if (!known) byKey.set(key, term);
    else byKey.set(key, { m: term.m, c: safeInteger(known.c + term.c) });
  }
  return [...byKey.values()].filter((term) => term.c !== 0);
}

/** All pairwise products, not collected. Throws a BudgetError past the limit. */
export function multiply(a: readonly Term[], b: readonly Term[]): Term[] {
  if (a.length * b.length > TERM_LIMIT) throw new BudgetError('an expansion has too many terms');
  return a.flatMap((p) => b.map((q) => ({ c: safeInteger(p.c * q.c), m: mulMono(p.m, q.m) })));
}

/** Lexicographic order of monomials with non-negative exponents, lower ids more significant. */
function compareLex(a: Mono, b: Mono): number {
  let k = 0;
  while (k < a.length && k < b.length) {
    const p = a[k] as number;
    const q = b[k] as number;
    if (p !== q) return q - p;
    const difference = (a[k + 1] as number) - (b[k + 1] as number);
    if (difference !== 0) return difference;
    k += 2;
  }
  return a.length - b.length;
}

function isPolynomial(terms: readonly Term[]): boolean {
  for (const { m } of terms) for (let k = 1; k < m.length; k += 2) if ((m[k] as number) < 0) return false;
  return true;
}

const leading = (terms: Iterable<Term>): Term | null => {
  let top: Term | null = null;
  for (const term of terms) if (!top || compareLex(term.m, top.m) > 0) top = term;
  return top;
};

function basesOf(terms: readonly Term[]): Set<number> {
  const ids = new Set<number>();
  for (const { m } of terms) for (let k = 0; k < m.length; k += 2) ids.add(idAt(m, k));
  return ids;
}

/** The exact quotient of two polynomials, or null when it leaves a remainder. */
export function divideExactly(dividend: readonly Term[], divisor: readonly Term[]): Term[] | null {
  if (dividend.length > 64 || divisor.length > 16 || dividend.length < 2) return null;
  if (!isPolynomial(dividend) || !isPolynomial(divisor)) return null;
  const available = basesOf(dividend);
  for (const id of basesOf(divisor)) if (!available.has(id)) return null;
  const lead = leading(divisor);
  if (!lead) return null;
  const rest = new Map(dividend.map((term) => [monoKey(term.m), term]));
  const quotient: Term[] = [];
  while (rest.size > 0) {
    const top = leading(rest.values());
    if (!top || quotient.length > 64 || top.c % lead.c !== 0) return null;
    const m = divMono(top.m, lead.m);
    if (m.some((v, k) => k % 2 === 1 && v < 0)) return null;
    const c = top.c / lead.c;
    quotient.push({ c, m });
    for (const term of divisor) {
      const at = mulMono(m, term.m);
      const key = monoKey(at);
      const taken = c * term.c;
      const value = (rest.get(key)?.c ?? 0) - taken;
      if (!Number.isSafeInteger(taken) || !Number.isSafeInteger(value)) return null;
      if (value === 0) rest.delete(key);
      else rest.set(key, { c: value, m: at });
    }
  }
  return quotient;
}
