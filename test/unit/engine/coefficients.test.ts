import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCsvReader, type Table } from '../../../src/engine/csv';
import { prepareDataset, type Dataset } from '../../../src/engine/dataset';
import type { GradientJob } from '../../../src/engine/job';
import { normalTails, quantile95, studentTails } from '../../../src/engine/training/distributions';
import { train } from '../../../src/engine/train';
import type { CoefficientReport, TrainOptions, TrainResult } from '../../../src/protocol/training';
import { derivedJob, LOGISTIC, SOFTMAX, SQUARES } from './jobs';

interface FitTable {
  readonly names: string[];
  readonly coefficients: number[];
  readonly errors: number[];
  readonly statistics?: number[];
  readonly p?: number[];
  readonly low?: number[];
  readonly high?: number[];
}

interface Fits {
  readonly features: string[];
  readonly X: number[][];
  readonly binary: number[];
  readonly number: number[];
  readonly count: number[];
  readonly kind: number[];
  readonly logit: FitTable;
  readonly poisson: FitTable;
  readonly ols: FitTable;
  readonly gaussian: FitTable;
  readonly ridge: { readonly coefficients: number[] };
  readonly softmax: { readonly coefficients: number[][]; readonly intercepts: number[] };
  readonly tails: { readonly freedom: number; readonly value: number; readonly tails: number }[];
  readonly normal: { readonly value: number; readonly tails: number }[];
  readonly quantiles: { readonly freedom: number; readonly value: number }[];
}

const FITS = JSON.parse(readFileSync(new URL('../../oracles/fits.json', import.meta.url), 'utf8')) as Fits;

const HEAD = 'data X[m,n]; label y[m]; param w[n]; param b\nz[i<m] = sum(j<n, X[i,j]*w[j]) + b\n';
const STABLE_LOGISTIC = `${HEAD.replace('y[m]', 'y[m] binary')}J = 1/m*sum(i<m, softplus(z[i]) - y[i]*z[i])`;
const LOGISTIC_SUM = LOGISTIC.replace('-1/m*', '-1*');
const SIGNED = `${HEAD.replace('y[m]', 'y[m] sign')}J = 1/m*sum(i<m, log(1 + exp(-y[i]*z[i])))`;
const POISSON = `${HEAD}J = 1/m*sum(i<m, exp(z[i]) - y[i]*z[i])`;
const GAUSSIAN = `${HEAD.replace('param b', 'param b; param s')}J = 1/m*sum(i<m, (y[i]-z[i])^2/(2*exp(2*s)) + s)`;
const RIDGE = `${HEAD.replace('param b', 'param b; hyper lam')}J = 1/m*sum(i<m, (y[i]-z[i])^2) + lam/m*sum(j<n, w[j]^2)`;
const SOFT_RIDGE = `${SOFTMAX.replace('param b[k]', 'param b[k]; hyper lam')} + lam/2*sum(j<n, sum(c<k, W[j,c]^2))`;

type Column = 'binary' | 'number' | 'count' | 'kind';

function tableOf(column: Column, change: (row: number[], i: number) => number[] = (row) => row): Table {
  const lines = FITS.X.map((row, i) => [...change(row, i), FITS[column][i]].join(','));
  const reader = createCsvReader();
  reader.push(new TextEncoder().encode(`${FITS.features.join(',')},target\n${lines.join('\n')}\n`));
  return reader.finish();
}

function datasetOf(
  job: GradientJob,
  table: Table,
  standardise: boolean,
  settings: Readonly<Record<string, number>> = {},
): Dataset {
  const prepared = prepareDataset(job, table, {
    path: 'fit.csv',
    target: 'target',
    features: FITS.features,
    standardise,
    missing: 'stop',
    settings,
  });
  if (!prepared.ok) throw new Error(prepared.problems.map(({ message }) => message).join());
  return prepared.dataset;
}

async function fitted(
  job: GradientJob,
  dataset: Dataset,
  options: Partial<TrainOptions> = {},
): Promise<TrainResult & { readonly coefficients: CoefficientReport }> {
  let time = 0;
  const result = await train(
    {
      runId: 'r',
      job,
      dataset,
      options: {
        learningRate: 1,
        epochs: 500,
        seed: 1,
        initScale: 0.01,
        tolerance: 1e-12,
        optimizer: 'newton',
        ...options,
      },
    },
    {
      now: () => (time += 1),
      pause: () => Promise.resolve(),
      cancelled: () => false,
      progress: () => undefined,
    },
  );
  const { coefficients } = result;
  if (!coefficients) throw new Error(`no coefficients: ${result.end}, ${result.message}`);
  return { ...result, coefficients };
}

const NAMES: Readonly<Record<string, string>> = { const: 'b', s: 's' };

