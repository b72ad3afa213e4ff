/** Derived and hand-written gradients against finite differences, on real data at given parameters. */
import { finiteDifferences, type Differences, type ParameterDifferences } from '../engine/gradcheck';
import { createEvaluation, evaluateNow } from '../engine/evaluation';
import type { Arrays } from '../engine/interpret';
import { gradientOutput, type GradientJob, type JobHandGradient, type JobParameter } from '../engine/job';
import { sizeOf, type LoopProgram, type Sizes } from '../engine/loop';
import { LOSS } from '../engine/program';
import type { Problem } from '../protocol';
import type { CheckPoint, CheckReport, ParameterCheck, PartCheck } from '../protocol/training';
import { compareWithDifferences, largestDifference, type Outcome } from './againstDifferences';
import { checkParts } from './checkParts';
import { agreementText } from './words';

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
  // The gradients that training uses, computed as it computes them.
  const run = (program: LoopProgram): Arrays =>
    evaluateNow(createEvaluation(program, sizes, data, null), parameters);
  const derived = run(job.gradient);
  yield;
  const hand = job.hand ? run(job.hand) : {};
  const penalty = yield* penaltyOf(request);
  const loss = derived[LOSS]?.[0] ?? differences.loss;
  const problems: Problem[] = Number.isFinite(loss) ? [] : [notFinite(job, loss)];
  return {
    definitionId: job.definitionId,
    at: request.at,
    epoch: request.epoch,
    rows: job.rows === null ? 1 : sizeOf(job.rows, sizes),
    features: request.features,
    loss,
    ...(penalty ? { penalty: penalty.differences.loss } : {}),
    parameters: job.parameters.map((parameter) =>
      checkParameter(job, parameter, sizes, differences, derived, hand, penalty),
    ),
    problems,
    milliseconds: request.now() - start,
  };
}

/** What the whole check finds of the loss, found of its penalty. */
interface Penalty {
  readonly differences: Differences;
  readonly derived: Arrays;
  readonly hand: Arrays;
}

/** It reads no data, so it costs next to nothing. */
function* penaltyOf({
  job: { penalty },
  sizes,
  data,
  parameters,
  maxCells,
}: DataCheckRequest): Generator<void, Penalty | null> {
  if (!penalty) return null;
  const settings = (program: LoopProgram): Arrays =>
    Object.fromEntries(
      Object.entries(data).filter(([name]) => program.inputs.some((input) => input.name === name)),
    );
  const run = (program: LoopProgram): Arrays =>
    evaluateNow(createEvaluation(program, sizes, settings(program), null), parameters);
  const differences = yield* finiteDifferences({
    loss: penalty.loss,
    sizes,
    data: settings(penalty.loss),
    parameters,
    ...(maxCells === undefined ? {} : { maxCells }),
  });
  return { differences, derived: run(penalty.gradient), hand: penalty.hand ? run(penalty.hand) : {} };
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
  penalty: Penalty | null,
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
  const parts = penalty ? partsOf(parameter.name, found, derived, penalty, hand, written, byHand) : [];
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
    ...(parts.length > 0 ? { parts } : {}),
  };
}

function partsOf(
  name: string,
  found: ParameterDifferences,
  derived: Float64Array,
  penalty: Penalty,
  hand: Float64Array | null,
  written: JobHandGradient | null,
  outcome: Outcome | null,
): readonly PartCheck[] {
  const own = penalty.differences.parameters.find((one) => one.name === name);
  const ofPenalty = penalty.derived[gradientOutput(name)];
  if (!own || !ofPenalty) return [];
  const handPenalty = written && penalty.hand[written.output];
  return checkParts({
    derived: { whole: derived, penalty: ofPenalty },
    found: { whole: found, penalty: own },
    hand:
      hand && written && handPenalty && outcome
        ? { whole: hand, penalty: handPenalty, name: written.name, verdict: outcome.verdict }
        : null,
  });
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
