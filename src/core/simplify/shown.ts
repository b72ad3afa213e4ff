/** The smallest of a few equal forms, by a deterministic cost; ties go to the working form. */
import { type Arena, type Node } from '../expr';
import type { Form } from './algebra';
import { isExponential } from './build';
import { joinedCases, type CasesOptions } from './casewise';
import { divMono, exponentOf, factors, filterMono } from './mono';
import type { Normalizer } from './normalize';
import { collect, type Term } from './polynomial';
import { RelationTable, type Relation } from './relations';

export interface Shown {
  readonly node: Node;
  /** Rewritings that lead to it, each to be simplified before the next; empty if it is the working form. */
  readonly via: readonly { readonly rule: string; readonly node: Node }[];
}

export interface ShownOptions extends CasesOptions {
  /** Equations that are tried for the sake of a shorter answer. */
  readonly optional: (node: Node) => readonly Relation[];
}

export function shownForm(options: ShownOptions, node: Node): Shown {
  const { normalizer, display, optional } = options;
  let best = normalizer.simplify(node);
  let via: Shown['via'] = [];
  const consider = (candidate: Node, rule: string, rewrittenNode: Node): void => {
    if (display.cost(candidate) >= display.cost(best)) return;
    best = candidate;
    via = [...via, { rule, node: rewrittenNode }];
  };
  const product = normalizer.algebra.multipliedOut(normalizer.norm(node));
  if (product) {
    const multiplied = normalizer.algebra.toNode(product);
    consider(multiplied, 'expand', multiplied);
  }
  const spread = mapParts(normalizer.arena, best, (part) => distributed(normalizer, part) ?? part);
  if (spread !== best) consider(spread, 'expand', spread);
  for (const relation of optional(best)) {
    const replaced = rewritten(normalizer, relation, best);
    if (replaced !== best) consider(normalizer.simplify(replaced), relation.rule, replaced);
  }
  const cases = joinedCases(options, best);
  if (cases !== best) consider(cases, 'join-cases', cases);
  const split = wholeAndRest(normalizer, best);
  if (split) consider(split, 'split-fraction', split);
  const stable = stableSigmoids(normalizer, best);
  if (stable === best) return { node: best, via };
  return { node: stable, via: [...via, { rule: 'stable-form', node: stable }] };
}

/** Every part that the relation's pattern matches replaced once. */
function rewritten({ arena }: Normalizer, relation: Relation, node: Node): Node {
  const table = new RelationTable();
  table.add(relation);
  const replace = (part: Node): Node => table.rewrite(arena, part)?.to ?? part;
  return relation.pattern.kind === 'sym' ? arena.mapSyms(node, replace) : mapParts(arena, node, replace);
}

/** `f` applied to every part from the leaves up; it sees the bodies of reductions opened. */
function mapParts(arena: Arena, node: Node, f: (part: Node) => Node): Node {
  const memo = new Map<number, Node>();
  const visit = (n: Node): Node => {
    const known = memo.get(n.id);
    if (known) return known;
    let result: Node;
    if (n.kind === 'reduce') {
      const { index, body } = arena.open(n);
      const inner = visit(body);
      result = inner === body ? n : arena.reduce(n.op, index, inner);
    } else if (n.args.length === 0 || n.kind === 'sym') result = n;
    else result = arena.withArgs(n, n.args.map(visit));
    result = f(result);
    memo.set(n.id, result);
    return result;
  };
  return visit(node);
}

