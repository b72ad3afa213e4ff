/** The textbook way from e^(-z)/(1 + e^(-z))² to a(1 - a), where a = 1/(1 + e^(-z)). */
import { axisIndices } from './definition';
import type { Step } from './derivation';
import type { IndexNode, Node } from './expr';
import { isNum, symbolNames } from './expr';
import type { Workshop } from './links';
import { makeStep } from './steps';

/** u / (1 + u)², or null. */
function squareQuotient(shop: Workshop, node: Node): { u: Node; below: Node } | null {
  if (node.kind !== 'mul') return null;
  const [first, second] = node.args;
  if (node.args.length !== 2 || !first || !second) return null;
  const [u, square] = first.kind === 'pow' ? [second, first] : [first, second];
  if (square.kind !== 'pow' || !isNum(square.args[1] as Node, -2) || u.kind !== 'call' || u.fn !== 'exp')
    return null;
  const below = square.args[0] as Node;
  const { arena, reorder } = shop;
  return reorder(below) === reorder(arena.add(arena.one, u)) ? { u, below } : null;
}

/** Of the bindings that `after` names, one whose definition at some indices is 1/below. */
function outputOf(shop: Workshop, below: Node, after: Node): Node | null {
  const { arena, graph, reorder } = shop;
  const wanted = reorder(arena.pow(below, arena.minusOne));
  const free = new Map<string, IndexNode>();
  const collect = (node: Node): void => {
    if (node.kind === 'index') free.set(node.name, node);
    node.args.forEach(collect);
  };
  collect(below);
  const available = [...free.values()].filter((index) => below.free.has(index.name));
  for (const name of symbolNames(after)) {
    const binding = graph.bindings.get(name);
    if (!binding) continue;
    const own = axisIndices(binding.axes);
    if (own.length !== available.length) continue;
    const at = own.map((index) => available.find((other) => other.size === index.size) ?? index);
    if (new Set(at).size !== at.length) continue;
    const definition = arena.substituteAll(
      binding.def,
      own.map((index, k) => [index, at[k] ?? index] as const),
    );
    if (reorder(definition) === wanted) return arena.sym(binding.name, ...at);
  }
  return null;
}

export function sigmoidSteps(shop: Workshop, before: Node, after: Node): Step[] | null {
  const { arena } = shop;
  const found = squareQuotient(shop, before);
  const output = found ? outputOf(shop, found.below, after) : null;
  if (!found || !output) return null;
  const { u, below } = found;
  const share = arena.pow(below, arena.minusOne);
  const named = arena.mul(output, arena.sub(arena.one, output));
  if (shop.reorder(named) !== shop.reorder(after)) return null;
  const sides: readonly (readonly [string, string, Node])[] = [
    ['split-factor', 'write the square in the denominator as a product', arena.mul(share, u, share)],
    [
      'split-fraction',
      'the numerator is the denominator minus 1, so that fraction is 1 minus its reciprocal',
      arena.mul(share, arena.sub(arena.one, share)),
    ],
    ['fold-definition', `write ${output.kind === 'sym' ? output.name : 'it'} for its definition`, after],
  ];
  const steps: Step[] = [];
  let current = before;
  for (const [rule, title, node] of sides) {
    if (node === current) continue;
    steps.push(makeStep({ rule, title, before: current, after: node }));
    current = node;
  }
  return steps;
}
