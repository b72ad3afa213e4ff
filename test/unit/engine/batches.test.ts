import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/dataset';
import { rowOrder, takeRows } from '../../../src/engine/training/batches';
import { train, type TrainRequest } from '../../../src/engine/train';
import type { TrainOptions, TrainResult } from '../../../src/protocol/training';
import { derivedJob, jobOf, LOGISTIC, LOGISTIC_GRADIENT, SQUARES } from './jobs';
import { normals, random } from './support';

const COLUMNS = `data X[n,m]; label y[m]; param w[n]; param b
r[i<m] = sum(j<n, X[j,i]*w[j]) + b - y[i]
J = 1/m*sum(i<m, r[i]^2)`;

function dataset(m: number, n: number, seed = 1): Dataset {
  const next = random(seed);
  const X = normals(m * n, next);
  const y = Float64Array.from({ length: m }, (_, i) => (X[i * n] ?? 0) + next());
  return {
    sizes: { m, n },
    inputs: { X, y },
    rows: m,
    features: Array.from({ length: n }, (_, j) => `x${j}`),
    classes: null,
    scaling: [],
    notes: [],
  };
}

const squares = derivedJob(SQUARES);

function run(
  data: Dataset,
  options: Partial<TrainOptions>,
  more: Partial<TrainRequest> = {},
): Promise<TrainResult> {
  let time = 0;
  return train(
    {
      runId: 'r',
      job: squares,
      dataset: data,
      options: { learningRate: 0.01, epochs: 5, seed: 3, initScale: 0.1, tolerance: 0, ...options },
      ...more,
    },
    {
      now: () => (time += 1),
      pause: () => Promise.resolve(),
      cancelled: () => false,
      progress: () => undefined,
    },
  );
}

const valuesOf = ({ parameters }: TrainResult): number[] => parameters.flatMap(({ values }) => [...values]);

describe('the order of rows', () => {
  it('is a permutation, another one in each epoch, and the same for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.maxSafeNat(), fc.nat(1000), (count, seed, epoch) => {
        const order = rowOrder(count, seed, epoch);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, k) => k));
        expect(rowOrder(count, seed, epoch)).toEqual(order);
        if (count > 20) expect(rowOrder(count, seed, epoch + 1)).not.toEqual(order);
      }),
    );
  });

  it('has each row at each place alike', () => {
    const counts = Array.from({ length: 6 }, () => new Float64Array(6));
    for (let epoch = 0; epoch < 6000; epoch += 1)
      rowOrder(6, 7, epoch).forEach((row, place) => {
        const own = counts[row];
        if (own) own[place] = (own[place] ?? 0) + 1;
      });
    for (const own of counts) for (const count of own) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});

describe('batches', () => {
  it('take the values of their rows, whichever axis the rows run along', () => {
    const X = Float64Array.from({ length: 12 }, (_, k) => k);
    const rows = Int32Array.of(3, 0);
    expect(takeRows([{ name: 'X', rowsFirst: true }], { X }, 4, rows).X).toEqual(
      Float64Array.of(9, 10, 11, 0, 1, 2),
    );
    expect(takeRows([{ name: 'X', rowsFirst: false }], { X }, 4, rows).X).toEqual(
      Float64Array.of(3, 0, 7, 4, 11, 8),
    );
  });

  it('of all rows are gradient descent', async () => {
    const data = dataset(50, 3);
    const whole = await run(data, {});
    for (const batchSize of [50, 1000]) expect((await run(data, { batchSize })).losses).toEqual(whole.losses);
  });

  it('cover every row once in an epoch: their mean is the loss and the gradient of all', async () => {
    const data = dataset(103, 3);
    const whole = await run(data, { learningRate: 1e-12, epochs: 2 });
    const parts = await run(data, { learningRate: 1e-12, epochs: 2, batchSize: 10 });
    expect(parts.losses[0]).toBeCloseTo(whole.losses[0] ?? NaN, 9);
    expect(parts.gradientNorms[0]).toBeCloseTo(whole.gradientNorms[0] ?? NaN, 9);
  });

  it('make the steps of a loop over their rows', async () => {
    const data = dataset(7, 2);
    const { X = new Float64Array(), y = new Float64Array() } = data.inputs;
    const options = { batchSize: 3, shuffle: false, learningRate: 0.1, epochs: 2, initScale: 0 };
    const found = valuesOf(await run(data, options));
    const theta = [0, 0, 0];
    for (let epoch = 0; epoch < 2; epoch += 1)
      for (const rows of [[0, 1, 2], [3, 4, 5], [6]]) {
        const gradient = [0, 0, 0];
        for (const i of rows) {
          const x = [X[2 * i] ?? 0, X[2 * i + 1] ?? 0, 1];
          const residual = x.reduce((sum, v, k) => sum + v * (theta[k] ?? 0), 0) - (y[i] ?? 0);
          x.forEach((v, k) => (gradient[k] = (gradient[k] ?? 0) + (2 / rows.length) * residual * v));
        }
        gradient.forEach((g, k) => (theta[k] = (theta[k] ?? 0) - 0.1 * g));
      }
    theta.forEach((value, k) => expect(found[k]).toBeCloseTo(value, 14));
  });

  it('are the same for data with features as rows', async () => {
    const data = dataset(40, 3);
    const { X = new Float64Array() } = data.inputs;
    const turned = X.map((_, k) => X[(k % 40) * 3 + Math.floor(k / 40)] ?? NaN);
    const options = { batchSize: 16, optimizer: 'adam' } as const;
    const other = await run({ ...data, inputs: { ...data.inputs, X: turned } }, options, {
      job: derivedJob(COLUMNS),
    });
    const own = valuesOf(await run(data, options));
    valuesOf(other).forEach((value, k) => expect(value).toBeCloseTo(own[k] ?? NaN, 12));
  });
});

