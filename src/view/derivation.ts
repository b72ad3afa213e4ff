/** The derivation of each parameter's gradient, step by step. */
import type { DerivationView, ParameterView } from '../protocol';
import type { Section, ViewContext } from './context';
import { button, copyButton, tabs } from './controls';
import { h } from './dom';
import { equal } from './equal';
import { formatShape } from './format';
import type { Frame } from './frame';
import { icon } from './icons';
import { inlineMath } from './math';
import { stepTree } from './stepTree';
import { alignedLatex, countSteps, countsText } from './steps';

export function createDerivation(context: ViewContext, frame: Frame): Section {
  let shown: readonly unknown[] = [];
  return {
    element: frame.element,
    update: ({ derivation }) => {
      const part = derivation
        ? [derivation.definition.id, derivation.parameters, derivation.facts, derivation.kinks]
        : [];
      if (equal(part, shown)) return;
      shown = part;
      frame.body.replaceChildren(...(derivation ? content(context, derivation) : []));
    },
  };
}

function content(context: ViewContext, derivation: DerivationView): HTMLElement[] {
  const { definition, parameters, facts, kinks = [] } = derivation;
  if (parameters.length === 0)
    return [h('p', { class: 'dim' }, 'Nothing to derive: no parameter was found in this definition.')];
  const chosen = context.preferences.get().parameter[definition.id] ?? parameters[0]?.name ?? '';
  const { list, panels } = tabs(
    'Parameter',
    parameters.map((parameter) => ({
      id: parameter.name,
      label: inlineMath(parameter.symbol),
      panel: () => parameterPanel(context, definition.id, parameter),
    })),
    chosen,
    (name) => {
      const known = context.preferences.get().parameter;
      context.preferences.set({ parameter: { ...known, [definition.id]: name } });
    },
  );
  const parts: HTMLElement[] = [list, panels];
  if (facts.length > 0)
    parts.push(
      h(
        'div',
        { class: 'facts' },
        h('h3', {}, 'Recognised'),
        h('ul', {}, ...facts.map((fact) => h('li', {}, fact))),
      ),
    );
  if (kinks.length > 0)
    parts.push(
      h(
        'div',
        { class: 'facts' },
        h('h3', {}, 'Kinks'),
        h('ul', {}, ...kinks.map((kink) => h('li', {}, kink))),
      ),
    );
  return parts;
}

function parameterPanel(context: ViewContext, definitionId: string, parameter: ParameterView): HTMLElement {
  const tree = stepTree(
    context,
    parameter.steps,
    `${definitionId} ${parameter.name}`,
    `Derivation with respect to ${parameter.name}`,
  );
  const counts = countSteps(parameter.steps);
  const state = counts.failed > 0 ? 'wrong' : counts['not-checked'] > 0 ? 'unknown' : 'right';
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'derivation-bar' },
      h(
        'span',
        {
          class: `verdict verdict-${state}`,
          title: 'Each step is evaluated before and after at random points',
        },
        icon(state === 'right' ? 'check' : state === 'wrong' ? 'cross' : 'question'),
        h('span', {}, countsText(counts)),
      ),
      h('span', { class: 'dim' }, `${parameter.name}: ${formatShape(parameter.shape)}`),
      h('span', { class: 'spacer' }),
      button({ label: 'Expand all', icon: 'plus', class: 'quiet', onClick: tree.expandAll }),
      button({ label: 'Collapse', icon: 'minus', class: 'quiet', onClick: tree.collapseAll }),
      copyButton(context, 'Copy LaTeX', () => alignedLatex(parameter.steps)),
    ),
    tree.element,
  );
}
