/**
 * Whether a loss is a negative log-likelihood, found by what makes one: the probabilities e^-ℓ of all values that a label can take
 * add up to the same total at all parameters. This holds whatever form the code has (of logits, clipped, with labels ±1).
 */
import { indexedSizes } from '../../core/definition';
import { createRandom, normal } from '../../core/random';
import type { Dataset } from '../dataset';
import { createRunner, type Arrays } from '../interpret';
import type { GradientJob } from '../job';
import type { JobInput } from '../loop';
import { someRows } from '../split';

export type Family = 'bernoulli' | 'categorical' | 'poisson' | 'gaussian';

export type Likelihood =
  /** Loss × `perLoss` = -log likelihood + a constant. */
  | { readonly kind: 'likelihood'; readonly family: Family; readonly perLoss: number }
  /** The loss is Σ aᵢ (yᵢ - μᵢ)² with aᵢ that do not depend on the parameters. */
  | { readonly kind: 'squares' }
  /** Why it is neither, as the rest of a sentence that begins with "the loss". */
  | { readonly kind: 'none'; readonly reason: string; readonly penalty: boolean };

/** What rows give, each on its own, and what belongs to no row. */
interface Split {
  readonly rows: Float64Array;
  readonly rest: number;
}

const SAMPLE = 48;
const AGREES = 1e-8;
/** Multiples of a loss per row that are a likelihood: in nats, halves, doubles, bits. */
const UNITS = [1, 2, 0.5, Math.LN2];
/** The largest count that Poisson's probabilities are added up to. */
const MOST_COUNT = 150;

const none = (reason: string, penalty = false): Likelihood => ({ kind: 'none', reason, penalty });

export function findLikelihood(job: GradientJob, dataset: Dataset, at: Arrays): Likelihood {
  const label = job.inputs.find(({ role }) => role === 'label');
  if (job.rows === null || !label || dataset.rows < 8) return none('has no labels, or too few rows');
  const sample = someRows(job, dataset, SAMPLE);
  const half = someRows(job, sample, Math.floor(sample.rows / 2));
  const isRow = rowTerms(job, sample, half, at);
  const split = splitter(job, sample, isRow);
  const points = pointsAround(job, at);
  const labels = sample.inputs[label.name] ?? new Float64Array();
  const here = points.map((point) => split(point, labels));
  const moved = split(points[0] ?? at, otherLabels(labels));
  if (here.some(({ rest }) => !near(rest, here[0]?.rest ?? NaN)))
    return near(moved.rest, here[0]?.rest ?? NaN)
      ? none('has a penalty on the parameters', true)
      : none('is not a sum over the rows');
  const mean = isMean(job, sample, half, isRow, points[0] ?? at);
  if (mean === null) return none('is not a sum or a mean over the rows');
  const scale = mean ? sample.rows : 1;
  const ell = (point: Arrays, values: Float64Array): Float64Array =>
    split(point, values).rows.map((value) => value * scale);
  const perLoss = mean ? dataset.rows : 1;
  return (
    ofClasses(label, job, sample, points, ell, perLoss) ??
    ofNumbers(labels, points, ell, perLoss) ??
    none('is not the negative logarithm of a probability of the labels')
  );
}

const near = (a: number, b: number): boolean =>
  Math.abs(a - b) <= AGREES * Math.max(Math.abs(a), Math.abs(b)) || a === b;

/** Which terms have a value per row: those whose length is the number of rows on both samples. */
function rowTerms(job: GradientJob, sample: Dataset, half: Dataset, at: Arrays): ReadonlySet<string> {
  const lengths = [sample, half].map(({ sizes, inputs, rows }) => {
    const outputs = createRunner(job.loss, sizes, inputs).run(at);
    return new Set(
      job.loss.terms.filter(({ values }) => outputs[values]?.length === rows).map((t) => t.values),
    );
  });
  const [first, second] = lengths;
  return new Set([...(first ?? [])].filter((name) => second?.has(name)));
}

function splitter(
  job: GradientJob,
  { sizes, inputs, rows }: Dataset,
  isRow: ReadonlySet<string>,
): (at: Arrays, labels?: Float64Array) => Split {
  const label = job.inputs.find(({ role }) => role === 'label')?.name ?? '';
  const runner = createRunner(job.loss, sizes, inputs);
  return (at, labels) => {
    const outputs = runner.run(labels ? { ...at, [label]: labels } : at);
    const own = new Float64Array(rows);
    let rest = 0;
    for (const { values, scale } of job.loss.terms) {
      const factor = outputs[scale]?.[0] ?? NaN;
      const found = outputs[values] ?? new Float64Array();
      if (isRow.has(values))
        for (let i = 0; i < rows; i += 1) own[i] = (own[i] ?? 0) + factor * (found[i] ?? NaN);
      else rest += factor * found.reduce((sum, value) => sum + value, 0);
    }
    return { rows: own, rest };
  };
}

/** Whether a row counts as 1/m; null if it depends on the other rows in another way. */
function isMean(
  job: GradientJob,
  sample: Dataset,
  half: Dataset,
  isRow: ReadonlySet<string>,
  at: Arrays,
): boolean | null {
  const [a, b] = [sample, half].map((some) => splitter(job, some, isRow)(at).rows[0] ?? NaN);
  const ratio = (b ?? NaN) / (a ?? NaN);
  if (near(ratio, 1)) return false;
  return near(ratio, sample.rows / half.rows) ? true : null;
}

