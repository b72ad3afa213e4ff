/** Activations and normalisations. */
import type { BreadthRow } from './breadthRow';

/** Scalar functions of `x`: the same definition serves every element of an array. */
const SCALAR: readonly BreadthRow[] = [
  {
    name: 'sigmoid',
    source: 'param x\na = 1/(1+exp(-x))',
    torch: 'torch.sigmoid(x)',
    jax: 'nn.sigmoid(x)',
    sympy: '1/(1+exp(-x))',
    gradients: { x: 'a*(1 - a)' },
  },
  {
    name: 'log-sigmoid',
    source: 'param x\ns = 1/(1+exp(-x))\nl = log(s)',
    torch: 'F.logsigmoid(x)',
    jax: 'nn.log_sigmoid(x)',
    sympy: '-log(1+exp(-x))',
    gradients: { x: '1 - s' },
  },
  {
    name: 'tanh',
    source: 'param x\nt = tanh(x)',
    torch: 'torch.tanh(x)',
    jax: 'nn.tanh(x)',
    sympy: 'tanh(x)',
    gradients: { x: '1 - t^2' },
  },
  {
    name: 'hard sigmoid',
    source: 'param x\nr = max(0, min(6, x+3))\na = r/6',
    torch: 'F.hardsigmoid(x)',
    torchPrecision: 1e-7,
    jax: 'nn.hard_sigmoid(x)',
    kinks: ['-3', '3'],
    gradients: { x: '1/6*(x < 3)*(x > -3)' },
  },
  {
    name: 'hard tanh',
    source:
      'param x; hyper lo; hyper width positive\nhi = lo + width\na = where(x >= hi, hi, where(x <= lo, lo, x))',
    torch: 'F.hardtanh(x, float(lo), float(lo + width))',
    gradients: { x: '(x > lo)*(hi > x)' },
    kinks: ['lo', 'lo + width'],
  },
  {
    name: 'hard swish',
    source: 'param x\nr = min(6, max(0, x+3))\na = x*r/6',
    torch: 'F.hardswish(x)',
    jax: 'nn.hard_swish(x)',
    kinks: ['-3', '3'],
    gradients: { x: 'where(x >= 3, 1, 1/6*(r + x)*(x > -3))' },
  },
  {
    name: 'hard shrink',
    source: 'param x; hyper lam positive\na = where(abs(x) > lam, x, 0)',
    torch: 'F.hardshrink(x, float(lam))',
    gradients: { x: 'abs(x) > lam' },
    kinks: ['lam', '-lam'],
  },
  {
    name: 'soft shrink',
    source: 'param x; hyper lam positive\na = where(x > lam, x - lam, where(x < -lam, x + lam, 0))',
    torch: 'F.softshrink(x, float(lam))',
    gradients: { x: 'where(x > lam, 1, -lam > x)' },
    kinks: ['lam', '-lam'],
  },
  {
    name: 'tanh shrink',
    source: 'param x\nt = tanh(x)\na = x - t',
    torch: 'F.tanhshrink(x)',
    sympy: 'x - tanh(x)',
    gradients: { x: 't^2' },
  },
  {
    name: 'threshold',
    source: 'param x; hyper t; hyper v\na = where(x > t, x, v)',
    torch: 'F.threshold(x, float(t), float(v))',
    gradients: { x: 'x > t' },
    kinks: ['t'],
  },
  {
    name: 'ReLU',
    source: 'param x\na = max(0, x)',
    torch: 'F.relu(x)',
    jax: 'nn.relu(x)',
    sympy: 'Max(0, x)',
    gradients: { x: 'x > 0' },
    kinks: ['0'],
  },
  {
    name: 'ReLU6',
    source: 'param x\na = min(6, max(0, x))',
    torch: 'F.relu6(x)',
    jax: 'nn.relu6(x)',
    kinks: ['0', '6'],
    gradients: { x: '(x < 6)*(x > 0)' },
  },
  {
    name: 'leaky ReLU',
    source: 'param x\na = where(x > 0, x, 0.01*x)',
    torch: 'F.leaky_relu(x, 0.01)',
    jax: 'nn.leaky_relu(x, 0.01)',
    sympy: 'Piecewise((x, x > 0), (x/100, True))',
    gradients: { x: 'where(x > 0, 1, 0.01)' },
    kinks: ['0'],
  },
  {
    name: 'PReLU',
    source: 'param x; param al\na = where(x > 0, x, al*x)',
    torch: 'F.prelu(x.reshape(1), al.reshape(1))[0]',
    gradients: { x: 'where(x > 0, 1, al)', al: 'x*(x <= 0)' },
    kinks: ['0'],
  },
  {
    name: 'RReLU in evaluation',
    source: 'param x\nslope = (1/8 + 1/3)/2\na = where(x > 0, x, slope*x)',
    torch: 'F.rrelu(x, 1/8, 1/3, training=False)',
    gradients: { x: 'where(x > 0, 1, slope)' },
    kinks: ['0'],
  },
  {
    name: 'ELU',
    source: 'param x; hyper al positive\na = where(x > 0, x, al*(exp(x) - 1))',
    torch: 'F.elu(x, float(al))',
    jax: 'nn.elu(x, al)',
    sympy: 'Piecewise((x, x > 0), (al*(exp(x) - 1), True))',
    gradients: { x: 'where(x > 0, 1, al*exp(x))' },
    kinks: ['0'],
  },
  {
    name: 'CELU',
    source: 'param x; hyper al positive\na = max(0, x) + min(0, al*(exp(x/al) - 1))',
    torch: 'F.celu(x, float(al))',
    torchPrecision: 1e-7,
    jax: 'nn.celu(x, al)',
    extreme: 5,
    kinks: ['0'],
    gradients: { x: 'where(x > 0, 1, exp(x/al))' },
  },
  {
    name: 'SELU',
    source:
      'param x\na = 1.0507009873554804934193349852946*(max(0, x) + min(0, 1.6732632423543772848170429916717*(exp(x) - 1)))',
    torch: 'F.selu(x)',
    jax: 'nn.selu(x)',
    kinks: ['0'],
    gradients: { x: 'where(x > 0, 1.0507009873554805, 1.7580993408473766*exp(x))' },
  },
  {
    name: 'GELU',
    source: 'param x\nPhi = 1/2*(1 + erf(x/sqrt(2)))\na = x*Phi',
    torch: 'F.gelu(x)',
    jax: 'nn.gelu(x, approximate=False)',
    sympy: 'x/2*(1 + erf(x/sqrt(2)))',
    gradients: { x: 'Phi + x*exp(-1/2*x^2)/sqrt(2*pi)' },
  },
  {
    name: 'GELU by tanh',
    source: 'param x\nu = sqrt(2/pi)*(x + 0.044715*x^3)\nt = tanh(u)\na = x/2*(1 + t)',
    torch: "F.gelu(x, approximate='tanh')",
    jax: 'nn.gelu(x, approximate=True)',
    sympy: 'x/2*(1 + tanh(sqrt(2/pi)*(x + Float("0.044715", 40)*x**3)))',
    gradients: { x: '(1 - t^2)*x*(1 + 0.134145*x^2)/sqrt(2*pi) + 1/2*(t + 1)' },
  },
  {
    name: 'SiLU',
    source: 'param x\ns = 1/(1+exp(-x))\nf = x*s',
    torch: 'F.silu(x)',
    jax: 'nn.silu(x)',
    sympy: 'x/(1+exp(-x))',
    gradients: { x: '(1 + (1 - s)*x)*s' },
  },
  {
    name: 'swish with a slope',
    source: 'param x; param be\ns = 1/(1+exp(-be*x))\nf = x*s',
    torch: 'x*torch.sigmoid(be*x)',
    sympy: 'x/(1+exp(-be*x))',
    extreme: 5,
    gradients: { x: '(1 + (1 - s)*x*be)*s', be: 's*(1 - s)*x^2' },
  },
  {
    name: 'mish',
    source: 'param x\nsp = log(1+exp(x))\nt = tanh(sp)\nf = x*t',
    torch: 'F.mish(x)',
    jax: 'nn.mish(x)',
    sympy: 'x*tanh(log(1+exp(x)))',
    gradients: { x: 't + (1 - t^2)*x*sigmoid(x)' },
  },
  {
    name: 'softplus',
    source: 'param x; hyper be positive\nsp = 1/be*log(1+exp(be*x))',
    torch: 'F.softplus(x, float(be), threshold=1e9)',
    jax: 'nn.softplus(be*x)/be',
    sympy: 'log(1+exp(be*x))/be',
    gradients: { x: 'sigmoid(be*x)' },
  },
  {
    name: 'softsign',
    source: 'param x\nd = 1 + abs(x)\na = x/d',
    torch: 'F.softsign(x)',
    jax: 'nn.soft_sign(x)',
    kinks: ['0'],
    gradients: { x: '1/d^2' },
  },
  {
    name: 'squareplus',
    source: 'param x; hyper b positive\nr = sqrt(x^2 + b)\na = (x + r)/2',
    torch: '(x + torch.sqrt(x*x + b))/2',
    jax: 'nn.squareplus(x, b)',
    sympy: '(x + sqrt(x**2 + b))/2',
    gradients: { x: '1/2*(1 + x/r)' },
  },
  {
    name: 'sparse plus',
    source: 'param x\na = where(x <= -1, 0, where(x >= 1, x, (x+1)^2/4))',
    torch: 'torch.where(x <= -1, 0*x, torch.where(x >= 1, x, (x+1)**2/4))',
    jax: 'nn.sparse_plus(x)',
  },
  {
    name: 'hard ELU by built-in functions',
    source: 'param x\np = relu(x)\nq = expm1(minimum(x, 0))\na = p + q',
    torch: 'F.elu(x)',
    jax: 'nn.elu(x)',
    kinks: ['0'],
    gradients: { x: 'exp(minimum(x, 0))' },
  },
];

