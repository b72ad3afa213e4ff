/** Abstract evaluation of expressions. */
import type { Span } from '../core/definition';
import type { Node } from '../core/expr';
import { elementwise, isSingle, matmul, sizeValue, transpose, type Result } from './arrays';
import { toArray } from './arguments';
import { callBuiltin } from './builtins';
import { disjunction, FUNCTIONS, truth } from './functions';
import { select } from './indexing';
import { BUILTINS, CONSTANTS, libraryFunction, METHODS } from './library';
import { bind, number, scalar, shapeError, unsupported, type CallArgument, type Run } from './run';
import type { BinaryOperator, CompareOperator, Expression } from './syntax';
import {
  integerOf,
  lookup,
  NONE,
  numberOf,
  unknown,
  type ArrayV,
  type InputRef,
  type InputV,
  type Scope,
  type Value,
} from './values';
import { entryOf, memberOf } from './members';

/** Evaluates an expression; what cannot be read is an unknown value with its reason. */
export function evaluate(run: Run, expression: Expression, scope: Scope): Value {
  run.step(expression.span);
  const { span } = expression;
  switch (expression.kind) {
    case 'name':
      return named(run, expression.name, scope, span);
    case 'number':
      return literal(run, expression.text, span);
    case 'string':
      return { kind: 'string', value: expression.value };
    case 'boolean':
      return scalar(expression.value ? run.arena.one : run.arena.zero);
    case 'none':
      return NONE;
    case 'ellipsis':
      return { kind: 'ellipsis' };
    case 'attribute':
      return attribute(run, evaluate(run, expression.object, scope), expression.name, span);
    case 'subscript':
      return subscript(
        run,
        evaluate(run, expression.object, scope),
        expression.indices.map((index) => evaluate(run, index, scope)),
        span,
      );
    case 'slice': {
      const part = (e: Expression | null): Value => (e ? evaluate(run, e, scope) : NONE);
      return {
        kind: 'slice',
        start: part(expression.start),
        stop: part(expression.stop),
        step: part(expression.step),
      };
    }
    case 'call':
      return evaluateCall(run, expression, scope);
    case 'unary':
      return unary(run, expression.operator, operand(run, expression.operand, scope), span);
    case 'binary': {
      const left = operand(run, expression.left, scope);
      const right = operand(run, expression.right, scope);
      return binary(run, expression.operator, left, right, span);
    }
    case 'compare':
      return comparison(run, expression.operands, expression.operators, scope, span);
    case 'logical': {
      const left = operand(run, expression.left, scope);
      const known = truthOf(run, left);
      if (typeof known === 'boolean') {
        const decided = expression.operator === 'and' ? !known : known;
        return decided ? left : operand(run, expression.right, scope);
      }
      const right = operand(run, expression.right, scope);
      const other = truthOf(run, right);
      if (known === null || other === null)
        return unsupported('uses a condition that is not known', span, 'condition');
      const second = typeof other === 'boolean' ? (other ? run.arena.one : run.arena.zero) : other;
      const node =
        expression.operator === 'and' ? run.arena.mul(known, second) : disjunction(run, known, second);
      return { ...scalar(node), mask: true };
    }
    case 'conditional': {
      const test = truthOf(run, operand(run, expression.test, scope));
      if (typeof test === 'boolean')
        return evaluate(run, test ? expression.then : expression.otherwise, scope);
      const then = evaluate(run, expression.then, scope);
      const otherwise = evaluate(run, expression.otherwise, scope);
      return chosen(run, test, then, otherwise, span);
    }
    case 'sequence':
      return { kind: 'sequence', form: expression.form, items: items(run, expression.items, scope) };
    case 'dict': {
      const entries = new Map<string, Value>();
      for (const { key, value } of expression.entries) {
        const evaluated = evaluate(run, value, scope);
        const name = key ? keyOf(evaluate(run, key, scope)) : null;
        if (name !== null) entries.set(name, evaluated);
        else if (!key && evaluated.kind === 'dict') evaluated.entries.forEach((v, k) => entries.set(k, v));
        else return unsupported('uses a dict key that is not a constant', span, 'dict-key');
      }
      return { kind: 'dict', entries };
    }
    case 'lambda':
      return { kind: 'function', fn: expression.fn, scope, receiver: null, owner: null };
    case 'comprehension':
      return comprehension(run, expression, scope);
    case 'starred':
      return unsupported('unpacks a value here', span, 'starred');
    case 'unreadable':
      return unknown('syntax', 'unreadable', `${expression.reason}, line ${span.startLine}`, span);
  }
}

