/**
 * Networks over several functions: what `backward(X, y)` computes are the gradients of the loss of what the forward function
 * predicts. No single function is that loss, so one is made of the calls of both.
 */
import type { Callable } from './execution';
import { ownParameters } from './members';
import { isGradientName, isLossName, isModelName, isProcedureName, roleHint } from './names';
import { eachStatement, type Argument, type Expression, type Parameter, type Statement } from './syntax';
import { isCacheName, isUpstreamName, isVjpName } from './upstream';

export interface Composition {
  /** The loss of the prediction, as a function of the arguments of both. */
  readonly main: Callable;
  readonly backward: Callable;
  /** The functions that it calls. */
  readonly parts: readonly Callable[];
}

/** Every function of a file that computes the gradients of a forward function and a loss beside it. */
export function compositionsOf(all: readonly Callable[]): Composition[] {
  const deltas = all.flatMap((c) => deltaOf(c, all) ?? []);
  const backwards = all.filter(isBackward);
  if (backwards.length === 0) return deltas;
  const forwards = all.filter(isForward);
  const losses = all.filter(isLoss);
  const composed = backwards.flatMap((backward) => {
    const isSibling = (c: Callable): boolean => c.owner === backward.owner && c.fn !== backward.fn;
    const forward = alone(forwards.filter(isSibling));
    const loss = alone(losses.filter(isSibling)) ?? alone(losses.filter((c) => c.owner === null));
    const composition = forward && loss && lossOfPrediction(forward, loss, backward);
    return composition ? [composition] : [];
  });
  return [...deltas, ...composed];
}

/** `delta(z, a, y)` beside `fn(a, y)` of a cost: its gradient by z, of which a is the sigmoid. */
function deltaOf(delta: Callable, all: readonly Callable[]): Composition | null {
  const { owner } = delta;
  if (!/^(delta|get_delta)$/.test(delta.fn.name) || !owner) return null;
  const [z, a, y, ...more] = ownParameters(delta);
  if (!z || !a || !y || more.length > 0) return null;
  const cost = all.find((c) => {
    const [first, second, ...others] = ownParameters(c);
    return (
      c.owner === owner &&
      c.fn !== delta.fn &&
      others.length === 0 &&
      first?.name === a.name &&
      second?.name === y.name
    );
  });
  const activation = all.find((c) => c.owner === null && /^(sigmoid|logistic)$/i.test(c.fn.name));
  if (!cost || !activation || !/^z/i.test(z.name)) return null;
  const { span } = delta.fn;
  const named = (name: string): Expression => ({ kind: 'name', name, span });
  const call = (callee: Expression, names: readonly string[]): Expression => ({
    kind: 'call',
    callee,
    args: names.map((name) => ({ name: null, value: named(name), spread: false })),
    span,
  });
  const receiver = delta.fn.parameters.length > 3 ? delta.fn.parameters[0] : undefined;
  const object = named(receiver?.name ?? owner.name);
  const method: Expression = { kind: 'attribute', object, name: cost.fn.name, span };
  const body: Statement[] = [
    { kind: 'assign', targets: [named(a.name)], value: call(named(activation.fn.name), [z.name]), span },
    { kind: 'return', value: call(method, [a.name, y.name]), span },
  ];
  const parameters = [...(receiver ? [receiver] : []), z, y];
  const { nameSpan } = delta.fn;
  return {
    main: { fn: { ...cost.fn, parameters, body, decorators: delta.fn.decorators, span, nameSpan }, owner },
    backward: delta,
    parts: [activation, cost],
  };
}

const alone = <T>(found: readonly T[]): T | null => (found.length === 1 ? (found[0] ?? null) : null);

/** Takes labels, and no gradient from above. */
function isBackward(c: Callable): boolean {
  if (!isVjpName(c.fn.name) && !isGradientName(c.fn.name)) return false;
  const names = ownParameters(c).map(({ name }) => name);
  return names.some(isLabel) && !names.some((name) => isUpstreamName(name) && !isCacheName(name));
}

const isForward = ({ fn }: Callable): boolean =>
  (isModelName(fn.name) || /^(__call__|hypothesis|feed)$/.test(fn.name)) &&
  !/^(get_?)?predict(_class\w*|ions?)?$/i.test(fn.name);

/** Takes a prediction and labels, and nothing to predict from. */
function isLoss(c: Callable): boolean {
  const { name } = c.fn;
  if (!isLossName(name) || isGradientName(name) || isProcedureName(name)) return false;
  const names = ownParameters(c).map((parameter) => parameter.name);
  return (
    names.some(isLabel) && names.some(isPrediction) && !names.some((name) => roleHint(name, false) === 'data')
  );
}

const isLabel = (name: string): boolean => roleHint(name, false) === 'label';

const isPrediction = (name: string): boolean => roleHint(name, false) === 'prediction';

