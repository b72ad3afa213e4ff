/**
 * Arithmetic and functions of vectors that remember how a value came about, so that what belongs together shares its
 * exponential and its logarithm: log σ(x) = min(x, 0) − log(1 + e^−|x|), log(1 − σ(x)) = log σ(−x), and
 * log(1 + e^x) = max(x, 0) + log(1 + e^−|x|), as in Mächler, "Accurately computing log(1 − exp(−|a|))" (2012). The results
 * are infinite where those of the written order are in double precision, and more exact elsewhere.
 */
import { exp, logOfSigmoid, sigmoid, softplus } from './elementary';
import { applyFunction } from './functions';
import type { Lanes, Value } from './graph';

export interface Algebra {
  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  div(a: Value, b: Value): Value;
  /** A row of the operator table. Throws a RangeError for a name that is none. */
  call(fn: string, args: readonly Value[]): Value;
}

/** What a value is known to be. */
type Form =
  | { readonly kind: 'e^x'; readonly x: Value }
  | { readonly kind: '1 + e^x'; readonly x: Value }
  /** The sigmoid of x, which the written order rounds to 0 below `least`. */
  | { readonly kind: 'sigmoid'; readonly x: Value; readonly least: number }
  | { readonly kind: '1 - sigmoid'; readonly x: Value };

/** Largest argument of a finite exponential in double precision. */
const EXP_MOST = 709.782712893384;
/** Below it the exponential is 0. */
const EXP_LEAST = -745.1332191019412;
/** From here on the sigmoid rounds to 1: 53 log 2. */
const SIGMOID_ONE = 36.7368005696771;

export function algebraOf(l: Lanes, fused: boolean): Algebra {
  const forms = new Map<Value, Form>();
  const known = (value: Value, form: Form): Value => {
    if (!forms.has(value)) forms.set(value, form);
    return value;
  };
  const isOne = (value: Value): boolean => value === l.constant(1);
  /** The value less an infinite number where the mask holds, for which two operations are enough. */
  const downWhere = (mask: Value, value: Value): Value => l.sub(value, l.and(mask, l.constant(Infinity)));

  const sigmoidOf = (x: Value, least: number): Value => known(sigmoid(l, x), { kind: 'sigmoid', x, least });
  const logOfSum = (x: Value): Value =>
    l.add(softplus(l, x), l.and(l.compare('gt', x, l.constant(EXP_MOST)), l.constant(Infinity)));

  const log = (a: Value): Value | null => {
    const form = forms.get(a);
    switch (form?.kind) {
      case 'sigmoid': {
        const gone = l.compare('lt', form.x, l.constant(form.least));
        return downWhere(gone, logOfSigmoid(l, form.x));
      }
      case '1 - sigmoid': {
        const gone = l.compare('ge', form.x, l.constant(SIGMOID_ONE));
        return downWhere(gone, logOfSigmoid(l, l.neg(form.x)));
      }
      case '1 + e^x':
        return logOfSum(form.x);
      default:
        return null;
    }
  };

  const special = (fn: string, [a = 0, b = 0]: readonly Value[]): Value | null => {
    switch (fn) {
      case 'exp':
        return known(exp(l, a), { kind: 'e^x', x: a });
      case 'sigmoid':
        return sigmoidOf(a, EXP_LEAST);
      case 'log':
        return log(a);
      case 'log1p': {
        const form = forms.get(a);
        return form?.kind === 'e^x' ? logOfSum(form.x) : null;
      }
      case 'logaddexp':
        if (a === l.constant(0)) return softplus(l, b);
        return b === l.constant(0) ? softplus(l, a) : null;
      default:
        return null;
    }
  };

  return {
    add: (a, b) => {
      const value = l.add(a, b);
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const) {
        const form = forms.get(other);
        if (isOne(one) && form?.kind === 'e^x') return known(value, { kind: '1 + e^x', x: form.x });
      }
      return value;
    },
    sub: (a, b) => {
      const form = forms.get(b);
      const value = l.sub(a, b);
      return isOne(a) && form?.kind === 'sigmoid' ? known(value, { kind: '1 - sigmoid', x: form.x }) : value;
    },
    div: (a, b) => {
      const form = forms.get(b);
      return isOne(a) && form?.kind === '1 + e^x' ? sigmoidOf(l.neg(form.x), -EXP_MOST) : l.div(a, b);
    },
    call: (fn, args) => special(fn, args) ?? applyFunction(l, fn, args, fused),
  };
}
