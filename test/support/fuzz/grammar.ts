/**
 * Random programs over the whole operator table as text of the line language. Plain random trees never meet the rules that
 * machine learning needs (deltas, rows that sum to 1, symbolic exponents), so idioms of the field are productions too.
 *
 * In a production `{r}`, `{p}`, `{u}` and `{c}` stand for a random real, positive, in (0, 1), and 0 or 1; `{r1}` for the
 * same text wherever it occurs; `{m}` for a position along that axis; `sum(<l:m>, …)` binds an index, used as `{l}`.
 */
import { TWICE_DIFFERENTIABLE } from '../expressions';
import type { Random } from '../../../src/core/random';

const INPUTS = `data X[m,n]; data B[n,n]; label y[m] binary; label s[m] sign; label Y[m,k] onehot; label D[m,k] distribution
label c[m] class:k; data f[m] unit; data v[n]; data r[n] positive; param w[n]; param W[n,k]; param b; param x; param t
data R[n,n] symmetric; data U[n,n] definite; data Q[m,n,n]; param O[n,n]
hyper p positive; hyper g positive; hyper q unit`;

type Kind = 'r' | 'p' | 'u' | 'c';
type Weighted = readonly [weight: number, text: string];

interface Index {
  readonly name: string;
  readonly size: string;
}

/** A binding that a random program may have, with what it needs. */
interface Idiom {
  readonly name: string;
  readonly axes: readonly Index[];
  readonly needs: readonly string[];
  readonly kind: Kind;
  readonly definitions: readonly string[];
}

const I: Index = { name: 'i', size: 'm' };
const J: Index = { name: 'j', size: 'n' };
const J2: Index = { name: 'j2', size: 'n' };
const Q: Index = { name: 'o', size: 'k' };

const idiom = (
  name: string,
  axes: readonly Index[],
  kind: Kind,
  needs: readonly string[],
  ...definitions: readonly string[]
): Idiom => ({ name, axes, needs, kind, definitions });

