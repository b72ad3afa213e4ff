import * as vscode from 'vscode';
import type { Analyses } from './analyses';
import type { CommandTarget } from './commands';
import type { Edges } from './edges';
import { lensesOf } from './lensText';
import { isOn } from './configuration';
import { rangeOf } from './spans';

/** Lenses above each definition. */
export function registerLenses(analyses: Analyses, edges: Edges): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provideCodeLenses = edges.guard(
    'the lenses',
    async (document: vscode.TextDocument): Promise<vscode.CodeLens[]> => {
      if (!isOn('nabla.codeLens.enabled')) return [];
      const analysis = await analyses.of(document);
      // Gradients that stand in other cells of a notebook are told of, too.
      const findings = [...analysis.findings, ...analysis.elsewhere.map(({ finding }) => finding)];
      const all = { ...analysis, findings };
      return analysis.definitions.flatMap((definition) => {
        const { startLine } = definition.nameSpan;
        const range = rangeOf({ startLine, startColumn: 1, endLine: startLine, endColumn: 1 });
        const target: CommandTarget = { uri: document.uri.toString(), definitionId: definition.id };
        return lensesOf(definition, all).map(
          ({ command, title, tooltip }) =>
            new vscode.CodeLens(range, { command, title, tooltip, arguments: [target] }),
        );
      });
    },
    [],
  );
  return vscode.Disposable.from(
    changed,
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('nabla.codeLens.enabled')) changed.fire();
    }),
    vscode.languages.registerCodeLensProvider(analyses.selector, {
      onDidChangeCodeLenses: changed.event,
      provideCodeLenses,
    }),
  );
}
