/** Reading: a key in a file of 2,000 lines, and a workspace of 300 files, both made of the corpus and of this project's own source. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import type { AnalyzerApi } from '../../src/check/api';
import { languageOf } from '../../src/check/neighbours';
import { createRpc } from '../../src/rpc';
import { loadAnalyzer } from '../support/analyzer';
import type { Result } from './measure';

const LINES = 2_000;
const FILES = 300;
/** Of the files of the workspace, one in so many is of the corpus; the others are ordinary code. */
const ONE_IN = 5;
const KEYS = 30;
const MARK = / +(?:#|\/\/): [\w-]+(?: [\w-]+)?$/gm;

interface SourceFile {
  readonly path: string;
  readonly text: string;
}

function filesBelow(folder: string, wanted: RegExp): SourceFile[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) return filesBelow(path, wanted);
      return wanted.test(name) ? [{ path, text: readFileSync(path, 'utf8').replace(MARK, '') }] : [];
    });
}

/** The corpus as one file: names get the number of their part, imports stand once. */
function longFile(): string {
  const parts = [
    ...filesBelow('test/cases/corpus/python', /\.py$/),
    ...filesBelow('test/cases/check', /\.py$/),
    ...filesBelow('test/cases/python', /^(?!broken|too-deep|unreadable|mutants).*\.py$/),
  ];
  const imports = new Set<string>();
  const lines: string[] = [];
  parts.forEach(({ text }, k) => {
    if (lines.length >= LINES) return;
    const names = new Set([...text.matchAll(/^(?:def|class)\s+(\w+)/gm)].map(([, name]) => name ?? ''));
    let own = text;
    for (const name of names) own = own.replace(new RegExp(`(?<![\\w.])${name}\\b`, 'g'), `${name}_${k}`);
    for (const line of own.split('\n'))
      if (/^(?:import|from) [\w. ,]+$/.test(line)) imports.add(line);
      else lines.push(line);
  });
  return [...imports, ...lines.slice(0, LINES - imports.size)].join('\n');
}

interface Key {
  readonly name: string;
  readonly edit: (lines: readonly string[], at: number, k: number) => readonly string[];
}

const replaced = (lines: readonly string[], at: number, line: string): readonly string[] => [
  ...lines.slice(0, at),
  line,
  ...lines.slice(at + 1),
];

const KEYSTROKES: readonly Key[] = [
  {
    name: 'a number in a formula',
    edit: (lines, at, k) => {
      const found = lines.findIndex((line, n) => n >= at && /^\s+\w.*[-+*/]/.test(line));
      return replaced(lines, found, `${lines[found] ?? ''} * 1.${k + 1}`);
    },
  },
  { name: 'a comment', edit: (lines, at, k) => replaced(lines, at, `${lines[at] ?? ''}  # ${k}`) },
  { name: 'a new line', edit: (lines, at) => [...lines.slice(0, at), '', ...lines.slice(at)] },
  { name: 'half a call', edit: (lines, at, k) => replaced(lines, at, `${lines[at] ?? ''} (x${k}`) },
];

interface Row {
  readonly what: string;
  readonly median: number;
  readonly most: number;
}

