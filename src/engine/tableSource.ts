/** Something that gives the bytes of a table: in their order, or from a position on. */
import type { RandomAccess } from './formats/zip';
import type { PieceBytes } from './pieces';
import { TableFault } from './sniff';

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

/** Bytes that are read at a time. */
export const CHUNK = 1 << 20;

/** The bytes of a file in their order; throws where they end before they should. */
export async function* chunksOf(source: TableSource): AsyncGenerator<Uint8Array> {
  let position = 0;
  for (;;) {
    const chunk = await source.read(position, CHUNK);
    if (chunk.length === 0) break;
    position += chunk.length;
    yield chunk;
  }
  if (position < source.size) throw truncated(source, position);
}

/** The same in memory that each chunk has but until the next comes, where the source can fill some: nothing is left to be collected. */
export async function* passingChunks(source: TableSource): AsyncGenerator<Uint8Array> {
  const { size, readInto } = source;
  if (!readInto) {
    yield* chunksOf(source);
    return;
  }
  const chunk = new Uint8Array(CHUNK);
  for (let position = 0; ;) {
    const came = await readInto(chunk, 0, position);
    if (came === 0 && position < size) throw truncated(source, position);
    if (came === 0) return;
    position += came;
    yield chunk.subarray(0, came);
  }
}

export const truncated = ({ name, size }: TableSource, position: number): TableFault =>
  new TableFault(
    'file-truncated',
    `${name} became shorter while it was read (${position} of ${size} bytes). Try again when it is no longer written to.`,
  );

/** What a library throws for a file, as a problem of the file; what reading the bytes throws is passed on. */
export async function told<T>(
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

/** Bytes of the numbers of a table. */
export const memoryOf = (rows: number, columns: number): number => 8 * rows * columns;

export const tooLarge = (source: TableSource, needed: number, limit: number): TableFault =>
  new TableFault(
    'file-too-large',
    `${largeText(source, needed, limit)} Or write it as CSV, which need not fit into memory.`,
  );

export const largeText = (source: TableSource, needed: number, limit: number): string =>
  `${source.name} (${sizeText(source.size)}) needs about ${sizeText(needed)} of memory; the limit on this machine is ${sizeText(limit)}. Use a part of its rows, or leave columns out of the file.`;

function sizeText(count: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${Number((count / 1000 ** power).toPrecision(2))} ${units[power] ?? ''}`;
}
