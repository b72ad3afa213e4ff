/** A quick evaluator for checks: it may answer NaN where ../evaluate.ts has a value; where both have one, it is the same. */
import { axisIndices, type Binding, type Program } from '../definition';
import { freeIndices, type DiffNode, type IndexNode, type Node, type Size, type SymNode } from '../expr';
import type { Point, PointArray } from '../machine';
import { createBackward } from './backward';
import { at, createLayouts } from './layout';
import { createScales } from './scales';
import { attaining } from './slopes';
import { createTangents } from './tangents';
import { createLaneValues, type Lanes, type Source } from './values';

export interface FastEvaluator {
  /** At one of the points, with the free indices where they stand. */
  value(node: Node, point?: number): number;
  /** At least |value|: what rounding errors of the value are relative to, as far as sums and products make it larger. */
  scale(node: Node, point?: number): number;
  /** One value for each combination of the free indices, at each point that it depends on. */
  elements(node: Node): Float64Array;
  /** All elements of an input or a binding, point after point; null where there is none of that name. */
  readonly array: (name: string) => PointArray | null;
  /** Bindings that come after those that it has. */
  define(bindings: readonly Binding[]): void;
  /** A maximum or minimum in a binding of the program is attained more than once: it has no derivative there. */
  readonly hasTies: () => boolean;
}

/**
 * For points of the same sizes. `extra` bindings come after those of the program; `position` says where a free index stands:
 * NaN for one that stands nowhere.
 */