function compare(report: CoefficientReport, table: FitTable): void {
  expect(report.units).toBe('data');
  table.names.forEach((name, k) => {
    const own = report.coefficients.find((c) => c.name === (NAMES[name] ?? `w[${name}]`));
    if (!own) throw new Error(`no ${name}`);
    const close = (value: number | null, expected: number | undefined, relative: number): void => {
      if (expected === undefined) return;
      expect(Math.abs((value ?? NaN) - expected), `${name} ${expected}`).toBeLessThanOrEqual(
        relative * Math.abs(expected),
      );
    };
    close(own.value, table.coefficients[k], 1e-8);
    close(own.standardError, table.errors[k], 1e-6);
    close(own.statistic, table.statistics?.[k], 1e-6);
    close(own.p, table.p?.[k], 1e-5);
    close(own.low, table.low?.[k], 1e-5);
    close(own.high, table.high?.[k], 1e-5);
  });
}

describe('coefficients with standard errors', () => {
  it.each([
    ['logistic regression', LOGISTIC, 'binary', FITS.logit],
    ['logistic regression of logits', STABLE_LOGISTIC, 'binary', FITS.logit],
    ['logistic regression as a sum', LOGISTIC_SUM, 'binary', FITS.logit],
    ['logistic regression of labels ±1', SIGNED, 'binary', FITS.logit],
    ['Poisson regression', POISSON, 'count', FITS.poisson],
    ['least squares', SQUARES, 'number', FITS.ols],
    ['a normal distribution with its deviation', GAUSSIAN, 'number', FITS.gaussian],
  ] as const)('are those of statsmodels: %s', async (_name, loss, column, table) => {
    for (const curvature of [true, false]) {
      const job = derivedJob(loss, { curvature });
      for (const optimizer of ['newton', 'l-bfgs'] as const) {
        const { coefficients } = await fitted(job, datasetOf(job, tableOf(column), true), { optimizer });
        compare(coefficients, table);
      }
    }
  });

  it('say by which formula', async () => {
    const logistic = derivedJob(LOGISTIC);
    const fit = await fitted(logistic, datasetOf(logistic, tableOf('binary'), true));
    expect(fit.coefficients.about).toMatch(/inverse Hessian of the negative log-likelihood .*Bernoulli/);
    expect([fit.coefficients.distribution, fit.coefficients.degreesOfFreedom]).toEqual(['normal', null]);
    const squares = derivedJob(SQUARES);
    const other = await fitted(squares, datasetOf(squares, tableOf('number'), true));
    expect(other.coefficients.about).toMatch(/least squares: .* 76 degrees of freedom/);
    expect([other.coefficients.distribution, other.coefficients.degreesOfFreedom]).toEqual(['t', 76]);
  });

  it.each([
    ['a penalty', RIDGE, 'number', /as the loss has a penalty on the parameters: a penalty makes/],
    [
      'weights of the classes',
      LOGISTIC.replace('y[i]*log', '3*y[i]*log'),
      'binary',
      /not the negative logarithm of a probability/,
    ],
    [
      'squares of probabilities',
      `${HEAD}J = 1/m*sum(i<m, (y[i] - sigmoid(z[i]))^2)`,
      'binary',
      /a model that is not linear in its parameters/,
    ],
    ['a loss that is no likelihood', `${HEAD}J = 1/m*sum(i<m, (y[i]-z[i])^4)`, 'number', /no|not/],
  ] as const)('are not given with %s, and the reason is', async (_name, loss, column, reason) => {
    const job = derivedJob(loss);
    const { coefficients } = await fitted(job, datasetOf(job, tableOf(column), true, { lam: 4 }), {
      tolerance: 1e-6,
    });
    expect(coefficients.about).toMatch(/^There are no standard errors, as /);
    expect(coefficients.about).toMatch(reason);
    expect(coefficients.coefficients.every(({ standardError }) => standardError === null)).toBe(true);
  });

  it('are given for large counts', async () => {
    const job = derivedJob(POISSON);
    const large = { ...FITS, count: FITS.count.map((value) => 90 * value + 40) };
    const data = datasetOf(job, tableOf('count'), true);
    const { coefficients } = await fitted(job, {
      ...data,
      inputs: { ...data.inputs, y: Float64Array.from(large.count) },
    });
    expect(coefficients.about).toMatch(/counts \(Poisson\)/);
  });

  it.each([
    ['whose rate is another function', 'exp(z[i]) + 1 - y[i]*log(exp(z[i]))', true],
    ['with what makes the least loss 0', 'exp(z[i]) - y[i]*z[i] + y[i]*log(y[i] + 0.0001) - y[i]', true],
    ['as the deviance, which is twice as large', '2*(exp(z[i]) - y[i]*z[i])', true],
    ['of another distribution', 'z[i]^2 - y[i]*z[i]', false],
  ] as const)('know counts %s', async (_name, loss, known) => {
    const job = derivedJob(`${HEAD}J = 1/m*sum(i<m, ${loss})`);
    const { coefficients } = await fitted(job, datasetOf(job, tableOf('count'), true), { tolerance: 1e-9 });
    if (known) compare(coefficients, FITS.poisson);
    else expect(coefficients.about).not.toMatch(/Poisson/);
  });

  it('are not given with a weight decay', async () => {
    const job = derivedJob(LOGISTIC);
    const { coefficients } = await fitted(job, datasetOf(job, tableOf('binary'), true), { weightDecay: 0.1 });
    expect(coefficients.about).toMatch(/with a weight decay/);
  });

  it('are not given before the minimum', async () => {
    const job = derivedJob(LOGISTIC);
    const { coefficients } = await fitted(job, datasetOf(job, tableOf('binary'), true), {
      tolerance: 0.05,
      optimizer: 'gradient-descent',
    });
    expect(coefficients.about).toMatch(/standard errors away\. Train on, or with l-bfgs/);
  });

  it.each([true, false])('name the features that depend on each other: derived %s', async (curvature) => {
    const job = derivedJob(LOGISTIC, { curvature });
    const table = tableOf('binary', ([age = 0, income = 0]) => [age, income, 2 * age + 3]);
    const { coefficients } = await fitted(job, datasetOf(job, table, true), { tolerance: 1e-9 });
    expect(coefficients.about).toMatch(/cannot tell w\[share\] from w\[age\]: .* Leave one of them out/);
  });

  it.each([true, false])(
    'name the classes of a softmax, of which one is too many: derived %s',
    async (curvature) => {
      const job = derivedJob(SOFTMAX, { curvature });
      const { coefficients } = await fitted(job, datasetOf(job, tableOf('kind'), true), { tolerance: 1e-9 });
      expect(coefficients.about).toMatch(/cannot tell W\[age, 2\] from W\[age, 0\], W\[age, 1\]:/);
    },
  );
});

