/** Runs a program again and again on the same data: as a kernel where that is possible, else in the interpreter. */
import type { Crew } from './crew';
import type { DataMemory } from './dataMemory';
import { createRunner, type Arrays } from './interpret';
import { createKernel, type Kernel } from './kernel';
import type { Compiled, LoopProgram, Sizes } from './loop';
import { canFuse } from './wasm/compile';

export interface Evaluation {
  /** All outputs, in new arrays; in pieces of some milliseconds at most. */
  steps(inputs: Arrays): Generator<void, Record<string, Float64Array>>;
  /** How they are computed, in words, with the reason where it is not by a kernel. */
  readonly about: string;
  dispose(): void;
}

/** Throws a RangeError for data that does not have the sizes. What of `fixed` lies in `data` is not copied. */
export function createEvaluation(
  program: LoopProgram,
  sizes: Sizes,
  fixed: Arrays,
  crew: Crew | null,
  precision: 'double' | 'single' = 'double',
  data: DataMemory | null = null,
): Evaluation {
  const attempt = (how: 'double' | 'single'): Compiled<Kernel> =>
    createKernel(program, sizes, fixed, { precision: how, fused: canFuse() }, crew, data);
  const kernel = attempt(precision);
  if (kernel.ok) return kernel.value;
  const wider = precision === 'single' ? attempt('double') : kernel;
  if (wider.ok) return { ...wider.value, about: `${wider.value.about}, as ${kernel.message}` };
  const runner = createRunner(program, sizes, fixed);
  return {
    steps: (inputs) => runner.steps(inputs),
    about: `the interpreter, as ${kernel.message}`,
    dispose: () => undefined,
  };
}

/** All outputs at once, on this thread. */
export function evaluateNow(evaluation: Evaluation, inputs: Arrays): Record<string, Float64Array> {
  const work = evaluation.steps(inputs);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
