/** Every kind of derivative by its name, and the numbers of one. */
import { axisIndices, type Program } from '../../src/core/definition';
import type { DerivativeBlock, Derivatives } from '../../src/core/derivatives';
import type { DeriveOptions } from '../../src/core/derive';
import { createEvaluator, type Point } from '../../src/core/evaluate';
import { jacobian } from '../../src/core/jacobian';
import { jvp } from '../../src/core/jvp';
import { hessian, hessianVectorProduct } from '../../src/core/second';
import { vjp } from '../../src/core/vjp';

const KINDS = { hessian, hvp: hessianVectorProduct, jacobian, vjp, jvp } as const;

export const derivativesOf = (
  kind: Derivatives['kind'],
  program: Program,
  options: DeriveOptions = {},
): Derivatives => KINDS[kind](program, options);

/** All cells of a block, in row-major order. */
export function cellsOf({ program, named }: Derivatives, { value }: DerivativeBlock, point: Point): number[] {
  const evaluator = createEvaluator(program, point, named);
  const indices = axisIndices(value.axes);
  const out: number[] = [];
  const loop = (k: number, at: Readonly<Record<string, number>>): void => {
    const index = indices[k];
    if (!index) out.push(evaluator.value(value.element, at));
    else
      for (let p = 0; p < (point.sizes[index.size] ?? Number(index.size)); p += 1)
        loop(k + 1, { ...at, [index.name]: p });
  };
  loop(0, {});
  return out;
}
