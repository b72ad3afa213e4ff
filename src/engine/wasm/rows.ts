/** Code for the statements of a pass over one block of rows. */
import type { LoopProgram, Statement } from '../loop';
import { sizeOf } from '../loop';
import { reads } from '../schedule';
import {
  accumulate,
  addToTotals,
  putCombined,
  scopeOf,
  setAll,
  startAccumulators,
  storeReduced,
  storeVector,
  tapeOf,
  type Accumulator,
  type Emission,
  type RowsContext,
  type Work,
} from './accumulate';
import { emitGraph } from './emit';
import type { Lanes, Value } from './graph';
import { groupStatements, isElementwise, vectorPlan, type Group } from './group';
import { axisIds, madeKey, ramp, siteAt, siteOf, type Combo, type Scope } from './instantiate';
import { foldsRows } from './layout';
import { createNest, ROW, STREAMS, type Axis, type Frame, type Nest, type Point } from './nest';

/** Throws NotVectorised. */
export function emitRows(context: RowsContext, frame: Frame, statements: readonly Statement[]): void {
  const isAlone = (statement: Statement): boolean =>
    isProduct(statement) || !isElementwise(statement) || (foldsRows(statement) && statement.axes.length > 1);
  const clean = cleanBuffers(statements);
  for (const group of groupStatements(statements, context.sizes, isAlone))
    emitGroup(context, frame, group, clean);
}

/** The sum of a product of two reads: a matrix product. */
export function isProduct({ tape, reduce }: Statement): boolean {
  const [first, second, product] = tape;
  return (
    reduce === 'sum' &&
    tape.length === 3 &&
    first?.op === 'load' &&
    second?.op === 'load' &&
    product?.op === 'mul' &&
    product.a !== product.b
  );
}

/**
 * Buffers of a block whose elements after the last row must be 0, as matrix products over the rows run over them. Only what
 * an elementwise statement writes can be kept so.
 */
function cleanBuffers(statements: readonly Statement[]): ReadonlySet<number> {
  const maps = new Set(statements.filter((s) => s.reduce === null).map((s) => s.target));
  return new Set(
    statements
      .filter((statement) => isProduct(statement) && foldsRows(statement))
      .flatMap((statement) => reads(statement).map((read) => read.buffer))
      .filter((buffer) => maps.has(buffer)),
  );
}

function emitGroup(context: RowsContext, frame: Frame, group: Group, clean: ReadonlySet<number>): void {
  const { layout, sizes } = context;
  const nest = createNest(frame);
  const works = group.map((statement) => workOf(context, nest, statement));
  const [first] = works;
  if (!first) return;
  const ids = axisIds(first.statement);
  const lengths: number[] = [];
  first.statement.axes.forEach((size, axis) => {
    lengths[ids[axis] ?? 0] = sizeOf(size, sizes);
  });
  if (lengths.some((length, id) => id !== ROW && length === 0)) return;
  const plan = vectorPlan(
    first.statement,
    lengths,
    works.flatMap(({ sites }) => sites.flatMap((site) => (site ? [site] : []))),
  );
  const emission: Emission = {
    context,
    nest,
    works,
    vector: plan.axis,
    lanes: layout.double ? 2 : 4,
    lengths,
    free: ids.filter((id) => id !== ROW && id !== plan.reduced),
    clean,
  };
  nest.start();
  if (plan.reduced !== null && plan.reduced !== ROW)
    (plan.axis === ROW ? reduceInVectors : reduceInStreams)(emission, plan.reduced);
  else if (plan.axis === ROW) runOverRows(emission);
  else foldExactly(emission);
}

