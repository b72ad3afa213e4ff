import katex from 'katex';
import { liteAdaptor } from 'mathjax-full/js/adaptors/liteAdaptor.js';
import { RegisterHTMLHandler } from 'mathjax-full/js/handlers/html.js';
import { TeX } from 'mathjax-full/js/input/tex.js';
import { AllPackages } from 'mathjax-full/js/input/tex/AllPackages.js';
import { mathjax } from 'mathjax-full/js/mathjax.js';
import { SVG } from 'mathjax-full/js/output/svg.js';
import { describe, expect, test } from 'vitest';
import { derive } from '../../../src/core/derive';
import type { Node, SymNode } from '../../../src/core/expr';
import { toLatex } from '../../../src/core/print/latex';
import { assemble, notation } from '../../../src/core/print/names';
import { createNaming } from '../../../src/core/print/naming';
import { createRandom } from '../../../src/core/random';
import { BREADTH } from '../../support/breadth';
import { expressionProgram, randomExpression } from '../../support/expressions';
import { parseExpression, parseModel } from '../../support/model';

const program =
  parseModel(`data X[m,n]; label y[m] binary; label c[m] class:K; param w[n]; param b; hyper lambda
param W1[n,h]; param S[n,n]; data y_hat[m]; param sigma; param mu; data y_true[m]; hyper gamma
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = sigmoid(z[i])
P[i<m,k<K] = sum(j<n, X[i,j])
a@2[i<m] = a[i]
cost = sum(i<m, a[i])`);
const { arena } = program;
const naming = createNaming(program);
const scope = new Map([
  ['i', arena.index('i', 'm')],
  ['j', arena.index('j', 'n')],
  ['k', arena.index('k', 'K')],
  ['h', arena.index('h', 'h')],
]);
const sizes = new Set(['m', 'n', 'K']);
const parse = (source: string): Node => parseExpression(source, arena, scope, sizes);

const katexAccepts = (latex: string): void => {
  const strict = (code: string): 'ignore' | 'error' => (code === 'htmlExtension' ? 'ignore' : 'error');
  katex.renderToString(latex, { throwOnError: true, displayMode: true, strict, trust: true });
};

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const document = mathjax.document('', {
  InputJax: new TeX({
    packages: AllPackages.filter((name) => name !== 'noerrors'),
    formatError: (_: unknown, error: Error) => {
      throw error;
    },
  }),
  OutputJax: new SVG(),
});
const mathjaxAccepts = (latex: string): void => {
  document.convert(latex, { display: true });
};

