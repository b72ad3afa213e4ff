/** Random expressions over a fixed program, for laws that must hold for all expressions. */
import type { Program } from '../../src/core/definition';
import { Arena, type IndexNode, type Node, type ReduceOp, type Relation } from '../../src/core/expr';
import { opRow, OPS, type OpRow } from '../../src/core/ops';
import type { Random } from '../../src/core/random';
import { parseModel } from './model';

/** Layouts of the vectors in the program, plain or with unit axes. */
const LAYOUTS: readonly Readonly<Record<string, string>>[] = [
  { y: 'm', c: 'm', w: 'n', v: 'n', p: 'n', b: '', z: 'i<m', a: 'i<m' },
  { y: '1,m', c: 'm', w: 'n,1', v: '1,n', p: 'n', b: '1,1', z: '1,i<m', a: '1,i<m' },
  { y: 'm,1', c: '1,m', w: 'n', v: 'n,1', p: '1,n', b: '1', z: 'i<m,1', a: 'i<m' },
];

/** Operators whose second derivatives are made of operators: derivatives of the gamma function end somewhere. */
export const TWICE_DIFFERENTIABLE: readonly OpRow[] = OPS.filter((row) => {
  const arena = new Arena();
  const args = row.domain.map((_, k) => arena.sym(`x${k}`));
  const out = arena.call(row.name, ...args);
  const isOnce = (node: Node): boolean =>
    (node.kind !== 'call' || opRow(node.fn).derivatives.every((rule) => rule !== null)) &&
    node.args.every(isOnce);
  return (
    isOnce(out) && row.derivatives.every((rule) => rule === null || isOnce(rule.build(arena, args, out)))
  );
});

/** Inputs and bindings that random expressions mention; every domain occurs. */
export function expressionProgram(layout = 0): Program {
  return parseModel(expressionModel(layout));
}

/** The same as a model's text. */
export function expressionModel(layout: number): string {
  const shape = LAYOUTS[layout % LAYOUTS.length] ?? {};
  const of = (name: string): string => (shape[name] ? `${name}[${shape[name]}]` : name);
  return `data X[m,n]; data Q[n,n]; label ${of('y')} binary; label ${of('c')} class:n; param ${of('w')}
param ${of('v')}; param ${of('b')}; hyper lam positive; data ${of('p')} unit
${of('z')} = sum(j<n, X[i,j]*w[j]) + b
${of('a')} = sigmoid(z[i])
S = sum(i<m, exp(z[i]/4))`;
}

/** A random expression whose free indices are among `scope`; `depth` bounds its height. */
export function randomExpression(
  program: Program,
  random: Random,
  depth: number,
  scope: readonly IndexNode[],
): Node {
  const { arena } = program;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

  const indexOf = (size: string, at: readonly IndexNode[]): Node => {
    const fitting = at.filter((i) => i.size === size);
    return fitting.length > 0 && random() < 0.95 ? pick(fitting) : arena.num(Math.floor(random() * 2));
  };

  const leaf = (at: readonly IndexNode[]): Node => {
    const i = (): Node => indexOf('m', at);
    const j = (): Node => indexOf('n', at);
    return pick<() => Node>([
      () => arena.num(Math.floor(random() * 7) - 3, 1 + Math.floor(random() * 3)),
      () => arena.literal('0.044715'),
      () => arena.constant('pi', Math.PI),
      () => arena.size(pick(['m', 'n'])),
      () => arena.sym('b'),
      () => arena.sym('lam'),
      () => arena.sym('S'),
      () => arena.sym('w', j()),
      () => arena.sym('v', j()),
      () => arena.sym('p', j()),
      () => arena.sym('z', i()),
      () => arena.sym('a', i()),
      () => arena.sym('y', i()),
      () => arena.sym('X', i(), j()),
      () => arena.sym('Q', j(), j()),
      () => arena.sym('X', i(), arena.sym('c', i())),
    ])();
  };

  const build = (d: number, at: readonly IndexNode[]): Node => {
    if (d <= 0) return leaf(at);
    const sub = (): Node => build(d - 1 - Math.floor(random() * 2), at);
    const condition = (): Node =>
      arena.compare(pick<Relation | '<' | '<='>(['>', '>=', '<', '<=', '==', '!=']), sub(), sub());
    return pick<() => Node>([
      () => arena.add(sub(), sub()),
      () => arena.sub(sub(), sub()),
      () => arena.add(sub(), arena.neg(sub()), sub()),
      () => arena.mul(sub(), sub()),
      () => arena.mul(sub(), sub(), sub()),
      () => arena.neg(sub()),
      () => arena.div(sub(), sub()),
      () => arena.pow(sub(), arena.num(pick([2, 3, -1, -2]))),
      () => arena.sqrt(sub()),
      () => arena.pow(sub(), arena.num(pick([-1, 3]), 2)),
      () => arena.pow(arena.sym('lam'), sub()),
      () => {
        const row = pick(TWICE_DIFFERENTIABLE);
        return arena.call(row.name, ...row.domain.map(sub));
      },
      condition,
      () => arena.where(condition(), sub(), sub()),
      () => {
        const size = pick(['m', 'n']);
        return arena.delta(indexOf(size, at), indexOf(size, at));
      },
      () => {
        const index = arena.index(`r${at.length}`, pick(['m', 'n']));
        const body = build(d - 1, [...at, index]);
        return arena.reduce(pick<ReduceOp>(['sum', 'sum', 'sum', 'max', 'min', 'prod']), index, body);
      },
    ])();
  };
  return build(depth, scope);
}

/** A random sum of products of arrays, free in the indices of `scope`: what matrix notation is made for. */
export function randomContraction(program: Program, random: Random, scope: readonly IndexNode[]): Node {
  const { arena } = program;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const sizes = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(['m', 'n']));
  const summed = sizes.map((size, k) => arena.index(`s${k}`, size));
  const at = (size: string): Node => {
    const fitting = [...scope, ...summed, ...summed].filter((i) => i.size === size);
    return fitting.length > 0 ? pick(fitting) : arena.num(0);
  };
  const factor = (): Node => {
    const i = at('m');
    const j = at('n');
    return pick<() => Node>([
      () => arena.sym('X', i, j),
      () => arena.sym('X', i, j),
      () => arena.sym('X', i, j),
      () => arena.sym('Q', j, at('n')),
      () => arena.sym('w', j),
      () => arena.sym('v', j),
      () => arena.sym('z', i),
      () => arena.sub(arena.sym('a', i), arena.sym('y', i)),
      () => arena.sub(arena.one, arena.pow(arena.sym('X', i, j), arena.num(2))),
      () => arena.pow(arena.sym('p', j), arena.minusOne),
      () => arena.compare('>', arena.sym('z', i), arena.zero),
      () => arena.delta(j, at('n')),
      () => arena.sym('lam'),
    ])();
  };
  const factors = Array.from({ length: 2 + Math.floor(random() * 3) }, factor);
  let node = arena.mul(...factors);
  for (const index of summed) node = arena.sum(index, node);
  const scaled = arena.mul(arena.num(pick([1, 1, -1, 2])), arena.pow(arena.size('m'), arena.minusOne), node);
  const outside = scope.find((i) => i.size === 'n');
  const more = outside ? arena.sym('w', outside) : arena.sym('b');
  return pick([node, scaled, arena.add(scaled, more), arena.mul(node, more)]);
}
