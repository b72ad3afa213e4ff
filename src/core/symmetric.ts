/** Which arrays of a program are symmetric in their last two axes: inputs by their domain, bindings by their definition. */
import { createReordering } from './algebraSteps';
import { axisIndices, type Binding, type Program } from './definition';
import type { Arena, Node } from './expr';

/** Names whose elements stay the same when their last two indices change places, whatever the inputs are. */
export function symmetricNames(program: Program, extra: readonly Binding[] = []): ReadonlySet<string> {
  const { arena } = program;
  const found = new Set(program.inputs.flatMap((i) => (i.domain.kind === 'symmetric' ? [i.name] : [])));
  let reorder: ((node: Node) => Node) | null = null;
  for (const binding of [...program.bindings, ...extra]) {
    const [row, column] = axisIndices(binding.axes).slice(-2);
    if (!row || !column || row.size !== column.size) continue;
    const turned = arena.substituteAll(binding.def, [
      [row, column],
      [column, row],
    ]);
    reorder ??= createReordering(arena);
    const [here, there] = [binding.def, turned].map((def) => oriented(arena, found, def));
    if (here && there && reorder(here) === reorder(there)) found.add(binding.name);
  }
  return found;
}

/** Deltas and elements of symmetric arrays with their free indices in order of name, which is enough to compare definitions. */
function oriented(arena: Arena, symmetric: ReadonlySet<string>, node: Node): Node {
  const memo = new Map<number, Node>();
  const visit = (n: Node): Node => {
    const known = memo.get(n.id);
    if (known) return known;
    const args = n.args.map(visit);
    const [row, column] = args.slice(-2);
    const swaps =
      n.kind === 'delta' ||
      ((n.kind === 'sym' || (n.kind === 'matrix' && n.fn === 'inv')) && symmetric.has(n.name));
    if (swaps && row?.kind === 'index' && column?.kind === 'index' && row.name > column.name)
      args.splice(-2, 2, column, row);
    const result = arena.withArgs(n, args);
    memo.set(n.id, result);
    return result;
  };
  return visit(node);
}
