/**
 * Python files whose lines say what is found on them: `#: right`, `#: wrong gradient-sign`, `#: unknown`. Lines without such a
 * comment have no finding. `NABLA_UPDATE=1` writes the comments anew; read the difference before keeping it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadAnalyzer } from '../../support/analyzer';

const FOLDER = join(import.meta.dirname, '../../cases/check');
const MARK = / +#: .*$/;

test.each(readdirSync(FOLDER))('%s', async (file) => {
  const path = join(FOLDER, file);
  const marked = readFileSync(path, 'utf8');
  const lines = marked.split('\n').map((line) => line.replace(MARK, ''));
  const analyzer = await loadAnalyzer();
  const { findings, problems } = analyzer.analyze(lines.join('\n'), 'python');
  expect(problems).toEqual([]);
  for (const { span, verdict, rule } of findings) {
    const at = span.startLine - 1;
    const said = verdict === 'wrong' ? `wrong ${rule}` : verdict;
    lines[at] += (lines[at] ?? '').includes('#: ') ? `, ${said}` : `  #: ${said}`;
  }
  const found = lines.join('\n');
  if (process.env['NABLA_UPDATE'] === '1') writeFileSync(path, found);
  else expect(found).toBe(marked);
});