/** Evaluates an operand; the result of a call of the user's own function gets the function's name. */
export function operand(run: Run, expression: Expression, scope: Scope): Value {
  const value = evaluate(run, expression, scope);
  if (expression.kind !== 'call' || value.kind !== 'array') return value;
  const callee = evaluate(run, expression.callee, scope);
  if (callee.kind !== 'function' || callee.fn.name === 'lambda') return value;
  return bind(run, callee.fn.name.replace(/^_+/, '') || callee.fn.name, value, expression.span, 'return');
}

function named(run: Run, name: string, scope: Scope, span: Span): Value {
  return (
    lookup(scope, name) ??
    run.globals(name, span) ??
    (BUILTINS.has(name) ? { kind: 'library', path: `builtins.${name}` } : undefinedName(name, span))
  );
}

function undefinedName(name: string, span: Span): Value {
  return unsupported(`uses ${name}, which is not defined in this file`, span, 'undefined-name');
}

function literal(run: Run, text: string, span: Span): Value {
  const plain = text.replace(/_/g, '').toLowerCase();
  const value = Number(plain.replace(/^0o?(?=\d+$)/, '').replace(/l$/, '') || '0');
  if (!Number.isFinite(value) || /j$/.test(plain))
    return unsupported(`uses the number ${text}`, span, 'number');
  return number(run, value);
}

function items(run: Run, list: readonly Expression[], scope: Scope): Value[] {
  return list.flatMap((item) => {
    if (item.kind !== 'starred') return [evaluate(run, item, scope)];
    const inner = evaluate(run, item.value, scope);
    return inner.kind === 'sequence'
      ? inner.items
      : [unsupported('unpacks a value here', item.span, 'starred')];
  });
}

/** The key of a dict entry, or null when it is not a constant. */
export function keyOf(value: Value): string | null {
  if (value.kind === 'string') return `s:${value.value}`;
  const integer = integerOf(value);
  return integer === null ? null : `n:${integer}`;
}

export function attribute(run: Run, object: Value, name: string, span: Span): Value {
  switch (object.kind) {
    case 'unknown':
      return object;
    case 'library': {
      const path = `${object.path}.${name}`;
      if (path === 'numpy.newaxis') return NONE;
      const constant = CONSTANTS[path];
      if (constant !== undefined) return scalar(run.arena.constant(name === 'e' ? 'e' : 'pi', constant));
      return { kind: 'library', path };
    }
    case 'input':
      if (ARRAY_ATTRIBUTES.has(name)) return attribute(run, toArray(run, object, span), name, span);
      if (METHODS.has(name)) return { kind: 'method', receiver: object, name };
      if (CONTAINER_METHODS.has(name)) return { kind: 'method', receiver: object, name };
      return entryOf(object.input, `.${name}`, name, span);
    case 'array':
      if (name === 'T') return transpose(run, object, null);
      if (name === 'shape')
        return { kind: 'sequence', form: 'tuple', items: object.axes.map((axis) => sizeValue(run, axis)) };
      if (name === 'size')
        return scalar(run.arena.mul(...object.axes.map((axis) => sizeValue(run, axis).element)));
      if (name === 'ndim') return number(run, object.axes.length);
      if (name === 'dtype') return unsupported('uses a dtype', span, 'dtype');
      return { kind: 'method', receiver: object, name };
    case 'object':
    case 'class':
      return memberOf(run, object, name, span, evaluate);
    case 'sequence':
    case 'dict':
    case 'string':
    case 'stream':
      return { kind: 'method', receiver: object, name };
    case 'function':
      return unsupported(`uses an attribute ${name} of a function`, span, 'function-attribute');
    default:
      return unsupported(`uses .${name} here`, span, 'attribute');
  }
}

