import { describe, expect, it } from 'vitest';
import { UNIT } from '../../../src/core/definition';
import { createCsvReader, type Table } from '../../../src/engine/csv';
import { describeUse, prepareDataset, type Dataset } from '../../../src/engine/dataset';
import { offersOf } from '../../../src/engine/datasetPlan';
import { someRows } from '../../../src/engine/split';
import { defaultSetting, initialParameters } from '../../../src/engine/initial';
import type { GradientJob } from '../../../src/engine/job';
import type { DataChoice } from '../../../src/protocol/training';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT, SQUARES, SQUARES_GRADIENT } from './jobs';

function tableOf(text: string): Table {
  const reader = createCsvReader();
  reader.push(new TextEncoder().encode(text));
  return reader.finish();
}

const choice = (features: string, target: string, more: Partial<DataChoice> = {}): DataChoice => ({
  path: 'd.csv',
  features: features.split(' ').filter((name) => name !== ''),
  target,
  standardise: false,
  missing: 'drop',
  ...more,
});

function prepared(job: GradientJob, text: string, chosen: DataChoice): Dataset {
  const result = prepareDataset(job, tableOf(text), chosen);
  if (!result.ok) throw new Error(result.problems.map((p) => p.message).join(' '));
  return result.dataset;
}

function problems(job: GradientJob, text: string, chosen: DataChoice): string[] {
  const result = prepareDataset(job, tableOf(text), chosen);
  return result.ok ? [] : result.problems.map((p) => p.message);
}

const BINARY = 'a,b,y\n1,10,0\n2,20,1\n3,40,1\n';
const logistic = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
const squares = jobOf(SQUARES, SQUARES_GRADIENT);
/** As where the code tells only that the label is a probability. */
const shares: GradientJob = {
  ...logistic,
  inputs: logistic.inputs.map((input) => (input.role === 'label' ? { ...input, domain: UNIT } : input)),
};
const inputsOf = (loss: string, text: string, chosen: DataChoice): Record<string, number[]> =>
  Object.fromEntries(
    Object.entries(prepared(jobOf(loss, 'db = 0'), text, chosen).inputs).map(([name, v]) => [name, [...v]]),
  );

