/** Exponentials as powers of one atom each, so that those of one argument meet. */
import type { IndexNode, Node } from '../expr';
import { ONE, type Form } from './algebra';
import { isExponential } from './build';
import { factors, filterMono, type Mono } from './mono';
import type { Normalizer } from './normalize';

/** e^(a + 2b) = e^a · (e^b)², so that powers of one exponential meet. */
export function exponential(normalizer: Normalizer, x: Form): Form {
  const { algebra, arena } = normalizer;
  if (x.num === 0) return ONE;
  const terms = splitsUniquely(normalizer, x) ? normalizer.termsOf(x) : [x];
  const parts = terms.length <= 6 ? terms : [x];
  const { recorder } = algebra;
  const pieces = recorder.active ? parts.map((part) => arena.call('exp', algebra.toNode(part))) : [];
  const out = parts.map((part, k) => {
    const among = (node: Node): Node => arena.mul(...pieces.map((piece, n) => (n === k ? node : piece)));
    const form = exponentialPart(normalizer, part, among);
    if (recorder.active) pieces[k] = algebra.toNode(form);
    return form;
  });
  return algebra.mul(...out);
}

/** A numerator over a sum can be split in many ways; the decision form keeps it whole. */
function splitsUniquely(normalizer: Normalizer, x: Form): boolean {
  if (!normalizer.expand) return true;
  return factors(x.mono).every(([id, e]) => e > 0 || normalizer.algebra.base(id).terms === null);
}

/** e^part; `among` puts what stands for it among the other factors. */
function exponentialPart(normalizer: Normalizer, part: Form, among: (node: Node) => Node): Form {
  const { algebra, arena } = normalizer;
  const { recorder } = algebra;
  const power = powerOfLogarithm(normalizer, part);
  if (power) return power;
  const multiple =
    Math.abs(part.num) === 1 ? null : recorder.within(among, () => rewriteWhole(normalizer, part));
  if (multiple) return multiple;
  const divided =
    part.den !== normalizer.root && normalizer.root % part.den === 0 ? normalizer.root / part.den : 1;
  const unsigned: Form = { num: 1, den: part.den * divided, mono: part.mono };
  const sign = normalizer.orientation.get(upToIndices(normalizer, algebra.toNode(unsigned)).id) ?? 1;
  const times = part.num * divided * sign;
  const atom = recorder.within(
    (node) => among(arena.pow(node, arena.num(times))),
    () => normalizer.atom(arena.call('exp', algebra.toNode({ ...unsigned, num: sign }))),
  );
  return algebra.silently(() => algebra.power(atom, times));
}

/** e^(s log u) = u^s; the decision form keeps exponentials of which s is not a number, so that their exponents add up. */
function powerOfLogarithm(normalizer: Normalizer, part: Form): Form | null {
  const { algebra, arena } = normalizer;
  const logarithms = factors(part.mono).filter(([id, e]) => e === 1 && isLogarithm(algebra.base(id).atom));
  const [found] = logarithms;
  if (!found || logarithms.length > 1) return null;
  const [argument] = algebra.base(found[0]).atom?.args ?? [];
  const rest = filterMono(part.mono, (id) => id !== found[0]);
  if (!argument || (rest.length > 0 && normalizer.expand)) return null;
  const exponent = algebra.toNode({ ...part, mono: rest });
  return algebra.silently(() => normalizer.norm(arena.pow(argument, exponent)));
}

const isLogarithm = (atom: Node | null): boolean => atom?.kind === 'call' && atom.fn === 'log';

/** Relations may speak of e^(2z) while e^z is the atom. */
function rewriteWhole(normalizer: Normalizer, part: Form): Form | null {
  if (!normalizer.useRelations) return null;
  const { algebra, arena } = normalizer;
  for (const sign of [1, -1]) {
    const whole = arena.call('exp', algebra.toNode(algebra.scale(part, sign)));
    const hit = normalizer.relations.rewrite(arena, whole);
    if (!hit) continue;
    const to = sign === 1 ? hit.to : arena.pow(hit.to, arena.minusOne);
    algebra.recorder.note(hit.relation.rule, () => to);
    return normalizer.norm(to);
  }
  return null;
}

/** Lets exponentials stand as the program writes them: e^(-z) is the atom where only that occurs. */
export function orient(normalizer: Normalizer, node: Node): void {
  const seen = new Set<number>();
  const visit = (n: Node): void => {
    if (seen.has(n.id)) return;
    seen.add(n.id);
    if (n.kind === 'reduce') visit(normalizer.arena.open(n).body);
    else n.args.forEach(visit);
    if (n.kind !== 'call' || n.fn !== 'exp' || !n.args[0]) return;
    const terms = normalizer.termsOf(normalizer.norm(n.args[0]));
    for (const part of terms.length <= 6 ? terms : []) {
      if (part.num === 0) continue;
      const argument = upToIndices(
        normalizer,
        normalizer.algebra.toNode({ num: 1, den: part.den, mono: part.mono }),
      );
      if (part.num > 0) normalizer.orientation.set(argument.id, 1);
      else if (!normalizer.orientation.has(argument.id)) normalizer.orientation.set(argument.id, -1);
    }
  };
  visit(node);
}

/** The same for every choice of index names: a definition over j speaks of the use at i too. */
function upToIndices(normalizer: Normalizer, node: Node): Node {
  if (node.free.size === 0) return node;
  const found = new Map<string, IndexNode>();
  const visit = (n: Node): void => {
    if (n.kind === 'index' && n.space !== 'bound') found.set(n.name, n);
    else if ([...n.free].some((name) => !found.has(name))) n.args.forEach(visit);
  };
  visit(node);
  return normalizer.arena.substituteAll(
    node,
    [...found.values()].map((index, k) => [index, normalizer.arena.index(`@u${k}`, index.size)] as const),
  );
}

/** The logarithm of a product of exponentials, 0 for an empty one; null for other products. */
export function exponentOf(normalizer: Normalizer, m: Mono): Form | null {
  const { algebra } = normalizer;
  const parts: Form[] = [];
  for (const [id, e] of factors(m)) {
    const base = algebra.base(id);
    const [argument] = isExponential(base) ? (base.atom?.args ?? []) : [];
    if (!argument) return null;
    parts.push(algebra.scale(normalizer.norm(argument), e));
  }
  return algebra.add(parts);
}
