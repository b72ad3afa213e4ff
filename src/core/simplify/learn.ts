/** What the definitions of bindings teach the simplifier: equations, ranges and known sums. */
import { axisIndices, type Binding } from '../definition';
import { freeIndices, symbolNames, type IndexNode, type Node } from '../expr';
import { UNIT_RANGE } from '../facts';
import type { Base, Form } from './algebra';
import { isExponential } from './build';
import { exponentOf, factors, filterMono } from './mono';
import type { Refutation } from '../refute';
import type { Normalizer } from './normalize';
import { occurs, type Relation } from './relations';
import { find } from './substitute';
import { sumKey } from './sums';

/** Equations that are tried only for the sake of a shorter answer: E = P·S from P = E/S. */
export interface Learned {
  readonly optional: readonly Relation[];
}

/** α·u + β. */
interface Linear {
  readonly slope: number;
  readonly offset: number;
}

/** numerator / denominator, both linear in u^power. */
interface Moebius {
  readonly atom: Node;
  readonly power: number;
  readonly top: Linear;
  readonly bottom: Linear;
}

export function learnBinding(
  normalizer: Normalizer,
  refutation: Refutation,
  binding: Binding,
  describeFact: (fact: string) => void,
): Learned {
  const { arena, facts } = normalizer;
  const indices = axisIndices(binding.axes);
  const self = arena.sym(binding.name, ...indices);
  const optional: Relation[] = [];
  const before = normalizer.lessons;
  const form = normalizer.norm(binding.def);
  const equation = (pattern: Node, to: Node, rule: string): Relation => ({
    pattern,
    indices,
    to,
    binding: binding.name,
    rule,
  });
  // Before the equations: those write the definition with the name itself.
  learnSums(normalizer, refutation, { key: binding.name, value: self, def: binding.def }, indices);
  const conditions = conditionsOf(normalizer, form);
  if (conditions.length > 0) normalizer.masks.set(binding.name, { indices, conditions });
  const moebius = moebiusOf(normalizer, form, indices);
  const folded = foldable(normalizer, form);
  if (folded) {
    normalizer.relations.add(equation(folded, self, 'fold-definition'));
    if (folded.kind === 'pow') {
      optional.push(...inversions(normalizer, form, self, { self, indices, binding: binding.name }));
      // r = S^(1/p) gives S = r^p.
      const [inside, exponent] = folded.args as [Node, Node];
      if (inside.kind === 'reduce' && exponent.kind !== 'num' && facts.isNonNegative(inside))
        optional.push(
          equation(inside, arena.pow(self, arena.pow(exponent, arena.minusOne)), 'in-terms-of-output'),
        );
    }
    if (folded.kind === 'call' && folded.fn === 'sigmoid') {
      const odds = normalizer.norm(arena.call('exp', folded.args[0] as Node));
      const u = singleAtom(normalizer, odds);
      const ratio = arena.div(self, arena.sub(arena.one, self));
      if (u)
        normalizer.relations.add(
          equation(
            u.node,
            u.exponent === 1 ? ratio : arena.pow(ratio, arena.minusOne),
            'sigmoid-in-terms-of-output',
          ),
        );
    }
  } else if (moebius) {
    const { atom, power, top, bottom } = moebius;
    if (bottom.slope * bottom.offset > 0 && facts.isPositive(atom)) {
      const ends = [top.offset / bottom.offset, top.slope / bottom.slope];
      facts.learn(binding.name, {
        low: Math.min(...ends),
        high: Math.max(...ends),
        lowOpen: true,
        highOpen: true,
      });
    }
    const solved = arena.div(
      arena.sub(arena.mul(arena.num(bottom.offset), self), arena.num(top.offset)),
      arena.sub(arena.num(top.slope), arena.mul(arena.num(bottom.slope), self)),
    );
    const pattern = power === 1 ? atom : arena.call('exp', arena.mul(arena.num(power), atom.args[0] as Node));
    const logistic = bottom.slope === bottom.offset && top.slope * top.offset === 0;
    const rule = logistic ? 'sigmoid-in-terms-of-output' : 'in-terms-of-output';
    if (atom.kind === 'sym') optional.push(equation(atom, solved, rule));
    else normalizer.relations.add(equation(pattern, solved, rule));
  } else {
    for (const relation of invertMonomial(normalizer, form, self, indices, binding.name)) {
      if (relation.rule === 'in-terms-of-output' && !isExponentialNode(relation.pattern))
        optional.push(relation);
      else if (relation.given?.length) normalizer.conditional.push(relation);
      else normalizer.relations.add(relation);
    }
    if (isShareOfSum(normalizer, form)) {
      facts.learn(binding.name, UNIT_RANGE);
      describeFact(`${binding.name} is a share of a positive sum, so it is in (0, 1)`);
    }
  }
  if (facts.symmetry(binding.name) !== null) describeFact(`${binding.name} is symmetric`);
  optional.push(...learnExponential(normalizer, refutation, binding, indices));
  if (normalizer.lessons !== before) normalizer.reset();
  return { optional };
}

