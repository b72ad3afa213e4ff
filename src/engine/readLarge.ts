/** Tables larger than memory in the formats that have their numbers ready: a part of the rows at a time. */
import type { Problem } from '../protocol';
import type { Columns } from './column';
import { uniqueNames, type Table } from './csv';
import { npyColumnRows, npyColumns, npyNames, npyOf, npyRows, type NpyHeader } from './formats/npy';
import { ofMostRows, unlessNoTable } from './formats/npz';
import { pieceOf } from './formats/rows';
import type { Chunks } from './formats/stream';
import { zipEntries } from './formats/zip';
import type { Piece } from './piece';
import { noRows, TableFault } from './sniff';
import { chunksOf, memoryOf, told, tooLarge, type TableSource } from './tableSource';

export type LargeKind = 'parquet' | 'arrow' | 'npy' | 'zip';

/** Bytes of the numbers of a part of an array. */
const PART_BYTES = 1 << 22;

interface Target {
  /** To be called before the first rows. */
  readonly begin: (names: readonly string[], problems?: readonly Problem[]) => void;
  take(piece: Piece): void;
  finish(format: string): Table;
}

/** Null for an archive that holds no arrays. Throws a `TableFault` where one part needs more memory than `limit`. */
export async function readLarge(
  kind: LargeKind,
  source: TableSource,
  limit: number,
  makeColumns: (names: readonly string[]) => Columns,
): Promise<Table | null> {
  const target = targetOf(makeColumns);
  const fits = (bytes: number): void => {
    if (bytes > limit) throw tooLarge(source, bytes, limit);
  };
  switch (kind) {
    case 'parquet': {
      const { readParquetRows } = await import('./formats/parquet');
      const group = (rows: number, columns: number): void => fits(2 * memoryOf(rows, columns));
      await told('Parquet', source, (file) => takeAll(target, readParquetRows(file, group, target.begin)));
      return target.finish('Parquet');
    }
    case 'arrow': {
      const { readArrowRows } = await import('./formats/arrow');
      const batch = (bytes: number): void => fits(2 * bytes);
      await told('Arrow', source, (file) => takeAll(target, readArrowRows(file, batch, target.begin)));
      return target.finish('Arrow');
    }
    case 'npy':
      await readArray(source, target);
      return target.finish('NumPy array');
    case 'zip':
      return (await readArchive(source, target, limit)) ? target.finish('NumPy arrays') : null;
  }
}

function targetOf(makeColumns: (names: readonly string[]) => Columns): Target {
  let columns: Columns | null = null;
  const problems: Problem[] = [];
  const made = (): Columns => (columns ??= makeColumns([]));
  return {
    begin: (names, besides = []) => {
      problems.push(...besides);
      columns = makeColumns(uniqueNames(names, problems));
    },
    take: (piece) => {
      const own = made();
      own.append(piece, own.rows + 1, 'row');
    },
    finish: (format) => {
      const own = made();
      const { rows } = own;
      if (rows === 0 && problems.length === 0) problems.push(noRows());
      return { rows, columns: own.finish(), format, problems };
    },
  };
}

async function takeAll(target: Target, pieces: AsyncIterable<Piece>): Promise<void> {
  for await (const piece of pieces) target.take(piece);
}

const rowsPerPart = (columns: number): number =>
  Math.max(16, Math.floor(PART_BYTES / (8 * Math.max(1, columns))));

async function readArray(source: TableSource, target: Target): Promise<void> {
  const name = source.name.replace(/\.npy$/i, '');
  const { header, all } = await npyOf(name, chunksOf(source));
  target.begin(npyNames(name, header));
  const part = rowsPerPart(header.fields.length);
  const rows = header.byColumn
    ? npyColumnRows(name, header, (position, length) => rangeOf(source, position, length), part)
    : npyRows(name, header, all, part);
  for await (const columns of rows) target.take(pieceOf(columns, columns[0]?.length ?? 0));
}

/** The bytes of a range, or fewer where the file ends. */
async function rangeOf(source: TableSource, position: number, length: number): Promise<Uint8Array> {
  const all = new Uint8Array(length);
  let held = 0;
  while (held < length) {
    const chunk = await source.read(position + held, length - held);
    if (chunk.length === 0) break;
    all.set(chunk, held);
    held += chunk.length;
  }
  return all.subarray(0, held);
}

/** The arrays of an archive side by side, which are unpacked in step. */
async function readArchive(source: TableSource, target: Target, limit: number): Promise<boolean> {
  const entries = (await zipEntries(source)).filter(({ name }) => name.endsWith('.npy'));
  if (entries.length === 0) return false;
  const problems: Problem[] = [];
  const arrays: {
    readonly name: string;
    readonly rows: number;
    readonly header: NpyHeader;
    readonly open: () => Chunks;
  }[] = [];
  for (const entry of entries) {
    const name = entry.name.replace(/\.npy$/, '');
    const found = await unlessNoTable(problems, () => npyOf(name, entry.open()));
    if (!found) continue;
    await found.all.return(undefined);
    const { header } = found;
    arrays.push({ name, rows: header.rows, header, open: () => entry.open() });
  }
  const used = ofMostRows(arrays, problems);
  const width = used.reduce((sum, { header }) => sum + header.fields.length, 0);
  // An array column after column has to be unpacked as a whole.
  const unpacked = used
    .filter(({ header }) => header.byColumn)
    .reduce((sum, { header }) => sum + memoryOf(header.rows, header.fields.length), 0);
  if (unpacked > limit) throw tooLarge(source, unpacked, limit);
  target.begin(
    used.flatMap(({ name, header }) => npyNames(name, header)),
    problems,
  );
  const part = rowsPerPart(width);
  const streams = used.map(({ name, header, open }) =>
    header.byColumn ? wholeRows(name, header, open(), part) : npyRows(name, header, open(), part),
  );
  for (;;) {
    const next = await Promise.all(streams.map((stream) => stream.next()));
    const columns: ArrayLike<unknown>[] = [];
    for (const { done, value } of next) if (done !== true) columns.push(...value);
    if (columns.length < width || width === 0) return true;
    target.take(pieceOf(columns, columns[0]?.length ?? 0));
  }
}

/** Values of each column of an array that is unpacked as a whole, some rows at a time. */
async function* wholeRows(
  name: string,
  header: NpyHeader,
  chunks: Chunks,
  block: number,
): AsyncGenerator<ArrayLike<unknown>[]> {
  const { columns, problem } = await npyColumns(name, header, chunks);
  if (!columns) throw new TableFault(problem.id, problem.message);
  for (let row = 0; row < header.rows; row += block)
    yield columns.map(({ type, numbers, codes, categories }) =>
      type === 'text'
        ? Array.from(codes.subarray(row, row + block), (code) => categories?.[code] ?? null)
        : numbers.subarray(row, row + block),
    );
}
