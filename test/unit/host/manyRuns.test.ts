import { afterAll, beforeAll, expect, it } from 'vitest';
import { noCourses } from '../../../src/host/course';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from '../engine/jobs';
import { silent, trainingBench, type TrainingBench } from './training';

const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT, LOGISTIC_GRADIENT);
const ROWS = 20_000;
const RUNS = 100;
const WARM = 10;
const MB = 2 ** 20;

let bench: TrainingBench;
beforeAll(async () => {
  bench = await trainingBench(ROWS, 6);
});
afterAll(() => bench.dispose());

/** Every third run is cancelled on its way, and every other one trains both gradients. */
async function run(count: number): Promise<string> {
  const controller = new AbortController();
  const options = {
    learningRate: 0.1,
    epochs: count % 3 === 0 ? 1_000_000 : 5,
    seed: count,
    initScale: 0.1,
    tolerance: 0,
    sideBySide: count % 2 === 0,
  };
  const listener = count % 3 === 0 ? { ...silent, onProgress: () => controller.abort() } : silent;
  try {
    const request = { runId: `run-${count}`, job, data: bench.data, options };
    return (await bench.engine.train(request, noCourses(), listener, controller.signal)).end;
  } catch (error) {
    // The worker had other work for longer than a cancelled run may take.
    if (controller.signal.aborted) return 'cancelled';
    throw error;
  }
}

interface Held {
  readonly resources: number;
  readonly listeners: number;
  readonly threads: number;
}

function held(): Held {
  const { workers } = bench;
  const [worker] = workers;
  return {
    resources: process.getActiveResourcesInfo().filter((name) => name !== 'Immediate').length,
    listeners: worker?.eventNames().reduce((sum, name) => sum + worker.listenerCount(name), 0) ?? 0,
    threads: workers.length,
  };
}

it(`${RUNS} runs in a row leave no threads, listeners, timers or memory behind`, async () => {
  for (let count = 0; count < WARM; count += 1) await run(count);
  const before = held();
  const memory = process.memoryUsage.rss();
  for (let count = WARM; count < WARM + RUNS; count += 1)
    expect(await run(count)).toBe(count % 3 === 0 ? 'cancelled' : 'finished');
  const after = held();
  expect(after.threads).toBe(before.threads);
  expect(after.listeners).toBe(before.listeners);
  // A timer of the test runner comes and goes.
  expect(after.resources).toBeLessThanOrEqual(before.resources + 2);
  // The kernels of one run hold some 2 MB: a hundred that stay would be seen.
  expect((process.memoryUsage.rss() - memory) / MB).toBeLessThan(100);
}, 240_000);
