/** Losses that libraries offer under a name, as mathematics with their reductions. */
import type { Arena, Node } from '../core/expr';
import { argument, flag, keyword, toArray, type LibraryCall } from './arguments';
import { arange, elementwise, reduce, shapeText, type Result } from './arrays';
import { select } from './indexing';
import type { Setting } from './formulas';
import { array, scalar, shapeError, unsupported, type CallArgument } from './run';
import type { Meaning } from './signature';
import { integerOf, numberOf, type ArrayV, type UnknownValue, type Value } from './values';

export type LossFormula = (arena: Arena, input: Node, target: Node, ...settings: Node[]) => Node;

type Reduction = 'mean' | 'sum' | 'none' | 'batchmean';

function reductionOf(call: LibraryCall): Reduction | UnknownValue {
  const value = keyword(call, 'reduction');
  // What PyTorch took before `reduction`, which it overrides.
  const [each, mean] = ['reduce', 'size_average'].map((name) => {
    const given = keyword(call, name);
    return given === undefined || given.kind === 'none' ? null : integerOf(given);
  });
  if (each !== null || mean !== null) return each === 0 ? 'none' : mean === 0 ? 'sum' : 'mean';
  if (value === undefined) return 'mean';
  if (value.kind === 'string' && /^(mean|sum|none|batchmean)$/.test(value.value))
    return value.value as Reduction;
  return unsupported(`uses ${call.written} with a reduction that is not known`, call.span, 'loss-reduction');
}

const isUnknown = (value: Reduction | UnknownValue): value is UnknownValue => typeof value === 'object';

/** All elements to one number as the reduction says. */
function reduced(call: LibraryCall, each: Result, how: Reduction): Result {
  if (each.kind === 'unknown' || how === 'none') return each;
  const positions = each.axes.map((_, p) => p);
  if (how !== 'batchmean') return reduce(call.run, each, how, positions, false);
  const total = reduce(call.run, each, 'sum', positions, false);
  const [first] = each.axes;
  if (!first) return shapeError(call.run, `${call.written} takes the mean over a batch`, call.span);
  const count = call.run.arena.size(call.run.sizes.find(first.size));
  return scalar(first.index ? call.run.arena.div(total.element, count) : total.element);
}

/** A loss of each sample, reduced as the call says; one sample alone has nothing to be reduced over. */
export function lossReduction(call: LibraryCall, each: Result): Result {
  const how = reductionOf(call);
  return isUnknown(how) ? how : averaged(call, each, how);
}

/** Whether two operands of a loss have the same shape, which is made so where sizes are open. */
function sameShape(call: LibraryCall, a: ArrayV, b: ArrayV): UnknownValue | null {
  const fits =
    a.axes.length === b.axes.length &&
    a.axes.every((axis, p) => {
      const other = b.axes[p];
      return axis.index && other?.index
        ? call.run.sizes.unify(axis.size, other.size)
        : axis.size === other?.size;
    });
  return fits
    ? null
    : shapeError(
        call.run,
        `${call.written} takes two arrays of the same shape, not ${shapeText(a)} and ${shapeText(b)}`,
        call.span,
      );
}

function settingOf(call: LibraryCall, name: string, fallback: string): ArrayV | UnknownValue {
  const given = keyword(call, name);
  return given === undefined || given.kind === 'none'
    ? scalar(call.run.arena.literal(fallback))
    : toArray(call.run, given, call.span);
}

/** A loss of each element of a prediction and its target, weighted and reduced. */
export function lossOf(formula: LossFormula, ...settings: readonly Setting[]): Meaning {
  return (call) => {
    const how = reductionOf(call);
    if (isUnknown(how)) return how;
    const input = toArray(call.run, argument(call, 0), call.span);
    if (input.kind === 'unknown') return input;
    const target = toArray(call.run, argument(call, 1), call.span);
    if (target.kind === 'unknown') return target;
    const differs = sameShape(call, input, target);
    if (differs) return differs;
    const values: ArrayV[] = [input, target];
    for (const [name, fallback] of settings) {
      const value = settingOf(call, name, fallback);
      if (value.kind === 'unknown') return value;
      values.push(value);
    }
    const weight = settingOf(call, 'weight', '1');
    if (weight.kind === 'unknown') return weight;
    values.push(weight);
    const { arena } = call.run;
    const each = elementwise(call.run, values, call.span, (x, y, ...rest) =>
      arena.mul(rest.at(-1) ?? arena.one, formula(arena, x, y, ...rest.slice(0, -1))),
    );
    return reduced(call, each, how);
  };
}