describe('coefficients', () => {
  it('are in the units that were trained where nothing was standardised', async () => {
    const job = derivedJob(SQUARES);
    const raw = await fitted(job, datasetOf(job, tableOf('number'), false), { tolerance: 1e-6 });
    compare(raw.coefficients, { ...FITS.ols, statistics: [], p: [], low: [], high: [] });
  });

  it('are those of ridge regression by scikit-learn', async () => {
    const job = derivedJob(RIDGE);
    const { parameters, coefficients } = await fitted(
      job,
      datasetOf(job, tableOf('number'), true, { lam: 4 }),
    );
    const [intercept = NaN, ...weights] = FITS.ridge.coefficients;
    weights.forEach((value, k) => expect(parameters[0]?.values[k]).toBeCloseTo(value, 10));
    expect(parameters[1]?.values[0]).toBeCloseTo(intercept, 10);
    expect(coefficients.closedForm?.difference).toBeLessThan(1e-12);
  });

  it('are those of softmax regression with a penalty by scikit-learn', async () => {
    const job = derivedJob(SOFT_RIDGE);
    const data = datasetOf(job, tableOf('kind'), true, { lam: 0.05 });
    const { parameters, coefficients } = await fitted(job, data, { tolerance: 1e-11 });
    const found = parameters.find(({ name }) => name === 'W')?.values ?? [];
    FITS.softmax.coefficients.forEach((row, c) => {
      row.forEach((value, j) => expect(found[j * 3 + c]).toBeCloseTo(value, 8));
    });
    // A penalty is of the weights that were trained: it does not stand in the way of other units.
    expect(coefficients.units).toBe('data');
    const [scale] = data.scaling;
    const own = coefficients.coefficients.find(({ name }) => name === 'W[age, 0]')?.value;
    expect(own).toBeCloseTo((FITS.softmax.coefficients[0]?.[0] ?? NaN) / (scale?.deviation ?? NaN), 9);
  });

  it('agree with the normal equations only where the loss is quadratic', async () => {
    const squares = derivedJob(SQUARES);
    const fit = await fitted(squares, datasetOf(squares, tableOf('number'), true));
    expect(fit.coefficients.closedForm?.difference).toBeLessThan(1e-12);
    const far = await fitted(squares, datasetOf(squares, tableOf('number'), true), {
      tolerance: 0.1,
      optimizer: 'gradient-descent',
      learningRate: 0.1,
    });
    expect(far.coefficients.closedForm?.difference).toBeGreaterThan(1e-4);
    const logistic = derivedJob(LOGISTIC);
    const other = await fitted(logistic, datasetOf(logistic, tableOf('binary'), true));
    expect(other.coefficients.closedForm).toBeNull();
  });

  it('stay standardised where there is no intercept that takes up the means', async () => {
    const job = derivedJob(
      'data X[m,n]; label y[m]; param w[n]\nJ = 1/m*sum(i<m, (y[i] - sum(j<n, X[i,j]*w[j]))^2)',
    );
    const { coefficients } = await fitted(job, datasetOf(job, tableOf('number'), true));
    expect(coefficients.units).toBe('standardised');
  });
});

describe('distributions', () => {
  it.each(FITS.tails)('has the tails of t by SciPy: $freedom degrees of freedom, $value', (c) => {
    expect(Math.abs(studentTails(c.value, c.freedom) / c.tails - 1)).toBeLessThan(1e-10);
  });
  it.each(FITS.normal)('has the tails of the normal distribution by SciPy: $value', (c) => {
    expect(Math.abs(normalTails(c.value) / c.tails - 1)).toBeLessThan(1e-12);
  });
  it.each(FITS.quantiles)('has the quantile of t by SciPy: $freedom', ({ freedom, value }) => {
    expect(quantile95((t) => studentTails(t, freedom))).toBeCloseTo(value, 9);
  });
});
