/** Shares of a sum of exponentials, p = e^z / Σ e^z, that the code gives no name although answers read best with one. */
import { axisIndices, type Binding } from './definition';
import { isNum, type Arena, type Node } from './expr';
import type { IndexNamer } from './indexNames';

export interface Share {
  readonly binding: Binding;
  /** The abbreviation of the sum. */
  readonly total: Binding;
}

/** The share of one summand, for a sum over exponentials or over a binding that is one; null for other sums. */
export function shareOf(
  arena: Arena,
  namer: IndexNamer,
  total: Binding,
  bindings: ReadonlyMap<string, Binding>,
  nameFor: (rank: number) => string,
): Share | null {
  const { def, axes } = total;
  if (def.kind !== 'reduce' || def.op !== 'sum') return null;
  const opened = arena.open(def);
  const summand = opened.body.kind === 'sym' ? bindings.get(opened.body.name)?.def : opened.body;
  if (summand?.kind !== 'call' || summand.fn !== 'exp' || !opened.body.free.has(opened.index.name))
    return null;
  const own = axisIndices(axes);
  const index = namer.fresh(opened.index.size, new Set([...def.free, ...own.map((i) => i.name)]));
  const name = nameFor(own.length + 1);
  const binding: Binding = {
    name,
    axes: [...axes, { size: index.size, index }],
    def: arena.div(arena.substitute(opened.body, opened.index, index), arena.sym(total.name, ...own)),
    span: null,
    origin: 'temporary',
  };
  return { binding, total };
}

/** The share as it is computed without overflow: the largest exponent is taken off all of them, unless one is already. */
export function stableShare(arena: Arena, share: Share, writtenOut: (node: Node) => Node): Binding {
  const { binding, total } = share;
  const index = axisIndices(binding.axes).at(-1);
  const sum = writtenOut(total.def);
  if (!index || sum.kind !== 'reduce') return { ...binding, def: writtenOut(binding.def) };
  const { index: bound, body } = arena.open(sum);
  const summand = arena.substitute(body, bound, index);
  const own = axisIndices(total.axes);
  const at = axisIndices(binding.axes).slice(0, own.length);
  const placed = (node: Node): Node =>
    arena.substituteAll(
      node,
      own.map((from, k) => [from, at[k] ?? from] as const),
    );
  const exponent = summand.kind === 'call' && summand.fn === 'exp' ? summand.args[0] : undefined;
  const shifted =
    exponent && !isShifted(exponent)
      ? arena.call('exp', arena.sub(exponent, arena.reduce('max', index, exponent)))
      : summand;
  return { ...binding, def: placed(arena.div(shifted, arena.sum(index, shifted))) };
}

/** Something that does not vary as the rest does is taken off: a shift of the user's own. */
function isShifted(exponent: Node): boolean {
  if (exponent.kind !== 'add') return false;
  return exponent.args.some((term) => {
    const [sign, shift] = term.kind === 'mul' ? term.args : [];
    return (
      term.args.length === 2 &&
      sign !== undefined &&
      isNum(sign, -1) &&
      shift !== undefined &&
      shift.free.size < exponent.free.size
    );
  });
}
