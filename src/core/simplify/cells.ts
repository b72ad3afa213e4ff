/**
 * Piecewise expressions seen on the cells of one variable: the points at which a condition changes, and the open intervals
 * between them. On a cell every condition is decided, so the expression is smooth there.
 */
import type { Arena, CmpNode, Node } from '../expr';
import { symbolNames } from '../expr';
import type { Form } from './algebra';
import { factors, filterMono } from './mono';
import type { Normalizer } from './normalize';

/** Cell 2k is the open interval below the k-th threshold (or above the last), cell 2k + 1 is that threshold. */
export type Cell = number;

export interface Cells {
  /** What varies: a symbol, or the difference that every condition compares with 0. */
  readonly variable: Node;
  /** In increasing order. */
  readonly thresholds: readonly Node[];
  readonly count: number;
  /** The expression on a cell; `deep` inserts definitions that are piecewise themselves. */
  on(node: Node, cell: Cell, deep: boolean): Node;
  /** The comparisons that stand in the node and are decided on every cell, with where they hold. */
  readonly comparisons: readonly { readonly node: CmpNode; readonly holds: readonly boolean[] }[];
  /** The expression with the variable at the k-th threshold; null where that cannot be written or divides by 0. */
  at(node: Node, threshold: number): Node | null;
}

const PIECEWISE_CALLS = new Set(['abs', 'sign', 'relu', 'maximum', 'minimum']);
const MOST_THRESHOLDS = 4;
const MOST_ROUNDS = 4;

/** Equality holds on no interval: labels and masks are compared so, and are no pieces of what is differentiated. */
const isOrder = (node: Node): boolean => node.kind === 'cmp' && (node.rel === '>' || node.rel === '>=');

export const isPiece = (node: Node): boolean =>
  isOrder(node) || node.kind === 'where' || (node.kind === 'call' && PIECEWISE_CALLS.has(node.fn));

/** Whether conditions occur in the node outside of its reductions. */
export function hasPieces(node: Node): boolean {
  return isPiece(node) || (node.kind !== 'reduce' && node.args.some(hasPieces));
}

/** p > 0 with p = slope · variable + offset. */
interface Crossing {
  readonly threshold: Node;
  readonly sign: 1 | -1;
}

/** A difference of two sides; `sign` is null where nothing is known of it. */
export interface Difference {
  readonly form: Form;
  readonly sign: -1 | 0 | 1 | null;
}

/** Sign of a difference on the cell at work, or null where it is not known. */
type SignOf = (difference: Form) => -1 | 0 | 1 | null;

/** Null where the conditions do not depend on one variable with thresholds in a known order. */
export function cellsOf(normalizer: Normalizer, node: Node): Cells | null {
  const pending = new Map<number, Form>();
  const note: SignOf = (difference) => {
    const node = normalizer.algebra.toNode(difference);
    if (!hasPieces(node)) pending.set(node.id, difference);
    return null;
  };
  resolve(normalizer, node, note, true);
  if (pending.size === 0) return null;
  for (const variable of candidates(normalizer, [...pending.values()])) {
    const cells = refined(normalizer, node, variable, [...pending.values()]);
    if (cells) return cells;
  }
  return null;
}

/** Differences that the conditions compare with 0: their common sum, or a symbol in which all are linear. */
function* candidates(normalizer: Normalizer, differences: readonly Form[]): Generator<number> {
  const { algebra } = normalizer;
  const [first] = differences;
  if (!first) return;
  const bases = factors(first.mono).map(([id]) => id);
  for (const id of bases) if (algebra.base(id).terms) yield id;
  const symbols = new Set<number>();
  const scan = (id: number): void => {
    const { atom, terms } = algebra.base(id);
    if (atom?.kind === 'sym') symbols.add(id);
    for (const { m } of terms ?? []) for (const [inner] of factors(m)) scan(inner);
  };
  bases.forEach(scan);
  yield* symbols;
  for (const id of bases) if (algebra.base(id).atom && !symbols.has(id)) yield id;
}

