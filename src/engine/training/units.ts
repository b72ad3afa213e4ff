/** From coefficients of standardised features to those of the features as the file has them. */
import { indexedSizes } from '../../core/definition';
import { createRandom, normal } from '../../core/random';
import type { Dataset } from '../dataset';
import type { Scaling } from '../features';
import { createRunner, type Arrays } from '../interpret';
import type { GradientJob } from '../job';
import type { JobInput } from '../loop';
import { LOSS } from '../program';
import { someRows } from '../split';
import { parameterLayout, unflatten, type ParameterLayout, type Slot } from './parameters';

/** A linear map of the parameters, row-major, with `length` rows and columns. */
export type Transform = Float64Array;

const SAMPLE = 40;

/**
 * The map T with J(raw data, Tθ) = J(standardised data, θ), penalties aside: weights are divided by the deviation, and what the means were is taken
 * from the intercept. Which parameters are weights and intercept is found by trying; null where none are. The identity without
 * standardisation. `at` gives the parameters that are not trained.
 */
export function toDataUnits(job: GradientJob, dataset: Dataset, at: Arrays): Transform | null {
  const layout = parameterLayout(job, dataset.sizes);
  const sample = someRows(job, dataset, SAMPLE);
  const done = { inputs: sample.inputs, transform: identity(layout.length) };
  for (const { input, scaling, rowsFirst } of scaledInputs(job, sample)) {
    if (scaling.every(({ mean, deviation }) => mean === 0 && deviation === 1)) continue;
    const raw = { ...done.inputs, [input.name]: unscaled(done.inputs[input.name], scaling, rowsFirst) };
    const found = [...candidates(layout, scaling)].find((transform) => {
      const both = multiply(transform, done.transform, layout.length);
      return isSame(job, sample, raw, both, layout, at);
    });
    if (!found) return null;
    done.inputs = raw;
    done.transform = multiply(found, done.transform, layout.length);
  }
  return done.transform;
}

interface ScaledInput {
  readonly input: JobInput;
  readonly scaling: readonly Scaling[];
  readonly rowsFirst: boolean;
}

/** The data inputs with the features that they hold: a matrix has those that no vector took. */
function scaledInputs(job: GradientJob, sample: Dataset): ScaledInput[] {
  const data = job.inputs.filter(({ role }) => role === 'data');
  const isMatrix = ({ shape }: JobInput): boolean => indexedSizes(shape).length === 2;
  const vectors = data.filter((input) => !isMatrix(input));
  const left = [...sample.scaling];
  const take = (k: number): Scaling[] => (k < 0 ? [] : left.splice(k, 1));
  const named = new Map<string, Scaling[]>();
  for (const { name } of vectors)
    named.set(name, take(left.findIndex(({ feature }) => feature.toLowerCase() === name.toLowerCase())));
  for (const { name } of vectors)
    // Weights of the rows are data too, and no feature.
    if (named.get(name)?.length === 0 && isCentred(sample.inputs[name])) named.set(name, left.splice(0, 1));
  return data.map((input) => ({
    input,
    scaling: isMatrix(input) ? left : (named.get(input.name) ?? []),
    rowsFirst: indexedSizes(input.shape)[0] === job.rows,
  }));
}

/** A standardised feature has values on both sides of 0; weights are positive. */
const isCentred = (values: Float64Array | undefined): boolean => values?.some((value) => value < 0) === true;

function unscaled(
  values: Float64Array | undefined,
  scaling: readonly Scaling[],
  rowsFirst: boolean,
): Float64Array {
  const given = values ?? new Float64Array();
  const width = Math.max(1, scaling.length);
  const rows = given.length / width;
  return given.map((value, k) => {
    const { mean = 0, deviation = 1 } = scaling[rowsFirst ? k % width : Math.floor(k / rows)] ?? {};
    return value * deviation + mean;
  });
}

