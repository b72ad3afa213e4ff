/** Abstract execution of statements: the subset that is really interpreted; the rest makes its values unknown. */
import type { Span } from '../core/definition';
import type { Node } from '../core/expr';
import { changeInPlace } from './aliases';
import { assignedNames, mutatedNames } from './assigned';
import { assign, augment, forgetAll, nameOf, store } from './assignments';
import { assignNames, evaluate, iterate, operand } from './expressions';
import { appendedEitherWay } from './eitherWay';
import { held } from './held';
import { runStream } from './loops';
import { carry } from './carried';
import { chosen, truthOf } from './operators';
import { computationSpan } from './places';
import { bind, unsupported, type CallArgument, type Run } from './run';
import type { Expression, FunctionNode, Statement } from './syntax';
import { unrolledItems, unrolledNote } from './unrolled';
import { lookup, NONE, type FunctionV, type Scope, type Value } from './values';

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
      augment(run, statement, scope);
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
  const items = iterable.kind === 'stream' ? unrolledItems(run, iterable) : iterable.items;
  if (items === null && iterable.kind === 'stream') {
    const ended = runStream(run, iterable, statement, scope, execute);
    if (!ended) forget(run, statement.body, scope, statement.span);
    return NEXT;
  }
  if (iterable.kind === 'stream') run.notes.push(unrolledNote(statement.span));
  for (const item of items ?? []) {
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
