import { describe, expect, it } from 'vitest';
import { checkModel } from '../../support/fuzz/check';
import { fuzz } from '../../support/fuzz/run';

const COUNT = Number(process.env['PROPERTY_RUNS'] ?? 400);
/** The work is cut into tests so that none blocks for long. */
const PARTS = 10;
const SEED = Number(process.env['PROPERTY_SEED'] ?? 1);

/** Models that once broke a law, as small as they could be made. */
const FOUND: readonly (readonly [name: string, model: string])[] = [
  ['an exponential of half a logarithm', 'J = exp(log(2)/2)^2'],
  [
    'a power of an exponential and a root of it',
    'param x; hyper g positive\nC = x\nJ = (exp(C)^g*exp(C)^(1/2))^2',
  ],
  ['roots of fractions among indicators', 'J = arcsinh(maximum(1, cosh(1)^(1/2)))'],
  ['an exponent that leaves a sum with a denominator', 'param w[n]\nJ = cosh(sum(l<n, -2/3*w[l]))^3 - 2/3'],
  ['a comparison of numbers under a root', 'J = (1 > 1)^(1/2)'],
  ['a square of a sum inside of a sum', 'data X[m,n]\nJ = sum(a<n, sum(b<n, sum(c<m, X[c,a]*X[c,b])))'],
  [
    'roots of a hyperbolic cosine',
    'data f[m] unit\nJ = (cosh(log(f[0]) + log(1 - f[0]))^(1/2))^3*cosh(log(f[0]) + log(1 - f[0]))^(-1/2)',
  ],
  [
    'a maximum of elements that are all equal once fractions are added up',
    'param w\ndata v[n]; data d\nJ = max(l<n, w*(d/(d + v[l]) + v[l]/(d + v[l])))',
  ],
  ['the diagonals of a matrix and its inverse', 'data B[n,n]\nJ = sum(l<n, inv(B)[l,l]*B[l,l])'],
  [
    'the diagonals of a definite matrix and its inverse',
    'data U[n,n] definite\nJ = sum(l<n, inv(U)[l,l]*U[l,l])',
  ],
  [
    'double sums over an element of a symmetric matrix',
    'data X[m,n]; data U[n,n] definite\nJ = sum(a<n, sum(b<n, U[b,a]*X[1,b]*inv(U)[b,b]))',
  ],
  [
    'an inverse beside a double sum over its matrix',
    'data X[m,n]; data U[n,n] definite\nJ[j<n] = sum(a<n, inv(U)[j,a]*sum(b<n, U[a,b]*sum(c<m, X[c,b])))',
  ],
  [
    'a matrix and its inverse, both in the inner of two sums',
    'data B[n,n]\nEM[j<n,k<n] = 1\nBI[j<n,k<n] = inv(B)[j,k]\nJ = sum(a<n, sum(b<n, B[a,b]*BI[b,a]*EM[b,b]))',
  ],
  [
    'a sum in the argument of an exponential that is written by its derivative',
    'param w[n]; param x\nJ = expm1(sum(l<n, (x + w[l])*w[l]))',
  ],
  [
    'roots of the diagonal of an inverse in an exponent',
    [
      'param w[n]; param O[n,n]',
      'BI[j<n,k<n] = inv(O)[j,k]',
      'EM[j<n,k<n] = w[j]',
      'MQ[j<n] = sum(l<n, w[j]*exp(BI[l,l]^(-1/2) + EM[l,0]))',
      'J = MQ[0]',
    ].join('\n'),
  ],
  [
    'a square of an absolute value of roots beside a factor',
    'data u; param x; hyper p positive\nJ = abs(u*p*p^(1/2))*abs(u*p*p^(1/2))*x',
  ],
  ['a binding that is a number', 'H = 1\nJ = 1'],
  ['the reciprocal of a sum with a function', 'param x\nd = 1/(1 + abs(x))\nJ = d*abs(x) + abs(x)^2'],
  ['a comparison of an indicator', 'data v[n]\nJ[j<n] = abs(where(delta(j, 0), 0, 1)) + sign(relu(v[j]))'],
  [
    'an indicator beside a comparison with its index',
    'J[j<n] = sum(l<n, (abs(where(delta(1, l), 1, -n)) + 1)^(1/2))*abs(n*delta(j, 1) - 1)',
  ],
  ['a maximum of three', 'param x; param t; param b\nJ = max(x, max(t, b)) + max(max(b, t), x)*t'],
  ['a maximum with an element twice', 'param x; param t\nJ = min(x, min(t, min(2*t, x)))'],
  ['a choice by a number', 'data r[n] positive; param w[n]\nJ = where(r[0], w[0], 0)'],
  ['a choice by a sign', 'label s[m] sign; data f[m] unit\nJ[i<m] = where(s[i]*f[i], 0, 1)'],
  ['a maximum of equal elements', 'data v[n]; param x\nJ = max(l<n, where(v[l] > 0, x, x*2 - x))'],
  ['a maximum over a bound', 'data v[n]; param x\nz[j<n] = maximum(x, v[j] - 9)\nJ = max(l<n, z[l])'],
  [
    'a sum over a label inside of a sum',
    'label Y[m,k] onehot; label c[m] class:k\nJ[i<m] = sum(l<k, Y[i,l]*sum(a<m, delta(l, c[a])))',
  ],
  ['an exponential of a product of sums', 'data v[n]\nJ = exp(n*(n + 1)) + exp(exp(1)^(-1) + 1)'],
  [
    'roots of an exponential that was multiplied out',
    'param x; hyper g positive\nJ = (maximum(exp(-x/(2*g)), 1)^(1/2))^2',
  ],
  [
    'a matrix and its inverse in sums of their own',
    'data B[n,n]\nJ = sum(l0<n, sum(l1<n, (B[l0,l1]*sum(l2<n, inv(B)[l2,l0]))))',
  ],
  [
    'a least element among sums that are all 1',
    'data U[n,n] definite; param t\nJ = min(a<n, t*exp(sum(b<n, U[a,b]*inv(U)[a,b])))',
  ],
  [
    'multiples of a decimal that print as decimals of their own',
    'param w; param x\nJ = tanh(0.044715*(w + x)^3 + 1)',
  ],
  ['the sign of what may be 0', 'param x\nJ = sign(abs(x))'],
  ['the square of a sign', 'param w[n]\nJ = sign(w[0] - 1)^2'],
  [
    'roots of a fraction over one denominator',
    'data v[n]; param x\nJ = ((x/v[1])^2 + 1)^(1/2) + ((x/v[1])^2 + 1)^(-1/2) + 2',
  ],
  ['a maximum of a product of sums', 'data r[n] positive\nJ = max(l<n, (exp(1) + 1)*(r[l] + 1))'],
  ['a root of an exponential that a sigmoid of a number holds', 'J = (sigmoid(sinh(1))^(1/2))^(-2)'],
  [
    'roots of a hyperbolic cosine of a number',
    'J = (cosh((log(1) + 2)^(-1))^(1/2))^3*cosh((log(1) + 2)^(-1))^(-1/2)',
  ],
  ['a number taken into an exponent', 'label s[m] sign; param x\nJ = exp((tanh(2) + (s[0]*x > 0))/2)^2'],
  [
    'an exponent that is collected and taken apart again',
    'data B[n,n]\nr[j<n] = B[0,j]\nJ[i<m,o<k] = exp(r[0] + r[0]*(0 >= r[0]))',
  ],
  ['a sum that is turned round and back', 'param w[n]\nJ = sum(l<n, -w[l] + 1)'],
  [
    'a root of a fraction with a sign',
    'label s[m] sign; param x\nJ[i<m] = sinh(log(where(s[i]*x > 0, 0, m)^(1/2)))',
  ],
  ['a cube root of a fraction', 'param x\nJ = sinh(log((exp(x)/2 + 1/3)^(1/3)))'],
  [
    'an exponential beside an indicator in a bound',
    'Z[i<m,o<k] = 1\nJ[i<m] = sum(l<k, minimum(delta(l, 1), sinh(Z[i,l])))',
  ],
  [
    'an exponential beside an indicator in a comparison',
    'data U[n,n] definite\nJ = sum(l<n, (cosh(U[l,0]) + delta(0, l)) > 1)',
  ],
  [
    'a power of a sigmoid beside an indicator',
    'label Y[m,k] onehot; data v[n]; hyper g positive\nJ[i<m,o<k] = sum(l<n, sigmoid(Y[i,o])^g + (delta(o, 1) + 1)*v[l])',
  ],
  [
    'a fraction inside of a factor of a definition',
    'z[i<m] = 1\ne[i<m] = exp(-z[i]) + 1\na[i<m] = exp(z[i])*(exp(z[i]) + 1)\nJ[i<m] = exp(z[i])',
  ],
  [
    'a derivative that holds the exponential it is solved for',
    'param w[n]\nJ[j<n] = expm1(exp(w[j])*exp(1))',
  ],
  ['a maximum of elements that are always equal', 'param x\nJ = max(l<n, sum(a<n, delta(a, l)*x))'],
  ['a maximum of what a label chooses', 'param x; label y[m] binary\nJ = max(l<m, x*y[l])'],
  ['a maximum of what is cut off', 'param x; data v[n]\nJ = max(l<n, x + relu(v[l]))'],
  ['a hyperbolic function of a logarithm', 'data f[m] unit\nJ[i<m] = cosh(1)*cosh(log(f[i])/2)'],
];