function workOf({ layout, sizes }: RowsContext, nest: Nest, statement: Statement): Work {
  const ids = axisIds(statement);
  const folds = foldsRows(statement);
  const store = folds ? layout.totals.get(statement.target) : layout.stores[statement.target];
  if (!store) throw new RangeError(`no place for buffer ${statement.target}`);
  const strides = new Array<number>(statement.axes.length + 1).fill(0);
  store.strides.forEach((stride, k) => {
    strides[ids[k] ?? 0] = stride;
  });
  return {
    statement,
    sites: statement.tape.map((instruction) =>
      instruction.op === 'load' ? siteOf(nest, layout, sizes, statement, instruction) : null,
    ),
    indices: statement.tape.map((instruction) => {
      if (instruction.op !== 'index') return null;
      const along = new Array<number>(statement.axes.length + 1).fill(0);
      along[ids[instruction.axis] ?? 0] = 1;
      return nest.pointer('absolute', along);
    }),
    target: siteAt(nest, store, store.offset, strides),
  };
}

/** Points per tile of the last free axes; the others run one by one. */
function freeAxes({ free, lengths, vector, lanes }: Emission, tiles: readonly number[]): Axis[] {
  return free.map((id, k) => ({
    id,
    length: lengths[id] ?? 1,
    tile: tiles[tiles.length - (free.length - k)] ?? 1,
    width: id === vector ? lanes : 1,
  }));
}

/** Nested loops over axes; the innermost is given the points of all. */
function overAll(
  nest: Nest,
  axes: readonly Axis[],
  inside: (points: ReadonlyMap<number, readonly Point[]>) => void,
): void {
  const go = (k: number, chosen: ReadonlyMap<number, readonly Point[]>): void => {
    const axis = axes[k];
    if (!axis) inside(chosen);
    else
      nest.over(axis, (points) => () => {
        go(k + 1, new Map([...chosen, [axis.id, points]]));
      });
  };
  go(0, new Map());
}

/** Every element of a tile. */
function combosOf(points: ReadonlyMap<number, readonly Point[]>): Combo[] {
  let combos: Combo[] = [[]];
  for (const [id, list] of points)
    combos = combos.flatMap((combo) =>
      list.map((point) => {
        const longer = [...combo];
        longer[id] = point;
        return longer;
      }),
    );
  return combos;
}

const vectorsOfRows = (count: number, lanes: number): Point[] =>
  Array.from({ length: count }, (_, k) => ({ offset: k * lanes, lanes, stream: 0 }));

/** Elementwise statements and reductions over the rows, in vectors of rows. */
function runOverRows(emission: Emission): void {
  const { nest, works, lanes, context, clean } = emission;
  const { code } = nest.frame;
  const [only] = works;
  const product = works.length === 1 && only !== undefined && isProduct(only.statement);
  const unrolled = product ? 1 : rowVectors(works);
  const rows = vectorsOfRows(unrolled, lanes);
  overAll(nest, freeAxes(emission, product ? [3, 3] : []), (points) => {
    const outer = combosOf(points);
    const accumulators = startAccumulators(emission, outer, unrolled);
    nest.overRows(unrolled * lanes, () => {
      const scope = scopeOf(emission, [ROW]);
      let position = 0;
      const masks = rows.map((point) => rowMask(scope, nest, point, () => position));
      const stores: { work: Work; combo: Combo; value: Value }[] = [];
      const sums: { local: number; value: Value }[] = [];
      for (const work of works)
        for (const combo of outer)
          rows.forEach((row, k) => {
            const full = withRow(combo, row);
            const mask = masks[k] ?? null;
            const accumulator = accumulators.find((a) => a.work === work && a.combo === combo);
            if (accumulator) {
              const bare = product && isCleanProduct(work.statement, clean);
              const local = accumulator.locals[k] ?? 0;
              sums.push({
                local,
                value: accumulate(scope, accumulator, local, full, bare ? null : (mask?.() ?? null)),
              });
              return;
            }
            const value = tapeOf(scope, work, full).at(-1) ?? 0;
            scope.made.set(madeKey(work.statement.target, full), value);
            if (!isRead(context.program, work.statement, works)) return;
            const kept = clean.has(work.statement.target) && mask ? scope.lanes.and(mask(), value) : value;
            stores.push({ work, combo: full, value: kept });
          });
      const emitted = emitGraph(
        code,
        context.pool,
        scope.graph,
        [...stores, ...sums].map(({ value }) => value),
      );
      emitted.before();
      return (local) => {
        position = local;
        emitted.body();
        for (const { work, combo, value } of stores)
          storeVector(emission, work.target, combo, () => {
            emitted.get(value);
          });
        setAll(code, emitted, sums);
      };
    });
    for (const accumulator of accumulators) addToTotals(emission, accumulator);
  });
}

