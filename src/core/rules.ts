/** Names and formulas of the rules that steps refer to. Ids are frozen. */
import { OPS } from './ops';

export interface Rule {
  readonly id: string;
  /** English name, as a heading. */
  readonly name: string;
  /** The rule as LaTeX; empty if it has none. */
  readonly formula: string;
  /** One example in plain text. */
  readonly example: string;
}

type Row = readonly [id: string, name: string, formula: string, example: string];

const CALCULUS: readonly Row[] = [
  [
    'chain-rule',
    'chain rule',
    '\\frac{\\partial J}{\\partial x} = \\sum_u \\frac{\\partial J}{\\partial u} \\frac{\\partial u}{\\partial x}',
    'dJ/dw = dJ/da * da/dz * dz/dw',
  ],
  [
    'second-derivative',
    'derivative of the gradient',
    '\\frac{\\partial^2 J}{\\partial w_j \\, \\partial w_k} = \\frac{\\partial}{\\partial w_k} \\frac{\\partial J}{\\partial w_j}',
    'd2J/dw2 = d/dw (dJ/dw)',
  ],
  [
    'hessian-vector-product',
    'the gradient along a direction',
    '\\sum_k \\frac{\\partial^2 J}{\\partial w_j \\, \\partial w_k} v_k = \\sum_k \\frac{\\partial}{\\partial w_k} \\left( \\frac{\\partial J}{\\partial w_j} \\right) v_k',
    'H v is how the gradient changes along v',
  ],
  [
    'product-as-gradient',
    'product with the Jacobian as a gradient',
    '\\sum_i U_i \\frac{\\partial f_i}{\\partial x_j} = \\frac{\\partial}{\\partial x_j} \\sum_i U_i f_i',
    'sum_i U_i df_i/dx = d/dx sum_i U_i f_i',
  ],
  [
    'chain-rule-forward',
    'chain rule along a direction',
    '\\dot u = \\sum_x \\frac{\\partial u}{\\partial x} \\dot x',
    'da = da/dz * dz/dw * v',
  ],
  ['insert-definition', 'insert the definition', '', 'dJ/da = d/da (a - y)^2'],
  ['differentiate', 'differentiate one part', '', 'd/dx (x^2 + sin x) = 2x + d/dx sin x'],
  ['differentiate-link', 'derive one link of the chain', '', 'da/dz = a (1 - a)'],
  [
    'insert-adjoint',
    'insert a derivative found before',
    '',
    'dJ/dA stands for the gradient at the hidden layer',
  ],
  ['name-adjoint', 'give a gradient a name', '', 'dZ = dJ/dZ'],
  ['sum-rule', 'sum rule', "(f + g)' = f' + g'", 'd/dx (x^2 + x) = 2x + 1'],
  [
    'derivative-of-sum',
    'derivative of a sum over an index',
    '\\frac{\\partial}{\\partial x_i} \\sum_k f_k(x_k) = \\frac{\\partial f_i(x_i)}{\\partial x_i}',
    'd/dw_j sum_k x_k w_k = x_j',
  ],
  ['constant-rule', 'constant rule', "c' = 0", 'd/dx 5 = 0'],
  ['constant-factor', 'constant factor', "(c f)' = c f'", 'd/dx 3 x^2 = 3 d/dx x^2'],
  ['identity-rule', 'derivative of a variable by itself', '\\frac{dx}{dx} = 1', 'dx/dx = 1'],
  [
    'kronecker-delta',
    'Kronecker delta',
    '\\frac{\\partial x_i}{\\partial x_j} = \\delta_{ij}',
    'dx_i/dx_j = [i = j]',
  ],
  ['product-rule', 'product rule', "(f g)' = f' g + f g'", 'd/dx x e^x = e^x + x e^x'],
  [
    'quotient-rule',
    'quotient rule',
    "\\left(\\frac{f}{g}\\right)' = \\frac{f' g - f g'}{g^2}",
    'd/dx x/(1+x) = 1/(1+x)^2',
  ],
  [
    'reciprocal-rule',
    'reciprocal rule',
    "\\left(\\frac{1}{g}\\right)' = -\\frac{g'}{g^2}",
    'd/dx 1/(1+x) = -1/(1+x)^2',
  ],
  ['power-rule', 'power rule', "(f^n)' = n f^{n-1} f'", 'd/dx (1+x)^3 = 3 (1+x)^2'],
  [
    'square-root-rule',
    'square root rule',
    "(\\sqrt{f})' = \\frac{f'}{2\\sqrt{f}}",
    'd/dx sqrt(x) = 1/(2 sqrt(x))',
  ],
  [
    'exponential-rule',
    'exponential with constant base',
    "(c^f)' = c^f \\log c \\, f'",
    'd/dx 2^x = 2^x log 2',
  ],
  [
    'general-power-rule',
    'general power rule',
    "(f^g)' = f^g\\left(g' \\log f + g \\frac{f'}{f}\\right)",
    'd/dx x^x = x^x (log x + 1)',
  ],
  [
    'inverse-derivative',
    'derivative of an inverse',
    '\\frac{\\partial (A^{-1})_{rs}}{\\partial A_{pq}} = -(A^{-1})_{rp} (A^{-1})_{qs}',
    'd(A^-1) = -A^-1 dA A^-1',
  ],
  [
    'log-determinant-derivative',
    'derivative of a log-determinant',
    '\\frac{\\partial \\log |\\det A|}{\\partial A_{pq}} = (A^{-1})_{qp}',
    'd log det A/dA = A^-T',
  ],
  [
    'determinant-derivative',
    'derivative of a determinant',
    '\\frac{\\partial \\det A}{\\partial A_{pq}} = \\det A \\, (A^{-1})_{qp}',
    'd det A/dA = det A A^-T',
  ],
  ['piecewise-rule', 'derivative case by case', '', 'd/dx max(0, x) = [x > 0]'],
  [
    'max-derivative',
    'derivative of a maximum',
    '\\frac{\\partial \\max_k x_k}{\\partial x_q} = [q = \\operatorname{argmax}]',
    'the largest element moves the maximum',
  ],
  [
    'min-derivative',
    'derivative of a minimum',
    '\\frac{\\partial \\min_k x_k}{\\partial x_q} = [q = \\operatorname{argmin}]',
    'the smallest element moves the minimum',
  ],
];

