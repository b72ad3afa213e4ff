/** Expressions that look like a given one, mostly with another value. */
import { freeIndices, type Arena, type IndexNode, type Node } from '../../../src/core/expr';
import type { Random } from '../../../src/core/random';

export function mutated(arena: Arena, node: Node, random: Random, count: number): Node[] {
  const out: Node[] = [];
  const total = countNodes(node);
  for (let k = 0; k < count; k += 1) {
    const mutant = mutateAt(arena, node, Math.floor(random() * total), random);
    if (mutant !== node) out.push(mutant);
  }
  return out;
}

/** Positions stay positions: a number changed there would lie outside of the array. */
const isAtomic = (node: Node): boolean =>
  node.kind === 'sym' || node.kind === 'matrix' || node.kind === 'delta';

const countNodes = (node: Node): number =>
  isAtomic(node) ? 1 : node.args.reduce((sum, arg) => sum + countNodes(arg), 1);

/** The node with its `at`-th part (in depth-first order) changed. */
function mutateAt(arena: Arena, top: Node, at: number, random: Random): Node {
  let left = at;
  const visit = (node: Node, scope: readonly IndexNode[]): Node => {
    if (left-- === 0) return changed(arena, node, scope, random);
    if (node.kind === 'reduce') {
      const { index, body } = arena.open(node);
      const inner = visit(body, [...scope, index]);
      return inner === body ? node : arena.reduce(node.op, index, inner);
    }
    if (isAtomic(node)) return node;
    const args = node.args.map((arg) => (left < 0 ? arg : visit(arg, scope)));
    return arena.withArgs(node, args);
  };
  return visit(top, freeIndices(top));
}

function changed(arena: Arena, node: Node, scope: readonly IndexNode[], random: Random): Node {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const elsewhere = (at: Node): Node =>
    at.kind === 'index' ? (pick(scope.filter((index) => index.size === at.size)) ?? at) : at;
  switch (node.kind) {
    case 'index':
      return elsewhere(node);
    case 'num':
      return arena.add(node, pick([arena.one, arena.minusOne, arena.num(1, 2)]) ?? arena.one);
    case 'add':
      return random() < 0.5
        ? arena.add(...node.args.slice(1))
        : arena.add(arena.neg(node.args[0] ?? node), ...node.args.slice(1));
    case 'mul':
      return random() < 0.5 ? arena.mul(...node.args.slice(1)) : arena.neg(node);
    case 'cmp': {
      const [a, b] = node.args as [Node, Node];
      return (
        pick([arena.compare(node.rel, b, a), arena.compare('>=', a, b), arena.compare('!=', a, b)]) ?? node
      );
    }
    case 'where': {
      const [c, a, b] = node.args as [Node, Node, Node];
      return arena.where(c, b, a);
    }
    case 'delta':
    case 'matrix':
      return arena.withArgs(node, node.args.map(elsewhere));
    case 'sym':
      return node.args.some((arg) => arg.kind === 'index') && random() < 0.7
        ? arena.sym(node.name, ...node.args.map(elsewhere))
        : arena.mul(node, pick([arena.minusOne, arena.num(2), node]) ?? node);
    case 'call':
      return random() < 0.5 && node.args[0] ? node.args[0] : arena.neg(node);
    default:
      return pick([arena.neg(node), arena.add(node, arena.one), arena.mul(arena.num(2), node)]) ?? node;
  }
}
