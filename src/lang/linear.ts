/** Linear algebra in the library function table: inverses, determinants, norms, diagonals, cumulative sums. */
import type { MatrixFunction, Node } from '../core/expr';
import { argument, arrayArgument, axisPositions, type LibraryCall } from './arguments';
import { at, matmul, squeeze } from './arrays';
import { array, axisIndex, bind, makeAxes, scalar, shapeError, unsupported, type Run } from './run';
import { integerOf, type ArrayV, type UnknownValue, type Value } from './values';

type Handler = (call: LibraryCall) => Value;

/** The letters that an unnamed matrix gets, if nothing in the code has them. */
const LETTERS: readonly string[] = ['M', 'K', 'A', 'B', 'C'];

/** A square matrix (or a stack of them) as an argument of a matrix function. */
interface Operand {
  readonly value: ArrayV;
  /** The symbol whose last two axes hold it, at the positions of the others. */
  readonly name: string;
  readonly stack: readonly Node[];
  /** The symbol holds the transpose. */
  readonly turned: boolean;
}

function squareOperand(c: LibraryCall, names: readonly string[]): Operand | ArrayV | UnknownValue {
  const x = arrayArgument(c, 0, ...names);
  if (x.kind === 'unknown') return x;
  const [row, column] = x.axes.slice(-2);
  if (!row || !column) return shapeError(c.run, `${c.written} takes a square matrix`, c.span);
  if (!row.index && !column.index) return x;
  if (!row.index || !column.index || !c.run.sizes.unify(row.size, column.size))
    return shapeError(c.run, `${c.written} takes a square matrix`, c.span);
  // Both axes have the size that they now share.
  const axes = makeAxes(
    c.run,
    x.axes.map((axis) => axis.size),
  );
  const element = at(
    c.run,
    x,
    axes.map((axis) => axis.index),
  );
  return namedMatrix(c, array(axes, element));
}

function namedMatrix(c: LibraryCall, value: ArrayV): Operand | UnknownValue {
  const { run } = c;
  const free = LETTERS.find(
    (letter) => !run.names.has(letter) && run.scopes.every((s) => !s.names.has(letter)),
  );
  const named = bind(run, free ?? 'M', value, c.span, 'temporary').element;
  const indices = value.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  const [row, column] = indices.slice(-2);
  if (named.kind !== 'sym' || named.args.length < 2)
    return unsupported(`uses ${c.written} of a constant`, c.span, 'constant-matrix');
  const [p, q] = named.args.slice(-2);
  const stack = named.args.slice(0, -2);
  if (p === row && q === column) return { value, name: named.name, stack, turned: false };
  if (p === column && q === row) return { value, name: named.name, stack, turned: true };
  return unsupported(`uses ${c.written} of a part of an array`, c.span, 'part-of-matrix');
}

const isOperand = (x: Operand | ArrayV): x is Operand => 'turned' in x;

/** The reciprocal of an array whose matrices are single numbers. */
const reciprocal = (run: Run, x: ArrayV): ArrayV =>
  array(x.axes, run.arena.pow(x.element, run.arena.minusOne));

function inverseOf(run: Run, x: Operand): ArrayV {
  const indices = x.value.axes.flatMap((axis) => (axis.index ? [axis.index] : []));
  const [row, column] = indices.slice(-2) as [Node, Node];
  const [p, q] = x.turned ? [column, row] : [row, column];
  return array(x.value.axes, run.arena.matrix('inv', x.name, ...x.stack, p, q));
}

const inverse: Handler = (c) => {
  const x = squareOperand(c, ['a', 'A', 'input']);
  if ('kind' in x) return x.kind === 'array' ? reciprocal(c.run, x) : x;
  return inverseOf(c.run, x);
};

const solve: Handler = (c) => {
  const x = squareOperand(c, ['a', 'A', 'input']);
  const right = arrayArgument(c, 1, 'b', 'B', 'other');
  if ('kind' in x && x.kind === 'unknown') return x;
  if (right.kind === 'unknown') return right;
  const left = isOperand(x) ? inverseOf(c.run, x) : reciprocal(c.run, x);
  return matmul(c.run, left, right, c.span, false);
};

/** A number for each matrix. */
function determinantOf(run: Run, fn: Exclude<MatrixFunction, 'inv'>, x: Operand | ArrayV): ArrayV {
  const { arena } = run;
  if (isOperand(x)) {
    const axes = x.value.axes.slice(0, -2);
    return array(axes, arena.matrix(fn, x.name, ...x.stack));
  }
  const axes = x.axes.slice(0, -2);
  return array(axes, fn === 'det' ? x.element : arena.call('log', arena.call('abs', x.element)));
}

