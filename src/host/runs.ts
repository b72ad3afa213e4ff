import * as vscode from 'vscode';
import type { GradientJob } from '../engine/job';
import type {
  CheckReport,
  DataChoice,
  TrainOptions,
  TrainProgress,
  TrainResult,
  TrainingState,
} from '../protocol';
import type { Activities } from './activities';
import type { Analyses } from './analyses';
import type { CommandTarget } from './commands';
import type { Ask, DataChoices } from './dataChoices';
import type { Located } from './documents';
import type { Engine } from './engine';
import { sentence, sentences, UserError } from './messages';
import { textOf } from './sessions';
import type { Sessions } from './sessions';

export const DEFAULT_TRAINING: TrainOptions = {
  learningRate: 0.1,
  epochs: 200,
  seed: 1,
  initScale: 0.01,
  tolerance: 0,
};

/** Checks and training runs in the worker, and the data for them. Their results go into the sessions. */
export interface Runs extends vscode.Disposable {
  check(located: Located, ask: Ask): Promise<CheckReport | null>;
  /** With the options of the last run, or the usual ones, where none are given. */
  train(located: Located, ask: Ask, options: TrainOptions | null): Promise<TrainResult | null>;
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
}

export function createRuns({ analyses, sessions, engine, data: choices, activities }: RunServices): Runs {
  const progressed = new vscode.EventEmitter<{ target: CommandTarget; progress: TrainProgress }>();
  let count = 0;
  const nextRun = () => {
    count += 1;
    return `run-${count}`;
  };

  const jobOf = async ({ document, definition }: Located): Promise<GradientJob> => {
    const made = await analyses.job(document, definition.id);
    if ('job' in made) return made.job;
    throw new UserError(`${definition.name} cannot be computed on data: ${sentences(made.problems)}`);
  };

  const check = async (located: Located, ask: Ask): Promise<CheckReport | null> => {
    const job = await jobOf(located);
    const data = await choices.of(located, job, ask);
    if (data === null) return null;
    const { target, document, definition } = located;
    const checkedText = textOf(document, definition);
    const report = await activities.run('checking', located, (signal) =>
      engine.check({ runId: nextRun(), job, data }, signal),
    );
    if (report === null) return null;
    if (report.parameters.length === 0 && report.problems.length > 0)
      throw new UserError(`${definition.name} could not be checked: ${sentences(report.problems)}`);
    sessions.update(target, { check: report, checkedText });
    return report;
  };

  const train = async (
    located: Located,
    ask: Ask,
    wanted: TrainOptions | null,
  ): Promise<TrainResult | null> => {
    const { target } = located;
    const job = await jobOf(located);
    const data = await choices.of(located, job, ask);
    if (data === null) return null;
    const options = wanted ?? sessions.get(target).training?.options ?? DEFAULT_TRAINING;
    const runId = nextRun();
    return activities.run('training', located, async (signal) => {
      // Appended to in place: copying a long curve at each of its steps would take quadratic time.
      const losses: number[] = [];
      const gradientNorms: number[] = [];
      const begun = {
        runId,
        running: true,
        options,
        epoch: 0,
        losses,
        gradientNorms,
        checks: [],
        result: null,
      };
      sessions.update(target, { training: begun });
      const onProgress = (progress: TrainProgress) => {
        const { training } = sessions.get(target);
        if (training?.runId !== runId) return;
        losses.length = Math.min(losses.length, progress.firstEpoch);
        for (const loss of progress.losses) losses.push(loss);
        gradientNorms.length = Math.min(gradientNorms.length, progress.firstEpoch);
        for (const norm of progress.gradientNorms) gradientNorms.push(norm);
        sessions.advance(target, { ...training, epoch: progress.epoch });
        progressed.fire({ target, progress });
        activities.report(
          progress.epoch / progress.epochs,
          `epoch ${progress.epoch} of ${progress.epochs}, loss ${lossText(losses)}`,
        );
      };
      const onCheck = (report: CheckReport) => {
        const { training } = sessions.get(target);
        if (training?.runId === runId)
          sessions.update(target, { training: { ...training, checks: [...training.checks, report] } });
      };
      try {
        const result = await engine.train(
          { runId, job, data, options },
          { onProgress, onCheck, onCheckpoint: () => undefined, onLost: () => undefined },
          signal,
        );
        sessions.update(target, { training: ended(runId, options, result) });
        if (result.end === 'failed' || result.end === 'diverged')
          throw new UserError(
            `The training of ${located.definition.name} ended early: ${sentence(result.message)}`,
          );
        return result;
      } catch (error) {
        const { training } = sessions.get(target);
        if (training?.runId === runId) sessions.update(target, { training: { ...training, running: false } });
        throw error;
      }
    });
  };

  return {
    check,
    train,
    proposeData: async (located) => choices.propose(located, await jobOf(located)),
    async chooseData(located) {
      await choices.choose(located, await jobOf(located));
    },
    setData: async (located, choice) => choices.set(located, await jobOf(located), choice),
    onProgress: progressed.event,
    dispose: () => progressed.dispose(),
  };
}

function ended(runId: string, options: TrainOptions, result: TrainResult): TrainingState {
  const { epochs, losses, gradientNorms, checks } = result;
  return { runId, running: false, options, epoch: epochs, losses, gradientNorms, checks, result };
}

function lossText(losses: readonly number[]): string {
  return losses.at(-1)?.toPrecision(4) ?? '';
}
