/** Tables by the paths of their files, or by the texts of open editors: read once, as long as they stay as they were. */
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Table } from '../engine/csv';
import { changedWhileRead, fileProblem, LARGE_TEXT, readTable, unusable } from '../engine/readTable';
import { readerOf, startReaders } from './reader';

/** Reading was cancelled; told to nobody, as the other side knows. */
export class Cancelled extends Error {}

export interface TablesHost {
  /** Lets messages in. */
  pause(): Promise<void>;
  isCancelled(runId: string): boolean;
  /** Bytes that the numbers of one table may take. */
  readonly limit: number;
  /** The script that threads are started with, and how many may help. */
  readonly script: string;
  readonly helpers: number;
}

/** Reads a table; `text` is what an editor has of it and the disk has not. Throws `Cancelled` after the run was. */
export type Tables = (path: string, runId: string, text?: string) => Promise<Table>;

export function createTables(host: TablesHost): Tables {
  let latest: { readonly key: string; readonly text: string | undefined; readonly table: Table } | null =
    null;

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
    const threads =
      size > LARGE_TEXT && host.helpers > 0
        ? (): ReturnType<typeof startReaders> =>
            startReaders(host.script, host.helpers, { tablePath: path, tableSize: size })
        : null;
    try {
      const buffer = new Uint8Array(1 << 20);
      const read = async (position: number, length: number): Promise<Uint8Array> => {
        await goOn(runId);
        const { bytesRead } = await file.read(buffer, 0, Math.min(length, buffer.length), position);
        return buffer.slice(0, bytesRead);
      };
      const intoMemory = readerOf(file);
      const readInto: typeof intoMemory = async (target, at, position) => {
        await goOn(runId);
        return intoMemory(target, at, position);
      };
      const table = await readTable({ name, size, read, readInto }, host.limit, threads);
      const after = await file.stat();
      const same = after.size === size && after.mtimeMs === mtimeMs;
      const told = table.problems.some(({ id }) => id === 'file-truncated');
      return same || told ? table : unusable(changedWhileRead(name));
    } finally {
      await file.close();
    }
  };

  return async (path, runId, text) => {
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
      return unusable(fileProblem(basename(path), error));
    }
  };
}
