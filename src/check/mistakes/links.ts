/** The derivative of an activation is missing, or was multiplied in once too often. */
import { axisIndices, type Program } from '../../core/definition';
import type { Link } from '../../core/derivation';
import { freeIndices, symbolNames, type IndexNode, type Node } from '../../core/expr';
import { inlineBindings } from '../inline';
import { firstThatAgrees, plainName, type Detector } from './case';
import { variants, type Variant } from './rewrite';

interface Insertion {
  readonly link: Link;
  readonly missing: boolean;
}

/** Links between arrays of one shape, whose partial is a factor at each element. */
function elementwise(links: readonly Link[]): Link[] {
  return links.filter((link) => {
    const of = axisIndices(link.ofAxes);
    const by = axisIndices(link.byAxes);
    return (
      of.length > 0 &&
      of.map((index) => index.size).join() === by.map((index) => index.size).join() &&
      link.partial.kind !== 'num' &&
      [...link.partial.free].every((name) => by.some((index) => index.name === name))
    );
  });
}

export const activationDerivative: Detector = (c) => {
  if (!c.derivation) return null;
  const { arena } = c.program;
  const outer = axisIndices(c.axes);
  const links = elementwise(c.derivation.links);
  const named = c.derivation.named;
  function* options(node: Node): Generator<Variant<Insertion>> {
    if (node.kind === 'num' || node.kind === 'const' || node.kind === 'size') return;
    for (const link of links) {
      const at = placed(link, node, outer);
      if (!at) continue;
      const partial = arena.substituteAll(inlineBindings(arena, link.partial, named), at);
      yield { node: arena.mul(node, partial), change: { link, missing: true } };
      yield { node: arena.div(node, partial), change: { link, missing: false } };
    }
  }
  const found = firstThatAgrees(c, variants(arena, c.element, options));
  if (!found) return null;
  const { link, missing } = found.change;
  const factor = `∂${plainName(link.of)}/∂${plainName(link.by)}`;
  return missing
    ? {
        rule: 'gradient-missing-activation-derivative',
        message: `${plainName(c.name)} lacks the factor ${factor}${isActivation(c.program, link) ? ', the derivative of the activation' : ''}.`,
      }
    : {
        rule: 'gradient-extra-activation-derivative',
        message: `${plainName(c.name)} has the factor ${factor} once too often: the loss already cancels it.`,
      };
};

/** Whether one value is a function of the other alone. */
const isActivation = ({ bindings }: Program, { of, by }: Link): boolean =>
  bindings.some(({ name, def }) => name === of && [...symbolNames(def)].every((other) => other === by));

/** The link's indices matched by size with the indices that occur in `node` (or, failing that, with the cell's). */
function placed(link: Link, node: Node, outer: readonly IndexNode[]): [IndexNode, Node][] | null {
  const inside = freeIndices(node);
  const pairs: [IndexNode, Node][] = [];
  for (const index of axisIndices(link.byAxes)) {
    const to =
      inside.find((candidate) => candidate.size === index.size) ??
      outer.find((candidate) => candidate.size === index.size);
    if (!to) return null;
    pairs.push([index, to]);
  }
  return pairs;
}