const ALGEBRA: readonly Row[] = [
  [
    'multiply-links',
    'multiply the links and simplify',
    '',
    '(a - y)/(a (1 - a)) * a (1 - a) * x = (a - y) x',
  ],
  [
    'common-denominator',
    'common denominator',
    '\\frac{a}{b} + \\frac{c}{d} = \\frac{a d + c b}{b d}',
    'y/a - (1-y)/(1-a) = (y (1-a) - (1-y) a)/(a (1-a))',
  ],
  ['cancel-factor', 'cancel a common factor', '\\frac{a b}{a c} = \\frac{b}{c}', 'a (a - y)/a = a - y'],
  ['expand', 'multiply out', 'a (b + c) = a b + a c', 'y (1 - a) = y - y a'],
  ['collect-terms', 'collect like terms', 'a x + b x = (a + b) x', 'y - y a + a y = y'],
  ['collect-powers', 'collect factors', 'x^a x^b = x^{a+b}', 'x * x = x^2'],
  ['factor-out', 'take out a common factor', 'a b + a c = a (b + c)', 'y x - a x = (y - a) x'],
  ['move-sign', 'move the sign into the difference', '-(a - b) = b - a', '-(y - a) = a - y'],
  ['power-of-a-power', 'power of a product or of a power', '(x^a)^b = x^{ab}', '(x^2)^3 = x^6'],
  ['function-identity', 'identity of a function', '', 'exp(-x) = 1/exp(x)'],
  ['simplify-condition', 'simplify a condition', '', '[x - y > 0] = [x > y]'],
  [
    'join-cases',
    'join the cases that agree',
    '',
    'where(x + 3 > 0, where(x < 3, 1, 0), 0) = [x > -3] [x < 3]',
  ],
  ['simplify-cases', 'simplify the cases', '', 'where(c, x, 0) = [c] x'],
  [
    'factor-out-of-sum',
    'take a constant factor out of the sum',
    '\\sum_i c f_i = c \\sum_i f_i',
    'sum_i 2 x_i = 2 sum_i x_i',
  ],
  ['sum-over-delta', 'the sum keeps one term', '\\sum_k \\delta_{ki} f_k = f_i', 'sum_k [k = i] x_k = x_i'],
  [
    'substitute-under-delta',
    'where the indices agree, one stands for the other',
    '\\delta_{ki} f_k = \\delta_{ki} f_i',
    '[k = i] x_k = [k = i] x_i',
  ],
  [
    'split-sum',
    'split the sum',
    '\\sum_i (f_i + g_i) = \\sum_i f_i + \\sum_i g_i',
    'sum (p - y) = sum p - sum y',
  ],
  ['one-hot-rows-sum-to-one', 'one-hot rows sum to 1', '\\sum_k y_k = 1', 'sum_k Y_ik = 1'],
  ['rows-sum-to-one', 'rows sum to 1', '\\sum_k p_k = 1', 'sum_k P_ik = 1'],
  ['rows-sum-to-constant', 'the sum over this axis is known', '', 'sum_i (x_i - mean) = 0'],
  ['symmetric-matrix', 'a symmetric matrix equals its transpose', 'A_{ij} = A_{ji}', 'S_ji = S_ij'],
  [
    'inverse-times-matrix',
    'a matrix times its inverse is the identity',
    '\\sum_k (A^{-1})_{ik} A_{kj} = \\delta_{ij}',
    'sum_k inv(A)_ik A_kj = [i = j]',
  ],
  ['fold-definition', 'write the name for its definition', '', 'tanh(z) = h'],
  ['unfold-hidden', 'write out the abbreviations', '', 'u = x w + b'],
  [
    'spread-of-outcome',
    'the spread of an outcome',
    'q = p \\text{ or } q = 1 - p \\;\\Rightarrow\\; p (1 - p) = q (1 - q)',
    'p (1 - p) = q (1 - q) where q is p or 1 - p',
  ],
  ['in-terms-of-output', 'in terms of the output', '', 'E = P S where P = E/S'],
  [
    'sigmoid-in-terms-of-output',
    'the sigmoid in terms of its output',
    '\\frac{e^{-z}}{(1 + e^{-z})^2} = a (1 - a)',
    'e^-z/(1 + e^-z)^2 = a (1 - a)',
  ],
  [
    'split-fraction',
    'split a fraction',
    '\\frac{a + b}{c} = \\frac{a}{c} + \\frac{b}{c}',
    '(D - 1)/D = 1 - 1/D',
  ],
  ['split-factor', 'write a power as a product', 'x^2 = x \\, x', '1/D^2 = (1/D) (1/D)'],
  [
    'shift-cancels',
    'the shift cancels',
    '\\frac{e^{z_q - c}}{\\sum_r e^{z_r - c}} = \\frac{e^{z_q}}{\\sum_r e^{z_r}}',
    'dJ/dM = 0',
  ],
  ['proved-zero', 'equals zero', '', 'sum_q (P - Y) = 0'],
  [
    'stable-form',
    'write it as the sigmoid',
    '\\frac{e^z}{1 + e^z} = \\sigma(z)',
    'e^z/(1 + e^z) = sigmoid(z)',
  ],
];

const fromRow = ([id, name, formula, example]: Row): Rule => ({ id, name, formula, example });

function fromOperators(): Rule[] {
  const seen = new Map<string, Rule>();
  for (const op of OPS)
    for (const derivative of op.derivatives) {
      if (!derivative || seen.has(derivative.rule)) continue;
      seen.set(derivative.rule, {
        id: derivative.rule,
        name: `derivative of ${op.title}`,
        formula: derivative.formula,
        example: '',
      });
    }
  return [...seen.values()];
}

/** Every rule, calculus first, then one per derivative of the operator table, then algebra. */
export const RULES: readonly Rule[] = (() => {
  const own = [...CALCULUS, ...ALGEBRA].map(fromRow);
  const known = new Set(own.map((rule) => rule.id));
  return [...own, ...fromOperators().filter((rule) => !known.has(rule.id))];
})();

const BY_ID: ReadonlyMap<string, Rule> = new Map(RULES.map((rule) => [rule.id, rule]));

/** The rule of that id. Throws a RangeError for an unknown one. */
export function ruleById(id: string): Rule {
  const found = BY_ID.get(id);
  if (!found) throw new RangeError(`no rule is called ${id}`);
  return found;
}

export const ruleTitle = (id: string): string => ruleById(id).name;
