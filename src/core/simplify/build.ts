/** From the working form back to nodes, in the order in which a person writes factors and terms. */
import { isNum, type Arena, type Node } from '../expr';
import type { Facts } from '../facts';
import { compareNodes } from '../order';
import { isDecimal } from '../rational';
import type { Algebra, Base, Form } from './algebra';
import type { Display } from './display';
import { divMono, exponentAt, factors, filterMono, idAt, monoKey, mulMono, type Mono } from './mono';
import type { Term } from './polynomial';
import { joinDifferences, numberInFront, scaleOf } from './scales';

export const isExponential = (base: Base): boolean => base.atom?.kind === 'call' && base.atom.fn === 'exp';

/** A sum stands divided by its scale, if it is `scaled`. */
function baseToNode(algebra: Algebra, id: number, scaled = false): Node {
  const { atom, terms } = algebra.base(id);
  const scale = scaled ? scaleOf(algebra, id) : 1;
  return atom ?? algebra.baseNode(id, scale, () => sumNode(algebra, terms ?? [], scale));
}

/** Factors of a monomial as nodes; exponentials are joined into one, negative powers of them turned over. */
function factorNodes(algebra: Algebra, m: Mono, scaled: boolean): Node[] {
  const { arena } = algebra;
  const out: Node[] = [];
  const exponents: Node[] = [];
  const above: Node[] = [];
  const below: Node[] = [];
  const rest = symbolicPowers(algebra, m, out);
  for (let k = 0; k < rest.length; k += 2) {
    const id = idAt(rest, k);
    const e = exponentAt(rest, k);
    const base = algebra.base(id);
    const { atom } = base;
    if (isExponential(base) && atom) exponents.push(arena.mul(arena.num(e), atom.args[0] as Node));
    else if (atom && Math.abs(e) === 1 && isRootOfConstant(atom) && !algebra.options.expand)
      (e > 0 ? above : below).push(atom.args[0] as Node);
    else out.push(powerOf(algebra, baseToNode(algebra, id, scaled), e));
  }
  if (above.length + below.length > 0) out.push(rootOf(algebra, above, below));
  if (algebra.options.expand) out.push(...exponents.map((exponent) => arena.call('exp', exponent)));
  else if (exponents.length > 0) {
    exponents.sort(
      (a, b) => Number(startsNegative(a)) - Number(startsNegative(b)) || algebra.display.compareTerms(a, b),
    );
    out.push(arena.call('exp', arena.add(...exponents)));
  }
  return out;
}

/** x^p · x^-1 is written x^(p - 1): such powers come to `powers`, the rest is left. */
function symbolicPowers(algebra: Algebra, m: Mono, powers: Node[]): Mono {
  const { arena } = algebra;
  let rest = m;
  for (let k = 0; k < m.length && !algebra.options.expand; k += 2) {
    const id = idAt(m, k);
    const e = exponentAt(m, k);
    const { atom } = algebra.base(id);
    if (atom?.kind !== 'pow') continue;
    const [under, exponent] = atom.args;
    if (!under || !exponent || exponent.kind === 'num' || Math.abs(e) !== 1) continue;
    const [other, times] =
      [...factors(rest)].find(([b]) => b !== id && baseToNode(algebra, b) === under) ?? [];
    if (other === undefined || times === undefined) continue;
    powers.push(arena.pow(under, arena.add(arena.mul(arena.num(e), exponent), arena.num(times))));
    rest = filterMono(rest, (b) => b !== id && b !== other);
  }
  return rest;
}

/** √2, √π */
const isRootOfConstant = (atom: Node): boolean => {
  const [inside, exponent] = atom.kind === 'pow' ? atom.args : [];
  const isHalf = exponent?.kind === 'num' && exponent.num === 1 && exponent.den === 2;
  return isHalf && (inside?.kind === 'num' ? inside.num > 0 && inside.den === 1 : inside?.kind === 'const');
};

