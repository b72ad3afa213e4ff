/** Models whose last binding is printed as code: every layout, and every operator in each library. */
import { OPS } from '../../src/core/ops';
import { createNaming } from '../../src/core/print/naming';
import { toText } from '../../src/core/print/text';
import { createRandom } from '../../src/core/random';
import { expressionModel, expressionProgram, randomContraction } from './expressions';

export interface CodeCase {
  readonly name: string;
  readonly model: string;
  /** Factor of the real inputs: the definition as it stands overflows there, the printed code must not. */
  readonly extreme?: number;
}

const LOGISTIC_ROWS = `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = sigmoid(z[i])
`;
const LOGISTIC_COLUMNS = `data X[n,m]; label Y[1,m] binary; param w[n,1]; param b
Z[1,i<m] = sum(j<n, w[j]*X[j,i]) + b
A[1,i<m] = sigmoid(Z[i])
`;
const LOGISTIC_TALL = `data X[m,n]; label Y[m,1] binary; param w[n,1]; param b[1,1]
Z[i<m,1] = sum(j<n, X[i,j]*w[j]) + b
A[i<m,1] = sigmoid(Z[i])
`;
const SOFTMAX = `data X[m,n]; label Y[m,k] onehot; param W[n,k]; param c[k]
Z[i<m,q<k] = sum(j<n, X[i,j]*W[j,q]) + c[q]
M[i<m,1] = max(q<k, Z[i,q])
E[i<m,q<k] = exp(Z[i,q] - M[i])
S[i<m,1] = sum(q<k, E[i,q])
P[i<m,q<k] = E[i,q]/S[i]
`;
const MLP = `data X[m,n]; data Y[m,k]; param W1[n,h]; param b1[1,h]; param W2[h,k]
A1[i<m,p<h] = sum(j<n, X[i,j]*W1[j,p]) + b1[p]
H[i<m,p<h] = tanh(A1[i,p])
O[i<m,q<k] = sum(p<h, H[i,p]*W2[p,q])
dH[i<m,p<h] = 1/m*sum(q<k, (O[i,q] - Y[i,q])*W2[p,q])*(1 - H[i,p]^2)
`;
const ATTENTION = `data T[t,e]; param Q[t,d]; param K[s,d]; param V[s,e]
L[i<t,j<s] = sum(q<d, Q[i,q]*K[j,q])/sqrt(d)
P[i<t,j<s] = exp(L[i,j])/sum(r<s, exp(L[i,r]))
O[i<t,r<e] = sum(j<s, P[i,j]*V[j,r])
D[i<t,j<s] = sum(r<e, (O[i,r] - T[i,r])*V[j,r])
dL[i<t,j<s] = P[i,j]*(D[i,j] - sum(r<s, P[i,r]*D[i,r]))
`;
const LAYER_NORM = `param X[m,n]; param g[n]; data U[m,n]
mu[i<m] = 1/n*sum(j<n, X[i,j])
sd[i<m] = sqrt(1/n*sum(j<n, (X[i,j] - mu[i])^2) + 0.00001)
N[i<m,j<n] = (X[i,j] - mu[i])/sd[i]
dN[i<m,j<n] = U[i,j]*g[j]
`;

