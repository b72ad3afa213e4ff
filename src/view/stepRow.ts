/** One step: what it says, before = after, its rule, and how it was verified. */
import type { Formula, StepState, StepView } from '../protocol';
import type { ViewContext } from './context';
import { copyButton, scroller } from './controls';
import type { Child } from './dom';
import { h, uniqueId } from './dom';
import type { IconName } from './icons';
import { capitalised } from './format';
import { icon } from './icons';
import { math } from './math';
import { partShown } from './steps';

const STATES: Readonly<Record<StepState, { readonly icon: IconName; readonly word: string }>> = {
  verified: { icon: 'check', word: 'verified' },
  failed: { icon: 'cross', word: 'failed' },
  'not-checked': { icon: 'question', word: 'not checked' },
};

export interface StepRow {
  readonly element: HTMLElement;
  /** The controls inside, which are tab stops only while the step is current. */
  readonly controls: readonly HTMLElement[];
}

/** `number` is shown in the margin: "2", or "2.1" inside of step 2. */
export function stepRow(context: ViewContext, step: StepView, number: string, goesOn: boolean): StepRow {
  const state = STATES[step.state];
  const part = partShown(step);
  const details = h('div', { class: 'step-details', id: uniqueId('rule'), hidden: true });
  const badge = h(
    'button',
    {
      type: 'button',
      class: 'badge',
      tabindex: -1,
      title: `${step.ruleName}: show the rule`,
      'aria-expanded': 'false',
      'aria-controls': details.id,
    },
    step.ruleName,
  );
  const open = (visible: boolean): void => {
    if (details.childElementCount === 0) details.append(...detailsOf(context, step));
    details.hidden = !visible;
    badge.setAttribute('aria-expanded', String(visible));
  };
  badge.addEventListener('click', () => {
    open(details.hasAttribute('hidden'));
  });
  // A step that does not hold must not hide its reason.
  if (step.state === 'failed') open(true);
  const element = h(
    'div',
    { class: `step-row step-${step.state}`, id: uniqueId('step') },
    h('span', { class: 'step-number', 'aria-hidden': 'true' }, number),
    h(
      'div',
      { class: 'step-main' },
      h(
        'div',
        { class: 'step-head' },
        h('span', { class: 'step-title' }, capitalised(step.title)),
        h(
          'span',
          { class: 'step-marks' },
          badge,
          h(
            'span',
            {
              class: 'step-state',
              title: step.evidence === '' ? state.word : `${state.word}: ${step.evidence}`,
            },
            icon(state.icon),
            h('span', { class: 'hidden-text' }, state.word),
          ),
        ),
      ),
      part && scroller(step.title, equation(part.before, part.after)),
      scroller(
        step.title,
        equation(
          goesOn ? null : step.before,
          step.after,
          part && h('span', { class: 'step-word' }, 'inserted'),
        ),
      ),
      step.assumptions.length > 0 &&
        h('p', { class: 'step-assumptions' }, `Uses: ${step.assumptions.join('; ')}`),
      details,
    ),
  );
  return { element, controls: [badge] };
}

/** Both sides, the right one on a line of its own where there is no room. */
function equation(before: Formula | null, after: Formula, word: Child = null): HTMLElement {
  return h(
    'div',
    { class: 'step-math' },
    word,
    before && math(before),
    h(
      'span',
      { class: 'step-after' },
      h('span', { class: 'relation', role: 'img', 'aria-label': 'equals' }, '='),
      math(after),
    ),
  );
}

function detailsOf(context: ViewContext, step: StepView): HTMLElement[] {
  const parts: HTMLElement[] = [];
  if (step.ruleFormula !== '')
    parts.push(
      h(
        'div',
        { class: 'rule-formula' },
        scroller(step.ruleName, math({ latex: step.ruleFormula, text: step.ruleFormula })),
      ),
    );
  parts.push(
    h(
      'p',
      { class: 'dim' },
      `${STATES[step.state].word.replace(/^./, (first) => first.toUpperCase())}${step.evidence === '' ? '' : `: ${step.evidence}`}`,
    ),
    copyButton(context, 'Copy LaTeX', () => `${step.before.latex} = ${step.after.latex}`),
  );
  return parts;
}
