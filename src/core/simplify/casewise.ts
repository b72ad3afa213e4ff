/**
 * Piecewise expressions with as few cases as possible: each is looked at on the cells of what its conditions depend on, cells
 * with one expression are joined, and the shortest way to write the rest is taken.
 *
 * The value is kept at every point; that of a derivative, at every point but two kinds of thresholds of a parameter. Where the expressions to both sides meet in one
 * value, that is the value there: the derivative has it, whatever conventions make of the conditions. Where the value is
 * not even between those of the two sides, it is taken from one of them.
 */
import { symbolNames, type Arena, type Node } from '../expr';
import { cellsOf, hasPieces, isPiece, ordersIn, type Cell, type Cells } from './cells';
import type { Display } from './display';
import type { Normalizer } from './normalize';
import { complementOf, sameForm } from './piecewise';
import { find } from './substitute';

export interface CasesOptions {
  readonly normalizer: Normalizer;
  readonly display: Display;
  /** A proof that an expression is 0. */
  readonly provesZero: (node: Node) => boolean;
  /** Whether it depends on a parameter: on data and labels, single values are no exceptions. */
  readonly varies: (node: Node) => boolean;
  /** The expressions are derivatives, whose values at thresholds are conventions. */
  readonly slopes: boolean;
  /** What nodes became under these options. */
  readonly joined: Map<number, Node>;
}

/** Nodes of more cost than this are left as they are. */
const LARGEST = 160;

/** The node itself where nothing is gained. */
export function joinedCases(options: CasesOptions, node: Node): Node {
  if (!find(node, isPiece)) return node;
  const { arena } = options.normalizer;
  const memo = options.joined;
  const compute = (n: Node): Node => {
    if (n.kind === 'reduce') {
      const { index, body } = arena.open(n);
      const inner = visit(body);
      return inner === body ? n : arena.reduce(n.op, index, inner);
    }
    const whole = attempt(options, n);
    if (whole !== null && whole.kind !== 'mul') return whole;
    // What the whole has not joined, its factors may, or those of its terms that have their conditions in common.
    const left = whole ?? (n.kind === 'add' ? joinedGroups(options, n.args) : n);
    return arena.withArgs(left, left.args.map(visit));
  };
  const visit = (n: Node): Node => {
    if (n.args.length === 0 || n.kind === 'sym') return n;
    let known = memo.get(n.id);
    if (!known) memo.set(n.id, (known = compute(n)));
    return known;
  };
  return visit(node);
}

/** Null where nothing is gained. */
function attempt(options: CasesOptions, n: Node): Node | null {
  const small = hasPieces(n) && !isShortest(options, n) && options.display.cost(n) <= LARGEST;
  return small ? options.normalizer.trial(() => joined(options, n)) : null;
}

/** [c] x - where(c, y, 0) beside terms with other conditions: the order of all thresholds need not be known for it. */
function joinedGroups(options: CasesOptions, terms: readonly Node[]): Node {
  const { arena } = options.normalizer;
  const groups = new Map<string, Node[]>();
  for (const term of terms) {
    const key = [...new Set(ordersIn(term))].map(({ id }) => id).join();
    const group = groups.get(key);
    if (group) group.push(term);
    else groups.set(key, [term]);
  }
  let parts = terms;
  for (const [key, group] of groups) {
    const [first] = group;
    const shorter =
      key === '' || group.length < 2 || groups.size < 2 ? null : attempt(options, arena.add(...group));
    if (shorter)
      parts = parts.flatMap((term) => (term === first ? [shorter] : group.includes(term) ? [] : [term]));
  }
  return arena.add(...parts);
}

/** |u| or u > 0, of which there is no shorter way to write, alone or times what has nothing to do with it. */
function isShortest({ normalizer }: CasesOptions, n: Node): boolean {
  if (n.args.some(hasPieces)) {
    const [piece, another] = n.kind === 'mul' ? n.args.filter(hasPieces) : [];
    if (!piece || another || piece.args.some(hasPieces) || !isPlain(piece)) return false;
    const compared = symbolNames(piece);
    const isApart = (name: string): boolean => !compared.has(name) && !isChoice(normalizer, name);
    return n.args.every((factor) => factor === piece || [...symbolNames(factor)].every(isApart));
  }
  return isPlain(n);
}

