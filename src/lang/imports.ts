/** Which files of a workspace the imports of a file mean. Paths have slashes and no other conventions. */
import type { Family } from './syntax';

const EXTENSIONS: Readonly<Record<Family, readonly string[]>> = {
  python: ['.py'],
  javascript: ['.js', '.ts', '.jsx', '.tsx', '.mjs', '.cjs', '.mts', '.cts'],
};

/** How many folders up the root of a package is looked for. */
const MOST_UP = 5;

/** The modules that a text imports, found without parsing it. */
export function importedModules(text: string, family: Family): string[] {
  const found = new Set<string>();
  if (family === 'javascript') {
    const relative = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(\.{1,2}\/[^'"\n]*|\.{1,2})\1/g;
    for (const [, , module] of text.matchAll(relative)) if (module !== undefined) found.add(module);
    return [...found];
  }
  for (const [, module, members] of text.matchAll(
    /^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import\b[ \t]*(\([^()]*\)|[^\n#]*)/gm,
  )) {
    if (module === undefined || module === '') continue;
    found.add(module);
    // `from . import losses` may name a file.
    for (const [, member] of (members ?? '').matchAll(/(?:^|[,(])\s*(\w+)/g))
      if (member !== undefined) found.add(joined(module, member));
  }
  for (const [, list] of text.matchAll(/^[ \t]*import[ \t]+([^\n#]+)/gm))
    for (const part of (list ?? '').split(',')) {
      const module = /^\s*([\w.]+)/.exec(part)?.[1];
      if (module !== undefined) found.add(module);
    }
  return [...found];
}

/** A member of a Python module as a module of its own. */
export const joined = (module: string, member: string): string =>
  module.endsWith('.') ? `${module}${member}` : `${module}.${member}`;

/** Paths at which a module can be found from a file, the most likely first. */
export function candidatePaths(from: string, module: string, family: Family): string[] {
  const folder = from.split('/').slice(0, -1);
  return family === 'python' ? pythonPaths(folder, module) : javascriptPaths(folder, module);
}

function pythonPaths(folder: readonly string[], module: string): string[] {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const names = module
    .slice(dots)
    .split('.')
    .filter((name) => name !== '');
  const at = (base: readonly string[]): string[] => {
    const path = [...base, ...names].join('/');
    return [...(names.length > 0 ? [`${path}.py`] : []), `${path}/__init__.py`];
  };
  if (dots > 0) return dots - 1 > folder.length ? [] : at(folder.slice(0, folder.length - (dots - 1)));
  // A script finds modules beside it, a package from the folder above it.
  const ups = [...folder.keys(), folder.length].slice(0, MOST_UP + 1);
  return ups.map((up) => folder.slice(0, folder.length - up)).flatMap(at);
}

function javascriptPaths(folder: readonly string[], module: string): string[] {
  if (!/^\.{1,2}(\/|$)/.test(module)) return [];
  const parts = [...folder];
  for (const part of module.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return [];
  }
  const path = parts.join('/');
  const [, stem, extension] = /^(.*)(\.[cm]?[jt]sx?)$/.exec(path) ?? [];
  const endings = EXTENSIONS.javascript;
  return [
    // What is imported as .js may be written in TypeScript.
    ...(stem !== undefined && extension !== undefined ? [path, `${stem}${extension.replace('j', 't')}`] : []),
    ...endings.map((ending) => `${path}${ending}`),
    ...endings.map((ending) => `${path}/index${ending}`),
  ];
}
