/** Feature columns: which rows can be used, what missing values become, and standardisation. */
import type { Problem } from '../protocol';
import { encodeColumns, type CategoryEncoding, type Feature } from './encode';
import type { Column } from './column';
import { problem } from './sniff';
import { splitRows } from './split';

export interface Scaling {
  readonly feature: string;
  /** The value that was subtracted and the one that was divided by; 0 and 1 without standardisation. */
  readonly mean: number;
  readonly deviation: number;
}

export interface FeatureColumns {
  /** One per array of `values`: those of the table, or of what its categories became. */
  readonly names: readonly string[];
  /** Rows of the table that are used: those for training, then those for validation. */
  readonly rows: Int32Array;
  /** How many of them are for training. */
  readonly training: number;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
  /** The values of one feature, by its place in `names`: made when they are asked for, as all at once are as much as the table. */
  read(feature: number): FeatureValues;
}

export interface FeatureValues {
  /** Over the used rows; not to be written to. */
  readonly values: Float64Array;
  readonly scaling: Scaling;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export interface FeatureOptions {
  readonly missing: 'drop' | 'mean' | 'stop';
  readonly standardise: boolean;
  readonly categories?: CategoryEncoding;
  /** The share of the rows that is kept for validation, and the seed by which it is drawn. */
  readonly validation?: { readonly share: number; readonly seed: number };
}

/** `target` is NaN where a row has no label; such rows are never used. */
export function readFeatures(
  chosen: readonly Column[],
  target: Float64Array | null,
  rowCount: number,
  options: FeatureOptions,
): FeatureColumns {
  const encoded = encodeColumns(chosen, options.categories ?? 'number');
  const { columns } = encoded;
  const problems = [...chosen.flatMap(unusable), ...encoded.problems];
  const notes: string[] = [...encoded.notes];
  const gaps = columns.filter((column) => column.missing > 0);
  if (options.missing === 'stop' && gaps.length > 0)
    problems.push(
      problem(
        'missing-values',
        `Values are missing: ${gapsOf(chosen).join(', ')}. Choose to drop those rows or to use the column's mean, or leave the columns out.`,
      ),
    );
  const used = usedRows(columns, target, rowCount, options.missing === 'mean');
  const { share, seed } = options.validation ?? { share: 0, seed: 0 };
  const { rows, training } = splitRows(used, share, seed);
  const dropped = rowCount - rows.length;
  const names = columns.map(({ name }) => name);
  if (dropped > 0) notes.push(`${dropped} of ${rowCount} rows have missing values and were left out.`);
  if (problems.length === 0 && rows.length === 0)
    problems.push(
      problem(
        'no-rows',
        dropped > 0
          ? 'Every row has a missing value, so that none is left. Use the mean for missing values, or choose fewer columns.'
          : 'The table has no rows.',
      ),
    );
  if (problems.length === 0 && training < rows.length)
    notes.push(`${rows.length - training} rows, drawn with the seed ${seed}, are kept for validation.`);
  const inOrder = training === rowCount;
  const read = (feature: number): FeatureValues => {
    const column = columns[feature];
    if (!column) throw new RangeError(`there is no feature ${feature}`);
    return featureValues(column, inOrder ? null : rows, training, options);
  };
  return { names, rows, training, notes, problems, read };
}

/** `rows` is null where all rows of the column are used, in their order. */
function featureValues(
  column: Feature,
  rows: Int32Array | null,
  training: number,
  options: FeatureOptions,
): FeatureValues {
  const notes: string[] = [];
  const problems: Problem[] = [];
  const fill = column.missing > 0 && options.missing === 'mean';
  let own = rows ? pickRows(column.numbers, rows) : column.numbers;
  if (!rows && (fill || options.standardise)) own = own.slice();
  // What is learnt of the data is learnt of the rows for training.
  const learnt = own.subarray(0, training);
  if (fill) {
    const value = column.categorical ? usualOf(learnt) : meanOf(learnt);
    if (Number.isNaN(value))
      problems.push(
        problem(
          'feature-empty',
          `Column ${column.name} has no value in the rows for training. Leave it out of the features.`,
        ),
      );
    const filled = fillGaps(own, value);
    const what = column.categorical
      ? `its most frequent category, ${value}`
      : `its mean, ${value.toPrecision(6)}`;
    if (filled > 0) notes.push(`${filled} missing values of ${column.name} became ${what}.`);
  }
  const scaling = options.standardise
    ? standardise(column.name, own, training, notes)
    : { feature: column.name, mean: 0, deviation: 1 };
  return { values: own, scaling, notes, problems };
}

function unusable(column: Column): Problem[] {
  if (column.type === 'empty')
    return [problem('feature-empty', `Column ${column.name} has no values. Leave it out of the features.`)];
  if (column.firstStray)
    return [
      problem(
        'feature-text-value',
        `Column ${column.name} is numeric, but ${column.firstStray.place} has the text "${column.firstStray.text}". Correct it, or leave the column out.`,
      ),
    ];
  const row = column.numbers.findIndex((value) => value === Infinity || value === -Infinity);
  if (row >= 0)
    return [
      problem(
        'feature-infinite',
        `Column ${column.name} is infinite in row ${row + 1}. Correct it, or leave the column out.`,
      ),
    ];
  return [];
}

function usedRows(
  columns: readonly Feature[],
  target: Float64Array | null,
  rowCount: number,
  fill: boolean,
): Int32Array {
  const keep = new Uint8Array(rowCount).fill(1);
  const skipGaps = (values: Float64Array): void => {
    for (let row = 0; row < rowCount; row += 1) if (Number.isNaN(values[row] ?? NaN)) keep[row] = 0;
  };
  if (target) skipGaps(target);
  if (!fill) for (const column of columns) if (column.missing > 0) skipGaps(column.numbers);
  const used = new Int32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row += 1)
    if (keep[row] === 1) {
      used[count] = row;
      count += 1;
    }
  return used.subarray(0, count);
}

