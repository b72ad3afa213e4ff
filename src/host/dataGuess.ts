/** Which table and which columns a definition most likely means. Pure: paths and previews in, orders and choices out. */
import { likelyFeatures, namesRows } from '../engine/likelyFeatures';
import type { ColumnInfo, DataChoice, TablePreview } from '../protocol/training';

/** Data files, the most likely one first. Paths are relative to the workspace, with forward slashes. */
export function rankFiles(
  files: readonly string[],
  source: { readonly path: string; readonly text: string },
): readonly string[] {
  const scored = files.map((path) => ({ path, score: scoreOf(path, source) }));
  return scored.sort((a, b) => b.score - a.score || a.path.localeCompare(b.path)).map(({ path }) => path);
}

function scoreOf(path: string, source: { readonly path: string; readonly text: string }): number {
  const mentioned = source.text.includes(baseName(path)) ? 100 : 0;
  const sourceWords = new Set(wordsOf(baseName(source.path)));
  const shared = wordsOf(baseName(path)).filter((word) => sourceWords.has(word)).length;
  const distance = folderDistance(folderOf(path), folderOf(source.path));
  // A file for testing a fitted model is rarely the one to fit it on.
  const forTesting = /(^|[_.-])(test|val|valid|validation|submission)([_.-]|$)/i.test(baseName(path)) ? 3 : 0;
  return mentioned + 5 * shared - 2 * distance - forTesting;
}

/** Steps up and down between two folders. */
function folderDistance(from: readonly string[], to: readonly string[]): number {
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common += 1;
  return from.length + to.length - 2 * common;
}

function folderOf(path: string): readonly string[] {
  return path.split('/').slice(0, -1);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/\.\w+$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word.length > 2);
}

/** What is known of the definition's label. */
export interface LabelHint {
  /** The name in the code: `Y`, `labels`. */
  readonly name: string;
  /** Whether it has to be 0 or 1. */
  readonly binary: boolean;
  /** Whether it is a class, so that texts will do. */
  readonly classes?: boolean;
}

const TARGET_NAMES = [
  'target',
  'label',
  'labels',
  'y',
  'class',
  'classes',
  'diagnosis',
  'outcome',
  'output',
  'response',
  'result',
  'species',
  'survived',
  'churn',
];

/** Columns that can be the target, the most likely one first. */
export function rankTargets(preview: TablePreview, label: LabelHint | null): readonly ColumnInfo[] {
  const columns = preview.columns.filter(isUsable);
  const score = (column: ColumnInfo): number => {
    const name = column.name.trim().toLowerCase();
    const asText = column.type === 'text' ? textScore(column, label) : 0;
    const isLast = column === preview.columns.at(-1);
    const named = TARGET_NAMES.includes(name) ? 20 : 0;
    const asInCode = label !== null && label.name.toLowerCase() === name ? 25 : 0;
    const fits = label?.binary === true && isBinary(column) ? 15 : 0;
    const cannot = label?.binary === true && !isBinary(column) ? 12 : 0;
    return named + asInCode + fits - cannot + asText + (isLast ? 10 : 0) - (namesRows(name) ? 30 : 0);
  };
  return [...columns].sort((a, b) => score(b) - score(a));
}

/** Texts are likely only where the label is a class, and the fewer of them there are. */
function textScore({ distinct }: ColumnInfo, label: LabelHint | null): number {
  const few = distinct !== null && distinct <= 50;
  return few && (label?.classes === true || label?.binary === true) ? 5 : -40;
}

/** A column of numbers, or one of categories. */
export function isUsable({ type, distinct }: ColumnInfo): boolean {
  return type === 'number' || (type === 'text' && distinct !== null);
}

function isBinary({ type, distinct, min, max }: ColumnInfo): boolean {
  return distinct === 2 && (type === 'text' || (min === 0 && max === 1));
}

/** A whole choice from guesses alone; null when no column can be the target or none is left for the features. */
export function guessChoice(preview: TablePreview, label: LabelHint | null): DataChoice | null {
  const [target] = rankTargets(preview, label);
  if (target === undefined) return null;
  const features = likelyFeatures(preview.columns, preview.rows, target.name);
  if (features.length === 0) return null;
  return { path: preview.path, target: target.name, features, standardise: true, missing: 'stop' };
}

/** Why a remembered choice does not fit the file any more; null when it does. */
export function misfit(choice: DataChoice, preview: TablePreview, file: string): string | null {
  const known = new Map(preview.columns.map((column) => [column.name, column]));
  const absent = [choice.target, ...choice.features].filter((name) => !known.has(name));
  if (absent.length > 0) return `${file} has no column ${absent.map((name) => `"${name}"`).join(', ')}`;
  return choice.features.length === 0 ? 'no feature column is chosen' : null;
}

/** Missing values in the columns of a choice. */
export function missingIn(choice: DataChoice, preview: TablePreview): number {
  const used = new Set([choice.target, ...choice.features]);
  return preview.columns.filter(({ name }) => used.has(name)).reduce((sum, { missing }) => sum + missing, 0);
}

/** A choice from outside, such as the memory of the workspace or the panel; null when it is none. */
export function readChoice(value: unknown): DataChoice | null {
  if (typeof value !== 'object' || value === null) return null;
  const { path, target, features, standardise, missing, settings, ...more } = value as Partial<
    Record<keyof DataChoice, unknown>
  >;
  if (typeof path !== 'string' || typeof target !== 'string' || typeof standardise !== 'boolean') return null;
  if (!Array.isArray(features) || !features.every((name) => typeof name === 'string')) return null;
  if (missing !== 'drop' && missing !== 'mean' && missing !== 'stop') return null;
  const { categories, intercept, balance } = more;
  const validation = readValidation(more.validation);
  return {
    path,
    target,
    features,
    standardise,
    missing,
    ...(settings === undefined ? {} : { settings: readSettings(settings) }),
    ...(categories === 'number' || categories === 'indicators' ? { categories } : {}),
    ...(typeof intercept === 'boolean' ? { intercept } : {}),
    ...(typeof balance === 'boolean' ? { balance } : {}),
    ...(validation ? { validation } : {}),
  };
}

function readValidation(value: unknown): DataChoice['validation'] | null {
  if (typeof value !== 'object' || value === null) return null;
  const { share, seed } = value as { readonly share?: unknown; readonly seed?: unknown };
  if (typeof share !== 'number' || !(share > 0 && share < 1)) return null;
  return { share, seed: typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0 ? seed : 0 };
}

/** The settings that are finite numbers; what is none has its default again. */
function readSettings(value: unknown): Readonly<Record<string, number>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
    ),
  );
}
