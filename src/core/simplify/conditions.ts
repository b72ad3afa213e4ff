/** Comparisons in the decision form: signs of irreducible parts, [p > 0] with p free of what cannot change its sign. */
import type { Relation } from '../expr';
import { ONE, ZERO, type Form } from './algebra';
import { positiveByValues } from './indicators';
import { factors } from './mono';
import type { Normalizer } from './normalize';
import { exponentOf } from './powersOfE';

const MOST_FACTORS = 3;

/** [difference rel 0]. */
export function decidedComparison(normalizer: Normalizer, rel: Relation, difference: Form): Form {
  const { algebra } = normalizer;
  const above = (): Form => positive(normalizer, difference);
  const below = (): Form => positive(normalizer, algebra.scale(difference, -1));
  const not = (form: Form): Form => algebra.add([ONE, algebra.scale(form, -1)]);
  switch (rel) {
    case '>':
      return above();
    case '>=':
      return not(below());
    case '!=':
      return algebra.add([above(), below()]);
    case '==':
      return not(algebra.add([above(), below()]));
  }
}

/** [form > 0]: a product is positive where an even number of its factors is negative and none is 0. */
function positive(normalizer: Normalizer, form: Form): Form {
  const { algebra, arena, facts } = normalizer;
  if (form.mono.length === 0) return form.num > 0 ? ONE : ZERO;
  const known = positiveByValues(normalizer, form);
  if (known) return known;
  const whole = algebra.toNode(form);
  if (facts.isPositive(whole)) return ONE;
  if (facts.range(whole).high <= 0) return ZERO;
  let sign = Math.sign(form.num);
  const odd: number[] = [];
  const even: number[] = [];
  for (const [id, e] of factors(form.mono)) {
    const factor = algebra.toNode({ num: 1, den: 1, mono: [id, 1] });
    if (facts.isPositive(factor)) continue;
    if (facts.isPositive(arena.neg(factor))) sign *= e % 2 === 0 ? 1 : -1;
    else if (e % 2 !== 0) odd.push(id);
    else if (e > 0) even.push(id);
  }
  if (odd.length > MOST_FACTORS) {
    const primitive = algebra.toNode({ num: sign, den: 1, mono: form.mono });
    return algebra.atom(arena.compare('>', primitive, arena.zero));
  }
  // [a b > 0] = [a > 0][b > 0] + [-a > 0][-b > 0].
  let [up, down]: [Form, Form] = sign > 0 ? [ONE, ZERO] : [ZERO, ONE];
  for (const id of odd) {
    const [p, n] = [signOfBase(normalizer, id, 1), signOfBase(normalizer, id, -1)];
    [up, down] = [
      algebra.add([algebra.mul(up, p), algebra.mul(down, n)]),
      algebra.add([algebra.mul(up, n), algebra.mul(down, p)]),
    ];
  }
  const nonZero = even.map((id) =>
    algebra.add([signOfBase(normalizer, id, 1), signOfBase(normalizer, id, -1)]),
  );
  return algebra.mul(up, ...nonZero);
}

/** [sign · base > 0] for one atom or primitive sum. */
function signOfBase(normalizer: Normalizer, id: number, sign: 1 | -1): Form {
  const { algebra, arena } = normalizer;
  const known = positiveByValues(normalizer, { num: sign, den: 1, mono: [id, 1] });
  if (known) return known;
  const monotone = throughMonotone(normalizer, id);
  if (monotone) return positive(normalizer, algebra.scale(monotone, sign));
  const single = algebra.toNode({ num: sign, den: 1, mono: [id, 1] });
  if (normalizer.facts.isPositive(single)) return ONE;
  if (normalizer.facts.range(single).high <= 0) return ZERO;
  return algebra.atom(arena.compare('>', single, arena.zero));
}

/** What has the sign of the base: u - v for e^u - e^v, u - 1 for log u, u for a root of u. */
function throughMonotone(normalizer: Normalizer, id: number): Form | null {
  const { algebra, arena } = normalizer;
  const { atom, terms } = algebra.base(id);
  if (atom?.kind === 'call' && atom.fn === 'log')
    return normalizer.norm(arena.sub(atom.args[0] ?? arena.one, arena.one));
  if (atom?.kind === 'pow' && atom.args[0] && atom.args[1]?.kind === 'num')
    return normalizer.norm(atom.args[0]);
  const [first, second] = terms ?? [];
  if (!first || !second || terms?.length !== 2 || first.c !== -second.c || Math.abs(first.c) !== 1)
    return null;
  const [u, v] = [exponentOf(normalizer, first.m), exponentOf(normalizer, second.m)];
  if (!u || !v) return null;
  return first.c > 0 ? algebra.add([u, algebra.scale(v, -1)]) : algebra.add([v, algebra.scale(u, -1)]);
}
