import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDataMemory } from '../../../src/engine/dataMemory';
import { createKernel, type Kernel } from '../../../src/engine/kernel';
import { createCrew } from '../../../src/worker/crew';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import { normals, random, unwrap } from './support';

const { gradient } = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
const [m, n] = [150_000, 12];
const next = random(11);
const data = { X: normals(m * n, next), y: Float64Array.from({ length: m }, () => (next() < 0.5 ? 0 : 1)) };
const point = { w: normals(n, next), b: Float64Array.of(0.1) };

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-crew-'));
  file = join(folder, 'worker.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../../../src/worker.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  });
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function evaluate(kernel: Kernel, most = Infinity): Promise<Record<string, Float64Array> | null> {
  const work = kernel.steps(point);
  for (let steps = 0; steps < most; steps += 1) {
    const step = work.next();
    if (step.done) return step.value;
    await breathe();
  }
  return null;
}

const shared = (crew: Parameters<typeof createKernel>[4]): Kernel =>
  unwrap(createKernel(gradient, { m, n }, data, { precision: 'double', fused: false }, crew));

describe('a crew', () => {
  const expected = shared(null).run(point);

  it('gives results that do not depend on the number of threads', async () => {
    for (const helpers of [1, 2, 3]) {
      const crew = createCrew(file, helpers);
      const kernel = shared(crew);
      expect(kernel.about).toBe(`a kernel in double precision, on ${1 + helpers} threads`);
      for (let run = 0; run < 5; run += 1) expect(await evaluate(kernel)).toEqual(expected);
      await crew.dispose();
    }
  });

  it('is nobody where threads share no memory, and says so', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    try {
      const crew = createCrew(file, 3);
      const kernel = shared(crew);
      expect(kernel.about).toBe(
        'a kernel in double precision, on one thread, as this host has no memory that threads share',
      );
      expect(kernel.run(point)).toEqual(expected);
      kernel.dispose();
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('reads data where they lie, also with kernels for which their memory has grown', async () => {
    const memory = createDataMemory();
    const X = memory?.take(m * n, n);
    const y = memory?.take(m, 1);
    if (!memory || !X || !y) throw new Error('no shared memory');
    X.set(data.X);
    y.set(data.y);
    const crew = createCrew(file, 2);
    const settings = { precision: 'double', fused: false } as const;
    const made = (): Kernel => unwrap(createKernel(gradient, { m, n }, { X, y }, settings, crew, memory));
    const first = made();
    expect(await evaluate(first)).toEqual(expected);
    const size = memory.memory.buffer.byteLength;
    const others = [made(), made()];
    expect(memory.memory.buffer.byteLength).toBeGreaterThan(size);
    for (let run = 0; run < 4; run += 1)
      for (const kernel of [first, ...others]) expect(await evaluate(kernel)).toEqual(expected);
    await crew.dispose();
  });

  it('takes part in the work', async () => {
    const crew = createCrew(file, 1);
    const kernel = shared(crew);
    const taken = new Set<number>();
    // Until the helper has started, which may take long where many processes share the machine.
    const latest = performance.now() + 25_000;
    while (taken.size === 0 && performance.now() < latest) {
      const work = kernel.steps(point);
      for (let step = work.next(); !step.done; step = work.next()) {
        // What a chunk of the present job holds beyond its number: 3 or more says who has taken it.
        for (const state of crew.board.subarray(8, 8 + 8)) if (state % 64 > 3) taken.add((state % 64) - 3);
        await breathe();
      }
    }
    expect([...taken]).toEqual([1]);
    await crew.dispose();
  }, 30_000);

  it('starts its threads once, before the first kernel where it is told to', async () => {
    let started = 0;
    const crew = createCrew(file, 2, () => {
      started += 1;
    });
    expect(started).toBe(0);
    crew.start();
    crew.start();
    expect(started).toBe(2);
    expect(await evaluate(shared(crew))).toEqual(expected);
    expect(started).toBe(2);
    await crew.dispose();
  });

  it('survives the loss of its threads at any time', async () => {
    const ready: Worker[] = [];
    const crew = createCrew(file, 2, (worker) => {
      worker.once('message', () => ready.push(worker));
    });
    const kernel = shared(crew);
    for (let loss = 0; loss < 20; loss += 1) {
      while (ready.length === 0) await breathe();
      const result = evaluate(kernel);
      for (let pause = 0; pause < loss % 7; pause += 1) await breathe();
      void ready.shift()?.terminate();
      expect(await result).toEqual(expected);
    }
    await crew.dispose();
  });

  it('can be left in mid-run, and is right in the next', async () => {
    const crew = createCrew(file, 2);
    const kernel = shared(crew);
    for (let steps = 1; steps < 12; steps += 1) {
      await evaluate(kernel, steps % 5);
      expect(await evaluate(kernel)).toEqual(expected);
    }
    await crew.dispose();
  });

  it('works on several kernels, also after one is forgotten', async () => {
    const crew = createCrew(file, 2);
    const [first, second] = [shared(crew), shared(crew)];
    expect(await evaluate(first)).toEqual(expected);
    expect(await evaluate(second)).toEqual(expected);
    first.dispose();
    expect(await evaluate(second)).toEqual(expected);
    await crew.dispose();
  });

  it('is shared by kernels that are run in turn, step by step', async () => {
    const crew = createCrew(file, 2);
    const results = await Promise.all(
      [shared(crew), shared(crew), shared(crew)].map((kernel) => evaluate(kernel)),
    );
    expect(results).toEqual([expected, expected, expected]);
    await crew.dispose();
  });

  it('leaves small data to one thread', () => {
    const crew = createCrew(file, 2);
    const small = unwrap(
      createKernel(
        gradient,
        { m: 100, n },
        { X: data.X.slice(0, 100 * n), y: data.y.slice(0, 100) },
        { precision: 'double', fused: false },
        crew,
      ),
    );
    expect(small.about).toBe('a kernel in double precision');
  });

  it('does the work alone when no helper can be started', async () => {
    const crew = createCrew(join(folder, 'missing.cjs'), 2);
    const kernel = shared(crew);
    expect(await evaluate(kernel)).toEqual(expected);
    await crew.dispose();
  });
});
