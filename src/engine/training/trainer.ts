/** One run of training, epoch by epoch: everything that happens between reading the data and telling others about it. */
import type { CheckReport, TrainEnd, TrainOptions } from '../../protocol/training';
import type { Arrays } from '../interpret';
import { batchesOf } from './batches';
import { optimizerOf } from './byName';
import { explainBroken, explainRise, isBroken, type Broken } from './diagnoses/broken';
import { NO_DECREASE } from './lbfgs';
import type { Evaluated, Objective } from './objective';
import type { Memory, Oracle, StepSettings } from './optimizer';
import { flatten, unflatten } from './parameters';
import { rateAt } from './schedules';
import { searchesLine, type TrainSettings } from './settings';
import { createStall } from './stall';
import type { TrainerState } from './state';
import { allFinite, euclidean, largest, plus, scaled, dot } from './vectors';

/** Relative errors of a number, by the precision in which the data are held. */
const ROUNDING = { double: Number.EPSILON, single: 2 ** -23 } as const;
/** So many of them in a loss hide the gain of the best step along the gradient. */
const HIDDEN = 1e3;

export interface Ended {
  readonly end: TrainEnd;
  readonly message: string;
}

export interface TrainerRequest {
  readonly definitionId: string;
  readonly options: TrainOptions;
  readonly settings: TrainSettings;
  readonly objective: Objective;
  /** The same loss on rows that are held out. */
  readonly validation: Objective | null;
  /** Rows of the data. */
  readonly rows: number;
  /** By name, at the start: all parameters, also those that are not trained. */
  readonly parameters: Arrays;
  /** What became undefined first at these parameters: in the loss, or else in its gradient. */
  readonly explain: (parameters: Arrays, inGradient: boolean) => Generator<void, string | null>;
  /** What to go on from; its parameters count, its options do not. */
  readonly state: TrainerState | null;
}

export interface Trainer {
  readonly epoch: number;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  readonly validationLosses: readonly number[];
  /** Where the run stands, and the parameters that it answers with if it ends now. */
  parameters(): Arrays;
  result(): Arrays;
  /** One epoch in pieces of some milliseconds; null if the run goes on after it. */
  advance(): Generator<void, Ended | null>;
  /** Why a finished run did no good, if it did none. */
  explainEnd(): Generator<void, string | null>;
  /** A copy that nothing changes any more. */
  snapshot(checks: readonly CheckReport[], milliseconds: number): TrainerState;
}

