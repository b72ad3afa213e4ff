/**
 * The derivative of a function along a line, by central differences on a ladder of steps with Richardson extrapolation
 * (Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", 1982) and an estimate of its error.
 *
 * The function is a sum of parts. Differences are taken part by part, before anything is added up, so that rounding of
 * the total does not limit the result; and each part is followed only on those rungs on which it kept to one branch of its
 * piecewise functions, so that a kink nearby spoils nothing.
 */

/** What is known of the function at one point of the line. */
export interface Sample {
  /** Values of the parts; the function is their sum weighted by the line's weights. */
  readonly parts: Float64Array;
  /** The branches that each part took, as a hash; null when there is no piecewise function. */
  readonly branches: Int32Array | null;
}

/** The function at a distance; `exact` is what rounding made of the distance. */
export interface Taken {
  readonly sample: Sample;
  readonly exact: number;
}

/** Work that asks for the function at distances, one at a time, so that several lines can be followed side by side. */
export type Following<R> = Generator<number, R, Taken>;

export interface Line {
  /** One per part. */
  readonly weights: Float64Array;
  /** A length at which the function changes noticeably, as a first guess. */
  readonly scale: number;
  /** Standard deviation of the rounding noise in a difference of two values of the function. */
  readonly noise: number;
}

/** `kink`: the point itself is on a kink. `unstable`: no rung gave finite values. */
export type CellState = 'smooth' | 'kink' | 'unstable';

export interface LineResult {
  readonly value: number;
  /** Estimated absolute error, infinite unless `state` is `smooth`. */
  readonly error: number;
  readonly state: CellState;
  /** The longest step used: a good first guess for a similar line. */
  readonly step: number;
}

const RUNGS = 8;
const MOST_RUNGS = 24;
/** Curvature against slope at the top rung: large enough for little rounding, small enough for the series to converge. */
const CURVED = 0.25;
const STRAIGHT = 1e-9;

const all = (): boolean => true;
const at = (array: ArrayLike<number>, index: number): number => array[index] ?? NaN;

interface Rung {
  readonly up: Sample;
  readonly down: Sample;
  readonly width: number;
}

export function* lineDerivative(line: Line): Following<LineResult> {
  const { sample: center } = yield 0;
  const unstable = (step: number): LineResult => ({ value: NaN, error: Infinity, state: 'unstable', step });
  if (!allFinite(center.parts)) return unstable(line.scale);

  const top = yield* findTop(line, center);
  if (top === null) return unstable(line.scale);

  const rungs: Rung[] = [];
  const { weights } = line;
  const firstSmooth = new Int32Array(center.parts.length);
  for (let k = 0; k < MOST_RUNGS; k += 1) {
    const rung = top.rungs[k] ?? (yield* take(top.step / 2 ** k));
    if (!isFinite(rung)) return unstable(top.step);
    markChanges(firstSmooth, center, rung, k);
    rungs.push(rung);
    if (k + 1 >= RUNGS && firstSmooth.every((first) => first + 4 <= k + 1)) break;
  }
  if (firstSmooth.some((first) => first + 3 > rungs.length))
    return { value: NaN, error: Infinity, state: 'kink', step: top.step };

  let value = 0;
  let error = 0;
  const firsts = new Set(firstSmooth);
  for (const first of firsts) {
    // Usually every part is smooth from the first rung on.
    const chosen = firsts.size === 1 ? all : (part: number): boolean => first === at(firstSmooth, part);
    const estimate = extrapolate(rungs.slice(first), weights, chosen, line.noise);
    value += estimate.value;
    error += estimate.error;
  }
  return { value, error, state: 'smooth', step: top.step };
}

function* take(t: number): Following<Rung> {
  const up = yield t;
  const down = yield -t;
  return { up: up.sample, down: down.sample, width: up.exact - down.exact };
}

const isFinite = (rung: Rung): boolean => allFinite(rung.up.parts) && allFinite(rung.down.parts);

function allFinite(parts: Float64Array): boolean {
  for (let p = 0; p < parts.length; p += 1) if (!Number.isFinite(parts[p])) return false;
  return true;
}

/** Records, for each part, the first rung from which on it has kept to the branch of the center. */
function markChanges(firstSmooth: Int32Array, center: Sample, { up, down }: Rung, k: number): void {
  if (!center.branches || !up.branches || !down.branches) return;
  for (let p = 0; p < firstSmooth.length; p += 1) {
    const own = at(center.branches, p);
    if (at(up.branches, p) !== own || at(down.branches, p) !== own) firstSmooth[p] = k + 1;
  }
}

interface Top {
  readonly step: number;
  readonly rungs: readonly [Rung, Rung];
}

