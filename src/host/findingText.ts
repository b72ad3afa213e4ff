import type { Analysis, Finding, Fix, TextSpan } from '../protocol';
import type { CheckReport } from '../protocol/training';
import { findingsOf } from './target';

/** A warning at a hand-written gradient, as plain data. */
export interface Warning {
  readonly span: TextSpan;
  readonly message: string;
  readonly rule: string;
  readonly related: readonly { readonly span: TextSpan; readonly message: string }[];
  readonly fix: Fix | null;
}

/** Warnings for what is wrong in the text. Right and undecided gradients get none: lens and hover tell about those. */
export function warningsOf(analysis: Analysis): readonly Warning[] {
  return analysis.findings
    .filter(({ verdict }) => verdict === 'wrong')
    .map((finding) => ({ ...warningOf(finding), related: related(analysis, finding) }));
}

/** For one of them, without its place in the definition. */
export const warningOf = (finding: Finding): Warning =>
  warning(finding, finding.message, finding.rule, finding.fix ?? null);

/** Rule id of a gradient that the data shows to be wrong and the text alone did not. */
export const WRONG_ON_DATA = 'gradient-wrong-on-data';

/** Warnings for hand-written gradients that a check on data found wrong and the text alone did not. */
export function dataWarningsOf(analysis: Analysis, report: CheckReport): readonly Warning[] {
  const findings = findingsOf(analysis.findings, report.definitionId);
  return report.parameters
    .filter(({ handVerdict }) => handVerdict === 'wrong')
    .flatMap((check) =>
      findings
        .filter(({ parameter, verdict }) => parameter === check.name && verdict !== 'wrong')
        .map((finding) => ({
          ...warning(finding, `${finding.subject}: ${check.reason}`, WRONG_ON_DATA, null),
          related: related(analysis, finding),
        })),
    );
}

function warning(finding: Finding, message: string, rule: string, fix: Fix | null): Warning {
  const evidence = finding.evidence === '' || rule === WRONG_ON_DATA ? '' : `\n${finding.evidence}`;
  const expected = finding.expected === null ? '' : `\nDerived: ${finding.expected.text}`;
  return {
    span: finding.span,
    message: message + evidence + expected,
    rule,
    related: [],
    fix,
  };
}

/** The line of the loss that is differentiated. */
function related(analysis: Analysis, finding: Finding): Warning['related'] {
  const definition = analysis.definitions.find(({ id }) => id === finding.definitionId);
  const loss = definition?.formulas.find(({ name }) => name === definition.output);
  return loss?.span ? [{ span: loss.span, message: `The loss: ${loss.formula.text}` }] : [];
}
