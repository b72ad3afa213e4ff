/** What a panel shows for a logistic regression: the shapes and sizes of a real derivation, with one mistake in the code. */
import type {
  DerivationView,
  Finding,
  Formula,
  GraphEdgeView,
  GraphNodeView,
  StepView,
  TextSpan,
} from '../../../src/protocol';
import type { CheckReport, ColumnInfo, ParameterCheck } from '../../../src/protocol/training';
import type { PanelState, TrainingState } from '../../../src/protocol/panel';

const f = (latex: string, text = latex.replace(/\\[a-z]+|[{}]/gi, '')): Formula => ({ latex, text });
const span = (line: number, from = 5, to = 40): TextSpan => ({
  startLine: line,
  startColumn: from,
  endLine: line,
  endColumn: to,
});

const COST = '\\mathrm{cost}';
const d = (of: string, by: string): string => `\\frac{\\partial ${of}}{\\partial ${by}}`;

function step(
  rule: string,
  ruleName: string,
  title: string,
  before: string,
  after: string,
  more: Partial<StepView> = {},
): StepView {
  return {
    rule,
    ruleName,
    title,
    ruleFormula: RULES[rule] ?? '',
    before: f(before),
    after: f(after),
    state: 'verified',
    evidence: 'agrees at 6 random points, to 3e-16',
    assumptions: [],
    children: [],
    ...more,
  };
}

const RULES: Readonly<Record<string, string>> = {
  'chain-rule':
    '\\frac{\\partial J}{\\partial w} = \\frac{\\partial J}{\\partial a} \\, \\frac{\\partial a}{\\partial w}',
  'log-derivative': '\\frac{d}{du} \\log u = \\frac{1}{u}',
  'reciprocal-rule': "\\left(\\frac{1}{u}\\right)' = -\\frac{u'}{u^2}",
  'exp-derivative': '\\frac{d}{du} e^{u} = e^{u}',
  'sum-rule': '\\frac{\\partial}{\\partial w} \\sum_i u_i = \\sum_i \\frac{\\partial u_i}{\\partial w}',
  'sigmoid-in-terms-of-output': "\\sigma'(z) = \\sigma(z) \\, (1 - \\sigma(z))",
  'cancel-factor': '\\frac{u \\, v}{u \\, w} = \\frac{v}{w}',
};

const lossLink = step(
  'sum-rule',
  'sum rule',
  'Differentiate the mean of the cross-entropies by one activation',
  d(COST, 'A_i'),
  '\\frac{1}{m} \\left(\\frac{1 - Y_i}{1 - A_i} - \\frac{Y_i}{A_i}\\right)',
  {
    assumptions: ['A is in (0, 1)'],
    children: [
      step(
        'constant-factor',
        'constant factor',
        'The factor -1/m does not depend on A',
        d(COST, 'A_i'),
        `-\\frac{1}{m} \\frac{\\partial}{\\partial A_i} \\sum_{k=1}^{m} \\left(Y_k \\log A_k + (1 - Y_k) \\log (1 - A_k)\\right)`,
      ),
      step(
        'sum-rule',
        'sum rule',
        'Only the term k = i contains A_i',
        `-\\frac{1}{m} \\frac{\\partial}{\\partial A_i} \\sum_{k=1}^{m} \\left(Y_k \\log A_k + (1 - Y_k) \\log (1 - A_k)\\right)`,
        `-\\frac{1}{m} \\left(\\frac{\\partial}{\\partial A_i} Y_i \\log A_i + \\frac{\\partial}{\\partial A_i} (1 - Y_i) \\log (1 - A_i)\\right)`,
      ),
      step(
        'log-derivative',
        'derivative of the logarithm',
        'Derivative of log A',
        '\\frac{\\partial}{\\partial A_i} Y_i \\log A_i',
        '\\frac{Y_i}{A_i}',
      ),
      step(
        'log-derivative',
        'derivative of the logarithm',
        'Derivative of log(1 - A); the inner derivative is -1',
        '\\frac{\\partial}{\\partial A_i} (1 - Y_i) \\log (1 - A_i)',
        '-\\frac{1 - Y_i}{1 - A_i}',
        {
          children: [
            step(
              'chain-rule',
              'chain rule',
              'The inner function is 1 - A',
              '\\frac{\\partial}{\\partial A_i} \\log (1 - A_i)',
              '\\frac{1}{1 - A_i} \\, \\frac{\\partial}{\\partial A_i} (1 - A_i)',
            ),
            step(
              'difference-rule',
              'difference rule',
              'The constant drops out',
              '\\frac{1}{1 - A_i} \\, \\frac{\\partial}{\\partial A_i} (1 - A_i)',
              '-\\frac{1}{1 - A_i}',
            ),
          ],
        },
      ),
    ],
  },
);

