/**
 * A table that is larger than memory and a choice of its columns -> a file with the inputs of a job in the layouts that the job
 * has, written once so that every pass of a run reads just what it needs. What is learnt of the columns is learnt in passes over
 * the table, and is the same to the last bit as of a table in memory.
 */
import type { Problem } from '../protocol';
import type { DataChoice } from '../protocol/training';
import type { Column } from './column';
import type { Table } from './csv';
import { createDataMemory } from './dataMemory';
import { scalingOf, type Dataset, type Prepared } from './dataset';
import {
  complete,
  fitChoice,
  LARGE_NOTE,
  oneClass,
  shapeOf,
  type FedJob,
  type Fitting,
  type Shape,
} from './datasetPlan';
import type { Feature } from './encode';
import { featureNews, planFeatures, rowNews, type FeatureNews } from './features';
import { applyLearnt, learnFeature, type Learner, type Learnt } from './learn';
import type { Arrays } from './interpret';
import { stripsOf, type RowSource } from './rowSource';
import { problem } from './sniff';
import { drawnPlaces } from './split';
import type { FiledStrip, Storage, StorageFile } from './storage';
import type { StoredTable } from './storedTable';
import { learnTarget, type TargetReading } from './target';
import { balancedWeights, countLabels, type Balanced } from './weights';

/** Rows that stand for all where only some are looked at. */
const SAMPLE = 20_000;

/** What a row is for. */
const LEFT_OUT = 0;
const TRAINING = 1;
const VALIDATION = 2;

export interface StoredRequest {
  readonly job: FedJob;
  readonly table: Table;
  readonly stored: StoredTable;
  readonly choice: DataChoice;
  readonly storage: Storage;
  /** Is told now and then which share of the work is done. */
  readonly progress?: (share: number) => void;
}

/** Throws a `StorageFault` where the disk does not take or give the numbers. */
export function* prepareStored(request: StoredRequest): Generator<void, Prepared> {
  const { job, table, stored, choice, storage } = request;
  const failed = (problems: readonly Problem[]): Prepared => ({ ok: false, problems });
  const fits = fitChoice(job, table, choice);
  if (!fits.ok) return fits;
  if (job.rows === null)
    return failed([
      problem('data-layout', `${job.name} reads no rows of data, so that no table can be used.`),
    ]);
  const { label, weights, columns, target: column } = fits.value;
  const cells = cellsOf(table, stored);

  let target: TargetReading | null = null;
  if (label && column) {
    const [found] = yield* learnAll(stored, [
      { learner: learnTarget(column, label.need), cells: (block) => cells(block, column) },
    ]);
    if (!found?.ok) return failed(found ? [found.problem] : []);
    target = found.value;
  }
  const labels = labelsIn(cells, column, target);
  const plan = planFeatures(columns, choice);
  const uses = yield* usesOf(request, columns, labels, cells);
  const rowTold = rowNews(plan, { rowCount: table.rows, ...uses, seed: choice.validation?.seed ?? 0 });
  if (rowTold.problems.length > 0) return failed(rowTold.problems);
  const classes = target?.classes?.length ?? 0;
  const names = plan.features.map(({ name }) => name);
  const shape = shapeOf(job, fits.value, choice, names, { rows: uses.used, classes });
  if (shape.problems.length > 0) return failed(shape.problems);

  const taken = new Set([...shape.vectors.values(), ...shape.matrix.filter((k) => k !== null)]);
  const given = plan.features.map((feature, k): Given | null =>
    taken.has(k) ? { feature, cells: (block) => encoded(feature, cells(block, feature.column)) } : null,
  );
  const asked = given.filter((one) => one !== null);
  const found = yield* learnAll(
    stored,
    asked.map(({ feature, cells: own }) => ({
      learner: learnFeature(feature, choice),
      cells: (block: number) => chosen(own(block), uses.of(block), TRAINING),
    })),
  );
  const learnt = new Map(asked.map((one, k) => [one, found[k] ?? NOTHING_LEARNT]));
  const balanced = weights
    ? balancedWeights(weights.kind, yield* countsOf(stored, labels, uses), uses.training)
    : null;
  const empty = asked.flatMap(
    (one) => featureNews(one.feature, learnt.get(one) ?? NOTHING_LEARNT, 0).problems,
  );
  if (empty.length > 0 || (weights && !balanced))
    return failed([...empty, ...(weights && !balanced ? [oneClass(choice.target)] : [])]);

  const written = yield* writeRows(request, fits.value, shape, { given, learnt, labels, uses, balanced });
  const told = given.map((one, k): FeatureNews | null =>
    one ? featureNews(one.feature, learnt.get(one) ?? NOTHING_LEARNT, written.filled[k] ?? 0) : null,
  );
  const inputs: Record<string, Float64Array> = {};
  if (weights && balanced?.values) inputs[weights.input.name] = balanced.values;
  const said = {
    target: target?.notes ?? [],
    rows: rowTold.notes,
    features: told,
    weights: balanced ? [balanced.note] : [],
    sameLabel: label?.axes === 2 ? (classes === 1 ? 1 : null) : written.sameLabel,
  };
  const { notes, sizes } = complete(job, table, choice, shape, said, inputs);
  const size = job.rows;
  const { file, strips } = written;
  const fitsMemory = file.size <= storage.memory;
  const part = (source: RowSource, first: number): Dataset => ({
    sizes: { ...sizes, [size]: source.rows },
    ...(fitsMemory ? loaded(file, strips, first, source.rows, inputs) : { inputs, source }),
    rows: source.rows,
    features: shape.features,
    classes: target?.classes ?? null,
    scaling: scalingOf(shape, told),
    notes: fitsMemory ? notes : [...notes, LARGE_NOTE],
  });
  const { training, validation } = written;
  const dataset = {
    ...part(training, 0),
    ...(validation ? { validation: part(validation, uses.training) } : {}),
  };
  if (fitsMemory) file.discard();
  return { ok: true, dataset };
}

