/**
 * Values of one pass through a loop body, as a directed graph of vector operations. Equal operations are one node, so that
 * what the elements of a tile or two functions have in common is computed once.
 */
import type { VectorOp } from './opcodes';

/** Number of a node. */
export type Value = number;

export type GraphNode = { readonly args: readonly Value[] } & (
  | { readonly op: VectorOp; readonly shift: number | null }
  /** Sixteen bytes. */
  | { readonly op: 'constant'; readonly bytes: readonly number[] }
  /** What the surroundings put on the stack, e.g. a read of memory. */
  | { readonly op: 'read'; readonly emit: () => void; readonly fixed: boolean }
  /** Bytes of the two arguments, those of the second numbered from 16. */
  | { readonly op: 'shuffle'; readonly bytes: readonly number[] }
  /** Reads at computed positions; the surroundings know how, given what puts a position of a lane on the stack. */
  | { readonly op: 'gather'; readonly emit: (position: (argument: number, lane: number) => void) => void }
  /** A function of numbers, called for each lane. */
  | { readonly op: 'call'; readonly fn: string }
);

export interface Graph {
  readonly nodes: readonly GraphNode[];
  op(op: VectorOp, ...args: readonly Value[]): Value;
  /** A shift of the lanes of `a` by a number of bits. */
  shift(op: VectorOp, a: Value, bits: number): Value;
  constant(bytes: readonly number[]): Value;
  /** `key` tells equal reads apart from others; `fixed` ones stay the same throughout the innermost loop. */
  read(key: string, fixed: boolean, emit: () => void): Value;
  shuffle(a: Value, b: Value, bytes: readonly number[]): Value;
  gather(
    key: string,
    positions: readonly Value[],
    emit: (position: (argument: number, lane: number) => void) => void,
  ): Value;
  /** Of doubles. */
  call(fn: string, args: readonly Value[]): Value;
}

export function createGraph(): Graph {
  const nodes: GraphNode[] = [];
  const known = new Map<string, Value>();
  const add = (key: string, node: () => GraphNode): Value => {
    const found = known.get(key);
    if (found !== undefined) return found;
    nodes.push(node());
    known.set(key, nodes.length - 1);
    return nodes.length - 1;
  };
  return {
    nodes,
    op: (op, ...args) => add(`${op} ${args.join(' ')}`, () => ({ op, args, shift: null })),
    shift: (op, a, bits) => add(`${op} ${a} by ${bits}`, () => ({ op, args: [a], shift: bits })),
    constant: (bytes) => add(`constant ${bytes.join(' ')}`, () => ({ op: 'constant', args: [], bytes })),
    read: (key, fixed, emit) => add(`read ${key}`, () => ({ op: 'read', args: [], emit, fixed })),
    shuffle: (a, b, bytes) =>
      add(`shuffle ${a} ${b} ${bytes.join(' ')}`, () => ({ op: 'shuffle', args: [a, b], bytes })),
    gather: (key, positions, emit) =>
      add(`gather ${key} at ${positions.join(' ')}`, () => ({ op: 'gather', args: positions, emit })),
    call: (fn, args) => add(`call ${fn} ${args.join(' ')}`, () => ({ op: 'call', args, fn })),
  };
}

/** Arithmetic on the lanes of one type. */
export interface Lanes {
  readonly double: boolean;
  readonly count: 2 | 4;
  readonly bytes: 8 | 4;
  readonly graph: Graph;
  constant(value: number): Value;
  /** A bit pattern in every lane. */
  bits(pattern: bigint): Value;
  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value): Value;
  div(a: Value, b: Value): Value;
  /** a b + c, rounded once where the host has it. */
  fma(a: Value, b: Value, c: Value): Value;
  neg(a: Value): Value;
  abs(a: Value): Value;
  sqrt(a: Value): Value;
  /** NaN if either is. */
  max(a: Value, b: Value): Value;
  min(a: Value, b: Value): Value;
  /** `a` where it is not less (greater) than b, or NaN; cheaper than the above. */
  atMost(a: Value, bound: Value): Value;
  atLeast(a: Value, bound: Value): Value;
  /** Rounding: to even, down, up. */
  round(a: Value, how: 'nearest' | 'floor' | 'ceil' | 'trunc'): Value;
  /** All bits of a lane set where it holds. */
  compare(relation: 'eq' | 'ne' | 'lt' | 'gt' | 'le' | 'ge', a: Value, b: Value): Value;
  and(a: Value, b: Value): Value;
  or(a: Value, b: Value): Value;
  /** a without the bits of b. */
  without(a: Value, b: Value): Value;
  xor(a: Value, b: Value): Value;
  select(mask: Value, then: Value, otherwise: Value): Value;
  /** Shifts and sums of lanes taken as integers. */
  left(a: Value, bits: number): Value;
  right(a: Value, bits: number): Value;
  plus(a: Value, b: Value): Value;
  minus(a: Value, b: Value): Value;
  /** c₀ + c₁ x + c₂ x² + …: even and odd powers apart by Horner's scheme, whose operations keep few registers. */
  polynomial(x: Value, coefficients: readonly number[]): Value;
}

