/** A training run in the worker: one trainer, or two side by side, with checks, checkpoints and what is asked from outside. */
import type { EngineListener, RunState, TrainRequest } from '../engine/api';
import type { Crew } from '../engine/crew';
import type { Dataset } from '../engine/dataset';
import { initialParameters } from '../engine/initial';
import type { Arrays } from '../engine/interpret';
import type { GradientJob } from '../engine/job';
import { compareRuns } from '../engine/sideBySide';
import { train, type TrainHost } from '../engine/train';
import { createObjective } from '../engine/training/objective';
import { flatten } from '../engine/training/parameters';
import { decodeState, encodeState, type TrainerState } from '../engine/training/state';
import { euclidean } from '../engine/training/vectors';
import type { CheckPoint, CheckReport, Curve, TrainResult } from '../protocol/training';
import type { RunControl } from './control';

export interface TrainingHost {
  now(): number;
  /** Resolves after pending messages were handled. */
  pause(): Promise<void>;
  readonly crew: Crew;
  readonly control: RunControl;
  readonly listener: EngineListener;
  check(parameters: Arrays, at: CheckPoint, epoch: number): Promise<CheckReport>;
}

/** ms between two checkpoints at least, and how many times longer than making the last one took. */
const SAVE_EVERY = 100;
const SAVE_SHARE = 20;

export async function runTraining(
  request: TrainRequest,
  dataset: Dataset,
  host: TrainingHost,
): Promise<TrainResult> {
  const { job, options } = request;
  const besides = options.sideBySide === true && job.handGradients.some(({ comparable }) => comparable);
  const [derived, hand] = await Promise.all([
    runCurve('derived', request, dataset, host),
    besides ? runCurve('hand', request, dataset, host) : null,
  ]);
  // The curves were told meanwhile: as one message they could stop the other side for long.
  const told = { losses: [], gradientNorms: [] };
  const answer: TrainResult = { ...derived, ...told, validationLosses: [] };
  if (!hand) return answer;
  const slope = options.weightDecay ? null : await slopeAt(job, dataset, hand, host);
  const { end, message, parameters } = hand;
  const comparison = compareRuns(derived, hand, slope);
  return { ...answer, hand: { end, message, parameters, comparison, ...told } };
}

async function runCurve(
  curve: Curve,
  { runId, job, options, states = [], checkpointEvery = SAVE_EVERY }: TrainRequest,
  dataset: Dataset,
  { control, listener, ...host }: TrainingHost,
): Promise<TrainResult> {
  const gate = control.gate();
  const state = stateOf(states, curve);
  const begin = initialParameters(job.inputs, dataset.sizes, options);
  /** Checks that were asked for, which the trainer knows nothing of. */
  const asked: CheckReport[] = [];
  let take: (() => TrainerState) | null = state ? () => state : null;
  const reportNow = async (): Promise<CheckReport> => {
    const now = take?.();
    const report = await host.check(now?.parameters ?? begin, 'on-demand', now?.epoch ?? 0);
    asked.push(report);
    tell(listener.trainCheck(runId, report));
    return report;
  };

  let saved = state?.epoch ?? 0;
  let savedAt = host.now();
  let cost = 0;
  const save = (): void => {
    if (!take) return;
    const began = host.now();
    const now = take();
    if (now.epoch === saved) return;
    const bytes = encodeState({ ...now, checks: inOrder([...now.checks, ...asked]) });
    saved = now.epoch;
    savedAt = host.now();
    cost = savedAt - began;
    tell(listener.trainCheckpoint(runId, { curve, epoch: now.epoch, bytes }));
  };

  const surroundings: TrainHost = {
    now: () => host.now(),
    pause: () => host.pause(),
    crew: host.crew,
    cancelled: () => control.cancelled,
    hold: (epoch) =>
      gate.pass(epoch, curve === 'derived' ? reportNow : null, epoch === null ? undefined : save),
    checkpoint: (snapshot) => {
      take = snapshot;
      if (host.now() - savedAt >= Math.max(checkpointEvery, SAVE_SHARE * cost)) save();
    },
    progress: (progress) => {
      tell(listener.trainProgress(curve === 'derived' ? progress : { ...progress, curve }));
    },
    ...(curve === 'hand'
      ? {}
      : {
          check: async (parameters: Arrays, at: CheckPoint, epoch: number) => {
            const report = await host.check(parameters, at, epoch);
            tell(listener.trainCheck(runId, report));
            return report;
          },
        }),
  };
  const result = await train(
    { runId, job, dataset, options, state, gradient: curve, validation: dataset.validation ?? null },
    surroundings,
  );
  return { ...result, checks: inOrder([...result.checks, ...asked]) };
}

/** The order of the epochs; a stable sort leaves those of one epoch as they were made. */
const inOrder = (reports: readonly CheckReport[]): CheckReport[] =>
  [...reports].sort((a, b) => a.epoch - b.epoch);

function stateOf(states: readonly RunState[], curve: Curve): TrainerState | null {
  const own = states.find((state) => state.curve === curve);
  return own ? decodeState(own.bytes) : null;
}

/** The length of the derived gradient where the hand-written one has led to; null where the run was broken. */
async function slopeAt(
  job: GradientJob,
  dataset: Dataset,
  hand: TrainResult,
  host: TrainingHost,
): Promise<number | null> {
  if (hand.parameters.length === 0 || host.control.cancelled) return null;
  const values: Arrays = Object.fromEntries(
    hand.parameters.map((parameter) => [parameter.name, Float64Array.from(parameter.values)]),
  );
  const objective = createObjective({
    job,
    dataset,
    fixed: values,
    precision: 'double',
    gradient: 'derived',
    crew: host.crew,
  });
  try {
    const work = objective.evaluate(flatten(objective.layout, values));
    for (let piece = work.next(); ; piece = work.next()) {
      if (piece.done) return euclidean(piece.value.gradient);
      await host.pause();
      if (host.control.cancelled) return null;
    }
  } finally {
    objective.dispose();
  }
}

/** News that the other side cannot take changes nothing: the result holds it again. */
function tell(notice: Promise<void>): void {
  notice.catch(() => undefined);
}
