/** Splits equations at their relation, to align them. Pure. */
import type { Formula } from '../protocol';

export interface Equation {
  readonly left: Formula;
  readonly right: Formula;
}

/** The two sides of an equation; null for a formula without a relation outside of braces. */
export function splitEquation(formula: Formula): Equation | null {
  const latex = topLevelEquals(formula.latex);
  const text = formula.text.search(/(?<![=<>!])=(?!=)/);
  if (latex < 0 || text < 0) return null;
  return {
    left: { latex: formula.latex.slice(0, latex).trim(), text: formula.text.slice(0, text).trim() },
    right: { latex: formula.latex.slice(latex + 1).trim(), text: formula.text.slice(text + 1).trim() },
  };
}

/** The right side of an equation, or the whole of another formula. */
export function rightSide(formula: Formula): Formula {
  return splitEquation(formula)?.right ?? formula;
}

/** An equation as it is, or one with the given left side. */
export function withLeftSide(left: Formula, formula: Formula): Formula {
  if (splitEquation(formula)) return formula;
  return { latex: `${left.latex} = ${formula.latex}`, text: `${left.text} = ${formula.text}` };
}

/** ∂of/∂by. */
export function partial(of: Formula, by: Formula): Formula {
  return {
    latex: `\\frac{\\partial ${of.latex}}{\\partial ${by.latex}}`,
    text: `∂${of.text}/∂${by.text}`,
  };
}

/** Equations as LaTeX for a text, aligned. */
export function alignedEquations(formulas: readonly Formula[]): string {
  const lines = formulas.map((formula) => {
    const sides = splitEquation(formula);
    return `  ${sides ? `${sides.left.latex} &= ${sides.right.latex}` : `& ${formula.latex}`}`;
  });
  return ['\\begin{aligned}', lines.join(' \\\\\n'), '\\end{aligned}'].join('\n');
}

/** The place of the first `=` that is in no brace and in no environment, or -1. */
function topLevelEquals(latex: string): number {
  let depth = 0;
  for (let place = 0; place < latex.length; place += 1) {
    const character = latex[place];
    if (character === '\\') {
      if (latex.startsWith('\\begin', place)) depth += 1;
      if (latex.startsWith('\\end', place)) depth -= 1;
      if (latex.startsWith('\\left', place) && !/[a-zA-Z]/.test(latex[place + 5] ?? '')) depth += 1;
      if (latex.startsWith('\\right', place) && !/[a-zA-Z]/.test(latex[place + 6] ?? '')) depth -= 1;
      place += 1;
    } else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    else if (character === '=' && depth === 0) return place;
  }
  return -1;
}
