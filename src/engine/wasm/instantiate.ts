/** The tape of a statement as a graph, for one element (or vector of elements) of a tile. */
import type { Instruction, Sizes, Statement } from '../loop';
import { sizeOf } from '../loop';
import type { Code } from './code';
import type { Algebra } from './algebra';
import { pow } from './functions';
import type { Graph, Lanes, Value } from './graph';
import type { Layout, Store } from './layout';
import { ROW, type Nest, type Point, type Pointer } from './nest';
import { F64, I32 } from './encode';

/** Thrown for what kernels do not do; the interpreter then runs the program. */
export class NotVectorised extends Error {}

/** A place in memory that is read or written along the axes of a nest. */
export interface Site {
  readonly store: Store;
  readonly pointer: Pointer;
  readonly offset: number;
  /** Elements per step along each axis. */
  readonly strides: readonly number[];
  /** Computed positions: register, bytes per step, length of the dimension. */
  readonly computed: readonly (readonly [register: number, bytes: number, length: number])[];
}

/** By axis; what is missing is 0. */
export type Combo = readonly (Point | undefined)[];

/** The nest's axis of each axis of a statement: the rows are 0. */
export function axisIds(statement: Statement): number[] {
  let next = 1;
  return statement.axes.map((_, axis) => {
    if (axis === statement.row) return ROW;
    next += 1;
    return next - 1;
  });
}

export const bytesOf = (store: Store): number => (store.double ? 8 : 4);

export function siteOf(
  nest: Nest,
  layout: Layout,
  sizes: Sizes,
  statement: Statement,
  instruction: Extract<Instruction, { op: 'load' }>,
): Site {
  const own = layout.stores[instruction.buffer];
  if (!own) throw new RangeError(`no buffer ${instruction.buffer}`);
  const store = layout.copies.get(instruction.buffer) ?? own;
  if (store.double !== layout.double)
    throw new NotVectorised('values of all samples are read in another precision than they have');
  const ids = axisIds(statement);
  const strides = new Array<number>(statement.axes.length + 1).fill(0);
  const computed: [number, number, number][] = [];
  let offset = store.offset;
  instruction.places.forEach((place, k) => {
    const step = store.strides[k] ?? 0;
    if (place.kind === 'axis') {
      const id = ids[place.axis] ?? 0;
      strides[id] = (strides[id] ?? 0) + step;
      return;
    }
    const length = sizeOf(layout.dims[instruction.buffer]?.[k] ?? '', sizes);
    if (place.kind === 'register') computed.push([place.register, step * bytesOf(store), length]);
    else if (place.at < 0 || place.at >= length)
      throw new RangeError(`position ${place.at} is outside an axis of ${length}`);
    else offset += place.at * step * bytesOf(store);
  });
  return siteAt(nest, store, offset, strides, computed);
}

export function siteAt(
  nest: Nest,
  store: Store,
  offset: number,
  strides: readonly number[],
  computed: Site['computed'] = [],
): Site {
  const pointer = nest.pointer(
    store.base,
    strides.map((stride) => stride * bytesOf(store)),
  );
  return { store, pointer, offset, strides, computed };
}

/** Bytes from the pointer of a site to the element of a combo. */
export function offsetIn(site: Site, combo: Combo): number {
  let offset = site.offset;
  site.strides.forEach((stride, id) => {
    offset += stride * bytesOf(site.store) * (combo[id]?.offset ?? 0);
  });
  return offset;
}

export interface Scope {
  readonly code: Code;
  readonly nest: Nest;
  readonly graph: Graph;
  readonly lanes: Lanes;
  readonly algebra: Algebra;
  readonly fused: boolean;
  readonly sizes: Sizes;
  /** Axis that the lanes of a vector run along. */
  readonly vector: number;
  /** Axes of the loops around which what does not move along them is computed once. */
  readonly innermost: readonly number[];
  /** Whether lanes that are not in use are read as 0, and not as what follows in memory. */
  readonly zeroed: boolean;
  /** Values of buffers computed in the same body: buffer and element -> value. */
  readonly made: Map<string, Value>;
}

const comboKey = (combo: Combo): string =>
  combo.map((point) => (point ? `${point.offset}.${point.stream}` : '')).join(',');
export const madeKey = (buffer: number, combo: Combo): string => `${buffer}:${comboKey(combo)}`;

