/** Parameters after a step of training, as `w - rate * dw` or `newBias` among what a function returns: no values to differentiate. */
import { gradientOf, isLossName, roleHint } from './names';
import { childrenOf, eachStatement, type Expression, type FunctionNode } from './syntax';

/** `w - rate * dw`, `w + step * dw`: a step from w along its gradient, also through variables with the values in `given`. */
export function isStep(e: Expression, gradient: string, given: Values = new Map()): boolean {
  if (e.kind !== 'binary' || (e.operator !== '-' && e.operator !== '+')) return false;
  const from = rootName(e.left);
  if (from === null || from === gradient || gradientOf(gradient, [from]) === null) return false;
  return [...traceOf(e.right, given)].some((part) => part.kind === 'name' && part.name === gradient);
}

type Values = ReadonlyMap<string, readonly Expression[]>;

/** An expression with all its parts, and with those of the variables in it; what `isEnd` tells is as far as it goes. */
function traceOf(
  expression: Expression,
  given: Values,
  isEnd: (name: string) => boolean = () => false,
): ReadonlySet<Expression> {
  const traced = new Set<Expression>();
  const visit = (e: Expression): void => {
    if (traced.has(e)) return;
    traced.add(e);
    if (e.kind === 'name') {
      if (!isEnd(e.name)) given.get(e.name)?.forEach(visit);
    } else if (e.kind === 'lambda') expressionsIn(e.fn).forEach(visit);
    else childrenOf(e).forEach(visit);
  };
  visit(expression);
  return traced;
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
  // A gradient is as far as it goes.
  const traced = traceOf(expression, given, isGradient);
  const names = new Set([...traced].flatMap((e) => (e.kind === 'name' ? [e.name] : [])));
  const gradients = [...names].filter((each) => given.has(each) && !parameters.has(each) && isGradient(each));
  if (gradients.length === 0) return false;
  const plain = name?.replace(/^(?:new|next|updated)_?(?=\w)/i, '') ?? '';
  return (
    roleHint(plain, true) === 'parameter' ||
    [...traced].some((e) => gradients.some((gradient) => isStep(e, gradient, given)))
  );
}

/** What each variable of a function is given or changed by. */
function valuesOf(fn: FunctionNode): Values {
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
