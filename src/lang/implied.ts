/**
 * Networks that are trained without a loss in sight: `delta = (a - y) * sigmoid_prime(z)` is how a loss begins to flow back.
 * The usual losses that it may be the gradient of are put into the code, one reading for each.
 */
import type { Callable } from './execution';
import { namedAfter, resultsOf } from './composed';
import { ownParameters } from './members';
import { scriptIteration, type Iteration } from './iteration';
import { isGradientName, isModelName, isLossName, roleHint } from './names';
import { IMPLIED_LOSS } from './impliedName';
import {
  childrenOf,
  eachStatement,
  someStatement,
  type ClassNode,
  type Expression,
  type FunctionNode,
  type Statement,
} from './syntax';
import { ofArrays } from './ofArrays';
import { isCacheName, isUpstreamName, isVjpName } from './upstream';
import { isNamedUpdate, withNamedUpdates, withoutRates } from './namedUpdates';
import { isSampleStep, withSampleSteps } from './sampleSteps';

/** A prediction and its label, of which the difference flows back. */
interface Difference {
  readonly prediction: Expression;
  readonly label: Expression;
  /** What the difference is taken in for each item: `outputs.map((o, k) => o - y[k])` with something in its place. */
  readonly each?: (e: Expression) => Expression;
}

/** One of the usual losses of a prediction and its labels, summed over all there are. */
export interface UsualLoss {
  readonly title: string;
  readonly value: (difference: Difference) => Expression;
}

const LOSS = IMPLIED_LOSS;

const LABEL =
  /(^|_)(y|ys|t|yt|targets?|labels?|expected|truth|desired|actual|answers?)(_|\d|$)|^residuals$|(training|expected|desired|target|true)_(\w+_)?outputs?$|^y_?(train|true|batch|onehot|one_hot)$/i;

const nameOf = (e: Expression): string | null =>
  e.kind === 'name' ? e.name : e.kind === 'attribute' && e.object.kind === 'name' ? e.name : null;

/** `one_hot(Y)`, `np.eye(k)[y]`: labels of classes as rows of 0 and 1. */
const ENCODED = /one_?hot|to_?categorical|encode|binari[sz]e/i;

/** Methods that leave the values as they are. */
const RESHAPING = /^(reshape|ravel|flatten|astype|squeeze|copy|view|unsqueeze|to_numpy|transpose|float)$/;

const encodedLabel = (e: Expression): Expression | null => {
  if (e.kind === 'call') {
    const { callee } = e;
    // y.reshape(-1, 1)
    if (callee.kind === 'attribute' && RESHAPING.test(callee.name) && isLabel(callee.object))
      return encodedLabel(callee.object) ?? callee.object;
    const name = callee.kind === 'name' || callee.kind === 'attribute' ? callee.name : '';
    return ENCODED.test(name) ? (e.args.find(({ value }) => isLabel(value))?.value ?? null) : null;
  }
  const [at, ...more] = e.kind === 'subscript' ? e.indices : [];
  if (e.kind !== 'subscript' || !at || more.length > 0 || e.object.kind !== 'call') return null;
  const { callee } = e.object;
  return callee.kind === 'attribute' && /^(eye|identity)$/.test(callee.name) && isLabel(at) ? at : null;
};

const isLabel = (e: Expression): boolean => {
  if (encodedLabel(e)) return true;
  const name = rootName(e);
  return (
    name !== '' &&
    (LABEL.test(name) || roleHint(name, false) === 'label') &&
    roleHint(name, false) !== 'prediction'
  );
};

/** Something that may be a prediction or a label: a variable, an entry of one, what a model returns. */
const isValue = (e: Expression): boolean =>
  e.kind === 'subscript'
    ? isValue(e.object)
    : e.kind === 'call' || (e.kind === 'binary' && /^[+*@]$/.test(e.operator)) || nameOf(e) !== null;

/** `y - a` or `a - y`, the first one in the order of evaluation. */
function differenceIn(e: Expression, called: Called): Difference | null {
  if (e.kind === 'binary' && e.operator === '-') {
    const [a, b] = [e.left, e.right];
    if (isValue(a) && isValue(b) && isLabel(a) !== isLabel(b))
      return isLabel(a) ? { prediction: b, label: a } : { prediction: a, label: b };
  }
  if (e.kind === 'call') {
    const found = differenceCalled(e, called) ?? differenceMapped(e, called);
    if (found) return found;
  }
  for (const part of childrenOf(e)) {
    const found = differenceIn(part, called);
    if (found) return found;
  }
  return null;
}

