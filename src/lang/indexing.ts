/** Reading and writing parts of arrays: `x[:, None]`, `X[i]`, `p[np.arange(m), y] -= 1`, `g[x < 0] *= a`. */
import type { Axis, Span } from '../core/definition';
import type { Node, Size } from '../core/expr';
import { at, broadcast, shapeText, type Result } from './arrays';
import { toArray } from './arguments';
import { onesOf, type Ones } from './classLabels';
import { array, makeAxes, shapeError, unsupported, type Run } from './run';
import { integerOf, type ArrayV, type UnknownValue, type Value } from './values';

/** What one item of an index does to the axis it meets. */
type Part =
  | { readonly kind: 'keep' }
  | { readonly kind: 'new' }
  /** One position, the axis dropped or kept with length 1. */
  | { readonly kind: 'at'; readonly position: Node; readonly keep: boolean }
  | { readonly kind: 'gather'; readonly positions: ArrayV };

/** One part per index item, for each axis in order; unindexed axes are kept. */
function parts(run: Run, value: ArrayV, items: readonly Value[], span: Span): Part[] | UnknownValue {
  const consuming = items.filter((item) => item.kind !== 'none' && item.kind !== 'ellipsis').length;
  if (consuming > value.axes.length)
    return shapeError(run, `too many indices for an array of shape ${shapeText(value)}`, span);
  const found: Part[] = [];
  let axis = 0;
  for (const item of items) {
    if (item.kind === 'none') found.push({ kind: 'new' });
    else if (item.kind === 'ellipsis') {
      for (let k = consuming; k < value.axes.length; k += 1, axis += 1) found.push({ kind: 'keep' });
    } else {
      const part = onePart(run, value.axes[axis], item, span);
      if (part.kind === 'unknown') return part;
      found.push(part);
      axis += 1;
    }
  }
  for (; axis < value.axes.length; axis += 1) found.push({ kind: 'keep' });
  return found;
}

function onePart(run: Run, axis: Axis | undefined, item: Value, span: Span): Part | UnknownValue {
  if (!axis) return shapeError(run, 'too many indices for this array', span);
  if (item.kind === 'slice') return slicePart(run, axis, item, span);
  const index = toArray(run, item, span);
  if (index.kind === 'unknown') return index;
  if (index.mask) return unsupported('selects elements by a condition', span, 'mask-selection');
  if (index.axes.length > 0) return { kind: 'gather', positions: index };
  const number = integerOf(index);
  if (number === null) return { kind: 'at', position: index.element, keep: false };
  // Of boxes of one number there is no second one.
  if (!axis.index && (number > 0 || number < -1))
    return shapeError(run, `there is no position ${number} along an axis of length 1`, span);
  return { kind: 'at', position: fixed(run, axis, number), keep: false };
}

/** A constant position, counted from the end when negative. */
function fixed(run: Run, axis: Axis, position: number): Node {
  if (position >= 0) return run.arena.num(position);
  return run.arena.add(run.arena.size(run.sizes.find(axis.size)), run.arena.num(position));
}

function slicePart(run: Run, axis: Axis, item: Value & { kind: 'slice' }, span: Span): Part | UnknownValue {
  const { start, stop, step } = item;
  const fromStart = start.kind === 'none' || integerOf(start) === 0;
  const stopsAtEnd =
    stop.kind === 'none' ||
    (stop.kind === 'array' &&
      stop.element.kind === 'size' &&
      run.sizes.find(stop.element.size) === run.sizes.find(axis.size));
  const single = step.kind === 'none' || integerOf(step) === 1;
  if (fromStart && stopsAtEnd && single) return { kind: 'keep' };
  if (start.kind === 'none' && stop.kind === 'none' && integerOf(step) === -1) return reversed(run, axis);
  const from = start.kind === 'none' ? 0 : integerOf(start);
  const to = stop.kind === 'none' ? (from === -1 ? 0 : null) : integerOf(stop);
  if (single && from !== null && to === from + 1)
    return { kind: 'at', position: fixed(run, axis, from), keep: true };
  return unsupported('uses a part of an axis', span, 'partial-slice');
}

