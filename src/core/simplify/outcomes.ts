/** Probabilities of what came to pass: q is p or 1 - p, so q(1 - q) = p(1 - p). */
import { axisIndices, type Binding } from '../definition';
import type { Node } from '../expr';
import { UNIT_RANGE } from '../facts';
import { factors, filterMono } from './mono';
import type { Normalizer } from './normalize';
import type { Relation } from './relations';

/**
 * 1 - p = q(1 - q)/p for a binding q that a label or a condition makes p or 1 - p, with p in (0, 1); that q is in (0, 1) too is
 * told to the facts. Null for other bindings.
 */
export function learnOutcome(
  normalizer: Normalizer,
  provesZero: (node: Node) => boolean,
  binding: Binding,
): Relation | null {
  const { arena, facts } = normalizer;
  const { def } = binding;
  const chooses = (n: Node): boolean =>
    n.kind === 'where' ||
    n.kind === 'cmp' ||
    (n.kind === 'sym' && facts.values(n.name)?.length === 2) ||
    n.args.some(chooses);
  if (def.kind === 'reduce' || def.kind === 'sym' || !chooses(def)) return null;
  const indices = axisIndices(binding.axes);
  const spread = (p: Node): Node => arena.mul(p, arena.sub(arena.one, p));
  for (const p of probabilities(normalizer, def)) {
    if (p.free.size !== indices.length || !indices.every((index) => p.free.has(index.name))) continue;
    if (!provesZero(arena.sub(spread(def), spread(p)))) continue;
    facts.learn(binding.name, UNIT_RANGE);
    const to = arena.div(spread(arena.sym(binding.name, ...indices)), p);
    const pattern = normalizer.simplify(arena.sub(arena.one, p));
    return { pattern, indices, to, binding: binding.name, rule: 'spread-of-outcome' };
  }
  return spreadOfBranches(normalizer, provesZero, binding);
}

/**
 * p = where(z >= 0, 1/(1 + e), e/(1 + e)): both branches have the spread e/(1 + e)², so 1/(1 + e)² is
 * p(1 - p)/e.
 */
function spreadOfBranches(
  normalizer: Normalizer,
  provesZero: (node: Node) => boolean,
  { name, axes, def }: Binding,
): Relation | null {
  const { algebra, arena, facts } = normalizer;
  const [, then, otherwise] = def.args;
  if (def.kind !== 'where' || !then || !otherwise) return null;
  if (!provesZero(arena.add(then, otherwise, arena.minusOne))) return null;
  const indices = axisIndices(axes);
  const self = arena.sym(name, ...indices);
  const spread = normalizer.norm(arena.mul(then, otherwise));
  const branch = facts.range(then);
  if (branch.low < 0 || branch.high > 1 || !branch.lowOpen || !branch.highOpen) return null;
  facts.learn(name, UNIT_RANGE);
  for (const [id, e] of factors(spread.mono)) {
    const { terms, free } = algebra.base(id);
    if (e >= 0 || !terms || free.size !== indices.length) continue;
    if (!indices.every((index) => free.has(index.name))) continue;
    const pattern = algebra.toNode({ num: 1, den: 1, mono: [id, e] });
    const rest = algebra.toNode({ ...spread, mono: filterMono(spread.mono, (other) => other !== id) });
    const to = arena.div(arena.mul(self, arena.sub(arena.one, self)), rest);
    return { pattern, indices, to, binding: name, rule: 'spread-of-outcome' };
  }
  return null;
}

/** Of the parts, those that are in (0, 1). */
function probabilities({ facts }: Normalizer, def: Node): Set<Node> {
  const found = new Set<Node>();
  const visit = (n: Node): void => {
    if (n.kind === 'reduce') return;
    const named = n.kind === 'sym' || (n.kind === 'call' && n.fn === 'sigmoid');
    const { low, high, lowOpen, highOpen } = facts.range(n);
    if (named && low >= 0 && high <= 1 && lowOpen && highOpen) found.add(n);
    else n.args.forEach(visit);
  };
  visit(def);
  return found;
}
