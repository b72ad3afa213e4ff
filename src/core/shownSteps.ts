/** From the working form of a derivative to the form that is shown, step by step. */
import type { Step } from './derivation';
import type { Node } from './expr';
import { simplifySteps, type Derived, type Workshop } from './links';
import { ruleName } from './rules';
import { makeStep } from './steps';

/** The steps go on to the shown form. */
export function inShownForm(shop: Workshop, derived: Derived): { value: Node; steps: Step[] } {
  const { node: value, via } = shop.simplifier.shownWithRewritings(derived.value, 'derivative');
  const steps = [...derived.steps];
  let current = derived.value;
  for (const { rule, node, final } of via) {
    if (node !== current && shop.reorder(node) !== shop.reorder(current)) {
      steps.push(makeStep({ rule, title: ruleName(rule), before: current, after: node }));
      current = node;
    }
    if (final) continue;
    const { steps: algebra, value: simplified } = simplifySteps(shop, current);
    steps.push(...algebra);
    current = simplified;
  }
  if (current === value) return { value, steps };
  const read = shop.signature(current) === shop.signature(value) ? shop.text(current) : null;
  if (read !== null && read === shop.text(value)) return { value: current, steps };
  if (shop.reorder(current) !== shop.reorder(value)) {
    steps.push(
      makeStep({ rule: 'collect-terms', title: ruleName('collect-terms'), before: current, after: value }),
    );
    return { value, steps };
  }
  return { value: current, steps };
}