/** Rows that are few enough after all: of a few columns of the table. */
function loaded(
  file: StorageFile,
  strips: readonly FiledStrip[],
  first: number,
  rows: number,
  others: Arrays,
): Pick<Dataset, 'inputs' | 'memory'> {
  const memory = createDataMemory();
  const inputs: Record<string, Float64Array> = { ...others };
  for (const { input, strip, width, offset } of strips) {
    const total = strips.reduce((sum, own) => (own.input === input ? sum + own.width : sum), 0);
    const values = inputs[input] ?? memory?.take(rows * total, width) ?? new Float64Array(rows * total);
    inputs[input] = values;
    const target = new Uint8Array(values.buffer, values.byteOffset + 8 * strip * rows, 8 * rows * width);
    file.read(offset + 8 * width * first, target);
  }
  return { inputs, ...(memory ? { memory } : {}) };
}

const NOTHING_LEARNT: Learnt = { fill: null, scaling: null };

type Cells = (block: number, column: Column) => Float64Array;

/** The cells of a column in a block, of which those of the last block are kept: several features can be of one column. */
function cellsOf(table: Table, stored: StoredTable): Cells {
  const places = new Map(table.columns.map(({ name }, k) => [name, k]));
  let kept = { block: -1, cells: new Map<string, Float64Array>() };
  return (block, { name }) => {
    if (kept.block !== block) kept = { block, cells: new Map() };
    let cells = kept.cells.get(name);
    if (!cells) {
      cells = stored.cells(block, places.get(name) ?? -1);
      kept.cells.set(name, cells);
    }
    return cells;
  };
}

/** Lets all learners see all blocks, as often as they ask. */
function* learnAll<T>(
  { blocks }: StoredTable,
  asked: readonly { readonly learner: Learner<T>; readonly cells: (block: number) => Float64Array }[],
): Generator<void, T[]> {
  const steps = asked.map(({ learner }) => learner.next());
  for (;;) {
    const open = asked.flatMap(({ cells }, k) => {
      const step = steps[k];
      return step && step.done !== true ? [{ k, cells, show: step.value }] : [];
    });
    if (open.length === 0) break;
    for (let block = 0; block < blocks.length; block += 1) {
      for (const { cells, show } of open) show(cells(block));
      yield;
    }
    for (const { k } of open) {
      const next = asked[k]?.learner.next();
      if (next) steps[k] = next;
    }
  }
  return steps.flatMap((step) => (step.done === true ? [step.value] : []));
}

type Labels = ((block: number) => Float64Array) | null;

function labelsIn(cells: Cells, column: Column | null, target: TargetReading | null): Labels {
  if (!column || !target) return null;
  const { read } = target;
  return read ? (block) => cells(block, column).map(read) : (block) => cells(block, column);
}

const encoded = ({ encode }: Feature, cells: Float64Array): Float64Array =>
  encode ? cells.map(encode) : cells;

/** What the rows are for. */
interface Uses {
  readonly used: number;
  readonly training: number;
  /** By row of the block; null where all rows are for training. */
  of(block: number): Uint8Array | null;
}

