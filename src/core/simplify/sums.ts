/** Sums over an index: constants out, deltas eliminated, known sums, and splitting where it makes things smaller. */
import type { Arena, IndexNode, Node } from '../expr';
import type { Algebra, Form } from './algebra';
import { ZERO } from './algebra';
import { agreements } from './deltas';
import { cancelledAcross, cancelledPair } from './inverses';
import { EMPTY, divMono, factors, filterMono, monoKey, type Mono } from './mono';
import type { Normalizer } from './normalize';
import { canonicalSum } from './multisum';
import { BudgetError, collect, multiply, type Term } from './polynomial';

/** Σ over axis `position` of a binding or input gives `value`, a function of its other arguments. */
export interface SumRule {
  readonly position: number;
  readonly rule: string;
  readonly value: (args: readonly Node[]) => Node;
}

const dependsOn = (algebra: Algebra, id: number, index: IndexNode): boolean =>
  algebra.base(id).free.has(index.name);

function splitMono(algebra: Algebra, m: Mono, index: IndexNode): { inside: Mono; outside: Mono } {
  const inside = filterMono(m, (id) => dependsOn(algebra, id, index));
  return { inside, outside: inside.length === m.length ? EMPTY : divMono(m, inside) };
}

/** Normal form of Σ_index form. */
export function sumForm(normalizer: Normalizer, index: IndexNode, form: Form): Form {
  const { algebra, arena } = normalizer;
  if (form.num === 0) return ZERO;
  const { inside, outside } = splitMono(algebra, form.mono, index);
  const factor: Form = { ...form, mono: outside };
  const body: Form = { num: 1, den: 1, mono: inside };
  if (inside.length === 0) return algebra.mul(factor, normalizer.norm(arena.size(index.size)));
  const factorNode = (): Node => algebra.toNode(factor);
  algebra.recorder.note('factor-out-of-sum', () =>
    arena.mul(factorNode(), arena.sum(index, algebra.toNode(body))),
  );
  const inner = algebra.recorder.within(
    (part) => arena.mul(factorNode(), part),
    () => sumOfBody(normalizer, index, body),
  );
  return algebra.mul(factor, inner);
}

function sumOfBody(normalizer: Normalizer, index: IndexNode, body: Form): Form {
  const { algebra, arena } = normalizer;
  const eliminated = overDelta(normalizer, index, body);
  if (eliminated) return eliminated;
  const exchanged = normalizer.expand ? overInnerDelta(normalizer, index, body) : null;
  if (exchanged) return exchanged;
  const picked = normalizer.expand ? null : overDeltaInTerms(normalizer, index, body);
  if (picked) return picked;
  const pair = cancelledPair(normalizer, index, body.mono);
  const left = pair
    ? arena.mul(algebra.toNode({ ...body, mono: pair.rest }), pair.delta)
    : cancelledAcross(normalizer, index, body.mono);
  if (left) {
    algebra.recorder.note('inverse-times-matrix', () => left);
    return normalizer.norm(left);
  }
  const split = splitIntoSums(normalizer, index, body);
  if (split) return split;
  const node = algebra.toNode(body);
  const known = knownSum(normalizer, index, node);
  if (known) {
    algebra.recorder.note(known.rule, () => known.value, known.because);
    return normalizer.norm(known.value);
  }
  const whole = normalizer.expand ? canonicalSum(normalizer, index, node) : null;
  return normalizer.atom(whole ?? arena.sum(index, node));
}

function overDelta(normalizer: Normalizer, index: IndexNode, body: Form): Form | null {
  const { algebra, arena } = normalizer;
  for (const [id] of factors(body.mono)) {
    const place = placeOf(normalizer, id, index);
    if (!place) continue;
    const rest = algebra.toNode({ ...body, mono: filterMono(body.mono, (other) => other !== id) });
    const picked = arena.where(place.exists, arena.substitute(rest, index, place.to), arena.zero);
    algebra.recorder.note('sum-over-delta', () => picked);
    return normalizer.norm(picked);
  }
  return null;
}

/** The indices of nested sums, and what stands in the innermost. */
function openedSums(
  arena: Arena,
  sum: Node,
): { readonly inner: readonly IndexNode[]; readonly inside: Node } {
  const inner: IndexNode[] = [];
  let inside = sum;
  while (inside.kind === 'reduce' && inside.op === 'sum') {
    const opened = arena.open(inside);
    inner.push(opened.index);
    inside = opened.body;
  }
  return { inner, inside };
}