const isPlain = (n: Node): boolean => n.kind === 'cmp' || (n.kind === 'call' && n.args.length === 1);

/** The binding is defined piecewise. */
function isChoice({ definitions }: Normalizer, name: string): boolean {
  const definition = definitions.get(name)?.def;
  return definition !== undefined && hasPieces(definition);
}

/** One expression for the cells from `from` up to `to`, `to` not included. */
interface Run {
  readonly from: Cell;
  readonly to: Cell;
  readonly node: Node;
}

function joined(options: CasesOptions, node: Node): Node | null {
  const { normalizer, display } = options;
  const cells = cellsOf(normalizer, node);
  if (!cells) return null;
  const runs = fewestRuns(
    options,
    cells,
    candidatesFor(options, cells, node),
    validity(options, cells, node),
  );
  if (!runs) return null;
  let best: Node | null = null;
  for (const written of waysToWrite(normalizer, cells, runs)) {
    const simple = normalizer.simplify(written);
    for (const candidate of [written, simple])
      if (display.cost(candidate) < display.cost(best ?? node)) best = candidate;
  }
  return best;
}

/** What stands on each cell, and the same with |x| for x, of which a function may be made that is even or odd. */
function candidatesFor({ normalizer }: CasesOptions, cells: Cells, node: Node): Node[] {
  const { arena } = normalizer;
  const found = new Set<Node>();
  const { variable } = cells;
  const hasChoice = [...symbolNames(node)].some((name) => isChoice(normalizer, name));
  // Without a choice in a definition both depths give the same, which has been found for the thresholds already.
  const depths = hasChoice ? [false, true] : [true];
  for (let cell = 0; cell < cells.count; cell++)
    for (const deep of depths) found.add(normalizer.simplify(cells.on(node, cell, deep)));
  const isZero = (n: Node | undefined): boolean => n?.kind === 'num' && n.num === 0;
  if (cells.thresholds.length === 1 && isZero(cells.thresholds[0])) {
    const size = arena.call('abs', variable);
    const right = cells.on(node, cells.count - 1, !hasChoice);
    if (variable.kind === 'sym') {
      const even = arena.mapSyms(right, (sym) => (sym === variable ? size : sym));
      found.add(normalizer.simplify(even));
      found.add(normalizer.simplify(arena.mul(arena.call('sign', variable), even)));
    }
    found.add(normalizer.simplify(arena.mul(arena.call('sign', variable), right)));
  }
  return [...found];
}

type Validity = (candidate: Node, cell: Cell) => boolean;

/** Whether an expression has the value of the node on a cell. */
function validity(options: CasesOptions, cells: Cells, node: Node): Validity {
  const { normalizer, provesZero } = options;
  const { arena, facts } = normalizer;
  const equal = (a: Node, b: Node): boolean =>
    a === b ||
    normalizer.withoutRelations(() => sameForm(normalizer.norm(a), normalizer.norm(b))) ||
    provesZero(arena.sub(a, b));
  /** No slope between those of the two sides: conventions for two parts of a sum that do not fit together. */
  const isBeyond = (there: Node, left: Node, right: Node): boolean => {
    const [value, a, b] = [there, left, right].map((n) => facts.range(normalizer.simplify(n)));
    if (!value || !a || !b) return false;
    return value.high < Math.min(a.low, b.low) || value.low > Math.max(a.high, b.high);
  };
  const atThreshold = (n: Node, cell: Cell, threshold: number): Node | null =>
    cells.at(cells.on(n, cell, true), threshold);
  const found: (readonly (Node | null)[])[] = [];
  /** At the threshold of a cell: the node, and what it is on the cells to both sides. */
  const ownAt = (cell: Cell): readonly (Node | null)[] => {
    const threshold = (cell - 1) / 2;
    return (found[threshold] ??= [cell, cell - 1, cell + 1].map((at) => atThreshold(node, at, threshold)));
  };
  const holds = (candidate: Node, cell: Cell): boolean => {
    if (equal(cells.on(candidate, cell, true), cells.on(node, cell, true))) return true;
    if (cell % 2 === 0) return false;
    const value = atThreshold(candidate, cell, (cell - 1) / 2);
    if (!value) return false;
    const [there, left, right] = ownAt(cell);
    if (there && equal(value, there)) return true;
    if (!left || !right || !options.slopes || !options.varies(cells.variable)) return false;
    if (equal(left, right)) return equal(value, left);
    return !!there && isBeyond(there, left, right) && (equal(value, left) || equal(value, right));
  };
  const known = new Map<Node, Map<Cell, boolean>>();
  return (candidate, cell) => {
    let outcomes = known.get(candidate);
    if (!outcomes) known.set(candidate, (outcomes = new Map<Cell, boolean>()));
    let outcome = outcomes.get(cell);
    if (outcome === undefined) outcomes.set(cell, (outcome = holds(candidate, cell)));
    return outcome;
  };
}

