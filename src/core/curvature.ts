/** What can be said of a Hessian: that it is symmetric, and positive semidefinite where that can be proved. */
import { axisIndices, type Program } from './definition';
import type { DerivativeBlock } from './derivatives';
import { isNum, symbolNames, type IndexNode, type Node } from './expr';
import { createFacts, type Facts } from './facts';
import { opRow } from './ops';

export interface Curvature {
  readonly by: string;
  /** Proved to be positive semidefinite wherever it exists. */
  readonly semidefinite: boolean;
  /** No kink lies on the way, so that a function with such a Hessian is convex. */
  readonly smooth: boolean;
}

/** Of the block of one parameter with itself. */
export function curvatureOf(program: Program, block: DerivativeBlock): Curvature {
  const [by = ''] = block.by;
  const indices = axisIndices(block.value.axes);
  const own = axisIndices(program.bindings.find(({ name }) => name === program.output)?.axes ?? []);
  // A function that works element by element has its second derivatives on a diagonal.
  const half = own.length > 0 ? 0 : indices.length / 2;
  const rows = indices.slice(0, half);
  const columns = own.length > 0 ? [] : indices.slice(half);
  const facts = createFacts(program);
  const fits = block.by[0] === block.by[1] && Number.isInteger(half);
  const context = { program, facts };
  return {
    by,
    semidefinite:
      fits && !isNum(block.value.element, 0) && definiteness(context, rows, columns, block.value.element) > 0,
    smooth: isSmooth(context, program.output, by),
  };
}

interface Context {
  readonly program: Program;
  readonly facts: Facts;
}

/**
 * 1 if `node`, as a matrix over the rows and columns, is known to be positive semidefinite, -1 if its negative is, else 0. Sums
 * and products element by element of semidefinite matrices are semidefinite (Schur's product theorem), as are f fᵀ, a diagonal
 * of non-negative entries and diag(p) - p pᵀ for shares p.
 */
function definiteness(
  c: Context,
  rows: readonly IndexNode[],
  columns: readonly IndexNode[],
  node: Node,
): number {
  const { arena } = c.program;
  const names = new Set([...rows, ...columns].map(({ name }) => name));
  const isFree = (n: Node): boolean => ![...names].some((name) => n.free.has(name));
  const swap = (n: Node): Node =>
    arena.substituteAll(
      n,
      rows.flatMap((row, k) => {
        const column = columns[k] ?? row;
        return [[row, column] as const, [column, row] as const];
      }),
    );
  /** [i = i'] for a row and its column. */
  const isPair = (n: Node): boolean =>
    n.kind === 'delta' &&
    n.args.every((arg) => arg.kind === 'index') &&
    rows.some((row, k) => n.args.includes(row) && n.args.includes(columns[k] ?? row));
  const signOf = (n: Node): number => {
    if (isFree(n)) return valueSign(n);
    if (n.kind === 'add') {
      const [first = 0, ...others] = n.args.map(signOf);
      return others.every((other) => other === first) ? first : 0;
    }
    if (n.kind === 'reduce' && n.op === 'sum') return signOf(arena.open(n).body);
    return product(n.kind === 'mul' ? n.args : [n]);
  };
  /** 1 where the values are known to be non-negative, -1 non-positive, else 0. */
  const valueSign = (n: Node): number =>
    c.facts.isNonNegative(n) ? 1 : c.facts.isNonNegative(arena.neg(n)) ? -1 : 0;
  const product = (factors: readonly Node[]): number => {
    const deltas = factors.filter(isPair);
    // Where it is not 0, the column's index is the row's.
    const pairs = deltas.flatMap((delta) =>
      rows.flatMap((row, k) => {
        const column = columns[k];
        return column && delta.args.includes(row) ? [[column, row] as const] : [];
      }),
    );
    const pinned = new Set(pairs.map(([, row]) => row.name));
    const isWeight = (n: Node): boolean => [...n.free].every((name) => pinned.has(name) || !names.has(name));
    let sign = 1;
    const open: Node[] = [];
    for (const factor of factors
      .filter((n) => !deltas.includes(n))
      .map((n) => arena.substituteAll(n, pairs))) {
      const known = isWeight(factor) ? valueSign(factor) : 0;
      if (known === 0) open.push(factor);
      sign *= known === 0 ? 1 : known;
    }
    for (let factor = open.pop(); factor; factor = open.pop()) {
      const current = factor;
      const isTwin = (other: Node): boolean => other === (isWeight(current) ? current : swap(current));
      const found = open.findIndex((other) => isTwin(other) || covarianceSign(current, other) !== 0);
      const other = open[found];
      if (!other) {
        const nested = current.kind === 'add' || current.kind === 'reduce';
        if (isWeight(current) || !nested) return 0;
        sign *= signOf(current);
        continue;
      }
      open.splice(found, 1);
      if (!isTwin(other)) sign *= covarianceSign(current, other);
    }
    return sign;
  };
  /** The sign of p_i ([i = i'] - p_i') for shares p, whose factors come in either order; 0 for other products. */
  const covarianceSign = (a: Node, b: Node): number => {
    const [weight, sum] = b.kind === 'add' ? [a, b] : [b, a];
    const along = weight.args.at(-1);
    if (sum.kind !== 'add' || sum.args.length !== 2 || !along || !isShare(c, weight)) return 0;
    const isOurs = (n: Node): boolean => isPair(n) && n.args.includes(along);
    const other = swap(weight);
    if (sum.args.some(isOurs) && sum.args.includes(arena.neg(other))) return 1;
    return sum.args.some((n) => isOurs(arena.neg(n))) && sum.args.includes(other) ? -1 : 0;
  };
  return signOf(node);
}

