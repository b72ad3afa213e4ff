/**
 * x^y = e^(y log x) with the logarithm as a sum of two numbers, as its error is multiplied by y (the method of FDLIBM's
 * e_pow, Ng 1993; exact products of halves by Dekker, "A floating-point technique for extending the available precision",
 * 1971). Results and special cases are those of `Math.pow`.
 */
import { LOG_TAIL } from './coefficients';
import { expWithTail, split } from './elementary';
import type { Lanes, Value } from './graph';

/** An unevaluated sum. */
interface Pair {
  readonly high: Value;
  readonly low: Value;
}

/** Of a double; the product of two first parts is exact. */
function halves(l: Lanes, x: Value): Pair {
  const high = l.and(x, l.bits(0xfffffffff8000000n));
  return { high, low: l.sub(x, high) };
}

/** a b, exact for doubles that are not too large or small. */
function product(l: Lanes, a: Value, b: Value): Pair {
  const high = l.mul(a, b);
  const x = halves(l, a);
  const y = halves(l, b);
  const first = l.sub(l.mul(x.high, y.high), high);
  const middle = l.add(l.add(first, l.mul(x.high, y.low)), l.mul(x.low, y.high));
  return { high, low: l.add(middle, l.mul(x.low, y.low)) };
}

/** a + b for |a| ≥ |b|, exact. */
function sum(l: Lanes, a: Value, b: Value): Pair {
  const high = l.add(a, b);
  return { high, low: l.sub(b, l.sub(high, a)) };
}

/** log x for positive finite x, to about 68 bits. */
function logPair(l: Lanes, x: Value): Pair {
  const one = l.constant(1);
  const { m, k } = split(l, x);
  const f = l.sub(m, one);
  // s = f / (2 + f), with what the rounding of the divisor and of the quotient took.
  const below = l.add(m, one);
  const belowRest = l.sub(m, l.sub(below, one));
  const s = l.div(f, below);
  const back = product(l, s, below);
  const residue = l.sub(l.sub(l.sub(f, back.high), back.low), l.mul(s, belowRest));
  const sRest = l.div(residue, below);
  // 2 artanh s = s (2 + ⅔ s² + s⁴ (…)), the cubic term in two parts.
  const square = product(l, s, s);
  const u = square.high;
  const uRest = l.add(square.low, l.mul(l.mul(l.constant(2), s), sRest));
  const third = product(l, u, l.constant(2 / 3));
  const tail = l.add(
    l.mul(l.mul(u, u), l.polynomial(u, LOG_TAIL)),
    l.add(l.mul(uRest, l.constant(2 / 3)), l.mul(u, l.constant(3.700743415417188e-17))),
  );
  const factor = sum(l, l.constant(2), third.high);
  const factorRest = l.add(factor.low, l.add(third.low, tail));
  const main = product(l, s, factor.high);
  const mainRest = l.add(main.low, l.add(l.mul(s, factorRest), l.mul(sRest, factor.high)));
  // k log 2 in parts of which the first is exact; for k ≠ 0 it is the larger.
  const whole = l.mul(k, l.constant(0.6931471803691238));
  const both = sum(l, whole, main.high);
  const low = l.add(both.low, l.add(l.mul(k, l.constant(1.9082149292705877e-10)), mainRest));
  const result = sum(l, both.high, low);
  return result;
}

/** Doubles only. */
export function pow(l: Lanes, x: Value, y: Value): Value {
  const zero = l.constant(0);
  const one = l.constant(1);
  const infinity = l.constant(Infinity);
  const a = l.abs(x);
  const inside = l.and(l.compare('gt', a, zero), l.compare('lt', a, infinity));
  const pair = logPair(l, a);
  // log 0 = −∞, log ∞ = ∞, log NaN = NaN.
  const outside = l.select(l.compare('eq', a, zero), l.neg(infinity), a);
  const high = l.select(inside, pair.high, outside);
  const exponent = product(l, y, high);
  const usual = l.and(inside, l.compare('lt', l.abs(exponent.high), l.constant(800)));
  const rest = l.and(usual, l.add(exponent.low, l.mul(y, pair.low)));
  const magnitude = expWithTail(l, exponent.high, rest);
  // A negative base needs a whole exponent, and an odd one changes the sign.
  const half = l.mul(y, l.constant(0.5));
  const whole = l.compare('eq', l.round(y, 'floor'), y);
  const odd = l.without(whole, l.compare('eq', l.round(half, 'floor'), half));
  const signed = l.or(magnitude, l.and(l.and(odd, x), l.bits(1n << 63n)));
  const negative = l.and(l.compare('lt', x, zero), l.compare('lt', a, infinity));
  const undefinedThere = l.without(negative, whole);
  const value = l.select(undefinedThere, l.constant(NaN), signed);
  return l.select(l.compare('eq', y, zero), one, value);
}
