/** Folders that hold nobody's own code. */
const FOREIGN: readonly string[] = [
  '**/node_modules/**',
  '**/site-packages/**',
  '**/__pycache__/**',
  '**/{venv,.venv,env,.env}/**',
  '**/.*/**',
  '**/*.min.js',
];

/**
 * What a search in files leaves out besides `files.exclude`, as one glob: the user's `search.exclude`, as far as it holds without
 * looking at sibling files, and folders of foreign code. Globs in braces may hold no braces, so each of them is written out.
 */
export function excludeGlob(searchExclude: unknown): string {
  const own = Object.entries(typeof searchExclude === 'object' && searchExclude !== null ? searchExclude : {})
    .filter(([, on]) => on === true)
    .map(([glob]) => glob);
  return `{${[...new Set([...FOREIGN, ...own].flatMap(withoutBraces))].join(',')}}`;
}

/** `a.{js,ts}` as `a.js` and `a.ts`. */
function withoutBraces(glob: string): string[] {
  const [whole, inner] = /\{([^{}]*)\}/.exec(glob) ?? [];
  if (whole === undefined || inner === undefined) return [glob];
  return inner.split(',').flatMap((part) => withoutBraces(glob.replace(whole, () => part)));
}
