/** Definitions that are measured, in the line language of the tests. */
import { derive } from '../../src/core/derive';
import { createJob, type GradientJob } from '../../src/engine/job';
import { parseModel } from '../support/model';

export const MODELS: Readonly<Record<string, string>> = {
  logistic: `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`,
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

/** The job of a model, with its gradients derived. */
export function jobOf(name: string): GradientJob {
  const program = parseModel(MODELS[name] ?? '');
  const made = createJob({ definitionId: name, name, program, derivation: derive(program), hand: [] });
  if (!made.ok) throw new Error(made.message);
  return made.value;
}