export function lanesOf(graph: Graph, double: boolean, fused: boolean): Lanes {
  const [f, i] = double ? (['f64x2', 'i64x2'] as const) : (['f32x4', 'i32x4'] as const);
  const repeat = (bytes: Uint8Array): Value =>
    graph.constant(Array.from({ length: 16 }, (_, k) => bytes[k % bytes.length] ?? 0));
  const op = (name: VectorOp, ...args: Value[]): Value => graph.op(name, ...args);
  const constants = new Map<number, Value>();
  const constant = (value: number): Value => {
    const known = constants.get(value);
    // A map takes both zeros for one.
    if (known !== undefined && value !== 0) return known;
    const made = repeat(new Uint8Array((double ? Float64Array : Float32Array).of(value).buffer));
    constants.set(value, made);
    return made;
  };
  /** x for −x. */
  const negated = (a: Value): Value | undefined => {
    const node = graph.nodes[a];
    return node?.op === `${f}.neg` ? node.args[0] : undefined;
  };
  const mul = (a: Value, b: Value): Value => op(`${f}.mul`, a, b);
  const add = (a: Value, b: Value): Value => op(`${f}.add`, a, b);
  const fma = (a: Value, b: Value, c: Value): Value =>
    fused ? op(`${f}.relaxed_madd`, a, b, c) : add(mul(a, b), c);
  return {
    double,
    count: double ? 2 : 4,
    bytes: double ? 8 : 4,
    graph,
    constant,
    bits: (pattern) =>
      repeat(
        new Uint8Array(double ? BigUint64Array.of(pattern).buffer : Uint32Array.of(Number(pattern)).buffer),
      ),
    add,
    sub: (a, b) => op(`${f}.sub`, a, b),
    mul,
    div: (a, b) => op(`${f}.div`, a, b),
    fma,
    neg: (a) => negated(a) ?? op(`${f}.neg`, a),
    abs: (a) => op(`${f}.abs`, negated(a) ?? a),
    sqrt: (a) => op(`${f}.sqrt`, a),
    max: (a, b) => op(`${f}.max`, a, b),
    min: (a, b) => op(`${f}.min`, a, b),
    atMost: (a, bound) => op(`${f}.pmin`, a, bound),
    atLeast: (a, bound) => op(`${f}.pmax`, a, bound),
    round: (a, how) => op(`${f}.${how}`, a),
    compare: (relation, a, b) => op(`${f}.${relation}`, a, b),
    and: (a, b) => op('v128.and', a, b),
    or: (a, b) => op('v128.or', a, b),
    without: (a, b) => op('v128.andnot', a, b),
    xor: (a, b) => op('v128.xor', a, b),
    select: (mask, then, otherwise) => op('v128.bitselect', then, otherwise, mask),
    left: (a, bits) => graph.shift(`${i}.shl`, a, bits),
    right: (a, bits) => graph.shift(`${i}.shr_u`, a, bits),
    plus: (a, b) => op(`${i}.add`, a, b),
    minus: (a, b) => op(`${i}.sub`, a, b),
    polynomial: (x, coefficients) => {
      const square = mul(x, x);
      const every = (parity: number): Value | null =>
        coefficients
          .filter((_, k) => k % 2 === parity)
          .reduceRight<Value | null>(
            (sum, c) => (sum === null ? constant(c) : fma(sum, square, constant(c))),
            null,
          );
      const odd = every(1);
      const even = every(0) ?? constant(0);
      return odd === null ? even : fma(odd, x, even);
    },
  };
}
