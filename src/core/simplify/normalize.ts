/** Nodes to the working form (or, with `expand`, to the decision form), bottom-up and memoised. */
import { axisIndices, type Binding } from '../definition';
import type { Arena, IndexNode, Node, SymNode } from '../expr';
import type { Facts } from '../facts';
import { Algebra, ZERO, type Form } from './algebra';
import type { Difference } from './cells';
import { rewriteConditional, underOtherCondition, withoutOwnCondition } from './conditional';
import { createIndicatorRule } from './deltas';
import type { Display } from './display';
import { decidedReduction } from './extremes';
import { callForm, quotientFunction } from './functions';
import { inverseBindings } from './inverses';
import { factors, filterMono } from './mono';
import { comparisonForm, signTimes, whereForm } from './piecewise';
import { BudgetError } from './polynomial';
import { powerForm, reduceAtom, rootOverBase, rootTimesNumber } from './powers';
import { SILENT, type Recorder } from './recorder';
import { RelationTable, type Relation } from './relations';
import { sumForm, type SumRule } from './sums';
import { elementForm } from './symmetry';

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

export interface Mask {
  readonly indices: readonly IndexNode[];
  readonly conditions: readonly Node[];
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
  /** Relations of an exponential that hold where indicators stand beside it. */
  readonly conditional: Relation[] = [];
  /** Comparisons without which a binding is 0. */
  readonly masks = new Map<string, Mask>();
  readonly definitions: ReadonlyMap<string, Binding>;
  /** Known sums of a binding along one of its axes. */
  readonly sumRules = new Map<string, SumRule[]>();
  /** Bindings that are inverses, with the names of what they invert. */
  readonly inverses: ReadonlyMap<string, string>;
  /** Whether a node holds an inverse, by its id. */
  readonly holdingInverses = new Map<number, boolean>();
  readonly expand: boolean;
  readonly root: number;
  /** Sign with which exp(sign · x) is the atom, by the node of x with its indices renamed. */
  readonly orientation = new Map<number, 1 | -1>();
  /** Of the sides that conditions compare, by the ids of the two. */
  readonly differences = new Map<number, Map<number, Difference>>();
  private plain = new Map<number, Entry>();
  private named = new Map<number, Entry>();
  /** Normal forms from before the recording that goes on. */
  private settledPlain = new Map<number, Entry>();
  private settledNamed = new Map<number, Entry>();
  /** Relations are used only while this is set. */
  useRelations = true;
  /** Rule of the relation that was last used for the node at work. */
  private firedRule: string | null = null;
  /** Ids of the nodes that a relation is just replacing. */
  private readonly rewriting = new Set<number>();
  /** Why some part was left as it is. */
  budget: string | null = null;

  constructor(options: NormalizerOptions) {
    this.arena = options.arena;
    this.facts = options.facts;
    this.expand = options.expand;
    this.root = options.root ?? 1;
    this.definitions = new Map(options.bindings.map((b) => [b.name, b]));
    this.inverses = inverseBindings(options.bindings);
    this.algebra = new Algebra(options.arena, options.facts, options.display, { expand: options.expand });
    this.algebra.reduceAtom = (atom, exponent) => reduceAtom(this, atom, exponent);
    this.algebra.reduceTogether = (atom, form) => this.reduceTogether(atom, form);
    this.algebra.underIndicator = createIndicatorRule(this);
  }

  private reduceTogether(atom: Node, form: Form): Form | null {
    switch (atom.kind) {
      case 'pow':
        return rootTimesNumber(this, atom, form) ?? rootOverBase(this, atom, form);
      case 'cmp':
        return (
          underOtherCondition(this, atom, form) ??
          (this.useRelations ? withoutOwnCondition(this, atom, form) : null)
        );
      case 'call': {
        const together = signTimes(this, atom, form) ?? quotientFunction(this, atom, form);
        if (together || !this.useRelations) return together;
        const hit = rewriteConditional(this, atom, form);
        if (hit) this.firedRule = hit.rule;
        return hit?.form ?? null;
      }
      default:
        return null;
    }
  }

  /** What a symbol is defined as, at its indices; null for an input. */
  definitionOf(sym: SymNode): Node | null {
    const binding = this.definitions.get(sym.name);
    if (!binding) return null;
    const pairs = axisIndices(binding.axes).map((index, k) => [index, sym.args[k] ?? index] as const);
    return this.arena.substituteAll(binding.def, pairs);
  }

  /** How many equations, ranges and sums are known: normal forms may differ between two values of this. */
  get lessons(): number {
    let sums = 0;
    for (const rules of this.sumRules.values()) sums += rules.length;
    const { relations, conditional, masks, facts } = this;
    return relations.size + conditional.length + masks.size + sums + facts.lessons;
  }

  /** Forgets normal forms; needed after relations or facts have been added. */
  reset(): void {
    this.settledPlain = this.plain = new Map<number, Entry>();
    this.settledNamed = this.named = new Map<number, Entry>();
    this.algebra.forgetNodes();
    this.differences.clear();
  }

