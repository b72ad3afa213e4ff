/** Helper functions, losses and gradients in different files of a workspace. */
import { describe, expect, test } from 'vitest';
import type { Analysis } from '../../../src/protocol';
import { loadAnalyzer } from '../../support/analyzer';

const analyzer = await loadAnalyzer();
const LANGUAGES: Readonly<Record<string, string>> = { py: 'python', js: 'javascript', ts: 'typescript' };
const languageOf = (path: string): string => LANGUAGES[path.split('.').at(-1) ?? ''] ?? '';

/** Analyses the last of the files with the others around it. */
function analyzed(files: Readonly<Record<string, string>>): Analysis {
  const all = Object.entries(files).map(([path, text]) => ({ path, text, languageId: languageOf(path) }));
  const own = all.at(-1);
  if (!own) throw new Error('no file');
  return analyzer.analyze(own.text, own.languageId, { path: own.path, files: all.slice(0, -1) });
}

const brief = ({ definitions, findings, problems }: Analysis): string[] => [
  ...definitions.map(({ name, kind }) => `${kind} ${name}`),
  ...findings.map(({ verdict, subject }) => `${verdict}: ${subject}`),
  ...[...problems, ...definitions.flatMap((each) => each.problems)].map(({ message }) => message),
];

const GATE = 'import numpy as np\n\ndef gate(z):\n    return 1 / (1 + np.exp(-z))\n';
const LOSS = (call: string): string => `
def loss(w, X, y):
    m = X.shape[0]
    A = ${call}(X @ w)
    J = -np.mean(y * np.log(A) + (1 - y) * np.log(1 - A))
    dw = X.T @ (A - y) / m
    return J, dw
`;
const RIGHT = ['propagate loss', 'right: dw = ∂J/∂w in loss'];

