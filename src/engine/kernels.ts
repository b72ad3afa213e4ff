/**
 * Elementwise kernels: one instruction over a run of elements. All have one signature, so that a tape is a list of calls:
 * `n` elements of up to three operands, each an array and an offset, into the destination.
 */
import type { Relation } from '../core/expr';
import { opRow } from '../core/ops';
import type { Instruction } from './loop';

export type Kernel = (
  n: number,
  out: Float64Array,
  o: number,
  a: Float64Array,
  i: number,
  b: Float64Array,
  j: number,
  c: Float64Array,
  k: number,
) => void;

const NO_VALUE = NaN;
const at = (array: Float64Array, index: number): number => array[index] ?? NO_VALUE;

const add: Kernel = (n, out, o, a, i, b, j) => {
  for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t) + at(b, j + t);
};
const sub: Kernel = (n, out, o, a, i, b, j) => {
  for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t) - at(b, j + t);
};
const mul: Kernel = (n, out, o, a, i, b, j) => {
  for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t) * at(b, j + t);
};
const div: Kernel = (n, out, o, a, i, b, j) => {
  for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t) / at(b, j + t);
};
const pow: Kernel = (n, out, o, a, i, b, j) => {
  for (let t = 0; t < n; t += 1) out[o + t] = Math.pow(at(a, i + t), at(b, j + t));
};
const neg: Kernel = (n, out, o, a, i) => {
  for (let t = 0; t < n; t += 1) out[o + t] = -at(a, i + t);
};
const sqrt: Kernel = (n, out, o, a, i) => {
  for (let t = 0; t < n; t += 1) out[o + t] = Math.sqrt(at(a, i + t));
};
const copy: Kernel = (n, out, o, a, i) => {
  for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t);
};
const where: Kernel = (n, out, o, a, i, b, j, c, k) => {
  for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t) !== 0 ? at(b, j + t) : at(c, k + t);
};
const exp: Kernel = (n, out, o, a, i) => {
  for (let t = 0; t < n; t += 1) out[o + t] = Math.exp(at(a, i + t));
};
const log: Kernel = (n, out, o, a, i) => {
  for (let t = 0; t < n; t += 1) out[o + t] = Math.log(at(a, i + t));
};
const tanh: Kernel = (n, out, o, a, i) => {
  for (let t = 0; t < n; t += 1) out[o + t] = Math.tanh(at(a, i + t));
};

const RELATIONS: Readonly<Record<Relation, Kernel>> = {
  '>': (n, out, o, a, i, b, j) => {
    for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t) > at(b, j + t) ? 1 : 0;
  },
  '>=': (n, out, o, a, i, b, j) => {
    for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t) >= at(b, j + t) ? 1 : 0;
  },
  '==': (n, out, o, a, i, b, j) => {
    for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t) === at(b, j + t) ? 1 : 0;
  },
  '!=': (n, out, o, a, i, b, j) => {
    for (let t = 0; t < n; t += 1) out[o + t] = at(a, i + t) === at(b, j + t) ? 0 : 1;
  },
};

const ARITHMETIC = { add, sub, mul, div, pow, neg, sqrt, copy, where };

/** Functions whose V8 intrinsic is much faster in a loop of its own than through the operator table. */
const INTRINSICS: Readonly<Record<string, Kernel | undefined>> = { exp, log, tanh };

/** The kernel of an instruction that computes (loads, constants and indices are the interpreter's own business). */
export function kernelOf(
  instruction: Exclude<Instruction, { op: 'const' | 'size' | 'index' | 'load' }>,
): Kernel {
  if (instruction.op === 'cmp') return RELATIONS[instruction.rel];
  if (instruction.op !== 'call') return ARITHMETIC[instruction.op];
  const known = INTRINSICS[instruction.fn];
  if (known) return known;
  const { evaluate } = opRow(instruction.fn);
  if (instruction.args.length === 1)
    return (n, out, o, a, i) => {
      for (let t = 0; t < n; t += 1) out[o + t] = evaluate(at(a, i + t));
    };
  if (instruction.args.length === 2)
    return (n, out, o, a, i, b, j) => {
      for (let t = 0; t < n; t += 1) out[o + t] = evaluate(at(a, i + t), at(b, j + t));
    };
  return (n, out, o, a, i, b, j, c, k) => {
    for (let t = 0; t < n; t += 1) out[o + t] = evaluate(at(a, i + t), at(b, j + t), at(c, k + t));
  };
}

/** The piece that an element's arguments lie in, for instructions that branch; null for smooth ones. */
export function branchOf(instruction: Instruction): ((a: number, b: number) => number) | null {
  if (instruction.op === 'cmp') return (a, b) => (a > b ? 1 : a < b ? 2 : 3);
  if (instruction.op === 'call') return opRow(instruction.fn).branch;
  return null;
}

/** Operands of a computing instruction, in kernel order. */
export function operandsOf(instruction: Instruction): readonly number[] {
  switch (instruction.op) {
    case 'const':
    case 'size':
    case 'index':
    case 'load':
      return [];
    case 'call':
      return instruction.args;
    case 'neg':
    case 'sqrt':
    case 'copy':
      return [instruction.a];
    case 'where':
      return [instruction.a, instruction.b, instruction.c];
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
    case 'pow':
    case 'cmp':
      return [instruction.a, instruction.b];
  }
}
