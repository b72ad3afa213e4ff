/** What the user is told when something cannot be done: what happened, where, and what to do next. */
import type { Analysis, Problem } from '../protocol';

/** The message of something that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An expected end of a command, told to the user as it is; no bug. */
export class UserError extends Error {}

export function problemText({ message, span }: Problem): string {
  return span === null ? message : `line ${span.startLine}: ${message}`;
}

/** A file without anything to derive. */
export function nothingFound(fileName: string, analysis: Analysis): string {
  const [problem] = analysis.problems;
  const reason = problem === undefined ? '' : ` What could not be read: ${sentence(problemText(problem))}`;
  return (
    `Nabla finds no loss or activation in ${fileName}.${reason} ` +
    'It looks for functions such as a sigmoid, or a loss computed from parameters, data and labels.'
  );
}

export function otherLanguage(fileName: string, language: string): string {
  return `Nabla reads Python, JavaScript and TypeScript, and ${fileName} is in the language mode "${language}". Open a file of one of them with a loss or an activation in it.`;
}

export const NO_EDITOR =
  'Nabla needs a file to read: open a file of Python, JavaScript or TypeScript with a loss or an activation in it.';

export function definitionGone(fileName: string): string {
  return `The definition that this belongs to is no longer in ${fileName}. Put the cursor into a definition and run the command again.`;
}

export function noData(folderIsOpen: boolean): string {
  return folderIsOpen
    ? 'There is no data file in this workspace. Put a table (.csv, .tsv, .parquet, .npz, .jsonl, …) into the folder, or choose one elsewhere.'
    : 'No folder is open, so Nabla does not know where to look for data. Open the folder of your table, or choose a file.';
}

export function notForData(name: string): string {
  return `${name} has no parameters together with data, so there is nothing to feed a table to. Choose a loss such as a function of (w, b, X, Y).`;
}

export function sentences(problems: readonly Problem[]): string {
  return problems.map((problem) => sentence(problemText(problem))).join(' ');
}

export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
