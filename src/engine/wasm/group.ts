/** Which statements of a pass share a loop, and along which axis their vectors run. */
import type { Sizes, Statement } from '../loop';
import { sizeOf } from '../loop';
import { reads } from '../schedule';
import { axisIds } from './instantiate';
import { foldsRows } from './layout';
import { ROW } from './nest';

/** Statements that run over the same axes, each after those whose values it takes. */
export type Group = readonly Statement[];

/** A statement that neither reduces over an axis of its own nor multiplies matrices can share its loop. */
export const isElementwise = (statement: Statement): boolean =>
  statement.reduce === null || foldsRows(statement);

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

/** The lengths of the axes besides the rows. */
const shapeOf = (statement: Statement, sizes: Sizes): string =>
  statement.axes
    .filter((_, axis) => axis !== statement.row)
    .map((size) => sizeOf(size, sizes))
    .join('x');

/**
 * Orders the statements into groups. A group grows by every statement of its shape all of whose sources are done or in the
 * group, and read there at the same element.
 */
export function groupStatements(
  statements: readonly Statement[],
  sizes: Sizes,
  alone: (statement: Statement) => boolean,
): Group[] {
  const writers = new Map(statements.map((statement) => [statement.target, statement]));
  const left = new Set(statements);
  const groups: Group[] = [];
  const sourcesOf = (statement: Statement): Statement[] =>
    reads(statement).flatMap(({ buffer }) => {
      const writer = writers.get(buffer);
      return writer && writer !== statement ? [writer] : [];
    });
  const isReady = (statement: Statement): boolean =>
    sourcesOf(statement).every((source) => !left.has(source));

  while (left.size > 0) {
    const ready = [...left].filter(isReady);
    const first = ready.find((statement) => alone(statement) || !isElementwise(statement)) ?? ready[0];
    if (!first) throw new RangeError('statements that wait for each other');
    const group = [first];
    if (!alone(first) && isElementwise(first)) {
      const shape = shapeOf(first, sizes);
      for (let grown = true; grown;) {
        grown = false;
        for (const statement of left) {
          if (group.includes(statement) || alone(statement) || !isElementwise(statement)) continue;
          if (shapeOf(statement, sizes) !== shape) continue;
          const fits = sourcesOf(statement).every((source) =>
            group.includes(source) ? isAligned(source, statement) : !left.has(source),
          );
          if (!fits) continue;
          group.push(statement);
          grown = true;
        }
      }
    }
    group.forEach((statement) => left.delete(statement));
    groups.push(group);
  }
  return groups;
}

/** Whether `reader` reads what `source` writes at its own element only. */
function isAligned(source: Statement, reader: Statement): boolean {
  if (source.reduce !== null) return false;
  const written = axisIds(source);
  const read = axisIds(reader);
  return reads(reader)
    .filter(({ buffer }) => buffer === source.target)
    .every(({ places }) =>
      places.every((place, k) => place.kind === 'axis' && read[place.axis] === written[k]),
    );
}

/** How the vectors of a statement run. */
export interface VectorPlan {
  /** Of the nest: the rows, the reduced axis, or one of the others. */
  readonly axis: number;
  readonly reduced: number | null;
}

/**
 * The axis along which no operand has to be collected element by element: the rows where that is so for them, else the
 * reduced axis, else the last one that it is so for. The rows if there is none.
 */
export function vectorPlan(
  statement: Statement,
  lengths: readonly number[],
  stridesOf: readonly { readonly strides: readonly number[]; readonly computed: readonly unknown[] }[],
): VectorPlan {
  const reduced = statement.reduce === null ? null : (axisIds(statement).at(-1) ?? null);
  const fits = (axis: number): boolean =>
    stridesOf.every(({ strides, computed }) => computed.length === 0 && (strides[axis] ?? 0) <= 1);
  if (statement.reduce === null || fits(ROW)) return { axis: ROW, reduced };
  const ids = axisIds(statement).filter((id) => id !== ROW && id !== reduced);
  const candidates = [...(reduced === null || reduced === ROW ? [] : [reduced]), ...ids.reverse()];
  const axis = candidates.find((id) => (lengths[id] ?? 1) > 1 && fits(id));
  return { axis: axis ?? ROW, reduced };
}
