/** One execution of a definition: its function, and a gradient function paired with it, on shared inputs. */
import type { Role } from '../core/definition';
import type { Arena, Size } from '../core/expr';
import { linkBackward, type Upstream } from './backward';
import { endOfCell } from './cells';
import { evaluate } from './expressions';
import { ownParameters } from './members';
import type { Joints } from './joints';
import { globalValue, imported, type ModuleIndex } from './module';
import { GUARD_NAMES } from './names';
import { saidShape } from './patterns';
import type { ArrayLibrary, Pattern, Run } from './run';
import type { Chooser } from './search';
import { runRule, type Registered } from './registered';
import { contextObject, isFunctionClass } from './context';
import { partsOfRule, type Rule } from './rules';
import type { Sizes } from './sizes';
import type { MadeShapes } from './stated';
import { callFunction, execute } from './statements';
import type { ClassNode, Expression, FunctionNode, Parameter } from './syntax';
import type { Directives } from './directives';
import { mayRename } from './upstream';
import type { Uses } from './uses';
import { NONE, plainInput, type Scope, type Value } from './values';

export interface Callable {
  readonly fn: FunctionNode;
  readonly owner: ClassNode | null;
  /** The file that it is from, where that is another one. */
  readonly module?: ModuleIndex;
  /** The function that makes and returns it. */
  readonly outer?: Callable;
  /** Defined in that function beside others, and not what it makes. */
  readonly isNested?: boolean;
  /** What a function gives the ones in it without its own code being read. */
  readonly locals?: ReadonlySet<string>;
}

export interface Plan {
  readonly main: Callable;
  /** A function that computes the gradient of what `main` computes. */
  readonly gradient: Callable | null;
  /** Functions that compute second derivatives of what `main` computes, or derivatives of a gradient that it computes. */
  readonly seconds: readonly Callable[];
  /** The derivative that the code registers for `main` with its framework. */
  readonly rule: Rule | null;
  readonly module: ModuleIndex;
  readonly directives: Directives;
  /** How the functions use their parameters. */
  readonly uses: Uses;
  /** Whose arrays they work with. */
  readonly arrays: ArrayLibrary;
  /** Shapes that written gradients suggest. */
  readonly hints: ReadonlyMap<string, Pattern>;
  /** Inputs that are to be read in pieces. */
  readonly joints: Joints;
  /** Axes of inputs that are to be short, so that loops over them can be carried out. */
  readonly unrolled: ReadonlySet<Size>;
  /** Shapes by code that the file states elsewhere, or that are tried on purpose. */
  readonly stated: ReadonlyMap<string, Pattern>;
  /** Shapes of what the file makes. */
  readonly made: MadeShapes;
}

/** What a function did: its result, and its variables at the end. */
export interface Executed {
  readonly callable: Callable;
  readonly value: Value;
  readonly expression: Expression | null;
  readonly scope: Scope;
  /** Values of its parameters, by name. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Attributes of its object at its end. */
  readonly attributes: ReadonlyMap<string, Value>;
  /** Number of bindings that existed when it started. */
  readonly firstBinding: number;
}

export interface Execution {
  readonly run: Run;
  readonly main: Executed;
  readonly gradient: Executed | null;
  readonly seconds: readonly Executed[];
  /** Gradients from above that the gradient function is given. */
  readonly upstreams: readonly Upstream[];
  /** What the derivative that is registered for the function returns. */
  readonly registered: Registered | null;
  /** Roles of inputs that were said, by name or code. */
  readonly said: ReadonlyMap<string, Role>;
}

