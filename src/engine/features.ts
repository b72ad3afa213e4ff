/** Feature columns: which rows can be used, what missing values become, and standardisation. */
import type { Problem } from '../protocol';
import { encodeColumns, numbersOf, type CategoryEncoding, type Feature } from './encode';
import type { Column } from './column';
import { applyLearnt, learnFeature, learnNow, type Learnt } from './learn';
import { problem } from './sniff';
import { splitRows } from './split';

export interface Scaling {
  readonly feature: string;
  /** The value that was subtracted and the one that was divided by; 0 and 1 without standardisation. */
  readonly mean: number;
  readonly deviation: number;
}

/** What the chosen columns come to, before their rows are looked at. */
export interface FeaturePlan {
  readonly features: readonly Feature[];
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export interface FeatureColumns {
  /** Those of the table, or of what its categories became. */
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

export interface FeatureNews {
  readonly scaling: Scaling;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export interface FeatureValues extends FeatureNews {
  /** Over the used rows; not to be written to. */
  readonly values: Float64Array;
}

export interface FeatureOptions {
  readonly missing: 'drop' | 'mean' | 'stop';
  readonly standardise: boolean;
  readonly categories?: CategoryEncoding;
  /** The share of the rows that is kept for validation, and the seed by which it is drawn. */
  readonly validation?: { readonly share: number; readonly seed: number };
}

export function planFeatures(chosen: readonly Column[], options: FeatureOptions): FeaturePlan {
  const { features, notes, problems } = encodeColumns(chosen, options.categories ?? 'number');
  const all = [...chosen.flatMap(unusable), ...problems];
  const gaps = features.filter(({ column }) => column.missing > 0);
  if (options.missing === 'stop' && gaps.length > 0)
    all.push(
      problem(
        'missing-values',
        `Values are missing: ${gapsOf(chosen).join(', ')}. Choose to drop those rows or to use the column's mean, or leave the columns out.`,
      ),
    );
  return { features, notes, problems: all };
}

/** What there is to say of the rows that are left. */
export function rowNews(
  plan: FeaturePlan,
  { rowCount, used, training, seed }: Readonly<Record<'rowCount' | 'used' | 'training' | 'seed', number>>,
): { readonly notes: readonly string[]; readonly problems: readonly Problem[] } {
  const notes = [...plan.notes];
  const problems = [...plan.problems];
  const dropped = rowCount - used;
  if (dropped > 0) notes.push(`${dropped} of ${rowCount} rows have missing values and were left out.`);
  if (problems.length === 0 && used === 0)
    problems.push(
      problem(
        'no-rows',
        dropped > 0
          ? 'Every row has a missing value, so that none is left. Use the mean for missing values, or choose fewer columns.'
          : 'The table has no rows.',
      ),
    );
  if (problems.length === 0 && training < used)
    notes.push(`${used - training} rows, drawn with the seed ${seed}, are kept for validation.`);
  return { notes, problems };
}

/** `target` is NaN where a row has no label; such rows are never used. */
export function readFeatures(
  chosen: readonly Column[],
  target: Float64Array | null,
  rowCount: number,
  options: FeatureOptions,
): FeatureColumns {
  const plan = planFeatures(chosen, options);
  const { features } = plan;
  const used = usedRows(options.missing === 'mean' ? [] : chosen, target, rowCount);
  const { share, seed } = options.validation ?? { share: 0, seed: 0 };
  const { rows, training } = splitRows(used, share, seed);
  const { notes, problems } = rowNews(plan, { rowCount, used: rows.length, training, seed });
  const inOrder = training === rowCount;
  const read = (place: number): FeatureValues => {
    const feature = features[place];
    if (!feature) throw new RangeError(`there is no feature ${place}`);
    return featureValues(feature, inOrder ? null : rows, training, options);
  };
  return { names: features.map(({ name }) => name), rows, training, notes, problems, read };
}

/** `rows` is null where all rows of the column are used, in their order. */
function featureValues(
  feature: Feature,
  rows: Int32Array | null,
  training: number,
  options: FeatureOptions,
): FeatureValues {
  const all = numbersOf(feature);
  let own = rows ? pickRows(all, rows) : all;
  // What is learnt of the data is learnt of the rows for training.
  const learnt = learnNow(learnFeature(feature, options), own.subarray(0, training));
  if (!rows && own === feature.column.numbers && (learnt.fill !== null || learnt.scaling)) own = own.slice();
  const filled = applyLearnt(own, learnt);
  return { values: own, ...featureNews(feature, learnt, filled) };
}

/** What was learnt of a feature, in words; `filled` is how many values were missing. */
export function featureNews(
  { name, categorical }: Feature,
  { fill, scaling }: Learnt,
  filled: number,
): FeatureNews {
  const notes: string[] = [];
  if (fill !== null && filled > 0)
    notes.push(
      `${filled} missing values of ${name} became ${
        categorical ? `its most frequent category, ${fill}` : `its mean, ${fill.toPrecision(6)}`
      }.`,
    );
  if (scaling?.constant === true) notes.push(`Column ${name} is constant: standardised, it is 0 everywhere.`);
  const empty = problem(
    'feature-empty',
    `Column ${name} has no value in the rows for training. Leave it out of the features.`,
  );
  return {
    scaling: { feature: name, mean: scaling?.mean ?? 0, deviation: scaling?.deviation ?? 1 },
    notes,
    problems: Number.isNaN(fill) ? [empty] : [],
  };
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
  const row =
    column.firstInfinite ?? column.numbers.findIndex((value) => value === Infinity || value === -Infinity);
  if (row >= 0)
    return [
      problem(
        'feature-infinite',
        `Column ${column.name} is infinite in row ${row + 1}. Correct it, or leave the column out.`,
      ),
    ];
  return [];
}

function usedRows(columns: readonly Column[], target: Float64Array | null, rowCount: number): Int32Array {
  const keep = new Uint8Array(rowCount).fill(1);
  if (target) dropGaps(keep, target);
  for (const column of columns)
    if (column.missing > 0) (column.type === 'text' ? dropMissing : dropGaps)(keep, cellsOf(column));
  const used = new Int32Array(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row += 1)
    if (keep[row] === 1) {
      used[count] = row;
      count += 1;
    }
  return used.subarray(0, count);
}

/** Numbers, or the codes of categories. */
const cellsOf = (column: Column): ArrayLike<number> =>
  column.type === 'text' ? column.codes : column.numbers;

function dropGaps(keep: Uint8Array, cells: ArrayLike<number>): void {
  for (let row = 0; row < keep.length; row += 1) if (Number.isNaN(cells[row] ?? NaN)) keep[row] = 0;
}

function dropMissing(keep: Uint8Array, codes: ArrayLike<number>): void {
  for (let row = 0; row < keep.length; row += 1) if ((codes[row] ?? -1) < 0) keep[row] = 0;
}

/** The values of some rows, as a new array. */
export function pickRows(values: Float64Array, rows: Int32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k += 1) picked[k] = values[rows[k] ?? 0] ?? NaN;
  return picked;
}

const gapsOf = (columns: readonly Column[]): string[] =>
  columns.filter(({ missing }) => missing > 0).map(({ name, missing }) => `${missing} in ${name}`);
