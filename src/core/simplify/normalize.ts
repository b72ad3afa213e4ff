/** Nodes to the working form (or, with `expand`, to the decision form), bottom-up and memoised. */
import { axisIndices, type Binding } from '../definition';
import type { Arena, CallNode, CmpNode, IndexNode, Node, SymNode } from '../expr';
import type { Facts } from '../facts';
import { hasOp, opRow } from '../ops';
import { Algebra, ONE, ZERO, type Form } from './algebra';
import { isExponential } from './build';
import type { Display } from './display';
import { EMPTY, factors, filterMono, type Mono } from './mono';
import { BudgetError } from './polynomial';
import { SILENT, type Recorder } from './recorder';
import { RelationTable } from './relations';
import { sumForm, type SumRule } from './sums';
import { inExponentials } from './exponentials';

export interface NormalizerOptions {
  readonly arena: Arena;
  readonly facts: Facts;
  readonly display: Display;
  readonly bindings: readonly Binding[];
  /** Decision form. */
  readonly expand: boolean;
  /** Exponentials are powers of e^(x/root); 1 by default. */
  readonly root?: number;
}

interface Entry {
  readonly form: Form;
  readonly rule: string;
}

/** A normaliser lives as long as its memo is of use: one program. */
export class Normalizer {
  readonly arena: Arena;
  readonly facts: Facts;
  readonly algebra: Algebra;
  readonly relations = new RelationTable();
  readonly definitions: ReadonlyMap<string, Binding>;
  /** Known sums of a binding along one of its axes. */
  readonly sumRules = new Map<string, SumRule[]>();
  readonly expand: boolean;
  private readonly root: number;
  /** Sign with which exp(sign · x) is the atom, by the node of x with its indices renamed. */
  private readonly orientation = new Map<number, 1 | -1>();
  private plain = new Map<number, Entry>();
  private named = new Map<number, Entry>();
  /** Relations are used only while this is set. */
  private useRelations = true;
  /** Rule of the relation that was last used for the node at work. */
  private firedRule: string | null = null;
  /** Why some part was left as it is. */
  budget: string | null = null;

  constructor(options: NormalizerOptions) {
    this.arena = options.arena;
    this.facts = options.facts;
    this.expand = options.expand;
    this.root = options.root ?? 1;
    this.definitions = new Map(options.bindings.map((b) => [b.name, b]));
    this.algebra = new Algebra(options.arena, options.facts, options.display, { expand: options.expand });
    this.algebra.reduceAtom = (atom, exponent) => this.reduceAtom(atom, exponent);
  }

  /** What a symbol is defined as, at its indices; null for an input. */
  definitionOf(sym: SymNode): Node | null {
    const binding = this.definitions.get(sym.name);
    if (!binding) return null;
    const pairs = axisIndices(binding.axes).map((index, k) => [index, sym.args[k] ?? index] as const);
    return this.arena.substituteAll(binding.def, pairs);
  }

  /** Forgets normal forms; needed after relations or facts have been added. */
  reset(): void {
    this.plain = new Map();
    this.named = new Map();
    this.algebra.forgetNodes();
  }

  /** Runs `work` with a recorder that sees all of it, as if nothing had been simplified before. */
  recorded<T>(recorder: Recorder, work: () => T): T {
    const { plain, named } = this;
    this.plain = new Map();
    this.named = new Map();
    this.algebra.recorder = recorder;
    try {
      return work();
    } finally {
      this.algebra.recorder = SILENT;
      for (const [id, entry] of this.plain) plain.set(id, entry);
      for (const [id, entry] of this.named) named.set(id, entry);
      this.plain = plain;
      this.named = named;
    }
  }

  withoutRelations<T>(work: () => T): T {
    const saved = this.useRelations;
    this.useRelations = false;
    try {
      return work();
    } finally {
      this.useRelations = saved;
    }
  }

  simplify(node: Node): Node {
    return this.algebra.toNode(this.norm(node));
  }

