import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/dataset';
import type { GradientJob } from '../../../src/engine/job';
import { train } from '../../../src/engine/train';
import type { TrainOptions, TrainResult } from '../../../src/protocol/training';
import { derivedJob, LOGISTIC, SOFTMAX, SQUARES } from './jobs';
import { normals, random } from './support';

const HEAD = 'data X[m,n]; label y[m]; param w[n]; param b\nz[i<m] = sum(j<n, X[i,j]*w[j]) + b\n';
const STABLE = `${HEAD}J = 1/m*sum(i<m, softplus(z[i]) - y[i]*z[i])`;
const SIGNED = `${HEAD}J = 1/m*sum(i<m, softplus(-y[i]*z[i]))`;
const HINGE = `${HEAD}J = 1/m*sum(i<m, max(0, 1 - y[i]*z[i]))`;
const POISSON = `${HEAD}J = 1/m*sum(i<m, exp(z[i]) - y[i]*z[i])`;
const NETWORK = `data X[m,n]; label y[m]; param W[n,h]; param c[h]; param v[h]; param b
u[i<m,k<h] = sum(j<n, X[i,j]*W[j,k]) + c[k]
r[i<m,k<h] = max(0, u[i,k])
z[i<m] = sum(k<h, r[i,k]*v[k]) + b
J = 1/m*sum(i<m, (z[i]-y[i])^2)`;

interface Choice {
  readonly m?: number;
  readonly n?: number;
  readonly labels?: (z: number, next: () => number) => number;
  readonly size?: number;
}

function dataset(seed: number, { m = 120, n = 3, labels = noisy, size = 1 }: Choice = {}): Dataset {
  const next = random(seed);
  const X = normals(m * n, next).map((x) => x * size);
  const truth = normals(n, next);
  const y = Float64Array.from({ length: m }, (_, i) =>
    labels(
      truth.reduce((sum, t, j) => sum + (t * (X[i * n + j] ?? 0)) / size, 0.2),
      next,
    ),
  );
  return {
    sizes: { m, n, h: 5, k: 3 },
    inputs: { X, y },
    rows: m,
    features: Array.from({ length: n }, (_, j) => `x${j}`),
    classes: null,
    scaling: [],
    notes: [],
  };
}

const noisy = (z: number, next: () => number): number => Number(next() < 1 / (1 + Math.exp(-z)));
const real = (z: number, next: () => number): number => z + next() - 0.5;
const sign = (z: number): number => Number(z > 0);

async function run(
  job: GradientJob,
  data: Dataset,
  options: Partial<TrainOptions> = {},
): Promise<TrainResult> {
  let time = 0;
  return train(
    {
      runId: 'r',
      job,
      dataset: data,
      options: { learningRate: 0.1, epochs: 60, seed: 2, initScale: 0.1, tolerance: 0, ...options },
    },
    {
      now: () => (time += 1),
      pause: () => Promise.resolve(),
      cancelled: () => false,
      progress: () => undefined,
    },
  );
}

const logistic = derivedJob(LOGISTIC);
const stable = derivedJob(STABLE);
const squares = derivedJob(SQUARES);
const network = derivedJob(NETWORK);

describe('a learning rate that is too large', () => {
  it.each(['gradient-descent', 'momentum', 'nesterov'] as const)(
    'is told with one that converges: %s',
    async (optimizer) => {
      for (const seed of [1, 2, 3]) {
        const data = dataset(seed, { labels: real, size: seed * 2 });
        const bad = await run(squares, data, { learningRate: 100, optimizer, epochs: 500 });
        expect(bad.end).toBe('diverged');
        const [, rate] = /: try ([\d.e-]+), as the curvature/.exec(bad.message) ?? [];
        const good = await run(squares, data, { learningRate: Number(rate), optimizer, epochs: 500 });
        expect(good.end).toBe('finished');
        expect(good.losses.at(-1)).toBeLessThan(good.losses[0] ?? NaN);
        // A rate that is not overcautious: it is within a few times of what diverges.
        const edge = await run(squares, data, { learningRate: 4 * Number(rate), optimizer, epochs: 500 });
        expect(edge.losses.at(-1)).toBeGreaterThan(edge.losses[0] ?? NaN);
      }
    },
  );

  it('is told where the loss rose', async () => {
    const { message } = await run(squares, dataset(1, { labels: real }), { learningRate: 1.5, epochs: 4 });
    expect(message).toMatch(/the loss rose from .* As to the rate, try /);
  });
});