/** A loss of three arrays of one shape: two inputs and a target, or an input, a target and a variance. */
export function lossOfThree(formula: LossFormula, ...settings: readonly Setting[]): Meaning {
  return (call) => {
    const third = toArray(call.run, argument(call, 2), call.span);
    if (third.kind === 'unknown') return third;
    const first = toArray(call.run, argument(call, 0), call.span);
    if (first.kind === 'unknown') return first;
    const differs = sameShape(call, first, third);
    if (differs) return differs;
    const args = call.args.filter((arg) => arg.value !== argument(call, 2));
    const given = { ...call, args: [...args, { name: 'third', value: third }] };
    return lossOf(formula, ['third', '1'], ...settings)(given);
  };
}

const half = (a: Arena): Node => a.num(1, 2);
const squared = (a: Arena, x: Node): Node => a.pow(x, a.num(2));
const log = (a: Arena, x: Node): Node => a.call('log', x);

export const squaredError: LossFormula = (a, x, y) => squared(a, a.sub(x, y));
export const absoluteError: LossFormula = (a, x, y) => a.call('abs', a.sub(x, y));

/** d² / (2 β) near 0, |d| - β / 2 beyond β; Girshick (2015). */
export const smoothL1: LossFormula = (a, x, y, beta = a.one) => {
  const d = a.sub(x, y);
  const size = a.call('abs', d);
  return a.where(
    a.compare('<', size, beta),
    a.div(a.mul(half(a), squared(a, d)), beta),
    a.sub(size, a.mul(half(a), beta)),
  );
};

/** d² / 2 near 0, δ (|d| - δ / 2) beyond δ; Huber (1964). */
export const huber: LossFormula = (a, x, y, delta = a.one) => {
  const d = a.sub(x, y);
  const size = a.call('abs', d);
  return a.where(
    a.compare('<=', size, delta),
    a.mul(half(a), squared(a, d)),
    a.mul(delta, a.sub(size, a.mul(half(a), delta))),
  );
};

export const binaryCrossEntropy: LossFormula = (a, p, y) =>
  a.neg(a.add(a.mul(y, log(a, p)), a.mul(a.sub(a.one, y), log(a, a.sub(a.one, p)))));

/** With the weight of positive targets: (1 - y) x + (1 + (w - 1) y) softplus(-x). */
export const binaryCrossEntropyOfLogits: LossFormula = (a, x, y, weight = a.one) =>
  weight === a.one
    ? a.sub(a.call('softplus', x), a.mul(y, x))
    : a.add(
        a.mul(a.sub(a.one, y), x),
        a.mul(a.add(a.one, a.mul(a.sub(weight, a.one), y)), a.call('softplus', a.neg(x))),
      );

/** y (log y - x) for a logarithm x of a prediction; the target may be a logarithm, too. */
const divergence: LossFormula = (a, x, y) => a.mul(y, a.sub(log(a, y), x));
const divergenceOfLogs: LossFormula = (a, x, y) => a.mul(a.call('exp', y), a.sub(y, x));

const poissonOfLogs: LossFormula = (a, x, y) => a.sub(a.call('exp', x), a.mul(y, x));
const poisson: LossFormula = (a, x, y, eps = a.literal('1e-8')) => a.sub(x, a.mul(y, log(a, a.add(x, eps))));

/** Without the constant: (log v + (x - y)² / v) / 2, with the variance kept above a guard. */
export const gaussian: LossFormula = (a, x, y, variance = a.one, eps = a.literal('1e-6')) => {
  const v = a.call('maximum', variance, eps);
  return a.mul(half(a), a.add(log(a, v), a.div(squared(a, a.sub(x, y)), v)));
};

export const softMargin: LossFormula = (a, x, y) => a.call('softplus', a.neg(a.mul(y, x)));

export const hingeEmbedding: LossFormula = (a, x, y, margin = a.one) =>
  a.where(a.compare('==', y, a.one), x, a.call('maximum', a.zero, a.sub(margin, x)));

/** Operands in the library's order: two inputs, a target, a margin. */
export const marginRanking: LossFormula = (a, x1, x2, y = a.one, margin = a.zero) =>
  a.call('maximum', a.zero, a.add(a.neg(a.mul(y, a.sub(x1, x2))), margin));

/** log softmax along an axis. */
export function logSoftmax(call: LibraryCall, x: ArrayV, axis: number): Result {
  const { run } = call;
  const exp = array(x.axes, run.arena.call('exp', x.element));
  const total = reduce(run, exp, 'sum', [axis], true);
  return elementwise(run, [x, total], call.span, (e, s) => run.arena.sub(e, log(run.arena, s)));
}

/** The entry of each sample's class; samples are the first axis, classes the second, or the only one. */
function ofClass(call: LibraryCall, values: ArrayV, classes: ArrayV): Result {
  const [rows] = values.axes;
  if (values.axes.length === 1) return select(call.run, values, [classes], call.span);
  return rows
    ? select(call.run, values, [arange(call.run, rows.size), classes], call.span)
    : shapeError(call.run, `${call.written} takes samples and their classes`, call.span);
}

