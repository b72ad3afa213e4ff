/** Threads that share the work of kernels: started once, when first needed, and again when one is lost. */
import { Worker } from 'node:worker_threads';
import { createBoard, freeChunksOf, MOST_HELPERS, noBoard, wake, type Board } from '../engine/board';
import type { Crew, HelperMessage, SharedKernel } from '../engine/crew';

/** What a helper is started with. */
export interface HelperStart {
  readonly board: Board;
  readonly thread: number;
}

/** A helper that is lost this often before it has done anything is not started again. */
const MOST_FAILURES = 3;

export interface StartedCrew extends Crew {
  /** Starts the helpers ahead of the first kernel, which then need not wait for them. */
  start(): void;
  /** Ends all helpers. */
  dispose(): Promise<void>;
}

const NOT_SHARED = 'this host has no memory that threads share';

/** Without memory that threads share there are no helpers, and kernels say so. `file` is the script that calls `beHelper` in a thread with a `HelperStart`; `started` is told of each thread. */
export function createCrew(
  file: string,
  helpers: number,
  started: (worker: Worker) => void = () => undefined,
): StartedCrew {
  if (typeof SharedArrayBuffer === 'undefined') return nobody();
  const board = createBoard();
  const count = Math.min(helpers, MOST_HELPERS);
  const kernels = new Map<number, SharedKernel>();
  const threads = new Map<number, Worker>();
  const failures = new Map<number, number>();
  let next = 1;
  let disposed = false;

  const start = (thread: number): void => {
    const workerData: HelperStart = { board, thread };
    const worker = new Worker(file, { workerData });
    // A helper keeps no process alive, and what it dies of is told by its exit.
    worker.unref();
    worker.on('error', () => undefined);
    worker.once('message', () => failures.set(thread, 0));
    worker.once('exit', () => {
      threads.delete(thread);
      freeChunksOf(board, thread);
      const failed = (failures.get(thread) ?? 0) + 1;
      failures.set(thread, failed);
      if (!disposed && failed <= MOST_FAILURES) start(thread);
    });
    threads.set(thread, worker);
    started(worker);
    for (const [id, kernel] of kernels)
      worker.postMessage({ kind: 'load', id, kernel } satisfies HelperMessage);
  };

  const startAll = (): void => {
    if (threads.size === 0 && !disposed) for (let k = 1; k <= count; k += 1) start(k);
  };

  const tell = (message: HelperMessage): void => {
    for (const worker of threads.values()) worker.postMessage(message);
    wake(board);
  };

  return {
    board,
    helpers: count,
    start: startAll,
    load: (kernel) => {
      const id = next;
      next += 1;
      if (kernels.size === 0) startAll();
      kernels.set(id, kernel);
      tell({ kind: 'load', id, kernel });
      return id;
    },
    forget: (id) => {
      kernels.delete(id);
      tell({ kind: 'forget', id });
    },
    dispose: async () => {
      disposed = true;
      await Promise.all([...threads.values()].map((worker) => worker.terminate()));
    },
  };
}

const nobody = (): StartedCrew => ({
  board: noBoard(),
  helpers: 0,
  alone: NOT_SHARED,
  start: () => undefined,
  load: () => 0,
  forget: () => undefined,
  dispose: () => Promise.resolve(),
});
