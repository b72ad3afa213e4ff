import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/dataset';
import { differencesNow } from '../../../src/engine/gradcheck';
import { createRunner } from '../../../src/engine/interpret';
import { gradientOutput, type GradientJob } from '../../../src/engine/job';
import { train, type TrainHost } from '../../../src/engine/train';
import type { CheckReport, TrainOptions, TrainProgress } from '../../../src/protocol/training';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT, SQUARES, SQUARES_GRADIENT } from './jobs';
import { normals, random } from './support';

const OPTIONS: TrainOptions = { learningRate: 0.1, epochs: 100, seed: 1, initScale: 0.01, tolerance: 0 };

function dataset(m: number, n: number, labels: 'binary' | 'numbers'): Dataset {
  const next = random(11);
  const X = normals(m * n, next);
  const truth = normals(n, next);
  const y = Float64Array.from({ length: m }, (_, i) => {
    const z = truth.reduce((sum, t, j) => sum + t * (X[i * n + j] ?? 0), 0.5) + 0.5 * (next() - 0.5);
    return labels === 'binary' ? Number(z > 3 * (next() - 0.5)) : z;
  });
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

interface Recorded extends TrainHost {
  readonly messages: TrainProgress[];
}

/** A host with a clock of its own, which advances by `tick` ms whenever it is read. */
function host(tick: number, more: Partial<TrainHost> = {}): Recorded {
  let time = 0;
  const messages: TrainProgress[] = [];
  return {
    messages,
    now: () => (time += tick),
    pause: () => Promise.resolve(),
    cancelled: () => false,
    progress: (progress) => messages.push(progress),
    ...more,
  };
}

const logistic = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
const squares = jobOf(SQUARES, SQUARES_GRADIENT);
const run = (
  job: GradientJob,
  data: Dataset,
  options: Partial<TrainOptions> = {},
  where: TrainHost = host(1),
): ReturnType<typeof train> =>
  train({ runId: 'r', job, dataset: data, options: { ...OPTIONS, ...options } }, where);

/** Least squares by the normal equations and Gaussian elimination. */
function closedForm({ inputs, sizes }: Dataset): number[] {
  const m = sizes.m ?? 0;
  const n = (sizes.n ?? 0) + 1;
  const row = (i: number): number[] => [...(inputs.X ?? []).slice(i * (n - 1), (i + 1) * (n - 1)), 1];
  const A = Array.from({ length: n }, () => new Array<number>(n + 1).fill(0));
  for (let i = 0; i < m; i += 1) {
    const x = row(i);
    for (let p = 0; p < n; p += 1) {
      const target = A[p] ?? [];
      for (let q = 0; q < n; q += 1) target[q] = (target[q] ?? 0) + (x[p] ?? 0) * (x[q] ?? 0);
      target[n] = (target[n] ?? 0) + (x[p] ?? 0) * (inputs.y?.[i] ?? 0);
    }
  }
  for (let p = 0; p < n; p += 1)
    for (let q = 0; q < n; q += 1) {
      if (q === p) continue;
      const factor = (A[q]?.[p] ?? 0) / (A[p]?.[p] ?? 1);
      for (let c = p; c <= n; c += 1) (A[q] ?? [])[c] = (A[q]?.[c] ?? 0) - factor * (A[p]?.[c] ?? 0);
    }
  return A.map((r, p) => (r[n] ?? 0) / (r[p] ?? 1));
}

describe('training', () => {
  it('lowers the loss at every step of a small enough learning rate', async () => {
    const result = await run(logistic, dataset(569, 30, 'binary'), { epochs: 300 });
    expect(result.end).toBe('finished');
    expect(result.losses).toHaveLength(300);
    for (let k = 1; k < result.losses.length; k += 1)
      expect(result.losses[k]).toBeLessThan(result.losses[k - 1] ?? NaN);
  });

  it('reaches the closed form of linear regression', async () => {
    const data = dataset(200, 3, 'numbers');
    const result = await run(squares, data, { epochs: 5000, tolerance: 1e-12 });
    expect(result.end).toBe('converged');
    const found = result.parameters.flatMap(({ values }) => [...values]);
    closedForm(data).forEach((value, k) => expect(found[k]).toBeCloseTo(value, 10));
  });

  it('does not depend on the blocks or on time: the same seed gives the same curve', async () => {
    const data = dataset(300, 4, 'binary');
    const [a, b] = [await run(logistic, data, {}, host(0.1)), await run(logistic, data, {}, host(500))];
    expect(a.losses).toEqual(b.losses);
  });

  it('reports all epochs, at most 20 times a second, and the rest at the end', async () => {
    const where = host(1);
    const result = await run(logistic, dataset(50, 2, 'binary'), { epochs: 500 }, where);
    expect(where.messages.flatMap(({ losses }) => losses)).toEqual(result.losses);
    expect(where.messages.flatMap((p) => p.gradientNorms)).toEqual(result.gradientNorms);
    let next = 0;
    for (const { firstEpoch, losses, epoch } of where.messages) {
      expect(firstEpoch).toBe(next);
      next += losses.length;
      expect(epoch).toBe(next);
    }
    expect(where.messages.length).toBeLessThan(result.milliseconds / 50 + 2);
  });

  it('explains a learning rate that is too large, and keeps the curve', async () => {
    const result = await run(squares, dataset(100, 5, 'numbers'), { learningRate: 50, epochs: 1000 });
    expect(result.end).toBe('diverged');
    expect(result.message).toMatch(
      /The loss diverged: .*The learning rate 50 is too large: try 0\.43, as the curvature of the loss/,
    );
    expect(result.losses.length).toBeGreaterThan(1);
    expect(result.parameters[0]?.values.every(Number.isFinite)).toBe(true);
  });

  it('says when it ended with a larger loss', async () => {
    const result = await run(squares, dataset(100, 5, 'numbers'), { learningRate: 1.2, epochs: 5 });
    expect(result.message).toMatch(/the loss rose from/);
  });

  it('explains a loss that is undefined from the start', async () => {
    const job = jobOf(
      'data X[m,n]; label y[m]; param w[n]; param b\nJ = log(sum(i<m, sum(j<n, X[i,j]*w[j])) - 1000) + b*y[0]',
      'dw[j<n] = 1; db = y[0]',
    );
    const result = await run(job, dataset(10, 2, 'numbers'));
    expect([result.end, result.losses]).toEqual(['failed', []]);
    expect(result.message).toMatch(/The loss is not a number at the initial parameters/);
  });

  it('explains a loss that becomes undefined on the way', async () => {
    const job = jobOf('data x[m]; param b\nJ = -log(b + 1) + 0*sum(i<m, x[i])', 'db = 1');
    const data = { ...dataset(4, 1, 'numbers'), inputs: { x: Float64Array.of(1, 2, 3, 4) } };
    const result = await run(job, data, { learningRate: 0.3 });
    expect(result.end).toBe('diverged');
    expect(result.message).toMatch(/in epoch 5 .*0\.03/);
    expect(result.losses).toHaveLength(4);
  });

  it.each([
    [{ learningRate: 0 }, /The learning rate must be a positive number, not 0/],
    [{ learningRate: NaN }, /not NaN/],
    [{ epochs: 0 }, /number of epochs/],
    [{ epochs: 1.5 }, /not 1.5/],
    [{ initScale: -1 }, /initial values/],
  ])('refuses %o', async (options, message) => {
    const result = await run(squares, dataset(10, 2, 'numbers'), options);
    expect(result.end).toBe('failed');
    expect(result.message).toMatch(message);
  });

  it('ends soon after it is cancelled, between blocks too', async () => {
    const data = dataset(200_000, 4, 'binary');
    let pauses = 0;
    const where = host(5, {
      pause: () => {
        pauses += 1;
        return Promise.resolve();
      },
      cancelled: () => pauses >= 8,
    });
    const result = await run(logistic, data, { epochs: 100_000 }, where);
    expect(result.end).toBe('cancelled');
    expect(result.computedBy).toMatch(/^a kernel in double precision/);
    expect(result.losses.length).toBeLessThan(5);
    expect(result.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['w', [4]],
      ['b', []],
    ]);
  });

  it('checks at the start, after a burn-in and at the end, where differences agree to 1e-8', async () => {
    const data = dataset(569, 30, 'binary');
    const seen: [string, number, number][] = [];
    const where = host(1, {
      check: (parameters, at, epoch) => {
        const gradient = createRunner(logistic.gradient, data.sizes, data.inputs).run(parameters);
        const found = differencesNow({
          loss: logistic.loss,
          sizes: data.sizes,
          data: data.inputs,
          parameters,
        });
        let largest = 0;
        let worst = 0;
        for (const { name, cells, values } of found.parameters)
          cells.forEach((cell, k) => {
            const exact = gradient[gradientOutput(name)]?.[cell] ?? NaN;
            largest = Math.max(largest, Math.abs(exact));
            worst = Math.max(worst, Math.abs(exact - (values[k] ?? NaN)));
          });
        seen.push([at, epoch, worst / largest]);
        const report: CheckReport = {
          definitionId: 'test',
          at,
          epoch,
          rows: 569,
          features: 30,
          loss: found.loss,
          parameters: [],
          problems: [],
          milliseconds: 0,
        };
        return Promise.resolve(report);
      },
    });
    const result = await run(logistic, data, { epochs: 2000, learningRate: 1 }, where);
    expect(result.checks.map(({ at, epoch }) => [at, epoch])).toEqual([
      ['start', 0],
      ['middle', 200],
      ['end', 2000],
    ]);
    for (const [, , relative] of seen) expect(relative).toBeLessThan(1e-8);
  });

  it('compares hand-written gradients only where their shape allows', () => {
    const job = jobOf(
      LOGISTIC,
      LOGISTIC_GRADIENT,
      'dw[j<n] = sum(i<m, X[i,j]*(a[i]-y[i]))\ndb[i<m] = a[i]-y[i]',
    );
    expect(job.handGradients.map(({ of, name, comparable }) => [of, name, comparable])).toEqual([
      ['w', 'dw', true],
      ['b', 'db', false],
    ]);
    const data = dataset(50, 3, 'binary');
    const parameters = { w: Float64Array.of(1, 2, 3), b: Float64Array.of(0) };
    const derived = createRunner(job.gradient, data.sizes, data.inputs).run(parameters);
    const hand = job.hand ? createRunner(job.hand, data.sizes, data.inputs).run(parameters) : {};
    const output = job.handGradients[0]?.output ?? '';
    derived[gradientOutput('w')]?.forEach((value, k) => {
      expect((hand[output]?.[k] ?? NaN) / 50).toBeCloseTo(value, 12);
    });
  });

  it('is plain data that can be cloned between threads', () => {
    expect(structuredClone(logistic)).toEqual(logistic);
  });
});
