/** Matching layouts: which axes forms have in common, and how one is brought into the layout of another. */
import { indicesOf, sameDims, type Dim, type Form, type ViewForm } from './form';

/** Whether `from` broadcasts into `to` as NumPy aligns axes, from the last one. */
export function broadcasts(from: readonly Dim[], to: readonly Dim[]): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((d, k) => d === null || d === to[lead + k]);
}

/** The form with its axes in another order; a double transposition cancels. */
export function transpose(form: Form, order: readonly number[]): Form {
  if (order.every((from, k) => from === k)) return form;
  const dims = order.map((k) => form.dims[k] ?? null);
  if (isSymmetric(form) && form.dims.length === 2 && form.dims.every((d) => d !== null))
    return { ...form, dims };
  // (A @ B.T).T is B @ A.T, with a transposition less.
  if (form.kind === 'matmul' && form.dims.length === 2 && isTurned(form.left) !== isTurned(form.right))
    return { ...form, left: reverse(form.right), right: reverse(form.left), dims };
  if (form.kind !== 'transpose') return { kind: 'transpose', arg: form, order, dims };
  return transpose(
    form.arg,
    order.map((k) => form.order[k] ?? 0),
  );
}

const isSymmetric = (form: Form): boolean =>
  form.kind === 'symbol' ? form.symmetric : form.kind === 'matrix' && form.fn === 'inv' && form.arg.symmetric;

const isTurned = (form: Form): boolean => form.kind === 'transpose' && form.dims.length === 2;

const reverse = (form: Form): Form => transpose(form, [...form.dims.keys()].reverse());

function view(arg: Form, parts: ViewForm['parts']): Form {
  if (parts.every((p) => p === 'keep')) return arg;
  const dims: Dim[] = [];
  let k = 0;
  for (const part of parts) {
    if (part === 'insert') dims.push(null);
    else {
      if (part === 'keep') dims.push(arg.dims[k] ?? null);
      k += 1;
    }
  }
  // A reduction can leave the unit axis itself.
  if (arg.kind === 'reduce' && !arg.keep && arg.dims.length > 0) {
    const kept = arg.arg.dims.map((d, axis) => (arg.axes.includes(axis) ? null : d));
    if (sameDims(kept, dims)) return { ...arg, keep: true, dims };
  }
  return { kind: 'view', arg, parts, dims };
}

/** The form without unit axes. */
export function squeeze(form: Form): Form {
  if (form.dims.every((d) => d !== null)) return form;
  // Undoing what has just been put in reads better than taking it out again.
  if (form.kind === 'view' && form.parts.every((p) => p !== 'drop')) return squeeze(form.arg);
  if (form.kind === 'transpose' && form.dims.length === 2) return squeeze(form.arg);
  return view(
    form,
    form.dims.map((d) => (d === null ? 'drop' : 'keep')),
  );
}

/** The form in exactly these axes, which must hold its indices; null where an index of `dims` is missing in it. */
export function arrange(form: Form, dims: readonly Dim[]): Form | null {
  if (sameDims(form.dims, dims)) return form;
  const wanted = indicesOf(dims);
  if (wanted.length !== indicesOf(form.dims).length) return null;
  if (form.dims.length > 1 && sameDims([...form.dims].reverse(), dims)) return reverse(form);
  const bare = squeeze(form);
  const ordered = transpose(
    bare,
    wanted.map((d) => bare.dims.indexOf(d)),
  );
  return view(
    ordered,
    dims.map((d) => (d === null ? 'insert' : 'keep')),
  );
}

/** The form so that it broadcasts into `dims`, with as little change as possible. */
export function align(form: Form, dims: readonly Dim[]): Form {
  if (broadcasts(form.dims, dims)) return form;
  if (form.dims.length > 1 && broadcasts([...form.dims].reverse(), dims)) return reverse(form);
  const own = new Set(indicesOf(form.dims));
  const target = dims.map((d) => (d !== null && own.has(d) ? d : null));
  const first = target.findIndex((d) => d !== null);
  return arrange(form, first < 0 ? [] : target.slice(first)) ?? form;
}

/**
 * The axes in which forms meet element by element: the wanted layout if one of them has it, else the layout that most of
 * them fit into unchanged, else all indices in the order wanted.
 */
export function meet(all: readonly (readonly Dim[])[], wanted: readonly Dim[] | null): readonly Dim[] {
  const union = [...new Set(all.flatMap(indicesOf))];
  const full = (dims: readonly Dim[]): boolean => indicesOf(dims).length === union.length;
  const candidates = all.filter(full);
  if (wanted && full(wanted) && union.every((d) => wanted.includes(d)) && union.length > 0) {
    const worth = candidates.length === 0 || candidates.some((dims) => sameDims(dims, wanted));
    if (worth) return wanted;
  }
  const score = (dims: readonly Dim[]): number =>
    2 * all.filter((other) => broadcasts(other, dims)).length +
    (wanted && sameDims(indicesOf(dims), indicesOf(wanted)) ? 1 : 0);
  let best: readonly Dim[] | null = null;
  for (const dims of candidates) if (!best || score(dims) > score(best)) best = dims;
  if (best) return best;
  const rank = (d: string): number => {
    const k = wanted?.indexOf(d) ?? -1;
    return k < 0 ? Infinity : k;
  };
  return union.sort(
    (a, b) => rank(a) - rank(b) || all.flatMap(indicesOf).indexOf(a) - all.flatMap(indicesOf).indexOf(b),
  );
}
