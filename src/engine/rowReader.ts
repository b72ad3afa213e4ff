/** Some rows of data that are larger than memory, in any order: block by block, the next one while the last is used. */
import { createBlockSlots } from './blockSlots';
import type { Dataset } from './dataset';
import type { Arrays } from './interpret';
import type { GradientJob } from './job';
import { SLOTS, stripsOf, type RowSource, type StripPlace } from './rowSource';
import { rowInputs, takeRows } from './training/batches';

export interface RowReader {
  readonly blockRows: number;
  /** The values of some rows as new arrays, in the layouts of the inputs. `ahead` is a row that will be asked for next. */
  read(rows: Int32Array, ahead?: number | null): Generator<void, Arrays>;
  close(): void;
}

export function createRowReader(
  job: Pick<GradientJob, 'inputs' | 'rows'>,
  sizes: Readonly<Record<string, number>>,
  source: RowSource,
): RowReader {
  const strips = stripsOf(job, sizes);
  const rowBytes = strips.reduce((sum, { width }) => sum + 8 * width, 0);
  const blockRows = Math.max(1, Math.min(source.rows, Math.floor(source.blockBytes / Math.max(1, rowBytes))));
  const memory = new SharedArrayBuffer(SLOTS * blockRows * rowBytes);
  const places: StripPlace[] = [];
  let end = 0;
  for (const strip of strips) {
    places.push({ ...strip, offset: end });
    end += 8 * strip.width * SLOTS * blockRows;
  }
  const values = new Float64Array(memory);
  const feed = source.open(memory, places);
  const slots = createBlockSlots(feed, source, blockRows);
  const inputs = rowInputs(job);
  return {
    blockRows,
    *read(rows, ahead = null) {
      const taken: Record<string, Float64Array> = {};
      const widths = inputs.map(({ name }) =>
        strips.reduce((sum, { input, width }) => (input === name ? sum + width : sum), 0),
      );
      inputs.forEach(({ name }, k) => {
        taken[name] = new Float64Array(rows.length * (widths[k] ?? 0));
      });
      const blockOf = (row: number): number => Math.floor(row / blockRows);
      for (let from = 0; from < rows.length;) {
        const block = blockOf(rows[from] ?? 0);
        let to = from + 1;
        while (to < rows.length && blockOf(rows[to] ?? 0) === block) to += 1;
        const slot = yield* slots.hold(block);
        inputs.forEach(({ name, rowsFirst }, k) => {
          const out = taken[name];
          const own = places.filter(({ input }) => input === name);
          if (out)
            copyRows(values, own, rows, from, to, slot * blockRows - block * blockRows, out, {
              rowsFirst,
              width: widths[k] ?? 0,
            });
        });
        from = to;
      }
      if (ahead !== null) yield* slots.ask(blockOf(ahead));
      return taken;
    },
    close: () => feed.close(),
  };
}

/** Rows that follow each other, of any dataset. */
export interface RowTaker {
  take(first: number, count: number): Generator<void, Arrays>;
  close(): void;
}

export function createRowTaker(job: Pick<GradientJob, 'inputs' | 'rows'>, dataset: Dataset): RowTaker {
  const reader = dataset.source ? createRowReader(job, dataset.sizes, dataset.source) : null;
  const inputs = rowInputs(job);
  return {
    *take(first, count) {
      const rows = Int32Array.from({ length: count }, (_, k) => first + k);
      return reader ? yield* reader.read(rows) : takeRows(inputs, dataset.inputs, dataset.rows, rows);
    },
    close: () => reader?.close(),
  };
}

/** The rows from one place in `rows` to another, of one input; `moved` is how far they lie from where the file has them. */
function copyRows(
  values: Float64Array,
  places: readonly StripPlace[],
  rows: Int32Array,
  from: number,
  to: number,
  moved: number,
  out: Float64Array,
  { rowsFirst, width }: { readonly rowsFirst: boolean; readonly width: number },
): void {
  for (const { offset, strip } of places) {
    const start = offset / 8;
    for (let k = from; k < to; k += 1) {
      const row = (rows[k] ?? 0) + moved;
      if (rowsFirst)
        for (let j = 0; j < width; j += 1) out[k * width + j] = values[start + row * width + j] ?? NaN;
      else out[strip * rows.length + k] = values[start + row] ?? NaN;
    }
  }
}