describe('data is laid out as the definition has it', () => {
  it.each([
    ['samples as rows', 'data X[m,n]; label y[m]', { X: [1, 10, 2, 20, 3, 40], y: [0, 1, 1] }],
    ['samples as columns', 'data X[n,m]; label y[m]', { X: [1, 2, 3, 10, 20, 40], y: [0, 1, 1] }],
    ['row vector label', 'data X[n,m]; label y[1,m]', { X: [1, 2, 3, 10, 20, 40], y: [0, 1, 1] }],
    ['column vector label', 'data X[m,n]; label y[m,1]', { X: [1, 10, 2, 20, 3, 40], y: [0, 1, 1] }],
    [
      'one-hot label',
      'data X[m,n]; label y[m,k] onehot',
      { X: [1, 10, 2, 20, 3, 40], y: [1, 0, 0, 1, 0, 1] },
    ],
    [
      'one-hot label in columns',
      'data X[m,n]; label y[k,m] onehot',
      { X: [1, 10, 2, 20, 3, 40], y: [1, 0, 0, 0, 1, 1] },
    ],
    ['class label', 'data X[m,n]; label y[m] class:k', { X: [1, 10, 2, 20, 3, 40], y: [0, 1, 1] }],
    ['signs', 'data X[m,n]; label y[m] sign', { X: [1, 10, 2, 20, 3, 40], y: [-1, 1, 1] }],
    [
      'features as vectors, by name',
      'data b2[m]; data a[m]; label y[m]',
      { a: [1, 2, 3], b2: [10, 20, 40], y: [0, 1, 1] },
    ],
  ])('%s', (_, declarations, expected) => {
    const reads = declarations.split('; ').map((d, k) => {
      const [, name = '', sizes = ''] = /\w+ (\w+)\[(.*?)\]/.exec(d) ?? [];
      const own = sizes.split(',').filter((s) => s !== '1');
      const index = own.map((s) => `${s}${k}`);
      return own.reduceRight(
        (body, size, j) => `sum(${index[j] ?? ''}<${size}, ${body})`,
        `${name}[${index.join(',')}]`,
      );
    });
    expect(
      inputsOf(`${declarations}; param b\nJ = b*(${reads.join(' + ')})`, BINARY, choice('a b', 'y')),
    ).toEqual(expected);
  });

  it('a loss of one sample is averaged over the rows', () => {
    const job = jobOf(
      `data x[n]; label y binary; param w[n]; param b
a = 1/(1+exp(-(sum(j<n, x[j]*w[j]) + b)))
J = -y*log(a) - (1-y)*log(1-a)`,
      'dw[j<n] = x[j]*(a-y); db = a-y',
    );
    expect(job.notes[0]).toMatch(/averaged/);
    const dataset = prepared(job, BINARY, choice('a b', 'y'));
    expect(dataset.inputs.x).toEqual(Float64Array.of(1, 10, 2, 20, 3, 40));
    expect(dataset.inputs.y).toEqual(Float64Array.of(0, 1, 1));
  });

  it('sizes come from the data, hidden ones have a default that is told', () => {
    const job = jobOf(
      `data X[m,n]; label y[m]; param W[n,h]; param v[h]; param b; hyper lam positive
J = 1/m*sum(i<m, (sum(q<h, tanh(sum(j<n, X[i,j]*W[j,q]))*v[q]) + b - y[i])^2) + lam*sum(q<h, v[q]^2)`,
      'db = 0',
    );
    const { sizes, notes, inputs } = prepared(job, BINARY, choice('a b', 'y'));
    expect(sizes).toEqual({ m: 3, n: 2, h: 8 });
    expect(inputs.lam).toEqual(Float64Array.of(0.1));
    expect(notes).toEqual([
      'The size h is not fixed by the data: 8 is used.',
      'lam is 0.1 here: it is a setting that no data gives.',
    ]);
    const given = prepared(job, BINARY, choice('a b', 'y', { settings: { lam: 2 } }));
    expect(given.inputs.lam).toEqual(Float64Array.of(2));
  });
});

describe('targets are checked against the domain of the label', () => {
  it.each([
    [
      'text classes',
      'a,y\n1,no\n2,yes\n3,yes\n',
      [0, 1, 1],
      ['The target y was encoded: "no" as 0, "yes" as 1.'],
    ],
    ['other numbers', 'a,y\n1,2\n2,1\n3,2\n', [1, 0, 1], ['The target y was encoded: "1" as 0, "2" as 1.']],
    ['0 and 1', 'a,y\n1,0\n2,1\n3,1\n', [0, 1, 1], []],
  ])('%s', (_, text, y, notes) => {
    const dataset = prepared(logistic, text, choice('a', 'y'));
    expect([...(dataset.inputs.y ?? [])]).toEqual(y);
    expect(dataset.notes).toEqual(notes);
  });

  it('two values outside of 0 to 1 are two classes for a loss of probabilities', () => {
    const dataset = prepared(shares, 'a,y\n1,2\n2,1\n3,2\n', choice('a', 'y'));
    expect([...(dataset.inputs.y ?? [])]).toEqual([1, 0, 1]);
    expect(dataset.notes).toEqual(['The target y was encoded: "1" as 0, "2" as 1.']);
  });

  it('columns of the same name are told apart, and the run says so', () => {
    const dataset = prepared(logistic, 'a,a,y\n1,5,0\n2,4,1\n3,6,1\n', choice('a', 'y'));
    expect(dataset.notes.join()).toMatch(/More than one column is called a/);
  });

  it.each([
    [
      logistic,
      'a,y\n1,0\n2,1\n3,2\n',
      'The loss needs a target that is 0 or 1, but y has 3 different values (0, 1, 2): row 3 is 2. Choose a target with two classes.',
    ],
    [
      logistic,
      'a,y\n1,u\n2,v\n3,w\n',
      'The loss needs a target that is 0 or 1, but y has 3 different values (u, v, w). Choose a target with two classes.',
    ],
    [
      squares,
      'a,y\n1,u\n2,v\n3,w\n',
      'The loss needs a numeric target, but y is text with 3 different values (u, v, w). Choose a numeric column.',
    ],
    [squares, 'a,y\n1,\n2,\n', 'The target y has no values. Choose another target column.'],
    [
      squares,
      'a,y\n1,1\n2,x\n3,4\n4,5\n',
      'The target y is numeric, but line 3 has the text "x". Correct it or choose another target.',
    ],
  ])('%#', (job, text, message) => {
    expect(problems(job, text, choice('a', 'y'))).toEqual([message]);
  });
});

