import * as vscode from 'vscode';
import { messageInCells, placeInCells } from '../check/notebook';
import { setting } from './configuration';
import { diagnosticOf } from './diagnostics';
import { warningOf } from './findingText';
import { checkedText, definitionRows } from './scanText';
import { rangeOf } from './spans';
import type { ScannedFile, WorkspaceScan } from './workspaceScan';

export interface WorkspaceCheck extends vscode.Disposable {
  /** Lists what is wrong in all files, with progress that can be cancelled. */
  readonly run: () => Promise<void>;
  /** Lets the user choose among all definitions and shows the one. */
  readonly pick: () => Promise<void>;
}

/** Wrong gradients of files that are not open; those of open ones are listed with the rest of what is known of them. */
export function createWorkspaceCheck(scan: WorkspaceScan): WorkspaceCheck {
  const collection = vscode.languages.createDiagnosticCollection('nabla-workspace');
  const isOpen = (uri: vscode.Uri): boolean =>
    [...vscode.workspace.textDocuments, ...vscode.workspace.notebookDocuments].some(
      (document) => document.uri.toString() === uri.toString(),
    );
  const show = (uris: readonly vscode.Uri[]): void => {
    const files = new Map(scan.files().map((file) => [file.uri.toString(), file]));
    for (const uri of uris) {
      const file = files.get(uri.toString());
      if (!file?.scan.judged || isOpen(uri)) collection.delete(uri);
      else collection.set(uri, diagnosticsOf(file));
    }
  };

  const run = (): Thenable<void> =>
    vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: 'Nabla: checking the workspace',
        cancellable: true,
      },
      async (progress, token) => {
        const isWhole = await scan.run(true, token, ({ done, count, name }) =>
          progress.report({ increment: 100 / count, message: `${done + 1} of ${count}: ${name}` }),
        );
        const text = checkedText(
          scan.files().map((file) => file.scan),
          isWhole,
          setting('nabla.scan.limit'),
        );
        void vscode.window.showInformationMessage(text, 'Show problems').then((answer) => {
          if (answer !== undefined) void vscode.commands.executeCommand('workbench.actions.view.problems');
        });
      },
    );

  const pick = async (): Promise<void> => {
    const picker = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly at: vscode.Location }>();
    const source = new vscode.CancellationTokenSource();
    const fill = (): void => {
      picker.items = scan.files().flatMap(({ uri, file, scan: found }) =>
        definitionRows(found, vscode.workspace.asRelativePath(uri), file.notebook).map(
          ({ label, description, span }) => ({
            label,
            description,
            at: new vscode.Location(uri, file.notebook ? new vscode.Range(0, 0, 0, 0) : rangeOf(span)),
          }),
        ),
      );
    };
    picker.placeholder = 'Losses, activations and models of the workspace';
    picker.matchOnDescription = true;
    picker.busy = true;
    const changes = scan.onDidChange(fill);
    fill();
    picker.show();
    const chosen = new Promise<vscode.Location | null>((resolve) => {
      picker.onDidAccept(() => resolve(picker.selectedItems[0]?.at ?? null));
      picker.onDidHide(() => resolve(null));
    });
    try {
      const reading = scan.run(false, source.token).then(() => {
        picker.busy = false;
      });
      const at = await Promise.race([chosen, reading.then(() => chosen)]);
      if (at !== null) await open(at);
    } finally {
      source.cancel();
      source.dispose();
      changes.dispose();
      picker.dispose();
    }
  };

  const subscriptions = vscode.Disposable.from(
    collection,
    scan.onDidChange(show),
    vscode.workspace.onDidOpenTextDocument(({ uri }) => show([uri])),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => show([uri])),
    vscode.workspace.onDidOpenNotebookDocument(({ uri }) => show([uri])),
    vscode.workspace.onDidCloseNotebookDocument(({ uri }) => show([uri])),
  );
  return {
    run: async () => run(),
    pick,
    dispose() {
      subscriptions.dispose();
    },
  };
}

async function open({ uri, range }: vscode.Location): Promise<void> {
  if (uri.path.endsWith('.ipynb')) {
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    await vscode.window.showNotebookDocument(notebook);
    return;
  }
  await vscode.window.showTextDocument(uri, { selection: range });
}

/** Those of a notebook stand at its beginning and say the cell. */
function diagnosticsOf({ uri, file: { notebook }, scan }: ScannedFile): vscode.Diagnostic[] {
  return scan.wrong.map((finding) => {
    const warning = warningOf(finding);
    const place = notebook && placeInCells(notebook, finding.span.startLine);
    if (!notebook || !place) return diagnosticOf(warning, uri);
    const message = `Cell ${place.cell + 1}, line ${place.line}: ${messageInCells(notebook, warning.message)}`;
    const beginning = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 };
    return diagnosticOf({ ...warning, message, span: beginning }, uri);
  });
}
