/** A loop program with its sizes -> a WebAssembly module, and what is needed to run it. */
import type { ReduceOp } from '../../core/expr';
import { opRow } from '../../core/ops';
import type { LoopProgram, Sizes } from '../loop';
import { sizeOf } from '../loop';
import { I32, writeFunction } from './code';
import { encodeModule, F64, type FunctionBody } from './encode';
import type { Pool } from './emit';
import { MOST_PAGES, PAGE, wasmHost } from './host';
import { NotVectorised } from './instantiate';
import { foldsRows, layOut, type Layout, type Store } from './layout';
import { STREAMS, type Frame } from './nest';
import { MOST_CHUNKS } from '../board';
import { emitRows, planRows } from './rows';

/** Plain data, so that it can be sent to other threads. */
export interface KernelPlan {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly layout: Layout;
  /** Rows of the operator table that are called lane by lane. */
  readonly called: readonly string[];
  /** Totals over the rows, by pass. */
  readonly folds: readonly (readonly Fold[])[];
  readonly rows: number;
  /** Rows whose totals are added up on their own: results do not depend on how chunks are given to threads. */
  readonly chunkRows: number;
  readonly chunks: number;
  /** Blocks that take no longer than some milliseconds. */
  readonly sliceBlocks: number;
  /** Where its memory ends, in pages. */
  readonly pages: number;
  /** Threads that help; the memory is shared if there are any. */
  readonly helpers: number;
  /** Chunks of a block, where memory holds some blocks of the rows at a time. */
  readonly blockChunks: number | null;
}

export interface Fold {
  /** The buffer that they go to. */
  readonly target: number;
  readonly op: ReduceOp;
  /** Where they are among the totals of a chunk. */
  readonly store: Store;
}

export interface KernelOptions {
  readonly double: boolean;
  /** Rounds products and sums once; `canFuse` tells whether the host has it. */
  readonly fused: boolean;
  /** Threads that could help; none are asked for little data. */
  readonly helpers: number;
  /** Data that lie in memory already, for kernels in double precision. */
  readonly ground?: KernelGround | null;
  /** Where memory does not hold all rows: the blocks that it holds at a time, and the bytes of one. */
  readonly window?: { readonly slots: number; readonly blockBytes: number };
}

export interface KernelGround {
  /** By buffer, in bytes. */
  readonly placed: ReadonlyMap<number, number>;
  /** Memory for the kernel's own things, from the start of a page on; null where there is none. */
  reserve(bytes: number): number | null;
}

const CHUNK_BYTES = 1 << 20;
/** Of many rows, each of whose chunks costs some microseconds besides: as long as there are so many chunks. */
const LONG_CHUNK_BYTES = 1 << 21;
const MANY_CHUNKS = 64;
/** Fewer chunks than these are done sooner by one thread. */
const SHARED_CHUNKS = 4;
/** Bytes of the rows below which there is no use for several threads, in double precision. */
export const SHARED_BYTES = SHARED_CHUNKS * CHUNK_BYTES;
/** Memory for the totals of all chunks. */
const TOTALS_BYTES = 1 << 25;
/** Instructions, of the tapes, in a piece of work. */
const SLICE_WORK = 1 << 22;
/** Instructions that one byte of a chunk's totals must be worth. */
const TOTALS_WORK = 128;
/** Of the rows of a long block; a short one leaves less time in which no data is read ahead. */
const BLOCK_BYTES = 12 << 10;
/** Instructions per number of a row beyond which reading takes no time beside computing, and up to which it takes most of it. */
const COMPUTING = 64;
const READING = 16;

/** The function of a pass: for blocks that are whole, and for any. */
export const rowsFunction = (pass: number, whole: boolean): string => `${whole ? 'blocks' : 'rows'}${pass}`;

/** Throws NotVectorised for what kernels do not compute, and RangeErrors for sizes that are not bound. */
export function compileKernel(program: LoopProgram, sizes: Sizes, options: KernelOptions): KernelPlan {
  const rows = program.rows === null ? 0 : sizeOf(program.rows, sizes);
  const rowBytes = bytesPerRow(program, sizes, options.double);
  const rowWork = workPerRow(program, sizes);
  const intensity = (rowWork * (options.double ? 8 : 4)) / rowBytes;
  const blockRows = blockRowsOf(rowBytes, intensity, options.double);
  const ground = options.double ? (options.ground ?? null) : null;
  const placed = ground?.placed ?? new Map<number, number>();
  const { totalBytes } = layOut(program, sizes, options.double, blockRows);
  const { chunkRows, chunks } = chunking(rows, { blockRows, rowBytes, rowWork, totalBytes });
  const { window } = options;
  const blockChunks = window
    ? Math.min(chunks, Math.max(1, Math.floor(window.blockBytes / (chunkRows * rowBytes))))
    : null;
  const held =
    window && blockChunks !== null && program.rows !== null
      ? { ...sizes, [program.rows]: window.slots * blockChunks * chunkRows }
      : sizes;
  const draft = layOut(program, held, options.double, blockRows, { origin: 0, placed });
  const helpers = (blockChunks ?? chunks) >= SHARED_CHUNKS ? options.helpers : 0;
  const bytesNeeded = draft.bytes + (1 + helpers) * scratchOf(draft) + chunks * draft.totalBytes;
  const ownPages = Math.ceil(bytesNeeded / PAGE) + 1;
  const origin = ground && ownPages <= MOST_PAGES ? ground.reserve(ownPages * PAGE) : 0;
  if (ownPages > MOST_PAGES || origin === null)
    throw new NotVectorised('the data takes more than the 4 GB that a kernel can address');
  const layout = origin === 0 ? draft : layOut(program, held, options.double, blockRows, { origin, placed });
  const pages = origin / PAGE + ownPages;

  const called: string[] = [];
  const pool: Pool = {
    functionIndex: (name) => {
      if (!called.includes(name)) called.push(name);
      return called.indexOf(name);
    },
  };
  const functions = program.passes.flatMap(({ rows: statements }, pass) => {
    const loops = planRows(statements, sizes);
    return [true, false].map((whole) =>
      writeRows(rowsFunction(pass, whole), whole ? blockRows / STREAMS : null, (frame) => {
        emitRows({ program, sizes, layout, fused: options.fused, pool }, frame, loops);
      }),
    );
  });
  const bytes = encodeModule({
    memory: ground
      ? { pages, most: MOST_PAGES, shared: true }
      : { pages, shared: helpers > 0 || blockChunks !== null },
    imports: called.map((name) => ({ name, params: opRow(name).domain.map(() => F64), results: [F64] })),
    functions,
  });
  const folds = program.passes.map((pass) =>
    pass.rows.filter(foldsRows).flatMap(({ target, reduce }): Fold[] => {
      const store = layout.totals.get(target);
      return store && reduce !== null ? [{ target, op: reduce, store }] : [];
    }),
  );
  const sliceBlocks = Math.max(1, Math.floor(SLICE_WORK / (blockRows * rowWork)));
  return {
    bytes,
    layout,
    called,
    folds,
    rows,
    chunkRows,
    chunks,
    sliceBlocks,
    pages,
    helpers,
    blockChunks,
  };
}

