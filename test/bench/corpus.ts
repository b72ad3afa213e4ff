/** `npm run corpus`: what of the corpus is found, read and judged, by language and idiom; exits with 1 for an accusation. */
import { loadAnalyzer } from '../support/analyzer';
import { corpusFiles, outcomeOf, type Outcome } from '../support/corpus';

type Part =
  'read' | 'otherKind' | 'declined' | 'missed' | 'spurious' | 'agreed' | 'accused' | 'absolved' | 'silent';

const analyzer = await loadAnalyzer();
const outcomes = corpusFiles('test/cases/corpus').map((file) => outcomeOf(analyzer, file));
const count = (all: readonly Outcome[], part: Part): number =>
  all.reduce((total, outcome) => total + outcome[part].length, 0);
const marks = (all: readonly Outcome[], what: 'definitions' | 'verdicts'): number =>
  all.reduce((total, { file }) => total + file[what].size, 0);
const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(0)} %`;

const HEAD = [
  '',
  'definitions',
  'recall',
  'declined',
  'spurious',
  'gradients',
  'verdicts',
  'accused',
  'absolved',
];

function row(name: string, all: readonly Outcome[]): string[] {
  const definitions = marks(all, 'definitions');
  const verdicts = marks(all, 'verdicts');
  return [
    name,
    String(definitions),
    share(count(all, 'read'), definitions),
    String(count(all, 'declined')),
    String(count(all, 'spurious')),
    String(verdicts),
    share(count(all, 'agreed'), verdicts),
    String(count(all, 'accused')),
    String(count(all, 'absolved')),
  ];
}

const languages = [...new Set(outcomes.map(({ file }) => file.language))];
const rows = languages.flatMap((language) => {
  const own = outcomes.filter(({ file }) => file.language === language);
  return [...own.map((outcome) => row(`${language} ${outcome.file.idiom}`, [outcome])), row(language, own)];
});
const table = [HEAD, ...rows, row('all', outcomes)];
const widths = HEAD.map((_, k) => Math.max(...table.map((cells) => cells[k]?.length ?? 0)));
for (const cells of table)
  process.stdout.write(
    `${cells.map((cell, k) => (k === 0 ? cell.padEnd(widths[k] ?? 0) : cell.padStart(widths[k] ?? 0))).join('  ')}\n`,
  );

const TELL: readonly Part[] = [
  'missed',
  'declined',
  'otherKind',
  'spurious',
  'silent',
  'absolved',
  'accused',
];
for (const outcome of outcomes)
  for (const part of TELL)
    for (const line of outcome[part])
      process.stdout.write(
        `${part}: ${outcome.file.language} ${outcome.file.idiom}:${line}: ${outcome.file.text.split('\n')[line - 1]?.trim() ?? ''}\n`,
      );
process.exitCode = count(outcomes, 'accused') > 0 ? 1 : 0;
