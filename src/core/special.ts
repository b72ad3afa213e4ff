/** Elementary functions that `Math` lacks or that overflow when written plainly. All are float64, a few ulp. */

/** 1 / (1 + e^-x), without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** log(1 + e^x), without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** log(e^x + e^y), without overflow. */
export function logaddexp(x: number, y: number): number {
  if (x === y) return x + Math.LN2;
  return Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y)));
}

/** The nearest integer, ties to the even one, as NumPy and IEEE 754 round. */
export function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

/** e^(-x²); the square is taken exactly (Veltkamp's splitting), as its rounding error would be amplified by x². */
function gaussian(x: number): number {
  const split = x * 134217729;
  const high = split - (split - x);
  const low = x - high;
  const square = x * x;
  const rest = high * high - square + 2 * high * low + low * low;
  return Math.exp(-square) * (1 - rest);
}

/**
 * The error function. Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6 (a series of positive terms)
 * up to 2, and the continued fraction 7.1.14 of the complement above.
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x) || a === 0) return x;
  if (a > 6) return Math.sign(x);
  if (a < 2) {
    let series = 1;
    for (let k = 40; k > 0; k -= 1) series = 1 + ((2 * a * a) / (2 * k + 1)) * series;
    return (2 / Math.sqrt(Math.PI)) * x * (gaussian(a) * series);
  }
  let fraction = a;
  for (let k = 80; k > 0; k -= 1) fraction = a + k / 2 / fraction;
  return Math.sign(x) * (1 - gaussian(a) / (Math.sqrt(Math.PI) * fraction));
}