/** The values of some rows, as a new array. */
export function pickRows(values: Float64Array, rows: Int32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k += 1) picked[k] = values[rows[k] ?? 0] ?? NaN;
  return picked;
}

const gapsOf = (columns: readonly Column[]): string[] =>
  columns.filter(({ missing }) => missing > 0).map(({ name, missing }) => `${missing} in ${name}`);

/** In place; how many there were. */
function fillGaps(values: Float64Array, value: number): number {
  let filled = 0;
  for (let k = 0; k < values.length; k += 1)
    if (Number.isNaN(values[k])) {
      values[k] = value;
      filled += 1;
    }
  return filled;
}

/** The most frequent value, the smallest of those. */
function usualOf(values: Float64Array): number {
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best = NaN;
  for (const [value, count] of counts) {
    const most = counts.get(best) ?? 0;
    if (count > most || (count === most && value < best)) best = value;
  }
  return best;
}

/** Mean of the values that are there; a second pass takes out the rounding of the first. */
function meanOf(values: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const value of values)
    if (!Number.isNaN(value)) {
      sum += value;
      count += 1;
    }
  const first = sum / count;
  let rest = 0;
  for (const value of values) if (!Number.isNaN(value)) rest += value - first;
  return first + rest / count;
}

/**
 * In place: subtracts the mean and divides by the standard deviation (of the population, as scikit-learn does), both of the
 * rows for training.
 */
function standardise(feature: string, values: Float64Array, training: number, notes: string[]): Scaling {
  const learnt = values.subarray(0, training);
  const mean = meanOf(learnt);
  let squares = 0;
  for (const value of learnt) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / learnt.length);
  // What rounding makes of equal values is no spread.
  const constant = !(deviation > 1e-13 * Math.abs(mean));
  if (constant) notes.push(`Column ${feature} is constant: standardised, it is 0 everywhere.`);
  for (let k = 0; k < values.length; k += 1)
    values[k] = constant ? 0 : ((values[k] ?? NaN) - mean) / deviation;
  return { feature, mean, deviation: constant ? 1 : deviation };
}
