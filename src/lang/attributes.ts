/** Attributes as the methods of a class set them: once to a number, or again and again. */
import { eachStatement, type ClassNode, type Expression, type FunctionNode, type Statement } from './syntax';

/**
 * `self.alpha = 1.67`, or `self.delta = delta` with a number for `delta` unless the caller says otherwise, in `__init__` and
 * nowhere else: what is learnt is changed somewhere.
 */
export function isSetOnce(owner: ClassNode, attribute: string): boolean {
  const values: { readonly value: Expression | null; readonly fn: FunctionNode }[] = [];
  const visit = (statements: readonly Statement[], fn: FunctionNode): void => {
    for (const s of statements) {
      const isOwn = ownIn(fn, attribute);
      if (s.kind === 'assign' && s.targets.some(isOwn))
        values.push({ value: partFor(s.targets, s.value, isOwn), fn });
      else if (s.kind === 'augment' && isOwn(s.target)) values.push({ value: null, fn });
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

/** Whether a method gives the attribute, or a part of it, another value than the one that it begins with. */
export const isChanged = (owner: ClassNode, attribute: string): boolean =>
  owner.body.some((member) => {
    if (member.kind !== 'function') return false;
    const isOwn = ownIn(member.fn, attribute);
    let found = false;
    eachStatement(member.fn.body, (s) => {
      found ||= s.kind === 'assign' ? s.targets.some(isOwn) : s.kind === 'augment' && isOwn(s.target);
    });
    return found;
  });

/** What the attribute gets: its own part of `self.a, self.b = a, b`. */
function partFor(
  targets: readonly Expression[],
  value: Expression,
  isOwn: (target: Expression) => boolean,
): Expression {
  const [target] = targets;
  if (target?.kind !== 'sequence' || value.kind !== 'sequence') return value;
  return value.items[target.items.findIndex(isOwn)] ?? value;
}

/** Whether a target in a method is an attribute of its object, also where it is an entry or part of a sequence. */
function ownIn(fn: FunctionNode, attribute: string): (target: Expression) => boolean {
  const receiver = fn.parameters[0]?.name;
  const isOwn = (target: Expression): boolean => {
    if (target.kind === 'attribute')
      return target.object.kind === 'name' && target.object.name === receiver && target.name === attribute;
    if (target.kind === 'subscript') return isOwn(target.object);
    return target.kind === 'sequence' && target.items.some(isOwn);
  };
  return isOwn;
}

function isNumber(value: Expression, fn: FunctionNode): boolean {
  if (value.kind === 'unary') return isNumber(value.operand, fn);
  if (value.kind !== 'name') return value.kind === 'number';
  const fallback = fn.parameters.find((parameter) => parameter.name === value.name)?.fallback;
  return fallback?.kind === 'number' || (fallback?.kind === 'unary' && fallback.operand.kind === 'number');
}
