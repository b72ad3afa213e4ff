import * as vscode from 'vscode';
import type { Analysis, DerivationView, DerivativeKind, StabilityView } from '../protocol';
import type { DerivativeState, PanelSection, PanelState } from '../protocol/panel';
import type { Activities } from './activities';
import type { Analyses } from './analyses';
import type { CommandTarget } from './commands';
import { findDataFiles } from './dataFiles';
import type { DataFile } from './dataFiles';
import { createTurns, deriveKind } from './derivatives';
import { fileNameOf, locate, openDocument } from './documents';
import type { Log } from './log';
import { messageOf, problemText, sentence, sentences } from './messages';
import type { Runs } from './runs';
import type { Sessions } from './sessions';
import { runsOnData } from './target';

/** What the panel shows, apart from any page: it goes on while the panel is hidden or closed. */
export interface PanelModel extends vscode.Disposable {
  /** The definition that is shown. */
  readonly target: CommandTarget | null;
  readonly state: PanelState;
  /**
   * Derives and shows a definition, with a section of the panel brought into sight. Without a kind it is the one that was
   * shown of it before, or what the definition is best opened with, which `best` asks for.
   */
  select(target: CommandTarget, section?: PanelSection, kind?: DerivativeKind | 'best'): Promise<void>;
  /** Derives another kind of derivative of the definition that is shown. */
  selectDerivative(kind: DerivativeKind): Promise<void>;
  /** Shows a message at the top until the next action. */
  tell(message: string | null): void;
  readonly onDidChange: vscode.Event<PanelState>;
}

interface Shown {
  readonly target: CommandTarget;
  readonly version: number;
  readonly derivation: DerivationView | null;
  readonly derivative: DerivativeState | null;
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
  let deriving: 'definition' | 'kind' | null = null;
  let attention: PanelState['attention'];
  let attentions = 0;
  const turns = createTurns();
  /** Kinds of derivatives that the user chose, by definition. */
  const kinds = new Map<string, DerivativeKind>();
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
      derivative: derivativeShown(),
      stability: shown?.stability ?? null,
      siblings: shown?.siblings ?? [],
      data: {
        files,
        preview: session?.preview ?? null,
        choice: session?.choice ?? null,
        use: session?.use ?? null,
      },
      check: session?.check ?? null,
      training: session?.training ?? null,
      checkpoint: session?.checkpoint ?? null,
      message: message ?? shown?.trouble ?? null,
      busy: deriving !== null ? 'deriving' : mine ? activity.kind : null,
      ...(attention === undefined || deriving !== null ? {} : { attention }),
    };
  };
  const fire = () => changed.fire(state());

  /** While another kind is being derived, it is the chosen one, above what was shown before. */
  function derivativeShown(): DerivativeState | null {
    const derivative = shown?.derivative ?? null;
    if (derivative === null || selected === null || deriving !== 'kind') return derivative;
    return { ...derivative, kind: kinds.get(keyOf(selected)) ?? derivative.kind, busy: true };
  }

  /** Derives a definition from the document as it is. */
  const derive = async (target: CommandTarget, isCurrent: () => boolean): Promise<void> => {
    const document = await openDocument(target.uri);
    const analysis = await analyses.of(document);
    if (!isCurrent()) return;
    const version = analyses.version(document);
    const siblings = analysis.definitions.map(({ id, name, kind }) => ({ id, name, kind }));
    const before = shown !== null && sameTarget(shown.target, target) ? shown : null;
    if (!analysis.definitions.some(({ id }) => id === target.definitionId)) {
      const name = before?.derivation?.definition.name ?? 'the definition';
      shown = {
        target,
        version,
        derivation: before?.derivation ?? null,
        derivative: before?.derivative ?? null,
        siblings,
        trouble: lostText(name, analysis, before),
      };
      return;
    }
    const derived = await deriveKind(
      (kind) => analyses.derivation(document, target.definitionId, kind),
      kinds.get(keyOf(target)) ?? null,
      isCurrent,
    );
    if (derived === null) return;
    const { derivation, derivative, refusal } = derived;
    const broken = derivation.parameters.length === 0 && derivation.problems.length > 0;
    if (broken && before?.derivation && before.derivation.parameters.length > 0) {
      const trouble = `${brokenText(derivation)} Below is the derivation of the last version that could be read.`;
      shown = { ...before, version, siblings, trouble };
      return;
    }
    // What was measured of an earlier text stays until the new one is measured.
    const stability = before?.stability ?? null;
    shown = { target, version, derivation, derivative, siblings, trouble: null, stability };
    if (refusal !== null) {
      kinds.delete(keyOf(target));
      message = refusal;
    }
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
    if (shown !== own || analyses.version(document) !== own.version) return;
    const stability = await analyses.stability(document, own.target.definitionId);
    if (shown !== own) return;
    shown = { ...own, stability };
    fire();
  };

  /** Fills in what the panel offers for checks and training, once the derivation is there to be read. */
  const offerData = async (target: CommandTarget, search: boolean) => {
    const located = await locate(target, analyses);
    if (!runsOnData(located.definition)) return;
    const found = search ? await findDataFiles(located.document) : files;
    if (found.length !== files.length || found.some(({ path }, place) => path !== files[place]?.path)) {
      files = found;
      fire();
    }
    await runs.proposeData(located);
    await runs.lookForKept(located);
  };

  /** Derives and tells of it; a later call makes an earlier one's answer stale. */
  const deriveAloud = async (target: CommandTarget) => {
    const isCurrent = turns.next();
    try {
      await derive(target, isCurrent);
    } finally {
      if (isCurrent()) {
        deriving = null;
        fire();
      }
    }
  };

  const select: PanelModel['select'] = async (target, section, kind) => {
    const isNew = selected === null || !sameTarget(selected, target);
    selected = target;
    message = null;
    attentions += 1;
    attention = section === undefined ? undefined : { section, count: attentions };
    if (kind === 'best') kinds.delete(keyOf(target));
    else if (kind !== undefined) kinds.set(keyOf(target), kind);
    deriving = 'definition';
    if (isNew) fire();
    await deriveAloud(target);
    // Nothing was asked for, so nothing is told when it does not work: the same message comes when data is chosen.
    // A run or a check of what is shown does not wait for a search of the workspace.
    const search = isNew || kind !== undefined || files.length === 0;
    offerData(target, search).catch((error: unknown) =>
      log.info(`no data was proposed: ${messageOf(error)}`),
    );
  };

  const subscriptions = vscode.Disposable.from(
    changed,
    analyses.onDidAnalyze((document) => {
      if (selected === null || selected.uri !== document.uri.toString()) return;
      if (
        shown !== null &&
        sameTarget(shown.target, selected) &&
        shown.version === analyses.version(document)
      )
        return;
      deriveAloud(selected).catch((error: unknown) => {
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
    selectDerivative: async (kind) => {
      if (selected === null || shown === null || !sameTarget(shown.target, selected)) return;
      message = null;
      kinds.set(keyOf(selected), kind);
      deriving = 'kind';
      fire();
      await deriveAloud(selected);
    },
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

function keyOf({ uri, definitionId }: CommandTarget): string {
  return `${uri}#${definitionId}`;
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
