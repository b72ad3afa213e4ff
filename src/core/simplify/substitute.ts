/** Parts of expressions found and replaced, for proofs by cases. */
import type { Arena, IndexNode, Node } from '../expr';
import type { Facts } from '../facts';

/** No bound index of it belongs to a binder around it. */
export function isClosed(node: Node): boolean {
  for (const name of node.free) if (name.startsWith('#')) return false;
  return true;
}

/** The first part that satisfies the condition, from outside inwards. */
export function find(node: Node, condition: (node: Node) => boolean): Node | null {
  const seen = new Set<number>();
  const visit = (n: Node): Node | null => {
    if (seen.has(n.id)) return null;
    seen.add(n.id);
    if (condition(n)) return n;
    for (const arg of n.args) {
      const found = visit(arg);
      if (found) return found;
    }
    return null;
  };
  return visit(node);
}

/** Every occurrence of a closed part replaced; the replacement must be closed too. */
export function replaceAll(arena: Arena, top: Node, part: Node, by: Node): Node {
  const memo = new Map<number, Node>([[part.id, by]]);
  const visit = (node: Node): Node => {
    const known = memo.get(node.id);
    if (known) return known;
    const result = node.args.length === 0 ? node : arena.withArgs(node, node.args.map(visit));
    memo.set(node.id, result);
    return result;
  };
  return visit(top);
}

/** p = 0 solved for an atom that stands in it once, as a term with a number factor; symbols first. */
export function solveForAtom(arena: Arena, p: Node): { atom: Node; value: Node } | null {
  const terms = p.kind === 'add' ? p.args : [p];
  for (const isFit of [(n: Node) => n.kind === 'sym', (n: Node) => n.kind === 'call' || n.kind === 'reduce'])
    for (const term of terms) {
      const parts = term.kind === 'mul' ? term.args : [term];
      const atom = parts.find(isFit);
      const number = arena.mul(...parts.filter((part) => part !== atom));
      const others = arena.add(...terms.filter((other) => other !== term));
      if (!atom || number.kind !== 'num' || find(others, (n) => n === atom)) continue;
      return { atom, value: arena.neg(arena.div(others, number)) };
    }
  return null;
}

export interface OneHotRow {
  readonly name: string;
  readonly axis: number;
  readonly size: string;
}

/** An input with one-hot rows of which the node mentions one row only. */
export function oneHotRow(arena: Arena, facts: Facts, top: Node): OneHotRow | null {
  const rows = new Map<string, { key: string; row: OneHotRow } | null>();
  arena.mapSyms(top, (sym) => {
    if (facts.distribution(sym.name) !== 'hard') return sym;
    const axis = facts.distributionAxis(sym.name, sym.args.length);
    const size = facts.axisSize(sym.name, axis);
    const others = sym.args.filter((_, k) => k !== axis);
    const known = rows.get(sym.name);
    const key = others.map((arg) => arg.id).join();
    const fixed = others.every((arg) => ![...arg.free].some((name) => name.startsWith('~')));
    if (size === null || !fixed || known === null || (known && known.key !== key)) rows.set(sym.name, null);
    else if (!known) rows.set(sym.name, { key, row: { name: sym.name, axis, size } });
    return sym;
  });
  for (const found of rows.values()) if (found) return found.row;
  return null;
}

/** Opened indices under names of the free space, so that binders opened later cannot take the same. */
export function withFreeIndices(arena: Arena, top: Node): Node {
  const pairs = new Map<string, readonly [IndexNode, Node]>();
  const opened = (node: Node): void => {
    if (node.kind === 'index' && node.space === 'open' && !pairs.has(node.name))
      pairs.set(node.name, [node, arena.index(`!o${node.name.slice(1)}`, node.size)]);
    if ([...node.free].some((name) => name.startsWith('~') && !pairs.has(name))) node.args.forEach(opened);
  };
  opened(top);
  return arena.substituteAll(top, [...pairs.values()]);
}
