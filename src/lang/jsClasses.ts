/** Functions, classes and objects of functions in JavaScript and TypeScript, however they come by their names. */
import { keyName, readExpression, readFunction } from './jsExpressions';
import { spanOf, textOf, type JsReader } from './jsReader';
import { isFunctionNode, parametersOf } from './jsScopes';
import { child, namedChildren, type SyntaxNode } from './parse';
import { isGradientKey } from './names';
import { CUSTOM_GRAD } from './rules';
import type { ClassNode, Expression, FunctionNode, Statement } from './syntax';

export function functionStatement(
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
export function readNamed(
  name: string,
  nameNode: SyntaxNode,
  value: SyntaxNode,
  whole: SyntaxNode,
  reader: JsReader,
): Statement[] {
  const inner = unwrapped(value);
  if (isFunctionNode(inner)) return [functionStatement(inner, name, [], reader, nameNode, whole)];
  if (inner.type === 'class') return [readClass(inner, name, reader)];
  const custom = customOf(inner, reader);
  if (custom) return [functionStatement(custom, name, [CUSTOM_GRAD], reader, nameNode, whole)];
  const holder = holderOf(inner) ?? holderMade(inner);
  if (holder) return [objectClass(holder, name, whole, reader)];
  const list =
    inner.type === 'array' ? listClass(inner, name, whole, reader) : mapClass(inner, name, whole, reader);
  if (list) return [list];
  const pair = pairOf(inner, name, nameNode, whole, reader);
  if (pair) return [pair];
  const body = inner.type === 'call_expression' ? calledBody(inner) : null;
  // const F = (function () { … return F; })()
  if (body && reader.outer.size === 0)
    return [{ kind: 'block', body: reader.block(body, reader), span: spanOf(whole, reader) }];
  return [
    {
      kind: 'assign',
      targets: [{ kind: 'name', name, span: spanOf(nameNode, reader) }],
      value: readExpression(inner, reader),
      span: spanOf(whole, reader),
    },
  ];
}

/** `tf.customGrad((x, save) => …)`: the function. */
function customOf(call: SyntaxNode, reader: JsReader): SyntaxNode | null {
  const callee = call.type === 'call_expression' ? child(call, 'function') : null;
  if (!callee || !/(^|\.)customGrad$/.test(textOf(callee, reader))) return null;
  const [only, ...more] = namedChildren(child(call, 'arguments') ?? call).map(unwrapped);
  return only && more.length === 0 && isFunctionNode(only) ? only : null;
}

/** The body of a function that is called where it stands. */
export function calledBody(call: SyntaxNode): SyntaxNode | null {
  const callee = unwrapped(child(call, 'function') ?? call);
  if (isFunctionNode(callee)) return child(callee, 'body');
  // (function () { … }).call(this)
  const object = callee.type === 'member_expression' ? child(callee, 'object') : null;
  const inner = object ? unwrapped(object) : null;
  return inner && isFunctionNode(inner) ? child(inner, 'body') : null;
}

/** The name that the functions of `new Activation(f, df)` get until the class tells which they are. */
const argumentName = (k: number): string => `%${k}`;
const MADE = '%new ';

/** `new Activation(x => …, x => …)`: an object of these functions, by the names that the class gives to them. */
function pairOf(
  node: SyntaxNode,
  name: string,
  nameNode: SyntaxNode,
  whole: SyntaxNode,
  reader: JsReader,
): Statement | null {
  const constructor = node.type === 'new_expression' ? child(node, 'constructor') : null;
  const args = namedChildren(child(node, 'arguments') ?? node).map(unwrapped);
  if (!constructor || args.filter(isFunctionNode).length < 2) return null;
  const span = spanOf(whole, reader);
  const body = args.flatMap((arg, k): Statement[] =>
    isFunctionNode(arg)
      ? [functionStatement(arg, argumentName(k), ['staticmethod'], reader, k === 0 ? nameNode : arg, arg)]
      : [],
  );
  const bases = [`${MADE}${textOf(constructor, reader)}`];
  return { kind: 'class', node: { name, bases, body, span }, span };
}

/** Without type assertions, brackets and `Object.freeze`. */
export function unwrapped(node: SyntaxNode): SyntaxNode {
  const [inner] = namedChildren(node);
  const transparent = /^(parenthesized_expression|as_expression|satisfies_expression)$/;
  return inner && transparent.test(node.type) ? unwrapped(inner) : node;
}

/** An object literal that holds functions, at some depth; null for anything else. */
export function holderOf(node: SyntaxNode): SyntaxNode | null {
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

/** `useMemo(() => ({ relu: { f, df }, … }), [])`: the object of functions that a call is given a function for. */
function holderMade(call: SyntaxNode): SyntaxNode | null {
  const [made] = call.type === 'call_expression' ? namedChildren(child(call, 'arguments') ?? call) : [];
  if (made?.type !== 'arrow_function' || parametersOf(made).length > 0) return null;
  const body = child(made, 'body');
  const statements = body?.type === 'statement_block' ? namedChildren(body) : [];
  const [only] = statements.length === 1 ? statements : [];
  const value = only?.type === 'return_statement' ? namedChildren(only)[0] : body;
  return value ? holderOf(unwrapped(value)) : null;
}

/** `[{ name: 'sigmoid', f, df }, …]`: a class of classes, by their own names. */
function listClass(node: SyntaxNode, name: string, whole: SyntaxNode, reader: JsReader): Statement | null {
  const body = namedChildren(node).flatMap((item, k): Statement[] => {
    const holder = holderOf(unwrapped(item));
    const label = holder && namedChildren(holder).find((c) => isLabel(c, reader));
    const value = label ? child(label, 'value') : null;
    const title = value ? keyName(value, reader) : `${name}_${k}`;
    return holder ? [objectClass(holder, title, holder, reader)] : [];
  });
  const span = spanOf(whole, reader);
  return body.length === 0 ? null : { kind: 'class', node: { name, bases: [], body, span }, span };
}

function isLabel(pair: SyntaxNode, reader: JsReader): boolean {
  const key = child(pair, 'key');
  return (
    key !== null &&
    /^(name|id|label|key|title)$/.test(keyName(key, reader)) &&
    child(pair, 'value')?.type === 'string'
  );
}

/** `new Map([['sigmoid', { f, df }], …])`: a class of classes, by their keys. */
function mapClass(node: SyntaxNode, name: string, whole: SyntaxNode, reader: JsReader): Statement | null {
  const made = node.type === 'new_expression' ? child(node, 'constructor') : null;
  if (!made || textOf(made, reader) !== 'Map') return null;
  const [entries] = namedChildren(child(node, 'arguments') ?? node);
  const body = (entries?.type === 'array' ? namedChildren(entries) : []).flatMap((entry): Statement[] => {
    const [key, value] = entry.type === 'array' ? namedChildren(entry) : [];
    const title = key ? memberKey(key, reader) : null;
    const inner = value ? unwrapped(value) : null;
    if (!key || !inner || title === null) return [];
    return isFunctionNode(inner) || holderOf(inner) ? readNamed(title, key, inner, entry, reader) : [];
  });
  const span = spanOf(whole, reader);
  return body.length === 0 ? null : { kind: 'class', node: { name, bases: [], body, span }, span };
}

export function objectClass(node: SyntaxNode, name: string, whole: SyntaxNode, reader: JsReader): Statement {
  const span = spanOf(whole, reader);
  const body = namedChildren(node).flatMap((c): Statement[] => {
    if (c.type === 'method_definition') return isSetter(c) ? [] : [readMethod(c, reader)];
    const key = c.type === 'pair' ? child(c, 'key') : null;
    const value = c.type === 'pair' ? child(c, 'value') : null;
    const title = key ? memberKey(key, reader) : null;
    if (!key || !value || title === null) return [];
    const inner = unwrapped(value);
    if (isFunctionNode(inner))
      return [memberFunction(inner, key, c, inner.type !== 'arrow_function', reader, [], title)];
    return mathMember(inner, title, key, reader) ?? readNamed(title, key, inner, c, reader);
  });
  return { kind: 'class', node: { name, bases: [], body, span }, span };
}

/** What a member is called: by its key, also one that is computed from a constant (`[Kind.Tanh]`, `['tanh']`). */
function memberKey(key: SyntaxNode, reader: JsReader): string | null {
  const [inner] = key.type === 'computed_property_name' ? namedChildren(key) : [key];
  if (inner?.type === 'member_expression') {
    const property = child(inner, 'property');
    return property && keyName(property, reader);
  }
  return inner && /^(string|number|(private_)?(property_)?identifier)$/.test(inner.type)
    ? keyName(inner, reader)
    : null;
}

/** `{ f: Math.tanh, df: … }`: a function of the library as one of the object's own. */
function mathMember(value: SyntaxNode, name: string, key: SyntaxNode, reader: JsReader): Statement[] | null {
  if (value.type !== 'member_expression' || !MATH_FUNCTION.test(textOf(value, reader))) return null;
  const span = spanOf(value, reader);
  const x: Expression = { kind: 'name', name: 'x', span };
  const fn: FunctionNode = {
    name,
    parameters: [{ name: 'x', kind: 'plain', fallback: null, annotation: null, span }],
    body: [
      {
        kind: 'return',
        value: {
          kind: 'call',
          callee: readExpression(value, reader),
          args: [{ name: null, value: x, spread: false }],
          span,
        },
        span,
      },
    ],
    documentation: '',
    decorators: ['staticmethod'],
    span,
    nameSpan: spanOf(key, reader),
  };
  return [{ kind: 'function', fn, span }];
}

const MATH_FUNCTION = /^Math\.(a?sinh?|a?cosh?|a?tanh?|exp|expm1|log|log1p|log2|log10|abs|sqrt|cbrt|sign)$/;

/** A function in a class or object: with the receiver as its first parameter, or without one. */
function memberFunction(
  node: SyntaxNode,
  key: SyntaxNode,
  whole: SyntaxNode,
  hasReceiver: boolean,
  reader: JsReader,
  more: readonly string[] = [],
  name: string = keyName(key, reader),
): Statement {
  const statement = functionStatement(
    node,
    name,
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
  const fields = parameterFields(node, reader);
  return { ...statement, fn: { ...statement.fn, name: '__init__', body: [...fields, ...statement.fn.body] } };
}

/** TypeScript: `constructor(private rate: number)` sets a field. */
function parameterFields(node: SyntaxNode, reader: JsReader): Statement[] {
  const list = child(node, 'parameters');
  return (list ? namedChildren(list) : []).flatMap((c): Statement[] => {
    const isField = c.children.some(
      (part) => part.type === 'accessibility_modifier' || part.type === 'readonly',
    );
    const pattern = child(c, 'pattern');
    if (!isField || pattern?.type !== 'identifier') return [];
    const span = spanOf(pattern, reader);
    const name = textOf(pattern, reader);
    const target: Expression = {
      kind: 'attribute',
      object: { kind: 'name', name: 'this', span },
      name,
      span,
    };
    return [{ kind: 'assign', targets: [target], value: { kind: 'name', name, span }, span }];
  });
}

/** `this.f = function () { … }` in a constructor: methods. */
function methodsMadeIn(body: SyntaxNode | null, reader: JsReader): Statement[] {
  return namedChildren(body ?? EMPTY).flatMap((c): Statement[] => {
    const [assignment] = c.type === 'expression_statement' ? namedChildren(c) : [];
    const left = assignment?.type === 'assignment_expression' ? child(assignment, 'left') : null;
    const right = assignment ? child(assignment, 'right') : null;
    const key = left?.type === 'member_expression' ? child(left, 'property') : null;
    const object = left ? child(left, 'object') : null;
    const value = right ? unwrapped(right) : null;
    if (!key || object?.type !== 'this' || !value || !isFunctionNode(value)) return [];
    return [memberFunction(value, key, c, true, reader)];
  });
}

const EMPTY: SyntaxNode = {
  type: 'empty',
  named: true,
  field: null,
  start: 0,
  end: 0,
  missing: false,
  children: [],
};

/** `function Neuron(n) { this.activate = function (x) { … }; }` is a class; null for a plain function. */
export function constructorClass(node: SyntaxNode, name: string, reader: JsReader): Statement | null {
  const methods = methodsMadeIn(child(node, 'body'), reader);
  if (methods.length === 0 || !/^[A-Z]/.test(name)) return null;
  const span = spanOf(node, reader);
  const made = functionStatement(node, '__init__', [], reader, child(node, 'name'), node);
  const body = made.kind === 'function' ? [{ ...made, fn: withReceiver(made.fn) }, ...methods] : methods;
  return { kind: 'class', node: { name, bases: [], body, span }, span };
}

export function readClass(node: SyntaxNode, name: string, reader: JsReader): Statement {
  const span = spanOf(node, reader);
  const body = namedChildren(child(node, 'body') ?? node).flatMap((c): Statement[] => {
    // A static method reaches the class by "this".
    if (c.type === 'method_definition') {
      if (isSetter(c)) return [];
      const isConstructor = keyName(child(c, 'name') ?? c, reader) === 'constructor';
      return [readMethod(c, reader), ...(isConstructor ? methodsMadeIn(child(c, 'body'), reader) : [])];
    }
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
    node: { name, bases: heritage ? basesIn(textOf(heritage, reader)) : [], body, span },
    span,
  };
}

/** `extends Base<T> implements Other`. */
const basesIn = (heritage: string): string[] => {
  const base = /\bextends\s+([\w$.]+)/.exec(heritage)?.[1];
  return base === undefined ? [] : [base];
};

const isSetter = (node: SyntaxNode): boolean => node.children.some((c) => c.type === 'set');

const isStaticNode = (node: SyntaxNode): boolean => node.children.some((c) => c.type === 'static');

/** What a file exports as a whole. */
export const exportOf = (value: SyntaxNode, whole: SyntaxNode, reader: JsReader): Statement => ({
  kind: 'assign',
  targets: [{ kind: 'name', name: 'exported', span: spanOf(value, reader) }],
  value: { kind: 'name', name: textOf(value, reader), span: spanOf(value, reader) },
  span: spanOf(whole, reader),
});

/** At the top of a file: `exports.f = …`, `module.exports = …`, `f.derivative = …`, `F.prototype.g = …`. */
export function readMemberDefinition(
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
  if (value.type === 'assignment_expression') return reader.simple(value, reader);
  const inside = moduleBody(path, value, reader);
  if (inside) return [{ kind: 'block', body: reader.block(inside, reader), span: spanOf(whole, reader) }];
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
  const span = spanOf(whole, reader);
  const prototype = /^(\w+)\.prototype$/.exec(path)?.[1];
  if (isFunctionNode(value) && prototype !== undefined) {
    const member = memberFunction(value, property, whole, true, reader);
    return [{ kind: 'class', node: { name: prototype, bases: [PROTOTYPE], body: [member], span }, span }];
  }
  if (name === 'prototype' && object.type === 'identifier' && value.type === 'object') {
    const made = objectClass(value, path, whole, reader);
    return made.kind === 'class' ? [{ ...made, node: { ...made.node, bases: [PROTOTYPE] } }] : [made];
  }
  if (isFunctionNode(value) && object.type === 'identifier') {
    // `f.derivative` belongs to f, `Network.sigmoid` stands beside the other functions of Network.
    if (isGradientKey(name, 'f'))
      return [functionStatement(value, `${path}_${name}`, [], reader, property, whole)];
    const member = memberFunction(value, property, whole, value.type !== 'arrow_function', reader);
    return [{ kind: 'class', node: { name: path, bases: [STATIC], body: [member], span }, span }];
  }
  return holderOf(value) ? readNamed(name, property, value, whole, reader) : [];
}

/**
 * The body of a function that is a module: one that is called where it stands (`app.net = (function () { … })()`), or one
 * that is exported and gives functions to an object (`module.exports = function (lib) { … NN.sigmoid = … }`).
 */
function moduleBody(path: string, value: SyntaxNode, reader: JsReader): SyntaxNode | null {
  if (value.type === 'call_expression') return calledBody(value);
  const body = path === 'module' && isFunctionNode(value) ? child(value, 'body') : null;
  const fills = (statement: SyntaxNode): boolean => {
    const [assignment] = statement.type === 'expression_statement' ? namedChildren(statement) : [];
    const right = assignment?.type === 'assignment_expression' ? child(assignment, 'right') : null;
    const left = right && assignment ? child(assignment, 'left') : null;
    const object = left?.type === 'member_expression' ? child(left, 'object') : null;
    return (
      right !== null &&
      isFunctionNode(unwrapped(right)) &&
      object !== null &&
      textOf(object, reader) !== 'this'
    );
  };
  return body && namedChildren(body).some(fills) ? body : null;
}

const PROTOTYPE = '%prototype';
const STATIC = '%static';

/** What is added to a class one by one belongs to it; `new Activation(f, df)` names its functions as the class does. */
export function gathered(body: readonly Statement[]): Statement[] {
  const added = new Map<string, Statement[]>();
  const rest: Statement[] = [];
  const fields = new Map(
    body.flatMap((s) => (s.kind === 'class' ? [[s.node.name, fieldsOf(s.node)] as const] : [])),
  );
  for (const s of body) {
    if (s.kind === 'block') rest.push({ ...s, body: gathered(s.body) });
    else if (s.kind !== 'class') rest.push(s);
    else if (s.node.bases[0] === PROTOTYPE || s.node.bases[0] === STATIC)
      added.set(s.node.name, [...(added.get(s.node.name) ?? []), ...s.node.body]);
    else if (s.node.bases[0]?.startsWith(MADE))
      rest.push(...namedPair(s.node, fields.get(s.node.bases[0].slice(MADE.length)) ?? new Map(), s.span));
    else rest.push(s);
  }
  for (const [name, members] of added) {
    const at = rest.findIndex((s) => s.kind === 'class' && s.node.name === name);
    const own = rest[at];
    const made = rest.find(
      (s) => s.kind === 'function' && s.fn.name === name && !s.fn.body.some(returnsValue),
    );
    const isFunction = rest.some((s) => s.kind === 'function' && s !== made && s.fn.name === name);
    const constructor: Statement[] =
      made?.kind === 'function' ? [{ ...made, fn: withReceiver({ ...made.fn, name: '__init__' }) }] : [];
    const span = members[0]?.span ?? made?.span;
    if (!span) continue;
    if (own?.kind === 'class')
      rest[at] = { ...own, node: { ...own.node, body: [...own.node.body, ...members] } };
    // A function that has a function as a property is no class.
    else if (!isFunction)
      rest.push({ kind: 'class', node: { name, bases: [], body: [...constructor, ...members], span }, span });
  }
  return rest;
}

const returnsValue = (s: Statement): boolean => s.kind === 'return' && s.value !== null;

/** The field that a constructor stores each of its parameters in, by the parameter's position. */
function fieldsOf(node: ClassNode): Map<number, string> {
  const fields = new Map<number, string>();
  const constructor = node.body.find((s) => s.kind === 'function' && s.fn.name === '__init__');
  if (constructor?.kind !== 'function') return fields;
  const names = constructor.fn.parameters.slice(1).map((parameter) => parameter.name);
  for (const s of constructor.fn.body) {
    const [target] = s.kind === 'assign' ? s.targets : [];
    if (s.kind !== 'assign' || target?.kind !== 'attribute' || s.value.kind !== 'name') continue;
    const at = names.indexOf(s.value.name);
    if (at >= 0) fields.set(at, target.name);
  }
  return fields;
}

function namedPair(
  node: ClassNode,
  fields: ReadonlyMap<number, string>,
  span: Statement['span'],
): Statement[] {
  const functions = node.body.flatMap((s) => (s.kind === 'function' ? [s] : []));
  const fallback = functions.length === 2 && fields.size === 0 ? ['f', 'df'] : [];
  const body = functions.flatMap((s, k): Statement[] => {
    const name = fields.get(Number(s.fn.name.slice(1))) ?? fallback[k];
    return name === undefined ? [] : [{ ...s, fn: { ...s.fn, name } }];
  });
  return body.length < 2 ? [] : [{ kind: 'class', node: { name: node.name, bases: [], body, span }, span }];
}

/** Objects of functions that are given to a call or returned by a function: `register({ f, df })`. */
export function objectsIn(node: SyntaxNode, reader: JsReader): Statement[] {
  const args = namedChildren(child(node, 'arguments') ?? EMPTY).map(unwrapped);
  const label = args.find((arg) => arg.type === 'string');
  return args.flatMap((arg): Statement[] => {
    const holder = holderOf(arg);
    const name = label ? keyName(label, reader) : 'object';
    return holder ? [objectClass(holder, name, holder, reader)] : [];
  });
}
