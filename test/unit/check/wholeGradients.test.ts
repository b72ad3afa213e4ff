/** Code of gradients of outputs with axes: laid out as the Jacobian is, whether or not a factor depends on every axis. */
import { expect, test } from 'vitest';
import { createAnalyzer } from '../../../src/check/analyze';
import { loadParsers } from '../../support/analyzer';

const text = `import numpy as np

def layer_norm(x, gamma, beta):
    mu = x.mean(axis=-1, keepdims=True)
    var = x.var(axis=-1, keepdims=True)
    return gamma * (x - mu) / np.sqrt(var + 1e-5) + beta
`;

test('the axes of the output come before those of the parameter', async () => {
  const analyzer = createAnalyzer(await loadParsers());
  const view = analyzer.derivation(text, 'python', 'layer_norm');
  const jacobian = analyzer.derivation(text, 'python', 'layer_norm', { kind: 'jacobian' });
  const last = (code: string): string =>
    code
      .trimEnd()
      .split('\n')
      .at(-1)
      ?.replace(/^\w+ = /, '') ?? '';
  for (const name of ['gamma', 'beta']) {
    const of = ({ parameters }: typeof view): string =>
      last(parameters.find((each) => each.name === name)?.gradient.code.numpy ?? '');
    expect(of(view)).not.toBe('');
    expect(of(view)).toBe(of(jacobian));
  }
});
