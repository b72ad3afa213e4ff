/** Compiles a program in index notation into a loop program. */
import type { ArrayValue, Binding, Program } from '../core/definition';
import { axisIndices, indexedSizes } from '../core/definition';
import type { Size } from '../core/expr';
import type { Compiled, LoopProgram, LossTerm, Statement } from './loop';
import { LOOP_VERSION } from './loop';
import { CannotCompile, lower, type NamedValue } from './lower';
import { schedule } from './schedule';
import { lossTerms } from './terms';

/** Name under which a loss program returns the loss. */
export const LOSS = 'loss';

/**
 * Compiles `outputs` (values over the program's inputs and bindings, and over `extra` bindings). The sample axis is found
 * by `sampleAxis`. An expression that cannot be computed gives a message instead.
 */
export function compileProgram(
  program: Program,
  outputs: readonly NamedValue[],
  extra: readonly Binding[] = [],
): Compiled<LoopProgram> {
  return compile(program, outputs, extra, []);
}

/** Compiles the scalar output of `program` as `loss`, with the terms that differences are taken of. */
export function compileLoss(program: Program): Compiled<LoopProgram> {
  const binding = program.bindings.find((b) => b.name === program.output);
  if (!binding) return { ok: false, message: `${program.output} has no definition` };
  if (axisIndices(binding.axes).length > 0)
    return { ok: false, message: `${program.output} is an array: only a scalar has a gradient to check` };
  const outputs: NamedValue[] = [{ name: LOSS, value: { axes: binding.axes, element: binding.def } }];
  const terms: LossTerm[] = [];
  lossTerms(program, sampleAxis(program)).forEach((term, k) => {
    const axes = term.indices.map((index) => ({ size: index.size, index }));
    terms.push({ values: `term ${k}`, scale: `scale ${k}` });
    outputs.push({ name: `term ${k}`, value: { axes, element: term.value } });
    outputs.push({ name: `scale ${k}`, value: { axes: [], element: term.scale } });
  });
  return compile(program, outputs, [], terms);
}

/** The value of a binding, as an output to compile. */
export function bindingValue(program: Program, name: string): ArrayValue | null {
  const binding = program.bindings.find((b) => b.name === name);
  return binding ? { axes: binding.axes, element: binding.def } : null;
}

function compile(
  program: Program,
  outputs: readonly NamedValue[],
  extra: readonly Binding[],
  terms: readonly LossTerm[],
): Compiled<LoopProgram> {
  try {
    const lowered = lower(program, outputs, extra);
    const samples = sampleAxis(program);
    const isUsed = lowered.statements.some(({ axes }) => axes.some((size) => size === samples));
    const rows = isUsed ? samples : commonAxis(lowered.statements);
    const kept = new Set(lowered.outputs.map((output) => output.buffer));
    const { buffers, passes } = schedule(lowered.buffers, lowered.statements, rows, kept);
    const value: LoopProgram = {
      version: LOOP_VERSION,
      rows,
      sizes: symbolicSizes(lowered.statements, lowered.buffers),
      buffers,
      inputs: lowered.inputs,
      passes,
      outputs: lowered.outputs,
      terms,
    };
    return { ok: true, value };
  } catch (error) {
    if (error instanceof CannotCompile) return { ok: false, message: error.message };
    throw error;
  }
}

/**
 * The axis that samples run along: a size of the labels or of the data that no parameter has; the labels' first axis
 * counts most. Null when every size belongs to the model (a loss of one sample, or of parameters only).
 */
export function sampleAxis(program: Program): Size | null {
  const own = new Set<Size>();
  for (const input of program.inputs)
    if (input.role === 'parameter' || input.role === 'hyper')
      indexedSizes(input.shape).forEach((size) => own.add(size));
  const inRole = (role: string): Size[] =>
    program.inputs.filter((input) => input.role === role).flatMap((input) => indexedSizes(input.shape));
  const labels = inRole('label').filter((size) => !own.has(size));
  const data = inRole('data').filter((size) => !own.has(size));
  const both = labels.find((size) => data.includes(size));
  return both ?? labels[0] ?? data[0] ?? null;
}

/**
 * What the passes of a program that runs over no samples are blocked over: the size that most statements run over, if possible one
 * that comes first wherever an array has it, as samples do; null if there is none.
 */
function commonAxis(statements: readonly Pick<Statement, 'axes' | 'reduce'>[]): Size | null {
  const counts = new Map<Size, number>();
  const later = new Set<Size>();
  for (const { axes, reduce } of statements) {
    for (const size of new Set(axes)) counts.set(size, (counts.get(size) ?? 0) + 1);
    axes.slice(1, reduce === null ? undefined : -1).forEach((size) => later.add(size));
  }
  const rank = (size: Size, count: number): number => count + (later.has(size) ? 0 : statements.length);
  const [first] = [...counts].sort(([a, m], [b, n]) => rank(b, n) - rank(a, m));
  return first?.[0] ?? null;
}

function symbolicSizes(
  statements: readonly {
    readonly axes: readonly Size[];
    readonly tape: readonly { readonly op: string; readonly size?: Size }[];
  }[],
  buffers: readonly { readonly dims: readonly Size[] }[],
): Size[] {
  const sizes = new Set<Size>();
  for (const buffer of buffers) buffer.dims.forEach((size) => sizes.add(size));
  for (const statement of statements) {
    statement.axes.forEach((size) => sizes.add(size));
    for (const instruction of statement.tape) if (instruction.size !== undefined) sizes.add(instruction.size);
  }
  return [...sizes].filter((size) => !/^\d+$/.test(size));
}
