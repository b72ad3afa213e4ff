/** From the chosen reading to a core program: sizes get names, bindings are cut to what is used. */
import {
  indexedSizes,
  type Axis,
  type Binding,
  type HandGradient,
  type Input,
  type Program,
  type SecondDerivative,
  REAL,
} from '../core/definition';
import { symbolNames, type Node, type Size } from '../core/expr';
import type { Assumption, CorrectionOrigin } from '../protocol';
import { isSingle, shapeText } from './arrays';
import { assumptionsOf } from './assumed';
import type { Execution } from './execution';
import { withoutIdleStops } from './held';
import { isJacobianShaped } from './jacobians';
import { ownParameters } from './members';
import { roleHint } from './names';
import type { Outputs, WrittenGradient } from './outputs';
import { bindingOf } from './written';
import { domainOf, inferRoles, inputsOf, usageOf, type RoleChoice } from './roles';
import type { Directives } from './directives';
import { array, bind, uniqueName, type Run } from './run';
import { isApproximate } from './secondNames';
import type { Sizes } from './sizes';
import { updateOf } from './updates';
import type { ArrayV } from './values';

const SAMPLE_NAMES: readonly Size[] = ['m', 'N', 'batch'];
const FEATURE_NAMES: readonly Size[] = ['n', 'd', 'D'];
const CLASS_NAMES: readonly Size[] = ['k', 'K', 'c'];
const OTHER_NAMES: readonly Size[] = ['h', 'k', 'p', 'q', 'r', 's', 't', 'u', 'v'];

/** Final names of all size variables: the user's own where the code has one, else m samples, n features, k others. */
export function nameSizes(
  execution: Execution,
  sizes: Sizes,
): { names: Map<Size, Size>; samples: Size | null } {
  const { run } = execution;
  const taken = new Set<string>([...run.names.keys()]);
  const classes = sizes.classes();
  const sample = sampleRoot(run, sizes);
  const roots = [...classes.keys()].filter((root) => !/^\d+$/.test(root));
  const chosen = new Map<Size, Size>();
  const take = (root: Size, candidates: readonly Size[]): void => {
    if (chosen.has(root)) return;
    let name = candidates.find((candidate) => !taken.has(candidate));
    for (let k = 1; name === undefined; k += 1) if (!taken.has(`d${k}`)) name = `d${k}`;
    taken.add(name);
    chosen.set(root, name);
  };
  // A size's own variable does not stand in its way: `m = X.shape[0]` is a name of the size, not of a binding.
  for (const root of roots) {
    const own = sizes
      .suggestions(root)
      .filter((name) => !run.inputs.has(name) && !run.bindings.some((b) => b.name === name));
    if (own[0] !== undefined && ![...chosen.values()].includes(own[0])) {
      chosen.set(root, own[0]);
      taken.add(own[0]);
    }
  }
  if (sample !== null && roots.includes(sample)) take(sample, SAMPLE_NAMES);
  for (const root of roots) {
    const members = classes.get(root) ?? [];
    const isAxisOf = (...roles: string[]): boolean => members.some((size) => hasAxis(run, size, roles));
    if (isAxisOf('data')) take(root, [...FEATURE_NAMES, ...OTHER_NAMES]);
    else if (isAxisOf('label')) take(root, [...CLASS_NAMES, ...OTHER_NAMES]);
    else if (isAxisOf('prediction')) take(root, [...CLASS_NAMES, ...FEATURE_NAMES]);
    else if (roots.length === 1) take(root, FEATURE_NAMES);
  }
  for (const root of roots) take(root, [...OTHER_NAMES, ...FEATURE_NAMES]);
  const names = new Map<Size, Size>();
  for (const [root, members] of classes) {
    const name = chosen.get(root) ?? root;
    for (const member of [root, ...members]) names.set(member, name);
  }
  return { names, samples: sample === null ? null : (chosen.get(sample) ?? null) };
}

function hasAxis(run: Run, size: Size, roles: readonly string[]): boolean {
  return [...run.inputs.values()].some(
    (state) => size.startsWith(`?${state.ref.code}.`) && roles.includes(roleHint(state.name, false) ?? ''),
  );
}

