/** A program that trains on a table that is larger than the memory it may use, and says how long that took: larger.cjs PATH MB THREADS */
import { mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Dataset } from '../../src/engine/dataset';
import { initialParameters } from '../../src/engine/initial';
import { createObjective } from '../../src/engine/training/objective';
import { flatten } from '../../src/engine/training/parameters';
import { createCrew } from '../../src/worker/crew';
import { createDatasets } from '../../src/worker/datasets';
import { beHelper, isHelperStart } from '../../src/worker/helper';
import { beReader, isReaderStart } from '../../src/worker/reader';
import { beRowThread, createRowThread, isRowThreadStart } from '../../src/worker/rowThread';
import { createStorage } from '../../src/worker/storage';
import { createTables } from '../../src/worker/tables';
import { jobOf } from './models';

const BLOCK_BYTES = 1 << 24;
const PASSES = 5;

const seconds = async <T>(work: () => T | Promise<T>): Promise<{ readonly value: T; readonly s: number }> => {
  const began = performance.now();
  const value = await work();
  return { value, s: (performance.now() - began) / 1e3 };
};

/** As `cat FILE > /dev/null` does. */
function readWhole(path: string): void {
  const file = openSync(path, 'r');
  const buffer = new Uint8Array(1 << 20);
  while (readSync(file, buffer, 0, buffer.length, null) > 0);
}

async function trainOn(path: string, megabytes: number, threads: number): Promise<void> {
  const folder = mkdtempSync(join(dirname(path), 'copy-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const limit = 1e6 * megabytes;
  const storage = createStorage(folder, createRowThread(__filename), {
    budget: 0,
    blockBytes: BLOCK_BYTES,
    memory: limit / 2,
    from: limit,
  });
  const tables = createTables({
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    isCancelled: () => false,
    limit,
    storage,
    script: __filename,
    helpers: threads - 1,
  });
  const text = await seconds(() => readWhole(path));
  const table = await seconds(() => tables(path, 'bench'));
  if (!table.value.stored)
    throw new Error(`the table is in memory: ${table.value.problems[0]?.message ?? ''}`);
  const job = jobOf('squares');
  const [target = '', ...features] = table.value.columns.map(({ name }) => name);
  const datasets = createDatasets(
    () => storage.of(basename(path)),
    () => undefined,
  );
  const choice = { path, target, features, standardise: true, missing: 'drop' } as const;
  const { value: lent, s: prepare } = await seconds(() =>
    datasets.prepare(job, table.value, choice, (work) => {
      for (;;) {
        const step = work.next();
        if (step.done) return Promise.resolve(step.value);
      }
    }),
  );
  if (!lent.prepared.ok) throw new Error(lent.prepared.problems.map(({ message }) => message).join(' '));
  const { dataset } = lent.prepared;
  const rows = readdirSync(folder).find((name) => name.endsWith('.part')) ?? '';
  const raw = await seconds(() => readWhole(join(folder, rows)));
  const crew = createCrew(__filename, threads - 1);
  const pass = await passOf(dataset, crew);
  const { maxRSS } = process.resourceUsage();
  process.stdout.write(
    `${JSON.stringify({
      text: text.s,
      read: table.s,
      prepare,
      raw: raw.s,
      pass,
      bytes: statSync(join(folder, rows)).size,
      peak: maxRSS / 1e3,
    })}\n`,
  );
  await crew.dispose();
  process.exit(0);
}

/** Seconds of a loss with its gradient on all rows. */
async function passOf(dataset: Dataset, crew: ReturnType<typeof createCrew>): Promise<number> {
  const job = jobOf('squares');
  const fixed = initialParameters(job.inputs, dataset.sizes, { seed: 1, initScale: 0.1 });
  const objective = createObjective({ job, dataset, fixed, precision: 'double', gradient: 'derived', crew });
  const theta = flatten(objective.layout, fixed);
  let best = Infinity;
  for (let k = 0; k < PASSES; k += 1) {
    const { s } = await seconds(async () => {
      const work = objective.evaluate(theta);
      let rested = performance.now();
      for (let step = work.next(); !step.done; step = work.next()) {
        if (performance.now() - rested < 12) continue;
        await new Promise((resolve) => setImmediate(resolve));
        rested = performance.now();
      }
    });
    best = Math.min(best, s);
  }
  objective.dispose();
  return best;
}

if (parentPort && isHelperStart(workerData)) beHelper(workerData, parentPort);
else if (parentPort && isReaderStart(workerData)) void beReader(workerData, parentPort);
else if (parentPort && isRowThreadStart(workerData)) beRowThread(parentPort);
else if (isMainThread) {
  const [path = join(tmpdir(), 'table.csv'), megabytes = '500', threads = '1'] = process.argv.slice(2);
  void trainOn(path, Number(megabytes), Number(threads));
}
