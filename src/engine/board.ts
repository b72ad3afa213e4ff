/**
 * How threads share the chunks of a job: an array of whole numbers in shared memory, one per chunk, that tells whether the
 * chunk of a job is free, taken by a thread, or done. Every number carries that of the job, so that a thread that comes late
 * from an earlier job takes nothing from the present one; and the chunks that a lost thread had taken are free again.
 */

/** Whole numbers at the start of the board. */
const WAKE = 0;
const JOB = 1;
const KERNEL = 2;
const PASS = 3;
const CHUNKS = 4;
const NEWS = 5;
const FIRST = 8;

export const MOST_CHUNKS = 1 << 14;
/** States of a chunk within a job: free, done, given up, or taken by the thread of that number. */
const FREE = 0;
const DONE = 1;
const GIVEN_UP = 2;
const TAKEN = 3;
const STATES = 64;
/** Threads with numbers 1 to 60 can take part; the one that gives out the work is 0. */
export const MOST_HELPERS = STATES - TAKEN - 1;

/**
 * Times that a thread looks at the board before it sleeps, some tenths of a millisecond in all: that is what a step of an optimizer
 * takes between two jobs, and waking up takes as long for both threads.
 */
const LOOKS = 1e5;

function changesSoon(board: Board, place: number, seen: number): boolean {
  for (let look = 0; look < LOOKS; look += 1) if (Atomics.load(board, place) !== seen) return true;
  return false;
}

/** In shared memory, unless there is one thread only. */
export type Board = Int32Array;

export const createBoard = (): Board => new Int32Array(new SharedArrayBuffer(4 * (FIRST + MOST_CHUNKS)));

/** For a crew without helpers, which needs none. */
export const noBoard = (): Board => new Int32Array(FIRST);

export interface Job {
  readonly number: number;
  readonly kernel: number;
  readonly pass: number;
  readonly chunks: number;
}

/** Offers the chunks of a pass to all threads. The chunks of the job before must be done or given up. */
export function offerJob(board: Board, kernel: number, pass: number, chunks: number): Job {
  const number = (Atomics.load(board, JOB) + 1) % (1 << 24);
  Atomics.store(board, KERNEL, kernel);
  Atomics.store(board, PASS, pass);
  Atomics.store(board, CHUNKS, chunks);
  for (let chunk = 0; chunk < chunks; chunk += 1) Atomics.store(board, FIRST + chunk, number * STATES + FREE);
  Atomics.store(board, JOB, number);
  wake(board);
  return { number, kernel, pass, chunks };
}

/** Lets the helpers look at the board and at their messages. */
export function wake(board: Board): void {
  Atomics.add(board, WAKE, 1);
  Atomics.notify(board, WAKE);
}

/** Whether the job is the one on offer. */
export const isCurrent = (board: Board, { number }: Job): boolean => Atomics.load(board, JOB) === number;

/** The job on offer. What it says of it may belong to a later one, whose chunks cannot be taken under its number. */
export function currentJob(board: Board): Job {
  const number = Atomics.load(board, JOB);
  return {
    number,
    kernel: Atomics.load(board, KERNEL),
    pass: Atomics.load(board, PASS),
    chunks: Atomics.load(board, CHUNKS),
  };
}

/** Takes the first free chunk from `from` on; -1 if there is none. */
export function takeChunk(board: Board, { number, chunks }: Job, thread: number, from: number): number {
  const free = number * STATES + FREE;
  for (let chunk = from; chunk < chunks; chunk += 1) {
    const place = FIRST + chunk;
    if (
      Atomics.load(board, place) === free &&
      Atomics.compareExchange(board, place, free, number * STATES + TAKEN + thread) === free
    )
      return chunk;
  }
  return -1;
}

/** Does nothing to a chunk that was freed meanwhile. */
export function finishChunk(board: Board, { number }: Job, thread: number, chunk: number): void {
  const first = number * STATES;
  Atomics.compareExchange(board, FIRST + chunk, first + TAKEN + thread, first + DONE);
  Atomics.add(board, NEWS, 1);
  Atomics.notify(board, NEWS);
}

const every = (board: Board, { number, chunks }: Job, holds: (state: number) => boolean): boolean => {
  for (let chunk = 0; chunk < chunks; chunk += 1)
    if (!holds(Atomics.load(board, FIRST + chunk) - number * STATES)) return false;
  return true;
};

export const isDone = (board: Board, job: Job): boolean => every(board, job, (state) => state === DONE);

/** Whether nobody works on the job, and nobody will. */
export const isOver = (board: Board, job: Job): boolean =>
  every(board, job, (state) => state === DONE || state === GIVEN_UP);

/** Waits until a chunk was finished since `news`, at most so long. */
export function waitForNews(board: Board, news: number, milliseconds: number): void {
  if (!changesSoon(board, NEWS, news)) Atomics.wait(board, NEWS, news, milliseconds);
}
export const newsOf = (board: Board): number => Atomics.load(board, NEWS);

/** Nobody takes another chunk of the job. */
export function withdrawJob(board: Board, { number, chunks }: Job): void {
  const free = number * STATES + FREE;
  for (let chunk = 0; chunk < chunks; chunk += 1)
    Atomics.compareExchange(board, FIRST + chunk, free, number * STATES + GIVEN_UP);
}

/** Frees what a lost thread had taken. */
export function freeChunksOf(board: Board, thread: number): void {
  const { number, chunks } = currentJob(board);
  for (let chunk = 0; chunk < chunks; chunk += 1)
    Atomics.compareExchange(board, FIRST + chunk, number * STATES + TAKEN + thread, number * STATES + FREE);
  Atomics.add(board, NEWS, 1);
  Atomics.notify(board, NEWS);
}

/**
 * The work of a helper, for ever: waits for jobs and takes chunks of them. `kernelOf` is asked once per job, after the
 * messages that came before it; null if the kernel is unknown.
 */
export function help(
  board: Board,
  thread: number,
  kernelOf: (kernel: number) => ((pass: number, chunk: number) => void) | null,
): never {
  let seen = Atomics.load(board, WAKE) - 1;
  for (;;) {
    if (!changesSoon(board, WAKE, seen)) Atomics.wait(board, WAKE, seen);
    seen = Atomics.load(board, WAKE);
    const job = currentJob(board);
    const run = kernelOf(job.kernel);
    if (!run) continue;
    for (
      let chunk = takeChunk(board, job, thread, 0);
      chunk >= 0;
      chunk = takeChunk(board, job, thread, chunk + 1)
    ) {
      run(job.pass, chunk);
      finishChunk(board, job, thread, chunk);
    }
  }
}
