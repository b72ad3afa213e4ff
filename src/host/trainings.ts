import * as vscode from 'vscode';
import { RUN_ENDED } from '../engine/api';
import type { RunState } from '../engine/api';
import type { GradientJob } from '../engine/job';
import { decodeState } from '../engine/training/state';
import type {
  CheckReport,
  Curve,
  DataChoice,
  TrainOptions,
  TrainProgress,
  TrainResult,
} from '../protocol/training';
import type { CheckpointState, TrainingState } from '../protocol/panel';
import { RemoteError } from '../rpc';
import type { Activities } from './activities';
import type { Checkpoints } from './checkpoints';
import type { CommandTarget } from './commands';
import { noCourses, restore } from './course';
import type { Course } from './course';
import type { Located } from './documents';
import { Cancelled } from './engine';
import type { Engine } from './engine';
import { jobHash } from './fingerprint';
import { sentence, UserError } from './messages';
import { tableHash } from './openTables';
import type { StoredRun } from './runFile';
import { keyOf } from './sessions';
import type { Sessions } from './sessions';

export interface TrainingRequest {
  readonly job: GradientJob;
  readonly data: DataChoice;
  readonly options: TrainOptions;
  /** What to go on from. */
  readonly kept: StoredRun | null;
}

/** Training runs in the worker. Their course goes into the sessions, and every now and then into the workspace's storage. */
export interface Trainings extends vscode.Disposable {
  /** Null when it was cancelled before anything was reached. */
  run(located: Located, request: TrainingRequest): Promise<TrainResult | null>;
  /** Holds the run that goes on, or lets it go on; false if there is none. */
  hold(held: boolean): boolean;
  /** Lets the run do one epoch and holds it then; false if there is none. */
  step(): boolean;
  /** Checks the gradients where the run of this definition stands; null if none goes on. */
  check(target: CommandTarget): Promise<CheckReport> | null;
  readonly onProgress: vscode.Event<{ readonly target: CommandTarget; readonly progress: TrainProgress }>;
}

export interface TrainingServices {
  readonly sessions: Sessions;
  readonly engine: Engine;
  readonly activities: Activities;
  readonly checkpoints: Checkpoints;
  readonly log: (message: string) => void;
}

/** ms between two writes to the workspace's storage. */
const KEPT_EVERY = 1_000;

export function createTrainings(services: TrainingServices): Trainings {
  const { sessions, engine, activities } = services;
  const progressed = new vscode.EventEmitter<{ target: CommandTarget; progress: TrainProgress }>();
  let live: { readonly runId: string; readonly target: CommandTarget } | null = null;
  let count = 0;

  const change = (target: CommandTarget, runId: string, what: (training: TrainingState) => TrainingState) => {
    const { training } = sessions.get(target);
    if (training?.runId === runId) sessions.update(target, { training: what(training) });
  };

  const run = (located: Located, request: TrainingRequest): Promise<TrainResult | null> =>
    activities.run('training', located, async (signal) => {
      count += 1;
      const runId = `run-${count}`;
      const { target } = located;
      const { job, data, options, kept } = request;
      const before = sessions.get(target).training;
      const courses = await restore(noCourses(), kept?.states ?? []);
      const begun: TrainingState = {
        runId,
        running: true,
        options,
        epoch: courses.derived.losses.length,
        ...courses.derived,
        ...(options.sideBySide === true ? { hand: courses.hand } : {}),
        checks: checksOf(kept),
        result: null,
        earlier: earlierOf(before),
      };
      sessions.update(target, { training: begun, checkpoint: null });
      live = { runId, target };
      const keeper = createKeeper(located, request, services);
      let lost = 0;
      const onProgress = (progress: TrainProgress) => {
        const { training } = sessions.get(target);
        if (training?.runId !== runId) return;
        progressed.fire({ target, progress });
        if (progress.curve === 'hand') return;
        sessions.advance(target, { ...training, epoch: progress.epoch });
        activities.report(
          progress.epoch / progress.epochs,
          `epoch ${progress.epoch} of ${progress.epochs}, loss ${lossText(courses.derived.losses)}`,
        );
      };
      const onReading = (share: number) => {
        activities.report(0, `reading the data, ${Math.floor(100 * share)} %`);
      };
      const onCheck = (report: CheckReport) => {
        change(target, runId, (training) => ({
          ...training,
          checks: [...training.checks.filter((other) => !isSame(other, report)), report],
        }));
      };
      const onLost = () => {
        lost += 1;
        const times = lost === 1 ? 'once' : `${lost} times`;
        change(target, runId, (training) => ({
          ...training,
          note: `The computing thread was lost ${times}; the run went on from where it was last kept.`,
        }));
      };
      try {
        const result = await engine.train(
          { runId, job, data, options, ...(kept ? { states: kept.states } : {}) },
          courses,
          { onProgress, onReading, onCheck, onCheckpoint: keeper.take, onLost },
          signal,
        );
        return finish(located, before, runId, result, keeper);
      } catch (error) {
        if (error instanceof Cancelled) {
          const result = cancelledResult(
            located,
            runId,
            courses.derived,
            sessions.get(target).training,
            keeper,
          );
          return finish(located, before, runId, result, keeper);
        }
        change(target, runId, (training) => ({ ...training, running: false, paused: false }));
        await keeper.keep();
        throw error;
      } finally {
        live = null;
      }
    });

  /** Enters the end of a run. One that reached nothing leaves what was there before. */
  const finish = async (
    { target, definition }: Located,
    before: TrainingState | null,
    runId: string,
    result: TrainResult,
    keeper: Keeper,
  ): Promise<TrainResult> => {
    const { training } = sessions.get(target);
    const cameToNothing = result.epochs === 0 && before !== null && result.end !== 'finished';
    if (training?.runId === runId)
      sessions.update(target, { training: cameToNothing ? before : ended(training, result) });
    if (result.end === 'cancelled') await keeper.keep();
    else await keeper.forget();
    // What the result does not say where it is shown is said in a message.
    if (cameToNothing && (result.end === 'failed' || result.end === 'diverged'))
      throw new UserError(`The training of ${definition.name} did not begin: ${sentence(result.message)}`);
    return result;
  };

  return {
    run,
    hold(held) {
      if (live === null) return false;
      const { target, runId } = live;
      engine.hold(runId, held);
      activities.pause(held);
      change(target, runId, (training) => ({ ...training, paused: held }));
      return true;
    },
    step() {
      if (live === null) return false;
      const { target, runId } = live;
      engine.step(runId);
      activities.pause(true);
      change(target, runId, (training) => ({ ...training, paused: true }));
      return true;
    },
    check: (target) =>
      live !== null && keyOf(live.target) === keyOf(target)
        ? engine.checkRun(live.runId).catch((error: unknown) => {
            if (!(error instanceof RemoteError) || error.message !== RUN_ENDED) throw error;
            throw new UserError('The run ended before it could be checked: run the check again.');
          })
        : null,
    onProgress: progressed.event,
    dispose: () => progressed.dispose(),
  };
}

