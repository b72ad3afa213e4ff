/**
 * Scoping of JavaScript where it differs from that of the representation, in which a function's variables are its own
 * and blocks have none: what does not fit is told, so that it is not read wrongly.
 */
import { child, namedChildren, type SyntaxNode } from './parse';
import { textOf, type JsReader } from './jsReader';

const FUNCTIONS: ReadonlySet<string> = new Set([
  'function_declaration',
  'function_expression',
  'generator_function',
  'generator_function_declaration',
  'arrow_function',
  'method_definition',
]);

export const isFunctionNode = (node: SyntaxNode): boolean => FUNCTIONS.has(node.type);

const DECLARATIONS: ReadonlySet<string> = new Set(['lexical_declaration', 'variable_declaration']);
const BLOCKS: ReadonlySet<string> = new Set([
  'statement_block',
  'for_statement',
  'for_in_statement',
  'switch_body',
]);

/** Names that a pattern binds. */
export function patternNames(node: SyntaxNode, reader: JsReader): string[] {
  if (node.type === 'identifier' || node.type === 'shorthand_property_identifier_pattern')
    return [textOf(node, reader)];
  if (node.type === 'pair_pattern') {
    const value = child(node, 'value');
    return value ? patternNames(value, reader) : [];
  }
  if (node.type === 'assignment_pattern' || node.type === 'object_assignment_pattern') {
    const left = child(node, 'left');
    return left ? patternNames(left, reader) : [];
  }
  if (node.type === 'required_parameter' || node.type === 'optional_parameter') {
    const pattern = child(node, 'pattern');
    return pattern ? patternNames(pattern, reader) : [];
  }
  return /_pattern$/.test(node.type) ? namedChildren(node).flatMap((c) => patternNames(c, reader)) : [];
}

/** The patterns of a function's parameters. */
export function parametersOf(node: SyntaxNode): SyntaxNode[] {
  const single = child(node, 'parameter');
  const list = child(node, 'parameters');
  const nodes = single ? [single] : list ? namedChildren(list) : [];
  return nodes.map((c) => (/^(required|optional)_parameter$/.test(c.type) ? (child(c, 'pattern') ?? c) : c));
}

/** Names of a function's parameters. */
export const parameterNames = (node: SyntaxNode, reader: JsReader): string[] =>
  parametersOf(node).flatMap((c) => patternNames(c, reader));

/** The function of `xs.forEach(function)` as a statement, which is read as the body of a loop. */
export function inlinedCallback(statement: SyntaxNode, reader: JsReader): SyntaxNode | null {
  const [call] = statement.type === 'expression_statement' ? namedChildren(statement) : [];
  if (call?.type !== 'call_expression') return null;
  const callee = child(call, 'function');
  const property = callee?.type === 'member_expression' ? child(callee, 'property') : null;
  const [first] = namedChildren(child(call, 'arguments') ?? call);
  const isCallback =
    first !== undefined &&
    (first.type === 'arrow_function' || first.type === 'function_expression') &&
    !first.children.some((c) => c.type === 'async');
  return property && textOf(property, reader) === 'forEach' && isCallback ? first : null;
}

export interface FunctionScope {
  /** Parameters and variables of the function itself. */
  readonly own: ReadonlySet<string>;
  /** A name that an inner block declares anew. */
  readonly redeclared: string | null;
  /** Names that it, or a function in it, assigns without declaring them. */
  readonly assigned: ReadonlySet<string>;
}

/** The variables of a function, or of a body without parameters. */
export function scopeOf(node: SyntaxNode, reader: JsReader): FunctionScope {
  const own = new Set(isFunctionNode(node) ? parameterNames(node, reader) : []);
  const assigned = new Set<string>();
  let redeclared: string | null = null;
  const declare = (name: string, block: Set<string>, around: readonly Set<string>[]): void => {
    if (around.some((names) => names.has(name))) redeclared ??= name;
    block.add(name);
    own.add(name);
  };
  const inlined = new Set<SyntaxNode>();
  const visit = (at: SyntaxNode, blocks: readonly Set<string>[]): void => {
    const block = blocks.at(-1) ?? new Set<string>();
    const around = blocks.slice(0, -1);
    const callback = inlinedCallback(at, reader);
    if (callback) inlined.add(callback);
    for (const c of at.children) {
      if (inlined.has(c)) {
        const own = new Set<string>();
        for (const name of parameterNames(c, reader)) declare(name, own, blocks);
        const body = child(c, 'body');
        if (body) visit({ ...body, children: [body] }, [...blocks, own]);
        continue;
      }
      if (isFunctionNode(c)) {
        const name = c.type === 'function_declaration' ? child(c, 'name') : null;
        if (name) own.add(textOf(name, reader));
        for (const free of scopeOf(c, reader).assigned) assigned.add(free);
        continue;
      }
      if (DECLARATIONS.has(c.type)) {
        const isVar = c.type === 'variable_declaration';
        for (const declarator of namedChildren(c)) {
          const pattern = child(declarator, 'name');
          for (const name of pattern ? patternNames(pattern, reader) : [])
            if (isVar) own.add(name);
            else declare(name, block, around);
        }
      } else if (c.type === 'for_in_statement') {
        const left = child(c, 'left');
        for (const name of left ? patternNames(left, reader) : [])
          if (child(c, 'kind')) declare(name, new Set(), blocks);
          else assigned.add(name);
      } else if (c.type === 'assignment_expression' || c.type === 'augmented_assignment_expression') {
        const left = child(c, 'left');
        for (const name of left ? patternNames(left, reader) : []) assigned.add(name);
      } else if (c.type === 'update_expression') {
        const argument = child(c, 'argument');
        if (argument?.type === 'identifier') assigned.add(textOf(argument, reader));
      }
      visit(c, BLOCKS.has(c.type) ? [...blocks, new Set()] : blocks);
    }
  };
  const top = new Set(own);
  const body = isFunctionNode(node) ? child(node, 'body') : node;
  if (body)
    visit(isFunctionNode(node) && !BLOCKS.has(body.type) ? { ...body, children: [body] } : body, [top]);
  for (const name of own) assigned.delete(name);
  return { own, redeclared, assigned };
}
