/** `npm run fuzz -- [--count N] [--seed S] [--json FILE] [--report FILE]` */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RULES } from '../../src/core/rules';
import { countBlocks, type BlockCoverage } from '../support/fuzz/blocks';
import { fuzz, type Summary } from '../support/fuzz/run';

const LARGEST = 30;
const MOST_FAILURES = 40;

const { values } = parseArgs({
  options: {
    count: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'string' },
    report: { type: 'string' },
  },
});
const count = Number(values.count ?? 2000);
const seed = Number(values.seed ?? 1);

const blocksOf = countBlocks(fileURLToPath(import.meta.url), 'src/core/simplify/');
const began = process.cpuUsage();
let told = 0;
const summary = fuzz({
  count,
  seed,
  largest: LARGEST,
  deriveEach: 5,
  failures: MOST_FAILURES,
  progress(done, { failures }) {
    for (const { law, seed: at, model, what } of failures.slice(told))
      process.stdout.write(`\n${law}, seed ${at}\n${model}\n  ${what}\n`);
    told = failures.length;
    if (done % 5000 === 0) process.stdout.write(`${done} expressions, ${told} failures\n`);
  },
});
const seconds = process.cpuUsage(began).user / 1e6;
const blocks = blocksOf();
const text = report(summary, blocks, seconds);
process.stdout.write(`\n${text}`);
if (values.report !== undefined) await writeFile(values.report, text);
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify(results(summary, blocks, seconds), null, 2)}\n`);
process.exitCode = summary.failures.length > 0 ? 1 : 0;

function results({ rules, ...rest }: Summary, coverage: BlockCoverage, time: number): unknown {
  return { bench: 'soundness', seed, seconds: time, ...rest, rules: Object.fromEntries(rules), coverage };
}

function report(s: Summary, { functions, lines, idle }: BlockCoverage, time: number): string {
  const share = (part: number, whole: number): string =>
    `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
  const rules = [...s.rules].sort(([a, p], [b, q]) => q - p || (a < b ? -1 : 1));
  const unused = RULES.flatMap(({ id }) => (s.rules.has(id) ? [] : [id]));
  return `# Soundness of the simplifier

\`npm run fuzz -- --count ${s.count} --seed ${seed}\`: random programs over the whole operator table, each simplified, put into the
decision form, differentiated, and compared with the original by value.

| | |
|---|---|
| expressions | ${s.count} |
| comparisons of values that said something | ${s.compared} |
| comparisons given up because a part overflowed or cancelled wholly | ${s.overflowed} |
| expressions broken in some law | ${s.failures.length} |
| unequal pairs that \`equal\` was asked about | ${s.differing} |
| shown form proved equal to the original | ${share(s.proved, s.count)} |
| some part left as it was by the budget | ${share(s.budget, s.count)} |
| nodes of the shown form over those of the original, mean and largest | ${s.growth.mean.toFixed(2)}, ${s.growth.largest.toFixed(2)} (seed ${s.growth.seed}) |
| milliseconds for all checks of one expression, mean and largest | ${s.milliseconds.mean.toFixed(1)}, ${s.milliseconds.largest.toFixed(0)} (seed ${s.milliseconds.seed}) |
| seconds | ${time.toFixed(0)} |
| functions of the simplifier that ran | ${functions.ran} of ${functions.all} |
| lines of the simplifier that ran | ${lines.ran} of ${lines.all} |

## Failures

${s.failures.length === 0 ? 'None.' : s.failures.map((f) => `- ${f.law}, seed ${f.seed}`).join('\n')}

## Rules in the steps to the shown forms and to the gradients

| rule | times |
|---|---|
${rules.map(([rule, times]) => `| ${rule} | ${times} |`).join('\n')}

Never: ${unused.length === 0 ? 'none' : unused.join(', ')}.

## Blocks that never ran

${idle.length === 0 ? 'None.' : idle.map(({ file, line, text: code }) => `- ${file}:${line} \`${code.replaceAll('`', "'")}\``).join('\n')}
`;
}
