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

/** Σ coefficient · monomial + constant, which is > 0 (strict) or >= 0. */
interface Inequality {
  readonly constant: number;
  readonly coefficients: ReadonlyMap<string, number>;
  readonly strict: boolean;
}

const MOST_INEQUALITIES = 60;
const DIGITS = 1e-9;

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
      system.push({ constant: -low, coefficients: new Map([[key, 1]]), strict: lowOpen });
    if (Number.isFinite(high))
      system.push({ constant: high, coefficients: new Map([[key, -1]]), strict: highOpen });
  }
  return infeasible(system, [...monomials.keys()]);
}

function linear(
  normalizer: Normalizer,
  form: Form,
  monomials: Map<string, Mono>,
  strict: boolean,
): Inequality {
  const coefficients = new Map<string, number>();
  let constant = 0;
  for (const { num, den, mono } of normalizer.termsOf(form)) {
    if (mono === EMPTY || mono.length === 0) constant += num / den;
    else {
      const key = monoKey(mono);
      monomials.set(key, mono);
      coefficients.set(key, (coefficients.get(key) ?? 0) + num / den);
    }
  }
  return { constant, coefficients, strict };
}

const scaled = ({ constant, coefficients, strict }: Inequality, by: number): Inequality => ({
  constant: constant * by,
  coefficients: new Map([...coefficients].map(([key, c]) => [key, c * by])),
  strict,
});

function infeasible(system: readonly Inequality[], variables: readonly string[]): boolean {
  let rows = system;
  for (const key of variables) {
    const [up, down, rest]: [Inequality[], Inequality[], Inequality[]] = [[], [], []];
    for (const row of rows) {
      const c = row.coefficients.get(key) ?? 0;
      (c > DIGITS ? up : c < -DIGITS ? down : rest).push(row);
    }
    if (rest.length + up.length * down.length > MOST_INEQUALITIES) return false;
    for (const p of up) for (const q of down) rest.push(without(key, p, q));
    rows = rest;
  }
  return rows.some(({ constant, strict }) => constant < -DIGITS || (strict && constant < DIGITS));
}

/** The sum of the two in which the variable cancels. */
function without(key: string, p: Inequality, q: Inequality): Inequality {
  const a = 1 / Math.abs(p.coefficients.get(key) ?? 1);
  const b = 1 / Math.abs(q.coefficients.get(key) ?? 1);
  const coefficients = new Map<string, number>();
  for (const [name, c] of p.coefficients) coefficients.set(name, c * a);
  for (const [name, c] of q.coefficients) coefficients.set(name, (coefficients.get(name) ?? 0) + c * b);
  coefficients.delete(key);
  return { constant: p.constant * a + q.constant * b, coefficients, strict: p.strict || q.strict };
}
