/** The folder for numbers that are too many for memory: copies of tables, which are kept as long as there is room, and rows of runs. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { createHash, randomUUID } from 'node:crypto';
import type { RowSource } from '../engine/rowSource';
import { StorageFault, type FiledStrip, type Storage, type StorageFile } from '../engine/storage';
import { checksumOf, isIndex, type StoredIndex } from '../engine/storedTable';
import type { RowThread } from './rowThread';

export interface FolderStorage {
  /** Bytes of the numbers of a text table from which on they are put there. */
  readonly from: number;
  /** For one table, which messages name. */
  of(name: string): Storage;
  /** The copy of a table in this state of its file; null where there is none that is whole. */
  find(source: TableState): { readonly file: StorageFile; readonly index: StoredIndex } | null;
  /** Removes the copy. */
  forget(source: TableState): void;
  /** Keeps a copy for later sessions. */
  save(source: TableState, file: StorageFile, index: StoredIndex): void;
}

/** A file as it was when it was read. */
export interface TableState {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
}

interface OwnFile extends StorageFile {
  readonly path: string;
  move(to: string): void;
}

const PART = '.part';
const TABLE = '.table';
const MARK = 0x4c42414e;
/** After the index: its length in bytes, its checksum, and a mark. */
const TRAILER = 24;

/** In bytes: what the copies of tables may take on the disk, the latest aside, and what is in memory at a time (see `Storage`). */
export interface StorageLimits {
  readonly budget: number;
  readonly blockBytes: number;
  readonly memory: number;
  /** The numbers of a text table from which on they are put there. */
  readonly from: number;
}

export function createStorage(
  folder: string,
  rowThread: RowThread,
  { budget, blockBytes, memory, from }: StorageLimits,
): FolderStorage {
  let ready = false;
  const prepare = (): void => {
    if (ready) return;
    mkdirSync(folder, { recursive: true });
    // What a session that has ended has left; a file that is in use elsewhere stays.
    for (const name of readdirSync(folder)) if (name.endsWith(PART)) remove(join(folder, name));
    ready = true;
  };

  const create = (name: string): OwnFile => {
    const path = join(folder, `${randomUUID()}${PART}`);
    try {
      prepare();
      return ownFile(path, openSync(path, 'wx+'), name, folder);
    } catch (error) {
      throw writeFault(error, name, folder);
    }
  };

  const placeOf = ({ path }: TableState): string =>
    join(folder, `${createHash('sha256').update(path).digest('hex').slice(0, 32)}${TABLE}`);

  /** The oldest copies go first. */
  const makeRoom = (but: string): void => {
    const copies = readdirSync(folder)
      .filter((name) => name.endsWith(TABLE) && join(folder, name) !== but)
      .map((name) => {
        const { size, mtimeMs } = statSync(join(folder, name));
        return { path: join(folder, name), size, mtimeMs };
      })
      .sort((a, b) => b.mtimeMs - a.mtimeMs);
    let total = 0;
    for (const { path, size } of copies) {
      total += size;
      if (total > budget) remove(path);
    }
  };

  return {
    from,
    of: (name) => ({
      blockBytes,
      memory,
      create: () => create(name),
      rows(file, strips, rows, sample) {
        const own = file as OwnFile;
        return sourceOf({ path: own.path, name, strips, rowThread, blockBytes }, 0, rows, sample);
      },
    }),
    find(source) {
      const path = placeOf(source);
      if (!existsSync(path)) return null;
      try {
        const file = ownFile(path, null, basename(source.path), folder);
        const index = readIndex(file, source);
        if (index) {
          // The copy that was used last is removed last.
          const now = new Date();
          utimesSync(path, now, now);
          return { file, index };
        }
      } catch (error) {
        // A copy that cannot be read is as good as none.
        if (!(error instanceof StorageFault || error instanceof SyntaxError)) throw error;
      }
      remove(path);
      return null;
    },
    forget: (source) => remove(placeOf(source)),
    save(source, file, index) {
      const own = file as OwnFile;
      const text = new TextEncoder().encode(JSON.stringify({ source, index }));
      const padded = new Uint8Array(8 * Math.ceil(text.length / 8)).fill(0x20);
      padded.set(text);
      own.write(own.size, padded);
      const trailer = new BigUint64Array([BigInt(padded.length), BigInt(checksumOf(padded)), BigInt(MARK)]);
      own.write(own.size, new Uint8Array(trailer.buffer));
      const path = placeOf(source);
      own.move(path);
      makeRoom(path);
    },
  };
}

