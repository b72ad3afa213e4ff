/** The gradient is a constant times the derivative: a sign, 2, 1/m, ln 10, a hyper-parameter. */
import type { Axis } from '../../core/definition';
import type { Node } from '../../core/expr';
import { evaluateCells, type Trial } from '../points';
import { derivativeName, plainName, type Case, type Detector, type Mistake } from './case';

/** A factor with the words for it. */
export interface Factor {
  /** Value at a trial. */
  readonly at: (trial: Trial) => number;
  /** "m", "1/2", "ln 10 / m". */
  readonly text: string;
  /** Text of the inverse. */
  readonly inverse: string;
  readonly kind: 'sign' | 'size' | 'number' | 'hyper';
  /** Value where it is a plain number. */
  readonly value: number | null;
}

const RATIO = 1e-7;

/**
 * The ratio of `part` to `whole` at each trial, null at those where both vanish. Null when it differs from cell to cell, or
 * when fewer than two trials tell.
 */
export function ratios(
  part: Node,
  whole: Node,
  axes: readonly Axis[],
  trials: Iterable<Trial>,
  tolerance = RATIO,
): (number | null)[] | null {
  const result: (number | null)[] = [];
  for (const trial of trials) {
    const above = evaluateCells(trial.evaluator, part, axes, trial.cells).values;
    const below = evaluateCells(trial.evaluator, whole, axes, trial.cells).values;
    const size = Math.max(...below.map(Math.abs));
    if (!Number.isFinite(size) || !above.every(Number.isFinite)) return null;
    if (size === 0) {
      if (!above.every((value) => value === 0)) return null;
      result.push(null);
      continue;
    }
    const at = below.findIndex((value) => Math.abs(value) === size);
    const ratio = (above[at] ?? NaN) / (below[at] ?? NaN);
    const constant = below.every(
      (value, k) => Math.abs((above[k] ?? NaN) - ratio * value) <= tolerance * Math.abs(ratio) * size,
    );
    if (!constant || ratio === 0) return null;
    result.push(ratio);
  }
  return result.filter((ratio) => ratio !== null).length >= 2 ? result : null;
}

/** The simplest factor with these values, or the number itself when it is the same everywhere; null otherwise. */
export function explainRatio(
  c: Pick<Case, 'program' | 'trials'>,
  values: readonly (number | null)[],
): Factor | null {
  const told = c.trials.flatMap((trial, k) => {
    const value = values[k] ?? null;
    return value === null ? [] : [{ trial, value }];
  });
  for (const factor of factors(c.program))
    if (told.every(({ trial, value }) => close(value, factor.at(trial)))) return factor;
  const first = told[0]?.value ?? NaN;
  if (!told.every(({ value }) => close(value, first))) return null;
  const text = String(Number(first.toPrecision(10)));
  const inverse = String(Number((1 / first).toPrecision(10)));
  return { at: () => first, text, inverse, kind: 'number', value: first };
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= RATIO * Math.abs(b);

/** Factors that people forget or add, the most likely first. */
function* factors(program: Case['program']): Generator<Factor> {
  const sizes = [...new Set(program.inputs.flatMap((input) => input.shape))].filter(
    (size) => !/^\d+$/.test(size),
  );
  const hypers = program.inputs.filter((input) => input.role === 'hyper' && input.shape.length === 0);
  const lengths = [
    ...sizes.map((size) => ({
      text: size,
      kind: 'size' as const,
      at: (t: Trial) => t.point.sizes[size] ?? NaN,
    })),
    ...sizes.map((size) => ({
      text: `(${size} - 1)`,
      kind: 'size' as const,
      at: (t: Trial) => (t.point.sizes[size] ?? NaN) - 1,
    })),
    ...hypers.map((input) => ({
      text: input.code,
      kind: 'hyper' as const,
      at: (t: Trial) => Number(t.point.inputs[input.name]),
    })),
  ];
  const numbers: readonly (readonly [number, string, string])[] = [
    [1, '1', '1'],
    [2, '2', '1/2'],
    [1 / 2, '1/2', '2'],
    [3, '3', '1/3'],
    [1 / 3, '1/3', '3'],
    [4, '4', '1/4'],
    [1 / 4, '1/4', '4'],
    [Math.LN10, 'ln 10', '1/ln 10'],
    [Math.LOG10E, '1/ln 10', 'ln 10'],
    [Math.LN2, 'ln 2', '1/ln 2'],
    [Math.LOG2E, '1/ln 2', 'ln 2'],
  ];
  const over = (above: readonly string[], below: readonly string[]): string => {
    const top = above.filter((part) => part !== '1').join(' * ') || '1';
    return below.length === 0 ? top : `${top}/${below.join('/')}`;
  };
  for (const sign of [1, -1]) {
    const minus = sign < 0 ? '-' : '';
    for (const [number, text, inverse] of numbers) {
      if (sign * number === 1) continue;
      const value = sign * number;
      yield {
        at: () => value,
        text: minus + text,
        inverse: minus + inverse,
        kind: value === -1 ? 'sign' : 'number',
        value,
      };
    }
    for (const [number, text, inverse] of numbers)
      for (const { text: name, kind, at } of lengths) {
        yield {
          at: (t) => sign * number * at(t),
          text: minus + over([text, name], []),
          inverse: minus + over([inverse], [name]),
          kind,
          value: null,
        };
        yield {
          at: (t) => (sign * number) / at(t),
          text: minus + over([text], [name]),
          inverse: minus + over([inverse, name], []),
          kind,
          value: null,
        };
      }
    for (const a of lengths)
      for (const b of lengths) {
        if (a === b) continue;
        yield {
          at: (t) => (sign * a.at(t)) / b.at(t),
          text: minus + over([a.text], [b.text]),
          inverse: minus + over([b.text], [a.text]),
          kind: a.kind,
          value: null,
        };
        yield {
          at: (t) => sign * a.at(t) * b.at(t),
          text: minus + over([a.text, b.text], []),
          inverse: minus + over(['1'], [a.text, b.text]),
          kind: a.kind,
          value: null,
        };
        yield {
          at: (t) => sign / a.at(t) / b.at(t),
          text: minus + over(['1'], [a.text, b.text]),
          inverse: minus + over([a.text, b.text], []),
          kind: a.kind,
          value: null,
        };
      }
  }
}

export const constantFactor: Detector = (c) => {
  const values = ratios(c.element, c.exact, c.axes, c.trials);
  const factor = values ? explainRatio(c, values) : null;
  return factor ? factorMistake(c, factor) : null;
};

function factorMistake(c: Case, factor: Factor): Mistake {
  const derivative = derivativeName(c);
  const name = plainName(c.name);
  if (factor.kind === 'sign')
    return {
      rule: 'gradient-sign',
      message: `${name} has the wrong sign: it is -${derivative}.`,
      factor: -1,
    };
  const known = factor.value === null ? {} : { factor: factor.value };
  // A gradient m times too large lacks 1/m; one half as large lacks 2.
  const lacking = factor.value === null ? /^-?[^/]*$/.test(factor.text) : Math.abs(factor.value) < 1;
  if (lacking)
    return {
      rule: 'gradient-missing-factor',
      message: `${name} lacks the factor ${factor.inverse}: it is ${factor.text} times ${derivative}.`,
      ...known,
    };
  return {
    rule: 'gradient-constant-factor',
    message: `${name} differs from ${derivative} by the constant ${factor.text}: multiply it by ${factor.inverse}${c.program.output.startsWith('∂') ? '' : `, or put the factor ${factor.text} into ${plainName(c.program.output)}`}.`,
    ...known,
  };
}
