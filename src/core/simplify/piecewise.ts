/** Comparisons and choices. */
import type { Arena, CmpNode, Node } from '../expr';
import { ONE, ZERO, type Form } from './algebra';
import { EMPTY, factors, type Mono } from './mono';
import type { Normalizer } from './normalize';

export function comparisonForm(normalizer: Normalizer, node: CmpNode, args: readonly Form[]): Form {
  const { algebra, arena } = normalizer;
  const [left = ZERO, right = ZERO] = args;
  const difference = algebra.silently(() => algebra.add([left, algebra.scale(right, -1)]));
  if (difference.mono.length === 0) return holds(node.rel, difference.num) ? ONE : ZERO;
  if (normalizer.expand) {
    if (node.rel === '>=')
      return algebra.add([
        ONE,
        algebra.scale(normalizer.norm(arena.compare('>', node.args[1] as Node, node.args[0] as Node)), -1),
      ]);
    const { low, high, lowOpen, highOpen } = normalizer.facts.range(algebra.toNode(difference));
    if (node.rel === '>' && (low > 0 || (low === 0 && lowOpen))) return ONE;
    if (node.rel === '>' && (high < 0 || (high === 0 && highOpen))) return ZERO;
    const primitive = { num: Math.sign(difference.num), den: 1, mono: difference.mono };
    return algebra.atom(arena.compare(node.rel, algebra.toNode(primitive), arena.zero));
  }
  return normalizer.atom(arena.compare(node.rel, algebra.toNode(left), algebra.toNode(right)));
}

export function whereForm(normalizer: Normalizer, args: readonly Form[]): Form {
  const { algebra, arena } = normalizer;
  const [condition = ZERO, then = ZERO, otherwise = ZERO] = args;
  if (sameForm(then, otherwise)) return then;
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

function holds(rel: '>' | '>=' | '==' | '!=', difference: number): boolean {
  switch (rel) {
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    case '==':
      return difference === 0;
    case '!=':
      return difference !== 0;
  }
}

const sameForm = (a: Form, b: Form): boolean =>
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
