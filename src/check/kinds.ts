/** What can be derived of a definition, by the shapes of its output and of what it is differentiated by. */
import { axisIndices, type Program } from '../core/definition';
import type { Derivation } from '../core/derivation';
import { outputIndices } from '../core/derivatives';
import { isElementwise } from '../core/jacobian';
import type { DefinitionKind, DerivativeKind } from '../protocol';

/**
 * The kinds that make sense, what is best shown first at the front. One number has gradients and a Hessian; what works
 * element by element has plain derivatives; other arrays have Jacobians, and layers are differentiated backward.
 */
export function derivativeKinds(
  definition: DefinitionKind,
  program: Program,
  { gradients }: Derivation,
): readonly DerivativeKind[] {
  if (gradients.length === 0) return [];
  const output = outputIndices(program);
  // For one number by one number the product with a vector is a product of numbers.
  if (output.length === 0)
    return gradients.length === 1 && gradients.every(({ axes }) => axisIndices(axes).length === 0)
      ? ['gradient', 'hessian']
      : ['gradient', 'hessian', 'hvp'];
  if (gradients.every(({ axes }) => isElementwise(output, axisIndices(axes))))
    return ['gradient', 'hessian', 'jacobian', 'vjp'];
  return definition === 'model' || gradients.length > 1 ? ['vjp', 'jacobian'] : ['jacobian', 'vjp'];
}
