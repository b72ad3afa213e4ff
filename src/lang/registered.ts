/** Runs the derivative that is registered for a function with what its framework gives it, and sorts what it returns. */
import type { Span } from '../core/definition';
import type { Node } from '../core/expr';
import { toArray } from './arguments';
import { flowIn, type Upstream } from './backward';
import type { Callable, Executed } from './execution';
import { ownParameters } from './members';
import type { Rule } from './rules';
import { array, scalar, type Run } from './run';
import { eachStatement, type Expression, type Parameter } from './syntax';
import { NONE, plainInput, type ArrayV, type FunctionV, type Scope, type Value } from './values';

/** A gradient by the parameter of the function at its place. */
export interface RegisteredPart {
  readonly of: string;
  readonly value: Value;
  /** Which of the returned values it is. */
  readonly position: number;
}

export interface Registered {
  readonly gradient: Executed;
  readonly upstreams: readonly Upstream[];
  readonly parts: readonly RegisteredPart[];
}

type Execute = (callable: Callable, given: ReadonlyMap<string, Value>, scope: Scope | null) => Executed;

/** Null where the function or the rule cannot be followed. */
export function runRule(run: Run, rule: Rule, main: Executed, execute: Execute): Registered | null {
  const names = [...main.parameters.keys()];
  const values = [...main.parameters.values()];
  if (rule.kind === 'jvp' || rule.kind === 'jvps') return runTangents(run, rule, main, execute);
  const output = firstOutput(run, main);
  if (!output) return null;
  const upstreams: Upstream[] = [];
  const flow = (parameter: Parameter): Value => flowIn(run, parameter, output, upstreams);
  const finish = (gradient: Executed, of: readonly string[]): Registered => ({
    gradient,
    upstreams,
    parts: itemsOf(gradient.value).flatMap((value, position): RegisteredPart[] => {
      const name = of[position];
      return name === undefined ? [] : [{ of: name, value, position }];
    }),
  });
  if (rule.kind === 'context') {
    const { backward, setup } = rule;
    if (setup) {
      const [inputs, kept] = ownParameters(setup);
      const given = new Map<string, Value>();
      if (inputs) given.set(inputs.name, { kind: 'sequence', form: 'tuple', items: values });
      if (kept) given.set(kept.name, main.value);
      execute(setup, given, null);
    }
    const [first, ...others] = ownParameters(backward);
    if (!first || others.some((p) => p.kind === 'plain' && !p.fallback)) return null;
    const above = flow(first);
    const given: Value = first.kind === 'rest' ? { kind: 'sequence', form: 'tuple', items: [above] } : above;
    return finish(execute(backward, new Map([[first.name, given]]), null), names);
  }
  if (rule.kind === 'vjp') {
    const { forward, backward, fixed } = rule;
    const kept = itemsOf(execute(forward, positional(forward, values), null).value)[1];
    const parameters = ownParameters(backward);
    const [residual, above, ...others] = parameters.slice(fixed.length);
    if (!kept || !residual || !above || others.length > 0) return null;
    const given = new Map<string, Value>(
      parameters.slice(0, fixed.length).map(({ name }, k) => [name, values[fixed[k] ?? 0] ?? NONE]),
    );
    given.set(residual.name, kept).set(above.name, flow(above));
    return finish(
      execute(backward, given, null),
      names.filter((_, k) => !fixed.includes(k)),
    );
  }
  if (rule.kind === 'custom')
    return runCustom(run, main, flow, (made, given) =>
      finish(execute({ fn: { ...made.fn, name: 'gradFunc' }, owner: null }, given, made.scope), names),
    );
  const made = main.value.kind === 'sequence' ? main.value.items[1] : undefined;
  if (made?.kind !== 'function') return null;
  const [above] = made.fn.parameters;
  if (!above) return null;
  const given: Value =
    above.kind === 'rest' ? { kind: 'sequence', form: 'tuple', items: [flow(above)] } : flow(above);
  return finish(execute({ fn: made.fn, owner: null }, new Map([[above.name, given]]), made.scope), names);
}

