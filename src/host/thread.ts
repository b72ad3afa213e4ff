import { Worker } from 'node:worker_threads';
import { createRpc } from '../rpc';
import type { Rpc } from '../rpc';

/** A thread of ours with the channel to it. */
export interface Thread<Remote extends object> {
  readonly remote: Remote;
  /** Ends it; what is pending rejects with that reason. */
  end(reason: string): void;
}

/** Starts a program of `dist`. `ended` is told once that the thread is gone, with the error if it crashed. */
export function startThread<Remote extends object>(
  program: string,
  local: object,
  ended: (crash: Error | null) => void,
  started?: (worker: Worker) => void,
  workerData?: object,
): Thread<Remote> {
  const worker = new Worker(program, { workerData });
  started?.(worker);
  const rpc: Rpc<Remote> = createRpc<Remote>(
    {
      post: (message) => worker.postMessage(message),
      onMessage(listener) {
        worker.on('message', listener);
        return { dispose: () => void worker.off('message', listener) };
      },
    },
    local,
  );
  let isOver = false;
  const finish = (reason: string, crash: Error | null) => {
    if (isOver) return;
    isOver = true;
    rpc.dispose(reason);
    ended(crash);
    void worker.terminate();
  };
  worker.on('error', (error) => finish(crashText(error), error));
  worker.on('exit', (code) => finish(`its thread ended by itself (code ${code})`, null));
  return { remote: rpc.remote, end: (reason) => finish(reason, null) };
}

function crashText(error: Error): string {
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'there was not enough memory for it'
    : error.message;
}
