/** Every expression that differs from a given one in a single place. */
import type { Arena, IndexNode, Node } from '../../core/expr';

export interface Variant<T> {
  readonly node: Node;
  /** What was changed. */
  readonly change: T;
}

/**
 * For each place in `node`, each replacement that `options` offers for the node there. Reductions are opened on the way;
 * `scope` are the indices that were. A condition stays one: what it compares is replaced, it itself is not.
 */
export function* variants<T>(
  arena: Arena,
  node: Node,
  options: (node: Node, scope: readonly IndexNode[]) => Iterable<Variant<T>>,
  scope: readonly IndexNode[] = [],
  isCondition = false,
): Generator<Variant<T>> {
  if (!isCondition) yield* options(node, scope);
  if (node.kind === 'reduce') {
    const { index, body } = arena.open(node);
    for (const { node: inner, change } of variants(arena, body, options, [...scope, index], isCondition))
      yield { node: arena.reduce(node.op, index, inner), change };
    return;
  }
  for (const [k, arg] of node.args.entries()) {
    if (arg.kind === 'index' || node.kind === 'diff') continue;
    const asCondition = node.kind === 'where' ? k === 0 : isCondition && node.kind !== 'cmp';
    for (const { node: inner, change } of variants(arena, arg, options, scope, asCondition))
      yield { node: arena.withArgs(node, node.args.with(k, inner)), change };
  }
}
