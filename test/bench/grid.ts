/** Loss and gradient of the engine's kernels against the libraries of Python, all in turn, and as a page. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { createRandom, normal } from '../../src/core/random';
import { createRunner } from '../../src/engine/interpret';
import { createKernel, type Kernel } from '../../src/engine/kernel';
import { canFuse } from '../../src/engine/wasm/compile';
import { createCrew, type StartedCrew } from '../../src/worker/crew';
import { median, type Result } from './measure';
import { jobOf } from './models';

const SIZES = [
  [1e4, 10],
  [1e5, 30],
  [1e6, 30],
  [1e6, 100],
] as const;
const THREADS = [1, 2];
const DTYPES = ['f64', 'f32'] as const;
type Dtype = (typeof DTYPES)[number];
/** Elements of the data beyond which one call is long enough to be timed. */
const LONG = 2e7;

export interface GridOptions {
  readonly rounds: number;
  readonly only: string | undefined;
  /** The worker's script, and that of the peers. */
  readonly worker: string;
  readonly peer: string;
  readonly report: (line: string) => void;
}

interface Timed {
  readonly bench: string;
  readonly contender: string;
  /** Milliseconds per call, after one that is not timed. */
  readonly time: (repeat: number) => Promise<number>;
}

interface Answer {
  readonly names?: readonly string[];
  readonly ms?: number;
  readonly error?: string;
}

