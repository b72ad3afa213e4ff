/** What the editor shows of JavaScript and TypeScript files: kinds, findings, hovers, code and quick fixes. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../../src/check/analyze';
import type { Analysis } from '../../../src/protocol';
import { loadAnalyzer } from '../../support/analyzer';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await loadAnalyzer();
});

const LOSS = `
export function halfSquares(outputs, targets) {
  let sum = 0;
  for (let i = 0; i < outputs.length; i++) {
    sum += 0.5 * (outputs[i] - targets[i]) ** 2;
  }
  return sum;
}

export const halfSquaresGradient = (outputs, targets) => outputs.map((o, i) => targets[i] - o);

export const logistic = (x) => 1 / (1 + Math.exp(-x));

export const logisticPrime = (x) => -logistic(x) * (1 - logistic(x));

export const square = { error: (o, t) => (o - t) ** 2, der: (o, t) => t - o };
`;

const MARKUP = `${LOSS}
export const View = () => <b>{logistic(0)}</b>;
`;

/** The text after the first fix of the finding with this rule. */
function mended(text: string, analysis: Analysis, rule: string): string {
  const edit = analysis.findings.find((finding) => finding.rule === rule)?.fix?.edits[0];
  if (!edit) return 'no fix';
  const { startLine, startColumn, endColumn } = edit.span;
  const lines = text.split('\n');
  const line = lines[startLine - 1] ?? '';
  lines[startLine - 1] = line.slice(0, startColumn - 1) + edit.newText + line.slice(endColumn - 1);
  return lines.join('\n');
}

describe.each([
  ['javascript', LOSS],
  ['typescript', LOSS],
  ['javascriptreact', MARKUP],
  ['typescriptreact', MARKUP],
])('%s', (language, text) => {
  test('definitions and findings', () => {
    const { definitions, findings } = analyzer.analyze(text, language);
    expect(definitions.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'loss halfSquares',
      'activation logistic',
      'loss square.error',
    ]);
    expect(findings.map(({ rule, span }) => `${span.startLine}: ${rule}`)).toEqual([
      '10: gradient-sign',
      '14: gradient-sign',
      '16: gradient-missing-factor',
    ]);
  });

  test('a hover has the formula and its gradients', () => {
    const hover = analyzer.hover(text, language, 2, 20);
    expect(hover?.title).toContain('halfSquares');
    expect(hover?.formulas).toHaveLength(1);
    expect(hover?.gradients.map((formula) => formula.text)).toEqual(['∂sum/∂outputs = outputs - targets']);
  });

  test('code comes in TypeScript first', () => {
    const id = analyzer.analyze(text, language).definitions[0]?.id ?? '';
    const code = analyzer.derivation(text, language, id).parameters[0]?.gradient.code ?? {};
    expect(Object.keys(code)[0]).toBe('typescript');
    expect(Object.keys(code)).toContain('numpy');
  });
});

test('code of a Python file comes in NumPy first', () => {
  const text = 'def loss(w):\n    return 0.5 * np.sum(w ** 2)\n';
  const code = analyzer.derivation(text, 'python', 'loss').parameters[0]?.gradient.code ?? {};
  expect(Object.keys(code)[0]).toBe('numpy');
});

describe('quick fixes', () => {
  const SIGN = `
export function squares(outputs, targets) {
  return outputs.reduce((sum, o, i) => sum + 0.5 * (o - targets[i]) ** 2, 0);
}

export function squaresGradient(outputs, targets) {
  const grad = [];
  for (let i = 0; i < outputs.length; i++) {
    grad.push(targets[i] - outputs[i]);
  }
  return grad;
}
`;
  test.each([
    [
      'gaussian',
      'export function gaussian(x) {\n  return Math.exp(-x * x);\n}\nexport function gaussianPrime(x) {\n  return 2 * x * Math.exp(-x * x);\n}\n',
      'gradient-sign',
      '  return -(2 * x * Math.exp(-x * x));',
    ],
    [
      'quadratic',
      'const E = { error: (o, t) => (o - t) ** 2, der: (o, t) => o - t };\n',
      'gradient-missing-factor',
      'const E = { error: (o, t) => (o - t) ** 2, der: (o, t) => 2 * (o - t) };',
    ],
  ])('%s', (_, text, rule, expected) => {
    const analysis = analyzer.analyze(text, 'javascript');
    const after = mended(text, analysis, rule);
    expect(after.split('\n')).toContain(expected);
    expect(analyzer.analyze(after, 'javascript').findings.map((finding) => finding.verdict)).toEqual([
      'right',
    ]);
  });

  test('there is none where an array is filled elsewhere', () => {
    const { findings } = analyzer.analyze(SIGN, 'javascript');
    expect(findings.map(({ rule, fix }) => [rule, fix])).toEqual([['gradient-sign', undefined]]);
  });
});