describe('a loss that is undefined', () => {
  it('is told with the operation, the row and the values', async () => {
    const data = dataset(3);
    const X = data.inputs.X ?? new Float64Array();
    X[7 * 3] = 5000;
    const y = (data.inputs.y ?? new Float64Array()).map((value, i) => (i === 7 ? 1 : value));
    const result = await run(logistic, { ...data, inputs: { X, y } }, { learningRate: 20, initScale: 0 });
    expect(result.end).toBe('diverged');
    expect(result.message).toMatch(/log\(0\) in the computation of the loss in row \d+, where a is [01]\./);
  });

  it('is told at the initial parameters', async () => {
    const job = derivedJob(
      'data x[m]; label y[m]; param w\nq[i<m] = sqrt(x[i] - 2)\nJ = 1/m*sum(i<m, (w*q[i] - y[i])^2)',
    );
    const inputs = { x: Float64Array.of(3, 4, 1, 5), y: Float64Array.of(1, 2, 3, 4) };
    const result = await run(job, { ...dataset(1), sizes: { m: 4 }, rows: 4, inputs });
    expect(result.end).toBe('failed');
    expect(result.message).toMatch(
      /initial parameters\. sqrt\(-1\) in the computation of q in row 3, where x is 1\./,
    );
  });

  it('ends a search with the reason, not with a kink', async () => {
    const data = dataset(3, { labels: sign });
    const result = await run(logistic, data, { optimizer: 'l-bfgs', epochs: 500 });
    expect(result.message).toMatch(
      /not defined a short step further on: log\(0\) in the computation of the loss in row/,
    );
  });
});

describe('separable classes', () => {
  it.each(['gradient-descent', 'l-bfgs', 'newton'] as const)('are told: %s', async (optimizer) => {
    const data = dataset(4, { labels: sign });
    const { message } = await run(stable, data, { optimizer, epochs: 3000, learningRate: 5 });
    expect(message).toMatch(
      /The classes are separable: the features together tell every row .* Add a penalty/,
    );
  });

  it('are told with the feature that does it alone', async () => {
    const data = dataset(4, { labels: sign, n: 1 });
    const { message } = await run(stable, data, { optimizer: 'l-bfgs' });
    expect(message).toMatch(/separable: x0 alone tells every row/);
  });

  it('are not spoken of where there is one class only', async () => {
    const data = dataset(4, { labels: () => 1, n: 1 });
    const { message } = await run(stable, data, { optimizer: 'l-bfgs' });
    expect(message).toMatch(/The label y is 1 in every row/);
    expect(message).not.toMatch(/separable/);
  });

  it('are told of a softmax', async () => {
    const next = random(8);
    const X = normals(120, next);
    const Y = new Float64Array(180);
    for (let i = 0; i < 60; i += 1) {
      const c = i % 3;
      Y[i * 3 + c] = 1;
      X[2 * i] = (X[2 * i] ?? 0) + 20 * Math.cos(2 * c);
      X[2 * i + 1] = (X[2 * i + 1] ?? 0) + 20 * Math.sin(2 * c);
    }
    const data = { ...dataset(1), sizes: { m: 60, n: 2, k: 3 }, inputs: { X, Y }, rows: 60 };
    const { message } = await run(derivedJob(SOFTMAX), data, { epochs: 200 });
    expect(message).toMatch(/The classes are separable/);
  });

  it('are told where only one value of a feature has rows of both', async () => {
    const data = dataset(4);
    const y = data.inputs.y ?? new Float64Array();
    const X = (data.inputs.X ?? new Float64Array()).map((x, i) =>
      // A category that only rows with the label 1 have, and not all of them.
      i % 3 === 1 ? Number(y[(i - 1) / 3] === 1 && i % 4 === 0) : x,
    );
    const quasi = { ...data, inputs: { X, y } };
    const { message } = await run(stable, quasi, { optimizer: 'l-bfgs' });
    expect(message).toMatch(/quasi-separable: beyond one value of x1, .* the weight of x1 grows/);
    expect((await run(stable, data, { optimizer: 'l-bfgs' })).message).not.toMatch(/separable/);
    const decayed = await run(stable, quasi, { optimizer: 'l-bfgs', weightDecay: 0.01 });
    expect(decayed.message).not.toMatch(/separable/);
    const other = await run(network, quasi, { epochs: 20 });
    expect(other.message).not.toMatch(/separable/);
  });

  it('are no trouble with a penalty', async () => {
    const data = dataset(4, { labels: sign });
    const penalised = derivedJob(`${STABLE} + 0.01*sum(j<n, w[j]^2)`);
    expect((await run(penalised, data, { optimizer: 'l-bfgs' })).message).not.toMatch(/separable/);
    const decayed = await run(stable, data, { optimizer: 'l-bfgs', weightDecay: 0.01 });
    expect(decayed.message).not.toMatch(/separable/);
  });
});

