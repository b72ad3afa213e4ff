/** Jacobians: the derivative of each element of an array by each element of a parameter. */
import { axisIndices, placed, type Axis, type Binding, type Program } from './definition';
import type { Derivation, Gradient } from './derivation';
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
import type { IndexNode, Node } from './expr';
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
    const { value, steps } = alongDiagonal(program, derivation.named, gradient.element);
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

/** Under a factor [i = i'] the other factors may be written with i alone, which lets more of them cancel. */
function alongDiagonal(program: Program, named: readonly Binding[], element: Node): Derived {
  const { arena } = program;
  const unchanged: Derived = { value: element, steps: [] };
  if (element.kind !== 'mul') return unchanged;
  const deltas = element.args.filter((factor) => factor.kind === 'delta');
  const pairs = deltas.flatMap(({ args: [a, b] }) =>
    a?.kind === 'index' && b?.kind === 'index' ? [[b, a] as const] : [],
  );
  const agreed = arena.mul(
    ...element.args.map((factor) => (factor.kind === 'delta' ? factor : arena.substituteAll(factor, pairs))),
  );
  if (agreed === element) return unchanged;
  const extended = { ...program, bindings: [...program.bindings, ...named] };
  const shop = openWorkshop(extended, createIndexNamer(arena, createNaming(extended)), []);
  const { cost } = shop.simplifier.display;
  const made = inShownForm(shop, simplifySteps(shop, agreed));
  if (cost(made.value) > cost(element)) return unchanged;
  const title = 'where it is not 0 the indices agree';
  const first = makeStep({ rule: 'kronecker-delta', title, before: element, after: agreed });
  return { value: made.value, steps: [first, ...made.steps] };
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
