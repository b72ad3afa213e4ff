/** Arrow's own format (Feather 2 and the streaming format), whose columns are in memory as they are in the file. */
import { CompressionType, setCompressionCodec, tableFromIPC, Type } from '@uwdata/flechette';
import { decompress as decompressZstd } from 'fzstd';
import { decompress as decompressLz4 } from 'lz4js';
import type { Problem } from '../../protocol';
import type { Column } from '../column';
import { createStore, nestedColumn, type ColumnTable } from './store';

const NESTED: ReadonlySet<number> = new Set([
  Type.List,
  Type.LargeList,
  Type.FixedSizeList,
  Type.ListView,
  Type.LargeListView,
  Type.Struct,
  Type.Union,
  Type.Map,
]);

const noEncoder = (): never => {
  throw new Error('nothing is written in this format');
};

/** Numbers are read where they lie, so that what is unpacked must begin at a multiple of eight. */
function unpackZstd(bytes: Uint8Array): Uint8Array {
  const unpacked = decompressZstd(bytes);
  return unpacked.byteOffset % 8 === 0 ? unpacked : unpacked.slice();
}

/** Throws what the library throws for a file that is damaged or uses what it does not know. */
export function readArrow(bytes: Uint8Array): ColumnTable {
  setCompressionCodec(CompressionType.LZ4_FRAME, { decode: decompressLz4, encode: noEncoder });
  setCompressionCodec(CompressionType.ZSTD, { decode: unpackZstd, encode: noEncoder });
  const table = tableFromIPC(bytes, { useDate: true, useBigInt: true });
  const problems: Problem[] = [];
  const columns: Column[] = [];
  for (const [k, { name, type }] of table.schema.fields.entries()) {
    if (NESTED.has(type.typeId)) {
      problems.push(nestedColumn(name));
      continue;
    }
    const store = createStore(table.numRows);
    store.add(table.getChildAt(k).toArray(), 0, table.numRows);
    columns.push(store.finish(name));
  }
  return { rows: table.numRows, columns, problems };
}