/** The size that counts samples: an axis that labels and data share, else the labels' first, else the data's. */
function sampleRoot(run: Run, sizes: Sizes): Size | null {
  const axesOf = (wanted: string): Size[][] =>
    [...run.inputs.values()]
      .filter((state) => roleHint(state.name, isSingle(state.value)) === wanted)
      .map((state) => state.value.axes.flatMap((axis) => (axis.index ? [sizes.find(axis.size)] : [])));
  const labels = axesOf('label');
  const data = axesOf('data').flat();
  const shared = labels.flat().find((size) => data.includes(size));
  const predictions = axesOf('prediction');
  const parameters = axesOf('parameter').flat();
  const unshared = parameters.length > 0 ? data.find((size) => !parameters.includes(size)) : undefined;
  const matrix = predictions.find((axes) => axes.length > 1);
  return (
    shared ??
    unshared ??
    labels.flat()[0] ??
    (labels.length > 0 ? predictions.flat()[0] : matrix?.[0]) ??
    null
  );
}

/** A written gradient of an intermediate, and what the variable held before it was changed. */
export interface Intermediate {
  readonly gradient: HandGradient;
  /** What its variable held before. */
  readonly earlier: readonly HandGradient[];
  /** The same gradient by what the variable it differentiates by held before: `hidden` until the activation is applied in place. */
  readonly byEarlier: readonly HandGradient[];
}

export interface ForeignGradient {
  readonly gradient: HandGradient;
  readonly inputs: readonly string[];
}

interface Sorted {
  readonly gradients: readonly HandGradient[];
  readonly intermediates: readonly Intermediate[];
  /** Gradients that depend on inputs which the output does not depend on. */
  readonly foreign: readonly ForeignGradient[];
  readonly mismatches: readonly { readonly gradient: WrittenGradient; readonly message: string }[];
}

/** What a backward function computes, beside the program of the number whose gradients it computes. */
export interface Pullback extends Sorted {
  readonly program: Program;
}

export interface Assembled extends Sorted {
  readonly seconds: readonly SecondDerivative[];
  readonly program: Program;
  readonly outputAxes: readonly Axis[];
  readonly pullback: Pullback | null;
  readonly assumptions: readonly Assumption[];
  readonly roles: ReadonlyMap<string, RoleChoice>;
}

/** Builds the program of an execution with final sizes. */
export function assemble(
  execution: Execution,
  outputs: Outputs & { readonly output: NonNullable<Outputs['output']> },
  directives: Directives,
  samples: Size | null,
): Assembled {
  const { run } = execution;
  const bound = nameOutput(run, outputs.output);
  const flows = new Set(execution.upstreams.map(({ name }) => name));
  const isPulled = outputs.gradients.some(
    (g) =>
      g.callable !== execution.main.callable && [...inputsOf(run, g.value.element)].some((n) => flows.has(n)),
  );
  const own = outputs.gradients.filter((g) => !isPulled || g.callable === execution.main.callable);
  const pulled = outputs.gradients.filter((g) => !own.includes(g));
  const broken = outputs.broken.filter((b) => !isPulled || b.callable === execution.main.callable);
  const flowing = execution.registered ? pulled : [];
  const curved = outputs.isOfGradient ? outputs.seconds : [];
  const written = [...[...own, ...flowing].filter((gradient) => gradient.isInput), ...broken, ...curved];
  const roles = inferRoles(run, bound, new Map(written.map(({ of, name }) => [of, name])));
  correctRoles(run, roles, directives);
  const used = new Set(inputsOf(run, bound.element));
  for (const gradient of own) inputsOf(run, gradient.value.element).forEach((name) => used.add(name));
  const program = programOf(execution, bound, used, roles, samples);
  const sorted = sortGradients(execution, program, bound, own);
  return {
    program: withoutIdleStops(program),
    outputAxes: isSingle(bound) ? [] : bound.axes,
    ...sorted,
    seconds: secondsFor(execution, bound, outputs.seconds),
    assumptions: assumptionsOf(program.inputs),
    roles,
    pullback:
      pulled.length > 0
        ? pullbackOf(execution, { ...outputs, gradients: pulled }, directives, samples)
        : null,
  };
}

