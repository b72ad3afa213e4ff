/**
 * Derived and hand-written gradients against finite differences, on real data at given parameters. Differences count only
 * beyond their own estimated error; nothing is compared with an absolute tolerance.
 */
import { finiteDifferences, type Differences, type ParameterDifferences } from '../engine/gradcheck';
import { createRunner, type Arrays } from '../engine/interpret';
import { gradientOutput, type GradientJob, type JobHandGradient, type JobParameter } from '../engine/job';
import { sizeOf, type Sizes } from '../engine/loop';
import { LOSS } from '../engine/program';
import type { CheckPoint, CheckReport, ParameterCheck, Problem, Verdict } from '../protocol';
import { agreementText, numberText, relativeText } from './words';

export interface DataCheckRequest {
  readonly job: GradientJob;
  readonly sizes: Sizes;
  /** Data, labels and settings, by input name. */
  readonly data: Arrays;
  /** Parameters at which to check, by name. */
  readonly parameters: Arrays;
  readonly at: CheckPoint;
  readonly epoch: number;
  readonly features: number;
  /** Cells to difference at most, over all parameters. */
  readonly maxCells?: number;
  /** Milliseconds of a clock. */
  readonly now: () => number;
}

/** Relative differences up to this are agreement, beyond `APART` a difference, if the error estimate allows to say so. */
const TOGETHER = 1e-6;
const APART = 1e-5;
/** Sums over many rows round to about this much of the largest entry. */
const ROUNDING = 1e-10;
/** Estimates of errors are themselves rough: this many of them still count as agreement. */
const ERRORS = 16;

/** Pauses (yields) between evaluations of the loss. */
export function* checkOnData(request: DataCheckRequest): Generator<void, CheckReport> {
  const start = request.now();
  const { job, sizes, data, parameters } = request;
  const differences = yield* finiteDifferences({
    loss: job.loss,
    sizes,
    data,
    parameters,
    ...(request.maxCells === undefined ? {} : { maxCells: request.maxCells }),
  });
  const derived = createRunner(job.gradient, sizes, data).run(parameters);
  yield;
  const hand = job.hand ? createRunner(job.hand, sizes, data).run(parameters) : {};
  const loss = derived[LOSS]?.[0] ?? differences.loss;
  const problems: Problem[] = Number.isFinite(loss) ? [] : [notFinite(job, loss)];
  return {
    definitionId: job.definitionId,
    at: request.at,
    epoch: request.epoch,
    rows: job.rows === null ? 1 : sizeOf(job.rows, sizes),
    features: request.features,
    loss,
    parameters: job.parameters.map((parameter) =>
      checkParameter(job, parameter, sizes, differences, derived, hand),
    ),
    problems,
    milliseconds: request.now() - start,
  };
}