interface Keeper {
  readonly take: (state: RunState) => void;
  readonly latest: readonly RunState[];
  /** Keeps where the run stands and offers to go on from there. */
  keep(): Promise<void>;
  /** There is nothing to go on with. */
  forget(): Promise<void>;
}

function createKeeper(
  { target, definition }: Located,
  { job, data, options, kept }: TrainingRequest,
  { sessions, checkpoints, log }: TrainingServices,
): Keeper {
  const key = keyOf(target);
  const states = new Map<Curve, RunState>((kept?.states ?? []).map((state) => [state.curve, state]));
  const definitionHash = jobHash(job);
  const dataHash = tableHash(data.path);
  let keptAt = performance.now();
  let isNews = false;
  const save = async (): Promise<boolean> => {
    if (states.size === 0) return false;
    const content = await dataHash;
    if (content === null) {
      log(`the run of ${definition.name} is not kept: its data changed while they were read`);
      return false;
    }
    if (!isNews) return true;
    isNews = false;
    await checkpoints.save({
      key,
      name: definition.name,
      options,
      choice: data,
      definition: definitionHash,
      data: content,
      savedAt: Date.now(),
      states: [...states.values()],
    });
    return true;
  };
  return {
    take(state) {
      states.set(state.curve, state);
      isNews = true;
      if (performance.now() - keptAt < KEPT_EVERY) return;
      keptAt = performance.now();
      void save();
    },
    get latest() {
      return [...states.values()];
    },
    async keep() {
      if (await save()) sessions.update(target, { checkpoint: offerOf([...states.values()], options, null) });
    },
    forget: () => checkpoints.remove(key),
  };
}

/** What is offered of a kept run; null where its state cannot be read. */
export function offerOf(
  states: readonly RunState[],
  options: TrainOptions,
  changed: string | null,
  savedAt = Date.now(),
): CheckpointState | null {
  const own = states.find(({ curve }) => curve === 'derived');
  const state = own === undefined ? null : decodeState(own.bytes, true);
  if (state === null) return null;
  return { epoch: state.epoch, epochs: options.epochs, loss: state.losses.at(-1) ?? null, savedAt, changed };
}

function checksOf(kept: StoredRun | null): readonly CheckReport[] {
  const own = kept?.states.find(({ curve }) => curve === 'derived');
  return own === undefined ? [] : (decodeState(own.bytes, true)?.checks ?? []);
}

const isSame = (a: CheckReport, b: CheckReport): boolean => a.at === b.at && a.epoch === b.epoch;

function ended(training: TrainingState, result: TrainResult): TrainingState {
  const { epochs, losses, gradientNorms, checks, hand } = result;
  return {
    ...training,
    running: false,
    paused: false,
    epoch: epochs,
    losses,
    gradientNorms,
    validationLosses: result.validationLosses ?? [],
    ...(hand ? { hand: { losses: hand.losses, gradientNorms: hand.gradientNorms } } : {}),
    checks,
    result,
  };
}

/** The last result that is worth something. */
function earlierOf(before: TrainingState | null): TrainResult | null {
  const result = before?.result ?? null;
  const isGood = result !== null && (result.end === 'finished' || result.end === 'converged');
  return isGood ? result : (before?.earlier ?? null);
}

/** What the worker, which did not answer in time, would have said: the curve, and the parameters of the last checkpoint. */
function cancelledResult(
  { definition }: Located,
  runId: string,
  { losses, gradientNorms }: Course,
  training: TrainingState | null,
  { latest }: Keeper,
): TrainResult {
  const own = latest.find(({ curve }) => curve === 'derived');
  const state = own === undefined ? null : decodeState(own.bytes, true);
  const checks = training?.checks ?? [];
  const shapes = new Map(
    checks.flatMap(({ parameters }) => parameters).map(({ name, shape }) => [name, shape]),
  );
  return {
    runId,
    definitionId: definition.id,
    end: 'cancelled',
    message: `Cancelled after ${losses.length} epochs.`,
    epochs: losses.length,
    losses,
    gradientNorms,
    parameters: Object.entries(state?.lastGood ?? {}).map(([name, values]) => ({
      name,
      shape: shapes.get(name) ?? [values.length],
      values: [...values],
    })),
    checks,
    milliseconds: state?.milliseconds ?? 0,
    problems: [],
  };
}

function lossText(losses: readonly number[]): string {
  return losses.at(-1)?.toPrecision(4) ?? '';
}
