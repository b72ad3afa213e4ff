/** Sizes of derivatives on the nine expressions, against what a person would write. */
import { evaluate } from 'mathjs';
import { describe, expect, it } from 'vitest';
import { derive } from '../../../src/core/derive';
import { createEvaluator } from '../../../src/core/evaluate';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { NINE, nodesOf } from '../../support/nine';
import { parseModel } from '../../support/model';
import { printer } from '../../support/steps';

const results = NINE.map((row) => {
  const program = parseModel(row.source);
  const derivation = derive(program, { wrt: [row.wrt] });
  const element = derivation.gradients[0]?.element ?? program.arena.zero;
  const text = printer(program, derivation)(element);
  return { row, program, derivation, element, text, nodes: nodesOf(text) };
});

describe.each(results.map((r) => [r.row.name, r] as const))('%s', (_, { row, program, element, nodes }) => {
  it('has the hand form that it is said to have', () => {
    expect(nodesOf(row.hand)).toBe(row.ideal);
  });

  it('is at most two nodes over the hand form', () => {
    expect(nodes).toBeLessThanOrEqual(row.ideal + 2);
  });

  it('has the value of the hand form', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const point = samplePoint(program, createRandom(seed));
      const hand = Number(evaluate(row.hand, { ...point.inputs }));
      const ours = createEvaluator(program, point).value(element);
      expect(Math.abs(ours - hand)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(hand)));
    }
  });
});

it('are as small as the hand form, or smaller, for at least six', () => {
  const sizes = results.map(({ row, text, nodes }) => ({ nodes, ideal: row.ideal, text }));
  expect(sizes.filter(({ nodes, ideal }) => nodes <= ideal).length).toBeGreaterThanOrEqual(6);
});
