/**
 * The columns of a table that is larger than memory: blocks of rows in a file, each with the numbers column by column and then
 * the codes of those columns that have texts. At the end of the file is what is known of the table, so that it need not be read
 * again in a later session.
 */
import type { Problem } from '../protocol';
import type { ColumnInfo } from '../protocol/training';
import { codeOf, type Column, type Columns, type Unit } from './column';
import type { Table } from './csv';
import { MOST_CATEGORIES, type Piece } from './piece';
import { StorageFault, type StorageFile } from './storage';

export interface StoredBlock {
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly rows: number;
  /** Columns that have codes in the block, in the order in which these lie in it. */
  readonly texts: readonly number[];
  readonly checksum: number;
}

export interface StoredTable {
  readonly infos: readonly ColumnInfo[];
  readonly blocks: readonly StoredBlock[];
  /** Numbers of a column of numbers, or the codes of a column of texts, -1 where missing, as new arrays. */
  cells(block: number, column: number): Float64Array;
}

/** What is known of a stored table besides its cells. */
export interface StoredIndex {
  readonly version: 1;
  readonly rows: number;
  readonly format: string;
  readonly problems: readonly Problem[];
  readonly columns: readonly Omit<Column, 'numbers' | 'codes'>[];
  readonly infos: readonly ColumnInfo[];
  readonly blocks: readonly StoredBlock[];
}

const SHOWN = 8;
/** Bytes of the numbers of a block. */
const BLOCK_BYTES = 1 << 23;

interface Growing {
  readonly categories: Map<string, number>;
  overflow: boolean;
  texts: number;
  missing: number;
  first: Column['firstStray'];
  min: number;
  max: number;
  readonly seen: Set<number>;
  firstInfinite: number;
}

export interface StoredColumns extends Columns {
  /** After `finish`. */
  table(): StoredTable;
  index(table: Pick<Table, 'format' | 'problems'>): StoredIndex;
}

export function createStoredColumns(
  names: readonly string[],
  file: StorageFile,
  blockBytes = BLOCK_BYTES,
): StoredColumns {
  const n = names.length;
  const room = Math.max(16, Math.floor(blockBytes / (8 * Math.max(1, n))));
  const numbers = new Float64Array(room * n);
  const codes = new Map<number, Int32Array>();
  const blocks: StoredBlock[] = [];
  const growing = names.map((): Growing => ({
    categories: new Map(),
    overflow: false,
    texts: 0,
    missing: 0,
    first: null,
    min: Infinity,
    max: -Infinity,
    seen: new Set(),
    firstInfinite: -1,
  }));
  let finished: readonly Column[] = [];
  let infos: readonly ColumnInfo[] = [];
  let rows = 0;
  /** Rows of the block that is being filled. */
  let held = 0;
  let end = 0;

  const flush = (): void => {
    if (held === 0) return;
    const texts = [...codes.keys()].sort((a, b) => a - b);
    const block = new Uint8Array(8 * held * n + 8 * Math.ceil((held * texts.length) / 2));
    const values = new Float64Array(block.buffer, 0, held * n);
    for (let k = 0; k < n; k += 1) values.set(numbers.subarray(k * room, k * room + held), k * held);
    texts.forEach((column, k) => {
      const own = codes.get(column);
      if (own) new Int32Array(block.buffer, 8 * held * n + 4 * k * held, held).set(own.subarray(0, held));
    });
    file.write(end, block);
    blocks.push({ offset: end, rows: held, texts, checksum: checksumOf(block) });
    end += block.length;
    held = 0;
    codes.clear();
  };

  /** Rows of a piece from one to another, which the block has room for. */
  const take = (piece: Piece, from: number, to: number, line: number, unit: Unit): void => {
    for (let k = 0; k < n; k += 1) {
      const own = growing[k];
      const values = piece.values.subarray(k * piece.room + from, k * piece.room + to);
      numbers.set(values, k * room + held);
      if (own) look(own, values, rows);
    }
    for (const { column, codes: given, categories, overflow, line: at } of piece.texts) {
      const own = growing[column];
      if (!own) continue;
      const out = codes.get(column) ?? new Int32Array(room).fill(-1);
      codes.set(column, out);
      out.fill(-1, held, held + to - from);
      own.overflow ||= overflow;
      const places = new Map<number, number>();
      for (let row = from; row < to; row += 1) {
        const code = given[row] ?? -1;
        if (code < 0) continue;
        const text = categories[code] ?? '';
        const place = places.get(code) ?? (code >= MOST_CATEGORIES ? -1 : codeOf(own, text));
        places.set(code, place);
        out[held + row - from] = place;
        own.first ??= { row: rows + row - from, place: `${unit} ${line + at}`, text };
        own.texts += 1;
        own.missing -= 1;
      }
    }
    held += to - from;
    rows += to - from;
  };

  const columnOf = (own: Growing, name: string): Column => {
    const counted = rows - own.missing - own.texts;
    const isNumber = own.texts === 0 || own.texts < counted;
    return {
      name,
      type: !isNumber ? 'text' : counted === 0 ? 'empty' : 'number',
      missing: own.missing,
      strays: isNumber ? own.texts : 0,
      firstStray: isNumber ? own.first : null,
      categories: isNumber || own.overflow ? null : [...own.categories.keys()],
      firstInfinite: isNumber ? own.firstInfinite : -1,
      ...NO_CELLS,
    };
  };

  return {
    get rows() {
      return rows;
    },
    reserve: () => undefined,
    append(piece, line, unit = 'line') {
      for (let from = 0; from < piece.rows;) {
        const to = Math.min(piece.rows, from + room - held);
        take(piece, from, to, line, unit);
        if (held === room) flush();
        from = to;
      }
    },
    finish() {
      flush();
      finished = growing.map((own, k) => {
        const column = columnOf(own, names[k] ?? '');
        if (column.type !== 'text') return column;
        // The numbers of a column of texts are texts too.
        if (rows - own.missing - own.texts > 0) addNumbers(own, file, blocks, k, n);
        return columnOf(own, column.name);
      });
      infos = finished.map((column, k) => infoOf(column, growing[k]));
      return finished;
    },
    table: () => openTable(finished, infos, blocks, file),
    index: ({ format, problems }) => ({
      version: 1,
      rows,
      format,
      problems,
      columns: finished.map(withoutCells),
      infos,
      blocks,
    }),
  };
}

