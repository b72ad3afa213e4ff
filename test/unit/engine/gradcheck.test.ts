import { describe, expect, it } from 'vitest';
import type { Program } from '../../../src/core/definition';
import { differencesNow } from '../../../src/engine/gradcheck';
import { createRunner, type Arrays } from '../../../src/engine/interpret';
import { bindingValue, compileLoss, compileProgram } from '../../../src/engine/program';
import { parseModel } from '../../support/model';
import { normals, random, unwrap } from './support';

interface Case {
  readonly name: string;
  /** The loss, and its gradients as bindings `d<parameter>`. */
  readonly source: string;
  readonly gradients: string;
}

const LOGISTIC: Case = {
  name: 'logistic regression',
  source: `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))`,
  gradients: `dw[j<n] = 1/m*sum(i<m, X[i,j]*(a[i]-y[i]))
db = 1/m*sum(i<m, a[i]-y[i])`,
};

const CASES: readonly Case[] = [
  LOGISTIC,
  {
    name: 'logistic regression with L2, scaled by 1e-5',
    source: LOGISTIC.source.replace('J = -1/m*', 'J = 0.01*sum(j<n, w[j]^2) - 0.00001/m*'),
    gradients: `dw[j<n] = 0.00001/m*sum(i<m, X[i,j]*(a[i]-y[i])) + 0.02*w[j]
db = 0.00001/m*sum(i<m, a[i]-y[i])`,
  },
  {
    name: 'squared error',
    source: `data X[m,n]; label y[m]; param w[n]; param b
r[i<m] = sum(j<n, X[i,j]*w[j]) + b - y[i]
J = 1/m*sum(i<m, r[i]^2)`,
    gradients: `dw[j<n] = 2/m*sum(i<m, X[i,j]*r[i])
db = 2/m*sum(i<m, r[i])`,
  },
  {
    name: 'root mean square, which is no sum over the samples',
    source: `data X[m,n]; label y[m]; param w[n]; param b
r[i<m] = sum(j<n, X[i,j]*w[j]) + b - y[i]
J = sqrt(1/m*sum(i<m, r[i]^2))`,
    gradients: `dw[j<n] = 1/m/J*sum(i<m, X[i,j]*r[i])
db = 1/m/J*sum(i<m, r[i])`,
  },
  {
    name: 'hinge, with kinks at many samples',
    source: `data X[m,n]; label y[m] sign; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
J = 1/m*sum(i<m, relu(1 - (2*y[i]-1)*z[i]))`,
    gradients: `c[i<m] = where(1 - (2*y[i]-1)*z[i] > 0, -(2*y[i]-1), 0)
dw[j<n] = 1/m*sum(i<m, X[i,j]*c[i])
db = 1/m*sum(i<m, c[i])`,
  },
  {
    name: 'a regulariser alone',
    source: `param w[n]; param b
J = sum(j<n, w[j]^4) + exp(b)`,
    gradients: `dw[j<n] = 4*w[j]^3
db = exp(b)`,
  },
];

function setUp(seed: number, m: number, n: number, scale = 1): { data: Arrays; parameters: Arrays } {
  const next = random(seed);
  const X = normals(m * n, next).map((x, k) => (k % n === 0 ? x : x * scale));
  const truth = normals(n, next);
  const y = Float64Array.from({ length: m }, (_, i) => {
    const z = truth.reduce((sum, t, j) => sum + (t * (X[i * n + j] ?? 0)) / (j === 0 ? 1 : scale), 0);
    return z + 2 * (next() - 0.5) > 0 ? 1 : 0;
  });
  const w = normals(n, next).map((v, j) => v / (j === 0 ? 1 : scale));
  return { data: { X, y }, parameters: { w, b: normals(1, next) } };
}

function gradientOf(
  program: Program,
  parameters: Arrays,
  data: Arrays,
  sizes: Record<string, number>,
): Arrays {
  const outputs = Object.keys(parameters).map((name) => {
    const value = bindingValue(program, `d${name}`);
    if (!value) throw new Error(`no d${name}`);
    return { name, value };
  });
  return createRunner(unwrap(compileProgram(program, outputs)), sizes, data).run(parameters);
}

function compareAt(
  { source, gradients }: Case,
  parameters: Arrays,
  data: Arrays,
  sizes: Record<string, number>,
  points?: number,
): { relative: number; withinErrors: number; largestError: number; cells: number; gradient: Arrays } {
  const program = parseModel(source);
  const whole = parseModel(`${source}\n${gradients}`);
  const gradient = gradientOf(whole, parameters, data, sizes);
  const loss = unwrap(compileLoss(program));
  const found = differencesNow({
    loss,
    sizes,
    data,
    parameters,
    ...(points === undefined ? {} : { points }),
  });
  let largest = 0;
  let worst = 0;
  let withinErrors = 0;
  let cells = 0;
  let largestError = 0;
  for (const p of found.parameters)
    p.cells.forEach((cell, k) => {
      const exact = gradient[p.name]?.[cell] ?? NaN;
      const off = Math.abs((p.values[k] ?? NaN) - exact);
      largest = Math.max(largest, Math.abs(exact));
      worst = Math.max(worst, off);
      cells += 1;
      largestError = Math.max(largestError, p.errors[k] ?? Infinity);
      // The formula has rounding errors of its own.
      if (off <= (p.errors[k] ?? 0) + 1e-14 * Math.abs(exact)) withinErrors += 1;
    });
  return { relative: worst / largest, withinErrors, largestError: largestError / largest, cells, gradient };
}

