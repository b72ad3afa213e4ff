/** Expressions of Python, and the parameters of functions and lambdas. */
import type { Span } from '../core/definition';
import { child, containsError, namedChildren, TOO_DEEP, type SyntaxNode } from './parse';
import { spanOf, textOf, TOO_DEEP_REASON, type Reader } from './pythonReader';
import type {
  Argument,
  BinaryOperator,
  CompareOperator,
  ComprehensionClause,
  Expression,
  FunctionNode,
  Parameter,
  UnaryOperator,
} from './syntax';

export function readParameters(node: SyntaxNode | null, reader: Reader): Parameter[] {
  if (!node) return [];
  const found: Parameter[] = [];
  for (const c of namedChildren(node)) {
    const annotation = child(c, 'type');
    const value = child(c, 'value');
    let named: SyntaxNode | undefined =
      c.type === 'identifier' ? c : (child(c, 'name') ?? namedChildren(c)[0]);
    let kind: Parameter['kind'] = 'plain';
    for (const [splat, as] of SPLATS)
      if (c.type === splat || named?.type === splat) {
        kind = as;
        if (named?.type === splat) named = namedChildren(named)[0];
      }
    if (named?.type !== 'identifier') continue;
    found.push({
      name: textOf(named, reader),
      kind,
      fallback: value ? readExpression(value, reader) : null,
      annotation: annotation ? textOf(annotation, reader) : null,
      span: spanOf(named, reader),
    });
  }
  return found;
}

const SPLATS = [
  ['list_splat_pattern', 'rest'],
  ['dictionary_splat_pattern', 'keywords'],
] as const;

export function readField(node: SyntaxNode, field: string, reader: Reader): Expression {
  const found = child(node, field);
  if (found) return readExpression(found, reader);
  return { kind: 'unreadable', reason: 'this is incomplete', span: spanOf(node, reader) };
}

export function readExpression(node: SyntaxNode, reader: Reader): Expression {
  const span = spanOf(node, reader);
  if (node.missing) return { kind: 'unreadable', reason: 'this is incomplete', span };
  switch (node.type) {
    case 'identifier':
      return { kind: 'name', name: textOf(node, reader), span };
    case 'integer':
    case 'float':
      return { kind: 'number', text: textOf(node, reader), span };
    case 'string':
    case 'concatenated_string':
      return interpolated(node, reader, span) ?? { kind: 'string', value: stringValue(node, reader), span };
    case 'true':
    case 'false':
      return { kind: 'boolean', value: node.type === 'true', span };
    case 'none':
      return { kind: 'none', span };
    case 'ellipsis':
      return { kind: 'ellipsis', span };
    case 'attribute': {
      const name = child(node, 'attribute');
      return {
        kind: 'attribute',
        object: readField(node, 'object', reader),
        name: name ? textOf(name, reader) : '',
        span,
      };
    }
    case 'subscript':
      return {
        kind: 'subscript',
        object: readField(node, 'value', reader),
        indices: node.children.filter((c) => c.field === 'subscript').map((c) => readExpression(c, reader)),
        span,
      };
    case 'slice':
      return readSlice(node, span, reader);
    case 'call':
      return readCall(node, span, reader);
    case 'unary_operator':
    case 'not_operator': {
      const operator = child(node, 'operator');
      return {
        kind: 'unary',
        operator: (operator ? textOf(operator, reader) : 'not') as UnaryOperator,
        operand: readField(node, 'argument', reader),
        span,
      };
    }
    case 'binary_operator': {
      const operator = child(node, 'operator');
      return {
        kind: 'binary',
        operator: (operator ? textOf(operator, reader) : '+') as BinaryOperator,
        left: readField(node, 'left', reader),
        right: readField(node, 'right', reader),
        span,
      };
    }
    case 'boolean_operator': {
      const operator = child(node, 'operator');
      return {
        kind: 'logical',
        operator: operator && textOf(operator, reader) === 'or' ? 'or' : 'and',
        left: readField(node, 'left', reader),
        right: readField(node, 'right', reader),
        span,
      };
    }
    case 'comparison_operator':
      return {
        kind: 'compare',
        operands: namedChildren(node).map((c) => readExpression(c, reader)),
        operators: comparisons(node, reader),
        span,
      };
    case 'conditional_expression': {
      const [then, test, otherwise] = namedChildren(node);
      if (!then || !test || !otherwise) return { kind: 'unreadable', reason: 'this is incomplete', span };
      return {
        kind: 'conditional',
        test: readExpression(test, reader),
        then: readExpression(then, reader),
        otherwise: readExpression(otherwise, reader),
        span,
      };
    }
    case 'parenthesized_expression': {
      const inner = namedChildren(node);
      const [only] = inner;
      if (!only || inner.length > 1)
        return { kind: 'unreadable', reason: 'this cannot be read as Python', span };
      return readExpression(only, reader);
    }
    case 'tuple':
    case 'list':
    case 'set':
    case 'expression_list':
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
      if (node.children.some((c) => c.type === 'ERROR'))
        return { kind: 'unreadable', reason: 'this cannot be read as Python', span };
      return {
        kind: 'sequence',
        form: node.type === 'list' || node.type === 'set' ? node.type : 'tuple',
        items: namedChildren(node).map((c) => readExpression(c, reader)),
        span,
      };
    case 'dictionary':
      return {
        kind: 'dict',
        entries: namedChildren(node).flatMap((c): { key: Expression | null; value: Expression }[] => {
          if (c.type === 'pair')
            return [{ key: readField(c, 'key', reader), value: readField(c, 'value', reader) }];
          const [inner] = namedChildren(c);
          return inner ? [{ key: null, value: readExpression(inner, reader) }] : [];
        }),
        span,
      };
    case 'lambda': {
      const body = readField(node, 'body', reader);
      const fn: FunctionNode = {
        name: 'lambda',
        parameters: readParameters(child(node, 'parameters'), reader),
        body: [{ kind: 'return', value: body, span: body.span }],
        documentation: '',
        decorators: [],
        span,
        nameSpan: span,
      };
      return { kind: 'lambda', fn, span };
    }
    case 'list_comprehension':
    case 'generator_expression':
      return {
        kind: 'comprehension',
        element: readField(node, 'body', reader),
        clauses: readClauses(node, reader),
        span,
      };
    case 'list_splat':
    case 'list_splat_pattern': {
      const [inner] = namedChildren(node);
      if (inner) return { kind: 'starred', value: readExpression(inner, reader), span };
      return { kind: 'unreadable', reason: 'this is incomplete', span };
    }
    case 'named_expression':
      return { kind: 'unreadable', reason: 'an assignment within an expression (:=) is not supported', span };
    case TOO_DEEP:
      reader.deep.push(span);
      return { kind: 'unreadable', reason: TOO_DEEP_REASON, span };
    case 'ERROR':
      reader.errors.push(span);
      return { kind: 'unreadable', reason: 'this cannot be read as Python', span };
    default:
      return {
        kind: 'unreadable',
        reason: containsError(node)
          ? 'this cannot be read as Python'
          : `"${textOf(node, reader).slice(0, 40)}" is not supported`,
        span,
      };
  }
}

