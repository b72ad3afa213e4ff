import * as vscode from 'vscode';
import type { DefinitionSummary, DerivativeKind } from '../protocol';
import type { DataChoice, TrainOptions, TrainResult } from '../protocol/training';
import type { PanelSection } from '../protocol/panel';
import type { Activities } from './activities';
import type { Analyses } from './analyses';
import { targetOf } from './commands';
import type { CommandId } from './commands';
import type { Corrections } from './corrections';
import type { Ask } from './dataChoices';
import { locate, locateAtCursor, openDocument } from './documents';
import type { Located } from './documents';
import type { Log } from './log';
import { notForData, sentence, UserError } from './messages';
import { createPanel } from './panel';
import type { Panel, PanelActions } from './panel';
import { sameTarget } from './panelModel';
import type { PanelModel } from './panelModel';
import type { Runs } from './runs';
import type { Sources } from './sources';
import type { WorkspaceCheck } from './workspaceCheck';
import { runsOnData } from './target';

/** A handler per command; an argument comes from lenses and hovers. */
export type Handlers = Readonly<Record<CommandId, (argument?: unknown) => Promise<void>>>;

interface Services {
  readonly extensionUri: vscode.Uri;
  readonly analyses: Analyses;
  readonly sources: Sources;
  readonly corrections: Corrections;
  readonly model: PanelModel;
  readonly runs: Runs;
  readonly activities: Activities;
  readonly workspace: WorkspaceCheck;
  readonly log: Log;
}

/** Where something was asked for. */
type Origin = 'panel' | 'elsewhere';

interface Purpose {
  readonly title: string;
  readonly suits: (definition: DefinitionSummary) => boolean;
}

const DERIVE: Purpose = { title: 'Derive gradient', suits: () => true };
const HESSIAN: Purpose = { title: 'Derive Hessian', suits: () => true };
const JACOBIAN: Purpose = { title: 'Derive Jacobian', suits: () => true };
const CHECK: Purpose = { title: 'Check gradient on data', suits: runsOnData };
const TRAIN: Purpose = { title: 'Train', suits: runsOnData };
const RESUME: Purpose = { title: 'Resume training', suits: runsOnData };
const CHOOSE: Purpose = { title: 'Choose data', suits: runsOnData };

