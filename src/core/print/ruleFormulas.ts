/** The rules that steps refer to as LaTeX. */
import { OPS } from '../ops';

const OWN: Readonly<Record<string, string>> = {
  'chain-rule':
    '\\frac{\\partial J}{\\partial x} = \\sum_u \\frac{\\partial J}{\\partial u} \\frac{\\partial u}{\\partial x}',
  'second-derivative':
    '\\frac{\\partial^2 J}{\\partial w_j \\, \\partial w_k} = \\frac{\\partial}{\\partial w_k} \\frac{\\partial J}{\\partial w_j}',
  'hessian-vector-product':
    '\\sum_k \\frac{\\partial^2 J}{\\partial w_j \\, \\partial w_k} v_k = \\sum_k \\frac{\\partial}{\\partial w_k} \\left( \\frac{\\partial J}{\\partial w_j} \\right) v_k',
  'product-as-gradient':
    '\\sum_i U_i \\frac{\\partial f_i}{\\partial x_j} = \\frac{\\partial}{\\partial x_j} \\sum_i U_i f_i',
  'chain-rule-forward': '\\dot u = \\sum_x \\frac{\\partial u}{\\partial x} \\dot x',
  'sum-rule': "(f + g)' = f' + g'",
  'derivative-of-sum':
    '\\frac{\\partial}{\\partial x_i} \\sum_k f_k(x_k) = \\frac{\\partial f_i(x_i)}{\\partial x_i}',
  'constant-rule': "c' = 0",
  'constant-factor': "(c f)' = c f'",
  'identity-rule': '\\frac{dx}{dx} = 1',
  'kronecker-delta': '\\frac{\\partial x_i}{\\partial x_j} = \\delta_{ij}',
  'product-rule': "(f g)' = f' g + f g'",
  'quotient-rule': "\\left(\\frac{f}{g}\\right)' = \\frac{f' g - f g'}{g^2}",
  'reciprocal-rule': "\\left(\\frac{1}{g}\\right)' = -\\frac{g'}{g^2}",
  'power-rule': "(f^n)' = n f^{n-1} f'",
  'square-root-rule': "(\\sqrt{f})' = \\frac{f'}{2\\sqrt{f}}",
  'exponential-rule': "(c^f)' = c^f \\log c \\, f'",
  'general-power-rule': "(f^g)' = f^g\\left(g' \\log f + g \\frac{f'}{f}\\right)",
  'inverse-derivative': '\\frac{\\partial (A^{-1})_{rs}}{\\partial A_{pq}} = -(A^{-1})_{rp} (A^{-1})_{qs}',
  'log-determinant-derivative': '\\frac{\\partial \\log |\\det A|}{\\partial A_{pq}} = (A^{-1})_{qp}',
  'determinant-derivative': '\\frac{\\partial \\det A}{\\partial A_{pq}} = \\det A \\, (A^{-1})_{qp}',
  'max-derivative': '\\frac{\\partial \\max_k x_k}{\\partial x_q} = [q = \\operatorname{argmax}]',
  'min-derivative': '\\frac{\\partial \\min_k x_k}{\\partial x_q} = [q = \\operatorname{argmin}]',
  'common-denominator': '\\frac{a}{b} + \\frac{c}{d} = \\frac{a d + c b}{b d}',
  'cancel-factor': '\\frac{a b}{a c} = \\frac{b}{c}',
  expand: 'a (b + c) = a b + a c',
  'collect-terms': 'a x + b x = (a + b) x',
  'collect-powers': 'x^a x^b = x^{a+b}',
  'factor-out': 'a b + a c = a (b + c)',
  'move-sign': '-(a - b) = b - a',
  'power-of-a-power': '(x^a)^b = x^{ab}',
  'factor-out-of-sum': '\\sum_i c f_i = c \\sum_i f_i',
  'sum-over-delta': '\\sum_k \\delta_{ki} f_k = f_i',
  'substitute-under-delta': '\\delta_{ki} f_k = \\delta_{ki} f_i',
  'split-sum': '\\sum_i (f_i + g_i) = \\sum_i f_i + \\sum_i g_i',
  'one-hot-rows-sum-to-one': '\\sum_k y_k = 1',
  'rows-sum-to-one': '\\sum_k p_k = 1',
  'symmetric-matrix': 'A_{ij} = A_{ji}',
  'inverse-times-matrix': '\\sum_k (A^{-1})_{ik} A_{kj} = \\delta_{ij}',
  'spread-of-outcome': 'q = p \\text{ or } q = 1 - p \\;\\Rightarrow\\; p (1 - p) = q (1 - q)',
  'sigmoid-in-terms-of-output': '\\frac{e^{-z}}{(1 + e^{-z})^2} = a (1 - a)',
  'split-fraction': '\\frac{a + b}{c} = \\frac{a}{c} + \\frac{b}{c}',
  'split-factor': 'x^2 = x \\, x',
  'shift-cancels': '\\frac{e^{z_q - c}}{\\sum_r e^{z_r - c}} = \\frac{e^{z_q}}{\\sum_r e^{z_r}}',
  'stable-form': '\\frac{e^z}{1 + e^z} = \\sigma(z)',
};

/** Of several operators with one rule, the first has the formula. */
const OF_OPERATORS: ReadonlyMap<string, string> = new Map(
  OPS.flatMap(({ derivatives }) =>
    derivatives.flatMap((derivative) => (derivative ? [[derivative.rule, derivative.formula] as const] : [])),
  ).reverse(),
);

/** Empty for a rule that has no formula. */
export const ruleFormula = (id: string): string => OWN[id] ?? OF_OPERATORS.get(id) ?? '';
