/** A table from something that gives bytes, within a limit of memory, with reasons where it cannot be had. */
import type { Problem } from '../protocol';
import { createCsvReader, strayProblems, uniqueNames, type CsvReader, type Table } from './csv';
import { readJson } from './formats/json';
import { npyColumns, npyOf } from './formats/npy';
import { ofMostRows, unlessNoTable } from './formats/npz';
import { fromUtf16, gathered, gunzip, headOf, type Chunks } from './formats/stream';
import type { ColumnTable } from './formats/store';
import { zipEntries, type ZipEntry } from './formats/zip';
import type { Column, Columns } from './column';
import { readPieces, type PieceBytes, type PieceThreads } from './pieces';
import { readLarge } from './readLarge';
import { kindOf, noRows, problem, TableFault, type FileKind } from './sniff';
import {
  CHUNK,
  chunksOf,
  largeText,
  memoryOf,
  passingChunks,
  told,
  tooLarge,
  truncated,
  type TableSource,
} from './tableSource';

/** Bytes that are read at first, to find out the layout. */
const FIRST = 1 << 17;
/** Bytes by which kinds of files are told apart. */
const HEAD = 1 << 12;

/** Bytes of a text from which on threads help to read it. */
export const LARGE_TEXT = 24e6;

/** Threads that are started when they are needed. */
export type StartThreads = () => PieceThreads & { dispose(): Promise<void> };

/** What the columns of a table are put into that is larger than the limit. */
export interface Spill {
  /** Bytes of the numbers from which on they are put there; the limit of memory or less. */
  readonly from: number;
  readonly makeColumns: (names: readonly string[]) => Columns;
  /** The table with its cells, once all of it was read. */
  readonly finish: (table: Table) => Table;
}

/**
 * Reads in chunks, so that others get their turn in between. `limit` is in bytes of memory; a table that needs more is read once more, a
 * part of its rows at a time, with its columns put where `spill` has them.
 */
export async function readTable(
  source: TableSource,
  limit: number,
  threads: StartThreads | null = null,
  spill: Spill | null = null,
): Promise<Table> {
  const { size, readInto } = source;
  const read = async (into: Into): Promise<Table> => {
    const { head } = await headOf(chunksOf({ ...source, size: 0 }), HEAD);
    const kind = kindOf(head, source.name);
    return kind === 'text' && threads && readInto && size > LARGE_TEXT
      ? readApart(source, { size, readInto }, into, threads)
      : readAs(kind, source, into);
  };
  try {
    try {
      return await read({ limit, most: spill?.from ?? limit });
    } catch (error) {
      if (!spill || !(error instanceof LargerThanMemory)) throw error;
      const { makeColumns } = spill;
      return spill.finish(await read({ limit, most: Infinity, makeColumns }));
    }
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    return unusable(error.problem);
  }
}

/** How much memory there is, and what a table is put into; columns in memory, if not said. */
interface Into {
  readonly limit: number;
  /** Bytes that the numbers of a table may have which can be put elsewhere. */
  readonly most: number;
  readonly makeColumns?: Spill['makeColumns'];
}

/** What can be read a part of its rows at a time; of other formats memory has to hold all. */
class LargerThanMemory extends TableFault {}

async function readAs(kind: FileKind, source: TableSource, into: Into): Promise<Table> {
  const { name } = source;
  const { limit, most, makeColumns } = into;
  if (makeColumns && (kind === 'parquet' || kind === 'arrow' || kind === 'npy' || kind === 'zip')) {
    const large = await readLarge(kind, source, limit, makeColumns);
    if (large) return large;
  }
  switch (kind) {
    case 'parquet': {
      const { readParquet } = await import('./formats/parquet');
      const fits = (rows: number, columns: number): void => {
        const needed = memoryOf(rows, columns);
        if (needed > most) throw largerThanMemory(source, needed, limit);
      };
      return fromColumns('Parquet', await told('Parquet', source, (file) => readParquet(file, fits)));
    }
    case 'arrow': {
      const bytes = await gathered(chunksOf(source), Math.min(limit, most) / 2);
      if (bytes === null) throw largerThanMemory(source, 2 * source.size, limit);
      const { readArrow } = await import('./formats/arrow');
      return fromColumns('Arrow', await told('Arrow', source, () => readArrow(bytes)));
    }
    case 'feather-1':
      throw new TableFault(
        'feather-1',
        'The file is in the first version of the Feather format, which is no longer used. Write it again with pandas 1.1 or later, or as Parquet.',
      );
    case 'npy':
      return readNpy(source, into);
    case 'zip':
      return readZip(source, into);
    case 'text':
      return readText(passingChunks(source), source, into);
    case 'json':
    case 'gzip':
    case 'utf-16-little':
    case 'utf-16-big':
      return readStream(kind, name, chunksOf(source), source, into);
  }
}

