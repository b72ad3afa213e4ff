/**
 * Delimited text, in chunks of bytes, to columns. Numbers are read exactly as `Number` reads them; nothing is kept per row
 * but the cells' values. Problems name the line of the file and the column.
 */
import type { Problem } from '../protocol';
import type { TablePreview } from '../protocol/training';
import { createColumns, describeColumn, type Column, type Columns } from './column';
import {
  describeLayout,
  sniffLayout,
  toldDelimiter,
  type Dialect,
  type DialectOptions,
  type Layout,
} from './dialect';
import { createPieceReader, RAGGED_SHOWN, type Piece, type PieceReader } from './piece';
import { markLength, problem, unreadable } from './sniff';
import type { StoredTable } from './storedTable';

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
  /** How it was read, in words: the format, and what was found out of it. */
  readonly format: string;
  readonly problems: readonly Problem[];
  /** Where the cells are, of a table that is larger than memory: its columns hold none. */
  readonly stored?: StoredTable;
}

export interface CsvReader {
  /** Takes the next bytes, which are copied. Returns false when reading more is pointless. */
  push(chunk: Uint8Array): boolean;
  /** What the first bytes said of the whole; null before enough of them came. */
  layout(): CsvLayout | null;
  /** Takes up a piece that was read elsewhere, if it begins where the reader stands; then the reader stands at its end. */
  take(piece: Piece, start: number): boolean;
  /** Position in the bytes of the first that has not become part of a row. */
  position(): number;
  /** Goes on at its position as if nothing after it had come. */
  rewind(): void;
  /** Rows to make room for. */
  expect(rows: number): void;
  rows(): number;
  /** After the last chunk. */
  finish(): Table;
}

export interface CsvLayout {
  readonly dialect: Dialect;
  readonly columns: number;
}

/** Bytes that are looked at before the first record is read. */
const HEAD = 1 << 16;
/** A record longer than this has a quote that was never closed. */
const LONGEST_RECORD = 1 << 24;
/** Line feeds and carriage returns of the first records. */
const BREAKS = 6;
const [LF, CR] = [10, 13];

/** `makeColumns` gives what the rows are put into. */
export function createCsvReader(
  options: DialectOptions = {},
  makeColumns: (names: readonly string[]) => Columns = createColumns,
): CsvReader {
  const decoder = new TextDecoder('utf-8');
  /** Bytes that are no rows yet, in [0, held), and a line feed after them, which ends numbers. */
  let bytes: Uint8Array = new Uint8Array(HEAD + 1);
  let held = 0;
  /** Position of the first of them. */
  let position = 0;
  let layout: Layout | null = null;
  let read: PieceReader | null = null;
  /** Of the piece before, which is taken up as soon as it is read. */
  let memory: Float64Array | undefined;
  let columns: Columns | null = null;
  let names: readonly string[] = [];
  let fatal: Problem | null = null;
  let line = 1;
  let raggedCount = 0;
  const ragged: { line: number; fields: number }[] = [];
  const problems: Problem[] = [];

  const drop = (count: number): void => {
    bytes.copyWithin(0, count, held);
    held -= count;
    position += count;
    bytes[held] = LF;
  };

  const start = (whole: boolean): void => {
    const head = bytes.subarray(0, held);
    fatal = unreadable(head.subarray(0, HEAD));
    if (fatal !== null) return;
    drop(markLength(head));
    const told = toldDelimiter(decoder.decode(bytes.subarray(0, Math.min(held, 16))));
    if (told) {
      drop(told.length);
      line += 1;
    }
    const given = told ? { delimiter: told.delimiter, ...options } : options;
    layout = sniffLayout(decoder.decode(bytes.subarray(0, held)), whole, given);
    if (layout.header) skipHeader(layout.dialect);
    const found = layout.names ?? Array.from({ length: widthOf(layout.dialect) }, () => '');
    names = uniqueNames(found, problems);
    columns = makeColumns(names);
    read = createPieceReader(layout.dialect, names.length);
  };

  /** Fields of the first record. */
  const widthOf = (dialect: Dialect): number => {
    const { ragged: first } = createPieceReader(dialect, 0)(bytes, 0, held, held, true);
    return first[0]?.fields ?? 0;
  };

  /** Reads over everything up to the end of the first record. */
  const skipHeader = (dialect: Dialect): void => {
    const one = createPieceReader(dialect, 0);
    for (;;) {
      const piece = one(bytes, 0, Math.min(1, held), held, true);
      if (piece.end === 0) return;
      line += piece.lines;
      drop(piece.end);
      if (piece.raggedCount > 0) return;
    }
  };

  const append = (piece: Piece): void => {
    for (const row of piece.ragged)
      if (ragged.length < RAGGED_SHOWN) ragged.push({ line: line + row.line, fields: row.fields });
    raggedCount += piece.raggedCount;
    columns?.append(piece, line);
    line += piece.lines;
  };

  const consume = (last: boolean): void => {
    if (!read) return;
    const piece = read(bytes, 0, held, held, last, memory);
    memory = piece.values;
    append(piece);
    drop(piece.end);
    if (held > LONGEST_RECORD || (last && held > 0))
      fatal = problem(
        'csv-quote',
        `A quotation mark in line ${line} is never closed. Close it, or double it if it belongs to the text.`,
      );
  };

  /** Whether the first records are there whole, so that they tell the layout. */
  const enough = (): boolean => {
    if (held < HEAD) return false;
    let breaks = 0;
    for (let p = 0; p < held && breaks < BREAKS; p += 1) if (bytes[p] === LF || bytes[p] === CR) breaks += 1;
    return breaks >= BREAKS || held > LONGEST_RECORD;
  };

  return {
    push(chunk) {
      if (fatal) return false;
      if (held + chunk.length + 1 > bytes.length) {
        const larger = new Uint8Array(Math.max(held + chunk.length + 1, 2 * bytes.length));
        larger.set(bytes.subarray(0, held));
        bytes = larger;
      }
      bytes.set(chunk, held);
      held += chunk.length;
      bytes[held] = LF;
      if (!layout) {
        if (!enough()) return true;
        start(false);
      }
      // A problem of the first bytes; the compiler cannot see that `start` sets it.
      if ((fatal as Problem | null) === null) consume(false);
      return fatal === null;
    },
    layout: () => layout && { dialect: layout.dialect, columns: names.length },
    take(piece, from) {
      if (held > 0 || from !== position) return false;
      append(piece);
      position = piece.end;
      return true;
    },
    position: () => position,
    rewind: () => {
      held = 0;
      bytes[0] = LF;
    },
    expect: (rows) => columns?.reserve(rows),
    rows: () => columns?.rows ?? 0,
    finish() {
      if (!layout && fatal === null) start(true);
      if (fatal === null) consume(true);
      if (fatal !== null) problems.push(fatal);
      const format = layout ? describeLayout(layout) : '';
      const uneven = raggedProblem(ragged, raggedCount, names.length);
      if (uneven) problems.push(uneven);
      // Where fields are missing or too many, values may stand in the wrong columns: such a table must not be used.
      if (fatal !== null || uneven || !columns) return { rows: 0, columns: [], format, problems };
      const finished = columns.finish();
      problems.push(...strayProblems(finished));
      if (columns.rows === 0)
        problems.push(
          problem(
            'csv-empty',
            layout?.header === true
              ? 'The file has a header line but no rows. Choose a file with one line per sample.'
              : 'The file is empty. Choose a file with a header line and one line per sample.',
          ),
        );
      return { rows: columns.rows, columns: finished, format, problems };
    },
  };
}

