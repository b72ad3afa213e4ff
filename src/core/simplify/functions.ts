/** Calls of the operator table: signs, parities, values at numbers, and logarithms. */
import type { CallNode, Node } from '../expr';
import { hasOp, opRow } from '../ops';
import { compareNodes } from '../order';
import { ONE, ZERO, type Form } from './algebra';
import { isExponential } from './build';
import { inExponentials } from './exponentials';
import { divMono, exponentOf, factors, powMono } from './mono';
import type { Normalizer } from './normalize';
import { exponential } from './powersOfE';

export function callForm(normalizer: Normalizer, node: CallNode): Form {
  const { algebra, arena } = normalizer;
  if (normalizer.expand) {
    const rewritten = inExponentials(arena, orderedExtreme(normalizer, node));
    if (rewritten) return normalizer.norm(rewritten);
  }
  const args = normalizer.args(node);
  const [x] = args;
  if (!x) return normalizer.atom(node);
  if (node.fn === 'exp') return exponential(normalizer, x);
  return algebra.silently(() => callOf(normalizer, node, args, x));
}

function callOf(normalizer: Normalizer, node: CallNode, args: readonly Form[], x: Form): Form {
  const { algebra, arena } = normalizer;
  if (node.fn === 'log') return logarithm(normalizer, x);
  const nodes = args.map((form) => algebra.toNode(form));
  const inner = nodes[0] as Node;
  if (node.fn === 'abs') {
    if (normalizer.facts.isNonNegative(inner)) return x;
    if (normalizer.facts.isNonNegative(arena.neg(inner))) return algebra.scale(x, -1);
  }
  if (node.fn === 'sign') {
    if (normalizer.facts.isPositive(inner)) return ONE;
    if (normalizer.facts.isPositive(arena.neg(inner))) return algebra.number(-1);
  }
  if (isExtreme(node.fn)) {
    const leaves = nodes.flatMap((n) => elementsOf(node.fn, n));
    const distinct = [...new Set(leaves)];
    if (distinct.length < leaves.length) return normalizer.norm(extremeOf(normalizer, node.fn, distinct));
  }
  if (!hasOp(node.fn)) return normalizer.atom(arena.call(node.fn, ...nodes));
  const row = opRow(node.fn);
  if (nodes.every((n) => n.kind === 'num')) {
    const at = nodes.map((n) => (n.kind === 'num' ? n.num / n.den : NaN));
    const exact = exactValue(row.evaluate(...at), at, node.fn);
    if (exact !== null) return exact === 0 ? ZERO : algebra.number(exact);
  }
  if (args.length === 1 && row.parity !== 'none' && x.num < 0) {
    const flipped = normalizer.atom(arena.call(node.fn, algebra.toNode(algebra.scale(x, -1))));
    return row.parity === 'odd' ? algebra.scale(flipped, -1) : flipped;
  }
  return normalizer.atom(arena.call(node.fn, ...nodes));
}

/** Functions that are quotients of two others. */
const QUOTIENTS = [
  ['sinh', 'cosh', 'tanh'],
  ['sin', 'cos', 'tan'],
] as const;

/** sinh u / cosh u = tanh u; the decision form has none of them but sine and cosine, which it keeps. */
export function quotientFunction(
  { algebra, arena, expand }: Normalizer,
  atom: Node,
  form: Form,
): Form | null {
  if (expand || atom.kind !== 'call') return null;
  const row = QUOTIENTS.find(([above]) => above === atom.fn);
  if (!row) return null;
  const [, below, quotient] = row;
  const whole = algebra.atom(atom);
  const divisor = algebra.atom(arena.call(below, ...atom.args));
  const times = Math.min(
    exponentOf(form.mono, whole.mono[0] ?? -1),
    -exponentOf(form.mono, divisor.mono[0] ?? -1),
  );
  if (times < 1) return null;
  const moved = divMono(form.mono, powMono(divMono(whole.mono, divisor.mono), times));
  return algebra.mul({ ...form, mono: moved }, algebra.atom(arena.call(quotient, ...atom.args), times));
}

const isExtreme = (fn: string): boolean => fn === 'maximum' || fn === 'minimum';

