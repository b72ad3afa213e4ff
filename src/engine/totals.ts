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

/** The errors of all additions (Knuth's two-sum) are added up apart, and to the total at the end. */
const sumInto: Combine = (out, [first, ...others]) => {
  if (!first) return;
  if (others.length === 0) {
    out.set(first);
    return;
  }
  const sums = first.slice();
  const errors = new Float64Array(first.length);
  for (const values of others)
    for (let k = 0; k < sums.length; k += 1) {
      const sum = sums[k] ?? NaN;
      const term = values[k] ?? NaN;
      const next = sum + term;
      const added = next - sum;
      errors[k] = (errors[k] ?? NaN) + (sum - (next - added) + (term - added));
      sums[k] = next;
    }
  for (let k = 0; k < sums.length; k += 1) {
    const sum = sums[k] ?? NaN;
    const total = sum + (errors[k] ?? NaN);
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
