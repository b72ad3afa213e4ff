/** Verification of steps: both sides evaluated at random points inside the domain. */
import type { Binding, Program } from './definition';
import type { Step, Verification } from './derivation';
import { createEvaluator, type Evaluator, type IndexValues } from './evaluate';
import type { Node, Size } from './expr';
import { createRandom, type Random } from './random';
import { samplePoint, sampleSizes } from './sample';

/** Lengths of axes vary from point to point. */
const POINTS = 3;
/** Index positions tried per point. */
const PLACES = 2;
/** Differences up to this many rounding errors of the evaluation are none. */
const ROUNDINGS = 2 ** 13;
const EPSILON = 2 ** -53;
/** Rounding allowed for, relative to the values, where the evaluator gives no bound. */
const UNBOUNDED = 2 ** 13;

export interface Verifier {
  /** The step and its children with the outcome of evaluating both sides. */
  verify(step: Step): Step;
  /** Outcome for one equation. */
  compare(before: Node, after: Node): Verification;
}

/** Points are drawn from `seed`; `extra` defines symbols that are not bindings of the program. */
export function createVerifier(program: Program, extra: readonly Binding[], seed: number): Verifier {
  const random = createRandom(seed);
  const points: { evaluator: Evaluator; sizes: Readonly<Record<Size, number>> }[] = [];
  for (let k = 0; k < POINTS; k++) {
    const sizes = sampleSizes(program, k);
    const point = samplePoint(program, random, sizes);
    points.push({ evaluator: createEvaluator(program, point, extra), sizes });
  }
  const known = new Map<Step, Step>();
  const outcomes = new Map<string, Verification>();

  const compare = (before: Node, after: Node): Verification => {
    const key = `${before.id}=${after.id}`;
    let outcome = outcomes.get(key);
    if (!outcome) outcomes.set(key, (outcome = compareAt(before, after)));
    return outcome;
  };

  const compareAt = (before: Node, after: Node): Verification => {
    const sizes = freeSizes([before, after]);
    let count = 0;
    let worst = 0;
    let reason = 'the expressions are not finite at the points that were tried';
    for (const { evaluator, sizes: lengths } of points)
      for (let place = 0; place < (sizes.size === 0 ? 1 : PLACES); place++) {
        const at = drawIndices(sizes, lengths, random);
        let difference: number | null;
        try {
          difference = relativeDifference(evaluator, before, after, at);
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
      result = {
        ...step,
        verification: compare(step.before, step.after),
        children: step.children.map(verify),
      };
      known.set(step, result);
    }
    return result;
  };
  return { verify, compare };
}

/** |before - after| relative to the size of what was computed; null where a side is not finite. */
function relativeDifference(evaluator: Evaluator, before: Node, after: Node, at: IndexValues): number | null {
  const left = evaluator.valueWithScale(before, at);
  const right = evaluator.valueWithScale(after, at);
  if (!Number.isFinite(left.value) || !Number.isFinite(right.value)) return null;
  const bound = Math.max(left.scale, right.scale);
  const scale = Number.isFinite(bound)
    ? bound
    : UNBOUNDED * Math.max(Math.abs(left.value), Math.abs(right.value));
  const difference = Math.abs(left.value - right.value);
  return difference === 0 ? 0 : difference / scale;
}

function freeSizes(nodes: readonly Node[]): Map<string, Size> {
  const found = new Map<string, Size>();
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    if (node.free.size === 0 || seen.has(node.id)) return;
    seen.add(node.id);
    if (node.kind === 'index') {
      if (nodes.some((top) => top.free.has(node.name))) found.set(node.name, node.size);
    } else node.args.forEach(visit);
  };
  nodes.forEach(visit);
  return found;
}

function drawIndices(
  sizes: ReadonlyMap<string, Size>,
  lengths: Readonly<Record<Size, number>>,
  random: Random,
): IndexValues {
  const at: Record<string, number> = {};
  for (const [name, size] of sizes) {
    const length = lengths[size] ?? Number(size);
    at[name] = Math.floor(random() * length);
  }
  return at;
}