function* usesOf(
  { table, stored, choice }: StoredRequest,
  columns: readonly Column[],
  labels: Labels,
  cells: Cells,
): Generator<void, Uses> {
  const { blocks } = stored;
  const gaps = choice.missing === 'mean' ? [] : columns.filter(({ missing }) => missing > 0);
  const firsts: number[] = [];
  let rows = 0;
  for (const block of blocks) {
    firsts.push(rows);
    rows += block.rows;
  }
  const uses = new Uint8Array(rows).fill(TRAINING);
  for (const [block, { rows: count }] of blocks.entries()) {
    const own = uses.subarray(firsts[block], (firsts[block] ?? 0) + count);
    const drop = (values: Float64Array, isGap: (value: number) => boolean): void => {
      for (let row = 0; row < count; row += 1) if (isGap(values[row] ?? NaN)) own[row] = LEFT_OUT;
    };
    if (labels) drop(labels(block), Number.isNaN);
    for (const column of gaps)
      drop(cells(block, column), column.type === 'text' ? (code) => code < 0 : Number.isNaN);
    yield;
  }
  let used = 0;
  for (const use of uses) if (use === TRAINING) used += 1;
  const { share, seed } = choice.validation ?? { share: 0, seed: 0 };
  const drawn = drawnPlaces(used, share, seed);
  let place = 0;
  let next = 0;
  for (let row = 0; row < rows && next < drawn.length; row += 1) {
    if (uses[row] !== TRAINING) continue;
    if (drawn[next] === place) {
      uses[row] = VALIDATION;
      next += 1;
    }
    place += 1;
  }
  const all = used === table.rows && drawn.length === 0;
  return {
    used,
    training: used - drawn.length,
    of: (block) =>
      all ? null : uses.subarray(firsts[block], (firsts[block] ?? 0) + (blocks[block]?.rows ?? 0)),
  };
}

/** The values of the rows of one use. */
function chosen(values: Float64Array, uses: Uint8Array | null, use: number): Float64Array {
  if (!uses) return use === TRAINING ? values : new Float64Array(0);
  const out = new Float64Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row += 1)
    if (uses[row] === use) {
      out[count] = values[row] ?? NaN;
      count += 1;
    }
  return out.subarray(0, count);
}

function* countsOf(stored: StoredTable, labels: Labels, uses: Uses): Generator<void, Map<number, number>> {
  const counts = new Map<number, number>();
  for (let block = 0; labels && block < stored.blocks.length; block += 1) {
    countLabels(counts, chosen(labels(block), uses.of(block), TRAINING));
    yield;
  }
  return counts;
}

interface Given {
  readonly feature: Feature;
  readonly cells: (block: number) => Float64Array;
}

interface Contents {
  readonly given: readonly (Given | null)[];
  readonly learnt: ReadonlyMap<Given, Learnt>;
  readonly labels: Labels;
  readonly uses: Uses;
  readonly balanced: Balanced | null;
}

interface Written {
  readonly file: StorageFile;
  readonly strips: readonly FiledStrip[];
  readonly training: RowSource;
  readonly validation: RowSource | null;
  /** Missing values that were filled in, by feature. */
  readonly filled: readonly number[];
  readonly sameLabel: number | null;
}

