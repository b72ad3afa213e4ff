/** Loops of JavaScript and TypeScript as loops over positions or items; what counts in another way has unknown length. */
import {
  destructured,
  ENUMERATE,
  KEYS,
  RANGE,
  readExpression,
  readField,
  readPattern,
} from './jsExpressions';
import { spanOf, textOf, type JsReader } from './jsReader';
import { inlinedCallback, parametersOf, scopeOf } from './jsScopes';
import { child, namedChildren, type SyntaxNode } from './parse';
import type { Expression, Statement } from './syntax';

const call = (name: string, args: readonly Expression[], span: Expression['span']): Expression => ({
  kind: 'call',
  callee: { kind: 'name', name, span },
  args: args.map((value) => ({ name: null, value, spread: false })),
  span,
});

const integer = (text: string, span: Expression['span']): Expression =>
  text.startsWith('-')
    ? { kind: 'unary', operator: '-', operand: { kind: 'number', text: text.slice(1), span }, span }
    : { kind: 'number', text, span };

const isZero = (e: Expression): boolean => e.kind === 'number' && Number(e.text) === 0;

/** A loop that only counts, as a statement; null for any other. `start` is null where the counter already has its value. */
function counting(
  node: SyntaxNode,
  counter: string,
  start: Expression | null,
  condition: SyntaxNode,
  step: 1 | -1,
  body: readonly Statement[],
  reader: JsReader,
): Statement | null {
  const span = spanOf(condition, reader);
  const target: Expression = { kind: 'name', name: counter, span };
  const from = start ?? target;
  const loop = (args: readonly Expression[]): Statement => ({
    kind: 'for',
    target,
    iterable: call(RANGE, args, span),
    body,
    otherwise: [],
    span: spanOf(node, reader),
  });
  const compared = comparison(condition, reader);
  if (compared?.left !== counter) return null;
  const { operator, right } = compared;
  if (step === 1) {
    const stop =
      operator === '<' || /^!==?$/.test(operator) ? right : operator === '<=' ? plusOne(right) : null;
    if (!stop) return null;
    return loop(isZero(from) ? [stop] : [from, stop]);
  }
  const isToZero =
    (operator === '>=' && isZero(right)) ||
    (operator === '>' &&
      right.kind === 'unary' &&
      right.operand.kind === 'number' &&
      right.operand.text === '1');
  if (isToZero) return loop([from, integer('-1', span), integer('-1', span)]);
  return operator === '>' && right.kind === 'number' ? loop([from, right, integer('-1', span)]) : null;
}

const plusOne = (e: Expression): Expression =>
  e.kind === 'number'
    ? { ...e, text: String(Number(e.text) + 1) }
    : { kind: 'binary', operator: '+', left: e, right: integer('1', e.span), span: e.span };

function comparison(
  node: SyntaxNode,
  reader: JsReader,
): { left: string; operator: string; right: Expression } | null {
  const inner = node.type === 'parenthesized_expression' ? namedChildren(node)[0] : node;
  if (inner?.type !== 'binary_expression') return null;
  const left = child(inner, 'left');
  const operator = child(inner, 'operator');
  if (!left || !operator) return null;
  return {
    left: textOf(left, reader),
    operator: textOf(operator, reader),
    right: readField(inner, 'right', reader),
  };
}

/** `i++`, `--i`, `i += 1`, `i = i + 1`: by how much which variable changes. */
function stepOf(node: SyntaxNode, reader: JsReader): { name: string; step: 1 | -1 } | null {
  const text = textOf(node, reader).replace(/\s+/g, '').replace(/;$/, '');
  const [, before, first, second, after] =
    /^(?:(\+\+|--)([\w$]+)|([\w$]+)(\+\+|--|\+=1|-=1|=\3[+-]1))$/.exec(text) ?? [];
  const name = first ?? second;
  const sign = before ?? after ?? '';
  return name === undefined ? null : { name, step: sign.includes('-') ? -1 : 1 };
}

const ofUnknownLength = (node: SyntaxNode, body: readonly Statement[], reader: JsReader): Statement => {
  const span = spanOf(node, reader);
  const test: Expression = { kind: 'unreadable', reason: 'a loop that does not count by one', span };
  return { kind: 'while', test, body, span };
};

const assigns = (body: SyntaxNode | null, name: string, reader: JsReader): boolean =>
  body !== null && scopeOf({ ...body, children: [body] }, reader).assigned.has(name);

