/** What became infinite or undefined first, when a loss is evaluated. */
import { opRow } from '../../../core/ops';
import type { Dataset } from '../../dataset';
import { createRunner, type Arrays } from '../../interpret';
import type { GradientJob } from '../../job';
import { sizeOf, type Instruction, type LoopProgram, type Sizes, type Statement } from '../../loop';
import { operandsOf } from '../../kernels';
import { createRowTaker } from '../../rowReader';

/** Rows that are evaluated at a time. */
const ROWS = 10_000;

/** As a sentence with the row, the operation and the values that it met; null if all is finite. */
export function* explainUndefined(
  job: GradientJob,
  program: LoopProgram,
  dataset: Dataset,
  parameters: Arrays,
): Generator<void, string | null> {
  const all: Arrays = { ...parameters, ...dataset.inputs };
  if (job.rows === null) return firstUndefined(program, dataset.sizes, all, 0);
  const taker = createRowTaker(job, dataset);
  try {
    for (let from = 0; from < dataset.rows; from += ROWS) {
      const count = Math.min(ROWS, dataset.rows - from);
      const inputs = { ...all, ...(yield* taker.take(from, count)) };
      const found = firstUndefined(program, { ...dataset.sizes, [job.rows]: count }, inputs, from);
      if (found !== null) return found;
      yield;
    }
    return null;
  } finally {
    taker.close();
  }
}

/** Every buffer kept whole, and given out under its number. */
function opened(program: LoopProgram): LoopProgram {
  return {
    ...program,
    buffers: program.buffers.map((buffer) => ({ ...buffer, storage: 'full' })),
    outputs: program.buffers.flatMap(({ input, dims }, id) =>
      input ? [] : [{ name: String(id), buffer: id, shape: dims }],
    ),
  };
}

interface Memory {
  readonly program: LoopProgram;
  readonly sizes: Sizes;
  readonly values: (buffer: number) => Float64Array;
  readonly dims: (buffer: number) => number[];
}

function firstUndefined(program: LoopProgram, sizes: Sizes, inputs: Arrays, firstRow: number): string | null {
  const outputs = createRunner(opened(program), sizes, inputs).run();
  const names = new Map(program.inputs.map(({ name, buffer }) => [buffer, name]));
  const memory: Memory = {
    program,
    sizes,
    values: (buffer) => inputs[names.get(buffer) ?? ''] ?? outputs[String(buffer)] ?? new Float64Array(),
    dims: (buffer) => (program.buffers[buffer]?.dims ?? []).map((size) => sizeOf(size, sizes)),
  };
  const statements = program.passes.flatMap(({ before, rows }) => [...before, ...rows]);
  for (const [k, statement] of statements.entries()) {
    const values = memory.values(statement.target);
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const place = placeOf(at, memory.dims(statement.target));
    const cause = causeAt(memory, statement, place);
    const row = statement.row >= 0 ? cause.place[statement.row] : undefined;
    const where = row === undefined ? '' : ` in row ${firstRow + row + 1}`;
    const named = statements
      .slice(k)
      .map(({ target }) => program.buffers[target]?.name ?? '')
      .find((name) => !OWN_NAME.test(name));
    const of = ` of ${named ?? 'the loss'}`;
    return `${cause.text} in the computation${of}${where}${cause.met === '' ? '' : `, where ${cause.met}`}.`;
  }
  return null;
}

/** What the compiler named. */
const OWN_NAME = /^(t\d+|loss|term \d+|scale \d+|gradient .*|%.*)$/;

function placeOf(at: number, dims: readonly number[]): number[] {
  let rest = at;
  return [...dims]
    .reverse()
    .map((length) => {
      const digit = rest % length;
      rest = (rest - digit) / length;
      return digit;
    })
    .reverse();
}

interface Cause {
  /** "log(0)". */
  readonly text: string;
  /** "a is 1". */
  readonly met: string;
  readonly place: readonly number[];
}

