/** Names that only the steps use are told before them. */
import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../../src/check/analyze';
import { loadAnalyzer } from '../../support/analyzer';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await loadAnalyzer();
});

const abbreviations = (text: string): string[][] => {
  const [definition] = analyzer.analyze(text, 'python').definitions;
  const view = analyzer.derivation(text, 'python', definition?.id ?? '');
  return view.parameters.map((parameter) => parameter.abbreviations.map(({ formula }) => formula.text));
};

test.each([
  [
    'an argument without a name',
    'def loss(w, X, y):\n    p = 1 / (1 + np.exp(-(X @ w)))\n    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))',
    [['z[i] = sum(j<n, X[i,j]*w[j])']],
  ],
  ['no inner part', 'def loss(w, X, y):\n    z = X @ w\n    return np.mean((z - y) ** 2)', [[]]],
  [
    'one that another is made of',
    'def loss(w, X):\n    return np.mean(np.log(np.sum(np.exp(X * w ** 2), axis=1)))',
    [['z[i,j] = X[i,j]*w[j]^2', 'S[i] = sum(j<n, exp(z[i,j]))']],
  ],
])('%s', (_, code, expected) => {
  expect(abbreviations(`import numpy as np\n\n${code}\n`)).toEqual(expected);
});
