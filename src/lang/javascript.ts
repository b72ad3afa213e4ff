/** JavaScript and TypeScript concrete syntax to the language-neutral representation. */
import { destructured, keyName, readExpression, readField, readFunction, readPattern } from './jsExpressions';
import { broken, spanOf, textOf, TOO_DEEP_REASON, type JsReader } from './jsReader';
import { isFunctionNode, scopeOf } from './jsScopes';
import { readImports, requiredBy } from './jsImports';
import { readFor, readForEach, readForIn, readWhile } from './jsLoops';
import { child, namedChildren, TOO_DEEP, type Grammar, type Parsers, type SyntaxNode } from './parse';
import { readPieces } from './pieces';
import { createPositions } from './positions';
import type { BinaryOperator, FunctionNode, Module, ModulePiece, Statement } from './syntax';

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
  return { family: 'javascript', body: withPrototypes(body), cells: [], ...read };
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
      return [{ kind: 'return', value: value ? readExpression(value, reader) : null, span }];
    }
    case 'if_statement':
      return [
        {
          kind: 'if',
          test: readField(node, 'condition', reader),
          then: readBlock(child(node, 'consequence'), reader),
          otherwise: elseOf(child(node, 'alternative'), reader),
          span,
        },
      ];
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
      return [functionStatement(node, name ? textOf(name, reader) : '', [], reader, name, node)];
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
    case 'enum_declaration':
    case 'ambient_declaration':
    case 'debugger_statement':
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

const firstWord = (node: SyntaxNode, reader: JsReader): string =>
  /^\w*/.exec(textOf(node, reader))?.[0] ?? '';

/** Whether a function inside this statement assigns variables of the functions around it. */
function changesOuter(node: SyntaxNode, reader: JsReader): boolean {
  if (reader.outer.size === 0) return false;
  if (isFunctionNode(node)) return [...scopeOf(node, reader).assigned].some((name) => reader.outer.has(name));
  // Statements inside are asked one by one.
  return node.children.some((c) => !/statement|declaration$/.test(c.type) && changesOuter(c, reader));
}

function elseOf(node: SyntaxNode | null, reader: JsReader): Statement[] {
  const [inner] = node ? namedChildren(node) : [];
  return inner ? readBlock(inner, reader) : [];
}

function functionStatement(
  node: SyntaxNode,
  name: string,
  decorators: readonly string[],
  reader: JsReader,
  nameNode: SyntaxNode | null,
  whole: SyntaxNode,
): Statement {
  return {
    kind: 'function',
    fn: readFunction(node, name, decorators, reader, nameNode, whole),
    span: spanOf(whole, reader),
  };
}

/** What a name is given: a function, an object that holds functions (read as a class), or a value. */
function readNamed(
  name: string,
  nameNode: SyntaxNode,
  value: SyntaxNode,
  whole: SyntaxNode,
  reader: JsReader,
): Statement[] {
  const inner = unwrapped(value);
  if (isFunctionNode(inner)) return [functionStatement(inner, name, [], reader, nameNode, whole)];
  if (inner.type === 'class') return [readClass(inner, name, reader)];
  const holder = holderOf(inner);
  if (holder) return [objectClass(holder, name, whole, reader)];
  return [
    {
      kind: 'assign',
      targets: [{ kind: 'name', name, span: spanOf(nameNode, reader) }],
      value: readExpression(inner, reader),
      span: spanOf(whole, reader),
    },
  ];
}

/** Without type assertions, brackets and `Object.freeze`. */
function unwrapped(node: SyntaxNode): SyntaxNode {
  const [inner] = namedChildren(node);
  const transparent = /^(parenthesized_expression|as_expression|satisfies_expression)$/;
  return inner && transparent.test(node.type) ? unwrapped(inner) : node;
}

