import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type * as vscode from 'vscode';
import type {
  CheckRequest,
  EngineApi,
  EngineListener,
  RunState,
  TrainRequest,
  WorkerStart,
} from '../engine/api';
import type { GradientJob } from '../engine/job';
import type {
  CheckReport,
  Curve,
  DataChoice,
  DataUse,
  TablePreview,
  TrainProgress,
  TrainResult,
} from '../protocol/training';
import { Disconnected } from '../rpc';
import { extend, restore } from './course';
import type { Courses } from './course';
import { UserError } from './messages';
import { startThread } from './thread';
import type { Thread } from './thread';

export interface TrainListener {
  /** After the courses were extended by it. */
  onProgress(progress: TrainProgress): void;
  /** A large table is being read or prepared; a share of it is done. */
  onReading(share: number): void;
  onCheck(report: CheckReport): void;
  /** The run can go on from there. */
  onCheckpoint(state: RunState): void;
  /** The worker was lost, and the run goes on in a new one: from the last checkpoint, or from its beginning. */
  onLost(reason: string): void;
}

/** The worker that reads tables and computes on them. Started at the first use, and anew after it has crashed. */
export interface Engine extends vscode.Disposable {
  /** Rejects with `Cancelled` after the signal. `onReading` is told of large tables which share was read. */
  preview(path: string, signal: AbortSignal, onReading?: (share: number) => void): Promise<TablePreview>;
  /** Rejects with `Cancelled` after the signal. */
  check(request: CheckRequest, signal: AbortSignal): Promise<CheckReport>;
  /** What a choice of data comes to for a job. */
  use(job: GradientJob, data: DataChoice): Promise<DataUse>;
  /**
   * Extends the courses meanwhile. Resolves with what was reached until the signal, or rejects with `Cancelled` if the worker does not say so at once. A lost
   * worker is replaced as long as there is a new checkpoint every few times.
   */
  train(
    request: TrainRequest,
    courses: Courses,
    listener: TrainListener,
    signal: AbortSignal,
  ): Promise<TrainResult>;
  /** Holds a training run, or lets it go on. */
  hold(runId: string, held: boolean): void;
  /** Lets a training run do one epoch and holds it then. */
  step(runId: string): void;
  /** Checks the gradients where a training run stands. */
  checkRun(runId: string): Promise<CheckReport>;
}

export class Cancelled extends Error {}

/** ms after which what was cancelled counts as ended, whatever the worker does. */
const PROMPT = 80;
/** ms that a worker has to end a run by itself; then it is ended. */
const GRACE = 1_500;
/** Workers that a run may lose without a checkpoint in between. */
const MOST_LOSSES = 3;

interface Training {
  readonly courses: Courses;
  readonly listener: TrainListener;
  readonly states: Map<Curve, RunState>;
  held: boolean;
  /** Workers lost since the last checkpoint. */
  losses: number;
}

/**
 * `started` is told of each worker. `unsaved` gives what an open editor has of the table at a path, where the disk has
 * something else. Numbers of tables that are larger than memory go to `folder`.
 */
