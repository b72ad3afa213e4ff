/**
 * Whether a loss is a negative log-likelihood, found by what makes one: the probabilities e^-ℓ of all values that a label can take
 * add up to the same total at all parameters. This holds whatever form the code has (of logits, clipped, with labels ±1).
 */
import { indexedSizes } from '../../core/definition';
import type { Dataset } from '../dataset';
import type { Arrays } from '../interpret';
import type { GradientJob } from '../job';
import { AGREES, createRowLosses, near, type RowLosses } from './rowLosses';

export type Family = 'bernoulli' | 'categorical' | 'poisson' | 'gaussian';

export type Likelihood =
  /** Loss × `perLoss` = -log likelihood + a constant. */
  | { readonly kind: 'likelihood'; readonly family: Family; readonly perLoss: number }
  /** The loss is Σ aᵢ (yᵢ - μᵢ)² with aᵢ that do not depend on the parameters. */
  | { readonly kind: 'squares' }
  /** Why it is neither, as the rest of a sentence that begins with "the loss". */
  | { readonly kind: 'none'; readonly reason: string; readonly penalty: boolean };

/** Multiples of a loss per row that are a likelihood: in nats, halves, doubles, bits. */
const UNITS = [1, 2, 0.5, Math.LN2];
/** Of the logarithm of a rate between two places, and what rates from such slopes may differ by. */
const LEAST_SLOPE = 1e-2;
const RATE_AGREES = 1e-5;

export function findLikelihood(job: GradientJob, dataset: Dataset, at: Arrays): Likelihood {
  const found = createRowLosses(job, dataset, at);
  if (!found.ok) return { kind: 'none', reason: found.reason, penalty: found.penalty };
  return likelihoodOf(found.value);
}

export function likelihoodOf(rows: RowLosses): Likelihood {
  return (
    ofClasses(rows) ??
    ofNumbers(rows) ?? {
      kind: 'none',
      reason: 'is not the negative logarithm of a probability of the labels',
      penalty: false,
    }
  );
}

/** Whether the loss is a likelihood of labels that can be these numbers. */
export const isLikelihoodOf = (rows: RowLosses, values: readonly number[]): boolean =>
  rows.labels.length === rows.dataset.rows &&
  unitOf(
    rows,
    values.map((value) => rows.labels.map(() => value)),
  ) !== null;

/** The same total at all points, in all rows where it is a number, and not because nothing depends on the parameters. */
function isNormalised(totals: readonly Float64Array[], parts: readonly Float64Array[]): boolean {
  const [first] = totals;
  if (!first) return false;
  let rows = 0;
  first.forEach((total, i) => {
    const others = totals.map((t) => t[i] ?? NaN);
    if (!others.every(Number.isFinite)) return;
    rows = others.every((other) => near(other, total)) ? rows + 1 : -Infinity;
  });
  const [base] = parts;
  const varies = parts.some((part) => part.some((value, i) => Math.abs(value - (base?.[i] ?? NaN)) > 1e-6));
  return rows >= Math.min(4, first.length) && varies;
}

/** What the loss is to be multiplied by so that the probabilities of the candidates add up to the same; null if nothing does it. */
function unitOf({ points, at }: RowLosses, candidates: readonly Float64Array[]): number | null {
  const losses = points.map((point) => candidates.map((labels) => at(point, labels)));
  const parts = losses.map(([first]) => first ?? new Float64Array());
  const totals = (unit: number): Float64Array[] =>
    losses.map((of) => {
      const total = new Float64Array(of[0]?.length ?? 0);
      for (const values of of)
        for (let i = 0; i < total.length; i += 1)
          total[i] = (total[i] ?? 0) + Math.exp(-unit * (values[i] ?? NaN));
      return total;
    });
  return UNITS.find((unit) => isNormalised(totals(unit), parts)) ?? null;
}

/** Labels that are classes: one-hot rows, positions of classes, or two values. */
function ofClasses(rows: RowLosses): Likelihood | null {
  const { label, labels, dataset } = rows;
  const count = dataset.rows;
  const filled = (value: number): Float64Array => new Float64Array(count).fill(value);
  const classes = labels.length / count;
  let candidates: Float64Array[];
  if (classes > 1) {
    const rowsFirst = dataset.sizes[indexedSizes(label.shape)[0] ?? ''] === count;
    candidates = Array.from({ length: classes }, (_, c) => {
      const hot = new Float64Array(labels.length);
      for (let i = 0; i < count; i += 1) hot[rowsFirst ? i * classes + c : c * count + i] = 1;
      return hot;
    });
  } else if (label.domain.kind === 'class') {
    const many = dataset.sizes[label.domain.size] ?? 0;
    candidates = Array.from({ length: many }, (_, c) => filled(c));
  } else {
    const seen = new Set(labels);
    const [low, high] = seen.has(-1) ? [-1, 1] : [0, 1];
    if ([...seen].some((value) => value !== low && value !== high)) return null;
    candidates = [filled(low), filled(high)];
  }
  const unit = unitOf(rows, candidates);
  if (unit === null) return null;
  const family = candidates.length > 2 || classes > 1 ? 'categorical' : 'bernoulli';
  return { kind: 'likelihood', family, perLoss: unit * rows.divisor };
}

