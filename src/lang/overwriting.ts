/** Operations whose in-place forms fill tensors: masks, positions, copies, products that are added. */
import { argument, axisPositions, keyword, shapeSizes, toArray, type LibraryCall } from './arguments';
import type { Node } from '../core/expr';
import { at, elementwise, filled } from './arrays';
import { truth } from './functions';
import { array, makeAxes, number, shapeError, unsupported } from './run';
import type { Meaning } from './signature';
import type { ArrayV, UnknownValue } from './values';

/** The first operands as arrays. */
function operands(call: LibraryCall, count: number): ArrayV[] | UnknownValue {
  const found: ArrayV[] = [];
  for (let k = 0; k < count; k += 1) {
    const value = toArray(call.run, argument(call, k), call.span);
    if (value.kind === 'unknown') return value;
    found.push(value);
  }
  return found;
}

/** `value` where the mask holds. */
export const maskedFill: Meaning = (call) => {
  const found = operands(call, 3);
  if (!Array.isArray(found)) return found;
  const { arena } = call.run;
  const isMask = found[1]?.mask === true;
  return elementwise(call.run, found, call.span, (x, m = arena.zero, value = arena.zero) =>
    arena.where(truth(call.run, m, isMask), value, x),
  );
};

/** The first operand with the shape of the second. */
export const expandedAs: Meaning = (call) => {
  const found = operands(call, 2);
  return Array.isArray(found) ? elementwise(call.run, found, call.span, (x) => x) : found;
};

/** A tensor of the sizes that are given, of one value; null where the call says which. */
export const madeOf =
  (usual: 0 | 1 | null): Meaning =>
  (call) => {
    const { run, span } = call;
    const named = keyword(call, 'size');
    const items = (
      named ? [named] : call.args.filter((arg) => arg.name === null).map(({ value }) => value)
    ).flatMap((value) => (value.kind === 'sequence' ? value.items : [value]));
    const sizes = shapeSizes(run, items, span);
    if (!Array.isArray(sizes)) return sizes;
    const value = usual === null ? toArray(run, keyword(call, 'value'), span) : number(run, usual);
    if (value.kind === 'unknown') return value;
    if (sizes.includes(null) || value.axes.length > 0)
      return unsupported(`uses ${call.written} with these arguments`, span, 'unsupported-argument');
    return filled(
      run,
      sizes.map((size) => size ?? '1'),
      value.element,
    );
  };

/** The two axes of a matrix, for what depends on whether their positions are equal. */
function matrixOf(call: LibraryCall): { x: ArrayV; i: Node; j: Node } | UnknownValue {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  const [rows, columns] = x.axes.slice(-2);
  if (x.axes.length < 2 || !rows?.index || !columns?.index)
    return shapeError(call.run, `${call.written} takes a matrix`, call.span);
  return { x, i: rows.index, j: columns.index };
}

/** `value` along the diagonal. */
export const filledDiagonal: Meaning = (call) => {
  const found = matrixOf(call);
  if ('kind' in found) return found;
  const value = toArray(call.run, argument(call, 1), call.span);
  if (value.kind === 'unknown') return value;
  const { x, i, j } = found;
  const { arena } = call.run;
  return array(x.axes, arena.where(arena.delta(i, j), value.element, x.element));
};

/** The entries on one side of a diagonal, 0 elsewhere. */
export const triangle =
  (side: 'lower' | 'upper'): Meaning =>
  (call) => {
    const found = matrixOf(call);
    if ('kind' in found) return found;
    const shift = toArray(call.run, keyword(call, 'diagonal') ?? number(call.run, 0), call.span);
    if (shift.kind === 'unknown') return shift;
    const { x, i, j } = found;
    const { arena } = call.run;
    const end = arena.add(i, shift.element);
    const kept = side === 'lower' ? arena.compare('>=', end, j) : arena.compare('>=', j, end);
    return array(x.axes, arena.where(kept, x.element, arena.zero), { mask: x.mask });
  };

/** The second operand with the shape of the first. */
export const copied: Meaning = (call) => {
  const found = operands(call, 2);
  return Array.isArray(found) ? elementwise(call.run, found, call.span, (x, y) => y ?? x) : found;
};

/** Unit axes repeated to the sizes given, -1 for those that stay. */
export const expanded: Meaning = (call) => {
  const x = toArray(call.run, argument(call, 0), call.span);
  if (x.kind === 'unknown') return x;
  const rest = call.args.filter((arg) => arg.name === null).slice(1);
  const items = rest.flatMap(({ value }) => (value.kind === 'sequence' ? value.items : [value]));
  const sizes = shapeSizes(call.run, items, call.span);
  if (!Array.isArray(sizes)) return sizes;
  const missing = sizes.length - x.axes.length;
  if (missing < 0) return shapeError(call.run, `${call.written} gives fewer axes than there are`, call.span);
  const axes = makeAxes(
    call.run,
    sizes.map((size, p) => {
      const own = x.axes[p - missing]?.size ?? '1';
      return own !== '1' ? own : (size ?? '1');
    }),
  );
  const fits = x.axes.every((axis, p) => {
    const size = sizes[p + missing];
    return !axis.index || size === null || size === undefined || call.run.sizes.unify(axis.size, size);
  });
  if (!fits) return shapeError(call.run, `${call.written} changes the length of an axis`, call.span);
  const indices = x.axes.map((axis, p) => (axis.index ? (axes[p + missing]?.index ?? null) : null));
  return array(axes, at(call.run, x, indices));
};

/** `result[i][index[i][0]] = value`: one position in each row. */
export const scattered: Meaning = (call) => {
  const { run, span } = call;
  const x = toArray(run, argument(call, 0), span);
  if (x.kind === 'unknown') return x;
  const positions = toArray(run, keyword(call, 'index'), span);
  if (positions.kind === 'unknown') return positions;
  const value = toArray(run, keyword(call, 'value') ?? keyword(call, 'src'), span);
  if (value.kind === 'unknown') return value;
  const along = axisPositions(run, keyword(call, 'axis'), x.axes.length, span);
  if (!Array.isArray(along)) return along;
  const [axis = 0] = along;
  if (positions.axes.length !== x.axes.length)
    return shapeError(run, `${call.written} takes an index with as many axes`, span);
  const target = x.axes[axis];
  if (!target?.index || positions.axes[axis]?.index || value.axes.length > 0)
    return unsupported(`uses ${call.written} with several positions in a row`, span, 'scatter');
  const rest = array(
    positions.axes.map((own, p) => (p === axis ? { size: '1', index: null } : own)),
    positions.element,
  );
  const { index } = target;
  return elementwise(run, [x, rest, value], span, (old, position, change) =>
    run.arena.where(run.arena.delta(index, position ?? run.arena.zero), change ?? old, old),
  );
};

/** x + value · a · b, or x + value · a / b. */
export const addProduct =
  (power: 1 | -1): Meaning =>
  (call) => {
    const found = operands(call, 3);
    if (!Array.isArray(found)) return found;
    const factor = toArray(call.run, keyword(call, 'value') ?? number(call.run, 1), call.span);
    if (factor.kind === 'unknown') return factor;
    const { arena } = call.run;
    return elementwise(
      call.run,
      [...found, factor],
      call.span,
      (x, a = arena.one, b = arena.one, f = arena.one) =>
        arena.add(x, arena.mul(f, a, power === 1 ? b : arena.pow(b, arena.minusOne))),
    );
  };
