import { after, before, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { connect, screenshot } from '../driver';
import type { Connection } from '../driver';
import {
  activated,
  closeAll,
  edit,
  hoverText,
  lensTitles,
  position,
  untilDiagnostics,
  untilState,
  workspaceFile,
} from '../nabla';

describe('notebook', () => {
  let window: Connection;
  before(async () => {
    window = await connect();
    await activated();
  });
  beforeEach(closeAll);
  after(() => window.close());

  /** The documents of the cells. */
  const open = async (): Promise<readonly vscode.TextDocument[]> => {
    const notebook = await vscode.workspace.openNotebookDocument(workspaceFile('lesson.ipynb'));
    await vscode.window.showNotebookDocument(notebook);
    return notebook.getCells().map(({ document }) => document);
  };

  it('has lenses, hovers and warnings in the cells where the code stands', async () => {
    const [, , sigmoid, loss, gradient] = await open();
    assert.ok(sigmoid && loss && gradient);
    const [found] = await untilDiagnostics(gradient.uri, 1);
    assert.equal(found?.range.start.line, 2);
    assert.deepEqual(await lensTitles(sigmoid.uri), ['1: ∇ Derive gradient']);
    assert.ok((await lensTitles(loss.uri)).includes('1: ✗ logistic_loss_grad wrong'));
    assert.match(await hoverText(loss, position(loss, 'logistic_loss(')), /data:image/);
    await screenshot(window.page, 'notebook');
  });

  it('is read anew where an earlier cell changes', async () => {
    const [, , sigmoid, , gradient] = await open();
    assert.ok(sigmoid && gradient);
    await untilDiagnostics(gradient.uri, 1);
    await edit(gradient, 'y - A', 'A - y');
    await untilDiagnostics(gradient.uri, 0);
    await edit(sigmoid, 'np.exp(-z)', 'np.exp(-2 * z)');
    await untilDiagnostics(gradient.uri, 1);
    await edit(sigmoid, 'np.exp(-2 * z)', 'np.exp(-z)');
    await untilDiagnostics(gradient.uri, 0);
  });

  it('derives what is in a cell', async () => {
    const [, , , loss] = await open();
    assert.ok(loss);
    const target = { uri: loss.uri.toString(), definitionId: 'logistic_loss' };
    await vscode.commands.executeCommand('nabla.derive', target);
    const { derivation } = await untilState('the derivation', (state) => state.derivation !== null);
    assert.equal(derivation?.definition.name, 'logistic_loss');
    assert.equal(derivation.definition.nameSpan.startLine, 1);
  });
});
