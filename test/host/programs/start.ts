// Opens the sample workspace with the extension: in the user's own VS Code, else a downloaded one, else the one for the
// browser with the packaged extension installed, which stays up until Ctrl+C.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from '../launch/chromium';
import { fetchWebHost } from '../launch/fetch';
import { downloadDesktop, findDisplay, webHostExists } from '../launch/find';
import { npm } from '../launch/npm';
import { cache, root, sampleWorkspace } from '../launch/paths';
import { freePort, isFree, killTree, messageOf, onEnd, run, say, startGroup } from '../launch/processes';
import { userSettings, writeSettings } from '../launch/profile';
import { addressOf, startServer, withoutNpm } from '../launch/web';

const PORT = 8537;
const MAC = '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code';

/** The command of an installed VS Code that can open a window here. */
function ownCode(): string | undefined {
  const wish = process.env['NABLA_VSCODE'] ?? '';
  if (wish !== '') return ['desktop', 'web'].includes(wish) ? undefined : wish;
  // In a terminal of a remote window `code` is another program, which cannot run an extension under development.
  if (process.env['VSCODE_IPC_HOOK_CLI'] !== undefined) return undefined;
  const { possible, display } = findDisplay();
  if (!possible || display !== undefined) return undefined;
  const path = onPath('code') ?? (existsSync(MAC) ? MAC : undefined);
  if (path === undefined) return undefined;
  const shell = process.platform === 'win32';
  const { status } = spawnSync(shell ? `"${path}"` : path, ['--version'], {
    shell,
    stdio: 'ignore',
    timeout: 15_000,
  });
  return status === 0 ? path : undefined;
}

/** Opens a window and waits until it, or the command that opens it, has ended. */
async function openDesktop(program: string, userData?: string): Promise<void> {
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  const folder = userData ?? (asRoot ? join(cache, 'start') : undefined);
  const args = [
    '--new-window',
    `--extensionDevelopmentPath=${root}`,
    ...(folder === undefined ? [] : [`--user-data-dir=${folder}`]),
    ...(asRoot ? ['--no-sandbox'] : []),
    sampleWorkspace,
  ];
  const shell = process.platform === 'win32';
  const child = startGroup(shell ? `"${program}"` : program, args, {
    shell,
    stdio: 'ignore',
    env: withoutNpm(process.env),
  });
  if (userData !== undefined)
    onEnd(() => {
      killTree(child);
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with code ${code ?? 'none'}`);
}

async function openInBrowser(userData: string): Promise<void> {
  const host = await fetchWebHost();
  say('start: packaging the extension');
  await npm(root, ['run', 'package']);
  await run(
    host.node,
    [
      join(host.server, 'out', 'server-main.js'),
      '--accept-server-license-terms',
      `--server-data-dir=${userData}`,
      '--force',
      `--install-extension=${join(root, 'nabla.vsix')}`,
    ],
    { env: withoutNpm(process.env), limit: 120_000 },
  );
  const wish = process.env['NABLA_PORT'];
  const port = wish === undefined ? ((await isFree(PORT)) ? PORT : await freePort()) : Number(wish);
  // Without the token any page that the user has open could reach the server.
  const token = randomBytes(16).toString('hex');
  const server = await startServer(host, {
    port,
    userData,
    args: [`--connection-token=${token}`, '--disable-workspace-trust'],
  });
  const address = addressOf(server, sampleWorkspace).replace('/?', `/?tkn=${token}&`);
  say(`\nVS Code with Nabla is at\n\n  ${address}\n\nOpen it in a browser on this machine. Ctrl+C ends it.`);
  await server.ended;
}

async function main(): Promise<void> {
  const own = ownCode();
  if (own !== undefined) {
    say(`start: opening ${sampleWorkspace} with ${own}`);
    await openDesktop(own);
    return;
  }
  const userData = join(cache, 'start');
  mkdirSync(userData, { recursive: true });
  if (!existsSync(join(userData, 'User', 'settings.json'))) writeSettings(userData, userSettings());
  if (process.env['NABLA_VSCODE'] !== 'web')
    try {
      const { executable, display } = await downloadDesktop();
      // A virtual display would show the window to nobody.
      if (display !== undefined) throw new Error('there is no display');
      say(`start: opening ${sampleWorkspace}`);
      await openDesktop(executable, userData);
      return;
    } catch (error) {
      if (process.env['NABLA_VSCODE'] === 'desktop' || !webHostExists()) throw error;
      say(`start: no desktop VS Code (${messageOf(error)}); taking the one for the browser`);
    }
  await openInBrowser(userData);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`start: ${messageOf(error)}\n`);
    process.exit(1);
  },
);