/** √2 · 1/√π is written √(2/π), and 1/√2 · 1/√π is 1/√(2π). */
function rootOf({ arena }: Algebra, above: readonly Node[], below: readonly Node[]): Node {
  const product = (list: readonly Node[]): Node => arena.mul(...[...list].sort(compareNodes));
  if (above.length === 0) return arena.pow(product(below), arena.num(-1, 2));
  return arena.sqrt(below.length === 0 ? product(above) : arena.div(product(above), product(below)));
}

/** A power of a root is one power: (x^(1/2))^-1 = x^(-1/2). */
function powerOf(algebra: Algebra, base: Node, e: number): Node {
  const { arena } = algebra;
  const inner = base.kind === 'pow' ? base.args[1] : undefined;
  if (base.kind === 'pow' && inner?.kind === 'num' && inner.num === 1)
    return arena.pow(base.args[0] as Node, arena.num(e, inner.den));
  return arena.pow(base, arena.num(e));
}

export function startsNegative(node: Node): boolean {
  if (node.kind === 'num') return node.num < 0;
  const [first] = node.args;
  return node.kind === 'mul' && first?.kind === 'num' && first.num < 0;
}

export function formToNode(algebra: Algebra, form: Form): Node {
  const { arena, display } = algebra;
  if (form.num === 0) return arena.zero;
  const takesIn = (form.den > 1 || display.decimals !== null) && !algebra.options.expand;
  const shared = takesIn ? numberTakenIn(algebra, form) : null;
  const whole = productNode(algebra, form);
  return shared && display.cost(shared) < display.cost(whole) ? shared : whole;
}

function productNode(algebra: Algebra, form: Form): Node {
  const { arena, display } = algebra;
  const taken = form.mono.length > 2 ? withExponentials(algebra, form.mono) : null;
  const mono = taken ? taken.rest : form.mono;
  const turnsTaken = form.num < 0 && taken !== null && taken.terms.some((t) => t.c < 0);
  const sum = taken && sumNode(algebra, turnsTaken ? negated(taken.terms) : taken.terms);
  const front = numberInFront(algebra, { ...form, mono });
  const scaled = front !== null;
  const { flipped, rest } =
    form.num < 0 && !turnsTaken ? turned(algebra, mono, scaled) : { flipped: [], rest: mono };
  const sign = turnsTaken || flipped.length > 0 ? -1 : 1;
  const nodes = factorNodes(algebra, rest, scaled);
  if (flipped.length > 0) nodes.unshift(...flipped);
  if (sum) nodes.unshift(sum);
  const safe = algebra.options.expand ? nodes : guarded(algebra, nodes);
  if (safe.length > 1) safe.sort(display.compareFactors);
  const [num, den] = front ?? [form.num, form.den];
  return arena.mul(arena.num(sign * num, den), ...safe);
}

interface Guards {
  readonly arena: Arena;
  readonly facts: Facts;
  readonly display: Display;
}

/**
 * [c]·f as a choice where f may be infinite or undefined: 0·∞ is not a number. What stands along the same indices goes with
 * it; where f is but a divisor, what it divides goes with it too.
 */
export function guarded({ arena, facts, display }: Guards, nodes: readonly Node[]): Node[] {
  const conditions = nodes.some(isCondition) ? nodes.filter(isCondition) : [];
  if (conditions.length === 0) return [...nodes];
  const factors = nodes.filter((node) => !conditions.includes(node));
  const risky = factors.filter((node) => !facts.isFinite(node));
  if (risky.length === 0) return [...nodes];
  const along = new Set([...conditions, ...risky].flatMap((node) => [...node.free]));
  const divides = risky.every(({ kind, args: [, exponent] }) => kind === 'pow' && isNegative(exponent));
  const goesWith = (node: Node): boolean =>
    divides
      ? [...node.free].some((name) => along.has(name))
      : node.free.size > 0 && [...node.free].every((name) => along.has(name));
  const joins = (node: Node): boolean => risky.includes(node) || goesWith(node);
  const value = arena.mul(...factors.filter(joins).sort(display.compareFactors));
  const condition = arena.mul(...conditions.sort(display.compareFactors));
  return [...factors.filter((node) => !joins(node)), arena.where(condition, value, arena.zero)];
}

