/** What derivatives beyond the gradient have in common: Hessians, Jacobians and their products with vectors. */
import type { DerivativeKind } from '../protocol';
import {
  axisIndices,
  REAL,
  type ArrayValue,
  type Axis,
  type Binding,
  type Input,
  type Program,
} from './definition';
import type { Kink, Step } from './derivation';
import { DEFAULT_SEED, type DeriveOptions } from './derive';
import { symbolNames, type IndexNode, type Node, type Size } from './expr';
import { createGraph } from './graph';
import { createSites } from './sites';
import { createVerifier } from './verify';

/** One array of derivatives. */
export interface DerivativeBlock {
  /** What it differentiates by: one name, or two for a block of a Hessian. */
  readonly by: readonly string[];
  /** What it is, not carried out: ∂²J/∂w_j∂w_k, or Σ_k ∂²J/∂w_j∂w_k v_k. */
  readonly meaning: Node;
  /**
   * Axes of a Hessian: those of the first parameter, then those of the second; of a Jacobian: the output's, then the
   * parameter's, both without unit axes. Products with a vector have the axes of what they differentiate by.
   */
  readonly value: ArrayValue;
  /** From `meaning` to the element of `value`. */
  readonly steps: readonly Step[];
}

export interface Derivatives {
  readonly kind: Exclude<DerivativeKind, 'gradient'>;
  /** The program with what the blocks need besides: gradients as bindings, the vector as an input. */
  readonly program: Program;
  readonly blocks: readonly DerivativeBlock[];
  /** Bindings beyond those of `program` that occur in blocks, in order of evaluation. */
  readonly named: readonly Binding[];
  /** Abbreviations that steps use, over `program` and `named`. */
  readonly hidden: readonly Binding[];
  /** What was recognised and used. */
  readonly facts: readonly string[];
  /** Where they do not exist; looked for when first asked for. */
  readonly kinks: readonly Kink[];
  /** Set when a budget ended simplification; the blocks are right all the same. */
  readonly budget: string | null;
}

/** Thrown for a derivative that the program's output does not have; `instead` is the one to ask for. */
export class NoSuchDerivative extends Error {
  constructor(
    message: string,
    readonly instead: DerivativeKind,
  ) {
    super(message);
  }
}

/** The names to differentiate by: those asked for, or the parameters. */
export function wantedNames(program: Program, options: DeriveOptions): readonly string[] {
  return options.wrt ?? program.inputs.filter((input) => input.role === 'parameter').map(({ name }) => name);
}

/** The output's axes that have an index. */
export function outputIndices(program: Program): readonly IndexNode[] {
  return axisIndices(createGraph(program).output.axes);
}

/** The first name that the program does not use. */
export function freshName(program: Program, choices: readonly string[]): string {
  const used = new Set<string>();
  for (const { name, shape } of program.inputs) [name, ...shape].forEach((each) => used.add(each));
  for (const { name, axes } of program.bindings)
    [name, ...axes.map(({ size }) => size)].forEach((each) => used.add(each));
  const [first = 'u'] = choices;
  let name = choices.find((choice) => !used.has(choice));
  for (let k = 2; name === undefined; k++) if (!used.has(`${first}${k}`)) name = `${first}${k}`;
  return name;
}

/** The program with one more binding, which is its output. */
export function withOutput(program: Program, name: string, axes: readonly Axis[], def: Node): Program {
  const binding: Binding = { name, axes, def, span: null, origin: 'temporary' };
  return { ...program, bindings: [...program.bindings, binding], output: name };
}

/** The program with an input that whoever uses the result gives: a direction, or a gradient from upstream. */
export function withUpstream(
  program: Program,
  name: string,
  shape: readonly Size[],
  reason: string,
): Program {
  const input: Input = { name, code: name, role: 'upstream', shape, domain: REAL, reason, span: null };
  return { ...program, inputs: [...program.inputs, input] };
}

/** The shape of an input or of a binding, unit axes included. */
export function shapeIn(program: Program, name: string): readonly Size[] {
  const binding = program.bindings.find((each) => each.name === name);
  if (binding) return binding.axes.map((axis) => (axis.index ? axis.size : '1'));
  const input = program.inputs.find((each) => each.name === name);
  if (!input) throw new RangeError(`${name} is neither an input nor a binding`);
  return input.shape;
}

export const withoutUnits = (axes: readonly Axis[]): Axis[] => axes.filter((axis) => axis.index !== null);

/** Sum over all of the indices. */
export function sumOver(program: Program, indices: readonly IndexNode[], body: Node): Node {
  return [...indices].reverse().reduce<Node>((node, index) => program.arena.sum(index, node), body);
}

/** The steps with the outcome of evaluating both sides; children that were evaluated before are not to be among theirs. */
export function verifiedSteps(
  program: Program,
  extra: readonly Binding[],
  steps: readonly Step[],
  { verify, seed }: DeriveOptions,
): Step[] {
  if (verify === false) return [...steps];
  const verifier = createVerifier(program, createSites(program, seed ?? DEFAULT_SEED), extra);
  return steps.map((step) => verifier.verify(step));
}

/** Those of the bindings that occur in the nodes, directly or through others, in their order. */
export function mentioned(bindings: readonly Binding[], nodes: readonly Node[]): Binding[] {
  const needed = new Set<string>();
  const note = (node: Node): void => {
    for (const name of symbolNames(node)) needed.add(name);
  };
  nodes.forEach(note);
  for (const binding of [...bindings].reverse()) if (needed.has(binding.name)) note(binding.def);
  return bindings.filter(({ name }) => needed.has(name));
}
