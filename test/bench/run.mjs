// Bundles and runs the benchmarks: node test/bench/run.mjs engine|symbolic|soundness [--json FILE] …
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');
const entry = process.argv[2] === 'soundness' ? 'soundness' : 'main';
if (entry === 'soundness') process.argv.splice(2, 1);
const outfile = join(root, `.cache/bench/${entry}.mjs`);
await build({
  absWorkingDir: root,
  entryPoints: [`test/bench/${entry}.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: entry === 'soundness',
  logLevel: 'warning',
});
await import(pathToFileURL(outfile).href);
