/** Programs evaluated with 64-digit numbers of mathjs, sharing nothing with the core's evaluator but the expressions. */
import { bignumberDependencies, create, type BigNumber } from 'mathjs';
import type { Program } from '../../src/core/definition';
import { axisIndices } from '../../src/core/definition';
import type { Point } from '../../src/core/evaluate';
import type { Node, ReduceNode } from '../../src/core/expr';

const math = create(bignumberDependencies ?? {}, { precision: 64 });
const big = (value: number | string | BigNumber): BigNumber => math.bignumber(value);
const ZERO = big(0);
const ONE = big(1);
const TWO = big(2);
const PI = big(-1).acos();

/** Terms are all positive: erf x = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1)/(2n+1)!!. */
function erf(x: BigNumber): BigNumber {
  if (x.abs().gt(12)) return x.gt(0) ? ONE : ONE.neg();
  const square = x.times(x);
  let term = x;
  let total = x;
  for (let n = 1; term.abs().gt(total.abs().times('1e-66')); n += 1) {
    term = term
      .times(square)
      .times(2)
      .div(2 * n + 1);
    total = total.plus(term);
  }
  return TWO.div(PI.sqrt()).times(square.neg().exp()).times(total);
}

export const FUNCTIONS: Readonly<Record<string, (x: BigNumber, y: BigNumber) => BigNumber>> = {
  exp: (x) => x.exp(),
  log: (x) => x.ln(),
  expm1: (x) => x.exp().minus(ONE),
  log1p: (x) => x.plus(ONE).ln(),
  tanh: (x) => x.tanh(),
  cosh: (x) => x.cosh(),
  sinh: (x) => x.sinh(),
  erf,
  sigmoid: (x) => ONE.div(ONE.plus(x.neg().exp())),
  softplus: (x) => ONE.plus(x.exp()).ln(),
  relu: (x) => (x.gt(0) ? x : ZERO),
  abs: (x) => x.abs(),
  sign: (x) => (x.isZero() ? ZERO : x.gt(0) ? ONE : ONE.neg()),
  maximum: (x, y) => (x.gt(y) ? x : y),
  minimum: (x, y) => (x.lt(y) ? x : y),
};

/** Inverse and determinant by elimination with the first pivot that is not 0. */
function eliminated({ dims, data }: Cells): { inverse: BigNumber[][]; determinant: BigNumber } {
  const n = dims[0] ?? 0;
  const rows = Array.from({ length: n }, (_, i) => [
    ...data.slice(i * n, (i + 1) * n),
    ...Array.from({ length: n }, (__, j) => (i === j ? ONE : ZERO)),
  ]);
  let determinant = ONE;
  for (let k = 0; k < n; k += 1) {
    const p = rows.findIndex((row, i) => i >= k && row[k]?.isZero() === false);
    const top = rows[p];
    const own = rows[k];
    const pivot = top?.[k];
    if (!top || !own || !pivot) return { inverse: [], determinant: ZERO };
    if (p !== k) determinant = determinant.neg();
    determinant = determinant.times(pivot);
    rows[p] = own;
    rows[k] = top.map((v) => v.div(pivot));
    const scaled = rows[k] ?? [];
    rows.forEach((row, i) => {
      const factor = row[k] ?? ZERO;
      if (i !== k) rows[i] = row.map((v, j) => v.minus(factor.times(scaled[j] ?? ZERO)));
    });
  }
  return { inverse: rows.map((row) => row.slice(n)), determinant };
}

type Scope = ReadonlyMap<string, number>;
interface Cells {
  readonly dims: readonly number[];
  readonly data: readonly BigNumber[];
}

/** Change of a parameter's cell: (name, cell) → how much is added. */
export type Shift = (name: string, cell: number) => BigNumber | null;

