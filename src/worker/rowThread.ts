/** A thread that reads rows of files into shared memory, so that what computes on some need not wait for the next. */
import { closeSync, openSync, readSync } from 'node:fs';
import { Worker, type MessagePort } from 'node:worker_threads';
import { StreamFault, type RowFeed, type StripPlace } from '../engine/rowSource';

/** What a thread for rows is started with. */
export interface RowThreadStart {
  readonly rowThread: true;
}

export function isRowThreadStart(data: unknown): data is RowThreadStart {
  return typeof data === 'object' && data !== null && 'rowThread' in data;
}

/** Where the rows of a strip go, and where they come from: the bytes of its first row in the file. */
export interface FeedPlace extends StripPlace {
  readonly from: number;
}

type Order =
  | {
      readonly kind: 'open';
      readonly feed: number;
      readonly path: string;
      readonly memory: ArrayBufferLike;
      readonly states: Int32Array;
      readonly places: readonly FeedPlace[];
    }
  | {
      readonly kind: 'read';
      readonly feed: number;
      readonly slot: number;
      readonly at: number;
      readonly first: number;
      readonly count: number;
    }
  | { readonly kind: 'close'; readonly feed: number };

/** What a slot is: with rows in it, waiting for them, or without for a reason. */
const READY = 0;
const ASKED = 1;
const CUT_OFF = 2;
const FAILED = 3;
const LOST = 4;
/** More slots than any feed has. */
const SLOTS = 8;

interface OpenFeed {
  /** Null where the file could not be opened. */
  readonly file: number | null;
  readonly memory: ArrayBufferLike;
  readonly states: Int32Array;
  readonly places: readonly FeedPlace[];
}

/** Does what it is told until the thread is ended. */
export function beRowThread(port: MessagePort): void {
  const feeds = new Map<number, OpenFeed>();
  port.on('message', (order: Order) => {
    if (order.kind === 'open') {
      const { memory, states, places } = order;
      feeds.set(order.feed, { file: opened(order.path), memory, states, places });
      return;
    }
    const feed = feeds.get(order.feed);
    if (!feed) return;
    if (order.kind === 'close') {
      if (feed.file !== null) closeSync(feed.file);
      feeds.delete(order.feed);
      return;
    }
    Atomics.store(feed.states, order.slot, readRows(feed, order.at, order.first, order.count));
    Atomics.notify(feed.states, order.slot);
  });
}

/** What is wrong with a file shows when it is read. */
function opened(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}

function readRows({ file, memory, places }: OpenFeed, at: number, first: number, count: number): number {
  if (file === null) return FAILED;
  try {
    for (const { offset, from, width } of places) {
      const target = new Uint8Array(memory, offset + 8 * width * at, 8 * width * count);
      for (let done = 0; done < target.length;) {
        const came = readSync(file, target, done, target.length - done, from + 8 * width * first + done);
        if (came === 0) return CUT_OFF;
        done += came;
      }
    }
    return READY;
  } catch {
    return FAILED;
  }
}

export interface RowThread {
  /** `name` is that of the table, for messages. */
  open(path: string, name: string, memory: ArrayBufferLike, places: readonly FeedPlace[]): RowFeed;
  dispose(): Promise<void>;
}

/** `script` is one that calls `beRowThread` in a thread with a `RowThreadStart`. The thread is started when it is needed. */
export function createRowThread(script: string): RowThread {
  let worker: Worker | null = null;
  const open = new Map<number, Int32Array>();
  let last = 0;

  const running = (): Worker => {
    if (worker) return worker;
    const made = new Worker(script, { workerData: { rowThread: true } satisfies RowThreadStart });
    made.unref();
    // What it dies of is told by its exit.
    made.on('error', () => undefined);
    made.once('exit', () => {
      if (worker === made) worker = null;
      for (const states of open.values())
        for (let slot = 0; slot < SLOTS; slot += 1) Atomics.store(states, slot, LOST);
    });
    worker = made;
    return made;
  };

  return {
    open(path, name, memory, places) {
      last += 1;
      const feed = last;
      const states = new Int32Array(new SharedArrayBuffer(4 * SLOTS));
      open.set(feed, states);
      const tell = (order: Order): void => running().postMessage(order);
      tell({ kind: 'open', feed, path, memory, states, places });
      return {
        ask(slot, at, first, count) {
          if (Atomics.load(states, slot) === LOST) return;
          Atomics.store(states, slot, ASKED);
          tell({ kind: 'read', feed, slot, at, first, count });
        },
        wait(slot, milliseconds) {
          if (Atomics.load(states, slot) === ASKED) Atomics.wait(states, slot, ASKED, milliseconds);
          const state = Atomics.load(states, slot);
          if (state > ASKED) throw new StreamFault(faultOf(state, name));
          return state === READY;
        },
        close() {
          open.delete(feed);
          worker?.postMessage({ kind: 'close', feed } satisfies Order);
        },
      };
    },
    dispose: async () => {
      await worker?.terminate();
    },
  };
}

function faultOf(state: number, name: string): string {
  const again =
    'The curve and the parameters so far are kept; start the run again, and the copy is made anew.';
  switch (state) {
    case CUT_OFF:
      return `The copy of the numbers of ${name} on the disk was cut off while the run read it. ${again}`;
    case LOST:
      return `The thread that reads the numbers of ${name} from the disk was lost. ${again}`;
    default:
      return `The copy of the numbers of ${name} on the disk can no longer be read. ${again}`;
  }
}
