/** Tables, checks on data and training runs, as plain data. */
import type { Problem, Verdict } from '../protocol';

export interface ColumnInfo {
  readonly name: string;
  readonly type: 'number' | 'text' | 'empty';
  readonly missing: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly distinct: number | null;
  /** Distinct values where there are at most eight, as text; categories in the order of the numbers that they get. */
  readonly examples: readonly string[];
}

export interface TablePreview {
  readonly path: string;
  /** How it was read, in words. */
  readonly format?: string;
  readonly rows: number;
  readonly columns: readonly ColumnInfo[];
  readonly problems: readonly Problem[];
}

/** How a table feeds a definition. `missing`: what to do with rows that have missing values. */
export interface DataChoice {
  readonly path: string;
  readonly target: string;
  readonly features: readonly string[];
  readonly standardise: boolean;
  readonly missing: 'drop' | 'mean' | 'stop';
  /** Values of scalar settings (`lam`) by name; those that are not given have defaults, which are reported. */
  readonly settings?: Readonly<Record<string, number>>;
  /** What features that are texts become: a number for each category (so by default), or a column of 0 and 1 for each. */
  readonly categories?: 'number' | 'indicators';
  /** A column of ones before the features, where the definition has no bias of its own. */
  readonly intercept?: boolean;
  /** The share of the rows, in [0, 1), that is kept for validation, and the seed by which they are drawn. */
  readonly validation?: { readonly share: number; readonly seed: number };
  /** Weights that make every class count the same, where the definition takes weights. */
  readonly balance?: boolean;
}

/** What a definition can be given besides columns. */
export interface DataOffers {
  /** It has no bias of its own. */
  readonly intercept: boolean;
  /** The input that takes weights, as in the code. */
  readonly weights: string | null;
}

/** What a choice comes to for a definition, before it is used. */
export interface DataUse {
  /** For training. */
  readonly rows: number;
  readonly validationRows: number;
  readonly features: number;
  readonly notes: readonly string[];
  /** Why the choice cannot be used. */
  readonly problems: readonly Problem[];
  readonly offers: DataOffers;
}

/** Where a check is made, relative to a training run; `middle` is after a tenth of the epochs, 1,000 at most. */
export type CheckPoint = 'start' | 'middle' | 'end' | 'on-demand';

/** One of the two parts of a checked gradient: of the terms of the loss that read data, or of those that do not. */
export interface PartCheck {
  readonly part: 'data' | 'penalty';
  /** Largest entry of the derived gradient. */
  readonly size: number;
  readonly derivedVerdict: Verdict;
  readonly derivedDifference: number;
  /** The same of the hand-written gradient, split by what reads data in it; null where there is none. */
  readonly handSize: number | null;
  readonly handVerdict: Verdict | null;
  readonly handDifference: number | null;
  readonly reason: string;
}

export interface ParameterCheck {
  readonly name: string;
  readonly shape: readonly number[];
  /** Flattened in row-major order. Very long ones are cut to the cells that differ most; `cells` says which. */
  readonly cells: readonly number[];
  readonly derived: readonly number[];
  readonly handWritten: readonly number[] | null;
  readonly finite: readonly number[];
  /** Estimated absolute error of each finite difference. */
  readonly finiteError: readonly number[];
  /** max |derived - finite| / max |derived|, over all cells. */
  readonly derivedDifference: number;
  readonly handDifference: number | null;
  /** Verdict on the derived gradient against finite differences. */
  readonly derivedVerdict: Verdict;
  /** Verdict on the hand-written gradient, null where there is none. */
  readonly handVerdict: Verdict | null;
  readonly reason: string;
  /** Data and penalty apart, where the loss has both. */
  readonly parts?: readonly PartCheck[];
}

export interface CheckReport {
  readonly definitionId: string;
  readonly at: CheckPoint;
  readonly epoch: number;
  readonly rows: number;
  readonly features: number;
  readonly loss: number;
  /** What of the loss reads no data, where it has such a part. */
  readonly penalty?: number;
  readonly parameters: readonly ParameterCheck[];
  readonly problems: readonly Problem[];
  readonly milliseconds: number;
}

/** The rule that turns gradients into steps. The last two take all rows at once and find the length of their steps themselves. */
export type OptimizerName =
  | 'gradient-descent'
  | 'momentum'
  | 'nesterov'
  | 'adam'
  | 'adamw'
  | 'rmsprop'
  | 'adagrad'
  | 'l-bfgs'
  | 'newton';

/** The learning rate by epoch, as a share of `learningRate`. */
export interface LearningRateSchedule {
  readonly kind: 'constant' | 'step' | 'exponential' | 'cosine';
  /** Epochs at the start over which the rate grows evenly to its full size; 0. */
  readonly warmUp?: number;
  /** `step`: epochs between two reductions; 30. */
  readonly every?: number;
  /** What a reduction multiplies by: at each `step` (0.1), or after each epoch (`exponential`, 0.95). */
  readonly factor?: number;
  /** `cosine`: the share of the rate at the end; 0. */
  readonly floor?: number;
}

