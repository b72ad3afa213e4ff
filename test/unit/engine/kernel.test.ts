import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Program } from '../../../src/core/definition';
import { createEvaluator } from '../../../src/core/evaluate';
import { derive } from '../../../src/core/derive';
import { softplus } from '../../../src/core/special';
import { createRunner } from '../../../src/engine/interpret';
import { createJob } from '../../../src/engine/job';
import { createKernel, NO_AXIS, type Kernel, type KernelSettings } from '../../../src/engine/kernel';
import { canFuse } from '../../../src/engine/wasm/compile';
import { DERIVED } from '../../bench/models';
import { COLUMNS } from '../../../src/engine/wasm/layout';
import { parseModel } from '../../support/model';
import { allowFused } from './fused';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import {
  compileAll,
  elementsOf,
  normals,
  pointOf,
  random,
  randomInputs,
  randomProgram,
  unwrap,
} from './support';

allowFused();
const FUSED = canFuse() ? [false, true] : [false];
const double = (fused: boolean): KernelSettings => ({ precision: 'double', fused });

/** Every element of every output against the evaluator, within the evaluator's own bound on its rounding errors. */
function expectAgreement(
  program: Program,
  kernel: Kernel,
  sizes: Record<string, number>,
  seed: number,
): void {
  const inputs = randomInputs(sizes, seed);
  const result = kernel.run(inputs);
  const reference = createRunner(compileAll(program), sizes, inputs).run();
  const evaluator = createEvaluator(program, pointOf(program, sizes, inputs));
  for (const { name, axes, def } of program.bindings) {
    const elements = elementsOf(axes, sizes);
    expect(result[name]?.length).toBe(elements.length);
    for (const [k, at] of elements.entries()) {
      const { value, scale } = evaluator.valueWithScale(def, at);
      const got = result[name]?.[k] ?? NaN;
      const own = reference[name]?.[k] ?? NaN;
      if (!Number.isFinite(own) || !Number.isFinite(value)) expect(got, `${name}[${k}]`).toEqual(own);
      else if (Number.isFinite(scale))
        expect(Math.abs(got - value), `${name}[${k}] ${got} ${value}`).toBeLessThanOrEqual(
          2e-13 * scale + 1e-300,
        );
    }
  }
}

/** The largest difference relative to the largest value. */
function distance(a: Float64Array | undefined, b: Float64Array | undefined): number {
  if (!a || a.length !== b?.length) return NaN;
  const size = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, k) => Math.max(most, Math.abs(value - (b[k] ?? NaN)) / size), 0);
}

interface Data {
  readonly sizes: Record<string, number>;
  readonly data: Record<string, Float64Array>;
  readonly point: Record<string, Float64Array>;
}

function logistic(m: number, n: number): Data {
  const next = random(m * 131 + n);
  const X = normals(m * n, next);
  const y = Float64Array.from({ length: m }, () => (next() < 0.5 ? 0 : 1));
  const w = normals(n, next).map((value) => value / Math.sqrt(n));
  return { sizes: { m, n }, data: { X, y }, point: { w, b: Float64Array.of(0.5) } };
}

