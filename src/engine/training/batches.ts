/** Batches of rows: their order in an epoch, and their values. */
import { indexedSizes } from '../../core/definition';
import { createRandom } from '../../core/random';
import type { Arrays } from '../interpret';
import type { GradientJob } from '../job';

const WORD = 2 ** 32;
/** Epochs whose orders differ for sure. */
const ORDERS = 2 ** 21;
/** Apart from one block's seed to the next one's; odd, so that they differ. */
const BLOCK_SEED = 0x9e3779b1;

/**
 * The rows 0 … count-1 in the order of an epoch: a permutation that depends on seed and epoch alone (Fisher and Yates), so that
 * a run that is continued needs no state of a generator.
 */
export function rowOrder(count: number, seed: number, epoch: number): Int32Array {
  const high = (Math.floor(seed / WORD) + epoch + 1) % ORDERS;
  const random = createRandom((seed % WORD) + WORD * high);
  const order = Int32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k -= 1) {
    const other = Math.floor(random() * (k + 1));
    const row = order[k] ?? k;
    order[k] = order[other] ?? other;
    order[other] = row;
  }
  return order;
}

export interface Batch {
  readonly rows: Int32Array;
  /** A row of the block that is next, where the rows come in blocks. */
  readonly ahead: number | null;
}

/**
 * The batches of an epoch, in an order that depends on seed and epoch alone, or in that of the rows. Rows that come in blocks are
 * put in a new order block by block and within each block, as all of them are not at hand.
 */
export function* batchesOf(
  rows: number,
  batchSize: number,
  order: { readonly seed: number; readonly epoch: number } | null,
  blockRows: number = rows,
): Generator<Batch> {
  const blocks = Math.ceil(rows / blockRows);
  const sequence = (count: number, seed: number): Int32Array =>
    order ? rowOrder(count, seed, order.epoch) : Int32Array.from({ length: count }, (_, k) => k);
  const seed = order?.seed ?? 0;
  const ofBlocks = sequence(blocks, seed);
  let rest = new Int32Array(0);
  for (let k = 0; k < blocks; k += 1) {
    const block = ofBlocks[k] ?? k;
    const first = block * blockRows;
    const own = sequence(
      Math.min(blockRows, rows - first),
      blocks === 1 ? seed : seed + block * BLOCK_SEED,
    ).map((row) => row + first);
    const all = new Int32Array(rest.length + own.length);
    all.set(rest);
    all.set(own, rest.length);
    const next = ofBlocks[k + 1];
    const ahead = next === undefined ? null : next * blockRows;
    let from = 0;
    for (; from + batchSize <= all.length; from += batchSize)
      yield { rows: all.subarray(from, from + batchSize), ahead };
    rest = all.slice(from);
  }
  if (rest.length > 0) yield { rows: rest, ahead: null };
}

/** Inputs that have an axis of samples, and where it is. */
interface RowInput {
  readonly name: string;
  /** The samples are its first axis. */
  readonly rowsFirst: boolean;
}

export function rowInputs(job: Pick<GradientJob, 'inputs' | 'rows'>): RowInput[] {
  return job.inputs.flatMap(({ name, role, shape }): RowInput[] => {
    const row = indexedSizes(shape).findIndex((size) => size === job.rows);
    return row < 0 || role === 'parameter' ? [] : [{ name, rowsFirst: row === 0 }];
  });
}

/** The values of some rows of inputs that hold `count` rows of up to two axes, as new arrays. */
export function takeRows(
  inputs: readonly RowInput[],
  arrays: Arrays,
  count: number,
  rows: Int32Array,
): Record<string, Float64Array> {
  const taken: Record<string, Float64Array> = {};
  for (const { name, rowsFirst } of inputs) {
    const values = arrays[name];
    if (!values) continue;
    const width = values.length / count;
    const out = new Float64Array(rows.length * width);
    rows.forEach((row, k) => {
      if (rowsFirst) out.set(values.subarray(row * width, (row + 1) * width), k * width);
      else for (let j = 0; j < width; j += 1) out[j * rows.length + k] = values[j * count + row] ?? NaN;
    });
    taken[name] = out;
  }
  return taken;
}
