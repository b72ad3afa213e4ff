/** Abstract execution of statements: the subset that is really interpreted; the rest makes its values unknown. */
import type { Span } from '../core/definition';
import type { Node } from '../core/expr';
import { changeInPlace, changeJoined, changeUnreadable, isHeld } from './aliases';
import { toArray } from './arguments';
import { assignedNames, mutatedNames } from './assigned';
import { assignNames, evaluate, iterate, operand } from './expressions';
import { appendedEitherWay } from './eitherWay';
import { held } from './held';
import { assignedPieces, cutAt } from './joined';
import { assigned } from './indexing';
import { runStream } from './loops';
import { putItem } from './lists';
import { carry } from './carried';
import { entryOf } from './members';
import { adopted } from './modules';
import { binary, chosen, combiner, truthOf } from './operators';
import { computationSpan } from './places';
import { assignedPart } from './slices';
import { bind, unsupported, type CallArgument, type Run } from './run';
import { entriesFor } from './selection';
import { type BinaryOperator, type Expression, type FunctionNode, type Statement } from './syntax';
import { keyOf, lookup, NONE, type FunctionV, type Scope, type Value } from './values';

/** How a block ended. `where` is the scope at its end. */
export type Outcome =
  | { readonly kind: 'next' | 'break' | 'continue' | 'raise' }
  | { readonly kind: 'return'; readonly value: Value; readonly expression: Expression | null };

const NEXT: Outcome = { kind: 'next' };
const MAX_DEPTH = 12;

/** Calls a function of the user's file: arguments that are not plain names become bindings named after its parameters. */
export function callFunction(run: Run, callee: FunctionV, args: readonly CallArgument[], span: Span): Value {
  run.step();
  if (run.depth >= MAX_DEPTH) return unsupported(`calls ${callee.fn.name} too deeply`, span, 'recursion');
  const scope: Scope = { names: new Map(), parent: callee.scope, fn: callee.fn };
  const bound = bindArguments(run, callee, args, scope, span);
  if (bound) return bound;
  run.depth += 1;
  run.scopes.push(scope);
  const outcome = execute(run, callee.fn.body, scope);
  run.scopes.pop();
  run.depth -= 1;
  if (outcome.kind !== 'return') return NONE;
  return callee.receiver ? outcome.value : unnamedResult(run, outcome.value);
}

// `s = 1 / (1 + np.exp(-z)); return s`: the caller's name for the result is the better one, so the last binding is undone.
function unnamedResult(run: Run, value: Value): Value {
  const last = run.bindings.at(-1);
  if (value.kind !== 'array' || value.element.kind !== 'sym' || !last || last.name !== value.element.name)
    return value;
  const own = last.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  if (last.axes.length !== value.axes.length || own.some((index, k) => value.element.args[k] !== index))
    return value;
  run.bindings.pop();
  run.names.delete(last.name);
  for (const [key, name] of run.bound) if (name === last.name) run.bound.delete(key);
  return { ...value, element: last.def };
}

function bindArguments(
  run: Run,
  callee: FunctionV,
  args: readonly CallArgument[],
  scope: Scope,
  span: Span,
): Value | null {
  const { fn } = callee;
  const parameters = [...fn.parameters];
  const receiver = callee.receiver;
  if (receiver) {
    const self = parameters.shift();
    if (self) scope.names.set(self.name, receiver);
  }
  const positional = args.filter((arg) => arg.name === null).map((arg) => arg.value);
  const named = new Map(args.flatMap((arg) => (arg.name === null ? [] : [[arg.name, arg.value] as const])));
  for (const parameter of parameters) {
    if (parameter.kind === 'rest') {
      scope.names.set(parameter.name, { kind: 'sequence', form: 'tuple', items: positional.splice(0) });
      continue;
    }
    if (parameter.kind === 'keywords') {
      scope.names.set(parameter.name, {
        kind: 'dict',
        entries: new Map([...named].map(([k, v]) => [`s:${k}`, v])),
      });
      continue;
    }
    const given = positional.shift() ?? named.get(parameter.name);
    named.delete(parameter.name);
    const value = given ?? (parameter.fallback ? evaluate(run, parameter.fallback, callee.scope) : null);
    if (!value)
      return unsupported(`calls ${fn.name} without its argument ${parameter.name}`, span, 'missing-argument');
    scope.names.set(
      parameter.name,
      value.kind === 'array' && !(run.family === 'javascript' && fn.name === 'lambda')
        ? bind(run, parameter.name, value, span, 'argument')
        : value,
    );
  }
  return null;
}

