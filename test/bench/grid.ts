/** Loss and gradient of the engine's kernels against the libraries of Python, all in turn. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunner, type Arrays } from '../../src/engine/interpret';
import { gradientOutput } from '../../src/engine/job';
import { createKernel, type Kernel } from '../../src/engine/kernel';
import { LOSS } from '../../src/engine/program';
import { canFuse } from '../../src/engine/wasm/compile';
import { createCrew, type StartedCrew } from '../../src/worker/crew';
import { EXACT, GROUPS, LOGISTIC, type BenchModel, type Problem } from './groups';
import { median, type Result } from './measure';
import { jobOf } from './models';
import { Peer } from './peer';

const THREADS = [1, 2];
const DTYPES = ['f64', 'f32'] as const;
type Dtype = (typeof DTYPES)[number];
/** Multiplications of the data beyond which one call is long enough to be timed. */
const LONG = 2e7;
/**
 * ms of rest before each timing on several threads: those of the libraries wait for more work actively for a while (200 ms in
 * OpenMP), and would take the processors of whoever comes next.
 */
const REST = 250;
/** What two contenders may differ by in the loss, relative to it. */
const AGREEMENT = { f64: 1e-9, f32: 1e-4 } as const;

export interface GridOptions {
  readonly rounds: number;
  readonly only: string | undefined;
  /** The worker's script, and that of the peers. */
  readonly worker: string;
  readonly peer: string;
  readonly report: (line: string) => void;
}

/** Milliseconds per call, after one that is not timed, and the loss. */
interface Timing {
  readonly ms: number;
  readonly loss: number;
}

interface Timed {
  readonly bench: string;
  readonly contender: string;
  readonly time: (repeat: number) => Promise<Timing>;
}

interface Cell {
  readonly problem: Problem;
  readonly dtype: Dtype;
  readonly threads: number;
}

export async function runGrid(options: GridOptions): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nabla-bench-'));
  const results: Result[] = [];
  const crews = new Map(THREADS.map((threads) => [threads, createCrew(options.worker, threads - 1)]));
  const peers = new Map<number, Peer>();
  const isChosen = (name: string): boolean => options.only === undefined || name.includes(options.only);
  try {
    for (const threads of THREADS) {
      const peer = await Peer.start(options.peer, threads);
      if (peer) peers.set(threads, peer);
    }
    if (peers.size === 0) options.report('no Python with NumPy: its libraries are left out');
    for (const { make } of GROUPS.filter(({ name }) => isChosen(name))) {
      const problem = make();
      const files = await save(folder, problem);
      for (const dtype of DTYPES)
        for (const threads of THREADS) {
          const peer = peers.get(threads);
          await peer?.load(dtype, files, problem.parameters);
          const cell = { problem, dtype, threads };
          const own = problem.models.map((model) => kernelOf(cell, model, crews.get(threads) ?? null));
          const timed = [
            ...own.map(({ timed: ours }) => ours),
            ...(dtype === 'f64' && threads === 1 ? interpreters(problem) : []),
            ...problem.models.flatMap((model) => (peer ? peersOf(peer, model) : [])),
          ];
          results.push(...(await inTurn(timed, cell, options)));
          own.forEach(({ kernel }) => {
            kernel.dispose();
          });
        }
    }
    const [peer] = peers.values();
    for (const { make } of EXACT.filter(({ name }) => peer && isChosen(name))) {
      const problem = make();
      const files = await save(folder, problem);
      for (const dtype of DTYPES)
        if (peer) results.push(...(await errorsOf(problem, dtype, peer, files, options.report)));
    }
  } finally {
    for (const peer of peers.values()) peer.stop();
    for (const crew of crews.values()) await crew.dispose();
    await rm(folder, { recursive: true });
  }
  return results;
}

type Files = Readonly<Record<string, { readonly path: string; readonly shape: readonly number[] }>>;

async function save(folder: string, { arrays }: Problem): Promise<Files> {
  const files: Record<string, Files[string]> = {};
  for (const [name, { shape, values }] of Object.entries(arrays)) {
    const path = join(folder, name);
    await writeFile(path, values);
    files[name] = { path, shape };
  }
  return files;
}

/** The arrays under the names that the definition has, apart by whether they are its parameters. */
function inputsOf({ arrays, parameters }: Problem, { job }: BenchModel): { data: Arrays; point: Arrays } {
  const label = jobOf(job).inputs.find(({ role }) => role === 'label')?.name ?? 'y';
  const named = (names: readonly string[]): Arrays =>
    Object.fromEntries(
      names.map((name) => [name === 'y' ? label : name, arrays[name]?.values ?? new Float64Array(0)]),
    );
  return {
    data: named(Object.keys(arrays).filter((name) => !parameters.includes(name))),
    point: named(parameters),
  };
}

const precisionOf = (dtype: Dtype): 'double' | 'single' => (dtype === 'f64' ? 'double' : 'single');