/** The two longest rungs: where the parts of the function bend noticeably, but not so much that the series diverges. */
function* findTop(line: Line, center: Sample): Following<Top | null> {
  let t = line.scale;
  let best: (Top & { readonly bend: number }) | null = null;
  for (let attempt = 0; attempt < 12; attempt += 1) {
    const rung = yield* take(t);
    const half = yield* take(t / 2);
    if (!isFinite(rung) || !isFinite(half)) {
      t /= 16;
      continue;
    }
    const { bend, flipped } = curvature(line.weights, center, rung, half);
    if (flipped > 0.5) {
      best ??= { step: t, rungs: [rung, half], bend: Infinity };
      t /= 16;
      continue;
    }
    if (!best || bend < 0.9 * best.bend || bend < CURVED) best = { step: t, rungs: [rung, half], bend };
    // A function that is straight at this scale needs no longer steps.
    if (bend < STRAIGHT || (bend >= CURVED / 8 && bend <= CURVED * 2)) return best;
    const factor = Math.max(1 / 64, Math.min(64, CURVED / bend));
    t *= 2 ** Math.round(Math.log2(factor));
  }
  return best;
}

/**
 * How far the moving parts are from straight: second differences against first ones, and what halving the step changes in
 * the latter. With it the share of the moving parts that changed their branch.
 */
function curvature(
  weights: Float64Array,
  center: Sample,
  { up, down }: Rung,
  half: Rung,
): { bend: number; flipped: number } {
  let first = 0;
  let second = 0;
  let third = 0;
  let size = 0;
  let moving = 0;
  let flipped = 0;
  for (let p = 0; p < center.parts.length; p += 1) {
    const a = at(up.parts, p);
    const b = at(down.parts, p);
    const c = at(center.parts, p);
    if (a === c && b === c) continue;
    moving += 1;
    const own = center.branches?.[p];
    if (up.branches?.[p] !== own || down.branches?.[p] !== own) {
      flipped += 1;
      continue;
    }
    const weight = Math.abs(at(weights, p));
    first += weight * Math.abs(a - b);
    second += weight * Math.abs(a - c + (b - c));
    third += weight * Math.abs(a - b - 2 * (at(half.up.parts, p) - at(half.down.parts, p)));
    size += weight * Math.abs(c);
  }
  const base = Math.max(first, 0.05 * size);
  const bent = Math.max(second, 4 * third);
  return { bend: base === 0 ? 0 : bent / base, flipped: moving === 0 ? 0 : flipped / moving };
}

/** Weighted sum of the differences of the chosen parts, compensated. */
export function difference(
  weights: Float64Array,
  up: Sample,
  down: Sample,
  chosen: (part: number) => boolean = all,
): number {
  let sum = 0;
  let error = 0;
  for (let p = 0; p < up.parts.length; p += 1) {
    if (!chosen(p)) continue;
    const term = at(weights, p) * (at(up.parts, p) - at(down.parts, p));
    const next = sum + term;
    error += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum;
    sum = next;
  }
  return sum + error;
}

/** Ridders' tableau over rungs whose steps halve; the entry with the least estimated error wins. */
function extrapolate(
  rungs: readonly Rung[],
  weights: Float64Array,
  chosen: (part: number) => boolean,
  noise: number,
): { value: number; error: number } {
  let best = { value: NaN, error: Infinity };
  let previous: number[] = [];
  for (const rung of rungs) {
    const plain = difference(weights, rung.up, rung.down, chosen) / rung.width;
    const rounding = 8 * Math.max(noise, roundingOf(rung, weights, chosen));
    const floor = rounding / Math.abs(rung.width) + 2 ** -51 * Math.abs(plain);
    const row = [plain];
    let power = 4;
    for (const [j, coarser] of previous.entries()) {
      const finer = row[j] ?? NaN;
      const value = finer + (finer - coarser) / (power - 1);
      const error = Math.max(Math.abs(value - finer), Math.abs(value - coarser), floor);
      if (error < best.error) best = { value, error };
      row.push(value);
      power *= 4;
    }
    previous = row;
  }
  return best;
}

/** Half a unit in the last place of the parts that differ, as if independent: far out they can be larger than at the center. */
function roundingOf({ up, down }: Rung, weights: Float64Array, chosen: (part: number) => boolean): number {
  let squares = 0;
  for (let p = 0; p < weights.length; p += 1) {
    const a = at(up.parts, p);
    const b = at(down.parts, p);
    if (a !== b && chosen(p)) squares += at(weights, p) ** 2 * (a * a + b * b);
  }
  return 2 ** -53 * Math.sqrt(squares);
}

/**
 * The standard deviation of the rounding noise of f from its values at nine equally spaced points so close together that
 * high differences of the true function vanish (Hamming's difference table; Moré and Wild, "Estimating computational
 * noise", 2011). `values` are relative to the first.
 */
export function noiseLevel(values: readonly number[]): number {
  let differences = [...values];
  let level = 0;
  let ratio = 1;
  for (let k = 1; k <= 6; k += 1) {
    differences = differences.slice(1).map((value, p) => value - (differences[p] ?? NaN));
    ratio *= k / (2 * (2 * k - 1));
    const mean = differences.reduce((sum, d) => sum + d * d, 0) / differences.length;
    if (k >= 4) level = Math.max(level, Math.sqrt(ratio * mean));
  }
  return level;
}
