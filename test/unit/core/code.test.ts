import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { axisIndices, type Axis, type Program } from '../../../src/core/definition';
import { derive } from '../../../src/core/derive';
import { createEvaluator, type Evaluator, type Point } from '../../../src/core/evaluate';
import type { Node } from '../../../src/core/expr';
import { printCode } from '../../../src/core/print/code';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { ballArithmetic, toNumber } from '../../../src/core/stability/ball';
import { createValuesIn } from '../../../src/core/stability/values';
import { withOutput } from '../../../src/core/derivatives';
import { SECOND, type SecondRow } from '../../support/breadthSecond';
import { CODE_CASES, GRADIENT_CASES } from '../../support/codeCases';
import { derivativesOf } from '../../support/derivatives';
import { expressionProgram, randomContraction, randomExpression } from '../../support/expressions';
import { parseModel } from '../../support/model';

interface StoredArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface StoredInput extends StoredArray {
  readonly integer: boolean;
  /** A number of the language rather than an array without axes. */
  readonly number?: true;
}
interface StoredCase {
  readonly name: string;
  readonly result: string;
  readonly inputs: Readonly<Record<string, StoredInput>>;
  readonly code: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, StoredArray>>;
}

const LIBRARIES = ['numpy', 'torch', 'jax'] as const;
const stored = new URL('../../oracles/code.json', import.meta.url);

interface Printed {
  readonly program: Program;
  readonly point: Point;
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly def: Node;
}

/** The point with its real inputs multiplied by a factor. */
function enlarged(program: Program, point: Point, factor: number): Point {
  const inputs = { ...point.inputs };
  for (const { name, domain } of program.inputs) {
    const value = inputs[name];
    if (domain.kind !== 'real' || value === undefined) continue;
    inputs[name] =
      typeof value === 'number'
        ? factor * value
        : { dims: value.dims, data: Array.from(value.data, (v) => factor * v) };
  }
  return { ...point, inputs };
}

/** The elements of the result to many digits, in an arithmetic that does not overflow. */
function exactly({ program, point, axes, def }: Printed): number[] {
  const values = createValuesIn(ballArithmetic(4096), program, point);
  return values.all(def, axisIndices(axes)).map(toNumber);
}

function prepared(model: string, factor = 1): Printed {
  const program = parseModel(model);
  const last = program.bindings.at(-1);
  if (!last) throw new Error('no binding');
  const { name, axes, def } = last;
  const point = enlarged(program, samplePoint(program, createRandom(42)), factor);
  return { program, point, name, axes, def };
}

/** The first block of each kind of derivative, as a program that computes it. */
function derivative({ kind, source, by }: SecondRow): Printed {
  const { program, named, blocks } = derivativesOf(kind, parseModel(source), { wrt: by });
  const block = blocks.at(kind === 'hessian' ? by.length - 1 : 0);
  if (!block) throw new Error('no block');
  const { axes, element: def } = block.value;
  const name = 'result';
  const extended = withOutput({ ...program, bindings: [...program.bindings, ...named] }, name, axes, def);
  return { program: extended, point: samplePoint(extended, createRandom(42)), name, axes, def };
}

/** The gradient of a model by a parameter, as a program that computes it. */
function gradientOf(model: string, by: string, factor = 1): Printed {
  const given = parseModel(model);
  const { gradients, named } = derive(given, { wrt: [by] });
  const [gradient] = gradients;
  if (!gradient) throw new Error('no gradient');
  const { axes, element: def } = gradient;
  const program = withOutput({ ...given, bindings: [...given.bindings, ...named] }, 'result', axes, def);
  const point = enlarged(program, samplePoint(program, createRandom(42)), factor);
  return { program, point, name: 'result', axes, def };
}

/** Those whose form is settled, and some with three and four axes. */
const DERIVED = SECOND.filter(
  ({ name, kind, matrix }) =>
    (matrix !== undefined && name !== 'unit vector') ||
    (kind !== 'jvp' && /two layers|regression|rows/.test(name)),
);

const ENTRIES: readonly (readonly [string, Printed, number | undefined])[] = [
  ...CODE_CASES.map(({ name, model, extreme }) => [name, prepared(model, extreme), extreme] as const),
  ...GRADIENT_CASES.map(
    ({ name, model, by, extreme }) =>
      [`gradient of ${name} by ${by}`, gradientOf(model, by, extreme), extreme] as const,
  ),
  ...DERIVED.map(
    (row) => [`${row.kind} of ${row.name} by ${row.by.join(', ')}`, derivative(row), undefined] as const,
  ),
];