  norm(node: Node): Form {
    const memo = this.useRelations ? this.named : this.plain;
    const known = memo.get(node.id);
    if (known) {
      this.noteResult(node, known);
      return known.form;
    }
    const outer = this.firedRule;
    this.firedRule = null;
    let form: Form;
    try {
      form = this.compute(node);
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
      this.budget = error.message;
      form = this.algebra.atom(node);
    }
    const rule = this.firedRule ?? CLOSING_RULE[node.kind] ?? 'collect-powers';
    this.firedRule = outer;
    memo.set(node.id, { form, rule });
    this.noteResult(node, { form, rule });
    return form;
  }

  private noteResult(node: Node, { form, rule }: Entry): void {
    const { recorder } = this.algebra;
    if (!recorder.active) return;
    const result = this.algebra.toNode(form);
    if (result !== node) recorder.note(rule, () => result);
  }

  /** Normal forms of the arguments, each recorded inside the node with the earlier arguments done. */
  private args(node: Node): Form[] {
    if (node.args.length > WIDEST) return this.algebra.silently(() => node.args.map((arg) => this.norm(arg)));
    const done = [...node.args];
    return node.args.map((arg, k) => {
      const form = this.part(arg, (part) => {
        const now = [...done];
        now[k] = part;
        return this.arena.withArgs(node, now);
      });
      if (this.algebra.recorder.active) done[k] = this.algebra.toNode(form);
      return form;
    });
  }

  private part(node: Node, wrap: (part: Node) => Node): Form {
    return this.algebra.recorder.within(wrap, () => this.norm(node));
  }

  /** An atom, or what a relation says it equals. */
  atom(node: Node): Form {
    if (this.useRelations) {
      const hit = this.relations.rewrite(this.arena, node);
      if (hit) {
        this.algebra.recorder.note(hit.relation.rule, () => hit.to);
        const form = this.norm(hit.to);
        this.firedRule = hit.relation.rule;
        return form;
      }
    }
    return this.algebra.atom(node);
  }

  private compute(node: Node): Form {
    const { algebra, arena } = this;
    switch (node.kind) {
      case 'num':
        return node.num === 0 ? ZERO : algebra.number(node.num, node.den);
      case 'const':
      case 'size':
      case 'index':
      case 'diff':
        return algebra.atom(node);
      case 'sym':
        return this.atom(node);
      case 'add':
        return algebra.add(this.args(node));
      case 'mul':
        return algebra.mul(...this.args(node));
      case 'pow':
        return this.pow(node);
      case 'call':
        return this.call(node);
      case 'cmp':
        return this.comparison(node, this.args(node));
      case 'where': {
        const args = this.args(node);
        return algebra.silently(() => this.where(args));
      }
      case 'delta':
        return algebra.atom(node);
      case 'reduce': {
        const { index, body } = arena.open(node);
        const close = (part: Node): Node => arena.reduce(node.op, index, part);
        const form = this.part(body, close);
        if (node.op === 'sum') return sumForm(this, index, form);
        const closed = close(algebra.toNode(form));
        return closed.kind === 'reduce' ? this.atom(closed) : this.norm(closed);
      }
    }
  }

  private pow(node: Node): Form {
    const { algebra, arena } = this;
    const exponent = node.args[1] as Node;
    const base = this.part(node.args[0] as Node, (part) => arena.pow(part, exponent));
    return algebra.silently(() => this.powerOf(node, base, exponent));
  }

  private powerOf(node: Node, base: Form, exponent: Node): Form {
    const { algebra, arena } = this;
    if (exponent.kind === 'num' && exponent.den === 1) return algebra.power(base, exponent.num);
    if (base.num === 0) return algebra.atom(node);
    if (exponent.kind === 'num') return this.rationalPower(base, exponent.num, exponent.den);
    const power = this.norm(exponent);
    if (power.mono.length === 0)
      return power.den === 1
        ? algebra.power(base, power.num)
        : this.rationalPower(base, power.num, power.den);
    const terms = this.termsOf(power);
    const whole = terms.find((t) => t.mono.length === 0 && t.den === 1);
    const rest = terms.filter((t) => t !== whole);
    const symbolic = algebra.toNode(algebra.add(rest));
    const atom = this.atom(arena.pow(algebra.toNode(base), symbolic));
    return whole ? algebra.mul(algebra.power(base, whole.num), atom) : atom;
  }

