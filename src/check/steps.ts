/** Derivation steps as plain data for a view. */
import type { Step, Verification } from '../core/derivation';
import type { Node } from '../core/expr';
import { ruleById } from '../core/rules';
import type { StepView } from '../protocol';
import type { Formulas } from './formulas';
import { agreementText } from './words';

export function stepView(step: Step, formulas: Formulas): StepView {
  const rule = ruleById(step.rule);
  const sides = [step.before, step.after];
  return {
    rule: step.rule,
    ruleName: rule.name,
    ruleFormula: rule.formula,
    title: step.title,
    before: formulas.expression(step.before, sides, touchedParts(step.before, step.touchedBefore)),
    after: formulas.expression(step.after, sides, touchedParts(step.after, step.touchedAfter)),
    state: step.verification.status,
    evidence: evidence(step.verification),
    assumptions: step.assumptions,
    children: step.children.map((child) => stepView(child, formulas)),
  };
}

/**
 * What to mark in `whole`: the touched nodes that stand in it, or the parts of one that was merged into a larger product or
 * sum. Nothing if the rule touched all of it, for a mark around everything tells nothing.
 */
function touchedParts(whole: Node, touched: readonly Node[]): ReadonlySet<Node> {
  if (touched.includes(whole)) return new Set();
  const inside = new Set<Node>();
  const visit = (node: Node): void => {
    if (inside.has(node)) return;
    inside.add(node);
    node.args.forEach(visit);
  };
  visit(whole);
  const merged = (node: Node): readonly Node[] =>
    node.kind === 'mul' || node.kind === 'add'
      ? node.args.filter((arg) => arg.kind !== 'num' && inside.has(arg))
      : [];
  return new Set(touched.flatMap((node) => (inside.has(node) ? [node] : merged(node))));
}

/** "agrees at 6 random points, to 3e-16". */
function evidence({ status, points, worst, reason }: Verification): string {
  if (status === 'verified') return `agrees at ${points} random points, ${agreementText(worst)}`;
  return reason;
}
