/** Abstract evaluation of expressions. */
import type { Span } from '../core/definition';
import { elementwise, sizeValue, transpose } from './arrays';
import { held } from './held';
import { toArray } from './arguments';
import { assignedNames } from './assigned';
import { callValue } from './calls';
import { disjunction } from './functions';
import { select } from './indexing';
import { CONSTANTS, ROOTS } from './library';
import { ARRAY_METHODS, copied } from './jsArrays';
import { MATRIX_SIZES, tensorMethod } from './jsLibraries';
import { isArrayMethod } from './libraries';
import { roleHint } from './names';
import {
  inItsPieces,
  joinedByIndex,
  selectCut,
  selectPieces,
  shapeOfPieces,
  transposedPieces,
} from './joined';
import { packedPart } from './packed';
import { entryOf, memberOf } from './members';
import { sampleOf, samplesOf } from './records';
import { binary, chosen, compareTwo, truthOf, unary } from './operators';
import { concatenated, selectPart, transposedPart } from './slices';
import { bind, number, placeText, scalar, shapeError, unsupported, type CallArgument, type Run } from './run';
import { selectedBy } from './selection';
import type { CompareOperator, Expression } from './syntax';
import {
  integerOf,
  keyOf,
  lookup,
  NONE,
  unknown,
  type InputRef,
  type Scope,
  type SequenceV,
  type Value,
} from './values';
import { entry } from './tables';

/** Evaluates an expression; what cannot be read is an unknown value with its reason. */
export const evaluate = (run: Run, expression: Expression, scope: Scope): Value =>
  inItsPieces(run, evaluated(run, expression, scope), expression.span);

function evaluated(run: Run, expression: Expression, scope: Scope): Value {
  run.step();
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
      const part = (e: Expression | null): Value => {
        const bound = e ? operand(run, e, scope) : NONE;
        return bound.kind === 'input' && run.lengths.has(bound.input.code)
          ? toArray(run, bound, span)
          : bound;
      };
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
      return binary(run, expression.operator, left, right, span, expression.ofArrays);
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
      const isMask = (value: Value): boolean => value.kind === 'array' && value.mask;
      // `a && b` of numbers is one of them.
      if (run.family === 'javascript' && !(isMask(left) && isMask(right)))
        return expression.operator === 'and'
          ? chosen(run, known, right, left, span)
          : chosen(run, known, left, right, span);
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
    case 'sequence': {
      const [only] = expression.items;
      if (only?.kind === 'starred' && expression.items.length === 1)
        return copied(run, evaluate(run, only.value, scope), span);
      return { kind: 'sequence', form: expression.form, items: items(run, expression.items, scope) };
    }
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
      return unknown(
        'syntax',
        'unreadable',
        `has a part that is not read (${expression.reason}), ${placeText(span)}`,
        span,
      );
  }
}

/** Evaluates an operand; the result of a call of the user's own function gets the function's name. */
export function operand(run: Run, expression: Expression, scope: Scope): Value {
  const value = evaluate(run, expression, scope);
  if (expression.kind !== 'call' || value.kind !== 'array') return value;
  // A layer that is made where it is called is made once.
  if (expression.callee.kind === 'call') return value;
  const callee = evaluate(run, expression.callee, scope);
  if (callee.kind !== 'function' || callee.fn.name === 'lambda') return value;
  const { fn, owner } = callee;
  const name = fn.name === '__call__' && owner ? owner.name : fn.name;
  return bind(run, name.replace(/^_+/, '') || name, value, expression.span, 'return');
}

function named(run: Run, name: string, scope: Scope, span: Span): Value {
  return lookup(scope, name) ?? run.globals(name, span, scope) ?? undefinedName(name, scope, span);
}

