/** Random expressions over a fixed set of inputs, for property tests of simplification and differentiation. */
import fc from 'fast-check';
import type { Program } from '../../src/core/definition';
import type { Arena, IndexNode, Node } from '../../src/core/expr';
import { parseModel } from './model';

export const INPUTS = `param x; param t; data p positive; data a unit; param v[n]; data c[n]; data M[n,n]; hyper g positive`;

/** A program over the inputs whose output is `build(arena)`. */
export function programOf(build: (arena: Arena) => Node): Program {
  const program = parseModel(`${INPUTS}\nJ = x`);
  const [binding] = program.bindings;
  if (!binding) throw new Error('the model has one binding');
  return { ...program, bindings: [{ ...binding, def: build(program.arena) }] };
}

export type Build = (arena: Arena, scope: readonly IndexNode[]) => Node;

const leaf: fc.Arbitrary<Build> = fc.oneof(
  fc.constantFrom<Build>(
    (a) => a.sym('x'),
    (a) => a.sym('t'),
    (a) => a.sym('p'),
    (a) => a.sym('a'),
    (a) => a.sym('g'),
    (a) => a.size('n'),
  ),
  fc.integer({ min: -3, max: 3 }).map(
    (k): Build =>
      (a) =>
        a.num(k),
  ),
  fc.constantFrom<Build>(
    (a) => a.num(1, 2),
    (a) => a.num(-2, 3),
  ),
  fc.nat(3).map((k): Build => (a, scope) => {
    const index = scope[k % Math.max(1, scope.length)];
    return index ? a.sym('v', index) : a.sym('x');
  }),
  fc.nat(3).map((k): Build => (a, scope) => {
    const index = scope[k % Math.max(1, scope.length)];
    const other = scope[(k + 1) % Math.max(1, scope.length)];
    return index && other ? a.sym('M', index, other) : a.sym('t');
  }),
);

const SMOOTH = ['exp', 'tanh', 'sigmoid', 'softplus', 'sin', 'cos', 'arctan', 'erf', 'sinh', 'cosh'];
const PIECEWISE = ['abs', 'relu', 'sign'];

export const expressions: fc.Arbitrary<Build> = fc.letrec<{ node: Build }>((tie) => {
  const node = tie('node');
  const unary = (make: (a: Arena, x: Node) => Node): fc.Arbitrary<Build> =>
    node.map(
      (x): Build =>
        (a, scope) =>
          make(a, x(a, scope)),
    );
  const binary = (make: (a: Arena, x: Node, y: Node) => Node): fc.Arbitrary<Build> =>
    fc.tuple(node, node).map(
      ([x, y]): Build =>
        (a, scope) =>
          make(a, x(a, scope), y(a, scope)),
    );
  return {
    node: fc.oneof(
      { maxDepth: 5, depthIdentifier: 'node', withCrossShrink: true },
      { arbitrary: leaf, weight: 4 },
      { arbitrary: binary((a, x, y) => a.add(x, y)), weight: 4 },
      { arbitrary: binary((a, x, y) => a.sub(x, y)), weight: 2 },
      { arbitrary: binary((a, x, y) => a.mul(x, y)), weight: 4 },
      { arbitrary: binary((a, x, y) => a.div(x, a.add(a.num(2), a.pow(y, a.num(2))))), weight: 2 },
      { arbitrary: binary((a, x, y) => a.div(x, y)), weight: 1 },
      {
        arbitrary: fc.tuple(node, fc.constantFrom(2, 3, -1, -2)).map(
          ([x, e]): Build =>
            (a, scope) =>
              a.pow(x(a, scope), a.num(e)),
        ),
        weight: 2,
      },
      { arbitrary: unary((a, x) => a.sqrt(a.add(a.one, a.pow(x, a.num(2))))), weight: 1 },
      { arbitrary: unary((a, x) => a.call('log', a.add(a.sym('p'), a.pow(x, a.num(2))))), weight: 1 },
      { arbitrary: unary((a, x) => a.pow(a.sym('a'), x)), weight: 1 },
      {
        arbitrary: fc.tuple(fc.constantFrom(...SMOOTH), node).map(
          ([fn, x]): Build =>
            (a, scope) =>
              a.call(fn, x(a, scope)),
        ),
        weight: 3,
      },
      {
        arbitrary: fc.tuple(fc.constantFrom(...PIECEWISE), node).map(
          ([fn, x]): Build =>
            (a, scope) =>
              a.call(fn, x(a, scope)),
        ),
        weight: 1,
      },
      {
        arbitrary: fc.tuple(node, node, node, node).map(
          ([l, r, x, y]): Build =>
            (a, s) =>
              a.where(a.compare('>', l(a, s), r(a, s)), x(a, s), y(a, s)),
        ),
        weight: 1,
      },
      {
        arbitrary: node.map((x): Build => (a, scope) => {
          const index = a.index(`k${scope.length}`, 'n');
          return a.sum(index, x(a, [...scope, index]));
        }),
        weight: 3,
      },
      {
        arbitrary: node.map((x): Build => (a, scope) => {
          const index = a.index(`k${scope.length}`, 'n');
          const outer = scope[0];
          const body = x(a, [...scope, index]);
          return a.sum(index, outer ? a.mul(a.delta(index, outer), body) : a.mul(a.sym('c', index), body));
        }),
        weight: 2,
      },
    ),
  };
}).node;

