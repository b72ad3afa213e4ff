/** Assignments of the code: what a name, an attribute, an item or a part of an array holds from there on. */
import type { Span } from '../core/definition';
import { changeInPlace, changeJoined, changeUnreadable, isHeld } from './aliases';
import { toArray } from './arguments';
import { evaluate, operand } from './expressions';
import { assignedPieces, cutAt } from './joined';
import { assigned } from './indexing';
import { putItem } from './lists';
import { entryOf } from './members';
import { adopted } from './modules';
import { binary, combiner } from './operators';
import { assignedPart } from './slices';
import { bind, unsupported, type Run } from './run';
import { entriesFor } from './selection';
import type { BinaryOperator, Expression, Statement } from './syntax';
import { keyOf, NONE, type Scope, type Value } from './values';

export function assign(
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
export function store(run: Run, target: Expression, value: Value, scope: Scope, span: Span): Value {
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
    // Entries by number have the name of what holds them.
    const shown = run.unrolled.size > 0 && /^n:/.test(key ?? '') ? nameOf(target.object) : name;
    const kept =
      next.kind === 'array' && /^[A-Za-z_]\w*$/.test(shown)
        ? bind(run, shown, next, span, 'assignment')
        : next;
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

export function forgetAll(object: Value & { kind: 'dict' | 'sequence' }, span: Span): void {
  const cause = unsupported('is stored at a place that is not known', span, 'dict-key');
  if (object.kind === 'dict') for (const key of object.entries.keys()) object.entries.set(key, cause);
  else object.items = object.items.map(() => cause);
}

export function nameOf(expression: Expression): string {
  if (expression.kind === 'name' || expression.kind === 'attribute') return expression.name;
  return expression.kind === 'subscript' ? nameOf(expression.object) : 'value';
}

export function augment(
  run: Run,
  { operator, target, value: expression, ofArrays, span }: Statement & { readonly kind: 'augment' },
  scope: Scope,
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
  const result = binary(run, operator, old, value, span, ofArrays);
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
