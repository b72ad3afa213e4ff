/** Roles and domains of inputs: from how they are used, with names to break ties. */
import { POSITIVE, REAL, UNIT, type Binding, type Domain, type Role } from '../core/definition';
import type { Node, Size } from '../core/expr';
import { isSingle } from './arrays';
import { inputsOutside } from './held';
import { isCovarianceName, isOfLayer, isWeightName, roleHint } from './names';
import type { InputState, Run } from './run';
import { learntTogether } from './together';
import { constantOf, type ArrayV } from './values';

const NON_NEGATIVE: Domain = { kind: 'interval', low: 0, high: Infinity, open: false };

export interface RoleChoice {
  readonly role: Role;
  readonly reason: string;
}

/** Names of positions that are no classes: of the entries of a sparse vector, of rows that are looked up. */
const PLACES = /^(keys?|idx|indices|indexes|ind|rows?|cols?|positions?|pos|ptr)$/i;

/** Visits every node of an expression and of the bindings it uses, once. */
function visitAll(run: Run, node: Node, visit: (node: Node) => void): void {
  const seen = new Set<number>();
  const byName = new Map(run.bindings.map((binding) => [binding.name, binding]));
  const go = (n: Node): void => {
    if (seen.has(n.id)) return;
    seen.add(n.id);
    visit(n);
    if (n.kind === 'sym' || n.kind === 'matrix') {
      const binding = byName.get(n.name);
      if (binding) go(binding.def);
    }
    n.args.forEach(go);
  };
  go(node);
}

/** Names of the inputs that a value depends on. */
export function inputsOf(run: Run, node: Node): Set<string> {
  const own = new Set([...run.inputs.values()].map((state) => state.name));
  const used = new Set<string>();
  visitAll(run, node, (n) => {
    if ((n.kind === 'sym' || n.kind === 'matrix') && own.has(n.name)) used.add(n.name);
  });
  return used;
}

