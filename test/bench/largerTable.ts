/** Training on a table that is larger than the memory that it may use, in a fresh process: reading it, preparing it, and each pass. */
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { median, type Result } from './measure';

/** How often the rows of the small table come in the large one, and the MB that numbers may take in memory. */
const TIMES = 6;
const MEMORY = 300;
const THREADS = [1, 2];

interface Run {
  /** Seconds: the bytes of the text, reading it as a table, preparing the rows, the bytes of the rows, a loss with its gradient. */
  readonly text: number;
  readonly read: number;
  readonly prepare: number;
  readonly raw: number;
  readonly pass: number;
  /** Of the rows. */
  readonly bytes: number;
  /** MB. */
  readonly peak: number;
}

export interface LargerOptions {
  readonly rounds: number;
  /** A table, and the program that trains on one. */
  readonly table: string;
  readonly program: string;
  readonly folder: string;
  readonly report: (line: string) => void;
}

export async function runLarger({
  rounds,
  table,
  program,
  folder,
  report,
}: LargerOptions): Promise<{ readonly page: string; readonly results: Result[] }> {
  const path = join(folder, 'larger.csv');
  try {
    if (!existsSync(path)) await repeat(table, path);
    const runs = THREADS.map((): Run[] => []);
    for (let round = 0; round < rounds; round += 1)
      for (const [k, threads] of THREADS.entries()) {
        const { stdout } = await promisify(execFile)(process.execPath, [
          program,
          path,
          `${MEMORY}`,
          `${threads}`,
        ]);
        const run = JSON.parse(stdout) as Run;
        runs[k]?.push(run);
        report(
          `larger than memory | ${threads} | pass ${(1e3 * run.pass).toFixed(0)} ms, ${run.peak.toFixed(0)} MB`,
        );
      }
    const results = THREADS.map((threads, k): Result => {
      const passes = (runs[k] ?? []).map(({ pass }) => 1e3 * pass);
      return {
        bench: 'data',
        case: 'larger than memory, a pass over 6e6×30',
        contender: 'nabla',
        threads,
        dtype: 'f64',
        unit: 'ms',
        median: median(passes),
        runs: passes,
      };
    });
    return { page: pageOf(runs), results };
  } finally {
    await rm(path, { force: true });
  }
}

/** The rows of a table several times over. */
async function repeat(table: string, path: string): Promise<void> {
  for (let k = 0; k < TIMES; k += 1) {
    let skip = k > 0;
    await pipeline(
      createReadStream(table),
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          const from = skip ? chunk.indexOf(10) + 1 : 0;
          skip = false;
          yield chunk.subarray(from);
        }
      },
      createWriteStream(path, { flags: k === 0 ? 'w' : 'a' }),
    );
  }
}

function pageOf(runs: readonly (readonly Run[])[]): string {
  const lines = runs.map((own, k) => {
    const middle = (of: (run: Run) => number): number => median(own.map(of));
    const size = middle(({ bytes }) => bytes);
    const speed = (of: (run: Run) => number): string => (size / 1e6 / middle(of)).toFixed(0);
    const times = [({ text }: Run) => text, ({ read }: Run) => read, ({ prepare }: Run) => prepare];
    return `| ${THREADS[k]} | ${times.map((of) => middle(of).toFixed(1)).join(' | ')} | ${speed(({ raw }) => raw)} | ${speed(({ pass }) => pass)} | ${middle(({ peak }) => peak).toFixed(0)} (${(middle(({ peak }) => peak) / (size / 1e6)).toFixed(2)}×) |`;
  });
  return [
    '## Larger than memory',
    '',
    `The same rows ${TIMES} times over, of which ${MEMORY} MB may be in memory, in files that are in the cache of the system: the first column is what reading the bytes of the text takes alone, and "rows" is the rate at which the file of the rows can be read.`,
    '',
    '| threads | bytes of the text, s | read as a table, s | prepared, s | rows, MB/s | loss + gradient, MB/s | peak, MB (of the rows) |',
    '|---|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
}
