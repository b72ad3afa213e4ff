/**
 * Random points at which two gradients can be compared: inside the domains, away from kinks, finite, and not saturated so
 * far that rounding decides. A `Trial` is one such point with the exact derivative at every cell.
 */
import { axisIndices, type Axis, type Program } from '../core/definition';
import { createEvaluator, type Evaluator, type Point, type PointArray } from '../core/evaluate';
import type { IndexNode, Node, Size } from '../core/expr';
import { createRandom, type Random } from '../core/random';
import { samplePoint, sampleSizes } from '../core/sample';
import { lazy } from './cache';

/** Positions of the indices of one cell, in the order of the axes. */
export type Cell = readonly number[];

/** Values with the rounding that they may carry, one entry per cell. */
export interface Cells {
  readonly values: readonly number[];
  /** Estimated absolute rounding errors, worked out on first use: they take as long as the values. */
  readonly errors: () => readonly number[];
}

export interface Trial {
  readonly point: Point;
  readonly evaluator: Evaluator;
  readonly cells: readonly Cell[];
  readonly exact: Cells;
}

/** The random points of one program, each with its evaluator, drawn on first use and shared by all its gradients. */
export interface PointPool {
  readonly program: Program;
  at(attempt: number): { readonly point: Point; readonly evaluator: Evaluator };
  /**
   * The points under an assumption, which its text tells from others; `assumed` is the program that says it, and `lengths` are
   * the sizes that it fixes.
   */
  under(assumption: string, assumed: () => Program, lengths?: Lengths): PointPool;
}

/** What the exact derivative is taken of. */
export interface Target {
  readonly pool: PointPool;
  /** The derivative as an expression over `axes`: a total `diff` node, evaluated by dual numbers. */
  readonly exact: Node;
  readonly axes: readonly Axis[];
  /** The derived gradient over the same axes, with helper bindings written out; its rounding bound serves both. */
  readonly derived: Node | null;
}

export interface Trials {
  readonly trials: readonly Trial[];
  readonly setAside: { readonly kinks: number; readonly notFinite: number };
  /** Points where dual numbers and the derived gradient disagree: a defect of Nabla's, never of the user's. */
  readonly inconsistent: number;
}

/** Rounding reaches a few units of scale × 2^-53; the factor leaves room for sums of many terms. */
const ROUNDING = 256 * 2 ** -53;
const NEIGHBOURHOOD = 1e-6;

const ATTEMPTS = 40;
const SEED = 0x6e61626c;

type Lengths = Readonly<Record<Size, number>>;

export function createPool(program: Program, fixed: Lengths = {}): PointPool {
  const random = createRandom(SEED);
  const drawn: ReturnType<PointPool['at']>[] = [];
  const others = new Map<string, PointPool>();
  return {
    program,
    at(attempt) {
      for (let next = drawn.length; next <= attempt; next += 1) {
        const point = samplePoint(program, random, { ...sampleSizes(program, next), ...fixed });
        drawn.push({ point, evaluator: createEvaluator(program, point) });
      }
      const found = drawn[attempt];
      if (!found) throw new RangeError(`no point ${attempt}`);
      return found;
    },
    under(assumption, assumed, lengths = {}) {
      const known = others.get(assumption) ?? createPool(assumed(), { ...fixed, ...lengths });
      others.set(assumption, known);
      return known;
    },
  };
}

/** How much evidence is wanted. */
export interface Effort {
  readonly points: number;
  /** Cells per point, drawn at random where there are more. */
  readonly cells: number;
}

/** Enough that a mistake in one branch or one cell shows. */
export const THOROUGH: Effort = { points: 12, cells: 24 };
/** For what is proved already, or only a ratio. */
export const BRIEF: Effort = { points: 3, cells: 8 };

/** The first usable points of the pool. `watched`: nodes whose pieces must agree around a point, over the target's axes. */
export function trialsFor(target: Target, watched: readonly Node[], effort = THOROUGH): Trials {
  const found = drawing(target, watched, effort);
  const trials = [...found.trials];
  return { trials, ...found.left() };
}

/** The same one by one, each worked out when it is asked for, as a single one may tell enough. */
export const trialsOneByOne = (
  target: Target,
  watched: readonly Node[],
  effort = THOROUGH,
): Iterable<Trial> => drawing(target, watched, effort).trials;

function drawing(
  target: Target,
  watched: readonly Node[],
  effort: Effort,
): { readonly trials: Iterable<Trial>; readonly left: () => Omit<Trials, 'trials'> } {
  const random = createRandom(SEED + 1);
  const drawn: Trial[] = [];
  const setAside = { kinks: 0, notFinite: 0 };
  let inconsistent = 0;
  let attempt = 0;
  const draw = (): void => {
    const { point, evaluator } = target.pool.at(attempt);
    attempt += 1;
    const cells = cellsOf(target.axes, point, random, effort.cells);
    if (nearKink(target, watched, point, cells, evaluator, random)) {
      setAside.kinks += 1;
      return;
    }
    const exact = exactAt(target, evaluator, cells);
    if (exact === 'not finite') setAside.notFinite += 1;
    else if (exact === 'inconsistent') inconsistent += 1;
    else drawn.push({ point, evaluator, cells, exact });
  };
  const trials: Iterable<Trial> = {
    *[Symbol.iterator]() {
      for (let k = 0; k < effort.points; k += 1) {
        while (k >= drawn.length && attempt < ATTEMPTS) draw();
        const trial = drawn[k];
        if (!trial) return;
        yield trial;
      }
    },
  };
  return { trials, left: () => ({ setAside, inconsistent }) };
}

