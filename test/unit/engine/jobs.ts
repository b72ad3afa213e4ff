/** Jobs for tests, from models in the line language with their gradients as bindings `d<parameter>`. */
import { derive } from '../../../src/core/derive';
import type { HandGradient, Program } from '../../../src/core/definition';
import type { Gradient } from '../../../src/core/derivation';
import { createJob, type GradientJob, type JobOptions } from '../../../src/engine/job';
import { parseModel } from '../../support/model';
import { unwrap } from './support';

/** `loss` ends in the loss; `gradients` are bindings `dw`, `db`, …; `hand` the same for hand-written ones. */
export function jobOf(loss: string, gradients: string, hand = '', options: JobOptions = {}): GradientJob {
  const whole = parseModel(`${loss}\n${gradients}`);
  const count = parseModel(loss).bindings.length;
  const program: Program = {
    ...whole,
    bindings: whole.bindings.slice(0, count),
    output: whole.bindings[count - 1]?.name ?? '',
  };
  const derived = whole.bindings.slice(count);
  const written = hand === '' ? [] : parseModel(`${loss}\n${hand}`, whole.arena).bindings.slice(count);
  const parameters = program.inputs.filter((input) => input.role === 'parameter');
  const gradientsOf = parameters.flatMap((input): Gradient[] => {
    const binding = derived.find(({ name }) => name === `d${input.name}`);
    return binding
      ? [{ of: input.name, shape: input.shape, axes: binding.axes, element: binding.def, steps: [] }]
      : [];
  });
  return unwrap(
    createJob(
      {
        definitionId: 'test',
        name: 'test',
        program,
        derivation: {
          gradients: gradientsOf,
          backward: { adjoints: [], named: [], hidden: [] },
          named: derived.filter(({ name }) => !gradientsOf.some(({ of }) => name === `d${of}`)),
          links: [],
          hidden: [],
          facts: [],
          kinks: [],
          budget: null,
        },
        hand: written.flatMap((binding, k): HandGradient[] =>
          parameters.some(({ name }) => binding.name === `d${name}`)
            ? [
                {
                  of: binding.name.slice(1),
                  name: binding.name,
                  value: { axes: binding.axes, element: binding.def },
                  bindings: written.slice(0, k),
                  span: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 },
                  functionName: null,
                },
              ]
            : [],
        ),
      },
      options,
    ),
  );
}

export const LOGISTIC = `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`;
export const LOGISTIC_GRADIENT = `dw[j<n] = 1/m*sum(i<m, X[i,j]*(a[i]-y[i]))
db = 1/m*sum(i<m, a[i]-y[i])`;

export const SQUARES = `data X[m,n]; label y[m]; param w[n]; param b
r[i<m] = sum(j<n, X[i,j]*w[j]) + b - y[i]
J = 1/m*sum(i<m, r[i]^2)`;
export const SQUARES_GRADIENT = `dw[j<n] = 2/m*sum(i<m, X[i,j]*r[i])
db = 2/m*sum(i<m, r[i])`;

/** The same with derived gradients, and second derivatives where they are asked for. */
export function derivedJob(loss: string, options: JobOptions = {}): GradientJob {
  const program = parseModel(loss);
  return unwrap(
    createJob(
      { definitionId: 'test', name: 'test', program, derivation: derive(program), hand: [] },
      options,
    ),
  );
}

export const SOFTMAX = `data X[m,n]; label Y[m,k] onehot; param W[n,k]; param b[k]
z[i<m,c<k] = sum(j<n, X[i,j]*W[j,c]) + b[c]
e[i<m,c<k] = exp(z[i,c])
s[i<m] = sum(c<k, e[i,c])
p[i<m,c<k] = e[i,c]/s[i]
J = -1/m*sum(i<m, sum(c<k, Y[i,c]*log(p[i,c])))`;
