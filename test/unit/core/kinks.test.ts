/** Where derivatives do not exist, and what is taken there. */
import { describe, expect, it } from 'vitest';
import { derive } from '../../../src/core/derive';
import { jacobian } from '../../../src/core/jacobian';
import { jvp } from '../../../src/core/jvp';
import { hessian, hessianVectorProduct } from '../../../src/core/second';
import { vjp } from '../../../src/core/vjp';
import { parseModel } from '../../support/model';

const kinksOf = (source: string): string[] => derive(parseModel(source)).kinks.map((kink) => kink.text);

describe('kinks', () => {
  it.each([
    ['ReLU', 'param x\na = max(0, x)', ['there is no derivative where x = 0; 0 is taken there']],
    ['absolute value', 'param x\na = abs(x)', ['there is no derivative where x = 0; 0 is taken there']],
    [
      'leaky ReLU',
      'param x\na = where(x > 0, x, 0.01*x)',
      ['there is no derivative where x = 0; the derivative of x < 0 is taken there'],
    ],
    [
      'ReLU6',
      'param x\na = min(6, max(0, x))',
      [
        'there is no derivative where x = 6; 0 is taken there',
        'there is no derivative where x = 0; 0 is taken there',
      ],
    ],
    [
      'hinge',
      'param f[m]; label y[m] sign\nJ = 1/m*sum(i<m, max(0, 1 - y[i]*f[i]))',
      ['there is no derivative where 1 - y[i]*f[i] = 0'],
    ],
    [
      'clip',
      'param x; hyper c positive\na = min(max(x, c), 1 - c)',
      [
        'there is no derivative where x = 1 - c; the derivative of x < 1 - c is taken there',
        'there is no derivative where x = c; the derivative of x > c is taken there',
      ],
    ],
    [
      'maximum of a row',
      'param z[k]\nM = max(q<k, z[q])',
      ['there is no derivative where several elements attain M; each of them gets the whole of it'],
    ],
  ])('%s has them', (_, source, expected) => {
    expect(kinksOf(source)).toEqual(expected);
  });

  it.each([
    ['a smooth function', 'param x\na = tanh(x)'],
    [
      'Huber',
      'param a; label y; hyper de positive\nd = a - y\nl = where(abs(d) <= de, 1/2*d^2, de*(abs(d) - 1/2*de))',
    ],
    ['squared hinge', 'param f[m]; label y[m] sign\nJ = 1/m*sum(i<m, max(0, 1 - y[i]*f[i])^2)'],
    ['CELU', 'param x; hyper al positive\na = max(0, x) + min(0, al*(exp(x/al) - 1))'],
    ['stable binary cross-entropy', 'param z; label y unit\nJ = max(0, z) - y*z + log(1 + exp(-abs(z)))'],
    [
      'softmax with a shift',
      'param z[k]; upstream u[k]\nM = max(q<k, z[q])\nE[q<k] = exp(z[q] - M)\nS = sum(q<k, E[q])\nP[q<k] = E[q]/S\nJ = sum(q<k, u[q]*P[q])',
    ],
    ['a mask of labels', 'param z[m]; label y[m] binary\nJ = sum(i<m, where(y[i] > 1/2, z[i]^2, -z[i]))'],
  ])('%s has none', (_, source) => {
    expect(kinksOf(source)).toEqual([]);
  });
});

const LINEAR = 'data X[m,n]; label y[m] sign; param w[n]; param b\nf[i<m] = sum(j<n, X[i,j]*w[j]) + b\n';
const HUBER = 'param a; label y; hyper de positive\nd = a - y\n';

/** A function, where its Hessian does not exist, and what is taken there. */
const SECOND: readonly (readonly [
  name: string,
  source: string,
  where: string | null,
  taken: string | null,
])[] = [
  ['hinge', `${LINEAR}J = 1/m*sum(i<m, max(0, 1 - y[i]*f[i]))`, '1 - y[i]*f[i] = 0', null],
  // They have gradients everywhere.
  ['squared hinge', `${LINEAR}J = 1/m*sum(i<m, max(0, 1 - y[i]*f[i])^2)`, '1 - f[i]*y[i] = 0', null],
  ['Huber', `${HUBER}l = where(abs(d) <= de, 1/2*d^2, de*(abs(d) - 1/2*de))`, 'abs(d) = de', null],
  ['L1 penalty', 'param w[n]\nJ = sum(j<n, abs(w[j]) + w[j]^2)', 'w[i] = 0', null],
  ['ELU', 'param x\na = where(x > 0, x, exp(x) - 1)', 'x = 0', 'the derivative of x < 0 is taken there'],
  [
    'square of a maximum',
    'param z[k]\nM = max(q<k, z[q])\nJ = M^2',
    'several elements attain M',
    'each of them gets the whole of it',
  ],
  ['maximum', 'param z[k]\nJ = max(q<k, z[q])', 'several elements attain J', null],
  ['stable cross-entropy', 'param z; label y unit\nJ = max(0, z) - y*z + log(1 + exp(-abs(z)))', null, null],
  ['cube of an absolute value', 'param x\nJ = abs(x)^3', null, null],
];

describe('kinks of second derivatives', () => {
  it.each(SECOND.map((row) => [row[0], row] as const))('%s', (_, [, source, where, taken]) => {
    const text = `there is no second derivative where ${where ?? ''}`;
    const whole = taken === null ? text : `${text}; ${taken}`;
    expect(hessian(parseModel(source)).kinks.map((kink) => kink.text)).toEqual(where === null ? [] : [whole]);
    const along = hessianVectorProduct(parseModel(source)).kinks;
    expect(along.map((kink) => kink.where)).toEqual(where === null ? [] : [where]);
  });
});

describe('kinks of arrays', () => {
  const layer =
    'param W[h,n]; data x[n]; param b[h]\nz[i<h] = sum(j<n, W[i,j]*x[j]) + b[i]\na[i<h] = max(0, z[i])';
  const bare = 'data X[m,n]; param w[n]; param b\na[i<m] = max(0, sum(j<n, X[i,j]*w[j]) + b)';

  it.each([jacobian, vjp, jvp])('%o has those of the function', (kind) => {
    expect(kind(parseModel(layer)).kinks.map(({ where }) => where)).toEqual(['z[i] = 0']);
    expect(kind(parseModel(bare)).kinks.map(({ where }) => where)).toEqual(['sum(j<n, X[i,j]*w[j]) + b = 0']);
  });

  it('says what is taken of an output with axes', () => {
    expect(jacobian(parseModel(bare)).kinks.map(({ taken }) => taken)).toEqual(['0 is taken there']);
  });
});
