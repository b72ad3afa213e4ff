import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineApi, EngineListener, RunState } from '../../../src/engine/api';
import type {
  CheckReport,
  DataChoice,
  TrainOptions,
  TrainProgress,
  TrainResult,
} from '../../../src/protocol/training';
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
const states: RunState[] = [];

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
    reading: () => Promise.resolve(),
    trainProgress: (news) => {
      progress.push(news);
      return Promise.resolve();
    },
    trainCheck: (_, report) => {
      checks.push(report);
      return Promise.resolve();
    },
    trainCheckpoint: (_, state) => {
      states.push(state);
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

/** What was told of a run. */
const curve = (of?: 'hand'): number[] =>
  progress.filter((news) => news.curve === of).flatMap(({ losses }) => losses);

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

  it('reads a table that is large enough for several threads, in parts and whole the same', async () => {
    const path = join(folder, 'huge.csv');
    const cell = (i: number): string => `${i / 8},${(i % 1000) / 64},"t ${i % 3}",0.12345678901234567`;
    await writeFile(path, `a,b,s,d\n${Array.from({ length: 600_000 }, (_, i) => cell(i)).join('\n')}\n`);
    const preview = await rpc.remote.preview(path, 'p');
    expect([preview.rows, preview.problems]).toEqual([600_000, []]);
    expect(preview.columns).toMatchObject([
      { name: 'a', min: 0, max: 599_999 / 8, missing: 0 },
      { name: 'b', min: 0, max: 999 / 64 },
      { name: 's', type: 'text', examples: ['t 0', 't 1', 't 2'] },
      { name: 'd', distinct: 1, examples: [String(Number('0.12345678901234567'))] },
    ]);
    // One table is kept: after another one the large one is read anew. Messages arrive in their order, so it has just begun.
    await rpc.remote.preview(join(folder, 'small.csv'), 'p');
    const running = rpc.remote.preview(path, 'stop');
    await rpc.remote.cancel('stop');
    await expect(running).rejects.toThrow('cancelled');
  });

  it('takes the text of an open editor for what the disk has', async () => {
    const path = join(folder, 'small.csv');
    expect((await rpc.remote.preview(path, 'p', 'a,y\n1,0\n2,1\n')).rows).toBe(2);
    expect((await rpc.remote.preview(path, 'p')).rows).toBe(500);
    expect((await rpc.remote.preview('untitled:Untitled-1', 'p', '1;2\n3;4\n5;6\n')).rows).toBe(3);
    const text = table(40);
    const request = { job, data: choice('small.csv'), text };
    expect((await rpc.remote.check({ runId: 'c', ...request })).rows).toBe(40);
    const use = await rpc.remote.use({ runId: 'u', ...request });
    expect([use.rows, use.features, use.problems]).toEqual([40, 3, []]);
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
    expect(curve()).toHaveLength(result.epochs);
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
    // The rule is 100 ms; a machine with other work to do may let the two threads wait for it.
    expect(performance.now() - asked).toBeLessThan(1_000);
    expect(result.end).toBe('cancelled');
    expect(curve().length).toBe(result.epochs);
    expect(result.epochs).toBeGreaterThan(2);
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
    expect(await training).toMatchObject({ end: 'cancelled', epochs: 0 });
  });

  it('rejects a check that is cancelled, and goes on', async () => {
    await rpc.remote.preview(choice('large.csv').path, 'p');
    const running = rpc.remote.check({ runId: 'c2', job, data: choice('large.csv') });
    const ended = expect(running).rejects.toThrow('The check was cancelled.');
    await rpc.remote.cancel('c2');
    await ended;
    expect((await rpc.remote.preview(join(folder, 'small.csv'), 'p')).rows).toBe(500);
  });

  describe('told in mid-run', () => {
    const begin = (runId: string, more: Partial<TrainOptions> = {}): Promise<TrainResult> => {
      progress.length = 0;
      checks.length = 0;
      states.length = 0;
      const request = { runId, job, data: choice('small.csv') };
      return rpc.remote.train({ ...request, options: { ...options, epochs: 1_000_000, ...more } });
    };
    const reached = (): number => Math.max(0, ...progress.map(({ epoch }) => epoch));
    const running = (): Promise<void> =>
      expect.poll(reached, { timeout: 20_000, interval: 5 }).toBeGreaterThan(10);
    /** Where the run stands: a check waits for it, also while it is held. */
    const standing = async (runId: string): Promise<number> => (await rpc.remote.checkRun(runId)).epoch;

    it('holds, does one epoch at a time, and goes on', async () => {
      const result = begin('held');
      await running();
      await rpc.remote.hold('held', true);
      const held = await standing('held');
      for (let step = 1; step <= 3; step += 1) {
        await rpc.remote.step('held');
        await expect.poll(() => standing('held'), { timeout: 5_000, interval: 5 }).toBe(held + step);
      }
      await rpc.remote.hold('held', false);
      await expect.poll(() => standing('held'), { timeout: 5_000, interval: 5 }).toBeGreaterThan(held + 10);
      await rpc.remote.cancel('held');
      expect((await result).end).toBe('cancelled');
    });

    it('checks the gradients where the run stands', async () => {
      const result = begin('asked');
      await rpc.remote.hold('asked', true);
      expect(await standing('asked')).toBe(0);
      for (let step = 1; step <= 20; step += 1) await rpc.remote.step('asked');
      await expect.poll(() => standing('asked'), { timeout: 5_000, interval: 5 }).toBe(20);
      const report = await rpc.remote.checkRun('asked');
      expect(report).toMatchObject({ at: 'on-demand', epoch: 20 });
      expect(report.parameters.map(({ derivedVerdict }) => derivedVerdict)).toEqual(['right', 'right']);
      await rpc.remote.cancel('asked');
      const { checks: made } = await result;
      expect(new Set(made.map(({ at }) => at))).toEqual(new Set(['start', 'on-demand']));
      expect(report.loss).toBeLessThan(curve()[0] ?? 0);
      await expect(rpc.remote.checkRun('asked')).rejects.toThrow('the run has ended');
    });

    it('trains both gradients side by side from the same start', async () => {
      const result = await begin('both', { epochs: 200, sideBySide: true, learningRate: 0.001 });
      expect([curve().length, curve('hand').length]).toEqual([200, 200]);
      expect(curve('hand')[0]).toBe(curve()[0]);
      expect(result.hand?.comparison.kind).toBe('faster');
      expect(result.checks.map(({ at }) => at)).toEqual(['start', 'middle', 'end']);
      // The gradient of w is not averaged.
      expect(result.hand?.comparison.text).toMatch(/times as long as the derived one/);
    });

    it('goes on from a checkpoint to the last bit', async () => {
      const whole = await begin('whole', { epochs: 3_000 });
      const wholeCurve = curve();
      // Held before it begins, so that it cannot end before it is asked to.
      const first = begin('first', { epochs: 3_000 });
      await rpc.remote.hold('first', true);
      expect(await standing('first')).toBe(0);
      for (let step = 1; step <= 20; step += 1) await rpc.remote.step('first');
      await expect.poll(() => states.at(-1)?.epoch, { timeout: 5_000, interval: 5 }).toBe(20);
      await rpc.remote.cancel('first');
      await first;
      const [state] = states.slice(-1);
      const told = curve().slice(0, state?.epoch);
      progress.length = 0;
      const rest = await rpc.remote.train({
        runId: 'rest',
        job,
        data: choice('small.csv'),
        options: { ...options, epochs: 3_000 },
        states: state ? [state] : [],
      });
      expect([...told, ...curve()]).toEqual(wholeCurve);
      expect(rest.parameters).toEqual(whole.parameters);
    });
  });
});
