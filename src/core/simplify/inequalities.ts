/** Whether signs that were assumed of expressions can hold together: linear inequalities over their monomials. */
import type { Node } from '../expr';
import type { Form } from './algebra';
import { EMPTY, monoKey, type Mono } from './mono';
import type { Normalizer } from './normalize';

export interface Assumption {
  readonly node: Node;
  /** `node > 0`, or `node = 0`. */
  readonly sign: 'positive' | 'zero';
}

/** A sum, and that of the sizes of what was added up, to which its rounding is in proportion. */
interface Rounded {
  readonly value: number;
  readonly size: number;
}

/** Σ coefficient · monomial + constant, which is > 0 (strict) or >= 0. */
interface Inequality {
  readonly constant: Rounded;
  readonly coefficients: ReadonlyMap<string, Rounded>;
  readonly strict: boolean;
}

const MOST_INEQUALITIES = 60;
const ROUNDING = 1e-12;
const NOTHING: Rounded = { value: 0, size: 0 };

const exact = (value: number): Rounded => ({ value, size: Math.abs(value) });
const plus = (a: Rounded, b: Rounded): Rounded => ({ value: a.value + b.value, size: a.size + b.size });
const times = (a: Rounded, by: number): Rounded => ({ value: a.value * by, size: a.size * Math.abs(by) });

/** -1, 0 or 1; what rounding alone may have left is 0. */
const signOf = ({ value, size }: Rounded): number =>
  Math.abs(value) <= ROUNDING * size ? 0 : Math.sign(value);

/** True only if no point satisfies all assumptions (Fourier and Motzkin's elimination, monomials taken for variables). */
export function contradictory(normalizer: Normalizer, assumptions: readonly Assumption[]): boolean {
  const monomials = new Map<string, Mono>();
  const system: Inequality[] = [];
  for (const { node, sign } of assumptions) {
    const form = normalizer.norm(node);
    const inequality = linear(normalizer, form, monomials, sign === 'positive');
    system.push(inequality);
    if (sign === 'zero') system.push(scaled(inequality, -1));
  }
  for (const [key, mono] of monomials) {
    const { low, high, lowOpen, highOpen } = normalizer.facts.range(
      normalizer.algebra.toNode({ num: 1, den: 1, mono }),
    );
    if (Number.isFinite(low))
      system.push({ constant: exact(-low), coefficients: new Map([[key, exact(1)]]), strict: lowOpen });
    if (Number.isFinite(high))
      system.push({ constant: exact(high), coefficients: new Map([[key, exact(-1)]]), strict: highOpen });
  }
  return infeasible(system, [...monomials.keys()]);
}

function linear(
  normalizer: Normalizer,
  form: Form,
  monomials: Map<string, Mono>,
  strict: boolean,
): Inequality {
  const coefficients = new Map<string, Rounded>();
  let constant = NOTHING;
  for (const { num, den, mono } of normalizer.termsOf(form)) {
    if (mono === EMPTY || mono.length === 0) constant = plus(constant, exact(num / den));
    else {
      const key = monoKey(mono);
      monomials.set(key, mono);
      coefficients.set(key, plus(coefficients.get(key) ?? NOTHING, exact(num / den)));
    }
  }
  return { constant, coefficients, strict };
}

const scaled = ({ constant, coefficients, strict }: Inequality, by: number): Inequality => ({
  constant: times(constant, by),
  coefficients: new Map([...coefficients].map(([key, c]) => [key, times(c, by)])),
  strict,
});

function infeasible(system: readonly Inequality[], variables: readonly string[]): boolean {
  let rows = system;
  for (const key of variables) {
    const [up, down, rest]: [Inequality[], Inequality[], Inequality[]] = [[], [], []];
    for (const row of rows) {
      const sign = signOf(row.coefficients.get(key) ?? NOTHING);
      (sign > 0 ? up : sign < 0 ? down : rest).push(row);
    }
    if (rest.length + up.length * down.length > MOST_INEQUALITIES) return false;
    for (const p of up) for (const q of down) rest.push(without(key, p, q));
    rows = rest;
  }
  return rows.some(({ constant, strict }) => signOf(constant) < (strict ? 1 : 0));
}

/** The sum of the two in which the variable cancels. */
function without(key: string, p: Inequality, q: Inequality): Inequality {
  const a = 1 / Math.abs(p.coefficients.get(key)?.value ?? 1);
  const b = 1 / Math.abs(q.coefficients.get(key)?.value ?? 1);
  const coefficients = new Map<string, Rounded>();
  for (const [name, c] of p.coefficients) coefficients.set(name, times(c, a));
  for (const [name, c] of q.coefficients)
    coefficients.set(name, plus(coefficients.get(name) ?? NOTHING, times(c, b)));
  coefficients.delete(key);
  return {
    constant: plus(times(p.constant, a), times(q.constant, b)),
    coefficients,
    strict: p.strict || q.strict,
  };
}
