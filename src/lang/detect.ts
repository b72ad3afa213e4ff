/** What kind of definition a reading is, if it is one: decided by what it computes, with names as hints. */
import type { Node } from '../core/expr';
import type { DefinitionKind } from '../protocol';
import { isSingle } from './arrays';
import {
  isCountName,
  isForwardKey,
  isKnownActivationName,
  isKnownLossName,
  isGradientName,
  isLossName,
  isMeasureName,
  isPredictorName,
  isPlainLossName,
  isPlainMethodName,
  isProcedureName,
  isRegulariserName,
  roleHint,
} from './names';
import { comparesWithLabel, isDistance, losesByItsInputs } from './fit';
import type { Reading } from './reading';
import { inputsOf } from './roles';
import { areOfLayer } from './together';

/** The kind, or null for a function that is not a definition. `owner`: the name of its class. */
export function kindOf(reading: Reading, name: string, owner: string | null): DefinitionKind | null {
  const { assembled, outputs } = reading;
  if (!assembled || !outputs.output) return null;
  const { program } = assembled;
  const roles = program.inputs.map((input) => input.role);
  const has = (role: string): boolean => roles.includes(role as (typeof roles)[number]);
  const single = assembled.outputAxes.every((axis) => axis.index === null);
  const written = assembled.gradients.length + assembled.mismatches.length > 0 || outputs.broken.length > 0;
  const main = reading.execution.main.callable;
  // One whose shapes do not fit is a gradient that was written, too.
  const own =
    outputs.gradients.some((g) => g.isInput && g.callable === main) ||
    outputs.broken.some((b) => b.callable === main);
  const arrays = program.inputs.filter((input) => input.role !== 'hyper');
  if (arrays.length === 0) return null;
  if (outputs.isOfGradient) return assembled.seconds.length > 0 ? 'gradient' : null;
  // `isinf(x) or x <= 0` is a question.
  if (outputs.output.value.mask && !/step|heaviside|threshold/i.test(name)) return null;
  const isActivation =
    activationLike(reading) ||
    // Of several parameters it is not known which one a written derivative is by: it is judged as one of a loss.
    ((!written || arrays.length === 1 || isByFirst(reading)) &&
      isKnownActivationName(isPlainMethodName(name) ? (owner ?? name) : name) &&
      program.inputs.every((input) => input.shape.length === 0) &&
      dependsNonlinearly(reading));
  const isLossOutput = isLossName(outputs.output.name);
  // `backward` returns gradients, whatever it is that could not be told to be one.
  const isForward = reading.execution.registered !== null || isAdversarial(reading, name);
  // `squashAndDerive` returns a value beside its derivative.
  const isBoth = own && (isLossOutput ? single : isActivation && isForwardKey(outputs.output.name));
  if (isGradientName(name) && !isBoth && !isForward) return null;
  if (main.owner?.bases.some((base) => OTHER_BASES.test(base))) return null;
  const flowsBack = (assembled.pullback?.gradients.length ?? 0) > 0 && some(reading, computes);
  // In an object of derivatives.
  const ofDerivatives = owner !== null && isGradientName(owner) && reading.execution.gradient === null;
  if (ofDerivatives && reading.execution.run.family === 'javascript' && !isLossName(name)) return null;
  if (isProcedureName(name) && !flowsBack && !(own && isLossOutput)) return null;
  const isLossVariable = isLossOutput && outputs.output.name !== name;
  // A score with a gradient beside it is what is fitted.
  const isMeasured = flowsBack || isLossVariable || (written && single);
  if (isMeasureName(name) && !isMeasured && ![name, owner ?? ''].some((n) => /loss|cost/i.test(n)))
    return null;
  if (isActivation && !(isLossName(name) && single && arrays.length > 1))
    // `path_loss(d, f)` is a quantity of its own: one that bends at no place and is given settings.
    return isLossName(name) && has('hyper') && !bends(reading) && !isPlainLossName(name)
      ? null
      : 'activation';
  if (single) {
    const ofOneSample = isPredictorName(name) && has('data') && has('parameter') && !has('label');
    if (!isLossName(name) && (learns(reading) || ofOneSample) && contracts(reading)) return 'model';
    if ([name, owner ?? ''].some(isRegulariserName) && !has('label') && !has('data')) return 'regulariser';
    if (!isFitted(reading, name, written) || !dependsNonlinearly(reading))
      return flowsBack ? (isElementwise(reading) ? 'activation' : 'model') : null;
    if (isFunctionOfOneNumber(reading) && ![name, owner ?? ''].some(isLossName)) return 'activation';
    if (!written && (onlyCompares(reading) || (!isLossName(name) && returnsFitted(reading)))) return null;
    return own ? 'propagate' : 'loss';
  }
  if (isLossName(name) && has('label') && has('parameter') && comparesWithLabel(reading)) return 'loss';
  if (flowsBack) return 'model';
  if (!has('parameter') || isGradientName(name)) return null;
  if (movesState(reading)) return null;
  const isModel = (has('data') && contracts(reading) && !isThreshold(reading)) || isLayer(reading);
  return isModel || (learns(reading) && dependsNonlinearly(reading)) ? 'model' : null;
}

