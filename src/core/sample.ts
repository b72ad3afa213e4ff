/** Random points inside the domains of a program's inputs, for checks by evaluation. */
import { indexedSizes, type Input, type Program } from './definition';
import { createEvaluator } from './evaluate';
import type { IndexNode, Node, Size } from './expr';
import { createFastEvaluator, type FastEvaluator } from './lanes/fast';
import type { Point, PointArray } from './machine';
import { normal, type Random } from './random';

/** Lengths are small, above 1 and all different, so that no transposition, sum or mean can hide. */
const LENGTHS: readonly (readonly number[])[] = [
  [5, 3, 4, 2, 6, 7, 8, 9],
  [3, 4, 2, 5, 7, 6, 9, 8],
  [4, 2, 5, 3, 8, 9, 6, 7],
];

/** Every symbolic size that the program mentions, in order of appearance. */
export function programSizes(program: Program): Size[] {
  const sizes = new Set<Size>();
  const note = (size: Size): void => {
    if (!/^\d+$/.test(size)) sizes.add(size);
  };
  for (const input of program.inputs) {
    input.shape.forEach(note);
    if (input.domain.kind === 'class') note(input.domain.size);
  }
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    if (node.kind === 'size' || node.kind === 'index') note(node.size);
    if (node.kind === 'reduce') note(node.index.size);
    node.args.forEach(visit);
  };
  for (const binding of program.bindings) {
    binding.axes.forEach((axis) => note(axis.size));
    visit(binding.def);
  }
  return [...sizes];
}

/** The `variant`-th choice of lengths (m, n, k, … = 5, 3, 4, …); any two sizes differ, and none is 1. */
export function sampleSizes(program: Program, variant = 0): Record<Size, number> {
  const lengths = LENGTHS[variant % LENGTHS.length] ?? [];
  const sizes: Record<Size, number> = {};
  programSizes(program).forEach((size, k) => (sizes[size] = lengths[k] ?? k + 2));
  return sizes;
}

/** How an attempt draws reals: centred at 0, or positive for programs that are undefined elsewhere. */
interface Manner {
  readonly scale: number;
  readonly positive: boolean;
}

const MANNERS: readonly Manner[] = [
  { scale: 1, positive: false },
  { scale: 1, positive: false },
  { scale: 0.3, positive: false },
  { scale: 1, positive: true },
  { scale: 0.3, positive: true },
  { scale: 0.1, positive: true },
];

/** Points of the same sizes, and an evaluator of the program at them. */
export interface Site {
  readonly points: readonly [Point, ...(readonly Point[])];
  readonly quick: FastEvaluator;
  /** Where free indices stand. */
  readonly position: (index: IndexNode) => number;
}

/**
 * A point with every input inside its domain. Values are of moderate size, so that nothing saturates; scalar settings keep
 * away from 0 and 1, which hide mistakes. Points at which every intermediate is finite are preferred.
 */
export function samplePoint(
  program: Program,
  random: Random,
  sizes: Readonly<Record<Size, number>> = sampleSizes(program),
): Point {
  return sampleSite(program, random, { sizes, count: 1 }).points[0];
}

export interface SiteOptions {
  readonly sizes: Readonly<Record<Size, number>>;
  /** Number of points. */
  readonly count: number;
  /** Where free indices stand. */
  readonly position?: (index: IndexNode) => number;
}

const NOWHERE = (): number => NaN;

/** Several such points. */
export function sampleSite(
  program: Program,
  random: Random,
  { sizes, count, position = NOWHERE }: SiteOptions,
): Site {
  const at = (points: Site['points']): Site => ({
    points,
    position,
    quick: createFastEvaluator(program, points, [], position),
  });
  const several = (each: () => Point): Site['points'] => [
    each(),
    ...Array.from({ length: count - 1 }, () => each()),
  ];
  let site: Site | null = null;
  for (const manner of MANNERS) {
    site = at(several(() => draw(program, random, sizes, manner)));
    if (isFinite(program, site)) return site;
  }
  // Each point for itself may yet be drawn in a manner of its own.
  return site && count === 1 ? site : at(several(() => samplePoint(program, random, sizes)));
}

function isFinite(program: Program, { points, quick }: Site): boolean {
  const isEverywhere = (array: (name: string) => PointArray | null): boolean =>
    program.bindings.every((b) => {
      const data = array(b.name)?.data ?? [NaN];
      for (let k = 0; k < data.length; k += 1) if (!Number.isFinite(data[k])) return false;
      return true;
    });
  return (
    isEverywhere(quick.array) || points.every((point) => isEverywhere(createEvaluator(program, point).array))
  );
}

function draw(
  program: Program,
  random: Random,
  sizes: Readonly<Record<Size, number>>,
  manner: Manner,
): Point {
  const length = (size: Size): number => (/^\d+$/.test(size) ? Number(size) : (sizes[size] ?? NaN));
  const inputs: Record<string, number | PointArray> = {};
  const inverted = matrixArguments(program);
  for (const input of program.inputs) {
    const dims = indexedSizes(input.shape).map(length);
    const values = drawArray(input, dims, random, manner, length);
    if (input.domain.kind === 'real' && inverted.has(input.name)) strengthenDiagonal(values, dims);
    inputs[input.name] = dims.length === 0 ? (values[0] ?? NaN) : { dims, data: Float64Array.from(values) };
  }
  return { sizes, inputs };
}