  /** A form as a list of summands. */
  termsOf(form: Form): Form[] {
    const { algebra } = this;
    const sums = [...factors(form.mono)].filter(([id, e]) => e === 1 && algebra.base(id).terms !== null);
    const [only] = sums;
    if (sums.length !== 1 || !only) return [form];
    const rest: Form = { ...form, mono: filterMono(form.mono, (id) => id !== only[0]) };
    return (algebra.base(only[0]).terms ?? []).map((t) => algebra.mul(rest, { num: t.c, den: 1, mono: t.m }));
  }

  /** base^(p/q): what is provably positive goes out factor by factor, the rest stays under one root. */
  private rationalPower(base: Form, p: number, q: number): Form {
    const { algebra, arena } = this;
    const out: Form[] = [];
    const kept: number[] = [];
    const root = (inside: Form, times: number): void => {
      const whole = Math.trunc(times / q);
      const left = times - whole * q;
      if (whole !== 0) out.push(algebra.power(inside, whole));
      if (left !== 0)
        out.push(algebra.power(this.atom(arena.pow(algebra.toNode(inside), arena.num(1, q))), left));
    };
    for (const [id, e] of factors(base.mono)) {
      const single: Form = { num: 1, den: 1, mono: [id, 1] };
      if (this.facts.isPositive(algebra.toNode(single))) root(single, e * p);
      else kept.push(id, e);
    }
    const [id, e] = kept;
    if (kept.length === 2 && id !== undefined && e !== undefined && e % 2 === 0 && q === 2 && base.num > 0) {
      const size = this.norm(arena.call('abs', algebra.toNode({ num: 1, den: 1, mono: [id, 1] })));
      out.push(algebra.power(size, (e / 2) * p));
      kept.length = 0;
    }
    const rest: Form = { num: base.num, den: base.den, mono: kept };
    if (rest.mono.length > 0 || rest.num !== 1 || rest.den !== 1) this.numericRoot(rest, p, q, root, out);
    return algebra.mul(...out);
  }

  /** Perfect squares among the numbers leave the root. */
  private numericRoot(
    rest: Form,
    p: number,
    q: number,
    root: (inside: Form, times: number) => void,
    out: Form[],
  ): void {
    if (q !== 2 || rest.num < 0) {
      root(rest, p);
      return;
    }
    const [a, b] = squareParts(rest.num);
    const [c, d] = squareParts(rest.den);
    out.push(this.algebra.power(this.algebra.number(a, c), p));
    if (b !== 1 || d !== 1 || rest.mono.length > 0) root({ num: b, den: d, mono: rest.mono }, p);
  }

  private reduceAtom(atom: Node, exponent: number): Form | null {
    const { algebra } = this;
    if (atom.kind === 'pow') {
      const root = atom.args[1] as Node;
      if (root.kind !== 'num' || root.num !== 1 || Math.abs(exponent) < root.den) return null;
      const whole = Math.trunc(exponent / root.den);
      const left = exponent - whole * root.den;
      const inside = algebra.power(this.quietNorm(atom.args[0] as Node), whole);
      return left === 0 ? inside : algebra.mul(inside, algebra.atom(atom, left));
    }
    if ((atom.kind === 'cmp' || atom.kind === 'delta') && exponent > 1) return algebra.atom(atom);
    if (atom.kind === 'call' && atom.fn === 'abs' && Math.abs(exponent) >= 2) {
      const left = exponent % 2;
      const even = algebra.power(this.quietNorm(atom.args[0] as Node), exponent - left);
      return left === 0 ? even : algebra.mul(even, algebra.atom(atom, left));
    }
    return null;
  }

  private quietNorm(node: Node): Form {
    return this.algebra.silently(() => this.norm(node));
  }

  private call(node: CallNode): Form {
    const { algebra, arena } = this;
    if (this.expand) {
      const rewritten = inExponentials(arena, node);
      if (rewritten) return this.norm(rewritten);
    }
    const args = this.args(node);
    const [x] = args;
    if (!x) return this.atom(node);
    if (node.fn === 'exp') return this.exponential(x);
    return algebra.silently(() => this.callOf(node, args, x));
  }

