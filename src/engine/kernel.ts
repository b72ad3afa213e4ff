/**
 * Runs a loop program as a kernel made at run time. What belongs to no row is computed by the interpreter on the kernel's
 * memory; the interpreter is also the specification, and what runs where there can be no kernel.
 */
import { opRow } from '../core/ops';
import type { DataMemory } from './dataMemory';
import { bindUniform, type Arrays } from './interpret';
import type { Compiled, LoopProgram, Sizes } from './loop';
import { NotVectorised } from './wasm/instantiate';
import { canVectorise, compileKernel, rowsFunction, scratchOf, type KernelPlan } from './wasm/compile';
import { PAGE, wasmHost, type WasmInstance, type WasmMemory } from './wasm/host';
import type { Store } from './wasm/layout';
import { STREAMS } from './wasm/nest';
import { SLOTS } from './rowSource';
import { bindTotals, NEUTRAL } from './totals';
import type { Crew } from './crew';
import {
  currentJob,
  finishChunk,
  freeChunksOf,
  isCurrent,
  isDone,
  isOver,
  newsOf,
  offerJob,
  takeChunk,
  waitForNews,
  withdrawJob,
} from './board';

export interface Kernel {
  /** Computes all outputs on this thread, in new arrays. Throws a RangeError for an input that is missing or has the wrong length. */
  run(inputs?: Arrays): Record<string, Float64Array>;
  /** The same in pieces of some milliseconds at most. */
  steps(inputs?: Arrays): Generator<void, Record<string, Float64Array>>;
  /** How it is computed, in words. */
  readonly about: string;
  /** Lets other threads forget it. */
  dispose(): void;
}

export interface KernelSettings {
  readonly precision: 'double' | 'single';
  readonly fused: boolean;
}

/** Why a program of single numbers is left to the interpreter. */
export const NO_AXIS = 'it has no axis that vectors could run along';

/**
 * `fixed` are inputs that stay the same between runs: they are copied into the kernel's memory once, those aside that lie in
 * `data`, whose memory the kernel then works in. With a crew, `steps` shares the work on large data with its threads; results are
 * the same to the last bit.
 */
export function createKernel(
  program: LoopProgram,
  sizes: Sizes,
  fixed: Arrays,
  settings: KernelSettings,
  crew: Crew | null = null,
  data: DataMemory | null = null,
): Compiled<Kernel> {
  const host = wasmHost();
  if (!host || !canVectorise()) return { ok: false, message: 'this host has no WebAssembly with vectors' };
  if (program.passes.every((pass) => pass.rows.length === 0)) return { ok: false, message: NO_AXIS };
  const placed = data && settings.precision === 'double' ? placesIn(data, program, fixed) : NOWHERE;
  const shared = placed.size > 0 ? data : null;
  let reserved: number | null = null;
  const release = (): void => {
    if (reserved !== null) shared?.release(reserved);
  };
  try {
    const plan = compileKernel(program, sizes, {
      double: settings.precision === 'double',
      fused: settings.fused,
      helpers: crew?.helpers ?? 0,
      ground: shared && { placed, reserve: (bytes) => (reserved = shared.reserve(bytes)) },
    });
    const memory =
      shared?.memory ??
      new host.Memory({ initial: plan.pages, maximum: plan.pages, shared: plan.helpers > 0 });
    const started = startKernel(plan, memory, crew);
    const isPlaced = (name: string, buffer: number, values: Float64Array): boolean => {
      const place = placed.get(buffer);
      if (place !== undefined && shared?.placeOf(values) !== place)
        throw new RangeError(`the input ${name} lies in the memory of the data and has no other values`);
      return place !== undefined;
    };
    const kernel = bindKernel({ program, sizes, fixed, settings, ...started, alone: crew?.alone, isPlaced });
    const dispose = (): void => {
      kernel.dispose();
      // A helper that is still at a chunk writes to where the kernel was.
      if (!started.team || isIdle(started.team)) release();
    };
    return { ok: true, value: { ...kernel, dispose } };
  } catch (error) {
    release();
    if (error instanceof NotVectorised) return { ok: false, message: error.message };
    throw error;
  }
}

const NOWHERE: ReadonlyMap<number, number> = new Map();

/** The inputs that lie in the memory of the data, by buffer. */
function placesIn(data: DataMemory, program: LoopProgram, fixed: Arrays): Map<number, number> {
  const places = new Map<number, number>();
  for (const { name, buffer } of program.inputs) {
    const values = fixed[name];
    const place = values ? data.placeOf(values) : null;
    if (place !== null) places.set(buffer, place);
  }
  return places;
}

export const importsOf = (plan: KernelPlan, memory: WasmMemory): Record<string, Record<string, unknown>> => ({
  env: { memory, ...Object.fromEntries(plan.called.map((name) => [name, opRow(name).evaluate])) },
});

