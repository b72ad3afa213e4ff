/** What a user says of a definition: in comments, in the panel, in settings. */
import { describe, expect, test } from 'vitest';
import type { Analysis, Surroundings } from '../../../src/protocol';
import { loadAnalyzer } from '../../support/analyzer';

const analyzer = await loadAnalyzer();
const analyzed = (text: string, around: Surroundings = {}): Analysis =>
  analyzer.analyze(text, 'python', around);

const loss = (comment: string): string =>
  `import numpy as np\n\n\ndef my_loss(q, X, y):\n    # nabla: ${comment}\n    return np.mean((X @ q - y) ** 2)\n`;

const inputs = ({ definitions }: Analysis): string[] =>
  (definitions[0]?.inputs ?? []).map(({ name, role, shape }) => `${name}: ${role} (${shape.join(', ')})`);

describe('a comment', () => {
  test.each([
    ['q: data', ['q: data (n)', 'X: data (m, n)', 'y: label (m)']],
    ['X: parameter', ['q: parameter (n)', 'X: parameter (m, n)', 'y: label (m)']],
    ['X: (N, D), y: target', ['q: parameter (D)', 'X: data (N, D)', 'y: label (N)']],
    ['q: weights (d, 1), y: (m, 1)', ['q: parameter (d, 1)', 'X: data (m, d)', 'y: label (m, 1)']],
    ['y: setting', ['q: parameter (n)', 'X: data (m, n)', 'y: hyper (m)']],
  ])('%s', (comment, expected) => {
    const found = analyzed(loss(comment));
    expect(inputs(found)).toEqual(expected);
    expect(found.definitions[0]?.problems).toEqual([]);
  });

  test('tells by what of an input was said', () => {
    const [definition] = analyzed(loss('X: data (N, D)')).definitions;
    expect(definition?.inputs.map(({ said }) => said)).toEqual([
      undefined,
      { role: 'comment', shape: 'comment' },
      undefined,
    ]);
  });

  test('leaves a function alone, or asks for it', () => {
    expect(analyzed(loss('ignore')).definitions).toEqual([]);
    const plain = 'def area(a, b):\n    # nabla: derive\n    return a * b\n';
    expect(analyzed(plain).definitions.map(({ name }) => name)).toEqual(['area']);
  });

  test.each([
    ['', 'right'],
    ['# nabla: convention: output', 'right'],
    ['# nabla: convention: input', 'wrong'],
  ])('tells what a derivative takes: %s', (comment, verdict) => {
    const text = `import numpy as np\n\n${comment}\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n\ndef sigmoid_derivative(x):\n    return x * (1 - x)\n`;
    expect(analyzed(text).findings.map((finding) => finding.verdict)).toEqual([verdict]);
  });

  test.each([
    ['w: (m, n)', 'w is no input of my_loss, which has q, X, y.'],
    ['X: matrix', '"matrix" is no role and no shape for X.'],
    ['X: (m, n', '"(m, n" is no role and no shape for X.'],
    ['X: (a, b, c, d)', '"(a, b, c, d)" is no shape for X.'],
    ['please', '"please" is not understood.'],
  ])('that is not understood is told at its place: %s', (comment, message) => {
    const [definition] = analyzed(loss(comment)).definitions;
    const [problem, ...more] = definition?.problems ?? [];
    expect(problem?.message).toContain(message);
    expect(problem?.span?.startLine).toBe(5);
    expect(more).toEqual([]);
  });

  test('that belongs to nothing is told', () => {
    const { problems } = analyzed(`# nabla: X: (m, n)\n\n\n\n${loss('q: parameter')}`);
    expect(problems.map(({ id, span }) => [id, span?.startLine])).toEqual([['directive-place', 1]]);
  });

  test('in JavaScript', () => {
    const text =
      'export function mseLoss(p, t) {\n  // nabla: p: data, t: parameter\n  let s = 0;\n  for (let i = 0; i < p.length; i++) s += (p[i] - t[i]) ** 2;\n  return s;\n}\n';
    expect(inputs(analyzer.analyze(text, 'javascript'))).toEqual(['p: data (m)', 't: parameter (m)']);
  });
});

describe('what was set in the panel', () => {
  const text = loss('X: data');
  test('holds where the comments say nothing else', () => {
    const corrections = {
      my_loss: { inputs: { y: { role: 'parameter' }, X: { role: 'label', shape: ['N', 'D'] } } },
    } as const;
    const found = analyzed(text, { corrections });
    expect(inputs(found)).toEqual(['q: parameter (D)', 'X: data (N, D)', 'y: parameter (N)']);
    expect(found.definitions[0]?.inputs.map(({ said }) => said)).toEqual([
      undefined,
      { role: 'comment', shape: 'user' },
      { role: 'user' },
    ]);
    expect(inputs(analyzed(text))).toEqual(['q: parameter (n)', 'X: data (m, n)', 'y: label (m)']);
  });

  test('is of one definition', () => {
    const corrections = { other_loss: { inputs: { y: { role: 'parameter' } } } } as const;
    expect(inputs(analyzed(text, { corrections }))[2]).toBe('y: label (m)');
  });
});

describe('settings', () => {
  test('give names other roles', () => {
    expect(
      inputs(analyzed(loss('X: data'), { roles: { q: 'data', X: 'parameter', y: 'parameter' } })),
    ).toEqual(['q: data (n)', 'X: data (m, n)', 'y: parameter (m)']);
  });

  test('leave out kinds of definitions', () => {
    const both = `${loss('X: data')}\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n`;
    expect(analyzed(both, { kinds: ['activation'] }).definitions.map(({ name }) => name)).toEqual([
      'sigmoid',
    ]);
  });
});
