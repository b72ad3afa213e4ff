/** Facts about trees of steps. Pure. */
import type { Formula, StepState, StepView } from '../protocol';

export type StepCounts = Readonly<Record<StepState, number>>;

/** How many steps there are in each state, at all depths. */
export function countSteps(steps: readonly StepView[]): StepCounts {
  const counts = { verified: 0, failed: 0, 'not-checked': 0 };
  const visit = (step: StepView): void => {
    counts[step.state] += 1;
    step.children.forEach(visit);
  };
  steps.forEach(visit);
  return counts;
}

/** "All 31 steps verified at random points", or how many are not. */
export function countsText(counts: StepCounts): string {
  const total = counts.verified + counts.failed + counts['not-checked'];
  if (total === 0) return '';
  if (counts.verified === total)
    return total === 1 ? 'The step is verified' : `All ${String(total)} steps verified`;
  const parts = [`${String(counts.verified)} of ${String(total)} steps verified`];
  if (counts.failed > 0) parts.push(`${String(counts.failed)} failed`);
  if (counts['not-checked'] > 0) parts.push(`${String(counts['not-checked'])} not checked`);
  return parts.join(', ');
}

/** The keys of a step and of all that have children below it; a key is the parent's key and the place. */
export function openableKeys(steps: readonly StepView[], parent: string): string[] {
  return steps.flatMap((step, place) => {
    if (step.children.length === 0) return [];
    const key = stepKey(parent, place);
    return [key, ...openableKeys(step.children, key)];
  });
}

export function stepKey(parent: string, place: number): string {
  return `${parent}/${String(place)}`;
}

/** Whether a step goes on where the one before it stopped, so that its left side need not be repeated. */
export function continues(step: StepView, previous: StepView | undefined): boolean {
  return previous !== undefined && previous.after.latex === step.before.latex;
}

/**
 * What the children of a step show, where that is a part of the step: ∂J/∂A = … for a step that inserts this link into
 * the chain. Null where the children start from the step's own left side, or do not follow from each other.
 */
export function partShown(step: StepView): { readonly before: Formula; readonly after: Formula } | null {
  const [first] = step.children;
  const last = step.children.at(-1);
  if (!first || !last || first.before.latex === step.before.latex) return null;
  const chained = step.children.every(
    (child, place) => place === 0 || continues(child, step.children[place - 1]),
  );
  return chained ? { before: unmarked(first.before), after: unmarked(last.after) } : null;
}

/** The marks tell what one step did, not all of them together. */
const unmarked = ({ latex, text }: Formula): Formula => ({ latex, text });

/** The outline of a derivation as LaTeX for a text: one line per step, aligned, with the names of the rules. */
export function alignedLatex(steps: readonly StepView[]): string {
  const lines = steps.map((step, place) => {
    const left = continues(step, steps[place - 1]) ? '' : step.before.latex;
    return `  ${left} &= ${step.after.latex} && \\text{${escapeText(step.ruleName)}}`;
  });
  return ['\\begin{aligned}', lines.join(' \\\\\n'), '\\end{aligned}'].join('\n');
}

function escapeText(text: string): string {
  return text.replace(/[\\{}$&#^_%~]/g, (character) =>
    character === '\\' || character === '^' || character === '~' ? '' : `\\${character}`,
  );
}
