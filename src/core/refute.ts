/** Quick evidence that an expression is not 0, where a proof that it is would be looked for in vain. */
import type { Program } from './definition';
import type { Node } from './expr';
import { createFastEvaluator, type FastEvaluator } from './lanes/fast';
import { createRandom } from './random';
import { programSizes, samplePoint } from './sample';

const SEED = 20_240_311;
/** Rounding makes no value of this size where intermediates are below 2^30. */
const CLEARLY = 2 ** -20;

/** True only if some element of the node has a value that is not 0 at a point inside the domain; false says nothing. */
export function createRefutation(program: Program): (node: Node) => boolean {
  let evaluator: FastEvaluator | null = null;
  const open = (): FastEvaluator => {
    const sizes = Object.fromEntries(programSizes(program).map((size, k) => [size, 2 + (k % 2)]));
    return createFastEvaluator(program, samplePoint(program, createRandom(SEED), sizes), [], () => null);
  };
  return (node) => {
    evaluator ??= open();
    return evaluator
      .elements(node)
      .some((value) => Math.abs(value) > CLEARLY && Math.abs(value) < 1 / CLEARLY);
  };
}
