/**
 * Long chains of operations cut into stages, each of which is a loop of its own over a block. A processor looks ahead so
 * many instructions only: of a long chain these are operations that wait for each other, of several short ones enough that
 * can be done at the same time. What one stage hands to a later one is kept in memory.
 */
import type { Graph, GraphNode, Value } from './graph';

export interface Stage {
  /** The graph with what earlier stages have kept as reads. */
  readonly graph: Pick<Graph, 'nodes'>;
  /** What later stages read: the value and the number of its place. */
  readonly kept: readonly (readonly [Value, number])[];
  /** Of the roots, those that are computed here. */
  readonly has: (root: Value) => boolean;
}

/** Cycles from an operation's arguments to its result, about those of present processors. */
function latency({ op }: GraphNode): number {
  switch (op) {
    case 'constant':
      return 0;
    case 'read':
      return 5;
    case 'gather':
      return 20;
    case 'call':
      return 60;
    case 'shuffle':
      return 1;
    default:
      if (/\.(div|sqrt)$/.test(op)) return 13;
      if (/\.(relaxed_madd|mul)$/.test(op)) return 4;
      return /\.(add|sub|promote|demote)/.test(op) ? 3 : 1;
  }
}

/** Length of a stage in cycles. */
const STAGE = 40;
/** Parts of a stage by which its end may move to where fewer values are kept. */
const LEEWAY = 0.3;

/** Computed once before the loop: constants, and what of reads that stay the same is made. */
export function fixedNodes({ nodes }: Pick<Graph, 'nodes'>): boolean[] {
  const fixed: boolean[] = [];
  for (const node of nodes)
    fixed.push(
      node.op === 'constant' ||
        (node.op === 'read' ? node.fixed : node.op !== 'gather' && node.args.every((a) => fixed[a] === true)),
    );
  return fixed;
}

/**
 * One stage where the chains are short or more than `most` values would have to be kept. `read` emits the read of what has
 * the place of that number.
 */
export function stagesOf(
  graph: Graph,
  roots: readonly Value[],
  most: number,
  read: (place: number) => () => void,
): readonly Stage[] {
  const { nodes } = graph;
  const one: Stage = { graph, kept: [], has: () => true };
  if (most === 0) return [one];
  const fixed = fixedNodes(graph);
  const needed = new Set(roots);
  for (let k = nodes.length - 1; k >= 0; k -= 1)
    if (needed.has(k)) nodes[k]?.args.forEach((arg) => needed.add(arg));
  const starts: number[] = [];
  nodes.forEach((node, k) => {
    const start = node.args.reduce((most, arg) => Math.max(most, starts[arg] ?? 0), 0);
    starts.push(fixed[k] === true ? 0 : start + latency(node));
  });
  const depth = roots.reduce((most, root) => Math.max(most, starts[root] ?? 0), 0);
  // As late as can be: what is quickly made of a few values does not become more values to keep.
  const depths = nodes.map(() => depth);
  for (let k = nodes.length - 1; k >= 0; k -= 1) {
    const node = nodes[k];
    if (!node || !needed.has(k)) continue;
    for (const arg of node.args)
      depths[arg] = Math.min(depths[arg] ?? depth, (depths[k] ?? depth) - latency(node));
  }
  const count = Math.max(1, Math.round(depth / STAGE));
  const lastUse = depths.map(() => -1);
  nodes.forEach(({ args }, k) => {
    if (needed.has(k)) for (const arg of args) lastUse[arg] = Math.max(lastUse[arg] ?? -1, depths[k] ?? 0);
  });
  /** Whether a value is made before a depth and used after it; what is read is read again. */
  const crosses = (k: Value, end: number): boolean =>
    (depths[k] ?? 0) <= end && (lastUse[k] ?? -1) > end && fixed[k] !== true && nodes[k]?.op !== 'read';
  const crossing = (end: number): Value[] => [...nodes.keys()].filter((k) => crosses(k, end));
  const ends = Array.from({ length: count - 1 }, (_, s) => {
    const middle = Math.round(((s + 1) * depth) / count);
    const leeway = (LEEWAY * depth) / count;
    let best = { end: middle, size: Infinity };
    for (let off = 0; off <= leeway; off += 1)
      for (const end of off === 0 ? [middle] : [middle - off, middle + off]) {
        let size = 0;
        for (let k = 0; k < nodes.length; k += 1) if (crosses(k, end)) size += 1;
        if (size < best.size) best = { end, size };
      }
    return best.end;
  });
  const stageOf = (k: Value): number => ends.filter((end) => (depths[k] ?? 0) > end).length;
  const places = new Map<Value, number>();
  for (const end of ends)
    for (const value of crossing(end)) if (!places.has(value)) places.set(value, places.size);
  if (places.size === 0 || places.size > most) return [one];
  return Array.from({ length: count }, (_, stage): Stage => {
    const own = nodes.map((node, k): GraphNode => {
      const place = places.get(k);
      return place !== undefined && stageOf(k) < stage
        ? { op: 'read', args: [], emit: read(place), fixed: false }
        : node;
    });
    return {
      graph: { nodes: own },
      kept: [...places].filter(([value]) => stageOf(value) === stage),
      has: (root) => stageOf(root) === stage,
    };
  });
}
