/** Parquet files, one column of one row group at a time, so that little besides the columns is in memory. */
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Problem } from '../../protocol';
import type { Column } from '../column';
import type { Piece } from '../piece';
import { createPieceBuilder } from './rows';
import { createStore, nestedColumn, type ColumnTable } from './store';
import { readAll, type RandomAccess } from './zip';

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
/** Dates are texts, as in other formats. */
const PARSERS = {
  timestampFromMilliseconds: (ms: bigint) => iso(Number(ms)),
  timestampFromMicroseconds: (us: bigint) => iso(Number(us / 1000n)),
  timestampFromNanoseconds: (ns: bigint) => iso(Number(ns / 1_000_000n)),
  dateFromDays: (days: number) => iso(days * 86_400_000).slice(0, 10),
};

interface Layout {
  readonly rows: number;
  /** Rows of each group, in their order. */
  readonly groups: readonly number[];
  /** Columns, and what there is besides. */
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
  /** Values of a column from a row to another, in runs, each with the place of its first. */
  readonly read: (
    name: string,
    first: number,
    last: number,
    take: (values: ArrayLike<unknown>, row: number) => void,
  ) => Promise<void>;
}

async function layoutOf(file: RandomAccess): Promise<Layout> {
  const buffer = {
    byteLength: file.size,
    slice: async (start: number, end = file.size): Promise<ArrayBuffer> => {
      const bytes = await readAll(file, start, end - start);
      return bytes.buffer as ArrayBuffer;
    },
  };
  const metadata = await parquetMetadataAsync(buffer);
  const { children } = parquetSchema(metadata);
  return {
    rows: Number(metadata.num_rows),
    groups: metadata.row_groups.map((group) => Number(group.num_rows)),
    names: children.filter((child) => child.children.length === 0).map(({ element }) => element.name),
    problems: children
      .filter((child) => child.children.length > 0)
      .map(({ element }) => nestedColumn(element.name)),
    read: (name, first, last, take) =>
      parquetRead({
        file: buffer,
        metadata,
        columns: [name],
        rowStart: first,
        rowEnd: last,
        compressors,
        parsers: PARSERS,
        onChunk: ({ columnData, rowStart }) => {
          take(columnData, rowStart);
        },
      }),
  };
}

/**
 * Throws what the library throws for a file that is damaged or uses what it does not know, and what `fits` throws for the
 * numbers of rows and columns.
 */
export async function readParquet(
  file: RandomAccess,
  fits: (rows: number, columns: number) => void,
): Promise<ColumnTable> {
  const { rows, groups, names, problems, read } = await layoutOf(file);
  fits(rows, names.length + problems.length);
  const columns: Column[] = [];
  for (const name of names) {
    const store = createStore(rows);
    let first = 0;
    for (const count of groups) {
      const last = first + count;
      await read(name, first, last, (values, row) => {
        store.add(values, row, last);
      });
      first = last;
    }
    columns.push(store.finish(name));
  }
  return { rows, columns, problems };
}

/**
 * The same a row group at a time; `begin` is told the names of the columns first. `fits` is told of the rows of each group before
 * it is read.
 */
export async function* readParquetRows(
  file: RandomAccess,
  fits: (rows: number, columns: number) => void,
  begin: (names: readonly string[], problems: readonly Problem[]) => void,
): AsyncGenerator<Piece> {
  const { groups, names, problems, read } = await layoutOf(file);
  begin(names, problems);
  let first = 0;
  for (const count of groups) {
    fits(count, names.length);
    const piece = createPieceBuilder(names.length, count);
    const start = first;
    for (const [k, name] of names.entries())
      await read(name, start, start + count, (values, row) => {
        piece.add(k, values, row - start, count);
      });
    yield piece.finish();
    first += count;
  }
}
