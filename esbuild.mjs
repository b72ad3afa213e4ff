// Builds every bundle: node esbuild.mjs [--production] [--watch] [--tests]
//   (nothing)      the product, into dist/, with source maps
//   --production   the same without source maps and minified, as it is packaged
//   --tests        only the programs that start VS Code and the suite that runs in it, into .cache/host-tests/
//   --watch        rebuilds on every change of a source file
import { context } from 'esbuild';
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';

const root = import.meta.dirname;
const flags = new Set(process.argv.slice(2));
for (const flag of flags)
  if (!['--production', '--watch', '--tests'].includes(flag)) throw new Error(`unknown flag ${flag}`);
const production = flags.has('--production');

// A language is one grammar file more; each costs 0.4 to 2 MB in the package.
const GRAMMARS = ['python', 'javascript', 'typescript', 'tsx'];

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: production,
  sourcemap: !production,
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};
// VS Code 1.95, the oldest supported, runs extensions on Node 20.
const node = { ...common, platform: 'node', target: 'node20' };

// An ESM bundle of CommonJS packages needs the names that those expect.
const commonJsNames = [
  "import { createRequire as nodeCreateRequire } from 'node:module';",
  "import { fileURLToPath as nodeFileUrlToPath } from 'node:url';",
  'const require = nodeCreateRequire(import.meta.url);',
  'const __filename = nodeFileUrlToPath(import.meta.url);',
].join('\n');

// KaTeX lists each font in three formats; the browsers that VS Code runs on take the first.
const onlyWoff2 = {
  name: 'only-woff2',
  setup(build) {
    build.onLoad({ filter: /katex(\.min)?\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /,\s*url\([^)]*\.(?:woff|ttf)\) format\("[^"]*"\)/g,
        '',
      ),
      loader: 'css',
      resolveDir: dirname(path),
    }));
  },
};

// What reads formats that few files have is read itself only when one comes: a bundle of its own beside the importer's.
const FORMATS = ['parquet', 'arrow'];
function formatsApart() {
  return {
    name: 'formats-apart',
    setup(build) {
      build.onResolve({ filter: new RegExp(`/formats/(${FORMATS.join('|')})$`) }, ({ kind, path }) =>
        kind === 'dynamic-import' ? { path: `./${basename(path)}.cjs`, external: true } : null,
      );
    },
  };
}

const product = [
  {
    ...node,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.cjs',
    format: 'cjs',
    external: ['vscode'],
  },
  {
    ...node,
    entryPoints: ['src/worker.ts'],
    outfile: 'dist/worker.cjs',
    format: 'cjs',
    plugins: [formatsApart()],
  },
  ...FORMATS.map((name) => ({
    ...node,
    entryPoints: [`src/engine/formats/${name}.ts`],
    outfile: `dist/${name}.cjs`,
    format: 'cjs',
  })),
  { ...node, entryPoints: ['src/analysis.ts'], outfile: 'dist/analysis.cjs', format: 'cjs' },
  // Apart from the extension, whose start would otherwise read its 1.6 MB.
  { ...node, entryPoints: ['src/host/mathjax.ts'], outfile: 'dist/mathjax.cjs', format: 'cjs' },
  {
    ...node,
    entryPoints: ['src/cli.ts'],
    outfile: 'dist/cli.js',
    format: 'esm',
    banner: { js: `#!/usr/bin/env node\n${commonJsNames}` },
    plugins: [executable(), formatsApart()],
  },
  {
    ...common,
    entryPoints: { view: 'src/view/main.ts' },
    outdir: 'dist',
    platform: 'browser',
    target: 'chrome128',
    format: 'iife',
    tsconfig: 'src/view/tsconfig.json',
    loader: { '.woff2': 'file' },
    assetNames: 'fonts/[name]',
    plugins: [onlyWoff2],
  },
];

/** Makes what was built executable. */
function executable() {
  return {
    name: 'executable',
    setup(build) {
      build.onEnd(async ({ errors }) => {
        if (errors.length === 0) await chmod(join(root, build.initialOptions.outfile), 0o755);
      });
    },
  };
}