describe('a helper of another file', () => {
  test.each([
    ['by a relative import', 'nets/activations.py', 'from .activations import gate', 'gate'],
    ['under another name', 'nets/activations.py', 'from .activations import gate as s', 's'],
    ['of a module beside it', 'nets/activations.py', 'import activations as act', 'act.gate'],
    ['of a package above it', 'nets/activations.py', 'from nets.activations import gate', 'gate'],
    ['of the package itself', 'nets/__init__.py', 'from . import gate', 'gate'],
    ['of a module of the package', 'nets/activations.py', 'from . import activations', 'activations.gate'],
    ['of a folder above', 'activations.py', 'from ..activations import gate', 'gate'],
    ['by everything', 'nets/activations.py', 'from .activations import *', 'gate'],
  ])('%s', (_, path, imports, call) => {
    const text = `import numpy as np\n${imports}\n${LOSS(call)}`;
    expect(brief(analyzed({ [path]: GATE, 'nets/loss.py': text }))).toEqual(RIGHT);
    // Without that file nothing is guessed.
    expect(brief(analyzed({ 'nets/other.py': GATE, 'nets/loss.py': text })).join()).toContain('not analysed');
  });

  test('that imports it from a third one', () => {
    const files = {
      'nets/core.py': GATE,
      'nets/__init__.py': 'from .core import gate\n',
      'nets/loss.py': `import numpy as np\nfrom nets import gate\n${LOSS('gate')}`,
    };
    expect(brief(analyzed(files))).toEqual(RIGHT);
  });

  test('whose formulas have no place in this one', () => {
    const helper = `${GATE}\ndef forward(w, X):\n    Z = X @ w\n    return gate(Z)\n`;
    const text = `import numpy as np\nfrom helper import forward\n${LOSS('forward').replace('(X @ w)', '(w, X)')}`;
    const { definitions } = analyzed({ 'helper.py': helper, 'loss.py': text });
    const places = definitions[0]?.formulas.map(({ name, span }) => `${name} ${span?.startLine ?? '-'}`);
    expect(places).toEqual(['Z -', 'A 6', 'J 7']);
  });

  test('what cannot be read of it is said with the file', () => {
    const helper = 'import numpy as np\n\ndef forward(w, X):\n    return np.fft.fft(X @ w)\n';
    const text = `import numpy as np\nfrom helper import forward\n${LOSS('forward').replace('(X @ w)', '(w, X)')}`;
    const [message] = brief(analyzed({ 'helper.py': helper, 'loss.py': text })).slice(1);
    expect(message).toBe('loss is not analysed: it uses np.fft.fft, line 4 of helper.py.');
  });

  test('is read anew when that file changes, and its lines are told as they are', () => {
    const files = {
      'a/act.py': GATE,
      'a/loss.py': `import numpy as np\nfrom .act import gate\n${LOSS('gate')}`,
    };
    expect(brief(analyzed(files))).toEqual(RIGHT);
    const twice = GATE.replace('-z', '-2 * z');
    expect(brief(analyzed({ ...files, 'a/act.py': twice }))).toEqual([
      'propagate loss',
      'wrong: dw = ∂J/∂w in loss',
    ]);
    expect(brief(analyzed({ 'a/act.py': `\n${GATE}`, 'a/loss.py': files['a/loss.py'] }))).toEqual(RIGHT);
  });

  test.each([
    ['import', "import { sigmoid } from './math';", 'sigmoid'],
    ['import of an ending', "import { sigmoid as s } from './math.js';", 's'],
    ['import of all', "import * as m from './math';", 'm.sigmoid'],
    ['require', "const { sigmoid } = require('./math');", 'sigmoid'],
    ['require of all', "const m = require('./math.js');", 'm.sigmoid'],
  ])('in JavaScript by %s', (_, imports, call) => {
    const math = 'export function sigmoid(x) {\n  return 1 / (1 + Math.exp(-x));\n}\n';
    const text = `${imports}\nexport const swish = {\n  output: (x) => x * ${call}(x),\n  der: (x) => ${call}(x) + x * ${call}(x) * (1 - ${call}(x)),\n};\n`;
    const found = brief(analyzed({ 'src/math.js': math, 'src/swish.js': text }));
    expect(found[0]).toBe('activation swish.output');
    expect(found[1]).toMatch(/^right/);
  });

  test('in JavaScript by a default export', () => {
    const math = 'export default function sigmoid(x) {\n  return 1 / (1 + Math.exp(-x));\n}\n';
    const text =
      "import logistic from './math';\nexport const silu = (x) => x * logistic(x);\nexport const siluPrime = (x) => logistic(x) * (1 - x * (1 - logistic(x)));\n";
    expect(brief(analyzed({ 'math.ts': math, 'silu.ts': text }))[1]).toMatch(/^wrong/);
  });
});

describe('a gradient of a loss in another file', () => {
  const losses =
    'import numpy as np\n\ndef mse(y_pred, y_true):\n    return np.mean((y_pred - y_true) ** 2)\n\ndef mae(y_pred, y_true):\n    return np.mean(np.abs(y_pred - y_true))\n';
  const gradient = (imports: string, factor: string): string =>
    `import numpy as np\n${imports}\n\ndef mse_grad(y_pred, y_true):\n    return ${factor} * (y_pred - y_true) / y_true.size\n`;

  test.each(['from losses import mse', 'import losses', 'from losses import mse, mae'])(
    'by %s',
    (imports) => {
      const right = analyzed({ 'losses.py': losses, 'grads.py': gradient(imports, '2') });
      expect(brief(right)).toEqual(['loss mse', 'right: mse_grad = ∂mse/∂y_pred in mse_grad']);
      expect(right.definitions[0]?.nameSpan.startLine).toBe(4);
      const wrong = analyzed({ 'losses.py': losses, 'grads.py': gradient(imports, '3') });
      expect(wrong.findings.map(({ verdict, span }) => [verdict, span.startLine])).toEqual([['wrong', 5]]);
    },
  );

  test('is not judged where nothing says that it belongs to it', () => {
    expect(brief(analyzed({ 'losses.py': losses, 'grads.py': gradient('', '3') }))).toEqual([]);
  });
});