const IDIOMS: readonly Idiom[] = [
  idiom('z', [I], 'r', [], 'sum(<l:n>, X[i,{l}]*w[{l}]) + b', 'x*sum(<l:n>, X[i,{l}]) + b', 'X[i,0]*x', 'x'),
  idiom(
    'a',
    [I],
    'u',
    ['z'],
    'sigmoid(z[i])',
    '1/(1 + exp(-z[i]))',
    'exp(z[i])/(1 + exp(z[i]))',
    '(1 + tanh(z[i]/2))/2',
  ),
  idiom(
    'pt',
    [I],
    'u',
    ['a'],
    'where(y[i] == 1, a[i], 1 - a[i])',
    'where({c}, a[i], 1 - a[i])',
    'y[i]*a[i] + (1 - y[i])*(1 - a[i])',
    'where(z[i] >= 0, 1/(1 + exp(-z[i])), exp(z[i])/(1 + exp(z[i])))',
  ),
  idiom(
    'FL',
    [I],
    'r',
    ['pt'],
    'log(pt[i])',
    '(1 - pt[i])^2*log(pt[i])',
    '(1 - pt[i])^g*log(pt[i])',
    'a[i]*(1 - a[i])/pt[i]*{r}',
    '{r}*pt[i]*(1 - pt[i])/(1 - a[i])',
  ),
  idiom('h', [I], 'r', ['z'], 'tanh(z[i])', '(exp(2*z[i]) - 1)/(exp(2*z[i]) + 1)', '2*sigmoid(2*z[i]) - 1'),
  idiom(
    'h2',
    [I],
    'r',
    ['z'],
    '(exp(z[i]) - exp(-z[i]))/(exp(z[i]) + exp(-z[i]))',
    'relu(z[i])',
    'abs(z[i])',
  ),
  idiom(
    'e',
    [I],
    'p',
    ['z'],
    'exp(-z[i])',
    'exp(z[i])',
    '1 + exp(-z[i])',
    'sqrt(1 + z[i]^2)',
    'softplus(z[i])',
  ),
  idiom('Z', [I, Q], 'r', [], 'sum(<l:n>, X[i,{l}]*W[{l},o])', 'x*D[i,o] + t*Y[i,o]', 'W[0,o]*t'),
  idiom('M', [I], 'r', ['Z'], 'max(<l:k>, Z[i,{l}])'),
  idiom('E', [I, Q], 'p', ['Z', 'M'], 'exp(Z[i,o] - M[i])', 'exp(Z[i,o])'),
  idiom('S', [I], 'p', ['E'], 'sum(<l:k>, E[i,{l}])'),
  idiom('P', [I, Q], 'u', ['S'], 'E[i,o]/S[i]', 'E[i,o]/sum(<l:k>, E[i,{l}])'),
  idiom('L', [I, Q], 'r', ['P'], 'log(P[i,o])', 'Z[i,o] - M[i] - log(S[i])'),
  idiom('mu', [], 'r', [], 'sum(<l:n>, v[{l}])/n', 'sum(<l:n>, w[{l}])/n'),
  idiom('d', [J], 'r', ['mu'], 'v[j] - mu', 'w[j] - mu', 'w[j] - sum(<l:n>, w[{l}])/n'),
  idiom('V', [], 'r', ['d'], 'sum(<l:n>, d[{l}]^2)/n', 'p*sum(<l:n>, d[{l}]^2)'),
  idiom('T', [], 'p', ['V'], 'sqrt(V + 0.001)', '(V + g)^(1/2)', '1/sqrt(V + g)'),
  idiom('N', [J], 'r', ['T'], 'd[j]/T', 'd[j]*T'),
  idiom('G', [], 'r', [], 'sum(<l:n>, w[{l}]^2)', 'sqrt(1 + x^2)', 'x^2', 'log(1 + x^2)', 'x*t'),
  idiom('F', [I], 'r', [], '{r}', '{c}', '{r}*{p}', 'where({c}, {r}, {r})'),
  idiom('H', [], 'r', [], '{r}', '{r}/{p}', 'exp({r})'),
  idiom('C', [], 'p', [], '{p}', 'exp({r})', '2*exp(x) + 1', 'exp(x)/(1 + exp(x))', 'p*exp(t)'),
  idiom('K', [], 'u', ['C'], '1/(1 + C)', 'C/(1 + C)'),
  idiom('A', [J], 'u', [], 'r[j]/sum(<l:n>, r[{l}])', 'exp(w[j])/sum(<l:n>, exp(w[{l}]))'),
  idiom('BI', [J, J2], 'r', [], 'inv(B)[j,j2]', 'inv(O)[j,j2]'),
  idiom(
    'BJ',
    [J],
    'r',
    ['BI'],
    'sum(<l:n>, BI[j,{l}]*B[{l},0])',
    'sum(<l:n>, B[{l},j]*BI[0,{l}])',
    'sum(<l:n>, BI[j,{l}]*sum(<o:n>, B[{l},{o}]*w[{o}]))',
  ),
  idiom(
    'SY',
    [J, J2],
    'r',
    [],
    'sum(<l:m>, X[{l},j]*X[{l},j2])/m + delta(j, j2)',
    'exp(-(v[j] - v[j2])^2) + p*delta(j, j2)',
    'R[j2,j] + U[j,j2]',
    'O[j,j2] + O[j2,j] + 9*delta(j, j2)',
  ),
  idiom('SI', [J, J2], 'r', ['SY'], 'inv(SY)[j,j2]', 'inv(SY)[j2,j]', 'inv(SY)[j,j2] - SY[j2,j]'),
  idiom(
    'SD',
    [],
    'r',
    ['SY'],
    'logdet(SY)',
    'det(SY)',
    'sum(<l:n>, sum(<o:n>, inv(SY)[{l},{o}]*w[{o}]*w[{l}]))',
    'sum(<l:n>, sum(<o:n>, inv(SY)[{l},{o}]*SY[{l},{o}]))',
  ),
  idiom('ST', [I, J, J2], 'r', [], 'X[i,j]*X[i,j2] + delta(j, j2)', 'Q[i,j,j2] + Q[i,j2,j]'),
  idiom(
    'SS',
    [I, J],
    'r',
    ['ST'],
    'inv(ST[i])[j,0]',
    'sum(<l:n>, inv(ST[i])[j,{l}]*ST[i,{l},0])',
    'logdet(ST[i])',
  ),
  idiom(
    'EM',
    [J, J2],
    'r',
    [],
    '(j >= j2)*exp(B[j,j2])',
    'where(j >= j2, exp(O[j,j2]), 0)',
    '(j >= j2)*exp(O[j,j2] - x)',
    '(j >= j2)*exp(w[j]*v[j2])/p',
  ),
  idiom('MS', [J], 'p', ['EM'], 'sum(<l:n>, EM[j,{l}])'),
  idiom('MP', [J, J2], 'r', ['MS'], 'EM[j,j2]/MS[j]'),
  idiom(
    'MQ',
    [J],
    'r',
    ['EM'],
    'sum(<l:n>, (j >= {l})*exp(B[j,{l}])*{r})',
    'sum(<l:n>, (j >= {l})*exp(O[j,{l}])*v[{l}])',
    'sum(<l:n>, (j >= {l})*exp(w[j]*v[{l}])*{r})',
  ),
];

