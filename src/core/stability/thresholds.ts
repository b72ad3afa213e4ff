/** From which size of a variable on a quantity breaks: found on a grid, then by bisection, and measured on both sides. */
import type { Precision, Probe, Quantity } from './probe';

export interface Break {
  readonly outcome: 'lost' | 'broken';
  /** The smallest size at which it was seen, as finely as bisection tells. */
  readonly threshold: number;
}

/** Sizes that are tried. Nobody's pre-activations are larger. */
const LARGEST = 1e6;
const RATIO = 1.8;
/** Every so many sizes the exact value is asked for although nothing points to trouble. */
const SPOT_CHECK = 3;
const SIZES: readonly number[] = Array.from(
  { length: 1 + Math.floor(Math.log(LARGEST) / Math.log(RATIO)) },
  (_, k) => RATIO ** k,
);
/** Digits are lost by rounding, which is irregular: the worst of several neighbouring sizes counts. */
const NEIGHBOURS = 8;
/** What breaks goes on doing so until this many times the threshold at least. */
const BEYOND = 1.1;
const WINDOW = 0.01;
const PROBED_TO = 0.002;

/** The first loss of digits, unless everything breaks down there, and the first break-down. */
export function findBreaks(probe: Probe, quantity: Quantity, precision: Precision): Break[] {
  if (probe.outcome(quantity, 1, precision) !== 'fine') return [];
  const breaks: Break[] = [];
  const isBroken = (size: number): boolean => probe.isBroken(quantity, size, precision);
  let broken = Infinity;
  const brokenAt = SIZES.findIndex(isBroken);
  if (brokenAt > 0) {
    broken = bisect(SIZES[brokenAt - 1] ?? 1, SIZES[brokenAt] ?? LARGEST, 1e-12, isBroken);
    // Just below, the computed value is finite; the exact one is so there and still further on.
    if ([broken, BEYOND * broken].every((size) => probe.outcome(quantity, size, precision) === 'broken'))
      breaks.push({ outcome: 'broken', threshold: broken });
  }
  const isLost = (size: number): boolean => probe.outcome(quantity, size, precision) === 'lost';
  const worst = (size: number): boolean =>
    Array.from({ length: NEIGHBOURS }, (_, k) => size * (1 - (WINDOW * k) / NEIGHBOURS)).some(isLost);
  const sizes = [
    ...SIZES.filter((size) => size < broken),
    ...(broken < LARGEST ? [broken * (1 - 1e-9)] : []),
  ];
  let lostAt = sizes.findIndex((size, k) => {
    if (probe.isShaky(quantity, size, precision)) return isLost(size) || isLost(0.995 * size);
    return k % SPOT_CHECK === 0 && isLost(size);
  });
  while (lostAt > 1 && isLost(sizes[lostAt - 1] ?? 1)) lostAt -= 1;
  if (lostAt > 0) {
    const lost = bisect(sizes[lostAt - 1] ?? 1, sizes[lostAt] ?? LARGEST, PROBED_TO, worst);
    // Digits that go just before everything breaks are no news.
    if (lost < 0.97 * broken) breaks.push({ outcome: 'lost', threshold: lost });
  }
  return breaks.sort((a, b) => a.threshold - b.threshold);
}

/** The smallest size in (low, high] at which the test holds, given that it holds at `high` and not at `low`. */
function bisect(low: number, high: number, accuracy: number, test: (size: number) => boolean): number {
  let [bad, good] = [high, low];
  while (bad - good > accuracy * bad) {
    const middle = (bad + good) / 2;
    if (middle === bad || middle === good) break;
    if (test(middle)) bad = middle;
    else good = middle;
  }
  return bad;
}
