import { describe, expect, it } from 'vitest';
import { derive } from '../../../src/core/derive';
import type { Step } from '../../../src/core/derivation';
import type { Node } from '../../../src/core/expr';
import { createSites } from '../../../src/core/sites';
import { createVerifier } from '../../../src/core/verify';
import { finiteDifferenceError, gradientFaults, outline, printer } from '../../support/steps';
import { parseModel } from '../../support/model';
import { MODELS, SOURCES } from './models';

const CASES = MODELS.map((model) => [model.name, model] as const);

describe.each(CASES)('derivation: %s', (_, model) => {
  const program = parseModel(model.source);
  const derivation = derive(program);
  const show = printer(program, derivation.backward);

  it('collapses to the textbook form', () => {
    const gradients = Object.fromEntries(derivation.gradients.map((g) => [g.of, show(g.element)]));
    expect(gradients).toEqual(model.gradients);
    if (model.named)
      expect(Object.fromEntries(derivation.named.map((b) => [b.name, show(b.def)]))).toEqual(model.named);
  });

  it('has steps that chain, end at the result and are all verified', () => {
    const all = [...derivation.gradients, ...derivation.backward.adjoints];
    expect(all.flatMap((gradient) => gradientFaults(gradient, show))).toEqual([]);
  });

  it('agrees with finite differences', () => {
    if (program.bindings.at(-1)?.axes.length !== 0) return;
    for (const gradient of derivation.gradients)
      expect(finiteDifferenceError(program, derivation, gradient)).toBeLessThan(1e-7);
  });
});

describe.each(Object.entries(SOURCES))('derivation: %s', (_, source) => {
  it('is verified step by step and agrees with finite differences', () => {
    const program = parseModel(source);
    const derivation = derive(program);
    const show = printer(program, derivation.backward);
    const all = [...derivation.gradients, ...derivation.backward.adjoints];
    expect(all.flatMap((gradient) => gradientFaults(gradient, show))).toEqual([]);
    if (program.bindings.at(-1)?.axes.length !== 0) return;
    for (const gradient of derivation.gradients)
      expect(finiteDifferenceError(program, derivation, gradient)).toBeLessThan(1e-7);
  });
});

describe('long programs', () => {
  it('keep a chain of bindings linear in size', () => {
    const nodes = (length: number): number => {
      const lines = ['param x', 'a0 = x'];
      for (let k = 1; k <= length; k++) lines.push(`a${k} = tanh(a${k - 1}*${(k % 7) + 2} + ${(k % 5) + 1})`);
      const program = parseModel(lines.join('\n'));
      derive(program, { verify: false });
      return program.arena.count;
    };
    expect(nodes(120) / nodes(60)).toBeLessThan(2.3);
  });
});

describe('named gradients', () => {
  it('are those that a gradient or a step mentions', () => {
    const program = parseModel(`param z[m]; label y[m] binary; hyper al unit; hyper g positive
p[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, al*y[i]*(1-p[i])^g*log(p[i]) + (1-al)*(1-y[i])*p[i]^g*log(1-p[i]))`);
    expect(derive(program).named.map(({ name }) => name)).toEqual([]);
  });
});

describe('a step whose values underflow', () => {
  const program = parseModel('hyper x positive; param w\nJ = x*w');
  const { arena } = program;
  const verifier = createVerifier(program, createSites(program, 1));
  const tiny = (power: number, times: Node): Node =>
    arena.mul(arena.pow(arena.num(2), arena.num(-power)), times);
  const x = arena.call('exp', arena.sym('x'));
  const outcome = (before: Node, after: Node): string => verifier.compare(before, after).status;

  it('is verified in the digits that are left', () => {
    expect(outcome(tiny(520, tiny(525, x)), tiny(525, tiny(520, x)))).toBe('verified');
    const sum = arena.add(tiny(520, tiny(525, x)), tiny(520, tiny(527, x)));
    expect(outcome(tiny(520, arena.mul(tiny(525, x), arena.num(5, 4))), sum)).toBe('verified');
  });

  it('fails where these differ', () => {
    expect(outcome(tiny(520, tiny(525, x)), tiny(520, tiny(525, arena.mul(arena.num(9, 8), x))))).toBe(
      'failed',
    );
  });

  it('is not checked where there are hardly any', () => {
    expect(outcome(tiny(520, tiny(552, x)), tiny(520, tiny(552, arena.mul(arena.num(9, 8), x))))).toBe(
      'not-checked',
    );
  });
});

describe('a step that is wrong', () => {
  it('fails its verification', () => {
    const program = parseModel('param x\nJ = x^2');
    const { arena } = program;
    const verifier = createVerifier(program, createSites(program, 1));
    const before = arena.diff(arena.sym('J'), arena.sym('x'), true);
    const outcome = (after: Node): string => verifier.compare(before, after).status;
    expect(outcome(arena.mul(arena.num(2), arena.sym('x')))).toBe('verified');
    expect(outcome(arena.mul(arena.num(-2), arena.sym('x')))).toBe('failed');
    expect(outcome(arena.mul(arena.num(2001, 1000), arena.sym('x')))).toBe('failed');
    expect(outcome(arena.call('log', arena.neg(arena.pow(arena.sym('x'), arena.num(2)))))).toBe(
      'not-checked',
    );
  });
});

