import * as vscode from 'vscode';
import type { ColumnInfo, DataChoice, TablePreview } from '../protocol/training';
import { findDataFiles, labelOf, TABLE_FILES } from './dataFiles';
import { likelyFeatures } from '../engine/likelyFeatures';
import { isUsable, missingIn, rankTargets } from './dataGuess';
import type { LabelHint } from './dataGuess';
import { noData, sentences, UserError } from './messages';

export interface DataPick {
  readonly document: vscode.TextDocument;
  readonly definitionName: string;
  readonly label: LabelHint | null;
  /** What was chosen before, offered first. */
  readonly before: DataChoice | null;
  readonly preview: (path: string) => Promise<TablePreview>;
}

export interface PickedData {
  readonly choice: DataChoice;
  readonly preview: TablePreview;
}

/** Asks for the file, the target and the features, each with the best guess first; null when the user leaves. */
export async function pickData(pick: DataPick): Promise<PickedData | null> {
  const path = await pickFile(pick);
  if (path === null) return null;
  const reading = previewTable(path, pick.preview);
  const target = await pickTarget(reading, pick);
  if (target === null) return null;
  const preview = await reading;
  const features = await pickFeatures(preview, target, pick);
  if (features === null) return null;
  const choice: DataChoice = { path, target, features, standardise: true, missing: 'stop' };
  const missing = await pickMissing(choice, preview, pick);
  return missing === null ? null : { choice: { ...choice, missing }, preview };
}

/** The preview of a table that can be used; a `UserError` tells what is wrong with one that cannot. */
export async function previewTable(
  path: string,
  read: (path: string) => Promise<TablePreview>,
): Promise<TablePreview> {
  const preview = await read(path);
  const usable = preview.rows > 0 && preview.columns.filter(isUsable).length >= 2;
  if (usable) return preview;
  const reasons = sentences(preview.problems);
  throw new UserError(
    reasons === ''
      ? `${labelOf(path)} has ${preview.rows} rows and fewer than two columns of numbers or categories, so it cannot hold a target and features. Choose another file.`
      : `${labelOf(path)} cannot be used: ${reasons}`,
  );
}

async function pickFile({ document, definitionName, before }: DataPick): Promise<string | null> {
  const files = await findDataFiles(document);
  if (files.length === 0) {
    const browse = 'Choose a file…';
    const folderIsOpen = (vscode.workspace.workspaceFolders ?? []).length > 0;
    const answer = await vscode.window.showWarningMessage(`Nabla: ${noData(folderIsOpen)}`, browse);
    return answer === browse ? browseFile() : null;
  }
  const remembered = files.filter(({ path }) => path === before?.path);
  const others = files.filter(({ path }) => path !== before?.path);
  const elsewhere = { label: '$(folder-opened) Another file…', description: '', path: null };
  const picked = await vscode.window.showQuickPick(
    [
      ...remembered.map(({ path, label }) => ({ label, description: 'used last time', path })),
      ...others.map(({ path, label }) => ({ label, description: '', path })),
      elsewhere,
    ],
    { title: `Data for ${definitionName} (1 of 3)`, placeHolder: 'Which table?' },
  );
  if (picked === undefined) return null;
  return picked.path ?? browseFile();
}

async function browseFile(): Promise<string | null> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: 'Choose a table',
      filters: { Tables: [...TABLE_FILES], 'All files': ['*'] },
    })) ?? [];
  return uri?.fsPath ?? null;
}

/** Asks while the table is still read, so that what is typed meanwhile does not land in the editor. */
async function pickTarget(reading: Promise<TablePreview>, pick: DataPick): Promise<string | null> {
  const items = async (): Promise<vscode.QuickPickItem[]> => {
    const preview = await reading;
    const ranked = rankTargets(preview, pick.label);
    const last = pick.before?.path === preview.path ? pick.before.target : null;
    return [...ranked.filter(({ name }) => name === last), ...ranked.filter(({ name }) => name !== last)].map(
      (column) => ({ label: column.name, description: describe(column) }),
    );
  };
  const picked = await vscode.window.showQuickPick(items(), {
    title: `Data for ${pick.definitionName} (2 of 3)`,
    placeHolder: `Which column is the target${pick.label === null ? '' : ` ${pick.label.name}`}?`,
  });
  return picked?.label ?? null;
}

async function pickFeatures(
  preview: TablePreview,
  target: string,
  pick: DataPick,
): Promise<readonly string[] | null> {
  const last = pick.before?.path === preview.path ? pick.before.features : null;
  const guessed = new Set(last ?? likelyFeatures(preview.columns, preview.rows, target));
  const items = preview.columns
    .filter((column) => isUsable(column) && column.name !== target)
    .map((column) => ({
      label: column.name,
      description: describe(column),
      picked: guessed.has(column.name),
    }));
  const picked = await vscode.window.showQuickPick(items, {
    title: `Data for ${pick.definitionName} (3 of 3)`,
    placeHolder: 'Which columns are the features?',
    canPickMany: true,
  });
  if (picked === undefined) return null;
  if (picked.length === 0)
    throw new UserError(
      'No feature column was chosen, so there is no data to check on. Choose at least one.',
    );
  return picked.map(({ label }) => label);
}

async function pickMissing(
  choice: DataChoice,
  preview: TablePreview,
  pick: DataPick,
): Promise<DataChoice['missing'] | null> {
  const missing = missingIn(choice, preview);
  if (missing === 0) return choice.missing;
  const picked = await vscode.window.showQuickPick(
    [
      { label: 'Leave out rows with missing values', value: 'drop' as const },
      { label: 'Put the mean of the column in their place', value: 'mean' as const },
    ],
    {
      title: `Data for ${pick.definitionName}: ${missing} values are missing`,
      placeHolder: 'What to do about missing values?',
    },
  );
  return picked?.value ?? null;
}

function describe({ type, min, max, distinct, missing, examples }: ColumnInfo): string {
  const range = min !== null && max !== null ? `${number(min)} to ${number(max)}` : type;
  const values = examples.length > 0 ? examples.join(', ') : range;
  const parts = [distinct !== null && distinct <= 2 ? values : range];
  if (missing > 0) parts.push(`${missing} missing`);
  return parts.join(' · ');
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)));
}
