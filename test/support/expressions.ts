/** Random expressions over a fixed program, for laws that must hold for all expressions. */
import type { Program } from '../../src/core/definition';
import type { IndexNode, Node, ReduceOp, Relation } from '../../src/core/expr';
import { OPS } from '../../src/core/ops';
import type { Random } from '../../src/core/random';
import { parseModel } from './model';

/** Inputs and bindings that random expressions mention; every domain occurs. */
export function expressionProgram(): Program {
  return parseModel(`data X[m,n]; data Q[n,n]; label y[m] binary; label c[m] class:n; param w[n]; param v[n]; param b
hyper lam positive; data p[n] unit
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = sigmoid(z[i])
S = sum(i<m, exp(z[i]/4))`);
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
        const row = pick(OPS);
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
