/** What an execution yields: the value to differentiate, and the gradients that the code computes. */
import type { Span } from '../core/definition';
import type { Node } from '../core/expr';
import { toArray } from './arguments';
import { isSingle, sameShape } from './arrays';
import { attributesOf } from './backward';
import type { Callable, Executed, Execution } from './execution';
import { ownParameters } from './members';
import { filledParts } from './filled';
import {
  flowOf,
  gradientOf,
  isGenericGradient,
  isGradientName,
  isLossName,
  isModelName,
  roleHint,
} from './names';
import { IMPLIED_LOSS } from './impliedName';
import { fittedParts, inferRoles, inputsOf } from './roles';
import { isLinearIn } from './upstream';
import { assignmentSpan, nameOf } from './places';
import { spanOfPart, surrogateReason, type Registered } from './registered';
import { resolve, unsupported, type Run } from './run';
import { learntTogether } from './together';
import { isStep, isUpdated } from './stepped';
import { baseName, bindingName, bindingOf, bindingSpan, neededFor } from './written';
import { locals, partsOf, type Part } from './outputParts';
import { groupedTargets, piecesOf, wholeNames } from './piecewise';
import { secondsOf, type WrittenSecond } from './second';
import { isGradientBeside } from './secondNames';
import { pairBeside, pairByShape, pairReturned, pairUnnamed, type Found } from './unnamed';
import { childrenOf, eachStatement, expressionsOf, type Expression, type FunctionNode } from './syntax';
import { constantOf, type ArrayV, type Cause, type Value } from './values';

export interface WrittenGradient {
  /** Name of an input or binding. */
  readonly of: string;
  readonly name: string;
  readonly span: Span;
  readonly value: ArrayV;
  readonly isInput: boolean;
  readonly callable: Callable;
  /** The input that `of` is a piece of, where the gradient is one of the whole. */
  readonly whole?: string;
}

export interface BrokenGradient {
  readonly of: string;
  readonly name: string;
  readonly span: Span;
  readonly cause: Cause;
  readonly callable: Callable;
}

export interface Outputs {
  readonly output: {
    readonly name: string;
    readonly value: ArrayV;
    readonly span: Span;
  } | null;
  /** Why there is no output. */
  readonly cause: Cause | null;
  readonly gradients: readonly WrittenGradient[];
  readonly broken: readonly BrokenGradient[];
  readonly seconds: readonly WrittenSecond[];
  /** Whether the output is itself a gradient, which `seconds` are the derivatives of. */
  readonly isOfGradient: boolean;
  readonly inputs: readonly { readonly name: string; readonly value: ArrayV }[];
}

/** A number that no input enters is no gradient (`dx = 1e-5`), nor is a length (`d_k = Q.shape[-1]`). */
const isConstant = (value: Value): boolean =>
  value.kind === 'array' && (constantOf(value.element) !== null || isLength(value.element));

const isLength = (node: Node): boolean =>
  node.kind === 'size' ||
  (node.kind === 'mul' && node.args.every((arg) => arg.kind === 'num' || isLength(arg)));

/** Names that gradients may refer to: inputs first, then intermediates. */
function symbols({ run, upstreams }: Execution): {
  all: string[];
  inputs: string[];
  settings: string[];
  bindings: string[];
} {
  const states = [...run.inputs.values()].filter(
    (state) => !upstreams.some(({ name }) => name === state.name),
  );
  const hinted = (role: string): string[] =>
    states.filter((s) => roleHint(s.name, isSingle(s.value)) === role).map((s) => s.name);
  const fitted = fittedParts(states);
  const labels = hinted('label').filter((name) => !fitted.has(name));
  const all = states.map((state) => state.name);
  // The mean of a distribution is differentiated by, where its spread stands beside it.
  const learnt = new Set(states.flatMap(({ name, ref }) => (ref.isStepped === true ? [name] : [])));
  const settings = hinted('hyper').filter(
    (name) => !learntTogether(name, all) && !fitted.has(name) && !learnt.has(name),
  );
  return {
    all,
    // `dt` or `dlam` is a step or a setting: nobody differentiates by labels and settings.
    inputs: all.filter((name) => !labels.includes(name) && !settings.includes(name)),
    settings,
    // What a pass computes has no name of its own where each pass is carried out.
    bindings: run.unrolled.size > 0 ? [] : [...new Set(run.bindings.map((b) => baseName(b.name)))],
  };
}

