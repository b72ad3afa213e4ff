import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanNumber } from '../../../src/engine/cell';
import { describeColumn } from '../../../src/engine/column';
import { createCsvReader, describeTable, type Table } from '../../../src/engine/csv';
import { fileProblem, readTable } from '../../../src/engine/readTable';
import type { TableSource } from '../../../src/engine/tableSource';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(bytes: Uint8Array | string, chunk = Infinity): Table {
  const data = typeof bytes === 'string' ? encode(bytes) : bytes;
  const reader = createCsvReader();
  for (let at = 0; at < data.length; at += chunk)
    if (!reader.push(data.subarray(at, Math.min(data.length, at + chunk)))) break;
  return reader.finish();
}

/** Columns as `name: values`, text columns by their categories. */
const show = (table: Table): string =>
  table.columns
    .map((c) =>
      c.type === 'text'
        ? `${c.name}: ${[...c.codes].map((code) => c.categories?.[code] ?? '-').join(' ')}`
        : `${c.name}: ${[...c.numbers].map((v) => (Number.isNaN(v) ? '-' : v)).join(' ')}`,
    )
    .join(' | ');

describe('tables are read', () => {
  it.each([
    ['plain', 'a,b\n1,2\n3,4\n', 'a: 1 3 | b: 2 4'],
    ['no newline at the end', 'a,b\n1,2\n3,4', 'a: 1 3 | b: 2 4'],
    ['Windows line ends', 'a,b\r\n1,2\r\n3,4\r\n', 'a: 1 3 | b: 2 4'],
    ['old Macintosh line ends', 'a,b\r1,2\r3,4\r', 'a: 1 3 | b: 2 4'],
    ['byte order mark', '\ufeffa,b\n1,2\n', 'a: 1 | b: 2'],
    ['semicolons', 'a;b\n1;2\n3;4\n', 'a: 1 3 | b: 2 4'],
    ['tabs', 'a\tb\n1\t2\n3\t4\n', 'a: 1 3 | b: 2 4'],
    ['semicolons with commas in text', 'a;b\nx, y;2\nz, w;4\n', 'a: x, y z, w | b: 2 4'],
    ['no header', '1,2\n3,4\n', 'column 1: 1 3 | column 2: 2 4'],
    ['one column', 'a\n1\n2\n', 'a: 1 2'],
    ['quotes', '"a","b, c"\n"1","x ""y"""\n2,z\n', 'a: 1 2 | b, c: x "y" z'],
    ['line break in quotes', 'a,b\n1,"x\ny"\n2,z\n', 'a: 1 2 | b: x\ny z'],
    ['blank lines', 'a,b\n\n1,2\n\n\n3,4\n\n', 'a: 1 3 | b: 2 4'],
    ['spaces around', 'a , b\n 1 , 2\n3 ,4 \n', 'a: 1 3 | b: 2 4'],
    ['missing', 'a,b\n1,\nNA,2\n?,3\nNaN,4\nnull,5\n6,n/a\n', 'a: 1 - - - - 6 | b: - 2 3 4 5 -'],
    ['empty column', 'a,b\n1,\n2,\n', 'a: 1 2 | b: - -'],
    ['empty first header cell', ',a\n0,5\n1,6\n', 'column 1: 0 1 | a: 5 6'],
    ['years as names', '2019,2020,2021\n1.5,2,900\n7,8,9\n', '2019: 1.5 7 | 2020: 2 8 | 2021: 900 9'],
    ['years beside a name', 'land,2019,2020\nno,1,2\nse,3,4\n', 'land: no se | 2019: 1 3 | 2020: 2 4'],
    ['every tenth year', '1990,2000,2010\n12,30,41\n', '1990: 12 | 2000: 30 | 2010: 41'],
    ['numbers beside a name', 'id,1,2\n7,1.5,2.5\n8,3,4\n', 'id: 7 8 | 1: 1.5 3 | 2: 2.5 4'],
    ['numbers after a gap', ',0,1,2\n0,5,6,7\n1,8,9,1\n', 'column 1: 0 1 | 0: 5 8 | 1: 6 9 | 2: 7 1'],
    [
      'years that are data',
      '2019,2020\n2020,2021\n2021,2022\n',
      'column 1: 2019 2020 2021 | column 2: 2020 2021 2022',
    ],
    ['steps that are data', '1,2,3\n40,50,60\n', 'column 1: 1 40 | column 2: 2 50 | column 3: 3 60'],
    [
      'a gap that is data',
      ',0,1,2\n,5,6,7\n3,8,9,1\n',
      'column 1: - - 3 | column 2: 0 5 8 | column 3: 1 6 9 | column 4: 2 7 1',
    ],
    [
      'texts that are data',
      'no,2019,2020\nse,2018,2021\n',
      'column 1: no se | column 2: 2019 2018 | column 3: 2020 2021',
    ],
    ['classes that look like numbers in part', 'a,b\n1,x\n2,y\n3,7\n', 'a: 1 2 3 | b: x y 7'],
    ['forms of numbers', 'a\n+1\n-.5\n1e3\n1E-2\n5.\n0x10\n00012\n', 'a: 1 -0.5 1000 0.01 5 16 12'],
    ['vertical bars', 'a|b\n1|2\n3|4\n', 'a: 1 3 | b: 2 4'],
    ['blanks', '1.5 2\n3 4\n', 'column 1: 1.5 3 | column 2: 2 4'],
    ['runs of blanks', '  a   b\n 1.5   2 \n\n -3   4\n', 'a: 1.5 -3 | b: 2 4'],
    ['blanks and tabs', 'a b\n1 \t2\n3\t4\n', 'a: 1 3 | b: 2 4'],
    ['blanks with quotes', 'a b\n"x y" 2\n"z" 4\n', 'a: x y z | b: 2 4'],
    ['blanks in one text of many', 'name,a\nNew York,1\nOslo,2\n', 'name: New York Oslo | a: 1 2'],
    ['decimal commas', 'a;b\n1,5;x\n-2,25;y\n,5;z\n', 'a: 1.5 -2.25 0.5 | b: x y z'],
    ['decimal commas with exponents', 'a;b\n1,5e3;1\n2,5E-1;2\n', 'a: 1500 0.25 | b: 1 2'],
    [
      'decimal commas and groups',
      'a;b\n1.234,5;1\n12.345.678;2\n0,25;3\n',
      'a: 1234.5 12345678 0.25 | b: 1 2 3',
    ],
    ['decimal commas after tabs', 'a\tb\n1,25\t3\n2,5\t4\n', 'a: 1.25 2.5 | b: 3 4'],
    ['decimal commas in quotes', 'a,b\n"1,5",2\n"2,25",3\n', 'a: 1.5 2.25 | b: 2 3'],
    ['three decimals after semicolons', 'a;b\n1,234;2\n5,678;3\n', 'a: 1.234 5.678 | b: 2 3'],
    ['groups of thousands', 'a,b\n"1,234",2\n"12,345,678.5",3\n', 'a: 1234 12345678.5 | b: 2 3'],
    ['groups apart by blanks', "a;b\n1 234,5;1'000\n2,5;2\n", 'a: 1234.5 2.5 | b: 1000 2'],
    [
      'what is no group',
      'a,b\n"1,23",.5\n"1,2345",1.5\n"1,2,3",2.5\n',
      'a: 1,23 1,2345 1,2,3 | b: 0.5 1.5 2.5',
    ],
    ['comments', '# made by hand\na,b\n# in between\n1,2\n3,4\n#1,2\n', 'a: 1 3 | b: 2 4'],
    ['comments of another kind', '% made by hand\n1 2\n3 4\n', 'column 1: 1 3 | column 2: 2 4'],
    ['names in a comment', '# first second\n1 2\n3 4\n', 'first: 1 3 | second: 2 4'],
    ['names in a comment, with commas', '# of 2024\n# a,b\n1,2\n3,4\n', 'a: 1 3 | b: 2 4'],
    ['a delimiter that is told', '\ufeffsep=;\r\na;b,c\r\n1;2\r\n3;4\r\n', 'a: 1 3 | b,c: 2 4'],
    ['names of rows, apart by blanks', 'a b\n1 5.1 u\n2 4.9 v\n', 'column 1: 1 2 | a: 5.1 4.9 | b: u v'],
    ['colours are no comments', 'colour,b\n#ff0000,1\n#00ff00,2\n', 'colour: #ff0000 #00ff00 | b: 1 2'],
    ['names of rows without a name', 'a,b\nr1,1,2\nr2,3,4\n', 'column 1: r1 r2 | a: 1 3 | b: 2 4'],
    ['a delimiter at the end of rows', 'a,b\n1,2,\n3,4,\n', 'a: 1 3 | b: 2 4 | column 3: - -'],
    ['more ways of missing', 'a,b\n-,1\n2,.\n<NA>,2\nNone,3\n4,nan\n', 'a: - 2 - - 4 | b: 1 - 2 3 -'],
    [
      'long numbers',
      'a\n0.1234567890123456789\n12345678901234567890\n',
      'a: 0.12345678901234568 12345678901234567000',
    ],
    ['names beyond ASCII', 'größe,年\n1,2\n', 'größe: 1 | 年: 2'],
  ])('%s', (_, text, expected) => {
    expect(show(read(text))).toBe(expected);
    expect(read(text).problems).toEqual([]);
  });

  it('the same in chunks of any size', () => {
    const text = 'id,name,x\r\n1,"a ""b"", c",1.5\r\n2,"d\r\ne",-2e-3\r\n\r\n3,é,NA\r\n';
    const whole = read(text);
    for (let chunk = 1; chunk < 20; chunk += 1) expect(read(text, chunk)).toEqual(whole);
  });

  it('in chunks of any size when longer than the part that is sniffed', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `${i},"t ${i % 3}",${i / 7}`);
    const text = `a,b,c\n${rows.join('\n')}\n`;
    const whole = read(text);
    expect(whole.rows).toBe(20_000);
    expect(whole.columns[2]?.numbers[19_999]).toBe(19_999 / 7);
    expect(read(text, 1000)).toEqual(whole);
  });

  it('with numbers exactly as Number reads them', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v.toExponential()),
      fc.tuple(fc.integer(), fc.nat({ max: 99_999_999 })).map(([a, b]) => `${a}.${b}`),
      fc.tuple(fc.bigInt(), fc.nat()).map(([a, b]) => `${a}.${b}`),
      fc.tuple(fc.integer(), fc.integer({ min: -330, max: 310 })).map(([a, b]) => `${a}e${b}`),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (texts) => {
        const table = read(`x\n${texts.join('\n')}\n`);
        expect([...(table.columns[0]?.numbers ?? [])]).toEqual(texts.map(Number));
      }),
      { numRuns: 500 },
    );
  });

  it('with a scanner that reads all that it takes exactly as Number does', () => {
    const scan = (text: string, point = '.'): number | null => {
      const values = new Float64Array(1);
      const end = scanNumber(encode(`${text}\n`), 0, point.charCodeAt(0), values, 0);
      return end === text.length ? (values[0] ?? null) : null;
    };
    const digits = (most: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 0, maxLength: most });
    const texts = fc
      .tuple(
        fc.constantFrom('', '-', '+'),
        digits(20),
        digits(22),
        fc.integer({ min: -40, max: 40 }),
        fc.boolean(),
      )
      .map(([sign, whole, part, power, short]) => `${sign}${whole}.${part}${short ? '' : `e${power}`}`);
    // Halves between neighbours in float64, where every digit counts.
    const halves = fc
      .tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }), fc.integer({ min: 0, max: 12 }))
      .map(([mantissa, places]) => {
        const all = ((2n * mantissa + 1n) * 10n ** 3n).toString();
        return `${all.slice(0, all.length - places)}.${all.slice(all.length - places)}`;
      });
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(texts, halves, fc.double({ noNaN: true }).map(String)), (text) => {
        const value = scan(text);
        if (value === null) return;
        taken += 1;
        expect(value).toBe(Number(text));
        expect(scan(text.replace('.', ','), ',')).toBe(value);
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(300);
    expect(scan('.1234567890123456789')).toBe(Number('.1234567890123456789'));
    expect(scan('0.1234567890123456789'), 'more digits than it holds').toBeNull();
    expect(scan('1.234567890123456789e-01')).toBe(Number('0.1234567890123456789'));
    expect(scan('-0')).toBe(-0);
    expect(scan('12345678901234567890')).toBeNull();
    expect(scan('1e23')).toBeNull();
    expect(scan('e5')).toBeNull();
    expect(scan('1e')).toBeNull();
    expect(scan('.')).toBeNull();
    expect(scan('-')).toBeNull();
  });
});

