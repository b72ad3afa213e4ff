/** A table and a choice of its columns -> the input arrays of a job, in the layouts that the job has. */
import type { Size } from '../core/expr';
import type { Problem } from '../protocol';
import type { DataChoice, DataUse } from '../protocol/training';
import type { Table } from './csv';
import { createDataMemory, type DataMemory } from './dataMemory';
import {
  complete,
  fitChoice,
  INTERCEPT,
  LARGE_NOTE,
  offersOf,
  oneClass,
  shapeOf,
  type FedJob,
  type Shape,
} from './datasetPlan';
import { pickRows, readFeatures, type FeatureNews, type Scaling } from './features';
import type { Arrays } from './interpret';
import type { RowSource } from './rowSource';
import { rowRange } from './split';
import { readTarget } from './target';
import { balancedWeights, countLabels } from './weights';

export interface Dataset {
  readonly sizes: Readonly<Record<Size, number>>;
  /** Data, labels and settings by input name, row-major. Parameters are not in it. */
  readonly inputs: Arrays;
  /** Where large inputs lie, so that kernels read them there. */
  readonly memory?: DataMemory;
  /** What gives the inputs that have rows, where these are larger than memory; `inputs` has the others then. */
  readonly source?: RowSource;
  readonly rows: number;
  readonly features: readonly string[];
  /** Names of the classes, when the label is a class. */
  readonly classes: readonly string[] | null;
  readonly scaling: readonly Scaling[];
  /** What was done to the data, in sentences. */
  readonly notes: readonly string[];
  /** The rows that are kept from training, where some are. */
  readonly validation?: Dataset;
}

export type Prepared =
  | { readonly ok: true; readonly dataset: Dataset }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function prepareDataset(job: FedJob, table: Table, choice: DataChoice): Prepared {
  const failed = (problems: readonly Problem[]): Prepared => ({ ok: false, problems });
  const fits = fitChoice(job, table, choice);
  if (!fits.ok) return fits;
  const { matrix, label, weights, columns } = fits.value;
  const found = label && fits.value.target ? readTarget(fits.value.target, label.need) : null;
  if (found?.ok === false) return failed([found.problem]);
  const target = found?.value ?? null;
  const features = readFeatures(columns, target?.values ?? null, table.rows, choice);
  if (features.problems.length > 0) return failed(features.problems);
  const m = features.rows.length;
  const classes = target?.classes?.length ?? 0;
  const shape = shapeOf(job, fits.value, choice, features.names, { rows: m, classes });
  if (shape.problems.length > 0) return failed(shape.problems);

  const told: (FeatureNews | null)[] = features.names.map(() => null);
  const valuesOf = (feature: number): Float64Array => {
    const { values, ...news } = features.read(feature);
    told[feature] = news;
    return values;
  };
  const inputs: Record<string, Float64Array> = {};
  for (const [name, feature] of shape.vectors) inputs[name] = valuesOf(feature);
  const width = shape.matrix.length;
  const memory = m * width >= LARGE ? createDataMemory() : null;
  if (matrix) {
    const column = (k: number): Float64Array => {
      const feature = shape.matrix[k];
      return typeof feature === 'number' ? valuesOf(feature) : new Float64Array(m).fill(1);
    };
    const values = memory?.take(m * width, matrix.rowsFirst ? width : 1) ?? new Float64Array(m * width);
    (matrix.rowsFirst ? interleave : concatenate)(values, m, width, column);
    inputs[matrix.input.name] = values;
  }
  const problems = told.flatMap((news) => news?.problems ?? []);
  const ofWeights: string[] = [];
  let sameLabel: number | null = null;
  if (label && target) {
    const values = pickRows(target.values, features.rows);
    const laidOut = label.axes === 1 ? values : oneHot(values, classes, label.rowsFirst);
    inputs[label.input.name] = placedIn(memory, laidOut, label.rowsFirst ? laidOut.length / m : 1);
    const [first = NaN] = laidOut;
    if (laidOut.every((value) => value === first)) sameLabel = first;
    if (weights) {
      const counts = new Map<number, number>();
      countLabels(counts, values.subarray(0, features.training));
      const balanced = balancedWeights(weights.kind, counts, features.training);
      if (balanced) {
        inputs[weights.input.name] = balanced.values ?? values.map(balanced.of);
        ofWeights.push(balanced.note);
      } else problems.push(oneClass(choice.target));
    }
  }
  if (problems.length > 0) return failed(problems);
  const said = {
    target: target?.notes ?? [],
    rows: features.notes,
    features: told,
    weights: ofWeights,
    sameLabel,
  };
  const all: Dataset = {
    ...complete(job, table, choice, shape, said, inputs),
    inputs,
    ...(memory ? { memory } : {}),
    rows: m,
    features: shape.features,
    classes: target?.classes ?? null,
    scaling: scalingOf(shape, told),
  };
  const { training } = features;
  return {
    ok: true,
    dataset:
      training === m
        ? all
        : {
            ...rowRange(job, all, 0, training),
            validation: rowRange(job, all, training, m - training),
          },
  };
}

