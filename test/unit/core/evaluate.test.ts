import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Program } from '../../../src/core/definition';
import { createEvaluator, type Point } from '../../../src/core/evaluate';
import type { Arena, Node } from '../../../src/core/expr';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { expressionProgram, randomExpression } from '../../support/expressions';
import { parseExpression, parseModel } from '../../support/model';

const LOGISTIC = `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`;

const vector = (...data: number[]): { dims: number[]; data: number[] } => ({ dims: [data.length], data });

/** The point with `by` added to one element of an input. */
function moved(point: Point, name: string, at: number, by: number): Point {
  const old = point.inputs[name];
  if (old === undefined) throw new Error(name);
  const value =
    typeof old === 'number'
      ? old + by
      : { dims: old.dims, data: Array.from(old.data).map((v, k) => (k === at ? v + by : v)) };
  return { ...point, inputs: { ...point.inputs, [name]: value } };
}

describe('values', () => {
  const arrays: Point = {
    sizes: { m: 3, n: 2 },
    inputs: { x: vector(1, -2, 5), q: vector(2, 0, 1), M: { dims: [3, 2], data: [1, 2, 3, 4, 5, 6] }, s: 3 },
  };
  const cases: [string, number][] = [
    ['sum(i<m, x[i]^2)', 30],
    ['prod(i<m, x[i])', -10],
    ['max(i<m, x[i]) - min(i<m, x[i])', 7],
    ['sum(i<m, sum(j<n, M[i,j]*x[i]))', 3 - 14 + 55],
    ['sum(i<m, x[q[i]]*i)', 1 + 2 * -2],
    ['sum(i<m, sum(r<m, delta(i, r)*x[i]*x[r]))', 30],
    ['where(s > 2, 1, log(0-1))', 1],
    ['sum(i<m, (x[i] > 0)*(x[i] != 5)) + (s == 3) + (s <= 2) + (s >= 3)', 3],
    ['m/n + 1/4', 1.75],
    ['sum(j<n, M[2,j])', 11],
    ['4^(1/2) + s^2 + 2^s', 19],
    ['sum(i<m, sum(i<n, M[1,i]) * x[i])', 28],
  ];
  test.each(cases)('%s = %d', (source, want) => {
    const program = parseModel('data x[m]; data q[m]; data M[m,n]; hyper s\nJ = s');
    const node = parseExpression(source, program.arena, new Map(), new Set(['m', 'n']));
    expect(createEvaluator(program, arrays).value(node)).toBe(want);
  });

  test('bindings are computed once, in order, however long the chain', () => {
    const lines = Array.from({ length: 3000 }, (_, k) => `u${k + 1} = tanh(u${k}) + x`).join('\n');
    const program = parseModel(`param x\nu0 = x\n${lines}`);
    const evaluator = createEvaluator(program, { sizes: {}, inputs: { x: 0.5 } });
    const u = program.arena.sym('u3000');
    expect(evaluator.value(u)).toBeCloseTo(1.38122536, 6);
    const slope = evaluator.value(program.arena.diff(u, program.arena.sym('x'), true));
    expect(slope).toBeCloseTo(1 / (1 - (1 - Math.tanh(evaluator.value(u)) ** 2)), 10);
    expect(evaluator.valueWithScale(u).scale).toBeLessThan(100);
  });

  test('what is held rounds as its argument does', () => {
    const program = parseModel('param x; data r\nJ = stop((r + x) - r)');
    const evaluator = createEvaluator(program, { sizes: {}, inputs: { x: 0.3, r: 1e6 / 3 } });
    expect(evaluator.valueWithScale(program.arena.sym('J')).scale).toBeGreaterThanOrEqual(1e5);
  });

  test('what the point lacks is named; positions outside an array have no value', () => {
    const program = parseModel('data x[m]; hyper s\nJ = sum(i<m, x[i])');
    const { arena } = program;
    const evaluator = createEvaluator(program, arrays);
    expect(() => evaluator.value(arena.sym('nobody'))).toThrow('nobody');
    expect(() => evaluator.value(arena.size('k'))).toThrow('size k');
    expect(() => evaluator.value(arena.sym('x', arena.index('i', 'm')))).toThrow('index i');
    expect(() => evaluator.value(arena.sym('x'))).toThrow('0 indices');
    expect(evaluator.value(arena.sym('x', arena.num(3)))).toBeNaN();
  });

  test('bindings of the caller extend the program', () => {
    const program = parseModel('data x[m]\nJ = sum(i<m, x[i])');
    const { arena } = program;
    const i = arena.index('i', 'm');
    const extra = {
      name: 'dx',
      axes: [{ size: 'm', index: i }],
      def: arena.mul(arena.num(2), arena.sym('x', i)),
      span: null,
      origin: 'temporary',
    } as const;
    const evaluator = createEvaluator(program, arrays, [extra]);
    expect(Array.from(evaluator.array('dx').data)).toEqual([2, -4, 10]);
  });
});

