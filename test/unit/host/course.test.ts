import { expect, it } from 'vitest';
import type { RunState } from '../../../src/engine/api';
import { encodeState } from '../../../src/engine/training/state';
import { extend, noCourses, restore } from '../../../src/host/course';

function stateOf(epochs: number): RunState {
  const numbers = Float64Array.from({ length: epochs }, (_, k) => 1 / (k + 1));
  const bytes = encodeState({
    version: 1,
    definitionId: 'a',
    options: { learningRate: 1, epochs, seed: 1, initScale: 0, tolerance: 0 },
    epoch: epochs,
    step: epochs,
    parameters: { w: Float64Array.of(1) },
    lastGood: { w: Float64Array.of(1) },
    optimizer: { name: 'gradient-descent', memory: {} },
    evaluated: null,
    losses: numbers,
    gradientNorms: numbers.map((value) => 2 * value),
    validationLosses: new Float64Array(0),
    best: null,
    checks: [],
    milliseconds: 0,
  });
  return { curve: 'derived', epoch: epochs, bytes };
}

it('takes up the course of a long run, and lets others have their turn meanwhile', async () => {
  const epochs = 200_000;
  let turns = 0;
  let done = false;
  const count = (): void => {
    turns += 1;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  const courses = await restore(noCourses(), [stateOf(epochs)]);
  done = true;
  expect(turns).toBeGreaterThan(10);
  const { losses, gradientNorms, validationLosses } = courses.derived;
  expect([losses.length, gradientNorms.length, validationLosses.length]).toEqual([epochs, epochs, 0]);
  expect([losses.at(-1), gradientNorms.at(-1)]).toEqual([1 / epochs, 2 / epochs]);
  expect(courses.hand.losses).toEqual([]);
});

it('goes back to where the state stands', async () => {
  const courses = await restore(noCourses(), [stateOf(3)]);
  const told = { runId: 'r', epoch: 5, epochs: 9, losses: [0.2, 0.1], gradientNorms: [2, 1], firstEpoch: 3 };
  extend(courses, told);
  expect(courses.derived.losses).toHaveLength(5);
  await restore(courses, [stateOf(2)]);
  expect(courses.derived.losses).toEqual([1, 1 / 2]);
});
