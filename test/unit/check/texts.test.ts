/** A small part of `npm run fuzz -- text`: edited fixtures of all languages, spliced together at random. */
import { expect, test } from 'vitest';
import { loadAnalyzer } from '../../support/analyzer';
import { faultOf, sourcesIn, textCase } from '../../support/fuzz/texts';

const analyzer = await loadAnalyzer();
const sources = sourcesIn('test/cases');
/** More is a hang on any machine. */
const LIMIT = 20_000;

test('any text is read without a defect', { timeout: 60_000 }, () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const made = textCase(sources, seed);
    expect(faultOf(analyzer, made, LIMIT).fault, `seed ${seed}\n${made.text}`).toBeNull();
  }
});

test.each([
  ['typescript', 'export const sigmoid = (x: number) => toString(x) * constructor(-x);\n'],
  [
    'python',
    'import numpy as np\n\ndef my_loss(x, y):\n    return np.constructor(x) - __proto__(y) + np.toString\n',
  ],
  [
    'python',
    'def my_loss(x, y):\n    # nabla: toString: constructor, x: hasOwnProperty (m)\n    return x - y\n',
  ],
])('names that every object of JavaScript has are names like others: %s %j', (language, text) => {
  expect(faultOf(analyzer, { language, text }, LIMIT).fault).toBeNull();
});
