/** Arguments that a function only fills: `backward(p, y, gradients)` with `gradients[i] = …` returns by them. */
import type { Span } from '../core/definition';
import type { Executed } from './execution';
import type { Part } from './outputParts';
import { childrenOf, eachStatement, expressionsOf, type Expression, type FunctionNode } from './syntax';

/** Parameters of which one element after the other is assigned and none is read, in the order of the function. */
export function filledParameters(fn: FunctionNode): readonly string[] {
  const filled = new Set<string>();
  const read = new Set<string>();
  const go = (e: Expression): void => {
    if (e.kind === 'name') read.add(e.name);
    else childrenOf(e).forEach(go);
  };
  const target = (e: Expression): void => {
    if (e.kind === 'subscript' && e.object.kind === 'name') {
      filled.add(e.object.name);
      e.indices.forEach(go);
    } else go(e);
  };
  let returns = false;
  eachStatement(fn.body, (s) => {
    returns ||= s.kind === 'return' && s.value !== null;
    // A function inside may read anything.
    if (s.kind === 'function' || s.kind === 'class') returns = true;
    if (s.kind !== 'assign') expressionsOf(s).forEach(go);
    else {
      s.targets.forEach(target);
      go(s.value);
    }
  });
  if (returns) return [];
  return fn.parameters.flatMap(({ name }) => (filled.has(name) && !read.has(name) ? [name] : []));
}

/** What a gradient function puts into arrays that it is given for it: `gradients[i] = p[i] - y[i]`. */
export const filledParts = ({ callable: { fn }, scope }: Executed): Part[] =>
  filledParameters(fn).flatMap((name) => {
    const value = scope.names.get(name);
    if (value?.kind !== 'array' && value?.kind !== 'unknown') return [];
    return [{ name, value, span: filledSpan(fn, name), container: null, expression: null }];
  });

function filledSpan(fn: FunctionNode, name: string): Span {
  let found: Span | null = null;
  eachStatement(fn.body, (s) => {
    if (s.kind === 'assign' && s.targets.some((target) => rootName(target) === name)) found = s.span;
  });
  return found ?? fn.nameSpan;
}

const rootName = (e: Expression): string | null =>
  e.kind === 'subscript' ? rootName(e.object) : e.kind === 'name' ? e.name : null;
