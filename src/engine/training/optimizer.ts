/** What an optimizer is: a function of where it stands and what it remembers. Nothing in it is random. */
import type { Evaluated } from './objective';
import type { TrainSettings } from './settings';

/** What is remembered between steps: vectors by name, numbers as vectors of one element. Never changed in place. */
export type Memory = Readonly<Record<string, Float64Array>>;

export interface Position extends Evaluated {
  readonly parameters: Float64Array;
}

export interface StepSettings extends TrainSettings {
  /** The learning rate of this step. */
  readonly rate: number;
  /** Steps of the run before this one. */
  readonly step: number;
}

export interface Moved {
  readonly parameters: Float64Array;
  readonly memory: Memory;
  /** Loss and gradient at the new parameters, where the step has computed them. */
  readonly evaluated: Evaluated | null;
  /** Why there is no step, in a sentence; the parameters are the old ones. */
  readonly stuck?: string;
}

/** What a search may ask of the loss. */
export interface Oracle {
  evaluate(parameters: Float64Array): Generator<void, Evaluated>;
  /** The Hessian at the parameters times a vector. */
  product(parameters: Float64Array, direction: Float64Array): Generator<void, Float64Array>;
}

export interface Update {
  readonly parameters: Float64Array;
  readonly memory: Memory;
}

/** A step from one gradient: a pure function, which makes new vectors and leaves the old ones as they are. */
export type UpdateRule = (
  parameters: Float64Array,
  gradient: Float64Array,
  memory: Memory,
  settings: StepSettings,
) => Update;

/** A step that looks at the loss in other places too. */
export type Search = (
  at: Position,
  memory: Memory,
  settings: StepSettings,
  oracle: Oracle,
) => Generator<void, Moved>;

export type Optimizer =
  { readonly kind: 'rule'; readonly rule: UpdateRule } | { readonly kind: 'search'; readonly search: Search };