export const scratchOf = (layout: Layout): number => Math.ceil((layout.scratchBytes + 64) / PAGE) * PAGE;

/**
 * A stream of a block has two vectors of rows at least. The shortest blocks gain where they fit into the first-level cache, as
 * longer ones do not.
 */
function blockRowsOf(rowBytes: number, intensity: number, double: boolean): number {
  if (64 * rowBytes <= BLOCK_BYTES || intensity > COMPUTING) return 64;
  const gains = 32 * rowBytes > BLOCK_BYTES && 16 * rowBytes <= 2 * BLOCK_BYTES;
  return double && gains && intensity <= READING ? 16 : 32;
}

/** The function that runs the statements over `blocks` blocks; see `Frame` for its parameters. */
function writeRows(name: string, whole: number | null, emit: (frame: Frame) => void): FunctionBody {
  const [start, count, gap, blocks, valid, scratch, totals] = [0, 1, 2, 3, 4, 5, 6] as const;
  return writeFunction(name, new Array<typeof I32>(7).fill(I32), (code) => {
    code.doWhile(() => {
      emit({ code, start, count, gap, valid, scratch, totals, whole });
      code.get(start);
      code.get(count);
      code.scalar('i32.add');
      code.set(start);
      code.increase(blocks, -1);
      code.get(blocks);
    });
  });
}

/** Instructions of the tapes per row. */
function workPerRow(program: LoopProgram, sizes: Sizes): number {
  let work = 1;
  for (const pass of program.passes)
    for (const { axes, row, tape } of pass.rows)
      work += axes.reduce((p, size, axis) => (axis === row ? p : p * sizeOf(size, sizes)), tape.length);
  return work;
}

function bytesPerRow(program: LoopProgram, sizes: Sizes, double: boolean): number {
  let bytes = 0;
  for (const buffer of program.buffers) {
    const dim = buffer.input ? buffer.dims.findIndex((size) => size === program.rows) : buffer.rowDim;
    if (dim < 0) continue;
    bytes += buffer.dims.reduce((p, size, k) => (k === dim ? p : p * sizeOf(size, sizes)), double ? 8 : 4);
  }
  return Math.max(1, bytes);
}

/** Chunks are a function of the program and its sizes alone. */
function chunking(
  rows: number,
  {
    blockRows,
    rowBytes,
    rowWork,
    totalBytes,
  }: Readonly<Record<'blockRows' | 'rowBytes' | 'rowWork' | 'totalBytes', number>>,
): { chunkRows: number; chunks: number } {
  const worthwhile = Math.ceil((TOTALS_WORK * totalBytes) / rowWork);
  const bytes = Math.min(LONG_CHUNK_BYTES, Math.max(CHUNK_BYTES, (rows * rowBytes) / MANY_CHUNKS));
  const wanted = Math.max(Math.ceil(bytes / rowBytes), worthwhile);
  const most = Math.max(1, Math.floor(TOTALS_BYTES / Math.max(1, totalBytes)));
  const least = Math.ceil(rows / most);
  const chunkRows = Math.ceil(Math.max(wanted, least, rows / MOST_CHUNKS) / blockRows) * blockRows;
  return { chunkRows, chunks: Math.max(1, Math.ceil(rows / chunkRows)) };
}

/** Whether the host compiles relaxed fused multiply-add. */
export function canFuse(): boolean {
  return validates('f64x2.relaxed_madd');
}

/** Whether the host compiles vector instructions at all. */
export function canVectorise(): boolean {
  return validates('f64x2.add');
}

function validates(op: 'f64x2.relaxed_madd' | 'f64x2.add'): boolean {
  const host = wasmHost();
  if (!host) return false;
  const body = writeFunction('f', [], (code) => {
    const zero = new Array<number>(16).fill(0);
    const local = code.local(0x7b);
    for (let k = 0; k < (op === 'f64x2.add' ? 2 : 3); k += 1) code.constant(zero);
    code.vector(op);
    code.set(local);
  });
  return host.validate(encodeModule({ memory: { pages: 1, shared: false }, imports: [], functions: [body] }));
}