export function createEngine(
  extensionPath: string,
  log: (message: string) => void,
  started?: (worker: Worker) => void,
  unsaved: (path: string) => string | undefined = () => undefined,
  folder?: string,
): Engine {
  const trainings = new Map<string, Training>();
  /** Of previews, by their ids. */
  const readings = new Map<string, (share: number) => void>();
  let running: Thread<EngineApi> | null = null;
  let previews = 0;
  let stopped = false;
  const isStopped = (): boolean => stopped;
  /** Resolves when the worker has ended what was cancelled, or was ended itself: it takes nothing on before. */
  let leaving: Promise<void> | null = null;
  const connected = (): Thread<EngineApi> => {
    running ??= startThread<EngineApi>(
      join(extensionPath, 'dist', 'worker.cjs'),
      listenerOf(trainings, readings),
      (crash) => {
        if (crash !== null) log(`the worker crashed: ${crash.stack ?? crash.message}`);
        running = null;
      },
      started,
      { folder } satisfies WorkerStart,
    );
    return running;
  };

  /** Runs a call of the worker; after the signal the worker ends it, or is ended. */
  const cancellable = async <R>(
    runId: string,
    signal: AbortSignal,
    call: (remote: EngineApi) => Promise<R>,
  ): Promise<R> => {
    if (leaving !== null) await leaving;
    if (signal.aborted) throw new Cancelled();
    const own = connected();
    const answer = call(own.remote);
    let cancel = (): void => undefined;
    const givenUp = new Promise<never>((_, reject) => {
      cancel = () => {
        const grace = setTimeout(() => own.end('it did not stop when it was cancelled'), GRACE);
        const prompt = setTimeout(() => reject(new Cancelled()), PROMPT);
        const settled = (): void => {
          clearTimeout(grace);
          clearTimeout(prompt);
        };
        const left = answer.then(settled, settled).then(() => {
          if (leaving === left) leaving = null;
        });
        leaving = left;
        // When the worker is gone there is nothing left to cancel.
        own.remote.cancel(runId).catch(() => undefined);
      };
    });
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await Promise.race([answer, givenUp]);
    } catch (error) {
      if (signal.aborted) throw new Cancelled();
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };

  const trainOn = async (request: TrainRequest, own: Training, signal: AbortSignal): Promise<TrainResult> => {
    for (;;) {
      try {
        return await cancellable(request.runId, signal, (remote) => {
          const answer = remote.train({ ...request, states: [...own.states.values()] });
          if (own.held) remote.hold(request.runId, true).catch(() => undefined);
          return answer;
        });
      } catch (error) {
        if (!(error instanceof Disconnected) || isStopped()) throw error;
        own.losses += 1;
        if (own.losses > MOST_LOSSES) throw error;
        log(`the worker was lost in a training run (${error.message}); it goes on in a new one`);
        await restore(own.courses, [...own.states.values()]);
        if (isStopped()) throw error;
        own.listener.onLost(error.message);
      }
    }
  };

  /** A worker that is gone takes no orders; what it was told last is told to the next. */
  const order = (give: (remote: EngineApi) => Promise<void>): void => {
    if (running) give(running.remote).catch(() => undefined);
  };

  const withText = <Request extends CheckRequest>(request: Request): Request => {
    const text = unsaved(request.data.path);
    return text === undefined ? request : { ...request, text };
  };

  return {
    async preview(path, signal, onReading) {
      previews += 1;
      const runId = `preview-${previews}`;
      if (onReading) readings.set(runId, onReading);
      try {
        return await cancellable(runId, signal, (remote) => remote.preview(path, runId, unsaved(path)));
      } catch (error) {
        return tell(error);
      } finally {
        readings.delete(runId);
      }
    },
    use(job, data) {
      previews += 1;
      const runId = `use-${previews}`;
      return cancellable(runId, new AbortController().signal, (remote) =>
        remote.use(withText({ runId, job, data })),
      ).catch(tell);
    },
    check: (request, signal) =>
      cancellable(request.runId, signal, (remote) => remote.check(withText(request))).catch(tell),
    async train(request, courses, listener, signal) {
      const states = new Map((request.states ?? []).map((state) => [state.curve, state]));
      const own: Training = { courses, listener, states, held: false, losses: 0 };
      trainings.set(request.runId, own);
      try {
        return withCurves(await trainOn(withText(request), own, signal), courses);
      } catch (error) {
        return tell(error);
      } finally {
        trainings.delete(request.runId);
      }
    },
    hold(runId, held) {
      const own = trainings.get(runId);
      if (own) own.held = held;
      order((remote) => remote.hold(runId, held));
    },
    step(runId) {
      const own = trainings.get(runId);
      if (own) own.held = true;
      order((remote) => remote.step(runId));
    },
    checkRun: (runId) => connected().remote.checkRun(runId).catch(tell),
    dispose: () => {
      stopped = true;
      running?.end('the extension was stopped');
    },
  };
}

function listenerOf(
  trainings: ReadonlyMap<string, Training>,
  readings: ReadonlyMap<string, (share: number) => void>,
): EngineListener {
  return {
    reading(runId, share) {
      readings.get(runId)?.(share);
      trainings.get(runId)?.listener.onReading(share);
      return Promise.resolve();
    },
    trainProgress(progress) {
      const own = trainings.get(progress.runId);
      if (own) {
        extend(own.courses, progress);
        own.listener.onProgress(progress);
      }
      return Promise.resolve();
    },
    trainCheck(runId, report) {
      trainings.get(runId)?.listener.onCheck(report);
      return Promise.resolve();
    },
    trainCheckpoint(runId, state) {
      const own = trainings.get(runId);
      if (own) {
        own.states.set(state.curve, state);
        own.losses = 0;
        own.listener.onCheckpoint(state);
      }
      return Promise.resolve();
    },
  };
}

/** The courses themselves, not copies. */
function withCurves({ hand, ...answer }: TrainResult, courses: Courses): TrainResult {
  const { losses, gradientNorms } = courses.hand;
  return { ...answer, ...courses.derived, ...(hand ? { hand: { ...hand, losses, gradientNorms } } : {}) };
}

/** A crash is told to the user with what to do next; anything else is passed on. */
function tell(error: unknown): never {
  if (!(error instanceof Disconnected)) throw error;
  throw new UserError(
    `The computation ended unexpectedly: ${error.message}. With a large table, choose fewer feature columns or a smaller file; the next check or training starts anew.`,
    { cause: error },
  );
}
