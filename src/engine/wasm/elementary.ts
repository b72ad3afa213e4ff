/**
 * Elementary functions of vectors, without branches: an exact reduction of the argument, a polynomial, and the results for
 * arguments outside by selection. The reductions are those of Cody and Waite, "Software Manual for the Elementary
 * Functions" (1980); errors are a few units in the last place over the whole range.
 */
import {
  ERF,
  ERFC_SCALED,
  EXP,
  EXP_SINGLE,
  LOG,
  LOG_OF_SUM,
  LOG_OF_SUM_SINGLE,
  LOG_SINGLE,
} from './coefficients';
import type { Lanes, Value } from './graph';

/** What depends on the width of the lanes. */
interface Format {
  /** Bits of the fraction, and the exponent of 1. */
  readonly fraction: number;
  readonly bias: number;
  readonly leastNormal: number;
  /** Beyond these the exponential is 0 or infinite; below `subnormal` it may be subnormal. */
  readonly expLow: number;
  readonly expHigh: number;
  readonly subnormal: number;
  /** log 2 in two parts; the first times an exponent is exact. */
  readonly ln2: readonly [number, number];
  readonly signBit: bigint;
}

const DOUBLE: Format = {
  fraction: 52,
  bias: 1023,
  leastNormal: 2 ** -1022,
  expLow: -750,
  expHigh: 710,
  subnormal: -700,
  ln2: [0.6931471803691238, 1.9082149292705877e-10],
  signBit: 1n << 63n,
};
const SINGLE: Format = {
  fraction: 23,
  bias: 127,
  leastNormal: 2 ** -126,
  expLow: -104,
  expHigh: 89,
  subnormal: -80,
  ln2: [0.69287109375, 0.00027608680994530943],
  signBit: 1n << 31n,
};

const format = (l: Lanes): Format => (l.double ? DOUBLE : SINGLE);
/** Adding it rounds to an integer, which then stands in the lowest bits. */
const shifter = (l: Lanes): number => 1.5 * 2 ** format(l).fraction;

/** x = n log 2 + r; `shifted` holds n in its lowest bits. */
function reduce(l: Lanes, x: Value): { n: Value; r: Value; shifted: Value } {
  const [high, low] = format(l).ln2;
  const shifted = l.fma(x, l.constant(Math.LOG2E), l.constant(shifter(l)));
  const n = l.sub(shifted, l.constant(shifter(l)));
  return { n, shifted, r: l.fma(n, l.constant(-low), l.fma(n, l.constant(-high), x)) };
}

/** e^r − 1 for a reduced r. */
const expm1Reduced = (l: Lanes, r: Value): Value =>
  l.fma(l.mul(r, r), l.polynomial(r, l.double ? EXP : EXP_SINGLE), r);

/** 2^(n + more) for `shifted` as of `reduce`; the exponent must be that of a normal number. */
const powerOf2 = (l: Lanes, shifted: Value, more: number): Value =>
  l.left(l.plus(shifted, l.bits(BigInt(format(l).bias + more))), format(l).fraction);

/** y 2^n for any exponent of a result: `shifted` as of `reduce`, `tiny` where the result may be subnormal. */
function scale(l: Lanes, y: Value, shifted: Value, tiny: Value): Value {
  // One power of 2 is kept back for the largest results, many for the smallest.
  const kept = l.double ? 128 : 32;
  const moved = l.add(shifted, l.and(tiny, l.constant(kept)));
  const scaled = l.mul(y, powerOf2(l, moved, -1));
  return l.mul(scaled, l.select(tiny, l.constant(2 ** (1 - kept)), l.constant(2)));
}

export function exp(l: Lanes, x: Value): Value {
  return expWithTail(l, x, null);
}

/** e^(x + tail) for a tail much smaller than x. */
export function expWithTail(l: Lanes, x: Value, tail: Value | null): Value {
  const { expLow, expHigh, subnormal } = format(l);
  const inside = l.atLeast(l.atMost(x, l.constant(expHigh)), l.constant(expLow));
  const { r, shifted } = reduce(l, inside);
  const y = l.add(l.constant(1), expm1Reduced(l, tail === null ? r : l.add(r, tail)));
  return scale(l, y, shifted, l.compare('lt', inside, l.constant(subnormal)));
}