const print = (target: Parameters<typeof printCode>[0], p: Printed): string =>
  printCode(target, p.program, { name: p.name, value: { axes: p.axes, element: p.def }, bindings: [] });

const lengths = (point: Point, sizes: readonly string[]): number[] =>
  sizes.map((s) => (s === '1' ? 1 : (point.sizes[s] ?? Number(s))));

function asCase(name: string, p: Printed): StoredCase {
  const inputs = Object.fromEntries(
    p.program.inputs.map((input) => {
      const value = p.point.inputs[input.name] ?? NaN;
      const data = typeof value === 'number' ? [value] : Array.from(value.data);
      const shape = lengths(p.point, input.shape);
      const isNumber = input.role === 'hyper' && shape.length === 0;
      const integer = input.domain.kind === 'class';
      return [input.name, { shape, data, integer, ...(isNumber ? { number: true as const } : {}) }];
    }),
  );
  const code = Object.fromEntries(LIBRARIES.map((target) => [target, print(target, p)]));
  return { name, result: p.name, inputs, code };
}

if (process.env.UPDATE_ORACLES === '1') {
  const cases = ENTRIES.map(([name, printed]) => asCase(name, printed));
  writeFileSync(stored, `${JSON.stringify(cases)}\n`);
}

const known = existsSync(stored) ? (JSON.parse(readFileSync(stored, 'utf8')) as StoredCase[]) : [];
const byName = new Map(known.map((c) => [c.name, c]));

/** Largest scale of the elements: what rounding may be compared with. */
function scaleOf(evaluator: Evaluator, p: Pick<Printed, 'axes' | 'def' | 'point'>): number {
  let worst = 0;
  const visit = (k: number, at: Record<string, number>): void => {
    const axis = p.axes[k];
    if (!axis) worst = Math.max(worst, evaluator.valueWithScale(p.def, at).scale);
    else if (!axis.index) visit(k + 1, at);
    else
      for (let i = 0; i < (p.point.sizes[axis.size] ?? 0); i += 1)
        visit(k + 1, { ...at, [axis.index.name]: i });
  };
  visit(0, {});
  return worst;
}

describe.each(ENTRIES)('%s', (name, p, extreme) => {
  const evaluator = createEvaluator(p.program, p.point);
  const want = extreme === undefined ? Array.from(evaluator.array(p.name).data) : exactly(p);
  const shape = p.axes.map((a) => (a.index ? (p.point.sizes[a.size] ?? NaN) : 1));
  // The exponents are as large as the factor, and their rounding is one of the values.
  const tolerance =
    16 *
    2 ** -53 *
    (extreme === undefined ? scaleOf(evaluator, p) : extreme * Math.max(1, ...want.map(Math.abs)));

  test.each(LIBRARIES)('%s source, run by the library, gives the values and the shape', (target) => {
    const oracle = byName.get(name);
    expect(print(target, p), 'the source has changed: see test/oracles/code.py').toBe(oracle?.code[target]);
    const output = oracle?.outputs?.[target];
    expect(output?.shape).toEqual(shape);
    output?.data.forEach((v, k) => expect(Math.abs(v - (want[k] ?? NaN))).toBeLessThanOrEqual(tolerance));
  });

  test('TypeScript source gives the values and the shape', () => {
    const got = runTypeScript(p);
    expect(shapeOf(got)).toEqual(shape);
    flat(got).forEach((v, k) => expect(Math.abs(v - (want[k] ?? NaN))).toBeLessThanOrEqual(tolerance));
  });
});

type Nested = number | readonly Nested[];
const flat = (value: Nested): number[] => (typeof value === 'number' ? [value] : value.flatMap(flat));
const shapeOf = (value: Nested): number[] =>
  typeof value === 'number' ? [] : [value.length, ...shapeOf(value[0] ?? NaN)];

function nest(data: readonly number[], shape: readonly number[]): Nested {
  const [n, ...rest] = shape;
  if (n === undefined) return data[0] ?? NaN;
  const step = data.length / n;
  return Array.from({ length: n }, (_, k) => nest(data.slice(k * step, (k + 1) * step), rest));
}

