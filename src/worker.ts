/** The worker thread: reads tables, checks gradients and trains, and lets messages in meanwhile. */
import { availableParallelism, totalmem } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { checkOnData } from './check/dataCheck';
import { RUN_ENDED } from './engine/api';
import type { CheckRequest, EngineApi, EngineListener, TrainRequest } from './engine/api';
import { describeTable, type Table } from './engine/csv';
import { describeUse, prepareDataset, type Dataset } from './engine/dataset';
import { someRows } from './engine/split';
import { initialParameters } from './engine/initial';
import type { Arrays } from './engine/interpret';
import type { GradientJob } from './engine/job';
import type { Problem } from './protocol';
import type { CheckPoint, CheckReport, TrainResult } from './protocol/training';
import { createRpc } from './rpc';
import { createControl, type RunControl } from './worker/control';
import { createCrew } from './worker/crew';
import { beHelper, isHelperStart } from './worker/helper';
import { beReader, isReaderStart } from './worker/reader';
import { Cancelled, createTables } from './worker/tables';
import { runTraining } from './worker/training';

/** Differences of the loss are taken on this many rows at most, evenly spaced. */
const CHECK_ROWS = 20_000;
/** A share of the machine's memory that the numbers of one table may take. */
const MEMORY_LIMIT = 0.4 * totalmem();
/** ms of work without letting messages in. */
const SLICE = 12;

const port = parentPort;
if (!port) throw new Error('this file is started as a worker thread');
// The same file runs in the threads that help with kernels.
if (isHelperStart(workerData)) beHelper(workerData, port);
const asReader = isReaderStart(workerData) ? workerData : null;
if (asReader) void beReader(asReader, port);

/** The runs under way: previews, checks and trainings. */
const runs = new Map<string, RunControl>();
const isCancelled = (runId: string): boolean => runs.get(runId)?.cancelled ?? false;
/** More threads than this wait for the memory. */
const MOST_THREADS = 8;
const crew = createCrew(__filename, Math.min(availableParallelism(), MOST_THREADS) - 1);

const now = (): number => performance.now();
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const tableAt = createTables({
  pause,
  isCancelled,
  limit: MEMORY_LIMIT,
  script: __filename,
  helpers: Math.min(availableParallelism(), MOST_THREADS) - 1,
});

/** Runs a generator to its end, letting messages in now and then. Rejects when the run was cancelled. */
async function finished<Result>(runId: string, work: Generator<void, Result>): Promise<Result> {
  let rested = now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (now() - rested < SLICE) continue;
    await pause();
    if (isCancelled(runId)) throw new Cancelled('The check was cancelled.');
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

async function check({ runId, job, data, text }: CheckRequest): Promise<CheckReport> {
  const prepared = prepareDataset(job, await tableAt(data.path, runId, text), data);
  if (!prepared.ok) return emptyReport(job, prepared.problems);
  const { dataset } = prepared;
  const parameters = initialParameters(job.inputs, dataset.sizes, { seed: 1, initScale: 0.1 });
  return checkAt(runId, job, dataset, parameters, 'on-demand', 0);
}

async function trainOn(request: TrainRequest, control: RunControl): Promise<TrainResult> {
  const { runId, job, data, text } = request;
  let table: Table;
  try {
    table = await tableAt(data.path, runId, text);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    return {
      ...failedResult(runId, job, []),
      end: 'cancelled',
      message: 'Cancelled while the data was read.',
    };
  }
  const prepared = prepareDataset(job, table, data);
  if (!prepared.ok) return failedResult(runId, job, prepared.problems);
  const { dataset } = prepared;
  return runTraining(request, dataset, {
    now,
    pause,
    crew,
    control,
    listener,
    check: (parameters, at, epoch) => checkAt(runId, job, dataset, parameters, at, epoch),
  });
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
      // A reader of pieces has messages of its own.
      if (!asReader) port.on('message', receive);
      return { dispose: () => void port.off('message', receive) };
    },
  },
  api,
);
