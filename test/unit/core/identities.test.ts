import { describe, expect, it } from 'vitest';
import { createSimplifier } from '../../../src/core/simplify/simplifier';
import { parseExpression, parseModel } from '../../support/model';

const MODEL = `data X[m,n]; label y[m] unit; label Y[m,k] onehot; data c[m]; label bb[m] binary; label s[m] sign; data d[m]; data A[m,n]; label g[m] class:n; data v[n]; data B[n,n]; data C[n,n]
param w[n]; param b; param x; param t; param u; hyper p positive; hyper q positive; hyper lam positive
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
E[i<m,r<k] = exp(z[i]*Y[i,r])
S[i<m] = sum(r<k, E[i,r])
P[i<m,r<k] = E[i,r]/S[i]
J = sum(i<m, a[i])`;

/** Pairs that are equal wherever both sides are defined. */
const IDENTITIES: readonly (readonly [string, string])[] = [
  ['(x+1)^2', 'x^2 + 2*x + 1'],
  ['(x^2-1)/(x-1)', 'x + 1'],
  ['1/(x+1) + 1/(x-1)', '2*x/(x^2-1)'],
  ['x/(x+t) + t/(x+t)', '1'],
  ['y[i]/a[i] - (1-y[i])/(1-a[i])', '(y[i]-a[i])/(a[i]*(1-a[i]))'],
  ['exp(-z[i])/(1+exp(-z[i]))^2', 'a[i]*(1-a[i])'],
  ['1 - a[i]', '1/(1+exp(z[i]))'],
  ['log(1-a[i])', '-z[i] - log(1+exp(-z[i]))'],
  ['log(a[i]) - log(1-a[i])', 'z[i]'],
  ['tanh(x)', '(exp(x)-exp(-x))/(exp(x)+exp(-x))'],
  ['tanh(x)', '2*sigmoid(2*x) - 1'],
  ['1 - tanh(x)^2', '4*sigmoid(2*x)*(1-sigmoid(2*x))'],
  ['sigmoid(-x)', '1 - sigmoid(x)'],
  ['softplus(x) - softplus(-x)', 'x'],
  ['exp(x/2)^2', 'exp(x)'],
  ['exp(x)*exp(t)', 'exp(x+t)'],
  ['sqrt(x^2)', 'abs(x)'],
  ['sqrt(p)*sqrt(q)', 'sqrt(p*q)'],
  ['log(p*q)', 'log(p) + log(q)'],
  ['abs(x)*sign(x)', 'x'],
  ['relu(x)', '(x + abs(x))/2'],
  ['max(0, x)', '(x + abs(x))/2'],
  ['relu(x) - relu(-x)', 'x'],
  ['sum(r<k, Y[i,r])', '1'],
  ['sum(r<k, P[i,r])', '1'],
  ['sum(i<m, c[i]*(d[i]+1))', 'sum(i<m, c[i]*d[i]) + sum(i<m, c[i])'],
  ['sum(i<m, sum(j<n, c[i]*A[i,j]*v[j]))', 'sum(j<n, v[j]*sum(i<m, A[i,j]*c[i]))'],
  ['sum(i<m, 1/(1+d[i]^2) - d[i])', 'sum(i<m, (1 - d[i] - d[i]^3)/(1+d[i]^2))'],
  ['sum(l<m, delta(l, i)*c[l])', 'c[i]'],
  ['(1-a[i])^lam*(1-a[i])', '(1-a[i])^(lam+1)'],
  ['sinh(x)', '(exp(x)-exp(-x))/2'],
  ['cosh(x)^2 - sinh(x)^2', '1'],
  ['log(exp(x))', 'x'],
  ['exp(log(p))', 'p'],
  ['where(x>0, x, -x)', 'abs(x)'],
  ['(x-t)^2', '(t-x)^2'],
  ['sum(l<n, sum(j<n, B[l,j]*v[l]*w[j]))', 'sum(l<n, sum(j<n, v[j]*B[j,l]*w[l]))'],
  [
    'sum(l<n, sum(j<n, exp(v[l]*v[j])*(x - B[j,j] > 0)))',
    'sum(l<n, sum(j<n, exp(v[j]*v[l])*(x - B[l,l] > 0)))',
  ],
  ['delta(g[i], l)*v[l]', 'delta(g[i], l)*v[g[i]]'],
  ['(X[i,g[i]] - delta(g[i], l))*X[i,l]', 'X[i,g[i]]*(X[i,l] - delta(g[i], l))'],
  ['delta(g[i], l)*(g[i] != l)', '0'],
  ['sum(r<n, (g[i] == r)*v[r])', 'v[g[i]]'],
];

