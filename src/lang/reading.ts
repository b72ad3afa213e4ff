/** The best reading of a definition: shapes searched, then the program built once with final sizes. */
import { Arena } from '../core/expr';
import { isSingle } from './arrays';
import { assemble, nameSizes, type Assembled } from './assemble';
import { executePlan, type Execution, type Plan } from './execution';
import { isJacobianShaped } from './jacobians';
import { isModelName, roleHint, statedPattern } from './names';
import type { Joints } from './joints';
import { outputsOf, type Outputs } from './outputs';
import { createPatterns } from './patterns';
import { search, type Chooser, type Failure, type SearchLimits } from './search';
import { createNamedSizes, createSizes, type Sizes } from './sizes';
import type { Pattern } from './run';
import type { ArrayV, Cause, InputRef } from './values';
import type { Node, Size } from '../core/expr';

export interface Reading {
  readonly execution: Execution;
  readonly outputs: Outputs;
  readonly assembled: Assembled | null;
  readonly samples: Size | null;
  readonly cause: Cause | null;
  readonly cost: number;
  /** Inputs that would have to be read in pieces. */
  readonly asked: Joints;
  /** Axes of inputs that would have to be short. */
  readonly askedPasses: ReadonlySet<Size>;
  /** Executions that the search took, for tests and measurements. */
  readonly runs: number;
}

export const LIMITS: SearchLimits = { runs: 250, steps: 40_000, alike: 32, hopeless: 12 };

/** Causes that no other choice of shapes can cure. */
const FINAL: ReadonlySet<string> = new Set([
  'unsupported-function',
  'unsupported-method',
  'undefined-name',
  'calls-argument',
  'unreadable',
  'view',
  'condition',
]);

/**
 * Reads a plan, or null when nothing in it is a value. A gradient that has not the shape of its parameter is read again
 * with a parameter of the gradient's shape, unless the code states the parameter's.
 */
export function readPlan(plan: Plan, limits = LIMITS): Reading | null {
  const { reading, joints, unrolled } = readUnrolled(plan, limits);
  const tried = mismatchesOf(reading).flatMap(({ gradient }): [string, Pattern][] => {
    const state = [...(reading?.execution.run.inputs.values() ?? [])].find((s) => s.name === gradient.of);
    if (!state || isStated(plan, state.ref)) return [];
    // A bias of the shape of what flows in is a forgotten sum.
    if (reading?.execution.upstreams.length && roleHint(state.name, false) === 'parameter') return [];
    return [[state.ref.code, gradient.value.axes.map((axis) => (axis.index ? '*' : '1'))]];
  });
  if (!reading || tried.length === 0) return reading;
  const again = readOnce({ ...plan, joints, unrolled, stated: new Map([...plan.stated, ...tried]) }, limits);
  const fits =
    again?.assembled &&
    mismatchesOf(again).length === 0 &&
    again.outputs.broken.length <= reading.outputs.broken.length &&
    !carriesSamples(again, new Set(tried.map(([code]) => code)));
  return fits ? again : reading;
}

/**
 * Reads a plan, and again with short loops where their passes depend on each other. That tells what written gradients are, and
 * not what the function computes for any number of passes.
 */
function readUnrolled(
  plan: Plan,
  limits: SearchLimits,
): { reading: Reading | null; joints: Joints; unrolled: Plan['unrolled'] } {
  const first = readInPieces(plan, limits);
  const plain = { ...first, unrolled: plan.unrolled };
  const unrolled = first.reading && isLacking(first.reading) ? first.reading.askedPasses : plan.unrolled;
  if (!first.reading || unrolled.size === 0) return plain;
  const again = readInPieces({ ...plan, unrolled }, limits);
  const count = (reading: Reading | null): number =>
    (reading?.assembled?.gradients.length ?? 0) + (reading?.assembled?.pullback?.gradients.length ?? 0);
  return count(again.reading) > count(first.reading) ? { ...again, unrolled } : plain;
}

/** How often a reading may ask for more inputs in pieces. */
const MOST_ROUNDS = 4;

