import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/core/random';
import { createCsvReader, type Table } from '../../../src/engine/csv';
import {
  createPieceSource,
  readPieces,
  type PieceBytes,
  type PieceThreads,
} from '../../../src/engine/pieces';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function inOrder(bytes: Uint8Array): Table {
  const reader = createCsvReader();
  reader.push(bytes);
  return reader.finish();
}

function bytesOf(bytes: Uint8Array): PieceBytes {
  return {
    size: bytes.length,
    readInto: (target, at, position) => {
      // Less than was asked for, as systems may give.
      const part = bytes.subarray(position, Math.min(position + target.length - at, position + 3000));
      target.set(part, at);
      return Promise.resolve(part.length);
    },
  };
}

/** The table by pieces of a size, with the share of the bytes that pieces were taken of. */
async function inPieces(
  bytes: Uint8Array,
  size: number,
  count = 2,
  lost: (asked: number) => boolean = () => false,
): Promise<{ readonly table: Table; readonly share: number }> {
  const source = bytesOf(bytes);
  const readers = Array.from({ length: count }, () => createPieceSource(source));
  let asked = 0;
  const threads: PieceThreads = {
    count,
    read: async (thread, task, memory) => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, asked % 3));
      return lost(asked) ? null : ((await readers[thread]?.(task, memory)) ?? null);
    },
  };
  const reader = createCsvReader();
  reader.push(bytes.subarray(0, 70_000));
  reader.rewind();
  const begin = reader.position();
  await readPieces(reader, source, threads, () => undefined, size);
  const share = (reader.position() - begin) / (bytes.length - begin);
  reader.push(bytes.subarray(reader.position()));
  return { table: reader.finish(), share };
}

function table(rows: number, cell: (row: number) => string, lineEnd = '\n'): Uint8Array {
  const random = createRandom(7);
  const lines = Array.from(
    { length: rows },
    (_, i) => `${i},${random() - 0.5},${cell(i)},${i % 7 === 0 ? '' : i}`,
  );
  return encode(`a,b,c,d${lineEnd}${lines.join(lineEnd)}${lineEnd}`);
}

describe('pieces of a table are the whole of it', () => {
  it.each([
    ['numbers', table(8000, (i) => String(i / 3))],
    ['texts, known and new', table(8000, (i) => (i % 1000 === 999 ? `new ${i}` : `t${i % 5}`))],
    ['texts in quotes', table(8000, (i) => `"x, ""${i % 4}"""`)],
    ['Windows line ends', table(8000, (i) => `s${i % 3}`, '\r\n')],
    ['strays', table(8000, (i) => (i === 6000 ? 'oops' : String(i)))],
    ['blank lines and comments', table(8000, (i) => (i % 50 === 0 ? `${i},1\n\n# note` : String(i))).slice()],
    ['no line end at the end', table(8000, (i) => String(i)).slice(0, -1)],
  ])('%s', async (_, bytes) => {
    const expected = inOrder(bytes);
    for (const size of [1000, 7919, 100_000]) {
      const { table: read, share } = await inPieces(bytes, size);
      expect(read).toEqual(expected);
      expect(share).toBe(1);
    }
  });

  it('where quotes hold line ends, which begin no records, the rest is read in order', async () => {
    const bytes = table(8000, (i) => (i > 4000 ? `"one\n${i % 3},two\nthree"` : 'x'));
    const expected = inOrder(bytes);
    for (const size of [500, 7919]) {
      const { table: read, share } = await inPieces(bytes, size);
      expect(read).toEqual(expected);
      expect(share).toBeLessThan(1);
    }
  });

  it('old Macintosh line ends, which no piece can be found by', async () => {
    const bytes = table(8000, (i) => String(i), '\r');
    const { table: read } = await inPieces(bytes, 5000);
    expect(read).toEqual(inOrder(bytes));
  });

  it('lost threads leave the rest to who reads in order', async () => {
    const bytes = table(8000, (i) => String(i));
    const { table: read, share } = await inPieces(bytes, 5000, 2, (asked) => asked > 1);
    expect(read).toEqual(inOrder(bytes));
    expect(share).toBeLessThan(1);
  });

  it('uneven rows are told with their lines', async () => {
    const bytes = table(8000, (i) => (i === 7000 ? '1,2' : String(i)));
    const { table: read } = await inPieces(bytes, 5000);
    expect(read.problems[0]?.message).toMatch(/line 7002 has 5 fields/);
    expect(read).toEqual(inOrder(bytes));
  });
});
