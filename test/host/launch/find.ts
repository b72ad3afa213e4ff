import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';
import { fetchStableVersions } from '@vscode/test-electron/out/download';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import pins from '../pins.json';
import { findChromium, lacksLibraries, onPath } from './chromium';
import type { Chromium } from './chromium';
import { fetchWebHost } from './fetch';
import type { WebHost } from './fetch';
import { cache } from './paths';
import { messageOf, say, within } from './processes';

const PROBE_LIMIT = 6_000;
const DOWNLOAD_LIMIT = 10 * 60_000;

export interface DesktopHost {
  readonly kind: 'desktop';
  readonly executable: string;
  /** The program that provides a display, where there is none. */
  readonly display?: string;
}

export type Host = DesktopHost | ({ readonly kind: 'web'; readonly chromium: Chromium } & WebHost);

/**
 * The VS Code to test in: what NABLA_VSCODE says (`desktop`, `web` or the path of a VS Code), else a desktop VS Code
 * that is downloaded already or can be, else the one for the browser from the npm registry.
 */
export async function findVSCode(): Promise<Host> {
  const wish = process.env['NABLA_VSCODE'] ?? '';
  if (wish === 'web') return findWeb();
  if (wish !== '' && wish !== 'desktop') return desktop(electronOf(wish));
  try {
    return await downloadDesktop();
  } catch (error) {
    if (wish === 'desktop') throw error;
    say(`host: no desktop VS Code (${messageOf(error)}); taking the one for the browser`);
    return findWeb();
  }
}

async function findWeb(): Promise<Host> {
  if (!webHostExists())
    throw new Error(
      `the VS Code for the browser is there for Linux on x64 only, not for ${process.platform} on ${process.arch}; ` +
        'set NABLA_VSCODE to the path of an installed VS Code',
    );
  // One after the other, as two npm at once in one folder's cache gain nothing on a slow line.
  const host = await fetchWebHost();
  return { kind: 'web', ...host, chromium: await findChromium() };
}

export function webHostExists(): boolean {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** Whether a window can be shown, and with which program's help. */
export function findDisplay(): { possible: boolean; display?: string } {
  if (process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
    return { possible: true };
  const display = onPath('xvfb-run');
  return display === undefined ? { possible: false } : { possible: true, display };
}

function desktop(executable: string): DesktopHost {
  const { possible, display } = findDisplay();
  if (!possible) throw new Error('there is no display, nor xvfb-run to provide one');
  if (!existsSync(executable)) throw new Error(`${executable} does not exist`);
  if (process.platform === 'linux' && lacksLibraries(executable))
    throw new Error(`this system lacks libraries that ${executable} needs, see ldd`);
  return { kind: 'desktop', executable, ...(display === undefined ? {} : { display }) };
}

/** A desktop VS Code of the pinned version from its makers, kept in the cache. */
export async function downloadDesktop(): Promise<DesktopHost> {
  if (!findDisplay().possible) throw new Error('there is no display, nor xvfb-run to provide one');
  const cachePath = join(cache, 'vscode-desktop');
  if (!isDownloaded(cachePath)) {
    const versions = await within(
      PROBE_LIMIT,
      'the download site does not answer',
      fetchStableVersions(true, PROBE_LIMIT).catch((error: unknown) => {
        throw new Error(`the download site cannot be reached: ${messageOf(error)}`, { cause: error });
      }),
    );
    if (!versions.includes(pins.vscode)) throw new Error(`the download site has no VS Code ${pins.vscode}`);
    say(`host: downloading VS Code ${pins.vscode}, once, into .cache/vscode-desktop`);
  }
  const executable = await within(
    DOWNLOAD_LIMIT,
    'the download did not end',
    downloadAndUnzipVSCode({ version: pins.vscode, cachePath, reporter: new SilentReporter() }),
  );
  return desktop(executable);
}

function isDownloaded(cachePath: string): boolean {
  return (
    existsSync(cachePath) &&
    readdirSync(cachePath).some(
      (name) => name.endsWith(`-${pins.vscode}`) && existsSync(join(cachePath, name, 'is-complete')),
    )
  );
}

/** The program itself, where the path is that of the command line script which starts it and returns at once. */
function electronOf(path: string): string {
  const found = existsSync(path) ? path : onPath(path);
  const real = found === undefined ? resolve(path) : realpathSync(found);
  const folder = dirname(real);
  const candidates = [
    join(folder, '..', 'code'),
    join(folder, '..', 'code-insiders'),
    join(folder, '..', 'codium'),
    join(folder, '..', '..', '..', 'MacOS', 'Electron'),
    join(folder, '..', '..', '..', 'MacOS', 'Code'),
  ];
  const isScript = folder.endsWith('bin');
  return (isScript ? candidates.find((candidate) => existsSync(candidate)) : undefined) ?? real;
}
