/** Which elements an expression has: one axis per index that varies in it, in an order that all expressions share. */

export interface Layout {
  readonly id: number;
  /** Numbers of the axes, ascending; two axes are one where index and length agree. */
  readonly axes: readonly number[];
  /** Number of elements, in row-major order. */
  readonly count: number;
}

export interface Layouts {
  /** No axis: one element. */
  readonly single: Layout;
  axis(name: string, length: number): Layout;
  union(a: Layout, b: Layout): Layout;
  /** Without the axes of `gone`. */
  without(a: Layout, gone: Layout): Layout;
  /** That many zeros. */
  zeros(count: number): Float64Array;
  /** For each element of `wide` the element of `narrow`, whose axes it has; null where the layouts are the same. */
  places(narrow: Layout, wide: Layout): Int32Array | null;
}

/** The engine keeps arrays of up to this many numbers beside its other objects; of larger ones each is asked of the system. */
const INSIDE = 8;
/** Larger ones share a block of so many numbers, unless a few would fill it. */
const BLOCK = 512;
const LARGE = 64;

/** Layouts are few, so pairs of them are numbered by this. */
const PAIR = 2 ** 20;

export function createLayouts(): Layouts {
  const lengths: number[] = [];
  const slots = new Map<string, number>();
  const byAxes = new Map<string, Layout>();
  const unions = new Map<number, Layout>();
  const differences = new Map<number, Layout>();
  const maps = new Map<number, Int32Array>();
  let block: ArrayBufferLike | null = null;
  let taken = 0;

  const layout = (axes: readonly number[]): Layout => {
    const key = axes.join();
    let known = byAxes.get(key);
    if (!known) {
      const count = axes.reduce((product, axis) => product * (lengths[axis] ?? 0), 1);
      byAxes.set(key, (known = { id: byAxes.size, axes, count }));
    }
    return known;
  };
  const single = layout([]);

  const makePlaces = (narrow: Layout, wide: Layout): Int32Array => {
    const strides = new Map<number, number>();
    let stride = 1;
    for (const axis of [...narrow.axes].reverse()) {
      strides.set(axis, stride);
      stride *= lengths[axis] ?? 0;
    }
    let out = new Int32Array([0]);
    for (const axis of wide.axes) {
      const length = lengths[axis] ?? 0;
      const step = strides.get(axis) ?? 0;
      const next = new Int32Array(out.length * length);
      for (let k = 0; k < next.length; k += 1)
        next[k] = (out[Math.floor(k / length)] ?? 0) + (k % length) * step;
      out = next;
    }
    return out;
  };

  return {
    single,
    axis(name, length) {
      const key = `${name}:${length}`;
      let slot = slots.get(key);
      if (slot === undefined) {
        slots.set(key, (slot = lengths.length));
        lengths.push(length);
      }
      return layout([slot]);
    },
    union(a, b) {
      if (a === b || b === single) return a;
      if (a === single) return b;
      const key = a.id * PAIR + b.id;
      let known = unions.get(key);
      if (!known)
        unions.set(key, (known = layout([...new Set([...a.axes, ...b.axes])].sort((p, q) => p - q))));
      return known;
    },
    without(a, gone) {
      const key = a.id * PAIR + gone.id;
      let known = differences.get(key);
      if (!known) differences.set(key, (known = layout(a.axes.filter((axis) => !gone.axes.includes(axis)))));
      return known;
    },
    zeros(count) {
      if (count <= INSIDE || count > LARGE) return new Float64Array(count);
      if (!block || taken + count > BLOCK) {
        block = new ArrayBuffer(8 * BLOCK);
        taken = 0;
      }
      taken += count;
      return new Float64Array(block, 8 * (taken - count), count);
    },
    places(narrow, wide) {
      if (narrow === wide) return null;
      const key = narrow.id * PAIR + wide.id;
      let known = maps.get(key);
      if (!known) maps.set(key, (known = makePlaces(narrow, wide)));
      return known;
    },
  };
}

/** Reads element `k` of a wider layout. */
export const at = (data: Float64Array, places: Int32Array | null, k: number): number =>
  data[places ? (places[k] as number) : k] as number;
