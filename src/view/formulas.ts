/** The definition as formulas in the user's names, aligned at the relation. */
import type { DefinitionSummary, Formula, NamedFormula } from '../protocol';
import type { Section, ViewContext } from './context';
import { copyButton } from './controls';
import { h } from './dom';
import { equal } from './equal';
import { alignedEquations, splitEquation, withLeftSide } from './equation';
import type { Frame } from './frame';
import { inputList } from './inputs';
import { math } from './math';
import { problemList } from './verdict';

export function createFormulas(context: ViewContext, frame: Frame): Section {
  let shown: DefinitionSummary | undefined;
  frame.aside.append(
    copyButton(context, 'Copy LaTeX', () => alignedEquations((shown?.formulas ?? []).map(equationOf))),
  );
  return {
    element: frame.element,
    update: ({ derivation }) => {
      const definition = derivation?.definition;
      if (equal(definition, shown)) return;
      shown = definition;
      frame.body.replaceChildren(...(definition ? content(context, definition) : []));
    },
  };
}

function content(context: ViewContext, definition: DefinitionSummary): HTMLElement[] {
  const parts: HTMLElement[] = [
    h('ol', { class: 'equations' }, ...definition.formulas.map((named) => row(context, named))),
    inputList(context, definition),
  ];
  if (definition.assumptions.length > 0) parts.push(assumptions(definition));
  const problems = problemList(context, definition.problems);
  if (problems) parts.push(problems);
  return parts;
}

function row(context: ViewContext, { name, formula, span }: NamedFormula): HTMLElement {
  const equation = equationOf({ name, formula, span });
  const sides = splitEquation(equation) ?? { left: nameFormula(name), right: formula };
  const cells = [
    h('span', { class: 'equation-left' }, math(sides.left)),
    h('span', { class: 'equation-relation', 'aria-label': 'equals', role: 'img' }, '='),
    h('span', { class: 'equation-right' }, math(sides.right)),
  ];
  if (!span) return h('li', {}, h('span', { class: 'equation' }, ...cells));
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: 'equation',
        title: `Show line ${String(span.startLine)} in the editor`,
        on: { click: () => void context.ask((host) => host.reveal(span)) },
      },
      ...cells,
      h('span', { class: 'line-number' }, String(span.startLine)),
    ),
  );
}

function equationOf({ name, formula }: NamedFormula): Formula {
  return withLeftSide(nameFormula(name), formula);
}

/** The left side for a formula that came without one. */
export function nameFormula(name: string): Formula {
  const escaped = name.replace(/[\\{}$&#^_%~]/g, (character) =>
    character === '\\' || character === '^' || character === '~' ? '\\,' : `\\${character}`,
  );
  return { latex: name.length === 1 ? escaped : `\\mathit{${escaped}}`, text: name };
}

function assumptions(definition: DefinitionSummary): HTMLElement {
  return h(
    'details',
    { class: 'assumptions' },
    h(
      'summary',
      {},
      definition.assumptions.length === 1
        ? '1 assumption'
        : `${String(definition.assumptions.length)} assumptions`,
    ),
    h('ul', {}, ...definition.assumptions.map(({ text }) => h('li', {}, text))),
  );
}