const ARRAY_ATTRIBUTES: ReadonlySet<string> = new Set(['T', 'shape', 'size', 'ndim', 'dtype']);
const CONTAINER_METHODS: ReadonlySet<string> = new Set([
  'items',
  'keys',
  'values',
  'get',
  'append',
  'update',
]);

/** Arguments of these names hold several values rather than one array. */
const CONTAINER_NAMES =
  /param|cache|grad|weights$|biases$|layers|model|config|cfg|args|^p$|hyper|state|dict/i;

export function subscript(run: Run, object: Value, indices: readonly Value[], span: Span): Value {
  const [index] = indices;
  if (object.kind === 'unknown') return object;
  const bad = indices.find((i) => i.kind === 'unknown');
  if (bad) return bad;
  if (index && indices.length === 1) {
    const key = keyOf(index);
    if (object.kind === 'dict') {
      const found = key === null ? undefined : object.entries.get(key);
      return found ?? unsupported('reads a dict entry that is not there', span, 'dict-key');
    }
    if (object.kind === 'sequence') return itemOf(object.items, index, span);
    if (object.kind === 'input' && index.kind === 'string')
      return entryOf(object.input, `["${index.value}"]`, index.value, span);
    if (object.kind === 'input' && isContainer(run, object.input)) {
      const position = integerOf(index);
      if (position !== null)
        return entryOf(object.input, `[${position}]`, `${object.input.name}_${position}`, span);
    }
  }
  if (object.kind === 'array' || object.kind === 'input') {
    const array = toArray(run, object, span);
    const flat = indices.flatMap((i) => (i.kind === 'sequence' && i.form === 'tuple' ? i.items : [i]));
    return array.kind === 'unknown' ? array : select(run, array, flat, span);
  }
  return unsupported('uses an index here', span, 'subscript');
}

const isContainer = (run: Run, input: InputRef): boolean =>
  !run.inputs.has(input.code) && (input.entries.size > 0 || CONTAINER_NAMES.test(input.name));

function itemOf(list: readonly Value[], index: Value, span: Span): Value {
  if (index.kind === 'slice') {
    const start = index.start.kind === 'none' ? undefined : integerOf(index.start);
    const stop = index.stop.kind === 'none' ? undefined : integerOf(index.stop);
    if (start === null || stop === null || index.step.kind !== 'none')
      return unsupported('slices a list', span, 'list-slice');
    return { kind: 'sequence', form: 'list', items: list.slice(start, stop) };
  }
  const position = integerOf(index);
  const found = position === null ? undefined : list.at(position);
  return found ?? unsupported('reads a list at a position that is not known', span, 'list-index');
}

function evaluateCall(run: Run, expression: Expression & { kind: 'call' }, scope: Scope): Value {
  const callee = evaluate(run, expression.callee, scope);
  const args: CallArgument[] = [];
  for (const arg of expression.args) {
    const inlined = callee.kind === 'function' || callee.kind === 'class' || callee.kind === 'object';
    const value = inlined ? evaluate(run, arg.value, scope) : operand(run, arg.value, scope);
    if (!arg.spread) args.push({ name: arg.name, value });
    else if (value.kind === 'sequence') value.items.forEach((item) => args.push({ name: null, value: item }));
    else return unsupported('unpacks arguments of a call', expression.span, 'starred');
  }
  return callValue(run, callee, args, expression.span, written(expression.callee));
}

