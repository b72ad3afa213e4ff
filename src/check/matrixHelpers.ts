/**
 * Gradients that take the inverse of a matrix which they make themselves: `np.linalg.solve(S + np.eye(n), d)`. Matrix functions
 * name their argument, so it cannot be written out, and the program that it is judged with has to know it.
 */
import type { Binding, HandGradient, Program } from '../core/definition';
import type { Node } from '../core/expr';

/** The bindings of a written gradient that matrix functions name, and what those are made of. */
function matrixHelpers({ value, bindings }: HandGradient): Binding[] {
  const byName = new Map(bindings.map((binding) => [binding.name, binding]));
  const needed = new Set<string>();
  const seen = new Set<number>();
  const visit = (node: Node, isNeeded: boolean): void => {
    // A helper is first met in what is written out, and may then be needed.
    const key = 2 * node.id + Number(isNeeded);
    if (seen.has(key)) return;
    seen.add(key);
    const helper = node.kind === 'sym' || node.kind === 'matrix' ? byName.get(node.name) : undefined;
    if (helper) {
      const own = isNeeded || node.kind === 'matrix';
      if (own) needed.add(helper.name);
      visit(helper.def, own);
    }
    node.args.forEach((arg) => {
      visit(arg, isNeeded);
    });
  };
  visit(value.element, false);
  return bindings.filter(({ name }) => needed.has(name));
}

/** The program with the matrices of a written gradient, and a text that tells them from others; null where it has none. */
export function withMatrices(
  program: Program,
  hand: HandGradient,
): { readonly program: Program; readonly key: string } | null {
  const known = new Set(program.bindings.map(({ name }) => name));
  const helpers = matrixHelpers(hand).filter(({ name }) => !known.has(name));
  if (helpers.length === 0) return null;
  const key = helpers.map(({ name, def }) => `${name} = ${def.id}`).join();
  return { program: { ...program, bindings: [...program.bindings, ...helpers] }, key };
}
