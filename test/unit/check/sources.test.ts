/** Hand-written gradients in Python as people write them: each right variant is right, each mutant of it wrong. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../../src/check/analyze';
import type { Finding } from '../../../src/protocol';
import { loadAnalyzer } from '../../support/analyzer';

const SIGMOID = `import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))
`;

interface Source {
  readonly title: string;
  readonly code: string;
  /** Names of the gradients, all right as they stand. */
  readonly gradients: readonly string[];
  /** `name: from -> to [rule]`: the gradient that becomes wrong, the edit of the text, and the mistake's rule id. */
  readonly mutants: readonly string[];
}

const SOURCES: readonly Source[] = [
  {
    title: 'rows are samples, np.dot, 1/m in front',
    code: `${SIGMOID}
def propagate(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(np.dot(X, w) + b)
    cost = SCALE * -1/m * np.sum(Y*np.log(A) + (1-Y)*np.log(1-A))
    dw = SCALE * 1/m * np.dot(X.T, A - Y)
    db = SCALE * 1/m * np.sum(A - Y)
    return cost, {"dw": dw, "db": db}
`,
    gradients: ['dw', 'db'],
    mutants: [
      'dw: 1/m * np.dot(X.T, A - Y) -> -1/m * np.dot(X.T, A - Y) [gradient-sign]',
      'dw: np.dot(X.T, A - Y) -> np.dot(X.T, Y - A) [gradient-sign]',
      'dw: 1/m * np.dot(X.T -> 2/m * np.dot(X.T [gradient-constant-factor]',
      'dw: 1/m * np.dot(X.T -> np.dot(X.T [gradient-missing-factor]',
      'dw: np.dot(X.T, A - Y) -> np.dot(X, A - Y) [gradient-shape]',
      'dw: np.dot(X.T, A - Y) -> np.dot(X.T, np.dot(X, w) + b - Y) [gradient-differs]',
      'dw: np.dot(X.T, A - Y) -> np.dot(X.T, A) [gradient-missing-term]',
      'dw: 1/m * np.dot(X.T -> 1.001/m * np.dot(X.T [gradient-constant-factor]',
      'dw: 1/m * np.dot(X.T -> 0.999/m * np.dot(X.T [gradient-missing-factor]',
      'dw: np.dot(X.T, A - Y) -> np.dot(X.T, (A - Y) * A * (1 - A)) [gradient-extra-activation-derivative]',
      'db: 1/m * np.sum(A - Y) -> -1/m * np.sum(A - Y) [gradient-sign]',
      'db: 1/m * np.sum(A - Y) -> np.sum(A - Y) [gradient-missing-factor]',
      'db: 1/m * np.sum(A - Y) -> 2/m * np.sum(A - Y) [gradient-constant-factor]',
      'db: 1/m * np.sum(A - Y) -> 1/m * np.sum(A) [gradient-missing-term]',
    ],
  },
  {
    title: 'columns are samples',
    code: `${SIGMOID}
def propagate(w, b, X, Y):
    m = X.shape[1]
    A = sigmoid(np.dot(w.T, X) + b)
    cost = SCALE * (-1 / m) * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = SCALE * (1 / m) * np.dot(X, (A - Y).T)
    db = SCALE * (1 / m) * np.sum(A - Y)
    return {"dw": dw, "db": db}, cost
`,
    gradients: ['dw', 'db'],
    mutants: [
      'dw: np.dot(X, (A - Y).T) -> np.dot(X, (Y - A).T) [gradient-sign]',
      'dw: (1 / m) * np.dot -> np.dot [gradient-missing-factor]',
      'dw: np.dot(X, (A - Y).T) -> np.dot(X.T, (A - Y).T) [gradient-shape]',
      'dw: np.dot(X, (A - Y).T) -> np.dot(X, A.T) [gradient-missing-term]',
      'db: np.sum(A - Y) -> np.sum(Y - A) [gradient-sign]',
    ],
  },
  {
    title: 'with @, the mean, and an intermediate dz',
    code: `${SIGMOID}
def loss_and_grads(X, y, w, b):
    z = X @ w + b
    a = sigmoid(z)
    loss = SCALE * -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
    dz = SCALE * (a - y)
    dw = X.T @ dz / len(y)
    db = np.mean(dz)
    return loss, dw, db
`,
    gradients: ['dz', 'dw', 'db'],
    mutants: [
      'dw: X.T @ dz / len(y) -> X.T @ dz [gradient-missing-factor]',
      'dw: X.T @ dz / len(y) -> -X.T @ dz / len(y) [gradient-sign]',
      'dw: X.T @ dz / len(y) -> X @ dz / len(y) [gradient-shape]',
      'dw: X.T @ dz / len(y) -> X.T @ z / len(y) [gradient-differs]',
      'db: np.mean(dz) -> np.sum(dz) [gradient-missing-factor]',
      'dz,dw,db: (a - y) -> (y - a) [gradient-sign]',
      'dz,dw,db: dz = SCALE * (a - y) -> dz = SCALE * (z - y) [gradient-wrong-variable]',
    ],
  },
  {
    title: 'loss and gradient in two functions',
    code: `${SIGMOID}
def compute_loss(w, b, X, y):
    a = sigmoid(X @ w + b)
    return SCALE * -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))

def compute_gradient(w, b, X, y):
    m = len(y)
    a = sigmoid(X @ w + b)
    dw = SCALE * X.T @ (a - y) / m
    db = SCALE * np.sum(a - y) / m
    return dw, db
`,
    gradients: ['dw', 'db'],
    mutants: [
      'dw: X.T @ (a - y) / m -> X.T @ (y - a) / m [gradient-sign]',
      'dw: X.T @ (a - y) / m -> X.T @ (a - y) [gradient-missing-factor]',
      'dw: X.T @ (a - y) / m -> X.T @ a / m [gradient-missing-term]',
      'db: np.sum(a - y) / m -> 2 * np.sum(a - y) / m [gradient-constant-factor]',
    ],
  },
  {
    title: 'squared error over a sigmoid',
    code: `${SIGMOID}
def propagate(w, b, X, Y):
    m = X.shape[0]
    A = sigmoid(X @ w + b)
    cost = SCALE * np.mean((A - Y) ** 2)
    dw = SCALE * 2/m * X.T @ ((A - Y) * A * (1 - A))
    db = SCALE * 2/m * np.sum((A - Y) * A * (1 - A))
    return cost, dw, db
`,
    gradients: ['dw', 'db'],
    mutants: [
      'dw: 2/m * X.T -> 1/m * X.T [gradient-missing-factor]',
      'dw: X.T @ ((A - Y) * A * (1 - A)) -> X.T @ (A - Y) [gradient-missing-activation-derivative]',
      'dw: X.T @ ((A - Y) * A * (1 - A)) -> X.T @ ((A - Y) * A) [gradient-lacks-factor]',
      'db: np.sum((A - Y) * A * (1 - A)) -> np.sum((Y - A) * A * (1 - A)) [gradient-sign]',
      'db: np.sum((A - Y) * A * (1 - A)) -> np.sum(A - Y) [gradient-missing-activation-derivative]',
    ],
  },
  {
    title: 'ridge regression with a regulariser',
    code: `import numpy as np

def loss(w, b, X, y, lam):
    m = X.shape[0]
    pred = X @ w + b
    J = SCALE * (np.sum((pred - y) ** 2) / (2 * m) + lam / (2 * m) * np.sum(w ** 2))
    dw = SCALE * (X.T @ (pred - y) / m + lam / m * w)
    db = SCALE * np.mean(pred - y)
    return J, dw, db
`,
    gradients: ['dw', 'db'],
    mutants: [
      'dw: + lam / m * w) -> ) [gradient-missing-regulariser]',
      'dw: + lam / m * w -> + lam * w [gradient-regulariser-factor]',
      'dw: + lam / m * w -> + 2 * lam / m * w [gradient-regulariser-factor]',
      'dw: + lam / m * w -> - lam / m * w [gradient-regulariser-factor]',
      'dw: X.T @ (pred - y) / m -> X.T @ (pred - y) [gradient-term-factor]',
      'db: np.mean(pred - y) -> np.sum(pred - y) [gradient-missing-factor]',
    ],
  },
  {
    title: 'logarithms guarded against 0',
    code: `${SIGMOID}
def cost_function(w, b, X, Y):
    m = X.shape[0]
    A = np.clip(sigmoid(X @ w + b), 1e-7, 1 - 1e-7)
    cost = SCALE * -np.sum(Y * np.log(A + 1e-15) + (1 - Y) * np.log(1 - A + 1e-15)) / m
    dw = SCALE * X.T @ (A - Y) / m
    db = SCALE * np.sum(A - Y) / m
    return cost, dw, db
`,
    gradients: ['dw', 'db'],
    mutants: [
      'dw: X.T @ (A - Y) / m -> X.T @ (A - Y) [gradient-missing-factor]',
      'dw: X.T @ (A - Y) / m -> X.T @ (Y - A) / m [gradient-sign]',
    ],
  },
];

