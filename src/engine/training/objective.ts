/** The loss as a function of one vector of parameters, with its gradient, on all rows or on some. */
import type { Crew } from '../crew';
import type { Dataset } from '../dataset';
import { productOutput, type JobCurvature } from '../curvature';
import { createEvaluation, type Evaluation } from '../evaluation';
import type { Arrays } from '../interpret';
import { gradientOutput, type GradientJob } from '../job';
import type { LoopProgram } from '../loop';
import { LOSS } from '../program';
import { createRowReader } from '../rowReader';
import { StreamFault, type RowSource } from '../rowSource';
import { createStreamedKernel } from '../streamedKernel';
import { rowInputs, takeRows } from './batches';
import { flatten, parameterLayout, unflatten, type ParameterLayout } from './parameters';
import { euclidean, plus, zip } from './vectors';

export interface Evaluated {
  readonly loss: number;
  readonly gradient: Float64Array;
}

export interface Objective {
  readonly layout: ParameterLayout;
  /** Loss and gradient at the parameters, in pieces of some milliseconds: on these rows, or on all. */
  evaluate(parameters: Float64Array, rows?: Int32Array, ahead?: number | null): Generator<void, Evaluated>;
  /** Rows of a block, where the rows come in blocks; `ahead` is a row of the block that comes next. */
  readonly blockRows: number | null;
  /**
   * The Hessian at the parameters times a vector, on all rows: from the derived second derivatives where the job has them, else
   * from differences of the gradient.
   */
  product(parameters: Float64Array, direction: Float64Array): Generator<void, Float64Array>;
  /** Whether such products are derived ones. */
  readonly derivesProducts: boolean;
  /** How they are computed, in words; null before the first time. */
  readonly about: string | null;
  dispose(): void;
}

export interface ObjectiveRequest {
  readonly job: GradientJob;
  readonly dataset: Dataset;
  /** Values of parameters that are not trained. */
  readonly fixed: Arrays;
  readonly precision: 'double' | 'single';
  /** Whose gradient: the derived one, or the hand-written one of each parameter that has one of its shape. */
  readonly gradient: 'derived' | 'hand';
  readonly crew: Crew | null;
}

/** Where the gradient of each parameter is found. */
type Source = 'derived' | { readonly output: string };

