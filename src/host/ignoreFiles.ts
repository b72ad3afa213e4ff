/** What files such as `.gitignore` leave out, as searches of the editor leave it out. */
import ignore, { type Ignore } from 'ignore';

/** One such file: the folder that it stands in, relative to the workspace folder (empty for that itself), and its text. */
export interface IgnoreFile {
  readonly folder: string;
  readonly text: string;
}

/**
 * Whether a path, relative to the workspace folder, is left out. Files in deeper folders go before others, later ones of the
 * same folder before earlier ones; what is in a folder that is left out cannot be taken in again.
 */
export function ignoredBy(files: readonly IgnoreFile[]): (path: string) => boolean {
  const rules = new Map<string, Ignore>();
  for (const { folder, text } of files) rules.set(folder, (rules.get(folder) ?? ignore()).add(text));
  const folders = new Map<string, boolean>([['', false]]);
  const decide = (path: string, suffix: string): boolean => {
    let isIgnored = false;
    for (const folder of ancestors(path)) {
      const found = rules.get(folder)?.test(path.slice(folder === '' ? 0 : folder.length + 1) + suffix);
      if (found?.ignored) isIgnored = true;
      else if (found?.unignored) isIgnored = false;
    }
    return isIgnored;
  };
  const isFolderIgnored = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const isIgnored = isFolderIgnored(parentOf(folder)) || decide(folder, '/');
    folders.set(folder, isIgnored);
    return isIgnored;
  };
  return (path) => rules.size > 0 && (isFolderIgnored(parentOf(path)) || decide(path, ''));
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The folders that a path is in, from the outermost one. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_, k) => parts.slice(0, k + 1).join('/'))];
}