/** What is left out has its default, which stands in the comment. */
export interface TrainOptions {
  readonly learningRate: number;
  readonly epochs: number;
  readonly seed: number;
  /** Scale of the random initial parameters; 0 starts at zero. */
  readonly initScale: number;
  /** Stop when max |gradient| falls below this; 0 never. */
  readonly tolerance: number;
  /** Trains the hand-written gradient beside the derived one, where there is one; false. */
  readonly sideBySide?: boolean;
  /** Stop when the loss changes by less than this share of itself from one epoch to the next; 0 never (0). */
  readonly lossTolerance?: number;
  /** `gradient-descent`. */
  readonly optimizer?: OptimizerName;
  /** Gradient descent looks for the length of each step along the gradient, starting at the learning rate; false. */
  readonly lineSearch?: boolean;
  /** Rows per step; 0 means all (0). */
  readonly batchSize?: number;
  /** The rows are put in a new order, made from the seed, before each epoch of batches; true. */
  readonly shuffle?: boolean;
  /** Of `momentum` and `nesterov` (0.9), and of `rmsprop` (0). */
  readonly momentum?: number;
  /** How much of the mean gradient is kept in a step of `adam` and `adamw`; 0.9. */
  readonly beta1?: number;
  /** How much of the mean squared gradient is kept in a step of `adam`, `adamw` (0.999) and `rmsprop` (0.99). */
  readonly beta2?: number;
  /** What `adam`, `adamw`, `rmsprop` (1e-8) and `adagrad` (1e-10) add to the root that they divide by. */
  readonly epsilon?: number;
  /** Each step shrinks the parameters: by this times the rate in `adamw`, else as a penalty of half of it times their squares; 0. */
  readonly weightDecay?: number;
  /** A longer gradient is shortened to this Euclidean length; 0 never (0). */
  readonly clipNorm?: number;
  /** Constant. */
  readonly schedule?: LearningRateSchedule;
  /** Stop after this many epochs without a smaller loss, on the rows held out if there are any; 0 never (0). */
  readonly patience?: number;
  /** `double`. In single precision the data take half the memory; parameters and totals stay double. */
  readonly precision?: 'double' | 'single';
}

export interface TrainProgress {
  readonly runId: string;
  /** Of the run with the derived gradient where nothing is said. */
  readonly curve?: Curve;
  readonly epoch: number;
  readonly epochs: number;
  /** Since the last message: one entry per epoch. */
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  /** On the rows that are held out; empty where there are none. */
  readonly validationLosses?: readonly number[];
  readonly firstEpoch: number;
}

/** Whose gradient a run follows, where both are trained side by side. */
export type Curve = 'derived' | 'hand';

export interface TrainedParameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: readonly number[];
}

/** What the hand-written gradient makes of the training. `same`: the curves coincide. */
export interface RunComparison {
  readonly kind: 'same' | 'close' | 'slower' | 'faster' | 'elsewhere' | 'diverges' | 'unknown';
  readonly text: string;
}

/** The run with the hand-written gradient, from the same start and with the same options. */
export interface HandRun {
  readonly end: TrainEnd;
  readonly message: string;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  readonly parameters: readonly TrainedParameter[];
  readonly comparison: RunComparison;
}

/** One number of a parameter, in the units of the report. */
export interface Coefficient {
  /** `w[mean radius]`, with the names of features and classes where an axis runs over them. */
  readonly name: string;
  readonly value: number;
  /** Null where the report says why there are none, like the rest. */
  readonly standardError: number | null;
  /** Value over standard error: z, or t. */
  readonly statistic: number | null;
  /** Two-sided, of the value 0. */
  readonly p: number | null;
  /** Of the 95 % confidence interval. */
  readonly low: number | null;
  readonly high: number | null;
}

/** The parameters at the end of a run that has converged. */
export interface CoefficientReport {
  /** `data`: as the file has the features; `standardised`: of features with mean 0 and variance 1. */
  readonly units: 'data' | 'standardised';
  readonly coefficients: readonly Coefficient[];
  /** The distribution of the statistic under the hypothesis 0; null where there are no standard errors. */
  readonly distribution: 'normal' | 't' | null;
  readonly degreesOfFreedom: number | null;
  /** By which formula, or why there are none, as sentences. */
  readonly about: string;
  /** Where the loss has a closed form: what it is, and max |difference| / max |coefficient|. */
  readonly closedForm: { readonly about: string; readonly difference: number } | null;
}

export type TrainEnd = 'finished' | 'converged' | 'cancelled' | 'diverged' | 'failed';

export interface TrainResult {
  readonly runId: string;
  readonly definitionId: string;
  readonly end: TrainEnd;
  /** Why it ended, with what to do next for `diverged` and `failed`. */
  readonly message: string;
  readonly epochs: number;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  /** On the rows that are held out, one per epoch; absent where there are none. */
  readonly validationLosses?: readonly number[];
  readonly parameters: readonly TrainedParameter[];
  /** Where both gradients were trained side by side. */
  readonly hand?: HandRun;
  readonly checks: readonly CheckReport[];
  /** Where the run ended at a minimum, of up to some hundred parameters. */
  readonly coefficients?: CoefficientReport;
  readonly milliseconds: number;
  /** What computed the gradient, in words; absent where none was. */
  readonly computedBy?: string;
  readonly problems: readonly Problem[];
}

// ---- host <-> view
