/** Totals over the rows from those of the chunks, in the order of the chunks whichever thread made them. */
import type { ReduceOp } from '../core/expr';
import type { KernelPlan } from './wasm/compile';
import type { WasmMemory } from './wasm/host';

export interface Totals {
  /** After a pass: writes the totals to their buffers. */
  finish(pass: number, views: readonly (Float64Array | Float32Array)[]): void;
  /** Totals of no rows. */
  clear(pass: number, views: readonly (Float64Array | Float32Array)[]): void;
}

export const NEUTRAL: Readonly<Record<ReduceOp, number>> = { sum: 0, prod: 1, max: -Infinity, min: Infinity };

export function bindTotals(
  plan: KernelPlan,
  memory: WasmMemory,
  placeOf: (plan: KernelPlan, chunk: number) => number,
): Totals {
  const perPass = plan.folds.map((folds) =>
    folds.map(({ target, op, store }) => ({
      target,
      op,
      chunks: Array.from(
        { length: plan.chunks },
        (_, chunk) => new Float64Array(memory.buffer, placeOf(plan, chunk) + store.offset, store.length),
      ),
    })),
  );
  return {
    finish: (pass, views) => {
      for (const { target, op, chunks } of perPass[pass] ?? []) {
        const out = views[target];
        if (out) (op === 'sum' ? sumInto : combineInto(op))(out, chunks);
      }
    },
    clear: (pass, views) => {
      for (const { target, op } of perPass[pass] ?? []) views[target]?.fill(NEUTRAL[op]);
    },
  };
}

type Combine = (out: Float64Array | Float32Array, chunks: readonly Float64Array[]) => void;

/** Neumaier's compensated sum, 1974. */
const sumInto: Combine = (out, chunks) => {
  for (let k = 0; k < out.length; k += 1) {
    let sum = 0;
    let error = 0;
    for (const values of chunks) {
      const term = values[k] ?? NaN;
      const next = sum + term;
      error += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
      sum = next;
    }
    const total = sum + error;
    // An infinite total leaves NaN as its error.
    out[k] = Number.isNaN(total) ? sum : total;
  }
};

const combineInto =
  (op: 'prod' | 'max' | 'min'): Combine =>
  (out, chunks) => {
    for (let k = 0; k < out.length; k += 1) {
      let value = NEUTRAL[op];
      for (const values of chunks) {
        const term = values[k] ?? NaN;
        value = op === 'prod' ? value * term : op === 'max' ? Math.max(value, term) : Math.min(value, term);
      }
      out[k] = value;
    }
  };
