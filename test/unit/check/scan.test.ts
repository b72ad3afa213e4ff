/** The work in parts gives what the work at once gives, and a scan passes by what is open. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createAnalyzer } from '../../../src/check/analyze';
import { finished } from '../../../src/lang/parts';
import { loadParsers } from '../../support/analyzer';

const folder = 'test/cases/check';
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.py'))
  .map((name): [string, string] => [name, readFileSync(join(folder, name), 'utf8')]);

describe('a file read in parts', async () => {
  const parsers = await loadParsers(['python']);
  const atOnce = createAnalyzer(parsers);
  const inParts = createAnalyzer(parsers.apart(100_000));
  const scanner = createAnalyzer(parsers.apart(1_000), undefined, [], 10);

  test.each(texts)('%s is what it is at once', (_, text) => {
    expect(finished(inParts.analyzing(text, 'python'))).toEqual(atOnce.analyze(text, 'python'));
  });

  test.each(texts)('%s is kept by a scan as names and what is wrong', (_, text) => {
    const { definitions, findings } = atOnce.analyze(text, 'python');
    const scan = finished(scanner.scanning(text, 'python', true));
    expect(scan.definitions.map(({ id, kind, nameSpan }) => ({ id, kind, nameSpan }))).toEqual(
      definitions.map(({ id, kind, nameSpan }) => ({ id, kind, nameSpan })),
    );
    expect(scan.wrong).toEqual(findings.filter(({ verdict }) => verdict === 'wrong'));
    expect([scan.right, scan.undecided]).toEqual(
      ['right', 'unknown'].map((wanted) => findings.filter(({ verdict }) => verdict === wanted).length),
    );
    expect(finished(scanner.scanning(text, 'python', false))).toMatchObject({ judged: false, wrong: [] });
  });

  test('comes in many parts', () => {
    const [[, text] = ['', '']] = texts.filter(([, own]) => own.split('\ndef ').length > 4);
    const fresh = createAnalyzer(parsers.apart(100_000));
    expect([...fresh.analyzing(text, 'python')].length).toBeGreaterThan(4);
  });

  test('comes with a part for each of several gradients, whose judging may take long', () => {
    const text = [
      'import numpy as np',
      'def propagate(w, b, X, y):',
      '    z = X @ w + b',
      '    cost = np.mean((z - y) ** 2)',
      '    dw = 2 * X.T @ (z - y) / y.size',
      '    db = 2 * np.mean(z - y)',
      '    return cost, dw, db',
    ].join('\n');
    const parts = (judged: boolean): number => {
      const fresh = createAnalyzer(parsers.apart(100_000));
      return [...fresh.scanning(text, 'python', judged)].length;
    };
    expect(parts(true) - parts(false)).toBe(3);
  });
});
