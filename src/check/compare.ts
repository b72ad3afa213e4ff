/** Compares one expression with the exact derivative, cell by cell, at every trial. */
import type { Axis } from '../core/definition';
import type { Node } from '../core/expr';
import type { Point } from '../core/evaluate';
import { evaluateCells, type Cell, type Trial } from './points';

/** One cell where two gradients were compared. */
export interface Place {
  readonly point: Point;
  readonly cell: Cell;
  readonly given: number;
  readonly exact: number;
}

export interface Comparison {
  /** Trials where every cell agreed and at least one of them could tell. */
  readonly agreeing: number;
  /** Trials where some cell differed beyond doubt. */
  readonly differing: number;
  /** Trials in which nothing could be told: not finite, or lost in rounding. */
  readonly undecided: number;
  /** Largest relative difference over the cells that could tell. */
  readonly worst: number;
  /** The place of the clearest difference. */
  readonly counterExample: Place | null;
  /** All values are exactly 0 while the derivative is not. */
  readonly allZero: boolean;
}

/** Relative differences below this are agreement, if rounding does not explain even less. */
const AGREE = 1e-9;

/** Relative differences below this are those of the same computation in another order. */
const SAME = 1e-12;

/** Relative differences above this are a difference; a formula with rounded constants is only approximate below 2e-3. */
export const DIFFER = 1e-5;
export const APPROXIMATE = 2e-3;

export function compare(
  node: Node,
  axes: readonly Axis[],
  trials: readonly Trial[],
  differ = DIFFER,
): Comparison {
  let agreeing = 0;
  let differing = 0;
  let worst = 0;
  let allZero = true;
  let counterExample: Place | null = null;
  let clearest = 0;
  for (const trial of trials) {
    const outcome = compareAt(node, axes, trial, differ);
    if (outcome.state === 'agree') agreeing += 1;
    if (outcome.state === 'differ') differing += 1;
    worst = Math.max(worst, outcome.worst);
    allZero &&= outcome.zero;
    if (outcome.place && outcome.worst > clearest) {
      clearest = outcome.worst;
      counterExample = outcome.place;
    }
  }
  const undecided = trials.length - agreeing - differing;
  return {
    agreeing,
    differing,
    undecided,
    worst,
    counterExample,
    allZero: allZero && differing > 0,
  };
}

/** True when `node` is the exact derivative at every trial that can tell, and some can. */
export const agrees = (node: Node, axes: readonly Axis[], trials: Iterable<Trial>): boolean =>
  agreesAt(node, axes, trials, 0);

/** Ends at the first trial that differs. */
function agreesAt(node: Node, axes: readonly Axis[], trials: Iterable<Trial>, fewest: number): boolean {
  let told = false;
  let count = 0;
  for (const trial of trials) {
    const { state } = compareAt(node, axes, trial, AGREE);
    if (state === 'differ') return false;
    told ||= state === 'agree';
    count += 1;
  }
  return told && count >= fewest;
}

/** Whether `node` differs beyond doubt at two trials at least, and there are enough for evidence. */
export function differsTwice(
  node: Node,
  axes: readonly Axis[],
  trials: Iterable<Trial>,
  differ = DIFFER,
): boolean {
  let differing = 0;
  let count = 0;
  for (const trial of trials) {
    count += 1;
    if (compareAt(node, axes, trial, differ).state === 'differ') differing += 1;
    if (differing >= 2 && count >= FEWEST) return true;
  }
  return false;
}

/** Fewer trials than this are no evidence. */
export const FEWEST = 3;

/** `agrees` with enough trials to be evidence. */
export const holds = (node: Node, axes: readonly Axis[], trials: Iterable<Trial>): boolean =>
  agreesAt(node, axes, trials, FEWEST);

interface Outcome {
  readonly state: 'agree' | 'differ' | 'undecided';
  readonly worst: number;
  readonly place: Place | null;
  readonly zero: boolean;
}

function compareAt(node: Node, axes: readonly Axis[], trial: Trial, differ: number): Outcome {
  const given = evaluateCells(trial.evaluator, node, axes, trial.cells);
  const roundings = [given.errors(), trial.exact.errors()] as const;
  let told = false;
  let agreed = true;
  let worst = 0;
  let place: Place | null = null;
  let differs = false;
  trial.cells.forEach((cell, k) => {
    const value = given.values[k] ?? NaN;
    const exact = trial.exact.values[k] ?? NaN;
    const size = Math.max(Math.abs(value), Math.abs(exact));
    const error = (roundings[0][k] ?? 0) + (roundings[1][k] ?? 0);
    if (!Number.isFinite(value)) {
      agreed = false;
      return;
    }
    const difference = Math.abs(value - exact);
    if (error > AGREE * size && difference <= error) {
      // Both vanish up to rounding: agreement, if rounding is small beside what was added up. Values that are the same to
      // nearly all places are no accident either, where the bound on rounding is only too cautious.
      told ||= size <= error || difference <= SAME * size;
      return;
    }
    const relative = size === 0 ? 0 : difference / size;
    told = true;
    if (relative > worst) {
      worst = relative;
      place = { point: trial.point, cell, given: value, exact };
    }
    if (relative > AGREE) agreed = false;
    if (relative > differ && difference > 1e3 * error) differs = true;
  });
  const zero = given.values.every((value) => value === 0);
  const state = differs ? 'differ' : told && agreed ? 'agree' : 'undecided';
  return { state, worst, place, zero };
}