/** Whether these parts have a gradient for every parameter of the function: then `y` is no label either. */
function coversAll(parts: readonly Part[], main: Callable): boolean {
  const parameters = ownParameters(main).map((parameter) => parameter.name);
  const found = new Set(parts.map((part) => part.name && gradientOf(part.name, parameters)));
  return parameters.length > 1 && parameters.every((name) => found.has(name));
}

/** `db1`, `dZ`, `grads`: a gradient by its name alone, even when what it differentiates by is not in sight. */
const ALWAYS_GRADIENT =
  /^(?:d_?(?:[A-Z]\w*|[a-z]\d*)|grads?|gradients?|derivs?|derivatives?|hess(?:ian)?s?)$/;

/** `return dw / m, db / m`: what is returned is the gradient, and the variables are only on the way to it. */
function restated(
  parts: readonly Part[],
  { parameters, scope }: Executed,
  isGradient: (name: string | null) => boolean,
): readonly Part[] {
  // A part of a sum may be the derivative of a term alone: reg_prime.
  const isWritten = (name: string): boolean => {
    const value = scope.names.get(name);
    return isGradient(name) && !parameters.has(name) && value?.kind === 'array' && !isConstant(value);
  };
  return parts.map((part) => {
    if (part.name !== null || !part.expression) return part;
    const [only, ...more] = [...namesIn(part.expression)].filter(isWritten);
    const isGradient = only !== undefined && more.length === 0 && !isStep(part.expression, only);
    return isGradient ? { ...part, name: only } : part;
  });
}

/** Variables that arithmetic and calls of their methods are written with. */
function namesIn(e: Expression, found: Set<string> = new Set()): ReadonlySet<string> {
  if (e.kind === 'name') found.add(e.name);
  else if (e.kind === 'unary') namesIn(e.operand, found);
  else if (e.kind === 'binary') [e.left, e.right].forEach((side) => namesIn(side, found));
  else if (e.kind === 'attribute' || e.kind === 'subscript') namesIn(e.object, found);
  else if (e.kind === 'call') {
    if (e.callee.kind === 'attribute') namesIn(e.callee.object, found);
    e.args.forEach((arg) => namesIn(arg.value, found));
  }
  return found;
}

