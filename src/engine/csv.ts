/**
 * Delimited text, in chunks of bytes, to columns. Numbers are read exactly as `Number` reads them; nothing is kept per row
 * but the cells' values. Problems name the line of the file and the column.
 */
import type { Problem, TablePreview } from '../protocol';
import { isMissing, readNumber, scanNumber, type NumberScanner } from './cell';
import { createColumn, describeColumn, type Column, type ColumnBuilder } from './column';
import { looksLikeHeader, markLength, problem, sniffDelimiter, unreadable } from './sniff';

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly header: boolean;
  readonly delimiter: string;
  readonly problems: readonly Problem[];
}

export interface CsvOptions {
  /** Found out from the text by default. */
  readonly delimiter?: string;
  readonly header?: boolean;
}

export interface CsvReader {
  /** Takes the next bytes. Returns false when reading more is pointless. */
  push(chunk: Uint8Array): boolean;
  /** After the last chunk. */
  finish(): Table;
}

/** Bytes that are looked at before the first record is read. */
const HEAD = 1 << 16;
/** A record longer than this has a quote that was never closed. */
const LONGEST_RECORD = 1 << 24;
const RAGGED_SHOWN = 3;
const [LF, CR, QUOTE, SPACE, TAB] = [10, 13, 34, 32, 9];

const ASCII = 128;
const SHORT = 40;

type Decode = (bytes: Uint8Array) => string;

/** Text of a range of UTF-8 bytes; short plain ones, which most cells are, without the decoder's overhead. */
function textOf(decode: Decode, bytes: Uint8Array, from: number, to: number): string {
  if (to - from > SHORT) return decode(bytes.subarray(from, to));
  const codes: number[] = [];
  for (let p = from; p < to; p += 1) {
    const byte = bytes[p] ?? 0;
    if (byte >= ASCII) return decode(bytes.subarray(from, to));
    codes.push(byte);
  }
  return String.fromCharCode(...codes);
}

