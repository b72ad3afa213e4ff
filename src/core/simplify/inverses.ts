/** Products of a matrix and its inverse under a sum: Σ_k (A⁻¹)_rk A_ks = δ_rs. */
import { axisIndices, type Binding } from '../definition';
import type { IndexNode, Node } from '../expr';
import { factors, filterMono, idAt, mulMono, type Mono } from './mono';
import type { Normalizer } from './normalize';

/** An element of a matrix or of the inverse of one, by the name of the matrix. */
interface Element {
  readonly id: number;
  readonly name: string;
  readonly inverted: boolean;
  readonly stack: readonly Node[];
  readonly row: Node;
  readonly column: Node;
}

export interface Cancelled {
  readonly name: string;
  readonly delta: Node;
  /** The factors that the pair leaves. */
  readonly rest: Mono;
}

/** The pair in a product that the sum over `index` turns into a delta; null where there is none. */
export function cancelledPair(normalizer: Normalizer, index: IndexNode, m: Mono): Cancelled | null {
  if (!hasInverse(normalizer, m)) return null;
  const elements = factors(m).flatMap(([id, e]) => (e === 1 ? elementOf(normalizer, id) : []));
  for (const inverse of elements)
    for (const matrix of elements) {
      if (!inverse.inverted || matrix.inverted || inverse.name !== matrix.name) continue;
      if (!inverse.stack.every((at, k) => at === matrix.stack[k] && !at.free.has(index.name))) continue;
      const [from, to] = joined(normalizer, inverse, matrix, index) ?? [];
      const rest = filterMono(m, (id) => id !== inverse.id && id !== matrix.id);
      const others = factors(rest).some(([id]) => normalizer.algebra.base(id).free.has(index.name));
      // A diagonal (A⁻¹)_kk A_kk has the index on both sides: it is no product of matrices.
      if (!from || !to || others || from.free.has(index.name) || to.free.has(index.name)) continue;
      return { name: matrix.name, delta: normalizer.arena.delta(from, to), rest };
    }
  return null;
}

function hasInverse({ algebra, inverses }: Normalizer, m: Mono): boolean {
  for (let k = 0; k < m.length; k += 2) {
    const { atom } = algebra.base(idAt(m, k));
    if (atom?.kind === 'matrix' || (atom?.kind === 'sym' && inverses.has(atom.name))) return true;
  }
  return false;
}

/**
 * Σ_k (A⁻¹)_rk Σ_s A_ks c_s, whose inner sum, or the sum in that, holds the other half of the pair: what is left once the sums
 * change places, else null.
 */
export function cancelledAcross(normalizer: Normalizer, index: IndexNode, m: Mono): Node | null {
  const { algebra, arena } = normalizer;
  for (const [id, e] of factors(m)) {
    const { atom, free } = algebra.base(id);
    if (e !== 1 || atom?.kind !== 'reduce' || atom.op !== 'sum' || !free.has(index.name)) continue;
    const outer = filterMono(m, (other) => other !== id);
    const isBeside = factors(outer).some(([other]) => elementOf(normalizer, other).length > 0);
    // Σ_k Σ_s (A⁻¹)_sk A_ks c_s: both halves stand in the inner sum.
    if (!isBeside && !holdsInverse(normalizer, atom)) continue;
    const inner: IndexNode[] = [];
    let body: Node = atom;
    while (body.kind === 'reduce' && body.op === 'sum') {
      const opened = arena.open(body);
      const own = arena.index(`°${freeLevel(opened.body)}`, opened.index.size);
      inner.push(own);
      const renamed = arena.substitute(opened.body, opened.index, own);
      const form = algebra.silently(() => normalizer.norm(renamed));
      const pair = cancelledPair(normalizer, index, mulMono(outer, form.mono));
      if (pair) {
        const left = arena.mul(algebra.toNode({ ...form, mono: pair.rest }), pair.delta);
        return inner.reduceRight<Node>((whole, each) => arena.sum(each, whole), left);
      }
      body = renamed;
    }
  }
  return cancelledBetween(normalizer, index, m);
}

