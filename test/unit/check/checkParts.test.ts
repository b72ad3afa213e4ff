import { expect, test } from 'vitest';
import { checkOnDataNow } from '../../../src/check/dataCheck';
import { createRandom, normal } from '../../../src/core/random';
import { createJob, type GradientJob } from '../../../src/engine/job';
import type { ParameterCheck, PartCheck } from '../../../src/protocol/training';
import { handModel } from '../../support/hand';

const DATA = 'data X[m,n]; label y[m]; param w[n]; param b; hyper lam';
const FIT = 'r[i<m] = sum(j<n, X[i,j]*w[j]) + b - y[i]\n';
const RIDGE = `${DATA}
  ${FIT}
  J = 1/(2*m)*sum(i<m, r[i]^2) + lam/2*sum(j<n, w[j]^2)`;
const FITTED = '1/m*sum(i<m, X[i,j]*r[i])';

const [m, n] = [40, 3];
const random = createRandom(5);
const draw = (length: number): Float64Array => Float64Array.from({ length }, () => normal(random));
const data = { X: draw(m * n), y: draw(m), lam: Float64Array.of(0.3) };
const parameters = { w: draw(n), b: draw(1) };

function jobOf(model: string, hand: string): GradientJob {
  const { program, derivation, hand: written } = handModel(model, 'w', 'j<n', hand);
  if (!derivation) throw new Error('no derivation');
  const made = createJob({ definitionId: 'f', name: 'f', program, derivation, hand: [written] });
  if (!made.ok) throw new Error(made.message);
  return made.value;
}

function checked(model: string, hand: string): { w: ParameterCheck; penalty: number | undefined } {
  const report = checkOnDataNow({
    job: jobOf(model, hand),
    sizes: { m, n },
    data,
    parameters,
    at: 'on-demand',
    epoch: 0,
    features: n,
    now: () => 0,
  });
  const w = report.parameters.find(({ name }) => name === 'w');
  if (!w) throw new Error('w was not checked');
  return { w, penalty: report.penalty };
}

const part = ({ parts }: ParameterCheck, name: PartCheck['part']): PartCheck => {
  const found = parts?.find((one) => one.part === name);
  if (!found) throw new Error(`there is no ${name} part`);
  return found;
};
const sizeOf = (values: Iterable<number>): number => Math.max(...[...values].map(Math.abs));

test.each([
  ['a sum', RIDGE],
  ['a common factor', `${DATA}\n${FIT}J = 1/(2*m)*(sum(i<m, r[i]^2) + m*lam*sum(j<n, w[j]^2))`],
  [
    'named parts',
    `${DATA}\n${FIT}fit = 1/(2*m)*sum(i<m, r[i]^2)\nreg = lam/2*sum(j<n, w[j]^2)\nJ = fit + reg`,
  ],
  ['within the sum', `${DATA}\n${FIT}J = 1/m*sum(i<m, r[i]^2/2 + lam/2*sum(j<n, w[j]^2))`],
])('data and penalty are checked apart: %s', (_, model) => {
  const { w, penalty } = checked(model, `${FITTED} + lam*w[j]`);
  const squares = parameters.w.reduce((sum, value) => sum + value * value, 0);
  expect(penalty).toBeCloseTo(0.15 * squares, 12);
  expect(part(w, 'penalty')).toMatchObject({ derivedVerdict: 'right', handVerdict: 'right' });
  expect(part(w, 'penalty').size).toBeCloseTo(0.3 * sizeOf(parameters.w), 12);
  expect(part(w, 'data')).toMatchObject({ derivedVerdict: 'right', handVerdict: 'right' });
});

test.each([
  ['forgotten', FITTED, ['right', 'wrong'], 'the part of dw that reads none is missing'],
  ['doubled', `${FITTED} + 2*lam*w[j]`, ['right', 'wrong'], 'is 2 times what it should be'],
  ['of the wrong sign', `${FITTED} - lam*w[j]`, ['right', 'wrong'], 'is -1 times what it should be'],
  ['right, and the data part is not averaged', `m*(${FITTED}) + lam*w[j]`, ['wrong', 'right'], 'is 40 times'],
  ['other, and so is the data part', `m*(${FITTED}) + 2*lam*w[j]`, ['unknown', 'unknown'], 'cannot be told'],
  ['right in a form of its own', `1/m*(sum(i<m, X[i,j]*r[i]) + m*lam*w[j])`, ['right', 'right'], 'equals'],
])('the penalty is %s', (_, hand, verdicts, reason) => {
  const { w } = checked(RIDGE, hand);
  expect(w.parts?.map(({ handVerdict }) => handVerdict)).toEqual(verdicts);
  expect(w.parts?.map((one) => one.reason).join(' ')).toContain(reason);
});

// The mean of (w - y)² leaves a term without data in its gradient, which is no penalty's.
test('a term without data of the data part is not taken for a wrong penalty', () => {
  const model =
    'label y[m]; data X[m,n]; param w[n]; hyper lam\nJ = 1/m*sum(i<m, sum(j<n, (w[j]-X[i,j])^2)) + lam*sum(j<n, w[j]^2) + 1/m*sum(i<m, y[i])';
  const right = '2*w[j] - 2/m*sum(i<m, X[i,j]) + 2*lam*w[j]';
  expect(checked(model, right).w).toMatchObject({ handVerdict: 'right' });
  expect(checked(model, right).w.parts?.map(({ handVerdict }) => handVerdict)).toEqual([
    'unknown',
    'unknown',
  ]);
  const wrong = '2*w[j] - 2/m*sum(i<m, X[i,j]) + lam*w[j]';
  expect(checked(model, wrong).w).toMatchObject({ handVerdict: 'wrong' });
  expect(checked(model, wrong).w.parts?.map(({ handVerdict }) => handVerdict)).toEqual([
    'unknown',
    'unknown',
  ]);
});

test('a parameter without a penalty has none', () => {
  const job = jobOf(RIDGE, FITTED);
  const report = checkOnDataNow({
    job,
    sizes: { m, n },
    data,
    parameters,
    at: 'start',
    epoch: 0,
    features: n,
    now: () => 0,
  });
  const b = report.parameters.find(({ name }) => name === 'b');
  expect(b && part(b, 'penalty')).toMatchObject({ size: 0, derivedVerdict: 'right', handVerdict: null });
});

test('a loss without a penalty has no parts', () => {
  const { w, penalty } = checked(`${DATA}\n${FIT}J = 1/(2*m)*sum(i<m, r[i]^2)`, FITTED);
  expect([w.parts, penalty]).toEqual([undefined, undefined]);
});

test('the parts keep their verdicts whatever the size of the loss', () => {
  for (const scale of ['0.00001', '100000']) {
    const model = RIDGE.replace('J = ', `J = ${scale}*(`) + ')';
    const { w } = checked(model, `${scale}*(${FITTED})`);
    expect(w.parts?.map(({ derivedVerdict, handVerdict }) => [derivedVerdict, handVerdict])).toEqual([
      ['right', 'right'],
      ['right', 'wrong'],
    ]);
  }
});
