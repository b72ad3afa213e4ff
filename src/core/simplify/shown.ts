/** The smallest of a few equal forms, by a deterministic cost; ties go to the working form. */
import { isNum, type Arena, type Node } from '../expr';
import type { Form } from './algebra';
import { isExponential, startsNegative } from './build';
import { asExtreme, joinedCases, type CasesOptions } from './casewise';
import { groupedTerms } from './grouping';
import { divMono, exponentOf, factors, filterMono, mulMono } from './mono';
import type { Normalizer } from './normalize';
import { collect, type Term } from './polynomial';
import { RelationTable, type Relation } from './relations';
import { find } from './substitute';

export interface Shown {
  readonly node: Node;
  /** Rewritings that lead to it, each to be simplified before the next; empty if it is the working form. */
  readonly via: readonly Rewriting[];
}

interface Rewriting {
  readonly rule: string;
  readonly node: Node;
  /** The working form would undo it. */
  readonly final?: boolean;
}

export interface ShownOptions extends CasesOptions {
  /** Equations that are tried for the sake of a shorter answer. */
  readonly optional: (node: Node) => readonly Relation[];
}

export function shownForm(options: ShownOptions, node: Node): Shown {
  const { normalizer, display, optional } = options;
  let best = normalizer.simplify(node);
  let via: Shown['via'] = [];
  const consider = (candidate: Node, ...rewritings: readonly Rewriting[]): void => {
    if (display.cost(candidate) >= display.cost(best)) return;
    best = candidate;
    via = [...via, ...rewritings];
  };
  const product = normalizer.algebra.multipliedOut(normalizer.norm(node));
  if (product) {
    const multiplied = normalizer.algebra.toNode(product);
    consider(multiplied, { rule: 'expand', node: multiplied });
  }
  const spread = (from: Node): Node =>
    mapEach(normalizer.arena, from, isProductOfSum, (part) => distributed(normalizer, part));
  const distributedBest = spread(best);
  if (distributedBest !== best)
    consider(distributedBest, { rule: 'expand', node: distributedBest, final: true });
  for (const relation of optional(best))
    for (const replaced of rewritten(normalizer, relation, best)) {
      if (replaced === best) continue;
      const simple = normalizer.simplify(replaced);
      const rewriting = { rule: relation.rule, node: replaced };
      const wide = spread(simple);
      consider(simple, rewriting);
      if (wide !== simple) consider(wide, rewriting, { rule: 'expand', node: wide, final: true });
    }
  const residual = mapEach(normalizer.arena, best, isProductOfSum, (part) =>
    overDenominator(normalizer, part),
  );
  if (residual !== best) consider(residual, { rule: 'common-denominator', node: residual, final: true });
  const cases = joinedCases(options, best);
  if (cases !== best) consider(cases, { rule: 'join-cases', node: cases });
  const extremes = mapEach(normalizer.arena, best, isChoice, (part) => asExtreme(normalizer.arena, part));
  if (extremes !== best) consider(extremes, { rule: 'simplify-cases', node: extremes, final: true });
  const grouped = mapEach(normalizer.arena, best, isLongSum, (part) => groupedTerms(normalizer, part));
  if (grouped !== best) consider(grouped, { rule: 'factor-out', node: grouped, final: true });
  const split = wholeAndRest(normalizer, best);
  if (split) consider(split, { rule: 'split-fraction', node: split, final: true });
  const finite = mapEach(normalizer.arena, best, isProductOfSum, (part) =>
    withoutVanishing(normalizer, part),
  );
  if (finite !== best) {
    best = finite;
    via = [...via, { rule: 'expand', node: finite, final: true }];
  }
  const stable = stableSigmoids(normalizer, best);
  if (stable === best) return { node: best, via };
  return { node: stable, via: [...via, { rule: 'stable-form', node: stable, final: true }] };
}

const isProductOfSum = (part: Node): boolean =>
  part.kind === 'mul' && part.args.some((arg) => arg.kind === 'add');
const isLongSum = (part: Node): boolean => part.kind === 'add' && part.args.length > 2;
const isChoice = (part: Node): boolean => part.kind === 'where';
const isPowerOfE = (part: Node): boolean => part.kind === 'call' && part.fn === 'exp';

