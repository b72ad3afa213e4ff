/** Parquet files, one column of one row group at a time, so that little besides the columns is in memory. */
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { Problem } from '../../protocol';
import type { Column } from '../column';
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

/**
 * Throws what the library throws for a file that is damaged or uses what it does not know, and what `fits` throws for the
 * numbers of rows and columns.
 */
export async function readParquet(
  file: RandomAccess,
  fits: (rows: number, columns: number) => void,
): Promise<ColumnTable> {
  const buffer = {
    byteLength: file.size,
    slice: async (start: number, end = file.size): Promise<ArrayBuffer> => {
      const bytes = await readAll(file, start, end - start);
      return bytes.buffer as ArrayBuffer;
    },
  };
  const metadata = await parquetMetadataAsync(buffer);
  const rows = Number(metadata.num_rows);
  fits(rows, parquetSchema(metadata).children.length);
  const problems: Problem[] = [];
  const columns: Column[] = [];
  for (const { element, children } of parquetSchema(metadata).children) {
    const { name } = element;
    if (children.length > 0) {
      problems.push(nestedColumn(name));
      continue;
    }
    const store = createStore(rows);
    let first = 0;
    for (const group of metadata.row_groups) {
      const last = first + Number(group.num_rows);
      await parquetRead({
        file: buffer,
        metadata,
        columns: [name],
        rowStart: first,
        rowEnd: last,
        compressors,
        parsers: PARSERS,
        onChunk: ({ columnData, rowStart }) => {
          store.add(columnData, rowStart, last);
        },
      });
      first = last;
    }
    columns.push(store.finish(name));
  }
  return { rows, columns, problems };
}
