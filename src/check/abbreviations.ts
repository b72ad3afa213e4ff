/** What the names stand for that steps of a derivation use and that neither the code nor the answer has. */
import type { Binding } from '../core/definition';
import type { Step } from '../core/derivation';
import type { Node } from '../core/expr';
import type { NamedFormula } from '../protocol';
import type { Formulas } from './formulas';

/** In order of evaluation, with those that others are made of. */
export function abbreviations(
  steps: readonly Step[],
  hidden: readonly Binding[],
  formulas: Formulas,
): NamedFormula[] {
  if (hidden.length === 0) return [];
  const seen = new Set<Node>();
  const names = new Set<string>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === 'sym') names.add(node.name);
    node.args.forEach(visit);
  };
  const walk = ({ before, after, children }: Step): void => {
    visit(before);
    visit(after);
    children.forEach(walk);
  };
  steps.forEach(walk);
  for (const { name, def } of [...hidden].reverse()) if (names.has(name)) visit(def);
  const found = hidden
    .filter(({ name }) => names.has(name))
    .map((binding) => ({ name: binding.name, formula: formulas.definition(binding), span: null }));
  const texts = found.map(({ formula }) => formula.text);
  return found.filter(({ formula }, k) => texts.indexOf(formula.text) === k);
}
