/**
 * Training that takes a step for each sample, entry by entry: `for i: … w[j] -= rate * error * X[i][j]`. What the steps of all
 * samples add up to, from the parameters as they are before, is a gradient: it gets a name, so that it can be judged.
 */
import { assignedNames } from './assigned';
import type { Callable } from './execution';
import { RANGE } from './jsExpressions';
import { isRate, splitRate } from './namedUpdates';
import { gradientOf, isGradientName } from './names';
import { childrenOf, eachStatement, expressionsOf, type Expression, type Statement } from './syntax';
import { isVjpName } from './upstream';

/** `np.zeros_like` under a name that no code has. */
const ZEROS = '%zeros';

type Loop = Statement & { kind: 'for' };

interface Step {
  readonly target: Expression;
  /** The array that the target is an entry of, or the target itself. */
  readonly root: Expression;
  readonly operator: '+' | '-';
  readonly rates: readonly Expression[];
  readonly gradient: Expression;
}

/**
 * The body with its steps as sums under a name for each parameter; null where it takes no such steps. `predicted` tells in a
 * statement what is compared with a label; what is itself moved towards its label is no prediction.
 */
export function withSampleSteps(
  body: readonly Statement[],
  predicted: (s: Statement) => Expression | null,
): Statement[] | null {
  const predictions = new Set<string>();
  eachStatement(body, (s) => {
    const prediction = predicted(s);
    const root = prediction && rootOf(prediction);
    if (root?.kind === 'name' || root?.kind === 'attribute') predictions.add(root.name);
  });
  const moves = stepsIn(body).some(({ root }) => predictions.has(nameOf(root)));
  return moves ? null : stepped(body, (s) => predicted(s) !== null);
}

/**
 * A function that errors flow back through, which takes steps of entries of its parameters on the way: with these as sums as
 * well. One that reads a parameter after its step stays as it is.
 */
export function withSteps(gradient: Callable): Callable {
  const { fn } = gradient;
  if (!(isVjpName(fn.name) || isGradientName(fn.name)) || readsStepped(fn.body)) return gradient;
  const body = summed(fn.body, ({ target, root }) => target !== root);
  return body ? { ...gradient, fn: { ...fn, body } } : gradient;
}

/** Whether something is read after a step was taken on it. */
function readsStepped(body: readonly Statement[]): boolean {
  const done = new Set<string>();
  let found = false;
  const reads = (e: Expression): boolean =>
    ((e.kind === 'name' || e.kind === 'attribute') && done.has(e.name)) || childrenOf(e).some(reads);
  eachStatement(body, (s) => {
    const step = stepOf(s);
    const read = s.kind === 'augment' ? [s.value] : s.kind === 'assign' ? [s.value] : expressionsOf(s);
    found ||= step ? reads(step.gradient) : read.some(reads);
    if (step) done.add(nameOf(step.root));
  });
  return found;
}

function stepped(body: readonly Statement[], differs: (s: Statement) => boolean): Statement[] | null {
  for (const [k, s] of body.entries()) {
    if (s.kind !== 'for' && s.kind !== 'while' && s.kind !== 'block') continue;
    const replaced = (statements: readonly Statement[]): Statement[] => [
      ...body.slice(0, k),
      ...statements,
      ...body.slice(k + 1),
    ];
    if (s.kind === 'for' && isOverSamples(s) && holds(s.body, differs)) {
      const made = summed([s]);
      if (made) return replaced(made);
    }
    const inner = stepped(s.body, differs);
    if (inner) return replaced([{ ...s, body: inner }]);
  }
  if (!body.some(differs)) return null;
  // One sample, with the entries of its parameters one by one.
  const at = body.findIndex((s) => stepsIn([s]).length > 0);
  const rest = body.slice(at);
  const hasEntries = at >= 0 && stepsIn(rest).some(({ target, root }) => target !== root);
  const made = hasEntries ? summed(rest) : null;
  return made && [...body.slice(0, at), ...made];
}

function holds(body: readonly Statement[], test: (s: Statement) => boolean): boolean {
  let found = false;
  eachStatement(body, (s) => {
    found ||= test(s);
  });
  return found;
}

/** Whether a loop runs over items, or over positions that it reads arrays at; any other only counts its passes. */
function isOverSamples({ target, iterable, body }: Loop): boolean {
  const callee = iterable.kind === 'call' ? iterable.callee : null;
  const counts = callee?.kind === 'name' && (callee.name === RANGE || callee.name === 'range');
  if (!counts) return true;
  if (target.kind !== 'name') return false;
  let isPosition = false;
  const go = (e: Expression): void => {
    if (e.kind === 'subscript' && e.indices.some((i) => i.kind === 'name' && i.name === target.name))
      isPosition = true;
    childrenOf(e).forEach(go);
  };
  // What is put at a position is only kept: `history[it] = cost`.
  eachStatement(body, (s) => {
    if (s.kind === 'assign' || s.kind === 'augment') go(s.value);
    else expressionsOf(s).forEach(go);
  });
  return isPosition;
}