/**
 * The gradients that a backward function makes of those from above: of L, the sum of these times what they belong to. It is
 * a number, and what it is differentiated by is judged as the gradient of any other loss.
 */
function pullbackOf(
  execution: Execution,
  outputs: Outputs,
  directives: Directives,
  samples: Size | null,
): Pullback {
  const { run, upstreams } = execution;
  const { arena } = run;
  const terms = upstreams.map(({ value, output }) => {
    const own = bind(run, outputs.output?.name ?? 'out', output, null, 'return');
    return output.axes.reduceRight(
      (sum, { index }) => (index ? arena.sum(index, sum) : sum),
      arena.mul(value.element, own.element),
    );
  });
  const name = SCALAR_NAMES.find((candidate) => !run.names.has(candidate)) ?? uniqueName(run, 'L');
  run.names.set(name, '');
  run.bindings.push({ name, axes: [], def: arena.add(...terms), span: null, origin: 'temporary' });
  const bound = array([], arena.sym(name));
  const written = [...outputs.gradients.filter((gradient) => gradient.isInput), ...outputs.broken];
  const roles = inferRoles(run, bound, new Map(written.map(({ of, name: own }) => [of, own])));
  for (const [input, role] of directives.roles)
    if (roles.has(input)) roles.set(input, { role, reason: 'comment' });
  for (const { name: upstream } of upstreams)
    roles.set(upstream, {
      role: 'upstream',
      reason: `given to ${execution.gradient?.callable.fn.name ?? ''}`,
    });
  const used = new Set(inputsOf(run, bound.element));
  for (const gradient of outputs.gradients)
    inputsOf(run, gradient.value.element).forEach((input) => used.add(input));
  const program = programOf(execution, bound, used, roles, samples);
  const sorted = sortGradients(execution, program, bound, outputs.gradients);
  return { program: withoutIdleStops(program), ...sorted };
}

/** Names of the number whose gradients flow, by preference. */
const SCALAR_NAMES = ['L', 'J', 'loss'];

/** The program of a bound output, with its inputs in the order of the functions' parameters. */
function programOf(
  execution: Execution,
  bound: ArrayV,
  used: ReadonlySet<string>,
  roles: ReadonlyMap<string, RoleChoice>,
  samples: Size | null,
): Program {
  const { run } = execution;
  const usage = usageOf(run, [bound.element]);
  const order = [...(execution.gradient ? [execution.gradient] : []), execution.main]
    .reverse()
    .flatMap((executed) => ownParameters(executed.callable).map((p) => p.name));
  const rank = (code: string): number => {
    const root = /^\w+/.exec(code)?.[0] ?? code;
    return order.includes(root) ? order.indexOf(root) : order.length;
  };
  const states = [...run.inputs.values()].filter((state) => used.has(state.name));
  const inputs: Input[] = [...states]
    .sort((a, b) => rank(a.ref.code) - rank(b.ref.code))
    .map((state) => {
      const { role, reason } = roles.get(state.name) ?? extraRole(state.name, state.value);
      const shape = state.value.axes.map((axis) => axis.size);
      const { domain, reason: domainReason } = domainOf(
        state.name,
        role,
        indexedSizes(shape),
        samples,
        usage,
      );
      const usual = role === 'hyper' ? defaultOf(execution, state.ref.code) : null;
      return {
        name: state.name,
        code: state.ref.code,
        role,
        shape,
        domain,
        ...(usual === null ? {} : { default: usual }),
        reason: [...new Set([reason, domainReason])].filter((text) => text !== '').join('; '),
        span: state.ref.span,
      };
    });
  const output = bindingOf(run, bound);
  const needed = closure(bound.element, definitionsOf(run));
  return {
    arena: run.arena,
    inputs,
    bindings: run.bindings.filter((binding) => needed.has(binding.name)),
    output: output?.name ?? '',
  };
}

const definitionsOf = (run: Run): Map<string, Binding> =>
  new Map(run.bindings.map((binding) => [binding.name, binding]));

