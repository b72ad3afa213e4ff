/** Expressions over a program's inputs and bindings, with helper bindings written out. */
import { axisIndices, type ArrayValue, type Axis, type Binding } from '../core/definition';
import type { Arena, IndexNode, Node } from '../core/expr';

/** `node` with every mention of `helpers` replaced by its definition, the last helper first. */
export function inlineBindings(arena: Arena, node: Node, helpers: readonly Binding[]): Node {
  let result = node;
  for (const helper of [...helpers].reverse()) {
    const indices = axisIndices(helper.axes);
    result = arena.mapSyms(result, (sym) => {
      if (sym.name !== helper.name) return sym;
      const pairs = indices.map((index, k): [IndexNode, Node] => [index, sym.args[k] ?? index]);
      return arena.substituteAll(helper.def, pairs);
    });
  }
  return result;
}

/** The same axes with fresh index names `${prefix}1`, …; unit axes stay unit. */
export function freshAxes(arena: Arena, sizes: readonly string[], prefix: string): Axis[] {
  return sizes.map((size, k) => ({
    size,
    index: size === '1' ? null : arena.index(`${prefix}${k + 1}`, size),
  }));
}

/** The element of `value` with its own indices renamed to `indices`, in order. */
export function elementAt(arena: Arena, value: ArrayValue, indices: readonly IndexNode[]): Node {
  const own = axisIndices(value.axes);
  return arena.substituteAll(
    value.element,
    own.map((index, k): [IndexNode, Node] => [index, indices[k] ?? index]),
  );
}