const isNegative = (exponent: Node | undefined): boolean => exponent?.kind === 'num' && exponent.num < 0;

/** A comparison, several at once, or the contrary of them. */
function isCondition(node: Node): boolean {
  if (node.kind === 'cmp') return true;
  if (node.kind !== 'add' || node.args.length !== 2) return false;
  const [a, b] = node.args as [Node, Node];
  const [number, term] = a.kind === 'num' ? [a, b] : [b, a];
  const [sign, ...rest] = term.kind === 'mul' ? term.args : [];
  return (
    isNum(number, 1) && sign !== undefined && isNum(sign, -1) && rest.every(({ kind }) => kind === 'cmp')
  );
}

/** 1/2 · (M + N - 2b) is 1/2 · (M + N) - b: a fraction goes into a sum where terms lose it by that. */
function numberTakenIn(algebra: Algebra, form: Form): Node | null {
  const only = onlySum(algebra, form.mono);
  if (only === null) return null;
  const { terms, rest: outside } = withExponentials(algebra, form.mono) ?? {
    terms: algebra.base(only).terms ?? [],
    rest: filterMono(form.mono, (b) => b !== only),
  };
  const [num, den] = numberInFront(algebra, { ...form, mono: outside }) ?? [];
  if (num === undefined || den === undefined || (den === 1 && Math.abs(num) === 1)) return null;
  const coefficient: Form = { num, den, mono: [] };
  const parts = terms.map((t) => ({ t, form: algebra.mul(coefficient, { num: t.c, den: 1, mono: t.m }) }));
  const isPlain = (part: Form): boolean => {
    const [, below = 0] = algebra.display.decimals
      ? (numberInFront(algebra, part) ?? [])
      : [part.num, part.den];
    return below === 1 || (algebra.display.decimals !== null && isDecimal(below));
  };
  const wholes = parts.filter((part) => isPlain(part.form));
  const fractions = parts.filter((part) => !wholes.includes(part)).map((part) => part.t);
  if (wholes.length === 0 || (fractions.length === 0 && algebra.display.decimals === null)) return null;
  const taken = wholes.map((part) => algebra.toNode(part.form));
  if (fractions.length > 0)
    taken.push(algebra.toNode(algebra.mul(coefficient, algebra.fromTerms(fractions))));
  const sum = algebra.arena.add(...orderTerms(algebra, joinDifferences(algebra.arena, taken)));
  const nodes = guarded(algebra, [...factorNodes(algebra, outside, true), sum]);
  return algebra.arena.mul(...nodes.sort(algebra.display.compareFactors));
}

/** The one sum among the factors; null where there is none, or another. */
function onlySum(algebra: Algebra, m: Mono): number | null {
  let only: number | null = null;
  for (let k = 0; k < m.length; k += 2) {
    if (exponentAt(m, k) !== 1 || !algebra.base(idAt(m, k)).terms) continue;
    if (only !== null) return null;
    only = idAt(m, k);
  }
  return only;
}

const negated = (terms: readonly Term[]): Term[] => terms.map((t) => ({ c: -t.c, m: t.m }));

/** (e^(2z) + 1)·e^(-z) is written e^z + e^(-z): exponentials go back into the sum that they were taken out of. */
function withExponentials(algebra: Algebra, m: Mono): { terms: readonly Term[]; rest: Mono } | null {
  if (!dividesByExponential(algebra, m)) return null;
  for (const [id, e] of factors(m)) {
    const { terms } = algebra.base(id);
    if (e !== 1 || !terms) continue;
    const inside = new Set(terms.flatMap((t) => factors(t.m).map(([b]) => b)));
    const moved = filterMono(m, (b, x) => x < 0 && inside.has(b) && isExponential(algebra.base(b)));
    if (moved.length === 0) continue;
    const inner = terms.map((t) => ({ c: t.c, m: mulMono(t.m, moved) }));
    return { terms: inner, rest: filterMono(divMono(m, moved), (b) => b !== id) };
  }
  return null;
}

