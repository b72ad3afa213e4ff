/** Python concrete syntax to the language-neutral representation. */
import type { Span } from '../core/definition';
import { cellLines, cellParts } from './cells';
import { assignment } from './inPlace';
import { child, containsError, namedChildren, TOO_DEEP, type Parsers, type SyntaxNode } from './parse';
import { readPieces } from './pieces';
import { createPositions, type Positions } from './positions';
import type {
  Argument,
  BinaryOperator,
  Comment,
  CompareOperator,
  ComprehensionClause,
  Expression,
  FunctionNode,
  Import,
  Module,
  Parameter,
  Statement,
  UnaryOperator,
} from './syntax';

interface Reader {
  readonly text: string;
  /** Added to offsets of the node, for text that was parsed in pieces. */
  readonly offset: number;
  readonly positions: Positions;
  readonly comments: Comment[];
  readonly errors: Span[];
  readonly deep: Span[];
}

/** Reads a file. Broken parts become `unreadable`; functions outside them are read as if alone in the file. */
export function readPython(text: string, parsers: Parsers, file: string | null = null): Module {
  const positions = createPositions(text, file);
  const whole = parsers.parse('python', text, true);
  // Recovery after an error may swallow what follows, so each top-level piece is parsed by itself.
  const parts = !whole.hasError
    ? [{ parsed: whole, offset: 0 }]
    : cellParts(text).flatMap((cell) => {
        const own = text.slice(cell.start, cell.end);
        const parsed = parsers.parse('python', own, true);
        if (!parsed.hasError) return [{ parsed, offset: cell.start }];
        return pieces(own).map(({ start, end }) => ({
          parsed: parsers.parse('python', own.slice(start, end)),
          offset: cell.start + start,
        }));
      });
  const read = readPieces(parts, positions, parsers, file, (piece, offset) => {
    const reader: Reader = { text: piece.text, offset, positions, comments: [], errors: [], deep: [] };
    const statements = readFile(piece.node, reader);
    return { statements, comments: reader.comments, errors: reader.errors, deep: reader.deep };
  });
  const body = read.pieces.flatMap(({ statements }) => statements);
  return { family: 'python', body, cells: cellLines(text), ...read };
}