/** Runs `checkOnData` to its end. */
export function checkOnDataNow(request: DataCheckRequest): CheckReport {
  const work = checkOnData(request);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function notFinite(job: GradientJob, loss: number): Problem {
  return {
    type: 'problem',
    id: 'loss-not-finite',
    message: `The loss of ${job.name} is ${loss} on this data at these parameters, so no gradient can be checked there: standardise the features, or start nearer to zero.`,
    span: null,
  };
}

function checkParameter(
  job: GradientJob,
  parameter: JobParameter,
  sizes: Sizes,
  differences: Differences,
  derivedOutputs: Arrays,
  handOutputs: Arrays,
): ParameterCheck {
  const derived = derivedOutputs[gradientOutput(parameter.name)] ?? new Float64Array(0);
  const own = differences.parameters.find(({ name }) => name === parameter.name);
  const found: ParameterDifferences = own ?? {
    name: parameter.name,
    cells: [],
    values: [],
    errors: [],
    states: [],
    directions: [],
  };
  const written = job.handGradients.find(({ of }) => of === parameter.name) ?? null;
  const hand = written?.comparable === true ? (handOutputs[written.output] ?? null) : null;
  const against = compareWithDifferences(derived, found, 'the derived gradient');
  const byHand = hand && written ? judgeHand(hand, derived, found, written, against) : null;
  const pick = (values: Float64Array): number[] => found.cells.map((cell) => values[cell] ?? NaN);
  const reasons = [against.reason];
  if (byHand) reasons.push(byHand.reason);
  else if (written)
    reasons.push(`${written.name} has another shape than ${parameter.name}, so it cannot be compared`);
  return {
    name: parameter.name,
    shape: parameter.shape.map((size) => sizeOf(size, sizes)),
    cells: found.cells,
    derived: pick(derived),
    handWritten: hand ? pick(hand) : null,
    finite: found.values,
    finiteError: found.errors,
    derivedDifference: against.difference,
    handDifference: hand ? largestDifference(hand, derived) : null,
    derivedVerdict: against.verdict,
    handVerdict: byHand?.verdict ?? (written ? 'unknown' : null),
    reason: `${reasons.join('; ')}.`,
  };
}

interface Outcome {
  readonly verdict: Verdict;
  readonly reason: string;
  /** Largest difference relative to the largest entry of the derived gradient. */
  readonly difference: number;
}

const size = (values: Float64Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function largestDifference(a: Float64Array, b: Float64Array): number {
  const scale = size(b);
  let most = 0;
  b.forEach((value, k) => (most = Math.max(most, Math.abs((a[k] ?? NaN) - value))));
  return most === 0 ? 0 : most / scale;
}

interface Probe {
  readonly given: number;
  readonly finite: number;
  readonly error: number;
  readonly where: string;
}

/** Cells and directions whose difference quotients are trustworthy. */
function probes(gradient: Float64Array, found: ParameterDifferences): Probe[] {
  const cells = found.cells.flatMap((cell, k): Probe[] =>
    found.states[k] === 'smooth'
      ? [
          {
            given: gradient[cell] ?? NaN,
            finite: found.values[k] ?? NaN,
            error: found.errors[k] ?? Infinity,
            where: gradient.length > 1 ? ` in cell ${cell}` : '',
          },
        ]
      : [],
  );
  const directions = found.directions.flatMap(({ direction, value, error, state }): Probe[] =>
    state === 'smooth'
      ? [
          {
            given: gradient.reduce((sum, entry, k) => sum + entry * (direction[k] ?? 0), 0),
            finite: value,
            error,
            where: ' along a random direction',
          },
        ]
      : [],
  );
  return [...cells, ...directions];
}

function compareWithDifferences(gradient: Float64Array, found: ParameterDifferences, what: string): Outcome {
  const usable = probes(gradient, found);
  const scale = Math.max(size(gradient), ...usable.map(({ finite }) => Math.abs(finite)));
  if (usable.length === 0) return { verdict: 'unknown', difference: NaN, reason: unusable(found) };
  if (!gradient.every(Number.isFinite))
    return { verdict: 'unknown', difference: NaN, reason: `${what} is not finite here` };
  let difference = 0;
  let error = 0;
  let far: Probe | null = null;
  let close = true;
  for (const probe of usable) {
    const apart = Math.abs(probe.given - probe.finite);
    const own = Math.max(Math.abs(probe.given), Math.abs(probe.finite));
    difference = Math.max(difference, scale === 0 ? 0 : apart / scale);
    error = Math.max(error, scale === 0 ? 0 : probe.error / scale);
    close &&= apart <= Math.max(ERRORS * probe.error, TOGETHER * own, ROUNDING * scale);
    if (
      apart > APART * own &&
      apart > 100 * probe.error &&
      (!far || apart > Math.abs(far.given - far.finite))
    )
      far = probe;
  }
  if (far)
    return {
      verdict: 'wrong',
      difference,
      reason: `${what} is ${numberText(far.given)}${far.where}, the finite difference ${numberText(far.finite)} with an estimated error of ${relativeText(far.error)}`,
    };
  if (error > 1e-3)
    return {
      verdict: 'unknown',
      difference,
      reason: `finite differences have an estimated error of ${relativeText(error)} of the gradient here, too large to tell`,
    };
  const aside = found.cells.length + found.directions.length - usable.length;
  const kinks = aside > 0 ? `, ${aside} more lie at a kink or are unstable` : '';
  return close
    ? {
        verdict: 'right',
        difference,
        reason: `${what} agrees with finite differences to ${relativeText(difference)} of its size (estimated error ${relativeText(error)}; ${usable.length} compared${kinks})`,
      }
    : {
        verdict: 'unknown',
        difference,
        reason: `${what} agrees with finite differences only to ${relativeText(difference)}, their estimated error is ${relativeText(error)}`,
      };
}

function unusable(found: ParameterDifferences): string {
  if (found.states.some((state) => state === 'kink'))
    return 'every cell lies at a kink of the loss, where there is no derivative: change the parameters a little';
  return 'no finite difference could be taken: the loss is not finite near these parameters';
}

/** A hand-written gradient agrees with the derived one in nearly all digits, or it must stand against the differences. */
function judgeHand(
  hand: Float64Array,
  derived: Float64Array,
  found: ParameterDifferences,
  written: JobHandGradient,
  derivedOutcome: Outcome,
): Outcome {
  const difference = largestDifference(hand, derived);
  const own = compareWithDifferences(hand, found, written.name);
  if (difference <= 1e-9 && derivedOutcome.verdict === 'right')
    return {
      verdict: 'right',
      difference,
      reason: `${written.name} equals the derived gradient ${agreementText(difference)}`,
    };
  if (own.verdict === 'wrong' && derivedOutcome.verdict === 'wrong')
    return { verdict: 'unknown', difference, reason: `${own.reason}, but so does the derived gradient` };
  return { ...own, difference };
}
