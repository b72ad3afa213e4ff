/** JavaScript and TypeScript concrete syntax to the language-neutral representation. */
import { assignment } from './inPlace';
import { mayCallArithmetic, withArithmetic } from './jsArithmetic';
import { destructured, readExpression, readField, readPattern } from './jsExpressions';
import { broken, spanOf, textOf, TOO_DEEP_REASON, type JsReader } from './jsReader';
import {
  calledBody,
  constructorClass,
  exportOf,
  functionStatement,
  gathered,
  objectsIn,
  readClass,
  readMemberDefinition,
  readNamed,
  unwrapped,
} from './jsClasses';
import { objectsReturned } from './jsReturned';
import { isFunctionNode, scopeOf } from './jsScopes';
import { readEnum, readSwitch } from './jsSwitch';
import { readImports, requiredBy } from './jsImports';
import { readFor, readForEach, readForIn, readWhile } from './jsLoops';
import { child, namedChildren, TOO_DEEP, type Grammar, type Parsers, type SyntaxNode } from './parse';
import type { Span } from '../core/definition';
import { readPieces } from './pieces';
import { createPositions } from './positions';
import type { BinaryOperator, Expression, Module, ModulePiece, Statement } from './syntax';

/** Reads a file. Functions with parts that the grammar cannot read are left out. */
export function readJavaScript(
  text: string,
  grammar: Grammar,
  parsers: Parsers,
  file: string | null = null,
): Module {
  const positions = createPositions(text, file);
  const whole = parsers.parse(grammar, text, true);
  // Recovery after an error may swallow what follows, so each top-level piece is parsed by itself.
  const parts = !whole.hasError
    ? [{ parsed: whole, offset: 0 }]
    : pieces(text).map(({ start, end }) => ({
        parsed: parsers.parse(grammar, text.slice(start, end)),
        offset: start,
      }));
  const broken = new Set(parts.filter(({ parsed }) => parsed.hasError).map(({ offset }) => offset));
  const read = readPieces(parts, positions, parsers, file, (piece, offset, part) => {
    const reader: JsReader = {
      text: piece.text,
      offset,
      hasError: broken.has(part),
      positions,
      comments: [],
      errors: [],
      deep: [],
      outer: new Set(),
      block: readBlock,
      simple: readSimple,
    };
    const file = { ...piece.node, type: 'program', children: [piece.node] };
    collectComments(file, reader);
    const { comments, errors, deep } = reader;
    return { statements: readBlock(file, reader), comments, errors, deep };
  });
  const body = hoisted(read.pieces).flatMap(({ statements }) => statements);
  const all = gathered(body);
  return {
    family: 'javascript',
    body: mayCallArithmetic(text) ? withArithmetic(all) : all,
    cells: [],
    ...read,
  };
}

/** A function can be called above its declaration. */
function hoisted(all: readonly ModulePiece[]): ModulePiece[] {
  const parts = [...new Set(all.map(({ part }) => part))];
  return parts.flatMap((part) => {
    const own = all.filter((piece) => piece.part === part);
    const isFunction = ({ type }: ModulePiece): boolean => type === 'function_declaration';
    return [...own.filter(isFunction), ...own.filter((piece) => !isFunction(piece))];
  });
}

/** Cuts the text before each line at the margin that begins a declaration. */
function pieces(text: string): { start: number; end: number }[] {
  const starts = [0];
  let at = 0;
  for (const line of text.split('\n')) {
    if (
      at > 0 &&
      /^(?:export|import|async|function|class|abstract|const|let|var|module|exports)\b/.test(line)
    )
      starts.push(at);
    at += line.length + 1;
  }
  return starts.map((start, k) => ({ start, end: starts[k + 1] ?? text.length }));
}

function collectComments(node: SyntaxNode, reader: JsReader): void {
  for (const c of node.children)
    if (c.type === 'comment')
      reader.comments.push({
        text: textOf(c, reader)
          .replace(/^\/(?:\/+|\*+)/, '#')
          .replace(/\s*\*\/$/, ''),
        span: spanOf(c, reader),
      });
    else collectComments(c, reader);
}

function readBlock(node: SyntaxNode | null, reader: JsReader): Statement[] {
  if (!node) return [];
  if (node.type !== 'statement_block' && node.type !== 'program') return readStatement(node, reader);
  const isFunction = (c: SyntaxNode): boolean => c.type === 'function_declaration';
  const children = namedChildren(node);
  // A function can be called above its declaration.
  return [...children.filter(isFunction), ...children.filter((c) => !isFunction(c))].flatMap((c) =>
    readStatement(c, reader),
  );
}