function refined(
  normalizer: Normalizer,
  node: Node,
  variable: number,
  differences: readonly Form[],
): Cells | null {
  const { algebra } = normalizer;
  const thresholds: Node[] = [];
  const crossings = new Map<Form, Crossing | null>();
  const crossingOf = (difference: Form): Crossing | null => {
    let known = crossings.get(difference);
    if (known === undefined) crossings.set(difference, (known = crossing(normalizer, difference, variable)));
    return known;
  };
  /** What nodes are on the cells of these thresholds. */
  let resolved: Map<number, Node>[] = [];
  const memoOf = (cell: Cell, deep: boolean): Map<number, Node> =>
    (resolved[2 * cell + Number(deep)] ??= new Map<number, Node>());
  let fresh: readonly Form[] = differences;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (const difference of fresh) {
      const found = crossingOf(difference);
      if (!found || !insert(normalizer, thresholds, found.threshold)) return null;
    }
    if (thresholds.length > MOST_THRESHOLDS) return null;
    const open = new Map<number, Form>();
    resolved = [];
    for (let cell = 0; cell <= 2 * thresholds.length; cell++)
      resolve(normalizer, node, signOn(cell, open), true, memoOf(cell, true));
    fresh = [...open.values()];
    if (fresh.length === 0) break;
  }
  if (fresh.length > 0) return null;

  function signOn(cell: Cell, unknown: Map<number, Form> | null): SignOf {
    return (difference) => {
      const found = crossingOf(difference);
      const at = found ? thresholds.indexOf(found.threshold) : -1;
      if (found && at >= 0) return (Math.sign(cell - (2 * at + 1)) * found.sign) as -1 | 0 | 1;
      const written = algebra.toNode(difference);
      unknown?.set(written.id, difference);
      return null;
    };
  }

  const on = (n: Node, cell: Cell, deep: boolean): Node =>
    resolve(normalizer, n, signOn(cell, null), deep, memoOf(cell, deep));
  const count = 2 * thresholds.length + 1;
  const comparisons = ordersIn(node).flatMap((n) => {
    const values = Array.from({ length: count }, (_, cell) => on(n, cell, false));
    if (!values.every((v) => v.kind === 'num')) return [];
    return [{ node: n, holds: values.map((v) => v.kind === 'num' && v.num === 1) }];
  });
  const { atom } = algebra.base(variable);
  const whole = atom ?? algebra.toNode({ num: 1, den: 1, mono: [variable, 1] });
  return {
    variable: whole,
    thresholds,
    count,
    comparisons,
    on,
    at: (n, k) => {
      const to = thresholds[k];
      const solved = to ? solvedFor(normalizer.arena, whole, to) : null;
      if (!solved) return null;
      const replaced = replace(normalizer.arena, n, solved.symbol, solved.value, new Map());
      return isDefined(normalizer, replaced) ? replaced : null;
    },
  };
}

/** Comparisons outside of reductions, without such inside. */
export function ordersIn(node: Node): CmpNode[] {
  if (node.kind === 'reduce') return [];
  if (node.kind === 'cmp' && isOrder(node) && !node.args.some(hasPieces)) return [node];
  return node.args.flatMap(ordersIn);
}

