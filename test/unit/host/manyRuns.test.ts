import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noCourses } from '../../../src/host/course';
import { createEngine, type Engine, type TrainListener } from '../../../src/host/engine';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from '../engine/jobs';
import { normals, random } from '../engine/support';

const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT, LOGISTIC_GRADIENT);
const ROWS = 20_000;
const RUNS = 100;
const WARM = 10;
const MB = 2 ** 20;

let folder: string;
const workers: Worker[] = [];
let engine: Engine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-runs-'));
  await mkdir(join(folder, 'dist'));
  await build({
    entryPoints: [join(import.meta.dirname, '../../../src/worker.ts')],
    outfile: join(folder, 'dist', 'worker.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  });
  const next = random(3);
  const lines = ['a,b,c,y'];
  for (let i = 0; i < ROWS; i += 1)
    lines.push([...normals(3, next), next() > 0.5 ? 1 : 0].map((value) => value.toPrecision(6)).join(','));
  await writeFile(join(folder, 'data.csv'), `${lines.join('\n')}\n`);
  engine = createEngine(
    folder,
    () => undefined,
    (worker) => workers.push(worker),
  );
});

afterAll(async () => {
  engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

const silent: TrainListener = {
  onProgress: () => undefined,
  onCheck: () => undefined,
  onCheckpoint: () => undefined,
  onLost: () => undefined,
};
const data = () => ({
  path: join(folder, 'data.csv'),
  target: 'y',
  features: ['a', 'b', 'c'],
  standardise: true,
  missing: 'drop' as const,
});

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
    const request = { runId: `run-${count}`, job, data: data(), options };
    return (await engine.train(request, noCourses(), listener, controller.signal)).end;
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