/** Cuts the text before each line that begins a top-level statement, outside triple-quoted strings. */
function pieces(text: string): { start: number; end: number }[] {
  const starts: number[] = [];
  let quote: string | null = null;
  let at = 0;
  for (const line of text.split('\n')) {
    const begins =
      /^(?:def|class|@|async|import|from|if|for|while|with|try|[A-Za-z_]\w*\s*(?:[=.([:]|$))/.test(line);
    const continues = /^(?:else|elif|except|finally)\b/.test(line);
    // A definition at the margin ends even an unclosed string: half-typed quotes must not hide the rest of the file.
    const definition = /^(?:def|class)\s+\w+\s*[(:]/.test(line);
    if ((quote === null && begins && !continues) || definition) {
      if (definition) quote = null;
      starts.push(at);
    }
    for (const [found] of line.matchAll(/"""|'''/g))
      if (quote === null) quote = found;
      else if (quote === found) quote = null;
    at += line.length + 1;
  }
  const merged = starts.filter((start, k) => {
    const previous = starts[k - 1];
    // Decorators stay with what they decorate.
    return previous === undefined || !/^@[^\n]*\n$/.test(text.slice(previous, start));
  });
  if (merged[0] !== 0) merged.unshift(0);
  return merged.map((start, k) => ({ start, end: merged[k + 1] ?? text.length }));
}

const spanOf = (node: SyntaxNode, reader: Reader): Span =>
  reader.positions.span(node.start + reader.offset, node.end + reader.offset);

const textOf = (node: SyntaxNode, reader: Reader): string => reader.text.slice(node.start, node.end);

function collectComments(node: SyntaxNode, reader: Reader): void {
  for (const c of node.children)
    if (c.type === 'comment') reader.comments.push({ text: textOf(c, reader), span: spanOf(c, reader) });
    else collectComments(c, reader);
}

function readFile(node: SyntaxNode, reader: Reader): Statement[] {
  const file = { ...node, children: [node] };
  collectComments(file, reader);
  return readBlock(file, reader);
}

function readBlock(node: SyntaxNode | null, reader: Reader): Statement[] {
  if (!node) return [];
  return node.children
    .filter((c) => c.named && c.type !== 'comment')
    .flatMap((c) => readStatement(c, reader));
}

function readStatement(node: SyntaxNode, reader: Reader): Statement[] {
  const span = spanOf(node, reader);
  switch (node.type) {
    case 'expression_statement':
      return namedChildren(node).map((c) => readSimple(c, span, reader));
    case 'assignment':
    case 'augmented_assignment':
      return [readSimple(node, span, reader)];
    case 'return_statement': {
      const [value] = namedChildren(node);
      return [{ kind: 'return', value: value ? readExpression(value, reader) : null, span }];
    }
    case 'if_statement':
      return [readIf(node, reader)];
    case 'for_statement':
      return [
        {
          kind: 'for',
          target: readField(node, 'left', reader),
          iterable: readField(node, 'right', reader),
          body: readBlock(child(node, 'body'), reader),
          otherwise: readBlock(bodyOf(child(node, 'alternative')), reader),
          span,
        },
      ];
    case 'while_statement':
      return [
        {
          kind: 'while',
          test: readField(node, 'condition', reader),
          body: readBlock(child(node, 'body'), reader),
          span,
        },
      ];
    case 'with_statement':
    case 'try_statement': {
      const body = child(node, 'body');
      const header = body ? reader.text.slice(node.start, body.start) : '';
      return [{ kind: 'block', body: readBlock(body, reader), isHeld: HELD.test(header), span }];
    }
    case 'function_definition':
      return [{ kind: 'function', fn: readFunction(node, [], reader), span }];
    case 'class_definition':
      return [readClass(node, reader)];
    case 'decorated_definition': {
      const definition = child(node, 'definition');
      const decorators = node.children
        .filter((c) => c.type === 'decorator')
        .map((c) => textOf(c, reader).slice(1).trim());
      if (definition?.type === 'function_definition')
        return [{ kind: 'function', fn: readFunction(definition, decorators, reader), span }];
      return definition?.type === 'class_definition'
        ? [readClass(definition, reader)]
        : [broken(node, reader)];
    }
    case 'import_statement':
    case 'import_from_statement':
      return [{ kind: 'import', imports: readImports(node, reader), span }];
    case 'raise_statement':
      return [{ kind: 'raise', span }];
    case 'break_statement':
      return [{ kind: 'break', span }];
    case 'continue_statement':
      return [{ kind: 'continue', span }];
    case 'pass_statement':
    case 'assert_statement':
    case 'print_statement':
    case 'exec_statement':
    case 'delete_statement':
    case 'global_statement':
    case 'nonlocal_statement':
    case 'future_import_statement':
    case 'type_alias_statement':
      return [{ kind: 'nothing', span }];
    case TOO_DEEP:
      reader.deep.push(span);
      return [{ kind: 'unreadable', reason: TOO_DEEP_REASON, span }];
    case 'ERROR':
      return [broken(node, reader)];
    default:
      return [
        { kind: 'unreadable', reason: `the statement "${firstWord(node, reader)}" is not supported`, span },
      ];
  }
}

/** Contexts in which values are computed without being differentiated. */
const HELD =
  /^with\s+torch\s*\.\s*(?:no_grad|inference_mode|set_grad_enabled\s*\(\s*False)|^with\s+(?:no_grad|inference_mode)\s*\(/;

const TOO_DEEP_REASON = 'this is too long or too deeply nested';

function broken(node: SyntaxNode, reader: Reader): Statement {
  const span = spanOf(node, reader);
  reader.errors.push(span);
  return { kind: 'unreadable', reason: 'this cannot be read as Python', span };
}

const firstWord = (node: SyntaxNode, reader: Reader): string => /^\w*/.exec(textOf(node, reader))?.[0] ?? '';

const bodyOf = (node: SyntaxNode | null): SyntaxNode | null => (node ? child(node, 'body') : null);

function readSimple(node: SyntaxNode, span: Span, reader: Reader): Statement {
  if (node.type === 'assignment') return readAssignment(node, span, reader);
  if (node.type === 'augmented_assignment') {
    const operator = child(node, 'operator');
    return {
      kind: 'augment',
      operator: (operator ? textOf(operator, reader).slice(0, -1) : '+') as BinaryOperator,
      target: readField(node, 'left', reader),
      value: readField(node, 'right', reader),
      span,
    };
  }
  return { kind: 'expression', value: readExpression(node, reader), span };
}

function readAssignment(node: SyntaxNode, span: Span, reader: Reader): Statement {
  const targets: Expression[] = [];
  let at: SyntaxNode | null = node;
  let value: SyntaxNode | null = null;
  while (at?.type === 'assignment') {
    targets.push(readField(at, 'left', reader));
    value = child(at, 'right');
    at = value;
  }
  // `x: float` alone declares and assigns nothing.
  if (!value) return { kind: 'nothing', span };
  return assignment(targets, readExpression(value, reader), span);
}

function readIf(node: SyntaxNode, reader: Reader): Statement {
  const alternatives = node.children.filter((c) => c.field === 'alternative');
  const chain = (from: number): Statement[] => {
    const clause = alternatives[from];
    if (!clause) return [];
    if (clause.type === 'else_clause') return readBlock(child(clause, 'body'), reader);
    return [
      {
        kind: 'if',
        test: readField(clause, 'condition', reader),
        then: readBlock(child(clause, 'consequence'), reader),
        otherwise: chain(from + 1),
        span: spanOf(clause, reader),
      },
    ];
  };
  return {
    kind: 'if',
    test: readField(node, 'condition', reader),
    then: readBlock(child(node, 'consequence'), reader),
    otherwise: chain(0),
    span: spanOf(node, reader),
  };
}

function readFunction(node: SyntaxNode, decorators: readonly string[], reader: Reader): FunctionNode {
  const name = child(node, 'name');
  const body = child(node, 'body');
  const statements = readBlock(body, reader);
  // Errors between the header and the body leave no statement behind.
  const stray = node.children.find((c) => c.type === 'ERROR');
  if (stray) statements.unshift(broken(stray, reader));
  return {
    name: name ? textOf(name, reader) : '',
    parameters: readParameters(child(node, 'parameters'), reader),
    body: statements,
    documentation: documentationOf(statements),
    decorators,
    span: spanOf(node, reader),
    nameSpan: spanOf(name ?? node, reader),
  };
}

function documentationOf(body: readonly Statement[]): string {
  const first = body[0];
  return first?.kind === 'expression' && first.value.kind === 'string' ? first.value.value : '';
}

function readParameters(node: SyntaxNode | null, reader: Reader): Parameter[] {
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

function readClass(node: SyntaxNode, reader: Reader): Statement {
  const name = child(node, 'name');
  const bases = child(node, 'superclasses');
  const span = spanOf(node, reader);
  return {
    kind: 'class',
    node: {
      name: name ? textOf(name, reader) : '',
      bases: bases ? namedChildren(bases).map((c) => textOf(c, reader)) : [],
      body: readBlock(child(node, 'body'), reader),
      span,
    },
    span,
  };
}

function readImports(node: SyntaxNode, reader: Reader): Import[] {
  const module = child(node, 'module_name');
  const from = module ? textOf(module, reader) : null;
  const imports: Import[] = [];
  for (const c of node.children) {
    if (c.type === 'wildcard_import' && from !== null)
      imports.push({ module: from, member: '*', alias: '*' });
    if (c.field !== 'name') continue;
    const path = textOf(child(c, 'name') ?? c, reader);
    const alias = child(c, 'alias');
    const as = alias ? textOf(alias, reader) : null;
    if (from !== null) imports.push({ module: from, member: path, alias: as ?? path });
    else if (as !== null) imports.push({ module: path, member: null, alias: as });
    else {
      const first = path.split('.')[0] ?? path;
      imports.push({ module: first, member: null, alias: first });
    }
  }
  return imports;
}

function readField(node: SyntaxNode, field: string, reader: Reader): Expression {
  const found = child(node, field);
  if (found) return readExpression(found, reader);
  return { kind: 'unreadable', reason: 'this is incomplete', span: spanOf(node, reader) };
}

function readExpression(node: SyntaxNode, reader: Reader): Expression {
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
