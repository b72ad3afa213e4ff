/** Which rows are for training and which for validation, and the parts of a dataset by them. */
import { indexedSizes } from '../core/definition';
import { createRandom } from '../core/random';
import type { Dataset } from './dataset';
import type { GradientJob } from './job';

/**
 * Places among `count` rows that are drawn for validation, ascending. One row stays on either side where there are two.
 */
export function drawnPlaces(count: number, share: number, seed: number): Int32Array {
  return drawn(count, share, seed).first.sort();
}

function drawn(
  rows: number,
  share: number,
  seed: number,
): { readonly first: Int32Array; readonly rest: Int32Array } {
  const most = Math.max(0, rows - 1);
  const count = share <= 0 ? 0 : Math.min(most, Math.max(1, Math.round(share * rows)));
  if (count === 0) return { first: new Int32Array(0), rest: new Int32Array(0) };
  const random = createRandom(seed);
  const order = Int32Array.from({ length: rows }, (_, k) => k);
  // The first places of a shuffle by Fisher and Yates.
  for (let k = 0; k < count; k += 1) {
    const other = k + Math.floor(random() * (order.length - k));
    const taken = order[other] ?? 0;
    order[other] = order[k] ?? 0;
    order[k] = taken;
  }
  return { first: order.slice(0, count), rest: order.subarray(count) };
}

/**
 * `rows` in the order training, validation, each ascending. The rows for validation are drawn from the seed, one row stays
 * on either side where there are two.
 */
export function splitRows(
  rows: Int32Array,
  share: number,
  seed: number,
): { readonly rows: Int32Array; readonly training: number } {
  const { first, rest } = drawn(rows.length, share, seed);
  if (first.length === 0) return { rows, training: rows.length };
  first.sort();
  const kept = rest.sort();
  const pick = (places: Int32Array): Int32Array => places.map((place) => rows[place] ?? 0);
  const all = new Int32Array(rows.length);
  all.set(pick(kept));
  all.set(pick(first), kept.length);
  return { rows: all, training: kept.length };
}

type Shapes = Pick<GradientJob, 'inputs' | 'rows'>;

/** The rows from `first` on, without copies where a row is in one piece. */
export function rowRange(job: Shapes, dataset: Dataset, first: number, count: number): Dataset {
  return withRows(job, dataset, count, (values, rowsFirst, width) => {
    if (rowsFirst) return values.subarray(first * width, (first + count) * width);
    const out = new Float64Array(count * width);
    for (let j = 0; j < width; j += 1)
      out.set(values.subarray(j * dataset.rows + first, j * dataset.rows + first + count), j * count);
    return out;
  });
}

/** The dataset with some of its rows only, evenly spaced: for checks that evaluate the loss many times. */
export function someRows(job: Shapes, given: Dataset, most: number): Dataset {
  const dataset = inMemory(job, given);
  if (job.rows === null || dataset.rows <= most) return dataset;
  const chosen = Int32Array.from({ length: most }, (_, k) => Math.floor((k * dataset.rows) / most));
  return withRows(job, dataset, most, (values, rowsFirst, width) => {
    const out = new Float64Array(width * most);
    for (let k = 0; k < most; k += 1)
      for (let j = 0; j < width; j += 1) {
        const from = chosen[k] ?? 0;
        out[rowsFirst ? k * width + j : j * most + k] =
          values[rowsFirst ? from * width + j : j * dataset.rows + from] ?? NaN;
      }
    return out;
  });
}

/** The dataset with the rows that are in memory: all, or those that stand for the others. */
function inMemory(job: Shapes, { source, ...dataset }: Dataset): Dataset {
  if (!source || job.rows === null) return dataset;
  const { rows, inputs } = source.sample;
  return {
    ...dataset,
    inputs: { ...dataset.inputs, ...inputs },
    rows,
    sizes: { ...dataset.sizes, [job.rows]: rows },
  };
}

function withRows(
  job: Shapes,
  dataset: Dataset,
  count: number,
  pick: (values: Float64Array, rowsFirst: boolean, width: number) => Float64Array,
): Dataset {
  if (job.rows === null) return dataset;
  const inputs: Record<string, Float64Array> = { ...dataset.inputs };
  for (const input of job.inputs) {
    const values = dataset.inputs[input.name];
    const row = indexedSizes(input.shape).findIndex((size) => size === job.rows);
    if (values && row >= 0) inputs[input.name] = pick(values, row === 0, values.length / dataset.rows);
  }
  return { ...dataset, inputs, rows: count, sizes: { ...dataset.sizes, [job.rows]: count } };
}
