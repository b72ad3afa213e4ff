/** The JSON that the command line prints: stable shapes, documented in test/README.md. */
import type {
  Assumption,
  DefinitionKind,
  DerivationView,
  Finding,
  Fix,
  Problem,
  StabilityFinding,
  StabilityView,
  StepView,
  Verdict,
} from '../../protocol';
import { messageInCells, spanInCells, type NotebookText } from '../notebook';

export interface DeriveOutput {
  readonly definitions: readonly DeriveDefinition[];
  readonly problems: readonly ProblemOutput[];
}

export interface DeriveDefinition {
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly language: string;
  readonly range: { readonly startLine: number; readonly endLine: number; readonly cell?: number };
  readonly latex: string;
  readonly assumptions: readonly string[];
  readonly parameters: readonly DeriveParameter[];
  /** Where it breaks down in floating point; findings are empty where nothing was found. */
  readonly stability: StabilityOutput;
  readonly problems: readonly ProblemOutput[];
}

export interface StabilityOutput {
  readonly findings: readonly StabilityFinding[];
  readonly conclusion: string;
  readonly stable: {
    readonly formulas: readonly string[];
    readonly latex: readonly string[];
    readonly code: Readonly<Record<string, string>>;
  } | null;
}

export interface DeriveParameter {
  readonly name: string;
  readonly shape: readonly string[];
  readonly gradient: {
    readonly index: string;
    readonly indexLatex: string;
    readonly matrix: string | null;
    readonly matrixLatex: string | null;
    readonly code: Readonly<Record<string, string>>;
  };
  /** What the names stand for that only the steps use. */
  readonly abbreviations: readonly string[];
  readonly steps: readonly DeriveStep[];
}

export interface DeriveStep {
  readonly rule: string;
  readonly ruleName: string;
  /** LaTeX; empty if the rule has none. */
  readonly ruleFormula: string;
  readonly title: string;
  readonly assumptions: readonly string[];
  readonly before: string;
  readonly after: string;
  readonly beforeLatex: string;
  readonly afterLatex: string;
  readonly verified: boolean;
  readonly evidence: string;
  readonly children: readonly DeriveStep[];
}

export interface ProblemOutput {
  readonly type: Problem['type'];
  readonly id: string;
  readonly message: string;
  /** In a notebook, within its cell. */
  readonly line: number | null;
  readonly column: number | null;
  /** In a notebook, counted from 1 over all cells. */
  readonly cell?: number;
}

export interface CheckOutput {
  readonly findings: readonly FindingOutput[];
  readonly summary: { readonly right: number; readonly wrong: number; readonly unknown: number };
  readonly problems: readonly (ProblemOutput & { readonly file: string })[];
}

export interface FindingOutput {
  readonly file: string;
  /** In a notebook, counted from 1 over all cells; lines are those of the cell. */
  readonly cell?: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly rule: string;
  readonly verdict: Verdict;
  readonly subject: string;
  readonly message: string;
  readonly evidence: string;
  readonly expected: string | null;
  readonly fix?: Fix;
}

const assumptionText = ({ subject, text }: Assumption): string => `${subject}: ${text}`;

export function problemOutput(
  { type, id, message, span }: Problem,
  notebook: NotebookText | null = null,
): ProblemOutput {
  const column = span?.startColumn ?? null;
  if (!notebook) return { type, id, message, line: span?.startLine ?? null, column };
  const place = span && spanInCells(notebook, span);
  const told = messageInCells(notebook, message);
  if (!place) return { type, id, message: told, line: null, column: null };
  return { type, id, message: told, line: place.span.startLine, column, cell: place.cell + 1 };
}

export function deriveDefinition(
  view: DerivationView,
  stability: StabilityView,
  notebook: NotebookText | null = null,
): DeriveDefinition {
  const { definition } = view;
  const place = notebook && spanInCells(notebook, definition.span);
  const { startLine, endLine } = place?.span ?? definition.span;
  return {
    name: definition.name,
    kind: definition.kind,
    language: definition.language,
    range: { startLine, endLine, ...(place ? { cell: place.cell + 1 } : {}) },
    latex: alignedLatex(view),
    assumptions: definition.assumptions.map(assumptionText),
    parameters: view.parameters.map(({ name, shape, gradient, abbreviations, steps }) => ({
      name,
      shape,
      gradient: {
        index: gradient.index.text,
        indexLatex: gradient.index.latex,
        matrix: gradient.matrix?.text ?? null,
        matrixLatex: gradient.matrix?.latex ?? null,
        code: gradient.code,
      },
      abbreviations: abbreviations.map(({ formula }) => formula.text),
      steps: steps.map(deriveStep),
    })),
    stability: stabilityOutput(stability),
    problems: view.problems.map((problem) => problemOutput(problem, notebook)),
  };
}

function stabilityOutput({ findings, conclusion, stable }: StabilityView): StabilityOutput {
  return {
    findings,
    conclusion,
    stable: stable && {
      formulas: stable.formulas.map(({ formula }) => formula.text),
      latex: stable.formulas.map(({ formula }) => formula.latex),
      code: stable.code,
    },
  };
}

/** All formulas of a definition as one display. */
function alignedLatex({ definition }: DerivationView): string {
  const lines = definition.formulas.map(({ formula }) => formula.latex);
  return lines.length === 1
    ? (lines[0] ?? '')
    : `\\begin{gathered}\n${lines.join(' \\\\\n')}\n\\end{gathered}`;
}

function deriveStep(step: StepView): DeriveStep {
  return {
    rule: step.rule,
    ruleName: step.ruleName,
    ruleFormula: step.ruleFormula,
    title: step.title,
    assumptions: step.assumptions,
    before: step.before.text,
    after: step.after.text,
    beforeLatex: step.before.latex,
    afterLatex: step.after.latex,
    verified: step.state === 'verified',
    evidence: step.evidence,
    children: step.children.map(deriveStep),
  };
}

export function findingOutput(
  file: string,
  finding: Finding,
  notebook: NotebookText | null = null,
): FindingOutput {
  const place = notebook && spanInCells(notebook, finding.span);
  const { span } = place ?? finding;
  const told = (text: string): string => (notebook ? messageInCells(notebook, text) : text);
  const fix = notebook && finding.fix ? fixInCells(notebook, finding.fix) : finding.fix;
  return {
    file,
    ...(place ? { cell: place.cell + 1 } : {}),
    line: span.startLine,
    column: span.startColumn,
    endLine: span.endLine,
    endColumn: span.endColumn,
    rule: finding.rule,
    verdict: finding.verdict,
    subject: finding.subject,
    message: told(finding.message),
    evidence: told(finding.evidence),
    expected: finding.expected?.text ?? null,
    ...(fix ? { fix } : {}),
  };
}

const fixInCells = (notebook: NotebookText, fix: Fix): Fix => ({
  ...fix,
  edits: fix.edits.map((edit) => ({ ...edit, span: spanInCells(notebook, edit.span)?.span ?? edit.span })),
});

export function summary(findings: readonly { readonly verdict: Verdict }[]): CheckOutput['summary'] {
  const count = (verdict: Verdict): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  return { right: count('right'), wrong: count('wrong'), unknown: count('unknown') };
}