/** Reads output and gradients off an execution. */
export function outputsOf(execution: Execution): Outputs {
  const { run, main, gradient, upstreams } = execution;
  const { all, inputs, settings, bindings } = symbols(execution);
  const isGradient = (name: string | null): boolean =>
    name !== null && (ALWAYS_GRADIENT.test(name) || gradientOf(name, [...all, ...bindings]) !== null);
  // `return 0.5 * (1 + t) + 0.5 * x * sech2 * du`: by its name du belongs to u, and what is returned to x.
  const isOfInput = (name: string | null): boolean =>
    name !== null &&
    (gradientOf(name, all) !== null || (ALWAYS_GRADIENT.test(name) && gradientOf(name, bindings) === null));
  const isLeft = main.value.kind === 'none' && isModelName(main.callable.fn.name);
  const parts = isLeft ? attributeParts(main) : partsOf(run, main);
  // What is returned alone is what is computed.
  const returned = parts.length > 1 ? restated(parts, main, isOfInput) : parts;
  const own = locals(run, main);
  const first = gradientOfSeconds(execution, returned);
  if (first) return outputsOfGradient(execution, first);
  const output = chooseOutput(run, main.callable.fn, returned, own, isGradient);
  const flowing = new Set(upstreams.map((upstream) => upstream.name));
  // `dp = ((a - p) ** 2).sum(1)` is a distance when the loss is made of it.
  const onTheWay = output?.value.kind === 'array' ? neededFor(run, output.value.element) : new Set<string>();
  const isOnTheWay = (name: string, value: Value): boolean =>
    value.kind === 'array' &&
    value.element.kind === 'sym' &&
    baseName(value.element.name) === name &&
    onTheWay.has(value.element.name);
  // `db = dout`: what flows in may be what flows on.
  const flowed = (value: Value): Value =>
    value.kind === 'input' && flowing.has(value.input.name)
      ? (run.inputs.get(value.input.code)?.value ?? value)
      : value;
  const gradients: WrittenGradient[] = [];
  const broken: BrokenGradient[] = [];
  const seen = new Set<string>();
  const collect = (
    parts: readonly Part[],
    callable: Callable,
    plainNames: boolean,
    targets: readonly string[] = inputs,
    namedBy: (name: string, symbols: readonly string[]) => string | null = gradientOf,
  ): void => {
    const wholes = (name: string | null): string | null =>
      name === null ? null : namedBy(name, wholeNames(run));
    for (const part of parts.flatMap((each) => piecesOf(run, each, wholes(each.name)))) {
      const { name } = part;
      const value = flowed(part.value);
      // `dr = r` of a residual that the loss is made of: r itself is no gradient.
      const isTaken =
        value.kind === 'array' && value.element.kind === 'sym' && onTheWay.has(value.element.name);
      const own =
        name === null || (value === part.value && !isTaken) ? null : assignmentSpan(callable.fn, name);
      const span = own ?? part.span;
      if (
        name === null ||
        flowing.has(name) ||
        part === output ||
        value.kind === 'input' ||
        isConstant(value) ||
        isOnTheWay(name, value)
      )
        continue;
      const plain = plainNames || (part.container !== null && /grad/i.test(part.container));
      const input =
        part.piece?.of ?? namedBy(name, targets) ?? (plain && targets.includes(name) ? name : null);
      const of = input ?? gradientOf(name, bindings);
      if (of === null || (of === name && !plain) || seen.has(`${of} ${name}`)) continue;
      seen.add(`${of} ${name}`);
      // `grads["W1"]` is a gradient by its container.
      const shown = of === name && part.container !== null ? `${part.container}["${name}"]` : name;
      const again =
        value.kind === 'array' && gradients.some((g) => g.of === of && g.value.element === value.element);
      if (again) continue;
      if (value.kind === 'array')
        gradients.push({
          of,
          name: shown,
          span,
          value,
          isInput: input !== null,
          callable,
          ...(part.piece ? { whole: part.piece.whole } : {}),
        });
      else if (value.kind === 'unknown' && input !== null)
        broken.push({
          of,
          name: shown,
          span: value.cause.span,
          cause: value.cause,
          callable,
        });
    }
  };
  collect(returned, main.callable, false);
  collect(own, main.callable, false);
  const grouped = (): readonly string[] => groupedTargets(run, targets(execution, output));
  const isSaid = ({ name }: Part): boolean => name !== null && isGenericGradient(name);
  const said = [...returned, ...own].filter(isSaid);
  const isCalledG = ({ name }: Part): boolean => name !== null && /^g$/i.test(name);
  const called = returned.length > 1 ? returned.filter(isCalledG) : [];
  const [only, ...others] = said.length + called.length > 0 ? grouped() : [];
  if (only !== undefined && others.length === 0) {
    const by = [...run.inputs.values()].find(({ name }) => name === only);
    // `return nll, g`: of the parameter's shape, where the loss is not made of it as of an activation of that name.
    const isLetter = ({ name, value }: Part): boolean =>
      name !== null &&
      !isOnTheWay(name, value) &&
      value.kind === 'array' &&
      by !== undefined &&
      sameShape(run, by.value, value);
    collectGeneric(run, [...said, ...called.filter(isLetter)], only, main.callable, { gradients, broken });
  } else if (only !== undefined && output && !gradient)
    pairByShape(run, [...returned.filter(isSaid), ...called], grouped(), main.callable, {
      gradients,
      broken,
    });
  const unnamed = returned.filter((part) => part !== output);
  if (!gradient && output) pairBeside(run, unnamed, grouped, main.callable, { gradients, broken });
  if (execution.registered) collectRegistered(execution, execution.registered, { gradients, broken });
  else if (gradient) {
    const own = partsOf(run, gradient);
    const left = filledParts(gradient);
    const parts =
      own.length > 0
        ? restated(own, gradient, isOfInput)
        : left.length > 0
          ? left
          : leftParts(gradient, main);
    const variables = locals(run, gradient);
    // What a gradient function computes is meant: `dm` for the slope m of a line, `dmu` for a mean.
    // dC is the derivative of a cost, not by the strength C.
    const slopes = settings.filter((name) => !/^[A-Z]$/.test(name));
    const named = coversAll([...parts, ...variables], main.callable) ? all : [...inputs, ...slopes];
    const flows = upstreams.length > 0 ? flowOf : gradientOf;
    collect(parts, gradient.callable, isGradientName(gradient.callable.fn.name), named, flows);
    collect(variables, gradient.callable, false, named, flows);
    const flowedParts = parts.map((part) => ({
      ...part,
      value: flowed(part.value),
    }));
    if (upstreams.length > 0)
      pairReturned(flowedParts, execution, gradient.callable, {
        gradients,
        broken,
      });
    else
      pairUnnamed(run, parts, grouped(), gradient, {
        gradients,
        broken,
      });
  }
  const { seconds, broken: unread } = secondsOf(
    execution,
    () => {
      const all = targets(execution, output);
      const written = all.filter((name) => gradients.some(({ of }) => of === name));
      return written.length > 0 ? written : all;
    },
    null,
  );
  broken.push(...unread);
  const asArray = output?.value.kind === 'array' ? { value: output.value, span: output.span } : null;
  const cause = output?.value.kind === 'unknown' ? output.value.cause : null;
  const name = output?.name ?? outputName(main.callable);
  return {
    output: asArray ? { name, ...asArray } : null,
    cause,
    gradients,
    broken,
    seconds,
    isOfGradient: false,
    inputs: [...run.inputs.values()],
  };
}