describe('a kernel', () => {
  it.each(FUSED)('agrees with the evaluator on random programs, fused: %s', (fused) => {
    let compiled = 0;
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(2, 5, 12, 2, 5, 12, 66), (seed, m) => {
        const program = randomProgram(seed);
        const sizes = { m, n: 3, k: 2 };
        const kernel = createKernel(compileAll(program), sizes, {}, double(fused));
        if (kernel.ok) expectAgreement(program, kernel.value, sizes, seed);
        else expect([COLUMNS, NO_AXIS]).toContain(kernel.message);
        compiled += kernel.ok ? 1 : 0;
      }),
      // One whose tanh rounds to 1 in one of them, and is floored.
      { numRuns: 500, examples: [[131442253, 12]] },
    );
    expect(compiled).toBeGreaterThan(200);
  });

  const { gradient } = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
  const ROWS = [1, 2, 7, 8, 9, 31, 33, 63, 64, 65, 67, 127, 129, 255, 257, 4097];

  it.each(ROWS)('agrees with the interpreter on %i rows, whatever the columns', (m) => {
    for (const n of [1, 2, 3, 4, 7, 8, 15, 16, 17, 30, 33]) {
      const { sizes, data, point } = logistic(m, n);
      const expected = createRunner(gradient, sizes, data).run(point);
      for (const fused of FUSED)
        for (const precision of ['double', 'single'] as const) {
          const outputs = unwrap(createKernel(gradient, sizes, data, { precision, fused })).run(point);
          for (const name of ['loss', 'gradient w']) {
            const most = precision === 'double' ? 3e-14 : 3e-5;
            expect(distance(outputs[name], expected[name]), `${name} ${m}x${n}`).toBeLessThan(most);
          }
        }
    }
  });

  it.each([
    ['softmax regression', { m: 1, n: 1, k: 2 }],
    ['softmax regression', { m: 70, n: 5, k: 3 }],
    ['softmax regression', { m: 517, n: 30, k: 10 }],
    ['two-layer network', { m: 65, n: 13, h: 7, k: 3 }],
    ['two-layer network', { m: 129, n: 33, h: 18, k: 1 }],
    ['three-layer network', { m: 203, n: 9, h: 8, g: 6, k: 5 }],
    ['attention', { m: 3, t: 37, s: 21, d: 8, e: 5 }],
    ['attention', { m: 9, t: 1, s: 3, d: 2, e: 4 }],
  ])('agrees with the interpreter on a %s of %o', (name, sizes) => {
    const program = parseModel(DERIVED[name] ?? '');
    const derivation = derive(program);
    const job = unwrap(createJob({ definitionId: name, name, program, derivation, hand: [] }));
    const next = random(3);
    const lengths: Record<string, number> = sizes;
    const inputs = Object.fromEntries(
      job.inputs.map((input) => {
        const count = input.shape.reduce((product, size) => product * (lengths[size] ?? Number(size)), 1);
        return [
          input.name,
          normals(count, next).map((v) => (input.role === 'parameter' ? 0.3 * v : Math.abs(v))),
        ];
      }),
    );
    const expected = createRunner(job.gradient, sizes, inputs).run();
    for (const fused of FUSED)
      for (const precision of ['double', 'single'] as const) {
        const outputs = unwrap(createKernel(job.gradient, sizes, inputs, { precision, fused })).run();
        const most = precision === 'double' ? 1e-14 : 1e-5;
        for (const [output, values] of Object.entries(expected))
          expect(distance(outputs[output], values), `${output}, ${precision}`).toBeLessThan(most);
      }
  });

  it('sums single precision to far more digits than it has', () => {
    const { sizes, data, point } = logistic(100_000, 10);
    const rounded = Object.fromEntries(
      Object.entries(data).map(([name, v]) => [name, Float64Array.from(v, Math.fround)]),
    );
    const start = Object.fromEntries(
      Object.entries(point).map(([name, v]) => [name, Float64Array.from(v, Math.fround)]),
    );
    const expected = createRunner(gradient, sizes, rounded).run(start);
    const outputs = unwrap(createKernel(gradient, sizes, rounded, { precision: 'single', fused: false })).run(
      start,
    );
    expect(distance(outputs['gradient w'], expected['gradient w'])).toBeLessThan(2e-8);
    expect(distance(outputs.loss, expected.loss)).toBeLessThan(2e-8);
  });

  it('is reproducible to the last bit', () => {
    const { sizes, data, point } = logistic(20_000, 7);
    const kernel = unwrap(createKernel(gradient, sizes, data, double(false)));
    const first = kernel.run(point);
    expect(kernel.run(point)).toEqual(first);
    expect(unwrap(createKernel(gradient, sizes, data, double(false))).run(point)).toEqual(first);
  });

  it('keeps what is not a number and what is infinite', () => {
    const program = parseModel(`data x[m]; param b
h[i<m] = maximum(log(x[i]), b)
J = sum(i<m, h[i])
L = max(i<m, h[i])`);
    const loop = compileAll(program, ['h', 'J', 'L']);
    const x = Float64Array.of(-1, 0, 1, Infinity, NaN);
    const kernel = unwrap(createKernel(loop, { m: 5 }, { x }, double(false)));
    const outputs = kernel.run({ b: Float64Array.of(-2) });
    expect(outputs.h).toEqual(Float64Array.of(NaN, -2, 0, Infinity, NaN));
    expect([outputs.J?.[0], outputs.L?.[0]]).toEqual([NaN, NaN]);
  });

  it.each([
    ['log(1/(1+exp(-x[i])))', (x: number) => -softplus(-x)],
    ['log(1-1/(1+exp(-x[i])))', (x: number) => -softplus(x)],
    ['log(sigmoid(-x[i]))', (x: number) => -softplus(x)],
    ['log(1-sigmoid(-x[i]))', (x: number) => -softplus(-x)],
    ['log(1+exp(x[i]))', softplus],
    ['log1p(exp(-x[i]))', (x: number) => softplus(-x)],
    ['logaddexp(0, x[i])', softplus],
  ])('computes %s exactly, and as infinite where it is as written', (text, exact) => {
    const loop = compileAll(parseModel(`data x[m]; param b\nh[i<m] = ${text} + b`), ['h']);
    const next = random(8);
    const x = Float64Array.from({ length: 400 }, (_, k) => 10 ** (4 * next() - 1) * (k % 2 === 0 ? 1 : -1));
    x.set([0, -0, 36.8, -36.8, 709.7, 709.8, -709.8, -745, -746, 1e4, Infinity, -Infinity, NaN]);
    const data = { x: x.map(Math.fround), b: Float64Array.of(0) };
    const sizes = { m: x.length };
    const written = createRunner(loop, sizes, data).run().h ?? [];
    for (const fused of FUSED)
      for (const precision of ['double', 'single'] as const) {
        const h = unwrap(createKernel(loop, sizes, data, { precision, fused })).run().h ?? [];
        const [relative, least] = precision === 'double' ? [6e-16, 5e-324] : [3e-7, 2 ** -149];
        data.x.forEach((value, k) => {
          const [got, own] = [h[k] ?? 0, written[k] ?? 0];
          const message = `${text} at ${value}, ${precision}`;
          if (!Number.isFinite(own)) expect(got, message).toBe(own);
          else
            expect(Math.abs(got - exact(value)), message).toBeLessThanOrEqual(
              relative * Math.abs(exact(value)) + least,
            );
        });
      }
  });

  it.each([
    [
      'a penalty',
      'param w[n]; param v[k,n]; hyper lam\nJ = lam*sum(j<n, w[j]^2) + sum(j<n, sum(q<k, abs(v[q,j])))',
    ],
    [
      'a product of matrices',
      `param Q[t,n]; param K[k,n]; hyper lam
S[i<t,j<k] = sum(q<n, Q[i,q]*K[j,q])*lam
E[i<t,j<k] = exp(S[i,j])
R[i<t] = sum(j<k, E[i,j])
J = sum(i<t, log(R[i]))`,
    ],
  ])('computes %s, which has no samples', (_, source) => {
    const program = parseModel(source);
    const job = unwrap(
      createJob({ definitionId: 'J', name: 'J', program, derivation: derive(program), hand: [] }),
    );
    for (const n of [1, 5, 64]) {
      const sizes = { n, k: 7, t: 13 };
      const next = random(n);
      const inputs = Object.fromEntries(
        job.inputs.map(({ name, shape }) => {
          const count = shape.reduce(
            (product, size) => product * (sizes[size as keyof typeof sizes] ?? 1),
            1,
          );
          return [name, normals(count, next)];
        }),
      );
      const expected = createRunner(job.gradient, sizes, inputs).run();
      const outputs = unwrap(createKernel(job.gradient, sizes, inputs, double(false))).run();
      for (const [output, values] of Object.entries(expected))
        expect(distance(outputs[output], values), output).toBeLessThan(1e-14);
    }
  });

  it('runs on no rows', () => {
    const loop = compileAll(parseModel('data x[m]; param b\nJ = sum(i<m, x[i]*b) + b'), ['J']);
    const kernel = unwrap(createKernel(loop, { m: 0 }, { x: new Float64Array(0) }, double(false)));
    expect(kernel.run({ b: Float64Array.of(3) }).J).toEqual(Float64Array.of(3));
  });

  it('names the input that is missing or has the wrong length', () => {
    const { sizes, data, point } = logistic(5, 2);
    const kernel = unwrap(createKernel(gradient, sizes, data, double(false)));
    expect(() => kernel.run({ w: new Float64Array(2) })).toThrow('the input b is missing');
    expect(() => kernel.run({ ...point, w: new Float64Array(3) })).toThrow(
      'the input w has 3 values, expected 2',
    );
  });

  it('says what it is, and yields between chunks', () => {
    const { sizes, data, point } = logistic(100_000, 10);
    const kernel = unwrap(createKernel(gradient, sizes, data, double(false)));
    expect(kernel.about).toBe('a kernel in double precision');
    let pauses = 0;
    const work = kernel.steps(point);
    while (!work.next().done) pauses += 1;
    expect(pauses).toBeGreaterThan(4);
  });
});
