/** How sums, products and powers are laid out for reading, whatever the notation: signs, fractions, order. */
import { isNum, type Arena, type Node } from '../expr';

export interface Term {
  readonly negative: boolean;
  /** The term without its sign. */
  readonly node: Node;
}

/** A product as ± num / (den · sizes) · numerator / denominator: the averaging factor 1/m stands apart. */
export interface Fraction {
  readonly negative: boolean;
  readonly num: number;
  readonly den: number;
  /** Factors of the denominator made of lengths of axes. */
  readonly sizes: readonly Divisor[];
  readonly numerator: readonly Node[];
  readonly denominator: readonly Divisor[];
}

export interface Divisor {
  readonly node: Node;
  /** The factor with the negative exponent that it comes from. */
  readonly source: Node;
}

/** Whether a term is written with a minus sign in front. */
export function isNegative(node: Node): boolean {
  if (node.kind === 'num') return node.num < 0;
  return node.kind === 'mul' && node.args[0]?.kind === 'num' && node.args[0].num < 0;
}

/** The terms of a sum in reading order: a positive one leads where there is one, so that `1 - a` is not `-a + 1`. */
export function terms(arena: Arena, node: Node): Term[] {
  const list = node.args.map((term) => {
    const negative = isNegative(term);
    return { negative, node: negative ? arena.neg(term) : term };
  });
  // The arena puts numbers last; people write 1 - a and 1 + e^x, but x + 1.
  const last = list.at(-1);
  const head = list[0];
  const numberLeads =
    last?.node.kind === 'num' &&
    !last.negative &&
    (head?.negative === true ||
      (isNum(last.node, 1) && !['sym', 'size', 'index'].includes(head?.node.kind ?? '')));
  const lead = numberLeads ? list.length - 1 : list.findIndex((term) => !term.negative);
  const [first] = lead > 0 ? list.splice(lead, 1) : [];
  return first ? [first, ...list] : list;
}

/** The negative of a negative exponent, or null where the power is not a reciprocal. */
function reciprocalExponent(arena: Arena, exponent: Node): Node | null {
  return isNegative(exponent) ? arena.neg(exponent) : null;
}

/** Splits a product, or anything else as a product of one. */
export function fraction(arena: Arena, node: Node): Fraction {
  const factors = node.kind === 'mul' ? node.args : [node];
  let num = 1;
  let den = 1;
  const numerator: Node[] = [];
  const denominator: Divisor[] = [];
  const sizes: Divisor[] = [];
  factors.forEach((factor, k) => {
    if (factor.kind === 'num' && k === 0) {
      num = factor.num;
      den = factor.den;
      return;
    }
    const exponent = factor.kind === 'pow' ? factor.args[1] : undefined;
    const positive = exponent ? reciprocalExponent(arena, exponent) : null;
    // A number to a symbolic negative power (10^-k) stays a power.
    const base = factor.args[0];
    if (base && positive && (base.kind !== 'num' || positive.kind === 'num'))
      (base.kind === 'size' ? sizes : denominator).push({ node: arena.pow(base, positive), source: factor });
    else numerator.push(factor);
  });
  const sums = (n: Node): number => Number(n.kind === 'reduce');
  numerator.sort((a, b) => sums(a) - sums(b));
  return { negative: num < 0, num: Math.abs(num), den, sizes, numerator, denominator };
}

/** The radicand of a square root, else null. */
export function radicand(node: Node): Node | null {
  const [base, exponent] = node.args;
  if (node.kind !== 'pow' || !base || exponent?.kind !== 'num') return null;
  return exponent.num === 1 && exponent.den === 2 ? base : null;
}

/** The conjuncts of a 0/1-valued condition: a product of conditions, each possibly a complement. */
export function conjuncts(node: Node): readonly Node[] {
  return node.kind === 'mul' ? node.args : [node];
}

/** `c` of a complement 1 - c, else null. */
export function complement(arena: Arena, node: Node): Node | null {
  if (node.kind !== 'add' || node.args.length !== 2) return null;
  const [a, b] = node.args;
  return a && b && isNum(b, 1) && isNegative(a) ? arena.neg(a) : null;
}