export function createCsvReader(options: CsvOptions = {}): CsvReader {
  const decoder = new TextDecoder('utf-8');
  const decode: Decode = (bytes) => decoder.decode(bytes);
  let pending: Uint8Array = new Uint8Array(0);
  let started = false;
  let fatal: Problem | null = null;
  let delimiter = ',';
  let delimiterByte = 44;
  let line = 1;
  /** Line breaks inside the quotes of the current record. */
  let breaks = 0;
  let rows = 0;
  let header = false;
  let names: string[] | null = null;
  let columns: ColumnBuilder[] = [];
  let raggedCount = 0;
  const ragged: { line: number; fields: number }[] = [];
  const problems: Problem[] = [];

  // One record at a time, so that a record that is cut off by the end of a chunk can be read again.
  let fields = 0;
  let values = new Float64Array(64);
  const texts: (string | null)[] = [];
  const scanned: NumberScanner = { value: 0, end: 0 };

  const addField = (value: number, text: string | null): void => {
    if (fields === values.length) {
      const larger = new Float64Array(2 * fields);
      larger.set(values);
      values = larger;
    }
    values[fields] = value;
    texts[fields] = text;
    fields += 1;
  };

  const addText = (text: string): void => {
    addField(readNumber(text), text);
  };

  /** Reads one record from `start`. Returns where the next begins, or -1 where the bytes end before the record does. */
  const record = (bytes: Uint8Array, start: number, last: boolean): number => {
    let p = start;
    fields = 0;
    breaks = 0;
    const limit = bytes.length;
    for (;;) {
      while (p < limit && bytes[p] === SPACE) p += 1;
      if (bytes[p] === QUOTE && p < limit) {
        const end = quoted(bytes, p);
        if (end < 0) return -1;
        p = end;
      } else if (!names || !number(bytes, p)) {
        const first = p;
        while (p < limit && bytes[p] !== delimiterByte && bytes[p] !== LF && bytes[p] !== CR) p += 1;
        if (p === limit && !last) return -1;
        addText(textOf(decode, bytes, first, p).trim());
      } else p = scanned.end;
      if (p >= limit) return last ? limit : -1;
      const byte = bytes[p];
      p += 1;
      if (byte === delimiterByte) continue;
      if (byte === CR) {
        if (p >= limit && !last) return -1;
        if (bytes[p] === LF) p += 1;
      }
      return p;
    }
  };

  /** A plain number that ends where the field ends: the usual case, without a string. */
  const number = (bytes: Uint8Array, start: number): boolean => {
    if (!scanNumber(bytes, start, bytes.length, scanned)) return false;
    const after = bytes[scanned.end];
    if (after !== delimiterByte && after !== LF && after !== CR) return false;
    addField(scanned.value, null);
    return true;
  };

  /** A quoted field: two quotes inside stand for one, and what follows the closing quote belongs to the text. */
  const quoted = (bytes: Uint8Array, start: number): number => {
    let p = start + 1;
    let text = '';
    for (;;) {
      const from = p;
      while (p < bytes.length && bytes[p] !== QUOTE) {
        if (bytes[p] === LF) breaks += 1;
        p += 1;
      }
      if (p >= bytes.length) return -1;
      text += textOf(decode, bytes, from, p);
      if (bytes[p + 1] !== QUOTE) break;
      text += '"';
      p += 2;
    }
    p += 1;
    const from = p;
    while (p < bytes.length && bytes[p] !== delimiterByte && bytes[p] !== LF && bytes[p] !== CR) p += 1;
    addText((text + textOf(decode, bytes, from, p)).trim());
    return p;
  };

  const commit = (at: number): void => {
    const blank = fields === 1 && texts[0] === '';
    if (blank && (names === null || names.length > 1)) return;
    if (!names) {
      const cells = texts.slice(0, fields).map((text) => text ?? '');
      header = options.header ?? looksLikeHeader(cells);
      names = header ? uniqueNames(cells, problems) : cells.map((_, k) => `column ${k + 1}`);
      columns = cells.map(() => createColumn());
      if (header) return;
    }
    if (fields !== names.length) {
      raggedCount += 1;
      if (ragged.length < RAGGED_SHOWN) ragged.push({ line: at, fields });
      return;
    }
    rows += 1;
    for (let k = 0; k < fields; k += 1) {
      const column = columns[k];
      const value = values[k] ?? NaN;
      const text = texts[k] ?? null;
      if (!Number.isNaN(value)) column?.number(value);
      else if (text === null || isMissing(text)) column?.missing();
      else column?.text(text, at);
    }
  };

  const start = (): void => {
    started = true;
    fatal = unreadable(pending.subarray(0, HEAD));
    pending = pending.subarray(markLength(pending));
    delimiter = options.delimiter ?? sniffDelimiter(decode(pending.subarray(0, HEAD)));
    delimiterByte = delimiter === '\t' ? TAB : delimiter.charCodeAt(0);
  };

  const consume = (last: boolean): void => {
    let p = 0;
    while (p < pending.length) {
      const next = record(pending, p, last);
      if (next < 0) break;
      commit(line);
      line += 1 + breaks;
      p = next;
    }
    pending = pending.subarray(p);
    if (pending.length > LONGEST_RECORD || (last && pending.length > 0))
      fatal = problem(
        'csv-quote',
        `A quotation mark in line ${line} is never closed. Close it, or double it if it belongs to the text.`,
      );
  };

  return {
    push(chunk) {
      if (fatal) return false;
      pending = pending.length === 0 ? chunk : joined(pending, chunk);
      if (!started && pending.length < HEAD) return true;
      if (!started) start();
      // A problem of the first bytes; the compiler cannot see that `start` sets it.
      if ((fatal as Problem | null) === null) consume(false);
      return fatal === null;
    },
    finish() {
      if (!started) start();
      if (fatal === null) consume(true);
      if (fatal !== null) problems.push(fatal);
      const table = names ? columns.map((column, k) => column.finish(names?.[k] ?? `column ${k + 1}`)) : [];
      const uneven = raggedProblem(ragged, raggedCount, names?.length ?? 0);
      if (uneven) problems.push(uneven);
      // Where fields are missing or too many, values may stand in the wrong columns: such a table must not be used.
      if (fatal !== null || uneven) return { rows: 0, columns: [], header, delimiter, problems };
      problems.push(...strayProblems(table));
      if (rows === 0)
        problems.push(
          problem(
            'csv-empty',
            names === null
              ? 'The file is empty. Choose a file with a header line and one line per sample.'
              : 'The file has a header line but no rows. Choose a file with one line per sample.',
          ),
        );
      return { rows, columns: table, header, delimiter, problems };
    },
  };
}

/** The table as it is shown before it is used. */
export function describeTable(path: string, table: Table): TablePreview {
  return { path, rows: table.rows, columns: table.columns.map(describeColumn), problems: table.problems };
}

/** Bytes that the numbers of a file of this size will take, from its first bytes. */
export function estimateMemory(head: Uint8Array, size: number): number {
  let cells = 0;
  for (const byte of head) if (byte === LF || byte === 44 || byte === 59 || byte === TAB) cells += 1;
  // Growing columns hold up to twice what they need, and once more while they are copied.
  return head.length === 0 ? 0 : Math.ceil((size / head.length) * cells * 8 * 3);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function uniqueNames(cells: readonly string[], problems: Problem[]): string[] {
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

function strayProblems(columns: readonly Column[]): Problem[] {
  return columns.flatMap((column) => {
    const stray = column.firstStray;
    if (!stray) return [];
    const more = column.strays > 1 ? ` (and ${column.strays - 1} more)` : '';
    return [
      problem(
        'csv-text-in-number',
        `Column ${column.name} is numeric, but line ${stray.line} has the text "${shortened(stray.text)}"${more}. Correct it, or leave the column out.`,
      ),
    ];
  });
}

const shortened = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
