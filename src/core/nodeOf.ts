/** How nodes are laid out in memory. */
import type { IndexNode, Node, ReduceOp, Relation, Size } from './expr';

/** What nodes of some kind have besides what all have. */
export interface OwnFields {
  readonly num?: number;
  readonly den?: number;
  readonly name?: string;
  readonly value?: number;
  readonly size?: Size;
  readonly space?: IndexNode['space'];
  readonly fn?: string;
  readonly rel?: Relation;
  readonly op?: ReduceOp;
  readonly index?: IndexNode;
  readonly total?: boolean;
}

export const NOTHING: OwnFields = {};

/** All nodes have the same fields in the same order, used or not: reading a field of any node then is one machine load. */
export function nodeOf(
  id: number,
  kind: Node['kind'],
  args: readonly Node[],
  height: number,
  free: ReadonlySet<string>,
  own: OwnFields,
): Node {
  const { num, den, name, value, size, space, fn, rel, op, index, total } = own;
  const node = {
    id,
    kind,
    args,
    height,
    free,
    num,
    den,
    name,
    value,
    size,
    space,
    fn,
    rel,
    op,
    index,
    total,
  };
  return node as Node;
}
