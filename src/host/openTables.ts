import * as vscode from 'vscode';
import { fileHash, textHash } from './fingerprint';

/** Languages of editors whose text may be a table although it is in no file yet. */
const TABLE_LANGUAGES: ReadonlySet<string> = new Set([
  'csv',
  'tsv',
  'csv (semicolon)',
  'csv (pipe)',
  'jsonl',
  'dynamic csv',
]);

/** The path by which a table in an editor is chosen: that of its file, or its address where it has none. */
const pathOf = (document: vscode.TextDocument): string =>
  document.uri.scheme === 'file' ? document.uri.fsPath : document.uri.toString();

/** What an open editor has of the table at a path and the disk has not; undefined where the disk has it. */
export function unsavedText(path: string): string | undefined {
  const document = vscode.workspace.textDocuments.find(
    (open) => (open.isDirty || open.isUntitled) && pathOf(open) === path,
  );
  return document?.getText();
}

/** Of what a run on the table at a path reads; null where it cannot be read, or changes meanwhile. */
export function tableHash(path: string): Promise<string | null> {
  const text = unsavedText(path);
  return text === undefined ? fileHash(path) : textHash(text);
}

/** Tables that were typed or pasted into editors and never saved. */
export function untitledTables(): readonly { readonly path: string; readonly label: string }[] {
  return vscode.workspace.textDocuments
    .filter((open) => open.isUntitled && TABLE_LANGUAGES.has(open.languageId) && open.getText().trim() !== '')
    .map((open) => ({ path: pathOf(open), label: open.uri.path }));
}
