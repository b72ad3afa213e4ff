/** Values of all elements of an expression at once; no bounds, no branches (see ../evaluate.ts for those). */
import type { Arena, CallNode, CmpNode, DiffNode, IndexNode, Node, ReduceNode, Size, SymNode } from '../expr';
import { arg, power, type PointArray } from '../machine';
import { opRow } from '../ops';
import { at, type Layout, type Layouts } from './layout';
import { createLaneMatrices, type LaneMatrices } from './matrices';

export interface Lanes {
  readonly layout: Layout;
  readonly data: Float64Array;
}

/** Where values come from. */
export interface Source {
  readonly arena: Arena;
  readonly layouts: Layouts;
  /** Stands for what cannot be computed this way: one element that is NaN. */
  readonly unknown: Lanes;
  /** Where several points are computed at once: which of them an element is of, along the first axis of all arrays. */
  readonly points: Lanes | null;
  length(size: Size): number;
  /** Where an index stands; null for one that varies. */
  position(index: IndexNode): number | null;
  /** An input or a binding; null where there is none of that name. */
  array(name: string): PointArray | null;
  diff(node: DiffNode): Lanes;
}

export interface LaneValues {
  readonly source: Source;
  /** NaN where an element is outside the domain, or of a symbol that there is none of. */
  readonly of: (node: Node) => Lanes;
  readonly matrices: LaneMatrices;
  /** Places in the row-major array that a symbol reads, -1 outside of it. */
  offsets(sym: SymNode, array: PointArray): { readonly layout: Layout; readonly at: Int32Array };
}

