/** How sums, products and powers are laid out for reading, whatever the notation: signs, fractions, order. */
import {
  decimalName,
  isNum,
  type Arena,
  type CmpNode,
  type ConstNode,
  type Node,
  type Relation,
} from '../expr';
import { isDecimal } from '../rational';

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
    if (base && positive && (base.kind !== 'num' || positive.kind === 'num')) {
      for (const part of base.kind === 'mul' && isNum(positive, 1) ? base.args : [base]) {
        if (part.kind === 'num' && part.den === 1 && isNum(positive, 1) && part.num > 0) den *= part.num;
        else
          (part.kind === 'size' ? sizes : denominator).push({
            node: arena.pow(part, positive),
            source: factor,
          });
      }
    } else numerator.push(factor);
  });
  const sums = (n: Node): number => Number(n.kind === 'reduce');
  numerator.sort((a, b) => sums(a) - sums(b));
  const literals = numerator.filter((n): n is ConstNode => n.kind === 'const' && /^\d/.test(n.name));
  const takesNumber = den === 1 && Math.abs(num) !== 1;
  const [literal] = literals;
  if (literal && (literals.length > 1 || takesNumber)) {
    // 3 · 0.044715 is written 0.134145.
    const exact = literals.reduce((product, n) => product * n.value, takesNumber ? Math.abs(num) : 1);
    const value = withoutRounding(exact);
    const at = numerator.indexOf(literal);
    numerator[at] = arena.constant(decimalName(value), value);
    for (const other of literals.slice(1)) numerator.splice(numerator.indexOf(other, at), 1);
    if (takesNumber) num = Math.sign(num);
  }
  const decimal = isDecimal(den);
  return {
    negative: num < 0,
    num: Math.abs(decimal ? num / den : num),
    den: decimal ? 1 : den,
    sizes,
    numerator,
    denominator,
  };
}

/** The product of two decimals without what rounding added to its digits. */
function withoutRounding(value: number): number {
  const short = Number(value.toPrecision(15));
  return String(short).length < String(value).length - 2 ? short : value;
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

/** A factor, a number, or a fraction num · top / (den · bottom), as they stand side by side. */
export type Part =
  | { readonly kind: 'factor'; readonly node: Node }
  | { readonly kind: 'number'; readonly value: number }
  | {
      readonly kind: 'fraction';
      readonly num: number;
      readonly top: readonly Node[];
      readonly den: number;
      readonly bottom: readonly Divisor[];
    };

/** Scalars that may stand in the coefficient: the λ of λ/m. */
const isScalar = (n: Node): boolean =>
  n.free.size === 0 && (n.kind === 'sym' || n.kind === 'size' || n.kind === 'const');

/**
 * A product as fractions and factors from left to right: a coefficient such as 2/m in front, then what is divided by
 * something else as one fraction, sums last.
 */
export function layout(f: Fraction): Part[] {
  const { num, den, sizes, numerator, denominator } = f;
  const all = [...numerator, ...denominator.map((d) => d.source)];
  const merges = denominator.length > 0 && (sizes.length === 0 || all.every((n) => n.free.size === 0));
  const parts: Part[] = [];
  let rest = numerator;
  if (!merges && (sizes.length > 0 || den !== 1)) {
    const scalars = numerator.findIndex((n) => !isScalar(n));
    const top = numerator.slice(0, scalars < 0 ? numerator.length : scalars);
    rest = numerator.slice(top.length);
    parts.push({ kind: 'fraction', num, top, den, bottom: sizes });
  } else if (!merges && num !== 1) parts.push({ kind: 'number', value: num });
  if (denominator.length > 0) {
    // Sums and derivatives stand beside a fraction rather than in it.
    const beside = (n: Node): boolean => n.kind === 'reduce' || n.kind === 'diff';
    const after: readonly Node[] = rest.length > 1 ? rest.filter(beside) : [];
    const top = rest.filter((n) => !after.includes(n));
    parts.push(
      merges
        ? { kind: 'fraction', num, top, den, bottom: [...sizes, ...denominator] }
        : { kind: 'fraction', num: 1, top, den: 1, bottom: denominator },
    );
    rest = after;
  }
  return [...parts, ...rest.map((node): Part => ({ kind: 'factor', node }))];
}

/** Whether a comparison reads better with its sides swapped: what varies belongs on the left. */
export function readsSwapped(node: CmpNode): boolean {
  const [left, right] = node.args as [Node, Node];
  return fixedness(left) > fixedness(right);
}

/** Numbers are fixed, values without indices nearly so. */
function fixedness(node: Node): number {
  if (node.kind === 'num' || node.kind === 'const' || node.kind === 'size') return 2;
  return node.kind === 'sym' && node.args.length === 0 ? 1 : 0;
}

/** The relation that holds between swapped sides. */
export const SWAPPED: Readonly<Record<Relation, Relation | '<' | '<='>> = {
  '>': '<',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};