/** Executes statements in order. */
export function execute(run: Run, statements: readonly Statement[], scope: Scope): Outcome {
  for (const [k, statement] of statements.entries()) {
    run.step();
    if (statement.kind === 'if') {
      const rest = statements.slice(k + 1);
      const outcome = executeIf(run, statement, rest, scope);
      if (outcome.done) return outcome.outcome;
      if (outcome.outcome.kind !== 'next') return outcome.outcome;
      continue;
    }
    const outcome = executeOne(run, statement, scope);
    if (outcome.kind !== 'next') return outcome;
  }
  return NEXT;
}

function executeOne(run: Run, statement: Exclude<Statement, { kind: 'if' }>, scope: Scope): Outcome {
  switch (statement.kind) {
    case 'assign':
      assign(run, statement.targets, statement.value, scope, statement.span);
      return NEXT;
    case 'augment':
      augment(run, statement.operator, statement.target, statement.value, scope, statement.span);
      return NEXT;
    case 'expression':
      if (statement.value.kind === 'call') executeCall(run, statement.value, scope);
      return NEXT;
    case 'for':
      return executeFor(run, statement, scope);
    case 'while':
      forget(run, statement.body, scope, statement.span);
      return NEXT;
    case 'return':
      return {
        kind: 'return',
        value: statement.value ? evaluate(run, statement.value, scope) : NONE,
        expression: statement.value,
      };
    case 'raise':
    case 'break':
    case 'continue':
      return { kind: statement.kind };
    case 'function':
      scope.names.set(statement.fn.name, functionValue(statement.fn, scope));
      return NEXT;
    case 'class':
      scope.names.set(statement.node.name, { kind: 'class', node: statement.node, scope });
      return NEXT;
    case 'import':
      for (const item of statement.imports)
        scope.names.set(item.alias, run.imported(item, scope, statement.span));
      return NEXT;
    case 'block': {
      const outcome = execute(run, statement.body, scope);
      if (statement.isHeld) holdAll(run, assignedNames(statement.body), scope);
      return outcome.kind === 'return' && statement.isHeld
        ? { ...outcome, value: held(run, outcome.value) }
        : outcome;
    }
    case 'carry':
      carry(statement, scope);
      return NEXT;
    case 'forget':
      assignNames(
        run,
        statement.target,
        unsupported('uses the counter of a loop', statement.span, 'loop-length'),
        scope,
      );
      return NEXT;
    case 'nothing':
      return NEXT;
    case 'unreadable':
      return {
        kind: 'return',
        value: unsupported(`has a part that is not read (${statement.reason})`, statement.span, 'unreadable'),
        expression: null,
      };
  }
}

/** What these variables hold is constant for derivatives from now on. */
function holdAll(run: Run, names: ReadonlySet<string>, scope: Scope): void {
  for (const name of names) {
    const value = scope.names.get(name);
    if (value) scope.names.set(name, held(run, value));
  }
}

/** A call for its effect: what is not known may change the arrays that it is given. */
function executeCall(run: Run, call: Expression & { kind: 'call' }, scope: Scope): void {
  const result = evaluate(run, call, scope);
  if (result.kind !== 'unknown' || !CHANGERS.has(result.cause.id) || isCheck(call.callee)) return;
  const receiver = call.callee.kind === 'attribute' ? [call.callee.object] : [];
  for (const e of [...receiver, ...call.args.map((arg) => arg.value)]) {
    if (e.kind !== 'name' && e.kind !== 'attribute' && e.kind !== 'subscript') continue;
    const value = evaluate(run, e, scope);
    const array = value.kind === 'input' ? run.inputs.get(value.input.code)?.value : value;
    // A single number cannot change under its name.
    if (array?.kind === 'array' && array.axes.length === 0) continue;
    if (array?.kind === 'array') changeInPlace(run, value, array, result, nameOf(e), call.span);
    else if (value.kind === 'input') store(run, e, result, scope, call.span);
  }
}

