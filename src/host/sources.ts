import * as vscode from 'vscode';
import { joinCells, type NotebookText } from '../check/notebook';
import type { DefinitionKind, InputRole, Surroundings } from '../protocol';
import { setting } from './configuration';
import { isRole, type Corrections } from './corrections';
import { LANGUAGES } from './languages';
import type { Neighbours } from './neighbours';

/** What a document is read as: a text with what belongs to it. That of a notebook's cell is the whole notebook's. */
export interface Source {
  readonly text: string;
  readonly languageId: string;
  readonly around: Surroundings;
  /** The cell of the document, from 0. */
  readonly cell: { readonly notebook: NotebookText; readonly number: number } | null;
}

export interface Sources extends vscode.Disposable {
  of(document: vscode.TextDocument): Promise<Source>;
  /** What belongs to the text of any file. */
  around(uri: vscode.Uri, text: string, languageId: string): Promise<Surroundings>;
  /** Changes with the text of the document, and with all else that its meaning depends on. */
  version(document: vscode.TextDocument): number;
  /** The file of a document: that of the notebook for a cell. */
  file(document: vscode.TextDocument): vscode.Uri;
  /** The other documents of its notebook, in their order, by cell. */
  cells(document: vscode.TextDocument): readonly vscode.TextDocument[];
  /** The meaning of documents has changed without their text. */
  readonly onDidChange: vscode.Event<readonly vscode.TextDocument[]>;
}

const KINDS: readonly DefinitionKind[] = [
  'loss',
  'activation',
  'regulariser',
  'model',
  'propagate',
  'gradient',
];

export function createSources(neighbours: Neighbours, corrections: Corrections): Sources {
  const changed = new vscode.EventEmitter<readonly vscode.TextDocument[]>();
  /** How often what is outside of a document has changed. */
  const outside = new WeakMap<vscode.TextDocument, number>();
  /** The files that a document was read with. */
  const imports = new WeakMap<vscode.TextDocument, ReadonlySet<string>>();
  const notebookOf = (document: vscode.TextDocument): vscode.NotebookDocument | undefined =>
    document.uri.scheme === 'vscode-notebook-cell'
      ? vscode.workspace.notebookDocuments.find((notebook) =>
          notebook.getCells().some((cell) => cell.document === document),
        )
      : undefined;
  const file = (document: vscode.TextDocument): vscode.Uri => notebookOf(document)?.uri ?? document.uri;
  const cells = (document: vscode.TextDocument): readonly vscode.TextDocument[] =>
    notebookOf(document)
      ?.getCells()
      .map((cell) => cell.document) ?? [];

  const touch = (suits: (document: vscode.TextDocument) => boolean) => {
    const found = vscode.workspace.textDocuments.filter(
      (document) => LANGUAGES.includes(document.languageId) && suits(document),
    );
    for (const document of found) outside.set(document, (outside.get(document) ?? 0) + 1);
    if (found.length > 0) changed.fire(found);
  };

  const subscriptions = vscode.Disposable.from(
    changed,
    neighbours.onDidChange(({ path }) => touch((document) => imports.get(document)?.has(path) ?? false)),
    corrections.onDidChange((uri) => touch((document) => file(document).toString() === uri.toString())),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('nabla.recognise')) touch(() => true);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const notebook = notebookOf(document);
      if (notebook && contentChanges.length > 0)
        touch((other) => other !== document && notebookOf(other) === notebook);
    }),
    vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges }) => {
      if (contentChanges.length > 0) touch((document) => notebookOf(document) === notebook);
    }),
  );

  const aroundOf = async (uri: vscode.Uri, text: string, languageId: string) => ({
    path: uri.path,
    files: await neighbours.of(uri, text, languageId),
    corrections: corrections.of(uri),
    roles: usualRoles(),
    kinds: recognisedKinds(),
  });

  return {
    around: aroundOf,
    async of(document) {
      const notebook = notebookOf(document);
      const joined = notebook ? textOfCells(notebook) : null;
      const text = joined?.text ?? document.getText();
      const languageId = document.languageId;
      const uri = file(document);
      const around = await aroundOf(uri, text, languageId);
      imports.set(document, new Set(around.files.map(({ path }) => path)));
      const number = cells(document).indexOf(document);
      return { text, languageId, around, cell: joined && number >= 0 ? { notebook: joined, number } : null };
    },
    version: (document) => document.version + (outside.get(document) ?? 0),
    file,
    cells,
    onDidChange: changed.event,
    dispose() {
      subscriptions.dispose();
    },
  };
}

function textOfCells(notebook: vscode.NotebookDocument): NotebookText {
  return joinCells(
    notebook.getCells().map(({ document, kind }) => ({
      text: document.getText(),
      isPython: kind === vscode.NotebookCellKind.Code && document.languageId === 'python',
    })),
  );
}

function usualRoles(): Readonly<Record<string, InputRole>> {
  const given = Object.entries(setting('nabla.recognise.roles'));
  const words: Readonly<Record<string, InputRole>> = { setting: 'hyper' };
  return Object.fromEntries(
    given.flatMap(([name, word]: [string, unknown]): [string, InputRole][] => {
      const role = typeof word === 'string' ? (words[word] ?? word) : null;
      return isRole(role) ? [[name, role]] : [];
    }),
  );
}

function recognisedKinds(): readonly DefinitionKind[] {
  const given: readonly unknown[] = setting('nabla.recognise.kinds');
  return KINDS.filter((kind) => given.includes(kind));
}
