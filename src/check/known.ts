/** What has been worked out of a program, by content: an edit elsewhere in the file leaves it as it is. */
import type { HandGradient, SecondDerivative } from '../core/definition';
import type { Formula } from '../protocol';
import { createCache } from './cache';
import { handContent, secondContent } from './content';
import type { Judgement } from './judgement';
import type { Factor } from './mistakes/factor';
import type { JudgedSecond } from './second';

/** Gradients of one program whose judgements are kept, readings and their variants counted each. */
const KEPT = 200;

export interface Known {
  /** The derivative by a symbol, written. */
  expected(of: string, make: () => Formula | null): Formula | null;
  readonly judgements: Judgements;
}

/** Outcomes for gradients of one program, worked out on first use. */
export interface Judgements {
  judgement(hand: HandGradient, make: () => Judgement): Judgement;
  factor(hand: HandGradient, make: () => Factor | null): Factor | null;
  /** The judgement where it is right. */
  right(hand: HandGradient, make: () => Judgement | null): Judgement | null;
  second(hand: SecondDerivative, make: () => JudgedSecond): JudgedSecond;
}

export function createKnown(): Known {
  const judgements = createCache<Judgement>(KEPT);
  const rights = createCache<{ readonly judgement: Judgement | null }>(KEPT);
  const seconds = createCache<JudgedSecond>(KEPT);
  const factors = createCache<{ readonly factor: Factor | null }>(KEPT);
  const formulas = createCache<{ readonly formula: Formula | null }>(KEPT);
  return {
    expected: (of, make) => formulas.get(of, () => ({ formula: make() })).formula,
    judgements: {
      judgement: (hand, make) => judgements.get(handContent(hand), make),
      factor: (hand, make) => factors.get(handContent(hand), () => ({ factor: make() })).factor,
      second: (hand, make) => seconds.get(secondContent(hand), make),
      right: (hand, make) => rights.get(handContent(hand), () => ({ judgement: make() })).judgement,
    },
  };
}
