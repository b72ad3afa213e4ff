import * as vscode from 'vscode';
import type { GradientJob } from '../engine/job';
import type { DataChoice, TablePreview } from '../protocol/training';
import type { CommandTarget } from './commands';
import { findDataFiles, labelOf } from './dataFiles';
import { guessChoice, misfit, missingIn } from './dataGuess';
import type { LabelHint } from './dataGuess';
import { pickData, previewTable } from './dataPick';
import type { Located } from './documents';
import { Cancelled } from './engine';
import type { Engine } from './engine';
import { UserError } from './messages';
import type { Sessions } from './sessions';

/** Bytes of a table that is read without being asked for. */
const MOST_PROPOSED = 20e6;

/**
 * When to ask for the data: where the user has not chosen any yet, or only where there is not even a proposal, as from
 * the panel, which shows it.
 */
export type Ask = 'unless-chosen' | 'unless-proposed';

/** Which table and which columns feed a definition; what is chosen goes into the sessions. */
export interface DataChoices {
  /** The data of last time if it is still there and fits, else what the user chooses now; null if they choose none. */
  of(located: Located, job: GradientJob, ask: Ask): Promise<DataChoice | null>;
  /** Asks, with the best guesses first; null when the user leaves. */
  choose(located: Located, job: GradientJob): Promise<DataChoice | null>;
  /** Fills in the most likely data, without asking, where none was chosen yet. */
  propose(located: Located, job: GradientJob): Promise<void>;
  /** Takes a choice of the panel; one without a target is of a new file, whose columns are then guessed. */
  set(located: Located, job: GradientJob, choice: DataChoice): Promise<void>;
}

export function createDataChoices(sessions: Sessions, engine: Engine): DataChoices {
  /** A large table takes seconds, in which a notification says so and offers to cancel; else the status bar does. */
  const readPreview = async (path: string): Promise<TablePreview> => {
    const large = (await sizeOf(path)) > MOST_PROPOSED;
    const { Notification, Window } = vscode.ProgressLocation;
    return vscode.window.withProgress(
      {
        location: large ? Notification : Window,
        title: `Nabla: reading ${labelOf(path)}`,
        cancellable: large,
      },
      async (progress, token) => {
        const controller = new AbortController();
        const subscription = token.onCancellationRequested(() => controller.abort());
        try {
          let shown = 0;
          return await engine.preview(path, controller.signal, (share) => {
            const percent = Math.floor(100 * share);
            // The threads that read are not all at the same place.
            if (percent <= shown) return;
            progress.report({ message: `${percent} %`, increment: percent - shown });
            shown = percent;
          });
        } catch (error) {
          throw error instanceof Cancelled ? new vscode.CancellationError() : error;
        } finally {
          subscription.dispose();
        }
      },
    );
  };

  /** Takes a choice, and finds out what it comes to. */
  const settle = (
    target: CommandTarget,
    job: GradientJob,
    change: { readonly choice: DataChoice; readonly preview: TablePreview; readonly confirmed?: boolean },
  ): void => {
    const { choice } = change;
    sessions.update(target, { ...change, use: null });
    engine.use(job, choice).then(
      (use) => {
        if (sessions.get(target).choice === choice) sessions.update(target, { use });
      },
      // What cannot be tried is told of when it is used.
      () => undefined,
    );
  };

  const choose = async (located: Located, job: GradientJob): Promise<DataChoice | null> => {
    const { target, document, definition } = located;
    const picked = await pickData({
      document,
      definitionName: definition.name,
      label: labelHint(job),
      before: sessions.get(target).choice,
      preview: readPreview,
    });
    if (picked === null) return null;
    settle(target, job, { ...picked, confirmed: true });
    return picked.choice;
  };

  const dataOf = async (located: Located, job: GradientJob, ask: Ask): Promise<DataChoice | null> => {
    const { choice, confirmed, preview: known } = sessions.get(located.target);
    if (choice === null || (ask === 'unless-chosen' && !confirmed)) return choose(located, job);
    sessions.update(located.target, { confirmed: true });
    // A preview reads the whole table; what changed in it since then is found when it is read for the run.
    if (known?.path === choice.path) return choice;
    const preview = await previewTable(choice.path, readPreview);
    const reason = misfit(choice, preview, labelOf(choice.path));
    if (reason !== null)
      throw new UserError(
        `The data chosen before does not fit any more: ${reason}. Run "Nabla: Choose data" to choose anew.`,
      );
    settle(located.target, job, { choice, preview });
    return choice;
  };

  const propose = async (located: Located, job: GradientJob): Promise<void> => {
    const { target, document } = located;
    const { choice, preview: known } = sessions.get(target);
    if (known !== null) return;
    const path = choice?.path ?? (await findDataFiles(document))[0]?.path;
    if (path === undefined || (await sizeOf(path)) > MOST_PROPOSED) return;
    const preview = await previewTable(path, readPreview);
    const guess = choice ?? guessChoice(preview, labelHint(job));
    if (sessions.get(target).preview === null && guess !== null)
      settle(target, job, { choice: guess, preview });
  };

  return {
    of: dataOf,
    choose,
    propose,
    async set(located, job, choice) {
      const { target } = located;
      const known = sessions.get(target).preview;
      const preview = known?.path === choice.path ? known : await previewTable(choice.path, readPreview);
      if (choice.target !== '') {
        settle(target, job, { choice, preview, confirmed: true });
        return;
      }
      const guess = guessChoice(preview, labelHint(job));
      if (guess === null)
        throw new UserError(
          `${labelOf(choice.path)} has no columns that can be target and features. Choose another file.`,
        );
      const missing = missingIn(guess, preview) > 0 ? choice.missing : guess.missing;
      settle(target, job, {
        choice: { ...guess, standardise: choice.standardise, missing },
        preview,
        confirmed: true,
      });
    },
  };
}

/** Bytes; 0 for a file that is not there, which is told when it is read. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await vscode.workspace.fs.stat(vscode.Uri.file(path))).size;
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return 0;
    throw error;
  }
}

function labelHint(job: GradientJob): LabelHint | null {
  const label = job.inputs.find(({ role }) => role === 'label');
  if (label === undefined) return null;
  const { kind } = label.domain;
  return { name: label.name, binary: kind === 'binary', classes: kind === 'class' || label.shape.length > 1 };
}
