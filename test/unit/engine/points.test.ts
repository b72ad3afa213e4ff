import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEvaluator } from '../../../src/core/evaluate';
import { createRunner, type Arrays } from '../../../src/engine/interpret';
import { createKernel } from '../../../src/engine/kernel';
import { atManyPoints, joinPoints, POINTS, valuesAt } from '../../../src/engine/points';
import { parseModel } from '../../support/model';
import { compileAll, elementsOf, normals, pointOf, random, randomInputs, randomProgram } from './support';

const PARAMETERS = ['w', 'V', 'b'];
const COUNT = 3;

/** The data, and the parameters of each point. */
function inputsOf(sizes: Record<string, number>, seed: number): { data: Arrays; points: Arrays[] } {
  const all = Object.entries(randomInputs(sizes, seed));
  const data = Object.fromEntries(all.filter(([name]) => !PARAMETERS.includes(name)));
  const points = Array.from({ length: COUNT }, (_, k): Arrays => {
    const own = randomInputs(sizes, seed + 1000 + k);
    return Object.fromEntries(PARAMETERS.map((name) => [name, own[name] ?? new Float64Array(0)]));
  });
  return { data, points };
}

const joined = (points: readonly Arrays[]): Arrays =>
  Object.fromEntries(
    PARAMETERS.map((name) => [name, joinPoints(points.map((point) => point[name] ?? new Float64Array(0)))]),
  );

describe('a program at many points', () => {
  it('computes at each what the program computes there, in the interpreter and as a kernel', () => {
    let compiled = 0;
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(2, 5, 12, 2, 5, 66), (seed, m) => {
        const program = randomProgram(seed);
        const sizes = { m, n: 3, k: 2 };
        const loop = compileAll(program);
        const many = atManyPoints(loop, PARAMETERS);
        const manySizes = { ...sizes, [POINTS]: COUNT };
        const { data, points } = inputsOf(sizes, seed);
        const all = createRunner(many.program, manySizes, data).run(joined(points));
        const kernel = createKernel(many.program, manySizes, data, { precision: 'double', fused: false });
        const fast = kernel.ok ? kernel.value.run(joined(points)) : null;
        compiled += kernel.ok ? 1 : 0;
        for (const [p, point] of points.entries()) {
          const alone = createRunner(loop, sizes, data).run(point);
          const evaluator = createEvaluator(program, pointOf(program, sizes, { ...data, ...point }));
          for (const { name, axes, def } of program.bindings) {
            const own = (values: Float64Array | undefined): Float64Array =>
              many.outputs.has(name)
                ? valuesAt(values ?? new Float64Array(0), p, COUNT)
                : (values ?? new Float64Array(0));
            expect(own(all[name]), name).toEqual(alone[name]);
            if (!fast) continue;
            const got = own(fast[name]);
            for (const [k, at] of elementsOf(axes, sizes).entries()) {
              const { value, scale } = evaluator.valueWithScale(def, at);
              const expected = alone[name]?.[k] ?? NaN;
              if (!Number.isFinite(expected) || !Number.isFinite(value)) expect(got[k]).toEqual(expected);
              else if (Number.isFinite(scale))
                expect(Math.abs((got[k] ?? NaN) - value), `${name}[${k}]`).toBeLessThanOrEqual(
                  2e-13 * scale + 1e-300,
                );
            }
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(compiled).toBeGreaterThan(80);
  });

  it('reads what does not depend on the point once', () => {
    const loop = compileAll(
      parseModel(`data X[m,n]; param w[n]
s[i<m] = sum(j<n, X[i,j]^2)
J = sum(i<m, exp(-s[i])*sum(j<n, X[i,j]*w[j]))`),
    );
    const many = atManyPoints(loop, ['w']);
    expect([...many.outputs]).toEqual(['J']);
    const next = random(1);
    const X = normals(12, next);
    const points = [normals(3, next), normals(3, next)];
    const sizes = { m: 4, n: 3 };
    const outputs = createRunner(many.program, { ...sizes, [POINTS]: 2 }, { X }).run({
      w: joinPoints(points),
    });
    const alone = points.map((w) => createRunner(loop, sizes, { X }).run({ w }));
    expect(outputs.s).toEqual(alone[0]?.s);
    expect([...(outputs.J ?? [])]).toEqual(alone.map(({ J }) => J?.[0]));
  });
});
