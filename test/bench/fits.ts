/** Whole fits of logistic regression against scikit-learn, in turn: to the gradient that it reaches, the kernel's making included. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRandom, normal } from '../../src/core/random';
import { createDataMemory } from '../../src/engine/dataMemory';
import type { Dataset } from '../../src/engine/dataset';
import { train } from '../../src/engine/train';
import type { TrainResult } from '../../src/protocol/training';
import { createCrew, type StartedCrew } from '../../src/worker/crew';
import { median, type Result } from './measure';
import { jobOf } from './models';

export const FIT = 'fit, logistic regression';
const SIZES = [
  [1e4, 10],
  [1e5, 30],
  [1e6, 30],
] as const;
const THREADS = [1, 2];
/** Digits to which the losses must agree. */
const DIGITS = 12;

export interface FitOptions {
  readonly rounds: number;
  readonly only: string | undefined;
  /** The worker's script, and that of the peer. */
  readonly worker: string;
  readonly peer: string;
  readonly report: (line: string) => void;
}

interface Answer {
  readonly ms: number;
  readonly loss: number;
  readonly gradient: number;
}

export async function runFits(options: FitOptions): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nabla-fits-'));
  const crews = new Map(THREADS.map((threads) => [threads, createCrew(options.worker, threads - 1)]));
  const results: Result[] = [];
  try {
    for (const [m, n] of SIZES) {
      const name = `${m.toExponential(0)}x${n}`;
      if (options.only !== undefined && !`${FIT} ${name}`.includes(options.only)) continue;
      const data = makeData(m, n);
      const files = { X: join(folder, 'X'), y: join(folder, 'y') };
      await writeFile(files.X, data.inputs.X ?? '');
      await writeFile(files.y, data.inputs.y ?? '');
      for (const threads of THREADS) {
        const own: number[] = [];
        const peers: number[] = [];
        for (let round = 0; round < options.rounds; round += 1) {
          const peer = await fitByPeer(options.peer, m, n, files, threads);
          if (!peer) {
            options.report('no Python with scikit-learn: fits are left out');
            return results;
          }
          const fit = await fitOwn(data, peer.gradient, crews.get(threads));
          agree(name, fit, peer);
          own.push(fit.milliseconds);
          peers.push(peer.ms);
        }
        for (const [contender, runs] of [['nabla, l-bfgs', own] as const, ['scikit-learn', peers] as const]) {
          const middle = median(runs);
          options.report(`${FIT} | ${name} f64 ${threads} | ${contender} | ${middle.toPrecision(3)} ms`);
          results.push({
            bench: FIT,
            case: name,
            contender,
            threads,
            dtype: 'f64',
            unit: 'ms',
            median: middle,
            runs,
          });
        }
      }
    }
  } finally {
    for (const crew of crews.values()) await crew.dispose();
    await rm(folder, { recursive: true });
  }
  return results;
}

function makeData(m: number, n: number): Dataset {
  const random = createRandom(1);
  const truth = new Float64Array(n).map(() => normal(random) / Math.sqrt(n));
  // As a table is prepared for a run.
  const memory = createDataMemory();
  const X = memory?.take(m * n, n) ?? new Float64Array(m * n);
  for (let k = 0; k < X.length; k += 1) X[k] = normal(random);
  const y = memory?.take(m, 1) ?? new Float64Array(m);
  for (let i = 0; i < m; i += 1) {
    let z = 0.1;
    for (let j = 0; j < n; j += 1) z += (X[i * n + j] ?? 0) * (truth[j] ?? 0);
    y[i] = Number(random() < 1 / (1 + Math.exp(-z)));
  }
  const features = Array.from({ length: n }, (_, j) => `x${j}`);
  return {
    sizes: { m, n },
    inputs: { X, y },
    ...(memory ? { memory } : {}),
    rows: m,
    features,
    classes: null,
    scaling: [],
    notes: [],
  };
}

/** Null where there is no scikit-learn. */
async function fitByPeer(
  script: string,
  m: number,
  n: number,
  files: { readonly X: string; readonly y: string },
  threads: number,
): Promise<Answer | null> {
  const env = { ...process.env, OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` };
  try {
    const { stdout } = await promisify(execFile)('python3', [script, `${m}`, `${n}`, files.X, files.y], {
      env,
    });
    return JSON.parse(stdout) as Answer;
  } catch {
    return null;
  }
}

function fitOwn(dataset: Dataset, tolerance: number, crew: StartedCrew | undefined): Promise<TrainResult> {
  return train(
    {
      runId: 'fit',
      job: jobOf('logistic'),
      dataset,
      // The peer tells no standard errors either.
      coefficients: false,
      options: {
        learningRate: 1,
        epochs: 1000,
        seed: 0,
        initScale: 0,
        tolerance,
        optimizer: 'l-bfgs',
      },
    },
    {
      now: () => performance.now(),
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      cancelled: () => false,
      progress: () => undefined,
      ...(crew ? { crew } : {}),
    },
  );
}

/** Throws where the fits are not the same. */
function agree(name: string, fit: TrainResult, peer: Answer): void {
  const loss = fit.losses.at(-1) ?? NaN;
  if (fit.end !== 'converged') throw new Error(`${name}: ${fit.message}`);
  if (!(Math.abs(loss / peer.loss - 1) < 10 ** -DIGITS))
    throw new Error(`${name}: the loss is ${loss}, that of scikit-learn ${peer.loss}`);
}

/** The fits as a page: medians, and how many times as long as ours the other takes. */
export function fitPage(results: readonly Result[], machine: string): string {
  const cells = [...new Set(results.map((row) => `${row.case} | ${row.threads}`))];
  const lines = cells.map((cell) => {
    const [own, peer] = ['nabla, l-bfgs', 'scikit-learn'].map(
      (name) =>
        results.find((row) => `${row.case} | ${row.threads}` === cell && row.contender === name)?.median ??
        NaN,
    );
    return `| ${cell} | ${own?.toPrecision(3)} | ${peer?.toPrecision(3)} | ${((peer ?? NaN) / (own ?? NaN)).toPrecision(2)} |`;
  });
  return `# Fit bench\n\nWritten by \`npm run bench -- engine\` on ${machine}. Logistic regression without a penalty, to the largest gradient component that scikit-learn ends with; medians in ms of whole fits in turn, the making of the kernel included. The final losses agree to ${DIGITS} digits.\n\n| size | threads | nabla, l-bfgs | scikit-learn | ratio |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
}
