/** Tables that are larger than memory, through the whole worker: what is larger is said by its limits. */
import { appendFile, mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { tableFromArrays, tableToIPC } from '@uwdata/flechette';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineApi, EngineListener, WorkerStart } from '../../../src/engine/api';
import type { DataChoice, TrainOptions, TrainProgress, TrainResult } from '../../../src/protocol/training';
import { createRpc, type Rpc } from '../../../src/rpc';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import { normals, random } from './support';

const ROWS = 40_000;
const COLUMNS = 12;
const names = Array.from({ length: COLUMNS }, (_, k) => `x${k}`);
const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
let folder: string;
let script: string;
const running: Started[] = [];

interface Started {
  readonly rpc: Rpc<EngineApi>;
  readonly worker: Worker;
  readonly progress: TrainProgress[];
  onProgress: () => void;
}

function start(limits: WorkerStart): Started {
  const worker = new Worker(script, { workerData: limits });
  const progress: TrainProgress[] = [];
  const listener: EngineListener = {
    reading: () => Promise.resolve(),
    trainProgress: (news) => {
      progress.push(news);
      own.onProgress();
      return Promise.resolve();
    },
    trainCheck: () => Promise.resolve(),
    trainCheckpoint: () => Promise.resolve(),
  };
  const rpc = createRpc<EngineApi>(
    {
      post: (message) => worker.postMessage(message),
      onMessage: (receive) => {
        worker.on('message', receive);
        return { dispose: () => void worker.off('message', receive) };
      },
    },
    listener,
  );
  const own: Started = { rpc, worker, progress, onProgress: () => undefined };
  running.push(own);
  return own;
}

const small = (name = 'tables'): WorkerStart => ({
  folder: join(folder, name),
  memory: 2e5,
  blockBytes: 1.2e6,
});

const choice = (file = 'large.csv', more: Partial<DataChoice> = {}): DataChoice => ({
  path: join(folder, file),
  target: 'y',
  features: names,
  standardise: true,
  missing: 'drop',
  validation: { share: 0.2, seed: 4 },
  ...more,
});

const options: TrainOptions = {
  learningRate: 0.5,
  epochs: 40,
  seed: 1,
  initScale: 0.01,
  tolerance: 1e-7,
  optimizer: 'l-bfgs',
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-larger-'));
  script = join(folder, 'worker.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../../../src/worker.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  });
  const next = random(3);
  const lines = [[...names, 'y'].join(',')];
  for (let i = 0; i < ROWS; i += 1) {
    const cells = normals(COLUMNS, next);
    const y = (cells[0] ?? 0) + (cells[5] ?? 0) + normals(1, next).reduce((a, b) => a + b) > 0 ? 1 : 0;
    lines.push([...cells.map((cell) => Math.round(cell * 1e6) / 1e6), i % 1000 === 7 ? '' : y].join(','));
  }
  await writeFile(join(folder, 'large.csv'), `${lines.join('\n')}\n`);
});

afterEach(async () => {
  for (const { rpc, worker } of running.splice(0)) {
    rpc.dispose();
    await worker.terminate();
  }
});

afterAll(() => rm(folder, { recursive: true }));

/** What does not depend on the time that it took, or on where the rows were. */
function result({ checks, ...rest }: TrainResult): unknown {
  return {
    ...rest,
    milliseconds: 0,
    computedBy: '',
    checks: checks.map((report) => [report.at, report.epoch, report.loss, report.rows]),
  };
}

