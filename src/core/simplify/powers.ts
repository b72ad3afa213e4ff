/** Powers: integer ones factor by factor, roots with what is provably positive taken out. */
import { type CallNode, type Node } from '../expr';
import { gcd } from '../rational';
import { ONE, ZERO, type Form } from './algebra';
import { exponentOf as monoExponent, factors, filterMono, mulMono, powMono } from './mono';
import type { Normalizer } from './normalize';
import { exponentOf } from './powersOfE';

export function powerForm(normalizer: Normalizer, node: Node): Form {
  const { algebra, arena } = normalizer;
  const exponent = node.args[1] as Node;
  const base = normalizer.part(node.args[0] as Node, (part) => arena.pow(part, exponent));
  return algebra.silently(() => powerOf(normalizer, base, exponent));
}

function powerOf(normalizer: Normalizer, base: Form, exponent: Node): Form {
  const { algebra, arena } = normalizer;
  if (exponent.kind === 'num' && exponent.den === 1) return algebra.power(base, exponent.num);
  if (base.num === 0)
    return exponent.kind === 'num' && exponent.num > 0 ? ZERO : algebra.atom(arena.pow(arena.zero, exponent));
  const logarithm = base.num === 1 && base.den === 1 ? exponentOf(normalizer, base.mono) : null;
  if (logarithm) return normalizer.norm(arena.call('exp', arena.mul(algebra.toNode(logarithm), exponent)));
  if (exponent.kind === 'num') return rationalPower(normalizer, base, exponent.num, exponent.den);
  const power = normalizer.norm(exponent);
  if (power.mono.length === 0)
    return power.den === 1
      ? algebra.power(base, power.num)
      : rationalPower(normalizer, base, power.num, power.den);
  if (normalizer.expand && normalizer.facts.isPositive(algebra.toNode(base)))
    return normalizer.norm(
      arena.call('exp', arena.mul(algebra.toNode(power), arena.call('log', algebra.toNode(base)))),
    );
  const terms = normalizer.termsOf(power);
  const whole = terms.find((t) => t.mono.length === 0 && t.den === 1);
  const rest = terms.filter((t) => t !== whole);
  const symbolic = algebra.toNode(algebra.add(rest));
  const atom = normalizer.atom(arena.pow(algebra.toNode(base), symbolic));
  return whole ? algebra.mul(algebra.power(base, whole.num), atom) : atom;
}

/** base^(p/q): what is provably positive goes out factor by factor, the rest stays under one root. */
function rationalPower(normalizer: Normalizer, base: Form, p: number, q: number): Form {
  const { algebra, arena } = normalizer;
  const out: Form[] = [];
  const kept: number[] = [];
  const root = (inside: Form, times: number): void => {
    const whole = Math.trunc(times / q);
    const left = times - whole * q;
    if (whole !== 0) out.push(algebra.power(inside, whole));
    if (left !== 0)
      out.push(algebra.power(normalizer.atom(arena.pow(algebra.toNode(inside), arena.num(1, q))), left));
  };
  for (const [id, e] of factors(base.mono)) {
    const single: Form = { num: 1, den: 1, mono: [id, 1] };
    const logarithm = exponentOf(normalizer, [id, e]);
    if (logarithm)
      out.push(normalizer.norm(arena.call('exp', arena.mul(arena.num(p, q), algebra.toNode(logarithm)))));
    else if (normalizer.facts.isPositive(algebra.toNode(single))) root(single, e * p);
    else kept.push(id, e);
  }
  const [id, e] = kept;
  if (kept.length === 2 && id !== undefined && e !== undefined && e % 2 === 0 && q === 2 && base.num > 0) {
    const size = normalizer.norm(arena.call('abs', algebra.toNode({ num: 1, den: 1, mono: [id, 1] })));
    out.push(algebra.power(size, (e / 2) * p));
    kept.length = 0;
  }
  const rest: Form = { num: base.num, den: base.den, mono: kept };
  if (rest.mono.length > 0 || rest.num !== 1 || rest.den !== 1)
    numericRoot(normalizer, rest, p, q, root, out);
  return algebra.mul(...out);
}

/** Perfect squares among the numbers leave the root. */
function numericRoot(
  normalizer: Normalizer,
  rest: Form,
  p: number,
  q: number,
  root: (inside: Form, times: number) => void,
  out: Form[],
): void {
  const { algebra, expand } = normalizer;
  const sign = Math.sign(rest.num);
  if (q !== 2 || (sign < 0 && rest.mono.length === 0)) {
    const lift = rest.den ** (q - 1);
    if (!expand || rest.den === 1 || sign < 0 || !Number.isSafeInteger(rest.num * lift)) {
      root(rest, p);
      return;
    }
    // (u/2)^(1/3) = (4u)^(1/3)/2 in the decision form, so that the power that undoes a root has no fraction there.
    out.push(algebra.power(algebra.number(1, rest.den), p));
    root({ num: rest.num * lift, den: 1, mono: rest.mono }, p);
    return;
  }
  const [a, b] = squareParts(Math.abs(rest.num));
  const [c, d] = squareParts(rest.den);
  // √(1/2) = √2/2, likewise.
  const lifted = expand && Number.isSafeInteger(b * d) && Number.isSafeInteger(c * d);
  const [num, den, under] = lifted ? [b * d, 1, c * d] : [b, d, c];
  out.push(algebra.power(algebra.number(a, under), p));
  if (rest.mono.length > 0) root({ num: sign * num, den, mono: rest.mono }, p);
  else {
    if (num !== 1) root(algebra.number(num), p);
    if (den !== 1) root(algebra.number(den), -p);
  }
}