/** An object literal that holds functions, at some depth. */
function holderOf(node: SyntaxNode): SyntaxNode | null {
  if (node.type === 'call_expression') {
    const only = namedChildren(child(node, 'arguments') ?? node);
    return only.length === 1 && only[0]?.type === 'object' ? holderOf(only[0]) : null;
  }
  const holds =
    node.type === 'object' &&
    namedChildren(node).some((c) => {
      if (c.type === 'method_definition') return true;
      const value = c.type === 'pair' ? child(c, 'value') : null;
      return value !== null && (isFunctionNode(unwrapped(value)) || holderOf(unwrapped(value)) !== null);
    });
  return holds ? node : null;
}

function objectClass(node: SyntaxNode, name: string, whole: SyntaxNode, reader: JsReader): Statement {
  const span = spanOf(whole, reader);
  const body = namedChildren(node).flatMap((c): Statement[] => {
    if (c.type === 'method_definition') return isSetter(c) ? [] : [readMethod(c, reader)];
    const key = c.type === 'pair' ? child(c, 'key') : null;
    const value = c.type === 'pair' ? child(c, 'value') : null;
    if (!key || !value || key.type === 'computed_property_name') return [];
    const inner = unwrapped(value);
    if (isFunctionNode(inner))
      return [memberFunction(inner, key, c, inner.type !== 'arrow_function', reader)];
    return readNamed(keyName(key, reader), key, inner, c, reader);
  });
  return { kind: 'class', node: { name, bases: [], body, span }, span };
}

/** A function in a class or object: with the receiver as its first parameter, or without one. */
function memberFunction(
  node: SyntaxNode,
  key: SyntaxNode,
  whole: SyntaxNode,
  hasReceiver: boolean,
  reader: JsReader,
  more: readonly string[] = [],
): Statement {
  const statement = functionStatement(
    node,
    keyName(key, reader),
    hasReceiver ? more : ['staticmethod', ...more],
    reader,
    key,
    whole,
  );
  if (!hasReceiver || statement.kind !== 'function') return statement;
  return { ...statement, fn: withReceiver(statement.fn) };
}

const withReceiver = (fn: FunctionNode): FunctionNode => ({
  ...fn,
  parameters: [
    { name: 'this', kind: 'plain', fallback: null, annotation: null, span: fn.nameSpan },
    ...fn.parameters,
  ],
});

function readMethod(node: SyntaxNode, reader: JsReader): Statement {
  const key = child(node, 'name') ?? node;
  const words = node.children.filter((c) => !c.named).map((c) => c.type);
  const isGetter = words.includes('get');
  const statement = memberFunction(node, key, node, true, reader, isGetter ? ['property'] : []);
  if (statement.kind !== 'function' || statement.fn.name !== 'constructor') return statement;
  return { ...statement, fn: { ...statement.fn, name: '__init__' } };
}

function readClass(node: SyntaxNode, name: string, reader: JsReader): Statement {
  const span = spanOf(node, reader);
  const body = namedChildren(child(node, 'body') ?? node).flatMap((c): Statement[] => {
    // A static method reaches the class by "this".
    if (c.type === 'method_definition') return isSetter(c) ? [] : [readMethod(c, reader)];
    const key = child(c, 'name') ?? child(c, 'property');
    const value = child(c, 'value');
    if (!/field_definition$/.test(c.type) || !key || !value) return [];
    const inner = unwrapped(value);
    if (isFunctionNode(inner)) return [memberFunction(inner, key, c, !isStaticNode(c), reader)];
    return readNamed(keyName(key, reader), key, inner, c, reader);
  });
  const heritage = node.children.find((c) => c.type === 'class_heritage');
  return {
    kind: 'class',
    node: { name, bases: heritage ? [textOf(heritage, reader)] : [], body, span },
    span,
  };
}

const isSetter = (node: SyntaxNode): boolean => node.children.some((c) => c.type === 'set');

const isStaticNode = (node: SyntaxNode): boolean => node.children.some((c) => c.type === 'static');