export function createFastEvaluator(
  program: Program,
  points: readonly [Point, ...(readonly Point[])],
  extra: readonly Binding[] = [],
  position: (index: IndexNode) => number = () => NaN,
): FastEvaluator {
  const { arena } = program;
  const order: Binding[] = [];
  const ranks = new Map<string, number>();
  const define = (bindings: readonly Binding[]): void => {
    for (const binding of bindings)
      if (!ranks.has(binding.name)) ranks.set(binding.name, order.push(binding) - 1);
  };
  define(program.bindings);
  define(extra);
  const arrays: PointArray[] = [];
  const layouts = createLayouts();
  const [point] = points;
  const several = points.length > 1 ? [points.length] : [];
  const length = (size: Size): number => (/^\d+$/.test(size) ? Number(size) : (point.sizes[size] ?? NaN));
  const unknown: Lanes = { layout: layouts.single, data: Float64Array.of(NaN) };

  const inputs = new Map<string, PointArray | null>();
  const stacked = (name: string): PointArray | null => {
    const input = point.inputs[name];
    if (input === undefined) return null;
    if (points.length === 1) return typeof input === 'number' ? { dims: [], data: [input] } : input;
    const dims = typeof input === 'number' ? several : [...several, ...input.dims];
    const data = points.flatMap(({ inputs: { [name]: own = NaN } }) =>
      typeof own === 'number' ? [own] : Array.from(own.data),
    );
    return { dims, data };
  };

  const array = (name: string): PointArray | null => {
    const rank = ranks.get(name);
    if (rank === undefined) {
      let input = inputs.get(name);
      if (input === undefined) inputs.set(name, (input = stacked(name)));
      return input;
    }
    while (arrays.length <= rank) arrays.push(fill(order[arrays.length] as Binding));
    return arrays[rank] ?? null;
  };

  const fill = (binding: Binding): PointArray => {
    const indices = axisIndices(binding.axes);
    const dims = [...several, ...indices.map((index) => length(index.size))];
    const data = layouts.zeros(dims.reduce((product, n) => product * n, 1));
    const { layout, at: flat } = everywhere.offsets(arena.sym(binding.name, ...indices), { dims, data });
    const lanes = everywhere.of(binding.def);
    const places = layouts.places(lanes.layout, layout);
    for (let k = 0; k < flat.length; k += 1)
      data[flat[k] as number] = lanes.data[places ? (places[k] as number) : k] as number;
    return { dims, data };
  };

  const pointAxis = layouts.axis('', points.length);
  const whichPoint =
    points.length > 1 ? { layout: pointAxis, data: Float64Array.from(points, (_, k) => k) } : null;
  const shared = { arena, layouts, length, array, unknown, points: whichPoint };
  const everywhere = createLaneValues({ ...shared, position: () => null, diff: () => unknown });
  const backward = createBackward(program, order, ranks, everywhere, array);

  /** Slopes may have values where the function has none: there the derivative has none either. */
  const partial = (expression: Node, by: SymNode): Lanes => {
    const value = here.of(expression);
    const moved = tangents(expression, by) ?? { layout: layouts.single, data: Float64Array.of(0) };
    if (value.data.every(Number.isFinite)) return moved;
    const layout = layouts.union(value.layout, moved.layout);
    const [p, q] = [layouts.places(value.layout, layout), layouts.places(moved.layout, layout)];
    const data = layouts.zeros(layout.count);
    for (let k = 0; k < data.length; k += 1)
      data[k] = Number.isFinite(at(value.data, p, k)) ? at(moved.data, q, k) : NaN;
    return { layout, data };
  };

  /** An expression under a name of its own, over its free indices. */
  const asBinding = (def: Node): SymNode => {
    const indices = freeIndices(def);
    const name = `#${def.id}`;
    define([
      {
        name,
        axes: indices.map((index) => ({ size: index.size, index })),
        def,
        span: null,
        origin: 'temporary',
      },
    ]);
    return arena.sym(name, ...indices);
  };

  /** A total derivative of a binding goes backward, one of an expression as it stands forward. */
  const diff = (node: DiffNode): Lanes => {
    const [whole, by] = node.args as [Node, SymNode];
    if (!node.total) return partial(whole, by);
    const expression = whole.kind === 'sym' ? whole : asBinding(whole);
    const [of, to] = [array(expression.name), array(by.name)];
    if (!of || !to || !ranks.has(expression.name)) return unknown;
    const outer = here.offsets(expression, of);
    const inner = here.offsets(by, to);
    const layout = layouts.union(outer.layout, inner.layout);
    const [p, q] = [layouts.places(outer.layout, layout), layouts.places(inner.layout, layout)];
    const data = layouts.zeros(layout.count);
    const step = of.data.length / points.length;
    for (let k = 0; k < data.length; k += 1) {
      const [place, element] = [outer.at[p ? (p[k] as number) : k], inner.at[q ? (q[k] as number) : k]];
      if (place === undefined || element === undefined || place < 0 || element < 0) data[k] = NaN;
      else if (!Number.isFinite(of.data[place])) data[k] = NaN;
      else data[k] = backward.gradient(expression.name, place % step, by.name)?.[element] ?? 0;
    }
    return { layout, data };
  };

  const source: Source = {
    ...shared,
    position: (index) => (index.space === 'bound' ? null : position(index)),
    diff,
  };
  const here = createLaneValues(source);
  const tangents = createTangents(here);
  const scales = createScales(here);
  const seen = new Set<number>();
  const isTied = (node: Node): boolean => {
    if (seen.has(node.id)) return false;
    seen.add(node.id);
    if (node.kind !== 'reduce' || (node.op !== 'max' && node.op !== 'min')) return node.args.some(isTied);
    let attained = 0;
    for (const slope of attaining(everywhere, node)) attained += slope;
    return attained > everywhere.of(node).data.length || node.args.some(isTied);
  };
  const read = ({ layout, data }: Lanes, at: number): number =>
    data[whichPoint && layout !== layouts.single ? at : 0] ?? NaN;
  return {
    array,
    define,
    hasTies: () => program.bindings.some(({ def }) => isTied(def)),
    value: (node, at = 0) => read(here.of(node), at),
    scale: (node, at = 0) => read(scales(node), at),
    elements: (node) => everywhere.of(node).data,
  };
}
