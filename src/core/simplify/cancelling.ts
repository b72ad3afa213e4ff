/** What is told of a product: which factors cancel in it. */
import type { Algebra, Form } from './algebra';
import { exponentOf, factors, filterMono, idAt, mulMono, sortedMono } from './mono';

/** Reports one state per base that cancels (wholly or in part) between the factors of a product. */
export function noteCancelling(algebra: Algebra, forms: readonly Form[]): void {
  if (!hasCommonBase(forms)) return;
  const seen = new Map<number, { up: number; down: number }>();
  for (const { mono } of forms)
    for (const [id, e] of factors(mono)) {
      const entry = seen.get(id) ?? { up: 0, down: 0 };
      if (e > 0) entry.up += e;
      else entry.down -= e;
      seen.set(id, entry);
    }
  const cancelling = [...seen].filter(([, { up, down }]) => up > 0 && down > 0).map(([id]) => id);
  const settled = new Set<number>();
  for (const id of cancelling) {
    settled.add(id);
    algebra.recorder.note('cancel-factor', () => {
      const merged: number[] = [];
      for (const done of settled) {
        const entry = seen.get(done);
        if (entry && entry.up !== entry.down) merged.push(done, entry.up - entry.down);
      }
      const left = forms.map((f) =>
        algebra.toNode({ ...f, mono: filterMono(f.mono, (b) => !settled.has(b)) }),
      );
      return algebra.arena.mul(...left, algebra.toNode({ num: 1, den: 1, mono: sortedMono(merged) }));
    });
  }
  const gathered = [...seen].some(
    ([id, { up, down }]) =>
      !settled.has(id) && up > 0 !== down > 0 && forms.filter((f) => exponentOf(f.mono, id) !== 0).length > 1,
  );
  if (gathered) algebra.recorder.note('collect-powers', () => algebra.toNode(unsettledProduct(forms)));
}

function hasCommonBase(forms: readonly Form[]): boolean {
  for (let n = 1; n < forms.length; n += 1) {
    const { mono } = forms[n] as Form;
    for (let k = 0; k < mono.length; k += 2)
      for (let other = 0; other < n; other += 1)
        if (exponentOf((forms[other] as Form).mono, idAt(mono, k)) !== 0) return true;
  }
  return false;
}

const unsettledProduct = (forms: readonly Form[]): Form =>
  forms.reduce((a, b) => ({ num: a.num * b.num, den: a.den * b.den, mono: mulMono(a.mono, b.mono) }));
