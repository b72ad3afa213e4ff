import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../src/engine/dataset';
import type { GradientJob } from '../../../src/engine/job';
import { formHessian } from '../../../src/engine/training/newton';
import { createObjective, type Objective } from '../../../src/engine/training/objective';
import { train } from '../../../src/engine/train';
import { derivedJob, LOGISTIC, SOFTMAX } from './jobs';
import { normals, random } from './support';

const M = 60;
const N = 3;
const K = 3;

function dataset(labels: 'y' | 'Y'): Dataset {
  const next = random(7);
  const y = Float64Array.from({ length: M }, () => Number(next() > 0.5));
  const Y = new Float64Array(M * K);
  for (let i = 0; i < M; i += 1) Y[i * K + Math.floor(next() * K)] = 1;
  return {
    sizes: labels === 'y' ? { m: M, n: N } : { m: M, n: N, k: K },
    inputs: { X: normals(M * N, next), ...(labels === 'y' ? { y } : { Y }) },
    rows: M,
    features: ['a', 'b', 'c'],
    classes: null,
    scaling: [],
    notes: [],
  };
}

const objectiveOf = (job: GradientJob, data: Dataset): Objective =>
  createObjective({ job, dataset: data, fixed: {}, precision: 'double', gradient: 'derived', crew: null });

function hessianOf(objective: Objective, at: Float64Array): Float64Array {
  const work = formHessian(at, objective);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

describe('second derivatives of a job', () => {
  it.each([
    ['logistic regression', LOGISTIC, dataset('y')],
    ['softmax regression', SOFTMAX, dataset('Y')],
  ] as const)('the derived Hessian agrees with differences of the gradient: %s', (_name, loss, data) => {
    const derived = objectiveOf(derivedJob(loss, { curvature: true }), data);
    const differenced = objectiveOf(derivedJob(loss), data);
    const at = normals(derived.layout.length, random(2));
    const exact = hessianOf(derived, at);
    hessianOf(differenced, at).forEach((value, k) => {
      expect(Math.abs(value - (exact[k] ?? NaN))).toBeLessThan(1e-9);
    });
  });

  it('the Hessian of logistic regression is X̃ᵀ diag(a(1-a)) X̃ / m', () => {
    const data = dataset('y');
    const objective = objectiveOf(derivedJob(LOGISTIC, { curvature: true }), data);
    const at = Float64Array.of(0.3, -1, 2, 0.1);
    const hessian = hessianOf(objective, at);
    const rows = Array.from({ length: M }, (_, i) => [
      ...(data.inputs.X ?? new Float64Array()).subarray(i * N, (i + 1) * N),
      1,
    ]);
    for (let p = 0; p <= N; p += 1)
      for (let q = 0; q <= N; q += 1) {
        const expected =
          rows.reduce((sum, row) => {
            const z = row.reduce((total, x, j) => total + x * (at[j] ?? 0), 0);
            const a = 1 / (1 + Math.exp(-z));
            return sum + a * (1 - a) * (row[p] ?? 0) * (row[q] ?? 0);
          }, 0) / M;
        expect(hessian[p * (N + 1) + q]).toBeCloseTo(expected, 14);
      }
  });

  it.each([
    ['newton', 'double', 1e-8],
    ['l-bfgs', 'double', 1e-8],
    ['newton', 'single', 1e-4],
    ['l-bfgs', 'single', 1e-4],
  ] as const)(
    '%s converges to rounding on logistic regression in %s precision',
    async (optimizer, precision, most) => {
      const data = dataset('y');
      const job = derivedJob(LOGISTIC, { curvature: true });
      let time = 0;
      const result = await train(
        {
          runId: 'r',
          job,
          dataset: data,
          options: {
            learningRate: 1,
            epochs: 100,
            seed: 0,
            initScale: 0.01,
            tolerance: 1e-30,
            optimizer,
            precision,
          },
        },
        {
          now: () => (time += 1),
          pause: () => Promise.resolve(),
          cancelled: () => false,
          progress: () => undefined,
        },
      );
      expect(result.end).toBe('converged');
      expect(result.message).toMatch(/as far as rounding lets it be seen/);
      expect(result.gradientNorms.at(-1)).toBeLessThan(most);
    },
  );
});
