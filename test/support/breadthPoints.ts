/** Points at which functions are compared: random, extreme, and on both sides of a kink. */
import type { Input, Program } from '../../src/core/definition';
import { createEvaluator, type Point, type PointArray } from '../../src/core/evaluate';
import { createRandom } from '../../src/core/random';
import { samplePoint, sampleSizes } from '../../src/core/sample';
import type { BreadthRow } from './breadthRow';
import { parseExpression } from './model';

export interface BreadthPoint {
  readonly kind: 'random' | 'extreme' | 'near a kink' | 'at a kink';
  readonly point: Point;
}

const RANDOM_SEEDS = [11, 12];
const EXTREME_SEEDS = [21, 22, 23];
const KINK_SEED = 51;
const EXTREME_FACTOR = 12;
/** Distance from a kink, as a part of the way between two random points. */
const NEAR = 1e-6;

/** Every point is inside the domains, and both sides of each kind of kink that was found are there. */
export function breadthPoints(program: Program, row: BreadthRow): BreadthPoint[] {
  const { extreme = EXTREME_FACTOR, kinks = [] } = row;
  const random = RANDOM_SEEDS.map((seed, k): BreadthPoint => ({
    kind: 'random',
    point: samplePoint(program, createRandom(seed), sampleSizes(program, k)),
  }));
  const far = EXTREME_SEEDS.map((seed): BreadthPoint => ({
    kind: 'extreme',
    point: stretched(program, samplePoint(program, createRandom(seed)), extreme),
  }));
  const base = samplePoint(program, createRandom(KINK_SEED));
  const at = kinks.map((kink): BreadthPoint => {
    const x = createEvaluator(program, base).value(parseExpression(kink, program.arena));
    return { kind: 'at a kink', point: { ...base, inputs: { ...base.inputs, x } } };
  });
  return [...random, ...far, ...nearKinks(program), ...at];
}

function withParameters(
  program: Program,
  point: Point,
  change: (value: number, input: Input, cell: number) => number,
): Point {
  const inputs: Record<string, number | PointArray> = { ...point.inputs };
  for (const input of program.inputs) {
    const value = inputs[input.name];
    if (input.role !== 'parameter' || value === undefined) continue;
    inputs[input.name] =
      typeof value === 'number'
        ? change(value, input, 0)
        : { dims: value.dims, data: Array.from(value.data).map((v, k) => change(v, input, k)) };
  }
  return { ...point, inputs };
}

/** Reals times the factor; values of an interval alternate between near to its ends, or to 0 and infinity. */
function stretched(program: Program, point: Point, factor: number): Point {
  return withParameters(program, point, (value, { domain }, cell) => {
    if (domain.kind !== 'interval') return value * factor;
    const [low, high] = [domain.low, domain.high];
    const up = cell % 2 === 0;
    if (high === Infinity) return low + (value - low) * (up ? 1e3 : 1e-3);
    return up ? low + (value - low) * 1e-7 : high - (high - value) * 1e-7;
  });
}

function signature(program: Program, point: Point): string {
  const evaluator = createEvaluator(program, point);
  evaluator.value(program.arena.sym(program.output));
  return evaluator.signature();
}

/** Where the way between two random points first takes other pieces, found by bisection, a little to both sides of it. */
function nearKinks(program: Program): BreadthPoint[] {
  const out: BreadthPoint[] = [];
  const seen = new Set<string>();
  const from = samplePoint(program, createRandom(31));
  const start = signature(program, from);
  for (let seed = 32; seed < 72 && out.length < 4; seed += 1) {
    const wild = stretched(program, samplePoint(program, createRandom(seed)), 4);
    const along = (t: number): Point => mixed(program, from, wild, t);
    if (signature(program, along(1)) === start) continue;
    let [low, high] = [0, 1];
    for (let k = 0; k < 50; k += 1) {
      const mid = (low + high) / 2;
      if (signature(program, along(mid)) === start) low = mid;
      else high = mid;
    }
    const points = [low - NEAR, high + NEAR].map(along);
    const pieces = points.map((point) => signature(program, point));
    if (pieces[0] === pieces[1] || seen.has(pieces.join())) continue;
    seen.add(pieces.join());
    out.push(...points.map((point): BreadthPoint => ({ kind: 'near a kink', point })));
  }
  return out;
}

function mixed(program: Program, from: Point, to: Point, t: number): Point {
  return withParameters(program, from, (value, input, cell) => {
    const end = to.inputs[input.name];
    const target = end === undefined ? value : typeof end === 'number' ? end : (end.data[cell] ?? value);
    return value + t * (target - value);
  });
}
