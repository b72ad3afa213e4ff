/**
 * Proofs that an expression is 0: expansion over one denominator with functions written in exponentials, sums over equal
 * ranges merged, and piecewise expressions taken case by case. A failure proves nothing.
 */
import type { Binding } from '../definition';
import { gcd, type Arena, type Node } from '../expr';
import type { Facts } from '../facts';
import type { Form } from './algebra';
import type { Display } from './display';
import { factors } from './mono';
import { Normalizer } from './normalize';

const MOST_CONDITIONS = 4;
const DEEPEST_MERGE = 4;

export interface Decision {
  provesZero(node: Node): boolean;
  /** The normaliser that brings the node to its decision form. */
  normalizerFor(node: Node): Normalizer;
}

export interface DecisionOptions {
  readonly arena: Arena;
  readonly facts: Facts;
  readonly display: Display;
  readonly bindings: readonly Binding[];
}

export function createDecision(options: DecisionOptions): Decision {
  const { arena } = options;
  const normalizers = new Map<number, Normalizer>();
  const normalizerFor = (root: number): Normalizer => {
    let known = normalizers.get(root);
    if (!known) {
      known = new Normalizer({ ...options, expand: true, root });
      normalizers.set(root, known);
    }
    return known;
  };

  const provesZero = (node: Node, merges: number, conditions: number): boolean => {
    const normalizer = normalizerFor(exponentialRoot(node));
    const form = normalizer.norm(node);
    if (form.num === 0) return true;
    const merged = merges < DEEPEST_MERGE ? mergedBody(normalizer, form, merges) : null;
    if (merged && provesZero(merged, merges + 1, conditions)) return true;
    return conditions < MOST_CONDITIONS && byCases(normalizer.algebra.toNode(form), merges, conditions);
  };

  /** p > 0, p < 0 and p = 0 in turn, for one comparison p > 0 in the node. */
  const byCases = (node: Node, merges: number, conditions: number): boolean => {
    const condition = firstComparison(node);
    if (!condition) return false;
    const [p] = condition.args as [Node, Node];
    const opposite = arena.compare('>', normalizerFor(1).simplify(arena.neg(p)), arena.zero);
    const cell = (up: Node, down: Node): Node =>
      replaceAll(
        arena,
        node,
        new Map([
          [condition, up],
          [opposite, down],
        ]),
      );
    const solved = solveForSymbol(arena, p);
    const onKink = solved
      ? arena.mapSyms(cell(arena.zero, arena.zero), (sym) => (sym === solved.symbol ? solved.value : sym))
      : null;
    return (
      provesZero(cell(arena.one, arena.zero), merges, conditions + 1) &&
      provesZero(cell(arena.zero, arena.one), merges, conditions + 1) &&
      onKink !== null &&
      provesZero(onKink, merges, conditions + 1)
    );
  };

  return {
    provesZero: (node) => provesZero(node, 0, 0),
    normalizerFor: (node) => normalizerFor(exponentialRoot(node)),
  };
}

/** The least common denominator of the numbers in exponents, so that e^x and e^(x/2) share a base. */
function exponentialRoot(node: Node): number {
  let root = 1;
  const seen = new Set<number>();
  const denominators = (n: Node): number => {
    if (n.kind === 'num') return n.den;
    if (n.kind !== 'mul' && n.kind !== 'add') return 1;
    return n.args.map(denominators).reduce((a, b) => (a * b) / gcd(a, b), 1);
  };
  const visit = (n: Node): void => {
    if (seen.has(n.id)) return;
    seen.add(n.id);
    if (
      n.kind === 'call' &&
      n.args[0] &&
      ['exp', 'tanh', 'sigmoid', 'sinh', 'cosh', 'softplus'].includes(n.fn)
    ) {
      const den = denominators(n.args[0]);
      root = (root * den) / gcd(root, den);
    }
    n.args.forEach(visit);
  };
  visit(node);
  return root <= 60 ? root : 1;
}

/**
 * Σf − Σg is 0 if the merged body f − g is: all terms must be sums over the same size. Each `level` of merging has an index
 * of its own: the body of an outer sum still mentions that one's.
 */
function mergedBody(normalizer: Normalizer, form: Form, level: number): Node | null {
  const { algebra, arena } = normalizer;
  let size: string | null = null;
  const bodies: Node[] = [];
  for (const term of normalizer.termsOf(form)) {
    const sums = [...factors(term.mono)].flatMap(([id, e]) => {
      const { atom } = algebra.base(id);
      return atom?.kind === 'reduce' && atom.op === 'sum' && e === 1 ? [{ id, atom }] : [];
    });
    const chosen = sums.find(({ atom }) => size === null || atom.index.size === size);
    if (!chosen) return null;
    size = chosen.atom.index.size;
    const { index, body } = arena.open(chosen.atom);
    const rest: number[] = [];
    for (const [id, e] of factors(term.mono)) if (id !== chosen.id) rest.push(id, e);
    const outside = algebra.toNode({ ...term, mono: rest });
    const common = arena.index(`!${level}`, size);
    bodies.push(arena.mul(outside, arena.substitute(body, index, common)));
  }
  return bodies.length > 0 ? arena.add(...bodies) : null;
}

/** A comparison p > 0 whose p has no bound index. */
function firstComparison(node: Node): (Node & { kind: 'cmp' }) | null {
  if (node.kind === 'cmp' && node.rel === '>' && [...node.free].every((name) => !name.startsWith('#')))
    return node;
  for (const arg of node.args) {
    const found = firstComparison(arg);
    if (found) return found;
  }
  return null;
}

function replaceAll(arena: Arena, node: Node, by: ReadonlyMap<Node, Node>): Node {
  const direct = by.get(node);
  if (direct) return direct;
  if (node.args.length === 0) return node;
  return arena.withArgs(
    node,
    node.args.map((arg) => replaceAll(arena, arg, by)),
  );
}

/** p = 0 solved for a symbol that stands in it once, as a term with a number factor. */
function solveForSymbol(arena: Arena, p: Node): { symbol: Node; value: Node } | null {
  const terms = p.kind === 'add' ? p.args : [p];
  for (const term of terms) {
    const factorsOf = term.kind === 'mul' ? term.args : [term];
    const symbol = factorsOf.find((f) => f.kind === 'sym');
    const number = arena.mul(...factorsOf.filter((f) => f !== symbol));
    const others = arena.add(...terms.filter((t) => t !== term));
    if (!symbol || number.kind !== 'num' || contains(others, symbol)) continue;
    return { symbol, value: arena.neg(arena.div(others, number)) };
  }
  return null;
}

const contains = (node: Node, part: Node): boolean =>
  node === part || node.args.some((arg) => contains(arg, part));
