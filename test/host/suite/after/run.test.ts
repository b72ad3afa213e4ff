import { describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { connect, goTo, openFile, runCommand, webview } from '../../driver';
import { activated, untilState } from '../../nabla';

describe('the window after one that was lost with a run', function () {
  this.timeout(60_000);

  it('offers to go on, and goes on with what was chosen', async () => {
    const { page, close } = await connect();
    await openFile(page, 'logistic.py');
    await goTo(page, 8);
    await runCommand(page, 'Nabla: Derive gradient');
    const { checkpoint } = await untilState('the offer', (state) => (state.checkpoint ?? null) !== null);
    assert.equal(checkpoint?.changed, null);
    const from = checkpoint?.epoch ?? 0;
    assert.ok(from > 0);
    const panel = webview(page);
    await panel.getByRole('button', { name: /^Go on at epoch/ }).click();
    // How far a run has come is no change of the panel's state.
    while (((await activated()).state().training?.epoch ?? 0) <= from) await setTimeout(50);
    assert.equal((await activated()).state().data.choice?.target, 'malignant');
    await panel.getByRole('button', { name: 'Stop' }).click();
    await untilState('the end', (state) => state.training?.running === false);
    assert.equal((await activated()).state().training?.result?.end, 'cancelled');
    await close();
  });
});
