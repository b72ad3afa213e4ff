/** Values of a program's expressions in any arithmetic, in the order in which printed code computes them. */
import { axisIndices, type Binding, type Program } from '../definition';
import type { Arena, Node, SymNode } from '../expr';
import { createMachine, type IndexValues, type Point } from '../machine';
import { fraction, radicand, terms, type Fraction, type Term } from '../print/shape';
import type { Arithmetic } from './arithmetic';

export interface ValuesIn<T> {
  /** The value of a node, whose free indices are at `indices`. */
  at(node: Node, indices?: IndexValues): T;
  /** All elements of a node over the given indices, in row-major order. */
  all(node: Node, indices: readonly { readonly name: string; readonly size: string }[]): T[];
  /** The Kronecker deltas in it leave nothing of the node at these positions. */
  vanishes(node: Node, indices: IndexValues): boolean;
  /** Lengths of the axes of an input or a binding. */
  dimensions(name: string): readonly number[];
}

/** How sums and products are laid out, worked out once per node. */
export interface Layouts {
  readonly fraction: (node: Node) => Fraction;
  readonly terms: (node: Node) => readonly Term[];
}

export function createLayouts(arena: Arena): Layouts {
  const fractions = new Map<number, Fraction>();
  const sums = new Map<number, readonly Term[]>();
  return {
    fraction(node) {
      let known = fractions.get(node.id);
      if (!known) fractions.set(node.id, (known = fraction(arena, node)));
      return known;
    },
    terms(node) {
      let known = sums.get(node.id);
      if (!known) sums.set(node.id, (known = terms(arena, node)));
      return known;
    },
  };
}

