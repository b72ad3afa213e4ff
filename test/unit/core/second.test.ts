import { describe, expect, it } from 'vitest';
import type { Derivatives } from '../../../src/core/derivatives';
import { NoSuchDerivative } from '../../../src/core/derivatives';
import { createEvaluator } from '../../../src/core/evaluate';
import { createRandom } from '../../../src/core/random';
import { samplePoint } from '../../../src/core/sample';
import { jacobian } from '../../../src/core/jacobian';
import { hessian, hessianVectorProduct } from '../../../src/core/second';
import { vjp } from '../../../src/core/vjp';
import { SECOND } from '../../support/breadthSecond';
import { cellsOf } from '../../support/derivatives';
import { parseModel } from '../../support/model';

const convex = (by: string): string =>
  `the Hessian by ${by} is positive semidefinite, so J is convex in ${by}`;
const nearly = (by: string): string => `the Hessian by ${by} is positive semidefinite where it exists`;

/** What is said of the curvature; null where nothing is. */
const CURVATURE: readonly (readonly [string, string | null])[] = [
  ['param x[n]\nJ = sum(i<n, x[i]^2)', convex('x')],
  ['param x[n]\nJ = -sum(i<n, x[i]^2)', null],
  ['param x[n]\nJ = sum(i<n, exp(x[i]))', convex('x')],
  ['param x[n]\nJ = log(sum(i<n, exp(x[i])))', convex('x')],
  ['data X[m,n]; param w[n]\nz[i<m] = sum(j<n, X[i,j]*w[j])\nJ = sum(i<m, log(1 + exp(z[i])))', convex('w')],
  ['param x positive\nJ = -log(x)', convex('x')],
  // Semidefinite on either side of a pole or a kink does not make a function convex.
  ['param x\nJ = 1/x^2', nearly('x')],
  ['param x\nJ = -log(x^2)', nearly('x')],
  ['param x\nJ = -abs(x) + x^2', nearly('x')],
  ['param x\nJ = sin(x)', null],
  ['param x[n]\nJ = sum(i<n, x[i])^2 - sum(i<n, x[i]^2)', null],
];

describe('curvature', () => {
  it.each(CURVATURE)('%s: %s', (source, fact) => {
    const facts = hessian(parseModel(source)).facts.filter((text) => text.includes('semidefinite'));
    expect(facts).toEqual(fact === null ? [] : [fact]);
  });
});

it('says which derivative to ask for instead', () => {
  const array = parseModel('param z[k]\nS = sum(q<k, exp(z[q]))\nP[q<k] = exp(z[q])/S');
  expect(() => hessian(array)).toThrow(/P has the shape \(k,\).*its Jacobian/);
  expect(() => hessianVectorProduct(array)).toThrow(NoSuchDerivative);
  expect(() => jacobian(parseModel('param x\nJ = x^2'))).toThrow(/J is one number/);
});

it('gives an array its axes also where the output does not depend on it', () => {
  const { blocks } = jacobian(parseModel('param W[n,k]; param w[n]\nz[i<n] = exp(w[i])'), {
    wrt: ['W', 'w'],
    verify: false,
  });
  expect(blocks.map(({ value }) => value.axes.map(({ size }) => size))).toEqual([
    ['n', 'n', 'k'],
    ['n', 'n'],
  ]);
});

it('takes no other comparison of positions for that of row and column', () => {
  const source =
    'param w[n]; data a[n]; label c[m] class:k\nz[j<n] = exp(delta(1, c[0])*sum(l<n, w[l]*a[l]))';
  const found = jacobian(parseModel(source));
  const [block] = found.blocks;
  const point = samplePoint(found.program, createRandom(4), { m: 1, n: 2, k: 2 });
  const { w, a } = point.inputs;
  const at = { ...point, inputs: { ...point.inputs, c: { dims: [1], data: [1] } } };
  if (!block || typeof w !== 'object' || typeof a !== 'object') throw new Error('arrays are missing');
  const [first = 0, second = 0] = Array.from(a.data);
  const z = Math.exp((w.data[0] ?? 0) * first + (w.data[1] ?? 0) * second);
  close(cellsOf(found, block, at), [z * first, z * second, z * first, z * second]);
});

