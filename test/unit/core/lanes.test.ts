import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derive } from '../../../src/core/derive';
import type { Step } from '../../../src/core/derivation';
import { createEvaluator } from '../../../src/core/evaluate';
import type { IndexNode, Node } from '../../../src/core/expr';
import { createFastEvaluator } from '../../../src/core/lanes/fast';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { BREADTH } from '../../support/breadth';
import { expressionProgram, randomExpression } from '../../support/expressions';
import { parseModel } from '../../support/model';
import { MODELS, SOURCES } from './models';

const PROGRAMS: readonly (readonly [string, string])[] = [
  ...[...MODELS, ...BREADTH].map(({ name, source }) => [name, source] as const),
  ...Object.entries(SOURCES),
  ['product over an index', 'param x[n]\nJ = prod(i<n, 1 + x[i]^2)'],
  ['smallest and largest', 'param x[n]; data c[n]\nJ = max(i<n, x[i]*c[i])*min(i<n, x[i] - c[i])'],
  ['a value used at two places', 'param x[n]\ny[i<n] = x[i]^3\nJ = sum(i<n, sum(j<n, y[i]*y[j]*(i+1)))'],
];

function sides(steps: readonly Step[], into: Set<Node>): void {
  for (const step of steps) {
    into.add(step.before).add(step.after);
    sides(step.children, into);
  }
}

function freeIndices(nodes: Iterable<Node>): Set<IndexNode> {
  const found = new Set<IndexNode>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'index' && node.space !== 'bound') found.add(node);
    node.args.forEach(visit);
  };
  for (const node of nodes) visit(node);
  return found;
}

describe.each(PROGRAMS)('all elements at once: %s', (_, source) => {
  it('has the values of the evaluator for every side of every step', () => {
    const program = parseModel(source);
    const derivation = derive(program, { verify: false });
    const extra = [...derivation.hidden, ...derivation.backward.named];
    const nodes = new Set<Node>();
    for (const { steps } of [...derivation.gradients, ...derivation.backward.adjoints]) sides(steps, nodes);
    for (const seed of [1, 2]) {
      const random = createRandom(seed);
      const point = samplePoint(program, random);
      const positions: Record<string, number> = {};
      for (const { name, size } of freeIndices(nodes))
        positions[name] = Math.floor(random() * (point.sizes[size] ?? Number(size)));
      const slow = createEvaluator(program, point, extra);
      const fast = createFastEvaluator(program, [point], extra, ({ name }) => positions[name] ?? NaN);
      let known = 0;
      let finite = 0;
      for (const node of nodes) {
        const { value, scale } = slow.valueWithScale(node, positions);
        const quick = fast.value(node);
        if (!Number.isFinite(value)) {
          expect(quick).not.toSatisfy(Number.isFinite);
          continue;
        }
        finite += 1;
        if (!Number.isFinite(quick)) continue;
        known += 1;
        if (Number.isFinite(scale)) expect(Math.abs(quick - value)).toBeLessThanOrEqual(scale * 2 ** -40);
      }
      expect(known).toBeGreaterThanOrEqual(0.9 * finite);
    }
  });
});

it.each([
  ['scalars', 'param x; data c\nu = tanh(c*x)\nv = u^2 + c\nJ = where(v > 1, log(v), u*v)'],
  ['sums', 'param x[n]; data c[n]\nu[i<n] = tanh(c[i]*x[i])\nJ = max(i<n, u[i])*log(sum(i<n, exp(u[i])))'],
  [
    'matrices',
    'param A[n,n] definite; data x[n]\nJ = logdet(A) + sum(i<n, sum(j<n, x[i]*inv(A)[i,j]*x[j])) + det(A)/2',
  ],
])('computes several points at once as one by one: %s', (_, source) => {
  const program = parseModel(source);
  const derivation = derive(program, { verify: false });
  const extra = [...derivation.hidden, ...derivation.backward.named];
  const nodes = new Set<Node>();
  for (const { steps } of [...derivation.gradients, ...derivation.backward.adjoints]) sides(steps, nodes);
  const random = createRandom(3);
  const [first, ...others] = [1, 2, 3].map(() => samplePoint(program, random, { n: 3 }));
  if (!first) throw new Error('no point');
  const points = [first, ...others] as const;
  const position = (): number => 1;
  const together = createFastEvaluator(program, points, extra, position);
  points.forEach((point, at) => {
    const alone = createFastEvaluator(program, [point], extra, position);
    for (const node of nodes) {
      expect(together.value(node, at)).toEqual(alone.value(node));
      expect(together.scale(node, at)).toEqual(alone.scale(node));
    }
  });
  expect(nodes.size).toBeGreaterThan(8);
});

it('differentiates random expressions as the evaluator does', () => {
  let known = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 6 }), (seed, depth) => {
      const base = expressionProgram();
      const { arena } = base;
      const random = createRandom(seed);
      const [i, j, k] = [arena.index('i', 'm'), arena.index('j', 'n'), arena.index('k', 'n')];
      const node = randomExpression(base, random, depth, [i, j]);
      const loss = arena.sum(i, arena.sum(j, node));
      const program = {
        ...base,
        bindings: [
          ...base.bindings,
          { name: 'J', axes: [], def: loss, span: null, origin: 'return' as const },
        ],
      };
      const w = arena.sym('w', k);
      const z = arena.sym('z', arena.index('q', 'm'));
      const point = samplePoint(program, random);
      const positions = { i: 1, j: 2, k: 1, q: 1 };
      const slow = createEvaluator(program, point);
      const fast = createFastEvaluator(
        program,
        [point],
        [],
        ({ name }) => positions[name as keyof typeof positions],
      );
      const J = arena.sym('J');
      for (const value of [
        node,
        arena.diff(J, w, true),
        arena.diff(J, z, true),
        arena.diff(node, w),
        arena.diff(node, w, true),
        arena.sum(k, arena.mul(arena.diff(loss, w), arena.diff(arena.sym('z', i), w, true))),
      ]) {
        const want = slow.valueWithScale(value, positions);
        const got = fast.value(value);
        if (!Number.isFinite(got) || !Number.isFinite(want.scale)) continue;
        known += 1;
        expect(Math.abs(got - want.value)).toBeLessThanOrEqual(want.scale * 2 ** -36);
      }
    }),
    { numRuns: 800, seed: 1 },
  );
  expect(known).toBeGreaterThan(2000);
});
