/** How the columns of a table feed the inputs of a definition: found out from both, before any value is looked at. */
import type { Size } from '../core/expr';
import { indexedSizes } from '../core/definition';
import type { Problem } from '../protocol';
import type { DataChoice, DataOffers } from '../protocol/training';
import type { Column } from './column';
import { STRAY_TEXT, type Table } from './csv';
import type { FeatureNews } from './features';
import { defaultSetting } from './initial';
import type { GradientJob } from './job';
import { leftOutNotes } from './leftOut';
import type { JobInput } from './loop';
import { problem } from './sniff';
import type { TargetNeed } from './target';
import { weightInput, type WeightInput } from './weights';

/** What of a job says how it is fed. */
export type FedJob = Pick<GradientJob, 'inputs' | 'rows' | 'loss' | 'gradient' | 'hand' | 'name'>;

/** Length of an axis that neither the data nor the code fixes (a hidden layer). */
const HIDDEN = 8;
export const INTERCEPT = 'intercept';

/** What is said of a dataset whose rows are not in memory. */
export const LARGE_NOTE =
  'The table is larger than memory: unless the chosen columns fit, its rows are read from the disk in every pass. Batches are shuffled block by block and within blocks, and gradient checks take a sample of the rows.';

/** A choice that fits the definition as far as its columns go. */
export interface Fitting {
  readonly matrix: Matrix | null;
  /** Inputs of one value per row that features are given to. */
  readonly vectors: readonly JobInput[];
  readonly label: Label | null;
  readonly weights: WeightInput | null;
  /** The chosen features, and the target where there is a label. */
  readonly columns: readonly Column[];
  readonly target: Column | null;
}

export type Fits =
  | { readonly ok: true; readonly value: Fitting }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function fitChoice(job: FedJob, table: Table, choice: DataChoice): Fits {
  const failed = (...problems: Problem[]): Fits => ({ ok: false, problems });
  // Before the columns are asked for: a file that is gone has none either.
  if (table.rows === 0) return { ok: false, problems: table.problems };
  const ready = new Map(table.columns.map((column) => [column.name, column]));
  const layout = layoutOf(job);
  if (!layout.ok) return failed(layout.problem);
  const { matrices, label } = layout;
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

  const target = label ? (ready.get(choice.target) ?? null) : null;
  const columns = choice.features.flatMap((name): Column[] => {
    const column = ready.get(name);
    return column ? [column] : [];
  });
  return { ok: true, value: { matrix: matrices[0] ?? null, vectors, label, weights, columns, target } };
}

