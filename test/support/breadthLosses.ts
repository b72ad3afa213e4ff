/** Losses, penalties and information measures. */
import type { BreadthRow } from './breadthRow';

const PAIR = 'param a[m]; label y[m]\n';
const LOGITS = 'param z[m]; label y[m] unit\n';
const SIGMOID = `${LOGITS}a[i<m] = 1/(1+exp(-z[i]))\n`;
const CLASSES = 'param Z[m,k]; label c[m] class:k\n';
const ONE_HOT = 'param Z[m,k]; label Y[m,k] onehot\n';
const SOFTMAX = `E[i<m,q<k] = exp(Z[i,q])
S[i<m] = sum(q<k, E[i,q])
P[i<m,q<k] = E[i,q]/S[i]\n`;
const LOG_SOFTMAX = 'L[i<m,q<k] = Z[i,q] - log(sum(r<k, exp(Z[i,r])))\n';
const SCORES = 'param f[m]; label y[m] sign\n';

const REGRESSION: readonly BreadthRow[] = [
  {
    name: 'mean squared error',
    source: `${PAIR}J = 1/m*sum(i<m, (a[i] - y[i])^2)`,
    torch: 'F.mse_loss(a, y)',
    jax: '((a - y)**2).mean()',
    gradients: { a: '2/m*(a[i] - y[i])' },
  },
  {
    name: 'sum of squared errors',
    source: `${PAIR}J = sum(i<m, (a[i] - y[i])^2)`,
    torch: "F.mse_loss(a, y, reduction='sum')",
    gradients: { a: '2*(a[i] - y[i])' },
  },
  {
    name: 'mean squared error of a matrix',
    source: 'param A[m,n]; label Y[m,n]\nJ = 1/(m*n)*sum(i<m, sum(j<n, (A[i,j] - Y[i,j])^2))',
    torch: 'F.mse_loss(A, Y)',
    gradients: { A: '2/(m*n)*(A[i,j] - Y[i,j])' },
  },
  {
    name: 'weighted squared error',
    source: `${PAIR}data v[m] positive\nJ = sum(i<m, v[i]*(a[i] - y[i])^2)/sum(i<m, v[i])`,
    torch: 'F.mse_loss(a, y, weight=v)',
    gradients: { a: '2*v[i]*(a[i] - y[i])/sum(i2<m, v[i2])' },
  },
  {
    name: 'root mean squared error',
    source: `${PAIR}J = sqrt(1/m*sum(i<m, (a[i] - y[i])^2))`,
    torch: 'torch.sqrt(F.mse_loss(a, y))',
    gradients: { a: '1/m*(a[i] - y[i])/J' },
  },
  {
    name: 'mean absolute error',
    source: `${PAIR}J = 1/m*sum(i<m, abs(a[i] - y[i]))`,
    torch: 'F.l1_loss(a, y)',
    gradients: { a: '1/m*sign(a[i] - y[i])' },
  },
  {
    name: 'smooth L1',
    source: `${PAIR}hyper be positive
d[i<m] = a[i] - y[i]
l[i<m] = where(abs(d[i]) < be, 1/2*d[i]^2/be, abs(d[i]) - 1/2*be)
J = 1/m*sum(i<m, l[i])`,
    torch: 'F.smooth_l1_loss(a, y, beta=float(be))',
    gradients: { a: '1/m*where(abs(d[i]) < be, d[i]/be, sign(d[i]))' },
  },
  {
    name: 'Huber',
    source: `${PAIR}hyper de positive
d[i<m] = a[i] - y[i]
l[i<m] = where(abs(d[i]) <= de, 1/2*d[i]^2, de*(abs(d[i]) - 1/2*de))
J = 1/m*sum(i<m, l[i])`,
    torch: 'F.huber_loss(a, y, delta=float(de))',
    gradients: { a: '1/m*where(abs(d[i]) <= de, d[i], de*sign(d[i]))' },
  },
  {
    name: 'pseudo-Huber',
    source: `${PAIR}hyper de positive\nJ = 1/m*sum(i<m, de^2*(sqrt(1 + ((a[i] - y[i])/de)^2) - 1))`,
    torch: '(de**2*(torch.sqrt(1 + ((a - y)/de)**2) - 1)).mean()',
    gradients: { a: '1/m*(a[i] - y[i])/sqrt(1 + ((a[i] - y[i])/de)^2)' },
  },
  {
    name: 'log-cosh',
    source: `${PAIR}J = 1/m*sum(i<m, log(cosh(a[i] - y[i])))`,
    torch: 'torch.log(torch.cosh(a - y)).mean()',
    gradients: { a: '1/m*tanh(a[i] - y[i])' },
  },
  {
    name: 'quantile',
    source: `${PAIR}hyper t unit
e[i<m] = y[i] - a[i]
J = 1/m*sum(i<m, max(t*e[i], (t - 1)*e[i]))`,
    torch: 'torch.maximum(t*(y - a), (t - 1)*(y - a)).mean()',
    gradients: { a: '1/m*where(e[i] >= 0, -t, 1 - t)' },
  },
  {
    name: 'quantile by the sign of the error',
    source: `${PAIR}hyper t unit
e[i<m] = y[i] - a[i]
J = 1/m*sum(i<m, where(e[i] >= 0, t*e[i], (t - 1)*e[i]))`,
    torch: 'torch.maximum(t*(y - a), (t - 1)*(y - a)).mean()',
    gradients: { a: '1/m*where(e[i] >= 0, -t, 1 - t)' },
  },
  {
    name: 'mean squared logarithmic error',
    source: `param a[m] positive; label y[m] positive\nJ = 1/m*sum(i<m, (log(1 + a[i]) - log(1 + y[i]))^2)`,
    torch: 'F.mse_loss(torch.log1p(a), torch.log1p(y))',
    gradients: { a: '2/m*(log(a[i] + 1) - log(y[i] + 1))/(a[i] + 1)' },
  },
  {
    name: 'mean absolute percentage error',
    source: `param a[m]; label y[m] positive\nJ = 1/m*sum(i<m, abs((y[i] - a[i])/y[i]))`,
    torch: '(torch.abs(a - y)/y).mean()',
    gradients: { a: '1/m*sign(a[i] - y[i])/y[i]' },
  },
  {
    name: 'Poisson with a log link',
    source: `param z[m]; label y[m] positive
l[i<m] = exp(z[i])
J = 1/m*sum(i<m, l[i] - y[i]*z[i])`,
    torch: 'F.poisson_nll_loss(z, y)',
    gradients: { z: '1/m*(l[i] - y[i])' },
  },
  {
    name: 'Poisson of the rate, of the exponential',
    source: `param z[m]; label y[m] positive
l[i<m] = exp(z[i])
J = 1/m*sum(i<m, l[i] - y[i]*log(l[i]))`,
    torch: 'F.poisson_nll_loss(torch.exp(z), y, log_input=False, eps=0)',
    gradients: { z: '1/m*(l[i] - y[i])' },
  },
  {
    name: 'Poisson of the rate',
    source: `param l[m] positive; label y[m] positive\nJ = 1/m*sum(i<m, l[i] - y[i]*log(l[i] + 0.00000001))`,
    torch: 'F.poisson_nll_loss(l, y, log_input=False)',
    gradients: { l: '1/m*(1 - y[i]/(l[i] + 1e-8))' },
  },
  {
    name: 'Poisson with Stirling term',
    source: `param z[m]; label y[m] positive
s[i<m] = where(y[i] > 1, y[i]*log(y[i]) - y[i] + 1/2*log(2*pi*y[i]), 0)
J = 1/m*sum(i<m, exp(z[i]) - y[i]*z[i] + s[i])`,
    torch: 'F.poisson_nll_loss(z, y, full=True)',
    gradients: { z: '1/m*(exp(z[i]) - y[i])' },
  },
  {
    name: 'Gaussian with a variance',
    source: `param mu[m]; param v[m] positive; label y[m]
J = 1/m*sum(i<m, 1/2*(log(v[i]) + (mu[i] - y[i])^2/v[i]))`,
    torch: 'F.gaussian_nll_loss(mu, y, v, eps=0)',
    gradients: { mu: '1/m*(mu[i] - y[i])/v[i]', v: '1/(2*m)*(1 - (mu[i] - y[i])^2/v[i])/v[i]' },
  },
  {
    name: 'Gaussian with a clamped variance',
    source: `param mu[m]; param v[m] positive; label y[m]
w[i<m] = max(v[i], 0.5)
J = 1/m*sum(i<m, 1/2*(log(w[i]) + (mu[i] - y[i])^2/w[i]))`,
    torch: 'F.gaussian_nll_loss(mu, y, torch.clamp(v, min=0.5), eps=0)',
    gradients: { mu: '1/m*(mu[i] - y[i])/w[i]', v: '1/(2*m)*(1 - (mu[i] - y[i])^2/w[i])*(v[i] >= 1/2)/w[i]' },
  },
  {
    name: 'Gaussian with a log-variance',
    source: `param mu[m]; param s[m]; label y[m]
J = 1/m*sum(i<m, 1/2*(s[i] + (mu[i] - y[i])^2/exp(s[i])))`,
    torch: 'F.gaussian_nll_loss(mu, y, torch.exp(s), eps=0)',
    extreme: 4,
    gradients: { mu: '1/m*(mu[i] - y[i])*exp(-s[i])', s: '1/(2*m)*(1 - (mu[i] - y[i])^2*exp(-s[i]))' },
  },
  {
    name: 'Gaussian with a standard deviation, full',
    source: `param mu; param sd positive; data y[m]
J = 1/m*sum(i<m, 1/2*log(2*pi) + log(sd) + (y[i] - mu)^2/(2*sd^2))`,
    torch: 'F.gaussian_nll_loss(mu.expand(y.shape), y, (sd**2).expand(y.shape), full=True, eps=0)',
    gradients: { mu: '1/m*sum(i<m, mu - y[i])/sd^2', sd: '1/m*sum(i<m, 1 - (y[i] - mu)^2/sd^2)/sd' },
  },
  {
    name: 'Laplace likelihood',
    source: 'param mu; param b positive; data y[m]\nJ = 1/m*sum(i<m, log(2*b) + abs(y[i] - mu)/b)',
    torch: '-torch.distributions.Laplace(mu, b).log_prob(y).mean()',
    jax: '-jax.scipy.stats.laplace.logpdf(y, mu, b).mean()',
    gradients: { mu: '-1/m*sum(i<m, sign(y[i] - mu))/b', b: '1/m*sum(i<m, 1 - abs(y[i] - mu)/b)/b' },
  },
  {
    name: 'Tweedie',
    source: `param z[m]; label y[m] positive
mu[i<m] = exp(z[i])
J = 1/m*sum(i<m, mu[i]^(2 - 1.3)/(2 - 1.3) - y[i]*mu[i]^(1 - 1.3)/(1 - 1.3))`,
    torch: '(torch.exp(z)**0.7/0.7 - y*torch.exp(z)**-0.3/-0.3).mean()',
    extreme: 4,
    gradients: { z: '1/m*(mu[i] - y[i])/mu[i]^0.3' },
  },
  {
    name: 'Tweedie with a power',
    source: `param z[m]; label y[m] positive; hyper p positive
mu[i<m] = exp(z[i])
J = 1/m*sum(i<m, mu[i]^(2 - p)/(2 - p) - y[i]*mu[i]^(1 - p)/(1 - p))`,
    torch: '(torch.exp(z)**(2 - p)/(2 - p) - y*torch.exp(z)**(1 - p)/(1 - p)).mean()',
    extreme: 4,
    gradients: { z: '1/m*mu[i]^(1 - p)*(mu[i] - y[i])' },
  },
  {
    name: 'gamma deviance',
    source: `param mu[m] positive; label y[m] positive\nJ = 2/m*sum(i<m, (y[i] - mu[i])/mu[i] - log(y[i]/mu[i]))`,
    torch: '2*((y - mu)/mu - torch.log(y/mu)).mean()',
    gradients: { mu: '2/m*(mu[i] - y[i])/mu[i]^2' },
  },
  {
    name: 'L1 penalty',
    source: 'param w[n]; hyper lam positive\nJ = lam*sum(j<n, abs(w[j]))',
    torch: 'lam*torch.linalg.vector_norm(w, 1)',
    gradients: { w: 'lam*sign(w[i])' },
  },
  {
    name: 'L2 penalty',
    source: 'param w[n]; hyper lam positive\nJ = lam/2*sum(j<n, w[j]^2)',
    torch: 'lam/2*torch.linalg.vector_norm(w)**2',
    gradients: { w: 'lam*w[i]' },
  },
  {
    name: 'elastic net',
    source: `param w[n]; hyper lam positive; hyper r unit
J = lam*(r*sum(j<n, abs(w[j])) + (1 - r)/2*sum(j<n, w[j]^2))`,
    torch: 'lam*(r*w.abs().sum() + (1 - r)/2*(w**2).sum())',
    gradients: { w: 'lam*(r*sign(w[i]) + (1 - r)*w[i])' },
  },
  {
    name: 'group lasso',
    source: 'param W[n,k]; hyper lam positive\nr[j<n] = sqrt(sum(q<k, W[j,q]^2))\nJ = lam*sum(j<n, r[j])',
    torch: 'lam*torch.linalg.vector_norm(W, dim=1).sum()',
    gradients: { W: 'lam*W[i,c]/r[i]' },
  },
];

