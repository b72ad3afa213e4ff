/**
 * The loss as a sum of scaled totals, J = Σ_t c_t Σ_r v_t[r], with the c_t free of the parameters. The gradient checker
 * takes differences of the v_t[r] one by one: rounding of the total, which is what limits finite differences near an
 * optimum, then drops out.
 */
import type { Binding, Program } from '../core/definition';
import type { IndexNode, Node, Size } from '../core/expr';
import { symbolNames } from '../core/expr';

export interface Term {
  readonly scale: Node;
  /** Indices of `value`, at most the sample index or all the summed ones. */
  readonly indices: readonly IndexNode[];
  readonly value: Node;
}

/** Decomposes the scalar output of `program`; a loss that is no such sum is one term with no indices. */
export function lossTerms(program: Program, rows: Size | null): Term[] {
  const { arena } = program;
  const bindings = new Map(program.bindings.map((binding) => [binding.name, binding]));
  const varying = parameterDependent(program);
  const depends = (node: Node): boolean => [...symbolNames(node)].some((name) => varying.has(name));
  let fresh = 0;

  const split = (node: Node, scale: Node, indices: readonly IndexNode[]): Term[] => {
    if (node.kind === 'sym') {
      const inlined = inline(node.name, node.args, bindings, program);
      // Under a summation a name stays: its rows are values of their own already.
      if (inlined && indices.length === 0) return split(inlined, scale, indices);
    }
    if (node.kind === 'add' && indices.length === 0)
      return node.args.flatMap((term) => split(term, scale, indices));
    if (node.kind === 'mul') {
      const constant = node.args.filter((f) => !depends(f) && indices.every((i) => !f.free.has(i.name)));
      const rest = node.args.filter((f) => !constant.includes(f));
      if (constant.length > 0 && rest.length > 0)
        return split(arena.mul(...rest), arena.mul(scale, ...constant), indices);
    }
    if (node.kind === 'reduce' && node.op === 'sum') {
      const { index, body } = arena.open(node);
      fresh += 1;
      const own = arena.index(`%r${fresh}`, index.size);
      return split(arena.substitute(body, index, own), scale, [...indices, own]);
    }
    return [closed(node, scale, indices)];
  };

  const closed = (value: Node, scale: Node, indices: readonly IndexNode[]): Term => {
    const row = indices.find((index) => index.size === rows);
    if (!row) return { scale, indices, value };
    let body = value;
    for (const index of indices) if (index !== row) body = arena.sum(index, body);
    return { scale, indices: [row], value: body };
  };

  const output = bindings.get(program.output);
  if (!output || output.axes.some((axis) => axis.index !== null)) return [];
  return split(output.def, arena.one, []);
}

/** The definition of a binding at the given arguments, or null for an input. */
function inline(
  name: string,
  args: readonly Node[],
  bindings: ReadonlyMap<string, Binding>,
  program: Program,
): Node | null {
  const binding = bindings.get(name);
  if (!binding) return null;
  const axes = binding.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  if (axes.length !== args.length) return null;
  return program.arena.substituteAll(
    binding.def,
    axes.map((index, k): [IndexNode, Node] => [index, args[k] ?? index]),
  );
}

/** Names of the parameters and of the bindings that depend on them. */
function parameterDependent(program: Program): ReadonlySet<string> {
  const names = new Set(program.inputs.filter((i) => i.role === 'parameter').map((i) => i.name));
  for (const binding of program.bindings)
    if ([...symbolNames(binding.def)].some((name) => names.has(name))) names.add(binding.name);
  return names;
}
