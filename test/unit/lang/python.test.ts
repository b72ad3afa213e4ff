/**
 * Python in, definitions out: each `test/cases/python/NAME.py` has its expected reading in `NAME.txt`.
 * `NABLA_UPDATE=1` rewrites the expectations, to be reviewed as a diff.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Parsers } from '../../../src/lang/parse';
import { readDefinitions } from '../../../src/lang/read';
import { readingText } from '../../support/definitionText';
import { loadParsers } from '../../support/analyzer';
import { CASES, fixtures } from './cases';

let parsers: Parsers;
beforeAll(async () => {
  parsers = await loadParsers();
});

describe('Python fixtures', () => {
  test.each(fixtures())('$name', ({ name, text }) => {
    const actual = readingText(readDefinitions(text, 'python', parsers));
    const file = join(CASES, `${name}.txt`);
    if (process.env.NABLA_UPDATE === '1') writeFileSync(file, actual);
    expect(existsSync(file), `${name}.txt is missing: run with NABLA_UPDATE=1`).toBe(true);
    expect(actual).toBe(readFileSync(file, 'utf8'));
  });

  test('every expectation has its source', () => {
    const sources = new Set(fixtures().map(({ name }) => `${name}.txt`));
    const stray = readdirSync(CASES).filter((file) => file.endsWith('.txt') && !sources.has(file));
    expect(stray).toEqual([]);
  });
});
