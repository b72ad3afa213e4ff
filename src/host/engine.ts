import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type * as vscode from 'vscode';
import type { CheckRequest, EngineApi, EngineListener, TrainRequest } from '../engine/api';
import type { CheckReport, TablePreview, TrainProgress, TrainResult } from '../protocol';
import { createRpc, Disconnected } from '../rpc';
import type { Rpc } from '../rpc';
import { messageOf } from './log';
import { UserError } from './messages';

export interface TrainListener {
  onProgress(progress: TrainProgress): void;
  onCheck(report: CheckReport): void;
}

/** The worker that reads tables and computes on them. Started at the first use, and anew after it has crashed. */
export interface Engine extends vscode.Disposable {
  preview(path: string): Promise<TablePreview>;
  /** Rejects with `Cancelled` after the signal. */
  check(request: CheckRequest, signal: AbortSignal): Promise<CheckReport>;
  /** Resolves with what was reached until the signal. */
  train(request: TrainRequest, listener: TrainListener, signal: AbortSignal): Promise<TrainResult>;
}

export class Cancelled extends Error {}

/** ms that a worker has to end a run by itself; then it is ended. */
const GRACE = 3_000;

interface Running {
  readonly rpc: Rpc<EngineApi>;
  /** Ends the thread; what is pending rejects with that reason. */
  end(reason: string): void;
}

export function createEngine(extensionPath: string, log: (message: string) => void): Engine {
  const listeners = new Map<string, TrainListener>();
  let running: Running | null = null;

  const start = (): Running => {
    const worker = new Worker(join(extensionPath, 'dist', 'worker.cjs'), { name: 'nabla' });
    const rpc = createRpc<EngineApi>(
      {
        post: (message) => worker.postMessage(message),
        onMessage(listener) {
          worker.on('message', listener);
          return { dispose: () => void worker.off('message', listener) };
        },
      },
      listenerOf(listeners),
    );
    const end = (reason: string) => {
      if (running?.rpc === rpc) running = null;
      rpc.dispose(reason);
      void worker.terminate();
    };
    worker.on('error', (error) => {
      log(`the worker crashed: ${error.stack ?? error.message}`);
      end(crashText(error));
    });
    worker.on('exit', (code) => end(`the worker ended by itself (code ${code})`));
    return { rpc, end };
  };
  const connected = (): Running => (running ??= start());

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
      own.rpc.remote.cancel(runId).catch(() => undefined);
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await call(own.rpc.remote);
    } catch (error) {
      if (signal.aborted) throw new Cancelled();
      throw told(error);
    } finally {
      signal.removeEventListener('abort', cancel);
      clearTimeout(timer);
    }
  };

  return {
    preview: (path) =>
      connected()
        .rpc.remote.preview(path)
        .catch((error: unknown) => {
          throw told(error);
        }),
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

function crashText(error: Error): string {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'there was not enough memory for it: choose fewer feature columns or a smaller table'
    : messageOf(error);
}

/** A crash is told to the user with what to do next; anything else is passed on. */
function told(error: unknown): unknown {
  if (!(error instanceof Disconnected)) return error;
  return new UserError(
    `The computation ended unexpectedly: ${error.message}. It starts anew with the next check or training.`,
    { cause: error },
  );
}
