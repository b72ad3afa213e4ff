import * as vscode from 'vscode';
import type { Analyses } from './analyses';
import { isOn } from './configuration';
import type { Edges } from './edges';
import { dataWarningsOf, warningsOf } from './findingText';
import type { Warning } from './findingText';
import type { Sessions } from './sessions';
import { rangeOf } from './spans';

const SOURCE = 'Nabla';

/** Warnings at hand-written gradients that are wrong, with quick fixes. */
export function registerDiagnostics(analyses: Analyses, sessions: Sessions, edges: Edges): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('nabla');
  const shown = new Map<string, readonly Warning[]>();

  const update = edges.guard(
    'the diagnostics',
    async (document: vscode.TextDocument) => {
      const { version } = document;
      const warnings = isOn('nabla.diagnostics.enabled')
        ? await warningsIn(document, analyses, sessions)
        : [];
      if (document.version !== version || document.isClosed) return;
      shown.set(document.uri.toString(), warnings);
      collection.set(
        document.uri,
        warnings.map((warning) => diagnosticOf(warning, document.uri)),
      );
    },
    undefined,
  );
  const updateAll = () => {
    for (const document of vscode.workspace.textDocuments)
      if (analyses.reads(document)) void update(document);
  };
  const forget = (document: vscode.TextDocument) => {
    shown.delete(document.uri.toString());
    collection.delete(document.uri);
  };

  return vscode.Disposable.from(
    collection,
    analyses.onDidAnalyze((document) => void update(document)),
    analyses.onDidClose(forget),
    sessions.onDidChange(updateAll),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('nabla.diagnostics.enabled')) updateAll();
    }),
    vscode.languages.registerCodeActionsProvider(
      analyses.selector,
      {
        provideCodeActions: (document, range, context) =>
          fixesOf(document, shown.get(document.uri.toString()) ?? [], range, context),
      },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
}

async function warningsIn(
  document: vscode.TextDocument,
  analyses: Analyses,
  sessions: Sessions,
): Promise<readonly Warning[]> {
  const analysis = await analyses.of(document);
  const reports = sessions.checksOf(document, analysis.definitions);
  return [...warningsOf(analysis), ...reports.flatMap((report) => dataWarningsOf(analysis, report))];
}

export function diagnosticOf(warning: Warning, uri: vscode.Uri): vscode.Diagnostic {
  const range = rangeOf(warning.span);
  const diagnostic = new vscode.Diagnostic(range, warning.message, vscode.DiagnosticSeverity.Warning);
  diagnostic.source = SOURCE;
  diagnostic.code = warning.rule;
  diagnostic.relatedInformation = warning.related.map(
    ({ span, message }) =>
      new vscode.DiagnosticRelatedInformation(new vscode.Location(uri, rangeOf(span)), message),
  );
  return diagnostic;
}

/** The fixes of the warnings in a range; each names the diagnostic that it resolves. */
function fixesOf(
  document: vscode.TextDocument,
  warnings: readonly Warning[],
  range: vscode.Range,
  context: vscode.CodeActionContext,
): vscode.CodeAction[] {
  return warnings.flatMap(({ fix, span, rule }) => {
    if (fix === null || !rangeOf(span).intersection(range)) return [];
    const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    for (const edit of fix.edits) action.edit.replace(document.uri, rangeOf(edit.span), edit.newText);
    action.diagnostics = context.diagnostics.filter(
      (diagnostic) =>
        diagnostic.source === SOURCE && diagnostic.code === rule && rangeOf(span).isEqual(diagnostic.range),
    );
    action.isPreferred = true;
    return [action];
  });
}
