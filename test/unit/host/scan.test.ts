import { describe, expect, it, test } from 'vitest';
import { excludeGlob } from '../../../src/host/globs';
import { checkedText, definitionRows } from '../../../src/host/scanText';
import { matchesLetters, symbolsOf } from '../../../src/host/symbolText';
import { joinCells } from '../../../src/check/notebook';
import type { FileScan, ScannedDefinition } from '../../../src/protocol';
import { finding, span } from './samples';

const defined = (name: string, more: Partial<ScannedDefinition> = {}): ScannedDefinition => ({
  id: name,
  name,
  kind: 'loss',
  nameSpan: span(4),
  gradient: null,
  ...more,
});

const scanned = (more: Partial<FileScan> = {}): FileScan => ({
  definitions: [],
  judged: true,
  right: 0,
  undecided: 0,
  wrong: [],
  ...more,
});

describe('what a scan leaves out', () => {
  test('is what a search leaves out, and folders of foreign code', () => {
    const glob = excludeGlob({ '**/dist': true, '**/kept': false, '**/*.js': { when: '$(basename).ts' } });
    expect(glob).toMatch(/^\{.*\}$/);
    const parts = glob.slice(1, -1).split(',');
    expect(parts).toContain('**/dist');
    expect(parts).toContain('**/node_modules/**');
    expect(parts).toContain('**/.venv/**');
    expect(parts).not.toContain('**/kept');
    expect(parts).not.toContain('**/*.js');
  });

  test('holds no braces in its braces', () => {
    const glob = excludeGlob({ '**/{a,b}/{c,d}.py': true });
    expect(glob.slice(1, -1)).not.toMatch(/[{}]/);
    for (const part of ['**/a/c.py', '**/a/d.py', '**/b/c.py', '**/b/d.py'])
      expect(glob.split(/[{},]/)).toContain(part);
  });

  test.each([undefined, null, 'x', 3])('is foreign code alone for the setting %j', (setting) => {
    expect(excludeGlob(setting)).toBe(excludeGlob({}));
  });
});

describe('symbols of a workspace', () => {
  const gradient = { name: 'mse_grad', nameSpan: span(9) };

  it('are definitions and the functions of their gradients', () => {
    const found = symbolsOf(scanned({ definitions: [defined('mse', { gradient }), defined('mae')] }));
    expect(found.map(({ name, container, span: { startLine } }) => [name, container, startLine])).toEqual([
      ['∇ mse', 'loss', 4],
      ['∇ mse_grad', 'gradient of mse', 9],
      ['∇ mae', 'loss', 4],
    ]);
  });

  it('name a gradient of several definitions once', () => {
    const definitions = [defined('a', { gradient }), defined('b', { gradient })];
    expect(symbolsOf(scanned({ definitions })).filter(({ name }) => name === '∇ mse_grad')).toHaveLength(1);
  });

  it.each([
    ['', true],
    ['∇', true],
    ['bce', true],
    ['BinCE', true],
    ['entropy cross', false],
    ['bcx', false],
  ])('match the query "%s": %s', (query, matches) => {
    expect(matchesLetters(query, '∇ binary_cross_entropy')).toBe(matches);
  });
});

describe('the list of definitions', () => {
  it('tells kind, place and wrong gradients', () => {
    const wrong = [finding('w', { definitionId: 'mse', verdict: 'wrong' })];
    const rows = definitionRows(
      scanned({ definitions: [defined('mse'), defined('mae')], wrong }),
      'a/b.py',
      null,
    );
    expect(rows.map(({ label, description }) => [label, description])).toEqual([
      ['mse', 'loss · a/b.py:4 · ✗ its gradient is wrong'],
      ['mae', 'loss · a/b.py:4'],
    ]);
  });

  it('tells the cell in a notebook', () => {
    const notebook = joinCells([
      { text: 'import numpy as np', isPython: true },
      { text: 'def mse(y, t):\n    return np.mean((y - t) ** 2)', isPython: true },
    ]);
    const line = notebook.text.split('\n').findIndex((text) => text.startsWith('def mse')) + 1;
    const [row] = definitionRows(
      scanned({ definitions: [defined('mse', { nameSpan: span(line) })] }),
      'lesson.ipynb',
      notebook,
    );
    expect(row?.description).toBe('loss · lesson.ipynb, cell 2');
  });
});

describe('the end of a check', () => {
  const file = scanned({
    definitions: [defined('mse')],
    right: 2,
    wrong: [finding('w', { verdict: 'wrong' })],
  });

  it('counts files, definitions and verdicts', () => {
    expect(checkedText([file, scanned(), scanned({ judged: false })], true, 10)).toBe(
      'Nabla has read 2 files: 1 definition; of the gradients written by hand 2 are right and 1 wrong, in 1 file.',
    );
  });

  it('says that it was cancelled', () => {
    expect(checkedText([file], false, 10)).toMatch(/^Cancelled: Nabla has read 1 file until then: /);
  });

  it('says that there may be more files', () => {
    expect(checkedText([file], true, 1)).toContain('as many as the setting nabla.scan.limit allows');
  });

  it('says that nothing is wrong, or that there is nothing to check', () => {
    expect(checkedText([scanned({ right: 3, undecided: 1 })], true, 10)).toBe(
      'Nabla has read 1 file: 0 definitions; of the gradients written by hand 3 are right and none is wrong, 1 cannot be told.',
    );
    expect(checkedText([scanned()], true, 10)).toMatch(/no gradient is written by hand there\.$/);
  });
});