/** `check_shapes(x, y)`, `logger.info(x)`: what only looks at its arguments. */
const isCheck = (callee: Expression): boolean =>
  (callee.kind === 'name' || callee.kind === 'attribute') &&
  /^_?(?:check|assert|validate|verify|ensure|warn|log|debug|info|print)(?:_|$)/.test(callee.name);

const CHANGERS: ReadonlySet<string> = new Set(['unsupported-function', 'unsupported-method', 'out-argument']);

export const functionValue = (fn: FunctionNode, scope: Scope): FunctionV => ({
  kind: 'function',
  fn,
  scope,
  receiver: null,
  owner: null,
});

function assign(
  run: Run,
  targets: readonly Expression[],
  expression: Expression,
  scope: Scope,
  span: Span,
): void {
  const [first] = targets;
  run.target = first?.kind === 'name' ? first.name : null;
  let value = evaluate(run, expression, scope);
  run.target = null;
  for (const target of targets) value = store(run, target, value, scope, span);
}

/** Stores a value; returns it as it was named. */
function store(run: Run, target: Expression, value: Value, scope: Scope, span: Span): Value {
  switch (target.kind) {
    case 'name': {
      const kept = named(run, target.name, value, span);
      scope.names.set(target.name, kept);
      return kept;
    }
    case 'attribute': {
      const object = evaluate(run, target.object, scope);
      const kept =
        object.kind === 'object'
          ? adopted(named(run, target.name, value, span), `${object.code}.${target.name}`)
          : named(run, target.name, value, span);
      if (object.kind === 'object')
        object.attributes.set(
          target.name,
          run.uncertain > 0 && !isHeld(run, object.attributes, target.name) ? uncertainValue(span) : kept,
        );
      return kept;
    }
    case 'sequence':
      unpack(run, target.items, value, scope, span);
      return value;
    case 'starred':
      return value;
    case 'subscript':
      return storeItem(run, target, value, null, scope, span);
    default:
      return value;
  }
}

const uncertainValue = (span: Span): Value =>
  unsupported('is changed under a condition that is not known', span, 'condition');

/** Gives an assigned array its name, and a size the name that the code uses for it. */
function named(run: Run, name: string, value: Value, span: Span): Value {
  if (value.kind === 'joined')
    return {
      ...value,
      pieces: value.pieces.map((piece, k) => bind(run, `${name}_${k}`, piece, span, 'assignment')),
    };
  if (value.kind !== 'array') return value;
  if (value.axes.length === 0 && value.element.kind === 'size') run.sizes.suggest(value.element.size, name);
  return bind(run, name, value, span, 'assignment');
}

function unpack(run: Run, targets: readonly Expression[], value: Value, scope: Scope, span: Span): void {
  const starred = targets.findIndex((t) => t.kind === 'starred');
  targets.forEach((target, k) => {
    if (starred >= 0)
      store(
        run,
        target.kind === 'starred' ? target.value : target,
        unsupported('unpacks with *', span, 'unpack'),
        scope,
        span,
      );
    else store(run, target, part(run, value, k, targets, target, span), scope, span);
  });
}

/** The k-th part of an unpacked value; an argument that is unpacked holds one input per target. */
function part(
  run: Run,
  value: Value,
  k: number,
  targets: readonly Expression[],
  target: Expression,
  span: Span,
): Value {
  if (value.kind === 'sequence') {
    if (value.items.length !== targets.length)
      return mismatched(run, value.items.length, targets.length, span);
    return value.items[k] ?? NONE;
  }
  if (value.kind === 'unknown') return value;
  if (value.kind === 'input' && !run.inputs.has(value.input.code)) {
    const name = target.kind === 'name' ? target.name : `${value.input.name}_${k}`;
    return entryOf(value.input, `[${k}]`, name, span);
  }
  return unsupported('unpacks a value that cannot be read', span, 'unpack');
}

// `m, n = X.shape` with another number of axes cannot run.
function mismatched(run: Run, have: number, want: number, span: Span): Value {
  run.penalise(6, 'unpack');
  return {
    kind: 'unknown',
    cause: { type: 'shape', id: 'unpack', text: `${have} values cannot be unpacked into ${want}`, span },
  };
}

