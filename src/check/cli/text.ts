/** The same for people: derivations as indented steps, findings as one paragraph each. */
import type { CodeTarget } from '../../core/ops';
import type { DerivationView, DerivativeKind, StabilityView, StepView } from '../../protocol';
import { spanInCells, type NotebookText } from '../notebook';
import type { CheckOutput, FindingOutput, ProblemOutput } from './json';

const STATES: Readonly<Record<StepView['state'], string>> = {
  verified: 'verified',
  failed: 'NOT VERIFIED',
  'not-checked': 'not checked',
};

const TITLES: Readonly<Record<DerivativeKind, string>> = {
  gradient: 'Derivative',
  hessian: 'Hessian',
  hvp: 'Hessian-vector product',
  jacobian: 'Jacobian',
  vjp: 'Vector-Jacobian product',
  jvp: 'Jacobian-vector product',
};

/** A file, with the cell of a notebook. */
const placeOf = ({ file, cell }: { readonly file: string; readonly cell?: number }): string =>
  cell === undefined ? file : `${file}, cell ${cell}`;

/** `target`: the language of the code. */
export function derivationText(
  view: DerivationView,
  target: CodeTarget,
  stability: StabilityView,
  notebook: NotebookText | null = null,
): string {
  const { definition } = view;
  const place = notebook && spanInCells(notebook, definition.span);
  const { startLine, endLine } = place?.span ?? definition.span;
  const cell = place ? ` of cell ${place.cell + 1}` : '';
  const lines = [`${definition.name} (${definition.kind}, lines ${startLine}-${endLine}${cell})`, ''];
  for (const { formula } of definition.formulas) lines.push(`  ${formula.text}`);
  if (definition.assumptions.length > 0) {
    lines.push('', '  Assumed:');
    for (const { subject, text } of definition.assumptions) lines.push(`    ${subject}: ${text}`);
  }
  for (const kink of view.kinks ?? []) lines.push(`  Kink: ${kink.text}`);
  for (const fact of view.facts) lines.push(`  Used: ${fact}`);
  for (const parameter of view.parameters) {
    const shape = parameter.shape.length > 0 ? `, shape (${parameter.shape.join(', ')})` : '';
    lines.push('', `  ${TITLES[view.kind ?? 'gradient']} by ${parameter.name}${shape}`, '');
    for (const { formula } of parameter.abbreviations) lines.push(`    with ${formula.text}`);
    if (parameter.abbreviations.length > 0) lines.push('');
    stepLines(parameter.steps, 2, lines);
    lines.push('', `    ${parameter.gradient.index.text}`);
    if (parameter.gradient.matrix) lines.push(`    ${parameter.gradient.matrix.text}`);
    const code = parameter.gradient.code[target] ?? '';
    lines.push('', `    ${target}:`);
    for (const line of code.trimEnd().split('\n')) lines.push(line === '' ? '' : `      ${line}`);
  }
  stabilityLines(stability, target, lines);
  for (const problem of view.problems) lines.push('', `  ${problem.message}`);
  return `${lines.join('\n')}\n`;
}

function stabilityLines(
  { findings, conclusion, stable }: StabilityView,
  target: CodeTarget,
  lines: string[],
): void {
  if (findings.length === 0) return;
  lines.push('', '  Numerically', '');
  for (const { text } of findings) lines.push(`    ${text}`);
  if (conclusion !== '') lines.push(`    ${conclusion}`);
  if (!stable) return;
  lines.push('', '    Stable form:');
  for (const { formula } of stable.formulas) lines.push(`      ${formula.text}`);
  lines.push('', `    ${target}:`);
  for (const line of (stable.code[target] ?? '').trimEnd().split('\n'))
    lines.push(line === '' ? '' : `      ${line}`);
}

/** Consecutive steps read as one chain of equations: a left side that was just written is not repeated. */
function stepLines(steps: readonly StepView[], depth: number, lines: string[]): void {
  const indent = '  '.repeat(depth);
  let last: string | null = null;
  for (const step of steps) {
    const { before, after } = step;
    if (before.text !== last) lines.push(`${indent}${before.text}`);
    lines.push(`${indent}  = ${after.text}    [${step.ruleName}, ${STATES[step.state]}]`);
    if (step.assumptions.length > 0) lines.push(`${indent}      uses: ${step.assumptions.join('; ')}`);
    stepLines(step.children, depth + 3, lines);
    last = after.text;
  }
}

const MARKS: Readonly<Record<FindingOutput['verdict'], string>> = {
  right: 'right',
  wrong: 'WRONG',
  unknown: 'cannot tell',
};

export function checkText(output: CheckOutput): string {
  const lines: string[] = [];
  for (const problem of output.problems) lines.push(problemText(problem.file, problem));
  for (const finding of output.findings) {
    lines.push(
      `${placeOf(finding)}:${finding.line}:${finding.column}: ${MARKS[finding.verdict]}: ${finding.subject} [${finding.rule}]`,
    );
    if (finding.verdict !== 'right') lines.push(`  ${finding.message}`);
    if (finding.expected !== null && finding.verdict === 'wrong')
      lines.push(`  should be ${finding.expected}`);
    if (finding.evidence !== '') lines.push(`  ${finding.evidence}`);
    if (finding.fix) lines.push(`  fix: ${finding.fix.title}`);
  }
  const { right, wrong, unknown } = output.summary;
  lines.push(
    output.findings.length === 0
      ? 'No hand-written gradients found.'
      : `${right} right, ${wrong} wrong, ${unknown} cannot be told.`,
  );
  return `${lines.join('\n')}\n`;
}

export function problemText(file: string, problem: ProblemOutput): string {
  const own = placeOf({ file, ...problem });
  const place = problem.line === null ? own : `${own}:${problem.line}:${problem.column ?? 1}`;
  return `${place}: ${problem.message}`;
}
