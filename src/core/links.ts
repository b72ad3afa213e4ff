/** One link of the chain rule: ∂u/∂v, derived by rules of calculus and then simplified, step by step. */
import { algebraSteps } from './algebraSteps';
import { axisIndices, type Binding } from './definition';
import type { Step } from './derivation';
import { differentiate } from './differentiate';
import { symbolNames, type Arena, type IndexNode, type Node, type SymNode } from './expr';
import type { Graph } from './graph';
import type { IndexNamer } from './indexNames';
import { sigmoidSteps } from './sigmoidSteps';
import type { Simplifier } from './simplify/simplifier';
import { makeStep } from './steps';
import type { TermsByName } from './wideSums';

export interface Derived {
  readonly value: Node;
  /** From the derivative not yet carried out to the value. */
  readonly steps: readonly Step[];
}

/** What every part of the deriver works with. */
export interface Workshop {
  readonly arena: Arena;
  readonly graph: Graph;
  /** The softmaxes, with their shifted definitions if they have any; the graph has them without the shift. */
  readonly softmaxes: ReadonlyMap<string, Node | null>;
  readonly namer: IndexNamer;
  readonly simplifier: Simplifier;
  readonly reorder: (node: Node) => Node;
  /** Nodes that read alike have the same. */
  readonly signature: (node: Node) => number;
  /** A node as plain text, for titles; null for a large one. */
  readonly text: (node: Node) => string | null;
  readonly termsByName: TermsByName;
  /** Links derived so far, by the id of the derivative that they carry out. */
  readonly derived: Map<number, Derived>;
}

/** ∂u/∂v as an expression: of the symbol where nothing else connects the two, else of the definition with all else fixed. */
export function linkNode(shop: Workshop, of: Binding, at: readonly IndexNode[], by: SymNode): Node {
  const { arena, graph } = shop;
  if (graph.onlyDirectly(of, by.name)) return arena.diff(arena.sym(of.name, ...at), by, true);
  return arena.diff(definitionAt(arena, of, at), by);
}

export function definitionAt(arena: Arena, binding: Binding, at: readonly IndexNode[]): Node {
  return arena.substituteAll(
    binding.def,
    axisIndices(binding.axes).map((index, k) => [index, at[k] ?? index] as const),
  );
}

/** The definition with the shift of its exponents, where that can be said in the same names. */
function shiftedAt(shop: Workshop, of: Binding, at: readonly IndexNode[]): Node | null {
  const def = shop.softmaxes.get(of.name);
  if (!def || [...symbolNames(of.def)].some((name) => !symbolNames(def).has(name))) return null;
  return definitionAt(shop.arena, { ...of, def }, at);
}

export function deriveLink(shop: Workshop, of: Binding, at: readonly IndexNode[], by: SymNode): Derived {
  const start = linkNode(shop, of, at, by);
  let known = shop.derived.get(start.id);
  if (!known) shop.derived.set(start.id, (known = carryOut(shop, start, of, at, by)));
  return known;
}

function carryOut(shop: Workshop, start: Node, of: Binding, at: readonly IndexNode[], by: SymNode): Derived {
  const { arena } = shop;
  const definition = definitionAt(arena, of, at);
  const inserted = arena.diff(definition, by);
  const calculus = differentiate(shop, definition, by);
  const steps: Step[] = [];
  const shifted = shiftedAt(shop, of, at);
  const first = shifted ? arena.diff(shifted, by, true) : inserted;
  const isUnshifted = !shifted && !!shop.softmaxes.get(of.name);
  if (start !== inserted)
    steps.push(
      makeStep({
        rule: 'insert-definition',
        title: `insert the definition of ${of.name}${isUnshifted ? ', in which the shift cancels' : ''}`,
        before: start,
        after: first,
        touchedBefore: [arena.sym(of.name, ...at)],
        touchedAfter: [shifted ?? definition],
      }),
    );
  if (first !== inserted)
    steps.push(
      makeStep({
        rule: 'shift-cancels',
        title: 'the same shift of all exponents cancels in the quotient',
        before: first,
        after: inserted,
        touchedBefore: [shifted ?? definition],
        touchedAfter: [definition],
      }),
    );
  steps.push(...calculus.steps);
  if (shop.softmaxes.has(of.name)) {
    const { node: value } = shop.simplifier.traced(calculus.result, true);
    const title = `each exponential over the sum of them is an element of ${of.name}`;
    if (value !== calculus.result)
      steps.push(makeStep({ rule: 'in-terms-of-output', title, before: calculus.result, after: value }));
    return { value, steps };
  }
  const algebra = simplifySteps(shop, calculus.result);
  return { value: algebra.value, steps: [...steps, ...algebra.steps] };
}

/** Algebra first as it stands, then with the names of the program. */
export function simplifySteps(shop: Workshop, node: Node): Derived {
  const { simplifier } = shop;
  const plain = simplifier.traced(node, false);
  const steps = algebraSteps(shop, node, plain.states, plain.node);
  const start = steps.at(-1)?.after ?? node;
  const named = simplifier.traced(plain.node, true);
  const inNames = algebraSteps(shop, start, named.states, named.node);
  const value = inNames.at(-1)?.after ?? start;
  const [only] = inNames;
  if (inNames.length === 0) return { value, steps };
  if (inNames.length === 1 && only) return { value, steps: [...steps, only] };
  const lead =
    inNames.find((s) => s.rule.endsWith('in-terms-of-output')) ??
    inNames.find((s) => s.rule === 'fold-definition');
  const children = (lead && sigmoidSteps(shop, start, value)) ?? inNames;
  if (!lead) return { value, steps: [...steps, ...inNames] };
  return {
    value,
    steps: [
      ...steps,
      makeStep({
        rule: lead.rule,
        title: lead.rule === 'sigmoid-in-terms-of-output' ? 'write it with the output itself' : lead.title,
        mentions: lead.rule === 'sigmoid-in-terms-of-output' ? [] : lead.mentions,
        before: start,
        after: value,
        touchedBefore: [start],
        touchedAfter: [value],
        children,
      }),
    ],
  };
}
