/**
 * Finite differences of a loss with respect to its parameters, cell by cell and along random directions, each with an
 * estimate of its error. See `ladder.ts` for how one of them is made.
 */
import { createRandom } from '../core/random';
import { createEvaluation, evaluateNow } from './evaluation';
import { fingerprint, hasBranches, type Fingerprinted } from './fingerprint';
import { createRunner, type Arrays, type Runner } from './interpret';
import { createKernel } from './kernel';
import { difference, lineDerivative, noiseLevel, type CellState, type Line, type Sample } from './ladder';
import type { LoopProgram, Sizes } from './loop';
import { LOSS } from './program';
import { canFuse } from './wasm/compile';

export interface DifferenceRequest {
  /** Made by `compileLoss`. */
  readonly loss: LoopProgram;
  readonly sizes: Sizes;
  /** Data and settings. */
  readonly data: Arrays;
  /** Where the derivative is taken. */
  readonly parameters: Arrays;
  /** Most cells to difference, over all parameters; the rest is covered by directions. Default 256. */
  readonly maxCells?: number;
  /** Random directions per parameter, over all of its cells. Default 1 where cells are left out, else 0. */
  readonly directions?: number;
  readonly seed?: number;
}

export interface DirectionDifference {
  /** Of +1 and -1, one per cell: the derivative along it is its dot product with the gradient. */
  readonly direction: Int8Array;
  readonly value: number;
  readonly error: number;
  readonly state: CellState;
}

export interface ParameterDifferences {
  readonly name: string;
  /** Positions in the flattened parameter, ascending. */
  readonly cells: readonly number[];
  readonly values: readonly number[];
  /** Estimated absolute errors; infinite where the state is not `smooth`. */
  readonly errors: readonly number[];
  readonly states: readonly CellState[];
  readonly directions: readonly DirectionDifference[];
}

export interface Differences {
  readonly loss: number;
  readonly parameters: readonly ParameterDifferences[];
  readonly evaluations: number;
}

const at = (array: ArrayLike<number>, index: number): number => array[index] ?? NaN;

/** Yields after every evaluation of the loss, so that the caller can pause and stop. */
export function* finiteDifferences(request: DifferenceRequest): Generator<void, Differences> {
  const random = createRandom(request.seed ?? 1);
  const loss = createLoss(request);
  const names = Object.keys(request.parameters);
  const lengths = names.map((name) => request.parameters[name]?.length ?? 0);
  const shares = shareBudget(lengths, request.maxCells ?? 256);
  const noise = yield* measureNoise(loss, request.parameters, random);

  const parameters: ParameterDifferences[] = [];
  for (const [p, name] of names.entries()) {
    const point = request.parameters[name] ?? new Float64Array(0);
    const cells = chooseCells(point.length, shares[p] ?? 0, random);
    const results: { value: number; error: number; state: CellState }[] = [];
    let step = 0;
    for (const cell of cells) {
      const scale = step > 0 ? step : guessScale(at(point, cell));
      const line = cellLine(loss, request.parameters, name, cell, scale, noise);
      const result = yield* lineDerivative(line);
      if (result.state === 'smooth') step = result.step;
      results.push(result);
    }
    const count = request.directions ?? (cells.length < point.length ? 1 : 0);
    const directions: DirectionDifference[] = [];
    for (let d = 0; d < count && point.length > 0; d += 1) {
      const direction = Int8Array.from(point, () => (random() < 0.5 ? -1 : 1));
      const scale = (step > 0 ? step : guessScale(0)) / Math.sqrt(point.length);
      const moves = { [name]: Float64Array.from(direction) };
      const { value, error, state } = yield* lineDerivative(
        directionLine(loss, request.parameters, moves, scale, noise),
      );
      directions.push({ direction, value, error, state });
    }
    parameters.push({
      name,
      cells,
      values: results.map((r) => r.value),
      errors: results.map((r) => r.error),
      states: results.map((r) => r.state),
      directions,
    });
  }
  return { loss: loss.value(request.parameters), parameters, evaluations: loss.evaluations() };
}