/** Where along the reduced axis, if there is one, and by which instruction. */
function causeAt(memory: Memory, statement: Statement, place: readonly number[]): Cause {
  const reduced = statement.reduce === null ? 1 : sizeOf(statement.axes.at(-1) ?? '1', memory.sizes);
  for (let r = 0; r < reduced; r += 1) {
    const full = statement.reduce === null ? place : [...place, r];
    const registers: number[] = [];
    for (const instruction of statement.tape) {
      const value = valueOf(memory, instruction, registers, full);
      registers.push(value);
      const operands = operandsOf(instruction);
      const values = operands.map((operand) => registers[operand] ?? NaN);
      if (Number.isFinite(value) || !values.every(Number.isFinite)) continue;
      const met = loadsUnder(memory, statement.tape, operands, registers);
      return { text: textOf(instruction, values, nameOf(memory, instruction)), met, place: full };
    }
  }
  return { text: 'a sum that is too large for a number', met: '', place };
}

function nameOf({ program }: Memory, instruction: Instruction): string {
  return instruction.op === 'load' ? (program.buffers[instruction.buffer]?.name ?? '') : '';
}

function textOf(instruction: Instruction, values: readonly number[], name: string): string {
  const shown = values.map(short);
  switch (instruction.op) {
    case 'call':
      return `${instruction.fn}(${shown.join(', ')})`;
    case 'div':
      return `${shown[0] ?? ''} / ${shown[1] ?? ''}`;
    case 'pow':
      return values[1] === -1 ? `1 / ${shown[0] ?? ''}` : `${shown[0] ?? ''} to the power ${shown[1] ?? ''}`;
    case 'sqrt':
      return `sqrt(${shown[0] ?? ''})`;
    case 'load':
      return `a value of ${name} that is no finite number`;
    default:
      return `a number that is too large (${instruction.op} of ${shown.join(' and ')})`;
  }
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** The named values that the operands were made of. */
function loadsUnder(
  { program }: Memory,
  tape: readonly Instruction[],
  from: readonly number[],
  registers: readonly number[],
): string {
  const seen = new Map<string, number>();
  const visit = (register: number): void => {
    const instruction = tape[register];
    if (!instruction) return;
    if (instruction.op === 'load') {
      const name = program.buffers[instruction.buffer]?.name ?? '';
      if (!OWN_NAME.test(name)) seen.set(name, registers[register] ?? NaN);
    } else operandsOf(instruction).forEach(visit);
  };
  from.forEach(visit);
  return [...seen].map(([name, value]) => `${name} is ${short(value)}`).join(' and ');
}

/** One instruction at one place of the loop, in plain arithmetic. */
function valueOf(
  memory: Memory,
  instruction: Instruction,
  registers: readonly number[],
  place: readonly number[],
): number {
  const at = (register: number): number => registers[register] ?? NaN;
  switch (instruction.op) {
    case 'const':
      return instruction.value;
    case 'size':
      return sizeOf(instruction.size, memory.sizes);
    case 'index':
      return place[instruction.axis] ?? NaN;
    case 'load': {
      const dims = memory.dims(instruction.buffer);
      const offset = instruction.places.reduce((sum, own, k) => {
        const digit =
          own.kind === 'axis' ? (place[own.axis] ?? NaN) : own.kind === 'at' ? own.at : at(own.register);
        return sum * (dims[k] ?? 1) + digit;
      }, 0);
      return memory.values(instruction.buffer)[offset] ?? NaN;
    }
    case 'add':
      return at(instruction.a) + at(instruction.b);
    case 'sub':
      return at(instruction.a) - at(instruction.b);
    case 'mul':
      return at(instruction.a) * at(instruction.b);
    case 'div':
      return at(instruction.a) / at(instruction.b);
    case 'pow':
      return at(instruction.a) ** at(instruction.b);
    case 'neg':
      return -at(instruction.a);
    case 'sqrt':
      return Math.sqrt(at(instruction.a));
    case 'copy':
      return at(instruction.a);
    case 'where':
      return at(instruction.a) !== 0 ? at(instruction.b) : at(instruction.c);
    case 'cmp': {
      const [a, b] = [at(instruction.a), at(instruction.b)];
      const holds = { '>': a > b, '>=': a >= b, '==': a === b, '!=': a !== b };
      return Number(holds[instruction.rel]);
    }
    case 'call': {
      const [a = NaN, b = NaN, c = NaN] = instruction.args.map(at);
      return opRow(instruction.fn).evaluate(a, b, c);
    }
  }
}
