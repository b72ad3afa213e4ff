/** Verification of steps: both sides evaluated at random points inside the domain. */
import type { Binding, Program } from './definition';
import type { Step, Verification } from './derivation';
import { createEvaluator, type Evaluator } from './evaluate';
import { freeIndices, type Node } from './expr';
import type { Site } from './sample';
import type { Sites } from './sites';

/** Differences up to this many rounding errors of the evaluation are none. */
const ROUNDINGS = 2 ** 13;
const EPSILON = 2 ** -53;
/** Relative differences up to this need no look at the rounding. */
const TINY = 2 ** -44;
/** Values below this have lost digits to underflow. */
const UNDERFLOW = 2 ** -1022;
/** Differences of a few of the smallest numbers are none there. */
const FEW = 64 * Number.MIN_VALUE;
/** Of numbers below this hardly a digit is left. */
const VANISHED = 2 ** 12 * FEW;
/** Relative difference up to which two sides agree where the evaluator gives no bound; beyond it nothing is known. */
const UNBOUNDED = 1e-9;

export interface Verifier {
  /** The step and its children with the outcome of evaluating both sides. */
  verify(step: Step): Step;
  /** Symbols that are not bindings of the program, from now on. */
  define(bindings: readonly Binding[]): void;
  /** Outcome for one equation. */
  compare(before: Node, after: Node): Verification;
}

/** Steps are evaluated at the sites. */
export function createVerifier(program: Program, sites: Sites, extra: readonly Binding[] = []): Verifier {
  const points = sites.open().flatMap((site) => placesOf(program, site));
  const define = (bindings: readonly Binding[]): void => {
    for (const place of points) place.define(bindings);
  };
  define(extra);
  const known = new Map<Step, Step>();
  const outcomes = new Map<string, Verification>();

  const compare = (before: Node, after: Node): Verification => {
    const key = `${before.id}=${after.id}`;
    let outcome = outcomes.get(key);
    if (!outcome) outcomes.set(key, (outcome = compareAt(before, after)));
    return outcome;
  };

  const compareAt = (before: Node, after: Node): Verification => {
    let count = 0;
    let worst = 0;
    let reason = 'the expressions are not finite at the points that were tried';
    for (const place of points) {
      let difference: number | null;
      try {
        difference = place.quickDifference(before, after) ?? place.difference(before, after);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        reason = error.message;
        continue;
      }
      if (difference === null) continue;
      count += 1;
      worst = Math.max(worst, difference);
    }
    if (count === 0) return { status: 'not-checked', points: 0, worst: 0, reason };
    const failed = worst > ROUNDINGS * EPSILON;
    return {
      status: failed ? 'failed' : 'verified',
      points: count,
      worst,
      reason: failed ? `the two sides differ by a relative ${worst.toExponential(1)}` : '',
    };
  };

  const verify = (step: Step): Step => {
    let result = known.get(step);
    if (!result) {
      const { rule, title, mentions, before, after, touchedBefore, touchedAfter, assumptions } = step;
      const said = { rule, title, mentions, before, after, touchedBefore, touchedAfter, assumptions };
      const children = step.children.map(verify);
      result = { ...said, verification: compare(before, after), children };
      known.set(step, result);
    }
    return result;
  };
  return { define, verify, compare };
}

/** A point, and where indices stand there: the same for all steps, so that evaluations are shared. */
interface Place {
  define(bindings: readonly Binding[]): void;
  /** |before - after| relative to the size of what was computed; null where that says nothing. */
  difference(before: Node, after: Node): number | null;
  /** The same for two sides that agree in all digits but those that cancelling sums lose; null where they do not, or cannot be computed quickly. */
  quickDifference(before: Node, after: Node): number | null;
}

/** The two differ in nothing but what underflow has cut off. */
function haveUnderflowed(a: number, b: number): boolean {
  const size = Math.max(Math.abs(a), Math.abs(b));
  return size > 0 && size < UNDERFLOW && Math.abs(a - b) <= FEW;
}

function placesOf(program: Program, { points, quick, position }: Site): Place[] {
  return points.map((point, at) => {
    let extra: readonly Binding[] = [];
    let evaluator: Evaluator | null = null;
    return {
      define(bindings) {
        const known = new Set(extra.map(({ name }) => name));
        const fresh = bindings.filter(({ name }) => !known.has(name));
        if (fresh.length === 0) return;
        quick.define(fresh);
        extra = [...extra, ...fresh];
        evaluator = null;
      },
      quickDifference(before, after) {
        const [a, b] = [quick.value(before, at), quick.value(after, at)];
        if (!Number.isFinite(a) || !Number.isFinite(b)) return null;
        let size = Math.max(Math.abs(a), Math.abs(b));
        if (haveUnderflowed(a, b)) return size < VANISHED ? null : 0;
        if (Math.abs(a - b) > TINY * size) size = Math.max(quick.scale(before, at), quick.scale(after, at));
        if (!(Math.abs(a - b) <= TINY * size)) return null;
        return size === 0 ? 0 : Math.abs(a - b) / size;
      },
      difference(before, after) {
        evaluator ??= createEvaluator(program, point, extra);
        const stands: Record<string, number> = {};
        for (const index of [...freeIndices(before), ...freeIndices(after)])
          stands[index.name] = position(index);
        const [a, b] = [evaluator.value(before, stands), evaluator.value(after, stands)];
        if (!Number.isFinite(a) || !Number.isFinite(b)) return null;
        const size = Math.max(Math.abs(a), Math.abs(b));
        if (haveUnderflowed(a, b)) return size < VANISHED ? null : 0;
        if (Math.abs(a - b) <= TINY * size) return size === 0 ? 0 : Math.abs(a - b) / size;
        const left = evaluator.valueWithScale(before, stands);
        const right = evaluator.valueWithScale(after, stands);
        const bound = Math.max(left.scale, right.scale);
        if (Number.isFinite(bound)) return Math.abs(a - b) / bound;
        return Math.abs(a - b) <= UNBOUNDED * size ? 0 : null;
      },
    };
  });
}
