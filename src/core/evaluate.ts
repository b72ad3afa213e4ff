/**
 * Values of expressions at one point, for verification: lazy, memoised by node and index values, with the branches that
 * were taken and a bound on the rounding error.
 */
import type { Binding, Program } from './definition';
import { createDual } from './dual';
import type { CallNode, CmpNode, Node, ReduceNode, SymNode } from './expr';
import { holds } from './relation';
import {
  arg,
  createMachine,
  power,
  type IndexValues,
  type Machine,
  type Point,
  type PointArray,
} from './machine';
import { createMatrices, type Matrices } from './matrices';
import { opRow } from './ops';
import { createRounding } from './rounding';

export type { IndexValues, Point, PointArray } from './machine';

export interface ScaledValue {
  readonly value: number;
  /**
   * Rounding errors of the evaluation reach about `scale` × 2^-53: at least |value|, larger by as much as terms cancelled on
   * the way, by the jump within rounding of one, and infinite where nothing is known.
   */
  readonly scale: number;
}

export interface Evaluator {
  /**
   * Value of `node`, whose free indices are at `indices`. `diff` nodes are evaluated by forward differentiation. NaN outside
   * the domain; a RangeError for a name, a size or an index that the point does not give.
   */
  value(node: Node, indices?: IndexValues): number;
  valueWithScale(node: Node, indices?: IndexValues): ScaledValue;
  /** All values of a binding. */
  readonly array: (name: string) => PointArray;
  /** The pieces that piecewise functions took in everything evaluated so far; equal strings mean the same pieces. */
  signature(): string;
}

/** Evaluates expressions over the program's symbols and `extraBindings` (adjoints with names of their own). */
export function createEvaluator(
  program: Program,
  point: Point,
  extraBindings: readonly Binding[] = [],
): Evaluator {
  const machine = createMachine(program, point, extraBindings);
  const branches: string[] = [];
  const values = createValues(machine, branches);
  const rounding = createRounding(values);
  return {
    value: (node, indices = {}) => machine.within(indices, () => values.of(node)),
    valueWithScale: (node, indices = {}) =>
      machine.within(indices, () => {
        const value = values.of(node);
        const error = rounding.of(node);
        return { value, scale: Number.isNaN(error) ? Infinity : Math.max(Math.abs(value), error) };
      }),
    array: values.array,
    signature: () => branches.join(''),
  };
}

/** Values at the current positions of a machine. */
export interface Values {
  readonly machine: Machine;
  readonly of: (node: Node) => number;
  readonly array: (name: string) => PointArray;
  readonly matrices: Matrices;
  /** Positions that a symbol's arguments evaluate to. */
  readonly positions: (sym: SymNode) => number[];
  /** ∂/∂targets of a node, and a bound on it with every term taken by its absolute value. */
  readonly dual: ReturnType<typeof createDual>;
}

function createValues(machine: Machine, branches: string[]): Values {
  const memo = machine.memo();
  const arrays = new Map<string, PointArray>();

  const array = (name: string): PointArray => {
    for (const binding of machine.needed(name))
      if (!arrays.has(binding.name)) arrays.set(binding.name, machine.fill(binding, of));
    const found = arrays.get(name);
    if (!found) throw new RangeError(`${name} is not a binding`);
    return found;
  };

  const positions = (sym: SymNode): number[] => sym.args.map(of);

  const symbol = (sym: SymNode): number => {
    const data = machine.bindings.has(sym.name)
      ? (arrays.get(sym.name) ?? array(sym.name))
      : machine.input(sym);
    if (typeof data === 'number') return sym.args.length === 0 ? data : NaN;
    return machine.element(data.data, data.dims, positions(sym));
  };

  const matrices = createMatrices(
    machine,
    (name) => (machine.bindings.has(name) ? array(name) : machine.inputNamed(name)),
    (node) => of(node),
  );

  const call = (node: CallNode): number => {
    const row = opRow(node.fn);
    const args = node.args.map(of);
    if (row.branch) branches.push(`${row.branch(...args)},`);
    return row.evaluate(...args);
  };

  const compare = (node: CmpNode): number => {
    const [left = NaN, right = NaN] = node.args.map(of);
    if (Number.isNaN(left) || Number.isNaN(right)) return NaN;
    branches.push(left > right ? '>' : left < right ? '<' : '=');
    return Number(holds(node.rel, left, right));
  };

  const reduce = (node: ReduceNode): number => {
    const [body] = node.args;
    if (!body) return NaN;
    let total = { sum: 0, prod: 1, max: -Infinity, min: Infinity }[node.op];
    let winner = -1;
    machine.each(node.index.name, machine.length(node.index.size), (k) => {
      const v = of(body);
      if (node.op === 'sum') total += v;
      else if (node.op === 'prod') total *= v;
      else if (Number.isNaN(v) || (node.op === 'max' ? v > total : v < total)) [total, winner] = [v, k];
    });
    if (winner >= 0) branches.push(`@${winner},`);
    return total;
  };

  const compute = (node: Node): number => {
    switch (node.kind) {
      case 'num':
        return node.num / node.den;
      case 'const':
        return node.value;
      case 'size':
        return machine.length(node.size);
      case 'index':
        return machine.position(node.name);
      case 'sym':
        return symbol(node);
      case 'matrix':
        return matrices.value(node);
      case 'add':
        return node.args.reduce((total, arg) => total + of(arg), 0);
      case 'mul':
        return node.args.reduce((product, arg) => product * of(arg), 1);
      case 'pow':
        return power(of(arg(node, 0)), arg(node, 1), of(arg(node, 1)));
      case 'call':
        return call(node);
      case 'cmp':
        return compare(node);
      case 'where': {
        const condition = of(arg(node, 0));
        return Number.isNaN(condition) ? NaN : of(arg(node, condition !== 0 ? 1 : 2));
      }
      case 'delta':
        return Number(of(arg(node, 0)) === of(arg(node, 1)));
      case 'reduce':
        return reduce(node);
      case 'diff':
        return dual.of(node);
    }
  };

  const of = (node: Node): number => {
    if (node.args.length === 0 || node.kind === 'sym' || node.kind === 'matrix') return compute(node);
    const known = memo.get(node);
    if (known !== undefined) return known;
    const value = compute(node);
    memo.set(node, value);
    return value;
  };

  const bound = { machine, of, array, matrices, positions };
  const dual = createDual(bound);
  return { ...bound, dual };
}
