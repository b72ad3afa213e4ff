/**
 * Real numbers to any precision with a bound on their error: a midpoint with a big-integer mantissa and a radius (Johansson,
 * "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", 2017). Exponents are unbounded, so nothing overflows.
 */
import type { Arithmetic } from './arithmetic';
import { holds } from '../relation';

/** mantissa · 2^exponent, off by at most 2^radius; a radius of -Infinity is exact. Null is a value that cannot be told. */
export interface Real {
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly radius: number;
}
export type Ball = Real | null;

/** e^x is not computed for larger |x| than 2 to this power. */
const LARGEST_EXPONENT = 30;
/** Terms of a series whose summands have shrunk below the precision are no longer added. */
const GUARD = 32;

const exact = (mantissa: bigint, exponent: number): Real => ({ mantissa, exponent, radius: -Infinity });
const ZERO = exact(0n, 0);
const abs = (n: bigint): bigint => (n < 0n ? -n : n);

function bits(n: bigint): number {
  const hex = abs(n).toString(16);
  return n === 0n ? 0 : 4 * hex.length - Math.clz32(parseInt(hex.charAt(0), 16)) + 28;
}

/** |x| < 2^top. */
const top = (x: Real): number =>
  x.mantissa === 0n ? x.radius : Math.max(x.exponent + bits(x.mantissa), x.radius) + (isExact(x) ? 0 : 1);
/** Without its error, which the caller accounts for. */
const midpoint = (x: Ball): Ball => x && { ...x, radius: -Infinity };
const isExact = (x: Real): boolean => x.radius === -Infinity;
/** |x| >= 2^bottom; null where x may be 0. */
function bottom(x: Real): number | null {
  if (x.mantissa === 0n) return null;
  const low = x.exponent + bits(x.mantissa) - 1;
  if (isExact(x)) return low;
  return x.radius < low - 1 ? low - 1 : null;
}
/** log2(2^a + 2^b), rounded up. */
const join = (...radii: number[]): number => {
  const most = Math.max(...radii);
  const several = radii.filter((r) => r > -Infinity).length > 1;
  return several ? most + Math.ceil(Math.log2(radii.length)) : most;
};

const shifted = (n: bigint, by: number): bigint => (by >= 0 ? n << BigInt(by) : n >> BigInt(-by));

/** A double exactly; null for an infinite or undefined one. */
export function fromNumber(value: number): Ball {
  if (!Number.isFinite(value)) return null;
  if (value === 0) return ZERO;
  let exponent = Math.max(-1074, Math.floor(Math.log2(Math.abs(value))) - 52);
  let scaled = exponent < -1000 ? value * 2 ** 500 * 2 ** (-exponent - 500) : value * 2 ** -exponent;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    exponent -= 1;
  }
  return exact(BigInt(scaled), exponent);
}

/** The midpoint as a double: infinite beyond the largest, 0 below the smallest. */
export function toNumber(x: Ball): number {
  if (x === null) return NaN;
  const drop = bits(x.mantissa) - 60;
  const head = drop > 0 ? Number(x.mantissa >> BigInt(drop)) : Number(x.mantissa);
  const scale = x.exponent + Math.max(drop, 0);
  if (scale > 1100) return head === 0 ? 0 : Math.sign(head) * Infinity;
  return scale < -500 ? head * 2 ** -500 * 2 ** Math.max(scale + 500, -1000) : head * 2 ** scale;
}

/** Whether the value is known to `digits` bits relative to itself, or is exactly 0. */
export function isKnown(x: Ball, digits: number): boolean {
  if (x === null) return false;
  if (isExact(x)) return true;
  const low = bottom(x);
  return low !== null && x.radius < low - digits;
}

/** Whether the value is known to an absolute error of 2^exponent. */
export const isWithin = (x: Ball, exponent: number): boolean => x !== null && x.radius < exponent;

