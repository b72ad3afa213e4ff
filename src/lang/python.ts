/** Python concrete syntax to the language-neutral representation. */
import type { Span } from '../core/definition';
import { cellLines, cellParts } from './cells';
import { assignment } from './inPlace';
import { child, namedChildren, TOO_DEEP, type Parsers, type SyntaxNode } from './parse';
import { readPieces, type Part } from './pieces';
import { createPositions } from './positions';
import { pythonChunks } from './pythonChunks';
import { readExpression, readField, readParameters } from './pythonExpressions';
import { spanOf, textOf, TOO_DEEP_REASON, type Reader } from './pythonReader';
import type { BinaryOperator, Expression, FunctionNode, Import, Module, Statement } from './syntax';

/** Reads a file. Broken parts become `unreadable`; functions outside them are read as if alone in the file. */
export function readPython(text: string, parsers: Parsers, file: string | null = null): Module {
  const positions = createPositions(text, file);
  const read = readPieces(partsOf(text, parsers), positions, parsers, file, (piece, offset) => {
    const reader: Reader = { text: piece.text, offset, positions, comments: [], errors: [], deep: [] };
    const statements = readFile(piece.node, reader);
    return { statements, comments: reader.comments, errors: reader.errors, deep: reader.deep };
  });
  const body = read.pieces.flatMap(({ statements }) => statements);
  return { family: 'python', body, cells: cellLines(text), ...read };
}

/** The text in parts that are parsed by themselves, as recovery after an error may swallow what follows. */
function partsOf(text: string, parsers: Parsers): Part[] {
  let isSure = true;
  const parts = cellParts(text).flatMap((cell) => {
    const own = text.slice(cell.start, cell.end);
    const found = pythonChunks(own);
    isSure &&= found.isSure;
    return found.chunks.flatMap(({ start, end }) =>
      chunkParts(own.slice(start, end), cell.start + start, parsers),
    );
  });
  if (isSure || !parts.some(({ parsed }) => parsed.hasError)) return parts;
  const whole = parsers.parse('python', text, true);
  return whole.hasError ? parts : [{ parsed: whole, offset: 0 }];
}

/** One part, or several where it has an error. */
function chunkParts(text: string, offset: number, parsers: Parsers): Part[] {
  const parsed = parsers.parse('python', text);
  if (!parsed.hasError) return [{ parsed, offset }];
  const inner = pieces(text);
  if (inner.length < 2) return [{ parsed, offset }];
  return inner.map(({ start, end }) => ({
    parsed: parsers.parse('python', text.slice(start, end)),
    offset: offset + start,
  }));
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

function readClass(node: SyntaxNode, reader: Reader): Statement {
  const name = child(node, 'name');
  const bases = child(node, 'superclasses');
  const span = spanOf(node, reader);
  return {
    kind: 'class',
    node: {
      name: name ? textOf(name, reader) : '',
      bases: bases ? namedChildren(bases).map((c) => textOf(c, reader)) : [],
      body: readBlock(child(node, 'body'), reader).map(asMember),
      span,
    },
    span,
  };
}

/** A function in a class whose first parameter is no receiver is called on the class: `MSE.grad(y_hat, y)`. */
function asMember(s: Statement): Statement {
  if (s.kind !== 'function' || s.fn.decorators.length > 0) return s;
  const [first] = s.fn.parameters;
  const isOperand = first !== undefined && OPERAND.test(first.name);
  return isOperand ? { ...s, fn: { ...s.fn, decorators: ['staticmethod'] } } : s;
}

/** Names that no receiver has. */
const OPERAND =
  /^(x|z|a|y|t|y_?hat|y_?true|y_?pred\w*|yh|preds?|predictions?|targets?|labels?|outputs?|actual|logits|inputs?)$/i;

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