  private callOf(node: CallNode, args: readonly Form[], x: Form): Form {
    const { algebra, arena } = this;
    if (node.fn === 'log') return this.logarithm(x);
    const nodes = args.map((form) => algebra.toNode(form));
    const inner = nodes[0] as Node;
    if (node.fn === 'abs') {
      if (this.facts.isNonNegative(inner)) return x;
      if (this.facts.isNonNegative(arena.neg(inner))) return algebra.scale(x, -1);
    }
    if (node.fn === 'sign') {
      if (this.facts.isPositive(inner)) return ONE;
      if (this.facts.isPositive(arena.neg(inner))) return algebra.number(-1);
    }
    if (!hasOp(node.fn)) return this.atom(arena.call(node.fn, ...nodes));
    const row = opRow(node.fn);
    if (nodes.every((n) => n.kind === 'num')) {
      const at = nodes.map((n) => (n.kind === 'num' ? n.num / n.den : NaN));
      const exact = exactValue(row.evaluate(...at), at, node.fn);
      if (exact !== null) return exact === 0 ? ZERO : algebra.number(exact);
    }
    if (args.length === 1 && row.parity !== 'none' && x.num < 0) {
      const flipped = this.atom(arena.call(node.fn, algebra.toNode(algebra.scale(x, -1))));
      return row.parity === 'odd' ? algebra.scale(flipped, -1) : flipped;
    }
    return this.atom(arena.call(node.fn, ...nodes));
  }

  /** e^(a + 2b) = e^a · (e^b)², so that powers of one exponential meet. */
  private exponential(x: Form): Form {
    const { algebra, arena } = this;
    if (x.num === 0) return ONE;
    const terms = this.splitsUniquely(x) ? this.termsOf(x) : [x];
    const parts = terms.length <= 6 ? terms : [x];
    const { recorder } = algebra;
    const pieces = recorder.active ? parts.map((part) => arena.call('exp', algebra.toNode(part))) : [];
    const out = parts.map((part, k) => {
      const among = (node: Node): Node => arena.mul(...pieces.map((piece, n) => (n === k ? node : piece)));
      const form = this.exponentialPart(part, among);
      if (recorder.active) pieces[k] = algebra.toNode(form);
      return form;
    });
    return algebra.mul(...out);
  }

  /** A numerator over a sum can be split in many ways; the decision form keeps it whole. */
  private splitsUniquely(x: Form): boolean {
    if (!this.expand) return true;
    return [...factors(x.mono)].every(([id, e]) => e > 0 || this.algebra.base(id).terms === null);
  }

  /** e^part; `among` puts what stands for it among the other factors. */
  private exponentialPart(part: Form, among: (node: Node) => Node): Form {
    const { algebra, arena } = this;
    const { recorder } = algebra;
    const [id, e] = part.mono;
    const inner = part.mono.length === 2 && e === 1 && id !== undefined ? algebra.base(id).atom : null;
    if (inner?.kind === 'call' && inner.fn === 'log' && part.den === 1)
      return algebra.silently(() => algebra.power(this.norm(inner.args[0] as Node), part.num));
    const multiple = Math.abs(part.num) === 1 ? null : recorder.within(among, () => this.rewriteWhole(part));
    if (multiple) return multiple;
    const divided = part.den !== this.root && this.root % part.den === 0 ? this.root / part.den : 1;
    const unsigned: Form = { num: 1, den: part.den * divided, mono: part.mono };
    const sign = this.orientation.get(this.upToIndices(algebra.toNode(unsigned)).id) ?? 1;
    const power = part.num * divided * sign;
    const atom = recorder.within(
      (node) => among(arena.pow(node, arena.num(power))),
      () => this.atom(arena.call('exp', algebra.toNode({ ...unsigned, num: sign }))),
    );
    return algebra.silently(() => algebra.power(atom, power));
  }

