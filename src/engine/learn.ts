/**
 * What is learnt of a column before it is used: the mean, the spread, what missing values become. The cells come once or
 * several times over, whole or block by block, and give the same to the last bit.
 */

/** Is shown all cells in their order, in one or more stretches; then what it was learning goes on. */
export type Visitor = (cells: Float64Array) => void;

/** Asks for the cells as often as it yields. */
export type Learner<T> = Generator<Visitor, T, undefined>;

/** Shows cells that are in memory. */
export function learnNow<T>(learner: Learner<T>, cells: Float64Array): T {
  for (;;) {
    const step = learner.next();
    if (step.done) return step.value;
    step.value(cells);
  }
}

/** Of the cells that are there; `fill` stands for those that are not. A second pass takes out the rounding of the first. */
export function* learnMean(fill: number | null = null): Learner<number> {
  let sum = 0;
  let count = 0;
  yield (cells) => {
    for (const cell of cells) {
      const value = fill !== null && Number.isNaN(cell) ? fill : cell;
      if (Number.isNaN(value)) continue;
      sum += value;
      count += 1;
    }
  };
  const first = sum / count;
  let rest = 0;
  yield (cells) => {
    for (const cell of cells) {
      const value = fill !== null && Number.isNaN(cell) ? fill : cell;
      if (!Number.isNaN(value)) rest += value - first;
    }
  };
  return first + rest / count;
}

/** The most frequent value, the smallest of those. */
function* learnUsual(): Learner<number> {
  const counts = new Map<number, number>();
  yield (cells) => {
    for (const cell of cells) if (!Number.isNaN(cell)) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  };
  let best = NaN;
  for (const [value, count] of counts) {
    const most = counts.get(best) ?? 0;
    if (count > most || (count === most && value < best)) best = value;
  }
  return best;
}

export interface Learnt {
  /** What missing values become; null where there are none, or rows with them are left out. */
  readonly fill: number | null;
  /** What is subtracted and divided by; null without standardisation. */
  readonly scaling: { readonly mean: number; readonly deviation: number; readonly constant: boolean } | null;
}

/**
 * From the rows for training. The deviation is that of the population, as scikit-learn has it.
 */
export function* learnFeature(
  { categorical, missing }: { readonly categorical: boolean; readonly missing: number },
  options: { readonly missing: 'drop' | 'mean' | 'stop'; readonly standardise: boolean },
): Learner<Learnt> {
  const gaps = missing > 0 && options.missing === 'mean';
  const fill = !gaps ? null : categorical ? yield* learnUsual() : yield* learnMean();
  if (!options.standardise) return { fill, scaling: null };
  const mean = yield* learnMean(fill);
  let squares = 0;
  let count = 0;
  yield (cells) => {
    for (const cell of cells) squares += ((fill !== null && Number.isNaN(cell) ? fill : cell) - mean) ** 2;
    count += cells.length;
  };
  const deviation = Math.sqrt(squares / count);
  // What rounding makes of equal values is no spread.
  const constant = !(deviation > 1e-13 * Math.abs(mean));
  return { fill, scaling: { mean, deviation: constant ? 1 : deviation, constant } };
}

/** In place; how many missing values there were. */
export function applyLearnt(values: Float64Array, { fill, scaling }: Learnt): number {
  let filled = 0;
  if (fill !== null)
    for (let k = 0; k < values.length; k += 1)
      if (Number.isNaN(values[k])) {
        values[k] = fill;
        filled += 1;
      }
  if (scaling) {
    const { mean, deviation, constant } = scaling;
    for (let k = 0; k < values.length; k += 1)
      values[k] = constant ? 0 : ((values[k] ?? NaN) - mean) / deviation;
  }
  return filled;
}
