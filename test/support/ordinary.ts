/** Points at which derivatives by different ways must agree. */
import type { Program } from '../../src/core/definition';
import { createEvaluator, type Point, type ScaledValue } from '../../src/core/evaluate';
import type { Node } from '../../src/core/expr';

/** From this size on, of values and of bounds on their rounding, nothing is said. */
export const LARGEST = 1e12;

/** The bounds on rounding are of first order; this much above them is no rounding. */
const ROUNDINGS = 8 * 2 ** -53;

/** Everything is finite there, and no piecewise function stands at a kink, where its slope is a convention. */
export function isOrdinary(program: Program, point: Point): boolean {
  const evaluator = createEvaluator(program, point);
  const within = (node: Node): boolean =>
    (node.free.size > 0 || Math.abs(evaluator.value(node)) < LARGEST) && node.args.every(within);
  const finite = program.bindings.every(
    ({ name, def }) =>
      within(def) && Array.from(evaluator.array(name).data).every((value) => Math.abs(value) < LARGEST),
  );
  // Which element is the largest says nothing of a tie: a draw of reals has none.
  const pieces = evaluator.signature().replace(/@\d+,/g, '@');
  return finite && !/=|(^|[^.\d])0,/.test(pieces);
}

/** Null if both are the same but for rounding, undefined where rounding is not bounded, else what differs. */
export function disagreement(left: ScaledValue, right: ScaledValue): string | null | undefined {
  if (!(left.scale < LARGEST && right.scale < LARGEST)) return undefined;
  const allowed = ROUNDINGS * (left.scale + right.scale);
  return Math.abs(left.value - right.value) <= allowed ? null : `${left.value} is not ${right.value}`;
}