/** A power of a root or of an indicator in a simpler way; null where there is none. */
export function reduceAtom(normalizer: Normalizer, atom: Node, exponent: number): Form | null {
  const { algebra } = normalizer;
  if (atom.kind === 'pow') {
    const root = atom.args[1] as Node;
    if (root.kind !== 'num' || root.num !== 1 || Math.abs(exponent) < root.den) return null;
    const whole = Math.trunc(exponent / root.den);
    const left = exponent - whole * root.den;
    const inside = algebra.power(normalizer.quietNorm(atom.args[0] as Node), whole);
    return left === 0 ? inside : algebra.mul(inside, algebra.atom(atom, left));
  }
  if ((atom.kind === 'cmp' || atom.kind === 'delta') && exponent > 1) return algebra.atom(atom);
  if (atom.kind === 'call' && atom.fn === 'sign' && exponent > 2)
    return algebra.atom(atom, exponent % 2 || 2);
  if (normalizer.expand && atom.kind === 'call' && atom.fn === 'exp')
    return lowestRoot(normalizer, atom, exponent);
  if (normalizer.expand && exponent > 1) {
    const reduced = powerOfKnownValues(normalizer, atom, exponent);
    if (reduced) return reduced;
  }
  if (atom.kind === 'call' && atom.fn === 'abs' && Math.abs(exponent) >= 2) {
    const left = exponent % 2;
    const even = algebra.power(normalizer.quietNorm(atom.args[0] as Node), exponent - left);
    return left === 0 ? even : algebra.mul(even, algebra.atom(atom, left));
  }
  return null;
}

/** (e^(x/4))² is e^(x/2) where the common root of the exponentials does not hold the quarter: one form for one power. */
function lowestRoot(normalizer: Normalizer, atom: CallNode, exponent: number): Form | null {
  const { algebra, arena, root } = normalizer;
  if (Math.abs(exponent) === 1) return null;
  const argument = normalizer.norm(atom.args[0] as Node);
  if (root % argument.den === 0 || gcd(exponent, argument.den) === 1) return null;
  return normalizer.quietNorm(arena.call('exp', algebra.toNode(algebra.scale(argument, exponent))));
}

/** 2/√2 = √2 and √2/2 = 1/√2: what a root of a number has in common with the coefficient. */
export function rootTimesNumber({ algebra, expand }: Normalizer, atom: Node, form: Form): Form | null {
  const [inside, exponent] = atom.kind === 'pow' ? atom.args : [];
  if (expand || inside?.kind !== 'num' || inside.den !== 1 || inside.num < 2) return null;
  if (exponent?.kind !== 'num' || exponent.num !== 1 || exponent.den !== 2) return null;
  const [id = -1] = algebra.atom(atom).mono;
  const e = monoExponent(form.mono, id);
  const shared = e === 1 ? form.den : e === -1 ? form.num : 1;
  if (shared % inside.num !== 0) return null;
  const rest = algebra.scale(
    { ...form, mono: filterMono(form.mono, (other) => other !== id) },
    e === 1 ? inside.num : 1,
    e === 1 ? 1 : inside.num,
  );
  return algebra.mul(rest, algebra.atom(atom, -e));
}

/** √s/s = 1/√s, which is defined where the other is: a root over its base. */
export function rootOverBase(normalizer: Normalizer, atom: Node, form: Form): Form | null {
  const { algebra } = normalizer;
  const [inside, exponent] = atom.kind === 'pow' ? atom.args : [];
  if (!inside || exponent?.kind !== 'num' || exponent.num !== 1) return null;
  const [id = -1] = algebra.atom(atom).mono;
  if (monoExponent(form.mono, id) <= 0 || !factors(form.mono).some(([, e]) => e < 0)) return null;
  const base = normalizer.quietNorm(inside);
  const [under = -1, times] = base.mono;
  if (base.num !== 1 || base.den !== 1 || base.mono.length !== 2 || times !== 1) return null;
  if (monoExponent(form.mono, under) >= 0) return null;
  const moved = mulMono(powMono([id, 1], -exponent.den), base.mono);
  return algebra.mul({ ...form, mono: mulMono(form.mono, moved) });
}

/** 0 and 1 are their own squares, -1 and 1 have the square 1, and cos² = 1 - sin². */
function powerOfKnownValues(normalizer: Normalizer, atom: Node, exponent: number): Form | null {
  const { algebra, arena, facts } = normalizer;
  if (atom.kind === 'sym') {
    const values = facts.values(atom.name);
    if (!values) return null;
    return values.includes(0) ? algebra.atom(atom) : exponent % 2 === 0 ? ONE : algebra.atom(atom);
  }
  if (atom.kind !== 'call' || atom.fn !== 'cos') return null;
  const sine = arena.call('sin', atom.args[0] as Node);
  const square = normalizer.quietNorm(arena.sub(arena.one, arena.pow(sine, arena.num(2))));
  return algebra.mul(
    algebra.power(square, (exponent - (exponent % 2)) / 2),
    algebra.power(algebra.atom(atom), exponent % 2),
  );
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