const LEAVES: Readonly<Record<Kind, readonly Weighted[]>> = {
  r: [
    [4, 'x'],
    [3, 't'],
    [2, 'b'],
    [1, 'p'],
    [1, 'q'],
    [1, 'g'],
    [1, '0'],
    [3, '1'],
    [2, '2'],
    [1, '3'],
    [2, '(-1)'],
    [1, '(-2)'],
    [1, '(1/2)'],
    [1, '(-2/3)'],
    [0.5, '0.044715'],
    [0.5, 'pi'],
    [1, 'n'],
    [0.5, 'm'],
    [2, 'w[{n}]'],
    [2, 'v[{n}]'],
    [1, 'r[{n}]'],
    [2, 'X[{m},{n}]'],
    [2, 'B[{n},{n}]'],
    [1, 'y[{m}]'],
    [1, 's[{m}]'],
    [1, 'f[{m}]'],
    [1, 'Y[{m},{k}]'],
    [1, 'D[{m},{k}]'],
    [1, 'W[{n},{k}]'],
    [0.5, 'R[{n},{n}]'],
    [0.5, 'O[{n},{n}]'],
    [0.3, 'Q[{m},{n},{n}]'],
    [0.5, 'inv(B)[{n},{n}]'],
    [0.5, 'inv(O)[{n},{n}]'],
    [0.5, 'inv(R)[{n},{n}]'],
    [0.3, 'inv(Q[{m}])[{n},{n}]'],
    [0.2, 'det(B)'],
    [0.2, 'det(O)'],
    [0.2, 'logdet(R)'],
    [0.2, 'logdet(O)'],
    [0.2, 'logdet(Q[{m}])'],
  ],
  p: [
    [3, 'p'],
    [3, 'g'],
    [2, 'r[{n}]'],
    [1, 'q'],
    [1, 'f[{m}]'],
    [1, '2'],
    [0.5, '0.044715'],
    [0.5, 'pi'],
    [1, 'n'],
    [0.3, 'det(U)'],
    [0.2, 'inv(U)[0,0]'],
  ],
  u: [
    [2, 'q'],
    [2, 'f[{m}]'],
    [1, '(1/2)'],
  ],
  c: [
    [2, '(x > 0)'],
    [1, '(x > t)'],
    [1, '(v[{n}] >= 0)'],
    [1, '(y[{m}] == 1)'],
    [1, '(s[{m}]*x > 0)'],
    [1, 'delta({m}, {m})'],
    [1, 'delta({k}, {k})'],
    [1, 'delta({n}, {n})'],
    [1, '({n} > {n})'],
    [0.5, '({n} == {n})'],
    [0.5, '(c[{m}] == {k})'],
    [0.5, '({k} == c[{m}])'],
    [0.3, '({m} == {n})'],
    [0.3, '(y[{m}] == {n})'],
  ],
};

