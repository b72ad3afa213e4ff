/** After edits, what is reused of earlier texts is what a fresh reading gives. */
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadAnalyzer } from '../../support/analyzer';

const cases = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(join('test/cases', folder))
    .filter((name) => /\.(py|js)$/.test(name))
    .map((name) => [
      name.endsWith('.py') ? 'python' : 'javascript',
      readFileSync(join('test/cases', folder, name), 'utf8'),
    ]);

/** Short ones, so that many edits can be tried. */
const sources = ['python', 'javascript', 'check', 'corpus/python']
  .flatMap(cases)
  .filter(([, text]) => text.length < 4_000);

const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  kind: fc.constantFrom('blank line', 'comment', 'number', 'delete line', 'swap', 'bracket', 'indent'),
});

function edited(text: string, { at, kind }: { at: number; kind: string }): string {
  const lines = text.split('\n');
  const k = Math.floor(at * lines.length);
  const line = lines[k] ?? '';
  const put = (...instead: string[]): string =>
    [...lines.slice(0, k), ...instead, ...lines.slice(k + 1)].join('\n');
  switch (kind) {
    case 'blank line':
      return put('', line);
    case 'comment':
      return put(`${line}  # said`);
    case 'number':
      return put(line.replace(/\b\d/, '3'));
    case 'delete line':
      return put();
    case 'swap':
      return put(line.replace(/(\w+) - (\w+)/, '$2 - $1'));
    case 'bracket':
      return put(`${line}(`);
    default:
      return put(`    ${line}`);
  }
}

describe('an edited text', async () => {
  const kept = await loadAnalyzer();
  test('is read as if it were new', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sources),
        fc.array(edit, { minLength: 1, maxLength: 5 }),
        async ([language, original], edits) => {
          kept.analyze(original, language);
          let text = original;
          for (const change of edits) {
            text = edited(text, change);
            kept.analyze(text, language);
          }
          const fresh = await loadAnalyzer([language === 'python' ? 'python' : 'javascript']);
          const analysis = kept.analyze(text, language);
          expect(analysis).toEqual(fresh.analyze(text, language));
        },
      ),
      { numRuns: 40, seed: 11 },
    );
  });

  test('keeps what does not depend on the edit, wherever it stands now', () => {
    const text = readFileSync('test/cases/check/losses_and_gradients.py', 'utf8');
    const before = kept.analyze(text, 'python');
    const after = kept.analyze(`# one more line\n${text}`, 'python');
    expect(after.definitions.map(({ nameSpan }) => nameSpan.startLine - 1)).toEqual(
      before.definitions.map(({ nameSpan }) => nameSpan.startLine),
    );
    const [a, b] = [before.definitions[0], after.definitions[0]];
    // The formulas are the very same objects but for their places.
    expect(b?.formulas[0]?.formula).toBe(a?.formulas[0]?.formula);
  });

  test('keeps what an edit leaves as it was: empty lines and comments in a function, and lines named in texts', () => {
    const text = readFileSync('test/cases/check/losses_and_gradients.py', 'utf8');
    const before = kept.analyze(text, 'python');
    const [first] = before.definitions;
    const at = first?.span.startLine ?? 0;
    const lines = text.split('\n');
    const put = [...lines.slice(0, at), '    # first', '', ...lines.slice(at)].join('\n');
    const after = kept.analyze(put, 'python').definitions[0];
    expect(after?.formulas[0]?.formula).toBe(first?.formulas[0]?.formula);
    expect(after?.formulas[0]?.span?.startLine).toBe((first?.formulas[0]?.span?.startLine ?? NaN) + 2);
    const declines =
      'import numpy as np\n\ndef loss(w, x, y):\n    z = np.fft.fft(x @ w)\n    return np.mean((z - y) ** 2)\n';
    const told = (source: string): string[] =>
      kept
        .analyze(source, 'python')
        .definitions.flatMap(({ problems }) => problems.map(({ message }) => message));
    expect(told(declines)).toEqual([expect.stringContaining('line 4')]);
    expect(told(`\n\n${declines}`)).toEqual([expect.stringContaining('line 6')]);
    expect(told(declines.replace('    z', '\n    z'))).toEqual([expect.stringContaining('line 5')]);
  });

  test('chooses the loss that is meant once', async () => {
    const network = `import numpy as np

def train(X, y, W1, W2, lr):
    for _ in range(1000):
        h = 1 / (1 + np.exp(-X.dot(W1)))
        out = 1 / (1 + np.exp(-h.dot(W2)))
        error = y - out
        d_out = error * out * (1 - out)
        d_h = d_out.dot(W2.T) * h * (1 - h)
        W2 += lr * h.T.dot(d_out)
        W1 += lr * X.T.dot(d_h)
    return W1, W2
`;
    const before = kept.analyze(network, 'python');
    expect(
      before.definitions.flatMap(({ assumptions }) => assumptions.map(({ text }) => text)),
    ).toContainEqual(expect.stringContaining('the loss is not in the code'));
    const after = kept.analyze(`${network}\nx = 1\n`, 'python');
    expect(after.definitions[0]?.formulas[0]?.formula).toBe(before.definitions[0]?.formulas[0]?.formula);
    expect(kept.analyze(`\n${network}`, 'python')).toEqual(
      (await loadAnalyzer(['python'])).analyze(`\n${network}`, 'python'),
    );
  });
});