/** The cover by as few expressions as possible, then the cheapest; null where a single point would need one of its own. */
function fewestRuns(
  { display }: CasesOptions,
  cells: Cells,
  candidates: readonly Node[],
  isValid: Validity,
): readonly Run[] | null {
  interface Cover {
    readonly cost: number;
    readonly runs: readonly Run[];
  }
  const best: (Cover | null)[] = new Array<Cover | null>(cells.count + 1).fill(null);
  best[0] = { cost: 0, runs: [] };
  for (let from = 0; from < cells.count; from++) {
    const before = best[from];
    if (!before) continue;
    for (const node of candidates)
      for (let to = from + 1; to <= cells.count && isValid(node, to - 1); to++) {
        if (to === from + 1 && from % 2 === 1) continue;
        // A strict condition is preferred where both hold.
        const cost = before.cost + CASE_COST + display.cost(node) + (from % 2 === 1 ? STRICT_COST : 0);
        const known = best[to];
        if (!known || cost < known.cost) best[to] = { cost, runs: [...before.runs, { from, to, node }] };
      }
  }
  return best[cells.count]?.runs ?? null;
}

const CASE_COST = 6;
const STRICT_COST = 0.01;

/** From the highest case down, and from the lowest up. */
function waysToWrite(normalizer: Normalizer, cells: Cells, runs: readonly Run[]): Node[] {
  const { arena } = normalizer;
  const [first, ...others] = runs;
  const last = runs.at(-1);
  if (!first || !last) return [];
  const down = others.reduce(
    (node, run) => arena.where(above(arena, cells, run.from), run.node, node),
    first.node,
  );
  const up = runs
    .slice(0, -1)
    .reduceRight((node, run) => arena.where(below(arena, cells, run.to), run.node, node), last.node);
  return [down, up];
}

/** The condition of the cells from this one on. */
function above(arena: Arena, cells: Cells, from: Cell): Node {
  return (
    asWritten(arena, cells, (cell) => cell >= from) ??
    arena.compare(from % 2 === 0 ? '>' : '>=', cells.variable, thresholdOf(arena, cells, from))
  );
}

/** The condition of the cells before this one. */
function below(arena: Arena, cells: Cells, to: Cell): Node {
  return (
    asWritten(arena, cells, (cell) => cell < to) ??
    arena.compare(to % 2 === 0 ? '<=' : '<', cells.variable, thresholdOf(arena, cells, to))
  );
}

const thresholdOf = (arena: Arena, cells: Cells, from: Cell): Node =>
  cells.thresholds[(from - 1) >> 1] ?? arena.zero;

/** The program's own way to compare a sum: `1 - f*y > 0`, not `f*y - 1 < 0`. */
function asWritten(arena: Arena, cells: Cells, wanted: (cell: Cell) => boolean): Node | null {
  if (cells.variable.kind !== 'add') return null;
  for (const { node, holds } of cells.comparisons) {
    if (holds.every((value, cell) => value === wanted(cell))) return node;
    if (holds.every((value, cell) => value !== wanted(cell))) return complementOf(arena, node);
  }
  return null;
}

/** where(a > b, b, a) is min(a, b), where(a > b, a, b) is max(a, b); null for any other node. */
export function asExtreme(arena: Arena, node: Node): Node | null {
  const [condition, then, otherwise] = node.kind === 'where' ? node.args : [];
  if (condition?.kind !== 'cmp' || (condition.rel !== '>' && condition.rel !== '>=')) return null;
  const [greater, less] = condition.args;
  if (!greater || !less || !then || !otherwise) return null;
  if (then === less && otherwise === greater) return arena.call('minimum', greater, less);
  return then === greater && otherwise === less ? arena.call('maximum', less, greater) : null;
}