/** The role of each input that the output depends on; `written` has inputs with hand-written gradients. */
export function inferRoles(
  run: Run,
  output: ArrayV,
  written: ReadonlyMap<string, string> = new Map(),
): Map<string, RoleChoice> {
  const used = inputsOf(run, output.element);
  const states = [...run.inputs.values()].filter((state) => used.has(state.name));
  const hints = new Map(states.map((s) => [s.name, roleHint(s.name, isSingle(s.value))]));
  const names = states.map((state) => state.name);
  const roles = new Map<string, RoleChoice>();
  const form = quadraticForm(states.map((state) => state.value));
  const named = new Set(hints.values());
  // Without weights, a loss is differentiated by the prediction it is given.
  const hasParameter = named.has('parameter') || states.some(({ ref }) => ref.isLearnt);
  const positions = usageOf(run, [output.element]).positions;
  // `activate(x)` with `this.beta`: by the argument, where all are single numbers.
  const elementwise =
    states.every(({ value }) => isSingle(value)) && states.some(({ ref }) => ref.origin === 'argument');
  const outside = inputsOutside(run, [output.element]);
  const fitted = fittedParts(states);
  // Beside the coordinates of a point, b = 100 is a number of the function.
  const hasEntries = states.some(({ ref }) => ref.origin === 'entry');
  for (const { name, ref, value } of states) {
    const hint = hints.get(name) ?? null;
    const gradient = written.get(name);
    if (gradient !== undefined) roles.set(name, { role: 'parameter', reason: `${gradient} is its gradient` });
    else if (outside.size > 0 && !outside.has(name) && hint !== 'hyper' && hint !== 'label')
      roles.set(name, { role: 'data', reason: 'detached, so constant' });
    else if (ref.isLearnt || ref.isStepped)
      roles.set(name, { role: 'parameter', reason: 'the code says that it is learnt' });
    else if (positions.has(name) && !PLACES.test(name))
      roles.set(name, { role: 'label', reason: 'used as a position' });
    else if (positions.has(name)) roles.set(name, { role: 'data', reason: 'places by name' });
    else if (isSingle(value) && run.settings.has(ref.code))
      roles.set(name, { role: 'hyper', reason: 'used as a setting' });
    else if (fitted.has(name)) roles.set(name, { role: 'parameter', reason: 'a part of what is fitted' });
    else if (learntTogether(name, names) && !(ref.hasDefault && isSingle(value)))
      roles.set(name, { role: 'parameter', reason: 'name, with those of the other arguments' });
    else if (
      ref.hasDefault &&
      isSingle(value) &&
      (ref.isSetting || hasEntries || !isWeightName(name)) &&
      states.length > 1
    )
      roles.set(name, { role: 'hyper', reason: 'a number by default' });
    else if (run.family === 'javascript' && ref.origin === 'attribute' && elementwise)
      roles.set(name, { role: 'hyper', reason: 'a setting of the object' });
    else if (elementwise && ref.origin === 'argument' && states.some((s) => s.ref.isLearnt))
      roles.set(name, { role: 'parameter', reason: 'the argument of an activation' });
    else if (ref.isSetting && hint === 'label' && !isSingle(value))
      roles.set(name, { role: hint, reason: 'name' });
    else if (ref.isSetting && states.some((s) => !s.ref.isSetting))
      roles.set(name, { role: isSingle(value) ? 'hyper' : 'data', reason: 'given beforehand' });
    else if (form) roles.set(name, { role: 'parameter', reason: 'part of a quadratic form' });
    else if (isOfLayer(name, names)) roles.set(name, { role: 'parameter', reason: 'name of a weight' });
    else if (hint === 'prediction') roles.set(name, { role: 'parameter', reason: 'name of a prediction' });
    else if (hint) roles.set(name, { role: hint, reason: 'name' });
    else if (isSingle(value) && states.some((s) => !isSingle(s.value)))
      roles.set(name, { role: 'hyper', reason: 'a single number among arrays' });
    else roles.set(name, { role: 'unknown', reason: '' });
  }
  const unnamed = [...roles].filter(([, choice]) => choice.role === 'unknown').map(([name]) => name);
  const hasTarget = [...roles.values()].some((choice) => choice.role === 'parameter');
  for (const name of unnamed)
    roles.set(
      name,
      hasParameter || hasTarget
        ? { role: 'data', reason: 'not a parameter by name' }
        : { role: 'parameter', reason: 'nothing else to differentiate by' },
    );
  if (![...roles.values()].some((choice) => choice.role === 'parameter')) {
    const predicted = predictionBeside(
      [...roles].flatMap(([name, { role }]) => (role === 'label' ? [name] : [])),
    );
    const fallback =
      (predicted === null ? undefined : [...roles].find(([name]) => name === predicted)) ??
      [...roles].find(([, c]) => c.role === 'data') ??
      [...roles].find(([, c]) => c.role === 'hyper');
    // What one argument holds is one point: f(x) of x[0] and x[1].
    const container = (name: string | undefined): string | null =>
      /^(\w+)\[\d+\]$/.exec(states.find((s) => s.name === name)?.ref.code ?? '')?.[1] ?? null;
    const whole = container(fallback?.[0]);
    for (const [name] of roles)
      if (name === fallback?.[0] || (whole !== null && container(name) === whole))
        roles.set(name, { role: 'parameter', reason: 'nothing else to differentiate by' });
  }
  return roles;
}

/** `a, C = params`, and `x, y = p` where nothing else is given: what is fitted, whatever its parts are called. */
export function fittedParts(states: Iterable<InputState>): ReadonlySet<string> {
  const all = [...states];
  const holders = all.map(({ ref }) => /^(\w+)\[\d+\]$/.exec(ref.code)?.[1] ?? null);
  const [first] = holders;
  const isPoint = all.length > 1 && first !== null && holders.every((holder) => holder === first);
  const isFitted = (holder: string | null): boolean =>
    holder !== null && (isPoint || PARAMETERS.test(holder));
  return new Set(all.flatMap(({ name }, k) => (isFitted(holders[k] ?? null) ? [name] : [])));
}

const PARAMETERS = /^(?:params?|parameters|theta|coefs?|coefficients)$/;

/** `y` beside `t`: of two names for labels the one that is no target by name is the prediction. */
function predictionBeside(labels: readonly string[]): string | null {
  if (labels.length !== 2) return null;
  const [first, second] = labels.filter((name) => !TARGET.test(name));
  // `actual` is what a network gives beside what is expected, and the truth beside anything else.
  if (first && second) return /^actual$/i.test(first) ? second : /^actual$/i.test(second) ? first : null;
  return first ?? null;
}

const TARGET = /^(t|targets?|labels?|truth|y_?true|ground_truth|expected|desired|gold|gt)$/i;

/** Whether the inputs are a vector and a square matrix of its length: nothing tells which of them is given. */
function quadraticForm(values: readonly ArrayV[]): boolean {
  const arrays = values.filter((value) => !isSingle(value));
  const [vector, matrix] = [...arrays].sort((a, b) => a.axes.length - b.axes.length);
  const [size, ...more] = (vector?.axes ?? []).flatMap((axis) => (axis.index ? [axis.size] : []));
  return (
    arrays.length === 2 &&
    more.length === 0 &&
    matrix?.axes.length === 2 &&
    matrix.axes.every((axis) => axis.index !== null && axis.size === size)
  );
}