/** What the commands do, and the panel that they show. */
export function createActions({
  extensionUri,
  analyses,
  sources,
  corrections,
  model,
  runs,
  activities,
  workspace,
  log,
}: Services): {
  readonly handlers: Handlers;
  readonly panel: Panel;
} {
  /** From a lens or a hover the one that it belongs to, from the palette the one at the cursor or in the panel. */
  const find = async (argument: unknown, purpose: Purpose): Promise<Located | null> => {
    const given = targetOf(argument);
    const target = given ?? (vscode.window.activeTextEditor === undefined ? model.target : null);
    if (target === null) return locateAtCursor(analyses, purpose, notForData);
    const located = await locate(target, analyses);
    if (!purpose.suits(located.definition)) throw new UserError(notForData(located.definition.name));
    return located;
  };

  /** Tells an expected end to the user, in the panel too when it shows what this is about; the rest are bugs. */
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof vscode.CancellationError) return;
      if (!(error instanceof UserError)) {
        log.bug(what, error);
        return;
      }
      log.info(error.message);
      if (model.target !== null) model.tell(error.message);
      void vscode.window.showWarningMessage(`Nabla: ${sentence(error.message)}`);
    }
  };

  const show = async (
    located: Located,
    section?: PanelSection,
    kind?: DerivativeKind | 'best',
  ): Promise<void> => {
    const selecting = model.select(located.target, section, kind);
    panel.reveal();
    await selecting;
  };

  /** Data that the panel shows was seen, and is not asked for. */
  const asking = ({ target }: Located): Ask => {
    const isShown = panel.visible && model.target !== null && sameTarget(model.target, target);
    return isShown && model.state.data.preview !== null ? 'unless-proposed' : 'unless-chosen';
  };

  const check = async (located: Located, from: Origin): Promise<void> => {
    const ask = asking(located);
    await show(located, from === 'panel' ? undefined : 'check');
    await runs.check(located, ask);
  };

  const train = async (located: Located, from: Origin, options: TrainOptions | null): Promise<void> => {
    const ask = asking(located);
    await show(located, from === 'panel' ? undefined : 'train');
    await tellEnd(located, await runs.train(located, ask, options));
  };

  const resume = async (located: Located): Promise<void> => {
    await show(located, 'train');
    await tellEnd(located, await runs.resume(located));
  };

  /** The panel tells how a run ended; who does not see it hears of it. */
  const tellEnd = async (located: Located, result: TrainResult | null): Promise<void> => {
    if (
      result === null ||
      (panel.visible && model.target !== null && sameTarget(model.target, located.target))
    )
      return;
    const { showInformationMessage, showWarningMessage } = vscode.window;
    const isGood = result.end !== 'failed' && result.end !== 'diverged';
    const answer = await (isGood ? showInformationMessage : showWarningMessage)(
      `Nabla: the training of ${located.definition.name} ${isGood ? 'has ended' : 'ended early'}: ${sentence(result.message)}`,
      'Show',
    );
    if (answer === 'Show') await show(located, 'train');
  };

  const derive = (argument: unknown, purpose: Purpose, kind: DerivativeKind | 'best') =>
    attempt('deriving', async () => {
      const located = await find(argument, purpose);
      if (located !== null) await show(located, kind === 'best' ? undefined : 'derivation', kind);
    });

  const handlers: Handlers = {
    'nabla.derive': (argument) => derive(argument, DERIVE, 'best'),
    'nabla.deriveHessian': (argument) => derive(argument, HESSIAN, 'hessian'),
    'nabla.deriveJacobian': (argument) => derive(argument, JACOBIAN, 'jacobian'),
    'nabla.checkOnData': (argument) =>
      attempt('the check on data', async () => {
        const located = await find(argument, CHECK);
        if (located !== null) await check(located, 'elsewhere');
      }),
    'nabla.train': (argument) =>
      attempt('the training', async () => {
        const located = await find(argument, TRAIN);
        if (located !== null) await train(located, 'elsewhere', null);
      }),
    'nabla.pauseTraining': () => {
      runs.pause();
      return Promise.resolve();
    },
    'nabla.stepTraining': () => {
      runs.step();
      return Promise.resolve();
    },
    'nabla.resumeTraining': (argument) =>
      attempt('the training', async () => {
        if (runs.resumeHeld()) return;
        const located = await find(argument, RESUME);
        if (located !== null) await resume(located);
      }),
    'nabla.chooseData': (argument) =>
      attempt('choosing data', async () => {
        const located = await find(argument, CHOOSE);
        if (located !== null) await runs.chooseData(located);
      }),
    'nabla.cancel': () => {
      activities.cancel();
      return Promise.resolve();
    },
    'nabla.checkWorkspace': () => attempt('checking the workspace', workspace.run),
    'nabla.showDefinitions': () => attempt('reading the workspace', workspace.pick),
    'nabla.showLog': () => {
      log.show();
      return Promise.resolve();
    },
  };

  /** Does something with the definition that the panel shows. */
  const withShown = (what: string, purpose: Purpose, work: (located: Located) => Promise<void>) =>
    attempt(what, async () => {
      const located = model.target === null ? null : await find(model.target, purpose);
      if (located !== null) await work(located);
    });

  const panelActions: PanelActions = {
    select: (definitionId) =>
      attempt('deriving', async () => {
        if (model.target !== null) await model.select({ ...model.target, definitionId });
      }),
    selectDerivative: (kind) => attempt('deriving', () => model.selectDerivative(kind)),
    correct: (input, change) =>
      attempt('correcting an input', async () => {
        if (model.target === null) return;
        const { uri, definitionId } = model.target;
        const document = await openDocument(uri);
        await corrections.set(sources.file(document), definitionId, input, change);
      }),
    chooseData: () =>
      withShown('choosing data', CHOOSE, async (located) => {
        await runs.chooseData(located);
      }),
    setData: (choice: DataChoice) =>
      withShown('choosing data', CHOOSE, (located) => runs.setData(located, choice)),
    check: () => withShown('the check on data', CHECK, (located) => check(located, 'panel')),
    train: (options) => withShown('the training', TRAIN, (located) => train(located, 'panel', options)),
    pause: () => handlers['nabla.pauseTraining'](),
    step: () => handlers['nabla.stepTraining'](),
    resume: async () => {
      if (runs.resumeHeld()) return;
      await withShown('the training', RESUME, async (located) => {
        await tellEnd(located, await runs.resume(located));
      });
    },
    discardRun: () => withShown('discarding a run', RESUME, (located) => runs.discard(located)),
    cancel: () => {
      activities.cancel();
      return Promise.resolve();
    },
  };
  const panel = createPanel(extensionUri, model, runs, panelActions);
  return { handlers, panel };
}
