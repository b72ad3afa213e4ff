/** Where the buffers of a program lie in memory. */
import type { Size } from '../../core/expr';
import type { LoopProgram, Sizes, Statement } from '../loop';
import { sizeOf } from '../loop';
import { rowMajor } from '../contract';
import { NotVectorised } from './instantiate';
import type { Base } from './nest';

export interface Store {
  readonly base: Base;
  /** Bytes from the base. */
  readonly offset: number;
  readonly double: boolean;
  /** Elements per step along each dimension. */
  readonly strides: readonly number[];
  readonly length: number;
}

export interface Layout {
  readonly double: boolean;
  /** One per buffer. */
  readonly stores: readonly Store[];
  readonly dims: readonly (readonly Size[])[];
  /** The same values in single precision, of what is kept in double but read by row statements of single precision. */
  readonly copies: ReadonlyMap<number, Store>;
  /** Totals of one chunk of rows, by the statement's target: always doubles. */
  readonly totals: ReadonlyMap<number, Store>;
  readonly scratch: number;
  /** Bytes of the scratch memory of one thread, of the totals of one chunk, and of everything before both. */
  readonly scratchBytes: number;
  readonly totalBytes: number;
  readonly bytes: number;
  /** Rows that a block holds at most. */
  readonly blockRows: number;
  /** In the scratch memory: `KEPT_COLUMNS` columns of what one stage of a computation keeps for later ones. */
  readonly kept: number;
}

export const KEPT_COLUMNS = 32;

/** Rows after the last that may be read and written. */
export const SLACK_ROWS = 8;
const LINE = 64;
/** Why a program that keeps values of all samples in columns is left to the interpreter. */
export const COLUMNS = 'values of all samples are kept with the samples along a later axis than the first';

const aligned = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;

/** Where in memory a kernel's own things begin, and the inputs that are there already, by buffer. */
export interface Ground {
  readonly origin: number;
  readonly placed: ReadonlyMap<number, number>;
}

const NEW_GROUND: Ground = { origin: 0, placed: new Map() };

/** Bytes of one number for each row that a block has room for. */
export const columnBytes = ({ blockRows, double }: Pick<Layout, 'blockRows' | 'double'>): number =>
  aligned((blockRows + SLACK_ROWS) * (double ? 8 : 4));

/** Throws a RangeError for a size that is not bound. */
export function layOut(
  program: LoopProgram,
  sizes: Sizes,
  double: boolean,
  blockRows: number,
  { origin, placed }: Ground = NEW_GROUND,
): Layout {
  const width = double ? 8 : 4;
  let end = origin;
  let scratchBytes = 0;
  let totalBytes = 0;
  const take = (bytes: number): number => {
    const offset = end;
    end += aligned(bytes);
    return offset;
  };
  const capacity = blockRows + SLACK_ROWS;
  const kept = scratchBytes;
  scratchBytes += KEPT_COLUMNS * columnBytes({ blockRows, double });
  const copies = new Map<number, Store>();
  const stores = program.buffers.map((buffer, id): Store => {
    const extents = buffer.dims.map((size) => sizeOf(size, sizes));
    const length = extents.reduce((product, n) => product * n, 1);
    if (buffer.storage === 'block') {
      // The rows come last, so that vectors run over them whatever the other dimensions are.
      const others = extents.filter((_, k) => k !== buffer.rowDim);
      const inner = rowMajor(others).map((stride) => stride * capacity);
      const strides = extents.map((_, k) =>
        k === buffer.rowDim ? 1 : (inner[k > buffer.rowDim ? k - 1 : k] ?? 0),
      );
      const offset = scratchBytes;
      scratchBytes += aligned(others.reduce((product, n) => product * n, capacity) * width);
      return { base: 'scratch', offset, double, strides, length };
    }
    // Rows after the last, which are written too, would be the first ones of the next position of an earlier axis.
    if (buffer.rowDim > 0 && extents.slice(0, buffer.rowDim).some((n) => n > 1))
      throw new NotVectorised(COLUMNS);
    const strides = rowMajor(extents);
    const known = double ? placed.get(id) : undefined;
    if (known !== undefined) return { base: 'absolute', offset: known, double, strides, length };
    const rowDim = buffer.dims.findIndex((size) => size === program.rows);
    const ofRows = rowDim >= 0;
    const slack = ofRows ? SLACK_ROWS * (strides[rowDim] ?? 1) + SLACK_ROWS : SLACK_ROWS;
    const wide = double || !ofRows;
    const offset = take((length + slack) * (wide ? 8 : 4));
    if (!double && !ofRows)
      copies.set(id, {
        base: 'absolute',
        offset: take((length + slack) * 4),
        double: false,
        strides,
        length,
      });
    return { base: 'absolute', offset, double: wide, strides, length };
  });
  const totals = new Map<number, Store>();
  for (const pass of program.passes)
    for (const statement of pass.rows) {
      if (!foldsRows(statement)) continue;
      const extents = statement.axes.slice(0, -1).map((size) => sizeOf(size, sizes));
      const length = extents.reduce((product, n) => product * n, 1);
      totals.set(statement.target, {
        base: 'totals',
        offset: totalBytes,
        double: true,
        strides: rowMajor(extents),
        length,
      });
      totalBytes += 8 * length;
    }
  return {
    double,
    stores,
    dims: program.buffers.map((buffer) => buffer.dims),
    copies,
    totals,
    scratch: end,
    scratchBytes,
    totalBytes: aligned(totalBytes),
    bytes: end - origin,
    blockRows,
    kept,
  };
}

/** Whether a statement reduces over the rows. */
export const foldsRows = (statement: Statement): boolean =>
  statement.reduce !== null && statement.row === statement.axes.length - 1;
