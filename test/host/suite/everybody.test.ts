import type { AxeResults } from 'axe-core';
import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame, FrameLocator } from 'playwright-core';
import * as vscode from 'vscode';
import { connect, frameOf, goTo, openFile, runCommand, webview } from '../driver';
import type { Connection } from '../driver';
import { root } from '../launch/paths';
import { closeAll, untilState, workspaceFile, writeWorkspaceFile } from '../nabla';

const AXE = readFileSync(join(root, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');

/** Texts, values that are missing, and a column that is neither numbers nor categories throughout. */
const CUSTOMERS = [
  'age,city,income,churn',
  ...Array.from({ length: 60 }, (_, k) =>
    [
      k % 9 === 0 ? '' : 20 + ((k * 7) % 50),
      ['Oslo', 'Bergen'][k % 2],
      30_000 + ((k * 4321) % 20_000),
      Number((k * 5) % 11 < 5),
    ].join(','),
  ),
].join('\n');

/** The page with axe in it. */
interface WithAxe {
  readonly axe?: { run(): Promise<AxeResults> };
}

/** The row of a step holds formulas and all that it opens into; it is named by its title. */
const STEP_NAMES = /^label-content-name-mismatch: <div class="step /;

const THEMES = {
  'Default Dark Modern': 'vscode-dark',
  'Default Light Modern': 'vscode-light',
  'Default High Contrast': 'vscode-high-contrast',
};

describe('for everybody', function () {
  this.timeout(90_000);
  let window: Connection;
  let panel: FrameLocator;
  let frame: Frame;
  before(async () => {
    window = await connect();
    await closeAll();
    await writeWorkspaceFile('data/customers.csv', CUSTOMERS);
    panel = webview(window.page);
    await openFile(window.page, 'mistakes.py');
    await goTo(window.page, 21);
    await runCommand(window.page, 'Nabla: Derive gradient');
    await panel.getByRole('heading', { level: 2, name: 'Check on data' }).waitFor();
    frame = await frameOf(panel);
    await frame.evaluate(AXE);
  });
  after(async () => {
    await vscode.workspace.getConfiguration('workbench').update('colorTheme', undefined, true);
    await rm(workspaceFile('data/customers.csv').fsPath);
    await closeAll();
    await window.close();
  });

  /** What axe finds fault with, one line each. */
  async function faults(): Promise<string[]> {
    const results = await frame.evaluate(() => (globalThis as WithAxe).axe?.run());
    assert.ok(results, 'axe is not in the page');
    return results.violations
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
      .filter((fault) => !STEP_NAMES.test(fault));
  }

  it('asks for data in a form that tells what each control is', async () => {
    await panel.getByLabel('Data', { exact: true }).selectOption({ label: 'data/customers.csv' });
    await panel.getByLabel('city').check();
    await panel.getByLabel('Validation').selectOption({ label: '20 % of the rows' });
    await panel.getByLabel('Seed of the rows').waitFor();
    assert.deepEqual(await faults(), []);
    await panel.getByLabel(/^Missing values/).selectOption({ label: 'leave the row out' });
    await panel
      .getByText(/rows? for validation/)
      .first()
      .waitFor();
    assert.deepEqual(await faults(), []);
  });

  it('is driven by the keyboard alone, from the data to the end of a run', async () => {
    const { keyboard } = window.page;
    await panel.getByLabel('Seed of the rows').focus();
    await keyboard.press('ArrowUp');
    await keyboard.press('Tab');
    await untilState('the other seed', ({ data }) => data.choice?.validation?.seed === 1);
    // The form was drawn anew, and the focus is where it went.
    await panel.locator('#check input[type=checkbox]:focus').waitFor();
    await panel.getByRole('button', { name: 'Check gradient on data' }).press('Enter');
    await untilState('the report', ({ check }) => check !== null);
    // The form keeps what an earlier run in this window was given.
    const epochs = panel.getByLabel('Epochs', { exact: true }).first();
    await epochs.fill('200');
    await epochs.press('Enter');
    await untilState('the end of the run', ({ training }) => training?.result?.end === 'finished');
    await panel.locator('.train-end').first().waitFor();
  });

  for (const [theme, kind] of Object.entries(THEMES))
    it(`shows checks and runs so that all can be read: ${theme}`, async () => {
      await vscode.workspace.getConfiguration('workbench').update('colorTheme', theme, true);
      await panel.locator(`body.${kind}`).waitFor();
      await panel
        .locator('#train details')
        .first()
        .evaluate((details) => details.setAttribute('open', ''));
      assert.deepEqual(await faults(), []);
    });
});
