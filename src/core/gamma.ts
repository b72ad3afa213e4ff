/**
 * The logarithm of the gamma function and its first derivatives, for positive arguments, NaN for others. Abramowitz and Stegun,
 * Handbook of Mathematical Functions: the series 6.1.33 around 2, recurrences 6.1.15, 6.3.5 and 6.4.6, and the asymptotic
 * series 6.1.40, 6.3.18 and 6.4.12 from 12 on.
 */

/** B_2k for k from 1. */
const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

const EULER = 0.5772156649015329;

/** Where the asymptotic series reach the last bit. */
const LARGE = 12;

/** ζ(k) - 1 for k from 2: the terms below 40, then the sum by Euler and Maclaurin. */
const ZETA = Array.from({ length: 30 }, (_, at) => {
  const k = at + 2;
  const end = 40;
  const slope = (k / 12) * end ** (-k - 1);
  const third = ((k * (k + 1) * (k + 2)) / 720) * end ** (-k - 3);
  const fifth = ((k * (k + 1) * (k + 2) * (k + 3) * (k + 4)) / 30240) * end ** (-k - 5);
  let sum = fifth - third + slope + end ** -k / 2 + end ** (1 - k) / (k - 1);
  for (let n = end - 1; n > 1; n -= 1) sum += n ** -k;
  return sum;
});

/** log Γ(2 + u) for |u| <= 1/2. */
function aroundTwo(u: number): number {
  let series = 0;
  for (let at = ZETA.length - 1; at >= 0; at -= 1)
    series = u * ((at % 2 === 0 ? (ZETA[at] ?? 0) : -(ZETA[at] ?? 0)) / (at + 2) + series);
  return u * (1 - EULER + series);
}

/** log Γ(x). */
export function lgamma(x: number): number {
  if (!(x > 0)) return NaN;
  if (x < 0.5) return aroundTwo(x) - Math.log1p(x) - Math.log(x);
  if (x < 1.5) return aroundTwo(x - 1) - Math.log1p(x - 1);
  if (x <= 2.5) return aroundTwo(x - 2);
  if (x < LARGE) {
    let rest = x - 1;
    let product = rest;
    for (; rest > 2.5; product *= rest) rest -= 1;
    return Math.log(product) + aroundTwo(rest - 2);
  }
  if (x === Infinity) return Infinity;
  let tail = 0;
  for (let k = BERNOULLI.length; k > 0; k -= 1)
    tail = tail / (x * x) + (BERNOULLI[k - 1] ?? 0) / (2 * k * (2 * k - 1));
  return (x - 0.5) * (Math.log(x) - 1) + (Math.log(2 * Math.PI) - 1) / 2 + tail / x;
}

/** The derivative of log Γ. */
export function digamma(x: number): number {
  if (!(x > 0)) return NaN;
  let below = 0;
  let y = x;
  for (; y < LARGE; y += 1) below += 1 / y;
  let tail = 0;
  for (let k = BERNOULLI.length; k > 0; k -= 1) tail = (tail + (BERNOULLI[k - 1] ?? 0) / (2 * k)) / (y * y);
  return Math.log(y) - 1 / (2 * y) - tail - below;
}

/** The second derivative of log Γ. */
export function trigamma(x: number): number {
  if (!(x > 0)) return NaN;
  let below = 0;
  let y = x;
  for (; y < LARGE; y += 1) below += 1 / (y * y);
  let tail = 0;
  for (let k = BERNOULLI.length; k > 0; k -= 1) tail = (tail + (BERNOULLI[k - 1] ?? 0)) / (y * y);
  return below + (1 + 1 / (2 * y) + tail) / y;
}

/** The third derivative of log Γ. */
export function tetragamma(x: number): number {
  if (!(x > 0)) return NaN;
  let below = 0;
  let y = x;
  for (; y < LARGE; y += 1) below += 2 / (y * y * y);
  let tail = 0;
  for (let k = BERNOULLI.length; k > 0; k -= 1)
    tail = (tail + (2 * k + 1) * (BERNOULLI[k - 1] ?? 0)) / (y * y);
  return -below - (1 + 1 / y + tail) / (y * y);
}
