/** Second derivatives of a loss: its Hessian, block by block, and the product of the Hessian with a vector. */
import { axisIndices, placed, REAL, type Binding, type Program } from './definition';
import type { Derivation, Gradient, Kink, Step } from './derivation';
import { curvatureOf } from './curvature';
import { DEFAULT_SEED, derive, openWorkshop, type DeriveOptions } from './derive';
import {
  freshName,
  mentioned,
  NoSuchDerivative,
  outputIndices,
  verifiedSteps,
  wantedNames,
  withOutput,
  type DerivativeBlock,
  type Derivatives,
} from './derivatives';
import type { Node } from './expr';
import { createGraph } from './graph';
import { createIndexNamer } from './indexNames';
import { isElementwise, jacobianOf, outputAxes } from './jacobian';
import { forward, withDirections } from './jvp';
import { findKinks, secondOrderKinks } from './kinks';
import { createNaming } from './print/naming';
import { createSimplifier } from './simplify/simplifier';
import { makeStep, type StepParts } from './steps';

/** The first derivatives, each a binding with a name of its own. */
interface First {
  readonly program: Program;
  readonly derivation: Derivation;
  readonly gradients: readonly NamedGradient[];
}

interface NamedGradient {
  readonly gradient: Gradient;
  readonly name: string;
}

/**
 * ∂²output/∂w_I∂u_J for each pair of the wanted names, the later one second: the other blocks are their transposes. For a
 * function that works element by element, its second derivative f''. Throws NoSuchDerivative for other outputs with axes.
 */
export function hessian(program: Program, options: DeriveOptions = {}): Derivatives {
  const wrt = wantedNames(program, options);
  const first = firstDerivatives(program, wrt, options);
  // Each derivation knows the names that those before it gave, so that no name stands for two things.
  let named: readonly Binding[] = [];
  const all = first.gradients.map(({ gradient, name }, k) => {
    const { bindings } = first.program;
    const extended: Program = { ...first.program, bindings: [...bindings, ...named], output: name };
    const derivation = derive(extended, { ...options, wrt: wrt.slice(k) });
    const blocks = derivation.gradients.map((second) =>
      block(first, gradient, extended, derivation, second, options),
    );
    named = [...named, ...derivation.named];
    return { derivation, blocks };
  });
  const blocks = all.flatMap((each) => each.blocks);
  const facts = [first.derivation.facts, ...all.map(({ derivation }) => derivation.facts)].flat();
  let kinks: readonly Kink[] | null = null;
  return {
    kind: 'hessian',
    program: first.program,
    blocks,
    named,
    hidden: [...first.derivation.hidden, ...all.flatMap(({ derivation }) => derivation.hidden)],
    facts: [...distinct(facts), ...curvatureFacts(first.program, blocks)],
    get kinks() {
      return (kinks ??= kinksOf(
        first,
        all.flatMap(({ derivation }) => derivation.kinks),
      ));
    },
    budget:
      first.derivation.budget ??
      all.map(({ derivation }) => derivation.budget).find((b) => b !== null) ??
      null,
  };
}

/**
 * Σ_u Σ_J ∂²output/∂w_I∂u_J v_J for each wanted name w, where a vector v of its shape is given for each name u: the rate of
 * change of the gradient along the direction (Pearlmutter, "Fast exact multiplication by the Hessian", 1994). The Hessian
 * is never formed.
 */
export function hessianVectorProduct(program: Program, options: DeriveOptions = {}): Derivatives {
  const wrt = wantedNames(program, options);
  if (outputIndices(program).length > 0) throw notScalar(program);
  const first = firstDerivatives(program, wrt, options);
  const extended = withDirections(first.program, wrt);
  const { arena } = program;
  const outputs = first.gradients.map(({ name }) => name);
  const product = forward(extended.program, outputs, extended.directions, options);
  const blocks = product.results.map((result, k): DerivativeBlock => {
    const { gradient, name } = first.gradients[k] as NamedGradient;
    const opened = result.steps[0]?.before ?? result.element;
    const gradientNode = arena.sym(name, ...result.indices);
    const inner = arena.diff(arena.sym(program.output), arena.sym(gradient.of, ...result.indices), true);
    const meaning = replaced(program, opened, gradientNode, inner);
    const opening = firstStep(
      { gradient, name, rule: 'hessian-vector-product', before: meaning, after: opened },
      extended.program,
      product.named,
      options,
    );
    return {
      by: [gradient.of],
      meaning,
      value: { axes: placed(gradient.axes, result.indices), element: result.element },
      steps: [opening, ...result.steps],
    };
  });
  let kinks: readonly Kink[] | null = null;
  return {
    kind: 'hvp',
    program: extended.program,
    blocks,
    named: product.named,
    hidden: [...first.derivation.hidden, ...product.hidden],
    facts: distinct([...first.derivation.facts, ...product.facts]),
    get kinks() {
      return (kinks ??= kinksOf(first, kinksOfGradients(first, blocks, product.named, options)));
    },
    budget: first.derivation.budget ?? product.budget,
  };
}

function kinksOf({ program, derivation }: First, ofGradients: readonly Kink[]): readonly Kink[] {
  const simplifier = createSimplifier(program);
  const equal = (a: Node, b: Node): boolean => simplifier.equal(a, b);
  return secondOrderKinks(derivation.kinks, ofGradients, equal, program);
}