/** Whether all that is written is by the first argument, as `dx` of `leaky_relu(x, a)`. */
function isByFirst({ assembled, execution, outputs }: Reading): boolean {
  const [first] = execution.main.parameters.values();
  const state = first?.kind === 'input' ? execution.run.inputs.get(first.input.code) : undefined;
  return (
    state !== undefined &&
    outputs.broken.length === 0 &&
    (assembled?.gradients.every((gradient) => gradient.of === state.name) ?? false)
  );
}

/** `self.x = self.F @ self.x`: what the method returns is the next state of its object. */
function movesState({ execution: { main, run }, outputs }: Reading): boolean {
  const { output } = outputs;
  const element = output?.value.element;
  return [...run.inputs.values()].some(({ ref, name }) => {
    const [, attribute] = /^self\.(\w+)$/.exec(ref.code) ?? [];
    const after = attribute === undefined ? undefined : main.attributes.get(attribute);
    return after?.kind === 'array' && after.element === element && inputsOf(run, after.element).has(name);
  });
}

/** `return w, loss` with `w = np.linalg.solve(X.T @ X, X.T @ y)`: a fit by a formula, with how well it went. */
function returnsFitted({ execution: { main, run }, assembled }: Reading): boolean {
  const used = new Set(assembled?.program.bindings.map(({ name }) => name));
  const items = main.value.kind === 'sequence' ? main.value.items : [];
  return items.some(
    (item) =>
      item.kind === 'array' &&
      item.element.kind === 'sym' &&
      used.has(item.element.name) &&
      !run.inputs.has(item.element.name) &&
      roleHint(item.element.name, false) === 'parameter',
  );
}

/** Whether inputs only take part in comparisons: hits and misses are counted, which nothing can be fitted by. */
function onlyCompares({ assembled }: Reading): boolean {
  const program = assembled?.program;
  if (!program) return false;
  const definitions = new Map(program.bindings.map(({ name, def }) => [name, def]));
  const open = new Set(
    program.inputs.filter(({ role }) => role === 'parameter' || role === 'data').map(({ name }) => name),
  );
  const seen = new Set<number>();
  const reaches = (node: Node): boolean => {
    if (seen.has(node.id) || node.kind === 'cmp') return false;
    seen.add(node.id);
    const def = node.kind === 'sym' ? definitions.get(node.name) : undefined;
    if (node.kind === 'matrix' || (node.kind === 'sym' && open.has(node.name))) return true;
    return (def !== undefined && reaches(def)) || node.args.some(reaches);
  };
  const output = definitions.get(program.output);
  return open.size > 0 && output !== undefined && !reaches(output);
}