export function createValuesIn<T>(
  arithmetic: Arithmetic<T>,
  program: Program,
  point: Point,
  extra: readonly Binding[] = [],
  layouts: Layouts = createLayouts(program.arena),
): ValuesIn<T> {
  const machine = createMachine(program, point, extra);
  const { add, mul, div, neg, number } = arithmetic;
  const arrays = new Map<string, readonly T[]>();
  const memo = new Map<string, T>();

  const dims = new Map<string, readonly number[]>();
  const dimensions = (name: string): readonly number[] => {
    let known = dims.get(name);
    if (known) return known;
    const binding = machine.bindings.get(name);
    const input = point.inputs[name];
    if (binding) known = axisIndices(binding.axes).map((index) => machine.length(index.size));
    else known = input === undefined || typeof input === 'number' ? [] : input.dims;
    dims.set(name, known);
    return known;
  };

  const arrayOf = (name: string): readonly T[] => {
    const known = arrays.get(name);
    if (known) return known;
    const binding = machine.bindings.get(name);
    let elements: T[];
    if (binding) elements = all(binding.def, axisIndices(binding.axes));
    else {
      const input = point.inputs[name];
      elements =
        input === undefined
          ? []
          : typeof input === 'number'
            ? [number(input)]
            : Array.from(input.data, (value) => number(value));
    }
    arrays.set(name, elements);
    return elements;
  };

  const all = (node: Node, indices: readonly { readonly name: string; readonly size: string }[]): T[] => {
    const out: T[] = [];
    const loop = (k: number): void => {
      const index = indices[k];
      if (!index) out.push(of(node));
      else
        machine.each(index.name, machine.length(index.size), () => {
          loop(k + 1);
        });
    };
    loop(0);
    return out;
  };

  const positionOf = (node: Node): number =>
    node.kind === 'index' ? machine.position(node.name) : arithmetic.toNumber(of(node));

  const symbol = (node: SymNode): T => {
    const lengths = dimensions(node.name);
    let offset = 0;
    for (let k = 0; k < lengths.length; k += 1) {
      const n = lengths[k] ?? 0;
      const argument = node.args[k];
      const position = argument ? positionOf(argument) : NaN;
      if (!Number.isInteger(position) || position < 0 || position >= n) return arithmetic.unknown;
      offset = offset * n + position;
    }
    return arrayOf(node.name)[offset] ?? arithmetic.unknown;
  };

  const multiply = (values: readonly T[]): T => {
    const [first, ...rest] = values;
    return first === undefined ? arithmetic.one : rest.reduce(mul, first);
  };

  const product = (node: Node): T => {
    const factors = node.kind === 'mul' ? node.args : [node];
    // A Kronecker delta selects: what it leaves out is not computed.
    if (factors.some(vanishes)) return arithmetic.zero;
    const f = layouts.fraction(node);
    const top = f.numerator.map(of);
    if (f.num !== 1 || top.length === 0) top.unshift(number(f.num));
    const bottom = [...f.sizes, ...f.denominator].map((d) => of(d.node));
    if (f.den !== 1) bottom.unshift(number(f.den));
    const above = multiply(top);
    const value = bottom.length === 0 ? above : div(above, multiply(bottom));
    return f.negative ? neg(value) : value;
  };

  const power = (node: Node): T => {
    const root = radicand(node);
    if (root) return arithmetic.sqrt(of(root));
    const f = layouts.fraction(node);
    if (f.denominator.length + f.sizes.length > 0) return product(node);
    const [base, exponent] = node.args as [Node, Node];
    if (exponent.kind === 'num' && exponent.den === 2) {
      const half = arithmetic.sqrt(of(base));
      return arithmetic.pow(half, number(exponent.num));
    }
    return arithmetic.pow(of(base), of(exponent));
  };

  const reduce = (node: Extract<Node, { kind: 'reduce' }>): T => {
    const [body] = node.args as [Node];
    const values: T[] = [];
    machine.each(node.index.name, machine.length(node.index.size), () => {
      values.push(of(body));
    });
    const [first, ...rest] = values;
    if (first === undefined) return node.op === 'prod' ? arithmetic.one : arithmetic.zero;
    if (node.op === 'sum') return rest.reduce(add, first);
    if (node.op === 'prod') return rest.reduce(mul, first);
    const extreme = node.op === 'max' ? 'maximum' : 'minimum';
    return rest.reduce((a, b) => arithmetic.call(extreme, [a, b]), first);
  };

  const compute = (node: Node): T => {
    switch (node.kind) {
      case 'num':
        return node.den === 1 ? number(node.num) : arithmetic.rational(node.num, node.den);
      case 'const':
        return number(node.value);
      case 'size':
        return number(machine.length(node.size));
      case 'index':
        return number(machine.position(node.name));
      case 'sym':
        return symbol(node);
      case 'add': {
        const list = layouts.terms(node).map((t) => (t.negative ? neg(of(t.node)) : of(t.node)));
        const [first, ...rest] = list;
        return first === undefined ? arithmetic.zero : rest.reduce(add, first);
      }
      case 'mul':
        return product(node);
      case 'pow':
        return power(node);
      case 'call':
        return arithmetic.call(node.fn, node.args.map(of));
      case 'cmp':
        return arithmetic.compare(node.rel, of(node.args[0] as Node), of(node.args[1] as Node));
      case 'delta':
        return positionOf(node.args[0] as Node) === positionOf(node.args[1] as Node)
          ? arithmetic.one
          : arithmetic.zero;
      case 'where': {
        const condition = arithmetic.toNumber(of(node.args[0] as Node));
        return Number.isNaN(condition) ? arithmetic.unknown : of(node.args[condition !== 0 ? 1 : 2] as Node);
      }
      case 'reduce':
        return reduce(node);
      // Inverses and determinants have conditions of their own, which are not measured.
      case 'matrix':
        return arithmetic.unknown;
      case 'diff':
        throw new RangeError('a derivative that has not been carried out has no value here');
    }
  };

  const of = (node: Node): T => {
    if (node.kind !== 'call' && node.kind !== 'reduce') return compute(node);
    let key = String(node.id);
    for (const name of node.free) key += `,${machine.position(name)}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    const value = compute(node);
    memo.set(key, value);
    return value;
  };

  const vanishes = (node: Node): boolean => {
    switch (node.kind) {
      case 'num':
        return node.num === 0;
      case 'delta':
        return positionOf(node.args[0] as Node) !== positionOf(node.args[1] as Node);
      case 'mul':
        return node.args.some(vanishes);
      case 'add':
        return node.args.every(vanishes);
      case 'where':
        return node.args.slice(1).every(vanishes);
      case 'reduce': {
        if (node.op !== 'sum') return false;
        let nothing = true;
        machine.each(node.index.name, machine.length(node.index.size), () => {
          nothing &&= node.args.every(vanishes);
        });
        return nothing;
      }
      default:
        return false;
    }
  };

  return {
    at: (node, indices = {}) => machine.within(indices, () => of(node)),
    all,
    vanishes: (node, indices) => machine.within(indices, () => vanishes(node)),
    dimensions,
  };
}