/** A Python process that answers line by line; null where there is no Python with NumPy. */
class Peer {
  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly lines: Interface,
    readonly names: readonly string[],
  ) {}

  static async start(script: string, threads: number): Promise<Peer | null> {
    const env = { ...process.env, OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` };
    const child = spawn('python3', [script], { env });
    const lines = createInterface(child.stdout);
    child.stderr.resume();
    const peer = new Peer(child, lines, []);
    const failed = new Promise<null>((resolve) => {
      child.once('error', () => {
        resolve(null);
      });
      child.once('exit', () => {
        resolve(null);
      });
    });
    const answer = await Promise.race([failed, peer.ask({ what: 'names' })]);
    return answer?.names ? new Peer(child, lines, answer.names) : null;
  }

  ask(question: object): Promise<Answer> {
    return new Promise((resolve) => {
      this.lines.once('line', (line) => {
        resolve(JSON.parse(line) as Answer);
      });
      this.child.stdin.write(`${JSON.stringify(question)}\n`);
    });
  }

  stop(): void {
    this.child.kill();
  }
}

export async function runGrid(options: GridOptions): Promise<Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nabla-bench-'));
  const results: Result[] = [];
  const crews = new Map(THREADS.map((threads) => [threads, createCrew(options.worker, threads - 1)]));
  const peers = new Map<number, Peer>();
  try {
    for (const threads of THREADS) {
      const peer = await Peer.start(options.peer, threads);
      if (peer) peers.set(threads, peer);
    }
    if (peers.size === 0) options.report('no Python with NumPy: its libraries are left out');
    for (const [m, n] of SIZES) {
      const name = `${m.toExponential(0)}x${n}`;
      if (options.only !== undefined && !name.includes(options.only)) continue;
      const data = makeData(m, n);
      const files = { X: join(folder, 'X'), y: join(folder, 'y') };
      await writeFile(files.X, data.X);
      await writeFile(files.y, data.y);
      for (const dtype of DTYPES)
        for (const threads of THREADS) {
          const peer = peers.get(threads);
          const { w, b } = data;
          await peer?.ask({ what: 'load', m, n, dtype, ...files, w: Array.from(w), b: b[0] });
          const own = kernels(data, dtype, threads, crews.get(threads) ?? null);
          const timed = [...own.timed, ...(peer?.names ?? []).map((what) => asPeer(peer, what))];
          const repeat = Math.max(1, Math.round(LONG / 10 / (m * n)));
          results.push(...(await inTurn(timed, repeat, { name, dtype, threads }, options)));
          own.dispose();
        }
    }
  } finally {
    for (const peer of peers.values()) peer.stop();
    for (const crew of crews.values()) await crew.dispose();
    await rm(folder, { recursive: true });
  }
  return results;
}

interface Data {
  readonly m: number;
  readonly n: number;
  readonly X: Float64Array;
  readonly y: Float64Array;
  readonly w: Float64Array;
  readonly b: Float64Array;
}

function makeData(m: number, n: number): Data {
  const random = createRandom(1);
  const X = new Float64Array(m * n).map(() => normal(random));
  const y = new Float64Array(m).map((_, i) => (normal(random) + (X[i * n] ?? 0) > 0 ? 1 : 0));
  return { m, n, X, y, w: new Float64Array(n).map(() => 0.2 * normal(random)), b: Float64Array.of(0.1) };
}

function kernels(
  { m, n, X, y, w, b }: Data,
  dtype: Dtype,
  threads: number,
  crew: StartedCrew | null,
): { timed: Timed[]; dispose: () => void } {
  const precision = dtype === 'f64' ? 'double' : 'single';
  const made = (model: string): Kernel => {
    const { gradient } = jobOf(model);
    const kernel = createKernel(gradient, { m, n }, { X, y }, { precision, fused: canFuse() }, crew);
    if (!kernel.ok) throw new Error(kernel.message);
    return kernel.value;
  };
  const timer =
    (run: () => void) =>
    (repeat: number): Promise<number> => {
      run();
      const began = performance.now();
      for (let call = 0; call < repeat; call += 1) run();
      return Promise.resolve((performance.now() - began) / repeat);
    };
  const drained = (kernel: Kernel) => (): void => {
    const work = kernel.steps({ w, b });
    while (!work.next().done);
  };
  const [logistic, focal] = [made('logistic'), made('focal')];
  const timed: Timed[] = [
    { bench: LOGISTIC, contender: 'nabla', time: timer(drained(logistic)) },
    { bench: FOCAL, contender: 'nabla', time: timer(drained(focal)) },
  ];
  if (dtype === 'f64' && threads === 1 && m * n < LONG) {
    const runner = createRunner(jobOf('logistic').gradient, { m, n }, { X, y });
    timed.push({ bench: LOGISTIC, contender: 'nabla, interpreter', time: timer(() => runner.run({ w, b })) });
  }
  return {
    timed,
    dispose: () => {
      logistic.dispose();
      focal.dispose();
    },
  };
}

const LOGISTIC = 'loss + gradient, logistic regression';
const FOCAL = 'loss + gradient, focal loss';

function asPeer(peer: Peer | undefined, what: string): Timed {
  return {
    bench: what.endsWith('focal') ? FOCAL : LOGISTIC,
    contender: what.replace(', focal', ''),
    time: async (repeat) => (await peer?.ask({ what, repeat }))?.ms ?? NaN,
  };
}

async function inTurn(
  timed: readonly Timed[],
  repeat: number,
  cell: { readonly name: string; readonly dtype: Dtype; readonly threads: number },
  { rounds, report }: GridOptions,
): Promise<Result[]> {
  const runs = timed.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [k, { time }] of timed.entries()) runs[k]?.push(await time(repeat));
  return timed.flatMap(({ bench, contender }, k): Result[] => {
    const own = runs[k] ?? [];
    const middle = median(own);
    if (Number.isNaN(middle)) return [];
    report(
      `${bench} | ${cell.name} ${cell.dtype} ${cell.threads} | ${contender} | ${middle.toPrecision(3)} ms`,
    );
    const { name, dtype, threads } = cell;
    return [{ bench, case: name, contender, threads, dtype, unit: 'ms', median: middle, runs: own }];
  });
}

/** The grid as a page: medians, and how many times as long as ours. */
export function gridPage(results: readonly Result[]): string {
  const machine = `Node ${process.version} on ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores`;
  const tables = [LOGISTIC, FOCAL].map((bench) => {
    const rows = results.filter((result) => result.bench === bench);
    const contenders = [...new Set(rows.map((row) => row.contender))];
    const cells = [...new Set(rows.map((row) => `${row.case} | ${row.dtype} | ${row.threads}`))];
    const value = (cell: string, contender: string): string => {
      const at = (name: string): number | undefined =>
        rows.find((row) => `${row.case} | ${row.dtype} | ${row.threads}` === cell && row.contender === name)
          ?.median;
      const [own, found] = [at('nabla'), at(contender)];
      if (found === undefined || own === undefined) return '';
      return contender === 'nabla'
        ? found.toPrecision(3)
        : `${found.toPrecision(3)} (${(found / own).toPrecision(2)}×)`;
    };
    const head = ['size', 'type', 'threads', ...contenders];
    const lines = cells.map((cell) => `| ${cell} | ${contenders.map((c) => value(cell, c)).join(' | ')} |`);
    return `## ${bench}\n\n| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|\n${lines.join('\n')}\n`;
  });
  return `# Engine bench\n\nWritten by \`npm run bench -- engine\` on ${machine}. Medians in ms, all contenders of a row in turn; in parentheses how many times as long as nabla took. Fused multiply-add: ${canFuse() ? 'yes' : 'no'}.\n\n${tables.join('\n')}`;
}
