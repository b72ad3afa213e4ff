/** What a front end finds in a text: definitions with their programs, hand-written gradients and problems. */
import type { Axis, HandGradient, Note, Program, SecondDerivative, Span } from '../core/definition';
import type { Size } from '../core/expr';
import type { Assumption, DefinitionKind, Problem, SaidOf } from '../protocol';

/** Which quantity a written derivative may be meant to differentiate by, or to be scaled by. */
export type Convention =
  /** As written: the derivative takes the function's input, and the loss is the one of the code. */
  | 'literal'
  /** A derivative function that is given the function's output (`sigmoid_derivative(a): a * (1 - a)`). */
  | 'of-output'
  /** The derivative times the gradient that flows in from above, which is 1 here. */
  | 'with-upstream'
  /** The value that the variable had before it was changed (`dh` before `dh[h <= 0] = 0`). */
  | 'earlier-value';

/** One way to understand a written gradient. */
export interface GradientReading {
  readonly convention: Convention;
  readonly gradient: HandGradient;
}

/**
 * A written gradient whose convention the code does not fix: right if any reading is right, and wrong only if none is
 * (a judge may try further constant factors before it says so).
 */
export interface GradientCandidate {
  readonly of: string;
  readonly name: string;
  readonly span: Span;
  readonly functionName: string | null;
  readonly readings: readonly GradientReading[];
}

/** A hand-written gradient whose own shapes cannot fit: NumPy raises an error there for all distinct sizes. */
export interface GradientMismatch {
  readonly of: string;
  readonly name: string;
  readonly span: Span;
  readonly functionName: string | null;
  /** What does not fit, in the code's names. */
  readonly message: string;
  /** Whether NumPy stops there for all distinct sizes; else the result has the wrong shape. */
  readonly raises: boolean;
}

/** What the backward function of a layer computes: gradients of L, the sum of the gradients from above times what they belong to. */
export interface Pullback {
  readonly program: Program;
  readonly gradients: readonly HandGradient[];
  readonly candidates: readonly GradientCandidate[];
}

export interface SourceDefinition {
  /** Stable while name and order in the file stay. */
  readonly id: string;
  /** Qualified by the class: `Model.loss`. */
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly language: string;
  readonly span: Span;
  readonly nameSpan: Span;
  /** Null when the definition could not be read; `problems` says why. */
  readonly program: Program | null;
  /** Axes of the output: empty for a loss, also for an elementwise activation (read for a scalar). */
  readonly outputAxes: readonly Axis[];
  /** Written gradients of parameters, to be compared with the derivative as they stand. */
  readonly gradients: readonly HandGradient[];
  readonly candidates: readonly GradientCandidate[];
  /** Written Hessians; of a definition of kind `gradient`, derivatives of its output. */
  readonly seconds: readonly SecondDerivative[];
  readonly mismatches: readonly GradientMismatch[];
  /** What is written in a function that gets gradients from above; judged against a program of its own. */
  readonly pullback: Pullback | null;
  readonly notes: readonly Note[];
  readonly assumptions: readonly Assumption[];
  /** What was said of inputs, by their names. */
  readonly said: ReadonlyMap<string, SaidOf>;
  readonly problems: readonly Problem[];
  /** The size that counts samples, if there is one. */
  readonly samples: Size | null;
  /** The function of a paired gradient, for navigation. */
  readonly gradientFunction: { readonly name: string; readonly span: Span; readonly nameSpan: Span } | null;
  /** The loss that was put in where the code has none. */
  readonly implied?: { readonly loss: string };
  /** The same definition as it was read first, where lines were put in or taken out above it since. */
  readonly movedFrom?: { readonly definition: SourceDefinition; readonly line: (line: number) => number };
}

/** Makes the same definition in another way that the code may mean: with another loss, or by another input. */
export type OtherReading = () => SourceDefinition | null;

export interface SourceReading {
  readonly definitions: readonly SourceDefinition[];
  /** For definitions that leave their loss open, and for those that leave open what their gradient is by. */
  readonly others: ReadonlyMap<SourceDefinition, readonly OtherReading[]>;
  /** Problems of the file as a whole (syntax errors). */
  readonly problems: readonly Problem[];
}
