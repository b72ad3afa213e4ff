/** Jacobians: the derivative of each element of an array by each element of a parameter. */
import { axisIndices, placed, type Axis, type Binding, type Program } from './definition';
import type { Derivation, Gradient, Step } from './derivation';
import { derive, openWorkshop, type DeriveOptions } from './derive';
import {
  NoSuchDerivative,
  outputIndices,
  verifiedSteps,
  wantedNames,
  withoutUnits,
  type DerivativeBlock,
  type Derivatives,
} from './derivatives';
import type { Arena, IndexNode, Node } from './expr';
import { createIndexNamer } from './indexNames';
import { simplifySteps, type Derived } from './links';
import { createNaming } from './print/naming';
import { inShownForm } from './shownSteps';
import { makeStep } from './steps';

/**
 * ∂output_I/∂w_J for each wanted name, with the axes of the output before those of the name. Throws NoSuchDerivative where
 * the output is one number: its Jacobian is the gradient.
 */
export function jacobian(program: Program, options: DeriveOptions = {}): Derivatives {
  if (outputIndices(program).length === 0)
    throw new NoSuchDerivative(
      `${program.output} is one number, so its Jacobian is its gradient.`,
      'gradient',
    );
  const lettered = withLetters(program);
  const derivation = derive(lettered, { ...options, wrt: wantedNames(program, options) });
  return {
    kind: 'jacobian',
    program: lettered,
    blocks: derivation.gradients.map((gradient) => jacobianOf(lettered, derivation, gradient, options)),
    named: derivation.named,
    hidden: derivation.hidden,
    facts: derivation.facts,
    get kinks() {
      return derivation.kinks;
    },
    budget: derivation.budget,
  };
}

/** A gradient of an output with axes as a whole array: one that is elementwise stands on a diagonal. */
export function jacobianOf(
  program: Program,
  derivation: Derivation,
  gradient: Gradient,
  options: DeriveOptions,
): DerivativeBlock {
  const { arena } = program;
  const top = outputAxes(program);
  const outer = axisIndices(top);
  const inner = axisIndices(gradient.axes);
  const output = arena.sym(program.output, ...outer);
  const by = [gradient.of];
  if (!isElementwise(outer, inner)) {
    const { value, steps } = alongDiagonal(program, derivation.named, outer, inner, gradient.element);
    return {
      by,
      meaning: arena.diff(output, arena.sym(gradient.of, ...inner), true),
      value: { axes: withoutUnits([...top, ...gradient.axes]), element: value },
      steps: [...gradient.steps, ...verifiedSteps(program, derivation.named, steps, options)],
    };
  }
  const own = freshIndices(program, outer, outer);
  const meaning = arena.diff(output, arena.sym(gradient.of, ...own), true);
  const element = arena.mul(
    gradient.element,
    ...outer.map((index, k) => arena.delta(index, own[k] ?? index)),
  );
  const [single] = gradient.steps;
  const spread = makeStep({
    rule: 'kronecker-delta',
    title: 'elementwise: 0 unless the indices agree',
    before: meaning,
    after: element,
  });
  const children = gradient.steps.length === 1 && single ? single.children : gradient.steps;
  return {
    by,
    meaning,
    value: {
      axes: withoutUnits([...top, ...own.map((index): Axis => ({ size: index.size, index }))]),
      element,
    },
    steps: verifiedSteps(program, derivation.named, [spread], options).map((step) => ({ ...step, children })),
  };
}

/**
 * Under a factor [i = i'] the other factors may be written with i alone, which lets more of them cancel; and what is symmetric
 * is written by rows, p_i ([i = i'] - p_i').
 */
