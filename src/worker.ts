/** The worker thread: reads tables, checks gradients and trains, and lets messages in meanwhile. */
import { availableParallelism, totalmem } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { checkOnData } from './check/dataCheck';
import { isWorkerStart, RUN_ENDED, type WorkerStart } from './engine/api';
import type { CheckRequest, EngineApi, EngineListener, TrainRequest } from './engine/api';
import { describeTable, type Table } from './engine/csv';
import { describeUse, type Dataset } from './engine/dataset';
import { someRows } from './engine/split';
import { SHARED_BYTES } from './engine/wasm/compile';
import { initialParameters } from './engine/initial';
import type { Arrays } from './engine/interpret';
import type { GradientJob } from './engine/job';
import type { Problem } from './protocol';
import type { CheckPoint, CheckReport, TrainResult } from './protocol/training';
import { createRpc } from './rpc';
import { createControl, type RunControl } from './worker/control';
import { createCrew } from './worker/crew';
import { createDatasets, type Lent } from './worker/datasets';
import { beHelper, isHelperStart } from './worker/helper';
import { beReader, isReaderStart } from './worker/reader';
import { beRowThread, createRowThread, isRowThreadStart } from './worker/rowThread';
import { createStorage } from './worker/storage';
import { Cancelled, createTables } from './worker/tables';
import { runTraining } from './worker/training';

/** Differences of the loss are taken on this many rows at most, evenly spaced. */
const CHECK_ROWS = 20_000;
/** Bytes of memory that the numbers of one table may take: a share of the machine's. */
const MEMORY_LIMIT = 0.4 * totalmem();
/** Kernels can address no more: the rows of larger tables come block by block where they can. */
const MOST_ADDRESSED = 3.5e9;
/** Bytes of a block of rows of larger ones, and what their copies may take on the disk. */
const BLOCK_BYTES = 1 << 24;
const DISK_BUDGET = 2e10;
/** ms between two messages on how far reading has come. */
const TELL_EVERY = 200;
/** ms of work without letting messages in. */
const SLICE = 12;

const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread');
// The same file runs in the threads that help with kernels.
if (isHelperStart(workerData)) beHelper(workerData, port);
const asReader = isReaderStart(workerData) ? workerData : null;
if (asReader) void beReader(asReader, port);
const asRowThread = isRowThreadStart(workerData);
if (asRowThread) beRowThread(port);
const started: WorkerStart = isWorkerStart(workerData) ? workerData : {};

/** The runs under way: previews, checks and trainings. */
const runs = new Map<string, RunControl>();
const isCancelled = (runId: string): boolean => runs.get(runId)?.cancelled ?? false;
/** More threads than this wait for the memory. */
const MOST_THREADS = 8;
const crew = createCrew(__filename, Math.min(availableParallelism(), MOST_THREADS) - 1);

const now = (): number => performance.now();
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const limit = started.memory ?? MEMORY_LIMIT;
const { folder } = started;
const storage =
  folder === undefined || typeof SharedArrayBuffer === 'undefined'
    ? null
    : createStorage(folder, createRowThread(__filename), {
        budget: DISK_BUDGET,
        blockBytes: started.blockBytes ?? BLOCK_BYTES,
        memory: Math.min(limit, MOST_ADDRESSED) / 2,
        from: Math.min(limit, MOST_ADDRESSED),
      });

const toldAt = new Map<string, number>();
/** Tells how far reading has come, where it takes long. */
function tellReading(runId: string, share: number): void {
  const last = toldAt.get(runId);
  if (last === undefined) toldAt.set(runId, now());
  if (last === undefined || now() - last < TELL_EVERY) return;
  toldAt.set(runId, now());
  listener.reading(runId, share).catch(() => undefined);
}

const tables = createTables({
  pause,
  isCancelled,
  progress: tellReading,
  limit,
  storage,
  script: __filename,
  helpers: Math.min(availableParallelism(), MOST_THREADS) - 1,
});

/** A table that is large enough for several threads starts them: until a run begins they are there. */
async function tableAt(path: string, runId: string, text?: string): Promise<Table> {
  const table = await tables(path, runId, text);
  if (8 * table.rows * table.columns.length >= SHARED_BYTES) crew.start();
  return table;
}

const datasets = createDatasets(
  (path) => storage?.of(basename(path)) ?? null,
  (path) => tables.forget(path),
);

/** The dataset of a request, from a table that may be larger than memory. */
function datasetOf({ runId, job, data }: CheckRequest, table: Table): Promise<Lent> {
  return datasets.prepare(
    job,
    table,
    data,
    (preparing) => finished(runId, preparing),
    (share) => tellReading(runId, share),
  );
}

/** Runs a generator to its end, letting messages in now and then. Rejects when the run was cancelled. */
async function finished<Result>(runId: string, work: Generator<void, Result>): Promise<Result> {
  let rested = now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (now() - rested < SLICE) continue;
    await pause();
    // It ends what it has begun.
    if (isCancelled(runId)) work.throw(new Cancelled('The check was cancelled.'));
    rested = now();
  }
}