function undefinedName(name: string, scope: Scope, span: Span): Value {
  // A variable that only other shapes give a value: `if len(y.shape) == 2: picked = …`.
  for (let at: Scope | null = scope; at; at = at.parent)
    if (at.fn && assignedNames(at.fn.body).has(name))
      return unsupported(`uses ${name} where nothing has given it a value`, span, 'unassigned-name');
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

export function attribute(run: Run, object: Value, name: string, span: Span): Value {
  switch (object.kind) {
    case 'unknown':
      return object;
    case 'module':
      return (
        run.globalOf(object.module, name, span) ??
        unsupported(
          `uses ${name}, which ${object.module.home?.path ?? 'the file'} does not have`,
          span,
          'attribute',
        )
      );
    case 'library': {
      const path = `${object.path}.${name}`;
      if (path === 'numpy.newaxis') return NONE;
      const root = entry(ROOTS, path);
      if (root) return scalar(root(run.arena));
      const constant = entry(CONSTANTS, path);
      if (constant !== undefined)
        return scalar(run.arena.constant(name.toLowerCase() === 'e' ? 'e' : 'pi', constant));
      return { kind: 'library', path };
    }
    case 'input':
      if (name === 'size' && run.arrays === 'torch') return { kind: 'method', receiver: object, name };
      if (ARRAY_ATTRIBUTES.has(name)) return attribute(run, toArray(run, object, span), name, span);
      if (run.family === 'javascript') return entryOf(object.input, `.${name}`, name, span);
      if (isArrayMethod(run.arrays, name)) return { kind: 'method', receiver: object, name };
      if (name === 'argmax' && roleHint(object.input.name, false) === 'label')
        return { kind: 'method', receiver: object, name };
      if (CONTAINER_METHODS.has(name)) return { kind: 'method', receiver: object, name };
      return entryOf(object.input, `.${name}`, name, span);
    case 'part':
      return name === 'T' ? transposedPart(run, object) : { kind: 'method', receiver: object, name };
    case 'joined': {
      if (name === 'T') return transposedPieces(run, object);
      const lengths = shapeOfPieces(run, object);
      if (name === 'shape') return { kind: 'sequence', form: 'tuple', items: lengths };
      if (name === 'ndim') return number(run, lengths.length);
      if (name === 'size' && run.arrays !== 'torch')
        return scalar(run.arena.mul(...lengths.map(({ element }) => element)));
      return { kind: 'method', receiver: object, name };
    }
    case 'array':
      if (name === 'T') return transpose(run, object, null);
      if (name === 'shape')
        return { kind: 'sequence', form: 'tuple', items: object.axes.map((axis) => sizeValue(run, axis)) };
      if (name === 'size' && run.arrays !== 'torch')
        return scalar(run.arena.mul(...object.axes.map((axis) => sizeValue(run, axis).element)));
      if (name === 'ndim') return number(run, object.axes.length);
      if (name === 'data' && run.arrays === 'torch') return held(run, object);
      if (name === 'mT') return transpose(run, object, null);
      if (name === 'requires_grad') return scalar(run.arena.one);
      if (run.arrays === 'ml-matrix' && Object.hasOwn(MATRIX_SIZES, name)) {
        const axis = object.axes[entry(MATRIX_SIZES, name) ?? 0];
        return axis ? sizeValue(run, axis) : shapeError(run, `.${name} of an array that is no matrix`, span);
      }
      if (name === 'dtype' || name === 'device') return unsupported(`uses a ${name}`, span, name);
      return { kind: 'method', receiver: object, name };
    case 'object':
    case 'class':
      return memberOf(run, object, name, span);
    case 'sequence':
      return object.items[object.names?.indexOf(name) ?? -1] ?? { kind: 'method', receiver: object, name };
    case 'dict': {
      const entry = run.family === 'javascript' ? object.entries.get(`s:${name}`) : undefined;
      return entry ?? { kind: 'method', receiver: object, name };
    }
    case 'string':
    case 'stream':
    case 'selection':
      return { kind: 'method', receiver: object, name };
    case 'native':
      return object.attribute(name) ?? unsupported(`uses .${name} here`, span, 'attribute');
    case 'function':
      return unsupported(`uses an attribute ${name} of a function`, span, 'function-attribute');
    default:
      return unsupported(`uses .${name} here`, span, 'attribute');
  }
}

const ARRAY_ATTRIBUTES: ReadonlySet<string> = new Set([
  'T',
  'mT',
  'shape',
  'size',
  'ndim',
  'dtype',
  'device',
  'requires_grad',
]);
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

/** `np.r_[0, theta[1:]]`, `np.c_[np.ones(m), X]` */
const JOINED = /^(numpy|jax\.numpy)\.[rc]_$/;

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
    if (object.kind === 'sequence') return itemOf(object, index, span);
    const sample = sampleOf(run, object, index, span);
    if (sample) return sample;
    if (object.kind === 'input' && index.kind === 'string')
      return entryOf(object.input, `["${index.value}"]`, index.value, span);
    if (object.kind === 'input' && isContainer(run, object.input)) {
      const position = integerOf(index);
      if (position !== null)
        return entryOf(object.input, `[${position}]`, `${object.input.name}_${position}`, span);
    }
  }
  const flatten = (i: Value): readonly Value[] =>
    i.kind === 'sequence' && i.form === 'tuple' ? i.items : [i];
  if (object.kind === 'library' && JOINED.test(object.path))
    return indices.flatMap(flatten).some((i) => i.kind === 'part')
      ? concatenated(run, indices, span)
      : joinedByIndex(run, object.path, indices, span);
  if (object.kind === 'joined') return selectPieces(run, object, indices.flatMap(flatten), span);
  const packed =
    object.kind === 'input' && index && indices.length === 1
      ? packedPart(run, object.input, index, span)
      : null;
  if (packed) return packed;
  if (object.kind === 'array' || object.kind === 'input') {
    const array = toArray(run, object, span);
    const flat = indices.flatMap(flatten);
    if (array.kind === 'unknown') return array;
    const part =
      selectPart(run, array, flat, span) ??
      selectCut(run, array, flat, span) ??
      selectedBy(run, array, flat, span);
    return part ?? select(run, array, flat, span);
  }
  return unsupported('uses an index here', span, 'subscript');
}

