import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createColumns, type Column } from '../../../src/engine/column';
import { describeTable, type Table } from '../../../src/engine/csv';
import { readTable, type Spill } from '../../../src/engine/readTable';
import type { StorageFile } from '../../../src/engine/storage';
import { createStoredColumns, type StoredColumns } from '../../../src/engine/storedTable';
import type { TableSource } from '../../../src/engine/tableSource';

/** Files in the formats that are read, with what is in them; `make.py` writes both. */
const FOLDER = join(import.meta.dirname, 'tables');
type Cell = number | string | null;
const expected = JSON.parse(readFileSync(join(FOLDER, 'tables.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, readonly Cell[]>>>
>;

/** `chunk`: the most bytes that are given at once. */
function sourceOf(name: string, bytes: Uint8Array, chunk = Infinity): TableSource {
  return {
    name,
    size: bytes.length,
    read: (position, length) => Promise.resolve(bytes.slice(position, position + Math.min(length, chunk))),
  };
}

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, name)));

function cells(column: Column): Cell[] {
  if (column.type === 'text')
    return [...column.codes].map((code) => (code < 0 ? null : (column.categories?.[code] ?? '?')));
  return [...column.numbers].map((value) =>
    Number.isNaN(value) ? null : Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf',
  );
}

const shown = (table: Table): Record<string, Cell[]> =>
  Object.fromEntries(table.columns.map((column) => [column.name, cells(column)]));

const files = readdirSync(FOLDER).filter(
  (name) => !['make.py', 'tables.json', 'blocks.feather'].includes(name),
);

describe('files of every format', () => {
  it.each(files)('%s', async (name) => {
    expect(expected[name], 'make.py says what is in it').toBeDefined();
    expect(shown(await readTable(sourceOf(name, fixture(name)), 1e9))).toEqual(expected[name]);
  });

  it.each(files)('%s in small pieces', async (name) => {
    expect(shown(await readTable(sourceOf(name, fixture(name), 7), 1e9))).toEqual(expected[name]);
  });

  it('compressed blocks that refer to those before them', async () => {
    const { columns, rows } = await readTable(sourceOf('blocks.feather', fixture('blocks.feather')), 1e9);
    expect(rows).toBe(60_000);
    expect(columns[0]?.numbers.every((value, row) => value === row % 1000)).toBe(true);
    expect(columns[1]?.numbers.every((value) => value === 1)).toBe(true);
  });

  it.each(files)(
    '%s, cut off anywhere, is told or read as far as it goes, but never throws',
    async (name) => {
      const bytes = fixture(name);
      for (const share of [0, 0.1, 0.4, 0.7, 0.95]) {
        const part = bytes.slice(0, Math.floor(share * bytes.length));
        const table = await readTable(sourceOf(name, part), 1e9);
        expect(table.rows > 0 || table.problems.length > 0).toBe(true);
      }
    },
  );

  it.each([
    ['only.parquet', 'PAR1'],
    ['nothing.arrow', 'ARROW1\0\0' + 'x'.repeat(300)],
  ])('%s, which a library falls over, is told as damaged, in plain words', async (name, text) => {
    const { problems } = await readTable(sourceOf(name, new TextEncoder().encode(text)), 1e9);
    expect(problems.map(({ message }) => message).join()).toMatch(
      /cannot be read as \w+: it is damaged or cut off\. Write it again/,
    );
  });

  it('what a file cannot be used for is said', async () => {
    const told = async (name: string): Promise<string[]> =>
      (await readTable(sourceOf(name, fixture(name)), 1e9)).problems.map(({ message }) => message);
    expect(await told('lengths.npz')).toEqual([
      'The arrays have different numbers of rows. Those with 7 are used; left out: X_test (2), classes (2).',
    ]);
    expect(await told('nested.parquet')).toEqual([
      'Column list holds lists or records and is left out. Write them as columns.',
    ]);
  });

  it('errors of reading are not taken for those of the file', async () => {
    for (const name of ['zstd.parquet', 'stored.npz', 'plain.csv.gz', 'lz4.feather', 'c_order.npy']) {
      const source = sourceOf(name, fixture(name));
      const failing: TableSource = {
        ...source,
        read: (position, length) =>
          position === 0 && length <= 4096
            ? source.read(position, length)
            : Promise.reject(Object.assign(new Error('busy'), { code: 'EBUSY' })),
      };
      await expect(readTable(failing, 1e9), name).rejects.toThrow('busy');
    }
  });

  it('a table that is too large for the memory is said to be', async () => {
    for (const name of [
      'c_order.npy',
      'stored.npz',
      'plain.csv.gz',
      'records.json',
      'lz4.feather',
      'zstd.parquet',
    ]) {
      const { problems, rows } = await readTable(sourceOf(name, fixture(name)), 40);
      expect([name, rows, problems[0]?.id]).toEqual([name, 0, 'file-too-large']);
    }
  });
});