function checkAt(
  runId: string,
  job: GradientJob,
  full: Dataset,
  parameters: Arrays,
  at: CheckPoint,
  epoch: number,
): Promise<CheckReport> {
  const { sizes, inputs, features } = someRows(job, full, CHECK_ROWS);
  const request = { job, sizes, data: inputs, parameters, at, epoch, features: features.length, now };
  return finished(runId, checkOnData(request));
}

async function check(request: CheckRequest): Promise<CheckReport> {
  const { runId, job, data, text } = request;
  const { prepared, giveBack } = await datasetOf(request, await tableAt(data.path, runId, text));
  try {
    if (!prepared.ok) return emptyReport(job, prepared.problems);
    const { dataset } = prepared;
    const parameters = initialParameters(job.inputs, dataset.sizes, { seed: 1, initScale: 0.1 });
    return await checkAt(runId, job, dataset, parameters, 'on-demand', 0);
  } finally {
    giveBack();
  }
}

async function trainOn(request: TrainRequest, control: RunControl): Promise<TrainResult> {
  const { runId, job, data, text } = request;
  let lent: Lent;
  try {
    lent = await datasetOf(request, await tableAt(data.path, runId, text));
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    return {
      ...failedResult(runId, job, []),
      end: 'cancelled',
      message: 'Cancelled while the data was read.',
    };
  }
  const { prepared, giveBack } = lent;
  try {
    if (!prepared.ok) return failedResult(runId, job, prepared.problems);
    const { dataset } = prepared;
    return await runTraining(request, dataset, {
      now,
      pause,
      crew,
      control,
      listener,
      check: (parameters, at, epoch) => checkAt(runId, job, dataset, parameters, at, epoch),
    });
  } finally {
    giveBack();
  }
}

function emptyReport(job: GradientJob, problems: readonly Problem[]): CheckReport {
  return {
    definitionId: job.definitionId,
    at: 'on-demand',
    epoch: 0,
    rows: 0,
    features: 0,
    loss: NaN,
    parameters: [],
    problems,
    milliseconds: 0,
  };
}

function failedResult(runId: string, job: GradientJob, problems: readonly Problem[]): TrainResult {
  return {
    runId,
    definitionId: job.definitionId,
    end: 'failed',
    message: problems.map(({ message }) => message).join(' '),
    epochs: 0,
    losses: [],
    gradientNorms: [],
    parameters: [],
    checks: [],
    milliseconds: 0,
    problems,
  };
}

async function asRun<Result>(runId: string, work: (control: RunControl) => Promise<Result>): Promise<Result> {
  const control = createControl();
  runs.set(runId, control);
  try {
    return await work(control);
  } finally {
    runs.delete(runId);
    toldAt.delete(runId);
    control.end();
  }
}

/** A run that has just ended can be told nothing more. */
function toldTo(runId: string, what: (control: RunControl) => void): Promise<void> {
  const control = runs.get(runId);
  if (control) what(control);
  return Promise.resolve();
}

const api: EngineApi = {
  preview: (path, runId, text) =>
    asRun(runId, async () => describeTable(path, await tableAt(path, runId, text))),
  use: ({ runId, job, data, text }) =>
    asRun(runId, async () => describeUse(job, await tableAt(data.path, runId, text), data)),
  check: (request) => asRun(request.runId, () => check(request)),
  train: (request) => asRun(request.runId, (control) => trainOn(request, control)),
  hold: (runId, held) => toldTo(runId, (control) => control.hold(held)),
  step: (runId) => toldTo(runId, (control) => control.step()),
  checkRun: (runId) => runs.get(runId)?.check() ?? Promise.reject(new Error(RUN_ENDED)),
  cancel: (runId) => toldTo(runId, (control) => control.cancel()),
};

/** Checkpoints are sent without a copy: nobody else has their bytes, and they can be large. */
function statesIn(message: unknown): ArrayBuffer[] {
  if (typeof message !== 'object' || message === null || !('args' in message)) return [];
  const { args } = message;
  if (!Array.isArray(args)) return [];
  return args.flatMap((given: unknown) =>
    typeof given === 'object' &&
    given !== null &&
    'bytes' in given &&
    given.bytes instanceof Uint8Array &&
    given.bytes.buffer instanceof ArrayBuffer
      ? [given.bytes.buffer]
      : [],
  );
}

const { remote: listener } = createRpc<EngineListener>(
  {
    post: (message) => port.postMessage(message, statesIn(message)),
    onMessage: (receive) => {
      // A reader of pieces or rows has messages of its own.
      if (!asReader && !asRowThread) port.on('message', receive);
      return { dispose: () => void port.off('message', receive) };
    },
  },
  api,
);