/** `gradFunc` of what a function for `tf.customGrad` returns, with the gradient from above and what the function saved. */
function runCustom(
  run: Run,
  main: Executed,
  flow: (parameter: Parameter) => Value,
  finish: (made: FunctionV, given: ReadonlyMap<string, Value>) => Registered,
): Registered | null {
  const made = main.value.kind === 'dict' ? main.value.entries.get('s:gradFunc') : undefined;
  if (made?.kind !== 'function') return null;
  const [above, saved, ...others] = made.fn.parameters;
  if (!above || others.length > 0) return null;
  const given = new Map<string, Value>([[above.name, flow(above)]]);
  const kept = saved && savedBy(main);
  if (saved && !kept) return null;
  if (saved && kept) given.set(saved.name, run.evaluate(kept, main.scope));
  return finish(made, given);
}

/** What the last argument of a function is called with: `save([x, y])`. */
function savedBy({ callable: { fn } }: Executed): Expression | null {
  const save = fn.parameters.at(-1)?.name;
  let found: Expression | null = null;
  eachStatement(fn.body, (s) => {
    const call = s.kind === 'expression' && s.value.kind === 'call' ? s.value : null;
    if (call?.callee.kind === 'name' && call.callee.name === save) found = call.args[0]?.value ?? null;
  });
  return found;
}

const itemsOf = (value: Value): readonly Value[] => (value.kind === 'sequence' ? value.items : [value]);

const positional = (callable: Callable, values: readonly Value[]): Map<string, Value> =>
  new Map(
    ownParameters(callable).flatMap(({ name }, k): [string, Value][] => {
      const value = values[k];
      return value ? [[name, value]] : [];
    }),
  );

/** What the function returns, or the first of several that is an array. */
function firstOutput(run: Run, { value, callable }: Executed): ArrayV | null {
  const first = value.kind === 'dict' ? value.entries.get('s:value') : itemsOf(value)[0];
  if (first?.kind !== 'array' && first?.kind !== 'input') return null;
  const output = toArray(run, first, callable.fn.nameSpan);
  return output.kind === 'array' ? output : null;
}

/** Single numbers along which arguments change: the coefficient of each is the derivative by its argument. */
function runTangents(
  run: Run,
  rule: Rule & { kind: 'jvp' | 'jvps' },
  main: Executed,
  execute: Execute,
): Registered | null {
  const output = firstOutput(run, main);
  const fixed = rule.kind === 'jvp' ? rule.fixed : [];
  const moving = [...main.parameters].filter((_, k) => !fixed.includes(k));
  const arrays = moving.map(([, value]) => toArray(run, value, main.callable.fn.nameSpan));
  // Where elements mix, the coefficients make a Jacobian.
  if (!output || [output, ...arrays].some((value) => value.kind !== 'array' || value.axes.length > 0))
    return null;
  const tangents = moving.map(([name]) => tangentOf(run, name));
  if (rule.kind === 'jvps') {
    const found = rule.parts.flatMap((part, k): { gradient: Executed; part: RegisteredPart }[] => {
      const [tangent, of] = [tangents[k], moving[k]?.[0]];
      if (!part || !tangent || of === undefined) return [];
      const values = [scalar(tangent), output, ...moving.map(([, value]) => value)];
      const gradient = execute(part, positional(part, values), null);
      return [{ gradient, part: { of, value: coefficient(run, gradient.value, tangents, k), position: 0 } }];
    });
    const [first] = found;
    return first ? { gradient: first.gradient, upstreams: [], parts: found.map(({ part }) => part) } : null;
  }
  const { backward } = rule;
  const parameters = ownParameters(backward);
  const [primals, directions] = parameters.slice(fixed.length);
  if (!primals || !directions) return null;
  const tuple = (items: Value[]): Value => ({ kind: 'sequence', form: 'tuple', items });
  const values = [...main.parameters.values()];
  const given = new Map<string, Value>(
    parameters.slice(0, fixed.length).map(({ name }, k) => [name, values[fixed[k] ?? 0] ?? NONE]),
  );
  given.set(primals.name, tuple(moving.map(([, value]) => value)));
  given.set(directions.name, tuple(tangents.map((tangent) => scalar(tangent))));
  const gradient = execute(backward, given, null);
  const change = itemsOf(gradient.value)[1];
  if (!change) return null;
  return {
    gradient,
    upstreams: [],
    parts: moving.map(([of], k) => ({ of, value: coefficient(run, change, tangents, k), position: 1 })),
  };
}