describe('expressions', () => {
  test.each<[string, string]>([
    ['1/m*sum(i<m, (a[i] - y[i])*X[i,j])', String.raw`\frac{1}{m} \sum_{i=1}^{m} (a_{i} - y_{i}) X_{ij}`],
    [
      '-1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))',
      String.raw`-\frac{1}{m} \sum_{i=1}^{m} \left[ y_{i} \log a_{i} + (1 - y_{i}) \log(1 - a_{i}) \right]`,
    ],
    ['1/(1+exp(-z[i]))', String.raw`\frac{1}{1 + e^{-z_{i}}}`],
    ['2*(a[i]-y[i])*a[i]*(1-a[i])*X[i,j]', String.raw`2(a_{i} - y_{i}) a_{i} \, (1 - a_{i}) X_{ij}`],
    ['-y[i]/a[i] + (1-y[i])/(1-a[i])', String.raw`\frac{1 - y_{i}}{1 - a_{i}} - \frac{y_{i}}{a_{i}}`],
    ['lambda/m*sum(j<n, w[j]^2)', String.raw`\frac{\lambda}{m} \sum_{j=1}^{n} w_{j}^{2}`],
    ['lambda/(2*m)*w[j]', String.raw`\frac{\lambda}{2 m} w_{j}`],
    ['W1[j,h]^2', String.raw`(W_{jl}^{(1)})^{2}`],
    ['a@2[i]', String.raw`a'_{i}`],
    [
      'exp(-(z[i]-mu)^2/(2*sigma^2))/sqrt(2*pi*sigma^2)',
      String.raw`\frac{e^{-(z_{i} - \mu)^{2} / (2 \sigma^{2})}}{\sqrt{2 \pi \sigma^{2}}}`,
    ],
    [
      'where(z[i] > 0, z[i], 1/10*z[i])',
      String.raw`\begin{cases} z_{i} & \text{if } z_{i} > 0 \\ 0.1 z_{i} & \text{otherwise} \end{cases}`,
    ],
    [
      'where(abs(z[i]) <= lambda, 1/2*z[i]^2, where((z[i]>0)*(y[i]==1), 1, 0))',
      String.raw`\begin{cases} \frac{1}{2} z_{i}^{2} & \text{if } \left|z_{i}\right| \le \lambda \\ 1 & \text{if } z_{i} > 0 \text{ and } y_{i} = 1 \\ 0 & \text{otherwise} \end{cases}`,
    ],
    [
      'where(1 - (z[i] > 0), b, 1)*b',
      String.raw`\left( \begin{cases} b & \text{if } z_{i} \le 0 \\ 1 & \text{otherwise} \end{cases} \right) b`,
    ],
    ['(z[i] > 0)*X[i,j]', String.raw`[z_{i} > 0] X_{ij}`],
    ['exp(z[i])/sum(r<m, exp(z[r]))', String.raw`\frac{e^{z_{i}}}{\sum_{i'=1}^{m} e^{z_{i'}}}`],
    ['P[i,c[i]] + delta(k, c[i]) + delta(i, k)', String.raw`P_{i,c_{i}} + [k = c_{i}] + \delta_{ik}`],
    ['sum(i<m, sum(k<K, P[i,k]*log(P[i,k])))', String.raw`\sum_{i=1}^{m} \sum_{k=1}^{K} P_{ik} \log P_{ik}`],
    ['1 - tanh(z[i])^2', String.raw`1 - \tanh^{2} z_{i}`],
    ['log(a[i])*X[i,j]', String.raw`\log(a_{i}) X_{ij}`],
    ['max(j<n, X[i,j] - w[j])', String.raw`\max_{j}(X_{ij} - w_{j})`],
    ['y_hat[i] - y_true[i]', String.raw`\hat{y}_{i} - y_{\mathrm{true},i}`],
    ['(1 - a[i])^gamma*log(a[i])/m', String.raw`\frac{1}{m}(1 - a_{i})^{\gamma} \log a_{i}`],
    ['-(1 - a[i])^(gamma-1)', String.raw`-(1 - a_{i})^{\gamma - 1}`],
    ['1/sqrt(w[j]^2 + 0.00000001)', String.raw`\frac{1}{\sqrt{w_{j}^{2} + 10^{-8}}}`],
    ['a[i]^(1/3)', String.raw`a_{i}^{1 / 3}`],
    ['X[0,j]*i*b', String.raw`X_{1,j} \, (i - 1) b`],
    ['S[j,j]*sum(r<n, S[j,r]*w[r])', String.raw`S_{jj} \sum_{j'=1}^{n} S_{jj'} w_{j'}`],
    ['erf(z[i]/sqrt(2))', String.raw`\operatorname{erf}\left( \frac{z_{i}}{\sqrt{2}} \right)`],
    ['relu(z[i])', String.raw`\max(0, z_{i})`],
    ['log(sum(k<K, exp(P[i,k])))', String.raw`\log\left( \sum_{k=1}^{K} e^{P_{ik}} \right)`],
    ['3*0.044715*b^2', String.raw`0.134145 b^{2}`],
    ['(a[i]-y[i])/(a[i]*(1-a[i]))', String.raw`\frac{a_{i} - y_{i}}{a_{i} \, (1 - a_{i})}`],
    ['2/m*(y[i]/a[i])', String.raw`\frac{2}{m} \frac{y_{i}}{a_{i}}`],
    ['b/sigma/m', String.raw`\frac{b}{m \sigma}`],
    [
      'sum(j<n, X[i,j]*w[j])*sum(j<n, w[j]^2)',
      String.raw`\left( \sum_{j=1}^{n} X_{ij} w_{j} \right) \sum_{j=1}^{n} w_{j}^{2}`,
    ],
    ['sum(j<n, X[i,j]*w[j])^2', String.raw`\left( \sum_{j=1}^{n} X_{ij} w_{j} \right)^{2}`],
    ['exp(sum(j<n, X[i,j]))', String.raw`\exp\left( \sum_{j=1}^{n} X_{ij} \right)`],
    ['maximum(b/2, 0)', String.raw`\max\left( \frac{b}{2}, 0 \right)`],
    ['softplus(-z[i])', String.raw`\operatorname{softplus}(-z_{i})`],
    ['1/2*(a[i]-y[i])^2', String.raw`\frac{1}{2}(a_{i} - y_{i})^{2}`],
    ['-(b - 1)', String.raw`-(b - 1)`],
    ['exp(b)^2', String.raw`(e^{b})^{2}`],
    ['(-b)^3', String.raw`(-b)^{3}`],
    ['(b/2)^3', String.raw`\left( \frac{b}{2} \right)^{3}`],
    ['1/m*sum(i<m, a[i] - y[i])', String.raw`\frac{1}{m} \sum_{i=1}^{m} (a_{i} - y_{i})`],
    ['a@2[i]^2', String.raw`(a'_{i})^{2}`],
    ['b - (sigma - mu)', String.raw`b - (\sigma - \mu)`],
    ['sum(j<n, w[j]) + b', String.raw`\sum_{j=1}^{n} w_{j} + b`],
  ])('%s', (source, latex) => {
    const printed = toLatex(parse(source), naming);
    expect(printed).toBe(latex);
    katexAccepts(printed);
    mathjaxAccepts(printed);
  });
});

