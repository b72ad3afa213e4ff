/** Updates whose gradient has no name, as in `w -= rate * X.T @ delta`: the gradient gets one, so that it can be judged. */
import { ofArrays } from './ofArrays';
import type { Expression, Statement } from './syntax';

/** Names of what a gradient is multiplied with in an update. */
const RATE = /^(lr|eta|alpha|rate|step(_?size)?|learn\w*|l_?rate|lrate|epsilon|eps)$/i;

/** Names of sums of gradients, which a step adds to as well. */
const GRADIENT = /grad|deriv|nabla|^[dD](?=[A-Z_])/;

const nameOf = (e: Expression): string | null => {
  if (e.kind === 'name' || e.kind === 'attribute') return e.name;
  const [key] = e.kind === 'subscript' && e.indices.length === 1 ? e.indices : [];
  return key?.kind === 'string' ? key.value : null;
};

/** The statements with `grad_w = …` before each update of w by an expression. */
export function withNamedUpdates(body: readonly Statement[]): Statement[] {
  return body.flatMap((s): Statement[] => {
    if (s.kind === 'for' || s.kind === 'while' || s.kind === 'block')
      return [{ ...s, body: withNamedUpdates(s.body) }];
    if (s.kind === 'if')
      return [{ ...s, then: withNamedUpdates(s.then), otherwise: withNamedUpdates(s.otherwise) }];
    const update = unnamedUpdate(s);
    if (!update) return [s];
    const { step, parts, name } = update;
    const named: Expression = { kind: 'name', name: `grad_${name}`, span: parts.gradient.span };
    // A rate alone says nothing of what the step is.
    const value = parts.rates
      .filter((rate) => !isRate(rate))
      .reduce<Expression>((left, right) => ofArrays('*', right, left, s.span), named);
    const { operator, target } = step;
    const told: Statement = { kind: 'augment', operator, target, value, ofArrays: true, span: s.span };
    return [
      { kind: 'assign', targets: [named], value: parts.gradient, span: s.span },
      // What errors flow back through are the weights before their step.
      parts.gradient.kind === 'name' ? { kind: 'nothing', update: told, span: s.span } : told,
    ];
  });
}

/** Whether a statement is an update by an expression, before which its gradient gets a name. */
export const isNamedUpdate = (s: Statement): boolean => unnamedUpdate(s) !== null;

function unnamedUpdate(s: Statement): {
  readonly step: NonNullable<ReturnType<typeof stepOf>>;
  readonly parts: NonNullable<ReturnType<typeof unnamedGradient>>;
  readonly name: string;
} | null {
  const step = stepOf(s);
  const parts = step && unnamedGradient(step.added);
  const name = step && nameOf(step.target);
  if (!step || !parts || name === null) return null;
  // Sums of gradients are no parameters.
  const isTaken = parts.gradient.kind === 'name';
  return isTaken && (step.target.kind !== 'attribute' || GRADIENT.test(name)) ? null : { step, parts, name };
}

/** What `w += …`, `w -= …`, `w = w + …` and `w = w - …` add or take. */
function stepOf(s: Statement): { target: Expression; operator: '+' | '-'; added: Expression } | null {
  if (s.kind === 'augment' && (s.operator === '+' || s.operator === '-'))
    return { target: s.target, operator: s.operator, added: s.value };
  if (s.kind !== 'assign' || s.targets.length !== 1 || s.value.kind !== 'binary') return null;
  const [target] = s.targets;
  const { operator, left, right } = s.value;
  if (!target || (operator !== '+' && operator !== '-') || nameOf(left) === null) return null;
  return nameOf(left) === nameOf(target) && left.kind === target.kind
    ? { target, operator, added: right }
    : null;
}

/** The rates among the factors, and the product of the others; null where the gradient has a name already. */
function unnamedGradient(e: Expression): { rates: readonly Expression[]; gradient: Expression } | null {
  const { rates, rest } = splitRate(e);
  if (!rest || (nameOf(rest) === null ? !computes(rest) : !isStepName(rest))) return null;
  return { rates, gradient: rest };
}

/** `weights_ho_deltas`, `output_gradients`: a variable that is a step by its name, and tells nothing of what it is for. */
const isStepName = (e: Expression): boolean =>
  e.kind === 'name' &&
  /(?:^|_|[a-z\d])(?:deltas?|gradients?|changes?|adjustments?)(?:_?\w)?$/i.test(e.name) &&
  !/^d[A-Z_]/.test(e.name);

/**
 * The statements without learning rates in the steps themselves: `delta = rate * error * x`, `gradients *= rate`. What is left is
 * the gradient but for a factor.
 */
export function withoutRates(body: readonly Statement[]): Statement[] {
  return body.flatMap((s): Statement[] => {
    if (s.kind === 'for' || s.kind === 'while' || s.kind === 'block')
      return [{ ...s, body: withoutRates(s.body) }];
    if (s.kind === 'if') return [{ ...s, then: withoutRates(s.then), otherwise: withoutRates(s.otherwise) }];
    if (s.kind === 'augment') return s.operator === '*' && isNamedRate(s.value) ? [] : [s];
    const [target] = s.kind === 'assign' ? s.targets : [];
    if (s.kind !== 'assign' || !target || !isStepName(target)) return [s];
    const { rates, rest } = splitRate(s.value);
    if (!rest || !rates.some(isNamedRate)) return [s];
    return isSameName(rest, target) ? [] : [{ ...s, value: rest }];
  });
}

const isNamedRate = (e: Expression): boolean => e.kind !== 'number' && isRate(e);

const isSameName = (a: Expression, b: Expression): boolean =>
  a.kind === 'name' && b.kind === 'name' && a.name === b.name;

/** `rate * X.T @ d / m` is `rate` and `X.T @ d / m`. */
export function splitRate(e: Expression): { rates: readonly Expression[]; rest: Expression | null } {
  if (isRate(e)) return { rates: [e], rest: null };
  if (e.kind === 'unary') {
    const { rates, rest } = splitRate(e.operand);
    return rest ? { rates, rest: { ...e, operand: rest } } : { rates: [e], rest: null };
  }
  if (e.kind !== 'binary' || !/^[*/@]$/.test(e.operator)) return { rates: [], rest: e };
  const left = splitRate(e.left);
  if (e.operator !== '*') {
    // The rate over a count is a rate.
    return left.rest ? { rates: left.rates, rest: { ...e, left: left.rest } } : { rates: [e], rest: null };
  }
  const right = splitRate(e.right);
  const rest =
    left.rest && right.rest ? { ...e, left: left.rest, right: right.rest } : (left.rest ?? right.rest);
  return { rates: [...left.rates, ...right.rates], rest };
}

export const isRate = (e: Expression): boolean => e.kind === 'number' || RATE.test(nameOf(e) ?? '');

/** Whether it is more than a name and numbers; what it is divided by only scales it. */
const computes = (e: Expression): boolean =>
  e.kind === 'call' ||
  (e.kind === 'unary' && computes(e.operand)) ||
  (e.kind === 'binary' &&
    (e.operator === '@' || computes(e.left) || (e.operator !== '/' && computes(e.right))));
