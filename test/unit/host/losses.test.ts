import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noCourses } from '../../../src/host/course';
import type { TrainListener } from '../../../src/host/engine';
import type { TrainOptions, TrainResult } from '../../../src/protocol/training';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from '../engine/jobs';
import { random } from '../engine/support';
import { silent, trainingBench, type TrainingBench } from './training';

const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT, LOGISTIC_GRADIENT.replace('1/m', '2/m'));

let bench: TrainingBench;
beforeAll(async () => {
  bench = await trainingBench(60);
});
afterAll(() => bench.dispose());

const options: TrainOptions = { learningRate: 0.05, epochs: 0, seed: 7, initScale: 0.1, tolerance: 0 };
let runs = 0;
const train = (given: Partial<TrainOptions>, listener: Partial<TrainListener> = {}): Promise<TrainResult> => {
  runs += 1;
  const request = {
    runId: `run-${runs}`,
    job,
    data: bench.data,
    options: { ...options, ...given },
    checkpointEvery: 10,
  };
  return bench.engine.train(request, noCourses(), { ...silent, ...listener }, new AbortController().signal);
};
const numbers = ({ losses, gradientNorms, parameters, end, hand }: TrainResult): unknown => ({
  losses,
  gradientNorms,
  parameters,
  end,
  hand: hand && { losses: hand.losses, parameters: hand.parameters },
});

/** Runs undisturbed, and again with each worker lost after its first checkpoint, at any moment within some milliseconds. */
async function disturbed(given: Partial<TrainOptions>, losses: number): Promise<void> {
  const undisturbed = await train(given);
  expect(undisturbed.end).toBe('finished');
  const next = random(17);
  const { workers } = bench;
  const before = workers.length;
  const doomed = new Set<Worker>();
  const result = await train(given, {
    onCheckpoint: () => {
      const own = workers.at(-1);
      if (!own || doomed.size >= losses || doomed.has(own)) return;
      doomed.add(own);
      setTimeout(() => void own.terminate(), 25 * next());
    },
  });
  expect(doomed.size).toBe(losses);
  // The last loss may come when the run has ended.
  expect(workers.length - before).toBeGreaterThanOrEqual(losses - 1);
  expect(numbers(result)).toEqual(numbers(undisturbed));
  expect(result.checks.map(({ at, epoch }) => [at, epoch])).toEqual(
    undisturbed.checks.map(({ at, epoch }) => [at, epoch]),
  );
}

describe('a run whose worker is lost', () => {
  it('goes on to the same numbers, to the last bit, after 100 losses', async () => {
    await disturbed({ epochs: 30_000 }, 100);
  }, 120_000);

  it('does so with batches in random order and a memory of earlier gradients', async () => {
    await disturbed({ epochs: 6_000, optimizer: 'adam', batchSize: 16 }, 10);
  }, 240_000);

  it('does so with both gradients side by side', async () => {
    await disturbed({ epochs: 20_000, sideBySide: true }, 10);
  }, 240_000);

  it('ends with a message when it gets no further, and the next begins anew', async () => {
    let started = 0;
    const dying = bench.another((worker) => {
      started += 1;
      if (started <= 4) void worker.terminate();
    });
    const request = { runId: 'dying', job, data: bench.data, options: { ...options, epochs: 10 } };
    const never = new AbortController().signal;
    await expect(dying.train(request, noCourses(), silent, never)).rejects.toThrow(
      /ended unexpectedly: .*starts anew/,
    );
    expect(started).toBe(4);
    expect((await dying.train(request, noCourses(), silent, never)).end).toBe('finished');
    dying.dispose();
  });
});