/** `x[::-1]`: the positions from the last one down. */
function reversed(run: Run, axis: Axis): Part {
  if (!axis.index) return { kind: 'keep' };
  const { arena } = run;
  const size = run.sizes.find(axis.size);
  const [own] = makeAxes(run, [size]);
  if (!own?.index) return { kind: 'keep' };
  const element = arena.add(arena.size(size), arena.neg(own.index), arena.minusOne);
  return { kind: 'gather', positions: array([own], element) };
}

/** `value[items]`. */
export function select(run: Run, value: ArrayV, items: readonly Value[], span: Span): Result {
  const list = parts(run, value, items, span);
  if (!Array.isArray(list)) return list;
  const gathers = list.flatMap((part) => (part.kind === 'gather' ? [part.positions] : []));
  const isView = gathers.length === 0;
  const joined = gathers.length > 0 ? broadcast(run, gathers, span) : null;
  if (joined && 'kind' in joined) return joined;
  const first = list.findIndex((part) => part.kind === 'gather');
  const last = list.length - 1 - [...list].reverse().findIndex((part) => part.kind === 'gather');
  if (joined && list.slice(first, last + 1).some((part) => part.kind !== 'gather'))
    return unsupported('mixes slices and index arrays', span, 'mixed-index');

  const sizes: Size[] = [];
  const slots: (number | null)[] = [];
  let axis = 0;
  list.forEach((part, k) => {
    if (part.kind === 'keep') slots.push(sizes.push(value.axes[axis]?.size ?? '1') - 1);
    else if (part.kind === 'new') sizes.push('1');
    else if (part.kind === 'at') {
      if (part.keep) sizes.push('1');
      slots.push(null);
    } else {
      slots.push(null);
      if (k === first && joined) sizes.push(...joined.axes.map((a) => a.size));
    }
    if (part.kind !== 'new') axis += 1;
  });
  const axes = makeAxes(run, sizes);
  const start = joined ? list.slice(0, first).filter((part) => part.kind !== 'at' || part.keep).length : 0;
  let gather = 0;
  const targets: (Node | null)[] = [];
  const weights: Ones[] = [];
  axis = 0;
  for (const part of list) {
    if (part.kind === 'new') continue;
    const slot = slots[axis];
    if (part.kind === 'keep')
      targets.push(slot === null || slot === undefined ? null : (axes[slot]?.index ?? null));
    else if (part.kind === 'at') {
      if (part.position.kind === 'sym' && !value.axes[axis]?.index)
        run.penalise(5, 'positions along a unit axis');
      else if (part.position.kind === 'sym' && !isView) run.penalise(1.5, 'one position of all samples');
      unifyPosition(run, part.position, value.axes[axis]);
      targets.push(part.position);
    } else {
      const element = joined?.elements[gather] ?? run.arena.zero;
      const moved = joined ? array(joined.axes, element) : array([], element);
      const own = axes.slice(start, start + moved.axes.length).map((a) => a.index);
      const position = at(run, moved, own);
      // Classes are counted along an axis of more than one, and of each sample's own.
      if (!value.axes[axis]?.index) run.penalise(5, 'positions along a unit axis');
      else if (value.axes.length === 1 && position.kind === 'sym')
        run.penalise(1.5, 'positions of one sample');
      const ones = onesOf(run, position);
      if (ones) weights.push(ones);
      unifyPosition(run, ones?.index ?? position, value.axes[axis]);
      targets.push(ones?.index ?? position);
      gather += 1;
    }
    axis += 1;
  }
  // The entry at the place of the 1 is the sum of all of them by the labels.
  const element = weights.reduce<Node>(
    (node, { index, weight }) => run.arena.sum(index, run.arena.mul(weight, node)),
    at(run, value, targets),
  );
  return array(axes, element, {
    base: isView ? (value.base ?? value) : null,
    mask: value.mask,
    spread: list.some((part) => part.kind === 'new'),
  });
}

// An index used as a position runs over the whole axis.
function unifyPosition(run: Run, position: Node, axis: Axis | undefined): void {
  if (position.kind === 'index' && axis?.index) run.sizes.unify(position.size, axis.size);
}

/**
 * The array after `target[items] = value`, or after an augmented assignment, whose operator is `combine`. The
 * condition of an element to be changed is a product of Kronecker deltas, or the mask.
 */
