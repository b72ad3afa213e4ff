/**
 * The loop program: what a definition is compiled to, as plain data. Two backends run it: the interpreter, which is the
 * specification, and kernels made at run time. Buffers are row-major float64 arrays whose sizes are bound at run time.
 *
 * A statement is a loop nest over `axes` with a tape of scalar instructions; a pass runs its `before` statements once and
 * then its `rows` statements block by block over the sample axis, so that the data of a block is still in cache when the
 * backward part reads it again.
 */
import type { Domain } from '../core/definition';
import type { ReduceOp, Relation, Size } from '../core/expr';

export const LOOP_VERSION = 1;

export interface BufferSpec {
  /** An input's name, a binding's name, or `t3` for what the compiler named; for messages and debugging only. */
  readonly name: string;
  readonly dims: readonly Size[];
  readonly input: boolean;
  /** `block`: holds the rows of the current block only, along `rowDim`. */
  readonly storage: 'full' | 'block';
  /** Dimension that is computed block by block, or -1. */
  readonly rowDim: number;
}

/** Where one dimension of a buffer is read: along a loop axis, at a fixed position, or at a computed one. */
export type Place =
  | { readonly kind: 'axis'; readonly axis: number }
  | { readonly kind: 'at'; readonly at: number }
  | { readonly kind: 'register'; readonly register: number };

/** Instruction k of a tape writes register k; operands are earlier registers. */
export type Instruction =
  | { readonly op: 'const'; readonly value: number }
  | { readonly op: 'size'; readonly size: Size }
  /** 0-based position along a loop axis. */
  | { readonly op: 'index'; readonly axis: number }
  | { readonly op: 'load'; readonly buffer: number; readonly places: readonly Place[] }
  | {
      readonly op: 'add' | 'sub' | 'mul' | 'div' | 'pow';
      readonly a: number;
      readonly b: number;
    }
  | { readonly op: 'neg' | 'sqrt' | 'copy'; readonly a: number }
  | { readonly op: 'cmp'; readonly rel: Relation; readonly a: number; readonly b: number }
  /** `b` where `a` is not 0, else `c`. */
  | { readonly op: 'where'; readonly a: number; readonly b: number; readonly c: number }
  /** A row of the operator table. */
  | { readonly op: 'call'; readonly fn: string; readonly args: readonly number[] };

export interface Statement {
  readonly target: number;
  /** Sizes of the loop axes: the dimensions of the target in order, then the reduced axis if there is one. */
  readonly axes: readonly Size[];
  readonly reduce: ReduceOp | null;
  /** The axis that runs over the rows of the block, or -1. */
  readonly row: number;
  /** The last instruction is the value. */
  readonly tape: readonly Instruction[];
}

export interface Pass {
  readonly before: readonly Statement[];
  readonly rows: readonly Statement[];
}

export interface ProgramOutput {
  readonly name: string;
  readonly buffer: number;
  /** With the unit axes ('1') that the buffer does not have. */
  readonly shape: readonly Size[];
}

/**
 * The loss as a sum of `scale` times the sum of the elements of `values` (both are outputs). Differences of the loss are
 * taken element by element, which loses far less to rounding than the difference of two totals.
 */
export interface LossTerm {
  readonly values: string;
  readonly scale: string;
}

export interface LoopProgram {
  readonly version: typeof LOOP_VERSION;
  /** The sample axis, over which passes are blocked; where no statement runs over samples another axis, or null. */
  readonly rows: Size | null;
  /** Symbolic sizes that must be bound. */
  readonly sizes: readonly Size[];
  readonly buffers: readonly BufferSpec[];
  readonly inputs: readonly { readonly name: string; readonly buffer: number }[];
  readonly passes: readonly Pass[];
  readonly outputs: readonly ProgramOutput[];
  /** Empty unless the program was compiled as a loss and the loss is such a sum. */
  readonly terms: readonly LossTerm[];
}

/** Compilation either succeeds or says in a sentence what cannot be computed. */
export type Compiled<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export type Sizes = Readonly<Record<Size, number>>;

/** Length of an axis: digits denote themselves. Throws a RangeError for a size that is not bound. */
export function sizeOf(size: Size, sizes: Sizes): number {
  const known = sizes[size];
  const value = known ?? (/^\d+$/.test(size) ? Number(size) : undefined);
  if (value === undefined || !Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`size ${size} is not bound to a length`);
  return value;
}

/** An input as the data side needs to know it. */
export interface JobInput {
  readonly name: string;
  readonly code: string;
  readonly role: 'parameter' | 'data' | 'label' | 'hyper' | 'upstream' | 'unknown';
  readonly shape: readonly Size[];
  readonly domain: Domain;
  /** What the code takes for a setting unless told otherwise. */
  readonly default?: number;
}
