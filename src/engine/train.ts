/** A run of training with its surroundings: progress, checks, pauses, checkpoints, and reasons for ending. */
import type {
  CheckPoint,
  CheckReport,
  CoefficientReport,
  TrainEnd,
  TrainOptions,
  TrainProgress,
  TrainResult,
} from '../protocol/training';
import type { Crew } from './crew';
import type { Dataset } from './dataset';
import { initialParameters } from './initial';
import type { Arrays } from './interpret';
import type { GradientJob } from './job';
import { StreamFault } from './rowSource';
import { coefficientReport, MOST_COEFFICIENTS } from './training/coefficients';
import { fitDiagnoses } from './training/diagnoses/fit';
import { explainUndefined } from './training/diagnoses/undefined';
import { createObjective, type Objective } from './training/objective';
import { flatten } from './training/parameters';
import { trainSettings, type TrainSettings } from './training/settings';
import type { TrainerState } from './training/state';
import { createTrainer, type Ended, type Trainer } from './training/trainer';

/** What the surroundings give: a clock, a way to let messages in, and where things are told. */
export interface TrainHost {
  /** Milliseconds. */
  now(): number;
  /** Resolves after pending messages were handled. */
  pause(): Promise<void>;
  cancelled(): boolean;
  progress(progress: TrainProgress): void;
  /** Threads that help. */
  readonly crew?: Crew;
  /** Makes a check at these parameters; null when checks are off. */
  check?: (parameters: Arrays, at: CheckPoint, epoch: number) => Promise<CheckReport>;
  /**
   * Resolves when the run may go on, at once unless it is held. Asked before each epoch, with the number of those done, and every
   * few milliseconds within one, with null; a run that goes on epoch by epoch is held at the former only. `cancelled` counts
   * afterwards.
   */
  hold?(epoch: number | null): Promise<void>;
  /** After each epoch: `take` copies the whole state, from which `TrainRequest.state` goes on. */
  checkpoint?(take: () => TrainerState): void;
}

export interface TrainRequest {
  readonly runId: string;
  readonly job: GradientJob;
  readonly dataset: Dataset;
  /** Rows held out: the loss on them is told, and decides where there is a patience. */
  readonly validation?: Dataset | null;
  readonly options: TrainOptions;
  /** Where to start instead of at seeded random values. */
  readonly start?: Arrays;
  /**
   * What to go on from instead: a state of the same definition on the same data. The options of this request hold, so that there
   * may be more epochs; the memory of another optimizer is dropped. Progress is told from the state's epoch on.
   */
  readonly state?: TrainerState | null;
  /** A table of the coefficients at a minimum; true where the derived gradient is followed. */
  readonly coefficients?: boolean;
  /** Whose gradient is followed; the hand-written one where it has the parameter's shape. `derived`. */
  readonly gradient?: 'derived' | 'hand';
}

/** At most 20 messages a second. */
const MESSAGE_EVERY = 50;
/** Longest stretch without letting messages in. */
const PAUSE_EVERY = 12;

/** Epochs after which the parameters have left their start, if not a tenth of all comes earlier. */
const MOST_BURN_IN = 1_000;

class Cancelled extends Error {}