describe('derivatives that have not been carried out', () => {
  const d = (of: string, by: string): Node => arena.diff(parse(of), parse(by) as SymNode);
  test.each<[string, Node, string]>([
    ['of a symbol', d('cost', 'w[j]'), String.raw`\frac{\partial \mathrm{cost}}{\partial w_{j}}`],
    ['of a function', d('sigmoid(z[i])', 'z[i]'), String.raw`\frac{\partial}{\partial z_{i}} \sigma(z_{i})`],
    [
      'of a product',
      d('-y[i]*log(a[i])', 'a[i]'),
      String.raw`\frac{\partial}{\partial a_{i}} (-y_{i} \log a_{i})`,
    ],
    [
      'a chain',
      arena.mul(d('cost', 'a[i]'), d('a[i]', 'z[i]')),
      String.raw`\frac{\partial \mathrm{cost}}{\partial a_{i}} \frac{\partial a_{i}}{\partial z_{i}}`,
    ],
    [
      'beside a fraction',
      arena.mul(parse('(a[i] - y[i])/a[i]'), d('a[i]', 'z[i]')),
      String.raw`\frac{a_{i} - y_{i}}{a_{i}} \frac{\partial a_{i}}{\partial z_{i}}`,
    ],
    [
      'twice',
      arena.diff(d('cost', 'w[j]'), arena.sym('w', arena.index("j'", 'n'))),
      String.raw`\frac{\partial^{2} \mathrm{cost}}{\partial w_{j} \, \partial w_{j'}}`,
    ],
  ])('%s', (_, node, latex) => {
    expect(toLatex(node, naming)).toBe(latex);
    katexAccepts(latex);
    mathjaxAccepts(latex);
  });
});

describe('indices', () => {
  test('a second free index keeps its prime when it stands alone, or when the equation is known', () => {
    const second = arena.sym('w', arena.index("j'", 'n'));
    expect(toLatex(second, naming)).toBe("w_{j'}");
    const p = arena.sym('w', arena.index('q', 'n'));
    expect(toLatex(p, naming)).toBe('w_{j}');
    expect(toLatex(p, naming, { among: [parse('S[j,j]')] })).toBe("w_{j'}");
  });

  test('letters follow the sizes and avoid the names of the program', () => {
    const other = parseModel(
      'data X[d,N]; param i; param k[c]\nJ = sum(p<N, sum(q<d, X[q,p])) + sum(r<c, k[r])*i',
    );
    expect(toLatex(other.bindings[0]?.def as Node, createNaming(other))).toBe(
      String.raw`\sum_{l=1}^{N} \sum_{j=1}^{d} X_{jl} + i \sum_{p=1}^{c} k_{p}`,
    );
    const single = parseModel('data x[n]\nJ = sum(t<n, x[t]) + sum(t<3, t)');
    expect(toLatex(single.bindings[0]?.def as Node, createNaming(single))).toBe(
      String.raw`\sum_{i=1}^{n} x_{i} + \sum_{j=1}^{3} (j - 1)`,
    );
  });
});

describe('marks', () => {
  test('every occurrence of a marked node is marked, in denominators too', () => {
    const node = parse('y[i]/a[i] + log(a[i])*b');
    const marked = new Set([parse('1/a[i]'), parse('log(a[i])')]);
    const latex = toLatex(node, naming, { marked });
    expect(latex).toBe(
      String.raw`\frac{y_{i}}{\htmlClass{touched}{a_{i}}} + \htmlClass{touched}{\log(a_{i})} b`,
    );
    katexAccepts(latex);
  });

  test('nodes inside a sum are found as the arena opens it', () => {
    const sum = parse('sum(i<m, a[i]*y[i])');
    if (sum.kind !== 'reduce') throw new Error('not a sum');
    const inner = arena.open(sum).body.args[0] as Node;
    expect(toLatex(sum, naming, { marked: new Set([inner]), markClass: 'x' })).toBe(
      String.raw`\sum_{i=1}^{m} \htmlClass{x}{a_{i}} y_{i}`,
    );
  });
});

