/** Terms with a long factor in common, written with that factor once: S - t·S - t·U is (1 - t)·S - t·U. */
import type { Node } from '../expr';
import { orderTerms } from './build';
import type { Normalizer } from './normalize';

/** Factors that are short enough to be written twice are left to the working form. */
const SHORT = new Set<Node['kind']>(['num', 'const', 'sym', 'size', 'index', 'add', 'pow']);

/** Null where no factor is shared, or nothing is gained. */
export function groupedTerms(normalizer: Normalizer, sum: Node): Node | null {
  const { display } = normalizer.algebra;
  if (sum.kind !== 'add' || sum.args.length < 3) return null;
  let best: Node | null = null;
  for (const factor of sharedFactors(sum)) {
    const grouped = withFactorOnce(normalizer, sum, factor);
    if (display.cost(grouped) < display.cost(best ?? sum)) best = grouped;
  }
  return best && (groupedTerms(normalizer, best) ?? best);
}

const factorsOf = (term: Node): readonly Node[] => (term.kind === 'mul' ? term.args : [term]);

function sharedFactors(sum: Node): readonly Node[] {
  const counts = new Map<Node, number>();
  for (const term of sum.args)
    for (const factor of factorsOf(term))
      if (!SHORT.has(factor.kind)) counts.set(factor, (counts.get(factor) ?? 0) + 1);
  // What all terms hold has been taken out of the sum already.
  return [...counts].flatMap(([factor, n]) => (n > 1 && n < sum.args.length ? [factor] : []));
}

function withFactorOnce(normalizer: Normalizer, sum: Node, factor: Node): Node {
  const { algebra, arena } = normalizer;
  const others: Node[] = [];
  const rests: Node[] = [];
  for (const term of sum.args) {
    const parts = factorsOf(term);
    const at = parts.indexOf(factor);
    if (at < 0) others.push(term);
    else rests.push(arena.mul(...parts.filter((_, k) => k !== at)));
  }
  const rest = normalizer.quietNorm(arena.add(...rests));
  const product = [...factorsOf(algebra.toNode(rest)), factor].sort(algebra.display.compareFactors);
  return arena.add(...orderTerms(algebra, [...others, arena.mul(...product)]));
}
