/** Threads that read pieces of one large table, as long as it is being read. */
import { open, type FileHandle } from 'node:fs/promises';
import { Worker, type MessagePort } from 'node:worker_threads';
import {
  createPieceSource,
  type PieceBytes,
  type PieceReply,
  type PieceTask,
  type PieceThreads,
} from '../engine/pieces';

/** What a reader is started with. */
export interface ReaderStart {
  readonly tablePath: string;
  readonly tableSize: number;
}

interface Question {
  readonly id: number;
  readonly task: PieceTask;
  readonly memory: Float64Array | undefined;
}

interface Answer {
  readonly id: number;
  readonly reply: PieceReply | null;
}

export function isReaderStart(data: unknown): data is ReaderStart {
  return typeof data === 'object' && data !== null && 'tablePath' in data && 'tableSize' in data;
}

/** Answers tasks until the thread is ended. What it dies of is told by its exit. */
export async function beReader({ tablePath, tableSize }: ReaderStart, port: MessagePort): Promise<void> {
  const file = await open(tablePath);
  const read = createPieceSource({ size: tableSize, readInto: readerOf(file) });
  port.on('message', ({ id, task, memory }: Question) => {
    void read(task, memory).then((reply) => {
      const buffers = reply ? [reply.piece.values, ...reply.piece.texts.map(({ codes }) => codes)] : [];
      port.postMessage({ id, reply } satisfies Answer, buffers.map(bufferOf));
    });
  });
}

/** Reads of a file into memory that is there already. */
export const readerOf =
  (file: FileHandle): PieceBytes['readInto'] =>
  async (target, at, position) =>
    (await file.read(target, at, target.length - at, position)).bytesRead;

/** Memory that is given to another thread is never shared. */
const bufferOf = ({ buffer }: Float64Array | Int32Array): ArrayBuffer => buffer as ArrayBuffer;

export interface StartedReaders extends PieceThreads {
  dispose(): Promise<void>;
}

/** `file` is the script that calls `beReader` in a thread with a `ReaderStart`. */
export function startReaders(file: string, count: number, start: ReaderStart): StartedReaders {
  const readers = Array.from({ length: count }, () => startReader(file, start));
  return {
    count,
    read: (thread, task, memory) => readers[thread]?.read(task, memory) ?? Promise.resolve(null),
    dispose: async () => {
      await Promise.all(readers.map(({ worker }) => worker.terminate()));
    },
  };
}

function startReader(
  file: string,
  start: ReaderStart,
): {
  readonly worker: Worker;
  read(task: PieceTask, memory: Float64Array | undefined): Promise<PieceReply | null>;
} {
  const worker = new Worker(file, { workerData: start });
  const waiting = new Map<number, (reply: PieceReply | null) => void>();
  let lost = false;
  let next = 0;
  worker.unref();
  worker.on('error', () => undefined);
  worker.once('exit', () => {
    lost = true;
    for (const answer of waiting.values()) answer(null);
    waiting.clear();
  });
  worker.on('message', ({ id, reply }: Answer) => {
    waiting.get(id)?.(reply);
    waiting.delete(id);
  });
  return {
    worker,
    read: (task, memory) => {
      if (lost) return Promise.resolve(null);
      next += 1;
      const id = next;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        worker.postMessage({ id, task, memory } satisfies Question, memory ? [bufferOf(memory)] : []);
      });
    },
  };
}
