/** What JavaScript files take from modules: `import`, `require`. */
import { keyName } from './jsExpressions';
import { textOf, type JsReader } from './jsReader';
import { child, namedChildren, type SyntaxNode } from './parse';
import type { Import } from './syntax';

export function readImports(node: SyntaxNode, reader: JsReader): Import[] {
  const source = child(node, 'source');
  const module = source ? textOf(source, reader).slice(1, -1) : '';
  const imports: Import[] = [];
  const visit = (at: SyntaxNode): void => {
    for (const c of namedChildren(at)) {
      if (c.type === 'identifier') imports.push({ module, member: 'default', alias: textOf(c, reader) });
      else if (c.type === 'namespace_import') {
        const [alias] = namedChildren(c);
        if (alias) imports.push({ module, member: null, alias: textOf(alias, reader) });
      } else if (c.type === 'import_specifier') {
        const name = child(c, 'name');
        const alias = child(c, 'alias') ?? name;
        if (name && alias)
          imports.push({ module, member: textOf(name, reader), alias: textOf(alias, reader) });
      } else visit(c);
    }
  };
  for (const c of namedChildren(node)) if (c.type === 'import_clause') visit(c);
  return imports;
}

/** `const math = require('mathjs')`, `const { exp } = require('mathjs')`; null for any other value. */
export function requiredBy(name: SyntaxNode, value: SyntaxNode, reader: JsReader): Import[] | null {
  const required = requiredModule(value, reader);
  if (!required) return null;
  if (name.type === 'identifier') return [{ ...required, alias: textOf(name, reader) }];
  if (name.type !== 'object_pattern') return null;
  return namedChildren(name).flatMap((c): Import[] => {
    const key = c.type === 'pair_pattern' ? child(c, 'key') : c;
    const target = c.type === 'pair_pattern' ? child(c, 'value') : c;
    if (!key || !target) return [];
    return [{ module: required.module, member: keyName(key, reader), alias: textOf(target, reader) }];
  });
}

/** `require('x')`, `require('x').y`, and `create(all)` of math.js. */
function requiredModule(
  node: SyntaxNode,
  reader: JsReader,
): { module: string; member: string | null } | null {
  if (node.type === 'member_expression') {
    const object = child(node, 'object');
    const property = child(node, 'property');
    const inner = object ? requiredModule(object, reader) : null;
    return inner && property && inner.member === null ? { ...inner, member: textOf(property, reader) } : null;
  }
  if (node.type !== 'call_expression') return null;
  const callee = child(node, 'function');
  const [first] = namedChildren(child(node, 'arguments') ?? node);
  if (callee?.type !== 'identifier' || !first) return null;
  if (textOf(callee, reader) === 'create' && textOf(first, reader) === 'all')
    return { module: 'mathjs', member: null };
  return textOf(callee, reader) === 'require' && first.type === 'string'
    ? { module: textOf(first, reader).slice(1, -1), member: null }
    : null;
}
