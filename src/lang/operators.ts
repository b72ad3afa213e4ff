/** Operators, comparisons and truth values. */
import type { Span } from '../core/definition';
import type { Node, Size } from '../core/expr';
import { add, elementwise, isSingle, matmul, type Result } from './arrays';
import { toArray } from './arguments';
import { disjunction, power, truth } from './functions';
import { dotOfPieces, overPieces } from './joined';
import { number, scalar, shapeError, unsupported, type Run } from './run';
import { onEntries } from './selection';
import { dotOfParts, overParts } from './slices';
import type { BinaryOperator, CompareOperator, UnaryOperator } from './syntax';
import {
  integerOf,
  keyOf,
  NONE,
  numberOf,
  type ArrayV,
  type InputV,
  type UnknownValue,
  type Value,
} from './values';

/** `a op b` on numbers and arrays; `+` joins lists. `ofArrays`: whether arrays may take part. */
export function binary(
  run: Run,
  operator: BinaryOperator,
  left: Value,
  right: Value,
  span: Span,
  ofArrays = run.family !== 'javascript',
): Value {
  if (left.kind === 'sequence' && right.kind === 'sequence' && operator === '+')
    return { kind: 'sequence', form: left.form, items: [...left.items, ...right.items] };
  if (left.kind === 'string' && operator === '+') return joined(left.value, right, span);
  if (left.kind === 'string' && operator === '%') return formatted(left.value, right, span);
  const entries = onEntries([left, right], span, ([a, b]) =>
    binary(run, operator, a ?? NONE, b ?? NONE, span, ofArrays),
  );
  if (entries) return entries;
  if (left.kind === 'part' || right.kind === 'part') {
    const apply = (x: Value, y: Value): Value => binary(run, operator, x, y, span, ofArrays);
    return operator === '@'
      ? dotOfParts(run, left, right, span, apply)
      : overParts(run, [left, right], span, ([x = left, y = right]) => apply(x, y));
  }
  if (left.kind === 'joined' || right.kind === 'joined') {
    const apply = (x: Value, y: Value): Value => binary(run, operator, x, y, span, ofArrays);
    return operator === '@'
      ? dotOfPieces(run, left, right, span, apply)
      : overPieces(run, [left, right], span, ([x = left, y = right]) => apply(x, y));
  }
  const a = toArray(run, left, span);
  if (a.kind === 'unknown') return a;
  const b = toArray(run, right, span);
  if (b.kind === 'unknown') return b;
  return ofArrays || (isNumber(a) && isNumber(b))
    ? arithmetic(run, operator, a, b, span)
    : onlyNumbers(run, span);
}

// "dW" + str(l)
function joined(text: string, right: Value, span: Span): Value {
  if (right.kind === 'string') return { kind: 'string', value: text + right.value };
  return unsupported('works on text', span, 'text');
}

/** `"W%d" % l`. */
function formatted(text: string, right: Value, span: Span): Value {
  const values = right.kind === 'sequence' ? right.items : [right];
  const texts = values.map((value) =>
    value.kind === 'string' ? value.value : (integerOf(value)?.toString() ?? null),
  );
  const pieces = text.split(/%[dsi]/);
  if (text.includes('%%') || pieces.length !== texts.length + 1 || texts.includes(null))
    return unsupported('works on text', span, 'text');
  return { kind: 'string', value: pieces.map((piece, k) => piece + (texts[k] ?? '')).join('') };
}

