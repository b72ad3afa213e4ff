/** The columns of a table, which grow by pieces: numbers, categories of text, and missing values. */
import type { ColumnInfo } from '../protocol/training';
import { MOST_CATEGORIES, type Piece, type PieceTexts } from './piece';

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
  /** First row with an infinite number, -1 if there is none; told where the numbers are not at hand. */
  readonly firstInfinite?: number;
  readonly firstStray: { readonly row: number; readonly place: string; readonly text: string } | null;
}

const SHOWN = 8;

/** What the places in a file are told by: formats that are no text have no lines. */
export type Unit = 'line' | 'row';

/** Columns that grow by pieces. */
export interface Columns {
  readonly rows: number;
  /** Makes room for that many rows in all, where less is there. */
  reserve(rows: number): void;
  /** Takes up the rows of a piece, the first of whose lines, or rows, has the number `line`. */
  append(piece: Piece, line: number, unit?: Unit): void;
  /** The columns, which must not grow any more. */
  finish(): readonly Column[];
}

interface Texts {
  codes: Int32Array;
  readonly categories: Map<string, number>;
  overflow: boolean;
  count: number;
  readonly first: NonNullable<Column['firstStray']>;
}

export function createColumns(names: readonly string[]): Columns {
  const n = names.length;
  const numbers = names.map(() => new Float64Array(256));
  const texts: (Texts | undefined)[] = names.map(() => undefined);
  const missing = new Float64Array(n);
  let room = 256;
  let rows = 0;

  const reserve = (wanted: number): void => {
    if (wanted <= room) return;
    // One column at a time, so that what is let go can be taken again.
    for (let k = 0; k < n; k += 1) {
      const larger = new Float64Array(wanted);
      larger.set((numbers[k] ?? larger).subarray(0, rows));
      numbers[k] = larger;
      const own = texts[k];
      if (!own) continue;
      const codes = new Int32Array(wanted);
      codes.set(own.codes.subarray(0, rows));
      own.codes = codes;
    }
    room = wanted;
  };

  const appendTexts = (piece: PieceTexts, line: number, unit: Unit): number => {
    const at = piece.codes.findIndex((code) => code >= 0);
    const text = piece.categories[piece.codes[at] ?? -1] ?? '';
    const own = (texts[piece.column] ??= {
      codes: new Int32Array(room).fill(-1, 0, rows),
      categories: new Map(),
      overflow: false,
      count: 0,
      first: { row: rows + at, place: `${unit} ${line + piece.line}`, text },
    });
    own.overflow ||= piece.overflow;
    const places = piece.categories.map((category) => codeOf(own, category));
    let count = 0;
    for (let row = 0; row < piece.codes.length; row += 1) {
      const code = piece.codes[row] ?? -1;
      if (code >= 0) count += 1;
      own.codes[rows + row] = code < 0 ? -1 : (places[code] ?? -1);
    }
    own.count += count;
    return count;
  };

  return {
    get rows() {
      return rows;
    },
    reserve,
    append(piece, line, unit = 'line') {
      if (rows + piece.rows > room) reserve(Math.ceil((rows + piece.rows) * 1.5));
      const { values, room: stride } = piece;
      numbers.forEach((column, k) => {
        column.set(values.subarray(k * stride, k * stride + piece.rows), rows);
      });
      for (const k of piece.gaps)
        missing[k] = (missing[k] ?? 0) + countNaN(numbers[k], rows, rows + piece.rows);
      for (const own of texts) own?.codes.fill(-1, rows, rows + piece.rows);
      for (const own of piece.texts)
        missing[own.column] = (missing[own.column] ?? 0) - appendTexts(own, line, unit);
      rows += piece.rows;
    },
    finish: () =>
      names.map((name, k) =>
        finished(name, numbers[k] ?? new Float64Array(0), texts[k], rows, missing[k] ?? 0),
      ),
  };
}

/** A column that grows cell by cell. */
export interface ColumnBuilder {
  readonly rows: number;
  number(value: number): void;
  missing(): void;
  text(value: string): void;
  finish(name: string): Column;
}

/** `rows`: how many to make room for. Places are told as rows, from 1. */
export function createColumn(rows = 256): ColumnBuilder {
  let numbers = new Float64Array(rows);
  let own: Texts | undefined;
  let at = 0;
  let missing = 0;
  const add = (value: number): void => {
    if (at === numbers.length) {
      const larger = new Float64Array(2 * at + 256);
      larger.set(numbers);
      numbers = larger;
      if (own) {
        const codes = new Int32Array(larger.length).fill(-1);
        codes.set(own.codes);
        own.codes = codes;
      }
    }
    numbers[at] = value;
    at += 1;
  };
  return {
    get rows() {
      return at;
    },
    number: add,
    missing() {
      add(NaN);
      missing += 1;
    },
    text(value) {
      add(NaN);
      own ??= {
        codes: new Int32Array(numbers.length).fill(-1),
        categories: new Map(),
        overflow: false,
        count: 0,
        first: { row: at - 1, place: `row ${at}`, text: value },
      };
      own.codes[at - 1] = codeOf(own, value);
      own.count += 1;
    },
    finish: (name) => finished(name, numbers, own, at, missing),
  };
}

/** A column of numbers that are there already, NaN where missing. */
export function numberColumn(name: string, numbers: Float64Array): Column {
  return finished(name, numbers, undefined, numbers.length, countNaN(numbers, 0, numbers.length));
}

function countNaN(values: Float64Array | undefined, from: number, to: number): number {
  let count = 0;
  for (let row = from; row < to; row += 1) if (Number.isNaN(values?.[row])) count += 1;
  return count;
}

export function codeOf(own: Pick<Texts, 'categories' | 'overflow'>, text: string): number {
  const known = own.categories.get(text);
  if (known !== undefined) return known;
  if (own.categories.size >= MOST_CATEGORIES) {
    own.overflow = true;
    return -1;
  }
  own.categories.set(text, own.categories.size);
  return own.categories.size - 1;
}

/** A column with more texts than numbers is text, and its numbers are texts too. */
function finished(
  name: string,
  all: Float64Array,
  own: Texts | undefined,
  rows: number,
  missing: number,
): Column {
  const texts = own?.count ?? 0;
  const numbers = all.subarray(0, rows);
  const counted = rows - missing - texts;
  if (!own || texts < counted)
    return {
      name,
      missing,
      type: counted === 0 ? 'empty' : 'number',
      numbers,
      codes: new Int32Array(0),
      categories: null,
      strays: texts,
      firstStray: own && texts > 0 ? own.first : null,
    };
  for (let row = 0; row < rows; row += 1) {
    const value = numbers[row] ?? NaN;
    if (!Number.isNaN(value)) own.codes[row] = codeOf(own, String(value));
  }
  return {
    name,
    missing,
    type: 'text',
    numbers: new Float64Array(0),
    codes: own.codes.subarray(0, rows),
    categories: own.overflow ? null : [...own.categories.keys()],
    strays: 0,
    firstStray: null,
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
      examples: column.categories && column.categories.length <= SHOWN ? [...column.categories].sort() : [],
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
