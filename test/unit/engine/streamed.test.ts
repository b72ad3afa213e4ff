import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/dataset';
import type { GradientJob } from '../../../src/engine/job';
import type { Arrays } from '../../../src/engine/interpret';
import { StreamFault, stripsOf, whyNotByBlocks, type RowSource } from '../../../src/engine/rowSource';
import { rowRange, someRows } from '../../../src/engine/split';
import { train, type TrainRequest } from '../../../src/engine/train';
import { batchesOf, rowInputs } from '../../../src/engine/training/batches';
import { createObjective, type Objective } from '../../../src/engine/training/objective';
import type { TrainOptions, TrainResult } from '../../../src/protocol/training';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import { normals, random } from './support';

/** A source that has its rows in arrays, and gives them after it was asked for some time. */
function arraySource(
  job: GradientJob,
  dataset: Dataset,
  blockBytes: number,
  lost: () => boolean = () => false,
): RowSource {
  const sample = someRows(job, dataset, 500);
  const source = (part: Dataset, own: RowSource['sample']): RowSource => ({
    rows: part.rows,
    blockBytes,
    sample: own,
    part: (first, rows, of) => source(rowRange(job, part, first, rows), of),
    open: (memory, places) => {
      const state = new Map<number, { left: number; done: () => void }>();
      const strips = stripsOf(job, part.sizes);
      return {
        ask(slot, at, first, count) {
          expect(state.get(slot)?.left ?? 0).toBe(0);
          expect(first + count).toBeLessThanOrEqual(part.rows);
          const done = (): void => {
            for (const { input, strip, offset, width } of places) {
              const values = part.inputs[input] ?? new Float64Array(0);
              const from = strips.some((s) => s.input === input && s.strip === 1)
                ? strip * part.rows + first
                : first * width;
              new Float64Array(memory, offset + 8 * at * width, count * width).set(
                values.subarray(from, from + count * width),
              );
            }
          };
          state.set(slot, { left: 3, done });
        },
        wait(slot) {
          if (lost()) throw new StreamFault('The copy is gone.');
          const own = state.get(slot);
          if (!own || own.left === 0) return true;
          own.left -= 1;
          if (own.left === 0) own.done();
          return own.left === 0;
        },
        close: () => undefined,
      };
    },
  });
  return source(dataset, { rows: sample.rows, inputs: sample.inputs });
}

/** The same dataset, of which only a part is in memory. */
function streamed(job: GradientJob, dataset: Dataset, blockBytes: number, lost?: () => boolean): Dataset {
  const names = new Set(rowInputs(job).map(({ name }) => name));
  const inputs = Object.fromEntries(Object.entries(dataset.inputs).filter(([name]) => !names.has(name)));
  return { ...dataset, inputs, source: arraySource(job, dataset, blockBytes, lost) };
}

const logistic = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
const inColumns = jobOf(
  'data X[n,m]\nlabel y[m]\nparam w[n]\nparam b\nz[i<m] = sum(j<n, w[j]*X[j,i]) + b\nJ = 1/m*sum(i<m, log(1+exp(z[i])) - y[i]*z[i]) + 0.1*sum(j<n, w[j]^2)',
  'dw[j<n] = 1/m*sum(i<m, X[j,i]*(sigmoid(z[i])-y[i])) + 0.2*w[j]\ndb = 1/m*sum(i<m, sigmoid(z[i])-y[i])',
);
/** The means of the features are there before anything is made of them, so that the rows are run through twice. */
const centred = jobOf(
  'data X[m,n]\nlabel y[m]\nparam w[n]\nparam b\nmu[j<n] = 1/m*sum(i<m, X[i,j])\nz[i<m] = sum(j<n, w[j]*(X[i,j]-mu[j])) + b\nJ = sum(i<m, (z[i] - y[i])^2)',
  'dw[j<n] = 2*sum(i<m, (z[i] - y[i])*(X[i,j] - mu[j]))\ndb = 2*sum(i<m, z[i]-y[i])',
);

function dataOf(m: number, n: number, seed = 3): Dataset {
  const next = random(seed);
  const X = normals(m * n, next);
  const y = Float64Array.from({ length: m }, () => (next() < 0.5 ? 0 : 1));
  const features = Array.from({ length: n }, (_, j) => `x${j}`);
  return { sizes: { m, n }, inputs: { X, y }, rows: m, features, classes: null, scaling: [], notes: [] };
}

const objectiveOf = (job: GradientJob, dataset: Dataset, fixed: Arrays): Objective =>
  createObjective({ job, dataset, fixed, precision: 'double', gradient: 'derived', crew: null });

function finished<T>(work: Generator<void, T>): { readonly value: T; readonly pieces: number } {
  for (let pieces = 1; ; pieces += 1) {
    const piece = work.next();
    if (piece.done) return { value: piece.value, pieces };
  }
}