function dividesByExponential(algebra: Algebra, m: Mono): boolean {
  for (let k = 0; k < m.length; k += 2)
    if (exponentAt(m, k) < 0 && isExponential(algebra.base(idAt(m, k)))) return true;
  return false;
}

/** -(y - a)·… is written (a - y)·…, unless the sum is known to be positive as it stands; -Σ(p - 1) is Σ(1 - p). */
function turned(algebra: Algebra, m: Mono, scaled: boolean): { flipped: Node[]; rest: Mono } {
  const candidates: { id: number; node: Node; flipped: () => Node }[] = [];
  for (const [id, e] of factors(m)) {
    const { terms, atom } = algebra.base(id);
    if (e !== 1) continue;
    const node = baseToNode(algebra, id, scaled);
    const flipped = terms?.some((t) => t.c < 0)
      ? () => sumNode(algebra, negated(terms), scaled ? scaleOf(algebra, id) : 1)
      : atom && turnedReduction(algebra, atom);
    if (flipped && algebra.facts.range(node).low < 0) candidates.push({ id, node, flipped });
  }
  const [first] = candidates.sort((a, b) => algebra.display.compareFactors(a.node, b.node));
  if (!first) return turnedInside(algebra, m);
  return { flipped: [first.flipped()], rest: filterMono(m, (id) => id !== first.id) };
}

/** Σ(p - 1) with the terms turned round; null where that makes more signs. */
function turnedReduction({ arena }: Algebra, atom: Node): (() => Node) | null {
  if (atom.kind !== 'reduce' || atom.op !== 'sum' || atom.args[0]?.kind !== 'add') return null;
  const down = atom.args[0].args.filter(startsNegative).length;
  if (2 * down < atom.args[0].args.length) return null;
  return () => {
    const { index, body } = arena.open(atom);
    const terms = body.args.map((term) => arena.neg(term));
    terms.sort((a, b) => Number(startsNegative(a)) - Number(startsNegative(b)));
    return arena.sum(index, arena.add(...terms));
  };
}

/** -Σ (p - [i = j])·… is written Σ ([i = j] - p)·…, likewise. */
function turnedInside(algebra: Algebra, m: Mono): { flipped: Node[]; rest: Mono } {
  for (const [id, e] of factors(m)) {
    const { atom } = algebra.base(id);
    const node = e === 1 && atom?.kind === 'reduce' ? withoutMinus(algebra, atom) : null;
    if (node) return { flipped: [node], rest: filterMono(m, (other) => other !== id) };
  }
  return { flipped: [], rest: m };
}

/** The negative of a sum that takes away a number or an indicator, of a product with one or of a sum over an index of one. */
function withoutMinus(algebra: Algebra, node: Node): Node | null {
  const { arena, facts } = algebra;
  if (node.kind === 'add') {
    const taken = node.args.filter(startsNegative).map((term) => stripped(algebra, term));
    const plain = taken.some(({ kind }) => kind === 'num' || kind === 'delta' || kind === 'cmp');
    if (!plain || facts.range(node).low >= 0) return null;
    return arena.add(
      ...orderTerms(
        algebra,
        node.args.map((term) => arena.mul(arena.num(-1), term)),
      ),
    );
  }
  if (node.kind === 'mul') {
    for (const factor of node.args) {
      const other = withoutMinus(algebra, factor);
      if (other) return arena.mul(...node.args.map((each) => (each === factor ? other : each)));
    }
    return null;
  }
  if (node.kind !== 'reduce' || node.op !== 'sum') return null;
  const { index, body } = arena.open(node);
  const other = withoutMinus(algebra, body);
  return other && arena.reduce('sum', index, other);
}

/** A term that is taken away from others keeps its minus sign. */
function termNode(algebra: Algebra, term: Term, isTaken: boolean, scale = 1): Node {
  const node = algebra.toNode(
    algebra.scale({ num: isTaken ? -term.c : term.c, den: 1, mono: term.m }, 1, scale),
  );
  return isTaken ? algebra.arena.neg(node) : node;
}