/** Reads a plan, and again with the inputs in pieces that its parts of axes ask for, as long as that tells more. */
function readInPieces(plan: Plan, limits: SearchLimits): { reading: Reading | null; joints: Joints } {
  let joints = plan.joints;
  const first = readOnce(plan, limits);
  let reading = first;
  for (let round = 0; round < MOST_ROUNDS && reading && isLacking(reading); round += 1) {
    const asked = [...reading.asked].filter(([code]) => !joints.has(code));
    if (asked.length === 0) break;
    joints = new Map([...joints, ...asked]);
    const again = readOnce({ ...plan, joints }, limits);
    if (!again) break;
    reading = again;
  }
  // Where pieces tell no more, other shapes may do without them.
  if (joints.size > plan.joints.size && !reading?.assembled)
    return { reading: readOnce(plan, limits, UNREAD), joints: plan.joints };
  return { reading, joints };
}

const isLacking = ({ assembled, outputs }: Reading): boolean =>
  assembled === null || outputs.broken.length > 0;

const mismatchesOf = (reading: Reading | null): Assembled['mismatches'] => [
  ...(reading?.assembled?.mismatches ?? []),
  ...(reading?.assembled?.pullback?.mismatches ?? []),
];

/** One weight per sample is what a gradient without its sum asks for. */
const carriesSamples = ({ execution, samples }: Reading, codes: ReadonlySet<string>): boolean =>
  [...execution.run.inputs.values()].some(
    ({ ref, value }) =>
      codes.has(ref.code) && value.axes.some((axis) => axis.index !== null && axis.size === samples),
  );

/** Whether the code says the shape of an input. */
const isStated = (plan: Plan, { code, name, annotation, documentation }: InputRef): boolean =>
  plan.stated.has(code) ||
  plan.directives.shapes.has(name) ||
  plan.directives.shapes.has(code) ||
  statedPattern(name, annotation, documentation) !== null;

/** What it costs that there is no output, for a reason that other shapes may cure. */
const UNREAD = 30;

/** `asking`: what it costs that there is none before inputs are read in pieces. */
function readOnce(plan: Plan, limits: SearchLimits, asking = 1): Reading | null {
  const arena = new Arena();
  const patterns = createPatterns(plan);
  const found = search<{ execution: Execution; outputs: Outputs; sizes: Sizes }>(
    (chooser) => {
      const sizes = createSizes();
      const execution = executePlan(plan, arena, sizes, chooser, patterns);
      return { execution, outputs: outputsOf(execution), sizes };
    },
    ({ execution, outputs, sizes }) => ({
      cost: costOf(outputs, sizes, plan, asking) + 3 * classesAstray(execution, outputs, sizes),
      failure: failureOf(outputs),
    }),
    limits,
  );
  if (!found.best) return null;
  const { value, choices, cost } = found.best;
  const { names, samples } = nameSizes(value.execution, value.sizes);
  const fixed: Chooser = {
    choose: (key, options) => choices.get(key) ?? options()[0]?.id ?? '',
    penalise: () => undefined,
    step: () => undefined,
  };
  const execution = executePlan(plan, new Arena(), createNamedSizes(names), fixed, patterns);
  const outputs = outputsOf(execution);
  const { output } = outputs;
  const assembled = output ? assemble(execution, { ...outputs, output }, plan.directives, samples) : null;
  const { asked, askedPasses } = value.execution.run;
  const { cause } = outputs;
  return { execution, outputs, assembled, samples, cause, cost, asked, askedPasses, runs: found.runs };
}

/** Why there is no output; shapes that do not fit are no reason, as other shapes may. */
function failureOf({ output, cause }: Outputs): Failure | null {
  if (output || cause?.type === 'shape') return null;
  if (!cause) return { why: 'nothing', isHopeless: false };
  const why = [cause.id, cause.span.startLine, cause.span.startColumn].join();
  // What a condition is may depend on a number of axes.
  return { why, isHopeless: FINAL.has(cause.id) && cause.id !== 'condition' };
}

/** What speaks against a finished reading. */
function costOf(outputs: Outputs, sizes: Sizes, { main, seconds }: Plan, asking: number): number {
  let cost = 0;
  if (outputs.output) cost += isSingle(outputs.output.value) ? 0 : isModelName(main.fn.name) ? 0.5 : 2;
  else if (outputs.cause) cost += costOfCause(outputs.cause, asking);
  const shapes = new Map<string, ArrayV>();
  for (const state of outputs.inputs) shapes.set(state.name, state.value);
  for (const gradient of outputs.gradients) {
    const target = gradient.isInput ? shapes.get(gradient.of) : undefined;
    if (!target) continue;
    const find = (size: Size): Size => sizes.find(size);
    const isJacobian = outputs.output && isJacobianShaped(gradient.value, outputs.output.value, target, find);
    if (!isJacobian) cost += shapeDifference(gradient.value, target, sizes);
  }
  for (const { cause } of outputs.broken)
    // What a function around it computes has any shape that fits.
    if (cause.type === 'shape') cost += main.outer?.locals?.size ? 6 : 1;
    else if (cause.id === 'reshape') cost += 3;
  if (seconds.length > 0 && outputs.seconds.length === 0) cost += 2;
  cost += 6 * samplesAstray(outputs, sizes);
  return cost;
}