/** The comparisons among the factors; that of max(0, u) is u > 0. */
function conditionsOf({ algebra, arena }: Normalizer, form: Form): Node[] {
  return factors(form.mono).flatMap(([id]) => {
    const { atom } = algebra.base(id);
    if (atom?.kind === 'cmp') return [atom];
    const [argument] = atom?.kind === 'call' && atom.fn === 'relu' ? atom.args : [];
    return argument ? [arena.compare('>', argument, arena.zero)] : [];
  });
}

/** L = z - log S gives e^z = e^L S: an answer that holds e^z/S is written with L. Returns what is to be tried only. */
function learnExponential(
  normalizer: Normalizer,
  refutation: Refutation,
  binding: Binding,
  indices: readonly IndexNode[],
): Relation[] {
  const { algebra, arena, facts, relations } = normalizer;
  const isLogarithm = (form: Form): boolean => {
    const [id = -1] = form.mono;
    const atom = form.den === 1 && form.mono.length === 2 ? algebra.base(id).atom : null;
    return atom?.kind === 'call' && atom.fn === 'log';
  };
  const symbol = arena.sym(binding.name, ...indices);
  const own = normalizer.norm(binding.def);
  const hasLogarithm = normalizer.termsOf(own).some(isLogarithm);
  const mayFold = (node: Node): boolean => relations.hasPowerOf(symbolNames(node));
  if (!hasLogarithm && !mayFold(binding.def) && !mayFold(algebra.toNode(own))) return [];
  const form = normalizer.norm(arena.call('exp', binding.def));
  const self = arena.call('exp', symbol);
  const value = singleAtom(normalizer, form);
  if (value?.exponent === 1 && value.node.kind === 'sym') {
    relations.add({ pattern: self, indices, to: value.node, binding: binding.name, rule: 'fold-definition' });
    return [];
  }
  if (!hasLogarithm) return [];
  learnSums(normalizer, refutation, { key: sumKey(self), value: self, def: algebra.toNode(form) }, indices);
  // Logarithms of shares of 1 are not positive.
  if (normalizer.sumRules.get(sumKey(self))?.some(({ rule }) => rule === 'rows-sum-to-one'))
    facts.learn(binding.name, { low: -Infinity, high: 0, lowOpen: true, highOpen: false });
  const optional: Relation[] = [];
  for (const relation of invertMonomial(normalizer, form, self, indices, binding.name)) {
    if (relation.rule === 'in-terms-of-output' && !isExponentialNode(relation.pattern))
      optional.push(relation);
    else if (relation.given?.length) normalizer.conditional.push(relation);
    else relations.add(relation);
  }
  return optional;
}

function singleAtom(normalizer: Normalizer, form: Form): { node: Node; exponent: number } | null {
  const [id, e] = form.mono;
  if (form.num !== 1 || form.den !== 1 || form.mono.length !== 2 || id === undefined || e === undefined)
    return null;
  const { atom } = normalizer.algebra.base(id);
  return atom && Math.abs(e) === 1 ? { node: atom, exponent: e } : null;
}

