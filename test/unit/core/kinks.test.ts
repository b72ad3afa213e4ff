/** Where derivatives do not exist, and what is taken there. */
import { describe, expect, it } from 'vitest';
import { derive } from '../../../src/core/derive';
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
