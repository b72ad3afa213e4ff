/** Products that hold [i = i'] as diagonal matrices: p_i ([i = i'] - p_i') is diag(p) - p pᵀ. */
import type { ArrayValue } from '../definition';
import { isNum, type Arena, type IndexNode, type Node } from '../expr';

/** A product with one factor [i = i'], the others written with i alone. */
export interface Diagonal {
  readonly row: IndexNode;
  readonly column: IndexNode;
  /** Factors without indices. */
  readonly scalars: readonly Node[];
  /** Factors over `row` alone, at least one. */
  readonly entries: readonly Node[];
}

/** `node` as a diagonal matrix, or null where it is none or a multiple of the identity. */
export function diagonalOf(arena: Arena, node: Node): Diagonal | null {
  if (node.kind !== 'mul') return null;
  const deltas = node.args.filter(isIdentity);
  const [delta] = deltas;
  if (!delta || deltas.length !== 1) return null;
  const [row, column] = delta.args as [IndexNode, IndexNode];
  const rest = node.args
    .filter((factor) => factor !== delta)
    .map((factor) => arena.substitute(factor, column, row));
  const entries = rest.filter((factor) => factor.free.size > 0);
  const fits = entries.every((factor) => factor.free.size === 1 && factor.free.has(row.name));
  if (entries.length === 0 || !fits) return null;
  return { row, column, scalars: rest.filter((factor) => factor.free.size === 0), entries };
}

/** A matrix whose element is a product with a sum in which [i = i'] stands, multiplied out into that diagonal and the rest. */
export function withDiagonals({ axes, element }: ArrayValue, arena: Arena): ArrayValue {
  const [row, column, ...more] = axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  if (!row || !column || more.length > 0) return { axes, element };
  const isOurs = (node: Node): boolean =>
    isIdentity(node) && node.free.has(row.name) && node.free.has(column.name);
  const isDiagonal = (term: Node): boolean => isOurs(term) || minus(term, isOurs);
  const visit = (node: Node): Node => {
    if (node.kind === 'add') return arena.add(...node.args.map(visit));
    if (node.kind !== 'mul') return node;
    const sum = node.args.find((factor) => factor.kind === 'add' && factor.args.some(isDiagonal));
    const others = node.args.filter((factor) => factor !== sum);
    if (!sum || others.every((factor) => factor.free.size === 0)) return node;
    const rest = sum.args.filter((term) => !isDiagonal(term));
    const diagonal = sum.args.filter(isDiagonal).map((term) => arena.mul(...others, term));
    return arena.add(...diagonal, arena.mul(...others, arena.add(...rest)));
  };
  return { axes, element: visit(element) };
}

const isIdentity = (node: Node): boolean =>
  node.kind === 'delta' && node.args[0] !== node.args[1] && node.args.every((arg) => arg.kind === 'index');

/** Whether `node` is the negative of what passes the test. */
function minus(node: Node, test: (node: Node) => boolean): boolean {
  const [sign, part] = node.args;
  return node.kind === 'mul' && node.args.length === 2 && !!sign && isNum(sign, -1) && !!part && test(part);
}