const costOfCause = ({ type, id }: Cause, asking: number): number =>
  type === 'shape' ? 100 : id === 'joint' ? asking : FINAL.has(id) ? 0 : UNREAD;

/** A mean over the very axis that a softmax runs along, which has lost its axis of samples; labels without its axis. */
function classesAstray({ run }: Execution, { output, inputs }: Outputs, sizes: Sizes): number {
  if (!output || !isSingle(output.value)) return 0;
  const counted = new Set<Size>();
  const normalised = new Set<Size>();
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    const [base, exponent] = node.args;
    if (node.kind === 'pow' && base?.kind === 'size' && exponent?.kind === 'num' && exponent.num < 0)
      counted.add(sizes.find(base.size));
    const isExp = base?.kind === 'call' && base.fn === 'exp';
    if (node.kind === 'reduce' && (node.op === 'max' || isExp)) normalised.add(sizes.find(node.index.size));
    node.args.forEach(visit);
  };
  run.bindings.forEach((binding) => {
    visit(binding.def);
  });
  visit(output.value.element);
  if (normalised.size === 0) return 0;
  // A column of classes is as long as the softmax.
  const isPlain = ({ axes }: ArrayV): boolean =>
    axes.length === 0
      ? counted.size > 0
      : axes.some((axis) => axis.index === null) &&
        !axes.some((axis) => axis.index !== null && normalised.has(sizes.find(axis.size)));
  const labels = inputs.filter(({ name, value }) => roleHint(name, false) === 'label' && isPlain(value));
  return labels.length + ([...counted].some((size) => normalised.has(size)) ? 1 : 0);
}

/** Weights with an axis of the labels' samples (one weight per sample is never meant), and data without it. */
function samplesAstray(outputs: Outputs, sizes: Sizes): number {
  const indexed = (value: ArrayV): Size[] =>
    value.axes.flatMap((axis) => (axis.index ? [sizes.find(axis.size)] : []));
  const hinted = (role: string): ArrayV[] =>
    outputs.inputs.filter((i) => roleHint(i.name, isSingle(i.value)) === role).map((i) => i.value);
  const data = new Set(hinted('data').flatMap(indexed));
  const labels = hinted('label').flatMap(indexed);
  const samples = new Set(labels.filter((size) => data.has(size)));
  const odd = hinted('parameter').filter((value) => indexed(value).some((size) => samples.has(size))).length;
  // Labels of many samples beside data of one, or of others.
  const lone =
    labels.length > 0 && hinted('data').length > 0 && samples.size === 0 && data.size !== 1 ? 1 : 0;
  // Data whose every axis belongs to weights has no axis of samples left.
  const weights = new Set(hinted('parameter').flatMap(indexed));
  const covered = hinted('data').filter((value) => {
    const axes = indexed(value);
    return axes.length > 1 && axes.every((size) => weights.has(size));
  }).length;
  // One prediction for many labels: that would only be there for a gradient that is summed too far.
  const isOne =
    labels.length > 0 &&
    data.size + weights.size === 0 &&
    outputs.inputs.some(
      ({ name, value }) =>
        isSingle(value) &&
        roleHint(name, true) === 'prediction' &&
        outputs.gradients.some((gradient) => gradient.of === name),
    );
  return odd + lone + covered + (isOne ? 2 : 0);
}

function shapeDifference(gradient: ArrayV, parameter: ArrayV, sizes: Sizes): number {
  const indexed = (value: ArrayV): Size[] =>
    value.axes.flatMap((axis) => (axis.index ? [sizes.find(axis.size)] : []));
  const a = indexed(gradient);
  const b = indexed(parameter);
  if (a.length !== b.length || a.some((size, k) => size !== b[k])) return 6;
  if (a.length === 0) return 0;
  return gradient.axes.length === parameter.axes.length ? 0 : 0.5;
}