const determinant =
  (fn: Exclude<MatrixFunction, 'inv'>): Handler =>
  (c) => {
    const x = squareOperand(c, ['a', 'A', 'input']);
    return 'kind' in x && x.kind === 'unknown' ? x : determinantOf(c.run, fn, x);
  };

const signAndLogarithm: Handler = (c) => {
  const x = squareOperand(c, ['a', 'A', 'input']);
  if ('kind' in x && x.kind === 'unknown') return x;
  const value = determinantOf(c.run, 'det', x);
  const sign = array(value.axes, c.run.arena.call('sign', value.element));
  return { kind: 'sequence', form: 'tuple', items: [sign, determinantOf(c.run, 'logabsdet', x)] };
};

/** The k-th element of a running sum or product holds all up to k. */
const cumulativeSum: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a', 'input');
  if (x.kind === 'unknown') return x;
  const axis = argument(c, 1, 'axis', 'dim');
  const positions = axisPositions(c.run, axis, x.axes.length, c.span);
  if (!Array.isArray(positions)) return positions;
  const [position] = positions;
  if (positions.length !== 1 || position === undefined)
    return unsupported(`uses ${c.written} over all axes of a matrix`, c.span, 'cumulative-axis');
  const index = x.axes[position]?.index;
  if (!index) return x;
  const { arena } = c.run;
  const size = c.run.sizes.find(index.size);
  const last = axisIndex(c.run, position, size);
  const each = arena.index('r0', size);
  const targets: (Node | null)[] = x.axes.map(() => null);
  targets[position] = each;
  const terms = arena.mul(arena.compare('>=', last, each), at(c.run, x, targets));
  return array(x.axes, arena.sum(each, terms));
};

/** A vector, or a column or row, on the diagonal of a matrix. */
const flatDiagonal: Handler = (c) => {
  const x = arrayArgument(c, 0, 'v');
  if (x.kind === 'unknown') return x;
  if (x.axes.filter((axis) => axis.index).length !== 1)
    return unsupported(`uses ${c.written} with these arguments`, c.span, 'diag');
  const flat = squeeze(c.run, x, null, c.span);
  return flat.kind === 'unknown' ? flat : diagonal({ ...c, args: [{ name: null, value: flat }] });
};

/** A vector on the diagonal of a matrix, or the diagonal of a matrix as a vector. */
const diagonal: Handler = (c) => {
  const x = arrayArgument(c, 0, 'v', 'a', 'input');
  if (x.kind === 'unknown') return x;
  const [row, column] = x.axes;
  const offset = argument(c, 1, 'k', 'diagonal', 'offset');
  if ((offset && integerOf(offset) !== 0) || x.axes.length > 2 || !row)
    return unsupported(`uses ${c.written} with these arguments`, c.span, 'diag');
  const { arena } = c.run;
  if (!column) {
    const axes = makeAxes(c.run, [row.size, row.size]);
    const [i, j] = axes.map((a) => a.index);
    const element = at(c.run, x, [i ?? null]);
    return array(axes, i && j ? arena.mul(element, arena.delta(i, j)) : element);
  }
  if (!row.index || !column.index || !c.run.sizes.unify(row.size, column.size))
    return shapeError(c.run, `${c.written} takes a square matrix`, c.span);
  const axes = makeAxes(c.run, [row.size]);
  const index = axes[0]?.index ?? null;
  return array(axes, at(c.run, x, [index, index]));
};

const trace: Handler = (c) => {
  const x = arrayArgument(c, 0, 'a', 'input');
  if (x.kind === 'unknown') return x;
  const [a, b] = x.axes;
  if (x.axes.length !== 2 || !a || !b) return shapeError(c.run, `${c.written} takes a matrix`, c.span);
  if (!a.index && !b.index) return scalar(x.element);
  if (!a.index || !b.index || !c.run.sizes.unify(a.size, b.size))
    return shapeError(c.run, `${c.written} takes a square matrix`, c.span);
  const index = c.run.arena.index('r0', c.run.sizes.find(a.size));
  return scalar(c.run.arena.sum(index, at(c.run, x, [index, index])));
};

export const LINEAR_FUNCTIONS: Readonly<Record<string, Handler>> = {
  inv: inverse,
  inverse,
  solve,
  det: determinant('det'),
  logdet: determinant('logabsdet'),
  slogdet: signAndLogarithm,
  cumsum: cumulativeSum,
  diag: diagonal,
  diagflat: flatDiagonal,
  diagonal,
  trace,
};
