import * as vscode from 'vscode';

/** Where errors end up. A bug is reported once with a button that copies its details, and goes into the log each time. */
export interface Log extends vscode.Disposable {
  readonly info: (message: string) => void;
  /** `what` is what did not work, in the user's words: "the hover". */
  readonly bug: (what: string, error: unknown) => void;
  readonly show: () => void;
}

export function createLog(version: string): Log {
  const channel = vscode.window.createOutputChannel('Nabla', { log: true });
  const reported = new Set<string>();
  return {
    info: (message) => channel.info(message),
    bug(what, error) {
      const details = detailsOf(error);
      channel.error(`${what} failed: ${details}`);
      const key = `${what}: ${firstLine(details)}`;
      if (reported.has(key)) return;
      reported.add(key);
      void report(channel, what, `Nabla ${version}, VS Code ${vscode.version}\n${what} failed: ${details}\n`);
    },
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}

async function report(channel: vscode.LogOutputChannel, what: string, details: string): Promise<void> {
  const copy = 'Copy details';
  const show = 'Show log';
  const message = `Nabla: ${what} failed: ${firstLine(messageIn(details))} Everything else goes on; the log has the details.`;
  const answer = await vscode.window.showErrorMessage(message, copy, show);
  if (answer === copy) await vscode.env.clipboard.writeText(details);
  if (answer === show) channel.show(true);
}

function messageIn(details: string): string {
  const line = firstLine(details.slice(details.indexOf(' failed: ') + ' failed: '.length));
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function detailsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
