/** Texts that no person wrote are declined at once; long data in a file that somebody wrote is no reason to decline it. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Parsers } from '../../../src/lang/parse';
import { readDefinitions } from '../../../src/lang/read';
import { loadParsers } from '../../support/analyzer';

const MSE = `function mse(predictions, labels) {
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (predictions[i] - labels[i]) ** 2;
  return sum / labels.length;
}
`;

/** As a minifier writes it: all of it in one line. */
const minified = (count: number): string =>
  Array.from(
    { length: count },
    (_, k) =>
      `function f${k}(a,b){let c=0;for(let d=0;d<b.length;d++)c+=(a[d]-b[d])**2;return c/b.length}var g${k}=a=>f${k}(a,[${k}]);`,
  ).join('');

describe('generated texts', () => {
  let parsers: Parsers;
  const read = (text: string, language: string) => readDefinitions(text, language, parsers);
  const ids = (text: string, language: string): string[] => read(text, language).problems.map(({ id }) => id);
  beforeAll(async () => {
    parsers = await loadParsers(['python', 'javascript']);
  });

  test('of more than a million characters are not read', () => {
    const line = 'x = np.exp(-z) / (1 + np.exp(-z))\n';
    const long = line.repeat(Math.ceil(1_000_001 / line.length));
    const { definitions, problems } = read(long, 'python');
    expect(definitions).toEqual([]);
    expect(problems.map(({ type, id }) => [type, id])).toEqual([['decline', 'text-too-long']]);
    expect(problems[0]?.message).toContain('1.0 million characters');
  });

  test('of a minifier are not read', () => {
    expect(ids(minified(400), 'javascript')).toEqual(['minified']);
    // Nor below a licence that is written as one.
    const licence = '/* Permission is hereby granted, free of charge, to any person. */\n'.repeat(50);
    expect(ids(licence + minified(400), 'javascript')).toEqual(['minified']);
  });

  test.each([
    ['numbers', `const data = [${'0.125, '.repeat(8_000)}];\n`],
    ['pixels', `const image = 'data:image/png;base64,${'iVBORw0KGgo/AAA+if+for'.repeat(2_000)}';\n`],
    [
      'a table',
      `const rows = [${`{ "if": 1, "name": "of a row", "labels": [1, 2, 3, 4] }, `.repeat(1_000)}];\n`,
    ],
    ['short lines', MSE.replaceAll('mse', 'other').repeat(300)],
    ['one long line of code', `${minified(4)}\n`],
  ])('are told from code beside %s', (_, beside) => {
    const { definitions, problems } = read(beside + MSE, 'javascript');
    expect(problems).toEqual([]);
    expect(definitions.map(({ name }) => name)).toContain('mse');
  });
});
