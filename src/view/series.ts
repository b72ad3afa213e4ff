/** The history of a training run as columns for a plot. Pure, but for the history itself, which grows in place. */
import type { TrainProgress } from '../protocol/training';

/** One entry per epoch. */
export interface History {
  readonly losses: number[];
  readonly gradientNorms: number[];
  /** Empty where no rows are held out. */
  readonly validationLosses: number[];
}

/** More points than a plot has columns of pixels show nothing more. */
const MOST_POINTS = 4000;

/** Adds a report to a history; what it repeats is overwritten, what was lost before it stays a gap. */
export function append(history: History, progress: TrainProgress): void {
  write(history.losses, progress.firstEpoch, progress.losses);
  write(history.gradientNorms, progress.firstEpoch, progress.gradientNorms);
  if (progress.validationLosses !== undefined && progress.validationLosses.length > 0)
    write(history.validationLosses, progress.firstEpoch, progress.validationLosses);
}

/** In place: a run of millions of epochs sends thousands of reports. */
function write(values: number[], from: number, added: readonly number[]): void {
  values.length = Math.min(values.length, from);
  while (values.length < from) values.push(NaN);
  for (const value of added) values.push(value);
}

/**
 * Columns for the plot: epochs, and the values of each curve with nulls where there is nothing to draw. A logarithm needs
 * positive ones. Long runs are thinned to the least and the greatest value of each stretch, which draws the same curves.
 */
export function plotData(
  curves: readonly (readonly number[])[],
  logarithmic: boolean,
  mostPoints: number = MOST_POINTS,
): [number[], ...(number | null)[][]] {
  const shown = curves.map((values) => (epoch: number): number | null => {
    const value = values[epoch];
    return value !== undefined && Number.isFinite(value) && (!logarithmic || value > 0) ? value : null;
  });
  const [first = 0, ...others] = curves.map(({ length }) => length);
  const longest = Math.max(first, ...others);
  const epochs =
    longest <= mostPoints
      ? Array.from({ length: longest }, (_, epoch) => epoch)
      : [
          ...new Set(
            curves.flatMap((values, k) => thin(values.length, shown[k] ?? (() => null), mostPoints)),
          ),
        ].sort((a, b) => a - b);
  return [epochs, ...shown.map((at) => epochs.map(at))];
}

function thin(count: number, shown: (epoch: number) => number | null, mostPoints: number): number[] {
  if (count <= mostPoints) return Array.from({ length: count }, (_, epoch) => epoch);
  const stretch = Math.ceil((2 * count) / mostPoints);
  const epochs = new Set<number>([0]);
  for (let start = 0; start < count; start += stretch) {
    const end = Math.min(count, start + stretch);
    let [least, greatest] = [start, start];
    for (let epoch = start; epoch < end; epoch += 1) {
      const value = shown(epoch);
      if (value === null) continue;
      if (value < (shown(least) ?? Infinity)) least = epoch;
      if (value > (shown(greatest) ?? -Infinity)) greatest = epoch;
    }
    epochs.add(Math.min(least, greatest)).add(Math.max(least, greatest));
  }
  return [...epochs.add(count - 1)];
}

/** Whether a logarithmic axis can show anything. */
export function canBeLogarithmic(values: readonly number[]): boolean {
  return values.some((value) => Number.isFinite(value) && value > 0);
}
