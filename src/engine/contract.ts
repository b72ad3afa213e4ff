/**
 * Sums of products over one axis, C[o…] += Σ_r A[o…, r] B[o…, r]: matrix-vector and matrix-matrix products, dot products,
 * and everything of that shape, with arbitrary strides.
 */

/** One operand: its stride along each output axis, and along the summed axis. */
export interface Operand {
  readonly strides: readonly number[];
  readonly along: number;
}

/** Adds the sum over r in [first, last) to the compact row-major `out`. */
export type Contraction = (
  out: Float64Array,
  outBase: number,
  a: Float64Array,
  aBase: number,
  b: Float64Array,
  bBase: number,
  first: number,
  last: number,
) => void;

const at = (array: Float64Array, index: number): number => array[index] ?? NaN;

/** Chooses the loop order by the strides: the inner loop runs over contiguous memory where there is any. */
export function contraction(extents: readonly number[], a: Operand, b: Operand): Contraction {
  const outStrides = rowMajor(extents);
  const axes = extents.map((_, k) => k).filter((k) => (extents[k] ?? 1) > 1);
  const stride = (operand: Operand, k: number): number => operand.strides[k] ?? 0;
  const contiguous = (x: Operand, y: Operand): number | undefined =>
    axes.find((k) => (outStrides[k] ?? 0) === 1 && stride(x, k) === 1 && stride(y, k) === 0);
  const byB = contiguous(b, a);
  const byA = contiguous(a, b);
  if (byB !== undefined || byA !== undefined) {
    const q = byB ?? byA ?? 0;
    const vector = byB === undefined ? a : b;
    const scalar = byB === undefined ? b : a;
    const outer = nest(
      extents,
      outStrides,
      vector,
      scalar,
      axes.filter((k) => k !== q),
    );
    const count = extents[q] ?? 1;
    const swap = byB === undefined;
    return (out, outBase, x, xBase, y, yBase, first, last) => {
      const v = swap ? x : y;
      const s = swap ? y : x;
      const vBase = swap ? xBase : yBase;
      const sBase = swap ? yBase : xBase;
      outer((o, dv, ds) => {
        scaledRows(
          out,
          outBase + o,
          count,
          v,
          vBase + dv,
          vector.along,
          s,
          sBase + ds,
          scalar.along,
          first,
          last,
        );
      });
    };
  }
  const q = axes.at(-1);
  const outer = nest(
    extents,
    outStrides,
    a,
    b,
    axes.filter((k) => k !== q),
  );
  const count = q === undefined ? 1 : (extents[q] ?? 1);
  const oq = q === undefined ? 0 : (outStrides[q] ?? 0);
  const aq = q === undefined ? 0 : stride(a, q);
  const bq = q === undefined ? 0 : stride(b, q);
  const dots = a.along === 1 && b.along === 1 ? contiguousDots : stridedDots;
  return (out, outBase, x, xBase, y, yBase, first, last) => {
    outer((o, da, db) => {
      dots(out, outBase + o, oq, count, x, xBase + da, aq, a.along, y, yBase + db, bq, b.along, first, last);
    });
  };
}

export function rowMajor(extents: readonly number[]): number[] {
  const strides = new Array<number>(extents.length).fill(0);
  let step = 1;
  for (let k = extents.length - 1; k >= 0; k -= 1) {
    strides[k] = step;
    step *= extents[k] ?? 1;
  }
  return strides;
}

type Visit = (out: number, a: number, b: number) => void;

/** Loops over the given output axes, with the offsets of the output and of both operands. */
function nest(
  extents: readonly number[],
  outStrides: readonly number[],
  a: Operand,
  b: Operand,
  axes: readonly number[],
): (visit: Visit) => void {
  return axes.reduceRight<(visit: Visit) => void>(
    (inner, axis) => {
      const count = extents[axis] ?? 1;
      const so = outStrides[axis] ?? 0;
      const sa = a.strides[axis] ?? 0;
      const sb = b.strides[axis] ?? 0;
      return (visit) => {
        for (let t = 0; t < count; t += 1)
          inner((o, da, db) => {
            visit(o + t * so, da + t * sa, db + t * sb);
          });
      };
    },
    (visit) => {
      visit(0, 0, 0);
    },
  );
}

/** out[q] += Σ_r s[r] v[r, q], v contiguous in q; four rows at a time, so that `out` is read and written once for four. */
function scaledRows(
  out: Float64Array,
  o: number,
  count: number,
  v: Float64Array,
  vBase: number,
  vAlong: number,
  s: Float64Array,
  sBase: number,
  sAlong: number,
  first: number,
  last: number,
): void {
  let r = first;
  for (; r + 4 <= last; r += 4) {
    const s0 = at(s, sBase + r * sAlong);
    const s1 = at(s, sBase + (r + 1) * sAlong);
    const s2 = at(s, sBase + (r + 2) * sAlong);
    const s3 = at(s, sBase + (r + 3) * sAlong);
    const v0 = vBase + r * vAlong;
    const v1 = v0 + vAlong;
    const v2 = v1 + vAlong;
    const v3 = v2 + vAlong;
    for (let q = 0; q < count; q += 1)
      out[o + q] =
        at(out, o + q) +
        (s0 * at(v, v0 + q) + s1 * at(v, v1 + q) + (s2 * at(v, v2 + q) + s3 * at(v, v3 + q)));
  }
  for (; r < last; r += 1) {
    const s0 = at(s, sBase + r * sAlong);
    const v0 = vBase + r * vAlong;
    for (let q = 0; q < count; q += 1) out[o + q] = at(out, o + q) + s0 * at(v, v0 + q);
  }
}

/** out[q] += Σ_r a[q, r] b[q, r], both contiguous in r. */
function contiguousDots(
  out: Float64Array,
  o: number,
  oq: number,
  count: number,
  a: Float64Array,
  aBase: number,
  aq: number,
  _aAlong: number,
  b: Float64Array,
  bBase: number,
  bq: number,
  _bAlong: number,
  first: number,
  last: number,
): void {
  for (let q = 0; q < count; q += 1) {
    const i = aBase + q * aq;
    const j = bBase + q * bq;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let r = first;
    for (; r + 4 <= last; r += 4) {
      s0 += at(a, i + r) * at(b, j + r);
      s1 += at(a, i + r + 1) * at(b, j + r + 1);
      s2 += at(a, i + r + 2) * at(b, j + r + 2);
      s3 += at(a, i + r + 3) * at(b, j + r + 3);
    }
    for (; r < last; r += 1) s0 += at(a, i + r) * at(b, j + r);
    out[o + q * oq] = at(out, o + q * oq) + (s0 + s1 + (s2 + s3));
  }
}

function stridedDots(
  out: Float64Array,
  o: number,
  oq: number,
  count: number,
  a: Float64Array,
  aBase: number,
  aq: number,
  aAlong: number,
  b: Float64Array,
  bBase: number,
  bq: number,
  bAlong: number,
  first: number,
  last: number,
): void {
  for (let q = 0; q < count; q += 1) {
    let i = aBase + q * aq + first * aAlong;
    let j = bBase + q * bq + first * bAlong;
    let sum = 0;
    for (let r = first; r < last; r += 1) {
      sum += at(a, i) * at(b, j);
      i += aAlong;
      j += bAlong;
    }
    out[o + q * oq] = at(out, o + q * oq) + sum;
  }
}