  /** Relations may speak of e^(2z) while e^z is the atom. */
  private rewriteWhole(part: Form): Form | null {
    if (!this.useRelations) return null;
    const { algebra, arena } = this;
    for (const sign of [1, -1]) {
      const whole = arena.call('exp', algebra.toNode(algebra.scale(part, sign)));
      const hit = this.relations.rewrite(arena, whole);
      if (!hit) continue;
      const to = sign === 1 ? hit.to : arena.pow(hit.to, arena.minusOne);
      algebra.recorder.note(hit.relation.rule, () => to);
      return this.norm(to);
    }
    return null;
  }

  /** Lets exponentials stand as the program writes them: e^(-z) is the atom where only that occurs. */
  orient(node: Node): void {
    const seen = new Set<number>();
    const visit = (n: Node): void => {
      if (seen.has(n.id)) return;
      seen.add(n.id);
      if (n.kind === 'reduce') visit(this.arena.open(n).body);
      else n.args.forEach(visit);
      if (n.kind !== 'call' || n.fn !== 'exp' || !n.args[0]) return;
      const terms = this.termsOf(this.norm(n.args[0]));
      for (const part of terms.length <= 6 ? terms : []) {
        if (part.num === 0) continue;
        const argument = this.upToIndices(this.algebra.toNode({ num: 1, den: part.den, mono: part.mono }));
        if (part.num > 0) this.orientation.set(argument.id, 1);
        else if (!this.orientation.has(argument.id)) this.orientation.set(argument.id, -1);
      }
    };
    visit(node);
  }

  /** The same for every choice of index names: a definition over j speaks of the use at i too. */
  private upToIndices(node: Node): Node {
    if (node.free.size === 0) return node;
    const found = new Map<string, IndexNode>();
    const visit = (n: Node): void => {
      if (n.kind === 'index' && n.space !== 'bound') found.set(n.name, n);
      else if ([...n.free].some((name) => !found.has(name))) n.args.forEach(visit);
    };
    visit(node);
    return this.arena.substituteAll(
      node,
      [...found.values()].map((index, k) => [index, this.arena.index(`@u${k}`, index.size)] as const),
    );
  }

  private logarithm(x: Form): Form {
    const { algebra, arena } = this;
    if (x.mono.length === 0 && x.num === 1 && x.den === 1) return ZERO;
    const out: Form[] = [];
    const kept: number[] = [];
    const single = x.mono.length === 2 && x.num === 1 && x.den === 1;
    for (const [id, e] of factors(x.mono)) {
      const base = algebra.base(id);
      if (isExponential(base) && base.atom) out.push(algebra.scale(this.norm(base.atom.args[0] as Node), e));
      else {
        const factor = algebra.toNode({ num: 1, den: 1, mono: [id, 1] });
        if ((this.expand || single) && this.facts.isPositive(factor))
          out.push(algebra.scale(this.atom(arena.call('log', factor)), e));
        else kept.push(id, e);
      }
    }
    const rest: Form = { num: x.num, den: x.den, mono: kept };
    if (kept.length > 0 || rest.num !== 1 || rest.den !== 1)
      out.push(this.atom(arena.call('log', algebra.toNode(rest))));
    return algebra.add(out);
  }

  private comparison(node: CmpNode, args: readonly Form[]): Form {
    const { algebra, arena } = this;
    const [left = ZERO, right = ZERO] = args;
    const difference = algebra.silently(() => algebra.add([left, algebra.scale(right, -1)]));
    if (difference.mono.length === 0) return holds(node.rel, difference.num) ? ONE : ZERO;
    if (this.expand) {
      if (node.rel === '>=')
        return algebra.add([
          ONE,
          algebra.scale(this.norm(arena.compare('>', node.args[1] as Node, node.args[0] as Node)), -1),
        ]);
      const { low, high, lowOpen, highOpen } = this.facts.range(algebra.toNode(difference));
      if (node.rel === '>' && (low > 0 || (low === 0 && lowOpen))) return ONE;
      if (node.rel === '>' && (high < 0 || (high === 0 && highOpen))) return ZERO;
      const primitive = { num: Math.sign(difference.num), den: 1, mono: difference.mono };
      return algebra.atom(arena.compare(node.rel, algebra.toNode(primitive), arena.zero));
    }
    return this.atom(arena.compare(node.rel, algebra.toNode(left), algebra.toNode(right)));
  }

