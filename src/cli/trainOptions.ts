/** The options of `nabla train` that say how to train. */
import type { LearningRateSchedule, OptimizerName, TrainOptions } from '../protocol/training';
import { real, UsageError, whole } from './values';

export const TRAIN_HELP = `Options for train:
  --optimizer NAME       gradient-descent (default; with --batch-size: stochastic), momentum, nesterov, adam,
                         adamw, rmsprop, adagrad, l-bfgs or newton
  --learning-rate R      (default: 0.1)
  --line-search          gradient descent finds the length of each step itself
  --epochs N             (default: 200)
  --batch-size N         rows per step (default: all); --no-shuffle keeps their order
  --momentum M, --beta1 B, --beta2 B, --epsilon E
                         of the optimizers that have them
  --weight-decay L       shrinks the parameters in each step
  --clip-norm C          shortens longer gradients to this length
  --schedule KIND        constant, step, exponential or cosine, with its settings: step,every=30,factor=0.1
  --warm-up N            epochs over which the learning rate grows at first
  --tolerance T          stop when max |gradient| is below (default: 0, or 1e-8 with l-bfgs, newton, --line-search)
  --loss-tolerance T     stop when the loss changes by less than this share of itself
  --patience N           stop after N epochs without a smaller loss
  --single               compute in single precision
  --seed N               seeds the random start and the order of rows (default: 0)
  --init-scale S         size of the random start; 0 starts at zero (default: 0.01)`;

export const TRAIN_OPTIONS = {
  optimizer: { type: 'string' },
  'learning-rate': { type: 'string' },
  'line-search': { type: 'boolean' },
  epochs: { type: 'string' },
  'batch-size': { type: 'string' },
  'no-shuffle': { type: 'boolean' },
  momentum: { type: 'string' },
  beta1: { type: 'string' },
  beta2: { type: 'string' },
  epsilon: { type: 'string' },
  'weight-decay': { type: 'string' },
  'clip-norm': { type: 'string' },
  schedule: { type: 'string' },
  'warm-up': { type: 'string' },
  tolerance: { type: 'string' },
  'loss-tolerance': { type: 'string' },
  patience: { type: 'string' },
  single: { type: 'boolean' },
  seed: { type: 'string' },
  'init-scale': { type: 'string' },
} as const;

type Values = {
  readonly [K in keyof typeof TRAIN_OPTIONS]?: (typeof TRAIN_OPTIONS)[K]['type'] extends 'boolean'
    ? boolean
    : string;
};

const OPTIMIZERS: readonly OptimizerName[] = [
  'gradient-descent',
  'momentum',
  'nesterov',
  'adam',
  'adamw',
  'rmsprop',
  'adagrad',
  'l-bfgs',
  'newton',
];
const KINDS: readonly LearningRateSchedule['kind'][] = ['constant', 'step', 'exponential', 'cosine'];

/** Throws a `UsageError`. */
export function trainOptions(values: Values): TrainOptions {
  const optimizer = OPTIMIZERS.find((name) => name === (values.optimizer ?? 'gradient-descent'));
  if (!optimizer)
    throw new UsageError(`--optimizer is ${OPTIMIZERS.join(', ')}, not "${values.optimizer ?? ''}".`);
  const lineSearch = values['line-search'] === true;
  const searches = lineSearch || optimizer === 'l-bfgs' || optimizer === 'newton';
  const number = (name: 'momentum' | 'beta1' | 'beta2' | 'epsilon'): Partial<TrainOptions> =>
    values[name] === undefined ? {} : { [name]: real(name, values[name], 0) };
  const schedule = scheduleOf(values.schedule, values['warm-up']);
  return {
    optimizer,
    learningRate: real('learning-rate', values['learning-rate'] ?? '0.1', Number.MIN_VALUE),
    lineSearch,
    epochs: whole('epochs', values.epochs ?? '200', 1),
    batchSize: whole('batch-size', values['batch-size'] ?? '0', 0),
    shuffle: values['no-shuffle'] !== true,
    ...number('momentum'),
    ...number('beta1'),
    ...number('beta2'),
    ...number('epsilon'),
    weightDecay: real('weight-decay', values['weight-decay'] ?? '0', 0),
    clipNorm: real('clip-norm', values['clip-norm'] ?? '0', 0),
    ...(schedule ? { schedule } : {}),
    tolerance: real('tolerance', values.tolerance ?? (searches ? '1e-8' : '0'), 0),
    lossTolerance: real('loss-tolerance', values['loss-tolerance'] ?? '0', 0),
    patience: whole('patience', values.patience ?? '0', 0),
    precision: values.single === true ? 'single' : 'double',
    seed: whole('seed', values.seed ?? '0', 0),
    initScale: real('init-scale', values['init-scale'] ?? '0.01', 0),
  };
}

function scheduleOf(text: string | undefined, warmUp: string | undefined): LearningRateSchedule | null {
  if (text === undefined && warmUp === undefined) return null;
  const [name = '', ...settings] = (text ?? 'constant').split(',').map((part) => part.trim());
  const kind = KINDS.find((known) => known === name);
  if (!kind) throw new UsageError(`--schedule is ${KINDS.join(', ')}, not "${name}".`);
  const given: { every?: number; factor?: number; floor?: number } = {};
  for (const setting of settings) {
    const [, key, value = ''] = /^(every|factor|floor)=(.+)$/.exec(setting) ?? [];
    if (key === 'every') given.every = whole('schedule every', value, 1);
    else if (key === 'factor' || key === 'floor') given[key] = real(`schedule ${key}`, value, 0);
    else throw new UsageError(`--schedule has the settings every, factor and floor, not "${setting}".`);
  }
  return {
    kind,
    ...given,
    ...(warmUp === undefined ? {} : { warmUp: whole('warm-up', warmUp, 0) }),
  };
}
