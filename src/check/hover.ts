/** What a hover at a place says: the innermost definition there, the line's own formula, or what a called name means. */
import {
  KIND_WORDS,
  type Analysis,
  type DefinitionSummary,
  type Finding,
  type Formula,
  type HoverInfo,
  type TextSpan,
} from '../protocol';

/** A parameter's gradient as formulas; asked for only when it is shown. */
export interface GradientLine {
  readonly of: string;
  readonly formula: Formula;
}

export interface HoverSources {
  readonly analysis: Analysis;
  /** Gradients of a definition by its parameters and by its intermediates. */
  readonly gradients: (definitionId: string) => readonly GradientLine[];
}

export function hoverAt(
  sources: HoverSources,
  lines: readonly string[],
  line: number,
  column: number,
): HoverInfo | null {
  const { definitions } = sources.analysis;
  const word = wordAt(lines[line - 1] ?? '', column);
  const inside = innermost(definitions, line, column);
  const named = definitions.find(
    (definition) => word !== null && lastPart(definition.name) === word && definition !== inside,
  );
  if (named && isCallable(named)) return whole(sources, named);
  if (!inside) return null;
  return contains(inside.nameSpan, line, column)
    ? whole(sources, inside)
    : (atLine(sources, inside, line, word) ?? whole(sources, inside));
}

const isCallable = (definition: DefinitionSummary): boolean =>
  definition.formulas.length > 0 || definition.problems.length > 0;

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function innermost(
  definitions: readonly DefinitionSummary[],
  line: number,
  column: number,
): DefinitionSummary | null {
  const around = definitions.filter(({ span }) => contains(span, line, column));
  const size = ({ span }: DefinitionSummary): number => span.endLine - span.startLine;
  return around.sort((a, b) => size(a) - size(b))[0] ?? null;
}

function contains(span: TextSpan, line: number, column: number): boolean {
  if (line < span.startLine || line > span.endLine) return false;
  if (line === span.startLine && column < span.startColumn) return false;
  return line !== span.endLine || column <= span.endColumn;
}

function wordAt(line: string, column: number): string | null {
  for (const match of line.matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu))
    if (match.index < column && column <= match.index + match[0].length + 1) return match[0];
  return null;
}

function whole({ analysis, gradients }: HoverSources, definition: DefinitionSummary): HoverInfo {
  const own = analysis.findings.filter((finding) => finding.definitionId === definition.id);
  const inputs = new Set(definition.inputs.map(({ name }) => name));
  return {
    definitionId: definition.id,
    title: `${definition.name} (${KIND_WORDS[definition.kind]})`,
    formulas: definition.formulas.map(({ formula }) => formula),
    gradients: gradients(definition.id)
      .filter(({ of }) => inputs.has(of))
      .map(({ formula }) => formula),
    findings: own,
    problems: definition.problems,
  };
}

/** The formula that the line defines, or the gradient that it writes, or what the word is. */
function atLine(
  { analysis, gradients }: HoverSources,
  definition: DefinitionSummary,
  line: number,
  word: string | null,
): HoverInfo | null {
  const formulas = definition.formulas.filter(({ span }) => span !== null && spansLine(span, line));
  const findings = analysis.findings.filter(
    (finding) => finding.definitionId === definition.id && spansLine(finding.span, line),
  );
  const parameter = definition.inputs.find(({ name, role }) => name === word && role === 'parameter');
  const wanted = wantedSymbols(
    formulas.map(({ name }) => name),
    findings,
    parameter?.name,
    definition.output,
  );
  if (wanted === null) return null;
  const about =
    parameter?.name ?? findings[0]?.subject.split(' ')[0] ?? formulas.at(-1)?.name ?? definition.name;
  const lines = gradients(definition.id);
  const inputs = new Set(definition.inputs.map(({ name }) => name));
  return {
    definitionId: definition.id,
    title: `${about} in ${definition.name}`,
    formulas: formulas.map(({ formula }) => formula),
    gradients: lines
      .filter(({ of }) => (wanted === 'all' ? inputs.has(of) : wanted.has(of)))
      .map(({ formula }) => formula),
    findings,
    problems: definition.problems,
  };
}

/** The symbols whose gradients belong to a line; `all` for the line of the output. Null when it has nothing to say. */
function wantedSymbols(
  names: readonly string[],
  findings: readonly Finding[],
  parameter: string | undefined,
  output: string,
): ReadonlySet<string> | 'all' | null {
  if (parameter !== undefined) return new Set([parameter]);
  if (findings.length > 0) return new Set(findings.map((finding) => finding.parameter));
  if (names.length === 0) return null;
  return names.some((name) => name === output || name.startsWith(`${output}@`)) ? 'all' : new Set(names);
}

const spansLine = (span: TextSpan, line: number): boolean => span.startLine <= line && line <= span.endLine;
