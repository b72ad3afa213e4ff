/** Training loops: one pass of the loop as a function of the values that it carries along. */
import { isLossName } from './names';
import { assignedNames } from './assigned';
import { isRate, splitRate } from './namedUpdates';
import {
  childrenOf,
  eachStatement,
  expressionsOf,
  type Expression,
  type FunctionNode,
  type Statement,
} from './syntax';

type Loop = Statement & { kind: 'for' | 'while' };

export interface Iteration {
  readonly fn: FunctionNode;
  /** Variables and attributes that one pass hands to the next. */
  readonly carried: ReadonlySet<string>;
}

/** The function up to its loop and one pass of it, with the variables that the loop changes as inputs; null without one. */
export function iterationOf(fn: FunctionNode): Iteration | null {
  const at = fn.body.findIndex(isTraining);
  const loop = fn.body[at];
  if (!loop || !isTraining(loop)) return null;
  const before = fn.body.slice(0, at);
  const defined = new Set([...fn.parameters.map((p) => p.name), ...assignedNames(before)]);
  const told = toldUpdates(loop.body);
  const steps = descended([...loop.body, ...told]);
  const changed = [...assignedNames([...loop.body, ...told]), ...steps];
  const own = setAnew(loop.body);
  const carried = new Set(changed.filter((name) => defined.has(name) && !own.has(name)));
  const attributes = assignedAttributes([...loop.body, ...told]);
  const body: Statement[] = [
    ...before,
    ...counter(loop),
    { kind: 'carry', names: [...carried], learnt: steps, attributes, span: loop.span },
    ...withoutExits(loop.body),
  ];
  return { fn: { ...fn, body }, carried: new Set([...carried, ...attributes.map(({ name }) => name)]) };
}

/** One pass of each training loop of a script, as a function of the variables of the file. */
export function scriptIterations(script: readonly Statement[]): Iteration[] {
  return script.flatMap((loop, at) => (isTraining(loop) ? [scriptIteration(script.slice(0, at), loop)] : []));
}

/** One pass of a loop after what stands before it. */
export function scriptIteration(before: readonly Statement[], loop: Loop): Iteration {
  const known = assignedNames(before);
  const fn: FunctionNode = {
    name: 'training_loop',
    parameters: [],
    body: [...counter(loop), ...withoutExits(loop.body)],
    documentation: '',
    decorators: [],
    span: loop.span,
    nameSpan: loop.kind === 'for' ? loop.iterable.span : loop.test.span,
  };
  const own = setAnew(loop.body);
  const carried = [...assignedNames(loop.body)].filter((name) => known.has(name) && !own.has(name));
  return { fn, carried: new Set(carried) };
}

/** Variables that each pass gives a value before it reads them. */
function setAnew(body: readonly Statement[]): ReadonlySet<string> {
  const found = new Set<string>();
  const read = new Set<string>();
  const note = (e: Expression): void => {
    if (e.kind === 'name') read.add(e.name);
    childrenOf(e).forEach(note);
  };
  for (const s of body) {
    if (s.kind === 'assign') {
      note(s.value);
      for (const target of s.targets)
        if (target.kind !== 'name') note(target);
        else if (!read.has(target.name)) found.add(target.name);
    } else eachStatement([s], (inner) => expressionsOf(inner).forEach(note));
  }
  return found;
}

/** The pass without its steps, if it takes any: a loss that is computed after them is then one of the values that it begins with. */
export function withoutSteps({ fn, carried }: Iteration): Iteration | null {
  let isChanged = false;
  const isStep = (s: Statement): boolean => {
    if (s.kind === 'augment') return /^[-+]$/.test(s.operator) && isCarried(s.target) && hasRate(s.value);
    const [target] = s.kind === 'assign' ? s.targets : [];
    if (s.kind !== 'assign' || !target || s.value.kind !== 'binary') return false;
    return /^[-+]$/.test(s.value.operator) && isCarried(target) && hasRate(s.value.right);
  };
  const isCarried = (target: Expression): boolean => {
    const root = rootOf(target);
    return (root.kind === 'name' || root.kind === 'attribute') && carried.has(root.name);
  };
  const left = (body: readonly Statement[]): Statement[] =>
    body.map((s): Statement => {
      if (isStep(s)) {
        isChanged = true;
        return { kind: 'nothing', update: s, span: s.span };
      }
      if (s.kind === 'if') return { ...s, then: left(s.then), otherwise: left(s.otherwise) };
      return s.kind === 'block' ? { ...s, body: left(s.body) } : s;
    });
  const body = left(fn.body);
  return isChanged ? { fn: { ...fn, body }, carried } : null;
}

const hasRate = (e: Expression): boolean =>
  splitRate(e).rates.some((rate) => rate.kind !== 'number' && isRate(rate));

/** A pass that is not the last one: `if (change < tolerance) break;` and an early return without a value do nothing in it. */
const withoutExits = (body: readonly Statement[]): Statement[] =>
  body.flatMap((s): Statement[] => {
    if (s.kind === 'if') return [{ ...s, then: withoutExit(s.then), otherwise: withoutExit(s.otherwise) }];
    return s.kind === 'block' ? [{ ...s, body: withoutExits(s.body) }] : [s];
  });

const withoutExit = (branch: readonly Statement[]): Statement[] =>
  withoutExits(branch.filter((s) => s.kind !== 'break' && !(s.kind === 'return' && s.value === null)));

const isTraining = (s: Statement): s is Loop =>
  (s.kind === 'for' || s.kind === 'while') && computesLoss(s.body);

const counter = (loop: Loop): Statement[] =>
  loop.kind === 'for' ? [{ kind: 'forget', target: loop.target, span: loop.span }] : [];

const computesLoss = (body: readonly Statement[]): boolean => [...assignedNames(body)].some(isLossName);

/** Updates that are not carried out where they stand. */
function toldUpdates(body: readonly Statement[]): Statement[] {
  const found: Statement[] = [];
  eachStatement(body, (s) => {
    if (s.kind === 'nothing' && s.update) found.push(s.update);
  });
  return found;
}

/** Variables and arrays that a body takes something from: `w[j] -= rate * dw[j]`, `b -= rate * db`. */
function descended(body: readonly Statement[]): string[] {
  const found: string[] = [];
  eachStatement(body, (s) => {
    if (s.kind !== 'augment' || s.operator !== '-' || isRate(s.target)) return;
    const root = rootOf(s.target);
    if (root.kind === 'name') found.push(root.name);
  });
  return found;
}

/** What an entry is one of. */
const rootOf = (e: Expression): Expression => (e.kind === 'subscript' ? rootOf(e.object) : e);

/** Attributes of plain objects that a body assigns (`self.w`), or takes something from the entries of. */
function assignedAttributes(body: readonly Statement[]): { object: string; name: string }[] {
  const found = new Map<string, { object: string; name: string }>();
  eachStatement(body, (s) => {
    const targets = s.kind === 'assign' ? s.targets : s.kind === 'augment' ? [s.target] : [];
    const isStep = s.kind === 'augment' && s.operator === '-';
    for (const target of isStep ? targets.map(rootOf) : targets)
      if (target.kind === 'attribute' && target.object.kind === 'name')
        found.set(`${target.object.name}.${target.name}`, { object: target.object.name, name: target.name });
  });
  return [...found.values()];
}
