/** Step one of the layered layout: which column a node stands in. */

export interface Edge {
  readonly from: string;
  readonly to: string;
}

/**
 * The layer of each node: every edge goes to a higher layer. Longest path from the sources, after which sources move as far
 * right as their users let them, so that a label stands beside the loss that reads it. Edges that would close a cycle,
 * loops, and edges to unknown nodes are left out of account.
 */
export function assignLayers(ids: readonly string[], edges: readonly Edge[]): Map<string, number> {
  const forward = acyclic(ids, edges);
  const successors = adjacency(ids, forward, 'from', 'to');
  const predecessors = adjacency(ids, forward, 'to', 'from');
  const layers = new Map<string, number>();
  const layerOf = (id: string): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    const layer = Math.max(-1, ...(predecessors.get(id) ?? []).map(layerOf)) + 1;
    layers.set(id, layer);
    return layer;
  };
  for (const id of ids) layerOf(id);
  for (const id of ids) {
    const users = successors.get(id) ?? [];
    if (predecessors.get(id)?.length === 0 && users.length > 0)
      layers.set(id, Math.min(...users.map((user) => layers.get(user) ?? 0)) - 1);
  }
  return layers;
}

/** The edges between known nodes without those that close a cycle, each pair once. */
export function acyclic(ids: readonly string[], edges: readonly Edge[]): Edge[] {
  const successors = adjacency(ids, edges, 'from', 'to');
  const state = new Map<string, 'open' | 'done'>();
  const kept: Edge[] = [];
  const visit = (from: string): void => {
    state.set(from, 'open');
    for (const to of new Set(successors.get(from))) {
      if (state.get(to) === 'open') continue;
      kept.push({ from, to });
      if (!state.has(to)) visit(to);
    }
    state.set(from, 'done');
  };
  for (const id of ids) if (!state.has(id)) visit(id);
  return kept;
}

function adjacency(
  ids: readonly string[],
  edges: readonly Edge[],
  key: 'from' | 'to',
  value: 'from' | 'to',
): Map<string, string[]> {
  const result = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const edge of edges) if (result.has(edge[value])) result.get(edge[key])?.push(edge[value]);
  return result;
}