describe('rows that come block by block', () => {
  it.each([
    ['samples as rows', logistic],
    ['samples as columns, with a penalty', inColumns],
    ['several passes', centred],
  ])('give loss and gradient to the last bit as rows in memory do: %s', (_, job) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 40 }),
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer({ min: 1, max: 6e6 }),
        (n, m, blockBytes) => {
          const dataset = dataOf(m, n, m);
          const fixed = { w: new Float64Array(n), b: new Float64Array(1) };
          const whole = objectiveOf(job, dataset, fixed);
          const parts = objectiveOf(job, streamed(job, dataset, blockBytes), fixed);
          for (const seed of [1, 2]) {
            const theta = normals(n + 1, random(seed));
            expect(finished(parts.evaluate(theta)).value).toEqual(finished(whole.evaluate(theta)).value);
            // An evaluation that is left in the middle is in nobody's way.
            const left = parts.evaluate(theta);
            for (let k = 0; k < 5; k += 1) left.next();
          }
          expect(parts.about).toMatch(/block by block from the disk$/);
          whole.dispose();
          parts.dispose();
        },
      ),
      { numRuns: 12 },
    );
  });

  it('lets others in while it waits', () => {
    const dataset = dataOf(60_000, 30);
    const parts = objectiveOf(logistic, streamed(logistic, dataset, 1e6), dataset.inputs);
    expect(finished(parts.evaluate(new Float64Array(31))).pieces).toBeGreaterThan(28);
  });

  it('are taken in batches that hold each row once, block by block in an order of the seed', () => {
    const seen = (seed: number, blockRows: number): number[] =>
      [...batchesOf(1000, 64, { seed, epoch: 2 }, blockRows)].flatMap(({ rows }) => [...rows]);
    const rows = seen(5, 300);
    expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, k) => k));
    expect(rows).toEqual(seen(5, 300));
    expect(rows).not.toEqual(seen(6, 300));
    const blocks = rows.map((row) => Math.floor(row / 300));
    expect(blocks.filter((block, k) => block !== blocks[k - 1])).toHaveLength(4);
    // All rows at hand: the order that they have in memory.
    expect(seen(5, 1000)).toEqual(
      [...batchesOf(1000, 64, { seed: 5, epoch: 2 })].flatMap((b) => [...b.rows]),
    );
    expect([...batchesOf(10, 4, null, 3)].map(({ rows: own }) => [...own])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });
});

const options: TrainOptions = { learningRate: 0.5, epochs: 12, seed: 1, initScale: 0.1, tolerance: 0 };

const run = (
  request: Pick<TrainRequest, 'job' | 'dataset' | 'validation' | 'options'>,
): Promise<TrainResult> =>
  train(
    { runId: 'r', ...request },
    {
      now: () => performance.now(),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      cancelled: () => false,
      progress: () => undefined,
    },
  );

describe('training on rows that come block by block', () => {
  const m = 30_000;
  const dataset = dataOf(m, 20);
  it.each<[string, Partial<TrainOptions>]>([
    ['gradient descent', {}],
    ['l-bfgs', { optimizer: 'l-bfgs', epochs: 60, tolerance: 1e-9 }],
    ['newton', { optimizer: 'newton', epochs: 20, tolerance: 1e-9 }],
    ['batches that are not shuffled', { batchSize: 1000, shuffle: false, epochs: 3 }],
    ['batches of all rows at hand, shuffled', { batchSize: 7000, epochs: 3 }],
  ])('is that on rows in memory, to the last bit: %s', async (name, more) => {
    const validation = dataOf(5000, 20, 9);
    const blockBytes = name.includes('at hand') ? 1e8 : 1.2e6;
    const own = { ...options, ...more };
    const [expected, found] = await Promise.all([
      run({ job: logistic, dataset, validation, options: own }),
      run({
        job: logistic,
        dataset: streamed(logistic, dataset, blockBytes),
        validation: streamed(logistic, validation, blockBytes),
        options: own,
      }),
    ]);
    const [whole, parts] = [expected, found].map((result) => ({
      ...result,
      milliseconds: 0,
      computedBy: '',
    }));
    expect(parts).toEqual(whole);
  });

  it('ends with a reason, and what it has, where the rows cannot be read any more', async () => {
    let asked = 0;
    const lost = (): boolean => (asked += 1) > 100;
    const result = await run({ job: logistic, dataset: streamed(logistic, dataset, 1.2e6, lost), options });
    expect([result.end, result.message]).toEqual(['failed', 'The copy is gone.']);
    expect(result.losses.length).toBeGreaterThan(0);
    expect(result.parameters[0]?.values.every(Number.isFinite)).toBe(true);
  });

  it('tells the row in which something became undefined', async () => {
    const inputs = { ...dataset.inputs, X: (dataset.inputs.X ?? new Float64Array(0)).slice() };
    inputs.X[20 * 23_456 + 3] = 1e308;
    const parts = streamed(logistic, { ...dataset, inputs }, 1.2e6);
    const result = await run({ job: logistic, dataset: parts, options });
    expect(result.message).toContain('row 23457');
  });

  it('is declined where samples are compared, with what to do', async () => {
    const pairs = jobOf(
      'data x[m]\nlabel y[m]\nparam w\nJ = sum(i<m, sum(k<m, (w*x[i] - y[k])^2))',
      'dw = sum(i<m, sum(k<m, 2*x[i]*(w*x[i] - y[k])))',
    );
    const small: Dataset = { ...dataOf(50, 1), sizes: { m: 50 } };
    const { X = new Float64Array(0), y = X } = small.inputs;
    const data = { ...small, inputs: { x: X, y } };
    expect(whyNotByBlocks(pairs.gradient)).not.toBeNull();
    expect(whyNotByBlocks(logistic.gradient)).toBeNull();
    const result = await run({ job: pairs, dataset: streamed(pairs, data, 1e6), options });
    expect(result.end).toBe('failed');
    expect(result.message).toMatch(/^The table is larger than memory, and test cannot be computed on a part/);
  });
});
