/**
 * Gradients of a loss that the code does not say: by which constant the loss is multiplied is open, but it is one constant
 * for all of them, and the updates have to descend.
 */
import type { HandGradient, Program } from '../core/definition';
import type { Node } from '../core/expr';
import { right, unknown, type Judgement } from './judgement';
import { derivativeName, plainName } from './mistakes/case';
import type { Factor } from './mistakes/factor';

interface JudgedHand {
  readonly hand: HandGradient;
  readonly judgement: Judgement;
}

export function scaleFree(
  program: Program,
  loss: string,
  judged: readonly JudgedHand[],
  factorOf: (hand: HandGradient) => Factor | null,
  judge: (hand: HandGradient) => Judgement,
): JudgedHand[] {
  const factors = judged.map(({ hand, judgement }) =>
    judgement.verdict === 'wrong' ? factorOf(hand) : null,
  );
  const sizes = judged.flatMap(({ judgement }, k) => {
    const factor = factors[k];
    return factor ? [factor.text.replace(/^-\s*/, '')] : judgement.verdict === 'right' ? ['1'] : [];
  });
  const isAgreed = new Set(sizes).size === 1;
  return judged.map(({ hand, judgement }, k) => {
    const factor = factors[k];
    const assumption = `the loss is ${loss}, up to a constant factor`;
    const climbing = judgement.verdict === 'right' ? climbingUpdate(program, hand, judge) : null;
    if (climbing) return { hand, judgement: climbing };
    if (judgement.verdict === 'right')
      return { hand, judgement: { ...judgement, assumptions: [...judgement.assumptions, assumption] } };
    if (!factor) return { hand, judgement };
    const name = plainName(hand.name);
    const derivative = derivativeName({ program, of: hand.of });
    if (!isAgreed)
      return {
        hand,
        judgement: unknown(`${name} is ${derivative} times ${factor.text}, which other gradients are not.`),
      };
    const climbs = factor.text.startsWith('-');
    const [scale] = hand.update?.scales ?? [];
    if (climbs && !scale)
      return {
        hand,
        judgement: unknown(
          `${name} is ${derivative} times ${factor.text}: it may be a step rather than a gradient.`,
        ),
      };
    if (scale && climbs !== isNegative(scale)) return { hand, judgement };
    return {
      hand,
      judgement: right(
        `${name} is ${derivative} times ${factor.text}, and so are the other gradients.`,
        'the ratio is the same at every random point',
        [assumption],
      ),
    };
  });
}

/** Whether gradients that are these multiples of the derivatives all belong to one constant times the loss, and descend. */
export function isOneScale(gradients: readonly HandGradient[], factors: readonly (Factor | null)[]): boolean {
  const descends = gradients.every(({ update }, k) => {
    const [scale] = update?.scales ?? [];
    return (factors[k]?.text.startsWith('-') ?? true) === (scale !== undefined && isNegative(scale));
  });
  return descends && new Set(factors.map((factor) => factor?.text.replace(/^-\s*/, ''))).size === 1;
}

/** What is wrong about an update that adds the gradient itself, null where it takes a step down. */
function climbingUpdate(
  { arena }: Program,
  { of, name, value, bindings, span, functionName, update }: HandGradient,
  judge: (hand: HandGradient) => Judgement,
): Judgement | null {
  const [scale] = update?.scales ?? [];
  if (!update || !scale || !isNegative(scale)) return null;
  const element = arena.neg(value.element);
  const step = judge({ of, name, value: { axes: value.axes, element }, bindings, span, functionName });
  if (step.verdict !== 'wrong') return null;
  return {
    ...step,
    message: `The update of ${plainName(of)} in line ${update.line} adds the gradient, which climbs: subtract it.`,
  };
}

const isNegative = (node: Node): boolean =>
  node.kind === 'num' ? node.num < 0 : node.kind === 'mul' && node.args.filter(isNegative).length % 2 === 1;
