/**
 * Loop programs that also tell which pieces of their piecewise functions they take, as numbers that any backend computes: per
 * statement and row, the codes of all pieces in a sum whose weights differ from element to element. The numbers of two runs are
 * equal where all pieces are, and different elsewhere unless weights happen to cancel.
 */
import { branchOf } from './kernels';
import type { BufferSpec, Instruction, LoopProgram, Place, ProgramOutput, Statement } from './loop';

export interface Fingerprinted {
  readonly program: LoopProgram;
  /** Outputs with one number per row, and with one for all rows together. */
  readonly ofRows: readonly string[];
  readonly shared: readonly string[];
}

/** Whether a program takes pieces at all. */
export function hasBranches(program: LoopProgram): boolean {
  return program.passes.some((pass) => [...pass.before, ...pass.rows].some(branches));
}

const isExtremum = ({ reduce }: Statement): boolean => reduce === 'max' || reduce === 'min';
const branches = (statement: Statement): boolean =>
  isExtremum(statement) || statement.tape.some((instruction) => branchOf(instruction) !== null);

/** Null where an extremum over the rows decides: it is known only after all of them. */
export function fingerprint(program: LoopProgram): Fingerprinted | null {
  const buffers: BufferSpec[] = [...program.buffers];
  const outputs: ProgramOutput[] = [];
  const names = { ofRows: [] as string[], shared: [] as string[] };
  const passes = program.passes.map((pass) => {
    const added = (statements: readonly Statement[]): Statement[] =>
      statements.filter(branches).flatMap((statement): Statement[] => {
        const chain = fingerprintOf(statement, buffers);
        const last = chain.at(-1);
        if (!last) return [];
        const isOfRows = statement.row >= 0;
        const name = `pieces ${outputs.length}`;
        buffers[last.target] = { ...spec(last, name), storage: 'full' };
        outputs.push({ name, buffer: last.target, shape: isOfRows ? last.axes.slice(0, 1) : [] });
        (isOfRows ? names.ofRows : names.shared).push(name);
        return chain;
      });
    return {
      before: [...pass.before, ...added(pass.before)],
      rows: [...pass.rows, ...added(pass.rows)],
    };
  });
  const isLate = program.passes.some((pass) =>
    pass.rows.some((statement) => isExtremum(statement) && statement.row === statement.axes.length - 1),
  );
  if (isLate) return null;
  return { program: { ...program, buffers, passes, outputs: [...program.outputs, ...outputs] }, ...names };
}

function spec({ axes, reduce, row }: Statement, name: string): BufferSpec {
  const dims = reduce === null ? axes : axes.slice(0, -1);
  return { name, dims, input: false, storage: row >= 0 ? 'block' : 'full', rowDim: row };
}

/** Irrational, so that no two positions have the same weight: inverse powers of the roots of x² = x + 1 and x³ = x + 1, and √2 − 1. */
const STEPS = [0.6180339887498949, 0.7548776662466927, 0.5698402909980532, 0.4142135623730951];

/** The weighted sum of the codes over all axes but the rows, in one statement per axis. */
function fingerprintOf(statement: Statement, buffers: BufferSpec[]): Statement[] {
  const others = statement.axes.map((_, axis) => axis).filter((axis) => axis !== statement.row);
  const order = statement.row >= 0 ? [statement.row, ...others] : others;
  const row = statement.row >= 0 ? 0 : -1;
  const chain: Statement[] = [];
  const add = (axes: readonly string[], reduce: 'sum' | null, tape: readonly Instruction[]): void => {
    const made: Statement = { target: buffers.length, axes, reduce, row, tape };
    buffers.push(spec(made, `pieces of ${buffers[statement.target]?.name ?? ''}`));
    chain.push(made);
  };
  const axes = order.map((axis) => statement.axes[axis] ?? '');
  add(axes, others.length > 0 ? 'sum' : null, codesOf(statement, order, row));
  for (let left = others.length - 1; left > 0; left -= 1) {
    const rest = axes.slice(0, axes.length - (others.length - left));
    const places = rest.map((_, axis): Place => ({ kind: 'axis', axis }));
    add(rest, 'sum', [{ op: 'load', buffer: chain.at(-1)?.target ?? 0, places }]);
  }
  return chain;
}

