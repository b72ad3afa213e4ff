/** Every expression that differs from a given one in a single place. */
import type { Arena, Node } from '../../core/expr';

export interface Variant<T> {
  readonly node: Node;
  /** What was changed. */
  readonly change: T;
}

/** For each place in `node`, each replacement that `options` offers for the node there. Reductions are opened on the way. */
export function* variants<T>(
  arena: Arena,
  node: Node,
  options: (node: Node) => Iterable<Variant<T>>,
): Generator<Variant<T>> {
  yield* options(node);
  if (node.kind === 'reduce') {
    const { index, body } = arena.open(node);
    for (const { node: inner, change } of variants(arena, body, options))
      yield { node: arena.reduce(node.op, index, inner), change };
    return;
  }
  for (const [k, arg] of node.args.entries()) {
    if (arg.kind === 'index' || node.kind === 'diff') continue;
    for (const { node: inner, change } of variants(arena, arg, options))
      yield { node: arena.withArgs(node, node.args.with(k, inner)), change };
  }
}
