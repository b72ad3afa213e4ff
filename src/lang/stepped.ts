/** Parameters after a step of training, as `w - rate * dw` or `newBias` among what a function returns: no values to differentiate. */
import { gradientOf, isLossName, roleHint } from './names';
import { childrenOf, eachStatement, type Expression, type FunctionNode } from './syntax';

/** `w - rate * dw`, `w + step * dw`: a step from w along its gradient. */
export function isStep(e: Expression, gradient: string): boolean {
  if (e.kind !== 'binary' || (e.operator !== '-' && e.operator !== '+')) return false;
  const from = rootName(e.left);
  return from !== null && from !== gradient && gradientOf(gradient, [from]) !== null;
}

const rootName = (e: Expression): string | null =>
  e.kind === 'subscript' ? rootName(e.object) : e.kind === 'name' || e.kind === 'attribute' ? e.name : null;

/** Whether what a function returns under a name, or as an expression, is a parameter that one of its gradients has changed. */
export function isUpdated(
  fn: FunctionNode,
  name: string | null,
  expression: Expression | null,
  isGradient: (name: string) => boolean,
): boolean {
  if (!expression || (name !== null && isLossName(name))) return false;
  const parameters = new Set(fn.parameters.map((parameter) => parameter.name));
  const given = valuesOf(fn);
  const traced = new Set<Expression>();
  const names = new Set<string>();
  const visit = (e: Expression): void => {
    if (traced.has(e)) return;
    traced.add(e);
    if (e.kind === 'name') {
      names.add(e.name);
      // A gradient is as far as it goes.
      if (!isGradient(e.name)) given.get(e.name)?.forEach(visit);
    } else if (e.kind === 'lambda') expressionsIn(e.fn).forEach(visit);
    else childrenOf(e).forEach(visit);
  };
  visit(expression);
  const gradients = [...names].filter((each) => given.has(each) && !parameters.has(each) && isGradient(each));
  if (gradients.length === 0) return false;
  const plain = name?.replace(/^(?:new|next|updated)_?(?=\w)/i, '') ?? '';
  return (
    roleHint(plain, true) === 'parameter' ||
    [...traced].some((e) => gradients.some((gradient) => isStep(e, gradient)))
  );
}

/** What each variable of a function is given or changed by. */
function valuesOf(fn: FunctionNode): ReadonlyMap<string, readonly Expression[]> {
  const given = new Map<string, Expression[]>();
  eachStatement(fn.body, (s) => {
    if (s.kind !== 'assign' && s.kind !== 'augment') return;
    for (const target of s.kind === 'assign' ? s.targets : [s.target]) {
      const name = rootName(target);
      if (name !== null) given.set(name, [...(given.get(name) ?? []), s.value]);
    }
  });
  return given;
}

const expressionsIn = (fn: FunctionNode): readonly Expression[] => {
  const found: Expression[] = [];
  eachStatement(fn.body, (s) => {
    if (s.kind === 'return' && s.value) found.push(s.value);
    else if (s.kind === 'assign' || s.kind === 'expression') found.push(s.value);
  });
  return found;
};
