import { after, before, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import * as vscode from 'vscode';
import {
  choices,
  choose,
  connect,
  frameOf,
  goTo,
  openFile,
  runCommand,
  screenshot,
  webview,
} from '../driver';
import type { Connection } from '../driver';
import { activated, closeAll, edit, measured, untilState, workspaceFile } from '../nabla';

describe('panel', () => {
  let window: Connection;
  let panel: FrameLocator;
  before(async () => {
    window = await connect();
    panel = webview(window.page);
  });
  beforeEach(closeAll);
  after(() => window.close());

  /** Opens a sample file and derives the definition at a line, by keyboard. */
  async function derive(name: string, line: number, heading: string): Promise<void> {
    await openFile(window.page, name);
    await goTo(window.page, line);
    await runCommand(window.page, 'Nabla: Derive gradient');
    await panel.getByRole('heading', { level: 1, name: heading }).waitFor();
  }

  it('shows the derivation of the definition at the cursor', async () => {
    await derive('logistic.py', 11, 'propagate');
    for (const section of ['Formulas', 'Computational graph', 'Derivation', 'Result'])
      await panel.getByRole('heading', { level: 2, name: section }).waitFor();
    const { derivation } = (await activated()).state();
    assert.deepEqual(
      derivation?.parameters.map(({ name }) => name),
      ['w', 'b'],
    );
    await screenshot(window.page, 'panel');
  });

  it('shows a derivation soon after it is asked for', async () => {
    await derive('logistic.py', 4, 'sigmoid');
    const document = await vscode.workspace.openTextDocument(workspaceFile('ridge.py'));
    await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
    // What was derived before is known; another text is not.
    await edit(document, 'lam/(2*m)', 'lam/(3*m)');
    const page = await frameOf(panel);
    await page.evaluate(watchDrawing, 'ridge_loss');
    const began = performance.now();
    await vscode.commands.executeCommand('nabla.derive');
    const derived = performance.now() - began;
    const drawn = await page.evaluate(drawingTime);
    measured('derivation, from the command to its state', derived);
    measured('derivation, from its first message to the drawn page', drawn);
    assert.ok(derived < 10_000, `${derived} ms`);
  });

  it('opens a step into its details', async () => {
    await derive('logistic.py', 11, 'propagate');
    const rows = panel.locator('.step-row');
    const before = await rows.count();
    await panel.locator('.step-row').first().getByRole('button').first().click();
    await screenshot(window.page, 'panel-step');
    const badge = rows.first().locator('.badge');
    if ((await badge.getAttribute('aria-expanded')) === 'false') await badge.click();
    await rows.first().locator('.step-details').waitFor();
    assert.ok(before > 0);
    assert.equal(await panel.locator('.step-row.step-failed').count(), 0);
  });

  it('copies the code of a gradient', async () => {
    await derive('logistic.py', 11, 'propagate');
    const result = panel.getByLabel('Gradient for w');
    await result.getByRole('button', { name: 'Copy', exact: true }).click();
    await result.getByRole('button', { name: 'Copied' }).waitFor();
    const { derivation } = (await activated()).state();
    const code = derivation?.parameters[0]?.gradient.code['numpy'] ?? '';
    assert.match(code, /dw = /);
    assert.equal((await vscode.env.clipboard.readText()).trim(), code.trim());
  });

  it('goes to another definition of the file', async () => {
    await derive('logistic.py', 11, 'propagate');
    const { siblings } = (await activated()).state();
    const sigmoid = siblings.find(({ name }) => name === 'sigmoid');
    await panel.getByLabel('Definition to show').selectOption(sigmoid?.id ?? '');
    await panel.getByRole('heading', { level: 1, name: 'sigmoid' }).waitFor();
  });

  it('shows a place in the editor', async () => {
    await derive('logistic.py', 4, 'sigmoid');
    const { derivation } = (await activated()).state();
    assert.ok(derivation);
    await panel.getByRole('button', { name: /logistic\.py:4/ }).click();
    await untilLine(3);
  });

  it('follows edits, and keeps what it shows while the code is broken', async () => {
    await derive('ridge.py', 4, 'ridge_loss');
    const document = await vscode.workspace.openTextDocument(workspaceFile('ridge.py'));
    const dataOf = (text: string) => text.includes('lam') || text.includes('\\lambda');
    const gradientOfB = () => `${JSON.stringify(currentGradient('b'))}`;
    const first = gradientOfB();
    await edit(document, '(2*m) + lam', '(4*m) + lam');
    await untilState('another gradient', () => gradientOfB() !== first);
    const second = gradientOfB();

    await edit(document, 'residual = X @ w + b - y', 'residual = X @ (w + b - y');
    const broken = await untilState('the message', ({ message }) => message !== null);
    assert.match(broken.message ?? '', /ridge_loss/);
    assert.equal(gradientOfB(), second);
    await panel.getByRole('alert').filter({ hasText: 'ridge_loss' }).waitFor();
    await screenshot(window.page, 'panel-broken-code');

    await edit(document, 'residual = X @ (w + b - y', 'residual = X @ w + b - y');
    await untilState('no message', ({ message }) => message === null);
    assert.equal(gradientOfB(), second);
    assert.ok(dataOf(JSON.stringify(currentGradient('w'))));
  });

  it('loses nothing when it is hidden or closed', async () => {
    await derive('logistic.py', 11, 'propagate');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await openFile(window.page, 'logistic.py');
    await goTo(window.page, 11);
    await runCommand(window.page, 'Nabla: Derive gradient');
    await panel.getByRole('heading', { level: 1, name: 'propagate' }).waitFor();
    await panel.locator('.step-row .katex').first().waitFor();
  });

  it('lets choose where the cursor is in no definition', async () => {
    await openFile(window.page, 'mistakes.py');
    await goTo(window.page, 2);
    await runCommand(window.page, 'Nabla: Derive gradient');
    assert.deepEqual((await choices(window.page)).slice(0, 2), ['sigmoid', 'forgets_the_mean']);
    await choose(window.page, 'turns_the_sign');
    await panel.getByRole('heading', { level: 1, name: 'turns_the_sign' }).waitFor();
  });

  it('breaks no rule of its security policy', async () => {
    await derive('logistic.py', 11, 'propagate');
    const frame = await frameOf(panel);
    // The policy is asked by what it must refuse, and by what the page has drawn.
    const refused = await frame.evaluate(async () => {
      const violation = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective), {
          once: true,
        });
      });
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.body.append(script);
      return [await violation, document.title];
    });
    assert.match(refused[0] ?? '', /^script-src/);
    assert.notEqual(refused[1], 'run');
  });

  let extension: Awaited<ReturnType<typeof activated>>;
  before(async () => {
    extension = await activated();
  });

  function currentGradient(name: string): unknown {
    const { derivation } = extension.state();
    return derivation?.parameters.find((parameter) => parameter.name === name)?.gradient.index.latex;
  }
});

interface Watched {
  drawing?: Promise<number>;
}

/** Runs in the page: measures from the next message until the definition with its steps is drawn. */
function watchDrawing(name: string): void {
  (globalThis as Watched).drawing = new Promise((resolve) => {
    let began = 0;
    addEventListener('message', () => (began = performance.now()), { capture: true, once: true });
    const observer = new MutationObserver(() => {
      const heading = document.querySelector('h1')?.textContent ?? '';
      if (!heading.includes(name) || document.querySelector('.step-row .katex') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - began));
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

/** Runs in the page. */
function drawingTime(): Promise<number> {
  return (globalThis as Watched).drawing ?? Promise.reject(new Error('nothing is watched'));
}

async function untilLine(line: number): Promise<void> {
  const is = () => vscode.window.activeTextEditor?.selection.active.line === line;
  if (is()) return;
  await new Promise<void>((resolve) => {
    const subscription = vscode.window.onDidChangeTextEditorSelection(() => {
      if (!is()) return;
      subscription.dispose();
      resolve();
    });
  });
}
