/**
 * Each line of the cases that is right becomes wrong when its expression is negated, doubled or off by 0.1 %. Where the loss is
 * not in the file, a gradient is right up to a factor, which depends on how the loss is averaged.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadAnalyzer } from '../../support/analyzer';

const FOLDER = join(import.meta.dirname, '../../cases/check');
const FACTORS = ['-1', '2', '1.001', '0.999'];

const analyzer = await loadAnalyzer();

interface RightLine {
  readonly file: string;
  readonly line: number;
  readonly head: string;
  readonly expression: string;
  /** The whole file without its marks. */
  readonly lines: readonly string[];
}

const RIGHT_LINES = readdirSync(FOLDER).flatMap((file): RightLine[] => {
  const marked = readFileSync(join(FOLDER, file), 'utf8').split('\n');
  const lines = marked.map((line) => line.replace(/ +#: .*$/, ''));
  const { findings } = analyzer.analyze(lines.join('\n'), 'python');
  const upToFactor = new Set(
    findings
      .filter(({ message }) => message.includes('up to a constant factor'))
      .map(({ span }) => span.startLine),
  );
  return marked.flatMap((line, at) => {
    const match = /^(\s*(?:\w+ = |return ))(\S.*?) +#: right$/.exec(line);
    return match && !upToFactor.has(at + 1)
      ? [{ file, line: at + 1, head: match[1] ?? '', expression: match[2] ?? '', lines }]
      : [];
  });
});

describe('a right line made wrong', () => {
  test.each(RIGHT_LINES)('$file, line $line: $expression', ({ line, head, expression, lines }) => {
    for (const factor of FACTORS) {
      const text = lines.with(line - 1, `${head}${factor} * (${expression})`).join('\n');
      const { findings } = analyzer.analyze(text, 'python');
      const here = findings.filter(({ span }) => span.startLine === line);
      expect(
        here.map(({ verdict }) => verdict),
        `${factor}: ${here.map(({ message }) => message).join()}`,
      ).toEqual(['wrong']);
      expect(here[0]?.evidence).toMatch(/but ∂/);
    }
  });
});
