/** Functions of torch.nn.functional with the options that change what they compute, and every reduction of its losses. */
import type { BreadthRow } from './breadthRow';

/** A loss of one sample, in its index `i`, which PyTorch adds up or gives sample by sample. */
interface Loss {
  readonly name: string;
  /** Inputs and bindings that the loss is made of. */
  readonly given: string;
  /** The loss at `i`; at `i` and `q` for a matrix of losses. */
  readonly loss: string;
  /** The losses are a matrix. */
  readonly matrix?: true;
  /** The call in PyTorch without its closing parenthesis. */
  readonly torch: string;
  readonly extreme?: number;
  /** Gradients as a textbook prints them, of the sum and of the weighted losses. */
  readonly summed?: Readonly<Record<string, string>>;
  readonly each?: Readonly<Record<string, string>>;
}

function reductions({ name, given, loss, matrix, torch, extreme, summed, each }: Loss): BreadthRow[] {
  const [shape, over, at] = matrix
    ? ['m,k', (body: string) => `sum(i<m, sum(q<k, ${body}))`, 'U[i,q]']
    : ['m', (body: string) => `sum(i<m, ${body})`, 'U[i]'];
  const common = extreme === undefined ? {} : { extreme };
  return [
    {
      ...common,
      name: `${name}, summed`,
      source: `${given}\nJ = ${over(loss)}`,
      torch: `${torch}, reduction='sum')`,
      ...(summed ? { gradients: summed } : {}),
    },
    {
      ...common,
      name: `${name}, each`,
      source: `${given}\nupstream U[${shape}]\nJ = ${over(`${at}*(${loss})`)}`,
      torch: `(U*${torch}, reduction='none')).sum()`,
      ...(each ? { gradients: each } : {}),
    },
  ];
}

const PAIR = 'param a[m]; label y[m]';
const SCORES = 'param f[m]; label y[m] sign';
const CLASSES = 'param Z[m,k]; label c[m] class:k';
const LOG_SOFTMAX = 'L[i<m,q<k] = Z[i,q] - log(sum(r<k, exp(Z[i,r])))';
const TRIPLET = `param A[m,n]; param P[m,n]; param N[m,n]; hyper t positive
dp[i<m] = sqrt(sum(j<n, (A[i,j] - P[i,j] + 1e-6)^2))
dn[i<m] = sqrt(sum(j<n, (A[i,j] - N[i,j] + 1e-6)^2))`;
const REGRESSION = `data X[m,n]; param W[k,n]; param b[k]; label c[m] class:k
Z[i<m,q<k] = sum(j<n, X[i,j]*W[q,j]) + b[q]
${LOG_SOFTMAX}`;