describe('what cannot be used is said', () => {
  const holes = 'a,b,y\n1,,0\n2,20,1\n3,40,1\n4,50,\n';
  it.each([
    [
      'missing values, to stop',
      holes,
      choice('a b', 'y', { missing: 'stop' }),
      /Values are missing: 1 in b\./,
    ],
    ['no rows left', 'a,b,y\n1,,0\n,2,1\n', choice('a b', 'y'), /Every row has a missing value/],
    ['a column that is gone', BINARY, choice('a q', 'y'), /no column q any more/],
    [
      'too many categories',
      `a,s,y\n${Array.from({ length: 300 }, (_, i) => `${i},t${i},${i % 2}`).join('\n')}\n`,
      choice('a s', 'y', { categories: 'indicators' }),
      /Column s has 300 different texts, too many for categories/,
    ],
    [
      'weights of a loss that takes none',
      BINARY,
      choice('a', 'y', { balance: true }),
      /test takes no weights/,
    ],
    ['text in a number', 'a,b,y\n1,2,0\n2,oops,1\n3,4,0\n', choice('a b', 'y'), /line 3 has the text "oops"/],
    ['an infinite value', 'a,b,y\n1,2,0\n2,1e999,1\n', choice('a b', 'y'), /infinite in row 2/],
    ['an empty column', 'a,b,y\n1,,0\n2,,1\n', choice('a b', 'y'), /Column b has no values/],
    ['the target as a feature', BINARY, choice('a y', 'y'), /both target and feature/],
    ['no features', BINARY, choice('', 'y'), /No feature is chosen/],
    ['an empty table', 'a,b,y\n', choice('a b', 'y'), /no rows/],
  ])('%s', (_, text, chosen, message) => {
    const found = problems(logistic, text, chosen);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });

  it('rows with gaps are dropped, or gaps become the mean', () => {
    const dropped = prepared(logistic, holes, choice('a b', 'y'));
    expect([dropped.rows, dropped.notes]).toEqual([
      2,
      [
        '2 of 4 rows have missing values and were left out.',
        expect.stringMatching(/^The target y is [01] in every row: there is nothing to tell apart\.$/),
      ],
    ]);
    const filled = prepared(logistic, holes, choice('a b', 'y', { missing: 'mean' }));
    expect(filled.inputs.X).toEqual(Float64Array.of(1, 30, 2, 20, 3, 40));
    expect(filled.notes).toEqual([
      '1 of 4 rows have missing values and were left out.',
      '1 missing values of b became its mean, 30.0000.',
    ]);
  });

  it('inputs that no table can give', () => {
    const job = jobOf('data X[m,n]; upstream g[m]; param b\nJ = b*sum(i<m, g[i]*X[i,0])', 'db = 0');
    expect(problems(job, BINARY, choice('a b', 'y'))[0]).toMatch(/g is neither data nor a parameter/);
    const two = jobOf('data X[m,n]; data Z[m,k]; param b\nJ = b*sum(i<m, Z[i,0]*X[i,0])', 'db = 0');
    expect(problems(two, BINARY, choice('a b', 'y'))[0]).toMatch(/two tables of features, X and Z/);
  });

  it('a fixed number of features', () => {
    const job = jobOf(
      'data X[m,3]; label y[m]; param w[3]; param b\nJ = b*sum(i<m, sum(j<3, X[i,j]*w[j])-y[i])',
      'db = 0',
    );
    expect(problems(job, BINARY, choice('a b', 'y'))).toEqual(['test needs 3 features, but the data has 2.']);
  });
});

