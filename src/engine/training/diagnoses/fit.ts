/** What is to be known of a run besides its end: labels, classes and units with which a fit makes no sense. */
import { indexedSizes } from '../../../core/definition';
import type { Dataset } from '../../dataset';
import type { Arrays } from '../../interpret';
import type { GradientJob } from '../../job';
import { createRowTaker, type RowTaker } from '../../rowReader';
import { isLikelihoodOf, likelihoodOf, type Likelihood } from '../likelihood';
import type { ParameterLayout } from '../parameters';
import { createRowLosses, type RowLosses } from '../rowLosses';

export interface FitRequest {
  readonly job: GradientJob;
  readonly dataset: Dataset;
  readonly layout: ParameterLayout;
  /** All parameters by name, and the gradient there, flat. */
  readonly parameters: Arrays;
  readonly gradient: Float64Array;
  /** Whether parameters are shrunk besides what the loss asks for. */
  readonly decayed: boolean;
}

/** As sentences that say what to do; empty for a healthy run. */
export function* fitDiagnoses(request: FitRequest): Generator<void, string[]> {
  const found = createRowLosses(request.job, request.dataset, request.parameters);
  const labels = found.ok ? labelDiagnosis(found.value, request) : null;
  const separable = found.ok && labels === null ? yield* separableDiagnosis(found.value, request) : null;
  const quasi =
    found.ok && labels === null && separable === null ? yield* quasiDiagnosis(found.value, request) : null;
  return [labels, separable, quasi, unitDiagnosis(request)].filter((text) => text !== null);
}

/** Rows that are looked at together. */
const BLOCK = 4000;

const CODES = [
  [0, 1],
  [-1, 1],
] as const;

/** Labels in another code than the one for which the loss is a likelihood, or of which one has no effect. */
export function labelDiagnosis(sample: RowLosses, { dataset }: FitRequest): string | null {
  const { label } = sample;
  const { source } = dataset;
  const values = source ? source.sample.inputs[label.name] : dataset.inputs[label.name];
  // Labels of a known domain were compared with it when the data were read.
  if (values?.length !== (source?.sample.rows ?? dataset.rows) || label.domain.kind !== 'real') return null;
  // Of rows that stand for others the place in the table is not known.
  const rowWord = (row: number): string => (source ? 'one' : `the one of row ${row + 1}`);
  const [unit, signs] = CODES.map((code) => isLikelihoodOf(sample, code));
  const outside = values.findIndex((value) => !(value >= 0 && value <= 1));
  if (unit && !signs && outside >= 0)
    return `The labels ${label.code} must be 0 and 1, or between, for this loss, but ${rowWord(outside)} is ${values[outside] ?? NaN}: encode them as 0 and 1.`;
  const unsigned = values.findIndex((value) => Math.abs(value) !== 1);
  if (signs && !unit && unsigned >= 0)
    return `The labels ${label.code} must be -1 and 1 for this loss, but ${rowWord(unsigned)} is ${values[unsigned] ?? NaN}: encode them as -1 and 1.`;
  const pair = onlyTwo(values)?.sort();
  if (pair?.[0] === 0 && pair[1] === 1 && ignores(sample, 0) && !ignores(sample, 1))
    return `Rows with the label ${label.code} = 0 add the same to the loss whatever the parameters are: this loss is made for the labels -1 and 1. Encode them so.`;
  return null;
}

/** The two values that there are; null where there are more or fewer. */
function onlyTwo(values: Float64Array): Float64Array | null {
  const first = values[0];
  if (first === undefined) return null;
  let other = first;
  // Millions of labels: a loop over their places is much quicker than a function for each, or one over the values.
  for (let i = 1; i < values.length; i += 1) {
    const value = values[i] ?? NaN;
    if (value === first || value === other) continue;
    if (other !== first) return null;
    other = value;
  }
  return other === first ? null : Float64Array.of(first, other);
}

/** Whether rows of this label add the same at all parameters. */
function ignores({ points, labels, at }: RowLosses, value: number): boolean {
  const [first, ...others] = points.map((point) =>
    at(
      point,
      labels.map(() => value),
    ),
  );
  return others.every((other) => other.every((loss, i) => loss === first?.[i]));
}

