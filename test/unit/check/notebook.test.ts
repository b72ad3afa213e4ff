/** Notebooks: Python cells as one text, and what is found in it back in the cells. */
import { describe, expect, test } from 'vitest';
import { withoutMagics } from '../../../src/check/magics';
import {
  analysisOfCell,
  cellsOf,
  joinCells,
  messageInCells,
  NotANotebook,
  placeInCells,
  type Cell,
} from '../../../src/check/notebook';
import { loadAnalyzer } from '../../support/analyzer';

const analyzer = await loadAnalyzer();
const python = (...texts: string[]): Cell[] => texts.map((text) => ({ text, isPython: true }));
const lines = (text: string): string[] => text.split('\n');

describe('magics', () => {
  test.each([
    ['%matplotlib inline\nimport numpy as np', 'pass\nimport numpy as np'],
    ['!pip install x \\\n  y\nz = 1', 'pass\n\nz = 1'],
    ['if gpu:\n    !nvidia-smi\nz = 1', 'if gpu:\n    pass\nz = 1'],
    ['np.dot?\n?np.dot\nnp.dot??', 'pass\npass\npass'],
    ['files = !ls\nt = %timeit -o f()', 'files = None\nt = None'],
    ['%%time\nz = 1', '\nz = 1'],
    ['%%capture out\nz = 1', '\nz = 1'],
    ['%%bash\nls -l\n', '\n\n'],
    ['\n%%writefile loss.py\nz = 1', '\n\n'],
    ['%load_ext autoreload\n%autoreload 2', 'pass\npass'],
    // An operator, and lines of texts.
    ['z = (a\n%b)\nw = a \\\n%b', 'z = (a\n%b)\nw = a \\\n%b'],
    ['"""\n%matplotlib\n!\nx?\n"""', '"""\n%matplotlib\n!\nx?\n"""'],
    ["s = 'it\\'s' # (\n%time f()", "s = 'it\\'s' # (\npass"],
    ['if x != y:\n    pass', 'if x != y:\n    pass'],
  ])('%j', (cell, code) => {
    expect(withoutMagics(lines(cell))).toEqual(lines(code));
  });
});

describe('the text of a notebook', () => {
  test('has the lines of its Python cells only, each with its place', () => {
    const notebook = joinCells([
      { text: '# Title', isPython: false },
      { text: 'a = 1\r\nb = 2', isPython: true },
      { text: 'c = 3\n', isPython: true },
    ]);
    expect(notebook.text).toBe('# %%\na = 1\nb = 2\n# %%\nc = 3\n\n');
    expect([1, 2, 3, 4, 5, 6, 7].map((line) => placeInCells(notebook, line))).toEqual([
      null,
      { cell: 1, line: 1 },
      { cell: 1, line: 2 },
      null,
      { cell: 2, line: 1 },
      { cell: 2, line: 2 },
      null,
    ]);
    expect(messageInCells(notebook, 'it uses f, line 5. Line 3 of act.py, line 1')).toBe(
      'it uses f, line 1 of cell 3. Line 3 of act.py, line 1',
    );
  });

  const file = (cells: unknown[], rest = {}): string => JSON.stringify({ cells, nbformat: 4, ...rest });
  test('is read from files of all forms', () => {
    const code = (source: unknown): unknown => ({ cell_type: 'code', source, outputs: [{ data: 'x' }] });
    expect(cellsOf(file([code(['a = 1\n', 'b = 2']), code('c = 3'), { cell_type: 'markdown' }]))).toEqual([
      { text: 'a = 1\nb = 2', isPython: true },
      { text: 'c = 3', isPython: true },
      { text: '', isPython: false },
    ]);
    const old = { worksheets: [{ cells: [{ cell_type: 'code', input: ['a = 1'], language: 'python' }] }] };
    expect(cellsOf(JSON.stringify(old))).toEqual([{ text: 'a = 1', isPython: true }]);
    const julia = { metadata: { language_info: { name: 'julia' } } };
    expect(cellsOf(file([code('a = 1')], julia))).toEqual([{ text: 'a = 1', isPython: false }]);
    for (const other of ['', '{', 'null', '[]', '{"cells": 3}', '{"cells": {}}'])
      expect(() => cellsOf(other)).toThrow(NotANotebook);
    expect(cellsOf(file([null, 3, { cell_type: 'code', source: [1, null] }])).length).toBe(3);
  });
});

const SIGMOID = 'def sigmoid(z):\n    return 1 / (1 + np.exp(-z))';
const LOSS =
  'def logistic_loss(w, X, y):\n    A = sigmoid(X @ w)\n    return -np.mean(y * np.log(A) + (1 - y) * np.log(1 - A))';
const GRADIENT = (sign: string): string =>
  `def logistic_loss_grad(w, X, y):\n    A = sigmoid(X @ w)\n    return X.T @ (${sign}) / len(y)`;

describe('the analysis of cells', () => {
  const analyzed = (...texts: string[]) => {
    const notebook = joinCells(python(...texts));
    const analysis = analyzer.analyze(notebook.text, 'python');
    return texts.map((_, cell) => analysisOfCell(notebook, analysis, cell));
  };

  test('finds a wrong gradient of a loss in an earlier cell where it stands', () => {
    const cells = analyzed('%matplotlib inline\nimport numpy as np', SIGMOID, LOSS, '!ls', GRADIENT('y - A'));
    expect(
      cells.map(({ definitions }) => definitions.map(({ name, span }) => [name, span.startLine])),
    ).toEqual([[], [['sigmoid', 1]], [['logistic_loss', 1]], [], []]);
    expect(cells[4]?.findings.map(({ verdict, span }) => [verdict, span.startLine])).toEqual([['wrong', 3]]);
    expect(cells[2]?.elsewhere.map(({ finding, cell }) => [finding.verdict, cell])).toEqual([['wrong', 4]]);
  });

  test('takes a name from the cells before, not from those after', () => {
    const twice = SIGMOID.replace('-z', '-2 * z');
    const [, , , right] = analyzed('import numpy as np', SIGMOID, LOSS, GRADIENT('A - y'), twice);
    expect(right?.findings.map(({ verdict }) => verdict)).toEqual(['right']);
    const [, , , , wrong] = analyzed('import numpy as np', SIGMOID, twice, LOSS, GRADIENT('A - y'));
    expect(wrong?.findings.map(({ verdict }) => verdict)).toEqual(['wrong']);
  });

  test('pairs each of several definitions of a name with the gradient that follows it', () => {
    const mse = 'def cost(w, X, y):\n    return np.mean((X @ w - y) ** 2)';
    const gradient = (factor: string): string =>
      `def gradient(w, X, y):\n    return ${factor} * X.T @ (X @ w - y) / len(y)`;
    const half = mse.replace('np.mean', '0.5 * np.mean');
    const cells = analyzed('import numpy as np', mse, gradient('2'), half, gradient('2'));
    expect(cells.map(({ findings }) => findings.map(({ verdict }) => verdict))).toEqual([
      [],
      [],
      ['right'],
      [],
      ['wrong'],
    ]);
  });

  test('leaves the other cells alone where one cannot be read', () => {
    const cells = analyzed(
      'import numpy as np',
      'text = """never closed\ndef f(:',
      SIGMOID,
      LOSS,
      GRADIENT('A - y'),
    );
    expect(cells[4]?.findings.map(({ verdict }) => verdict)).toEqual(['right']);
  });
});
