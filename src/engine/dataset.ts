/** A table and a choice of its columns -> the input arrays of a job, in the layouts that the job has. */
import type { Size } from '../core/expr';
import { indexedSizes } from '../core/definition';
import type { Problem } from '../protocol';
import type { DataChoice, DataOffers, DataUse } from '../protocol/training';
import type { Column } from './column';
import type { Table } from './csv';
import { createDataMemory, type DataMemory } from './dataMemory';
import { pickRows, readFeatures, type FeatureColumns, type FeatureValues, type Scaling } from './features';
import type { Arrays } from './interpret';
import type { GradientJob } from './job';
import { leftOutNotes } from './leftOut';
import type { JobInput } from './loop';
import { defaultSetting } from './initial';
import type { RowSource } from './rowSource';
import { problem } from './sniff';
import { rowRange } from './split';
import { balancedWeights, weightInput } from './weights';
import { readTarget, type TargetValues } from './target';

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

/** What of a job says how it is fed. */
export type FedJob = Pick<GradientJob, 'inputs' | 'rows' | 'loss' | 'gradient' | 'hand' | 'name'>;

/** Length of an axis that neither the data nor the code fixes (a hidden layer). */
const HIDDEN = 8;

export function prepareDataset(job: FedJob, table: Table, choice: DataChoice): Prepared {
  const failed = (...problems: Problem[]): Prepared => ({ ok: false, problems });
  // Before the columns are asked for: a file that is gone has none either.
  if (table.rows === 0) return { ok: false, problems: table.problems };
  const ready = new Map(table.columns.map((column) => [column.name, column]));
  const layout = layoutOf(job);
  if (!layout.ok) return failed(layout.problem);
  const { matrices, label } = layout;
  const [matrix] = matrices;
  const weights = choice.balance === true ? weightInput(job.inputs, job.rows, label?.classes ?? null) : null;
  if (choice.balance === true && !(weights && label))
    return failed(
      problem(
        'no-weights',
        `${job.name} takes no weights, so that its classes cannot be made to count the same. Leave out the weights, or give the loss an input such as sample_weight or pos_weight.`,
      ),
    );
  const vectors = layout.vectors.filter(({ name }) => name !== weights?.input.name);
  const missing = [...choice.features, ...(label ? [choice.target] : [])].filter((name) => !ready.has(name));
  if (missing.length > 0)
    return failed(
      problem(
        'column-gone',
        `The table has no column ${missing.join(', ')} any more. Choose the data again.`,
      ),
    );
  if (choice.features.includes(choice.target) && label)
    return failed(
      problem(
        'target-as-feature',
        `${choice.target} is both target and feature. Take it out of the features.`,
      ),
    );

  let target: TargetValues | null = null;
  const targetColumn = ready.get(choice.target);
  if (label && targetColumn) {
    const found = readTarget(targetColumn, label.need);
    if (!found.ok) return failed(found.problem);
    target = found.value;
  }
  const columns = choice.features.flatMap((name): Column[] => {
    const column = ready.get(name);
    return column ? [column] : [];
  });
  const features = readFeatures(columns, target?.values ?? null, table.rows, choice);
  if (features.problems.length > 0) return failed(...features.problems);

  const sizes: Record<Size, number> = {};
  const problems: Problem[] = [];
  const bindSize = (size: Size, length: number, what: string): void => {
    const known = /^\d+$/.test(size) ? Number(size) : sizes[size];
    if (known !== undefined && known !== length)
      problems.push(
        problem('size-mismatch', `${job.name} needs ${known} ${what}, but the data has ${length}.`),
      );
    else sizes[size] = length;
  };
  const m = features.rows.length;
  const notes: string[] = [];
  const read = recording(features);
  const inputs: Record<string, Float64Array> = {};
  if (job.rows !== null) bindSize(job.rows, m, 'rows');

  const valuesOf = (name: string): Float64Array | undefined => {
    const feature = features.names.indexOf(name);
    return feature < 0 ? undefined : read.values(feature);
  };
  const { taken, left: names } = assign(vectors, features.names);
  for (const input of vectors) {
    const values = valuesOf(taken.get(input.name) ?? '');
    if (values) inputs[input.name] = values;
    else
      problems.push(
        problem('too-few-features', `No column is left for ${input.code}. Choose more features.`),
      );
  }
  let used = features.names;
  const ones = matrix !== undefined && choice.intercept === true && !hasBias(job.inputs, matrix.size);
  const memory = matrix && m * names.length >= LARGE ? createDataMemory() : null;
  if (matrix) {
    const width = names.length + (ones ? 1 : 0);
    if (names.length === 0)
      problems.push(problem('too-few-features', 'No feature is chosen. Choose at least one column.'));
    if (choice.intercept === true) {
      if (!ones) notes.push(`${job.name} has a bias of its own: no column of ones was added.`);
      else {
        used = [INTERCEPT, ...used];
        notes.push('A column of ones comes before the features: its weight is the intercept.');
      }
    }
    bindSize(matrix.size, width, 'features');
    if (problems.length > 0) return failed(...problems);
    const column = (k: number): Float64Array =>
      ones && k === 0
        ? new Float64Array(m).fill(1)
        : (valuesOf(names[ones ? k - 1 : k] ?? '') ?? new Float64Array(m));
    const stride = matrix.rowsFirst ? width : 1;
    const values = memory?.take(m * width, stride) ?? new Float64Array(m * width);
    (matrix.rowsFirst ? interleave : concatenate)(values, m, width, column);
    inputs[matrix.input.name] = values;
  } else if (names.length > 0 && vectors.length > 0)
    problems.push(
      problem(
        'too-many-features',
        `${job.name} reads ${vectors.length} feature${vectors.length === 1 ? '' : 's'}, but ${features.names.length} are given. Choose ${vectors.length}.`,
      ),
    );
  if (label && target) {
    const values = pickRows(target.values, features.rows);
    const classes = target.classes?.length ?? 0;
    if (label.classes !== null && label.need.kind === 'classes') bindSize(label.classes, classes, 'classes');
    const laidOut = label.axes === 1 ? values : oneHot(values, classes, label.rowsFirst);
    inputs[label.input.name] = placedIn(memory, laidOut, label.rowsFirst ? laidOut.length / m : 1);
    if (weights) {
      const balanced = balancedWeights(weights.kind, values, features.training);
      if (balanced) {
        inputs[weights.input.name] = balanced.values;
        notes.push(balanced.note);
      } else problems.push(oneClass(choice.target));
    }
  }
  problems.push(...read.problems());
  if (problems.length > 0) return failed(...problems);

  notes.unshift(
    ...leftOutNotes(table.columns, new Set([choice.target, ...choice.features])),
    ...(target?.notes ?? []),
    ...features.notes,
    ...read.notes(),
  );
  notes.push(
    ...sparseNotes(m, label && target ? { name: choice.target, values: inputs[label.input.name] } : null),
  );
  for (const size of allSizes(job))
    if (sizes[size] === undefined) {
      sizes[size] = HIDDEN;
      notes.push(`The size ${size} is not fixed by the data: ${HIDDEN} is used.`);
    }
  addSettings(job.inputs, choice.settings ?? {}, sizes, inputs, notes);
  const all: Dataset = {
    sizes,
    inputs,
    ...(memory ? { memory } : {}),
    rows: m,
    features: used,
    classes: target?.classes ?? null,
    scaling: [...(ones ? [{ feature: INTERCEPT, mean: 0, deviation: 1 }] : []), ...read.scaling()],
    notes,
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

const INTERCEPT = 'intercept';
/** Numbers from which on a copy of a matrix takes some time. */
const LARGE = 1 << 16;

/** Reads features in any order, and tells what there was to say of them in theirs. */
function recording(features: FeatureColumns): {
  values(feature: number): Float64Array;
  scaling(): Scaling[];
  notes(): string[];
  problems(): Problem[];
} {
  const read = features.names.map((): Omit<FeatureValues, 'values'> | null => null);
  const each = <T>(of: (one: Omit<FeatureValues, 'values'>) => readonly T[]): T[] =>
    read.flatMap((one) => (one ? of(one) : []));
  return {
    values: (feature) => {
      const { values, ...rest } = features.read(feature);
      read[feature] = rest;
      return values;
    },
    scaling: () => each(({ scaling }) => [scaling]),
    notes: () => each(({ notes }) => notes),
    problems: () => each(({ problems }) => problems),
  };
}

/** Whether a parameter is added whatever the features are: one that does not run over them. */
function hasBias(inputs: readonly JobInput[], features: Size): boolean {
  return inputs.some(
    ({ role, shape }) => role === 'parameter' && !indexedSizes(shape).some((size) => size === features),
  );
}

/** What a definition can be given besides columns. */
export function offersOf(job: FedJob): DataOffers {
  const layout = layoutOf(job);
  if (!layout.ok) return { intercept: false, weights: null };
  const [matrix] = layout.matrices;
  const weights = layout.label ? weightInput(job.inputs, job.rows, layout.label.classes) : null;
  return {
    intercept: matrix !== undefined && !hasBias(job.inputs, matrix.size),
    weights: weights?.input.code ?? null,
  };
}

/** Values beyond which a choice is not tried out beforehand: that takes as long as it does for the run. */
const MOST_TRIED = 2e7;

/** What a choice comes to, before it is used. */
export function describeUse(job: FedJob, table: Table, choice: DataChoice): DataUse {
  const offers = offersOf(job);
  if (table.rows * choice.features.length > MOST_TRIED)
    return {
      rows: table.rows,
      validationRows: 0,
      features: choice.features.length,
      notes: ['The table is large: which rows cannot be used is found out when the run starts.'],
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

const oneClass = (target: string): Problem =>
  problem(
    'one-class',
    `The target ${target} has one class only, so that there is nothing to balance. Leave out the weights.`,
  );

/** What makes a fit say little although nothing is wrong with the data. */
function sparseNotes(
  rows: number,
  target: { readonly name: string; readonly values: Float64Array | undefined } | null,
): string[] {
  if (rows === 1) return ['There is 1 row of data only: a fit to it says nothing about others.'];
  const [first] = target?.values ?? [];
  if (!target || first === undefined || !target.values?.every((value) => value === first)) return [];
  return [`The target ${target.name} is ${first} in every row: there is nothing to tell apart.`];
}

/** Columns for inputs of one value per sample: those with the same name first, the others in order. */
function assign(
  vectors: readonly JobInput[],
  features: readonly string[],
): { readonly taken: ReadonlyMap<string, string>; readonly left: readonly string[] } {
  const left = [...features];
  const taken = new Map<string, string>();
  for (const { name } of vectors) {
    const same = left.find((feature) => feature.toLowerCase() === name.toLowerCase());
    if (same === undefined) continue;
    taken.set(name, same);
    left.splice(left.indexOf(same), 1);
  }
  for (const { name } of vectors) {
    if (taken.has(name)) continue;
    const next = left.shift();
    if (next !== undefined) taken.set(name, next);
  }
  return { taken, left };
}

interface Matrix {
  readonly input: JobInput;
  readonly rowsFirst: boolean;
  readonly size: Size;
}

interface Label {
  readonly input: JobInput;
  readonly axes: 1 | 2;
  readonly rowsFirst: boolean;
  /** The size that counts classes, if any. */
  readonly classes: Size | null;
  readonly need: Parameters<typeof readTarget>[1];
}

interface Layout {
  readonly ok: true;
  readonly matrices: readonly Matrix[];
  readonly vectors: readonly JobInput[];
  readonly label: Label | null;
}

type LayoutResult = Layout | { readonly ok: false; readonly problem: Problem };

/** Which input takes what, or why the definition cannot be fed from a table. */
function layoutOf(job: Pick<GradientJob, 'inputs' | 'rows' | 'name'>): LayoutResult {
  const decline = (message: string): LayoutResult => ({
    ok: false,
    problem: { type: 'decline', id: 'data-layout', message, span: null },
  });
  const matrices: Matrix[] = [];
  const vectors: JobInput[] = [];
  const labels: Label[] = [];
  for (const input of job.inputs) {
    if (input.role === 'parameter' || input.role === 'hyper') continue;
    if (input.role !== 'data' && input.role !== 'label')
      return decline(
        `${input.code} is neither data nor a parameter of ${job.name}, so that a table cannot give its value.`,
      );
    const sizes = indexedSizes(input.shape);
    const row = sizes.findIndex((size) => size === job.rows);
    const other = sizes.find((_, k) => k !== row);
    if (row < 0 || sizes.length > 2)
      return decline(
        `${input.code} has the shape (${input.shape.join(', ')}), which is not one value or one row of values per sample.`,
      );
    if (input.role === 'label') labels.push(labelOf(input, other ?? null, row === 0));
    else if (other === undefined) vectors.push(input);
    else matrices.push({ input, rowsFirst: row === 0, size: other });
  }
  const [label, second] = labels;
  if (second)
    return decline(
      `${job.name} has two labels, ${label?.input.code ?? ''} and ${second.input.code}; a table gives one target.`,
    );
  if (matrices.length > 1)
    return decline(
      `${job.name} reads two tables of features, ${matrices.map((x) => x.input.code).join(' and ')}; only one can be given.`,
    );
  return { ok: true, matrices, vectors, label: label ?? null };
}

function labelOf(input: JobInput, other: Size | null, rowsFirst: boolean): Label {
  const { domain } = input;
  if (other !== null) return { input, axes: 2, rowsFirst, classes: other, need: { kind: 'classes' } };
  if (domain.kind === 'class')
    return { input, axes: 1, rowsFirst, classes: domain.size, need: { kind: 'classes' } };
  return { input, axes: 1, rowsFirst, classes: null, need: { kind: 'numbers', domain } };
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

function allSizes(job: Pick<GradientJob, 'inputs' | 'loss' | 'gradient' | 'hand'>): Set<Size> {
  const sizes = new Set<Size>([...job.loss.sizes, ...job.gradient.sizes, ...(job.hand?.sizes ?? [])]);
  for (const input of job.inputs)
    for (const size of indexedSizes(input.shape)) if (!/^\d+$/.test(size)) sizes.add(size);
  return sizes;
}

function addSettings(
  all: readonly JobInput[],
  given: Readonly<Record<string, number>>,
  sizes: Readonly<Record<Size, number>>,
  inputs: Record<string, Float64Array>,
  notes: string[],
): void {
  for (const input of all) {
    if (input.role !== 'hyper') continue;
    if (inputs[input.name]) continue;
    const value = given[input.name] ?? defaultSetting(input);
    const length = indexedSizes(input.shape).reduce((p, size) => p * (sizes[size] ?? Number(size)), 1);
    inputs[input.name] = new Float64Array(length).fill(value);
    if (given[input.name] === undefined)
      notes.push(`${input.code} is ${value} here: it is a setting that no data gives.`);
  }
}
