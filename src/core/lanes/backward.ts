/** ∂output/∂symbol for all symbols by one sweep backward over the bindings, all elements at once. */
import { axisIndices, type Binding, type Program } from '../definition';
import type { Node } from '../expr';
import type { PointArray } from '../machine';
import { createSlopes } from './slopes';
import { at, type Layout } from './layout';
import type { Lanes, LaneValues } from './values';

export interface Backward {
  /** ∂(element `place` of the binding `of`)/∂`by`, in row-major order; null where it does not depend on it. At all points. */
  gradient(of: string, place: number, by: string): Float64Array | null;
}

/** A sweep that goes down through the bindings whose adjoints are under way. */
interface Sweep {
  readonly adjoints: Map<string, Float64Array>;
  /** Ranks of those bindings, ascending. */
  readonly pending: number[];
}

/** How a binding is swept: the elements of its definition, in the order of its array, and the parts of that from above. */
interface Plan {
  readonly layout: Layout;
  readonly places: Int32Array;
  readonly parts: readonly Node[];
}

/**
 * `values` are those of the bindings in order of evaluation, at all their indices; `array` gives their elements, `ranks` their
 * places in the order.
 */
export function createBackward(
  { arena }: Program,
  order: readonly Binding[],
  ranks: ReadonlyMap<string, number>,
  values: LaneValues,
  array: (name: string) => PointArray | null,
): Backward {
  const { layouts } = values.source;
  const sweeps = new Map<string, Sweep>();
  const plans = new Map<string, Plan>();
  const slope = createSlopes(values);

  const planOf = ({ name, axes, def }: Binding): Plan => {
    let plan = plans.get(name);
    if (!plan) {
      const self = arena.sym(name, ...axisIndices(axes));
      const { layout, at: places } = values.offsets(self, array(name) ?? { dims: [], data: [] });
      plans.set(name, (plan = { layout, places, parts: downward(def) }));
    }
    return plan;
  };

  const sumsOf = ({ adjoints, pending }: Sweep, name: string): Float64Array => {
    let sums = adjoints.get(name);
    if (!sums) {
      adjoints.set(name, (sums = layouts.zeros(array(name)?.data.length ?? 0)));
      const rank = ranks.get(name);
      if (rank !== undefined) insert(pending, rank);
    }
    return sums;
  };

  const scatter = (sweep: Sweep, sym: Node, adjoint: Lanes): void => {
    const into = sym.kind === 'sym' ? array(sym.name) : null;
    if (sym.kind !== 'sym' || !into) return;
    const { layout, at: flat } = values.offsets(sym, into);
    const sums = sumsOf(sweep, sym.name);
    const places = layouts.places(layout, adjoint.layout);
    for (let k = 0; k < adjoint.data.length; k += 1) {
      const place = flat[places ? (places[k] as number) : k] as number;
      sums[place] = (sums[place] as number) + (adjoint.data[k] as number);
    }
  };

  const pullBack = (binding: Binding, outer: Float64Array, sweep: Sweep): void => {
    const open = new Map<number, Float64Array>();
    /** Adds `weights` times the adjoint of a node to that of a part of it. */
    const give = (to: Node, from: Lanes, weights: Float64Array | null): void => {
      if (!mayMove(to)) return;
      const { layout } = values.of(to);
      let sums = open.get(to.id);
      if (!sums) open.set(to.id, (sums = layouts.zeros(layout.count)));
      const places = layouts.places(layout, from.layout);
      for (let k = 0; k < from.data.length; k += 1) {
        const v = from.data[k] as number;
        if (v === 0) continue;
        const place = places ? (places[k] as number) : k;
        sums[place] = (sums[place] as number) + (weights ? v * (weights[k] as number) : v);
      }
    };
    const { layout, places, parts } = planOf(binding);
    const data = layouts.zeros(places.length);
    for (let k = 0; k < data.length; k += 1) data[k] = outer[places[k] as number] ?? NaN;
    give(binding.def, { layout, data }, null);
    for (const node of parts) {
      const sums = open.get(node.id);
      if (!sums) continue;
      const own: Lanes = { layout: values.of(node).layout, data: sums };
      if (node.kind === 'sym') scatter(sweep, node, own);
      else if (node.kind === 'matrix') values.matrices.scatter(node, own, sumsOf(sweep, node.name));
      else passOn(values, slope, node, own, give);
    }
  };

  return {
    gradient(of, place, by) {
      const key = `${of}@${place}`;
      let sweep = sweeps.get(key);
      if (!sweep) {
        const start = layouts.zeros(array(of)?.data.length ?? 0);
        const step = start.length / (values.source.points?.data.length ?? 1);
        for (let at = place; at < start.length; at += step) start[at] = 1;
        sweep = { adjoints: new Map([[of, start]]), pending: [ranks.get(of) ?? -1] };
        sweeps.set(key, sweep);
      }
      const end = ranks.get(by) ?? -1;
      for (let rank = sweep.pending.at(-1) ?? -1; rank > end; rank = sweep.pending.at(-1) ?? -1) {
        sweep.pending.pop();
        const binding = order[rank];
        const adjoint = binding && sweep.adjoints.get(binding.name);
        if (binding && adjoint) pullBack(binding, adjoint, sweep);
      }
      return sweep.adjoints.get(by) ?? null;
    },
  };
}

const mayMove = (node: Node): boolean =>
  node.args.length > 0 || node.kind === 'sym' || node.kind === 'matrix';

/** Adds to an ascending list. */
function insert(list: number[], value: number): void {
  let place = list.length;
  while (place > 0 && (list[place - 1] as number) > value) place -= 1;
  list.splice(place, 0, value);
}

/** Every node before its parts. */
function downward(node: Node): Node[] {
  const out: Node[] = [];
  const seen = new Set<number>();
  const visit = (n: Node): void => {
    if (seen.has(n.id)) return;
    seen.add(n.id);
    if (n.kind !== 'sym') n.args.forEach(visit);
    out.push(n);
  };
  visit(node);
  return out.reverse();
}

function passOn(
  values: LaneValues,
  slope: (node: Node, argument: number) => Float64Array,
  node: Node,
  own: Lanes,
  give: (to: Node, from: Lanes, weights: Float64Array | null) => void,
): void {
  const { layouts } = values.source;
  switch (node.kind) {
    case 'add':
      for (const part of node.args) give(part, own, null);
      return;
    case 'mul':
    case 'pow':
    case 'call':
      node.args.forEach((part, n) => {
        if (mayMove(part)) give(part, own, slope(node, n));
      });
      return;
    case 'where': {
      const condition = values.of(node.args[0] as Node);
      const places = layouts.places(condition.layout, own.layout);
      const chosen = own.data.map((_, k) => Number(at(condition.data, places, k) !== 0));
      give(node.args[1] as Node, own, chosen);
      give(
        node.args[2] as Node,
        own,
        chosen.map((c) => 1 - c),
      );
      return;
    }
    case 'reduce': {
      const [body] = node.args as [Node];
      const { layout } = values.of(body);
      const places = layouts.places(own.layout, layout);
      const spread = layouts.zeros(layout.count);
      for (let k = 0; k < spread.length; k += 1) spread[k] = at(own.data, places, k);
      give(body, { layout, data: spread }, node.op === 'sum' ? null : slope(node, 0));
      return;
    }
    default:
      return;
  }
}
