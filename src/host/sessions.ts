import * as vscode from 'vscode';
import type { DefinitionSummary } from '../protocol';
import type { CheckReport, DataChoice, DataUse, TablePreview } from '../protocol/training';
import type { CheckpointState, TrainingState } from '../protocol/panel';
import type { CommandTarget } from './commands';
import { readChoice } from './dataGuess';

/** What Nabla knows of one definition beside its text. Outlives the panel, so that closing it loses no curve. */
export interface Session {
  readonly choice: DataChoice | null;
  /** Whether the user made or used the choice; one that Nabla proposes is not remembered. */
  readonly confirmed: boolean;
  readonly preview: TablePreview | null;
  /** What the choice comes to; null while that is being found out. */
  readonly use: DataUse | null;
  readonly check: CheckReport | null;
  /** The text of the definition that `check` is about. */
  readonly checkedText: string | null;
  readonly training: TrainingState | null;
  /** A run that was kept, while none is under way. */
  readonly checkpoint: CheckpointState | null;
}

export interface Sessions extends vscode.Disposable {
  get(target: CommandTarget): Session;
  update(target: CommandTarget, change: Partial<Session>): void;
  /** The course of a training run, which is too frequent for an event. */
  advance(target: CommandTarget, training: TrainingState): void;
  /** The checks of a document whose definitions still read as they did. */
  checksOf(document: vscode.TextDocument, definitions: readonly DefinitionSummary[]): readonly CheckReport[];
  readonly onDidChange: vscode.Event<CommandTarget>;
}

const EMPTY: Session = {
  choice: null,
  confirmed: false,
  preview: null,
  use: null,
  check: null,
  checkedText: null,
  training: null,
  checkpoint: null,
};

/** `memory` keeps the chosen data of each definition with the workspace. */
export function createSessions(memory: vscode.Memento): Sessions {
  const changed = new vscode.EventEmitter<CommandTarget>();
  const sessions = new Map<string, Session>();
  const get = (target: CommandTarget): Session => {
    const known = sessions.get(keyOf(target));
    if (known !== undefined) return known;
    const choice = readChoice(memory.get(keyOf(target)));
    return { ...EMPTY, choice, confirmed: choice !== null };
  };
  return {
    get,
    update(target, change) {
      const before = get(target);
      const session = { ...before, ...change };
      sessions.set(keyOf(target), session);
      const isNews = session.choice !== before.choice || !before.confirmed;
      if (session.confirmed && isNews) void memory.update(keyOf(target), session.choice);
      changed.fire(target);
    },
    advance(target, training) {
      sessions.set(keyOf(target), { ...get(target), training });
    },
    checksOf(document, definitions) {
      const uri = document.uri.toString();
      return definitions.flatMap((definition) => {
        const { check, checkedText } = get({ uri, definitionId: definition.id });
        return check !== null && checkedText === textOf(document, definition) ? [check] : [];
      });
    },
    onDidChange: changed.event,
    dispose: () => changed.dispose(),
  };
}

/** The same in every window that has the folder open. */
export function keyOf({ uri, definitionId }: CommandTarget): string {
  return `data:${vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}#${definitionId}`;
}

/** The lines of a definition as they are in the document. */
export function textOf(document: vscode.TextDocument, { span }: DefinitionSummary): string {
  return document.getText(new vscode.Range(span.startLine - 1, 0, span.endLine - 1, Number.MAX_SAFE_INTEGER));
}
