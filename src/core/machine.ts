/** What the evaluators share: positions of indices, lookups of inputs, order of bindings, and memo tables. */
import { axisIndices, type Binding, type Program } from './definition';
import { symbolNames, type Node, type Size, type SymNode } from './expr';

/** An array in row-major order; `dims` has one entry per non-unit axis. */
export interface PointArray {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Lengths of the axes and values of the inputs. */
export interface Point {
  readonly sizes: Readonly<Record<Size, number>>;
  readonly inputs: Readonly<Record<string, number | PointArray>>;
}

/** Positions of free indices, by name. */
export type IndexValues = Readonly<Record<string, number>>;

/** Values of expressions by node and positions of their free indices. */
export interface Memo {
  get(node: Node): number | undefined;
  set(node: Node, value: number): void;
}

export interface Machine {
  readonly program: Program;
  readonly point: Point;
  readonly bindings: ReadonlyMap<string, Binding>;
  length(size: Size): number;
  /** Current position of an index. */
  position(name: string): number;
  /** Calls `body` with the index at 0, 1, …, count - 1; afterwards the index is where it was. */
  each(name: string, count: number, body: (position: number) => void): void;
  /** Calls `body` with indices at the given positions; afterwards they are where they were. */
  within<T>(indices: IndexValues, body: () => T): T;
  memo(): Memo;
  /** An element of a row-major array; NaN where a position is not an index of it. */
  element(data: ArrayLike<number>, dims: readonly number[], positions: readonly number[]): number;
  /** Where a binding stands in the order of evaluation; -1 for an input. */
  rank(name: string): number;
  /** The bindings whose definitions hold the name, in order of evaluation. */
  users(name: string): readonly Binding[];
  /** The bindings that `name` needs, itself last, in order of evaluation. */
  needed(name: string): readonly Binding[];
  /** Calls `compute` at every element of a binding, in row-major order. */
  fill(binding: Binding, compute: (def: Node) => number): PointArray;
  input(sym: SymNode): number | PointArray;
  inputNamed(name: string): number | PointArray;
}

/** Where the values of a node lie for the positions of its free indices. */
interface Layout {
  readonly slots: readonly number[];
  readonly strides: readonly number[];
  readonly count: number;
}

const SCALAR: Layout = { slots: [], strides: [], count: 1 };

const NO_SIZES: ReadonlyMap<string, Size> = new Map();

interface Place {
  readonly layout: Layout;
  readonly start: number;
}

export function createMachine(program: Program, point: Point, extra: readonly Binding[]): Machine {
  const order = [...program.bindings, ...extra];
  const bindings = new Map(order.map((b) => [b.name, b]));
  const ranks = new Map(order.map((b, rank) => [b.name, rank]));
  let usedBy: Map<string, Binding[]> | null = null;
  const slots = new Map<string, number>();
  const at: number[] = [];
  const sizesOf = new Map<number, ReadonlyMap<string, Size>>();
  const layouts = new Map<number, Layout>();
  const neededBy = new Map<string, readonly Binding[]>();
  const mentionedBy = new Map<string, ReadonlySet<string>>();
  const mentions = (name: string): ReadonlySet<string> => {
    let known = mentionedBy.get(name);
    if (!known) {
      const binding = bindings.get(name);
      mentionedBy.set(name, (known = binding ? symbolNames(binding.def) : new Set()));
    }
    return known;
  };

  const users = (name: string): readonly Binding[] => {
    if (!usedBy) {
      usedBy = new Map();
      for (const binding of bindings.values())
        for (const used of mentions(binding.name)) {
          const list = usedBy.get(used);
          if (list) list.push(binding);
          else usedBy.set(used, [binding]);
        }
    }
    return usedBy.get(name) ?? [];
  };

  const slot = (name: string): number => {
    const known = slots.get(name);
    if (known !== undefined) return known;
    at.push(NaN);
    slots.set(name, at.length - 1);
    return at.length - 1;
  };

  const length = (size: Size): number => {
    const value = /^\d+$/.test(size) ? Number(size) : point.sizes[size];
    if (value === undefined) throw new RangeError(`the point gives no length for size ${size}`);
    return value;
  };

  const freeSizes = (node: Node): ReadonlyMap<string, Size> => {
    const known = sizesOf.get(node.id);
    if (known) return known;
    if (node.free.size === 0) return NO_SIZES;
    const sizes = new Map<string, Size>();
    if (node.kind === 'index') sizes.set(node.name, node.size);
    for (const arg of node.args) for (const [name, size] of freeSizes(arg)) sizes.set(name, size);
    if (node.kind === 'reduce') sizes.delete(node.index.name);
    sizesOf.set(node.id, sizes);
    return sizes;
  };

  const layoutOf = (node: Node): Layout => {
    const known = layouts.get(node.id);
    if (known) return known;
    let layout = SCALAR;
    if (node.free.size > 0) {
      const used: number[] = [];
      const strides: number[] = [];
      let count = 1;
      for (const [name, size] of freeSizes(node)) {
        used.push(slot(name));
        strides.push(count);
        count *= length(size);
      }
      layout = { slots: used, strides, count };
    }
    layouts.set(node.id, layout);
    return layout;
  };

  const memo = (): Memo => {
    const places = new Map<number, Place>();
    let values = new Float64Array(64);
    let known = new Uint8Array(64);
    let used = 0;
    const make = (node: Node): Place => {
      const layout = layoutOf(node);
      const place = { layout, start: used };
      used += layout.count;
      if (used > values.length) {
        const capacity = Math.max(used, 2 * values.length);
        const more = new Float64Array(capacity);
        more.set(values);
        values = more;
        const marks = new Uint8Array(capacity);
        marks.set(known);
        known = marks;
      }
      places.set(node.id, place);
      return place;
    };
    const offset = ({ layout: { slots: own, strides }, start }: Place): number => {
      let o = start;
      for (let k = 0; k < own.length; k += 1) o += (strides[k] ?? 0) * (at[own[k] ?? 0] ?? NaN);
      return o;
    };
    return {
      get(node) {
        const place = places.get(node.id);
        if (!place) return undefined;
        const o = offset(place);
        return known[o] === 1 ? values[o] : undefined;
      },
      set(node, value) {
        const o = offset(places.get(node.id) ?? make(node));
        values[o] = value;
        known[o] = 1;
      },
    };
  };

  const each = (name: string, count: number, body: (position: number) => void): void => {
    const s = slot(name);
    const before = at[s] ?? NaN;
    for (let k = 0; k < count; k += 1) {
      at[s] = k;
      body(k);
    }
    at[s] = before;
  };

  const inputNamed = (name: string): number | PointArray => {
    const value = point.inputs[name];
    if (value === undefined) throw new RangeError(`the point gives no value for ${name}`);
    return value;
  };

  return {
    program,
    point,
    bindings,
    length,
    each,
    memo,
    users,
    rank: (name) => ranks.get(name) ?? -1,
    position(name) {
      const s = slots.get(name);
      const value = s === undefined ? undefined : at[s];
      if (value === undefined || Number.isNaN(value))
        throw new RangeError(`index ${name} has no position here`);
      return value;
    },
    within(indices, body) {
      const entries = Object.entries(indices).map(([name, k]) => [slot(name), k] as const);
      const before = entries.map(([s]) => at[s] ?? NaN);
      for (const [s, k] of entries) at[s] = k;
      try {
        return body();
      } finally {
        entries.forEach(([s], k) => (at[s] = before[k] ?? NaN));
      }
    },
    element(data, dims, positions) {
      if (positions.length !== dims.length)
        throw new RangeError(`${positions.length} indices for an array with ${dims.length} axes`);
      let o = 0;
      for (let k = 0; k < dims.length; k += 1) {
        const p = positions[k] ?? NaN;
        const n = dims[k] ?? 0;
        if (!Number.isInteger(p) || p < 0 || p >= n) return NaN;
        o = o * n + p;
      }
      return data[o] ?? NaN;
    },
    needed(name) {
      const known = neededBy.get(name);
      if (known) return known;
      const seen = new Set([name]);
      const queue = [name];
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        for (const used of mentions(next))
          if (!seen.has(used)) {
            seen.add(used);
            queue.push(used);
          }
      }
      const list = order.filter((b) => seen.has(b.name) && bindings.get(b.name) === b);
      neededBy.set(name, list);
      return list;
    },
    fill(binding, compute) {
      const indices = axisIndices(binding.axes);
      const dims = indices.map((index) => length(index.size));
      const data: number[] = [];
      const loop = (k: number): void => {
        const index = indices[k];
        if (!index) data.push(compute(binding.def));
        else each(index.name, dims[k] ?? 0, () => loop(k + 1));
      };
      loop(0);
      return { dims, data: Float64Array.from(data) };
    },
    input: (sym) => inputNamed(sym.name),
    inputNamed,
  };
}

/** Argument `k` of a node that has one. */
export function arg(node: Node, k: number): Node {
  const found = node.args[k];
  if (!found) throw new RangeError(`${node.kind} lacks argument ${k}`);
  return found;
}

/** `base` to the power `exponent`; halves go through the square root, which is exactly rounded. */
export function power(base: number, exponent: Node, value: number): number {
  if (exponent.kind === 'num' && exponent.den === 2) return Math.sqrt(base) ** exponent.num;
  return base ** value;
}

/** How a power moves with its base (0) or its exponent (1). */
export function powerSlope(node: Node, [base = NaN, exponent = NaN]: readonly number[], k: number): number {
  const half = node.args[1]?.kind === 'num' && node.args[1].den === 2;
  if (k === 1) return base === 0 ? 0 : base ** exponent * Math.log(base);
  return exponent * (half ? Math.sqrt(base) ** (2 * exponent - 2) : base ** (exponent - 1));
}
