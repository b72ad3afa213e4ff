import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEvaluation, evaluateNow, type Evaluation } from '../../../src/engine/evaluation';
import { createRunner } from '../../../src/engine/interpret';
import { createKernel } from '../../../src/engine/kernel';
import { compileLoss } from '../../../src/engine/program';
import { wasmHost } from '../../../src/engine/wasm/host';
import { parseModel } from '../../support/model';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import { normals, random, unwrap } from './support';

const { gradient } = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
const [m, n] = [50, 3];
const next = random(2);
const data = { X: normals(m * n, next), y: Float64Array.from({ length: m }, () => (next() < 0.5 ? 0 : 1)) };
const point = { w: normals(n, next), b: Float64Array.of(0.1) };

/** The prefix of all vector instructions, and the number of one of the relaxed ones after it. */
const VECTORS = [0xfd];
const RELAXED = [0xfd, 0x87, 0x02];

/** Makes the host reject modules with these bytes in a row. */
function hostWithout(bytes: readonly number[]): void {
  const host = wasmHost();
  if (!host) throw new Error('no WebAssembly');
  const has = (module: Uint8Array): boolean =>
    module.some((_, at) => bytes.every((byte, k) => module[at + k] === byte));
  const validate = (module: Uint8Array<ArrayBuffer>): boolean => !has(module) && host.validate(module);
  vi.stubGlobal('WebAssembly', {
    validate,
    Memory: host.Memory,
    Module: host.Module,
    Instance: host.Instance,
  });
}

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

  it('is a kernel in double precision where single precision cannot do it', () => {
    const loss = unwrap(
      compileLoss(parseModel('data Z[m,k]; label y[m] class:k; param b\nJ = sum(i<m, b*Z[i,y[i]])')),
    );
    const given = { Z: Float64Array.of(1, 2, 3, 4, 5, 6), y: Float64Array.of(2, 0) };
    const evaluation = createEvaluation(loss, { m: 2, k: 3 }, given, null, 'single');
    expect(evaluation.about).toMatch(
      /^a kernel in double precision.*, as positions are computed only in double precision$/,
    );
    expect(evaluateNow(evaluation, { b: Float64Array.of(2) }).loss?.[0]).toBe(14);
  });

  it('is the interpreter for single numbers', () => {
    const loss = unwrap(compileLoss(parseModel('param a; param b\nJ = (1-a)^2 + 100*(b-a^2)^2')));
    const evaluation = createEvaluation(loss, {}, {}, null);
    expect(evaluation.about).toBe('the interpreter, as it has no axis that vectors could run along');
    expect(evaluateNow(evaluation, { a: Float64Array.of(2), b: Float64Array.of(3) }).loss?.[0]).toBe(101);
  });

  it('is a kernel without fused multiply-add where the host lacks it', () => {
    hostWithout(RELAXED);
    const expected = createRunner(gradient, { m, n }, data).run(point).loss?.[0] ?? NaN;
    for (const [precision, digits] of [
      ['double', 14],
      ['single', 6],
    ] as const) {
      const evaluation = createEvaluation(gradient, { m, n }, data, null, precision);
      expect(evaluation.about).toBe(`a kernel in ${precision} precision`);
      expect(finished(evaluation).loss?.[0]).toBeCloseTo(expected, digits);
    }
  });

  it('is the interpreter where the host has no vectors', () => {
    hostWithout(VECTORS);
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