/** Formats of which a part of the rows can be read at a time. */
const IN_PARTS = /\.(npy|npz|parquet|arrow|arrows|feather)$/;
const inParts = files.filter((name) => IN_PARTS.test(name));

/** Numbers go to columns in memory, as if there were none. */
function intoColumns(): Spill & { readonly used: () => boolean } {
  let used = false;
  return {
    from: 0,
    makeColumns: (names) => {
      used = true;
      return createColumns(names);
    },
    finish: (table) => table,
    used: () => used,
  };
}

function memoryFile(): StorageFile {
  let held = new Uint8Array(0);
  return {
    get size() {
      return held.length;
    },
    write(position, bytes) {
      const all = new Uint8Array(Math.max(held.length, position + bytes.length));
      all.set(held);
      all.set(bytes, position);
      held = all;
    },
    read(position, target) {
      target.set(held.subarray(position, position + target.length));
    },
    discard: () => undefined,
  };
}

/** A matrix of doubles as NumPy writes it. */
function npy(rows: number, columns: number, fortran: boolean): Uint8Array {
  const header = `{'descr': '<f8', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${rows}, ${columns}), }`;
  const padded = header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11) + '\n';
  const bytes = new Uint8Array(10 + padded.length + 8 * rows * columns);
  bytes.set([0x93, 78, 85, 77, 80, 89, 1, 0, padded.length & 255, padded.length >> 8]);
  bytes.set(new TextEncoder().encode(padded), 10);
  const view = new DataView(bytes.buffer, 10 + padded.length);
  for (let i = 0; i < rows; i += 1)
    for (let j = 0; j < columns; j += 1)
      view.setFloat64(8 * (fortran ? j * rows + i : i * columns + j), i + j / 16, true);
  return bytes;
}

describe('tables that are larger than memory', () => {
  it.each(inParts)('%s, a part of its rows at a time', async (name) => {
    const spill = intoColumns();
    const plain = await readTable(sourceOf(name, fixture(name)), 1e9);
    const table = await readTable(sourceOf(name, fixture(name), 100), 1e9, null, spill);
    expect(shown(table)).toEqual(expected[name]);
    expect(spill.used()).toBe(plain.rows > 0);
    expect({ ...table, columns: table.columns.map(withoutCells) }).toEqual({
      ...plain,
      columns: plain.columns.map(withoutCells),
    });
  });

  it.each(inParts)('%s: what is told of its columns', async (name) => {
    let columns: StoredColumns | null = null;
    const table = await readTable(sourceOf(name, fixture(name)), 1e9, null, {
      from: 0,
      makeColumns: (names) => (columns = createStoredColumns(names, memoryFile(), 300)),
      finish: (read) => (columns && read.rows > 0 ? { ...read, stored: columns.table() } : read),
    });
    const plain = await readTable(sourceOf(name, fixture(name)), 1e9);
    expect(describeTable(name, table)).toEqual(describeTable(name, plain));
  });

  it.each(inParts)('%s, cut off anywhere, is told or read as far as it goes', async (name) => {
    const bytes = fixture(name);
    for (const share of [0.1, 0.4, 0.7, 0.95]) {
      const part = bytes.slice(0, Math.floor(share * bytes.length));
      const table = await readTable(sourceOf(name, part), 1e9, null, intoColumns());
      expect(table.rows > 0 || table.problems.length > 0).toBe(true);
    }
  });

  it.each([false, true])('a matrix of several parts; columns first: %s', async (fortran) => {
    const [rows, columns] = [300_001, 3];
    const source = sourceOf('big.npy', npy(rows, columns, fortran), 1 << 16);
    const longest = { asked: 0 };
    const watched: TableSource = {
      ...source,
      read: (position, length) => {
        longest.asked = Math.max(longest.asked, length);
        return source.read(position, length);
      },
    };
    const table = await readTable(watched, 1e9, null, intoColumns());
    expect(table.rows).toBe(rows);
    expect(table.problems).toEqual([]);
    table.columns.forEach(({ name, numbers }, j) => {
      expect(name).toBe(`big[${j}]`);
      expect(numbers.every((value, i) => value === i + j / 16)).toBe(true);
    });
    expect(longest.asked).toBeLessThan(1 << 22);
  });

  it('a batch or a group of rows that does not fit by itself is told', async () => {
    for (const name of ['lz4.feather', 'zstd.parquet']) {
      const { problems, rows } = await readTable(sourceOf(name, fixture(name)), 40, null, intoColumns());
      expect([name, rows, problems[0]?.id]).toEqual([name, 0, 'file-too-large']);
    }
  });

  it('groups of rows come one by one', async () => {
    const counts: number[] = [];
    const table = await readTable(sourceOf('groups.parquet', fixture('groups.parquet')), 1e9, null, {
      ...intoColumns(),
      makeColumns: (names) => {
        const columns = createColumns(names);
        return {
          ...columns,
          get rows() {
            return columns.rows;
          },
          append: (piece, ...rest) => {
            counts.push(piece.rows);
            columns.append(piece, ...rest);
          },
        };
      },
    });
    expect(counts.length).toBeGreaterThan(1);
    expect(counts.reduce((a, b) => a + b)).toBe(table.rows);
  });
});

