import type { DefinitionKind, FileScan, TextSpan } from '../protocol';

/** A definition or a gradient in the list of a workspace's symbols. */
export interface ScannedSymbol {
  readonly name: string;
  /** What it is, as the list shows it beside the name. */
  readonly container: string;
  readonly span: TextSpan;
}

const KIND_WORDS: Readonly<Record<DefinitionKind, string>> = {
  loss: 'loss',
  activation: 'activation',
  regulariser: 'regulariser',
  model: 'model',
  propagate: 'loss with its gradients',
  gradient: 'gradient',
};

export const kindWord = (kind: DefinitionKind): string => KIND_WORDS[kind];

/** The sign tells them from the symbols of the language itself, and typing it lists them all. */
const marked = (name: string): string => `∇ ${name}`;

/** Definitions of a file and the functions that compute their gradients. */
export function symbolsOf({ definitions }: FileScan): ScannedSymbol[] {
  const gradients = new Set<number>();
  return definitions.flatMap(({ name, kind, nameSpan, gradient }) => {
    const own = { name: marked(name), container: kindWord(kind), span: nameSpan };
    // One function may compute the gradients of several definitions.
    if (gradient === null || gradients.has(gradient.nameSpan.startLine)) return [own];
    gradients.add(gradient.nameSpan.startLine);
    return [own, { name: marked(gradient.name), container: `gradient of ${name}`, span: gradient.nameSpan }];
  });
}

/** Whether a name has the letters of a query in their order, as the search for symbols expects. */
export function matchesLetters(query: string, name: string): boolean {
  const letters = name.toLowerCase();
  let at = 0;
  for (const letter of query.toLowerCase().replace(/\s/g, '')) {
    at = letters.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