/** A gradient as the output, with the derivatives of it that the code writes. */
function outputsOfGradient(execution: Execution, first: Part): Outputs {
  const { run, main } = execution;
  const { value, span } = first;
  const array = value.kind === 'input' ? resolve(run, value.input) : value;
  const names = ownParameters(main.callable).map((parameter) => parameter.name);
  const place = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length);
  // What it is by is given first, unless another one is a prediction by its name.
  const by = (): string[] => {
    const states = [...run.inputs.values()].filter(({ name }) => roleHint(name, false) !== 'label');
    const rank = (name: string): number => (roleHint(name, false) === 'prediction' ? 0 : 1 + place(name));
    return states.map(({ name }) => name).sort((a, b) => rank(a) - rank(b));
  };
  const { seconds, broken } = secondsOf(execution, by, first);
  return {
    output: array.kind === 'array' ? { name: first.name ?? main.callable.fn.name, value: array, span } : null,
    cause: array.kind === 'unknown' ? array.cause : null,
    gradients: [],
    broken,
    seconds,
    isOfGradient: true,
    inputs: [...run.inputs.values()],
  };
}

/** The gradient that second derivatives stand beside without a loss: `return grad, hess`, and a function of each. */
function gradientOfSeconds({ main, gradient, seconds }: Execution, returned: readonly Part[]): Part | null {
  const [first, second, ...more] = returned;
  if (!first || gradient || main.callable.fn.body.length === 0) return null;
  if (seconds.length > 0) return isGradientName(main.callable.fn.name) && !second ? first : null;
  if (!second || more.length > 0) return null;
  const isPair = main.value.kind === 'sequence' && main.value.items.length === 2;
  const isFitted = isPair && readsLabels(main.callable.fn) && !isConstant(second.value);
  return isFitted || isGradientBeside(first.name, second.name) ? first : null;
}

/** `dtrain.get_label()`: what fits boosted trees gives its objectives a set of data, which they return two arrays for. */
function readsLabels({ body }: FunctionNode): boolean {
  let found = false;
  const visit = (e: Expression): void => {
    if (e.kind === 'attribute' && e.name === 'get_label') found = true;
    childrenOf(e).forEach(visit);
  };
  eachStatement(body, (s) => {
    expressionsOf(s).forEach(visit);
  });
  return found;
}