describe('derivatives', () => {
  test('a total derivative of the logistic loss is the textbook gradient', () => {
    const p = parseModel(LOGISTIC);
    const { arena } = p;
    const j = arena.index('j', 'n');
    const textbook = parseExpression(
      '1/m*sum(i<m, (a[i]-y[i])*X[i,j])',
      arena,
      new Map([['j', j]]),
      new Set(['m']),
    );
    const evaluator = createEvaluator(p, samplePoint(p, createRandom(1)));
    for (let k = 0; k < 3; k += 1) {
      const got = evaluator.valueWithScale(arena.diff(arena.sym('J'), arena.sym('w', j), true), { j: k });
      const want = evaluator.valueWithScale(textbook, { j: k });
      expect(Math.abs(got.value - want.value)).toBeLessThanOrEqual(2 ** -53 * (got.scale + want.scale));
      expect(got.scale).toBeLessThan(5000);
    }
  });

  test('a partial derivative holds the other symbols fixed, a total one does not', () => {
    const p = parseModel('param x\nu = x^2\nJ = u*x');
    const { arena } = p;
    const evaluator = createEvaluator(p, { sizes: {}, inputs: { x: 3 } });
    const J = p.bindings[1]?.def as Node;
    expect(evaluator.value(arena.diff(J, arena.sym('x')))).toBe(9);
    expect(evaluator.value(arena.diff(J, arena.sym('x'), true))).toBe(27);
    expect(evaluator.value(arena.diff(J, arena.sym('u'), true))).toBe(3);
  });

  test('second derivatives: the Hessian of the logistic loss', () => {
    const p = parseModel(LOGISTIC);
    const { arena } = p;
    const j = arena.index('j', 'n');
    const l = arena.index('l', 'n');
    const hessian = parseExpression(
      '1/m*sum(i<m, a[i]*(1-a[i])*X[i,j]*X[i,l])',
      arena,
      new Map([
        ['j', j],
        ['l', l],
      ]),
      new Set(['m']),
    );
    const nested = arena.diff(arena.diff(arena.sym('J'), arena.sym('w', j), true), arena.sym('w', l), true);
    const evaluator = createEvaluator(p, samplePoint(p, createRandom(2)));
    for (let s = 0; s < 3; s += 1)
      for (let t = 0; t < 3; t += 1)
        expect(evaluator.value(nested, { j: s, l: t })).toBeCloseTo(
          evaluator.value(hessian, { j: s, l: t }),
          12,
        );
  });

  // Five-point differences; where they disagree with themselves at half the step, there is nothing to compare with.
  function differences(
    program: Program,
    node: Node,
    point: Point,
    name: string,
    at: number,
  ): [number, number] | null {
    const signatures = new Set<string>();
    const f = (by: number): number => {
      const evaluator = createEvaluator(program, moved(point, name, at, by));
      const value = evaluator.value(node, { i: 1, j: 2 });
      signatures.add(evaluator.signature());
      return value;
    };
    const estimate = (h: number): number => (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
    const [coarse, fine] = [estimate(2e-3), estimate(1e-3)];
    const { scale } = createEvaluator(program, point).valueWithScale(node, { i: 1, j: 2 });
    const usable = signatures.size === 1 && Math.abs(fine) + Math.abs(coarse) + scale < 1e12;
    return usable ? [fine, Math.abs(fine - coarse)] : null;
  }

  /** Differences move what is held as well, so nothing is held. */
  const released = (arena: Arena, node: Node): Node => {
    if (node.args.length === 0) return node;
    if (node.kind === 'call' && node.fn === 'stop') return released(arena, node.args[0] as Node);
    if (node.kind === 'reduce') {
      const { index, body } = arena.open(node);
      return arena.reduce(node.op, index, released(arena, body));
    }
    return arena.withArgs(
      node,
      node.args.map((each) => released(arena, each)),
    );
  };

  test('agree with differences for random expressions, inside every smooth piece', () => {
    const program = expressionProgram();
    const { arena } = program;
    const scope = [arena.index('i', 'm'), arena.index('j', 'n')];
    let compared = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 5 }), (seed, depth) => {
        const random = createRandom(seed);
        const node = released(arena, randomExpression(program, random, depth, scope));
        const point = samplePoint(program, random);
        for (const [name, at] of [
          ['w', 2],
          ['b', 0],
          ['X', 5],
        ] as const) {
          const want = differences(program, node, point, name, at);
          if (!want) continue;
          const position = { w: [arena.num(2)], b: [], X: [arena.num(1), arena.num(2)] }[name];
          const got = createEvaluator(program, point).value(
            arena.diff(node, arena.sym(name, ...position), true),
            { i: 1, j: 2 },
          );
          compared += Number(want[0] !== 0);
          const size = Math.abs(createEvaluator(program, point).value(node, { i: 1, j: 2 }));
          expect(Math.abs(got - want[0])).toBeLessThanOrEqual(
            10 * want[1] + 1e-9 * (Math.abs(want[0]) + size),
          );
        }
      }),
      { numRuns: 1500, seed: 1 },
    );
    expect(compared).toBeGreaterThan(250);
  });

  test('second derivatives agree with differences of first ones', () => {
    const program = expressionProgram();
    const { arena } = program;
    let compared = 0;
    const by = arena.sym('b');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = createRandom(seed);
        const node = randomExpression(program, random, 4, [arena.index('i', 'm'), arena.index('j', 'n')]);
        const point = samplePoint(program, random);
        const first = arena.diff(node, by, true);
        const want = differences(program, first, point, 'b', 0);
        if (!want) return;
        const got = createEvaluator(program, point).value(arena.diff(first, by, true), { i: 1, j: 2 });
        compared += Number(want[0] !== 0);
        const size = Math.abs(createEvaluator(program, point).value(first, { i: 1, j: 2 }));
        expect(Math.abs(got - want[0])).toBeLessThanOrEqual(10 * want[1] + 1e-9 * (Math.abs(want[0]) + size));
      }),
      { numRuns: 1000, seed: 1 },
    );
    expect(compared).toBeGreaterThan(50);
  });
});