/** Never rejects for anything that the data or the settings do: the result tells what happened, with the curve so far. */
export async function train(request: TrainRequest, host: TrainHost): Promise<TrainResult> {
  const { runId, job, dataset, options } = request;
  const state = request.state ?? null;
  const began = host.now() - (state?.milliseconds ?? 0);
  const checks: CheckReport[] = [...(state?.checks ?? [])];
  const begin = request.start ?? initialParameters(job.inputs, dataset.sizes, options);
  let trainer: Trainer | null = null;

  let paused = host.now();
  const breathe = async (withinEpoch = false): Promise<void> => {
    if (host.now() - paused >= PAUSE_EVERY) {
      await host.pause();
      if (withinEpoch) await host.hold?.(null);
      paused = host.now();
    }
    if (host.cancelled()) throw new Cancelled();
  };

  let sent = state?.epoch ?? 0;
  let sentAt = -Infinity;
  const report = (force: boolean): void => {
    const epoch = trainer?.epoch ?? 0;
    if (!trainer || sent === epoch || (!force && host.now() - sentAt < MESSAGE_EVERY)) return;
    host.progress({
      runId,
      epoch,
      epochs: options.epochs,
      losses: trainer.losses.slice(sent),
      gradientNorms: trainer.gradientNorms.slice(sent),
      ...(request.validation ? { validationLosses: trainer.validationLosses.slice(sent) } : {}),
      firstEpoch: sent,
    });
    sent = epoch;
    sentAt = host.now();
  };

  const check = async (at: CheckPoint, runner: Trainer): Promise<void> => {
    if (!host.check) return;
    await breathe();
    report(true);
    try {
      checks.push(await host.check(runner.parameters(), at, runner.epoch));
    } catch (error) {
      if (host.cancelled()) throw new Cancelled();
      throw error;
    }
    await breathe();
  };

  let objective: Objective | null = null;
  let validation: Objective | null = null;
  const finish = (end: TrainEnd, message: string): TrainResult => {
    report(true);
    const values = trainer?.result() ?? begin;
    return {
      runId,
      definitionId: job.definitionId,
      end,
      message,
      epochs: trainer?.epoch ?? 0,
      losses: [...(trainer?.losses ?? [])],
      gradientNorms: [...(trainer?.gradientNorms ?? [])],
      ...(request.validation ? { validationLosses: [...(trainer?.validationLosses ?? [])] } : {}),
      parameters: (objective?.layout.slots ?? []).map(({ name, shape }) => ({
        name,
        shape,
        values: Array.from(values[name] ?? []),
      })),
      checks,
      milliseconds: host.now() - began,
      ...(typeof objective?.about === 'string' ? { computedBy: objective.about } : {}),
      problems: [],
    };
  };

  const read = trainSettings(options);
  if (!read.ok) return finish('failed', read.message);
  const settings = read.value;
  try {
    const shared = { job, fixed: begin, precision: settings.precision, crew: host.crew ?? null } as const;
    objective = createObjective({ ...shared, dataset, gradient: request.gradient ?? 'derived' });
    if (request.validation)
      validation = createObjective({ ...shared, dataset: request.validation, gradient: 'derived' });
    trainer = createTrainer({
      definitionId: job.definitionId,
      options,
      settings,
      objective,
      validation,
      rows: dataset.rows,
      parameters: begin,
      explain: (parameters, inGradient) =>
        explainUndefined(job, inGradient ? job.gradient : job.loss, dataset, parameters),
      state,
    });
    const ended = await run(trainer, settings);
    // The run itself has ended: a cancellation from here on leaves out what is told besides.
    const said = await unlessCancelled(diagnosesOf(trainer, objective, settings));
    const coefficients = await unlessCancelled(coefficientsOf(trainer, objective, settings, ended));
    const message = [ended.message, ...(said ?? [])].join(' ');
    return { ...finish(ended.end, message), ...(coefficients ? { coefficients } : {}) };
  } catch (error) {
    const epochs = trainer?.epoch ?? 0;
    if (error instanceof Cancelled) return finish('cancelled', `Cancelled after ${epochs} epochs.`);
    if (error instanceof StreamFault) return finish('failed', error.message);
    if (error instanceof RangeError) return finish('failed', `The run stopped: ${error.message}.`);
    throw error;
  } finally {
    objective?.dispose();
    validation?.dispose();
  }

  async function run(runner: Trainer, { epochs }: TrainSettings): Promise<Ended> {
    if (runner.epoch === 0) await check('start', runner);
    const burnIn = Math.min(MOST_BURN_IN, Math.ceil(epochs / 10));
    while (runner.epoch < epochs) {
      await host.hold?.(runner.epoch);
      if (host.cancelled()) throw new Cancelled();
      if (runner.epoch === burnIn) await check('middle', runner);
      const ended = await inPieces(runner.advance());
      report(false);
      if (ended?.end === 'converged') await check('end', runner);
      if (ended) return ended;
      host.checkpoint?.(() => runner.snapshot([...checks], host.now() - began));
    }
    await check('end', runner);
    const message = (await inPieces(runner.explainEnd())) ?? `Finished ${runner.epoch} epochs.`;
    return { end: 'finished', message };
  }

  async function diagnosesOf(
    runner: Trainer,
    minimised: Objective,
    { weightDecay }: TrainSettings,
  ): Promise<string[]> {
    if (request.gradient === 'hand' || runner.epoch === 0) return [];
    const parameters = runner.result();
    const { gradient } = await inPieces(minimised.evaluate(flatten(minimised.layout, parameters)));
    const decayed = weightDecay > 0;
    const { layout } = minimised;
    return inPieces(fitDiagnoses({ job, dataset, layout, parameters, gradient, decayed }));
  }

  async function coefficientsOf(
    runner: Trainer,
    minimised: Objective,
    { weightDecay }: TrainSettings,
    { end }: Ended,
  ): Promise<CoefficientReport | null> {
    const wanted = request.coefficients ?? request.gradient !== 'hand';
    if (!wanted || end !== 'converged' || minimised.layout.length > MOST_COEFFICIENTS) return null;
    const parameters = runner.result();
    const decayed = weightDecay > 0;
    return inPieces(coefficientReport({ job, dataset, objective: minimised, parameters, decayed }));
  }

  async function unlessCancelled<T>(work: Promise<T>): Promise<T | null> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof Cancelled) return null;
      throw error;
    }
  }

  async function inPieces<T>(work: Generator<void, T>): Promise<T> {
    let piece = work.next();
    while (!piece.done) {
      await breathe(true);
      piece = work.next();
    }
    await breathe();
    return piece.value;
  }
}
