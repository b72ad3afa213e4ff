/**
 * The working form of expressions: a rational times a monomial over interned bases, c · Π base^e. A base is an atom (a
 * node that the algebra does not look into) or a primitive sum of such monomials. Products stay factored; a sum is expanded
 * only where that makes it smaller, and fractions are combined only where the combination is smaller or cancels.
 */
import { union, type Arena, type Node } from '../expr';
import { gcd, mulRational, powRational } from '../rational';
import type { Facts } from '../facts';
import type { Display } from './display';
import { formToNode, isExponential, signOf } from './build';
import { noteCancelling } from './cancelling';
import { combined, divideSums, multiplyThrough } from './fractions';
import {
  EMPTY,
  divMono,
  exponentAt,
  exponentOf,
  factors,
  filterMono,
  idAt,
  mergeMono,
  monoKey,
  mulMono,
  powMono,
  type Mono,
} from './mono';
import { BudgetError, collect, multiply, safeInteger, type Term } from './polynomial';
import { SILENT, type Recorder } from './recorder';

/** (num / den) · mono; num = 0 for zero. */
export interface Form {
  readonly num: number;
  readonly den: number;
  readonly mono: Mono;
}

/** Exactly one of `atom` and `terms` is set. */
export interface Base {
  readonly id: number;
  readonly atom: Node | null;
  readonly terms: readonly Term[] | null;
  readonly cost: number;
  readonly free: ReadonlySet<string>;
  /** It is an indicator that two indices agree, or a sum with such a factor. */
  readonly indicates: boolean;
}

export const ZERO: Form = { num: 0, den: 1, mono: EMPTY };
export const ONE: Form = { num: 1, den: 1, mono: EMPTY };

const without = (form: Form, id: number): Form => ({ ...form, mono: filterMono(form.mono, (b) => b !== id) });

const NO_INDICES: ReadonlySet<string> = new Set();

export interface AlgebraOptions {
  /** Decision form: expand every sum and put it over one denominator. */
  readonly expand: boolean;
}

export class Algebra {
  private readonly bases: Base[] = [];
  private readonly atomIds = new Map<number, number>();
  private readonly sumIds = new Map<string, number>();
  /** Of sums by sums, by their ids; null where there is a remainder. */
  readonly quotients = new Map<number, Map<number, readonly Term[] | null>>();
  private readonly nodes = new Map<string, Node>();
  private baseNodes: (Node | undefined)[] = [];
  private scaledNodes: (Node | undefined)[] = [];
  recorder: Recorder = SILENT;
  /** Products whose sums are just taking in their other factors. */
  readonly takingIn = new Set<string>();
  /** Rewrites a power of an atom (roots, indicators); null where nothing applies. */
  reduceAtom: (atom: Node, exponent: number) => Form | null = () => null;
  /** Rewrites an atom together with others in the product; null where nothing applies (x · sign x = |x|). */
  reduceTogether: (atom: Node, form: Form) => Form | null = () => null;
  /** Rewrites a product with an indicator that two indices agree; null where nothing is gained. */
  underIndicator: (form: Form) => Form | null = () => null;

  constructor(
    readonly arena: Arena,
    readonly facts: Facts,
    readonly display: Display,
    readonly options: AlgebraOptions,
  ) {}

  base(id: number): Base {
    const found = this.bases[id];
    if (!found) throw new RangeError(`no base ${id}`);
    return found;
  }

  number(num: number, den = 1): Form {
    const node = this.arena.num(num, den);
    return { num: node.num, den: node.den, mono: EMPTY };
  }

  atom(node: Node, exponent = 1): Form {
    let id = this.atomIds.get(node.id);
    if (id === undefined) {
      id = this.bases.length;
      this.atomIds.set(node.id, id);
      const cost = this.display.cost(node);
      const indicates = node.kind === 'delta' || (node.kind === 'cmp' && node.rel === '==');
      this.bases.push({ id, atom: node, terms: null, cost, free: node.free, indicates });
    }
    return { num: 1, den: 1, mono: [id, exponent] };
  }

  private sumBase(terms: readonly Term[]): number {
    const key = terms
      .map((t) => `${monoKey(t.m)}:${t.c}`)
      .sort()
      .join(';');
    const known = this.sumIds.get(key);
    if (known !== undefined) return known;
    const id = this.bases.length;
    this.sumIds.set(key, id);
    let free = NO_INDICES;
    let indicates = false;
    for (const { m } of terms)
      for (let k = 0; k < m.length; k += 2) {
        const inner = this.base(idAt(m, k));
        free = union(free, inner.free);
        indicates ||= exponentAt(m, k) > 0 && inner.atom !== null && inner.indicates;
      }
    this.bases.push({ id, atom: null, terms, cost: this.costOfTerms(terms), free, indicates });
    return id;
  }

