import * as vscode from 'vscode';
import type { CommandTarget } from './commands';
import type { Located } from './documents';
import { Cancelled } from './engine';
import { UserError } from './messages';

/** What is computed at the moment. */
export interface Activity {
  readonly kind: 'checking' | 'training';
  readonly target: CommandTarget;
  readonly name: string;
  /** In [0, 1], null while it is not known. */
  readonly done: number | null;
  readonly detail: string;
  /** Held by the user. */
  readonly paused: boolean;
}

/** Runs one thing at a time, with a progress notification. */
export interface Activities extends vscode.Disposable {
  /** Null when it was cancelled, which the notification, the panel and a command can do. */
  run<R>(
    kind: Activity['kind'],
    located: Located,
    work: (signal: AbortSignal) => Promise<R>,
  ): Promise<R | null>;
  /** Tells how far what runs has come. */
  report(done: number, detail: string): void;
  /** Tells that what runs is held, or goes on. */
  pause(paused: boolean): void;
  cancel(): void;
  readonly current: Activity | null;
  readonly onDidChange: vscode.Event<Activity | null>;
}

export function createActivities(): Activities {
  const changed = new vscode.EventEmitter<Activity | null>();
  let current: Activity | null = null;
  let abort: AbortController | null = null;

  const set = (next: Activity | null) => {
    if ((current === null) !== (next === null))
      void vscode.commands.executeCommand('setContext', 'nabla.running', next !== null);
    if (trainingOf(current) !== trainingOf(next))
      void vscode.commands.executeCommand('setContext', 'nabla.training', trainingOf(next));
    current = next;
    changed.fire(next);
  };

  const run: Activities['run'] = async (kind, located, work) => {
    if (current !== null) {
      const doing = `${current.name} is still ${current.kind === 'training' ? 'being trained' : 'being checked'}`;
      throw new UserError(`${doing}. Wait for its end, or cancel it with "Nabla: Cancel check or training".`);
    }
    const { target, definition } = located;
    const controller = new AbortController();
    abort = controller;
    const title = kind === 'training' ? `Training ${definition.name}` : `Checking ${definition.name} on data`;
    set({ kind, target, name: definition.name, done: null, detail: '', paused: false });
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
              progress.report({
                message: now.paused ? `paused at ${now.detail}` : now.detail,
                increment: percent - shown,
              });
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
      set(null);
    }
  };

  return {
    run,
    report(done, detail) {
      if (current !== null) set({ ...current, done, detail });
    },
    pause(paused) {
      if (current !== null && current.paused !== paused) set({ ...current, paused });
    },
    cancel: () => abort?.abort(),
    get current() {
      return current;
    },
    onDidChange: changed.event,
    dispose() {
      abort?.abort();
      changed.dispose();
    },
  };
}

/** For the conditions of commands. */
function trainingOf(activity: Activity | null): 'no' | 'running' | 'paused' {
  if (activity?.kind !== 'training') return 'no';
  return activity.paused ? 'paused' : 'running';
}
