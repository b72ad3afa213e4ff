/** A column of a table that grows row by row: numbers, categories of text, and missing values. */
import type { ColumnInfo } from '../protocol';

export interface Column {
  readonly name: string;
  readonly type: ColumnInfo['type'];
  /** NaN where the cell is missing or text; empty for text columns. */
  readonly numbers: Float64Array;
  /** Position in `categories` or -1 where missing; empty for number columns. */
  readonly codes: Int32Array;
  /** Distinct texts in order of appearance; null when there are more than can be told apart. */
  readonly categories: readonly string[] | null;
  readonly missing: number;
  /** Text in a column of numbers: how many cells, and the first. */
  readonly strays: number;
  readonly firstStray: { readonly row: number; readonly line: number; readonly text: string } | null;
}

const MOST_CATEGORIES = 10_000;
const SHOWN = 8;

export interface ColumnBuilder {
  number(value: number): void;
  missing(): void;
  text(value: string, line: number): void;
  finish(name: string): Column;
}

export function createColumn(): ColumnBuilder {
  let rows = 0;
  let numbers = new Float64Array(256);
  let codes = new Int32Array(0);
  const categories = new Map<string, number>();
  let overflow = false;
  let missing = 0;
  let texts = 0;
  let firstStray: Column['firstStray'] = null;

  const room = (): void => {
    if (rows === numbers.length) {
      const larger = new Float64Array(2 * rows);
      larger.set(numbers);
      numbers = larger;
    }
    if (codes.length > 0 && rows >= codes.length) {
      const larger = new Int32Array(2 * rows).fill(-1);
      larger.set(codes);
      codes = larger;
    }
  };
  const codeOf = (text: string): number => {
    const known = categories.get(text);
    if (known !== undefined) return known;
    if (categories.size >= MOST_CATEGORIES) {
      overflow = true;
      return -1;
    }
    categories.set(text, categories.size);
    return categories.size - 1;
  };

  return {
    number(value) {
      room();
      numbers[rows] = value;
      rows += 1;
    },
    missing() {
      room();
      numbers[rows] = NaN;
      rows += 1;
      missing += 1;
    },
    text(value, line) {
      room();
      if (codes.length === 0) codes = new Int32Array(numbers.length).fill(-1);
      codes[rows] = codeOf(value);
      numbers[rows] = NaN;
      firstStray ??= { row: rows, line, text: value };
      rows += 1;
      texts += 1;
    },
    finish(name) {
      const base = { name, missing };
      const counted = rows - missing - texts;
      if (texts === 0 || texts < counted)
        return {
          ...base,
          type: counted === 0 ? 'empty' : 'number',
          numbers: numbers.subarray(0, rows),
          codes: new Int32Array(0),
          categories: null,
          strays: texts,
          firstStray,
        };
      for (let row = 0; row < rows; row += 1) {
        const value = numbers[row] ?? NaN;
        if (!Number.isNaN(value)) codes[row] = codeOf(String(value));
      }
      return {
        ...base,
        type: 'text',
        numbers: new Float64Array(0),
        codes: codes.subarray(0, rows),
        categories: overflow ? null : [...categories.keys()],
        strays: 0,
        firstStray: null,
      };
    },
  };
}

/** What is shown of a column before it is used. */
export function describeColumn(column: Column): ColumnInfo {
  const { name, type, missing } = column;
  if (type === 'text')
    return {
      name,
      type,
      missing,
      min: null,
      max: null,
      distinct: column.categories?.length ?? null,
      examples: column.categories && column.categories.length <= SHOWN ? column.categories : [],
    };
  let min = Infinity;
  let max = -Infinity;
  const seen = new Set<number>();
  for (const value of column.numbers) {
    if (Number.isNaN(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    if (seen.size <= SHOWN) seen.add(value);
  }
  const few = seen.size <= SHOWN;
  return {
    name,
    type,
    missing,
    min: min === Infinity ? null : min,
    max: max === -Infinity ? null : max,
    distinct: few ? seen.size : null,
    examples: few ? [...seen].sort((a, b) => a - b).map(String) : [],
  };
}
