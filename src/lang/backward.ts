/**
 * What a backward function is given: what its forward function kept for it, by name or in a cache, and the gradients that
 * flow in from above, each of the shape of the value whose gradient it is.
 */
import { isSingle } from './arrays';
import type { Callable, Executed } from './execution';
import { filledParameters } from './filled';
import { ownParameters } from './members';
import { gradientOf, roleHint } from './names';
import { array, uniqueName, type Run } from './run';
import {
  childrenOf,
  eachStatement,
  expressionsOf,
  type Expression,
  type Parameter,
  type Statement,
} from './syntax';
import { isCacheName, isUpstreamName, isVjpName } from './upstream';
import { plainInput, type ArrayV, type Value } from './values';

/** A gradient from above, and the value of the forward function that it belongs to. */
export interface Upstream {
  readonly name: string;
  readonly value: ArrayV;
  readonly output: ArrayV;
}

export interface Link {
  /** Values of parameters of the backward function. */
  readonly given: ReadonlyMap<string, Value>;
  readonly upstreams: readonly Upstream[];
}

/** A value that the forward function hands out: a part of what it returns, or an attribute that it sets. */
interface Handed {
  readonly name: string | null;
  readonly value: Value;
}

/** Links what is left of the backward function's parameters after `known` ones. */
export function linkBackward(
  run: Run,
  main: Executed,
  backward: Callable,
  known: ReadonlyMap<string, Value>,
): Link {
  const given = new Map(known);
  const handed = handedOut(main);
  const outputs = handed.filter((part) => isOutput(part, main));
  const first = outputs[0]?.value;
  const open: Parameter[] = [];
  const filled = filledParameters(backward.fn);
  for (const name of filled)
    if (!given.has(name)) given.set(name, { kind: 'sequence', form: 'list', items: [] });
  for (const parameter of ownParameters(backward)) {
    if (given.has(parameter.name) || !isOpen(parameter)) continue;
    const kept =
      recordRead(parameter, backward, main.value) ?? keptValue(parameter.name, handed, outputs, main);
    if (kept) given.set(parameter.name, kept);
    else open.push(parameter);
  }
  const upstreams: Upstream[] = [];
  if (first?.kind !== 'array') return { given, upstreams };
  const again = takenAgain(main, backward, given, open);
  if (again) given.set(again.name, again.value);
  for (const parameter of open.filter((p) => !given.has(p.name) && mayFlowIn(p, open, backward))) {
    const output = outputFor(parameter.name, outputs, upstreams.length);
    if (!output) continue;
    given.set(parameter.name, upstreamValue(run, parameter, output, upstreams));
  }
  // `sigmoid_backward(dA, s)`: what stands beside the gradient from above is the only argument, or its value.
  const left = open.filter((parameter) => !given.has(parameter.name));
  const mine = [...main.parameters.values()].filter((value) => value.kind === 'input');
  const [only] = left;
  if (upstreams.length > 0 && only && left.length === 1 && mine.length === 1 && mine[0])
    given.set(only.name, mine[0]);
  return { given, upstreams };
}

/**
 * `backward(dvalues, y_true)` beside `forward(y_pred, y_true)`: a loss that did not keep its prediction is given it again,
 * under whatever name.
 */
function takenAgain(
  main: Executed,
  backward: Callable,
  given: ReadonlyMap<string, Value>,
  open: readonly Parameter[],
): { name: string; value: Value } | null {
  const mine = [...main.parameters];
  const theirs = ownParameters(backward).map(({ name }) => name);
  const [only] = open;
  if (!only || open.length !== 1 || mine.length !== theirs.length) return null;
  const hasLabel = mine.some(([name]) => roleHint(name, false) === 'label' && given.has(name));
  const [name, value] = mine[theirs.indexOf(only.name)] ?? [];
  if (!hasLabel || name === undefined || !value || given.has(name)) return null;
  const prediction = keptPrediction(main);
  if (prediction) return { name: only.name, value: prediction };
  const kept = [...main.attributes.values()].includes(value);
  return !kept && roleHint(name, false) === 'prediction' ? { name: only.name, value } : null;
}

/** What a loss of logits keeps of them: `self.output`, which its caller gives to the backward method. */
function keptPrediction({ attributes, parameters, value }: Executed): Value | null {
  const isResult = value.kind === 'array' && isSingle(value);
  const given = new Set(parameters.values());
  const [only, ...more] = [...attributes].filter(
    ([name, kept]) =>
      kept.kind === 'array' && !isSingle(kept) && !given.has(kept) && roleHint(name, false) === 'prediction',
  );
  return isResult && only && more.length === 0 ? only[1] : null;
}

const isOpen = ({ kind, fallback, name }: Parameter): boolean =>
  kind === 'plain' &&
  (fallback === null || (fallback.kind === 'number' && fallback.text === '1')) &&
  !isSettingName(name);

const isSettingName = (name: string): boolean =>
  roleHint(name, true) === 'hyper' && !/^(delta|eta)$/.test(name);

