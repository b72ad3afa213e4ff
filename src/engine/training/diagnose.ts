/** Why a run cannot go on, or ended badly, in sentences that say what to do. */
import { searchesLine, type TrainSettings } from './settings';

/** Growth of the loss over its least value that no descent recovers from. */
const BLOWN_UP = 1e6;

/** Null while loss and gradient are numbers and the loss has not blown up. */
export function whyBroken(
  loss: number,
  norm: number,
  losses: readonly number[],
  settings: TrainSettings,
): string | null {
  const epoch = losses.length + 1;
  const smaller = formatRate(settings.learningRate / 10);
  const first = losses[0];
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
    const what = Number.isFinite(loss) ? 'The gradient' : `The loss`;
    if (first === undefined)
      return `${what} is not a number at the initial parameters. Standardise the features, or start with a smaller scale of the initial values.`;
    const rising = (losses.at(-1) ?? 0) > first;
    return rising
      ? `${what} became infinite or undefined in epoch ${epoch} after the loss had risen: the learning rate ${settings.learningRate} is too large. Try ${smaller}.`
      : `${what} became infinite or undefined in epoch ${epoch}: probably log(0) or a division by zero, where a prediction reached 0 or 1. Try the learning rate ${smaller}, or a numerically stable form of the loss.`;
  }
  if (first === undefined || searchesLine(settings)) return null;
  let least = first;
  for (const value of losses) if (value < least) least = value;
  const firstStep = Math.abs((losses[1] ?? loss) - first);
  if (loss - least > BLOWN_UP * (Math.abs(least) + Math.abs(first) + firstStep))
    return `The loss diverged: in epoch ${epoch} it is ${loss.toPrecision(3)}, after ${first.toPrecision(3)} at the start. The learning rate ${settings.learningRate} is too large: try ${smaller}.`;
  return null;
}

/** A finished run whose loss is above where it began is not a success. */
export function risingNote(losses: readonly number[], settings: TrainSettings): string | null {
  const first = losses[0];
  const last = losses.at(-1);
  if (first === undefined || last === undefined || !(last > first)) return null;
  return `Finished ${losses.length} epochs, but the loss rose from ${first.toPrecision(4)} to ${last.toPrecision(4)}: the learning rate ${settings.learningRate} is too large, or the gradient has a mistake. Try ${formatRate(settings.learningRate / 10)}.`;
}

const formatRate = (rate: number): string => String(Number(rate.toPrecision(2)));
