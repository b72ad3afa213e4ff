/** The rows of data that are larger than memory: they stay in a file, and are read a block at a time, again and again. */
import { indexedSizes } from '../core/definition';
import type { Arrays } from './interpret';
import type { GradientJob } from './job';
import type { LoopProgram, Statement } from './loop';

/** Where the values of one input go, or of one column of an input that has its rows along a later axis. */
export interface StripPlace {
  readonly input: string;
  readonly strip: number;
  /** Bytes from the start of the memory to where row 0 goes. */
  readonly offset: number;
  /** Numbers per row. */
  readonly width: number;
}

export interface RowSource {
  readonly rows: number;
  /** Bytes that the rows of a block may take, of which there are two in memory. */
  readonly blockBytes: number;
  /** Rows of it, spread evenly, that are in memory: for what looks at some rows only. By input, in the layout of the inputs. */
  readonly sample: { readonly rows: number; readonly inputs: Arrays };
  /** `memory` is shared with whatever reads. */
  open(memory: ArrayBufferLike, places: readonly StripPlace[]): RowFeed;
  /** The rows from `first` on, as a source of their own with another sample. */
  part(first: number, rows: number, sample: RowSource['sample']): RowSource;
}

export interface RowFeed {
  /** Begins to read rows from `first` on to the places, moved on by `at` rows. What the slot had been asked for must be there. */
  ask(slot: number, at: number, first: number, count: number): void;
  /** Whether they are there; waits for so many milliseconds at most. Throws a `StreamFault` where they cannot be had. */
  wait(slot: number, milliseconds: number): boolean;
  close(): void;
}

/** Rows that cannot be read any more, as sentences with what to do. */
export class StreamFault extends Error {}

/** Inputs that are asked for at a time: what is worked on, and what is read meanwhile. */
export const SLOTS = 2;

/** One piece of an input: the whole where its rows come first, else a column. */
export interface Strip {
  readonly input: string;
  readonly strip: number;
  readonly width: number;
}

/** The pieces of all inputs with rows, in the order in which they lie in a file. `sizes` need not have the rows. */
export function stripsOf(
  job: Pick<GradientJob, 'inputs' | 'rows'>,
  sizes: Readonly<Record<string, number>>,
): Strip[] {
  return job.inputs.flatMap(({ name, role, shape }): Strip[] => {
    const axes = indexedSizes(shape);
    const row = axes.findIndex((size) => size === job.rows);
    if (row < 0 || role === 'parameter') return [];
    const other = axes.find((_, k) => k !== row);
    const width = other === undefined ? 1 : (sizes[other] ?? Number(other));
    return row === 0
      ? [{ input: name, strip: 0, width }]
      : Array.from({ length: width }, (_, strip) => ({ input: name, strip, width: 1 }));
  });
}

/** Why a program cannot be computed block by block, as the rest of a sentence; null if it can. */
export function whyNotByBlocks(program: LoopProgram): string | null {
  const { rows } = program;
  if (rows === null) return 'it has no axis of samples';
  const rowDim = (buffer: number): number =>
    program.buffers[buffer]?.dims.findIndex((size) => size === rows) ?? -1;
  const kept = program.buffers.some(
    ({ input, storage }, id) => !input && storage === 'full' && rowDim(id) >= 0,
  );
  if (kept) return 'values of all samples are kept from one part of the computation to the next';
  const pairs = 'samples are compared with other samples';
  const reaches = (statement: Statement): boolean =>
    statement.axes.some((size, axis) => size === rows && axis !== statement.row) ||
    statement.tape.some((instruction) => {
      if (instruction.op === 'index') return instruction.axis === statement.row;
      if (instruction.op !== 'load') return false;
      const place = instruction.places[rowDim(instruction.buffer)];
      return place !== undefined && !(place.kind === 'axis' && place.axis === statement.row);
    });
  const statements = program.passes.flatMap((pass) => [...pass.before, ...pass.rows]);
  return statements.some(reaches) ? pairs : null;
}