/** Written gradients by what they are: of inputs, of intermediates, of other inputs' functions, of another shape. */
function sortGradients(
  execution: Execution,
  program: Program,
  bound: ArrayV,
  written: readonly WrittenGradient[],
): Sorted {
  const { run } = execution;
  const defs = definitionsOf(run);
  const lossInputs = inputsOf(run, bound.element);
  const context = { run, defs, lossNames: closure(bound.element, defs) };
  const gradients: HandGradient[] = [];
  const intermediates: Intermediate[] = [];
  const foreign: ForeignGradient[] = [];
  const mismatches: { gradient: WrittenGradient; message: string }[] = [];
  for (const gradient of written) {
    const target = targetOf(gradient, program, run);
    // A gradient by what the loss does not use belongs to another loss (`loss(y_hat, y)` beside `backward(X, y)`).
    if (!target || (gradient.isInput && !lossInputs.has(target.name))) continue;
    const fitted = fittedTo(gradient.value, target.axes) ?? jacobianOf(gradient.value, bound, target.axes);
    const inputs = [...inputsOf(run, gradient.value.element)].filter((name) => !lossInputs.has(name));
    const others = inputs.length > 0 ? inputs : ownersOfOtherLengths(run, gradient.value, program, defs);
    if (!fitted) {
      // Shapes of what the loss does not use are chosen freely: they prove nothing.
      if (gradient.isInput && others.length === 0 && !mayBeLength(gradient.value, target.axes))
        mismatches.push({ gradient, message: mismatchText(gradient, target.axes) });
      continue;
    }
    const made = handGradient(gradient, target.name, fitted, execution, context);
    if (others.length > 0) {
      if (gradient.isInput) foreign.push({ gradient: made, inputs: others });
      continue;
    }
    if (gradient.isInput) gradients.push(made);
    else
      intermediates.push({
        gradient: made,
        earlier: earlierValues(gradient, target, execution, context),
        byEarlier: versionsOf(program, target.name).flatMap(({ name, axes }) => {
          const value = fittedTo(gradient.value, axes);
          return value ? [handGradient(gradient, name, value, execution, context)] : [];
        }),
      });
  }
  return { gradients, intermediates, foreign, mismatches };
}

/** Second derivatives by what the output depends on, that use nothing else but the vector of a product. */
function secondsFor(
  execution: Execution,
  bound: ArrayV,
  written: Outputs['seconds'],
): readonly SecondDerivative[] {
  const { run } = execution;
  const defs = definitionsOf(run);
  const known = inputsOf(run, bound.element);
  const context = { run, defs, lossNames: closure(bound.element, defs) };
  return written.flatMap((second): SecondDerivative[] => {
    const { of, by, form, direction } = second;
    const others = [...inputsOf(run, second.value.element)].filter((name) => !known.has(name));
    if (!known.has(of) || !known.has(by) || others.some((name) => name !== direction)) return [];
    const { fn, owner } = second.callable;
    const told = `${fn.name} ${owner?.name ?? ''} ${fn.documentation} ${second.name}`;
    const inputs = [...run.inputs.values()].flatMap(({ name, ref, value }): Input[] =>
      name === direction
        ? [
            {
              name,
              code: ref.code,
              role: 'upstream',
              shape: value.axes.map((axis) => axis.size),
              domain: REAL,
              reason: 'the vector of the product',
              span: ref.span,
            },
          ]
        : [],
    );
    const gradientOf = (written: ArrayV): SecondDerivative['beside'] => {
      if ([...inputsOf(run, written.element)].some((name) => !known.has(name))) return null;
      const { value, bindings } = handGradient(second, of, written, execution, context);
      return { value, bindings };
    };
    return [
      {
        ...handGradient(second, of, second.value, execution, context),
        by,
        form,
        beside: second.beside && gradientOf(second.beside),
        isApproximate: isApproximate(told),
        inputs,
      },
    ];
  });
}

/** Inputs of which a gradient uses no more than the length, and the loss not even that: `len(Y)`. */
function ownersOfOtherLengths(
  run: Run,
  { element }: ArrayV,
  program: Program,
  defs: ReadonlyMap<string, Binding>,
): string[] {
  const known = new Set(program.inputs.flatMap(({ shape }) => shape));
  const missing = new Set<Size>();
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    if (node.kind === 'size' && !known.has(node.size)) missing.add(node.size);
    for (const name of symbolNames(node)) {
      const def = defs.get(name)?.def;
      if (def) visit(def);
    }
    node.args.forEach(visit);
  };
  visit(element);
  return [...run.inputs.values()].flatMap(({ name, value }) =>
    value.axes.some(({ size }) => missing.has(size)) ? [name] : [],
  );
}

