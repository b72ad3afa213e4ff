import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCheckpoints } from '../../../src/host/checkpoints';
import { fileHash, jobHash, textHash } from '../../../src/host/fingerprint';
import { decodeRun, encodeRun, type StoredRun } from '../../../src/host/runFile';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from '../engine/jobs';

const run: StoredRun = {
  key: 'data:logistic.py#propagate',
  name: 'propagate',
  options: { learningRate: 0.1, epochs: 500, seed: 1, initScale: 0.01, tolerance: 0 },
  choice: { path: '/data/cells.csv', target: 'y', features: ['a', 'b'], standardise: true, missing: 'drop' },
  definition: 'd',
  data: 'c',
  savedAt: 1_700_000_000_000,
  states: [
    { curve: 'derived', epoch: 120, bytes: Uint8Array.of(1, 2, 3, 255) },
    { curve: 'hand', epoch: 119, bytes: new Uint8Array(1000).fill(7) },
  ],
};

let folder: string;
let logged: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nabla-kept-'));
  logged = [];
});
afterEach(() => rm(folder, { recursive: true }));

const open = () => createCheckpoints(join(folder, 'runs'), (line) => logged.push(line));
async function onlyFile(): Promise<string> {
  const names = await readdir(join(folder, 'runs'));
  expect(names).toHaveLength(1);
  return join(folder, 'runs', names[0] ?? '');
}

async function decoded(stored: StoredRun): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeRun(stored)) pieces.push(piece);
  return decodeRun(Buffer.concat(pieces));
}

describe('a kept run', () => {
  it('is found again as it was, by another window too, until it is removed', async () => {
    await open().save({ ...run, savedAt: 1 });
    await open().save(run);
    expect(await open().find(run.key)).toEqual(run);
    expect(await open().find('another')).toBeNull();
    const checkpoints = open();
    await checkpoints.remove(run.key);
    expect(await checkpoints.find(run.key)).toBeNull();
    expect(logged).toEqual([]);
  });

  it('is the last of many saves, and nothing half-written is left', async () => {
    const checkpoints = open();
    const saves = Array.from({ length: 30 }, (_, savedAt) => checkpoints.save({ ...run, savedAt }));
    expect((await checkpoints.find(run.key))?.savedAt).toBe(29);
    await Promise.all(saves);
    expect(await onlyFile()).toMatch(/\.run$/);
  });

  it('is passed over with a line in the log when its file is cut, damaged or foreign', async () => {
    await open().save(run);
    const file = await onlyFile();
    const good = await readFile(file);
    const damaged = Buffer.from(good);
    damaged[good.length >> 1] = (damaged[good.length >> 1] ?? 0) ^ 1;
    const later = Buffer.from(good);
    later[8] = 9;
    for (const [bytes, reason] of [
      [good.subarray(0, good.length - 1), 'cut or damaged'],
      [good.subarray(0, 60), 'cut or damaged'],
      [damaged, 'cut or damaged'],
      [later, 'it has the version 9'],
      [Buffer.from('a,b\n1,2\n'), 'no file of a run'],
      [Buffer.alloc(0), 'no file of a run'],
    ] as const) {
      logged.length = 0;
      await writeFile(file, bytes);
      expect(await open().find(run.key)).toBeNull();
      expect(logged.join('\n')).toContain(reason);
    }
  });

  it('does without a folder, and says when it cannot write', async () => {
    const nowhere = createCheckpoints(null, (line) => logged.push(line));
    await nowhere.save(run);
    expect(await nowhere.find(run.key)).toBeNull();
    expect(logged).toEqual([]);
    await writeFile(join(folder, 'file'), '');
    await createCheckpoints(join(folder, 'file', 'runs'), (line) => logged.push(line)).save(run);
    expect(logged.join('\n')).toMatch(/^keeping a run failed: /);
  });

  it('is the same after encoding and decoding, whatever is in it', async () => {
    expect(await decoded({ ...run, states: [] })).toEqual({ ...run, states: [] });
    expect(await decoded({ ...run, name: 'σ \u{1d53c}' })).toMatchObject({ name: 'σ \u{1d53c}' });
  });
});

describe('hashes', () => {
  it('know a file by its content alone', async () => {
    const path = join(folder, 'a.csv');
    await writeFile(path, 'a,b\n1,2\n');
    const first = await fileHash(path);
    const { atime } = await stat(path);
    await utimes(path, atime, new Date(0));
    expect(await fileHash(path)).toBe(first);
    expect(await textHash('a,b\n1,2\n')).toBe(first);
    await writeFile(path, 'a,b\n1,3\n');
    expect(await fileHash(path)).not.toBe(first);
    await rm(path);
    expect(await fileHash(path)).toBeNull();
  });

  it('know a definition by what it computes', () => {
    const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
    expect(jobHash(jobOf(LOGISTIC, LOGISTIC_GRADIENT))).toBe(jobHash(job));
    expect(jobHash(jobOf(LOGISTIC.replace('-1/m', '-2/m'), LOGISTIC_GRADIENT))).not.toBe(jobHash(job));
  });
});