/** More of the field: exponential functions, powers, signs, labels, sums, matrices, densities. */
const OF_THE_FIELD: readonly (readonly [string, string])[] = [
  ['tanh(x)', '(exp(2*x)-1)/(exp(2*x)+1)'],
  ['1/cosh(x)^2', '1 - tanh(x)^2'],
  ['sigmoid(x)', '(1 + tanh(x/2))/2'],
  ['softplus(x)', 'log(1+exp(x))'],
  ['softplus(x)', 'x - log(sigmoid(x))'],
  ['log(sigmoid(x))', '-softplus(-x)'],
  ['sigmoid(x)*(1-sigmoid(x))', 'sigmoid(x)*sigmoid(-x)'],
  ['sigmoid(x)*(1-sigmoid(x))', '1/(2+2*cosh(x))'],
  ['softplus(x) + softplus(-x)', 'x + 2*log(1+exp(-x))'],
  ['tanh(2*x)', '2*tanh(x)/(1+tanh(x)^2)'],
  ['sinh(2*x)', '2*sinh(x)*cosh(x)'],
  ['cosh(2*x)', '2*cosh(x)^2 - 1'],
  ['exp(x)/(exp(x)+exp(t))', 'sigmoid(x-t)'],
  ['logaddexp(x, t)', 'x + softplus(t-x)'],
  ['logaddexp(x, t)', 'log(exp(x)+exp(t))'],
  ['exp(3*x/2)', 'exp(x/2)^3'],
  ['sqrt(exp(x))', 'exp(x/2)'],
  ['exp(lam*log(p))', 'p^lam'],
  ['(p*q)^lam', 'p^lam*q^lam'],
  ['p^x*p^t', 'p^(x+t)'],
  ['(p^x)^t', 'p^(x*t)'],
  ['log(p^x)', 'x*log(p)'],
  ['log(p/q)', 'log(p) - log(q)'],
  ['log(1/p)', '-log(p)'],
  ['log(6)', 'log(2) + log(3)'],
  ['log(sqrt(p))', 'log(p)/2'],
  ['sqrt(p/q)', 'sqrt(p*q)/q'],
  ['1/sqrt(p)', 'sqrt(p)/p'],
  ['sqrt(2)/2', '1/sqrt(2)'],
  ['sqrt(x)/x', '1/sqrt(x)'],
  ['t*sqrt(x)/x^2', 't/(x*sqrt(x))'],
  ['sqrt(sum(l<n, v[l]^2))/sum(l<n, v[l]^2)', '1/sqrt(sum(l<n, v[l]^2))'],
  ['abs(x*t)', 'abs(x)*abs(t)'],
  ['abs(x)^2', 'x^2'],
  ['abs(-x)', 'abs(x)'],
  ['sign(x*t)', 'sign(x)*sign(t)'],
  ['sign(x)*x', 'abs(x)'],
  ['sign(x)^2', 'where(x == 0, 0, 1)'],
  ['max(x, t)', '(x + t + abs(x-t))/2'],
  ['min(x, t)', '(x + t - abs(x-t))/2'],
  ['max(x, t) + min(x, t)', 'x + t'],
  ['max(x, t)*min(x, t)', 'x*t'],
  ['max(x, t)', 'x + relu(t-x)'],
  ['maximum(x, t)', '-minimum(-x, -t)'],
  ['max(x, t) + u', 'max(x+u, t+u)'],
  ['max(x, max(t, u))', 'max(max(x, t), u)'],
  ['max(x, max(t, u))', 'max(u, max(t, x))'],
  ['min(x, min(t, u))', 'min(min(x, t), u)'],
  ['max(x, min(t, u))', 'min(max(x, t), max(x, u))'],
  ['min(x, max(t, u))', 'max(min(x, t), min(x, u))'],
  ['max(0, max(x, t))', 'max(relu(x), relu(t))'],
  ['max(p*x, p*t)', 'p*max(x, t)'],
  ['relu(x)*relu(-x)', '0'],
  ['relu(x) + relu(-x)', 'abs(x)'],
  ['relu(x)^2 + relu(-x)^2', 'x^2'],
  ['relu(p*x)', 'p*relu(x)'],
  ['where(x>t, x, t)', 'where(t>=x, t, x)'],
  ['where(x>0, u, 0) + where(x<=0, u, 0)', 'u'],
  ['(x > 0) + (x <= 0)', '1'],
  ['(x > 0)*(x > 0)', '(x > 0)'],
  ['where(exp(x)>1, t, u)', 'where(x>0, t, u)'],
  ['(tanh(x) > 0)', '(x > 0)'],
  ['(sigmoid(x) > 1/2)', '(x > 0)'],
  ['bb[i]^2', 'bb[i]'],
  ['bb[i]*(1-bb[i])', '0'],
  ['s[i]^2', '1'],
  ['abs(s[i])', '1'],
  ['bb[i]*log(p) + (1-bb[i])*log(q)', 'log(bb[i]*p + (1-bb[i])*q)'],
  ['p^bb[i]*q^(1-bb[i])', 'bb[i]*p + (1-bb[i])*q'],
  ['softplus(-s[i]*x)', 'softplus(x) - x*(1+s[i])/2'],
  ['-bb[i]*log(sigmoid(x)) - (1-bb[i])*log(1-sigmoid(x))', 'softplus(x) - bb[i]*x'],
  ['sum(r<k, Y[i,r]*log(P[i,r]))', 'log(sum(r<k, Y[i,r]*P[i,r]))'],
  ['sum(r<k, Y[i,r]^2)', '1'],
  ['sum(r<k, Y[i,r]*exp(P[i,r]))', 'exp(sum(r<k, Y[i,r]*P[i,r]))'],
  ['sum(r<k, (P[i,r]-Y[i,r]))', '0'],
  ['sum(l<m, (c[l]-sum(h<m, c[h])/m)^2)/m', 'sum(l<m, c[l]^2)/m - (sum(l<m, c[l])/m)^2'],
  ['sum(l<m, c[l]-sum(h<m, c[h])/m)', '0'],
  ['sum(l<m, sum(h<m, (c[l]-c[h])^2))', '2*m*sum(l<m, c[l]^2) - 2*sum(l<m, c[l])^2'],
  ['sum(l<m, (c[l]-x)^2)', 'sum(l<m, c[l]^2) - 2*x*sum(l<m, c[l]) + m*x^2'],
  ['sum(l<m, delta(l, i)*c[l]*d[l])', 'c[i]*d[i]'],
  ['sum(l<m, (1-delta(l, i))*c[l])', 'sum(l<m, c[l]) - c[i]'],
  ['sum(a<n, sum(b2<n, B[a,b2]*C[b2,a]))', 'sum(a<n, sum(b2<n, C[a,b2]*B[b2,a]))'],
  ['sum(a<n, v[a]*sum(b2<n, B[a,b2]*v[b2]))', 'sum(a<n, sum(b2<n, (B[a,b2]+B[b2,a])/2*v[a]*v[b2]))'],
  ['sum(a<n, sum(b2<n, B[a,b2]*v[b2])^2)', '0 + sum(a<n, sum(b2<n, sum(e<n, B[a,b2]*v[b2]*B[a,e]*v[e])))'],
  ['sum(a<n, (v[a]+w[a])^2)', 'sum(a<n, v[a]^2) + 2*sum(a<n, v[a]*w[a]) + sum(a<n, w[a]^2)'],
  ['sum(a<n, B[a,a]+C[a,a])', 'sum(a<n, B[a,a]) + sum(a<n, C[a,a])'],
  ['max(a<n, v[a]+x)', 'x + max(a<n, v[a])'],
  ['min(a<n, v[a])', '-max(a<n, -v[a])'],
  ['max(a<n, p*v[a])', 'p*max(a<n, v[a])'],
  ['prod(a<n, exp(v[a]))', 'exp(sum(a<n, v[a]))'],
  ['prod(a<n, p*v[a])', 'p^n*prod(a<n, v[a])'],
  ['log(prod(a<n, exp(v[a])))', 'sum(a<n, v[a])'],
  ['log(sum(a<n, exp(v[a]+x)))', 'x + log(sum(a<n, exp(v[a])))'],
  ['exp(v[j]-x)/sum(a<n, exp(v[a]-x))', 'exp(v[j])/sum(a<n, exp(v[a]))'],
  ['log(exp(v[j])/sum(a<n, exp(v[a])))', 'v[j] - log(sum(a<n, exp(v[a])))'],
  ['log(exp(-(x-t)^2/(2*p^2))/sqrt(2*pi*p^2))', '-(x-t)^2/(2*p^2) - log(p) - log(2*pi)/2'],
  ['log(p/q) + (q^2+(x-t)^2)/(2*p^2)', 'log(p) - log(q) + (q^2/p^2+(x-t)^2/p^2)/2'],
  ['sin(x)^2 + cos(x)^2', '1'],
  ['tan(x)*cos(x)', 'sin(x)'],
  ['1 + tan(x)^2', '1/cos(x)^2'],
  ['arccos(y[i]) + arcsin(y[i])', 'pi/2'],
  ['arctanh(y[i])', '(log(1+y[i]) - log(1-y[i]))/2'],
  ['arcsinh(x)', 'log(x + sqrt(x^2+1))'],
  ['ceil(x)', '-floor(-x)'],
  ['expm1(x)', 'exp(x) - 1'],
  ['log1p(p)', 'log(1+p)'],
  ['x*sigmoid(x) - x', '-x*sigmoid(-x)'],
  ['x*tanh(softplus(x))', 'x*((1+exp(x))^2-1)/((1+exp(x))^2+1)'],
  ['delta(i, i2)*c[i]', 'delta(i, i2)*c[i2]'],
  ['log(cosh(x))', 'x + softplus(-2*x) - log(2)'],
  ['(p-q)/(sqrt(p)-sqrt(q))', 'sqrt(p) + sqrt(q)'],
  [
    'where(abs(x)<=p, x^2/2, p*(abs(x)-p/2))',
    'where(abs(x)<=p, x^2/2, 0) + where(abs(x)>p, p*abs(x)-p^2/2, 0)',
  ],
];

