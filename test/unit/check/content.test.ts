/** Judgements are kept by content: what an edit leaves alone is answered as before, and what it changes is judged anew. */
import { expect, it } from 'vitest';
import { programContent } from '../../../src/check/content';
import { parseModel } from '../../support/model';
import { loadAnalyzer } from '../../support/analyzer';

const loss = (scale: string, name = 'mse'): string => `def ${name}(X, y, w):
    m = X.shape[0]
    p = X @ w
    J = np.sum((p - y) ** 2) / m
    dw = ${scale} * X.T @ (p - y) / m
    return J, dw
`;
const file = (...definitions: readonly string[]): string => `import numpy as np\n\n${definitions.join('\n')}`;

it('judges a gradient anew when it changes, and again when it is changed back', async () => {
  const analyzer = await loadAnalyzer();
  const verdicts = ['2', '1', '2', '-2'].map((scale) =>
    analyzer.analyze(file(loss(scale)), 'python').findings.map(({ rule }) => rule),
  );
  expect(verdicts).toEqual([
    ['gradient-right'],
    ['gradient-missing-factor'],
    ['gradient-right'],
    ['gradient-sign'],
  ]);
});

it('answers for a text as an analyzer does that has seen no other', async () => {
  const used = await loadAnalyzer();
  const texts = [
    file(loss('2'), loss('3', 'other')),
    `# moved\n\n${file(loss('2'), loss('3', 'other'))}`,
    file(loss('3', 'other'), loss('2')),
    file(loss('2').replaceAll('dw', 'grad'), loss('2', 'other').replace('** 2', '** 4')),
  ];
  for (const text of texts) {
    const fresh = await loadAnalyzer();
    expect(used.analyze(text, 'python')).toEqual(fresh.analyze(text, 'python'));
    const [first] = fresh.analyze(text, 'python').definitions;
    const id = first?.id ?? '';
    expect(used.derivation(text, 'python', id)).toEqual(fresh.derivation(text, 'python', id));
    expect(used.job(text, 'python', id)).toEqual(fresh.job(text, 'python', id));
  }
});

it.each([
  ['a factor', 'param w\nJ = 2*w^2', 'param w\nJ = 3*w^2'],
  ['a domain', 'param w\nJ = log(w)', 'param w positive\nJ = log(w)'],
  ['a role', 'param w; param x\nJ = w*x', 'param w; data x\nJ = w*x'],
  ['a length', 'param w[n]\nJ = sum(j<n, w[j])/n', 'param w[4]\nJ = sum(j<4, w[j])/4'],
  [
    'what is summed',
    'param A[n,n]\nJ = sum(i<n, sum(j<n, A[i,j]*A[i,j]))',
    'param A[n,n]\nJ = sum(i<n, sum(j<n, A[i,j]*A[j,i]))',
  ],
  ['a comparison', 'param w\nJ = where(w > 0, w, 0)', 'param w\nJ = where(w >= 0, w, 0)'],
])('tells programs apart that differ in %s', (_, one, other) => {
  expect(programContent(parseModel(one))).toBe(programContent(parseModel(one)));
  expect(programContent(parseModel(one))).not.toBe(programContent(parseModel(other)));
});

it('tells derivations apart that keep other names', () => {
  const program = parseModel('param w\nz = 2*w\nJ = z^2');
  expect(programContent(program, ['z', 'w'])).toBe(programContent(program, ['w', 'z', 'w']));
  expect(programContent(program, ['z'])).not.toBe(programContent(program));
});
