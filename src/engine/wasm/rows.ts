/** Code for the statements of a pass over one block of rows. */
import type { Sizes, Statement } from '../loop';
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
  type Accumulator,
  type Emission,
  type RowsContext,
  type Work,
} from './accumulate';
import { emitGraph } from './emit';
import type { Lanes, Value } from './graph';
import { groupStatements, isElementwise, isProduct, vectorPlan, type Group } from './group';
import { axisIds, siteAt, siteOf, type Combo, type Scope } from './instantiate';
import { foldsRows } from './layout';
import { runOverRows } from './overRows';
import { addProducts, isPlainProduct } from './products';
import { combosOf, freeAxes, overAll, vectorsOfRows, withPoint, withRow } from './tiles';
import { createNest, ROW, STREAMS, type Frame, type Nest, type Point } from './nest';

/** The loops of a pass over a block, in their order. */
export interface RowsPlan {
  readonly groups: readonly Group[];
  readonly clean: ReadonlySet<number>;
}

export function planRows(statements: readonly Statement[], sizes: Sizes): RowsPlan {
  const isAlone = (statement: Statement): boolean =>
    isProduct(statement) || !isElementwise(statement) || (foldsRows(statement) && statement.axes.length > 1);
  return { groups: groupStatements(statements, sizes, isAlone), clean: cleanBuffers(statements) };
}