describe('standardisation', () => {
  it('gives mean 0 and deviation 1, and reports constant columns', () => {
    const dataset = prepared(
      squares,
      'a,c,y\n1,7,0\n2,7,1\n6,7,2\n',
      choice('a c', 'y', { standardise: true }),
    );
    const X = dataset.inputs.X ?? [];
    const a = [X[0] ?? NaN, X[2] ?? NaN, X[4] ?? NaN];
    expect(a.reduce((s, v) => s + v, 0)).toBeCloseTo(0, 14);
    expect(a.reduce((s, v) => s + v * v, 0) / 3).toBeCloseTo(1, 14);
    expect([X[1], X[3], X[5]]).toEqual([0, 0, 0]);
    expect(dataset.notes).toEqual(['Column c is constant: standardised, it is 0 everywhere.']);
    expect(dataset.scaling[0]).toMatchObject({ feature: 'a', mean: 3 });
  });
});

describe('starting values', () => {
  it.each([
    ['alpha', 0.01, 0.01],
    ['alpha', undefined, 0.1],
    ['gamma', undefined, 2],
  ])('a setting %s with default %s starts at %s', (name, value, expected) => {
    const input = {
      name,
      domain: { kind: 'real' } as const,
      ...(value === undefined ? {} : { default: value }),
    };
    expect(defaultSetting(input)).toBe(expected);
  });

  it('are a function of the seed, with zero biases', () => {
    const at = (seed: number): ReturnType<typeof initialParameters> =>
      initialParameters(logistic.inputs, { m: 5, n: 4 }, { seed, initScale: 0.5 });
    expect(at(1)).toEqual(at(1));
    expect(at(1).w).not.toEqual(at(2).w);
    expect(at(1).b).toEqual(Float64Array.of(0));
    expect(at(1).w?.every((v) => v !== 0 && Math.abs(v) < 5)).toBe(true);
  });
});

it('some rows are evenly spaced, in any layout', () => {
  const text = `a,b,y\n${Array.from({ length: 10 }, (_, i) => `${i},${10 * i},${i % 2}`).join('\n')}\n`;
  const byRow = someRows(logistic, prepared(logistic, text, choice('a b', 'y')), 4);
  expect(byRow.inputs.X).toEqual(Float64Array.of(0, 0, 2, 20, 5, 50, 7, 70));
  const job = jobOf('data X[n,m]; label y[m]; param b\nJ = b*sum(i<m, sum(j<n, X[j,i])-y[i])', 'db = 0');
  const byColumn = someRows(job, prepared(job, text, choice('a b', 'y')), 4);
  expect(byColumn.inputs.X).toEqual(Float64Array.of(0, 2, 5, 7, 0, 20, 50, 70));
  expect(byColumn.sizes.m).toBe(4);
});

