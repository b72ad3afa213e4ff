/** A table from something that gives bytes, within a limit of memory, with reasons where it cannot be had. */
import type { Problem } from '../protocol';
import { createCsvReader, strayProblems, uniqueNames, type CsvReader, type Table } from './csv';
import { readJson } from './formats/json';
import { NPY_HEAD, npyColumns, npyHeader } from './formats/npy';
import { fromUtf16, gathered, gunzip, joined, type Chunks } from './formats/stream';
import type { ColumnTable } from './formats/store';
import { zipEntries, type RandomAccess, type ZipEntry } from './formats/zip';
import type { Column, Columns } from './column';
import { readPieces, type PieceBytes, type PieceThreads } from './pieces';
import { kindOf, problem, TableFault, type FileKind } from './sniff';

export interface TableSource {
  /** For messages, and for the names of columns that have none. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from a position on, at most `length` of them; none at the end. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** The same into memory that is there already, which threads that help need. */
  readonly readInto?: PieceBytes['readInto'];
}

const CHUNK = 1 << 20;
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
  /** Bytes of a text from which on it is put there; the limit of memory or less. */
  readonly from: number;
  readonly makeColumns: (names: readonly string[]) => Columns;
  /** The table with its cells, once all of it was read. */
  readonly finish: (table: Table) => Table;
}

/**
 * Reads in chunks, so that others get their turn in between. `limit` is in bytes of memory; a text that needs more is read once more, with
 * its columns put where `spill` has them.
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
      return await read({ limit, textLimit: spill?.from ?? limit });
    } catch (error) {
      if (!spill || !(error instanceof TextTooLarge)) throw error;
      const { makeColumns } = spill;
      return spill.finish(await read({ limit, textLimit: Infinity, makeColumns }));
    }
  } catch (error) {
    if (!(error instanceof TableFault)) throw error;
    return unusable(error.problem);
  }
}

/** How much memory there is, and what a text is put into; columns in memory, if not said. */
interface Into {
  readonly limit: number;
  /** The same for the numbers of a text. */
  readonly textLimit: number;
  readonly makeColumns?: Spill['makeColumns'];
}

/** Text, for which there is another way; of other formats memory has to hold all. */
class TextTooLarge extends TableFault {}

async function readAs(kind: FileKind, source: TableSource, into: Into): Promise<Table> {
  const { name } = source;
  const { limit } = into;
  switch (kind) {
    case 'parquet': {
      const { readParquet } = await import('./formats/parquet');
      const fits = (rows: number, columns: number): void => {
        const needed = memoryOf(rows, columns);
        if (needed > limit) throw tooLarge(source, needed, limit);
      };
      return fromColumns('Parquet', await told('Parquet', source, (file) => readParquet(file, fits)));
    }
    case 'arrow': {
      const bytes = await whole(chunksOf(source), source, limit);
      const { readArrow } = await import('./formats/arrow');
      return fromColumns('Arrow', await told('Arrow', source, () => readArrow(bytes)));
    }
    case 'feather-1':
      throw new TableFault(
        'feather-1',
        'The file is in the first version of the Feather format, which is no longer used. Write it again with pandas 1.1 or later, or as Parquet.',
      );
    case 'npy':
      return readNpy(source, limit);
    case 'zip':
      return readZip(source, into);
    case 'text':
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
  { textLimit: limit, makeColumns }: Into,
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
    if (held > limit) throw textTooLarge(source, held, limit);
  }
  const table = reader.finish();
  const held = memoryOf(table.rows, table.columns.length);
  if (held > limit) throw textTooLarge(source, held, limit);
  return table;
}

/** A large text, with the help of threads for as long as they find its records; what is left is read in order. */
async function readApart(
  source: TableSource,
  bytes: PieceBytes,
  { textLimit: limit, makeColumns }: Into,
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
        if (held > limit) throw textTooLarge(source, held, limit);
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
  if (needed > limit) throw textTooLarge(source, needed, limit);
  // Rows are not all as long as the first; memory that is not written to is not taken.
  reader.expect(Math.ceil(1.02 * rows) + 64);
}

const memoryOf = (rows: number, columns: number): number => 8 * rows * columns;

async function readNpy(source: TableSource, limit: number): Promise<Table> {
  const name = source.name.replace(/\.npy$/i, '');
  return fromColumns('NumPy array', await readArray(name, chunksOf(source), source, limit));
}

