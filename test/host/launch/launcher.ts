import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from './find';
import { hostTests } from './paths';
import { freePort } from './processes';
import type { Profile } from './profile';

export interface Launcher {
  /** What starts VS Code: a script for the program `vscode`, as only a file can be given to `runTests`. */
  readonly executable: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The port at which Chromium's debugging protocol answers. */
  readonly debuggingPort: number;
}

/** Prepares one start of VS Code in the profile's folders. */
export async function makeLauncher(host: Host, profile: Profile): Promise<Launcher> {
  const program = join(hostTests, 'programs', 'vscode.js');
  const windows = process.platform === 'win32';
  const executable = join(profile.folder, windows ? 'vscode.cmd' : 'vscode');
  writeFileSync(
    executable,
    windows
      ? `@"${process.execPath}" "${program}" %*\r\n`
      : `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`,
  );
  chmodSync(executable, 0o755);
  const debuggingPort = await freePort();
  return {
    executable,
    args: [
      profile.workspace,
      `--user-data-dir=${profile.userData}`,
      `--extensions-dir=${profile.extensions}`,
      `--remote-debugging-port=${debuggingPort}`,
      '--enable-smoke-test-driver',
      '--disable-gpu',
      '--disable-telemetry',
    ],
    env: {
      NABLA_HOST: JSON.stringify(host),
      NABLA_SERVER_PORT: String(await freePort()),
      NABLA_CDP_PORT: String(debuggingPort),
      NABLA_WORKSPACE: profile.workspace,
    },
    debuggingPort,
  };
}
