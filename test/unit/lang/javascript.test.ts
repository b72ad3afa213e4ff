/**
 * JavaScript and TypeScript in, definitions out: each source in `test/cases/javascript` has its expected reading in
 * `NAME.txt`, and says on its lines what is found there: `//: right`, `//: wrong gradient-sign`. Lines without such a comment
 * have no finding. `NABLA_UPDATE=1` rewrites both, to be reviewed as a diff.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../../src/cli/files';
import type { Parsers } from '../../../src/lang/parse';
import { readDefinitions } from '../../../src/lang/read';
import { loadAnalyzer, loadParsers } from '../../support/analyzer';
import { readingText } from '../../support/definitionText';

const FOLDER = join(import.meta.dirname, '../../cases/javascript');
const MARK = / +\/\/: .*$/;
const files = readdirSync(FOLDER);
const sources = files.filter((file) => !file.endsWith('.txt'));
const languageOf = (file: string): string => LANGUAGES[extname(file)] ?? '';
const unmarked = (text: string): string[] => text.split('\n').map((line) => line.replace(MARK, ''));

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

describe('JavaScript fixtures', () => {
  test.each(sources)('%s is read', (file) => {
    const text = unmarked(readFileSync(join(FOLDER, file), 'utf8')).join('\n');
    const actual = readingText(readDefinitions(text, languageOf(file), parsers));
    const expectation = join(FOLDER, `${file}.txt`);
    if (process.env['NABLA_UPDATE'] === '1') writeFileSync(expectation, actual);
    expect(existsSync(expectation), `${file}.txt is missing: run with NABLA_UPDATE=1`).toBe(true);
    expect(actual).toBe(readFileSync(expectation, 'utf8'));
  });

  test.each(sources)('%s is judged', async (file) => {
    const path = join(FOLDER, file);
    const marked = readFileSync(path, 'utf8');
    const lines = unmarked(marked);
    const analyzer = await loadAnalyzer();
    for (const { span, verdict, rule } of analyzer.analyze(lines.join('\n'), languageOf(file)).findings) {
      const at = span.startLine - 1;
      const said = verdict === 'wrong' ? `wrong ${rule}` : verdict;
      lines[at] += (lines[at] ?? '').includes('//: ') ? `, ${said}` : `  //: ${said}`;
    }
    const found = lines.join('\n');
    if (process.env['NABLA_UPDATE'] === '1') writeFileSync(path, found);
    else expect(found).toBe(marked);
  });

  test('every expectation has its source', () => {
    const stray = files.filter((file) => file.endsWith('.txt') && !sources.includes(file.slice(0, -4)));
    expect(stray).toEqual([]);
  });
});
