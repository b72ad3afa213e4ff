/** What the thread that talks to the editor is held up by, while tables are read and runs go on. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCheckpoints } from '../../src/host/checkpoints';
import { noCourses, restore } from '../../src/host/course';
import { createEngine, type Engine } from '../../src/host/engine';
import { fileHash, jobHash } from '../../src/host/fingerprint';
import type { StoredRun } from '../../src/host/runFile';
import { encodeState } from '../../src/engine/training/state';
import type { RunState } from '../../src/engine/api';
import type { DataChoice, TrainOptions } from '../../src/protocol/training';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from '../unit/engine/jobs';
import { normals, random } from '../unit/engine/support';
import { median, type Result, type Unit } from './measure';

interface HostBench {
  readonly rounds: number;
  /** The worker's bundle. */
  readonly worker: string;
  readonly report: (line: string) => void;
}

const FEATURES = 20;
const LARGE = 200_000;
const SMALL = 200;
const CANCELLATIONS = 40;

/** The longest time in ms that nothing else had a turn, while something goes on. */
async function longestHold(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  try {
    await work();
    // The last one counts, too.
    await new Promise((resolve) => setTimeout(resolve, 2));
  } finally {
    clearInterval(timer);
  }
  return longest;
}

async function writeTable(path: string, rows: number): Promise<void> {
  const next = random(5);
  const lines = [`${Array.from({ length: FEATURES }, (_, j) => `f${j}`).join(',')},y`];
  for (let i = 0; i < rows; i += 1)
    lines.push(
      [...normals(FEATURES, next), next() > 0.5 ? 1 : 0].map((value) => value.toPrecision(7)).join(','),
    );
  await writeFile(path, `${lines.join('\n')}\n`);
}

const choice = (path: string): DataChoice => ({
  path,
  target: 'y',
  features: Array.from({ length: FEATURES }, (_, j) => `f${j}`),
  standardise: true,
  missing: 'drop',
});
const options: TrainOptions = { learningRate: 0.1, epochs: 100, seed: 1, initScale: 0.01, tolerance: 0 };

export async function runHost({ rounds, worker, report }: HostBench): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nabla-host-bench-'));
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'dist', 'worker.cjs'), `require(${JSON.stringify(worker)});\n`);
  const [large, small] = [join(folder, 'large.csv'), join(folder, 'small.csv')];
  await writeTable(large, LARGE);
  await writeTable(small, SMALL);
  const engine = createEngine(folder, report);
  const checkpoints = createCheckpoints(join(folder, 'runs'), report);
  const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT, LOGISTIC_GRADIENT);
  const results: Result[] = [];
  const add = (name: string, contender: string, unit: Unit, runs: readonly number[], value: number): void => {
    report(`host | ${name} | ${contender} | ${value.toPrecision(3)} ${unit}`);
    results.push({
      bench: 'host',
      case: name,
      contender,
      threads: 1,
      dtype: 'f64',
      unit,
      median: value,
      runs: [...runs],
    });
  };
  const never = new AbortController().signal;
  let count = 0;

  const train = (path: string, given: Partial<TrainOptions>, signal = never, on?: () => void) => {
    count += 1;
    const runId = `run-${count}`;
    const data = choice(path);
    const states = new Map<string, RunState>();
    let saved = performance.now();
    let content: string | null = null;
    void fileHash(path).then((hash) => (content = hash));
    return engine.train(
      { runId, job, data, options: { ...options, ...given } },
      noCourses(),
      {
        onProgress: () => on?.(),
        onReading: () => undefined,
        onCheck: () => undefined,
        onLost: () => undefined,
        onCheckpoint: (state) => {
          states.set(state.curve, state);
          if (performance.now() - saved < 1_000 || content === null) return;
          saved = performance.now();
          void checkpoints.save(stored(data, content, [...states.values()]));
        },
      },
      signal,
    );
  };

  const stored = (data: DataChoice, content: string, states: readonly RunState[]): StoredRun => ({
    key: 'bench',
    name: 'bench',
    options,
    choice: data,
    definition: jobHash(job),
    data: content,
    savedAt: Date.now(),
    states,
  });

  try {
    const long = longRun(1_000_000);
    const works: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['nothing', () => new Promise((resolve) => setTimeout(resolve, 500))],
      [`preview of ${LARGE} rows`, () => fresh(engine, large)],
      ['hash of that table', () => fileHash(large)],
      [`training on ${LARGE} rows`, () => train(large, {})],
      [`training on ${SMALL} rows, 50,000 epochs`, () => train(small, { epochs: 50_000 })],
      ['both gradients side by side', () => train(small, { epochs: 20_000, sideBySide: true })],
      ['keeping a run of 1,000,000 epochs', () => checkpoints.save(stored(choice(small), '', [long]))],
      ['finding that run', () => checkpoints.find('bench')],
    ];
    for (const [name, work] of works) {
      const runs: number[] = [];
      for (let round = 0; round < rounds; round += 1) runs.push(await longestHold(work));
      add(name, 'longest hold', 'ms', runs, median(runs));
    }
    const restored = await longestHold(() => restore(noCourses(), [long]));
    add('picking that run up', 'longest hold', 'ms', [restored], restored);
    for (const [name, path] of [
      [`cancelling on ${LARGE} rows`, large],
      [`cancelling on ${SMALL} rows`, small],
    ] as const) {
      const runs: number[] = [];
      for (let round = 0; round < CANCELLATIONS; round += 1) runs.push(await cancelled(path));
      add(name, 'median', 'ms', runs, median(runs));
      add(name, 'slowest', 'ms', runs, Math.max(...runs));
    }
  } finally {
    engine.dispose();
    await rm(folder, { recursive: true, force: true });
  }
  return results;

  async function cancelled(path: string): Promise<number> {
    const controller = new AbortController();
    let asked = 0;
    const ended = train(path, { epochs: 5_000_000 }, controller.signal, () => {
      if (asked !== 0) return;
      asked = performance.now();
      controller.abort();
    });
    await ended.catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });
    return performance.now() - asked;
  }
}

/** The worker keeps the last table that it read. */
async function fresh(engine: Engine, path: string): Promise<void> {
  await writeFile(path, '\n', { flag: 'a' });
  await engine.preview(path, new AbortController().signal);
}

function longRun(epochs: number): RunState {
  const numbers = (): Float64Array => new Float64Array(epochs).fill(0.5);
  const bytes = encodeState({
    version: 1,
    definitionId: 'bench',
    options: { ...options, epochs },
    epoch: epochs,
    step: epochs,
    parameters: {},
    lastGood: {},
    optimizer: { name: 'gradient-descent', memory: {} },
    evaluated: null,
    losses: numbers(),
    gradientNorms: numbers(),
    validationLosses: new Float64Array(),
    best: null,
    checks: [],
    milliseconds: 0,
  });
  return { curve: 'derived', epoch: epochs, bytes };
}

/** The results as a page. */
export function hostPage(results: readonly Result[]): string {
  const machine = `Node ${process.version} on ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores`;
  const row = ({ case: name, contender, median: value, runs }: Result): string =>
    `| ${name} | ${contender} | ${value.toFixed(1)} | ${Math.max(...runs).toFixed(1)} |`;
  return `# The host's thread

\`npm run bench -- host\`, ${machine}. How long nothing else had a turn in the thread that talks to the editor, at the longest, while
tables of ${FEATURES} features are read and runs go on in the worker (ms; median and most of the rounds; with nothing going on it is what the
timer itself is off by), and how long it takes from asking a run to end until it has.

| what goes on | | ms | most |
|---|---|---|---|
${results.map(row).join('\n')}
`;
}
