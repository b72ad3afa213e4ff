/** Derives the gradients of a program: a tree of steps from which the results are read off. */
import { createAdjoints, type Adjoint } from './adjoints';
import { createReordering } from './algebraSteps';
import { axisIndices, type Axis, type Binding, type Program } from './definition';
import type { Derivation, Gradient, Link } from './derivation';
import type { IndexNode, Size } from './expr';
import { createGraph, linkIndices, type Graph } from './graph';
import { createIndexNamer } from './indexNames';
import { deriveLink, type Workshop } from './links';
import { createSimplifier } from './simplify/simplifier';

export interface DeriveOptions {
  /** Inputs or bindings to differentiate by; by default the inputs with the role `parameter`. */
  readonly wrt?: readonly string[];
  /** Seed of the points at which steps are verified. */
  readonly seed?: number;
  /** False leaves the steps unverified. */
  readonly verify?: boolean;
}

/**
 * The derivative of the program's output by each parameter. For an output with axes, the element of a gradient mentions the
 * output's indices too (unless it is elementwise, when the indices are shared). Throws a RangeError for a name in `wrt`
 * that the program lacks, and NotDifferentiable for a function without a derivative rule.
 */
export function derive(program: Program, options: DeriveOptions = {}): Derivation {
  const graph = createGraph(program);
  const { arena } = program;
  const simplifier = createSimplifier(program);
  const namer = createIndexNamer(program);
  const shop: Workshop = { arena, graph, namer, simplifier, reorder: createReordering(arena) };
  const wanted = options.wrt ?? program.inputs.filter((i) => i.role === 'parameter').map((i) => i.name);
  const adjoints = createAdjoints(shop, new Set());

  const gradients = wanted.map((name) => gradientOf(program, graph, adjoints.of(name)));
  const path = graph.between(wanted).filter((binding) => binding.name !== graph.output.name);
  const backward = [...path]
    .reverse()
    .map((binding) => gradientOf(program, graph, adjoints.of(binding.name)));
  return {
    gradients,
    adjoints: backward,
    named: adjoints.named,
    links: collectLinks(shop, path, wanted),
    facts: simplifier.notes,
    budget: simplifier.normalizer.budget,
  };
}

function gradientOf(program: Program, graph: Graph, adjoint: Adjoint): Gradient {
  const shape = shapeOf(program, graph, adjoint.name);
  let at = 0;
  const axes = shape.map((size): Axis => ({
    size,
    index: size === '1' ? null : (adjoint.indices[at++] ?? null),
  }));
  return { of: adjoint.name, shape, axes, element: adjoint.value, steps: adjoint.steps };
}

function shapeOf(program: Program, graph: Graph, name: string): readonly Size[] {
  const binding = graph.bindings.get(name);
  if (binding) return binding.axes.map((axis) => (axis.index ? axis.size : '1'));
  return program.inputs.find((input) => input.name === name)?.shape ?? [];
}

/** One entry per edge along which a derivative flows. */
function collectLinks(shop: Workshop, path: readonly Binding[], wanted: readonly string[]): Link[] {
  const { arena, graph, namer } = shop;
  const out: Link[] = [];
  for (const by of [...wanted, ...path.map((b) => b.name)])
    for (const of of graph.consumers(by)) {
      const taken = new Set<string>();
      const fresh = (size: Size): IndexNode => {
        const index = namer.fresh(size, taken);
        taken.add(index.name);
        return index;
      };
      const at = graph.sizes(by).map(fresh);
      const { indices } = linkIndices(of, by, at, fresh);
      const toAxes = (list: readonly IndexNode[]): Axis[] =>
        list.map((index) => ({ size: index.size, index }));
      out.push({
        of: of.name,
        by,
        ofAxes: withUnits(of.axes, indices),
        byAxes: toAxes(at),
        partial: deriveLink(shop, of, indices, arena.sym(by, ...at)).value,
      });
    }
  return out;
}

function withUnits(axes: readonly Axis[], indices: readonly IndexNode[]): Axis[] {
  const own = axisIndices(axes);
  return axes.map((axis) =>
    axis.index ? { size: axis.size, index: indices[own.indexOf(axis.index)] ?? axis.index } : axis,
  );
}