/** Runs one chunk of rows of one pass, in pieces of some milliseconds. */
export type ChunkRunner = (pass: number, chunk: number) => Generator<void>;

/** The runner of one thread, with scratch memory of its own. */
export function createChunkRunner(
  plan: KernelPlan,
  memory: WasmMemory,
  thread: number,
  instance: WasmInstance,
): ChunkRunner {
  const { layout, chunkRows, rows } = plan;
  const passes = plan.folds.length;
  const scratch = layout.scratch + thread * scratchOf(layout);
  const quarter = layout.blockRows / STREAMS;
  /** Of all chunks, from which on each has its part. */
  const allTotals = new Float64Array(memory.buffer, totalsAt(plan, 0), (plan.chunks * layout.totalBytes) / 8);
  return function* (code, own) {
    const pass = code % passes;
    const { chunk, place } = placeIn(plan, Math.floor(code / passes), own);
    const run = instance.exports[rowsFunction(pass, true)];
    const runAny = instance.exports[rowsFunction(pass, false)];
    if (!run || !runAny) throw new Error(`the kernel has no pass ${pass}`);
    const start = place * chunkRows;
    const count = Math.min(chunkRows, rows - chunk * chunkRows);
    const totals = totalsAt(plan, chunk);
    for (const { op, store } of plan.folds[pass] ?? []) {
      const first = (chunk * layout.totalBytes + store.offset) / 8;
      allTotals.fill(NEUTRAL[op], first, first + store.length);
    }
    const perStream = Math.floor(count / layout.blockRows) * quarter;
    for (let done = 0; done < perStream; done += plan.sliceBlocks * quarter) {
      const blocks = Math.min(plan.sliceBlocks, (perStream - done) / quarter);
      run(start + done, quarter, perStream, blocks, layout.blockRows, scratch, totals);
      yield;
    }
    const rest = count - STREAMS * perStream;
    if (rest === 0) return;
    // The rows that are left are shared out to the streams too.
    const each = 2 * Math.ceil(rest / (2 * STREAMS));
    runAny(start + STREAMS * perStream, each, each, 1, rest, scratch, totals);
  };
}

/** Number of a block in a slot, for `blockPass`. */
const blockIn = (block: number, slot: number): number => block * SLOTS + slot;

/** What a chunk runner takes for a pass over a block that lies in a slot. */
export const blockPass = ({ folds }: KernelPlan, pass: number, block: number, slot: number): number =>
  blockIn(block, slot) * folds.length + pass;

/** Which chunk it is of all, and which of those that memory holds. */
function placeIn(
  { blockChunks }: KernelPlan,
  block: number,
  own: number,
): { readonly chunk: number; readonly place: number } {
  if (blockChunks === null) return { chunk: own, place: own };
  const slot = block % SLOTS;
  return { chunk: ((block - slot) / SLOTS) * blockChunks + own, place: slot * blockChunks + own };
}

const totalsAt = ({ layout, pages, chunks }: KernelPlan, chunk: number): number =>
  pages * PAGE - (chunks - chunk) * layout.totalBytes;

const viewOf = (memory: WasmMemory, { offset, length, double }: Store): Float64Array | Float32Array =>
  double ? new Float64Array(memory.buffer, offset, length) : new Float32Array(memory.buffer, offset, length);

export interface Team {
  readonly crew: Crew;
  /** The kernel's number in the crew. */
  readonly id: number;
}

/** Whether no thread is at a chunk of the kernel, or can still take one. */
function isIdle({ crew, id }: Team): boolean {
  const job = currentJob(crew.board);
  return job.kernel !== id || isOver(crew.board, job);
}

/** Milliseconds to wait for the last chunks of others before the caller is let in. */
const PATIENCE = 1;

/** Number of the thread that gives out the work. */
const SELF = 0;

/**
 * All chunks of a pass, with the help of a crew. A pass that another one has ended before it was done (both are iterated in
 * turn, or the first was left) is run again alone.
 */
function* sharedPass(
  { crew, id }: Team,
  pass: number,
  chunks: number,
  runChunk: ChunkRunner,
): Generator<void> {
  const { board } = crew;
  // A helper may still be at a chunk of the job before.
  for (;;) {
    const news = newsOf(board);
    const last = currentJob(board);
    freeChunksOf(board, SELF);
    withdrawJob(board, last);
    if (isOver(board, last)) break;
    waitForNews(board, news, PATIENCE);
    yield;
  }
  const job = offerJob(board, id, pass, chunks);
  for (;;) {
    const news = newsOf(board);
    const chunk = takeChunk(board, job, SELF, 0);
    if (chunk >= 0) {
      yield* runChunk(pass, chunk);
      finishChunk(board, job, SELF, chunk);
    } else if (!isCurrent(board, job)) break;
    else if (isDone(board, job)) return;
    else if (isOver(board, job)) break;
    else waitForNews(board, news, PATIENCE);
    yield;
  }
  yield* ownPass(pass, chunks, runChunk);
}

