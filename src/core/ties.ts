/** Maxima and minima that several elements attain at once, on more than single points. */
import { axisIndices } from './definition';
import { symbolNames, type Arena, type IndexNode, type Node } from './expr';
import type { Graph } from './graph';

/** Definitions seen through, one inside of the other. */
const DEEPEST = 8;

/** Functions with a piece on which they are constant. */
const STEPS = new Set(['sign', 'floor', 'ceil', 'round']);
const BOUNDS = new Set(['maximum', 'minimum']);

/** Whether elements can be equal on a whole region: not, with a value that stays, or with one that the parameters move. */
type Tie = 'none' | 'still' | 'moving';

/**
 * Elements may be equal on a whole region and move there: on some piece of the body, what depends on the index has few
 * values, and what the parameters move is the same for all values of the index.
 */
export function mayTie(arena: Arena, graph: Graph, body: Node, index: IndexNode): boolean {
  const definition = (node: Node): Node | null => {
    const binding = node.kind === 'sym' ? graph.bindings.get(node.name) : undefined;
    if (!binding) return null;
    const pairs = axisIndices(binding.axes).map((axis, k) => [axis, node.args[k] ?? axis] as const);
    return arena.substituteAll(binding.def, pairs);
  };

  const independent = (node: Node): Tie =>
    [...symbolNames(node)].some((name) => graph.varies(name)) ? 'moving' : 'still';

  const tieOf = (node: Node, depth: number): Tie => {
    if (!node.free.has(index.name)) return independent(node);
    const parts = (nodes: readonly Node[]): Tie[] => nodes.map((part) => tieOf(part, depth));
    switch (node.kind) {
      case 'cmp':
      case 'delta':
        return 'still';
      case 'sym': {
        const inside = depth < DEEPEST ? definition(node) : null;
        if (inside) return tieOf(inside, depth + 1);
        // Labels that are alike choose one element.
        if (!node.args.includes(index)) return graph.varies(node.name) ? 'moving' : 'still';
        return graph.isDiscrete(node.name) ? 'still' : 'none';
      }
      case 'where':
        return any(parts(node.args.slice(1)));
      case 'call':
        if (STEPS.has(node.fn)) return 'still';
        if (BOUNDS.has(node.fn)) return any(parts(node.args));
        return node.fn === 'relu' ? any(['still', ...parts(node.args)]) : all(parts(node.args));
      case 'mul':
        return any([
          all(parts(node.args)),
          node.args.some((part) => mayVanish(part, depth)) ? 'still' : 'none',
        ]);
      case 'add':
        // a/(a + b) + b/(a + b) is 1 for all elements.
        return haveCommonDenominator(node, index) ? independent(node) : all(parts(node.args));
      case 'pow':
        return all(parts(node.args));
      case 'reduce':
        // Σ_l U_kl (U⁻¹)_kl of a symmetric matrix is 1 for all k.
        return isOverInverse(node) ? 'still' : tieOf(arena.open(node).body, depth);
      default:
        return 'none';
    }
  };

  /** It is 0 on a whole region. */
  const mayVanish = (node: Node, depth: number): boolean => {
    switch (node.kind) {
      case 'cmp':
      case 'delta':
        return true;
      case 'num':
        return node.num === 0;
      case 'sym': {
        const inside = depth < DEEPEST ? definition(node) : null;
        return inside ? mayVanish(inside, depth + 1) : graph.isDiscrete(node.name);
      }
      case 'where':
        return node.args.slice(1).some((part) => mayVanish(part, depth));
      case 'call':
        if (STEPS.has(node.fn) || node.fn === 'relu') return true;
        return BOUNDS.has(node.fn) && node.args.some((part) => mayVanish(part, depth));
      case 'mul':
        return node.args.some((part) => mayVanish(part, depth));
      case 'add':
        return node.args.every((part) => mayVanish(part, depth));
      case 'pow':
        return node.args[0] !== undefined && mayVanish(node.args[0], depth);
      case 'reduce':
        return mayVanish(arena.open(node).body, depth);
      default:
        return false;
    }
  };
  return tieOf(body, 0) === 'moving';
}

/** Two terms are divided by the same, which depends on the index. */
function haveCommonDenominator(sum: Node, index: IndexNode): boolean {
  const denominators = sum.args.flatMap((term) => [
    ...new Set((term.kind === 'mul' ? term.args : [term]).filter((factor) => isInverse(factor, index))),
  ]);
  return new Set(denominators).size < denominators.length;
}

const isInverse = ({ kind, args: [, exponent], free }: Node, index: IndexNode): boolean =>
  kind === 'pow' && exponent?.kind === 'num' && exponent.num < 0 && free.has(index.name);

/** It holds a matrix and its inverse, which may cancel. */
function isOverInverse(node: Node): boolean {
  const matrices = new Set<string>();
  const inverted = new Set<string>();
  const visit = (part: Node): void => {
    if (part.kind === 'sym') matrices.add(part.name);
    if (part.kind === 'matrix' && part.fn === 'inv') inverted.add(part.name);
    part.args.forEach(visit);
  };
  visit(node);
  return [...inverted].some((name) => matrices.has(name));
}

/** All parts are equal at once. */
function all(ties: readonly Tie[]): Tie {
  if (ties.includes('none')) return 'none';
  return ties.includes('moving') ? 'moving' : 'still';
}

/** One of the parts decides. */
function any(ties: readonly Tie[]): Tie {
  return ties.includes('moving') ? 'moving' : ties.includes('still') ? 'still' : 'none';
}
