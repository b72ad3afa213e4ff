import * as vscode from 'vscode';
import { languageOf, neighboursOf } from '../check/neighbours';
import type { Neighbour } from '../protocol';

/** The files of the workspace that documents import from, as they are in the editor or else on the disk. */
export interface Neighbours extends vscode.Disposable {
  of(uri: vscode.Uri, text: string, languageId: string): Promise<readonly Neighbour[]>;
  /** A file that may be imported has changed. */
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

const PATTERN = '**/*.{py,js,jsx,mjs,cjs,ts,tsx,mts,cts}';

/** Texts that are kept. */
const KEPT = 300;

export function createNeighbours(): Neighbours {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  /** Texts on the disk by address, null where there is no file; those that were asked for last. */
  const texts = new Map<string, Promise<string | null>>();
  const forget = (uri: vscode.Uri) => {
    texts.delete(uri.toString());
    changed.fire(uri);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(PATTERN);
  const subscriptions = vscode.Disposable.from(
    changed,
    watcher,
    watcher.onDidChange(forget),
    watcher.onDidCreate(forget),
    watcher.onDidDelete(forget),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0 && languageOf(document.uri.path) !== null) changed.fire(document.uri);
    }),
  );

  const textAt = (uri: vscode.Uri): Promise<string | null> => {
    const address = uri.toString();
    const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === address);
    if (open) return Promise.resolve(open.getText());
    const known = texts.get(address) ?? readText(uri);
    texts.delete(address);
    texts.set(address, known);
    for (const oldest of texts.keys()) {
      if (texts.size <= KEPT) break;
      texts.delete(oldest);
    }
    return known;
  };

  return {
    async of(uri, text, languageId) {
      const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.path;
      if (folder === undefined) return [];
      const isInside = (path: string): boolean =>
        path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
      return neighboursOf({ path: uri.path, text, languageId }, (path) =>
        isInside(path) ? textAt(uri.with({ path, fragment: '' })) : Promise.resolve(null),
      );
    },
    onDidChange: changed.event,
    dispose() {
      subscriptions.dispose();
    },
  };
}

/** An import may mean a file that is not there. */
async function readText(uri: vscode.Uri): Promise<string | null> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return null;
  }
}