describe('hidden units without a gradient', () => {
  it('are named', async () => {
    const data = dataset(5, { labels: real });
    const start = {
      W: normals(15, random(1)),
      c: Float64Array.of(0, -100, 0, 0, -100),
      v: normals(5, random(2)),
      b: Float64Array.of(0),
    };
    let time = 0;
    const { message } = await train(
      {
        runId: 'r',
        job: network,
        dataset: data,
        start,
        options: { learningRate: 0.01, epochs: 20, seed: 1, initScale: 0.1, tolerance: 0 },
      },
      {
        now: () => (time += 1),
        pause: () => Promise.resolve(),
        cancelled: () => false,
        progress: () => undefined,
      },
    );
    expect(message).toMatch(/2 of the 5 hidden units of W, c, v are dead: units 1, 4 \(from 0\)/);
  });

  it('are told where all begin at zero', async () => {
    const { message } = await run(network, dataset(5, { labels: real }), { initScale: 0 });
    expect(message).toMatch(
      /No gradient reaches the 5 hidden units .* Start at random values that are not 0/,
    );
  });
});

describe('labels in another code', () => {
  it.each([
    ['1 and 2 for 0 and 1', STABLE, (z: number) => Number(z > 0) + 1, /must be 0 and 1, .* row \d+ is 2/],
    ['-1 and 1 for 0 and 1', STABLE, (z: number) => Math.sign(z), /must be 0 and 1, .* is -1/],
    ['0 and 1 for -1 and 1', SIGNED, sign, /must be -1 and 1 .* is 0/],
    ['0 and 1 for a hinge', HINGE, sign, /label y = 0 add the same .* Encode them so/],
  ] as const)('are told: %s', async (_name, loss, labels, message) => {
    const result = await run(derivedJob(loss), dataset(6, { labels }), { epochs: 10 });
    expect(result.message).toMatch(message);
  });
});

describe('healthy runs', () => {
  const counts = (z: number, next: () => number): number => {
    const limit = Math.exp(-Math.exp(0.3 * z));
    let product = next();
    let count = 0;
    while (product > limit) {
      product *= next();
      count += 1;
    }
    return count;
  };
  const cases = [
    [logistic, noisy],
    [stable, noisy],
    [derivedJob(SIGNED), (z: number, next: () => number) => 2 * noisy(z, next) - 1],
    [derivedJob(HINGE), (z: number, next: () => number) => 2 * noisy(z, next) - 1],
    [squares, real],
    [squares, noisy],
    [derivedJob(POISSON), counts],
    [derivedJob(NETWORK.replace('max(0, u[i,k])', 'tanh(u[i,k])')), real],
  ] as const;
  const plain =
    /^(Finished \d+ epochs\.|The gradient fell below 1e-9 after \d+ epochs\.|The loss is at its least value as far as rounding lets it be seen: after \d+ epochs the gradient has the length [\d.e+-]+\.|.*: the loss has a kink there, or the gradient is not the loss's own\.)$/;

  it('are told nothing of any trouble', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e6 }),
        fc.nat({ max: cases.length - 1 }),
        fc.constantFrom<Partial<TrainOptions>>(
          { learningRate: 0.05, epochs: 40 },
          { optimizer: 'adam', learningRate: 0.02, epochs: 20, batchSize: 32 },
          { optimizer: 'l-bfgs', epochs: 60, tolerance: 1e-9 },
        ),
        async (seed, chosen, options) => {
          const [job, labels] = cases[chosen] ?? cases[0];
          const data = dataset(seed, { labels, m: 200 });
          const result = await run(job, data, { ...options, seed, initScale: 0.5 });
          expect(result.message).toMatch(plain);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);
});
