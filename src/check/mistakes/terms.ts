/** A term of the loss whose derivative is missing, or carries a wrong factor: mostly the regulariser. */
import type { Program } from '../../core/definition';
import type { Node, SymNode } from '../../core/expr';
import { symbolNames } from '../../core/expr';
import { axisIndices } from '../../core/definition';
import { explainRatio, ratios } from './factor';
import { firstThatAgrees, plainName, type Case, type Detector, type Mistake } from './case';

interface Term {
  readonly node: Node;
  /** True when no data and no label occurs in it, also through bindings. */
  readonly regulariser: boolean;
  /** The binding that the whole term is, if it has a name. */
  readonly name: string | null;
}

/** The output as a sum, through scalar bindings and constant factors. */
function lossTerms(program: Program): Term[] {
  const { arena } = program;
  const find = (name: string) => program.bindings.find((binding) => binding.name === name);
  const split = (node: Node, name: string | null): Term[] => {
    if (node.kind === 'sym' && node.args.length === 0) {
      const binding = find(node.name);
      if (binding) return split(binding.def, node.name);
    }
    if (node.kind === 'add') return node.args.flatMap((arg) => split(arg, null));
    if (node.kind === 'mul') {
      const sums = node.args.filter((arg) => split(arg, null).length > 1);
      const [sum] = sums;
      if (sums.length === 1 && sum) {
        const rest = node.args.filter((arg) => arg !== sum);
        return split(sum, null).map((term) => ({ ...term, node: arena.mul(...rest, term.node) }));
      }
    }
    return [{ node, name, regulariser: !dependsOnData(program, node) }];
  };
  const output = find(program.output);
  const terms = output ? split(output.def, null) : [];
  // Without any data, all terms are what the loss is about.
  const fitted = terms.some((term) => !term.regulariser);
  return fitted ? terms : terms.map((term) => ({ ...term, regulariser: false }));
}

function dependsOnData(program: Program, node: Node): boolean {
  return [...symbolNames(node)].some((name) => {
    const input = program.inputs.find((candidate) => candidate.name === name);
    if (input) return input.role !== 'parameter' && input.role !== 'hyper';
    const binding = program.bindings.find((candidate) => candidate.name === name);
    return binding ? dependsOnData(program, binding.def) : false;
  });
}

/** The terms of a loss that is a sum, with their derivatives; those that vanish are left out. */
function slopesOf(c: Case): { readonly term: Term; readonly node: Node }[] {
  const { arena, bindings, output } = c.program;
  // Terms of an array have places of their own, which the cells of the gradient do not tell.
  const top = bindings.find(({ name }) => name === output);
  if (top && axisIndices(top.axes).length > 0) return [];
  const terms = lossTerms(c.program);
  if (terms.length < 2 || c.exact.kind !== 'diff') return [];
  const by = c.exact.args[1] as SymNode;
  return terms
    .map((term) => ({ term, node: arena.diff(term.node, by, true) }))
    .filter(({ node }) => !vanishes(c, node));
}

export const lossTerm: Detector = (c) => {
  const { arena } = c.program;
  const alive = slopesOf(c);
  const missing = firstThatAgrees(
    c,
    alive.map(({ term, node }) => ({ term, node: arena.add(c.element, node) })),
  );
  if (missing) return missingTerm(c, missing.term);
  for (const { term, node } of alive) {
    const others = alive.filter((other) => other.term !== term).map((other) => other.node);
    const rest = arena.sub(c.element, arena.add(...others));
    const values = ratios(rest, node, c.axes, c.trials);
    const factor = values ? explainRatio(c, values) : null;
    if (factor) return scaledTerm(c, term, factor.text, factor.inverse);
  }
  return null;
};

/** One of the terms of the gradient is none of a derivative: only taken where no slip in one place explains it. */
export const wrongTerm: Detector = (c) => {
  const slopes = slopesOf(c);
  const { arena } = c.program;
  const written = c.element.kind === 'add' ? c.element.args : [];
  const found = firstThatAgrees(
    c,
    slopes.flatMap(({ term, node }) =>
      written.map((part) => ({ term, node: arena.add(arena.sub(c.element, part), node) })),
    ),
  );
  return found
    ? {
        rule: found.term.regulariser ? 'gradient-wrong-regulariser' : 'gradient-wrong-term',
        message: `In ${plainName(c.name)}, the derivative of ${termName(found.term)} is wrong; the rest is right.`,
      }
    : null;
};

function vanishes(c: Case, node: Node): boolean {
  const indices = axisIndices(c.axes);
  return c.trials.every((trial) =>
    trial.cells.every(
      (cell) =>
        trial.evaluator.value(
          node,
          Object.fromEntries(indices.map((index, k) => [index.name, cell[k] ?? 0])),
        ) === 0,
    ),
  );
}

function termName(term: Term): string {
  const kind = term.regulariser ? 'the regulariser' : 'a term of the loss';
  return term.name ? `${kind} (${plainName(term.name)})` : kind;
}

function missingTerm(c: Case, term: Term): Mistake {
  const name = plainName(c.name);
  return {
    rule: term.regulariser ? 'gradient-missing-regulariser' : 'gradient-missing-term',
    message: `${name} lacks the derivative of ${termName(term)}; the rest of it is right.`,
  };
}

function scaledTerm(c: Case, term: Term, text: string, inverse: string): Mistake {
  const name = plainName(c.name);
  return {
    rule: term.regulariser ? 'gradient-regulariser-factor' : 'gradient-term-factor',
    message: `In ${name}, the derivative of ${termName(term)} is ${text} times what it should be: multiply that part by ${inverse}; the rest is right.`,
  };
}