const CASES: readonly CodeCase[] = [
  {
    name: 'layer norm: dX',
    model: `${LAYER_NORM}dX[i<m,j<n] = (dN[i,j] - 1/n*(N[i,j]*sum(k<n, dN[i,k]*N[i,k]) + sum(k<n, dN[i,k])))/sd[i]`,
  },
  { name: 'logistic, rows: dw', model: `${LOGISTIC_ROWS}dw[j<n] = 1/m*sum(i<m, (a[i] - y[i])*X[i,j])` },
  { name: 'logistic, rows: db', model: `${LOGISTIC_ROWS}db = 1/m*sum(i<m, a[i] - y[i])` },
  {
    name: 'logistic, columns: dw',
    model: `${LOGISTIC_COLUMNS}dw[j<n,1] = 1/m*sum(i<m, (A[i] - Y[i])*X[j,i])`,
  },
  { name: 'logistic, columns: db', model: `${LOGISTIC_COLUMNS}db = 1/m*sum(i<m, A[i] - Y[i])` },
  { name: 'logistic, tall: dw', model: `${LOGISTIC_TALL}dw[j<n,1] = 1/m*sum(i<m, (A[i] - Y[i])*X[i,j])` },
  { name: 'logistic, tall: db', model: `${LOGISTIC_TALL}db[1,1] = 1/m*sum(i<m, A[i] - Y[i])` },
  {
    name: 'squared error with weight decay',
    model: `${LOGISTIC_ROWS.replace('; param b', '; param b; hyper lam')}dw[j<n] = 2/m*sum(i<m, (a[i] - y[i])*a[i]*(1 - a[i])*X[i,j]) + lam/m*w[j]`,
  },
  {
    name: 'cross-entropy',
    model: `${LOGISTIC_ROWS}cost = -1/m*sum(i<m, y[i]*log(a[i]) + (1 - y[i])*log(1 - a[i]))`,
  },
  {
    name: 'Hessian',
    model: `${LOGISTIC_ROWS}H[p<n,q<n] = 1/m*sum(i<m, a[i]*(1 - a[i])*X[i,p]*X[i,q]) + 1/2*delta(p, q)`,
  },
  { name: 'softmax: dW', model: `${SOFTMAX}dW[j<n,q<k] = 1/m*sum(i<m, (P[i,q] - Y[i,q])*X[i,j])` },
  { name: 'softmax: dc', model: `${SOFTMAX}dc[q<k] = 1/m*sum(i<m, P[i,q] - Y[i,q])` },
  {
    name: 'integer labels',
    model: `data Z[m,k]; label y[m] class:k
P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = -1/m*sum(i<m, log(P[i,y[i]]))
dZ[i<m,q<k] = (P[i,q] - delta(q, y[i]))/m`,
  },
  {
    name: 'integer labels, columns are samples',
    model: `data Z[k,m]; data X[n,m]; label c[1,m] class:k
dW[q<k,j<n] = 1/m*sum(i<m, (Z[q,i] - delta(q, c[i]))*X[j,i])`,
  },
  {
    name: 'integer labels in a column',
    model: 'data Z[m,k]; label c[m,1] class:k\ndZ[i<m,q<k] = (Z[i,q] - (c[i] == q))/m',
  },
  {
    name: 'one-hot matrix by itself',
    model: 'data X[m,n]; data W[k,n]; label c[m] class:k\ndW[q<k,j<n] = -1/m*sum(i<m, delta(c[i], q)*X[i,j])',
  },
  {
    name: 'one-hot matrix next to numbers',
    model: 'data Z[m,k]; hyper e unit; label c[m] class:k\nY[i<m,q<k] = (1 - e)*delta(c[i], q) + e/3',
  },
  { name: 'one label', model: 'data p[k]; label c class:k\ndz[q<k] = 2*p[q]*delta(c, q) - delta(c, q)' },
  {
    name: 'two one-hot matrices',
    model:
      'data W[k,n]; label c[m] class:k; label d[m] class:k\nD[i<m,q<k] = delta(c[i], q) - delta(d[i], q)/3',
  },
  {
    name: 'rows of a table',
    model: 'data W[k,n]; data T[m,n]; label c[m] class:k\ndE[i<m,j<n] = W[c[i],j] - T[i,j]',
  },
  {
    name: 'rows of a stack, with labels in a row',
    model: 'data W[k,n,h]; label c[1,m] class:k\nE[p<h,i<m,j<n] = 2*W[c[i],j,p]',
  },
  { name: 'two layers: dW1', model: `${MLP}dW1[j<n,p<h] = sum(i<m, X[i,j]*dH[i,p])` },
  { name: 'two layers: db1', model: `${MLP}db1[1,p<h] = sum(i<m, dH[i,p])` },
  { name: 'attention: dQ', model: `${ATTENTION}dQ[i<t,q<d] = sum(j<s, dL[i,j]*K[j,q])/sqrt(d)` },
  { name: 'attention: dK', model: `${ATTENTION}dK[j<s,q<d] = sum(i<t, dL[i,j]*Q[i,q])/sqrt(d)` },
  {
    name: 'Huber',
    model: `data y[m]; param f[m]; hyper d
r[i<m] = y[i] - f[i]
df[i<m] = where(abs(r[i]) <= d, -r[i], -d*sign(r[i]))/m`,
  },
  {
    name: 'hinge',
    model: `data X[m,n]; label y[m] sign; param w[n]
f[i<m] = sum(j<n, X[i,j]*w[j])
dw[j<n] = -1/m*sum(i<m, y[i]*(1 - y[i]*f[i] > 0)*X[i,j])`,
  },
  {
    name: 'an Einstein sum',
    model: 'data X[m,n]; data Q[n,n]; data R[m,n]\nT[i<m,p<n] = sum(j<n, X[i,j]*Q[j,p]*R[i,p]*X[i,p])',
  },
  {
    name: 'a batched product',
    model: 'data A[m,n,k]; data B[m,k,h]\nT[i<m,j<n,p<h] = sum(q<k, A[i,j,q]*B[i,q,p])',
  },
  { name: 'a transposed tensor', model: 'data A[m,n,k]; data v[n]\nT[q<k,i<m,j<n] = A[i,j,q]*v[j]' },
  { name: 'a product over an axis', model: 'data X[m,n]\ng[i<m,1] = prod(j<n, X[i,j])' },
  { name: 'smallest of each column', model: 'data X[m,n]\ng[1,j<n] = min(i<m, X[i,j])' },
  { name: 'constants repeated', model: 'param w[n,1]; hyper lam\ng[j<n,1] = lam' },
  { name: 'ones', model: 'param w[n]\ng[j<n] = 1' },
  {
    name: 'a Gaussian density',
    model:
      'data x[m]; param mu; param sigma positive\np[i<m] = exp(-(x[i] - mu)^2/(2*sigma^2))/sqrt(2*pi*sigma^2)',
  },
  {
    name: 'comparisons as numbers',
    model: 'data x[m]; data y[m]\ng[i<m] = (x[i] > 0) + (y[i] > 0) - (x[i] > y[i])*(y[i] <= 1)',
  },
  {
    name: 'running sums',
    model: `data u[n]; data y[n]
c[i<n] = sum(j<n, (i >= j)*u[j])
g[i<n] = 2*sum(j<n, (j >= i)*(c[j] - y[j]))`,
  },
  {
    name: 'running sums along the rows of a matrix',
    model: `data U[m,n]; data v[n]
C[i<m,j<n] = sum(k<n, (j >= k)*U[i,k]*v[k])
g[j<n,i<m] = sum(k<n, (k >= j)*C[i,k]) + v[j]`,
  },
  {
    name: 'functions of a matrix',
    model: 'data A[n,n]; data d[n]\ng[j<n] = det(A)*sum(k<n, inv(A)[k,j]*d[k]) + logdet(A)*inv(A)[j,j]',
  },
  {
    name: 'Gaussian likelihood: dS',
    model: `data S[n,n] definite; data d[n]
g[i<n,j<n] = 1/2*(inv(S)[i,j] - sum(k<n, inv(S)[i,k]*d[k])*sum(k<n, inv(S)[j,k]*d[k]))`,
  },
  {
    name: 'an inverse of what is computed',
    model: `data X[m,n]; data t[n]; hyper lam positive
A[i<n,j<n] = sum(k<m, X[k,i]*X[k,j]) + lam*delta(i,j)
w[i<n] = sum(j<n, inv(A)[i,j]*t[j])
g[i<n,j<n] = w[i]*w[j] - inv(A)[i,j]/det(A)`,
  },
  {
    name: 'inverses of a stack of matrices',
    model: `data A[m,n,n]; data d[m,n]
g[i<m,j<n] = sum(k<n, inv(A[i])[j,k]*d[i,k]) + logdet(A[i])`,
  },
  {
    name: 'a name assigned twice',
    model: 'data x[m]\na[i<m] = x[i]^2\na@2[i<m] = a[i] + 1\ng[i<m] = a@2[i]*a[i]',
  },
  {
    name: 'clipping at settings',
    model: `data x[m]; data X[m,n]; hyper lo; hyper width positive
hi = lo + width
a[i<m,j<n] = maximum(lo, minimum(X[i,j], hi)) + maximum(x[i], lo/2)`,
  },
  {
    name: 'functions of settings',
    model: `data x[m]; hyper r positive; hyper s; hyper t positive
c = log(r) + sqrt(2*t) + maximum(s, t) - abs(s)
g[i<m] = c*x[i] + exp(-r)*softplus(s) + sigmoid(t) + (s > 0)*(x[i] > s) + logaddexp(x[i], s)`,
  },
  {
    name: 'choices by settings',
    model: `data x[m]; data y[m,n]; hyper s; hyper t
u[i<m] = where(s > t, x[i], sign(s)*x[i]^2)
g[i<m,j<n] = where(s >= t, u[i], y[i,j]) + where(x[i] > t, s, where(s > 0, t, 1)) + (s > t)`,
  },
  { name: 'a size with the name of an input', model: 'data X[m,n]; hyper m\ng[j<n] = m*sum(i<m, X[i,j])/n' },
];

