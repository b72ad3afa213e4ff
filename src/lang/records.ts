/**
 * Lists of samples that hold several values each: `for (const { x, y } of points)`, `points[i].x`, `for x, y in data`. What
 * their fields are is told by the code; each field is an array with one entry for each sample.
 */
import type { Axis, Span } from '../core/definition';
import type { Size } from '../core/expr';
import { sizeValue } from './arrays';
import { select } from './indexing';
import { axisIndex, resolve, scalar, shapeError, unsupported, type Run } from './run';
import {
  childrenOf,
  eachStatement,
  expressionsOf,
  type Expression,
  type Family,
  type FunctionNode,
} from './syntax';
import type { ArrayV, InputRef, StreamV, Value } from './values';

/** The names that a list's pairs are taken apart into, in order; none for objects with fields. */
export type RecordLists = ReadonlyMap<string, readonly string[]>;

/** Parameters and attributes of the object (`this.data`) that hold such lists, by code. */
export function recordsOf(functions: readonly FunctionNode[], family: Family): RecordLists {
  const found = new Map<string, readonly string[]>();
  for (const fn of functions) noteRecords(fn, family, found);
  return found;
}

function noteRecords(fn: FunctionNode, family: Family, found: Map<string, readonly string[]>): void {
  const [receiver] = fn.parameters;
  const parameters = new Set(fn.parameters.map(({ name }) => name));
  const items = new Map<string, string>();
  const listOf = (e: Expression | undefined): string | null => {
    if (e?.kind === 'name') return parameters.has(e.name) ? e.name : null;
    const isOwn = e?.kind === 'attribute' && e.object.kind === 'name' && e.object.name === receiver?.name;
    return isOwn && /^(this|self)$/.test(receiver?.name ?? '') ? `${receiver?.name}.${e.name}` : null;
  };
  /** The list that an expression takes one item of. */
  const itemOf = (e: Expression): string | null => {
    if (e.kind === 'name') return items.get(e.name) ?? null;
    const [index, ...more] = e.kind === 'subscript' ? e.indices : [];
    const isOne =
      index !== undefined && more.length === 0 && index.kind !== 'string' && index.kind !== 'slice';
    return e.kind === 'subscript' && isOne ? listOf(e.object) : null;
  };
  const bind = (target: Expression | undefined, code: string): void => {
    if (target?.kind === 'name') items.set(target.name, code);
    const names =
      target?.kind === 'sequence' ? target.items.flatMap((t) => (t.kind === 'name' ? [t.name] : [])) : [];
    if (target?.kind === 'sequence' && names.length > 1 && names.length === target.items.length)
      if (!found.has(code)) found.set(code, names);
  };
  const go = (e: Expression): void => {
    if (e.kind === 'attribute' && family === 'javascript') {
      const code = itemOf(e.object);
      if (code !== null && !found.has(code)) found.set(code, []);
    }
    if (e.kind === 'call' && e.callee.kind === 'attribute') {
      const code = listOf(e.callee.object);
      const callback = e.args[0]?.value;
      if (code !== null && callback?.kind === 'lambda' && CALLBACKS.test(e.callee.name)) {
        const item = callback.fn.parameters[/^reduce/.test(e.callee.name) ? 1 : 0];
        if (item) items.set(item.name, code);
      }
      // What is called is a method, no field.
      go(e.callee.object);
      e.args.forEach(({ value }) => {
        go(value);
      });
      return;
    }
    if (e.kind === 'lambda') visit(e.fn);
    childrenOf(e).forEach(go);
  };
  const visit = ({ body }: FunctionNode): void => {
    eachStatement(body, (s) => {
      if (s.kind === 'for') {
        const { iterable, target } = s;
        const own = listOf(iterable);
        if (own !== null) bind(target, own);
        const isEnumerated =
          iterable.kind === 'call' &&
          iterable.callee.kind === 'name' &&
          /^%?enumerate$/.test(iterable.callee.name);
        const of = isEnumerated ? listOf(iterable.args[0]?.value) : null;
        if (of !== null && target.kind === 'sequence') bind(target.items[1], of);
      } else if (s.kind === 'assign') {
        const code = itemOf(s.value);
        if (code !== null) for (const target of s.targets) bind(target, code);
      }
      expressionsOf(s).forEach(go);
    });
  };
  visit(fn);
}

const CALLBACKS = /^(map|forEach|reduce|every|some|flatMap)$/;

type Samples = StreamV & { readonly length: Size };

/** The samples of an input that is such a list; null for any other value. */
export function samplesOf(run: Run, value: Value | undefined, span: Span): Samples | null {
  const names = value?.kind === 'input' ? run.records.get(value.input.code) : undefined;
  if (value?.kind !== 'input' || !names || run.inputs.has(value.input.code)) return null;
  const { input } = value;
  const length = `?${input.code}.length`;
  run.sizes.own(length, input.code);
  return {
    kind: 'stream',
    length: run.sizes.find(length),
    item: (index) => sampleAt(run, input, names, scalar(index), span),
  };
}

/** One sample; null where the value is no list of them. */
export function sampleOf(run: Run, value: Value, index: Value, span: Span): Value | null {
  const names = value.kind === 'input' ? run.records.get(value.input.code) : undefined;
  if (value.kind !== 'input' || !names || index.kind !== 'array' || run.inputs.has(value.input.code))
    return null;
  return sampleAt(run, value.input, names, index, span);
}

function sampleAt(run: Run, list: InputRef, names: readonly string[], index: ArrayV, span: Span): Value {
  const field = (name: string): Value => fieldAt(run, list, name, index, span);
  if (names.length > 0) return { kind: 'sequence', form: 'tuple', items: names.map(field), names };
  return {
    kind: 'native',
    attribute: field,
    call: (_, __, at) => unsupported('calls a sample', at, 'call'),
  };
}

/** The field of one sample: an entry of the array of all of them. */
function fieldAt(run: Run, list: InputRef, name: string, index: ArrayV, span: Span): Value {
  const all = fieldOf(run, list, name, span);
  const [axis] = all.axes;
  if (!axis?.index) return shapeError(run, `${name} of one sample is read as that of all of them`, span);
  const length = `?${list.code}.length`;
  if (!run.sizes.unify(length, axis.size))
    return shapeError(run, 'the fields of the samples differ in length', span);
  return select(run, all, [index], span);
}

function fieldOf(run: Run, list: InputRef, name: string, span: Span): ArrayV {
  const known = list.entries.get(`[].${name}`);
  if (known?.kind === 'input') return resolve(run, known.input);
  const input: InputRef = {
    code: `${list.code}[].${name}`,
    name,
    span,
    annotation: null,
    documentation: list.documentation,
    entries: new Map(),
    origin: 'entry',
  };
  list.entries.set(`[].${name}`, { kind: 'input', input });
  return resolve(run, input);
}

/** How many samples there are; null where the value is no list of them. */
export function sampleCount(run: Run, value: Value | undefined, span: Span): Value | null {
  const samples = samplesOf(run, value, span);
  return samples && sizeValue(run, axisOf(run, samples));
}

/** The axis that the samples run over. */
export const axisOf = (run: Run, { length }: Samples): Axis => ({
  size: length,
  index: axisIndex(run, 0, length),
});
