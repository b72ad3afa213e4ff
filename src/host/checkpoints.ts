/** Runs on their way, kept in the workspace's storage, from where another window can pick them up. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from './messages';
import { decodeRun, encodeRun, type StoredRun } from './runFile';

export interface Checkpoints {
  /** Takes the place of what was kept under the key; a file is whole or not there. */
  save(run: StoredRun): Promise<void>;
  /** Null where there is none that can be used; what cannot is told in the log. */
  find(key: string): Promise<StoredRun | null>;
  remove(key: string): Promise<void>;
}

/** Without a folder nothing is kept. */
export function createCheckpoints(folder: string | null, log: (message: string) => void): Checkpoints {
  /** Writes and removals follow each other: they are of the same few files. */
  let last: Promise<void> = Promise.resolve();
  const queued = (what: string, work: () => Promise<void>): Promise<void> => {
    last = last.then(work).catch((error: unknown) => log(`${what} failed: ${messageOf(error)}`));
    return last;
  };
  const pathOf = (key: string): string | null =>
    folder === null
      ? null
      : join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.run`);

  return {
    save: (run) =>
      queued('keeping a run', async () => {
        const path = pathOf(run.key);
        if (folder === null || path === null) return;
        await mkdir(folder, { recursive: true });
        const temporary = `${path}.tmp`;
        await writeFile(temporary, encodeRun(run));
        await rename(temporary, path);
      }),
    async find(key) {
      const path = pathOf(key);
      if (path === null) return null;
      await last;
      let bytes: Uint8Array;
      try {
        bytes = await readFile(path);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
          log(`the kept run ${path} cannot be read: ${messageOf(error)}`);
        return null;
      }
      const read = await decodeRun(bytes);
      if (!('fault' in read)) return read.key === key ? read : null;
      log(`the kept run ${path} is passed over: ${read.fault}`);
      return null;
    },
    remove: (key) =>
      queued('removing a kept run', async () => {
        const path = pathOf(key);
        if (path !== null) await rm(path, { force: true });
      }),
  };
}
