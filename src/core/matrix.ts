/**
 * Element expressions in matrix notation: Xᵀ(a − y)/m. A vector is a column unless the program lays it out as a row;
 * ⊙ and ⊘ work element by element, as do functions of arrays.
 */
import { planArray } from './array/plan';
import {
  indicesOf,
  sameDims,
  someForm,
  type AddForm,
  type CompareForm,
  type Dim,
  type Form,
  type MatrixFunctionForm,
  type ProductForm,
  type ReduceForm,
  type SymbolForm,
  type TakeForm,
  type WhereForm,
} from './array/form';
import { isPlain } from './array/contract';
import { distributed, joinedSum } from './matrixSums';
import type { ArrayValue, Binding, Program } from './definition';
import {
  isNum,
  type Arena,
  type ConstNode,
  type Node,
  type NumNode,
  type ReduceOp,
  type Size,
  type SizeNode,
} from './expr';

export type MatrixForm =
  | { readonly kind: 'symbol'; readonly name: string; readonly symmetric: boolean }
  | { readonly kind: 'number'; readonly node: NumNode | ConstNode | SizeNode }
  /** A column of ones. */
  | { readonly kind: 'ones'; readonly size: Size }
  /** Zeros; a vector with one size is a column. */
  | { readonly kind: 'zero'; readonly sizes: readonly Size[] }
  | { readonly kind: 'identity'; readonly size: Size }
  /** Rows of the identity, one for each of the labels in a column; the unit vector of a single label is a column. */
  | { readonly kind: 'oneHot'; readonly labels: MatrixForm; readonly size: Size; readonly single: boolean }
  | {
      readonly kind: 'sum';
      readonly terms: readonly { readonly negative: boolean; readonly form: MatrixForm }[];
    }
  /** ± num/den · Π top / Π bottom (all scalars) · arg. */
  | {
      readonly kind: 'scaled';
      readonly negative: boolean;
      readonly num: number;
      readonly den: number;
      readonly top: readonly MatrixForm[];
      readonly bottom: readonly MatrixForm[];
      readonly arg: MatrixForm | null;
    }
  | { readonly kind: 'matmul'; readonly factors: readonly MatrixForm[] }
  | {
      readonly kind: 'hadamard';
      readonly factors: readonly MatrixForm[];
      readonly divisors: readonly MatrixForm[];
    }
  | { readonly kind: 'transpose'; readonly arg: MatrixForm }
  /** The diagonal matrix of a vector (`square`), or the diagonal of a matrix as a vector. */
  | { readonly kind: 'diag'; readonly arg: MatrixForm; readonly square: boolean; readonly inverse: boolean }
  | { readonly kind: 'trace'; readonly arg: MatrixForm }
  | { readonly kind: 'inverse'; readonly arg: MatrixForm }
  | { readonly kind: 'determinant'; readonly arg: MatrixForm; readonly log: boolean }
  /** The squared Euclidean or Frobenius norm. */
  | { readonly kind: 'squaredNorm'; readonly arg: MatrixForm; readonly frobenius: boolean }
  | {
      readonly kind: 'power';
      readonly base: MatrixForm;
      readonly exponent: MatrixForm;
      readonly elementwise: boolean;
    }
  | { readonly kind: 'root'; readonly arg: MatrixForm }
  /** Ones on and below the diagonal (`lower`) or on and above it, `strict` without the diagonal. */
  | {
      readonly kind: 'triangle';
      readonly lower: boolean;
      readonly strict: boolean;
      readonly sizes: readonly [rows: Size, columns: Size];
    }
  /** The largest or smallest element, or the product of all, of each row (a column), of each column (a row) or of all. */
  | {
      readonly kind: 'extreme';
      readonly op: Exclude<ReduceOp, 'sum'>;
      readonly along: 'row' | 'column' | 'all';
      readonly arg: MatrixForm;
    }
  /** Element by element. */
  | {
      readonly kind: 'where';
      readonly condition: MatrixForm;
      readonly then: MatrixForm;
      readonly otherwise: MatrixForm;
    }
  | { readonly kind: 'call'; readonly fn: string; readonly args: readonly MatrixForm[] }
  | {
      readonly kind: 'indicator';
      readonly rel: CompareForm['rel'];
      readonly left: MatrixForm;
      readonly right: MatrixForm;
    };

