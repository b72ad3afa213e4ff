/** The computational graph of a program: values forward, derivatives backward. */
import { type Binding, type Program } from '../core/definition';
import type { Derivation } from '../core/derivation';
import { symbolNames } from '../core/expr';
import type { DerivationView, GraphEdgeView, GraphNodeView } from '../protocol';
import type { Formulas } from './formulas';
import { freshAxes } from './inline';

export function graphView(
  program: Program,
  derivation: Derivation,
  formulas: Formulas,
): DerivationView['graph'] {
  const used = reachable(program);
  const adjoints = [...derivation.backward.adjoints, ...derivation.gradients];
  const top = program.bindings.find(({ name }) => name === program.output);
  const adjoint = (name: string): GraphNodeView['adjoint'] => {
    const found = adjoints.find((gradient) => gradient.of === name);
    if (!found || !top || name === top.name) return null;
    return formulas.derivative(top, { name, axes: found.axes }, found.element);
  };
  const inputs = program.inputs
    .filter((input) => used.has(input.name))
    .map((input): GraphNodeView => ({
      id: input.name,
      label: formulas.symbol(input.name, freshAxes(program.arena, input.shape, 'axis')),
      role: input.role,
      shape: input.shape,
      value: null,
      adjoint: adjoint(input.name),
      span: input.span,
    }));
  const bindings = program.bindings
    .filter((binding) => used.has(binding.name))
    .map((binding): GraphNodeView => ({
      id: binding.name,
      label: formulas.symbol(binding.name, binding.axes),
      role: binding.name === program.output ? 'output' : 'intermediate',
      shape: binding.axes.map((axis) => axis.size),
      value: formulas.definition(binding),
      adjoint: adjoint(binding.name),
      span: binding.span,
    }));
  return { nodes: [...inputs, ...bindings], edges: edges(program, derivation, formulas, used) };
}

/** The output and everything that it is made of. */
function reachable(program: Program): Set<string> {
  const bindings = new Map(program.bindings.map((binding) => [binding.name, binding]));
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    const binding = bindings.get(name);
    if (binding) for (const used of symbolNames(binding.def)) visit(used);
  };
  visit(program.output);
  return found;
}

function edges(
  program: Program,
  derivation: Derivation,
  formulas: Formulas,
  used: ReadonlySet<string>,
): GraphEdgeView[] {
  const partial = (from: string, to: Binding): GraphEdgeView['partial'] => {
    const link = derivation.links.find(({ of, by }) => of === to.name && by === from);
    if (!link) return null;
    return formulas.derivative(
      { name: link.of, axes: link.ofAxes },
      { name: link.by, axes: link.byAxes },
      link.partial,
    );
  };
  return program.bindings
    .filter((binding) => used.has(binding.name))
    .flatMap((to) =>
      [...symbolNames(to.def)].map((from) => ({ from, to: to.name, partial: partial(from, to) })),
    );
}