/** The definition is one function, sum, root, choice or gathered value: wherever that occurs, the name may stand. */
function foldable(normalizer: Normalizer, form: Form): Node | null {
  const atom = singleAtom(normalizer, form);
  if (atom?.exponent !== 1) return null;
  const { kind, args } = atom.node;
  const gathered = kind === 'sym' && args.some((arg) => arg.kind === 'sym');
  return gathered || ['call', 'matrix', 'reduce', 'pow', 'where'].includes(kind) ? atom.node : null;
}

/** An exponential, or a binding over the same indices. */
function moebiusOf(normalizer: Normalizer, form: Form, indices: readonly IndexNode[]): Moebius | null {
  const { algebra } = normalizer;
  const atoms = new Map<number, Base>();
  const scan = (id: number): boolean => {
    const base = algebra.base(id);
    if (!base.terms) {
      atoms.set(id, base);
      const symbol = base.atom?.kind === 'sym' && normalizer.definitions.has(base.atom.name);
      return isExponential(base) || (symbol && indices.every((index) => base.free.has(index.name)));
    }
    return base.terms.every(({ m }) => factors(m).every(([inner]) => scan(inner)));
  };
  if (form.mono.length === 0 || !factors(form.mono).every(([id]) => scan(id)) || atoms.size !== 1)
    return null;
  const [base] = atoms.values();
  if (!base?.atom) return null;
  const { id: u, atom } = base;
  let top: number[] = [form.num];
  let bottom: number[] = [form.den];
  for (const [id, e] of factors(form.mono)) {
    if (Math.abs(e) > 2) return null;
    const poly: number[] = [];
    for (const { c, m } of algebra.base(id).terms ?? [{ c: 1, m: [u, 1] }]) {
      const degree = exponentOf(m, u);
      // A fraction inside of a factor is no polynomial.
      const isPower = m.length === 0 || (m.length === 2 && m[0] === u);
      if (!isPower || degree < 0 || degree > 2) return null;
      poly[degree] = c;
    }
    for (let k = 0; k < Math.abs(e); k++) {
      if (e > 0) top = convolve(top, poly);
      else bottom = convolve(bottom, poly);
    }
  }
  const degree = Math.max(top.length, bottom.length) - 1;
  const even = degree === 2 && !top[1] && !bottom[1];
  if (degree !== 1 && !(even && isExponential(base))) return null;
  const linear = (p: readonly number[]): Linear => ({ slope: p[degree] ?? 0, offset: p[0] ?? 0 });
  return { atom, power: degree, top: linear(top), bottom: linear(bottom) };
}

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const out: number[] = new Array<number>(a.length + b.length - 1).fill(0);
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < b.length; j++) out[i + j] = (out[i + j] ?? 0) + (a[i] ?? 0) * (b[j] ?? 0);
  return out;
}