/** Bytes in their order, as far as a text or an array has to be read; unpacked first where they are packed. */
async function readStream(
  kind: FileKind,
  name: string,
  chunks: Chunks,
  source: TableSource,
  into: Into,
): Promise<Table> {
  const { limit } = into;
  switch (kind) {
    case 'gzip':
      return readInner(name.replace(/\.gz$/i, ''), gunzip(chunks), source, into, 'gzip');
    case 'utf-16-little':
    case 'utf-16-big':
      return readInner(name, fromUtf16(chunks, kind === 'utf-16-big'), source, into, 'UTF-16');
    case 'json': {
      const { rows, columns, problems } = readJson(await whole(chunks, source, limit));
      return fromColumns('JSON', { rows, columns, problems: [...problems, ...strayProblems(columns)] });
    }
    case 'text':
      return readText(chunks, source, into);
    case 'npy':
      return fromColumns('NumPy array', await readArray(name.replace(/\.npy$/i, ''), chunks, source, limit));
    case 'parquet':
    case 'arrow':
    case 'feather-1':
    case 'zip':
      throw new TableFault(
        'nested-archive',
        `${source.name} is packed twice: ${name} in it is packed itself. Unpack it and choose the file inside.`,
      );
  }
}

/** What is inside of a packing, by its own first bytes. */
async function readInner(
  name: string,
  chunks: Chunks,
  source: TableSource,
  into: Into,
  packing: string,
): Promise<Table> {
  const { head, all } = await headOf(chunks, HEAD);
  const table = await readStream(kindOf(head, name), name, all, source, into);
  return { ...table, format: table.format === '' ? packing : `${packing}: ${table.format}` };
}

/** In UTF-8. */
async function readText(
  chunks: Chunks,
  source: TableSource,
  { most: limit, makeColumns }: Into,
): Promise<Table> {
  const reader = createCsvReader({}, makeColumns);
  let expected = false;
  for await (const chunk of chunks) {
    if (!reader.push(chunk)) break;
    if (!expected && reader.rows() > 0) {
      expected = true;
      expectRows(reader, source, limit);
    }
    const held = memoryOf(reader.rows(), reader.layout()?.columns ?? 0);
    if (held > limit) throw largerThanMemory(source, held, limit);
  }
  const table = reader.finish();
  const held = memoryOf(table.rows, table.columns.length);
  if (held > limit) throw largerThanMemory(source, held, limit);
  return table;
}

/** A large text, with the help of threads for as long as they find its records; what is left is read in order. */
async function readApart(
  source: TableSource,
  bytes: PieceBytes,
  { most: limit, makeColumns }: Into,
  start: StartThreads,
): Promise<Table> {
  const reader = createCsvReader({}, makeColumns);
  let position = 0;
  const readOn = async (): Promise<boolean> => {
    const chunk = await source.read(position, reader.rows() === 0 ? FIRST : CHUNK);
    if (chunk.length === 0 && position < source.size) throw truncated(source, position);
    position += chunk.length;
    return chunk.length > 0 && reader.push(chunk);
  };
  while (reader.rows() === 0 && (await readOn()));
  if (reader.rows() > 0) {
    expectRows(reader, source, limit);
    const threads = start();
    try {
      await readPieces(reader, bytes, threads, () => {
        const held = memoryOf(reader.rows(), reader.layout()?.columns ?? 0);
        if (held > limit) throw largerThanMemory(source, held, limit);
      });
    } finally {
      await threads.dispose();
    }
    position = reader.position();
  }
  while (await readOn());
  return reader.finish();
}

/** Room for the rows to come, from the length of those before; throws where there is not enough of it. */
function expectRows(reader: CsvReader, source: TableSource, limit: number): void {
  const columns = reader.layout()?.columns ?? 0;
  const rows = Math.ceil((source.size / Math.max(1, reader.position())) * reader.rows());
  const needed = memoryOf(rows, columns);
  if (needed > limit) throw largerThanMemory(source, needed, limit);
  // Rows are not all as long as the first; memory that is not written to is not taken.
  reader.expect(Math.ceil(1.02 * rows) + 64);
}