function readSlice(node: SyntaxNode, span: Span, reader: Reader): Expression {
  const parts: (Expression | null)[] = [null, null, null];
  let at = 0;
  for (const c of node.children) {
    if (c.type === ':') at += 1;
    else if (c.named && c.type !== 'comment') parts[at] = readExpression(c, reader);
  }
  return { kind: 'slice', start: parts[0] ?? null, stop: parts[1] ?? null, step: parts[2] ?? null, span };
}

function readCall(node: SyntaxNode, span: Span, reader: Reader): Expression {
  const list = child(node, 'arguments');
  if (list?.children.some((c) => c.type === 'ERROR' || c.missing))
    return { kind: 'unreadable', reason: 'the arguments of this call cannot be read as Python', span };
  const args: Argument[] = [];
  // f(x for x in y): the generator is the argument list itself.
  if (list?.type === 'generator_expression')
    args.push({ name: null, value: readExpression(list, reader), spread: false });
  else
    for (const c of list ? namedChildren(list) : []) {
      if (c.type === 'keyword_argument') {
        const name = child(c, 'name');
        args.push({
          name: name ? textOf(name, reader) : '',
          value: readField(c, 'value', reader),
          spread: false,
        });
      } else if (c.type === 'list_splat' || c.type === 'dictionary_splat') {
        const [inner] = namedChildren(c);
        if (inner) args.push({ name: null, value: readExpression(inner, reader), spread: true });
      } else args.push({ name: null, value: readExpression(c, reader), spread: false });
    }
  return { kind: 'call', callee: readField(node, 'function', reader), args, span };
}

function comparisons(node: SyntaxNode, reader: Reader): CompareOperator[] {
  return node.children
    .filter((c) => c.field === 'operators')
    .map((c) => textOf(c, reader).replace(/\s+/g, ' '))
    .map((text) => (text === '<>' ? '!=' : text) as CompareOperator);
}

function readClauses(node: SyntaxNode, reader: Reader): ComprehensionClause[] {
  const clauses: { target: Expression; iterable: Expression; conditions: Expression[] }[] = [];
  for (const c of node.children) {
    if (c.type === 'for_in_clause')
      clauses.push({
        target: readField(c, 'left', reader),
        iterable: readField(c, 'right', reader),
        conditions: [],
      });
    else if (c.type === 'if_clause') {
      const [condition] = namedChildren(c);
      if (condition) clauses.at(-1)?.conditions.push(readExpression(condition, reader));
    }
  }
  return clauses;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** `f"W{l}"` as `"W" + str(l)`; null for a string without plain interpolations. */
function interpolated(node: SyntaxNode, reader: Reader, span: Span): Expression | null {
  const parts = node.children.filter((c) => c.type === 'string_content' || c.type === 'interpolation');
  if (node.type !== 'string' || !parts.some((c) => c.type === 'interpolation')) return null;
  let joined: Expression = { kind: 'string', value: '', span };
  for (const part of parts) {
    const [inner, ...format] = namedChildren(part);
    if (part.type === 'interpolation' && (!inner || format.length > 0)) return null;
    const text: Expression =
      part.type === 'interpolation' && inner
        ? {
            kind: 'call',
            callee: { kind: 'name', name: 'str', span },
            args: [{ name: null, value: readExpression(inner, reader), spread: false }],
            span,
          }
        : { kind: 'string', value: textOf(part, reader), span };
    joined = { kind: 'binary', operator: '+', left: joined, right: text, span };
  }
  return joined;
}

/** The text of a string literal; interpolated parts and rare escapes stay as written (only names and hints are read). */
function stringValue(node: SyntaxNode, reader: Reader): string {
  if (node.type === 'concatenated_string')
    return namedChildren(node)
      .map((c) => stringValue(c, reader))
      .join('');
  const raw = /^[A-Za-z]*/.exec(textOf(node, reader))?.[0].toLowerCase().includes('r') ?? false;
  const content = node.children
    .filter((c) => c.type === 'string_content' || c.type === 'interpolation')
    .map((c) => textOf(c, reader))
    .join('');
  return raw ? content : content.replace(/\\([\s\S])/g, (all, c: string) => ESCAPES[c] ?? all);
}