describe('ends of a run', () => {
  it('come when the loss hardly changes', async () => {
    const result = await run(dataset(60, 2), { lossTolerance: 1e-3, learningRate: 0.1, epochs: 1000 });
    expect(result.end).toBe('converged');
    const [before = NaN, last = NaN] = result.losses.slice(-2);
    expect(Math.abs(before - last)).toBeLessThanOrEqual(1e-3 * before);
    expect(result.message).toMatch(/changed by less than 0.001 of itself/);
  });

  it('come after epochs without a gain on the rows held out, with the best parameters', async () => {
    const data = dataset(12, 8, 2);
    const held = dataset(200, 8, 9);
    const options = { optimizer: 'adam', learningRate: 0.1, epochs: 2000, patience: 5 } as const;
    const result = await run(data, options, { validation: held });
    const losses = result.validationLosses ?? [];
    const least = Math.min(...losses);
    expect(result.message).toMatch(/Stopped early/);
    expect(losses).toHaveLength(losses.indexOf(least) + 6);
    const again = await run(
      held,
      { epochs: 1, learningRate: 1e-300 },
      {
        start: Object.fromEntries(
          result.parameters.map(({ name, values }) => [name, Float64Array.from(values)]),
        ),
      },
    );
    expect(again.losses[0]).toBe(least);
  });
});

describe('weight decay', () => {
  it.each(['l-bfgs', 'newton', 'gradient-descent'] as const)('is a ridge for %s', async (optimizer) => {
    const data = dataset(60, 2);
    const options = { optimizer, weightDecay: 0.3, learningRate: 0.1, epochs: 3000, tolerance: 1e-11 };
    const ridge = derivedJob(`${SQUARES} + 0.15*sum(j<n, w[j]^2) + 0.15*b^2`);
    const own = valuesOf(await run(data, options));
    const other = valuesOf(await run(data, { ...options, weightDecay: 0 }, { job: ridge }));
    own.forEach((value, k) => expect(value).toBeCloseTo(other[k] ?? NaN, 9));
  });
});

describe('a hand-written gradient', () => {
  it('is followed where it has the shape of its parameter', async () => {
    const data = dataset(80, 2);
    const labels = (data.inputs.y ?? new Float64Array()).map((value) => Number(value > 0.5));
    const own = { ...data, inputs: { ...data.inputs, y: labels } };
    const hand = 'dw[j<n] = 2/m*sum(i<m, X[i,j]*(a[i]-y[i]))\ndb[i<m] = a[i]-y[i]';
    const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT, hand);
    const options = { epochs: 1, learningRate: 0.5, initScale: 0 };
    const derived = valuesOf(await run(own, options, { job }));
    const followed = valuesOf(await run(own, options, { job, gradient: 'hand' }));
    // One step: twice as far along w, as far along b.
    expect(followed[0]).toBeCloseTo(2 * (derived[0] ?? NaN), 14);
    expect(followed[1]).toBeCloseTo(2 * (derived[1] ?? NaN), 14);
    expect(followed[2]).toBeCloseTo(derived[2] ?? NaN, 14);
  });
});