/** Parameters near those given, at which the loss is likely to be defined. */
function pointsAround(job: GradientJob, at: Arrays): Arrays[] {
  const random = createRandom(3);
  const positive = new Set(
    job.inputs.filter(({ domain }) => domain.kind === 'interval').map(({ name }) => name),
  );
  return [1, 0.8, 0.5, 1.1].map((share) =>
    Object.fromEntries(
      Object.entries(at).map(([name, values]) => [
        name,
        values.map((value) =>
          positive.has(name)
            ? value * share
            : share * (value + 0.2 * (Math.abs(value) || 0.1) * normal(random)),
        ),
      ]),
    ),
  );
}

/** Labels of the same kind on other rows. */
const otherLabels = (labels: Float64Array): Float64Array => Float64Array.from(labels).reverse();

type RowLoss = (at: Arrays, labels: Float64Array) => Float64Array;

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

function totalsOf(
  points: readonly Arrays[],
  candidates: readonly { readonly labels: Float64Array; readonly measure: number }[],
  ell: RowLoss,
): { readonly unit: number } | null {
  const losses = points.map((point) => candidates.map(({ labels }) => ell(point, labels)));
  const parts = losses.map(([first]) => first ?? new Float64Array());
  for (const unit of UNITS) {
    const totals = losses.map((of) => {
      const total = new Float64Array(of[0]?.length ?? 0);
      of.forEach((values, c) => {
        const { measure = 1 } = candidates[c] ?? {};
        for (let i = 0; i < total.length; i += 1)
          total[i] = (total[i] ?? 0) + measure * Math.exp(-unit * (values[i] ?? NaN));
      });
      return total;
    });
    if (isNormalised(totals, parts)) return { unit };
  }
  return null;
}

/** Labels that are classes: one-hot rows, positions of classes, or two values. */
function ofClasses(
  label: JobInput,
  job: GradientJob,
  sample: Dataset,
  points: readonly Arrays[],
  ell: RowLoss,
  perLoss: number,
): Likelihood | null {
  const { rows } = sample;
  const labels = sample.inputs[label.name] ?? new Float64Array();
  const filled = (value: number): Float64Array => new Float64Array(rows).fill(value);
  const sizes = indexedSizes(label.shape);
  const classes = labels.length / rows;
  let candidates: Float64Array[];
  if (classes > 1) {
    const rowsFirst = sizes[0] === job.rows;
    candidates = Array.from({ length: classes }, (_, c) => {
      const hot = new Float64Array(labels.length);
      for (let i = 0; i < rows; i += 1) hot[rowsFirst ? i * classes + c : c * rows + i] = 1;
      return hot;
    });
  } else if (label.domain.kind === 'class') {
    const count = sample.sizes[label.domain.size] ?? 0;
    candidates = Array.from({ length: count }, (_, c) => filled(c));
  } else {
    const seen = new Set(labels);
    const [low, high] = seen.has(-1) ? [-1, 1] : [0, 1];
    if ([...seen].some((value) => value !== low && value !== high)) return null;
    candidates = [filled(low), filled(high)];
  }
  const found = totalsOf(
    points,
    candidates.map((values) => ({ labels: values, measure: 1 })),
    ell,
  );
  if (!found) return null;
  const family = candidates.length > 2 || classes > 1 ? 'categorical' : 'bernoulli';
  return { kind: 'likelihood', family, perLoss: found.unit * perLoss };
}

/** Labels that are numbers: counts, or real ones of which the loss is a parabola. */
function ofNumbers(
  labels: Float64Array,
  points: readonly Arrays[],
  ell: RowLoss,
  perLoss: number,
): Likelihood | null {
  const quadratic = ofParabola(labels, points, ell, perLoss);
  if (quadratic) return quadratic;
  if (!labels.every((value) => Number.isSafeInteger(value) && value >= 0)) return null;
  const counts = Array.from({ length: MOST_COUNT + 1 }, (_, y) => y);
  /** What the loss may leave out, as it does not depend on the parameters: log y!, or what makes the least loss 0. */
  const measures = [
    (_y: number, logFactorial: number) => -logFactorial,
    () => 0,
    (y: number, logFactorial: number) => (y === 0 ? 0 : y * Math.log(y) - y) - logFactorial,
  ];
  for (const measure of measures) {
    let logFactorial = 0;
    const candidates = counts.map((y) => {
      logFactorial += y > 1 ? Math.log(y) : 0;
      return { labels: new Float64Array(labels.length).fill(y), measure: Math.exp(measure(y, logFactorial)) };
    });
    const found = totalsOf(points, candidates, ell);
    if (found) return { kind: 'likelihood', family: 'poisson', perLoss: found.unit * perLoss };
  }
  return null;
}

/** ℓ = a (y - μ)² + b: squares where a is fixed and b is 0, a normal distribution where ∫e^-ℓ dy is the same everywhere. */
function ofParabola(
  labels: Float64Array,
  points: readonly Arrays[],
  ell: RowLoss,
  perLoss: number,
): Likelihood | null {
  const spread = Math.sqrt(labels.reduce((sum, y) => sum + y * y, 0) / labels.length) || 1;
  const fits = points.map((point) => {
    const [below, middle, above, far] = [-1, 0, 1, 2].map((k) =>
      ell(
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
  for (const unit of UNITS) {
    const totals = fits.map((fit) =>
      Float64Array.from(fit, ({ a, b }) => Math.exp(-unit * b) / Math.sqrt(unit * a)),
    );
    if (
      isNormalised(
        totals,
        fits.map((fit) => Float64Array.from(fit, ({ a, b }) => a + b)),
      )
    )
      return { kind: 'likelihood', family: 'gaussian', perLoss: unit * perLoss };
  }
  return null;
}
