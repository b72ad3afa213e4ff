/** Fractions: common denominators, sums of fractions times their denominators, and exact division of sums. */
import type { Node } from '../expr';
import type { Algebra, Form } from './algebra';
import { isExponential } from './build';
import {
  EMPTY,
  divMono,
  exponentAt,
  exponentOf,
  factors,
  filterMono,
  idAt,
  monoKey,
  mergeMono,
  mulMono,
  powMono,
  sortedMono,
  type Mono,
} from './mono';
import { BudgetError, collect, divideExactly, type Term } from './polynomial';

/** (p/d + q) · d → p + q·d: a sum of fractions takes in the factors that its denominators hold. */
export function multiplyThrough(
  algebra: Algebra,
  form: Form,
  id: number,
  terms: readonly Term[],
  e: number,
): Form | null {
  if (e !== 1) return null;
  const taken: number[] = [];
  for (let k = 0; k < form.mono.length; k += 2) {
    const b = idAt(form.mono, k);
    const x = exponentAt(form.mono, k);
    if (b === id || x <= 0) continue;
    let wanted = 0;
    for (const { m } of terms) wanted = Math.max(wanted, -exponentOf(m, b));
    if (wanted > 0) taken.push(b, Math.min(x, wanted));
  }
  if (taken.length === 0) return null;
  // What the sum has in common may be the factor again, where roots of it are about: √d·(1/d + 1/√d).
  const key = `${id} ${monoKey(form.mono)}`;
  if (algebra.takingIn.has(key)) return null;
  algebra.takingIn.add(key);
  try {
    return takenIn(algebra, form, id, terms, taken);
  } finally {
    algebra.takingIn.delete(key);
  }
}

/** The factors `taken` multiplied into the terms of the sum `id`. */
function takenIn(algebra: Algebra, form: Form, id: number, terms: readonly Term[], taken: Mono): Form {
  const rest: Form = {
    ...form,
    mono: divMono(
      filterMono(form.mono, (b) => b !== id),
      taken,
    ),
  };
  const products = algebra.silently(() =>
    terms.map((t) => algebra.scale(algebra.settle({ num: 1, den: 1, mono: mulMono(t.m, taken) }), t.c)),
  );
  algebra.recorder.note('expand', () =>
    algebra.arena.mul(algebra.toNode(rest), algebra.arena.add(...products.map((p) => algebra.toNode(p)))),
  );
  const sum = algebra.recorder.within(
    (part) => algebra.arena.mul(algebra.toNode(rest), part),
    () => algebra.add(products),
  );
  return algebra.mul(rest, sum);
}

/** Exact division of sums that stand on opposite sides of the fraction bar. */
export function divideSums(algebra: Algebra, form: Form): Form {
  const sums = factors(form.mono).filter(([id]) => algebra.base(id).terms !== null);
  for (const [p, e] of sums)
    for (const [q, f] of sums) {
      const by = e * f < 0 ? quotientOf(algebra, p, q) : null;
      if (!by) continue;
      const times = Math.min(Math.abs(e), Math.abs(f)) * Math.sign(e);
      const moved = mulMono(form.mono, sortedMono([p, -times, q, times]));
      const factor = algebra.silently(() => algebra.power(algebra.fromTerms(by), times));
      const reduced = { ...form, mono: moved };
      algebra.recorder.note('factor-out', () =>
        algebra.arena.mul(
          algebra.toNode({ ...form, mono: mulMono(form.mono, [p, -times]) }),
          algebra.toNode(factor),
          algebra.toNode({ num: 1, den: 1, mono: [q, times] }),
        ),
      );
      algebra.recorder.note('cancel-factor', () =>
        algebra.arena.mul(algebra.toNode(reduced), algebra.toNode(factor)),
      );
      return algebra.mul(reduced, factor);
    }
  return form;
}

function quotientOf(algebra: Algebra, p: number, q: number): readonly Term[] | null {
  let quotients = algebra.quotients.get(p);
  if (!quotients) algebra.quotients.set(p, (quotients = new Map<number, readonly Term[] | null>()));
  let known = quotients.get(q);
  if (known === undefined) {
    const terms = algebra.base(p).terms;
    const divisor = algebra.base(q).terms;
    quotients.set(q, (known = terms && divisor ? divideExactly(terms, divisor) : null));
  }
  return known;
}

/** The sum over one denominator, where that is smaller or cancels a factor of the denominator. */
export function combined(algebra: Algebra, terms: readonly Term[]): Form | null {
  let denominator: Mono = EMPTY;
  for (const { m } of terms) {
    const below = filterMono(m, (id, e) => e < 0 && !isExponential(algebra.base(id)));
    denominator = mergeMono(denominator, below, (x, y) => Math.max(x, -y));
  }
  if (denominator.length === 0 || terms.length < 2) return null;
  if (!algebra.options.expand && denominator.length > 8) return null;
  const lifted = terms.map((t) => ({ c: t.c, m: mulMono(t.m, denominator) }));
  const numerator = algebra.attempt(() => {
    const expanded = algebra.expandedTerms(lifted);
    return { expanded, collected: collect(expanded ?? lifted) };
  });
  if (!numerator) {
    if (algebra.options.expand) throw new BudgetError('a common denominator has too many terms');
    return null;
  }
  const under = powMono(denominator, -1);
  const below: Form = { num: 1, den: 1, mono: under };
  // Squares of roots of fractions have brought denominators of their own.
  const again = algebra.options.expand ? combined(algebra, numerator.collected) : null;
  const top = again ?? algebra.silently(() => algebra.fromTerms(numerator.collected));
  const result = algebra.silently(() => algebra.mul(below, top));
  const { recorder } = algebra;
  const cancels = sizeOfDenominator(result.mono) < sizeOfDenominator(under);
  const smaller = algebra.cost(result) < algebra.costOfTerms(terms);
  if (!algebra.options.expand && !smaller && !cancels) return null;
  if (recorder.active) {
    const over = (part: Node): Node => algebra.arena.mul(part, algebra.toNode(below));
    recorder.note('common-denominator', () => over(algebra.rawSum(lifted)));
    recorder.note('expand', () => over(algebra.rawSum(numerator.expanded ?? lifted)));
    recorder.note('collect-terms', () => over(algebra.rawSum(numerator.collected)));
    recorder.note('factor-out', () => over(algebra.toNode(top)));
    return algebra.mul(below, top);
  }
  return result;
}

function sizeOfDenominator(m: Mono): number {
  let size = 0;
  for (let k = 0; k < m.length; k += 2) size -= Math.min(0, exponentAt(m, k));
  return size;
}
