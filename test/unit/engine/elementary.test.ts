import { bignumberDependencies, create, type BigNumber } from 'mathjs';
import { describe, expect, it } from 'vitest';
import { OPS, opRow } from '../../../src/core/ops';
import { canFuse } from '../../../src/engine/wasm/compile';
import { applyFunction, isVectorised, pow } from '../../../src/engine/wasm/functions';
import { FUNCTIONS } from '../../support/breadthBignum';
import { random } from './support';
import { allowFused } from './fused';
import { evaluateVector } from './vectors';

const math = create(bignumberDependencies ?? {}, { precision: 64 });
allowFused();
const HOSTS = canFuse() ? [false, true] : [false];

/** The number that a double is, not the shortest decimal that denotes it. */
function exactNumber(value: number): BigNumber {
  if (value === 0) return math.bignumber(0);
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -1022) - 52;
  const [first, second] = [Math.trunc(exponent / 2), exponent - Math.trunc(exponent / 2)];
  const fraction = value / 2 ** first / 2 ** second;
  return math.bignumber(fraction).times(math.bignumber(2).pow(exponent));
}

/** The distance of a value from the exact one, in units of the last place of the nearest number of the precision. */
function ulps(value: number, exact: BigNumber, double: boolean): number {
  const nearest = Math.abs(exact.toNumber());
  const [fraction, least] = double ? [52, -1074] : [23, -149];
  const exponent = Math.floor(Math.log2(Math.max(nearest, 2 ** (double ? -1022 : -126))));
  const unit = 2 ** Math.max(exponent - fraction, least);
  if (nearest >= (double ? Number.MAX_VALUE : 2 ** 128 * (1 - 2 ** -25)))
    return value === Infinity ? 0 : Infinity;
  return exactNumber(value).minus(exact).abs().div(unit).toNumber();
}

const rounded = (value: number, double: boolean): number => (double ? value : Math.fround(value));

/** Arguments over the whole range: uniform in [low, high], of every magnitude between, and near 1. */
function argumentsIn(low: number, high: number, double: boolean, count: number): number[] {
  const next = random(5);
  const smallest = double ? -1074 : -149;
  const values: number[] = [];
  for (let k = 0; k < count; k += 1) {
    values.push(low + (high - low) * next());
    const magnitude = 2 ** (smallest + (Math.log2(Math.max(high, 1)) - smallest) * next()) * (1 + next());
    values.push(low < 0 && next() < 0.5 ? Math.max(low, -magnitude) : Math.min(high, magnitude));
    values.push(1 + (next() - 0.5) * 2 ** (-50 * next()));
  }
  return values.map((value) => rounded(value, double)).filter((value) => value >= low && value <= high);
}

const RANGES: readonly (readonly [fn: string, low: number, high: number, ulps: number])[] = [
  ['exp', -746, 710, 1.5],
  ['log', 0, Number.MAX_VALUE, 1],
  ['log1p', -1, Number.MAX_VALUE, 1.5],
  ['expm1', -60, 710, 2],
  ['tanh', -25, 25, 2.5],
  ['erf', -6.5, 6.5, 3],
  ['sigmoid', -746, 746, 2.5],
  ['softplus', -746, 746, 2.5],
];

/** 64 digits of a function whose plain formula loses them for small arguments. */
function exactly(fn: string, x: number): BigNumber {
  const big = exactNumber(x);
  const tiny = Math.abs(x) < 1e-20;
  if (tiny && (fn === 'log1p' || fn === 'expm1')) {
    const half = big.times(big).div(2);
    return fn === 'log1p' ? big.minus(half) : big.plus(half);
  }
  const far = fn === 'softplus' && x < -60;
  const value = far ? big.exp() : FUNCTIONS[fn]?.(big, big);
  if (!value) throw new Error(`no exact ${fn}`);
  return value;
}