/** Throws a RangeError for a state of other parameters. */
export function createTrainer(request: TrainerRequest): Trainer {
  const { settings, objective, validation, rows, state } = request;
  const { layout } = objective;
  const optimizer = optimizerOf(settings);
  const penalised = searchesLine(settings) && settings.weightDecay > 0;
  let theta = flatten(layout, state?.parameters ?? request.parameters);
  let lastGood = state ? flatten(layout, state.lastGood) : theta;
  let memory: Memory = state?.optimizer.name === settings.optimizer ? state.optimizer.memory : {};
  let known: Evaluated | null = state?.evaluated ?? null;
  let step = state?.step ?? 0;
  let best = state?.best ? { ...state.best, parameters: flatten(layout, state.best.parameters) } : null;
  /** Where the loss was least in this session. */
  let least = { loss: Infinity, parameters: theta };
  const losses = [...(state?.losses ?? [])];
  const norms = [...(state?.gradientNorms ?? [])];
  const validationLosses = [...(state?.validationLosses ?? [])];

  const named = (flat: Float64Array): Arrays => ({ ...request.parameters, ...unflatten(layout, flat) });

  /** The first place at which the step that is being made found no value. */
  let undefinedAt: Float64Array | null = null;

  // The same as if the run had never stopped.
  const stalled = createStall();
  losses.forEach((loss, k) => stalled(loss, norms[k] ?? NaN));

  function* evaluate(parameters: Float64Array): Generator<void, Evaluated> {
    const plain = yield* objective.evaluate(parameters);
    if (!Number.isFinite(plain.loss)) undefinedAt ??= parameters;
    if (!penalised) return plain;
    const { weightDecay } = settings;
    return {
      loss: plain.loss + (weightDecay / 2) * dot(parameters, parameters),
      gradient: plus(plain.gradient, weightDecay, parameters),
    };
  }

  function* product(parameters: Float64Array, direction: Float64Array): Generator<void, Float64Array> {
    const plain = yield* objective.product(parameters, direction);
    return penalised ? plus(plain, settings.weightDecay, direction) : plain;
  }

  const stepSettings = (): StepSettings => ({ ...settings, rate: rateAt(losses.length, settings), step });

  const clipped = (gradient: Float64Array): Float64Array => {
    const norm = settings.clipNorm > 0 ? euclidean(gradient) : 0;
    return norm > settings.clipNorm ? scaled(gradient, settings.clipNorm / norm) : gradient;
  };

  /** Moves the parameters from where loss and gradient are known; tells why if there is no step any more. */
  function* move(here: Evaluated): Generator<void, string | null> {
    const now = stepSettings();
    step += 1;
    known = null;
    undefinedAt = null;
    if (optimizer.kind === 'rule') {
      ({ parameters: theta, memory } = optimizer.rule(theta, clipped(here.gradient), memory, now));
      return null;
    }
    const moved = yield* optimizer.search({ ...here, parameters: theta }, memory, now, oracle);
    ({ parameters: theta, memory, evaluated: known } = moved);
    return moved.stuck ?? null;
  }

  /** Enters an epoch into the curves, with the parameters that it belongs to. */
  function* enter({ loss, gradient }: Evaluated, at: Float64Array): Generator<void> {
    const held = validation ? (yield* validation.evaluate(at)).loss : null;
    losses.push(loss);
    norms.push(euclidean(gradient));
    if (held !== null) validationLosses.push(held);
    lastGood = at;
    if (loss < least.loss) least = { loss, parameters: at };
    const judged = held ?? loss;
    if (settings.patience > 0 && !(judged >= (best?.loss ?? Infinity)))
      best = { epoch: losses.length, loss: judged, parameters: at };
  }

  const oracle: Oracle = { evaluate, product };

  /** Null if the run can go on from here. */
  function* broken(here: Evaluated): Generator<void, Ended | null> {
    const norm = euclidean(here.gradient);
    const how = isBroken(here.loss, norm, losses, settings);
    if (how === null) return null;
    const message = yield* explained(how, here.loss);
    const never = losses.length === 0 && !Number.isFinite(here.loss);
    if (Number.isFinite(here.loss)) {
      losses.push(here.loss);
      norms.push(norm);
    }
    return { end: never ? 'failed' : 'diverged', message };
  }

  function* explained(how: Broken, loss: number): Generator<void, string> {
    const cause = how === 'undefined' ? yield* request.explain(named(theta), Number.isFinite(loss)) : null;
    return yield* explainBroken({
      broken: how,
      loss,
      losses,
      settings,
      best: least.parameters,
      oracle,
      cause,
    });
  }

  /** Whether the last epoch that was entered is enough. */
  function enough(gradient: Float64Array): Ended | null {
    const epochs = losses.length;
    const { tolerance, lossTolerance, patience } = settings;
    if (tolerance > 0 && largest(gradient) < tolerance)
      return { end: 'converged', message: `The gradient fell below ${tolerance} after ${epochs} epochs.` };
    const loss = losses[epochs - 1] ?? NaN;
    const before = losses[epochs - 2] ?? NaN;
    if (
      lossTolerance > 0 &&
      Math.abs(before - loss) <= lossTolerance * Math.max(Math.abs(before), Math.abs(loss))
    )
      return {
        end: 'converged',
        message: `The loss changed by less than ${lossTolerance} of itself in epoch ${epochs}.`,
      };
    if (patience > 0 && best && epochs - best.epoch >= patience)
      return {
        end: 'finished',
        message: `Stopped early after ${epochs} epochs: ${validation ? 'the loss on the rows held out' : 'the loss'} has not fallen since epoch ${best.epoch}, whose parameters are kept.`,
      };
    return null;
  }

  /** At a minimum, rounding hides what is left to gain; elsewhere a search that finds nothing means that something is wrong. */
  function* noStep(stuck: string, { loss, gradient }: Evaluated): Generator<void, Ended> {
    const bend = dot(gradient, yield* product(theta, gradient));
    const square = dot(gradient, gradient);
    const gain = square === 0 ? 0 : square ** 2 / (2 * bend);
    const length = `the gradient has the length ${euclidean(gradient).toExponential(1)}`;
    const rounding = ROUNDING[settings.precision];
    const size = Math.max(Math.abs(loss), rounding * Math.abs(losses[0] ?? 0));
    if (gain >= 0 && gain <= HIDDEN * rounding * size)
      return {
        end: 'converged',
        message: `The loss is at its least value as far as rounding lets it be seen: after ${losses.length} epochs ${length}.`,
      };
    if (undefinedAt)
      return {
        end: 'finished',
        message: `The loss is not defined a short step further on: ${(yield* request.explain(named(undefinedAt), false)) ?? 'a value is infinite.'} Ended after ${losses.length} epochs, where ${length}. Write the loss in a form that is stable there (of the logits), or add a penalty that keeps the parameters small.`,
      };
    return {
      end: 'finished',
      message: `${stuck} Ended after ${losses.length} epochs, although ${length}: the loss has a kink there, or the gradient is not the loss's own.`,
    };
  }

  function* wholeEpoch(): Generator<void, Ended | null> {
    const here: Evaluated = known ?? (yield* evaluate(theta));
    const fault = yield* broken(here);
    if (fault) return fault;
    yield* enter(here, theta);
    const done = enough(here.gradient);
    if (done) return done;
    if (optimizer.kind === 'search' && stalled(here.loss, norms.at(-1) ?? NaN))
      return yield* noStep(NO_DECREASE, here);
    const stuck = yield* move(here);
    return stuck === null ? null : yield* noStep(stuck, here);
  }

  /** The loss of an epoch is the mean over its batches, each at the parameters that it met; so is the gradient. */
  function* batchEpoch(): Generator<void, Ended | null> {
    const { batchSize, seed, shuffle } = settings;
    const order = shuffle ? { seed, epoch: losses.length } : null;
    let loss = 0;
    let gradient: Float64Array = new Float64Array(layout.length);
    for (const { rows: batch, ahead } of batchesOf(rows, batchSize, order, objective.blockRows ?? rows)) {
      const here: Evaluated = yield* objective.evaluate(theta, batch, ahead);
      if (!Number.isFinite(here.loss) || !allFinite(here.gradient)) return yield* broken(here);
      loss += (here.loss * batch.length) / rows;
      gradient = plus(gradient, batch.length / rows, here.gradient);
      yield* move(here);
    }
    const mean = { loss, gradient };
    const fault = yield* broken(mean);
    if (fault) return fault;
    yield* enter(mean, theta);
    return enough(gradient);
  }

  const copied = (arrays: Arrays): Arrays =>
    Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, values.slice()]));

  return {
    get epoch() {
      return losses.length;
    },
    losses,
    gradientNorms: norms,
    validationLosses,
    parameters: () => named(theta),
    result: () => {
      if (best) return named(best.parameters);
      return named(losses.length >= settings.epochs && allFinite(theta) ? theta : lastGood);
    },
    advance: () => (settings.batchSize > 0 && settings.batchSize < rows ? batchEpoch() : wholeEpoch()),
    explainEnd: () => explainRise(losses, least.parameters, oracle, settings),
    snapshot: (checks, milliseconds) => ({
      version: 1,
      definitionId: request.definitionId,
      options: request.options,
      epoch: losses.length,
      step,
      parameters: copied(named(theta)),
      lastGood: copied(named(lastGood)),
      optimizer: { name: settings.optimizer, memory: copied(memory) },
      evaluated: known ? { loss: known.loss, gradient: known.gradient.slice() } : null,
      losses: Float64Array.from(losses),
      gradientNorms: Float64Array.from(norms),
      validationLosses: Float64Array.from(validationLosses),
      best: best ? { ...best, parameters: copied(named(best.parameters)) } : null,
      checks,
      milliseconds,
    }),
  };
}