/** `def loss(X, y): prediction = forward(X); return loss(prediction, y)`, in the names of the backward function. */
function lossOfPrediction(forward: Callable, loss: Callable, backward: Callable): Composition | null {
  const given = ownParameters(backward);
  const label = given.find(({ name }) => isLabel(name));
  if (!label) return null;
  const { span } = backward.fn;
  const named = (name: string): Expression => ({ kind: 'name', name, span });
  const data = given.find(({ name }) => roleHint(name, false) === 'data');
  const own = ownParameters(forward);
  const [first] = own;
  if (!first || own.some(({ name }) => isLabel(name))) return null;
  const inputs = namedAfter(own, data?.name ?? null);
  const receiver = backward.owner ? backward.fn.parameters[0] : undefined;
  const callee = (c: Callable): Expression =>
    c.owner && receiver
      ? { kind: 'attribute', object: named(receiver.name), name: c.fn.name, span }
      : named(c.fn.name);
  const call = (c: Callable, args: readonly Argument[]): Expression => ({
    kind: 'call',
    callee: callee(c),
    args,
    span,
  });
  const positional = (value: Expression): Argument => ({ name: null, value, spread: false });
  const { names: results, prediction: last } = resultsOf(forward, backward);
  const isOpen = (name: string): boolean => isPrediction(name) && !inputs.some((p) => p.name === name);
  const wanted = given.find(({ name }) => name === last) ?? given.find(({ name }) => isOpen(name));
  const prediction = last ?? wanted?.name ?? 'prediction';
  const target: Expression =
    results.length > 1
      ? { kind: 'sequence', form: 'tuple', items: results.map(named), span }
      : named(prediction);
  const predicted = ownParameters(loss).find(({ name }) => isPrediction(name));
  const extra: Parameter[] = [];
  const lossArgs = ownParameters(loss).flatMap((parameter): Argument[] => {
    const { name, fallback } = parameter;
    if (name === predicted?.name) return [{ name, value: named(prediction), spread: false }];
    if (isLabel(name)) return [{ name, value: named(label.name), spread: false }];
    if (fallback) return [];
    if (!inputs.some((p) => p.name === name)) extra.push(parameter);
    return [{ name, value: named(name), spread: false }];
  });
  const aliases: Statement[] =
    wanted && wanted.name !== prediction
      ? [{ kind: 'assign', targets: [named(wanted.name)], value: named(prediction), span }]
      : [];
  const value = call(
    forward,
    inputs.map(({ name }) => positional(named(name))),
  );
  const body: Statement[] = [
    { kind: 'assign', targets: [target], value, span },
    ...aliases,
    { kind: 'return', value: call(loss, lossArgs), span },
  ];
  const parameters = [...(receiver ? [receiver] : []), ...inputs, label, ...extra];
  return {
    main: {
      fn: {
        ...loss.fn,
        parameters,
        body,
        decorators: [],
        documentation: [forward.fn.documentation, loss.fn.documentation].join('\n'),
        span,
        nameSpan: backward.fn.nameSpan,
      },
      owner: backward.owner,
    },
    backward,
    parts: [forward, loss],
  };
}

/** Parameters of a forward function, what it predicts from under the name that its backward function has for it. */
export function namedAfter(own: readonly Parameter[], data: string | null): Parameter[] {
  const isTaken = data === null || own.some(({ name }) => name === data);
  const at = own.findIndex(({ name }) => roleHint(name, false) !== 'parameter');
  return own.map((parameter, k) =>
    !isTaken && k === Math.max(0, at) ? { ...parameter, name: data } : parameter,
  );
}

/** What a function returns: names of its values where there are several, and that of the one which it computes last. */
export function resultsOf(
  { fn }: Callable,
  backward: Callable,
): {
  readonly names: readonly string[];
  readonly prediction: string | null;
} {
  let items: readonly Expression[] = [];
  const assigned = new Map<string, { readonly line: number; readonly isKept: boolean }>();
  eachStatement(fn.body, (s) => {
    if (s.kind === 'return' && s.value?.kind === 'sequence') ({ items } = s.value);
    if (s.kind !== 'assign') return;
    const isKept = s.value.kind === 'sequence' || s.value.kind === 'dict';
    for (const target of s.targets)
      if (target.kind === 'name') assigned.set(target.name, { line: s.span.startLine, isKept });
  });
  // `return A3, (Z1, A1, W1)`: what is kept has the name by which it is given back.
  const cache = ownParameters(backward).find(({ name }) => isCacheName(name))?.name;
  const isCache = ({ kind }: Expression): boolean => kind === 'sequence' || kind === 'dict';
  const lone = items.filter(isCache).length === 1;
  const nameOf = (item: Expression, k: number): string =>
    item.kind === 'name' ? item.name : isCache(item) && lone && cache ? cache : `result_${k}`;
  const names = items.map(nameOf);
  const lineOf = (name: string): number => assigned.get(name)?.line ?? 0;
  const values = names.filter((name) => !isCacheName(name) && assigned.get(name)?.isKept !== true);
  // Layers are computed one after another, in whatever order they are returned.
  const [prediction = null] = [...values].sort((a, b) => lineOf(b) - lineOf(a));
  return { names, prediction };
}
