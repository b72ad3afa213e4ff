/**
 * Brings a hand-written gradient to the axes of what it differentiates by. NumPy forgives much (a unit axis more, a
 * gradient of a bias with keepdims), so the layout is settled before any number is compared.
 */
import { axisIndices, type ArrayValue, type Axis } from '../core/definition';
import type { Arena, IndexNode, Node } from '../core/expr';
import { elementAt } from './inline';

/**
 * `same`: equal axes. `units`: equal up to axes of length 1. `transposed`: the axes in reverse order. `larger`: it has further
 * axes, summed over in `element`. `smaller`: it lacks axes. `different`: none of these.
 */
export type Layout = 'same' | 'units' | 'transposed' | 'larger' | 'smaller' | 'different';

export interface Aligned {
  readonly layout: Layout;
  /** The element over the target's indices; null for `different`. */
  readonly element: Node | null;
  /** The sizes that `larger` has too many or `smaller` lacks. */
  readonly sizes: readonly string[];
}

const sizesOf = (axes: readonly Axis[]): string[] => axes.map((axis) => axis.size);
const equal = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((size, k) => size === b[k]);
const withoutUnits = (sizes: readonly string[]): string[] => sizes.filter((size) => size !== '1');

export function align(arena: Arena, value: ArrayValue, target: readonly Axis[]): Aligned {
  const have = sizesOf(value.axes);
  const want = sizesOf(target);
  const indices = axisIndices(target);
  const direct = (): Node => elementAt(arena, value, indices);
  if (equal(have, want)) return { layout: 'same', element: direct(), sizes: [] };
  const some = withoutUnits(have);
  const needed = withoutUnits(want);
  if (equal(some, needed)) {
    const turned = have.length === want.length && equal([...have].reverse(), want) && some.length > 0;
    return { layout: turned ? 'transposed' : 'units', element: direct(), sizes: [] };
  }
  if (equal([...some].reverse(), needed))
    return { layout: 'transposed', element: elementAt(arena, value, [...indices].reverse()), sizes: [] };
  return summed(arena, value, needed, indices) ?? lacking(some, needed, direct) ?? different();
}

function different(): Aligned {
  return { layout: 'different', element: null, sizes: [] };
}

/** The value summed over its axes whose sizes the target does not have. */
function summed(
  arena: Arena,
  value: ArrayValue,
  needed: readonly string[],
  indices: readonly IndexNode[],
): Aligned | null {
  const own = axisIndices(value.axes);
  const kept = own.filter((index) => needed.includes(index.size));
  if (
    kept.length === own.length ||
    !equal(
      kept.map((index) => index.size),
      needed,
    )
  )
    return null;
  const extra = own.filter((index) => !kept.includes(index));
  const total = extra.reduce((node, index) => arena.sum(index, node), value.element);
  const axes = kept.map((index) => ({ size: index.size, index }));
  return {
    layout: 'larger',
    element: elementAt(arena, { axes, element: total }, indices),
    sizes: extra.map((index) => index.size),
  };
}

function lacking(some: readonly string[], needed: readonly string[], direct: () => Node): Aligned | null {
  if (some.length > 0) return null;
  return { layout: 'smaller', element: direct(), sizes: needed };
}
