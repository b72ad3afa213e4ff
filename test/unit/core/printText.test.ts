import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEvaluator } from '../../../src/core/evaluate';
import { createNaming } from '../../../src/core/print/naming';
import { toText } from '../../../src/core/print/text';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { expressionProgram, randomExpression } from '../../support/expressions';
import { parseExpression, parseModel } from '../../support/model';

const MODEL = `data X[m,n]; label y[m] binary; label c[m] class:k; param w[n]; param b; hyper lam
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = sigmoid(z[i])
J = sum(i<m, a[i])`;

describe('text', () => {
  const program = parseModel(MODEL);
  const { arena } = program;
  const naming = createNaming(program);
  const scope = new Map([
    ['i', arena.index('i', 'm')],
    ['j', arena.index('j', 'n')],
  ]);
  const sizes = new Set(['m', 'n', 'k']);
  const print = (source: string): string => toText(parseExpression(source, arena, scope, sizes), naming);

  test.each([
    '1/m*sum(i<m, (a[i] - y[i])*X[i,j])',
    '-(y[i]*log(a[i]) + (1 - y[i])*log(1 - a[i]))',
    '1 - a[i]',
    'y[i] - a[i]',
    '2*(a[i] - y[i])*a[i]*(1 - a[i])*X[i,j]',
    '-y[i]/a[i]',
    '1/2*sqrt(1 + w[j]^2)',
    '1/(1 + exp(-z[i]))^2',
    '2^(-b)/w[j]^y[i]',
    'where(a[i] > 1/2, a[i], -a[i])',
    'delta(i, c[i])*max(j<n, X[i,j])',
    '(1 + (b > 0))^2',
    '(b^2)^(b + 1)',
    '1/(b*lam)',
    '(1/2)^b',
    '1/m*sum(i<m, sum(j<n, X[i,j]*w[j]))',
  ])('%s', (source) => expect(print(source)).toBe(source));

  test('a second index of a size gets a number', () => {
    const inner = parseExpression('w[j]*sum(r<n, w[r]*X[i,r])', arena, scope, sizes);
    expect(toText(inner, naming)).toBe('w[j]*sum(j2<n, w[j2]*X[i,j2])');
  });

  test('a derivative that has not been carried out', () => {
    const j = arena.index('j', 'n');
    expect(toText(arena.diff(arena.sym('J'), arena.sym('w', j), true), naming)).toBe('d(J)/d(w[j])');
  });
});

test('random expressions read back as the same value', () => {
  const program = expressionProgram();
  const { arena } = program;
  const naming = createNaming(program);
  const scope = [arena.index('i', 'm'), arena.index('j', 'n')];
  const names = new Map(scope.map((i) => [i.name, i]));
  let finite = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 6 }), (seed, depth) => {
      const random = createRandom(seed);
      const node = randomExpression(program, random, depth, scope);
      const text = toText(node, naming);
      const back = parseExpression(text, arena, new Map(names), new Set(['m', 'n']));
      const evaluator = createEvaluator(program, samplePoint(program, random));
      const [a, b] = [node, back].map((n) => evaluator.valueWithScale(n, { i: 1, j: 2 }));
      if (!a || !b || !Number.isFinite(a.scale)) return;
      finite += 1;
      expect(Math.abs(a.value - b.value), text).toBeLessThanOrEqual(2 ** -52 * (a.scale + b.scale));
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(finite).toBeGreaterThan(800);
});