const POSITIVE_ARGUMENT = new Set(['log', 'lgamma']);
const UNIT_ARGUMENT = new Set(['arcsin', 'arccos', 'arctanh']);

const OPERATORS: readonly Weighted[] = TWICE_DIFFERENTIABLE.flatMap((row): Weighted[] => {
  const { name } = row;
  if (row.domain.length === 2) return [[1, `${name}({r}, {r})`]];
  if (name === 'arccosh') return [[0.5, 'arccosh(1 + {p})']];
  if (name === 'log1p') return [[0.5, 'log1p({p})']];
  const hole = POSITIVE_ARGUMENT.has(name) ? '{p}' : UNIT_ARGUMENT.has(name) ? '{u}' : '{r}';
  const weight = ['exp', 'log', 'tanh', 'sigmoid', 'softplus', 'relu', 'abs', 'sign'].includes(name)
    ? 2
    : 0.4;
  return [
    [weight, `${name}(${hole})`],
    [0.1, `${name}(-{r})`],
    [0.03, `${name}(0)`],
    [0.03, `${name}(1)`],
  ];
});

const PRODUCTIONS: Readonly<Record<Kind, readonly Weighted[]>> = {
  r: [
    [8, '{r} + {r}'],
    [5, '{r} - {r}'],
    [8, '{r}*{r}'],
    [2, '-{r}'],
    [3, '{r}/{p}'],
    [2, '{r}/{r}'],
    [2, '{r}^2'],
    [1, '{r}^3'],
    [1, '{r}^(-1)'],
    [1, '{r}^(-2)'],
    [2, '{p}'],
    [1, '{u}'],
    [2, '{c}'],
    ...OPERATORS,
    // Powers and roots.
    [1, '{p}^{r}'],
    [1, '{u}^g'],
    [0.5, '(1 - {u1})^g*log({u1})'],
    [0.5, '{p1}^g*{p1}'],
    [0.5, '{p1}^(g - 1)*{p1}^2'],
    [0.5, '{p1}^{r}*{p1}^{r}'],
    [0.5, '{r}^(x - x + 2)'],
    [0.5, '{p}^((x + 1/2) - x)'],
    [0.7, 'sqrt({p})'],
    [0.5, '{p}^(3/2)'],
    [0.5, '{p}^(-1/2)'],
    [0.5, 'sqrt({r1}^2)'],
    [0.5, 'sqrt(4*{p})'],
    [0.3, '(8*{p}/9)^(1/2)'],
    [0.3, '{p}^(1/3)'],
    [0.3, '({p1}*{r1}^2)^(1/2)*sqrt({p1})'],
    [0.3, 'sqrt({p1})^3*{p1}^(-1/2)'],
    [0.3, '{r1}/sqrt({r1}^2 + {p})'],
    [0.3, 'abs({r1})*abs({r1})*{r}'],
    // Exponentials and logarithms.
    [0.5, 'exp({r})*exp({r})'],
    [0.3, 'expm1({r1})*{r}'],
    [0.5, 'exp({r1}/2)^2'],
    [0.5, 'exp({r1} + log({p}))'],
    [0.5, 'exp({r}*log({p}))'],
    [0.3, 'exp(2*log({p}))'],
    [0.5, 'log({p}*{p})'],
    [0.5, 'log({p}/{p})'],
    [0.5, 'log(exp({r1}))'],
    [0.3, 'log({p}*exp({r}))'],
    [0.3, 'log({p}^2)'],
    [0.3, 'log({r}^2)'],
    [0.5, 'exp({r1})/(1 + exp({r1}))'],
    [0.5, '1/(1 + exp(-({r1})))'],
    [0.5, 'exp({r1})/(exp({r1}) + exp({r2}))'],
    [0.3, 'exp({r1})/(1 + exp({r1}))^2'],
    [0.3, '(exp({r1}) - exp(-({r1})))/(exp({r1}) + exp(-({r1})))'],
    // Fractions.
    [1, '{r1}/({r1} + {r2}) + {r2}/({r1} + {r2})'],
    [0.7, '({r1}^2 - {r2}^2)/({r1} - {r2})'],
    [0.7, '1/({r1} + 1) - 1/({r1} + 2)'],
    [0.7, '({r1}/{p1} + {r})*{p1}'],
    [0.7, '{r1}/{u1} - (1 - {r1})/(1 - {u1})'],
    [0.5, '({r1}/{u1} - (1 - {r1})/(1 - {u1}))*{u1}*(1 - {u1})'],
    [0.5, '({r1} + {r2})*({r1} - {r2})'],
    [0.5, '({r1} + {r2})^2 - {r1}^2'],
    [0.5, '({r1} - {r2})*({r2} - {r1})'],
    // Reductions.
    [2, 'sum(<l:m>, {r})'],
    [2, 'sum(<l:n>, {r})'],
    [1, 'sum(<l:k>, {r})'],
    [0.7, 'max(<l:n>, {r})'],
    [0.5, 'max(<l:k>, {r})'],
    [0.5, 'min(<l:n>, {r})'],
    [0.5, 'prod(<l:n>, {r})'],
    [0.3, 'prod(<l:n>, {r1}*{p})'],
    [1, 'sum(<l:n>, w[{l}]*X[{m},{l}])'],
    [1, 'sum(<l:n>, {r}*w[{l}])/n'],
    [1, 'sum(<l:m>, (X[{l},{n}] - y[{l}])*X[{l},{n}])/m'],
    [0.5, 'sum(<l:n>, {r1}*{r}) - {r2}*sum(<o:n>, {r})'],
    [0.5, 'sum(<l:n>, sum(<o:n>, B[{l},{o}]*{r}))'],
    [0.5, 'sum(<l:n>, sum(<o:n>, B[{o},{l}]*w[{l}]*v[{o}]))'],
    // Deltas, gathers and rows that sum to 1.
    [0.7, 'sum(<l:m>, delta({l}, {m})*{r})'],
    [0.7, 'sum(<l:n>, delta({n}, {l})*{r})'],
    [0.7, 'sum(<l:n>, (delta({l}, {n}) - {r})*{r})'],
    [0.5, 'sum(<l:n>, ({r} + delta({l}, {n}))*({r} - delta({l}, {n})))'],
    [0.5, 'sum(<l:k>, delta({l}, c[{m}])*{r})'],
    [0.5, 'sum(<l:k>, (D[{m},{l}] - delta({l}, c[{m}]))*{r})'],
    [0.5, 'sum(<l:n>, sum(<o:n>, delta({l}, {o})*{r}))'],
    [0.3, 'sum(<l:n>, delta({l}, {n})*delta({l}, {n})*{r})'],
    [0.3, 'sum(<l:m>, W[{n},c[{l}]]*{r})'],
    [0.3, 'delta({n}, {n})^2*{r}'],
    [0.7, 'sum(<l:k>, Y[{m},{l}])'],
    [0.5, 'sum(<l:k>, D[{m},{l}])'],
    [0.7, 'sum(<l:k>, Y[{m},{l}]*{r})'],
    [0.5, 'sum(<l:k>, D[{m},{l}]*log({p}))'],
    [0.5, 'sum(<l:k>, Y[{m},{l}] - D[{m},{l}])*{r}'],
    [0.5, 'sum(<l:k>, (Y[{m},{l}] - {r})*{r})'],
    [0.5, 'sum(<l:k>, {r1}*(Y[{m},{l}] + D[{m},{l}]))'],
    [0.5, 'sum(<l:k>, (c[{m}] == {l})*{r})'],
    [0.3, 'sum(<l:n>, ({l} == {n})*{r})'],
    [0.3, 'sum(<l:n>, ({m} == {l})*{r})'],
    [0.3, 'delta({k}, c[{m}])*D[{m},{k}]*{r}'],
    [0.3, '(D[{m},c[{m}]] - delta({k}, c[{m}]))*{r}*D[{m},{k}]/D[{m},c[{m}]]'],
    // Matrices.
    [0.4, 'sum(<l:n>, inv(B)[{n},{l}]*B[{l},{n}])'],
    [0.4, 'sum(<l:n>, O[{n},{l}]*inv(O)[{l},{n}])*{r}'],
    [0.4, 'sum(<l:n>, inv(B)[{l},{n}]*B[{l},{n}]*{r})'],
    [0.4, 'sum(<l:n>, inv(R)[{l},{n}]*R[{l},{n}])'],
    [0.4, 'sum(<l:n>, U[{n},{l}]*inv(U)[{n},{l}])'],
    [0.4, 'sum(<l:n>, inv(U)[{n},{l}]*sum(<o:n>, U[{l},{o}]*{r}))'],
    [0.4, 'sum(<l:n>, inv(O)[{n},{l}]*(sum(<o:n>, O[{l},{o}]*w[{o}]) - {r}))'],
    [0.4, 'sum(<l:n>, sum(<o:n>, inv(U)[{l},{o}]*w[{l}]*w[{o}]))'],
    [0.3, 'sum(<s:m>, sum(<l:n>, inv(Q[{s}])[{n},{l}]*Q[{s},{l},{n}]))'],
    [0.3, 'sum(<l:n>, inv(Q[{m}])[{n},{l}]*Q[{m},{l},{n}])'],
    [0.3, 'sum(<l:n>, sum(<o:n>, (R[{l},{o}] - R[{o},{l}])*{r}))'],
    [0.3, 'sum(<l:n>, sum(<o:n>, inv(R)[{l},{o}]*{r1} - inv(R)[{o},{l}]*{r1}))'],
    [0.3, 'sum(<l:n>, sum(<o:n>, sum(<s:n>, inv(B)[{l},{o}]*B[{o},{s}]*inv(B)[{s},{l}])))'],
    [0.3, '(R[0,1] - R[1,0])*{r} + inv(U)[1,0]*{r} - inv(U)[0,1]'],
    [0.3, 'exp(logdet(U))/det(U)*{r}'],
    [0.3, 'logdet(U) - log(det(U))'],
    // Cases.
    [0.3, 'max({r}, max({r}, {r}))'],
    [0.3, 'maximum(maximum({r1}, {r2}), {r1})'],
    [0.3, 'minimum({r1}, minimum({r2}, minimum({r}, {r1})))'],
    [0.3, 'min(max({r1}, -1), 1)'],
    [0.3, 'where({r1} > 1, {r}, where({r1} < -1, {r}, {r1}))'],
    [0.3, 'relu({r1} - 1) - relu({r1} + 1)'],
    [0.3, 'relu({r1} + {p})*({r1} > 0)'],
    [0.3, 'sign({r1})^2*{r}'],
    [0.3, 'sign({r1})*{r}*abs({r1})'],
    [0.3, '{r1}*({r1} > 0) - {r1}*({r1} <= 0)'],
    [0.3, 'where(x > 1, x^2, where(x > -1, x*{r}, -x))'],
    [0.3, 'where(x > 0, {r1}, {r1}*exp(x))'],
    [0.3, 'abs(x)/(1 + abs(x))'],
    [1, 'where({c}, {r}, {r})'],
    [0.7, 'where({c}, {r}, 0)'],
    [0.7, 'where({c}, 0, {r})'],
    [0.5, 'where({r} > {r}, {r1}*{r2}, {r1}*{r})'],
    [0.3, 'where({c}, {r1}, {r1})'],
    [0.5, 'where({c1}, {r}, {r}) + where(1 - {c1}, {r}, {r})'],
    [0.5, 'where(abs({r1}) <= {p1}, {r1}^2/2, {p1}*(abs({r1}) - {p1}/2))'],
    [0.5, 'max(0, {r})'],
    [0.5, 'min({r}, {r})'],
    [0.5, 'relu({r1}) - relu(-({r1}))'],
    [0.5, 'abs({r1})*sign({r1})'],
    [0.5, '{r1}*({r1} > 0)'],
    [0.3, 'sign({p})'],
    [0.3, 'sign(-{p})'],
    [0.3, 'abs(-{p})'],
    [0.3, 'abs({p})'],
    [0.3, 'relu({p})'],
    // Losses.
    [0.5, '-y[{m}]*log({u1}) - (1 - y[{m}])*log(1 - {u1})'],
    [0.5, 'softplus({r1}) - y[{m}]*{r1}'],
    [0.5, 'log(sum(<l:k>, exp({r})))'],
    [0.3, 'exp({r1})/sum(<l:k>, exp({r}))'],
    [0.3, 'max(0, 1 - s[{m}]*{r})'],
    [0.3, '{r1}*tanh(softplus({r1}))'],
    [0.3, '{r1}*sigmoid({r1})'],
    [0.3, '{r1}*(1 + erf({r1}/sqrt(2)))/2'],
    [0.3, '{r1}*(1 + tanh(sqrt(2/pi)*({r1} + 0.044715*{r1}^3)))/2'],
    [0.3, '(y[{m}] - {r1})^2/(2*{p1}) + log({p1})/2'],
  ],
  p: [
    [2, '{p} + {p}'],
    [2, '{p}*{p}'],
    [1, '{p}/{p}'],
    [2, 'exp({r})'],
    [2, '1 + {r}^2'],
    [1, 'softplus({r})'],
    [0.5, 'cosh({r})'],
    [0.5, 'sqrt({p})'],
    [0.5, 'abs({r}) + {p}'],
    [1, '{u}'],
    [0.5, '{p}^2'],
    [0.3, '{p}^{r}'],
    [0.5, '{r}^2 + {p}'],
    [0.5, 'sum(<l:n>, {p})'],
    [0.5, 'sum(<l:k>, exp({r}))'],
    [0.3, 'max(<l:n>, {p})'],
    [0.3, 'where({c}, {p}, {p})'],
    [0.3, 'maximum({p}, {p})'],
  ],
  u: [
    [2, 'sigmoid({r})'],
    [1, '1 - {u}'],
    [1, '{u}*{u}'],
    [0.5, '1/(1 + {p})'],
    [0.5, '{p1}/({p1} + {p2})'],
  ],
  c: [
    [3, '({r} > {r})'],
    [1, '({r} >= {r})'],
    [1, '({r} < {r})'],
    [0.5, '({r} <= {r})'],
    [0.5, '({r} == {r})'],
    [0.5, '({r} != {r})'],
    [0.5, '({p} > 0)'],
    [0.5, '(-({r1}) > 0)'],
    [0.5, '({r1} > {r1} + {p})'],
    [0.5, '({p} >= 0)'],
    [0.3, '(0 > {p})'],
    [0.5, '{c}*{c}'],
    [0.5, '(1 - {c})'],
    [0.3, '{c1}*{c1}'],
  ],
};