/** Null where the end of the file does not tell what it should. */
function readIndex(file: StorageFile, source: TableState): StoredIndex | null {
  if (file.size < TRAILER) return null;
  const trailer = new BigUint64Array(TRAILER / 8);
  file.read(file.size - TRAILER, new Uint8Array(trailer.buffer));
  const [length = 0n, checksum = 0n, mark = 0n] = trailer;
  if (Number(mark) !== MARK || Number(length) > file.size - TRAILER) return null;
  const text = new Uint8Array(Number(length));
  file.read(file.size - TRAILER - text.length, text);
  if (BigInt(checksumOf(text)) !== checksum) return null;
  const found: unknown = JSON.parse(new TextDecoder().decode(text));
  if (typeof found !== 'object' || found === null || !('source' in found) || !('index' in found)) return null;
  const same = JSON.stringify(found.source) === JSON.stringify(source);
  return same && isIndex(found.index) ? found.index : null;
}

interface Rows {
  readonly path: string;
  readonly name: string;
  readonly strips: readonly FiledStrip[];
  readonly rowThread: RowThread;
  readonly blockBytes: number;
}

/** The rows of a file from `start` on. */
function sourceOf(own: Rows, start: number, rows: number, sample: RowSource['sample']): RowSource {
  const { path, name, strips, rowThread, blockBytes } = own;
  return {
    rows,
    blockBytes,
    sample,
    open: (memory, places) =>
      rowThread.open(
        path,
        name,
        memory,
        places.map((place) => {
          const strip = strips.find((s) => s.input === place.input && s.strip === place.strip);
          if (strip?.width !== place.width)
            throw new RangeError(`the rows of ${place.input} are not kept as they are asked for`);
          return { ...place, from: strip.offset + 8 * strip.width * start };
        }),
      ),
    part: (first, count, other) => sourceOf(own, start + first, count, other),
  };
}

/** A file that is new, or one that was kept, which is open only while it is read. */
function ownFile(path: string, created: number | null, name: string, folder: string): OwnFile {
  let file = created;
  let place = path;
  let size = created === null ? statSync(path).size : 0;
  const close = (): void => {
    if (file !== null) closeSync(file);
    file = null;
  };
  const isKept = (): boolean => !place.endsWith(PART);
  return {
    get path() {
      return place;
    },
    get size() {
      return size;
    },
    write(position, bytes) {
      try {
        for (let done = 0; done < bytes.length;)
          done += writeSync(file ?? -1, bytes, done, bytes.length - done, position + done);
      } catch (error) {
        throw writeFault(error, name, folder);
      }
      size = Math.max(size, position + bytes.length);
    },
    read(position, target) {
      try {
        readFully(file, place, position, target);
      } catch (error) {
        throw new StorageFault(
          'copy-damaged',
          `The copy of the numbers of ${name} on the disk cannot be read any more (${error instanceof Error ? error.message : String(error)}). It is made anew when you try again.`,
        );
      }
    },
    move(to) {
      close();
      renameSync(place, to);
      place = to;
    },
    discard() {
      close();
      if (!isKept()) remove(place);
    },
  };
}

function readFully(open: number | null, path: string, position: number, target: Uint8Array): void {
  const file = open ?? openSync(path, 'r');
  try {
    for (let done = 0; done < target.length;) {
      const came = readSync(file, target, done, target.length - done, position + done);
      if (came === 0) throw new RangeError('it was cut off');
      done += came;
    }
  } finally {
    if (open === null) closeSync(file);
  }
}

/** What is in use by another program stays until the next session. */
function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

function writeFault(error: unknown, name: string, folder: string): StorageFault {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StorageFault(
      'disk-full',
      `The disk is full: ${name} is larger than memory, and its numbers do not fit into ${folder}. Make room there, or choose a smaller table.`,
    );
  return new StorageFault(
    'copy-unwritable',
    `${name} is larger than memory, and its numbers cannot be written to ${folder}: ${error instanceof Error ? error.message : String(error)}.`,
  );
}
