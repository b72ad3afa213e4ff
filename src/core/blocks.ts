/**
 * Arrays of more than two axes block by block, as papers write them: some indices are held, and a symbol at them is a matrix or
 * a vector of its own, `dQ_l = dS_l K_l / √d`.
 */
import {
  axisIndices,
  indexedSizes,
  type ArrayValue,
  type Axis,
  type Binding,
  type Program,
} from './definition';
import type { IndexNode, Node, Size } from './expr';
import { toMatrix, type MatrixForm } from './matrix';

export interface Block {
  readonly held: readonly IndexNode[];
  /** The other axes. */
  readonly axes: readonly Axis[];
  readonly form: MatrixForm;
  /** The symbols at the indices that are held, under names with these as subscripts: formulas mention them. */
  readonly parts: readonly Binding[];
  /** A symbol over these axes, with those of its indices that are held as subscripts of its name. */
  named(symbol: string, axes: readonly Axis[]): string;
}

/** `letter` gives an index of that size a letter that is not among `used`. */
export type Lettering = (size: Size, used: ReadonlySet<string>) => string | null;

/** Null where no index can be held, or what is left has no matrix form. */
export function toBlock(
  value: ArrayValue,
  program: Program,
  extra: readonly Binding[],
  letter: Lettering,
): Block | null {
  const indices = axisIndices(value.axes);
  const held = heldIndices(indices, value.element);
  if (held.length === 0 || indices.length - held.length > 2) return null;
  const letters = new Map<IndexNode, string>();
  for (const index of held) {
    const chosen = letter(index.size, new Set(letters.values()));
    if (chosen === null) return null;
    letters.set(index, chosen);
  }
  const cut = cutAt(program, extra, letters, value.element);
  if (!cut) return null;
  const axes = value.axes.filter(({ index }) => index && !letters.has(index));
  const form = toMatrix({ axes, element: cut.element }, program, [...extra, ...cut.parts]);
  if (!form) return null;
  const named = (symbol: string, own: readonly Axis[]): string =>
    subscripted(
      symbol,
      own.flatMap(({ index }) => (index ? (letters.get(index) ?? []) : [])),
    );
  return { held, axes, form, parts: cut.parts, named };
}

const subscripted = (name: string, letters: readonly string[]): string => [name, ...letters].join('_');

/** Those that an indicator compares with each other; else the first ones, down to two. */
function heldIndices(indices: readonly IndexNode[], element: Node): readonly IndexNode[] {
  const compared = new Set<Node>();
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    if (node.kind === 'delta' && node.args.every((arg) => indices.some((index) => index === arg)))
      for (const arg of node.args) compared.add(arg);
    node.args.forEach(visit);
  };
  visit(element);
  const held = indices.filter((index) => compared.has(index));
  return held.length > 0 ? held : indices.slice(0, Math.max(0, indices.length - 2));
}

/** The expression with symbols at the indices that are held for what has such indices; null where one is left over, or such a name is taken. */
function cutAt(
  program: Program,
  extra: readonly Binding[],
  letters: ReadonlyMap<Node, string>,
  element: Node,
): { readonly element: Node; readonly parts: readonly Binding[] } | null {
  const { arena } = program;
  const parts = new Map<string, Binding>();
  const bindings = [...program.bindings, ...extra];
  const isKnown = (name: string): boolean =>
    [...program.inputs, ...bindings].some((other) => other.name === name);
  let isTaken = false;
  const axesOf = (name: string): readonly Size[] => {
    const binding = bindings.find((other) => other.name === name);
    if (binding) return axisIndices(binding.axes).map(({ size }) => size);
    return indexedSizes(program.inputs.find((input) => input.name === name)?.shape ?? []);
  };
  const part = (name: string, axes: readonly Axis[], def: Node, at: readonly Node[]): Node => {
    if (isKnown(name)) isTaken = true;
    if (!parts.has(name)) parts.set(name, { name, axes, def, span: null, origin: 'temporary' });
    return arena.sym(name, ...at);
  };
  const memo = new Map<number, Node>();
  const compute = (node: Node): Node => {
    if (node.kind === 'reduce') {
      const { index, body } = arena.open(node);
      return arena.reduce(node.op, index, visit(body));
    }
    const at = node.args.map((arg) => letters.get(arg) ?? null);
    const held = at.filter((letter) => letter !== null);
    if (node.kind === 'delta' && held.length === 2) return part(subscripted('delta', held), [], node, []);
    if (node.kind === 'sym' && held.length > 0) {
      const own = axesOf(node.name).map((size, k) =>
        at[k] === null ? arena.index(`axis ${k} of ${node.name}`, size) : null,
      );
      const axes = own.flatMap((index): Axis[] => (index ? [{ size: index.size, index }] : []));
      const def = arena.sym(node.name, ...node.args.map((arg, k) => own[k] ?? arg));
      const rest = node.args.filter((_, k) => at[k] === null);
      return part(subscripted(node.name, held), axes, def, rest);
    }
    if (node.kind === 'sym') return node;
    return arena.withArgs(
      node,
      node.args.map((arg) => visit(arg)),
    );
  };
  const visit = (node: Node): Node => {
    if (node.free.size === 0) return node;
    let known = memo.get(node.id);
    if (!known) memo.set(node.id, (known = compute(node)));
    return known;
  };
  const cut = visit(element);
  for (const index of letters.keys()) if (index.kind === 'index' && cut.free.has(index.name)) return null;
  return isTaken ? null : { element: cut, parts: [...parts.values()] };
}
