/** Sums of products as matrix products: which index to sum over first, and in which orientation. */
import { align, arrange, meet, squeeze } from './align';
import { indicesOf, sameDims, type Dim, type Form, type MatmulForm, type ProductForm } from './form';

/** Forms multiplied element by element; one form stands for itself. */
export function hadamard(forms: readonly Form[], wanted: readonly Dim[] | null): Form {
  const [only] = forms;
  if (only && forms.length === 1) return only;
  const dims = meet(
    forms.map((f) => f.dims),
    wanted,
  );
  // A product of two vectors over different indices has a form of its own.
  if (forms.length === 2 && dims.length === 2 && dims.every((d) => d !== null)) {
    const [p, q] = dims as [string, string];
    const left = forms.find((f) => indicesOf(f.dims).join() === p);
    const right = forms.find((f) => indicesOf(f.dims).join() === q);
    if (left && right) return { kind: 'outer', left: squeeze(left), right: squeeze(right), dims };
  }
  const top = forms.flatMap((f): readonly Form[] => (isPlain(f) && sameDims(f.dims, dims) ? f.top : [f]));
  return {
    kind: 'product',
    negative: false,
    num: 1,
    den: 1,
    top: top.map((f) => align(f, dims)),
    bottom: [],
    dims,
  };
}

/** Whether a form is a mere product of others. */
export const isPlain = (f: Form): f is ProductForm =>
  f.kind === 'product' && !f.negative && f.num === 1 && f.den === 1 && f.bottom.length === 0;

/** Sums (or other reductions) of a form along one index; sums along several axes are joined. */
export function reduceAlong(
  op: 'sum' | 'max' | 'min' | 'prod',
  form: Form,
  index: string,
  wanted: readonly Dim[] | null,
): Form {
  const axis = form.dims.indexOf(index);
  const rest = form.dims.filter((_, k) => k !== axis);
  const kept = form.dims.map((d, k) => (k === axis ? null : d));
  // The axis stays as a unit axis where that is the layout wanted.
  const keep = wanted !== null && wanted.length === kept.length && kept.every((d, k) => d === wanted[k]);
  const scalar = !keep && rest.every((d) => d === null);
  const axes = scalar ? [...form.dims.keys()] : [axis];
  const dims = scalar ? [] : keep ? kept : rest;
  if (form.kind === 'reduce' && form.op === op && op !== 'prod' && !form.keep && !keep) {
    const outer = form.arg.dims.map((_, k) => k).filter((k) => !form.axes.includes(k));
    const joined = [...form.axes, ...axes.map((k) => outer[k] ?? 0)].sort((a, b) => a - b);
    return { kind: 'reduce', op, arg: form.arg, axes: joined, keep: false, dims };
  }
  return { kind: 'reduce', op, arg: form, axes, keep, dims };
}

/** The product of forms summed over `summed`, in the layout wanted where one fits. */
export function contract(
  forms: readonly Form[],
  summed: readonly string[],
  wanted: readonly Dim[] | null,
): Form {
  let blocks = group(forms);
  // Between equals the innermost sum goes first, as xᵀ(Sx) is read.
  const left = [...summed].reverse();
  while (left.length > 0) {
    left.sort((a, b) => cost(blocks, a) - cost(blocks, b));
    const index = left.shift() as string;
    const touched = absorb(blocks.filter((b) => b.dims.includes(index)));
    const rest = blocks.filter((b) => !b.dims.includes(index));
    const last = left.length === 0 && rest.length === 0;
    const result = eliminate(touched, index, last ? wanted : null);
    if (!result) return einsum(blocks, [index, ...left], wanted);
    blocks = group([...rest, result]);
  }
  return hadamard(blocks, wanted);
}

/** Forms over the same indices become one block. */
function group(forms: readonly Form[]): Form[] {
  const groups = new Map<string, Form[]>();
  for (const form of forms) {
    const key = indicesOf(form.dims).sort().join();
    groups.set(key, [...(groups.get(key) ?? []), form]);
  }
  return [...groups.values()].map((g) => hadamard(g, null));
}

/** Indices that the result of summing over `index` would have, then how many forms it joins. */
function cost(blocks: readonly Form[], index: string): number {
  const touched = blocks.filter((b) => b.dims.includes(index));
  return new Set(touched.flatMap((b) => indicesOf(b.dims))).size * 100 + touched.length;
}

/** Above two factors, those over fewer indices scale one that has all of theirs. */
function absorb(forms: readonly Form[]): Form[] {
  const list = [...forms].sort((a, b) => indicesOf(a.dims).length - indicesOf(b.dims).length);
  while (list.length > 2) {
    const [small] = list;
    const host = list.findIndex(
      (f, k) => k > 0 && small !== undefined && indicesOf(small.dims).every((d) => f.dims.includes(d)),
    );
    const big = list[host];
    if (!small || !big) break;
    list.splice(host, 1, hadamard([small, big], null));
    list.shift();
  }
  return list;
}

