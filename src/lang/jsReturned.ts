/** Objects of functions that functions return in JavaScript and TypeScript: `switch (name) { case 'elu': return { f, df }; … }`. */
import { holderOf, objectClass, unwrapped } from './jsClasses';
import { keyName, readFunction } from './jsExpressions';
import type { JsReader } from './jsReader';
import { isFunctionNode, scopeOf } from './jsScopes';
import { child, namedChildren, type SyntaxNode } from './parse';
import {
  childrenOf,
  eachStatement,
  expressionsOf,
  type ClassNode,
  type Expression,
  type FunctionNode,
  type Parameter,
  type Statement,
} from './syntax';

/** The objects by the names that they are chosen by, or else by that of the function; none where the value is no function. */
export function objectsReturned(value: SyntaxNode | null, name: string, reader: JsReader): Statement[] {
  const fn = value && unwrapped(value);
  if (reader.outer.size > 0 || !fn || !isFunctionNode(fn)) return [];
  const inner: JsReader = { ...reader, outer: new Set([...reader.outer, ...scopeOf(fn, reader).own]) };
  const made: Statement[] = [];
  const visit = (node: SyntaxNode, label: string): void => {
    if (isFunctionNode(node)) return;
    const value = node.type === 'return_statement' ? namedChildren(node)[0] : undefined;
    const holder = value && holderOf(unwrapped(value));
    const own = chosenBy(node, reader) ?? label;
    if (holder) made.push(objectClass(holder, label, holder, inner));
    else
      for (const c of node.children)
        // What stands after `else` was not chosen by the condition.
        visit(c, c.field === 'alternative' ? label : own);
  };
  const body = child(fn, 'body');
  const only = body && body.type !== 'statement_block' ? holderOf(unwrapped(body)) : null;
  if (only) made.push(objectClass(only, name, only, inner));
  else if (body) visit(body, name);
  if (made.length === 0) return [];
  const settings = readFunction(fn, name, [], reader).parameters;
  return made.map((s) => (s.kind === 'class' ? { ...s, node: withSettings(s.node, settings) } : s));
}

/** `elu = (alpha) => ({ f: (x) => …, df: (x) => … })`: functions that are made for a setting take it besides. */
function withSettings(node: ClassNode, settings: readonly Parameter[]): ClassNode {
  const functions = node.body.flatMap((s) => (s.kind === 'function' ? [s.fn] : []));
  const used = settings.filter(({ name }) => functions.some((fn) => reads(fn, name)));
  if (used.length === 0) return node;
  const body = node.body.map((s): Statement => {
    if (s.kind !== 'function') return s;
    const own = new Set(s.fn.parameters.map(({ name }) => name));
    const parameters = [...s.fn.parameters, ...used.filter(({ name }) => !own.has(name))];
    return { ...s, fn: { ...s.fn, parameters } };
  });
  return { ...node, body };
}

/** Whether a function reads a name in its statements or in functions in it. */
function reads(fn: FunctionNode, name: string): boolean {
  const go = (e: Expression): boolean =>
    (e.kind === 'name' && e.name === name) ||
    (e.kind === 'lambda' && reads(e.fn, name)) ||
    childrenOf(e).some(go);
  let found = false;
  eachStatement(fn.body, (s) => {
    found ||= expressionsOf(s).some(go);
  });
  return found;
}

/** The text that a `case` or a condition compares with. */
function chosenBy(node: SyntaxNode, reader: JsReader): string | null {
  const test = node.type === 'switch_case' ? child(node, 'value') : child(node, 'condition');
  const compared = test ? unwrapped(test) : null;
  if (compared?.type !== 'binary_expression')
    return compared?.type === 'string' ? keyName(compared, reader) : null;
  const side = namedChildren(compared).find((c) => c.type === 'string');
  return side ? keyName(side, reader) : null;
}