const activationLink = step(
  'sigmoid-in-terms-of-output',
  'sigmoid in terms of its output',
  'Differentiate the activation A = 1/(1 + exp(-z))',
  d('A_i', 'z_i'),
  'A_i \\, (1 - A_i)',
  {
    children: [
      step(
        'reciprocal-rule',
        'reciprocal rule',
        'A is one over 1 + exp(-z)',
        '\\frac{\\partial}{\\partial z_i} \\frac{1}{1 + e^{-z_i}}',
        '-\\frac{\\frac{\\partial}{\\partial z_i} (1 + e^{-z_i})}{\\left(1 + e^{-z_i}\\right)^2}',
      ),
      step(
        'exp-derivative',
        'derivative of exp',
        'Derivative of exp(-z)',
        '-\\frac{\\frac{\\partial}{\\partial z_i} (1 + e^{-z_i})}{\\left(1 + e^{-z_i}\\right)^2}',
        '\\frac{e^{-z_i}}{\\left(1 + e^{-z_i}\\right)^2}',
      ),
      step(
        'split-fraction',
        'split a fraction',
        'Write it as a product of two fractions',
        '\\frac{e^{-z_i}}{\\left(1 + e^{-z_i}\\right)^2}',
        '\\frac{1}{1 + e^{-z_i}} \\cdot \\frac{e^{-z_i}}{1 + e^{-z_i}}',
      ),
      step(
        'name-intermediate',
        'write in your names',
        'Both fractions are known: A and 1 - A',
        '\\frac{1}{1 + e^{-z_i}} \\cdot \\frac{e^{-z_i}}{1 + e^{-z_i}}',
        'A_i \\, (1 - A_i)',
        { state: 'not-checked', evidence: 'the names stand for the same expressions' },
      ),
    ],
  },
);

function chain(
  symbol: string,
  local: string,
  localTitle: string,
  product: string,
  final: string,
): StepView[] {
  const links = `\\sum_{i=1}^{m} ${d(COST, 'A_i')} \\, ${d('A_i', 'z_i')} \\, ${d('z_i', symbol)}`;
  const substituted = `\\sum_{i=1}^{m} \\frac{1}{m} \\left(\\frac{1 - Y_i}{1 - A_i} - \\frac{Y_i}{A_i}\\right) A_i \\, (1 - A_i) ${local === '1' ? '' : `\\, ${local}`}`;
  return [
    step(
      'chain-rule',
      'chain rule',
      `Follow ${symbol} to the cost: through z, through A`,
      d(COST, symbol),
      links,
    ),
    lossLink,
    activationLink,
    step('linear-map', 'derivative of a linear map', localTitle, d('z_i', symbol), local, {
      children: [
        step(
          'sum-rule',
          'sum rule',
          'Only one term of the product contains it',
          `\\frac{\\partial}{\\partial ${symbol}} \\left(\\sum_{k=1}^{n} X_{ik} w_k + b\\right)`,
          local,
        ),
      ],
    }),
    step('multiply-links', 'multiply the links', 'Put the links into the chain', links, substituted),
    step(
      'cancel-factor',
      'cancel a factor',
      'A and 1 - A cancel against the denominators',
      substituted,
      product,
      {
        assumptions: ['A is not 0', 'A is not 1'],
        children: [
          step(
            'common-denominator',
            'common denominator',
            'Bring the two fractions together',
            '\\frac{1 - Y_i}{1 - A_i} - \\frac{Y_i}{A_i}',
            '\\frac{(1 - Y_i) A_i - Y_i (1 - A_i)}{A_i (1 - A_i)}',
          ),
          step(
            'expand-product',
            'expand the products',
            'The mixed terms drop out',
            '\\frac{(1 - Y_i) A_i - Y_i (1 - A_i)}{A_i (1 - A_i)}',
            '\\frac{A_i - Y_i}{A_i (1 - A_i)}',
          ),
          step(
            'cancel-factor',
            'cancel a factor',
            'A (1 - A) cancels',
            '\\frac{A_i - Y_i}{A_i (1 - A_i)} \\, A_i (1 - A_i)',
            'A_i - Y_i',
          ),
        ],
      },
    ),
    step('matrix-form', 'matrix form', 'The sum over the samples is a product of matrices', product, final),
  ];
}

