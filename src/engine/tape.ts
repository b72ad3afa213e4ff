/** Runs the tape of a statement over chunks of elements, one instruction at a time. */
import { at, bindLoad, CHUNK, none, walk, type BoundLoad, type Context, type Loop } from './bound';
import { branchOf, kernelOf, operandsOf, type Kernel } from './kernels';
import { sizeOf, type Instruction, type Statement } from './loop';

export interface Tape {
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

export function bindTape(context: Context, statement: Statement, loop: Loop, rows: number): Tape {
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

export const mix = (hash: number, code: number): number => Math.imul(hash ^ (code * 16 + 7), 0x01000193) | 0;

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
