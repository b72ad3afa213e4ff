/** Python's built-in functions. */
import type { Span } from '../core/definition';
import { elementwise, isSingle, reduce, sizeValue } from './arrays';
import { collected, toArray } from './arguments';
import { select } from './indexing';
import { sampleCount, samplesOf } from './records';
import { lengthOfPart, overParts, sumOfPart } from './slices';
import { number, scalar, shapeError, unsupported, type CallArgument, type Run } from './run';
import { integerOf, NONE, numberOf, type ArrayV, type UnknownValue, type Value } from './values';

type CallValue = (run: Run, callee: Value, args: readonly CallArgument[], span: Span, name: string) => Value;

export function callBuiltin(
  run: Run,
  name: string,
  args: readonly CallArgument[],
  span: Span,
  callValue: CallValue,
): Value {
  const values = args.map((arg) => arg.value);
  const [first, second] = values;
  switch (name) {
    case 'print':
      return NONE;
    case 'float':
    case 'int':
      return single(run, first, name, span);
    case 'bool':
      return toArray(run, first, span);
    case 'abs': {
      if (first?.kind === 'part')
        return overParts(run, [first], span, ([e = first]) =>
          callBuiltin(run, name, [{ name: null, value: e }], span, callValue),
        );
      const x = toArray(run, first, span);
      return x.kind === 'unknown' ? x : elementwise(run, [x], span, (e) => run.arena.call('abs', e));
    }
    case 'pow': {
      const x = toArray(run, first, span);
      const y = toArray(run, second, span);
      if (x.kind === 'unknown') return x;
      return y.kind === 'unknown' ? y : elementwise(run, [x, y], span, (a, b) => run.arena.pow(a, b));
    }
    case 'round':
      return unsupported('uses round()', span, 'unsupported-function');
    case 'len':
      return lengthOf(run, first, span);
    case 'range':
    case 'xrange':
      return range(run, values, span);
    case 'sum':
      return sumOf(run, first, second, span);
    case 'max':
    case 'min':
      return extremum(run, name, values, span);
    case 'enumerate':
      return enumerated(run, first, span);
    case 'zip':
      return zipped(run, values, span);
    case 'list':
    case 'tuple':
      if (first === undefined) return { kind: 'sequence', form: name, items: [] };
      if (first.kind === 'sequence') return { kind: 'sequence', form: name, items: [...first.items] };
      return first;
    case 'reversed':
      return reversed(run, first, span);
    case 'dict':
      return {
        kind: 'dict',
        entries: new Map(
          args.flatMap((arg) => (arg.name === null ? [] : [[`s:${arg.name}`, arg.value] as const])),
        ),
      };
    case 'map': {
      if (first && second?.kind === 'sequence')
        return {
          kind: 'sequence',
          form: 'list',
          items: second.items.map((item) =>
            callValue(run, first, [{ name: null, value: item }], span, 'map'),
          ),
        };
      return unsupported('uses map()', span, 'unsupported-function');
    }
    case 'str': {
      const integer = integerOf(first);
      if (first?.kind === 'string') return first;
      return integer === null
        ? unsupported('works on text', span, 'text')
        : { kind: 'string', value: String(integer) };
    }
    default:
      return unsupported(`uses ${name}()`, span, 'unsupported-function');
  }
}

function single(run: Run, value: Value | undefined, name: string, span: Span): Value {
  if (name === 'int') {
    const constant = numberOf(value);
    if (constant !== null) return number(run, Math.trunc(constant));
    return value?.kind === 'array' && value.element.kind === 'size'
      ? value
      : unsupported('rounds to an integer', span, 'unsupported-function');
  }
  const x = toArray(run, value, span);
  if (x.kind === 'unknown') return x;
  return isSingle(x) ? scalar(x.element) : shapeError(run, 'float() takes a single number', span);
}

