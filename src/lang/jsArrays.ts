/** JavaScript's arrays: what makes them, and their methods. Matrices are arrays of arrays. */
import type { Span } from '../core/definition';
import { changeInPlace } from './aliases';
import { collected, toArray } from './arguments';
import { filled, sizeValue } from './arrays';
import { enumerated } from './builtins';
import { folded, foldedFromFirst, mapped, type Apply } from './folds';
import { append } from './lists';
import { axisOf, samplesOf } from './records';
import { array, number, scalar, unsupported, type CallArgument, type Run } from './run';
import { integerOf, NONE, type ArrayV, type Value } from './values';

/** Methods that are read; others of the same name are calls of the user's own objects. */
export const ARRAY_METHODS: ReadonlySet<string> = new Set([
  'entries',
  'fill',
  'keys',
  'map',
  'push',
  'reduce',
  'reduceRight',
  'slice',
  'values',
]);

/** A method of an array or list; null when JavaScript's arrays have none of this name. */
export function arrayMethod(
  run: Run,
  receiver: Value,
  method: string,
  args: readonly CallArgument[],
  span: Span,
  apply: Apply,
): Value | null {
  const [first, second] = args.map((arg) => arg.value);
  const refuse = (): Value =>
    unsupported(`uses .${method}() with these arguments`, span, 'unsupported-method');
  switch (method) {
    case 'map': {
      const pairs = enumerated(run, receiver, span);
      if (pairs.kind === 'unknown') return pairs;
      return first
        ? mapped(run, pairs, (item, at) => callBack(apply, first, [item, at], span), span)
        : refuse();
    }
    case 'reduce':
    case 'reduceRight': {
      const pairs = enumerated(run, receiver, span);
      if (pairs.kind === 'unknown') return pairs;
      if (first?.kind !== 'function') return refuse();
      return second ? folded(run, pairs, first, second, span) : foldedFromFirst(run, pairs, first, span);
    }
    case 'push':
      if (receiver.kind !== 'sequence') return null;
      for (const arg of args) {
        const added = append(run, receiver, arg.value, span);
        if (added.kind === 'unknown') return added;
      }
      return NONE;
    case 'fill':
      return filledWith(run, receiver, first, span);
    case 'slice':
      return args.every((arg) => integerOf(arg.value) === 0) ? copied(run, receiver, span) : refuse();
    case 'values':
      return copied(run, receiver, span);
    case 'keys':
      return keysOf(run, receiver, span);
    case 'entries':
      return enumerated(run, receiver, span);
    default:
      return null;
  }
}

/** The function gets as many arguments as it names: library functions take further ones for something else. */
function callBack(apply: Apply, f: Value, args: readonly Value[], span: Span): Value {
  const given = f.kind === 'function' ? args : args.slice(0, 1);
  return apply(
    f,
    given.map((value) => ({ name: null, value })),
    span,
  );
}

/** Functions and constructors of arrays, by their path; null when it is none of them. */
export function arrayFunction(
  run: Run,
  path: string,
  args: readonly CallArgument[],
  span: Span,
  apply: Apply,
): Value | null {
  const [first, second] = args.map((arg) => arg.value);
  switch (path) {
    case 'Array':
    case 'Float32Array':
    case 'Float64Array':
      if (args.length > 1) return { kind: 'sequence', form: 'list', items: args.map((arg) => arg.value) };
      return made(run, first, path !== 'Array', span);
    case 'Array.of':
      return { kind: 'sequence', form: 'list', items: args.map((arg) => arg.value) };
    case 'Array.from':
    case 'Float32Array.from':
    case 'Float64Array.from': {
      const length = first?.kind === 'dict' ? first.entries.get('s:length') : undefined;
      const source = first?.kind === 'dict' ? made(run, length, false, span) : copied(run, first, span);
      if (!second || source.kind === 'unknown') return source;
      return arrayMethod(run, source, 'map', [{ name: null, value: second }], span, apply);
    }
    case 'Array.isArray':
      return isArray(run, first, span);
    case 'Object.keys':
      return first ? keysOf(run, first, span) : null;
    case 'Object.values':
      return first?.kind === 'dict'
        ? { kind: 'sequence', form: 'list', items: [...first.entries.values()] }
        : null;
    case 'Object.freeze':
    case 'Object.seal':
      return first ?? null;
    default:
      return null;
  }
}

