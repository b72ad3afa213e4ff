import katex from 'katex';
import { describe, expect, test } from 'vitest';
import type { Axis, Program } from '../../../src/core/definition';
import { createEvaluator, type Point } from '../../../src/core/evaluate';
import type { Node } from '../../../src/core/expr';
import { toMatrix } from '../../../src/core/matrix';
import { printCode } from '../../../src/core/print/code';
import { matrixLatex } from '../../../src/core/print/matrixLatex';
import { matrixText } from '../../../src/core/print/matrixText';
import { createNaming } from '../../../src/core/print/naming';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { expressionProgram, randomContraction, randomExpression } from '../../support/expressions';
import { asMatrix, matrixValue, type Matrix } from '../../support/matrixValue';
import { parseModel } from '../../support/model';

/** Model whose last binding is the gradient, expected LaTeX (null: no notation), expected last line of NumPy. */
const CASES: readonly (readonly [string, string, string | null, string])[] = [
  [
    'rows are samples, vectors are plain',
    'data X[m,n]; label y[m]; param w[n]; param a[m]\ndw[j<n] = 1/m*sum(i<m, (a[i]-y[i])*X[i,j])',
    String.raw`\frac{1}{m} X^{\top} (a - y)`,
    'dw = X.T @ (a - y) / m',
  ],
  [
    'rows are samples, vectors are columns',
    'data X[m,n]; label Y[m,1]; param A[m,1]\ndw[j<n,1] = 1/m*sum(i<m, (A[i]-Y[i])*X[i,j])',
    String.raw`\frac{1}{m} X^{\top} (A - Y)`,
    'dw = X.T @ (A - Y) / m',
  ],
  [
    'columns are samples',
    'data X[n,m]; label Y[1,m]; param A[1,m]\ndw[j<n,1] = 1/m*sum(i<m, (A[i]-Y[i])*X[j,i])',
    String.raw`\frac{1}{m} X (A - Y)^{\top}`,
    'dw = X @ (A - Y).T / m',
  ],
  [
    'columns are samples, the gradient is a row',
    'data X[n,m]; label Y[1,m]; param A[1,m]\ndw[1,j<n] = 1/m*sum(i<m, (A[i]-Y[i])*X[j,i])',
    String.raw`\frac{1}{m} (A - Y) X^{\top}`,
    'dw = (A - Y) @ X.T / m',
  ],
  [
    'a weight matrix',
    'data X[m,n]; label Y[m,k]; param P[m,k]\ndW[j<n,q<k] = 1/m*sum(i<m, (P[i,q]-Y[i,q])*X[i,j])',
    String.raw`\frac{1}{m} X^{\top} (P - Y)`,
    'dW = X.T @ (P - Y) / m',
  ],
  [
    'a weight matrix the other way round',
    'data X[m,n]; label Y[m,k]; param P[m,k]\ndW[q<k,j<n] = 1/m*sum(i<m, (P[i,q]-Y[i,q])*X[i,j])',
    String.raw`\frac{1}{m} (P - Y)^{\top} X`,
    'dW = (P - Y).T @ X / m',
  ],
  [
    'integer labels',
    'data X[m,n]; label c[m] class:k; param P[m,k]\ndW[j<n,q<k] = 1/m*sum(i<m, (P[i,q]-delta(c[i],q))*X[i,j])',
    String.raw`\frac{1}{m} X^{\top} (P - \operatorname{onehot}(c))`,
    'dW = X.T @ (P - np.eye(k)[c]) / m',
  ],
  [
    'integer labels, weights the other way round',
    'data X[m,n]; label c[m] class:k; param P[m,k]\ndW[q<k,j<n] = 1/m*sum(i<m, (P[i,q]-delta(c[i],q))*X[i,j])',
    String.raw`\frac{1}{m} (P - \operatorname{onehot}(c))^{\top} X`,
    'dW = (P - np.eye(k)[c]).T @ X / m',
  ],
  [
    'integer labels, columns are samples',
    'data X[n,m]; label c[1,m] class:k; param P[k,m]\ndW[q<k,j<n] = 1/m*sum(i<m, (P[q,i]-delta(c[i],q))*X[j,i])',
    String.raw`\frac{1}{m} (P - \operatorname{onehot}(c)^{\top}) X^{\top}`,
    'dW = (P - np.eye(k)[c[0]].T) @ X.T / m',
  ],
  [
    'integer labels by a comparison',
    'label c[m,1] class:k; param P[m,k]\ndb[1,q<k] = sum(i<m, P[i,q]-(c[i] == q))',
    String.raw`\mathbf{1}^{\top} (P - \operatorname{onehot}(c))`,
    'db = np.sum(P - np.eye(k)[c[:, 0]], axis=0, keepdims=True)',
  ],
  [
    'a single label',
    'param p[k]; label c class:k\ndz[q<k] = p[q] - delta(c, q)',
    String.raw`p - \operatorname{onehot}(c)`,
    'dz = p - np.eye(k)[c]',
  ],
  [
    'rows of a table',
    'label c[m] class:k; param W[k,n]; data T[m,n]\ndW[q<k,j<n] = sum(i<m, (W[c[i],j] - T[i,j])*delta(c[i],q))',
    String.raw`Y^{\top} (Y W - T), \quad Y = \operatorname{onehot}(c)`,
    'dW = np.eye(k)[c].T @ (W[c] - T)',
  ],
  [
    'weights of the labels',
    'label c[m] class:k; data v[k]; param P[m,k]\ndZ[i<m,q<k] = v[c[i]]*(P[i,q] - delta(c[i],q))',
    String.raw`\operatorname{diag}(Y v) (P - Y), \quad Y = \operatorname{onehot}(c)`,
    'dZ = v[c][:, None] * (P - np.eye(k)[c])',
  ],
  [
    'elements at labels, summed',
    'label c[m] class:k; param Z[m,k]; param P[m,k]; hyper t\ndt = (sum(i<m, Z[i,c[i]]) - sum(i<m, sum(q<k, P[i,q]*Z[i,q])))/(m*t^2)',
    String.raw`\frac{\operatorname{tr}(\operatorname{onehot}(c)^{\top} Z) - \operatorname{tr}(P^{\top} Z)}{m t^{2}}`,
    'dt = (np.sum(Z[np.arange(m), c]) - np.sum(P * Z)) / (m * t**2)',
  ],
  [
    'elements at labels, columns are samples',
    'label c[1,m] class:k; param P[k,m]\nl[1,i<m] = log(P[c[i],i])',
    String.raw`\log(\mathbf{1}^{\top} (\operatorname{onehot}(c)^{\top} \odot P))`,
    'l = np.log(P[c, np.arange(m)])',
  ],
  [
    'margins of the other classes',
    'label c[m] class:k; param Z[m,k]; hyper t positive\nD[i<m,q<k] = (t + Z[i,q] - Z[i,c[i]] > 0)*(q != c[i])',
    String.raw`[t + Z - (Y \odot Z) \mathbf{1} \mathbf{1}^{\top} > 0] \odot (1 - Y), \quad Y = \operatorname{onehot}(c)`,
    'D = (1 - np.eye(k)[c]) * (t + Z - Z[np.arange(m), c][:, None] > 0)',
  ],
  [
    'one-hot rows next to a symbol with their name',
    'label c[m] class:k; param Y[m,k]; param W[k,n]\nG[q<k,j<n] = sum(i<m, (Y[i,q] - delta(c[i],q))*W[c[i],j])',
    String.raw`(Y - T)^{\top} T W, \quad T = \operatorname{onehot}(c)`,
    'G = (Y - np.eye(k)[c]).T @ W[c]',
  ],
  [
    'maxima of rows',
    'param Z[m,k]; data u[m]\nD[i<m,q<k] = u[i]*(Z[i,q] == max(r<k, Z[i,r]))',
    String.raw`\operatorname{diag}(u) [Z = \operatorname{rowmax}(Z) \mathbf{1}^{\top}]`,
    'D = u[:, None] * (Z == np.max(Z, axis=1, keepdims=True))',
  ],
  [
    'maxima of columns',
    'param Z[k,m]\nD[q<k,i<m] = Z[q,i] - max(r<k, Z[r,i])',
    String.raw`Z - \mathbf{1} \operatorname{colmax}(Z)`,
    'D = Z - np.max(Z, axis=0)',
  ],
  [
    'a causal mask',
    'param P[t,t]; param D[t,t]\nS[i<t,j<t] = (D[i,j] - sum(r<t, D[i,r]*P[i,r]))*P[i,j]*(i >= j)',
    String.raw`(D - (D \odot P) \mathbf{1} \mathbf{1}^{\top}) \odot P \odot \operatorname{tril}(\mathbf{1} \mathbf{1}^{\top})`,
    'S = (D - np.sum(D * P, axis=1, keepdims=True)) * P * (np.arange(t)[:, None] >= np.arange(t))',
  ],
  [
    'a causal mask, columns are queries',
    'param P[t,t]\nS[j<t,i<t] = P[j,i]*(i > j)',
    String.raw`P \odot \operatorname{triu}(\mathbf{1} \mathbf{1}^{\top}, 1)`,
    'S = P * (np.arange(t) > np.arange(t)[:, None])',
  ],
  [
    'a choice',
    'param Z[m,k]; data r[m] positive\nD[i<m,q<k] = where(r[i] >= 1, Z[i,q]/r[i], 2*Z[i,q])',
    String.raw`\operatorname{where}([r \ge 1] \mathbf{1}^{\top}, \operatorname{diag}(r)^{-1} Z, 2 Z)`,
    'D = np.where((r >= 1)[:, None], Z / r[:, None], 2 * Z)',
  ],
  [
    'a bias of every class',
    'label Y[m,k]; param P[m,k]\ndb[q<k] = 1/m*sum(i<m, P[i,q]-Y[i,q])',
    String.raw`\frac{1}{m} (P - Y)^{\top} \mathbf{1}`,
    'db = np.sum(P - Y, axis=0) / m',
  ],
  [
    'a bias of every unit, as a column',
    'param dZ[k,m]\ndb[q<k,1] = 1/m*sum(i<m, dZ[q,i])',
    String.raw`\frac{1}{m} \mathrm{dZ} \mathbf{1}`,
    'db = np.sum(dZ, axis=1, keepdims=True) / m',
  ],
  [
    'a bias as a row',
    'param D[m,k]\ndb[1,q<k] = sum(i<m, D[i,q])',
    String.raw`\mathbf{1}^{\top} D`,
    'db = np.sum(D, axis=0, keepdims=True)',
  ],
  [
    'a scalar bias',
    'label y[m]; param a[m]\ndb = 1/m*sum(i<m, a[i]-y[i])',
    String.raw`\frac{1}{m} \mathbf{1}^{\top} (a - y)`,
    'db = np.sum(a - y) / m',
  ],
  [
    'a scalar bias kept as an array',
    'label y[1,m]; param a[1,m]\ndb[1,1] = 1/m*sum(i<m, a[i]-y[i])',
    String.raw`\frac{1}{m} (a - y) \mathbf{1}`,
    'db = np.sum(a - y, axis=1, keepdims=True) / m',
  ],
  [
    'squared error through the sigmoid',
    'data X[m,n]; label y[m]; param a[m]\ndw[j<n] = 2/m*sum(i<m, (a[i]-y[i])*a[i]*(1-a[i])*X[i,j])',
    String.raw`\frac{2}{m} X^{\top} ((a - y) \odot a \odot (1 - a))`,
    'dw = 2 * (X.T @ ((a - y) * a * (1 - a))) / m',
  ],
  [
    'regularisation',
    'data X[m,n]; label y[m]; param a[m]; param w[n]; hyper lam\ndw[j<n] = 1/m*sum(i<m, (a[i]-y[i])*X[i,j]) + lam/m*w[j]',
    String.raw`\frac{1}{m} X^{\top} (a - y) + \frac{\lambda}{m} w`,
    'dw = X.T @ (a - y) / m + lam * w / m',
  ],
  [
    'a hidden layer',
    'param D[m,k]; param H[m,h]; param V[h,k]\ndA[i<m,p<h] = (1 - H[i,p]^2)*sum(q<k, D[i,q]*V[p,q])',
    String.raw`(1 - H^{\odot 2}) \odot (D V^{\top})`,
    'dA = (1 - H**2) * (D @ V.T)',
  ],
  [
    'the Hessian of the logistic loss',
    'data X[m,n]; param a[m]\nH[p<n,q<n] = 1/m*sum(i<m, a[i]*(1-a[i])*X[i,p]*X[i,q])',
    String.raw`\frac{1}{m} X^{\top} \operatorname{diag}(a \odot (1 - a)) X`,
    'H = ((a * (1 - a))[:, None] * X).T @ X / m',
  ],
  [
    'the Jacobian of the softmax',
    'param p[k]\nJ[q<k,r<k] = p[q]*(delta(q,r) - p[r])',
    String.raw`\operatorname{diag}(p) - p p^{\top}`,
    'J = np.diag(p) - np.outer(p, p)',
  ],
  [
    'the same, expanded',
    'param p[k]\nJ[q<k,r<k] = p[q]*delta(q,r) - p[q]*p[r]',
    String.raw`\operatorname{diag}(p) - p p^{\top}`,
    'J = np.diag(p) - np.outer(p, p)',
  ],
  [
    'attention: the gradient of a softmax by rows',
    'param P[t,s]; param D[t,s]\ndS[i<t,j<s] = P[i,j]*(D[i,j] - sum(r<s, P[i,r]*D[i,r]))',
    String.raw`P \odot (D - (P \odot D) \mathbf{1} \mathbf{1}^{\top})`,
    'dS = P * (D - np.sum(P * D, axis=1, keepdims=True))',
  ],
  [
    'an outer product of columns',
    'param u[n,1]; param v[m,1]\ng[j<n,i<m] = u[j]*v[i]',
    String.raw`u v^{\top}`,
    'g = np.outer(u[:, 0], v[:, 0])',
  ],
  [
    'a quadratic form',
    'param x[n]; param S[n,n]\nJ = 1/2*sum(i<n, sum(j<n, x[i]*S[i,j]*x[j]))',
    String.raw`\frac{1}{2} x^{\top} S x`,
    'J = x @ (S @ x) / 2',
  ],
  [
    'a squared norm',
    'param w[n]; hyper lam\nJ = lam/2*sum(j<n, w[j]^2)',
    String.raw`\frac{\lambda}{2} \left\lVert w \right\rVert^{2}`,
    'J = lam * np.sum(w**2) / 2',
  ],
  ['a trace', 'param S[n,n]\nJ = sum(i<n, S[i,i])', String.raw`\operatorname{tr}(S)`, 'J = np.trace(S)'],
  [
    'a subgradient with an indicator',
    'data X[m,n]; label y[m]; param f[m]\ndw[j<n] = -1/m*sum(i<m, y[i]*(1 - y[i]*f[i] > 0)*X[i,j])',
    String.raw`-\frac{1}{m} X^{\top} (y \odot [1 - y \odot f > 0])`,
    'dw = -(X.T @ (y * (1 - y * f > 0))) / m',
  ],
  [
    'integer labels',
    'param P[m,k]; label c[m] class:k\nJ = -1/m*sum(i<m, log(P[i,c[i]]))',
    String.raw`-\frac{1}{m} \mathbf{1}^{\top} \log((\operatorname{onehot}(c) \odot P) \mathbf{1})`,
    'J = -np.sum(np.log(P[np.arange(m), c])) / m',
  ],
  [
    'numbers repeated',
    'param w[n,1]; hyper lam\ng[j<n,1] = lam',
    String.raw`\lambda \mathbf{1}`,
    'g = np.full((n, 1), lam)',
  ],
  [
    'running sums from the end',
    'data u[n]; data y[n]\ng[i<n] = 2*sum(j<n, (j >= i)*(u[j] - y[j]))',
    null,
    'g = 2 * np.cumsum((u - y)[::-1])[::-1]',
  ],
  [
    'an inverse of a symmetric matrix',
    'data S[n,n] definite; data d[n]\ng[j<n] = sum(k<n, inv(S)[k,j]*d[k])',
    String.raw`S^{-1} d`,
    'g = np.linalg.inv(S) @ d',
  ],
  [
    'an inverse of any matrix',
    'data A[n,n]; data d[n]\ng[j<n] = sum(k<n, inv(A)[k,j]*d[k])',
    String.raw`A^{-\top} d`,
    'g = np.linalg.inv(A).T @ d',
  ],
  [
    'the gradient of a Gaussian likelihood by its covariance',
    'data S[n,n] definite; data d[n]\ng[i<n,j<n] = 1/2*(inv(S)[i,j] - sum(k<n, inv(S)[i,k]*d[k])*sum(k<n, inv(S)[j,k]*d[k]))',
    String.raw`\frac{1}{2} (S^{-1} - S^{-1} d d^{\top} S^{-1})`,
    'g = (S_inv - np.outer(S_inv @ d, S_inv @ d)) / 2',
  ],
  [
    'the gradient of a quadratic form',
    'data A[n,n]; data x[n]; data b[n]\ng[i<n] = 1/2*(sum(j<n, A[j,i]*x[j]) + sum(j<n, A[i,j]*x[j]) - 2*b[i])',
    String.raw`\frac{1}{2} (A + A^{\top}) x - b`,
    'g = (A.T @ x + A @ x - 2 * b) / 2',
  ],
  [
    'a trace of an inverse and a product',
    'data K[n,n] symmetric; data X[n,m]\nt = sum(i<n, sum(j<n, inv(K)[i,j]*sum(k<m, X[i,k]*X[j,k])))',
    String.raw`\operatorname{tr}(K^{-1} X X^{\top})`,
    't = np.sum(np.linalg.inv(K) * (X @ X.T))',
  ],
  [
    'a trace of an inverse',
    'data A[n,n]\nt = sum(i<n, inv(A)[i,i]) + logdet(A)',
    String.raw`\operatorname{tr}(A^{-1}) + \log \left| \det A \right|`,
    't = np.trace(np.linalg.inv(A)) + np.linalg.slogdet(A)[1]',
  ],
  [
    'a symmetric binding',
    'data X[n,m]; hyper v\nK[i<n,j<n] = sum(k<m, X[i,k]*X[j,k]) + v*delta(i,j)\ng[i<n,p<m] = sum(j<n, K[j,i]*X[j,p])',
    'K X',
    'g = K @ X',
  ],
  ['only scalars', 'param x; param y\nJ = x*y', null, 'J = x * y'],
  [
    'norms and their powers',
    'data u[n]; data v[n]\ndu[j<n] = v[j]/(sqrt(sum(l<n, u[l]^2))*sqrt(sum(l<n, v[l]^2))) - u[j]/(sum(l<n, u[l]^2)*sqrt(sum(l<n, u[l]^2)))',
    String.raw`\frac{1}{\left\lVert u \right\rVert \left\lVert v \right\rVert} v - \frac{1}{\left\lVert u \right\rVert^{3}} u`,
    'du = v / (np.sqrt(np.sum(u**2)) * np.sqrt(np.sum(v**2))) - u / (np.sum(u**2) * np.sqrt(np.sum(u**2)))',
  ],
];

