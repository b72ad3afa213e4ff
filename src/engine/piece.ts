/**
 * The records of a stretch of delimited text: numbers straight from bytes into one array, row by row, and the few texts
 * beside them. Pieces can be read on any thread; a column takes them up in their order.
 */
import { isMissing, readNumber, scanNumber, type Decimal } from './cell';
import type { Dialect } from './dialect';

/** The texts of one column. */
export interface PieceTexts {
  readonly column: number;
  /** Position in `categories` per row, -1 where there is no text. */
  readonly codes: Int32Array;
  readonly categories: readonly string[];
  /** Line of the first text within the piece, from 0. */
  readonly line: number;
  /** More different texts than are told apart. */
  readonly overflow: boolean;
}

export interface Piece {
  readonly rows: number;
  /** Where the record after the last one begins. */
  readonly end: number;
  /** Lines up to there. */
  readonly lines: number;
  /** Column by column, each with `room` places of which the first `rows` are used; NaN where missing or text. */
  readonly values: Float64Array;
  readonly room: number;
  /** Columns that have NaN. */
  readonly gaps: readonly number[];
  readonly texts: readonly PieceTexts[];
  /** Records that do not have as many fields as the table has columns: the first of them, lines from 0. */
  readonly ragged: readonly { readonly line: number; readonly fields: number }[];
  readonly raggedCount: number;
}

export const MOST_CATEGORIES = 10_000;
export const RAGGED_SHOWN = 3;
const LF = 10;
const CR = 13;
const QUOTE = 34;
const SPACE = 32;
const TAB = 9;
const ASCII = 128;
const SHORT = 40;

/**
 * Reads the records that begin in [start, stop) of `bytes`, whose byte at `limit` must be a line feed that is not part of
 * them. A record that `limit` cuts off is left for later unless it is the `last`. `memory` is that of a piece which is not
 * needed any more, and may become that of this one.
 */
export type PieceReader = (
  bytes: Uint8Array,
  start: number,
  stop: number,
  limit: number,
  last: boolean,
  memory?: Float64Array,
) => Piece;

interface Bytes {
  readonly bytes: Uint8Array;
  readonly limit: number;
  readonly last: boolean;
  readonly delimiter: number;
  readonly other: number;
}

interface Growing {
  codes: Int32Array;
  readonly categories: Map<string, number>;
  /** Of the first text. */
  readonly row: number;
  readonly line: number;
  overflow: boolean;
}

/** What a piece has become so far. */
interface Growth {
  values: Float64Array;
  room: number;
  row: number;
  line: number;
  readonly gaps: Set<number>;
  readonly texts: Map<number, Growing>;
}

export function createPieceReader({ delimiter, decimal, comment }: Dialect, columns: number): PieceReader {
  const decoder = new TextDecoder('utf-8');
  const pointByte = decimal.charCodeAt(0);
  const delimiterByte = delimiter.charCodeAt(0);
  const commentByte = comment === null ? -1 : comment.charCodeAt(0);

  return (bytes, start, stop, limit, last, memory) => {
    // Own names, as the loop below is what the time goes into.
    const blank = delimiterByte === SPACE;
    const other = blank ? TAB : delimiterByte;
    const at: Bytes = { bytes, limit, last, delimiter: delimiterByte, other };
    // An odd number keeps the columns from falling into the same lines of the cache.
    const guess = Math.max(16, Math.ceil((stop - start) / (8 * columns + 8))) | 1;
    let room = memory && columns > 0 ? Math.floor(memory.length / columns) : 0;
    if (room < guess / 2) room = guess;
    let values: Float64Array =
      memory && columns * room <= memory.length ? memory : new Float64Array(columns * room);
    const growth: Growth = { values, room, row: 0, line: 0, gaps: new Set(), texts: new Map() };
    const ragged: { line: number; fields: number }[] = [];
    let raggedCount = 0;
    let rows = 0;
    let line = 0;
    let end = start;
    while (end < stop) {
      if (rows === room) {
        grow(growth, columns);
        ({ values, room } = growth);
      }
      let p = end;
      let fields = 0;
      let breaks = 0;
      let isText = bytes[p] === commentByte;
      if (isText) while (bytes[p] !== LF && bytes[p] !== CR) p += 1;
      else
        for (;;) {
          while (bytes[p] === SPACE || (blank && bytes[p] === TAB)) p += 1;
          if (blank && (bytes[p] === LF || bytes[p] === CR)) break;
          let after = fields < columns ? scanNumber(bytes, p, pointByte, values, fields * room + rows) : -1;
          if (after >= 0 && bytes[after] === delimiterByte) {
            // The usual case by itself: what follows is slower and comes to the same.
            isText = true;
            fields += 1;
            p = after + 1;
            continue;
          }
          if (after >= 0) {
            let byte = bytes[after];
            while (byte === SPACE) {
              after += 1;
              byte = bytes[after];
            }
            if (byte !== delimiterByte && byte !== other && byte !== LF && byte !== CR) after = -1;
          }
          if (after < 0) {
            const field = fieldText(at, p, decoder);
            if (field === null) {
              p = -1;
              break;
            }
            after = field.end;
            breaks += field.breaks;
            isText ||= field.text !== '';
            growth.row = rows;
            growth.line = line;
            if (fields < columns) setCell(growth, fields, field.text, decimal);
          } else isText = true;
          p = after;
          fields += 1;
          const byte = bytes[p];
          if (byte === LF || byte === CR) break;
          p += 1;
        }
      const next = p < 0 ? -1 : afterBreak(at, p);
      if (next < 0) break;
      // An empty line is nothing, but a missing value where there is one column.
      if (fields === 1 && columns !== 1 && !isText) fields = 0;
      if (fields > 0 && fields === columns) rows += 1;
      else {
        if (fields > 0) {
          raggedCount += 1;
          if (ragged.length < RAGGED_SHOWN) ragged.push({ line, fields });
        }
        forgetRow(growth, rows);
      }
      line += 1 + breaks;
      end = next;
    }
    return {
      rows,
      end,
      lines: line,
      values,
      room,
      gaps: [...growth.gaps],
      texts: textsOf(growth, rows),
      ragged,
      raggedCount,
    };
  };
}

