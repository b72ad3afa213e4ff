/** What each row of the data adds to a loss, at any parameters and for any labels. */
import { createRandom, normal } from '../../core/random';
import type { Dataset } from '../dataset';
import { createRunner, type Arrays } from '../interpret';
import type { GradientJob } from '../job';
import type { JobInput } from '../loop';
import { someRows } from '../split';

export interface RowLosses {
  /** Of the rows that are looked at. */
  readonly dataset: Dataset;
  readonly label: JobInput;
  readonly labels: Float64Array;
  /** The loss is the total of the rows divided by this. */
  readonly divisor: number;
  /** Parameters at which the loss is likely to be defined, the given ones among them. */
  readonly points: readonly Arrays[];
  readonly at: (parameters: Arrays, labels?: Float64Array) => Float64Array;
}

export type FoundRows =
  | { readonly ok: true; readonly value: RowLosses }
  /** The rest of a sentence that begins with "the loss". */
  | { readonly ok: false; readonly reason: string; readonly penalty: boolean };

export const SAMPLE = 48;
const LEAST_ROWS = 8;
export const AGREES = 1e-8;
const TINY = 1e-290;

export const near = (a: number, b: number): boolean =>
  Math.abs(a - b) <= AGREES * Math.max(Math.abs(a), Math.abs(b)) || a === b;

/** On so many rows at most, evenly spaced. Fails for a loss that is no sum or mean over the rows, or has a penalty. */
export function createRowLosses(
  job: GradientJob,
  dataset: Dataset,
  at: Arrays,
  most: number = SAMPLE,
): FoundRows {
  const fail = (reason: string, penalty = false): FoundRows => ({ ok: false, reason, penalty });
  const label = job.inputs.find(({ role }) => role === 'label');
  if (job.rows === null || !label || dataset.rows < LEAST_ROWS) return fail('has no labels, or too few rows');
  const some = someRows(job, dataset, SAMPLE);
  const half = someRows(job, some, Math.floor(some.rows / 2));
  const isRow = rowTerms(job, some, half, at);
  const split = splitter(job, some, isRow, label);
  const points = pointsAround(job, at, split);
  const labels = some.inputs[label.name] ?? new Float64Array();
  const rests = points.map((point) => split(point).rest);
  const [rest = NaN] = rests;
  if (!rests.every((other) => near(other, rest)))
    return near(split(points[0] ?? at, Float64Array.from(labels).reverse()).rest, rest)
      ? fail('has a penalty on the parameters', true)
      : fail('is not a sum over the rows');
  const mean = isMean(points, split, splitter(job, half, isRow, label), some.rows, half.rows);
  if (mean === null) return fail('is not a sum or a mean over the rows');
  const chosen = most > SAMPLE ? someRows(job, dataset, most) : some;
  const whole = most > SAMPLE ? splitter(job, chosen, isRow, label) : split;
  const scale = mean ? chosen.rows : 1;
  return {
    ok: true,
    value: {
      dataset: chosen,
      label,
      labels: chosen.inputs[label.name] ?? labels,
      divisor: mean ? dataset.rows : 1,
      points,
      at: (parameters, own) => whole(parameters, own).rows.map((value) => value * scale),
    },
  };
}

/** Which terms have a value per row: those whose length is the number of rows on both samples. */
function rowTerms(job: GradientJob, sample: Dataset, half: Dataset, at: Arrays): ReadonlySet<string> {
  const [first, second] = [sample, half].map(({ sizes, inputs, rows }) => {
    const outputs = createRunner(job.loss, sizes, inputs).run(at);
    const own = job.loss.terms.filter(({ values }) => outputs[values]?.length === rows);
    return new Set(own.map(({ values }) => values));
  });
  return new Set([...(first ?? [])].filter((name) => second?.has(name)));
}

/** What rows give, each on its own, and what belongs to no row. */
interface Split {
  readonly rows: Float64Array;
  readonly rest: number;
}

function splitter(
  job: GradientJob,
  { sizes, inputs, rows }: Dataset,
  isRow: ReadonlySet<string>,
  label: JobInput,
): Splitter {
  const runner = createRunner(job.loss, sizes, inputs);
  return (at, labels) => {
    const outputs = runner.run(labels ? { ...at, [label.name]: labels } : at);
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

type Splitter = (at: Arrays, labels?: Float64Array) => Split;

/** Whether a row counts as 1/m, by how its part grows on fewer rows; null if it depends on the others in another way. */
function isMean(
  points: readonly Arrays[],
  some: Splitter,
  half: Splitter,
  someRows: number,
  halfRows: number,
): boolean | null {
  const growths = points.flatMap((point) => {
    const all = some(point).rows;
    // Parts near the least numbers have few digits.
    return Array.from(half(point).rows, (part, k) =>
      Math.abs(part) > TINY ? part / (all[Math.floor((k * someRows) / halfRows)] ?? NaN) : NaN,
    );
  });
  const known = growths.filter(Number.isFinite);
  if (known.length === 0) return null;
  if (known.every((growth) => near(growth, 1))) return false;
  return known.every((growth) => near(growth, someRows / halfRows)) ? true : null;
}

/** Far out, losses of classes are 0 or not defined: nearer to 0 they tell more. */
const SHARES = [1, 0.8, 0.5, 1.1];
const SMALLER = [1, 0.1, 0.01, 1e-3, 1e-4];

function pointsAround(job: GradientJob, at: Arrays, split: Splitter): Arrays[] {
  const random = createRandom(3);
  const bounded = new Set(
    job.inputs.filter(({ domain }) => domain.kind === 'interval').map(({ name }) => name),
  );
  const moved = (name: string, value: number, share: number): number =>
    bounded.has(name) ? value * share : share * (value + 0.2 * (Math.abs(value) || 0.1) * normal(random));
  const point = (share: number): Arrays =>
    Object.fromEntries(
      Object.entries(at).map(([name, values]) => [name, values.map((value) => moved(name, value, share))]),
    );
  const tells = (candidate: Arrays): boolean => {
    const { rows } = split(candidate);
    return rows.every(Number.isFinite) && rows.some((value) => value !== 0);
  };
  return SHARES.map((share) => {
    const candidates = SMALLER.map((smaller) => point(share * smaller));
    return candidates.find(tells) ?? candidates[0] ?? at;
  });
}