function lengthOf(run: Run, value: Value | undefined, span: Span): Value {
  const ofPart = value?.kind === 'part' ? lengthOfPart(run, value) : null;
  if (ofPart) return ofPart;
  if (value?.kind === 'sequence' && value.collecting)
    return unsupported('uses the length of a list that a loop is filling', span, 'list');
  if (value?.kind === 'sequence') return number(run, value.items.length);
  if (value?.kind === 'dict') return number(run, value.entries.size);
  if (value?.kind === 'selection') {
    const all = value.mask.axes.map((_, p) => p);
    return reduce(run, value.mask, 'sum', all, false);
  }
  const samples = sampleCount(run, value, span);
  if (samples) return samples;
  const x = toArray(run, value, span);
  if (x.kind === 'unknown') return x;
  const [axis] = x.axes;
  return axis ? sizeValue(run, axis) : shapeError(run, 'a single number has no len()', span);
}

const MAX_UNROLL = 64;

function range(run: Run, values: readonly Value[], span: Span): Value {
  const numbers = values.map((v) => integerOf(v));
  if (numbers.every((n) => n !== null)) {
    const [a = 0, b, step = 1] = numbers;
    const [from, to] = b === undefined ? [0, a] : [a, b];
    const items: Value[] = [];
    run.step(Math.abs((to - from) / (step || 1)) / 2);
    if (step === 0) return unsupported('uses range() with step 0', span, 'range');
    // Nobody writes a loop to be skipped: the axis that it counts is longer.
    if (step > 0 ? from >= to : from <= to) run.penalise(50, 'a loop without passes');
    for (let k = from; step > 0 ? k < to : k > to; k += step) {
      if (items.length >= MAX_UNROLL)
        return {
          kind: 'stream',
          length: null,
          item: () => unsupported('counts a long loop', span, 'loop-length'),
        };
      items.push(number(run, k));
    }
    return { kind: 'sequence', form: 'list', items };
  }
  const [only, second, step] = values;
  // Down to 0: each position once.
  if (step && integerOf(second) === -1 && integerOf(step) === -1) {
    const last = toArray(run, only, span);
    if (last.kind === 'unknown') return last;
    return reversed(run, range(run, [scalar(run.arena.add(last.element, run.arena.one))], span), span);
  }
  const stop = values.length === 2 && integerOf(only) === 0 ? second : values.length === 1 ? only : undefined;
  if (stop === undefined) return unsupported('uses range() with a start or a step', span, 'range');
  const length = toArray(run, stop, span);
  if (length.kind === 'unknown') return length;
  if (length.element.kind === 'size')
    return { kind: 'stream', length: length.element.size, item: (index) => scalar(index) };
  return {
    kind: 'stream',
    length: null,
    item: () => unsupported('uses the counter of a loop of unknown length', span, 'loop-length'),
  };
}

function sumOf(run: Run, value: Value | undefined, start: Value | undefined, span: Span): Value {
  if (start !== undefined) return unsupported('uses sum() with a start', span, 'unsupported-function');
  if (value?.kind === 'sequence') {
    let total: ArrayV | UnknownValue = number(run, 0);
    for (const item of value.items) {
      const x = toArray(run, item, span);
      if (x.kind === 'unknown') return x;
      if (total.kind === 'unknown') return total;
      total = elementwise(run, [total, x], span, (a, b) => run.arena.add(a, b));
    }
    return total;
  }
  if (value?.kind === 'part') return sumOfPart(run, value);
  const x = value?.kind === 'stream' ? collected(run, value, span) : toArray(run, value, span);
  if (x.kind === 'unknown') return x;
  if (x.axes.length === 0) return shapeError(run, 'sum() needs several numbers', span);
  return reduce(run, x, 'sum', [0], false);
}

