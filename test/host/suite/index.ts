// Runs inside VS Code's extension host, which calls `run` and exits with its outcome.
import Mocha from 'mocha';
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { connect, screenshot } from '../driver';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly pending: number;
}

const TEST_LIMIT = 30_000;

/** Loads the test files of this window and runs the tests; rejects when one fails. */
export async function run(): Promise<void> {
  writeFileSync(environment('NABLA_BEGUN'), '');
  process.setSourceMapsEnabled(true);
  const print = (...args: unknown[]) => {
    appendFileSync(environment('NABLA_OUTPUT'), `${format(...args)}\n`);
  };
  Mocha.reporters.Base.consoleLog = print;
  const mocha = new Mocha({ timeout: TEST_LIMIT, slow: 5_000, color: false });
  const grep = environment('NABLA_GREP');
  if (grep !== '') mocha.grep(new RegExp(grep, 'i'));
  mocha.rootHooks({ afterEach: keepPicture });
  const folder = join(__dirname, environment('NABLA_WINDOW'));
  for (const name of readdirSync(folder).sort())
    if (name.endsWith('.test.js')) mocha.addFile(join(folder, name));
  const counts = await new Promise<Counts>((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed: failures, pending });
    });
  });
  writeFileSync(environment('NABLA_RESULT'), JSON.stringify(counts));
  if (counts.failed > 0) throw new Error(`${counts.failed} of the host tests failed`);
}

/** Shows what the window looked like when a test failed. */
async function keepPicture(this: Mocha.Context): Promise<void> {
  const test = this.currentTest;
  if (test?.state !== 'failed') return;
  const { page, close } = await connect();
  try {
    await screenshot(page, `failed-${test.fullTitle().replace(/\W+/g, '-').slice(0, 80)}`);
  } finally {
    await close();
  }
}

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`the environment variable ${name} is not set`);
  return value;
}