/** What an identity becomes by a slip: another sign, another factor, another term, another argument. */
const SLIPS: readonly ((right: string) => string)[] = [
  (right) => `-(${right})`,
  (right) => `2*(${right})`,
  (right) => `(${right}) + x`,
  (right) => `(${right}) - 1`,
];

/** Pairs that look alike but differ. */
const MUTANTS: readonly (readonly [string, string])[] = [
  ['(x+1)^2', 'x^2 + x + 1'],
  ['(x^2-1)/(x-1)', 'x - 1'],
  ['1/(x+1) + 1/(x-1)', '2/(x^2-1)'],
  ['y[i]/a[i] - (1-y[i])/(1-a[i])', '(a[i]-y[i])/(a[i]*(1-a[i]))'],
  ['exp(-z[i])/(1+exp(-z[i]))^2', 'a[i]*(1+a[i])'],
  ['1 - a[i]', '1/(1+exp(-z[i]))'],
  ['log(1-a[i])', 'z[i] - log(1+exp(-z[i]))'],
  ['tanh(x)', '(exp(x)+exp(-x))/(exp(x)-exp(-x))'],
  ['tanh(x)', '2*sigmoid(x) - 1'],
  ['exp(x/2)^2', 'exp(x/2)'],
  ['sqrt(x^2)', 'x'],
  ['log(p*q)', 'log(p)*log(q)'],
  ['abs(x)*sign(x)', 'abs(x)'],
  ['relu(x)', '(x - abs(x))/2'],
  ['relu(x) - relu(-x)', 'abs(x)'],
  ['sum(r<k, Y[i,r])', 'k'],
  ['sum(i<m, c[i]*d[i])', 'sum(i<m, c[i])*sum(i<m, d[i])'],
  ['sum(i<m, c[i])', 'sum(j<n, v[j])'],
  ['sum(l<m, delta(l, i)*c[l])', 'sum(l<m, c[l])'],
  ['(1-a[i])^lam*(1-a[i])', '(1-a[i])^lam'],
  ['cosh(x)^2 + sinh(x)^2', '1'],
  ['where(x>0, x, 0)', 'abs(x)'],
  ['sum(i<m, 1)', 'n'],
  // What is compared is far smaller than 1.
  ['minimum(y[i]^8, 0.044715^8)', 'minimum(y[i]^8, 0.044715^8*(1 + y[i])^8)'],
  ['sum(l<n, sum(j<n, B[l,j]*v[l]*w[j]))', 'sum(l<n, sum(j<n, B[l,j]*w[l]*v[j]))'],
  ['sum(l<n, sum(j<n, B[l,j]*C[l,j]))', 'sum(l<n, sum(j<n, B[l,j]*C[j,l]))'],
  ['sum(l<n, sum(j<n, v[l]/(1+B[l,j]^2)))', 'sum(l<n, sum(j<n, v[j]/(1+B[l,j]^2)))'],
  ['sum(l<n, v[l]*sum(j<n, B[l,j]))', 'sum(l<n, v[l]*sum(j<n, B[j,l]))'],
  ['tanh(40)', '1'],
  ['erf(7)', '1'],
  ['sum(r<n, Y[i,r])', '1'],
  ['sum(l<n, delta(l, i)*v[l])', 'v[i]'],
  ['abs(0.001 + 0.002 - 0.003)', '0.001 + 0.002 - 0.003'],
  ['delta(g[i], l)*v[l]', 'v[g[i]]'],
  ['(X[i,g[i]] - delta(g[i], l))*X[i,l]', 'X[i,g[i]]*X[i,l] - delta(g[i], l)'],
  ['sum(r<n, (c[i] == r)*v[r])', 'v[g[i]]'],
  ['sum(r<n, c[i] == r)', '1'],
];