/** Writes the rows for training and then those for validation, strip by strip. */
function* writeRows(
  { job, stored, storage, progress }: StoredRequest,
  { matrix, label, weights }: Fitting,
  shape: Shape,
  { given, learnt, labels, uses, balanced }: Contents,
): Generator<void, Written> {
  let end = 0;
  const strips = stripsOf(job, shape.sizes).map((strip): FiledStrip => {
    const offset = end;
    end += 8 * strip.width * uses.used;
    return { ...strip, offset };
  });
  const filled = given.map(() => 0);
  const parts = [
    { use: TRAINING, first: 0, done: 0, sampler: createSampler(strips, uses.training) },
    {
      use: VALIDATION,
      first: uses.training,
      done: 0,
      sampler: createSampler(strips, uses.used - uses.training),
    },
  ];
  let firstLabel = NaN;
  let differ = false;
  const file = storage.create();
  let complete = false;
  try {
    for (let block = 0; block < stored.blocks.length; block += 1) {
      const use = uses.of(block);
      const features = given.map((one, k): Float64Array => {
        if (!one) return new Float64Array(0);
        const values = one.cells(block).slice();
        if (use) for (let row = 0; row < values.length; row += 1) if (use[row] === LEFT_OUT) values[row] = 0;
        filled[k] = (filled[k] ?? 0) + applyLearnt(values, learnt.get(one) ?? NOTHING_LEARNT);
        return values;
      });
      const own = labels?.(block) ?? null;
      for (const part of parts) {
        const rows = chosenRows(stored.blocks[block]?.rows ?? 0, use, part.use);
        if (rows.length === 0) continue;
        if (own) {
          if (Number.isNaN(firstLabel)) firstLabel = own[rows[0] ?? 0] ?? NaN;
          differ ||= rows.some((row) => own[row] !== firstLabel);
        }
        for (const strip of strips) {
          const values = new Float64Array(rows.length * strip.width);
          if (strip.input === matrix?.input.name) fillMatrix(values, strip, shape.matrix, features, rows);
          else if (strip.input === label?.input.name && own) fillLabel(values, strip, label.axes, own, rows);
          else if (strip.input === weights?.input.name && own)
            fillFrom(values, rows, (row) => balanced?.of(own[row] ?? NaN) ?? NaN);
          else {
            const vector = features[shape.vectors.get(strip.input) ?? -1];
            fillFrom(values, rows, (row) => vector?.[row] ?? NaN);
          }
          part.sampler.take(strip, values, part.done, rows.length);
          const position = strip.offset + 8 * strip.width * (part.first + part.done);
          file.write(position, new Uint8Array(values.buffer));
        }
        part.done += rows.length;
      }
      progress?.((block + 1) / stored.blocks.length);
      yield;
    }
    complete = true;
  } finally {
    if (!complete) file.discard();
  }
  const [training, validation] = parts;
  const sample = training?.sampler.sample() ?? { rows: 0, inputs: {} };
  const whole = storage.rows(file, strips, uses.used, sample);
  const isSplit = uses.training < uses.used;
  return {
    file,
    strips,
    training: isSplit ? whole.part(0, uses.training, sample) : whole,
    validation:
      isSplit && validation
        ? whole.part(uses.training, uses.used - uses.training, validation.sampler.sample())
        : null,
    filled,
    sameLabel: differ || Number.isNaN(firstLabel) ? null : firstLabel,
  };
}

/** The rows of a block that are for one use. */
function chosenRows(count: number, uses: Uint8Array | null, use: number): Int32Array {
  const rows = new Int32Array(uses || use === TRAINING ? count : 0);
  let found = 0;
  for (let row = 0; row < rows.length; row += 1)
    if (!uses || uses[row] === use) {
      rows[found] = row;
      found += 1;
    }
  return rows.subarray(0, found);
}

function fillFrom(out: Float64Array, rows: Int32Array, of: (row: number) => number): void {
  for (let k = 0; k < rows.length; k += 1) out[k] = of(rows[k] ?? 0);
}

function fillMatrix(
  out: Float64Array,
  { strip, width }: FiledStrip,
  columns: Shape['matrix'],
  features: readonly Float64Array[],
  rows: Int32Array,
): void {
  for (let j = 0; j < width; j += 1) {
    const feature = columns[strip + j] ?? null;
    const values = feature === null ? null : features[feature];
    for (let k = 0; k < rows.length; k += 1) out[k * width + j] = values ? (values[rows[k] ?? 0] ?? NaN) : 1;
  }
}

function fillLabel(
  out: Float64Array,
  { strip, width }: FiledStrip,
  axes: 1 | 2,
  labels: Float64Array,
  rows: Int32Array,
): void {
  for (let k = 0; k < rows.length; k += 1) {
    const label = labels[rows[k] ?? 0] ?? NaN;
    if (axes === 1) out[k] = label;
    // One-hot: a row of classes, or one strip for each class.
    else if (width > 1) out[k * width + label] = 1;
    else out[k] = label === strip ? 1 : 0;
  }
}

interface Sampler {
  /** Rows of a strip that come after `done` others. */
  take(strip: FiledStrip, values: Float64Array, done: number, count: number): void;
  sample(): RowSource['sample'];
}

/** Takes evenly spaced rows of those that go by. */
function createSampler(strips: readonly FiledStrip[], total: number): Sampler {
  const rows = Math.min(SAMPLE, total);
  const inputs: Record<string, Float64Array> = {};
  for (const { input } of strips) {
    const width = strips.reduce((sum, strip) => (strip.input === input ? sum + strip.width : sum), 0);
    inputs[input] ??= new Float64Array(rows * width);
  }
  const rowOf = (k: number): number => Math.floor((k * total) / rows);
  return {
    take({ input, strip, width }, values, done, count) {
      const out = inputs[input];
      let k = Math.ceil((done * rows) / Math.max(1, total));
      for (; k < rows && rowOf(k) < done + count; k += 1)
        for (let j = 0; j < width; j += 1)
          if (out) out[(strip * rows + k) * width + j] = values[(rowOf(k) - done) * width + j] ?? NaN;
    },
    sample: () => ({ rows, inputs }),
  };
}