/** The statements with sums in place of the steps that are meant, and their beginnings before. */
function summed(
  body: readonly Statement[],
  isMeant: (step: Step) => boolean = () => true,
): Statement[] | null {
  const own = assignedNames(body);
  const isFixed = (step: Step): boolean =>
    (!own.has(baseOf(step.root)) || step.root.kind === 'name') && isMeant(step);
  const steps = stepsIn(body).filter(isFixed);
  const sums = new Map(steps.map((step) => [sumName(step), step]));
  if (sums.size === 0) return null;
  const begun = [...sums].map(([name, { root }]): Statement => {
    const { span } = root;
    const zeros: Expression = {
      kind: 'call',
      callee: { kind: 'name', name: ZEROS, span },
      args: [{ name: null, value: root, spread: false }],
      span,
    };
    return { kind: 'assign', targets: [{ kind: 'name', name, span }], value: zeros, span };
  });
  const rewritten = (statements: readonly Statement[]): Statement[] =>
    statements.flatMap((s): Statement[] => {
      if (s.kind === 'for' || s.kind === 'while' || s.kind === 'block')
        return [{ ...s, body: rewritten(s.body) }];
      if (s.kind === 'if') return [{ ...s, then: rewritten(s.then), otherwise: rewritten(s.otherwise) }];
      const step = stepOf(s);
      return step && isFixed(step) ? sumOf(step, s.span) : [s];
    });
  return [...begun, ...rewritten(body)];
}

function sumOf(step: Step, span: Statement['span']): Statement[] {
  const { gradient, operator, rates, root, target } = step;
  const sum: Expression = { kind: 'name', name: sumName(step), span: gradient.span };
  const value = rates.reduce<Expression>(
    (right, left) => ({ kind: 'binary', operator: '*', left, right, span }),
    sum,
  );
  return [
    { kind: 'augment', operator: '+', target: replacedRoot(target, root, sum), value: gradient, span },
    { kind: 'nothing', update: { kind: 'augment', operator, target: root, value, span }, span },
  ];
}

const replacedRoot = (e: Expression, root: Expression, by: Expression): Expression =>
  e !== root && e.kind === 'subscript' ? { ...e, object: replacedRoot(e.object, root, by) } : by;

const nameOf = (e: Expression): string => (e.kind === 'name' || e.kind === 'attribute' ? e.name : '');

const sumName = ({ root }: Step): string => `grad_${nameOf(root)}`;

const rootOf = (e: Expression): Expression => (e.kind === 'subscript' ? rootOf(e.object) : e);

const baseOf = (e: Expression): string =>
  e.kind === 'name' ? e.name : e.kind === 'attribute' || e.kind === 'subscript' ? baseOf(e.object) : '';

function stepsIn(body: readonly Statement[]): Step[] {
  const found: Step[] = [];
  eachStatement(body, (s) => {
    const step = stepOf(s);
    if (step) found.push(step);
  });
  return found;
}

/** Whether a statement is such a step. */
export const isSampleStep = (s: Statement): boolean => stepOf(s) !== null;

/** `w[j] -= rate * e`, `w[j] = w[j] - rate * e`, with a rate by its name. */
function stepOf(s: Statement): Step | null {
  const change = changeOf(s);
  const root = change && rootOf(change.target);
  if (!root || (root.kind !== 'name' && root.kind !== 'attribute')) return null;
  const { rates, rest: gradient } = splitRate(change.added);
  if (!gradient || !rates.some(namesRate)) return null;
  // `w[j] -= rate * dw[j]`: the gradient has a name.
  const named = rootOf(gradient);
  if (named.kind === 'name' && gradientOf(named.name, [root.name]) !== null) return null;
  return { ...change, root, rates: rates.filter((rate) => !isRate(rate)), gradient };
}

/** Whether a learning rate by its name is in it; a number alone may scale anything. */
const namesRate = (e: Expression): boolean =>
  (e.kind !== 'number' && isRate(e)) || childrenOf(e).some(namesRate);

function changeOf(s: Statement): { target: Expression; operator: '+' | '-'; added: Expression } | null {
  if (s.kind === 'augment')
    return s.operator === '+' || s.operator === '-'
      ? { target: s.target, operator: s.operator, added: s.value }
      : null;
  const [target, ...more] = s.kind === 'assign' ? s.targets : [];
  if (s.kind !== 'assign' || !target || more.length > 0 || s.value.kind !== 'binary') return null;
  const { operator, left, right } = s.value;
  return (operator === '+' || operator === '-') && isSame(left, target)
    ? { target, operator, added: right }
    : null;
}

function isSame(a: Expression, b: Expression): boolean {
  if (a.kind === 'name') return b.kind === 'name' && a.name === b.name;
  if (a.kind === 'number') return b.kind === 'number' && a.text === b.text;
  if (a.kind === 'attribute')
    return b.kind === 'attribute' && a.name === b.name && isSame(a.object, b.object);
  return (
    a.kind === 'subscript' &&
    b.kind === 'subscript' &&
    isSame(a.object, b.object) &&
    a.indices.length === b.indices.length &&
    a.indices.every((index, k) => {
      const other = b.indices[k];
      return other !== undefined && isSame(index, other);
    })
  );
}
