/** The values of a label, from the column that was chosen for it. */
import type { Domain } from '../core/definition';
import type { Problem } from '../protocol';
import type { Column } from './column';
import { levelsOfTexts, numbered } from './encode';
import { problem } from './sniff';

export interface TargetValues {
  /** One per row of the table; NaN where missing. For classes, the position in `classes`. */
  readonly values: Float64Array;
  /** What the positions stand for, when the label is a class. */
  readonly classes: readonly string[] | null;
  readonly notes: readonly string[];
}

export type Found<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** What the definition needs: a class position per row (for `class` and one-hot labels), or numbers in a domain. */
export type TargetNeed = { readonly kind: 'classes' } | { readonly kind: 'numbers'; readonly domain: Domain };

const MOST_CLASSES = 1000;
const fail = (id: string, message: string): Found<never> => ({ ok: false, problem: problem(id, message) });

export function readTarget(column: Column, need: TargetNeed): Found<TargetValues> {
  if (column.strays > 0 && column.firstStray)
    return fail(
      'target-text',
      `The target ${column.name} is numeric, but ${column.firstStray.place} has the text "${column.firstStray.text}". Correct it or choose another target.`,
    );
  if (column.type === 'empty')
    return fail('target-empty', `The target ${column.name} has no values. Choose another target column.`);
  return need.kind === 'classes' ? asClasses(column) : asNumbers(column, need.domain);
}

function asClasses(column: Column): Found<TargetValues> {
  const row = column.numbers.findIndex((value) => !Number.isNaN(value) && !Number.isInteger(value));
  if (row >= 0)
    return fail(
      'target-not-class',
      `The loss needs classes, but ${column.name} is ${column.numbers[row] ?? NaN} in row ${row + 1}, which is no whole number. Choose a column of classes.`,
    );
  const levels = levelsOf(column);
  if (!levels || levels.names.length > MOST_CLASSES)
    return fail(
      'target-classes',
      `The target ${column.name} has more than ${MOST_CLASSES} different values, too many for classes. Choose a column with a few classes.`,
    );
  return {
    ok: true,
    value: { values: levels.positions, classes: levels.names, notes: classNote(column, levels.names) },
  };
}

function asNumbers(column: Column, domain: Domain): Found<TargetValues> {
  const pair = domain.kind === 'sign' ? ([-1, 1] as const) : ([0, 1] as const);
  const numeric = column.type === 'number';
  if (numeric && fits(column.numbers, domain))
    return { ok: true, value: { values: column.numbers, classes: null, notes: [] } };
  if (numeric && domain.kind === 'interval') {
    const { row, value } = firstOutside(column.numbers, domain);
    return fail(
      'target-domain',
      `The target ${column.name} must lie between ${domain.low} and ${domain.high}, but row ${row + 1} is ${value}. Choose another target.`,
    );
  }
  const levels = levelsOf(column);
  const count = levels?.names.length ?? Infinity;
  if (levels && count === 2) {
    const [low = '', high = ''] = levels.names;
    const values = levels.positions.map((p) => (Number.isNaN(p) ? NaN : p === 0 ? pair[0] : pair[1]));
    const note = `The target ${column.name} was encoded: "${low}" as ${pair[0]}, "${high}" as ${pair[1]}.`;
    return { ok: true, value: { values, classes: [low, high], notes: [note] } };
  }
  const many = count === Infinity ? 'many' : String(count);
  if (domain.kind === 'binary' || domain.kind === 'sign')
    return fail(
      'target-not-binary',
      `The loss needs a target that is ${pair[0]} or ${pair[1]}, but ${column.name} has ${many} different values (${someOf(column)})${numeric ? placeOutside(column, domain) : ''}. Choose a target with two classes.`,
    );
  return fail(
    'target-text',
    `The loss needs a numeric target, but ${column.name} is text with ${many} different values (${someOf(column)}). Choose a numeric column.`,
  );
}

function fits(values: Float64Array, domain: Domain): boolean {
  return firstOutside(values, domain).row < 0;
}

function firstOutside(values: Float64Array, domain: Domain): { row: number; value: number } {
  const row = values.findIndex((value) => !Number.isNaN(value) && !inside(value, domain));
  return { row, value: values[row] ?? NaN };
}

function placeOutside(column: Column, domain: Domain): string {
  const { row, value } = firstOutside(column.numbers, domain);
  return row < 0 ? '' : `: row ${row + 1} is ${value}`;
}

function inside(value: number, domain: Domain): boolean {
  switch (domain.kind) {
    case 'binary':
      return value === 0 || value === 1;
    case 'sign':
      return value === -1 || value === 1;
    case 'interval':
      // Labels at the ends of an open interval are usual: y log a is 0 there.
      return value >= domain.low && value <= domain.high;
    case 'class':
    case 'symmetric':
    case 'distribution':
    case 'real':
      return true;
  }
}

/** Distinct values in their natural order, with the position of each row's value. */
function levelsOf(column: Column): { names: readonly string[]; positions: Float64Array } | null {
  if (column.type === 'text') return levelsOfTexts(column);
  const seen = new Set<number>();
  for (const value of column.numbers) {
    if (!Number.isNaN(value)) seen.add(value);
    if (seen.size > MOST_CLASSES) return null;
  }
  const sorted = [...seen].sort((a, b) => a - b);
  const rank = new Map(sorted.map((value, k) => [value, k]));
  return { names: sorted.map(String), positions: column.numbers.map((value) => rank.get(value) ?? NaN) };
}

function classNote(column: Column, names: readonly string[]): string[] {
  if (column.type === 'number' && names.every((name, k) => name === String(k))) return [];
  return [`The classes of ${column.name} were numbered: ${numbered(names)}.`];
}

function someOf(column: Column): string {
  const names = levelsOf(column)?.names ?? [];
  return names.length === 0
    ? 'more than can be listed'
    : names.slice(0, 4).join(', ') + (names.length > 4 ? ', …' : '');
}