/** The tape of a statement with its axes in another order, and after it the weighted codes of its pieces. */
function codesOf(statement: Statement, order: readonly number[], row: number): Instruction[] {
  const moved = (axis: number): number => order.indexOf(axis);
  const placed = (place: Place): Place =>
    place.kind === 'axis' ? { kind: 'axis', axis: moved(place.axis) } : place;
  const tape = statement.tape.map((instruction): Instruction => {
    if (instruction.op === 'index') return { op: 'index', axis: moved(instruction.axis) };
    if (instruction.op === 'load') return { ...instruction, places: instruction.places.map(placed) };
    return instruction;
  });
  const push = (instruction: Instruction): number => tape.push(instruction) - 1;
  const constant = (value: number): number => push({ op: 'const', value });
  const signOf = (a: number): number => push({ op: 'call', fn: 'sign', args: [a] });
  const codes: number[] = [];
  for (const instruction of statement.tape) {
    if (branchOf(instruction) === null) continue;
    if (instruction.op === 'cmp') codes.push(signOf(push({ op: 'sub', a: instruction.a, b: instruction.b })));
    if (instruction.op !== 'call') continue;
    const [a = 0, b] = instruction.args;
    if (b !== undefined) codes.push(signOf(push({ op: 'sub', a, b })));
    else if (ROUNDINGS.has(instruction.fn)) codes.push(stepOf(push, constant, a, instruction.fn));
    else codes.push(signOf(a));
  }
  if (isExtremum(statement)) {
    const value = statement.tape.length - 1;
    const places = statement.axes.slice(0, -1).map((_, axis): Place => ({ kind: 'axis', axis: moved(axis) }));
    const best = push({ op: 'load', buffer: statement.target, places });
    codes.push(push({ op: 'cmp', rel: '==', a: value, b: best }));
  }
  let sum = constant(0);
  codes.forEach((code, k) => {
    const scaled = push({ op: 'mul', a: constant(1 + Math.SQRT2 * k), b: code });
    sum = push({ op: 'add', a: sum, b: scaled });
  });
  for (let axis = row + 1; axis < order.length; axis += 1)
    sum = push({ op: 'mul', a: sum, b: weightAlong(push, constant, axis, STEPS[axis % STEPS.length] ?? 1) });
  push({ op: 'copy', a: sum });
  return tape;
}

type Push = (instruction: Instruction) => number;

const ROUNDINGS: ReadonlySet<string> = new Set(['floor', 'ceil', 'round']);

/** The step that a rounding function is on, and whether its argument is at the very edge. */
function stepOf(push: Push, constant: (value: number) => number, x: number, fn: string): number {
  const a = fn === 'round' ? push({ op: 'add', a: x, b: constant(0.5) }) : x;
  const whole = push({ op: 'call', fn: 'floor', args: [a] });
  const edge = push({ op: 'cmp', rel: '==', a, b: whole });
  return push({ op: 'add', a: whole, b: push({ op: 'mul', a: constant(0.5), b: edge }) });
}

/** ½ and the fraction of (position + 1) steps. */
function weightAlong(push: Push, constant: (value: number) => number, axis: number, step: number): number {
  const position = push({ op: 'add', a: push({ op: 'index', axis }), b: constant(1) });
  const steps = push({ op: 'mul', a: position, b: constant(step) });
  const fraction = push({ op: 'sub', a: steps, b: push({ op: 'call', fn: 'floor', args: [steps] }) });
  return push({ op: 'add', a: fraction, b: constant(0.5) });
}