const BINARY: readonly BreadthRow[] = [
  {
    name: 'binary cross-entropy of probabilities',
    source: 'param a[m] unit; label y[m] unit\nJ = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))',
    torch: 'F.binary_cross_entropy(a, y)',
    gradients: { a: '1/m*(a[i] - y[i])/(a[i]*(1 - a[i]))' },
  },
  {
    name: 'weighted binary cross-entropy of probabilities',
    source: `param a[m] unit; label y[m] unit; data v[m] positive
l[i<m] = -(y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))
J = 1/m*sum(i<m, v[i]*l[i])`,
    torch: 'F.binary_cross_entropy(a, y, weight=v)',
  },
  {
    name: 'binary cross-entropy of the sigmoid',
    source: `${SIGMOID}J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`,
    torch: 'F.binary_cross_entropy_with_logits(z, y)',
    extreme: 4,
    gradients: { z: '1/m*(a[i] - y[i])' },
  },
  {
    name: 'weighted binary cross-entropy of the sigmoid',
    source: `${SIGMOID}data v[m] positive\nJ = -1/m*sum(i<m, v[i]*(y[i]*log(a[i]) + (1-y[i])*log(1-a[i])))`,
    torch: 'F.binary_cross_entropy_with_logits(z, y, weight=v)',
    extreme: 4,
    gradients: { z: '1/m*(a[i] - y[i])*v[i]' },
  },
  {
    name: 'binary cross-entropy of the sigmoid, positive weight',
    source: `${SIGMOID}hyper p positive\nJ = -1/m*sum(i<m, p*y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`,
    torch: 'F.binary_cross_entropy_with_logits(z, y, pos_weight=p)',
    extreme: 4,
    gradients: { z: '1/m*(a[i]*(1 - y[i]) - p*(1 - a[i])*y[i])' },
  },
  {
    name: 'binary cross-entropy of logits',
    source: `${LOGITS}J = 1/m*sum(i<m, log(1+exp(z[i])) - y[i]*z[i])`,
    torch: 'F.binary_cross_entropy_with_logits(z, y)',
    gradients: { z: '1/m*(sigmoid(z[i]) - y[i])' },
  },
  {
    name: 'binary cross-entropy of logits, stable',
    source: `${LOGITS}J = 1/m*sum(i<m, max(0, z[i]) - y[i]*z[i] + log(1+exp(-abs(z[i]))))`,
    torch: 'F.binary_cross_entropy_with_logits(z, y)',
    gradients: { z: '1/m*(sigmoid(z[i]) - y[i])' },
  },
  {
    name: 'binary cross-entropy of logits by softplus',
    source: `${LOGITS}J = 1/m*sum(i<m, softplus(z[i]) - y[i]*z[i])`,
    torch: 'F.binary_cross_entropy_with_logits(z, y)',
    gradients: { z: '1/m*(sigmoid(z[i]) - y[i])' },
  },
  {
    name: 'binary cross-entropy of logits, both weights',
    source: `${LOGITS}data v[m] positive; hyper p positive
l[i<m] = p*y[i]*softplus(-z[i]) + (1 - y[i])*softplus(z[i])
J = 1/m*sum(i<m, v[i]*l[i])`,
    torch: 'F.binary_cross_entropy_with_logits(z, y, weight=v, pos_weight=p)',
    gradients: { z: '1/m*v[i]*((1 - y[i])*sigmoid(z[i]) - p*y[i]*sigmoid(-z[i]))' },
  },
  {
    name: 'focal',
    source: `param z[m]; label y[m] binary; hyper al unit; hyper g positive
p[i<m] = 1/(1+exp(-z[i]))
pt[i<m] = where(y[i] == 1, p[i], 1 - p[i])
at[i<m] = where(y[i] == 1, al, 1 - al)
J = -1/m*sum(i<m, at[i]*(1 - pt[i])^g*log(pt[i]))`,
    torch:
      '((al*y + (1 - al)*(1 - y))*(1 - torch.exp(-F.binary_cross_entropy_with_logits(z, y.double(), reduction="none")))**g*F.binary_cross_entropy_with_logits(z, y.double(), reduction="none")).mean()',
    extreme: 3,
  },
  {
    name: 'dice',
    source: `${SIGMOID.replace('unit', 'binary')}inter = sum(i<m, a[i]*y[i])
total = sum(i<m, a[i]) + sum(i<m, y[i])
J = 1 - (2*inter + 1)/(total + 1)`,
    torch: '1 - (2*(torch.sigmoid(z)*y).sum() + 1)/(torch.sigmoid(z).sum() + y.sum() + 1)',
    gradients: { z: '((1 + 2*inter)/(total + 1) - 2*y[i])*a[i]*(1 - a[i])/(total + 1)' },
  },
  {
    name: 'Tversky',
    source: `${SIGMOID.replace('unit', 'binary')}hyper al positive; hyper be positive
tp = sum(i<m, a[i]*y[i])
fp = sum(i<m, a[i]*(1 - y[i]))
fn = sum(i<m, (1 - a[i])*y[i])
J = 1 - tp/(tp + al*fp + be*fn)`,
    torch:
      '1 - (torch.sigmoid(z)*y).sum()/((torch.sigmoid(z)*y).sum() + al*(torch.sigmoid(z)*(1 - y)).sum() + be*((1 - torch.sigmoid(z))*y).sum())',
    extreme: 4,
    gradients: {
      z: '(al*tp*(1 - y[i]) - (al*fp + be*fn)*y[i] - be*tp*y[i])*a[i]*(1 - a[i])/(al*fp + be*fn + tp)^2',
    },
  },
  {
    name: 'hinge',
    source: `${SCORES}J = 1/m*sum(i<m, max(0, 1 - y[i]*f[i]))`,
    torch: 'F.relu(1 - y*f).mean()',
    gradients: { f: '-1/m*y[i]*(1 - f[i]*y[i] > 0)' },
  },
  {
    name: 'squared hinge',
    source: `${SCORES}h[i<m] = max(0, 1 - y[i]*f[i])\nJ = 1/m*sum(i<m, h[i]^2)`,
    torch: '(F.relu(1 - y*f)**2).mean()',
    gradients: { f: '-2/m*h[i]*y[i]' },
  },
  {
    name: 'soft margin',
    source: `${SCORES}J = 1/m*sum(i<m, log(1 + exp(-y[i]*f[i])))`,
    torch: 'F.soft_margin_loss(f, y)',
    gradients: { f: '-1/m*y[i]*sigmoid(-y[i]*f[i])' },
  },
  {
    name: 'exponential loss',
    source: `${SCORES}J = 1/m*sum(i<m, exp(-y[i]*f[i]))`,
    torch: 'torch.exp(-y*f).mean()',
    extreme: 4,
    gradients: { f: '-1/m*exp(-y[i]*f[i])*y[i]' },
  },
  {
    name: 'hinge embedding',
    source: `param x[m]; label y[m] sign; hyper t positive
J = 1/m*sum(i<m, where(y[i] == 1, x[i], max(0, t - x[i])))`,
    torch: 'F.hinge_embedding_loss(x, y, float(t))',
    jax: 'jnp.where(y == 1, x, nn.relu(t - x)).mean()',
    gradients: { x: '1/m*where(y[i] == 1, 1, -(t - x[i] > 0))' },
  },
  {
    name: 'margin ranking',
    source: `param a[m]; param b[m]; label y[m] sign; hyper t positive
J = 1/m*sum(i<m, max(0, -y[i]*(a[i] - b[i]) + t))`,
    torch: 'F.margin_ranking_loss(a, b, y, float(t))',
    gradients: { a: '-1/m*y[i]*(t - (a[i] - b[i])*y[i] > 0)', b: '1/m*y[i]*(t - (a[i] - b[i])*y[i] > 0)' },
  },
  {
    name: 'multi-label soft margin',
    source: `param Z[m,k]; label T[m,k] binary
L[i<m,q<k] = T[i,q]*log(sigmoid(Z[i,q])) + (1 - T[i,q])*log(1 - sigmoid(Z[i,q]))
J = -1/(m*k)*sum(i<m, sum(q<k, L[i,q]))`,
    torch: 'F.multilabel_soft_margin_loss(Z, T.double())',
    extreme: 4,
    gradients: { Z: '1/(k*m)*(sigmoid(Z[i,c]) - T[i,c])' },
  },
  {
    name: 'multi-label margin',
    source: `param x[k]; label t[k] binary
J = 1/k*sum(p<k, sum(q<k, t[p]*(1 - t[q])*max(0, 1 - (x[p] - x[q]))))`,
    torch: 'F.multilabel_margin_loss(x, class_list(t))',
  },
];

