/** Step two of the layered layout: the order within each layer, with few crossings. */
import type { Edge } from './layers';

const SWEEPS = 12;

/**
 * Reorders the layers, given as lists of ids, so that few edges cross. Every edge must join neighbouring layers.
 * Barycentre sweeps in both directions, each followed by exchanges of neighbours; the best order seen is returned.
 */
export function orderLayers(layers: readonly (readonly string[])[], edges: readonly Edge[]): string[][] {
  const before = neighbours(edges, 'to', 'from');
  const after = neighbours(edges, 'from', 'to');
  let current = layers.map((layer) => [...layer]);
  let best = current;
  let fewest = countCrossings(best, edges);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    const downwards = sweep % 2 === 0;
    current = current.map((layer) => [...layer]);
    const places = downwards ? current.map((_, place) => place) : current.map((_, place) => place).reverse();
    for (const place of places) {
      const layer = current[place];
      const fixed = current[downwards ? place - 1 : place + 1];
      if (layer && fixed) sortByBarycentre(layer, fixed, downwards ? before : after);
    }
    exchange(current, before, after);
    const crossings = countCrossings(current, edges);
    if (crossings < fewest) {
      fewest = crossings;
      best = current.map((layer) => [...layer]);
    }
  }
  return best;
}

function neighbours(edges: readonly Edge[], key: 'from' | 'to', value: 'from' | 'to'): Map<string, string[]> {
  const result = new Map<string, string[]>();
  for (const edge of edges) result.set(edge[key], [...(result.get(edge[key]) ?? []), edge[value]]);
  return result;
}

/** Nodes without neighbours keep their place relative to the one before them. */
function sortByBarycentre(
  layer: string[],
  fixed: readonly string[],
  neighbour: ReadonlyMap<string, readonly string[]>,
): void {
  const position = new Map(fixed.map((id, place) => [id, place]));
  let last = -1;
  const keyed = layer.map((id) => {
    const places = (neighbour.get(id) ?? []).map((other) => position.get(other) ?? 0);
    if (places.length > 0) last = places.reduce((sum, place) => sum + place, 0) / places.length;
    return { id, key: last };
  });
  keyed.sort((a, b) => a.key - b.key);
  for (const [place, { id }] of keyed.entries()) layer[place] = id;
}

/** Exchanges neighbours of a layer as long as that removes crossings. */
function exchange(
  layers: string[][],
  before: ReadonlyMap<string, readonly string[]>,
  after: ReadonlyMap<string, readonly string[]>,
): void {
  let improved = true;
  for (let round = 0; improved && round < SWEEPS; round += 1) {
    improved = false;
    for (const [index, layer] of layers.entries()) {
      const left = new Map(layers[index - 1]?.map((id, place) => [id, place]));
      const right = new Map(layers[index + 1]?.map((id, place) => [id, place]));
      const placesOf = (id: string): [number[], number[]] => [
        (before.get(id) ?? []).map((other) => left.get(other) ?? 0),
        (after.get(id) ?? []).map((other) => right.get(other) ?? 0),
      ];
      for (let place = 0; place + 1 < layer.length; place += 1) {
        const [a, b] = [layer[place], layer[place + 1]];
        if (a === undefined || b === undefined) continue;
        const [aLeft, aRight] = placesOf(a);
        const [bLeft, bRight] = placesOf(b);
        const kept = inversions(aLeft, bLeft) + inversions(aRight, bRight);
        const swapped = inversions(bLeft, aLeft) + inversions(bRight, aRight);
        if (swapped >= kept) continue;
        layer[place] = b;
        layer[place + 1] = a;
        improved = true;
      }
    }
  }
}

/** Crossings between the edges of a box and those of the box after it, from the places of their other ends. */
function inversions(first: readonly number[], second: readonly number[]): number {
  let count = 0;
  for (const a of first) for (const b of second) if (a > b) count += 1;
  return count;
}

/** How many pairs of edges between neighbouring layers cross. */
export function countCrossings(layers: readonly (readonly string[])[], edges: readonly Edge[]): number {
  let crossings = 0;
  for (let index = 0; index + 1 < layers.length; index += 1) {
    const left = new Map(layers[index]?.map((id, place) => [id, place]));
    const right = new Map(layers[index + 1]?.map((id, place) => [id, place]));
    const pairs: [number, number][] = [];
    for (const { from, to } of edges) {
      const start = left.get(from);
      const end = right.get(to);
      if (start !== undefined && end !== undefined) pairs.push([start, end]);
    }
    for (const [place, [start, end]] of pairs.entries())
      for (const [otherStart, otherEnd] of pairs.slice(place + 1))
        if ((start - otherStart) * (end - otherEnd) < 0) crossings += 1;
  }
  return crossings;
}
