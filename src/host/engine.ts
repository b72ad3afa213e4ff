import { join } from 'node:path';
import type * as vscode from 'vscode';
import type { CheckRequest, EngineApi, EngineListener, TrainRequest } from '../engine/api';
import type { CheckReport, TablePreview, TrainProgress, TrainResult } from '../protocol';
import { Disconnected } from '../rpc';
import { UserError } from './messages';
import { startThread } from './thread';
import type { Thread } from './thread';

export interface TrainListener {
  onProgress(progress: TrainProgress): void;
  onCheck(report: CheckReport): void;
}

/** The worker that reads tables and computes on them. Started at the first use, and anew after it has crashed. */
export interface Engine extends vscode.Disposable {
  /** Rejects with `Cancelled` after the signal. */
  preview(path: string, signal: AbortSignal): Promise<TablePreview>;
  /** Rejects with `Cancelled` after the signal. */
  check(request: CheckRequest, signal: AbortSignal): Promise<CheckReport>;
  /** Resolves with what was reached until the signal. */
  train(request: TrainRequest, listener: TrainListener, signal: AbortSignal): Promise<TrainResult>;
}

export class Cancelled extends Error {}

/** ms that a worker has to end a run by itself; then it is ended. */
const GRACE = 3_000;

export function createEngine(extensionPath: string, log: (message: string) => void): Engine {
  const listeners = new Map<string, TrainListener>();
  let running: Thread<EngineApi> | null = null;
  let previews = 0;
  const connected = (): Thread<EngineApi> => {
    running ??= startThread<EngineApi>(
      join(extensionPath, 'dist', 'worker.cjs'),
      listenerOf(listeners),
      (crash) => {
        if (crash !== null) log(`the worker crashed: ${crash.stack ?? crash.message}`);
        running = null;
      },
    );
    return running;
  };

  /** Runs a call of the worker; after the signal the worker ends it, or is ended. */
  const cancellable = async <R>(
    runId: string,
    signal: AbortSignal,
    call: (remote: EngineApi) => Promise<R>,
  ): Promise<R> => {
    if (signal.aborted) throw new Cancelled();
    const own = connected();
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      timer = setTimeout(() => own.end('it did not stop when it was cancelled'), GRACE);
      // When the worker is gone there is nothing left to cancel.
      own.remote.cancel(runId).catch(() => undefined);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await call(own.remote);
    } catch (error) {
      if (signal.aborted) throw new Cancelled();
      throw told(error);
    } finally {
      signal.removeEventListener('abort', cancel);
      clearTimeout(timer);
    }
  };

  return {
    preview(path, signal) {
      previews += 1;
      const runId = `preview-${previews}`;
      return cancellable(runId, signal, (remote) => remote.preview(path, runId));
    },
    check: (request, signal) => cancellable(request.runId, signal, (remote) => remote.check(request)),
    async train(request, listener, signal) {
      listeners.set(request.runId, listener);
      try {
        return await cancellable(request.runId, signal, (remote) => remote.train(request));
      } finally {
        listeners.delete(request.runId);
      }
    },
    dispose: () => running?.end('the extension was stopped'),
  };
}

function listenerOf(listeners: ReadonlyMap<string, TrainListener>): EngineListener {
  return {
    trainProgress(progress) {
      listeners.get(progress.runId)?.onProgress(progress);
      return Promise.resolve();
    },
    trainCheck(runId, report) {
      listeners.get(runId)?.onCheck(report);
      return Promise.resolve();
    },
  };
}

/** A crash is told to the user with what to do next; anything else is passed on. */
function told(error: unknown): unknown {
  if (!(error instanceof Disconnected)) return error;
  return new UserError(
    `The computation ended unexpectedly: ${error.message}. With a large table, choose fewer feature columns or a smaller file; the next check or training starts anew.`,
    { cause: error },
  );
}
