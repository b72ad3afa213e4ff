/** Jacobians, Hessians and their products with vectors. */
export interface SecondRow {
  readonly name: string;
  /** In the line language of model.ts. */
  readonly source: string;
  /** What to differentiate by; of a Hessian the block of the first name and the last one. */
  readonly by: readonly string[];
  /** `hessian` of a function that works element by element is its second derivative. Products with a Hessian are by all names. */
  readonly kind: 'hessian' | 'hvp' | 'jacobian' | 'vjp' | 'jvp';
  /** The output as Python over the inputs, in the terms of each library. */
  readonly torch: string;
  readonly jax: string;
  /** The element of the first block as a textbook prints it, where it does: the output's own indices first. */
  readonly shown?: string;
  /** The same in matrix notation; such rows are printed as code as well. */
  readonly matrix?: string;
}

const AFFINE = 'data X[m,n]; param w[n]\nz[i<m] = sum(j<n, X[i,j]*w[j])\n';
const LOGISTIC = `label y[m] unit; ${AFFINE}a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`;
const SOFTMAX = 'E[q<k] = exp(z[q])\nS = sum(q<k, E[q])\nP[q<k] = E[q]/S';
const NETWORK = `data x[n]; param W[k,n]; data v[k]
z[q<k] = sum(j<n, W[q,j]*x[j])
h[q<k] = tanh(z[q])
J = 1/2*sum(q<k, v[q]*h[q])^2`;

const BIASED = `label y[m] unit; data X[m,n]; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`;
const COLUMNS = `data X[n,m]; label Y[1,m] binary; param w[n,1]; param b
Z[1,i<m] = sum(j<n, w[j]*X[j,i]) + b
A[1,i<m] = sigmoid(Z[i])
J = -1/m*sum(i<m, Y[i]*log(A[i]) + (1-Y[i])*log(1-A[i]))`;
const RIDGE = `label y[m]; hyper lam positive; ${AFFINE}J = 1/(2*m)*sum(i<m, (z[i] - y[i])^2) + lam/2*sum(j<n, w[j]^2)`;
const HUBER = `label y[m]; hyper d positive; ${AFFINE}r[i<m] = z[i] - y[i]
J = 1/m*sum(i<m, where(abs(r[i]) <= d, 1/2*r[i]^2, d*(abs(r[i]) - 1/2*d)))`;
const SHIFTED_ROWS = `M[i<m,1] = max(q<k, Z[i,q])
E[i<m,q<k] = exp(Z[i,q] - M[i])
S[i<m,1] = sum(q<k, E[i,q])
P[i<m,q<k] = E[i,q]/S[i]`;
const ROWS = `param Z[m,k]\n${SHIFTED_ROWS}`;
const SOFTMAX_REGRESSION = `data X[m,n]; label Y[m,k] onehot; param W[n,k]
Z[i<m,q<k] = sum(j<n, X[i,j]*W[j,q])
${SHIFTED_ROWS}
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`;
const CLASSIFIER = `data X[m,n]; label y[m] unit; param W1[n,h]; param w2[h]
Z1[i<m,p<h] = sum(j<n, X[i,j]*W1[j,p])
H[i<m,p<h] = tanh(Z1[i,p])
z2[i<m] = sum(p<h, H[i,p]*w2[p])
a[i<m] = sigmoid(z2[i])
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`;
const LAYER_NORM = `param x[n]
mu = 1/n*sum(j<n, x[j])
va = 1/n*sum(j<n, (x[j] - mu)^2)
sd = sqrt(va + 1e-5)
N[j<n] = (x[j] - mu)/sd`;
const ROW_LAYER = 'data X[m,n]; param W[n,k]; param c[k]\nZ[i<m,q<k] = sum(j<n, X[i,j]*W[j,q]) + c[q]';
const SIGMOID = 'param z[n]\na[i<n] = 1/(1+exp(-z[i]))';

