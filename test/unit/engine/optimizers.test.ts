import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimizerOf } from '../../../src/engine/training/byName';
import { backtrack, strongWolfe } from '../../../src/engine/training/lineSearch';
import type { Evaluated } from '../../../src/engine/training/objective';
import type { Memory, Oracle } from '../../../src/engine/training/optimizer';
import { rateAt } from '../../../src/engine/training/schedules';
import { trainSettings, type TrainSettings } from '../../../src/engine/training/settings';
import { dot, euclidean, largest, scaled } from '../../../src/engine/training/vectors';
import type { LearningRateSchedule, TrainOptions } from '../../../src/protocol/training';
import { random } from './support';

interface Oracles {
  readonly matrix: number[][];
  readonly vector: number[];
  readonly start: number[];
  readonly sequences: { readonly options: Partial<TrainOptions>; readonly path: number[][] }[];
  readonly schedules: { readonly schedule: LearningRateSchedule; readonly rates: number[] }[];
  readonly minima: {
    readonly name: string;
    readonly start: number[];
    readonly minimum: number[];
    readonly evaluations: number;
  }[];
}

const ORACLES = JSON.parse(
  readFileSync(new URL('../../oracles/optimizers.json', import.meta.url), 'utf8'),
) as Oracles;

function settingsOf(options: Partial<TrainOptions>): TrainSettings {
  const read = trainSettings({
    learningRate: 0.1,
    epochs: 100,
    seed: 0,
    initScale: 0,
    tolerance: 0,
    ...options,
  });
  if (!read.ok) throw new Error(read.message);
  return read.value;
}

type Gradient = (x: Float64Array) => Evaluated;

/** Products of the Hessian by central differences. */
function oracleOf(f: Gradient): Oracle {
  return {
    *evaluate(x) {
      yield;
      return f(x);
    },
    *product(x, direction) {
      yield;
      const h = 1e-5;
      const above = f(x.map((value, k) => value + h * (direction[k] ?? 0))).gradient;
      const below = f(x.map((value, k) => value - h * (direction[k] ?? 0))).gradient;
      return above.map((value, k) => (value - (below[k] ?? 0)) / (2 * h));
    },
  };
}

function resultOf<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** The points of some steps of an optimizer, up to a gradient below the tolerance. */
function pathOf(
  f: Gradient,
  start: readonly number[],
  settings: TrainSettings,
  steps: number,
): Float64Array[] {
  const optimizer = optimizerOf(settings);
  const oracle = oracleOf(f);
  let parameters: Float64Array = Float64Array.from(start);
  let memory: Memory = {};
  const path: Float64Array[] = [];
  for (let step = 0; step < steps; step += 1) {
    const here = f(parameters);
    if (largest(here.gradient) < settings.tolerance) break;
    const now = { ...settings, rate: rateAt(step, settings), step };
    if (optimizer.kind === 'rule') {
      const norm = euclidean(here.gradient);
      const clip = settings.clipNorm > 0 && norm > settings.clipNorm ? settings.clipNorm / norm : 1;
      ({ parameters, memory } = optimizer.rule(parameters, scaled(here.gradient, clip), memory, now));
    } else {
      const moved = resultOf(optimizer.search({ ...here, parameters }, memory, now, oracle));
      if (moved.stuck !== undefined) break;
      ({ parameters, memory } = moved);
    }
    path.push(parameters);
  }
  return path;
}

/** ½ xᵀAx - bᵀx. */
const quadratic =
  (a: readonly (readonly number[])[], b: readonly number[]): Gradient =>
  (x) => {
    const ax = Float64Array.from(a, (row) => row.reduce((sum, v, j) => sum + v * (x[j] ?? 0), 0));
    return {
      loss: dot(ax, x) / 2 - dot(Float64Array.from(b), x),
      gradient: ax.map((v, i) => v - (b[i] ?? 0)),
    };
  };

const rosenbrock: Gradient = (x) => {
  const gradient = new Float64Array(x.length);
  let loss = 0;
  for (let i = 0; i + 1 < x.length; i += 1) {
    const a = x[i] ?? 0;
    const b = x[i + 1] ?? 0;
    loss += 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    gradient[i] = (gradient[i] ?? 0) - 400 * a * (b - a * a) - 2 * (1 - a);
    gradient[i + 1] = (gradient[i + 1] ?? 0) + 200 * (b - a * a);
  }
  return { loss, gradient };
};

const logCosh: Gradient = (x) => ({
  loss: x.reduce((sum, v, k) => sum + 10 ** k * Math.log(Math.cosh(v - k)), 0),
  gradient: x.map((v, k) => 10 ** k * Math.tanh(v - k)),
});

const FUNCTIONS: Readonly<Record<string, Gradient>> = { rosenbrock, 'log-cosh': logCosh };