export function ballArithmetic(precision: number): Arithmetic<Ball> {
  const work = precision + GUARD;
  const unit = 1n << BigInt(work);

  const rounded = (mantissa: bigint, exponent: number, radius: number): Real => {
    const extra = bits(mantissa) - precision;
    if (extra <= 0) return { mantissa, exponent, radius };
    return {
      mantissa: mantissa >> BigInt(extra),
      exponent: exponent + extra,
      radius: join(radius, exponent + extra),
    };
  };

  const add = (a: Ball, b: Ball): Ball => {
    if (!a || !b) return null;
    if (a.mantissa === 0n && isExact(a)) return b;
    if (b.mantissa === 0n && isExact(b)) return a;
    const [ta, tb] = [top(a), top(b)];
    // What lies far below the last bit of the other is an error of it.
    if (ta - tb > precision + GUARD && a.mantissa !== 0n) return { ...a, radius: join(a.radius, tb) };
    if (tb - ta > precision + GUARD && b.mantissa !== 0n) return { ...b, radius: join(b.radius, ta) };
    const low = Math.min(a.exponent, b.exponent);
    if (Math.max(a.exponent, b.exponent) - low > 4 * work + 4000) return null;
    const sum = shifted(a.mantissa, a.exponent - low) + shifted(b.mantissa, b.exponent - low);
    return rounded(sum, low, join(a.radius, b.radius));
  };
  const neg = (a: Ball): Ball => (a ? { ...a, mantissa: -a.mantissa } : null);
  const mul = (a: Ball, b: Ball): Ball => {
    if (!a || !b) return null;
    const radius = isExact(a) && isExact(b) ? -Infinity : join(top(a) + b.radius, top(b) + a.radius);
    return rounded(
      a.mantissa * b.mantissa,
      a.exponent + b.exponent,
      Number.isNaN(radius) ? -Infinity : radius,
    );
  };
  const div = (a: Ball, b: Ball): Ball => {
    const low = b && bottom(b);
    if (!a || !b || low === null) return null;
    if (a.mantissa === 0n && isExact(a)) return ZERO;
    const up = Math.max(0, work + bits(b.mantissa) - bits(a.mantissa));
    const mantissa = (a.mantissa << BigInt(up)) / b.mantissa;
    const exponent = a.exponent - b.exponent - up;
    return rounded(mantissa, exponent, join(a.radius - low, top(a) + b.radius - 2 * low, exponent));
  };
  const one = exact(1n, 0);
  const two = exact(1n, 1);
  const half = exact(1n, -1);

  const sqrt = (a: Ball): Ball => {
    if (!a) return null;
    if (a.mantissa === 0n && isExact(a)) return ZERO;
    const low = bottom(a);
    if (low === null || a.mantissa < 0n) return null;
    let up = Math.max(0, 2 * work - bits(a.mantissa));
    if ((a.exponent - up) % 2 !== 0) up += 1;
    const scaled = a.mantissa << BigInt(up);
    let root = 1n << BigInt((bits(scaled) >> 1) + 1);
    for (;;) {
      const next = (root + scaled / root) >> 1n;
      if (next >= root) break;
      root = next;
    }
    const exponent = (a.exponent - up) / 2;
    return rounded(root, exponent, join(a.radius - Math.floor(low / 2), exponent));
  };

  /** e^f - for a fixed-point f with |f| < 1 - as a fixed-point number; the error is below 2^8 units. */
  const exponential = (f: bigint): bigint => {
    const halvings = Math.ceil(Math.sqrt(work) / 2);
    const wide = BigInt(work + halvings);
    const small = f;
    let term = 1n << wide;
    let sum = term;
    // f / 2^halvings with as many fractional bits more.
    for (let n = 1n; term !== 0n && term !== -1n; n += 1n) {
      term = (term * small) >> wide;
      term /= n;
      sum += term;
    }
    for (let k = 0; k < halvings; k += 1) sum = (sum * sum) >> wide;
    return sum >> BigInt(halvings);
  };

  /** log f for a fixed-point f in [1/2, 2], by Halley's iteration from the double value. */
  const logarithm = (f: bigint): bigint => {
    const start = Math.log(Number(shifted(f, 60 - work)) / 2 ** 60);
    let y = shifted(BigInt(Math.round(start * 2 ** 53)), work - 53);
    for (let good = 48; good < work; good *= 3) {
      const e = exponential(y);
      y += (2n * (f - e) * unit) / (f + e);
    }
    return y;
  };
  let ln2: bigint | null = null;
  const logOfTwo = (): bigint => (ln2 ??= logarithm(2n * unit));

  const exp = (x: Ball): Ball => {
    if (!x) return null;
    if (x.mantissa === 0n && isExact(x)) return one;
    const size = top(x);
    if (size > LARGEST_EXPONENT || x.radius > -2) return null;
    const fixed = shifted(x.mantissa, x.exponent + work);
    const k = fixed / logOfTwo() - (fixed < 0n ? 1n : 0n);
    const rest = fixed - k * logOfTwo();
    // The error of log 2 counts k times.
    const radius = join(x.radius, Math.max(0, size) + 10 - work);
    return rounded(exponential(rest), Number(k) - work, Number(k) + 2 + radius);
  };
  const log = (x: Ball): Ball => {
    const low = x && bottom(x);
    if (!x || low === null || x.mantissa <= 0n) return null;
    if (isExact(x) && low === 0 && x.mantissa === shifted(1n, bits(x.mantissa) - 1)) return ZERO;
    const length = bits(x.mantissa);
    let f = shifted(x.mantissa, work - length);
    let k = x.exponent + length;
    if (4n * f < 3n * unit) {
      f *= 2n;
      k -= 1;
    }
    const value = logarithm(f) + BigInt(k) * logOfTwo();
    return rounded(value, -work, join(x.radius - low + 1, Math.log2(Math.abs(k) + 1) + 10 - work));
  };

  const power = (base: Ball, exponent: Ball): Ball => {
    const e = toNumber(exponent);
    if (!base || !exponent) return null;
    if (Number.isInteger(e) && isExact(exponent) && Math.abs(e) <= 64) {
      let result: Ball = one;
      for (let k = 0; k < Math.abs(e); k += 1) result = mul(result, base);
      return e < 0 ? div(one, result) : result;
    }
    if (base.mantissa === 0n && isExact(base) && e > 0) return ZERO;
    return exp(mul(exponent, log(base)));
  };
  const sign = (x: Ball): number | null => {
    if (!x) return null;
    if (x.mantissa === 0n && isExact(x)) return 0;
    return bottom(x) === null ? null : x.mantissa > 0n ? 1 : -1;
  };
  const chosen = (x: Ball, above: Ball, otherwise: Ball): Ball => {
    const s = sign(x);
    return s === null ? null : s > 0 ? above : otherwise;
  };
  const sigmoid = (x: Ball): Ball => div(one, add(one, exp(neg(x))));

  const error = (x: Ball): Ball => {
    if (!x) return null;
    const value = toNumber(x);
    if (x.radius > -4) return null;
    const side = exact(value < 0 ? -1n : 1n, 0);
    const bitsBelow = value * value * Math.LOG2E;
    if (bitsBelow > precision + GUARD) return { ...side, radius: -Math.floor(bitsBelow) };
    // Abramowitz and Stegun 7.1.6: a series of positive terms.
    const square = midpoint(mul(x, x));
    let term: Ball = one;
    let sum: Ball = one;
    for (let n = 1; term && top(term) > (sum ? top(sum) : 0) - work; n += 1) {
      term = midpoint(div(mul(term, mul(two, square)), fromNumber(2 * n + 1)));
      sum = midpoint(add(sum, term));
    }
    const result = mul(mul(mul(two, x), mul(exp(neg(square)), sum)), div(one, sqrt(pi())));
    return result && { ...result, radius: join(result.radius, x.radius + 1, top(result) + 12 - precision) };
  };
  /** Machin: π = 16 arctan(1/5) - 4 arctan(1/239). */
  const pi = (): Ball => {
    const arctan = (n: bigint): bigint => {
      let term = unit / n;
      let sum = term;
      for (let k = 1n; term !== 0n; k += 1n) {
        term /= n * n;
        sum += (k % 2n === 0n ? term : -term) / (2n * k + 1n);
      }
      return sum;
    };
    return rounded(16n * arctan(5n) - 4n * arctan(239n), -work, 12 - work);
  };

  const functions: Readonly<Record<string, (x: Ball, y: Ball) => Ball>> = {
    exp,
    log,
    sigmoid,
    log1p: (x) => log(add(one, x)),
    expm1: (x) => add(exp(x), neg(one)),
    tanh: (x) => add(mul(two, sigmoid(mul(two, x))), neg(one)),
    sinh: (x) => mul(half, add(exp(x), neg(exp(neg(x))))),
    cosh: (x) => mul(half, add(exp(x), exp(neg(x)))),
    softplus: (x) => log(add(one, exp(x))),
    logaddexp: (x, y) => log(add(exp(x), exp(y))),
    erf: error,
    abs: (x) => chosen(x, x, neg(x)),
    relu: (x) => chosen(x, x, ZERO),
    sign: (x) => {
      const s = sign(x);
      return s === null ? null : fromNumber(s);
    },
    maximum: (x, y) => chosen(add(x, neg(y)), x, y),
    minimum: (x, y) => chosen(add(x, neg(y)), y, x),
    arcsinh: (x) => log(add(x, sqrt(add(mul(x, x), one)))),
    arctanh: (x) => mul(half, log(div(add(one, x), add(one, neg(x))))),
  };

  return {
    zero: ZERO,
    one,
    unknown: null,
    number: fromNumber,
    rational: (num, den) => div(fromNumber(num), fromNumber(den)),
    add,
    mul,
    div,
    neg,
    sqrt,
    pow: power,
    call: (fn, [x, y]) => (x === undefined ? null : (functions[fn]?.(x, y ?? null) ?? null)),
    compare: (rel, a, b) => {
      const s = sign(add(a, neg(b)));
      return s === null ? null : fromNumber(Number(holds(rel, s, 0)));
    },
    toNumber,
  };
}