/** e^x for −700 < x ≤ 0 (single: −80), else e^−700: for 1 + e^x, which it does not change. */
function expNegative(l: Lanes, x: Value): Value {
  const { r, shifted } = reduce(l, l.atLeast(x, l.constant(format(l).subnormal)));
  return l.mul(l.add(l.constant(1), expm1Reduced(l, r)), powerOf2(l, shifted, 0));
}

/** x = m 2^k with √½ ≤ m < √2 for positive x; subnormal ones as well. */
export function split(l: Lanes, x: Value): { m: Value; k: Value } {
  const { fraction, bias, leastNormal } = format(l);
  const tiny = l.compare('lt', x, l.constant(leastNormal));
  const lift = l.double ? 54 : 25;
  const normal = l.select(tiny, l.mul(x, l.constant(2 ** lift)), x);
  // The bits of √½ are taken away, so that the exponent changes there and not at 1.
  const half = l.double ? 0x3fe6a09e667f3bcdn : 0x3f3504f3n;
  const offset = l.minus(normal, l.bits(half));
  const bits = l.right(l.plus(offset, l.bits(l.double ? 0x3ff0000000000000n : 0x3f800000n)), fraction);
  const integer = l.or(bits, l.constant(2 ** fraction));
  const k = l.sub(l.sub(integer, l.constant(2 ** fraction + bias)), l.and(tiny, l.constant(lift)));
  const m = l.minus(normal, l.left(l.minus(bits, l.bits(BigInt(bias))), fraction));
  return { m, k };
}

/** The logarithm's value where x is not a positive finite number. */
function logOutside(l: Lanes, x: Value, inside: Value): Value {
  const zero = l.constant(0);
  const infinity = l.constant(Infinity);
  const positive = l.compare('gt', x, zero);
  const other = l.select(l.compare('eq', x, zero), l.constant(-Infinity), l.constant(NaN));
  const finite = l.compare('lt', x, infinity);
  return l.select(l.and(positive, finite), inside, l.select(positive, x, other));
}

/** log(1 + f) + k log 2 + tail, 1 + f reduced. The order of the sums, which keeps the error below one unit, is that of FDLIBM (Ng, 1993). */
function logReduced(l: Lanes, f: Value, k: Value, tail: Value | null): Value {
  const [high, low] = format(l).ln2;
  const s = l.div(f, l.add(f, l.constant(2)));
  const t = l.mul(s, s);
  const half = l.mul(l.mul(f, l.constant(0.5)), f);
  const series = l.mul(t, l.polynomial(t, l.double ? LOG : LOG_SINGLE));
  const small = l.fma(s, l.add(half, series), l.mul(k, l.constant(low)));
  const rest = l.sub(half, tail === null ? small : l.add(small, tail));
  return l.fma(k, l.constant(high), l.sub(f, rest));
}

export function log(l: Lanes, x: Value): Value {
  const { m, k } = split(l, x);
  return logOutside(l, x, logReduced(l, l.sub(m, l.constant(1)), k, null));
}

/** The rounding error of 1 + x is added to the logarithm of the sum (Kahan, in the HP-15C's Advanced Functions Handbook). */
export function log1p(l: Lanes, x: Value): Value {
  const one = l.constant(1);
  const u = l.add(x, one);
  const { m, k } = split(l, u);
  const larger = l.compare('gt', l.abs(x), one);
  const error = l.select(larger, l.sub(one, l.sub(u, x)), l.sub(x, l.sub(u, one)));
  const inside = logReduced(l, l.sub(m, one), k, l.div(error, u));
  const small = l.compare('lt', l.abs(x), l.constant(l.double ? 2 ** -54 : 2 ** -25));
  return l.select(small, x, logOutside(l, u, inside));
}

/** log(1 + e) for 0 ≤ e ≤ 1. */
function logOfSum(l: Lanes, e: Value): Value {
  const s = l.div(e, l.add(e, l.constant(2)));
  const t = l.mul(s, s);
  return l.fma(l.mul(s, t), l.polynomial(t, l.double ? LOG_OF_SUM : LOG_OF_SUM_SINGLE), l.add(s, s));
}

const withSignOf = (l: Lanes, magnitude: Value, sign: Value): Value =>
  l.or(magnitude, l.and(sign, l.bits(format(l).signBit)));