describe('a table that is larger than memory', () => {
  it('is shown, checked and trained on as one in memory is, to the last bit', async () => {
    const [whole, parts] = [start({}), start(small())];
    const path = join(folder, 'large.csv');
    expect(await parts.rpc.remote.preview(path, 'p')).toEqual(await whole.rpc.remote.preview(path, 'p'));
    const request = { runId: 't', job, data: choice(), options };
    const [expected, found] = [await whole.rpc.remote.train(request), await parts.rpc.remote.train(request)];
    expect(expected.end).toBe('converged');
    expect(found.computedBy).toMatch(/block by block from the disk$/);
    // A sample of the rows is checked in both, of the same rows.
    expect(result(found)).toEqual(result(expected));
    const curve = ({ progress }: Started): unknown[] =>
      progress.map(({ losses, validationLosses }) => [losses, validationLosses]).flat(2);
    expect(curve(parts).length).toBeGreaterThan(10);
    const losses = ({ progress }: Started): number[] => progress.flatMap((news) => [...news.losses]);
    expect(losses(parts)).toEqual(losses(whole));
    const use = await parts.rpc.remote.use({ runId: 'u', job, data: choice() });
    expect(use.problems).toEqual([]);
    // Two columns of it fit into memory, and are taken there.
    const few = { ...request, data: choice('large.csv', { features: ['x0'] }) };
    const roomy = start({ ...small(), memory: 2e6 });
    const narrow = await roomy.rpc.remote.train(few);
    expect(narrow.computedBy).not.toContain('disk');
    expect(result(narrow)).toEqual(result(await whole.rpc.remote.train(few)));
  });

  it('is trained on in batches', async () => {
    const { rpc } = start(small());
    const batches = { ...options, optimizer: 'adam', learningRate: 0.02, batchSize: 500, epochs: 3 } as const;
    const request = { runId: 'b', job, data: choice(), options: batches };
    const first = await rpc.remote.train(request);
    expect(first.end).toBe('finished');
    expect(result(await rpc.remote.train(request))).toEqual(result(first));
    // The order of the rows is another than in memory, not where it leads to.
    const whole = await start({}).rpc.remote.train(request);
    const last = ({ parameters }: TrainResult): number => parameters[0]?.values[0] ?? NaN;
    expect(Math.abs(last(first) / last(whole) - 1)).toBeLessThan(0.1);
  });

  it('is trained on in binary formats too, a part of its rows at a time', async () => {
    const [rows, width] = [30_000, 5];
    const X = Float64Array.from(normals(rows * width, random(8)));
    // The last column is the target.
    for (let i = 0; i < rows; i += 1) {
      const [a = 0, , b = 0, , noise = 0] = X.subarray(i * width);
      X[i * width + width - 1] = a - b + noise > 0.3 ? 1 : 0;
    }
    const columns = Array.from({ length: width }, (_, j) => X.filter((_value, k) => k % width === j));
    const header = (order: string): Uint8Array => {
      const text = `{'descr': '<f8', 'fortran_order': ${order}, 'shape': (${rows}, ${width}), }`;
      const padded = `${text.padEnd(117)}\n`;
      return Uint8Array.of(0x93, ...new TextEncoder().encode(`NUMPY\u0001\u0000v\u0000${padded}`));
    };
    const bytesOf = (values: Float64Array): Uint8Array => new Uint8Array(values.buffer);
    await writeFile(join(folder, 'rows.npy'), Buffer.concat([header('False'), bytesOf(X)]));
    await writeFile(join(folder, 'columns.npy'), Buffer.concat([header('True'), ...columns.map(bytesOf)]));
    const named = Object.fromEntries(columns.map((values, j) => [`c${j}`, values]));
    const table = tableFromArrays(named, { maxBatchRows: 4000 });
    await writeFile(join(folder, 'table.arrow'), tableToIPC(table, { format: 'file' }) ?? '');
    const names = ['rows[0]', 'columns[0]', 'c0'].map((first) =>
      Array.from({ length: width }, (_, j) => first.replace('0', String(j))),
    );
    for (const [k, file] of ['rows.npy', 'columns.npy', 'table.arrow'].entries()) {
      const [target = '', ...features] = [...(names[k] ?? [])].reverse();
      const data = choice(file, { target, features: features.reverse() });
      const request = { runId: file, job, data, options };
      const parts = await start({ ...small('binary'), memory: 1e6 }).rpc.remote.train(request);
      const whole = await start({}).rpc.remote.train(request);
      expect([file, parts.message, whole.message]).toEqual([file, whole.message, whole.message]);
      expect(result(parts)).toEqual(result(whole));
    }
  });

  it('has a copy that is used in later sessions, as long as the file stays as it was', async () => {
    const path = join(folder, 'kept.csv');
    const line = `${Array.from({ length: 4 }, (_, k) => k / 7).join(',')}\n`;
    await writeFile(path, `a,b,c,d\n${line.repeat(30_000)}`);
    const limits = small('kept');
    const first = await start(limits).rpc.remote.preview(path, 'p');
    const [copy = '', ...others] = await readdir(join(folder, 'kept'));
    expect([copy.endsWith('.table'), others]).toEqual([true, []]);
    const made = (await stat(join(folder, 'kept', copy))).ino;
    expect(await start(limits).rpc.remote.preview(path, 'p')).toEqual(first);
    expect((await stat(join(folder, 'kept', copy))).ino).toBe(made);
    await appendFile(path, line);
    expect((await start(limits).rpc.remote.preview(path, 'p')).rows).toBe(30_001);
    expect((await readdir(join(folder, 'kept'))).length).toBe(1);
    // A copy whose end is damaged is none.
    const file = await open(join(folder, 'kept', copy), 'r+');
    const { size } = await file.stat();
    await file.write(Buffer.from('?'), 0, 1, size - 60);
    await file.close();
    expect((await start(limits).rpc.remote.preview(path, 'p')).rows).toBe(30_001);
  });

  it('is told of when its copy is damaged, and read anew after that', async () => {
    const limits = small('damaged');
    const { rpc } = start(limits);
    await rpc.remote.preview(join(folder, 'large.csv'), 'p');
    const [copy = ''] = await readdir(join(folder, 'damaged'));
    const file = await open(join(folder, 'damaged', copy), 'r+');
    await file.write(Buffer.from('?????'), 0, 5, 123_456);
    await file.close();
    const request = { runId: 't', job, data: choice(), options: { ...options, epochs: 2 } };
    const damaged = await rpc.remote.train(request);
    expect([damaged.end, damaged.problems.map(({ id }) => id)]).toEqual(['failed', ['copy-damaged']]);
    expect((await rpc.remote.train(request)).end).toBe('finished');
  });

  it('is told of when its numbers cannot be written', async () => {
    await writeFile(join(folder, 'occupied'), '');
    const { rpc } = start({ ...small(), folder: join(folder, 'occupied', 'inside') });
    const preview = await rpc.remote.preview(join(folder, 'large.csv'), 'p');
    expect(preview.problems.map(({ id }) => id)).toEqual(['copy-unwritable']);
    expect(preview.problems[0]?.message).toMatch(/^large\.csv is larger than memory, and its numbers cannot/);
    await mkdir(join(folder, 'none'));
    const without = start({ memory: 2e5 });
    expect((await without.rpc.remote.preview(join(folder, 'large.csv'), 'p')).rows).toBe(0);
  });

  it('ends a run that is cancelled, or whose rows are cut off, with what it has', async () => {
    const limits = small('cut');
    const long = { ...options, optimizer: 'gradient-descent', epochs: 1_000_000, tolerance: 0 } as const;
    const request = { runId: 't', job, data: choice(), options: long };
    const own = start(limits);
    const begun = (): Promise<void> => new Promise((resolve) => (own.onProgress = resolve));
    const first = begun();
    const cancelled = own.rpc.remote.train(request);
    await first;
    await own.rpc.remote.cancel('t');
    expect((await cancelled).end).toBe('cancelled');
    const second = begun();
    const cut = own.rpc.remote.train(request);
    await second;
    for (const name of await readdir(join(folder, 'cut')))
      if (name.endsWith('.part')) await (await open(join(folder, 'cut', name), 'w')).close();
    const ended = await cut;
    expect([ended.end, ended.message]).toEqual([
      'failed',
      'The copy of the numbers of large.csv on the disk was cut off while the run read it. The curve and the parameters so far are kept; start the run again, and the copy is made anew.',
    ]);
    expect(ended.parameters[0]?.values.every(Number.isFinite)).toBe(true);
  });
});