/** The table as it is shown before it is used. */
export function describeTable(path: string, table: Table): TablePreview {
  const { rows, columns, format, problems, stored } = table;
  return { path, format, rows, columns: stored?.infos ?? columns.map(describeColumn), problems };
}

/** Names for all columns, each but once. */
export function uniqueNames(cells: readonly string[], problems: Problem[]): readonly string[] {
  const used = new Set<string>();
  const doubled = new Set<string>();
  const names = cells.map((cell, k) => {
    const own = cell === '' ? `column ${k + 1}` : cell;
    let name = own;
    for (let n = 2; used.has(name); n += 1) name = `${own} (${n})`;
    if (name !== own) doubled.add(own);
    used.add(name);
    return name;
  });
  if (doubled.size > 0)
    problems.push(
      problem(
        'csv-duplicate-name',
        `More than one column is called ${[...doubled].join(', ')}; the later ones are shown as "${[...doubled][0] ?? ''} (2)" and so on.`,
      ),
    );
  return names;
}

function raggedProblem(
  shown: readonly { readonly line: number; readonly fields: number }[],
  count: number,
  expected: number,
): Problem | null {
  const [first] = shown;
  if (!first) return null;
  if (count === 1)
    return problem(
      'csv-ragged',
      `The table has ${expected} columns, but line ${first.line} has ${counted(first.fields)}. Check its delimiters and quotation marks.`,
    );
  const lines = shown.map((row) => `line ${row.line} has ${counted(row.fields)}`).join(', ');
  return problem(
    'csv-ragged',
    `The table has ${expected} columns, but ${count} rows do not: ${lines}${count > shown.length ? ', …' : ''}. Check their delimiters and quotation marks.`,
  );
}

const counted = (fields: number): string => (fields === 1 ? '1 field' : `${fields} fields`);

/** A fault of one column, which does not matter where that is not used. */
export const STRAY_TEXT = 'csv-text-in-number';

export function strayProblems(columns: readonly Column[]): Problem[] {
  return columns.flatMap((column) => {
    const stray = column.firstStray;
    if (!stray) return [];
    const more = column.strays > 1 ? ` (and ${column.strays - 1} more)` : '';
    return [
      problem(
        STRAY_TEXT,
        `Column ${column.name} is numeric, but ${stray.place} has the text "${shortened(stray.text)}"${more}. Correct it, or leave the column out.`,
      ),
    ];
  });
}

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
