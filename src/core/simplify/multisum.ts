/** One node for all orders in which nested sums can be written; the decision form needs it. */
import type { Arena, IndexNode, Node } from '../expr';
import { compareNodes } from '../order';

const MOST_INDICES = 4;

/** Σ_index body with the sums that are factors of the body merged, in the least of all orders; null past the limit. */
export function canonicalSum(arena: Arena, index: IndexNode, body: Node): Node | null {
  const indices: IndexNode[] = [index];
  const parts: Node[] = [];
  const collect = (node: Node): void => {
    if (node.kind === 'mul') node.args.forEach(collect);
    else if (node.kind === 'reduce' && node.op === 'sum') {
      const opened = arena.open(node);
      const own = arena.index(`§${indices.length}`, opened.index.size);
      indices.push(own);
      collect(arena.substitute(opened.body, opened.index, own));
    } else parts.push(node);
  };
  collect(body);
  if (indices.length === 1) return arena.sum(index, body);
  if (indices.length > MOST_INDICES) return null;
  let best: Node | null = null;
  for (const order of permutations(indices)) {
    const renamed = order.map((from, k) => [from, arena.index(`¤${k}`, from.size)] as const);
    const factors = parts.map((part) => arena.substituteAll(part, renamed)).sort(compareNodes);
    let node = arena.mul(...factors);
    for (const [, to] of [...renamed].reverse()) node = arena.sum(to, node);
    if (!best || compareNodes(node, best) < 0) best = node;
  }
  return best;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, k) =>
    permutations([...items.slice(0, k), ...items.slice(k + 1)]).map((rest) => [item, ...rest]),
  );
}