const last = (program: Program): { name: string; axes: readonly Axis[]; element: Node } => {
  const binding = program.bindings.at(-1);
  if (!binding) throw new Error('no binding');
  return { name: binding.name, axes: binding.axes, element: binding.def };
};

function shapeOf(program: Program, point: Point, name: string): number[] {
  const length = (size: string): number => (size === '1' ? 1 : (point.sizes[size] ?? Number(size)));
  const input = program.inputs.find((i) => i.name === name);
  if (input) return input.shape.map(length);
  const binding = program.bindings.find((b) => b.name === name);
  return (binding?.axes ?? []).map((a) => (a.index ? length(a.size) : 1));
}

/** The matrix form's value agrees with the element expression at every element. */
function agrees(
  program: Program,
  value: { axes: readonly Axis[]; element: Node },
  point: Point,
): boolean | null {
  const form = toMatrix(value, program);
  if (!form) return null;
  const evaluator = createEvaluator(program, point);
  const indices = value.axes.map((a) => a.index);
  const dims = value.axes.map((a) => (a.index ? (point.sizes[a.size] ?? NaN) : 1));
  const [rows = 1, cols = 1] = dims;
  const symbol = (name: string): Matrix => {
    const input = point.inputs[name];
    return asMatrix(input ?? evaluator.array(name), shapeOf(program, point, name));
  };
  const length = (size: string): number => point.sizes[size] ?? Number(size);
  const got = matrixValue(form, { symbol, length });
  if (got.rows !== rows || got.cols !== cols)
    throw new Error(`shape ${got.rows}x${got.cols}, not ${rows}x${cols}`);
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < cols; j += 1) {
      const at: Record<string, number> = {};
      indices.forEach((index, k) => index && (at[index.name] = k === 0 ? i : j));
      const want = evaluator.valueWithScale(value.element, at);
      if (Number.isFinite(want.scale) && !(Math.abs(got.at(i, j) - want.value) <= 8 * 2 ** -53 * want.scale))
        return false;
    }
  return true;
}