function runTypeScript(p: Printed): Nested {
  const { inputs } = asCase('', p);
  const globals = Object.fromEntries(Object.entries(inputs).map(([k, v]) => [k, nest(v.data, v.shape)]));
  const source = `(() => {\n${print('typescript', p)}return ${p.name};\n})()`;
  const { code } = transformSync(source, { loader: 'ts', target: 'es2022' });
  return runInNewContext(code, globals) as Nested;
}

test('a source stands on its own', () => {
  const p = prepared(`data X[n,m]; label Y[1,m] binary; param w[n,1]; param b
Z[1,i<m] = sum(j<n, w[j]*X[j,i]) + b
A[1,i<m] = sigmoid(Z[i])
cost = sum(i<m, A[i])
dw[j<n,1] = 1/m*sum(i<m, (A[i] - Y[i])*X[j,i])`);
  expect(print('numpy', p)).toBe(`import numpy as np

m = X.shape[1]
Z = w.T @ X + b
A = 1 / (1 + np.exp(-Z))
dw = X @ (A - Y).T / m
`);
  expect(print('typescript', p)).toBe(`const sum = (n: number, f: (i: number) => number): number => {
  let r = 0;
  for (let i = 0; i < n; i += 1) r = r + f(i);
  return r;
};
const n = X.length;
const m = X[0].length;
const Z = [Array.from({ length: m }, (_, i) => sum(n, (j) => w[j][0] * X[j][i]) + b)];
const A = [Array.from({ length: m }, (_, i) => 1 / (1 + Math.exp(-Z[0][i])))];
const dw = Array.from({ length: n }, (_, j) => [sum(m, (i) => (A[0][i] - Y[0][i]) * X[j][i]) / m]);
`);
});

test('inputs are read as in the code, and adjoints with a name are computed first', () => {
  const program = parseModel(
    'data X[m,n]; label y[m]; param W1[n]\nz[i<m] = sum(j<n, X[i,j]*W1[j])\nJ = sum(i<m, z[i])',
  );
  const { arena } = program;
  const i = arena.index('i', 'm');
  const j = arena.index('j', 'n');
  const inputs = program.inputs.map((x) => (x.name === 'W1' ? { ...x, code: 'parameters["W1"]' } : x));
  const dz = {
    name: 'dz',
    axes: [{ size: 'm', index: i }],
    def: arena.sub(arena.sym('z', i), arena.sym('y', i)),
    span: null,
    origin: 'temporary',
  } as const;
  const element = arena.sum(i, arena.mul(arena.sym('dz', i), arena.sym('X', i, j)));
  const gradient = { name: 'dW1', value: { axes: [{ size: 'n', index: j }], element }, bindings: [dz] };
  expect(printCode('numpy', { ...program, inputs }, gradient)).toBe(
    'z = X @ parameters["W1"]\ndz = z - y\ndW1 = X.T @ dz\n',
  );
});

test('random expressions in TypeScript have the value of the expression', () => {
  let finite = 0;
  for (let seed = 0; seed < 600; seed += 1) {
    const program = expressionProgram(seed);
    const { arena } = program;
    const random = createRandom(seed + 1);
    const axes: Axis[] = [
      { size: 'n', index: arena.index('j', 'n') },
      { size: '1', index: null },
      { size: 'm', index: arena.index('i', 'm') },
    ];
    const scope = axes.flatMap((a) => (a.index ? [a.index] : []));
    const def =
      seed % 2
        ? randomExpression(program, random, 1 + (seed % 5), scope)
        : randomContraction(program, random, scope);
    const point = samplePoint(program, random);
    const p: Printed = { program, point, name: 'g', axes, def };
    const evaluator = createEvaluator(program, point, [
      { name: 'g', axes, def, span: null, origin: 'return' },
    ]);
    const tolerance = 16 * 2 ** -53 * scaleOf(evaluator, p);
    if (!Number.isFinite(tolerance)) continue;
    finite += 1;
    const want = evaluator.array('g').data;
    flat(runTypeScript(p)).forEach((v, k) =>
      expect(Math.abs(v - (want[k] ?? NaN)), print('typescript', p)).toBeLessThanOrEqual(tolerance),
    );
  }
  expect(finite).toBeGreaterThan(400);
});
