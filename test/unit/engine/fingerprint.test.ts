import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Program } from '../../../src/core/definition';
import { fingerprint, hasBranches } from '../../../src/engine/fingerprint';
import { createRunner, type Arrays } from '../../../src/engine/interpret';
import { createKernel } from '../../../src/engine/kernel';
import type { LoopProgram } from '../../../src/engine/loop';
import { bindingValue, compileProgram } from '../../../src/engine/program';
import { parseModel } from '../../support/model';
import { normals, random, randomInputs, randomProgram, unwrap } from './support';

function compileAll(program: Program): LoopProgram {
  const outputs = program.bindings.flatMap(({ name }) => {
    const value = bindingValue(program, name);
    return value ? [{ name, value }] : [];
  });
  return unwrap(compileProgram(program, outputs));
}

type Run = (inputs: Arrays) => Record<string, Float64Array>;

/** By row, whether the numbers of a fingerprint are the same at two points; at the end whether those of all rows are. */
function sameness(
  told: { ofRows: readonly string[]; shared: readonly string[] },
  run: Run,
  points: readonly [Arrays, Arrays],
  rows: number,
): boolean[] {
  const [a, b] = [run(points[0]), run(points[1])];
  const same = (names: readonly string[], at: number): boolean =>
    names.every((name) => Object.is(a[name]?.[at], b[name]?.[at]));
  return [...Array.from({ length: rows }, (_, row) => same(told.ofRows, row)), same(told.shared, 0)];
}

const sizes: Record<string, number> = { m: 6, n: 3, k: 2 };

/** Moves some of the numbers. */
function moved(inputs: Arrays, seed: number): Arrays {
  const next = random(seed);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => [
      name,
      name === 'q' ? values : values.map((v) => (next() < 0.5 ? v + 3 * (next() - 0.5) : v)),
    ]),
  );
}

describe('a fingerprint', () => {
  it('tells the rows whose pieces differ, as the interpreter does', () => {
    let compared = 0;
    let differing = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const loop = compileAll(randomProgram(seed));
        const told = hasBranches(loop) ? fingerprint(loop) : null;
        if (!told || loop.rows === null) return;
        const rows = sizes[loop.rows] ?? 0;
        const first = randomInputs(sizes, seed);
        const points = [first, moved(first, seed + 1)] as const;
        const runner = createRunner(loop, sizes);
        const [a, b] = [runner.trace(points[0]).branches, runner.trace(points[1]).branches];
        const expected = [...Array.from(a.rows, (hash, row) => hash === b.rows[row]), a.shared === b.shared];
        const interpreter = createRunner(told.program, sizes);
        const values = interpreter.run(points[0]);
        if ([...told.ofRows, ...told.shared].some((name) => values[name]?.some(Number.isNaN))) return;
        expect(sameness(told, (inputs) => interpreter.run(inputs), points, rows)).toEqual(expected);
        const kernel = createKernel(told.program, sizes, {}, { precision: 'double', fused: false });
        if (kernel.ok)
          expect(sameness(told, (inputs) => kernel.value.run(inputs), points, rows)).toEqual(expected);
        compared += 1;
        differing += expected.includes(false) ? 1 : 0;
      }),
      { numRuns: 400 },
    );
    expect(compared).toBeGreaterThan(100);
    expect(differing).toBeGreaterThan(30);
  });

  it('changes nothing of what the program computes', () => {
    const loop = compileAll(
      parseModel(`data X[m,n]; param w[n]
h[i<m,j<n] = relu(X[i,j]*w[j]) + floor(X[i,j])
M[i<m] = max(j<n, h[i,j])
J = sum(i<m, M[i])`),
    );
    const inputs = { X: normals(18, random(1)), w: normals(3, random(2)) };
    const told = fingerprint(loop);
    if (!told) throw new Error('no fingerprint');
    expect(createRunner(told.program, sizes).run(inputs)).toMatchObject(
      createRunner(loop, sizes).run(inputs),
    );
  });

  it('is not made of an extremum over the rows', () => {
    expect(fingerprint(compileAll(parseModel('data x[m]; param w\nJ = max(i<m, x[i]*w)')))).toBeNull();
  });
});
