/** The options of a run with their defaults, once they are known to be usable. */
import type { LearningRateSchedule, OptimizerName, TrainOptions } from '../../protocol/training';
import type { Compiled } from '../loop';

export type TrainSettings = Required<Omit<TrainOptions, 'schedule' | 'sideBySide'>> & {
  readonly schedule: Required<LearningRateSchedule>;
};

/** What an optimizer can use, and what it takes where nothing is said. */
interface OptimizerTraits {
  readonly momentum: number;
  readonly beta2: number;
  readonly epsilon: number;
}

const PLAIN: OptimizerTraits = { momentum: 0, beta2: 0.999, epsilon: 1e-8 };
const TRAITS: Readonly<Record<OptimizerName, OptimizerTraits>> = {
  'gradient-descent': PLAIN,
  momentum: { ...PLAIN, momentum: 0.9 },
  nesterov: { ...PLAIN, momentum: 0.9 },
  adam: PLAIN,
  adamw: PLAIN,
  rmsprop: { ...PLAIN, beta2: 0.99 },
  adagrad: { ...PLAIN, epsilon: 1e-10 },
  'l-bfgs': PLAIN,
  newton: PLAIN,
};

const FACTORS: Readonly<Record<LearningRateSchedule['kind'], number>> = {
  constant: 1,
  step: 0.1,
  exponential: 0.95,
  cosine: 1,
};

/** Whether the steps find their length by values of the loss, so that each needs all rows. */
export const searchesLine = ({ optimizer, lineSearch }: TrainSettings): boolean =>
  lineSearch || optimizer === 'l-bfgs' || optimizer === 'newton';

/** Fails with what is wrong and what is possible. */
export function trainSettings(options: TrainOptions): Compiled<TrainSettings> {
  const optimizer = options.optimizer ?? 'gradient-descent';
  const traits = TRAITS[optimizer];
  const kind = options.schedule?.kind ?? 'constant';
  const settings: TrainSettings = {
    learningRate: options.learningRate,
    epochs: options.epochs,
    seed: options.seed,
    initScale: options.initScale,
    tolerance: options.tolerance,
    lossTolerance: options.lossTolerance ?? 0,
    optimizer,
    lineSearch: options.lineSearch ?? false,
    batchSize: options.batchSize ?? 0,
    shuffle: options.shuffle ?? true,
    momentum: options.momentum ?? traits.momentum,
    beta1: options.beta1 ?? 0.9,
    beta2: options.beta2 ?? traits.beta2,
    epsilon: options.epsilon ?? traits.epsilon,
    weightDecay: options.weightDecay ?? 0,
    clipNorm: options.clipNorm ?? 0,
    schedule: {
      kind,
      warmUp: options.schedule?.warmUp ?? 0,
      every: options.schedule?.every ?? 30,
      factor: options.schedule?.factor ?? FACTORS[kind],
      floor: options.schedule?.floor ?? 0,
    },
    patience: options.patience ?? 0,
    precision: options.precision ?? 'double',
  };
  const message = wrongNumber(settings) ?? wrongMixture(settings);
  return message === null ? { ok: true, value: settings } : { ok: false, message };
}

function wrongNumber(s: TrainSettings): string | null {
  const positive = (what: string, value: number): string | null =>
    value > 0 && Number.isFinite(value) ? null : `${what} must be a positive number, not ${value}.`;
  const whole = (what: string, value: number, least: number): string | null =>
    Number.isSafeInteger(value) && value >= least
      ? null
      : `${what} must be a ${least > 0 ? 'positive ' : ''}whole number${least > 0 ? '' : ' or 0'}, not ${value}.`;
  const notNegative = (what: string, value: number): string | null =>
    value >= 0 && Number.isFinite(value) ? null : `${what} must not be negative, nor ${value}.`;
  const share = (what: string, value: number): string | null =>
    value >= 0 && value < 1 ? null : `${what} must be at least 0 and less than 1, not ${value}.`;
  return (
    positive('The learning rate', s.learningRate) ??
    whole('The number of epochs', s.epochs, 1) ??
    whole('The seed', s.seed, 0) ??
    notNegative('The scale of the initial values', s.initScale) ??
    notNegative('The tolerance on the gradient', s.tolerance) ??
    notNegative('The tolerance on the loss', s.lossTolerance) ??
    whole('The number of rows of a batch', s.batchSize, 0) ??
    share('The momentum', s.momentum) ??
    share('beta1', s.beta1) ??
    share('beta2', s.beta2) ??
    positive('epsilon', s.epsilon) ??
    notNegative('The weight decay', s.weightDecay) ??
    notNegative('The length to which gradients are clipped', s.clipNorm) ??
    whole('The number of epochs of warm-up', s.schedule.warmUp, 0) ??
    whole('The number of epochs between two reductions of the learning rate', s.schedule.every, 1) ??
    positive('The factor of the schedule', s.schedule.factor) ??
    notNegative('The share of the learning rate at the end', s.schedule.floor) ??
    whole('The patience', s.patience, 0)
  );
}

/** Options that have no meaning together are said, not passed over. */
function wrongMixture(settings: TrainSettings): string | null {
  const { optimizer, lineSearch, schedule } = settings;
  if (lineSearch && optimizer !== 'gradient-descent' && !searchesLine({ ...settings, lineSearch: false }))
    return `${optimizer} takes steps of a given length: a line search goes with gradient descent, and is part of l-bfgs and newton.`;
  if (!searchesLine(settings)) return null;
  const name = optimizer === 'gradient-descent' ? 'Gradient descent with a line search' : optimizer;
  if (settings.batchSize > 0)
    return `${name} compares values of the loss, which batches of rows do not have in common: set the batch size to 0, or choose another optimizer.`;
  if (settings.clipNorm > 0)
    return `${name} finds the length of each step itself: gradients cannot be clipped.`;
  if (schedule.kind !== 'constant' || schedule.warmUp > 0)
    return `${name} finds the length of each step itself: a schedule of the learning rate has no effect on it. Choose a constant one, or another optimizer.`;
  return null;
}

/** Whether a run has a use for second derivatives, which take time to derive: for its steps, or when it has converged. */
export const usesCurvature = ({ optimizer, tolerance, lossTolerance = 0 }: TrainOptions): boolean =>
  optimizer === 'newton' || tolerance > 0 || lossTolerance > 0;