/** Parts of what is returned, with their names; attributes that are set, where nothing is returned. */
function handedOut(main: Executed): Handed[] {
  const { value, expression } = main;
  if (value.kind === 'none') return attributesOf(main);
  if (value.kind === 'dict')
    return [...value.entries].map(([key, entry]) => ({ name: key.slice(2), value: entry }));
  if (value.kind !== 'sequence') return [{ name: expression ? nameOf(expression) : null, value }];
  const items = expression?.kind === 'sequence' ? expression.items : [];
  return value.items.map((item, k) => {
    const own = items[k];
    return { name: own ? nameOf(own) : null, value: item };
  });
}

const nameOf = (e: Expression): string | null =>
  e.kind === 'name' || e.kind === 'attribute' ? e.name : null;

/** The attributes that a method without a result sets, the last one first. */
export function attributesOf({ attributes, parameters }: Executed): { name: string; value: Value }[] {
  const inputs = new Set(parameters.values());
  return [...attributes]
    .flatMap(([name, value]) => (value.kind === 'array' && !inputs.has(value) ? [{ name, value }] : []))
    .reverse();
}

function isOutput({ name, value }: Handed, main: Executed): boolean {
  return (
    value.kind === 'array' &&
    !(name !== null && isCacheName(name)) &&
    ![...main.parameters.values()].includes(value)
  );
}

/** What the forward function kept under this name: a part that it returns, its cache, or a variable. */
function keptValue(
  name: string,
  handed: readonly Handed[],
  outputs: readonly Handed[],
  main: Executed,
): Value | null {
  const named = handed.find((part) => part.name === name);
  if (named) return named.value;
  if (isCacheName(name)) {
    const others = handed.filter((part) => !outputs.includes(part));
    const cache = others.find((part) => part.name !== null && isCacheName(part.name)) ?? others.at(-1);
    const last = cache ?? (handed.length > 1 ? handed.at(-1) : undefined);
    if (last) return last.value;
  }
  const local = main.scope.names.get(name);
  return local && local.kind !== 'object' && !isUpstreamName(name) ? local : null;
}

/**
 * `backward(inputs, { z1, a1 })`, `backward(inputs, pass)` with `pass.z1`: the record that the forward function returns, where
 * all that is read of a parameter are entries of that record.
 */
function recordRead(parameter: Parameter, backward: Callable, returned: Value): Value | null {
  if (returned.kind !== 'dict') return null;
  const { all, entries } = usesOf(backward.fn.body, parameter.name);
  const isRecord = entries.length > 0 && entries.length === all;
  return isRecord && entries.every((key) => returned.entries.has(`s:${key}`)) ? returned : null;
}

/** How often a body reads a name, and which entries of it. */
function usesOf(body: readonly Statement[], name: string): { all: number; entries: readonly string[] } {
  let all = 0;
  const entries: string[] = [];
  const go = (e: Expression): void => {
    if (e.kind === 'name' && e.name === name) all += 1;
    const [index] = e.kind === 'subscript' ? e.indices : [];
    const key = e.kind === 'attribute' ? e.name : index?.kind === 'string' ? index.value : null;
    if ((e.kind === 'attribute' || e.kind === 'subscript') && isName(e.object, name) && key !== null)
      entries.push(key);
    if (e.kind === 'lambda') visit(e.fn.body);
    else childrenOf(e).forEach(go);
  };
  const visit = (statements: readonly Statement[]): void => {
    eachStatement(statements, (s) => {
      expressionsOf(s).forEach(go);
    });
  };
  visit(body);
  return { all, entries };
}

const isName = (e: Expression, name: string): boolean => e.kind === 'name' && e.name === name;

/** By its name; or by being all that is left for a function that propagates backwards. */
function mayFlowIn({ name }: Parameter, open: readonly Parameter[], { fn }: Callable): boolean {
  if (isUpstreamName(name)) return true;
  const hint = roleHint(name, false);
  return open.length === 1 && isVjpName(fn.name) && hint !== 'data' && hint !== 'label';
}

function outputFor(name: string, outputs: readonly Handed[], position: number): ArrayV | null {
  const named = outputs.find((part) => part.name !== null && gradientOf(name, [part.name]) !== null);
  const value = (named ?? outputs[position])?.value;
  return value?.kind === 'array' ? value : null;
}

function upstreamValue(run: Run, parameter: Parameter, output: ArrayV, into: Upstream[]): Value {
  // `backward(self, dout=1)` of a loss: nothing comes after it.
  if (parameter.fallback && output.axes.every((axis) => axis.index === null)) return array([], run.arena.one);
  return flowIn(run, parameter, output, into);
}

/** An input of the shape of an output: the gradient by it, which the caller of a backward function gives. */
export function flowIn(run: Run, parameter: Parameter, output: ArrayV, into: Upstream[]): Value {
  const { name, span, annotation } = parameter;
  const input = plainInput(name, span, 'argument', annotation);
  const indices = output.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  // A variable of the function around it may be called the same, and one that is made of it.
  const own = run.bindings.some((binding) => binding.name === name) ? uniqueName(run, name) : name;
  run.names.set(own, name);
  const value = array(output.axes, run.arena.sym(own, ...indices));
  run.inputs.set(name, { ref: input, name: own, value });
  into.push({ name: own, value, output });
  return { kind: 'input', input };
}