function evaluate(program: Program, point: Point, shift: Shift): BigNumber {
  const arrays = new Map<string, Cells>();
  for (const input of program.inputs) {
    const value = point.inputs[input.name];
    if (value === undefined) throw new Error(`no input ${input.name}`);
    const [dims, data] = typeof value === 'number' ? [[], [value]] : [value.dims, Array.from(value.data)];
    const cells = data.map((v, k) => big(v).plus(shift(input.name, k) ?? ZERO));
    arrays.set(input.name, { dims, data: cells });
  }
  const length = (size: string): number => (/^\d+$/.test(size) ? Number(size) : (point.sizes[size] ?? NaN));

  const memo = new Map<string, BigNumber>();
  const of = (node: Node, scope: Scope): BigNumber => {
    if (node.args.length === 0) return compute(node, scope);
    let key = `${node.id}`;
    for (const name of node.free) key += `,${name}=${scope.get(name)}`;
    const known = memo.get(key);
    if (known) return known;
    const value = compute(node, scope);
    memo.set(key, value);
    return value;
  };
  const compute = (node: Node, scope: Scope): BigNumber => {
    const args = (): BigNumber[] => node.args.map((a) => of(a, scope));
    const pair = (): [BigNumber, BigNumber] => {
      const [a = ZERO, b = ZERO] = args();
      return [a, b];
    };
    switch (node.kind) {
      case 'num':
        return big(node.num).div(node.den);
      case 'matrix': {
        const cells = arrays.get(node.name);
        if (cells?.dims.length !== 2) throw new Error(`${node.name} is not a matrix`);
        const { inverse, determinant } = eliminated(cells);
        if (node.fn === 'det') return determinant;
        if (node.fn === 'logabsdet') return determinant.abs().ln();
        const [row = ZERO, column = ZERO] = args();
        return inverse[row.toNumber()]?.[column.toNumber()] ?? big(NaN);
      }
      case 'const':
        return node.name === 'pi' ? PI : big(node.value);
      case 'size':
        return big(length(node.size));
      case 'index':
        return big(scope.get(node.name) ?? NaN);
      case 'sym': {
        const cells = arrays.get(node.name);
        const at = args().reduce((o, p, k) => o * (cells?.dims[k] ?? 0) + p.toNumber(), 0);
        const found = cells?.data[at];
        if (!found) throw new Error(`no element ${at} of ${node.name}`);
        return found;
      }
      case 'add':
        return args().reduce((a, b) => a.plus(b));
      case 'mul':
        return args().reduce((a, b) => a.times(b));
      case 'pow': {
        const [base, exponent] = pair();
        return base.pow(exponent);
      }
      case 'call': {
        const f = FUNCTIONS[node.fn];
        if (!f) throw new Error(`no 64-digit ${node.fn}`);
        return f(...pair());
      }
      case 'cmp': {
        const [a, b] = pair();
        const holds = { '>': a.gt(b), '>=': a.gte(b), '==': a.eq(b), '!=': !a.eq(b) }[node.rel];
        return holds ? ONE : ZERO;
      }
      case 'where': {
        const [condition, then, otherwise] = node.args;
        if (!condition || !then || !otherwise) throw new Error('where lacks an argument');
        return of(condition, scope).isZero() ? of(otherwise, scope) : of(then, scope);
      }
      case 'delta': {
        const [a, b] = pair();
        return a.eq(b) ? ONE : ZERO;
      }
      case 'reduce':
        return reduce(node, scope);
      case 'diff':
        throw new Error('a definition holds a derivative');
    }
  };
  const reduce = (node: ReduceNode, scope: Scope): BigNumber => {
    const { index, body } = program.arena.open(node);
    const values = Array.from({ length: length(index.size) }, (_, k) =>
      of(body, new Map(scope).set(index.name, k)),
    );
    return values.reduce((a, b) => {
      if (node.op === 'sum') return a.plus(b);
      if (node.op === 'prod') return a.times(b);
      return (node.op === 'max') === b.gt(a) ? b : a;
    });
  };

  for (const binding of program.bindings) {
    const indices = axisIndices(binding.axes);
    const dims = indices.map((index) => length(index.size));
    const data: BigNumber[] = [];
    const loop = (k: number, scope: Scope): void => {
      const index = indices[k];
      if (!index) data.push(of(binding.def, scope));
      else for (let p = 0; p < (dims[k] ?? 0); p += 1) loop(k + 1, new Map(scope).set(index.name, p));
    };
    loop(0, new Map());
    arrays.set(binding.name, { dims, data });
  }
  const result = arrays.get(program.output)?.data[0];
  if (!result) throw new Error('no output');
  return result;
}

/** The scalar output, and its slope along `direction` by central differences, good to about 40 digits. */
export function bignumSlope(
  program: Program,
  point: Point,
  direction: (name: string, cell: number) => number,
): { value: number; slope: number } {
  const at = (h: string): BigNumber =>
    evaluate(program, point, (name, cell) => big(direction(name, cell)).times(h));
  const step = '1e-20';
  return {
    value: at('0').toNumber(),
    slope: at(step)
      .minus(at(`-${step}`))
      .div(TWO.times(step))
      .toNumber(),
  };
}