describe('categories', () => {
  const text = 's,a,y\nred,1,0\nblue,2,1\n,3,1\ngreen,4,0\nred,5,1\n';

  it('become numbers in their order, and say so', () => {
    const { inputs, notes, features } = prepared(logistic, text, choice('s a', 'y'));
    expect(features).toEqual(['s', 'a']);
    expect([...(inputs.X ?? [])]).toEqual([2, 1, 0, 2, 1, 4, 2, 5]);
    expect(notes[0]).toBe('The categories of s were numbered: "blue" as 0, "green" as 1, "red" as 2.');
  });

  it('become columns of zeros and ones', () => {
    const { inputs, features, sizes } = prepared(
      logistic,
      text,
      choice('s a', 'y', { categories: 'indicators' }),
    );
    expect(features).toEqual(['s=blue', 's=green', 's=red', 'a']);
    expect([...(inputs.X ?? [])]).toEqual([0, 0, 1, 1, 1, 0, 0, 2, 0, 1, 0, 4, 0, 0, 1, 5]);
    expect(sizes.n).toBe(4);
  });

  it('that are missing become the most frequent one, not a mean of numbers', () => {
    const { inputs, notes } = prepared(logistic, text, choice('s', 'y', { missing: 'mean' }));
    expect([...(inputs.X ?? [])]).toEqual([2, 0, 2, 1, 2]);
    expect(notes).toContain('1 missing values of s became its most frequent category, 2.');
  });

  it('are missing values where those stop the run', () => {
    expect(problems(logistic, text, choice('s', 'y', { missing: 'stop' }))[0]).toMatch(/1 in s/);
  });
});

describe('intercept', () => {
  const job = jobOf(
    'data X[m,n]; label y[m]; param w[n]\nJ = sum(i<m, (sum(j<n, X[i,j]*w[j])-y[i])^2)',
    'dw[j<n] = w[j]',
  );

  it('is a column of ones before the features, as they are', () => {
    const chosen = choice('a b', 'y', { intercept: true, standardise: true });
    const { inputs, features, sizes, scaling } = prepared(job, BINARY, chosen);
    expect(features).toEqual(['intercept', 'a', 'b']);
    expect(scaling.map(({ feature }) => feature)).toEqual(features);
    expect(sizes.n).toBe(3);
    expect([inputs.X?.[0], inputs.X?.[3], inputs.X?.[6]]).toEqual([1, 1, 1]);
  });

  it('is not offered to a model with a bias, and said to be left out', () => {
    expect(offersOf(job)).toEqual({ intercept: true, weights: null });
    expect(offersOf(logistic)).toEqual({ intercept: false, weights: null });
    const { features, notes } = prepared(logistic, BINARY, choice('a b', 'y', { intercept: true }));
    expect(features).toEqual(['a', 'b']);
    expect(notes).toContain('test has a bias of its own: no column of ones was added.');
  });
});

describe('validation', () => {
  const rows = 200;
  const text = `a,b,y\n${Array.from({ length: rows }, (_, i) => `${i},${i * i},${i % 2}`).join('\n')}\n`;
  const split = (seed: number, share = 0.2, more: Partial<DataChoice> = {}): Dataset =>
    prepared(logistic, text, choice('a b', 'y', { validation: { share, seed }, ...more }));
  const firsts = ({ inputs, rows: count }: Dataset): number[] =>
    Array.from({ length: count }, (_, i) => inputs.X?.[2 * i] ?? NaN);

  it('keeps a share of the rows, every row on one side, in order', () => {
    const { validation, ...training } = split(1);
    expect([training.rows, validation?.rows, training.sizes.m, validation?.sizes.m]).toEqual([
      160, 40, 160, 40,
    ]);
    const [kept, held] = [firsts(training), validation ? firsts(validation) : []];
    expect([...kept, ...held].sort((x, y) => x - y)).toEqual(Array.from({ length: rows }, (_, i) => i));
    expect(kept).toEqual([...kept].sort((x, y) => x - y));
    expect(held).toEqual([...held].sort((x, y) => x - y));
    expect(validation?.inputs.y?.every((y, i) => y === (held[i] ?? 0) % 2)).toBe(true);
    expect(training.inputs.X?.every((x, k) => k % 2 === 0 || x === (kept[(k - 1) / 2] ?? 0) ** 2)).toBe(true);
  });

  it('is a function of the seed', () => {
    const held = (seed: number): number[] => firsts(split(seed).validation ?? split(seed));
    expect(held(1)).toEqual(held(1));
    expect(held(1)).not.toEqual(held(2));
  });

  it('takes mean and deviation from the rows for training alone', () => {
    const dataset = split(3, 0.5, { standardise: true });
    const raw = firsts(split(3, 0.5));
    const mean = raw.reduce((sum, x) => sum + x, 0) / raw.length;
    expect(dataset.scaling[0]?.mean).toBeCloseTo(mean, 10);
    expect(Math.abs(firsts(dataset).reduce((sum, x) => sum + x, 0))).toBeLessThan(1e-9);
  });

  it('leaves a row to train on, and one to validate on', () => {
    const few = 'a,y\n1,0\n2,1\n';
    for (const share of [0.01, 0.99]) {
      const { rows: count, validation } = prepared(
        logistic,
        few,
        choice('a', 'y', { validation: { share, seed: 0 } }),
      );
      expect([count, validation?.rows]).toEqual([1, 1]);
    }
  });

  it('in columns as in rows', () => {
    const job = jobOf('data X[n,m]; label y[m]; param b\nJ = b*sum(i<m, sum(j<n, X[j,i])-y[i])', 'db = 0');
    const {
      inputs,
      rows: count,
      validation,
    } = prepared(job, text, choice('a b', 'y', { validation: { share: 0.3, seed: 4 } }));
    for (const own of [
      { inputs, count },
      { inputs: validation?.inputs ?? {}, count: validation?.rows ?? 0 },
    ])
      for (let i = 0; i < own.count; i += 1)
        expect(own.inputs.X?.[own.count + i]).toBe((own.inputs.X?.[i] ?? NaN) ** 2);
  });
});

