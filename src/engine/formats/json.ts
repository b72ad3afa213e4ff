/**
 * Tables written as JSON, read from bytes into columns without the objects in between: rows as objects or lists, columns as
 * lists or by row, one value per line, and what pandas writes (`split`, `records`, `columns`, `table`).
 */
import type { Problem } from '../../protocol';
import { createColumn, type Column, type ColumnBuilder } from '../column';
import { isMissing } from '../cell';
import { problem } from '../sniff';

export interface JsonTable {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly problems: readonly Problem[];
}

/** What is wrong with the text, at a byte of it. */
class JsonFault extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const [QUOTE, COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN, CLOSE, BACKSLASH] = [
  34, 44, 58, 91, 93, 123, 125, 92,
];
/** Keys under which a table may be inside of an object. */
const NESTED = ['data', 'records', 'rows', 'items', 'values', 'results'] as const;
/** Lists inside of rows become columns up to this length. */
const MOST_ELEMENTS = 100_000;
const DEEPEST = 8;

/** The table in the whole text; never throws. */
export function readJson(bytes: Uint8Array): JsonTable {
  const cursor = createCursor(bytes);
  try {
    const lines = isLines(cursor);
    cursor.move(0);
    const rows = createRows();
    if (lines)
      while (!cursor.atEnd()) {
        readRow(cursor, rows);
        // Lines may end in commas, as in a list that was taken apart.
        if (cursor.peek() === COMMA) cursor.take(COMMA);
      }
    else readWhole(cursor, rows);
    return rows.finish();
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { rows: 0, columns: [], problems: [problem('json-syntax', placed(bytes, error))] };
  }
}

function placed(bytes: Uint8Array, { message, at }: JsonFault): string {
  let line = 1;
  let from = 0;
  for (let p = 0; p < at; p += 1)
    if (bytes[p] === 10) {
      line += 1;
      from = p + 1;
    }
  return `The JSON text cannot be read: line ${line}, column ${at - from + 1}: ${message}.`;
}

/** Whether more follows after the first value. */
function isLines(cursor: Cursor): boolean {
  const first = cursor.peek();
  if (first !== OPEN && first !== OPEN_LIST) throw cursor.fault('a list or an object was expected');
  cursor.skip();
  return !cursor.atEnd();
}

function readWhole(cursor: Cursor, rows: Rows): void {
  if (cursor.peek() === OPEN_LIST) {
    eachElement(cursor, () => readRow(cursor, rows));
    return;
  }
  // An object: where the table is inside of it is known only after all its keys.
  const places = new Map<string, number>();
  const start = cursor.position();
  eachKey(cursor, (key) => {
    places.set(key, cursor.position());
    cursor.skip();
  });
  const at = (key: string): number | null => {
    const place = places.get(key);
    if (place !== undefined) cursor.move(place);
    return place ?? null;
  };
  const kindAt = (key: string): number => {
    at(key);
    return cursor.peek();
  };
  const nested = NESTED.find(
    (key) => places.has(key) && kindAt(key) === OPEN_LIST && firstIsCompound(cursor),
  );
  if (nested !== undefined) {
    if (at('columns') !== null && cursor.peek() === OPEN_LIST) {
      const names: string[] = [];
      eachElement(cursor, () => names.push(String(readScalar(cursor) ?? '')));
      rows.name(names);
    }
    at(nested);
    eachElement(cursor, () => readRow(cursor, rows));
    return;
  }
  const inner = NESTED.find((key) => places.size === 1 && places.has(key) && kindAt(key) === OPEN);
  cursor.move(inner === undefined ? start : (places.get(inner) ?? start));
  readColumns(cursor, rows);
}

/** Whether a list that begins here holds lists or objects. */
function firstIsCompound(cursor: Cursor): boolean {
  const start = cursor.position();
  cursor.take(OPEN_LIST);
  const first = cursor.peek();
  cursor.move(start);
  return first === OPEN_LIST || first === OPEN;
}