/**
 * `value` in matrix notation, or null where it has none (running sums, three and more axes) or needs none
 * (nothing in it is an array). `extra` are bindings beyond the program's that it may mention.
 */
export function toMatrix(
  value: ArrayValue,
  program: Program,
  extra: readonly Binding[] = [],
): MatrixForm | null {
  const element = withIndicators(program.arena, value.element);
  const { form, sizes } = planArray(program, extra, { ...value, element });
  if (!someForm(form, (f) => f.dims.length > 0)) return null;
  return general((index) => sizes.get(index) ?? '', form);
}

/** A choice between a value and 0 is the value times an indicator: what stands beside [false] is 0, even if undefined. */
function withIndicators(arena: Arena, node: Node): Node {
  if (node.args.length === 0 || node.kind === 'sym' || node.kind === 'matrix') return node;
  if (node.kind === 'reduce') {
    const { index, body } = arena.open(node);
    return arena.reduce(node.op, index, withIndicators(arena, body));
  }
  const [condition, then, otherwise] = node.args;
  if (node.kind === 'where' && condition && then && otherwise && isNum(otherwise, 0))
    return arena.mul(withIndicators(arena, then), condition);
  return arena.withArgs(
    node,
    node.args.map((arg) => withIndicators(arena, arg)),
  );
}

/** The size of an index. */
type SizeOf = (index: string) => Size;

type Orientation = 'column' | 'row';

const rank = (form: Form): number => indicesOf(form.dims).length;

/** Layout only: what a view or a transposition of a vector is made of. */
function core(form: Form): Form {
  const relabels = form.kind === 'view' || (form.kind === 'transpose' && rank(form) < 2);
  return relabels ? core(form.arg) : form;
}

/** How a form with one index lies; without unit axes it is a column. */
function orientation(dims: readonly Dim[]): Orientation {
  return dims.length > 1 && dims[0] === null ? 'row' : 'column';
}

function transposed(form: MatrixForm | null): MatrixForm | null {
  if (!form) return null;
  if (form.kind === 'transpose') return form.arg;
  const inner = form.kind === 'inverse' ? form.arg : form;
  if (inner.kind === 'symbol' && inner.symmetric) return form;
  if (form.kind === 'identity' || (form.kind === 'diag' && form.square)) return form;
  if (form.kind === 'matmul') return chain([...form.factors].reverse().map(transposed));
  if (form.kind === 'scaled' && form.arg) {
    const arg = transposed(form.arg);
    return arg && { ...form, arg };
  }
  return { kind: 'transpose', arg: form };
}

/** A form in the orientation of its own axes. */
function general(c: SizeOf, form: Form): MatrixForm | null {
  return rank(form) === 1 ? vector(c, form, orientation(form.dims)) : convert(c, core(form));
}

function vector(c: SizeOf, form: Form, as: Orientation): MatrixForm | null {
  const inner = core(form);
  const native = convert(c, inner);
  return orientation(inner.dims) === as ? native : transposed(native);
}

function all(forms: readonly (MatrixForm | null)[]): readonly MatrixForm[] | null {
  return forms.every((f) => f !== null) ? forms : null;
}

