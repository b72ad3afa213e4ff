import { appendFile, chmod, mkdtemp, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cancelled, createTables, type Tables } from '../../../src/worker/tables';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-tables-'));
});
afterAll(() => rm(folder, { recursive: true }));

const text = `a,b\n${'1,2\n'.repeat(600_000)}`;

/** What is read of a file of 2.4 MB to which something happens after its first parts. */
async function reading(name: string, happens: (path: string) => Promise<void>): ReturnType<Tables> {
  const path = join(folder, name);
  await writeFile(path, text);
  let parts = 0;
  const tables = createTables({
    pause: async () => {
      parts += 1;
      if (parts === 2) await happens(path);
    },
    isCancelled: (runId) => runId === 'cancelled' && parts > 1,
    limit: 1e9,
    script: '',
    helpers: 0,
  });
  return tables(path, name);
}

it.each([
  [
    'grows',
    (path: string) => appendFile(path, '3,4\n'),
    'file-changed',
    /grows was changed while it was read/,
  ],
  [
    'shrinks',
    (path: string) => truncate(path, 1000),
    'file-truncated',
    /shrinks became shorter while it was read/,
  ],
  [
    'rewritten',
    (path: string) => writeFile(path, text.replaceAll('1', '7')),
    'file-changed',
    /rewritten was changed while it was read/,
  ],
])('a file that %s while it is read is not used, and named', async (name, happens, id, message) => {
  const { rows, problems } = await reading(name, happens);
  expect([rows, problems.map((problem) => problem.id)]).toEqual([0, [id]]);
  expect(problems[0]?.message).toMatch(message);
});

it('a file that vanishes while it is read is read to its end, or told of', async () => {
  const { rows, problems } = await reading('vanishes', unlink);
  // Where open files can be removed they stay readable until they are closed.
  expect(rows === 600_000 || problems.length === 1).toBe(true);
});

it('a file that stays as it was is read once', async () => {
  const path = join(folder, 'stays');
  await writeFile(path, text);
  let parts = 0;
  const pause = (): Promise<void> => {
    parts += 1;
    return Promise.resolve();
  };
  const tables = createTables({ pause, isCancelled: () => false, limit: 1e9, script: '', helpers: 0 });
  const first = await tables(path, 'a');
  const before = parts;
  expect(await tables(path, 'b')).toBe(first);
  expect(parts).toBe(before);
  await chmod(path, 0o600);
  expect((await tables(path, 'c')).rows).toBe(600_000);
});

it('a run that is cancelled ends the reading', async () => {
  await expect(reading('cancelled', () => Promise.resolve())).rejects.toThrow(Cancelled);
});
