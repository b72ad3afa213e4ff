import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineApi, EngineListener } from '../../../src/engine/api';
import type { CheckReport, DataChoice, TrainProgress } from '../../../src/protocol';
import { createRpc, type Rpc } from '../../../src/rpc';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import { normals, random } from './support';

const job = jobOf(
  LOGISTIC,
  LOGISTIC_GRADIENT,
  'dw[j<n] = sum(i<m, X[i,j]*(a[i]-y[i]))\ndb = 1/m*sum(i<m, a[i]-y[i])',
);
let folder: string;
let worker: Worker;
let rpc: Rpc<EngineApi>;
const progress: TrainProgress[] = [];
const checks: CheckReport[] = [];

function table(rows: number): string {
  const next = random(3);
  const lines = ['a,b,c,y'];
  for (let i = 0; i < rows; i += 1) {
    const [a = 0, b = 0, c = 0] = normals(3, next);
    lines.push([a, b, c, a + b + next() > 0.5 ? 1 : 0].join(','));
  }
  return `${lines.join('\n')}\n`;
}

const choice = (name: string): DataChoice => ({
  path: join(folder, name),
  target: 'y',
  features: ['a', 'b', 'c'],
  standardise: true,
  missing: 'drop',
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-worker-'));
  const outfile = join(folder, 'worker.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../../../src/worker.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  });
  await writeFile(join(folder, 'small.csv'), table(500));
  await writeFile(join(folder, 'large.csv'), table(60_000));
  worker = new Worker(outfile);
  const listener: EngineListener = {
    trainProgress: (news) => {
      progress.push(news);
      return Promise.resolve();
    },
    trainCheck: (_, report) => {
      checks.push(report);
      return Promise.resolve();
    },
  };
  rpc = createRpc<EngineApi>(
    {
      post: (message) => worker.postMessage(message),
      onMessage: (receive) => {
        worker.on('message', receive);
        return { dispose: () => void worker.off('message', receive) };
      },
    },
    listener,
  );
});

afterAll(async () => {
  rpc.dispose();
  await worker.terminate();
  await rm(folder, { recursive: true });
});

const options = { learningRate: 0.5, epochs: 60, seed: 1, initScale: 0.01, tolerance: 0 };

describe('the worker', () => {
  it('previews a table', async () => {
    const preview = await rpc.remote.preview(join(folder, 'small.csv'), 'p');
    expect(preview.rows).toBe(500);
    expect(preview.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'a number',
      'b number',
      'c number',
      'y number',
    ]);
  });

  it('says what is wrong with a file that is gone, or a folder', async () => {
    const gone = await rpc.remote.preview(join(folder, 'gone.csv'), 'p');
    expect(gone.problems.map(({ message }) => message)).toEqual([
      'gone.csv does not exist any more. Choose the data again.',
    ]);
    expect((await rpc.remote.preview(folder, 'p')).problems[0]?.id).toBe('file-folder');
    const report = await rpc.remote.check({ runId: 'c', job, data: choice('gone.csv') });
    expect(report.parameters).toEqual([]);
    expect(report.problems).toHaveLength(1);
    const result = await rpc.remote.train({ runId: 't', job, data: choice('gone.csv'), options });
    expect([result.end, result.problems.length]).toEqual(['failed', 1]);
  });

  it('reads a file again after it has changed', async () => {
    const path = join(folder, 'changing.csv');
    await writeFile(path, 'a,b\n1,2\n');
    expect((await rpc.remote.preview(path, 'p')).rows).toBe(1);
    await writeFile(path, 'a,b\n1,2\n3,4\n');
    expect((await rpc.remote.preview(path, 'p')).rows).toBe(2);
  });

  it('checks gradients', async () => {
    const report = await rpc.remote.check({ runId: 'c', job, data: choice('small.csv') });
    expect(
      report.parameters.map(({ name, derivedVerdict, handVerdict }) => [name, derivedVerdict, handVerdict]),
    ).toEqual([
      ['w', 'right', 'wrong'],
      ['b', 'right', 'right'],
    ]);
    for (const { derivedDifference } of report.parameters) expect(derivedDifference).toBeLessThan(1e-8);
  });

  it('trains, tells meanwhile, and checks three times', async () => {
    progress.length = 0;
    checks.length = 0;
    const result = await rpc.remote.train({ runId: 't', job, data: choice('small.csv'), options });
    expect(result.end).toBe('finished');
    expect(progress.flatMap(({ losses }) => losses)).toEqual(result.losses);
    expect(checks.map(({ at }) => at)).toEqual(['start', 'middle', 'end']);
  });

  it('stops when it is cancelled, and keeps the curve', async () => {
    progress.length = 0;
    const data = choice('large.csv');
    await rpc.remote.preview(data.path, 'p');
    const running = rpc.remote.train({
      runId: 'long',
      job,
      data,
      options: { ...options, epochs: 1_000_000 },
    });
    await expect.poll(() => progress.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(2);
    const asked = performance.now();
    await rpc.remote.cancel('long');
    const result = await running;
    expect(performance.now() - asked).toBeLessThan(3_000);
    expect(result.end).toBe('cancelled');
    expect(result.losses.length).toBeGreaterThan(2);
  });

  it('stops reading when it is cancelled', async () => {
    const path = join(folder, 'long.csv');
    await writeFile(path, table(200_000));
    const running = rpc.remote.preview(path, 'reading');
    const ended = expect(running).rejects.toThrow('Reading the data was cancelled.');
    await rpc.remote.cancel('reading');
    await ended;
    const data = { ...choice('large.csv'), path };
    const training = rpc.remote.train({ runId: 'early', job, data, options });
    await rpc.remote.cancel('early');
    expect(await training).toMatchObject({ end: 'cancelled', losses: [] });
  });

  it('rejects a check that is cancelled, and goes on', async () => {
    await rpc.remote.preview(choice('large.csv').path, 'p');
    const running = rpc.remote.check({ runId: 'c2', job, data: choice('large.csv') });
    const ended = expect(running).rejects.toThrow('The check was cancelled.');
    await rpc.remote.cancel('c2');
    await ended;
    expect((await rpc.remote.preview(join(folder, 'small.csv'), 'p')).rows).toBe(500);
  });
});
