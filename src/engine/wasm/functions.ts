/** The vector form of each row of the operator table that has one; the others are called lane by lane. */
import { opRow } from '../../core/ops';
import { erf, exp, expm1, log, log1p, logaddexp, sigmoid, softplus, tanh } from './elementary';
import { lanesOf, type Lanes, type Value } from './graph';
import { pow as powDouble } from './power';

type VectorFunction = (l: Lanes, ...args: Value[]) => Value;

const one =
  (of: (l: Lanes, x: Value) => Value): VectorFunction =>
  (l, x = 0) =>
    of(l, x);
const two =
  (of: (l: Lanes, x: Value, y: Value) => Value): VectorFunction =>
  (l, x = 0, y = 0) =>
    of(l, x, y);

function sign(l: Lanes, x: Value): Value {
  const zero = l.constant(0);
  const unit = l.select(l.compare('lt', x, zero), l.constant(-1), l.constant(1));
  const moved = l.or(l.compare('lt', x, zero), l.compare('gt', x, zero));
  return l.select(moved, unit, x);
}

const FUNCTIONS: Readonly<Record<string, VectorFunction | undefined>> = {
  exp: one(exp),
  log: one(log),
  log1p: one(log1p),
  expm1: one(expm1),
  tanh: one(tanh),
  sigmoid: one(sigmoid),
  softplus: one(softplus),
  erf: one(erf),
  relu: one((l, x) => l.atLeast(x, l.constant(0))),
  abs: one((l, x) => l.abs(x)),
  sign: one(sign),
  floor: one((l, x) => l.round(x, 'floor')),
  ceil: one((l, x) => l.round(x, 'ceil')),
  round: one((l, x) => l.round(x, 'nearest')),
  maximum: two((l, x, y) => l.max(x, y)),
  minimum: two((l, x, y) => l.min(x, y)),
  logaddexp: two(logaddexp),
};

/** Whether a function runs on vectors; one that does not is right, but slow. */
export const isVectorised = (fn: string): boolean => FUNCTIONS[fn] !== undefined;

/** Throws a RangeError for a name that is no operator. */
export function applyFunction(l: Lanes, fn: string, args: readonly Value[], fused: boolean): Value {
  const known = FUNCTIONS[fn];
  if (known) return known(l, ...args);
  opRow(fn);
  return l.double ? l.graph.call(fn, args) : widened(l, args, fused, (w, wide) => w.graph.call(fn, wide));
}

/** x^y; single precision computes it in double. */
export function pow(l: Lanes, x: Value, y: Value, fused: boolean): Value {
  if (l.double) return powDouble(l, x, y);
  return widened(l, [x, y], fused, (w, [a = 0, b = 0]) => powDouble(w, a, b));
}

/** Bytes of the upper half of a vector, twice. */
export const UPPER = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
const JOINED = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23];

/** A function of doubles, of both halves of single precision vectors. */
function widened(
  l: Lanes,
  args: readonly Value[],
  fused: boolean,
  of: (w: Lanes, args: readonly Value[]) => Value,
): Value {
  const { graph } = l;
  const w = lanesOf(graph, true, fused);
  const half = (part: (x: Value) => Value): Value =>
    graph.op(
      'f32x4.demote_f64x2_zero',
      of(
        w,
        args.map((x) => graph.op('f64x2.promote_low_f32x4', part(x))),
      ),
    );
  const low = half((x) => x);
  const high = half((x) => graph.shuffle(x, x, UPPER));
  return graph.shuffle(low, high, JOINED);
}