/** How inputs are used, for their domains. */
export interface Usage {
  /** Arguments of logarithms. */
  readonly logged: ReadonlySet<string>;
  /** x with 1 - x the argument of a logarithm. */
  readonly complementLogged: ReadonlySet<string>;
  /** x in a factor 1 - x. */
  readonly complemented: ReadonlySet<string>;
  /** Divisors and square roots. */
  readonly positive: ReadonlySet<string>;
  /** Used as a position: the size of the axis it indexes. */
  readonly positions: ReadonlyMap<string, string>;
  /** Multiplied with a logarithm. */
  readonly timesLog: ReadonlySet<string>;
  /** Compared with 0 or 1 for equality. */
  readonly compared: ReadonlySet<string>;
  /** Inverted, or with a determinant. */
  readonly inverted: ReadonlySet<string>;
}

export function usageOf(run: Run, nodes: readonly Node[]): Usage {
  const logged = new Set<string>();
  const complementLogged = new Set<string>();
  const complemented = new Set<string>();
  const positive = new Set<string>();
  const positions = new Map<string, string>();
  const timesLog = new Set<string>();
  const inverted = new Set<string>();
  const compared = new Set<string>();
  const bindings = new Map(run.bindings.map((binding) => [binding.name, binding]));
  const inputs = new Map([...run.inputs.values()].map((state) => [state.name, state.value.axes]));
  const sizesOf = (name: string): string[] =>
    (bindings.get(name)?.axes ?? inputs.get(name) ?? []).flatMap((axis) => (axis.index ? [axis.size] : []));
  for (const node of nodes)
    visitAll(run, node, (n) => {
      if (n.kind === 'call' && n.fn === 'log' && n.args[0]) {
        for (const guarded of loggedParts(bindings, n.args[0])) {
          for (const factor of factorsOf(guarded)) if (factor.kind === 'sym') logged.add(factor.name);
          const other = complementOf(guarded);
          if (other) complementLogged.add(other).add(unguardedName(bindings, other));
        }
      } else if (n.kind === 'call' && n.fn === 'log1p' && n.args[0]) {
        // log1p(-p) is log(1 - p).
        const other = complementOf(run.arena.add(run.arena.one, n.args[0]));
        if (other) complementLogged.add(other).add(unguardedName(bindings, other));
      } else if (n.kind === 'call' && n.fn === 'minimum') {
        // Clipped below 1: a probability.
        const bound = n.args.map(constantOf).find((value) => value !== null);
        const inner = unguarded(bindings, n);
        if (bound !== null && bound !== undefined && bound > 0.5 && bound <= 1 && inner.kind === 'sym')
          complementLogged.add(inner.name);
      } else if (n.kind === 'matrix') inverted.add(n.name);
      else if (n.kind === 'cmp' && n.rel === '==') {
        const symbol = n.args.find((arg) => arg.kind === 'sym');
        const number = n.args.find((arg) => arg.kind === 'num');
        if (symbol?.kind === 'sym' && number?.kind === 'num' && (number.num === 0 || number.num === 1))
          compared.add(symbol.name);
      } else if (n.kind === 'add') {
        const other = complementOf(n);
        if (other) complemented.add(other);
      } else if (n.kind === 'pow') {
        const [base, exponent] = n.args;
        const whole = exponent?.kind === 'num' && exponent.den === 1 && exponent.num > 0;
        if (base?.kind === 'sym' && !whole) positive.add(base.name);
      } else if (n.kind === 'sym') {
        n.args.forEach((arg, k) => {
          const size = sizesOf(n.name)[k];
          if (arg.kind === 'sym' && size !== undefined) positions.set(arg.name, size);
        });
      } else if (n.kind === 'delta') {
        const [a, b] = n.args;
        if (a?.kind === 'index' && b?.kind === 'sym') positions.set(b.name, a.size);
        if (b?.kind === 'index' && a?.kind === 'sym') positions.set(a.name, b.size);
      } else if (n.kind === 'mul' && n.args.some((arg) => isLogLike(bindings, arg)))
        n.args.forEach((arg) => arg.kind === 'sym' && timesLog.add(arg.name));
    });
  return { inverted, logged, complementLogged, complemented, positive, positions, timesLog, compared };
}

function isLogLike(bindings: ReadonlyMap<string, Binding>, node: Node): boolean {
  if (node.kind === 'call') return node.fn === 'log';
  const def = node.kind === 'sym' ? bindings.get(node.name)?.def : undefined;
  return def !== undefined && isLogLike(bindings, def);
}