/** A form whose axes stand as they are printed: scalars, vectors in their own orientation, matrices. */
function convert(c: SizeOf, form: Form): MatrixForm | null {
  if (rank(form) > 2) return null;
  switch (form.kind) {
    case 'symbol':
      return whole(form);
    case 'scalar':
      return { kind: 'number', node: form.node };
    case 'add':
      return sum(c, form);
    case 'product':
      return product(c, form);
    case 'power': {
      const base = general(c, form.base);
      const exponent = rank(form.exponent) === 0 ? general(c, form.exponent) : null;
      return base && exponent && { kind: 'power', base, exponent, elementwise: rank(form) > 0 };
    }
    case 'root': {
      const arg = general(c, form.arg);
      return arg && { kind: 'root', arg };
    }
    case 'call': {
      const args = congruent(c, form.args, form.dims);
      return args && { kind: 'call', fn: form.fn, args };
    }
    case 'compare':
      return indicator(c, form);
    case 'oneHot': {
      const labels = general(c, core(form.labels));
      return labels && { kind: 'oneHot', labels, size: form.size, single: rank(form.labels) === 0 };
    }
    case 'matmul':
      return matmul(c, form.left, form.right);
    case 'outer': {
      const factors = all([vector(c, form.left, 'column'), vector(c, form.right, 'row')]);
      return factors && { kind: 'matmul', factors };
    }
    case 'reduce':
      return reduction(c, form);
    case 'transpose':
      return transposed(general(c, form.arg));
    case 'view':
      return general(c, form);
    case 'diagonal':
      return { kind: 'diag', arg: whole(form.arg), square: false, inverse: false };
    case 'matrix':
      return whole(form);
    case 'diag': {
      const arg = vector(c, form.arg, 'column');
      return arg && { kind: 'diag', arg, square: true, inverse: false };
    }
    case 'full': {
      if (rank(form.arg) > 0 || form.dims.length === 0) return null;
      const arg = general(c, form.arg);
      const [first, second] = indicesOf(form.dims).map((d) => ones(c, d));
      if (!first) return arg;
      const vectorOfOnes = orientation(form.dims) === 'column' ? first : transposed(first);
      const shape = second ? chain([first, transposed(second)]) : vectorOfOnes;
      if (arg?.kind === 'number' && isNum(arg.node, 1)) return shape;
      if (arg?.kind === 'number' && isNum(arg.node, 0))
        return { kind: 'zero', sizes: form.dims.map((d) => (d === null ? '1' : c(d))) };
      return arg && { kind: 'scaled', negative: false, num: 1, den: 1, top: [arg], bottom: [], arg: shape };
    }
    case 'take':
      return gathered(c, form);
    case 'where':
      return choice(c, form);
    case 'cumulative':
    case 'range':
    case 'einsum':
      return null;
  }
}

/** A symbol, or a function of the matrix that it is. */
function whole(form: SymbolForm | MatrixFunctionForm): MatrixForm {
  if (form.kind === 'symbol') return { kind: 'symbol', name: form.name, symmetric: form.symmetric };
  const arg = whole(form.arg);
  return form.fn === 'inv'
    ? { kind: 'inverse', arg }
    : { kind: 'determinant', arg, log: form.fn === 'logabsdet' };
}

/** What labels select in a symbol, by their one-hot matrix Y: whole rows YA, an element of each row (Y ∘ A)1. */
function gathered(c: SizeOf, form: TakeForm): MatrixForm | null {
  const axis = form.classes.findIndex((size) => size !== null);
  const [labels, size] = [form.at[axis], form.classes[axis]];
  const others = form.at.filter((_, k) => k !== axis);
  if (!labels || !size || rank(labels) !== 1) return null;
  const column = general(c, core(labels));
  const rows: MatrixForm | null = column && { kind: 'oneHot', labels: column, size, single: false };
  if (others.every((f) => f === null)) return rows && chain([rows, whole(form.arg)]);
  const [other] = others;
  // Positions count up along the axis that the labels run over.
  const inOrder = !!other && others.length === 1 && core(other).kind === 'range';
  if (!inOrder || rank(form) !== 1 || indicesOf(other.dims)[0] !== indicesOf(labels.dims)[0]) return null;
  const chosen = axis === 1 ? rows : transposed(rows);
  const elements: MatrixForm | null = chosen && {
    kind: 'hadamard',
    factors: [chosen, whole(form.arg)],
    divisors: [],
  };
  const picked = chain([axis === 1 ? elements : transposed(elements), { kind: 'ones', size }]);
  return orientation(form.dims) === 'column' ? picked : transposed(picked);
}

/** Operands of an elementwise function: arrays over the same axes, scalars (which apply to every element), vectors repeated. */
function congruent(c: SizeOf, forms: readonly Form[], dims: readonly Dim[]): readonly MatrixForm[] | null {
  const indices = indicesOf(dims).join();
  return all(
    forms.map((f) => {
      if (rank(f) === 0) return general(c, f);
      if (indicesOf(f.dims).join() !== indices) return spread(c, f, dims);
      return rank(f) === 1 ? vector(c, f, orientation(dims)) : general(c, f);
    }),
  );
}

