import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Cancelled, createEngine } from '../../../src/host/engine';
import type { Engine } from '../../../src/host/engine';

// The real worker, told by files beside it to end in one way or another when it is first asked for something.
const WORKER = `
const { existsSync, rmSync } = require('node:fs');
const { join } = require('node:path');
const { parentPort } = require('node:worker_threads');
const once = (name) => {
  const path = join(__dirname, name);
  if (!existsSync(path)) return false;
  rmSync(path);
  return true;
};
if (once('throws')) parentPort.once('message', () => { throw new Error('it broke'); });
else if (once('exits')) parentPort.once('message', () => process.exit(3));
else if (once('hangs')) parentPort.once('message', () => { for (;;); });
else require('./real.cjs');
`;
const never = new AbortController().signal;

describe('the engine', () => {
  let folder: string;
  let table: string;
  let engine: Engine;
  let logged: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nabla-engine-'));
    await mkdir(join(folder, 'dist'));
    await writeFile(join(folder, 'dist', 'worker.cjs'), WORKER);
    await build({
      entryPoints: [join(import.meta.dirname, '../../../src/worker.ts')],
      outfile: join(folder, 'dist', 'real.cjs'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'silent',
    });
    table = join(folder, 'table.csv');
    await writeFile(table, 'a,y\n1,0\n2,1\n');
  });
  beforeEach(() => {
    logged = [];
    engine = createEngine(folder, (line) => {
      logged.push(line);
    });
  });
  afterEach(() => {
    engine.dispose();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const fault = (name: string) => writeFile(join(folder, 'dist', name), '');

  it.each([
    ['throws', /ended unexpectedly: it broke\. .*starts anew/],
    ['exits', /ended unexpectedly: its thread ended by itself \(code 3\)\. .*starts anew/],
  ])('says so when its worker %s, and starts it anew at the next use', async (name, message) => {
    await fault(name);
    await expect(engine.preview(table, never)).rejects.toThrow(message);
    expect((await engine.preview(table, never)).rows).toBe(2);
    if (name === 'throws') expect(logged.join('\n')).toContain('it broke');
  });

  it('ends a worker that does not stop when it is told to', async () => {
    await fault('hangs');
    const controller = new AbortController();
    const asked = engine.preview(table, controller.signal);
    controller.abort();
    await expect(asked).rejects.toThrow(Cancelled);
    expect((await engine.preview(table, never)).rows).toBe(2);
  }, 20_000);

  it('does not start what is cancelled already', async () => {
    await expect(engine.preview(table, AbortSignal.abort())).rejects.toThrow(Cancelled);
  });
});
