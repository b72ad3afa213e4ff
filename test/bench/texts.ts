/** `npm run fuzz -- text [--count N] [--seed S]`: each text is read without a defect and in time. */
import { parseArgs } from 'node:util';
import { createAnalyzer } from '../../src/check/analyze';
import { loadParsers } from '../support/analyzer';
import { faultOf, sourcesIn, textCase } from '../support/fuzz/texts';

/** ms of processor time that one text of some dozen lines may take. */
const LIMIT = 1_000;
/** Texts that one analyzer reads before the next one starts with nothing. */
const EACH = 500;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== 'text'),
  options: { count: { type: 'string' }, seed: { type: 'string' } },
});
const count = Number(values.count ?? 2000);
const first = Number(values.seed ?? 1);
const parsers = await loadParsers();
const sources = sourcesIn('test/cases');
const refuse = (what: string, error: unknown): void => {
  throw new Error(`defect while ${what}`, { cause: error });
};
let analyzer = createAnalyzer(parsers, refuse);
const times: number[] = [];
let faults = 0;
for (let done = 0; done < count; done += 1) {
  if (done % EACH === 0) analyzer = createAnalyzer(parsers, refuse);
  const made = textCase(sources, first + done);
  // Warming up is no fault of the first text.
  const { fault, milliseconds } = faultOf(analyzer, made, done < EACH ? 5 * LIMIT : LIMIT);
  times.push(milliseconds);
  if (fault !== null) {
    faults += 1;
    process.stdout.write(`\nseed ${first + done}, ${made.language}: ${fault}\n${made.text}\n`);
  }
  if ((done + 1) % 5000 === 0) process.stdout.write(`${done + 1} texts, ${faults} faults\n`);
}
times.sort((a, b) => a - b);
const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1);
process.stdout.write(
  `${count} texts from seed ${first}: ${faults} faults; ms of processor time: median ${at(0.5)}, 99 % ${at(0.99)}, most ${at(1)}\n`,
);
process.exitCode = faults > 0 ? 1 : 0;
