/** One node for all orders in which nested sums can be written; the decision form needs it. */
import type { IndexNode, Node, NumNode } from '../expr';
import { compareNodes } from '../order';
import type { Normalizer } from './normalize';
import { acrossDiagonal } from './symmetry';

const MOST_INDICES = 4;

/** Σ_index body with the sums that are factors of the body merged, in the least of all orders; null past the limit. */
export function canonicalSum(normalizer: Normalizer, index: IndexNode, body: Node): Node | null {
  const { arena } = normalizer;
  const indices: IndexNode[] = [index];
  const parts: Node[] = [];
  const collect = (node: Node): void => {
    const [base, exponent] = node.args;
    if (node.kind === 'mul') node.args.forEach(collect);
    else if (node.kind === 'pow' && base?.kind === 'reduce' && exponent?.kind === 'num' && isCount(exponent))
      for (let k = 0; k < exponent.num; k++) collect(base);
    else if (node.kind === 'reduce' && node.op === 'sum') {
      const opened = arena.open(node);
      const own = arena.index(`§${indices.length}`, opened.index.size);
      indices.push(own);
      collect(arena.substitute(opened.body, opened.index, own));
    } else parts.push(node);
  };
  collect(body);
  if (indices.length > MOST_INDICES) return null;
  let best: Node | null = null;
  for (const order of permutations(indices)) {
    const renamed = order.map((from, k) => [from, arena.index(`¤${k}`, from.size)] as const);
    const product = arena.mul(...parts.map((part) => arena.substituteAll(part, renamed)));
    let node = sorted(normalizer, product, new Map());
    for (const [, to] of [...renamed].reverse()) node = arena.sum(to, node);
    if (!best || compareNodes(node, best) < 0) best = node;
  }
  return best;
}

const isCount = ({ num, den }: NumNode): boolean => den === 1 && num > 1 && num <= MOST_INDICES;

/**
 * Terms, factors and the positions in symmetric matrices in structural order throughout: renaming an index does not leave an
 * order behind that it no longer has.
 */
function sorted(normalizer: Normalizer, node: Node, memo: Map<number, Node>): Node {
  const { arena } = normalizer;
  const known = memo.get(node.id);
  if (known) return known;
  let result: Node;
  if (node.kind === 'reduce') {
    const { index, body } = arena.open(node);
    result = arena.reduce(node.op, index, sorted(normalizer, body, memo));
  } else if (node.kind === 'sym' || node.kind === 'matrix') result = acrossDiagonal(normalizer, node) ?? node;
  else if (node.args.length === 0) result = node;
  else {
    const args = node.args.map((arg) => sorted(normalizer, arg, memo));
    if (node.kind === 'add' || node.kind === 'mul') args.sort(compareNodes);
    result = arena.withArgs(node, args);
  }
  memo.set(node.id, result);
  return result;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, k) =>
    permutations([...items.slice(0, k), ...items.slice(k + 1)]).map((rest) => [item, ...rest]),
  );
}