/** `object[index] = value`, or an augmented assignment when `operator` is given. */
function storeItem(
  run: Run,
  target: Expression & { kind: 'subscript' },
  value: Value,
  operator: BinaryOperator | null,
  scope: Scope,
  span: Span,
): Value {
  const [object, indices] = placeOf(run, target, scope);
  const [only] = indices;
  if (object.kind === 'sequence' && only?.kind === 'array' && operator === null) {
    const at = only.element.kind === 'index' ? only.element : null;
    if (putItem(run, object, at, value, span)) return value;
  }
  if ((object.kind === 'dict' || object.kind === 'sequence') && only && indices.length === 1) {
    const key = keyOf(only);
    const old =
      key === null
        ? undefined
        : object.kind === 'dict'
          ? object.entries.get(key)
          : object.items.at(Number(key.slice(2)));
    const next =
      operator === null
        ? value
        : old
          ? binary(run, operator, old, value, span)
          : unsupported('changes an entry that is not there', span, 'dict-key');
    const array = old?.kind === 'input' ? toArray(run, old, span) : old;
    const entry = key?.startsWith('s:') ? key.slice(2) : '';
    const name = /grad/i.test(nameOf(target.object)) && !/^d|grad/i.test(entry) ? `d${entry}` : entry;
    // `grads["W"] += …` changes the array under its other names too.
    if (operator !== null && old && array?.kind === 'array' && array.axes.length > 0)
      return changeInPlace(run, old, array, next, name === '' ? nameOf(target.object) : name, span);
    const kept =
      next.kind === 'array' && /^[A-Za-z_]\w*$/.test(name) ? bind(run, name, next, span, 'assignment') : next;
    const stored = run.uncertain > 0 ? uncertainValue(span) : kept;
    if (key === null) forgetAll(object, span);
    else if (object.kind === 'dict') object.entries.set(key, stored);
    else {
      const position = Number(key.slice(2));
      object.items[position < 0 ? position + object.items.length : position] = stored;
    }
    return kept;
  }
  if (object.kind === 'unknown') changeUnreadable(run, object);
  // bn_param["running_mean"] = …: an entry of an argument that holds several values.
  if (
    object.kind === 'input' &&
    only?.kind === 'string' &&
    operator === null &&
    !run.inputs.has(object.input.code)
  ) {
    object.input.entries.set(`["${only.value}"]`, run.uncertain > 0 ? uncertainValue(span) : value);
    return value;
  }
  const places = indices.flatMap((i) => (i.kind === 'sequence' && i.form === 'tuple' ? i.items : [i]));
  const inPieces =
    object.kind === 'joined' || object.kind === 'array' ? (cutAt(run, object, places) ?? object) : object;
  if (inPieces.kind === 'joined') {
    const combined = operator === null ? null : combiner(run, operator);
    const changed = assignedPieces(run, inPieces, places, value, combined, span);
    changeJoined(run, object, changed, nameOf(target.object), span);
    return value;
  }
  if (object.kind !== 'array' && object.kind !== 'input') return value;
  const array = toArray(run, object, span);
  const isEntries = value.kind === 'selection';
  const flat = places;
  const combine = operator === null ? null : combiner(run, operator);
  const inPart = array.kind === 'array' ? assignedPart(run, array, flat, value, combine, span) : null;
  const change = inPart ?? (isEntries ? entriesFor(run, value, indices, span) : toArray(run, value, span));
  const result: Value =
    array.kind === 'unknown'
      ? array
      : (inPart ??
        (change.kind === 'unknown' ? change : assigned(run, array, flat, change, combine, span, isEntries)));
  if (array.kind === 'array') changeInPlace(run, object, array, result, nameOf(target.object), span);
  return value;
}

/** What is assigned to: `x[i][j]` of an array is one place in it, as `x[i, j]`. */
function placeOf(run: Run, target: Expression & { kind: 'subscript' }, scope: Scope): [Value, Value[]] {
  const indices = target.indices.map((index) => evaluate(run, index, scope));
  if (target.object.kind === 'subscript') {
    const [outer, earlier] = placeOf(run, target.object, scope);
    const isPosition = (index: Value): boolean => index.kind === 'array' && index.axes.length === 0;
    const isArray = outer.kind === 'array' || (outer.kind === 'input' && run.inputs.has(outer.input.code));
    if (isArray && earlier.every(isPosition) && indices.every(isPosition))
      return [outer, [...earlier, ...indices]];
  }
  return [evaluate(run, target.object, scope), indices];
}

