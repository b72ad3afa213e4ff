import * as vscode from 'vscode';
import type { GradientJob } from '../engine/job';
import type {
  CheckReport,
  DataChoice,
  TablePreview,
  TrainOptions,
  TrainProgress,
  TrainResult,
  TrainingState,
} from '../protocol';
import type { Analyses } from './analyses';
import type { CommandTarget } from './commands';
import { guessChoice, misfit, missingIn } from './dataGuess';
import type { LabelHint } from './dataGuess';
import { pickData, previewTable } from './dataPick';
import { findDataFiles, labelOf } from './dataFiles';
import type { Located } from './documents';
import { Cancelled } from './engine';
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

/** Bytes of a table that is read without being asked for. */
const MOST_PROPOSED = 20e6;

/** What is computed at the moment. */
export interface Activity {
  readonly kind: 'checking' | 'training';
  readonly target: CommandTarget;
  readonly name: string;
  /** In [0, 1], null while it is not known. */
  readonly done: number | null;
  readonly detail: string;
}

/**
 * When to ask for the data: where the user has not chosen any yet, or only where there is not even a proposal, as from
 * the panel, which shows it.
 */
export type Ask = 'unless-chosen' | 'unless-proposed';

/** Checks and training runs, one at a time, in the worker. Their results go into the sessions. */
export interface Runs extends vscode.Disposable {
  check(located: Located, ask: Ask): Promise<CheckReport | null>;
  /** With the options of the last run, or the usual ones, where none are given. */
  train(located: Located, ask: Ask, options: TrainOptions | null): Promise<TrainResult | null>;
  /** Fills in the most likely data, without asking, where none was chosen yet. */
  propose(located: Located): Promise<void>;
  /** Asks for the data; true when some was chosen. */
  chooseData(located: Located): Promise<boolean>;
  /** Takes a choice of the panel; one without a target is of a new file, whose columns are then guessed. */
  setData(located: Located, choice: DataChoice): Promise<void>;
  cancel(): void;
  readonly activity: Activity | null;
  readonly onDidChangeActivity: vscode.Event<Activity | null>;
  readonly onProgress: vscode.Event<{ readonly target: CommandTarget; readonly progress: TrainProgress }>;
}