async function readNpy(source: TableSource, into: Into): Promise<Table> {
  const name = source.name.replace(/\.npy$/i, '');
  return fromColumns(
    'NumPy array',
    await readArray(name, chunksOf(source), source, into.most, largerThanMemory),
  );
}

/** One array as columns. */
async function readArray(
  name: string,
  chunks: Chunks,
  source: TableSource,
  limit: number,
  fault: typeof tooLarge = tooLarge,
): Promise<ColumnTable> {
  const { header, all } = await npyOf(name, chunks);
  const { rows, fields } = header;
  const needed = memoryOf(rows, fields.length);
  if (needed > limit) throw fault(source, needed, limit);
  const { columns, problem: cutOff } = await npyColumns(name, header, all);
  return columns ? { rows, columns, problems: [] } : { rows: 0, columns: [], problems: [cutOff] };
}

async function readZip(source: TableSource, into: Into): Promise<Table> {
  const entries = await zipEntries(source);
  if (entries.some(({ name }) => name === 'xl/workbook.xml'))
    throw new TableFault(
      'excel-workbook',
      'The file is an Excel workbook. Export the table as CSV ("CSV UTF-8") and choose that file.',
    );
  const arrays = entries.filter(({ name }) => name.endsWith('.npy'));
  if (arrays.length > 0) return readNpz(arrays, source, Math.min(into.limit, into.most));
  const [only, second] = entries;
  if (!only || second)
    throw new TableFault(
      'archive',
      only
        ? `The file is a ZIP archive of ${entries.length} files (${entries
            .slice(0, 3)
            .map(({ name }) => name)
            .join(', ')}, …). Unpack it and choose the table inside.`
        : 'The file is a ZIP archive with nothing in it. Choose another file.',
    );
  return readInner(only.name, only.open(), source, into, 'ZIP');
}

/** Arrays of one length become columns side by side; those of other lengths are left out, and said to be. */
async function readNpz(entries: readonly ZipEntry[], source: TableSource, limit: number): Promise<Table> {
  const read: (ColumnTable & { readonly name: string })[] = [];
  const problems: Problem[] = [];
  let room = limit;
  for (const entry of entries) {
    const name = entry.name.replace(/\.npy$/, '');
    const table = await unlessNoTable(problems, () =>
      readArray(name, entry.open(), source, room, largerThanMemory),
    );
    if (!table) continue;
    room -= memoryOf(table.rows, table.columns.length);
    if (table.problems.length > 0) problems.push(...table.problems);
    else read.push({ ...table, name });
  }
  const used = ofMostRows(read, problems);
  const rows = used[0]?.rows ?? 0;
  return fromColumns('NumPy arrays', { rows, columns: used.flatMap(({ columns }) => columns), problems });
}

/** Formats that are only read as a whole take the bytes besides the numbers. */
async function whole(chunks: Chunks, source: TableSource, limit: number): Promise<Uint8Array> {
  const bytes = await gathered(chunks, limit / 2);
  if (bytes === null) throw tooLarge(source, 2 * source.size, limit);
  return bytes;
}

function fromColumns(format: string, { rows, columns, problems }: ColumnTable): Table {
  const all = [...problems];
  const names = uniqueNames(
    columns.map(({ name }) => name),
    all,
  );
  const named = columns.map((column, k): Column => ({ ...column, name: names[k] ?? column.name }));
  if (rows === 0 && all.length === 0) all.push(noRows());
  return { rows, columns: named, format, problems: all };
}

export const changedWhileRead = (name: string): Problem =>
  problem(
    'file-changed',
    `${name} was changed while it was read, so that its rows may not belong together. Try again when it is no longer written to.`,
  );

/** A table with nothing in it but the reason. */
export function unusable(...problems: Problem[]): Table {
  return { rows: 0, columns: [], format: '', problems };
}

/** What an error of the file system means for the user. */
export function fileProblem(name: string, error: unknown): Problem {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'ENOENT':
      return problem('file-gone', `${name} does not exist any more. Choose the data again.`);
    case 'EACCES':
    case 'EPERM':
      return problem(
        'file-locked',
        `${name} cannot be read: there is no permission to. Change its permissions, or copy it.`,
      );
    case 'EBUSY':
      return problem('file-locked', `${name} is locked by another program. Close it there and try again.`);
    case 'EISDIR':
      return problem('file-folder', `${name} is a folder. Choose a file in it.`);
    default:
      return problem(
        'file-unreadable',
        `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      );
  }
}

const largerThanMemory = (source: TableSource, needed: number, limit: number): TableFault =>
  new LargerThanMemory('file-too-large', largeText(source, needed, limit));
