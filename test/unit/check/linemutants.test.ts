/** Each line of the cases that is right becomes wrong when its expression is negated, doubled or off by 0.1 %. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../../src/check/analyze';
import { loadAnalyzer } from '../../support/analyzer';

const FOLDER = join(import.meta.dirname, '../../cases/check');
const FACTORS = ['-1', '2', '1.001', '0.999'];

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await loadAnalyzer();
});

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const marked = readFileSync(join(FOLDER, file), 'utf8').split('\n');
  const lines = marked.map((line) => line.replace(/ +#: .*$/, ''));
  const rows = marked.flatMap((line, at) => {
    const match = /^(\s*(?:\w+ = |return ))(\S.*?) +#: right$/.exec(line);
    return match ? [{ at, head: match[1] ?? '', expression: match[2] ?? '' }] : [];
  });
  test.each(rows)('line $at: $expression', ({ at, head, expression }) => {
    for (const factor of FACTORS) {
      const text = lines.with(at, `${head}${factor} * (${expression})`).join('\n');
      const { findings } = analyzer.analyze(text, 'python');
      const here = findings.filter(({ span }) => span.startLine === at + 1);
      expect(
        here.map(({ verdict }) => verdict),
        `${factor}: ${here.map(({ message }) => message).join()}`,
      ).toEqual(['wrong']);
      expect(here[0]?.evidence).toMatch(/but ∂/);
    }
  });
});