export function createRuns(analyses: Analyses, sessions: Sessions, engine: Engine): Runs {
  const changed = new vscode.EventEmitter<Activity | null>();
  const progressed = new vscode.EventEmitter<{ target: CommandTarget; progress: TrainProgress }>();
  let activity: Activity | null = null;
  let abort: AbortController | null = null;
  let count = 0;
  const nextRun = () => {
    count += 1;
    return `run-${count}`;
  };

  const setActivity = (next: Activity | null) => {
    if ((activity === null) !== (next === null))
      void vscode.commands.executeCommand('setContext', 'nabla.running', next !== null);
    activity = next;
    changed.fire(next);
  };

  const jobOf = async ({ document, definition }: Located): Promise<GradientJob> => {
    const analyzer = await analyses.analyzer();
    const made = analyzer.job(document.getText(), document.languageId, definition.id);
    if ('job' in made) return made.job;
    throw new UserError(`${definition.name} cannot be computed on data: ${sentences(made.problems)}`);
  };

  const readPreview = (path: string): Promise<TablePreview> => engine.preview(path);

  const chooseData = async (located: Located, job: GradientJob): Promise<DataChoice | null> => {
    const { target, document, definition } = located;
    const picked = await pickData({
      document,
      definitionName: definition.name,
      label: labelHint(job),
      before: sessions.get(target).choice,
      preview: readPreview,
    });
    if (picked === null) return null;
    sessions.update(target, { ...picked, confirmed: true });
    return picked.choice;
  };

  /** The data of last time if it is still there and fits, else what the user chooses now. */
  const dataOf = async (located: Located, job: GradientJob, ask: Ask): Promise<DataChoice | null> => {
    const { choice, confirmed, preview: known } = sessions.get(located.target);
    if (choice === null || (ask === 'unless-chosen' && !confirmed)) return chooseData(located, job);
    sessions.update(located.target, { confirmed: true });
    // A preview reads the whole table; what changed in it since then is found when it is read for the run.
    if (known?.path === choice.path) return choice;
    const preview = await previewTable(choice.path, readPreview);
    const reason = misfit(choice, preview, labelOf(choice.path));
    if (reason !== null)
      throw new UserError(
        `The data chosen before does not fit any more: ${reason}. Run "Nabla: Choose data" to choose anew.`,
      );
    sessions.update(located.target, { preview });
    return choice;
  };

  const propose = async (located: Located): Promise<void> => {
    const { target, document } = located;
    const { choice, preview: known } = sessions.get(target);
    if (known !== null) return;
    const path = choice?.path ?? (await findDataFiles(document))[0]?.path;
    if (path === undefined || (await sizeOf(path)) > MOST_PROPOSED) return;
    const preview = await previewTable(path, readPreview);
    const guess = choice ?? guessChoice(preview, labelHint(await jobOf(located)));
    if (sessions.get(target).preview === null && guess !== null)
      sessions.update(target, { choice: guess, preview });
  };

  /** Runs one thing with a progress notification; null when it was cancelled. The notification, the panel and the command can cancel it. */
  const run = async <R>(
    kind: Activity['kind'],
    located: Located,
    work: (signal: AbortSignal) => Promise<R>,
  ): Promise<R | null> => {
    if (activity !== null) {
      const doing = `${activity.name} is still ${activity.kind === 'training' ? 'being trained' : 'being checked'}`;
      throw new UserError(`${doing}. Wait for its end, or cancel it with "Nabla: Cancel check or training".`);
    }
    const { target, definition } = located;
    const controller = new AbortController();
    abort = controller;
    const title = kind === 'training' ? `Training ${definition.name}` : `Checking ${definition.name} on data`;
    setActivity({ kind, target, name: definition.name, done: null, detail: '' });
    try {
      return await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title, cancellable: true },
        async (progress, token) => {
          let shown = 0;
          const subscriptions = vscode.Disposable.from(
            token.onCancellationRequested(() => controller.abort()),
            changed.event((now) => {
              if (now === null) return;
              const percent = Math.floor(100 * (now.done ?? 0));
              progress.report({ message: now.detail, increment: percent - shown });
              shown = percent;
            }),
          );
          try {
            return await work(controller.signal);
          } catch (error) {
            if (error instanceof Cancelled) return null;
            throw error;
          } finally {
            subscriptions.dispose();
          }
        },
      );
    } finally {
      abort = null;
      setActivity(null);
    }
  };

  const check = async (located: Located, ask: Ask): Promise<CheckReport | null> => {
    const job = await jobOf(located);
    const data = await dataOf(located, job, ask);
    if (data === null) return null;
    const { target, document, definition } = located;
    const checkedText = textOf(document, definition);
    const report = await run('checking', located, (signal) =>
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
    const data = await dataOf(located, job, ask);
    if (data === null) return null;
    const options = wanted ?? sessions.get(target).training?.options ?? DEFAULT_TRAINING;
    const runId = nextRun();
    return run('training', located, async (signal) => {
      sessions.update(target, { training: begun(runId, options) });
      const onProgress = (progress: TrainProgress) => {
        const { training } = sessions.get(target);
        if (training?.runId !== runId) return;
        const next = advanced(training, progress);
        sessions.advance(target, next);
        progressed.fire({ target, progress });
        setActivity({
          kind: 'training',
          target,
          name: located.definition.name,
          done: next.epoch / progress.epochs,
          detail: `epoch ${next.epoch} of ${progress.epochs}, loss ${lossText(next.losses)}`,
        });
      };
      const onCheck = (report: CheckReport) => {
        const { training } = sessions.get(target);
        if (training?.runId === runId)
          sessions.update(target, { training: { ...training, checks: [...training.checks, report] } });
      };
      try {
        const result = await engine.train({ runId, job, data, options }, { onProgress, onCheck }, signal);
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
    propose,
    chooseData: async (located) => (await chooseData(located, await jobOf(located))) !== null,
    async setData(located, choice) {
      const { target } = located;
      const known = sessions.get(target).preview;
      const preview = known?.path === choice.path ? known : await previewTable(choice.path, readPreview);
      if (choice.target !== '') {
        sessions.update(target, { choice, preview, confirmed: true });
        return;
      }
      const guess = guessChoice(preview, labelHint(await jobOf(located)));
      if (guess === null)
        throw new UserError(
          `${labelOf(choice.path)} has no columns that can be target and features. Choose another file.`,
        );
      const missing = missingIn(guess, preview) > 0 ? choice.missing : guess.missing;
      sessions.update(target, {
        choice: { ...guess, standardise: choice.standardise, missing },
        preview,
        confirmed: true,
      });
    },
    cancel: () => abort?.abort(),
    get activity() {
      return activity;
    },
    onDidChangeActivity: changed.event,
    onProgress: progressed.event,
    dispose() {
      abort?.abort();
      changed.dispose();
      progressed.dispose();
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  return (await vscode.workspace.fs.stat(vscode.Uri.file(path))).size;
}

function begun(runId: string, options: TrainOptions): TrainingState {
  return {
    runId,
    running: true,
    options,
    epoch: 0,
    losses: [],
    gradientNorms: [],
    checks: [],
    result: null,
  };
}

function advanced(training: TrainingState, progress: TrainProgress): TrainingState {
  return {
    ...training,
    epoch: progress.epoch,
    losses: [...training.losses.slice(0, progress.firstEpoch), ...progress.losses],
    gradientNorms: [...training.gradientNorms.slice(0, progress.firstEpoch), ...progress.gradientNorms],
  };
}

function ended(runId: string, options: TrainOptions, result: TrainResult): TrainingState {
  const { epochs, losses, gradientNorms, checks } = result;
  return { runId, running: false, options, epoch: epochs, losses, gradientNorms, checks, result };
}

function lossText(losses: readonly number[]): string {
  return losses.at(-1)?.toPrecision(4) ?? '';
}

function labelHint(job: GradientJob): LabelHint | null {
  const label = job.inputs.find(({ role }) => role === 'label');
  return label === undefined ? null : { name: label.name, binary: label.domain.kind === 'binary' };
}
