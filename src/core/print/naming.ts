/** Which letters stand for indices throughout a program's formulas. */
import { axisIndices, indexedSizes, type Binding, type Program } from '../definition';
import type { IndexNode, Node, Size } from '../expr';
import { programSizes } from '../sample';
import type { Notation } from './names';

export interface Naming {
  readonly program: Program;
  /** The name is that of an input or a binding. */
  readonly isKnown: (name: string) => boolean;
  /** Its symbol carries indices. */
  isIndexed(name: string): boolean;
  /** Notations in LaTeX that were made (see names.ts). */
  readonly notations: Map<string, Notation>;
  /** Whether a name is that of a symbol or of a size. */
  isTaken(name: string): boolean;
  /** The letter of indices of a size. */
  letter(size: Size): string;
  /** The name of an index where the names in `taken` mean something else: the letter with as few primes as possible. */
  index(index: IndexNode, taken: ReadonlySet<string>): string;
}

/** Names for the one-hot rows of labels, tried in order. */
export const ONE_HOT_NAMES: readonly string[] = ['Y', 'T', 'H', 'E'];

/** Letters by the names that sizes have in machine learning, tried in order. */
const CUSTOM: readonly { readonly sizes: RegExp; readonly letters: readonly string[] }[] = [
  { sizes: /^(m|M|N|B|batch|batch_size|samples|n_samples|num_samples|m_train)$/, letters: ['i'] },
  { sizes: /^(n|d|D|p|features|n_features|n_x|nx|in_features|input_dim)$/, letters: ['j'] },
  { sizes: /^(k|K|c|C|classes|n_classes|num_classes|n_y|ny|out_features|output_dim)$/, letters: ['k', 'c'] },
  { sizes: /^(h|H|hidden|hidden_size|n_h|nh)$/, letters: ['h', 'l'] },
  { sizes: /^(t|T|steps|seq|seq_len|time)$/, letters: ['t', 's'] },
];
const LETTERS: readonly string[] = [
  'i',
  'j',
  'k',
  'l',
  'p',
  'q',
  'r',
  's',
  't',
  'u',
  'v',
  'h',
  'g',
  'c',
  'a',
];

/** Letters for all sizes: distinct, and none the name of a symbol or of a size. Deterministic in the program. */
function chooseLetters(program: Program, sizes: readonly Size[]): (size: Size) => string {
  const names = new Set([...program.inputs.map((i) => i.name), ...program.bindings.map((b) => b.name)]);
  const free = (letter: string): boolean =>
    !names.has(letter) && !sizes.includes(letter) && ![...letters.values()].includes(letter);
  const letters = new Map<Size, string>();
  for (const size of sizes) {
    const wanted = CUSTOM.find((row) => row.sizes.test(size))?.letters.find(free);
    if (wanted !== undefined) letters.set(size, wanted);
  }
  // A program with one kind of axis indexes it by i, whatever the axis is called.
  const [first] = sizes;
  if (first !== undefined && ![...letters.values()].includes('i') && free('i')) letters.set(first, 'i');
  for (const size of sizes) if (!letters.has(size)) letters.set(size, LETTERS.find(free) ?? `i_{${size}}`);
  // Axes of fixed length share the next letter; two at once are told apart by primes.
  const rest = LETTERS.find(free) ?? 'i';
  return (size) => letters.get(size) ?? rest;
}

/** Names for a program's formulas; `extra` are further bindings that they may mention (adjoints). */
export function createNaming(program: Program, extra: readonly Binding[] = []): Naming {
  const axes = new Map<string, number>();
  for (const input of program.inputs) axes.set(input.name, indexedSizes(input.shape).length);
  for (const b of [...program.bindings, ...extra]) axes.set(b.name, axisIndices(b.axes).length);
  const sizes = programSizes(program);
  const letter = chooseLetters(program, sizes);
  const isKnown = (name: string): boolean => axes.has(name);

  return {
    program,
    letter,
    isTaken: (name) => isKnown(name) || sizes.includes(name),
    isKnown,
    isIndexed: (name) => (axes.get(name) ?? 0) > 0,
    notations: new Map(),
    index(index, taken) {
      // A name that ends in primes asks for at least as many: the second index of a size stays j' wherever it occurs.
      const own = index.space === 'free' ? (/'*$/.exec(index.name)?.[0] ?? '') : '';
      let name = letter(index.size) + own;
      while (taken.has(name)) name += "'";
      return name;
    },
  };
}

/** The names in use while an expression is printed: free indices first, then each binder as it is entered. */
export interface Scope {
  /** The name of an index that is in scope. */
  name(index: IndexNode): string;
  /** The scope inside a binder. */
  with(index: IndexNode): Scope;
}

/** Gives names to the free indices of `nodes`, shortest own name first, so that `j` comes before `j'` and `j2`. */
export function createScope(naming: Naming, nodes: readonly Node[]): Scope {
  const found = new Map<string, IndexNode>();
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    if (node.free.size === 0 || seen.has(node.id)) return;
    seen.add(node.id);
    if (node.kind === 'index' && node.space !== 'bound') found.set(node.name, node);
    node.args.forEach(visit);
  };
  nodes.forEach(visit);
  const ordered = [...found.values()].sort(
    (a, b) => a.name.length - b.name.length || (a.name < b.name ? -1 : 1),
  );
  let scope = extend(naming, new Map());
  for (const index of ordered) scope = scope.with(index);
  return scope;
}

function extend(naming: Naming, names: ReadonlyMap<string, string>): Scope {
  return {
    name(index) {
      const name = names.get(index.name);
      if (name === undefined) throw new RangeError(`index ${index.name} is not in scope`);
      return name;
    },
    with: (index) =>
      extend(naming, new Map(names).set(index.name, naming.index(index, new Set(names.values())))),
  };
}