export function createLaneValues(source: Source): LaneValues {
  const { layouts } = source;
  const memo = new Map<number, Lanes>();
  const constant = (value: number): Lanes => ({ layout: layouts.single, data: Float64Array.of(value) });

  const index = (node: IndexNode): Lanes => {
    const position = source.position(node);
    if (position !== null) return constant(position);
    const length = source.length(node.size);
    const data = layouts.zeros(length);
    for (let k = 0; k < length; k += 1) data[k] = k;
    return { layout: layouts.axis(node.name, length), data };
  };

  /** Along the axes of the symbol's array. */
  const positions = (sym: SymNode): Lanes[] =>
    source.points ? [source.points, ...sym.args.map(of)] : sym.args.map(of);

  const found = new Map<number, { layout: Layout; at: Int32Array }>();
  const offsets = (sym: SymNode, array: PointArray): { layout: Layout; at: Int32Array } => {
    let known = found.get(sym.id);
    if (!known) found.set(sym.id, (known = findOffsets(sym, array)));
    return known;
  };

  const findOffsets = (sym: SymNode, { dims }: PointArray): { layout: Layout; at: Int32Array } => {
    const parts = positions(sym);
    const layout = common(parts);
    const flat = new Int32Array(layout.count);
    for (let n = 0; n < parts.length; n += 1) {
      const part = parts[n] as Lanes;
      const places = layouts.places(part.layout, layout);
      const length = dims[n] ?? 0;
      for (let k = 0; k < flat.length; k += 1) {
        const p = at(part.data, places, k);
        const before = flat[k] as number;
        flat[k] = before >= 0 && Number.isInteger(p) && p >= 0 && p < length ? before * length + p : -1;
      }
    }
    return { layout, at: flat };
  };

  const symbol = (sym: SymNode): Lanes => {
    const array = source.array(sym.name);
    if (!array || array.dims.length - Number(source.points !== null) !== sym.args.length)
      return constant(NaN);
    const { layout, at: flat } = offsets(sym, array);
    const data = layouts.zeros(layout.count);
    for (let k = 0; k < data.length; k += 1) data[k] = array.data[flat[k] as number] ?? NaN;
    return { layout, data };
  };

  const common = (parts: readonly Lanes[]): Layout => {
    let layout = layouts.single;
    for (const part of parts) layout = layouts.union(layout, part.layout);
    return layout;
  };

  const add = (node: Node): Lanes => {
    const parts = node.args.map(of);
    const layout = common(parts);
    const data = layouts.zeros(layout.count);
    for (const part of parts) {
      const places = layouts.places(part.layout, layout);
      for (let k = 0; k < data.length; k += 1) data[k] = (data[k] as number) + at(part.data, places, k);
    }
    return { layout, data };
  };

  const mul = (node: Node): Lanes => {
    const parts = node.args.map(of);
    const layout = common(parts);
    const data = layouts.zeros(layout.count).fill(1);
    for (const part of parts) {
      const places = layouts.places(part.layout, layout);
      for (let k = 0; k < data.length; k += 1) data[k] = (data[k] as number) * at(part.data, places, k);
    }
    return { layout, data };
  };

  const each = (args: readonly Node[], f: (a: number, b: number, c: number) => number): Lanes => {
    const parts = args.map(of);
    const layout = common(parts);
    const data = layouts.zeros(layout.count);
    const [a, b, c] = parts;
    if (!a) return { layout, data: data.fill(NaN) };
    const second = b ?? a;
    const third = c ?? a;
    const p = layouts.places(a.layout, layout);
    const q = layouts.places(second.layout, layout);
    const r = layouts.places(third.layout, layout);
    for (let k = 0; k < data.length; k += 1)
      data[k] = f(at(a.data, p, k), at(second.data, q, k), at(third.data, r, k));
    return { layout, data };
  };

  const call = (node: CallNode): Lanes => {
    const { evaluate } = opRow(node.fn);
    return node.args.length === 1 ? each(node.args, (a) => evaluate(a)) : each(node.args, evaluate);
  };

  const reduce = (node: ReduceNode): Lanes => {
    const body = of(arg(node, 0));
    const axis = layouts.axis(node.index.name, source.length(node.index.size));
    const layout = layouts.without(body.layout, axis);
    const places = layouts.places(layout, body.layout);
    const start = { sum: 0, prod: 1, max: -Infinity, min: Infinity }[node.op];
    const data = layouts.zeros(layout.count).fill(start);
    for (let k = 0; k < body.data.length; k += 1) {
      const n = places ? (places[k] as number) : k;
      const [total, v] = [data[n] as number, body.data[k] as number];
      if (node.op === 'sum') data[n] = total + v;
      else if (node.op === 'prod') data[n] = total * v;
      else data[n] = node.op === 'max' ? Math.max(total, v) : Math.min(total, v);
    }
    return { layout, data };
  };

  const compute = (node: Node): Lanes => {
    switch (node.kind) {
      case 'num':
        return constant(node.num / node.den);
      case 'const':
        return constant(node.value);
      case 'size':
        return constant(source.length(node.size));
      case 'index':
        return index(node);
      case 'sym':
        return symbol(node);
      case 'add':
        return add(node);
      case 'mul':
        return mul(node);
      case 'pow':
        return each(node.args, powerBy(arg(node, 1)));
      case 'call':
        return call(node);
      case 'cmp':
        return each(node.args, relation(node.rel));
      case 'where':
        return each(node.args, (c, a, b) => (Number.isNaN(c) ? NaN : c !== 0 ? a : b));
      case 'delta':
        return each(node.args, (a, b) => Number(a === b));
      case 'reduce':
        return reduce(node);
      case 'matrix':
        return matrices.value(node);
      case 'diff':
        return source.diff(node);
    }
  };

  const of = (node: Node): Lanes => {
    let known = memo.get(node.id);
    if (!known) memo.set(node.id, (known = compute(node)));
    return known;
  };

  const matrices = createLaneMatrices({
    layouts,
    points: source.points,
    array: (name) => source.array(name),
    of,
  });
  return { source, of, matrices, offsets };
}

function powerBy(exponent: Node): (base: number, exponent: number) => number {
  if (exponent.kind === 'num' && exponent.den === 1) {
    if (exponent.num === -1) return (base) => 1 / base;
    if (exponent.num === 2) return (base) => base * base;
  }
  return (base, value) => power(base, exponent, value);
}

function relation(rel: CmpNode['rel']): (a: number, b: number) => number {
  const holds = {
    '>': (a: number, b: number) => a > b,
    '>=': (a: number, b: number) => a >= b,
    '==': (a: number, b: number) => a === b,
    '!=': (a: number, b: number) => a !== b,
  }[rel];
  return (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Number(holds(a, b)));
}
