import type * as vscode from 'vscode';
import type { GradientJob } from '../engine/job';
import type {
  CheckReport,
  DataChoice,
  TablePreview,
  TrainOptions,
  TrainProgress,
  TrainResult,
} from '../protocol';

export interface CheckRequest {
  readonly job: GradientJob;
  readonly data: DataChoice;
}

export interface TrainRequest extends CheckRequest {
  readonly runId: string;
  readonly options: TrainOptions;
}

export interface TrainListener {
  onProgress(progress: TrainProgress): void;
  onCheck(report: CheckReport): void;
}

/** The worker that reads tables and computes on them. Started at the first use, and anew after it has crashed. */
export interface Engine extends vscode.Disposable {
  preview(path: string): Promise<TablePreview>;
  check(request: CheckRequest, signal: AbortSignal): Promise<CheckReport>;
  train(request: TrainRequest, listener: TrainListener, signal: AbortSignal): Promise<TrainResult>;
}