/** Terms over one denominator stand together; positive groups first. All are divided by the scale. */
function sumNode(algebra: Algebra, terms: readonly Term[], scale = 1): Node {
  const groups = new Map<string, { under: Mono; terms: Term[] }>();
  for (const term of terms) {
    const under = filterMono(term.m, (id, e) => e < 0 && !isExponential(algebra.base(id)));
    const key = monoKey(under);
    const group = groups.get(key);
    if (group) group.terms.push(term);
    else groups.set(key, { under, terms: [term] });
  }
  const nodes: Node[] = [];
  const adds = terms.some(({ c }) => c > 0);
  for (const { under, terms: members } of groups.values()) {
    const [only] = members;
    if (under.length === 0 || (members.length === 1 && only))
      nodes.push(...members.map((t) => termNode(algebra, t, t.c < 0 && adds, scale)));
    else {
      const top = algebra.fromTerms(members.map((t) => ({ c: t.c, m: divMono(t.m, under) })));
      const below = algebra.toNode({ num: 1, den: 1, mono: under });
      nodes.push(algebra.arena.mul(algebra.toNode(algebra.scale(top, 1, scale)), below));
    }
  }
  return algebra.arena.add(...orderTerms(algebra, joinDifferences(algebra.arena, nodes)));
}

/** Late values first, what is subtracted after what is added. */
export function orderTerms(algebra: Algebra, nodes: readonly Node[]): readonly Node[] {
  const written = nodes.length > 2 ? algebra.display.asAdded(nodes) : null;
  if (written) return written;
  // A - B + 0.001: what only keeps a distance from 0 stands last.
  const leads = nodes.some((node) => node.kind !== 'const' && !startsNegative(node));
  const placed = nodes.map((node) => ({
    node,
    last: Number(leads && node.kind === 'const'),
    negative: Number(startsNegative(node)),
    bare: stripped(algebra, node),
  }));
  placed.sort(
    (a, b) => a.last - b.last || a.negative - b.negative || algebra.display.compareTerms(a.bare, b.bare),
  );
  return placed.map(({ node }) => node);
}

/** Without its number factor, so that the sign does not change the order. */
function stripped(algebra: Algebra, node: Node): Node {
  if (node.kind !== 'mul' || node.args[0]?.kind !== 'num') return node;
  return algebra.arena.mul(...node.args.slice(1));
}

/** 1 for a difference of symbols as the program writes it, -1 for its negative, 0 for anything else. */
function writtenSign(algebra: Algebra, terms: readonly Term[]): 1 | 0 | -1 {
  const up: Node[] = [];
  const down: Node[] = [];
  for (const { c, m } of terms) {
    const { atom } = m.length === 2 && exponentAt(m, 0) === 1 ? algebra.base(idAt(m, 0)) : { atom: null };
    if (atom?.kind !== 'sym' || Math.abs(c) !== 1) return 0;
    (c > 0 ? up : down).push(atom);
  }
  return algebra.display.orientation(up, down);
}

/**
 * The sign that a sum is kept with: provably positive if that is known, else as the program writes it, else its first term
 * positive.
 */
export function signOf(algebra: Algebra, terms: readonly Term[]): 1 | -1 {
  const down = terms.filter((t) => t.c < 0).length;
  if (down === 0) return 1;
  const { arena, facts, display } = algebra;
  const node = arena.add(...terms.map((t) => termNode(algebra, t, false)));
  const { low, high } = facts.range(node);
  if (low >= 0) return 1;
  if (high <= 0) return -1;
  const unsigned = terms
    .filter((t) => t.m.length > 0)
    .map((t) => ({ t, node: algebra.toNode({ num: 1, den: 1, mono: t.m }) }));
  const written = writtenSign(algebra, terms);
  if (written !== 0) return written;
  const [first] = unsigned.sort((a, b) => display.compareTerms(a.node, b.node));
  return first && first.t.c < 0 ? -1 : 1;
}
