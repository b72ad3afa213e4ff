/** Code for elementwise statements and reductions over the rows, in vectors of rows. */
import type { LoopProgram, Statement } from '../loop';
import { reads } from '../schedule';
import {
  accumulate,
  addToTotals,
  scopeOf,
  setAll,
  startAccumulators,
  storeVector,
  tapeOf,
  type Accumulator,
  type Emission,
  type Work,
} from './accumulate';
import { emitGraph } from './emit';
import type { Value } from './graph';
import { isProduct } from './group';
import { madeKey, ramp, type Combo, type Scope } from './instantiate';
import { columnBytes, KEPT_COLUMNS } from './layout';
import { ROW, type Nest, type Point } from './nest';
import { stagesOf, type Stage } from './stages';
import { combosOf, freeAxes, overAll, vectorsOfRows, withRow } from './tiles';

/** Elementwise statements and reductions over the rows, in vectors of rows. */
export function runOverRows(emission: Emission): void {
  const { nest, works, lanes } = emission;
  const product = isAlone(works);
  const unrolled = product ? 1 : rowVectors(works);
  const rows = vectorsOfRows(unrolled, lanes);
  overAll(nest, freeAxes(emission, product ? [3, 3] : []), (points) => {
    const outer = combosOf(points);
    const accumulators = startAccumulators(emission, outer, unrolled);
    let body: RowsBody | null = null;
    const made = (): RowsBody => (body ??= rowsBody(emission, outer, rows, accumulators));
    const stages = nest.frame.whole === null ? 1 : made().stages.length;
    for (let stage = 0; stage < stages; stage += 1)
      nest.overRows(unrolled * lanes, () => emitStage(emission, made(), stage));
    for (const accumulator of accumulators) addToTotals(emission, accumulator);
  });
}

const isAlone = (works: readonly Work[]): boolean =>
  works.length === 1 && works.every(({ statement }) => isProduct(statement));

interface RowsBody {
  readonly stages: readonly Stage[];
  readonly stores: readonly { readonly work: Work; readonly combo: Combo; readonly value: Value }[];
  readonly sums: readonly { readonly local: number; readonly value: Value }[];
  /** Tells the local that holds the position. */
  setPosition(local: number): void;
  /** Puts the address of a value that is kept from stage to stage on the stack; its offset. */
  address(place: number): number;
}

/** What is computed for some vectors of rows, and of each combination of the other axes. */
function rowsBody(
  emission: Emission,
  outer: readonly Combo[],
  rows: readonly Point[],
  accumulators: readonly Accumulator[],
): RowsBody {
  const { nest, works, context, clean, keeping } = emission;
  const { layout } = context;
  const { code } = nest.frame;
  const scope = scopeOf(emission, [ROW]);
  const product = isAlone(works);
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
  const address = (place: number): number => {
    const region = Math.floor(place / rows.length);
    nest.address(keeping, 0);
    return layout.kept + region * columnBytes(layout) + (place % rows.length) * 16;
  };
  const roots = [...stores, ...sums].map(({ value }) => value);
  const read = (place: number) => (): void => {
    code.memory('v128.load', address(place));
  };
  const most = nest.frame.whole === null ? 0 : KEPT_COLUMNS * rows.length;
  const stages = stagesOf(scope.graph, roots, most, read);
  return {
    stages,
    stores,
    sums,
    address,
    setPosition: (local) => {
      position = local;
    },
  };
}

/** Emits what comes before the loop of a stage, and returns what emits its body. */
function emitStage(emission: Emission, body: RowsBody, index: number): (position: number) => void {
  const { nest, context } = emission;
  const { code } = nest.frame;
  const stage = body.stages[index];
  if (!stage) throw new RangeError(`no stage ${index}`);
  const stores = body.stores.filter(({ value }) => stage.has(value));
  const sums = body.sums.filter(({ value }) => stage.has(value));
  const emitted = emitGraph(code, context.pool, stage.graph, [
    ...[...stores, ...sums].map(({ value }) => value),
    ...stage.kept.map(([value]) => value),
  ]);
  emitted.before();
  return (local) => {
    body.setPosition(local);
    emitted.body();
    for (const { work, combo, value } of stores)
      storeVector(emission, work.target, combo, () => {
        emitted.get(value);
      });
    for (const [value, place] of stage.kept) {
      const offset = body.address(place);
      emitted.get(value);
      code.memory('v128.store', offset);
    }
    setAll(code, emitted, sums);
  };
}

/** Vectors of rows at a time: two of what is soon done, so that one computes while the other waits. */
function rowVectors(works: readonly Work[]): number {
  const isLong = works.some(({ statement }) =>
    statement.tape.some(({ op }) => op === 'call' || op === 'pow' || op === 'div' || op === 'sqrt'),
  );
  return isLong ? 1 : 2;
}

/** A mask of the lanes that are rows of the block, made when it is first asked for; null where all are. */
function rowMask(scope: Scope, nest: Nest, point: Point, position: () => number): (() => Value) | null {
  if (nest.frame.whole !== null) return null;
  const { code, lanes: l, graph } = scope;
  const splat = (): void => {
    code.scalar(l.double ? 'f64.convert_i32_u' : 'f32.convert_i32_u');
    code.vector(l.double ? 'f64x2.splat' : 'f32x4.splat');
  };
  return () => {
    const limit = graph.read('rows', true, () => {
      code.get(nest.frame.valid);
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
