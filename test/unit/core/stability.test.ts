import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { derive } from '../../../src/core/derive';
import { createNaming } from '../../../src/core/print/naming';
import { toText } from '../../../src/core/print/text';
import { ballArithmetic, fromNumber, isKnown, toNumber } from '../../../src/core/stability/ball';
import { measureStability, type Instability } from '../../../src/core/stability/measure';
import { stableStatements } from '../../../src/core/stability/statements';
import { createValuesIn } from '../../../src/core/stability/values';
import { symbolNames } from '../../../src/core/expr';
import { BREADTH } from '../../support/breadth';
import { parseModel } from '../../support/model';

interface Thresholds {
  readonly above: { readonly broken?: number; readonly lost?: number };
  readonly below: { readonly broken?: number; readonly lost?: number };
}
interface Row {
  readonly name: string;
  readonly model: string;
  readonly what: Instability['what'];
  readonly double: Thresholds;
  readonly single: Thresholds;
}

const rows = JSON.parse(
  readFileSync(new URL('../../oracles/stability.json', import.meta.url), 'utf8'),
) as readonly Row[];

function measure(source: string) {
  const program = parseModel(source);
  const parts = measureStability(program, derive(program, { verify: false }));
  for (;;) {
    const { done, value } = parts.next();
    if (done === true) return { program, ...value };
  }
}

/** Rounding decides where digits go, and the spread of the values where those of a variance do. */
const tolerance = (name: string, effect: Instability['effect']): number =>
  effect === 'overflow' ? 0.01 : name === 'variance' ? 2 : 0.03;

describe.each(rows.map((row) => [row.name, row] as const))('%s', (name, row) => {
  const { instabilities } = measure(row.model);
  const own = instabilities.filter(({ what }) => what === row.what);
  test.each(['above', 'below'] as const)('breaks where NumPy does, %s', (side) => {
    for (const [effect, wanted] of [
      ['overflow', row.double[side].broken],
      ['cancellation', row.double[side].lost],
    ] as const) {
      const found = own.find((f) => f.effect === effect && (f.side === side || f.side === 'beyond'));
      if (wanted === undefined) expect(found, `${name} ${effect} ${side}`).toBeUndefined();
      else {
        expect(found, `${name} ${effect} ${side}`).toBeDefined();
        expect(Math.abs((found?.threshold ?? 0) / wanted - 1)).toBeLessThan(tolerance(name, effect));
      }
    }
  });

  test('breaks where NumPy does in single precision', () => {
    for (const found of own.filter((f) => f.effect === 'overflow')) {
      const side = found.side === 'below' ? 'below' : 'above';
      const wanted = row.single[side].broken ?? NaN;
      expect(Math.abs((found.single ?? NaN) / wanted - 1)).toBeLessThan(0.02);
    }
  });
});

const breadth = (name: string): string => BREADTH.find((row) => row.name === name)?.source ?? name;

test.each([
  'mean squared error',
  'Huber',
  'pseudo-Huber',
  'hinge',
  'squared hinge',
  'tanh',
  'ReLU',
  'GELU',
  'mean squared logarithmic error',
  'Gaussian with a variance',
  'Poisson with a log link',
  'L2 penalty',
  'cosine similarity',
  'binary cross-entropy of logits by softplus',
  'binary cross-entropy of logits, stable',
  'param Z[m,k]; label Y[m,k] onehot\nM[i<m] = max(q<k, Z[i,q])\nL[i<m,q<k] = Z[i,q] - M[i] - log(sum(r<k, exp(Z[i,r]-M[i])))\nJ = -1/m*sum(i<m, sum(q<k, Y[i,q]*L[i,q]))',
])('nothing is said of %s', (name) => {
  const { instabilities, stable } = measure(breadth(name));
  expect(instabilities).toEqual([]);
  expect(stable).toBeNull();
});

test.each([
  'binary cross-entropy of the sigmoid',
  'softmax cross-entropy',
  'softmax cross-entropy with integer labels',
  'log-softmax and likelihood of integer labels',
  'log-sum-exp',
  'softmax in one line',
  'KL divergence of the softmax',
  'log-cosh',
  'mish',
  'softplus',
  'soft margin',
  'CELU',
  'SELU',
  'InfoNCE',
])('the printed gradient of %s holds at any size', (name) => {
  expect(measure(breadth(name)).instabilities.filter(({ what }) => what === 'gradient')).toEqual([]);
});