/** Registers of a tape as values; the last one is the statement's. */
export function instantiate(
  scope: Scope,
  statement: Statement,
  sites: readonly (Site | null)[],
  indices: readonly (Pointer | null)[],
  combo: Combo,
): Value[] {
  const { lanes: l, algebra, fused } = scope;
  const values: Value[] = [];
  const at = (register: number): Value => values[register] ?? 0;
  const truth = (mask: Value): Value => l.and(mask, l.constant(1));
  /** The mask itself, where the number was made of one. */
  const holds = (value: Value): Value => {
    const node = scope.graph.nodes[value];
    const [mask, unit] = node?.args ?? [];
    if (node?.op === 'v128.and' && mask !== undefined && unit === l.constant(1)) return mask;
    return l.compare('ne', value, l.constant(0));
  };
  statement.tape.forEach((instruction, k) => {
    switch (instruction.op) {
      case 'const':
        values.push(l.constant(instruction.value));
        return;
      case 'size':
        values.push(l.constant(sizeOf(instruction.size, scope.sizes)));
        return;
      case 'index':
        values.push(indexValue(scope, indices[k] ?? null, axisIds(statement)[instruction.axis] ?? 0, combo));
        return;
      case 'load': {
        const made = scope.made.size > 0 ? scope.made.get(madeKey(instruction.buffer, combo)) : undefined;
        const site = sites[k];
        if (made !== undefined) values.push(made);
        else if (!site) throw new RangeError('a load without a site');
        else if (site.computed.length > 0) values.push(gather(scope, site, combo, at));
        else values.push(readValue(scope, site, combo));
        return;
      }
      case 'add':
        values.push(algebra.add(at(instruction.a), at(instruction.b)));
        return;
      case 'sub':
        values.push(algebra.sub(at(instruction.a), at(instruction.b)));
        return;
      case 'mul':
        values.push(l.mul(at(instruction.a), at(instruction.b)));
        return;
      case 'div':
        values.push(algebra.div(at(instruction.a), at(instruction.b)));
        return;
      case 'pow':
        values.push(pow(l, at(instruction.a), at(instruction.b), fused));
        return;
      case 'neg':
        values.push(l.neg(at(instruction.a)));
        return;
      case 'sqrt':
        values.push(l.sqrt(at(instruction.a)));
        return;
      case 'copy':
        values.push(at(instruction.a));
        return;
      case 'cmp':
        values.push(
          truth(
            l.compare(
              ({ '>': 'gt', '>=': 'ge', '==': 'eq', '!=': 'ne' } as const)[instruction.rel],
              at(instruction.a),
              at(instruction.b),
            ),
          ),
        );
        return;
      case 'where':
        values.push(l.select(holds(at(instruction.a)), at(instruction.b), at(instruction.c)));
        return;
      case 'call':
        values.push(algebra.call(instruction.fn, instruction.args.map(at)));
    }
  });
  return values;
}

const isFixed = (innermost: readonly number[], pointer: Pointer): boolean =>
  innermost.every((axis) => (pointer.strides[axis] ?? 0) === 0);

/** The stream that a pointer follows: one that does not move along the rows follows none. */
const streamOf = (pointer: Pointer, combo: Combo): number =>
  (pointer.strides[ROW] ?? 0) === 0 ? 0 : (combo[ROW]?.stream ?? 0);

function readValue(scope: Scope, site: Site, combo: Combo): Value {
  const { key, fixed, emit } = readOf(scope, site, combo);
  return scope.graph.read(key, fixed, emit);
}

/** A read of memory, as a graph has it. */
export interface MemoryRead {
  /** Tells it from other reads. */
  readonly key: string;
  /** Whether it stays the same throughout the innermost loop. */
  readonly fixed: boolean;
  readonly emit: () => void;
}