describe.each(HOSTS)('vector functions, fused: %s', (fused) => {
  it.each(RANGES)('%s is right to a few units in the last place', (fn, low, high, most) => {
    for (const double of [true, false]) {
      const reach = double ? 1 : 89 / 710;
      const limit = (end: number): number =>
        Math.abs(end) < 700
          ? end
          : end === Number.MAX_VALUE && !double
            ? 2 ** 127
            : end === Number.MAX_VALUE
              ? end
              : end * reach;
      const x = argumentsIn(limit(low), limit(high), double, 150)
        .filter((v) => fn !== 'log1p' || v > -1)
        .filter((v) => fn !== 'log' || v > 0);
      const values = evaluateVector((l, args) => applyFunction(l, fn, args, fused), double, [x], fused);
      let worst = 0;
      let where = NaN;
      x.forEach((argument, k) => {
        const error = ulps(values[k] ?? NaN, exactly(fn, argument), double);
        if (!(error <= worst)) [worst, where] = [error, argument];
      });
      expect(worst, `${fn}(${where}), ${double ? 'double' : 'single'}`).toBeLessThanOrEqual(most);
    }
  });

  it.each(OPS.map((row) => row.name))(
    '%s has the values of the operator table at special arguments',
    (fn) => {
      const row = opRow(fn);
      const special = [
        0,
        -0,
        1,
        -1,
        0.5,
        -0.5,
        2.5,
        -1e-310,
        5e-324,
        1e308,
        -1e308,
        Infinity,
        -Infinity,
        NaN,
      ];
      const pairs = special.flatMap((a) => special.map((b): [number, number] => [a, b]));
      const args = row.domain.length === 1 ? [special] : [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
      const values = evaluateVector((l, inputs) => applyFunction(l, fn, inputs, fused), true, args, fused);
      (args[0] ?? []).forEach((_, k) => {
        const inputs = args.map((list) => list[k] ?? NaN);
        const expected = row.evaluate(...inputs);
        const got = values[k] ?? NaN;
        // A sum of two that nearly cancel is as exact as they are.
        const slack = fn === 'logaddexp' ? Math.abs(inputs[0] ?? 0) : 0;
        const message = `${fn}(${inputs.join(', ')}) = ${expected}, not ${got}`;
        if (Number.isFinite(expected))
          expect(Math.abs(got - expected), message).toBeLessThanOrEqual(
            1e-15 * (Math.abs(expected) + slack) + 5e-324,
          );
        else expect(got, message).toBe(expected);
      });
    },
  );

  it('powers are right to two units in the last place, and as Math.pow at special arguments', () => {
    const next = random(9);
    const x: number[] = [];
    const y: number[] = [];
    for (let k = 0; k < 400; k += 1) {
      const base = k % 2 === 0 ? 2 ** (60 * (next() - 0.5)) : 1 + 0.01 * (next() - 0.5);
      x.push(base);
      y.push(((next() - 0.5) * 1400) / Math.max(0.01, Math.abs(Math.log(base))));
    }
    const values = evaluateVector((l, [a = 0, b = 0]) => pow(l, a, b, fused), true, [x, y], fused);
    x.forEach((base, k) => {
      const exact = exactNumber(base)
        .ln()
        .times(exactNumber(y[k] ?? NaN))
        .exp();
      expect(ulps(values[k] ?? NaN, exact, true), `${base}^${y[k] ?? NaN}`).toBeLessThanOrEqual(2);
    });
    const special = [
      0,
      -0,
      1,
      -1,
      0.5,
      -0.5,
      2,
      -2,
      3,
      -3,
      1e300,
      -1e300,
      2 ** 52 + 1,
      2 ** 53 + 2,
      Infinity,
      -Infinity,
      NaN,
    ];
    const bases = special.flatMap((a) => special.map(() => a));
    const exponents = special.flatMap(() => special);
    const powers = evaluateVector(
      (l, [a = 0, b = 0]) => pow(l, a, b, fused),
      true,
      [bases, exponents],
      fused,
    );
    bases.forEach((a, k) => {
      const b = exponents[k] ?? NaN;
      const expected = Math.pow(a, b);
      const inexact = Number.isFinite(expected) ? 1e-15 * Math.abs(expected) : 0;
      const got = powers[k] ?? NaN;
      expect(Object.is(got, expected) || Math.abs(got - expected) <= inexact, `${a}^${b} = ${got}`).toBe(
        true,
      );
      expect(Object.is(got, -0), `sign of ${a}^${b}`).toBe(Object.is(expected, -0));
    });
    const single = evaluateVector(
      (l, [a = 0, b = 0]) => pow(l, a, b, fused),
      false,
      [
        [2, -2, 9, 0.5],
        [0.5, 3, -0.5, 7],
      ],
      fused,
    );
    expect([...Array.from(single)]).toEqual([2 ** 0.5, -8, 1 / 3, 2 ** -7].map(Math.fround));
  });
});

it('the functions of losses and activations run on vectors', () => {
  for (const fn of [
    'exp',
    'log',
    'log1p',
    'expm1',
    'tanh',
    'erf',
    'sigmoid',
    'softplus',
    'relu',
    'logaddexp',
  ])
    expect(isVectorised(fn), fn).toBe(true);
});