it.each(['i', 'j', 'q'])('answers are the same whatever letters the bindings use: %s', (letter) => {
  const program = parseModel(
    `data x[m]; label y[m] unit; param b\nz[${letter}<m] = x[${letter}] + b\na[${letter}<m] = 1/(1+exp(-z[${letter}]))\nJ = -sum(i<m, y[i]*log(a[i]))`,
  );
  const derivation = derive(program);
  const show = printer(program, derivation);
  expect(derivation.gradients.map((g) => show(g.element))).toEqual(['-sum(i<m, (1 - a[i])*y[i])']);
});

describe('derivation of logistic regression', () => {
  const [bce] = MODELS;
  const program = parseModel(bce?.source ?? '');
  const derivation = derive(program);
  const show = printer(program, derivation);
  const [w] = derivation.gradients;
  const rules = (steps: readonly Step[]): string[] => steps.flatMap((s) => [s.rule, ...rules(s.children)]);

  it('begins with the chain over the named values and ends with one multiplication', () => {
    expect(w?.steps.map((s) => s.rule)).toEqual([
      'chain-rule',
      'differentiate-link',
      'differentiate-link',
      'differentiate-link',
      'multiply-links',
    ]);
    expect(show(w?.steps[0]?.after ?? program.arena.zero)).toBe(
      'sum(i<m, d(J)/d(a[i])*d(a[i])/d(z[i])*d(z[i])/d(w[j]))',
    );
  });

  it('spells out the algebra of the sigmoid', () => {
    const link = w?.steps[2];
    const sigmoid = link?.children.find((s) => s.rule === 'sigmoid-in-terms-of-output');
    expect(sigmoid?.children.map((s) => s.rule)).toEqual([
      'split-factor',
      'split-fraction',
      'fold-definition',
    ]);
    expect(outline(sigmoid?.children ?? [], show).at(-1)).toBe('= a[i]*(1 - a[i])   {fold-definition}');
  });

  it('cancels a and 1 - a one at a time', () => {
    const cancelling = w?.steps.at(-1)?.children.filter((s) => s.rule === 'cancel-factor');
    expect(cancelling?.length).toBe(2);
  });

  it('uses each rule that a textbook names', () => {
    const used = new Set(rules(w?.steps ?? []));
    for (const rule of [
      'log-derivative',
      'reciprocal-rule',
      'exp-derivative',
      'constant-factor',
      'sum-rule',
      'common-denominator',
      'sum-over-delta',
    ])
      expect(used).toContain(rule);
  });
});

describe('derivation of softmax regression', () => {
  const program = parseModel(
    `data X[m,n]; label Y[m,k] onehot; param W[n,k]
Z[i<m,c<k] = sum(j<n, X[i,j]*W[j,c])
P[i<m,c<k] = exp(Z[i,c])/sum(r<k, exp(Z[i,r]))
J = -1/m*sum(i<m, sum(c<k, Y[i,c]*log(P[i,c])))`,
  );

  it('splits the sum with the signs before its parts', () => {
    const inside = (steps: readonly Step[]): Step[] => steps.flatMap((s) => [s, ...inside(s.children)]);
    const rules = inside(derive(program).gradients.flatMap(({ steps }) => steps)).map(({ rule }) => rule);
    const at = rules.indexOf('split-sum');
    expect(rules.slice(at, at + 3)).toEqual(['split-sum', 'sum-over-delta', 'one-hot-rows-sum-to-one']);
  });
});

describe('assumptions of steps', () => {
  const assumed = (source: string): string[] => {
    const all = new Set<string>();
    const visit = (step: Step): void => {
      step.assumptions.forEach((text) => all.add(`${step.rule}: ${text}`));
      step.children.forEach(visit);
    };
    for (const { steps } of derive(parseModel(source)).gradients) steps.forEach(visit);
    return [...all].sort();
  };

  it.each([
    [
      'a domain that keeps a cancelled factor from 0',
      'param z; label y unit\na = 1/(1+exp(-z))\nJ = -(y*log(a) + (1-y)*log(1-a))',
      ['cancel-factor: a is in (0, 1)'],
    ],
    ['nothing, where all holds everywhere', 'param a; label y\nJ = (a - y)^2', []],
    [
      'a root that keeps a distance from 0',
      'param x[n]; upstream u[n]\nr = sqrt(sum(j<n, x[j]^2) + 1e-5)\nN[j<n] = x[j]/r\nJ = sum(j<n, u[j]*N[j])',
      ['cancel-factor: r >= 0.00316'],
    ],
    ['a factor that may be 0', 'param x; data c\nu = c*x\nJ = u^2/c', ['cancel-factor: c is not 0']],
    [
      'labels that sum to 1',
      'param Z[k]; label Y[k] onehot\nS = sum(q<k, exp(Z[q]))\nJ = -sum(q<k, Y[q]*(Z[q] - log(S)))',
      ['one-hot-rows-sum-to-one: each row of Y is one-hot'],
    ],
  ])('%s', (_, source, expected) => {
    expect(assumed(source)).toEqual(expected);
  });
});