/** Models of which the gradient by a parameter is printed, with the names that its derivation introduces. */
export const GRADIENT_CASES: readonly (CodeCase & { readonly by: string })[] = [
  {
    name: 'softmax without a name',
    model: `data X[m,n]; label c[m] class:k; param W[n,k]
Z[i<m,q<k] = sum(j<n, X[i,j]*W[j,q])
J = 1/m*sum(i<m, log(sum(q<k, exp(Z[i,q]))) - Z[i,c[i]])`,
    by: 'W',
  },
  {
    name: 'softmax without a name, large logits',
    model: `data Z[m,k]; label c[m] class:k
J = 1/m*sum(i<m, log(sum(q<k, exp(Z[i,q]))) - Z[i,c[i]])`,
    by: 'Z',
    extreme: 900,
  },
  {
    name: 'sum of exponentials with a name, large logits',
    model: `data Z[k,m]; label c[m] class:k
S[i<m] = sum(q<k, exp(Z[q,i]))
J = 1/m*sum(i<m, log(S[i]) - Z[c[i],i])`,
    by: 'Z',
    extreme: 900,
  },
  {
    name: 'likelihood with class weights',
    model: `data Z[m,k]; label c[m] class:k; data v[k] positive
P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = -sum(i<m, v[c[i]]*log(P[i,c[i]]))/sum(i<m, v[c[i]])`,
    by: 'Z',
  },
  {
    name: 'margins of the other classes',
    model: `data X[m,n]; label c[m] class:k; hyper t positive; param W[n,k]
Z[i<m,q<k] = sum(j<n, X[i,j]*W[j,q])
J = 1/m*sum(i<m, sum(q<k, where(q == c[i], 0, max(0, t - Z[i,c[i]] + Z[i,q]))))`,
    by: 'W',
  },
  {
    name: 'margins of the other classes, columns are samples',
    model: `data X[n,m]; label c[1,m] class:k; hyper t positive; param W[k,n]
Z[q<k,i<m] = sum(j<n, W[q,j]*X[j,i])
J = 1/m*sum(i<m, sum(q<k, where(q == c[i], 0, max(0, t - Z[c[i],i] + Z[q,i]))))`,
    by: 'W',
  },
  {
    name: 'focal loss of a softmax',
    model: `data Z[m,k]; label c[m] class:k; hyper g positive
P[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))
J = -1/m*sum(i<m, (1 - P[i,c[i]])^g*log(P[i,c[i]]))`,
    by: 'Z',
  },
  {
    name: 'focal loss by the probability of the label, large logits',
    model: `param z[m]; label y[m] binary
p[i<m] = 1/(1+exp(-z[i]))
q[i<m] = y[i]*p[i] + (1 - y[i])*(1 - p[i])
J = -1/m*sum(i<m, (1 - q[i])^2*log(q[i]))`,
    by: 'z',
    extreme: 900,
  },
  {
    name: 'focal loss by the cross-entropy, certain of the label',
    model: `param z[m]; label y[m] binary
ce[i<m] = max(0, z[i]) - y[i]*z[i] + log(1+exp(-abs(z[i])))
pt[i<m] = exp(-ce[i])
J = 1/m*sum(i<m, (1-pt[i])^2*ce[i])`,
    by: 'z',
    extreme: 900,
  },
  {
    name: 'cross-entropy of clipped probabilities, large logits',
    model: `data X[m,n]; label y[m] binary; param w[n]
z[i<m] = sum(j<n, X[i,j]*w[j])
a[i<m] = 1/(1+exp(-z[i]))
p[i<m] = minimum(maximum(a[i], 0.0000001), 1 - 0.0000001)
J = -1/m*sum(i<m, y[i]*log(p[i]) + (1-y[i])*log(1-p[i]))`,
    by: 'w',
    extreme: 30,
  },
  {
    name: 'logarithms of what is positive',
    model: 'param x[m]; data u[m]\nJ = sum(i<m, u[i]*where(x[i] > 0, x[i]*log(x[i]), 0))',
    by: 'x',
  },
  {
    name: 'exponentials of what is negative',
    model: 'param X[m,n]; data u[m]\nJ = sum(i<m, u[i]*sum(j<n, where(X[i,j] <= 0, exp(X[i,j]^3), 0)))',
    by: 'X',
    extreme: 20,
  },
  {
    name: 'triplet margin by cubes',
    model: `param A[m,n]; data P[m,n]; data N[m,n]; hyper t positive
dp[i<m] = sum(j<n, abs(A[i,j] - P[i,j])^3)^(1/3)
dn[i<m] = sum(j<n, abs(A[i,j] - N[i,j])^3)^(1/3)
J = 1/m*sum(i<m, max(0, dp[i] - dn[i] + t))`,
    by: 'A',
  },
  {
    name: 'softmax at a temperature',
    model: `data Z[m,k]; label c[m] class:k; hyper t positive
J = 1/m*sum(i<m, log(sum(q<k, exp(Z[i,q]/t))) - Z[i,c[i]]/t)`,
    by: 't',
  },
  {
    name: 'differences of neighbours',
    model: `param x[n]
J = sum(i<n, where(i >= 1, (x[i] - x[i-1])^2, 0))`,
    by: 'x',
  },
  {
    name: 'differences of neighbours, rows',
    model: `param X[m,n]; data Y[m,n]
J = 1/m*sum(i<m, sum(j<n, where(j >= 1, abs(X[i,j] - X[i,j-1] - Y[i,j] + Y[i,j-1]), 0)))`,
    by: 'X',
  },
  {
    name: 'embedding',
    model: `label c[m] class:k; data W[k,n]; data T[m,n]
J = 1/2*sum(i<m, sum(j<n, (W[c[i],j] - T[i,j])^2))`,
    by: 'W',
  },
  ...['Q', 'K', 'V'].flatMap((by) => [
    {
      name: 'attention',
      model: `data Q[t,d]; data K[s,d]; data V[s,e]; data dO[t,e]
S[i<t,j<s] = sum(q<d, Q[i,q]*K[j,q])/sqrt(d)
P[i<t,j<s] = exp(S[i,j])/sum(r<s, exp(S[i,r]))
O[i<t,r<e] = sum(j<s, P[i,j]*V[j,r])
J = sum(i<t, sum(r<e, dO[i,r]*O[i,r]))`,
      by,
    },
    {
      name: 'attention, columns',
      model: `data Q[d,t]; data K[d,s]; data V[e,s]; data dO[e,t]
S[j<s,i<t] = sum(q<d, K[q,j]*Q[q,i])/sqrt(d)
P[j<s,i<t] = exp(S[j,i])/sum(r<s, exp(S[r,i]))
O[r<e,i<t] = sum(j<s, V[r,j]*P[j,i])
J = sum(i<t, sum(r<e, dO[r,i]*O[r,i]))`,
      by,
    },
    {
      name: 'causal attention',
      model: `data Q[t,d]; data K[t,d]; data V[t,e]; data dO[t,e]
S[i<t,j<t] = sum(q<d, Q[i,q]*K[j,q])/sqrt(d)
T[i<t,j<t] = where(j <= i, S[i,j], -1000000000)
P[i<t,j<t] = exp(T[i,j])/sum(r<t, exp(T[i,r]))
O[i<t,r<e] = sum(j<t, P[i,j]*V[j,r])
J = sum(i<t, sum(r<e, dO[i,r]*O[i,r]))`,
      by,
    },
  ]),
  {
    name: 'attention of several heads',
    model: `data Q[h,t,d]; data K[h,s,d]; data V[h,s,e]; data dO[h,t,e]
S[a<h,i<t,j<s] = sum(q<d, Q[a,i,q]*K[a,j,q])/sqrt(d)
P[a<h,i<t,j<s] = exp(S[a,i,j])/sum(r<s, exp(S[a,i,r]))
O[a<h,i<t,r<e] = sum(j<s, P[a,i,j]*V[a,j,r])
J = sum(a<h, sum(i<t, sum(r<e, dO[a,i,r]*O[a,i,r])))`,
    by: 'K',
  },
  {
    name: 'layer norm',
    model: `data X[m,n]; data g[n]; data U[m,n]
mu[i<m,1] = 1/n*sum(j<n, X[i,j])
va[i<m,1] = 1/n*sum(j<n, (X[i,j] - mu[i])^2)
N[i<m,j<n] = (X[i,j] - mu[i])/sqrt(va[i] + 0.00001)
J = sum(i<m, sum(j<n, U[i,j]*g[j]*N[i,j]))`,
    by: 'X',
  },
  {
    name: 'layer norm, columns',
    model: `data X[n,m]; data U[n,m]
mu[1,i<m] = 1/n*sum(j<n, X[j,i])
va[1,i<m] = 1/n*sum(j<n, (X[j,i] - mu[i])^2)
sd[1,i<m] = sqrt(va[i] + 0.00001)
N[j<n,i<m] = (X[j,i] - mu[i])/sd[i]
J = sum(i<m, sum(j<n, U[j,i]*N[j,i]))`,
    by: 'X',
  },
];

