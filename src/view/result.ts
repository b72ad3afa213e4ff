/** The gradients: in matrix form, in indices, as code, and beside what was written by hand. */
import type { Formula, NamedFormula, ParameterView } from '../protocol';
import type { Section, ViewContext } from './context';
import { copyButton, scroller, tabs } from './controls';
import { h } from './dom';
import { equal } from './equal';
import { formatShape } from './format';
import type { Frame } from './frame';
import { inlineMath, math } from './math';
import { findingCard } from './verdict';

const TARGETS: Readonly<Record<string, string>> = {
  numpy: 'NumPy',
  torch: 'PyTorch',
  pytorch: 'PyTorch',
  jax: 'JAX',
  tensorflow: 'TensorFlow',
  typescript: 'TypeScript',
  javascript: 'JavaScript',
  latex: 'LaTeX',
};

export function createResult(context: ViewContext, frame: Frame): Section {
  let shown: readonly unknown[] = [];
  return {
    element: frame.element,
    update: ({ derivation }) => {
      const parameters = derivation?.parameters ?? [];
      const named = derivation?.named ?? [];
      const part = [
        named,
        parameters.map(({ name, shape, gradient, findings }) => [name, shape, gradient, findings]),
      ];
      if (equal(part, shown)) return;
      shown = part;
      if (parameters.length === 0) frame.body.replaceChildren(h('p', { class: 'dim' }, 'No gradient.'));
      else
        frame.body.replaceChildren(
          ...(named.length > 0 ? [abbreviations(context, named)] : []),
          ...parameters.map((parameter) => card(context, parameter)),
        );
    },
  };
}

/** What the names in the gradients stand for that are not in the code. */
function abbreviations(context: ViewContext, named: readonly NamedFormula[]): HTMLElement {
  return h(
    'div',
    { class: 'result' },
    h('h3', {}, 'What the gradients share'),
    ...named.map(({ name, formula }) => formulaRow(context, name, formula)),
  );
}

function card(context: ViewContext, parameter: ParameterView): HTMLElement {
  const { gradient, findings } = parameter;
  return h(
    'article',
    { class: 'result', 'aria-label': `Gradient of ${parameter.name}` },
    h(
      'h3',
      {},
      h('span', {}, 'Gradient for ', inlineMath(parameter.symbol)),
      h('span', { class: 'dim' }, formatShape(parameter.shape)),
    ),
    gradient.matrix && formulaRow(context, 'Matrix form', gradient.matrix),
    formulaRow(context, 'Index form', gradient.index),
    ...findings.map((finding) => findingCard(context, finding)),
    codeBlock(context, gradient.code),
  );
}

export function formulaRow(context: ViewContext, label: string, formula: Formula): HTMLElement {
  return h(
    'div',
    { class: 'form' },
    h('span', { class: 'form-name' }, label),
    scroller(label, math(formula)),
    copyButton(context, `Copy LaTeX: ${label}`, () => formula.latex, true),
  );
}

export function codeBlock(
  context: ViewContext,
  sources: ParameterView['gradient']['code'],
): HTMLElement | null {
  const targets = Object.entries(sources);
  if (targets.length === 0) return null;
  const { list, panels } = tabs(
    'Language of the code',
    targets.map(([target, source]) => ({
      id: target,
      label: TARGETS[target] ?? target,
      panel: () =>
        h(
          'pre',
          { class: 'code', tabindex: 0, 'aria-label': `${TARGETS[target] ?? target} code` },
          h('code', {}, source.trimEnd()),
        ),
    })),
    context.preferences.get().target,
    (target) => {
      context.preferences.set({ target });
    },
  );
  const shown = (): string => sources[context.preferences.get().target] ?? targets[0]?.[1] ?? '';
  return h(
    'div',
    { class: 'code-block' },
    h('div', { class: 'code-head' }, list, copyButton(context, 'Copy', shown)),
    panels,
  );
}
