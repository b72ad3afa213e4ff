/** What can be derived of a definition, and where it does not exist, through the facade. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analyzer } from '../../../src/check/analyze';
import type { DerivationView, DerivativeKind, StepView } from '../../../src/protocol';
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

describe('titles of steps', () => {
  const CROSS_ENTROPY = `import numpy as np

def loss(W, X, Y):
    Z = X @ W
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return -np.mean(np.sum(Y * np.log(P), axis=1))
`;

  it('name elements with the indices that they have in the formulas', () => {
    const [loss] = analyzer.analyze(CROSS_ENTROPY, 'python').definitions;
    const { parameters } = analyzer.derivation(CROSS_ENTROPY, 'python', loss?.id ?? '', { kind: 'gradient' });
    const all = parameters.flatMap(({ steps }) => steps.flatMap(within));
    expect(all.map(({ title }) => title)).toContain('cancel P[i,c2]');
    for (const { title, before, after } of all)
      for (const [element] of title.matchAll(/\b[A-Z]\[[^\]]*\]/g))
        expect([title, `${before.text} = ${after.text}`]).toEqual([title, expect.stringContaining(element)]);
  });
});

const within = (step: StepView): StepView[] => [step, ...step.children.flatMap(within)];

describe('kinks', () => {
  it.each([
    ['relu', 'gradient', 'there is no derivative where z = 0; 0 is taken there'],
    ['relu', 'hessian', 'there is no second derivative where z = 0'],
    ['hinge', 'hessian', /^there is no second derivative where 1 - /],
    ['hinge', 'hvp', /^there is no second derivative where 1 - /],
    ['huber', 'hessian', /^there is no second derivative where .*abs\(d\[i\]\)/],
  ] as const)('of %s, %s', (name, kind, text) => {
    const { kinks } = view(name, kind);
    expect(kinks?.map((kink) => kink.text)).toEqual([expect.stringMatching(text)]);
    // Words and formulas say the same, up to the names of indices.
    expect(
      kinks?.map(({ parts }) => parts.map((part) => (typeof part === 'string' ? part : part.text)).join('')),
    ).toEqual([expect.stringMatching(text)]);
    expect(kinks?.every(({ parts }) => parts.some((part) => typeof part !== 'string'))).toBe(true);
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