/** Σ_i f_i Σ_j δ(i, j) g = Σ_j f_j g: the indicator stands in a sum that is a factor of the body. */
function overInnerDelta(normalizer: Normalizer, index: IndexNode, body: Form): Form | null {
  const { algebra, arena } = normalizer;
  for (const [id, e] of factors(body.mono)) {
    const { atom } = algebra.base(id);
    if (e !== 1 || atom?.kind !== 'reduce' || atom.op !== 'sum' || !atom.free.has(index.name)) continue;
    const { inner, inside } = openedSums(arena, atom);
    const { mono } = normalizer.norm(inside);
    if (![...factors(mono)].some(([other]) => position(normalizer, other, index) !== null)) continue;
    const rest = algebra.toNode({ ...body, mono: filterMono(body.mono, (other) => other !== id) });
    const picked = arena.sum(index, arena.mul(rest, inside));
    return normalizer.norm(inner.reduceRight((whole, own) => arena.sum(own, whole), picked));
  }
  return null;
}

/** Σ_i f_i Σ_j (p + δ(i, k) q) g = Σ_i f_i Σ_j p g + Σ_j f_k q g: terms of a sum within pick one position. */
function overDeltaInTerms(normalizer: Normalizer, index: IndexNode, body: Form): Form | null {
  const { algebra, arena } = normalizer;
  for (const [id, e] of factors(body.mono)) {
    const { atom } = algebra.base(id);
    if (e !== 1 || atom?.kind !== 'reduce' || atom.op !== 'sum' || !atom.free.has(index.name)) continue;
    const { inner, inside } = openedSums(arena, atom);
    const form = algebra.silently(() => normalizer.norm(inside));
    const picks = ({ m }: Term): boolean =>
      factors(m).some(([other]) => position(normalizer, other, index) !== null);
    for (const [sum, times] of factors(form.mono)) {
      const { terms } = algebra.base(sum);
      const special = terms?.filter(picks) ?? [];
      if (times !== 1 || !terms || special.length === 0) continue;
      const rest = algebra.toNode({ ...form, mono: filterMono(form.mono, (other) => other !== sum) });
      const outer = algebra.toNode({ ...body, mono: filterMono(body.mono, (other) => other !== id) });
      const over = (some: readonly Term[], around: readonly IndexNode[]): Node =>
        around.reduceRight<Node>(
          (whole, own) => arena.sum(own, whole),
          arena.mul(outer, rest, algebra.rawSum(some)),
        );
      const others = terms.filter((term) => !picks(term));
      const split = arena.add(over(others, [index, ...inner]), over(special, [...inner, index]));
      algebra.recorder.note('split-sum', () => split);
      return algebra.silently(() => normalizer.norm(split));
    }
  }
  return null;
}

/** Where an indicator lets the index stand; null for any other factor. */
function position(normalizer: Normalizer, id: number, index: IndexNode): Node | null {
  const { atom, indicates } = normalizer.algebra.base(id);
  if (!atom || !indicates) return null;
  return agreements(normalizer, atom).find((agreement) => agreement.index === index)?.to ?? null;
}

/** The one place of a sum where an indicator is 1, and where there is such a place. */
interface Place {
  readonly to: Node;
  readonly exists: Node;
}

function placeOf(normalizer: Normalizer, id: number, index: IndexNode): Place | null {
  const to = position(normalizer, id, index);
  return to ? { to, exists: normalizer.arena.one } : shiftedPosition(normalizer, id, index);
}

