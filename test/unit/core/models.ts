/** Models in the line language with the gradients that a textbook gives, as text. */
export interface ModelCase {
  readonly name: string;
  readonly source: string;
  /** By parameter; `where` lines give adjoints that got a name. */
  readonly gradients: Readonly<Record<string, string>>;
  readonly named?: Readonly<Record<string, string>>;
}

const AFFINE = 'data X[m,n]; param w[n]; param b\nz[i<m] = sum(j<n, X[i,j]*w[j]) + b\n';
const LOGISTIC = `${AFFINE}label y[m] unit\na[i<m] = 1/(1+exp(-z[i]))\n`;
const SOFTMAX = 'data X[m,n]; label Y[m,k] onehot; param W[n,k]\nZ[i<m,q<k] = sum(j<n, X[i,j]*W[j,q])\n';
const RESIDUAL = '1/m*sum(i<m, (a[i] - y[i])*X[i,j])';
const BIAS = '1/m*sum(i<m, a[i] - y[i])';
const CROSS_ENTROPY = 'sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))';

export const MODELS: readonly ModelCase[] = [
  {
    name: 'cross-entropy, mean over samples',
    source: `${LOGISTIC}J = -1/m*${CROSS_ENTROPY}`,
    gradients: { w: RESIDUAL, b: BIAS },
  },
  {
    name: 'cross-entropy as a mean of losses of its own name',
    source: `${LOGISTIC}L[i<m] = -(y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))\nJ = 1/m*sum(i<m, L[i])`,
    gradients: { w: RESIDUAL, b: BIAS },
  },
  {
    name: 'cross-entropy, sigmoid as a quotient of exponentials',
    source: `${LOGISTIC.replace('1/(1+exp(-z[i]))', 'exp(z[i])/(1+exp(z[i]))')}J = -1/m*${CROSS_ENTROPY}`,
    gradients: { w: RESIDUAL, b: BIAS },
  },
  {
    name: 'cross-entropy, sigmoid from a library',
    source: `${LOGISTIC.replace('1/(1+exp(-z[i]))', 'sigmoid(z[i])')}J = -1/m*${CROSS_ENTROPY}`,
    gradients: { w: RESIDUAL, b: BIAS },
  },
  {
    name: 'cross-entropy of clipped probabilities',
    source: `${LOGISTIC}p[i<m] = minimum(maximum(a[i], 0.0000001), 1 - 0.0000001)
J = -1/m*sum(i<m, y[i]*log(p[i]) + (1-y[i])*log(1-p[i]))`,
    gradients: {
      w: '1/m*sum(i<m, (a[i] - y[i])*X[i,j]*(a[i] > 1e-7)*(1 - 1e-7 >= a[i]))',
      b: '1/m*sum(i<m, (a[i] - y[i])*(a[i] > 1e-7)*(1 - 1e-7 >= a[i]))',
    },
  },
  {
    name: 'cross-entropy of a sigmoid by cases with one exponential',
    source: `param z[m]; label y[m] binary
e[i<m] = exp(-abs(z[i]))
p[i<m] = where(z[i] >= 0, 1/(1+e[i]), e[i]/(1+e[i]))
J = -1/m*sum(i<m, y[i]*log(p[i]) + (1-y[i])*log(1-p[i]))`,
    gradients: { z: '1/m*(p[i] - y[i])' },
  },
  {
    name: 'focal loss by the cross-entropy',
    source: `param z[m]; label y[m] binary; hyper g positive
ce[i<m] = max(0, z[i]) - y[i]*z[i] + log(1+exp(-abs(z[i])))
pt[i<m] = exp(-ce[i])
J = 1/m*sum(i<m, (1-pt[i])^g*ce[i])`,
    gradients: {
      z: '1/m*(sigmoid(z[i]) - y[i])*(g*pt[i]*ce[i]*(1 - pt[i])^(g - 1) + (1 - pt[i])^g)',
    },
  },
  {
    name: 'cross-entropy of logits with a weight of the positive class',
    source: `param z[m]; label y[m] unit; hyper p positive
J = 1/m*sum(i<m, (1-y[i])*z[i] + (1 + (p-1)*y[i])*log(1+exp(-z[i])))`,
    gradients: { z: '1/m*((1 - y[i])*sigmoid(z[i]) - p*y[i]*sigmoid(-z[i]))' },
  },
  {
    name: 'rows over the sums of their sizes',
    source: `param X[m,n]; data U[m,n]
s[i<m] = sum(j<n, abs(X[i,j]))
N[i<m,j<n] = X[i,j]/s[i]
J = sum(i<m, sum(j<n, U[i,j]*N[i,j]))`,
    gradients: { X: '(U[i,j] - sign(X[i,j])*sum(j2<n, N[i,j2]*U[i,j2]))/s[i]' },
  },
  {
    name: 'logarithms of what is positive',
    source: 'param x[m]\nJ = sum(i<m, where(x[i] > 0, log(x[i]), 0))',
    gradients: { x: 'where(x[i] > 0, 1/x[i], 0)' },
  },
  {
    name: 'running sums of logarithms',
    source: `param x[m]; data u[m]
J = sum(i<m, u[i]*sum(r<m, where(r > i, log(1 + x[r]*x[i]), 0)))`,
    gradients: {
      x: 'u[i]*sum(i2<m, where(i2 > i, x[i2]/(1 + x[i]*x[i2]), 0)) + sum(i2<m, where(i > i2, x[i2]*u[i2]/(1 + x[i]*x[i2]), 0))',
    },
  },
  {
    name: 'maximum over rows that labels choose',
    source: `param W[k,n]; label c[m,l] class:k; data u[m,n]
f[i<m,j<n] = max(a<l, W[c[i,a],j])
J = sum(i<m, sum(j<n, u[i,j]*f[i,j]))`,
    gradients: {
      W: 'sum(i<m, u[i,j]*sum(q<l, (W[c[i,q],j] == f[i,j])*delta(c[i,q], p))/sum(q<l, W[c[i,q],j] == f[i,j]))',
    },
  },
  {
    name: 'sigmoid by cases with one exponential',
    source:
      'param z[m]\ne[i<m] = exp(-abs(z[i]))\np[i<m] = where(z[i] >= 0, 1/(1+e[i]), e[i]/(1+e[i]))\nJ = sum(i<m, p[i])',
    gradients: { z: 'p[i]*(1 - p[i])' },
  },
  {
    name: 'focal loss by the probability of the label',
    source: `label y[m] binary; param z[m]; hyper g positive
p[i<m] = 1/(1+exp(-z[i]))
pt[i<m] = y[i]*p[i] + (1-y[i])*(1-p[i])
J = -1/m*sum(i<m, (1-pt[i])^g*log(pt[i]))`,
    gradients: { z: '1/m*(1 - pt[i])^g*(g*pt[i]*log(pt[i]) + pt[i] - 1)*(2*y[i] - 1)' },
  },
  {
    name: 'cross-entropy by the probability of the label',
    source: `label y[m] binary; param z[m]
pt[i<m] = where(y[i] == 1, sigmoid(z[i]), 1 - sigmoid(z[i]))
J = -sum(i<m, log(pt[i]))`,
    gradients: { z: '-(1 - pt[i])*where(y[i] == 1, 1, -1)' },
  },
  {
    name: 'focal loss of both classes',
    source: `label y[m] binary; param z[m]; hyper g positive; hyper al unit
p[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, al*y[i]*(1-p[i])^g*log(p[i]) + (1-al)*(1-y[i])*p[i]^g*log(1-p[i]))`,
    gradients: {
      z: '1/m*(al*(1 - p[i])^g*(g*p[i]*log(p[i]) + p[i] - 1)*y[i] - (1 - al)*p[i]^g*(g*log(1 - p[i])*(1 - p[i]) - p[i])*(1 - y[i]))',
    },
  },
  {
    name: 'cross-entropy, exponential of its own name',
    source: `${LOGISTIC.replace('a[i<m] = 1/(1+exp(-z[i]))', 'e[i<m] = exp(-z[i])\na[i<m] = 1/(1+e[i])')}J = -1/m*${CROSS_ENTROPY}`,
    gradients: { w: RESIDUAL, b: BIAS },
  },
  {
    name: 'cross-entropy of one sample, scalar weight',
    source:
      'data x; label y unit; param w; param b\nz = w*x + b\na = 1/(1+exp(-z))\nJ = -(y*log(a) + (1-y)*log(1-a))',
    gradients: { w: '(a - y)*x', b: 'a - y' },
  },
  {
    name: 'cross-entropy of one sample, weight vector',
    source:
      'data x[n]; label y unit; param w[n]; param b\nz = sum(j<n, w[j]*x[j]) + b\na = 1/(1+exp(-z))\nJ = -(y*log(a) + (1-y)*log(1-a))',
    gradients: { w: '(a - y)*x[i]', b: 'a - y' },
  },
  {
    name: 'cross-entropy with an L2 penalty of its own name',
    source: `${LOGISTIC}hyper lam positive\nce = -1/m*${CROSS_ENTROPY}\nJ = ce + lam/(2*m)*sum(j<n, w[j]^2)`,
    gradients: { w: '1/m*(lam*w[j] + sum(i<m, (a[i] - y[i])*X[i,j]))', b: BIAS },
  },
  {
    name: 'cross-entropy with an L2 penalty in one line',
    source: `${LOGISTIC}hyper lam positive\nJ = -1/m*${CROSS_ENTROPY} + lam/(2*m)*sum(j<n, w[j]^2)`,
    gradients: { w: '1/m*(lam*w[j] + sum(i<m, (a[i] - y[i])*X[i,j]))', b: BIAS },
  },
  {
    name: 'squared error over a sigmoid',
    source: `${LOGISTIC}J = 1/m*sum(i<m, (a[i]-y[i])^2)`,
    gradients: {
      w: '2/m*sum(i<m, (a[i] - y[i])*a[i]*(1 - a[i])*X[i,j])',
      b: '2/m*sum(i<m, (a[i] - y[i])*a[i]*(1 - a[i]))',
    },
  },
  {
    name: 'half the squared error over a sigmoid, one sample',
    source:
      'data x[n]; label y unit; param w[n]\nz = sum(j<n, w[j]*x[j])\na = 1/(1+exp(-z))\nJ = 1/2*(a-y)^2',
    gradients: { w: '(a - y)*a*(1 - a)*x[i]' },
  },
  {
    name: 'squared error over a sigmoid, one sample',
    source: 'data x[n]; label y unit; param w[n]\nz = sum(j<n, w[j]*x[j])\na = 1/(1+exp(-z))\nJ = (a-y)^2',
    gradients: { w: '2*(a - y)*a*(1 - a)*x[i]' },
  },
  {
    name: 'linear regression',
    source: `${AFFINE}label y[m]\nJ = 1/(2*m)*sum(i<m, (z[i]-y[i])^2)`,
    gradients: { w: '1/m*sum(i<m, (z[i] - y[i])*X[i,j])', b: '1/m*sum(i<m, z[i] - y[i])' },
  },
  { name: 'sigmoid', source: 'param z\na = 1/(1+exp(-z))', gradients: { z: 'a*(1 - a)' } },
  {
    name: 'sigmoid, elementwise',
    source: 'param z[m]\na[i<m] = 1/(1+exp(-z[i]))',
    gradients: { z: 'a[i]*(1 - a[i])' },
  },
  {
    name: 'tanh by exponentials',
    source: 'param z\nt = (exp(z)-exp(-z))/(exp(z)+exp(-z))',
    gradients: { z: '1 - t^2' },
  },
  { name: 'tanh', source: 'param z\nt = tanh(z)', gradients: { z: '1 - t^2' } },
  {
    name: 'softmax cross-entropy, step by step and shifted',
    source: `${SOFTMAX}M[i<m] = max(q<k, Z[i,q])
E[i<m,q<k] = exp(Z[i,q]-M[i])
S[i<m] = sum(q<k, E[i,q])
P[i<m,q<k] = E[i,q]/S[i]
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`,
    gradients: { W: '1/m*sum(i<m, (P[i,c] - Y[i,c])*X[i,j])' },
  },
  {
    name: 'softmax cross-entropy, softmax in one line',
    source: `${SOFTMAX}P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`,
    gradients: { W: '1/m*sum(i<m, (P[i,c] - Y[i,c])*X[i,j])' },
  },
  {
    name: 'softmax regression with integer labels',
    source: `data X[m,n]; label c[m] class:k; param W[n,k]; param b[k]
Z[i<m,q<k] = sum(j<n, X[i,j]*W[j,q]) + b[q]
P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = -1/m*sum(i<m, log(P[i,c[i]]))`,
    gradients: {
      W: '1/m*sum(i<m, (P[i,l] - delta(c[i], l))*X[i,j])',
      b: '1/m*sum(i<m, P[i,l] - delta(c[i], l))',
    },
  },
  {
    name: 'softmax cross-entropy, one-hot rows made from integer labels',
    source: `param Z[m,k]; label c[m] class:k
Y[i<m,q<k] = where(c[i] == q, 1, 0)
P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`,
    gradients: { Z: '1/m*(P[i,j] - Y[i,j])' },
  },
  {
    name: 'softmax cross-entropy, one-hot rows made from labels that may lie outside of the classes',
    source: `param Z[m,k]; data c[m]
Y[i<m,q<k] = where(c[i] == q, 1, 0)
P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`,
    gradients: { Z: '1/m*(P[i,j]*sum(j2<k, Y[i,j2]) - Y[i,j])' },
  },
  {
    name: 'softmax cross-entropy, log-sum-exp and integer labels',
    source: `${SOFTMAX.replace('label Y[m,k] onehot', 'label y[m] class:k')}J = 1/m*sum(i<m, log(sum(q<k, exp(Z[i,q]))) - Z[i,y[i]])`,
    gradients: { W: '1/m*sum(i<m, (P[i,c] - delta(y[i], c))*X[i,j])' },
  },
  {
    name: 'log-softmax of a shifted matrix, both with names',
    source: `${SOFTMAX}D[i<m,q<k] = Z[i,q] - max(r<k, Z[i,r])
L[i<m,q<k] = D[i,q] - log(sum(r<k, exp(D[i,r])))
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*L[i,q]))`,
    gradients: { W: '1/m*sum(i<m, (exp(L[i,c]) - Y[i,c])*X[i,j])' },
  },
  {
    name: 'log-softmax with a name for the exponentials',
    source: `param Z[m,k]; label Y[m,k] onehot
E[i<m,q<k] = exp(Z[i,q])
L[i<m,q<k] = Z[i,q] - log(sum(r<k, E[i,r]))
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*L[i,q]))`,
    gradients: { Z: '1/m*(exp(L[i,c]) - Y[i,c])' },
  },
  {
    name: 'log-softmax with a name for its exponential',
    source: `param Z[m,k]; label c[m] class:k
L[i<m,q<k] = Z[i,q] - log(sum(r<k, exp(Z[i,r])))
P[i<m,q<k] = exp(L[i,q])
J = -1/m*sum(i<m, L[i,c[i]])`,
    gradients: { Z: '1/m*(P[i,j] - delta(c[i], j))' },
  },
  {
    name: 'log-softmax beside a softmax of its own name',
    source: `param Z[m,k]; label Y[m,k] onehot
L[i<m,q<k] = Z[i,q] - log(sum(r<k, exp(Z[i,r])))
P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*L[i,q]))`,
    gradients: { Z: '1/m*(P[i,c] - Y[i,c])' },
  },
  {
    name: 'entropy by the log-softmax',
    source: `param Z[m,k]
L[i<m,q<k] = Z[i,q] - log(sum(r<k, exp(Z[i,r])))
J = -1/m*sum(i<m, sum(q<k, exp(L[i,q])*L[i,q]))`,
    gradients: { Z: '1/m*exp(L[i,c])*(sum(c2<k, L[i,c2]*exp(L[i,c2])) - L[i,c])' },
  },
  {
    name: 'cross-entropy of one sample without a name for the softmax',
    source: 'param z[k]; label c class:k\nJ = log(sum(q<k, exp(z[q]))) - z[c]',
    gradients: { z: 'p[i] - delta(c, i)' },
  },
  {
    name: 'contrastive learning by cosines in one line',
    source: `param A[m,n]; data B[m,n]
J = -1/m*sum(i<m, log(exp(sum(j<n, A[i,j]*B[i,j]))/sum(r<m, exp(sum(j<n, A[i,j]*B[r,j])))))`,
    gradients: { A: '1/m*(sum(i2<m, P[i,i2]*B[i2,j]) - B[i,j])' },
  },
  {
    name: 'softmax in one line, shifted by the maximum',
    source: `param Z[m,k]; label Y[m,k] onehot
P[i<m,q<k] = exp(Z[i,q] - max(r<k, Z[i,r]))/sum(r<k, exp(Z[i,r] - max(s<k, Z[i,s])))
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`,
    gradients: { Z: '1/m*(P[i,c] - Y[i,c])' },
  },
  {
    name: 'likelihood of integer labels in one line, shifted by the maximum',
    source: `param Z[m,k]; label c[m] class:k
J = -1/m*sum(i<m, log(exp(Z[i,c[i]] - max(r<k, Z[i,r]))/sum(r<k, exp(Z[i,r] - max(s<k, Z[i,s])))))`,
    gradients: { Z: '1/m*(P[i,j] - delta(c[i], j))' },
    named: {
      P: 'exp(Z[i,j] - max(j2<k, Z[i,j2]))/sum(j2<k, exp(Z[i,j2] - max(j3<k, Z[i,j3])))',
    },
  },
  {
    name: 'Huber',
    source: `${AFFINE}label y[m]; hyper t positive\nr[i<m] = y[i]-z[i]\nJ = 1/m*sum(i<m, where(abs(r[i])<=t, 1/2*r[i]^2, t*(abs(r[i])-1/2*t)))`,
    gradients: {
      w: '-1/m*sum(i<m, where(abs(r[i]) <= t, r[i], t*sign(r[i]))*X[i,j])',
      b: '-1/m*sum(i<m, where(abs(r[i]) <= t, r[i], t*sign(r[i])))',
    },
  },
  {
    name: 'hinge',
    source: `${AFFINE}label y[m] sign\nJ = 1/m*sum(i<m, max(0, 1-y[i]*z[i]))`,
    gradients: {
      w: '-1/m*sum(i<m, X[i,j]*y[i]*(1 - z[i]*y[i] > 0))',
      b: '-1/m*sum(i<m, y[i]*(1 - z[i]*y[i] > 0))',
    },
  },
  {
    name: 'cross-entropy of logits',
    source: `${AFFINE}label y[m] unit\nJ = 1/m*sum(i<m, log(1+exp(z[i])) - y[i]*z[i])`,
    gradients: {
      w: '1/m*sum(i<m, (sigmoid(z[i]) - y[i])*X[i,j])',
      b: '1/m*sum(i<m, sigmoid(z[i]) - y[i])',
    },
  },
  {
    name: 'Gaussian likelihood with a log-variance',
    source: `${AFFINE}label y[m]; param v[n]\ns[i<m] = sum(j<n, X[i,j]*v[j])\nJ = 1/m*sum(i<m, 1/2*(s[i] + (y[i]-z[i])^2/exp(s[i])))`,
    gradients: {
      w: '1/m*sum(i<m, exp(-s[i])*(z[i] - y[i])*X[i,j])',
      b: '1/m*sum(i<m, exp(-s[i])*(z[i] - y[i]))',
      v: '1/(2*m)*sum(i<m, (1 - exp(-s[i])*(z[i] - y[i])^2)*X[i,j])',
    },
  },
  {
    name: 'two-layer network, squared error',
    source: `data X[m,n]; label Y[m,k]; param W[n,h]; param c[h]; param V[h,k]
A[i<m,q<h] = sum(j<n, X[i,j]*W[j,q]) + c[q]
H[i<m,q<h] = tanh(A[i,q])
O[i<m,r<k] = sum(q<h, H[i,q]*V[q,r])
J = 1/(2*m)*sum(i<m, sum(r<k, (O[i,r]-Y[i,r])^2))`,
    named: { dH: '1/m*sum(p<k, (O[i,p] - Y[i,p])*V[l,p])' },
    gradients: {
      W: 'sum(i<m, dH[i,l]*(1 - H[i,l]^2)*X[i,j])',
      c: 'sum(i<m, dH[i,l]*(1 - H[i,l]^2))',
      V: '1/m*sum(i<m, (O[i,p] - Y[i,p])*H[i,l])',
    },
  },
  {
    name: 'two-layer network, cross-entropy',
    source: `data X[m,n]; label y[m] unit; param W1[n,h]; param b1[h]; param W2[h]; param b2
Z1[i<m,q<h] = sum(j<n, X[i,j]*W1[j,q]) + b1[q]
A1[i<m,q<h] = tanh(Z1[i,q])
Z2[i<m] = sum(q<h, A1[i,q]*W2[q]) + b2
A2[i<m] = 1/(1+exp(-Z2[i]))
J = -1/m*sum(i<m, y[i]*log(A2[i]) + (1-y[i])*log(1-A2[i]))`,
    gradients: {
      W1: '1/m*W2[l]*sum(i<m, (A2[i] - y[i])*(1 - A1[i,l]^2)*X[i,j])',
      b1: '1/m*W2[l]*sum(i<m, (A2[i] - y[i])*(1 - A1[i,l]^2))',
      W2: '1/m*sum(i<m, (A2[i] - y[i])*A1[i,l])',
      b2: '1/m*sum(i<m, A2[i] - y[i])',
    },
  },
  {
    name: 'cross-entropy in one expression',
    source: `data X[m,n]; param w[n]; param b; label y[m] unit
J = -1/m*sum(i<m, y[i]*log(1/(1+exp(-(sum(j<n, X[i,j]*w[j]) + b)))) + (1-y[i])*log(1-1/(1+exp(-(sum(j<n, X[i,j]*w[j]) + b)))))`,
    gradients: {
      w: '1/m*sum(i<m, (1/(1 + exp(-(sum(j2<n, X[i,j2]*w[j2]) + b))) - y[i])*X[i,j])',
      b: '1/m*sum(i<m, 1/(1 + exp(-(sum(j<n, X[i,j]*w[j]) + b))) - y[i])',
    },
  },
  {
    name: 'focal loss of the positive class',
    source: `${LOGISTIC}hyper g positive\nJ = -1/m*sum(i<m, (1-a[i])^g*log(a[i]))`,
    gradients: {
      w: '1/m*sum(i<m, (1 - a[i])^g*(g*a[i]*log(a[i]) + a[i] - 1)*X[i,j])',
      b: '1/m*sum(i<m, (1 - a[i])^g*(g*a[i]*log(a[i]) + a[i] - 1))',
    },
  },
  {
    name: 'mish',
    source: 'param x\nJ = x*tanh(log(1+exp(x)))',
    gradients: { x: '(1 - tanh(log(1 + exp(x)))^2)*x*sigmoid(x) + tanh(log(1 + exp(x)))' },
  },
  {
    name: 'scaled dot-product attention',
    source: `data T[t,e]; param Q[t,d]; param K[s,d]; param V[s,e]
S[i<t,j<s] = sum(q<d, Q[i,q]*K[j,q])/sqrt(d)
P[i<t,j<s] = exp(S[i,j])/sum(r<s, exp(S[i,r]))
O[i<t,r<e] = sum(j<s, P[i,j]*V[j,r])
J = 1/2*sum(i<t, sum(r<e, (O[i,r]-T[i,r])^2))`,
    named: {
      dP: 'sum(k<e, (O[i,k] - T[i,k])*V[l,k])',
      dS: '(dP[i,l] - sum(l2<s, dP[i,l2]*P[i,l2]))*P[i,l]',
    },
    gradients: {
      Q: '1/sqrt(d)*sum(l<s, dS[i,l]*K[l,j])',
      K: '1/sqrt(d)*sum(i<t, dS[i,l]*Q[i,j])',
      V: 'sum(i<t, (O[i,k] - T[i,k])*P[i,l])',
    },
  },
  {
    name: 'cross-entropy, samples as columns',
    source: `data X[n,m]; label Y[m] unit; param w[n]; param b
Z[i<m] = sum(j<n, w[j]*X[j,i]) + b
A[i<m] = 1/(1+exp(-Z[i]))
cost = -1/m*sum(i<m, Y[i]*log(A[i]) + (1-Y[i])*log(1-A[i]))`,
    gradients: { w: '1/m*sum(i<m, (A[i] - Y[i])*X[j,i])', b: '1/m*sum(i<m, A[i] - Y[i])' },
  },
  {
    name: 'Poisson likelihood with a log link',
    source:
      'data X[m,n]; param w[n]; label y[m]\nz[i<m] = sum(j<n, X[i,j]*w[j])\nl[i<m] = exp(z[i])\nJ = 1/m*sum(i<m, l[i] - y[i]*log(l[i]))',
    gradients: { w: '1/m*sum(i<m, (l[i] - y[i])*X[i,j])' },
  },
  {
    name: 'swish of a vector',
    source: 'param x[n]\ns[i<n] = 1/(1+exp(-x[i]))\nf[i<n] = x[i]*s[i]',
    gradients: { x: '(1 + (1 - s[i])*x[i])*s[i]' },
  },
  {
    name: 'softmax Jacobian',
    source: 'param z[k]\nE[q<k] = exp(z[q])\nS = sum(q<k, E[q])\nP[q<k] = E[q]/S',
    gradients: { z: 'P[i2]*(delta(i2, i) - P[i])' },
  },
  {
    name: 'triplet margin, its sum in one order throughout',
    source: `hyper margin positive; param a[d]; param p[d]; param n[d]
dp = sum(k<d, (a[k]-p[k])^2)
dn = sum(k<d, (a[k]-n[k])^2)
J = maximum(dp - dn + margin, 0)`,
    gradients: {
      a: '2*(n[i] - p[i])*(dp - dn + margin > 0)',
      p: '2*(dp - dn + margin > 0)*(p[i] - a[i])',
      n: '2*(a[i] - n[i])*(dp - dn + margin > 0)',
    },
  },
  {
    name: 'squares of differences of neighbours',
    source: 'param x[n]\nJ = sum(i<n, where(i >= 1, (x[i] - x[i-1])^2, 0))',
    gradients: { x: '2*(where(i >= 1, x[i] - x[i - 1], 0) + where(i + 1 < n, x[i] - x[i + 1], 0))' },
  },
];