const HOLE = /\{(\w+)\}|<(\w+):(\w)>|[()]/g;

/** The text of a random program; its last binding `J` is what is tested, free in the indices of its axes. */
export function randomModel(random: Random, size: number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const weighted = (list: readonly Weighted[]): string => {
    let at = random() * list.reduce((total, [weight]) => total + weight, 0);
    for (const [weight, text] of list) if ((at -= weight) < 0) return text;
    return list[0]?.[1] ?? '0';
  };

  const chosen: Idiom[] = [];
  const choose = (item: Idiom): void => {
    if (chosen.includes(item)) return;
    for (const name of item.needs) {
      const needed = IDIOMS.find((other) => other.name === name);
      if (needed) choose(needed);
    }
    chosen.push(item);
  };
  const count = random() < 0.4 ? 0 : 1 + Math.floor(random() * 2);
  for (let k = 0; k < count; k += 1) choose(pick(IDIOMS));

  let fresh = 0;
  let known: readonly Idiom[] = [];

  const position = (size: string, scope: readonly Index[]): string => {
    const fitting = scope.filter((index) => index.size === size);
    if (size === 'k' && random() < 0.15) return `c[${position('m', scope)}]`;
    // The innermost index is the most telling one.
    const innermost = fitting.at(-1);
    if (innermost && random() < 0.97) return random() < 0.6 ? innermost.name : pick(fitting).name;
    return String(Math.floor(random() * 2));
  };

  const leaf = (kind: Kind, scope: readonly Index[]): string => {
    const own = known.filter((item) => item.kind === kind || kind === 'r');
    if (own.length > 0 && random() < 0.4) {
      const { name, axes } = pick(own);
      return axes.length === 0 ? name : `${name}[${axes.map((a) => position(a.size, scope)).join(',')}]`;
    }
    return fill(weighted(LEAVES[kind]), 0, scope);
  };

  const grow = (kind: Kind, budget: number, scope: readonly Index[]): string =>
    budget <= 1 ? leaf(kind, scope) : `(${fill(weighted(PRODUCTIONS[kind]), budget - 1, scope)})`;

  const fill = (template: string, budget: number, outer: readonly Index[]): string => {
    const holes = (template.match(/\{[rpuc]\d?\}/g) ?? []).length;
    const share = (): number => (budget / Math.max(1, holes)) * (0.5 + random());
    const same = new Map<string, string>();
    const scopes: (readonly Index[])[] = [outer];
    const scope = (): readonly Index[] => scopes.at(-1) ?? outer;
    return template.replace(HOLE, (token, hole?: string, bound?: string, length?: string) => {
      if (token === '(') scopes.push(scope());
      else if (token === ')') scopes.pop();
      else if (bound !== undefined && length !== undefined) {
        const name = `${bound}${fresh}`;
        fresh += 1;
        scopes[scopes.length - 1] = [...scope(), { name, size: length }];
        same.set(bound, name);
        return `${name}<${length}`;
      } else if (hole !== undefined) {
        if (['m', 'n', 'k'].includes(hole)) return position(hole, scope());
        const repeated = same.get(hole);
        if (repeated !== undefined) return repeated;
        // A repeated part may stand outside of the binders of the first, so it is made of what is known outside.
        const text = grow(hole[0] as Kind, share(), hole.length > 1 ? outer : scope());
        if (hole.length > 1) same.set(hole, text);
        return text;
      }
      return token;
    });
  };

  const lines = [INPUTS];
  for (const { name, axes, definitions, ...item } of chosen) {
    const left = axes.length === 0 ? name : `${name}[${axes.map((a) => `${a.name}<${a.size}`).join(',')}]`;
    lines.push(`${left} = ${fill(pick(definitions), 6, axes)}`);
    known = [...known, { name, axes, definitions, ...item }];
  }
  // An idiom may be the output itself: the Jacobian of a softmax has a form of its own.
  const last = random() < 0.1 ? chosen.at(-1) : undefined;
  const axes = last?.axes ?? pick([[], [], [], [I], [J], [I, Q]]);
  const left = axes.length === 0 ? 'J' : `J[${axes.map((a) => `${a.name}<${a.size}`).join(',')}]`;
  const right = last ? pick(last.definitions) : weighted(PRODUCTIONS.r);
  lines.push(`${left} = ${fill(right, last ? 6 : size, axes)}`);
  return lines.join('\n');
}
