/** Expressions and functions of JavaScript and TypeScript in the language-neutral representation. */
import { broken, spanOf, textOf, TOO_DEEP_REASON, unread, type JsReader } from './jsReader';
import { isFunctionNode, patternNames, scopeOf } from './jsScopes';
import { child, containsError, namedChildren, TOO_DEEP, type SyntaxNode } from './parse';
import type {
  Argument,
  BinaryOperator,
  CompareOperator,
  Expression,
  FunctionNode,
  Parameter,
  Statement,
} from './syntax';

/** Functions of the interpreter that JavaScript has as syntax; no name of the user can be the same. */
export const LENGTH = '%length';
export const RANGE = '%range';
export const ENUMERATE = '%enumerate';
export const KEYS = '%keys';

const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '**']);
const COMPARISONS: Readonly<Record<string, CompareOperator>> = {
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '==': '==',
  '===': '==',
  '!=': '!=',
  '!==': '!=',
};

export function readField(node: SyntaxNode, field: string, reader: JsReader): Expression {
  const found = child(node, field);
  return found ? readExpression(found, reader) : unread(node, 'this is incomplete', reader);
}

/**
 * TypeScript's grammar takes `a * x!` for `(a * x)!`, and what follows the mark as well; in JavaScript what comes after an
 * operand binds tighter than any operator.
 */
function rebound(node: SyntaxNode): SyntaxNode {
  if (!POSTFIX.test(node.type)) return node;
  const at = node.children.findIndex((c) => c.named);
  const operand = node.children[at];
  const inner = operand && rebound(operand);
  if (!inner || !/^(binary|unary)_expression$/.test(inner.type)) return node;
  const last = inner.children.length - 1;
  const right = inner.children[last];
  if (!right || (right.field !== 'right' && right.field !== 'argument')) return node;
  const own = { ...right, field: operand.field };
  const children = node.children.map((c, k) => (k === at ? own : c));
  const moved = { ...node, field: right.field, start: right.start, children };
  return {
    ...inner,
    field: node.field,
    end: node.end,
    children: inner.children.map((c, k) => (k === last ? moved : c)),
  };
}

const POSTFIX = /^(non_null|subscript|member|call)_expression$/;

export function readExpression(raw: SyntaxNode, reader: JsReader): Expression {
  const node = rebound(raw);
  const span = spanOf(node, reader);
  if (node.missing) return unread(node, 'this is incomplete', reader);
  if (isFunctionNode(node)) return { kind: 'lambda', fn: readFunction(node, 'lambda', [], reader), span };
  switch (node.type) {
    case 'identifier':
      if (textOf(node, reader) === 'Infinity')
        return { kind: 'number', text: String(Number.MAX_VALUE), span };
      return { kind: 'name', name: textOf(node, reader), span };
    case 'shorthand_property_identifier':
    case 'this':
    case 'super':
      return { kind: 'name', name: textOf(node, reader), span };
    case 'number':
      return { kind: 'number', text: textOf(node, reader), span };
    case 'string':
      return { kind: 'string', value: stringValue(node, reader), span };
    case 'true':
    case 'false':
      return { kind: 'boolean', value: node.type === 'true', span };
    case 'null':
    case 'undefined':
      return { kind: 'none', span };
    case 'member_expression':
      return readMember(node, reader);
    case 'subscript_expression':
      return {
        kind: 'subscript',
        object: readField(node, 'object', reader),
        indices: [readField(node, 'index', reader)],
        span,
      };
    case 'call_expression':
    case 'new_expression':
      return readCall(node, reader);
    case 'unary_expression':
      return readUnary(node, reader);
    case 'binary_expression':
      return readBinary(node, reader);
    case 'ternary_expression':
      return {
        kind: 'conditional',
        test: readField(node, 'condition', reader),
        then: readField(node, 'consequence', reader),
        otherwise: readField(node, 'alternative', reader),
        span,
      };
    case 'parenthesized_expression':
    case 'as_expression':
    case 'satisfies_expression':
    case 'non_null_expression': {
      const [inner] = namedChildren(node);
      if (!inner || inner.type === 'ERROR') return unread(node, 'this cannot be read', reader);
      return readExpression(inner, reader);
    }
    case 'type_assertion': {
      const inner = namedChildren(node).at(-1);
      return inner ? readExpression(inner, reader) : unread(node, 'this is incomplete', reader);
    }
    case 'array':
      return {
        kind: 'sequence',
        form: 'list',
        items: namedChildren(node).map((c) => readItem(c, reader)),
        span,
      };
    case 'object':
      return readObject(node, reader);
    case TOO_DEEP:
      reader.deep.push(span);
      return unread(node, TOO_DEEP_REASON, reader);
    default:
      return unread(node, DESCRIPTIONS[node.type] ?? 'this is not supported', reader);
  }
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  assignment_expression: 'an assignment inside an expression',
  augmented_assignment_expression: 'an assignment inside an expression',
  update_expression: 'an assignment inside an expression',
  await_expression: 'it waits for a result',
  jsx_element: 'markup',
  jsx_self_closing_element: 'markup',
  jsx_fragment: 'markup',
  sequence_expression: 'the comma operator',
  template_string: 'a text with values in it',
  regex: 'a regular expression',
};

