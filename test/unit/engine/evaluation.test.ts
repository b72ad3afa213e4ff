import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEvaluation, type Evaluation } from '../../../src/engine/evaluation';
import { createRunner } from '../../../src/engine/interpret';
import { createKernel } from '../../../src/engine/kernel';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import { normals, random } from './support';

const { gradient } = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
const [m, n] = [50, 3];
const next = random(2);
const data = { X: normals(m * n, next), y: Float64Array.from({ length: m }, () => (next() < 0.5 ? 0 : 1)) };
const point = { w: normals(n, next), b: Float64Array.of(0.1) };

function finished(evaluation: Evaluation): Record<string, Float64Array> {
  const work = evaluation.steps(point);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

describe('an evaluation', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('is a kernel where the host compiles vectors', () => {
    const evaluation = createEvaluation(gradient, { m, n }, data, null);
    expect(evaluation.about).toMatch(/^a kernel in double precision/);
    const expected = createRunner(gradient, { m, n }, data).run(point);
    expect(finished(evaluation).loss?.[0]).toBeCloseTo(expected.loss?.[0] ?? NaN, 14);
  });

  it('is the interpreter elsewhere, and says why', () => {
    vi.stubGlobal('WebAssembly', undefined);
    const evaluation = createEvaluation(gradient, { m, n }, data, null);
    expect(evaluation.about).toBe('the interpreter, as this host has no WebAssembly with vectors');
    expect(finished(evaluation)).toEqual(createRunner(gradient, { m, n }, data).run(point));
  });

  it('is the interpreter for more data than a kernel can address', () => {
    const kernel = createKernel(gradient, { m: 200_000_000, n }, {}, { precision: 'double', fused: false });
    expect(kernel).toEqual({
      ok: false,
      message: 'the data takes more than the 4 GB that a kernel can address',
    });
  });
});