/** What each class of the samples weighs, or 1. */
function classWeights(call: LibraryCall, logs: ArrayV, classes: ArrayV): Result | null {
  const given = keyword(call, 'weight');
  if (given === undefined || given.kind === 'none') return null;
  const weight = toArray(call.run, given, call.span);
  if (weight.kind === 'unknown') return weight;
  const [own] = weight.axes;
  const size = logs.axes.at(-1)?.size;
  if (!own?.index || weight.axes.length > 1 || size === undefined || !call.run.sizes.unify(own.size, size))
    return shapeError(call.run, `${call.written} takes one weight for each class`, call.span);
  return select(call.run, weight, [classes], call.span);
}

/** Cross entropy with positions of classes, of logits or of logarithms of probabilities. */
function ofPositions(call: LibraryCall, logs: ArrayV, classes: ArrayV, how: Reduction): Result {
  const { run } = call;
  if (logs.axes.length > 2)
    return unsupported(`uses ${call.written} with more than two axes`, call.span, 'cross-entropy-rank');
  const picked = ofClass(call, logs, classes);
  if (picked.kind === 'unknown') return picked;
  const weights = classWeights(call, logs, classes);
  if (weights?.kind === 'unknown') return weights;
  const each = elementwise(run, weights ? [picked, weights] : [picked], call.span, (e, w) =>
    run.arena.neg(w ? run.arena.mul(w, e) : e),
  );
  if (!weights || how !== 'mean' || each.kind === 'unknown') return averaged(call, each, how);
  const positions = each.axes.map((_, p) => p);
  const sum = reduce(run, each, 'sum', positions, false);
  const total = reduce(run, weights, 'sum', positions, false);
  return elementwise(run, [sum, total], call.span, (s, t) => run.arena.div(s, t));
}

/** One sample alone has nothing to be averaged over. */
const averaged = (call: LibraryCall, each: Result, how: Reduction): Result =>
  each.kind === 'array' && each.axes.length === 0 ? each : reduced(call, each, how);

/** Negative logarithm of the probability of each sample's class. */
export const negativeLogLikelihood: Meaning = (call) => {
  const how = reductionOf(call);
  if (isUnknown(how)) return how;
  const logs = toArray(call.run, argument(call, 0), call.span);
  if (logs.kind === 'unknown') return logs;
  const classes = toArray(call.run, argument(call, 1), call.span);
  if (classes.kind === 'unknown') return classes;
  const fits = rankFits(call, logs, classes);
  return fits ?? ofPositions(call, logs, classes, how);
};

function rankFits(call: LibraryCall, logs: ArrayV, classes: ArrayV): UnknownValue | null {
  if (logs.axes.length === classes.axes.length + 1) return null;
  const text = `${call.written} takes one class for each sample, not ${shapeText(classes)} for ${shapeText(logs)}`;
  return shapeError(call.run, text, call.span);
}

/** What a target holds for each sample: the position of its class, or the probabilities of all. */
type TargetKind = 'positions' | 'probabilities';

/** Cross entropy of logits with positions of classes, or with probabilities of them. */
const crossEntropyOf =
  (only: TargetKind | null): Meaning =>
  (call) => {
    const how = reductionOf(call);
    if (isUnknown(how)) return how;
    const x = toArray(call.run, argument(call, 0), call.span);
    if (x.kind === 'unknown') return x;
    const target = toArray(call.run, argument(call, 1), call.span);
    if (target.kind === 'unknown') return target;
    if (x.axes.length === 0)
      return shapeError(call.run, `${call.written} takes the logits of several classes`, call.span);
    const smoothing = numberOf(keyword(call, 'smoothing') ?? scalar(call.run.arena.zero));
    if (smoothing === null)
      return unsupported(`uses ${call.written} with label_smoothing=`, call.span, 'unsupported-argument');
    // Libraries differ in which axis of three or more counts classes.
    if (x.axes.length > 2)
      return unsupported(`uses ${call.written} with more than two axes`, call.span, 'cross-entropy-rank');
    const axis = x.axes.length > 1 ? 1 : 0;
    if (axis === 0) call.run.penalise(2, 'a cross entropy of one sample');
    const logs = logSoftmax(call, x, axis);
    if (logs.kind === 'unknown') return logs;
    const isCounted = target.element.kind === 'index';
    if (only === 'probabilities' || (only === null && !isCounted && x.axes.length === target.axes.length)) {
      // Positions are what is given far more often.
      if (only === null) call.run.penalise(1, 'probabilities as the target of a cross entropy');
      return smoothing === 0
        ? ofProbabilities(call, logs, target, axis, how)
        : unsupported(`uses ${call.written} with label_smoothing=`, call.span, 'unsupported-argument');
    }
    const fits = rankFits(call, logs, target);
    if (fits) return fits;
    return smoothing === 0 ? ofPositions(call, logs, target, how) : smoothed(call, logs, target, axis, how);
  };

