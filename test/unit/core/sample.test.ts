import { expect, test } from 'vitest';
import { createEvaluator, type PointArray } from '../../../src/core/evaluate';
import { createRandom } from '../../../src/core/random';
import { programSizes, samplePoint, sampleSizes } from '../../../src/core/sample';
import { parseModel } from '../../support/model';

const EVERY_DOMAIN = `data X[m,n]; data u[m] unit; data q[m] positive; label y[m] binary; label t[m] sign; label c[m] class:k
label Y[m,k] onehot; label D[m,k] distribution; param w[n]; param b; hyper lam; hyper p unit; upstream g[m]
J = sum(i<m, X[i,0])`;
const values = (value: number | PointArray | undefined): number[] =>
  value === undefined ? [] : typeof value === 'number' ? [value] : Array.from(value.data);

test('the same seed gives the same point, another seed another', () => {
  const program = parseModel(EVERY_DOMAIN);
  const at = (seed: number): string => JSON.stringify(samplePoint(program, createRandom(seed)));
  expect(at(3)).toBe(at(3));
  expect(at(3)).not.toBe(at(4));
});

test('sizes are distinct and above 1 in every variant', () => {
  const program = parseModel(EVERY_DOMAIN);
  expect(programSizes(program)).toEqual(['m', 'n', 'k']);
  expect(sampleSizes(program)).toEqual({ m: 5, n: 3, k: 4 });
  for (const variant of [0, 1, 2, 3]) {
    const lengths = Object.values(sampleSizes(program, variant));
    expect(new Set(lengths).size).toBe(3);
    expect(Math.min(...lengths)).toBeGreaterThan(1);
  }
});

test('inputs lie in their domains', () => {
  const program = parseModel(EVERY_DOMAIN);
  const random = createRandom(11);
  for (let k = 0; k < 50; k += 1) {
    const { inputs } = samplePoint(program, random);
    const all = (name: string, holds: (v: number) => boolean): void =>
      expect(values(inputs[name]).every(holds), name).toBe(true);
    all('u', (v) => v > 0 && v < 1);
    all('p', (v) => v > 0 && v < 1);
    all('q', (v) => v > 0);
    all('c', (v) => Number.isInteger(v) && v >= 0 && v < 4);
    all('lam', (v) => v > 0.2 && Math.abs(v - 1) > 0.1);
    all('X', (v) => Math.abs(v) < 3 && Math.abs(v) >= 0.05);
    expect([...new Set(values(inputs.y))].sort()).toEqual([0, 1]);
    expect([...new Set(values(inputs.t))].sort()).toEqual([-1, 1]);
    for (const name of ['Y', 'D']) {
      const rows = values(inputs[name]);
      for (let i = 0; i < 5; i += 1)
        expect(rows.slice(4 * i, 4 * i + 4).reduce((a, b) => a + b)).toBeCloseTo(1, 14);
    }
    expect(values(inputs.Y).every((v) => v === 0 || v === 1)).toBe(true);
  }
});

test('programs that are defined only for some reals get points where they are defined', () => {
  for (const loss of [
    'sum(j<n, log(w[j]))',
    'sum(j<n, sqrt(w[j] + 1))',
    'sum(j<n, arcsin(w[j]))',
    'log(1 - sum(j<n, w[j]))',
  ]) {
    const program = parseModel(`param w[n]\nJ = ${loss}`);
    const random = createRandom(5);
    for (let k = 0; k < 40; k += 1) {
      const point = samplePoint(program, random);
      expect(createEvaluator(program, point).value(program.arena.sym('J')), loss).not.toBeNaN();
    }
  }
});
