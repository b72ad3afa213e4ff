/** Arguments that hold several arrays laid out flat: `theta[:k * n].reshape(k, n)` and `theta[k * n:]`. */
import type { Span } from '../core/definition';
import type { Size } from '../core/expr';
import { shapeSizes } from './arguments';
import { inPieces, lengthOf } from './joints';
import { array, makeAxes, unsupported, type CallArgument, type Run } from './run';
import {
  plainInput,
  type ArrayV,
  type InputRef,
  type InputV,
  type JoinedV,
  type UnknownValue,
  type Value,
} from './values';

export interface Packed {
  readonly name: string;
  readonly parts: { readonly from: number; readonly to: number; readonly value: InputV }[];
}

/** A part of an argument whose own shape is not known yet, as an input of its own; null for any other part. */
export function packedPart(run: Run, input: InputRef, index: Value, span: Span): Value | null {
  const known = run.packed.get(input.code);
  if (run.inputs.has(input.code) || run.joints.has(input.code) || index.kind !== 'slice') return null;
  if (index.step.kind !== 'none') return null;
  const from = index.start.kind === 'none' ? 0 : boundOf(run, index.start);
  const to = index.stop.kind === 'none' ? Infinity : boundOf(run, index.stop);
  const isSymbolic = [index.start, index.stop].some(
    (bound) => bound.kind === 'array' && bound.element.kind !== 'num',
  );
  if (from === null || to === null || from >= to || (!known && !isSymbolic)) return null;
  const packed = known ?? { name: input.name, parts: [] };
  run.packed.set(input.code, packed);
  const same = packed.parts.find((part) => part.from === from && part.to === to);
  if (same) return same.value;
  if (packed.parts.some((part) => part.from < to && from < part.to))
    return unsupported(`takes parts of ${input.name} that overlap`, span, 'partial-slice');
  const place = packed.parts.length;
  const code = `${input.code}[part ${place + 1}]`;
  const name = run.target ?? `${input.name}_${place}`;
  const ref = plainInput(name, span, 'entry');
  const value: InputV = {
    kind: 'input',
    input: { ...ref, code, documentation: input.documentation, isLearnt: true, pattern: ['*'] },
  };
  packed.parts.push({ from, to, value });
  packed.parts.sort((a, b) => a.from - b.from);
  return value;
}

const boundOf = (run: Run, bound: Value): number | null => {
  const value = bound.kind === 'array' && bound.axes.length === 0 ? lengthOf(run, bound.element) : null;
  return value === null || value < 0 ? null : value;
};

/** An input whose shape is first said by `reshape(k, n)`; null for any other reshape. */
export function shapedInput(
  run: Run,
  value: Value | undefined,
  args: readonly CallArgument[],
  span: Span,
): ArrayV | JoinedV | UnknownValue | null {
  if (value?.kind !== 'input' || run.inputs.has(value.input.code) || run.packed.has(value.input.code))
    return null;
  if (args.some((arg) => arg.name !== null)) return null;
  const [first, ...more] = args.map((arg) => arg.value);
  const items = first?.kind === 'sequence' && more.length === 0 ? first.items : [first, ...more];
  const given = items.flatMap((item) => item ?? []);
  if (given.length < 2) return null;
  const { input } = value;
  const sizes = shapeSizes(run, given, span);
  if (!Array.isArray(sizes) || sizes.filter((size) => size !== '1').length < 2) return null;
  if (sizes.includes(null)) return null;
  const own: Size[] = sizes.map((size, p) => (size === null ? `?${input.code}.${p}` : size));
  own.forEach((size) => {
    if (size.startsWith(`?${input.code}.`)) run.sizes.own(size, input.code);
  });
  if (run.joints.has(input.code)) return inPieces(run, input, span, own);
  const axes = makeAxes(run, own);
  const owner = run.names.get(input.name);
  const isFree = owner === undefined || owner === input.code;
  const name = isFree ? input.name : `${input.name}_`;
  run.names.set(name, input.code);
  const indices = axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  const state = array(axes, run.arena.sym(name, ...indices));
  run.inputs.set(input.code, { ref: input, name, value: state });
  return state;
}