function grow(growth: Growth, columns: number): void {
  const { values, room } = growth;
  const wider = 2 * room + 1;
  const larger = new Float64Array(columns * wider);
  for (let k = 0; k < columns; k += 1) larger.set(values.subarray(k * room, (k + 1) * room), k * wider);
  for (const own of growth.texts.values()) {
    const codes = new Int32Array(wider).fill(-1);
    codes.set(own.codes);
    own.codes = codes;
  }
  growth.values = larger;
  growth.room = wider;
}

interface Field {
  readonly text: string;
  readonly end: number;
  /** Line breaks inside its quotes. */
  readonly breaks: number;
}

/** A field that is no plain number, trimmed, its quotes taken off; null where it is cut off. */
function fieldText(at: Bytes, from: number, decoder: InstanceType<typeof TextDecoder>): Field | null {
  const { bytes, limit, last, delimiter, other } = at;
  let p = from;
  let quoted = '';
  let breaks = 0;
  if (bytes[p] === QUOTE)
    for (;;) {
      const first = p + 1;
      p = first;
      while (p < limit && bytes[p] !== QUOTE) {
        if (bytes[p] === LF) breaks += 1;
        p += 1;
      }
      if (p >= limit) return null;
      quoted += textOf(bytes, first, p, decoder);
      p += 1;
      if (p >= limit && !last) return null;
      if (bytes[p] !== QUOTE) break;
      quoted += '"';
    }
  const rest = p;
  for (
    let byte = bytes[p];
    byte !== delimiter && byte !== other && byte !== LF && byte !== CR;
    byte = bytes[p]
  )
    p += 1;
  if (p >= limit && !last) return null;
  return { text: (quoted + textOf(bytes, rest, p, decoder)).trim(), end: p, breaks };
}

/** Text of a range of UTF-8 bytes; short plain ones, which most cells are, without the decoder's overhead. */
function textOf(
  bytes: Uint8Array,
  from: number,
  to: number,
  decoder: InstanceType<typeof TextDecoder>,
): string {
  if (to - from > SHORT) return decoder.decode(bytes.subarray(from, to));
  let text = '';
  for (let p = from; p < to; p += 1) {
    const byte = bytes[p] ?? 0;
    if (byte >= ASCII) return decoder.decode(bytes.subarray(from, to));
    text += String.fromCharCode(byte);
  }
  return text;
}

/** Where the line after the break at `p` begins; -1 where the break may be cut off. */
function afterBreak({ bytes, limit, last }: Bytes, p: number): number {
  if (p >= limit) return last ? limit : -1;
  if (bytes[p] === LF) return p + 1;
  if (p + 1 >= limit) return last ? limit : -1;
  return bytes[p + 1] === LF ? p + 2 : p + 1;
}

function setCell(growth: Growth, column: number, text: string, decimal: Decimal): void {
  const value = readNumber(text, decimal);
  growth.values[column * growth.room + growth.row] = value;
  if (!Number.isNaN(value)) return;
  growth.gaps.add(column);
  if (isMissing(text)) return;
  let own = growth.texts.get(column);
  if (!own) {
    own = {
      codes: new Int32Array(growth.room).fill(-1),
      categories: new Map(),
      row: growth.row,
      line: growth.line,
      overflow: false,
    };
    growth.texts.set(column, own);
  }
  let code = own.categories.get(text);
  if (code === undefined && own.categories.size < MOST_CATEGORIES) {
    code = own.categories.size;
    own.categories.set(text, code);
  }
  if (code === undefined) own.overflow = true;
  // What cannot be told apart is text all the same.
  own.codes[growth.row] = code ?? MOST_CATEGORIES;
}

/** The next record takes the place in the row: texts of this one must not stay in it. */
function forgetRow(growth: Growth, row: number): void {
  for (const [column, own] of growth.texts) {
    own.codes[row] = -1;
    if (own.row === row) growth.texts.delete(column);
  }
}

function textsOf(growth: Growth, rows: number): PieceTexts[] {
  return [...growth.texts]
    .filter(([, own]) => own.row < rows)
    .map(([column, { codes, categories, line, overflow }]) => ({
      column,
      codes: codes.subarray(0, rows),
      categories: [...categories.keys()],
      line,
      overflow,
    }));
}
