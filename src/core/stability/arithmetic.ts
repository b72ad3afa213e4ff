/** Arithmetics in which an expression can be evaluated: floating point as code computes, or exact to a known error. */
import type { Relation } from '../expr';
import { opRow } from '../ops';
import { holds } from '../relation';

export interface Arithmetic<T> {
  readonly zero: T;
  readonly one: T;
  /** What stands for a value that cannot be told. */
  readonly unknown: T;
  readonly number: (value: number) => T;
  readonly rational: (num: number, den: number) => T;
  readonly add: (a: T, b: T) => T;
  readonly mul: (a: T, b: T) => T;
  readonly div: (a: T, b: T) => T;
  readonly neg: (a: T) => T;
  readonly sqrt: (a: T) => T;
  readonly pow: (base: T, exponent: T) => T;
  readonly call: (fn: string, args: readonly T[]) => T;
  /** 1 or 0, and unknown where rounding leaves it open. */
  readonly compare: (rel: Relation, a: T, b: T) => T;
  readonly toNumber: (a: T) => number;
}

/** IEEE arithmetic: `round` is the identity for double precision, `Math.fround` for single. */
export function floating(round: (value: number) => number): Arithmetic<number> {
  return {
    zero: 0,
    one: 1,
    unknown: NaN,
    number: round,
    rational: (num, den) => round(num / den),
    add: (a, b) => round(a + b),
    mul: (a, b) => round(a * b),
    div: (a, b) => round(a / b),
    neg: (a) => -a,
    sqrt: (a) => round(Math.sqrt(a)),
    pow: (base, exponent) => round(base ** exponent),
    call: (fn, args) => round(opRow(fn).evaluate(...args)),
    compare: (rel, a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Number(holds(rel, a, b))),
    toNumber: (a) => a,
  };
}
