/** Where the definition breaks down in floating point, as measured, and the form that does not. */
import type { Section, ViewContext } from './context';
import { h } from './dom';
import { equal } from './equal';
import type { Frame } from './frame';
import { codeBlock, formulaRow } from './result';

export function createNumerics(context: ViewContext, frame: Frame): Section {
  let shown: unknown;
  return {
    element: frame.element,
    update: ({ stability, derivation }) => {
      const findings = stability?.findings ?? [];
      frame.element.hidden = !derivation || findings.length === 0;
      if (equal(stability, shown)) return;
      shown = stability;
      const stable = stability?.stable;
      const conclusion = stability?.conclusion ?? '';
      frame.body.replaceChildren(
        h('div', { class: 'facts' }, h('ul', {}, ...findings.map(({ text }) => h('li', {}, text)))),
        ...(conclusion === '' ? [] : [h('p', { class: 'dim' }, conclusion)]),
        ...(stable
          ? [
              h(
                'article',
                { class: 'result', 'aria-label': 'Stable form' },
                h('h3', {}, 'Stable form'),
                ...stable.formulas.map(({ name, formula }) => formulaRow(context, name, formula)),
                codeBlock(context, stable.code),
              ),
            ]
          : []),
      );
    },
  };
}
