import { after, before, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import * as vscode from 'vscode';
import { connect, runCommand, screenshot, webview } from '../driver';
import type { Connection } from '../driver';
import { activated, closeAll, deriveWithData, untilState, workspaceFile, writeWorkspaceFile } from '../nabla';

const DATA = 'data/cells.csv';

describe('a training run', function () {
  this.timeout(60_000);
  let window: Connection;
  let panel: FrameLocator;
  before(async () => {
    window = await connect();
    panel = webview(window.page);
    await deriveWithData(window.page, 'mistakes.py', 14, DATA, 'malignant');
  });
  beforeEach(async () => {
    await vscode.commands.executeCommand('nabla.cancel');
    await untilState('the end of a run', ({ busy }) => busy !== 'training');
  });
  after(async () => {
    await vscode.commands.executeCommand('nabla.cancel');
    await closeAll();
    await window.close();
  });

  async function start(epochs: number): Promise<void> {
    await panel.getByLabel('Epochs', { exact: true }).first().fill(String(epochs));
    await panel.getByRole('button', { name: 'Start training' }).click();
  }

  const epochNow = async (): Promise<number> => (await activated()).state().training?.epoch ?? 0;

  it('shows what a wrong gradient makes of it, side by side', async () => {
    await panel.getByLabel('Train your gradient beside the derived one').check();
    await start(200);
    const { training } = await untilState('the end', (state) => state.training?.result?.hand !== undefined);
    assert.equal(training?.result?.hand?.losses.length, 200);
    assert.equal(training?.result?.hand?.losses[0], training?.result?.losses[0]);
    assert.match(training?.result?.hand?.comparison.text ?? '', /With your gradient the loss rises/);
    await panel.locator('.compared').filter({ hasText: 'With your gradient' }).waitFor();
    await panel.getByLabel('Train your gradient beside the derived one').uncheck();
    await screenshot(window.page, 'train-beside');
  });

  it('is paused, stepped, checked, resumed and stopped', async () => {
    await start(5_000_000);
    await panel.getByRole('button', { name: 'Pause' }).click();
    await untilState('the pause', ({ training }) => training?.paused === true);
    await panel.locator('.train-status').filter({ hasText: 'Paused at epoch' }).waitFor();
    await panel.getByRole('button', { name: 'Check now' }).click();
    const { training: checked } = await untilState(
      'the check',
      ({ training }) => training?.checks.some(({ at }) => at === 'on-demand') === true,
    );
    const at = checked?.checks.find((check) => check.at === 'on-demand')?.epoch ?? -1;
    await panel.getByRole('button', { name: 'One epoch' }).click();
    await panel.getByRole('button', { name: 'Check now' }).click();
    await untilState(
      'the check one epoch later',
      ({ training }) => training?.checks.some(({ epoch }) => epoch === at + 1) === true,
    );
    await screenshot(window.page, 'train-paused');
    await runCommand(window.page, 'Nabla: Resume training');
    await untilState('the rest', ({ training }) => training?.paused === false);
    await panel.getByRole('button', { name: 'Stop' }).click();
    const { training } = await untilState('the end', (state) => state.training?.running === false);
    assert.equal(training?.result?.end, 'cancelled');
    assert.ok((training?.losses.length ?? 0) > at);
  });

  it('goes on from where it was stopped', async () => {
    const { checkpoint } = await untilState('the offer', (state) => (state.checkpoint ?? null) !== null);
    assert.equal(checkpoint?.changed, null);
    const from = checkpoint?.epoch ?? 0;
    assert.ok(from > 0);
    await panel.getByRole('button', { name: /^Go on at epoch/ }).click();
    await panel.getByRole('button', { name: 'Pause' }).click();
    const { training } = await untilState('the pause', (state) => state.training?.paused === true);
    assert.ok((training?.losses.length ?? 0) >= from);
    assert.ok((await epochNow()) >= from);
    await runCommand(window.page, 'Nabla: Cancel check or training');
    await untilState('the end', (state) => state.training?.running === false);
  });

  it('outlives the panel', async () => {
    await start(5_000_000);
    await panel.getByRole('button', { name: 'Pause' }).waitFor();
    const { subject } = (await activated()).state();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    const before = await epochNow();
    await vscode.commands.executeCommand('nabla.derive', subject);
    await panel.getByRole('button', { name: 'Stop' }).waitFor();
    assert.ok((await epochNow()) >= before);
    await panel.getByRole('button', { name: 'Stop' }).click();
    await untilState('the end', (state) => state.training?.running === false);
  });

  it('keeps an earlier result on screen when a later one comes to nothing', async () => {
    await start(50);
    await untilState('the result', ({ training }) => training?.result?.end === 'finished');
    await start(5_000_000);
    await panel.getByRole('button', { name: 'Stop' }).click();
    const { training } = await untilState('the end', (state) => state.training?.result?.end === 'cancelled');
    assert.equal(training?.earlier?.epochs, 50);
    await panel.getByText(/^Earlier run: finished after 50 epochs/).waitFor();
  });

  it('does not go on when the data have changed', async () => {
    const uri = workspaceFile(DATA);
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    await writeWorkspaceFile(DATA, text.trimEnd().split('\n').slice(0, -1).join('\n'));
    await vscode.commands.executeCommand('nabla.resumeTraining');
    const { message, checkpoint } = await untilState(
      'the message',
      (state) => state.message?.includes('cannot go on') === true,
    );
    assert.match(message ?? '', /cells\.csv has changed since/);
    assert.match(checkpoint?.changed ?? '', /cells\.csv has changed since/);
    await writeWorkspaceFile(DATA, text);
    await panel.getByRole('button', { name: 'Discard' }).click();
    await untilState('the end of the offer', (state) => (state.checkpoint ?? null) === null);
  });

  it('says what is wrong with an option, at its field', async () => {
    const field = panel.getByLabel('Epochs', { exact: true }).first();
    await field.fill('0');
    await panel.getByRole('button', { name: 'Start training' }).click();
    await panel.getByText('A whole number from 1.').waitFor();
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await field.fill('200');
    await panel.getByText('A whole number from 1.').waitFor({ state: 'hidden' });
  });
});
