/** One cell of a text table: a number, a missing value, or text. */

/** Powers of ten that float64 holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
/** Every integer of at most this many digits is exact, so that one division or multiplication rounds correctly. */
const EXACT_DIGITS = 15;

const MISSING: ReadonlySet<string> = new Set([
  '',
  '?',
  'na',
  'n/a',
  '#n/a',
  'nan',
  '-nan',
  'null',
  'none',
  'missing',
]);

/** Whether a trimmed cell stands for a missing value. */
export function isMissing(text: string): boolean {
  return text.length <= 7 && MISSING.has(text.toLowerCase());
}

/** The value of a trimmed cell as `Number` reads it, or NaN for text. */
export function readNumber(text: string): number {
  return text === '' ? NaN : Number(text);
}

const digit = (byte: number): number => byte - 48;

/** Reads plain decimal numbers straight from bytes; `end` is where it stopped. */
export interface NumberScanner {
  value: number;
  end: number;
}

/**
 * Scans `[+-]digits[.digits][e[+-]digits]` from `start`. Returns false where that is no such number or has more digits
 * than are exact this way; the caller then reads the text. True results equal `Number(text)` bit for bit.
 */
export function scanNumber(bytes: Uint8Array, start: number, limit: number, result: NumberScanner): boolean {
  let p = start;
  let byte = p < limit ? (bytes[p] ?? 0) : 0;
  const negative = byte === 45;
  if (byte === 45 || byte === 43) {
    p += 1;
    byte = p < limit ? (bytes[p] ?? 0) : 0;
  }
  let mantissa = 0;
  let digits = 0;
  let scale = 0;
  while (p < limit && byte >= 48 && byte <= 57) {
    mantissa = mantissa * 10 + digit(byte);
    digits += 1;
    p += 1;
    byte = bytes[p] ?? 0;
  }
  if (p < limit && byte === 46) {
    p += 1;
    byte = bytes[p] ?? 0;
    while (p < limit && byte >= 48 && byte <= 57) {
      mantissa = mantissa * 10 + digit(byte);
      digits += 1;
      scale -= 1;
      p += 1;
      byte = bytes[p] ?? 0;
    }
  }
  if (digits === 0 || digits > EXACT_DIGITS) return false;
  if (p < limit && (byte === 101 || byte === 69)) {
    p += 1;
    byte = bytes[p] ?? 0;
    const down = byte === 45;
    if (byte === 45 || byte === 43) {
      p += 1;
      byte = bytes[p] ?? 0;
    }
    let exponent = 0;
    const first = p;
    while (p < limit && byte >= 48 && byte <= 57 && exponent < 1000) {
      exponent = exponent * 10 + digit(byte);
      p += 1;
      byte = bytes[p] ?? 0;
    }
    if (p === first) return false;
    scale += down ? -exponent : exponent;
  }
  if (scale < -22 || scale > 22) return false;
  const power = POWERS[Math.abs(scale)] ?? NaN;
  const value = scale < 0 ? mantissa / power : mantissa * power;
  result.value = negative ? -value : value;
  result.end = p;
  return true;
}
