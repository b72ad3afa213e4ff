/**
 * The reference backend of loop programs, and their specification. Each instruction runs over a whole block of elements;
 * sums over the samples are compensated, so that results do not depend on the size of the blocks.
 */
import { CHUNK, GROUP, loopOver, none, targetOf, type Bound, type Branches, type Context } from './bound';
import type { BufferSpec, LoopProgram, Sizes, Statement } from './loop';
import { sizeOf } from './loop';
import { bindReduction } from './reduce';
import { bindTape } from './tape';

/** Row-major values by name. */
export type Arrays = Readonly<Record<string, Float64Array>>;

export interface Runner {
  /** Computes all outputs, in new arrays. Throws a RangeError for an input that is missing or has the wrong length. */
  run(inputs?: Arrays): Record<string, Float64Array>;
  /** The same in pieces of a block of samples each, for callers that must not block. */
  steps(inputs?: Arrays): Generator<void, Record<string, Float64Array>>;
  /** The same with the branches taken. */
  trace(inputs?: Arrays): { readonly outputs: Record<string, Float64Array>; readonly branches: Branches };
  readonly blockRows: number;
}

export interface RunnerOptions {
  /** Samples per block: by default what keeps a block in cache. Results do not depend on it. */
  readonly blockRows?: number;
}

const BLOCK_BYTES = 1 << 18;

/** Binds a loop program to sizes; `fixed` are inputs that stay the same between runs (the data). */
export function createRunner(
  program: LoopProgram,
  sizes: Sizes,
  fixed: Arrays = {},
  options: RunnerOptions = {},
): Runner {
  const samples = program.rows === null ? 0 : sizeOf(program.rows, sizes);
  const blockRows = Math.max(1, Math.min(samples, options.blockRows ?? defaultBlock(program, sizes)));
  const store: Float64Array[] = program.buffers.map((buffer) =>
    buffer.input ? none : new Float64Array(elements(buffer, sizes, blockRows)),
  );
  const context: Context = {
    program,
    sizes,
    store,
    branches: null,
    accumulators: new Map(),
  };
  const passes = program.passes.map((pass) => ({
    before: pass.before.map((statement) => bind(context, statement, 0)),
    rows: pass.rows,
    bound: new Map<number, readonly Bound[]>(),
  }));

  const takeInputs = (inputs: Arrays): void => {
    for (const { name, buffer } of program.inputs) {
      const value = inputs[name] ?? fixed[name];
      const spec = program.buffers[buffer];
      if (!value || !spec) throw new RangeError(`the input ${name} is missing`);
      const expected = spec.dims.reduce((product, size) => product * sizeOf(size, sizes), 1);
      if (value.length !== expected)
        throw new RangeError(`the input ${name} has ${value.length} values, expected ${expected}`);
      store[buffer] = value;
    }
  };

  function* steps(inputs: Arrays = {}): Generator<void, Record<string, Float64Array>> {
    takeInputs(inputs);
    for (const pass of passes) {
      for (const statement of pass.before) statement.run(0);
      if (pass.rows.length === 0) continue;
      for (let start = 0; start < samples; start += blockRows) {
        const rows = Math.min(blockRows, samples - start);
        let bound = pass.bound.get(rows);
        if (!bound) {
          bound = pass.rows.map((statement) => bind(context, statement, rows));
          pass.bound.set(rows, bound);
        }
        if (start === 0) for (const statement of bound) statement.begin();
        for (const statement of bound) statement.run(start);
        if (start + rows >= samples) for (const statement of bound) statement.end();
        else yield;
      }
      if (samples === 0) {
        const bound = pass.rows.map((statement) => bind(context, statement, 0));
        for (const statement of bound) {
          statement.begin();
          statement.end();
        }
      }
    }
    const outputs: Record<string, Float64Array> = {};
    for (const output of program.outputs) outputs[output.name] = (store[output.buffer] ?? none).slice();
    return outputs;
  }

  const run = (inputs: Arrays = {}): Record<string, Float64Array> => {
    const work = steps(inputs);
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
    }
  };

  return {
    blockRows,
    steps,
    run,
    trace(inputs) {
      const branches = { rows: new Int32Array(samples), shared: 0 };
      context.branches = branches;
      try {
        return { outputs: run(inputs), branches };
      } finally {
        context.branches = null;
      }
    },
  };
}

/**
 * The statements of each pass that belong to no row, to be run in order on buffers of the caller's (one per buffer of the
 * program; those of blocks are not used).
 */
export function bindUniform(
  program: LoopProgram,
  sizes: Sizes,
  store: readonly Float64Array[],
): (() => void)[][] {
  const context: Context = { program, sizes, store: [...store], branches: null, accumulators: new Map() };
  return program.passes.map((pass) =>
    pass.before.map((statement) => {
      const bound = bind(context, statement, 0);
      return () => {
        bound.run(0);
      };
    }),
  );
}

function elements(buffer: BufferSpec, sizes: Sizes, blockRows: number): number {
  return buffer.dims.reduce(
    (product, size, k) =>
      product * (buffer.storage === 'block' && k === buffer.rowDim ? blockRows : sizeOf(size, sizes)),
    1,
  );
}

/** Rows such that what a pass touches per block stays in the second-level cache, in multiples of the summation group. */
function defaultBlock(program: LoopProgram, sizes: Sizes): number {
  let perRow = 0;
  for (const buffer of program.buffers) {
    const dim = buffer.input ? buffer.dims.findIndex((size) => size === program.rows) : buffer.rowDim;
    if (dim < 0) continue;
    perRow += 8 * buffer.dims.reduce((p, size, k) => (k === dim ? p : p * sizeOf(size, sizes)), 1);
  }
  const groups = Math.floor(BLOCK_BYTES / Math.max(1, perRow) / GROUP);
  return GROUP * Math.max(1, Math.min(16, groups));
}

function bind(context: Context, statement: Statement, rows: number): Bound {
  const extents = statement.axes.map((size, k) => (k === statement.row ? rows : sizeOf(size, context.sizes)));
  const loop = loopOver(extents);
  const target = targetOf(context, statement, rows);
  if (statement.reduce === null) {
    const tape = bindTape(context, statement, loop, rows);
    return {
      begin: () => undefined,
      end: () => undefined,
      run: (start) => {
        tape.start(start);
        for (let first = 0; first < loop.total; first += CHUNK) {
          const n = Math.min(CHUNK, loop.total - first);
          if (target.contiguous) tape.chunk(first, n, start, target.data(), target.offset(start) + first);
          else {
            tape.chunk(first, n, start, null, 0);
            target.scatter(first, n, start, tape.result(), tape.resultOffset());
          }
        }
      },
    };
  }
  return bindReduction(context, statement, loop, target, rows, statement.reduce);
}
