// What the suites share: the extension as it runs, waiting for its events, files of the workspace.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import * as vscode from 'vscode';
import type { NablaExtension } from '../../src/extension';
import type { PanelState } from '../../src/protocol/panel';
import { choose, goTo, openFile, runCommand } from './driver';

const LIMIT = 20_000;

export async function activated(): Promise<NablaExtension> {
  const extension = vscode.extensions.getExtension<NablaExtension>('nabla.nabla');
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/** The first state of the panel, from now on, for which the predicate holds. */
export async function untilState(
  what: string,
  holds: (state: PanelState) => boolean,
  limit = LIMIT,
): Promise<PanelState> {
  const { state, onDidChangeState } = await activated();
  return untilEvent(what, onDidChangeState, () => (holds(state()) ? state() : undefined), limit);
}

/** The symbols of the workspace once there is one of this name. */
export async function untilSymbol(query: string, wanted: string): Promise<vscode.SymbolInformation> {
  const { onDidScan } = await activated();
  for (;;) {
    // What is read while the question is answered counts, too.
    const scanned = new Promise<void>((resolve) => {
      const subscription = onDidScan(() => {
        subscription.dispose();
        resolve();
      });
    });
    const symbols = await vscode.commands.executeCommand<vscode.SymbolInformation[]>(
      'vscode.executeWorkspaceSymbolProvider',
      query,
    );
    const found = symbols.find(({ name }) => name === wanted);
    if (found) return found;
    await scanned;
  }
}

/** The diagnostics of a document once there are as many as expected. */
export async function untilDiagnostics(uri: vscode.Uri, count: number): Promise<vscode.Diagnostic[]> {
  const ours = () => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'Nabla');
  return untilEvent(`${count} diagnostics`, vscode.languages.onDidChangeDiagnostics, () => {
    const found = ours();
    return found.length === count ? found : undefined;
  });
}

function untilEvent<T>(
  what: string,
  event: vscode.Event<unknown>,
  look: () => T | undefined,
  limit = LIMIT,
): Promise<T> {
  const now = look();
  if (now !== undefined) return Promise.resolve(now);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`waited ${limit} ms in vain for ${what}`));
    }, limit);
    const subscription = event(() => {
      const found = look();
      if (found === undefined) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(found);
    });
  });
}

export function workspaceFile(name: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** Writes a file into the workspace, which is a copy of the sample files. */
export async function writeWorkspaceFile(name: string, text: string): Promise<vscode.Uri> {
  const uri = workspaceFile(name);
  await writeFile(uri.fsPath, text);
  return uri;
}

/** Replaces text of a document and leaves it unsaved. */
export async function edit(document: vscode.TextDocument, from: string, to: string): Promise<void> {
  const start = document.getText().indexOf(from);
  assert.ok(start >= 0, `"${from}" is not in ${document.fileName}`);
  const range = new vscode.Range(document.positionAt(start), document.positionAt(start + from.length));
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, range, to);
  assert.ok(await vscode.workspace.applyEdit(change));
}

/** Shows the definition at that line and chooses the data for it. */
export async function deriveWithData(
  page: Page,
  name: string,
  line: number,
  data: string,
  target: string,
): Promise<void> {
  await openFile(page, name);
  await goTo(page, line);
  await runCommand(page, 'Nabla: Derive gradient');
  await untilState('the derivation', ({ subject }) => subject?.fileName === name);
  await runCommand(page, 'Nabla: Choose data');
  await choose(page, data);
  await choose(page, target);
  await page
    .locator('.quick-input-widget .quick-input-title')
    .filter({ hasText: /3 of 3/ })
    .waitFor();
  await page.keyboard.press('Enter');
  await untilState('the choice', (state) => state.data.choice?.path.endsWith(data) === true);
}

/** Closes all editors and gives back what was edited. */
export async function closeAll(): Promise<void> {
  for (const document of vscode.workspace.textDocuments)
    if (document.isDirty && document.uri.scheme === 'file') {
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

export function position(document: vscode.TextDocument, text: string): vscode.Position {
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0, `"${text}" is not in ${document.fileName}`);
  return document.positionAt(offset);
}

export async function hoverText(document: vscode.TextDocument, at: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document.uri,
    at,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((content) => (typeof content === 'string' ? content : content.value))
    .filter((text) => text.includes('command:nabla.'))
    .join('\n');
}

export async function lensTitles(uri: vscode.Uri): Promise<string[]> {
  const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    100,
  );
  return lenses.map(({ range, command }) => `${range.start.line + 1}: ${command?.title ?? ''}`);
}

/** Writes a measured time into the output of the tests. */
export function measured(what: string, milliseconds: number): void {
  const line = `      measured: ${what}: ${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms\n`;
  appendFileSync(process.env['NABLA_OUTPUT'] ?? '/dev/stdout', line);
}
