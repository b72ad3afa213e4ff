/** Maxima and minima that several elements attain at once, on more than single points. */
import { axisIndices } from './definition';
import { symbolNames, type Arena, type IndexNode, type Node } from './expr';
import type { Graph } from './graph';

/** Definitions seen through, one inside of the other. */
const DEEPEST = 8;

/**
 * Elements may be equal on a whole region and move there: some case or bound of the body varies with the parameters and is
 * the same for all values of the index.
 */
export function mayTie(arena: Arena, graph: Graph, body: Node, index: IndexNode): boolean {
  const isShared = (node: Node): boolean =>
    !node.free.has(index.name) && [...symbolNames(node)].some((name) => graph.varies(name));
  const visit = (node: Node, depth: number): boolean => {
    if (node.kind === 'reduce' || !node.free.has(index.name)) return false;
    if (node.kind === 'sym') {
      const binding = graph.bindings.get(node.name);
      if (!binding || depth >= DEEPEST) return false;
      const pairs = axisIndices(binding.axes).map((axis, k) => [axis, node.args[k] ?? axis] as const);
      return visit(arena.substituteAll(binding.def, pairs), depth + 1);
    }
    return casesOf(node).some(isShared) || node.args.some((arg) => visit(arg, depth));
  };
  return isShared(body) || visit(body, 0);
}

function casesOf(node: Node): readonly Node[] {
  if (node.kind === 'where') return node.args.slice(1);
  const isBound = node.kind === 'call' && (node.fn === 'maximum' || node.fn === 'minimum');
  return isBound ? node.args : [];
}
