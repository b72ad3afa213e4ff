/** Products with an indicator that two indices agree: δ(c, j)·f(j) = δ(c, j)·f(c). */
import type { IndexNode, Node } from '../expr';
import type { Algebra, Form } from './algebra';
import { divMono, factors, filterMono, type Mono } from './mono';
import type { Normalizer } from './normalize';

/** `index` equals `to` wherever the indicator is not 0. */
export interface Agreement {
  readonly index: IndexNode;
  readonly to: Node;
}

/** What an indicator says of indices; empty for any other node. */
export function agreements(normalizer: Normalizer, node: Node): Agreement[] {
  const equation = node.kind === 'delta' || (node.kind === 'cmp' && node.rel === '==');
  if (!equation) return [];
  const [a, b] = node.args as [Node, Node];
  return [
    [b, a],
    [a, b],
  ].flatMap(([index, to]) =>
    index?.kind === 'index' &&
    to &&
    !to.free.has(index.name) &&
    (node.kind === 'delta'
      ? to.kind !== 'index' || to.size === index.size
      : isPosition(normalizer, to, index))
      ? [{ index, to }]
      : [],
  );
}

/** The value is one of those that the index takes. */
function isPosition(normalizer: Normalizer, node: Node, index: IndexNode): boolean {
  if (node.kind === 'index') return node.size === index.size;
  return node.kind === 'sym' && normalizer.facts.classes(node.name) === index.size;
}

/** Finds a smaller form by that law, else null; in the decision form, the one without the index. */
export function createIndicatorRule(normalizer: Normalizer): (form: Form) => Form | null {
  // Over two indices the law goes both ways: a trial must not start another. The decision form goes one way only.
  let trying = false;
  return (form) => {
    if (normalizer.expand) return underIndicator(normalizer, form);
    if (trying) return null;
    trying = true;
    try {
      return underIndicator(normalizer, form);
    } finally {
      trying = false;
    }
  };
}

function underIndicator(normalizer: Normalizer, form: Form): Form | null {
  const { algebra } = normalizer;
  for (const [id, e] of factors(form.mono)) {
    const base = algebra.base(id);
    if (!base.indicates || e <= 0) continue;
    if (base.atom) {
      const found = substituted(normalizer, form, id, base.atom, normalizer.expand);
      if (found) return found;
    } else if (e === 1 && !normalizer.expand) {
      const found = multipliedIn(normalizer, form, id);
      if (found) return found;
    }
  }
  return null;
}

/** The other factors at the position where the indicator is 1. */
function substituted(
  normalizer: Normalizer,
  form: Form,
  id: number,
  indicator: Node,
  always: boolean,
): Form | null {
  const { algebra, arena } = normalizer;
  const rest = filterMono(form.mono, (other) => other !== id);
  const ways = agreements(normalizer, indicator);
  for (const { index, to } of always ? ways.slice(0, 1) : ways) {
    if (!mentions(algebra, rest, index)) continue;
    const at = arena.substitute(algebra.toNode({ ...form, mono: rest }), index, to);
    const found = algebra.silently(() => algebra.mul(algebra.atom(indicator), normalizer.norm(at)));
    if (always || isSmaller(algebra, found, form)) {
      algebra.recorder.note('substitute-under-delta', () => algebra.toNode(found));
      return found;
    }
  }
  return null;
}

/** (p_c - δ)·p_j/p_c = p_j - δ: factors with the index go into a sum that holds an indicator of it, where that is smaller. */
function multipliedIn(normalizer: Normalizer, form: Form, id: number): Form | null {
  const { algebra, arena } = normalizer;
  const terms = algebra.base(id).terms ?? [];
  const others = filterMono(form.mono, (other) => other !== id);
  for (const indicator of indicatorsIn(algebra, terms))
    for (const { index, to } of agreements(normalizer, indicator)) {
      const inside = filterMono(others, (other) => algebra.base(other).free.has(index.name));
      if (inside.length === 0) continue;
      const at = arena.substitute(algebra.toNode({ num: 1, den: 1, mono: inside }), index, to);
      const found = algebra.silently(() => {
        const there = normalizer.norm(at);
        const products = terms.map(({ c, m }): Form => {
          const has = factors(m).some(([other, e]) => e > 0 && algebra.base(other).atom === indicator);
          const own: Form = { num: c, den: 1, mono: m };
          return has ? algebra.mul(own, there) : algebra.mul(own, { num: 1, den: 1, mono: inside });
        });
        const outside: Form = { ...form, mono: divMono(others, inside) };
        return algebra.mul(outside, algebra.add(products));
      });
      if (!isSmaller(algebra, found, form)) continue;
      algebra.recorder.note('substitute-under-delta', () => algebra.toNode(found));
      return found;
    }
  return null;
}

/** Of lower cost, or with fewer factors at the same cost. */
function isSmaller(algebra: Algebra, a: Form, b: Form): boolean {
  const difference = algebra.cost(a) - algebra.cost(b);
  return difference < 0 || (difference === 0 && a.mono.length < b.mono.length);
}

function indicatorsIn(algebra: Algebra, terms: readonly { readonly m: Mono }[]): Set<Node> {
  const found = new Set<Node>();
  for (const { m } of terms)
    for (const [id, e] of factors(m)) {
      const { atom, indicates } = algebra.base(id);
      if (atom && indicates && e > 0) found.add(atom);
    }
  return found;
}

const mentions = (algebra: Algebra, mono: Mono, index: IndexNode): boolean =>
  factors(mono).some(([id]) => algebra.base(id).free.has(index.name));