/** `new Array(n)`, `new Float64Array(xs)`: zeros, which code fills before it reads them. */
function made(run: Run, value: Value | undefined, copies: boolean, span: Span): Value {
  if (value === undefined) return { kind: 'sequence', form: 'list', items: [] };
  const count = integerOf(value);
  if (count !== null && count <= MOST_ITEMS)
    return { kind: 'sequence', form: 'list', items: Array.from({ length: count }, () => number(run, 0)) };
  if (value.kind === 'sequence') return copied(run, value, span);
  const length = toArray(run, value, span);
  if (length.kind === 'unknown') return length;
  if (copies && length.axes.length > 0) return { ...length, base: null };
  if (length.axes.length === 0 && length.element.kind === 'size')
    return filled(run, [length.element.size], run.arena.zero);
  return unsupported('makes an array whose length is not that of an argument', span, 'array-length');
}

const MOST_ITEMS = 64;

function filledWith(run: Run, receiver: Value, value: Value | undefined, span: Span): Value {
  const old = receiver.kind === 'sequence' ? receiver : toArray(run, receiver, span);
  if (old.kind === 'unknown') return old;
  // Array(n).fill() is only there to be mapped.
  const filler = value === undefined ? number(run, 0) : toArray(run, value, span);
  if (filler.kind === 'unknown') return filler;
  if (old.kind === 'sequence') {
    if (run.uncertain > 0 && old.items.length > 0)
      return { kind: 'sequence', form: 'list', items: old.items.map(() => filler) };
    old.items = old.items.map(() => filler);
    return old;
  }
  if (filler.axes.length > 0)
    return unsupported('fills an array with another one', span, 'unsupported-method');
  const result = array(old.axes, filler.element);
  const name = old.element.kind === 'sym' ? old.element.name.replace(/@\d+$/, '') : 'filled';
  const isTemporary = receiver.kind === 'array' && old.element === run.arena.zero;
  return isTemporary ? result : changeInPlace(run, receiver, old, result, name, span);
}

/** A copy, also as an array where items run over a symbolic length. */
export function copied(run: Run, value: Value | undefined, span: Span): Value {
  if (value?.kind === 'sequence') return { kind: 'sequence', form: 'list', items: [...value.items] };
  const source = value?.kind === 'stream' ? collected(run, value, span) : toArray(run, value, span);
  return source.kind === 'array' ? { ...source, base: null } : source;
}

function isArray(run: Run, value: Value | undefined, span: Span): Value {
  if (value?.kind === 'sequence' || value?.kind === 'stream') return scalar(run.arena.one);
  const known = value?.kind === 'input' || value?.kind === 'array' ? toArray(run, value, span) : null;
  if (known?.kind === 'unknown') return known;
  return scalar(known && known.axes.length > 0 ? run.arena.one : run.arena.zero);
}

function keysOf(run: Run, value: Value, span: Span): Value {
  if (value.kind === 'dict')
    return {
      kind: 'sequence',
      form: 'list',
      items: [...value.entries.keys()].map((key) => ({ kind: 'string', value: key.slice(2) })),
    };
  if (value.kind === 'sequence')
    return { kind: 'sequence', form: 'list', items: value.items.map((_, k) => number(run, k)) };
  const axis = firstAxis(run, value, span);
  if ('kind' in axis) return axis;
  const length = sizeValue(run, axis).element;
  if (length.kind !== 'size')
    return unsupported('loops over positions of unknown length', span, 'loop-length');
  return { kind: 'stream', length: length.size, item: (index) => scalar(index) };
}

function firstAxis(run: Run, value: Value, span: Span): ArrayV['axes'][number] | Value {
  const samples = samplesOf(run, value, span);
  if (samples) return axisOf(run, samples);
  const known = toArray(run, value, span);
  if (known.kind === 'unknown') return known;
  return known.axes[0] ?? unsupported('uses a single number as an array', span, 'not-an-array');
}
