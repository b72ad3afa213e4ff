import * as vscode from 'vscode';
import { rangeOf } from './spans';
import { matchesLetters, symbolsOf } from './symbolText';
import type { WorkspaceScan } from './workspaceScan';

/** Losses, activations and gradients of the whole workspace, as "Go to Symbol in Workspace" lists them. */
export function registerWorkspaceSymbols(scan: WorkspaceScan): vscode.Disposable {
  return vscode.languages.registerWorkspaceSymbolProvider({
    provideWorkspaceSymbols: (query) =>
      scan.files().flatMap(({ uri, file, scan: found }) =>
        symbolsOf(found)
          .filter(({ name }) => matchesLetters(query, name))
          .map(({ name, container, span }) => {
            const at = new vscode.Location(uri, file.notebook ? BEGINNING : rangeOf(span));
            return new vscode.SymbolInformation(name, vscode.SymbolKind.Function, container, at);
          }),
      ),
  });
}

/** Cells have places of their own, which a notebook that is not open does not tell. */
const BEGINNING = new vscode.Range(0, 0, 0, 0);