/** Runs `finiteDifferences` to its end. */
export function differencesNow(request: DifferenceRequest): Differences {
  const work = finiteDifferences(request);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

const guessScale = (value: number): number => 2 ** -4 * Math.max(1, Math.abs(value));

// ---- the loss as a sum of parts

interface PartedLoss {
  readonly weights: Float64Array;
  sample(parameters: Arrays): Sample;
  value(parameters: Arrays): number;
  evaluations(): number;
}

type Traced = ReturnType<Runner['trace']>;

/** The loss and its parts, with the branches that it takes: by a kernel where there can be one, else in the interpreter. */
function evaluator(
  { loss, sizes, data, parameters }: DifferenceRequest,
  branching: boolean,
): (point: Arrays) => Traced {
  const branches = { rows: new Int32Array(0), shared: 0 };
  if (!branching) {
    const evaluation = createEvaluation(loss, sizes, data, null);
    return (point) => ({ outputs: evaluateNow(evaluation, point), branches });
  }
  const told = fingerprint(loss);
  const kernel = told && createKernel(told.program, sizes, data, { precision: 'double', fused: canFuse() });
  if (told && kernel?.ok) {
    const run = (point: Arrays): Traced => {
      const outputs = kernel.value.run(point);
      return { outputs, branches: piecesOf(told, outputs) };
    };
    // What is compared with no number has no piece that could be told.
    const { outputs } = run(parameters);
    if ([...told.ofRows, ...told.shared].every((name) => !outputs[name]?.some(Number.isNaN))) return run;
  }
  const runner = createRunner(loss, sizes, data);
  return (point) => runner.trace(point);
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

function createLoss(request: DifferenceRequest): PartedLoss {
  const { loss, parameters } = request;
  const branching = hasBranches(loss);
  const evaluate = evaluator(request, branching);
  const coupled = loss.passes.filter((pass) => pass.rows.length > 0).length > 1;
  let evaluations = 0;
  const run = (point: Arrays): Traced => {
    evaluations += 1;
    return evaluate(point);
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
  return {
    weights,
    evaluations: () => evaluations,
    value: (point) => at(run(point).outputs[LOSS] ?? [], 0),
    sample(point) {
      const { outputs, branches } = run(point);
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
    },
  };
}

function combine(shared: number, rows: Int32Array): number {
  let hash = shared;
  for (const row of rows) hash = Math.imul(hash ^ row, 0x01000193);
  return hash;
}

// ---- lines

function cellLine(
  loss: PartedLoss,
  parameters: Arrays,
  name: string,
  cell: number,
  scale: number,
  noise: number,
): Line {
  const origin = parameters[name] ?? new Float64Array(0);
  return {
    weights: loss.weights,
    scale,
    noise,
    sample: (t) => {
      const moved = origin.slice();
      moved[cell] = at(origin, cell) + t;
      return {
        sample: loss.sample({ ...parameters, [name]: moved }),
        exact: at(moved, cell) - at(origin, cell),
      };
    },
  };
}

function directionLine(
  loss: PartedLoss,
  parameters: Arrays,
  moves: Arrays,
  scale: number,
  noise: number,
): Line {
  return {
    weights: loss.weights,
    scale,
    noise,
    sample: (t) => {
      const point: Record<string, Float64Array> = { ...parameters };
      for (const [name, move] of Object.entries(moves))
        point[name] = (parameters[name] ?? move).map((value, k) => value + t * at(move, k));
      return { sample: loss.sample(point), exact: t };
    },
  };
}

/** Rounding noise of the loss, from points along a random line so close together that the loss itself hardly changes. */
function* measureNoise(loss: PartedLoss, parameters: Arrays, random: () => number): Generator<void, number> {
  const moves: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries(parameters))
    moves[name] = values.map((value) => (random() - 0.5) * Math.max(1, Math.abs(value)));
  const line = directionLine(loss, parameters, moves, 1, 0);
  const origin = line.sample(0).sample;
  const values = [0];
  for (let k = 1; k <= 8; k += 1) {
    values.push(difference(loss.weights, line.sample(k * 2 ** -22).sample, origin));
    yield;
  }
  // At least half a unit in the last place of each part, as if independent.
  let squares = 0;
  origin.parts.forEach((part, p) => {
    squares += (at(loss.weights, p) * part) ** 2;
  });
  const measured = noiseLevel(values);
  return Math.max(Number.isFinite(measured) ? measured : 0, 2 ** -53 * Math.sqrt(squares));
}

/** Cells per parameter: small parameters whole, large ones cut to equal shares of what is left. */
function shareBudget(lengths: readonly number[], budget: number): number[] {
  const order = lengths.map((_, k) => k).sort((a, b) => at(lengths, a) - at(lengths, b));
  const shares = lengths.map(() => 0);
  let left = budget;
  order.forEach((k, done) => {
    const share = Math.min(at(lengths, k), Math.max(1, Math.floor(left / (order.length - done))));
    shares[k] = share;
    left -= share;
  });
  return shares;
}

function chooseCells(length: number, count: number, random: () => number): number[] {
  if (count >= length) return Array.from({ length }, (_, k) => k);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random() * length));
  return [...chosen].sort((a, b) => a - b);
}
