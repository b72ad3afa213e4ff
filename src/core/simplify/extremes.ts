/** Maxima, minima and products over an index in the decision form. */
import type { IndexNode, Node, ReduceOp } from '../expr';
import type { Form } from './algebra';
import { factors, type Mono } from './mono';
import type { Normalizer } from './normalize';

/** Normal form of the reduction of a form, for what is no sum. */
export function decidedReduction(normalizer: Normalizer, op: ReduceOp, index: IndexNode, form: Form): Form {
  const { algebra } = normalizer;
  if (op === 'prod') return product(normalizer, index, form);
  return op === 'max'
    ? maximum(normalizer, index, form)
    : algebra.scale(maximum(normalizer, index, algebra.scale(form, -1)), -1);
}

/** max (c + p f) = c + p max f for p > 0, with c and p free of the index. */
function maximum(normalizer: Normalizer, index: IndexNode, form: Form): Form {
  const { algebra, arena } = normalizer;
  const free = (term: Form): boolean => !algebra.toNode(term).free.has(index.name);
  const terms = normalizer.termsOf(form);
  const constant = algebra.add(terms.filter(free));
  const varying = algebra.add(terms.filter((term) => !free(term)));
  if (varying.num === 0) return constant;
  const outside: number[] = [];
  const inside: number[] = [];
  for (const [id, e] of factors(varying.mono)) {
    const factor = algebra.toNode({ num: 1, den: 1, mono: [id, 1] });
    const out = !factor.free.has(index.name) && normalizer.facts.isPositive(factor);
    (out ? outside : inside).push(id, e);
  }
  const left: Form = { num: Math.sign(varying.num), den: 1, mono: inside };
  const factor: Form = { num: Math.abs(varying.num), den: varying.den, mono: outside };
  // What a factor held together may be a sum with constants of its own.
  const reduced =
    outside.length > 0
      ? maximum(normalizer, index, left)
      : algebra.atom(arena.reduce('max', index, algebra.toNode(left)));
  return algebra.add([constant, algebra.mul(factor, reduced)]);
}

/** Π c f g = c^n Π f Π g; Π f = e^(Σ log f) for f > 0. */
function product(normalizer: Normalizer, index: IndexNode, form: Form): Form {
  const { algebra, arena } = normalizer;
  if (form.num === 0) return form;
  const length = arena.size(index.size);
  const single = (mono: Mono): Node => algebra.toNode({ num: 1, den: 1, mono });
  const out: Form[] = [];
  if (form.num !== 1 || form.den !== 1)
    out.push(normalizer.norm(arena.pow(arena.num(form.num, form.den), length)));
  for (const [id, e] of factors(form.mono)) {
    const factor = single([id, 1]);
    if (!factor.free.has(index.name)) out.push(normalizer.norm(arena.pow(single([id, e]), length)));
    else if (normalizer.facts.isPositive(factor)) {
      const sum = arena.sum(index, arena.call('log', factor));
      out.push(normalizer.norm(arena.call('exp', arena.mul(arena.num(e), sum))));
    } else out.push(algebra.power(algebra.atom(arena.reduce('prod', index, factor)), e));
  }
  return algebra.mul(...out);
}
