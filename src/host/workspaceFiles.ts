import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { languageOf } from '../check/neighbours';
import { cellsOf, joinCells, NotANotebook, type NotebookText } from '../check/notebook';
import type { Surroundings } from '../protocol';
import { setting } from './configuration';
import { excludeGlob } from './globs';
import { ignoredBy, type IgnoreFile } from './ignoreFiles';
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
  const configuration = vscode.workspace.getConfiguration();
  const excluded = excludeGlob(configuration.get<unknown>('search.exclude'));
  // What ignore files leave out takes nothing of the limit.
  const found = await vscode.workspace.findFiles(PATTERN, excluded, ROOM * limit, token);
  const isIgnored = configuration.get<boolean>('search.useIgnoreFiles', true)
    ? await readIgnoreFiles(await vscode.workspace.findFiles(IGNORE_FILES, excluded, undefined, token))
    : () => false;
  return found
    .filter((uri) => !isIgnored(uri))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .slice(0, limit);
}

/** How many times as many files as are read are looked at. */
const ROOM = 10;

/** As searches in files have them: the second one goes before the first. */
const IGNORE_FILES = '**/{.gitignore,.ignore}';

/** What these files leave out. */
async function readIgnoreFiles(uris: readonly vscode.Uri[]): Promise<(uri: vscode.Uri) => boolean> {
  const byRoot = new Map<string, IgnoreFile[]>();
  for (const uri of [...uris].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const place = placeOf(uri);
    const text = place && (await contentOf(uri));
    if (place === null || text === null) continue;
    const folder = place.path.slice(0, Math.max(0, place.path.lastIndexOf('/')));
    byRoot.set(place.root, [...(byRoot.get(place.root) ?? []), { folder, text }]);
  }
  const ignored = new Map([...byRoot].map(([root, files]) => [root, ignoredBy(files)]));
  return (uri) => {
    const place = placeOf(uri);
    return place !== null && (ignored.get(place.root)?.(place.path) ?? false);
  };
}

/** The workspace folder of a file, and its path there. */
function placeOf(uri: vscode.Uri): { readonly root: string; readonly path: string } | null {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (!folder) return null;
  const root = folder.uri.path.replace(/\/$/, '');
  return { root: folder.uri.toString(), path: uri.path.slice(root.length + 1) };
}

/** Of files that say what is left out. */
export const watchIgnoreFiles = (): vscode.FileSystemWatcher =>
  vscode.workspace.createFileSystemWatcher(IGNORE_FILES);

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
