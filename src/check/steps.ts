/** Derivation steps as plain data for a view. */
import { difference } from '../core/algebraSteps';
import type { Step, Verification } from '../core/derivation';
import type { Node } from '../core/expr';
import { ruleFormula } from '../core/print/ruleFormulas';
import { ruleName } from '../core/rules';
import type { StepView } from '../protocol';
import type { Formulas } from './formulas';
import { agreementText } from './words';

export function stepView(step: Step, formulas: Formulas): StepView {
  const sides = [step.before, step.after];
  const differing = difference(step.before, step.after);
  return {
    rule: step.rule,
    ruleName: ruleName(step.rule),
    ruleFormula: ruleFormula(step.rule),
    title: title(step, formulas),
    before: formulas.expression(
      step.before,
      sides,
      touchedParts(step.before, step.touchedBefore, differing.touchedBefore),
    ),
    after: formulas.expression(
      step.after,
      sides,
      touchedParts(step.after, step.touchedAfter, differing.touchedAfter),
    ),
    state: step.verification.status,
    evidence: evidence(step.verification),
    assumptions: step.assumptions,
    children: step.children.map((child) => stepView(child, formulas)),
  };
}

/** The indices of what the title names are called as in the formulas. */
function title(step: Step, formulas: Formulas): string {
  let written = '';
  let rest = step.title;
  for (const { text, node } of step.mentions) {
    const at = rest.indexOf(text);
    if (at < 0) continue;
    written += rest.slice(0, at) + formulas.part(node, [step.before, step.after]);
    rest = rest.slice(at + text.length);
  }
  return written + rest;
}

/**
 * What to mark in `whole`: the touched nodes that stand in it, or, if they were merged or bound by a sum, the places where the
 * two sides differ. Nothing if the rule touched all of it, for a mark around everything tells nothing.
 */
function touchedParts(whole: Node, touched: readonly Node[], differing: readonly Node[]): ReadonlySet<Node> {
  if (touched.includes(whole)) return new Set();
  const inside = new Set<Node>();
  const visit = (node: Node): void => {
    if (inside.has(node)) return;
    inside.add(node);
    node.args.forEach(visit);
  };
  visit(whole);
  const parts = touched.filter((node) => inside.has(node));
  return new Set(parts.length > 0 ? parts : differing.filter((node) => node !== whole));
}

/** "agrees at 6 random points, to 3e-16". */
function evidence({ status, points, worst, reason }: Verification): string {
  if (status === 'verified') return `agrees at ${points} random points, ${agreementText(worst)}`;
  return reason;
}
