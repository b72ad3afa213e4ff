/**
 * A loss as a sum of parts, with the pieces of piecewise functions that each part takes, at one point or at several in one
 * pass over the data.
 */
import { createEvaluation, evaluateNow } from './evaluation';
import { fingerprint, hasBranches, type Fingerprinted } from './fingerprint';
import { createRunner, type Arrays, type Runner } from './interpret';
import { createKernel } from './kernel';
import type { Sample } from './ladder';
import type { LoopProgram, Sizes } from './loop';
import { atManyPoints, joinPoints, POINTS, valuesAt, type ManyPoints } from './points';
import { LOSS } from './program';
import { canFuse } from './wasm/compile';

export interface LossRequest {
  /** Made by `compileLoss`. */
  readonly loss: LoopProgram;
  readonly sizes: Sizes;
  /** Data and settings. */
  readonly data: Arrays;
  /** Where the derivative is taken. */
  readonly parameters: Arrays;
  /** Most points in one pass over the data; by default as many as save time, which depends on the size of the data. */
  readonly points?: number;
}

export interface PartedLoss {
  /** One per part; the loss is the sum of the parts by weight. */
  readonly weights: Float64Array;
  /** Points that are best asked for at a time. */
  readonly width: number;
  /** At each of the points, each of which has all parameters. */
  samples(points: readonly Arrays[]): Sample[];
  value(point: Arrays): number;
  evaluations(): number;
}

type Traced = ReturnType<Runner['trace']>;

interface Evaluator {
  readonly one: (point: Arrays) => Traced;
  /** At exactly `WIDTH` points; null where they can only be taken one by one. */
  readonly many: (() => (points: readonly Arrays[]) => Traced[]) | null;
}

/** Points in one pass: enough that reading the data takes no time beside computing. */
const WIDTH = 16;
/** Numbers of data from which on one pass for all points is sooner done than a kernel for one point runs for each. */
const LARGE_DATA = 1 << 19;
/** Bytes of the samples that lines followed side by side may hold on to. */
const SAMPLES_BYTES = 1 << 29;
/** Bytes per part and line: up to two points on each rung, the hash of the pieces included. */
const LINE_BYTES = 600;

const at = (array: ArrayLike<number>, index: number): number => array[index] ?? NaN;

/** By a kernel where there can be one, else in the interpreter. */
function evaluatorOf({ loss, sizes, data, parameters }: LossRequest, branching: boolean): Evaluator {
  const names = Object.keys(parameters);
  const manySizes = { ...sizes, [POINTS]: WIDTH };
  if (!branching) {
    const branches = { rows: new Int32Array(0), shared: 0 };
    const evaluation = createEvaluation(loss, sizes, data, null);
    return {
      one: (point) => ({ outputs: evaluateNow(evaluation, point), branches }),
      many: () => {
        const widened = atManyPoints(loss, names);
        const all = createEvaluation(widened.program, manySizes, data, null);
        return (points) =>
          apart(widened, evaluateNow(all, joined(points))).map((outputs) => ({ outputs, branches }));
      },
    };
  }
  const settings = { precision: 'double', fused: canFuse() } as const;
  const told = fingerprint(loss);
  const kernel = told && createKernel(told.program, sizes, data, settings);
  if (told && kernel?.ok) {
    const trace = (outputs: Arrays): Traced => ({ outputs, branches: piecesOf(told, outputs) });
    const widened = atManyPoints(told.program, names);
    // What is compared with no number has no piece that could be told.
    const outputs = kernel.value.run(parameters);
    if ([...told.ofRows, ...told.shared].every((name) => !outputs[name]?.some(Number.isNaN)))
      return {
        one: (point) => trace(kernel.value.run(point)),
        many: () => {
          const all = createKernel(widened.program, manySizes, data, settings);
          return (points) =>
            all.ok
              ? apart(widened, all.value.run(joined(points))).map(trace)
              : points.map((point) => trace(kernel.value.run(point)));
        },
      };
  }
  const runner = createRunner(loss, sizes, data);
  return { one: (point) => runner.trace(point), many: null };
}

const joined = (points: readonly Arrays[]): Arrays =>
  Object.fromEntries(
    Object.keys(points[0] ?? {}).map((name) => [
      name,
      joinPoints(points.map((point) => point[name] ?? new Float64Array(0))),
    ]),
  );