  /** Rough number of nodes that the form prints with. */
  cost(form: Form): number {
    const coefficient =
      (Math.abs(form.num) === 1 ? 0 : 2) + (form.den === 1 ? 0 : 2) + (form.num < 0 ? 0.5 : 0);
    return Math.max(coefficient + this.costOfMono(form.mono), 1);
  }

  private costOfMono(m: Mono): number {
    let cost = 0;
    for (let k = 0; k < m.length; k += 2)
      cost += this.base(idAt(m, k)).cost + (Math.abs(exponentAt(m, k)) === 1 ? 1 : 3);
    return Math.max(0, cost - 1);
  }

  costOfTerms(terms: readonly Term[]): number {
    let cost = terms.length - 1;
    for (const { c, m } of terms) cost += Math.max(1, this.costOfMono(m) + (Math.abs(c) === 1 ? 0 : 2));
    return cost;
  }

  toNode(form: Form): Node {
    const { num, den, mono } = form;
    if (mono.length === 0) return this.arena.num(num, den);
    if (mono.length === 2 && num === 1 && den === 1 && exponentAt(mono, 0) === 1) {
      const { atom } = this.base(idAt(mono, 0));
      if (atom) return atom;
    }
    const key = `${num}/${den}:${monoKey(mono)}`;
    const known = this.nodes.get(key);
    if (known) return known;
    const node = this.recorder.active ? this.silently(() => formToNode(this, form)) : formToNode(this, form);
    this.nodes.set(key, node);
    return node;
  }

  /** How a base that is a sum is written, divided by a scale; `make` is asked once. */
  baseNode(id: number, scale: number, make: () => Node): Node {
    const nodes = scale === 1 ? this.baseNodes : this.scaledNodes;
    let node = nodes[id];
    if (!node) nodes[id] = node = make();
    return node;
  }

  /** Forgets how forms are written, which depends on what is known of bindings. */
  forgetNodes(): void {
    this.nodes.clear();
    this.baseNodes = [];
    this.scaledNodes = [];
  }

  private reduced(num: number, den: number, mono: Mono): Form {
    if (num === 0) return ZERO;
    const g = gcd(safeInteger(num), safeInteger(den)) * (den < 0 ? -1 : 1);
    return { num: num / g, den: den / g, mono };
  }

  scale(form: Form, num: number, den = 1): Form {
    if (num === 1 && den === 1) return form;
    const product = mulRational([form.num, form.den], [num, den]);
    if (!product) throw new BudgetError('a coefficient grew past 2^53');
    return this.reduced(product[0], product[1], form.mono);
  }

  /** Product; equal bases add exponents, factors cancel, and sums divide out. */
  mul(...forms: readonly Form[]): Form {
    let num = 1;
    let den = 1;
    let mono: Mono = EMPTY;
    for (let k = 0; k < forms.length; k++) {
      const form = forms[k] as Form;
      if (form.num === 0) return ZERO;
      const product = mulRational([num, den], [form.num, form.den]);
      if (!product) throw new BudgetError('a coefficient grew past 2^53');
      num = product[0];
      den = product[1];
      mono = mulMono(mono, form.mono);
    }
    if (this.recorder.active && forms.length > 1) noteCancelling(this, forms);
    return this.settle(this.reduced(num, den, mono));
  }

  settle(form: Form): Form {
    let indicates = false;
    let [above, below] = [false, false];
    const { mono } = form;
    for (let k = 0; k < mono.length; k += 2) {
      const id = idAt(mono, k);
      const e = exponentAt(mono, k);
      const { atom, terms, indicates: own } = this.base(id);
      indicates ||= own;
      if (atom) {
        const replaced = this.recorder.active
          ? this.recorder.within(
              (part) => this.arena.mul(this.toNode(without(form, id)), part),
              () => this.reduceAtom(atom, e),
            )
          : this.reduceAtom(atom, e);
        if (replaced) return this.mul(without(form, id), replaced);
        const together = this.reduceTogether(atom, form);
        if (together) return together;
      } else if (terms) {
        const lifted = e > 0 && !this.options.expand ? multiplyThrough(this, form, id, terms, e) : null;
        if (lifted) return lifted;
        if (e > 0) above = true;
        else below = true;
      }
    }
    const agreed = indicates && form.mono.length > 2 ? this.underIndicator(form) : null;
    return agreed ?? (above && below ? divideSums(this, form) : form);
  }