/** Where its derivative is evaluated as it stands, the square of an exponential leaves the floating-point numbers. */
const HUGE = `data X[m,n]; data B[n,n]; label y[m] binary; label s[m] sign; label Y[m,k] onehot
label D[m,k] distribution; label c[m] class:k; data f[m] unit; data v[n]; data r[n] positive
param w[n]; param W[n,k]; param b; param x; param t; data R[n,n] symmetric; data U[n,n] definite
data Q[m,n,n]; param O[n,n]; hyper p positive; hyper g positive; hyper q unit
E[j<n,o<n] = exp(O[j,o] - x)
S[j<n] = sum(l<n, E[j,l])
J[i<m] = exp(exp(S[1] - 2/3))*exp(exp(S[1] - 2/3))^(-1)`;

/** The shown form has the exponential of the opposite, whose square is too large. */
const STEEP = `param b
E[j<n,o<n] = (j >= o)*exp(1)
S[j<n] = sum(l<n, E[j,l])
J = 1/(exp(-2*S[1]/sigmoid(-(b + S[0]))) + 1)`;

describe('random programs', () => {
  it('are not blamed for what rounding makes of the original, where differences tell', () => {
    expect(checkModel(HUGE, { seed: 883_977, derivation: true, mutants: 2 }).breaches).toEqual([]);
  });
  it('are not blamed for what rounding makes of the derivative of the shown form', () => {
    expect(checkModel(STEEP, { seed: 30_013_060, derivation: true, mutants: 2 }).breaches).toEqual([]);
  });
  it.each(FOUND)('keep the laws: %s', (_, model) => {
    for (let seed = 1; seed <= 5; seed += 1)
      expect(checkModel(model, { seed, derivation: true, mutants: 6 }).breaches).toEqual([]);
  });
  it.each(Array.from({ length: PARTS }, (_, part) => part))(
    'keep the laws, drawn from the whole operator table, part %i',
    (part) => {
      const { failures, compared, proved } = fuzz({
        count: COUNT / PARTS,
        seed: SEED + (part * COUNT) / PARTS,
        largest: 12,
        deriveEach: 10,
        failures: 1,
      });
      expect(failures.map(({ law, model, what }) => `${law}\n${model}\n${what}`)).toEqual([]);
      expect(compared).toBeGreaterThan((6 * COUNT) / PARTS);
      expect(proved).toBeGreaterThan((0.9 * COUNT) / PARTS);
    },
  );
});
