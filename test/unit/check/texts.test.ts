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

test('a gradient made of what comes after what it is of is no derivative of that step', () => {
  const text = `import numpy as np

def softmax_labels(W, X, y):
    m = X.shape[0]
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    probs = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(m), y])) / m
    dscores = probs.copy()
    return loss, dscores
`;
  expect(faultOf(analyzer, { language: 'python', text }, LIMIT).fault).toBeNull();
  expect(analyzer.analyze(text, 'python').findings.map(({ verdict }) => verdict)).toEqual(['wrong']);
});
