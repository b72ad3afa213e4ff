/** `np.add.at(dW, idx, dout)`: what is added at positions that may repeat, each as often as it occurs. */
import type { Span } from '../core/definition';
import type { IndexNode, Node } from '../core/expr';
import { changeInPlace } from './aliases';
import { toArray } from './arguments';
import { at, broadcast, contracted } from './arrays';
import { array, shapeError, unsupported, type CallArgument, type Run } from './run';
import { NONE, type ArrayV, type UnknownValue, type Value } from './values';

/** The sign of what a function of a library adds at positions; null for any other function. */
export const scatterSign = (path: string): 1 | -1 | null =>
  /^(numpy|cupy)\.add\.at$/.test(path) ? 1 : /^(numpy|cupy)\.subtract\.at$/.test(path) ? -1 : null;

/** Changes its first argument in place. */
export function addAt(
  run: Run,
  sign: 1 | -1,
  args: readonly CallArgument[],
  span: Span,
  nameOf: (value: ArrayV) => string,
): Value {
  const [target, places, change] = args.map((arg) => arg.value);
  const old = toArray(run, target, span);
  const added = toArray(run, change, span);
  if (old.kind === 'unknown') return old;
  const result = added.kind === 'unknown' ? added : sumAt(run, sign, old, itemsOf(places), added, span);
  if (target) changeInPlace(run, target, old, result, nameOf(old), span);
  return NONE;
}

/** `(rows, columns)` are positions in two axes. */
const itemsOf = (places: Value | undefined): readonly (Value | undefined)[] =>
  places?.kind === 'sequence' && places.form === 'tuple' ? places.items : [places];

/** The sum over all positions p of what is added there: old[v] + sum_p [idx_p = v] added[p]. */
function sumAt(
  run: Run,
  sign: 1 | -1,
  old: ArrayV,
  items: readonly (Value | undefined)[],
  added: ArrayV,
  span: Span,
): ArrayV | UnknownValue {
  const positions: ArrayV[] = [];
  for (const item of items) {
    if (item?.kind === 'slice' || item?.kind === 'none' || item?.kind === 'ellipsis')
      return unsupported('adds at positions beside a slice', span, 'index-assignment');
    const value = toArray(run, item, span);
    if (value.kind === 'unknown') return value;
    if (value.mask) return unsupported('adds where a condition holds', span, 'index-assignment');
    positions.push(value);
  }
  if (positions.length > old.axes.length) return shapeError(run, 'too many indices for this array', span);
  const joined = broadcast(run, positions, span);
  if ('kind' in joined) return joined;
  const rest = old.axes.slice(positions.length);
  const count = joined.axes.length;
  if (added.axes.length > count + rest.length)
    return shapeError(run, 'what is added has more axes than the places it is added to', span);
  const { arena } = run;
  // The positions are summed over; the axes that are not indexed stay.
  const summed = joined.axes.map((axis, k) => (axis.index ? contracted(run, k, axis.size) : null));
  const wanted = [...joined.axes.map((axis, k) => ({ ...axis, index: summed[k] ?? null })), ...rest];
  const own = wanted.slice(wanted.length - added.axes.length);
  const fits = added.axes.every(
    ({ index, size }, k) => !index || (own[k]?.index && run.sizes.unify(size, own[k].size)),
  );
  if (!fits) return shapeError(run, 'what is added does not fit the places it is added to', span);
  const moved = (element: Node): Node =>
    arena.substituteAll(
      element,
      joined.axes.flatMap((axis, k): [IndexNode, Node][] => {
        const index = summed[k];
        return axis.index && index ? [[axis.index, index]] : [];
      }),
    );
  const conditions = joined.elements.map((element, k) => {
    const axis = old.axes[k]?.index;
    return axis ? arena.delta(axis, moved(element)) : arena.one;
  });
  const value = at(
    run,
    added,
    own.map((axis) => axis.index),
  );
  const term = arena.mul(...conditions, value);
  const total = summed.reduceRight<Node>((node, index) => (index ? arena.sum(index, node) : node), term);
  return array(old.axes, arena.add(old.element, sign === 1 ? total : arena.neg(total)));
}