function differenceOf(s: Statement, called: Called): Difference | null {
  if (s.kind === 'assign' || s.kind === 'augment' || s.kind === 'expression')
    return differenceIn(s.value, called);
  return s.kind === 'return' && s.value ? differenceIn(s.value, called) : null;
}

/** The function of the file that a call calls, if it is one of them. */
type Called = (call: Expression & { kind: 'call' }) => Callable | null;

const NONE_CALLED: Called = () => null;

/** `self.cost_derivative(activations[-1], y)`: the difference that the function takes, of what it is given. */
function differenceCalled(call: Expression & { kind: 'call' }, called: Called): Difference | null {
  const callee = called(call);
  const result = callee?.fn.body.at(-1);
  const inner = result ? differenceOf(result, NONE_CALLED) : null;
  if (!callee || !inner || call.args.some(({ name, spread }) => spread || name !== null)) return null;
  const names = ownParameters(callee).map((parameter) => parameter.name);
  const given = (e: Expression): Expression | undefined =>
    e.kind === 'name' ? call.args[names.indexOf(e.name)]?.value : undefined;
  const [prediction, label] = [given(inner.prediction), given(inner.label)];
  if (!prediction || !label || !isValue(prediction) || !isLabel(label)) return null;
  return { prediction, label };
}

/** Calls of functions of a file and of methods of a class, also of a class that is an attribute by default. */
export function calledFrom(owner: ClassNode | null, all: readonly Callable[]): Called {
  const find = (name: string, of: string | null): Callable | null =>
    all.find((c) => c.fn.name === name && (c.owner?.name ?? null) === of) ?? null;
  const maker = all.find((c) => c.owner === owner && owner !== null && c.fn.name === '__init__');
  const byDefault = (name: string): string | null => {
    const fallback = maker?.fn.parameters.find((parameter) => parameter.name === name)?.fallback;
    return fallback?.kind === 'name' ? fallback.name : null;
  };
  return ({ callee }) => {
    if (callee.kind === 'name') return find(callee.name, null);
    if (callee.kind !== 'attribute') return null;
    const { object, name } = callee;
    if (object.kind === 'name') return find(name, object.name) ?? (owner ? find(name, owner.name) : null);
    const held = object.kind === 'attribute' ? byDefault(object.name) : null;
    return held === null ? null : find(name, held);
  };
}

/** `outputs.map((o, k) => (o - y[k]) * o * (1 - o))`: the difference of each item. */
function differenceMapped(call: Expression & { kind: 'call' }, called: Called): Difference | null {
  const [first] = call.args;
  const isMap = call.callee.kind === 'attribute' && call.callee.name === 'map';
  if (!isMap || first?.value.kind !== 'lambda') return null;
  const { fn } = first.value;
  const [only, ...more] = fn.body;
  if (only?.kind !== 'return' || !only.value || more.length > 0) return null;
  const found = differenceIn(only.value, called);
  if (!found) return null;
  const each = (e: Expression): Expression => {
    const value = found.each?.(e) ?? e;
    const lambda: Expression = { kind: 'lambda', fn: { ...fn, body: [{ ...only, value }] }, span: fn.span };
    return { ...call, args: [{ ...first, value: lambda }] };
  };
  return { ...found, each };
}

/** The losses that most networks have. */
export const USUAL_LOSSES: readonly UsualLoss[] = [
  {
    title: 'half the squared error',
    value: ({ prediction: a, label: y }) => {
      const { span } = a;
      const two = number('2', span);
      const squared = ofArrays('**', minus(a, y), two, span);
      return ofArrays('/', summed(squared), two, span);
    },
  },
  {
    title: 'the cross-entropy of 0/1 labels',
    value: ({ prediction: a, label: y }) => {
      const one = number('1', a.span);
      return negative(
        summed(ofArrays('+', times(y, logged(a)), times(minus(one, y), logged(minus(one, a))), a.span)),
      );
    },
  },
  {
    title: 'the cross-entropy of one-hot labels',
    value: ({ prediction: a, label: y }) => negative(summed(times(y, logged(a)))),
  },
];

const number = (text: string, span: Expression['span']): Expression => ({ kind: 'number', text, span });

const minus = (left: Expression, right: Expression): Expression => ofArrays('-', left, right, left.span);

