/** Names of the rules that steps refer to; their formulas are in print/ruleFormulas.ts. Ids are frozen. */
import { OPS } from './ops';

export interface Rule {
  readonly id: string;
  /** English name, as a heading. */
  readonly name: string;
}

type Row = readonly [id: string, name: string];

const CALCULUS: readonly Row[] = [
  ['chain-rule', 'chain rule'],
  ['second-derivative', 'derivative of the gradient'],
  ['hessian-vector-product', 'the gradient along a direction'],
  ['product-as-gradient', 'product with the Jacobian as a gradient'],
  ['chain-rule-forward', 'chain rule along a direction'],
  ['insert-definition', 'insert the definition'],
  ['differentiate', 'differentiate one part'],
  ['differentiate-link', 'derive one link of the chain'],
  ['insert-adjoint', 'insert a derivative found before'],
  ['name-adjoint', 'give a gradient a name'],
  ['sum-rule', 'sum rule'],
  ['derivative-of-sum', 'derivative of a sum over an index'],
  ['constant-rule', 'constant rule'],
  ['constant-factor', 'constant factor'],
  ['identity-rule', 'derivative of a variable by itself'],
  ['kronecker-delta', 'Kronecker delta'],
  ['product-rule', 'product rule'],
  ['quotient-rule', 'quotient rule'],
  ['reciprocal-rule', 'reciprocal rule'],
  ['power-rule', 'power rule'],
  ['square-root-rule', 'square root rule'],
  ['exponential-rule', 'exponential with constant base'],
  ['general-power-rule', 'general power rule'],
  ['inverse-derivative', 'derivative of an inverse'],
  ['log-determinant-derivative', 'derivative of a log-determinant'],
  ['determinant-derivative', 'derivative of a determinant'],
  ['piecewise-rule', 'derivative case by case'],
  ['max-derivative', 'derivative of a maximum'],
  ['min-derivative', 'derivative of a minimum'],
];

const ALGEBRA: readonly Row[] = [
  ['multiply-links', 'multiply the links and simplify'],
  ['common-denominator', 'common denominator'],
  ['cancel-factor', 'cancel a common factor'],
  ['expand', 'multiply out'],
  ['collect-terms', 'collect like terms'],
  ['collect-powers', 'collect factors'],
  ['factor-out', 'take out a common factor'],
  ['move-sign', 'move the sign into the difference'],
  ['power-of-a-power', 'power of a product or of a power'],
  ['function-identity', 'identity of a function'],
  ['simplify-condition', 'simplify a condition'],
  ['join-cases', 'join the cases that agree'],
  ['simplify-cases', 'simplify the cases'],
  ['factor-out-of-sum', 'take a constant factor out of the sum'],
  ['sum-over-delta', 'the sum keeps one term'],
  ['substitute-under-delta', 'where the indices agree, one stands for the other'],
  ['split-sum', 'split the sum'],
  ['one-hot-rows-sum-to-one', 'one-hot rows sum to 1'],
  ['rows-sum-to-one', 'rows sum to 1'],
  ['rows-sum-to-constant', 'the sum over this axis is known'],
  ['symmetric-matrix', 'a symmetric matrix equals its transpose'],
  ['inverse-times-matrix', 'a matrix times its inverse is the identity'],
  ['fold-definition', 'write the name for its definition'],
  ['unfold-hidden', 'write out the abbreviations'],
  ['spread-of-outcome', 'the spread of an outcome'],
  ['in-terms-of-output', 'in terms of the output'],
  ['sigmoid-in-terms-of-output', 'the sigmoid in terms of its output'],
  ['split-fraction', 'split a fraction'],
  ['split-factor', 'write a power as a product'],
  ['shift-cancels', 'the shift cancels'],
  ['proved-zero', 'equals zero'],
  ['stable-form', 'write it as the sigmoid'],
];

const fromRow = ([id, name]: Row): Rule => ({ id, name });

function fromOperators(): Rule[] {
  const seen = new Map<string, Rule>();
  for (const op of OPS)
    for (const derivative of op.derivatives)
      if (derivative && !seen.has(derivative.rule))
        seen.set(derivative.rule, { id: derivative.rule, name: `derivative of ${op.title}` });
  return [...seen.values()];
}

/** Every rule, calculus first, then one per derivative of the operator table, then algebra. */
export const RULES: readonly Rule[] = (() => {
  const own = [...CALCULUS, ...ALGEBRA].map(fromRow);
  const known = new Set(own.map((rule) => rule.id));
  return [...own, ...fromOperators().filter((rule) => !known.has(rule.id))];
})();

const NAMES: ReadonlyMap<string, string> = new Map(RULES.map(({ id, name }) => [id, name]));

/** The English name of the rule of that id. Throws a RangeError for an unknown one. */
export function ruleName(id: string): string {
  const name = NAMES.get(id);
  if (name === undefined) throw new RangeError(`no rule is called ${id}`);
  return name;
}