describe('what is wrong with a table is said with its place', () => {
  it.each([
    ['', 'csv-empty', /The file is empty/],
    ['\n\n', 'csv-empty', /The file is empty/],
    ['a,b\n', 'csv-empty', /a header line but no rows/],
    ['a,b,y\n1,2,0\n3,4\n5,6,1\n', 'csv-ragged', /3 columns, but line 3 has 2 fields/],
    ['a,b\n1,2\n3,4,5\n6\n', 'csv-ragged', /2 rows do not: line 3 has 3 fields, line 4 has 1 field\./],
    ['a,b\n1,"x\ny"\n2\n', 'csv-ragged', /line 4 has 1 field/],
    ['a,b\n1,"x\n2,3\n', 'csv-quote', /quotation mark in line 2 is never closed/],
    ['a,a\n1,2\n', 'csv-duplicate-name', /More than one column is called a/],
  ])('%j', (text, id, message) => {
    const { problems } = read(text);
    expect(problems.map((p) => p.id)).toEqual([id]);
    expect(problems[0]?.message).toMatch(message);
  });

  it('text in a mostly numeric column', () => {
    const { problems, columns } = read('a,b\n1,2\n3,oops\n5,6\n7,8\n');
    expect(problems.map((p) => p.message)).toEqual([
      'Column b is numeric, but line 3 has the text "oops". Correct it, or leave the column out.',
    ]);
    expect(columns[1]?.type).toBe('number');
  });

  it.each([['binary', [1, 2, 0, 4], 'csv-binary']])('%s', (_, bytes, id) => {
    const { problems, columns } = read(Uint8Array.from(bytes));
    expect([problems[0]?.id, columns.length]).toEqual([id, 0]);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (bytes, chunk) => {
        expect(() => describeTable('x', read(bytes, chunk))).not.toThrow();
      }),
    );
    const text = fc.string({
      unit: fc.constantFrom('a', '1', '.', ',', ';', '"', '\n', '\r', ' ', '-', 'e'),
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (source, chunk) => {
        expect(read(source, chunk)).toEqual(read(source));
      }),
      { numRuns: 500 },
    );
  });
});