/** Further models whose derivations must hold, whatever they look like. */
export const SOURCES: Readonly<Record<string, string>> = {
  'product over an index': 'param x[n]\nJ = prod(i<n, 1+x[i]^2)',
  'quadratic form': 'param x[n]; data A[n,n]\nJ = 1/2*sum(i<n, sum(j<n, x[i]*A[i,j]*x[j]))',
  'layer norm': `param x[n]; data g[n]
mu = 1/n*sum(i<n, x[i])
va = 1/n*sum(i<n, (x[i]-mu)^2)
sd = sqrt(va + 0.00001)
N[i<n] = (x[i]-mu)/sd
J = sum(i<n, g[i]*N[i])`,
  'clipped probabilities': `data X[m,n]; param w[n]; label y[m] unit
z[i<m] = sum(j<n, X[i,j]*w[j])
a[i<m] = 1/(1+exp(-z[i]))
c[i<m] = max(0.001, min(0.999, a[i]))
J = -1/m*sum(i<m, y[i]*log(c[i]) + (1-y[i])*log(1-c[i]))`,
  'epsilon inside the logarithms': `data X[m,n]; param w[n]; label y[m] unit
z[i<m] = sum(j<n, X[i,j]*w[j])
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]+0.00001) + (1-y[i])*log(1-a[i]+0.00001))`,
  'ReLU network with shifted softmax and penalty': `data X[m,n]; label Y[m,k] onehot; param W[n,h]; param c[h]; param V[h,k]; hyper lam positive
A[i<m,q<h] = sum(j<n, X[i,j]*W[j,q]) + c[q]
H[i<m,q<h] = relu(A[i,q])
Z[i<m,r<k] = sum(q<h, H[i,q]*V[q,r])
M[i<m] = max(r<k, Z[i,r])
E[i<m,r<k] = exp(Z[i,r] - M[i])
P[i<m,r<k] = E[i,r]/sum(s<k, E[i,s])
J = -1/m*sum(i<m, sum(r<k, Y[i,r]*log(P[i,r]))) + lam/2*(sum(j<n, sum(q<h, W[j,q]^2)) + sum(q<h, sum(r<k, V[q,r]^2)))`,
  'pseudo-Huber': 'param x; hyper d positive\nJ = d^2*(sqrt(1+(x/d)^2)-1)',
  'GELU by tanh': 'param x\nJ = x/2*(1+tanh(sqrt(2/pi)*(x+0.044715*x^3)))',
  'a sum inside an elementwise quotient': 'param x[n]\nu[i<n] = x[i]^2\nS = sum(i<n, u[i])\nf[i<n] = u[i]/S',
  'a fraction that reads the same in two orders':
    'param x; param t; data a unit; data v[n]\nJ = 1/n*t/(x^2 + 2)/a',
  'a sum of many terms': `param w\nJ = log(${Array.from({ length: 30 }, (_, k) => `exp(${k + 2}*w)`).join(' + ')})`,
  'a parameter in many unnamed parts': `param w; ${Array.from({ length: 30 }, (_, k) => `data x${k}`).join('; ')}\nJ = log(${Array.from({ length: 30 }, (_, k) => `exp(w*x${k})`).join(' + ')})`,
  'a parameter that is not used': 'param x; param t\nJ = x^2',
  'a Huber loss whose condition has a name': `data X[m,n]; label y[m]; param w[n]
e[i<m] = sum(j<n, X[i,j]*w[j]) - y[i]
s[i<m] = max(e[i], -e[i]) <= 1
J = 1/m*sum(i<m, where(s[i], e[i]^2/2, max(e[i], -e[i]) - 1/2))`,
  'a ReLU layer by its mask': `data X[m,n]; param W[n,h]; param v[h]
z[i<m,q<h] = sum(j<n, X[i,j]*W[j,q])
s[i<m,q<h] = z[i,q] > 0
J = 1/m*sum(i<m, sum(q<h, z[i,q]*s[i,q]*v[q])^2)`,
};