/** The callee as the user wrote it. */
function written(expression: Expression): string {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind === 'attribute') return `${written(expression.object)}.${expression.name}`;
  return '…';
}

export function callValue(
  run: Run,
  callee: Value,
  args: readonly CallArgument[],
  span: Span,
  name: string,
): Value {
  switch (callee.kind) {
    case 'unknown':
      return callee;
    case 'function':
      return run.call(callee, args, span);
    case 'library':
      return callLibrary(run, callee.path, args, span, name);
    case 'method':
      return callMethod(run, callee.receiver, callee.name, args, span, name);
    case 'object': {
      const method = memberOf(run, callee, '__call__', span, evaluate);
      const forward = method.kind === 'function' ? method : memberOf(run, callee, 'forward', span, evaluate);
      return forward.kind === 'function'
        ? run.call(forward, args, span)
        : unsupported(`calls ${name}`, span, 'call');
    }
    case 'class': {
      const made: Value = {
        kind: 'object',
        owner: callee.node,
        attributes: new Map(),
        code: callee.node.name,
        scope: callee.scope,
      };
      const constructor = memberOf(run, made, '__init__', span, evaluate);
      if (constructor.kind === 'function') run.call(constructor, args, span);
      return made;
    }
    case 'input':
      return unsupported(`calls its argument ${name}`, span, 'calls-argument');
    default:
      return unsupported(`calls ${name}`, span, 'call');
  }
}

function callLibrary(run: Run, path: string, args: readonly CallArgument[], span: Span, name: string): Value {
  if (path.startsWith('builtins.')) return callBuiltin(run, path.slice(9), args, span, callValue);
  const row = libraryFunction(path);
  const handler = row === null ? undefined : FUNCTIONS[row];
  if (!handler) return unsupported(`uses ${name}`, span, 'unsupported-function');
  if (path.startsWith('math.') && args.some((arg) => isArray(run, arg.value, span)))
    return shapeError(run, `${name} takes single numbers, not arrays`, span);
  return handler({ run, span, written: name, args });
}

function isArray(run: Run, value: Value, span: Span): boolean {
  const array = value.kind === 'input' || value.kind === 'array' ? toArray(run, value, span) : null;
  return array?.kind === 'array' && !isSingle(array);
}

function callMethod(
  run: Run,
  receiver: Value,
  method: string,
  args: readonly CallArgument[],
  span: Span,
  name: string,
): Value {
  if (receiver.kind === 'array' || receiver.kind === 'input') {
    if (receiver.kind === 'input' && method === 'get') {
      const [key] = args;
      if (key?.value.kind === 'string')
        return entryOf(receiver.input, `["${key.value.value}"]`, key.value.value, span);
    }
    if (!METHODS.has(method)) return unsupported(`uses ${name}()`, span, 'unsupported-method');
    if (method === 'item' || method === 'astype' || method === 'detach') {
      const value = toArray(run, receiver, span);
      if (method === 'item' && value.kind === 'array' && !isSingle(value))
        return shapeError(run, '.item() needs a single number', span);
      if (method === 'item' && value.kind === 'array') return scalar(value.element);
      return value.kind === 'array' ? { ...value, base: null } : value;
    }
    const path = TENSOR_METHODS.has(method)
      ? `torch.${method}`
      : `numpy.${method === 'view' ? 'reshape' : method}`;
    return callLibrary(run, path, [{ name: null, value: receiver }, ...args], span, name);
  }
  if (receiver.kind === 'sequence' || receiver.kind === 'dict' || receiver.kind === 'string')
    return containerMethod(run, receiver, method, args, span, name);
  return unsupported(`uses ${name}()`, span, 'unsupported-method');
}

const TENSOR_METHODS: ReadonlySet<string> = new Set([
  'mm',
  't',
  'unsqueeze',
  'clone',
  'clamp',
  'sigmoid',
  'relu',
]);

