/** Gradients of another shape than what they differentiate by: transposed, not summed, or summed too far. */
import { axisIndices, type HandGradient } from '../core/definition';
import type { Node } from '../core/expr';
import type { Aligned } from './align';
import { holds } from './compare';
import { misshapen, type Judgement } from './judgement';
import { derivativeName, plainName } from './mistakes/case';
import { trialsFor, type Target } from './points';
import { shapeText } from './words';

export function judgeLayout(hand: HandGradient, target: Target, aligned: Aligned): Judgement {
  const derivative = derivativeName({ program: target.pool.program, of: hand.of });
  const name = plainName(hand.name);
  const of = plainName(hand.of);
  const have = hand.value.axes.map((axis) => axis.size);
  const want = target.axes.map((axis) => axis.size);
  const shapes = `${name} has ${shapeText(have)}, ${of} has ${shapeText(want)}`;
  const { element } = aligned;
  const trials = element ? trialsFor(target, [element]).trials : [];
  const same = element !== null && holds(element, target.axes, trials);
  const evidence = same ? `${shapes}; checked at ${trials.length} random points` : shapes;
  switch (aligned.layout) {
    case 'transposed':
      return misshapen(
        'gradient-transposed',
        `${name} is ${same ? '' : 'not even '}the transpose of ${derivative}: it has ${shapeText(have)}, not ${shapeText(want)}.`,
        evidence,
      );
    case 'larger':
      return same
        ? misshapen(
            'gradient-missing-sum',
            `${name} is not summed over ${aligned.sizes.join(' and ')}: it has ${shapeText(have)}, ${of} has ${shapeText(want)}.`,
            evidence,
          )
        : misshapen('gradient-shape', `${name} has the wrong shape: ${shapes}.`, evidence);
    case 'smaller':
      return summedAway(target, aligned)
        ? misshapen(
            'gradient-summed-away',
            `${name} is ${derivative} summed over ${aligned.sizes.join(' and ')}: it is a scalar, ${of} has ${shapeText(want)}.`,
            evidence,
          )
        : misshapen('gradient-shape', `${name} has the wrong shape: ${shapes}.`, evidence);
    default:
      return misshapen('gradient-shape', `${name} has the wrong shape: ${shapes}.`, evidence);
  }
}

function summedAway(target: Target, aligned: Aligned): boolean {
  if (!aligned.element) return false;
  const { arena } = target.pool.program;
  const total = (node: Node): Node =>
    axisIndices(target.axes).reduce((inner, index) => arena.sum(index, inner), node);
  const whole: Target = { ...target, exact: total(target.exact), axes: [], derived: null };
  return holds(aligned.element, whole.axes, trialsFor(whole, [aligned.element]).trials);
}
