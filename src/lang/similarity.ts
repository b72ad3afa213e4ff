/** Vectors of length 1, cosines and distances along an axis, and the losses that are made of them. */
import type { Node } from '../core/expr';
import { argument, axisPositions, flag, keyword, toArray, type LibraryCall } from './arguments';
import { elementwise, reduce, type Result } from './arrays';
import { lossReduction } from './losses';
import { array, number, shapeError, unsupported } from './run';
import type { Meaning } from './signature';
import type { ArrayV, UnknownValue } from './values';

function operands(call: LibraryCall, count: number): ArrayV[] | UnknownValue {
  const found: ArrayV[] = [];
  for (let k = 0; k < count; k += 1) {
    const value = toArray(call.run, argument(call, k), call.span);
    if (value.kind === 'unknown') return value;
    found.push(value);
  }
  // Both sides of a comparison have the same axes nearly always.
  const [a, b] = found;
  if (a && b && a.axes.length !== b.axes.length)
    call.run.penalise(3, 'a comparison of arrays of other ranks');
  return found;
}

/** The axis that the call names, or `fallback`. */
function axisOf(call: LibraryCall, x: ArrayV, fallback: number): number | UnknownValue {
  const given = keyword(call, 'axis') ?? number(call.run, fallback);
  const positions = axisPositions(call.run, given, x.axes.length, call.span);
  if (!Array.isArray(positions)) return positions;
  const [axis] = positions;
  return axis === undefined || positions.length > 1
    ? shapeError(call.run, `${call.written} works along one axis`, call.span)
    : axis;
}

/** The sum of products along an axis. */
function dotAlong(call: LibraryCall, a: ArrayV, b: ArrayV, axis: number, keep: boolean): Result {
  const { arena } = call.run;
  const products = elementwise(call.run, [a, b], call.span, (x, y) => arena.mul(x, y));
  return products.kind === 'unknown' ? products : reduce(call.run, products, 'sum', [axis], keep);
}

/** The root of the sum of squares along an axis. */
function lengthAlong(call: LibraryCall, x: ArrayV, axis: number, keep: boolean): ArrayV {
  const { arena } = call.run;
  const squares = array(x.axes, arena.pow(x.element, arena.num(2)));
  const total = reduce(call.run, squares, 'sum', [axis], keep);
  return { ...total, element: arena.sqrt(total.element) };
}

/** x / |x|. The guard against a length of 0 is left out: it is a maximum with 1e-12, which other lengths do not meet. */
export const unit: Meaning = (call) => {
  const found = operands(call, 1);
  if (!Array.isArray(found)) return found;
  const [x] = found;
  if (!x) return unsupported('a call lacks an argument', call.span, 'missing-argument');
  const axis = axisOf(call, x, 1);
  if (typeof axis !== 'number') return axis;
  const { arena } = call.run;
  return elementwise(call.run, [x, lengthAlong(call, x, axis, true)], call.span, (e, n) => arena.div(e, n));
};

/** a · b / (|a| |b|) along an axis. */
export const cosine: Meaning = (call) => {
  const found = operands(call, 2);
  if (!Array.isArray(found)) return found;
  const [a, b] = found;
  if (!a || !b) return unsupported('a call lacks an argument', call.span, 'missing-argument');
  const axis = axisOf(call, a, 1);
  return typeof axis === 'number' ? cosineAlong(call, a, b, axis) : axis;
};

function cosineAlong(call: LibraryCall, a: ArrayV, b: ArrayV, axis: number): Result {
  const { arena } = call.run;
  const dot = dotAlong(call, a, b, axis, false);
  if (dot.kind === 'unknown') return dot;
  const lengths = [a, b].map((x) => lengthAlong(call, x, Math.min(axis, x.axes.length - 1), false));
  return elementwise(call.run, [dot, ...lengths], call.span, (d, p = arena.one, q = arena.one) =>
    arena.div(d, arena.mul(p, q)),
  );
}

/** |a - b + ε| along the last axis. */
export const distance: Meaning = (call) => {
  const found = operands(call, 2);
  if (!Array.isArray(found)) return found;
  const [a, b] = found;
  if (!a || !b) return unsupported('a call lacks an argument', call.span, 'missing-argument');
  const keep = flag(keyword(call, 'keepdims'));
  if (keep === null) return unsupported('uses keepdim that is not a constant', call.span, 'keepdims');
  return distanceBetween(call, a, b, keep);
};

function distanceBetween(call: LibraryCall, a: ArrayV, b: ArrayV, keep: boolean): Result {
  const { run, span } = call;
  const eps = toArray(run, keyword(call, 'eps') ?? number(run, 1e-6), span);
  if (eps.kind === 'unknown') return eps;
  const { arena } = run;
  const difference = elementwise(run, [a, b, eps], span, (x, y, e) => arena.add(x, arena.neg(y), e));
  if (difference.kind === 'unknown') return difference;
  if (difference.axes.length === 0)
    return shapeError(run, `${call.written} takes vectors, not single numbers`, span);
  return lengthAlong(call, difference, difference.axes.length - 1, keep);
}

/** 1 - cos for a target of 1, max(0, cos - margin) for one of -1. */
export const cosineEmbedding: Meaning = (call) => {
  const found = operands(call, 3);
  if (!Array.isArray(found)) return found;
  const [a, b, y] = found;
  if (!a || !b || !y) return unsupported('a call lacks an argument', call.span, 'missing-argument');
  const axis = axisOf(call, a, -1);
  if (typeof axis !== 'number') return axis;
  const cos = cosineAlong(call, a, b, axis);
  if (cos.kind === 'unknown') return cos;
  const margin = toArray(call.run, keyword(call, 'margin') ?? number(call.run, 0), call.span);
  if (margin.kind === 'unknown') return margin;
  const { arena } = call.run;
  const each = elementwise(call.run, [cos, y, margin], call.span, (c, t, m = arena.zero) =>
    arena.where(
      arena.compare('==', t ?? arena.one, arena.one),
      arena.sub(arena.one, c),
      arena.call('maximum', arena.zero, arena.sub(c, m)),
    ),
  );
  return lossReduction(call, each);
};

/** max(0, |a - p| - |a - n| + margin). */
export const triplet: Meaning = (call) => {
  const found = operands(call, 3);
  if (!Array.isArray(found)) return found;
  const [anchor, positive, negative] = found;
  if (!anchor || !positive || !negative)
    return unsupported('a call lacks an argument', call.span, 'missing-argument');
  const near = distanceBetween(call, anchor, positive, false);
  if (near.kind === 'unknown') return near;
  const far = distanceBetween(call, anchor, negative, false);
  if (far.kind === 'unknown') return far;
  const margin = toArray(call.run, keyword(call, 'margin') ?? number(call.run, 1), call.span);
  if (margin.kind === 'unknown') return margin;
  const { arena } = call.run;
  const each = elementwise(
    call.run,
    [near, far, margin],
    call.span,
    (p, n: Node = arena.zero, m = arena.one) =>
      arena.call('maximum', arena.zero, arena.add(p, arena.neg(n), m)),
  );
  return lossReduction(call, each);
};