function stringValue(node: SyntaxNode, reader: JsReader): string {
  return textOf(node, reader).slice(1, -1);
}

function readItem(node: SyntaxNode, reader: JsReader): Expression {
  const [inner] = namedChildren(node);
  return node.type === 'spread_element' && inner
    ? { kind: 'starred', value: readExpression(inner, reader), span: spanOf(node, reader) }
    : readExpression(node, reader);
}

function readMember(node: SyntaxNode, reader: JsReader): Expression {
  const span = spanOf(node, reader);
  const property = child(node, 'property');
  const name = property ? textOf(property, reader) : '';
  const object = readField(node, 'object', reader);
  if (name !== 'length') return { kind: 'attribute', object, name, span };
  return {
    kind: 'call',
    callee: { kind: 'name', name: LENGTH, span },
    args: [{ name: null, value: object, spread: false }],
    span,
  };
}

function readCall(node: SyntaxNode, reader: JsReader): Expression {
  const span = spanOf(node, reader);
  const callee = child(node, 'function') ?? child(node, 'constructor');
  const list = child(node, 'arguments');
  if (!callee || (list && list.type !== 'arguments')) return unread(node, 'a template call', reader);
  const args = list
    ? namedChildren(list).map((c): Argument => {
        const [inner] = namedChildren(c);
        return c.type === 'spread_element' && inner
          ? { name: null, value: readExpression(inner, reader), spread: true }
          : { name: null, value: readExpression(c, reader), spread: false };
      })
    : [];
  return { kind: 'call', callee: readExpression(callee, reader), args, span };
}

function readUnary(node: SyntaxNode, reader: JsReader): Expression {
  const operator = child(node, 'operator');
  const written = operator ? textOf(operator, reader) : '';
  if (written !== '-' && written !== '+' && written !== '!')
    return unread(node, `the operator ${written}`, reader);
  return {
    kind: 'unary',
    operator: written === '!' ? 'not' : written,
    operand: readField(node, 'argument', reader),
    span: spanOf(node, reader),
  };
}

function readBinary(node: SyntaxNode, reader: JsReader): Expression {
  const span = spanOf(node, reader);
  const operator = child(node, 'operator');
  const written = operator ? textOf(operator, reader) : '';
  const left = readField(node, 'left', reader);
  const right = readField(node, 'right', reader);
  if (ARITHMETIC.has(written))
    return { kind: 'binary', operator: written as BinaryOperator, left, right, span };
  const comparison = COMPARISONS[written];
  if (comparison) return { kind: 'compare', operands: [left, right], operators: [comparison], span };
  if (written === '&&' || written === '||')
    return { kind: 'logical', operator: written === '&&' ? 'and' : 'or', left, right, span };
  if (written === '??') {
    const test: Expression = {
      kind: 'compare',
      operands: [left, { kind: 'none', span }],
      operators: ['!='],
      span,
    };
    return { kind: 'conditional', test, then: left, otherwise: right, span };
  }
  return unread(node, `the operator ${written}`, reader);
}

