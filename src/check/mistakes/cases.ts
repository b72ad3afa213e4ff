/** The cases of a piecewise derivative stand in each other's place. */
import type { Node } from '../../core/expr';
import { firstThatAgrees, plainName, type Detector } from './case';
import { variants, type Variant } from './rewrite';

/** `where(x > 0, 0, 1)` for `where(x > 0, 1, 0)`, a mask `x <= 0` for `x > 0`. */
export const swappedCases: Detector = (c) => {
  const { arena } = c.program;
  function* options(node: Node): Generator<Variant<null>> {
    const [condition, then, otherwise] = node.args;
    if (node.kind === 'where' && condition && then && otherwise)
      yield { node: arena.where(condition, otherwise, then), change: null };
    if (node.kind === 'cmp') yield { node: arena.sub(arena.one, node), change: null };
  }
  if (!firstThatAgrees(c, variants(arena, c.element, options))) return null;
  return {
    rule: 'gradient-swapped-cases',
    message: `${plainName(c.name)} has its cases swapped: each has the value of the other.`,
  };
};
