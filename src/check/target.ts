/** What a gradient is compared with: the exact derivative as a `diff` node, and the derived gradient over the same axes. */
import { axisIndices, type Axis, type Program } from '../core/definition';
import type { Derivation } from '../core/derivation';
import type { IndexNode, Node, SymNode } from '../core/expr';
import { elementAt, freshAxes, inlineBindings } from './inline';
import type { PointPool, Target } from './points';

/** Sizes of an input or a binding, or null for an unknown name. */
export function shapeOf(program: Program, name: string): readonly string[] | null {
  const input = program.inputs.find((candidate) => candidate.name === name);
  if (input) return input.shape;
  const binding = program.bindings.find((candidate) => candidate.name === name);
  return binding ? binding.axes.map((axis) => axis.size) : null;
}

/**
 * The target for the derivative by `of`, or why there is none. An output with axes is differentiated element by element,
 * which makes sense only where the output and `of` have the same shape.
 */
export function targetOf(
  pool: PointPool,
  derivation: Derivation | null,
  of: string,
): { readonly target: Target } | { readonly reason: string } {
  const { program } = pool;
  const shape = shapeOf(program, of);
  const output = shapeOf(program, program.output);
  if (!shape || !output) return { reason: `${of} does not occur in the definition` };
  const axes = freshAxes(program.arena, shape, 'cell');
  const indices = axisIndices(axes);
  const outputSizes = output.filter((size) => size !== '1');
  const elementwise = outputSizes.length > 0;
  if (elementwise && outputSizes.join() !== indices.map((index) => index.size).join())
    return {
      reason: `${program.output} has shape (${output.join(', ')}), so its derivative by ${of} is not one array of the shape of ${of}`,
    };
  const { arena } = program;
  const by: SymNode = arena.sym(of, ...indices);
  if (elementwise && mixes(pool, of, indices))
    return {
      reason: `${program.output} mixes the elements of ${of}, so its derivative is a Jacobian and not one array of the shape of ${of}`,
    };
  const exact = arena.diff(arena.sym(program.output, ...(elementwise ? indices : [])), by, true);
  return { target: { pool, exact, axes, derived: derivedOver(program, derivation, of, axes) } };
}

/** Whether an element of the output depends on another element of `of`, seen at one random point. */
function mixes(pool: PointPool, of: string, indices: readonly IndexNode[]): boolean {
  const { arena, output } = pool.program;
  const others = indices.map((index, k) => arena.index(`other${k + 1}`, index.size));
  const cross = arena.diff(arena.sym(output, ...indices), arena.sym(of, ...others), true);
  const { evaluator } = pool.at(0);
  const at = (list: readonly IndexNode[], position: number): [string, number][] =>
    list.map((index) => [index.name, position]);
  const slope = evaluator.value(cross, Object.fromEntries([...at(indices, 0), ...at(others, 1)]));
  return slope !== 0;
}

/** The derived gradient with its helper adjoints written out, over `axes`. */
export function derivedOver(
  program: Program,
  derivation: Derivation | null,
  of: string,
  axes: readonly Axis[],
): Node | null {
  if (!derivation) return null;
  const found = [...derivation.gradients, ...derivation.adjoints].find((gradient) => gradient.of === of);
  if (!found) return null;
  const { arena } = program;
  const own = new Set(axisIndices(found.axes).map((index) => index.name));
  if (![...found.element.free].every((name) => own.has(name))) return null;
  const whole = inlineBindings(arena, found.element, derivation.named);
  return elementAt(arena, { axes: found.axes, element: whole }, axisIndices(axes));
}
