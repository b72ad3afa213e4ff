/** Tails and quantiles of the normal and of Student's distribution. */

/** log Γ(x) for x > 0: Stirling's series (Abramowitz and Stegun, 6.1.41) beyond 10, and Γ(x+1) = x Γ(x) below. */
export function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const r = 1 / (x * x);
  const series =
    1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360)))));
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series / x;
}

/** P(|Z| ≥ z) of the standard normal distribution, to a relative error of 1e-13 in the tail too. */
export function normalTails(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  if (x === 0) return 1;
  if (x < 1.5) {
    // erf by its series of positive terms (Abramowitz and Stegun, 7.1.6).
    let series = 1;
    for (let k = 60; k > 0; k -= 1) series = 1 + ((2 * x * x) / (2 * k + 1)) * series;
    return 1 - (2 / Math.sqrt(Math.PI)) * x * Math.exp(-x * x) * series;
  }
  // The continued fraction of the complement (7.1.14).
  let fraction = x;
  for (let k = 200; k > 0; k -= 1) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction);
}

/**
 * The regularised incomplete beta function I_x(a, b) by Lentz's continued fraction (Press et al., "Numerical Recipes", 6.4);
 * `rest` is 1 - x, to its own last digit.
 */
export function incompleteBeta(x: number, rest: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(rest, x, b, a);
  const tiny = 1e-300;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let value = d;
  for (let k = 1; k <= 10_000; k += 1) {
    const even = (k * (b - k) * x) / ((a + 2 * k - 1) * (a + 2 * k));
    d = 1 / (1 + even * d || tiny);
    c = 1 + even / c || tiny;
    value *= d * c;
    const odd = (-(a + k) * (a + b + k) * x) / ((a + 2 * k) * (a + 2 * k + 1));
    d = 1 / (1 + odd * d || tiny);
    c = 1 + odd / c || tiny;
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return (front * value) / a;
}

/** P(|T| ≥ t) of Student's distribution with `freedom` degrees of freedom. */
export function studentTails(t: number, freedom: number): number {
  const whole = freedom + t * t;
  return incompleteBeta(freedom / whole, (t * t) / whole, freedom / 2, 0.5);
}

/** The value that 95 % lie within, on both sides of 0. */
export function quantile95(tails: (value: number) => number): number {
  let low = 0;
  let high = 2;
  while (tails(high) > 0.05) high *= 2;
  for (let k = 0; k < 80; k += 1) {
    const middle = (low + high) / 2;
    if (tails(middle) > 0.05) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
