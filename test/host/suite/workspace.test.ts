import { before, beforeEach, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, closeAll, untilDiagnostics, untilSymbol, writeWorkspaceFile } from '../nabla';

/** Its gradient lacks a factor of 2. */
const UNSEEN = `import numpy as np


def unseen_loss(w, x, t):
    return np.sum((x @ w - t) ** 2)


def unseen_loss_grad(w, x, t):
    return x.T @ (x @ w - t)
`;

describe('a file that is not open', () => {
  let uri: vscode.Uri;
  before(async () => {
    await activated();
    uri = await writeWorkspaceFile('unseen.py', UNSEEN);
  });
  beforeEach(closeAll);

  it('has its losses and gradients among the symbols of the workspace', async () => {
    const loss = await untilSymbol('∇ unseen', '∇ unseen_loss');
    assert.equal(loss.location.uri.toString(), uri.toString());
    assert.deepEqual([loss.containerName, loss.location.range.start.line], ['loss', 3]);
    const gradient = await untilSymbol('unseengrad', '∇ unseen_loss_grad');
    assert.deepEqual(
      [gradient.containerName, gradient.location.range.start.line],
      ['gradient of unseen_loss', 7],
    );
    assert.deepEqual(vscode.languages.getDiagnostics(uri), []);
    const isOpen = vscode.workspace.textDocuments.some(
      (document) => document.uri.toString() === uri.toString(),
    );
    assert.ok(!isOpen, 'the file was opened');
  });

  it('has its wrong gradients listed when the workspace is checked, until it is gone', async () => {
    await vscode.commands.executeCommand('nabla.checkWorkspace');
    const [wrong] = await untilDiagnostics(uri, 1);
    assert.equal(wrong?.range.start.line, 8);
    await vscode.workspace.fs.delete(uri);
    await untilDiagnostics(uri, 0);
  });
});
