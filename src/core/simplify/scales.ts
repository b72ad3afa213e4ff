/** How sums are written in programs with decimals: 2·(x + 0.3), where the working form has 1/5·(10·x + 3). */
import type { Arena, Node } from '../expr';
import { gcd, isDecimal, mulRational, powRational } from '../rational';
import type { Algebra, Form } from './algebra';
import { exponentAt, idAt } from './mono';
import type { Term } from './polynomial';

/** A sum stands divided by this, so that its number is a decimal and the other coefficients stay whole. */
export function scaleOf(algebra: Algebra, id: number): number {
  const { display, options } = algebra;
  const { terms } = algebra.base(id);
  return terms && display.decimals && !options.expand ? scaleOfTerms(algebra, terms) : 1;
}

function scaleOfTerms({ display }: Algebra, terms: readonly Term[]): number {
  const number = terms.find(({ m }) => m.length === 0);
  if (!number) return 1;
  let shared = 0;
  for (const { c, m } of terms) if (m.length > 0) shared = gcd(shared, c);
  const decimal = gcd(shared, 100);
  if (isDecimal(decimal)) return decimal;
  return shared > 1 && display.decimals?.has(Math.abs(number.c) / shared) ? shared : 1;
}

/** The number in front where every sum stands divided by its scale; null past the safe integers. */
export function numberInFront(algebra: Algebra, { num, den, mono }: Form): [number, number] | null {
  let number: [number, number] | null = [num, den];
  if (!algebra.display.decimals || algebra.options.expand) return number;
  for (let k = 0; k < mono.length; k += 2) {
    const scale = scaleOf(algebra, idAt(mono, k));
    if (scale === 1) continue;
    const power = powRational([scale, 1], exponentAt(mono, k));
    number = power && number && mulRational(number, power);
  }
  return number;
}

/** 1.4·a - 1.4·y + 0.3·sign(a - y) is 1.4·(a - y) + 0.3·sign(a - y): a difference stays whole where another term holds it. */
export function joinDifferences(arena: Arena, terms: readonly Node[]): readonly Node[] {
  if (terms.length < 3) return terms;
  for (const [k, up] of terms.entries()) {
    const [number, symbol, more] = up.kind === 'mul' ? up.args : [];
    if (number?.kind !== 'num' || number.num <= 1 || symbol?.kind !== 'sym' || more) continue;
    const down = terms.find(({ kind, args: [other, subtracted, rest] }) => {
      const opposite = other?.kind === 'num' && other.num === -number.num && other.den === number.den;
      return kind === 'mul' && opposite && subtracted?.kind === 'sym' && !rest;
    });
    const taken = down?.args[1];
    if (!taken) continue;
    const difference = arena.sub(symbol, taken);
    const others = terms.filter((term) => term !== up && term !== down);
    if (!others.some((term) => holds(term, difference))) continue;
    const joined = arena.mul(number, difference);
    return terms.flatMap((term, n) => (n === k ? [joined] : term === down ? [] : [term]));
  }
  return terms;
}

const holds = (node: Node, part: Node): boolean => node === part || node.args.some((arg) => holds(arg, part));
