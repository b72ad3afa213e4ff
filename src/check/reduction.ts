/**
 * A loss that is left as one number for each sample, beside a gradient of what is made of them: their mean or their sum,
 * which the code around it takes.
 */
import { axisIndices, type Program } from '../core/definition';
import type { Node } from '../core/expr';
import { freshAxes } from './inline';
import { shapeOf } from './target';

/** The program of the mean of the losses and of their sum; empty for a loss of one number, and for what has no labels. */
export function reducedPrograms(program: Program): { program: Program; how: 'mean' | 'sum' }[] {
  const shape = shapeOf(program, program.output)?.filter((size) => size !== '1') ?? [];
  const isLoss = program.inputs.some(({ role }) => role === 'label');
  const binding = program.bindings.find(({ name }) => name === program.output);
  if (!isLoss || shape.length === 0 || !binding) return [];
  const { arena } = program;
  const axes = freshAxes(
    arena,
    binding.axes.map(({ size }) => size),
    'sample',
  );
  const indices = axisIndices(axes);
  const each = arena.sym(program.output, ...indices);
  const sum = indices.reduceRight<Node>((inner, index) => arena.sum(index, inner), each);
  const count = arena.mul(...indices.map(({ size }) => arena.size(size)));
  return [
    { how: 'mean' as const, def: arena.div(sum, count) },
    { how: 'sum' as const, def: sum },
  ].map(({ how, def }) => {
    const name = `${how}(${program.output})`;
    const total = { name, axes: [], def, span: null, origin: 'temporary' } as const;
    return { how, program: { ...program, output: name, bindings: [...program.bindings, total] } };
  });
}
