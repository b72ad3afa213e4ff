/** The outcome of judging one gradient. */
import type { Verdict } from '../protocol';
import type { Place } from './compare';

export interface Judgement {
  readonly verdict: Verdict;
  /** Frozen rule id; `gradient-right` when nothing is wrong, `gradient-unknown` when it cannot be told. */
  readonly rule: string;
  /** What is the case, in a sentence or two. */
  readonly message: string;
  /** Proof, or numbers: how the verdict came about. */
  readonly evidence: string;
  /** A place where the gradient and the derivative differ; every `wrong` that is not about shapes has one. */
  readonly counterExample: Place | null;
  /** The gradient is this number times the derivative, so that a factor in the code mends it. */
  readonly factor: number | null;
  /** What the verdict relies on beyond the definition ("the guard 1e-15 is taken for 0"). */
  readonly assumptions: readonly string[];
}

export const unknown = (message: string, evidence = ''): Judgement => ({
  verdict: 'unknown',
  rule: 'gradient-unknown',
  message,
  evidence,
  counterExample: null,
  factor: null,
  assumptions: [],
});

export const right = (message: string, evidence: string, assumptions: readonly string[] = []): Judgement => ({
  verdict: 'right',
  rule: 'gradient-right',
  message,
  evidence,
  counterExample: null,
  factor: null,
  assumptions,
});

/** A gradient whose shape is wrong: the shapes themselves are the counter-example. */
export const misshapen = (rule: string, message: string, evidence: string): Judgement => ({
  verdict: 'wrong',
  rule,
  message,
  evidence,
  counterExample: null,
  factor: null,
  assumptions: [],
});