/** Newton-free descent: many steps of gradient descent bring the gradient close to 0. */
function descend(
  item: Case,
  start: Arrays,
  data: Arrays,
  sizes: Record<string, number>,
  steps: number,
): Arrays {
  const program = parseModel(`${item.source}\n${item.gradients}`);
  const outputs = Object.keys(start).flatMap((name) => {
    const value = bindingValue(program, `d${name}`);
    return value ? [{ name, value }] : [];
  });
  const runner = createRunner(unwrap(compileProgram(program, outputs)), sizes, data);
  let at = start;
  for (let step = 0; step < steps; step += 1) {
    const gradient = runner.run(at);
    at = Object.fromEntries(
      Object.entries(at).map(([name, values]) => [
        name,
        values.map((v, k) => v - 1.5 * (gradient[name]?.[k] ?? 0)),
      ]),
    );
  }
  return at;
}

describe('finite differences', () => {
  it.each(CASES.map((c) => [c.name, c] as const))('%s: agree to 1e-9 at random points', (_, item) => {
    const sizes = { m: 400, n: 8 };
    let cells = 0;
    let within = 0;
    for (const [seed, points] of [[1], [2, 16], [3, 6]] as const) {
      const { data, parameters } = setUp(seed, sizes.m, sizes.n);
      const result = compareAt(item, parameters, data, sizes, points);
      expect(result.relative).toBeLessThan(1e-9);
      expect(result.largestError).toBeLessThan(1e-8);
      cells += result.cells;
      within += result.withinErrors;
    }
    expect(within / cells).toBeGreaterThanOrEqual(0.98);
  });

  it('agree to 1e-8 near the optimum, where the gradient is a millionth of the loss', () => {
    const sizes = { m: 500, n: 5 };
    const { data, parameters } = setUp(4, sizes.m, sizes.n);
    const end = descend(LOGISTIC, parameters, data, sizes, 1050);
    const result = compareAt(LOGISTIC, end, data, sizes);
    const largest = Math.max(...(result.gradient.w ?? []).map(Math.abs));
    expect(largest).toBeLessThan(1e-6);
    expect(result.relative).toBeLessThan(1e-8);
  });

  it('find their own step when features differ in scale by ten thousand', () => {
    const sizes = { m: 300, n: 6 };
    const { data, parameters } = setUp(5, sizes.m, sizes.n, 1e4);
    expect(compareAt(LOGISTIC, parameters, data, sizes).relative).toBeLessThan(1e-9);
  });

  it('report a point that is on a kink as that', () => {
    const program = parseModel('data x[m]; param w\nJ = sum(i<m, abs(w*x[i]))');
    const found = differencesNow({
      loss: unwrap(compileLoss(program)),
      sizes: { m: 2 },
      data: { x: Float64Array.of(1, 2) },
      parameters: { w: Float64Array.of(0) },
    });
    expect(found.parameters[0]?.states).toEqual(['kink']);
    expect(found.parameters[0]?.errors).toEqual([Infinity]);
  });

  it('are exact next to a kink that the longer steps cross', () => {
    const program = parseModel('data x[m]; param w\nJ = sum(i<m, abs(w-x[i])) + w^2');
    const found = differencesNow({
      loss: unwrap(compileLoss(program)),
      sizes: { m: 3 },
      data: { x: Float64Array.of(1, 1.0001, -3) },
      parameters: { w: Float64Array.of(1.00005) },
    });
    expect(found.parameters[0]?.values[0]).toBeCloseTo(1 - 1 + 1 + 2 * 1.00005, 9);
  });

  it('say when the loss is not finite', () => {
    const found = differencesNow({
      loss: unwrap(compileLoss(parseModel('param w\nJ = log(w)'))),
      sizes: {},
      data: {},
      parameters: { w: Float64Array.of(-1) },
    });
    expect(found.parameters[0]?.states).toEqual(['unstable']);
  });

  it('stay inside the domain of the loss', () => {
    const found = differencesNow({
      loss: unwrap(compileLoss(parseModel('param w\nJ = w*log(w)'))),
      sizes: {},
      data: {},
      parameters: { w: Float64Array.of(1e-3) },
    });
    expect(found.parameters[0]?.values[0]).toBeCloseTo(Math.log(1e-3) + 1, 8);
  });

  it('cover large parameters by chosen cells and by directions over all of them', () => {
    const program = parseModel('param W[n,k]; param b\nJ = sum(i<n, sum(j<k, W[i,j]^3)) + b^2');
    const W = normals(2000, random(8));
    const found = differencesNow({
      loss: unwrap(compileLoss(program)),
      sizes: { n: 100, k: 20 },
      data: {},
      parameters: { W, b: Float64Array.of(2) },
      maxCells: 20,
    });
    const [large, small] = found.parameters;
    expect(small?.cells).toEqual([0]);
    expect(large?.cells).toHaveLength(19);
    large?.cells.forEach((cell, k) => {
      expect(large.values[k]).toBeCloseTo(3 * (W[cell] ?? NaN) ** 2, 9);
    });
    const along = large?.directions[0];
    const exact = W.reduce((sum, w, k) => sum + 3 * w * w * (along?.direction[k] ?? 0), 0);
    expect(Math.abs((along?.value ?? NaN) - exact)).toBeLessThan(1e-8 * W.length);
  });
});
