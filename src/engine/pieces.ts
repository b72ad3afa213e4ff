/**
 * A large text table in pieces, which several threads read at once. Where records begin is guessed by line feeds, which may
 * stand inside quotes: a piece is taken only if it begins where the one before it ended, so that a wrong guess costs time and
 * nothing else.
 */
import type { CsvLayout, CsvReader } from './csv';
import { createPieceReader, type Piece, type PieceReader } from './piece';

export interface PieceTask extends CsvLayout {
  /** Records that begin in these bytes of the file. */
  readonly from: number;
  readonly to: number;
  /** Whether a record begins at `from` for certain. */
  readonly exact: boolean;
}

export interface PieceReply {
  /** Its `end` counts from the start of the file. */
  readonly piece: Piece;
  /** Where its first record begins. */
  readonly start: number;
}

export interface PieceBytes {
  readonly size: number;
  /** Fills `target` from its place `at` on with bytes from a position; the number of those that came, 0 at the end. */
  readInto(target: Uint8Array, at: number, position: number): Promise<number>;
}

/** Reads pieces on other threads. */
export interface PieceThreads {
  readonly count: number;
  /** Null where no record was found, or the thread was lost. `memory` is given away. */
  read(thread: number, task: PieceTask, memory: Float64Array | undefined): Promise<PieceReply | null>;
}

const PIECE = 1 << 19;
/** Bytes after the end of a piece, for the end of its last record. */
const TAIL = 1 << 16;
/** A record that is longer is left to a reader that reads in order. */
const LONGEST = 1 << 22;
const LF = 10;

/** A reader of pieces of one file; it keeps what it needs for the layout of the last task. */
export function createPieceSource(
  source: PieceBytes,
): (task: PieceTask, memory?: Float64Array) => Promise<PieceReply | null> {
  let known: { readonly columns: number; readonly read: PieceReader } | null = null;
  let bytes: Uint8Array = new Uint8Array(PIECE + TAIL + 2);
  return async (task, memory) => {
    if (known?.columns !== task.columns)
      known = { columns: task.columns, read: createPieceReader(task.dialect, task.columns) };
    const first = task.exact ? task.from : task.from - 1;
    let held = 0;
    for (let tail = TAIL; tail <= LONGEST; tail *= 8) {
      const wanted = Math.min(source.size, task.to + tail) - first;
      if (wanted + 1 > bytes.length) {
        const larger = new Uint8Array(wanted + 1);
        larger.set(bytes.subarray(0, held));
        bytes = larger;
      }
      while (held < wanted) {
        const came = await source.readInto(bytes.subarray(0, wanted), held, first + held);
        // A file that has become shorter: who reads in order finds out where.
        if (came === 0) return null;
        held += came;
      }
      bytes[wanted] = LF;
      const last = first + wanted >= source.size;
      const start = task.exact ? 0 : bytes.subarray(0, wanted).indexOf(LF) + 1;
      if (!task.exact && start === 0) return null;
      const stop = Math.min(wanted, task.to - first);
      if (start >= stop) return { piece: emptyPiece(first + start), start: first + start };
      const piece = known.read(bytes, start, stop, wanted, last, memory);
      if (piece.end >= stop) return { piece: { ...piece, end: first + piece.end }, start: first + start };
    }
    return null;
  };
}

const emptyPiece = (end: number): Piece => ({
  rows: 0,
  end,
  lines: 0,
  values: new Float64Array(0),
  room: 0,
  gaps: [],
  texts: [],
  ragged: [],
  raggedCount: 0,
});

/**
 * Reads on from where the reader stands with the help of threads, as far as they find the records; the caller reads the rest.
 * `took` is told after each piece, and may throw. `size` is that of a piece in bytes.
 */
export async function readPieces(
  reader: CsvReader,
  source: PieceBytes,
  threads: PieceThreads,
  took: () => void,
  size = PIECE,
): Promise<void> {
  const layout = reader.layout();
  if (!layout) return;
  reader.rewind();
  const begin = reader.position();
  const count = Math.ceil((source.size - begin) / size);
  const task = (k: number): PieceTask => ({
    ...layout,
    from: begin + k * size,
    to: Math.min(source.size, begin + (k + 1) * size),
    exact: k === 0,
  });
  const readHere = createPieceSource(source);
  const most = 2 * threads.count + 2;
  const replies = new Map<number, PieceReply | null>();
  /** Of pieces that were taken. */
  const free: Float64Array[] = [];
  let given = 0;
  let taken = 0;
  let over = false;
  let wake: () => void = () => undefined;
  const news = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  let room: (() => void)[] = [];

  const work = async (thread: number): Promise<void> => {
    while (given < count && !over) {
      if (given - taken >= most) {
        await new Promise<void>((resolve) => room.push(resolve));
        continue;
      }
      const k = given;
      given += 1;
      replies.set(k, await threads.read(thread, task(k), free.pop()));
      wake();
    }
  };
  const working = Array.from({ length: threads.count }, (_, thread) => work(thread));
  try {
    while (taken < count) {
      const reply = replies.get(taken);
      if (reply === null || (reply && !reader.take(reply.piece, reply.start))) break;
      if (reply) {
        if (reply.piece.values.length > 0) free.push(reply.piece.values);
        replies.delete(taken);
        taken += 1;
        for (const go of room.splice(0)) go();
        took();
      } else if (given < count && given - taken < most) {
        const k = given;
        given += 1;
        replies.set(k, await readHere(task(k), free.pop()));
      } else await news();
    }
  } finally {
    over = true;
    for (const go of room) go();
    room = [];
    await Promise.all(working);
  }
}