/** Vectors of rows at a time: two, so that one computes while the other waits, unless the code would become long. */
function rowVectors(works: readonly Work[]): number {
  const heavy = works.reduce(
    (sum, { statement }) => sum + statement.tape.filter((i) => i.op === 'pow').length,
    0,
  );
  return heavy > 1 ? 1 : 2;
}

const withRow = (combo: Combo, row: Point): Combo => {
  const full = [...combo];
  full[ROW] = row;
  return full;
};

/** A mask of the lanes that are rows of the block, made when it is first asked for. */
function rowMask(scope: Scope, nest: Nest, point: Point, position: () => number): () => Value {
  const { code, lanes: l, graph } = scope;
  const splat = (): void => {
    code.scalar(l.double ? 'f64.convert_i32_u' : 'f32.convert_i32_u');
    code.vector(l.double ? 'f64x2.splat' : 'f32x4.splat');
  };
  return () => {
    const limit = graph.read('rows', true, () => {
      code.get(nest.frame.runLength);
      splat();
    });
    const first = graph.read('position', false, () => {
      code.get(position());
      splat();
    });
    return l.compare('lt', l.add(first, ramp(l, point.offset)), limit);
  };
}

const isCleanProduct = (statement: Statement, clean: ReadonlySet<number>): boolean =>
  reads(statement).every(({ buffer }) => clean.has(buffer));

/** Whether anything outside the loop reads what a statement writes. */
function isRead(program: LoopProgram, statement: Statement, works: readonly Work[]): boolean {
  const { target } = statement;
  if (program.buffers[target]?.storage !== 'block') return true;
  const inside = new Set(works.map((work) => work.statement));
  return program.passes.some((pass) =>
    [...pass.before, ...pass.rows].some(
      (other) => !inside.has(other) && reads(other).some(({ buffer }) => buffer === target),
    ),
  );
}

/** Reductions over an axis that is not the rows, in vectors of rows: a tile of rows and of the last free axis at a time. */
function reduceInVectors(emission: Emission, reduced: number): void {
  const { nest, works, lanes } = emission;
  const [work] = works;
  if (!work) return;
  const product = isProduct(work.statement);
  const rows = vectorsOfRows(2, lanes);
  overAll(nest, freeAxes(emission, product ? [4] : []), (points) => {
    nest.overRows(2 * lanes, () => () => {
      const combos = combosOf(new Map([...points, [ROW, rows]]));
      const accumulators = startAccumulators(emission, combos, 1);
      reduceOver(emission, reduced, 1, 1, accumulators);
      for (const accumulator of accumulators)
        storeVector(emission, work.target, accumulator.combo, () => {
          putCombined(emission, accumulator);
        });
    });
  });
}