function makeKernel(
  { problem, dtype }: Pick<Cell, 'problem' | 'dtype'>,
  model: BenchModel,
  crew: StartedCrew | null,
): { kernel: Kernel; point: Arrays } {
  const { data, point } = inputsOf(problem, model);
  const settings = { precision: precisionOf(dtype), fused: canFuse() };
  const made = createKernel(jobOf(model.job).gradient, problem.sizes, data, settings, crew);
  if (!made.ok) throw new Error(made.message);
  return { kernel: made.value, point };
}

function timer(run: () => Arrays): Timed['time'] {
  return (repeat) => {
    let last = run();
    const began = performance.now();
    for (let call = 0; call < repeat; call += 1) last = run();
    const ms = (performance.now() - began) / repeat;
    return Promise.resolve({ ms, loss: last[LOSS]?.[0] ?? NaN });
  };
}

function kernelOf(cell: Cell, model: BenchModel, crew: StartedCrew | null): { timed: Timed; kernel: Kernel } {
  const { kernel, point } = makeKernel(cell, model, crew);
  const drained = (): Arrays => {
    const work = kernel.steps(point);
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
    }
  };
  return { timed: { bench: model.bench, contender: 'nabla', time: timer(drained) }, kernel };
}

function interpreters(problem: Problem): Timed[] {
  const [model] = problem.models;
  if (model?.bench !== LOGISTIC || (problem.sizes.m ?? 0) > 1e5) return [];
  const { data, point } = inputsOf(problem, model);
  const runner = createRunner(jobOf(model.job).gradient, problem.sizes, data);
  return [{ bench: model.bench, contender: 'nabla, interpreter', time: timer(() => runner.run(point)) }];
}

function peersOf(peer: Peer, { bench, model }: BenchModel): Timed[] {
  return peer.contenders(model).map((contender) => ({
    bench,
    contender,
    time: async (repeat) => {
      const { ms = NaN, loss = NaN } = await peer.time(model, contender, repeat);
      return { ms, loss };
    },
  }));
}

const multiplications = ({ sizes: { m = 1, n = 1, h = 1, k = 1 } }: Problem): number =>
  m * n * Math.max(h, k);

async function inTurn(
  timed: readonly Timed[],
  { problem, dtype, threads }: Cell,
  { rounds, report }: GridOptions,
): Promise<Result[]> {
  const repeat = Math.max(1, Math.round(LONG / multiplications(problem)));
  const runs = timed.map((): number[] => []);
  const losses = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1)
    for (const [k, { bench, contender, time }] of timed.entries()) {
      if (threads > 1) await new Promise((resolve) => setTimeout(resolve, REST));
      const { ms, loss } = await time(repeat);
      runs[k]?.push(ms);
      if (contender === 'nabla') losses.set(bench, loss);
      const own = losses.get(bench) ?? NaN;
      if (!contender.startsWith('read') && Math.abs(loss - own) > AGREEMENT[dtype] * Math.abs(own))
        throw new Error(`${contender} has another loss in ${problem.name}: ${loss}, not ${own}`);
    }
  return timed.flatMap(({ bench, contender }, k): Result[] => {
    const own = runs[k] ?? [];
    const middle = median(own);
    if (Number.isNaN(middle)) return [];
    report(
      `${bench} | ${problem.name} ${dtype} ${threads} | ${contender} | ${middle.toPrecision(3)} ms, least ${Math.min(...own).toPrecision(3)}`,
    );
    return [{ bench, case: problem.name, contender, threads, dtype, unit: 'ms', median: middle, runs: own }];
  });
}

export const ERRORS = 'error of the gradient, logistic regression';

/** The largest error of the gradient relative to its largest entry, against 80 bits on the same, rounded data. */
async function errorsOf(
  problem: Problem,
  dtype: Dtype,
  peer: Peer,
  files: Files,
  report: (line: string) => void,
): Promise<Result[]> {
  const [model] = problem.models;
  if (!model) return [];
  await peer.load(dtype, files, problem.parameters);
  const exact = await peer.gradient(model.model, 'exact');
  const largest = exact.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const errorOf = (gradient: readonly number[]): number =>
    exact.reduce((most, value, k) => Math.max(most, Math.abs((gradient[k] ?? NaN) - value)), 0) / largest;
  const { kernel, point } = makeKernel({ problem, dtype }, model, null);
  const rounded = Object.fromEntries(
    Object.entries(point).map(([name, values]) => [name, dtype === 'f64' ? values : values.map(Math.fround)]),
  );
  const outputs = kernel.run(rounded);
  const own = problem.parameters.flatMap((name) => Array.from(outputs[gradientOutput(name)] ?? []));
  const found: [string, number][] = [['nabla', errorOf(own)]];
  for (const contender of peer.contenders(model.model).filter((name) => !name.startsWith('read')))
    found.push([contender, errorOf(await peer.gradient(model.model, contender))]);
  return found.map(([contender, error]): Result => {
    report(`${ERRORS} | ${problem.name} ${dtype} | ${contender} | ${error.toExponential(1)}`);
    return {
      bench: ERRORS,
      case: problem.name,
      contender,
      threads: 1,
      dtype,
      unit: 'relative error',
      median: error,
      runs: [error],
    };
  });
}
