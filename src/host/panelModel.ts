import * as vscode from 'vscode';
import type { Analysis, DerivationView, PanelState, StabilityView } from '../protocol';
import type { Activities } from './activities';
import type { Analyses } from './analyses';
import type { CommandTarget } from './commands';
import { findDataFiles } from './dataFiles';
import type { DataFile } from './dataFiles';
import { fileNameOf, locate, openDocument } from './documents';
import { messageOf } from './log';
import type { Log } from './log';
import { problemText, sentence, sentences } from './messages';
import type { Runs } from './runs';
import type { Sessions } from './sessions';
import { runsOnData } from './target';

/** What the panel shows, apart from any page: it goes on while the panel is hidden or closed. */
export interface PanelModel extends vscode.Disposable {
  /** The definition that is shown. */
  readonly target: CommandTarget | null;
  readonly state: PanelState;
  /** Derives and shows a definition, with a section of the panel brought into sight. */
  select(target: CommandTarget, section?: 'check' | 'train'): Promise<void>;
  /** Shows a message at the top until the next action. */
  tell(message: string | null): void;
  readonly onDidChange: vscode.Event<PanelState>;
}

interface Shown {
  readonly target: CommandTarget;
  readonly version: number;
  readonly derivation: DerivationView | null;
  readonly stability?: StabilityView | null;
  readonly siblings: PanelState['siblings'];
  /** Why the derivation is missing or is that of an earlier text. */
  readonly trouble: string | null;
}

/** ms of rest after a derivation before its stability is measured, which takes longer than to derive. */
const MEASURED_AFTER = 400;