  /** Integer power. Throws a BudgetError for 0 to a negative power. */
  power(form: Form, exponent: number): Form {
    if (exponent === 1) return form;
    if (exponent === 0) return ONE;
    if (form.num === 0) {
      if (exponent > 0) return ZERO;
      throw new BudgetError('a division by zero');
    }
    const coefficient = powRational([form.num, form.den], exponent);
    if (!coefficient) throw new BudgetError('a coefficient grew past 2^53');
    return this.settle(this.reduced(coefficient[0], coefficient[1], powMono(form.mono, exponent)));
  }

  /** Sum. See the head of this file for when it expands and combines. */
  add(forms: readonly Form[]): Form {
    const parts = forms.filter((form) => form.num !== 0);
    const [first] = parts;
    if (!first) return ZERO;
    if (parts.length === 1) return first;
    let den = 1;
    for (const part of parts) den = safeInteger((den / gcd(den, part.den)) * part.den);
    const common = parts.map((p) => p.mono).reduce((a, b) => mergeMono(a, b, sharedExponent));
    const outside: Form = { num: 1, den, mono: common };
    const rests = parts.map((p): Term => ({
      c: safeInteger(p.num * (den / p.den)),
      m: divMono(p.mono, common),
    }));
    const flat = collect(rests.flatMap((t) => this.flattened(t)));
    const sum = this.recorder.within(
      (part) => this.arena.mul(this.toNode(outside), part),
      () => this.sumOf(flat),
    );
    return this.mul(outside, sum);
  }

  /** A term that is a number times one sum becomes the terms of that sum. */
  private flattened(term: Term): Term[] {
    const [id, e] = term.m;
    const terms = term.m.length === 2 && e === 1 && id !== undefined ? this.base(id).terms : null;
    return terms ? terms.map((t) => ({ c: safeInteger(term.c * t.c), m: t.m })) : [term];
  }

  private sumOf(flat: readonly Term[]): Form {
    let best = flat;
    const expanded = this.options.expand
      ? this.expandedTerms(flat)
      : this.attempt(() => this.expandedTerms(flat));
    if (expanded) {
      const collected = collect(expanded);
      if (this.options.expand || this.costOfTerms(collected) < this.costOfTerms(flat)) {
        this.recorder.note('expand', () => this.rawSum(expanded));
        this.recorder.note('collect-terms', () => this.rawSum(collected));
        best = collected;
      }
    }
    return combined(this, best) ?? this.fromTerms(best);
  }

  /** Runs `work` without recording, for trials that may be thrown away. */
  silently<T>(work: () => T): T {
    const saved = this.recorder;
    this.recorder = SILENT;
    try {
      return work();
    } finally {
      this.recorder = saved;
    }
  }

  /** The sums of a product multiplied out into one, where there are at least two; null otherwise or past the budget. */
  multipliedOut(form: Form): Form | null {
    const upper = filterMono(form.mono, (id, e) => e > 0 && this.base(id).terms !== null);
    let count = 0;
    for (let k = 0; k < upper.length; k += 2) count += exponentAt(upper, k);
    if (count < 2 || count > 4 || this.isApart(form, upper)) return null;
    const rest: Form = { ...form, mono: divMono(form.mono, upper) };
    const terms = this.attempt(() => this.expandedTerms([{ c: 1, m: upper }]));
    return terms ? this.mul(rest, this.fromTerms(collect(terms))) : null;
  }

  /** The sums have no factor in common with each other or with what divides: multiplied out, no two terms meet. */
  private isApart(form: Form, sums: Mono): boolean {
    const seen = new Set<number>();
    for (let k = 0; k < form.mono.length; k += 2)
      if (exponentAt(form.mono, k) < 0) {
        const id = idAt(form.mono, k);
        if (this.base(id).terms) return false;
        seen.add(id);
      }
    for (let k = 0; k < sums.length; k += 2) {
      if (exponentAt(sums, k) > 1) return false;
      const own = new Set<number>();
      for (const { m } of this.base(idAt(sums, k)).terms ?? [])
        for (let n = 0; n < m.length; n += 2) {
          if (this.base(idAt(m, n)).terms) return false;
          own.add(idAt(m, n));
        }
      for (const id of own) {
        if (seen.has(id)) return false;
        seen.add(id);
      }
    }
    return true;
  }

