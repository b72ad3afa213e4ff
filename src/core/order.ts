/**
 * A total, structural order of nodes. It never looks at ids, so that results do not depend on what an arena has seen
 * before; indices are compared last, so that renaming one seldom reorders anything.
 */
import type { Node } from './expr';

const KIND_RANK: Readonly<Record<Node['kind'], number>> = {
  num: 0,
  const: 1,
  size: 2,
  index: 3,
  sym: 4,
  matrix: 4.5,
  pow: 5,
  mul: 6,
  add: 7,
  call: 8,
  cmp: 9,
  where: 10,
  delta: 11,
  reduce: 12,
  diff: 13,
};

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What distinguishes nodes of one kind besides their arguments, indices left aside. */
function label(node: Node): string {
  switch (node.kind) {
    case 'const':
    case 'sym':
      return node.name;
    case 'matrix':
      return `${node.fn}:${node.name}`;
    case 'size':
      return node.size;
    case 'call':
      return node.fn;
    case 'cmp':
      return node.rel;
    case 'reduce':
      return `${node.op}:${node.index.size}`;
    case 'diff':
      return String(node.total);
    default:
      return '';
  }
}

/** Pairs of parts that differ in indices at most: of a part that stands at many places, the insides are looked at once. */
interface Alike {
  found: number;
  /** Small expressions do without. */
  pairs: Set<number> | null;
}

const SMALL = 32;
/** There are fewer nodes than this, so two ids make one number. */
const MOST_NODES = 2 ** 26;

function compareBlind(a: Node, b: Node, alike: Alike): number {
  if (a === b) return 0;
  if (a.kind !== b.kind) return KIND_RANK[a.kind] - KIND_RANK[b.kind];
  if (a.kind === 'num' && b.kind === 'num') return a.num / a.den - b.num / b.den;
  if (a.kind === 'index' && b.kind === 'index') return compareText(a.size, b.size);
  const byLabel = compareText(label(a), label(b)) || a.args.length - b.args.length;
  if (byLabel !== 0 || a.args.length === 0) return byLabel;
  const pair = a.id * MOST_NODES + b.id;
  if (alike.pairs?.has(pair)) return 0;
  for (let k = 0; k < a.args.length; k++) {
    const c = compareBlind(a.args[k] as Node, b.args[k] as Node, alike);
    if (c !== 0) return c;
  }
  alike.found += 1;
  if (alike.found > SMALL) (alike.pairs ??= new Set()).add(pair);
  return 0;
}

function compareIndices(a: Node, b: Node): number {
  if (a === b) return 0;
  if (a.kind === 'index' && b.kind === 'index') return compareText(a.name, b.name);
  for (let k = 0; k < a.args.length; k++) {
    const c = compareIndices(a.args[k] as Node, b.args[k] as Node);
    if (c !== 0) return c;
  }
  return 0;
}

/** Negative, zero or positive; zero only for the same node (within one arena). */
export function compareNodes(a: Node, b: Node): number {
  return a === b ? 0 : compareBlind(a, b, { found: 0, pairs: null }) || compareIndices(a, b);
}
