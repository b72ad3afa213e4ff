import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Program } from '../../../src/core/definition';
import { createEvaluator } from '../../../src/core/evaluate';
import { createRunner } from '../../../src/engine/interpret';
import type { LoopProgram } from '../../../src/engine/loop';
import { bindingValue, compileProgram } from '../../../src/engine/program';
import { parseModel } from '../../support/model';
import { compileAll, elementsOf, normals, pointOf, random, randomInputs, randomProgram } from './support';

const LOGISTIC = `data X[m,n]; label y[m] binary; param w[n]; param b
z[i<m] = sum(j<n, X[i,j]*w[j]) + b
a[i<m] = 1/(1+exp(-z[i]))
J = -1/m*sum(i<m, y[i]*log(a[i]) + (1-y[i])*log(1-a[i]))
dw[j<n] = 1/m*sum(i<m, X[i,j]*(a[i]-y[i]))
db = 1/m*sum(i<m, a[i]-y[i])`;

/** Every element of every output against the evaluator, within the evaluator's own bound on its rounding errors. */
function expectAgreement(
  program: Program,
  loop: LoopProgram,
  sizes: Record<string, number>,
  seed: number,
): void {
  const inputs = randomInputs(sizes, seed);
  const results = [1, 3, 128].map((blockRows) => createRunner(loop, sizes, inputs, { blockRows }).run());
  const evaluator = createEvaluator(program, pointOf(program, sizes, inputs));
  for (const { name, axes, def } of program.bindings) {
    for (const [k, at] of elementsOf(axes, sizes).entries()) {
      const { value, scale } = evaluator.valueWithScale(def, at);
      for (const result of results) {
        const got = result[name]?.[k] ?? NaN;
        if (!Number.isFinite(value)) expect(Number.isFinite(got), `${name}[${k}]`).toBe(false);
        else if (Number.isFinite(scale))
          expect(Math.abs(got - value), `${name}[${k}] ${got} ${value}`).toBeLessThanOrEqual(
            1e-13 * scale + 1e-300,
          );
      }
    }
  }
}

describe('the interpreter', () => {
  it('agrees with the evaluator on random programs, whatever the block size', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const program = randomProgram(seed);
        expectAgreement(program, compileAll(program), { m: 5, n: 3, k: 2 }, seed);
      }),
      { numRuns: 400 },
    );
  });

  it('reads the data in one pass for logistic regression, with nothing kept over all samples', () => {
    const loop = compileAll(parseModel(LOGISTIC), ['J', 'dw', 'db']);
    expect(loop.passes.filter((pass) => pass.rows.length > 0)).toHaveLength(1);
    expect(loop.buffers.filter((b) => b.storage === 'full' && !b.input && b.dims.includes('m'))).toEqual([]);
  });

  it('starts a second pass for what needs a finished sum over the samples', () => {
    const loop = compileAll(
      parseModel(`data X[m,n]; param w[n]
z[i<m] = sum(j<n, X[i,j]*w[j])
mu = 1/m*sum(i<m, z[i])
J = 1/m*sum(i<m, (z[i]-mu)^2)`),
      ['J'],
    );
    expect(loop.passes.filter((pass) => pass.rows.length > 0)).toHaveLength(2);
  });

  it('gives bitwise equal results for all block sizes that are multiples of the summation group', () => {
    const loop = compileAll(parseModel(LOGISTIC), ['J', 'dw', 'db']);
    const next = random(7);
    const [m, n] = [3000, 5];
    const X = normals(m * n, next);
    const y = Float64Array.from({ length: m }, () => (next() < 0.5 ? 0 : 1));
    const point = { w: normals(n, next), b: Float64Array.of(0.3) };
    const results = [128, 256, 1024, 3072].map((blockRows) =>
      createRunner(loop, { m, n }, { X, y }, { blockRows }).run(point),
    );
    for (const result of results) expect(result).toEqual(results[0]);
  });

  it('sums accurately: the loss and gradient of a large offset keep 14 digits', () => {
    const loop = compileAll(
      parseModel(`data x[m]; param b
J = 1/m*sum(i<m, x[i]+b)
s = sum(i<m, x[i]*b)`),
    );
    const m = 200_000;
    const x = Float64Array.from({ length: m }, (_, i) => (i % 2 === 0 ? 1e8 : -1e8) + 0.1);
    const { J } = createRunner(loop, { m }, { x }).run({ b: Float64Array.of(0) });
    const exact = x.reduce((total, value, i) => total + (value - (i % 2 === 0 ? 1e8 : -1e8)), 0) / m;
    expect(Math.abs((J?.[0] ?? NaN) - exact)).toBeLessThan(1e-14);
  });

  it('runs on no samples and on one', () => {
    const loop = compileAll(parseModel(LOGISTIC), ['dw', 'z']);
    const point = { w: Float64Array.of(1, 2), b: Float64Array.of(0) };
    const empty = createRunner(loop, { m: 0, n: 2 }, { X: new Float64Array(0), y: new Float64Array(0) });
    expect(empty.run(point).z).toEqual(new Float64Array(0));
    const one = createRunner(loop, { m: 1, n: 2 }, { X: Float64Array.of(1, -1), y: Float64Array.of(1) });
    expect(one.run(point).z).toEqual(Float64Array.of(-1));
  });

  it('names the input that is missing or has the wrong length', () => {
    const loop = compileAll(parseModel(LOGISTIC), ['z']);
    const runner = createRunner(loop, { m: 2, n: 2 }, { X: new Float64Array(4) });
    expect(() => runner.run({ w: new Float64Array(2) })).toThrow('the input b is missing');
    expect(() => runner.run({ w: new Float64Array(3), b: new Float64Array(1) })).toThrow(
      'the input w has 3 values, expected 2',
    );
  });

  it('yields between blocks', () => {
    const loop = compileAll(parseModel(LOGISTIC), ['J']);
    const [m, n] = [1000, 2];
    const data = { X: new Float64Array(m * n), y: new Float64Array(m) };
    const runner = createRunner(loop, { m, n }, data, { blockRows: 128 });
    let pauses = 0;
    const work = runner.steps({ w: new Float64Array(n), b: new Float64Array(1) });
    while (!work.next().done) pauses += 1;
    expect(pauses).toBe(7);
  });

  it('records the branches of each sample', () => {
    const program = parseModel(`data x[m]; param b
h[i<m] = relu(x[i]+b)
J = sum(i<m, h[i])`);
    const runner = createRunner(compileAll(program), { m: 3 }, { x: Float64Array.of(-1, 0, 1) });
    const at = (b: number): number[] => [...runner.trace({ b: Float64Array.of(b) }).branches.rows];
    const [low, middle, high] = [at(-0.5), at(0), at(0.5)];
    expect(low[0]).toBe(high[0]);
    expect(low[2]).toBe(high[2]);
    expect(new Set([low[1], middle[1], high[1]]).size).toBe(3);
  });
});

describe('what has no program is said in words', () => {
  it.each([
    ['param w[n]\nJ = sum(i<m, w[i])*u', 'u is not an input and has no definition'],
    ['param w[n]\nJ = frobnicate(sum(i<n, w[i]))', 'the function frobnicate is not known to the engine'],
    ['param w[n]\nJ = exp(sum(i<n, w[i]), 2)', 'exp takes 1 arguments, not 2'],
    ['param w[n]\nJ = w', 'w has 1 indexed axes but is used with 0 indices'],
  ])('%s', (source, message) => {
    const program = parseModel(source);
    const value = bindingValue(program, 'J');
    expect(value && compileProgram(program, [{ name: 'J', value }])).toEqual({ ok: false, message });
  });
});
