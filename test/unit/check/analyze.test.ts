import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAnalyzer, type Analyzer } from '../../../src/check/analyze';
import type { StepView } from '../../../src/protocol';
import { loadAnalyzer, loadParsers } from '../../support/analyzer';

const WORKSPACE = join(import.meta.dirname, '../../workspace');
const FILES = readdirSync(WORKSPACE).filter((name) => name.endsWith('.py'));

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await loadAnalyzer();
});

const read = (file: string): string => readFileSync(join(WORKSPACE, file), 'utf8');

describe.each(FILES)('%s', (file) => {
  test('everything that crosses a boundary can be cloned', () => {
    const text = read(file);
    const analysis = analyzer.analyze(text, 'python');
    expect(structuredClone(analysis)).toEqual(analysis);
    for (const { id } of analysis.definitions) {
      const view = analyzer.derivation(text, 'python', id);
      expect(structuredClone(view)).toEqual(view);
      const stability = analyzer.stability(text, 'python', id);
      expect(structuredClone(stability)).toEqual(stability);
      const made = analyzer.job(text, 'python', id);
      expect(structuredClone(made)).toEqual(made);
    }
  });

  test('steps chain, differ, end at the gradient, and are verified', () => {
    const text = read(file);
    for (const { id } of analyzer.analyze(text, 'python').definitions) {
      const { parameters, problems } = analyzer.derivation(text, 'python', id);
      expect(problems).toEqual([]);
      expect(parameters.length).toBeGreaterThan(0);
      for (const { steps, gradient, name } of parameters) {
        expect(gradient.index.text.endsWith(` = ${steps.at(-1)?.after.text}`), `${id} ${name}`).toBe(true);
        checkChain(steps, `${id} ${name}`);
      }
    }
  });
});

function checkChain(steps: readonly StepView[], where: string): void {
  steps.forEach((step, k) => {
    const previous = steps[k - 1];
    if (previous) expect(step.before.text, where).toBe(previous.after.text);
    expect(step.after.text, where).not.toBe(step.before.text);
    expect(step.state, `${where}: ${step.before.text} = ${step.after.text}: ${step.evidence}`).toBe(
      'verified',
    );
    checkChain(step.children, where);
  });
}

test('formulas of steps show what the rule touched, and are plain besides', () => {
  const text = read('logistic.py');
  const found = analyzer.analyze(text, 'python').definitions.find(({ name }) => name === 'propagate');
  const { parameters } = analyzer.derivation(text, 'python', found?.id ?? '');
  const marks: string[] = [];
  const visit = (step: StepView): void => {
    for (const { latex, marked } of [step.before, step.after]) {
      expect(latex).not.toContain('htmlClass');
      if (marked === undefined) continue;
      expect(marked).toContain('\\htmlClass{touched}');
      marks.push(`${step.rule}: ${marked}`);
    }
    step.children.forEach(visit);
  };
  for (const { steps } of parameters) steps.forEach(visit);
  expect(marks).toContainEqual(expect.stringMatching(/^cancel-factor: .*htmlClass\{touched\}\{A_\{i\}\}/));
  expect(marks).toContainEqual(expect.stringMatching(/^differentiate-link: .*htmlClass/));
});

test('equal texts give equal answers, in whatever order they are asked', async () => {
  const other = createAnalyzer(await loadParsers());
  const texts = FILES.map(read);
  const forward = texts.map((text) => analyzer.analyze(text, 'python'));
  const backward = [...texts].reverse().map((text) => other.analyze(text, 'python'));
  expect(backward.reverse()).toEqual(forward);
});

test('an unknown definition and an unknown language give no exception', () => {
  expect(analyzer.derivation('', 'python', 'gone').problems.map(({ id }) => id)).toEqual([
    'no-such-definition',
  ]);
  expect(analyzer.job('', 'python', 'gone').problems.map(({ id }) => id)).toEqual(['no-such-definition']);
  expect(analyzer.analyze('fn main() {}', 'rust')).toEqual({ definitions: [], findings: [], problems: [] });
  expect(analyzer.hover('', 'python', 7, 9)).toBeNull();
});

describe('no text makes it throw, or shows a defect', () => {
  const SEEDS = FILES.map(read);
  const PIECES = [
    'def ',
    '(',
    ')',
    ':',
    '\n',
    '    ',
    '\t',
    '@',
    'np.',
    '.T',
    'X',
    '**',
    '-1',
    '=',
    '[',
    ']',
    '"',
    '#',
    'é',
    '\0',
    '🙂',
    'lambda',
    'return ',
  ];
  const damaged = fc
    .tuple(
      fc.constantFrom(...SEEDS),
      fc.array(fc.tuple(fc.nat(4000), fc.nat(6), fc.constantFrom(...PIECES)), { maxLength: 4 }),
    )
    .map(([text, edits]) =>
      edits.reduce((now, [at, cut, insert]) => {
        const place = at % (now.length + 1);
        return now.slice(0, place) + insert + now.slice(place + cut);
      }, text),
    );

  const look = (text: string): void => {
    const { definitions, problems } = analyzer.analyze(text, 'python');
    for (const { id, problems: own } of definitions) {
      const view = analyzer.derivation(text, 'python', id);
      analyzer.job(text, 'python', id);
      for (const problem of [...problems, ...own, ...view.problems])
        expect(problem.id, problem.message).not.toBe('internal');
    }
    analyzer.hover(text, 'python', 9, 7);
  };

  test('damaged programs', () => {
    fc.assert(fc.property(damaged, look), { numRuns: 40, seed: 5 });
  });

  test('any characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), look), { numRuns: 60, seed: 5 });
  });
});

