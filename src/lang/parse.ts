/**
 * Text to concrete syntax: the tree-sitter runtime and its grammars, made from bytes that the caller loads, and the
 * syntax tree copied once into plain nodes (each call into the runtime costs far more than an object).
 */
import treeSitter from '@vscode/tree-sitter-wasm';
import type { Language, Tree, TreeCursor } from '@vscode/tree-sitter-wasm';
import type { PieceReading } from './pieces';
import { createRecent } from './recent';
import { createTrees } from './trees';

/** A syntax node; positions are offsets into the text of its piece, in UTF-16 units. */
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

/** One of the statements that a file consists of, or a comment between them. Equal ones are the same node. */
export interface Piece {
  readonly node: SyntaxNode;
  readonly text: string;
  /** Offset into the text that was parsed. */
  readonly start: number;
}

export interface ParsedText {
  readonly pieces: readonly Piece[];
  readonly hasError: boolean;
}

export type Grammar = 'python' | 'javascript' | 'typescript' | 'tsx';

export interface Parsers {
  /** Loads what is needed to parse by these grammars; at once where it is there already. */
  ensure(grammars: readonly Grammar[]): Promise<void>;
  /**
   * Parses any text; what the grammar cannot read becomes `ERROR` nodes, or else, with `onlyWhole`, such a text has no
   * pieces. Throws for a grammar that was not loaded.
   */
  parse(grammar: Grammar, text: string, onlyWhole?: boolean): ParsedText;
  /** What was read of pieces, for readers to keep. */
  readonly readings: WeakMap<SyntaxNode, PieceReading>;
  /** The same number for the same content, as long as that was met not too long ago. */
  readonly idOf: (content: string) => number;
  /** The same with a memory of its own for so many characters, so that texts which pass through displace no others. */
  apart(kept: number): Parsers;
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

/** Characters of texts and of pieces whose syntax is kept unless something else is said. */
const KEPT_TEXT = 1_000_000;

/**
 * Loads the runtime and the grammars, of which more can be loaded later; `load` gets a file name of the package's `wasm`
 * folder and returns its bytes.
 */
export async function createParsers(
  load: (file: string) => Promise<Uint8Array>,
  first: readonly Grammar[] = Object.keys(GRAMMAR_FILES) as Grammar[],
): Promise<Parsers> {
  const moduleOptions = { wasmBinary: await load(RUNTIME_FILE), locateFile: (file: string): string => file };
  await treeSitter.Parser.init(moduleOptions);
  const loading = new Map<Grammar, Promise<void>>();
  const grammars = new Map<Grammar, Language>();
  const loadOne = async (grammar: Grammar): Promise<void> => {
    grammars.set(grammar, await treeSitter.Language.load(await load(GRAMMAR_FILES[grammar])));
  };
  const ensure = async (wanted: readonly Grammar[]): Promise<void> => {
    for (const grammar of wanted) {
      const current = loading.get(grammar) ?? loadOne(grammar);
      loading.set(grammar, current);
      await current;
    }
  };
  await ensure(first);
  return open({ grammars, ensure }, KEPT_TEXT);
}

interface Loaded {
  readonly grammars: ReadonlyMap<Grammar, Language>;
  readonly ensure: Parsers['ensure'];
}

/** `kept`: characters of texts and of pieces whose syntax is kept. */
function open(loaded: Loaded, kept: number): Parsers {
  const parser = new treeSitter.Parser();
  const trees = createTrees(parser);
  const texts = createRecent<ParsedText>(kept);
  const nodes = createRecent<SyntaxNode>(kept);
  const contents = createRecent<number>(kept);
  let ids = 0;

  /** Nodes of `grammar` are shared by their texts; null where they depend on what else is in a text with errors. */
  const piecesOf = (cursor: TreeCursor, text: string, grammar: Grammar | null): Piece[] => {
    const pieces: Piece[] = [];
    if (!cursor.gotoFirstChild()) return pieces;
    do {
      const start = cursor.startIndex;
      const own = text.slice(start, cursor.endIndex);
      const key = grammar && `${grammar} ${cursor.nodeType} ${own}`;
      let node = key === null ? undefined : nodes.get(key);
      if (!node) {
        node = copy(cursor, 1, start);
        if (key !== null) nodes.set(key, node, own.length);
      }
      pieces.push({ node, text: own, start });
    } while (cursor.gotoNextSibling());
    return pieces;
  };

  const alone = (language: Language, text: string): Tree | null => {
    parser.setLanguage(language);
    return parser.parse(text);
  };
  const parse = (grammar: Grammar, text: string, onlyWhole: boolean): ParsedText => {
    const language = loaded.grammars.get(grammar);
    if (!language) throw new Error(`no ${grammar} grammar is loaded`);
    // What is parsed in parts, errors or not, has little in common.
    const tree = onlyWhole ? trees.parse(language, text) : alone(language, text);
    if (!tree) throw new Error(`the ${grammar} parser gave no tree`);
    const cursor = tree.walk();
    try {
      const { hasError } = tree.rootNode;
      const pieces = hasError && onlyWhole ? [] : piecesOf(cursor, text, hasError ? null : grammar);
      return { pieces, hasError };
    } finally {
      cursor.delete();
      if (!onlyWhole) tree.delete();
    }
  };

  return {
    ensure: loaded.ensure,
    parse(grammar, text, onlyWhole = false) {
      const key = `${grammar} ${onlyWhole ? 'whole' : 'any'} ${text}`;
      const known = texts.get(key);
      if (known) return known;
      const parsed = parse(grammar, text, onlyWhole);
      texts.set(key, parsed, text.length);
      return parsed;
    },
    readings: new WeakMap(),
    idOf(content) {
      const known = contents.get(content);
      if (known !== undefined) return known;
      ids += 1;
      contents.set(content, ids, content.length);
      return ids;
    },
    apart: (own) => open(loaded, own),
    dispose() {
      trees.dispose();
      parser.delete();
    },
  };
}

function copy(cursor: TreeCursor, depth: number, origin: number): SyntaxNode {
  const type = cursor.nodeType;
  const children: SyntaxNode[] = [];
  if (depth < MAX_DEPTH && cursor.gotoFirstChild()) {
    do children.push(copy(cursor, depth + 1, origin));
    while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return {
    type: depth < MAX_DEPTH ? type : TOO_DEEP,
    named: cursor.nodeIsNamed,
    field: cursor.currentFieldName,
    start: cursor.startIndex - origin,
    end: cursor.endIndex - origin,
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