function forgetAll(object: Value & { kind: 'dict' | 'sequence' }, span: Span): void {
  const cause = unsupported('is stored at a place that is not known', span, 'dict-key');
  if (object.kind === 'dict') for (const key of object.entries.keys()) object.entries.set(key, cause);
  else object.items = object.items.map(() => cause);
}

function nameOf(expression: Expression): string {
  if (expression.kind === 'name' || expression.kind === 'attribute') return expression.name;
  return expression.kind === 'subscript' ? nameOf(expression.object) : 'value';
}

function augment(
  run: Run,
  operator: BinaryOperator,
  target: Expression,
  expression: Expression,
  scope: Scope,
  span: Span,
): void {
  const value = operand(run, expression, scope);
  if (target.kind === 'subscript') {
    storeItem(run, target, value, operator, scope, span);
    return;
  }
  const old = evaluate(run, target, scope);
  if (old.kind === 'part') {
    // The array that it is a part of changes with it.
    const cause = unsupported('changes a part of an axis', span, 'partial-slice');
    changeUnreadable(run, cause);
    store(run, target, cause, scope, span);
    return;
  }
  const result = binary(run, operator, old, value, span);
  if (old.kind === 'joined') {
    changeJoined(run, old, result, nameOf(target), span);
    return;
  }
  if (old.kind === 'unknown') changeUnreadable(run, old);
  const array = old.kind === 'input' ? toArray(run, old, span) : old;
  // Arrays change in place, under all their names; numbers do not.
  if (array.kind === 'array' && array.axes.length > 0)
    changeInPlace(run, old, array, result, nameOf(target), span);
  else store(run, target, result, scope, span);
}

/** `done` when the statements after the `if` were executed too. */
function executeIf(
  run: Run,
  statement: Statement & { kind: 'if' },
  rest: readonly Statement[],
  scope: Scope,
): { outcome: Outcome; done: boolean } {
  const test = truthOf(run, operand(run, statement.test, scope));
  if (typeof test === 'boolean')
    return { outcome: execute(run, test ? statement.then : statement.otherwise, scope), done: false };
  const appended = appendedEitherWay(statement);
  if (appended) {
    executeCall(run, appended, scope);
    return { outcome: NEXT, done: false };
  }
  const { span } = statement;
  const before = new Map(scope.names);
  const [first, a] = branch(run, statement.then, scope, before);
  const [second, b] = branch(run, statement.otherwise, scope, before);
  if (stops(first) || stops(second)) {
    restore(scope, stops(first) ? b : a);
    return { outcome: stops(first) ? second : first, done: false };
  }
  if (first.kind === 'next' && second.kind === 'next') {
    merge(run, test, a, b, scope, span);
    return { outcome: NEXT, done: false };
  }
  if (first.kind === 'return' && second.kind === 'return')
    return { outcome: returned(run, test, first, second, span), done: true };
  // The branch that goes on takes the rest of this block with it.
  if (first.kind === 'return' && second.kind === 'next') {
    const [late] = branch(run, rest, scope, b);
    if (late.kind === 'return') return { outcome: returned(run, test, first, late, span), done: true };
  } else if (second.kind === 'return' && first.kind === 'next') {
    const [late] = branch(run, rest, scope, a);
    if (late.kind === 'return') return { outcome: returned(run, test, late, second, span), done: true };
  }
  // The end of a function or loop that depends on data.
  return { outcome: { kind: 'return', value: undecidedValue(span), expression: null }, done: true };
}

/** Ends in an error, or gives the value of what is not allowed: `if sigma <= 0: return np.inf`. */
const stops = (outcome: Outcome): boolean =>
  outcome.kind === 'raise' || (outcome.kind === 'return' && isInfinity(outcome.expression));