function extremum(run: Run, name: 'max' | 'min', values: readonly Value[], span: Span): Value {
  const [only] = values;
  const items = values.length === 1 && only?.kind === 'sequence' ? only.items : values;
  if (values.length === 1 && only?.kind !== 'sequence') {
    const x = toArray(run, only, span);
    if (x.kind === 'unknown') return x;
    return x.axes.length === 1
      ? reduce(run, x, name, [0], false)
      : shapeError(run, `${name}() needs a vector`, span);
  }
  let result: ArrayV | UnknownValue | null = null;
  for (const item of items) {
    const x = toArray(run, item, span);
    if (x.kind === 'unknown') return x;
    if (!isSingle(x)) return shapeError(run, `${name}() compares single numbers`, span);
    if (result === null) result = x;
    else if (result.kind === 'array')
      result = elementwise(run, [result, x], span, (a, b) =>
        run.arena.call(name === 'max' ? 'maximum' : 'minimum', a, b),
      );
  }
  return result ?? unsupported(`uses ${name}() of nothing`, span, 'unsupported-function');
}

function reversed(run: Run, value: Value | undefined, span: Span): Value {
  if (value?.kind === 'sequence' && !value.collecting)
    return { kind: 'sequence', form: 'list', items: [...value.items].reverse() };
  const stream = streamOf(run, value, span);
  return stream.kind === 'stream' ? { ...stream, isReversed: stream.isReversed !== true } : stream;
}

/** Positions with the items there. */
export function enumerated(run: Run, value: Value | undefined, span: Span): Value {
  if (value?.kind === 'sequence')
    return {
      kind: 'sequence',
      form: 'list',
      items: value.items.map((item, k) => ({
        kind: 'sequence',
        form: 'tuple',
        items: [number(run, k), item],
      })),
    };
  const source = streamOf(run, value, span);
  if (source.kind === 'unknown') return source;
  if (source.isReversed) return unsupported('counts from the end', span, 'loop');
  return {
    kind: 'stream',
    length: source.length,
    item: (index) => ({ kind: 'sequence', form: 'tuple', items: [scalar(index), source.item(index)] }),
  };
}

function zipped(run: Run, values: readonly Value[], span: Span): Value {
  if (values.length > 0 && values.every((v) => v.kind === 'sequence')) {
    const lists = values.map((v) => v.items);
    const length = Math.min(...lists.map((l) => l.length));
    return {
      kind: 'sequence',
      form: 'list',
      items: Array.from({ length }, (_, k) => ({
        kind: 'sequence',
        form: 'tuple',
        items: lists.map((l) => l[k] ?? NONE),
      })),
    };
  }
  const streams = values.map((v) => streamOf(run, v, span));
  const [first] = streams;
  for (const stream of streams) {
    if (stream.kind === 'unknown') return stream;
    if (first?.kind !== 'stream' || first.length === null || stream.length === null)
      return unsupported('loops over parts of unknown length', span, 'loop-length');
    if (first.isReversed !== stream.isReversed)
      return unsupported('loops over parts in several orders', span, 'loop');
    if (!run.sizes.unify(first.length, stream.length))
      return shapeError(run, 'zip() joins parts of different length', span);
  }
  return {
    kind: 'stream',
    length: first?.kind === 'stream' ? first.length : null,
    ...(first?.kind === 'stream' && first.isReversed ? { isReversed: true } : {}),
    item: (index) => ({
      kind: 'sequence',
      form: 'tuple',
      items: streams.map((s) => (s.kind === 'stream' ? s.item(index) : s)),
    }),
  };
}

function streamOf(
  run: Run,
  value: Value | undefined,
  span: Span,
): (Value & { kind: 'stream' }) | UnknownValue {
  if (value?.kind === 'stream') return value;
  const samples = samplesOf(run, value, span);
  if (samples) return samples;
  const x = toArray(run, value, span);
  if (x.kind === 'unknown') return x;
  const [axis] = x.axes;
  if (!axis) return shapeError(run, 'a single number cannot be looped over', span);
  return { kind: 'stream', length: axis.size, item: (index) => select(run, x, [scalar(index)], span) };
}