/** The number that a parameter of the functions has by default. */
function defaultOf({ main, gradient }: Execution, code: string): number | null {
  for (const executed of [main, ...(gradient ? [gradient] : [])]) {
    const fallback = ownParameters(executed.callable).find((parameter) => parameter.name === code)?.fallback;
    if (fallback?.kind === 'number') return finite(fallback.text);
    if (fallback?.kind === 'unary' && fallback.operator === '-' && fallback.operand.kind === 'number')
      return finite(`-${fallback.operand.text}`);
  }
  return null;
}

function finite(text: string): number | null {
  const value = Number(text.replaceAll('_', ''));
  return Number.isFinite(value) ? value : null;
}

function extraRole(name: string, value: ArrayV): RoleChoice {
  const hint = roleHint(name, isSingle(value));
  return {
    role: hint === null || hint === 'prediction' ? 'unknown' : hint,
    reason: 'used by the gradient only',
  };
}

/** The output as a binding: a returned expression gets a name. */
function nameOutput(run: Run, output: NonNullable<Outputs['output']>): ArrayV {
  const { value, name, span } = output;
  if (bindingOf(run, value)) return value;
  const named = bind(run, name, value, span, 'return');
  if (named.element.kind === 'sym' && bindingOf(run, named)) return named;
  // A plain input or constant is returned.
  let unique = name;
  for (let k = 2; run.names.has(unique); k += 1) unique = `${name}@${k}`;
  run.names.set(unique, '');
  run.bindings.push({ name: unique, axes: value.axes, def: value.element, span, origin: 'return' });
  const indices = value.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  return array(value.axes, run.arena.sym(unique, ...indices));
}

/** Names of all bindings that a node depends on. */
function closure(node: Node, defs: ReadonlyMap<string, Binding>): Set<string> {
  const found = new Set<string>();
  const go = (n: Node): void => {
    for (const name of symbolNames(n)) {
      const binding = defs.get(name);
      if (!binding || found.has(name)) continue;
      found.add(name);
      go(binding.def);
    }
  };
  go(node);
  return found;
}

interface Context {
  readonly run: Run;
  readonly defs: ReadonlyMap<string, Binding>;
  readonly lossNames: ReadonlySet<string>;
}

function targetOf(
  gradient: WrittenGradient,
  program: Program,
  run: Run,
): { name: string; axes: readonly Axis[] } | null {
  const state = gradient.isInput ? [...run.inputs.values()].find((s) => s.name === gradient.of) : undefined;
  if (state) return { name: state.name, axes: state.value.axes };
  // The last binding of this name that the loss uses.
  const binding = [...program.bindings].reverse().find((b) => b.name.replace(/@\d+$/, '') === gradient.of);
  return binding && binding.name !== program.output ? { name: binding.name, axes: binding.axes } : null;
}

/** What the variable of a binding held before. */
const versionsOf = ({ bindings }: Program, of: string): Program['bindings'] =>
  bindings.filter(({ name }) => name !== of && name.replace(/@\d+$/, '') === of.replace(/@\d+$/, ''));

/** The gradient with the axes of what it differentiates by, where they agree up to unit axes; else null. */
function fittedTo(value: ArrayV, axes: readonly Axis[]): ArrayV | null {
  const have = value.axes.filter((axis) => axis.index);
  const want = axes.filter((axis) => axis.index);
  if (have.length !== want.length || have.some((axis, k) => axis.size !== want[k]?.size)) return null;
  let next = 0;
  const placed = axes.map((axis): Axis => {
    if (!axis.index) return axis;
    const own = have[next];
    next += 1;
    return own ?? axis;
  });
  return { ...value, axes: placed };
}

