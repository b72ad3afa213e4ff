/** The order in which factors and terms are written: by the program, not by the arena. */
import type { Program } from '../definition';
import { symbolNames, type Node } from '../expr';
import { compareNodes } from '../order';
import { isDecimal } from '../rational';

export interface Display {
  /** Factors: constants, settings, then values by how late they are computed; indicators and sums last. */
  readonly compareFactors: (a: Node, b: Node) => number;
  /** Terms of a sum: late values first, labels and data after. */
  readonly compareTerms: (a: Node, b: Node) => number;
  /** 1 for a difference as the program writes it, -1 for its negative, 0 for one that it does not write. */
  readonly orientation: (up: readonly Node[], down: readonly Node[]) => 1 | 0 | -1;
  /** The terms in the order in which the program adds up and subtracts the same symbols; null for another sum. */
  readonly asAdded: (terms: readonly Node[]) => readonly Node[] | null;
  /** Numbers with a fraction among the terms of the program's sums; null where the program has no decimals. */
  readonly decimals: ReadonlySet<number> | null;
  /** Number of tree nodes, a symbol with its indices counted as one. */
  readonly cost: (node: Node) => number;
}

const LABEL_RANK = 10_000;

export function createDisplay(program: Program): Display {
  const ranks = new Map<string, number>();
  program.bindings.forEach((b, k) => ranks.set(b.name, program.bindings.length - k));
  program.inputs.forEach((input, k) => {
    const scalarSetting = input.role === 'hyper';
    ranks.set(input.name, scalarSetting ? -1 : input.role === 'label' ? LABEL_RANK + k : 1000 + k);
  });
  const costs = new Map<number, number>();
  const spans = new Map<number, Span>();
  const counts = new Map<number, number>();
  const rank = (name: string): number => ranks.get(name) ?? 0;
  const spanOf = (node: Node): Span => {
    let known = spans.get(node.id);
    if (known) return known;
    let earliest = Infinity;
    let latest = -Infinity;
    if (node.kind === 'sym' || node.kind === 'matrix') earliest = latest = rank(node.name);
    for (const arg of node.args) {
      const inner = spanOf(arg);
      if (inner.earliest < earliest) earliest = inner.earliest;
      if (inner.latest > latest) latest = inner.latest;
    }
    spans.set(node.id, (known = { earliest, latest }));
    return known;
  };
  const countOf = (node: Node): number => {
    let known = counts.get(node.id);
    if (known === undefined) counts.set(node.id, (known = symbolNames(node).size));
    return known;
  };
  /** Constants and settings, values, indicators, sums. */
  const groupOf = (node: Node): number => {
    if (node.kind === 'reduce') return 3;
    if (spanOf(node).latest < 0) return 0;
    return node.kind === 'cmp' || node.kind === 'delta' ? 2 : 1;
  };
  const bare = (node: Node): Node =>
    node.kind === 'pow' && node.args[1]?.kind === 'num' ? (node.args[0] as Node) : node;

  const compareFactors = (p: Node, q: Node): number => {
    const a = bare(p);
    const b = bare(q);
    return (
      groupOf(a) - groupOf(b) ||
      spanOf(a).earliest - spanOf(b).earliest ||
      countOf(b) - countOf(a) ||
      Number(a.kind === 'add') - Number(b.kind === 'add') ||
      compareNodes(p, q)
    );
  };
  const compareTerms = (a: Node, b: Node): number => {
    const p = spanOf(a).earliest;
    const q = spanOf(b).earliest;
    return (p === q ? 0 : p - q) || compareNodes(a, b);
  };

  const written = differencesIn(program);
  const orientation = (up: readonly Node[], down: readonly Node[]): 1 | 0 | -1 => {
    const [above, below] = [up, down].map(namesOfAll) as [string | null, string | null];
    if (above === null || below === null) return 0;
    if (written.has(`${above} - ${below}`)) return 1;
    return written.has(`${below} - ${above}`) ? -1 : 0;
  };

  const costOf = (node: Node): number => {
    const known = costs.get(node.id);
    if (known !== undefined) return known;
    let cost = 1;
    if (node.kind === 'num') cost = (node.num < 0 ? 1 : 0) + (node.den === 1 || isDecimal(node.den) ? 1 : 3);
    else if (node.kind === 'matrix') cost = 2;
    else if (node.kind === 'sym')
      cost = 1 + node.args.filter((a) => a.kind !== 'index' && a.kind !== 'num').length;
    else if (node.kind === 'add' || node.kind === 'mul') {
      cost = node.args.length - 1;
      for (const arg of node.args) cost += isMinusOne(arg) ? 0.5 : costOf(arg);
    } else if (node.kind === 'pow' && node.args[1]?.kind === 'num') {
      const exponent = node.args[1];
      const root = exponent.den === 1 && Math.abs(exponent.num) === 1 ? 1 : 2;
      cost = root + costOf(node.args[0] as Node) + (exponent.num < 0 ? 0.25 : 0);
    } else if (node.kind === 'reduce') cost = 1 + costOf(node.args[0] as Node);
    else for (const arg of node.args) cost += costOf(arg);
    costs.set(node.id, cost);
    return cost;
  };
  const added = sumsIn(program);
  const asAdded = (terms: readonly Node[]): readonly Node[] | null => {
    const names = added.size === 0 ? null : signedNames(terms);
    if (!names) return null;
    const inOrder = (own: readonly string[]): Node[] | undefined =>
      added.get(keyOf(own))?.flatMap((name) => terms[own.indexOf(name)] ?? []);
    const written = inOrder(names);
    if (written) return written;
    // Of the negative what is added comes first: -(a - b + c) is b - a - c.
    const turned = inOrder(names.map((name) => (name.startsWith('-') ? name.slice(1) : `-${name}`)));
    return turned?.sort((a, b) => Number(a.kind === 'mul') - Number(b.kind === 'mul')) ?? null;
  };
  return { compareFactors, compareTerms, orientation, asAdded, decimals: decimalsIn(program), cost: costOf };
}

