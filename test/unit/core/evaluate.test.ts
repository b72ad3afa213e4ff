import { expect, test } from 'vitest';
import { createEvaluator } from '../../../src/core/evaluate';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { parseModel } from '../../support/model';

const LOGISTIC = `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`;

test('a total derivative of the logistic loss is the textbook gradient', () => {
  const p = parseModel(LOGISTIC);
  const { arena } = p;
  const j = arena.index('j', 'n');
  const i = arena.index('i', 'm');
  const w = arena.sym('w', j);
  const textbook = arena.div(
    arena.sum(i, arena.mul(arena.sub(arena.sym('a', i), arena.sym('y', i)), arena.sym('X', i, j))),
    arena.size('m'),
  );
  const evaluator = createEvaluator(p, samplePoint(p, createRandom(1)));
  for (let k = 0; k < 3; k += 1) {
    const got = evaluator.valueWithScale(arena.diff(arena.sym('J'), w, true), { j: k });
    const want = evaluator.valueWithScale(textbook, { j: k });
    expect(Math.abs(got.value - want.value)).toBeLessThanOrEqual(2 ** -53 * (got.scale + want.scale));
    expect(got.scale).toBeLessThan(5000);
  }
});
