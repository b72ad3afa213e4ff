import type { Analysis, DefinitionSummary, Finding, Verdict } from '../protocol';
import type { CommandId } from './commands';
import { findingsOf, runsOnData } from './target';

/** One lens of a definition. */
export interface LensText {
  readonly title: string;
  readonly tooltip: string;
  readonly command: CommandId;
}

const MARKS: Readonly<Record<Verdict, { mark: string; word: string }>> = {
  wrong: { mark: '✗', word: 'wrong' },
  right: { mark: '✓', word: 'right' },
  unknown: { mark: '?', word: 'cannot tell' },
};

/** The lenses above a definition: derive, the state of its hand-written gradients, check, train. */
export function lensesOf(definition: DefinitionSummary, analysis: Analysis): readonly LensText[] {
  const lenses: LensText[] = [
    {
      title: '∇ Derive gradient',
      tooltip: `Derive the gradient of ${definition.name} step by step`,
      command: 'nabla.derive',
    },
  ];
  const findings = findingsOf(analysis.findings, definition.id);
  if (findings.length > 0)
    lenses.push({
      title: stateOf(findings),
      tooltip: findings.map((finding) => finding.message).join('\n'),
      command: 'nabla.derive',
    });
  if (runsOnData(definition))
    lenses.push(
      {
        title: 'Check on data',
        tooltip: `Check the gradient of ${definition.name} against finite differences on a table of the workspace`,
        command: 'nabla.checkOnData',
      },
      {
        title: 'Train',
        tooltip: `Train ${definition.name} by gradient descent on a table of the workspace`,
        command: 'nabla.train',
      },
    );
  return lenses;
}

/** "✗ dw wrong · ✓ db right": what is wrong first. */
export function stateOf(findings: readonly Finding[]): string {
  const verdicts: readonly Verdict[] = ['wrong', 'right', 'unknown'];
  return verdicts
    .flatMap((verdict) => {
      const names = findings.filter((finding) => finding.verdict === verdict).map(nameOf);
      const { mark, word } = MARKS[verdict];
      return names.length === 0 ? [] : [`${mark} ${[...new Set(names)].join(', ')} ${word}`];
    })
    .join(' · ');
}

/** The name that the gradient has in the code: a subject reads "dw = ∂cost/∂w in propagate". */
export function nameOf(finding: Finding): string {
  const [name = finding.parameter] = finding.subject.split(' = ', 1);
  return name;
}

export function markOf(verdict: Verdict): string {
  return MARKS[verdict].mark;
}