export function createPanelModel(
  analyses: Analyses,
  sessions: Sessions,
  runs: Runs,
  activities: Activities,
  log: Log,
): PanelModel {
  const changed = new vscode.EventEmitter<PanelState>();
  let shown: Shown | null = null;
  let selected: CommandTarget | null = null;
  let files: readonly DataFile[] = [];
  let message: string | null = null;
  let deriving = false;
  let attention: PanelState['attention'];
  let attentions = 0;
  let count = 0;
  let waiting: NodeJS.Timeout | undefined;

  const state = (): PanelState => {
    const session = shown === null ? null : sessions.get(shown.target);
    const activity = activities.current;
    const mine = activity !== null && selected !== null && sameTarget(activity.target, selected);
    return {
      subject:
        shown === null
          ? null
          : {
              uri: shown.target.uri,
              fileName: fileNameOf(vscode.Uri.parse(shown.target.uri)),
              version: shown.version,
              definitionId: shown.target.definitionId,
            },
      derivation: shown?.derivation ?? null,
      stability: shown?.stability ?? null,
      siblings: shown?.siblings ?? [],
      data: { files, preview: session?.preview ?? null, choice: session?.choice ?? null },
      check: session?.check ?? null,
      training: session?.training ?? null,
      message: message ?? shown?.trouble ?? null,
      busy: deriving ? 'deriving' : mine ? activity.kind : null,
      ...(attention === undefined || deriving ? {} : { attention }),
    };
  };
  const fire = () => changed.fire(state());

  /** Derives the selected definition from the document as it is; a later call makes an earlier one's answer stale. */
  const derive = async (target: CommandTarget): Promise<void> => {
    count += 1;
    const turn = count;
    const document = await openDocument(target.uri);
    const analysis = await analyses.of(document);
    if (turn !== count) return;
    const { version } = document;
    const siblings = analysis.definitions.map(({ id, name, kind }) => ({ id, name, kind }));
    const before = shown !== null && sameTarget(shown.target, target) ? shown : null;
    if (!analysis.definitions.some(({ id }) => id === target.definitionId)) {
      const name = before?.derivation?.definition.name ?? 'the definition';
      shown = {
        target,
        version,
        derivation: before?.derivation ?? null,
        siblings,
        trouble: lostText(name, analysis, before),
      };
      return;
    }
    const derivation = await analyses.analyzer.derivation(
      document.getText(),
      document.languageId,
      target.definitionId,
    );
    if (turn !== count) return;
    const broken = derivation.parameters.length === 0 && derivation.problems.length > 0;
    if (broken && before?.derivation && before.derivation.parameters.length > 0) {
      const trouble = `${brokenText(derivation)} Below is the derivation of the last version that could be read.`;
      shown = { target, version, derivation: before.derivation, siblings, trouble };
      return;
    }
    // What was measured of an earlier text stays until the new one is measured.
    shown = { target, version, derivation, siblings, trouble: null, stability: before?.stability ?? null };
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      measure().catch((error: unknown) => log.bug('the measurement of the stability', error));
    }, MEASURED_AFTER);
  };

  /** Measures where the shown definition breaks down, once its derivation is there to be read. */
  const measure = async () => {
    const own = shown;
    if (own === null || own.derivation === null || own.trouble !== null) return;
    const document = await openDocument(own.target.uri);
    if (shown !== own || document.version !== own.version) return;
    const stability = await analyses.analyzer.stability(
      document.getText(),
      document.languageId,
      own.target.definitionId,
    );
    if (shown !== own) return;
    shown = { ...own, stability };
    fire();
  };

  /** Fills in what the panel offers for checks and training, once the derivation is there to be read. */
  const offerData = async (target: CommandTarget) => {
    const located = await locate(target, analyses);
    if (!runsOnData(located.definition)) return;
    const found = await findDataFiles(located.document);
    if (found.length !== files.length || found.some(({ path }, place) => path !== files[place]?.path)) {
      files = found;
      fire();
    }
    await runs.proposeData(located);
  };

  const select: PanelModel['select'] = async (target, section) => {
    const isNew = selected === null || !sameTarget(selected, target);
    selected = target;
    message = null;
    attentions += 1;
    attention = section === undefined ? undefined : { section, count: attentions };
    deriving = true;
    if (isNew) fire();
    try {
      await derive(target);
    } finally {
      deriving = false;
      fire();
    }
    // Nothing was asked for, so nothing is told when it does not work: the same message comes when data is chosen.
    offerData(target).catch((error: unknown) => log.info(`no data was proposed: ${messageOf(error)}`));
  };

  const subscriptions = vscode.Disposable.from(
    changed,
    analyses.onDidAnalyze((document) => {
      if (selected === null || selected.uri !== document.uri.toString()) return;
      if (shown !== null && sameTarget(shown.target, selected) && shown.version === document.version) return;
      derive(selected).then(fire, (error: unknown) => {
        message = messageOf(error);
        fire();
        log.bug('the derivation', error);
      });
    }),
    sessions.onDidChange((target) => {
      if (selected !== null && sameTarget(target, selected)) fire();
    }),
    watchBusy(activities, fire),
  );

  return {
    get target() {
      return selected;
    },
    get state() {
      return state();
    },
    select,
    tell(text) {
      message = text;
      fire();
    },
    onDidChange: changed.event,
    dispose: () => {
      clearTimeout(waiting);
      subscriptions.dispose();
    },
  };
}

/** Calls back at the beginning and the end of what the runs do, not at each of its steps. */
function watchBusy(activities: Activities, callback: () => void): vscode.Disposable {
  let busy = activities.current !== null;
  return activities.onDidChange((activity) => {
    if (busy === (activity !== null)) return;
    busy = activity !== null;
    callback();
  });
}

export function sameTarget(a: CommandTarget, b: CommandTarget): boolean {
  return a.uri === b.uri && a.definitionId === b.definitionId;
}

function lostText(name: string, analysis: Analysis, before: Shown | null): string {
  const [problem] = analysis.problems;
  const reason = problem === undefined ? '' : ` ${sentence(problemText(problem))}`;
  const kept = before?.derivation ? ' Below is its derivation as it was.' : '';
  return `${name} is not in the file at the moment.${reason}${kept}`;
}

function brokenText({ definition, problems }: DerivationView): string {
  const reasons = sentences(problems);
  return `${definition.name} cannot be derived as it is now: ${reasons}`;
}