function containerMethod(
  run: Run,
  receiver: Value & { kind: 'sequence' | 'dict' | 'string' },
  method: string,
  args: readonly CallArgument[],
  span: Span,
  name: string,
): Value {
  const [first, second] = args.map((arg) => arg.value);
  if (receiver.kind === 'dict') {
    const key = first ? keyOf(first) : null;
    if (method === 'get' && key !== null) return receiver.entries.get(key) ?? second ?? NONE;
    const tuples = [...receiver.entries].map(([k, v]): Value => {
      const keyValue: Value = k.startsWith('s:')
        ? { kind: 'string', value: k.slice(2) }
        : number(run, Number(k.slice(2)));
      return { kind: 'sequence', form: 'tuple', items: [keyValue, v] };
    });
    const list = (pick: number): Value => ({
      kind: 'sequence',
      form: 'list',
      items: tuples.map((t) => (pick < 0 || t.kind !== 'sequence' ? t : (t.items[pick] ?? NONE))),
    });
    if (method === 'items') return list(-1);
    if (method === 'keys') return list(0);
    if (method === 'values') return list(1);
    if (method === 'update' && first?.kind === 'dict' && run.uncertain === 0) {
      first.entries.forEach((v, k) => receiver.entries.set(k, v));
      return NONE;
    }
  }
  if (receiver.kind === 'sequence' && method === 'append' && first && run.uncertain === 0) {
    receiver.items.push(first);
    return NONE;
  }
  if (receiver.kind === 'string') return unsupported('works on text', span, 'text');
  return unsupported(`uses ${name}()`, span, 'unsupported-method');
}

/** `a op b` on numbers and arrays; `+` joins lists. */
export function binary(run: Run, operator: BinaryOperator, left: Value, right: Value, span: Span): Value {
  if (left.kind === 'sequence' && right.kind === 'sequence' && operator === '+')
    return { kind: 'sequence', form: left.form, items: [...left.items, ...right.items] };
  if (left.kind === 'string' && operator === '+') return joined(left.value, right, span);
  const a = toArray(run, left, span);
  if (a.kind === 'unknown') return a;
  const b = toArray(run, right, span);
  if (b.kind === 'unknown') return b;
  return arithmetic(run, operator, a, b, span);
}

// "dW" + str(l)
function joined(text: string, right: Value, span: Span): Value {
  if (right.kind === 'string') return { kind: 'string', value: text + right.value };
  return unsupported('works on text', span, 'text');
}

function arithmetic(run: Run, operator: BinaryOperator, a: ArrayV, b: ArrayV, span: Span): Result {
  const { arena } = run;
  const apply = (build: (x: Node, y: Node) => Node, mask = false): Result =>
    elementwise(run, [a, b], span, build, mask);
  switch (operator) {
    case '+':
      return apply((x, y) => arena.add(x, y));
    case '-':
      return apply((x, y) => arena.sub(x, y));
    case '*':
      return apply((x, y) => arena.mul(x, y));
    case '/':
      return apply((x, y) => arena.div(x, y));
    case '**':
      return apply((x, y) => arena.pow(x, y));
    case '@':
      return matmul(run, a, b, span, false);
    case '&':
    case '|':
      if (!a.mask || !b.mask) return unsupported(`uses the operator ${operator}`, span, 'operator');
      return apply((x, y) => (operator === '&' ? arena.mul(x, y) : disjunction(run, x, y)), true);
    case '//':
    case '%': {
      const x = numberOf(a);
      const y = numberOf(b);
      if (x === null || y === null || y === 0)
        return unsupported(`uses the operator ${operator}`, span, 'operator');
      return number(run, operator === '//' ? Math.floor(x / y) : x - y * Math.floor(x / y));
    }
    default:
      return unsupported(`uses the operator ${operator}`, span, 'operator');
  }
}