/** A real argument in the domain of each operator, made from x and y in (0.1, 0.9). */
const operatorCases: readonly CodeCase[] = OPS.map((row) => {
  const shift = row.domain[0]?.low === 1 ? '1 + ' : '';
  const args = [`${shift}x[i]`, 'y[i] - 1/2'].slice(0, row.domain.length).join(', ');
  return {
    name: `operator ${row.name}`,
    model: `data x[m] unit; data y[m] unit\ng[i<m] = 2*${row.name}(${args})^2 - ${row.name}(${args})`,
  };
});

/** Sums of products in every layout of operands and result. */
const randomCases: readonly CodeCase[] = Array.from({ length: 60 }, (_, seed) => {
  const program = expressionProgram(seed);
  const { arena } = program;
  const random = createRandom(1000 + seed);
  const layouts = ['', 'i<m', 'j<n', 'i<m,1', '1,j<n', 'i<m,j<n', 'j<n,i<m', 'j<n,1', '1,1', 'j<n,1,i<m'];
  const axes = layouts[seed % layouts.length] ?? '';
  const scope = axes.split(',').flatMap((axis) => {
    const [name = '', size] = axis.split('<');
    return size === undefined ? [] : [arena.index(name, size)];
  });
  const text = toText(randomContraction(program, random, scope), createNaming(program));
  return {
    name: `random ${seed}`,
    model: `${expressionModel(seed)}\ng${axes === '' ? '' : `[${axes}]`} = ${text}`,
  };
});