/** a b (c/a + d/b) is b c + a d; null where no denominator of the sum cancels. */
function distributed(normalizer: Normalizer, node: Node): Node | null {
  const { algebra } = normalizer;
  if (node.kind !== 'mul' || !node.args.some((arg) => arg.kind === 'add')) return null;
  const visit = (form: Form, depth: number): Form | null => {
    for (const [id, e] of factors(form.mono)) {
      const { terms } = algebra.base(id);
      if (e !== 1 || !terms || depth > DEEPEST_DISTRIBUTION) continue;
      const below = denominators(terms, depth);
      const moved = filterMono(form.mono, (other, power) => power > 0 && other !== id && below.has(other));
      if (moved.length === 0) continue;
      const parts = terms.map(({ c, m }) => {
        const part = algebra.mul({ num: c, den: 1, mono: m }, { num: 1, den: 1, mono: moved });
        return visit(part, depth + 1) ?? part;
      });
      const rest = { ...form, mono: filterMono(divMono(form.mono, moved), (other) => other !== id) };
      return algebra.mul(rest, algebra.add(parts));
    }
    return null;
  };
  /** What the terms divide by, and the terms of sums within them. */
  const denominators = (terms: readonly Term[], depth: number): Set<number> => {
    const found = new Set<number>();
    for (const { m } of terms)
      for (const [id, e] of factors(m)) {
        if (e < 0) found.add(id);
        const inner = e === 1 && depth < DEEPEST_DISTRIBUTION ? algebra.base(id).terms : null;
        if (inner) for (const other of denominators(inner, depth + 1)) found.add(other);
      }
    return found;
  };
  return algebra.silently(() => {
    const form = algebra.attempt(() => visit(normalizer.norm(node), 0));
    return form && algebra.toNode(form);
  });
}

const DEEPEST_DISTRIBUTION = 3;

/** (p - S)/S is p/S - 1, where p has fewer terms than p - S; null where there is no such quotient. */
function wholeAndRest(normalizer: Normalizer, node: Node): Node | null {
  const { algebra, arena } = normalizer;
  const form = normalizer.norm(node);
  const sums = factors(form.mono).flatMap(([id, e]) => {
    const { terms } = algebra.base(id);
    return terms ? [{ id, e, terms }] : [];
  });
  for (const above of sums.filter(({ e }) => e === 1))
    for (const below of sums.filter(({ e }) => e === -1))
      for (const sign of [1, -1]) {
        const left = collect([...above.terms, ...below.terms.map((t) => ({ c: -sign * t.c, m: t.m }))]);
        if (left.length === 0 || left.length >= above.terms.length) continue;
        const outside: Form = {
          ...form,
          mono: filterMono(form.mono, (id) => id !== above.id && id !== below.id),
        };
        const part = algebra.mul(outside, algebra.fromTerms(left), { num: 1, den: 1, mono: [below.id, -1] });
        return arena.add(algebra.toNode(part), algebra.toNode(algebra.scale(outside, sign)));
      }
  return null;
}

/** e^u/(1 + e^u) is σ(u): the quotient overflows to NaN for large u, the function does not. */
function stableSigmoids(normalizer: Normalizer, node: Node): Node {
  const { arena, algebra } = normalizer;
  const sigmoidProduct = (owner: Normalizer, form: Form): Node | null => {
    for (const [id, e] of factors(form.mono)) {
      const { terms } = algebra.base(id);
      if (e >= 0 || terms?.length !== 2) continue;
      const one = terms.find((t) => t.m.length === 0);
      const other = terms.find((t) => t.m.length === 2);
      const [u, power] = other?.m ?? [];
      if (one?.c !== 1 || other?.c !== 1 || u === undefined || power !== 1) continue;
      const base = algebra.base(u);
      const count = exponentOf(form.mono, u);
      if (!isExponential(base) || !base.atom || count < 1 || count > -e) continue;
      const sigma = arena.call('sigmoid', base.atom.args[0] as Node);
      const rest = algebra.toNode({ ...form, mono: filterMono(form.mono, (b) => b !== id && b !== u) });
      const complement = arena.sub(owner.arena.one, sigma);
      return arena.mul(
        rest,
        arena.pow(sigma, arena.num(count)),
        arena.pow(complement, arena.num(-e - count)),
      );
    }
    return null;
  };
  return mapParts(arena, node, (part) =>
    part.kind === 'mul' && part.args.some((a) => a.kind === 'call' && a.fn === 'exp')
      ? (sigmoidProduct(
          normalizer,
          normalizer.withoutRelations(() => normalizer.norm(part)),
        ) ?? part)
      : part,
  );
}
