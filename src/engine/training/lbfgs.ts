/** L-BFGS, and gradient descent with a line search. */
import { backtrack, strongWolfe } from './lineSearch';
import type { Memory, Moved, Search } from './optimizer';
import { dot, euclidean, plus, scaled, zip } from './vectors';

/** Pairs of steps and changes of the gradient that are kept. */
const PAIRS = 10;

export const NO_DECREASE = 'No step along the direction of descent lowers the loss any further.';

/**
 * Limited-memory BFGS: the direction -H g, where H is built from the last ten steps s and changes of the gradient y, by the
 * recursion of two loops (Nocedal, "Updating Quasi-Newton Matrices with Limited Storage", 1980; Liu and Nocedal 1989), and a step
 * by the strong Wolfe conditions, which make every s·y positive.
 */
export const lbfgs: Search = function* (at, memory, _settings, oracle): Generator<void, Moved> {
  const { parameters, gradient, loss } = at;
  const pairs = pairsOf(memory, parameters.length);
  const evaluate = (x: Float64Array) => oracle.evaluate(x);
  const norm = euclidean(gradient);
  for (const kept of pairs.length > 0 ? [pairs, []] : [[]]) {
    const direction = twoLoops(kept, gradient);
    const line = { from: parameters, loss, gradient, direction, evaluate };
    // Without any measure of the curvature, the first step has the length 1 at most.
    const found = yield* strongWolfe(line, kept.length > 0 ? 1 : Math.min(1, 1 / norm));
    if (!found) continue;
    const step = zip(found.parameters, parameters, (a, b) => a - b);
    const change = zip(found.gradient, gradient, (a, b) => a - b);
    const usable = dot(step, change) > Number.EPSILON * dot(change, change);
    const next = usable ? [...kept, { step, change }].slice(-PAIRS) : kept;
    return { parameters: found.parameters, memory: memoryOf(next), evaluated: found };
  }
  return { parameters, memory: {}, evaluated: at, stuck: NO_DECREASE };
};

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
}

function pairsOf({ steps, changes }: Memory, length: number): Pair[] {
  if (!steps || !changes) return [];
  return Array.from({ length: steps.length / length }, (_, k) => ({
    step: steps.subarray(k * length, (k + 1) * length),
    change: changes.subarray(k * length, (k + 1) * length),
  }));
}

function memoryOf(pairs: readonly Pair[]): Memory {
  if (pairs.length === 0) return {};
  const together = (vectors: readonly Float64Array[]): Float64Array => {
    const length = vectors[0]?.length ?? 0;
    const out = new Float64Array(length * vectors.length);
    vectors.forEach((vector, k) => {
      out.set(vector, k * length);
    });
    return out;
  };
  return {
    steps: together(pairs.map(({ step }) => step)),
    changes: together(pairs.map(({ change }) => change)),
  };
}

/** -H g; H is scaled by s·y / y·y of the last pair. */
function twoLoops(pairs: readonly Pair[], gradient: Float64Array): Float64Array {
  let q: Float64Array = gradient;
  const newest = [...pairs].reverse().map((pair) => {
    const rho = 1 / dot(pair.step, pair.change);
    const alpha = rho * dot(pair.step, q);
    q = plus(q, -alpha, pair.change);
    return { ...pair, rho, alpha };
  });
  const [last] = newest;
  let r = scaled(q, last ? 1 / (last.rho * dot(last.change, last.change)) : 1);
  for (const { step, change, rho, alpha } of newest.reverse())
    r = plus(r, alpha - rho * dot(change, r), step);
  return scaled(r, -1);
}

/** Steepest descent by Armijo's backtracking; each search starts at twice the length that the one before has found. */
export const searchedDescent: Search = function* (at, memory, { rate }, oracle): Generator<void, Moved> {
  const { parameters, gradient, loss } = at;
  const direction = scaled(gradient, -1);
  const evaluate = (x: Float64Array) => oracle.evaluate(x);
  const first = memory.length ? 2 * (memory.length[0] ?? rate) : rate;
  const found = yield* backtrack({ from: parameters, loss, gradient, direction, evaluate }, first);
  if (!found) return { parameters, memory, evaluated: at, stuck: NO_DECREASE };
  return { parameters: found.parameters, memory: { length: Float64Array.of(found.t) }, evaluated: found };
};
