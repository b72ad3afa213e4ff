/** Jacobians of vector functions, Hessians and Hessian-vector products of losses. */
export interface SecondRow {
  readonly name: string;
  /** In the line language of model.ts. */
  readonly source: string;
  /** The parameter to differentiate by. */
  readonly by: string;
  /** A Hessian is the derivative of the gradient `G`; its product is that of G's product with the upstream `v`. */
  readonly kind: 'jacobian' | 'hessian' | 'product';
  /** The output as Python over the inputs. */
  readonly torch: string;
  /** As a textbook prints it, where it does; the output's own indices come first, then the parameter's. */
  readonly shown?: string;
}

const AFFINE = 'data X[m,n]; param w[n]\nz[i<m] = sum(j<n, X[i,j]*w[j])\n';
const LOGISTIC = `label y[m] unit; ${AFFINE}a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`;
const SOFTMAX = 'E[q<k] = exp(z[q])\nS = sum(q<k, E[q])\nP[q<k] = E[q]/S';
const NETWORK = `data x[n]; param W[k,n]; data v[k]
z[q<k] = sum(j<n, W[q,j]*x[j])
h[q<k] = tanh(z[q])
J = 1/2*sum(q<k, v[q]*h[q])^2`;

export const SECOND: readonly SecondRow[] = [
  {
    name: 'softmax',
    source: `param z[k]\n${SOFTMAX}`,
    by: 'z',
    kind: 'jacobian',
    torch: 'F.softmax(z, 0)',
    shown: 'P[i]*(delta(i2, i) - P[i2])',
  },
  {
    name: 'softmax, shifted',
    source: `param z[k]\nM = max(q<k, z[q])\n${SOFTMAX.replace('exp(z[q])', 'exp(z[q] - M)')}`,
    by: 'z',
    kind: 'jacobian',
    torch: 'F.softmax(z, 0)',
    shown: 'P[i]*(delta(i2, i) - P[i2])',
  },
  {
    name: 'softmax of rows',
    source: `param Z[m,k]
E[i<m,q<k] = exp(Z[i,q])
S[i<m] = sum(q<k, E[i,q])
P[i<m,q<k] = E[i,q]/S[i]`,
    by: 'Z',
    kind: 'jacobian',
    torch: 'F.softmax(Z, 1)',
  },
  {
    name: 'log-softmax',
    source: 'param z[k]\nS = sum(q<k, exp(z[q]))\nL[q<k] = z[q] - log(S)',
    by: 'z',
    kind: 'jacobian',
    torch: 'F.log_softmax(z, 0)',
  },
  {
    name: 'layer norm',
    source: `param x[n]
mu = 1/n*sum(j<n, x[j])
va = 1/n*sum(j<n, (x[j] - mu)^2)
sd = sqrt(va + 0.00001)
N[j<n] = (x[j] - mu)/sd`,
    by: 'x',
    kind: 'jacobian',
    torch: 'F.layer_norm(x, x.shape)',
  },
  {
    name: 'unit vector',
    source: 'param x[n]\nr = sqrt(sum(j<n, x[j]^2))\nu[j<n] = x[j]/r',
    by: 'x',
    kind: 'jacobian',
    torch: 'F.normalize(x, dim=0)',
    shown: '(delta(i2, i) - u[i]*u[i2])/r',
  },
  {
    name: 'affine layer',
    source: 'param x[n]; data W[k,n]; data b[k]\nz[q<k] = sum(j<n, W[q,j]*x[j]) + b[q]',
    by: 'x',
    kind: 'jacobian',
    torch: 'F.linear(x, W, b)',
    shown: 'W[c,i]',
  },
  {
    name: 'tanh layer',
    source: 'param x[n]; data W[k,n]\nz[q<k] = sum(j<n, W[q,j]*x[j])\nh[q<k] = tanh(z[q])',
    by: 'x',
    kind: 'jacobian',
    torch: 'torch.tanh(W @ x)',
    shown: '(1 - h[c]^2)*W[c,i]',
  },
  {
    name: 'logistic regression',
    source: LOGISTIC,
    by: 'w',
    kind: 'hessian',
    torch: 'F.binary_cross_entropy_with_logits(X @ w, y)',
    shown: '1/m*sum(i<m, a[i]*(1 - a[i])*X[i,j]*X[i,j2])',
  },
  {
    name: 'least squares',
    source: `label y[m]; ${AFFINE}J = 1/(2*m)*sum(i<m, (z[i] - y[i])^2)`,
    by: 'w',
    kind: 'hessian',
    torch: 'F.mse_loss(X @ w, y)/2',
    shown: '1/m*sum(i<m, X[i,j]*X[i,j2])',
  },
  {
    name: 'Poisson regression',
    source: `label y[m] positive; ${AFFINE}l[i<m] = exp(z[i])\nJ = 1/m*sum(i<m, l[i] - y[i]*z[i])`,
    by: 'w',
    kind: 'hessian',
    torch: 'F.poisson_nll_loss(X @ w, y)',
    shown: '1/m*sum(i<m, l[i]*X[i,j]*X[i,j2])',
  },
  {
    name: 'quadratic form',
    source: 'param x[n]; data A[n,n]\nJ = 1/2*sum(i<n, sum(j<n, x[i]*A[i,j]*x[j]))',
    by: 'x',
    kind: 'hessian',
    torch: 'x @ A @ x/2',
    shown: '1/2*(A[i2,i] + A[i,i2])',
  },
  {
    name: 'log-sum-exp',
    source: 'param z[k]\nJ = log(sum(q<k, exp(z[q])))',
    by: 'z',
    kind: 'hessian',
    torch: 'torch.logsumexp(z, 0)',
    shown: 'G[i]*(delta(i, i2) - G[i2])',
  },
  {
    name: 'softmax cross-entropy',
    source: `param z[k]; label y[k] onehot\n${SOFTMAX}\nJ = -sum(q<k, y[q]*log(P[q]))`,
    by: 'z',
    kind: 'hessian',
    torch: 'F.cross_entropy(z, y)',
    shown: 'P[i2]*(delta(i, i2) - P[i])',
  },
  {
    name: 'mish',
    source: 'param x\nJ = x*tanh(log(1+exp(x)))',
    by: 'x',
    kind: 'hessian',
    torch: 'x*torch.tanh(torch.log(1 + torch.exp(x)))',
  },
  {
    name: 'swish',
    source: 'param x\ns = 1/(1+exp(-x))\nf = x*s',
    by: 'x',
    kind: 'hessian',
    torch: 'F.silu(x)',
  },
  {
    name: 'Huber',
    source: 'param x; hyper d positive\nJ = where(abs(x) <= d, 1/2*x^2, d*(abs(x) - 1/2*d))',
    by: 'x',
    kind: 'hessian',
    torch: 'F.huber_loss(x, torch.zeros_like(x), delta=float(d))',
    shown: 'abs(x) <= d',
  },
  {
    name: 'a network of two layers',
    source: NETWORK,
    by: 'W',
    kind: 'hessian',
    torch: '(v @ torch.tanh(W @ x))**2/2',
  },
  {
    name: 'logistic regression',
    source: LOGISTIC.replace('label', 'upstream v[n]; label'),
    by: 'w',
    kind: 'product',
    torch: 'F.binary_cross_entropy_with_logits(X @ w, y)',
  },
  {
    name: 'softmax cross-entropy',
    source: `param z[k]; label y[k] onehot; upstream v[k]\n${SOFTMAX}\nJ = -sum(q<k, y[q]*log(P[q]))`,
    by: 'z',
    kind: 'product',
    torch: 'F.cross_entropy(z, y)',
  },
];