describe('stability', () => {
  const LOGISTIC = `import numpy as np

def loss(w, b, X, y):
    z = X @ w + b
    a = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
`;

  test('says where the loss breaks down, that the gradient does not, and the form that does not', () => {
    const { findings, conclusion, stable } = analyzer.stability(LOGISTIC, 'python', 'loss');
    expect(findings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        /^For z > 36\.74, \w+ as written is infinite or undefined, .*\(single precision: z > 16\.6\)\.$/,
      ),
    );
    expect(findings.some(({ what }) => what === 'gradient')).toBe(false);
    expect(conclusion).toContain('The gradient as printed in code was right');
    expect(stable?.formulas.map(({ formula }) => formula.text)).toEqual([
      expect.stringContaining('softplus(z[i]) - z[i]*y[i]'),
    ]);
    expect(stable?.code['numpy']).toContain('np.logaddexp(0, z)');
    expect(stable?.code['jax']).toContain('jax.nn.softplus(z)');
  });

  test('a hover tells what has been measured, and measures nothing itself', () => {
    const fresh = `${LOGISTIC}\n`;
    expect(analyzer.hover(fresh, 'python', 3, 6)?.numerics).toBeUndefined();
    analyzer.stability(fresh, 'python', 'loss');
    expect(analyzer.hover(fresh, 'python', 3, 6)?.numerics).toMatch(/^For z > /);
  });

  test('has nothing to say of a squared error, nor of a definition that is not there', () => {
    const text = 'import numpy as np\n\ndef mse(w, X, y):\n    return np.mean((X @ w - y)**2)\n';
    for (const id of ['mse', 'gone'])
      expect(analyzer.stability(text, 'python', id)).toEqual({ findings: [], conclusion: '', stable: null });
  });
});

const ATTENTION = `def attention_loss(X, Wq, Wk, Wv, Y):
    Q = X @ Wq
    K = X @ Wk
    V = X @ Wv
    S = Q @ K.T / np.sqrt(Q.shape[1])
    E = np.exp(S - np.max(S, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    O = P @ V
    return np.mean(np.sum((O - Y) ** 2, axis=1)) / 2
`;

const SOFTMAX = `def softmax_loss(W, X, y):
    Z = X @ W
    Z = Z - np.max(Z, axis=1, keepdims=True)
    P = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
    return -np.mean(np.log(P[np.arange(len(y)), y]))
`;

describe('matrix notation', () => {
  test('of what the gradients of attention share', () => {
    const text = `import numpy as np\n\n${ATTENTION}`;
    const [definition] = analyzer.analyze(text, 'python').definitions;
    const { named = [], parameters } = analyzer.derivation(text, 'python', definition?.id ?? '');
    expect(named.map(({ name, matrix }) => [name, matrix?.text])).toMatchInlineSnapshot(`
      [
        [
          "dP",
          "dP = 1/m (O - Y) Vᵀ",
        ],
        [
          "dS",
          "dS = (dP - (dP ∘ P) 1 1ᵀ) ∘ P",
        ],
        [
          "dQ",
          "dQ = 1/sqrt(h) dS K",
        ],
        [
          "dK",
          "dK = 1/sqrt(h) dSᵀ Q",
        ],
        [
          "dV",
          "dV = 1/m Pᵀ (O - Y)",
        ],
      ]
    `);
    expect(parameters.map(({ gradient }) => gradient.matrix?.text)).toMatchInlineSnapshot(`
      [
        "∂attention_loss/∂Wq = Xᵀ dQ",
        "∂attention_loss/∂Wk = Xᵀ dK",
        "∂attention_loss/∂Wv = Xᵀ dV",
      ]
    `);
  });

  test('of softmax regression with integer labels', () => {
    const text = `import numpy as np\n\n${SOFTMAX}`;
    const [definition] = analyzer.analyze(text, 'python').definitions;
    const { parameters } = analyzer.derivation(text, 'python', definition?.id ?? '');
    expect(parameters.map(({ gradient }) => gradient.matrix?.text)).toMatchInlineSnapshot(`
      [
        "∂softmax_loss/∂W = 1/m Xᵀ (P - onehot(y))",
      ]
    `);
    const second = analyzer.derivation(text, 'python', definition?.id ?? '', { kind: 'hessian' });
    expect(second.parameters.map(({ gradient }) => gradient.index.text)).toMatchInlineSnapshot(`
      [
        "d(d(softmax_loss)/d(W[j,l]))/d(W[j2,l2]) = 1/m*sum(i<m, P[i,l]*(delta(l, l2) - P[i,l2])*X[i,j]*X[i,j2])",
      ]
    `);
  });
});
