/** Judgements as findings: what the command line prints and the editor shows. */
import type { Program, SecondDerivative } from '../core/definition';
import { derivativeBy, type Derivation, type Derivative, type Gradient } from '../core/derivation';
import { hessian } from '../core/second';
import type { SourceDefinition } from '../lang/definition';
import type { DefinitionKind, Finding, Formula } from '../protocol';
import { createFormulas } from './formulas';
import { fixFor } from './fix';
import { plainName } from './mistakes/case';
import { gradientFormulas } from './views';
import { subjectText, type Judged } from './verdicts';

/** A program with its derivation. */
export interface Derived {
  readonly program: Program;
  readonly derivation: Derivation;
  /** Formulas of its derivatives that were asked for. */
  readonly written: Map<Gradient, Formula>;
}

export function findingOf(
  definition: SourceDefinition,
  judged: Judged,
  expected: (judged: Judged) => Formula | null,
  lines: readonly string[],
): Finding {
  const { judgement } = judged;
  const assumed = judgement.assumptions.length > 0 ? ` Assumed: ${judgement.assumptions.join('; ')}.` : '';
  const fix = fixFor(judged, lines);
  const inWords = (text: string): string => withoutMadeNames(text, judged, lines);
  return {
    rule: judgement.rule,
    verdict: judgement.verdict,
    subject: definition.program
      ? inWords(subjectText(definition.program, judged, definition.name))
      : `${judged.name} in ${judged.functionName ?? definition.name}`,
    message: inWords(judgement.message + assumed),
    evidence: judgement.evidence,
    span: judged.span,
    definitionId: definition.id,
    parameter: judged.of,
    expected: expected(judged),
    ...(fix ? { fix } : {}),
  };
}

/** `w -= rate * X.T @ d` has no name for its gradient: what was made up for it is told in words. */
function withoutMadeNames(text: string, { name, of }: Judged, lines: readonly string[]): string {
  if (!name.startsWith('grad_') || lines.some((line) => line.includes(name))) return text;
  const words = `the step of ${plainName(of)}`;
  const whole = text.replaceAll(name, words);
  return whole.startsWith(words) ? `T${whole.slice(1)}` : whole;
}

/** Tells from each other what is expected in findings of one program. */
export const expectedKey = (kind: DefinitionKind, { of, second, judgement }: Judged): string =>
  second && kind !== 'gradient' ? [of, second.hand.by, second.hand.form, judgement.verdict].join(' by ') : of;

/** Of what is itself a gradient, the second derivative is the derivative. */
export function expectedOf(
  kind: DefinitionKind,
  { of, second, judgement }: Judged,
  derived: Derived,
): Formula | null {
  if (!second || kind === 'gradient') return expectedFormula(derived, of);
  return judgement.verdict === 'wrong' ? secondFormula(derived.program, second.hand) : null;
}

/** A block of the Hessian, in matrix form where there is one; null for a product with a vector. */
function secondFormula(program: Program, { of, by, form }: SecondDerivative): Formula | null {
  if (form === 'product') return null;
  const found = hessian(program, { wrt: of === by ? [of] : [of, by], verify: false });
  const block = found.blocks.find(
    ({ by: names }) => names.length === 2 && names.includes(of) && names.includes(by),
  );
  if (!block) return null;
  const formulas = createFormulas(found.program, found.named, found.hidden);
  return formulas.matrix(block.value) ?? formulas.expression(block.value.element);
}

/** The derived gradient, in matrix form where there is one. */
function expectedFormula(derived: Derived, of: string): Formula | null {
  const found = derivativeBy(derived.derivation, of);
  return found && derivativeFormula(derived, found);
}

/** In matrix form where there is one. */
export function derivativeFormula({ program, written }: Derived, { gradient, named }: Derivative): Formula {
  const known = written.get(gradient);
  if (known) return known;
  const { index, matrix } = gradientFormulas(program, gradient, createFormulas(program, named));
  const formula = matrix ?? index;
  written.set(gradient, formula);
  return formula;
}