/** What a logarithm is taken of: either side of a choice, without guards. */
function loggedParts(bindings: ReadonlyMap<string, Binding>, node: Node): Node[] {
  const inner = unguarded(bindings, node);
  const def = inner.kind === 'sym' ? bindings.get(inner.name)?.def : inner;
  if (def?.kind !== 'where') return [inner];
  return def.args.slice(1).flatMap((arg) => loggedParts(bindings, arg));
}

/** log(p / q) takes the logarithm of both. */
function factorsOf(node: Node): readonly Node[] {
  if (node.kind === 'mul') return node.args.flatMap(factorsOf);
  return node.kind === 'pow' && node.args[0] ? factorsOf(node.args[0]) : [node];
}

function unguardedName(bindings: ReadonlyMap<string, Binding>, name: string): string {
  const def = bindings.get(name)?.def;
  const inner = def ? unguarded(bindings, def) : null;
  return inner?.kind === 'sym' ? inner.name : name;
}

/** Without the guards that keep a logarithm finite: `+ eps`, `clip`, `maximum`. */
function unguarded(bindings: ReadonlyMap<string, Binding>, node: Node): Node {
  if (node.kind === 'call' && (node.fn === 'maximum' || node.fn === 'minimum')) {
    const inner = node.args.find((arg) => arg.kind !== 'num' && arg.kind !== 'const' && arg.kind !== 'add');
    return inner ? unguarded(bindings, inner) : node;
  }
  if (node.kind === 'add') {
    const rest = node.args.filter((arg) => arg.kind !== 'const');
    const [only] = rest;
    if (rest.length === 1 && only && only.kind === 'sym') return unguarded(bindings, only);
  }
  const def = node.kind === 'sym' ? bindings.get(node.name)?.def : undefined;
  return def?.kind === 'call' && (def.fn === 'maximum' || def.fn === 'minimum')
    ? unguarded(bindings, def)
    : node;
}

/** The symbol x of `1 - x`, whatever small guard is added. */
function complementOf(node: Node): string | null {
  if (node.kind !== 'add') return null;
  const rest = node.args.filter((arg) => arg.kind !== 'const');
  const [a, b] = rest;
  if (rest.length !== 2 || b?.kind !== 'num' || b.num !== 1 || b.den !== 1 || a?.kind !== 'mul') return null;
  const [sign, symbol] = a.args;
  if (a.args.length !== 2 || sign?.kind !== 'num' || sign.num !== -1 || sign.den !== 1) return null;
  return symbol?.kind === 'sym' ? symbol.name : null;
}

/** Letters of covariances and kernels, if they are inverted. */
const COVARIANCE_LETTER = /^(S|K|C|V|P|Q|R|Lambda_?|Lam)$/;

/** The values that an input can take, as far as its use tells. */
export function domainOf(
  name: string,
  role: Role,
  sizes: readonly Size[],
  samples: Size | null,
  usage: Usage,
): { domain: Domain; reason: string } {
  const size = usage.positions.get(name);
  if (size !== undefined) return { domain: { kind: 'class', size }, reason: 'used as a position' };
  const [row, column] = sizes.slice(-2);
  const covariance = isCovarianceName(name) || (usage.inverted.has(name) && COVARIANCE_LETTER.test(name));
  if (covariance && row !== undefined && row === column)
    return {
      domain: { kind: 'symmetric', definite: true },
      reason: 'a covariance by name',
    };
  if (usage.complementLogged.has(name)) return { domain: UNIT, reason: `log(1 - ${name})` };
  if ((role === 'label' || role === 'data') && usage.compared.has(name))
    return { domain: { kind: 'binary' }, reason: 'compared with 0 or 1' };
  const isWeight = usage.timesLog.has(name);
  if ((role === 'label' || role === 'data') && isWeight && usage.complemented.has(name))
    return { domain: UNIT, reason: `1 - ${name}` };
  if (role === 'label' && isWeight) {
    // The axis that does not count samples counts classes.
    const axis = sizes.findLastIndex((length) => length !== samples);
    if (axis >= 0) {
      const place = axis === sizes.length - 1 ? {} : { axis };
      return {
        domain: { kind: 'distribution', hard: true, ...place },
        reason: 'weights of logarithms',
      };
    }
    return { domain: NON_NEGATIVE, reason: 'weight of a logarithm' };
  }
  if (role === 'hyper' || usage.logged.has(name) || usage.positive.has(name))
    return { domain: POSITIVE, reason: role === 'hyper' ? '' : `log or division by ${name}` };
  return { domain: REAL, reason: '' };
}