/** Where the difference changes its sign as the variable grows; null unless it is linear in it with a slope of known sign. */
function crossing(normalizer: Normalizer, difference: Form, variable: number): Crossing | null {
  const { algebra, arena, facts } = normalizer;
  const { atom } = algebra.base(variable);
  const direct = factors(difference.mono).find(([id]) => id === variable);
  const slopes: Form[] = [];
  const offsets: Form[] = [];
  const mentions = (mono: readonly number[]): boolean =>
    factors(mono).some(([id]) => id === variable || (atom !== null && holds(normalizer, id, atom)));
  for (const term of direct ? [difference] : normalizer.termsOf(difference)) {
    const power = factors(term.mono).find(([id]) => id === variable)?.[1] ?? 0;
    const rest = { ...term, mono: filterMono(term.mono, (id) => id !== variable) };
    if (mentions(rest.mono) || (power !== 0 && power !== 1)) return null;
    (power === 1 ? slopes : offsets).push(rest);
  }
  const slope = algebra.add(slopes);
  const slopeNode = algebra.toNode(slope);
  const sign = facts.isPositive(slopeNode) ? 1 : facts.isPositive(arena.neg(slopeNode)) ? -1 : null;
  if (sign === null) return null;
  const threshold = algebra.mul(algebra.scale(algebra.add(offsets), -1), algebra.power(slope, -1));
  return { threshold: algebra.toNode(threshold), sign };
}

function holds(normalizer: Normalizer, id: number, atom: Node): boolean {
  const { atom: own, terms } = normalizer.algebra.base(id);
  if (own) return contains(own, atom);
  return (terms ?? []).some(({ m }) => factors(m).some(([inner]) => holds(normalizer, inner, atom)));
}

export const contains = (node: Node, part: Node): boolean =>
  node === part || node.args.some((arg) => contains(arg, part));

/** False if the order of the thresholds is not known. */
function insert(normalizer: Normalizer, thresholds: Node[], threshold: Node): boolean {
  if (thresholds.includes(threshold)) return true;
  const { arena, facts } = normalizer;
  let position = 0;
  for (const other of thresholds) {
    const difference = normalizer.simplify(arena.sub(threshold, other));
    if (facts.isPositive(difference)) position += 1;
    else if (!facts.isPositive(normalizer.simplify(arena.neg(difference)))) return false;
  }
  thresholds.splice(position, 0, threshold);
  return true;
}

/**
 * The node with every condition replaced that `signOf` decides; of a choice only the branch that is taken is looked at. `memo`
 * has what other nodes became under the same signs.
 */
function resolve(
  normalizer: Normalizer,
  node: Node,
  signOf: SignOf,
  deep: boolean,
  memo = new Map<number, Node>(),
): Node {
  const { algebra, arena } = normalizer;
  const signOfDifference = (a: Node, b: Node): -1 | 0 | 1 | null => {
    const { form, sign } = differenceOf(normalizer, a, b);
    return sign ?? signOf(form);
  };
  const compare = (n: CmpNode, left: Node, right: Node): Node => {
    const sign = signOfDifference(left, right);
    return sign === null
      ? arena.compare(n.rel, left, right)
      : sign > 0 || (sign === 0 && n.rel === '>=')
        ? arena.one
        : arena.zero;
  };
  const call = (n: Node & { kind: 'call' }, args: readonly Node[]): Node => {
    const [x = arena.zero, y = arena.zero] = args;
    const two = n.fn === 'maximum' || n.fn === 'minimum';
    const sign = signOfDifference(x, two ? y : arena.zero);
    if (sign === null) return arena.call(n.fn, ...args);
    if (n.fn === 'abs') return sign === 0 ? arena.zero : sign > 0 ? x : arena.neg(x);
    if (n.fn === 'sign') return arena.num(sign);
    if (n.fn === 'relu') return sign > 0 ? x : arena.zero;
    return sign > 0 === (n.fn === 'maximum') ? x : y;
  };
  const visit = (n: Node): Node => {
    if (n.kind === 'reduce' || (n.args.length === 0 && n.kind !== 'sym')) return n;
    const known = memo.get(n.id);
    if (known) return known;
    const result = compute(n);
    memo.set(n.id, result);
    return result;
  };
  const compute = (n: Node): Node => {
    if (n.kind === 'sym') {
      const definition = normalizer.definitionOf(n);
      if (!definition || !hasPieces(definition)) return n;
      const inside = visit(definition);
      return deep || inside.kind === 'num' ? inside : n;
    }
    if (n.kind === 'where') {
      const [condition, then, otherwise] = n.args as [Node, Node, Node];
      const test = normalizer.withoutRelations(() => normalizer.norm(visit(condition)));
      if (test.mono.length === 0) return visit(test.num === 0 ? otherwise : then);
      return arena.where(algebra.toNode(test), visit(then), visit(otherwise));
    }
    const args = n.args.map(visit);
    if (n.kind === 'cmp' && isOrder(n)) return compare(n, args[0] as Node, args[1] as Node);
    if (n.kind === 'call' && PIECEWISE_CALLS.has(n.fn)) return call(n, args);
    // 0 · log 0: a factor that is 0 on the cell wins, as it does on either side of it.
    if (n.kind === 'mul' && args.some((a) => a.kind === 'num' && a.num === 0)) return arena.zero;
    return arena.withArgs(n, args);
  };
  return visit(node);
}

