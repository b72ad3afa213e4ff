import { describe, expect, it } from 'vitest';
import {
  agreement,
  capitalised,
  cellName,
  disagreement,
  formatColumn,
  formatCount,
  formatDuration,
  formatError,
  formatNumber,
  formatShape,
  plural,
  shortAgreement,
} from '../../../src/view/format';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [-1.5, '−1.5'],
    [0.1 + 0.2, '0.3'],
    [123456, '123456'],
    [999999.7, '1×10⁶'.slice(2)],
    [1234567, '1.23457×10⁶'],
    [0.0001, '0.0001'],
    [0.00001234, '1.234×10⁻⁵'],
    [-2.5e-300, '−2.5×10⁻³⁰⁰'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
    [-Infinity, '−∞'],
  ])('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [0, '0'],
    [3.14e-12, '3.1×10⁻¹²'],
    [0.0456, '0.046'],
  ])('an error of %d is %s', (value, text) => {
    expect(formatError(value)).toBe(text);
  });

  it.each([
    { values: [0.5, -12.25, 3], texts: ['0.5000', '−12.2500', '3.0000'] },
    { values: [0.001234567, 0.5], texts: ['0.001235', '0.500000'] },
    { values: [1e-9, 2.5], texts: ['1.00000e−09', '2.50000e+00'] },
    { values: [1.5e8], texts: ['1.50000e+08'] },
    { values: [0, 0], texts: ['0', '0'] },
    { values: [NaN, 1], texts: ['NaN', '1.00000'] },
    { values: [], texts: [] },
  ])('a column $values lines up', ({ values, texts }) => {
    expect(formatColumn(values)).toEqual(texts);
  });

  it.each([
    [0, 'identical', 'identical to it'],
    [2.3e-12, 'agrees to 11 digits', 'agrees to 11 digits with it'],
    [0.03, 'differs by 3 %', 'differs by 3 % from it'],
    [2, 'differs by 200 %', 'differs by 200 % from it'],
    [568, 'differs by 568 times its size', 'differs by 568 times its size from it'],
    [NaN, 'cannot be compared', 'cannot be compared with it'],
  ])('a relative difference of %d', (relative, words, whole) => {
    expect(agreement(relative)).toBe(words);
    expect(agreement(relative, 'it')).toBe(whole);
  });

  it.each([
    [1e-11, '11 digits', 'differs by 10\u207b\u2079 % from it'],
    [0.0005, '3 digits', 'differs by 0.05 % from it'],
    [0.2, 'differs by 20 %', 'differs by 20 % from it'],
    [0, 'identical', 'identical to it'],
  ])('%d is "%s" for short, and where it matters "%s"', (relative, short, words) => {
    expect(shortAgreement(relative)).toBe(short);
    expect(disagreement(relative, 'it')).toBe(words);
  });
});

describe('names and counts', () => {
  it.each([
    ['b', [], 0, 'b'],
    ['w', [3], 2, 'w[2]'],
    ['w', [30, 1], 7, 'w[7, 0]'],
    ['W1', [2, 3], 5, 'W1[1, 2]'],
    ['T', [2, 3, 4], 23, 'T[1, 2, 3]'],
  ])('cell of %s %j at %d is %s', (name, shape, flat, text) => {
    expect(cellName(name, shape, flat)).toBe(text);
  });

  it.each([
    [[], 'scalar'],
    [['m', 'n'], '(m, n)'],
    [[30, 1], '(30, 1)'],
    [['n'], '(n,)'],
  ])('shape %j is %s', (shape, text) => {
    expect(formatShape(shape)).toBe(text);
  });

  it.each([
    [0.2, 'under 1 ms'],
    [85.4, '85 ms'],
    [1243, '1.24 s'],
    [125_000, '2 min 5 s'],
  ])('%d ms is %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it('counts', () => {
    expect(formatCount(1_000_000)).toBe('1,000,000');
    expect(plural(1, 'row')).toBe('1 row');
    expect(plural(569, 'row')).toBe('569 rows');
  });
});

describe('sentences', () => {
  it.each([
    ['the quotient rule', 'The quotient rule'],
    ['insert the definition of cost', 'Insert the definition of cost'],
    ['it is 0 once the definitions are written out', 'It is 0 once the definitions are written out'],
    ['dw equals the derived gradient exactly', 'dw equals the derived gradient exactly'],
    ['loss is a constant factor', 'loss is a constant factor'],
    ['∂cost/∂A, derived', '∂cost/∂A, derived'],
    ['a is a constant factor', 'a is a constant factor'],
    ['', ''],
  ])('"%s" begins as "%s"', (text, expected) => {
    expect(capitalised(text)).toBe(expected);
  });
});
