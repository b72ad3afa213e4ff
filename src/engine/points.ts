/**
 * A loop program for several values of its inputs at a time: everything that depends on one of them has a last dimension of
 * points, and everything else, above all the data, is read once for all points.
 */
import type { BufferSpec, Instruction, LoopProgram, Place, Statement } from './loop';

/** The size of the added dimension; no name that can be written is like it. */
export const POINTS = '@points';

/** `names` are the inputs that differ from point to point, and the outputs that then do. */
export interface ManyPoints {
  readonly program: LoopProgram;
  readonly outputs: ReadonlySet<string>;
}

export function atManyPoints(program: LoopProgram, names: readonly string[]): ManyPoints {
  const differing = new Set(
    program.inputs.filter(({ name }) => names.includes(name)).map(({ buffer }) => buffer),
  );
  const widened = (statement: Statement): Statement => {
    const isDiffering = statement.tape.some((i) => i.op === 'load' && differing.has(i.buffer));
    if (!isDiffering) return statement;
    differing.add(statement.target);
    return widen(statement, differing);
  };
  const passes = program.passes.map(({ before, rows }) => ({
    before: before.map(widened),
    rows: rows.map(widened),
  }));
  const buffers = program.buffers.map((buffer, k): BufferSpec =>
    differing.has(k) ? { ...buffer, dims: [...buffer.dims, POINTS] } : buffer,
  );
  const outputs = program.outputs.map((output) =>
    differing.has(output.buffer) ? { ...output, shape: [...output.shape, POINTS] } : output,
  );
  return {
    program: { ...program, passes, buffers, outputs, sizes: [...program.sizes, POINTS] },
    outputs: new Set(program.outputs.filter(({ buffer }) => differing.has(buffer)).map(({ name }) => name)),
  };
}

/** The same statement for each point: the points come after the target's axes and before the one that is reduced over. */
function widen(statement: Statement, differing: ReadonlySet<number>): Statement {
  const points = statement.axes.length - (statement.reduce === null ? 0 : 1);
  const moved = (axis: number): number => (axis < points ? axis : axis + 1);
  const placed = (place: Place): Place =>
    place.kind === 'axis' ? { kind: 'axis', axis: moved(place.axis) } : place;
  const tape = statement.tape.map((instruction): Instruction => {
    if (instruction.op === 'index') return { op: 'index', axis: moved(instruction.axis) };
    if (instruction.op !== 'load') return instruction;
    const places = instruction.places.map(placed);
    return {
      ...instruction,
      places: differing.has(instruction.buffer) ? [...places, { kind: 'axis', axis: points }] : places,
    };
  });
  const axes = [...statement.axes.slice(0, points), POINTS, ...statement.axes.slice(points)];
  return { ...statement, axes, tape, row: statement.row < 0 ? -1 : moved(statement.row) };
}

/** The values of one of `count` points, among those of all. */
export function valuesAt(values: Float64Array, point: number, count: number): Float64Array {
  const own = new Float64Array(values.length / count);
  for (let k = 0; k < own.length; k += 1) own[k] = values[k * count + point] ?? NaN;
  return own;
}

/** The values of several points as those of all. */
export function joinPoints(points: readonly Float64Array[]): Float64Array {
  const count = points.length;
  const all = new Float64Array((points[0]?.length ?? 0) * count);
  points.forEach((values, point) => {
    for (let k = 0; k < values.length; k += 1) all[k * count + point] = values[k] ?? NaN;
  });
  return all;
}
