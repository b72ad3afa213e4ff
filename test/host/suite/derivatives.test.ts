import { after, before, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import type { FrameLocator } from 'playwright-core';
import * as vscode from 'vscode';
import { connect, goTo, openFile, runCommand, screenshot, webview } from '../driver';
import type { Connection } from '../driver';
import { activated, closeAll, hoverText, measured, position, untilState, workspaceFile } from '../nabla';

describe('other derivatives', () => {
  let window: Connection;
  let panel: FrameLocator;
  let extension: Awaited<ReturnType<typeof activated>>;
  before(async () => {
    window = await connect();
    panel = webview(window.page);
    extension = await activated();
  });
  beforeEach(closeAll);
  after(() => window.close());

  async function derive(name: string, line: number, command: string): Promise<void> {
    await openFile(window.page, name);
    await goTo(window.page, line);
    await runCommand(window.page, command);
  }

  /** The buttons of a section that choose a derivative. */
  const choice = (section: string) => panel.locator(`#${section} .kind-switch`);
  const choose = (section: string, label: string) =>
    choice(section).getByRole('radio', { name: label, exact: true }).check();
  const labels = async (section: string) =>
    (await choice(section).locator('label').allInnerTexts()).map((text) => text.trim());

  it('has a Hessian with its steps, code and curvature', async () => {
    await derive('logistic.py', 11, 'Nabla: Derive Hessian');
    await panel.getByRole('heading', { name: 'Hessian by w, w' }).waitFor();
    assert.deepEqual(await labels('derivation'), ['Gradient', 'Hessian', 'Hessian-vector product']);
    const view = extension.state().derivative?.view;
    assert.deepEqual(
      view?.parameters.map(({ name }) => name),
      ['w, w', 'w, b', 'b, b'],
    );
    assert.match(view.parameters[0]?.gradient.code['numpy'] ?? '', /hessian_w_w = /);
    assert.equal(await panel.locator('.step-row.step-failed').count(), 0);
    await panel.getByText('cost is convex in w').waitFor();
    assert.equal(await panel.locator('#result .finding').count(), 0);
    await screenshot(window.page, 'panel-hessian');
  });

  it('goes from one to another and keeps the place and the focus', async () => {
    await derive('logistic.py', 11, 'Nabla: Derive gradient');
    await panel.getByRole('heading', { name: 'Gradient for w' }).waitFor();
    await panel.locator('nav').getByRole('button', { name: 'Result' }).click();
    const strip = choice('result');
    await strip.evaluate((element) => {
      element.scrollIntoView({ block: 'center', behavior: 'instant' });
    });
    const topOf = () => strip.evaluate((element) => element.getBoundingClientRect().top);
    const before = await topOf();
    const began = performance.now();
    await choose('result', 'Hessian-vector product');
    await panel.getByRole('heading', { name: 'Hessian-vector product for w' }).waitFor();
    measured('another derivative, from the click to the drawn page', performance.now() - began);
    await strip.evaluate(async () => {
      for (let frame = 0; frame < 6; frame += 1)
        await new Promise((resolve) => requestAnimationFrame(resolve));
    });
    assert.ok(Math.abs((await topOf()) - before) <= 2, `${before} px became ${await topOf()} px`);
    assert.ok(await strip.locator('input:checked').evaluate((input) => input === document.activeElement));
    // Another section tells the same.
    assert.ok(await choice('derivation').getByRole('radio', { name: 'Hessian-vector product' }).isChecked());
    await choose('result', 'Gradient');
    await panel.getByRole('heading', { name: 'Gradient for w', exact: false }).waitFor();
    assert.ok((await panel.locator('#result .finding').count()) > 0);
  });

  it('opens a layer with its backward pass, and says where it has none', async () => {
    await derive('layers.py', 12, 'Nabla: Derive gradient');
    await panel.getByRole('heading', { name: 'Vector-Jacobian product for W' }).waitFor();
    assert.deepEqual(await labels('result'), ['Vector-Jacobian product', 'Jacobian']);
    await panel.getByRole('list', { name: 'Kinks' }).getByText('There is no derivative where z').waitFor();
    await screenshot(window.page, 'panel-layer');
  });

  it('has the Jacobian of a softmax', async () => {
    await derive('layers.py', 6, 'Nabla: Derive Jacobian');
    await panel.getByRole('heading', { name: 'Jacobian by z' }).waitFor();
    const code = extension.state().derivative?.view?.parameters[0]?.gradient.code;
    assert.match(code?.['numpy'] ?? '', /jacobian = np\.diag\(softmax\) - np\.outer\(softmax, softmax\)/);
    assert.match(code?.['typescript'] ?? '', /Number\(i === i2\)/);
  });

  it('says why there is none, and shows what there is', async () => {
    await derive('layers.py', 17, 'Nabla: Derive Jacobian');
    const told = panel.getByRole('alert').filter({ hasText: 'its Jacobian is its gradient' });
    await told.waitFor();
    await panel.getByRole('heading', { name: 'Gradient for w' }).waitFor();
    assert.equal(extension.state().derivative?.kind, 'gradient');
    await runCommand(window.page, 'Nabla: Derive Hessian');
    await untilState('the Hessian', ({ derivative }) => derivative?.view?.kind === 'hessian');
    await told.waitFor({ state: 'hidden' });
    await panel.getByText('There is no second derivative where').waitFor();
    await screenshot(window.page, 'panel-kinks');
  });

  it('tells of kinks in the hover', async () => {
    const document = await vscode.workspace.openTextDocument(workspaceFile('layers.py'));
    await vscode.window.showTextDocument(document);
    const text = await hoverText(document, position(document, 'hinge_loss'));
    assert.match(text, /There is no derivative where 1 \\?- /);
  });
});