const isContainer = (run: Run, input: InputRef): boolean =>
  !run.inputs.has(input.code) &&
  (input.entries.size > 0 || CONTAINER_NAMES.test(input.name) || run.containers.has(input.code));

function itemOf({ items: list, collecting }: SequenceV, index: Value, span: Span): Value {
  if (collecting) {
    const [item] = list;
    const isThere = index.kind === 'array' && index.element === collecting;
    return isThere && item ? item : unsupported('reads a list that a loop is filling', span, 'list');
  }
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
  const callee = calleeOf(run, expression.callee, scope);
  const args: CallArgument[] = [];
  for (const arg of expression.args) {
    const inlined = callee.kind === 'function' || callee.kind === 'class' || callee.kind === 'object';
    const value = inlined ? evaluate(run, arg.value, scope) : operand(run, arg.value, scope);
    if (!arg.spread) args.push({ name: arg.name, value });
    else if (value.kind === 'sequence') value.items.forEach((item) => args.push({ name: null, value: item }));
    // Math.max(...xs)
    else if (callee.kind === 'library' && expression.args.length === 1) args.push({ name: null, value });
    else return unsupported('unpacks arguments of a call', expression.span, 'starred');
  }
  return callValue(run, callee, args, expression.span, written(expression.callee));
}

/** In JavaScript, and of `size`, only a call tells a method from a field of the same name. */
function calleeOf(run: Run, callee: Expression, scope: Scope): Value {
  if (callee.kind === 'attribute' && callee.name === 'size' && run.arrays === 'either') {
    const object = evaluate(run, callee.object, scope);
    if (object.kind === 'array' || object.kind === 'input')
      return { kind: 'method', receiver: object, name: 'size' };
  }
  if (run.family !== 'javascript' || callee.kind !== 'attribute') return evaluate(run, callee, scope);
  const object = evaluate(run, callee.object, scope);
  const isMethod =
    object.kind === 'input' &&
    (ARRAY_METHODS.has(callee.name) || tensorMethod(run.arrays, callee.name) !== null);
  return isMethod
    ? { kind: 'method', receiver: object, name: callee.name }
    : attribute(run, object, callee.name, callee.span);
}

/** The callee as the user wrote it. */
function written(expression: Expression): string {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind === 'attribute') return `${written(expression.object)}.${expression.name}`;
  return '…';
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
  if (iterable.kind === 'stream') return { ...iterable, item: (index) => one(iterable.item(index)) };
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
  if (value.kind === 'sequence' && value.collecting)
    return unsupported('loops over a list that a loop is filling', span, 'list');
  if (value.kind === 'sequence' || value.kind === 'stream' || value.kind === 'unknown') return value;
  const samples = samplesOf(run, value, span);
  if (samples) return samples;
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