test.each([
  ['binary cross-entropy of the sigmoid', 'J = 1/m*sum(i<m, softplus(z[i]) - z[i]*y[i])'],
  ['binary cross-entropy of logits', 'J = 1/m*sum(i<m, softplus(z[i]) - y[i]*z[i])'],
  ['log-sigmoid', 'l = -softplus(-x)'],
  ['softplus', 'sp = softplus(be*x)/be'],
  ['soft margin', 'J = 1/m*sum(i<m, softplus(-y[i]*f[i]))'],
  [
    'log-softmax',
    'M = max(c<k, Z[i,c]); L = Z[i,c] - (M[i] + log(sum(c2<k, exp(Z[i,c2] - M[i])))); J = sum(i<m, sum(c<k, U[i,c]*L[i,c]))',
  ],
  [
    'param Z[m,k]; label Y[m,k] onehot\nS[i<m,q<k] = Z[i,q] - max(r<k, Z[i,r])\nP[i<m,q<k] = exp(S[i,q])/sum(r<k, exp(S[i,r]))\nJ = -sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))',
    'S = Z[i,c] - max(c2<k, Z[i,c2]); J = -sum(i<m, sum(c<k, Y[i,c]*(S[i,c] - log(sum(c2<k, exp(S[i,c2]))))))',
  ],
  ['param x\nt = (exp(x)-exp(-x))/(exp(x)+exp(-x))', 't = tanh(x)'],
  ['param x\nt = (exp(2*x)-1)/(exp(2*x)+1)', 't = tanh(x)'],
  ['param x\ns = exp(x)/(1+exp(x))', 's = sigmoid(x)'],
  [
    'param x[m]\nmu = 1/m*sum(i<m, x[i])\nv = 1/m*sum(i<m, x[i]^2) - mu^2',
    'mu = 1/m*sum(i<m, x[i]); v = 1/m*sum(i<m, (x[i] - mu)^2)',
  ],
])('the stable form of %s', (name, wanted) => {
  const { program, stable } = measure(breadth(name));
  const naming = createNaming(program, stable ?? []);
  expect((stable ?? []).map((b) => `${b.name} = ${toText(b.def, naming)}`).join('; ')).toBe(wanted);
});

describe('balls', () => {
  const exact = ballArithmetic(256);

  test.each(['sum', 'prod', 'max'])('leave a %s open of which one element cannot be told', (op) => {
    const program = parseModel(`data r[n]\nJ = ${op}(i<n, where(delta(i, 0), sin(r[i]), 1))`);
    const point = { sizes: { n: 2 }, inputs: { r: { dims: [2], data: [1, 2] } } };
    const values = createValuesIn(exact, program, point);
    expect(values.at(program.arena.sym('J'))).toBeNull();
  });
  test.each(['exp', 'log', 'log1p', 'expm1', 'tanh', 'sinh', 'cosh'] as const)(
    '%s agrees with Math',
    (fn) => {
      for (const x of [1e-9, 0.3, 1, 2.5, 5, 37, 300]) {
        const value = exact.call(fn, [fromNumber(x)]);
        expect(isKnown(value, 60) || Math[fn](x) === 0).toBe(true);
        expect(Math.abs(toNumber(value) - Math[fn](x))).toBeLessThanOrEqual(
          4 * 2 ** -53 * Math.abs(Math[fn](x)),
        );
      }
    },
  );

  test('1 - σ(700) is told only with enough bits', () => {
    const rest = (bits: number) => {
      const a = ballArithmetic(bits);
      return a.add(a.one, a.neg(a.call('sigmoid', [fromNumber(700)])));
    };
    expect(isKnown(rest(256), 40)).toBe(false);
    expect(toNumber(rest(1200))).toBeCloseTo(Math.exp(-700), 320);
    expect(Math.abs(toNumber(rest(1200)) / Math.exp(-700) - 1)).toBeLessThan(1e-12);
  });

  test('nothing overflows', () => {
    const x = fromNumber(1e5);
    expect(toNumber(exact.call('log', [exact.call('exp', [x])]))).toBe(1e5);
    expect(toNumber(exact.call('softplus', [x]))).toBe(1e5);
  });

  test('the error function', () => {
    expect(toNumber(exact.call('erf', [fromNumber(1)]))).toBeCloseTo(0.8427007929497149, 15);
    expect(toNumber(exact.call('erf', [fromNumber(-5)]))).toBeCloseTo(-0.9999999999984626, 15);
  });
});

test.each([
  [
    'a mixture with weights by softmax',
    `data x[n]; param mu[h]; param logpi[h]
pi[l<h] = exp(logpi[l])/sum(r<h, exp(logpi[r]))
dens[i<n,l<h] = exp(-(x[i] - mu[l])^2/2)
L = -sum(i<n, log(sum(l<h, dens[i,l]*pi[l])))`,
  ],
  [
    'a softmax over both axes',
    `param s[h,c]
p[l<h,q<c] = exp(s[l,q])/sum(r<h, sum(t<c, exp(s[r,t])))
L = sum(l<h, sum(q<c, p[l,q]^2))`,
  ],
])('the statements of %s use nothing before it has a value', (_, source) => {
  const program = parseModel(source);
  const last = program.bindings.at(-1);
  if (!last) throw new Error('no binding');
  const known = new Set([
    ...program.inputs.map((input) => input.name),
    ...program.inputs.flatMap((i) => i.shape),
  ]);
  const statements = stableStatements(program, [], last);
  const shifts = statements.filter(({ name }) => program.bindings.every((binding) => binding.name !== name));
  expect(shifts.length).toBeGreaterThan(1);
  for (const { name, def } of statements) {
    expect([...symbolNames(def)].filter((used) => !known.has(used))).toEqual([]);
    known.add(name);
  }
});
