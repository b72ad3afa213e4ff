import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/dataset';
import { train, type TrainHost, type TrainRequest } from '../../../src/engine/train';
import { decodeState, encodeState, type TrainerState } from '../../../src/engine/training/state';
import type { TrainOptions, TrainResult } from '../../../src/protocol/training';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import { normals, random } from './support';

const ROWS = 300;
const logistic = jobOf(LOGISTIC, LOGISTIC_GRADIENT);

function rowsOf(seed: number, m: number, n: number): Dataset {
  const next = random(seed);
  const X = normals(m * n, next);
  const y = Float64Array.from({ length: m }, (_, i) => Number((X[i * n] ?? 0) + 2 * (next() - 0.5) > 0));
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

const data = rowsOf(3, ROWS, 4);
const held = rowsOf(4, 60, 4);

const BASE: TrainOptions = { learningRate: 0.05, epochs: 12, seed: 5, initScale: 0.1, tolerance: 0 };

/** Every optimizer, with and without batches, and what else is part of the state. */
const VARIANTS: readonly (readonly [string, Partial<TrainOptions>])[] = [
  ['gradient descent', {}],
  ['gradient descent with a line search', { lineSearch: true }],
  ['gradient descent on batches', { batchSize: 32 }],
  ['batches in the order of the file', { batchSize: 64, shuffle: false }],
  ['momentum', { optimizer: 'momentum', batchSize: 50 }],
  ['nesterov', { optimizer: 'nesterov', weightDecay: 0.01 }],
  ['adam', { optimizer: 'adam', batchSize: 32 }],
  ['adamw', { optimizer: 'adamw', batchSize: 100, weightDecay: 0.1 }],
  ['rmsprop', { optimizer: 'rmsprop', momentum: 0.5 }],
  ['adagrad', { optimizer: 'adagrad', clipNorm: 0.1 }],
  ['l-bfgs', { optimizer: 'l-bfgs' }],
  ['newton', { optimizer: 'newton', epochs: 6 }],
  ['l-bfgs with weight decay', { optimizer: 'l-bfgs', weightDecay: 0.1 }],
  ['a schedule', { schedule: { kind: 'cosine', warmUp: 3 }, optimizer: 'adam' }],
  ['single precision', { precision: 'single', batchSize: 32 }],
];

interface Outcome {
  readonly result: TrainResult;
  readonly states: readonly TrainerState[];
}

async function run(options: TrainOptions, more: Partial<TrainRequest> = {}): Promise<Outcome> {
  const states: TrainerState[] = [];
  let time = 0;
  const host: TrainHost = {
    now: () => (time += 1),
    pause: () => Promise.resolve(),
    cancelled: () => false,
    progress: () => undefined,
    checkpoint: (take) => states.push(take()),
  };
  const result = await train(
    { runId: 'r', job: logistic, dataset: data, validation: held, options, ...more },
    host,
  );
  return { result, states };
}

const numbersOf = ({ losses, gradientNorms, validationLosses, parameters }: TrainResult): unknown => ({
  losses,
  gradientNorms,
  validationLosses,
  parameters,
});

describe('a run that is continued from its state', () => {
  it.each(VARIANTS)('goes on to the last bit: %s', async (_name, given) => {
    const options = { ...BASE, ...given };
    const whole = await run(options);
    expect(whole.result.losses.length).toBeGreaterThan(4);
    expect(whole.states.length).toBeGreaterThan(4);
    for (const [k, state] of whole.states.entries()) {
      const stored = decodeState(encodeState(structuredClone(state)));
      expect(stored).toEqual(state);
      const rest = await run(options, { state: k % 2 === 0 ? stored : structuredClone(state) });
      expect(numbersOf(rest.result)).toEqual(numbersOf(whole.result));
      expect(rest.states.map((s) => s.epoch)).toEqual(whole.states.slice(k + 1).map((s) => s.epoch));
    }
  });

  it('keeps the best epoch of a run with patience', async () => {
    const options: TrainOptions = { ...BASE, learningRate: 2, epochs: 60, patience: 3, batchSize: 16 };
    const whole = await run(options);
    expect(whole.result.message).toMatch(/Stopped early .* on the rows held out/);
    const [, , at] = whole.states;
    if (!at) throw new Error('no third state');
    expect(at.best).not.toBeNull();
    const rest = await run(options, { state: decodeState(encodeState(at)) });
    expect(numbersOf(rest.result)).toEqual(numbersOf(whole.result));
  });

  it('takes more epochs, and another optimizer without the memory of the first', async () => {
    const first = await run({ ...BASE, optimizer: 'adam' });
    const state = first.states.at(-1) ?? null;
    const { result } = await run({ ...BASE, epochs: 20, optimizer: 'momentum' }, { state });
    expect(result.losses).toHaveLength(20);
    expect(result.losses.slice(0, 12)).toEqual(first.result.losses);
  });

  it('fails for a state of other parameters', async () => {
    const { states } = await run(BASE);
    const state = states[0] ?? null;
    const { result } = await run(BASE, { state, dataset: rowsOf(1, 50, 3), validation: null });
    expect(result.end).toBe('failed');
    expect(result.message).toMatch(/w has 4 values, expected 3/);
  });

  it('is not changed by the run that it was taken from', async () => {
    const { states } = await run({ ...BASE, optimizer: 'adam' });
    const [first] = states;
    const before = structuredClone(first);
    await run({ ...BASE, optimizer: 'adam' }, { state: first ?? null });
    expect(first).toEqual(before);
  });
});

describe('stored states', () => {
  it('keep numbers that JSON does not have', async () => {
    const [state] = (await run(BASE)).states;
    if (!state) throw new Error('no state');
    const odd = {
      ...state,
      milliseconds: Infinity,
      losses: Float64Array.of(NaN, -0, Infinity, 5e-324),
      best: { epoch: -0, loss: NaN, parameters: {} },
    };
    const stored = decodeState(encodeState(odd));
    expect(stored).toEqual(odd);
    expect(Object.is(stored?.best?.epoch, -0)).toBe(true);
  });

  it('can be looked at without a copy of their numbers, wherever the bytes lie', async () => {
    const [state] = (await run(BASE)).states;
    if (!state) throw new Error('no state');
    const bytes = encodeState(state);
    expect(decodeState(bytes, true)).toEqual(state);
    expect(decodeState(bytes, true)?.losses.buffer).toBe(bytes.buffer);
    const moved = new Uint8Array(bytes.length + 3);
    moved.set(bytes, 3);
    expect(decodeState(moved.subarray(3), true)).toEqual(state);
  });

  it('are refused when they are cut or something else', async () => {
    const [state] = (await run(BASE)).states;
    if (!state) throw new Error('no state');
    const bytes = encodeState(state);
    for (let length = 0; length < bytes.length; length += 7)
      expect(decodeState(bytes.subarray(0, length))).toBeNull();
    expect(decodeState(new TextEncoder().encode('{"version": 1}, and more text'))).toBeNull();
  });
});

describe('hooks', () => {
  it('are held before each epoch, and not asked for more after a cancellation', async () => {
    const asked: (number | null)[] = [];
    let cancelled = false;
    let time = 0;
    const result = await train(
      { runId: 'r', job: logistic, dataset: data, options: BASE },
      {
        now: () => (time += 1),
        pause: () => Promise.resolve(),
        cancelled: () => cancelled,
        progress: () => undefined,
        hold: async (epoch) => {
          asked.push(epoch);
          await Promise.resolve();
          if (epoch === 3) cancelled = true;
        },
      },
    );
    expect(result.end).toBe('cancelled');
    expect(result.losses).toHaveLength(3);
    expect(asked.filter((epoch) => epoch !== null)).toEqual([0, 1, 2, 3]);
  });
});