function arithmetic(run: Run, operator: BinaryOperator, a: ArrayV, b: ArrayV, span: Span): Result {
  const { arena } = run;
  const apply = (build: (x: Node, y: Node) => Node, mask = false): Result =>
    elementwise(run, [a, b], span, build, mask);
  switch (operator) {
    case '+':
      return add(run, a, b, span);
    case '-':
      return apply((x, y) => arena.sub(x, y));
    case '*':
      return apply((x, y) => arena.mul(x, y));
    case '/':
      return apply((x, y) => arena.div(x, y));
    case '**':
      return apply((x, y) => power(arena, x, y));
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

const isNumber = (value: ArrayV): boolean => value.axes.length === 0;

const onlyNumbers = (run: Run, span: Span): UnknownValue =>
  shapeError(run, 'an operator takes single numbers, not arrays', span);

export function unary(run: Run, operator: UnaryOperator, value: Value, span: Span): Value {
  if (operator === 'not') {
    const known = truthOf(run, value);
    if (known === null) return unsupported('uses a condition that is not known', span, 'condition');
    if (typeof known === 'boolean') return scalar(known ? run.arena.zero : run.arena.one);
    return { ...scalar(run.arena.sub(run.arena.one, known)), mask: true };
  }
  const entries = onEntries([value], span, ([x]) => unary(run, operator, x ?? NONE, span));
  if (entries) return entries;
  if (value.kind === 'part')
    return overParts(run, [value], span, ([x = value]) => unary(run, operator, x, span));
  if (value.kind === 'joined')
    return overPieces(run, [value], span, ([x = value]) => unary(run, operator, x, span));
  const array = toArray(run, value, span);
  if (array.kind === 'unknown') return array;
  if (run.family === 'javascript' && !isNumber(array)) return onlyNumbers(run, span);
  if (operator === '+') return array;
  if (operator === '~') {
    if (!array.mask) return unsupported('uses the operator ~', span, 'operator');
    return elementwise(run, [array], span, (x) => run.arena.sub(run.arena.one, x), true);
  }
  return elementwise(run, [array], span, (x) => run.arena.neg(x));
}

/** One comparison of a chain. */
export function compareTwo(
  run: Run,
  operator: CompareOperator,
  left: Value,
  right: Value,
  span: Span,
): Value {
  const truthValue = (holds: boolean): Value => scalar(holds ? run.arena.one : run.arena.zero);
  if (operator === 'is' || operator === 'is not' || left.kind === 'none' || right.kind === 'none') {
    const same = left.kind === 'none' && right.kind === 'none';
    if (left.kind !== 'none' && right.kind !== 'none')
      return unsupported(`uses "${operator}"`, span, 'operator');
    return truthValue(operator === 'is' || operator === '==' ? same : !same);
  }
  if (left.kind === 'string' && right.kind === 'string' && (operator === '==' || operator === '!='))
    return truthValue((left.value === right.value) === (operator === '=='));
  if (operator === '==' || operator === '!=') {
    const chosen = namedSetting(run, left, right, span) ?? namedSetting(run, right, left, span);
    if (chosen !== null) return truthValue(chosen === (operator === '=='));
  }
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
  if (left.kind === 'sequence' && right.kind === 'sequence' && (operator === '==' || operator === '!=')) {
    const same = sameItems(run, left.items, right.items);
    if (same !== null) return truthValue(same === (operator === '=='));
  }
  if (left.kind === 'joined' || right.kind === 'joined')
    return overPieces(run, [left, right], span, ([x = left, y = right]) =>
      compareTwo(run, operator, x, y, span),
    );
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
  if (operator === '==' || operator === '!=') {
    const same = sameCounts(run, a, b);
    if (same !== null) return truthValue(same === (operator === '=='));
  }
  return elementwise(run, [a, b], span, (p, q) => run.arena.compare(operator, p, q), true);
}

/** `bn_param["mode"] == "train"`: what is compared with a name is a setting, whose value is chosen, `train` first. */
function namedSetting(run: Run, setting: Value, name: Value, span: Span): boolean | null {
  if (setting.kind !== 'input' || name.kind !== 'string' || run.family !== 'python') return null;
  const { code, origin } = setting.input;
  if (run.inputs.has(code) || origin !== 'entry') return null;
  const known = run.named.get(code);
  if (known !== undefined) return known === name.value;
  const isFirst = /^train/i.test(name.value);
  const choice = run.choose(`name ${code} ${name.value}`, () => [
    { id: 'is', cost: isFirst ? 0 : 0.5 },
    { id: 'is not', cost: isFirst ? 30 : 0 },
  ]);
  if (choice !== 'is') return false;
  run.named.set(code, name.value);
  run.notes.push({ subject: code, text: `${code} is taken for "${name.value}"`, span });
  return true;
}

/** `t.size == y.size`: whether two numbers of elements are the same; null where that depends on the lengths of axes. */
function sameCounts(run: Run, a: ArrayV, b: ArrayV): boolean | null {
  const x = factorsOf(run, a);
  const y = factorsOf(run, b);
  if (!x || !y || x.length + y.length < 3) return null;
  if (x.length !== y.length) return false;
  return x.every((size, k) => size === y[k]) ? true : null;
}

/** The lengths of axes that a number of elements is the product of. */
function factorsOf(run: Run, { axes, element }: ArrayV): Size[] | null {
  const factors = element.kind === 'mul' ? element.args : [element];
  const sizes = factors.flatMap((node) => (node.kind === 'size' ? [run.sizes.find(node.size)] : []));
  return axes.length === 0 && sizes.length === factors.length ? sizes.sort() : null;
}

/** Whether two tuples hold the same lengths, as in `x.shape == (1, 1)`; null where that depends on them. */
function sameItems(run: Run, a: readonly Value[], b: readonly Value[]): boolean | null {
  if (a.length !== b.length) return false;
  let same: boolean | null = true;
  for (const [k, item] of a.entries()) {
    const other = b[k];
    const x = lengthOf(run, item);
    const y = other && lengthOf(run, other);
    if (x === null || y === null || y === undefined) return null;
    if (x === y) continue;
    // An axis that is not a unit axis has more than one element.
    if (/^\d+$/.test(x) === /^\d+$/.test(y) || x === '1' || y === '1') return false;
    same = null;
  }
  return same;
}

function lengthOf(run: Run, value: Value): Size | null {
  const number = integerOf(value);
  if (number !== null) return String(number);
  return value.kind === 'array' && value.element.kind === 'size' ? run.sizes.find(value.element.size) : null;
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
    case 'native':
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

/** What an augmented assignment makes of an element and its change. */
export function combiner(run: Run, operator: BinaryOperator): (old: Node, change: Node) => Node {
  const { arena } = run;
  switch (operator) {
    case '-':
      return (a, b) => arena.sub(a, b);
    case '*':
      return (a, b) => arena.mul(a, b);
    case '/':
      return (a, b) => arena.div(a, b);
    default:
      return (a, b) => arena.add(a, b);
  }
}
