/** The derivation of each parameter's gradient, or of another derivative, step by step. */
import type { DerivationView, NamedFormula, ParameterView } from '../protocol';
import type { Section, ViewContext } from './context';
import { button, copyButton, tabs } from './controls';
import { shownDerivative } from './derivatives';
import type { ShownDerivative } from './derivatives';
import { h } from './dom';
import { equal } from './equal';
import { formatShape } from './format';
import type { Frame } from './frame';
import { icon } from './icons';
import { createKindSwitch } from './kindSwitch';
import { inlineMath } from './math';
import { stepTree } from './stepTree';
import { alignedLatex, countSteps, countsText } from './steps';
import { problemList } from './verdict';

export function createDerivation(context: ViewContext, frame: Frame): Section {
  const kinds = createKindSwitch(context, frame);
  let shown: readonly unknown[] = [];
  return {
    element: frame.element,
    update: (state) => {
      kinds.update(state);
      const { derivation } = state;
      const derivative = shownDerivative(state);
      const view = derivative?.view;
      const part = view
        ? [derivative.kind, view.definition.id, view.parameters, view.facts, view.problems]
        : [derivative?.kind, derivative?.trouble];
      if (equal(part, shown)) return;
      shown = part;
      frame.body.replaceChildren(
        ...(derivation && derivative ? content(context, derivation, derivative) : []),
      );
    },
  };
}

function content(
  context: ViewContext,
  derivation: DerivationView,
  { kind, name: { label }, view, trouble }: ShownDerivative,
): HTMLElement[] {
  if (!view) return [h('p', { class: 'dim' }, trouble ?? '')];
  const { definition, parameters, facts } = view;
  const key = kind === 'gradient' ? definition.id : `${definition.id} ${kind}`;
  if (parameters.length === 0)
    return [h('p', { class: 'dim' }, 'Nothing to derive: no parameter was found in this definition.')];
  const chosen = context.preferences.get().parameter[key] ?? parameters[0]?.name ?? '';
  const { list, panels } = tabs(
    'Parameter',
    parameters.map((parameter) => ({
      id: parameter.name,
      label: inlineMath(parameter.symbol),
      panel: () => parameterPanel(context, key, label, parameter),
    })),
    chosen,
    (name) => {
      const known = context.preferences.get().parameter;
      context.preferences.set({ parameter: { ...known, [key]: name } });
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
  // Those of the definition are told at the top of the page.
  const problems = problemList(
    context,
    view.problems.filter((problem) => !derivation.problems.some((known) => equal(known, problem))),
  );
  if (problems) parts.push(problems);
  return parts;
}

function parameterPanel(
  context: ViewContext,
  key: string,
  label: string,
  parameter: ParameterView,
): HTMLElement {
  const tree = stepTree(
    context,
    parameter.steps,
    `${key} ${parameter.name}`,
    `${label} with respect to ${parameter.name}, step by step`,
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
    ...(parameter.abbreviations.length > 0 ? [abbreviations(parameter.abbreviations)] : []),
    tree.element,
  );
}

/** The names that only the steps use. */
function abbreviations(named: readonly NamedFormula[]): HTMLElement {
  return h(
    'div',
    { class: 'abbreviations', 'aria-label': 'Abbreviations' },
    h('span', { class: 'dim' }, 'with'),
    ...named.map(({ formula }) => inlineMath(formula)),
  );
}