/** Definitions that break down at large values, though what they define does not. */
const UNSTABLE: Readonly<Record<string, string>> = {
  softmax: 'data Z[m,k]\nE[i<m,q<k] = exp(Z[i,q])\nS[i<m] = sum(q<k, E[i,q])\nP[i<m,q<k] = E[i,q]/S[i]',
  'softmax over columns': 'data Z[k,m]\nP[q<k,i<m] = exp(Z[q,i])/sum(r<k, exp(Z[r,i]))',
  softmin: 'data Z[m,k]\nP[i<m,q<k] = exp(-Z[i,q])/sum(r<k, exp(-Z[i,r]))',
  'log-softmax': 'data Z[m,k]\nL[i<m,q<k] = Z[i,q] - log(sum(r<k, exp(Z[i,r])))',
  'log of a softmax': 'data Z[m,k]\nP[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))\nL[i<m,q<k] = log(P[i,q])',
  'log of the softmax of a label':
    'data Z[m,k]; label c[m] class:k\nP[i<m,q<k] = exp(Z[i,q])/sum(r<k, exp(Z[i,r]))\nJ = -1/m*sum(i<m, log(P[i,c[i]]))',
  'log-sum-exp of a vector': 'data z[m]\nl = log(sum(i<m, exp(z[i])))',
  'share of a vector': 'data z[m]\np[i<m] = exp(z[i])/sum(r<m, exp(z[r]))',
  'mean under a softmax':
    'data Z[m,k]; data V[k,n]\nO[i<m,j<n] = sum(q<k, exp(Z[i,q])*V[q,j])/sum(q<k, exp(Z[i,q]))',
  'binary cross-entropy':
    'data z[m]; label y[m] binary\na[i<m] = 1/(1+exp(-z[i]))\nl[i<m] = -y[i]*log(a[i]) - (1 - y[i])*log(1 - a[i])',
  'sigmoid of positive powers': 'data z[m]\na[i<m] = exp(z[i])/(1+exp(z[i]))',
  'tanh by exponentials': 'data z[m]\nt[i<m] = (exp(z[i])-exp(-z[i]))/(exp(z[i])+exp(-z[i]))',
  'log of the hyperbolic cosine': 'data z[m]\nl[i<m] = log(cosh(z[i]))',
  'quotient of hyperbolic functions': 'data z[m]\nt[i<m] = sinh(z[i])/cosh(z[i])',
  'sum of two exponentials': 'data z[m]; data u[m]\nl[i<m] = log(exp(z[i]) + exp(u[i]))',
  'an exponential on one side': 'data z[m]\ng[i<m] = (z[i] < 0)*exp(z[i]) + (z[i] > 0)',
};
const extremeCases: readonly CodeCase[] = Object.entries(UNSTABLE).map(([name, model]) => ({
  name: `${name}, at extreme points`,
  model,
  extreme: 900,
}));

export const CODE_CASES: readonly CodeCase[] = [
  ...CASES,
  ...extremeCases,
  ...operatorCases,
  ...randomCases,
  { name: 'maximum with a number', model: 'data x[m]\ng[i<m] = maximum(x[i], 0.1) - minimum(0.2, x[i])' },
];