const MULTICLASS: readonly BreadthRow[] = [
  {
    name: 'softmax cross-entropy',
    source: `${ONE_HOT}${SOFTMAX}J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`,
    torch: 'F.cross_entropy(Z, Y)',
    jax: '-(Y*nn.log_softmax(Z, 1)).sum(1).mean()',
    extreme: 6,
    gradients: { Z: '1/m*(P[i,c] - Y[i,c])' },
  },
  {
    name: 'softmax cross-entropy with soft labels',
    source: `${ONE_HOT.replace('onehot', 'distribution')}${SOFTMAX}J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`,
    torch: 'F.cross_entropy(Z, Y)',
    extreme: 6,
    gradients: { Z: '1/m*(P[i,c] - Y[i,c])' },
  },
  {
    name: 'softmax cross-entropy with integer labels',
    source: `${CLASSES}${SOFTMAX}J = -1/m*sum(i<m, log(P[i,c[i]]))`,
    torch: 'F.cross_entropy(Z, c)',
    extreme: 6,
    gradients: { Z: '1/m*(P[i,j] - delta(c[i], j))' },
  },
  {
    name: 'log-softmax and likelihood of integer labels',
    source: `${CLASSES}${LOG_SOFTMAX}J = -1/m*sum(i<m, L[i,c[i]])`,
    torch: 'F.nll_loss(F.log_softmax(Z, 1), c)',
    gradients: {
      Z: '1/m*(exp(L[i,j]) - delta(c[i], j))',
    },
  },
  {
    name: 'log-softmax and likelihood of one-hot labels',
    source: `${ONE_HOT}${LOG_SOFTMAX}J = -1/m*sum(i<m, sum(q<k, Y[i,q]*L[i,q]))`,
    torch: 'F.cross_entropy(Z, Y)',
    gradients: {
      Z: '1/m*(exp(L[i,c]) - Y[i,c])',
    },
  },
  {
    name: 'likelihood of integer labels',
    source: 'param L[m,k]; label c[m] class:k\nJ = -1/m*sum(i<m, L[i,c[i]])',
    torch: 'F.nll_loss(L, c)',
    gradients: { L: '-1/m*delta(c[i], j)' },
  },
  {
    name: 'likelihood of integer labels with class weights',
    source: `param L[m,k]; label c[m] class:k; data v[k] positive
J = -sum(i<m, v[c[i]]*L[i,c[i]])/sum(i<m, v[c[i]])`,
    torch: 'F.nll_loss(L, c, weight=v)',
    gradients: { L: '-v[c[i]]*delta(c[i], j)/sum(i2<m, v[c[i2]])' },
  },
  {
    name: 'cross-entropy with class weights',
    source: `${CLASSES}data v[k] positive
${SOFTMAX}total = sum(i<m, v[c[i]])
J = -1/total*sum(i<m, v[c[i]]*log(P[i,c[i]]))`,
    torch: 'F.cross_entropy(Z, c, weight=v)',
    extreme: 6,
    gradients: { Z: '(P[i,j] - delta(c[i], j))*v[c[i]]/total' },
  },
  {
    name: 'cross-entropy of some rows',
    source: `${ONE_HOT}data r[m] binary
${SOFTMAX}l[i<m] = -sum(q<k, Y[i,q]*log(P[i,q]))
J = sum(i<m, r[i]*l[i])/sum(i<m, r[i])`,
    torch: 'F.cross_entropy(Z, torch.where(r > 0, Y.argmax(1), -100))',
    extreme: 6,
    gradients: {
      Z: '(P[i,c] - Y[i,c])*r[i]/sum(i2<m, r[i2])',
    },
  },
  {
    name: 'cross-entropy with label smoothing',
    source: `${ONE_HOT}hyper e unit
${SOFTMAX}T[i<m,q<k] = (1 - e)*Y[i,q] + e/k
J = -1/m*sum(i<m, sum(q<k, T[i,q]*log(P[i,q])))`,
    torch: 'F.cross_entropy(Z, Y.argmax(1), label_smoothing=float(e))',
    extreme: 6,
    gradients: { Z: '1/m*(P[i,c] - T[i,c])' },
  },
  {
    name: 'cross-entropy with integer labels and label smoothing',
    source: `${CLASSES}hyper e unit
${LOG_SOFTMAX}J = -1/m*sum(i<m, (1 - e)*L[i,c[i]] + e/k*sum(q<k, L[i,q]))`,
    torch: 'F.cross_entropy(Z, c, label_smoothing=float(e))',
    gradients: {
      Z: '1/m*(exp(L[i,j]) - 1/k*e - (1 - e)*delta(c[i], j))',
    },
  },
  {
    name: 'KL divergence of log-probabilities',
    source:
      'param L[m,k]; label T[m,k] distribution\nJ = 1/m*sum(i<m, sum(q<k, T[i,q]*(log(T[i,q]) - L[i,q])))',
    torch: "F.kl_div(L, T, reduction='batchmean')",
    gradients: { L: '-1/m*T[i,c]' },
  },
  {
    name: 'KL divergence of the softmax',
    source: `param Z[m,k]; label T[m,k] distribution
${SOFTMAX}J = 1/m*sum(i<m, sum(q<k, T[i,q]*log(T[i,q]/P[i,q])))`,
    torch: "F.kl_div(F.log_softmax(Z, 1), T, reduction='batchmean')",
    extreme: 6,
    gradients: { Z: '1/m*(P[i,c] - T[i,c])' },
  },
  {
    name: 'KL divergence to log-targets',
    source: 'param L[m,k]; param T[m,k]\nJ = 1/m*sum(i<m, sum(q<k, exp(T[i,q])*(T[i,q] - L[i,q])))',
    torch: "F.kl_div(L, T, reduction='batchmean', log_target=True)",
    extreme: 4,
    gradients: { L: '-1/m*exp(T[i,c])', T: '1/m*(T[i,c] - L[i,c] + 1)*exp(T[i,c])' },
  },
  {
    name: 'KL divergence of a Gaussian to the standard one',
    source: 'param mu[n]; param s[n]\nJ = 1/2*sum(j<n, exp(s[j]) + mu[j]^2 - 1 - s[j])',
    torch:
      'torch.distributions.kl_divergence(torch.distributions.Normal(mu, torch.exp(s/2)), torch.distributions.Normal(0*mu, torch.ones_like(mu))).sum()',
    gradients: { mu: 'mu[i]', s: '1/2*(exp(s[i]) - 1)' },
    extreme: 4,
  },
  {
    name: 'entropy of probabilities',
    source: 'param p[k] positive\nH = -sum(q<k, p[q]*log(p[q]))',
    torch: 'torch.special.entr(p).sum()',
    jax: 'jax.scipy.special.entr(p).sum()',
    gradients: { p: '-(1 + log(p[i]))' },
  },
  {
    name: 'entropy of the softmax',
    source: `param Z[m,k]\n${SOFTMAX}H[i<m] = -sum(q<k, P[i,q]*log(P[i,q]))\nJ = 1/m*sum(i<m, H[i])`,
    torch: 'torch.distributions.Categorical(logits=Z).entropy().mean()',
    extreme: 4,
    gradients: { Z: '-1/m*(H[i] + log(P[i,c]))*P[i,c]' },
  },
  {
    name: 'perplexity',
    source: `${CLASSES}${SOFTMAX}ce = -1/m*sum(i<m, log(P[i,c[i]]))\nJ = exp(ce)`,
    torch: 'torch.exp(F.cross_entropy(Z, c))',
    extreme: 3,
    gradients: { Z: '1/m*J*(P[i,j] - delta(c[i], j))' },
  },
  {
    name: 'softmax focal',
    source: `${CLASSES}hyper g positive
${SOFTMAX}pt[i<m] = P[i,c[i]]
J = -1/m*sum(i<m, (1 - pt[i])^g*log(pt[i]))`,
    torch:
      '((1 - F.softmax(Z, 1).gather(1, c[:, None])[:, 0])**g*F.cross_entropy(Z, c, reduction="none")).mean()',
    extreme: 2,
    gradients: {
      Z: '1/m*(P[i,j] - delta(c[i], j))*((1 - pt[i])^g - g*pt[i]*log(pt[i])*(1 - pt[i])^(g - 1))',
    },
  },
  {
    name: 'multi-class margin',
    source: `${CLASSES}hyper t positive
J = 1/m*sum(i<m, 1/k*sum(q<k, where(q == c[i], 0, max(0, t - Z[i,c[i]] + Z[i,q]))))`,
    torch: 'F.multi_margin_loss(Z, c, margin=float(t))',
  },
  {
    name: 'squared multi-class margin with weights',
    source: `${CLASSES}hyper t positive; data v[k] positive
h[i<m,q<k] = max(0, t - Z[i,c[i]] + Z[i,q])
J = 1/m*sum(i<m, 1/k*sum(q<k, where(q == c[i], 0, v[c[i]]*h[i,q]^2)))`,
    torch: 'F.multi_margin_loss(Z, c, p=2, margin=float(t), weight=v)',
    gradients: {
      Z: '2/(k*m)*(h[i,j]*(j != c[i]) - delta(c[i], j)*sum(j2<k, h[i,j2]*(j2 != c[i])))*v[c[i]]',
    },
  },
];

