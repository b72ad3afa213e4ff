import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OPS } from '../../../src/core/ops';
import { derive } from '../../../src/core/derive';
import { createRunner } from '../../../src/engine/interpret';
import { createJob, type GradientJob } from '../../../src/engine/job';
import { createKernel } from '../../../src/engine/kernel';
import { bindingValue, compileProgram } from '../../../src/engine/program';
import { canFuse } from '../../../src/engine/wasm/compile';
import { DERIVED } from '../../bench/models';
import { parseModel } from '../../support/model';
import { allowFused } from './fused';
import { normals, random, unwrap } from './support';

allowFused();
const VARIANTS = (canFuse() ? [false, true] : [false]).flatMap((fused) =>
  (['double', 'single'] as const).map((precision) => ({ fused, precision })),
);

function jobOf(name: string): GradientJob {
  const program = parseModel(DERIVED[name] ?? '');
  return unwrap(createJob({ definitionId: name, name, program, derivation: derive(program), hand: [] }));
}
const JOBS = ['logistic', 'focal', 'ridge', 'softmax regression', 'two-layer network'].map(jobOf);

/** Labels that fit every one of the models, parameters near 0. */
function inputsOf(
  { inputs }: GradientJob,
  sizes: Record<string, number>,
  seed: number,
): Record<string, Float64Array> {
  const next = random(seed);
  return Object.fromEntries(
    inputs.map(({ name, role, shape }) => {
      const count = shape.reduce((product, size) => product * (sizes[size] ?? Number(size)), 1);
      const values = normals(count, next);
      if (role === 'parameter') return [name, values.map((v) => 0.3 * v)];
      return [name, role === 'label' ? values.map((v) => (v > 0 ? 1 : 0)) : values.map(Math.fround)];
    }),
  );
}

describe('a kernel of any number of rows and columns', () => {
  it.each([
    { rows: 70, from: 1, to: 40, runs: 400 },
    // Long rows are taken in other blocks.
    { rows: 150, from: 45, to: 130, runs: 60 },
  ])('agrees with the interpreter: $from to $to columns', ({ rows, from, to, runs }) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...JOBS),
        fc.integer({ min: 1, max: rows }),
        fc.integer({ min: from, max: to }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(...VARIANTS),
        (job, m, n, k, h, settings) => {
          const sizes = { m, n, k, h };
          const inputs = inputsOf(job, sizes, 100 * m + n);
          const expected = createRunner(job.gradient, sizes, inputs).run();
          const outputs = unwrap(createKernel(job.gradient, sizes, inputs, settings)).run();
          // Sums that cancel are as exact as what they are made of, which is of the order of 1.
          const most = settings.precision === 'double' ? 1e-13 : 1e-4;
          for (const [name, values] of Object.entries(expected)) {
            const scale = values.reduce((largest, v) => Math.max(largest, Math.abs(v)), 1);
            expect(outputs[name]?.length).toBe(values.length);
            values.forEach((value, at) => {
              expect(Math.abs((outputs[name]?.[at] ?? NaN) - value), `${name}[${at}]`).toBeLessThanOrEqual(
                most * scale,
              );
            });
          }
        },
      ),
      { numRuns: runs },
    );
  });

  it.each(OPS)('computes $name as the interpreter does', ({ name, domain }) => {
    const args = domain.map((_, k) => `x${k}[i]`).join(', ');
    const declared = domain.map((_, k) => `data x${k}[m]`).join('; ');
    const program = parseModel(`${declared}; param b\nh[i<m] = ${name}(${args}) + b`);
    const value = bindingValue(program, 'h');
    const loop = unwrap(compileProgram(program, value ? [{ name: 'h', value }] : []));
    const m = 67;
    const next = random(3);
    const inputs: Record<string, Float64Array> = { b: Float64Array.of(0) };
    domain.forEach(({ low, high }, k) => {
      const [from, to] = [Math.max(low, -6), Math.min(high, 6)];
      inputs[`x${k}`] = Float64Array.from({ length: m }, () =>
        Math.fround(from + (to - from) * (0.001 + 0.998 * next())),
      );
    });
    const expected = createRunner(loop, { m }, inputs).run().h ?? new Float64Array(0);
    for (const settings of VARIANTS) {
      const h = unwrap(createKernel(loop, { m }, inputs, settings)).run().h ?? [];
      const most = settings.precision === 'double' ? 2e-15 : 1e-6;
      expected.forEach((own, at) => {
        expect(Math.abs((h[at] ?? NaN) - own), `${name} ${settings.precision}`).toBeLessThanOrEqual(
          most * Math.max(Math.abs(own), 1e-3),
        );
      });
    }
  });
});
