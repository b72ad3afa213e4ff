/** Building blocks of the derivation tree. */
import type { Mention, Step, Verification } from './derivation';
import type { Node } from './expr';

export const UNCHECKED: Verification = {
  status: 'not-checked',
  points: 0,
  worst: 0,
  reason: 'not evaluated yet',
};

export interface StepParts {
  readonly rule: string;
  readonly title: string;
  readonly mentions?: readonly Mention[];
  readonly before: Node;
  readonly after: Node;
  readonly touchedBefore?: readonly Node[];
  readonly touchedAfter?: readonly Node[];
  readonly assumptions?: readonly string[];
  readonly children?: readonly Step[];
}

export function makeStep(parts: StepParts): Step {
  return {
    rule: parts.rule,
    title: parts.title,
    mentions: parts.mentions ?? [],
    before: parts.before,
    after: parts.after,
    touchedBefore: parts.touchedBefore ?? [],
    touchedAfter: parts.touchedAfter ?? [],
    assumptions: parts.assumptions ?? [],
    verification: UNCHECKED,
    children: parts.children ?? [],
  };
}

/** The steps seen inside a larger expression; those that change nothing there are left out. */
export function embedded(steps: readonly Step[], wrap: (part: Node) => Node): Step[] {
  const out: Step[] = [];
  for (const step of steps) {
    const before = wrap(step.before);
    const after = wrap(step.after);
    if (before === after) continue;
    out.push({
      ...step,
      before,
      after,
      touchedBefore: step.touchedBefore.length > 0 ? step.touchedBefore : [step.before],
      touchedAfter: step.touchedAfter.length > 0 ? step.touchedAfter : [step.after],
    });
  }
  return out;
}

/** Rewrites every expression of a step and of its children. */
export function mapStep(step: Step, f: (node: Node) => Node): Step {
  return {
    ...step,
    mentions: step.mentions.map(({ text, node }) => ({ text, node: f(node) })),
    before: f(step.before),
    after: f(step.after),
    touchedBefore: step.touchedBefore.map(f),
    touchedAfter: step.touchedAfter.map(f),
    children: step.children.map((child) => mapStep(child, f)),
  };
}