it('does not use the symmetry of a matrix that it is differentiated by', () => {
  const source = `param S[n,n] definite; data d[n]
J = 1/2*logdet(S) + 1/2*sum(i<n, sum(j<n, d[i]*inv(S)[i,j]*d[j]))`;
  const product = hessianVectorProduct(parseModel(source));
  const failed = product.blocks.flatMap(({ steps }) =>
    steps.filter(({ verification }) => verification.status === 'failed'),
  );
  expect(failed).toEqual([]);
  const point = samplePoint(product.program, createRandom(3), { n: 3 });
  const [direction = ''] = product.program.inputs.flatMap(({ role, name }) =>
    role === 'upstream' ? [name] : [],
  );
  const [block] = product.blocks;
  const { S, [direction]: v } = point.inputs;
  if (!block || typeof S !== 'object' || typeof v !== 'object') throw new Error('arrays are missing');
  const h = 1e-4;
  const value = (along: number, cell: number, by: number): number => {
    const data = Array.from(S.data, (x, k) => x + along * (v.data[k] ?? NaN) + (k === cell ? by : 0));
    const at = { ...point, inputs: { ...point.inputs, S: { dims: S.dims, data } } };
    return createEvaluator(product.program, at).value(product.program.arena.sym('J'));
  };
  const got = cellsOf(product, block, point);
  const want = got.map(
    (_, k) => (value(h, k, h) - value(h, k, -h) - value(-h, k, h) + value(-h, k, -h)) / (4 * h * h),
  );
  const scale = Math.max(...want.map(Math.abs));
  got.forEach((x, k) => expect(Math.abs(x - (want[k] ?? NaN))).toBeLessThan(1e-4 * scale));
});

it('calls different helper derivatives of its blocks by different names', () => {
  const source = `label Y[k] onehot; label D[k] distribution; param x; param t
Z[q<k] = x*D[q] + t*Y[q]
E[q<k] = exp(Z[q])
P[q<k] = E[q]/sum(r<k, E[r])
J = exp(P[1]^2)*P[0]`;
  const { named } = hessian(parseModel(source), { wrt: ['x', 't'], verify: false });
  expect(named.length).toBeGreaterThan(1);
  expect(new Set(named.map(({ name }) => name)).size).toBe(named.length);
});

/** Equal up to rounding, relative to the largest cell. */
function close(got: readonly number[], want: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  const scale = Math.max(1e-300, ...want.map(Math.abs));
  got.forEach((value, k) => expect(Math.abs(value - (want[k] ?? NaN))).toBeLessThanOrEqual(1e-11 * scale));
}

const flat = (derivatives: Derivatives, name: string, point: ReturnType<typeof samplePoint>): number[] => {
  const value = point.inputs[name];
  if (value === undefined) throw new Error(`no ${name} in ${derivatives.kind}`);
  return typeof value === 'number' ? [value] : Array.from(value.data);
};

const unique = (kinds: readonly string[]): string[] => [
  ...new Set(SECOND.filter(({ kind }) => kinds.includes(kind)).map(({ source }) => source)),
];

describe('laws', () => {
  it.each(unique(['hvp']))(
    'the product is the Hessian times the vector, which is symmetric: %s',
    (source) => {
      const product = hessianVectorProduct(parseModel(source), { verify: false });
      const whole = hessian(parseModel(source), { verify: false });
      const point = samplePoint(product.program, createRandom(9));
      const names = product.blocks.map(({ by: [name = ''] }) => name);
      const vectors = product.program.inputs
        .filter(({ role }) => role === 'upstream')
        .map(({ name }) => flat(product, name, point));
      const cells = (first: string, second: string): number[] => {
        const block = whole.blocks.find(({ by }) => by[0] === first && by[1] === second);
        return block ? cellsOf(whole, block, point) : [];
      };
      names.forEach((row, k) => {
        const rows = vectors[k]?.length ?? 0;
        const want = Array.from({ length: rows }, (_, i) =>
          names.reduce((total, column, l) => {
            const columns = vectors[l] ?? [];
            const upper = l >= k ? cells(row, column) : cells(column, row);
            return columns.reduce(
              (sum, v, j) => sum + v * (upper[l >= k ? i * columns.length + j : j * rows + i] ?? NaN),
              total,
            );
          }, 0),
        );
        const block = product.blocks[k];
        close(block ? cellsOf(product, block, point) : [], want);
        const own = cells(row, row);
        close(
          own,
          own.map((_, at) => own[(at % rows) * rows + Math.floor(at / rows)] ?? NaN),
        );
      });
    },
  );

  it.each(unique(['jacobian', 'vjp']))(
    'the backward pass is the gradient from upstream times the Jacobian: %s',
    (source) => {
      const back = vjp(parseModel(source), { verify: false });
      const whole = jacobian(parseModel(source), { verify: false });
      const point = samplePoint(back.program, createRandom(10));
      const upstream = back.program.inputs.find(({ role }) => role === 'upstream')?.name ?? '';
      const given = flat(back, upstream, point);
      back.blocks.forEach((block, k) => {
        const other = whole.blocks[k];
        const cells = other ? cellsOf(whole, other, point) : [];
        const count = cells.length / given.length;
        const want = Array.from({ length: count }, (_, j) =>
          given.reduce((sum, u, i) => sum + u * (cells[i * count + j] ?? NaN), 0),
        );
        close(cellsOf(back, block, point), want);
      });
    },
  );
});