/** A symbol whose values are non-negative and add up to 1 along its last index: a softmax, or a distribution. */
function isShare({ program, facts }: Context, node: Node): boolean {
  if (node.kind !== 'sym' || !facts.isNonNegative(node)) return false;
  if (facts.distribution(node.name) !== null) return true;
  const binding = program.bindings.find(({ name }) => name === node.name);
  const last = axisIndices(binding?.axes ?? []).at(-1);
  if (!binding || !last) return false;
  return isNormalised(program, binding.def, last);
}

/** e/Σe along the index, where Σe may have a name. */
function isNormalised(program: Program, def: Node, index: IndexNode): boolean {
  const { arena } = program;
  if (def.kind !== 'mul') return false;
  const total = def.args.find((n) => n.kind === 'pow' && n.args[1] !== undefined && isNum(n.args[1], -1));
  const base = total?.args[0];
  if (!total || !base) return false;
  const top = arena.mul(...def.args.filter((n) => n !== total));
  const wanted = arena.sum(index, top);
  if (base === wanted) return true;
  if (base.kind !== 'sym') return false;
  const named = program.bindings.find(({ name }) => name === base.name);
  if (!named) return false;
  const own = axisIndices(named.axes);
  return (
    arena.substituteAll(
      named.def,
      own.map((i, k) => [i, base.args[k] ?? i] as const),
    ) === wanted
  );
}

/** Nothing with a kink, a jump or a pole stands between the parameter and the output, for all values of the parameter. */
function isSmooth({ program, facts }: Context, output: string, by: string): boolean {
  const moved = new Set([by]);
  const byName = new Map(program.bindings.map((binding) => [binding.name, binding]));
  for (const { name, def } of program.bindings)
    if ([...symbolNames(def)].some((used) => moved.has(used))) moved.add(name);
  const memo = new Map<number, boolean>();
  const varies = (node: Node): boolean => [...symbolNames(node)].some((name) => moved.has(name));
  const isTotal = (node: Node): boolean => {
    const [base, exponent] = node.args;
    if (node.kind === 'where' || node.kind === 'cmp') return false;
    if (node.kind === 'reduce') return node.op === 'sum' || node.op === 'prod';
    if (node.kind === 'pow' && base && exponent) {
      const whole = exponent.kind === 'num' && exponent.den === 1 && exponent.num >= 0;
      return whole || facts.isPositive(base);
    }
    if (node.kind !== 'call') return true;
    const row = opRow(node.fn);
    return (
      row.branch === null &&
      row.kinks.length === 0 &&
      node.args.every((arg, k) => {
        const range = facts.range(arg);
        const domain = row.domain[k];
        if (!domain || (domain.low === -Infinity && domain.high === Infinity)) return true;
        const low = range.low > domain.low || (range.low === domain.low && (range.lowOpen || !domain.open));
        const high =
          range.high < domain.high || (range.high === domain.high && (range.highOpen || !domain.open));
        return low && high;
      })
    );
  };
  const isSmoothAt = (node: Node): boolean => {
    const known = memo.get(node.id);
    if (known !== undefined) return known;
    memo.set(node.id, true);
    const inner = node.kind === 'sym' ? byName.get(node.name)?.def : undefined;
    const smooth =
      !varies(node) ||
      (isTotal(node) && node.args.every(isSmoothAt) && (inner === undefined || isSmoothAt(inner)));
    memo.set(node.id, smooth);
    return smooth;
  };
  const top = byName.get(output);
  return top !== undefined && isSmoothAt(top.def);
}