/** What a file exports as a whole. */
const exportOf = (value: SyntaxNode, whole: SyntaxNode, reader: JsReader): Statement => ({
  kind: 'assign',
  targets: [{ kind: 'name', name: 'exported', span: spanOf(value, reader) }],
  value: { kind: 'name', name: textOf(value, reader), span: spanOf(value, reader) },
  span: spanOf(whole, reader),
});

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
  if (name.type === 'identifier') return readNamed(textOf(name, reader), name, value, node, reader);
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
      const callee = unwrapped(child(node, 'function') ?? node);
      const body = isFunctionNode(callee) ? child(callee, 'body') : null;
      // The file wrapped in a function that is called at once.
      if (body && reader.outer.size === 0) return [{ kind: 'block', body: readBlock(body, reader), span }];
      break;
    }
    case 'string':
      return [{ kind: 'nothing', span }];
    default:
  }
  return [{ kind: 'expression', value: readExpression(node, reader), span }];
}

function readAssignment(node: SyntaxNode, reader: JsReader): Statement[] {
  const left = child(node, 'left');
  const right = child(node, 'right');
  const span = spanOf(node, reader);
  if (!left || !right) return [{ kind: 'unreadable', reason: 'this is incomplete', span }];
  if (reader.outer.size === 0 && left.type === 'member_expression')
    return readMemberDefinition(left, right, node, reader);
  if (right.type === 'assignment_expression') {
    const inner = readAssignment(right, reader);
    const [only] = inner;
    if (inner.length !== 1 || only?.kind !== 'assign')
      return [{ kind: 'unreadable', reason: 'several assignments at once', span }];
    return [{ ...only, targets: [readPattern(left, reader), ...only.targets], span }];
  }
  if (left.type === 'object_pattern' || left.type === 'array_pattern')
    return destructured(left, readExpression(right, reader), reader);
  return [
    { kind: 'assign', targets: [readExpression(left, reader)], value: readExpression(right, reader), span },
  ];
}

/** At the top of a file: `exports.f = …`, `module.exports = …`, `f.derivative = …`, `F.prototype.g = …`. */
function readMemberDefinition(
  left: SyntaxNode,
  right: SyntaxNode,
  whole: SyntaxNode,
  reader: JsReader,
): Statement[] {
  const object = child(left, 'object');
  const property = child(left, 'property');
  if (!object || !property) return [];
  const path = textOf(object, reader);
  const name = textOf(property, reader);
  const value = unwrapped(right);
  if (value.type === 'assignment_expression') return readAssignment(value, reader);
  if (
    path === 'module' ||
    path === 'exports' ||
    path === 'module.exports' ||
    /^(window|global|globalThis|this|self)$/.test(path)
  ) {
    if (path === 'module' && value.type === 'identifier') return [exportOf(value, whole, reader)];
    if (path === 'module' || value.type === 'identifier')
      return isFunctionNode(value) || holderOf(value)
        ? readNamed('exported', property, value, whole, reader)
        : [];
    return readNamed(name, property, value, whole, reader);
  }
  const prototype = /^(\w+)\.prototype$/.exec(path)?.[1];
  if (isFunctionNode(value) && prototype !== undefined) {
    const member = memberFunction(value, property, whole, true, reader);
    const span = spanOf(whole, reader);
    return [{ kind: 'class', node: { name: prototype, bases: ['%prototype'], body: [member], span }, span }];
  }
  if (isFunctionNode(value) && object.type === 'identifier')
    return [functionStatement(value, `${path}_${name}`, [], reader, property, whole)];
  return holderOf(value) ? readNamed(name, property, value, whole, reader) : [];
}

/** Methods that are assigned to a prototype one by one belong to one class. */
function withPrototypes(body: readonly Statement[]): Statement[] {
  const methods = new Map<string, Statement[]>();
  const rest: Statement[] = [];
  for (const s of body) {
    if (s.kind === 'block') rest.push({ ...s, body: withPrototypes(s.body) });
    else if (s.kind === 'class' && s.node.bases[0] === '%prototype')
      methods.set(s.node.name, [...(methods.get(s.node.name) ?? []), ...s.node.body]);
    else rest.push(s);
  }
  for (const [name, members] of methods) {
    const [first] = members;
    if (!first) continue;
    rest.push({
      kind: 'class',
      node: { name, bases: [], body: members, span: first.span },
      span: first.span,
    });
  }
  return rest;
}
