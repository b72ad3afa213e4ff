/** The analysis facade over the real grammars. A defect that it turned into a problem fails the test that met it. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createAnalyzer, type Analyzer } from '../../src/check/analyze';
import { createParsers, type Grammar, type Parsers } from '../../src/lang/parse';

const folder = dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm'));

/** With these grammars, all by default. */
export const loadParsers = (grammars?: readonly Grammar[]): Promise<Parsers> =>
  createParsers((file) => readFile(join(folder, file)), grammars);

export async function loadAnalyzer(grammars?: readonly Grammar[]): Promise<Analyzer> {
  return createAnalyzer(await loadParsers(grammars), (what, error) => {
    throw new Error(`defect while ${what}`, { cause: error });
  });
}
