import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCsvReader, describeTable, type Table } from '../../../src/engine/csv';
import { prepareDataset, type Dataset, type Prepared } from '../../../src/engine/dataset';
import type { GradientJob } from '../../../src/engine/job';
import { readTable } from '../../../src/engine/readTable';
import { createRowTaker } from '../../../src/engine/rowReader';
import type { RowSource, StripPlace } from '../../../src/engine/rowSource';
import { someRows } from '../../../src/engine/split';
import { StorageFault, type FiledStrip, type Storage, type StorageFile } from '../../../src/engine/storage';
import { prepareStored } from '../../../src/engine/storedDataset';
import { createStoredColumns, tableOf, type StoredColumns } from '../../../src/engine/storedTable';
import type { DataChoice } from '../../../src/protocol/training';
import { jobOf, LOGISTIC, LOGISTIC_GRADIENT } from './jobs';
import { random } from './support';

/** A disk in memory, which may have an end. */
function memoryStorage(
  memory = 0,
  room = Infinity,
): Storage & { readonly files: Map<StorageFile, Uint8Array> } {
  const files = new Map<StorageFile, Uint8Array>();
  const source = (
    file: StorageFile,
    strips: readonly FiledStrip[],
    start: number,
    rows: number,
    sample: RowSource['sample'],
  ): RowSource => ({
    rows,
    sample,
    blockBytes: 4000,
    part: (first, count, own) => source(file, strips, start + first, count, own),
    open: (target: ArrayBufferLike, places: readonly StripPlace[]) => ({
      ask: (_, at, first, count) => {
        for (const { input, strip, offset, width } of places) {
          const from = strips.find((own) => own.input === input && own.strip === strip);
          if (from?.width !== width) throw new Error(`${input} has another width`);
          const bytes = new Uint8Array(target, offset + 8 * width * at, 8 * width * count);
          file.read(from.offset + 8 * width * (start + first), bytes);
        }
      },
      wait: () => true,
      close: () => undefined,
    }),
  });
  return {
    files,
    blockBytes: 4000,
    memory,
    create: () => {
      const file: StorageFile = {
        get size() {
          return files.get(file)?.length ?? 0;
        },
        write(position, bytes) {
          if (position + bytes.length > room) throw new StorageFault('disk-full', 'The disk is full.');
          const old = files.get(file) ?? new Uint8Array(0);
          const all = new Uint8Array(Math.max(old.length, position + bytes.length));
          all.set(old);
          all.set(bytes, position);
          files.set(file, all);
        },
        read(position, target) {
          target.set((files.get(file) ?? target).subarray(position, position + target.length));
        },
        discard: () => void files.delete(file),
      };
      files.set(file, new Uint8Array(0));
      return file;
    },
    rows: (file, strips, rows, sample) => source(file, strips, 0, rows, sample),
  };
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function inMemory(text: string): Table {
  const reader = createCsvReader();
  reader.push(encode(text));
  return reader.finish();
}

function stored(text: string, storage: Storage, chunk = 997): { table: Table; file: StorageFile } {
  const file = storage.create();
  let columns: StoredColumns | null = null;
  const reader = createCsvReader({}, (names) => (columns = createStoredColumns(names, file, 900)));
  const bytes = encode(text);
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
  const table = reader.finish();
  const own = columns as StoredColumns | null;
  return { table: table.rows > 0 && own ? { ...table, stored: own.table() } : table, file };
}

const logistic = jobOf(LOGISTIC, LOGISTIC_GRADIENT);
const JOBS: readonly (readonly [string, GradientJob])[] = [
  ['samples as rows', logistic],
  [
    'samples as columns',
    jobOf('data X[n,m]\nlabel y[m]\nparam w[n]\nJ = sum(i<m, y[i]*sum(j<n, w[j]*X[j,i]))', 'dw[j<n] = 0'),
  ],
  [
    'one-hot labels',
    jobOf(
      'data X[m,n]\nlabel y[m,k] onehot\nparam w[n,k]\nJ = sum(i<m, sum(c<k, y[i,c]*sum(j<n, w[j,c]*X[i,j])))',
      'dw[j<n,c<k] = 0',
    ),
  ],
  [
    'one-hot labels in columns',
    jobOf(
      'data X[m,n]\nlabel y[k,m] onehot\nparam w[n,k]\nJ = sum(i<m, sum(c<k, y[c,i]*sum(j<n, w[j,c]*X[i,j])))',
      'dw[j<n,c<k] = 0',
    ),
  ],
  [
    'a vector beside the matrix',
    jobOf(
      'data X[m,n]\ndata a[m]\nlabel y[m]\nparam w[n]\nJ = sum(i<m, a[i]*y[i]*sum(j<n, w[j]*X[i,j]))',
      'dw[j<n] = 0',
    ),
  ],
  [
    'weights of the rows',
    jobOf(
      'data X[m,n]\ndata sample_weight[m]\nlabel y[m]\nparam w[n]\nJ = sum(i<m, sample_weight[i]*y[i]*sum(j<n, w[j]*X[i,j]))',
      'dw[j<n] = 0',
    ),
  ],
];

/** Rows of a dataset as they are in memory. */
function rowsOf(job: GradientJob, { source, ...dataset }: Dataset): Dataset {
  if (!source) return dataset;
  const taker = createRowTaker(job, { ...dataset, source });
  const work = taker.take(0, source.rows);
  for (;;) {
    const step = work.next();
    if (step.done) return { ...dataset, inputs: { ...dataset.inputs, ...step.value } };
  }
}

function finished(work: Generator<void, Prepared>): Prepared {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** What can be compared of a dataset: the numbers, and what is told. */
function shown(job: GradientJob, prepared: Prepared): unknown {
  if (!prepared.ok) return prepared.problems;
  const plain = (dataset: Dataset): unknown => {
    const { sizes, inputs, rows, features, classes, scaling, notes } = rowsOf(job, dataset);
    return {
      sizes,
      inputs,
      rows,
      features,
      classes,
      scaling,
      notes: notes.filter((note) => !note.startsWith('The table is larger than memory')),
    };
  };
  const { validation } = prepared.dataset;
  return [plain(prepared.dataset), validation ? plain(validation) : null];
}

/** Cells of a random table: numbers, texts, gaps, in shares that make columns of all kinds. */
function randomText(seed: number, rows: number): string {
  const next = random(seed);
  const gap = next() < 0.5 ? 0 : 0.1 * next();
  const number = (): string => (next() < gap ? '' : String(Math.round(1e6 * (next() - 0.5)) / 1e3));
  const texts = ['red', 'green', 'blue, or so', '7', ''].slice(0, 2 + Math.floor(4 * next()));
  const text = (): string => `"${texts[Math.floor(next() * texts.length)] ?? ''}"`;
  const stray = next() < 0.1;
  const lines = Array.from({ length: rows }, (_, k) => {
    const cells = [number(), number(), text(), next() < gap ? 'NA' : '5', number()];
    if (stray && k === Math.floor(rows / 2)) cells[1] = 'oops';
    return [...cells, next() < gap ? '' : next() < 0.5 ? 'yes' : 'no'].join(',');
  });
  return `a,b,s,c,d,y\n${lines.join('\n')}\n`;
}

const choiceOf = (seed: number): DataChoice => {
  const next = random(seed + 1);
  const flag = (): boolean => next() < 0.5;
  const all = ['a', 'b', 's', 'c', 'd'];
  const features = all.filter((_, k) => k === 0 || k === 4 || flag());
  return {
    path: 'd.csv',
    target: 'y',
    features,
    standardise: flag(),
    missing: (['drop', 'mean', 'stop'] as const)[Math.floor(3 * next())] ?? 'drop',
    categories: flag() ? 'number' : 'indicators',
    intercept: flag(),
    ...(flag() ? { validation: { share: 0.3, seed } } : {}),
    ...(flag() ? { balance: true } : {}),
  };
};

describe('a table on the disk', () => {
  it('is shown as one in memory is, whatever its cells are, also in a later session', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 2000 }),
        (seed, rows, chunk) => {
          const text = randomText(seed, rows);
          const { table, file } = stored(text, memoryStorage(), chunk);
          const expected = describeTable('p', inMemory(text));
          expect(describeTable('p', table)).toEqual(expected);
          const storage = memoryStorage();
          const other = storage.create();
          let columns: StoredColumns | null = null;
          const reader = createCsvReader({}, (names) => (columns = createStoredColumns(names, other)));
          reader.push(encode(text));
          const again = reader.finish();
          const index = (columns as StoredColumns | null)?.index(again);
          if (!index || again.rows === 0) return;
          const kept = tableOf(JSON.parse(JSON.stringify(index)) as typeof index, other);
          expect(describeTable('p', kept)).toEqual(expected);
          file.discard();
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(JOBS)('becomes the same inputs, notes and problems to the last bit: %s', (_, job) => {
    let used = 0;
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 250 }), fc.boolean(), (seed, rows, fits) => {
        const text = randomText(seed, rows);
        const choice = choiceOf(seed);
        const storage = memoryStorage(fits ? 1e9 : 0);
        const { table, file } = stored(text, storage);
        const expected = prepareDataset(job, inMemory(text), choice);
        const found = table.stored
          ? finished(prepareStored({ job, table, stored: table.stored, choice, storage }))
          : prepareDataset(job, table, choice);
        expect(shown(job, found)).toEqual(shown(job, expected));
        if (found.ok) expect(found.dataset.source === undefined).toBe(fits || !table.stored);
        if (found.ok) used += 1;
        file.discard();
        // Of what is not used any more nothing stays on the disk.
        expect(storage.files.size).toBe(found.ok && found.dataset.source ? 1 : 0);
      }),
      { numRuns: 60 },
    );
    expect(used).toBeGreaterThan(5);
  });

  it('has a sample of its rows in memory, evenly spaced', () => {
    const text = `a,y\n${Array.from({ length: 50_000 }, (_, k) => `${k},${k % 2}`).join('\n')}\n`;
    const storage = memoryStorage();
    const { table } = stored(text, storage, 1 << 16);
    const choice: DataChoice = {
      path: 'd',
      target: 'y',
      features: ['a'],
      standardise: false,
      missing: 'drop',
    };
    if (!table.stored) throw new Error('the table is in memory');
    const prepared = finished(prepareStored({ job: logistic, table, stored: table.stored, choice, storage }));
    if (!prepared.ok) throw new Error('not prepared');
    const expected = prepareDataset(logistic, inMemory(text), choice);
    if (!expected.ok) throw new Error('not prepared');
    for (const rows of [20_000]) {
      const some = someRows(logistic, prepared.dataset, rows);
      expect(some.inputs).toEqual(someRows(logistic, expected.dataset, rows).inputs);
      expect([some.rows, some.sizes.m, some.source]).toEqual([rows, rows, undefined]);
    }
    expect(someRows(logistic, prepared.dataset, 40).rows).toBe(40);
  });

  it('is told of when its copy is damaged, and when the disk is full', () => {
    const text = randomText(3, 200);
    const storage = memoryStorage();
    const { table, file } = stored(text, storage);
    const bytes = storage.files.get(file);
    if (!bytes || !table.stored) throw new Error('the table is in memory');
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    const choice: DataChoice = {
      path: 'd',
      target: 'y',
      features: ['a'],
      standardise: true,
      missing: 'drop',
    };
    const { stored: cells } = table;
    const prepare = (to: Storage): Prepared =>
      finished(prepareStored({ job: logistic, table, stored: cells, choice, storage: to }));
    expect(() => prepare(storage)).toThrow(/is damaged/);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    const full = memoryStorage(0, 1000);
    expect(() => prepare(full)).toThrow('The disk is full.');
    expect(full.files.size).toBe(0);
  });

  it('ends what it has begun when it is left', () => {
    const storage = memoryStorage();
    const { table } = stored(randomText(3, 200), storage);
    const choice: DataChoice = {
      path: 'd',
      target: 'y',
      features: ['a'],
      standardise: true,
      missing: 'drop',
    };
    if (!table.stored) throw new Error('the table is in memory');
    const work = prepareStored({ job: logistic, table, stored: table.stored, choice, storage });
    while (storage.files.size < 2) work.next();
    expect(() => work.throw(new Error('left'))).toThrow('left');
    expect(storage.files.size).toBe(1);
  });

  it('is what a text becomes that needs more memory than there is, and of no other format', async () => {
    const rows = Array.from({ length: 5000 }, (_, k) => `${k},${k % 7}`);
    const bytes = encode(`a,b\n${rows.join('\n')}\n`);
    const read = (position: number, length: number): Promise<Uint8Array> =>
      Promise.resolve(bytes.subarray(position, position + length));
    const storage = memoryStorage();
    let columns: StoredColumns | null = null;
    const spill = {
      from: 1e4,
      makeColumns: (names: readonly string[]) => (columns = createStoredColumns(names, storage.create())),
      finish: (table: Table): Table => ({
        ...table,
        ...(columns ? { stored: columns.table() } : {}),
      }),
    };
    const source = { name: 't.csv', size: bytes.length, read };
    expect((await readTable(source, 1e6, null, { ...spill, from: 1e6 })).stored).toBeUndefined();
    const large = await readTable(source, 1e6, null, spill);
    expect([large.rows, large.stored?.infos.map(({ max }) => max)]).toEqual([5000, [4999, 6]]);
    expect((await readTable(source, 1e4)).problems[0]?.id).toBe('file-too-large');
  });
});
