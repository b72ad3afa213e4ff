/** Vector-Jacobian products: what flows back through a function, given the gradient that comes from upstream. */
import { axisIndices, type Program } from './definition';
import { derive, type DeriveOptions } from './derive';
import {
  freshName,
  mentioned,
  shapeIn,
  sumOver,
  verifiedSteps,
  wantedNames,
  withOutput,
  withUpstream,
  type DerivativeBlock,
  type Derivatives,
} from './derivatives';
import { fused } from './fuse';
import { freshIndices, outputAxes } from './jacobian';
import { makeStep } from './steps';

/** Names of the upstream gradient and of the scalar whose gradient the product is, by preference. */
const UPSTREAM = ['U', 'V', 'G', 'upstream'];
const SCALAR = ['L', 'J', 'S', 'F'];

/**
 * Σ_I U_I ∂output_I/∂w_J for each wanted name, where U is an input of the output's shape: the backward pass of the function.
 * It is derived as the gradient of Σ_I U_I output_I, so that the Jacobian is never formed.
 */
export function vjp(program: Program, options: DeriveOptions = {}): Derivatives {
  const wrt = wantedNames(program, options);
  const { arena } = program;
  const upstream = freshName(program, UPSTREAM);
  const given = withUpstream(
    program,
    upstream,
    shapeIn(program, program.output),
    'the gradient from upstream',
  );
  const scalar = freshName(given, SCALAR);
  const outer = axisIndices(outputAxes(program));
  const inner = sumOver(
    program,
    outer,
    arena.mul(arena.sym(upstream, ...outer), arena.sym(program.output, ...outer)),
  );
  const extended = withOutput(given, scalar, [], inner);
  const derivation = derive(extended, { ...options, wrt });
  const blocks = derivation.gradients.map((gradient): DerivativeBlock => {
    const by = arena.sym(gradient.of, ...axisIndices(gradient.axes));
    const own = freshIndices(program, outer, axisIndices(gradient.axes));
    const meaning = sumOver(
      program,
      own,
      arena.mul(arena.sym(upstream, ...own), arena.diff(arena.sym(program.output, ...own), by, true)),
    );
    const opening = makeStep({
      rule: 'product-as-gradient',
      title: `it is the gradient of ${scalar}, the sum of ${upstream} times ${program.output}`,
      before: meaning,
      after: arena.diff(arena.sym(scalar), by, true),
    });
    const last = fused(given, derivation.named, extended.bindings.slice(-1), {
      value: gradient.element,
      steps: [],
    });
    return {
      by: [gradient.of],
      meaning,
      value: { axes: gradient.axes, element: last.value },
      steps: [
        ...verifiedSteps(extended, derivation.named, [opening], options),
        ...gradient.steps,
        ...verifiedSteps(extended, derivation.named, last.steps, options),
      ],
    };
  });
  return {
    kind: 'vjp',
    program: extended,
    blocks,
    named: mentioned(
      derivation.named,
      blocks.map(({ value }) => value.element),
    ),
    hidden: derivation.hidden,
    facts: derivation.facts,
    get kinks() {
      return derivation.kinks;
    },
    budget: derivation.budget,
  };
}