export const crossEntropy = crossEntropyOf(null);
export const crossEntropyOfPositions = crossEntropyOf('positions');
export const crossEntropyOfProbabilities = crossEntropyOf('probabilities');

/** Keras' cross entropy of probabilities along the last axis, which it makes sum to 1. */
export const crossEntropyOfOneHot: Meaning = (call) => {
  const { run, span } = call;
  const p = toArray(run, keyword(call, 'probabilities'), span);
  if (p.kind === 'unknown') return p;
  const labels = toArray(run, keyword(call, 'labels'), span);
  if (labels.kind === 'unknown') return labels;
  const axis = p.axes.length - 1;
  if (axis < 0) return shapeError(run, `${call.written} takes the probabilities of several classes`, span);
  const total = reduce(run, p, 'sum', [axis], true);
  const logs = elementwise(run, [p, total], span, (own, sum) => log(run.arena, run.arena.div(own, sum)));
  return logs.kind === 'unknown' ? logs : ofProbabilities(call, logs, labels, axis, 'none');
};

/** The loss of each element of the first operand and the second. */
export const notReduced =
  (formula: LossFormula, ...settings: readonly Setting[]): Meaning =>
  (call) =>
    lossOf(
      formula,
      ...settings,
    )({ ...call, args: [...call.args, { name: 'reduction', value: { kind: 'string', value: 'none' } }] });

/** A loss whose call names labels before logits. */
export const ofLabelsAndLogits =
  (meaning: Meaning, reduction: Reduction): Meaning =>
  (call) => {
    const named = (name: string): CallArgument[] => {
      const value = keyword(call, name);
      return value ? [{ name: null, value }] : [];
    };
    const rest = call.args.filter((arg) => arg.name !== 'labels' && arg.name !== 'logits');
    const how: CallArgument = { name: 'reduction', value: { kind: 'string', value: reduction } };
    return meaning({ ...call, args: [...named('logits'), ...named('labels'), ...rest, how] });
  };

/** -(1 - ε) log p_y - ε / K Σ_k log p_k; Szegedy et al. (2016). */
function smoothed(call: LibraryCall, logs: ArrayV, classes: ArrayV, axis: number, how: Reduction): Result {
  const { run } = call;
  const { arena } = run;
  if (keyword(call, 'weight') && keyword(call, 'weight')?.kind !== 'none')
    return unsupported(
      `uses ${call.written} with weight= and label_smoothing=`,
      call.span,
      'unsupported-argument',
    );
  const picked = ofPositions(call, logs, classes, 'none');
  if (picked.kind === 'unknown') return picked;
  const epsilon = toArray(run, keyword(call, 'smoothing'), call.span);
  if (epsilon.kind === 'unknown') return epsilon;
  const all = reduce(run, logs, 'mean', [axis], false);
  const each = elementwise(run, [picked, all, epsilon], call.span, (own, mean, e) =>
    arena.sub(arena.mul(arena.sub(arena.one, e), own), arena.mul(e, mean)),
  );
  return averaged(call, each, how);
}

function ofProbabilities(
  call: LibraryCall,
  logs: ArrayV,
  target: ArrayV,
  axis: number,
  how: Reduction,
): Result {
  const { run } = call;
  const differs = sameShape(call, logs, target);
  if (differs) return differs;
  const given: Value | undefined = keyword(call, 'weight');
  if (given !== undefined && given.kind !== 'none')
    return unsupported(`uses ${call.written} with weight=`, call.span, 'unsupported-argument');
  const products = elementwise(run, [target, logs], call.span, (t, l) => run.arena.neg(run.arena.mul(t, l)));
  if (products.kind === 'unknown') return products;
  return averaged(call, reduce(run, products, 'sum', [axis], false), how);
}

/** A loss whose form depends on a flag. */
const byFlag =
  (name: string, fallback: boolean, whenSet: Meaning, otherwise: Meaning): Meaning =>
  (call) => {
    const given = keyword(call, name);
    const set = given === undefined ? fallback : flag(given);
    if (set === null)
      return unsupported(`uses ${call.written} with a flag that is not a constant`, call.span, 'loss-flag');
    return (set ? whenSet : otherwise)(call);
  };

export const divergenceWithFlag = byFlag('log_target', false, lossOf(divergenceOfLogs), lossOf(divergence));

export const poissonWithFlag = byFlag('flag', true, lossOf(poissonOfLogs), lossOf(poisson, ['eps', '1e-8']));
