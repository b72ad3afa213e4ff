/**
 * The reference backend of loop programs, and their specification. Each instruction runs over a whole block of elements;
 * sums over the samples are compensated, so that results do not depend on the size of the blocks.
 */
import type { ReduceOp } from '../core/expr';
import { contraction, rowMajor, type Contraction } from './contract';
import { branchOf, kernelOf, operandsOf, type Kernel } from './kernels';
import type { BufferSpec, Instruction, LoopProgram, Place, Sizes, Statement } from './loop';
import { sizeOf } from './loop';

/** Row-major values by name. */
export type Arrays = Readonly<Record<string, Float64Array>>;

/** Which pieces the piecewise functions took, as hashes: one per sample, and one for all that belongs to no sample. */
export interface Branches {
  readonly rows: Int32Array;
  readonly shared: number;
}

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

/** Elements that one instruction processes at a time: a handful of such vectors stays in the first-level cache. */
const CHUNK = 1024;
/** Products are summed plainly within groups of this many, and the groups' sums are compensated. */
const GROUP = 128;
const BLOCK_BYTES = 1 << 18;

const at = (array: ArrayLike<number>, index: number): number => array[index] ?? NaN;
const none: Float64Array = new Float64Array(0);

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

interface Context {
  readonly program: LoopProgram;
  readonly sizes: Sizes;
  readonly store: Float64Array[];
  branches: { rows: Int32Array; shared: number } | null;
  /** Totals over the blocks seen so far, by target buffer. */
  readonly accumulators: Map<number, Accumulator>;
}