/** What a method leaves in attributes instead of returning it: the last one is its result. */
function attributeParts(main: Executed): Part[] {
  return attributesOf(main)
    .slice(0, 1)
    .map(({ name, value }) => ({
      name,
      value,
      span: main.callable.fn.nameSpan,
      container: null,
      expression: null,
    }));
}

/** What a gradient method leaves in an attribute instead of returning it: `self.dinputs = -y_true / dvalues`. */
const leftParts = (gradient: Executed, main: Executed): Part[] =>
  attributeParts({
    ...gradient,
    attributes: new Map(
      [...gradient.attributes].filter(
        ([name, value]) => /^d|grad|delta/i.test(name) && main.attributes.get(name) !== value,
      ),
    ),
  }).map((part) => ({
    ...part,
    span: assignmentSpan(gradient.callable.fn, part.name ?? '') ?? part.span,
  }));

function outputName({ fn, owner }: Callable): string {
  const ofOwner =
    /^__\w+__$/.test(fn.name) ||
    (owner !== null && /^(output|f|fn|func|activate|apply|forward|call)$/.test(fn.name));
  const name = ofOwner ? (owner?.name ?? '').replace(/\W+/g, '_') : fn.name;
  return name.replace(/^_+/, '') || 'J';
}

/** `error = y - a`: what is called an error is often a difference that is to be penalised. */
function isDifference(run: Run, value: Value): boolean {
  if (value.kind !== 'array') return false;
  const node = bindingOf(run, value)?.def ?? value.element;
  const isLabel = (term: Node): boolean =>
    term.kind === 'sym'
      ? roleHint(term.name, false) === 'label'
      : term.kind === 'mul' &&
        term.args.length === 2 &&
        term.args[0]?.kind === 'num' &&
        term.args.some(isLabel);
  return node.kind === 'add' && node.args.length === 2 && node.args.some(isLabel);
}

function chooseOutput(
  run: Run,
  fn: FunctionNode,
  returned: readonly Part[],
  own: readonly Part[],
  isGradient: (name: string | null) => boolean,
): Part | null {
  const implied = own.find((part) => part.name === IMPLIED_LOSS);
  if (implied) return implied;
  const results = returned.filter((part) => part.isKept !== true);
  const candidates = (results.length > 0 ? results : returned).filter(
    (part) => !isGradient(part.name) && !isUpdated(fn, part.name, part.expression, isGradient),
  );
  const single = (part: Part): boolean => part.value.kind === 'array' && isSingle(part.value);
  const named = candidates.find((part) => part.name !== null && isLossName(part.name));
  if (named && (named.value.kind === 'unknown' || single(named))) return named;
  const isPlain = ({ name }: Part): boolean => name !== null && name.length > 1;
  // What is left of the last pass is no loss of them all.
  const open = run.unrolled.size > 0 ? [] : own;
  const hidden = hiddenLoss(
    ([...returned, ...own].some((part) => isGradient(part.name)) ? open : open.filter(isPlain)).filter(
      (part) => !isDifference(run, part.value),
    ),
  );
  if (candidates.length === 1 || returned.length === 1) return candidates[0] ?? hidden;
  const first = candidates.find(single);
  if (first) return first;
  return hidden ?? candidates[0] ?? null;
}

// A loss that is computed but not returned, in a function that returns gradients.
function hiddenLoss(own: readonly Part[]): Part | null {
  return (
    own.find(
      (part) =>
        part.name !== null && isLossName(part.name) && part.value.kind === 'array' && isSingle(part.value),
    ) ?? null
  );
}

