/** Columns of a table that hold no numbers and so cannot be features, with what is in them. */
import type { Column } from './column';

const MOST = 3;

/** One sentence for each column that is not used because it cannot be, or none. */
export function leftOutNotes(columns: readonly Column[], used: ReadonlySet<string>): string[] {
  const left = columns.filter(({ name, type }) => type !== 'number' && !used.has(name));
  const notes = left.slice(0, MOST).map((column) => `Column ${column.name} is left out: ${reason(column)}.`);
  return left.length > MOST
    ? [...notes, `${left.length - MOST} more columns are left out: they hold no numbers.`]
    : notes;
}

function reason({ type, categories }: Column): string {
  if (type === 'empty') return 'it has no values';
  const texts = categories ?? [];
  const comma = texts.find((text) => /^[+-]?\d+,\d+$/.test(text));
  if (comma !== undefined) return `it has decimal commas ("${comma}"); write decimals with a point`;
  const infinite = texts.find((text) => /^[+-]?inf(inity)?$/i.test(text));
  if (infinite !== undefined) return `it has infinite values ("${infinite}")`;
  const [first] = texts;
  if (first === undefined) return 'it holds text';
  const asChosen = categories ? '; chosen as a feature, its categories become numbers' : '';
  return `it holds text ("${shortened(first)}")${asChosen}`;
}

const shortened = (text: string): string => (text.length > 20 ? `${text.slice(0, 20)}…` : text);