const times = (left: Expression, right: Expression): Expression => ofArrays('*', left, right, left.span);

const negative = (operand: Expression): Expression => ({
  kind: 'unary',
  operator: '-',
  operand,
  span: operand.span,
});

/** Functions of the interpreter under names that no code has. */
const SUM = '%sum';
const LOG = '%log';

const applied = (name: string, value: Expression): Expression => ({
  kind: 'call',
  callee: { kind: 'name', name, span: value.span },
  args: [{ name: null, value, spread: false }],
  span: value.span,
});

const summed = (value: Expression): Expression => applied(SUM, value);
const logged = (value: Expression): Expression => applied(LOG, value);

const lossName = (span: Expression['span']): Expression => ({ kind: 'name', name: LOSS, span });

const assigned = (value: Expression): Statement => ({
  kind: 'assign',
  targets: [lossName(value.span)],
  value,
  span: value.span,
});

/** Whether a body computes a loss of its own, whose gradients are not this module's business. */
function hasLoss(body: readonly Statement[]): boolean {
  let found = false;
  eachStatement(body, (s) => {
    if (s.kind === 'assign' && s.targets.some(isLossTarget)) found = true;
  });
  return found;
}

// `error` is mostly the difference itself.
const isLossTarget = (target: Expression): boolean =>
  isLossName(nameOf(target) ?? '') && !/err|^e$|delta/i.test(nameOf(target) ?? '');

/** The statements without those that give a loss its value or return it. */
const withoutLoss = (body: readonly Statement[]): Statement[] =>
  body.flatMap((s): Statement[] => {
    const targets = s.kind === 'assign' ? s.targets : s.kind === 'augment' ? [s.target] : [];
    if (targets.some(isLossTarget)) return [];
    if (s.kind === 'return' && s.value && isLossTarget(s.value)) return [];
    if (s.kind === 'for' || s.kind === 'while' || s.kind === 'block')
      return [{ ...s, body: withoutLoss(s.body) }];
    if (s.kind === 'if') return [{ ...s, then: withoutLoss(s.then), otherwise: withoutLoss(s.otherwise) }];
    return [s];
  });

/** Where the difference alone is what flows back (`dz = a - y`), it is a cross-entropy most of the time. */
function likeliestFirst(body: readonly Statement[], called: Called): readonly UsualLoss[] {
  let isAlone = false;
  eachStatement(body, (s) => {
    const [target] = s.kind === 'assign' ? s.targets : [];
    const isGradient = target !== undefined && /^d|delta|grad/i.test(nameOf(target) ?? '');
    if (isGradient && s.kind === 'assign' && isDifference(s.value, called)) isAlone = true;
  });
  const [squared, ...entropies] = USUAL_LOSSES;
  return isAlone && squared ? [...entropies, squared] : USUAL_LOSSES;
}

/** Whether an expression is no more than a difference, or a call of what takes it. */
function isDifference(e: Expression, called: Called): boolean {
  const result = e.kind === 'call' ? called(e)?.fn.body.at(-1) : null;
  const value = result?.kind === 'return' ? result.value : e;
  return value?.kind === 'binary' && value.operator === '-' && differenceIn(value, NONE_CALLED) !== null;
}

/** Bodies with each of the usual losses computed where the difference is taken; empty where there is none. */
export function withUsualLosses(
  written: readonly Statement[],
  called = NONE_CALLED,
): { title: string; body: readonly Statement[] }[] {
  if (!mayTrain(written)) return [];
  const body = withoutRates(written);
  const predicted = (s: Statement): Expression | null => differenceOf(s, called)?.prediction ?? null;
  // A loss beside steps without names is mostly there to be told: the steps may follow another one.
  const stepped = withSampleSteps(hasLoss(body) ? withoutLoss(body) : body, predicted);
  if (!stepped && hasLoss(body)) return [];
  const named = stepped ?? withNamedUpdates(body);
  if (!writesGradients(named)) return [];
  return likeliestFirst(named, called).flatMap(({ title, value }) => {
    const made = inserted(named, value, called);
    return made ? [{ title, body: made }] : [];
  });
}

/** Whether the loss that was put in is computed by the statements themselves, and not in a loop that is a training loop. */
export const computesImplied = (body: readonly Statement[]): boolean =>
  body.some((s) => s.kind === 'assign' && s.targets.some((target) => nameOf(target) === LOSS));