/** Σ_k (Σ_r (A⁻¹)_rk b_r) (Σ_s A_ks c_s): each half of the pair stands in a sum of its own. */
function cancelledBetween(normalizer: Normalizer, index: IndexNode, m: Mono): Node | null {
  const { algebra, arena } = normalizer;
  const sums = factors(m).flatMap(([id, e]) => {
    const { atom, free } = algebra.base(id);
    return e === 1 && atom?.kind === 'reduce' && atom.op === 'sum' && free.has(index.name)
      ? [{ id, atom }]
      : [];
  });
  if (sums.length < 2 || !sums.some(({ atom }) => holdsInverse(normalizer, atom))) return null;
  const opened: Node[] = [];
  const inner: IndexNode[] = [];
  let rest = m;
  for (const { id, atom } of sums) {
    rest = filterMono(rest, (other) => other !== id);
    let body: Node = atom;
    while (body.kind === 'reduce' && body.op === 'sum') {
      const { index: bound, body: inside } = arena.open(body);
      const own = arena.index(`°°${inner.length}`, bound.size);
      inner.push(own);
      body = arena.substitute(inside, bound, own);
    }
    opened.push(body);
  }
  const form = algebra.silently(() => normalizer.norm(arena.mul(...opened)));
  const pair = cancelledPair(normalizer, index, mulMono(rest, form.mono));
  if (!pair) return null;
  const left = arena.mul(algebra.toNode({ ...form, mono: pair.rest }), pair.delta);
  return inner.reduceRight<Node>((whole, each) => arena.sum(each, whole), left);
}

function holdsInverse(normalizer: Normalizer, node: Node): boolean {
  if (node.kind === 'matrix') return node.fn === 'inv';
  if (node.kind === 'sym') return normalizer.inverses.has(node.name);
  const known = normalizer.holdingInverses.get(node.id);
  if (known !== undefined) return known;
  const holds = node.args.some((arg) => holdsInverse(normalizer, arg));
  normalizer.holdingInverses.set(node.id, holds);
  return holds;
}

/** A number with which no index of the node is named yet. */
function freeLevel(node: Node): number {
  let level = 1;
  while (node.free.has(`°${level}`)) level += 1;
  return level;
}

/** What is left of the two index pairs once `index`, in the middle, is gone. */
function joined(
  { facts }: Normalizer,
  inverse: Element,
  matrix: Element,
  index: IndexNode,
): readonly [Node, Node] | null {
  if (inverse.column === index && matrix.row === index) return [inverse.row, matrix.column];
  if (matrix.column === index && inverse.row === index) return [matrix.row, inverse.column];
  if (facts.symmetry(matrix.name) === null) return null;
  if (inverse.row === index && matrix.row === index) return [inverse.column, matrix.column];
  return inverse.column === index && matrix.column === index ? [inverse.row, matrix.row] : null;
}

function elementOf(normalizer: Normalizer, id: number): Element[] {
  const { atom } = normalizer.algebra.base(id);
  if (!atom || (atom.kind !== 'sym' && (atom.kind !== 'matrix' || atom.fn !== 'inv'))) return [];
  const [row, column] = atom.args.slice(-2);
  if (!row || !column) return [];
  const stack = atom.args.slice(0, -2);
  const inverted = atom.kind === 'sym' ? normalizer.inverses.get(atom.name) : atom.name;
  return [{ id, name: inverted ?? atom.name, inverted: inverted !== undefined, stack, row, column }];
}

/** Bindings that are inverses, with the names of what they invert. */
export function inverseBindings(bindings: readonly Binding[]): ReadonlyMap<string, string> {
  return new Map(
    bindings.flatMap(({ name, axes, def }) => {
      const indices = axisIndices(axes);
      const inverts =
        def.kind === 'matrix' && def.fn === 'inv' && def.args.every((arg, k) => arg === indices[k]);
      return inverts ? [[name, def.name] as const] : [];
    }),
  );
}