/** P = E·R gives E = P/R, for a factor that has all the indices of P. */
function* invertMonomial(
  normalizer: Normalizer,
  form: Form,
  self: Node,
  indices: readonly IndexNode[],
  binding: string,
): Generator<Relation> {
  const { algebra, arena, facts } = normalizer;
  const single = (id: number): Node => algebra.toNode({ num: 1, den: 1, mono: [id, 1] });
  const parts = factors(form.mono).map(([id, e]) => ({ id, e, node: single(id) }));
  const names = indices.map((index) => index.name);
  const root = parts.find((p) => p.e === -1 && p.node.kind === 'pow');
  if (root && parts.every((p) => (p === root) === symbolNames(p.node).size > 0)) {
    const rest = algebra.toNode({ ...form, mono: filterMono(form.mono, (id) => id !== root.id) });
    yield { pattern: root.node, indices, to: arena.div(rest, self), binding, rule: 'fold-definition' };
    yield* inversions(normalizer, form, self, { self, indices, binding });
    return;
  }
  if (parts.length < 2 && form.num === 1 && form.den === 1) {
    const inner = functionBeside(normalizer, form);
    if (inner)
      yield {
        pattern: inner.function,
        indices,
        to: arena.sub(self, inner.rest),
        binding,
        rule: 'in-terms-of-output',
      };
    return;
  }
  const whole = (node: Node): boolean =>
    names.every((name) => node.free.has(name)) && [...node.free].every((name) => names.includes(name));
  const conditions = parts.filter((p) => p.node.kind === 'cmp' && p.e === 1);
  /** The other factors come to stand in the denominator; `given` are indicators that stand beside the pattern. */
  const divides = (id: number, given: readonly { readonly id: number }[] = []): boolean =>
    parts.every(
      (p) => p.id === id || p.e < 0 || facts.isPositive(p.node) || given.some((g) => g.id === p.id),
    );
  const solve = (id: number, node: Node, rule: string, given: typeof conditions = []): Relation => {
    const gone = new Set([id, ...given.map((p) => p.id)]);
    const rest = algebra.power({ ...form, mono: filterMono(form.mono, (other) => !gone.has(other)) }, -1);
    const to = arena.mul(self, algebra.toNode(rest));
    return { pattern: node, indices, to, binding, rule, given: given.map((p) => p.node) };
  };
  const candidates = parts.filter((p) => p.e === 1 && whole(p.node) && divides(p.id));
  const isAtomic = parts.every((p) => p.node.kind !== 'add' && p.node.kind !== 'reduce');
  const exponential = parts.find((p) => p.e === 1 && isExponential(algebra.base(p.id)) && whole(p.node));
  if (exponential && isAtomic && divides(exponential.id, conditions)) {
    const solved = solve(exponential.id, exponential.node, 'in-terms-of-output', conditions);
    if (!reappears(normalizer, solved)) yield solved;
  }
  const sum = candidates.find((p) => p.node.kind === 'reduce');
  const isConstant = (p: { readonly node: Node }): boolean => p.node.kind !== 'add' && p.node.free.size === 0;
  if (sum && parts.every((p) => p === sum || isConstant(p))) yield solve(sum.id, sum.node, 'fold-definition');
  else if (sum && parts.every((p) => p === sum || p.e < 0))
    yield solve(sum.id, sum.node, 'in-terms-of-output');
  if (names.length > 0) yield* inversions(normalizer, form, self, { self, indices, binding });
}

/** The one function in a sum of it and numbers: |x| of 1 + |x|. */
function functionBeside({ algebra }: Normalizer, form: Form): { function: Node; rest: Node } | null {
  const [sum, power] = form.mono;
  const terms = sum !== undefined && power === 1 ? (algebra.base(sum).terms ?? []) : [];
  const numbers = terms.filter(({ m }) => m.length === 0);
  const [other, another] = terms.filter(({ m }) => m.length > 0);
  const [id, e] = other?.m ?? [];
  if (!other || another || numbers.length === 0 || other.c !== 1 || other.m.length !== 2) return null;
  const atom = e === 1 && id !== undefined ? algebra.base(id).atom : null;
  if (atom?.kind !== 'call' || isExponentialNode(atom)) return null;
  return { function: atom, rest: algebra.toNode(algebra.fromTerms(numbers)) };
}

/** The right side has the pattern e^z in it again, as a factor of e^(z + 1). */
function reappears(normalizer: Normalizer, relation: Relation): boolean {
  const isHidden = (part: Node): boolean => {
    if (!isExponentialNode(part)) return false;
    const { mono } = normalizer.norm(part);
    return factors(mono).some(([id]) =>
      occurs(relation, normalizer.algebra.toNode({ num: 1, den: 1, mono: [id, 1] })),
    );
  };
  return find(relation.to, isHidden) !== null;
}

const isExponentialNode = (node: Node): boolean => node.kind === 'call' && node.fn === 'exp';

/** Places in a definition at which it is turned round. */
interface Inversion {
  readonly self: Node;
  readonly indices: readonly IndexNode[];
  readonly binding: string;
}

const DEEPEST_INVERSION = 4;

/**
 * N = (X - mu)/s gives X = N s + mu: the one symbol with all the indices of the binding, through factors that are not 0, sums
 * with statistics, and roots. An input is solved for only where a statistic stands beside it: of x s(x) the x stays.
 */
