/**
 * Layered layout of a directed acyclic graph, after Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of
 * Hierarchical System Structures" (1981): layers, order, coordinates, routes. Pure: sizes in, places out.
 */
import { acyclic, assignLayers } from './layers';
import type { Edge } from './layers';
import { orderLayers } from './order';
import { placeAcross } from './place';

export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedBox extends Box {
  /** Left upper corner. */
  readonly x: number;
  readonly y: number;
  readonly layer: number;
}

export interface Route extends Edge {
  /** From the border of the first box to the border of the second; between points 2k and 2k+1 it runs straight. */
  readonly points: readonly Point[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly routes: readonly Route[];
}

export interface LayoutOptions {
  /** `right`: layers are columns. `down`: layers are rows. */
  readonly direction: 'right' | 'down';
  /** Space between layers, where edges bend. */
  readonly layerGap: number;
  /** Space between boxes of a layer. */
  readonly boxGap: number;
}

/** Extent of the place that a long edge keeps free in the layers it passes. */
const LANE = 8;

/** Computed for layers as columns; for rows, width and height change places before and after. */
export function layoutGraph(boxes: readonly Box[], edges: readonly Edge[], options: LayoutOptions): Layout {
  if (options.direction === 'down') {
    const turned = boxes.map(({ id, width, height }) => ({ id, width: height, height: width }));
    return turn(layoutGraph(turned, edges, { ...options, direction: 'right' }));
  }
  const ids = boxes.map(({ id }) => id);
  if (ids.length === 0) return { width: 0, height: 0, boxes: [], routes: [] };
  const kept = acyclic(ids, edges);
  const layerOf = assignLayers(ids, edges);
  const { segments, chains, layers, lanes } = split(ids, kept, layerOf);
  const ordered = orderLayers(layers, segments);
  const size = new Map(boxes.map((box) => [box.id, box]));
  const extent = (id: string): number => size.get(id)?.height ?? LANE;
  const centres = placeAcross(
    ordered.map((layer) => layer.map((id) => ({ id, extent: extent(id) }))),
    segments,
    options.boxGap,
  );

  const columns = columnsOf(ordered, size, options.layerGap);
  const top = Math.min(...ids.concat([...lanes.keys()]).map((id) => (centres.get(id) ?? 0) - extent(id) / 2));
  const placed = boxes.map((box): PlacedBox => {
    const layer = layerOf.get(box.id) ?? 0;
    const column = columns[layer];
    const x = (column?.left ?? 0) + ((column?.width ?? box.width) - box.width) / 2;
    return { ...box, layer, x, y: (centres.get(box.id) ?? 0) - box.height / 2 - top };
  });
  const place = new Map(placed.map((box) => [box.id, box]));
  const ports = assignPorts(chains, place, (id) => (centres.get(id) ?? 0) - top);
  const routes = chains.map(({ from, to, via }, index): Route => {
    const start = place.get(from);
    const end = place.get(to);
    const port = ports[index];
    if (!start || !end || !port) return { from, to, points: [] };
    const startColumn = columns[start.layer];
    const endColumn = columns[end.layer];
    const points: Point[] = [
      { x: start.x + start.width, y: port.start },
      { x: startColumn ? startColumn.left + startColumn.width : start.x + start.width, y: port.start },
    ];
    for (const lane of via) {
      const column = columns[lanes.get(lane) ?? 0];
      const y = (centres.get(lane) ?? 0) - top;
      if (column) points.push({ x: column.left, y }, { x: column.left + column.width, y });
    }
    points.push({ x: endColumn?.left ?? end.x, y: port.end }, { x: end.x, y: port.end });
    return { from, to, points };
  });
  const last = columns.at(-1);
  return {
    width: last ? last.left + last.width : 0,
    height: Math.max(
      0,
      ...placed.map(({ y, height }) => y + height),
      ...routes.flatMap(({ points }) => points.map(({ y }) => y)),
    ),
    boxes: placed,
    routes,
  };
}

interface Chain extends Edge {
  /** Lanes in the layers between the two ends. */
  readonly via: readonly string[];
}

/** Cuts edges that pass over layers into segments between neighbouring layers. */
function split(
  ids: readonly string[],
  edges: readonly Edge[],
  layerOf: ReadonlyMap<string, number>,
): { segments: Edge[]; chains: Chain[]; layers: string[][]; lanes: Map<string, number> } {
  const count = Math.max(-1, ...layerOf.values()) + 1;
  const layers: string[][] = Array.from({ length: count }, () => []);
  for (const id of ids) layers[layerOf.get(id) ?? 0]?.push(id);
  const lanes = new Map<string, number>();
  const segments: Edge[] = [];
  const chains: Chain[] = [];
  for (const [index, { from, to }] of edges.entries()) {
    const via: string[] = [];
    let previous = from;
    for (let layer = (layerOf.get(from) ?? 0) + 1; layer < (layerOf.get(to) ?? 0); layer += 1) {
      // No identifier of a program contains a space.
      const lane = `lane ${String(index)} ${String(layer)}`;
      via.push(lane);
      lanes.set(lane, layer);
      layers[layer]?.push(lane);
      segments.push({ from: previous, to: lane });
      previous = lane;
    }
    segments.push({ from: previous, to });
    chains.push({ from, to, via });
  }
  return { segments, chains, layers, lanes };
}

function columnsOf(
  layers: readonly (readonly string[])[],
  size: ReadonlyMap<string, Box>,
  gap: number,
): { left: number; width: number }[] {
  let left = 0;
  return layers.map((layer) => {
    const width = Math.max(0, ...layer.map((id) => size.get(id)?.width ?? 0));
    const column = { left, width };
    left += width + gap;
    return column;
  });
}

/** Where edges leave and arrive: spread over the middle of a side, in the order of their other ends. */
function assignPorts(
  chains: readonly Chain[],
  place: ReadonlyMap<string, PlacedBox>,
  centre: (id: string) => number,
): { start: number; end: number }[] {
  const ports = chains.map(() => ({ start: 0, end: 0 }));
  const spread = (key: 'from' | 'to', side: 'start' | 'end', other: (chain: Chain) => string): void => {
    const groups = new Map<string, number[]>();
    for (const [index, chain] of chains.entries())
      groups.set(chain[key], [...(groups.get(chain[key]) ?? []), index]);
    for (const [id, members] of groups) {
      const box = place.get(id);
      if (!box) continue;
      members.sort((a, b) => {
        const [first, second] = [chains[a], chains[b]];
        return first && second ? centre(other(first)) - centre(other(second)) : 0;
      });
      const step = Math.min(18, (box.height * 0.7) / members.length);
      for (const [rank, index] of members.entries()) {
        const port = ports[index];
        if (port) port[side] = box.y + box.height / 2 + (rank - (members.length - 1) / 2) * step;
      }
    }
  };
  spread('from', 'start', (chain) => chain.via[0] ?? chain.to);
  spread('to', 'end', (chain) => chain.via.at(-1) ?? chain.from);
  return ports;
}

function turn(layout: Layout): Layout {
  return {
    width: layout.height,
    height: layout.width,
    boxes: layout.boxes.map((box) => ({ ...box, x: box.y, y: box.x, width: box.height, height: box.width })),
    routes: layout.routes.map((route) => ({
      ...route,
      points: route.points.map(({ x, y }) => ({ x: y, y: x })),
    })),
  };
}