describe('rules of first order', () => {
  const f = quadratic(ORACLES.matrix, ORACLES.vector);
  it.each(ORACLES.sequences.map((s) => [JSON.stringify(s.options), s] as const))(
    'goes where torch.optim goes: %s',
    (_name, { options, path }) => {
      const found = pathOf(f, ORACLES.start, settingsOf(options), path.length);
      path.forEach((point, step) => {
        point.forEach((value, k) => {
          expect(Math.abs((found[step]?.[k] ?? NaN) - value)).toBeLessThan(
            2e-14 * Math.max(1, Math.abs(value)),
          );
        });
      });
    },
  );

  it('leaves its arguments as they are', () => {
    for (const { options } of ORACLES.sequences) {
      const settings = { ...settingsOf(options), rate: 0.1, step: 0 };
      const optimizer = optimizerOf(settings);
      if (optimizer.kind !== 'rule') throw new Error('no rule');
      const x = Float64Array.of(1, 2);
      const g = Float64Array.of(3, -4);
      const { memory } = optimizer.rule(x, g, {}, settings);
      const before = structuredClone(memory);
      optimizer.rule(x, g, memory, settings);
      expect([x, g, memory]).toEqual([Float64Array.of(1, 2), Float64Array.of(3, -4), before]);
    }
  });
});

describe('schedules', () => {
  it.each(ORACLES.schedules.map((s) => [JSON.stringify(s.schedule), s] as const))(
    'has the rates of torch.optim.lr_scheduler: %s',
    (_name, { schedule, rates }) => {
      const settings = settingsOf({ learningRate: 0.5, epochs: rates.length, schedule });
      rates.forEach((rate, epoch) => {
        expect(rateAt(epoch, settings)).toBeCloseTo(rate, 14);
      });
    },
  );
});

describe('searches', () => {
  const optimizers: readonly Partial<TrainOptions>[] = [{ optimizer: 'l-bfgs' }, { optimizer: 'newton' }];
  it.each(ORACLES.minima.flatMap((m) => optimizers.map((o) => [o.optimizer ?? '', m.name, o, m] as const)))(
    '%s finds the minimum of %s that SciPy finds',
    (_optimizer, _name, options, { name, start, minimum }) => {
      const f = FUNCTIONS[name] ?? rosenbrock;
      const path = pathOf(f, start, settingsOf({ ...options, tolerance: 1e-10 }), 300);
      const last = path.at(-1) ?? new Float64Array();
      expect(largest(f(last).gradient)).toBeLessThan(1e-10);
      minimum.forEach((value, k) => {
        expect(Math.abs((last[k] ?? NaN) - value)).toBeLessThan(1e-8);
      });
    },
  );

  it('L-BFGS asks for no more values than SciPy by half', () => {
    for (const { name, start, evaluations } of ORACLES.minima) {
      const f = FUNCTIONS[name] ?? rosenbrock;
      let asked = 0;
      const counted: Gradient = (x) => {
        asked += 1;
        return f(x);
      };
      const path = pathOf(counted, start, settingsOf({ optimizer: 'l-bfgs', tolerance: 1e-12 }), 300);
      // Each step begins with a value that the trainer would know from the step before.
      expect(asked - path.length).toBeLessThan(1.5 * evaluations);
    }
  });

  it('Newton takes one step to the minimum of a quadratic function', () => {
    const f = quadratic(ORACLES.matrix, ORACLES.vector);
    const path = pathOf(f, ORACLES.start, settingsOf({ optimizer: 'newton', tolerance: 1e-8 }), 50);
    expect(path).toHaveLength(1);
  });

  it('Newton goes down from where the loss curves down', () => {
    // A saddle at 0, minima at ±1.
    const f: Gradient = (x) => {
      const [a = 0, b = 0] = x;
      return { loss: (a * a - 1) ** 2 + b * b, gradient: Float64Array.of(4 * a * (a * a - 1), 2 * b) };
    };
    const last = pathOf(f, [0.01, 3], settingsOf({ optimizer: 'newton', tolerance: 1e-9 }), 100).at(-1);
    expect(last?.[0]).toBeCloseTo(1, 8);
    expect(last?.[1]).toBeCloseTo(0, 8);
  });

  it('Newton uses conjugate gradients where there are many parameters', () => {
    const n = 150;
    const f: Gradient = (x) => ({
      loss: x.reduce((sum, v, k) => sum + Math.log(Math.cosh(v - k / n)) * (1 + (k % 7)), 0),
      gradient: x.map((v, k) => Math.tanh(v - k / n) * (1 + (k % 7))),
    });
    const start = Array.from({ length: n }, (_, k) => Math.sin(k));
    const path = pathOf(f, start, settingsOf({ optimizer: 'newton', tolerance: 1e-9 }), 50);
    expect(path.length).toBeLessThan(15);
    expect(path.at(-1)?.[30]).toBeCloseTo(30 / n, 8);
  });

  it('descent with a line search needs no learning rate that fits', () => {
    const f = quadratic(ORACLES.matrix, ORACLES.vector);
    for (const learningRate of [1e-6, 1, 1e6]) {
      const settings = settingsOf({ lineSearch: true, learningRate, tolerance: 1e-7 });
      const path = pathOf(f, ORACLES.start, settings, 400);
      expect(largest(f(path.at(-1) ?? new Float64Array()).gradient)).toBeLessThan(1e-7);
      for (let k = 1; k < path.length; k += 1)
        expect(f(path[k] ?? new Float64Array()).loss).toBeLessThanOrEqual(
          f(path[k - 1] ?? new Float64Array()).loss,
        );
    }
  });
});

