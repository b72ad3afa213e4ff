/** Definitions and derivations as the plain data of the protocol. */
import { axisIndices, type ArrayValue, type Program } from '../core/definition';
import type { Derivation, Gradient } from '../core/derivation';
import { isElementwise, outputAxes } from '../core/jacobian';
import { printedCode } from './codeTargets';
import type { SourceDefinition } from '../lang/definition';
import type {
  Assumption,
  DefinitionSummary,
  DerivationView,
  Finding,
  ParameterView,
  Problem,
} from '../protocol';
import { abbreviations } from './abbreviations';
import { createFormulas, type Formulas } from './formulas';
import { kinkSentence } from './kinkSentence';
import { graphView } from './graph';
import { derivativeKinds } from './kinds';
import { stepView } from './steps';
import { plainName } from './mistakes/case';

export function definitionSummary(
  definition: SourceDefinition,
  formulas: Formulas | null,
): DefinitionSummary {
  const { program } = definition;
  return {
    id: definition.id,
    name: definition.name,
    kind: definition.kind,
    language: definition.language,
    span: definition.span,
    nameSpan: definition.nameSpan,
    formulas:
      program && formulas
        ? program.bindings.map((binding) => ({
            name: binding.name,
            formula: formulas.definition(binding),
            span: binding.span,
          }))
        : [],
    inputs:
      program?.inputs.map(({ name, code, role, shape }) => {
        const said = definition.said.get(name) ?? definition.said.get(code);
        return { name, code, role, shape: [...shape], ...(said ? { said } : {}) };
      }) ?? [],
    output: program ? plainName(program.output) : '',
    assumptions: assumptions(definition),
    problems: definition.problems,
  };
}

function assumptions(definition: SourceDefinition): Assumption[] {
  const notes = definition.notes.map(({ subject, text }) => ({ subject, text }));
  return [...definition.assumptions, ...notes];
}

export function derivationView(
  definition: SourceDefinition,
  program: Program,
  derivation: Derivation,
  findings: readonly Finding[],
): DerivationView {
  const formulas = createFormulas(program, derivation.backward.named, derivation.backward.hidden);
  const problems: Problem[] = [...definition.problems];
  if (derivation.budget !== null)
    problems.push({ type: 'decline', id: 'budget', message: derivation.budget, span: definition.nameSpan });
  return {
    kinds: derivativeKinds(definition.kind, program, derivation),
    definition: definitionSummary(definition, formulas),
    graph: graphView(program, derivation, formulas),
    parameters: derivation.gradients.map((gradient) =>
      parameterView(
        definition.language,
        program,
        derivation,
        gradient,
        formulas,
        findings.filter((f) => f.parameter === gradient.of),
      ),
    ),
    named: derivation.backward.named.map((binding) => ({
      name: binding.name,
      formula: formulas.definition(binding),
      matrix: formulas.matrixDefinition(binding),
      span: binding.span,
    })),
    facts: derivation.facts,
    kinks: derivation.kinks.map((kink) => kinkSentence(kink, formulas)),
    problems,
  };
}

function parameterView(
  language: string,
  program: Program,
  derivation: Derivation,
  gradient: Gradient,
  formulas: Formulas,
  findings: readonly Finding[],
): ParameterView {
  const { index, matrix } = gradientFormulas(program, gradient, formulas);
  const value = wholeGradient(program, gradient);
  const printed = {
    name: freeGradientName(program, derivation, gradient.of),
    value,
    bindings: derivation.named,
  };
  return {
    name: gradient.of,
    symbol: formulas.bare(gradient.of),
    shape: gradient.shape,
    gradient: { index, matrix, code: printedCode(language, program, printed) },
    abbreviations: abbreviations(gradient.steps, derivation.hidden, formulas),
    steps: gradient.steps.map((step) => stepView(step, formulas)),
    findings,
  };
}

/** As an array: that of an output with axes has them before its own, as in a Jacobian, unless it is elementwise. */
function wholeGradient(program: Program, gradient: Gradient): ArrayValue {
  const outer = outputAxes(program).filter((axis) => axis.index !== null);
  const inner = axisIndices(gradient.axes);
  if (outer.length === 0 || isElementwise(axisIndices(outer), inner)) return gradient;
  return {
    axes: [...outer, ...gradient.axes.filter((axis) => axis.index !== null)],
    element: gradient.element,
  };
}

/** The name of the variable that generated code assigns: `dw`, `db`, `dW1`. */
export function gradientName(of: string): string {
  return `d${plainName(of)
    .replace(/\W+/g, '_')
    .replace(/^_+|_+$/g, '')}`;
}

/** The same, or `grad_p` where the program has a `dp` of its own. */
function freeGradientName(program: Program, derivation: Derivation, of: string): string {
  const name = gradientName(of);
  const taken = [...program.inputs, ...program.bindings, ...derivation.named].some(
    (other) => plainName(other.name) === name,
  );
  return taken ? `grad_${name.slice(1)}` : name;
}

/** ∂J/∂w_j = … in indices, and ∂J/∂w = … in matrices. */
export function gradientFormulas(
  program: Program,
  gradient: Gradient,
  formulas: Formulas,
): Pick<ParameterView['gradient'], 'index' | 'matrix'> {
  const top = program.bindings.find((binding) => binding.name === program.output);
  const output = { name: program.output, axes: top?.axes ?? [] };
  const scalar = axisIndices(output.axes).length === 0;
  return {
    index: formulas.derivative(output, { name: gradient.of, axes: gradient.axes }, gradient.element),
    matrix: scalar ? formulas.matrixDerivative(program.output, gradient.of, gradient) : null,
  };
}
