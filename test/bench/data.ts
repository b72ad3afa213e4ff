/** Reading a large table: each reader in a fresh process, all in turn, with the processor's time and the memory. */
import { execFile } from 'node:child_process';
import { createWriteStream, existsSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { createRandom, normal } from '../../src/core/random';
import { median, type Result } from './measure';

const run = promisify(execFile);
const ROWS = 1e6;
const COLUMNS = 30;
const MATRIX = (8 * ROWS * COLUMNS) / 1e6;

interface Contender {
  readonly name: string;
  readonly format: 'csv' | 'parquet';
  readonly threads: number;
  readonly command: readonly [program: string, ...args: string[]];
}

interface Reading {
  readonly ms: number;
  readonly cpu: number;
  readonly peak: number;
  readonly sum: number;
}

export interface DataOptions {
  readonly rounds: number;
  readonly only: string | undefined;
  /** Where the tables are kept between runs. */
  readonly folder: string;
  /** The program that reads once, and that of the peers. */
  readonly program: string;
  readonly peer: string;
  readonly report: (line: string) => void;
}

export async function runData(
  options: DataOptions,
): Promise<{ readonly page: string; readonly results: Result[] }> {
  const { rounds, report } = options;
  await mkdir(options.folder, { recursive: true });
  const csv = join(options.folder, 'table.csv');
  if (!existsSync(csv)) await writeTable(csv);
  const hasPeers = await works(['python3', '-c', 'import duckdb, pandas, numpy, pyarrow']);
  const parquet = join(options.folder, 'table.parquet');
  if (hasPeers && !existsSync(parquet)) await run('python3', [options.peer, 'make', csv]);
  const contenders = contendersOf(options, csv, parquet).filter(
    ({ name, command, format }) =>
      (hasPeers || (command[0] !== 'python3' && format === 'csv')) &&
      (options.only === undefined || `${format} ${name}`.includes(options.only)),
  );
  const readings = contenders.map((): Reading[] => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [k, { command, name, format, threads }] of contenders.entries()) {
      const [program, ...args] = command;
      const { stdout } = await run(program, args, { maxBuffer: 1 << 24 });
      const reading = JSON.parse(stdout) as Reading;
      readings[k]?.push(reading);
      report(`${format} | ${name}, ${threads} | ${reading.ms.toFixed(0)} ms, ${reading.peak.toFixed(0)} MB`);
    }
  const [first] = readings[0] ?? [];
  for (const { sum } of readings.flat())
    if (first && Math.abs(sum - first.sum) > 1e-6 * Math.abs(first.sum))
      throw new Error(`readers disagree: ${sum} and ${first.sum}`);
  const results = contenders.map(({ name, format, threads }, k): Result => ({
    bench: 'data',
    case: `${format}, 1e6×30`,
    contender: name,
    threads,
    dtype: 'f64',
    unit: 'ms',
    median: median((readings[k] ?? []).map(({ ms }) => ms)),
    runs: (readings[k] ?? []).map(({ ms }) => ms),
  }));
  return { page: pageOf(contenders, readings, csv), results };
}

function contendersOf({ program, peer }: DataOptions, csv: string, parquet: string): readonly Contender[] {
  const node = (name: string, path: string, threads: number): Contender['command'] => [
    process.execPath,
    program,
    name,
    path,
    String(threads),
  ];
  const python = (name: string, path: string, threads: number): Contender['command'] => [
    'python3',
    peer,
    name,
    path,
    String(threads),
  ];
  return [
    ...[1, 2].flatMap((threads): Contender[] => [
      { name: 'nabla', format: 'csv', threads, command: node('nabla', csv, threads) },
      { name: 'DuckDB', format: 'csv', threads, command: python('duckdb', csv, threads) },
    ]),
    { name: 'pandas', format: 'csv', threads: 1, command: python('pandas', csv, 1) },
    { name: 'nabla', format: 'parquet', threads: 1, command: node('nabla', parquet, 1) },
    { name: 'hyparquet, rows', format: 'parquet', threads: 1, command: node('hyparquet', parquet, 1) },
    { name: 'DuckDB', format: 'parquet', threads: 1, command: python('duckdb', parquet, 1) },
  ];
}

async function works([program, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  try {
    await run(program, args);
    return true;
  } catch {
    return false;
  }
}

/** Standard normal numbers with seven decimals. */
async function writeTable(path: string): Promise<void> {
  const random = createRandom(1);
  const stream = createWriteStream(path);
  stream.write(`${Array.from({ length: COLUMNS }, (_, k) => `x${k}`).join(',')}\n`);
  for (let first = 0; first < ROWS; first += 1000) {
    const lines = Array.from({ length: 1000 }, () =>
      Array.from({ length: COLUMNS }, () => normal(random).toFixed(7)).join(','),
    );
    if (!stream.write(`${lines.join('\n')}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

function pageOf(contenders: readonly Contender[], readings: readonly Reading[][], csv: string): string {
  const size = statSync(csv).size / 1e6;
  const middle = (k: number, of: (reading: Reading) => number): number => median((readings[k] ?? []).map(of));
  const rows = contenders.map(({ name, format, threads }, k) => {
    const seconds = middle(k, ({ ms }) => ms) / 1e3;
    const rival = contenders.findIndex(
      (other) => other.name === 'nabla' && other.format === format && other.threads === threads,
    );
    const ratio = middle(k, ({ ms }) => ms) / middle(rival, ({ ms }) => ms);
    const peak = middle(k, (reading) => reading.peak);
    const speed = format === 'csv' ? (size / seconds).toFixed(0) : '';
    const cpu = (middle(k, (reading) => reading.cpu) / 1e3).toFixed(2);
    return `| ${format} | ${name} | ${threads} | ${seconds.toFixed(2)} | ${speed} | ${cpu} | ${peak.toFixed(0)} (${(peak / MATRIX).toFixed(2)}×) | ${name === 'nabla' ? '' : `${ratio.toFixed(1)}×`} |`;
  });
  return [
    '# Data bench',
    '',
    `Written by \`npm run bench -- data\` on Node ${process.version} on ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores: 1e6 rows of 30 columns, ${size.toFixed(0)} MB as CSV, ${MATRIX} MB as numbers. Medians of ${readings[0]?.length ?? 0}, each reader in a fresh process, all in turn, files in the cache of the system. "Processor" adds up all threads; the last column is how many times as long as nabla with as many threads.`,
    '',
    '| format | reader | threads | s | MB/s | processor, s | peak, MB (of the matrix) | |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