/** Rows of a probability above a half for their class: without errors, larger weights always lower the loss. */
export function* separableDiagnosis(
  sample: RowLosses,
  { job, dataset, parameters, decayed }: FitRequest,
): Generator<void, string | null> {
  if (decayed) return null;
  // Most fits have an error in the sample: whatever the units are, such a row is too unlikely.
  if (sample.at(parameters).some((loss) => loss > 2 * Math.LN2)) return null;
  const likelihood = likelihoodOf(sample);
  if (likelihood.kind !== 'likelihood') return null;
  if (likelihood.family !== 'bernoulli' && likelihood.family !== 'categorical') return null;
  const larger = Object.fromEntries(
    Object.entries(parameters).map(([name, values]) => [name, values.map((value) => 1.5 * value)]),
  );
  const taker = createRowTaker(job, dataset);
  try {
    if (!(yield* areSeparated(taker, likelihood, larger, { job, dataset, parameters }))) return null;
  } finally {
    taker.close();
  }
  const values = dataset.inputs[sample.label.name];
  const [only] = values ?? [];
  if (only !== undefined && values?.length === dataset.rows && values.every((value) => value === only))
    return `The label ${sample.label.code} is ${only} in every row: parameters that always say so fit best, so the loss has no minimum, and they grow for ever. Choose a target with both classes; coefficients mean nothing here.`;
  const alone = yield* separatingFeature(job, dataset, (below, above) => below < above);
  const by = alone === null ? 'the features together tell' : `${alone} alone tells`;
  return `The classes are separable: ${by} every row of these data apart. The loss then has no minimum, and the weights grow for ever. Add a penalty (lam * sum(w**2), or a weight decay), or stop early; coefficients and their errors mean nothing here.`;
}

/** Whether every row has a probability above a half for its class, and a larger one with larger parameters. */
function* areSeparated(
  taker: RowTaker,
  likelihood: Extract<Likelihood, { kind: 'likelihood' }>,
  larger: Arrays,
  { job, dataset, parameters }: Pick<FitRequest, 'job' | 'dataset' | 'parameters'>,
): Generator<void, boolean> {
  for (let from = 0; from < dataset.rows; from += BLOCK) {
    // The last block takes rows of the one before, as a few rows alone say nothing of a mean.
    const count = Math.min(BLOCK, dataset.rows);
    const first = Math.min(from, dataset.rows - count);
    const inputs = { ...dataset.inputs, ...(yield* taker.take(first, count)) };
    const sizes = { ...dataset.sizes, ...(job.rows === null ? {} : { [job.rows]: count }) };
    const found = createRowLosses(job, ofRows(dataset, { inputs, sizes, rows: count }), parameters, count);
    if (!found.ok) return false;
    const { at, divisor } = found.value;
    const unit = likelihood.perLoss / (divisor === 1 ? 1 : dataset.rows);
    const own = at(parameters);
    if (!own.every((loss) => loss * unit < Math.LN2)) return false;
    // Where the logits do not grow with the parameters, there may be a minimum.
    if (at(larger).some((loss, i) => loss > (own[i] ?? NaN))) return false;
    yield;
  }
  return true;
}

/** The dataset with rows that are given. */
function ofRows(dataset: Dataset, rows: Pick<Dataset, 'inputs' | 'sizes' | 'rows'>): Dataset {
  const { features, classes, scaling, notes } = dataset;
  return { features, classes, scaling, notes, ...rows };
}

/**
 * Classes of which only rows with the same value of a feature are mixed, as a category that one class alone has: its weight lowers
 * the loss for ever (Albert and Anderson, "On the existence of maximum likelihood estimates in logistic regression models",
 * 1984). Told of models with one weight for each feature, and a bias, which moves that value to 0.
 */
