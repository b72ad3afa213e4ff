/** Comparisons and choices. */
import type { Arena, CmpNode, Node, Relation } from '../expr';
import type { Range } from '../facts';
import { holds } from '../relation';
import { ONE, ZERO, type Form } from './algebra';
import { isExponential } from './build';
import { decidedComparison } from './conditions';
import { isIndicator } from './indicators';
import { EMPTY, divMono, exponentOf, factors, type Mono } from './mono';
import type { Normalizer } from './normalize';

export function comparisonForm(normalizer: Normalizer, node: CmpNode, args: readonly Form[]): Form {
  const { algebra, arena, facts } = normalizer;
  const [left = ZERO, right = ZERO] = args;
  const difference = algebra.silently(() => algebra.add([left, algebra.scale(right, -1)]));
  if (difference.mono.length === 0) return holds(node.rel, difference.num, 0) ? ONE : ZERO;
  if (normalizer.expand) return algebra.silently(() => decidedComparison(normalizer, node.rel, difference));
  const known = decided(node.rel, facts.range(algebra.toNode(difference)));
  if (known !== null) return known ? ONE : ZERO;
  const ordered = node.rel === '>' || node.rel === '>=';
  const inside = algebra.silently(() => (ordered ? sameSign(normalizer, difference) : null));
  if (inside) {
    const below = inside.num < 0;
    const size = algebra.toNode(below ? algebra.scale(inside, -1) : inside);
    const [high, low] = below ? [arena.zero, size] : [size, arena.zero];
    return normalizer.norm(arena.compare(node.rel, high, low));
  }
  return normalizer.atom(arena.compare(node.rel, algebra.toNode(left), algebra.toNode(right)));
}

/** Whether a difference in that range stands in the relation to 0; null where the range does not tell. */
function decided(rel: Relation, { low, high, lowOpen, highOpen }: Range): boolean | null {
  const above = low > 0 || (low === 0 && lowOpen);
  const below = high < 0 || (high === 0 && highOpen);
  if (rel === '==' || rel === '!=') return above || below ? rel === '!=' : null;
  if (above || (rel === '>=' && low >= 0)) return true;
  return below || (rel === '>' && high <= 0) ? false : null;
}

/** Strictly increasing functions that are 0 at 0 only. */
const THROUGH_ZERO = new Set([
  'tanh',
  'sinh',
  'arctan',
  'arcsinh',
  'arctanh',
  'arcsin',
  'erf',
  'expm1',
  'log1p',
]);

/** A simpler expression with the sign of this one everywhere: positive factors and monotone functions gone. Null for none. */
function sameSign(normalizer: Normalizer, form: Form): Form | null {
  const { algebra, facts } = normalizer;
  const kept: number[] = [];
  let sign = Math.sign(form.num);
  let dropped = false;
  for (const [id, e] of factors(form.mono)) {
    const factor = algebra.toNode({ num: 1, den: 1, mono: [id, 1] });
    const negative = facts.isPositive(normalizer.arena.neg(factor));
    if (!negative && !facts.isPositive(factor)) {
      // An odd power has the sign of its base.
      const odd = e > 1 && e % 2 === 1;
      kept.push(id, odd ? 1 : e);
      dropped ||= odd;
      continue;
    }
    dropped = true;
    if (negative && e % 2 !== 0) sign = -sign;
  }
  const rest: Form = { num: sign, den: 1, mono: kept };
  const inner = kept.length === 2 && kept[1] === 1 ? insideMonotone(normalizer, kept[0] ?? 0) : null;
  if (inner) return algebra.scale(inner, sign);
  return dropped && kept.length > 0 ? rest : null;
}

/** w where the base is f(w) with f strictly increasing and f(0) = 0, or e^w - 1. */
function insideMonotone(normalizer: Normalizer, id: number): Form | null {
  const { algebra } = normalizer;
  const { atom, terms } = algebra.base(id);
  if (atom?.kind === 'call' && THROUGH_ZERO.has(atom.fn)) return normalizer.norm(atom.args[0] as Node);
  if (terms?.length !== 2) return null;
  const number = terms.find((t) => t.m.length === 0);
  const other = terms.find((t) => t.m.length === 2);
  const [u = 0, power = 0] = other?.m ?? [];
  if (!number || !other || number.c !== -other.c || !isExponential(algebra.base(u))) return null;
  const argument = algebra.base(u).atom?.args[0];
  return argument ? algebra.scale(normalizer.norm(argument), power * Math.sign(other.c)) : null;
}