function readObject(node: SyntaxNode, reader: JsReader): Expression {
  const entries: { key: Expression | null; value: Expression }[] = [];
  for (const c of namedChildren(node)) {
    const [inner] = namedChildren(c);
    if (c.type === 'spread_element' && inner)
      entries.push({ key: null, value: readExpression(inner, reader) });
    else if (c.type === 'shorthand_property_identifier')
      entries.push({
        key: { kind: 'string', value: textOf(c, reader), span: spanOf(c, reader) },
        value: readExpression(c, reader),
      });
    else if (c.type === 'pair') {
      const key = child(c, 'key');
      if (!key) continue;
      entries.push({ key: keyExpression(key, reader), value: readField(c, 'value', reader) });
    } else return unread(node, 'an object with methods', reader);
  }
  return { kind: 'dict', entries, span: spanOf(node, reader) };
}

function keyExpression(key: SyntaxNode, reader: JsReader): Expression {
  const [inner] = namedChildren(key);
  if (key.type === 'computed_property_name' && inner) return readExpression(inner, reader);
  return key.type === 'number'
    ? readExpression(key, reader)
    : { kind: 'string', value: keyName(key, reader), span: spanOf(key, reader) };
}

/** The name of a property, without quotes. */
export const keyName = (key: SyntaxNode, reader: JsReader): string =>
  textOf(key, reader)
    .replace(/^(["'])(.*)\1$/, '$2')
    .replace(/^#/, '');

/** A function; `receiver` parameters and how it is bound are said by the decorators. */
export function readFunction(
  node: SyntaxNode,
  name: string,
  decorators: readonly string[],
  reader: JsReader,
  nameNode: SyntaxNode | null = child(node, 'name'),
  whole: SyntaxNode = node,
): FunctionNode {
  const scope = scopeOf(node, reader);
  const inner: JsReader = { ...reader, outer: new Set([...reader.outer, ...scope.own]) };
  const body = child(node, 'body');
  const span = spanOf(whole, reader);
  const prologue: Statement[] = [];
  const parameters = readParameters(node, inner, prologue);
  const statements: Statement[] = !body
    ? []
    : body.type === 'statement_block'
      ? reader.block(body, inner)
      : [{ kind: 'return', value: readExpression(body, inner), span: spanOf(body, inner) }];
  const refused = refusal(node, scope.redeclared, reader);
  return {
    name,
    parameters,
    body: refused ? [refused] : [...prologue, ...statements],
    documentation: '',
    decorators,
    span,
    nameSpan: spanOf(nameNode ?? whole, reader),
  };
}

/** A statement in place of a body that means something else than its statements would here. */
function refusal(node: SyntaxNode, redeclared: string | null, reader: JsReader): Statement | null {
  if (reader.hasError && containsError(node)) return broken(node, reader);
  const span = spanOf(node, reader);
  if (redeclared !== null)
    return { kind: 'unreadable', reason: `${redeclared} is declared again in an inner block`, span };
  const isPlain =
    !/generator/.test(node.type) && !node.children.some((c) => c.type === 'async' || c.type === '*');
  return isPlain ? null : { kind: 'unreadable', reason: 'it is asynchronous or a generator', span };
}

function readParameters(node: SyntaxNode, reader: JsReader, prologue: Statement[]): Parameter[] {
  const single = child(node, 'parameter');
  const list = child(node, 'parameters');
  const nodes = single ? [single] : list ? namedChildren(list) : [];
  return nodes.flatMap((c, k): Parameter[] => {
    const typed = /_parameter$/.test(c.type);
    const pattern = typed ? child(c, 'pattern') : c.type === 'assignment_pattern' ? child(c, 'left') : c;
    const value = child(c, typed ? 'value' : 'right');
    const type = child(c, 'type');
    if (!pattern) return [];
    const target = pattern.type === 'rest_pattern' ? namedChildren(pattern)[0] : pattern;
    const span = spanOf(target ?? pattern, reader);
    const common = { annotation: type ? textOf(type, reader).replace(/^:\s*/, '') : null, span };
    if (target?.type === 'identifier') {
      const name = textOf(target, reader);
      if (name === 'this') return [];
      const fallback = value
        ? readExpression(value, reader)
        : fallbackOf(node, name, common.annotation, reader);
      return [{ ...common, name, kind: pattern.type === 'rest_pattern' ? 'rest' : 'plain', fallback }];
    }
    const name = `%${k}`;
    prologue.push(...destructured(pattern, { kind: 'name', name, span }, reader));
    return [{ ...common, name, kind: 'plain', fallback: value ? readExpression(value, reader) : null }];
  });
}

/** `squash(x, derivate)`: a flag that is left out is undefined, which is false. */
function fallbackOf(
  node: SyntaxNode,
  name: string,
  annotation: string | null,
  reader: JsReader,
): Expression | null {
  const body = child(node, 'body');
  const isFlag =
    annotation === 'boolean' ||
    (/deriv|grad|prime|backward/i.test(name) && body && decides(body, name, reader));
  return isFlag ? { kind: 'boolean', value: false, span: spanOf(node, reader) } : null;
}

/** Whether a name is a condition as it stands: `if (flag)`, `!flag`, `flag ? a : b`. */
function decides(node: SyntaxNode, name: string, reader: JsReader): boolean {
  const isName = (n: SyntaxNode | null | undefined): boolean =>
    n?.type === 'parenthesized_expression'
      ? isName(namedChildren(n)[0])
      : n?.type === 'unary_expression'
        ? isName(child(n, 'argument'))
        : n?.type === 'identifier' && textOf(n, reader) === name;
  return node.children.some((c) => (c.field === 'condition' && isName(c)) || decides(c, name, reader));
}

/** Assignments of the parts of a value to the names of a pattern. */
export function destructured(pattern: SyntaxNode, value: Expression, reader: JsReader): Statement[] {
  const span = spanOf(pattern, reader);
  if (pattern.type === 'array_pattern' && namedChildren(pattern).every((c) => c.type === 'identifier'))
    return [{ kind: 'assign', targets: [readPattern(pattern, reader)], value, span }];
  if (pattern.type !== 'object_pattern')
    return [{ kind: 'unreadable', reason: 'it takes a value apart', span }];
  return namedChildren(pattern).map((c): Statement => {
    const key = c.type === 'pair_pattern' ? child(c, 'key') : c;
    const target = c.type === 'pair_pattern' ? child(c, 'value') : c;
    const simple = target?.type === 'identifier' || target?.type === 'shorthand_property_identifier_pattern';
    if (!key || !target || !simple || key.type === 'computed_property_name')
      return { kind: 'unreadable', reason: 'it takes a value apart', span };
    return {
      kind: 'assign',
      targets: [{ kind: 'name', name: textOf(target, reader), span: spanOf(target, reader) }],
      value: { kind: 'attribute', object: value, name: keyName(key, reader), span: spanOf(c, reader) },
      span: spanOf(c, reader),
    };
  });
}

/** A target of assignments that is a name or a list of names. */
export function readPattern(node: SyntaxNode, reader: JsReader): Expression {
  if (node.type !== 'array_pattern') return readExpression(node, reader);
  return {
    kind: 'sequence',
    form: 'list',
    items: patternNames(node, reader).map((name) => ({ kind: 'name', name, span: spanOf(node, reader) })),
    span: spanOf(node, reader),
  };
}