function withoutCells({ name, type, missing, strays, firstStray, categories }: Column): unknown {
  return { name, type, missing, strays, firstStray, categories };
}

const json = (text: string): Promise<Table> =>
  readTable(sourceOf('x.json', new TextEncoder().encode(text)), 1e9);

describe('JSON', () => {
  it.each([
    ['objects', '[{"a":1,"b":"x"},{"a":2.5,"b":"y"}]', { a: [1, 2.5], b: ['x', 'y'] }],
    ['keys that come and go', '[{"a":1},{"b":2},{"a":3,"b":null}]', { a: [1, null, 3], b: [null, 2, null] }],
    ['lists', '[[1,2],[3,4]]', { 'column 1': [1, 3], 'column 2': [2, 4] }],
    ['columns', '{"a":[1,2],"b":["NaN",4]}', { a: [1, 2], b: [null, 4] }],
    ['columns of different lengths', '{"a":[1,2,3],"b":[4]}', { a: [1, 2, 3], b: [4, null, null] }],
    ['data and columns', '{"columns":["u","v"],"data":[[1,2],[3,4]]}', { u: [1, 3], v: [2, 4] }],
    ['objects under a key', '{"meta":{"n":1},"data":[{"a":1},{"a":2}]}', { a: [1, 2] }],
    ['columns under a key', '{"data":{"a":[1,2]}}', { a: [1, 2] }],
    [
      'features as lists',
      '[{"x":[1,2],"y":0},{"x":[3,4],"y":1}]',
      { 'x[0]': [1, 3], 'x[1]': [2, 4], y: [0, 1] },
    ],
    ['records in records', '[{"p":{"q":1}},{"p":{"q":2}}]', { 'p.q': [1, 2] }],
    ['words', '[{"a":true},{"a":false},{"a":NaN},{"a":-Infinity}]', { a: [1, 0, null, '-inf'] }],
    ['escapes', '[{"a\\u0062":"\\"\\n\\u00e9"}]', { ab: ['"\né'] }],
    ['lines', '{"a":1}\n{"a":2}\n', { a: [1, 2] }],
    ['lines of lists', '[1,2]\n[3,4]', { 'column 1': [1, 3], 'column 2': [2, 4] }],
    ['numbers', '[1,2.5,-3e2]', { 'column 1': [1, 2.5, -300] }],
    ['white space', ' \n [ { "a" : 1 } , { "a" : 2 } ] \n ', { a: [1, 2] }],
  ])('%s', async (_, text, columns) => {
    expect(shown(await json(text))).toEqual(columns);
  });

  it.each([
    ['[{"a":1},{"a":}]', /line 1, column 15: a value was expected/],
    ['[{"a":1},\n{"a":2]', /line 2, column 8: the text ends too early/],
    ['[{"a":1}', /the text ends too early/],
    ['[{"a":undefined}]', /"undefined" is no value/],
    ['{"a":1,"b":[1]}', /"a" is a single value/],
    ['[]', /no rows/],
    ['{"a":{"0":1,"1":2},"b":{"1":2,"0":1}}', /the rows of "b" are in another order/],
    [`${'['.repeat(5000)}1`, /ends too early|nested too deeply/],
  ])('%s', async (text, message) => {
    const { problems, rows } = await json(text);
    expect([rows, problems.length]).toEqual([0, 1]);
    expect(problems[0]?.message).toMatch(message);
  });
});