const wrongFinding: Finding = {
  rule: 'gradient-missing-factor',
  verdict: 'wrong',
  subject: 'db = ∂cost/∂b in propagate',
  message: 'db is m times too large: the factor 1/m is missing.',
  evidence:
    'At a random point with m = 7, n = 3 the derived gradient is 0.0314159 and db is 0.219911; their ratio is m at 12 points and 3 sizes.',
  span: span(12),
  definitionId: 'propagate',
  parameter: 'b',
  expected: f(`\\frac{1}{m} \\sum_{i=1}^{m} (A_i - Y_i)`, '1/m sum_i (A_i - Y_i)'),
};

const rightFinding: Finding = {
  rule: 'gradient-right',
  verdict: 'right',
  subject: 'dw = ∂cost/∂w in propagate',
  message: 'dw is the gradient of cost with respect to w.',
  evidence: 'Proved: both have the same normal form. Also equal at 12 random points, to 2e-16.',
  span: span(11),
  definitionId: 'propagate',
  parameter: 'w',
  expected: null,
};

const node = (
  id: string,
  role: GraphNodeView['role'],
  shape: string[],
  value: string | null,
  adjoint: string | null,
  line: number,
  label = id,
): GraphNodeView => ({
  id,
  label: f(label, id),
  role,
  shape,
  value: value === null ? null : f(value),
  adjoint: adjoint === null ? null : f(adjoint),
  span: span(line),
});

const edge = (from: string, to: string, partial: string | null): GraphEdgeView => ({
  from,
  to,
  partial: partial === null ? null : f(partial),
});

