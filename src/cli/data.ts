/** Tables on the command line: read, fitted to a definition, and used to check its gradients. */
import { existsSync, rmSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Analyzer } from '../check/analyze';
import { checkOnDataNow } from '../check/dataCheck';
import { describeTable, type Table as ReadTable } from '../engine/csv';
import { prepareDataset, type Dataset, type Prepared } from '../engine/dataset';
import { someRows } from '../engine/split';
import { leftOutNotes } from '../engine/leftOut';
import { likelyFeatures, numbersRows } from '../engine/likelyFeatures';
import { initialParameters } from '../engine/initial';
import type { GradientJob } from '../engine/job';
import { readTable } from '../engine/readTable';
import { StorageFault, type Storage } from '../engine/storage';
import { prepareStored } from '../engine/storedDataset';
import type { Analysis, Finding, Problem } from '../protocol';
import type { CheckReport, DataChoice, ParameterCheck, TablePreview } from '../protocol/training';
import { createRowThread } from '../worker/rowThread';
import { createStorage, type FolderStorage } from '../worker/storage';
import { createTables } from '../worker/tables';
import { InputError, reason, type SourceFile } from './files';
import type { DataOptions } from './options';
import { counted } from './words';

export interface Table {
  readonly read: ReadTable;
  readonly choice: DataChoice;
  /** Where the rows of a choice go, of a table that is larger than memory. */
  readonly storage: Storage | null;
  /** Columns that are not used because they cannot be. */
  readonly notes: readonly string[];
}

/** Differences of the loss are taken on this many rows at most, evenly spaced. */
export const CHECK_ROWS = 20_000;

/** Reads the table and settles which columns are used. Throws an `InputError`. */
export async function openTable(
  options: DataOptions,
  validation: DataChoice['validation'] = undefined,
): Promise<Table> {
  const { read, storage } = await readAt(options.path, options.memory);
  const preview = describeTable(options.path, read);
  const [problem] = read.problems;
  if (read.rows === 0 || read.columns.length === 0)
    throw new InputError(`${options.path}: ${problem?.message ?? 'there are no rows in it.'}`);
  const names = preview.columns.map(({ name }) => name);
  for (const name of [options.target, ...(options.features ?? [])])
    if (!names.includes(name))
      throw new InputError(
        `${options.path} has no column ${name}; it has ${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}.`,
      );
  const features = options.features ?? defaultFeatures(preview, options.target);
  const { path, target, standardise, missing, settings, categories, intercept, balance } = options;
  return {
    read,
    storage,
    choice: {
      path,
      target,
      features,
      standardise,
      missing,
      settings,
      categories,
      intercept,
      balance,
      ...(validation ? { validation } : {}),
    },
    notes: options.features
      ? []
      : [...rowNumberNotes(preview, target, features), ...leftOutNotes(read.columns, new Set([target]))],
  };
}

/** Those that are likely; of a table without any, all columns of numbers. */
function defaultFeatures({ columns, rows }: TablePreview, target: string): readonly string[] {
  const likely = likelyFeatures(columns, rows, target);
  if (likely.length > 0) return likely;
  return columns.filter(({ name, type }) => type === 'number' && name !== target).map(({ name }) => name);
}

function rowNumberNotes(
  { columns, rows }: TablePreview,
  target: string,
  features: readonly string[],
): string[] {
  return columns
    .filter((column) => column.type === 'number' && column.name !== target && !features.includes(column.name))
    .map((column) =>
      numbersRows(column, rows)
        ? `Column ${column.name} is left out: it numbers the rows. --features takes what it names.`
        : `Column ${column.name} is left out: it is the same in every row.`,
    );
}

/** The share of the free memory that the numbers of a table may take. */
const MEMORY_SHARE = 0.6;

/** Kernels can address no more. */
const MOST_ADDRESSED = 3.5e9;
/** Bytes of a block of rows of a table that is larger than memory. */
const BLOCK_BYTES = 1 << 24;
const MOST_THREADS = 8;

/** Threads are started with this program, which lies beside this one where it is built. */
const THREAD_SCRIPT = join(dirname(fileURLToPath(import.meta.url)), 'worker.cjs');

async function readAt(
  path: string,
  memory: number | null,
): Promise<{ readonly read: ReadTable; readonly storage: Storage | null }> {
  const limit = memory ?? MEMORY_SHARE * freemem();
  const hasThreads = existsSync(THREAD_SCRIPT);
  try {
    if (!(await stat(path)).isFile()) return { read: await readPipe(path, limit), storage: null };
    const storage = hasThreads ? temporaryStorage(limit) : null;
    const tables = createTables({
      pause: () => setImmediate(),
      isCancelled: () => false,
      limit,
      storage,
      script: THREAD_SCRIPT,
      helpers: hasThreads ? Math.min(availableParallelism(), MOST_THREADS) - 1 : 0,
    });
    return { read: await tables(path, 'command line'), storage: storage?.of(basename(path)) ?? null };
  } catch (error) {
    throw new InputError(reason(path, error));
  }
}

