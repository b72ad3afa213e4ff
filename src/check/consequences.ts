/** Gradients that are wrong only because another wrong one is, which they are computed from. */
import { axisIndices, type Binding, type HandGradient, type Program } from '../core/definition';
import type { Derivation } from '../core/derivation';
import type { Judgement } from './judgement';
import { plainName } from './mistakes/case';
import { derivedOver, shapeOf } from './target';

interface Wrong {
  readonly hand: HandGradient;
  readonly judgement: Judgement;
}

/**
 * The judgements of all wrong gradients, in the order of the code: where one is right as soon as an earlier one is, it says so
 * instead of naming the same mistake again. `right` judges a gradient over helper bindings of which one is replaced.
 */
export function withCauses(
  program: Program,
  derivation: () => Derivation | null,
  all: readonly Wrong[],
  right: (hand: HandGradient) => Judgement | null,
): ReadonlyMap<HandGradient, Judgement> {
  const result = new Map<HandGradient, Judgement>();
  for (const [k, { hand, judgement }] of all.entries()) {
    const cause = all.slice(0, k).find((earlier) => {
      const mended = result.has(earlier.hand) ? null : mendedBy(program, derivation(), earlier.hand, hand);
      return mended !== null && right(mended) !== null;
    });
    if (!cause) continue;
    const { name, span } = cause.hand;
    result.set(hand, {
      ...judgement,
      rule: 'gradient-follows-wrong',
      message: `${plainName(hand.name)} is wrong only because ${plainName(name)} is (line ${span.startLine}): its own line is right.`,
      factor: null,
    });
  }
  return result;
}

/** `hand` with the variable of `cause` replaced by the derivative that it should be; null where it is not computed from it. */
function mendedBy(
  program: Program,
  derivation: Derivation | null,
  cause: HandGradient,
  hand: HandGradient,
): HandGradient | null {
  const own = hand.bindings.filter(({ name }) => plainName(name) === plainName(cause.name));
  const [variable, ...others] = own;
  // A variable that is assigned anew is not the same everywhere.
  if (others.length > 0 || cause.name === hand.name) return null;
  if (!variable || !isOver(program, variable, cause.of)) return null;
  const def = derivedOver(program, derivation, cause.of, variable.axes);
  const mended = hand.bindings.map((each) => (each === variable && def ? { ...each, def } : each));
  return def && { ...hand, bindings: mended };
}

const isOver = (program: Program, variable: Binding, of: string): boolean =>
  (shapeOf(program, of) ?? []).filter((size) => size !== '1').join() ===
  axisIndices(variable.axes)
    .map(({ size }) => size)
    .join();