function alongDiagonal(
  program: Program,
  named: readonly Binding[],
  outer: readonly IndexNode[],
  inner: readonly IndexNode[],
  element: Node,
): Derived {
  const { arena } = program;
  if (element.kind !== 'mul') return { value: element, steps: [] };
  const deltas = element.args.filter((factor) => factor.kind === 'delta');
  const pairs = deltas.flatMap(({ args: [a, b] }) =>
    a?.kind === 'index' && b?.kind === 'index' ? [[b, a] as const] : [],
  );
  const agreed = arena.mul(
    ...element.args.map((factor) => (factor.kind === 'delta' ? factor : arena.substituteAll(factor, pairs))),
  );
  const byRows = rowsFirst(program, outer, inner, agreed);
  if (byRows === element) return { value: element, steps: [] };
  const extended = { ...program, bindings: [...program.bindings, ...named] };
  const shop = openWorkshop(extended, createIndexNamer(arena, createNaming(extended)), []);
  const { cost } = shop.simplifier.display;
  const steps: Step[] = [];
  let value: Node = element;
  if (agreed !== element) {
    const title = 'where it is not 0 the indices agree';
    const made = inShownForm(shop, simplifySteps(shop, agreed));
    if (cost(made.value) > cost(element)) return { value: element, steps: [] };
    steps.push(makeStep({ rule: 'kronecker-delta', title, before: element, after: agreed }), ...made.steps);
    value = made.value;
  }
  const turned = rowsFirst(program, outer, inner, value);
  const [row, column] = [outer[0], inner[0]];
  const same = (a: Node, b: Node): boolean =>
    !!row &&
    !!column &&
    shop.simplifier.equal(termByTerm(arena, a, row, column), termByTerm(arena, b, row, column));
  if (turned !== value && same(turned, value)) {
    const title = 'it is symmetric: rows and columns may change places';
    steps.push(makeStep({ rule: 'symmetry', title, before: value, after: turned }));
    value = turned;
  }
  return { value, steps };
}

/** A product multiplied out, each term with [i = i'] written with i alone. */
function termByTerm(arena: Arena, node: Node, row: IndexNode, column: IndexNode): Node {
  const delta = arena.delta(row, column);
  const sum = node.args.find((factor) => factor.kind === 'add');
  const others = node.args.filter((factor) => factor !== sum);
  const terms = (sum?.args ?? [arena.one]).map((term) => arena.mul(...others, term));
  return arena.add(
    ...terms.map((term) => {
      const factors = term.kind === 'mul' ? term.args : [term];
      if (!factors.includes(delta)) return term;
      return arena.mul(
        ...factors.map((factor) => (factor === delta ? factor : arena.substitute(factor, column, row))),
      );
    }),
  );
}

/** A product with factors over the columns alone and none over the rows alone, with rows and columns exchanged. */
function rowsFirst(
  program: Program,
  outer: readonly IndexNode[],
  inner: readonly IndexNode[],
  node: Node,
): Node {
  const { arena } = program;
  const [row] = outer;
  const [column] = inner;
  const fits = outer.length === 1 && inner.length === 1 && row && column && row.size === column.size;
  if (!fits || node.kind !== 'mul') return node;
  const only = (index: IndexNode, other: IndexNode): boolean =>
    node.args.some((factor) => factor.free.has(index.name) && !factor.free.has(other.name));
  if (!only(column, row) || only(row, column)) return node;
  const isDelta = (n: Node): boolean => n.kind === 'delta' && n.args.includes(row) && n.args.includes(column);
  const hasDelta = (n: Node): boolean => isDelta(n) || n.args.some(hasDelta);
  const ordered = (n: Node): Node =>
    isDelta(n)
      ? arena.delta(row, column)
      : n.kind === 'add' || n.kind === 'mul'
        ? arena.withArgs(n, n.args.map(ordered))
        : n;
  return hasDelta(node)
    ? ordered(
        arena.substituteAll(node, [
          [row, column],
          [column, row],
        ]),
      )
    : node;
}

export function outputAxes(program: Program): readonly Axis[] {
  return program.bindings.find(({ name }) => name === program.output)?.axes ?? [];
}

/** The gradient shares the indices of the output. */
export const isElementwise = (outer: readonly IndexNode[], inner: readonly IndexNode[]): boolean =>
  outer.length > 0 && outer.length === inner.length && outer.every((index, k) => index === inner[k]);

/** The same program whose output's indices are called by their letters, so that its Jacobian reads ∂P_i/∂z_i'. */
function withLetters(program: Program): Program {
  const { arena } = program;
  const axes = outputAxes(program);
  const own = axisIndices(axes);
  const letters = freshIndices(program, own, []);
  const pairs = own.map((index, k) => [index, letters[k] ?? index] as const);
  return {
    ...program,
    bindings: program.bindings.map((binding) =>
      binding.name === program.output
        ? { ...binding, axes: placed(axes, letters), def: arena.substituteAll(binding.def, pairs) }
        : binding,
    ),
  };
}

/** Indices of the same sizes with none of the names of `others`. */
export function freshIndices(
  program: Program,
  indices: readonly IndexNode[],
  others: readonly IndexNode[],
): IndexNode[] {
  const namer = createIndexNamer(program.arena, createNaming(program));
  const taken = new Set(others.map(({ name }) => name));
  return indices.map(({ size }) => {
    const index = namer.fresh(size, taken);
    taken.add(index.name);
    return index;
  });
}