/** δ(i - 1, k) says i = k + 1, which is a place of the sum only where k + 1 < n. */
function shiftedPosition({ algebra, arena }: Normalizer, id: number, index: IndexNode): Place | null {
  const { atom } = algebra.base(id);
  if (atom?.kind !== 'delta') return null;
  const [a, b] = atom.args as [Node, Node];
  for (const [sum, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (sum.kind !== 'add' || other.kind !== 'index' || other.size !== index.size) continue;
    const [shift, ...more] = sum.args.filter((arg) => arg !== index);
    if (more.length > 0 || sum.args.length !== 2 || shift?.kind !== 'num' || shift.den !== 1) continue;
    const to = arena.sub(other, shift);
    const exists =
      shift.num > 0 ? arena.compare('>=', other, shift) : arena.compare('<', to, arena.size(index.size));
    return { to, exists };
  }
  return null;
}

function knownSum(
  normalizer: Normalizer,
  index: IndexNode,
  node: Node,
): { rule: string; value: Node; because: string } | null {
  const exponent = node.kind === 'call' && node.fn === 'exp' ? node.args[0] : undefined;
  const sym = exponent ?? node;
  if (sym.kind !== 'sym') return null;
  const positions = sym.args.flatMap((arg, k) => (arg.free.has(index.name) ? [k] : []));
  const [position] = positions;
  if (positions.length !== 1 || position === undefined || sym.args[position] !== index) return null;
  if (normalizer.facts.axisSize(sym.name, position) !== index.size) return null;
  const kind = exponent ? null : normalizer.facts.distribution(sym.name);
  if (kind && position === normalizer.facts.distributionAxis(sym.name, sym.args.length))
    return {
      rule: kind === 'hard' ? 'one-hot-rows-sum-to-one' : 'rows-sum-to-one',
      value: normalizer.arena.one,
      because: kind === 'hard' ? `each row of ${sym.name} is one-hot` : `each row of ${sym.name} sums to 1`,
    };
  for (const rule of normalizer.sumRules.get(sumKey(node)) ?? [])
    if (rule.position === position)
      return {
        rule: rule.rule,
        value: rule.value(sym.args),
        because: `the sum of ${sumKey(node)} over that index follows from its definition`,
      };
  return null;
}

/** What known sums are found by: a symbol's name, or the exponential of one. */
export function sumKey(node: Node): string {
  if (node.kind === 'sym') return node.name;
  const [argument] = node.args;
  return argument?.kind === 'sym' ? `exp(${argument.name})` : '';
}

const isKnownSum = (normalizer: Normalizer, index: IndexNode, m: Mono): boolean => {
  const [id, e] = m;
  const atom = m.length === 2 && e === 1 && id !== undefined ? normalizer.algebra.base(id).atom : null;
  return (
    (atom !== null && knownSum(normalizer, index, atom) !== null) ||
    cancelledPair(normalizer, index, m) !== null
  );
};

/**
 * Σ (p + q)·r as Σ p·r + Σ q·r, where a part has a delta, a known sum, or does not depend on the index beyond r; kept only if
 * something was eliminated or the result is smaller (always, in the decision form).
 */
function splitIntoSums(normalizer: Normalizer, index: IndexNode, body: Form): Form | null {
  const { algebra, arena } = normalizer;
  const upper = filterMono(body.mono, (_, e) => e > 0);
  const under: Form = { num: 1, den: 1, mono: filterMono(body.mono, (_, e) => e < 0) };
  const sums = factors(upper).filter(([id]) => algebra.base(id).terms !== null);
  if (sums.length === 0) return null;
  const promising = sums.some(([id]) =>
    (algebra.base(id).terms ?? []).some(({ m }) => {
      const { inside, outside } = splitMono(algebra, m, index);
      if (inside.length === 0 || outside.length > 0 || isKnownSum(normalizer, index, m)) return true;
      return factors(m).some(([b]) => position(normalizer, b, index) !== null);
    }),
  );
  if (!promising && !normalizer.expand) return null;
  let terms: readonly Term[];
  try {
    terms = [{ c: 1, m: filterMono(upper, (id) => algebra.base(id).terms === null) }];
    for (const [id, e] of sums)
      for (let k = 0; k < e; k++) terms = collect(multiply(terms, algebra.base(id).terms ?? []));
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    normalizer.budget = error.message;
    return null;
  }
  const groups = new Map<string, { outside: Mono; terms: Term[]; special: boolean }>();
  for (const term of terms) {
    const { inside, outside } = splitMono(algebra, term.m, index);
    const delta = factors(inside).some(([id]) => position(normalizer, id, index) !== null);
    const special = delta || (under.mono.length === 0 && isKnownSum(normalizer, index, inside));
    const alone = special || normalizer.expand;
    const key = alone ? `!${monoKey(term.m)}` : monoKey(outside);
    const group = groups.get(key) ?? { outside, terms: [], special };
    group.terms.push({ c: term.c, m: inside });
    groups.set(key, group);
  }
  if (groups.size < 2) return null;
  const pieces = [...groups.values()].map((group) => {
    const inside = algebra.silently(() => algebra.mul(algebra.fromTerms(group.terms), under));
    // The coefficient goes out at once: Σ (p - q) is Σ p - Σ q.
    const outside: Form = { num: inside.num, den: inside.den, mono: group.outside };
    return { outside, inside: { ...inside, num: 1, den: 1 } satisfies Form };
  });
  const splitNode = (): Node =>
    arena.add(
      ...pieces.map(({ outside, inside }) =>
        arena.mul(algebra.toNode(outside), arena.sum(index, algebra.toNode(inside))),
      ),
    );
  const { recorder } = algebra;
  const quiet = (): Form =>
    algebra.add(
      pieces.map(({ outside, inside }) => algebra.mul(outside, sumForm(normalizer, index, inside))),
    );
  const eliminated = [...groups.values()].some((g) => g.special);
  const active = recorder.active;
  if (!eliminated && !normalizer.expand) {
    const trial = algebra.silently(quiet);
    const whole = algebra.display.cost(arena.sum(index, algebra.toNode(body)));
    if (algebra.display.cost(algebra.toNode(trial)) > whole) return null;
    if (!active) return trial;
  }
  if (!active) return quiet();
  recorder.note('split-sum', splitNode);
  const done = pieces.map(({ outside, inside }) =>
    arena.mul(algebra.toNode(outside), arena.sum(index, algebra.toNode(inside))),
  );
  const forms = pieces.map(({ outside, inside }, k) => {
    const form = recorder.within(
      (part) => arena.add(...done.map((d, n) => (n === k ? arena.mul(algebra.toNode(outside), part) : d))),
      () => sumForm(normalizer, index, inside),
    );
    const whole = algebra.silently(() => algebra.mul(outside, form));
    done[k] = algebra.toNode(whole);
    return whole;
  });
  return algebra.add(forms);
}