describe.each(CASES)('%s', (_, source, latex, code) => {
  const program = parseModel(source);
  const { name, ...value } = last(program);
  const form = toMatrix(value, program);
  const naming = createNaming(program);

  test('matrix notation', () => {
    const printed = form && matrixLatex(form, naming);
    expect(printed).toBe(latex);
    if (printed !== null)
      katex.renderToString(printed, { throwOnError: true, strict: 'error', displayMode: true });
    const random = createRandom(1);
    for (let k = 0; k < 5; k += 1)
      expect(agrees(program, value, samplePoint(program, random))).not.toBe(false);
  });

  test('NumPy', () => {
    const printed = printCode('numpy', program, { name, value, bindings: [] });
    expect(printed.trimEnd().split('\n').at(-1)).toBe(code);
  });
});

test('plain text', () => {
  const program = parseModel(
    'data X[m,n]; label y[m]; param a[m]; hyper lam; param w[n]\ndw[j<n] = 2/m*sum(i<m, (a[i]-y[i])*a[i]*X[i,j]) + lam*w[j]/(1+w[j]^2)',
  );
  const form = toMatrix(last(program), program);
  expect(form && matrixText(form, createNaming(program))).toBe('2/m Xᵀ ((a - y) ∘ a) + lam (w ⊘ (1 + w^2))');
});