describe('line searches', () => {
  /** -log x + x², defined right of 0 only. */
  const barrier: Gradient = ([x = NaN]) => ({
    loss: x > 0 ? x * x - Math.log(x) : NaN,
    gradient: Float64Array.of(x > 0 ? 2 * x - 1 / x : NaN),
  });

  it.each([
    ['backtrack', backtrack],
    ['strongWolfe', strongWolfe],
  ] as const)('%s shortens a step beyond which the loss is undefined', (_name, search) => {
    const from = Float64Array.of(3);
    const { loss, gradient } = barrier(from);
    const direction = scaled(gradient, -1);
    for (const first of [1, 100, 1e12]) {
      const found = resultOf(
        search({ from, loss, gradient, direction, evaluate: (x) => oracleOf(barrier).evaluate(x) }, first),
      );
      expect(found?.loss).toBeLessThan(loss);
    }
  });

  it('refuses a direction of ascent', () => {
    const from = Float64Array.of(3);
    const { loss, gradient } = barrier(from);
    const oracle = oracleOf(barrier);
    const line = {
      from,
      loss,
      gradient,
      direction: gradient,
      evaluate: (x: Float64Array) => oracle.evaluate(x),
    };
    expect(resultOf(backtrack(line, 1))).toBeNull();
    expect(resultOf(strongWolfe(line, 1))).toBeNull();
  });

  it('the strong Wolfe conditions hold on smooth functions, from any first step', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: -6, max: 6, noNaN: true }), (seed, power) => {
        const next = random(seed);
        const waves = Array.from({ length: 4 }, () => [next() - 0.5, 1 + 3 * next(), 6 * next()] as const);
        const f: Gradient = ([x = 0]) => ({
          loss: 0.05 * x * x + waves.reduce((sum, [a, k, p]) => sum + a * Math.sin(k * x + p), 0),
          gradient: Float64Array.of(
            0.1 * x + waves.reduce((sum, [a, k, p]) => sum + a * k * Math.cos(k * x + p), 0),
          ),
        });
        const from = Float64Array.of(4 * next() - 2);
        const { loss, gradient } = f(from);
        fc.pre(Math.abs(gradient[0] ?? 0) > 1e-3);
        const direction = scaled(gradient, -1);
        const slope = dot(gradient, direction);
        const found = resultOf(
          strongWolfe(
            { from, loss, gradient, direction, evaluate: (x) => oracleOf(f).evaluate(x) },
            10 ** power,
          ),
        );
        expect(found).not.toBeNull();
        if (!found) return;
        expect(found.loss).toBeLessThanOrEqual(loss + 1e-4 * found.t * slope);
        expect(Math.abs(dot(found.gradient, direction))).toBeLessThanOrEqual(-0.9 * slope);
      }),
      { numRuns: 300 },
    );
  });
});

describe('options', () => {
  it.each([
    [{ optimizer: 'adam', lineSearch: true }, /adam takes steps of a given length/],
    [{ optimizer: 'l-bfgs', batchSize: 10 }, /set the batch size to 0/],
    [{ optimizer: 'newton', clipNorm: 1 }, /cannot be clipped/],
    [{ lineSearch: true, schedule: { kind: 'cosine' } }, /Choose a constant one/],
    [{ batchSize: -1 }, /rows of a batch .* not -1/],
    [{ batchSize: 2.5 }, /not 2.5/],
    [{ momentum: 1 }, /momentum must be at least 0 and less than 1, not 1/],
    [{ beta1: NaN }, /beta1 .* not NaN/],
    [{ epsilon: 0 }, /epsilon must be a positive number/],
    [{ weightDecay: -1 }, /weight decay must not be negative/],
    [{ schedule: { kind: 'step', every: 0 } }, /between two reductions .* not 0/],
    [{ patience: -1 }, /patience/],
    [{ tolerance: -1 }, /tolerance on the gradient/],
    [{ lossTolerance: Infinity }, /tolerance on the loss/],
  ] satisfies [Partial<TrainOptions>, RegExp][])('refuses %o', (options, message) => {
    const read = trainSettings({
      learningRate: 0.1,
      epochs: 10,
      seed: 0,
      initScale: 0,
      tolerance: 0,
      ...options,
    });
    expect(read.ok ? '' : read.message).toMatch(message);
  });
});