function isInfinity(e: Expression | null): boolean {
  if (e?.kind === 'unary') return isInfinity(e.operand);
  if (e?.kind === 'attribute') return /^(inf|Inf|infty|nan|NaN|NINF|PINF)$/.test(e.name);
  const [only] = e?.kind === 'call' ? e.args : [];
  return only?.value.kind === 'string' && /^[-+]?(inf|infinity|nan)$/i.test(only.value.value);
}

/** Executes a branch from the given variables; they are its own when it ends. */
function branch(
  run: Run,
  statements: readonly Statement[],
  scope: Scope,
  from: ReadonlyMap<string, Value>,
): [Outcome, Map<string, Value>] {
  restore(scope, from);
  run.uncertain += 1;
  const outcome = execute(run, statements, scope);
  run.uncertain -= 1;
  return [outcome, new Map(scope.names)];
}

function restore(scope: Scope, names: ReadonlyMap<string, Value>): void {
  scope.names.clear();
  names.forEach((value, name) => scope.names.set(name, value));
}

const undecidedValue = (span: Span): Value =>
  unsupported('depends on a condition that is not known', span, 'condition');

type Returned = Outcome & { kind: 'return' };

function returned(run: Run, test: Node | null, then: Returned, otherwise: Returned, span: Span): Outcome {
  const value = chosen(run, test, then.value, otherwise.value, span);
  return { kind: 'return', value, expression: telling(then.expression, otherwise.expression) };
}

/** Of several results at a time, those of the branch that names more of them name all: `return zeros, zeros` tells nothing. */
function telling(a: Expression | null, b: Expression | null): Expression | null {
  if (a?.kind !== 'sequence' || b?.kind !== 'sequence' || a.items.length !== b.items.length) return null;
  const names = ({ items }: Expression & { kind: 'sequence' }): number =>
    new Set(items.flatMap((item) => (item.kind === 'name' ? [item.name] : []))).size;
  return names(a) > names(b) ? a : b;
}

function merge(
  run: Run,
  test: Node | null,
  a: ReadonlyMap<string, Value>,
  b: ReadonlyMap<string, Value>,
  into: Scope,
  span: Span,
): void {
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const x = a.get(name);
    const y = b.get(name);
    if (!x || !y) {
      const only = x ?? y;
      if (only) into.names.set(name, only);
    } else if (x !== y) {
      const value = chosen(run, test, x, y, span);
      // Where one branch computes it and the other has zeros, it stands in the first one.
      const place = into.fn ? (computationSpan(into.fn, name) ?? span) : span;
      into.names.set(name, value.kind === 'array' ? bind(run, name, value, place, 'assignment') : value);
    } else into.names.set(name, x);
  }
}

function executeFor(run: Run, statement: Statement & { kind: 'for' }, scope: Scope): Outcome {
  const iterable = iterate(run, evaluate(run, statement.iterable, scope), statement.iterable.span);
  if (iterable.kind === 'unknown') {
    forget(run, statement.body, scope, statement.span);
    return NEXT;
  }
  if (iterable.kind === 'stream') {
    const ended = runStream(run, iterable, statement, scope, execute);
    if (!ended) forget(run, statement.body, scope, statement.span);
    return NEXT;
  }
  for (const item of iterable.items) {
    assignNames(run, statement.target, item, scope);
    const outcome = execute(run, statement.body, scope);
    if (outcome.kind === 'break') return NEXT;
    if (outcome.kind === 'return' || outcome.kind === 'raise') return outcome;
  }
  return execute(run, statement.otherwise, scope);
}

/** After a loop that was not followed, what it changes is unknown. */
function forget(run: Run, body: readonly Statement[], scope: Scope, span: Span): void {
  const cause = unsupported('is changed in a loop that cannot be followed', span, 'loop-length');
  for (const name of assignedNames(body)) {
    scope.names.set(name, cause);
    run.step();
  }
  for (const name of mutatedNames(body)) {
    const value = lookup(scope, name);
    if (value?.kind === 'sequence' && value.items.length === 0) scope.names.set(name, cause);
    else if (value?.kind === 'dict' || value?.kind === 'sequence') forgetAll(value, span);
    else if (value?.kind === 'object')
      for (const key of value.attributes.keys()) value.attributes.set(key, cause);
    else if (value) scope.names.set(name, cause);
  }
}
