/** The gradients or other derivatives: in matrix form, in indices, as code, and beside what was written by hand. */
import type { Finding, Formula, NamedFormula, ParameterView, Sentence } from '../protocol';
import type { Section, ViewContext } from './context';
import { copyButton, scroller, tabs } from './controls';
import { findingsOf, shownDerivative } from './derivatives';
import type { DerivativeName } from './derivatives';
import { h } from './dom';
import { equal } from './equal';
import { capitalised, formatShape } from './format';
import type { Frame } from './frame';
import { icon } from './icons';
import { createKindSwitch } from './kindSwitch';
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
  const kinds = createKindSwitch(context, frame);
  let shown: readonly unknown[] = [];
  return {
    element: frame.element,
    update: (state) => {
      kinds.update(state);
      const { derivation } = state;
      const derivative = shownDerivative(state);
      const kind = derivative?.kind ?? 'gradient';
      const parameters = derivative?.view?.parameters ?? [];
      const named = derivative?.view?.named ?? [];
      const kinks = derivative?.view?.kinks ?? [];
      const findings = parameters.map(({ name }) => (derivation ? findingsOf(kind, name, derivation) : []));
      const part = [
        kind,
        derivative?.trouble,
        named,
        parameters.map(({ name, shape, gradient }) => [name, shape, gradient]),
        findings,
        kinks,
      ];
      if (equal(part, shown)) return;
      shown = part;
      if (!derivative || parameters.length === 0)
        frame.body.replaceChildren(h('p', { class: 'dim' }, derivative?.trouble ?? 'No gradient.'));
      else
        frame.body.replaceChildren(
          ...(named.length > 0 ? [abbreviations(context, named)] : []),
          ...parameters.map((parameter, place) =>
            card(context, derivative.name, parameter, findings[place] ?? []),
          ),
          ...(kinks.length > 0 ? [kinkNotes(kinks)] : []),
        );
    },
  };
}

/** Where what is above does not exist, and what is taken there. */
function kinkNotes(kinks: readonly Sentence[]): HTMLElement {
  return h(
    'ul',
    { class: 'kinks', 'aria-label': 'Kinks' },
    ...kinks.map(({ parts }) =>
      h('li', {}, icon('kink'), h('span', {}, ...parts.map((part, k) => said(part, k === 0)), '.')),
    ),
  );
}

const said = (part: Sentence['parts'][number], isFirst: boolean): string | HTMLElement =>
  typeof part !== 'string' ? inlineMath(part) : isFirst ? capitalised(part) : part;

/** What the names in the gradients stand for that are not in the code. */
function abbreviations(context: ViewContext, named: readonly NamedFormula[]): HTMLElement {
  return h(
    'div',
    { class: 'result' },
    h('h3', {}, 'What the results share'),
    ...named.flatMap(({ name, formula, matrix }) => [
      matrix && formulaRow(context, name, matrix),
      formulaRow(context, matrix ? `${name} in indices` : name, formula),
    ]),
  );
}

function card(
  context: ViewContext,
  { heading }: DerivativeName,
  parameter: ParameterView,
  findings: readonly Finding[],
): HTMLElement {
  const { gradient } = parameter;
  return h(
    'article',
    { class: 'result', 'aria-label': `${heading} ${parameter.name}` },
    h(
      'h3',
      {},
      h('span', {}, `${heading} `, inlineMath(parameter.symbol)),
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