function eliminate(forms: readonly Form[], index: string, wanted: readonly Dim[] | null): Form | null {
  const [a, b] = forms;
  if (!a || forms.length > 2) return null;
  if (!b) return dot(a, index, wanted) ?? reduceAlong('sum', a, index, wanted);
  const others = (f: Form): string[] => indicesOf(f.dims).filter((d) => d !== index);
  const [pa, pb] = [others(a), others(b)];
  if (pa.length > 1 || pb.length > 1) return null;
  const [p] = pa;
  const [q] = pb;
  if (p !== undefined && q !== undefined) return p === q ? null : matrices(a, b, p, q, index, wanted);
  if (p !== undefined) return matrixVector(a, b, p, index, wanted);
  return q === undefined ? null : matrixVector(b, a, q, index, wanted);
}

/** A sum of products of two vectors without unit axes is their dot product. */
function dot(form: Form, index: string, wanted: readonly Dim[] | null): Form | null {
  if (form.kind !== 'product' || form.dims.length !== 1 || form.top.length !== 2 || !isPlain(form))
    return null;
  if (wanted !== null && wanted.length > 0) return null;
  const [left, right] = form.top as [Form, Form];
  const vectors = [left, right].every((f) => f.dims.length === 1 && f.dims[0] === index);
  return vectors ? { kind: 'matmul', left, right, dims: [] } : null;
}

const matmul = (left: Form, right: Form, dims: readonly Dim[]): MatmulForm => ({
  kind: 'matmul',
  left,
  right,
  dims,
});

/** Σ_i A_pi B_iq as A @ B, or transposed as Bᵀ @ Aᵀ: as wanted, else with fewer transpositions. */
function matrices(
  a: Form,
  b: Form,
  p: string,
  q: string,
  i: string,
  wanted: readonly Dim[] | null,
): Form | null {
  const left = arrange(a, [p, i]);
  const right = arrange(b, [i, q]);
  const leftT = arrange(b, [q, i]);
  const rightT = arrange(a, [i, p]);
  if (!left || !right || !leftT || !rightT) return null;
  const turns = (f: Form): number => Number(f.kind === 'transpose');
  const order = wanted ? wanted.indexOf(p) - wanted.indexOf(q) : 0;
  const swap = order === 0 ? turns(leftT) + turns(rightT) < turns(left) + turns(right) : order > 0;
  return swap ? matmul(leftT, rightT, [q, p]) : matmul(left, right, [p, q]);
}

/** Σ_i A_pi v_i: a vector with a unit axis is a column or a row, and so is the result. */
function matrixVector(
  matrix: Form,
  vector: Form,
  p: string,
  i: string,
  wanted: readonly Dim[] | null,
): Form | null {
  const column = wanted !== null && wanted.length === 2 && wanted[0] === p && wanted[1] === null;
  const row = wanted !== null && wanted.length === 2 && wanted[0] === null && wanted[1] === p;
  const flat = vector.dims.length === 1;
  if (!flat && vector.dims.length !== 2) return null;
  const isRow = !flat && vector.dims[1] === i;
  const [pi, ip] = [arrange(matrix, [p, i]), arrange(matrix, [i, p])];
  if (!pi || !ip) return null;
  if (flat) {
    // As a row where that saves a transposition and nothing else is asked for.
    return matmul(pi, vector, [p]);
  }
  const target = column || (!row && !isRow) ? [i, null] : [null, i];
  const arranged = arrange(vector, target);
  if (!arranged) return null;
  return target[0] === i ? matmul(pi, arranged, [p, null]) : matmul(arranged, ip, [null, p]);
}

/** What is left when no product of matrices fits: two factors as an elementwise product, else an Einstein sum. */
function einsum(blocks: readonly Form[], summed: readonly string[], wanted: readonly Dim[] | null): Form {
  const touched = blocks.filter((b) => summed.some((s) => b.dims.includes(s)));
  const rest = blocks.filter((b) => !touched.includes(b));
  const union = new Set(touched.flatMap((b) => indicesOf(b.dims)));
  const host = touched.find((b) => indicesOf(b.dims).length === union.size);
  let result: Form;
  if (host) {
    result = hadamard(touched, null);
    summed.forEach((s, k) => {
      result = reduceAlong('sum', result, s, rest.length === 0 && k === summed.length - 1 ? wanted : null);
    });
  } else {
    const kept = [...union].filter((d) => !summed.includes(d));
    const order = wanted ? kept.sort((a, b) => wanted.indexOf(a) - wanted.indexOf(b)) : kept;
    result = { kind: 'einsum', args: touched.map(squeeze), dims: order };
  }
  return hadamard([...rest, result], wanted);
}
