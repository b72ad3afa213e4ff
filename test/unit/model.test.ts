import { expect, test } from 'vitest';
import { parseModel } from '../support/model';

test('alpha-equivalent sums are one node', () => {
  const p = parseModel('data x[n]\nu = sum(i<n, x[i])\nv = sum(j<n, x[j])');
  expect(p.bindings[0]?.def).toBe(p.bindings[1]?.def);
});