const LOSSES: readonly Loss[] = [
  {
    name: 'squared error',
    given: PAIR,
    loss: '(a[i] - y[i])^2',
    torch: 'F.mse_loss(a, y',
    summed: { a: '2*(a[i] - y[i])' },
    each: { a: '2*U[i]*(a[i] - y[i])' },
  },
  {
    name: 'absolute error',
    given: PAIR,
    loss: 'abs(a[i] - y[i])',
    torch: 'F.l1_loss(a, y',
    summed: { a: 'sign(a[i] - y[i])' },
    each: { a: 'U[i]*sign(a[i] - y[i])' },
  },
  {
    name: 'smooth L1',
    given: `${PAIR}; hyper be positive\nd[i<m] = a[i] - y[i]`,
    loss: 'where(abs(d[i]) < be, 1/2*d[i]^2/be, abs(d[i]) - 1/2*be)',
    torch: 'F.smooth_l1_loss(a, y, beta=float(be)',
    summed: { a: 'where(abs(d[i]) < be, d[i]/be, sign(d[i]))' },
    each: { a: 'U[i]*where(abs(d[i]) < be, d[i]/be, sign(d[i]))' },
  },
  {
    name: 'Huber',
    given: `${PAIR}; hyper de positive\nd[i<m] = a[i] - y[i]`,
    loss: 'where(abs(d[i]) <= de, 1/2*d[i]^2, de*(abs(d[i]) - 1/2*de))',
    torch: 'F.huber_loss(a, y, delta=float(de)',
    summed: { a: 'where(abs(d[i]) <= de, d[i], de*sign(d[i]))' },
    each: { a: 'U[i]*where(abs(d[i]) <= de, d[i], de*sign(d[i]))' },
  },
  {
    name: 'binary cross-entropy of probabilities',
    given: 'param a[m] unit; label y[m] unit',
    loss: '-y[i]*log(a[i]) - (1 - y[i])*log(1 - a[i])',
    torch: 'F.binary_cross_entropy(a, y',
    summed: { a: '(a[i] - y[i])/(a[i]*(1 - a[i]))' },
    each: { a: '(a[i] - y[i])*U[i]/(a[i]*(1 - a[i]))' },
  },
  {
    name: 'binary cross-entropy of logits',
    given: 'param z[m]; label y[m] unit',
    loss: 'log(1 + exp(z[i])) - y[i]*z[i]',
    torch: 'F.binary_cross_entropy_with_logits(z, y',
    summed: { z: 'sigmoid(z[i]) - y[i]' },
    each: { z: '(sigmoid(z[i]) - y[i])*U[i]' },
  },
  {
    name: 'Poisson with a log link',
    given: 'param z[m]; label y[m] positive',
    loss: 'exp(z[i]) - y[i]*z[i]',
    torch: 'F.poisson_nll_loss(z, y',
    summed: { z: 'exp(z[i]) - y[i]' },
    each: { z: 'U[i]*(exp(z[i]) - y[i])' },
  },
  {
    name: 'Gaussian with a variance',
    given: 'param mu[m]; param v[m] positive; label y[m]',
    loss: '1/2*(log(v[i]) + (mu[i] - y[i])^2/v[i])',
    torch: 'F.gaussian_nll_loss(mu, y, v, eps=0',
    summed: { mu: '(mu[i] - y[i])/v[i]', v: '1/2*(1 - (mu[i] - y[i])^2/v[i])/v[i]' },
    each: { mu: 'U[i]*(mu[i] - y[i])/v[i]', v: '1/2*(1 - (mu[i] - y[i])^2/v[i])*U[i]/v[i]' },
  },
  {
    name: 'divergence of log-probabilities',
    given: 'param L[m,k]; label T[m,k] distribution',
    loss: 'T[i,q]*(log(T[i,q]) - L[i,q])',
    matrix: true,
    torch: 'F.kl_div(L, T',
    summed: { L: '-T[i,c]' },
    each: { L: '-U[i,c]*T[i,c]' },
  },
  {
    name: 'hinge embedding',
    given: 'param x[m]; label y[m] sign; hyper t positive',
    loss: 'where(y[i] == 1, x[i], max(0, t - x[i]))',
    torch: 'F.hinge_embedding_loss(x, y, float(t)',
    summed: { x: 'where(y[i] == 1, 1, -(t - x[i] > 0))' },
    each: { x: 'where(y[i] == 1, 1, -(t - x[i] > 0))*U[i]' },
  },
  {
    name: 'margin ranking',
    given: 'param a[m]; param b[m]; label y[m] sign; hyper t positive',
    loss: 'max(0, -y[i]*(a[i] - b[i]) + t)',
    torch: 'F.margin_ranking_loss(a, b, y, float(t)',
    summed: { a: '-y[i]*(t - (a[i] - b[i])*y[i] > 0)', b: 'y[i]*(t - (a[i] - b[i])*y[i] > 0)' },
    each: { a: '-U[i]*y[i]*(t - (a[i] - b[i])*y[i] > 0)', b: 'U[i]*y[i]*(t - (a[i] - b[i])*y[i] > 0)' },
  },
  {
    name: 'soft margin',
    given: SCORES,
    loss: 'log(1 + exp(-y[i]*f[i]))',
    torch: 'F.soft_margin_loss(f, y',
    summed: { f: '-y[i]*sigmoid(-y[i]*f[i])' },
    each: { f: '-U[i]*y[i]*sigmoid(-y[i]*f[i])' },
  },
  {
    name: 'multi-label soft margin with weights',
    given: `param Z[m,k]; label T[m,k] binary; data v[k] positive
p[i<m,q<k] = sigmoid(Z[i,q])`,
    loss: '-1/k*sum(q<k, v[q]*(T[i,q]*log(p[i,q]) + (1 - T[i,q])*log(1 - p[i,q])))',
    torch: 'F.multilabel_soft_margin_loss(Z, T.double(), weight=v',
    extreme: 4,
    summed: { Z: '1/k*(p[i,c] - T[i,c])*v[c]' },
    each: { Z: '1/k*(p[i,c] - T[i,c])*v[c]*U[i]' },
  },
  {
    name: 'multi-label margin',
    given: 'param Z[m,k]; label T[m,k] binary',
    loss: '1/k*sum(p<k, sum(q<k, T[i,p]*(1 - T[i,q])*max(0, 1 - Z[i,p] + Z[i,q])))',
    torch: 'F.multilabel_margin_loss(Z, torch.stack([class_list(t) for t in T])',
  },
  {
    name: 'multi-class margin',
    given: `${CLASSES}; hyper t positive`,
    loss: '1/k*sum(q<k, where(q == c[i], 0, max(0, t - Z[i,c[i]] + Z[i,q])))',
    torch: 'F.multi_margin_loss(Z, c, margin=float(t)',
  },
  {
    name: 'likelihood without a class',
    given: 'param L[m,k]; label c[m] class:k',
    loss: 'where(c[i] == 0, 0, -L[i,c[i]])',
    torch: 'F.nll_loss(L, c, ignore_index=0',
    summed: { L: '-(c[i] != 0)*delta(c[i], j)' },
    each: { L: '-U[i]*(c[i] != 0)*delta(c[i], j)' },
  },
  {
    name: 'cross-entropy without a class, smoothed',
    given: `${CLASSES}; hyper e unit\n${LOG_SOFTMAX}`,
    loss: 'where(c[i] == 0, 0, -(1 - e)*L[i,c[i]] - e/k*sum(q<k, L[i,q]))',
    torch: 'F.cross_entropy(Z, c, ignore_index=0, label_smoothing=float(e)',
    summed: { Z: '(exp(L[i,j]) - 1/k*e - (1 - e)*delta(c[i], j))*(c[i] != 0)' },
    each: { Z: '(exp(L[i,j]) - 1/k*e - (1 - e)*delta(c[i], j))*U[i]*(c[i] != 0)' },
  },
  {
    name: 'cross-entropy of an affine layer',
    given: REGRESSION,
    loss: '-L[i,c[i]]',
    torch: 'F.linear_cross_entropy(X, W, c, linear_bias=b',
    extreme: 4,
    summed: {
      W: 'sum(i<m, (exp(L[i,l]) - delta(c[i], l))*X[i,j])',
      b: 'sum(i<m, exp(L[i,l]) - delta(c[i], l))',
    },
    each: {
      W: 'sum(i<m, (exp(L[i,l]) - delta(c[i], l))*U[i]*X[i,j])',
      b: 'sum(i<m, (exp(L[i,l]) - delta(c[i], l))*U[i])',
    },
  },
  {
    name: 'cosine embedding',
    given: `param A[m,n]; param B[m,n]; label y[m] sign; hyper t unit
dot[i<m] = sum(j<n, A[i,j]*B[i,j])
na[i<m] = sqrt(sum(j<n, A[i,j]^2) + 1e-12)
nb[i<m] = sqrt(sum(j<n, B[i,j]^2) + 1e-12)
cos[i<m] = dot[i]/(na[i]*nb[i])`,
    loss: 'where(y[i] == 1, 1 - cos[i], max(0, cos[i] - t))',
    torch: 'F.cosine_embedding_loss(A, B, y, float(t)',
    summed: {
      A: 'where(y[i] == 1, -1, cos[i] - t > 0)*(B[i,j]/nb[i] - cos[i]*A[i,j]/na[i])/na[i]',
      B: 'where(y[i] == 1, -1, cos[i] - t > 0)*(A[i,j]/na[i] - cos[i]*B[i,j]/nb[i])/nb[i]',
    },
    each: {
      A: 'where(y[i] == 1, -1, cos[i] - t > 0)*(B[i,j]/nb[i] - cos[i]*A[i,j]/na[i])*U[i]/na[i]',
      B: 'where(y[i] == 1, -1, cos[i] - t > 0)*(A[i,j]/na[i] - cos[i]*B[i,j]/nb[i])*U[i]/nb[i]',
    },
  },
  {
    name: 'triplet margin with a swap',
    given: `${TRIPLET}
ds[i<m] = sqrt(sum(j<n, (P[i,j] - N[i,j] + 1e-6)^2))`,
    loss: 'max(0, dp[i] - min(dn[i], ds[i]) + t)',
    torch: 'F.triplet_margin_loss(A, P, N, margin=float(t), swap=True',
  },
  {
    name: 'triplet margin with a distance',
    given: `${TRIPLET.replace(/sqrt\((.*)\)$/gm, '$1').replaceAll(' + 1e-6', '')}
ds[i<m] = sum(j<n, (P[i,j] - N[i,j])^2)`,
    loss: 'max(0, dp[i] - min(dn[i], ds[i]) + t)',
    torch:
      'F.triplet_margin_with_distance_loss(A, P, N, distance_function=lambda a, b: ((a - b)**2).sum(1), margin=float(t), swap=True',
    summed: {
      A: '2*where(ds[i] >= dn[i], N[i,j] - P[i,j], A[i,j] - P[i,j])*(t + dp[i] - minimum(dn[i], ds[i]) > 0)',
      P: '2*where(ds[i] >= dn[i], P[i,j] - A[i,j], N[i,j] - A[i,j])*(t + dp[i] - minimum(dn[i], ds[i]) > 0)',
      N: '2*where(ds[i] >= dn[i], A[i,j] - N[i,j], P[i,j] - N[i,j])*(t + dp[i] - minimum(dn[i], ds[i]) > 0)',
    },
    each: {
      A: '2*where(ds[i] >= dn[i], N[i,j] - P[i,j], A[i,j] - P[i,j])*U[i]*(t + dp[i] - minimum(dn[i], ds[i]) > 0)',
      P: '2*where(ds[i] >= dn[i], P[i,j] - A[i,j], N[i,j] - A[i,j])*U[i]*(t + dp[i] - minimum(dn[i], ds[i]) > 0)',
      N: '2*where(ds[i] >= dn[i], A[i,j] - N[i,j], P[i,j] - N[i,j])*U[i]*(t + dp[i] - minimum(dn[i], ds[i]) > 0)',
    },
  },
];

