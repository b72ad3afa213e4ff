/** Relations that hold for a product with indicators, not for its factors alone. */
import type { Node } from '../expr';
import type { Form } from './algebra';
import { exponentOf, filterMono } from './mono';
import type { Normalizer } from './normalize';
import { matchRelation } from './relations';

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
