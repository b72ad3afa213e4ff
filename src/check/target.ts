/** What a gradient is compared with: the exact derivative as a `diff` node, and the derived gradient over the same axes. */
import { axisIndices, type Axis, type Program } from '../core/definition';
import { derivativeBy, type Derivation } from '../core/derivation';
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

/** Why there is no derivative of the shape of a gradient; with the diagonal of the Jacobian, where it is one. */
export interface Untold {
  readonly reason: string;
  readonly diagonal?: Target;
}

/**
 * The target for the derivative by `of`, or why there is none. An output with axes is differentiated element by element,
 * which makes sense only where the output and `of` have the same shape.
 */
export function targetOf(
  pool: PointPool,
  derivation: Derivation | null,
  of: string,
): { readonly target: Target } | Untold {
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
  const exact = arena.diff(arena.sym(program.output, ...(elementwise ? indices : [])), by, true);
  if (elementwise && mixes(pool, of, indices))
    return {
      diagonal: { pool, exact, axes, derived: null },
      reason: `${program.output} mixes the elements of ${of}, so its derivative is a Jacobian and not one array of the shape of ${of}`,
    };
  return { target: { pool, exact, axes, derived: derivedOver(program, derivation, of, axes) } };
}

/**
 * The target for a Jacobian: the axes of the output, then those of `of`; samples that both have first are one axis. Null where
 * the axes of the written derivative are not those of one.
 */
export function jacobianTarget(
  pool: PointPool,
  of: string,
  written: readonly Axis[],
): { readonly target: Target; readonly transposed: Target } | null {
  const { program } = pool;
  const { arena } = program;
  const out = (shapeOf(program, program.output) ?? []).filter((size) => size !== '1');
  const by = (shapeOf(program, of) ?? []).filter((size) => size !== '1');
  const have = written.flatMap(({ index }) => (index ? [index.size] : []));
  if (out.length === 0 || by.length === 0) return null;
  const isEach = out.length === 2 && by.length === 2 && out[0] === by[0] && have.length === 3;
  const wanted = isEach ? [...out, ...by.slice(1)] : [...out, ...by];
  if (wanted.join() !== have.join()) return null;
  const axes = freshAxes(arena, wanted, 'cell');
  const indices = axisIndices(axes);
  const rows = indices.slice(0, out.length);
  const columns = isEach ? [...rows.slice(0, 1), ...indices.slice(out.length)] : indices.slice(out.length);
  const entry = (first: readonly IndexNode[], second: readonly IndexNode[]): Target => ({
    pool,
    exact: arena.diff(arena.sym(program.output, ...first), arena.sym(of, ...second), true),
    axes,
    derived: null,
  });
  const target = entry(rows, columns);
  // Which of the two axes of a square matrix comes first is a matter of layout.
  return { target, transposed: out.join() === by.join() ? entry(columns, rows) : target };
}

/** Whether an element of the output depends on another element of `of`, seen at one random point. */
function mixes(pool: PointPool, of: string, indices: readonly IndexNode[]): boolean {
  const { arena, output } = pool.program;
  const others = indices.map((index, k) => arena.index(`other${k + 1}`, index.size));
  const cross = arena.diff(arena.sym(output, ...indices), arena.sym(of, ...others), true);
  const { evaluator } = pool.at(0);
  const at = (list: readonly IndexNode[], position: number): [string, number][] =>
    list.map((index) => [index.name, position]);
  // One that mixes along a single axis differs from another at the same place of the others.
  const steps = indices.length > 1 ? [...indices.keys(), null] : [null];
  return steps.some((step) => {
    const moved = others.map((index, k): [string, number] => [
      index.name,
      step === null || step === k ? 1 : 0,
    ]);
    return evaluator.value(cross, Object.fromEntries([...at(indices, 0), ...moved])) !== 0;
  });
}

/** The derived gradient with its helper adjoints written out, over `axes`. */
export function derivedOver(
  program: Program,
  derivation: Derivation | null,
  of: string,
  axes: readonly Axis[],
): Node | null {
  if (!derivation) return null;
  const own = derivativeBy(derivation, of);
  if (!own) return null;
  const { gradient: found, named } = own;
  const { arena } = program;
  const indices = new Set(axisIndices(found.axes).map((index) => index.name));
  if (![...found.element.free].every((name) => indices.has(name))) return null;
  const whole = inlineBindings(arena, found.element, named);
  return elementAt(arena, { axes: found.axes, element: whole }, axisIndices(axes));
}