export function whereForm(normalizer: Normalizer, args: readonly Form[]): Form {
  const { algebra, arena } = normalizer;
  const [tested = ZERO, then = ZERO, otherwise = ZERO] = args;
  if (sameForm(then, otherwise)) return then;
  if (tested.mono.length === 0) return tested.num === 0 ? otherwise : then;
  // What is not 0 holds, whatever its value.
  const condition = isIndicator(normalizer, tested)
    ? tested
    : normalizer.norm(arena.compare('!=', algebra.toNode(tested), arena.zero));
  if (condition.mono.length === 0) return condition.num === 0 ? otherwise : then;
  if (normalizer.expand)
    return algebra.add([
      algebra.mul(condition, then),
      algebra.mul(algebra.add([ONE, algebra.scale(condition, -1)]), otherwise),
    ]);
  const test = algebra.toNode(condition);
  if (otherwise.num === 0) return algebra.mul(condition, then);
  if (then.num === 0) {
    const complement = complementOf(arena, test);
    if (complement) return algebra.mul(normalizer.norm(complement), otherwise);
  }
  const shared = sharedFactors(then, otherwise);
  const common: Form = { num: 1, den: 1, mono: shared };
  const inverse = algebra.power(common, -1);
  const inner = arena.where(
    test,
    algebra.toNode(algebra.mul(then, inverse)),
    algebra.toNode(algebra.mul(otherwise, inverse)),
  );
  return algebra.mul(common, inner.kind === 'where' ? normalizer.atom(inner) : normalizer.norm(inner));
}
/** u · sign u = |u| and |u| · sign u = u, which hold at 0 too. */
export function signTimes(normalizer: Normalizer, atom: Node, form: Form): Form | null {
  if (atom.kind !== 'call' || atom.fn !== 'sign') return null;
  const { algebra, arena } = normalizer;
  if (exponentOf(form.mono, algebra.atom(atom).mono[0] ?? -1) < 1) return null;
  const [argument] = atom.args as [Node];
  const whole = normalizer.quietNorm(argument);
  const without = (other: Form): Form => ({
    ...form,
    mono: divMono(divMono(form.mono, algebra.atom(atom).mono), other.mono),
  });
  const size = algebra.atom(arena.call('abs', argument));
  if (exponentOf(form.mono, size.mono[0] ?? -1) > 0) return algebra.mul(without(size), whole);
  const [base = -1, e = 0] = whole.mono;
  if (whole.mono.length !== 2 || e !== 1 || exponentOf(form.mono, base) < 1) return null;
  const coefficient = algebra.number(whole.den, whole.num);
  return algebra.mul(without({ ...whole, num: 1, den: 1 }), size, coefficient);
}

/** 1 - c as one comparison; null for what is none. */
export function complementOf(arena: Arena, condition: Node): Node | null {
  if (condition.kind !== 'cmp') return null;
  const [left, right] = condition.args as [Node, Node];
  switch (condition.rel) {
    case '>':
      return arena.compare('>=', right, left);
    case '>=':
      return arena.compare('>', right, left);
    case '==':
      return arena.compare('!=', left, right);
    case '!=':
      return arena.compare('==', left, right);
  }
}

export const sameForm = (a: Form, b: Form): boolean =>
  a.num === b.num &&
  a.den === b.den &&
  a.mono.length === b.mono.length &&
  a.mono.every((v, k) => v === b.mono[k]);

function sharedFactors(a: Form, b: Form): Mono {
  const exponents = new Map(factors(b.mono));
  const out: number[] = [];
  for (const [id, e] of factors(a.mono)) {
    const f = exponents.get(id) ?? 0;
    if (e * f > 0) out.push(id, Math.sign(e) * Math.min(Math.abs(e), Math.abs(f)));
  }
  return out.length === 0 ? EMPTY : out;
}