/** The least and the greatest rank of the names in a node. */
interface Span {
  readonly earliest: number;
  readonly latest: number;
}

const keyOf = (names: readonly string[]): string => [...names].sort().join();

/** The name of each symbol with its sign; null if a term is something else, or two read the same. */
function signedNames(terms: readonly Node[]): readonly string[] | null {
  const names: string[] = [];
  for (const term of terms) {
    const [number, symbol, another] = term.kind === 'mul' ? term.args : [];
    if (term.kind === 'sym') names.push(term.name);
    else if (number && symbol?.kind === 'sym' && !another && isMinusOne(number))
      names.push(`-${symbol.name}`);
    else return null;
  }
  return new Set(names).size === names.length ? names : null;
}

/** Sums of three symbols and more in the definitions, but of labels, as they are first written, not led by a minus sign. */
function sumsIn(program: Program): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  const labels = new Set(program.inputs.filter(({ role }) => role === 'label').map(({ name }) => name));
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'add' && node.args.length > 2) {
      const names = signedNames(node.args);
      const key = keyOf(names ?? []);
      const hasLabel = [...symbolNames(node)].some((name) => labels.has(name));
      if (names && !names[0]?.startsWith('-') && !hasLabel && !found.has(key)) found.set(key, names);
    }
    node.args.forEach(visit);
  };
  for (const { def } of program.bindings) visit(def);
  return found;
}

function decimalsIn({ bindings }: Program): ReadonlySet<number> | null {
  const added = new Set<number>();
  const seen = new Set<Node>();
  let any = false;
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    any ||= (node.kind === 'num' && isDecimal(node.den)) || (node.kind === 'const' && /^\d/.test(node.name));
    if (node.kind === 'add')
      for (const term of node.args)
        if (term.kind === 'num' && term.den > 1) added.add(Math.abs(term.num) / term.den);
    node.args.forEach(visit);
  };
  for (const { def } of bindings) visit(def);
  return any ? added : null;
}

/** The symbols that are added up, whatever their indices; null if a term is none. */
function namesOfAll(terms: readonly Node[]): string | null {
  const names = terms.map((term) => (term.kind === 'sym' ? term.name : null));
  return names.length === 0 || names.includes(null) ? null : names.sort().join(' + ');
}

/** Differences of symbols in the definitions, the first of two opposite ones; a label comes last whatever the program writes. */
function differencesIn(program: Program): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<Node>();
  const labels = new Set(program.inputs.filter(({ role }) => role === 'label').map(({ name }) => name));
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'add') {
      const down = node.args.flatMap((term) =>
        term.kind === 'mul' && term.args.length === 2 && isMinusOne(term.args[0] as Node)
          ? [term.args[1] as Node]
          : [],
      );
      const up = node.args.filter((term) => term.kind === 'sym');
      const [above, below] = [namesOfAll(up), namesOfAll(down)];
      const isWhole = up.length + down.length === node.args.length;
      if (
        isWhole &&
        above !== null &&
        below !== null &&
        ![...symbolNames(node)].some((name) => labels.has(name))
      )
        if (!found.has(`${below} - ${above}`)) found.add(`${above} - ${below}`);
    }
    node.args.forEach(visit);
  };
  for (const { def } of program.bindings) visit(def);
  return found;
}

const isMinusOne = (node: Node): boolean => node.kind === 'num' && node.num === -1 && node.den === 1;
