import * as vscode from 'vscode';
import type { Correction, InputRole } from '../protocol';

/** What the user has set in the panel of the definitions of a file; kept with the workspace. */
export interface Corrections extends vscode.Disposable {
  of(uri: vscode.Uri): Readonly<Record<string, Correction>>;
  /** What is left out stays; without a change the input is as it was inferred again. */
  set(uri: vscode.Uri, definitionId: string, input: string, change: InputChange | null): Promise<void>;
  readonly onDidChange: vscode.Event<vscode.Uri>;
}

export interface InputChange {
  readonly role?: InputRole;
  readonly shape?: readonly string[];
}

type Stored = Record<string, Record<string, InputChange>>;

export function createCorrections(memory: vscode.Memento): Corrections {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const stored = (uri: vscode.Uri): Stored => readStored(memory.get(keyOf(uri)));
  return {
    of: (uri) => Object.fromEntries(Object.entries(stored(uri)).map(([id, inputs]) => [id, { inputs }])),
    async set(uri, definitionId, input, change) {
      const all = stored(uri);
      const { [input]: before, ...others } = all[definitionId] ?? {};
      const inputs = change === null ? others : { ...others, [input]: { ...before, ...change } };
      const rest = Object.entries({ ...all, [definitionId]: inputs });
      const next = Object.fromEntries(rest.filter(([, own]) => Object.keys(own).length > 0));
      await memory.update(keyOf(uri), Object.keys(next).length === 0 ? undefined : next);
      changed.fire(uri);
    },
    onDidChange: changed.event,
    dispose: () => changed.dispose(),
  };
}

const keyOf = (uri: vscode.Uri): string => `corrections:${vscode.workspace.asRelativePath(uri)}`;

const ROLES: readonly InputRole[] = ['parameter', 'data', 'label', 'hyper', 'upstream'];

export const isRole = (value: unknown): value is InputRole => ROLES.some((role) => role === value);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A change as it comes from memory or from the panel; parts that mean nothing are left out. */
export function readChange(value: unknown): InputChange {
  if (!isObject(value)) return {};
  const { role, shape } = value;
  const sizes = Array.isArray(shape) ? shape.filter((size) => typeof size === 'string') : null;
  return { ...(isRole(role) ? { role } : {}), ...(sizes ? { shape: sizes } : {}) };
}

function readStored(value: unknown): Stored {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([id, inputs]) => [
      id,
      Object.fromEntries(
        Object.entries(isObject(inputs) ? inputs : {}).map(([name, change]) => [name, readChange(change)]),
      ),
    ]),
  );
}