it('carries a derivative that several paths have out once, with all its indices', () => {
  const program = parseModel(`param X[m,n]; data U[m,n]
mu[i<m] = 1/n*sum(j<n, X[i,j])
va[i<m] = 1/n*sum(j<n, (X[i,j] - mu[i])^2)
Y[i<m,j<n] = (X[i,j] - mu[i])/sqrt(va[i] + 0.01)
J = sum(i<m, sum(j<n, U[i,j]*Y[i,j]))`);
  const derivation = derive(program);
  const show = printer(program, derivation);
  const [gradient] = derivation.gradients;
  const carried = gradient?.steps.filter(({ title }) => title === 'derive ∂J/∂Y') ?? [];
  expect(carried).toHaveLength(1);
  expect(carried[0]?.touchedBefore.map(show)).toEqual(['d(J)/d(Y[i,j2])', 'd(J)/d(Y[i,j])']);
});

describe('sums are written as a person would', () => {
  const gradients = (source: string): string[] => {
    const program = parseModel(source);
    const derivation = derive(program);
    const show = printer(program, derivation);
    return derivation.gradients.map(({ of, element }) => `d${of} = ${show(element)}`);
  };

  it.each([
    [
      'a margin',
      'param p[m]; param n[m]\nJ = sum(i<m, max(0, 0.2 - p[i] + n[i])^2)',
      [
        'dp = 2*(p[i] - n[i] - 0.2)*(n[i] - p[i] + 0.2 > 0)',
        'dn = 2*(n[i] - p[i] + 0.2)*(n[i] - p[i] + 0.2 > 0)',
      ],
    ],
    [
      'products of sums with decimals',
      'param a; param b\nJ = (a - b + 0.01)*(a + b - 0.3)^2',
      ['da = (a + b - 0.3)*(3*a - b - 0.28)', 'db = (a + b - 0.3)*(a - 3*b + 0.32)'],
    ],
    [
      'two losses with decimal weights',
      'param a[m]; label y[m]\nJ = 0.7/m*sum(i<m, (a[i] - y[i])^2) + 0.3/m*sum(i<m, abs(a[i] - y[i]))',
      ['da = 1/m*(1.4*(a[i] - y[i]) + 0.3*sign(a[i] - y[i]))'],
    ],
    [
      'a quadratic form with decimals',
      'param x; param y\nJ = 0.26*(x^2 + y^2) - 0.48*x*y',
      ['dx = 0.52*x - 0.48*y', 'dy = 0.52*y - 0.48*x'],
    ],
    [
      'divisors with decimals',
      'param x\nJ = 1/(x + 0.3) + log(2*x + 0.1)',
      ['dx = 1/(x + 0.05) - 1/(x + 0.3)^2'],
    ],
    [
      'halves and quarters that the program adds',
      'param x; param y\nJ = (1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2',
      ['dx = 2*(3/2 - x + x*y)*(y - 1) + 2*(9/4 - x + x*y^2)*(y^2 - 1) + 2*(2.625 - x + x*y^3)*(y^3 - 1)'],
      'x',
    ],
    [
      'an absolute error with a dead zone',
      'param a; label y\nJ = abs(a - y - 0.1)^3',
      ['da = 3*abs(a - y - 0.1)*(a - y - 0.1)'],
    ],
    [
      'no decimals',
      'param a; param b\nJ = (a + b)^2/10 + a*b/5',
      ['da = 0.2*(a + 2*b)', 'db = 0.2*(2*a + b)'],
    ],
    [
      'a factor of several terms once',
      'param x[k]; label t[k] binary\nJ = sum(p<k, sum(q<k, t[p]*(1 - t[q])*max(0, 1 - (x[p] - x[q]))))',
      [
        'dx = (1 - t[i])*sum(i2<k, t[i2]*(x[i] - x[i2] + 1 > 0)) - t[i]*sum(i2<k, (1 - t[i2])*(x[i2] - x[i] + 1 > 0))',
      ],
    ],
    [
      'the less of two',
      'param a; param b; param c\nJ = max(0, a - min(b, c) + 1)^2',
      ['da = 2*(a - minimum(b, c) + 1)*(a - minimum(b, c) + 1 > 0)'],
      'a',
    ],
  ])('%s', (_, source, expected, only = '') => {
    expect(gradients(source).filter((line) => line.startsWith(`d${only}`))).toEqual(expected);
  });
});
