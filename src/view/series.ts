/** The history of a training run as columns for a plot. Pure. */
import type { TrainProgress } from '../protocol';

export interface History {
  /** One entry per epoch, from epoch `first`. */
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
}

/** Adds a report to a history; what it repeats is overwritten, what was lost before it stays a gap. */
export function extend(history: History, progress: TrainProgress): History {
  return {
    losses: splice(history.losses, progress.firstEpoch, progress.losses),
    gradientNorms: splice(history.gradientNorms, progress.firstEpoch, progress.gradientNorms),
  };
}

function splice(values: readonly number[], from: number, added: readonly number[]): number[] {
  const result = values.slice(0, from);
  while (result.length < from) result.push(NaN);
  for (const value of added) result.push(value);
  return result;
}

/** Columns for the plot: epochs, and values with nulls where there is nothing to draw. A logarithm needs positive ones. */
export function plotData(values: readonly number[], logarithmic: boolean): [number[], (number | null)[]] {
  return [
    values.map((_, epoch) => epoch),
    values.map((value) => (Number.isFinite(value) && (!logarithmic || value > 0) ? value : null)),
  ];
}

/** Whether a logarithmic axis can show anything. */
export function canBeLogarithmic(values: readonly number[]): boolean {
  return values.some((value) => Number.isFinite(value) && value > 0);
}