/** The loops of a script, each with each of the usual losses. */
export function usualScripts(script: readonly Statement[]): { title: string; iteration: Iteration }[][] {
  return script.flatMap((loop, at) => {
    if (loop.kind !== 'for' && loop.kind !== 'while') return [];
    const variants = withUsualLosses(loop.body);
    const before = script.slice(0, at);
    return [
      variants.map(({ title, body }) => ({ title, iteration: scriptIteration(before, { ...loop, body }) })),
    ];
  });
}

/** Gradients by name, of which updates are made. */
const writesGradients = (body: readonly Statement[]): boolean => someStatement(body, isGradientWritten);

const isGradientWritten = (s: Statement): boolean =>
  s.kind === 'assign' && s.targets.some((target) => isGradientVariable(rootName(target)));

/** Whether there are gradients by name, or updates for which such names are made: most functions have neither. */
export const mayTrain = (body: readonly Statement[]): boolean =>
  someStatement(body, (s) => isGradientWritten(s) || isNamedUpdate(s) || isSampleStep(s));

const isGradientVariable = (name: string): boolean =>
  /^(d_?|grad_?|delta_?)?(d_?|grad_|nabla_)[A-Za-z]\w*$/i.test(name) ||
  /^grad(ient)?[A-Z]\w*$|(_grads?|_gradients?|[a-z]Grads?|[a-z]Gradients?)$/.test(name);

function inserted(
  body: readonly Statement[],
  loss: UsualLoss['value'],
  called: Called,
  adds = false,
): Statement[] | null {
  for (const [k, s] of body.entries()) {
    const difference = differenceOf(s, called);
    if (difference) {
      const one = loss(difference);
      const value = difference.each ? summed(difference.each(one)) : one;
      const { span } = value;
      const own: Statement = adds
        ? { kind: 'augment', operator: '+', target: lossName(span), value, span }
        : assigned(value);
      return [...body.slice(0, k), own, ...body.slice(k)];
    }
    if (s.kind !== 'for' && s.kind !== 'while' && s.kind !== 'block') continue;
    const collects = adds || (s.kind === 'for' && addsGradients(s.body));
    const inner = inserted(s.body, loss, called, collects);
    const start = collects && !adds ? [assigned(number('0', s.span))] : [];
    if (inner) return [...body.slice(0, k), ...start, { ...s, body: inner }, ...body.slice(k + 1)];
  }
  return null;
}

/** Whether the passes of a loop add to gradients that exist before it: then it is a loop over samples. */
function addsGradients(body: readonly Statement[]): boolean {
  const own = new Set<string>();
  const added = new Set<string>();
  eachStatement(body, (s) => {
    for (const target of s.kind === 'assign' ? s.targets : []) own.add(rootName(target));
    if (s.kind === 'augment' && s.operator === '+') added.add(rootName(s.target));
  });
  return [...added].some((name) => !own.has(name) && isSumOfGradients(name));
}

const isSumOfGradients = (name: string): boolean =>
  /^(d|g|grad|delta)_?[A-Za-z]\w*$|(grads?|gradients?|slope|deriv(ative)?)$/i.test(name) && name !== LOSS;

/** The name of what a target is, or is a part of. */
function rootName(e: Expression): string {
  if (e.kind === 'subscript') return rootName(e.object);
  return nameOf(e) ?? '';
}

/** A forward and a backward method without a loss between them, as a loss of what the first one predicts. */
export interface ImpliedComposition {
  readonly title: string;
  readonly main: Callable;
  readonly backward: Callable;
  readonly parts: readonly Callable[];
}

export function impliedCompositions(all: readonly Callable[]): ImpliedComposition[][] {
  return all.flatMap((backward) => {
    if (!isBackward(backward)) return [];
    const forwards = all.filter((c) => c.owner === backward.owner && isForward(c));
    const [forward, ...more] = forwards;
    const difference = firstDifference(backward.fn.body);
    if (!forward || more.length > 0 || !difference || hasLoss(backward.fn.body)) return [];
    return [
      likeliestFirst(backward.fn.body, NONE_CALLED).flatMap(
        (loss) => compositionOf(forward, backward, difference, loss) ?? [],
      ),
    ];
  });
}

function firstDifference(body: readonly Statement[]): Difference | null {
  let found: Difference | null = null;
  eachStatement(body, (s) => {
    found ??= differenceOf(s, NONE_CALLED);
  });
  return found;
}