/** A choice between constants, as of a class: its derivative is 0. */
function isThreshold({ assembled }: Reading): boolean {
  const bindings = assembled?.program.bindings ?? [];
  const isChoice = (name: string | undefined): boolean => {
    const def = bindings.find((binding) => binding.name === name)?.def;
    if (def?.kind === 'sym') return isChoice(def.name);
    return (
      def?.kind === 'cmp' || (def?.kind === 'where' && def.args.slice(1).every((arg) => arg.kind === 'num'))
    );
  };
  return isChoice(assembled?.program.output);
}

/** Classes of libraries that hold neither losses nor layers. */
const OTHER_BASES =
  /(^|\.)\w*(Constraint|Schedule|Scheduler|Optimizer|Metric|Callback|Initializer|Sampler|Dataset)$/;

/** `d_hinge_loss(real, fake)`: the loss of a discriminator, not the derivative of one. */
const isAdversarial = (reading: Reading, name: string): boolean =>
  isLossName(name) &&
  (reading.assembled?.program.inputs.some((input) => /(^|_)(real|fake)(_|$)/i.test(input.name)) ?? false);

/** Whether all that counts is a single number. */
const isElementwise = ({ assembled }: Reading): boolean =>
  assembled?.program.inputs.every((input) => input.shape.length === 0) ?? false;

/** Whether there are weights that the code says are learnt. */
const learns = ({ assembled, execution }: Reading): boolean =>
  [...execution.run.inputs.values()].some(
    ({ name, ref }) =>
      ref.isLearnt === true && assembled?.program.inputs.some((input) => input.name === name),
  );

/** The kind of a function that was asked for, by the shapes alone; null when it returns no value. */
export function plainKindOf({ assembled, outputs }: Reading): DefinitionKind | null {
  if (!assembled || !outputs.output || assembled.program.inputs.length === 0) return null;
  if (assembled.outputAxes.some((axis) => axis.index !== null)) return 'model';
  return assembled.program.inputs.every((input) => input.shape.length === 0) ? 'activation' : 'loss';
}

/**
 * Whether a single number measures how well something fits: names alone do not tell (`weight_loss(calories, days)`),
 * unless they say nothing else than that it is a loss.
 */
function isFitted(reading: Reading, name: string, written: boolean): boolean {
  const inputs = reading.assembled?.program.inputs ?? [];
  const has = (role: string): boolean => inputs.some((input) => input.role === role);
  if (written && has('parameter')) return true;
  if (isKnownLossName(name) && inputs.some((input) => input.shape.length > 0)) return true;
  if (isDistance(reading)) return false;
  const output = reading.outputs.output?.name ?? '';
  // The parts of a colour (h, l, s) or of a point, of which none is what it is all for.
  const isOneOfSeveral = reading.execution.main.value.kind === 'sequence';
  const isNamed = isLossName(name) || (isLossName(output) && !(isOneOfSeveral && output.length === 1));
  if (!isNamed && isOneOfSeveral) return false;
  if (has('label') && has('parameter') && comparesWithLabel(reading)) return true;

  if (!isNamed) return has('label') && has('parameter') && reduces(reading);
  return (
    isPlainLossName(name) ||
    (output !== name && isPlainLossName(output)) ||
    reduces(reading) ||
    losesByItsInputs(reading)
  );
}

/** JavaScript's activations are functions of one number and of settings, with whatever derivative stands beside them. */
const isFunctionOfOneNumber = ({ execution, assembled }: Reading): boolean => {
  const inputs = assembled?.program.inputs ?? [];
  return (
    execution.run.family === 'javascript' &&
    execution.gradient !== null &&
    inputs.every((input) => input.shape.length === 0 && input.role !== 'label') &&
    inputs.filter((input) => input.role === 'parameter').length === 1
  );
};

/** Attention, or a normalisation with scale and shift: told by its arguments, and by what it computes with them. */
function isLayer(reading: Reading): boolean {
  const names = reading.assembled?.program.inputs.map((input) => input.name) ?? [];
  return areOfLayer(names) && reduces(reading) && dependsNonlinearly(reading);
}

