import { describe, it } from 'mocha';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect, webview } from '../../driver';
import { deriveWithData, untilState } from '../../nabla';

describe('a window that is lost with a run', function () {
  this.timeout(60_000);

  // The window ends with this test, and the run with it.
  it('has kept where the run stands', async () => {
    const { page, close } = await connect();
    await deriveWithData(page, 'logistic.py', 8, 'data/cells.csv', 'malignant');
    const panel = webview(page);
    await panel.getByLabel('Epochs', { exact: true }).first().fill('10000000');
    await panel.getByRole('button', { name: 'Start training' }).click();
    await untilState('the run', ({ training }) => training?.running === true);
    const profile = dirname(process.env['NABLA_OUTPUT'] ?? '');
    while (!readdirSync(profile, { recursive: true }).some((path) => String(path).endsWith('.run')))
      await setTimeout(100);
    await close();
  });
});