interface Bound {
  /** Before the first block of a pass. */
  begin(): void;
  /** The block that starts at the given row. */
  run(start: number): void;
  /** After the last block. */
  end(): void;
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

// ---- binding a statement to sizes

/** A load with its strides along the loop axes. */
interface BoundLoad {
  readonly buffer: number;
  readonly strides: readonly number[];
  readonly base: number;
  /** How far the base moves per row of the block's start. */
  readonly perRow: number;
  /** Computed positions: register, stride, length of the dimension. */
  readonly computed: readonly (readonly [register: number, stride: number, length: number])[];
}

interface Loop {
  readonly extents: readonly number[];
  readonly strides: readonly number[];
  readonly total: number;
}

function loopOver(extents: readonly number[]): Loop {
  return { extents, strides: rowMajor(extents), total: extents.reduce((p, n) => p * n, 1) };
}

function bufferStrides(context: Context, id: number, rows: number): { strides: number[]; dims: number[] } {
  const buffer = context.program.buffers[id];
  if (!buffer) throw new RangeError(`no buffer ${id}`);
  const dims = buffer.dims.map((size, k) =>
    buffer.storage === 'block' && k === buffer.rowDim ? rows : sizeOf(size, context.sizes),
  );
  return { strides: rowMajor(dims), dims };
}

function bindLoad(
  context: Context,
  statement: Statement,
  id: number,
  places: readonly Place[],
  rows: number,
): BoundLoad {
  const buffer = context.program.buffers[id];
  const { strides, dims } = bufferStrides(context, id, rows);
  const along = statement.axes.map(() => 0);
  const computed: [number, number, number][] = [];
  let base = 0;
  let perRow = 0;
  places.forEach((place, k) => {
    const step = strides[k] ?? 0;
    if (place.kind === 'axis') {
      along[place.axis] = (along[place.axis] ?? 0) + step;
      const blocked = buffer?.storage === 'block' && k === buffer.rowDim;
      if (place.axis === statement.row && !blocked) perRow += step;
    } else if (place.kind === 'at') {
      if (place.at < 0 || place.at >= (dims[k] ?? 0))
        throw new RangeError(`position ${place.at} is outside an axis of ${dims[k] ?? 0}`);
      base += place.at * step;
    } else computed.push([place.register, step, dims[k] ?? 0]);
  });
  return { buffer: id, strides: along, base, perRow, computed };
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

interface Target {
  readonly contiguous: boolean;
  data(): Float64Array;
  offset(start: number): number;
  scatter(first: number, n: number, start: number, values: Float64Array, from: number): void;
}

/** Where the elements of a statement's target go, in the order of its output axes. */
function targetOf(context: Context, statement: Statement, rows: number): Target {
  const buffer = context.program.buffers[statement.target];
  const { strides, dims } = bufferStrides(context, statement.target, rows);
  const blocked = buffer?.storage === 'block';
  const rowDim = buffer?.rowDim ?? -1;
  const perRow = blocked || rowDim < 0 ? 0 : (strides[rowDim] ?? 0);
  const loop = loopOver(dims.map((length, k) => (k === rowDim ? rows : length)));
  const contiguous = strides.every(
    (stride, k) => (loop.extents[k] ?? 1) <= 1 || stride === (loop.strides[k] ?? 0),
  );
  const data = (): Float64Array => context.store[statement.target] ?? none;
  return {
    contiguous,
    data,
    offset: (start) => start * perRow,
    scatter: (first, n, start, values, from) => {
      const out = data();
      walk(loop, strides, start * perRow, first, n, (address, step, t, count) => {
        for (let s = 0; s < count; s += 1) out[address + s * step] = at(values, from + t + s);
      });
    },
  };
}

/** Visits `n` elements from `first` in runs along the last axis. */
function walk(
  loop: Loop,
  strides: readonly number[],
  base: number,
  first: number,
  n: number,
  visit: (address: number, step: number, offset: number, count: number) => void,
): void {
  const rank = loop.extents.length;
  const lastExtent = rank === 0 ? 1 : (loop.extents[rank - 1] ?? 1);
  const step = rank === 0 ? 0 : (strides[rank - 1] ?? 0);
  for (let done = 0; done < n;) {
    const position = first + done;
    const inner = position % lastExtent;
    let rest = (position - inner) / lastExtent;
    let address = base + inner * step;
    for (let k = rank - 2; k >= 0; k -= 1) {
      const extent = loop.extents[k] ?? 1;
      const digit = rest % extent;
      address += digit * (strides[k] ?? 0);
      rest = (rest - digit) / extent;
    }
    const count = Math.min(n - done, lastExtent - inner);
    visit(address, step, done, count);
    done += count;
  }
}

// ---- running a tape over chunks of elements

interface Tape {
  /** Prepares what is the same for all chunks of a block. */
  start(blockStart: number): void;
  /** Computes n elements from `first`; the value goes to `out` if given, else wherever `result` says. */
  chunk(first: number, n: number, blockStart: number, out: Float64Array | null, offset: number): void;
  result(): Float64Array;
  resultOffset(): number;
}

interface Compute {
  readonly at: number;
  readonly kernel: Kernel;
  readonly operands: readonly number[];
  readonly branch: ((a: number, b: number) => number) | null;
}

function bindTape(context: Context, statement: Statement, loop: Loop, rows: number): Tape {
  const { tape } = statement;
  const length = Math.max(1, Math.min(CHUNK, loop.total));
  const data: Float64Array[] = tape.map(() => none);
  const offsets: number[] = tape.map(() => 0);
  const scratch = assignScratch(tape, length);
  const onceDone: ((blockStart: number) => void)[] = [];
  const perChunk: ((first: number, n: number, blockStart: number) => void)[] = [];
  const last = tape.length - 1;
  let destination: Float64Array | null = null;
  let destinationOffset = 0;

  tape.forEach((instruction, k) => {
    const own = scratch[k] ?? none;
    data[k] = own;
    switch (instruction.op) {
      case 'const':
        own.fill(instruction.value);
        return;
      case 'size':
        own.fill(sizeOf(instruction.size, context.sizes));
        return;
      case 'index':
        perChunk.push((first, n, blockStart) => {
          const offset = instruction.axis === statement.row ? blockStart : 0;
          const extent = loop.extents[instruction.axis] ?? 1;
          const stride = loop.strides[instruction.axis] ?? 1;
          for (let t = 0; t < n; t += 1) own[t] = offset + (Math.floor((first + t) / stride) % extent);
        });
        return;
      case 'load': {
        const load = bindLoad(context, statement, instruction.buffer, instruction.places, rows);
        const base = (start: number): number => load.base + start * load.perRow;
        const source = (): Float64Array => context.store[load.buffer] ?? none;
        const still = load.strides.every((stride, axis) => stride === 0 || (loop.extents[axis] ?? 1) <= 1);
        if (load.computed.length > 0)
          perChunk.push((first, n, start) => {
            gather(own, source(), load, loop, base(start), first, n, data, offsets);
          });
        else if (still)
          onceDone.push((start) => {
            own.fill(at(source(), base(start)));
          });
        else if (followsLoop(load.strides, loop))
          perChunk.push((first, _n, start) => {
            data[k] = source();
            offsets[k] = base(start) + first;
          });
        else
          perChunk.push((first, n, start) => {
            const from = source();
            walk(loop, load.strides, base(start), first, n, (address, step, t, count) => {
              for (let s = 0; s < count; s += 1) own[t + s] = at(from, address + s * step);
            });
          });
        return;
      }
      default: {
        const compute: Compute = {
          at: k,
          kernel: kernelOf(instruction),
          operands: operandsOf(instruction),
          branch: branchOf(instruction),
        };
        const [a = 0, b = a, c = a] = compute.operands;
        perChunk.push((first, n, blockStart) => {
          const direct = k === last && destination !== null;
          const out = direct && destination ? destination : own;
          const o = direct ? destinationOffset : 0;
          data[k] = out;
          offsets[k] = o;
          const x = data[a] ?? none;
          const y = data[b] ?? none;
          const z = data[c] ?? none;
          const i = offsets[a] ?? 0;
          const j = offsets[b] ?? 0;
          compute.kernel(n, out, o, x, i, y, j, z, offsets[c] ?? 0);
          if (context.branches && compute.branch)
            recordBranches(
              context.branches,
              compute.branch,
              statement,
              loop,
              first,
              n,
              blockStart,
              x,
              i,
              y,
              j,
            );
        });
      }
    }
  });

  return {
    start: (blockStart) => {
      for (const step of onceDone) step(blockStart);
    },
    chunk: (first, n, blockStart, out, offset) => {
      destination = out;
      destinationOffset = offset;
      for (const step of perChunk) step(first, n, blockStart);
      const result = data[last] ?? none;
      if (out && result !== out) {
        const from = offsets[last] ?? 0;
        for (let t = 0; t < n; t += 1) out[offset + t] = at(result, from + t);
      }
    },
    result: () => data[last] ?? none,
    resultOffset: () => offsets[last] ?? 0,
  };
}

/** A vector for each instruction; operations reuse those of dead operations (what is filled once must not be overwritten). */
function assignScratch(tape: readonly Instruction[], length: number): Float64Array[] {
  const lastUse = tape.map((_, k) => k);
  tape.forEach((instruction, k) => {
    const used =
      instruction.op === 'load'
        ? instruction.places.flatMap((place) => (place.kind === 'register' ? [place.register] : []))
        : operandsOf(instruction);
    for (const register of used) lastUse[register] = k;
  });
  const free: Float64Array[] = [];
  const vectors: Float64Array[] = [];
  tape.forEach((instruction, k) => {
    const reused = operandsOf(instruction).length > 0 ? free.pop() : undefined;
    vectors.push(reused ?? new Float64Array(length));
    for (let earlier = 0; earlier <= k; earlier += 1) {
      const vector = vectors[earlier];
      const computed = operandsOf(tape[earlier] ?? instruction).length > 0;
      if (lastUse[earlier] === k && computed && earlier !== tape.length - 1 && vector) free.push(vector);
    }
  });
  return vectors;
}

/** Whether elements lie in memory in the order in which the loop visits them. */
function followsLoop(strides: readonly number[], loop: Loop): boolean {
  return strides.every((stride, k) => (loop.extents[k] ?? 1) <= 1 || stride === (loop.strides[k] ?? 0));
}

function gather(
  out: Float64Array,
  source: Float64Array,
  load: BoundLoad,
  loop: Loop,
  base: number,
  first: number,
  n: number,
  data: readonly Float64Array[],
  offsets: readonly number[],
): void {
  walk(loop, load.strides, base, first, n, (address, step, t, count) => {
    for (let s = 0; s < count; s += 1) {
      let place = address + s * step;
      for (const [register, stride, length] of load.computed) {
        const position = at(data[register] ?? none, (offsets[register] ?? 0) + t + s);
        place += Number.isInteger(position) && position >= 0 && position < length ? position * stride : NaN;
      }
      out[t + s] = Number.isNaN(place) ? NaN : at(source, place);
    }
  });
}

const mix = (hash: number, code: number): number => Math.imul(hash ^ (code * 16 + 7), 0x01000193) | 0;

function recordBranches(
  branches: { rows: Int32Array; shared: number },
  branch: (a: number, b: number) => number,
  statement: Statement,
  loop: Loop,
  first: number,
  n: number,
  blockStart: number,
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
): void {
  const stride = statement.row < 0 ? 1 : (loop.strides[statement.row] ?? 1);
  const extent = statement.row < 0 ? 1 : (loop.extents[statement.row] ?? 1);
  for (let t = 0; t < n; t += 1) {
    const code = branch(at(a, i + t), at(b, j + t));
    if (statement.row < 0) branches.shared = mix(branches.shared, code);
    else {
      const row = blockStart + (Math.floor((first + t) / stride) % extent);
      branches.rows[row] = mix(at(branches.rows, row), code);
    }
  }
}

// ---- reductions

/** Totals of a reduction, one per output element; sums carry the rounding error that they have made so far. */
interface Accumulator {
  readonly values: Float64Array;
  readonly errors: Float64Array;
  /** Position of the largest or smallest element. */
  readonly where: Float64Array;
}

const NEUTRAL: Readonly<Record<ReduceOp, number>> = { sum: 0, prod: 1, max: -Infinity, min: Infinity };

/** Adds `term` to total `k` and its rounding error to the error's (Neumaier, 1974). */
function addCompensated(values: Float64Array, errors: Float64Array, k: number, term: number): void {
  const old = at(values, k);
  const sum = old + term;
  values[k] = sum;
  const error = Math.abs(old) >= Math.abs(term) ? old - sum + term : term - sum + old;
  errors[k] = at(errors, k) + error;
}

function bindReduction(
  context: Context,
  statement: Statement,
  loop: Loop,
  target: Target,
  rows: number,
  op: ReduceOp,
): Bound {
  const outExtents = loop.extents.slice(0, -1);
  const count = outExtents.reduce((p, n) => p * n, 1);
  const reducedAxis = loop.extents.length - 1;
  const overRows = statement.row === reducedAxis;
  const totals = accumulatorOf(context, statement.target, count);
  const body =
    (op === 'sum' ? bindContraction(context, statement, loop, totals, rows) : null) ??
    bindGeneral(context, statement, loop, totals, op, rows);
  const begin = (): void => {
    totals.values.fill(NEUTRAL[op]);
    totals.errors.fill(0);
    totals.where.fill(-1);
  };
  const end = (start: number): void => {
    if (op === 'sum')
      for (let k = 0; k < count; k += 1) {
        const sum = at(totals.values, k) + at(totals.errors, k);
        // An infinite total leaves NaN as its error.
        if (!Number.isNaN(sum)) totals.values[k] = sum;
      }
    if (context.branches && (op === 'max' || op === 'min'))
      recordExtrema(context.branches, totals, statement, loopOver(outExtents), count, start, overRows);
    if (target.contiguous) target.data().set(totals.values.subarray(0, count), target.offset(start));
    else target.scatter(0, count, start, totals.values, 0);
  };
  if (overRows)
    return {
      begin,
      run: body,
      end: () => {
        end(0);
      },
    };
  return {
    begin: () => undefined,
    end: () => undefined,
    run: (start) => {
      begin();
      body(start);
      end(start);
    },
  };
}

function accumulatorOf(context: Context, target: number, count: number): Accumulator {
  const known = context.accumulators.get(target);
  if (known && known.values.length >= count) return known;
  const made = {
    values: new Float64Array(count),
    errors: new Float64Array(count),
    where: new Float64Array(count),
  };
  context.accumulators.set(target, made);
  return made;
}

function recordExtrema(
  branches: { rows: Int32Array; shared: number },
  totals: Accumulator,
  statement: Statement,
  outer: Loop,
  count: number,
  start: number,
  overRows: boolean,
): void {
  const byRow = !overRows && statement.row >= 0;
  const stride = byRow ? (outer.strides[statement.row] ?? 1) : 1;
  const extent = byRow ? (outer.extents[statement.row] ?? 1) : 1;
  for (let k = 0; k < count; k += 1) {
    const code = at(totals.where, k);
    if (!byRow) branches.shared = mix(branches.shared, code);
    else {
      const row = start + (Math.floor(k / stride) % extent);
      branches.rows[row] = mix(at(branches.rows, row), code);
    }
  }
}

/** Any reduction: the tape over all elements, the reduced axis innermost. */
function bindGeneral(
  context: Context,
  statement: Statement,
  loop: Loop,
  totals: Accumulator,
  op: ReduceOp,
  rows: number,
): (start: number) => void {
  const tape = bindTape(context, statement, loop, rows);
  const run = loop.extents.at(-1) ?? 1;
  const overRows = statement.row === loop.extents.length - 1;
  return (start) => {
    tape.start(start);
    for (let first = 0; first < loop.total; first += CHUNK) {
      const n = Math.min(CHUNK, loop.total - first);
      tape.chunk(first, n, start, null, 0);
      const values = tape.result();
      const from = tape.resultOffset();
      for (let done = 0; done < n;) {
        const k = Math.floor((first + done) / run);
        const inner = (first + done) % run;
        const many = Math.min(n - done, run - inner);
        reduceRun(totals, op, k, values, from + done, many, inner + (overRows ? start : 0));
        done += many;
      }
    }
  };
}

function reduceRun(
  totals: Accumulator,
  op: ReduceOp,
  k: number,
  values: Float64Array,
  from: number,
  n: number,
  position: number,
): void {
  if (op === 'sum') {
    for (let t = 0; t < n; t += 1) addCompensated(totals.values, totals.errors, k, at(values, from + t));
    return;
  }
  let best = at(totals.values, k);
  if (op === 'prod') for (let t = 0; t < n; t += 1) best *= at(values, from + t);
  else
    for (let t = 0; t < n; t += 1) {
      const value = at(values, from + t);
      if (Number.isNaN(value) || (op === 'max' ? value > best : value < best)) {
        best = value;
        totals.where[k] = position + t;
      }
    }
  totals.values[k] = best;
}

/** The sum of a product of two reads, as a matrix product; null when the tape is anything else. */
function bindContraction(
  context: Context,
  statement: Statement,
  loop: Loop,
  totals: Accumulator,
  rows: number,
): ((start: number) => void) | null {
  const [first, second, product] = statement.tape;
  if (statement.tape.length !== 3 || first?.op !== 'load' || second?.op !== 'load') return null;
  if (product?.op !== 'mul' || product.a === product.b) return null;
  const a = bindLoad(context, statement, first.buffer, first.places, rows);
  const b = bindLoad(context, statement, second.buffer, second.places, rows);
  if (a.computed.length > 0 || b.computed.length > 0) return null;
  const outExtents = loop.extents.slice(0, -1);
  const last = loop.extents.at(-1) ?? 0;
  const multiply: Contraction = contraction(
    outExtents,
    { strides: a.strides.slice(0, -1), along: a.strides.at(-1) ?? 0 },
    { strides: b.strides.slice(0, -1), along: b.strides.at(-1) ?? 0 },
  );
  const count = outExtents.reduce((p, n) => p * n, 1);
  const grouped = last > GROUP || statement.row === loop.extents.length - 1;
  const partial = grouped ? new Float64Array(count) : none;
  return (start) => {
    const x = context.store[a.buffer] ?? none;
    const y = context.store[b.buffer] ?? none;
    const i = a.base + start * a.perRow;
    const j = b.base + start * b.perRow;
    if (!grouped) {
      multiply(totals.values, 0, x, i, y, j, 0, last);
      return;
    }
    for (let from = 0; from < last; from += GROUP) {
      partial.fill(0);
      multiply(partial, 0, x, i, y, j, from, Math.min(from + GROUP, last));
      for (let k = 0; k < count; k += 1) addCompensated(totals.values, totals.errors, k, at(partial, k));
    }
  };
}