/** (1 - y/mu)/mu as (mu - y)/mu²: a difference of plain values over one denominator. */
function overDenominator(normalizer: Normalizer, node: Node): Node | null {
  const { algebra } = normalizer;
  if (!isProductOfSum(node)) return null;
  const form = normalizer.norm(node);
  for (const [id, e] of factors(form.mono)) {
    const { terms } = algebra.base(id);
    if (e !== 1 || terms?.length !== 2) continue;
    for (const [below, power] of factors(form.mono)) {
      if (power >= 0 || !terms.some(({ m }) => exponentOf(m, below) === -1)) continue;
      const lifted = terms.map(({ c, m }) => ({ c, m: mulMono(m, [below, 1]) }));
      const plain = lifted.every(({ m }) => m.length === 2 && m[1] === 1 && isSymbol(normalizer, m[0]));
      if (!plain) continue;
      const rest: Form = { ...form, mono: filterMono(form.mono, (other) => other !== id) };
      const under: Form = { num: 1, den: 1, mono: [below, -1] };
      return algebra.silently(() => algebra.toNode(algebra.mul(rest, under, algebra.fromTerms(lifted))));
    }
  }
  return null;
}

const isSymbol = ({ algebra }: Normalizer, id: number | undefined): boolean =>
  id !== undefined && algebra.base(id).atom?.kind === 'sym';

/** b^g (c/b + d) as c b^(g - 1) + d b^g where b may come down to 0, which 1/b would not survive. */
function withoutVanishing(normalizer: Normalizer, node: Node): Node | null {
  const { algebra, facts } = normalizer;
  if (!isProductOfSum(node)) return null;
  const form = normalizer.norm(node);
  for (const [power, times] of factors(form.mono)) {
    const [base, exponent] = algebra.base(power).atom?.args ?? [];
    if (times !== 1 || !base || !exponent || algebra.base(power).atom?.kind !== 'pow') continue;
    if (exponent.kind === 'num' || facts.range(base).low > 0) continue;
    const sum = normalizer.norm(base);
    const [under, e] = sum.mono;
    if (under === undefined || e !== 1 || sum.mono.length > 2 || sum.den !== 1 || Math.abs(sum.num) !== 1)
      continue;
    const lower = algebra.arena.pow(base, algebra.arena.sub(exponent, algebra.arena.one));
    for (const [id, once] of factors(form.mono)) {
      const { terms } = algebra.base(id);
      if (once !== 1 || !terms?.some(({ m }) => exponentOf(m, under) === -1)) continue;
      const sign = form.num < 0 ? -1 : 1;
      const parts = terms.map(({ c, m }) => {
        const meets = exponentOf(m, under) === -1;
        const other = {
          num: sign * (meets ? sum.num * c : c),
          den: 1,
          mono: filterMono(m, (b) => b !== under),
        };
        return meets
          ? algebra.arena.mul(algebra.toNode(other), lower)
          : algebra.toNode({ num: sign * c, den: 1, mono: mulMono(m, [power, 1]) });
      });
      const mono = filterMono(form.mono, (other) => other !== id && other !== power);
      const turns = parts.every(startsNegative) ? -1 : 1;
      const rest = algebra.toNode({ num: turns * sign * form.num, den: form.den, mono });
      const turned = parts.map((part) => (turns < 0 ? algebra.arena.neg(part) : part));
      return algebra.arena.mul(rest, algebra.arena.add(...turned));
    }
  }
  return null;
}

/** Every part that the relation's pattern matches replaced once; and only those outside of signs and absolute values. */
function rewritten({ arena }: Normalizer, relation: Relation, node: Node): Node[] {
  const table = new RelationTable();
  table.add(relation);
  const replace = (part: Node): Node => table.rewrite(arena, part)?.to ?? part;
  if (relation.pattern.kind !== 'sym') return [mapParts(arena, node, replace)];
  const everywhere = arena.mapSyms(node, replace);
  const inSigns = (part: Node): boolean =>
    part.kind === 'call' && (part.fn === 'sign' || part.fn === 'abs') && part.args.some((arg) => isIn(arg));
  const isIn = (part: Node): boolean => arena.mapSyms(part, replace) !== part;
  if (everywhere === node || !contains(node, inSigns)) return [everywhere];
  const outside = (part: Node): Node => {
    if (inSigns(part)) return part;
    if (part.kind === 'sym') return replace(part);
    if (part.args.length === 0) return part;
    if (part.kind !== 'reduce')
      return arena.withArgs(
        part,
        part.args.map((arg) => outside(arg)),
      );
    const { index, body } = arena.open(part);
    return arena.reduce(part.op, index, outside(body));
  };
  return [everywhere, outside(node)];
}

const contains = (node: Node, condition: (part: Node) => boolean): boolean =>
  condition(node) || node.args.some((arg) => contains(arg, condition));

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

/** `f` applied to every part, where there is one of the kind that it changes. */
function mapEach(
  arena: Arena,
  node: Node,
  isOfKind: (part: Node) => boolean,
  f: (part: Node) => Node | null,
): Node {
  return find(node, isOfKind) ? mapParts(arena, node, (part) => f(part) ?? part) : node;
}

