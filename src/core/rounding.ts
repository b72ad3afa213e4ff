/**
 * Running error analysis (Wilkinson): a bound on the rounding error of each value, in units of 2^-53, propagated to first
 * order. It tells a difference that matters from one that cancellation explains.
 */
import type { CallNode, MatrixNode, Node, ReduceNode } from './expr';
import type { Values } from './evaluate';
import { arg, power, type Memo, type PointArray } from './machine';
import { matrixError } from './matrices';
import { opRow } from './ops';

const EPSILON = 2 ** -53;

export interface Rounding {
  /** Bound on the error of the value of `node` at the current positions, divided by 2^-53. */
  of(node: Node): number;
}

export function createRounding(values: Values): Rounding {
  const { machine } = values;
  const memo: Memo = machine.memo();
  const arrays = new Map<string, PointArray>();

  const binding = (name: string): PointArray => {
    for (const b of machine.needed(name)) if (!arrays.has(b.name)) arrays.set(b.name, machine.fill(b, of));
    return arrays.get(name) ?? { dims: [], data: [] };
  };

  const sum = (terms: Iterable<readonly [number, number]>): number => {
    let partial = 0;
    let error = 0;
    let exact = true;
    for (const [v, e] of terms) {
      partial += v;
      exact &&= e === 0 && Number.isSafeInteger(v);
      error += e + Math.abs(partial);
    }
    return exact ? 0 : error;
  };

  const product = (factors: readonly (readonly [number, number])[]): number => {
    let value = 1;
    let error = 0;
    let exact = true;
    for (const [v, e] of factors) {
      error = error * Math.abs(v) + e * Math.abs(value) + Math.abs(value * v);
      value *= v;
      exact &&= e === 0 && Number.isSafeInteger(v);
    }
    return exact ? 0 : error;
  };

  const pair = (node: Node): readonly [number, number] => [values.of(node), of(node)];

  const call = (node: CallNode): number => {
    const row = opRow(node.fn);
    const args = node.args.map(values.of);
    const errors = node.args.map(of);
    const value = row.evaluate(...args);
    let error = Math.abs(value);
    // What is held does not change with its argument, but it rounds with it.
    if (row.isHeld) return Math.max(error, ...errors);
    if (row.branch) {
      // Slopes say nothing at a jump, so the function itself is asked on both sides of its argument.
      if (errors.every((e) => e === 0)) return Number.isSafeInteger(value) ? 0 : error;
      const change = [-2, 2].map((side) =>
        Math.abs(row.evaluate(...args.map((v, k) => v + side * EPSILON * (errors[k] ?? 0))) - value),
      );
      error += Math.max(...change) / EPSILON;
      return error;
    }
    errors.forEach((e, k) => {
      if (e !== 0) error += e * Math.abs(row.slopes[k]?.(...args) ?? NaN);
    });
    return error;
  };

  /** The square of what may be 1 instead of 0: its slope at 0 says nothing. */
  const farError = (base: number, exponent: number, error: number): number => {
    const off = EPSILON * error;
    if (!(off > 1e-3 * Math.abs(base)) || exponent < 1) return 0;
    return ((Math.abs(base) + off) ** exponent - Math.abs(base) ** exponent) / EPSILON;
  };

  const powers = (node: Node): number => {
    const [base, exponent] = [arg(node, 0), arg(node, 1)];
    const [b, p] = [values.of(base), values.of(exponent)];
    const value = Math.abs(power(b, exponent, p));
    const baseError = of(base);
    const exponentError = exponent.kind === 'num' ? 0 : of(exponent);
    let error = value;
    if (baseError !== 0)
      error += Math.max(Math.abs(p) * Math.abs(b) ** (p - 1) * baseError, farError(b, p, baseError));
    if (exponentError !== 0) error += value * Math.abs(Math.log(b)) * exponentError;
    return error;
  };

  const reduce = (node: ReduceNode): number => {
    const [body] = node.args as [Node];
    const pairs: (readonly [number, number])[] = [];
    machine.each(node.index.name, machine.length(node.index.size), () => pairs.push(pair(body)));
    if (node.op === 'sum') return sum(pairs);
    return node.op === 'prod' ? product(pairs) : Math.max(0, ...pairs.map(([, e]) => e));
  };

  const matrix = (node: MatrixNode): number => {
    const found = values.matrices.at(node);
    if (!found) return NaN;
    const { order } = found;
    const stack = node.args.slice(0, node.fn === 'inv' ? -2 : node.args.length).map(values.of);
    const known = machine.bindings.has(node.name) ? binding(node.name) : null;
    const errors = Array.from({ length: order * order }, (_, k) =>
      known ? machine.element(known.data, known.dims, [...stack, Math.floor(k / order), k % order]) : 0,
    );
    const [row = 0, column = 0] = node.fn === 'inv' ? node.args.slice(-2).map(values.of) : [];
    return matrixError(node, found, errors, [row, column]);
  };

  // Within rounding of a tie the comparison may come out either way: an error of 1.
  const tie = (left: Node, right: Node): number => {
    const error = of(left) + of(right);
    return Math.abs(values.of(left) - values.of(right)) <= 4 * EPSILON * error && error > 0 ? 1 / EPSILON : 0;
  };

  const choose = (node: Node): number => {
    const [then, otherwise] = values.of(arg(node, 0)) !== 0 ? [1, 2] : [2, 1];
    const error = of(arg(node, then));
    if (of(arg(node, 0)) === 0) return error;
    return error + Math.abs(values.of(arg(node, then)) - values.of(arg(node, otherwise))) / EPSILON;
  };

  const compute = (node: Node): number => {
    switch (node.kind) {
      case 'num':
        return node.den === 1 ? 0 : Math.abs(node.num / node.den);
      case 'const':
      case 'size':
      case 'index':
      case 'delta':
        return 0;
      case 'sym': {
        if (!machine.bindings.has(node.name)) return 0;
        const known = arrays.get(node.name) ?? binding(node.name);
        return machine.element(known.data, known.dims, values.positions(node));
      }
      case 'matrix':
        return matrix(node);
      case 'add':
        return sum(node.args.map(pair));
      case 'mul':
        return product(node.args.map(pair));
      case 'pow':
        return powers(node);
      case 'call':
        return call(node);
      case 'cmp':
        return tie(arg(node, 0), arg(node, 1));
      case 'where':
        return choose(node);
      case 'reduce':
        return reduce(node);
      case 'diff':
        return values.dual.magnitude(node, scale);
    }
  };

  const of = (node: Node): number => {
    if (node.args.length === 0 || node.kind === 'sym') return compute(node);
    const known = memo.get(node);
    if (known !== undefined) return known;
    const error = compute(node);
    memo.set(node, error);
    return error;
  };

  const scale = (node: Node): number => Math.max(Math.abs(values.of(node)), of(node));

  return { of };
}
