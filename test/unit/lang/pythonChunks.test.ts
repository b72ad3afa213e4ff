/** Statements at the margin, found without parsing, are those that the parser finds in the whole text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pythonChunks } from '../../../src/lang/pythonChunks';
import { loadParsers } from '../../support/analyzer';

const parsers = await loadParsers(['python']);

/** Types and texts of the statements of a text. */
const statements = (text: string): string[] =>
  parsers.parse('python', text).pieces.flatMap(({ node, text: own }) =>
    // Where a comment after a statement belongs depends on what comes next.
    node.type === 'comment' ? [] : [`${node.type} ${own.replace(/(\s*#.*)+\s*$/, '').trimEnd()}`],
  );

const inChunks = (text: string): string[] =>
  pythonChunks(text).chunks.flatMap(({ start, end }) => statements(text.slice(start, end)));

const files = ['test/cases/corpus/python', 'test/cases/check', 'test/cases/python'].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .map((name): [string, string] => [name, readFileSync(join(folder, name), 'utf8')]),
);

describe('chunks of Python', () => {
  test.each(files.filter(([, text]) => !parsers.parse('python', text).hasError))('of %s', (_, text) => {
    expect(inChunks(text)).toEqual(statements(text));
    expect(pythonChunks(text).isSure).toBe(true);
  });

  test('are many in the fixtures', () => {
    expect(files.flatMap(([, text]) => pythonChunks(text).chunks).length).toBeGreaterThan(500);
  });

  test.each([
    ['brackets over lines', 'x = [\n1,\nf(2),\n]\ny = 1\n', 2],
    ['a string over lines', 's = """\nx = 1\n"""\ny = 1\n', 2],
    ['a string in a comment', 'x = 1  # isn\'t """\ny = 1\n', 2],
    ['a bracket in a string', 'x = "("\ny = \'[\' + "\\"("\nz = 1\n', 3],
    ['a joined line', 'x = 1 + \\\n2\ny = 1\n', 2],
    ['a string over joined lines', "x = 'a \\\nb('\ny = 1\n", 2],
    ['a decorator', '@jit(\nstatic=1\n)\n# of f\n\n@other\ndef f(x):\n    return x\ny = 1\n', 2],
    ['else', 'if a:\n    x = 1\n# or\nelse:\n    x = 2\ny = 1\n', 2],
    ['an empty string', 'x = ""\ny = \'\'\nz = """"""\nw = 1\n', 4],
    ['carriage returns', 'x = (1,\r\n2)\r\ny = 1 + \\\r\n2\r\nz = 1\r\n', 3],
  ])('of %s', (_, text, count) => {
    const { chunks, isSure } = pythonChunks(text);
    expect(chunks).toHaveLength(count);
    expect(isSure).toBe(true);
    expect(inChunks(text)).toEqual(statements(text));
  });

  test('begin anew at a definition, for whatever is half-typed above', () => {
    const bracket = 'x = f(1,\ndef g(x):\n    return x\n';
    expect(pythonChunks(bracket)).toMatchObject({ chunks: [{ start: 0 }, { start: 9 }], isSure: true });
    const string = 's = """\ndef g(x):\n    return x\n';
    expect(pythonChunks(string)).toMatchObject({ chunks: [{ start: 0 }, { start: 8 }], isSure: false });
  });
});