/** `patterns`: those of the plan, shared by its executions. */
export function executePlan(
  plan: Plan,
  arena: Arena,
  sizes: Sizes,
  chooser: Chooser,
  patterns: Run['patterns'],
): Execution {
  const tops = new Map<ModuleIndex, Scope>();
  const topOf = (module: ModuleIndex): Scope => {
    const top = tops.get(module) ?? { names: new Map(), parent: null, module };
    tops.set(module, top);
    return top;
  };
  const run: Run = {
    family: plan.module.family,
    arena,
    sizes,
    choose: (key, options) => chooser.choose(key, options),
    penalise: (cost) => {
      chooser.penalise(cost);
    },
    step: (weight) => {
      chooser.step(weight);
    },
    patterns,
    declared: (input) => saidShape(plan, input),
    settings: plan.uses.settings,
    containers: plan.uses.containers,
    lengths: plan.uses.lengths,
    records: plan.uses.records,
    inputs: new Map(),
    bindings: [],
    bound: new Map(),
    names: new Map(),
    hidden: [],
    scopes: [],
    shapeCauses: [],
    notes: [],
    unnamed: new Map(),
    arrays: plan.arrays,
    methods: plan.module.methods,
    until: untilOf(plan),
    globals(name, span, scope) {
      const module = scope ? (moduleOf(scope) ?? plan.module) : plan.module;
      return globalValue(run, module, topOf(module), name, span);
    },
    imported: (item, scope, span) => imported(run, moduleOf(scope) ?? plan.module, item, span),
    homeOf({ span: { file } }) {
      const module = file === undefined ? null : plan.module.home?.neighbours.at(file);
      return module ? topOf(module) : null;
    },
    globalOf: (module, name, span) => globalValue(run, module, topOf(module), name, span),
    call: (fn, args, span) => callFunction(run, fn, args, span),
    evaluate: (expression, scope) => evaluate(run, expression, scope),
    execute: (statements, scope) => {
      execute(run, statements, scope);
    },
    joints: plan.joints,
    asked: new Map(),
    unrolled: plan.unrolled,
    askedPasses: new Set(),
    cuts: new Map(),
    wholes: new Map(),
    packed: new Map(),
    named: new Map(),
    target: null,
    depth: 0,
    loopDepth: 0,
    loopIndices: new Map(),
    passes: [],
    uncertain: 0,
  };
  for (const { fn } of [
    plan.main,
    ...(plan.gradient ? [plan.gradient] : []),
    ...plan.seconds,
    ...(plan.rule ? partsOfRule(plan.rule) : []),
  ])
    for (const parameter of fn.parameters) run.names.set(parameter.name, parameter.name);
  const objects = new Map<string, Value>();
  const own = ({ module = plan.module }: Callable): Scope => topOf(module);
  const { outer } = plan.main;
  const top = own(plan.main);
  const around = outer
    ? executeFunction(run, outer, top, givenBeforehand(run, outer, top), objects).scope
    : top;
  for (const name of outer?.locals ?? [])
    if (!around.names.has(name))
      around.names.set(name, {
        kind: 'input',
        input: { ...plainInput(name, null, 'global'), isSetting: true },
      });
  const main = executeFunction(run, plan.main, around, new Map(), objects);
  const { roles: said } = plan.directives;
  if (plan.rule) {
    const execute = (callable: Callable, given: ReadonlyMap<string, Value>, scope: Scope | null): Executed =>
      executeFunction(run, callable, scope ?? own(callable), given, objects);
    const registered = runRule(run, plan.rule, main, execute);
    const { gradient = null, upstreams = [] } = registered ?? {};
    return { run, main, gradient, seconds: [], upstreams, registered, said };
  }
  const executeSeconds = (): Executed[] =>
    plan.seconds.map((second) =>
      executeFunction(run, second, outer ? around : own(second), shared(main, second), objects),
    );
  if (!plan.gradient)
    return { run, main, gradient: null, seconds: executeSeconds(), upstreams: [], registered: null, said };
  const { given, upstreams } = linkBackward(run, main, plan.gradient, shared(main, plan.gradient));
  const gradient = executeFunction(run, plan.gradient, outer ? around : own(plan.gradient), given, objects);
  return { run, main, gradient, seconds: executeSeconds(), upstreams, registered: null, said };
}

/** In a file of cells, the end of the last one that a plan has functions in. */
export function untilOf({ main, gradient, module }: Pick<Plan, 'main' | 'gradient' | 'module'>): number {
  if (module.cells.length === 0) return Infinity;
  const lines = [main, gradient].map((c) => (c && !c.module ? c.fn.nameSpan.startLine : 0));
  return endOfCell(module.cells, Math.max(...lines));
}

/** The file whose names a scope sees. */
function moduleOf(scope: Scope): ModuleIndex | null {
  for (let at: Scope | null = scope; at; at = at.parent) if (at.module) return at.module;
  return null;
}

/** Settings of the function that makes the one that is read. */
function givenBeforehand(run: Run, outer: Callable, top: Scope): Map<string, Value> {
  return new Map(
    ownParameters(outer).map((parameter): [string, Value] => {
      const value = parameterValue(run, parameter, outer.fn, top);
      return [
        parameter.name,
        value.kind === 'input' ? { ...value, input: { ...value.input, isSetting: true } } : value,
      ];
    }),
  );
}

