/**
 * Tables by the paths of their files, or by the texts of open editors: read once, as long as they stay as they were. Of those that
 * are larger than memory a copy is kept on the disk.
 */
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Table } from '../engine/csv';
import {
  changedWhileRead,
  fileProblem,
  LARGE_TEXT,
  readTable,
  unusable,
  type Spill,
} from '../engine/readTable';
import { StorageFault, type StorageFile } from '../engine/storage';
import { createStoredColumns, tableOf, type StoredColumns } from '../engine/storedTable';
import { readerOf, startReaders } from './reader';
import type { FolderStorage, TableState } from './storage';

/** Reading was cancelled; told to nobody, as the other side knows. */
export class Cancelled extends Error {}

export interface TablesHost {
  /** Lets messages in. */
  pause(): Promise<void>;
  isCancelled(runId: string): boolean;
  /** Is told now and then which share of a file was read. */
  progress?(runId: string, share: number): void;
  /** Bytes that the numbers of one table may take in memory, and where those of larger ones go. */
  readonly limit: number;
  readonly storage?: FolderStorage | null;
  /** The script that threads are started with, and how many may help. */
  readonly script: string;
  readonly helpers: number;
}

/** Reads a table; `text` is what an editor has of it and the disk has not. Throws `Cancelled` after the run was. */
export interface Tables {
  (path: string, runId: string, text?: string): Promise<Table>;
  /** Reads a table anew the next time. */
  forget(path: string): void;
}

export function createTables(host: TablesHost): Tables {
  let latest: { readonly key: string; readonly text: string | undefined; readonly table: Table } | null =
    null;
  /** By path: tables of which there are copies. */
  const copied = new Map<string, TableState>();

  const goOn = async (runId: string): Promise<void> => {
    // What is in memory is read without ever waiting.
    await host.pause();
    if (host.isCancelled(runId)) throw new Cancelled('Reading the data was cancelled.');
  };

  const ofText = (path: string, runId: string, text: string): Promise<Table> => {
    const bytes = new TextEncoder().encode(text);
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      await goOn(runId);
      return bytes.subarray(position, position + length);
    };
    return readTable({ name: basename(path), size: bytes.length, read }, host.limit);
  };

  const ofFile = async (path: string, runId: string): Promise<Table> => {
    const name = basename(path);
    const file = await open(path);
    const { size, mtimeMs } = await file.stat();
    const state: TableState = { path, size, modified: mtimeMs };
    const known = host.storage?.find(state);
    const copy = host.storage && !known ? createCopy(host.storage, state) : null;
    const threads =
      size > LARGE_TEXT && host.helpers > 0
        ? (): ReturnType<typeof startReaders> =>
            startReaders(host.script, host.helpers, { tablePath: path, tableSize: size })
        : null;
    try {
      if (known) {
        copied.set(path, state);
        return tableOf(known.index, known.file);
      }
      const buffer = new Uint8Array(1 << 20);
      const read = async (position: number, length: number): Promise<Uint8Array> => {
        await goOn(runId);
        host.progress?.(runId, position / size);
        const { bytesRead } = await file.read(buffer, 0, Math.min(length, buffer.length), position);
        return buffer.slice(0, bytesRead);
      };
      const intoMemory = readerOf(file);
      const readInto: typeof intoMemory = async (target, at, position) => {
        await goOn(runId);
        host.progress?.(runId, position / size);
        return intoMemory(target, at, position);
      };
      const table = await readTable({ name, size, read, readInto }, host.limit, threads, copy?.spill ?? null);
      const after = await file.stat();
      const same = after.size === size && after.mtimeMs === mtimeMs;
      if (same && copy?.keep(table) === true) copied.set(path, state);
      const told = table.problems.some(({ id }) => id === 'file-truncated');
      return same || told ? table : unusable(changedWhileRead(name));
    } finally {
      copy?.discard();
      await file.close();
    }
  };

  const tables = async (path: string, runId: string, text?: string): Promise<Table> => {
    try {
      const status = text === undefined ? await stat(path) : null;
      const key = `${path}\n${status?.size ?? ''}\n${status?.mtimeMs ?? ''}`;
      if (latest?.key === key && latest.text === text) return latest.table;
      // Not two tables at once: they may be large.
      latest = null;
      const table = text === undefined ? await ofFile(path, runId) : await ofText(path, runId, text);
      latest = { key, text, table };
      return table;
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      if (error instanceof StorageFault) return unusable(error.problem);
      return unusable(fileProblem(basename(path), error));
    }
  };
  return Object.assign(tables, {
    forget: (path: string): void => {
      latest = null;
      const state = copied.get(path);
      if (state) host.storage?.forget(state);
      copied.delete(path);
    },
  });
}

/** The copy of a table that turns out to be larger than memory. */
function createCopy(
  storage: FolderStorage,
  state: TableState,
): {
  readonly spill: Spill;
  /** Keeps it for later sessions; false where there is none. */
  keep(table: Table): boolean;
  /** Removes it, unless it was kept. */
  discard(): void;
} {
  let made: { readonly file: StorageFile; readonly columns: StoredColumns } | null = null;
  const own = storage.of(basename(state.path));
  return {
    spill: {
      from: storage.from,
      makeColumns: (names) => {
        made?.file.discard();
        const file = own.create();
        const columns = createStoredColumns(names, file, own.blockBytes / 2);
        made = { file, columns };
        return columns;
      },
      finish: (table) => (made && table.rows > 0 ? { ...table, stored: made.columns.table() } : table),
    },
    keep(table) {
      if (!made || !table.stored) return false;
      storage.save(state, made.file, made.columns.index(table));
      return true;
    },
    discard: () => made?.file.discard(),
  };
}
