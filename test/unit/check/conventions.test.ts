/** Gradients whose meaning hangs on what stands around them: defaults of settings, and the update that uses them. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../../src/check/analyze';
import type { Finding } from '../../../src/protocol';
import { loadAnalyzer } from '../../support/analyzer';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await loadAnalyzer();
});

function only(code: string, name: string): Finding {
  const found = analyzer
    .analyze(`import numpy as np\n\n${code}`, 'python')
    .findings.filter(({ subject }) => subject.startsWith(`${name} = `));
  expect(found, code).toHaveLength(1);
  return found[0] as Finding;
}

const leaky = (setting: string, slope: string): string => `def leaky_relu(x, ${setting}):
    return np.maximum(alpha * x, x)

def leaky_relu_grad(x, ${setting}):
    return ${slope}
`;

describe('a leaky unit as a maximum', () => {
  test.each([
    ['alpha=0.01', 'np.where(x > 0, 1, alpha)', 'right'],
    ['alpha', 'np.where(x > 0, 1, alpha)', 'right'],
    ['alpha=0.01', 'np.where(x > 0, alpha, 1)', 'wrong'],
    ['alpha=2.0', 'np.where(x > 0, 1, alpha)', 'wrong'],
    ['alpha=2.0', 'np.where(x > 0, alpha, 1)', 'right'],
  ])('%s with %s is %s', (setting, slope, verdict) => {
    expect(only(leaky(setting, slope), 'leaky_relu_grad').verdict).toBe(verdict);
  });
});

const descent = (gradient: string, update: string): string => `def train(X, y, lr, epochs):
    m = len(y)
    w = np.zeros(X.shape[1])
    for epoch in range(epochs):
        y_hat = X @ w
        loss = np.mean((y - y_hat) ** 2) / 2
        dw = ${gradient}
        ${update}
    return w
`;
const NEGATIVE = 'X.T @ (y - y_hat) / m';
const TOTAL = 'X.T @ (y_hat - y)';

describe('what the update makes up for', () => {
  test.each([
    [NEGATIVE, 'w += lr * dw'],
    [NEGATIVE, 'w = w + lr * dw'],
    [NEGATIVE, 'w = lr * dw + w'],
    [NEGATIVE, 'w -= -lr * dw'],
    [TOTAL, 'w -= lr / m * dw'],
    [TOTAL, 'w = w - (lr * dw) / m'],
    [TOTAL, 'w -= 0.1 * dw / len(X)'],
    [`-(${TOTAL})`, 'w += lr / m * dw'],
    [`${TOTAL} / (2 * m)`, 'w -= 2 * lr * dw'],
  ])('dw = %s; %s is right', (gradient, update) => {
    const { verdict, message } = only(descent(gradient, update), 'dw');
    expect(verdict).toBe('right');
    expect(message).toMatch(/update of w in line 10/);
  });

  test.each([
    [NEGATIVE, 'w -= lr * dw', 'gradient-sign'],
    [NEGATIVE.replace('y -', '2 * y -'), 'w += lr * dw', null],
    [TOTAL, 'w -= lr * dw', 'gradient-missing-factor'],
    [TOTAL, 'w += lr / m * dw', null],
    // The learning rate is 0.5: it does not excuse a gradient that is twice too large.
    [`2 * ${TOTAL} / m`, 'w -= 0.5 * dw', 'gradient-constant-factor'],
  ])('dw = %s; %s is wrong', (gradient, update, rule) => {
    const found = only(descent(gradient, update), 'dw');
    expect(found.verdict).toBe('wrong');
    if (rule !== null) expect(found.rule).toBe(rule);
  });
});

const ridge = (gradient: string): string => `def cost(w, X, y, lam):
    m = len(y)
    h = X.dot(w)
    J = np.sum((h - y) ** 2) / (2 * m) + lam / (2 * m) * np.sum(w ** 2)
    grad = ${gradient}
    return J, grad
`;

describe('one part in a thousand', () => {
  test.each([
    '1.001 * (X.T.dot(h - y) / m) + (lam / m) * w',
    '0.999 * (X.T.dot(h - y) / m) + (lam / m) * w',
    'X.T.dot(h - y) / (1.001 * m) + (lam / m) * w',
    'X.T.dot(h - y) / m + 1.001 * (lam / m) * w',
    '(X.T.dot(h - y) + 1.001 * lam * w) / m',
  ])('grad = %s is wrong', (gradient) => {
    expect(only(ridge(gradient), 'grad').verdict).toBe('wrong');
  });

  test('a rounded constant of the formula is approximate', () => {
    const code = `def loss(w):
    return np.sum(np.log10(w))

def loss_grad(w):
    return 1 / (2.303 * w)
`;
    const found = analyzer.analyze(`import numpy as np\n\n${code}`, 'python').findings;
    expect(found.map(({ verdict }) => verdict)).toEqual(['unknown']);
  });
});

test('a shape that NumPy accepts is not said to raise', () => {
  const at = (gradient: string): string =>
    only(
      `def loss(w, X, y):\n    e = X @ w - y\n    J = np.mean(e ** 2) / 2\n    dw = ${gradient}\n    return J, dw\n`,
      'dw',
    ).evidence;
  expect(at('X @ e / len(y)')).toMatch(/NumPy raises/);
  expect(at('e / len(y)')).not.toMatch(/NumPy raises/);
});

test('a measured ratio of 1 is no factor that is left for later', () => {
  const code = `def loss(w, X, y):
    a = X @ w
    J = np.sum((a - y) ** 2) / 2
    da = 1.00000003 * (a - y)
    dw = X.T @ (a - y)
    return J, dw
`;
  expect(only(code, 'da').message).not.toMatch(/times 1/);
});
