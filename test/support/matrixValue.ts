/** Values of matrix notation by the rules of matrix algebra, to hold it against the element expressions. */
import type { PointArray } from '../../src/core/evaluate';
import type { MatrixForm } from '../../src/core/matrix';
import { factorise } from '../../src/core/linear';
import { opRow } from '../../src/core/ops';

export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly at: (i: number, j: number) => number;
}

export interface MatrixSource {
  /** A symbol as a matrix; a vector without unit axes is a column. */
  symbol(name: string): Matrix;
  length(size: string): number;
}

const scalar = (value: number): Matrix => ({ rows: 1, cols: 1, at: () => value });
const flip = (a: Matrix): Matrix => ({ rows: a.cols, cols: a.rows, at: (i, j) => a.at(j, i) });

/** An array with the given shape (unit axes included) as a matrix. */
export function asMatrix(value: number | PointArray, shape: readonly number[]): Matrix {
  if (typeof value === 'number') return scalar(value);
  const [rows = 1, cols = 1] = shape;
  return { rows, cols, at: (i, j) => value.data[i * cols + j] ?? NaN };
}

/** Throws where shapes do not fit, so that a wrong transposition cannot pass. */
export function matrixValue(form: MatrixForm, source: MatrixSource): Matrix {
  const own = (f: MatrixForm): Matrix => matrixValue(f, source);
  const result = evaluate();
  const { rows, cols } = result;
  // Force the values once: forms share sub-forms.
  const data = Array.from({ length: rows * cols }, (_, k) => result.at(Math.floor(k / cols), k % cols));
  return { rows, cols, at: (i, j) => data[i * cols + j] ?? NaN };

  function zip(list: readonly Matrix[], f: (...values: number[]) => number): Matrix {
    const big = list.filter((m) => m.rows * m.cols > 1);
    const [first = list[0]] = big;
    if (!first) throw new Error('nothing to combine');
    for (const m of big)
      if (m.rows !== first.rows || m.cols !== first.cols)
        throw new Error(`${m.rows}x${m.cols} does not fit ${first.rows}x${first.cols}`);
    const { rows: r, cols: c } = first;
    const get = (m: Matrix, i: number, j: number): number =>
      m.rows * m.cols === 1 ? m.at(0, 0) : m.at(i, j);
    return { rows: r, cols: c, at: (i, j) => f(...list.map((m) => get(m, i, j))) };
  }

  function times(a: Matrix, b: Matrix): Matrix {
    if (a.cols !== b.rows) throw new Error(`${a.rows}x${a.cols} times ${b.rows}x${b.cols}`);
    const at = (i: number, j: number): number => {
      let total = 0;
      for (let k = 0; k < a.cols; k += 1) total += a.at(i, k) * b.at(k, j);
      return total;
    };
    return { rows: a.rows, cols: b.cols, at };
  }

  function evaluate(): Matrix {
    switch (form.kind) {
      case 'symbol':
        return source.symbol(form.name);
      case 'number': {
        const { node } = form;
        if (node.kind === 'size') return scalar(source.length(node.size));
        return scalar(node.kind === 'const' ? node.value : node.num / node.den);
      }
      case 'ones':
        return { rows: source.length(form.size), cols: 1, at: () => 1 };
      case 'zero': {
        const [rows = '1', cols = '1'] = form.sizes;
        const length = (size: string): number => (/^\d+$/.test(size) ? Number(size) : source.length(size));
        return { rows: length(rows), cols: length(cols), at: () => 0 };
      }
      case 'identity':
        return {
          rows: source.length(form.size),
          cols: source.length(form.size),
          at: (i, j) => Number(i === j),
        };
      case 'oneHot': {
        const labels = own(form.labels);
        const size = source.length(form.size);
        if (form.single) return { rows: size, cols: 1, at: (i) => Number(i === labels.at(0, 0)) };
        const row = labels.rows === 1;
        return {
          rows: labels.rows * labels.cols,
          cols: size,
          at: (i, j) => Number(j === (row ? labels.at(0, i) : labels.at(i, 0))),
        };
      }
      case 'sum':
        return zip(
          form.terms.map((t) => own(t.form)),
          (...values) => values.reduce((total, v, k) => total + (form.terms[k]?.negative ? -v : v), 0),
        );
      case 'scaled': {
        const value = (f: MatrixForm): number => {
          const m = own(f);
          if (m.rows * m.cols !== 1) throw new Error('a coefficient must be a scalar');
          return m.at(0, 0);
        };
        const c =
          form.top.map(value).reduce((a, b) => a * b, (form.negative ? -1 : 1) * form.num) /
          form.bottom.map(value).reduce((a, b) => a * b, form.den);
        return form.arg ? zip([own(form.arg)], (v) => c * v) : scalar(c);
      }
      case 'matmul':
        return form.factors.map(own).reduce(times);
      case 'hadamard':
        return zip(
          [...form.factors, ...form.divisors].map((f) => own(f)),
          (...values) => values.reduce((p, v, k) => (k < form.factors.length ? p * v : p / v), 1),
        );
      case 'transpose':
        return flip(own(form.arg));
      case 'diag': {
        const a = own(form.arg);
        if (a.cols !== 1 && a.rows === a.cols) return { rows: a.rows, cols: 1, at: (i) => a.at(i, i) };
        if (a.cols !== 1) throw new Error('diag needs a column');
        const n = a.rows;
        return {
          rows: n,
          cols: n,
          at: (i, j) => (i === j ? (form.inverse ? 1 / a.at(i, 0) : a.at(i, 0)) : 0),
        };
      }
      case 'inverse':
      case 'determinant': {
        const a = own(form.arg);
        if (a.rows !== a.cols) throw new Error('only square matrices have an inverse');
        const elements = Array.from({ length: a.rows * a.rows }, (_, k) =>
          a.at(Math.floor(k / a.rows), k % a.rows),
        );
        const { inverse, determinant, logAbsDeterminant } = factorise(a.rows, elements);
        if (form.kind === 'determinant') return scalar(form.log ? logAbsDeterminant : determinant);
        return { ...a, at: (i, j) => inverse[i * a.rows + j] ?? NaN };
      }
      case 'trace': {
        const a = own(form.arg);
        return scalar(Array.from({ length: a.rows }, (_, i) => a.at(i, i)).reduce((s, v) => s + v, 0));
      }
      case 'squaredNorm': {
        const a = own(form.arg);
        let total = 0;
        for (let i = 0; i < a.rows; i += 1) for (let j = 0; j < a.cols; j += 1) total += a.at(i, j) ** 2;
        return scalar(total);
      }
      case 'triangle': {
        const [rows, cols] = form.sizes.map((size) => source.length(size));
        const holds = (above: number): boolean => (form.strict ? above > 0 : above >= 0);
        return { rows: rows ?? 0, cols: cols ?? 0, at: (i, j) => Number(holds(form.lower ? i - j : j - i)) };
      }
      case 'extreme': {
        const a = own(form.arg);
        const combine = { max: Math.max, min: Math.min, prod: (p: number, v: number) => p * v }[form.op];
        const over = (list: readonly number[]): number => list.reduce((p, v) => combine(p, v));
        const row = (i: number): number[] => Array.from({ length: a.cols }, (_, j) => a.at(i, j));
        const column = (j: number): number[] => Array.from({ length: a.rows }, (_, i) => a.at(i, j));
        if (form.along === 'row') return { rows: a.rows, cols: 1, at: (i) => over(row(i)) };
        if (form.along === 'column') return { rows: 1, cols: a.cols, at: (_, j) => over(column(j)) };
        return scalar(over(Array.from({ length: a.rows }, (_, i) => row(i)).flat()));
      }
      case 'where':
        return zip(
          [form.condition, form.then, form.otherwise].map((f) => own(f)),
          (condition, then = NaN, otherwise = NaN) => (condition === 0 ? otherwise : then),
        );
      case 'power':
        if (!form.elementwise && own(form.base).rows * own(form.base).cols !== 1)
          throw new Error('a power of a matrix');
        return zip([own(form.base), own(form.exponent)], (b = NaN, e = NaN) => b ** e);
      case 'root':
        return zip([own(form.arg)], Math.sqrt);
      case 'call':
        return zip(
          form.args.map((a) => own(a)),
          opRow(form.fn).evaluate,
        );
      case 'indicator':
        return zip([own(form.left), own(form.right)], (a = NaN, b = NaN) =>
          Number(
            { '>': a > b, '>=': a >= b, '==': a === b, '!=': a !== b, '<': a < b, '<=': a <= b }[form.rel],
          ),
        );
    }
  }
}