/** Throws a RangeError for data that does not have the sizes. */
export function createObjective(request: ObjectiveRequest): Objective {
  const { job, dataset, fixed, precision, crew } = request;
  const layout = parameterLayout(job, dataset.sizes);
  const ownRows = rowInputs(job);
  const sources = layout.slots.map(({ name }): Source => {
    const own = job.handGradients.find(({ of, comparable }) => of === name && comparable);
    return request.gradient === 'hand' && own ? { output: own.output } : 'derived';
  });
  const programs = [job.gradient, ...(sources.every((s) => s === 'derived') || !job.hand ? [] : [job.hand])];
  const rowNames = new Set(ownRows.map(({ name }) => name));
  const shared = Object.fromEntries(
    Object.entries({ ...fixed, ...dataset.inputs }).filter(([name]) => !rowNames.has(name)),
  );
  /** By the number of rows: a batch, and a smaller one at the end. */
  const ofBatches = new Map<number, readonly Evaluation[]>();
  const create = (program: LoopProgram, count: number | null): Evaluation =>
    count === null && dataset.source
      ? streamed(program, dataset.source)
      : count === null || job.rows === null
        ? createEvaluation(
            program,
            dataset.sizes,
            { ...fixed, ...dataset.inputs },
            crew,
            precision,
            dataset.memory ?? null,
          )
        : createEvaluation(program, { ...dataset.sizes, [job.rows]: count }, shared, crew, precision);
  const streamed = (program: LoopProgram, source: RowSource): Evaluation => {
    const made = createStreamedKernel(program, dataset.sizes, shared, source, crew);
    if (!made.ok)
      throw new StreamFault(
        `The table is larger than memory, and ${job.name} cannot be computed on a part of its rows at a time: ${made.message}. Choose fewer rows or columns, or batches.`,
      );
    return made.value;
  };
  const reader = dataset.source ? createRowReader(job, dataset.sizes, dataset.source) : null;
  const taken = function* (rows: Int32Array, ahead: number | null): Generator<void, Arrays> {
    return reader ? yield* reader.read(rows, ahead) : takeRows(ownRows, dataset.inputs, dataset.rows, rows);
  };
  let ofAll: readonly Evaluation[] | null = null;
  const evaluationsFor = (count: number | null): readonly Evaluation[] => {
    const known = count === null ? ofAll : ofBatches.get(count);
    if (known) return known;
    const made = programs.map((program) => create(program, count));
    if (count === null) ofAll = made;
    else ofBatches.set(count, made);
    return made;
  };

  /** On all rows: who asks again at the end of a run is told without another pass over the data. */
  let last: (Evaluated & { readonly at: Float64Array }) | null = null;

  function* evaluate(
    parameters: Float64Array,
    rows?: Int32Array,
    ahead: number | null = null,
  ): Generator<void, Evaluated> {
    if (rows) return yield* computed(parameters, rows, ahead);
    if (!last?.at.every((value, k) => Object.is(value, parameters[k])))
      last = { ...(yield* computed(parameters)), at: parameters.slice() };
    return { loss: last.loss, gradient: last.gradient.slice() };
  }

  function* computed(
    parameters: Float64Array,
    rows?: Int32Array,
    ahead: number | null = null,
  ): Generator<void, Evaluated> {
    const evaluations = evaluationsFor(rows?.length ?? null);
    const inputs = {
      ...(rows ? yield* taken(rows, ahead) : {}),
      ...unflatten(layout, parameters),
    };
    const outputs: Record<string, Float64Array> = {};
    for (const evaluation of evaluations) Object.assign(outputs, yield* evaluation.steps(inputs));
    const gradient = new Float64Array(layout.length);
    layout.slots.forEach(({ name, offset }, k) => {
      const source = sources[k] ?? 'derived';
      gradient.set(outputs[source === 'derived' ? gradientOutput(name) : source.output] ?? [], offset);
    });
    return { loss: outputs[LOSS]?.[0] ?? NaN, gradient };
  }

  const { curvature } = job;
  const useProducts = curvature !== undefined && sources.every((source) => source === 'derived');
  let products: Evaluation | null = null;

  function* derivedProduct(
    { program, directions }: JobCurvature,
    parameters: Float64Array,
    direction: Float64Array,
  ): Generator<void, Float64Array> {
    products ??= create(program, null);
    const inputs: Record<string, Float64Array> = { ...unflatten(layout, parameters) };
    for (const [name, values] of Object.entries(unflatten(layout, direction))) {
      const input = directions[name];
      if (input !== undefined) inputs[input] = values;
    }
    const outputs = yield* products.steps(inputs);
    return flatten(
      layout,
      Object.fromEntries(
        layout.slots.map(({ name }) => [name, outputs[productOutput(name)] ?? new Float64Array(0)]),
      ),
    );
  }

  /** Central differences: the error is of the order of ε^⅔ of the precision. */
  function* differencedProduct(
    parameters: Float64Array,
    direction: Float64Array,
  ): Generator<void, Float64Array> {
    const length = euclidean(direction);
    if (length === 0) return direction;
    const unit = precision === 'single' ? 2 ** -23 : Number.EPSILON;
    const h = (Math.cbrt(unit) * Math.max(1, euclidean(parameters))) / length;
    const above = yield* evaluate(plus(parameters, h, direction));
    const below = yield* evaluate(plus(parameters, -h, direction));
    return zip(above.gradient, below.gradient, (a, b) => (a - b) / (2 * h));
  }

  return {
    layout,
    evaluate,
    blockRows: reader?.blockRows ?? null,
    derivesProducts: useProducts,
    product: (parameters, direction) =>
      curvature && useProducts
        ? derivedProduct(curvature, parameters, direction)
        : differencedProduct(parameters, direction),
    get about() {
      return (ofAll ?? [...ofBatches.values()][0])?.[0]?.about ?? null;
    },
    dispose: () => {
      for (const evaluation of [...(ofAll ?? []), ...[...ofBatches.values()].flat()]) evaluation.dispose();
      products?.dispose();
      reader?.close();
    },
  };
}