/** Of the features that inputs take, the column of ones first. */
export function scalingOf(shape: Shape, told: readonly (FeatureNews | null)[]): Scaling[] {
  const ones = shape.matrix.includes(null) ? [{ feature: INTERCEPT, mean: 0, deviation: 1 }] : [];
  return [...ones, ...told.flatMap((news) => (news ? [news.scaling] : []))];
}

/** Numbers from which on a copy of a matrix takes some time. */
const LARGE = 1 << 16;

/** Values beyond which a choice is not tried out beforehand: that takes as long as it does for the run. */
const MOST_TRIED = 2e7;

/** What a choice comes to, before it is used. */
export function describeUse(job: FedJob, table: Table, choice: DataChoice): DataUse {
  const offers = offersOf(job);
  if (table.stored || table.rows * choice.features.length > MOST_TRIED)
    return {
      rows: table.rows,
      validationRows: 0,
      features: choice.features.length,
      notes: [
        'The table is large: which rows cannot be used is found out when the run starts.',
        ...(table.stored ? [LARGE_NOTE] : []),
      ],
      problems: [],
      offers,
    };
  const prepared = prepareDataset(job, table, choice);
  if (!prepared.ok)
    return { rows: 0, validationRows: 0, features: 0, notes: [], problems: prepared.problems, offers };
  const { rows, validation, features, notes } = prepared.dataset;
  return {
    rows,
    validationRows: validation?.rows ?? 0,
    features: features.length,
    notes,
    problems: [],
    offers,
  };
}

/** Rows at a time, so that a stretch of the result stays in cache while the columns are written into it. */
const STRETCH = 128;
/** Columns at a time: as many as a line of the cache holds numbers. */
const TOGETHER = 8;

/** Fills a matrix of `m` rows with its `n` columns, of which there are a few at a time. */
function interleave(out: Float64Array, m: number, n: number, column: (k: number) => Float64Array): void {
  for (let from = 0; from < n; from += TOGETHER) {
    const few = Array.from({ length: Math.min(TOGETHER, n - from) }, (_, k) => column(from + k));
    for (let start = 0; start < m; start += STRETCH) {
      const end = Math.min(m, start + STRETCH);
      few.forEach((values, k) => {
        for (let i = start; i < end; i += 1) out[i * n + from + k] = values[i] ?? NaN;
      });
    }
  }
}

function concatenate(out: Float64Array, m: number, n: number, column: (k: number) => Float64Array): void {
  for (let k = 0; k < n; k += 1) out.set(column(k), k * m);
}

/** The same values in the memory, where there is room. */
function placedIn(memory: DataMemory | null, values: Float64Array, width: number): Float64Array {
  const own = memory?.take(values.length, width);
  own?.set(values);
  return own ?? values;
}

function oneHot(positions: Float64Array, classes: number, rowsFirst: boolean): Float64Array {
  const m = positions.length;
  const out = new Float64Array(m * classes);
  positions.forEach((c, i) => {
    out[rowsFirst ? i * classes + c : c * m + i] = 1;
  });
  return out;
}
