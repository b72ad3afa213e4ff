/** Reductions: sums (compensated, as matrix products where they are), products, largest and smallest elements. */
import type { ReduceOp } from '../core/expr';
import { at, bindLoad, CHUNK, GROUP, loopOver, none } from './bound';
import type { Accumulator, Bound, Context, Loop, Target } from './bound';
import { contraction, type Contraction } from './contract';
import type { Statement } from './loop';
import { bindTape, mix } from './tape';

const NEUTRAL: Readonly<Record<ReduceOp, number>> = { sum: 0, prod: 1, max: -Infinity, min: Infinity };

/** Adds `term` to total `k` and its rounding error to the error's (Neumaier, 1974). */
function addCompensated(values: Float64Array, errors: Float64Array, k: number, term: number): void {
  const old = at(values, k);
  const sum = old + term;
  values[k] = sum;
  const error = Math.abs(old) >= Math.abs(term) ? old - sum + term : term - sum + old;
  errors[k] = at(errors, k) + error;
}

export function bindReduction(
  context: Context,
  statement: Statement,
  loop: Loop,
  target: Target,
  rows: number,
  op: ReduceOp,
): Bound {
  const outExtents = loop.extents.slice(0, -1);
  const count = outExtents.reduce((p, n) => p * n, 1);
  const reducedAxis = loop.extents.length - 1;
  const overRows = statement.row === reducedAxis;
  const totals = accumulatorOf(context, statement.target, count);
  const body =
    (op === 'sum' ? bindContraction(context, statement, loop, totals, rows) : null) ??
    bindGeneral(context, statement, loop, totals, op, rows);
  const begin = (): void => {
    totals.values.fill(NEUTRAL[op]);
    totals.errors.fill(0);
    totals.where.fill(-1);
  };
  const end = (start: number): void => {
    if (op === 'sum')
      for (let k = 0; k < count; k += 1) {
        const sum = at(totals.values, k) + at(totals.errors, k);
        // An infinite total leaves NaN as its error.
        if (!Number.isNaN(sum)) totals.values[k] = sum;
      }
    if (context.branches && (op === 'max' || op === 'min'))
      recordExtrema(context.branches, totals, statement, loopOver(outExtents), count, start, overRows);
    if (target.contiguous) target.data().set(totals.values.subarray(0, count), target.offset(start));
    else target.scatter(0, count, start, totals.values, 0);
  };
  if (overRows)
    return {
      begin,
      run: body,
      end: () => {
        end(0);
      },
    };
  return {
    begin: () => undefined,
    end: () => undefined,
    run: (start) => {
      begin();
      body(start);
      end(start);
    },
  };
}

function accumulatorOf(context: Context, target: number, count: number): Accumulator {
  const known = context.accumulators.get(target);
  if (known && known.values.length >= count) return known;
  const made = {
    values: new Float64Array(count),
    errors: new Float64Array(count),
    where: new Float64Array(count),
  };
  context.accumulators.set(target, made);
  return made;
}

function recordExtrema(
  branches: { rows: Int32Array; shared: number },
  totals: Accumulator,
  statement: Statement,
  outer: Loop,
  count: number,
  start: number,
  overRows: boolean,
): void {
  const byRow = !overRows && statement.row >= 0;
  const stride = byRow ? (outer.strides[statement.row] ?? 1) : 1;
  const extent = byRow ? (outer.extents[statement.row] ?? 1) : 1;
  for (let k = 0; k < count; k += 1) {
    const code = at(totals.where, k);
    if (!byRow) branches.shared = mix(branches.shared, code);
    else {
      const row = start + (Math.floor(k / stride) % extent);
      branches.rows[row] = mix(at(branches.rows, row), code);
    }
  }
}

/** Any reduction: the tape over all elements, the reduced axis innermost. */
function bindGeneral(
  context: Context,
  statement: Statement,
  loop: Loop,
  totals: Accumulator,
  op: ReduceOp,
  rows: number,
): (start: number) => void {
  const tape = bindTape(context, statement, loop, rows);
  const run = loop.extents.at(-1) ?? 1;
  const overRows = statement.row === loop.extents.length - 1;
  return (start) => {
    tape.start(start);
    for (let first = 0; first < loop.total; first += CHUNK) {
      const n = Math.min(CHUNK, loop.total - first);
      tape.chunk(first, n, start, null, 0);
      const values = tape.result();
      const from = tape.resultOffset();
      for (let done = 0; done < n;) {
        const k = Math.floor((first + done) / run);
        const inner = (first + done) % run;
        const many = Math.min(n - done, run - inner);
        reduceRun(totals, op, k, values, from + done, many, inner + (overRows ? start : 0));
        done += many;
      }
    }
  };
}

function reduceRun(
  totals: Accumulator,
  op: ReduceOp,
  k: number,
  values: Float64Array,
  from: number,
  n: number,
  position: number,
): void {
  if (op === 'sum') {
    for (let t = 0; t < n; t += 1) addCompensated(totals.values, totals.errors, k, at(values, from + t));
    return;
  }
  let best = at(totals.values, k);
  if (op === 'prod') for (let t = 0; t < n; t += 1) best *= at(values, from + t);
  else
    for (let t = 0; t < n; t += 1) {
      const value = at(values, from + t);
      if (Number.isNaN(value) || (op === 'max' ? value > best : value < best)) {
        best = value;
        totals.where[k] = position + t;
      }
    }
  totals.values[k] = best;
}

/** The sum of a product of two reads, as a matrix product; null when the tape is anything else. */
function bindContraction(
  context: Context,
  statement: Statement,
  loop: Loop,
  totals: Accumulator,
  rows: number,
): ((start: number) => void) | null {
  const [first, second, product] = statement.tape;
  if (statement.tape.length !== 3 || first?.op !== 'load' || second?.op !== 'load') return null;
  if (product?.op !== 'mul' || product.a === product.b) return null;
  const a = bindLoad(context, statement, first.buffer, first.places, rows);
  const b = bindLoad(context, statement, second.buffer, second.places, rows);
  if (a.computed.length > 0 || b.computed.length > 0) return null;
  const outExtents = loop.extents.slice(0, -1);
  const last = loop.extents.at(-1) ?? 0;
  const multiply: Contraction = contraction(
    outExtents,
    { strides: a.strides.slice(0, -1), along: a.strides.at(-1) ?? 0 },
    { strides: b.strides.slice(0, -1), along: b.strides.at(-1) ?? 0 },
  );
  const count = outExtents.reduce((p, n) => p * n, 1);
  const grouped = last > GROUP || statement.row === loop.extents.length - 1;
  const partial = grouped ? new Float64Array(count) : none;
  return (start) => {
    const x = context.store[a.buffer] ?? none;
    const y = context.store[b.buffer] ?? none;
    const i = a.base + start * a.perRow;
    const j = b.base + start * b.perRow;
    if (!grouped) {
      multiply(totals.values, 0, x, i, y, j, 0, last);
      return;
    }
    for (let from = 0; from < last; from += GROUP) {
      partial.fill(0);
      multiply(partial, 0, x, i, y, j, from, Math.min(from + GROUP, last));
      for (let k = 0; k < count; k += 1) addCompensated(totals.values, totals.errors, k, at(partial, k));
    }
  };
}