export const logisticDerivation: DerivationView = {
  definition: {
    id: 'propagate',
    name: 'propagate',
    kind: 'propagate',
    language: 'python',
    span: span(7),
    nameSpan: span(7),
    formulas: [
      {
        name: 'z',
        formula: f('z_i = \\sum_{j=1}^{n} X_{ij} \\, w_j + b', 'z_i = sum_j X_ij w_j + b'),
        span: span(9),
      },
      { name: 'A', formula: f('A_i = \\frac{1}{1 + e^{-z_i}}', 'A_i = 1/(1 + exp(-z_i))'), span: span(9) },
      {
        name: 'cost',
        formula: f(
          `${COST} = -\\frac{1}{m} \\sum_{i=1}^{m} \\left(Y_i \\log A_i + (1 - Y_i) \\log (1 - A_i)\\right)`,
          'cost = -1/m sum_i (Y_i log(A_i) + (1 - Y_i) log(1 - A_i))',
        ),
        span: span(10),
      },
    ],
    inputs: [
      { name: 'w', code: 'w', role: 'parameter', shape: ['n', '1'] },
      { name: 'b', code: 'b', role: 'parameter', shape: [] },
      { name: 'X', code: 'X', role: 'data', shape: ['m', 'n'] },
      { name: 'Y', code: 'Y', role: 'label', shape: ['m', '1'] },
    ],
    output: 'cost',
    assumptions: [
      { subject: 'X', text: 'X has shape (m, n): rows are samples (name, np.dot(X, w))' },
      { subject: 'Y', text: 'Y holds 0 or 1 (name, cross-entropy)' },
    ],
    problems: [],
  },
  graph: {
    nodes: [
      node('X', 'data', ['m', 'n'], null, null, 7),
      node('w', 'parameter', ['n', '1'], null, '\\frac{1}{m} \\sum_i (A_i - Y_i) X_{ij}', 7),
      node('b', 'parameter', [], null, '\\frac{1}{m} \\sum_i (A_i - Y_i)', 7),
      node('Y', 'label', ['m', '1'], null, null, 7),
      node('z', 'intermediate', ['m', '1'], 'z_i = \\sum_j X_{ij} w_j + b', '\\frac{1}{m} (A_i - Y_i)', 9),
      node(
        'A',
        'intermediate',
        ['m', '1'],
        'A_i = \\frac{1}{1 + e^{-z_i}}',
        '\\frac{1}{m} \\left(\\frac{1 - Y_i}{1 - A_i} - \\frac{Y_i}{A_i}\\right)',
        9,
      ),
      node(
        'cost',
        'output',
        [],
        `-\\frac{1}{m} \\sum_i \\left(Y_i \\log A_i + (1 - Y_i) \\log (1 - A_i)\\right)`,
        '1',
        10,
        COST,
      ),
    ],
    edges: [
      edge('X', 'z', null),
      edge('w', 'z', 'X_{ij}'),
      edge('b', 'z', '1'),
      edge('z', 'A', 'A_i (1 - A_i)'),
      edge('A', 'cost', '\\frac{1}{m} \\left(\\frac{1 - Y_i}{1 - A_i} - \\frac{Y_i}{A_i}\\right)'),
      edge('Y', 'cost', null),
    ],
  },
  parameters: [
    {
      name: 'w',
      symbol: f('w'),
      shape: ['n', '1'],
      gradient: {
        index: f(`${d(COST, 'w_j')} = \\frac{1}{m} \\sum_{i=1}^{m} (A_i - Y_i) \\, X_{ij}`),
        matrix: f(`${d(COST, 'w')} = \\frac{1}{m} X^\\top (A - Y)`),
        code: {
          numpy: [
            'm = X.shape[0]',
            'A = 1 / (1 + np.exp(-(np.dot(X, w) + b)))',
            'dw = 1 / m * np.dot(X.T, A - Y)',
          ].join('\n'),
          torch: ['m = X.shape[0]', 'A = torch.sigmoid(X @ w + b)', 'dw = X.T @ (A - Y) / m'].join('\n'),
        },
      },
      abbreviations: [],
      steps: chain(
        'w_j',
        'X_{ij}',
        'Differentiate z = Xw + b by one weight',
        '\\frac{1}{m} \\sum_{i=1}^{m} (A_i - Y_i) \\, X_{ij}',
        '\\left[\\frac{1}{m} X^\\top (A - Y)\\right]_j',
      ),
      findings: [rightFinding],
    },
    {
      name: 'b',
      symbol: f('b'),
      shape: [],
      gradient: {
        index: f(`${d(COST, 'b')} = \\frac{1}{m} \\sum_{i=1}^{m} (A_i - Y_i)`),
        matrix: null,
        code: {
          numpy: [
            'm = X.shape[0]',
            'A = 1 / (1 + np.exp(-(np.dot(X, w) + b)))',
            'db = 1 / m * np.sum(A - Y)',
          ].join('\n'),
        },
      },
      abbreviations: [],
      steps: chain(
        'b',
        '1',
        'Differentiate z = Xw + b by the bias',
        '\\frac{1}{m} \\sum_{i=1}^{m} (A_i - Y_i)',
        '\\frac{1}{m} \\mathbf{1}^\\top (A - Y)',
      ),
      findings: [wrongFinding],
    },
  ],
  facts: ['A is the sigmoid of z, so A is in (0, 1)'],
  problems: [],
};

/** Deterministic numbers of the sizes that a check yields. */
function wave(count: number, scale: number, phase: number): number[] {
  return Array.from(
    { length: count },
    (_, place) => scale * Math.sin(1.7 * place + phase) * (1 + 0.1 * place),
  );
}

const derivedW = wave(30, 0.21, 0.4);

