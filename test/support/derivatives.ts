/** Every kind of derivative by its name, and the numbers of one. */
import { axisIndices, type ArrayValue, type Program } from '../../src/core/definition';
import type { DerivativeBlock, Derivatives } from '../../src/core/derivatives';
import type { DeriveOptions } from '../../src/core/derive';
import { createEvaluator, type IndexValues, type Point, type ScaledValue } from '../../src/core/evaluate';
import type { IndexNode } from '../../src/core/expr';
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
  return places(axisIndices(value.axes), point).map((at) => evaluator.value(value.element, at));
}

/** The same with bounds on their rounding; axes are lengths of the array that the cells make. */
export function scaledCellsOf(
  { program, named }: Pick<Derivatives, 'program' | 'named'>,
  value: ArrayValue,
  point: Point,
): { readonly lengths: readonly number[]; readonly cells: readonly ScaledValue[] } {
  const evaluator = createEvaluator(program, point, named);
  const indices = axisIndices(value.axes);
  return {
    lengths: indices.map((index) => lengthOf(index, point)),
    cells: places(indices, point).map((at) => evaluator.valueWithScale(value.element, at)),
  };
}

const lengthOf = ({ size }: IndexNode, point: Point): number => point.sizes[size] ?? Number(size);

function places(indices: readonly IndexNode[], point: Point): IndexValues[] {
  return indices.reduce<IndexValues[]>(
    (known, index) =>
      known.flatMap((at) =>
        Array.from({ length: lengthOf(index, point) }, (_, p) => ({ ...at, [index.name]: p })),
      ),
    [{}],
  );
}
