import { after, before, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import type { FrameLocator } from 'playwright-core';
import * as vscode from 'vscode';
import { choices, choose, connect, goTo, openFile, runCommand, screenshot, webview } from '../driver';
import type { Connection } from '../driver';
import {
  activated,
  closeAll,
  measured,
  untilDiagnostics,
  untilState,
  workspaceFile,
  writeWorkspaceFile,
} from '../nabla';

describe('data', () => {
  let window: Connection;
  let panel: FrameLocator;
  before(async () => {
    window = await connect();
    panel = webview(window.page);
  });
  beforeEach(async () => {
    await vscode.commands.executeCommand('nabla.cancel');
    await untilState('the end of a run', ({ busy }) => busy !== 'checking' && busy !== 'training');
    await closeAll();
  });
  after(() => window.close());

  async function at(name: string, line: number, command: string): Promise<void> {
    await openFile(window.page, name);
    await goTo(window.page, line);
    await runCommand(window.page, `Nabla: ${command}`);
  }

  /** Accepts what the three boxes offer first, except for what is named. */
  async function acceptData(file?: string, target?: string): Promise<void> {
    const { page } = window;
    const [firstFile = ''] = await choices(page);
    await choose(page, file ?? firstFile);
    await boxTitled(/2 of 3/);
    const [firstTarget = ''] = await choices(page);
    await choose(page, target ?? firstTarget);
    await boxTitled(/3 of 3/);
    await page.keyboard.press('Enter');
  }

  async function boxTitled(title: RegExp): Promise<void> {
    await window.page.locator('.quick-input-widget .quick-input-title').filter({ hasText: title }).waitFor();
  }

  describe('check', () => {
    it('asks for file, target and features, with the best guess first, and shows the verdicts', async () => {
      const { page } = window;
      await at('logistic.py', 11, 'Check gradient on data');
      assert.deepEqual((await choices(page)).slice(0, 2), ['data/cells.csv', 'data/flats.csv']);
      await screenshot(page, 'data-file');
      await choose(page, 'data/cells.csv');
      await boxTitled(/2 of 3/);
      assert.equal((await choices(page))[0], 'malignant');
      await choose(page, 'malignant');
      await boxTitled(/3 of 3/);
      assert.deepEqual(await choices(page), ['id', 'radius', 'texture', 'smoothness', 'symmetry']);
      await screenshot(page, 'data-features');
      await page.keyboard.press('Enter');
      const { check, data } = await untilState('the report', (state) => state.check !== null);
      assert.ok(check);
      assert.deepEqual(data.choice?.features, ['radius', 'texture', 'smoothness', 'symmetry']);
      assert.equal(check.rows, 240);
      for (const { name, derivedVerdict, handVerdict, derivedDifference, reason } of check.parameters) {
        assert.equal(derivedVerdict, 'right', reason);
        assert.equal(handVerdict, 'right', reason);
        assert.ok(derivedDifference < 1e-7, `${name}: ${derivedDifference}`);
      }
      measured('check on data (240 rows), in the worker', check.milliseconds);
      await panel.getByLabel('Check of w').waitFor();
      await panel.locator('#check').evaluate(untilInSight);
      await screenshot(page, 'check');
    });

    it('remembers the choice', async () => {
      const before = (await activated()).state().check;
      await at('logistic.py', 11, 'Check gradient on data');
      const { check } = await untilState(
        'another report',
        (state) => state.check !== before && state.check !== null,
      );
      assert.ok(check);
    });

    it('marks the line of a gradient that is wrong', async () => {
      const { uri } = await vscode.workspace.openTextDocument(workspaceFile('mistakes.py'));
      await at('mistakes.py', 14, 'Check gradient on data');
      await acceptData('data/cells.csv', 'malignant');
      const { check } = await untilState(
        'the report',
        (state) => state.check?.definitionId !== undefined && state.subject?.fileName === 'mistakes.py',
      );
      const verdicts = check?.parameters.map(({ name, handVerdict }) => [name, handVerdict]);
      assert.deepEqual(verdicts, [
        ['w', 'wrong'],
        ['b', 'right'],
      ]);
      const found = await untilDiagnostics(uri, 3);
      assert.ok(found.some(({ range }) => range.start.line === 12));
    });

    it('says which rows and columns of a bad table are at fault', async () => {
      await writeWorkspaceFile('data/ragged.csv', 'a,b,y\n1,2,0\n3,4\n5,6,1\n');
      await at('columns.py', 11, 'Check gradient on data');
      await choose(window.page, 'data/ragged.csv');
      await untilMessage(/ragged\.csv.*line 3/s);
      await rm(workspaceFile('data/ragged.csv').fsPath);
    });

    it('says that a file is empty', async () => {
      await writeWorkspaceFile('data/empty.csv', '');
      await at('columns.py', 11, 'Check gradient on data');
      await choose(window.page, 'data/empty.csv');
      await untilMessage(/empty\.csv/);
      await rm(workspaceFile('data/empty.csv').fsPath);
    });

    it('says that a file is gone', async () => {
      await writeWorkspaceFile('data/gone.csv', 'a,b,y\n1,2,0\n3,4,1\n5,6,1\n2,2,0\n');
      await at('squared_error.py', 8, 'Check gradient on data');
      await acceptData('data/gone.csv', 'y');
      await untilState(
        'the report',
        ({ check, subject }) => check !== null && subject?.fileName === 'squared_error.py',
      );
      await rm(workspaceFile('data/gone.csv').fsPath);
      await at('squared_error.py', 8, 'Check gradient on data');
      await untilMessage(/gone\.csv/);
    });

    it('asks what to do about missing values', async () => {
      await writeWorkspaceFile('data/holes.csv', 'a,b,y\n1,2,0\n,4,1\n5,6,1\n2,2,0\n7,1,1\n');
      await at('columns.py', 11, 'Check gradient on data');
      await acceptData('data/holes.csv', 'y');
      await boxTitled(/1 values? (is|are) missing/);
      await choose(window.page, 'Leave out rows with missing values');
      const { check } = await untilState('the report', (state) => state.check?.rows === 4);
      assert.equal(check?.features, 2);
      await rm(workspaceFile('data/holes.csv').fsPath);
    });
  });

  describe('training', () => {
    it('lowers the loss, shows the curve and checks the gradient meanwhile', async () => {
      await at('logistic.py', 11, 'Train');
      const { training } = await untilState('the end', (state) => (state.training?.result ?? null) !== null);
      const result = training?.result;
      assert.ok(result);
      assert.equal(result.end, 'finished', result.message);
      for (let epoch = 1; epoch < result.losses.length; epoch += 1)
        assert.ok((result.losses[epoch] ?? 0) <= (result.losses[epoch - 1] ?? 0), `epoch ${epoch}`);
      assert.deepEqual(
        result.checks.map((check) => check.at),
        ['start', 'middle', 'end'],
      );
      for (const { parameters } of result.checks)
        for (const { derivedDifference } of parameters) assert.ok(derivedDifference < 1e-6);
      measured(`training, ${result.epochs} epochs on 240 rows`, result.milliseconds);
      await panel.locator('.train-end').waitFor();
      await panel.locator('#train').evaluate(untilInSight);
      await screenshot(window.page, 'train');
    });

    it('can be cancelled from the panel, and keeps its curve', async () => {
      await at('logistic.py', 11, 'Derive gradient');
      await panel.getByLabel('Epochs', { exact: true }).first().fill('5000000');
      await panel.getByRole('button', { name: 'Start training' }).click();
      await window.page.locator('.statusbar-item', { hasText: 'Training propagate' }).waitFor();
      await panel.locator('.train-status').filter({ hasText: /\d/ }).waitFor();
      await screenshot(window.page, 'train-running');
      await panel.getByRole('button', { name: 'Stop' }).click();
      const { training } = await untilState('the end', (state) => state.training?.running === false);
      assert.equal(training?.result?.end, 'cancelled');
      assert.ok((training?.losses.length ?? 0) > 0);
      await window.page
        .locator('.statusbar-item', { hasText: 'Training propagate' })
        .waitFor({ state: 'hidden' });
    });

    it('leaves the editor free on many rows', async () => {
      const rows = 200_000;
      const lines = ['a,b,c,d,y'];
      for (let row = 0; row < rows; row += 1) {
        const values = [1, 2, 3, 4].map((k) => Math.sin(row * k * 1.7 + k));
        const [a = 0, b = 0] = values;
        lines.push([...values, a + b > 0 ? 1 : 0].join(','));
      }
      await writeWorkspaceFile('data/many.csv', `${lines.join('\n')}\n`);
      await at('columns.py', 11, 'Derive gradient');
      await runCommand(window.page, 'Nabla: Choose data');
      await acceptData('data/many.csv', 'y');
      await untilState('the choice', ({ data }) => data.choice?.path.endsWith('many.csv') === true);
      const began = performance.now();
      await runCommand(window.page, 'Nabla: Train');
      let longest = 0;
      let last = performance.now();
      const timer = setInterval(() => {
        longest = Math.max(longest, performance.now() - last);
        last = performance.now();
      }, 5);
      try {
        const { training } = await untilState(
          'the end',
          (state) => (state.training?.result ?? null) !== null && state.subject?.fileName === 'columns.py',
          120_000,
        );
        measured(
          `training, ${training?.options.epochs ?? 0} epochs on ${rows} rows, with reading`,
          performance.now() - began,
        );
        assert.equal(training?.result?.end, 'finished', training?.result?.message);
      } finally {
        clearInterval(timer);
      }
      measured('longest pause of the extension host meanwhile', longest);
      // Computing there would stop it for as long as the training takes; a busy machine stops it for a moment.
      assert.ok(longest < 5_000, `${longest} ms`);
      await rm(workspaceFile('data/many.csv').fsPath);
    }).timeout(150_000);
  });

  async function untilMessage(expected: RegExp): Promise<void> {
    const { message } = await untilState(
      'a message',
      ({ message: text }) => text !== null && expected.test(text),
    );
    assert.ok(message);
  }
});

/** Runs in the page: resolves when the top of the element is in sight. */
function untilInSight(element: Element): Promise<void> {
  return new Promise((resolve) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (
          !entries.some(
            ({ isIntersecting, boundingClientRect }) => isIntersecting && boundingClientRect.top >= 0,
          )
        )
          return;
        observer.disconnect();
        resolve();
      },
      { threshold: [0, 0.05, 0.1, 0.2, 0.5, 1] },
    );
    observer.observe(element);
  });
}
