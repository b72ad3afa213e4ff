/** The fields of the training form: what each optimizer uses, with limits and defaults. Pure. */
import type { LearningRateSchedule, OptimizerName, TrainOptions } from '../protocol/training';

export const OPTIMIZERS: readonly { readonly id: OptimizerName; readonly label: string }[] = [
  { id: 'gradient-descent', label: 'Gradient descent' },
  { id: 'momentum', label: 'Momentum' },
  { id: 'nesterov', label: 'Nesterov' },
  { id: 'adam', label: 'Adam' },
  { id: 'adamw', label: 'AdamW' },
  { id: 'rmsprop', label: 'RMSProp' },
  { id: 'adagrad', label: 'Adagrad' },
  { id: 'l-bfgs', label: 'L-BFGS' },
  { id: 'newton', label: 'Newton' },
];

export const SCHEDULES: readonly { readonly id: LearningRateSchedule['kind']; readonly label: string }[] = [
  { id: 'constant', label: 'Constant' },
  { id: 'step', label: 'Steps' },
  { id: 'exponential', label: 'Exponential' },
  { id: 'cosine', label: 'Cosine' },
];

/** What decides which fields are used. */
export interface FormChoice {
  readonly optimizer: OptimizerName;
  readonly schedule: LearningRateSchedule['kind'];
  readonly lineSearch: boolean;
}

export type FieldGroup = 'main' | 'step' | 'schedule' | 'stop' | 'start';

export type FieldId =
  | Exclude<
      keyof TrainOptions,
      'optimizer' | 'lineSearch' | 'shuffle' | 'schedule' | 'precision' | 'sideBySide'
    >
  | 'warmUp'
  | 'every'
  | 'factor'
  | 'floor';

export interface NumberField {
  readonly id: FieldId;
  readonly group: FieldGroup;
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  /** The least value itself is not allowed. */
  readonly above?: boolean;
  readonly max?: number;
  readonly whole?: boolean;
  /** Shown in the empty field, which stands for it; a field without must be filled in. */
  readonly byDefault?: (choice: FormChoice) => number;
  /** What an empty field says where that stands for 0. */
  readonly zero?: string;
  readonly isUsed?: (choice: FormChoice) => boolean;
}

/** They find the length of a step themselves. */
const SEARCHING: readonly OptimizerName[] = ['l-bfgs', 'newton'];
const ADAMS: readonly OptimizerName[] = ['adam', 'adamw'];
const among =
  (names: readonly OptimizerName[]) =>
  ({ optimizer }: FormChoice) =>
    names.includes(optimizer);
/** Steps of a length that the rate gives, which batches and schedules make sense for. */
const byRate = ({ optimizer, lineSearch }: FormChoice): boolean =>
  !SEARCHING.includes(optimizer) && !lineSearch;
const zero = (): number => 0;

