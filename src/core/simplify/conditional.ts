/** Relations that hold for a product with indicators, not for its factors alone. */
import type { CmpNode, Node } from '../expr';
import type { Form } from './algebra';
import { exponentOf, factors, filterMono } from './mono';
import type { Normalizer } from './normalize';
import { matchRelation } from './relations';
import { replaceAll } from './substitute';

/** [c]·e^z is E where E is defined as e^z under the condition c; e^z alone is not. `atom` is a factor of the form. */
export function rewriteConditional(
  normalizer: Normalizer,
  atom: Node,
  form: Form,
): { readonly form: Form; readonly rule: string } | null {
  const { algebra, arena, conditional } = normalizer;
  if (conditional.length === 0 || atom.kind !== 'call') return null;
  for (const relation of conditional) {
    const pairs = matchRelation(relation, atom);
    if (!pairs) continue;
    const [id = -1] = algebra.atom(atom).mono;
    const given = (relation.given ?? []).map(
      (node) => algebra.atom(arena.substituteAll(node, pairs)).mono[0],
    );
    const gone = new Set([id, ...given]);
    if ([...gone].some((base = -1) => exponentOf(form.mono, base) < 1)) continue;
    const value = algebra.silently(() => normalizer.norm(arena.substituteAll(relation.to, pairs)));
    const rest: Form = { ...form, mono: filterMono(form.mono, (base) => !gone.has(base)) };
    const power = exponentOf(form.mono, id);
    return { form: algebra.mul(rest, algebra.power(value, power)), rule: relation.rule };
  }
  return null;
}

/** h·[u > 0] is h where h is defined as 0 unless u > 0, as max(0, u) is. `atom` is the comparison. */
export function withoutOwnCondition(normalizer: Normalizer, atom: Node, form: Form): Form | null {
  const { algebra, arena, masks } = normalizer;
  if (masks.size === 0 || atom.kind !== 'cmp') return null;
  const [id = -1] = algebra.atom(atom).mono;
  for (const [other, e] of factors(form.mono)) {
    const symbol = algebra.base(other).atom;
    const mask = symbol?.kind === 'sym' && e > 0 ? masks.get(symbol.name) : undefined;
    if (!symbol || !mask) continue;
    const pairs = mask.indices.map((index, k) => [index, symbol.args[k] ?? index] as const);
    const isOwn = mask.conditions.some(
      (condition) => normalizer.quietNorm(arena.substituteAll(condition, pairs)).mono[0] === id,
    );
    if (isOwn) return algebra.mul({ ...form, mono: filterMono(form.mono, (base) => base !== id) });
  }
  return null;
}

/** [p >= c]·[d >= max(p, c)] is [p >= c]·[d >= p]: another factor says which of the two it is. `atom` is the comparison. */
export function underOtherCondition(normalizer: Normalizer, atom: Node, form: Form): Form | null {
  const { algebra, arena, expand } = normalizer;
  if (expand || atom.kind !== 'cmp' || form.mono.length === 2) return null;
  const extremes = new Set<Node>();
  const look = (node: Node): void => {
    if (node.kind === 'call' && (node.fn === 'maximum' || node.fn === 'minimum')) extremes.add(node);
    if (node.kind !== 'reduce') node.args.forEach(look);
  };
  look(atom);
  for (const extreme of extremes)
    for (const [other, e] of factors(form.mono)) {
      const condition = algebra.base(other).atom;
      if (e < 1 || condition === atom || condition?.kind !== 'cmp') continue;
      const chosen = chosenBy(extreme, condition);
      if (!chosen) continue;
      const [id = -1] = algebra.atom(atom).mono;
      const rest: Form = { ...form, mono: filterMono(form.mono, (base) => base !== id) };
      const decided = normalizer.quietNorm(replaceAll(arena, atom, extreme, chosen));
      return algebra.mul(rest, algebra.power(decided, exponentOf(form.mono, id)));
    }
  return null;
}

/** Which of its two arguments the maximum or minimum is where the condition holds. */
function chosenBy(extreme: Node, { rel, args }: CmpNode): Node | null {
  const [high, low] = args;
  const isOrder = rel === '>' || rel === '>=';
  if (!isOrder || !high || !low || !extreme.args.includes(high) || !extreme.args.includes(low)) return null;
  return extreme.kind === 'call' && extreme.fn === 'maximum' ? high : low;
}
