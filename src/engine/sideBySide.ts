/** What the hand-written gradient makes of a training run, next to the derived one from the same start. */
import type { RunComparison, TrainedParameter, TrainEnd } from '../protocol/training';

export interface RunOutcome {
  readonly end: TrainEnd;
  /** One per epoch. */
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  readonly parameters: readonly TrainedParameter[];
}

/** Relative differences of losses and parameters that rounding explains, over all epochs. */
const SAME = 1e-9;
/** Relative differences below this are called small. */
const CLOSE = 1e-3;
/** A gradient that is so much shorter than the derived one at the same place has come to rest where that has not. */
const AT_REST = 0.1;

/**
 * `slope` is the Euclidean norm of the derived gradient at the parameters that the hand-written one led to; null where it is not
 * known.
 */
export function compareRuns(derived: RunOutcome, hand: RunOutcome, slope: number | null): RunComparison {
  const [first = NaN] = derived.losses;
  const reached = derived.losses.at(-1) ?? NaN;
  const own = hand.losses.at(-1) ?? NaN;
  const epochs = hand.losses.length;
  if (hand.end === 'cancelled' || derived.end === 'cancelled' || epochs === 0)
    return { kind: 'unknown', text: 'The runs ended before they could be compared.' };
  const isBroken = ({ end }: RunOutcome): boolean => end === 'diverged' || end === 'failed';
  if (isBroken(derived))
    return isBroken(hand)
      ? {
          kind: 'unknown',
          text: 'Both runs ended early, so there is nothing to compare: the learning rate is too large for either.',
        }
      : {
          kind: 'elsewhere',
          text: `With the derived gradient the run ended early, with yours it came to the loss ${num(own)}: try a smaller learning rate to compare them.`,
        };
  if (isBroken(hand))
    return {
      kind: 'diverges',
      text: `With your gradient the training breaks down in epoch ${epochs + (Number.isFinite(own) ? 0 : 1)}; with the derived one the loss falls from ${num(first)} to ${num(reached)}.`,
    };
  const apart = lossesApart(derived, hand);
  const moved = parametersApart(derived, hand);
  if (derived.losses.length === epochs && apart <= SAME && moved <= Math.sqrt(SAME))
    return {
      kind: 'same',
      text: `Your gradient trains as the derived one does: the curves coincide${apart === 0 ? ' exactly' : `, to ${digitsOf(apart)} digits`}.`,
    };
  const start = ratioAtStart(derived, hand);
  const parameters = `the parameters differ by ${share(moved)}`;
  if (own > first && reached < first)
    return {
      kind: 'diverges',
      text: `With your gradient the loss rises from ${num(first)} to ${num(own)}; with the derived one it falls to ${num(reached)}.${start}`,
    };
  const length = hand.gradientNorms.at(-1) ?? NaN;
  if (slope !== null && length < AT_REST * slope && (moved > CLOSE || apart > CLOSE))
    return {
      kind: 'elsewhere',
      text: `Your gradient comes to rest where there is no minimum: the loss there is ${num(own)} instead of ${num(reached)}, ${parameters}, and the derived gradient is still ${num(slope)} long.`,
    };
  const change = Math.abs(own - reached) / Math.max(Math.abs(first - reached), Math.abs(reached) * CLOSE);
  if (change <= CLOSE)
    return {
      kind: 'close',
      text: `Your gradient makes little difference here: the loss is ${close(own, reached)}, and ${parameters}.${start}`,
    };
  if (own > reached) {
    const epoch = derived.losses.findIndex((loss) => loss <= own) + 1;
    const when = epoch > 0 && epoch < epochs ? `, which the derived one reaches in epoch ${epoch}` : '';
    return {
      kind: 'slower',
      text: `Your gradient is slower: after ${epochs} epochs the loss is ${num(own)}${when}; with the derived one it is ${num(reached)} in the end.${start}`,
    };
  }
  const epoch = hand.losses.findIndex((loss) => loss <= reached) + 1;
  return {
    kind: 'faster',
    text: `Your gradient gets further here: the loss ${num(reached)}, at which the derived one ends, is reached in epoch ${epoch}. A longer gradient acts as a larger learning rate.${start}`,
  };
}

/** Largest difference between two losses of the same epoch, relative to the larger; NaN is as far as can be. */
function lossesApart(a: RunOutcome, b: RunOutcome): number {
  let most = 0;
  a.losses.forEach((loss, k) => {
    const other = b.losses[k];
    if (other === undefined || loss === other) return;
    const apart = Math.abs(loss - other) / Math.max(Math.abs(loss), Math.abs(other));
    most = Math.max(most, Number.isNaN(apart) ? Infinity : apart);
  });
  return most;
}

/** Largest difference of a parameter's entries, relative to its largest entry in the run with the derived gradient. */
function parametersApart(derived: RunOutcome, hand: RunOutcome): number {
  let most = 0;
  for (const { name, values } of derived.parameters) {
    const own = hand.parameters.find((one) => one.name === name)?.values ?? [];
    let size = 0;
    let apart = 0;
    values.forEach((value, k) => {
      size = Math.max(size, Math.abs(value));
      apart = Math.max(apart, Math.abs(value - (own[k] ?? NaN)));
    });
    if (apart > 0) most = Math.max(most, size === 0 ? Infinity : apart / size);
  }
  return most;
}

/** Both begin at the same parameters, so there the lengths tell a wrong factor. */
function ratioAtStart(derived: RunOutcome, hand: RunOutcome): string {
  const ratio = (hand.gradientNorms[0] ?? NaN) / (derived.gradientNorms[0] ?? NaN);
  if (!(Math.abs(ratio - 1) > CLOSE) || !Number.isFinite(ratio)) return '';
  return ` At the start it is ${num(ratio)} times as long as the derived one.`;
}

const num = (value: number): string => String(Number(value.toPrecision(4)));

const digitsOf = (relative: number): number => Math.floor(-Math.log10(relative));

function share(relative: number): string {
  if (!Number.isFinite(relative)) return 'more than their size';
  return relative >= 1
    ? `up to ${num(relative)} times their size`
    : `up to ${Number((100 * relative).toPrecision(2))} %`;
}

/** Two numbers with as many digits as tell them apart. */
function close(own: number, other: number): string {
  for (let digits = 4; digits <= 17; digits += 1)
    if (own.toPrecision(digits) !== other.toPrecision(digits))
      return `${own.toPrecision(digits)} instead of ${other.toPrecision(digits)}`;
  return num(own);
}