/** In the thread of the analysis: ms of processor time from a key to the analysis of the whole text. */
async function keys(
  report: (line: string) => void,
): Promise<{ rows: Row[]; cold: number; definitions: number; session: readonly Kept[] }> {
  const analyzer = await loadAnalyzer();
  const text = longFile();
  const lines = text.split('\n');
  const time = (work: () => void): number => {
    const began = process.cpuUsage();
    work();
    return process.cpuUsage(began).user / 1000;
  };
  let definitions = 0;
  const cold = time(() => {
    definitions = analyzer.analyze(text, 'python').definitions.length;
  });
  const rows = KEYSTROKES.map(({ name, edit }): Row => {
    const times = Array.from({ length: KEYS }, (_, k) => {
      const at = 20 + Math.floor((k * (lines.length - 60)) / KEYS);
      analyzer.analyze(text, 'python');
      const edited = edit(lines, at, k).join('\n');
      return time(() => void analyzer.analyze(edited, 'python'));
    }).sort((a, b) => a - b);
    const row = { what: name, median: times[KEYS >> 1] ?? NaN, most: times.at(-1) ?? NaN };
    report(`${name}: median ${row.median.toFixed(0)} ms, most ${row.most.toFixed(0)} ms`);
    return row;
  });
  const session = [{ keys: 0, megabytes: heap() }];
  const [formula] = KEYSTROKES;
  for (let k = 1; formula && k <= SESSION; k += 1) {
    // Places in no order, each with a number of its own.
    const at = 20 + ((k * 7919) % (lines.length - 60));
    analyzer.analyze(formula.edit(lines, at, k + KEYS).join('\n'), 'python');
    if (k % (SESSION / 3) === 0) session.push({ keys: k, megabytes: heap() });
  }
  report(`kept: ${session.map(({ megabytes }) => megabytes.toFixed(0)).join(', ')} MB`);
  return { rows, cold, definitions, session };
}

/** Keys of a long session. */
const SESSION = 90;

/** What is kept after so many keys. */
interface Kept {
  readonly keys: number;
  readonly megabytes: number;
}

/** MB in use after all garbage is collected. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed / 1e6;
}

interface Pass {
  readonly seconds: number;
  /** Of the processor, all threads included: those that collect garbage and optimise, too. */
  readonly processor: number;
  /** ms for which the calling thread did nothing else at a time. */
  readonly blocked: number;
  /** Of the process with both threads, at its end. */
  readonly megabytes: number;
}

interface Scan {
  readonly definitions: number;
  readonly wrong: number;
  readonly lines: number;
  /** Of the process with both threads, before the first file. */
  readonly megabytes: number;
  readonly passes: readonly { readonly name: string; readonly pass: Pass }[];
}

/** All files of a workspace through the analysis thread, as an editor would ask for them. */
async function scan(thread: string): Promise<Scan> {
  const corpus = [
    ...filesBelow('test/cases/corpus', /\.(py|js|ts)$/),
    ...filesBelow('test/cases/check', /\.py$/),
    ...filesBelow('test/cases/javascript', /\.(js|mts)$/),
  ];
  const ordinary = filesBelow('src', /\.ts$/);
  const files = Array.from({ length: FILES }, (_, k): SourceFile => {
    const from = k % ONE_IN === 0 ? corpus : ordinary;
    const file = from[Math.floor(k / ONE_IN) % from.length];
    return file ?? { path: 'empty.py', text: '' };
  });
  const worker = new Worker(thread);
  const rpc = createRpc<AnalyzerApi>(
    {
      post: (message) => worker.postMessage(message),
      onMessage(listener) {
        worker.on('message', listener);
        return { dispose: () => void worker.off('message', listener) };
      },
    },
    { defect: (what: string, details: string) => Promise.reject(new Error(`${what}: ${details}`)) },
  );
  // Starting the thread and loading grammars is not the scan.
  for (const path of ['x.py', 'x.js', 'x.ts'])
    await rpc.remote.scan('x = 1\n', languageOf(path) ?? 'python', false);
  const megabytes = process.memoryUsage().rss / 1e6;
  const found = { definitions: 0, wrong: 0 };
  const pass = async (ask: (text: string, language: string) => Promise<void>): Promise<Pass> => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const processor = process.cpuUsage();
    const began = performance.now();
    for (const { path, text } of files) await ask(text, languageOf(path) ?? 'python');
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(processor);
    delay.disable();
    return {
      seconds,
      processor: (user + system) / 1e6,
      blocked: delay.max / 1e6,
      megabytes: process.memoryUsage().rss / 1e6,
    };
  };
  const scanned = (judged: boolean): Promise<Pass> =>
    pass(async (text, language) => {
      const { definitions, wrong } = await rpc.remote.scan(text, language, judged);
      if (judged) found.wrong += wrong.length;
      else found.definitions += definitions.length;
    });
  const passes = [
    { name: 'in the background: definitions', pass: await scanned(false) },
    { name: 'when asked: with verdicts on gradients', pass: await scanned(true) },
    {
      name: 'each opened: formulas and all that is shown',
      pass: await pass(async (text, language) => void (await rpc.remote.analyze(text, language))),
    },
  ];
  rpc.dispose('done');
  await worker.terminate();
  const lines = files.reduce((sum, { text }) => sum + text.split('\n').length, 0);
  return { ...found, lines, megabytes, passes };
}

