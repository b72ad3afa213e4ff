// Runs the suite in a real VS Code: node run.js [part of a test's title ...]
import { runTests } from '@vscode/test-electron';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findVSCode } from '../launch/find';
import type { Host } from '../launch/find';
import { makeLauncher } from '../launch/launcher';
import type { Launcher } from '../launch/launcher';
import { artifacts, hostTests, root, sampleWorkspace } from '../launch/paths';
import { messageOf, say } from '../launch/processes';
import { makeProfile, removeProfile } from '../launch/profile';
import type { Profile } from '../launch/profile';
import type { Counts } from '../suite/index';

const RUN_LIMIT = 15 * 60_000;
const ATTEMPTS = 2;
const log = join(artifacts, 'vscode.log');

/**
 * The windows that are opened one after the other in one profile: folders of the suite. The last two are about what one window
 * leaves for the next.
 */
const WINDOWS = ['.', 'before', 'after'];

/** One run; undefined when VS Code did not come so far as to begin the suite. */
async function attempt(host: Host): Promise<Counts | undefined> {
  const profile = makeProfile(sampleWorkspace);
  const remove = () => {
    removeProfile(profile.folder);
  };
  // Signals are left to runTests, which waits for VS Code to end before it ends this program.
  process.once('exit', remove);
  const total = { passed: 0, failed: 0, pending: 0 };
  try {
    // One address for all windows: what VS Code keeps for a workspace goes by it.
    const launcher = await makeLauncher(host, profile);
    for (const window of WINDOWS) {
      const counts = await runWindow(launcher, profile, window);
      if (counts === undefined) return undefined;
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.pending += counts.pending;
    }
    return total;
  } finally {
    process.removeListener('exit', remove);
    remove();
  }
}

async function runWindow(launcher: Launcher, profile: Profile, window: string): Promise<Counts | undefined> {
  const begun = join(profile.folder, `begun-${window}`);
  const result = join(profile.folder, `result-${window}.json`);
  const failure = await runSuite(launcher, profile, { window, begun, result }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  if (failure && !existsSync(begun)) {
    say(`host: VS Code did not start: ${failure.message}; what it said is in ${log}`);
    return undefined;
  }
  const counts = existsSync(result) ? (JSON.parse(readFileSync(result, 'utf8')) as Counts) : undefined;
  if (counts === undefined || (failure && counts.failed === 0))
    throw failure ?? new Error('VS Code ended before the suite did');
  return counts;
}

interface SuiteFiles {
  readonly window: string;
  readonly begun: string;
  readonly result: string;
}

async function runSuite(
  launcher: Launcher,
  profile: Profile,
  { window, begun, result }: SuiteFiles,
): Promise<void> {
  await runTests({
    vscodeExecutablePath: launcher.executable,
    extensionDevelopmentPath: process.env['NABLA_EXTENSION'] ?? root,
    extensionTestsPath: join(hostTests, 'suite', 'index.js'),
    launchArgs: [...launcher.args],
    extensionTestsEnv: {
      ...launcher.env,
      NABLA_WINDOW: window,
      NABLA_BEGUN: begun,
      NABLA_RESULT: result,
      NABLA_OUTPUT: join(profile.folder, `output-${window}.txt`),
      NABLA_LOG: log,
      NABLA_LIMIT: process.env['NABLA_LIMIT'] ?? String(RUN_LIMIT),
      NABLA_ARTIFACTS: artifacts,
      NABLA_GREP: process.argv.slice(2).join(' '),
    },
  });
}

async function main(): Promise<void> {
  const host = await findVSCode();
  say(`host: ${host.kind === 'web' ? 'VS Code for the browser' : host.executable}`);
  mkdirSync(artifacts, { recursive: true });
  let interrupted = false;
  process.on('SIGINT', () => {
    interrupted = true;
  });
  for (let count = 1; count <= ATTEMPTS; count += 1) {
    const counts = await attempt(host);
    if (interrupted) process.exit(130);
    if (counts === undefined) continue;
    say(`${counts.passed} passed, ${counts.failed} failed`);
    if (counts.passed === 0) throw new Error('no test ran');
    process.exit(counts.failed === 0 ? 0 : 1);
  }
  throw new Error(`VS Code did not start in ${ATTEMPTS} attempts; the reasons are above`);
}

main().catch((error: unknown) => {
  process.stderr.write(`host: ${messageOf(error)}\n`);
  process.exit(1);
});
