import { describe, expect, it } from 'vitest';
import {
  guessChoice,
  misfit,
  missingIn,
  rankFiles,
  rankTargets,
  readChoice,
} from '../../../src/host/dataGuess';
import { likelyFeatures } from '../../../src/engine/likelyFeatures';
import { column, preview } from './samples';

const BINARY = { min: 0, max: 1, distinct: 2, examples: ['0', '1'] };

describe('rankFiles', () => {
  const cases: readonly [string, string, string, readonly string[], string][] = [
    [
      'the file that the code names',
      'src/model.py',
      'pd.read_csv("data/cells.csv")',
      ['src/a.csv', 'data/cells.csv'],
      'data/cells.csv',
    ],
    ['the one with a similar name', 'diabetes_fit.py', '', ['cancer.csv', 'diabetes.csv'], 'diabetes.csv'],
    ['the one in the same folder', 'a/fit.py', '', ['b/x.csv', 'a/y.csv'], 'a/y.csv'],
    ['training data before test data', 'fit.py', '', ['data/test.csv', 'data/train.csv'], 'data/train.csv'],
    ['the nearer one', 'fit.py', '', ['deep/down/x.csv', 'data/x.csv'], 'data/x.csv'],
  ];
  it.each(cases)('puts %s first', (_, path, text, files, expected) => {
    expect(rankFiles(files, { path, text })[0]).toBe(expected);
    expect(rankFiles([...files].reverse(), { path, text })[0]).toBe(expected);
  });

  it('keeps every file once', () => {
    const files = ['b.csv', 'a.csv', 'c/d.csv'];
    expect([...rankFiles(files, { path: 'x.py', text: '' })].sort()).toEqual(files.sort());
  });
});

describe('rankTargets', () => {
  const label = { name: 'Y', binary: true };
  const cases: readonly [string, ReturnType<typeof column>[], typeof label | null, string][] = [
    ['a column called target', [column('target'), column('x'), column('z')], null, 'target'],
    ['the label of the code', [column('a'), column('y'), column('z')], { name: 'Y', binary: false }, 'y'],
    ['the last column without any hint', [column('a'), column('b')], null, 'b'],
    [
      'a column of zeros and ones for a binary label',
      [column('sick', BINARY), column('b'), column('c')],
      label,
      'sick',
    ],
    ['no running number at the end', [column('a'), column('b'), column('id')], null, 'a'],
  ];
  it.each(cases)('puts %s first', (_, columns, hint, expected) => {
    expect(rankTargets(preview(columns), hint)[0]?.name).toBe(expected);
  });

  it('offers categories, but not before numbers, and no other text', () => {
    const species = column('species', { type: 'text', distinct: 3 });
    const columns = [column('a'), species, column('comment', { type: 'text', distinct: null })];
    expect(rankTargets(preview(columns), null).map(({ name }) => name)).toEqual(['a', 'species']);
    const classes = { name: 'y', binary: false, classes: true };
    expect(rankTargets(preview(columns), classes).map(({ name }) => name)).toEqual(['species', 'a']);
  });
});

describe('likelyFeatures', () => {
  it('takes numbers that vary, neither the target nor a running number nor text', () => {
    const columns = [
      column('id', { distinct: 100 }),
      column('row_id', { distinct: null }),
      column('age'),
      column('name', { type: 'text' }),
      column('constant', { min: 3, max: 3, distinct: 1 }),
      column('nothing', { type: 'empty', min: null, max: null }),
      column('size', { distinct: 100 }),
      column('y'),
    ];
    expect(likelyFeatures(columns, 100, 'y')).toEqual(['age', 'size']);
  });
});

describe('choices', () => {
  const table = preview([column('a', { missing: 3 }), column('b', { missing: 4 }), column('y', BINARY)]);
  const choice = {
    path: table.path,
    target: 'y',
    features: ['a'],
    standardise: true,
    missing: 'stop',
  } as const;

  it('are guessed whole', () => {
    expect(guessChoice(table, null)).toEqual({ ...choice, features: ['a', 'b'] });
  });

  it('are not guessed without a feature', () => {
    expect(guessChoice(preview([column('y')]), null)).toBeNull();
  });

  it('tell what does not fit the file any more', () => {
    expect(misfit(choice, table, 't.csv')).toBeNull();
    expect(misfit({ ...choice, features: ['a', 'c'] }, table, 't.csv')).toBe('t.csv has no column "c"');
    expect(misfit({ ...choice, features: [] }, table, 't.csv')).toBe('no feature column is chosen');
  });

  it('count the missing values of their own columns', () => {
    expect(missingIn(choice, table)).toBe(3);
  });

  it.each([
    null,
    'x',
    { ...choice, features: [1] },
    { ...choice, missing: 'guess' },
    { ...choice, standardise: 1 },
    { ...choice, path: undefined },
  ])('from outside are refused when they are none (%#)', (value) => {
    expect(readChoice(value)).toBeNull();
  });

  it('from outside are taken as they are', () => {
    expect(readChoice(JSON.parse(JSON.stringify(choice)))).toEqual(choice);
  });

  it('from outside keep their settings, apart from what is no number', () => {
    const settings = { lam: 0.5, C: 10 };
    expect(readChoice({ ...choice, settings })).toEqual({ ...choice, settings });
    expect(readChoice({ ...choice, settings: { ...settings, eps: 'small', big: Infinity } })).toEqual({
      ...choice,
      settings,
    });
    expect(readChoice({ ...choice, settings: 'none' })).toEqual({ ...choice, settings: {} });
  });
});