  /** Runs `work` with a recorder that sees all of it, as if nothing had been simplified before. */
  recorded<T>(recorder: Recorder, work: () => T): T {
    this.settledPlain = this.plain;
    this.settledNamed = this.named;
    this.plain = new Map();
    this.named = new Map();
    this.algebra.recorder = recorder;
    try {
      return work();
    } finally {
      this.algebra.recorder = SILENT;
      for (const [id, entry] of this.plain) this.settledPlain.set(id, entry);
      for (const [id, entry] of this.named) this.settledNamed.set(id, entry);
      this.plain = this.settledPlain;
      this.named = this.settledNamed;
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

  /** What ends in a budget here is only not used: it does not count. */
  trial<T>(work: () => T): T {
    const saved = this.budget;
    try {
      return work();
    } finally {
      this.budget = saved;
    }
  }

  simplify(node: Node): Node {
    return this.algebra.toNode(this.norm(node));
  }

  norm(node: Node): Form {
    // What no relation speaks of has one form with and without them.
    const memo = this.useRelations ? this.named : this.plain;
    let known = memo.get(node.id);
    if (!known) {
      const settled = (this.useRelations ? this.settledNamed : this.settledPlain).get(node.id);
      if (settled && !this.isTold(node, settled)) memo.set(node.id, (known = settled));
    }
    if (known) {
      this.noteResult(node, known);
      return known.form;
    }
    const outer = this.firedRule;
    const told = this.algebra.recorder.count();
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
    this.noteResult(node, { form, rule }, told);
    return form;
  }

  /** Its simplification has parts that a recorder shows: it must be done anew to be recorded. */
  private isTold(node: Node, { form }: Entry): boolean {
    return this.algebra.recorder.active && node.args.length <= WIDEST && this.algebra.toNode(form) !== node;
  }

  /** `told` counts the states from before the node was begun: what changed it and changed it back is not told. */
  private noteResult(node: Node, { form, rule }: Entry, told?: number): void {
    const { recorder } = this.algebra;
    if (!recorder.active) return;
    const result = this.algebra.toNode(form);
    if (result !== node) recorder.note(rule, () => result);
    else if (told !== undefined) recorder.backTo(told);
  }

  /** Normal forms of the arguments, each recorded inside the node with the earlier arguments done. */
  args(node: Node): Form[] {
    if (!this.algebra.recorder.active) return node.args.map((arg) => this.norm(arg));
    if (node.args.length > WIDEST) return this.algebra.silently(() => node.args.map((arg) => this.norm(arg)));
    const done = [...node.args];
    return node.args.map((arg, k) => {
      const form = this.part(arg, (part) => {
        const now = [...done];
        now[k] = part;
        return this.arena.withArgs(node, now);
      });
      done[k] = this.algebra.toNode(form);
      return form;
    });
  }

  part(node: Node, wrap: (part: Node) => Node): Form {
    return this.algebra.recorder.within(wrap, () => this.norm(node));
  }

  /** An atom, or what a relation says it equals. */
  atom(node: Node): Form {
    // Σw = g/exp(Σ(x + w)w) holds Σw once the sum in it is split: there it stays what it is.
    if (this.useRelations && !this.rewriting.has(node.id)) {
      const hit = this.relations.rewrite(this.arena, node);
      if (hit) {
        this.algebra.recorder.note(hit.relation.rule, () => hit.to);
        this.rewriting.add(node.id);
        let form: Form;
        try {
          form = this.norm(hit.to);
        } finally {
          this.rewriting.delete(node.id);
        }
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
      case 'matrix':
        return elementForm(this, node);
      case 'add':
        return algebra.add(this.args(node));
      case 'mul':
        return algebra.mul(...this.args(node));
      case 'pow':
        return powerForm(this, node);
      case 'call':
        return callForm(this, node);
      case 'cmp':
        return comparisonForm(this, node, this.args(node));
      case 'where': {
        const args = this.args(node);
        return algebra.silently(() => whereForm(this, args));
      }
      case 'delta':
        return algebra.atom(node);
      case 'reduce': {
        const { index, body } = arena.open(node);
        const close = (part: Node): Node => arena.reduce(node.op, index, part);
        const form = this.part(body, close);
        if (node.op === 'sum') return sumForm(this, index, form);
        if (this.expand) return algebra.silently(() => decidedReduction(this, node.op, index, form));
        const closed = close(algebra.toNode(form));
        return closed.kind === 'reduce' ? this.atom(closed) : this.norm(closed);
      }
    }
  }

  /** A form as a list of summands. */
  termsOf(form: Form): Form[] {
    const { algebra } = this;
    const sums = factors(form.mono).filter(([id, e]) => e === 1 && algebra.base(id).terms !== null);
    const [only] = sums;
    if (sums.length !== 1 || !only) return [form];
    const rest: Form = { ...form, mono: filterMono(form.mono, (id) => id !== only[0]) };
    // Nothing of this is a state of the whole: the caller tells what becomes of the summands.
    return algebra.silently(() =>
      (algebra.base(only[0]).terms ?? []).map((t) => algebra.mul(rest, { num: t.c, den: 1, mono: t.m })),
    );
  }

  quietNorm(node: Node): Form {
    return this.algebra.silently(() => this.norm(node));
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
