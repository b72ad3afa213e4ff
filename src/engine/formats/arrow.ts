/** Arrow's own format (Feather 2 and the streaming format), whose columns are in memory as they are in the file. */
import { CompressionType, setCompressionCodec, tableFromIPC, Type } from '@uwdata/flechette';
import { decompress as decompressZstd } from 'fzstd';
import { decompress as decompressLz4 } from 'lz4js';
import type { Problem } from '../../protocol';
import type { Column } from '../column';
import type { Piece } from '../piece';
import { arrowMessages } from './arrowMessages';
import { pieceOf } from './rows';
import { createStore, nestedColumn, type ColumnTable } from './store';
import type { RandomAccess } from './zip';

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

function tableOf(bytes: Uint8Array | Uint8Array[]): ReturnType<typeof tableFromIPC> {
  setCompressionCodec(CompressionType.LZ4_FRAME, { decode: decompressLz4, encode: noEncoder });
  setCompressionCodec(CompressionType.ZSTD, { decode: unpackZstd, encode: noEncoder });
  return tableFromIPC(bytes, { useDate: true, useBigInt: true });
}

/** Throws what the library throws for a file that is damaged or uses what it does not know. */
export function readArrow(bytes: Uint8Array): ColumnTable {
  const table = tableOf(bytes);
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

/**
 * The same a batch of rows at a time; `begin` is told the names of the columns first. `fits` is told of the bytes of each part of
 * the file before it is read, and may throw.
 */
export async function* readArrowRows(
  file: RandomAccess,
  fits: (bytes: number) => void,
  begin: (names: readonly string[], problems: readonly Problem[]) => void,
): AsyncGenerator<Piece> {
  /** The schema, and the dictionaries so far. */
  const before: Uint8Array[] = [];
  let columns: readonly number[] = [];
  for await (const { kind, bytes } of arrowMessages(file, fits)) {
    if (kind === 'schema' && before.length === 0) {
      const { fields } = tableOf([bytes]).schema;
      columns = [...fields.keys()].filter((k) => !NESTED.has(fields[k]?.type.typeId ?? -1));
      const nested = fields.filter(({ type }) => NESTED.has(type.typeId));
      begin(
        columns.map((k) => fields[k]?.name ?? ''),
        nested.map(({ name }) => nestedColumn(name)),
      );
      before.push(bytes);
    } else if (kind === 'dictionary') before.push(bytes);
    else if (kind === 'batch') {
      const table = tableOf([...before, bytes]);
      yield pieceOf(
        columns.map((k) => table.getChildAt(k).toArray()),
        table.numRows,
      );
    }
  }
}
