/** Source files of the command line: found, read, and named as the user named them. */
import { isUtf8 } from 'node:buffer';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { neighboursOf } from '../check/neighbours';
import { cellsOf, joinCells, NotANotebook, type NotebookText } from '../check/notebook';
import type { Surroundings } from '../protocol';

export const LANGUAGES: Readonly<Record<string, string>> = {
  '.py': 'python',
  '.ipynb': 'python',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.jsx': 'javascriptreact',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.tsx': 'typescriptreact',
};

/** Something that cannot be read; the message says what and what to do. */
export class InputError extends Error {}

export interface SourceFile {
  readonly path: string;
  readonly language: string;
  readonly text: string;
  /** The files that it imports from. */
  readonly around: Surroundings;
  /** The cells that the text is made of, for a notebook. */
  readonly notebook: NotebookText | null;
}

/** Texts by path, null where there is none: what several files import is read once. */
export type Texts = Map<string, Promise<string | null>>;

export async function readSource(path: string, texts: Texts = new Map()): Promise<SourceFile> {
  const language = LANGUAGES[extname(path).toLowerCase()];
  if (language === undefined) {
    await present(path);
    throw new InputError(
      `${path}: files of this kind are not read yet; give a file that ends in ${Object.keys(LANGUAGES).join(', ')}.`,
    );
  }
  let bytes;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new InputError(reason(path, error));
  }
  if (bytes.includes(0) || !isUtf8(bytes))
    throw new InputError(`${path} is not a text file in UTF-8; save it as one, or give another file.`);
  const content = bytes.toString('utf8');
  const notebook = extname(path).toLowerCase() === '.ipynb' ? notebookOf(path, content) : null;
  const text = notebook?.text ?? content;
  return { path, language, text, around: await surroundingsOf(path, text, language, texts), notebook };
}

function notebookOf(path: string, json: string): NotebookText {
  try {
    return joinCells(cellsOf(json));
  } catch (error) {
    if (!(error instanceof NotANotebook)) throw error;
    throw new InputError(`${path} is not a notebook: ${error.message}; save it again in Jupyter or VS Code.`);
  }
}

async function surroundingsOf(
  path: string,
  text: string,
  languageId: string,
  texts: Texts,
): Promise<Surroundings> {
  const own = resolve(path).split(sep).join('/');
  const files = await neighboursOf({ path: own, text, languageId }, (at) => {
    const known = texts.get(at) ?? optionalText(at);
    texts.set(at, known);
    return known;
  });
  return { path: own, files };
}

/** A file that an import may mean need not be there. */
async function optionalText(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes && isUtf8(bytes) ? bytes.toString('utf8') : null;
}

export interface Source {
  readonly path: string;
  /** Given by its own name, not found in a folder. */
  readonly named: boolean;
}

/** The files themselves, and those with a known ending inside folders; hidden folders and packages are passed over. */
export async function findSources(paths: readonly string[]): Promise<Source[]> {
  const named = new Set<string>();
  const found: string[] = [];
  for (const path of paths) {
    if (await present(path)) await walk(path, found);
    else {
      named.add(path);
      found.push(path);
    }
  }
  return [...new Set(found)].map((path) => ({ path, named: named.has(path) }));
}

const SKIPPED = new Set(['node_modules', '__pycache__', 'site-packages', 'venv']);

async function walk(folder: string, found: string[]): Promise<void> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw new InputError(reason(folder, error));
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith('.') && !SKIPPED.has(entry.name))
      await walk(path, found);
    else if (entry.isFile() && extname(entry.name).toLowerCase() in LANGUAGES) found.push(path);
  }
}

/** True for a folder. Throws an `InputError` when nothing is there. */
async function present(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw new InputError(reason(path, error));
  }
}

export function reason(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT') return `${path}: there is no such file or folder; check the path.`;
  if (code === 'EACCES' || code === 'EPERM') return `${path}: no permission to read it.`;
  if (code === 'EISDIR') return `${path} is a folder; give a file.`;
  return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
