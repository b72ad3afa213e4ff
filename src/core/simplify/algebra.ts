/**
 * The working form of expressions: a rational times a monomial over interned bases, c · Π base^e. A base is an atom (a
 * node that the algebra does not look into) or a primitive sum of such monomials. Products stay factored; a sum is expanded
 * only where that makes it smaller, and fractions are combined only where the combination is smaller or cancels.
 */
import { gcd, mulRational, powRational, type Arena, type Node } from '../expr';
import type { Facts } from '../facts';
import type { Display } from './display';
import { formToNode, isExponential, signOf } from './build';
import {
  EMPTY,
  divMono,
  exponentOf,
  factors,
  filterMono,
  mergeMono,
  monoKey,
  mulMono,
  powMono,
  type Mono,
} from './mono';
import { BudgetError, collect, divideExactly, multiply, safeInteger, type Term } from './polynomial';
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
}

export const ZERO: Form = { num: 0, den: 1, mono: EMPTY };
export const ONE: Form = { num: 1, den: 1, mono: EMPTY };

const NO_INDICES: ReadonlySet<string> = new Set();

export interface AlgebraOptions {
  /** Decision form: expand every sum and put it over one denominator. */
  readonly expand: boolean;
}

export class Algebra {
  private readonly bases: Base[] = [];
  private readonly atomIds = new Map<number, number>();
  private readonly sumIds = new Map<string, number>();
  private readonly quotients = new Map<string, readonly Term[] | null>();
  private readonly nodes = new Map<string, Node>();
  private baseNodes: (Node | undefined)[] = [];
  recorder: Recorder = SILENT;
  /** Rewrites a power of an atom (roots, indicators); null where nothing applies. */
  reduceAtom: (atom: Node, exponent: number) => Form | null = () => null;

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
      this.bases.push({ id, atom: node, terms: null, cost: this.display.cost(node), free: node.free });
    }
    return { num: 1, den: 1, mono: [id, exponent] };
  }

  private sumBase(terms: readonly Term[]): number {
    const sorted = [...terms].sort((a, b) => (monoKey(a.m) < monoKey(b.m) ? -1 : 1));
    const key = sorted.map((t) => `${t.c}:${monoKey(t.m)}`).join(';');
    const known = this.sumIds.get(key);
    if (known !== undefined) return known;
    const id = this.bases.length;
    this.sumIds.set(key, id);
    let free = NO_INDICES;
    for (const { m } of terms)
      for (const [b] of factors(m)) {
        const inner = this.base(b).free;
        if (inner.size > 0) free = new Set([...free, ...inner]);
      }
    this.bases.push({ id, atom: null, terms, cost: this.costOfTerms(terms), free });
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
    for (const [id, e] of factors(m)) cost += this.base(id).cost + (Math.abs(e) === 1 ? 1 : 3);
    return Math.max(0, cost - 1);
  }

  private costOfTerms(terms: readonly Term[]): number {
    let cost = terms.length - 1;
    for (const { c, m } of terms) cost += Math.max(1, this.costOfMono(m) + (Math.abs(c) === 1 ? 0 : 2));
    return cost;
  }

  toNode(form: Form): Node {
    const key = `${form.num}/${form.den}:${monoKey(form.mono)}`;
    const known = this.nodes.get(key);
    if (known) return known;
    const node = this.recorder.active ? this.silently(() => formToNode(this, form)) : formToNode(this, form);
    this.nodes.set(key, node);
    return node;
  }

  /** How a base that is a sum is written; `make` is asked once. */
  baseNode(id: number, make: () => Node): Node {
    let node = this.baseNodes[id];
    if (!node) this.baseNodes[id] = node = make();
    return node;
  }

  /** Forgets how forms are written, which depends on what is known of bindings. */
  forgetNodes(): void {
    this.nodes.clear();
    this.baseNodes = [];
  }

  private reduced(num: number, den: number, mono: Mono): Form {
    if (num === 0) return ZERO;
    const g = gcd(safeInteger(num), safeInteger(den)) * (den < 0 ? -1 : 1);
    return { num: num / g, den: den / g, mono };
  }

  scale(form: Form, num: number, den = 1): Form {
    const product = mulRational([form.num, form.den], [num, den]);
    if (!product) throw new BudgetError('a coefficient grew past 2^53');
    return this.reduced(product[0], product[1], form.mono);
  }

  /** Product; equal bases add exponents, factors cancel, and sums divide out. */
  mul(...forms: readonly Form[]): Form {
    let coefficient: [number, number] = [1, 1];
    let mono: Mono = EMPTY;
    for (const form of forms) {
      if (form.num === 0) return ZERO;
      const product = mulRational(coefficient, [form.num, form.den]);
      if (!product) throw new BudgetError('a coefficient grew past 2^53');
      coefficient = product;
      mono = mulMono(mono, form.mono);
    }
    if (this.recorder.active && forms.length > 1) this.noteCancelling(forms);
    return this.settle(this.reduced(coefficient[0], coefficient[1], mono));
  }

  /** Reports one state per base that cancels (wholly or in part) between the factors of a product. */
  private noteCancelling(forms: readonly Form[]): void {
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
      this.recorder.note('cancel-factor', () => {
        const merged: number[] = [];
        for (const done of settled) {
          const entry = seen.get(done);
          if (entry && entry.up !== entry.down) merged.push(done, entry.up - entry.down);
        }
        const left = forms.map((f) =>
          this.toNode({ ...f, mono: filterMono(f.mono, (b) => !settled.has(b)) }),
        );
        return this.arena.mul(...left, this.toNode({ num: 1, den: 1, mono: sortedMono(merged) }));
      });
    }
    const gathered = [...seen].some(
      ([id, { up, down }]) =>
        !settled.has(id) &&
        up > 0 !== down > 0 &&
        forms.filter((f) => exponentOf(f.mono, id) !== 0).length > 1,
    );
    if (gathered) this.recorder.note('collect-powers', () => this.toNode(unsettledProduct(forms)));
  }

  private settle(form: Form): Form {
    for (const [id, e] of factors(form.mono)) {
      const { atom, terms } = this.base(id);
      const rest = (): Form => ({ ...form, mono: filterMono(form.mono, (b) => b !== id) });
      if (atom) {
        const replaced = this.reduceAtom(atom, e);
        if (replaced) return this.mul(rest(), replaced);
      } else if (terms && e > 0 && !this.options.expand) {
        const lifted = this.multiplyThrough(form, id, terms, e);
        if (lifted) return lifted;
      }
    }
    return this.divideSums(form);
  }

  /** (p/d + q) · d → p + q·d: a sum of fractions takes in the factors that its denominators hold. */
  private multiplyThrough(form: Form, id: number, terms: readonly Term[], e: number): Form | null {
    const denominators = new Map<number, number>();
    for (const { m } of terms)
      for (const [b, x] of factors(m))
        if (x < 0 && b !== id) denominators.set(b, Math.max(denominators.get(b) ?? 0, -x));
    if (e !== 1 || denominators.size === 0) return null;
    const taken: number[] = [];
    for (const [b, x] of factors(form.mono)) {
      const wanted = denominators.get(b);
      if (b !== id && x > 0 && wanted !== undefined) taken.push(b, Math.min(x, wanted));
    }
    if (taken.length === 0) return null;
    const rest: Form = {
      ...form,
      mono: divMono(
        filterMono(form.mono, (b) => b !== id),
        taken,
      ),
    };
    const products = this.silently(() =>
      terms.map((t) => this.scale(this.settle({ num: 1, den: 1, mono: mulMono(t.m, taken) }), t.c)),
    );
    this.recorder.note('expand', () =>
      this.arena.mul(this.toNode(rest), this.arena.add(...products.map((p) => this.toNode(p)))),
    );
    const sum = this.recorder.within(
      (part) => this.arena.mul(this.toNode(rest), part),
      () => this.add(products),
    );
    return this.mul(rest, sum);
  }

  /** Exact division of sums that stand on opposite sides of the fraction bar. */
  private divideSums(form: Form): Form {
    const sums = [...factors(form.mono)].filter(([id]) => this.base(id).terms !== null);
    for (const [p, e] of sums)
      for (const [q, f] of sums) {
        if (p === q || e * f >= 0) continue;
        const quotient = this.quotient(p, q);
        if (!quotient) continue;
        const times = Math.min(Math.abs(e), Math.abs(f)) * Math.sign(e);
        const moved = mulMono(form.mono, sortedMono([p, -times, q, times]));
        const by = this.silently(() => this.power(this.fromTerms(quotient), times));
        const reduced = { ...form, mono: moved };
        this.recorder.note('factor-out', () =>
          this.arena.mul(
            this.toNode({ ...form, mono: mulMono(form.mono, [p, -times]) }),
            this.toNode(by),
            this.toNode({ num: 1, den: 1, mono: [q, times] }),
          ),
        );
        this.recorder.note('cancel-factor', () => this.arena.mul(this.toNode(reduced), this.toNode(by)));
        return this.mul(reduced, by);
      }
    return form;
  }

  private quotient(p: number, q: number): readonly Term[] | null {
    const key = `${p}/${q}`;
    const known = this.quotients.get(key);
    if (known !== undefined) return known;
    const terms = this.base(p).terms;
    const divisor = this.base(q).terms;
    const result = terms && divisor ? divideExactly(terms, divisor) : null;
    this.quotients.set(key, result);
    return result;
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
    return this.combined(best) ?? this.fromTerms(best);
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
    for (const [, e] of factors(upper)) count += e;
    if (count < 2 || count > 4) return null;
    const rest: Form = { ...form, mono: divMono(form.mono, upper) };
    const terms = this.attempt(() => this.expandedTerms([{ c: 1, m: upper }]));
    return terms ? this.mul(rest, this.fromTerms(collect(terms))) : null;
  }

  private attempt<T>(work: () => T): T | null {
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
  private expandedTerms(terms: readonly Term[]): Term[] | null {
    let changed = false;
    const out: Term[] = [];
    for (const term of terms) {
      const inner = [...factors(term.m)].filter(([id, e]) => e > 0 && this.base(id).terms !== null);
      let product: readonly Term[] = [
        { c: term.c, m: filterMono(term.m, (id, e) => e < 0 || this.base(id).terms === null) },
      ];
      for (const [id, e] of inner)
        for (let k = 0; k < e; k++) product = multiply(product, this.base(id).terms ?? []);
      if (inner.length > 0) changed = true;
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
    for (const [id, e] of factors(term.m)) {
      const { atom } = this.base(id);
      const replaced = atom && Math.abs(e) > 1 ? this.silently(() => this.reduceAtom(atom, e)) : null;
      if (!replaced) continue;
      const rest = filterMono(term.m, (other) => other !== id);
      const form = this.silently(() => this.mul({ num: term.c, den: 1, mono: rest }, replaced));
      if (form.den === 1 && form.num !== 0) return { c: form.num, m: form.mono };
    }
    return term;
  }

  /** The sum over one denominator, where that is smaller or cancels a factor of the denominator. */
  private combined(terms: readonly Term[]): Form | null {
    let denominator: Mono = EMPTY;
    for (const { m } of terms) {
      const below = filterMono(m, (id, e) => e < 0 && !isExponential(this.base(id)));
      denominator = mergeMono(denominator, below, (x, y) => Math.max(x, -y));
    }
    if (denominator.length === 0 || terms.length < 2) return null;
    if (!this.options.expand && denominator.length > 8) return null;
    const lifted = terms.map((t) => ({ c: t.c, m: mulMono(t.m, denominator) }));
    const numerator = this.attempt(() => {
      const expanded = this.expandedTerms(lifted);
      return { expanded, collected: collect(expanded ?? lifted) };
    });
    if (!numerator) {
      if (this.options.expand) throw new BudgetError('a common denominator has too many terms');
      return null;
    }
    const under = powMono(denominator, -1);
    const below: Form = { num: 1, den: 1, mono: under };
    const top = this.silently(() => this.fromTerms(numerator.collected));
    const result = this.silently(() => this.mul(below, top));
    const { recorder } = this;
    const cancels = sizeOfDenominator(result.mono) < sizeOfDenominator(under);
    const smaller = this.cost(result) < this.costOfTerms(terms);
    if (!this.options.expand && !smaller && !cancels) return null;
    if (recorder.active) {
      const over = (part: Node): Node => this.arena.mul(part, this.toNode(below));
      recorder.note('common-denominator', () => over(this.rawSum(lifted)));
      recorder.note('expand', () => over(this.rawSum(numerator.expanded ?? lifted)));
      recorder.note('collect-terms', () => over(this.rawSum(numerator.collected)));
      recorder.note('factor-out', () => over(this.toNode(top)));
      return this.mul(below, top);
    }
    return result;
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
    const sign = signOf(this, primitive);
    const id = this.sumBase(sign < 0 ? primitive.map((t) => ({ c: -t.c, m: t.m })) : primitive);
    return this.settle({ num: sign * content, den: 1, mono: mulMono(lowest, [id, 1]) });
  }

  /** Exponentials are never 0, so their negative powers go out of a sum too: one form for 1 + 1/E and (E + 1)/E. */
  private lowestExponentials(terms: readonly Term[], common: Mono): Mono {
    let lowest = common;
    const seen = new Set<number>();
    for (const { m } of terms)
      for (const [id, e] of factors(m)) {
        if (e >= 0 || seen.has(id) || !isExponential(this.base(id))) continue;
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

function sortedMono(pairs: readonly number[]): Mono {
  let out: Mono = EMPTY;
  for (const [id, e] of factors(pairs)) out = mulMono(out, e === 0 ? EMPTY : [id, e]);
  return out;
}

function sizeOfDenominator(m: Mono): number {
  let size = 0;
  for (const [, e] of factors(m)) if (e < 0) size -= e;
  return size;
}

const unsettledProduct = (forms: readonly Form[]): Form =>
  forms.reduce((a, b) => ({ num: a.num * b.num, den: a.den * b.den, mono: mulMono(a.mono, b.mono) }), ONE);