describe('columns are described', () => {
  it('numbers by range, few values by themselves', () => {
    const [a, b, c] = read('a,b,c\n1,x,0\n5,y,1\n,x,1\n').columns.map(describeColumn);
    expect(a).toEqual({
      name: 'a',
      type: 'number',
      missing: 1,
      min: 1,
      max: 5,
      distinct: 2,
      examples: ['1', '5'],
    });
    expect(b).toMatchObject({ type: 'text', distinct: 2, examples: ['x', 'y'] });
    expect(c).toMatchObject({ distinct: 2, min: 0, max: 1 });
  });

  it('many distinct values are not listed', () => {
    const column = read(`a\n${Array.from({ length: 50 }, (_, i) => i).join('\n')}\n`).columns[0];
    expect(column && describeColumn(column)).toMatchObject({ distinct: null, examples: [] });
  });
});

describe('files', () => {
  const source = (text: string, size = text.length): TableSource => ({
    name: 'data.csv',
    size,
    read: (position, length) => Promise.resolve(encode(text).subarray(position, position + length)),
  });

  it('are read within the limit of memory', async () => {
    const table = await readTable(source('a,b\n1,2\n'), 1e6);
    expect(show(table)).toBe('a: 1 | b: 2');
  });

  it('that need more are refused before they are read, with the limit', async () => {
    const table = await readTable(source(`a,b\n${'1,2\n'.repeat(50_000)}`, 4e9), 1e9);
    expect(table.problems.map((p) => p.message)).toEqual([
      'data.csv (4 GB) needs about 16 GB of memory; the limit on this machine is 1 GB. Use a part of its rows, or leave columns out of the file.',
    ]);
  });

  it('that shrink while they are read are not used', async () => {
    const table = await readTable(source('a,b\n1,2\n', 100), 1e6);
    expect(table.problems[0]?.id).toBe('file-truncated');
    expect(table.rows).toBe(0);
  });

  it.each([
    ['ENOENT', 'file-gone'],
    ['EACCES', 'file-locked'],
    ['EBUSY', 'file-locked'],
    ['EISDIR', 'file-folder'],
    ['EIO', 'file-unreadable'],
  ])('%s', (code, id) => {
    expect(fileProblem('data.csv', Object.assign(new Error('x'), { code })).id).toBe(id);
  });
});
