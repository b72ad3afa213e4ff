import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { createWriteStream, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { format } from 'node:util';
import type { Chromium } from './chromium';
import type { WebHost } from './fetch';
import { killTree, onEnd, startGroup, until } from './processes';

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  // Without these a page that is not in front waits for its timers and frames.
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
];

export interface Server {
  readonly address: string;
  readonly stop: () => void;
  /** Rejects when the server ends. */
  readonly ended: Promise<never>;
}

export interface ServerOptions {
  readonly port: number;
  readonly userData: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the VS Code server on this machine's own address; it is up when this resolves, and ends with this program. */
export async function startServer(host: WebHost, options: ServerOptions): Promise<Server> {
  const address = `http://127.0.0.1:${options.port}`;
  await mkdir(options.userData, { recursive: true });
  const child = startGroup(
    host.node,
    [
      join(host.server, 'out', 'server-main.js'),
      '--host=127.0.0.1',
      `--port=${options.port}`,
      '--accept-server-license-terms',
      '--telemetry-level=off',
      `--server-data-dir=${options.userData}`,
      ...options.args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: withoutNpm({ ...process.env, ...options.env }) },
  );
  if (child.pid !== undefined) writeFileSync(pidFile(options.userData), String(child.pid));
  const log = createWriteStream(join(options.userData, 'server.log'));
  child.stdout?.pipe(log);
  child.stderr?.pipe(log);
  const stop = () => {
    killTree(child);
    rmSync(pidFile(options.userData), { force: true });
  };
  onEnd(stop);
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`the VS Code server ended with code ${code ?? 'none'}, see ${String(log.path)}`));
    });
  });
  const up = until(30_000, 'the VS Code server does not answer', async () => {
    const answer = await fetch(`${address}/version`).catch(() => undefined);
    return answer?.ok === true;
  });
  await Promise.race([up, ended]);
  return { address, stop, ended };
}

/** Ends a server whose program was killed and could not do it. */
export function endForgottenServer(userData: string): void {
  if (existsSync(pidFile(userData))) killTree({ pid: Number(readFileSync(pidFile(userData), 'utf8')) });
}

function pidFile(userData: string): string {
  return join(userData, 'server.pid');
}

/** The environment without what npm tells its scripts, which is nothing that a VS Code should hand on. */
export function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_|^INIT_CWD$/.test(name)));
}

/** The address at which the server shows the folder, with an extension under development and its suite when given. */
export function addressOf(
  server: Server,
  folder: string,
  extension?: { developmentPath: string; testsPath?: string },
): string {
  const { host } = new URL(server.address);
  const remote = (path: string) => `vscode-remote://${host}${encodeURI(path)}`;
  const payload: [string, string][] = [['skipWelcome', 'true']];
  if (extension) payload.push(['extensionDevelopmentPath', remote(extension.developmentPath)]);
  if (extension?.testsPath) payload.push(['extensionTestsPath', remote(extension.testsPath)]);
  const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
  return `${server.address}/?${query.toString()}`;
}

/** A headless Chromium that others can drive through the port too. */
export async function startBrowser(
  browser: Chromium,
  options: { userData: string; debuggingPort: number },
): Promise<BrowserContext> {
  const env = { ...withoutNpm(process.env), ...browser.env };
  return chromium.launchPersistentContext(options.userData, {
    executablePath: browser.executable,
    headless: true,
    args: [...QUIET, `--remote-debugging-port=${options.debuggingPort}`],
    env: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    viewport: { width: 1440, height: 900 },
    deviceScaleFactor: Number(process.env['NABLA_SCALE'] ?? 1),
    permissions: ['clipboard-read', 'clipboard-write'],
    timeout: 30_000,
  });
}

/** Keeps what VS Code and its extensions write to their consoles; `exited` resolves with the exit code of the suite. */
export async function listen(page: Page, log: Writable): Promise<{ exited: Promise<number> }> {
  await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
    log.write(`${type}: ${format(...args)}\n`);
  });
  let exit: (code: number) => void = () => undefined;
  const exited = new Promise<number>((resolve) => {
    exit = resolve;
  });
  await page.exposeFunction('codeAutomationExit', exit);
  return { exited };
}
