import type {
  Analysis,
  DefinitionSummary,
  Finding,
  Formula,
  HoverInfo,
  TextSpan,
} from '../../../src/protocol';
import type { ColumnInfo, TablePreview } from '../../../src/protocol/training';

export function span(startLine: number, endLine = startLine, startColumn = 1, endColumn = 80): TextSpan {
  return { startLine, startColumn, endLine, endColumn };
}

export function formula(text: string, latex = text): Formula {
  return { latex, text };
}

export function definition(name: string, change: Partial<DefinitionSummary> = {}): DefinitionSummary {
  return {
    id: name,
    name,
    kind: 'loss',
    language: 'python',
    span: span(1, 10),
    nameSpan: span(1),
    formulas: [{ name: 'cost', formula: formula('cost = sum(A)'), span: span(4) }],
    inputs: [
      { name: 'w', code: 'w', role: 'parameter', shape: ['n'] },
      { name: 'X', code: 'X', role: 'data', shape: ['m', 'n'] },
    ],
    output: 'cost',
    assumptions: [],
    problems: [],
    ...change,
  };
}

export function finding(parameter: string, change: Partial<Finding> = {}): Finding {
  return {
    rule: 'gradient-right',
    verdict: 'right',
    subject: `d${parameter} = ∂cost/∂${parameter} in propagate`,
    message: `d${parameter} is the gradient of cost by ${parameter}`,
    evidence: 'equal normal forms',
    span: span(5),
    definitionId: 'propagate',
    parameter,
    expected: formula(`X.T @ (A - Y) / m`),
    ...change,
  };
}

export function analysis(change: Partial<Analysis> = {}): Analysis {
  return { definitions: [definition('propagate')], findings: [], problems: [], ...change };
}

export function hoverInfo(change: Partial<HoverInfo> = {}): HoverInfo {
  return {
    definitionId: 'propagate',
    title: 'propagate: loss',
    formulas: [formula('a = 1', 'a = 1'), formula('J = a', 'J = a')],
    gradients: [formula('dJ/dw = x', '\\frac{\\partial J}{\\partial w} = x')],
    findings: [],
    problems: [],
    ...change,
  };
}

export function column(name: string, change: Partial<ColumnInfo> = {}): ColumnInfo {
  return { name, type: 'number', missing: 0, min: -1.5, max: 4, distinct: 90, examples: [], ...change };
}

export function preview(columns: readonly ColumnInfo[], change: Partial<TablePreview> = {}): TablePreview {
  return { path: '/data/table.csv', rows: 100, columns, problems: [], ...change };
}