export const SECOND: readonly SecondRow[] = [
  {
    name: 'softmax',
    source: `param z[k]\n${SOFTMAX}`,
    by: ['z'],
    kind: 'jacobian',
    torch: 'F.softmax(z, 0)',
    jax: 'jax.nn.softmax(z)',
    shown: 'P[i]*(delta(i, i2) - P[i2])',
    matrix: 'diag(P) - P Pᵀ',
  },
  {
    name: 'softmax, shifted',
    source: `param z[k]\nM = max(q<k, z[q])\n${SOFTMAX.replace('exp(z[q])', 'exp(z[q] - M)')}`,
    by: ['z'],
    kind: 'jacobian',
    torch: 'F.softmax(z, 0)',
    jax: 'jax.nn.softmax(z)',
    shown: 'P[i]*(delta(i, i2) - P[i2])',
    matrix: 'diag(P) - P Pᵀ',
  },
  {
    name: 'softmax of rows',
    source: `param Z[m,k]
E[i<m,q<k] = exp(Z[i,q])
S[i<m] = sum(q<k, E[i,q])
P[i<m,q<k] = E[i,q]/S[i]`,
    by: ['Z'],
    kind: 'jacobian',
    torch: 'F.softmax(Z, 1)',
    jax: 'jax.nn.softmax(Z, axis=1)',
  },
  {
    name: 'log-softmax',
    source: 'param z[k]\nS = sum(q<k, exp(z[q]))\nL[q<k] = z[q] - log(S)',
    by: ['z'],
    kind: 'jacobian',
    torch: 'F.log_softmax(z, 0)',
    jax: 'jax.nn.log_softmax(z)',
  },
  {
    name: 'layer norm',
    source: `param x[n]
mu = 1/n*sum(j<n, x[j])
va = 1/n*sum(j<n, (x[j] - mu)^2)
sd = sqrt(va + 1e-5)
N[j<n] = (x[j] - mu)/sd`,
    by: ['x'],
    kind: 'jacobian',
    torch: 'F.layer_norm(x, x.shape)',
    jax: '(x - x.mean())/jnp.sqrt(x.var() + 1e-5)',
  },
  {
    name: 'unit vector',
    source: 'param x[n]\nr = sqrt(sum(j<n, x[j]^2))\nu[j<n] = x[j]/r',
    by: ['x'],
    kind: 'jacobian',
    torch: 'F.normalize(x, dim=0)',
    jax: 'x/jnp.linalg.norm(x)',
    shown: '(delta(i, i2) - u[i]*u[i2])/r',
    matrix: '1/r (I - u uᵀ)',
  },
  {
    name: 'affine layer',
    source: 'param x[n]; data W[k,n]; data b[k]\nz[q<k] = sum(j<n, W[q,j]*x[j]) + b[q]',
    by: ['x'],
    kind: 'jacobian',
    torch: 'F.linear(x, W, b)',
    jax: 'W @ x + b',
    shown: 'W[c,i]',
  },
  {
    name: 'tanh layer',
    source: 'param x[n]; data W[k,n]\nz[q<k] = sum(j<n, W[q,j]*x[j])\nh[q<k] = tanh(z[q])',
    by: ['x'],
    kind: 'jacobian',
    torch: 'torch.tanh(W @ x)',
    jax: 'jnp.tanh(W @ x)',
    shown: '(1 - h[c]^2)*W[c,i]',
  },
  {
    name: 'logistic regression',
    source: LOGISTIC,
    by: ['w'],
    kind: 'hessian',
    torch: 'F.binary_cross_entropy_with_logits(X @ w, y)',
    jax: '(jnp.logaddexp(0, X @ w) - y*(X @ w)).mean()',
    shown: '1/m*sum(i<m, a[i]*(1 - a[i])*X[i,j]*X[i,j2])',
    matrix: '1/m Xᵀ diag(a ∘ (1 - a)) X',
  },
  {
    name: 'least squares',
    source: `label y[m]; ${AFFINE}J = 1/(2*m)*sum(i<m, (z[i] - y[i])^2)`,
    by: ['w'],
    kind: 'hessian',
    torch: 'F.mse_loss(X @ w, y)/2',
    jax: '((X @ w - y)**2).mean()/2',
    shown: '1/m*sum(i<m, X[i,j]*X[i,j2])',
    matrix: '1/m Xᵀ X',
  },
  {
    name: 'Poisson regression',
    source: `label y[m] positive; ${AFFINE}l[i<m] = exp(z[i])\nJ = 1/m*sum(i<m, l[i] - y[i]*z[i])`,
    by: ['w'],
    kind: 'hessian',
    torch: 'F.poisson_nll_loss(X @ w, y)',
    jax: '(jnp.exp(X @ w) - y*(X @ w)).mean()',
    shown: '1/m*sum(i<m, l[i]*X[i,j]*X[i,j2])',
    matrix: '1/m Xᵀ diag(l) X',
  },
  {
    name: 'quadratic form',
    source: 'param x[n]; data A[n,n]\nJ = 1/2*sum(i<n, sum(j<n, x[i]*A[i,j]*x[j]))',
    by: ['x'],
    kind: 'hessian',
    torch: 'x @ A @ x/2',
    jax: 'x @ A @ x/2',
    shown: '1/2*(A[i2,i] + A[i,i2])',
  },
  {
    name: 'log-sum-exp',
    source: 'param z[k]\nJ = log(sum(q<k, exp(z[q])))',
    by: ['z'],
    kind: 'hessian',
    torch: 'torch.logsumexp(z, 0)',
    jax: 'jax.nn.logsumexp(z)',
    shown: 'p[i]*(delta(i, i2) - p[i2])',
    matrix: 'diag(p) - p pᵀ',
  },
  {
    name: 'softmax cross-entropy',
    source: `param z[k]; label y[k] onehot\n${SOFTMAX}\nJ = -sum(q<k, y[q]*log(P[q]))`,
    by: ['z'],
    kind: 'hessian',
    torch: 'F.cross_entropy(z, y)',
    jax: '-(y*jax.nn.log_softmax(z)).sum()',
    shown: 'P[i]*(delta(i, i2) - P[i2])',
    matrix: 'diag(P) - P Pᵀ',
  },
  {
    name: 'mish',
    source: 'param x\nJ = x*tanh(log(1+exp(x)))',
    by: ['x'],
    kind: 'hessian',
    torch: 'x*torch.tanh(torch.log(1 + torch.exp(x)))',
    jax: 'x*jnp.tanh(jnp.log(1 + jnp.exp(x)))',
  },
  {
    name: 'swish',
    source: 'param x\ns = 1/(1+exp(-x))\nf = x*s',
    by: ['x'],
    kind: 'hessian',
    torch: 'F.silu(x)',
    jax: 'jax.nn.silu(x)',
  },
  {
    name: 'Huber',
    source: 'param x; hyper d positive\nJ = where(abs(x) <= d, 1/2*x^2, d*(abs(x) - 1/2*d))',
    by: ['x'],
    kind: 'hessian',
    torch: 'F.huber_loss(x, torch.zeros_like(x), delta=float(d))',
    jax: 'jnp.where(jnp.abs(x) <= d, x**2/2, d*(jnp.abs(x) - d/2))',
    shown: 'abs(x) <= d',
  },
  {
    name: 'a network of two layers',
    source: NETWORK,
    by: ['W'],
    kind: 'hessian',
    torch: '(v @ torch.tanh(W @ x))**2/2',
    jax: '(v @ jnp.tanh(W @ x))**2/2',
  },
  {
    name: 'logistic regression',
    source: LOGISTIC,
    by: ['w'],
    kind: 'hvp',
    torch: 'F.binary_cross_entropy_with_logits(X @ w, y)',
    jax: '(jnp.logaddexp(0, X @ w) - y*(X @ w)).mean()',
    matrix: '1/m Xᵀ (a ∘ (1 - a) ∘ (X v))',
  },
  {
    name: 'softmax cross-entropy',
    source: `param z[k]; label y[k] onehot\n${SOFTMAX}\nJ = -sum(q<k, y[q]*log(P[q]))`,
    by: ['z'],
    kind: 'hvp',
    torch: 'F.cross_entropy(z, y)',
    jax: '-(y*jax.nn.log_softmax(z)).sum()',
    shown: '(v[i] - sum(i2<k, P[i2]*v[i2]))*P[i]',
    matrix: '(v - Pᵀ v) ∘ P',
  },
  {
    name: 'logistic regression with a bias',
    source: BIASED,
    by: ['w', 'b'],
    kind: 'hessian',
    torch: 'F.binary_cross_entropy_with_logits(X @ w + b, y)',
    jax: '(jnp.logaddexp(0, X @ w + b) - y*(X @ w + b)).mean()',
  },
  {
    name: 'logistic regression with a bias',
    source: BIASED,
    by: ['w', 'b'],
    kind: 'hvp',
    torch: 'F.binary_cross_entropy_with_logits(X @ w + b, y)',
    jax: '(jnp.logaddexp(0, X @ w + b) - y*(X @ w + b)).mean()',
  },
  {
    name: 'logistic regression with a bias',
    source: BIASED,
    by: ['b'],
    kind: 'hessian',
    torch: 'F.binary_cross_entropy_with_logits(X @ w + b, y)',
    jax: '(jnp.logaddexp(0, X @ w + b) - y*(X @ w + b)).mean()',
  },
  {
    name: 'logits, columns',
    source: COLUMNS,
    by: ['w', 'b'],
    kind: 'hvp',
    torch: 'F.binary_cross_entropy_with_logits(w.T @ X + b, Y)',
    jax: '(jnp.logaddexp(0, w.T @ X + b) - Y*(w.T @ X + b)).mean()',
  },
  {
    name: 'logits, columns',
    source: COLUMNS,
    by: ['w'],
    kind: 'hessian',
    torch: 'F.binary_cross_entropy_with_logits(w.T @ X + b, Y)',
    jax: '(jnp.logaddexp(0, w.T @ X + b) - Y*(w.T @ X + b)).mean()',
  },
  {
    name: 'ridge regression',
    source: RIDGE,
    by: ['w'],
    kind: 'hessian',
    torch: 'F.mse_loss(X @ w, y)/2 + lam/2*(w**2).sum()',
    jax: '((X @ w - y)**2).mean()/2 + lam/2*(w**2).sum()',
    shown: 'lam*delta(j, j2) + 1/m*sum(i<m, X[i,j]*X[i,j2])',
    matrix: 'lam I + 1/m Xᵀ X',
  },
  {
    name: 'ridge regression',
    source: RIDGE,
    by: ['w'],
    kind: 'hvp',
    torch: 'F.mse_loss(X @ w, y)/2 + lam/2*(w**2).sum()',
    jax: '((X @ w - y)**2).mean()/2 + lam/2*(w**2).sum()',
    matrix: 'lam v + 1/m Xᵀ X v',
  },
  {
    name: 'regression by the Huber loss',
    source: HUBER,
    by: ['w'],
    kind: 'hessian',
    torch: 'F.huber_loss(X @ w, y, delta=float(d))',
    jax: 'jnp.where(jnp.abs(X @ w - y) <= d, (X @ w - y)**2/2, d*(jnp.abs(X @ w - y) - d/2)).mean()',
    shown: '1/m*sum(i<m, X[i,j]*X[i,j2]*(abs(r[i]) <= d))',
  },
  {
    name: 'softmax regression',
    source: SOFTMAX_REGRESSION,
    by: ['W'],
    kind: 'hessian',
    torch: 'F.cross_entropy(X @ W, Y)',
    jax: '-(Y*jax.nn.log_softmax(X @ W, axis=1)).sum(1).mean()',
    shown: '1/m*sum(i<m, P[i,c]*(delta(c, c2) - P[i,c2])*X[i,j]*X[i,j2])',
  },
  {
    name: 'softmax regression',
    source: SOFTMAX_REGRESSION,
    by: ['W'],
    kind: 'hvp',
    torch: 'F.cross_entropy(X @ W, Y)',
    jax: '-(Y*jax.nn.log_softmax(X @ W, axis=1)).sum(1).mean()',
    matrix: '1/m Xᵀ ((Z_dot - (Z_dot ∘ P) 1 1ᵀ) ∘ P)',
  },
  {
    name: 'a classifier of two layers',
    source: CLASSIFIER,
    by: ['W1', 'w2'],
    kind: 'hessian',
    torch: 'F.binary_cross_entropy_with_logits(torch.tanh(X @ W1) @ w2, y)',
    jax: '(jnp.logaddexp(0, jnp.tanh(X @ W1) @ w2) - y*(jnp.tanh(X @ W1) @ w2)).mean()',
  },
  {
    name: 'a classifier of two layers',
    source: CLASSIFIER,
    by: ['w2'],
    kind: 'hessian',
    torch: 'F.binary_cross_entropy_with_logits(torch.tanh(X @ W1) @ w2, y)',
    jax: '(jnp.logaddexp(0, jnp.tanh(X @ W1) @ w2) - y*(jnp.tanh(X @ W1) @ w2)).mean()',
  },
  {
    name: 'a classifier of two layers',
    source: CLASSIFIER,
    by: ['W1', 'w2'],
    kind: 'hvp',
    torch: 'F.binary_cross_entropy_with_logits(torch.tanh(X @ W1) @ w2, y)',
    jax: '(jnp.logaddexp(0, jnp.tanh(X @ W1) @ w2) - y*(jnp.tanh(X @ W1) @ w2)).mean()',
  },
  {
    name: 'factors of a matrix',
    source: `param A[m,n]; param B[n,k]; data C[m,k]
J = 1/2*sum(i<m, sum(q<k, (sum(j<n, A[i,j]*B[j,q]) - C[i,q])^2))`,
    by: ['A', 'B'],
    kind: 'hvp',
    torch: '((A @ B - C)**2).sum()/2',
    jax: '((A @ B - C)**2).sum()/2',
    shown:
      'sum(c<k, (sum(j2<n, A[i,j2]*B[j2,c]) - C[i,c])*V_B[j,c]) + sum(j2<n, A[i,j2]*sum(c<k, B[j,c]*V_B[j2,c])) + sum(j2<n, V_A[i,j2]*sum(c<k, B[j,c]*B[j2,c]))',
    matrix: '(A B - C) V_Bᵀ + A V_B Bᵀ + V_A B Bᵀ',
  },
  {
    name: 'softmax',
    source: `param z[k]\n${SOFTMAX}`,
    by: ['z'],
    kind: 'vjp',
    torch: 'F.softmax(z, 0)',
    jax: 'jax.nn.softmax(z)',
    shown: '(U[i] - sum(i2<k, U[i2]*P[i2]))*P[i]',
    matrix: '(U - Uᵀ P) ∘ P',
  },
  {
    name: 'softmax',
    source: `param z[k]\n${SOFTMAX}`,
    by: ['z'],
    kind: 'jvp',
    torch: 'F.softmax(z, 0)',
    jax: 'jax.nn.softmax(z)',
  },
  {
    name: 'softmax of rows, shifted',
    source: ROWS,
    by: ['Z'],
    kind: 'jacobian',
    torch: 'F.softmax(Z, 1)',
    jax: 'jax.nn.softmax(Z, axis=1)',
    shown: 'delta(i, i2)*P[i,c]*(delta(c, c2) - P[i,c2])',
  },
  {
    name: 'softmax of rows, shifted',
    source: ROWS,
    by: ['Z'],
    kind: 'vjp',
    torch: 'F.softmax(Z, 1)',
    jax: 'jax.nn.softmax(Z, axis=1)',
    shown: '(U[i,c] - sum(c2<k, P[i,c2]*U[i,c2]))*P[i,c]',
  },
  {
    name: 'softmax of rows, shifted',
    source: ROWS,
    by: ['Z'],
    kind: 'jvp',
    torch: 'F.softmax(Z, 1)',
    jax: 'jax.nn.softmax(Z, axis=1)',
  },
  {
    name: 'layer norm',
    source: LAYER_NORM,
    by: ['x'],
    kind: 'vjp',
    torch: 'F.layer_norm(x, x.shape)',
    jax: '(x - x.mean())/jnp.sqrt(x.var() + 1e-5)',
  },
  {
    name: 'layer norm',
    source: LAYER_NORM,
    by: ['x'],
    kind: 'jvp',
    torch: 'F.layer_norm(x, x.shape)',
    jax: '(x - x.mean())/jnp.sqrt(x.var() + 1e-5)',
  },
  {
    name: 'affine layer of rows',
    source: ROW_LAYER,
    by: ['W', 'c'],
    kind: 'jvp',
    torch: 'X @ W + c',
    jax: 'X @ W + c',
    matrix: 'X V_W + 1 v_cᵀ',
  },
  {
    name: 'affine layer of rows',
    source: ROW_LAYER,
    by: ['W'],
    kind: 'vjp',
    torch: 'X @ W + c',
    jax: 'X @ W + c',
  },
  {
    name: 'affine layer of rows',
    source: ROW_LAYER,
    by: ['c'],
    kind: 'vjp',
    torch: 'X @ W + c',
    jax: 'X @ W + c',
  },
  {
    name: 'affine layer of rows',
    source: ROW_LAYER,
    by: ['W'],
    kind: 'jacobian',
    torch: 'X @ W + c',
    jax: 'X @ W + c',
  },
  {
    name: 'sigmoid',
    source: SIGMOID,
    by: ['z'],
    kind: 'jacobian',
    torch: 'torch.sigmoid(z)',
    jax: 'jax.nn.sigmoid(z)',
    shown: 'a[i]*(1 - a[i])*delta(i, i2)',
    matrix: 'diag(a ∘ (1 - a))',
  },
  {
    name: 'sigmoid',
    source: SIGMOID,
    by: ['z'],
    kind: 'vjp',
    torch: 'torch.sigmoid(z)',
    jax: 'jax.nn.sigmoid(z)',
    shown: 'U[i]*a[i]*(1 - a[i])',
  },
  {
    name: 'sigmoid',
    source: SIGMOID,
    by: ['z'],
    kind: 'hessian',
    torch: 'torch.sigmoid(z)',
    jax: 'jax.nn.sigmoid(z)',
  },
  {
    name: 'tanh',
    source: 'param z[n]\nt[i<n] = tanh(z[i])',
    by: ['z'],
    kind: 'hessian',
    torch: 'torch.tanh(z)',
    jax: 'jnp.tanh(z)',
  },
  {
    name: 'softplus',
    source: 'param z[n]\nt[i<n] = log(1 + exp(z[i]))',
    by: ['z'],
    kind: 'hessian',
    torch: 'F.softplus(z)',
    jax: 'jax.nn.softplus(z)',
  },
  {
    name: 'the function of Rosenbrock',
    source: 'param x; param y\nJ = (1-x)^2 + 100*(y-x^2)^2',
    by: ['x', 'y'],
    kind: 'hvp',
    torch: '(1 - x)**2 + 100*(y - x**2)**2',
    jax: '(1 - x)**2 + 100*(y - x**2)**2',
  },
  {
    name: 'the function of Rosenbrock',
    source: 'param x; param y\nJ = (1-x)^2 + 100*(y-x^2)^2',
    by: ['x', 'y'],
    kind: 'hessian',
    torch: '(1 - x)**2 + 100*(y - x**2)**2',
    jax: '(1 - x)**2 + 100*(y - x**2)**2',
  },
];
