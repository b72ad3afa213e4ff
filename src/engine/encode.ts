/** Columns of texts as numbers: a number for each category, or a column of zeros and ones for each. */
import type { Problem } from '../protocol';
import type { Column } from './column';
import { problem } from './sniff';

export interface Feature extends Column {
  /** Whether the numbers stand for categories, so that a mean of them says nothing. */
  readonly categorical: boolean;
}

export interface Encoded {
  readonly columns: readonly Feature[];
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export type CategoryEncoding = 'number' | 'indicators';

/** More features than this from one column are a mistake. */
const MOST_INDICATORS = 200;
const SHOWN = 5;

/** The distinct texts of a column in their order, and for each row its place there, NaN where missing. */
export function levelsOfTexts({
  categories,
  codes,
}: Column): { readonly names: readonly string[]; readonly positions: Float64Array } | null {
  if (!categories) return null;
  const names = [...categories].sort();
  const rank = new Map(names.map((name, k) => [name, k]));
  const order = categories.map((name) => rank.get(name) ?? NaN);
  return { names, positions: Float64Array.from(codes, (code) => order[code] ?? NaN) };
}

export function encodeColumns(columns: readonly Column[], encoding: CategoryEncoding): Encoded {
  const notes: string[] = [];
  const problems: Problem[] = [];
  const encoded = columns.flatMap((column): Feature[] => {
    if (column.type !== 'text') return [{ ...column, categorical: false }];
    const levels = levelsOfTexts(column);
    if (!levels || (encoding === 'indicators' && levels.names.length > MOST_INDICATORS)) {
      const count = levels ? `${levels.names.length}` : 'more than 10,000';
      problems.push(
        problem(
          'feature-categories',
          `Column ${column.name} has ${count} different texts, too many for categories. Leave it out of the features${levels ? ', or take a number for each category' : ''}.`,
        ),
      );
      return [];
    }
    const { names, positions } = levels;
    // Two categories are one indicator: the second would say the same again.
    if (encoding === 'number' || names.length <= 2) {
      notes.push(`The categories of ${column.name} were numbered: ${numbered(names)}.`);
      return [{ ...numeric(column, column.name, positions), categorical: true }];
    }
    notes.push(`The ${names.length} categories of ${column.name} became ${names.length} columns of 0 and 1.`);
    return names.map((name, k) => ({
      ...numeric(
        column,
        `${column.name}=${name}`,
        positions.map((position) => (Number.isNaN(position) ? NaN : position === k ? 1 : 0)),
      ),
      categorical: true,
    }));
  });
  return { columns: encoded, notes, problems };
}

/** "red" as 0, "green" as 1, … */
export function numbered(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name, k) => `"${name}" as ${k}`);
  return `${shown.join(', ')}${names.length > SHOWN ? ', …' : ''}`;
}

const numeric = (column: Column, name: string, numbers: Float64Array): Column => ({
  name,
  type: 'number',
  numbers,
  codes: new Int32Array(0),
  categories: null,
  missing: column.missing,
  strays: 0,
  firstStray: null,
});
