/** What a fit says: coefficients in the units of the data, with standard errors where the loss is a likelihood. */
import { indexedSizes } from '../../core/definition';
import { createRandom, normal } from '../../core/random';
import type { Coefficient, CoefficientReport } from '../../protocol/training';
import type { Dataset } from '../dataset';
import type { Arrays } from '../interpret';
import type { GradientJob } from '../job';
import { cholesky, DEPENDENT, DEPENDENT_BY_DIFFERENCES, inverse, solve, type Factor } from './cholesky';
import { normalTails, quantile95, studentTails } from './distributions';
import { findLikelihood, type Family, type Likelihood } from './likelihood';
import { formHessian } from './newton';
import type { Evaluated, Objective } from './objective';
import { flatten, type ParameterLayout } from './parameters';
import { apply, covarianceOf, toDataUnits } from './units';
import { dot, largest, zip } from './vectors';

/** More parameters than this have no table. */
export const MOST_COEFFICIENTS = 200;
/** Multiplications that the Hessian may take: some seconds. */
const MOST_WORK = 4e9;

export interface CoefficientsRequest {
  readonly job: GradientJob;
  readonly dataset: Dataset;
  readonly objective: Objective;
  /** All parameters by name, where the run has ended. */
  readonly parameters: Arrays;
  /** Each step shrank the parameters besides what the loss asks for. */
  readonly decayed: boolean;
}

/** A share of a standard error that is left to the minimum when standard errors are told. */
const ARRIVED = 0.01;
const EXACT = 1e-9;

/** What standard errors are made of, or why there are none. */
type Errors =
  | {
      readonly ok: true;
      readonly covariance: Float64Array;
      readonly freedom: number | null;
      readonly about: string;
    }
  | { readonly ok: false; readonly about: string };

const FAMILIES: Readonly<Record<Family, string>> = {
  bernoulli: 'labels of two classes (Bernoulli)',
  categorical: 'labels of several classes (categorical)',
  poisson: 'counts (Poisson)',
  gaussian: 'normal labels whose variance is a parameter',
};

export function* coefficientReport(request: CoefficientsRequest): Generator<void, CoefficientReport> {
  const { job, dataset, objective, parameters, decayed } = request;
  const { layout } = objective;
  const theta = flatten(layout, parameters);
  const transform = toDataUnits(job, dataset, parameters);
  const likelihood: Likelihood = decayed
    ? { kind: 'none', reason: 'was minimised with a weight decay', penalty: true }
    : findLikelihood(job, dataset, parameters);
  const here: Evaluated = yield* objective.evaluate(theta);
  const fits = dataset.rows * layout.length ** 2 <= MOST_WORK;
  const quadratic = fits && (yield* isQuadratic(objective, theta));
  const wanted = fits && (likelihood.kind !== 'none' || (quadratic && !decayed));
  const hessian = wanted ? yield* formHessian(theta, objective) : null;
  const dependent = objective.derivesProducts ? DEPENDENT : DEPENDENT_BY_DIFFERENCES;
  const factored = hessian ? cholesky(hessian, layout.length, 0, dependent) : null;
  const factor = factored?.ok ? factored.factor : null;
  const names = namesOf(job, dataset, layout);
  const errors =
    hessian && factored && !factored.ok && likelihood.kind !== 'none'
      ? singular(factored, names)
      : errorsOf(likelihood, factor, here, dataset.rows, layout.length, quadratic);
  const closedForm = quadratic && factor ? yield* solvedDirectly(objective, factor, theta) : null;
  return {
    units: transform ? 'data' : 'standardised',
    coefficients: rowsOf(
      transform ? apply(transform, theta) : theta,
      errors.ok && transform ? covarianceOf(transform, errors.covariance, theta.length) : null,
      errors,
      names,
    ),
    distribution: errors.ok ? (errors.freedom === null ? 'normal' : 't') : null,
    degreesOfFreedom: errors.ok ? errors.freedom : null,
    about: errors.about,
    closedForm,
  };
}

function rowsOf(
  values: Float64Array,
  inDataUnits: Float64Array | null,
  errors: Errors,
  names: readonly string[],
): Coefficient[] {
  const n = values.length;
  const blank = { standardError: null, statistic: null, p: null, low: null, high: null };
  if (!errors.ok) return Array.from(values, (value, k) => ({ name: names[k] ?? '', value, ...blank }));
  const covariance = inDataUnits ?? errors.covariance;
  const { freedom } = errors;
  const tails = (t: number): number => (freedom === null ? normalTails(t) : studentTails(t, freedom));
  const reach = quantile95(tails);
  return Array.from(values, (value, k): Coefficient => {
    const standardError = Math.sqrt(covariance[k * n + k] ?? NaN);
    const statistic = value / standardError;
    return {
      name: names[k] ?? '',
      value,
      standardError,
      statistic,
      p: tails(statistic),
      low: value - reach * standardError,
      high: value + reach * standardError,
    };
  });
}

/**
 * The inverse of the observed information, (κH)⁻¹ where κ times the loss is -log L; for least squares with a model that is linear in
 * its parameters, σ² (XᵀX)⁻¹ = 2J/(m - p) H⁻¹ with the unbiased estimate of σ² (Seber and Lee, "Linear Regression Analysis", 3.3).
 */