function sum(c: SizeOf, form: AddForm): MatrixForm | null {
  const spreads = form.terms.map((t) => spread(c, t.form, form.dims));
  // Next to the identity or to an outer product a number would read as a multiple of the identity: it stands in every cell.
  const beside =
    spreads.some((t) => t !== null && isDiagonal(t)) || form.terms.some((t) => core(t.form).kind === 'outer');
  const terms = all(
    spreads.map((t, k) => {
      const own = form.terms[k]?.form;
      return t && own && beside && rank(own) === 0 ? everywhere(c, t, form.dims) : t;
    }),
  );
  return terms && joinedSum(terms.map((t, k) => ({ negative: form.terms[k]?.negative ?? false, form: t })));
}

function isDiagonal(form: MatrixForm): boolean {
  if (form.kind === 'scaled') return form.arg !== null && isDiagonal(form.arg);
  return form.kind === 'identity' || (form.kind === 'diag' && form.square);
}

/** A matrix with the same scalar in all its cells. */
function everywhere(c: SizeOf, scalar: MatrixForm, dims: readonly Dim[]): MatrixForm | null {
  const [p = '', q = ''] = indicesOf(dims);
  const arg = chain([ones(c, p), transposed(ones(c, q))]);
  if (scalar.kind === 'scaled' && scalar.arg === null) return { ...scalar, arg };
  if (scalar.kind === 'number' && isNum(scalar.node, 1)) return arg;
  return { kind: 'scaled', negative: false, num: 1, den: 1, top: [scalar], bottom: [], arg };
}

/** An operand of a sum in the shape of the result: a vector next to a matrix is repeated by an outer product with ones. */
function spread(c: SizeOf, form: Form, dims: readonly Dim[]): MatrixForm | null {
  const own = indicesOf(form.dims);
  const target = indicesOf(dims);
  if (own.length === 0 || own.join() === target.join())
    return own.length === 1 ? vector(c, form, orientation(dims)) : general(c, form);
  if (own.length !== 1 || target.length !== 2) return null;
  const [row = '', column = ''] = target;
  return own[0] === row
    ? chain([vector(c, form, 'column'), transposed(ones(c, column))])
    : chain([ones(c, row), vector(c, form, 'row')]);
}

const ones = (c: SizeOf, index: string): MatrixForm => ({ kind: 'ones', size: c(index) });

/** A matrix product; the coefficient of a factor stands in front of the whole. */
function chain(factors: readonly (MatrixForm | null)[]): MatrixForm | null {
  const known = all(factors);
  if (!known) return null;
  const scaled = known.find((f) => f.kind === 'scaled' && f.arg !== null);
  if (scaled?.kind === 'scaled') {
    const arg = chain(known.map((f) => (f === scaled ? scaled.arg : f)));
    return arg && { ...scaled, arg };
  }
  return { kind: 'matmul', factors: known.flatMap((f) => (f.kind === 'matmul' ? f.factors : [f])) };
}

function product(c: SizeOf, form: ProductForm): MatrixForm | null {
  const dims = indicesOf(form.dims);
  const scalars = (forms: readonly Form[]): readonly MatrixForm[] | null =>
    all(forms.filter((f) => rank(f) === 0).map((f) => general(c, f)));
  const [top, bottom] = [scalars(form.top), scalars(form.bottom)];
  const whole = (f: Form): boolean => rank(f) > 0 && indicesOf(f.dims).join() === dims.join();
  const factors = congruent(c, form.top.filter(whole), form.dims);
  const divisors = congruent(c, form.bottom.filter(whole), form.dims);
  if (!top || !bottom || !factors || !divisors) return null;
  let arg = elementwise(factors, divisors) ?? outerProduct(c, form);
  const isOuter = arg !== null && factors.length + divisors.length === 0;
  for (const [forms, inverse] of [
    [form.top, false],
    [form.bottom, true],
  ] as const)
    for (const f of isOuter ? [] : forms.filter((g) => rank(g) > 0 && !whole(g))) {
      const along = vector(c, f, 'column');
      if (!along || rank(f) !== 1 || dims.length !== 2 || arg === null) return null;
      const diagonal: MatrixForm = { kind: 'diag', arg: along, square: true, inverse };
      arg = indicesOf(f.dims)[0] === dims[0] ? chain([diagonal, arg]) : chain([arg, diagonal]);
    }
  if (dims.length > 0 && arg === null) return null;
  const { negative, num, den } = form;
  // Of a product of scalars, a sum stands apart from its coefficient.
  const composite =
    dims.length === 0
      ? top.findLast((f) => ['matmul', 'squaredNorm', 'trace', 'determinant'].includes(f.kind))
      : undefined;
  if (composite)
    return {
      kind: 'scaled',
      negative,
      num,
      den,
      top: top.filter((f) => f !== composite),
      bottom,
      arg: composite,
    };
  if (!negative && num === 1 && den === 1 && top.length === 0 && bottom.length === 0) return arg;
  return distributed({ kind: 'scaled', negative, num, den, top, bottom, arg });
}