describe('balanced classes', () => {
  const text = 'a,y\n1,0\n2,0\n3,0\n4,1\n';
  const weighted = (declaration: string, use: string): GradientJob =>
    jobOf(
      `data X[m,n]; label y[m] binary; ${declaration}; param b\nJ = b*sum(i<m, ${use}*y[i]*sum(j<n, X[i,j]))`,
      'db = 0',
    );

  it.each([
    [
      'a weight per row',
      'data sample_weight[m]',
      'sample_weight[i]',
      'sample_weight',
      [2 / 3, 2 / 3, 2 / 3, 2],
    ],
    ['a weight of the positive class', 'hyper pos_weight', 'pos_weight', 'pos_weight', [3]],
  ])('%s', (_, declaration, use, name, values) => {
    const job = weighted(declaration, use);
    expect(offersOf(job).weights).toBe(name);
    const { inputs, notes } = prepared(job, text, choice('a', 'y', { balance: true }));
    expect([...(inputs[name] ?? [])]).toEqual(values);
    expect(notes.some((note) => note.includes('count the same'))).toBe(true);
  });

  it('are refused where there is one class', () => {
    const job = weighted('data sample_weight[m]', 'sample_weight[i]');
    expect(problems(job, 'a,y\n1,1\n2,1\n', choice('a', 'y', { balance: true }))[0]).toMatch(
      /one class only/,
    );
  });
});

describe('what a choice comes to', () => {
  it('is told before it is used', () => {
    const text = 'a,b,y\n1,,0\n2,20,1\n3,40,1\n4,50,0\n5,60,1\n';
    const chosen = choice('a b', 'y', { validation: { share: 0.25, seed: 0 } });
    expect(describeUse(logistic, tableOf(text), chosen)).toMatchObject({
      rows: 3,
      validationRows: 1,
      features: 2,
      problems: [],
      offers: { intercept: false, weights: null },
    });
    expect(describeUse(logistic, tableOf(text), { ...chosen, missing: 'stop' }).problems[0]?.id).toBe(
      'missing-values',
    );
  });
});

it('classes that are no whole numbers are refused with their row', () => {
  const job = jobOf(
    'data X[m,n]; label y[m] class:k; param b\nJ = b*sum(i<m, y[i]*sum(j<n, X[i,j]))',
    'db = 0',
  );
  expect(problems(job, 'a,y\n1,0\n2,1.5\n3,1\n', choice('a', 'y'))[0]).toMatch(
    /y is 1\.5 in row 2, which is no whole number/,
  );
});
