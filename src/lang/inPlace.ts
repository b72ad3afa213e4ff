/** `g[j] = g[j] + e` is `g[j] += e`: an element that is written anew from itself, in any language. */
import type { Expression, Statement } from './syntax';

/** The assignment, as an augmented one where the value begins with what the target holds. */
export function assignment(
  targets: readonly Expression[],
  value: Expression,
  span: Statement['span'],
): Statement {
  const [target] = targets;
  const plain: Statement = { kind: 'assign', targets, value, span };
  if (!target || targets.length !== 1 || target.kind !== 'subscript' || value.kind !== 'binary') return plain;
  const added = addedTo(target, value);
  if (added) return { kind: 'augment', operator: '+', target, value: added, span };
  const { operator, left, right } = value;
  const isPlain = operator === '-' || operator === '*' || operator === '/';
  return isPlain && sameText(target, left)
    ? { kind: 'augment', operator, target, value: right, span }
    : plain;
}

/** What a sum adds to `target`: (target + a) - b is target + (a - b). */
function addedTo(target: Expression, value: Expression): Expression | null {
  if (value.kind !== 'binary') return null;
  const { operator, left, right } = value;
  if (operator === '+' && sameText(target, left)) return right;
  if (operator === '+' && sameText(target, right)) return left;
  if (operator !== '+' && operator !== '-') return null;
  const rest = addedTo(target, left);
  return rest && { ...value, left: rest };
}

const withoutPlace = (key: string, value: unknown): unknown => (key === 'span' ? undefined : value);

const sameText = (a: Expression, b: Expression): boolean =>
  a.kind === b.kind && JSON.stringify(a, withoutPlace) === JSON.stringify(b, withoutPlace);
