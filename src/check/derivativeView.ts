/** Hessians, Jacobians and their products with vectors as the plain data of the protocol. */
import type { Program } from '../core/definition';
import type { DerivativeBlock, Derivatives } from '../core/derivatives';
import type { DeriveOptions } from '../core/derive';
import { jacobian } from '../core/jacobian';
import { jvp } from '../core/jvp';
import { printedCode } from './codeTargets';
import { hessian, hessianVectorProduct } from '../core/second';
import { vjp } from '../core/vjp';
import type { SourceDefinition } from '../lang/definition';
import type { DerivationView, Formula, ParameterView, Problem } from '../protocol';
import { abbreviations } from './abbreviations';
import { createFormulas, type Formulas } from './formulas';
import { kinkSentence } from './kinkSentence';
import { stepView } from './steps';
import { definitionSummary, gradientName } from './views';

const KINDS: Readonly<
  Record<Derivatives['kind'], (program: Program, options: DeriveOptions) => Derivatives>
> = { hessian, hvp: hessianVectorProduct, jacobian, vjp, jvp };

/** Throws NoSuchDerivative where the definition has no derivative of that kind. */
export function derivativeView(
  definition: SourceDefinition,
  program: Program,
  kind: Derivatives['kind'],
  options: DeriveOptions,
): DerivationView {
  const derivatives = KINDS[kind](program, options);
  const formulas = createFormulas(derivatives.program, derivatives.named, derivatives.hidden);
  const problems: Problem[] = [...definition.problems];
  if (derivatives.budget !== null)
    problems.push({ type: 'decline', id: 'budget', message: derivatives.budget, span: definition.nameSpan });
  return {
    kind,
    definition: definitionSummary(definition, formulas),
    graph: { nodes: [], edges: [] },
    parameters: derivatives.blocks.map((block) =>
      blockView(definition.language, program.output, derivatives, block, formulas),
    ),
    named: derivatives.named.map((binding) => ({
      name: binding.name,
      formula: formulas.definition(binding),
      matrix: formulas.matrixDefinition(binding),
      span: binding.span,
    })),
    facts: derivatives.facts,
    kinks: derivatives.kinks.map((kink) => kinkSentence(kink, formulas)),
    problems,
  };
}

function blockView(
  language: string,
  output: string,
  { kind, program, named, hidden, blocks }: Derivatives,
  block: DerivativeBlock,
  formulas: Formulas,
): ParameterView {
  const { by, meaning, value, steps } = block;
  const matrix = matrixEquation(output, kind, block, program, formulas);
  const printed = { name: variableName(kind, by, blocks.length), value, bindings: named };
  const symbols = by.map((name) => formulas.bare(name));
  const both = (part: (formula: Formula) => string): string => symbols.map(part).join(', ');
  return {
    name: by.join(', '),
    symbol: { latex: both(({ latex }) => latex), text: both(({ text }) => text) },
    shape: value.axes.map((axis) => (axis.index ? axis.size : '1')),
    gradient: {
      index: formulas.equation(
        formulas.expression(meaning, [meaning, value.element]),
        formulas.expression(value.element, [meaning, value.element]),
      ),
      matrix,
      code: printedCode(language, program, printed),
    },
    abbreviations: abbreviations(steps, hidden, formulas),
    steps: steps.map((step) => stepView(step, formulas)),
    findings: [],
  };
}

/** The name of the variable that generated code assigns: `hessian_w_b`, `jacobian`, `dw`. */
function variableName(kind: Derivatives['kind'], by: readonly string[], count: number): string {
  const plain = (name: string): string => gradientName(name).slice(1);
  if (kind === 'vjp') return gradientName(by[0] ?? '');
  return count === 1 ? kind : [kind, ...by.map(plain)].join('_');
}

/** In matrix notation; a Hessian with more axes than a matrix has in parts, for each row and column of what it is by. */
function matrixEquation(
  output: string,
  kind: Derivatives['kind'],
  block: DerivativeBlock,
  program: Program,
  formulas: Formulas,
): Formula | null {
  const { by, value } = block;
  const whole = formulas.matrix(value);
  const names = by.map((name) => formulas.bare(name));
  if (whole) return formulas.equation(leftSide(output, kind, block, program, formulas, names), whole);
  const part = kind === 'hessian' ? formulas.block(value) : null;
  if (!part) return null;
  const first = program.inputs.find(({ name }) => name === by[0])?.shape.length ?? 0;
  const axes = [value.axes.slice(0, first), value.axes.slice(first)];
  const symbols = by.map((name, k) => part.symbol(name, axes[k] ?? []));
  return formulas.equation(leftSide(output, kind, block, program, formulas, symbols), part.right);
}

/** What the block is, in matrix notation; `symbols` are what it is by. */
function leftSide(
  output: string,
  kind: Derivatives['kind'],
  { by, value }: DerivativeBlock,
  program: Program,
  formulas: Formulas,
  symbols: readonly Formula[],
): Formula {
  const top = formulas.bare(output);
  const [first, second] = symbols;
  const given = program.inputs
    .filter(({ role, name }) => role === 'upstream' && !by.includes(name))
    .map(({ name }) => formulas.bare(name));
  const direction = given.at(-1) ?? top;
  const quotient: Formula = {
    latex: `\\frac{\\partial ${top.latex}}{\\partial ${first?.latex ?? ''}}`,
    text: `∂${top.text}/∂${first?.text ?? ''}`,
  };
  switch (kind) {
    case 'hessian': {
      if (first && second && value.axes.length === 0 && by[0] === by[1])
        return {
          latex: `\\frac{\\partial^{2} ${top.latex}}{\\partial ${first.latex}^{2}}`,
          text: `∂²${top.text}/∂${first.text}²`,
        };
      const turn = value.axes.length > 1;
      return {
        latex: `\\frac{\\partial^{2} ${top.latex}}{\\partial ${first?.latex ?? ''} \\, \\partial ${second?.latex ?? ''}${turn ? '^{\\top}' : ''}}`,
        text: `∂²${top.text}/∂${first?.text ?? ''}∂${second?.text ?? ''}${turn ? 'ᵀ' : ''}`,
      };
    }
    case 'hvp':
      return {
        latex: `\\left( \\nabla^{2} ${top.latex} \\, v \\right)_{${first?.latex ?? ''}}`,
        text: `(∇²${top.text} v)_${first?.text ?? ''}`,
      };
    case 'jacobian':
      return quotient;
    case 'vjp':
      return {
        latex: `\\left( ${quotient.latex} \\right)^{\\top} ${direction.latex}`,
        text: `(${quotient.text})ᵀ ${direction.text}`,
      };
    case 'jvp':
      return {
        latex: `\\mathrm{d} ${top.latex}`,
        text: `d${top.text}`,
      };
  }
}