describe('names', () => {
  const known = new Set(['w', 'W1', 'b', 'y_hat', 'cost']);
  test.each<[string, string, string]>([
    ['w', 'w', 'w_{i}'],
    ['W1', 'W_{1}', 'W_{i}^{(1)}'],
    ['dw', '\\mathrm{d}w', '\\mathrm{d}w_{i}'],
    ['dW1', '\\mathrm{d}W_{1}', '\\mathrm{d}W_{i}^{(1)}'],
    ['dt', '\\mathrm{dt}', '\\mathrm{dt}_{i}'],
    ['y_hat', '\\hat{y}', '\\hat{y}_{i}'],
    ['yhat', '\\hat{y}', '\\hat{y}_{i}'],
    ['x_bar', '\\bar{x}', '\\bar{x}_{i}'],
    ['what', '\\hat{w}', '\\hat{w}_{i}'],
    ['alpha', '\\alpha', '\\alpha_{i}'],
    ['lambda_', '\\lambda', '\\lambda_{i}'],
    ['eps', '\\varepsilon', '\\varepsilon_{i}'],
    ['theta_1', '\\theta_{1}', '\\theta_{i}^{(1)}'],
    ['cost', '\\mathrm{cost}', '\\mathrm{cost}_{i}'],
    ['y_pred', 'y_{\\mathrm{pred}}', 'y_{\\mathrm{pred},i}'],
    ['yTrue', 'y_{\\mathrm{true}}', 'y_{\\mathrm{true},i}'],
    ['l2_penalty', 'l_{2,\\mathrm{penalty}}', 'l_{\\mathrm{penalty},i}^{(2)}'],
    ['two_layer', '\\text{two\\_layer}', '\\text{two\\_layer}_{i}'],
    ['log_var2', '\\text{log\\_var}_{2}', '\\text{log\\_var}_{i}^{(2)}'],
    ['A@2', "A'", "A'_{i}"],
    ['A@3', "A''", "A''_{i}"],
    ['A@7', 'A^{(7)}', 'A_{i}^{(7)}'],
    ['A1@2', "A'_{1}", 'A_{i}^{(1)\\prime}'],
    ['_z', 'z', 'z_{i}'],
    ['self.w', '\\text{self.w}', '\\text{self.w}_{i}'],
    ['params["W"]', '\\text{params["W"]}', '\\text{params["W"]}_{i}'],
    ['a\\b$', '\\text{a b\\$}', '\\text{a b\\$}_{i}'],
  ])('%s', (name, alone, indexed) => {
    const isKnown = (n: string): boolean => known.has(n);
    expect(assemble(notation(name, false, isKnown))).toBe(alone);
    expect(assemble(notation(name, true, isKnown), 'i')).toBe(indexed);
    for (const latex of [alone, indexed]) {
      katexAccepts(latex);
      mathjaxAccepts(latex);
    }
  });
});

test('random expressions are valid LaTeX, marked or not', () => {
  const other = expressionProgram();
  const otherNaming = createNaming(other);
  const random = createRandom(5);
  const free = [other.arena.index('i', 'm'), other.arena.index('j', 'n')];
  for (let k = 0; k < 500; k += 1) {
    const node = randomExpression(other, random, 1 + (k % 6), free);
    const marked = new Set(node.args.flatMap((a) => [a, ...a.args]).filter((a) => a.kind !== 'index'));
    const latex = toLatex(node, otherNaming);
    katexAccepts(latex);
    katexAccepts(toLatex(node, otherNaming, { marked }));
    if (k % 10 === 0) mathjaxAccepts(latex);
  }
});

test.each(BREADTH.map((row) => [row.name, row] as const))('the derivation of %s is valid LaTeX', (_, row) => {
  const model = parseModel(row.source);
  const { gradients, named } = derive(model, { verify: false });
  const own = createNaming(model, named);
  const nodes = [
    ...[...model.bindings, ...named].map(({ def }) => def),
    ...gradients.flatMap(({ element, steps }) => [element, ...steps.flatMap((s) => [s.before, s.after])]),
  ];
  for (const node of nodes) katexAccepts(toLatex(node, own));
});
