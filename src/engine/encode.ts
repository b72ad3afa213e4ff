/** Columns of texts as numbers: a number for each category, or a column of zeros and ones for each. */
import type { Problem } from '../protocol';
import type { Column } from './column';
import { problem } from './sniff';

/** One column of numbers for a definition. */
export interface Feature {
  readonly name: string;
  /** The column of the table that it is made of. */
  readonly column: Column;
  /** What a code of the column's categories becomes, NaN where it is missing; null where the column has numbers. */
  readonly encode: ((code: number) => number) | null;
  /** Whether the numbers stand for categories, so that a mean of them says nothing. */
  readonly categorical: boolean;
  readonly missing: number;
}

export interface Encoded {
  readonly features: readonly Feature[];
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

export type CategoryEncoding = 'number' | 'indicators';

/** More features than this from one column are a mistake. */
const MOST_INDICATORS = 200;
const SHOWN = 5;

/** The distinct texts of a column in their order, and the place there of each code, NaN where missing. */
export function levelsOfTexts({ categories }: Pick<Column, 'categories'>): {
  readonly names: readonly string[];
  readonly place: (code: number) => number;
} | null {
  if (!categories) return null;
  const names = [...categories].sort();
  const rank = new Map(names.map((name, k) => [name, k]));
  const order = categories.map((name) => rank.get(name) ?? NaN);
  return { names, place: (code) => order[code] ?? NaN };
}

export function encodeColumns(columns: readonly Column[], encoding: CategoryEncoding): Encoded {
  const notes: string[] = [];
  const problems: Problem[] = [];
  const features = columns.flatMap((column): Feature[] => {
    const { name, missing } = column;
    if (column.type !== 'text') return [{ name, column, encode: null, categorical: false, missing }];
    const levels = levelsOfTexts(column);
    if (!levels || (encoding === 'indicators' && levels.names.length > MOST_INDICATORS)) {
      const count = levels ? `${levels.names.length}` : 'more than 10,000';
      problems.push(
        problem(
          'feature-categories',
          `Column ${name} has ${count} different texts, too many for categories. Leave it out of the features${levels ? ', or take a number for each category' : ''}.`,
        ),
      );
      return [];
    }
    const { names, place } = levels;
    // Two categories are one indicator: the second would say the same again.
    if (encoding === 'number' || names.length <= 2) {
      notes.push(`The categories of ${name} were numbered: ${numbered(names)}.`);
      return [{ name, column, encode: place, categorical: true, missing }];
    }
    notes.push(`The ${names.length} categories of ${name} became ${names.length} columns of 0 and 1.`);
    const indicator =
      (wanted: number) =>
      (code: number): number => {
        const own = place(code);
        return Number.isNaN(own) ? NaN : own === wanted ? 1 : 0;
      };
    return names.map((category, k) => ({
      name: `${name}=${category}`,
      column,
      encode: indicator(k),
      categorical: true,
      missing,
    }));
  });
  return { features, notes, problems };
}

/** All cells of a feature; not to be written to where they are the column's own. */
export const numbersOf = ({ column, encode }: Feature): Float64Array =>
  encode ? Float64Array.from(column.codes, encode) : column.numbers;

/** "red" as 0, "green" as 1, … */
export function numbered(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name, k) => `"${name}" as ${k}`);
  return `${shown.join(', ')}${names.length > SHOWN ? ', …' : ''}`;
}
