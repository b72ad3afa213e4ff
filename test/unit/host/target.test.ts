import { describe, expect, it } from 'vitest';
import { candidatesAt, contains, runsOnData } from '../../../src/host/target';
import { definition, span } from './samples';

const sigmoid = definition('sigmoid', { kind: 'activation', span: span(3, 5), inputs: [] });
const outer = definition('outer', { span: span(10, 30) });
const inner = definition('inner', { span: span(15, 20) });
const inner2 = definition('inner2', { span: span(15, 20) });
const all = [sigmoid, outer, inner];

describe('candidatesAt', () => {
  const cases: readonly [string, typeof all, number, string][] = [
    ['the definition around the cursor', all, 4, 'sigmoid'],
    ['its last line', all, 5, 'sigmoid'],
    ['the innermost of nested ones', all, 16, 'inner'],
    ['the outer one outside the inner', all, 25, 'outer'],
    ['the only one of the file from anywhere', [outer], 1, 'outer'],
    ['the nearest first between definitions', all, 7, 'sigmoid,outer,inner'],
    ['the nearest first below all', all, 40, 'outer,inner,sigmoid'],
    ['both of two at the same place', [...all, inner2], 16, 'inner,inner2'],
    ['nothing in a file without definitions', [], 1, ''],
  ];
  it.each(cases)('finds %s', (_, definitions, line, expected) => {
    const found = candidatesAt(definitions, { line, column: 5 });
    const names = found.kind === 'none' ? [] : found.kind === 'one' ? [found.definition] : found.definitions;
    expect(names.map(({ name }) => name).join()).toBe(expected);
  });
});

describe('contains', () => {
  const place = { startLine: 2, startColumn: 5, endLine: 4, endColumn: 9 };
  it.each([
    [2, 4, false],
    [2, 5, true],
    [3, 1, true],
    [4, 9, true],
    [4, 10, false],
    [5, 1, false],
  ])('line %i column %i: %s', (line, column, expected) => {
    expect(contains(place, { line, column })).toBe(expected);
  });
});

describe('runsOnData', () => {
  it('needs parameters and data', () => {
    expect(runsOnData(outer)).toBe(true);
    expect(runsOnData(sigmoid)).toBe(false);
  });
});
