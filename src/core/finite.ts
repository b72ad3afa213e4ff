/** Where expressions are finite: at all values that their inputs can take, or only at some. */
import type { Arena, CallNode, Node } from './expr';
import type { Range } from './facts';
import { hasOp, opRow } from './ops';

export interface FinitenessOptions {
  readonly arena: Arena;
  readonly rangeOf: (node: Node) => Range;
  /** What a name is defined as, at its own indices; null for an input. */
  readonly definitionOf: (name: string) => Node | null;
}

/** Functions that leave the floating-point numbers for large arguments: on which sides. */
const OVERFLOWING: Readonly<Record<string, readonly ('low' | 'high')[]>> = {
  exp: ['high'],
  expm1: ['high'],
  sinh: ['low', 'high'],
  cosh: ['low', 'high'],
};

/**
 * Tells of expressions that they are finite wherever their inputs are, so that 0 times one is 0. False means "not proved"; an
 * exponential that may overflow is not finite.
 */
export function createFiniteness({
  arena,
  rangeOf,
  definitionOf,
}: FinitenessOptions): (node: Node) => boolean {
  const memo = new Map<number, boolean>();
  const names = new Map<string, boolean>();

  const isPositive = (node: Node): boolean => {
    const { low, lowOpen } = rangeOf(node);
    return low > 0 || (low === 0 && lowOpen);
  };
  const isNegative = (node: Node): boolean => {
    const { high, highOpen } = rangeOf(node);
    return high < 0 || (high === 0 && highOpen);
  };
  const isBounded = (node: Node): boolean => {
    const { low, high } = rangeOf(node);
    return low > -Infinity && high < Infinity;
  };

  const ofName = (name: string): boolean => {
    let known = names.get(name);
    if (known === undefined) {
      const definition = definitionOf(name);
      names.set(name, false);
      names.set(name, (known = definition === null || isFinite(definition)));
    }
    return known;
  };

  const power = (base: Node, exponent: Node): boolean => {
    if (exponent.kind !== 'num')
      return isPositive(base) && hasValue(base) && isFinite(base) && isFinite(exponent);
    if (exponent.num < 0) return (isPositive(base) || isNegative(base)) && hasValue(base);
    return isFinite(base) && (exponent.den === 1 || rangeOf(base).low >= 0);
  };

  const call = (node: CallNode): boolean => {
    const sides = OVERFLOWING[node.fn];
    if (sides)
      return node.args.every(
        (arg) => hasValue(arg) && sides.every((side) => Math.abs(rangeOf(arg)[side]) < Infinity),
      );
    const { domain } = opRow(node.fn);
    return node.args.every((arg, k) => {
      const range = rangeOf(arg);
      const { low, high, open } = domain[k] ?? { low: -Infinity, high: Infinity, open: true };
      const above = range.low > low || (range.low === low && (range.lowOpen || !open));
      const below = range.high < high || (range.high === high && (range.highOpen || !open));
      return above && below && (SATURATING.has(node.fn) ? hasValue(arg) : isFinite(arg));
    });
  };

  const compute = (node: Node): boolean => {
    switch (node.kind) {
      case 'num':
      case 'const':
      case 'size':
      case 'index':
      case 'cmp':
      case 'delta':
      case 'matrix':
        return true;
      case 'sym':
        return !isBeside(node) && (isBounded(node) || ofName(node.name));
      case 'add':
      case 'mul':
        return node.args.every(isFinite);
      case 'pow':
        return power(node.args[0] as Node, node.args[1] as Node);
      case 'call':
        return hasOp(node.fn) && call(node);
      case 'where':
        return node.args.slice(1).every(isFinite);
      case 'reduce':
        return isFinite(arena.open(node).body);
      // It is not carried out yet.
      case 'diff':
        return true;
    }
  };

  /** It is a number or infinite, but never undefined. */
  const hasValue = (node: Node): boolean => {
    if (isFinite(node)) return true;
    const { args } = node;
    switch (node.kind) {
      case 'sym': {
        if (isBeside(node)) return false;
        // A range that was proved of a name holds for values only.
        if (rangeOf(node).high < Infinity) return true;
        const definition = definitionOf(node.name);
        return definition === null || hasValue(definition);
      }
      case 'add':
      case 'mul':
        return args.every((arg) => rangeOf(arg).low >= 0 && hasValue(arg));
      case 'call':
        return OVERFLOWING[node.fn] !== undefined && args.every(isFinite);
      case 'pow':
        return args.every(hasValue) && args.slice(0, 1).every((base) => rangeOf(base).low >= 0);
      case 'reduce': {
        const { body } = arena.open(node);
        return rangeOf(body).low >= 0 && hasValue(body);
      }
      default:
        return false;
    }
  };

  const isFinite = (node: Node): boolean => {
    let known = memo.get(node.id);
    if (known === undefined) memo.set(node.id, (known = compute(node)));
    return known;
  };
  return isFinite;
}

/** `x[i - 1]` is not there for every i. */
const isBeside = ({ args }: Node): boolean => args.some((arg) => arg.kind === 'add');

/** Functions with finite values at infinity. */
const SATURATING = new Set(['sigmoid', 'tanh', 'erf', 'arctan', 'sign']);