/** a b (c/a + d/b) is b c + a d, and (c a + d)/a is c + d/a; null where nothing cancels in the sum. */
function distributed(normalizer: Normalizer, node: Node): Node | null {
  const { algebra } = normalizer;
  if (!isProductOfSum(node)) return null;
  const visit = (form: Form, depth: number): Form | null => {
    for (const [id, e] of factors(form.mono)) {
      const { terms } = algebra.base(id);
      if (e !== 1 || !terms || depth > DEEPEST_DISTRIBUTION) continue;
      const below = denominators(terms, depth);
      // A term that is this factor alone would become a number: (a - y)/y stays as it is.
      const above = new Set(
        terms.flatMap(({ m }) => (m.length > 2 ? factors(m).flatMap(([b, x]) => (x > 0 ? [b] : [])) : [])),
      );
      for (const { m } of terms) if (m.length === 2 && m[0] !== undefined) above.delete(m[0]);
      const cancels = (other: number, power: number): boolean =>
        power > 0 ? below.has(other) : above.has(other);
      const moved = filterMono(form.mono, (other, power) => other !== id && cancels(other, power));
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
      const u = e < 0 ? oddsIn(normalizer, id) : null;
      if (u === null) continue;
      const base = algebra.base(u);
      const count = exponentOf(form.mono, u);
      if (!base.atom || count < 1 || count > -e) continue;
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
  /** (A + B e^u)/(1 + e^u) is A σ(-u) + B σ(u). */
  const sigmoidSum = (form: Form): Node | null => {
    for (const [id, e] of factors(form.mono)) {
      const u = e === -1 ? oddsIn(normalizer, id) : null;
      const [argument] = u === null ? [] : (algebra.base(u).atom?.args ?? []);
      if (u === null || !argument) continue;
      for (const [top, times] of factors(form.mono)) {
        const { terms } = algebra.base(top);
        const powers = terms?.map(({ m }) => exponentOf(m, u)) ?? [];
        if (times !== 1 || !terms || !powers.includes(1) || !powers.every((x) => x === 0 || x === 1))
          continue;
        const sign = form.num < 0 ? -1 : 1;
        const side = (power: number): Node =>
          algebra.toNode(
            algebra.fromTerms(
              terms
                .filter((_, k) => powers[k] === power)
                .map(({ c, m }) => ({ c: sign * c, m: filterMono(m, (b) => b !== u) })),
            ),
          );
        const mono = filterMono(form.mono, (b) => b !== id && b !== top);
        const rest = algebra.toNode({ num: sign * form.num, den: form.den, mono });
        const [plain, odds] = [side(0), side(1)];
        const sum = arena.add(
          arena.mul(plain, arena.call('sigmoid', arena.neg(argument))),
          arena.mul(odds, arena.call('sigmoid', argument)),
        );
        return arena.mul(rest, sum);
      }
    }
    return null;
  };
  if (!find(node, isPowerOfE)) return node;
  const grows = (n: Node): boolean => isPowerOfE(n) || n.args.some(grows);
  return mapParts(arena, node, (part) => {
    if (part.kind === 'add') return complemented(normalizer, part);
    if (part.kind !== 'mul' || !part.args.some((a) => grows(a) && !isReciprocal(a))) return part;
    const form = normalizer.withoutRelations(() => normalizer.norm(part));
    return sigmoidProduct(normalizer, form) ?? sigmoidSum(form) ?? part;
  });
}

/** 1/(1 + e^u) - 1 is -σ(u). */
function complemented({ arena }: Normalizer, node: Node): Node {
  const number = node.args.find((term) => isNum(term, 1) || isNum(term, -1));
  if (!number) return node;
  for (const term of node.args) {
    const bare = isNum(number, 1) ? arena.neg(term) : term;
    const [base, exponent] = bare.kind === 'pow' ? bare.args : [];
    if (base?.kind !== 'add' || base.args.length !== 2 || !exponent || !isNum(exponent, -1)) continue;
    const odds = base.args.find((part) => part.kind === 'call' && part.fn === 'exp');
    const [argument] = odds?.args ?? [];
    if (!argument || !base.args.some((part) => isNum(part, 1))) continue;
    const rest = node.args.filter((part) => part !== term && part !== number);
    return arena.add(...rest, arena.mul(number, arena.call('sigmoid', argument)));
  }
  return node;
}

const isReciprocal = (node: Node): boolean => {
  const exponent = node.kind === 'pow' ? node.args[1] : undefined;
  return exponent?.kind === 'num' && exponent.num < 0;
};

/** The e^u of 1 + e^u. */
function oddsIn({ algebra }: Normalizer, id: number): number | null {
  const { terms } = algebra.base(id);
  const one = terms?.find((t) => t.m.length === 0);
  const other = terms?.find((t) => t.m.length === 2);
  const [u, power] = other?.m ?? [];
  if (terms?.length !== 2 || one?.c !== 1 || other?.c !== 1 || u === undefined || power !== 1) return null;
  return isExponential(algebra.base(u)) ? u : null;
}
