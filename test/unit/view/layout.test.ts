import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Box, Layout, LayoutOptions, Point, Route } from '../../../src/view/layout/layout';
import { layoutGraph } from '../../../src/view/layout/layout';
import { acyclic, assignLayers } from '../../../src/view/layout/layers';
import type { Edge } from '../../../src/view/layout/layers';
import { neighbour } from '../../../src/view/layout/neighbour';
import { countCrossings, orderLayers } from '../../../src/view/layout/order';
import { curves, labelPoint } from '../../../src/view/layout/path';

const OPTIONS: LayoutOptions = { direction: 'right', layerGap: 50, boxGap: 16 };

/** A random acyclic graph with boxes of random sizes: edges go from lower to higher numbers. */
const graphs = fc.integer({ min: 1, max: 14 }).chain((count) =>
  fc.record({
    boxes: fc.tuple(
      ...Array.from({ length: count }, (_, number) =>
        fc.record({
          id: fc.constant(`n${String(number)}`),
          width: fc.integer({ min: 10, max: 300 }),
          height: fc.integer({ min: 10, max: 120 }),
        }),
      ),
    ),
    edges: fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: count - 1 }), fc.integer({ min: 0, max: count - 1 }))
        .filter(([a, b]) => a < b)
        .map(([a, b]): Edge => ({ from: `n${String(a)}`, to: `n${String(b)}` })),
      { maxLength: count === 1 ? 0 : 24 },
    ),
  }),
);

const directions = fc.constantFrom<LayoutOptions['direction']>('right', 'down');

