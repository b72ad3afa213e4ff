/** Attributes that a class sets once, to a number. */
import type { ClassNode, Expression, FunctionNode, Statement } from './syntax';

/**
 * `self.alpha = 1.67`, or `self.delta = delta` with a number for `delta` unless the caller says otherwise, in `__init__` and
 * nowhere else: what is learnt is changed somewhere.
 */
export function isSetOnce(owner: ClassNode, attribute: string): boolean {
  const values: { readonly value: Expression | null; readonly fn: FunctionNode }[] = [];
  const visit = (statements: readonly Statement[], fn: FunctionNode): void => {
    for (const s of statements) {
      if (s.kind === 'assign' && s.targets.some((target) => isOwn(target, attribute)))
        values.push({ value: partFor(s.targets, s.value, attribute), fn });
      else if (s.kind === 'augment' && isOwn(s.target, attribute)) values.push({ value: null, fn });
      else if (s.kind === 'if') {
        visit(s.then, fn);
        visit(s.otherwise, fn);
      } else if (s.kind === 'for' || s.kind === 'block' || s.kind === 'while') visit(s.body, fn);
    }
  };
  for (const s of owner.body) if (s.kind === 'function') visit(s.fn.body, s.fn);
  const [only, another] = values;
  if (!only || another || only.fn.name !== '__init__') return false;
  return only.value !== null && isNumber(only.value, only.fn);
}

/** What the attribute gets: its own part of `self.a, self.b = a, b`. */
function partFor(targets: readonly Expression[], value: Expression, attribute: string): Expression {
  const [target] = targets;
  if (target?.kind !== 'sequence' || value.kind !== 'sequence') return value;
  return value.items[target.items.findIndex((item) => isOwn(item, attribute))] ?? value;
}

/** Also where it is an entry or part of a sequence that is assigned. */
function isOwn(target: Expression, attribute: string): boolean {
  if (target.kind === 'attribute')
    return target.object.kind === 'name' && target.object.name === 'self' && target.name === attribute;
  if (target.kind === 'subscript') return isOwn(target.object, attribute);
  return target.kind === 'sequence' && target.items.some((item) => isOwn(item, attribute));
}

function isNumber(value: Expression, fn: FunctionNode): boolean {
  if (value.kind === 'unary') return isNumber(value.operand, fn);
  if (value.kind !== 'name') return value.kind === 'number';
  const fallback = fn.parameters.find((parameter) => parameter.name === value.name)?.fallback;
  return fallback?.kind === 'number' || (fallback?.kind === 'unary' && fallback.operand.kind === 'number');
}
