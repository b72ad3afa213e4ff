/** Statements of a loop program bound to sizes: where their loads and targets lie in memory. */
import { rowMajor } from './contract';
import type { LoopProgram, Place, Sizes, Statement } from './loop';
import { sizeOf } from './loop';

/** Elements that one instruction processes at a time: a handful of such vectors stays in the first-level cache. */
export const CHUNK = 1024;
/** Products are summed plainly within groups of this many, and the groups' sums are compensated. */
export const GROUP = 128;

export const none: Float64Array = new Float64Array(0);

/** The element, or NaN outside. */
export const at = (array: ArrayLike<number>, index: number): number => array[index] ?? NaN;

/** Which pieces the piecewise functions took, as hashes: one per sample, and one for all that belongs to no sample. */
export interface Branches {
  readonly rows: Int32Array;
  readonly shared: number;
}

/** Totals of a reduction, one per output element; sums carry the rounding error that they have made so far. */
export interface Accumulator {
  readonly values: Float64Array;
  readonly errors: Float64Array;
  /** Position of the largest or smallest element. */
  readonly where: Float64Array;
}

export interface Context {
  readonly program: LoopProgram;
  readonly sizes: Sizes;
  readonly store: Float64Array[];
  branches: { rows: Int32Array; shared: number } | null;
  /** Totals over the blocks seen so far, by target buffer. */
  readonly accumulators: Map<number, Accumulator>;
}

export interface Bound {
  /** Before the first block of a pass. */
  begin(): void;
  /** The block that starts at the given row. */
  run(start: number): void;
  /** After the last block. */
  end(): void;
}

/** A load with its strides along the loop axes. */
export interface BoundLoad {
  readonly buffer: number;
  readonly strides: readonly number[];
  readonly base: number;
  /** How far the base moves per row of the block's start. */
  readonly perRow: number;
  /** Computed positions: register, stride, length of the dimension. */
  readonly computed: readonly (readonly [register: number, stride: number, length: number])[];
}

export interface Loop {
  readonly extents: readonly number[];
  readonly strides: readonly number[];
  readonly total: number;
}

export function loopOver(extents: readonly number[]): Loop {
  return { extents, strides: rowMajor(extents), total: extents.reduce((p, n) => p * n, 1) };
}

export function bufferStrides(
  context: Context,
  id: number,
  rows: number,
): { strides: number[]; dims: number[] } {
  const buffer = context.program.buffers[id];
  if (!buffer) throw new RangeError(`no buffer ${id}`);
  const dims = buffer.dims.map((size, k) =>
    buffer.storage === 'block' && k === buffer.rowDim ? rows : sizeOf(size, context.sizes),
  );
  return { strides: rowMajor(dims), dims };
}

export function bindLoad(
  context: Context,
  statement: Statement,
  id: number,
  places: readonly Place[],
  rows: number,
): BoundLoad {
  const buffer = context.program.buffers[id];
  const { strides, dims } = bufferStrides(context, id, rows);
  const along = statement.axes.map(() => 0);
  const computed: [number, number, number][] = [];
  let base = 0;
  let perRow = 0;
  places.forEach((place, k) => {
    const step = strides[k] ?? 0;
    if (place.kind === 'axis') {
      along[place.axis] = (along[place.axis] ?? 0) + step;
      const blocked = buffer?.storage === 'block' && k === buffer.rowDim;
      if (place.axis === statement.row && !blocked) perRow += step;
    } else if (place.kind === 'at') {
      if (place.at < 0 || place.at >= (dims[k] ?? 0))
        throw new RangeError(`position ${place.at} is outside an axis of ${dims[k] ?? 0}`);
      base += place.at * step;
    } else computed.push([place.register, step, dims[k] ?? 0]);
  });
  return { buffer: id, strides: along, base, perRow, computed };
}

export interface Target {
  readonly contiguous: boolean;
  data(): Float64Array;
  offset(start: number): number;
  scatter(first: number, n: number, start: number, values: Float64Array, from: number): void;
}

/** Where the elements of a statement's target go, in the order of its output axes. */
export function targetOf(context: Context, statement: Statement, rows: number): Target {
  const buffer = context.program.buffers[statement.target];
  const { strides, dims } = bufferStrides(context, statement.target, rows);
  const blocked = buffer?.storage === 'block';
  const rowDim = buffer?.rowDim ?? -1;
  const perRow = blocked || rowDim < 0 ? 0 : (strides[rowDim] ?? 0);
  const loop = loopOver(dims.map((length, k) => (k === rowDim ? rows : length)));
  const contiguous = strides.every(
    (stride, k) => (loop.extents[k] ?? 1) <= 1 || stride === (loop.strides[k] ?? 0),
  );
  const data = (): Float64Array => context.store[statement.target] ?? none;
  return {
    contiguous,
    data,
    offset: (start) => start * perRow,
    scatter: (first, n, start, values, from) => {
      const out = data();
      walk(loop, strides, start * perRow, first, n, (address, step, t, count) => {
        for (let s = 0; s < count; s += 1) out[address + s * step] = at(values, from + t + s);
      });
    },
  };
}

/** Visits `n` elements from `first` in runs along the last axis. */
export function walk(
  loop: Loop,
  strides: readonly number[],
  base: number,
  first: number,
  n: number,
  visit: (address: number, step: number, offset: number, count: number) => void,
): void {
  const rank = loop.extents.length;
  const lastExtent = rank === 0 ? 1 : (loop.extents[rank - 1] ?? 1);
  const step = rank === 0 ? 0 : (strides[rank - 1] ?? 0);
  for (let done = 0; done < n;) {
    const position = first + done;
    const inner = position % lastExtent;
    let rest = (position - inner) / lastExtent;
    let address = base + inner * step;
    for (let k = rank - 2; k >= 0; k -= 1) {
      const extent = loop.extents[k] ?? 1;
      const digit = rest % extent;
      address += digit * (strides[k] ?? 0);
      rest = (rest - digit) / extent;
    }
    const count = Math.min(n - done, lastExtent - inner);
    visit(address, step, done, count);
    done += count;
  }
}