function errorsOf(
  likelihood: Likelihood,
  factor: Factor | null,
  { loss, gradient }: Evaluated,
  rows: number,
  count: number,
  quadratic: boolean,
): Errors {
  const without = (reason: string): Errors => ({
    ok: false,
    about: `There are no standard errors, as ${reason}.`,
  });
  if (likelihood.kind === 'none') {
    const more = likelihood.penalty
      ? ': a penalty makes estimates biased, so that their errors say little'
      : '';
    return without(`the loss ${likelihood.reason}${more}`);
  }
  if (!factor) return without(`the Hessian by ${count} parameters on ${rows} rows would take too long`);
  const freedom = rows - count;
  if (likelihood.kind === 'squares' && !quadratic)
    return without('the loss is a sum of squares of a model that is not linear in its parameters');
  if (likelihood.kind === 'squares' && !(freedom > 0 && loss > 0))
    return without(`${count} parameters leave nothing of ${rows} rows to estimate the variance from`);
  const squares = likelihood.kind === 'squares';
  const share = squares ? (2 * loss) / freedom : 1 / likelihood.perLoss;
  const away = Math.sqrt(Math.max(0, dot(gradient, solve(factor, gradient)) / share));
  if (!(away < ARRIVED))
    return without(
      `the run has not arrived at the minimum: it is ${away.toPrecision(2)} standard errors away. Train on, or with l-bfgs or newton`,
    );
  return {
    ok: true,
    covariance: inverse(factor).map((value) => share * value),
    freedom: squares ? freedom : null,
    about: squares
      ? `Standard errors of least squares: the variance of the residuals, estimated with ${freedom} degrees of freedom, times the inverse of XᵀX.`
      : `Standard errors from the inverse Hessian of the negative log-likelihood of ${FAMILIES[likelihood.family]}.`,
  };
}

/** Names the parameters that depend on each other, from the row at which the factor came to an end. */
function singular(
  { at, pivot, lower }: { readonly at: number; readonly pivot: number; readonly lower: Float64Array },
  names: readonly string[],
): Errors {
  if (pivot < -EXACT)
    return {
      ok: false,
      about: 'There are no standard errors, as the loss curves down in some direction: this is no minimum.',
    };
  const n = names.length;
  // Back substitution: the combination of the columns before that makes this one.
  const weights = new Float64Array(at);
  for (let i = at - 1; i >= 0; i -= 1) {
    let sum = lower[at * n + i] ?? NaN;
    for (let k = i + 1; k < at; k += 1) sum -= (lower[k * n + i] ?? NaN) * (weights[k] ?? NaN);
    weights[i] = sum / (lower[i * n + i] ?? NaN);
  }
  const most = largest(weights);
  const others = names.filter((_, k) => k < at && Math.abs(weights[k] ?? 0) > 1e-3 * most);
  const shown = others.slice(0, 6).join(', ') + (others.length > 6 ? ', …' : '');
  return {
    ok: false,
    about:
      others.length === 0
        ? `There are no standard errors, as the loss does not depend on ${names[at] ?? ''}.`
        : `There are no standard errors, as the data cannot tell ${names[at] ?? ''} from ${shown}: changing them together leaves the loss as it is. Leave one of them out.`,
  };
}

/** Whether the Hessian is the same at two points. */
function* isQuadratic(objective: Objective, theta: Float64Array): Generator<void, boolean> {
  const random = createRandom(5);
  const direction = theta.map(() => normal(random));
  const other = theta.map((value) => value + 0.1 * (Math.abs(value) || 1) * normal(random));
  const a = yield* objective.product(theta, direction);
  const b = yield* objective.product(other, direction);
  return largest(zip(a, b, (x, y) => x - y)) <= EXACT * largest(a);
}

/** A quadratic loss has its minimum at -H⁻¹g(0): the normal equations, with a ridge where the loss has one. */
function* solvedDirectly(
  objective: Objective,
  factor: Factor,
  theta: Float64Array,
): Generator<void, CoefficientReport['closedForm']> {
  const start = yield* objective.evaluate(new Float64Array(theta.length));
  const rough = solve(factor, start.gradient).map((value) => -value);
  // A second step takes out what rounding has left in the first.
  const near = yield* objective.evaluate(rough);
  const solution = zip(rough, solve(factor, near.gradient), (x, step) => x - step);
  const there = yield* objective.evaluate(solution);
  // What is not smooth (an absolute value) has no such solution.
  if (!(largest(there.gradient) <= EXACT * largest(start.gradient))) return null;
  const difference = largest(zip(theta, solution, (x, y) => x - y)) / largest(solution);
  return {
    about:
      'The minimum of this loss is the solution of linear equations (the normal equations), solved directly.',
    difference,
  };
}

/** `w[age]`: features and classes by name where an axis runs over them, else by number. */
function namesOf(job: GradientJob, dataset: Dataset, layout: ParameterLayout): string[] {
  const other = (role: 'data' | 'label'): string | null => {
    for (const input of job.inputs) {
      if (input.role !== role) continue;
      const size = indexedSizes(input.shape).find((s) => s !== job.rows);
      if (size !== undefined) return size;
      if (role === 'label' && input.domain.kind === 'class') return input.domain.size;
    }
    return null;
  };
  const known = new Map<string | null, readonly string[]>([
    [other('label'), dataset.classes ?? []],
    [other('data'), dataset.features],
  ]);
  return layout.slots.flatMap((slot, k) => {
    const sizes = indexedSizes(job.parameters[k]?.shape ?? []);
    const lengths = slot.shape.filter((_, axis) => job.parameters[k]?.shape[axis] !== '1');
    return Array.from({ length: slot.length }, (_, cell) => {
      let rest = cell;
      const labels = lengths
        .map((length, axis) => ({ length, names: known.get(sizes[axis] ?? '') ?? [] }))
        .reverse()
        .map(({ length, names }) => {
          const position = rest % length;
          rest = (rest - position) / length;
          return names.length === length ? (names[position] ?? '') : String(position);
        })
        .reverse();
      return labels.length === 0 ? slot.name : `${slot.name}[${labels.join(', ')}]`;
    });
  });
}
