import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function messageOf(error: unknown): string {
  return stripVTControlCharacters(error instanceof Error ? error.message : String(error));
}

/** A TCP port of this machine that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  return listenOnce(0);
}

/** Whether nobody listens on the port. */
export async function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

async function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port'));
      });
    });
  });
}

/** Resolves with the promise, or rejects with the message when it takes longer. */
export async function within<T>(milliseconds: number, message: string, promise: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = delay(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${message} (after ${milliseconds / 1000} s)`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    late.catch(() => undefined);
    timer.abort();
  }
}

/** Asks until the answer is yes; rejects with the message when it takes longer. */
export async function until(
  milliseconds: number,
  message: string,
  ask: () => Promise<boolean> | boolean,
): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await ask())) {
    if (Date.now() > end) throw new Error(`${message} (after ${milliseconds / 1000} s)`);
    await delay(50);
  }
}

/**
 * Starts a program as the head of a process group of its own, so that `killTree` ends its children too,
 * which would otherwise outlive it.
 */
export function startGroup(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(program, args, { ...options, detached: process.platform !== 'win32' });
}

/** Ends a process that `startGroup` started, and its children; nothing happens when it has ended already. */
export function killTree({ pid }: { readonly pid?: number | undefined }): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Whether there is a process with that number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Runs the clean-up once, whichever way this program ends: by itself, by Ctrl+C, by a signal, or because the
 * program that started it was killed.
 */
export function onEnd(cleanUp: () => void): void {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    cleanUp();
  };
  process.once('exit', once);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      once();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    });
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(143);
  }, 1000).unref();
}

/** Runs a program to its end; rejects with what it printed when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: Buffer; limit: number },
): Promise<string> {
  const { input, limit, ...rest } = options;
  const child = startGroup(program, args, { ...rest, stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  child.stdout?.on('data', (data: Buffer) => printed.push(data));
  child.stderr?.on('data', (data: Buffer) => printed.push(data));
  child.stdin?.end(input);
  const stop = () => {
    killTree(child);
  };
  process.once('exit', stop);
  const command = [program, ...args].join(' ');
  try {
    const code = await within(
      limit,
      `${command} did not end`,
      new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      }),
    );
    const text = Buffer.concat(printed).toString();
    if (code !== 0) throw new Error(`${command} failed with code ${code ?? 'none'}:\n${text.slice(-4000)}`);
    return text;
  } finally {
    process.removeListener('exit', stop);
    killTree(child);
  }
}