/** a, b and c of max(a, max(b, c)). */
const elementsOf = (fn: string, node: Node): readonly Node[] =>
  node.kind === 'call' && node.fn === fn ? node.args.flatMap((arg) => elementsOf(fn, arg)) : [node];

const extremeOf = ({ arena }: Normalizer, fn: string, elements: readonly Node[]): Node =>
  elements.reduceRight((rest, element) => arena.call(fn, element, rest));

/** One order for the elements of nested maxima; each occurs once. */
function orderedExtreme(normalizer: Normalizer, node: CallNode): CallNode {
  if (!isExtreme(node.fn) || !node.args.some((arg) => arg.kind === 'call' && arg.fn === node.fn)) return node;
  const elements = new Set(elementsOf(node.fn, node).map((element) => normalizer.simplify(element)));
  const ordered = extremeOf(normalizer, node.fn, [...elements].sort(compareNodes));
  return ordered.kind === 'call' && ordered.fn === node.fn ? ordered : node;
}

function logarithm(normalizer: Normalizer, x: Form): Form {
  const { algebra, arena } = normalizer;
  if (x.mono.length === 0 && x.num === 1 && x.den === 1) return ZERO;
  const out: Form[] = [];
  const kept: number[] = [];
  const single = x.mono.length === 2 && x.num === 1 && x.den === 1;
  for (const [id, e] of factors(x.mono)) {
    const base = algebra.base(id);
    if (isExponential(base) && base.atom)
      out.push(algebra.scale(normalizer.norm(base.atom.args[0] as Node), e));
    else if (normalizer.expand && isRootOfPositive(normalizer, base.atom)) {
      const [inside, exponent] = base.atom?.args ?? [];
      const inner = normalizer.norm(arena.call('log', inside as Node));
      if (exponent?.kind === 'num') out.push(algebra.scale(inner, e * exponent.num, exponent.den));
    } else {
      const factor = algebra.toNode({ num: 1, den: 1, mono: [id, 1] });
      if ((normalizer.expand || single) && normalizer.facts.isPositive(factor))
        out.push(algebra.scale(normalizer.atom(arena.call('log', factor)), e));
      else kept.push(id, e);
    }
  }
  let rest: Form = { num: x.num, den: x.den, mono: kept };
  if (normalizer.expand && x.num > 0) {
    for (const [p, e] of [...primePowers(x.num), ...primePowers(x.den).map(([q, k]) => [q, -k] as const)])
      out.push(algebra.scale(normalizer.atom(arena.call('log', arena.num(p))), e));
    rest = { num: 1, den: 1, mono: kept };
  }
  if (kept.length > 0 || rest.num !== 1 || rest.den !== 1)
    out.push(normalizer.atom(arena.call('log', algebra.toNode(rest))));
  return algebra.add(out);
}

function isRootOfPositive(normalizer: Normalizer, atom: Node | null): boolean {
  const [inside, exponent] = atom?.kind === 'pow' ? atom.args : [];
  return inside !== undefined && exponent?.kind === 'num' && normalizer.facts.isPositive(inside);
}

/** The value as a product of powers of primes; a factor without small divisors counts as one. */
function primePowers(value: number): (readonly [prime: number, exponent: number])[] {
  const out: (readonly [number, number])[] = [];
  let rest = value;
  for (let p = 2; p * p <= rest && p < 1000; p++) {
    let exponent = 0;
    for (; rest % p === 0; rest /= p) exponent += 1;
    if (exponent > 0) out.push([p, exponent]);
  }
  return rest > 1 ? [...out, [rest, 1]] : out;
}

const EXACT = new Set(['abs', 'sign', 'floor', 'ceil', 'round', 'maximum', 'minimum', 'relu']);

/** Values of functions at numbers are folded only where they are exact: tanh(40) is 1 in floating point, but not equal to 1. */
function exactValue(value: number, at: readonly number[], fn: string): number | null {
  const small = at.every((x) => Math.abs(x) <= 1);
  if (small && (value === 0 || value === 1 || value === -1)) return value;
  return EXACT.has(fn) && Number.isSafeInteger(value) ? value : null;
}