async function copyTreeSitter() {
  const wasm = dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'));
  const names = ['tree-sitter', ...GRAMMARS.map((name) => `tree-sitter-${name}`)];
  const copies = names.map((name) => `dist/${name}.wasm`);
  await Promise.all(copies.map((copy) => copyFile(join(wasm, basename(copy)), join(root, copy))));
  return copies;
}

const NOTICES = 'dist/THIRD-PARTY-NOTICES.txt';
const COMPATIBLE = /^\(?(?:MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|CC0-1\.0)\b/;

// The licences of what is bundled ask that their texts come along.
async function writeNotices(inputs) {
  const folders = new Set(
    inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const notices = await Promise.all(
    [...folders].map(async (folder) => {
      const { name, version, license } = JSON.parse(
        await readFile(join(root, folder, 'package.json'), 'utf8'),
      );
      if (!COMPATIBLE.test(license))
        throw new Error(`the licence of ${name}, ${license}, is not known to fit`);
      const files = (await readdir(join(root, folder))).filter((file) => /^(licen[cs]e|copying)/i.test(file));
      const texts = await Promise.all(files.map((file) => readFile(join(root, folder, file), 'utf8')));
      return {
        name,
        text: [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join('\n\n'),
      };
    }),
  );
  notices.sort((a, b) => a.name.localeCompare(b.name));
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  const intro = 'Nabla contains these packages, each under its own licence.';
  await writeFile(join(root, NOTICES), `${[intro, ...notices.map(({ text }) => text)].join(rule)}\n`);
}

async function hostTests(outdir) {
  // The folder's scripts are CommonJS whatever the package says: VS Code loads its suite with require.
  await writeFile(join(root, outdir, 'package.json'), '{ "type": "commonjs" }\n');
  const list = async (folder) =>
    (await readdir(join(root, folder)))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`);
  const programs = await list('test/host/programs');
  const windows = ['test/host/suite', 'test/host/suite/before', 'test/host/suite/after'];
  const suite = (await Promise.all(windows.map(list)))
    .flat()
    .filter((path) => /(^index|\.test)\.ts$/.test(basename(path)));
  return {
    ...node,
    entryPoints: [...programs, ...suite],
    outdir,
    outbase: 'test/host',
    format: 'cjs',
    minify: false,
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'playwright-core', 'axe-core', '@vscode/test-electron', '@vscode/vsce'],
  };
}

// What an earlier build left is removed afterwards, not before: a VS Code that runs from the folder keeps its files.
async function removeOthers(folder, written) {
  const names = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const stale = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(relative(root, entry.parentPath), entry.name))
    .filter((path) => !written.has(path));
  await Promise.all(stale.map((path) => rm(join(root, path), { force: true })));
}

async function main() {
  const tests = flags.has('--tests');
  const folder = tests ? '.cache/host-tests' : 'dist';
  await mkdir(join(root, folder), { recursive: true });
  const copied = tests ? [`${folder}/package.json`] : await copyTreeSitter();
  const contexts = await Promise.all(
    (tests ? [await hostTests(folder)] : product).map((options) => context(options)),
  );
  if (flags.has('--watch')) {
    await Promise.all(contexts.map((each) => each.watch()));
    console.log('build: watching');
    return;
  }
  // All are built even when one fails, so that one run shows every error.
  const results = await Promise.allSettled(contexts.map((each) => each.rebuild()));
  await Promise.all(contexts.map((each) => each.dispose()));
  const failed = results.filter(({ status }) => status === 'rejected');
  for (const { reason } of failed) if (!reason?.errors) console.error(reason);
  if (failed.length > 0) throw new Error(`${failed.length} of ${results.length} bundles failed, see above`);
  const written = results.flatMap(({ value }) => Object.keys(value.metafile.outputs));
  const own = tests ? [] : [NOTICES];
  if (!tests)
    await writeNotices([
      ...results.flatMap(({ value }) => Object.keys(value.metafile.inputs)),
      relative(root, createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm')),
    ]);
  await removeOthers(folder, new Set([...copied, ...written, ...own].map((path) => join(path))));
}

main().catch((error) => {
  console.error(`build: ${error.message}`);
  process.exitCode = 1;
});
