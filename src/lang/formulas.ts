/** Elementwise functions that libraries offer under a name, as formulas over their argument and their settings. */
import type { Arena, Node } from '../core/expr';
import { argument, keyword, toArray } from './arguments';
import { elementwise } from './arrays';
import { scalar } from './run';
import type { Meaning } from './signature';
import type { ArrayV } from './values';

export type Formula = (arena: Arena, x: Node, ...settings: Node[]) => Node;

/** A setting with the text of its default. */
export type Setting = readonly [name: string, fallback: string];

/** The formula applied to each element of the first argument; settings are numbers or arrays that broadcast. */
export function applied(formula: Formula, ...settings: readonly Setting[]): Meaning {
  return (call) => {
    const x = toArray(call.run, argument(call, 0), call.span);
    if (x.kind === 'unknown') return x;
    const values: ArrayV[] = [x];
    for (const [name, fallback] of settings) {
      const given = keyword(call, name);
      const value =
        given === undefined || given.kind === 'none'
          ? scalar(call.run.arena.literal(fallback))
          : toArray(call.run, given, call.span);
      if (value.kind === 'unknown') return value;
      values.push(value);
    }
    return elementwise(call.run, values, call.span, (e, ...rest) => formula(call.run.arena, e, ...rest));
  };
}

const half = (a: Arena): Node => a.num(1, 2);
const positive = (a: Arena, x: Node): Node => a.compare('>', x, a.zero);
const clamped = (a: Arena, x: Node, low: Node, high: Node): Node =>
  a.call('minimum', a.call('maximum', x, low), high);

/** Scaled exponential linear units, Klambauer et al. (2017). */
const SELU = { alpha: '1.6732632423543772', scale: '1.0507009873554805' } as const;

export const sigmoid: Formula = (a, x) => a.call('sigmoid', x);
export const logSigmoid: Formula = (a, x) => a.neg(a.call('softplus', a.neg(x)));
export const silu: Formula = (a, x) => a.mul(x, a.call('sigmoid', x));
export const mish: Formula = (a, x) => a.mul(x, a.call('tanh', a.call('softplus', x)));
export const softsign: Formula = (a, x) => a.div(x, a.add(a.one, a.call('abs', x)));
export const tanhShrink: Formula = (a, x) => a.sub(x, a.call('tanh', x));
export const relu6: Formula = (a, x) => clamped(a, x, a.zero, a.num(6));
export const hardTanh: Formula = (a, x, low = a.minusOne, high = a.one) => clamped(a, x, low, high);
export const hardSigmoid: Formula = (a, x) =>
  a.div(clamped(a, a.add(x, a.num(3)), a.zero, a.num(6)), a.num(6));
export const hardSwish: Formula = (a, x) => a.mul(x, hardSigmoid(a, x));

export const softplus: Formula = (a, x, beta = a.one) =>
  beta === a.one ? a.call('softplus', x) : a.div(a.call('softplus', a.mul(beta, x)), beta);

export const leakyRelu: Formula = (a, x, slope = a.literal('0.01')) =>
  a.where(positive(a, x), x, a.mul(slope, x));

export const elu: Formula = (a, x, alpha = a.one) =>
  a.where(positive(a, x), x, a.mul(alpha, a.call('expm1', x)));

export const celu: Formula = (a, x, alpha = a.one) =>
  a.where(positive(a, x), x, a.mul(alpha, a.call('expm1', a.div(x, alpha))));

export const selu: Formula = (a, x) => a.mul(a.literal(SELU.scale), elu(a, x, a.literal(SELU.alpha)));

/** Gaussian error linear units, Hendrycks and Gimpel (2016). */
export const gelu: Formula = (a, x) =>
  a.mul(half(a), x, a.add(a.one, a.call('erf', a.div(x, a.sqrt(a.num(2))))));

export const geluTanh: Formula = (a, x) => {
  const inner = a.mul(
    a.sqrt(a.div(a.num(2), a.constant('pi', Math.PI))),
    a.add(x, a.mul(a.literal('0.044715'), a.pow(x, a.num(3)))),
  );
  return a.mul(half(a), x, a.add(a.one, a.call('tanh', inner)));
};

export const softShrink: Formula = (a, x, lambda = half(a)) =>
  a.where(
    a.compare('>', x, lambda),
    a.sub(x, lambda),
    a.where(a.compare('<', x, a.neg(lambda)), a.add(x, lambda), a.zero),
  );

export const hardShrink: Formula = (a, x, lambda = half(a)) =>
  a.where(a.compare('>', x, lambda), x, a.where(a.compare('<', x, a.neg(lambda)), x, a.zero));

export const thresholded: Formula = (a, x, bound = a.zero, value = a.zero) =>
  a.where(a.compare('>', x, bound), x, value);

export const squareplus: Formula = (a, x, b = a.num(4)) =>
  a.mul(half(a), a.add(x, a.sqrt(a.add(a.pow(x, a.num(2)), b))));

export const logit: Formula = (a, x) => a.sub(a.call('log', x), a.call('log', a.sub(a.one, x)));
export const erfc: Formula = (a, x) => a.sub(a.one, a.call('erf', x));

/** -x log x, with the limit 0 at 0. */
export const entropy: Formula = (a, x) => a.where(positive(a, x), a.neg(a.mul(x, a.call('log', x))), a.zero);

/** x log y, with 0 at x = 0. */
export const xlogy: Formula = (a, x, y = a.one) =>
  a.where(a.compare('==', x, a.zero), a.zero, a.mul(x, a.call('log', y)));
