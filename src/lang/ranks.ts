/** Numbers of axes beyond those that are tried for every input: what the code takes a shape or an index apart into. */
import { childrenOf, eachStatement, expressionsOf, type Expression, type FunctionNode } from './syntax';

export interface Ranks {
  /** Of parameters whose shape is taken apart: `n, c, h, w = x.shape`. */
  readonly known: ReadonlyMap<string, number>;
  /** The largest number of axes that anything here has to have. */
  readonly most: number;
}

/** Arrays of more axes than this are not read. */
const MOST = 4;

export function ranksOf(functions: readonly FunctionNode[]): Ranks {
  const known = new Map<string, number>();
  let most = 0;
  let counted = 0;
  let addsAxes = false;
  const note = (rank: number): void => {
    if (rank <= MOST) counted = Math.max(counted, rank);
  };
  const visit = (e: Expression): void => {
    addsAxes ||= isNewAxis(e);
    if (e.kind === 'call')
      for (const { name, value } of e.args) if (name === 'dim' || name === 'axis') note(axesIn(value));
    childrenOf(e).forEach(visit);
  };
  for (const { body, parameters } of functions) {
    for (const { name, fallback } of parameters)
      if (fallback && (name === 'dim' || name === 'axis')) note(axesIn(fallback));
    eachStatement(body, (s) => {
      expressionsOf(s).forEach(visit);
      if (s.kind !== 'assign') return;
      const [target] = s.targets;
      const of = shapeRead(s.value);
      if (of === null || target?.kind !== 'sequence' || target.items.some(({ kind }) => kind === 'starred'))
        return;
      if (target.items.length < 3 || target.items.length > MOST) return;
      known.set(of, target.items.length);
      most = Math.max(most, target.items.length);
    });
  }
  // The axis that is counted to may be one that the code puts in.
  return { known, most: addsAxes ? most : Math.max(most, counted) };
}

/** `X[:, None]`, `x.unsqueeze(1)` and what else gives an array more axes. */
function isNewAxis(e: Expression): boolean {
  if (e.kind === 'subscript')
    return e.indices.some(
      (index) => index.kind === 'none' || (index.kind === 'attribute' && index.name === 'newaxis'),
    );
  if (e.kind !== 'call') return false;
  const { callee } = e;
  const name = callee.kind === 'attribute' || callee.kind === 'name' ? callee.name : '';
  return /^(expand_dims|unsqueeze|reshape|view|stack|outer|cdist|atleast_3d|broadcast_to|one_hot)$/.test(
    name,
  );
}

/** The name whose shape an expression is. */
function shapeRead(e: Expression): string | null {
  const read = e.kind === 'call' && e.args.length === 0 ? e.callee : e;
  return read.kind === 'attribute' && /^(shape|size)$/.test(read.name) && read.object.kind === 'name'
    ? read.object.name
    : null;
}

/** How many axes there are where these are axes: `(1, 2, 3)` counts from 0. */
function axesIn(e: Expression): number {
  const items = e.kind === 'sequence' ? e.items : [e];
  const positions = items.flatMap((item) => (item.kind === 'number' ? [Number(item.text) + 1] : []));
  return Math.max(0, ...positions);
}