/** `for (let i = 0; i < n; i++)`, also counting down. */
export function readFor(node: SyntaxNode, reader: JsReader): Statement[] {
  const bodyNode = child(node, 'body');
  const body = reader.block(bodyNode, reader);
  const setup = child(node, 'initializer');
  const before = setup ? reader.block(setup, reader) : [];
  const condition = node.children.find((c) => c.field === 'condition' && c.named) ?? null;
  const increment = child(node, 'increment');
  const unknown = [...before, ofUnknownLength(node, body, reader)];
  const starts = before.filter((s) => s.kind === 'assign');
  if (!condition || starts.length !== before.length) return unknown;
  const named = (name: string): Expression | null => {
    const found = starts.find(
      (s) => s.targets.length === 1 && s.targets[0]?.kind === 'name' && s.targets[0].name === name,
    );
    return found?.value ?? null;
  };
  const others = (name: string): Statement[] =>
    starts.filter((s) => !(s.targets[0]?.kind === 'name' && s.targets[0].name === name));
  if (!increment) {
    // for (let i = n; i--; )
    const down = stepOf(condition, reader);
    const from = down?.step === -1 ? named(down.name) : null;
    if (!down || !from || assigns(bodyNode, down.name, reader)) return unknown;
    return [...others(down.name), downFrom(node, down.name, from, body, reader)];
  }
  const change = stepOf(increment, reader);
  const start = change ? named(change.name) : null;
  if (!change || !start || assigns(bodyNode, change.name, reader)) return unknown;
  const loop = counting(node, change.name, start, condition, change.step, body, reader);
  return loop ? [...others(change.name), loop] : unknown;
}

/** From n - 1 down to 0: in any order it is each position once. */
const downFrom = (
  node: SyntaxNode,
  counter: string,
  from: Expression,
  body: readonly Statement[],
  reader: JsReader,
): Statement => {
  const span = spanOf(node, reader);
  const last: Expression = { kind: 'binary', operator: '-', left: from, right: integer('1', span), span };
  return {
    kind: 'for',
    target: { kind: 'name', name: counter, span },
    iterable: call(RANGE, [last, integer('-1', span), integer('-1', span)], span),
    body,
    otherwise: [],
    span,
  };
};

/** `while (i < n) { …; i++; }` counts too, where nothing else in the body changes the counter. */
export function readWhile(node: SyntaxNode, reader: JsReader): Statement[] {
  const bodyNode = child(node, 'body');
  const condition = child(node, 'condition');
  const whole = reader.block(bodyNode, reader);
  const test = condition ? readExpression(condition, reader) : null;
  const span = spanOf(node, reader);
  const unknown: Statement[] = [
    {
      kind: 'while',
      test: test ?? { kind: 'unreadable', reason: 'this is incomplete', span },
      body: whole,
      span,
    },
  ];
  if (node.type !== 'while_statement' || !bodyNode || !condition) return unknown;
  const inner = condition.type === 'parenthesized_expression' ? namedChildren(condition)[0] : condition;
  const down = inner ? stepOf(inner, reader) : null;
  if (down?.step === -1 && textOf(bodyNode, reader) && !assigns(bodyNode, down.name, reader))
    return [downFrom(node, down.name, { kind: 'name', name: down.name, span }, whole, reader)];
  const parts = bodyNode.type === 'statement_block' ? namedChildren(bodyNode) : [];
  const last = parts.at(-1);
  const change = last?.type === 'expression_statement' ? stepOf(last, reader) : null;
  if (!last || !change) return unknown;
  const rest = { ...bodyNode, children: bodyNode.children.filter((c) => c !== last) };
  if (assigns(rest, change.name, reader) || /\bcontinue\b/.test(textOf(bodyNode, reader))) return unknown;
  const loop = counting(node, change.name, null, condition, change.step, reader.block(rest, reader), reader);
  if (!loop) return unknown;
  // What the counter is afterwards is not followed.
  return [loop, { kind: 'forget', target: { kind: 'name', name: change.name, span }, span }];
}

