/** Gradients that take the inverse of a matrix which only they make. */
import { describe, expect, test } from 'vitest';
import { loadAnalyzer } from '../../support/analyzer';

const analyzer = await loadAnalyzer(['python']);

const text = (...gradient: readonly string[]): string => `import numpy as np


# nabla: S: (n, n), mu: (n,), x: (n,)
def mahalanobis_loss(mu, x, S):
    d = x - mu
    P = np.linalg.inv(S + np.eye(len(mu)))
${gradient.map((line) => `    ${line}\n`).join('')}    return 0.5 * d @ P @ d, dmu
`;

describe('a gradient with a matrix of its own', () => {
  test.each([
    ['right', ['dmu = np.linalg.inv(S + np.eye(len(mu))) @ (mu - x)']],
    ['right', ['dmu = 2 * np.linalg.solve(2 * S + 2 * np.eye(len(mu)), mu - x)']],
    ['right', ['C = S + np.eye(len(mu))', 'T = 2 * C', 'dmu = 2 * np.linalg.solve(T, mu - x)']],
    ['wrong', ['dmu = 2 * np.linalg.solve(2 * S + 2 * np.eye(len(mu)), x - mu)']],
    ['wrong', ['dmu = np.linalg.solve(S + 2 * np.eye(len(mu)), mu - x)']],
  ])('is %s: %j', (verdict, gradient) => {
    const { definitions, findings } = analyzer.analyze(text(...gradient), 'python');
    expect(definitions.flatMap(({ problems }) => problems)).toEqual([]);
    expect(findings.map((finding) => finding.verdict)).toEqual([verdict]);
  });

  test('of a function of its own is judged', () => {
    const loss = `import numpy as np

def mse(X, y, theta):
    residual = X.dot(theta) - y
    return np.dot(residual, residual) / len(y)

def mse_gradient(X, y, theta):
    return 2 * np.linalg.solve(np.eye(X.shape[0]) + X @ X.T, X)
`;
    const { definitions, findings } = analyzer.analyze(loss, 'python');
    expect(definitions.flatMap(({ problems }) => problems)).toEqual([]);
    expect(findings.map(({ verdict }) => verdict)).not.toContain('right');
  });
});
