/**
 * Syntax trees of whole texts, the last one of each grammar kept: after an edit the parser goes through what was edited alone.
 */
import type { Language, Parser, Point, Tree } from '@vscode/tree-sitter-wasm';

export interface Trees {
  /** The tree of a text, valid until the next call; null where the parser gives none. */
  parse(language: Language, text: string): Tree | null;
  /** Frees them. */
  dispose(): void;
}

interface Kept {
  readonly text: string;
  readonly tree: Tree;
}

/** Texts that have less than this share in common are parsed from the beginning. */
const SHARED = 0.5;

export function createTrees(parser: Parser): Trees {
  /** Without errors, so that how one was recovered from leaves no trace. */
  const kept = new Map<Language, Kept>();
  let latest: Tree | null = null;
  const drop = (): void => {
    if (latest && ![...kept.values()].some(({ tree }) => tree === latest)) latest.delete();
    latest = null;
  };
  return {
    parse(language, text) {
      drop();
      parser.setLanguage(language);
      const old = kept.get(language);
      const edited = old && editedTree(old, text);
      latest = parser.parse(text, edited);
      edited?.delete();
      if (latest && !latest.rootNode.hasError) {
        old?.tree.delete();
        kept.set(language, { text, tree: latest });
      }
      return latest;
    },
    dispose() {
      drop();
      for (const { tree } of kept.values()) tree.delete();
      kept.clear();
    },
  };
}

/** A copy of a tree that knows where its text differs from another one; null where most of it does. */
function editedTree({ text: before, tree }: Kept, after: string): Tree | null {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let same = 0;
  while (
    same < most - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  )
    same += 1;
  if (start + same < SHARED * Math.max(before.length, after.length)) return null;
  const copy = tree.copy();
  const oldEndIndex = before.length - same;
  const newEndIndex = after.length - same;
  copy.edit({
    startIndex: start,
    oldEndIndex,
    newEndIndex,
    startPosition: pointAt(before, start),
    oldEndPosition: pointAt(before, oldEndIndex),
    newEndPosition: pointAt(after, newEndIndex),
  });
  return copy;
}

function pointAt(text: string, index: number): Point {
  let row = 0;
  let line = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) {
    row += 1;
    line = at + 1;
  }
  return { row, column: index - line };
}
