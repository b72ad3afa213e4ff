/** THE operator table: one row per elementwise function. A new row needs no other code and no new test. */
import type { Arena, Node } from './expr';

export type CodeTarget = 'numpy' | 'torch' | 'jax' | 'typescript';
export const CODE_TARGETS: readonly CodeTarget[] = ['numpy', 'torch', 'jax', 'typescript'];

/** A real interval with what of it is excluded. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly open: boolean;
}

/** How a derivative is carried out and explained, for one argument. */
export interface DerivativeRule {
  /** Frozen rule id, e.g. `log-derivative`. */
  readonly rule: string;
  /** The rule as LaTeX, over x (and y for a second argument). */
  readonly formula: string;
  /** ∂out/∂arg; may use the operator's own output (σ' = a(1 − a)). */
  readonly build: (arena: Arena, args: readonly Node[], out: Node) => Node;
}

export interface OpRow {
  readonly name: string;
  /** English name as it stands in a sentence: "the natural logarithm". */
  readonly title: string;
  /** One entry per argument; null where the function is not differentiable in it. */
  readonly derivatives: readonly (DerivativeRule | null)[];
  /** Float64 value; NaN outside the domain. */
  readonly evaluate: (...args: number[]) => number;
  /** Where each argument must lie. */
  readonly domain: readonly Interval[];
  readonly range: Interval;
  /** Arguments at which the function has a kink or a jump (first argument), e.g. 0 for abs. */
  readonly kinks: readonly number[];
  readonly parity: 'odd' | 'even' | 'none';
  /** Templates over $0, $1, … ; each argument is printed ready to stand in a call's parentheses. */
  readonly latex: string;
  readonly text: string;
  readonly code: Readonly<Record<CodeTarget, string>>;
}
