/** `npm run bench -- engine|symbolic [--json FILE] [--rounds N] [--only TEXT]` */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { cases as engine } from './engine';
import { measure, type Case, type Result } from './measure';
import { cases as symbolic } from './symbolic';

const BENCHES: Readonly<Record<string, readonly Case[] | undefined>> = { engine, symbolic };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, rounds: { type: 'string' }, only: { type: 'string' } },
});
const chosen = BENCHES[positionals[0] ?? ''];
if (!chosen) {
  process.stderr.write(
    `usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--json FILE] [--rounds N] [--only TEXT]\n`,
  );
  process.exit(2);
}
const rounds = Number(values.rounds ?? 7);
const results: Result[] = [];
for (const item of chosen) {
  if (values.only !== undefined && !`${item.bench} ${item.case}`.includes(values.only)) continue;
  for (const result of measure(item, rounds)) {
    results.push(result);
    const { bench, contender, median, unit } = result;
    process.stdout.write(`${bench} | ${result.case} | ${contender} | ${median.toPrecision(3)} ${unit}\n`);
  }
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
