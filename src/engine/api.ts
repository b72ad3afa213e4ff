/** What the worker offers to the extension host, and what it tells it meanwhile: plain data over one channel. */
import type {
  CheckReport,
  Curve,
  DataChoice,
  DataUse,
  TablePreview,
  TrainOptions,
  TrainProgress,
  TrainResult,
} from '../protocol/training';
import type { GradientJob } from './job';

/** What the worker is started with. */
export interface WorkerStart {
  /** A folder for the numbers of tables that are larger than memory; such tables are declined without. */
  readonly folder?: string;
  /** Bytes that the numbers of one table may take in memory, and a block of the rows of a larger one; by the machine's memory. */
  readonly memory?: number;
  readonly blockBytes?: number;
}

export const isWorkerStart = (data: unknown): data is WorkerStart =>
  typeof data === 'object' && data !== null && ('folder' in data || 'memory' in data);

export interface CheckRequest {
  /** Of this check or training run; `cancel` takes it. */
  readonly runId: string;
  readonly job: GradientJob;
  readonly data: DataChoice;
  /** What an open editor has of the table, where that is not what the disk has. */
  readonly text?: string;
}

/** Where one of the trainers of a run stood between two epochs. */
export interface RunState {
  readonly curve: Curve;
  readonly epoch: number;
  /** Made by `encodeState`. */
  readonly bytes: Uint8Array;
}

export interface TrainRequest extends CheckRequest {
  readonly options: TrainOptions;
  /** What to go on from, by curve; a run without begins anew. */
  readonly states?: readonly RunState[];
  /** Milliseconds between two checkpoints at least; 100. */
  readonly checkpointEvery?: number;
}

/** With what `checkRun` rejects for a run that is over. */
export const RUN_ENDED = 'the run has ended';

/** The methods of the worker. A table that cannot be used rejects nothing: its problems say what is wrong with it. */
export interface EngineApi {
  /** Reads the table at an absolute path; rejects after `cancel` with this id. */
  preview(path: string, runId: string, text?: string): Promise<TablePreview>;
  /** What a choice of data comes to for a job; rejects after `cancel`. */
  use(request: CheckRequest): Promise<DataUse>;
  check(request: CheckRequest): Promise<CheckReport>;
  /** Resolves with `cancelled` after `cancel`. The curves of the result are empty: they were told meanwhile. */
  train(request: TrainRequest): Promise<TrainResult>;
  /** Holds a training run, or lets it go on. */
  hold(runId: string, held: boolean): Promise<void>;
  /** Lets a training run do one epoch and holds it then. */
  step(runId: string): Promise<void>;
  /** Checks the gradients where a training run stands; rejects when it ends before. The run's result has the report too. */
  checkRun(runId: string): Promise<CheckReport>;
  /** Ends reading or a check (which then reject) or a training run as soon as possible. */
  cancel(runId: string): Promise<void>;
}

/** What the worker calls during a training run. */
export interface EngineListener {
  /** How much of a table was read or prepared so far, in [0, 1], where it takes long; `runId` may be that of a preview. */
  reading(runId: string, share: number): Promise<void>;
  trainProgress(progress: TrainProgress): Promise<void>;
  /** A check at the start, after the burn-in (`middle`) or at the end of the run, or one that was asked for. */
  trainCheck(runId: string, report: CheckReport): Promise<void>;
  /** Where the run stands, every now and then: it can go on from there, to the last bit as if it had never stopped. */
  trainCheckpoint(runId: string, state: RunState): Promise<void>;
}