function overlapping(layout: Layout): string[] {
  return layout.boxes.flatMap((a, place) =>
    layout.boxes
      .slice(place + 1)
      .filter(
        (b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height,
      )
      .map((b) => `${a.id} and ${b.id}`),
  );
}

/** Points along the drawn curve: straight in layers, cubic between them. */
function trace({ points }: Route, direction: LayoutOptions['direction']): Point[] {
  return points.slice(1).flatMap((to, place) => {
    const from = points[place] ?? to;
    return Array.from({ length: 9 }, (_, part): Point => {
      const t = part / 8;
      const s = 1 - t;
      const bent = place % 2 === 1 ? (3 * s + t) * t * t : t;
      const half = place % 2 === 1 ? 1.5 * s * s * t + 1.5 * s * t * t + t * t * t : t;
      const [along, across] = [half, bent];
      return direction === 'right'
        ? { x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * across }
        : { x: from.x + (to.x - from.x) * across, y: from.y + (to.y - from.y) * along };
    });
  });
}

describe('layout of a graph', () => {
  it('never lets boxes overlap and stays within its size', () => {
    fc.assert(
      fc.property(graphs, directions, ({ boxes, edges }, direction) => {
        const layout = layoutGraph(boxes, edges, { ...OPTIONS, direction });
        expect(overlapping(layout)).toEqual([]);
        for (const { x, y, width, height } of layout.boxes) {
          expect(x).toBeGreaterThanOrEqual(-1e-6);
          expect(y).toBeGreaterThanOrEqual(-1e-6);
          expect(x + width).toBeLessThanOrEqual(layout.width + 1e-6);
          expect(y + height).toBeLessThanOrEqual(layout.height + 1e-6);
        }
      }),
    );
  });

  it('touches the left and the upper rim', () => {
    fc.assert(
      fc.property(graphs, ({ boxes, edges }) => {
        const { boxes: placed, routes } = layoutGraph(boxes, edges, OPTIONS);
        expect(Math.min(...placed.map(({ x }) => x))).toBeLessThan(300);
        const ys = [...placed.map(({ y }) => y), ...routes.flatMap(({ points }) => points.map(({ y }) => y))];
        // Half a lane is free above an edge that runs along the rim.
        expect(Math.min(...ys)).toBeGreaterThanOrEqual(-1e-6);
        expect(Math.min(...ys)).toBeLessThanOrEqual(4 + 1e-6);
      }),
    );
  });

  it('lets every edge run forward from border to border, with room to bend', () => {
    fc.assert(
      fc.property(graphs, ({ boxes, edges }) => {
        const layout = layoutGraph(boxes, edges, OPTIONS);
        const place = new Map(layout.boxes.map((box) => [box.id, box]));
        expect(layout.routes.length).toBe(new Set(edges.map(({ from, to }) => `${from} ${to}`)).size);
        for (const { from, to, points } of layout.routes) {
          const [start, end] = [place.get(from), place.get(to)];
          if (!start || !end) throw new Error('an edge without its boxes');
          expect(end.x - (start.x + start.width)).toBeGreaterThanOrEqual(OPTIONS.layerGap - 1e-6);
          expect(points[0]?.x).toBeCloseTo(start.x + start.width, 6);
          expect(points.at(-1)?.x).toBeCloseTo(end.x, 6);
          expect(
            points.every((point, index) => index === 0 || point.x >= (points[index - 1]?.x ?? 0) - 1e-6),
          ).toBe(true);
        }
      }),
    );
  });

  it('never runs an edge through a box', () => {
    fc.assert(
      fc.property(graphs, directions, ({ boxes, edges }, direction) => {
        const layout = layoutGraph(boxes, edges, { ...OPTIONS, direction });
        for (const route of layout.routes)
          for (const { x, y } of trace(route, direction))
            for (const box of layout.boxes) {
              if (box.id === route.from || box.id === route.to) continue;
              const inside = x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
              expect(inside, `${route.from} to ${route.to} through ${box.id}`).toBe(false);
            }
      }),
    );
  });

  it('is the same for the same graph', () => {
    fc.assert(
      fc.property(graphs, ({ boxes, edges }) => {
        expect(layoutGraph(boxes, edges, OPTIONS)).toEqual(layoutGraph(boxes, edges, OPTIONS));
      }),
    );
  });

  it('draws what it can of a graph with a cycle, a loop and a stray edge', () => {
    const boxes = ['a', 'b', 'c'].map((id): Box => ({ id, width: 40, height: 20 }));
    const edges = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'a' },
      { from: 'b', to: 'b' },
      { from: 'b', to: 'nowhere' },
    ];
    const layout = layoutGraph(boxes, edges, OPTIONS);
    expect(layout.routes.map(({ from, to }) => `${from}${to}`)).toEqual(['ab', 'bc']);
    expect(overlapping(layout)).toEqual([]);
  });

  it('has no size without boxes', () => {
    expect(layoutGraph([], [], OPTIONS)).toEqual({ width: 0, height: 0, boxes: [], routes: [] });
  });

  it('lays out a network of 60 nodes quickly', () => {
    const boxes = Array.from({ length: 60 }, (_, place): Box => ({
      id: `n${String(place)}`,
      width: 120,
      height: 60,
    }));
    const edges = boxes.flatMap(({ id }, place) =>
      [1, 3, 7].flatMap((step) => (place + step < 60 ? [{ from: id, to: `n${String(place + step)}` }] : [])),
    );
    const began = performance.now();
    expect(overlapping(layoutGraph(boxes, edges, OPTIONS))).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('layers', () => {
  it('puts each node after all that it is computed from, and inputs beside their first use', () => {
    const ids = ['X', 'w', 'Y', 'z', 'A', 'cost'];
    const edges = [
      { from: 'X', to: 'z' },
      { from: 'w', to: 'z' },
      { from: 'z', to: 'A' },
      { from: 'A', to: 'cost' },
      { from: 'Y', to: 'cost' },
    ];
    expect(Object.fromEntries(assignLayers(ids, edges))).toEqual({ X: 0, w: 0, z: 1, A: 2, Y: 2, cost: 3 });
  });

  it('keeps every edge of an acyclic graph', () => {
    fc.assert(
      fc.property(graphs, ({ boxes, edges }) => {
        const kept = acyclic(
          boxes.map(({ id }) => id),
          edges,
        );
        expect(new Set(kept.map(({ from, to }) => `${from} ${to}`))).toEqual(
          new Set(edges.map(({ from, to }) => `${from} ${to}`)),
        );
      }),
    );
  });
});

describe('order in layers', () => {
  const cross = (pairs: readonly string[]): Edge[] =>
    pairs.map((pair) => ({ from: pair[0] ?? '', to: pair[1] ?? '' }));

  it.each([
    { name: 'a swap', layers: ['ab', 'xy'], edges: ['ay', 'bx'], crossings: 0 },
    { name: 'a reversal of four', layers: ['abcd', 'wxyz'], edges: ['az', 'by', 'cx', 'dw'], crossings: 0 },
    { name: 'two layers on', layers: ['ab', 'pq', 'xy'], edges: ['aq', 'bp', 'py', 'qx'], crossings: 0 },
    { name: 'what must cross once', layers: ['ab', 'xy'], edges: ['ax', 'ay', 'bx', 'by'], crossings: 1 },
  ])('$name', ({ layers, edges, crossings }) => {
    const ordered = orderLayers(
      layers.map((layer) => [...layer]),
      cross(edges),
    );
    expect(countCrossings(ordered, cross(edges))).toBe(crossings);
    expect(ordered.map((layer) => [...layer].sort().join(''))).toEqual(layers);
  });

  it('never adds crossings', () => {
    const bipartite = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(bipartite, (pairs) => {
        const edges = pairs.map(([a, b]) => ({ from: `l${String(a)}`, to: `r${String(b)}` }));
        const layers = ['l', 'r'].map((side) =>
          Array.from({ length: 7 }, (_, place) => side + String(place)),
        );
        expect(countCrossings(orderLayers(layers, edges), edges)).toBeLessThanOrEqual(
          countCrossings(layers, edges),
        );
      }),
    );
  });
});

describe('paths', () => {
  const box = (id: string): Box => ({ id, width: 40, height: 20 });
  const layout = layoutGraph([box('a'), box('b')], [{ from: 'a', to: 'b' }], OPTIONS);
  const [route] = layout.routes;

  it('starts and ends at the boxes, shifted for a second line', () => {
    if (!route) throw new Error('no route');
    expect(curves(route, 'right')).toEqual({
      start: { x: 40, y: 10 },
      path: 'M 40 10 L 40 10 C 65 10 65 10 90 10 L 90 10',
      end: { x: 90, y: 10 },
    });
    expect(curves(route, 'right', 3)?.start).toEqual({ x: 40, y: 13 });
    expect(curves(route, 'down', 3)?.start).toEqual({ x: 43, y: 10 });
  });

  it('has its label where it bends', () => {
    if (!route) throw new Error('no route');
    expect(labelPoint(route)).toEqual({ x: 65, y: 10 });
    expect(labelPoint({ from: 'a', to: 'b', points: [] })).toBeNull();
  });
});

describe('arrow keys over a graph', () => {
  const ids = ['X', 'w', 'z', 'cost'];
  const edges = [
    { from: 'X', to: 'z' },
    { from: 'w', to: 'z' },
    { from: 'z', to: 'cost' },
  ];
  const boxes = ids.map((id): Box => ({ id, width: 40, height: 20 }));

  it.each([
    ['right', 'X', 'ArrowRight', 'z'],
    ['right', 'X', 'ArrowDown', 'w'],
    ['right', 'w', 'ArrowUp', 'X'],
    ['right', 'X', 'ArrowUp', null],
    ['right', 'cost', 'ArrowRight', null],
    ['right', 'cost', 'ArrowLeft', 'z'],
    ['right', 'z', 'Enter', null],
    ['down', 'X', 'ArrowDown', 'z'],
    ['down', 'X', 'ArrowRight', 'w'],
    ['down', 'cost', 'ArrowUp', 'z'],
  ] as const)('%s: %s %s leads to %s', (direction, id, key, expected) => {
    expect(neighbour(layoutGraph(boxes, edges, { ...OPTIONS, direction }), id, key, direction)).toBe(
      expected,
    );
  });
});