function parameterCheck(name: string, shape: number[], derived: number[], factor: number): ParameterCheck {
  const right = factor === 1;
  return {
    name,
    shape,
    cells: derived.map((_, place) => place),
    derived,
    handWritten: derived.map((value) => value * factor),
    finite: derived.map((value, place) => value + 1e-12 * Math.cos(place)),
    finiteError: derived.map((_, place) => 3e-12 * (1 + (place % 3))),
    derivedDifference: 2.3e-12,
    handDifference: right ? 0 : factor - 1,
    derivedVerdict: 'right',
    handVerdict: right ? 'right' : 'wrong',
    reason: right
      ? ''
      : `${name} in line 12 is ${String(factor)} times the derivative in its only cell, which is the number of rows: the factor 1/m is missing.`,
  };
}

function report(at: CheckReport['at'], epoch: number): CheckReport {
  return {
    definitionId: 'propagate',
    at,
    epoch,
    rows: 569,
    features: 30,
    loss: 0.0674321,
    parameters: [parameterCheck('w', [30, 1], derivedW, 1), parameterCheck('b', [], [0.0314159], 569)],
    problems: [],
    milliseconds: 83,
  };
}

const FEATURES = (
  'mean radius,mean texture,mean perimeter,mean area,mean smoothness,mean compactness,mean concavity,' +
  'mean concave points,mean symmetry,mean fractal dimension,radius error,texture error,perimeter error,area error,' +
  'smoothness error,compactness error,concavity error,concave points error,symmetry error,fractal dimension error,' +
  'worst radius,worst texture,worst perimeter,worst area,worst smoothness,worst compactness,worst concavity,' +
  'worst concave points,worst symmetry,worst fractal dimension'
).split(',');

const column = (name: string, more: Partial<ColumnInfo> = {}): ColumnInfo => ({
  name,
  type: 'number',
  missing: 0,
  min: 0.05263,
  max: 2501,
  distinct: null,
  examples: [],
  ...more,
});

const losses = Array.from({ length: 201 }, (_, epoch) => 0.06 + 0.63 * Math.exp(-epoch / 28));

const training: TrainingState = {
  runId: 'run-1',
  running: false,
  options: { learningRate: 0.5, epochs: 200, seed: 1, initScale: 0.01, tolerance: 0 },
  epoch: 200,
  losses,
  gradientNorms: losses.map((loss) => (loss - 0.0595) * 0.8),
  checks: [],
  result: {
    runId: 'run-1',
    definitionId: 'propagate',
    end: 'finished',
    message: 'The loss fell at every step, from 0.69 to 0.0604.',
    epochs: 200,
    losses: [],
    gradientNorms: [],
    parameters: [
      { name: 'w', shape: [30, 1], values: wave(30, 0.6, 1) },
      { name: 'b', shape: [], values: [0.4182] },
    ],
    checks: [report('start', 0), report('middle', 100), report('end', 200)],
    milliseconds: 412,
    problems: [],
  },
};

export const logisticState: PanelState = {
  subject: {
    uri: 'file:///project/logistic.py',
    fileName: 'logistic.py',
    version: 3,
    definitionId: 'propagate',
  },
  derivation: logisticDerivation,
  siblings: [{ id: 'sigmoid', name: 'sigmoid', kind: 'activation' }],
  data: {
    files: [
      { path: '/project/data/breast_cancer.csv', label: 'data/breast_cancer.csv' },
      { path: '/project/data/iris.csv', label: 'data/iris.csv' },
    ],
    preview: {
      path: '/project/data/breast_cancer.csv',
      rows: 569,
      columns: [
        column('id', { type: 'text', min: null, max: null }),
        ...FEATURES.map((name) => column(name)),
        column('target', { distinct: 2, examples: ['0', '1'], min: 0, max: 1 }),
      ],
      problems: [],
    },
    choice: {
      path: '/project/data/breast_cancer.csv',
      target: 'target',
      features: FEATURES,
      standardise: true,
      missing: 'drop',
    },
  },
  check: report('on-demand', 0),
  training,
  message: null,
  busy: null,
};
