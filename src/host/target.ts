import type { DefinitionSummary, Finding, TextSpan } from '../protocol';

/** 1-based. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export type Candidates =
  | { readonly kind: 'one'; readonly definition: DefinitionSummary }
  | { readonly kind: 'several'; readonly definitions: readonly DefinitionSummary[] }
  | { readonly kind: 'none' };

/**
 * The definitions that a command at a position may mean: the innermost around it; several only when they share that
 * place; away from all of them every definition of the file, the nearest first.
 */
export function candidatesAt(definitions: readonly DefinitionSummary[], position: TextPosition): Candidates {
  const around = definitions.filter(({ span }) => contains(span, position));
  if (around.length > 0) {
    const smallest = Math.min(...around.map(({ span }) => lines(span)));
    return candidatesOf(around.filter(({ span }) => lines(span) === smallest));
  }
  const byDistance = [...definitions].sort((a, b) => distance(a.span, position) - distance(b.span, position));
  return candidatesOf(byDistance);
}

function candidatesOf(definitions: readonly DefinitionSummary[]): Candidates {
  const [first, second] = definitions;
  if (first === undefined) return { kind: 'none' };
  return second === undefined ? { kind: 'one', definition: first } : { kind: 'several', definitions };
}

export function contains(span: TextSpan, { line, column }: TextPosition): boolean {
  if (line < span.startLine || line > span.endLine) return false;
  if (line === span.startLine && column < span.startColumn) return false;
  return line !== span.endLine || column <= span.endColumn;
}

function lines(span: TextSpan): number {
  return span.endLine - span.startLine;
}

function distance(span: TextSpan, { line }: TextPosition): number {
  if (line < span.startLine) return span.startLine - line;
  return line > span.endLine ? line - span.endLine : 0;
}

/** Whether data can be fed to it: it has parameters to differentiate by and an input that a table fills. */
export function runsOnData(definition: DefinitionSummary): boolean {
  const has = (role: string) => definition.inputs.some((input) => input.role === role);
  return has('parameter') && has('data');
}

/** The findings of one definition, in the order of the text. */
export function findingsOf(findings: readonly Finding[], definitionId: string): readonly Finding[] {
  return findings
    .filter((finding) => finding.definitionId === definitionId)
    .sort((a, b) => a.span.startLine - b.span.startLine || a.span.startColumn - b.span.startColumn);
}
