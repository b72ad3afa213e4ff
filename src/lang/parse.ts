/**
 * Text to concrete syntax: the tree-sitter runtime and its grammars, made from bytes that the caller loads, and the
 * syntax tree copied once into plain nodes (each call into the runtime costs far more than an object).
 */
import treeSitter from '@vscode/tree-sitter-wasm';
import type { Language, TreeCursor } from '@vscode/tree-sitter-wasm';

/** A syntax node; positions are offsets into the text, in UTF-16 units. */
export interface SyntaxNode {
  readonly type: string;
  readonly named: boolean;
  /** The role that it has in its parent (`left`, `body`), if the grammar names one. */
  readonly field: string | null;
  readonly start: number;
  readonly end: number;
  readonly missing: boolean;
  readonly children: readonly SyntaxNode[];
}

export interface ParsedText {
  readonly root: SyntaxNode;
  readonly hasError: boolean;
}

export type Grammar = 'python' | 'javascript' | 'typescript' | 'tsx';

export interface Parsers {
  /** Parses any text; what the grammar cannot read becomes `ERROR` nodes. */
  parse(grammar: Grammar, text: string): ParsedText;
  /** Frees the runtime's memory. */
  dispose(): void;
}

/** Files of `@vscode/tree-sitter-wasm`, by the names that `load` is asked for. */
export const RUNTIME_FILE = 'tree-sitter.wasm';
export const GRAMMAR_FILES: Readonly<Record<Grammar, string>> = {
  python: 'tree-sitter-python.wasm',
  javascript: 'tree-sitter-javascript.wasm',
  typescript: 'tree-sitter-typescript.wasm',
  tsx: 'tree-sitter-tsx.wasm',
};

/** Trees deeper than this are cut: such text is generated or garbage, and recursion over it must stay safe. */
const MAX_DEPTH = 250;

/** Type of the nodes at the cut. */
export const TOO_DEEP = 'TOO_DEEP';

/** Loads the runtime and the grammars; `load` gets a file name of the package's `wasm` folder and returns its bytes. */
export async function createParsers(load: (file: string) => Promise<Uint8Array>): Promise<Parsers> {
  const moduleOptions = { wasmBinary: await load(RUNTIME_FILE), locateFile: (file: string): string => file };
  await treeSitter.Parser.init(moduleOptions);
  const grammars = new Map<Grammar, Language>();
  for (const [grammar, file] of Object.entries(GRAMMAR_FILES) as [Grammar, string][])
    grammars.set(grammar, await treeSitter.Language.load(await load(file)));
  const parser = new treeSitter.Parser();
  return {
    parse(grammar, text): ParsedText {
      parser.setLanguage(grammars.get(grammar) ?? null);
      const tree = parser.parse(text);
      if (!tree) throw new Error(`no ${grammar} grammar is loaded`);
      const cursor = tree.walk();
      try {
        return { root: copy(cursor, 0), hasError: tree.rootNode.hasError };
      } finally {
        cursor.delete();
        tree.delete();
      }
    },
    dispose(): void {
      parser.delete();
    },
  };
}

function copy(cursor: TreeCursor, depth: number): SyntaxNode {
  const type = cursor.nodeType;
  const children: SyntaxNode[] = [];
  if (depth < MAX_DEPTH && cursor.gotoFirstChild()) {
    do children.push(copy(cursor, depth + 1));
    while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return {
    type: depth < MAX_DEPTH ? type : TOO_DEEP,
    named: cursor.nodeIsNamed,
    field: cursor.currentFieldName,
    start: cursor.startIndex,
    end: cursor.endIndex,
    missing: cursor.nodeIsMissing,
    children,
  };
}

/** The first child with this role. */
export function child(node: SyntaxNode, field: string): SyntaxNode | null {
  return node.children.find((c) => c.field === field) ?? null;
}

export function namedChildren(node: SyntaxNode): SyntaxNode[] {
  return node.children.filter((c) => c.named && c.type !== 'comment' && c.type !== 'line_continuation');
}

export function containsError(node: SyntaxNode): boolean {
  return node.type === 'ERROR' || node.type === TOO_DEEP || node.missing || node.children.some(containsError);
}
