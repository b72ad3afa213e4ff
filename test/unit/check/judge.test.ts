import { expect, test } from 'vitest';
import { judge } from '../../../src/check/judge';
import { handModel } from '../../support/hand';

const LOGISTIC = `
  data X[m,n]; label Y[m] binary; param w[n]; param b
  Z[i<m] = sum(j<n, X[i,j]*w[j]) + b
  A[i<m] = sigmoid(Z[i])
  J = SCALE*(-1/m)*sum(i<m, Y[i]*log(A[i]) + (1-Y[i])*log(1-A[i]))`;

const SCALES = ['1', '0.00001', '100000'];

interface Row {
  readonly of: string;
  readonly axes: string;
  readonly hand: string;
  readonly rule: string;
}

const row = (of: string, axes: string, hand: string, rule: string): Row => ({ of, axes, hand, rule });

const ROWS: readonly Row[] = [
  row('w', 'j<n', '1/m*sum(i<m, X[i,j]*(A[i]-Y[i]))', 'gradient-right'),
  row('w', 'j<n', 'sum(i<m, X[i,j]*(A[i]-Y[i])/m)', 'gradient-right'),
  row('w', 'j<n', '-1/m*sum(i<m, X[i,j]*(A[i]-Y[i]))', 'gradient-sign'),
  row('w', 'j<n', '1/m*sum(i<m, X[i,j]*(Y[i]-A[i]))', 'gradient-sign'),
  row('w', 'j<n', '2/m*sum(i<m, X[i,j]*(A[i]-Y[i]))', 'gradient-constant-factor'),
  row('w', 'j<n', 'sum(i<m, X[i,j]*(A[i]-Y[i]))', 'gradient-missing-factor'),
  row('w', 'j<n', '1/n*sum(i<m, X[i,j]*(A[i]-Y[i]))', 'gradient-constant-factor'),
  row('w', 'j<n', '1.001/m*sum(i<m, X[i,j]*(A[i]-Y[i]))', 'gradient-constant-factor'),
  row('w', 'j<n', '0.999/m*sum(i<m, X[i,j]*(A[i]-Y[i]))', 'gradient-missing-factor'),
  row('w', 'j<n', '1/m*sum(i<m, X[i,j]*(Z[i]-Y[i]))', 'gradient-wrong-variable'),
  row('w', 'j<n', '1/m*sum(i<m, X[i,j]*A[i])', 'gradient-missing-term'),
  row('w', 'j<n', '1/m*sum(i<m, X[i,j]*(A[i]-Y[i])*A[i]*(1-A[i]))', 'gradient-extra-activation-derivative'),
  row('w', 'j<n', '1/m*sum(i<m, X[i,j]*(A[i]-1.001*Y[i]))', 'gradient-extra-factor'),
  row('w', 'j<n', '0*X[0,j]', 'gradient-zero'),
  row('b', '', '1/m*sum(i<m, A[i]-Y[i])', 'gradient-right'),
  row('b', '', 'sum(i<m, A[i]-Y[i])', 'gradient-missing-factor'),
  row('b', '', '1/m*sum(i<m, A[i])', 'gradient-missing-term'),
  row('b', 'i<m', '1/m*(A[i]-Y[i])', 'gradient-missing-sum'),
  row('w', '', '1/m*sum(i<m, sum(j<n, X[i,j])*(A[i]-Y[i]))', 'gradient-summed-away'),
  row('w', 'i<m', 'A[i]-Y[i]', 'gradient-shape'),
  row('w', 'j<n, 1', '1/m*sum(i<m, X[i,j]*(A[i]-Y[i]))', 'gradient-right'),
];

for (const scale of SCALES)
  for (const { of, axes, hand, rule } of ROWS)
    test(`loss times ${scale}: ∂J/∂${of} = ${hand} is ${rule}`, () => {
      const subject = handModel(
        LOGISTIC.replace('SCALE', scale),
        of,
        axes,
        hand === '0' ? hand : `${scale}*(${hand})`,
      );
      const judgement = judge(subject);
      expect(judgement, JSON.stringify(judgement)).toMatchObject({
        rule,
        verdict: rule === 'gradient-right' ? 'right' : 'wrong',
      });
    });
