/** Expressions and equations as protocol formulas, in the names of one program. */
import { axisIndices, type ArrayValue, type Axis, type Binding, type Program } from '../core/definition';
import type { Node } from '../core/expr';
import { toMatrix } from '../core/matrix';
import { toLatex } from '../core/print/latex';
import { matrixLatex } from '../core/print/matrixLatex';
import { matrixText } from '../core/print/matrixText';
import { createNaming, type Naming } from '../core/print/naming';
import { toText } from '../core/print/text';
import type { Formula } from '../protocol';
import { plainName } from './mistakes/case';

export interface Formulas {
  expression(node: Node): Formula;
  /** `left = right`. */
  equation(left: Formula, right: Formula): Formula;
  /** A symbol with its indices. */
  symbol(name: string, axes: readonly Axis[]): Formula;
  /** A symbol without indices. */
  bare(name: string): Formula;
  /** ∂of/∂by with indices. */
  derivative(of: Formula, by: Formula): Formula;
  /** The value in matrix notation, if it has one. */
  matrix(value: ArrayValue): Formula | null;
  definition(binding: Binding): Formula;
}

export function createFormulas(program: Program, extra: readonly Binding[]): Formulas {
  const naming: Naming = createNaming(program, extra);
  const { arena } = program;
  const expression = (node: Node): Formula => ({ latex: toLatex(node, naming), text: toText(node, naming) });
  const equation = (left: Formula, right: Formula): Formula => ({
    latex: `${left.latex} = ${right.latex}`,
    text: `${left.text} = ${right.text}`,
  });
  const symbol = (name: string, axes: readonly Axis[]): Formula =>
    expression(arena.sym(name, ...axisIndices(axes)));
  return {
    expression,
    equation,
    symbol,
    bare: (name) => {
      const { latex } = expression(arena.sym(name));
      return { latex, text: plainName(name) };
    },
    derivative: (of, by) => ({
      latex: `\\frac{\\partial ${of.latex}}{\\partial ${by.latex}}`,
      text: `∂${of.text}/∂${by.text}`,
    }),
    matrix(value) {
      const form = toMatrix(value, program);
      return form ? { latex: matrixLatex(form, naming), text: matrixText(form, naming) } : null;
    },
    definition: (binding) => equation(symbol(binding.name, binding.axes), expression(binding.def)),
  };
}