/** An object of columns: each a list, or an object with a value per row. */
function readColumns(cursor: Cursor, rows: Rows): void {
  /** Rows by their keys, in the order of the first column. */
  const order = new Map<string, number>();
  eachKey(cursor, (name) => {
    const kind = cursor.peek();
    if (kind === OPEN_LIST) {
      let row = 0;
      eachElement(cursor, () => {
        readCell(cursor, rows, row, name);
        row += 1;
      });
      rows.upTo(row);
      return;
    }
    if (kind !== OPEN) {
      throw cursor.fault(
        `"${name}" is a single value. A table is a list of objects, or an object with a list for each column`,
      );
    }
    let before = -1;
    eachKey(cursor, (key) => {
      const row = order.get(key) ?? order.size;
      if (row <= before)
        throw cursor.fault(
          `the rows of "${name}" are in another order than those before. Write them in one order`,
        );
      before = row;
      order.set(key, row);
      readCell(cursor, rows, row, name);
    });
    rows.upTo(order.size);
  });
}

function readRow(cursor: Cursor, rows: Rows): void {
  const row = rows.next();
  const kind = cursor.peek();
  if (kind === OPEN) eachKey(cursor, (key) => readCell(cursor, rows, row, key));
  else if (kind === OPEN_LIST) {
    let k = 0;
    eachElement(cursor, () => {
      readCell(cursor, rows, row, rows.nameOf(k));
      k += 1;
    });
  } else readCell(cursor, rows, row, rows.nameOf(0));
}

/** A value at a row: lists and objects become columns of their own, `x[0]` and `x.a`. */
function readCell(cursor: Cursor, rows: Rows, row: number, name: string, depth = 0): void {
  const kind = cursor.peek();
  if (depth > DEEPEST) throw cursor.fault(`${name.slice(0, 20)} is nested too deeply for a table`);
  if (kind === OPEN_LIST) {
    let k = 0;
    eachElement(cursor, () => {
      if (k > MOST_ELEMENTS) throw cursor.fault(`the list in ${name} has more than ${MOST_ELEMENTS} values`);
      readCell(cursor, rows, row, `${name}[${k}]`, depth + 1);
      k += 1;
    });
  } else if (kind === OPEN)
    eachKey(cursor, (key) => readCell(cursor, rows, row, `${name}.${key}`, depth + 1));
  else rows.set(row, name, readScalar(cursor));
}

function eachElement(cursor: Cursor, element: () => void): void {
  cursor.take(OPEN_LIST);
  if (cursor.peek() === CLOSE_LIST) return cursor.take(CLOSE_LIST);
  for (;;) {
    element();
    if (cursor.peek() === CLOSE_LIST) return cursor.take(CLOSE_LIST);
    cursor.take(COMMA);
  }
}

function eachKey(cursor: Cursor, value: (key: string) => void): void {
  cursor.take(OPEN);
  if (cursor.peek() === CLOSE) return cursor.take(CLOSE);
  for (;;) {
    const key = cursor.string();
    cursor.take(COLON);
    value(key);
    if (cursor.peek() === CLOSE) return cursor.take(CLOSE);
    cursor.take(COMMA);
  }
}

/** Words that stand for numbers: those of JSON, and those that Python writes besides. */
const WORDS: Readonly<Record<string, number | null>> = {
  true: 1,
  false: 0,
  null: null,
  NaN: null,
  Infinity: Infinity,
  '-Infinity': -Infinity,
};

/** A number, a text, or null for a missing value. */
function readScalar(cursor: Cursor): number | string | null {
  if (cursor.peek() === QUOTE) {
    const text = cursor.string();
    return isMissing(text.trim()) ? null : text;
  }
  const start = cursor.position();
  const word = cursor.word();
  const known = WORDS[word];
  if (known !== undefined) return known;
  const value = word === '' ? NaN : Number(word);
  if (Number.isNaN(value)) {
    cursor.move(start);
    throw cursor.fault(word === '' ? 'a value was expected' : `"${word.slice(0, 20)}" is no value`);
  }
  return value;
}

interface Rows {
  /** Begins a row; its number. */
  next(): number;
  /** Says that there are so many rows at least. */
  upTo(rows: number): void;
  /** Names for rows that are lists. */
  name(names: readonly string[]): void;
  nameOf(k: number): string;
  set(row: number, name: string, value: number | string | null): void;
  finish(): JsonTable;
}

