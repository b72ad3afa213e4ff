/**
 * Entries of an array where a condition holds: `x[x < 0]`. They keep their places, and so does what is made of them element
 * by element, until they are assigned where the same condition holds, or summed.
 */
import type { Span } from '../core/definition';
import { broadcast, reduce } from './arrays';
import { toArray } from './arguments';
import { array, scalar, unsupported, type CallArgument, type Run } from './run';
import { NONE, type ArrayV, type SelectionV, type UnknownValue, type Value } from './values';

/** Library functions that work element by element, or that sum all entries up. */
const ELEMENTWISE =
  /\.(exp|expm1|log|log1p|log2|log10|sqrt|abs|absolute|fabs|square|power|pow|tanh|sinh|cosh|sin|cos|sign|negative|maximum|minimum|multiply|add|subtract|divide|clip|float\d*)$/;
const SUM = /\.(sum|mean)$/;

/** `object[index]` where the index is a condition of the object's shape; null for any other. */
export function selectedBy(run: Run, object: ArrayV, indices: readonly Value[], span: Span): Value | null {
  const mask = conditionOf(run, indices, span);
  if (!mask || mask.axes.length !== object.axes.length) return null;
  const joined = broadcast(run, [object, mask], span);
  if ('kind' in joined) return joined;
  const [element, condition] = joined.elements;
  if (!element || !condition) return null;
  return {
    kind: 'selection',
    mask: array(joined.axes, condition, { mask: true }),
    value: array(joined.axes, element),
  };
}

function conditionOf(run: Run, indices: readonly Value[], span: Span): ArrayV | null {
  const [only] = indices;
  if (indices.length !== 1 || !only || (only.kind !== 'array' && only.kind !== 'input')) return null;
  const value = toArray(run, only, span);
  return value.kind === 'array' && value.mask ? value : null;
}

/** Applies an elementwise operation to the entries among its operands; null where there are none. */
export function onEntries(
  operands: readonly Value[],
  span: Span,
  apply: (operands: readonly Value[]) => Value,
): Value | null {
  const found = operands.filter((value): value is SelectionV => value.kind === 'selection');
  const [first] = found;
  if (!first) return null;
  const fits = operands.every((value) =>
    value.kind === 'selection'
      ? value.mask.element === first.mask.element && value.mask.axes.length === first.mask.axes.length
      : value.kind !== 'array' || value.axes.every((axis) => axis.index === null),
  );
  if (!fits) return unsupported('mixes entries of different conditions', span, 'mask-selection');
  const result = apply(operands.map((value) => (value.kind === 'selection' ? value.value : value)));
  return result.kind === 'array' ? { kind: 'selection', mask: first.mask, value: result } : result;
}

/** A library function of entries; null where none is among its arguments. */
export function callOnEntries(
  run: Run,
  path: string,
  args: readonly CallArgument[],
  span: Span,
  call: (args: readonly CallArgument[]) => Value,
): Value | null {
  const [first] = args;
  if (!args.some(({ value }) => value.kind === 'selection')) return null;
  if (ELEMENTWISE.test(path))
    return onEntries(
      args.map(({ value }) => value),
      span,
      (values) => call(args.map(({ name }, k) => ({ name, value: values[k] ?? NONE }))),
    );
  if (!SUM.test(path) || args.length > 1 || first?.value.kind !== 'selection') return null;
  const { mask, value } = first.value;
  const { arena } = run;
  const kept = array(value.axes, arena.where(mask.element, value.element, arena.zero));
  const all = value.axes.map((_, p) => p);
  const sum = reduce(run, kept, 'sum', all, false);
  if (path.endsWith('sum')) return sum;
  return scalar(arena.div(sum.element, reduce(run, mask, 'sum', all, false).element));
}

/** The value to assign where the same condition holds; unknown for any other place. */
export function entriesFor(
  run: Run,
  selection: SelectionV,
  indices: readonly Value[],
  span: Span,
): ArrayV | UnknownValue {
  const mask = conditionOf(run, indices, span);
  return mask?.element === selection.mask.element
    ? selection.value
    : unsupported('assigns entries of another condition', span, 'mask-selection');
}
