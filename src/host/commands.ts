/**
 * The commands of the extension. `package.json` declares the same ones, which a test compares; the handlers are typed
 * by `CommandId`, so that none can be forgotten.
 */
export interface CommandRow {
  readonly id: string;
  /** As in the palette, after the category. */
  readonly title: string;
  /** Whether the editor's context menu has it. */
  readonly inEditorMenu: boolean;
}

export const CATEGORY = 'Nabla';

export const COMMANDS = [
  { id: 'nabla.derive', title: 'Derive gradient', inEditorMenu: true },
  { id: 'nabla.deriveHessian', title: 'Derive Hessian', inEditorMenu: false },
  { id: 'nabla.deriveJacobian', title: 'Derive Jacobian', inEditorMenu: false },
  { id: 'nabla.checkOnData', title: 'Check gradient on data', inEditorMenu: true },
  { id: 'nabla.train', title: 'Train', inEditorMenu: true },
  { id: 'nabla.pauseTraining', title: 'Pause training', inEditorMenu: false },
  { id: 'nabla.stepTraining', title: 'Train one epoch', inEditorMenu: false },
  { id: 'nabla.resumeTraining', title: 'Resume training', inEditorMenu: false },
  { id: 'nabla.chooseData', title: 'Choose data', inEditorMenu: false },
  { id: 'nabla.cancel', title: 'Cancel check or training', inEditorMenu: false },
  { id: 'nabla.checkWorkspace', title: 'Check workspace', inEditorMenu: false },
  { id: 'nabla.showDefinitions', title: 'Show definitions of the workspace', inEditorMenu: false },
  { id: 'nabla.showLog', title: 'Show log', inEditorMenu: false },
] as const satisfies readonly CommandRow[];

export type CommandId = (typeof COMMANDS)[number]['id'];

/** What lenses and hovers pass to a command; from the palette there is no argument and the cursor decides. */
export interface CommandTarget {
  readonly uri: string;
  readonly definitionId: string;
}

/** The target that a command was given, if it was given one. Arguments can come from anywhere, so they are looked at. */
export function targetOf(argument: unknown): CommandTarget | null {
  if (typeof argument !== 'object' || argument === null) return null;
  const { uri, definitionId } = argument as Partial<Record<keyof CommandTarget, unknown>>;
  return typeof uri === 'string' && typeof definitionId === 'string' ? { uri, definitionId } : null;
}

/** A link that runs a command, for Markdown that allows it. */
export function commandLink(id: CommandId, target: CommandTarget): string {
  return `command:${id}?${encodeURIComponent(JSON.stringify([target]))}`;
}
