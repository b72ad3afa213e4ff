/** Symmetric matrices: which of two equal elements stands for both. */
import type { MatrixNode, Node, SymNode } from '../expr';
import { compareNodes } from '../order';
import type { Form } from './algebra';
import type { Normalizer } from './normalize';

/** Normal form of an element of an array or of a function of a matrix. */
export function elementForm(normalizer: Normalizer, node: SymNode | MatrixNode): Form {
  const turned = acrossDiagonal(normalizer, node);
  if (!turned) return normalizer.atom(node);
  normalizer.algebra.recorder.note('symmetric-matrix', () => turned, `${node.name} is symmetric`);
  return normalizer.atom(turned);
}

/** The element on the other side of the diagonal, where that is the one to be used; else null. */
export function acrossDiagonal({ arena, facts }: Normalizer, node: SymNode | MatrixNode): Node | null {
  const [row, column] = node.args.slice(-2);
  if (!row || !column || (node.kind === 'matrix' && node.fn !== 'inv')) return null;
  if (compareNodes(row, column) <= 0 || facts.symmetry(node.name) === null) return null;
  const args = [...node.args.slice(0, -2), column, row];
  return node.kind === 'sym' ? arena.sym(node.name, ...args) : arena.matrix(node.fn, node.name, ...args);
}