const METRIC: readonly BreadthRow[] = [
  {
    name: 'pairwise distance',
    source: `param A[m,n]; param B[m,n]; upstream u[m]
d[i<m] = sqrt(sum(j<n, (A[i,j] - B[i,j] + 1e-6)^2))
J = sum(i<m, u[i]*d[i])`,
    torch: '(u*F.pairwise_distance(A, B)).sum()',
    gradients: { A: 'u[i]*(A[i,j] - B[i,j] + 1e-6)/d[i]', B: 'u[i]*(B[i,j] - A[i,j] - 1e-6)/d[i]' },
  },
  {
    name: 'cosine similarity',
    source: `param a[n]; param b[n]
na = sqrt(sum(j<n, a[j]^2))
nb = sqrt(sum(j<n, b[j]^2))
c = sum(j<n, a[j]*b[j])/(na*nb)`,
    torch: 'F.cosine_similarity(a, b, 0)',
    gradients: { a: '(b[i]/nb - c*a[i]/na)/na', b: '(a[i]/na - c*b[i]/nb)/nb' },
  },
  {
    name: 'triplet margin',
    source: `param A[m,n]; param P[m,n]; param N[m,n]; hyper t positive
dp[i<m] = sqrt(sum(j<n, (A[i,j] - P[i,j] + 1e-6)^2))
dn[i<m] = sqrt(sum(j<n, (A[i,j] - N[i,j] + 1e-6)^2))
J = 1/m*sum(i<m, max(0, dp[i] - dn[i] + t))`,
    torch: 'F.triplet_margin_loss(A, P, N, margin=float(t))',
    gradients: {
      A: '1/m*where(dp[i] - dn[i] + t > 0, (A[i,j] - P[i,j] + 1e-6)/dp[i] - (A[i,j] - N[i,j] + 1e-6)/dn[i], 0)',
      P: '1/m*where(dp[i] - dn[i] + t > 0, (P[i,j] - A[i,j] - 1e-6)/dp[i], 0)',
      N: '1/m*where(dp[i] - dn[i] + t > 0, (A[i,j] - N[i,j] + 1e-6)/dn[i], 0)',
    },
  },
  {
    name: 'cosine embedding',
    source: `param A[m,n]; param B[m,n]; label y[m] sign; hyper t unit
dot[i<m] = sum(j<n, A[i,j]*B[i,j])
na[i<m] = sqrt(sum(j<n, A[i,j]^2) + 1e-12)
nb[i<m] = sqrt(sum(j<n, B[i,j]^2) + 1e-12)
cos[i<m] = dot[i]/(na[i]*nb[i])
J = 1/m*sum(i<m, where(y[i] == 1, 1 - cos[i], max(0, cos[i] - t)))`,
    torch: 'F.cosine_embedding_loss(A, B, y, float(t))',
    gradients: {
      A: '1/m*where(y[i] == 1, -1, cos[i] - t > 0)*(B[i,j]/nb[i] - cos[i]*A[i,j]/na[i])/na[i]',
      B: '1/m*where(y[i] == 1, -1, cos[i] - t > 0)*(A[i,j]/na[i] - cos[i]*B[i,j]/nb[i])/nb[i]',
    },
  },
  {
    name: 'contrastive',
    source: `param A[m,n]; param B[m,n]; label y[m] binary; hyper t positive
d[i<m] = sqrt(sum(j<n, (A[i,j] - B[i,j])^2))
h[i<m] = max(0, t - d[i])
J = 1/(2*m)*sum(i<m, y[i]*d[i]^2 + (1 - y[i])*h[i]^2)`,
    torch:
      '(y*torch.linalg.vector_norm(A - B, dim=1)**2 + (1 - y)*F.relu(t - torch.linalg.vector_norm(A - B, dim=1))**2).mean()/2',
    gradients: {
      A: '1/m*(y[i] - h[i]*(1 - y[i])/d[i])*(A[i,j] - B[i,j])',
      B: '1/m*(h[i]*(1 - y[i])/d[i] - y[i])*(A[i,j] - B[i,j])',
    },
  },
  {
    name: 'InfoNCE',
    source: `param A[m,n]; param B[m,n]; hyper T positive
S[i<m,r<m] = sum(j<n, A[i,j]*B[r,j])/T
J = -1/m*sum(i<m, log(exp(S[i,i])/sum(r<m, exp(S[i,r]))))`,
    torch: 'F.cross_entropy(A @ B.T/T, torch.arange(A.shape[0]))',
    jax: '-jnp.diag(nn.log_softmax(A @ B.T/T, 1)).mean()',
    extreme: 3,
    gradients: {
      A: '1/m*(sum(i2<m, P[i,i2]*B[i2,j]) - B[i,j])/T',
      B: '1/m*(sum(i2<m, P[i2,i]*A[i2,j]) - A[i,j])/T',
    },
  },
  {
    name: 'InfoNCE of cosines',
    source: `param A[m,n]; param B[m,n]; hyper T positive
a[i<m] = sqrt(sum(j<n, A[i,j]^2))
b[i<m] = sqrt(sum(j<n, B[i,j]^2))
S[i<m,r<m] = sum(j<n, A[i,j]*B[r,j])/(a[i]*b[r]*T)
E[i<m,r<m] = exp(S[i,r])
J = -1/m*sum(i<m, log(E[i,i]/sum(r<m, E[i,r])))`,
    torch: 'F.cross_entropy(F.normalize(A, dim=1) @ F.normalize(B, dim=1).T/T, torch.arange(A.shape[0]))',
    gradients: {
      A: '(sum(i2<m, dS[i,i2]*B[i2,j]/b[i2])/T - A[i,j]*sum(i2<m, dS[i,i2]*S[i,i2])/a[i])/a[i]',
    },
  },
  {
    name: 'Mahalanobis distance',
    source: `param x[n]; param mu[n]; data P[n,n]
q = sum(i<n, sum(j<n, (x[i] - mu[i])*P[i,j]*(x[j] - mu[j])))`,
    torch: '(x - mu) @ P @ (x - mu)',
    gradients: {
      x: 'sum(i2<n, (x[i2] - mu[i2])*P[i2,i]) + sum(i2<n, (x[i2] - mu[i2])*P[i,i2])',
      mu: '-(sum(i2<n, (x[i2] - mu[i2])*P[i2,i]) + sum(i2<n, (x[i2] - mu[i2])*P[i,i2]))',
    },
  },
];

export const LOSSES: readonly BreadthRow[] = [...REGRESSION, ...BINARY, ...MULTICLASS, ...METRIC];
