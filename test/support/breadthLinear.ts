/** Linear algebra: quadratic forms, traces, determinants, inverses and the likelihoods made of them. */
import type { BreadthRow } from './breadthRow';

const QUADRATIC = '1/2*sum(i<n, x[i]*sum(j<n, A[i,j]*x[j])) - sum(i<n, b[i]*x[i])';
const CENTRED = 'data x[n]; param mu[n]\n';
const SAMPLES = 'data X[m,n]; param mu[n]; param S[n,n] definite\nD[i<m,j<n] = X[i,j] - mu[j]\n';
const GRAM = `data X[n,m]; data y[n]; param s positive; param v positive
K[i<n,j<n] = s*sum(k<m, X[i,k]*X[j,k]) + v*delta(i,j)\n`;

const FORMS: readonly BreadthRow[] = [
  {
    name: 'quadratic form with a linear part',
    source: `data A[n,n]; param x[n]; data b[n]\nJ = ${QUADRATIC}`,
    torch: '0.5 * x @ A @ x - b @ x',
    jax: '0.5 * x @ A @ x - b @ x',
    gradients: { x: '1/2*(sum(i2<n, A[i2,i]*x[i2]) + sum(i2<n, A[i,i2]*x[i2])) - b[i]' },
  },
  {
    name: 'quadratic form of a symmetric matrix',
    source: `data A[n,n] symmetric; param x[n]; data b[n]\nJ = ${QUADRATIC}`,
    torch: '0.5 * x @ A @ x - b @ x',
    gradients: { x: 'sum(i2<n, A[i,i2]*x[i2]) - b[i]' },
  },
  {
    name: 'bilinear form',
    source: 'param A[m,n]; data x[m]; param y[n]\nJ = sum(i<m, x[i]*sum(j<n, A[i,j]*y[j]))',
    torch: 'x @ A @ y',
    gradients: { A: 'x[i]*y[j]', y: 'sum(i<m, x[i]*A[i,j])' },
  },
  {
    name: 'Rayleigh quotient',
    source: `data A[n,n] symmetric; param x[n]
J = sum(i<n, x[i]*sum(j<n, A[i,j]*x[j]))/sum(i<n, x[i]^2)`,
    torch: '(x @ A @ x) / (x @ x)',
    gradients: { x: '2*(sum(i2<n, A[i,i2]*x[i2]) - J*x[i])/sum(i2<n, x[i2]^2)' },
  },
  {
    name: 'trace of three matrices',
    source: `data A[k,n]; param X[n,m]; data B[m,k]
J = sum(i<k, sum(j<n, sum(l<m, A[i,j]*X[j,l]*B[l,i])))`,
    torch: 'torch.trace(A @ X @ B)',
    jax: 'jnp.trace(A @ X @ B)',
  },
  {
    name: 'trace of a Gram matrix',
    source: 'param X[m,n]\nJ = sum(j<n, sum(i<m, X[i,j]*X[i,j]))',
    torch: 'torch.trace(X.T @ X)',
    gradients: { X: '2*X[i,j]' },
  },
  {
    name: 'least squares with many right sides',
    source: `data X[m,n]; data Y[m,k]; param W[n,k]
R[i<m,q<k] = sum(j<n, X[i,j]*W[j,q]) - Y[i,q]
J = sum(i<m, sum(q<k, R[i,q]^2))`,
    torch: '((X @ W - Y)**2).sum()',
    gradients: { W: '2*sum(i<m, R[i,c]*X[i,j])' },
  },
];

const DETERMINANTS: readonly BreadthRow[] = [
  {
    name: 'log-determinant',
    source: 'param S[n,n] definite\nJ = logdet(S)',
    torch: 'torch.logdet(S)',
    jax: 'jnp.linalg.slogdet(S)[1]',
    gradients: { S: 'inv(S)[i,i2]' },
  },
  {
    name: 'log-determinant of any matrix',
    source: 'param A[n,n]\nJ = logdet(A)',
    torch: 'torch.linalg.slogdet(A)[1]',
    jax: 'jnp.linalg.slogdet(A)[1]',
    gradients: { A: 'inv(A)[i2,i]' },
  },
  {
    name: 'logarithm of a determinant',
    source: 'param S[n,n] definite\nJ = log(det(S))',
    torch: 'torch.log(torch.linalg.det(S))',
    gradients: { S: 'inv(S)[i,i2]' },
  },
  {
    name: 'determinant',
    source: 'param A[n,n]\nJ = det(A)',
    torch: 'torch.linalg.det(A)',
    jax: 'jnp.linalg.det(A)',
    gradients: { A: 'J*inv(A)[i2,i]' },
  },
  {
    name: 'log-determinant of I + XXᵀ',
    source: `param X[n,m]
K[i<n,j<n] = delta(i,j) + sum(k<m, X[i,k]*X[j,k])
J = logdet(K)`,
    torch: 'torch.logdet(torch.eye(X.shape[0], dtype=X.dtype) + X @ X.T)',
    gradients: { X: '2*sum(j2<n, inv(K)[j,j2]*X[j2,i])' },
  },
];