/** A Jacobian as it stands, without axes of length 1; null for what is none. */
const jacobianOf = (value: ArrayV, output: ArrayV, axes: readonly Axis[]): ArrayV | null =>
  isJacobianShaped(value, output, { ...output, axes })
    ? { ...value, axes: value.axes.filter((axis) => axis.index) }
    : null;

/** Whether axes differ only in that one has a length in numbers, which the other, of any length, may have too. */
function mayBeLength(value: ArrayV, axes: readonly Axis[]): boolean {
  const have = value.axes.filter((axis) => axis.index);
  const want = axes.filter((axis) => axis.index);
  const isNumber = (size: Size | undefined): boolean => size !== undefined && /^\d+$/.test(size);
  return (
    have.length === want.length &&
    have.every(({ size }, k) => size === want[k]?.size || isNumber(size) !== isNumber(want[k]?.size))
  );
}

function mismatchText(gradient: WrittenGradient, axes: readonly Axis[]): string {
  const want = shapeText(array(axes, gradient.value.element));
  return `${gradient.name} has shape ${shapeText(gradient.value)}, but ${gradient.of} has shape ${want}`;
}

function handGradient(
  gradient: WrittenGradient,
  of: string,
  value: ArrayV,
  execution: Execution,
  { run, defs, lossNames }: Context,
): HandGradient {
  const binding = bindingOf(run, value);
  const unwrapped = binding && !lossNames.has(binding.name) ? definitionOf(run, binding, value) : value;
  const needed = closure(unwrapped.element, defs);
  const bindings = run.bindings.filter((b) => needed.has(b.name) && !lossNames.has(b.name));
  const { main, gradient: paired } = execution;
  const executed = paired?.callable === gradient.callable ? paired : main;
  const update = updateOf(run, executed, gradient.name, gradient.of);
  return {
    of,
    name: gradient.name,
    value: { axes: unwrapped.axes, element: unwrapped.element },
    bindings,
    span: gradient.span,
    functionName: gradient.callable === main.callable ? null : gradient.callable.fn.name,
    ...(update ? { update } : {}),
    ...(gradient.whole === undefined ? {} : { whole: gradient.whole }),
  };
}

/** The values that an intermediate gradient's variable had before its last one. */
function earlierValues(
  gradient: WrittenGradient,
  target: { name: string; axes: readonly Axis[] },
  execution: Execution,
  context: Context,
): HandGradient[] {
  const { run } = context;
  const last = bindingOf(run, gradient.value);
  return run.bindings
    .filter((binding) => binding !== last && binding.name.replace(/@\d+$/, '') === gradient.name)
    .flatMap((binding) => {
      const indices = binding.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
      const value = array(binding.axes, run.arena.sym(binding.name, ...indices));
      const fitted = fittedTo(value, target.axes);
      return fitted ? [handGradient({ ...gradient, value }, target.name, fitted, execution, context)] : [];
    });
}

/** A reference to a binding, written out over the reference's own indices. */
function definitionOf(run: Run, binding: Binding, value: ArrayV): ArrayV {
  const from = binding.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  const element = run.arena.substituteAll(
    binding.def,
    from.map((index, k) => [index, value.element.args[k] ?? index] as const),
  );
  return { ...value, element };
}

/** Puts what was said in place of what was inferred. */
function correctRoles(run: Run, roles: Map<string, RoleChoice>, directives: Directives): void {
  for (const { name, ref } of run.inputs.values()) {
    const known = roles.get(name);
    if (!known) continue;
    const said = directives.roles.has(name) ? name : ref.code;
    const role = directives.roles.get(said);
    const usual = directives.usual.get(name);
    const origin = directives.said.get(said)?.role;
    if (role)
      roles.set(name, {
        role,
        reason: origin ? ORIGIN_TEXT[origin] : role === 'parameter' ? FITS : FITS_ANOTHER,
      });
    else if (usual && usual !== known.role) roles.set(name, { role: usual, reason: 'setting of the editor' });
  }
}

/** Why roles were tried that nobody said. */
const FITS = 'the gradient fits it';
const FITS_ANOTHER = 'the gradient is by another input';

const ORIGIN_TEXT: Readonly<Record<CorrectionOrigin, string>> = { comment: 'comment', user: 'set by you' };
