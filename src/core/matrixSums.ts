/** Sums in matrix notation as a person writes them: (A + Aᵀ)x for Ax + Aᵀx, coefficients where they cancel. */
import { gcd } from './rational';
import type { MatrixForm } from './matrix';

type SumForm = Extract<MatrixForm, { kind: 'sum' }>;
type ScaledForm = Extract<MatrixForm, { kind: 'scaled' }>;
type Term = SumForm['terms'][number];

/** Equal for forms that are written alike. */
const keyOf = (form: MatrixForm): string =>
  JSON.stringify(form, (name, value: unknown) => (name === 'node' ? (value as { id: number }).id : value));

const factorsOf = (form: MatrixForm): readonly MatrixForm[] =>
  form.kind === 'matmul' ? form.factors : [form];

/** Whether one form is the transpose of the other. */
function areTransposes(a: MatrixForm, b: MatrixForm): boolean {
  return (
    (a.kind === 'transpose' && keyOf(a.arg) === keyOf(b)) ||
    (b.kind === 'transpose' && keyOf(b.arg) === keyOf(a))
  );
}

/** Two products that differ in one factor, which is transposed in one of them, as one product; null for others. */
function symmetrised(a: Term, b: Term): Term | null {
  const [left, right] = [factorsOf(a.form), factorsOf(b.form)];
  if (a.negative !== b.negative || left.length !== right.length || left.length < 2) return null;
  const differing = left.flatMap((f, k) => {
    const other = right[k];
    return other && keyOf(f) === keyOf(other) ? [] : [k];
  });
  const [at] = differing;
  const [p, q] = at === undefined ? [] : [left[at], right[at]];
  if (differing.length !== 1 || !p || !q || !areTransposes(p, q)) return null;
  const pair = p.kind === 'transpose' ? [q, p] : [p, q];
  const both: MatrixForm = { kind: 'sum', terms: pair.map((form) => ({ negative: false, form })) };
  return {
    negative: a.negative,
    form: { kind: 'matmul', factors: left.map((f, k) => (k === at ? both : f)) },
  };
}

/** A sum with such pairs joined; a sum of one term is that term. */
export function joinedSum(terms: readonly Term[]): MatrixForm {
  const left = [...terms];
  for (let k = 0; k < left.length; k += 1)
    for (let n = k + 1; n < left.length; n += 1) {
      const [a, b] = [left[k], left[n]];
      const joined = a && b ? symmetrised(a, b) : null;
      if (!joined) continue;
      left[k] = joined;
      left.splice(n, 1);
      break;
    }
  const [only] = left;
  return only && left.length === 1 && !only.negative ? only.form : { kind: 'sum', terms: left };
}

/** 1/2 (2 b + A x) as b + 1/2 A x: the coefficient goes into the sum where that leaves fewer of them. */
export function distributed(form: ScaledForm): MatrixForm {
  const { arg } = form;
  if (arg?.kind !== 'sum' || form.top.length > 0 || form.bottom.length > 0) return form;
  const before = 1 + arg.terms.filter(({ form: t }) => hasCoefficient(t)).length;
  const terms = arg.terms.map(({ negative, form: t }): Term => {
    const own = t.kind === 'scaled' ? t : unscaled(t);
    const sign = negative !== (form.negative !== own.negative);
    const divisor = gcd(form.num * own.num, form.den * own.den);
    const scaled: ScaledForm = {
      ...own,
      negative: false,
      num: (form.num * own.num) / divisor,
      den: (form.den * own.den) / divisor,
    };
    return { negative: sign, form: hasCoefficient(scaled) || !scaled.arg ? scaled : scaled.arg };
  });
  const after = terms.filter(({ form: t }) => hasCoefficient(t)).length;
  return after < before && terms[0]?.negative !== true ? { kind: 'sum', terms } : form;
}

const unscaled = (arg: MatrixForm): ScaledForm => ({
  kind: 'scaled',
  negative: false,
  num: 1,
  den: 1,
  top: [],
  bottom: [],
  arg,
});

const hasCoefficient = (form: MatrixForm): boolean =>
  form.kind === 'scaled' &&
  (form.negative || form.num !== 1 || form.den !== 1 || form.top.length > 0 || form.bottom.length > 0);
