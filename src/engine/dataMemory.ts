/** Memory that kernels read where it is: what a dataset writes into it is not copied again, however many kernels read it. */
import { SLACK_ROWS } from './wasm/layout';
import { MOST_PAGES, PAGE, wasmHost, type WasmMemory } from './wasm/host';

export interface DataMemory {
  readonly memory: WasmMemory;
  /**
   * Room for an array of `length` zeros whose rows are `width` numbers apart, with the numbers after its end that kernels may read;
   * null where there is none left.
   */
  take(length: number, width: number): Float64Array | null;
  /** Where values begin that lie in it, in bytes; null for others. */
  placeOf(values: Float64Array): number | null;
  /** Whole pages that one kernel keeps its own things in; null where there are none left. */
  reserve(bytes: number): number | null;
  /** Gives back what was reserved from there on. */
  release(place: number): void;
}

const LINE = 64;

/** Null where the host has no memory that can grow while it is in use, which is shared memory. */
export function createDataMemory(): DataMemory | null {
  const host = wasmHost();
  if (!host || typeof SharedArrayBuffer === 'undefined') return null;
  const memory = new host.Memory({ initial: 0, maximum: MOST_PAGES, shared: true });
  /** Views keep the buffer of the time when they were made. */
  const buffers = new Set<ArrayBufferLike>();
  /** In their order. */
  const taken: { readonly from: number; readonly to: number }[] = [];

  const place = (bytes: number, unit: number): number | null => {
    let from = 0;
    let before = 0;
    for (const part of taken) {
      if (from + bytes <= part.from) break;
      from = Math.ceil(part.to / unit) * unit;
      before += 1;
    }
    const to = from + bytes;
    const missing = Math.ceil(to / PAGE) - memory.buffer.byteLength / PAGE;
    if (Math.ceil(to / PAGE) > MOST_PAGES) return null;
    if (missing > 0)
      try {
        memory.grow(missing);
      } catch (error) {
        if (error instanceof RangeError) return null;
        throw error;
      }
    taken.splice(before, 0, { from, to });
    return from;
  };

  return {
    memory,
    take(length, width) {
      const from = place(8 * (length + SLACK_ROWS * width + SLACK_ROWS), LINE);
      if (from === null) return null;
      buffers.add(memory.buffer);
      return new Float64Array(memory.buffer, from, length);
    },
    placeOf: (values) => (buffers.has(values.buffer) ? values.byteOffset : null),
    reserve: (bytes) => place(Math.ceil(bytes / PAGE) * PAGE, PAGE),
    release(from) {
      const at = taken.findIndex((part) => part.from === from);
      if (at >= 0) taken.splice(at, 1);
    },
  };
}
