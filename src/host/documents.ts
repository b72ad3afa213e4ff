import * as vscode from 'vscode';
import type { DefinitionSummary } from '../protocol';
import type { Analyses } from './analyses';
import type { CommandTarget } from './commands';
import { definitionGone, NO_EDITOR, nothingFound, otherLanguage, UserError } from './messages';
import { positionOf } from './spans';
import { candidatesAt } from './target';

/** A definition in its document. */
export interface Located {
  readonly target: CommandTarget;
  readonly document: vscode.TextDocument;
  readonly definition: DefinitionSummary;
}

export function fileNameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

/** The document of an address; a `UserError` when it is gone. */
export async function openDocument(uri: string): Promise<vscode.TextDocument> {
  const parsed = vscode.Uri.parse(uri);
  try {
    return await vscode.workspace.openTextDocument(parsed);
  } catch (error) {
    throw new UserError(
      `${fileNameOf(parsed)} cannot be opened; it may have been moved or deleted. Open the file where it is now and run the command again.`,
      { cause: error },
    );
  }
}

/** The definition that a lens, a hover or the panel means. */
export async function locate(target: CommandTarget, analyses: Analyses): Promise<Located> {
  const document = await openDocument(target.uri);
  const { definitions } = await analyses.of(document);
  const definition = definitions.find(({ id }) => id === target.definitionId);
  if (definition === undefined) throw new UserError(definitionGone(fileNameOf(document.uri)));
  return { target, document, definition };
}

/**
 * The definition at the cursor of the active editor. Where several could be meant, or the one at the cursor does not
 * suit, the user chooses; null when they choose none.
 */
export async function locateAtCursor(
  analyses: Analyses,
  purpose: { readonly title: string; readonly suits: (definition: DefinitionSummary) => boolean },
  unsuited: (name: string) => string,
): Promise<Located | null> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) throw new UserError(NO_EDITOR);
  const { document } = editor;
  const fileName = fileNameOf(document.uri);
  if (!analyses.reads(document)) throw new UserError(otherLanguage(fileName, document.languageId));
  const analysis = await analyses.of(document);
  const at = positionOf(editor.selection.active);
  const found = candidatesAt(analysis.definitions, at);
  if (found.kind === 'none') throw new UserError(nothingFound(fileName, analysis));
  const meant = found.kind === 'one' ? [found.definition] : found.definitions;
  const suiting = meant.filter(purpose.suits);
  const offered = suiting.length > 0 ? suiting : analysis.definitions.filter(purpose.suits);
  const [first] = offered;
  if (first === undefined) throw new UserError(unsuited(meant[0]?.name ?? fileName));
  const definition =
    offered.length === 1 && suiting.length > 0 ? first : await pickDefinition(offered, purpose.title);
  if (definition === null) return null;
  return { target: { uri: document.uri.toString(), definitionId: definition.id }, document, definition };
}

async function pickDefinition(
  definitions: readonly DefinitionSummary[],
  title: string,
): Promise<DefinitionSummary | null> {
  const items = definitions.map((definition) => ({
    label: definition.name,
    description: `${definition.kind}, line ${definition.nameSpan.startLine}`,
    detail: definition.formulas.find(({ name }) => name === definition.output)?.formula.text ?? '',
    definition,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'Which definition?',
    matchOnDetail: true,
  });
  return picked?.definition ?? null;
}