/** The loop over a reduced axis, `tile` points of `width` elements at a time. */
function reduceOver(
  emission: Emission,
  reduced: number,
  tile: number,
  width: number,
  accumulators: readonly Accumulator[],
): void {
  const { nest, context, lengths, lanes } = emission;
  const { code } = nest.frame;
  nest.over({ id: reduced, length: lengths[reduced] ?? 0, tile, width }, (points) => {
    const parts = points.flatMap((point) =>
      inGroups(accumulators).map((group) => {
        const scope = scopeOf(emission, [reduced]);
        const sums = group.map((accumulator) => {
          const local = accumulator.locals[0] ?? 0;
          const full = [...accumulator.combo];
          full[reduced] = point;
          const mask = width > 1 && point.lanes < lanes ? firstLanes(scope.lanes, point.lanes) : null;
          return { local, value: accumulate(scope, accumulator, local, full, mask) };
        });
        const emitted = emitGraph(
          code,
          context.pool,
          scope.graph,
          sums.map(({ value }) => value),
        );
        emitted.before();
        return () => {
          emitted.body();
          setAll(code, emitted, sums);
        };
      }),
    );
    return () => {
      code.fenced(nest.frame.scratch, parts);
    };
  });
}

/** Accumulators that can be added to between two fences with all operands in registers. */
const GROUP = 8;

function inGroups(accumulators: readonly Accumulator[]): (readonly Accumulator[])[] {
  return Array.from({ length: Math.ceil(accumulators.length / GROUP) }, (_, k) =>
    accumulators.slice(k * GROUP, (k + 1) * GROUP),
  );
}

function firstLanes(l: Lanes, count: number): Value {
  return l.graph.constant(Array.from({ length: 16 }, (_, k) => (k < count * l.bytes ? 255 : 0)));
}

/**
 * Reductions over an axis that is not the rows, in vectors along that axis (whose lanes are added up at the end) or along
 * another one: for data whose rows lie one after the other. The rows come from all streams side by side.
 */
function reduceInStreams(emission: Emission, reduced: number): void {
  const { nest, works, vector, lanes, free } = emission;
  const [work] = works;
  if (!work) return;
  const along = vector === reduced;
  const rows = Array.from({ length: STREAMS }, (_, stream): Point => ({ offset: 0, lanes: 1, stream }));
  const tiles = free.map((id, k) => (along ? (k === free.length - 1 ? 2 : 1) : id === vector ? 2 : 1));
  overAll(nest, freeAxes(emission, tiles), (points) => {
    nest.overStreams(1, () => {
      const accumulators = startAccumulators(emission, combosOf(new Map([...points, [ROW, rows]])), 1);
      reduceOver(emission, reduced, along ? 2 : 1, along ? lanes : 1, accumulators);
      if (along) storeReduced(emission, accumulators);
      else
        for (const accumulator of accumulators)
          storeVector(emission, work.target, accumulator.combo, () => {
            putCombined(emission, accumulator);
          });
    });
  });
}

/** Sums with as many operands that V8 keeps in registers; what is left over is spread over all tiles. */
const evenTile = (vectors: number): number => Math.ceil(vectors / Math.ceil(vectors / 7));

/** Sums over the rows in vectors along another axis, row by row and no further than the last. */
function foldExactly(emission: Emission): void {
  const { nest, context, free, vector } = emission;
  const { code } = nest.frame;
  const others = free.length > 1;
  const vectors = Math.ceil((emission.lengths[vector] ?? 1) / emission.lanes);
  const tiles = free.map((id) => (id === vector && !others ? evenTile(vectors) : 3));
  // What is read far apart from row to row is read again and again before the next part of it is.
  const axes = freeAxes(emission, tiles);
  overAll(nest, axes, (points) => {
    const accumulators = startAccumulators(emission, combosOf(points), 1);
    nest.overRows(1, () => {
      const scope = scopeOf(emission, [ROW]);
      const row: Point = { offset: 0, lanes: 1, stream: 0 };
      const sums = accumulators.map((accumulator) => {
        const local = accumulator.locals[0] ?? 0;
        return {
          local,
          value: accumulate(scope, accumulator, local, withRow(accumulator.combo, row), null),
        };
      });
      const emitted = emitGraph(
        code,
        context.pool,
        scope.graph,
        sums.map(({ value }) => value),
      );
      emitted.before();
      return () => {
        emitted.body();
        setAll(code, emitted, sums);
      };
    });
    for (const accumulator of accumulators) addToTotals(emission, accumulator);
  });
}