function executeFunction(
  run: Run,
  callable: Callable,
  top: Scope,
  given: ReadonlyMap<string, Value>,
  objects: Map<string, Value>,
): Executed {
  const scope: Scope = { names: new Map(), parent: top, fn: callable.fn };
  const values = new Map<string, Value>();
  const parameters = ownParameters(callable);
  let object: Value | undefined;
  if (parameters.length < callable.fn.parameters.length) {
    const self = callable.fn.parameters[0]?.name ?? 'self';
    object =
      objects.get('self') ??
      (callable.owner && isFunctionClass(callable.owner)
        ? contextObject(run, self, top)
        : { kind: 'object', owner: callable.owner, attributes: new Map(), code: self, scope: top });
    objects.set('self', object);
    scope.names.set(self, object);
  }
  for (const parameter of parameters) {
    const flag = parameter.fallback?.kind === 'boolean';
    const shared = flag ? undefined : given.get(parameter.name);
    const value = shared ?? parameterValue(run, parameter, callable.fn, top);
    scope.names.set(parameter.name, value);
    values.set(parameter.name, value);
  }
  const firstBinding = run.bindings.length;
  run.scopes.push(scope);
  const outcome = execute(run, callable.fn.body, scope);
  run.scopes.pop();
  return {
    callable,
    value: outcome.kind === 'return' ? outcome.value : NONE,
    expression: outcome.kind === 'return' ? outcome.expression : null,
    scope,
    parameters: values,
    attributes: new Map(object?.kind === 'object' ? object.attributes : []),
    firstBinding,
  };
}

/** Settings whose default is a constant of the definition rather than a number to differentiate with. */
const STRUCTURAL_NAMES =
  /^(axis|dim|keepdims?|verbose|debug|seed|n_\w+|num_\w+|epochs?|iterations?|max_\w+|batch_size|ddof)$/i;

function parameterValue(run: Run, parameter: Parameter, fn: FunctionNode, top: Scope): Value {
  if (parameter.kind === 'rest') return { kind: 'sequence', form: 'tuple', items: [] };
  if (parameter.kind === 'keywords') return { kind: 'dict', entries: new Map() };
  const { fallback } = parameter;
  if (fallback) {
    const isNumber =
      fallback.kind === 'number' || (fallback.kind === 'unary' && fallback.operand.kind === 'number');
    const isSetting = isNumber && !GUARD_NAMES.test(parameter.name) && !STRUCTURAL_NAMES.test(parameter.name);
    // `y=np.array([])` says that an array is expected.
    const isEmpty =
      /^(call|sequence)$/.test(fallback.kind) &&
      !STRUCTURAL_NAMES.test(parameter.name) &&
      evaluate(run, fallback, top).kind !== 'array';
    if (!isSetting && !isEmpty) return evaluate(run, fallback, top);
    if (isEmpty) return argumentValue(parameter, fn, false);
  }
  return argumentValue(parameter, fn, fallback !== null);
}

function argumentValue(parameter: Parameter, fn: FunctionNode, hasDefault: boolean): Value {
  return {
    kind: 'input',
    input: {
      code: parameter.name,
      name: parameter.name,
      span: parameter.span,
      annotation: parameter.annotation,
      documentation: fn.documentation,
      ...(hasDefault ? { hasDefault } : {}),
      entries: new Map(),
      origin: 'argument',
    },
  };
}

/** Inputs of the gradient function that are the loss function's: by name, else by position when the counts agree. */
function shared(main: Executed, gradient: Callable): Map<string, Value> {
  const given = new Map<string, Value>();
  const mine = [...main.parameters.keys()];
  const theirs = ownParameters(gradient).map((p) => p.name);
  for (const name of theirs) {
    const value = main.parameters.get(name);
    if (value) given.set(name, value);
  }
  // A loss that is made for a backward function has its names.
  const isMade = main.callable.fn.nameSpan === gradient.fn.nameSpan;
  if (mine.length === theirs.length && !isMade)
    theirs.forEach((name, k) => {
      const own = mine[k];
      if (given.has(name) || own === undefined || theirs.includes(own)) return;
      if (!mayRename(gradient, name, main.callable, own)) return;
      const value = main.parameters.get(own);
      if (value) given.set(name, value);
    });
  return given;
}