export const FIELDS: readonly NumberField[] = [
  {
    id: 'learningRate',
    group: 'main',
    label: 'Learning rate',
    hint: 'Size of a step along the gradient',
    min: 0,
    above: true,
    isUsed: ({ optimizer }) => !SEARCHING.includes(optimizer),
  },
  {
    id: 'epochs',
    group: 'main',
    label: 'Epochs',
    hint: 'Passes over the data',
    min: 1,
    max: 10_000_000,
    whole: true,
  },
  {
    id: 'batchSize',
    group: 'main',
    label: 'Batch size (rows)',
    hint: 'Rows per step, in a new order in each epoch; empty takes all rows at once',
    min: 0,
    whole: true,
    byDefault: zero,
    zero: 'all',
    isUsed: byRate,
  },
  {
    id: 'momentum',
    group: 'step',
    label: 'Momentum',
    hint: 'Share of the last step that the next one keeps',
    min: 0,
    max: 0.9999,
    byDefault: ({ optimizer }) => (optimizer === 'rmsprop' ? 0 : 0.9),
    isUsed: among(['momentum', 'nesterov', 'rmsprop']),
  },
  {
    id: 'beta1',
    group: 'step',
    label: '\u03b2\u2081',
    hint: 'Share of the mean gradient that a step keeps',
    min: 0,
    max: 0.9999,
    byDefault: () => 0.9,
    isUsed: among(ADAMS),
  },
  {
    id: 'beta2',
    group: 'step',
    label: '\u03b2\u2082',
    hint: 'Share of the mean squared gradient that a step keeps',
    min: 0,
    max: 0.999999,
    byDefault: ({ optimizer }) => (optimizer === 'rmsprop' ? 0.99 : 0.999),
    isUsed: among([...ADAMS, 'rmsprop']),
  },
  {
    id: 'epsilon',
    group: 'step',
    label: '\u03b5',
    hint: 'Added to the root that a step is divided by',
    min: 0,
    byDefault: ({ optimizer }) => (optimizer === 'adagrad' ? 1e-10 : 1e-8),
    isUsed: among([...ADAMS, 'rmsprop', 'adagrad']),
  },
  {
    id: 'weightDecay',
    group: 'step',
    label: 'Weight decay',
    hint: 'Shrinks the parameters in each step, as a penalty of half of it times their squares does',
    min: 0,
    byDefault: zero,
    zero: 'none',
  },
  {
    id: 'clipNorm',
    group: 'step',
    label: 'Clip to norm',
    hint: 'A longer gradient is shortened to this length; 0 never',
    min: 0,
    byDefault: zero,
    zero: 'never',
    isUsed: byRate,
  },
  {
    id: 'warmUp',
    group: 'schedule',
    label: 'Warm-up (epochs)',
    hint: 'Epochs over which the rate grows to its full size',
    min: 0,
    whole: true,
    byDefault: zero,
    zero: 'none',
    isUsed: byRate,
  },
  {
    id: 'every',
    group: 'schedule',
    label: 'Every (epochs)',
    hint: 'Epochs between two reductions of the rate',
    min: 1,
    whole: true,
    byDefault: () => 30,
    isUsed: (choice) => byRate(choice) && choice.schedule === 'step',
  },
  {
    id: 'factor',
    group: 'schedule',
    label: 'Times',
    hint: 'What a reduction multiplies the rate by',
    min: 0,
    max: 1,
    byDefault: ({ schedule }) => (schedule === 'step' ? 0.1 : 0.95),
    isUsed: (choice) => byRate(choice) && (choice.schedule === 'step' || choice.schedule === 'exponential'),
  },
  {
    id: 'floor',
    group: 'schedule',
    label: 'Down to (share)',
    hint: 'Share of the rate at the end',
    min: 0,
    max: 1,
    byDefault: zero,
    isUsed: (choice) => byRate(choice) && choice.schedule === 'cosine',
  },
  {
    id: 'tolerance',
    group: 'stop',
    label: 'Gradient below',
    hint: 'Ends when no cell of the gradient is larger; 0 never',
    min: 0,
    byDefault: zero,
    zero: 'never',
  },
  {
    id: 'lossTolerance',
    group: 'stop',
    label: 'Loss change below',
    hint: 'Ends when the loss changes by a smaller share of itself from one epoch to the next; 0 never',
    min: 0,
    byDefault: zero,
    zero: 'never',
  },
  {
    id: 'patience',
    group: 'stop',
    label: 'Patience (epochs)',
    hint: 'Ends after so many epochs without a smaller loss, and keeps the best parameters; 0 never',
    min: 0,
    whole: true,
    byDefault: zero,
    zero: 'never',
  },
  {
    id: 'initScale',
    group: 'start',
    label: 'Initial scale',
    hint: 'Standard deviation of the initial parameters; 0 starts at zero',
    min: 0,
    byDefault: () => 0.01,
  },
  {
    id: 'seed',
    group: 'start',
    label: 'Seed',
    hint: 'Of the initial parameters and of the order of the rows',
    min: 0,
    whole: true,
    byDefault: () => 1,
  },
];

export const isUsed = (field: NumberField, choice: FormChoice): boolean => field.isUsed?.(choice) ?? true;

/** Whether a schedule changes anything. */
export const usesSchedule = byRate;

/** The numbers of the options by field; those that are not there are left to their defaults. */
export function numbersOf(options: TrainOptions): Partial<Record<FieldId, number>> {
  const { schedule } = options;
  return {
    ...Object.fromEntries(
      FIELDS.flatMap(({ id }) => {
        const value: unknown = id in options ? options[id as keyof TrainOptions] : undefined;
        return typeof value === 'number' ? [[id, value]] : [];
      }),
    ),
    ...(schedule?.warmUp === undefined ? {} : { warmUp: schedule.warmUp }),
    ...(schedule?.every === undefined ? {} : { every: schedule.every }),
    ...(schedule?.factor === undefined ? {} : { factor: schedule.factor }),
    ...(schedule?.floor === undefined ? {} : { floor: schedule.floor }),
  };
}

/** Options of what is chosen; numbers of fields that are not used are left out. */
export function optionsOf(
  choice: FormChoice,
  numbers: Partial<Readonly<Record<FieldId, number>>>,
  more: { readonly precision: 'double' | 'single'; readonly sideBySide: boolean },
): TrainOptions {
  const used = new Map(
    FIELDS.filter((field) => isUsed(field, choice)).flatMap(({ id }) => {
      const value = numbers[id];
      return value === undefined ? [] : [[id, value] as const];
    }),
  );
  const part = (ids: readonly FieldId[]): Record<string, number> =>
    Object.fromEntries([...used].filter(([id]) => ids.includes(id)));
  const ofSchedule: readonly FieldId[] = ['warmUp', 'every', 'factor', 'floor'];
  const schedule = part(ofSchedule);
  const scheduled = usesSchedule(choice) && (choice.schedule !== 'constant' || used.has('warmUp'));
  return {
    learningRate: numbers.learningRate ?? 0.1,
    epochs: numbers.epochs ?? 200,
    seed: numbers.seed ?? 1,
    initScale: numbers.initScale ?? 0.01,
    tolerance: numbers.tolerance ?? 0,
    ...part(FIELDS.map(({ id }) => id).filter((id) => !ofSchedule.includes(id))),
    ...(choice.optimizer === 'gradient-descent' ? {} : { optimizer: choice.optimizer }),
    ...(choice.optimizer === 'gradient-descent' && choice.lineSearch ? { lineSearch: true } : {}),
    ...(scheduled ? { schedule: { kind: choice.schedule, ...schedule } } : {}),
    ...(more.precision === 'single' ? { precision: more.precision } : {}),
    ...(more.sideBySide ? { sideBySide: true } : {}),
  };
}
