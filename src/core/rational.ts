/** Exact fractions of whole numbers within the range where these are exact. */

/** Greatest common divisor of two safe integers, non-negative. */
export function gcd(a: number, b: number): number {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y !== 0) {
    const rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

export const safe = Number.isSafeInteger;

/** Sum of two rationals as [num, den], or null where a part leaves the safe integers. */
export function addRational(
  a: readonly [number, number],
  b: readonly [number, number],
): [number, number] | null {
  if (a[1] === 1 && b[1] === 1) return safe(a[0] + b[0]) ? [a[0] + b[0], 1] : null;
  const g = gcd(a[1], b[1]);
  const p = a[0] * (b[1] / g);
  const q = b[0] * (a[1] / g);
  const d = a[1] * (b[1] / g);
  return safe(p) && safe(q) && safe(p + q) && safe(d) ? reduced(p + q, d) : null;
}

/** Product of two rationals as [num, den], or null where a part leaves the safe integers. */
export function mulRational(
  a: readonly [number, number],
  b: readonly [number, number],
): [number, number] | null {
  if (a[1] === 1 && b[1] === 1) return safe(a[0] * b[0]) ? [a[0] * b[0] + 0, 1] : null;
  const g = gcd(a[0], b[1]) || 1;
  const h = gcd(b[0], a[1]) || 1;
  const p = (a[0] / g) * (b[0] / h);
  const q = (a[1] / h) * (b[1] / g);
  return safe(p) && safe(q) ? reduced(p, q) : null;
}

/** Integer power of a rational, or null for 0 to a negative power or where a part leaves the safe integers. */
export function powRational(a: readonly [number, number], exponent: number): [number, number] | null {
  if (exponent < 0 && a[0] === 0) return null;
  const e = Math.abs(exponent);
  const p = a[0] ** e;
  const q = a[1] ** e;
  if (!safe(p) || !safe(q)) return null;
  return exponent < 0 ? reduced(q, p) : reduced(p, q);
}

export function reduced(num: number, den: number): [number, number] {
  const g = (gcd(num, den) || 1) * (den < 0 ? -1 : 1);
  return [num / g + 0, den / g];
}

/** Whether a rational over `den` is written as a decimal (0.01), as it was in the source: halves and thirds are not. */
export const isDecimal = (den: number): boolean => den > 4 && 100 % den === 0;