function readStatement(node: SyntaxNode, reader: JsReader): Statement[] {
  const span = spanOf(node, reader);
  const inlined = readForEach(node, reader);
  if (inlined) return inlined;
  if (changesOuter(node, reader))
    return [{ kind: 'unreadable', reason: 'a function in it changes variables outside of it', span }];
  switch (node.type) {
    case 'expression_statement':
      return namedChildren(node).flatMap((c) => readSimple(c, reader));
    case 'lexical_declaration':
    case 'variable_declaration':
      return namedChildren(node).flatMap((c) => readDeclarator(c, reader));
    case 'return_statement': {
      const [value] = namedChildren(node);
      if (value && ASSIGNMENT.test(unwrapped(value).type))
        return assignedThen(unwrapped(value), reader, span);
      return [{ kind: 'return', value: value ? readExpression(value, reader) : null, span }];
    }
    case 'if_statement': {
      const test = readField(node, 'condition', reader);
      const then = readBlock(child(node, 'consequence'), reader);
      const otherwise = elseOf(child(node, 'alternative'), reader);
      return [joinedBranches(test, then, otherwise, span) ?? { kind: 'if', test, then, otherwise, span }];
    }
    case 'switch_statement':
      return readSwitch(node, reader);
    case 'for_statement':
      return readFor(node, reader);
    case 'for_in_statement':
      return readForIn(node, reader);
    case 'while_statement':
    case 'do_statement':
      return readWhile(node, reader);
    case 'try_statement':
      return [{ kind: 'block', body: readBlock(child(node, 'body'), reader), span }];
    case 'statement_block':
      return [{ kind: 'block', body: readBlock(node, reader), span }];
    case 'function_declaration': {
      const name = child(node, 'name');
      const title = name ? textOf(name, reader) : '';
      const made = reader.outer.size === 0 ? constructorClass(node, title, reader) : null;
      if (made) return [made];
      return [
        functionStatement(node, title, [], reader, name, node),
        ...objectsReturned(node, title, reader),
      ];
    }
    case 'class_declaration':
    case 'abstract_class_declaration': {
      const name = child(node, 'name');
      return [readClass(node, name ? textOf(name, reader) : '', reader)];
    }
    case 'export_statement':
      return readExport(node, reader);
    case 'import_statement':
      return [{ kind: 'import', imports: readImports(node, reader), span }];
    case 'throw_statement':
      return [{ kind: 'raise', span }];
    case 'break_statement':
      return [{ kind: 'break', span }];
    case 'continue_statement':
      return [{ kind: 'continue', span }];
    case 'empty_statement':
    case 'interface_declaration':
    case 'type_alias_declaration':
    case 'ambient_declaration':
    case 'debugger_statement':
      return [{ kind: 'nothing', span }];
    case 'enum_declaration':
      return readEnum(node, reader);
    case 'internal_module':
    case 'module':
      // A namespace: what it holds is called by plain names inside of it.
      return [{ kind: 'block', body: readBlock(child(node, 'body'), reader), span }];
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

const ASSIGNMENT = /^(augmented_)?assignment_expression$/;

/** `return total /= n`. */
function assignedThen(node: SyntaxNode, reader: JsReader, span: Span): Statement[] {
  return [...readSimple(node, reader), { kind: 'return', value: readField(node, 'left', reader), span }];
}

const firstWord = (node: SyntaxNode, reader: JsReader): string =>
  /^\w*/.exec(textOf(node, reader))?.[0] ?? '';

/** Whether a function inside this statement assigns variables of the functions around it. */
function changesOuter(node: SyntaxNode, reader: JsReader): boolean {
  if (reader.outer.size === 0) return false;
  if (isFunctionNode(node)) return [...scopeOf(node, reader).assigned].some((name) => reader.outer.has(name));
  // Statements inside are asked one by one.
  return node.children.some((c) => !/statement|declaration$/.test(c.type) && changesOuter(c, reader));
}

/** `if (c) out.push(a); else out.push(b)` adds one item whatever the condition is. */
function joinedBranches(
  test: Expression,
  then: readonly Statement[],
  otherwise: readonly Statement[],
  span: Span,
): Statement | null {
  const [a, ...more] = then;
  const [b, ...others] = otherwise;
  if (a?.kind !== 'expression' || b?.kind !== 'expression' || more.length + others.length > 0) return null;
  const [x, y] = [pushed(a.value), pushed(b.value)];
  if (!x || !y || x.to !== y.to || a.value.kind !== 'call') return null;
  const value: Expression = { kind: 'conditional', test, then: x.item, otherwise: y.item, span };
  return { ...a, value: { ...a.value, args: [{ name: null, value, spread: false }] } };
}

function pushed(e: Expression): { to: string; item: Expression } | null {
  if (e.kind !== 'call' || e.callee.kind !== 'attribute' || e.callee.name !== 'push') return null;
  const [only, ...more] = e.args;
  const to = e.callee.object;
  return only && more.length === 0 && !only.spread && to.kind === 'name'
    ? { to: to.name, item: only.value }
    : null;
}

function elseOf(node: SyntaxNode | null, reader: JsReader): Statement[] {
  const [inner] = node ? namedChildren(node) : [];
  return inner ? readBlock(inner, reader) : [];
}

function readExport(node: SyntaxNode, reader: JsReader): Statement[] {
  const declaration = child(node, 'declaration');
  if (declaration) {
    const name = child(declaration, 'name');
    const isDefault = node.children.some((c) => c.type === 'default');
    const exported = isDefault && name ? [exportOf(name, node, reader)] : [];
    return [...readStatement(declaration, reader), ...exported];
  }
  const value = child(node, 'value');
  return value ? readNamed('exported', value, value, node, reader) : [];
}

function readDeclarator(node: SyntaxNode, reader: JsReader): Statement[] {
  const name = child(node, 'name');
  const value = child(node, 'value');
  if (!name || !value) return [];
  const imports = requiredBy(name, unwrapped(value), reader);
  if (imports) return [{ kind: 'import', imports, span: spanOf(node, reader) }];
  if (name.type === 'identifier') {
    const title = textOf(name, reader);
    return [...readNamed(title, name, value, node, reader), ...objectsReturned(value, title, reader)];
  }
  return destructured(name, readExpression(value, reader), reader);
}

function readSimple(node: SyntaxNode, reader: JsReader): Statement[] {
  const span = spanOf(node, reader);
  switch (node.type) {
    case 'assignment_expression':
      return readAssignment(node, reader);
    case 'augmented_assignment_expression': {
      const operator = child(node, 'operator');
      const written = operator ? textOf(operator, reader).slice(0, -1) : '';
      if (!/^(\+|-|\*|\/|\*\*)$/.test(written))
        return [{ kind: 'unreadable', reason: `the operator ${written}=`, span }];
      return [
        {
          kind: 'augment',
          operator: written as BinaryOperator,
          target: readField(node, 'left', reader),
          value: readField(node, 'right', reader),
          span,
        },
      ];
    }
    case 'update_expression': {
      const operator = node.children.find((c) => c.type === '++' || c.type === '--');
      return [
        {
          kind: 'augment',
          operator: operator?.type === '--' ? '-' : '+',
          target: readField(node, 'argument', reader),
          value: { kind: 'number', text: '1', span },
          span,
        },
      ];
    }
    case 'call_expression': {
      if (reader.outer.size > 0) break;
      // The file wrapped in a function that is called at once.
      const bodies = [calledBody(node), ...moduleBodies(node, reader)].filter((body) => body !== null);
      const objects = objectsIn(node, reader);
      if (bodies.length + objects.length === 0) break;
      const inside = bodies.flatMap((body) => readBlock(body, reader));
      return [{ kind: 'block', body: [...inside, ...objects], span }];
    }
    case 'string':
      return [{ kind: 'nothing', span }];
    case 'internal_module':
      return readStatement(node, reader);
    default:
  }
  return [{ kind: 'expression', value: readExpression(node, reader), span }];
}

/** `define(function (require, exports) { … })`, `(function (root, factory) { … })(this, function () { … })`. */
function moduleBodies(node: SyntaxNode, reader: JsReader): (SyntaxNode | null)[] {
  const callee = unwrapped(child(node, 'function') ?? node);
  if (!isFunctionNode(callee) && textOf(callee, reader) !== 'define') return [];
  return namedChildren(child(node, 'arguments') ?? node).map((arg) =>
    isFunctionNode(arg) ? child(arg, 'body') : null,
  );
}

function readAssignment(node: SyntaxNode, reader: JsReader): Statement[] {
  const left = child(node, 'left');
  const right = child(node, 'right');
  const span = spanOf(node, reader);
  if (!left || !right) return [{ kind: 'unreadable', reason: 'this is incomplete', span }];
  if (reader.outer.size === 0 && left.type === 'member_expression') {
    const property = child(left, 'property');
    const title = property ? textOf(property, reader) : '';
    return [...readMemberDefinition(left, right, node, reader), ...objectsReturned(right, title, reader)];
  }
  if (right.type === 'assignment_expression') {
    const inner = readAssignment(right, reader);
    const [only] = inner;
    if (inner.length !== 1 || only?.kind !== 'assign')
      return [{ kind: 'unreadable', reason: 'several assignments at once', span }];
    return [{ ...only, targets: [readPattern(left, reader), ...only.targets], span }];
  }
  if (left.type === 'object_pattern' || left.type === 'array_pattern')
    return destructured(left, readExpression(right, reader), reader);
  return [assignment([readExpression(left, reader)], readExpression(right, reader), span)];
}