const INVERSES: readonly BreadthRow[] = [
  {
    name: 'trace of an inverse',
    source: 'param A[n,n]\nJ = sum(i<n, inv(A)[i,i])',
    torch: 'torch.trace(torch.linalg.inv(A))',
    jax: 'jnp.trace(jnp.linalg.inv(A))',
    gradients: { A: '-sum(i3<n, inv(A)[i2,i3]*inv(A)[i3,i])' },
  },
  {
    name: 'trace of an inverse times a matrix',
    source: 'param A[n,n]; data B[n,n]\nJ = sum(i<n, sum(j<n, inv(A)[i,j]*B[j,i]))',
    torch: 'torch.trace(torch.linalg.inv(A) @ B)',
  },
  {
    name: 'solution of a linear system',
    source: 'param A[n,n]; param b[n]\nx[i<n] = sum(j<n, inv(A)[i,j]*b[j])\nJ = sum(i<n, x[i]^2)',
    torch: 'torch.linalg.solve(A, b).square().sum()',
    jax: '(jnp.linalg.solve(A, b)**2).sum()',
    gradients: { A: '-2*x[i2]*sum(i3<n, x[i3]*inv(A)[i3,i])', b: '2*sum(i2<n, x[i2]*inv(A)[i2,i])' },
  },
  {
    name: 'inverse that cancels',
    source: `param A[n,n]; data b[n]; param c[n]
J = sum(i<n, b[i]*sum(k<n, inv(A)[i,k]*sum(j<n, A[k,j]*c[j]))) + sum(i<n, sum(j<n, A[i,j]^2))`,
    torch: 'b @ c + A.square().sum()',
    gradients: { A: '2*A[i,i2]', c: 'b[i]' },
  },
  {
    name: 'ridge regression in closed form',
    source: `data X[m,n]; data y[m]; data V[k,n]; data t[k]; param lam positive
A[i<n,j<n] = sum(k<m, X[k,i]*X[k,j]) + lam*delta(i,j)
w[i<n] = sum(j<n, inv(A)[i,j]*sum(k<m, X[k,j]*y[k]))
J = sum(i<k, (sum(j<n, V[i,j]*w[j]) - t[i])^2)`,
    torch:
      '((V @ torch.linalg.solve(X.T @ X + lam * torch.eye(X.shape[1], dtype=X.dtype), X.T @ y) - t)**2).sum()',
  },
];

const LIKELIHOODS: readonly BreadthRow[] = [
  {
    name: 'Mahalanobis distance by the inverse',
    source: `${CENTRED}data S[n,n] definite\nJ = sum(i<n, sum(j<n, (x[i] - mu[i])*inv(S)[i,j]*(x[j] - mu[j])))`,
    torch: '(x - mu) @ torch.linalg.inv(S) @ (x - mu)',
    gradients: { mu: '-2*sum(i2<n, (x[i2] - mu[i2])*inv(S)[i,i2])' },
  },
  {
    name: 'Gaussian likelihood',
    source: `${CENTRED}param S[n,n] definite
d[i<n] = x[i] - mu[i]
J = 1/2*(logdet(S) + sum(i<n, d[i]*sum(j<n, inv(S)[i,j]*d[j])) + n*log(2*pi))`,
    torch:
      '0.5 * (torch.logdet(S) + (x - mu) @ torch.linalg.solve(S, x - mu) + len(x) * math.log(2 * math.pi))',
    jax: '0.5 * (jnp.linalg.slogdet(S)[1] + (x - mu) @ jnp.linalg.solve(S, x - mu) + len(x) * jnp.log(2 * jnp.pi))',
    gradients: {
      mu: '-sum(i2<n, d[i2]*inv(S)[i,i2])',
      S: '1/2*(inv(S)[i,i2] - sum(i3<n, d[i3]*inv(S)[i,i3])*sum(i3<n, d[i3]*inv(S)[i2,i3]))',
    },
  },
  {
    name: 'Gaussian likelihood of samples',
    source: `${SAMPLES}P[i<n,j<n] = inv(S)[i,j]
J = 1/2*logdet(S) + 1/2/m*sum(i<m, sum(j<n, D[i,j]*sum(k<n, P[j,k]*D[i,k])))`,
    torch:
      '0.5 * torch.logdet(S) + 0.5 * torch.einsum("ij,jk,ik->", X - mu, torch.linalg.inv(S), X - mu) / len(X)',
  },
  {
    name: 'Gaussian likelihood by the precision',
    source: `${SAMPLES}J = 1/2/m*sum(i<m, sum(j<n, D[i,j]*sum(k<n, S[j,k]*D[i,k]))) - 1/2*logdet(S)`,
    torch: '0.5 * torch.einsum("ij,jk,ik->", X - mu, S, X - mu) / len(X) - 0.5 * torch.logdet(S)',
    gradients: { S: '1/2*(1/m*sum(i<m, D[i,j]*D[i,j2]) - inv(S)[j,j2])' },
  },
  {
    name: 'marginal likelihood of a Gaussian process',
    source: `${GRAM}J = 1/2*(logdet(K) + sum(i<n, y[i]*sum(j<n, inv(K)[i,j]*y[j])))`,
    torch:
      '0.5 * (torch.logdet(s * X @ X.T + v * torch.eye(len(y), dtype=y.dtype)) + y @ torch.linalg.solve(s * X @ X.T + v * torch.eye(len(y), dtype=y.dtype), y))',
    extreme: 1,
  },
  {
    name: 'divergence of two Gaussians',
    source: `param A[n,n] definite; param B[n,n] definite; param p[n]; data q[n]
d[i<n] = q[i] - p[i]
J = 1/2*(sum(i<n, sum(j<n, inv(B)[i,j]*A[j,i])) + sum(i<n, d[i]*sum(j<n, inv(B)[i,j]*d[j])) - n + logdet(B) - logdet(A))`,
    torch:
      'torch.distributions.kl_divergence(torch.distributions.MultivariateNormal(p, A, validate_args=False), torch.distributions.MultivariateNormal(q, B, validate_args=False))',
    gradients: { A: '1/2*(inv(B)[i,i2] - inv(A)[i,i2])' },
  },
];

export const LINEAR: readonly BreadthRow[] = [...FORMS, ...DETERMINANTS, ...INVERSES, ...LIKELIHOODS];