export function readOf(
  {
    code,
    nest,
    vector,
    zeroed,
    innermost,
    lanes: l,
  }: Pick<Scope, 'code' | 'nest' | 'vector' | 'zeroed' | 'innermost'> & {
    readonly lanes: Pick<Lanes, 'double' | 'count' | 'bytes'>;
  },
  site: Site,
  combo: Combo,
): MemoryRead {
  const offset = offsetIn(site, combo);
  const stride = site.strides[vector] ?? 0;
  const count = combo[vector]?.lanes ?? l.count;
  const stream = streamOf(site.pointer, combo);
  const size = l.double ? 64 : 32;
  const emit = (): void => {
    if (stride === 0) {
      nest.address(site.pointer, stream);
      code.memory(`v128.load${size}_splat`, offset);
      return;
    }
    // After the last element of every buffer there is room; what lanes that are not in use hold is of no account.
    if (stride === 1 && !(zeroed && count < l.count)) {
      nest.address(site.pointer, stream);
      code.memory('v128.load', offset);
      return;
    }
    if (stride === 1 && count > 1 && !l.double) {
      if (count === 3) nest.address(site.pointer, stream);
      nest.address(site.pointer, stream);
      code.memory('v128.load64_zero', offset);
      if (count === 3) code.memoryLane('v128.load32_lane', offset + 2 * l.bytes, 2);
      return;
    }
    for (let lane = 0; lane < count; lane += 1) nest.address(site.pointer, stream);
    code.memory(`v128.load${size}_zero`, offset);
    for (let lane = 1; lane < count; lane += 1)
      code.memoryLane(`v128.load${size}_lane`, offset + lane * stride * l.bytes, lane);
  };
  return {
    key: `${nest.id(site.pointer)} ${offset} ${stride} ${stride === 0 ? l.count : count} ${stream}`,
    fixed: isFixed(innermost, site.pointer),
    emit,
  };
}

/** 0-based position along an axis. */
function indexValue(scope: Scope, pointer: Pointer | null, id: number, combo: Combo): Value {
  const { code, nest, lanes: l, vector } = scope;
  if (!pointer) throw new RangeError('an index without a pointer');
  const point = combo[id];
  const stream = streamOf(pointer, combo);
  const first = scope.graph.read(
    `index ${nest.id(pointer)} ${stream}`,
    isFixed(scope.innermost, pointer),
    () => {
      nest.address(pointer, stream);
      code.scalar(l.double ? 'f64.convert_i32_u' : 'f32.convert_i32_u');
      code.vector(l.double ? 'f64x2.splat' : 'f32x4.splat');
    },
  );
  return l.add(first, id === vector ? ramp(l, point?.offset ?? 0) : l.constant(point?.offset ?? 0));
}

/** first, first + 1, … */
export function ramp(l: Lanes, first: number): Value {
  const numbers = Array.from({ length: l.count }, (_, k) => first + k);
  const array = l.double ? Float64Array.from(numbers) : Float32Array.from(numbers);
  return l.graph.constant([...new Uint8Array(array.buffer)]);
}

/** Reads each lane at its own position; NaN where a position is none. */
function gather(scope: Scope, site: Site, combo: Combo, at: (register: number) => Value): Value {
  const { code, nest, lanes: l, vector, graph } = scope;
  if (!l.double) throw new NotVectorised('positions are computed only in double precision');
  const offset = offsetIn(site, combo);
  const stride = site.strides[vector] ?? 0;
  const stream = streamOf(site.pointer, combo);
  const positions = site.computed.map(([register]) => at(register));
  const key = `${nest.id(site.pointer)} ${offset} ${stream} ${site.computed.map(([, bytes, length]) => `${bytes}x${length}`).join(' ')}`;
  return graph.gather(key, positions, (position) => {
    const place = code.local(I32);
    const inside = code.local(I32);
    for (let lane = 0; lane < 2; lane += 1) {
      nest.address(site.pointer, stream);
      code.set(place);
      code.i32(1);
      code.set(inside);
      site.computed.forEach(([, bytes, length], k) => {
        // A whole number in [0, length): what is none is clamped to 0 and marked.
        const value = code.local(F64);
        position(k, lane);
        code.set(value);
        code.get(value);
        code.get(value);
        code.scalar('f64.floor');
        code.scalar('f64.eq');
        code.get(value);
        code.f64(0);
        code.scalar('f64.ge');
        code.scalar('i32.and');
        code.get(value);
        code.f64(length);
        code.scalar('f64.lt');
        code.scalar('i32.and');
        code.get(inside);
        code.scalar('i32.and');
        code.set(inside);
        code.get(inside);
        code.when(() => {
          code.get(value);
          code.scalar('i32.trunc_f64_u');
          code.i32(bytes);
          code.scalar('i32.mul');
          code.get(place);
          code.scalar('i32.add');
          code.set(place);
        });
      });
      code.get(inside);
      code.choose(
        F64,
        () => {
          code.get(place);
          code.memory('f64.load', offset + lane * stride * 8);
        },
        () => {
          code.f64(NaN);
        },
      );
      if (lane === 0) code.vector('f64x2.splat');
      else code.lane('f64x2.replace_lane', lane);
    }
  });
}