/** Where features go, by their places among all. */
export interface Shape {
  readonly sizes: Record<Size, number>;
  /** By the name of the input. */
  readonly vectors: ReadonlyMap<string, number>;
  /** The columns of the matrix; null for a column of ones. */
  readonly matrix: readonly (number | null)[];
  /** Names of all features, with the intercept. */
  readonly features: readonly string[];
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** `features` are the names of all, `rows` those that are used, `classes` those of the target. */
export function shapeOf(
  job: FedJob,
  { matrix, vectors, label }: Fitting,
  choice: DataChoice,
  features: readonly string[],
  { rows, classes }: { readonly rows: number; readonly classes: number },
): Shape {
  const sizes: Record<Size, number> = {};
  const problems: Problem[] = [];
  const notes: string[] = [];
  const bindSize = (size: Size, length: number, what: string): void => {
    const known = /^\d+$/.test(size) ? Number(size) : sizes[size];
    if (known !== undefined && known !== length)
      problems.push(
        problem('size-mismatch', `${job.name} needs ${known} ${what}, but the data has ${length}.`),
      );
    else sizes[size] = length;
  };
  if (job.rows !== null) bindSize(job.rows, rows, 'rows');
  const { taken, left } = assign(vectors, features);
  for (const { name, code } of vectors)
    if (!taken.has(name))
      problems.push(problem('too-few-features', `No column is left for ${code}. Choose more features.`));
  const ones = matrix !== null && choice.intercept === true && !hasBias(job.inputs, matrix.size);
  const columns = matrix ? left.map((name) => features.indexOf(name)) : [];
  if (matrix) {
    if (left.length === 0)
      problems.push(problem('too-few-features', 'No feature is chosen. Choose at least one column.'));
    if (choice.intercept === true)
      notes.push(
        ones
          ? 'A column of ones comes before the features: its weight is the intercept.'
          : `${job.name} has a bias of its own: no column of ones was added.`,
      );
    bindSize(matrix.size, left.length + (ones ? 1 : 0), 'features');
  } else if (left.length > 0 && vectors.length > 0)
    problems.push(
      problem(
        'too-many-features',
        `${job.name} reads ${vectors.length} feature${vectors.length === 1 ? '' : 's'}, but ${features.length} are given. Choose ${vectors.length}.`,
      ),
    );
  if (label && label.classes !== null && label.need.kind === 'classes')
    bindSize(label.classes, classes, 'classes');
  return {
    sizes,
    vectors: new Map([...taken].map(([input, name]) => [input, features.indexOf(name)])),
    matrix: ones ? [null, ...columns] : columns,
    features: ones ? [INTERCEPT, ...features] : features,
    notes,
    problems,
  };
}

/** What is told of a dataset, in its order, and what it has besides the columns. */
export interface Told {
  readonly target: readonly string[];
  readonly rows: readonly string[];
  /** By feature; null for those that no input takes. */
  readonly features: readonly (FeatureNews | null)[];
  readonly weights: readonly string[];
  /** The number that all labels are, where they are all the same. */
  readonly sameLabel: number | null;
}

/** The notes on a dataset. Binds the sizes that the data do not fix, and gives values to the settings. */
export function complete(
  job: FedJob,
  table: Table,
  choice: DataChoice,
  shape: Shape,
  told: Told,
  inputs: Record<string, Float64Array>,
): { readonly notes: string[]; readonly sizes: Readonly<Record<Size, number>> } {
  const sizes = { ...shape.sizes };
  const rows = job.rows === null ? table.rows : (sizes[job.rows] ?? 0);
  const notes = [
    ...table.problems.filter(({ id }) => id !== STRAY_TEXT).map(({ message }) => message),
    ...leftOutNotes(table.columns, new Set([choice.target, ...choice.features])),
    ...told.target,
    ...told.rows,
    ...told.features.flatMap((news) => news?.notes ?? []),
    ...shape.notes,
    ...told.weights,
    ...sparseNotes(rows, choice.target, told.sameLabel),
  ];
  for (const size of allSizes(job))
    if (sizes[size] === undefined) {
      sizes[size] = HIDDEN;
      notes.push(`The size ${size} is not fixed by the data: ${HIDDEN} is used.`);
    }
  addSettings(job.inputs, choice.settings ?? {}, sizes, inputs, notes);
  return { notes, sizes };
}

/** What makes a fit say little although nothing is wrong with the data. */
function sparseNotes(rows: number, target: string, same: number | null): string[] {
  if (rows === 1) return ['There is 1 row of data only: a fit to it says nothing about others.'];
  return same === null
    ? []
    : [`The target ${target} is ${same} in every row: there is nothing to tell apart.`];
}

export const oneClass = (target: string): Problem =>
  problem(
    'one-class',
    `The target ${target} has one class only, so that there is nothing to balance. Leave out the weights.`,
  );

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

export interface Matrix {
  readonly input: JobInput;
  readonly rowsFirst: boolean;
  readonly size: Size;
}

export interface Label {
  readonly input: JobInput;
  readonly axes: 1 | 2;
  readonly rowsFirst: boolean;
  /** The size that counts classes, if any. */
  readonly classes: Size | null;
  readonly need: TargetNeed;
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
