/** Formulas as DOM through KaTeX, which sets styles by property and so needs no exception from the page's policy. */
import katex from 'katex';
import type { KatexOptions, TrustContext } from 'katex';
import type { Formula } from '../protocol';
import { h } from './dom';

const OPTIONS: KatexOptions = {
  output: 'html',
  throwOnError: true,
  // Marked parts come as \htmlClass, which KaTeX counts as an extension; names in the user's code may be non-ASCII.
  strict: 'ignore',
  trust: ({ command }: TrustContext) => command === '\\htmlClass',
  maxExpand: 2000,
  maxSize: 40,
};

/**
 * A formula in display style that may break between its terms where the line ends. Screen readers get the plain-text
 * form. What KaTeX cannot set is shown as that text.
 */
export function math(formula: Formula, className = ''): HTMLElement {
  return typeset(`\\displaystyle ${formula.marked ?? formula.latex}`, formula.text, className);
}

/** A formula in text style, for labels and running text. */
export function inlineMath(formula: Formula, className = ''): HTMLElement {
  return typeset(formula.latex, formula.text, className);
}

function typeset(latex: string, text: string, className: string): HTMLElement {
  const element = h('span', { class: `math ${className}`, role: 'math', 'aria-label': text });
  try {
    katex.render(latex, element, OPTIONS);
  } catch (error) {
    // The formula is still readable as text, and the reason is one hover away.
    element.classList.add('math-text');
    element.title = error instanceof Error ? error.message : String(error);
    element.textContent = text;
  }
  return element;
}
