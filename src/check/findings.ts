/** Judgements as findings: what the command line prints and the editor shows. */
import type { Program } from '../core/definition';
import type { Derivation, Gradient } from '../core/derivation';
import type { SourceDefinition } from '../lang/definition';
import type { Finding, Formula } from '../protocol';
import type { Formulas } from './formulas';
import { fixFor } from './fix';
import { gradientFormulas } from './views';
import { subjectText, type Judged } from './verdicts';

/** A program with its derivation and the formulas to print both. */
export interface Derived {
  readonly program: Program;
  readonly derivation: Derivation;
  readonly formulas: Formulas;
  /** Formulas of its gradients that were asked for. */
  readonly written: Map<Gradient, Formula>;
}

export function findingOf(
  definition: SourceDefinition,
  judged: Judged,
  derived: Derived | null,
  lines: readonly string[],
): Finding {
  const { judgement } = judged;
  const assumed = judgement.assumptions.length > 0 ? ` Assumed: ${judgement.assumptions.join('; ')}.` : '';
  const fix = fixFor(judged, lines);
  return {
    rule: judgement.rule,
    verdict: judgement.verdict,
    subject: definition.program
      ? subjectText(definition.program, judged, definition.name)
      : `${judged.name} in ${judged.functionName ?? definition.name}`,
    message: judgement.message + assumed,
    evidence: judgement.evidence,
    span: judged.span,
    definitionId: definition.id,
    parameter: judged.of,
    expected: derived ? expectedFormula(derived, judged.of) : null,
    ...(fix ? { fix } : {}),
  };
}

/** The derived gradient, in matrix form where there is one. */
function expectedFormula(derived: Derived, of: string): Formula | null {
  const { gradients, adjoints } = derived.derivation;
  const gradient = [...gradients, ...adjoints].find((candidate) => candidate.of === of);
  return gradient ? gradientFormula(derived, gradient) : null;
}

/** In matrix form where there is one. */
export function gradientFormula({ program, formulas, written }: Derived, gradient: Gradient): Formula {
  const known = written.get(gradient);
  if (known) return known;
  const { index, matrix } = gradientFormulas(program, gradient, formulas);
  const formula = matrix ?? index;
  written.set(gradient, formula);
  return formula;
}