describe('scale', () => {
  const program = parseModel('param x; param y\nJ = x');
  const { arena } = program;
  const scaled = (source: string, x: number, y = 0): { value: number; scale: number } =>
    createEvaluator(program, { sizes: {}, inputs: { x, y } }).valueWithScale(parseExpression(source, arena));

  test('grows with cancellation and bounds the error', () => {
    const { value, scale } = scaled('y + x - y', 1e-9, 1);
    expect(Math.abs(value - 1e-9)).toBeLessThanOrEqual(scale * 2 ** -53);
    expect(scale).toBeGreaterThan(1);
    expect(scaled('1 - (1/(1+exp(-x)))', 30).scale).toBeGreaterThan(1);
    expect(scaled('x*y', 3, 5).scale).toBe(15);
  });

  test('covers a jump within rounding of it, and not at an exact tie', () => {
    expect(scaled('sign(log(exp(x)) - x)', 0.3).scale).toBeGreaterThanOrEqual(2 ** 53);
    expect(scaled('(log(exp(x)) > x)', 0.1).scale).toBeGreaterThanOrEqual(2 ** 53);
    expect(scaled('where(log(exp(x)) > x, x, 1)', 0.1).scale).toBeGreaterThan(0.8 * 2 ** 53);
    expect(scaled('(x == 1)', 1)).toEqual({ value: 1, scale: 1 });
  });

  test('bounds the difference of two orders of summation', () => {
    const p = parseModel('data X[m]\nJ = sum(i<m, X[i])');
    const random = createRandom(3);
    for (let k = 0; k < 50; k += 1) {
      const data = Array.from({ length: 40 }, () => (random() - 0.5) * 10 ** Math.floor(random() * 12));
      const sum = (values: number[]): { value: number; scale: number } =>
        createEvaluator(p, { sizes: { m: 40 }, inputs: { X: vector(...values) } }).valueWithScale(
          p.bindings[0]?.def as Node,
        );
      const [forward, backward] = [sum(data), sum([...data].reverse())];
      expect(Math.abs(forward.value - backward.value)).toBeLessThanOrEqual(
        (forward.scale + backward.scale) * 2 ** -53,
      );
    }
  });
});

describe('signature', () => {
  const program = parseModel('data x[m]\nJ = sum(i<m, abs(x[i]) + max(0, x[i])) + max(i<m, x[i])');
  const signature = (...x: number[]): string => {
    const evaluator = createEvaluator(program, { sizes: { m: x.length }, inputs: { x: vector(...x) } });
    evaluator.value(program.arena.sym('J'));
    return evaluator.signature();
  };
  test('differs when any piece differs, and only then', () => {
    expect(signature(1, 2)).toBe(signature(1.5, 2.5));
    expect(signature(1, 2)).not.toBe(signature(2, 1));
    expect(signature(1, 2)).not.toBe(signature(-1, 2));
    expect(signature(0, 2)).not.toBe(signature(-1, 2));
    expect(signature(0, 2)).not.toBe(signature(1, 2));
  });
});