  attempt<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (error instanceof BudgetError) return null;
      throw error;
    }
  }

  rawSum(terms: readonly Term[]): Node {
    return this.arena.add(...terms.map((t) => this.toNode({ num: t.c, den: 1, mono: t.m })));
  }

  /** Every positive power of a sum multiplied out; null when there is none. */
  expandedTerms(terms: readonly Term[]): Term[] | null {
    let changed = false;
    const out: Term[] = [];
    for (const term of terms) {
      const rest = filterMono(term.m, (id, e) => e < 0 || this.base(id).terms === null);
      let product: readonly Term[] = [{ c: term.c, m: rest }];
      if (rest.length < term.m.length) {
        changed = true;
        for (const [id, e] of factors(term.m)) {
          const { terms: inner } = this.base(id);
          if (inner) for (let k = 0; k < e; k++) product = multiply(product, inner);
        }
      }
      for (const made of product) {
        const reduced = this.reducedTerm(made);
        if (reduced !== made) changed = true;
        out.push(reduced);
      }
    }
    if (!changed) return null;
    return this.expandedTerms(collect(out)) ?? out;
  }

  /** Powers of roots and indicators that a multiplication made, where the result has an integer factor. */
  private reducedTerm(term: Term): Term {
    let indicates = false;
    for (let k = 0; k < term.m.length; k += 2) {
      const id = idAt(term.m, k);
      const e = exponentAt(term.m, k);
      const { atom, indicates: own } = this.base(id);
      indicates ||= own;
      const replaced = atom && Math.abs(e) > 1 ? this.silently(() => this.reduceAtom(atom, e)) : null;
      if (!replaced) continue;
      const rest = filterMono(term.m, (other) => other !== id);
      const form = this.silently(() => this.mul({ num: term.c, den: 1, mono: rest }, replaced));
      if (form.den === 1) return { c: form.num, m: form.mono };
    }
    if (!indicates || !this.options.expand) return term;
    const agreed = this.silently(() => this.underIndicator({ num: term.c, den: 1, mono: term.m }));
    return agreed?.den === 1 ? { c: agreed.num, m: agreed.mono } : term;
  }

  /** Primitive part with its content taken out: integer gcd, common monomial, canonical sign. */
  fromTerms(terms: readonly Term[]): Form {
    const [first] = terms;
    if (!first) return ZERO;
    if (terms.length === 1) return this.settle({ num: first.c, den: 1, mono: first.m });
    let content = 0;
    for (const t of terms) content = gcd(content, t.c);
    const common = terms.map((t) => t.m).reduce((a, b) => mergeMono(a, b, sharedExponent));
    const lowest = this.lowestExponentials(terms, common);
    const primitive = terms.map((t) => ({ c: t.c / content, m: divMono(t.m, lowest) }));
    // What an exponential that went out has left beside an indicator is to stand at the position that it names.
    const agreed = this.options.expand && lowest !== common ? primitive.map((t) => this.reducedTerm(t)) : [];
    if (agreed.some((t, k) => t !== primitive[k]))
      return this.mul({ num: content, den: 1, mono: lowest }, this.fromTerms(collect(agreed)));
    const sign = signOf(this, primitive);
    const id = this.sumBase(sign < 0 ? primitive.map((t) => ({ c: -t.c, m: t.m })) : primitive);
    return this.settle({ num: sign * content, den: 1, mono: mulMono(lowest, [id, 1]) });
  }

  /** Exponentials are never 0, so their negative powers go out of a sum too: one form for 1 + 1/E and (E + 1)/E. */
  private lowestExponentials(terms: readonly Term[], common: Mono): Mono {
    let lowest = common;
    const seen = new Set<number>();
    for (const { m } of terms)
      for (let k = 0; k < m.length; k += 2) {
        const id = idAt(m, k);
        if (exponentAt(m, k) >= 0 || seen.has(id) || !isExponential(this.base(id))) continue;
        seen.add(id);
        const least = Math.min(...terms.map((t) => exponentOf(t.m, id)));
        lowest = mulMono(
          filterMono(lowest, (b) => b !== id),
          [id, least],
        );
      }
    return lowest;
  }
}

const sharedExponent = (x: number, y: number): number =>
  x > 0 && y > 0 ? Math.min(x, y) : x < 0 && y < 0 ? Math.max(x, y) : 0;