/** A product of factors over one index each, of two in all: those over one times those over the other. */
function outerProduct(c: SizeOf, form: ProductForm): MatrixForm | null {
  const [p, q] = indicesOf(form.dims);
  const forms = [...form.top, ...form.bottom].filter((f) => rank(f) > 0);
  if (p === undefined || q === undefined || forms.some((f) => rank(f) !== 1)) return null;
  const along = (index: string, as: Orientation): MatrixForm | null => {
    const over = (list: readonly Form[]): readonly MatrixForm[] | null =>
      all(list.filter((f) => indicesOf(f.dims)[0] === index).map((f) => vector(c, f, as)));
    const [top, bottom] = [over(form.top), over(form.bottom)];
    return top && bottom && elementwise(top, bottom);
  };
  const [left, right] = [along(p, 'column'), along(q, 'row')];
  return left && right && chain([left, right]);
}

function elementwise(factors: readonly MatrixForm[], divisors: readonly MatrixForm[]): MatrixForm | null {
  const [only] = factors;
  if (only && factors.length === 1 && divisors.length === 0) return only;
  return factors.length + divisors.length === 0 ? null : { kind: 'hadamard', factors, divisors };
}

function indicator(c: SizeOf, form: CompareForm): MatrixForm | null {
  const [p, q] = [core(form.left), core(form.right)];
  const diagonal = p.kind === 'range' && q.kind === 'range' && p.size === q.size && form.rel === '==';
  if (diagonal && rank(form) === 2) return { kind: 'identity', size: p.size };
  if (p.kind === 'range' && q.kind === 'range')
    return triangle(c, form, p.dims[0] === indicesOf(form.dims)[0]);
  const [left, right] = congruent(c, [form.left, form.right], form.dims) ?? [];
  return left && right ? { kind: 'indicator', rel: form.rel, left, right } : null;
}

/** Which positions come before which others, as the mask of causal attention has it. */
function triangle(c: SizeOf, { rel, dims }: CompareForm, rowsFirst: boolean): MatrixForm | null {
  const [row, column] = indicesOf(dims);
  if (row === undefined || column === undefined || rel === '==' || rel === '!=') return null;
  const lower = rel.startsWith('>') === rowsFirst;
  return { kind: 'triangle', lower, strict: !rel.endsWith('='), sizes: [c(row), c(column)] };
}

function choice(c: SizeOf, form: WhereForm): MatrixForm | null {
  const [condition, then, otherwise] =
    congruent(c, [form.condition, form.then, form.otherwise], form.dims) ?? [];
  return condition && then && otherwise ? { kind: 'where', condition, then, otherwise } : null;
}

function matmul(c: SizeOf, left: Form, right: Form): MatrixForm | null {
  const [l, r] = [rank(left), rank(right)];
  if (l === 2 && r === 2) return chain([general(c, left), general(c, right)]);
  if (l === 2) return chain([general(c, left), vector(c, right, 'column')]);
  if (r === 2) {
    // A row times a matrix is a row; without unit axes the result counts as a column, so it is written the other way round.
    return left.dims.length === 2
      ? chain([vector(c, left, 'row'), general(c, right)])
      : chain([transposed(general(c, right)), vector(c, left, 'column')]);
  }
  return chain([vector(c, left, 'row'), vector(c, right, 'column')]);
}

