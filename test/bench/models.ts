/** Definitions that are measured, in the line language of the tests. */
import { derive } from '../../src/core/derive';
import { createJob, type GradientJob } from '../../src/engine/job';
import { parseModel } from '../support/model';

export const MODELS: Readonly<Record<string, string>> = {
  logistic: `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`,
  focal: `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = sigmoid(z[i])
J = 1/m*sum(i<m, y[i]*(1-a[i])^2*softplus(-z[i]) + (1-y[i])*a[i]^2*softplus(z[i]))`,
  squares: `data X[m,n]; label y[m]; param w[n]; param b
p[i<m] = sum(j<n, X[i,j]*w[j]) + b
J = 1/m*sum(i<m, (p[i]-y[i])^2)`,
  'sigmoid squares': `data X[m,n]; label y[m]; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = 1/m*sum(i<m, (a[i]-y[i])^2)`,
  ridge: `data X[m,n]; label y[m]; param w[n]; hyper lam positive
J = 1/m*sum(i<m, (sum(j<n, X[i,j]*w[j])-y[i])^2) + lam*sum(j<n, w[j]^2)`,
};

const SOFTMAX = (logits: string): string => `M[i<m] = max(q<k, ${logits}[i,q])
E[i<m,q<k] = exp(${logits}[i,q]-M[i])
S[i<m] = sum(q<k, E[i,q])
P[i<m,q<k] = E[i,q]/S[i]
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`;

const LAYERS = ['n', 'h', 'g', 'k'];
/** Definitions that are only derived. */
export const DERIVED: Readonly<Record<string, string>> = {
  ...MODELS,
  'softmax regression': `data X[m,n]; label Y[m,k] onehot; param W[n,k]; param b[k]
Z[i<m,q<k] = sum(j<n, X[i,j]*W[j,q]) + b[q]
${SOFTMAX('Z')}`,
  network: `data X[m,n]; label Y[m,k] onehot; param W[n,h]; param c[h]; param V[h,k]; param d[k]
A[i<m,p<h] = sum(j<n, X[i,j]*W[j,p]) + c[p]
H[i<m,p<h] = relu(A[i,p])
O[i<m,q<k] = sum(p<h, H[i,p]*V[p,q]) + d[q]
${SOFTMAX('O')}`,
  'two-layer network': `data X[m,n]; label Y[m,k]; param W[n,h]; param c[h]; param V[h,k]
A[i<m,q<h] = sum(j<n, X[i,j]*W[j,q]) + c[q]
H[i<m,q<h] = tanh(A[i,q])
O[i<m,r<k] = sum(q<h, H[i,q]*V[q,r])
J = 1/(2*m)*sum(i<m, sum(r<k, (O[i,r]-Y[i,r])^2))`,
  'three-layer network': [
    'data X[m,n]; label Y[m,k] onehot; hyper lam positive',
    ...[1, 2, 3].map((l) => `param W${l}[${LAYERS[l - 1]},${LAYERS[l]}]; param c${l}[${LAYERS[l]}]`),
    'Z1[i<m,p<h] = sum(j<n, X[i,j]*W1[j,p]) + c1[p]',
    'H1[i<m,p<h] = tanh(Z1[i,p])',
    'Z2[i<m,r<g] = sum(p<h, H1[i,p]*W2[p,r]) + c2[r]',
    'H2[i<m,r<g] = relu(Z2[i,r])',
    'Z3[i<m,q<k] = sum(r<g, H2[i,r]*W3[r,q]) + c3[q]',
    'E[i<m,q<k] = exp(Z3[i,q])',
    'S[i<m] = sum(q<k, E[i,q])',
    'P[i<m,q<k] = E[i,q]/S[i]',
    'J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q]))) + lam/2*(sum(j<n, sum(p<h, W1[j,p]^2)) + sum(p<h, sum(r<g, W2[p,r]^2)))',
  ].join('\n'),
  attention: `data T[t,e]; param Q[t,d]; param K[s,d]; param V[s,e]
S[i<t,j<s] = sum(q<d, Q[i,q]*K[j,q])/sqrt(d)
E[i<t,j<s] = exp(S[i,j])
R[i<t] = sum(j<s, E[i,j])
P[i<t,j<s] = E[i,j]/R[i]
O[i<t,r<e] = sum(j<s, P[i,j]*V[j,r])
J = 1/2*sum(i<t, sum(r<e, (O[i,r]-T[i,r])^2))`,
};

/** Sums over an index that SymPy has too, by the names that its script knows. */
export const INDEXED: Readonly<Record<string, string>> = {
  linear: 'data x[n]; param w[n]\nJ = sum(j<n, w[j]*x[j])',
  squares: 'data X[m,n]; data y[m]; param w[n]\nJ = 1/m*sum(i<m, (sum(j<n, w[j]*X[i,j]) - y[i])^2)',
  'log-sum-exp': 'param w[n]\nJ = log(sum(j<n, exp(w[j])))',
};

export interface WrittenOut {
  readonly name: string;
  readonly source: string;
  readonly text: string;
  readonly wrt: string;
}

const writtenOut = (name: string, text: string, wrt: string): WrittenOut => {
  const symbols = new Set(text.match(/\b[a-z]\w*\b(?!\()/g) ?? []);
  const roles = [...symbols].map((symbol) => `${symbol === wrt ? 'param' : 'data'} ${symbol}`);
  return { name, text, wrt, source: `${roles.join('; ')}\nJ = ${text}` };
};

const FIRST = [1, 2].map((k) => `tanh(u${k}1*x1+u${k}2*x2+c${k})`);
const SECOND = [1, 2].map((k) => `tanh(v${k}1*${FIRST[0]}+v${k}2*${FIRST[1]}+f${k})`);
const KEYS = ['exp(q*k1)', 'exp(q*k2)', 'exp(q*k3)'];

/** Models without indices, element by element, for packages that know numbers only. */
export const WRITTEN_OUT: readonly WrittenOut[] = [
  writtenOut('three-layer network, written out', `(w1*${SECOND[0]}+w2*${SECOND[1]}+b-y)^2/2`, 'u11'),
  writtenOut(
    'attention to three keys, written out',
    `((v1*${KEYS[0]}+v2*${KEYS[1]}+v3*${KEYS[2]})/(${KEYS.join('+')})-y)^2/2`,
    'k1',
  ),
];

/** `length` bindings, each of the one before it. */
export function chain(length: number): string {
  const lines = ['param x', 'a0 = x'];
  for (let k = 1; k <= length; k += 1) {
    const before = `a${k - 1}`;
    const forms = [
      `tanh(${before}/2 + 1/${k})`,
      `sin(${before})`,
      `log(1 + ${before}^2)`,
      `1/(1+exp(-${before}))`,
    ];
    lines.push(`a${k} = ${forms[k % forms.length] ?? before}`);
  }
  return lines.join('\n');
}

/** The logarithm of `count` exponentials of different multiples of one parameter. */
export function wideSum(count: number): string {
  const names = Array.from({ length: count }, (_, k) => `c${k}`);
  return `param x; ${names.map((name) => `data ${name}`).join('; ')}\nJ = log(${names.map((name) => `exp(${name}*x)`).join(' + ')})`;
}

/** The job of a model, with its gradients derived. */
export function jobOf(name: string): GradientJob {
  const program = parseModel(DERIVED[name] ?? '');
  const made = createJob({ definitionId: name, name, program, derivation: derive(program), hand: [] });
  if (!made.ok) throw new Error(made.message);
  return made.value;
}