let analyzer: Analyzer;
beforeAll(async () => {
  analyzer = await loadAnalyzer();
});

/** The findings by the name of the gradient. */
function judge(code: string): Map<string, Finding> {
  const { findings, definitions, problems } = analyzer.analyze(code, 'python');
  expect([...problems, ...definitions.flatMap((definition) => definition.problems)]).toEqual([]);
  return new Map(findings.map((finding) => [finding.subject.split(' = ')[0] ?? '', finding]));
}

const said = (finding: Finding | undefined): string =>
  finding ? `${finding.verdict} ${finding.rule}: ${finding.message} ${finding.evidence}` : 'no finding';

for (const { title, code, gradients, mutants } of SOURCES)
  describe(title, () => {
    for (const scale of ['1', '1e-5', '1e5']) {
      const source = code.replaceAll('SCALE', scale);
      test(`all right, loss times ${scale}`, () => {
        const findings = judge(source);
        expect([...findings.keys()].sort()).toEqual([...gradients].sort());
        for (const finding of findings.values()) expect(finding.verdict, said(finding)).toBe('right');
      });
      for (const mutant of mutants) {
        const [, names = '', from = '', to = '', rule = ''] =
          /^([\w,]+): (.*) -> (.*) \[([\w-]+)\]$/.exec(mutant) ?? [];
        test(`loss times ${scale}, ${names}: ${from} → ${to}`, () => {
          const place = source.lastIndexOf(from.replaceAll('SCALE', scale));
          expect(place).toBeGreaterThan(0);
          const broken =
            source.slice(0, place) +
            to.replaceAll('SCALE', scale) +
            source.slice(place + from.replaceAll('SCALE', scale).length);
          const findings = judge(broken);
          for (const [name, finding] of findings) {
            const wrong = names.split(',').includes(name);
            expect(finding.verdict, `${name}: ${said(finding)}`).toBe(wrong ? 'wrong' : 'right');
          }
          const [first = ''] = names.split(',');
          expect(findings.get(first)?.rule, said(findings.get(first))).toBe(rule);
        });
      }
    }
  });