/** Every parameter that has a weight per feature, with every one that can be its intercept. */
function* candidates(layout: ParameterLayout, scaling: readonly Scaling[]): Generator<Transform> {
  const n = scaling.length;
  const lengths = ({ shape }: Slot): number[] => shape.filter((length) => length !== 1);
  for (const weights of layout.slots)
    for (const along of [0, 1]) {
      const axes = n === 1 ? [1, ...lengths(weights)] : lengths(weights);
      const others = axes.filter((_, k) => k !== along);
      if (axes[along] !== n || others.length > 1) continue;
      const width = others[0] ?? 1;
      for (const intercept of layout.slots)
        if (intercept !== weights && intercept.length === width)
          yield transformOf(layout, weights, intercept, scaling, along === 0 ? [width, 1] : [1, n]);
    }
}

function transformOf(
  { length }: ParameterLayout,
  weights: Slot,
  intercept: Slot,
  scaling: readonly Scaling[],
  [perFeature, perOutput]: readonly [number, number],
): Transform {
  const transform = identity(length);
  scaling.forEach(({ mean, deviation }, j) => {
    for (let c = 0; c < intercept.length; c += 1) {
      const w = weights.offset + j * perFeature + c * perOutput;
      transform[w * length + w] = 1 / deviation;
      transform[(intercept.offset + c) * length + w] = -mean / deviation;
    }
  });
  return transform;
}

/** The same predictions, as far as the loss tells: how it changes with the labels, which leaves out any penalty. */
function isSame(
  job: GradientJob,
  sample: Dataset,
  raw: Arrays,
  transform: Transform,
  layout: ParameterLayout,
  at: Arrays,
): boolean {
  const random = createRandom(9);
  const label = job.inputs.find(({ role }) => role === 'label')?.name ?? '';
  const turned = Float64Array.from(sample.inputs[label] ?? []).reverse();
  const [standardised, unstandardised] = [sample.inputs, raw].map((inputs) => {
    const runner = createRunner(job.gradient, sample.sizes, inputs);
    return (theta: Float64Array): readonly [loss: number, change: number] => {
      const given = { ...at, ...unflatten(layout, theta) };
      const loss = runner.run(given)[LOSS]?.[0] ?? NaN;
      return [loss, loss - (runner.run({ ...given, [label]: turned })[LOSS]?.[0] ?? NaN)];
    };
  });
  let compared = 0;
  for (let k = 0; k < 6; k += 1) {
    const theta = Float64Array.from({ length: layout.length }, () => 0.3 * normal(random));
    const [loss, change] = standardised?.(theta) ?? [NaN, NaN];
    const [, other] = unstandardised?.(apply(transform, theta)) ?? [NaN, NaN];
    if (!Number.isFinite(change) || Math.abs(change) < 1e-4 * Math.abs(loss)) continue;
    if (!(Math.abs(change - other) <= 1e-7 * Math.abs(change))) return false;
    compared += 1;
  }
  return compared >= 2;
}

function identity(length: number): Transform {
  const out = new Float64Array(length * length);
  for (let k = 0; k < length; k += 1) out[k * length + k] = 1;
  return out;
}

export function apply(transform: Transform, theta: Float64Array): Float64Array {
  const n = theta.length;
  return theta.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j += 1) sum += (transform[i * n + j] ?? NaN) * (theta[j] ?? NaN);
    return sum;
  });
}

export function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1)
    for (let k = 0; k < n; k += 1) {
      const factor = a[i * n + k] ?? NaN;
      if (factor === 0) continue;
      for (let j = 0; j < n; j += 1) out[i * n + j] = (out[i * n + j] ?? 0) + factor * (b[k * n + j] ?? NaN);
    }
  return out;
}

/** T C Tᵀ. */
export function covarianceOf(transform: Transform, covariance: Float64Array, n: number): Float64Array {
  const transposed = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1)
    for (let j = 0; j < n; j += 1) transposed[j * n + i] = transform[i * n + j] ?? NaN;
  return multiply(multiply(transform, covariance, n), transposed, n);
}
