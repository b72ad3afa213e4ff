/** Which written derivatives are Jacobians: the axes of the output, then those of what it is differentiated by. */
import type { Size } from '../core/expr';
import type { ArrayV } from './values';

/**
 * Whether an array has the axes of a Jacobian of an output by an input. Samples that both have as their first axis of two are
 * one axis of it: (m, k, k) for a softmax of rows.
 */
export function isJacobianShaped(
  value: ArrayV,
  output: ArrayV,
  input: ArrayV,
  same: (size: Size) => Size = (size) => size,
): boolean {
  const sizes = ({ axes }: ArrayV): Size[] => axes.flatMap((axis) => (axis.index ? [same(axis.size)] : []));
  const [have, out, by] = [sizes(value), sizes(output), sizes(input)];
  if (out.length === 0 || by.length === 0) return false;
  const [samples] = out;
  const whole = [...out, ...by];
  const each = out.length === 2 && by.length === 2 && samples === by[0] ? [...out, ...by.slice(1)] : whole;
  return [whole, each].some(
    (wanted) => wanted.length === have.length && wanted.every((size, k) => size === have[k]),
  );
}