/** Throws NotVectorised. */
export function emitRows(context: RowsContext, frame: Frame, { groups, clean }: RowsPlan): void {
  for (const group of groups) emitGroup(context, frame, group, clean);
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
    keeping: nest.pointer(
      'scratch',
      [ROW, ...first.statement.axes.keys()].map((_, id) => (id === ROW ? (layout.double ? 8 : 4) : 0)),
    ),
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

/** The loop over a reduced axis, `tile` points of `width` elements at a time; these take the copies of an accumulator in turn. */
function reduceOver(
  emission: Emission,
  reduced: number,
  tile: number,
  width: number,
  accumulators: readonly Accumulator[],
): void {
  const { nest, lengths, lanes } = emission;
  const { code } = nest.frame;
  nest.over({ id: reduced, length: lengths[reduced] ?? 0, tile, width }, (points) => {
    const masked = (point: Point): boolean => width > 1 && point.lanes < lanes;
    const parts = points.flatMap((point, k) =>
      inGroups(accumulators, GROUP).map((group) => {
        const localOf = ({ locals }: Accumulator): number => locals[k % locals.length] ?? 0;
        if (isPlainProduct(emission)) {
          const sums = group.map((accumulator) => ({
            local: localOf(accumulator),
            combo: withPoint(accumulator.combo, reduced, point),
          }));
          return addProducts(emission, sums, [reduced], true);
        }
        const scope = scopeOf(
          emission,
          [reduced],
          group.every(({ work }) => isProduct(work.statement)),
        );
        const sums = group.map((accumulator) => {
          const local = localOf(accumulator);
          const full = withPoint(accumulator.combo, reduced, point);
          const mask = masked(point) && !scope.zeroed ? firstLanes(scope.lanes, point.lanes) : null;
          return { local, value: accumulate(scope, accumulator, local, full, mask) };
        });
        return addSums(emission, scope, sums);
      }),
    );
    return () => {
      code.fenced(nest.frame.scratch, parts);
    };
  });
}

/** Emits what comes before the loop, and returns what emits the part of its body that adds to the accumulators. */
function addSums(
  { nest, context }: Emission,
  scope: Scope,
  sums: readonly { readonly local: number; readonly value: Value }[],
): () => void {
  const { code } = nest.frame;
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
}

/** Accumulators that can be added to between two fences with all operands in registers. */
const GROUP = 8;

function inGroups(accumulators: readonly Accumulator[], most: number): (readonly Accumulator[])[] {
  return Array.from({ length: Math.ceil(accumulators.length / most) }, (_, k) =>
    accumulators.slice(k * most, (k + 1) * most),
  );
}

function firstLanes(l: Lanes, count: number): Value {
  return l.graph.constant(Array.from({ length: 16 }, (_, k) => (k < count * l.bytes ? 255 : 0)));
}

/** Vectors of a reduced axis whose code stands one after the other. */
const UNROLLED = 32;
/** Steps along a reduced axis that vectors do not run along. */
const STEPS = 4;
/**
 * Vectors of a row from which on each row has two sums: the additions to one wait for each other, and a processor does not look
 * so far ahead that it could begin with the next rows meanwhile.
 */
const TWO_SUMS = 8;

/**
 * Reductions over an axis that is not the rows, in vectors along that axis (whose lanes are added up at the end) or along
 * another one: for data whose rows lie one after the other. The rows come from all streams side by side.
 */
function reduceInStreams(emission: Emission, reduced: number): void {
  const { nest, works, vector, lanes, lengths, free } = emission;
  const [work] = works;
  if (!work) return;
  const along = vector === reduced;
  const whole = nest.frame.whole !== null;
  const vectors = Math.ceil((lengths[reduced] ?? 1) / lanes);
  const tile = along ? (whole ? evenTile(vectors, UNROLLED) : 2) : whole ? STEPS : 1;
  const rows = Array.from({ length: STREAMS }, (_, stream): Point => ({ offset: 0, lanes: 1, stream }));
  const tiles = free.map((id, k) => (along ? (k === free.length - 1 ? 2 : 1) : id === vector ? 2 : 1));
  overAll(nest, freeAxes(emission, tiles), (points) => {
    nest.overStreams(1, () => {
      const combos = combosOf(new Map([...points, [ROW, rows]]));
      const copies = along && combos.length <= STREAMS && vectors >= TWO_SUMS ? 2 : 1;
      const accumulators = startAccumulators(emission, combos, copies);
      reduceOver(emission, reduced, tile, along ? lanes : 1, accumulators);
      if (along) storeReduced(emission, accumulators);
      else
        for (const accumulator of accumulators)
          storeVector(emission, work.target, accumulator.combo, () => {
            putCombined(emission, accumulator);
          });
    });
  });
}

/** Vectors of sums in registers at a time; what is left over is spread over all tiles. */
const evenTile = (vectors: number, most: number): number => Math.ceil(vectors / Math.ceil(vectors / most));

/** Sums that keep both adders busy: an addition takes that many times as long as its turn. */
const SUMS = 8;
const FOLDED_ROWS = 4;
/** With so many, V8 keeps them and their operands in registers without fences. */
const FEW_SUMS = 7;

/** Sums over the rows in vectors along another axis, row by row and no further than the last. */
function foldExactly(emission: Emission): void {
  const { nest, free, vector, lengths, lanes } = emission;
  const others = free.length > 1;
  const vectors = Math.ceil((lengths[vector] ?? 1) / lanes);
  const whole = nest.frame.whole !== null;
  const most = whole ? SUMS : FEW_SUMS;
  const tiles = free.map((id) => (id === vector && !others ? evenTile(vectors, most) : 3));
  // What is read far apart from row to row is read again and again before the next part of it is.
  overAll(nest, freeAxes(emission, tiles), (points) => {
    foldRows(emission, combosOf(points));
  });
}

/** In whole blocks some rows at a time, every other one with sums of its own where these are few. */
function foldRows(emission: Emission, combos: readonly Combo[]): void {
  const { nest, works } = emission;
  const rows = nest.frame.whole === null ? 1 : FOLDED_ROWS;
  const sets = rows > 1 && combos.length * works.length <= SUMS / 2 ? 2 : 1;
  const accumulators = startAccumulators(emission, combos, sets);
  nest.overRows(rows, () => {
    const parts = Array.from({ length: rows }, (_, row) =>
      foldRow(emission, accumulators, { offset: row, lanes: 1, stream: 0 }, row % sets),
    );
    return () => {
      nest.frame.code.fenced(nest.frame.scratch, parts.flat());
    };
  });
  for (const accumulator of accumulators) addToTotals(emission, accumulator);
}

/** Emits what comes before the loop over the rows, and returns what emits the parts of its body. */
function foldRow(
  emission: Emission,
  accumulators: readonly Accumulator[],
  row: Point,
  set: number,
): (() => void)[] {
  const { nest } = emission;
  // Tiles of two axes share their operands, and are as large as the registers allow.
  const shared = emission.free.length > 1 || nest.frame.whole === null;
  const groups = shared ? [accumulators] : inGroups(accumulators, SUMS / 2);
  return groups.map((group) => {
    if (isPlainProduct(emission)) {
      const sums = group.map(({ locals, combo }) => ({
        local: locals[set] ?? 0,
        combo: withRow(combo, row),
      }));
      return addProducts(emission, sums, [ROW], false);
    }
    const scope = scopeOf(emission, [ROW]);
    const sums = group.map((accumulator) => {
      const local = accumulator.locals[set] ?? 0;
      return {
        local,
        value: accumulate(scope, accumulator, local, withRow(accumulator.combo, row), null),
      };
    });
    return addSums(emission, scope, sums);
  });
}