/** Where the gradients have no derivative, without deriving it. */
function kinksOfGradients(
  { program, gradients }: First,
  blocks: readonly DerivativeBlock[],
  named: readonly Binding[],
  { seed = DEFAULT_SEED }: DeriveOptions,
): Kink[] {
  const { text } = openWorkshop(program, createIndexNamer(program.arena, createNaming(program)), []);
  const wrt = gradients.map(({ gradient }) => gradient.of);
  const others = blocks.map(({ value }) => value.element);
  return gradients.flatMap(({ name }) => {
    const extended: Program = { ...program, output: name };
    const path = createGraph(extended).between(wrt);
    return findKinks({ program: extended, wrt, path, gradients: [], named, others, text, seed });
  });
}

/** What holds of the blocks of each parameter with itself. */
function curvatureFacts(program: Program, blocks: readonly DerivativeBlock[]): string[] {
  const { output } = program;
  return blocks
    .filter(({ by: [first, second] }) => first === second)
    .flatMap((block): string[] => {
      const { by, semidefinite, smooth } = curvatureOf(program, block);
      if (semidefinite && smooth)
        return [`the Hessian by ${by} is positive semidefinite, so ${output} is convex in ${by}`];
      if (semidefinite) return [`the Hessian by ${by} is positive semidefinite where it exists`];
      return [];
    });
}

function notScalar(program: Program): NoSuchDerivative {
  const sizes = outputAxes(program).map(({ size }) => size);
  const shape = `(${sizes.join(', ')}${sizes.length === 1 ? ',' : ''})`;
  return new NoSuchDerivative(
    `${program.output} has the shape ${shape}: a Hessian is of a function whose value is one number. The derivative of an array is its Jacobian.`,
    'jacobian',
  );
}

/**
 * The gradient by a symmetric matrix is written with its symmetry (S⁻ᵀ as S⁻¹), which holds at the matrix and not beside it: what
 * is differentiated once more may not use it.
 */
function ofAnyMatrix(program: Program, wrt: readonly string[]): Program {
  const inputs = program.inputs.map((input) =>
    input.domain.kind === 'symmetric' && wrt.includes(input.name) ? { ...input, domain: REAL } : input,
  );
  return { ...program, inputs };
}

function firstDerivatives(given: Program, wrt: readonly string[], options: DeriveOptions): First {
  const program = ofAnyMatrix(given, wrt);
  const outer = outputIndices(program);
  const derivation = derive(program, { ...options, wrt });
  if (
    !derivation.gradients.every(({ axes }) => outer.length === 0 || isElementwise(outer, axisIndices(axes)))
  )
    throw notScalar(program);
  const needed = mentioned(
    derivation.named,
    derivation.gradients.map(({ element }) => element),
  );
  let extended: Program = { ...program, bindings: [...program.bindings, ...needed] };
  const gradients = derivation.gradients.map((gradient) => {
    const name = freshName(extended, [`d${gradient.of}`, `d${gradient.of}@2`]);
    extended = { ...withOutput(extended, name, gradient.axes, gradient.element), output: program.output };
    return { gradient, name };
  });
  return { program: extended, derivation, gradients };
}

function block(
  first: First,
  gradient: Gradient,
  program: Program,
  derivation: Derivation,
  second: Gradient,
  options: DeriveOptions,
): DerivativeBlock {
  const { arena } = program;
  const outer = axisIndices(outputAxes(program));
  const own = outputIndices(first.program);
  const whole: Pick<DerivativeBlock, 'meaning' | 'value' | 'steps'> =
    own.length === 0
      ? jacobianOf(program, derivation, second, options)
      : {
          meaning: arena.diff(arena.sym(program.output, ...outer), arena.sym(second.of, ...outer), true),
          value: second,
          steps: second.steps,
        };
  const by = [gradient.of, second.of];
  const opened = whole.meaning;
  const meaning = replaced(
    program,
    opened,
    arena.sym(program.output, ...outer),
    arena.diff(arena.sym(first.program.output, ...own), arena.sym(gradient.of, ...outer), true),
  );
  const opening = firstStep(
    { gradient, name: program.output, rule: 'second-derivative', before: meaning, after: opened },
    program,
    derivation.named,
    options,
  );
  return {
    by,
    meaning,
    value: whole.value,
    steps: [opening, ...whole.steps],
  };
}

/** The gradient gets its name; how it comes about is told inside. */
function firstStep(
  { gradient, name, ...parts }: Pick<StepParts, 'rule' | 'before' | 'after'> & NamedGradient,
  program: Program,
  named: readonly Binding[],
  options: DeriveOptions,
): Step {
  const title = `first the gradient, which gets the name ${name}, then its derivative`;
  const [step] = verifiedSteps(program, named, [makeStep({ ...parts, title })], options) as [Step];
  return { ...step, children: gradient.steps };
}

/** A symbol under derivatives replaced by what it stands for. */
function replaced(program: Program, node: Node, symbol: Node, by: Node): Node {
  return program.arena.mapSyms(node, (sym) => (sym === symbol ? by : sym));
}

const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];
