import { describe, expect, test } from 'vitest';
import { judge } from '../../../src/check/judge';
import { handModel } from '../../support/hand';

/** A model, then lines `name[axes] of = expression -> rule`. */
const CASES: readonly (readonly [title: string, model: string, gradients: readonly string[]])[] = [
  [
    'squared error over a sigmoid',
    `data X[m,n]; label Y[m] unit; param w[n]; param b
     Z[i<m] = sum(j<n, X[i,j]*w[j]) + b
     A[i<m] = 1/(1+exp(-Z[i]))
     J = 1/m*sum(i<m, (A[i]-Y[i])^2)`,
    [
      'w[j<n] = 2/m*sum(i<m, X[i,j]*(A[i]-Y[i])*A[i]*(1-A[i])) -> gradient-right',
      'w[j<n] = 1/m*sum(i<m, X[i,j]*(A[i]-Y[i])*A[i]*(1-A[i])) -> gradient-missing-factor',
      'w[j<n] = 2*sum(i<m, X[i,j]*(A[i]-Y[i])*A[i]*(1-A[i])) -> gradient-missing-factor',
      'w[j<n] = 2/m*sum(i<m, X[i,j]*(A[i]-Y[i])*Z[i]*(1-Z[i])) -> gradient-wrong-variable',
      'w[j<n] = 2/m*sum(i<m, X[i,j]*(A[i]-Y[i])*A[i]*A[i]) -> gradient-missing-term',
      'w[j<n] = 2/m*sum(i<m, X[i,j]*(A[i]-Y[i])) -> gradient-missing-activation-derivative',
      'b = 2/m*sum(i<m, A[i]-Y[i]) -> gradient-missing-activation-derivative',
      'Z[i<m] = 2/m*(A[i]-Y[i]) -> gradient-missing-activation-derivative',
      'A[i<m] = 2/m*(A[i]-Y[i]) -> gradient-right',
      'Z[i<m] = 2/m*(A[i]-Y[i])*A[i]*(1-A[i]) -> gradient-right',
      'A[i<m] = 2/m*(Y[i]-A[i]) -> gradient-sign',
    ],
  ],
  [
    'ridge regression',
    `data X[m,n]; label y[m]; param w[n]; hyper lam
     f[i<m] = sum(j<n, X[i,j]*w[j])
     data_loss = 1/(2*m)*sum(i<m, (f[i]-y[i])^2)
     reg = lam/(2*m)*sum(j<n, w[j]^2)
     J = data_loss + reg`,
    [
      'w[j<n] = 1/m*sum(i<m, X[i,j]*(f[i]-y[i])) + lam/m*w[j] -> gradient-right',
      'w[j<n] = 1/m*sum(i<m, X[i,j]*(f[i]-y[i])) -> gradient-missing-regulariser',
      'w[j<n] = 1/m*sum(i<m, X[i,j]*(f[i]-y[i])) + lam*w[j] -> gradient-regulariser-factor',
      'w[j<n] = 1/m*sum(i<m, X[i,j]*(f[i]-y[i])) + 2*lam/m*w[j] -> gradient-regulariser-factor',
      'w[j<n] = 1/m*sum(i<m, X[i,j]*(f[i]-y[i])) - lam/m*w[j] -> gradient-regulariser-factor',
      'w[j<n] = lam/m*w[j] -> gradient-missing-term',
      'w[j<n] = 1/m*sum(i<m, X[i,j]*(f[i]+y[i])) + lam/m*w[j] -> gradient-term-sign',
      'w[j<n] = 1/m*sum(i<m, X[i,j]*(f[i]-y[i])) + lam/m -> gradient-lacks-factor',
    ],
  ],
  [
    'softmax regression, one-hot rows',
    `data X[m,n]; label Y[m,k] onehot; param W[n,k]
     Z[i<m,c<k] = sum(j<n, X[i,j]*W[j,c])
     E[i<m,c<k] = exp(Z[i,c])
     S[i<m] = sum(c<k, E[i,c])
     P[i<m,c<k] = E[i,c]/S[i]
     J = -1/m*sum(i<m, sum(c<k, Y[i,c]*log(P[i,c])))`,
    [
      'W[j<n,c<k] = 1/m*sum(i<m, X[i,j]*(P[i,c]-Y[i,c])) -> gradient-right',
      'W[c<k,j<n] = 1/m*sum(i<m, X[i,j]*(P[i,c]-Y[i,c])) -> gradient-transposed',
      'W[j<n,c<k] = 1/k*sum(i<m, X[i,j]*(P[i,c]-Y[i,c])) -> gradient-constant-factor',
      'W[j<n,c<k] = 1/m*sum(i<m, X[i,j]*(P[i,c]-Y[i,c])*P[i,c]*(1-P[i,c])) -> gradient-differs',
      'Z[i<m,c<k] = 1/m*(P[i,c]-Y[i,c]) -> gradient-right',
      'P[i<m,c<k] = -1/m*Y[i,c]/P[i,c] -> gradient-right',
    ],
  ],
  [
    'softmax regression whose labels are not known to be one-hot',
    `data Z[m,k]; label Y[m,k]
     S[i<m] = sum(c<k, exp(Z[i,c]))
     P[i<m,c<k] = exp(Z[i,c])/S[i]
     J = -1/m*sum(i<m, sum(c<k, Y[i,c]*log(P[i,c])))`,
    [
      'Z[i<m,c<k] = 1/m*(P[i,c]-Y[i,c]) -> gradient-right',
      'Z[i<m,c<k] = 1/m*(P[i,c]*sum(d<k, Y[i,d])-Y[i,c]) -> gradient-right',
      'Z[i<m,c<k] = 1/m*(Y[i,c]-P[i,c]) -> gradient-sign',
    ],
  ],
  [
    'softmax down the columns, labels not known to be one-hot',
    `data Z[k,m]; label Y[k,m]
     S[i<m] = sum(c<k, exp(Z[c,i]))
     P[c<k,i<m] = exp(Z[c,i])/S[i]
     J = -1/m*sum(i<m, sum(c<k, Y[c,i]*log(P[c,i])))`,
    ['Z[c<k,i<m] = 1/m*(P[c,i]-Y[c,i]) -> gradient-right'],
  ],
  [
    'two layers',
    `data X[m,n]; label Y[m,k] onehot; param V[n,h]; param W[h,k]
     S[i<m,l<h] = sum(j<n, X[i,j]*V[j,l])
     H[i<m,l<h] = tanh(S[i,l])
     Z[i<m,c<k] = sum(l<h, H[i,l]*W[l,c])
     P[i<m,c<k] = exp(Z[i,c])/sum(d<k, exp(Z[i,d]))
     J = -1/m*sum(i<m, sum(c<k, Y[i,c]*log(P[i,c])))`,
    [
      'W[l<h,c<k] = 1/m*sum(i<m, H[i,l]*(P[i,c]-Y[i,c])) -> gradient-right',
      'W[l<h,c<k] = 1/m*sum(i<m, S[i,l]*(P[i,c]-Y[i,c])) -> gradient-wrong-variable',
      'V[j<n,l<h] = 1/m*sum(i<m, X[i,j]*(1-H[i,l]^2)*sum(c<k, (P[i,c]-Y[i,c])*W[l,c])) -> gradient-right',
      'V[j<n,l<h] = 1/m*sum(i<m, X[i,j]*sum(c<k, (P[i,c]-Y[i,c])*W[l,c])) -> gradient-missing-activation-derivative',
      'V[j<n,l<h] = 1/m*sum(i<m, X[i,j]*(1-S[i,l]^2)*sum(c<k, (P[i,c]-Y[i,c])*W[l,c])) -> gradient-wrong-variable',
    ],
  ],
  [
    'symmetric square',
    `param M[n,n]; data x[n]
     J = sum(i<n, sum(j<n, x[i]*M[i,j]*exp(x[j])))`,
    ['M[i<n,j<n] = x[i]*exp(x[j]) -> gradient-right', 'M[i<n,j<n] = x[j]*exp(x[i]) -> gradient-transposed'],
  ],
  [
    'leaky unit',
    `param x[n]; hyper alpha positive
     J = sum(j<n, where(x[j] > 0, x[j], alpha*x[j]))`,
    [
      'x[j<n] = where(x[j] > 0, 1, alpha) -> gradient-right',
      'x[j<n] = where(x[j] > 0, alpha, 1) -> gradient-swapped-cases',
      'x[j<n] = where(x[j] > 0, 1, 0) -> gradient-differs',
    ],
  ],
  [
    'rectifier',
    `param x[n]; data u[n]
     J = sum(j<n, u[j]*max(0, x[j]))`,
    [
      'x[j<n] = u[j]*(x[j] > 0) -> gradient-right',
      'x[j<n] = u[j]*(x[j] <= 0) -> gradient-swapped-cases',
      'x[j<n] = u[j]*where(x[j] > 0, 0, 1) -> gradient-swapped-cases',
    ],
  ],
  [
    'logarithm to base 10',
    `param p[n] positive
     J = sum(j<n, log(p[j]))/log(10)`,
    ['p[j<n] = 1/p[j] -> gradient-constant-factor', 'p[j<n] = 1/(p[j]*log(10)) -> gradient-right'],
  ],
  [
    'a guard against log(0) in the loss alone',
    `label y[m] binary; param a[m] unit
     J = -sum(i<m, y[i]*log(a[i]+0.00001) + (1-y[i])*log(1-a[i]+0.00001))`,
    [
      'a[i<m] = (a[i]-y[i])/(a[i]*(1-a[i])) -> gradient-right',
      'a[i<m] = -y[i]/a[i] + (1-y[i])/(1-a[i]) -> gradient-right',
      'a[i<m] = -y[i]/(a[i]+0.00001) + (1-y[i])/(1-a[i]+0.00001) -> gradient-right',
      'a[i<m] = -y[i]/(a[i]+0.00000001) + (1-y[i])/(1-a[i]) -> gradient-right',
      'a[i<m] = y[i]/a[i] + (1-y[i])/(1-a[i]) -> gradient-term-sign',
    ],
  ],
  [
    'clipped probabilities',
    `label y[m] binary; param z[m]
     a[i<m] = sigmoid(z[i])
     q[i<m] = minimum(maximum(a[i], 0.0001), 1-0.0001)
     J = -sum(i<m, y[i]*log(q[i]) + (1-y[i])*log(1-q[i]))`,
    [
      'z[i<m] = a[i]-y[i] -> gradient-right',
      'z[i<m] = q[i]-y[i] -> gradient-right',
      'z[i<m] = y[i]-q[i] -> gradient-sign',
    ],
  ],
  [
    'hinge, whose kink has two conventions',
    `label y[m] sign; param f[m]
     J = sum(i<m, maximum(0, 1-y[i]*f[i]))`,
    [
      'f[i<m] = where(1-y[i]*f[i] > 0, -y[i], 0) -> gradient-right',
      'f[i<m] = where(1-y[i]*f[i] >= 0, -y[i], 0) -> gradient-right',
      'f[i<m] = where(1-y[i]*f[i] > 0, y[i], 0) -> gradient-sign',
      'f[i<m] = -y[i] -> gradient-lacks-factor',
    ],
  ],
  [
    'a sum that no parameter changes',
    `param z[n]
     S = sum(j<n, exp(z[j]))
     J = sum(j<n, exp(z[j])/S)`,
    ['z[j<n] = 0*z[j] -> gradient-right', 'z[j<n] = z[j] -> gradient-differs'],
  ],
  [
    'a rounded constant is an approximation, a factor is not',
    `param x[n]
     J = sum(j<n, tanh(0.797884560802865*x[j]))`,
    [
      'x[j<n] = 0.797884560802865*(1-tanh(0.797884560802865*x[j])^2) -> gradient-right',
      'x[j<n] = 0.7978845*(1-tanh(0.7978845*x[j])^2) -> gradient-unknown',
      'x[j<n] = 0.7979*(1-tanh(0.7979*x[j])^2) -> gradient-unknown',
      'x[j<n] = 0.85*(1-tanh(0.85*x[j])^2) -> gradient-differs',
    ],
  ],
  [
    'slips in one place',
    `data X[m,n]; label y[m]; param w[n]; hyper delta positive
     f[i<m] = sum(j<n, X[i,j]*w[j])
     a[i<m] = tanh(f[i])
     J = sum(i<m, where(abs(a[i]-y[i]) > delta, delta*abs(a[i]-y[i]), (a[i]-y[i])^2))`,
    [
      'a[i<m] = where(abs(a[i]-y[i]) > delta, delta*sign(a[i]-y[i]), 2*(a[i]-y[i])) -> gradient-right',
      'a[i<m] = where(abs(a[i]-y[i]) > delta, -delta*sign(a[i]-y[i]), 2*(a[i]-y[i])) -> gradient-term-sign',
      'a[i<m] = where(abs(a[i]-y[i]) > delta, delta*sign(a[i]-y[i]), 2*(a[i]+y[i])) -> gradient-term-sign',
      'a[i<m] = where(abs(a[i]-y[i]) > delta, delta, 2*(a[i]-y[i])) -> gradient-lacks-factor',
      'a[i<m] = where(abs(a[i]-y[i]) > delta, sign(a[i]-y[i]), 2*(a[i]-y[i])) -> gradient-lacks-factor',
      'a[i<m] = where(abs(a[i]-y[i]) > delta, delta*sign(a[i]-y[i]), 2*(a[i]-y[i])^2) -> gradient-wrong-power',
      'a[i<m] = where(abs(a[i]-y[i]) > delta, delta*sign(a[i]-y[i]), 2*(a[i]-y[i])*delta) -> gradient-extra-factor',
      'f[i<m] = where(abs(a[i]-y[i]) > delta, delta*sign(a[i]-y[i]), 2*(a[i]-y[i]))*(1-a[i]) -> gradient-wrong-power',
    ],
  ],
  [
    'normal distribution',
    `data x[n]; param mu; param s positive
     J = sum(i<n, (x[i]-mu)^2/(2*s^2) + log(s))`,
    [
      's = sum(i<n, 1/s - (x[i]-mu)^2/s^3) -> gradient-right',
      's = sum(i<n, 1/s - (x[i]-mu)^2/s^2) -> gradient-wrong-power',
      's = sum(i<n, 1/s - (x[i]-mu)/s^3) -> gradient-wrong-power',
      's = sum(i<n, 1/s + (x[i]-mu)^2/s^3) -> gradient-term-sign',
      'mu = sum(i<n, (mu-x[i])/s^2) -> gradient-right',
      'mu = sum(i<n, (mu+x[i])/s^2) -> gradient-term-sign',
      'mu = sum(i<n, mu-x[i])/s -> gradient-wrong-power',
    ],
  ],
  [
    'softplus',
    `param x[n]
     J = sum(j<n, log(1 + exp(x[j])))`,
    [
      'x[j<n] = 1/(1 + exp(-x[j])) -> gradient-right',
      'x[j<n] = 1/(1 + exp(x[j])) -> gradient-term-sign',
      'x[j<n] = exp(x[j])/(1 + exp(-x[j])) -> gradient-term-sign',
    ],
  ],
  [
    'lasso',
    `data X[m,n]; label y[m]; param w[n]; hyper lam
     J = sum(i<m, (sum(j<n, X[i,j]*w[j])-y[i])^2) + lam*sum(j<n, abs(w[j]))`,
    [
      'w[j<n] = 2*sum(i<m, X[i,j]*(sum(k<n, X[i,k]*w[k])-y[i])) + lam*sign(w[j]) -> gradient-right',
      'w[j<n] = 2*sum(i<m, X[i,j]*(sum(k<n, X[i,k]*w[k])-y[i])) + lam*w[j]^2 -> gradient-wrong-regulariser',
      'w[j<n] = 2*sum(i<m, X[i,j]*sum(k<n, X[i,k]*w[k])) + lam*sign(w[j]) -> gradient-wrong-term',
      'w[j<n] = sum(i<m, X[i,j]*sum(k<n, X[i,k]*w[k]))^2 + lam*w[j]^2 -> gradient-differs',
    ],
  ],
];

for (const [title, model, gradients] of CASES)
  describe(title, () => {
    for (const text of gradients)
      test(text, () => {
        const match = /^(\w+)(?:\[([^\]]*)\])? = (.*) -> (\S+)$/.exec(text);
        const [, of = '', axes = '', expression = '', rule = ''] = match ?? [];
        const judgement = judge(handModel(model, of, axes, expression));
        expect(judgement.rule, `${judgement.message} ${judgement.evidence}`).toBe(rule);
        const verdicts: Record<string, string> = { 'gradient-right': 'right', 'gradient-unknown': 'unknown' };
        expect(judgement.verdict).toBe(verdicts[rule] ?? 'wrong');
      });
  });
