/** Full-batch training: one gradient of all rows per epoch, with progress, checks, and reasons for ending. */
import type {
  CheckPoint,
  CheckReport,
  TrainEnd,
  TrainOptions,
  TrainProgress,
  TrainResult,
} from '../protocol';
import type { Dataset } from './dataset';
import { initialParameters } from './initial';
import { createEvaluation, type Evaluation } from './evaluation';
import type { Crew } from './crew';
import type { Arrays } from './interpret';
import type { GradientJob } from './job';
import { gradientOutput } from './job';
import type { Sizes } from './loop';
import { sizeOf } from './loop';
import { OPTIMIZERS, type OptimizerName } from './optimizers';
import { LOSS } from './program';

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
}

export interface TrainRequest {
  readonly runId: string;
  readonly job: GradientJob;
  readonly dataset: Dataset;
  readonly options: TrainOptions;
  readonly optimizer?: OptimizerName;
  /** Where to start instead of at seeded random values. */
  readonly start?: Arrays;
}

/** At most 20 messages a second. */
const MESSAGE_EVERY = 50;
/** Longest stretch without letting messages in. */
const PAUSE_EVERY = 12;

class Cancelled extends Error {}

/** Never rejects for anything that the data or the settings do: the result tells what happened, with the curve so far. */
export async function train(request: TrainRequest, host: TrainHost): Promise<TrainResult> {
  const { runId, job, dataset, options } = request;
  const began = host.now();
  const losses: number[] = [];
  const norms: number[] = [];
  const checks: CheckReport[] = [];
  let parameters = request.start ?? initialParameters(job.inputs, dataset.sizes, options);
  let lastGood = parameters;

  let paused = host.now();
  const breathe = async (): Promise<void> => {
    if (host.now() - paused >= PAUSE_EVERY) {
      await host.pause();
      paused = host.now();
    }
    if (host.cancelled()) throw new Cancelled();
  };

  let sent = 0;
  let sentAt = -Infinity;
  const report = (force: boolean): void => {
    if (sent === losses.length || (!force && host.now() - sentAt < MESSAGE_EVERY)) return;
    host.progress({
      runId,
      epoch: losses.length,
      epochs: options.epochs,
      losses: losses.slice(sent),
      gradientNorms: norms.slice(sent),
      firstEpoch: sent,
    });
    sent = losses.length;
    sentAt = host.now();
  };

  const check = async (at: CheckPoint): Promise<void> => {
    if (!host.check) return;
    await breathe();
    report(true);
    try {
      checks.push(await host.check(parameters, at, losses.length));
    } catch (error) {
      if (host.cancelled()) throw new Cancelled();
      throw error;
    }
    await breathe();
  };

  let evaluation: Evaluation | null = null;
  const finish = (end: TrainEnd, message: string): TrainResult => {
    report(true);
    return {
      runId,
      definitionId: job.definitionId,
      end,
      message,
      epochs: losses.length,
      losses,
      gradientNorms: norms,
      parameters: job.parameters.map(({ name, shape }) => ({
        name,
        shape: shapeOf(shape, dataset.sizes),
        values: Array.from(lastGood[name] ?? []),
      })),
      checks,
      milliseconds: host.now() - began,
      ...(evaluation ? { computedBy: evaluation.about } : {}),
      problems: [],
    };
  };

  const invalid = invalidOption(options);
  if (invalid) return finish('failed', invalid);
  try {
    const optimizer = OPTIMIZERS[request.optimizer ?? 'gradient-descent'](options);
    evaluation = createEvaluation(job.gradient, dataset.sizes, dataset.inputs, host.crew ?? null);
    await check('start');
    const middle = Math.floor(options.epochs / 2);
    for (let epoch = 0; epoch < options.epochs; epoch += 1) {
      if (epoch === middle && epoch > 0) await check('middle');
      const work = evaluation.steps(parameters);
      let step = work.next();
      while (!step.done) {
        await breathe();
        step = work.next();
      }
      await breathe();
      const outputs = step.value;
      const loss = outputs[LOSS]?.[0] ?? NaN;
      const gradients: Record<string, Float64Array> = {};
      for (const { name } of job.parameters)
        gradients[name] = outputs[gradientOutput(name)] ?? new Float64Array(0);
      const norm = euclidean(Object.values(gradients));
      const broken = whyBroken(loss, norm, losses, options);
      if (broken) {
        if (Number.isFinite(loss)) {
          losses.push(loss);
          norms.push(norm);
        }
        return finish(losses.length <= 1 && !Number.isFinite(loss) ? 'failed' : 'diverged', broken);
      }
      losses.push(loss);
      norms.push(norm);
      lastGood = parameters;
      report(false);
      if (options.tolerance > 0 && largest(Object.values(gradients)) < options.tolerance) {
        await check('end');
        return finish(
          'converged',
          `The gradient fell below ${options.tolerance} after ${losses.length} epochs.`,
        );
      }
      parameters = optimizer.step(parameters, gradients);
    }
    if (allFinite(parameters)) lastGood = parameters;
    await check('end');
    return finish('finished', risingNote(losses, options) ?? `Finished ${losses.length} epochs.`);
  } catch (error) {
    if (error instanceof Cancelled) return finish('cancelled', `Cancelled after ${losses.length} epochs.`);
    if (error instanceof RangeError) return finish('failed', `The run stopped: ${error.message}.`);
    throw error;
  } finally {
    evaluation?.dispose();
  }
}

