/** Any text: nothing throws, nothing hangs, and a broken part does not disturb the definitions beside it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDefinitions } from '../../../src/lang/read';
import { loadParsers } from '../../support/analyzer';
import { fixtures } from './cases';

const parsers = await loadParsers();
const sources = fixtures().map(({ text }) => text);
const PIECES = [
  '(',
  ')',
  '[',
  ']',
  ':',
  '"""',
  "'",
  '\n',
  '    ',
  'def f(',
  'return ',
  ' = ',
  '@',
  'lambda',
  'é😀',
  '\t',
  'for i in ',
  '\\',
];

/** A fixture with some random pieces cut out, doubled or put in. */
const edited = fc
  .tuple(
    fc.constantFrom(...sources),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.nat(30),
        piece: fc.constantFrom('', ...PIECES),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((current, { at, length, piece }) => {
      const from = Math.floor(at * current.length);
      return current.slice(0, from) + piece + current.slice(from + length);
    }, text),
  );

/** More is a hang: no text of this length takes a tenth of it on an idle machine. */
const LIMIT = 20_000;

const timed = (text: string): void => {
  const started = performance.now();
  readDefinitions(text, 'python', parsers);
  expect(performance.now() - started).toBeLessThan(LIMIT);
};

describe('any text', () => {
  test('edited fixtures', () => {
    fc.assert(fc.property(edited, timed), { numRuns: 150, seed: 4 });
  });

  test('truncated fixtures', () => {
    const cut = fc
      .tuple(fc.constantFrom(...sources), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([text, at]) => text.slice(0, Math.floor(at * text.length)));
    fc.assert(fc.property(cut, timed), { numRuns: 100, seed: 5 });
  });

  test('random strings', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300, unit: 'binary' }), timed), { numRuns: 200, seed: 6 });
  });

  test.each([
    ['deep nesting', `def loss(y):\n    return ${'('.repeat(3000)}y${')'.repeat(3000)}\n`],
    ['a long sum', `def loss(y, p):\n    return ${'y * p + '.repeat(3000)}y\n`],
    ['recursion', 'def loss(y, p):\n    return loss(p, y) + loss(y, y)\n'],
    [
      'mutual recursion',
      'def a_loss(y, p):\n    return b(y, p) * b(p, y)\ndef b(y, p):\n    return a_loss(y, p) * a_loss(p, y)\n',
    ],
    ['endless loop', 'def loss(y, p):\n    while True:\n        y = y + p\n    return y\n'],
    [
      'nested loops',
      `def loss(y, p):\n${Array.from({ length: 12 }, (_, k) => `${'    '.repeat(k + 1)}for i${k} in range(60):\n`).join('')}${'    '.repeat(13)}y = y + p\n    return y\n`,
    ],
    [
      'many arguments',
      `def loss(${Array.from({ length: 40 }, (_, k) => `a${k}`).join(', ')}):\n    return ${Array.from({ length: 40 }, (_, k) => `a${k}`).join(' @ ')}\n`,
    ],
    ['doubling', `def loss(y, p):\n${'    y = y * y + p\n'.repeat(200)}    return y\n`],
    ['one cyclic alias', 'a = b\nb = a\ndef loss(y, p):\n    return (y - p) ** a\n'],
    ['nothing', ''],
    ['only a docstring quote', '"""'],
  ])('%s', (_, text) => {
    timed(text);
  });

  test('a broken neighbour leaves a good function alone', () => {
    const good =
      'import numpy as np\n\n\ndef mse(y_true, y_pred):\n    return np.mean((y_true - y_pred) ** 2)\n';
    const broken = fc.constantFrom(
      'def half(x:\n',
      'def f(a, b)\n    return a +\n',
      'class C:\n    def m(self\n',
      'x = [1, 2\n',
      'def g():\n    """never closed\n',
      'print "old"\n',
      '    stray = 1\n',
      'return\n',
      ')\n',
      'def h():\n\treturn 1\n        return 2\n',
    );
    fc.assert(
      fc.property(broken, fc.boolean(), (text, before) => {
        const { definitions } = readDefinitions(
          before ? `${text}\n${good}` : `${good}\n${text}`,
          'python',
          parsers,
        );
        const mse = definitions.find(({ name }) => name === 'mse');
        expect(mse?.program?.inputs.map(({ name }) => name)).toEqual(['y_true', 'y_pred']);
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});