function unary(run: Run, operator: '-' | '+' | '~' | 'not', value: Value, span: Span): Value {
  if (operator === 'not') {
    const known = truthOf(run, value);
    if (known === null) return unsupported('uses a condition that is not known', span, 'condition');
    if (typeof known === 'boolean') return scalar(known ? run.arena.zero : run.arena.one);
    return { ...scalar(run.arena.sub(run.arena.one, known)), mask: true };
  }
  const array = toArray(run, value, span);
  if (array.kind === 'unknown' || operator === '+') return array;
  if (operator === '~') {
    if (!array.mask) return unsupported('uses the operator ~', span, 'operator');
    return elementwise(run, [array], span, (x) => run.arena.sub(run.arena.one, x), true);
  }
  return elementwise(run, [array], span, (x) => run.arena.neg(x));
}

function comparison(
  run: Run,
  operands: readonly Expression[],
  operators: readonly CompareOperator[],
  scope: Scope,
  span: Span,
): Value {
  const values = operands.map((o) => operand(run, o, scope));
  let result: Value | null = null;
  for (const [k, operator] of operators.entries()) {
    const left = values[k];
    const right = values[k + 1];
    if (!left || !right) return unsupported('uses an incomplete comparison', span, 'operator');
    const one = compareTwo(run, operator, left, right, span);
    if (result === null) result = one;
    else if (result.kind === 'array' && one.kind === 'array')
      result = elementwise(run, [result, one], span, (x, y) => run.arena.mul(x, y), true);
    else result = result.kind === 'unknown' ? result : one;
  }
  return result ?? unsupported('uses an incomplete comparison', span, 'operator');
}

function compareTwo(run: Run, operator: CompareOperator, left: Value, right: Value, span: Span): Value {
  const truthValue = (holds: boolean): Value => scalar(holds ? run.arena.one : run.arena.zero);
  if (operator === 'is' || operator === 'is not' || left.kind === 'none' || right.kind === 'none') {
    const same = left.kind === 'none' && right.kind === 'none';
    if (left.kind !== 'none' && right.kind !== 'none')
      return unsupported(`uses "${operator}"`, span, 'operator');
    return truthValue(operator === 'is' || operator === '==' ? same : !same);
  }
  if (left.kind === 'string' && right.kind === 'string' && (operator === '==' || operator === '!='))
    return truthValue((left.value === right.value) === (operator === '=='));
  if (operator === 'in' || operator === 'not in') {
    const key = keyOf(left);
    const has =
      key === null
        ? null
        : right.kind === 'dict'
          ? right.entries.has(key)
          : right.kind === 'sequence' && right.items.every((item) => keyOf(item) !== null)
            ? right.items.some((item) => keyOf(item) === key)
            : null;
    return has === null
      ? unsupported(`uses "${operator}"`, span, 'operator')
      : truthValue(has === (operator === 'in'));
  }
  const a = toArray(run, left, span);
  if (a.kind === 'unknown') return a;
  const b = toArray(run, right, span);
  if (b.kind === 'unknown') return b;
  const x = numberOf(a);
  const y = numberOf(b);
  if (x !== null && y !== null) {
    const holds = { '<': x < y, '<=': x <= y, '>': x > y, '>=': x >= y, '==': x === y, '!=': x !== y }[
      operator
    ];
    return truthValue(holds);
  }
  return elementwise(run, [a, b], span, (p, q) => run.arena.compare(operator, p, q), true);
}

/** The truth of a value: known, a 0/1 node that depends on data, or null when it cannot be told. */
export function truthOf(run: Run, value: Value): boolean | Node | null {
  switch (value.kind) {
    case 'none':
      return false;
    case 'string':
      return value.value !== '';
    case 'sequence':
      return value.items.length > 0;
    case 'dict':
      return value.entries.size > 0;
    case 'function':
    case 'object':
    case 'class':
    case 'library':
      return true;
    case 'array': {
      const known = numberOf(value);
      if (known !== null) return known !== 0;
      return isSingle(value) ? truth(run, value.element, value.mask) : null;
    }
    default:
      return null;
  }
}