type Known = StoredIndex['columns'][number];

function withoutCells({
  name,
  type,
  categories,
  missing,
  strays,
  firstStray,
  firstInfinite = -1,
}: Column): Known {
  return { name, type, categories, missing, strays, firstStray, firstInfinite };
}

const NO_CELLS = { numbers: new Float64Array(0), codes: new Int32Array(0) };

/** Takes up numbers that come after `rows` others. */
function look(own: Growing, values: Float64Array, rows: number): void {
  for (let k = 0; k < values.length; k += 1) {
    const value = values[k] ?? NaN;
    if (Number.isNaN(value)) {
      own.missing += 1;
      continue;
    }
    if (value < own.min) own.min = value;
    if (value > own.max) own.max = value;
    if (own.firstInfinite < 0 && (value === Infinity || value === -Infinity)) own.firstInfinite = rows + k;
    if (own.seen.size <= SHOWN) own.seen.add(value);
  }
}

function addNumbers(
  own: Growing,
  file: StorageFile,
  blocks: readonly StoredBlock[],
  column: number,
  columns: number,
): void {
  for (const block of blocks)
    for (const value of numbersIn(readBlock(file, block, columns), block, column))
      if (!Number.isNaN(value)) codeOf(own, String(value));
}

function infoOf(column: Column, own: Growing | undefined): ColumnInfo {
  const { name, type, missing, categories } = column;
  if (type === 'text' || !own) {
    const few = categories !== null && categories.length <= SHOWN;
    const examples = few ? [...categories].sort() : [];
    return { name, type, missing, min: null, max: null, distinct: categories?.length ?? null, examples };
  }
  const few = own.seen.size <= SHOWN;
  return {
    name,
    type,
    missing,
    min: own.min === Infinity ? null : own.min,
    max: own.max === -Infinity ? null : own.max,
    distinct: few ? own.seen.size : null,
    examples: few ? [...own.seen].sort((a, b) => a - b).map(String) : [],
  };
}

export function openTable(
  columns: readonly Column[],
  infos: readonly ColumnInfo[],
  blocks: readonly StoredBlock[],
  file: StorageFile,
): StoredTable {
  let latest: { readonly block: number; readonly bytes: Uint8Array<ArrayBuffer> } | null = null;
  const places = columns.map(
    ({ categories }) => new Map((categories ?? []).map((text, code) => [text, code])),
  );
  return {
    infos,
    blocks,
    cells(at, k) {
      const block = blocks[at];
      const column = columns[k];
      if (!block || !column) throw new RangeError(`there is no block ${at} of column ${k}`);
      if (latest?.block !== at) latest = { block: at, bytes: readBlock(file, block, columns.length) };
      const { bytes } = latest;
      const numbers = numbersIn(bytes, block, k);
      if (column.type !== 'text') return numbers.slice();
      const place = block.texts.indexOf(k);
      const start = 8 * block.rows * columns.length + 4 * place * block.rows;
      const codes = place < 0 ? null : new Int32Array(bytes.buffer, start, block.rows);
      return numbers.map((value, row) =>
        Number.isNaN(value) ? (codes?.[row] ?? -1) : (places[k]?.get(String(value)) ?? -1),
      );
    },
  };
}

const numbersIn = (bytes: Uint8Array<ArrayBuffer>, { rows }: StoredBlock, column: number): Float64Array =>
  new Float64Array(bytes.buffer, 8 * rows * column, rows);

function readBlock(file: StorageFile, block: StoredBlock, columns: number): Uint8Array<ArrayBuffer> {
  const { offset, rows, texts, checksum } = block;
  const bytes = new Uint8Array(8 * rows * columns + 8 * Math.ceil((rows * texts.length) / 2));
  file.read(offset, bytes);
  if (checksumOf(bytes) !== checksum)
    throw new StorageFault(
      'copy-damaged',
      'The copy of the numbers of this table on the disk is damaged: it was changed or cut off. It is made anew when you try again.',
    );
  return bytes;
}

/** Of whole words of 8 bytes: sums of Fletcher's kind, modulo 2^32. */
export function checksumOf(bytes: Uint8Array<ArrayBuffer>): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  let a = 1;
  let b = 0;
  for (let k = 0; k < words.length; k += 1) {
    a = (a + (words[k] ?? 0)) | 0;
    b = (b + a) | 0;
  }
  return (a ^ Math.imul(b, 0x9e3779b1)) >>> 0;
}

/** What this program has written, as far as its own code relies on it. */
export const isIndex = (value: unknown): value is StoredIndex =>
  typeof value === 'object' &&
  value !== null &&
  'version' in value &&
  value.version === 1 &&
  'columns' in value &&
  'blocks' in value;

/** A table that was kept, with its cells in the file. */
export function tableOf(index: StoredIndex, file: StorageFile): Table {
  const { rows, format, problems, infos, blocks } = index;
  const columns = index.columns.map((column) => ({ ...column, ...NO_CELLS }));
  return { rows, columns, format, problems, stored: openTable(columns, infos, blocks, file) };
}
