/** Whether the program has a name of its own for a share of a sum of exponentials, or for the logarithm of one. */
import { axisIndices, type Binding } from '../definition';
import { symbolNames, type IndexNode, type Node } from '../expr';
import type { Share } from '../shares';
import type { Normalizer } from './normalize';

/** Axes of bindings beyond this many are not tried in every order. */
const MOST_AXES = 3;

export function hasOwnName(normalizer: Normalizer, { binding, total }: Share): boolean {
  const { arena, definitions } = normalizer;
  const written = normalizer.simplify(binding.def);
  const own = axisIndices(binding.axes);
  const isShare = (node: Node): boolean =>
    normalizer.simplify(node) === written || normalizer.simplify(arena.call('exp', node)) === written;
  for (const other of definitions.values()) {
    if (other === binding || !symbolNames(other.def).has(total.name)) continue;
    if (other.axes.length !== binding.axes.length) continue;
    for (const order of own.length > MOST_AXES ? [own] : orders(own)) {
      const node = placed(normalizer, other, order);
      if (node && isShare(node)) return true;
    }
  }
  return written.kind === 'sym';
}

/** The definition with other indices in place of its own; null where the sizes differ. */
function placed(normalizer: Normalizer, binding: Binding, at: readonly IndexNode[]): Node | null {
  const indices = axisIndices(binding.axes);
  const fits = indices.length === at.length && indices.every((index, k) => index.size === at[k]?.size);
  if (!fits) return null;
  const pairs = indices.map((index, k) => [index, at[k] ?? index] as const);
  return normalizer.arena.substituteAll(binding.def, pairs);
}

function orders<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, k) =>
    orders([...items.slice(0, k), ...items.slice(k + 1)]).map((rest) => [item, ...rest]),
  );
}
