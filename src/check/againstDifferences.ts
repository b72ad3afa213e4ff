/**
 * A gradient against finite differences of what it is the gradient of. Differences count only beyond their own estimated
 * error; nothing is compared with an absolute tolerance.
 */
import type { ParameterDifferences } from '../engine/gradcheck';
import type { Verdict } from '../protocol';
import { numberText, relativeText } from './words';

/** Relative differences up to this are agreement, beyond `APART` a difference, if the error estimate allows to say so. */
const TOGETHER = 1e-6;
const APART = 1e-5;
/** Sums over many rows round to about this much of the largest entry. */
const ROUNDING = 1e-10;
/** Estimates of errors are themselves rough: this many of them still count as agreement. */
const ERRORS = 16;

export interface Outcome {
  readonly verdict: Verdict;
  readonly reason: string;
  /** Largest difference relative to the largest entry of the derived gradient. */
  readonly difference: number;
}

/** The largest entry. */
export const size = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Relative to the largest entry of `b`. */
export function largestDifference(a: Float64Array, b: Float64Array): number {
  const scale = size(b);
  let most = 0;
  b.forEach((value, k) => (most = Math.max(most, Math.abs((a[k] ?? NaN) - value))));
  return most === 0 ? 0 : most / scale;
}

interface Probe {
  readonly given: number;
  readonly finite: number;
  readonly error: number;
  readonly where: string;
}

/** Cells and directions whose difference quotients are trustworthy. */
function probes(gradient: Float64Array, found: ParameterDifferences): Probe[] {
  const cells = found.cells.flatMap((cell, k): Probe[] =>
    found.states[k] === 'smooth'
      ? [
          {
            given: gradient[cell] ?? NaN,
            finite: found.values[k] ?? NaN,
            error: found.errors[k] ?? Infinity,
            where: gradient.length > 1 ? ` in cell ${cell}` : '',
          },
        ]
      : [],
  );
  const directions = found.directions.flatMap(({ direction, value, error, state }): Probe[] =>
    state === 'smooth'
      ? [
          {
            given: gradient.reduce((sum, entry, k) => sum + entry * (direction[k] ?? 0), 0),
            finite: value,
            error,
            where: ' along a random direction',
          },
        ]
      : [],
  );
  return [...cells, ...directions];
}

/** `floor` is the size of what `gradient` is a difference of, whose rounding it has. */
export function compareWithDifferences(
  gradient: Float64Array,
  found: ParameterDifferences,
  what: string,
  floor = 0,
): Outcome {
  const usable = probes(gradient, found);
  const scale = Math.max(size(gradient), ...usable.map(({ finite }) => Math.abs(finite)));
  if (usable.length === 0) return { verdict: 'unknown', difference: NaN, reason: unusable(found) };
  if (!gradient.every(Number.isFinite))
    return { verdict: 'unknown', difference: NaN, reason: `${what} is not finite here` };
  let difference = 0;
  let error = 0;
  let far: Probe | null = null;
  let close = true;
  for (const probe of usable) {
    const apart = Math.abs(probe.given - probe.finite);
    const own = Math.max(Math.abs(probe.given), Math.abs(probe.finite));
    difference = Math.max(difference, scale === 0 ? 0 : apart / scale);
    error = Math.max(error, scale === 0 ? 0 : probe.error / scale);
    close &&= apart <= Math.max(ERRORS * probe.error, TOGETHER * own, ROUNDING * Math.max(scale, floor));
    if (
      apart > APART * own &&
      apart > 100 * probe.error &&
      apart > ROUNDING * floor &&
      (!far || apart > Math.abs(far.given - far.finite))
    )
      far = probe;
  }
  if (far)
    return {
      verdict: 'wrong',
      difference,
      reason: `${what} is ${numberText(far.given)}${far.where}, the finite difference ${numberText(far.finite)} with an estimated error of ${relativeText(far.error)}`,
    };
  if (error > 1e-3)
    return {
      verdict: 'unknown',
      difference,
      reason: `finite differences have an estimated error of ${relativeText(error)} of the gradient here, too large to tell`,
    };
  const aside = found.cells.length + found.directions.length - usable.length;
  const kinks = aside > 0 ? `, ${aside} more lie at a kink or are unstable` : '';
  return close
    ? {
        verdict: 'right',
        difference,
        reason: `${what} agrees with finite differences to ${relativeText(difference)} of its size (estimated error ${relativeText(error)}; ${usable.length} compared${kinks})`,
      }
    : {
        verdict: 'unknown',
        difference,
        reason: `${what} agrees with finite differences only to ${relativeText(difference)}, their estimated error is ${relativeText(error)}`,
      };
}

function unusable(found: ParameterDifferences): string {
  if (found.states.some((state) => state === 'kink'))
    return 'every cell lies at a kink of the loss, where there is no derivative: change the parameters a little';
  return 'no finite difference could be taken: the loss is not finite near these parameters';
}
