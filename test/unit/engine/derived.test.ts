/** Derived gradients, compiled and run, against differences of the loss on data: deriver and engine as one. */
import { describe, expect, it } from 'vitest';
import { indexedSizes } from '../../../src/core/definition';
import { derive } from '../../../src/core/derive';
import { differencesNow } from '../../../src/engine/gradcheck';
import { createRunner } from '../../../src/engine/interpret';
import { createJob, gradientOutput } from '../../../src/engine/job';
import { parseModel } from '../../support/model';
import { normals, random, unwrap } from './support';

const MODELS: Readonly<Record<string, string>> = {
  'cross-entropy of a sigmoid': `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`,
  'samples as columns': `data X[n,m]; label Y[1,m] binary; param w[n,1]; param b
A[i<m] = sigmoid(sum(j<n, w[j]*X[j,i]) + b)
J = -1/m*sum(i<m, Y[i]*log(A[i]) + (1-Y[i])*log(1-A[i]))`,
  'squared error of a sigmoid with L2': `data X[m,n]; label y[m] binary; param w[n]; param b; hyper lam positive
a[i<m] = sigmoid(sum(j<n, X[i,j]*w[j]) + b)
J = 1/m*sum(i<m, (a[i]-y[i])^2) + lam/2*sum(j<n, w[j]^2)`,
  'softmax cross-entropy': `data X[m,n]; label Y[m,k] onehot; param W[n,k]; param c[k]
Z[i<m,q<k] = sum(j<n, X[i,j]*W[j,q]) + c[q]
M[i<m] = max(q<k, Z[i,q])
E[i<m,q<k] = exp(Z[i,q]-M[i])
S[i<m] = sum(q<k, E[i,q])
P[i<m,q<k] = E[i,q]/S[i]
J = -1/m*sum(i<m, sum(q<k, Y[i,q]*log(P[i,q])))`,
  'two layers': `data X[m,n]; label Y[m,k] onehot; param W[n,h]; param c[h]; param V[h,k]
H[i<m,q<h] = tanh(sum(j<n, X[i,j]*W[j,q]) + c[q])
Z[i<m,q<k] = sum(j<h, H[i,j]*V[j,q])
J = 1/m*sum(i<m, log(sum(q<k, exp(Z[i,q]))) - sum(q<k, Y[i,q]*Z[i,q]))`,
  hinge: `data X[m,n]; label y[m] sign; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
J = 1/m*sum(i<m, relu(1-y[i]*z[i]))`,
  'a loss of one sample': `data x[n]; label y binary; param w[n]; param b
a = sigmoid(sum(j<n, x[j]*w[j]) + b)
J = -y*log(a) - (1-y)*log(1-a)`,
};

const SIZES: Readonly<Record<string, number>> = { m: 40, n: 5, k: 3, h: 4 };

function labels(kind: string, count: number, next: () => number): Float64Array {
  if (kind === 'distribution') {
    const k = SIZES.k ?? 1;
    const hot = new Float64Array(count);
    for (let i = 0; i < count; i += k) hot[i + Math.floor(next() * k)] = 1;
    return hot;
  }
  const [low, high] = kind === 'sign' ? [-1, 1] : [0, 1];
  return Float64Array.from({ length: count }, () => (next() < 0.5 ? low : high));
}

describe('derived gradients agree with differences to 1e-8', () => {
  it.each(Object.entries(MODELS))('%s', (name, source) => {
    const program = parseModel(source);
    const derivation = derive(program, { verify: false });
    const job = unwrap(createJob({ definitionId: name, name, program, derivation, hand: [] }));
    const next = random(17);
    const data: Record<string, Float64Array> = {};
    const parameters: Record<string, Float64Array> = {};
    for (const input of job.inputs) {
      const count = indexedSizes(input.shape).reduce((p, size) => p * (SIZES[size] ?? Number(size)), 1);
      if (input.role === 'parameter') parameters[input.name] = normals(count, next);
      else if (input.role === 'label') data[input.name] = labels(input.domain.kind, count, next);
      else data[input.name] = input.role === 'hyper' ? Float64Array.of(0.3) : normals(count, next);
    }
    const gradient = createRunner(job.gradient, SIZES, data).run(parameters);
    const found = differencesNow({ loss: job.loss, sizes: SIZES, data, parameters });
    expect(found.parameters.map((p) => p.name)).toEqual(Object.keys(parameters));
    for (const { name: parameter, cells, values, states } of found.parameters) {
      const derived = gradient[gradientOutput(parameter)] ?? new Float64Array(0);
      const largest = derived.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      expect(states.every((state) => state === 'smooth')).toBe(true);
      cells.forEach((cell, k) => {
        expect(Math.abs((derived[cell] ?? NaN) - (values[k] ?? NaN))).toBeLessThan(1e-8 * largest);
      });
    }
  });
});
