/** How far to go along a direction of descent. */
import type { Evaluated } from './objective';
import { dot, plus } from './vectors';

/** The loss along a line: at the length t of a step, with its slope. */
interface Trial extends Evaluated {
  readonly t: number;
  readonly parameters: Float64Array;
  readonly slope: number;
}

export interface Found extends Evaluated {
  readonly parameters: Float64Array;
  readonly t: number;
  /** Values of the loss that were asked for. */
  readonly trials: number;
}

export interface Line {
  readonly from: Float64Array;
  readonly loss: number;
  readonly gradient: Float64Array;
  /** Of descent. */
  readonly direction: Float64Array;
  readonly evaluate: (parameters: Float64Array) => Generator<void, Evaluated>;
}

/** Share of the decrease that the slope promises which a step must reach. */
const ENOUGH = 1e-4;
const MOST_TRIALS = 40;

function* tryAt(line: Line, t: number): Generator<void, Trial> {
  const parameters = plus(line.from, t, line.direction);
  const evaluated = yield* line.evaluate(parameters);
  return { ...evaluated, t, parameters, slope: dot(evaluated.gradient, line.direction) };
}

const usable = (trial: Trial): boolean => Number.isFinite(trial.loss) && Number.isFinite(trial.slope);

/**
 * Rounding of the loss: near its least value, decreases that are smaller than this cannot be seen, and the slopes decide alone
 * (Hager and Zhang, "A new conjugate gradient method with guaranteed descent", 2005).
 */
const ROUNDING = 4 * Number.EPSILON;

/** J(t) ≤ J(0) + c t J'(0), as far as rounding lets it be seen. */
const decreases = (start: Trial, trial: Trial): boolean =>
  trial.loss <= start.loss + ENOUGH * trial.t * start.slope ||
  (trial.loss <= start.loss + ROUNDING * Math.abs(start.loss) &&
    (2 * ENOUGH - 1) * start.slope >= trial.slope);

/** Null if the direction is not one of descent. */
function startOf({ from, loss, gradient, direction }: Line): Trial | null {
  const slope = dot(gradient, direction);
  return slope < 0 ? { loss, gradient, t: 0, parameters: from, slope } : null;
}

const found = (trial: Trial, trials: number): Found => ({
  loss: trial.loss,
  gradient: trial.gradient,
  parameters: trial.parameters,
  t: trial.t,
  trials,
});

/**
 * Backtracking: the first of t, and shorter ones, with enough decrease (Armijo 1966). A step at which the loss is not defined is
 * shortened like one that is too long. Null where rounding hides every decrease.
 */
export function* backtrack(line: Line, first: number): Generator<void, Found | null> {
  const start = startOf(line);
  if (!start) return null;
  let t = first;
  for (let trials = 1; trials <= MOST_TRIALS; trials += 1) {
    const trial = yield* tryAt(line, t);
    if (usable(trial) && decreases(start, trial)) return found(trial, trials);
    t = usable(trial) ? between(t * 0.1, t * 0.5, parabola(start, trial)) : t * 0.1;
  }
  return null;
}

const between = (low: number, high: number, value: number): number =>
  value >= low && value <= high ? value : value > high ? high : low;

/** The least point of the parabola through J(0), J'(0) and J(t). */
function parabola(start: Trial, { t, loss }: Trial): number {
  return (-start.slope * t * t) / (2 * (loss - start.loss - start.slope * t));
}

/**
 * A step with enough decrease whose slope is at most `curvature` times the one at the start (the strong Wolfe conditions; Nocedal
 * and Wright, "Numerical Optimization", 2nd ed., algorithms 3.5 and 3.6, with the interpolation of (3.59)). The best step with
 * enough decrease where the slope cannot be had; null where there is none.
 */
export function* strongWolfe(line: Line, first: number, curvature = 0.9): Generator<void, Found | null> {
  const start = startOf(line);
  if (!start) return null;
  const flat = (trial: Trial): boolean => Math.abs(trial.slope) <= -curvature * start.slope;
  let trials = 0;
  let low = start;
  let high: Trial | null = null;
  /** The end of the defined part, if a step went beyond it. */
  let limit = Infinity;
  let t = first;
  while (trials < MOST_TRIALS) {
    trials += 1;
    const trial = yield* tryAt(line, t);
    if (!usable(trial)) {
      limit = t;
      t = low.t + 0.1 * (t - low.t);
      continue;
    }
    // Lower than the best so far, or as low as rounding can tell.
    const better = decreases(start, trial) && trial.loss <= low.loss + ROUNDING * Math.abs(low.loss);
    if (better && flat(trial)) return found(trial, trials);
    if (!better) high = trial;
    else {
      if (trial.slope * (high ? high.t - low.t : 1) >= 0) high = low;
      low = trial;
    }
    if (high) {
      const width = Math.abs(high.t - low.t);
      if (width <= Number.EPSILON * Math.max(low.t, high.t)) break;
      t = interpolate(low, high);
    } else t = Math.min(4 * t, limit < Infinity ? (t + limit) / 2 : Infinity);
  }
  return low.t > 0 ? found(low, trials) : null;
}

/** The least point of the cubic through both values and slopes, kept off the ends. */
function interpolate(a: Trial, b: Trial): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const radicand = d1 * d1 - a.slope * b.slope;
  const d2 = Math.sign(b.t - a.t) * Math.sqrt(Math.max(0, radicand));
  const t = b.t - ((b.t - a.t) * (b.slope + d2 - d1)) / (b.slope - a.slope + 2 * d2);
  const near = Math.min(a.t, b.t);
  const far = Math.max(a.t, b.t);
  const margin = 0.1 * (far - near);
  return Number.isFinite(t) ? between(near + margin, far - margin, t) : (near + far) / 2;
}
