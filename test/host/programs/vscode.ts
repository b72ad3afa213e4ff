// The executable that runTests starts in place of VS Code itself: it takes the same arguments, starts the VS Code that
// was found (a desktop one, or the server with a browser), keeps the time limits and leaves no process behind.
import { createWriteStream, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { artifacts } from '../launch/paths';
import type { DesktopHost, Host } from '../launch/find';
import { follow } from '../launch/output';
import { killTree, messageOf, onEnd, startGroup, until, within } from '../launch/processes';
import { addressOf, listen, startBrowser, startServer, withoutNpm } from '../launch/web';

const START_LIMIT = 90_000;

interface Launch {
  readonly folder: string;
  readonly userData: string;
  readonly debuggingPort: number;
  readonly serverPort: number;
  readonly developmentPath: string;
  readonly testsPath?: string;
  readonly trust: boolean;
}

function option(name: string): string | undefined {
  const start = `--${name}=`;
  return process.argv.find((arg) => arg.startsWith(start))?.slice(start.length);
}

function required(name: string): string {
  const value = option(name);
  if (value === undefined) throw new Error(`the argument --${name}= is missing`);
  return value;
}

function launch(): Launch {
  const folder = process.argv.slice(2).find((arg) => !arg.startsWith('--'));
  if (folder === undefined) throw new Error('the folder to open is missing');
  const testsPath = option('extensionTestsPath');
  return {
    folder,
    userData: required('user-data-dir'),
    debuggingPort: Number(required('remote-debugging-port')),
    serverPort: Number(process.env['NABLA_SERVER_PORT']),
    developmentPath: required('extensionDevelopmentPath'),
    trust: process.argv.includes('--disable-workspace-trust'),
    ...(testsPath === undefined ? {} : { testsPath }),
  };
}

/** Rejects when the suite has not begun in time; does nothing when there is none. */
async function begun(): Promise<void> {
  const marker = process.env['NABLA_BEGUN'];
  if (marker === undefined) return;
  await until(START_LIMIT, 'VS Code came up, but the test suite did not begin', () => existsSync(marker));
}

/** The code with which the suite ends, once it has begun in time and if it ends in time. */
async function codeOf(exited: Promise<number>): Promise<number> {
  const first = await Promise.race([exited, begun()]);
  if (first !== undefined) return first;
  const limit = process.env['NABLA_LIMIT'];
  if (limit === undefined) return exited;
  return within(Number(limit), 'the suite did not end; NABLA_LIMIT sets the limit in milliseconds', exited);
}

async function runDesktop(host: DesktopHost, log: string): Promise<number> {
  const args = process.argv.slice(2);
  const [program, first] =
    host.display === undefined ? [host.executable, []] : [host.display, ['-a', host.executable]];
  const child = startGroup(program, [...first, ...args], {
    stdio: ['ignore', openSync(log, 'w'), openSync(log, 'a')],
    env: withoutNpm(process.env),
  });
  onEnd(() => {
    killTree(child);
  });
  return codeOf(
    new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => {
        resolve(code ?? 1);
      });
    }),
  );
}

async function runWeb(host: Host & { kind: 'web' }, options: Launch, log: string): Promise<number> {
  const server = await startServer(host, {
    port: options.serverPort,
    userData: options.userData,
    // Only with the smoke test switch does a built server take development paths from the address.
    args: [
      '--without-connection-token',
      '--enable-smoke-test-driver',
      '--enable-remote-auto-shutdown',
      ...(options.trust ? ['--disable-workspace-trust'] : []),
    ],
  });
  const context = await startBrowser(host.chromium, {
    userData: join(options.userData, 'browser'),
    debuggingPort: options.debuggingPort,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  try {
    const { exited } = await listen(page, createWriteStream(log));
    const closed = new Promise<never>((_, reject) => {
      page.once('crash', () => {
        reject(new Error('the page of VS Code crashed'));
      });
      context.once('close', () => {
        reject(new Error('the browser ended'));
      });
    });
    await page.goto(addressOf(server, options.folder, options), {
      waitUntil: 'domcontentloaded',
      timeout: 30_000,
    });
    return await Promise.race([codeOf(exited), closed, server.ended]);
  } catch (error) {
    // What the window showed says more than the message.
    await page
      .screenshot({ path: join(artifacts, 'did-not-work.png'), timeout: 5_000 })
      .catch(() => undefined);
    throw error;
  } finally {
    await within(10_000, 'the browser did not close', context.close()).catch((error: unknown) => {
      process.stderr.write(`host: ${messageOf(error)}\n`);
    });
    server.stop();
  }
}

async function main(): Promise<number> {
  const host = JSON.parse(process.env['NABLA_HOST'] ?? 'null') as Host | null;
  if (host === null) throw new Error('NABLA_HOST does not say which VS Code to start');
  const log = process.env['NABLA_LOG'] ?? join(artifacts, 'vscode.log');
  const output = process.env['NABLA_OUTPUT'];
  const stop = output === undefined ? () => undefined : follow(output);
  try {
    return await (host.kind === 'desktop' ? runDesktop(host, log) : runWeb(host, launch(), log));
  } finally {
    stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`host: ${messageOf(error)}\n`);
    process.exit(1);
  },
);
