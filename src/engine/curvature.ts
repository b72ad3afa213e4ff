/** Products of a job's Hessian with a vector, compiled from the derived second derivatives. */
import type { Program } from '../core/definition';
import { NoSuchDerivative } from '../core/derivatives';
import { hessianVectorProduct } from '../core/second';
import type { Compiled, LoopProgram } from './loop';
import { compileProgram } from './program';

export interface JobCurvature {
  /** Output `productOutput(name)` per parameter. */
  readonly program: LoopProgram;
  /** The input that takes the vector, by parameter. */
  readonly directions: Readonly<Record<string, string>>;
}

export const productOutput = (parameter: string): string => `product ${parameter}`;

/** By these parameters of a program whose output is a scalar; takes some tenths of a second, as it derives. */
export function createCurvature(program: Program, parameters: readonly string[]): Compiled<JobCurvature> {
  try {
    const derived = hessianVectorProduct(program, { wrt: parameters });
    const known = new Set(program.inputs.map(({ name }) => name));
    const added = derived.program.inputs.filter(({ name }) => !known.has(name));
    const outputs = derived.blocks.map(({ by, value }) => ({ name: productOutput(by[0] ?? ''), value }));
    const compiled = compileProgram(derived.program, outputs, derived.named);
    if (!compiled.ok) return compiled;
    const directions = parameters.map((name, k): [string, string] => [name, added[k]?.name ?? '']);
    return { ok: true, value: { program: compiled.value, directions: Object.fromEntries(directions) } };
  } catch (error) {
    if (error instanceof NoSuchDerivative) return { ok: false, message: error.message };
    throw error;
  }
}
