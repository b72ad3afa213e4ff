/** An engine with the real worker and a table for it, for tests of runs. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { createEngine, type Engine, type TrainListener } from '../../../src/host/engine';
import type { DataChoice } from '../../../src/protocol/training';
import { normals, random } from '../engine/support';

export interface TrainingBench {
  readonly engine: Engine;
  /** All that were started, the latest last. */
  readonly workers: readonly Worker[];
  readonly data: DataChoice;
  /** Another engine on the same worker. */
  another(started: (worker: Worker) => void): Engine;
  dispose(): Promise<void>;
}

/** With three features that are drawn at random, and labels that they say nothing of. */
export async function trainingBench(rows: number, digits = 17): Promise<TrainingBench> {
  const folder = await mkdtemp(join(tmpdir(), 'nabla-runs-'));
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
  const line = () =>
    [...normals(3, next), next() > 0.5 ? 1 : 0].map((value) => Number(value.toPrecision(digits))).join(',');
  const path = join(folder, 'data.csv');
  await writeFile(path, ['a,b,c,y', ...Array.from({ length: rows }, line), ''].join('\n'));
  const workers: Worker[] = [];
  const another = (started: (worker: Worker) => void) => createEngine(folder, () => undefined, started);
  const engine = another((worker) => workers.push(worker));
  return {
    engine,
    workers,
    data: { path, target: 'y', features: ['a', 'b', 'c'], standardise: true, missing: 'drop' },
    another,
    dispose: () => {
      engine.dispose();
      return rm(folder, { recursive: true, force: true });
    },
  };
}

export const silent: TrainListener = {
  onProgress: () => undefined,
  onReading: () => undefined,
  onCheck: () => undefined,
  onCheckpoint: () => undefined,
  onLost: () => undefined,
};
