import * as vscode from 'vscode';
import { rankFiles } from './dataGuess';
import { untitledTables } from './openTables';

export interface DataFile {
  /** Absolute, as the worker opens it; the address of an editor that has no file. */
  readonly path: string;
  /** Relative to the workspace. */
  readonly label: string;
}

/** Of files that hold tables by their name alone; those of text and JSON may be anything, and are chosen by hand. */
const EXTENSIONS = ['csv', 'tsv', 'parquet', 'feather', 'arrow', 'npy', 'npz', 'jsonl', 'ndjson'];
const PACKED = ['csv.gz', 'tsv.gz', 'jsonl.gz'];
const PATTERN = `**/*.{${[...EXTENSIONS, ...EXTENSIONS.map((name) => name.toUpperCase()), ...PACKED].join(',')}}`;
/** Endings of all files that can be read. */
export const TABLE_FILES: readonly string[] = [
  ...EXTENSIONS,
  'txt',
  'dat',
  'tab',
  'json',
  'arrows',
  'gz',
  'zip',
];
const EXCLUDED = '**/{node_modules,site-packages,__pycache__,venv,env,.venv,.git,.tox,.cache}/**';
/** A workspace with more data files than this is a data store; the choice of a file elsewhere is always there. */
const MOST_FILES = 500;

/** The tables of the workspace, the most likely one for the document first. */
export async function findDataFiles(document: vscode.TextDocument | null): Promise<readonly DataFile[]> {
  const found = await vscode.workspace.findFiles(PATTERN, EXCLUDED, MOST_FILES);
  const byLabel = new Map(
    found
      .filter(({ scheme }) => scheme === 'file')
      .map((uri) => [vscode.workspace.asRelativePath(uri), uri.fsPath]),
  );
  const source =
    document === null
      ? { path: '', text: '' }
      : { path: vscode.workspace.asRelativePath(document.uri), text: document.getText() };
  const ranked = rankFiles([...byLabel.keys()], source).flatMap((label) => {
    const path = byLabel.get(label);
    return path === undefined ? [] : [{ path, label }];
  });
  return [...ranked, ...untitledTables()];
}

export function labelOf(path: string): string {
  return path.startsWith('untitled:')
    ? path.slice('untitled:'.length)
    : vscode.workspace.asRelativePath(path);
}
