import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { languageOf } from '../check/neighbours';
import { cellsOf, joinCells, NotANotebook, type NotebookText } from '../check/notebook';
import type { Surroundings } from '../protocol';
import { setting } from './configuration';
import { excludeGlob } from './globs';
import type { Sources } from './sources';

/** Files of the workspace that can be read, open or not. */
const PATTERN = '**/*.{py,ipynb,js,jsx,mjs,cjs,ts,tsx,mts,cts}';
/** Longer files are generated: bundles, and notebooks full of pictures. */
const LONGEST = 400_000;

/** A file as it is read: its text with what belongs to it. */
export interface FileText {
  readonly text: string;
  readonly languageId: string;
  readonly around: Surroundings;
  readonly notebook: NotebookText | null;
  /** Changes with anything that the meaning of the file depends on. */
  readonly key: string;
}

/** The files, in their order, as far as the settings do not leave them out. */
export async function findWorkspaceFiles(token: vscode.CancellationToken): Promise<vscode.Uri[]> {
  const limit = setting('nabla.scan.limit');
  const excluded = vscode.workspace.getConfiguration().get<unknown>('search.exclude');
  const found = await vscode.workspace.findFiles(PATTERN, excludeGlob(excluded), limit, token);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export const isWorkspaceFile = (uri: vscode.Uri): boolean =>
  uri.path.endsWith('.ipynb') || languageOf(uri.path) !== null;

export function watchWorkspaceFiles(): vscode.FileSystemWatcher {
  return vscode.workspace.createFileSystemWatcher(PATTERN);
}

/** Null for a file that is gone, too long, or no text. */
export async function readWorkspaceFile(uri: vscode.Uri, sources: Sources): Promise<FileText | null> {
  const content = await contentOf(uri);
  if (content === null || content.length > LONGEST) return null;
  const isNotebook = uri.path.endsWith('.ipynb');
  const notebook = isNotebook ? notebookOf(content) : null;
  if (isNotebook && notebook === null) return null;
  const text = notebook?.text ?? content;
  const languageId = isNotebook ? 'python' : (languageOf(uri.path) ?? '');
  const around = await sources.around(uri, text, languageId);
  const key = createHash('sha256')
    .update(JSON.stringify([text, around]))
    .digest('base64');
  return { text, languageId, around, notebook, key };
}

async function contentOf(uri: vscode.Uri): Promise<string | null> {
  const address = uri.toString();
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === address);
  if (open) return open.getText();
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > LONGEST) return null;
    return new TextDecoder('utf-8', { fatal: true }).decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    // Deleted since it was found, or no text.
    return null;
  }
}

function notebookOf(json: string): NotebookText | null {
  try {
    return joinCells(cellsOf(json));
  } catch (error) {
    if (error instanceof NotANotebook) return null;
    throw error;
  }
}