const program = parseModel(MODEL);
const simplifier = createSimplifier(program);
const scope = new Map([
  ['i', program.arena.index('i', 'm')],
  ['l', program.arena.index('l', 'n')],
]);
const sizes = new Set(['m', 'n', 'k']);
const read = (source: string) => parseExpression(source, program.arena, new Map(scope), sizes);

describe('decision form', () => {
  it.each(IDENTITIES)('proves %s = %s', (left, right) => {
    expect(simplifier.equal(read(left), read(right))).toBe(true);
  });
  it.each(OF_THE_FIELD)('proves %s = %s, and none of its slips', (left, right) => {
    expect(simplifier.equal(read(left), read(right))).toBe(true);
    for (const slip of right === '0' ? SLIPS.slice(2) : SLIPS)
      expect(simplifier.equal(read(left), read(slip(right)))).toBe(false);
  });
  it.each(MUTANTS)('does not prove %s = %s', (left, right) => {
    expect(simplifier.equal(read(left), read(right))).toBe(false);
  });
});

describe('relations', () => {
  it('do not take a trace for a sum over one index', () => {
    const model = parseModel('data A[n,n]; param x\nz[i<n] = sum(j<n, tanh(A[j,i]))\nJ = x');
    const trace = parseExpression('sum(j<n, tanh(A[j,j]))', model.arena, new Map(), new Set(['n']));
    expect(createSimplifier(model).shown(trace)).toBe(trace);
  });
});
