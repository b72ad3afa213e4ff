/** Where the definition breaks down in floating point, as measured, and the form that does not. */
import type { StabilityView } from '../protocol';
import { breakdowns } from './breakdowns';
import type { Breakdown } from './breakdowns';
import type { Section, ViewContext } from './context';
import { shownStability } from './derivatives';
import { h } from './dom';
import { equal } from './equal';
import type { Frame } from './frame';
import { icon } from './icons';
import { codeBlock, formulaRow } from './result';

/** Rows beyond these are folded away. */
const MOST_ROWS = 6;

const EFFECTS: Readonly<Record<Breakdown['effect'], { readonly text: string; readonly title: string }>> = {
  overflow: { text: 'infinite or undefined', title: 'Although the exact value is a finite number' },
  cancellation: {
    text: 'inaccurate',
    title: 'The digits cancel: the relative error is above 1e-6, in single precision above 1e-3',
  },
};

export function createNumerics(context: ViewContext, frame: Frame): Section {
  let shown: unknown;
  return {
    element: frame.element,
    update: (state) => {
      const stability = shownStability(state);
      const findings = stability?.findings ?? [];
      frame.element.hidden = !state.derivation || findings.length === 0;
      if (equal(stability, shown)) return;
      shown = stability;
      frame.body.replaceChildren(...(stability ? content(context, stability) : []));
    },
  };
}

function content(
  context: ViewContext,
  { findings, conclusion, stable }: StabilityView,
): readonly HTMLElement[] {
  const rows = breakdowns(findings);
  const parts: HTMLElement[] = [table(rows.slice(0, MOST_ROWS))];
  const others = rows.slice(MOST_ROWS);
  if (others.length > 0)
    parts.push(h('details', {}, h('summary', {}, `${String(others.length)} more`), table(others)));
  if (conclusion !== '')
    parts.push(h('p', { class: 'numerics-conclusion' }, icon('check'), h('span', {}, conclusion)));
  if (stable)
    parts.push(
      h(
        'article',
        { class: 'result', 'aria-label': 'Stable form' },
        h('h3', {}, 'Stable form'),
        ...stable.formulas.map(({ name, formula }) => formulaRow(context, name, formula)),
        codeBlock(context, stable.code),
      ),
    );
  return parts;
}

function table(rows: readonly Breakdown[]): HTMLElement {
  const heading = (text: string): HTMLElement => h('th', { scope: 'col' }, text);
  return h(
    'table',
    { class: 'breakdowns', 'aria-label': 'Where floating point fails, as measured' },
    h('thead', {}, h('tr', {}, heading('From'), heading('Single precision'), heading('What fails'))),
    h('tbody', {}, ...rows.map(row)),
  );
}

function row({ double, single, together, effect, subject, plural }: Breakdown): HTMLElement {
  const { text, title } = EFFECTS[effect];
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row', title: together ? 'All elements together; they differ by about 1' : undefined },
      h('code', {}, double),
      together && h('span', { class: 'dim' }, ' all'),
    ),
    h('td', {}, single === null ? '–' : h('code', {}, single)),
    h(
      'td',
      {},
      `${subject} ${plural ? 'are' : 'is'} `,
      h('span', { class: `effect-${effect}`, title }, text),
    ),
  );
}
