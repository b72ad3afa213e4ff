import { before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/host/commands';
import { activated, measured } from '../nabla';

// The first file of the suite: nothing has started the extension yet.
describe('activation', () => {
  let milliseconds = 0;
  before(async () => {
    const began = performance.now();
    await activated();
    milliseconds = performance.now() - began;
  });

  it('takes little of the time of the extension host', async () => {
    const { activation } = await activated();
    measured('activation, as another extension sees it', milliseconds);
    measured('activation, the call alone', activation);
    assert.ok(activation < 1_000, `the call took ${activation} ms`);
  });

  it('registers every command', async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      COMMANDS.map(({ id }) => id).filter((id) => !known.has(id)),
      [],
    );
  });
});