function* inversions(
  normalizer: Normalizer,
  form: Form,
  value: Node,
  at: Inversion,
  depth = 0,
): Generator<Relation> {
  const { algebra, arena, facts } = normalizer;
  const names = at.indices.map((index) => index.name);
  const isWhole = (free: ReadonlySet<string>): boolean =>
    free.size === names.length && names.every((name) => free.has(name));
  const parts = factors(form.mono).map(([id, e]) => ({ id, e, base: algebra.base(id) }));
  const candidates = parts.filter((p) => isWhole(p.base.free));
  const above = candidates.filter((p) => p.e > 0);
  const [part, another] = above.length === 1 ? above : candidates;
  if (!part || another || Math.abs(part.e) !== 1 || depth > DEEPEST_INVERSION) return;
  const isSafe = parts.every(
    (p) => p === part || p.e < 0 || facts.isPositive(algebra.toNode({ num: 1, den: 1, mono: [p.id, 1] })),
  );
  if (!isSafe || (part.e < 0 && !facts.isPositive(value))) return;
  const rest = algebra.power({ ...form, mono: filterMono(form.mono, (id) => id !== part.id) }, -1);
  const quotient = arena.mul(value, algebra.toNode(rest));
  const solved = part.e > 0 ? quotient : arena.pow(quotient, arena.minusOne);
  const { atom, terms } = part.base;
  if (atom?.kind === 'sym') {
    const isInput = !normalizer.definitions.has(atom.name);
    if (solved === at.self || (isInput && symbolNames(solved).size < 2)) return;
    yield { ...at, pattern: atom, to: solved, rule: 'in-terms-of-output' };
  } else if (atom?.kind === 'pow') {
    const [inner, exponent] = atom.args as [Node, Node];
    if (exponent.kind !== 'num' || exponent.num !== 1) return;
    yield* inversions(
      normalizer,
      normalizer.norm(inner),
      arena.pow(solved, arena.num(exponent.den)),
      at,
      depth + 1,
    );
  } else if (terms) {
    const forms = terms.map(({ c, m }): Form => ({ num: c, den: 1, mono: m }));
    const wholes = forms.filter(({ mono }) => factors(mono).some(([id]) => isWhole(algebra.base(id).free)));
    const [term, second] = wholes;
    if (!term || second) return;
    const others = forms.filter((f) => f !== term).map((f) => arena.neg(algebra.toNode(f)));
    yield* inversions(normalizer, term, arena.add(solved, ...others), at, depth + 1);
  }
}

/** E_q / Σ_r E_r with positive E. */
function isShareOfSum(normalizer: Normalizer, form: Form): boolean {
  const { algebra, arena, facts } = normalizer;
  const parts = factors(form.mono);
  const above = parts.filter(([, e]) => e === 1);
  const below = parts.filter(([, e]) => e === -1);
  if (parts.length !== above.length + below.length || form.num !== 1 || form.den !== 1) return false;
  if (below.length !== 1 || above.length === 0) return false;
  const share = algebra.toNode({ ...form, mono: filterMono(form.mono, (_, e) => e > 0) });
  let total = algebra.base(below[0]?.[0] ?? 0).atom;
  if (total?.kind === 'sym') total = normalizer.definitionOf(total);
  if (total?.kind !== 'reduce' || total.op !== 'sum' || !facts.isPositive(share)) return false;
  const { index, body } = arena.open(total);
  const at = arena.index('@share', index.size);
  const renamed = arena.substitute(body, index, at);
  return freeIndices(share).some(
    (own) => own.size === index.size && arena.substitute(renamed, at, own) === share,
  );
}

/** Σ over an axis that the definition proves to be a number: ΣP = 1 for P = E/S. */
function learnSums(
  normalizer: Normalizer,
  refutation: Refutation,
  { key, value, def }: { readonly key: string; readonly value: Node; readonly def: Node },
  indices: readonly IndexNode[],
): void {
  const { arena, algebra } = normalizer;
  indices.forEach((index, position) => {
    if (refutation.varies(arena.sum(index, value))) return;
    const total = normalizer.norm(arena.sum(index, def));
    if (total.mono.length > 0) return;
    const number = algebra.toNode(total);
    const rules = normalizer.sumRules.get(key) ?? [];
    const rule = total.num === total.den ? 'rows-sum-to-one' : 'rows-sum-to-constant';
    normalizer.sumRules.set(key, [...rules, { position, rule, value: () => number }]);
  });
}