function createRows(): Rows {
  const columns = new Map<string, ColumnBuilder>();
  let names: readonly string[] = [];
  let count = 0;
  const fill = (column: ColumnBuilder, rows: number): void => {
    while (column.rows < rows) column.missing();
  };
  return {
    next() {
      count += 1;
      return count - 1;
    },
    upTo(rows) {
      count = Math.max(count, rows);
    },
    name(given) {
      names = given;
    },
    nameOf: (k) => names[k] ?? `column ${k + 1}`,
    set(row, name, value) {
      let column = columns.get(name);
      if (!column) {
        column = createColumn();
        columns.set(name, column);
      }
      // A key that is there twice keeps its first value, as the rows before are closed.
      if (column.rows > row) return;
      fill(column, row);
      if (value === null) column.missing();
      else if (typeof value === 'number') column.number(value);
      else column.text(value);
    },
    finish() {
      for (const column of columns.values()) fill(column, count);
      return {
        rows: count,
        columns: [...columns].map(([name, column]) => column.finish(name)),
        problems:
          columns.size === 0
            ? [problem('json-empty', 'The JSON text has no rows. Choose a file with a list of objects.')]
            : [],
      };
    },
  };
}

/** A place in JSON text. */
interface Cursor {
  position(): number;
  move(to: number): void;
  /** The next byte that is no white space; 0 at the end. */
  peek(): number;
  atEnd(): boolean;
  take(byte: number): void;
  string(): string;
  /** Bytes up to what ends a value. */
  word(): string;
  /** Moves over one value. */
  skip(): void;
  fault(message: string): JsonFault;
}

function createCursor(bytes: Uint8Array): Cursor {
  const decoder = new TextDecoder();
  let p = 0;
  const fault = (message: string): JsonFault => new JsonFault(message, p);
  const peek = (): number => {
    for (;;) {
      const byte = bytes[p] ?? 0;
      if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) return byte;
      p += 1;
    }
  };
  const take = (byte: number): void => {
    if (peek() !== byte)
      throw fault(
        p >= bytes.length
          ? 'the text ends too early'
          : `${byte === QUOTE ? 'a quotation mark' : `"${String.fromCharCode(byte)}"`} was expected`,
      );
    p += 1;
  };
  /** Moves over a string. Returns whether it has escapes. */
  const overString = (): boolean => {
    take(QUOTE);
    let escaped = false;
    for (; ; p += 1) {
      const byte = bytes[p];
      if (byte === undefined) throw fault('a text is not closed');
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        escaped = true;
        p += 1;
      }
    }
    p += 1;
    return escaped;
  };
  const string = (): string => {
    peek();
    const start = p;
    const escaped = overString();
    if (!escaped) return decoder.decode(bytes.subarray(start + 1, p - 1));
    try {
      return String(JSON.parse(decoder.decode(bytes.subarray(start, p))));
    } catch {
      p = start;
      throw fault('a text has an escape that is not known');
    }
  };
  return {
    position: () => p,
    move: (to) => {
      p = to;
    },
    peek,
    atEnd: () => peek() === 0 && p >= bytes.length,
    take,
    string,
    word() {
      peek();
      let text = '';
      for (let byte = bytes[p] ?? 0; isWord(byte); byte = bytes[p] ?? 0) {
        text += String.fromCharCode(byte);
        p += 1;
      }
      return text;
    },
    skip() {
      let depth = 0;
      do {
        const byte = peek();
        if (p >= bytes.length) throw fault('the text ends too early');
        if (byte === QUOTE) overString();
        else {
          if (byte === OPEN || byte === OPEN_LIST) depth += 1;
          if (byte === CLOSE || byte === CLOSE_LIST) depth -= 1;
          p += 1;
          if (depth === 0 && byte !== CLOSE && byte !== CLOSE_LIST) while (isWord(bytes[p] ?? 0)) p += 1;
        }
      } while (depth > 0);
    },
    fault,
  };
}

/** Letters, digits, and what numbers have besides. */
function isWord(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 57) ||
    (byte >= 65 && byte <= 90) ||
    (byte >= 97 && byte <= 122) ||
    byte === 43 ||
    byte === 45 ||
    byte === 46
  );
}
