/** A checked gradient in its two parts: that of the terms of the loss that read data, and that of its penalty. */
import type { ParameterDifferences } from '../engine/gradcheck';
import type { Verdict } from '../protocol';
import type { PartCheck } from '../protocol/training';
import { compareWithDifferences, largestDifference, size, type Outcome } from './againstDifferences';
import { agreementText, numberText } from './words';

/** One gradient in whole, and what of it is the penalty's. */
export interface Parted<T> {
  readonly whole: T;
  readonly penalty: T;
}

export interface PartsRequest {
  readonly derived: Parted<Float64Array>;
  readonly found: Parted<ParameterDifferences>;
  /** Null where there is no written gradient that can be compared. */
  readonly hand: (Parted<Float64Array> & { readonly name: string; readonly verdict: Verdict }) | null;
}

/** Parts as written that differ by less, relative to the whole gradient, are the same. */
const SAME = 1e-9;

/** Empty where the differences of whole and penalty were not taken at the same places. */
export function checkParts({ derived, found, hand }: PartsRequest): readonly PartCheck[] {
  const rest = without(found.whole, found.penalty);
  if (!rest) return [];
  const floor = Math.max(size(derived.whole), size(derived.penalty));
  const data = minus(derived.whole, derived.penalty);
  const byHand = hand && judgeParts(hand, derived, data, floor);
  const part = (
    name: PartCheck['part'],
    gradient: Float64Array,
    differences: ParameterDifferences,
    written: Outcome | null,
    writtenSize: number | null,
  ): PartCheck => {
    const what = `the derived gradient of ${name === 'data' ? 'the terms that read data' : 'the penalty'}`;
    const outcome = compareWithDifferences(gradient, differences, what, floor);
    const reasons = [outcome.reason, ...(written ? [written.reason] : [])];
    return {
      part: name,
      size: size(gradient),
      derivedVerdict: outcome.verdict,
      derivedDifference: outcome.difference,
      handSize: written ? writtenSize : null,
      handVerdict: written?.verdict ?? null,
      handDifference: written?.difference ?? null,
      reason: `${reasons.join('; ')}.`,
    };
  };
  return [
    part('data', data, rest, byHand?.data ?? null, hand && size(minus(hand.whole, hand.penalty))),
    part('penalty', derived.penalty, found.penalty, byHand?.penalty ?? null, hand && size(hand.penalty)),
  ];
}

/**
 * A part as written is right or wrong only as the whole is and the other part agrees: a term without data may as well belong
 * to what reads data, as the mean of (w - y)² leaves 2w.
 */
function judgeParts(
  hand: NonNullable<PartsRequest['hand']>,
  derived: Parted<Float64Array>,
  data: Float64Array,
  floor: number,
): { readonly data: Outcome; readonly penalty: Outcome } {
  const { name, verdict } = hand;
  const written = minus(hand.whole, hand.penalty);
  const apart = { data: furthest(written, data), penalty: furthest(hand.penalty, derived.penalty) };
  const same = { data: apart.data <= SAME * floor, penalty: apart.penalty <= SAME * floor };
  const judged = (own: keyof typeof apart, other: keyof typeof apart): Outcome => {
    const given = own === 'data' ? written : hand.penalty;
    const exact = own === 'data' ? data : derived.penalty;
    const difference = largestDifference(given, exact);
    const what =
      own === 'data' ? `the part of ${name} that reads data` : `the part of ${name} that reads none`;
    if (same[own])
      return {
        verdict: verdict === 'unknown' ? 'unknown' : 'right',
        difference,
        reason: `${what} equals the derived one ${agreementText(difference)}`,
      };
    if (verdict === 'wrong' && same[other])
      return { verdict: 'wrong', difference, reason: `${what} ${ratioText(given, exact)}` };
    return {
      verdict: 'unknown',
      difference,
      reason: `which part of ${name} stands for which part of the loss cannot be told`,
    };
  };
  return { data: judged('data', 'penalty'), penalty: judged('penalty', 'data') };
}

/** How a wrong part relates to the right one: missing, a multiple of it, or just different. */
function ratioText(given: Float64Array, exact: Float64Array): string {
  if (size(given) === 0) return 'is missing';
  const place = exact.reduce(
    (best, value, k) => (Math.abs(value) > Math.abs(exact[best] ?? 0) ? k : best),
    0,
  );
  const ratio = (given[place] ?? NaN) / (exact[place] ?? NaN);
  if (!Number.isFinite(ratio)) return 'is there, but the loss has none';
  const scaled = exact.map((value) => ratio * value);
  return furthest(given, scaled) <= SAME * size(given)
    ? `is ${numberText(ratio)} times what it should be`
    : 'differs from the derived one';
}

const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, k) => value - (b[k] ?? NaN));

const furthest = (a: Float64Array, b: Float64Array): number => size(minus(a, b));

/** Differences of the whole less those of the penalty, with the errors of both. */
function without(whole: ParameterDifferences, penalty: ParameterDifferences): ParameterDifferences | null {
  const fits =
    whole.cells.length === penalty.cells.length &&
    whole.cells.every((cell, k) => cell === penalty.cells[k]) &&
    whole.directions.length === penalty.directions.length &&
    whole.directions.every(({ direction }, k) =>
      direction.every((sign, j) => sign === penalty.directions[k]?.direction[j]),
    );
  if (!fits) return null;
  return {
    name: whole.name,
    cells: whole.cells,
    values: whole.values.map((value, k) => value - (penalty.values[k] ?? NaN)),
    errors: whole.errors.map((error, k) => error + (penalty.errors[k] ?? Infinity)),
    states: whole.states.map((state, k) => (state === 'smooth' ? (penalty.states[k] ?? state) : state)),
    directions: whole.directions.map((line, k) => {
      const own = penalty.directions[k];
      return {
        direction: line.direction,
        value: line.value - (own?.value ?? NaN),
        error: line.error + (own?.error ?? Infinity),
        state: line.state === 'smooth' ? (own?.state ?? line.state) : line.state,
      };
    }),
  };
}