/** The first of these parts is the gradient by the only parameter, or by the only input that has its shape. */
function collectGeneric(run: Run, parts: readonly Part[], of: string, callable: Callable, into: Found): void {
  const isTaken = (name: string): boolean =>
    [...into.gradients, ...into.broken].some((found) => found.of === name);
  const [first] = parts;
  const pieces = first ? piecesOf(run, first, of) : [];
  const [part] = pieces;
  if (!part || part.name === null) return;
  if (part.piece) {
    for (const { name, span, value, piece } of pieces)
      if (piece && name !== null && value.kind === 'array' && !isTaken(piece.of))
        into.gradients.push({ of: piece.of, name, span, value, isInput: true, callable, whole: piece.whole });
    return;
  }
  const { name, span, value } = part;
  if (value.kind === 'array') {
    const fitting = [...run.inputs.values()].filter((state) => sameShape(run, state.value, value));
    const own = fitting.some((state) => state.name === of);
    const [other] = own ? [] : fitting;
    const isLearnt = other !== undefined && roleHint(other.name, isSingle(value)) !== 'label';
    // It may be by something in between that has the shape of the labels.
    if (other && fitting.length === 1 && !isLearnt) return;
    const by = other && fitting.length === 1 ? other.name : of;
    if (!isTaken(by))
      into.gradients.push({
        of: by,
        name,
        span,
        value,
        isInput: true,
        callable,
      });
  } else if (value.kind === 'unknown' && !isTaken(of))
    into.broken.push({
      of,
      name,
      span: value.cause.span,
      cause: value.cause,
      callable,
    });
}

/** Inputs that the output would be differentiated by, in the order of the function's parameters. */
function targets({ run, main, said }: Execution, output: Part | null): string[] {
  if (output?.value.kind !== 'array') return [];
  const roles = new Map([...inferRoles(run, output.value)].map(([name, { role }]) => [name, role]));
  for (const { name, ref } of run.inputs.values()) {
    const role = said.get(name) ?? said.get(ref.code);
    if (role && roles.has(name)) roles.set(name, role);
  }
  const order = ownParameters(main.callable).map((parameter) => parameter.name);
  const codes = new Map([...run.inputs.values()].map((state) => [state.name, state.ref.code]));
  const rank = (name: string): number => {
    const [, root = name, position = '0'] = /^(\w+)\[(\d+)\]$/.exec(codes.get(name) ?? '') ?? [];
    return (order.includes(root) ? order.indexOf(root) : order.length) + Number(position) / 1e3;
  };
  return [...roles.keys()]
    .filter((name) => roles.get(name) === 'parameter')
    .sort((a, b) => rank(a) - rank(b));
}

/** What a registered derivative returns: gradients by the arguments at the same places. */
function collectRegistered(
  { run, main, upstreams }: Execution,
  { gradient, parts }: Registered,
  into: Found,
): void {
  const { callable, expression } = gradient;
  const reason = surrogateReason(run, main);
  for (const part of parts) {
    const given = main.parameters.get(part.of);
    const state = given?.kind === 'input' ? run.inputs.get(given.input.code) : undefined;
    if (!state || part.value.kind === 'none') continue;
    const item = expression?.kind === 'sequence' ? expression.items[part.position] : expression;
    const place = spanOfPart(part, gradient);
    const value = toArray(run, part.value, place);
    const name = (item && nameOf(item)) ?? bindingName(value) ?? callable.fn.name;
    const span = (value.kind === 'array' ? bindingSpan(run, value, gradient, name) : null) ?? place;
    const of = state.name;
    const bends =
      value.kind === 'array' &&
      upstreams.some(
        ({ name: from }) =>
          inputsOf(run, value.element).has(from) && !isLinearIn(value.element, from, run.bindings),
      );
    const why = reason ?? (bends && upstreams.length === 1 ? 'bent' : null);
    if (why !== null) {
      const cause = unsupported(SURROGATES[why], span, 'surrogate-gradient').cause;
      into.broken.push({ of, name, span, cause, callable });
    } else if (value.kind === 'array')
      into.gradients.push({ of, name, span, value, isInput: true, callable });
    else
      into.broken.push({
        of,
        name,
        span: value.cause.span,
        cause: value.cause,
        callable,
      });
  }
}

const SURROGATES = {
  flat: 'stands in for a derivative that is 0 wherever it exists',
  identity: 'changes on purpose what flows back through the identity',
  named: 'is a surrogate by its name',
  bent: 'changes on purpose what flows back: it is not linear in the gradient from above',
} as const;