const OPTIONS: readonly BreadthRow[] = [
  {
    name: 'softplus with a threshold',
    source: 'param x; hyper be positive; hyper t positive\nsp = where(be*x > t, x, 1/be*log(1 + exp(be*x)))',
    torch: 'F.softplus(x, float(be), threshold=float(t))',
    gradients: { x: 'where(be*x <= t, sigmoid(be*x), 1)' },
  },
  {
    name: 'weighted absolute error',
    source: `${PAIR}; data v[m] positive\nJ = sum(i<m, v[i]*abs(a[i] - y[i]))/sum(i<m, v[i])`,
    torch: 'F.l1_loss(a, y, weight=v)',
    gradients: { a: 'v[i]*sign(a[i] - y[i])/sum(i2<m, v[i2])' },
  },
  {
    name: 'weighted Huber',
    source: `${PAIR}; data v[m] positive
d[i<m] = a[i] - y[i]
l[i<m] = where(abs(d[i]) <= 1, 1/2*d[i]^2, abs(d[i]) - 1/2)
J = 1/m*sum(i<m, v[i]*l[i])`,
    torch: 'F.huber_loss(a, y, weight=v)',
    gradients: { a: '1/m*v[i]*where(abs(d[i]) <= 1, d[i], sign(d[i]))' },
  },
  {
    name: 'cross-entropy of an affine layer with weights, smoothed',
    source: `${REGRESSION}
data v[k] positive; hyper e unit
l[i<m] = -(1 - e)*v[c[i]]*L[i,c[i]] - e/k*sum(q<k, v[q]*L[i,q])
J = sum(i<m, l[i])/sum(i<m, v[c[i]])`,
    torch: 'F.linear_cross_entropy(X, W, c, linear_bias=b, weight=v, label_smoothing=float(e))',
    extreme: 4,
    gradients: { W: 'sum(i<m, dZ[i,p]*X[i,j])', b: 'sum(i<m, dZ[i,p])' },
    named: {
      dZ: '(((1 - e)*v[c[i]] + 1/k*e*sum(p2<k, v[p2]))*exp(L[i,p]) - 1/k*e*v[p] - (1 - e)*v[c[i]]*delta(c[i], p))/sum(i2<m, v[c[i2]])',
    },
  },
  {
    name: 'cross-entropy of an affine layer without a class',
    source: `${REGRESSION}
J = -sum(i<m, where(c[i] == 0, 0, L[i,c[i]]))`,
    torch: "F.linear_cross_entropy(X, W, c, linear_bias=b, reduction='sum', ignore_index=0)",
    extreme: 4,
    gradients: {
      W: 'sum(i<m, (exp(L[i,l]) - delta(c[i], l))*(c[i] != 0)*X[i,j])',
      b: 'sum(i<m, (exp(L[i,l]) - delta(c[i], l))*(c[i] != 0))',
    },
  },
  {
    name: 'triplet margin with a power',
    source: `param A[m,n]; param P[m,n]; param N[m,n]
dp[i<m] = sum(j<n, abs(A[i,j] - P[i,j] + 0.01)^3)^(1/3)
dn[i<m] = sum(j<n, abs(A[i,j] - N[i,j] + 0.01)^3)^(1/3)
J = 1/m*sum(i<m, max(0, dp[i] - dn[i] + 1))`,
    torch: 'F.triplet_margin_loss(A, P, N, p=3, eps=0.01)',
  },
  {
    name: 'pairwise distance with a power',
    source: `param A[m,n]; param B[m,n]; upstream u[m]; hyper e positive
d[i<m] = sum(j<n, abs(A[i,j] - B[i,j] + e)^3)^(1/3)
J = sum(i<m, u[i]*d[i])`,
    torch: '(u*F.pairwise_distance(A, B, p=3, eps=float(e))).sum()',
    gradients: {
      A: 'u[i]*abs(A[i,j] - B[i,j] + e)*(A[i,j] - B[i,j] + e)/d[i]^2',
      B: 'u[i]*abs(A[i,j] - B[i,j] + e)*(B[i,j] - A[i,j] - e)/d[i]^2',
    },
  },
  {
    name: 'sums of absolute differences',
    source: `param A[m,n]; param B[m,n]; upstream u[m]
d[i<m] = sum(j<n, abs(A[i,j] - B[i,j] + 1e-6))
J = sum(i<m, u[i]*d[i])`,
    torch: '(u*F.pairwise_distance(A, B, p=1)).sum()',
    gradients: { A: 'u[i]*sign(A[i,j] - B[i,j] + 1e-6)', B: '-u[i]*sign(A[i,j] - B[i,j] + 1e-6)' },
  },
  {
    name: 'distances of all pairs of rows',
    source: `param A[m,n]; upstream U[m,m]
J = sum(i<m, sum(r<m, where(r > i, U[i,r]*sum(j<n, abs(A[i,j] - A[r,j])), 0)))`,
    torch: '(U[tuple(torch.triu_indices(len(A), len(A), 1))]*F.pdist(A, p=1)).sum()',
  },
  {
    name: 'rows of absolute sum 1',
    source: `param X[m,n]; upstream U[m,n]; hyper e positive
r[i<m] = sum(j<n, abs(X[i,j]))
N[i<m,j<n] = X[i,j]/max(r[i], e)
J = sum(i<m, sum(j<n, U[i,j]*N[i,j]))`,
    torch: '(U*F.normalize(X, p=1, dim=1, eps=float(e))).sum()',
  },
  {
    name: 'cosine similarity of rows with a floor',
    source: `param A[m,n]; param B[m,n]; upstream u[m]
na[i<m] = max(sqrt(sum(j<n, A[i,j]^2)), 0.001)
nb[i<m] = max(sqrt(sum(j<n, B[i,j]^2)), 0.001)
c[i<m] = sum(j<n, A[i,j]*B[i,j])/(na[i]*nb[i])
J = sum(i<m, u[i]*c[i])`,
    torch: '(u*F.cosine_similarity(A, B, dim=1, eps=0.001)).sum()',
  },
  {
    name: 'local response norm',
    source: `param X[m,k]; upstream U[m,k]; hyper al positive; hyper be positive; hyper c positive
D[i<m,q<k] = c + al/3*sum(r<k, (r >= q - 1)*(q + 1 >= r)*X[i,r]^2)
Y[i<m,q<k] = X[i,q]/D[i,q]^be
J = sum(i<m, sum(q<k, U[i,q]*Y[i,q]))`,
    torch:
      '(U*F.local_response_norm(X[:, :, None], 3, alpha=float(al), beta=float(be), k=float(c))[:, :, 0]).sum()',
  },
  {
    name: 'batch norm in evaluation',
    source: `param X[m,n]; data mu[n]; data va[n] positive; param g[n]; param b[n]; upstream U[m,n]
N[i<m,j<n] = (X[i,j] - mu[j])/sqrt(va[j] + 1e-5)
J = sum(i<m, sum(j<n, U[i,j]*(g[j]*N[i,j] + b[j])))`,
    torch: '(U*F.batch_norm(X, mu, va, g, b, False, 0.1, 1e-5)).sum()',
    gradients: {
      X: 'U[i,j]*g[j]/sqrt(va[j] + 1e-5)',
      g: 'sum(i<m, U[i,j]*N[i,j])',
      b: 'sum(i<m, U[i,j])',
    },
  },
  {
    name: 'instance norm in evaluation, scaled and shifted',
    source: `param X[m,n,l]; data mu[n]; data va[n] positive; param g[n]; param b[n]; upstream U[m,n,l]
N[i<m,q<n,j<l] = (X[i,q,j] - mu[q])/sqrt(va[q] + 1e-5)
J = sum(i<m, sum(q<n, sum(j<l, U[i,q,j]*(g[q]*N[i,q,j] + b[q]))))`,
    torch: '(U*F.instance_norm(X, mu, va, g, b, False, 0.1, 1e-5)).sum()',
    gradients: {
      X: 'U[i,j,k]*g[j]/sqrt(va[j] + 1e-5)',
      g: 'sum(i<m, sum(k<l, U[i,j,k]*N[i,j,k]))',
      b: 'sum(i<m, sum(k<l, U[i,j,k]))',
    },
  },
  {
    name: 'group norm, scaled and shifted',
    source: `param X[m,g,c]; param s[g,c]; param b[g,c]; upstream U[m,g,c]
mu[i<m,h<g] = 1/c*sum(q<c, X[i,h,q])
va[i<m,h<g] = 1/c*sum(q<c, (X[i,h,q] - mu[i,h])^2)
N[i<m,h<g,q<c] = (X[i,h,q] - mu[i,h])/sqrt(va[i,h] + 0.001)
J = sum(i<m, sum(h<g, sum(q<c, U[i,h,q]*(s[h,q]*N[i,h,q] + b[h,q]))))`,
    torch:
      '(U*F.group_norm(X.reshape(X.shape[0], -1), X.shape[1], s.flatten(), b.flatten(), 0.001).reshape(X.shape)).sum()',
    gradients: {
      X: '(dN[i,j,k] - 1/c*(N[i,j,k]*sum(k2<c, dN[i,j,k2]*N[i,j,k2]) + sum(k2<c, dN[i,j,k2])))/sqrt(va[i,j] + 0.001)',
      s: 'sum(i<m, U[i,j,k]*N[i,j,k])',
      b: 'sum(i<m, U[i,j,k])',
    },
    named: { dN: 'U[i,j,k]*s[j,k]' },
  },
  {
    name: 'bilinear layer with a bias',
    source: `data X[m,n]; data Y[m,h]; param W[k,n,h]; param b[k]; upstream U[m,k]
Z[i<m,q<k] = sum(j<n, sum(r<h, X[i,j]*W[q,j,r]*Y[i,r])) + b[q]
J = sum(i<m, sum(q<k, U[i,q]*Z[i,q]))`,
    torch: '(U*F.bilinear(X, Y, W, b)).sum()',
    gradients: { W: 'sum(i<m, U[i,c]*X[i,j]*Y[i,l])', b: 'sum(i<m, U[i,c])' },
  },
  {
    name: 'attention with a mask and a scale',
    source: `param Q[t,d]; param K[s,d]; param V[s,e]; data B[t,s]; hyper g positive; upstream U[t,e]
S[i<t,j<s] = g*sum(q<d, Q[i,q]*K[j,q]) + B[i,j]
E[i<t,j<s] = exp(S[i,j])
P[i<t,j<s] = E[i,j]/sum(r<s, E[i,r])
O[i<t,r<e] = sum(j<s, P[i,j]*V[j,r])
J = sum(i<t, sum(r<e, U[i,r]*O[i,r]))`,
    torch:
      '(U*F.scaled_dot_product_attention(Q[None], K[None], V[None], attn_mask=B[None], scale=float(g))[0]).sum()',
    extreme: 3,
    gradients: {
      Q: 'g*sum(k<s, dS[i,k]*K[k,j])',
      K: 'g*sum(i<t, dS[i,k]*Q[i,j])',
      V: 'sum(i<t, U[i,l]*P[i,k])',
    },
    named: { dP: 'sum(l<e, U[i,l]*V[k,l])', dS: '(dP[i,k] - sum(k2<s, dP[i,k2]*P[i,k2]))*P[i,k]' },
  },
  {
    name: 'bags of embeddings, weighted',
    source: `label c[m,h] class:k; param W[k,n]; param v[m,h]; upstream U[m,n]
E[i<m,j<n] = sum(l<h, v[i,l]*W[c[i,l],j])
J = sum(i<m, sum(j<n, U[i,j]*E[i,j]))`,
    torch: "(U*F.embedding_bag(c, W, mode='sum', per_sample_weights=v)).sum()",
    gradients: { W: 'sum(i<m, U[i,j]*sum(l<h, v[i,l]*delta(c[i,l], p)))', v: 'sum(j<n, U[i,j]*W[c[i,l],j])' },
  },
  {
    name: 'bags of embeddings, averaged',
    source: `label c[m,h] class:k; param W[k,n]; upstream U[m,n]
E[i<m,j<n] = 1/h*sum(l<h, W[c[i,l],j])
J = sum(i<m, sum(j<n, U[i,j]*E[i,j]))`,
    torch: "(U*F.embedding_bag(c, W, mode='mean')).sum()",
    gradients: { W: '1/h*sum(i<m, U[i,j]*sum(l<h, delta(c[i,l], p)))' },
  },
];

export const TORCH: readonly BreadthRow[] = [...LOSSES.flatMap(reductions), ...OPTIONS];
