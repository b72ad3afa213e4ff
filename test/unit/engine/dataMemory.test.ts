import { describe, expect, it, vi } from 'vitest';
import { createDataMemory, type DataMemory } from '../../../src/engine/dataMemory';
import { prepareDataset, type Dataset } from '../../../src/engine/dataset';
import { numberColumn } from '../../../src/engine/column';
import { createKernel, type Kernel } from '../../../src/engine/kernel';
import type { GradientJob } from '../../../src/engine/job';
import { parameterLayout } from '../../../src/engine/training/parameters';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import { normals, random, unwrap } from './support';

const BYTES = 1 << 20;
const settings = { precision: 'double', fused: false } as const;

function existing(): DataMemory {
  const memory = createDataMemory();
  if (!memory) throw new Error('no shared memory');
  return memory;
}

const COLUMNS = jobOf(
  'data X[n,m]; label y[m]; param w[n]; param b; z[i<m] = sum(j<n, w[j]*X[j,i]) + b; J = 1/m*sum(i<m, log(1+exp(z[i])) - y[i]*z[i])'.replaceAll(
    '; ',
    '\n',
  ),
  'dw[j<n] = 1/m*sum(i<m, X[j,i]*(sigmoid(z[i])-y[i]))\ndb = 1/m*sum(i<m, sigmoid(z[i])-y[i])',
);

/** 20,000 rows of 8 features, prepared as for a run. */
function prepared(job: GradientJob, more: object = {}): Dataset {
  const next = random(5);
  const columns = Array.from({ length: 8 }, (_, k) => numberColumn(`x${k}`, normals(20_001, next)));
  columns.push(
    numberColumn(
      'y',
      Float64Array.from({ length: 20_001 }, () => (next() < 0.5 ? 0 : 1)),
    ),
  );
  const result = prepareDataset(
    job,
    { rows: 20_001, columns, format: '', problems: [] },
    {
      path: 'd',
      target: 'y',
      features: columns.slice(0, 8).map(({ name }) => name),
      standardise: true,
      missing: 'drop',
      ...more,
    },
  );
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join(' '));
  return result.dataset;
}

const copied = (dataset: Dataset): Dataset => ({
  ...dataset,
  inputs: Object.fromEntries(Object.entries(dataset.inputs).map(([name, values]) => [name, values.slice()])),
});

const kernelOf = (job: GradientJob, dataset: Dataset, memory: DataMemory | null): Kernel =>
  unwrap(createKernel(job.gradient, dataset.sizes, dataset.inputs, settings, null, memory));

describe('data in the memory of the kernels', () => {
  const jobs = { 'samples as rows': jobOf(LOGISTIC, LOGISTIC_GRADIENT), 'samples as columns': COLUMNS };
  it.each(Object.entries(jobs))('gives the same to the last bit, %s', (_, job) => {
    for (const more of [{}, { validation: { share: 0.3, seed: 1 } }]) {
      const dataset = prepared(job, more);
      const { memory } = dataset;
      if (!memory) throw new Error('the dataset has no memory');
      const point = {
        w: normals(parameterLayout(job, dataset.sizes).length - 1, random(1)),
        b: Float64Array.of(0.3),
      };
      for (const part of [dataset, dataset.validation ?? dataset]) {
        const expected = kernelOf(job, copied(part), null).run(point);
        // Two at once in one memory, neither in the way of the other.
        const [first, second] = [kernelOf(job, part, memory), kernelOf(job, part, memory)];
        expect(first.run(point)).toEqual(expected);
        expect(second.run(point)).toEqual(expected);
        expect(first.run(point)).toEqual(expected);
        first.dispose();
        second.dispose();
      }
    }
  });

  it('is not copied: the matrix lies where the kernel reads it, and kernels take only what is their own', () => {
    const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
    const dataset = prepared(job);
    const { memory, inputs } = dataset;
    if (!memory) throw new Error('the dataset has no memory');
    const { X, y } = inputs;
    expect([X, y].map((values) => values && memory.placeOf(values))).not.toContain(null);
    const before = memory.memory.buffer.byteLength;
    expect(before - (X?.byteLength ?? 0)).toBeLessThan(BYTES / 2);
    for (let k = 0; k < 100; k += 1) kernelOf(job, dataset, memory).dispose();
    // What a kernel had is had by the next.
    expect(memory.memory.buffer.byteLength - before).toBeLessThan(BYTES);
  });

  it('cannot be overwritten through a kernel', () => {
    const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
    const dataset = prepared(job);
    const kernel = kernelOf(job, dataset, dataset.memory ?? null);
    const X = dataset.inputs.X?.slice() ?? new Float64Array(0);
    expect(() => kernel.run({ X, w: new Float64Array(8), b: new Float64Array(1) })).toThrow(
      'lies in the memory of the data',
    );
  });

  it('gives what is free to those that come later, and nothing beyond 4 GB', () => {
    const memory = existing();
    const first = memory.take(1000, 10);
    const [a, b] = [memory.reserve(3e5), memory.reserve(1e5)];
    expect(first && memory.placeOf(first)).toBe(0);
    expect(memory.placeOf(new Float64Array(4))).toBeNull();
    if (a === null || b === null) throw new Error('no room');
    expect(a % 65536).toBe(0);
    expect(b).toBeGreaterThanOrEqual(a + 3e5);
    memory.release(a);
    expect(memory.reserve(2e5)).toBe(a);
    expect(memory.take(2 ** 29, 1)).toBeNull();
    expect(memory.reserve(2 ** 32)).toBeNull();
    // Views from before the memory grew see the same numbers.
    first?.fill(7);
    expect(new Float64Array(memory.memory.buffer, 0, 1000)[999]).toBe(7);
  });

  it('is ordinary memory where the host has none that is shared', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    try {
      expect(createDataMemory()).toBeNull();
      const job = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
      const dataset = prepared(job);
      expect(dataset.memory).toBeUndefined();
      expect(kernelOf(job, dataset, null).about).toContain('kernel');
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
