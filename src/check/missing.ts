/** Views of definitions that are not there, or of which nothing can be derived. */
import type { DefinitionSummary, DerivationView, TextSpan } from '../protocol';

/** A view without parameters, whose problems say why. */
export function emptyView(definition: DefinitionSummary): DerivationView {
  return {
    definition,
    graph: { nodes: [], edges: [] },
    parameters: [],
    facts: [],
    problems: definition.problems,
  };
}

/** Stands for a definition that is not in the text any more. */
export function missing(id: string, language: string): DefinitionSummary {
  const span: TextSpan = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
  return {
    id,
    name: id,
    kind: 'loss',
    language,
    span,
    nameSpan: span,
    formulas: [],
    inputs: [],
    output: '',
    assumptions: [],
    problems: [
      {
        type: 'problem',
        id: 'no-such-definition',
        message: 'This definition is not in the text any more: it was renamed or removed.',
        span: null,
      },
    ],
  };
}