function drawArray(
  input: Input,
  dims: readonly number[],
  random: Random,
  manner: Manner,
  length: (size: Size) => number,
): number[] {
  const count = dims.reduce((product, n) => product * n, 1);
  const each = (value: (k: number) => number): number[] => Array.from({ length: count }, (_, k) => value(k));
  const { domain } = input;
  const regime = input.role === 'hyper' ? settingLike(input) : null;
  if (regime) return each(() => regime(random));
  // Two-valued labels alternate from a random start and are then flipped here and there: both values always occur.
  const start = random() < 0.5 ? 0 : 1;
  const bit = (k: number): number => (k < 2 || random() < 0.5 ? (k + start) % 2 : Number(random() < 0.5));
  switch (domain.kind) {
    case 'binary':
      return each(bit);
    case 'sign':
      return each((k) => 2 * bit(k) - 1);
    case 'class':
      return each(() => Math.floor(random() * length(domain.size)));
    case 'distribution':
      return distributions(dims, domain.axis ?? dims.length - 1, domain.hard, random);
    case 'interval':
      return each(() => inInterval(domain.low, domain.high, random));
    case 'symmetric':
      return symmetricMatrices(dims, domain.definite, random);
    case 'real':
      return each(() => (input.role === 'hyper' ? setting(random) : real(random, manner)));
  }
}

/** Names that functions of whole matrices are taken of. */
function matrixArguments(program: Program): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<number>();
  const visit = (node: Node): void => {
    if (seen.has(node.id)) return;
    seen.add(node.id);
    if (node.kind === 'matrix') names.add(node.name);
    node.args.forEach(visit);
  };
  for (const binding of program.bindings) visit(binding.def);
  return names;
}

/** Adds to the diagonals along the last two axes, so that the matrices are well-conditioned and their determinants positive. */
function strengthenDiagonal(values: number[], dims: readonly number[]): void {
  const [rows = 0, columns = 0] = dims.slice(-2);
  if (dims.length < 2 || rows !== columns) return;
  for (let start = 0; start < values.length; start += rows * rows)
    for (let k = start; k < start + rows * rows; k += rows + 1) values[k] = (values[k] ?? 0) + 1.5 * rows;
}

/** Well-conditioned symmetric matrices along the last two axes: a random one with a dominant diagonal. */
function symmetricMatrices(dims: readonly number[], definite: boolean, random: Random): number[] {
  const [rows = 1, columns = 1] = dims.slice(-2);
  const count = dims.slice(0, -2).reduce((product, n) => product * n, 1);
  return Array.from({ length: count }, () => {
    const values = new Array<number>(rows * columns).fill(0);
    for (let i = 0; i < rows; i += 1)
      for (let j = 0; j <= Math.min(i, columns - 1); j += 1) {
        const side = definite || random() < 0.5 ? 1 : -1;
        const value = i === j ? side * (0.8 * rows + random()) : 2 * random() - 1;
        values[i * columns + j] = value;
        if (j < rows && i < columns) values[j * columns + i] = value;
      }
    return values;
  }).flat();
}

function distributions(dims: readonly number[], axis: number, hard: boolean, random: Random): number[] {
  const width = dims[axis] ?? 1;
  const stride = dims.slice(axis + 1).reduce((product, n) => product * n, 1);
  const count = dims.reduce((product, n) => product * n, 1);
  const values = new Array<number>(count).fill(0);
  for (let row = 0; row < count / width; row += 1) {
    const start = Math.floor(row / stride) * stride * width + (row % stride);
    const winner = Math.floor(random() * width);
    const weights = Array.from({ length: width }, (_, k) => (hard ? Number(k === winner) : 0.2 + random()));
    const total = weights.reduce((a, b) => a + b, 0);
    weights.forEach((w, k) => (values[start + k * stride] = w / total));
  }
  return values;
}

function inInterval(low: number, high: number, random: Random): number {
  if (Number.isFinite(low) && Number.isFinite(high)) return low + (high - low) * (0.1 + 0.8 * random());
  if (Number.isFinite(low)) return low + setting(random);
  return Number.isFinite(high) ? high - setting(random) : 2 * random() - 1;
}

/** Slopes of leaky units are below 1: a maximum of `alpha * x` and `x` means nothing else. */
const SLOPES = /^(alpha|(negative_?)?slope|leak\w*)$/i;

/**
 * How a setting with a default is drawn: code may be right on the default's side of 0 and 1 only (`maximum(alpha * x, x)`).
 * Null where nothing is known of its side, or its domain excludes it.
 */
function settingLike({ name, domain, default: usual }: Input): ((random: Random) => number) | null {
  if (domain.kind !== 'real' && domain.kind !== 'interval') return null;
  const value = usual ?? (SLOPES.test(name) ? 0.5 : 0);
  if (value === 0 || Math.abs(value) === 1) return null;
  if (domain.kind === 'interval' && !(domain.low <= Math.min(value, 0) && domain.high === Infinity))
    return null;
  const sign = Math.sign(value);
  return Math.abs(value) < 1 ? (random) => sign * below(random) : (random) => sign * above(random);
}

const below = (random: Random): number => 0.3 + 0.5 * random();
const above = (random: Random): number => 1.2 + 0.7 * random();

/** In (0.3, 0.8) or (1.2, 1.9): positive and neither 0 nor 1. */
function setting(random: Random): number {
  return random() < 0.5 ? below(random) : above(random);
}

/** A normal value cut to moderate size, not close to 0. */
function real(random: Random, manner: Manner): number {
  const value = Math.max(-2, Math.min(2, normal(random)));
  const away = value + (value < 0 ? -0.05 : 0.05);
  return manner.scale * (manner.positive ? Math.abs(away) : away);
}