  private where(args: readonly Form[]): Form {
    const { algebra, arena } = this;
    const [condition = ZERO, then = ZERO, otherwise = ZERO] = args;
    if (sameForm(then, otherwise)) return then;
    if (condition.mono.length === 0) return condition.num === 0 ? otherwise : then;
    if (this.expand)
      return algebra.add([
        algebra.mul(condition, then),
        algebra.mul(algebra.add([ONE, algebra.scale(condition, -1)]), otherwise),
      ]);
    const test = algebra.toNode(condition);
    if (otherwise.num === 0) return algebra.mul(condition, then);
    if (then.num === 0) {
      const complement = complementOf(arena, test);
      if (complement) return algebra.mul(this.norm(complement), otherwise);
    }
    const shared = sharedFactors(then, otherwise);
    const common: Form = { num: 1, den: 1, mono: shared };
    const inverse = algebra.power(common, -1);
    const inner = arena.where(
      test,
      algebra.toNode(algebra.mul(then, inverse)),
      algebra.toNode(algebra.mul(otherwise, inverse)),
    );
    return algebra.mul(common, inner.kind === 'where' ? this.atom(inner) : this.norm(inner));
  }
}

/** Arguments beyond this many are simplified in one step: a step for each would repeat all the others every time. */
const WIDEST = 24;

const CLOSING_RULE: Partial<Record<Node['kind'], string>> = {
  add: 'collect-terms',
  mul: 'collect-powers',
  pow: 'power-of-a-power',
  call: 'function-identity',
  cmp: 'simplify-condition',
  where: 'simplify-cases',
  reduce: 'factor-out-of-sum',
};

/** 1 - c as one comparison; null for what is none. */
export function complementOf(arena: Arena, condition: Node): Node | null {
  if (condition.kind !== 'cmp') return null;
  const [left, right] = condition.args as [Node, Node];
  switch (condition.rel) {
    case '>':
      return arena.compare('>=', right, left);
    case '>=':
      return arena.compare('>', right, left);
    case '==':
      return arena.compare('!=', left, right);
    case '!=':
      return arena.compare('==', left, right);
  }
}

function holds(rel: '>' | '>=' | '==' | '!=', difference: number): boolean {
  switch (rel) {
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    case '==':
      return difference === 0;
    case '!=':
      return difference !== 0;
  }
}

export const sameForm = (a: Form, b: Form): boolean =>
  a.num === b.num &&
  a.den === b.den &&
  a.mono.length === b.mono.length &&
  a.mono.every((v, k) => v === b.mono[k]);

function sharedFactors(a: Form, b: Form): Mono {
  const exponents = new Map(factors(b.mono));
  const out: number[] = [];
  for (const [id, e] of factors(a.mono)) {
    const f = exponents.get(id) ?? 0;
    if (e * f > 0) out.push(id, Math.sign(e) * Math.min(Math.abs(e), Math.abs(f)));
  }
  return out.length === 0 ? EMPTY : out;
}

/** value = a² · b with b free of squares of small primes. */
function squareParts(value: number): [number, number] {
  let a = 1;
  let b = value;
  for (let p = 2; p * p <= b && p < 1000; p++)
    while (b % (p * p) === 0) {
      b /= p * p;
      a *= p;
    }
  const root = Math.round(Math.sqrt(b));
  return root * root === b ? [a * root, 1] : [a, b];
}

const EXACT = new Set(['abs', 'sign', 'floor', 'ceil', 'round', 'maximum', 'minimum', 'relu']);

/** Values of functions at numbers are folded only where they are exact: tanh(40) is 1 in floating point, but not equal to 1. */
function exactValue(value: number, at: readonly number[], fn: string): number | null {
  const small = at.every((x) => Math.abs(x) <= 1);
  if (small && (value === 0 || value === 1 || value === -1)) return value;
  return EXACT.has(fn) && Number.isSafeInteger(value) ? value : null;
}
