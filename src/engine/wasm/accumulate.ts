/** Totals in locals, and where they and elementwise results go. */
import type { ReduceOp } from '../../core/expr';
import type { LoopProgram, Sizes, Statement } from '../loop';
import { NEUTRAL } from '../totals';
import { algebraOf } from './algebra';
import { V128 } from './encode';
import type { EmittedGraph, Pool } from './emit';
import { UPPER } from './functions';
import { createGraph, lanesOf, type Value } from './graph';
import { bytesOf, instantiate, offsetIn, type Combo, type Scope, type Site } from './instantiate';
import type { Layout } from './layout';
import { ROW, type Frame, type Nest, type Pointer } from './nest';

export interface RowsContext {
  readonly program: LoopProgram;
  readonly sizes: Sizes;
  readonly layout: Layout;
  readonly fused: boolean;
  readonly pool: Pool;
}

/** A statement with the places that it reads and writes. */
export interface Work {
  readonly statement: Statement;
  readonly sites: readonly (Site | null)[];
  readonly indices: readonly (Pointer | null)[];
  /** Where the result goes: to the buffer, or to the totals. */
  readonly target: Site;
}

/** What the code of one group of statements is made of. */
export interface Emission {
  readonly context: RowsContext;
  readonly nest: Nest;
  readonly works: readonly Work[];
  readonly vector: number;
  readonly lanes: 2 | 4;
  /** By axis of the nest. */
  readonly lengths: readonly number[];
  /** Axes besides the rows and the reduced one. */
  readonly free: readonly number[];
  readonly clean: ReadonlySet<number>;
  /** Moves along the rows of the block in scratch memory. */
  readonly keeping: Pointer;
}

export const scopeOf = (
  { context, nest, vector }: Emission,
  innermost: readonly number[],
  zeroed = false,
): Scope => {
  const graph = createGraph();
  const lanes = lanesOf(graph, context.layout.double, context.fused);
  return {
    code: nest.frame.code,
    nest,
    graph,
    lanes,
    algebra: algebraOf(lanes, context.fused),
    fused: context.fused,
    sizes: context.sizes,
    vector,
    innermost,
    zeroed,
    made: new Map(),
  };
};

export const tapeOf = (scope: Scope, work: Work, combo: Combo): Value[] =>
  instantiate(scope, work.statement, work.sites, work.indices, combo);

// ---- accumulators

export interface Accumulator {
  readonly work: Work;
  readonly combo: Combo;
  /** One per vector that is added at a time, so that the additions do not wait for each other. */
  readonly locals: readonly number[];
  readonly op: ReduceOp;
}

export function startAccumulators(
  emission: Emission,
  combos: readonly Combo[],
  copies: number,
): Accumulator[] {
  const { code } = emission.nest.frame;
  const { double } = emission.context.layout;
  return emission.works.flatMap((work) => {
    const op = work.statement.reduce;
    if (op === null) return [];
    return combos.map((combo): Accumulator => {
      const locals = Array.from({ length: copies }, () => code.local(V128));
      for (const local of locals) {
        putSplat(emission, double, NEUTRAL[op]);
        code.set(local);
      }
      return { work, combo, locals, op };
    });
  });
}

function putSplat({ nest }: Emission, double: boolean, value: number): void {
  const bytes = new Uint8Array(
    (double ? Float64Array.of(value, value) : Float32Array.of(value, value, value, value)).buffer,
  );
  nest.frame.code.constant([...bytes]);
}

/** The next value of an accumulator; `mask` (if any) tells which lanes count. */
export function accumulate(
  scope: Scope,
  { work, op }: Accumulator,
  local: number,
  combo: Combo,
  mask: Value | null,
): Value {
  const { lanes: l, graph, code } = scope;
  const registers = tapeOf(scope, work, combo);
  const value = registers.at(-1) ?? 0;
  const old = graph.read(`accumulator ${local}`, false, () => {
    code.get(local);
  });
  const last = work.statement.tape.at(-1);
  if (op === 'sum' && last?.op === 'mul') {
    const masked = (register: number): Value => {
      const factor = registers[register] ?? 0;
      return mask === null ? factor : l.and(mask, factor);
    };
    return l.fma(masked(last.a), masked(last.b), old);
  }
  const term =
    mask === null
      ? value
      : op === 'sum'
        ? l.and(mask, value)
        : l.select(mask, value, l.constant(NEUTRAL[op]));
  if (op === 'sum') return l.add(old, term);
  if (op === 'prod') return l.mul(old, term);
  return op === 'max' ? l.max(old, term) : l.min(old, term);
}

/** All copies of an accumulator as one, on the stack. */
export function putCombined({ context, nest }: Emission, { locals, op }: Accumulator): void {
  const { code } = nest.frame;
  const [first = 0, ...others] = locals;
  code.get(first);
  for (const local of others) {
    code.get(local);
    code.vector(`${context.layout.double ? 'f64x2' : 'f32x4'}.${COMBINE[op]}`);
  }
}

const COMBINE = { sum: 'add', prod: 'mul', max: 'max', min: 'min' } as const;

/** The lanes of the vector on the stack as one double, on the stack. */
function reduceLanes({ context, nest, lanes }: Emission, op: ReduceOp): void {
  const { code } = nest.frame;
  const { double } = context.layout;
  const vector = code.local(V128);
  code.set(vector);
  for (let lane = 0; lane < lanes; lane += 1) {
    putLane(emissionCode(code, double), vector, lane);
    if (lane > 0) code.scalar(`f64.${COMBINE[op]}`);
  }
}

interface LaneCode {
  readonly code: Frame['code'];
  readonly double: boolean;
}
const emissionCode = (code: Frame['code'], double: boolean): LaneCode => ({ code, double });