/** The value of `then if condition else otherwise` when the condition depends on data. */
export function chosen(run: Run, condition: Node | null, then: Value, otherwise: Value, span: Span): Value {
  if (then === otherwise) return then;
  if (then.kind === 'unknown') return then;
  if (otherwise.kind === 'unknown') return otherwise;
  if (then.kind === 'none' && otherwise.kind === 'none') return then;
  if (then.kind === 'string' && otherwise.kind === 'string' && then.value === otherwise.value) return then;
  if (
    then.kind === 'sequence' &&
    otherwise.kind === 'sequence' &&
    then.items.length === otherwise.items.length
  )
    return {
      kind: 'sequence',
      form: then.form,
      items: then.items.map((item, k) => chosen(run, condition, item, otherwise.items[k] ?? NONE, span)),
    };
  const a = arrayLike(then) ? toArray(run, then, span) : null;
  const b = arrayLike(otherwise) ? toArray(run, otherwise, span) : null;
  if (
    a?.kind === 'array' &&
    b?.kind === 'array' &&
    a.element === b.element &&
    a.axes.length === b.axes.length
  )
    return a;
  if (condition === null || a?.kind !== 'array' || b?.kind !== 'array')
    return unsupported('depends on a condition that is not known', span, 'condition');
  return elementwise(run, [a, b], span, (x, y) => run.arena.where(condition, x, y));
}

const arrayLike = (value: Value): value is ArrayV | InputV =>
  value.kind === 'array' || value.kind === 'input';

function comprehension(run: Run, expression: Expression & { kind: 'comprehension' }, scope: Scope): Value {
  const [clause] = expression.clauses;
  if (!clause || expression.clauses.length > 1 || clause.conditions.length > 0)
    return unsupported(
      'uses a comprehension with conditions or several loops',
      expression.span,
      'comprehension',
    );
  const iterable = iterate(run, evaluate(run, clause.iterable, scope), clause.iterable.span);
  const inner: Scope = { names: new Map(), parent: scope };
  const one = (item: Value): Value => {
    assignNames(run, clause.target, item, inner);
    return operand(run, expression.element, inner);
  };
  if (iterable.kind === 'unknown') return iterable;
  if (iterable.kind === 'stream')
    return { kind: 'stream', length: iterable.length, item: (index) => one(iterable.item(index)) };
  return { kind: 'sequence', form: 'list', items: iterable.items.map(one) };
}

/** Binds loop targets, which are names or tuples of names. */
export function assignNames(run: Run, target: Expression, value: Value, scope: Scope): void {
  if (target.kind === 'name') scope.names.set(target.name, value);
  else if (target.kind === 'sequence')
    target.items.forEach((item, k) => {
      const part = value.kind === 'sequence' ? value.items[k] : undefined;
      assignNames(run, item, part ?? unsupported('unpacks a loop value', target.span, 'unpack'), scope);
    });
}

/** What a loop runs over: known items, or a stream. */
export function iterate(
  run: Run,
  value: Value,
  span: Span,
): Value & { kind: 'sequence' | 'stream' | 'unknown' } {
  if (value.kind === 'sequence' || value.kind === 'stream' || value.kind === 'unknown') return value;
  if (value.kind === 'array' || value.kind === 'input') {
    const array = toArray(run, value, span);
    if (array.kind === 'unknown') return array;
    const [axis] = array.axes;
    if (!axis) return shapeError(run, 'a single number cannot be looped over', span);
    return {
      kind: 'stream',
      length: axis.size,
      item: (index) => select(run, array, [scalar(index)], span),
    };
  }
  if (value.kind === 'dict')
    return {
      kind: 'sequence',
      form: 'list',
      items: [...value.entries.keys()].map((k) =>
        k.startsWith('s:') ? { kind: 'string', value: k.slice(2) } : number(run, Number(k.slice(2))),
      ),
    };
  return unsupported('loops over something that cannot be read', span, 'loop');
}
