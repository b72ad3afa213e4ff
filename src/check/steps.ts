/** Derivation steps as plain data for a view. */
import type { Step, Verification } from '../core/derivation';
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
    before: formulas.expression(step.before, sides),
    after: formulas.expression(step.after, sides),
    state: step.verification.status,
    evidence: evidence(step.verification),
    assumptions: step.assumptions,
    children: step.children.map((child) => stepView(child, formulas)),
  };
}

/** "agrees at 6 random points, to 3e-16". */
function evidence({ status, points, worst, reason }: Verification): string {
  if (status === 'verified') return `agrees at ${points} random points, ${agreementText(worst)}`;
  return reason;
}