const ROWS = 'param Z[m,k]; upstream U[m,k]\n';

const ARRAY: readonly BreadthRow[] = [
  {
    name: 'softmax',
    source: `${ROWS}M[i<m] = max(q<k, Z[i,q])
E[i<m,q<k] = exp(Z[i,q] - M[i])
S[i<m] = sum(q<k, E[i,q])
P[i<m,q<k] = E[i,q]/S[i]
J = sum(i<m, sum(q<k, U[i,q]*P[i,q]))`,
    torch: '(U*F.softmax(Z, 1)).sum()',
    jax: '(U*nn.softmax(Z, 1)).sum()',
    gradients: {
      Z: '(U[i,c] - sum(c2<k, P[i,c2]*U[i,c2]))*P[i,c]',
    },
  },
  {
    name: 'softmax in one line',
    source: `${ROWS}P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = sum(i<m, sum(q<k, U[i,q]*P[i,q]))`,
    torch: '(U*F.softmax(Z, 1)).sum()',
    jax: '(U*nn.softmax(Z, 1)).sum()',
    gradients: { Z: '(U[i,c] - sum(c2<k, P[i,c2]*U[i,c2]))*P[i,c]' },
  },
  {
    name: 'softmin',
    source: `${ROWS}E[i<m,q<k] = exp(-Z[i,q])
P[i<m,q<k] = E[i,q]/sum(r<k, E[i,r])
J = sum(i<m, sum(q<k, U[i,q]*P[i,q]))`,
    torch: '(U*F.softmin(Z, 1)).sum()',
    gradients: {
      Z: '(sum(c2<k, P[i,c2]*U[i,c2]) - U[i,c])*P[i,c]',
    },
  },
  {
    name: 'softmax with a temperature',
    source: `${ROWS}hyper T positive
E[i<m,q<k] = exp(Z[i,q]/T)
P[i<m,q<k] = E[i,q]/sum(r<k, E[i,r])
J = sum(i<m, sum(q<k, U[i,q]*P[i,q]))`,
    torch: '(U*F.softmax(Z/T, 1)).sum()',
    gradients: {
      Z: '(U[i,c] - sum(c2<k, P[i,c2]*U[i,c2]))*P[i,c]/T',
    },
  },
  {
    name: 'log-softmax',
    source: `${ROWS}S[i<m] = sum(q<k, exp(Z[i,q]))
L[i<m,q<k] = Z[i,q] - log(S[i])
J = sum(i<m, sum(q<k, U[i,q]*L[i,q]))`,
    torch: '(U*F.log_softmax(Z, 1)).sum()',
    jax: '(U*nn.log_softmax(Z, 1)).sum()',
    gradients: {
      Z: 'U[i,c] - exp(L[i,c])*sum(c2<k, U[i,c2])',
    },
  },
  {
    name: 'log-softmax of the softmax',
    source: `${ROWS}E[i<m,q<k] = exp(Z[i,q])
P[i<m,q<k] = E[i,q]/sum(r<k, E[i,r])
L[i<m,q<k] = log(P[i,q])
J = sum(i<m, sum(q<k, U[i,q]*L[i,q]))`,
    torch: '(U*F.log_softmax(Z, 1)).sum()',
    gradients: {
      Z: 'U[i,c] - P[i,c]*sum(c2<k, U[i,c2])',
    },
  },
  {
    name: 'log-sum-exp',
    source: `param Z[m,k]; upstream U[m]
M[i<m] = max(q<k, Z[i,q])
l[i<m] = M[i] + log(sum(q<k, exp(Z[i,q] - M[i])))
J = sum(i<m, U[i]*l[i])`,
    torch: '(U*torch.logsumexp(Z, 1)).sum()',
    jax: '(U*nn.logsumexp(Z, 1)).sum()',
    gradients: {
      Z: 'P[i,c]*U[i]',
    },
  },
  {
    name: 'GLU',
    source: `param A[m,k]; param B[m,k]; upstream U[m,k]
s[i<m,q<k] = 1/(1+exp(-B[i,q]))
G[i<m,q<k] = A[i,q]*s[i,q]
J = sum(i<m, sum(q<k, U[i,q]*G[i,q]))`,
    torch: '(U*F.glu(torch.cat([A, B], 1), 1)).sum()',
    jax: '(U*nn.glu(jnp.concatenate([A, B], 1), 1)).sum()',
    gradients: { A: 'U[i,c]*s[i,c]', B: 'U[i,c]*A[i,c]*s[i,c]*(1 - s[i,c])' },
  },
  {
    name: 'SwiGLU',
    source: `param A[m,k]; param B[m,k]; upstream U[m,k]
s[i<m,q<k] = sigmoid(A[i,q])
G[i<m,q<k] = A[i,q]*s[i,q]*B[i,q]
J = sum(i<m, sum(q<k, U[i,q]*G[i,q]))`,
    torch: '(U*F.silu(A)*B).sum()',
    gradients: { A: '(1 + (1 - s[i,c])*A[i,c])*s[i,c]*B[i,c]*U[i,c]', B: 'U[i,c]*A[i,c]*s[i,c]' },
  },
  {
    name: 'GEGLU',
    source: `param A[m,k]; param B[m,k]; upstream U[m,k]
g[i<m,q<k] = A[i,q]/2*(1 + erf(A[i,q]/sqrt(2)))
J = sum(i<m, sum(q<k, U[i,q]*g[i,q]*B[i,q]))`,
    torch: '(U*F.gelu(A)*B).sum()',
    gradients: {
      A: '(A[i,c]*exp(-1/2*A[i,c]^2)/sqrt(2*pi) + 1/2*(1 + erf(A[i,c]/sqrt(2))))*B[i,c]*U[i,c]',
      B: 'U[i,c]*g[i,c]',
    },
  },
  {
    name: 'maxout',
    source: `${ROWS.replace('U[m,k]', 'U[m]')}M[i<m] = max(q<k, Z[i,q])\nJ = sum(i<m, U[i]*M[i])`,
    torch: '(U*Z.max(1).values).sum()',
  },
  {
    name: 'layer norm in one line',
    source: `param X[m,n]; param g[n]; param b[n]; upstream U[m,n]
mu[i<m] = 1/n*sum(j<n, X[i,j])
va[i<m] = 1/n*sum(j<n, (X[i,j] - mu[i])^2)
Y[i<m,j<n] = g[j]*(X[i,j] - mu[i])/sqrt(va[i] + 1e-5) + b[j]
J = sum(i<m, sum(j<n, U[i,j]*Y[i,j]))`,
    torch: '(U*F.layer_norm(X, (X.shape[1],), g, b, 1e-5)).sum()',
    jax: '(U*(g*nn.standardize(X, axis=1, epsilon=1e-5) + b)).sum()',
    gradients: {
      X: '(g[j]*U[i,j] - 1/n*(X[i,j] - mu[i])*sum(j2<n, (X[i,j2] - mu[i])*g[j2]*U[i,j2])/(va[i] + 1e-5) - 1/n*sum(j2<n, g[j2]*U[i,j2]))/sqrt(va[i] + 1e-5)',
      g: 'sum(i<m, U[i,j]*(X[i,j] - mu[i])/sqrt(va[i] + 1e-5))',
      b: 'sum(i<m, U[i,j])',
    },
  },
  {
    name: 'layer norm',
    source: `param X[m,n]; param g[n]; param b[n]; upstream U[m,n]
mu[i<m] = 1/n*sum(j<n, X[i,j])
va[i<m] = 1/n*sum(j<n, (X[i,j] - mu[i])^2)
sd[i<m] = sqrt(va[i] + 1e-5)
N[i<m,j<n] = (X[i,j] - mu[i])/sd[i]
Y[i<m,j<n] = g[j]*N[i,j] + b[j]
J = sum(i<m, sum(j<n, U[i,j]*Y[i,j]))`,
    torch: '(U*F.layer_norm(X, (X.shape[1],), g, b, 1e-5)).sum()',
    jax: '(U*(g*nn.standardize(X, axis=1, epsilon=1e-5) + b)).sum()',
    gradients: {
      X: '(dN[i,j] - 1/n*(N[i,j]*sum(j2<n, dN[i,j2]*N[i,j2]) + sum(j2<n, dN[i,j2])))/sd[i]',
      g: 'sum(i<m, U[i,j]*N[i,j])',
      b: 'sum(i<m, U[i,j])',
    },
    named: {
      dN: 'U[i,j]*g[j]',
    },
  },
  {
    name: 'RMS norm',
    source: `param X[m,n]; param g[n]; upstream U[m,n]
r[i<m] = sqrt(1/n*sum(j<n, X[i,j]^2) + 1e-5)
N[i<m,j<n] = X[i,j]/r[i]
J = sum(i<m, sum(j<n, U[i,j]*g[j]*N[i,j]))`,
    torch: '(U*F.rms_norm(X, (X.shape[1],), g, 1e-5)).sum()',
    gradients: {
      X: '(dN[i,j] - 1/n*N[i,j]*sum(j2<n, dN[i,j2]*N[i,j2]))/r[i]',
      g: 'sum(i<m, U[i,j]*N[i,j])',
    },
    named: {
      dN: 'U[i,j]*g[j]',
    },
  },
  {
    name: 'batch norm',
    source: `param X[m,n]; param g[n]; param b[n]; upstream U[m,n]
mu[j<n] = 1/m*sum(i<m, X[i,j])
va[j<n] = 1/m*sum(i<m, (X[i,j] - mu[j])^2)
N[i<m,j<n] = (X[i,j] - mu[j])/sqrt(va[j] + 1e-5)
J = sum(i<m, sum(j<n, U[i,j]*(g[j]*N[i,j] + b[j])))`,
    torch: '(U*F.batch_norm(X, None, None, g, b, True, 0.1, 1e-5)).sum()',
    gradients: {
      X: '(U[i,j] - 1/m*(N[i,j]*sum(i2<m, N[i2,j]*U[i2,j]) + sum(i2<m, U[i2,j])))*g[j]/sqrt(va[j] + 1e-5)',
      g: 'sum(i<m, U[i,j]*N[i,j])',
      b: 'sum(i<m, U[i,j])',
    },
  },
  {
    name: 'instance norm',
    source: `param X[m,c,l]; upstream U[m,c,l]
mu[i<m,q<c] = 1/l*sum(j<l, X[i,q,j])
va[i<m,q<c] = 1/l*sum(j<l, (X[i,q,j] - mu[i,q])^2)
N[i<m,q<c,j<l] = (X[i,q,j] - mu[i,q])/sqrt(va[i,q] + 1e-5)
J = sum(i<m, sum(q<c, sum(j<l, U[i,q,j]*N[i,q,j])))`,
    torch: '(U*F.instance_norm(X, eps=1e-5)).sum()',
    gradients: {
      X: '(U[i,k,j] - 1/l*(N[i,k,j]*sum(j2<l, N[i,k,j2]*U[i,k,j2]) + sum(j2<l, U[i,k,j2])))/sqrt(va[i,k] + 1e-5)',
    },
  },
  {
    name: 'group norm',
    source: `param X[m,g,c]; upstream U[m,g,c]
mu[i<m,h<g] = 1/c*sum(q<c, X[i,h,q])
va[i<m,h<g] = 1/c*sum(q<c, (X[i,h,q] - mu[i,h])^2)
sd[i<m,h<g] = sqrt(va[i,h] + 1e-5)
J = sum(i<m, sum(h<g, sum(q<c, U[i,h,q]*(X[i,h,q] - mu[i,h])/sd[i,h])))`,
    torch: '(U*F.group_norm(X.reshape(X.shape[0], -1), X.shape[1]).reshape(X.shape)).sum()',
    gradients: {
      X: '(U[i,j,k] - 1/c*(X[i,j,k] - mu[i,j])*sum(k2<c, (X[i,j,k2] - mu[i,j])*U[i,j,k2])/sd[i,j]^2 - 1/c*sum(k2<c, U[i,j,k2]))/sd[i,j]',
    },
  },
  {
    name: 'mean and variance of a batch',
    source: `param X[m,n]; upstream u[n]; upstream v[n]
mu[j<n] = 1/m*sum(i<m, X[i,j])
va[j<n] = 1/m*sum(i<m, (X[i,j] - mu[j])^2)
J = sum(j<n, u[j]*mu[j] + v[j]*va[j])`,
    torch: '(u*X.mean(0) + v*X.var(0, correction=0)).sum()',
    gradients: { X: '1/m*(2*(X[i,j] - mu[j])*v[j] + u[j])' },
  },
  {
    name: 'unbiased standard deviation',
    source: `param x[m]
mu = 1/m*sum(i<m, x[i])
sd = sqrt(1/(m-1)*sum(i<m, (x[i] - mu)^2))`,
    torch: 'x.std()',
    gradients: { x: '(x[i] - mu)/(sd*(m - 1))' },
  },
  {
    name: 'unit rows',
    source: `param X[m,n]; upstream U[m,n]
r[i<m] = sqrt(sum(j<n, X[i,j]^2))
N[i<m,j<n] = X[i,j]/max(r[i], 0.000000000001)
J = sum(i<m, sum(j<n, U[i,j]*N[i,j]))`,
    torch: '(U*F.normalize(X, dim=1)).sum()',
  },
  {
    name: 'scaled dot-product attention',
    source: `param Q[t,d]; param K[s,d]; param V[s,e]; upstream U[t,e]
S[i<t,j<s] = sum(q<d, Q[i,q]*K[j,q])/sqrt(d)
P[i<t,j<s] = exp(S[i,j])/sum(r<s, exp(S[i,r]))
O[i<t,r<e] = sum(j<s, P[i,j]*V[j,r])
J = sum(i<t, sum(r<e, U[i,r]*O[i,r]))`,
    torch: '(U*F.scaled_dot_product_attention(Q[None], K[None], V[None])[0]).sum()',
    jax: '(U*(nn.softmax(Q @ K.T/jnp.sqrt(Q.shape[1]), 1) @ V)).sum()',
    extreme: 4,
    gradients: {
      Q: '1/sqrt(d)*sum(k<s, dS[i,k]*K[k,j])',
      K: '1/sqrt(d)*sum(i<t, dS[i,k]*Q[i,j])',
      V: 'sum(i<t, U[i,l]*P[i,k])',
    },
    named: {
      dP: 'sum(l<e, U[i,l]*V[k,l])',
      dS: '(dP[i,k] - sum(k2<s, dP[i,k2]*P[i,k2]))*P[i,k]',
    },
  },
  {
    name: 'causal attention, shifted',
    source: `param Q[t,d]; param K[t,d]; param V[t,e]; upstream U[t,e]
S[i<t,j<t] = sum(q<d, Q[i,q]*K[j,q])/sqrt(d)
M[i<t] = max(j<t, S[i,j])
E[i<t,j<t] = where(j <= i, exp(S[i,j] - M[i]), 0)
R[i<t] = sum(j<t, E[i,j])
P[i<t,j<t] = E[i,j]/R[i]
O[i<t,r<e] = sum(j<t, P[i,j]*V[j,r])
J = sum(i<t, sum(r<e, U[i,r]*O[i,r]))`,
    torch: '(U*F.scaled_dot_product_attention(Q[None], K[None], V[None], is_causal=True)[0]).sum()',
    extreme: 3,
    gradients: {
      Q: '1/sqrt(d)*sum(i2<t, dS[i,i2]*K[i2,j])',
      K: '1/sqrt(d)*sum(i2<t, dS[i2,i]*Q[i2,j])',
      V: 'sum(i2<t, U[i2,k]*P[i2,i])',
    },
    named: {
      dP: 'sum(k<e, U[i,k]*V[i2,k])',
      dS: '(dP[i,i2] - sum(i3<t, dP[i,i3]*P[i,i3]))*P[i,i2]',
    },
  },
  {
    name: 'affine layer',
    source: `data X[m,n]; param W[k,n]; param b[k]; upstream U[m,k]
Z[i<m,q<k] = sum(j<n, X[i,j]*W[q,j]) + b[q]
J = sum(i<m, sum(q<k, U[i,q]*Z[i,q]))`,
    torch: '(U*F.linear(X, W, b)).sum()',
    gradients: { W: 'sum(i<m, U[i,c]*X[i,j])', b: 'sum(i<m, U[i,c])' },
  },
  {
    name: 'bilinear layer',
    source: `data X[m,n]; data Y[m,h]; param W[k,n,h]; upstream U[m,k]
Z[i<m,q<k] = sum(j<n, sum(r<h, X[i,j]*W[q,j,r]*Y[i,r]))
J = sum(i<m, sum(q<k, U[i,q]*Z[i,q]))`,
    torch: '(U*F.bilinear(X, Y, W)).sum()',
    gradients: { W: 'sum(i<m, U[i,c]*X[i,j]*Y[i,l])' },
  },
  {
    name: 'embedding',
    source: `label c[m] class:k; param W[k,n]; upstream U[m,n]
E[i<m,j<n] = W[c[i],j]
J = sum(i<m, sum(j<n, U[i,j]*E[i,j]))`,
    torch: '(U*F.embedding(c, W)).sum()',
    gradients: { W: 'sum(i<m, U[i,j]*delta(c[i], l))' },
  },
  {
    name: 'cumulative sums',
    source: `param x[m]; upstream u[m]
s[i<m] = sum(r<m, where(r <= i, x[r], 0))
J = sum(i<m, u[i]*s[i])`,
    torch: '(u*x.cumsum(0)).sum()',
    jax: '(u*jnp.cumsum(x)).sum()',
    gradients: { x: 'sum(i2<m, u[i2]*(i2 >= i))' },
  },
  {
    name: 'trace of a product',
    source: 'param A[n,n]; data B[n,n]\nJ = sum(i<n, sum(j<n, A[i,j]*B[j,i]))',
    torch: 'torch.trace(A @ B)',
    jax: 'jnp.trace(A @ B)',
    gradients: { A: 'B[i2,i]' },
  },
  {
    name: 'quadratic form',
    source: 'param x[n]; param A[n,n]; data c\nq = sum(i<n, sum(j<n, x[i]*A[i,j]*x[j])) + c',
    torch: 'x @ A @ x + c',
    jax: 'x @ A @ x + c',
    gradients: { x: 'sum(i2<n, x[i2]*A[i2,i]) + sum(i2<n, x[i2]*A[i,i2])', A: 'x[i]*x[i2]' },
  },
  {
    name: 'Euclidean norm',
    source: 'param x[n]\nr = sqrt(sum(j<n, x[j]^2))',
    torch: 'torch.linalg.vector_norm(x)',
    jax: 'jnp.linalg.norm(x)',
    gradients: { x: 'x[i]/r' },
  },
  {
    name: 'p-norm',
    source: 'param x[n]; hyper p positive\nr = sum(j<n, abs(x[j])^p)^(1/p)',
    torch: 'torch.linalg.vector_norm(x, float(p))',
    extreme: 3,
    gradients: { x: 'r^(1 - p)*abs(x[i])^(p - 1)*sign(x[i])' },
  },
];

export const ACTIVATIONS: readonly BreadthRow[] = [...SCALAR, ...ARRAY];
