import { expect, test } from 'vitest';
import { checkOnDataNow } from '../../../src/check/dataCheck';
import { createRandom, normal } from '../../../src/core/random';
import type { Arrays } from '../../../src/engine/interpret';
import { createJob, type GradientJob } from '../../../src/engine/job';
import type { CheckReport } from '../../../src/protocol/training';
import { handModel } from '../../support/hand';

const LOGISTIC = (scale: string): string => `
  data X[m,n]; label Y[m] binary; param w[n]; param b
  A[i<m] = sigmoid(sum(j<n, X[i,j]*w[j]) + b)
  J = ${scale}*(-1/m*sum(i<m, Y[i]*log(A[i]) + (1-Y[i])*log(1-A[i])))`;

const HINGE = `
  data X[m,n]; label y[m] sign; param w[n]; param b
  J = 1/m*sum(i<m, maximum(0, 1-y[i]*(sum(j<n, X[i,j]*w[j]) + b)))`;

const ROWS = 50;
const FEATURES = 4;

function jobOf(model: string, hand: string): GradientJob {
  const { program, derivation, hand: written } = handModel(model, 'w', 'j<n', hand);
  if (!derivation) throw new Error('no derivation');
  const made = createJob({ definitionId: 'f', name: 'f', program, derivation, hand: [written] });
  if (!made.ok) throw new Error(made.message);
  return made.value;
}

function report(
  job: GradientJob,
  labels: readonly number[],
  at: 'random' | 'zero' | 'far' = 'random',
): CheckReport {
  const random = createRandom(3);
  const draw = (length: number, scale = 1): Float64Array =>
    Float64Array.from({ length }, () => scale * normal(random));
  const label = job.inputs.find(({ role }) => role === 'label')?.name ?? '';
  const scale = { random: 1, zero: 0, far: 1e4 }[at];
  const parameters: Arrays = { w: draw(FEATURES, scale), b: draw(1, scale) };
  const data: Arrays = {
    X: draw(ROWS * FEATURES),
    [label]: Float64Array.from({ length: ROWS }, (_, k) => labels[k % 2] ?? 0),
  };
  let clock = 0;
  return checkOnDataNow({
    job,
    sizes: { m: ROWS, n: FEATURES },
    data,
    parameters,
    at: 'on-demand',
    epoch: 0,
    features: FEATURES,
    now: () => clock++,
  });
}

const RIGHT = '1/m*sum(i<m, X[i,j]*(A[i]-Y[i]))';

for (const scale of ['1', '0.00001', '100000'])
  for (const [hand, verdict] of [
    [`${scale}*(${RIGHT})`, 'right'],
    [`-${scale}*(${RIGHT})`, 'wrong'],
    [`1.001*${scale}*(${RIGHT})`, 'wrong'],
    ['0*w[j]', 'wrong'],
    [`${scale}/m*sum(i<m, X[i,j]*A[i])`, 'wrong'],
  ] as const)
    test(`loss times ${scale}: ${hand} is ${verdict} on data`, () => {
      const { parameters, rows, features } = report(jobOf(LOGISTIC(scale), hand), [0, 1]);
      const [w, b] = parameters;
      expect([rows, features]).toEqual([ROWS, FEATURES]);
      expect(w, w?.reason).toMatchObject({ derivedVerdict: 'right', handVerdict: verdict });
      expect(b).toMatchObject({ derivedVerdict: 'right', handVerdict: null, handWritten: null });
      expect(w?.derivedDifference).toBeLessThan(1e-8);
      expect(w?.cells).toEqual([0, 1, 2, 3]);
    });

test('a hinge with kinks between the rows is right', () => {
  const job = jobOf(HINGE, '1/m*sum(i<m, where(1-y[i]*(sum(l<n, X[i,l]*w[l]) + b) > 0, -y[i]*X[i,j], 0))');
  for (const at of ['random', 'zero'] as const) {
    const [w] = report(job, [-1, 1], at).parameters;
    expect(w, w?.reason).toMatchObject({ derivedVerdict: 'right', handVerdict: 'right' });
  }
});

test('where the loss is not finite, nothing is told and the problem says so', () => {
  const { parameters, problems, loss } = report(jobOf(LOGISTIC('1'), RIGHT), [0, 1], 'far');
  expect(Number.isFinite(loss)).toBe(false);
  expect(problems.map(({ id }) => id)).toEqual(['loss-not-finite']);
  expect(parameters.map(({ derivedVerdict }) => derivedVerdict)).toEqual(['unknown', 'unknown']);
});

test('a gradient of another shape is not compared', () => {
  const { program, derivation, hand } = handModel(LOGISTIC('1'), 'w', 'i<m', 'A[i]-Y[i]');
  if (!derivation) throw new Error('no derivation');
  const made = createJob({ definitionId: 'f', name: 'f', program, derivation, hand: [hand] });
  if (!made.ok) throw new Error(made.message);
  const [w] = report(made.value, [0, 1]).parameters;
  expect(w).toMatchObject({ derivedVerdict: 'right', handVerdict: 'unknown', handWritten: null });
  expect(w?.reason).toContain('another shape');
});
