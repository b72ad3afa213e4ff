/**
 * What a language front end hands over: the user's program as named scalar bindings with indices. Plain data over one
 * arena; the deriver, the printers and the engine all start from it.
 */
import type { Arena, IndexNode, Node, Size } from './expr';

/** A place in the source text; lines and columns are 1-based, the end column is exclusive. */
export interface Span {
  /** Where it is in another file than the one that is read: that file's path. */
  readonly file?: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** `parameter`: differentiated by default. `hyper`: a scalar setting such as a regularisation strength. */
export type Role = 'parameter' | 'data' | 'label' | 'hyper' | 'upstream' | 'unknown';

/** Values that a symbol can take; samplers draw from it and simplification may rely on it. */
export type Domain =
  | { readonly kind: 'real' }
  | { readonly kind: 'interval'; readonly low: number; readonly high: number; readonly open: boolean }
  /** 0 or 1. */
  | { readonly kind: 'binary' }
  /** -1 or 1. */
  | { readonly kind: 'sign' }
  /** 0, 1, …, size - 1. */
  | { readonly kind: 'class'; readonly size: Size }
  /**
   * Non-negative along one axis, summing to 1 there; `hard` means one 1 and zeros. `axis` counts the non-unit axes
   * from 0; without it, it is the last one.
   */
  | { readonly kind: 'distribution'; readonly hard: boolean; readonly axis?: number }
  /** The last two axes make symmetric matrices, positive definite ones where it says so. */
  | { readonly kind: 'symmetric'; readonly definite: boolean };

export const REAL: Domain = { kind: 'real' };
export const POSITIVE: Domain = { kind: 'interval', low: 0, high: Infinity, open: true };
export const UNIT: Domain = { kind: 'interval', low: 0, high: 1, open: true };

/** An axis of an array value: a unit axis (length 1, broadcast) has no index, so scalar expressions never see it. */
export interface Axis {
  readonly size: Size;
  readonly index: IndexNode | null;
}

/** An array as its element expression: `element` mentions the indices of `axes` (each once, all distinct). */
export interface ArrayValue {
  readonly axes: readonly Axis[];
  readonly element: Node;
}

/** An input of the program. `sym(name, …)` takes one argument per non-unit axis, in order. */
export interface Input {
  readonly name: string;
  /** How the user's code reads it: `w`, `parameters["W1"]`, `self.lam`. */
  readonly code: string;
  readonly role: Role;
  /** '1' is a unit axis. */
  readonly shape: readonly Size[];
  readonly domain: Domain;
  /** The number that a setting is unless the caller says otherwise. */
  readonly default?: number;
  /** Why role, shape and domain were chosen, in a few words, for the list of assumptions. */
  readonly reason: string;
  readonly span: Span | null;
}

/**
 * A named intermediate, defined by inputs and earlier bindings. `name` is unique within the program: the k-th
 * re-assignment of `A` is called `A@k` (k from 2), which printers show as their target allows.
 */
export interface Binding {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly def: Node;
  readonly span: Span | null;
  /** `argument`: an argument of an inlined call, named after the callee's parameter. */
  readonly origin: 'assignment' | 'argument' | 'return' | 'temporary';
}

/** Something proved or assumed of the program that simplification may use and that is shown to the user. */
export interface Note {
  readonly subject: string;
  readonly text: string;
  readonly span: Span | null;
}

/** A program in index notation: inputs, then bindings in order of evaluation. */
export interface Program {
  readonly arena: Arena;
  readonly inputs: readonly Input[];
  readonly bindings: readonly Binding[];
  /** Name of the binding that is differentiated. */
  readonly output: string;
}

/** How the code uses a gradient in a step of descent. */
export interface Update {
  /** What is updated. */
  readonly of: string;
  readonly line: number;
  /**
   * Minus the step over the gradient and the learning rate: 1 for `w -= lr * dw`, -1 for `w += lr * dw`, 1/m for
   * `w -= lr / m * dw`. More than one where a number may belong to the learning rate or not.
   */
  readonly scales: readonly Node[];
}

/** Value and own index list of a gradient that the user wrote by hand. */
export interface HandGradient {
  /** The symbol (input or binding) that it differentiates the output by: `w`, or `A` for an activation link. */
  readonly of: string;
  /** The name it has in the code (`dw`). */
  readonly name: string;
  readonly value: ArrayValue;
  /** Bindings it uses that the loss does not, in order of evaluation. */
  readonly bindings: readonly Binding[];
  readonly span: Span;
  /** Where it is written, when it stands in another function than the loss. */
  readonly functionName: string | null;
  /** The input that `of` is a piece of, where the gradient is one of the whole. */
  readonly whole?: string;
  /** The update in the same function that uses it, if there is one. */
  readonly update?: Update;
}

/**
 * A second derivative that the user wrote: of the output by `of` and then by `by`. `matrix` has the axes of both, `diagonal`
 * those of one for ∂²L/∂w_i², `product` those of one for Σ_j ∂²L/∂w_i∂w_j v_j. Where the output is itself a gradient, it is
 * the derivative of that by `by`.
 */
export interface SecondDerivative extends HandGradient {
  readonly by: string;
  readonly form: 'matrix' | 'diagonal' | 'product';
  /** The gradient that is returned together with it. */
  readonly beside: Pick<HandGradient, 'value' | 'bindings'> | null;
  /** Whether the words about it say that it is an approximation. */
  readonly isApproximate: boolean;
  /** What the second derivative uses and the output does not: the vector of a product. */
  readonly inputs: readonly Input[];
}

/** All indices of the non-unit axes, in order. */
export function axisIndices(axes: readonly Axis[]): IndexNode[] {
  return axes.flatMap((axis) => (axis.index ? [axis.index] : []));
}

/** The axes with other indices, in order. */
export function placed(axes: readonly Axis[], indices: readonly IndexNode[]): Axis[] {
  let at = 0;
  return axes.map((axis) => (axis.index ? { size: axis.size, index: indices[at++] ?? axis.index } : axis));
}

/** The non-unit sizes of a shape, in order. */
export function indexedSizes(shape: readonly Size[]): Size[] {
  return shape.filter((size) => size !== '1');
}