/** The outputs of each point. */
function apart({ outputs: differing }: ManyPoints, outputs: Record<string, Float64Array>): Arrays[] {
  return Array.from({ length: WIDTH }, (_, point) =>
    Object.fromEntries(
      Object.entries(outputs).map(([name, values]) => [
        name,
        differing.has(name) ? valuesAt(values, point, WIDTH) : values,
      ]),
    ),
  );
}

/** The numbers of a fingerprint as hashes. */
function piecesOf({ ofRows, shared }: Fingerprinted, outputs: Arrays): Traced['branches'] {
  const lists = ofRows.map((name) => bitsOf(outputs[name]));
  const rows = new Int32Array((lists[0]?.length ?? 0) / 2);
  for (const bits of lists)
    for (let row = 0; row < rows.length; row += 1)
      rows[row] = mixWord(mixWord(at(rows, row), at(bits, 2 * row)), at(bits, 2 * row + 1));
  const all = shared.flatMap((name) => Array.from(bitsOf(outputs[name])));
  return { rows, shared: all.reduce(mixWord, 0) };
}

/** Of all bits of a word, in the way of FNV-1a. */
function mixWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x01000193);
  return mixed ^ (mixed >>> 15);
}

const bitsOf = (values: Float64Array | undefined): Int32Array =>
  values ? new Int32Array(values.buffer, values.byteOffset, 2 * values.length) : new Int32Array(0);

export function createLoss(request: LossRequest): PartedLoss {
  const { loss, parameters } = request;
  const branching = hasBranches(loss);
  const { one, many } = evaluatorOf(request, branching);
  const coupled = loss.passes.filter((pass) => pass.rows.length > 0).length > 1;
  let evaluations = 0;
  let atMany: ((points: readonly Arrays[]) => Traced[]) | null = null;
  const run = (point: Arrays): Traced => {
    evaluations += 1;
    return one(point);
  };
  const terms = loss.terms.length > 0 ? loss.terms : [{ values: LOSS, scale: null }];
  const byRow = terms.map((term) => {
    const shape = loss.outputs.find((output) => output.name === term.values)?.shape ?? [];
    return loss.rows !== null && shape.length === 1 && shape[0] === loss.rows;
  });
  const first = run(parameters).outputs;
  const lengths = terms.map((term) => first[term.values]?.length ?? 0);
  const weights = new Float64Array(lengths.reduce((sum, length) => sum + length, 0));
  let start = 0;
  terms.forEach((term, k) => {
    const length = lengths[k] ?? 0;
    weights.fill(term.scale === null ? 1 : at(first[term.scale] ?? [], 0), start, start + length);
    start += length;
  });
  const sampleOf = ({ outputs, branches }: Traced): Sample => {
    const parts = new Float64Array(weights.length);
    const hashes = branching ? new Int32Array(weights.length) : null;
    // What is not a row's own value may depend on every row.
    const all = combine(branches.shared, branches.rows);
    let offset = 0;
    terms.forEach((term, k) => {
      const values = outputs[term.values];
      if (values) parts.set(values, offset);
      const length = lengths[k] ?? 0;
      if (hashes)
        for (let p = 0; p < length; p += 1)
          hashes[offset + p] = byRow[k] && !coupled ? branches.shared ^ at(branches.rows, p) : all;
      offset += length;
    });
    return { parts, branches: hashes };
  };
  const numbers = Object.values(request.data).reduce((sum, { length }) => sum + length, 0);
  const affordable = Math.floor(SAMPLES_BYTES / (LINE_BYTES * Math.max(1, weights.length)));
  const wanted = request.points ?? (numbers >= LARGE_DATA ? WIDTH : 1);
  const width = many ? Math.max(1, Math.min(WIDTH, wanted, affordable)) : 1;
  return {
    weights,
    width,
    evaluations: () => evaluations,
    value: (point) => at(run(point).outputs[LOSS] ?? [], 0),
    samples: (points) => {
      const [last] = points.slice(-1);
      // For a few points, passes of their own are shorter.
      if (!many || !last || width === 1 || points.length < WIDTH / 4)
        return points.map((point) => sampleOf(run(point)));
      atMany ??= many();
      const padded = Array.from({ length: WIDTH }, (_, k) => points[k] ?? last);
      evaluations += points.length;
      return atMany(padded).slice(0, points.length).map(sampleOf);
    },
  };
}

function combine(shared: number, rows: Int32Array): number {
  let hash = shared;
  for (const row of rows) hash = Math.imul(hash ^ row, 0x01000193);
  return hash;
}