export function* quasiDiagnosis(
  sample: RowLosses,
  { job, dataset, layout, decayed }: FitRequest,
): Generator<void, string | null> {
  const width = dataset.features.length;
  const hasBias = layout.slots.some(({ length }) => length === 1);
  if (decayed || layout.length !== width + 1 || !hasBias) return null;
  const likelihood = likelihoodOf(sample);
  if (likelihood.kind !== 'likelihood' || likelihood.family !== 'bernoulli') return null;
  const { domain, name } = sample.label;
  if (domain.kind !== 'binary' && !onlyTwo(dataset.inputs[name] ?? new Float64Array())) return null;
  const feature = yield* separatingFeature(job, dataset, (below, above) => below <= above);
  if (feature === null) return null;
  return `The classes are quasi-separable: beyond one value of ${feature}, every row has the same label. The loss then has no minimum, and the weight of ${feature} grows for ever, if slowly. Leave ${feature} out, put its categories together, or add a penalty (lam * sum(w**2), or a weight decay); its coefficient and error mean nothing here.`;
}

/**
 * A feature whose values of one class all lie above those of the other, by what `apart` says of the ends of their ranges: what
 * is not apart in the first rows, as most features, is not so in all.
 */
function* separatingFeature(
  job: GradientJob,
  dataset: Dataset,
  apart: (below: number, above: number) => boolean,
): Generator<void, string | null> {
  const label = job.inputs.find(({ role }) => role === 'label');
  const values = label ? dataset.inputs[label.name] : undefined;
  if (values?.length !== dataset.rows) return null;
  const first = values[0] ?? NaN;
  for (const input of job.inputs) {
    const data = input.role === 'data' ? dataset.inputs[input.name] : undefined;
    if (!data) continue;
    const width = data.length / dataset.rows;
    const rowsFirst = indexedSizes(input.shape)[0] === job.rows;
    for (let j = 0; j < width; j += 1) {
      let [a, b, c, d] = [Infinity, -Infinity, Infinity, -Infinity];
      let isApart = true;
      for (let i = 0; i < dataset.rows && isApart; i += 1) {
        const x = data[rowsFirst ? i * width + j : j * dataset.rows + i] ?? NaN;
        if (values[i] === first) {
          a = Math.min(a, x);
          b = Math.max(b, x);
        } else {
          c = Math.min(c, x);
          d = Math.max(d, x);
        }
        isApart = apart(b, c) || apart(d, a);
      }
      // A constant says nothing.
      if (isApart && Math.min(a, c) < Math.max(b, d))
        return (width === dataset.features.length ? dataset.features[j] : null) ?? input.name;
      yield;
    }
  }
  return null;
}

/** Hidden units through which no gradient flows in any row. */
export function unitDiagnosis({ job, dataset, layout, gradient }: FitRequest): string | null {
  const fromData = new Set(
    job.inputs.filter(({ role }) => role !== 'parameter').flatMap(({ shape }) => indexedSizes(shape)),
  );
  for (const input of job.inputs) if (input.domain.kind === 'class') fromData.add(input.domain.size);
  const hidden = new Set(
    job.parameters.flatMap(({ shape }) => indexedSizes(shape)).filter((size) => !fromData.has(size)),
  );
  for (const size of hidden) {
    const length = dataset.sizes[size] ?? Number(size);
    const alive = new Set<number>();
    const along = job.parameters.flatMap((parameter, p) => {
      const sizes = indexedSizes(parameter.shape);
      const axis = sizes.indexOf(size);
      const slot = layout.slots[p];
      if (axis < 0 || !slot) return [];
      const inner = sizes.slice(axis + 1).reduce((n, s) => n * (dataset.sizes[s] ?? Number(s)), 1);
      for (let k = 0; k < slot.length; k += 1)
        if (gradient[slot.offset + k] !== 0) alive.add(Math.floor(k / inner) % length);
      return [parameter.name];
    });
    const dead = Array.from({ length }, (_, unit) => unit).filter((unit) => !alive.has(unit));
    if (dead.length === 0 || along.length < 2) continue;
    const names = along.join(', ');
    if (dead.length === length)
      return `No gradient reaches the ${length} hidden units of ${names}: all are cut off at 0 in every row, or begin at zero. Start at random values that are not 0 (the scale of the initial values), with a smaller learning rate.`;
    const units = dead.slice(0, 8).join(', ') + (dead.length > 8 ? ', …' : '');
    return `${dead.length} of the ${length} hidden units of ${names} are dead: unit${dead.length > 1 ? 's' : ''} ${units} (from 0) ${dead.length > 1 ? 'have' : 'has'} the gradient 0 in every row, and cannot come back. Use a smaller learning rate, another seed, or a leaky activation.`;
  }
  return null;
}