function tangentOf(run: Run, of: string): Node {
  let name = `${of}_dot`;
  while (run.names.has(name)) name += '_';
  const input = plainInput(name, null, 'argument');
  const element = run.arena.sym(name);
  run.names.set(name, name);
  run.inputs.set(name, { ref: input, name, value: array([], element) });
  return element;
}

/** What a linear expression of the tangents multiplies the k-th one with. */
function coefficient(run: Run, value: Value, tangents: readonly Node[], k: number): Value {
  if (value.kind !== 'array') return value;
  const { arena } = run;
  const bindings = new Map(run.bindings.map((binding) => [binding.name, binding]));
  const uses = (node: Node): boolean => {
    if (tangents.includes(node)) return true;
    const def = node.kind === 'sym' ? bindings.get(node.name)?.def : undefined;
    return (def !== undefined && uses(def)) || node.args.some(uses);
  };
  const replaced = (node: Node): Node =>
    arena.mapSyms(node, (sym) => {
      const tangent = tangents.indexOf(sym);
      if (tangent >= 0) return tangent === k ? arena.one : arena.zero;
      const def = bindings.get(sym.name)?.def;
      return def && sym.args.length === 0 && uses(def) ? replaced(def) : sym;
    });
  return array(value.axes, replaced(value.element));
}

const FLAT = new Set(['sign', 'floor', 'ceil', 'round']);

const SURROGATE = /straight.?through|(?:^|[^A-Za-z])STE(?:[^A-Za-z]|$)|STE$|^STE|surrogate|revers/i;

/**
 * Why what is registered is no derivative on purpose: it stands in for one that is 0 wherever it exists, or it changes what
 * flows back through the identity.
 */
export function surrogateReason(run: Run, main: Executed): 'flat' | 'identity' | 'named' | null {
  const { callable } = main;
  const told = [callable.owner?.name ?? '', callable.fn.name, callable.fn.documentation];
  if (told.some((text) => SURROGATE.test(text))) return 'named';
  const output = firstOutput(run, main);
  if (!output) return null;
  const own = new Set([...run.inputs.values()].map(({ name }) => name));
  const defs = new Map(run.bindings.map((binding) => [binding.name, binding.def]));
  if (output.element.kind === 'sym' && own.has(output.element.name)) return 'identity';
  const moves = (node: Node): boolean => {
    if (node.kind === 'cmp' || node.kind === 'delta') return false;
    if (node.kind === 'call' && FLAT.has(node.fn)) return false;
    if (node.kind === 'where') return node.args.slice(1).some(moves);
    if (node.kind === 'sym' || node.kind === 'matrix') {
      const def = defs.get(node.name);
      return own.has(node.name) || (def !== undefined && moves(def));
    }
    return node.args.some(moves);
  };
  return moves(output.element) ? null : 'flat';
}

export const spanOfPart = (part: RegisteredPart, { expression, callable }: Executed): Span => {
  const item = expression?.kind === 'sequence' ? expression.items[part.position] : expression;
  return item?.span ?? expression?.span ?? callable.fn.nameSpan;
};