export function expm1(l: Lanes, x: Value): Value {
  const { expHigh, fraction, bias } = format(l);
  const inside = l.atLeast(l.atMost(x, l.constant(expHigh)), l.constant(l.double ? -50 : -25));
  const { n, r, shifted } = reduce(l, inside);
  // e^x − 1 = 2^n ((e^r − 1) + (1 − 2^−n)); the inverse power is 0 from where it no longer matters.
  const few = l.atMost(n, l.constant(l.double ? 100 : 60));
  const power = l.left(l.sub(l.constant(shifter(l) + bias), few), fraction);
  const y = l.add(expm1Reduced(l, r), l.sub(l.constant(1), power));
  const value = l.mul(l.mul(y, powerOf2(l, shifted, -1)), l.constant(2));
  const small = l.compare('lt', l.abs(x), l.constant(l.double ? 2 ** -54 : 2 ** -25));
  return l.select(small, x, value);
}

export function tanh(l: Lanes, x: Value): Value {
  const a = l.atMost(l.abs(x), l.constant(l.double ? 22 : 10));
  const e = expm1(l, l.add(a, a));
  return withSignOf(l, l.div(e, l.add(e, l.constant(2))), x);
}

/** e^−|x|: the exponential of a number that is not positive, all signs turned round. */
function expOfMagnitude(l: Lanes, x: Value): Value {
  const { expLow, ln2, bias, fraction } = format(l);
  const a = l.atMost(l.abs(x), l.constant(-expLow));
  const shifted = l.fma(a, l.constant(-Math.LOG2E), l.constant(shifter(l)));
  const n = l.sub(shifted, l.constant(shifter(l)));
  const r = l.fma(n, l.constant(ln2[1]), l.fma(n, l.constant(ln2[0]), a));
  const terms = (l.double ? EXP : EXP_SINGLE).map((c, k) => (k % 2 === 0 ? -c : c));
  const y = l.sub(l.constant(1), l.fma(l.mul(r, r), l.polynomial(r, terms), r));
  // The power of 2 in two factors, the second only for what may be subnormal.
  const most = l.atLeast(shifted, l.constant(shifter(l) + 2 - bias));
  const left = l.add(l.sub(shifted, most), l.constant(shifter(l) + bias));
  return l.mul(l.mul(y, powerOf2(l, most, 0)), l.left(left, fraction));
}

export function sigmoid(l: Lanes, x: Value): Value {
  const e = expOfMagnitude(l, x);
  const above = l.select(l.compare('lt', x, l.constant(0)), e, l.constant(1));
  return l.div(above, l.add(e, l.constant(1)));
}

export function softplus(l: Lanes, x: Value): Value {
  return l.add(l.atLeast(x, l.constant(0)), logOfSum(l, expOfMagnitude(l, x)));
}

/** log σ(x) = −softplus(−x). */
export function logOfSigmoid(l: Lanes, x: Value): Value {
  return l.sub(l.atMost(x, l.constant(0)), logOfSum(l, expOfMagnitude(l, x)));
}

export function logaddexp(l: Lanes, x: Value, y: Value): Value {
  const apart = l.abs(l.sub(x, y));
  const value = l.add(l.max(x, y), logOfSum(l, exp(l, l.neg(apart))));
  return l.select(l.compare('eq', x, y), l.add(x, l.constant(Math.LN2)), value);
}

/** A polynomial up to 1, and from there 1 less a scaled complement, which is smooth in (x − 3) / (x + 3). */
export function erf(l: Lanes, x: Value): Value {
  const magnitude = l.abs(x);
  const a = l.atMost(magnitude, l.constant(6));
  const three = l.constant(3);
  const square = l.mul(a, a);
  const series = l.mul(a, l.polynomial(square, ERF));
  const outer = l.atLeast(a, l.constant(1));
  const y = l.div(l.sub(outer, three), l.add(outer, three));
  const complement = l.mul(expNegative(l, l.neg(l.mul(outer, outer))), l.polynomial(y, ERFC_SCALED));
  const near = l.compare('lt', a, l.constant(1));
  const value = l.select(near, series, l.sub(l.constant(1), complement));
  return withSignOf(l, value, x);
}
