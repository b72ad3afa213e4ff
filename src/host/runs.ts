import type * as vscode from 'vscode';
import type { GradientJob } from '../engine/job';
import { usesCurvature } from '../engine/training/settings';
import type { CheckReport, DataChoice, TrainOptions, TrainProgress, TrainResult } from '../protocol/training';
import type { Activities } from './activities';
import type { Analyses } from './analyses';
import type { Checkpoints } from './checkpoints';
import type { CommandTarget } from './commands';
import type { Ask, DataChoices } from './dataChoices';
import { labelOf } from './dataFiles';
import type { Located } from './documents';
import type { Engine } from './engine';
import { jobHash } from './fingerprint';
import { sentences, UserError } from './messages';
import { tableHash } from './openTables';
import type { StoredRun } from './runFile';
import { keyOf, textOf } from './sessions';
import type { Sessions } from './sessions';
import { createTrainings, offerOf } from './trainings';

export const DEFAULT_TRAINING: TrainOptions = {
  learningRate: 0.1,
  epochs: 200,
  seed: 1,
  initScale: 0.01,
  tolerance: 0,
};

/** Checks and training runs in the worker, and the data for them. Their results go into the sessions. */
export interface Runs extends vscode.Disposable {
  /** While the definition is being trained, at the parameters that the run has reached. */
  check(located: Located, ask: Ask): Promise<CheckReport | null>;
  /** With the options of the last run, or the usual ones, where none are given. */
  train(located: Located, ask: Ask, options: TrainOptions | null): Promise<TrainResult | null>;
  /** Holds the run that goes on. */
  pause(): void;
  /** Lets the run do one epoch and holds it then. */
  step(): void;
  /** Lets a held run go on; false if there is none. */
  resumeHeld(): boolean;
  /** Goes on with the run that was kept of the definition. */
  resume(located: Located): Promise<TrainResult | null>;
  /** Lets go of the run that was kept of the definition. */
  discard(located: Located): Promise<void>;
  /** Looks for a run that was kept of the definition, to offer it. */
  lookForKept(located: Located): Promise<void>;
  proposeData(located: Located): Promise<void>;
  chooseData(located: Located): Promise<void>;
  setData(located: Located, choice: DataChoice): Promise<void>;
  readonly onProgress: vscode.Event<{ readonly target: CommandTarget; readonly progress: TrainProgress }>;
}

export interface RunServices {
  readonly analyses: Analyses;
  readonly sessions: Sessions;
  readonly engine: Engine;
  readonly data: DataChoices;
  readonly activities: Activities;
  readonly checkpoints: Checkpoints;
  readonly log: (message: string) => void;
}

export function createRuns(services: RunServices): Runs {
  const { analyses, sessions, engine, data: choices, activities, checkpoints } = services;
  const trainings = createTrainings(services);
  let checks = 0;

  const jobOf = async ({ document, definition }: Located, options?: TrainOptions): Promise<GradientJob> => {
    const curvature = options !== undefined && usesCurvature(options);
    const made = await analyses.job(document, definition.id, { curvature });
    if ('job' in made) return made.job;
    throw new UserError(`${definition.name} cannot be computed on data: ${sentences(made.problems)}`);
  };

  const keepCheck = ({ target, definition }: Located, report: CheckReport, text: string) => {
    if (report.parameters.length === 0 && report.problems.length > 0)
      throw new UserError(`${definition.name} could not be checked: ${sentences(report.problems)}`);
    sessions.update(target, { check: report, checkedText: text });
    return report;
  };

  const check = async (located: Located, ask: Ask): Promise<CheckReport | null> => {
    const { target, document, definition } = located;
    const text = textOf(document, definition);
    const inRun = trainings.check(target);
    if (inRun !== null) return keepCheck(located, await inRun, text);
    const job = await jobOf(located);
    const data = await choices.of(located, job, ask);
    if (data === null) return null;
    const report = await activities.run('checking', located, (signal) => {
      checks += 1;
      return engine.check({ runId: `check-${checks}`, job, data }, signal);
    });
    return report === null ? null : keepCheck(located, report, text);
  };

  const train = async (
    located: Located,
    ask: Ask,
    wanted: TrainOptions | null,
  ): Promise<TrainResult | null> => {
    const options = wanted ?? sessions.get(located.target).training?.options ?? DEFAULT_TRAINING;
    const job = await jobOf(located, options);
    const data = await choices.of(located, job, ask);
    if (data === null) return null;
    return trainings.run(located, { job, data, options, kept: null });
  };

  /** What is not any more as it was when the run was kept, as a sentence; null if all is. */
  const changeSince = async (kept: StoredRun, job: GradientJob): Promise<string | null> => {
    if (kept.definition !== jobHash(job)) return `${kept.name} has changed since.`;
    const content = await tableHash(kept.choice.path);
    const file = labelOf(kept.choice.path);
    if (content === null) return `${file} is gone, or cannot be read.`;
    return content === kept.data ? null : `${file} has changed since.`;
  };

  const resume = async (located: Located): Promise<TrainResult | null> => {
    const { target, definition } = located;
    const kept = await checkpoints.find(keyOf(target));
    if (kept === null)
      throw new UserError(
        `There is no run of ${definition.name} to go on with. Start one with "Nabla: Train"; it can be paused, and is kept when VS Code is closed.`,
      );
    const job = await jobOf(located, kept.options);
    const changed = await changeSince(kept, job);
    if (changed !== null) {
      sessions.update(target, { checkpoint: offerOf(kept.states, kept.options, changed, kept.savedAt) });
      throw new UserError(
        `The run of ${definition.name} cannot go on: ${changed} Start a new one with "Nabla: Train".`,
      );
    }
    sessions.update(target, { choice: kept.choice, confirmed: true });
    return trainings.run(located, { job, data: kept.choice, options: kept.options, kept });
  };

  return {
    check,
    train,
    pause: () => void trainings.hold(true),
    step: () => void trainings.step(),
    resumeHeld: () => trainings.hold(false),
    resume,
    async discard({ target }) {
      await checkpoints.remove(keyOf(target));
      sessions.update(target, { checkpoint: null });
    },
    async lookForKept(located) {
      const { target } = located;
      const { training, checkpoint } = sessions.get(target);
      if (training?.running === true || checkpoint !== null) return;
      const kept = await checkpoints.find(keyOf(target));
      if (kept === null) return;
      const changed = await changeSince(kept, await jobOf(located));
      if (sessions.get(target).training?.running !== true)
        sessions.update(target, { checkpoint: offerOf(kept.states, kept.options, changed, kept.savedAt) });
    },
    proposeData: async (located) => choices.propose(located, await jobOf(located)),
    async chooseData(located) {
      await choices.choose(located, await jobOf(located));
    },
    setData: async (located, choice) => choices.set(located, await jobOf(located), choice),
    onProgress: trainings.onProgress,
    dispose: () => {
      trainings.dispose();
    },
  };
}
