/** `np.array([[a, b], [c, d]])`: items of equal shape along a new first axis of a literal length. */
import type { Span } from '../core/definition';
import type { Node } from '../core/expr';
import { toArray } from './arguments';
import { sameShape } from './arrays';
import { array, makeAxes, unsupported, type Run } from './run';
import type { ArrayV, UnknownValue, Value } from './values';

const decline = (span: Span): UnknownValue => unsupported('builds an array from a list', span, 'list-array');

/** Lists in lists become axes in the order of their nesting. */
export function stackedArray(run: Run, items: readonly Value[], span: Span): ArrayV | UnknownValue {
  const arrays: ArrayV[] = [];
  for (const item of items) {
    const value = item.kind === 'sequence' ? stackedArray(run, item.items, span) : toArray(run, item, span);
    if (value.kind === 'unknown') return value;
    arrays.push(value);
  }
  const [first] = arrays;
  if (!first || arrays.some((own) => own.axes.length !== first.axes.length || !sameShape(run, own, first)))
    return decline(span);
  const axes = makeAxes(run, [String(arrays.length), ...first.axes.map(({ size }) => size)]);
  const [place, ...rest] = axes;
  if (!place?.index) return array(axes, first.element);
  const { index } = place;
  const { arena } = run;
  const terms = arrays.map((own, k): Node => {
    const moved = own.axes.flatMap((axis, p) => {
      const next = rest[p]?.index;
      return axis.index && next ? [[axis.index, next] as const] : [];
    });
    return arena.mul(arena.substituteAll(own.element, moved), arena.delta(index, arena.num(k)));
  });
  return array(axes, arena.add(...terms));
}