function invalidOption(options: TrainOptions): string | null {
  if (!(options.learningRate > 0) || !Number.isFinite(options.learningRate))
    return `The learning rate must be a positive number, not ${options.learningRate}.`;
  if (!Number.isSafeInteger(options.epochs) || options.epochs < 1)
    return `The number of epochs must be a positive whole number, not ${options.epochs}.`;
  if (!(options.initScale >= 0)) return `The scale of the initial values must not be negative.`;
  return null;
}

/** Growth of the loss over its least value that no descent recovers from. */
const BLOWN_UP = 1e6;

function whyBroken(
  loss: number,
  norm: number,
  losses: readonly number[],
  options: TrainOptions,
): string | null {
  const epoch = losses.length + 1;
  const smaller = formatRate(options.learningRate / 10);
  const first = losses[0];
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
    const what = Number.isFinite(loss) ? 'The gradient' : `The loss`;
    if (first === undefined)
      return `${what} is not a number at the initial parameters. Standardise the features, or start with a smaller scale of the initial values.`;
    const rising = (losses.at(-1) ?? 0) > first;
    return rising
      ? `${what} became infinite or undefined in epoch ${epoch} after the loss had risen: the learning rate ${options.learningRate} is too large. Try ${smaller}.`
      : `${what} became infinite or undefined in epoch ${epoch}: probably log(0) or a division by zero, where a prediction reached 0 or 1. Try the learning rate ${smaller}, or a numerically stable form of the loss.`;
  }
  if (first === undefined) return null;
  let least = first;
  for (const value of losses) if (value < least) least = value;
  const firstStep = Math.abs((losses[1] ?? loss) - first);
  if (loss - least > BLOWN_UP * (Math.abs(least) + Math.abs(first) + firstStep))
    return `The loss diverged: in epoch ${epoch} it is ${loss.toPrecision(3)}, after ${first.toPrecision(3)} at the start. The learning rate ${options.learningRate} is too large: try ${smaller}.`;
  return null;
}

/** A finished run whose loss is above where it began is not a success. */
function risingNote(losses: readonly number[], options: TrainOptions): string | null {
  const first = losses[0];
  const last = losses.at(-1);
  if (first === undefined || last === undefined || !(last > first)) return null;
  return `Finished ${losses.length} epochs, but the loss rose from ${first.toPrecision(4)} to ${last.toPrecision(4)}: the learning rate ${options.learningRate} is too large, or the gradient has a mistake. Try ${formatRate(options.learningRate / 10)}.`;
}

const formatRate = (rate: number): string => String(Number(rate.toPrecision(2)));

function euclidean(arrays: readonly Float64Array[]): number {
  return Math.sqrt(arrays.reduce((sum, array) => sum + array.reduce((s, v) => s + v * v, 0), 0));
}

function largest(arrays: readonly Float64Array[]): number {
  return arrays.reduce((most, array) => array.reduce((m, v) => Math.max(m, Math.abs(v)), most), 0);
}

const allFinite = (arrays: Arrays): boolean =>
  Object.values(arrays).every((array) => array.every(Number.isFinite));

function shapeOf(shape: readonly string[], sizes: Sizes): number[] {
  return shape.map((size) => sizeOf(size, sizes));
}
