/** Why a run cannot go on, or ended badly, in sentences that say what to do. */
import type { Oracle } from '../optimizer';
import { searchesLine, type TrainSettings } from '../settings';
import { suggestedRate } from './rate';

/** Growth of the loss over its least value that no descent recovers from. */
const BLOWN_UP = 1e6;

export type Broken = 'undefined' | 'blown-up';

/** Null while loss and gradient are numbers and the loss has not blown up. */
export function isBroken(
  loss: number,
  norm: number,
  losses: readonly number[],
  settings: TrainSettings,
): Broken | null {
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) return 'undefined';
  const [first] = losses;
  if (first === undefined || searchesLine(settings)) return null;
  let least = first;
  for (const value of losses) if (value < least) least = value;
  const firstStep = Math.abs((losses[1] ?? loss) - first);
  return loss - least > BLOWN_UP * (Math.abs(least) + Math.abs(first) + firstStep) ? 'blown-up' : null;
}

export interface Breakdown {
  readonly broken: Broken;
  readonly loss: number;
  /** Of the epochs before. */
  readonly losses: readonly number[];
  readonly settings: TrainSettings;
  /** Where the loss was least. */
  readonly best: Float64Array;
  readonly oracle: Oracle;
  /** What became undefined first, as a sentence; null where that was not found. */
  readonly cause: string | null;
}

export function* explainBroken(at: Breakdown): Generator<void, string> {
  const { losses, settings, loss } = at;
  const epoch = losses.length + 1;
  const [first] = losses;
  const cause = at.cause === null ? '' : ` ${at.cause}`;
  const what = Number.isFinite(loss) ? 'The gradient' : 'The loss';
  if (first === undefined)
    return `${what} is not a number at the initial parameters.${cause} Standardise the features, or start with a smaller scale of the initial values.`;
  const advice = yield* suggestedRate(at.best, at.oracle, settings);
  if (at.broken === 'blown-up')
    return `The loss diverged: in epoch ${epoch} it is ${loss.toPrecision(3)}, after ${first.toPrecision(3)} at the start. ${tooLarge(settings)}: ${advice}`;
  if ((losses.at(-1) ?? 0) > first)
    return `${what} became infinite or undefined in epoch ${epoch} after the loss had risen.${cause} ${tooLarge(settings)}: ${advice}`;
  const found =
    cause === '' ? ' Probably log(0) or a division by zero, where a prediction reached 0 or 1.' : cause;
  return `${what} became infinite or undefined in epoch ${epoch}.${found} Write the loss in a form that is stable there, or take smaller steps: ${advice}`;
}

const tooLarge = ({ learningRate }: TrainSettings): string =>
  `The learning rate ${learningRate} is too large`;

/** A finished run whose loss is above where it began is not a success; null for others. */
export function* explainRise(
  losses: readonly number[],
  best: Float64Array,
  oracle: Oracle,
  settings: TrainSettings,
): Generator<void, string | null> {
  const [first] = losses;
  const last = losses.at(-1);
  if (first === undefined || last === undefined || !(last > first)) return null;
  const advice = yield* suggestedRate(best, oracle, settings);
  return `Finished ${losses.length} epochs, but the loss rose from ${first.toPrecision(4)} to ${last.toPrecision(4)}: the learning rate ${settings.learningRate} is too large, or the gradient has a mistake. As to the rate, ${advice}`;
}
