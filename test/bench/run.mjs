// Bundles and runs the benchmarks: node test/bench/run.mjs engine|symbolic|reading|data|host|soundness|corpus [--json FILE] …
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');
const folder = join(root, '.cache/bench');
const bundle = (from, out, options = {}) =>
  build({
    absWorkingDir: root,
    entryPoints: [`test/bench/${from}`],
    outfile: join(folder, out),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    ...options,
  });

// Peers are no dependencies of the product: they are installed apart, when a bench first asks for them.
async function installPeers() {
  const from = join(root, 'test/bench/peers');
  const to = join(folder, 'peers');
  const lock = await readFile(join(from, 'package-lock.json'), 'utf8');
  const installed = await readFile(join(to, 'package-lock.json'), 'utf8').catch(() => null);
  if (installed === lock) return;
  await mkdir(to, { recursive: true });
  for (const name of ['package.json', '.npmrc']) await copyFile(join(from, name), join(to, name));
  await copyFile(join(from, 'package-lock.json'), join(to, 'package-lock.json'));
  // Versions were chosen by trying them, not by what their packages say of Node.
  execFileSync('npm', ['ci', '--no-engine-strict'], { cwd: to, stdio: 'inherit' });
}

process.chdir(root);
const named = ['soundness', 'corpus'].find((name) => name === process.argv[2]);
if (named) process.argv.splice(2, 1);
// `npm run fuzz` is of the simplifier, `npm run fuzz -- text` of the reading of files.
const entry = named === 'soundness' && process.argv[2] === 'text' ? 'texts' : (named ?? 'main');
await bundle(`${entry}.ts`, `${entry}.mjs`, {
  sourcemap: entry === 'soundness',
  // The parser finds its grammars by the place of its own module.
  packages: 'external',
});
if (process.argv[2] === 'symbolic') {
  await installPeers();
  await bundle('core.ts', 'core.mjs', { minify: true });
  await bundle('deriver.ts', 'deriver.mjs', { minify: true });
}
if (process.argv[2] === 'engine' || process.argv[2] === 'host')
  await build({
    absWorkingDir: root,
    entryPoints: ['src/worker.ts'],
    outfile: join(folder, 'worker.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'warning',
  });
if (process.argv[2] === 'data')
  for (const name of ['readOnce', 'larger'])
    await bundle(`${name}.ts`, `${name}.cjs`, { format: 'cjs', minify: true });
if (process.argv[2] === 'reading') {
  // The thread as the product has it, with the grammars beside it.
  await bundle('../../src/analysis.ts', 'analysis.cjs', { format: 'cjs' });
  const wasm = join(root, 'node_modules/@vscode/tree-sitter-wasm/wasm');
  for (const name of (await readdir(wasm)).filter((file) => file.endsWith('.wasm')))
    await copyFile(join(wasm, name), join(folder, name));
}
await import(pathToFileURL(join(folder, `${entry}.mjs`)).href);
