/** One cell of a text table: a number, a missing value, or text. */

/** Powers of ten that float64 holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
const MOST_SCALE = 22;
/** Every integer of at most this many digits is exact, so that one division or multiplication rounds correctly. */
const EXACT_DIGITS = 15;
/** Digits of the two halves of a number that are collected as 32-bit integers; one more digit is kept apart. */
const HALF = 9;
const ZERO = 48;
const MINUS = 45;
const PLUS = 43;
const SMALL_E = 101;
const LARGE_E = 69;

const MISSING: ReadonlySet<string> = new Set([
  '',
  '-',
  '?',
  '.',
  'na',
  'n/a',
  '#n/a',
  '<na>',
  'nan',
  '-nan',
  'null',
  'none',
  'nil',
  'missing',
]);

/** Whether a trimmed cell stands for a missing value. */
export function isMissing(text: string): boolean {
  return text.length <= 7 && MISSING.has(text.toLowerCase());
}

export type Decimal = '.' | ',';

/** Groups of three digits, with what separates them; the rest is for the decimals and the exponent. */
const GROUPED_POINT =
  /^[+-]?\d{1,3}(?:([,'_ \u00a0\u2009\u202f])\d{3})(?:\1\d{3})*(?:\.\d*)?(?:e[+-]?\d+)?$/i;
const GROUPED_COMMA = /^[+-]?\d{1,3}(?:([.'_ \u00a0\u2009\u202f])\d{3})(?:\1\d{3})*(?:,\d*)?(?:e[+-]?\d+)?$/i;
const DECIMAL_COMMA = /^[+-]?(?:\d+,\d*|,\d+)(?:e[+-]?\d+)?$/i;
/** The longest text that is looked at for separators of thousands. */
const LONGEST = 64;

/** The value of a trimmed cell as `Number` reads it, thousands separators and decimal commas aside; NaN for text. */
export function readNumber(text: string, decimal: Decimal = '.'): number {
  if (text === '') return NaN;
  if (decimal === '.') {
    const plain = Number(text);
    if (!Number.isNaN(plain) || text.length > LONGEST) return plain;
    return GROUPED_POINT.test(text) ? Number(text.replace(/[^\d.e+-]/gi, '')) : NaN;
  }
  if (text.length <= LONGEST) {
    if (DECIMAL_COMMA.test(text)) return Number(text.replace(',', '.'));
    if (GROUPED_COMMA.test(text)) return Number(text.replace(/[^\d,e+-]/gi, '').replace(',', '.'));
  }
  return Number(text);
}

/**
 * Scans `[+-]digits[.digits][e[+-]digits]` from `start` into `values[at]`, with `point` as the byte of the decimal point.
 * Returns where it stopped, or -1 where that is no such number or one that this way may not read exactly; the caller
 * then reads the text. What is read equals `Number(text)` bit for bit. A byte that ends numbers must follow.
 */
export function scanNumber(
  bytes: Uint8Array,
  start: number,
  point: number,
  values: Float64Array,
  at: number,
): number {
  let p = start;
  let byte = bytes[p] ?? 0;
  const negative = byte === MINUS;
  if (negative || byte === PLUS) {
    p += 1;
    byte = bytes[p] ?? 0;
  }
  let high = 0;
  let low = 0;
  let scale = 0;
  let from = p;
  let to = p + HALF;
  let digit = byte - ZERO;
  while (digit >>> 0 < 10 && p < to) {
    high = (high * 10 + digit) | 0;
    p += 1;
    digit = (bytes[p] ?? 0) - ZERO;
  }
  let digits = p - from;
  if (digits === HALF && digit >>> 0 < 10) {
    to = p + HALF;
    while (digit >>> 0 < 10 && p < to) {
      low = (low * 10 + digit) | 0;
      p += 1;
      digit = (bytes[p] ?? 0) - ZERO;
    }
    digits = p - from;
    if (digit >>> 0 < 10) return -1;
  }
  let last = -1;
  byte = digit + ZERO;
  if (byte === point) {
    p += 1;
    const after = p;
    digit = (bytes[p] ?? 0) - ZERO;
    from = p - digits;
    to = from + HALF;
    while (digit >>> 0 < 10 && p < to) {
      high = (high * 10 + digit) | 0;
      p += 1;
      digit = (bytes[p] ?? 0) - ZERO;
    }
    if (digit >>> 0 < 10) {
      to += HALF;
      while (digit >>> 0 < 10 && p < to) {
        low = (low * 10 + digit) | 0;
        p += 1;
        digit = (bytes[p] ?? 0) - ZERO;
      }
      if (digit >>> 0 < 10) {
        last = digit;
        p += 1;
        digit = (bytes[p] ?? 0) - ZERO;
        if (digit >>> 0 < 10) return -1;
      }
    }
    digits = p - from;
    scale = after - p;
    byte = digit + ZERO;
  }
  if (digits === 0) return -1;
  if (byte === SMALL_E || byte === LARGE_E) {
    p += 1;
    byte = bytes[p] ?? 0;
    const down = byte === MINUS;
    if (down || byte === PLUS) {
      p += 1;
      byte = bytes[p] ?? 0;
    }
    from = p;
    let exponent = 0;
    while ((byte - ZERO) >>> 0 < 10 && exponent < 1000) {
      exponent = exponent * 10 + byte - ZERO;
      p += 1;
      byte = bytes[p] ?? 0;
    }
    if (p === from) return -1;
    scale += down ? -exponent : exponent;
  }
  if (scale < -MOST_SCALE || scale > MOST_SCALE) return -1;
  let value: number;
  if (digits <= EXACT_DIGITS) {
    const mantissa = digits <= HALF ? high : high * (POWERS[digits - HALF] ?? NaN) + low;
    value = scale < 0 ? mantissa / (POWERS[-scale] ?? NaN) : mantissa * (POWERS[scale] ?? NaN);
  } else {
    if (scale > 0) return -1;
    const rest = last < 0 ? low : low * 10 + last;
    value = longQuotient(high, POWERS[digits - HALF] ?? NaN, rest, POWERS[-scale] ?? NaN);
    if (Number.isNaN(value)) return -1;
  }
  values[at] = negative ? -value : value;
  return p;
}

/** Veltkamp's constant, 2^27 + 1: splits a float64 into halves whose products are exact. */
const SPLITTER = 134217729;
/** Above the relative error of the correction below. */
const DOUBT = 2 ** -50;

/**
 * (high·power + rest) / divisor, correctly rounded, or NaN where that cannot be told: a quotient, corrected by its
 * exact remainder (Dekker 1971). high < 2^30, power ≤ 10^10, rest < power, divisor a power of ten up to 10^22.
 */
function longQuotient(high: number, power: number, rest: number, divisor: number): number {
  // Products of 15 bits and 34 bits are exact, so that `big + small` is the whole mantissa.
  const top = high >>> 15;
  const big = top * power * 32768;
  const small = (high - top * 32768) * power + rest;
  const head = big + small;
  const tail = small - (head - big);
  const quotient = head / divisor;
  const product = quotient * divisor;
  const q = SPLITTER * quotient;
  const qHigh = q - (q - quotient);
  const qLow = quotient - qHigh;
  const d = SPLITTER * divisor;
  const dHigh = d - (d - divisor);
  const dLow = divisor - dHigh;
  const error = qLow * dLow - (product - qHigh * dHigh - qLow * dHigh - qHigh * dLow);
  const correction = (head - product - error + tail) / divisor;
  const most = quotient + correction * (1 + DOUBT);
  return most === quotient + correction * (1 - DOUBT) ? most : NaN;
}
