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
