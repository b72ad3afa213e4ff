import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../../src/check/analyze';
import { loadAnalyzer } from '../../support/analyzer';

const TEXT = `import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def propagate(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(np.dot(X, w) + b)
    cost = -1/m * np.sum(Y*np.log(A) + (1-Y)*np.log(1-A))
    dw = 1/m * np.dot(X.T, Y - A)
    db = 1/m * np.sum(A - Y)
    return cost, {"dw": dw, "db": db}
`;

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await loadAnalyzer();
});

/** Title, left sides of the formulas, left sides of the gradients, rules of the findings. */
function hover(line: number, word: string): readonly unknown[] | null {
  const text = TEXT.split('\n')[line - 1] ?? '';
  const info = analyzer.hover(TEXT, 'python', line, text.indexOf(word) + 1);
  if (!info) return null;
  const left = (formulas: readonly { readonly text: string }[]): string[] =>
    formulas.map((f) => f.text.split(' = ')[0] ?? '');
  return [info.title, left(info.formulas), left(info.gradients), info.findings.map(({ rule }) => rule)];
}

test.each([
  [3, 'sigmoid', ['sigmoid (activation)', ['sigmoid'], ['∂sigmoid/∂z'], []]],
  [4, 'np', ['sigmoid in sigmoid', ['sigmoid'], ['∂sigmoid/∂z'], []]],
  [8, 'sigmoid', ['sigmoid (activation)', ['sigmoid'], ['∂sigmoid/∂z'], []]],
  [
    6,
    'propagate',
    [
      'propagate (loss and gradient)',
      ['z[i]', 'A[i]', 'cost'],
      ['∂cost/∂w', '∂cost/∂b'],
      ['gradient-sign', 'gradient-right'],
    ],
  ],
  [8, 'A', ['A in propagate', ['z[i]', 'A[i]'], ['∂cost/∂A', '∂cost/∂z'], []]],
  [9, 'np', ['cost in propagate', ['cost'], ['∂cost/∂w', '∂cost/∂b'], []]],
  [8, 'w', ['w in propagate', ['z[i]', 'A[i]'], ['∂cost/∂w'], []]],
  [10, 'dw', ['dw in propagate', [], ['∂cost/∂w'], ['gradient-sign']]],
  [1, 'import', null],
] as const)('line %i, %s', (line, word, expected) => {
  expect(hover(line, word)).toEqual(expected);
});
