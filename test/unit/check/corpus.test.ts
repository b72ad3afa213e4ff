/** What may never happen on the corpus. `npm run corpus` tells how much of it is found. */
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Analyzer } from '../../../src/check/analyze';
import { loadAnalyzer } from '../../support/analyzer';
import { corpusFiles, outcomeOf } from '../../support/corpus';

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await loadAnalyzer();
});

const FILES = corpusFiles(join(import.meta.dirname, '../../cases/corpus'));

test.each(FILES.map((file) => [`${file.language} ${file.idiom}`, file] as const))(
  '%s: no right gradient is called wrong, no wrong one right',
  (_, file) => {
    const { accused, absolved } = outcomeOf(analyzer, file);
    expect({ accused, absolved }).toEqual({ accused: [], absolved: [] });
  },
);