function* ownPass(pass: number, chunks: number, runChunk: ChunkRunner): Generator<void> {
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    yield* runChunk(pass, chunk);
    yield;
  }
}

/** All chunks of a pass, or of a block of one, on this thread or with a crew. */
export function allChunks(
  helped: Team | null,
  pass: number,
  chunks: number,
  runChunk: ChunkRunner,
): Generator<void> {
  return helped ? sharedPass(helped, pass, chunks, runChunk) : ownPass(pass, chunks, runChunk);
}

/** A kernel whose code is made, with the crew that knows it if there is one. */
export interface StartedKernel {
  readonly plan: KernelPlan;
  readonly memory: WasmMemory;
  readonly runChunk: ChunkRunner;
  readonly team: Team | null;
}

/** Throws where the host has no WebAssembly. */
export function startKernel(plan: KernelPlan, memory: WasmMemory, crew: Crew | null): StartedKernel {
  const host = wasmHost();
  if (!host) throw new Error('this host has no WebAssembly');
  const module = new host.Module(plan.bytes);
  const runChunk = createChunkRunner(plan, memory, 0, new host.Instance(module, importsOf(plan, memory)));
  const team = crew && plan.helpers > 0 ? { crew, id: crew.load({ plan, module, memory }) } : null;
  return { plan, memory, runChunk, team };
}

export interface KernelBinding extends StartedKernel {
  readonly program: LoopProgram;
  readonly sizes: Sizes;
  readonly fixed: Arrays;
  readonly settings: KernelSettings;
  /** Why there are no helpers although there could be. */
  readonly alone: string | undefined;
  /** Whether an input is in its place already; throws a RangeError for other values in its place. */
  readonly isPlaced?: (name: string, buffer: number, values: Float64Array) => boolean;
  /** Inputs that come into memory by themselves. */
  readonly isGiven?: (name: string) => boolean;
  /** A pass over all rows. */
  readonly wholePass?: (pass: number, helped: Team | null) => Generator<void>;
}

export function bindKernel({
  program,
  sizes,
  fixed,
  plan,
  memory,
  settings,
  runChunk,
  team,
  alone,
  isPlaced = () => false,
  isGiven = () => false,
  wholePass = (pass, helped) => allChunks(helped, pass, plan.chunks, runChunk),
}: KernelBinding): Kernel {
  const { layout } = plan;
  const none = new Float64Array(0);
  const views = layout.stores.map((store) => (store.base === 'scratch' ? none : viewOf(memory, store)));
  const uniform = bindUniform(
    program,
    sizes,
    views.map((view) => (view instanceof Float64Array ? view : none)),
  );
  const copies = [...layout.copies].map(([buffer, store]) => ({ buffer, view: viewOf(memory, store) }));
  const put = (name: string, buffer: number, value: Float64Array): void => {
    const view = views[buffer] ?? none;
    if (value.length !== view.length)
      throw new RangeError(`the input ${name} has ${value.length} values, expected ${view.length}`);
    if (!isPlaced(name, buffer, value)) view.set(value);
  };
  for (const { name, buffer } of program.inputs) {
    const value = fixed[name];
    if (value) put(name, buffer, value);
  }
  const totals = bindTotals(plan, memory, totalsAt);

  function* stepsOf(inputs: Arrays, helped: Team | null): Generator<void, Record<string, Float64Array>> {
    for (const { name, buffer } of program.inputs) {
      const value = inputs[name];
      if (value) put(name, buffer, value);
      else if (!fixed[name] && !isGiven(name)) throw new RangeError(`the input ${name} is missing`);
    }
    for (const [pass, { rows }] of program.passes.entries()) {
      for (const run of uniform[pass] ?? []) run();
      for (const { buffer, view } of copies) view.set(views[buffer] ?? none);
      if (rows.length === 0) continue;
      if (plan.rows === 0) totals.clear(pass, views);
      else {
        yield* wholePass(pass, helped);
        totals.finish(pass, views);
      }
    }
    const outputs: Record<string, Float64Array> = {};
    for (const output of program.outputs)
      outputs[output.name] = new Float64Array(views[output.buffer] ?? none);
    return outputs;
  }

  return {
    about: `a kernel in ${settings.precision} precision${settings.fused ? ' with fused multiply-add' : ''}${
      team ? `, on ${1 + plan.helpers} threads` : ''
    }${alone === undefined ? '' : `, on one thread, as ${alone}`}`,
    steps: (inputs = {}) => stepsOf(inputs, team),
    dispose: () => {
      team?.crew.forget(team.id);
    },
    run: (inputs = {}) => {
      const work = stepsOf(inputs, null);
      for (;;) {
        const step = work.next();
        if (step.done) return step.value;
      }
    },
  };
}