/** Labels that are numbers: counts, or real ones of which the loss is a parabola. */
function ofNumbers(rows: RowLosses): Likelihood | null {
  const quadratic = ofParabola(rows);
  if (quadratic) return quadratic;
  const isCount = rows.labels.every((value) => Number.isSafeInteger(value) && value >= 0);
  const unit = isCount ? UNITS.find((own) => isPoisson(rows, own)) : undefined;
  return unit === undefined ? null : { kind: 'likelihood', family: 'poisson', perLoss: unit * rows.divisor };
}

/** Counts at which losses are looked at; not 0, where what a loss may have of the label alone (y log y) is often undefined. */
const COUNTS = [1, 2, 3, 8] as const;

/**
 * ℓ = μ - y log μ + what depends on y alone. Between two places p and q it changes by d(y) = (μp - μq) - y log(μp/μq): a line in y,
 * whose slope and height give μq, and all p have to give the same.
 */
function isPoisson({ points, labels, at }: RowLosses, unit: number): boolean {
  const [base = [], ...others] = points.map((point) =>
    COUNTS.map((y) =>
      at(
        point,
        labels.map(() => y),
      ).map((loss) => unit * loss),
    ),
  );
  let agreeing = 0;
  for (let i = 0; i < labels.length; i += 1) {
    const rates = others.flatMap((other) => {
      const [d1 = NaN, d2 = NaN, d3 = NaN, d8 = NaN] = COUNTS.map(
        (_, k) => (other[k]?.[i] ?? NaN) - (base[k]?.[i] ?? NaN),
      );
      const slope = d2 - d1;
      // Where the places are as good as the same, there is nothing to be seen.
      if (Math.abs(slope) < LEAST_SLOPE) return [];
      const size = Math.abs(other[3]?.[i] ?? NaN) + Math.abs(base[3]?.[i] ?? NaN);
      const isLine = Math.abs(d3 - d2 - slope) + Math.abs(d8 - d3 - 5 * slope) <= AGREES * size;
      return [isLine ? (d1 - slope) / Math.expm1(-slope) : NaN];
    });
    const [first = NaN] = rates;
    if (rates.length < 2) continue;
    if (!rates.every((rate) => rate > 0 && Math.abs(rate / first - 1) < RATE_AGREES)) return false;
    agreeing += 1;
  }
  return agreeing >= Math.min(4, labels.length);
}

/** ℓ = a (y - μ)² + b: squares where a is fixed and b is 0, a normal distribution where ∫e^-ℓ dy is the same everywhere. */
function ofParabola({ labels, points, at, divisor }: RowLosses): Likelihood | null {
  const spread = Math.sqrt(labels.reduce((sum, y) => sum + y * y, 0) / labels.length) || 1;
  const fits = points.map((point) => {
    const [below, middle, above, far] = [-1, 0, 1, 2].map((k) =>
      at(
        point,
        labels.map((y) => y + k * spread),
      ),
    );
    return Array.from(labels, (_, i) => {
      const [l = NaN, c = NaN, r = NaN, f = NaN] = [below?.[i], middle?.[i], above?.[i], far?.[i]];
      const a = (l - 2 * c + r) / 2;
      const slope = (r - l) / 2;
      const size = Math.abs(l) + Math.abs(c) + Math.abs(r) + Math.abs(f);
      const cubic = Math.abs(f - 3 * r + 3 * c - l) > AGREES * size;
      return { a, b: c - (slope * slope) / (4 * a), size, cubic };
    });
  });
  const all = fits.flat();
  if (!all.every(({ a, b, cubic }) => a > 0 && Number.isFinite(b) && !cubic)) return null;
  const fixed = fits.every((fit) => fit.every(({ a }, i) => near(a, fits[0]?.[i]?.a ?? NaN)));
  if (fixed && all.every(({ b, size }) => Math.abs(b) <= AGREES * size)) return { kind: 'squares' };
  const parts = fits.map((fit) => Float64Array.from(fit, ({ a, b }) => a + b));
  for (const unit of UNITS) {
    const totals = fits.map((fit) =>
      Float64Array.from(fit, ({ a, b }) => Math.exp(-unit * b) / Math.sqrt(unit * a)),
    );
    if (isNormalised(totals, parts))
      return { kind: 'likelihood', family: 'gaussian', perLoss: unit * divisor };
  }
  return null;
}