/** A lane as a double, on the stack. */
function putLane({ code, double }: LaneCode, vector: number, lane: number): void {
  code.get(vector);
  code.lane(double ? 'f64x2.extract_lane' : 'f32x4.extract_lane', lane);
  if (!double) code.scalar('f64.promote_f32');
}

/** Combines an accumulator with the totals: `each` lane with its own element, or all lanes with one. */
export function addToTotals(emission: Emission, accumulator: Accumulator): void {
  const { nest, vector, context } = emission;
  const { code } = nest.frame;
  const { work, combo, op } = accumulator;
  const site = work.target;
  const base = offsetIn(site, combo);
  const combine = (offset: number, put: () => void): void => {
    nest.address(site.pointer, 0);
    nest.address(site.pointer, 0);
    code.memory('f64.load', offset);
    put();
    code.scalar(`f64.${COMBINE[op]}`);
    code.memory('f64.store', offset);
  };
  if (vector === ROW) {
    combine(base, () => {
      putCombined(emission, accumulator);
      reduceLanes(emission, op);
    });
    return;
  }
  const local = code.local(V128);
  putCombined(emission, accumulator);
  code.set(local);
  const lanes = combo[vector]?.lanes ?? 0;
  const stride = site.strides[vector] ?? 0;
  if (stride === 1 && lanes === emission.lanes) {
    const pairs = context.layout.double
      ? [
          (): void => {
            code.get(local);
          },
        ]
      : [0, 1].map((half) => (): void => {
          code.get(local);
          if (half === 1) {
            code.get(local);
            code.shuffle(UPPER);
          }
          code.vector('f64x2.promote_low_f32x4');
        });
    pairs.forEach((put, k) => {
      nest.address(site.pointer, 0);
      nest.address(site.pointer, 0);
      code.memory('v128.load', base + 16 * k);
      put();
      code.vector(`f64x2.${COMBINE[op]}`);
      code.memory('v128.store', base + 16 * k);
    });
    return;
  }
  for (let lane = 0; lane < lanes; lane += 1)
    combine(base + lane * stride * 8, () => {
      putLane(emissionCode(code, context.layout.double), local, lane);
    });
}

// ---- storing

/** Stores the lanes of what `put` puts on the stack at the element of a combo. */
export function storeVector(emission: Emission, site: Site, combo: Combo, put: () => void): void {
  const { nest, vector, lanes } = emission;
  const { code } = nest.frame;
  const stride = site.strides[vector] ?? 0;
  const count = combo[vector]?.lanes ?? lanes;
  const stream = combo[ROW]?.stream ?? 0;
  const offset = offsetIn(site, combo);
  const bytes = bytesOf(site.store);
  if (stride === 1 && count === lanes) {
    nest.address(site.pointer, stream);
    put();
    code.memory('v128.store', offset);
    return;
  }
  const local = code.local(V128);
  put();
  code.set(local);
  for (let lane = 0; lane < count; lane += 1) {
    nest.address(site.pointer, stream);
    code.get(local);
    code.memoryLane(`v128.store${bytes === 8 ? 64 : 32}_lane`, offset + lane * stride * bytes, lane);
  }
}

/** Bytes of the even (odd) lanes of two vectors, and of the lower (upper) halves, those of the second numbered from 16. */
const picked = (double: boolean, first: 0 | 1): number[] =>
  Array.from({ length: 16 }, (_, k) =>
    double
      ? (k % 8) + 8 * first + (k < 8 ? 0 : 16)
      : (k % 4) + 4 * first + 8 * (Math.floor(k / 4) % 2) + (k < 8 ? 0 : 16),
  );

/** Stores the lanes of each accumulator as one number; as many accumulators as a vector has lanes are added up together. */
export function storeReduced(emission: Emission, accumulators: readonly Accumulator[]): void {
  const { nest, context, lanes } = emission;
  const { code } = nest.frame;
  const { double } = context.layout;
  /** Pairs of neighbouring lanes of two vectors. */
  const fold = (a: number, b: number, op: ReduceOp): number => {
    const folded = code.local(V128);
    for (const first of [0, 1] as const) {
      code.get(a);
      code.get(b);
      code.shuffle(picked(double, first));
    }
    code.vector(`${double ? 'f64x2' : 'f32x4'}.${COMBINE[op]}`);
    code.set(folded);
    return folded;
  };
  for (let from = 0; from < accumulators.length; from += lanes) {
    const group = accumulators.slice(from, from + lanes);
    const [{ op } = { op: 'sum' as const }] = group;
    let locals = group.map((accumulator) => {
      const local = code.local(V128);
      putCombined(emission, accumulator);
      code.set(local);
      return local;
    });
    while (locals.length < lanes) locals.push(locals[0] ?? 0);
    for (let left: number = lanes; left > 1; left /= 2)
      locals = Array.from({ length: left / 2 }, (_, k) =>
        fold(locals[2 * k] ?? 0, locals[2 * k + 1] ?? 0, op),
      );
    const [sums = 0] = locals;
    group.forEach(({ work, combo }, lane) => {
      nest.address(work.target.pointer, combo[ROW]?.stream ?? 0);
      code.get(sums);
      code.memoryLane(`v128.store${double ? 64 : 32}_lane`, offsetIn(work.target, combo), lane);
    });
  }
}

export function setAll(
  code: Frame['code'],
  emitted: EmittedGraph,
  sums: readonly { local: number; value: Value }[],
): void {
  // All new values are in locals of their own before the first accumulator changes.
  for (const { local, value } of sums) {
    emitted.get(value);
    code.set(local);
  }
}