function reduction(c: SizeOf, form: ReduceForm): MatrixForm | null {
  const { arg } = form;
  if (form.op !== 'sum') return extreme(c, form, form.op);
  if (arg.kind === 'diagonal') return { kind: 'trace', arg: whole(arg.arg) };
  const summed = form.axes.flatMap((k) => arg.dims[k] ?? []);
  const indices = indicesOf(arg.dims);
  if (summed.length === indices.length) {
    const square = squared(c, arg);
    if (square) return { kind: 'squaredNorm', arg: square, frobenius: indices.length === 2 };
  }
  const [p = '', q = ''] = indices;
  const left = transposed(ones(c, p));
  if (indices.length === 1 && isPlain(arg) && arg.top.length === 2 && arg.top.every((f) => rank(f) === 1)) {
    const [u, v] = arg.top as [Form, Form];
    return chain([vector(c, u, 'row'), vector(c, v, 'column')]);
  }
  const picked = core(arg).kind === 'take' ? convert(c, core(arg)) : null;
  const [selected] = picked?.kind === 'matmul' ? picked.factors : [];
  if (indices.length === 1 && selected?.kind === 'hadamard') return traceOfProduct(selected);
  if (indices.length === 1)
    return orientation(core(arg).dims) === 'row'
      ? chain([vector(c, arg, 'row'), ones(c, p)])
      : chain([left, vector(c, arg, 'column')]);
  if (indices.length !== 2) return null;
  const matrix = general(c, arg);
  if (summed.length === 2) return traceOfProduct(matrix) ?? chain([left, matrix, ones(c, q)]);
  if (summed[0] === indices[1]) return chain([matrix, ones(c, q)]);
  return orientation(form.dims) === 'row' ? chain([left, matrix]) : chain([transposed(matrix), ones(c, p)]);
}

function extreme(c: SizeOf, form: ReduceForm, op: Exclude<ReduceOp, 'sum'>): MatrixForm | null {
  const indices = indicesOf(form.arg.dims);
  const arg = general(c, form.arg);
  const [summed, ...more] = form.axes.flatMap((k) => form.arg.dims[k] ?? []);
  if (!arg || summed === undefined) return null;
  if (more.length + 1 === indices.length) return { kind: 'extreme', op, along: 'all', arg };
  if (indices.length !== 2) return null;
  const along = summed === indices[1] ? 'row' : 'column';
  const native: MatrixForm = { kind: 'extreme', op, along, arg };
  return (along === 'row') === (orientation(form.dims) === 'column') ? native : transposed(native);
}

/** The sum of all elements of A ∘ B as tr(AᵀB), with whichever of the two transposed that needs fewer transpositions. */
function traceOfProduct(form: MatrixForm | null): MatrixForm | null {
  if (form?.kind !== 'hadamard' || form.factors.length !== 2 || form.divisors.length > 0) return null;
  const [a, b] = form.factors as [MatrixForm, MatrixForm];
  const left = chain([transposed(a), b]);
  const right = chain([a, transposed(b)]);
  const turns = (f: MatrixForm): number =>
    Number(f.kind === 'transpose') + (f.kind === 'matmul' ? f.factors.reduce((n, g) => n + turns(g), 0) : 0);
  return left && right && { kind: 'trace', arg: turns(right) < turns(left) ? right : left };
}

/** The base of an elementwise square, else null. */
function squared(c: SizeOf, form: Form): MatrixForm | null {
  const [factor] = form.kind === 'product' && isPlain(form) ? form.top : [];
  const other = form.kind === 'product' && form.top.length === 2 ? form.top[1] : undefined;
  if (
    factor?.kind === 'symbol' &&
    other?.kind === 'symbol' &&
    factor.name === other.name &&
    sameDims(factor.dims, other.dims)
  )
    return rank(factor) === 1 ? vector(c, factor, 'column') : general(c, factor);
  if (form.kind !== 'power' || form.exponent.kind !== 'scalar') return null;
  const { node } = form.exponent;
  if (node.kind !== 'num' || node.num !== 2 || node.den !== 1) return null;
  return rank(form.base) === 1 ? vector(c, form.base, 'column') : general(c, form.base);
}