test('random sums of products and expressions have the value of their elements', () => {
  let compared = 0;
  for (let seed = 0; seed < 1200; seed += 1) {
    const program = expressionProgram(seed);
    const { arena } = program;
    const random = createRandom(seed + 1);
    const index = (name: string, size: string): Axis => ({ size, index: arena.index(name, size) });
    const [I, J, K] = [index('i', 'm'), index('j', 'n'), index('k', 'n')] as const;
    const unit: Axis = { size: '1', index: null };
    const layouts: (readonly Axis[])[] = [
      [],
      [I],
      [J],
      [I, unit],
      [unit, J],
      [I, J],
      [J, I],
      [J, K],
      [K, J],
      [unit, unit],
    ];
    const axes = layouts[Math.floor(random() * layouts.length)] ?? [];
    const scope = axes.flatMap((a) => (a.index ? [a.index] : []));
    const element =
      seed % 3 === 0
        ? randomExpression(program, random, 1 + (seed % 4), scope)
        : randomContraction(program, random, scope);
    const verdict = agrees(program, { axes, element }, samplePoint(program, random));
    expect(verdict, `seed ${seed}`).not.toBe(false);
    if (verdict) compared += 1;
    const form = toMatrix({ axes, element }, program);
    if (form)
      katex.renderToString(matrixLatex(form, createNaming(program)), { throwOnError: true, strict: 'error' });
  }
  expect(compared).toBeGreaterThan(480);
});