/** One array as columns. */
async function readArray(
  name: string,
  chunks: Chunks,
  source: TableSource,
  limit: number,
): Promise<ColumnTable> {
  const { head, all } = await headOf(chunks, NPY_HEAD);
  const parsed = npyHeader(head);
  if ('fault' in parsed) throw new TableFault('npy-array', `The array ${name} ${parsed.fault}.`);
  const { rows, fields } = parsed.header;
  const needed = memoryOf(rows, fields.length);
  if (needed > limit) throw tooLarge(source, needed, limit);
  const { columns, problem: cutOff } = await npyColumns(name, parsed.header, all);
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
  if (arrays.length > 0) return readNpz(arrays, source, into.limit);
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
  const read: { readonly name: string; readonly table: ColumnTable }[] = [];
  const problems: Problem[] = [];
  let room = limit;
  for (const entry of entries) {
    const name = entry.name.replace(/\.npy$/, '');
    try {
      const table = await readArray(name, entry.open(), source, room);
      room -= memoryOf(table.rows, table.columns.length);
      if (table.problems.length > 0) problems.push(...table.problems);
      else read.push({ name, table });
    } catch (error) {
      if (!(error instanceof TableFault) || error.problem.id !== 'npy-array') throw error;
      problems.push(error.problem);
    }
  }
  const rows = Math.max(0, ...read.map(({ table }) => table.rows));
  const used = read.filter(({ table }) => table.rows === rows);
  const others = read.filter(({ table }) => table.rows !== rows);
  if (others.length > 0)
    problems.push(
      problem(
        'array-length',
        `The arrays have different numbers of rows. Those with ${rows} are used; left out: ${others
          .map(({ name, table }) => `${name} (${table.rows})`)
          .join(', ')}.`,
      ),
    );
  return fromColumns('NumPy arrays', { rows, columns: used.flatMap(({ table }) => table.columns), problems });
}

/** The bytes of a file in their order; throws where they end before they should. */
async function* chunksOf(source: TableSource): AsyncGenerator<Uint8Array> {
  let position = 0;
  for (;;) {
    const chunk = await source.read(position, CHUNK);
    if (chunk.length === 0) break;
    position += chunk.length;
    yield chunk;
  }
  if (position < source.size) throw truncated(source, position);
}

const truncated = ({ name, size }: TableSource, position: number): TableFault =>
  new TableFault(
    'file-truncated',
    `${name} became shorter while it was read (${position} of ${size} bytes). Try again when it is no longer written to.`,
  );

/** The first bytes, at least `length` of them if there are so many, and all bytes from the first on. */
async function headOf(
  chunks: Chunks,
  length: number,
): Promise<{ readonly head: Uint8Array; readonly all: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < length) {
    const next = await iterator.next();
    if (next.done) break;
    head = head.length === 0 ? next.value : joined(head, next.value);
  }
  const all = (async function* () {
    yield head;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  })();
  return { head, all };
}

/** Formats that are only read as a whole take the bytes besides the numbers. */
async function whole(chunks: Chunks, source: TableSource, limit: number): Promise<Uint8Array> {
  const bytes = await gathered(chunks, limit / 2);
  if (bytes === null) throw tooLarge(source, 2 * source.size, limit);
  return bytes;
}

/** What a library throws for a file, as a problem of the file; what reading the bytes throws is passed on. */
async function told<T>(
  format: string,
  source: TableSource,
  work: (file: RandomAccess) => T | Promise<T>,
): Promise<T> {
  let ofSource: unknown;
  const file: RandomAccess = {
    size: source.size,
    read: async (position, length) => {
      try {
        return await source.read(position, length);
      } catch (error) {
        ofSource = error;
        throw error;
      }
    },
  };
  try {
    return await work(file);
  } catch (error) {
    if (error instanceof TableFault || error === ofSource) throw error;
    throw new TableFault(
      'file-damaged',
      `${source.name} cannot be read as ${format}: ${reasonOf(error)}. Write it again, or as CSV.`,
    );
  }
}

/** The words of a library for what it met; where it fell over the bytes, that they are no such file. */
function reasonOf(error: unknown): string {
  if (error instanceof TypeError || error instanceof RangeError) return 'it is damaged or cut off';
  return (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/, '');
}

function fromColumns(format: string, { rows, columns, problems }: ColumnTable): Table {
  const all = [...problems];
  const names = uniqueNames(
    columns.map(({ name }) => name),
    all,
  );
  const named = columns.map((column, k): Column => ({ ...column, name: names[k] ?? column.name }));
  if (rows === 0 && all.length === 0)
    all.push(problem('no-rows', 'The table has no rows. Choose a file with one row per sample.'));
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

const tooLarge = (source: TableSource, needed: number, limit: number): TableFault =>
  new TableFault(
    'file-too-large',
    `${largeText(source, needed, limit)} Or write it as CSV, which need not fit into memory.`,
  );

const textTooLarge = (source: TableSource, needed: number, limit: number): TableFault =>
  new TextTooLarge('file-too-large', largeText(source, needed, limit));

const largeText = (source: TableSource, needed: number, limit: number): string =>
  `${source.name} (${sizeText(source.size)}) needs about ${sizeText(needed)} of memory; the limit on this machine is ${sizeText(limit)}. Use a part of its rows, or leave columns out of the file.`;

function sizeText(count: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${Number((count / 1000 ** power).toPrecision(2))} ${units[power] ?? ''}`;
}