export async function runReading(
  thread: string,
  report: (line: string) => void,
): Promise<{ page: string; results: readonly Result[] }> {
  // First, so that its memory is its own.
  const scanned = await scan(thread);
  for (const { name, pass } of scanned.passes)
    report(`workspace, ${name}: ${pass.seconds.toFixed(1)} s, blocked ${pass.blocked.toFixed(0)} ms`);
  const edited = await keys(report);
  const { rows } = edited;
  const page = pageOf(edited, scanned);
  const result = (bench: string, name: string, median: number): Result => ({
    bench,
    case: name,
    contender: 'nabla',
    threads: 1,
    dtype: 'text',
    unit: 'ms',
    median,
    runs: [median],
  });
  return {
    page,
    results: [
      ...rows.map(({ what, median }) => result('key in 2,000 lines', what, median)),
      ...scanned.passes.flatMap(({ name, pass }) => [
        result('workspace of 300 files', name, 1000 * pass.seconds),
        result('workspace of 300 files', `${name}, longest block of the caller`, pass.blocked),
      ]),
    ],
  };
}

function pageOf({ rows, cold, definitions, session }: Awaited<ReturnType<typeof keys>>, s: Scan): string {
  const load = spawnSync('uptime', { encoding: 'utf8' }).stdout;
  const average = /load average: ([\d.]+)/.exec(load)?.[1] ?? 'not known';
  return `# Reading

\`npm run bench -- reading\`, Node ${process.version}, ${cpus().length} processors (${cpus()[0]?.model ?? ''}), load average ${average} at the end.

## A key in a file of 2,000 lines

${definitions} definitions of the corpus in one Python file, analysed with their gradients judged; ms of processor time from the key to
the analysis of the whole text, over ${KEYS} places. The first analysis of the file takes ${(cold / 1000).toFixed(1)} s.

| key | median | most |
|---|---|---|
${rows.map(({ what, median, most }) => `| ${what} | ${median.toFixed(0)} | ${most.toFixed(0)} |`).join('\n')}

The most is an edit that many definitions depend on, or one of a network whose gradients are derived and judged anew.

Heap in use after all garbage is collected, over a session of numbers in formulas all over the file, each another one:
${session.map(({ keys: count, megabytes }) => `${megabytes.toFixed(0)} MB after ${count} more keys`).join(', ')}.

## A workspace of 300 files

${s.lines} lines in ${FILES} files: every ${ONE_IN}th of the corpus, the others ordinary TypeScript (this project's own source), one after the
other through the analysis thread, three times. ${s.definitions} definitions are found, ${s.wrong} gradients are wrong. The process has ${s.megabytes.toFixed(0)} MB
before the first file.

| | s | of processor time | longest block of the asking thread, ms | memory at the end, MB |
|---|---|---|---|---|
${s.passes
  .map(
    ({ name, pass }) =>
      `| ${name} | ${pass.seconds.toFixed(1)} | ${pass.processor.toFixed(1)} | ${pass.blocked.toFixed(0)} | ${pass.megabytes.toFixed(0)} |`,
  )
  .join('\n')}
`;
}