/** One factor of a contraction over the indices of its scope; `k` and `l` choose two of them. */
const FACTORS: readonly ((a: Arena, k: IndexNode, l: IndexNode) => Node)[] = [
  (a, k) => a.sym('v', k),
  (a, k) => a.sym('c', k),
  (a, k, l) => a.sym('M', k, l),
  (a, k, l) => a.call('exp', a.mul(a.sym('v', k), a.sym('c', l))),
  (a, k, l) => a.pow(a.add(a.one, a.pow(a.sym('M', k, l), a.num(2))), a.minusOne),
  (a, k, l) => a.compare('>', a.sym('v', k), a.sym('c', l)),
  (a, k, l) => a.add(a.sym('x'), a.sym('M', k, l)),
  (a, k, l) => a.call('tanh', a.add(a.sym('v', k), a.sym('v', l))),
  (a, k, l) => a.delta(k, l),
  (a, k) => {
    const inner = a.index('inner', 'n');
    return a.sum(inner, a.mul(a.sym('M', inner, k), a.sym('v', inner)));
  },
];

interface FactorChoice {
  readonly factor: number;
  readonly first: number;
  readonly second: number;
}

const contraction =
  (factors: readonly FactorChoice[], rank: number): Build =>
  (a) => {
    const indices = Array.from({ length: rank }, (_, k) => a.index(`k${k}`, 'n'));
    const at = (k: number): IndexNode => indices[k % rank] ?? a.index('k0', 'n');
    let node = a.mul(
      ...factors.map(({ factor, first, second }) => FACTORS[factor]?.(a, at(first), at(second)) ?? a.one),
    );
    for (const index of indices) node = a.sum(index, node);
    return node;
  };

const factorChoice = fc.record({
  factor: fc.nat(FACTORS.length - 1),
  first: fc.nat(5),
  second: fc.nat(5),
});

/** Two sums over the same factors in any order, with one factor's indices chosen anew in the second: mostly unequal. */
export const contractions: fc.Arbitrary<readonly [Build, Build]> = fc
  .tuple(
    fc.array(factorChoice, { minLength: 2, maxLength: 4 }),
    fc.integer({ min: 1, max: 3 }),
    fc.nat(3),
    factorChoice,
  )
  .map(([factors, rank, at, { first, second }]) => {
    const moved = factors.map((choice, k) =>
      k === at % factors.length ? { ...choice, first, second } : choice,
    );
    return [contraction(factors, rank), contraction(moved.reverse(), rank)] as const;
  });