export function assigned(
  run: Run,
  target: ArrayV,
  items: readonly Value[],
  value: ArrayV,
  combine: ((old: Node, change: Node) => Node) | null,
  span: Span,
  isEntries = false,
): Result {
  const [only] = items;
  const first = only && items.length === 1 ? only : null;
  const mask = first?.kind === 'array' || first?.kind === 'input' ? toArray(run, first, span) : null;
  if (mask?.kind === 'array' && mask.mask) {
    const joined = broadcast(run, [target, mask, value], span);
    if ('kind' in joined) return joined;
    const [old, condition, change] = joined.elements;
    if (
      !old ||
      !condition ||
      !change ||
      joined.axes.length !== target.axes.length ||
      (value.axes.length > 0 && !isEntries)
    )
      return unsupported('assigns an array where a condition holds', span, 'mask-assignment');
    return array(joined.axes, run.arena.where(condition, combine ? combine(old, change) : change, old));
  }
  const list = parts(run, target, items, span);
  if (!Array.isArray(list)) return list;
  if (list.some((part) => part.kind === 'new'))
    return unsupported('assigns to a new axis', span, 'index-assignment');
  const place = placement(run, target, list, value, span);
  if ('kind' in place) return place;
  const changed = combine ? combine(target.element, place.value) : place.value;
  const isFull = place.condition === run.arena.one;
  return array(target.axes, isFull ? changed : run.arena.where(place.condition, changed, target.element));
}

/** Where an assignment lands, and its value, both over the target's own indices. */
function placement(
  run: Run,
  target: ArrayV,
  list: readonly Part[],
  value: ArrayV,
  span: Span,
): { condition: Node; value: Node } | UnknownValue {
  const gathers = list.flatMap((part) => (part.kind === 'gather' ? [part.positions] : []));
  const joined = gathers.length > 0 ? broadcast(run, gathers, span) : null;
  if (joined && 'kind' in joined) return joined;
  const conditions: Node[] = [];
  const rows: Node[] = [];
  const runIndex = joined?.axes[0]?.index ?? null;
  // A single position, of one sample or pass, is more often meant than several that no other counts.
  const isLone = gathers.length === 1;
  if (joined && (joined.axes.length !== 1 || !runIndex)) {
    if (isLone) run.penalise(5, 'several positions');
    return unsupported('assigns to several index arrays of more than one axis', span, 'index-assignment');
  }
  // One of the index arrays must count the rows, so that each element is written once.
  let row: Node | null = null;
  let gather = 0;
  list.forEach((part, axis) => {
    const own = target.axes[axis]?.index;
    if (part.kind === 'gather') {
      if (joined?.elements[gather] === runIndex && own && row === null) {
        row = own;
        unifyPosition(run, runIndex, target.axes[axis]);
      }
      gather += 1;
    }
  });
  if (joined && row === null) {
    if (isLone) run.penalise(5, 'several positions');
    return unsupported('assigns to repeated positions', span, 'index-assignment');
  }
  gather = 0;
  for (const [axis, part] of list.entries()) {
    const own = target.axes[axis]?.index;
    if (part.kind === 'keep') {
      if (own) rows.push(own);
    } else if (part.kind === 'at' && own) conditions.push(run.arena.delta(own, part.position));
    else if (part.kind === 'gather') {
      const element = joined?.elements[gather] ?? run.arena.zero;
      const position = runIndex && row ? run.arena.substitute(element, runIndex, row) : element;
      if (own && own !== row) conditions.push(run.arena.delta(own, position));
      gather += 1;
    }
  }
  const free = row ? [row, ...rows] : rows;
  const indexed = value.axes.filter((axis) => axis.index);
  if (indexed.length > 0 && indexed.length !== free.length)
    return shapeError(
      run,
      `a value of shape ${shapeText(value)} does not fit the place it is assigned to`,
      span,
    );
  const targets: (Node | null)[] = [];
  let next = 0;
  for (const axis of value.axes) {
    if (!axis.index) {
      targets.push(null);
      continue;
    }
    const slot = free[next];
    if (slot?.kind === 'index' && !run.sizes.unify(axis.size, slot.size))
      return shapeError(
        run,
        `a value of shape ${shapeText(value)} does not fit the place it is assigned to`,
        span,
      );
    targets.push(slot ?? null);
    next += 1;
  }
  return { condition: run.arena.mul(...conditions), value: at(run, value, targets) };
}