/** a - b, and its sign where the facts tell it. */
function differenceOf(normalizer: Normalizer, a: Node, b: Node): Difference {
  const { algebra, facts, differences } = normalizer;
  let byRight = differences.get(a.id);
  if (!byRight) differences.set(a.id, (byRight = new Map<number, Difference>()));
  let known = byRight.get(b.id);
  if (!known) {
    const form = normalizer.withoutRelations(() =>
      algebra.add([normalizer.norm(a), algebra.scale(normalizer.norm(b), -1)]),
    );
    const isPositive = (times: number): boolean =>
      facts.isPositive(algebra.toNode(algebra.scale(form, times)));
    const sign =
      form.mono.length === 0
        ? (Math.sign(form.num) as -1 | 0 | 1)
        : isPositive(1)
          ? 1
          : isPositive(-1)
            ? -1
            : null;
    byRight.set(b.id, (known = { form, sign }));
  }
  return known;
}

/** `whole = to` solved for a symbol that stands in it once, alone or as a term with a number factor. */
export function solvedFor(arena: Arena, whole: Node, to: Node): { symbol: Node; value: Node } | null {
  const terms = whole.kind === 'add' ? whole.args : [whole];
  for (const term of terms) {
    const parts = term.kind === 'mul' ? term.args : [term];
    const symbol = parts.find((f) => f.kind === 'sym');
    const number = arena.mul(...parts.filter((f) => f !== symbol));
    const others = arena.add(...terms.filter((t) => t !== term));
    if (!symbol || number.kind !== 'num' || contains(others, symbol) || contains(to, symbol)) continue;
    return { symbol, value: arena.div(arena.sub(to, others), number) };
  }
  return null;
}

function replace(arena: Arena, node: Node, from: Node, to: Node, memo: Map<number, Node>): Node {
  if (node === from) return to;
  if (node.args.length === 0) return node;
  const known = memo.get(node.id);
  if (known) return known;
  const result = arena.withArgs(
    node,
    node.args.map((arg) => replace(arena, arg, from, to, memo)),
  );
  memo.set(node.id, result);
  return result;
}

/** Nothing divides by 0, takes its logarithm, or jumps. */
function isDefined(normalizer: Normalizer, node: Node): boolean {
  if (symbolNames(node).size > 40) return false;
  const isZero = (n: Node): boolean => normalizer.withoutRelations(() => normalizer.norm(n)).num === 0;
  const visit = (n: Node): boolean => {
    if (n.kind === 'reduce') return true;
    if (!n.args.every(visit)) return false;
    const [x, exponent] = n.args;
    if (n.kind === 'pow' && x && !(exponent?.kind === 'num' && exponent.num > 0)) return !isZero(x);
    if (n.kind === 'call' && x && n.fn === 'log') return !isZero(x);
    return (
      !(n.kind === 'call' && ['floor', 'ceil', 'round'].includes(n.fn)) && !isPiece(n) && n.kind !== 'cmp'
    );
  };
  return visit(node);
}
