/** The files of a workspace that a text depends on, found by its imports; whoever calls reads them. */
import { candidatePaths, importedModules } from '../lang/imports';
import type { Neighbour } from '../protocol';

/** Files that one text may draw on, and characters that one of them may have. */
const MOST_FILES = 40;
const LONGEST = 400_000;

const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/\.py$/i, 'python'],
  [/\.[cm]?js$/i, 'javascript'],
  [/\.jsx$/i, 'javascriptreact'],
  [/\.[cm]?ts$/i, 'typescript'],
  [/\.tsx$/i, 'typescriptreact'],
];

/** The language of a file by its name, null for one that is not read. */
export const languageOf = (path: string): string | null =>
  FAMILIES.find(([ending]) => ending.test(path))?.[1] ?? null;

/**
 * The files that a text imports, those that they import, and so on. Paths have slashes; `read` gives the text at a path, or
 * null where there is none.
 */
export async function neighboursOf(
  { path, text, languageId }: Neighbour,
  read: (path: string) => Promise<string | null>,
): Promise<Neighbour[]> {
  const found = new Map<string, Neighbour>();
  const texts = new Map<string, Promise<string | null>>();
  const textAt = (at: string): Promise<string | null> => {
    const known = texts.get(at) ?? read(at);
    texts.set(at, known);
    return known;
  };
  const waiting: Neighbour[] = [{ path, text, languageId }];
  for (let from = waiting.shift(); from; from = waiting.shift()) {
    const family = from.languageId === 'python' ? 'python' : 'javascript';
    for (const module of importedModules(from.text, family))
      for (const at of candidatePaths(from.path, module, family)) {
        if (at === path || found.has(at)) break;
        const language = languageOf(at);
        const own = language === null ? null : await textAt(at);
        if (language === null || own === null) continue;
        if (own.length > LONGEST || found.size >= MOST_FILES) break;
        const file = { path: at, languageId: language, text: own };
        found.set(at, file);
        waiting.push(file);
        break;
      }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