/** Dual numbers, which must agree with the derived gradient where there is one; it then gives the rounding too. */
function exactAt(
  target: Target,
  evaluator: Evaluator,
  cells: readonly Cell[],
): Cells | 'not finite' | 'inconsistent' {
  const indices = axisIndices(target.axes);
  const byDualNumbers = (): Cells | 'not finite' => {
    // One cell that is not finite is enough, and rounding is the longer part of the work.
    for (const cell of cells)
      if (!Number.isFinite(evaluator.value(target.exact, positions(indices, cell)))) return 'not finite';
    const { values, errors } = evaluateCells(evaluator, target.exact, target.axes, cells);
    const finite = lazy(() => errors().map((error, k) => finiteOr(error, 1e-12 * Math.abs(values[k] ?? 0))));
    return { values, errors: finite };
  };
  if (!target.derived) return byDualNumbers();
  const values = cells.map((cell) => evaluator.value(target.exact, positions(indices, cell)));
  const derived = evaluateCells(evaluator, target.derived, target.axes, cells);
  // A product with a condition reads x[i - 1] at i = 0, too, where a choice does not.
  if (derived.values.some(Number.isNaN)) return byDualNumbers();
  if (!values.every(Number.isFinite) || !derived.values.every(Number.isFinite)) return 'not finite';
  const size = Math.max(...values.map(Math.abs));
  const roundings = derived.errors();
  const errors: number[] = [];
  for (const [k, value] of values.entries()) {
    const difference = Math.abs(value - (derived.values[k] ?? NaN));
    const rounding = finiteOr(roundings[k], 1e-12 * Math.abs(value));
    if (difference > 1e-6 * size && difference > 1e3 * rounding) {
      const { scale } = evaluator.valueWithScale(target.exact, positions(indices, cells[k] ?? []));
      if (!(difference <= 1e3 * ROUNDING * scale)) return 'inconsistent';
    }
    errors.push(Math.max(rounding, difference));
  }
  return { values, errors: () => errors };
}

const finiteOr = (value: number | undefined, otherwise: number): number =>
  value !== undefined && Number.isFinite(value) ? value : otherwise;

/** Values of `node` at `cells`; `axes` name its free indices. */
export function evaluateCells(
  evaluator: Evaluator,
  node: Node,
  axes: readonly Axis[],
  cells: readonly Cell[],
): Cells {
  const indices = axisIndices(axes);
  const places = cells.map((cell) => positions(indices, cell));
  return {
    values: places.map((place) => evaluator.value(node, place)),
    errors: lazy(() => places.map((place) => ROUNDING * evaluator.valueWithScale(node, place).scale)),
  };
}

export function positions(indices: readonly IndexNode[], cell: Cell): Record<string, number> {
  return Object.fromEntries(indices.map((index, k) => [index.name, cell[k] ?? 0]));
}

/** The length of an axis at a point. */
export function lengthAt(point: Point, size: string): number {
  return /^\d+$/.test(size) ? Number(size) : (point.sizes[size] ?? NaN);
}

function cellsOf(axes: readonly Axis[], point: Point, random: Random, most: number): Cell[] {
  let cells: Cell[] = [[]];
  for (const index of axisIndices(axes)) {
    const length = lengthAt(point, index.size);
    cells = cells.flatMap((cell) => Array.from({ length }, (_, k) => [...cell, k]));
  }
  while (cells.length > most) cells.splice(Math.floor(random() * cells.length), 1);
  return cells;
}

/** True when a small change of the inputs changes a piece that a piecewise function takes. */
function nearKink(
  target: Target,
  watched: readonly Node[],
  point: Point,
  cells: readonly Cell[],
  shared: Evaluator,
  random: Random,
): boolean {
  if (signatureAt(shared, target, watched, cells) === '') return false;
  // The shared evaluator also knows the pieces of other expressions, so the comparison takes fresh ones.
  const { program } = target.pool;
  const here = signatureAt(createEvaluator(program, point), target, watched, cells);
  return [1, 2].some(() => {
    const neighbour = createEvaluator(program, moved(program, point, random));
    return signatureAt(neighbour, target, watched, cells) !== here;
  });
}

function signatureAt(
  evaluator: Evaluator,
  target: Target,
  watched: readonly Node[],
  cells: readonly Cell[],
): string {
  const indices = axisIndices(target.axes);
  evaluator.array(target.pool.program.output);
  for (const node of watched) for (const cell of cells) evaluator.value(node, positions(indices, cell));
  return evaluator.signature();
}

/** The point with its continuous inputs moved by a relative `NEIGHBOURHOOD`, each at random. */
function moved(program: Program, point: Point, random: Random): Point {
  const nudge = (value: number): number => value * (1 + NEIGHBOURHOOD * (2 * random() - 1));
  const inputs: Record<string, number | PointArray> = { ...point.inputs };
  for (const input of program.inputs) {
    if (input.domain.kind !== 'real' && input.domain.kind !== 'interval') continue;
    const value = inputs[input.name];
    if (typeof value === 'number') inputs[input.name] = nudge(value);
    else if (value) inputs[input.name] = { dims: value.dims, data: Array.from(value.data, nudge) };
  }
  return { sizes: point.sizes, inputs };
}
