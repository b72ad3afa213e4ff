/** What can be derived of a definition, and where it does not exist, through the facade. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analyzer } from '../../../src/check/analyze';
import type { DerivationView, DerivativeKind } from '../../../src/protocol';
import { loadAnalyzer } from '../../support/analyzer';

const TEXT = `import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def relu(z):
    return np.maximum(0, z)

def softmax(z):
    e = np.exp(z - np.max(z))
    return e / np.sum(e)

def layer(W, b, X):
    return np.tanh(X @ W.T + b)

def hinge(w, b, X, y):
    return np.mean(np.maximum(0, 1 - y * (X @ w + b)))

def huber(w, X, y, delta):
    d = X @ w - y
    return np.mean(np.where(np.abs(d) <= delta, d**2 / 2, delta * (np.abs(d) - delta / 2)))
`;

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await loadAnalyzer();
});

function view(name: string, kind: DerivativeKind = 'gradient'): DerivationView {
  const found = analyzer.analyze(TEXT, 'python').definitions.find((each) => each.name === name);
  return analyzer.derivation(TEXT, 'python', found?.id ?? name, { kind });
}

describe('kinds of derivatives', () => {
  it.each([
    ['sigmoid', ['gradient', 'hessian']],
    ['softmax', ['jacobian', 'vjp']],
    ['layer', ['vjp', 'jacobian']],
    ['hinge', ['gradient', 'hessian', 'hvp']],
  ] as const)('of %s are %j', (name, kinds) => {
    expect(view(name).kinds).toEqual(kinds);
  });

  it.each(['sigmoid', 'relu', 'softmax', 'layer', 'hinge', 'huber'])('that %s offers are there', (name) => {
    const { kinds = [] } = view(name);
    expect(kinds.length).toBeGreaterThan(1);
    for (const kind of kinds) {
      const { parameters, problems } = view(name, kind);
      expect([kind, problems]).toEqual([kind, []]);
      expect(parameters.length).toBeGreaterThan(0);
      for (const { gradient, steps } of parameters) {
        expect(Object.keys(gradient.code)).toEqual(['numpy', 'torch', 'jax', 'typescript']);
        expect(steps.map(({ state }) => state)).not.toContain('failed');
      }
    }
  });

  it('that it does not have are told, with the one to ask for', () => {
    expect(view('softmax', 'hessian')).toMatchObject({
      parameters: [],
      problems: [{ id: 'derive-jacobian-instead' }],
    });
    expect(view('hinge', 'jacobian')).toMatchObject({
      parameters: [],
      problems: [{ id: 'derive-gradient-instead' }],
    });
  });
});

describe('kinks', () => {
  it.each([
    ['relu', 'gradient', 'there is no derivative where z = 0; 0 is taken there'],
    ['relu', 'hessian', 'there is no second derivative where z = 0'],
    ['hinge', 'hessian', /^there is no second derivative where 1 - /],
    ['hinge', 'hvp', /^there is no second derivative where 1 - /],
    ['huber', 'hessian', /^there is no second derivative where .*abs\(d\[i\]\)/],
  ] as const)('of %s, %s', (name, kind, text) => {
    const { kinks } = view(name, kind);
    expect(kinks).toEqual([expect.stringMatching(text)]);
  });

  it.each([
    ['huber', 'gradient'],
    ['layer', 'vjp'],
    ['sigmoid', 'hessian'],
    ['softmax', 'jacobian'],
  ] as const)('%s has none, %s', (name, kind) => {
    expect(view(name, kind).kinks).toEqual([]);
  });

  it.each([
    [6, 'relu', 'There is no derivative where z = 0; 0 is taken there.'],
    [3, 'sigmoid', undefined],
  ])('are told in the hover, line %i', (line, word, kinks) => {
    const column = (TEXT.split('\n')[line - 1] ?? '').indexOf(word) + 1;
    expect(analyzer.hover(TEXT, 'python', line, column)?.kinks).toBe(kinks);
  });
});