/** `for (const x of xs)`, `of xs.entries()` with positions, and `for (const i in xs)`. */
export function readForIn(node: SyntaxNode, reader: JsReader): Statement[] {
  const left = child(node, 'left');
  const right = child(node, 'right');
  const operator = child(node, 'operator');
  const body = reader.block(child(node, 'body'), reader);
  if (!left || !right || !operator) return [ofUnknownLength(node, body, reader)];
  const read = readExpression(right, reader);
  const iterable =
    textOf(operator, reader) === 'of' ? entriesOf(right, reader) : call(KEYS, [read], read.span);
  return [overItems(node, left, iterable, body, reader)];
}

/** A loop whose target may take the item apart. */
function overItems(
  node: SyntaxNode,
  left: SyntaxNode,
  iterable: Expression,
  body: readonly Statement[],
  reader: JsReader,
): Statement {
  const span = spanOf(node, reader);
  const isSimple =
    left.type === 'identifier' ||
    (left.type === 'array_pattern' && namedChildren(left).every((c) => c.type === 'identifier'));
  const item: Expression = { kind: 'name', name: '%item', span: spanOf(left, reader) };
  return {
    kind: 'for',
    target: isSimple ? readPattern(left, reader) : item,
    iterable,
    body: isSimple ? body : [...destructured(left, item, reader), ...body],
    otherwise: [],
    span,
  };
}

function entriesOf(node: SyntaxNode, reader: JsReader): Expression {
  const callee = node.type === 'call_expression' ? child(node, 'function') : null;
  const property = callee?.type === 'member_expression' ? child(callee, 'property') : null;
  const name = property ? textOf(property, reader) : '';
  if (!callee || !/^(entries|keys|values)$/.test(name)) return readExpression(node, reader);
  const list = child(node, 'arguments');
  // Object.entries(o) is another thing.
  if (list && namedChildren(list).length > 0) return readExpression(node, reader);
  const object = readField(callee, 'object', reader);
  if (name === 'values') return object;
  return call(name === 'entries' ? ENUMERATE : KEYS, [object], spanOf(node, reader));
}

/** `xs.forEach((x, i) => …)` as a statement: the same loop, whose callback ends a pass by `return`. */
export function readForEach(node: SyntaxNode, reader: JsReader): Statement[] | null {
  const callback = inlinedCallback(node, reader);
  if (!callback) return null;
  const [expression] = namedChildren(node);
  const callee = expression ? child(expression, 'function') : null;
  if (!callee) return null;
  const span = spanOf(node, reader);
  const bodyNode = child(callback, 'body');
  const statements: readonly Statement[] =
    !bodyNode || bodyNode.type === 'statement_block'
      ? reader.block(bodyNode, reader)
      : reader.simple(bodyNode, reader);
  const [item, position, ...more] = parametersOf(callback);
  if (more.length > 0) return [ofUnknownLength(node, statements, reader)];
  const body = statements.map(withoutReturn);
  const prologue: Statement[] = [];
  const nameOf = (pattern: SyntaxNode | undefined, fallback: string): Expression => {
    if (pattern?.type === 'identifier') return readExpression(pattern, reader);
    const name: Expression = { kind: 'name', name: fallback, span };
    if (pattern) prologue.push(...destructured(pattern, name, reader));
    return name;
  };
  const target: Expression = {
    kind: 'sequence',
    form: 'tuple',
    items: [nameOf(position, '%position'), nameOf(item, '%item')],
    span,
  };
  const iterable = call(ENUMERATE, [readField(callee, 'object', reader)], span);
  return [{ kind: 'for', target, iterable, body: [...prologue, ...body], otherwise: [], span }];
}

function withoutReturn(s: Statement): Statement {
  switch (s.kind) {
    case 'return':
      return { kind: 'continue', span: s.span };
    case 'if':
      return { ...s, then: s.then.map(withoutReturn), otherwise: s.otherwise.map(withoutReturn) };
    case 'block':
      return { ...s, body: s.body.map(withoutReturn) };
    // Out of a loop inside, it would have to leave both.
    case 'for':
    case 'while':
      return returns(s.body)
        ? { kind: 'unreadable', reason: 'it leaves a loop from inside another one', span: s.span }
        : s;
    default:
      return s;
  }
}

const returns = (body: readonly Statement[]): boolean =>
  body.some(
    (s) =>
      s.kind === 'return' ||
      (s.kind === 'if' && (returns(s.then) || returns(s.otherwise))) ||
      ((s.kind === 'for' || s.kind === 'while' || s.kind === 'block') && returns(s.body)),
  );
