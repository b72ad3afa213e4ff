/** What the worker offers to the extension host, and what it tells it meanwhile: plain data over one channel. */
import type {
  CheckReport,
  DataChoice,
  TablePreview,
  TrainOptions,
  TrainProgress,
  TrainResult,
} from '../protocol';
import type { GradientJob } from './job';

export interface CheckRequest {
  /** Of this check or training run; `cancel` takes it. */
  readonly runId: string;
  readonly job: GradientJob;
  readonly data: DataChoice;
}

export interface TrainRequest extends CheckRequest {
  readonly options: TrainOptions;
}

/** The methods of the worker. A table that cannot be used rejects nothing: its problems say what is wrong with it. */
export interface EngineApi {
  /** Reads the table at an absolute path; rejects after `cancel` with this id. */
  preview(path: string, runId: string): Promise<TablePreview>;
  check(request: CheckRequest): Promise<CheckReport>;
  /** Resolves with `cancelled` after `cancel`. */
  train(request: TrainRequest): Promise<TrainResult>;
  /** Ends reading or a check (which then reject) or a training run as soon as possible. */
  cancel(runId: string): Promise<void>;
}

/** What the worker calls during a training run. */
export interface EngineListener {
  trainProgress(progress: TrainProgress): Promise<void>;
  /** A check at the start, in the middle or at the end of the run. */
  trainCheck(runId: string, report: CheckReport): Promise<void>;
}