const TRANSCENDENTAL: ReadonlySet<string> = new Set(['add', 'mul', 'sym', 'num', 'const', 'size', 'index']);

/** Every node of the program's definitions. */
function some(reading: Reading, test: (node: Node) => boolean): boolean {
  const seen = new Set<number>();
  const go = (node: Node): boolean => {
    if (seen.has(node.id)) return false;
    seen.add(node.id);
    return test(node) || node.args.some(go);
  };
  return reading.assembled?.program.bindings.some((binding) => go(binding.def)) ?? false;
}

/** Does something with values, rather than move them; what is looked up at positions of another array is. */
const computes = (node: Node): boolean =>
  /^(add|mul|pow|call|where|reduce|matrix)$/.test(node.kind) ||
  (node.kind === 'sym' && node.args.some((arg) => arg.kind === 'sym'));

const contracts = (reading: Reading): boolean =>
  some(reading, (node) => node.kind === 'reduce' && node.op === 'sum' && node.args[0]?.kind === 'mul');

const reduces = (reading: Reading): boolean => some(reading, (node) => node.kind === 'reduce');

/** Has a corner or a step. */
const bends = (reading: Reading): boolean =>
  some(
    reading,
    (node) =>
      node.kind === 'where' ||
      node.kind === 'cmp' ||
      (node.kind === 'call' && /^(abs|maximum|minimum|sign)$/.test(node.fn)),
  );

const dependsNonlinearly = (reading: Reading): boolean =>
  some(
    reading,
    (node) =>
      node.kind === 'call' ||
      node.kind === 'matrix' ||
      node.kind === 'pow' ||
      node.kind === 'where' ||
      (node.kind === 'mul' && node.args.filter((a) => a.kind === 'sym').length > 1),
  );

/** One argument, elementwise (or normalised along an axis), and not a polynomial of it. */
function activationLike(reading: Reading): boolean {
  const { assembled, execution, outputs } = reading;
  if (!assembled || !outputs.output || /predict/i.test(execution.main.callable.fn.name)) return false;
  const states = [...execution.run.inputs.values()];
  // A slope that is learnt is a number beside the argument, as a setting is.
  const isSlope = (name: string): boolean =>
    states.some((s) => s.name === name && s.ref.isLearnt === true && isSingle(s.value));
  const main = assembled.program.inputs.filter(
    ({ name, role }) => role !== 'hyper' && assembled.roles.has(name) && !isSlope(name),
  );
  const [input] = main;
  if (!input || main.length !== 1 || execution.main.parameters.size === 0 || input.role === 'label')
    return false;
  const state = states.find((s) => s.name === input.name);
  const output = outputs.output.value;
  if (!state || state.value.axes.length !== output.axes.length) return false;
  if (state.ref.origin !== 'argument') return false;
  if (outputs.output.value.axes.some((axis, k) => axis.size !== state.value.axes[k]?.size)) return false;
  if (!isSingle(output) && !some(reading, (node) => node.kind === 'call')) return false;
  const settings = assembled.program.inputs.filter((i) => i.role === 'hyper');
  if (settings.length > 2) return false;
  // A count with another count: `hann(n, N)`.
  if (settings.length > 0 && isCountName(input.name)) return false;
  // A step down from polynomials and unit conversions: something that bends.
  return some(
    reading,
    (node) =>
      node.kind === 'where' ||
      (node.kind === 'call' && !TRANSCENDENTAL.has(node.kind)) ||
      (node.kind === 'cmp' && node.args.some((a) => a.kind === 'sym')) ||
      (node.kind === 'pow' &&
        node.args[0]?.kind === 'add' &&
        node.args[1]?.kind === 'num' &&
        node.args[1].num < 0 &&
        containsCall(node)),
  );
}

function containsCall(node: Node): boolean {
  return node.kind === 'call' || node.args.some(containsCall);
}
