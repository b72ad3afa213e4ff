/** `npm run bench -- engine|symbolic|reading|data|host [--json FILE] [--rounds N] [--only TEXT]` */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allowFused } from '../unit/engine/fused';
import { runData } from './data';
import { runLarger } from './largerTable';
import { cases as engine } from './engine';
import { FIT, fitPage, runFits } from './fits';
import { runGrid } from './grid';
import { gridPage } from './gridPage';
import { hostPage, runHost } from './host';
import { measure, type Result } from './measure';
import { runReading } from './reading';
import { toMarkdown } from './report';
import { runSymbolic } from './symbolic';

const root = process.cwd();
const report = (line: string): void => void process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, rounds: { type: 'string' }, only: { type: 'string' } },
});
const rounds = Number(values.rounds ?? 7);
const { only } = values;

async function runEngine(): Promise<Result[]> {
  allowFused();
  const results = engine
    .filter((item) => only === undefined || `${item.bench} ${item.case}`.includes(only))
    .flatMap((item) => {
      const measured = measure(item, rounds);
      for (const { bench, contender, median, unit, case: name } of measured)
        report(`${bench} | ${name} | ${contender} | ${median.toPrecision(3)} ${unit}`);
      return measured;
    });
  const grid = await runGrid({
    rounds,
    only,
    report,
    worker: join(root, '.cache/bench/worker.cjs'),
    peer: join(root, 'test/bench/peers/engine_peer.py'),
  });
  const fits = await runFits({
    rounds,
    only,
    report,
    worker: join(root, '.cache/bench/worker.cjs'),
    peer: join(root, 'test/bench/peers/fit_peer.py'),
  });
  if (fits.length > 0 && (only === undefined || only === FIT)) {
    const machine = `Node ${process.version} on ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores`;
    await writeFile(join(root, 'test/bench/fits.md'), fitPage(fits, machine));
  }
  // A part of the cases makes no page.
  if (only === undefined)
    await writeFile(join(root, 'test/bench/engine.md'), gridPage([...grid, ...results]));
  return [...results, ...grid, ...fits];
}

async function symbolic(): Promise<readonly Result[]> {
  const bench = join(root, 'test/bench');
  const folders = { bench, bundles: join(root, '.cache/bench'), peers: join(root, '.cache/bench/peers') };
  const run = runSymbolic({ rounds, only, folders, report });
  // A part of the cases makes no page.
  if (only === undefined) await writeFile(join(bench, 'symbolic.md'), toMarkdown(run));
  return run.results;
}

async function reading(): Promise<readonly Result[]> {
  const { page, results } = await runReading(join(root, '.cache/bench/analysis.cjs'), report);
  await writeFile(join(root, 'test/bench/reading.md'), page);
  return results;
}

async function data(): Promise<readonly Result[]> {
  const folder = join(root, '.cache/bench/data');
  const read = await runData({
    rounds,
    only,
    folder,
    program: join(root, '.cache/bench/readOnce.cjs'),
    peer: join(root, 'test/bench/peers/data_peer.py'),
    report,
  });
  if (only !== undefined && only !== 'larger') return read.results;
  const larger = await runLarger({
    rounds,
    table: join(folder, 'table.csv'),
    program: join(root, '.cache/bench/larger.cjs'),
    folder,
    report,
  });
  // A part of the cases makes no page.
  if (only === undefined) await writeFile(join(root, 'test/bench/data.md'), `${read.page}\n${larger.page}`);
  return [...read.results, ...larger.results];
}

async function host(): Promise<readonly Result[]> {
  const results = await runHost({ rounds, worker: join(root, '.cache/bench/worker.cjs'), report });
  await writeFile(join(root, 'test/bench/host.md'), hostPage(results));
  return results;
}

const BENCHES: Readonly<Record<string, (() => Promise<readonly Result[]>) | undefined>> = {
  engine: runEngine,
  symbolic,
  reading,
  data,
  host,
};
const chosen = BENCHES[positionals[0] ?? ''];
if (!chosen) {
  process.stderr.write(
    `usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--json FILE] [--rounds N] [--only TEXT]\n`,
  );
  process.exit(2);
}
const results = await chosen();
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