const isBackward = (c: Callable): boolean =>
  (isVjpName(c.fn.name) || isGradientName(c.fn.name)) &&
  !ownParameters(c).some(({ name }) => isUpstreamName(name) && !isCacheName(name));

const isForward = ({ fn }: Callable): boolean => isModelName(fn.name) && !/predict/i.test(fn.name);

/** `one_hot = np.zeros((m, k))` and what gives it its ones: the statements that a variable is made by before it is used. */
function madeBefore({ fn }: Callable, name: string): readonly Statement[] {
  const parameters = new Set(fn.parameters.map((parameter) => parameter.name));
  if (parameters.has(name)) return [];
  const at = fn.body.findIndex((s) => differenceOf(s, NONE_CALLED) !== null);
  const needed = new Set([name]);
  const found: Statement[] = [];
  for (const s of fn.body.slice(0, Math.max(0, at)).reverse()) {
    const targets = s.kind === 'assign' ? s.targets : s.kind === 'augment' ? [s.target] : [];
    if (!targets.some((target) => targetNames(target).some((own) => needed.has(own)))) continue;
    found.unshift(s);
    if (s.kind === 'assign' || s.kind === 'augment') namesIn(s.value).forEach((own) => needed.add(own));
  }
  return found;
}

const targetNames = (e: Expression): string[] =>
  e.kind === 'sequence' ? e.items.flatMap(targetNames) : [rootName(e)];

const namesIn = (e: Expression): string[] => [
  ...(e.kind === 'name' ? [e.name] : []),
  ...childrenOf(e).flatMap(namesIn),
];

function compositionOf(
  forward: Callable,
  backward: Callable,
  { prediction, label }: Difference,
  { title, value }: UsualLoss,
): ImpliedComposition | null {
  const { span } = backward.fn;
  const named = (name: string): Expression => ({ kind: 'name', name, span });
  const given = ownParameters(backward);
  const receiver = backward.owner ? backward.fn.parameters[0] : undefined;
  const data = given.find(({ name }) => roleHint(name, false) === 'data');
  const inputs = namedAfter(ownParameters(forward), data?.name ?? null);
  const source = encodedLabel(label) ?? label;
  const before = source.kind === 'name' ? madeBefore(backward, source.name) : [];
  const own =
    source.kind === 'name'
      ? given.find(
          ({ name }) => name === source.name || (before.length > 0 && roleHint(name, false) === 'label'),
        )
      : undefined;
  // A label of the object, one that is given, or one that is made of it.
  if (source.kind === 'name' && !own) return null;
  const isKept = prediction.kind === 'attribute';
  const results = resultsOf(forward, backward);
  const chosen =
    prediction.kind === 'name' && results.names.includes(prediction.name) ? prediction.name : null;
  const last = chosen ?? results.prediction;
  const predicted: Expression = isKept ? prediction : named(last ?? 'predicted');
  const target: Expression =
    last !== null ? { kind: 'sequence', form: 'tuple', items: results.names.map(named), span } : predicted;
  const callee: Expression =
    forward.owner && receiver
      ? { kind: 'attribute', object: named(receiver.name), name: forward.fn.name, span }
      : named(forward.fn.name);
  const args = inputs.map(({ name }) => ({ name: null, value: named(name), spread: false }));
  const call: Expression = { kind: 'call', callee, args, span };
  const isParameter = prediction.kind === 'name' && given.some(({ name }) => name === prediction.name);
  const body: Statement[] = [
    isKept
      ? { kind: 'expression', value: call, span }
      : { kind: 'assign', targets: [target], value: call, span },
    ...(isParameter && prediction.name !== last
      ? [{ kind: 'assign', targets: [prediction], value: predicted, span } as const]
      : []),
    ...before,
    assigned(value({ prediction: predicted, label })),
    { kind: 'return', value: named(LOSS), span },
  ];
  const fn: FunctionNode = {
    ...forward.fn,
    name: LOSS,
    parameters: [
      ...(receiver ? [receiver] : []),
      ...inputs,
      ...(own && !inputs.some(({ name }) => name === own.name) ? [own] : []),
    ],
    body,
    decorators: [],
    span,
    nameSpan: backward.fn.nameSpan,
  };
  const named_ = { ...backward, fn: { ...backward.fn, body: withNamedUpdates(backward.fn.body) } };
  return { title, main: { fn, owner: backward.owner }, backward: named_, parts: [forward] };
}