/** A pipe has no positions: all of it is read first. */
async function readPipe(path: string, limit: number): Promise<ReadTable> {
  const bytes = new Uint8Array(await readFile(path));
  const read = (position: number, length: number): Promise<Uint8Array> =>
    Promise.resolve(bytes.slice(position, position + length));
  return readTable({ name: basename(path), size: bytes.length, read }, limit);
}

/** A folder that is there for as long as the program runs, made when something is put into it. */
function temporaryStorage(limit: number): FolderStorage {
  const folder = join(tmpdir(), `nabla-${process.pid}-${Date.now()}`);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const from = Math.min(limit, MOST_ADDRESSED);
  const limits = { budget: 0, blockBytes: Math.min(BLOCK_BYTES, from), memory: from / 2, from };
  return createStorage(folder, createRowThread(THREAD_SCRIPT), limits);
}

export type Fitted =
  | { readonly dataset: Dataset; readonly problems?: undefined }
  | { readonly dataset?: undefined; readonly problems: readonly Problem[] };

export function fit(job: GradientJob, table: Table): Fitted {
  const prepared = preparedOf(job, table);
  return prepared.ok ? { dataset: prepared.dataset } : { problems: prepared.problems.map(withOptions) };
}

function preparedOf(job: GradientJob, { read, choice, storage }: Table): Prepared {
  const { stored } = read;
  if (!stored || !storage) return prepareDataset(job, read, choice);
  const work = prepareStored({ job, table: read, stored, choice, storage });
  try {
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
    }
  } catch (error) {
    if (error instanceof StorageFault) return { ok: false, problems: [error.problem] };
    throw error;
  }
}

/** What the message asks for, in the options of the command line. */
function withOptions(problem: Problem): Problem {
  if (problem.id !== 'missing-values') return problem;
  const message = `${problem.message} The options are --missing drop, --missing mean, and --features A,B.`;
  return { ...problem, message };
}

/** A check at random parameters, which is harder on a gradient than the zeros that training starts from. */
export function checkJob(job: GradientJob, full: Dataset): CheckReport {
  const dataset = someRows(job, full, CHECK_ROWS);
  return checkOnDataNow({
    job,
    sizes: dataset.sizes,
    data: dataset.inputs,
    parameters: initialParameters(job.inputs, dataset.sizes, { seed: 1, initScale: 0.1 }),
    at: 'on-demand',
    epoch: 0,
    features: dataset.features.length,
    now: () => performance.now(),
  });
}

export interface DataFindings {
  readonly findings: readonly Finding[];
  /** Why definitions were not checked on the table. */
  readonly notes: readonly string[];
  /** Definitions that were. */
  readonly checked: number;
}

/** The findings of a file with what the data says added. Definitions that the table does not fit keep their findings. */
export function checkFileOnData(
  source: SourceFile,
  analysis: Analysis,
  analyzer: Analyzer,
  table: Table,
): DataFindings {
  const notes: string[] = [];
  let checked = 0;
  const findings = analysis.definitions.flatMap((definition) => {
    const own = analysis.findings.filter((finding) => finding.definitionId === definition.id);
    if (own.length === 0) return own;
    const made = analyzer.job(source.text, source.language, definition.id, source.around);
    if (!('job' in made)) return own.map((finding) => withNote(finding, made.problems));
    const { dataset, problems } = fit(made.job, table);
    if (!dataset) {
      notes.push(
        ...problems.map(
          ({ message }) => `${source.path}: ${definition.name} on ${table.choice.path}: ${message}`,
        ),
      );
      return own;
    }
    checked += 1;
    const report = checkJob(made.job, dataset);
    return own.map((finding) => {
      const parameter = report.parameters.find(({ name }) => name === finding.parameter);
      return parameter ? withData(finding, parameter, report) : finding;
    });
  });
  return { findings, notes, checked };
}

function withNote(finding: Finding, problems: readonly Problem[]): Finding {
  const note = problems.map(({ message }) => message).join(' ');
  return note === ''
    ? finding
    : { ...finding, evidence: joined(finding.evidence, `not checked on data: ${note}`) };
}

const joined = (a: string, b: string): string => (a === '' ? b : `${a}; ${b}`);

/** Numbers on data settle what could not be told before; they add to what was. */
function withData(finding: Finding, parameter: ParameterCheck, report: CheckReport): Finding {
  const { handVerdict } = parameter;
  const evidence = joined(finding.evidence, `on ${counted(report.rows, 'row')} of data: ${parameter.reason}`);
  if (finding.verdict !== 'unknown' || handVerdict === null) return { ...finding, evidence };
  const rules = { right: 'gradient-right', wrong: 'gradient-differs', unknown: finding.rule };
  return { ...finding, verdict: handVerdict, rule: rules[handVerdict], evidence };
}
