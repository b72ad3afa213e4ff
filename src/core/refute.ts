/** Quick evidence that an expression is not 0, where a proof that it is would be looked for in vain. */
import type { Program } from './definition';
import { symbolNames, type Node } from './expr';
import { createFastEvaluator, type FastEvaluator } from './lanes/fast';
import { createRandom } from './random';
import { programSizes, samplePoint } from './sample';

const SEED = 20_240_311;
/** Rounding makes no value of this size where intermediates are below 2^30. */
const CLEARLY = 2 ** -20;

/** True only if some element of the node has a value that is not 0 at a point inside the domain; false says nothing. */
export function createRefutation(program: Program): (node: Node) => boolean {
  let evaluator: FastEvaluator | null = null;
  const defined = new Set([...program.inputs, ...program.bindings].map(({ name }) => name));
  const isDefined = (node: Node): boolean => [...symbolNames(node)].every((name) => defined.has(name));
  // A hidden total may speak of a binding that the output does not need and that is left out.
  const whole: Program = { ...program, bindings: program.bindings.filter((b) => isDefined(b.def)) };
  const open = (): FastEvaluator => {
    const sizes = Object.fromEntries(programSizes(whole).map((size, k) => [size, 2 + (k % 2)]));
    return createFastEvaluator(whole, samplePoint(whole, createRandom(SEED), sizes), [], () => null);
  };
  return (node) => {
    if (!isDefined(node)) return false;
    evaluator ??= open();
    return evaluator
      .elements(node)
      .some((value) => Math.abs(value) > CLEARLY && Math.abs(value) < 1 / CLEARLY);
  };
}
