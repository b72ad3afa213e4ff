/**
 * Finite differences of a loss with respect to its parameters, cell by cell and along random directions, each with an
 * estimate of its error. See `ladder.ts` for how one of them is made.
 */
import { createRandom } from '../core/random';
import type { Arrays } from './interpret';
import {
  difference,
  lineDerivative,
  noiseLevel,
  type CellState,
  type Following,
  type Line,
  type LineResult,
} from './ladder';
import { createLoss, type LossRequest, type PartedLoss } from './partedLoss';

export interface DifferenceRequest extends LossRequest {
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

/** Yields after every pass over the data, so that the caller can pause and stop. */
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
    const line = (scale: number): Line => ({ weights: loss.weights, scale, noise });
    const { results, step } = yield* followCells(loss, cells, (cell, known) =>
      cellPath(request.parameters, name, cell, line(known > 0 ? known : guessScale(at(point, cell)))),
    );
    const count = request.directions ?? (cells.length < point.length ? 1 : 0);
    const directions: DirectionDifference[] = [];
    for (let d = 0; d < count && point.length > 0; d += 1) {
      const direction = Int8Array.from(point, () => (random() < 0.5 ? -1 : 1));
      const scale = (step > 0 ? step : guessScale(0)) / Math.sqrt(point.length);
      const moves = { [name]: Float64Array.from(direction) };
      let followers = startOn(
        directionPath(request.parameters, moves, line(scale)),
        ({ value, error, state }) => {
          directions.push({ direction, value, error, state });
        },
      );
      while (followers.length > 0) {
        followers = advance(loss, followers);
        yield;
      }
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

// ---- lines

/** A line through the parameters. */
interface Path extends Line {
  /** The point at a distance, and what rounding made of the distance. */
  at(t: number): { readonly point: Arrays; readonly exact: number };
}

function cellPath(parameters: Arrays, name: string, cell: number, line: Line): Path {
  const origin = parameters[name] ?? new Float64Array(0);
  return {
    ...line,
    at: (t) => {
      const moved = origin.slice();
      moved[cell] = at(origin, cell) + t;
      return { point: { ...parameters, [name]: moved }, exact: at(moved, cell) - at(origin, cell) };
    },
  };
}

function directionPath(parameters: Arrays, moves: Arrays, line: Line): Path {
  return {
    ...line,
    at: (t) => {
      const point: Record<string, Float64Array> = { ...parameters };
      for (const [name, move] of Object.entries(moves))
        point[name] = (parameters[name] ?? move).map((value, k) => value + t * at(move, k));
      return { point, exact: t };
    },
  };
}

interface Follower {
  readonly path: Path;
  readonly work: Following<LineResult>;
  readonly done: (result: LineResult) => void;
  /** Where the function is asked for. */
  t: number;
}

/** Starts to follow a path, which asks for at least one point. */
function startOn(path: Path, done: (result: LineResult) => void): Follower[] {
  const work = lineDerivative(path);
  const next = work.next();
  return next.done ? [] : [{ path, work, done, t: next.value }];
}

/** Takes the points that all followers ask for in one pass; those that are left. */
function advance(loss: PartedLoss, followers: readonly Follower[]): Follower[] {
  const places = followers.map(({ path, t }) => path.at(t));
  const samples = loss.samples(places.map(({ point }) => point));
  return followers.filter((follower, k) => {
    const [sample, place] = [samples[k], places[k]];
    if (!sample || !place) return false;
    const next = follower.work.next({ sample, exact: place.exact });
    if (next.done) follower.done(next.value);
    else follower.t = next.value;
    return !next.done;
  });
}

/** The first of the cells tells the others what step to begin with; these are followed side by side. */
function* followCells(
  loss: PartedLoss,
  cells: readonly number[],
  pathOf: (cell: number, step: number) => Path,
): Generator<void, { results: LineResult[]; step: number }> {
  const results: LineResult[] = [];
  let step = 0;
  let begun = 0;
  let followers: Follower[] = [];
  while (begun < cells.length || followers.length > 0) {
    const most = results.length === 0 ? 1 : loss.width;
    while (begun < cells.length && followers.length < most) {
      const k = begun;
      begun += 1;
      followers.push(
        ...startOn(pathOf(cells[k] ?? 0, step), (result) => {
          results[k] = result;
          if (result.state === 'smooth') step = result.step;
        }),
      );
    }
    followers = advance(loss, followers);
    yield;
  }
  return { results, step };
}

/** Rounding noise of the loss, from points along a random line so close together that the loss itself hardly changes. */
function* measureNoise(loss: PartedLoss, parameters: Arrays, random: () => number): Generator<void, number> {
  const moves: Record<string, Float64Array> = {};
  for (const [name, values] of Object.entries(parameters))
    moves[name] = values.map((value) => (random() - 0.5) * Math.max(1, Math.abs(value)));
  const path = directionPath(parameters, moves, { weights: loss.weights, scale: 1, noise: 0 });
  const points = Array.from({ length: 9 }, (_, k) => path.at(k * 2 ** -22).point);
  const [origin, ...others] = loss.samples(points);
  yield;
  if (!origin) return 0;
  const values = [0, ...others.map((sample) => difference(loss.weights, sample, origin))];
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
